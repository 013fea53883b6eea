/*
 * roof.h -- what this processor can do at most, measured in the same run as what is held against it: multiplications
 * from registers alone, and bytes read from memory that is as large as what is read.  The loops are assembly, so that
 * no compiler improves or spoils them; their data are random, since a processor is quicker on zeros than on numbers.
 *
 * A piece of work has operations and bytes; it can be done no sooner than the slower of the two (Williams, Waterman &
 * Patterson 2009, "Roofline").  One line each: what, TAB rate TAB unit TAB threads TAB share of the limit TAB limit.
 */
#ifndef ROOF_H
#define ROOF_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "maas/base.h"
#include "maas/num.h"

enum roof_unit { ROOF_F32, ROOF_BF16, ROOF_INT8, ROOF_UNITS };

struct roof_work {
	double ops;             /* additions and multiplications */
	enum roof_unit unit;    /* of numbers of this type */
	double bytes;           /* read and written */
	size_t footprint;       /* of what is read again and again: which cache it may come from; 0: bytes */
	int writes;             /* about as much as it reads */
};

struct roof_args {              /* of a program's command line: [-j THREADS] [-t TIER] [WORD...] */
	struct maas_team *team;
	int tier;               /* -1: all */
	char **word;            /* of a line that is wanted one is a part; none: all */
	int nword;
};

typedef void roof_loop(size_t turns, const void *random);

#if defined(__x86_64__)
#define LINE(op, w, a, b, c) op " %%" w #a ", %%" w #b ", %%" w #c "\n\t"
#define LOAD(w, n, at)       "vmovups " at "(%1), %%" w #n "\n\t"
/* Twelve sums, each of another product: twice as many as are under way at once. */
#define TWELVE(op, w, a, b, c, d) \
	LINE(op, w, a, b, 0) LINE(op, w, a, c, 1) LINE(op, w, a, d, 2) LINE(op, w, b, c, 3) LINE(op, w, b, d, 4) \
	LINE(op, w, c, d, 5) LINE(op, w, b, a, 6) LINE(op, w, c, a, 7) LINE(op, w, d, a, 8) LINE(op, w, c, b, 9) \
	LINE(op, w, d, b, 10) LINE(op, w, d, c, 11)
#define MORE(op, w, a, b, c, d) \
	LINE(op, w, a, b, 16) LINE(op, w, a, c, 17) LINE(op, w, a, d, 18) LINE(op, w, b, c, 19) LINE(op, w, b, d, 20) \
	LINE(op, w, c, d, 21) LINE(op, w, b, a, 22) LINE(op, w, c, a, 23) LINE(op, w, d, a, 24) LINE(op, w, c, b, 25) \
	LINE(op, w, d, b, 26) LINE(op, w, d, c, 27)
#define TURN(body) "1:\n\t" body "dec %0\n\tjnz 1b\n\t"
#define LOW        "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", "xmm9", "xmm10", "xmm11", \
		   "xmm12", "xmm13", "xmm14", "xmm15"
#define HIGH       "xmm16", "xmm17", "xmm18", "xmm19", "xmm20", "xmm21", "xmm22", "xmm23", "xmm24", "xmm25", "xmm26", \
		   "xmm27", "xmm28", "xmm29", "xmm30", "xmm31"
#define ZMM4       LOAD("zmm", 28, "") LOAD("zmm", 29, "64") LOAD("zmm", 30, "128") LOAD("zmm", 31, "192")
#define YMM4       LOAD("ymm", 12, "") LOAD("ymm", 13, "32") LOAD("ymm", 14, "64") LOAD("ymm", 15, "96")

/* 24 instructions of 16, 32 or 64 products each. */
#define WIDE(name, op) \
	__attribute__((target("avx512f"))) static inline void name(size_t turns, const void *random) \
	{ \
		__asm__ volatile(ZMM4 TURN(TWELVE(op, "zmm", 28, 29, 30, 31) MORE(op, "zmm", 28, 29, 30, 31)) "vzeroupper" \
				 : "+r"(turns) : "r"(random) : "cc", "memory", LOW, HIGH); \
	}
WIDE(roof_fma_zmm, "vfmadd231ps")
WIDE(roof_dp_zmm, "vdpbf16ps")
WIDE(roof_vnni_zmm, "vpdpbusd")

__attribute__((target("avx2,fma"))) static inline void
roof_fma_ymm(size_t turns, const void *random)
{
	__asm__ volatile(YMM4 TURN(TWELVE("vfmadd231ps", "ymm", 12, 13, 14, 15)) "vzeroupper"
			 : "+r"(turns) : "r"(random) : "cc", "memory", LOW);
}

/* Pairs of bytes, pairs of those, their sum: the three instructions that AVX2 has for 8 bits. */
#define PAIRS(a, b, t, to) \
	LINE("vpmaddubsw", "ymm", a, b, t) LINE("vpmaddwd", "ymm", t, 15, t) LINE("vpaddd", "ymm", t, to, to)

__attribute__((target("avx2,fma"))) static inline void
roof_int8_ymm(size_t turns, const void *random)
{
	__asm__ volatile(YMM4 TURN(PAIRS(12, 13, 8, 0) PAIRS(13, 14, 9, 1) PAIRS(14, 12, 10, 2) PAIRS(13, 12, 11, 3)
		PAIRS(14, 13, 4, 5) PAIRS(12, 14, 6, 7)) "vzeroupper"
			 : "+r"(turns) : "r"(random) : "cc", "memory", LOW);
}

/* Without fused instructions: as many multiplications as additions, four at a time. */
static inline void
roof_sse(size_t turns, const void *random)
{
	__asm__ volatile("movups (%1), %%xmm14\n\tmovups 16(%1), %%xmm15\n\t" TURN(
		"mulps %%xmm14, %%xmm0\n\taddps %%xmm15, %%xmm1\n\tmulps %%xmm14, %%xmm2\n\taddps %%xmm15, %%xmm3\n\t"
		"mulps %%xmm14, %%xmm4\n\taddps %%xmm15, %%xmm5\n\tmulps %%xmm14, %%xmm6\n\taddps %%xmm15, %%xmm7\n\t"
		"mulps %%xmm14, %%xmm8\n\taddps %%xmm15, %%xmm9\n\tmulps %%xmm14, %%xmm10\n\taddps %%xmm15, %%xmm11\n\t")
			 : "+r"(turns) : "r"(random) : "cc", "memory", LOW);
}

/* Two tiles by two: what is loaded each turn is what a product has to load, from the first cache. */
static inline void
roof_amx(size_t turns, const void *random)
{
	struct {
		unsigned char palette, start, reserved[14];
		uint16_t bytes[16];
		unsigned char rows[16];
	} tiles = { .palette = 1 };

	for (int i = 0; i < 8; i++) {
		tiles.bytes[i] = 64;
		tiles.rows[i] = 16;
	}
	__asm__ volatile("ldtilecfg (%2)\n\t"
			 "tilezero %%tmm0\n\ttilezero %%tmm1\n\ttilezero %%tmm2\n\ttilezero %%tmm3\n\t"
			 "1:\n\t"
			 "tileloadd (%1,%3,1), %%tmm4\n\ttileloadd 1024(%1,%3,1), %%tmm6\n\t"
			 "tdpbf16ps %%tmm6, %%tmm4, %%tmm0\n\t"
			 "tileloadd 2048(%1,%3,1), %%tmm5\n\ttdpbf16ps %%tmm6, %%tmm5, %%tmm1\n\t"
			 "tileloadd 3072(%1,%3,1), %%tmm7\n\ttdpbf16ps %%tmm7, %%tmm4, %%tmm2\n\t"
			 "tdpbf16ps %%tmm7, %%tmm5, %%tmm3\n\t"
			 "dec %0\n\tjnz 1b\n\ttilerelease"
			 : "+r"(turns) : "r"(random), "r"(&tiles), "r"((size_t)64) : "cc", "memory");
}
/* Bytes of four parts side by side, which a processor fetches ahead sooner than one. */
#define AHEAD(at) "prefetcht0 2048" at "\n\tprefetcht0 2112" at "\n\tprefetcht0 2176" at "\n\tprefetcht0 2240" at "\n\t"
#define READ(w, n, at) "vmovups " n at ", %%" w "\n\t"
#define FOUR(at) \
	AHEAD(at) READ("zmm0", "", at) READ("zmm1", "64", at) READ("zmm2", "128", at) READ("zmm3", "192", at)
#define EIGHT(at) \
	AHEAD(at) READ("ymm0", "", at) READ("ymm1", "32", at) READ("ymm2", "64", at) READ("ymm3", "96", at) \
	READ("ymm4", "128", at) READ("ymm5", "160", at) READ("ymm6", "192", at) READ("ymm7", "224", at)
/* The same lines written again. */
#define WRITE(w, n, at) "vmovups %%" w ", " n at "\n\t"
#define FOUR_AGAIN(at) \
	FOUR(at) WRITE("zmm0", "", at) WRITE("zmm1", "64", at) WRITE("zmm2", "128", at) WRITE("zmm3", "192", at)
#define EIGHT_AGAIN(at) \
	EIGHT(at) WRITE("ymm0", "", at) WRITE("ymm1", "32", at) WRITE("ymm2", "64", at) WRITE("ymm3", "96", at) \
	WRITE("ymm4", "128", at) WRITE("ymm5", "160", at) WRITE("ymm6", "192", at) WRITE("ymm7", "224", at)
#define READER(name, isa, of) \
	__attribute__((target(isa))) static inline void name(char *p, size_t part) \
	{ \
		size_t turns = part / 256; \
		char *q = p + 2 * part; \
\
		__asm__ volatile(TURN(of("(%1)") of("(%1,%3)") of("(%2)") of("(%2,%3)") "add $256, %1\n\tadd $256, %2\n\t") \
				 "vzeroupper" : "+r"(turns), "+r"(p), "+r"(q) : "r"(part) : "cc", "memory", LOW); \
	}
READER(roof_read_zmm, "avx512f", FOUR)
READER(roof_read_ymm, "avx2", EIGHT)
READER(roof_update_zmm, "avx512f", FOUR_AGAIN)
READER(roof_update_ymm, "avx2", EIGHT_AGAIN)
#endif

static inline void
roof_read_plain(char *p, size_t part)
{
	uint64_t x[4] = { 0 }, y[4];

	for (size_t i = 0; i + sizeof y <= 4 * part; i += sizeof y) {
		memcpy(y, p + i, sizeof y);
		for (int j = 0; j < 4; j++)
			x[j] ^= y[j];
	}
	__asm__ volatile("" : : "r"(x[0] ^ x[1] ^ x[2] ^ x[3]));
}

static inline void
roof_update_plain(char *p, size_t part)
{
	for (size_t i = 0; i < 4 * part; i += sizeof(uint64_t)) {
		uint64_t x;

		memcpy(&x, p + i, sizeof x);
		x++;
		memcpy(p + i, &x, sizeof x);
	}
	__asm__ volatile("" : : : "memory");
}

/* How this machine passes over memory: reads it, or reads and writes it. */
typedef void roof_pass(char *p, size_t part);

static inline roof_pass *
roof_pass_of(int update)
{
#if defined(__x86_64__)
	if (maas_isa_best() >= MAAS_AVX512)
		return update ? roof_update_zmm : roof_read_zmm;
	if (maas_isa_best() >= MAAS_AVX2)
		return update ? roof_update_ymm : roof_read_ymm;
#endif
	return update ? roof_update_plain : roof_read_plain;
}

/* One measurement by a team: each member does the same on data of its own. */
struct roof_run {
	roof_loop *loop;
	roof_pass *pass;
	char *p;
	size_t turns, part; /* of all; bytes of a member */
};

static inline void
roof_loops(void *arg, size_t begin, size_t end, int member)
{
	const struct roof_run *r = arg;

	(void)member;
	for (; begin < end; begin++)
		r->loop(r->turns, r->p);
}

static inline void
roof_passes(void *arg, size_t begin, size_t end, int member)
{
	const struct roof_run *r = arg;

	(void)member;
	for (; begin < end; begin++)
		for (size_t i = 0; i < r->turns; i++)
			r->pass(r->p + begin * r->part, r->part / 4);
}

/* Seconds of the quickest of some runs: others may use the machine. */
static inline double
roof_best(struct maas_team *team, maas_work *work, size_t n, struct roof_run *r)
{
	double best = 1e9;

	for (int i = 0; i < 30; i++) {
		double start = maas_clock(), took;

		maas_team_run(team, n, 1, work, r);
		took = maas_clock() - start;
		best = took < best ? took : best;
	}
	return best;
}

struct roof_way { /* how a tier may multiply numbers of a type */
	const char *name;
	roof_loop *loop;
	double ops; /* a turn */
};

static inline struct roof_way
roof_way(enum roof_unit unit, enum maas_isa tier)
{
#if defined(__x86_64__)
	__builtin_cpu_init();
	if (unit == ROOF_BF16 && tier >= MAAS_AMX)
		return (struct roof_way){ "amx bf16", roof_amx, 4 * 2.0 * 16 * 16 * 32 };
	if (unit == ROOF_BF16 && tier >= MAAS_AVX512 && __builtin_cpu_supports("avx512bf16"))
		return (struct roof_way){ "dp bf16", roof_dp_zmm, 24 * 2.0 * 32 };
	if (unit == ROOF_INT8 && tier >= MAAS_AVX512 && __builtin_cpu_supports("avx512vnni"))
		return (struct roof_way){ "vnni", roof_vnni_zmm, 24 * 2.0 * 64 };
	if (unit == ROOF_INT8 && tier >= MAAS_AVX2)
		return (struct roof_way){ "pairs of bytes", roof_int8_ymm, 6 * 2.0 * 32 };
	if (tier >= MAAS_AVX512)
		return (struct roof_way){ "fma of 16", roof_fma_zmm, 24 * 2.0 * 16 };
	if (tier >= MAAS_AVX2)
		return (struct roof_way){ "fma of 8", roof_fma_ymm, 12 * 2.0 * 8 };
	return (struct roof_way){ "mul and add of 4", roof_sse, 12 * 4.0 };
#else
	(void)unit;
	(void)tier;
	return (struct roof_way){ "none", NULL, 0 };
#endif
}

/* Operations a second of a team, one of 1 and one other in a process; 0: not known here. */
static inline double
roof_ops(struct maas_team *team, enum roof_unit unit, enum maas_isa tier)
{
	static double known[2][ROOF_UNITS][MAAS_AMX + 1];
	double *rate = &known[maas_team_size(team) == 1][unit][tier];
	static _Alignas(64) char data[4096];
	struct roof_way way = roof_way(unit, tier);
	size_t pieces = 8 * (size_t)maas_team_size(team); /* a member that comes late takes fewer */
	struct roof_run r = { way.loop, NULL, data, 1 << 16, 0 };

	if (*rate == 0 && way.loop) {
		float x[1024];
		maas_bf16 half[2048];

		maas_fill_normal(x, 1024, 1, 1, 1);
		memcpy(data, x, sizeof data);
		for (size_t i = 0; i < 2048 && unit == ROOF_BF16; i++)
			maas_to_bf16(half + i, x + i % 1024, 1);
		if (unit == ROOF_BF16)
			memcpy(data, half, sizeof data);
		for (size_t i = 0; i < sizeof data && unit == ROOF_INT8; i++)
			data[i] = (char)(40 * x[i % 1024]);
		*rate = (double)pieces * way.ops * (double)r.turns / roof_best(team, roof_loops, pieces, &r);
	}
	return *rate;
}

/* Bytes a second that a team reads, or with `update` reads and writes, from so many, again and again. */
static inline double
roof_memory(struct maas_team *team, size_t bytes, int update)
{
	static struct {
		size_t bytes, members;
		int update;
		double rate;
	} known[64];
	static size_t n;
	size_t members = (size_t)maas_team_size(team), part = bytes / members / 1024 * 1024;
	struct roof_run r = { NULL, roof_pass_of(update), NULL, 0, part ? part : 1024 };

	for (size_t i = 0; i < n && i < MAAS_COUNT(known); i++)
		if (known[i].bytes == bytes && known[i].members == members && known[i].update == update)
			return known[i].rate;
	if (!(r.p = maas_pages_take(members, r.part)))
		return 0;
	for (size_t i = 0; i < members * r.part / 8; i++)
		((uint64_t *)(void *)r.p)[i] = i * 0x9e3779b97f4a7c15u;
	r.turns = (64 << 20) / r.part + 1;
	double moved = (1 + update) * (double)(members * r.part) * (double)r.turns;
	double rate = moved / roof_best(team, roof_passes, members, &r);

	maas_pages_give(r.p, members, r.part);
	known[n % MAAS_COUNT(known)].bytes = bytes;
	known[n % MAAS_COUNT(known)].members = members;
	known[n % MAAS_COUNT(known)].update = update;
	known[n++ % MAAS_COUNT(known)].rate = rate;
	return rate;
}

/* One line about work that took so many seconds. */
static inline void
roof_tell(struct maas_team *team, enum maas_isa tier, const char *what, struct roof_work w, double seconds)
{
	double ops = w.ops > 0 ? roof_ops(team, w.unit, tier) : 0;
	size_t from = w.footprint ? w.footprint : (size_t)w.bytes;
	double read = from ? roof_memory(team, from, 0) : 0, update = w.writes ? roof_memory(team, from, 1) : 0;
	double memory = update > read ? update : read;
	double calculate = ops > 0 ? w.ops / ops : 0, fetch = memory > 0 ? w.bytes / memory : 0;
	int fetching = fetch > calculate;
	const char *unit = fetching ? "GB/s" : w.unit == ROOF_INT8 ? "GOP/s" : "GFLOP/s";

	printf("%s, %s\t%.1f\t%s\t%d threads\t%.2f of\t%s %.0f %s\n", what, maas_isa_name(tier),
	    1e-9 * (fetching ? w.bytes : w.ops) / seconds, unit, maas_team_size(team),
	    (fetching ? fetch : calculate) / seconds,
	    fetching ? update > read ? "updating" : "reading" : roof_way(w.unit, tier).name,
	    1e-9 * (fetching ? memory : ops), unit);
	fflush(stdout);
}

/* -1 and a line: no such option, or no threads. */
static inline int
roof_parse(struct roof_args *a, int argc, char **argv)
{
	int i = 1, threads = 0;

	*a = (struct roof_args){ .tier = -1 };
	for (; i + 1 < argc && argv[i][0] == '-'; i += 2)
		if (!strcmp(argv[i], "-j"))
			threads = (int)strtol(argv[i + 1], NULL, 10);
		else if (!strcmp(argv[i], "-t"))
			for (int t = 0; t <= MAAS_AMX; t++)
				a->tier = strcmp(argv[i + 1], maas_isa_name((enum maas_isa)t)) ? a->tier : t;
	a->word = argv + i;
	a->nword = argc - i;
	if ((i < argc && argv[i][0] == '-') || !(a->team = maas_team_new(threads))) {
		fprintf(stderr, "usage: %s [-j THREADS] [-t TIER] [WORD...]\n", argv[0]);
		return -1;
	}
	return 0;
}

/* Is a line wanted?  And may its tier be had? */
static inline int
roof_wanted(const struct roof_args *a, const char *what, enum maas_isa tier)
{
	int wanted = a->nword == 0;

	for (int i = 0; i < a->nword; i++)
		wanted |= strstr(what, a->word[i]) != NULL;
	return wanted && tier <= maas_isa_best() && (a->tier < 0 || a->tier == (int)tier);
}

#endif
