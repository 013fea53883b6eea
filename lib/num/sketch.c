/* sketch -- leading components by subspace iteration over rows that stream by. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "maas/num.h"

#define BLOCK ((size_t)256) /* rows */
#define TILE  ((size_t)256) /* columns of a worker's turn */
#define GRAIN ((size_t)16)  /* rows of a worker's turn */
#define AGAIN 2             /* Gram-Schmidt: twice is enough (Kahan; Parlett 1980) */

struct maas_sketch {
	struct maas_team *team;
	size_t n, k, held;
	double *basis;          /* q [k, n], orthonormal rows */
	double *block, *turned; /* x [BLOCK, n], x^T [n, BLOCK] */
	double *y, *y_turned;   /* x q^T [BLOCK, k], [k, BLOCK] */
	double *sum;            /* x^T x q^T [n, k] */
};

/* Make the rows of q orthonormal, in order; one that has nothing new in it becomes zero. */
static void
orthonormalize(double *q, size_t k, size_t n)
{
	for (size_t i = 0; i < k; i++) {
		double *v = q + i * n, before = 0, after = 0;

		for (size_t c = 0; c < n; c++)
			before += v[c] * v[c];
		for (size_t j = 0; j < i * AGAIN; j++) {
			const double *w = q + j % i * n;
			double dot = 0;

			for (size_t c = 0; c < n; c++)
				dot += v[c] * w[c];
			for (size_t c = 0; c < n; c++)
				v[c] -= dot * w[c];
		}
		for (size_t c = 0; c < n; c++)
			after += v[c] * v[c];
		for (size_t c = 0; c < n; c++)
			v[c] = after > before * 1e-28 ? v[c] / sqrt(after) : 0;
	}
}

static void
start(struct maas_sketch *s, uint64_t seed)
{
	/* Uniform numbers, centred: as good a start as normal ones, and the same on every machine. */
	for (size_t i = 0; i < s->k * s->n; i++)
		s->basis[i] = maas_uniform(seed, 0x736b, i) - 0.5;
	orthonormalize(s->basis, s->k, s->n);
}

struct maas_sketch *
maas_sketch_new(size_t n, size_t k, uint64_t seed, struct maas_team *team)
{
	struct maas_sketch *s = maas_alloc(1, sizeof *s);

	if (!s)
		return NULL;
	s->team = team;
	s->n = n;
	s->k = k;
	s->basis = maas_alloc(n, k * sizeof *s->basis);
	s->sum = maas_alloc(n, k * sizeof *s->sum);
	s->block = maas_alloc(n, BLOCK * sizeof *s->block);
	s->turned = maas_alloc(n, BLOCK * sizeof *s->turned);
	s->y = maas_alloc(k, BLOCK * sizeof *s->y);
	s->y_turned = maas_alloc(k, BLOCK * sizeof *s->y_turned);
	if (s->basis && s->sum && s->block && s->turned && s->y && s->y_turned) {
		start(s, seed);
		return s;
	}
	maas_sketch_free(s);
	return NULL;
}

static void
along(void *arg, size_t begin, size_t end, int member)
{
	struct maas_sketch *s = arg;

	(void)member;
	maas_product_f64(s->y + begin * s->k, s->block + begin * s->n, s->basis, end - begin, s->k, s->n, 0);
	for (size_t r = begin; r < end; r++)
		for (size_t c = 0; c < s->k; c++)
			s->y_turned[c * BLOCK + r] = s->y[r * s->k + c];
}

static void
back(void *arg, size_t begin, size_t end, int member)
{
	struct maas_sketch *s = arg;

	(void)member;
	for (size_t c = begin; c < end; c++)
		for (size_t r = 0; r < BLOCK; r++)
			s->turned[c * BLOCK + r] = s->block[r * s->n + c];
	maas_product_f64(s->sum + begin * s->k, s->turned + begin * BLOCK, s->y_turned, end - begin, s->k, BLOCK, 1);
}

static void
flush(struct maas_sketch *s)
{
	if (!s->held)
		return;
	memset(s->block + s->held * s->n, 0, (BLOCK - s->held) * s->n * sizeof *s->block);
	maas_team_run(s->team, BLOCK, GRAIN, along, s);
	maas_team_run(s->team, s->n, TILE, back, s);
	s->held = 0;
}

void
maas_sketch_add(struct maas_sketch *s, const double *x)
{
	memcpy(s->block + s->held * s->n, x, s->n * sizeof *x);
	if (++s->held == BLOCK)
		flush(s);
}

/* Rayleigh-Ritz: values and vectors of x^T x in the span of the basis. */
static int
ritz(struct maas_sketch *s, double *values, double *vectors, double *small, double *u)
{
	size_t k = s->k, n = s->n;

	for (size_t a = 0; a < k; a++)
		for (size_t b = a; b < k; b++) {
			double v = 0;

			for (size_t c = 0; c < n; c++)
				v += s->basis[a * n + c] * s->sum[c * k + b];
			small[a * k + b] = small[b * k + a] = v;
		}
	if (maas_principal_cov(values, u, small, k, s->team) < 0)
		return -1;
	memset(vectors, 0, k * n * sizeof *vectors);
	for (size_t a = 0; a < k; a++)
		for (size_t b = 0; b < k; b++)
			for (size_t c = 0; c < n; c++)
				vectors[a * n + c] += u[a * k + b] * s->basis[b * n + c];
	return 0;
}

int
maas_sketch_turn(struct maas_sketch *s, double *values, double *vectors)
{
	double *small = maas_alloc(s->k, s->k * sizeof *small), *u = maas_alloc(s->k, s->k * sizeof *u);
	int rc = -1;

	flush(s);
	if (small && u)
		rc = ritz(s, values, vectors, small, u);
	for (size_t i = 0; i < s->k; i++)
		for (size_t c = 0; c < s->n; c++)
			s->basis[i * s->n + c] = s->sum[c * s->k + i];
	memset(s->sum, 0, s->n * s->k * sizeof *s->sum);
	orthonormalize(s->basis, s->k, s->n);
	free(small);
	free(u);
	return rc;
}

void
maas_sketch_free(struct maas_sketch *s)
{
	if (!s)
		return;
	free(s->basis);
	free(s->sum);
	free(s->block);
	free(s->turned);
	free(s->y);
	free(s->y_turned);
	free(s);
}
