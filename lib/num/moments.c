/* moments -- means and covariances of rows that stream by, in double, the same for any team. */
#include <stdlib.h>
#include <string.h>

#include "maas/num.h"

#define BLOCK 256 /* rows */
#define TILE  96  /* columns */

struct maas_moments {
	struct maas_team *team;
	size_t n, tiles, pairs;
	int exact; /* bytes so far: sums are integers below 2^53 */
	double seconds;
	size_t rows, held;    /* held: of the rows, in block and not yet summed */
	double *block;        /* [BLOCK, n] */
	double *turned;       /* [n, BLOCK], about the origin */
	double *origin, *sum; /* [n]; sum of x - origin */
	double *product;      /* a tile [TILE, TILE] for each pair of tiles i <= j, rows of i first */
};

struct maas_moments *
maas_moments_new(size_t n, struct maas_team *team)
{
	struct maas_moments *m = maas_alloc(1, sizeof *m);

	if (!m)
		return NULL;
	m->team = team;
	m->n = n;
	m->exact = 1;
	m->tiles = (n + TILE - 1) / TILE;
	m->pairs = m->tiles * (m->tiles + 1) / 2;
	m->block = maas_alloc(n, BLOCK * sizeof *m->block);
	m->turned = maas_alloc(n, BLOCK * sizeof *m->turned);
	m->origin = maas_alloc(n, sizeof *m->origin);
	m->sum = maas_alloc(n, sizeof *m->sum);
	m->product = maas_alloc(m->pairs, TILE * TILE * sizeof *m->product);
	if (m->block && m->turned && m->origin && m->sum && m->product)
		return m;
	maas_moments_free(m);
	return NULL;
}

/* Columns [TILE begin, TILE end): turned about the origin; columns of zeros behind the last row. */
static void
turn(void *arg, size_t begin, size_t end, int member)
{
	struct maas_moments *m = arg;
	size_t j, r, last = end * TILE < m->n ? end * TILE : m->n;

	(void)member;
	for (j = begin * TILE; j < last; j++) {
		double *to = m->turned + j * BLOCK, sum = 0;

		if (m->rows == m->held && !m->exact) {
			for (r = 0; r < m->held; r++)
				m->origin[j] += m->block[r * m->n + j];
			m->origin[j] /= (double)m->held;
		}
		for (r = 0; r < m->held; r++) {
			to[r] = m->block[r * m->n + j] - m->origin[j];
			sum += to[r];
		}
		for (; r < BLOCK; r++)
			to[r] = 0;
		m->sum[j] += sum;
	}
}

/* Pair number to tiles i <= j: pairs of j stand together. */
static void
tiles_of(size_t pair, size_t *i, size_t *j)
{
	for (*j = 0; pair > *j; (*j)++)
		pair -= *j + 1;
	*i = pair;
}

static size_t
width(const struct maas_moments *m, size_t tile)
{
	return m->n - tile * TILE < TILE ? m->n - tile * TILE : TILE;
}

static void
multiply(void *arg, size_t begin, size_t end, int member)
{
	struct maas_moments *m = arg;
	size_t p, i, j;

	(void)member;
	for (p = begin; p < end; p++) {
		tiles_of(p, &i, &j);
		maas_product_f64(m->product + p * TILE * TILE, m->turned + i * TILE * BLOCK,
		    m->turned + j * TILE * BLOCK, width(m, i), width(m, j), BLOCK, 1);
	}
}

static void
flush(struct maas_moments *m)
{
	double began = maas_clock();

	if (!m->held)
		return;
	maas_team_run(m->team, m->tiles, 1, turn, m);
	maas_team_run(m->team, m->pairs, 1, multiply, m);
	m->held = 0;
	m->seconds += maas_clock() - began;
}

void
maas_moments_add(struct maas_moments *m, const double *x, int bytes)
{
	m->exact &= bytes;
	memcpy(m->block + m->held * m->n, x, m->n * sizeof *x);
	m->rows++;
	if (++m->held == BLOCK)
		flush(m);
}

size_t
maas_moments_rows(const struct maas_moments *m)
{
	return m->rows;
}

double
maas_moments_seconds(const struct maas_moments *m)
{
	return m->seconds;
}

/* One rounding of (n sum xy - sum x sum y) / n (n-1) where the sums are integers below 2^53. */
static double
exact_cov(double xy, double x, double y, size_t rows)
{
	__int128 n = (__int128)rows, d = n * (__int128)xy - (__int128)x * (__int128)y;

	return (double)d / ((double)rows * (double)(rows - 1));
}

void
maas_moments_finish(struct maas_moments *m, double *mean, double *cov)
{
	double rows = (double)m->rows;
	size_t p, i, j, a, b;

	flush(m);
	for (j = 0; j < m->n; j++)
		mean[j] = m->origin[j] + m->sum[j] / rows;
	for (p = 0; p < m->pairs; p++) {
		const double *tile = m->product + p * TILE * TILE;

		tiles_of(p, &i, &j);
		for (a = 0; a < width(m, i); a++)
			for (b = 0; b < width(m, j); b++) {
				size_t r = i * TILE + a, c = j * TILE + b;
				double xy = tile[a * width(m, j) + b], x = m->sum[r], y = m->sum[c];
				double v = m->exact ? exact_cov(xy, x, y, m->rows) : (xy - x * y / rows) / (rows - 1);

				cov[r * m->n + c] = cov[c * m->n + r] = v;
			}
	}
}

void
maas_moments_free(struct maas_moments *m)
{
	if (!m)
		return;
	free(m->block);
	free(m->turned);
	free(m->origin);
	free(m->sum);
	free(m->product);
	free(m);
}
