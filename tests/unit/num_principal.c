/* Covariances, projections and components: the same for any team and tier, and right. */
#include <stdlib.h>

#include "maas/num.h"
#include "../test.h"

#define ROWS ((size_t)700) /* two whole blocks and a part */
#define COLS ((size_t)131) /* a whole tile and a part */

static double x[ROWS * COLS];

/* Mean and covariance of the rows of x by a team of so many. */
static void
moments(int threads, int bytes, double *mean, double *cov)
{
	struct maas_team *team = maas_team_new(threads);
	struct maas_moments *m = maas_moments_new(COLS, team);

	for (size_t i = 0; i < ROWS; i++)
		maas_moments_add(m, x + i * COLS, bytes);
	ok(maas_moments_rows(m) == ROWS, "all rows are counted");
	maas_moments_finish(m, mean, cov);
	maas_moments_free(m);
	maas_team_free(team);
}

/* The largest difference to the plain two-pass formula in long double, over the largest entry. */
static double
against_plain(const double *cov)
{
	static long double mean[COLS];
	double worst = 0, largest = 0;

	memset(mean, 0, sizeof mean);
	for (size_t i = 0; i < ROWS * COLS; i++)
		mean[i % COLS] += (long double)x[i] / ROWS;
	for (size_t a = 0; a < COLS; a++)
		for (size_t b = 0; b < COLS; b++) {
			long double sum = 0;

			for (size_t i = 0; i < ROWS; i++)
				sum += (x[i * COLS + a] - mean[a]) * (x[i * COLS + b] - mean[b]);
			sum /= ROWS - 1;
			worst = fmax(worst, fabs((double)(sum - cov[a * COLS + b])));
			largest = fmax(largest, fabs((double)sum));
		}
	return worst / largest;
}

static void
test_moments(void)
{
	static double mean[2][COLS], cov[2][COLS * COLS];

	for (size_t i = 0; i < ROWS * COLS; i++)
		x[i] = 1e6 + maas_uniform(3, 1, i) + 5 * maas_uniform(3, 2, i / COLS) * (double)(i % 7);
	moments(1, 0, mean[0], cov[0]);
	moments(3, 0, mean[1], cov[1]);
	ok(!memcmp(mean[0], mean[1], sizeof mean[0]) && !memcmp(cov[0], cov[1], sizeof cov[0]),
	    "any team gives the same bytes");
	ok(against_plain(cov[0]) < 1e-9, "far from zero: off by %.2g", against_plain(cov[0]));
	for (size_t i = 0; i < ROWS * COLS; i++)
		x[i] = (double)(maas_hash(&i, sizeof i, 5) & 255);
	moments(2, 1, mean[0], cov[0]);
	ok(against_plain(cov[0]) < 1e-16, "bytes: off by %.2g", against_plain(cov[0]));
	ok(cov[0][5 * COLS + 130] == cov[0][130 * COLS + 5], "both triangles");
}

static void
test_project(void)
{
	enum { M = 21, N = 37, R = 7 };
	static double w[M * N], packed[32 * N], y[2][R * M];
	double want;
	int good = 1;

	for (size_t i = 0; i < M * N; i++)
		w[i] = maas_uniform(4, 1, i) - 0.3;
	ok(maas_project_size(M, N) == 32 * N, "packed in panels of 16");
	maas_project_pack(packed, w, M, N, N, 1);
	for (int isa = MAAS_PORTABLE; isa <= (int)maas_isa_best(); isa++) {
		maas_isa_force((enum maas_isa)isa);
		maas_project(y[isa > 0], x, packed, R, M, N);
		ok(isa == 0 || !memcmp(y[0], y[1], sizeof y[0]), "%s gives the same bytes",
		    maas_isa_name((enum maas_isa)isa));
	}
	for (size_t r = 0; r < R; r++)
		for (size_t o = 0; o < M; o++) {
			want = 0;
			for (size_t i = 0; i < N; i++)
				want += x[r * N + i] * w[o * N + i];
			good &= want == y[0][r * M + o];
		}
	ok(good, "a chain of products and sums");
	maas_project(y[1], x + 5 * N, packed, 1, M, N);
	ok(!memcmp(y[1], y[0] + 5 * M, M * sizeof(double)), "a row alone is the row among others");
}

static void
test_choices(void)
{
	const double values[] = { 4, 3, 2, 1 };
	double v[] = { 0.1, -3, 2, /**/ 5, -5, 1, /**/ -0.5, 0.25, 0.125 };
	const double want[] = { -0.1, 3, -2, 5, -5, 1, 0.5, -0.25, -0.125 };

	ok(maas_principal_share(values, 4, 0.4) == 2, "a share is to be exceeded");
	ok(maas_principal_share(values, 4, 0.39) == 1 && maas_principal_share(values, 4, 0.9999) == 4, "by the fewest");
	maas_principal_sign(v, 3, 3);
	ok(!memcmp(v, want, sizeof v), "the largest entry is positive, the first of equals");
}

int
main(void)
{
	test_moments();
	test_project();
	test_choices();
	return done();
}
