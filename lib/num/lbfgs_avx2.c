/* The walks of L-BFGS with AVX2. */
#if defined(__x86_64__)
#include "lbfgs.inc"

__attribute__((target("avx2"))) void
lbfgs_take_avx2(void *arg, size_t begin, size_t end, int member)
{
	(void)member;
	take_range(arg, begin, end);
}

__attribute__((target("avx2"))) void
lbfgs_aim_avx2(void *arg, size_t begin, size_t end, int member)
{
	(void)member;
	aim_range(arg, begin, end);
}
#endif
