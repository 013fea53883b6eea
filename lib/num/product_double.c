/* product_double -- products in double by the team: the same bytes in every tier and for any team. */
#include <math.h>
#include <string.h>

#include "maas/num.h"

#define WIDE      ((size_t)16)  /* columns of a panel */
#define PART      ((size_t)256) /* steps of k that are summed before they are added */
#define PART_ROW  (PART + 8)    /* not a power of two: rows would share a set of the cache */
#define BLOCK     ((size_t)98)  /* rows of a task: seven tiles; a block of a lies in the second cache */
#define CHUNK     ((size_t)512) /* columns of a task */
#define MEMBER    (BLOCK * PART_ROW + BLOCK * WIDE) /* doubles of scratch: rows of a, and what a panel's edge gets */
#define UP(n, by) (((n) + (by)-1) / (by) * (by))

#define TIER_FILE "product_double.inc"
#include "tier.h"

typedef void tile_fn(double *y, size_t ldy, const double *a, const double *b, size_t m, size_t k, int add);

struct job {
	double *y;
	size_t ldy;
	struct maas_matrix a, b;
	size_t m, n, k;
	enum maas_into into;
	double *panels, *own; /* b's of this part; MEMBER doubles of each member */
	size_t at, part;      /* the part of k */
	size_t across;        /* chunks of columns */
	tile_fn *tile;
};

static const double *
element(struct maas_matrix s, size_t i, size_t l)
{
	return (const double *)s.p + i * s.row + l * s.col;
}

static size_t
least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* Panels [begin, end) of b: steps of k, and of each WIDE rows of b; zeros behind the last. */
static void
pack(void *arg, size_t begin, size_t end, int member)
{
	const struct job *g = arg;

	(void)member;
	for (size_t p = begin; p < end; p++) {
		double *to = g->panels + p * WIDE * PART;
		size_t rows = least(g->n - p * WIDE, WIDE);

		for (size_t l = 0; l < g->part; l++, to += WIDE) {
			const double *from = element(g->b, p * WIDE, g->at + l);

			for (size_t c = 0; c < rows; c++)
				to[c] = from[c * g->b.row];
			for (size_t c = rows; c < WIDE; c++)
				to[c] = 0;
		}
	}
}

static void
pack_rows(double *to, const struct job *g, size_t i, size_t rows)
{
	for (size_t r = 0; r < rows; r++, to += PART_ROW) {
		const double *from = element(g->a, i + r, g->at);

		if (g->a.col == 1)
			memcpy(to, from, g->part * sizeof *to);
		else
			for (size_t l = 0; l < g->part; l++)
				to[l] = from[l * g->a.col];
	}
}

/* Tasks: a block of rows by a chunk of columns. */
static void
multiply(void *arg, size_t begin, size_t end, int member)
{
	const struct job *g = arg;
	double *a = g->own + (size_t)member * MEMBER, *edge = a + BLOCK * PART_ROW;
	int add = g->at || g->into != MAAS_SET;

	for (size_t t = begin; t < end; t++) {
		size_t i = t / g->across * BLOCK, rows = least(g->m - i, BLOCK), from = t % g->across * CHUNK;
		size_t to = least(from + CHUNK, g->n);

		if (g->into == MAAS_ADD_UPPER && to <= i)
			continue;
		if (g->into == MAAS_ADD_UPPER && from < i)
			from = i / WIDE * WIDE;
		pack_rows(a, g, i, rows);
		for (size_t c = from; c < to; c += WIDE) {
			const double *panel = g->panels + c * PART;
			double *y = g->y + i * g->ldy + c;

			if (c + WIDE <= g->n) {
				g->tile(y, g->ldy, a, panel, rows, g->part, add);
				continue;
			}
			g->tile(edge, WIDE, a, panel, rows, g->part, 0);
			for (size_t r = 0; r < rows; r++)
				for (size_t l = 0; l < g->n - c; l++)
					y[r * g->ldy + l] =
					    add ? y[r * g->ldy + l] + edge[r * WIDE + l] : edge[r * WIDE + l];
		}
	}
}

size_t
maas_product_double_scratch(size_t n, int members)
{
	return (UP(n, WIDE) * PART + (size_t)members * MEMBER) * sizeof(double);
}

void
maas_product_double(struct maas_team *team, double *y, size_t ldy, struct maas_matrix a, struct maas_matrix b, size_t m,
    size_t n, size_t k, enum maas_into into, void *scratch)
{
	struct job g = { .y = y, .ldy = ldy, .a = a, .b = b, .m = m, .n = n, .k = k, .into = into };
	size_t panels = UP(n, WIDE) / WIDE, blocks = UP(m, BLOCK) / BLOCK;

	g.panels = scratch;
	g.own = g.panels + panels * WIDE * PART;
	g.across = UP(n, CHUNK) / CHUNK;
	g.tile = PICK(tile);
	for (g.at = 0; g.at < k; g.at += PART) {
		g.part = least(k - g.at, PART);
		maas_team_run(team, panels, 16, pack, &g);
		maas_team_run(team, blocks * g.across, 1, multiply, &g);
	}
}
