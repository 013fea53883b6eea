/*
 * Products with 8-bit weights.  Rows of a are rounded once, by the team; then each member takes some rows of
 * weights, and passes each over all rows of a while it is near: for one row of a the weights' way from memory
 * is all the work there is, and for sixteen it still is most of it.
 */
#include <math.h>
#include <string.h>

#include "q8.h"

#define TIER_FILE "q8.inc"
#include "tier.h"

#define ALONE          (1 << 20) /* multiplications that one thread makes sooner than several begin */
#define ROUND_UP(n, t) (((n) + (t)-1) / (t) * (t))

struct job {
	float *y;
	size_t ldy, lda;
	const float *a;
	struct maas_q8 b;
	size_t m, n, k;
	struct maas_epilogue end;
	int8_t *q; /* [m, groups * MAAS_GROUP]; with those below: a, rounded */
	float *scale;
	int32_t *shifted;
	size_t groups;
	char *sums; /* a member's: [m, Q8_LD] floats, sums_bytes apart */
	size_t sums_bytes;
	maas_q8_tile *tile;
};

size_t
maas_q8_groups(size_t k)
{
	return (k + MAAS_GROUP - 1) / MAAS_GROUP;
}

void
maas_q8_round(int8_t *q, float *scale, size_t step, const float *x, size_t n)
{
	for (size_t i = 0; i < n; i += MAAS_GROUP)
		scale[i / MAAS_GROUP * step] = PICK(round)(q + i, x + i, n - i < MAAS_GROUP ? n - i : MAAS_GROUP);
}

void
maas_q8_row(float *y, struct maas_q8 b, size_t j, size_t n, size_t k)
{
	for (size_t l = 0; l < k; l += MAAS_GROUP)
		PICK(widen)
	(y + l, b.p + j * k + l, b.scale[l / MAAS_GROUP * n + j], k - l < MAAS_GROUP ? k - l : MAAS_GROUP);
}

maas_q8_tile *
maas_q8_now(void)
{
#if defined(__x86_64__)
	if (maas_isa() >= MAAS_AVX512 && __builtin_cpu_supports("avx512vnni"))
		return maas_q8_vnni;
	if (maas_isa() >= MAAS_AVX2)
		return maas_q8_avx2;
#endif
	return maas_q8_portable;
}

static void
round_rows(void *arg, size_t begin, size_t end, int member)
{
	const struct job *g = arg;
	size_t whole = g->groups * MAAS_GROUP;

	(void)member;
	for (size_t i = begin; i < end; i++) {
		memset(g->q + i * whole + g->k, 0, whole - g->k);
		maas_q8_round(g->q + i * whole, g->scale + i * g->groups, 1, g->a + i * g->lda, g->k);
		for (size_t j = 0; j < g->groups; j++)
			g->shifted[i * g->groups + j] = -128 * PICK(total)(g->q + i * whole + j * MAAS_GROUP);
	}
}

/* What a panel will be written to is asked for before it is summed. */
static void
expect(const struct job *g, size_t j, size_t n)
{
	for (size_t i = 0; i < g->m; i++)
		for (size_t h = 0; h < n; h += 16)
			__builtin_prefetch(g->y + i * g->ldy + j + h, 1, 2);
}

/* Items are panels of Q8_LD columns. */
static void
panels(void *arg, size_t begin, size_t end, int member)
{
	const struct job *g = arg;
	struct q8_rows a = { g->q, g->scale, g->shifted, g->groups };
	float *c = (float *)(g->sums + (size_t)member * g->sums_bytes);

	for (size_t j = begin * Q8_LD; j < end * Q8_LD && j < g->n; j += Q8_LD) {
		size_t n = g->n - j < Q8_LD ? g->n - j : Q8_LD;

		expect(g, j, n);
		for (size_t h = 0; h < n; h += Q8_COLUMNS)
			g->tile(c + h, &a, g->b.p + (j + h) * g->k, g->b.scale + j + h, g->n, g->m,
			    n - h < Q8_COLUMNS ? n - h : Q8_COLUMNS, g->k);
		for (size_t i = 0; i < g->m; i++)
			maas_epilogue_row(&g->end, g->y, g->ldy, c + i * Q8_LD, i, j, n);
	}
}

static size_t
row_bytes(size_t m, size_t k)
{
	return ROUND_UP(m * maas_q8_groups(k) * MAAS_GROUP, 64);
}

static size_t
group_bytes(size_t m, size_t k)
{
	return ROUND_UP(m * maas_q8_groups(k) * 4, 64);
}

size_t
maas_product_q8_scratch(size_t m, size_t k, int members)
{
	return row_bytes(m, k) + 2 * group_bytes(m, k) + (size_t)members * m * Q8_LD * sizeof(float);
}

void
maas_product_q8_team(struct maas_team *team, float *y, size_t ldy, const float *a, size_t lda, struct maas_q8 b,
    size_t m, size_t n, size_t k, const struct maas_epilogue *e, void *scratch)
{
	char *s = scratch;
	size_t rows = row_bytes(m, k), groups = group_bytes(m, k), count = (n + Q8_LD - 1) / Q8_LD;
	struct job g = { .y = y,
		.ldy = ldy,
		.lda = lda,
		.a = a,
		.b = b,
		.m = m,
		.n = n,
		.k = k,
		.q = (void *)s,
		.scale = (void *)(s + rows),
		.shifted = (void *)(s + rows + groups),
		.groups = maas_q8_groups(k),
		.sums = s + rows + 2 * groups,
		.sums_bytes = m * Q8_LD * sizeof(float),
		.tile = maas_q8_now() };

	if (e)
		g.end = *e;
	maas_team_run(team, m, 8, round_rows, &g);
	if (m * n < ALONE / (k + 1))
		panels(&g, 0, count, 0);
	else
		maas_team_run(team, count, 1, panels, &g);
}
