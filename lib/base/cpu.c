#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "maas/base.h"

static const char *const names[] = { "portable", "avx2", "avx512", "amx" };
static enum maas_isa best, used;

#if defined(__x86_64__)
#define XFEATURE_TILEDATA   18
#define ARCH_REQ_XCOMP_PERM 0x1023

/* The tiles' registers are to be asked for, once a process and before its threads. */
static int
amx_allowed(void)
{
	uint32_t lo, hi;

	__asm__ volatile("xgetbv" : "=a"(lo), "=d"(hi) : "c"(0));
	return (lo >> 17 & 3) == 3 && syscall(SYS_arch_prctl, ARCH_REQ_XCOMP_PERM, XFEATURE_TILEDATA) == 0;
}

static enum maas_isa
look(void)
{
	__builtin_cpu_init();
	if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma"))
		return MAAS_PORTABLE;
	if (!__builtin_cpu_supports("avx512f") || !__builtin_cpu_supports("avx512bw") ||
	    !__builtin_cpu_supports("avx512vl") || !__builtin_cpu_supports("avx512dq"))
		return MAAS_AVX2;
#if defined(__GNUC__) && !defined(__clang__)
	if (__builtin_cpu_supports("amx-tile") && __builtin_cpu_supports("amx-bf16") && amx_allowed())
		return MAAS_AMX;
#else
	(void)amx_allowed;
#endif
	return MAAS_AVX512;
}
#else
static enum maas_isa
look(void)
{
	return MAAS_PORTABLE;
}
#endif

static void
once(void)
{
	const char *want = getenv("MAAS_ISA");

	used = best = look();
	for (int i = 0; want && i < (int)MAAS_COUNT(names); i++)
		if (!strcmp(want, names[i]) && i < (int)best)
			used = (enum maas_isa)i;
}

static void
init(void)
{
	static pthread_once_t o = PTHREAD_ONCE_INIT;

	pthread_once(&o, once);
}

enum maas_isa
maas_isa(void)
{
	init();
	return used;
}

enum maas_isa
maas_isa_best(void)
{
	init();
	return best;
}

const char *
maas_isa_name(enum maas_isa i)
{
	return names[i];
}

void
maas_isa_force(enum maas_isa i)
{
	init();
	used = i < best ? i : best;
}

/* A container's quota (cgroup v2 cpu.max: "QUOTA PERIOD" or "max PERIOD"). */
static int
quota(void)
{
	FILE *f = fopen("/sys/fs/cgroup/cpu.max", "re");
	char text[64];
	int n = 0;

	if (!f)
		return 0;
	if (fgets(text, sizeof text, f)) {
		char *end;
		double q = strtod(text, &end), period = strtod(end, NULL);

		if (q > 0 && period > 0)
			n = (int)(q / period + 0.999);
	}
	fclose(f);
	return n;
}

int
maas_cores(void)
{
	cpu_set_t set;
	int n = 1, q = quota();

	if (sched_getaffinity(0, sizeof set, &set) == 0)
		n = CPU_COUNT(&set);
	return q > 0 && q < n ? q : n;
}
