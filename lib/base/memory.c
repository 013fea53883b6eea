/* How much memory there is for us: what is free, within the limits that were set. */
#include <math.h>
#include <string.h>
#include <sys/resource.h>

#include "maas/base.h"

/* The number behind a name at the beginning of a line, "MemAvailable:  123 kB"; NAN: there is none. */
static double
number_in(const char *path, const char *name)
{
	char line[160];
	double found = NAN;
	size_t n = strlen(name);
	FILE *f = fopen(path, "re");

	while (f && isnan(found) && fgets(line, sizeof line, f)) {
		const char *at = line + n;

		if (strncmp(line, name, n) != 0)
			continue;
		at += strspn(at, ": \t");
		if (maas_parse_real((struct maas_span){ at, strspn(at, "0123456789") }, &found) < 0)
			break;
	}
	if (f)
		fclose(f);
	return found;
}

/* The lesser of the two, of those that are known. */
static double
least(double a, double b)
{
	return isnan(b) ? a : fmin(a, fmax(b, 0));
}

double
maas_memory_free(void)
{
	double most = least(INFINITY, 1024 * number_in("/proc/meminfo", "MemAvailable"));
	struct rlimit limit;

	/* Of a control group: what is cached for it goes where room is wanted. */
	most =
	    least(most, number_in("/sys/fs/cgroup/memory.max", "") - number_in("/sys/fs/cgroup/memory.stat", "anon "));
	if (getrlimit(RLIMIT_AS, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY)
		most = least(most, (double)limit.rlim_cur - 1024 * number_in("/proc/self/status", "VmSize"));
	return most;
}
