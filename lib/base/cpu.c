/* The processor: which instructions it has and the system allows, subnormal numbers, how many threads there may be. */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>
#if defined(__x86_64__)
#include <cpuid.h>
#endif

#include "maas/base.h"

static const char *const names[] = { "portable", "avx2", "avx512", "amx" };
static enum maas_isa best, used;
static const char *lacks; /* what the next better tier would need */

#if defined(__x86_64__)
#define AMX_BF16            (1u << 22) /* CPUID 7.0, EDX */
#define AMX_TILE            (1u << 24)
#define XCR0_TILES          (3 << 17)
#define XFEATURE_TILEDATA   18
#define ARCH_REQ_XCOMP_PERM 0x1023

/* Leaf 1DH: palette 1 is 8 tiles of 16 rows of 64 bytes, as our kernels are made for. */
static int
palette_known(void)
{
	unsigned a, b, c, d;

	return __get_cpuid_count(0x1d, 1, &a, &b, &c, &d) && b == (8u << 16 | 64) && (c & 0xffff) == 16;
}

/*
 * What keeps tiles from being used; NULL: nothing.  Linux wants their 8 KiB of registers asked for, once a process; it
 * refuses where a thread's signal stack could not hold them (none of ours has one).  The first call comes from
 * maas_isa_asked(), before there are threads or a fence.
 */
static const char *
amx_lacks(void)
{
	unsigned a, b, c, d;
	uint32_t lo, hi;

	if (!__get_cpuid_count(7, 0, &a, &b, &c, &d) || (d & AMX_TILE) == 0 || (d & AMX_BF16) == 0 ||
	    !__builtin_cpu_supports("avx512bf16"))
		return "the processor has not all of amx-tile, amx-bf16 and avx512-bf16";
	if (!palette_known())
		return "the processor's tiles have another shape";
	__asm__ volatile("xgetbv" : "=a"(lo), "=d"(hi) : "c"(0));
	if ((lo & XCR0_TILES) != XCR0_TILES)
		return "the system does not keep tiles (bits 17 and 18 of XCR0)";
	if (syscall(SYS_arch_prctl, ARCH_REQ_XCOMP_PERM, XFEATURE_TILEDATA) != 0)
		return "the system does not allow tiles (arch_prctl)";
	return NULL;
}

static enum maas_isa
look(void)
{
	__builtin_cpu_init();
	lacks = "the processor has no avx2 and fma";
	if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma"))
		return MAAS_PORTABLE;
	lacks = "the processor has no avx512f, bw, vl and dq";
	if (!__builtin_cpu_supports("avx512f") || !__builtin_cpu_supports("avx512bw") ||
	    !__builtin_cpu_supports("avx512vl") || !__builtin_cpu_supports("avx512dq"))
		return MAAS_AVX2;
	lacks = amx_lacks();
	return lacks ? MAAS_AVX512 : MAAS_AMX;
}
#else
static enum maas_isa
look(void)
{
	lacks = "this is no x86-64";
	return MAAS_PORTABLE;
}
#endif

/* The tier of that name; -1: none. */
static int
named(const char *name)
{
	for (int i = 0; i < (int)MAAS_COUNT(names); i++)
		if (!strcmp(name, names[i]))
			return i;
	return -1;
}

static void
once(void)
{
	const char *want = getenv("MAAS_ISA");
	int i = want ? named(want) : -1;

	used = best = look();
	if (i >= 0 && i < (int)best)
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

int
maas_isa_asked(void)
{
	const char *want = getenv("MAAS_ISA");
	int i = want && *want ? named(want) : MAAS_PORTABLE;

	init();
	if (i < 0)
		return maas_fail_as(MAAS_USAGE, "MAAS_ISA: '%s' is none of portable, avx2, avx512 and amx", want);
	return i <= (int)best ? 0
			      : maas_fail_as(MAAS_UNAVAILABLE, "MAAS_ISA: %s cannot be had here: %s; %s is used", want,
				    lacks, names[best]);
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

void
maas_flush_subnormals(void)
{
#if defined(__x86_64__)
	__builtin_ia32_ldmxcsr(__builtin_ia32_stmxcsr() | 0x8040); /* results (FTZ) and operands (DAZ) */
#elif defined(__aarch64__)
	uint64_t fpcr;

	__asm__ volatile("mrs %0, fpcr" : "=r"(fpcr));
	__asm__ volatile("msr fpcr, %0" : : "r"(fpcr | 1 << 24)); /* FZ */
#endif
}

/* A container's quota (cgroup v2 cpu.max: "QUOTA PERIOD" or "max PERIOD"). */
static int
quota(void)
{
	FILE *f = fopen("/sys/fs/cgroup/cpu.max", "re");
	double q, period;
	int n = 0;

	if (!f)
		return 0;
	if (fscanf(f, "%lf %lf", &q, &period) == 2 && q > 0 && period > 0)
		n = (int)(q / period + 0.999);
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
