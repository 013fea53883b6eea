/*
 * Products: blocking, packing, finishing, and the cut for the team (Goto & van de Geijn 2008,
 * "Anatomy of high-performance matrix multiplication").  k is cut into parts that a tile takes at once.  A block of
 * y is some rows by some columns: its rows of a are packed, all of k where they fit, and pass over one panel of b
 * after the other, which stays in the first cache meanwhile.  Where there are several blocks of rows, the team packs
 * panels of b once for all of them, a slab at a time.  Sums stay in scratch until k is done, so the order of rounding
 * knows nothing of blocks.
 */
#include <string.h>

#include "tile.h"

#define MAX_M       336            /* rows of a block */
#define END_N       128            /* columns finished at a time, while their sums are near */
#define ROWS        512            /* rows of a part of k that are packed together: half of the second cache */
#define SUMS        (PART_M * 384) /* sums of a block that waits for more of k: a third of it */
#define PART_M      256            /* rows of such a block */
#define ROWS_N      256            /* columns that make it worth to pack rows for them alone */
#define WHOLE       96             /* rows that make it worth to pack all of k */
#define SLAB        (1 << 20)      /* a member's share of packed panels */
#define SLAB_PANELS 8              /* fewer are not worth it */
#define LINE        16             /* floats of a line of the caches */
#define NEAR        (256 << 10)    /* bytes of weights that are asked for before they are multiplied */
#define SOON        6              /* rows of y between one that is finished and one that is asked for */
#define WIDE_M      16             /* rows that meet weights of which the columns are contiguous */
#define WIDE_SUMS   4096           /* sums of them that stay in the first cache */

struct job {
	float *y;
	size_t ldy;
	struct maas_matrix a, b;
	size_t m, n, k;
	size_t mb, nb, kb;         /* of a block: rows, columns, steps of a part */
	size_t parts, together;    /* of k; those packed at a time, one or all */
	size_t from, wide, across; /* columns worked on now; blocks side by side */
	size_t panel;              /* numbers of a panel in the slab; 0: each block packs its own */
	int half;                  /* bf16 */
	struct maas_epilogue end;
	const struct maas_tile *tile;
	size_t members;
	char *scratch;
};

struct room { /* a member's scratch */
	float a[ROWS * TILE_ROW];
	float b[TILE_K * TILE_N];
	float c[SUMS];
	float row[END_N];
	float slab[SLAB];
};

size_t
maas_product_scratch(void)
{
	return TILE_UP(sizeof(struct room), 64);
}

static struct room *
room(const struct job *g, size_t member)
{
	return (void *)(g->scratch + member * maas_product_scratch());
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

/* Blocks of one size, not whole ones and a rest: members end together. */
static size_t
even(size_t n, size_t most, size_t unit)
{
	size_t parts = (n + most - 1) / most, each = parts ? (n + parts - 1) / parts : 0;

	return each ? TILE_UP(each, unit) < most ? TILE_UP(each, unit) : most : unit;
}

/* Steps of a part. */
static size_t
steps(const struct job *g, size_t part)
{
	return tile_least(g->k - part * g->kb, g->kb);
}

/* A part's words of an operand, side by side. */
static size_t
words(const struct job *g, size_t steps)
{
	return g->half ? TILE_UP(steps, TILE_BF) / g->tile->pair : steps;
}

/* Columns behind the last are zero, and so are steps of bf16 up to a whole TILE_BF. */
static void
pack_panel(const struct job *g, float *to, size_t j, size_t part)
{
	struct maas_matrix b = tile_at(g->b, j, part * g->kb), by_step = tile_turned(b);
	size_t n = tile_least(g->n - j, TILE_N), k = steps(g, part);

	if (g->half) {
		g->tile->pack_b(to, &b, n, k);
		return;
	}
	if (n < TILE_N)
		memset(to, 0, k * TILE_N * sizeof *to);
	g->tile->pack(to, TILE_N, &by_step, k, n, 0);
}

/* Where a panel's part lies in the slab: panels go round the members. */
static float *
in_slab(const struct job *g, size_t j, size_t part)
{
	size_t p = (j - g->from) / TILE_N;

	return room(g, p % g->members)->slab + p / g->members * g->panel + part * words(g, g->kb) * TILE_N;
}

static void
fill_slab(void *arg, size_t begin, size_t end, int member)
{
	const struct job *g = arg;

	(void)member;
	for (size_t p = begin; p < end; p++)
		for (size_t part = 0; part < g->parts; part++)
			pack_panel(g, in_slab(g, g->from + p * TILE_N, part), g->from + p * TILE_N, part);
}

static void
pack_rows(const struct job *g, float *to, size_t i, size_t m, size_t part)
{
	struct maas_matrix a = tile_at(g->a, i, part * g->kb);

	if (g->half)
		g->tile->pack_a(to, &a, m, steps(g, part));
	else
		g->tile->pack(to, TILE_ROW, &a, m, steps(g, part), 0);
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
	if (e->half)
		maas_to_bf16(e->half + at0, v, n);
	else if (e->add)
		maas_add(y + at0, v, n);
	else
		memcpy(y + at0, v, n * sizeof *v);
}

/* Sums that nothing is done to, past the caches: lines are written whole, and not read before. */
static void
put_later(const struct job *g, const float *sums, size_t i, size_t m, size_t j, size_t n)
{
	for (size_t r = 0; r < m; r++)
		for (size_t c = 0; c < n; c += TILE_N)
			tile_put_later(g->y + (i + r) * g->ldy + j + c, sums + c * m + r * TILE_N,
			    tile_least(n - c, TILE_N) * sizeof(float));
}

/* Rows of y are short pieces, far apart, which the processor does not foresee by itself. */
static void
expect(const struct job *g, size_t i, size_t j, size_t n)
{
	for (size_t c = 0; c < n; c += 16)
		__builtin_prefetch(g->y + i * g->ldy + j + c, 1, 2);
}

/* n columns from (i, j) on: panels' sums [m, TILE_N] one after the other. */
static void
finish(const struct job *g, struct room *s, const float *sums, size_t i, size_t m, size_t j, size_t n)
{
	if (g->end.later && !g->end.add) {
		put_later(g, sums, i, m, j, n);
		return;
	}
	for (size_t r = 0; r < SOON && r < m; r++)
		expect(g, i + r, j, n);
	for (size_t r = 0; r < m; r++) {
		if (r + SOON < m)
			expect(g, i + r + SOON, j, n);
		for (size_t c = 0; c < n; c += TILE_N)
			memcpy(s->row + c, sums + c * m + r * TILE_N, TILE_N * sizeof *s->row);
		maas_epilogue_row(&g->end, g->y, g->ldy, s->row, i + r, j, n);
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

/* Rows that are multiplied between two looks ahead for memory. */
static size_t
chunk(const struct job *g, size_t m)
{
	size_t rows = g->half ? g->tile->rows_bf16 : g->tile->rows_f32;

	return TILE_UP(tile_least(m / 8 + 1, 40), rows);
}

struct place { /* of a panel in a block: columns from j on, first and last of n; a part of k */
	size_t i, m, j, n, c, part;
};

/* What is read after a panel: the next one. */
static struct ahead
panel_ahead(const struct job *g, struct place p)
{
	size_t end = p.part / g->together * g->together + g->together;

	if (p.part + 1 < end) {
		p.part++;
	} else {
		p.part = end - g->together;
		p.c += TILE_N;
	}
	if (p.c >= p.n) {
		p.c = 0;
		p.part = end;
	}
	if (p.part >= g->parts)
		return (struct ahead){ NULL, 0, 0, 0, 0, 0 };
	if (g->panel)
		return (struct ahead){ (const char *)in_slab(g, p.j + p.c, p.part), 0,
			words(g, steps(g, p.part)) * TILE_N * sizeof(float), 1, 0, 0 };

	struct maas_matrix b = tile_at(g->b, p.j + p.c, p.part * g->kb);

	return ahead(&b, tile_least(p.n - p.c, TILE_N), steps(g, p.part));
}

/* What is packed after the panels of a part: the rows of the next. */
static struct ahead
rows_ahead(const struct job *g, size_t i, size_t m, size_t part)
{
	if (part >= g->parts)
		return (struct ahead){ NULL, 0, 0, 0, 0, 0 };

	struct maas_matrix a = tile_at(g->a, i, part * g->kb);

	return ahead(&a, m, steps(g, part));
}

static void
sums(const struct job *g, struct room *s, float *c, struct place p, struct ahead *rows)
{
	const float *a = s->a + p.part % g->together * p.m * TILE_ROW, *b = s->b;
	struct ahead panel = panel_ahead(g, p);
	size_t k = steps(g, p.part), step = chunk(g, p.m), each = (p.m + step - 1) / step;
	size_t share = lines(rows) / ((p.n - p.c + TILE_N - 1) / TILE_N * each) + 1, near = lines(&panel) / each + 1;

	if (g->panel)
		b = in_slab(g, p.j + p.c, p.part);
	else
		pack_panel(g, s->b, p.j + p.c, p.part);
	for (size_t r = 0; r < p.m; r += step) {
		size_t m = tile_least(p.m - r, step);

		ask(&panel, near);
		ask(rows, share);
		if (g->half)
			g->tile->bf16(c + r * TILE_N, a + r * TILE_ROW, b, m, TILE_UP(k, TILE_BF), p.part > 0);
		else
			g->tile->f32(c + r * TILE_N, a + r * TILE_ROW, b, m, k, p.part > 0);
	}
}

static void
block(const struct job *g, struct room *s, size_t i, size_t m, size_t j, size_t n)
{
	size_t kept = g->together == g->parts ? END_N : n; /* columns whose sums are kept */

	for (size_t part = 0; part < g->parts; part += g->together) {
		size_t end = part + g->together;
		struct ahead rows = rows_ahead(g, i, m, end);

		for (size_t q = part; q < end; q++)
			pack_rows(g, s->a + (q - part) * m * TILE_ROW, i, m, q);
		for (size_t c = 0; c < n; c += TILE_N) {
			size_t begin = c / END_N * END_N;

			for (size_t q = part; q < end; q++)
				sums(g, s, s->c + c % kept * m, (struct place){ i, m, j, n, c, q }, &rows);
			if (end == g->parts && (c + TILE_N >= begin + END_N || c + TILE_N >= n))
				finish(g, s, s->c + begin % kept * m, i, m, j + begin, tile_least(n - begin, END_N));
		}
	}
}

static size_t
few_rows(const struct job *g)
{
	return g->half ? g->tile->few_rows : g->tile->few_rows_f32;
}

/* Whether weights may be read where they are: few rows, a run of k each, packed rows of all k at once. */
static int
in_place(const struct job *g)
{
	size_t parts = (g->k + TILE_K - 1) / TILE_K, most = few_rows(g) > TILE_ROWS ? few_rows(g) : 2 * few_rows(g);

	return g->m <= most && g->k && g->b.col == 1 && g->b.type == (g->half ? MAAS_BF16 : MAAS_F32) &&
	    parts * g->m <= ROWS && g->tile->few_f32;
}

/* Whether they are read where they are a step after the other: few rows, and all columns of a step side by side. */
static int
wide(const struct job *g)
{
	return g->m <= WIDE_M && g->k && g->n >= TILE_N && !g->half && g->b.row == 1 && g->b.col != 1 &&
	    g->b.type == MAAS_F32 && g->a.type == MAAS_F32 && g->a.col == 1 && !g->end.later;
}

/* Columns j to j + n: of each part of k sums from zero, which are added up. */
static void
wide_columns(const struct job *g, struct room *s, size_t j, size_t n)
{
	size_t all = g->m * n;

	for (size_t l = 0; l < g->k; l += TILE_K) {
		const float *a = tile_at(g->a, 0, l).p, *b = tile_at(g->b, j, l).p;

		tile_wide(l ? s->slab : s->c, a, g->a.row, b, g->b.col, g->m, n, tile_least(g->k - l, TILE_K));
		if (l)
			maas_add(s->c, s->slab, all);
	}
	for (size_t i = 0; i < g->m; i++)
		maas_epilogue_row(&g->end, g->y, g->ldy, s->c + i * n, i, j, n);
}

/*
 * Weights of TILE_FEW columns from step l on.  What comes next is asked for as it lies in memory, a line after the
 * other, which a processor reads soonest, and not in the order in which it is multiplied.  Of bf16 it is the next
 * columns, all of k, where the second cache has room for them; else, and of f32, the next steps, or the first of the
 * next columns.
 */
static struct maas_place
place(const struct job *g, size_t j, size_t l)
{
	size_t size = maas_dtype_size(g->b.type), row = g->b.row * size, done = l * size;
	struct maas_place w = { .p = tile_at(g->b, j, l).p, .row = row };

	if (g->half && g->b.row == g->k && TILE_FEW * row <= NEAR) {
		w.soon = w.p - done + TILE_FEW * (row + done);
		w.line = 64;
		w.step = TILE_FEW * 64;
		return w;
	}
	w.soon = l + TILE_K < g->k ? w.p + TILE_K * size : w.p - done + TILE_FEW * row;
	w.line = g->half ? row : 64;
	w.step = g->half ? 64 : row;
	return w;
}

/*
 * Reads of every line, as they lie: what was asked for is here, and what the processor did not care to bring then comes
 * as soon as memory gives it, which multiplication, a column beside the other, would not have from it.  Rows of parts
 * of TILE_K steps.  As floats: reads of whole numbers were measured to be slower.
 */
static void
touch(const void *p, size_t row, size_t steps, size_t rows)
{
	for (size_t j = 0; j < rows; j++)
		for (size_t l = 0; l < steps; l += 8 * LINE) {
			const volatile float *line = (const float *)p + j * row + l;

#pragma GCC unroll 8
			for (size_t i = 0; i < 8; i++)
				(void)line[i * LINE];
		}
}

/* One row by TILE_FEW columns, through the parts of k that are whole: the steps done. */
static size_t
one(const struct job *g, struct room *s, float *c, size_t j)
{
	size_t whole = g->k / TILE_K * TILE_K, row = g->b.row * sizeof(float), k;
	size_t most = even(whole, TILE_PARTS * TILE_K, TILE_K);

	for (const float *end = c + TILE_FEW; c < end; c += TILE_ONE, j += TILE_ONE)
		for (size_t l = 0; l < whole; l += k) {
			struct maas_place w = { .p = tile_at(g->b, j, l).p, .row = row };

			k = tile_least(whole - l, most);
			w.soon = l + k < whole ? w.p + k * sizeof(float) : w.p - l * sizeof(float) + TILE_ONE * row;
			touch(w.p, g->b.row, k, TILE_ONE);
			g->tile->one_f32(c, s->a + l / TILE_K * TILE_ROW, &w, k / TILE_K, l > 0);
		}
	return whole;
}

/* TILE_FEW columns through all of k, a group of rows after the other: the second finds the weights near. */
static void
few(const struct job *g, struct room *s, float *c, size_t j)
{
	size_t done = g->m == 1 && !g->half && g->tile->one_f32 ? one(g, s, c, j) : 0;

	for (size_t i = 0; i < g->m; i += few_rows(g))
		for (size_t l = done; l < g->k; l += TILE_K) {
			size_t k = tile_least(g->k - l, TILE_K), m = tile_least(g->m - i, few_rows(g));
			const float *a = s->a + (l / TILE_K * g->m + i) * TILE_ROW;
			struct maas_place w = place(g, j, l);

			(g->half ? g->tile->few_bf16 : g->tile->few_f32)(c + i * TILE_N, a, &w, m, k, l > 0);
		}
}

/* Columns j to j + n of few rows; n is a multiple of TILE_N but at the very end. */
static void
columns(const struct job *g, struct room *s, size_t j, size_t n)
{
	size_t all = n / TILE_N * TILE_N;

	for (size_t l = 0; l < g->k; l += TILE_K) {
		size_t k = tile_least(g->k - l, TILE_K);
		float *to = s->a + l / TILE_K * g->m * TILE_ROW;
		struct maas_matrix a = tile_at(g->a, 0, l);

		if (g->half)
			g->tile->pack_few(to, &a, g->m, k);
		else
			g->tile->pack(to, TILE_ROW, &a, g->m, k, 0);
	}
	for (size_t c = 0; c < all; c += TILE_N) {
		size_t begin = c / END_N * END_N;
		float *to = s->c + c % END_N * g->m;

		few(g, s, to, j + c);
		few(g, s, to + TILE_FEW, j + c + TILE_FEW);
		if (c + TILE_N == begin + END_N || c + TILE_N == all)
			finish(g, s, s->c, 0, g->m, j + begin, c + TILE_N - begin);
	}
	if (all < n)
		block(g, s, 0, g->m, j + all, n - all);
}

static void
blocks(void *arg, size_t begin, size_t end, int member)
{
	const struct job *g = arg;
	struct room *s = room(g, (size_t)member);
	unsigned was = g->half ? tile_subnormals_off() : 0;

	for (size_t t = begin; t < end; t++) {
		size_t i = t / g->across * g->mb, j = t % g->across * g->nb, n = tile_least(g->wide - j, g->nb);

		if (in_place(g))
			columns(g, s, g->from + j, n);
		else if (wide(g))
			for (size_t c = 0, most = WIDE_SUMS / g->m; c < n; c += most)
				wide_columns(g, s, g->from + j + c, tile_least(n - c, most));
		else
			block(g, s, i, tile_least(g->m - i, g->mb), g->from + j, n);
	}
	if (g->half)
		tile_subnormals_back(was);
	if (g->end.later)
		tile_put_end();
	if (g->tile->leave)
		g->tile->leave();
}

/* Rows of a block, and whether all of k is packed for them. */
static void
cut_rows(struct job *g)
{
	size_t unit = g->half ? g->tile->rows_bf16 : g->tile->rows_f32, whole = tile_least(ROWS / g->parts, MAX_M);

	g->together = whole >= tile_least(g->m, WHOLE) ? g->parts : 1;
	if (g->together < g->parts)
		g->mb = even(g->m, PART_M, unit);
	else
		g->mb = g->m <= whole ? g->m : even(g->m, whole / unit * unit, unit);
}

/*
 * Blocks for all members, as many for each, and several where rows that are packed for a block still meet ROWS_N
 * columns; of very many, one more does not matter.  Where weights are read in place, few, since a block's first are not
 * asked for ahead.
 */
static int
enough(const struct job *g, size_t blocks, size_t across)
{
	if (g->members == 1 || across * TILE_N >= g->wide)
		return 1;
	if (wide(g))
		return blocks >= g->members;
	if (in_place(g))
		return blocks >= 2 * g->members && blocks % g->members == 0;
	if (blocks >= 16 * g->members)
		return 1;
	if (blocks % g->members)
		return 0;
	return blocks >= 4 * g->members || g->wide < (across + 1) * ROWS_N;
}

static void
cut_columns(struct job *g, size_t down)
{
	size_t most = g->together == g->parts ? g->wide : SUMS / g->mb / TILE_N * TILE_N;
	size_t across = (g->wide + most - 1) / most;

	while (!enough(g, down * across, across))
		across++;
	g->nb = TILE_UP((g->wide + across - 1) / across, TILE_N);
	g->across = (g->wide + g->nb - 1) / g->nb;
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
		.half = precision == MAAS_BF16,
		.tile = maas_tile_now(),
		.members = 1,
		.scratch = scratch };

	/* A block of f32 is a part of the order of rounding; blocks of bf16 may be any. */
	g.kb = g.half ? even(k, TILE_K * g.tile->pair, TILE_BF) : TILE_K;
	g.parts = k ? (k + g.kb - 1) / g.kb : 1;
	if (e)
		g.end = *e;
	return g;
}

static void
spread(struct job *g, struct maas_team *team, size_t n, maas_work *work)
{
	if (team)
		maas_team_run(team, n, 1, work, g);
	else
		work(g, 0, n, 0);
}

/* No result depends on how it is cut. */
static void
run(struct job *g, struct maas_team *team)
{
	size_t wide = g->n, down, panel = g->parts * words(g, g->kb) * TILE_N;

	if (!g->m || !g->n)
		return;
	cut_rows(g);
	down = (g->m + g->mb - 1) / g->mb;
	if (down > 1 && g->members * (SLAB / panel) >= SLAB_PANELS) {
		g->panel = panel;
		wide = even(g->n, g->members * (SLAB / panel) * TILE_N, TILE_N);
	}
	for (g->from = 0; g->from < g->n; g->from += wide) {
		g->wide = tile_least(g->n - g->from, wide);
		cut_columns(g, down);
		if (g->panel)
			spread(g, team, (g->wide + TILE_N - 1) / TILE_N, fill_slab);
		spread(g, team, down * g->across, blocks);
	}
}

void
maas_product(float *y, size_t ldy, struct maas_matrix a, struct maas_matrix b, size_t m, size_t n, size_t k,
    enum maas_dtype precision, const struct maas_epilogue *e, void *scratch)
{
	struct job g = job_of(y, ldy, a, b, m, n, k, precision, e, scratch);

	run(&g, NULL);
}

void
maas_product_team(struct maas_team *team, float *y, size_t ldy, struct maas_matrix a, struct maas_matrix b, size_t m,
    size_t n, size_t k, enum maas_dtype precision, const struct maas_epilogue *e, void *scratch)
{
	struct job g = job_of(y, ldy, a, b, m, n, k, precision, e, scratch);

	if (m * n < TILE_ALONE / (k + 1))
		team = NULL;
	if (team)
		g.members = (size_t)maas_team_size(team);
	run(&g, team);
}
