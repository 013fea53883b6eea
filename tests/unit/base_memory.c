/* What is free is what the system has, or what a limit leaves of it. */
#include <sys/resource.h>

#include "maas/base.h"
#include "../test.h"

int
main(void)
{
	double all = maas_memory_free(), less;
	struct rlimit was, limit;

	ok(all > 1e6 && isfinite(all), "the system tells: %s", all > 1e6 ? "some" : "nothing");
	if (getrlimit(RLIMIT_AS, &was) < 0)
		return 1;
	limit = was;
	limit.rlim_cur = (rlim_t)1 << 31;
	if (setrlimit(RLIMIT_AS, &limit) == 0) {
		less = maas_memory_free();
		ok(less < 2147483648.0 && less > 1e9, "of a limit what is taken is not free");
		limit.rlim_cur = 1 << 16;
		ok(setrlimit(RLIMIT_AS, &limit) == 0 && maas_memory_free() == 0, "past a limit nothing is");
		setrlimit(RLIMIT_AS, &was);
	}
	return done();
}
