/*
 * Products with 8-bit and 4-bit weights.  Rows of a are rounded once, by the team; then each member takes some panels
 * of weights, and passes each over all rows of a while it is near: for one row of a the weights' way from memory
 * is all the work there is, and for sixteen it still is most of it.
 */
#include <math.h>
#include <string.h>

#include "q8.h"

#define FAR   20480 /* bytes of two panels, behind the first, between those that many rows meet and those asked for */
#define AHEAD 8192  /* bytes of weights between those that few rows meet and those asked for */

struct job {
	float *y;
	size_t ldy, lda;
	const float *a;
	struct maas_quant b;
	size_t m, n, k, shares;
	struct maas_epilogue end;
	int8_t *q; /* [m, groups * group]; with those below: a, rounded */
	float *scale;
	int32_t *shifted;
	size_t groups, group, panel; /* panel: bytes */
	char *room;                  /* a member's, room_bytes apart */
	size_t room_bytes;
	const struct maas_q8_tier *tier;
};

struct room {
	int8_t wide[Q8_BLOCK * Q8_PANEL];
	float sums[]; /* [m, Q8_LD] */
};

const struct maas_q8_tier *
maas_q8_now(void)
{
#if defined(__x86_64__)
	if (maas_isa() >= MAAS_AVX512 && __builtin_cpu_supports("avx512vnni"))
		return &maas_q8_vnni;
	if (maas_isa() >= MAAS_AVX2)
		return &maas_q8_avx2;
#endif
	return &maas_q8_portable;
}

/* Rows i ... i + n of m, as x has them; i is where a stack begins. */
static void
round_some(const struct job *g, const float *x, size_t i, size_t n)
{
	for (size_t end = i + n, rows; i < end; i += rows, x += rows * g->lda) {
		rows = q8_stack(g->m - i);
		g->tier->round(g->q + i * g->groups * g->group, g->scale + i * g->groups, g->shifted + i * g->groups, x,
		    g->lda, rows, g->k, g->group);
	}
}

static void
round_rows(void *arg, size_t begin, size_t end, int member)
{
	const struct job *g = arg;

	(void)member;
	round_some(g, g->a + begin * g->lda, begin, end - begin);
}

/* What will be written is asked for before it is summed. */
static void
expect(const struct job *g, size_t j, size_t n)
{
	for (size_t i = 0; i < g->m; i++)
		for (size_t h = 0; h < n; h += 16)
			__builtin_prefetch(g->y + i * g->ldy + j + h, 1, 2);
}

/* Few rows go over the whole panel at once. */
static void
few(const struct job *g, float *c, const struct q8_rows *a, const char *w, const maas_bf16 *scale)
{
	struct q8_part b = {
		.w = w, .scale = scale, .groups = g->groups, .soon = w + AHEAD, .bytes = g->panel / g->groups
	};

	(g->b.type == MAAS_I8 ? g->tier->bytes : g->tier->nibbles)(c, a, &b, g->m);
}

/* Many go over a block of it after the other. */
static void
many(const struct job *g, struct room *room, float *c, const struct q8_rows *a, const char *w, const maas_bf16 *scale)
{
	size_t each = Q8_BLOCK / g->group, bytes = g->panel / g->groups;

	for (size_t i = 0; i < g->groups; i += each) {
		size_t n = g->groups - i < each ? g->groups - i : each;
		struct q8_part b = { w + i * bytes, scale + i * Q8_PANEL, i, n, w + (i + n) * bytes, bytes };

		if (g->b.type != MAAS_I8) {
			g->tier->widen(room->wide, b.w, n);
			b.w = room->wide;
		}
		g->tier->bytes(c, a, &b, g->m);
	}
}

/* Rows that are no whole stack of eight: one panel, then the other. */
static void
rest(const struct job *g, float *c, const struct q8_rows *a, struct q8_part b, const struct q8_beside *side, size_t i)
{
	size_t at = i * a->groups;
	struct q8_rows left = { a->p + at * a->group, a->scale + at, a->shifted + at, a->groups, a->group };

	if (i == g->m)
		return;
	b.bytes = 0;
	g->tier->bytes(c + i * Q8_LD, &left, &b, g->m - i);
	b.w = (const char *)b.w + side->bytes;
	b.scale += side->groups * Q8_PANEL;
	g->tier->bytes(c + i * Q8_LD + Q8_PANEL, &left, &b, g->m - i);
}

/* As `many`, of two panels beside each other. */
static void
many_of_two(
    const struct job *g, struct room *room, float *c, const struct q8_rows *a, const char *w, const maas_bf16 *scale)
{
	size_t each = Q8_BLOCK / 2 / g->group, bytes = g->panel / g->groups;
	size_t far = g->panel + FAR;
	struct q8_beside side = { g->panel, g->groups };

	for (size_t i = 0; i < g->groups; i += each) {
		size_t n = g->groups - i < each ? g->groups - i : each;
		struct q8_part b = { w + i * bytes, scale + i * Q8_PANEL, i, n, w + 2 * i * bytes + far, bytes };

		if (g->b.type != MAAS_I8) {
			side.bytes = sizeof room->wide / 2;
			g->tier->widen(room->wide, b.w, n);
			g->tier->widen(room->wide + side.bytes, (const uint8_t *)b.w + g->panel, n);
			b.w = room->wide;
		}
		rest(g, c, a, b, &side, g->tier->two(c, a, &b, &side, g->m));
	}
}

/* Columns from ... to, Q8_LD at a time. */
static void
columns(const struct job *g, struct room *room, size_t from, size_t to)
{
	struct q8_rows a = { g->q, g->scale, g->shifted, g->groups, g->group };

	for (size_t j = from; j < to; j += Q8_LD) {
		size_t n = to - j < Q8_LD ? to - j : Q8_LD;

		expect(g, j, n);
		for (size_t h = 0, step; h < n; h += step) {
			size_t p = (j + h) / Q8_PANEL;
			const char *w = (const char *)g->b.p + p * g->panel;
			const maas_bf16 *scale = g->b.scale + p * g->groups * Q8_PANEL;

			step = g->m >= 8 && g->tier->two && n - h > Q8_PANEL ? 2 * Q8_PANEL : Q8_PANEL;
			if (step > Q8_PANEL)
				many_of_two(g, room, room->sums + h, &a, w, scale);
			else if (g->m <= Q8_FEW)
				few(g, room->sums + h, &a, w, scale);
			else
				many(g, room, room->sums + h, &a, w, scale);
		}
		for (size_t i = 0; i < g->m; i++)
			maas_epilogue_row(&g->end, g->y, g->ldy, room->sums + i * Q8_LD, i, j, n);
	}
}

/* How many units, of Q8_LD columns, the item has that begins with unit `at`. */
static size_t
share(const struct job *g, size_t at)
{
	size_t units = (g->n + Q8_LD - 1) / Q8_LD;

	return (units - at + g->shares - 1) / g->shares;
}

/*
 * An item is a part of the columns.  Each is as large as what is left allows, so that members read long runs of memory
 * and still end together (guided self-scheduling: Polychronopoulos & Kuck 1987).  No result depends on it.
 */
static size_t
cut(const struct job *g, size_t item, size_t *from)
{
	size_t at = 0, to;

	while (item--)
		at += share(g, at);
	to = (at + share(g, at)) * Q8_LD;
	*from = at * Q8_LD;
	return to < g->n ? to : g->n;
}

static size_t
cuts(const struct job *g)
{
	size_t n = 0;

	for (size_t at = 0, now; (now = share(g, at)) > 0; at += now)
		n++;
	return n;
}

static void
items(void *arg, size_t begin, size_t end, int member)
{
	const struct job *g = arg;
	struct room *room = (void *)(g->room + (size_t)member * g->room_bytes);

	for (size_t i = begin, from, to; i < end; i++) {
		to = cut(g, i, &from);
		columns(g, room, from, to);
	}
}

/* Of a, rounded; groups are smallest, and rows longest, where weights have 4 bits or 8. */
static size_t
row_bytes(size_t m, size_t k)
{
	return TILE_UP(m * TILE_UP(k, MAAS_Q8_GROUP), 64);
}

static size_t
group_bytes(size_t m, size_t k)
{
	return TILE_UP(m * maas_quant_groups(MAAS_U8, k) * 4, 64);
}

static size_t
room_bytes(size_t m)
{
	return TILE_UP(sizeof(struct room) + m * Q8_LD * sizeof(float), 64);
}

size_t
maas_product_quant_scratch(size_t m, size_t k, int members)
{
	return row_bytes(m, k) + 2 * group_bytes(m, k) + (size_t)members * room_bytes(m);
}

/* Where a, rounded, lies in the scratch, and then the members' rooms. */
static struct job
job_of(enum maas_dtype type, size_t lda, size_t m, size_t k, void *scratch)
{
	size_t rows = row_bytes(m, k), groups = group_bytes(m, k);
	char *s = scratch;

	return (struct job){ .lda = lda,
		.m = m,
		.k = k,
		.q = (void *)s,
		.scale = (void *)(s + rows),
		.shifted = (void *)(s + rows + groups),
		.groups = maas_quant_groups(type, k),
		.group = maas_quant_group(type),
		.room = s + rows + 2 * groups,
		.room_bytes = room_bytes(m),
		.tier = maas_q8_now() };
}

void
maas_product_quant_round(
    void *scratch, enum maas_dtype type, const float *x, size_t ldx, size_t i, size_t n, size_t m, size_t k)
{
	struct job g = job_of(type, ldx, m, k, scratch);

	round_some(&g, x, i, n);
}

void
maas_product_quant_team(struct maas_team *team, float *y, size_t ldy, const float *a, size_t lda, struct maas_quant b,
    size_t m, size_t n, size_t k, const struct maas_epilogue *e, void *scratch)
{
	struct job g = job_of(b.type, lda, m, k, scratch);

	g.y = y;
	g.ldy = ldy;
	g.a = a;
	g.b = b;
	g.n = n;
	g.shares = 2 * (size_t)maas_team_size(team);
	g.panel = maas_quant_panel_bytes(b.type, k);
	if (e)
		g.end = *e;
	if (a)
		maas_team_run(team, m, 8, round_rows, &g);
	if (m * n < TILE_ALONE / (k + 1))
		columns(&g, (void *)g.room, 0, n);
	else
		maas_team_run(team, cuts(&g), 1, items, &g);
}
