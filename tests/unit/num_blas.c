/* OpenBLAS makes no threads of its own, and a limit on addresses is an error where it would wait for ever. */
#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "maas/num.h"
#include "../../lib/base/sanitized.h"
#include "../test.h"

static size_t
tasks(void)
{
	DIR *d = opendir("/proc/self/task");
	size_t n = 0;

	for (struct dirent *e; d && (e = readdir(d));)
		n += e->d_name[0] != '.';
	if (d)
		closedir(d);
	return n;
}

int
main(void)
{
	struct maas_team *team = maas_team_new(2);
	double c[4] = { 0 }, x[] = { 1, 2, 3, 4, 5, 6 };

	ok(maas_blas_ready(team) == 0, "there is room for products");
	maas_gram(c, x, 3, 2);
	ok(c[0] == 35 && c[1] == 44 && c[3] == 56, "and one is right");
#ifndef SANITIZED
	struct rlimit least = { 100 << 20, 100 << 20 };

	ok(tasks() == 2, "this thread and the team's other one are all there are");
	ok(setrlimit(RLIMIT_AS, &least) == 0 && maas_blas_ready(team) < 0 && maas_why() == MAAS_OS &&
		strstr(maas_error(), "256 MB of addresses"),
	    "no room for what two threads want is said");
#else
	(void)tasks;
#endif
	maas_team_free(team);
	return done();
}
