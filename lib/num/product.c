/*
 * Products: blocking, packing, finishing, and the cut for the team (Goto & van de Geijn 2008,
 * "Anatomy of high-performance matrix multiplication").  A block of y is MAX_M x MAX_N at most;
 * for each TILE_K steps of k its rows of a are packed once, and its columns of b a panel at a time,
 * which then stays in the first cache while all rows pass over it.  Sums stay in scratch until k is
 * done, so the order of rounding knows nothing of blocks.
 */
#include <string.h>

#include "tile.h"

#define MAX_M           336 /* a multiple of every tile's rows */
#define MAX_N           256 /* with MAX_M: packed rows and sums fit the second cache together */
#define END_N           128 /* columns finished at a time, while their sums are near */
#define MIN_M           42
#define ALONE           (1 << 20) /* multiplications that one thread makes sooner than several begin */
#define ROUND_UP(n, to) (((n) + (to)-1) / (to) * (to))

struct job {
	float *y;
	size_t ldy;
	struct maas_matrix a, b;
	size_t m, n, k, mb, nb, kb, across; /* sizes; of a block; blocks side by side */
	int half;                           /* bf16 */
	struct maas_epilogue end;
	const struct maas_tile *tile;
	char *scratch;
};

struct room { /* a member's scratch */
	float a[MAX_M * TILE_ROW];
	float b[TILE_K * TILE_N];
	float c[MAX_M * MAX_N];
	float row[END_N];
};

size_t
maas_product_scratch(void)
{
	return ROUND_UP(sizeof(struct room), 64);
}

const struct maas_tile *
maas_tile_now(void)
{
#if defined(__x86_64__)
	if (maas_isa() >= MAAS_AMX)
		return maas_tile_amx();
	if (maas_isa() >= MAAS_AVX512)
		return maas_tile_dp();
	if (maas_isa() >= MAAS_AVX2)
		return &maas_tile_avx2;
#endif
	return &maas_tile_portable;
}

static struct maas_matrix
at(struct maas_matrix s, size_t i, size_t l)
{
	s.p = (const char *)s.p + (i * s.row + l * s.col) * maas_dtype_size(s.type);
	return s;
}

static struct maas_matrix
turned(struct maas_matrix s)
{
	return (struct maas_matrix){ s.p, s.type, s.col, s.row };
}

/* Columns behind the last are zero, and so are steps of bf16 up to a whole TILE_BF. */
static void
pack_panel(const struct job *g, float *to, size_t j, size_t n, size_t l, size_t k)
{
	struct maas_matrix b = at(g->b, j, l), by_step = turned(b);

	if (g->half) {
		g->tile->pack_b(to, &b, n, k);
		return;
	}
	if (n < TILE_N)
		memset(to, 0, k * TILE_N * sizeof *to);
	g->tile->pack(to, TILE_N, &by_step, k, n, 0);
}

static void
pack_rows(const struct job *g, float *to, size_t i, size_t m, size_t l, size_t k)
{
	struct maas_matrix a = at(g->a, i, l);

	if (g->half)
		g->tile->pack_a(to, &a, m, k);
	else
		g->tile->pack(to, TILE_ROW, &a, m, k, 0);
}

void
maas_epilogue_row(const struct maas_epilogue *e, float *y, size_t ldy, float *v, size_t i, size_t j, size_t n)
{
	size_t at0 = i * ldy + j;

	if (e->bias)
		maas_add(v, e->bias + j, n);
	if (e->before)
		memcpy(e->before + at0, v, n * sizeof *v);
	if (e->act != MAAS_ACT_NONE)
		maas_act_fwd(v, v, n, e->act);
	if (e->gate)
		maas_swiglu_fwd(v, e->gate + at0, v, n);
	if (e->residual)
		maas_add(v, e->residual + at0, n);
	if (e->add)
		maas_add(y + at0, v, n);
	else
		memcpy(y + at0, v, n * sizeof *v);
}

static void
finish(const struct job *g, struct room *s, size_t i, size_t m, size_t j, size_t from, size_t to)
{
	for (size_t r = 0; r < m; r++) {
		for (size_t c = from; c < to; c += TILE_N)
			memcpy(s->row + c - from, s->c + c * m + r * TILE_N, TILE_N * sizeof *s->row);
		maas_epilogue_row(&g->end, g->y, g->ldy, s->row, i + r, j + from, to - from);
	}
}

/*
 * Memory that is packed next is asked for while sums are made: packing reads short pieces of
 * many rows, which the processor does not foresee by itself.
 */
struct ahead {
	const char *p;
	size_t row, bytes, rows; /* bytes from a piece to the next; of a piece; pieces */
	size_t at, line;         /* next to ask for */
};

static struct ahead
ahead(const struct maas_matrix *s, size_t nx, size_t ny)
{
	size_t size = maas_dtype_size(s->type);

	if (s->col == 1)
		return (struct ahead){ s->p, s->row * size, ny * size, nx, 0, 0 };
	if (s->row == 1)
		return (struct ahead){ s->p, s->col * size, nx * size, ny, 0, 0 };
	return (struct ahead){ NULL, 0, 0, 0, 0, 0 };
}

static void
ask(struct ahead *a, size_t lines)
{
	while (lines-- && a->at < a->rows) {
		__builtin_prefetch(a->p + a->at * a->row + a->line, 0, 2);
		a->line += 64;
		if (a->line >= a->bytes) {
			a->line = 0;
			a->at++;
		}
	}
}

static size_t
lines(const struct ahead *a)
{
	return a->rows * ((a->bytes + 63) / 64);
}

static void
sums(const struct job *g, struct room *s, float *c, size_t m, size_t k, int add, struct ahead *rows,
    struct ahead *panel, size_t left)
{
	size_t chunk = g->tile->chunk, each = (m + chunk - 1) / chunk;
	size_t share = lines(rows) / (left * each) + 1, near = lines(panel) / each + 1;

	for (size_t r = 0; r < m; r += chunk) {
		ask(panel, near);
		ask(rows, share);
		(g->half ? g->tile->bf16 : g->tile->f32)(
		    c + r * TILE_N, s->a + r * TILE_ROW, s->b, m - r < chunk ? m - r : chunk, k, add);
	}
}

/* One block of k; the last finishes its columns as it goes. */
static void
panels(const struct job *g, struct room *s, size_t i, size_t m, size_t j, size_t n, size_t l, size_t k)
{
	size_t whole = g->half ? ROUND_UP(k, TILE_BF) : k, then = l + k;
	size_t k2 = g->k - then < g->kb ? g->k - then : g->kb;
	int last = then == g->k;
	struct maas_matrix a = at(g->a, i, last ? l : then);
	struct ahead rows = ahead(&a, last ? 0 : m, k2);

	pack_rows(g, s->a, i, m, l, k);
	for (size_t c = 0; c < n; c += TILE_N) {
		size_t next = c + TILE_N < n ? c + TILE_N : n;
		struct maas_matrix b = turned(next < n ? at(g->b, j + next, l) : at(g->b, j, last ? l : then));
		struct ahead panel = ahead(&b, next < n || !last ? k : 0, TILE_N < n ? TILE_N : n);

		pack_panel(g, s->b, j + c, next - c, l, k);
		sums(g, s, s->c + c * m, m, whole, l > 0, &rows, &panel, (n - c + TILE_N - 1) / TILE_N);
		if (last && (next % END_N == 0 || next == n))
			finish(g, s, i, m, j, c / END_N * END_N, next);
	}
}

static void
block(const struct job *g, struct room *s, size_t i, size_t m, size_t j, size_t n)
{
	size_t l = 0;

	do {
		size_t k = g->k - l < g->kb ? g->k - l : g->kb;

		panels(g, s, i, m, j, n, l, k);
		l += k;
	} while (l < g->k);
}

/* Whether weights may be read where they are: few rows, a run of k each, packed rows of all k at once. */
static int
in_place(const struct job *g)
{
	size_t parts = (g->k + TILE_K - 1) / TILE_K;

	return g->m <= 2 * TILE_ROWS && g->k && g->b.col == 1 && g->b.type == (g->half ? MAAS_BF16 : MAAS_F32) &&
	    parts * g->m <= MAX_M && g->tile->few_f32;
}

/* TILE_FEW columns through all of k, a group of rows after the other: the second finds the weights near. */
static void
few(const struct job *g, struct room *s, float *c, size_t j)
{
	size_t row = g->b.row * maas_dtype_size(g->b.type);

	for (size_t i = 0; i < g->m; i += TILE_ROWS)
		for (size_t l = 0; l < g->k; l += TILE_K) {
			size_t k = g->k - l < TILE_K ? g->k - l : TILE_K,
			       m = g->m - i < TILE_ROWS ? g->m - i : TILE_ROWS;
			const char *w = at(g->b, j, l).p, *soon = at(g->b, j, l + TILE_K).p;
			const float *a = s->a + (l / TILE_K * g->m + i) * TILE_ROW;

			if (l + TILE_K >= g->k)
				soon = at(g->b, j + TILE_FEW, 0).p;
			(g->half ? g->tile->few_bf16 : g->tile->few_f32)(c + i * TILE_N, a, w, row, soon, m, k, l > 0);
		}
}

/* Columns j to j + n of few rows; n is a multiple of TILE_N but at the very end. */
static void
columns(const struct job *g, struct room *s, size_t j, size_t n)
{
	size_t all = n / TILE_N * TILE_N;

	for (size_t l = 0; l < g->k; l += TILE_K) {
		size_t k = g->k - l < TILE_K ? g->k - l : TILE_K;
		float *to = s->a + l / TILE_K * g->m * TILE_ROW;
		struct maas_matrix a = at(g->a, 0, l);

		if (g->half)
			g->tile->pack_few(to, &a, g->m, k);
		else
			g->tile->pack(to, TILE_ROW, &a, g->m, k, 0);
	}
	for (size_t c = 0; c < all; c += TILE_N) {
		few(g, s, s->c + c * g->m, j + c);
		few(g, s, s->c + c * g->m + TILE_FEW, j + c + TILE_FEW);
		if ((c + TILE_N) % END_N == 0 || c + TILE_N == all)
			finish(g, s, 0, g->m, j, c / END_N * END_N, c + TILE_N);
	}
	if (all < n)
		block(g, s, 0, g->m, j + all, n - all);
}

static void
blocks(void *arg, size_t begin, size_t end, int member)
{
	const struct job *g = arg;
	struct room *s = (void *)(g->scratch + (size_t)member * maas_product_scratch());
	unsigned was = g->half ? tile_subnormals_off() : 0;

	for (size_t t = begin; t < end; t++) {
		size_t i = t / g->across * g->mb, j = t % g->across * g->nb;

		if (in_place(g))
			columns(g, s, j, g->n - j < g->nb ? g->n - j : g->nb);
		else
			block(g, s, i, g->m - i < g->mb ? g->m - i : g->mb, j, g->n - j < g->nb ? g->n - j : g->nb);
	}
	if (g->half)
		tile_subnormals_back(was);
}

/* Blocks of one size, not whole ones and a rest: members end together. */
static size_t
even(size_t n, size_t most, size_t unit)
{
	size_t parts = (n + most - 1) / most, each = parts ? (n + parts - 1) / parts : 0;

	return each ? ROUND_UP(each, unit) < most ? ROUND_UP(each, unit) : most : unit;
}

static struct job
job_of(float *y, size_t ldy, struct maas_matrix a, struct maas_matrix b, size_t m, size_t n, size_t k,
    enum maas_dtype precision, const struct maas_epilogue *e, void *scratch)
{
	struct job g = { .y = y,
		.ldy = ldy,
		.a = a,
		.b = b,
		.m = m,
		.n = n,
		.k = k,
		.mb = MAX_M,
		.nb = MAX_N,
		.half = precision == MAAS_BF16,
		.tile = maas_tile_now(),
		.scratch = scratch };

	/* A block of f32 is a part of the order of rounding; blocks of bf16 may be any. */
	g.kb = g.half ? even(k, TILE_K * g.tile->pair, TILE_BF) : TILE_K;
	if (e)
		g.end = *e;
	return g;
}

static size_t
count(struct job *g)
{
	g->across = (g->n + g->nb - 1) / g->nb;
	return g->across * ((g->m + g->mb - 1) / g->mb);
}

void
maas_product(float *y, size_t ldy, struct maas_matrix a, struct maas_matrix b, size_t m, size_t n, size_t k,
    enum maas_dtype precision, const struct maas_epilogue *e, void *scratch)
{
	struct job g = job_of(y, ldy, a, b, m, n, k, precision, e, scratch);

	g.mb = even(m, g.mb, g.half ? 6 : 14);
	g.nb = even(n, g.nb, TILE_N);
	blocks(&g, 0, count(&g), 0);
}

/* Blocks are made smaller until there are some for each member; no result depends on how. */
void
maas_product_team(struct maas_team *team, float *y, size_t ldy, struct maas_matrix a, struct maas_matrix b, size_t m,
    size_t n, size_t k, enum maas_dtype precision, const struct maas_epilogue *e, void *scratch)
{
	struct job g = job_of(y, ldy, a, b, m, n, k, precision, e, scratch);
	size_t want = maas_team_size(team) > 1 ? 4 * (size_t)maas_team_size(team) : 1;

	if (m * n < ALONE / (k + 1)) {
		maas_product(y, ldy, a, b, m, n, k, precision, e, scratch);
		return;
	}
	while (count(&g) < want)
		if (g.nb > 2 * TILE_N && (g.nb >= g.mb || g.mb <= MIN_M || m <= g.mb / 2))
			g.nb /= 2;
		else if (g.mb > MIN_M)
			g.mb /= 2;
		else if (g.nb > TILE_N)
			g.nb /= 2;
		else
			break;
	g.mb = even(m, g.mb, g.half ? 6 : 14);
	g.nb = even(n, g.nb, TILE_N);
	maas_team_run(team, count(&g), 1, blocks, &g);
}
