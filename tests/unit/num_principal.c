/* Covariances, projections and components: the same for any team and tier, and right. */
#include <math.h>
#include <stdlib.h>

#include "maas/num.h"
#include "../test.h"

#define ROWS ((size_t)4700) /* two whole slabs of doubles and a part */
#define COLS ((size_t)131)  /* a whole tile and a part */

static double x[ROWS * COLS];

/* Mean and covariance of the rows of x by a team of so many, handed over so many at a time (0: one by one, by another
 * way). */
static void
moments(int threads, int bytes, size_t at_once, double *mean, double *cov)
{
	static unsigned char all[ROWS * COLS * sizeof *x + 1];
	struct maas_team *team = maas_team_new(threads);
	struct maas_moments *m = maas_moments_new(COLS, team);
	size_t size = COLS * (bytes ? 1 : sizeof *x);

	for (size_t i = 0; i < ROWS * COLS; i++)
		if (bytes)
			all[1 + i] = (unsigned char)x[i];
		else
			memcpy(all + 1 + i * sizeof *x, x + i, sizeof *x);
	for (size_t i = 0; i < ROWS; i += at_once ? at_once : 1) {
		size_t n = ROWS - i < at_once ? ROWS - i : at_once;

		if ((at_once ? maas_moments_add_rows(m, all + 1 + i * size, bytes ? MAAS_U8 : MAAS_F64, n, NULL)
			     : maas_moments_add(m, x + i * COLS, bytes)) < 0)
			break;
	}
	ok(maas_moments_rows(m) == ROWS, "all rows are counted");
	memcpy(cov, maas_moments_finish(m, mean), COLS * COLS * sizeof *cov);
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

/* The same rows and the same bytes: any tier, any team, however they are handed over. */
static void
alike(int bytes, double *mean, double *cov)
{
	static double other[COLS * COLS], also[COLS];
	const size_t at_once[] = { 0, 1, 300, 1024, ROWS };

	maas_isa_force(MAAS_PORTABLE);
	moments(1, bytes, 0, mean, cov);
	for (int isa = MAAS_PORTABLE; isa <= (int)maas_isa_best(); isa++)
		for (size_t i = 0; i < MAAS_COUNT(at_once); i++) {
			maas_isa_force((enum maas_isa)isa);
			moments(1 + (int)i % 3, bytes, at_once[i], also, other);
			ok(!memcmp(mean, also, sizeof also) && !memcmp(cov, other, sizeof other),
			    "%s, %zu rows at once, are the same bytes", maas_isa_name((enum maas_isa)isa), at_once[i]);
		}
}

static void
test_moments(void)
{
	static double mean[COLS], cov[COLS * COLS];

	for (size_t i = 0; i < ROWS * COLS; i++)
		x[i] = 1e6 + maas_uniform(3, 1, i) + 5 * maas_uniform(3, 2, i / COLS) * (double)(i % 7);
	alike(0, mean, cov);
	ok(against_plain(cov) < 1e-9, "far from zero: off by %.2g", against_plain(cov));
	for (size_t i = 0; i < ROWS * COLS; i++)
		x[i] = (double)(maas_hash(&i, sizeof i, 5) & 255);
	alike(1, mean, cov);
	ok(against_plain(cov) < 1e-16, "bytes: off by %.2g", against_plain(cov));
	ok(cov[5 * COLS + 130] == cov[130 * COLS + 5], "both triangles");
}

/* More white rows than 32 bits hold the squares of, then one that is not of bytes. */
static void
test_many(void)
{
	enum { N = 17, MANY = 70000 };
	static unsigned char white[MANY * N];
	struct maas_team *team = maas_team_new(2);
	double mean[N], half[N], *cov;

	memset(white, 255, sizeof white);
	for (size_t j = 0; j < N; j++)
		half[j] = 0.5;
	for (int isa = MAAS_PORTABLE; isa <= (int)maas_isa_best(); isa++) {
		maas_isa_force((enum maas_isa)isa);
		for (int mixed = 0; mixed < 2; mixed++) {
			struct maas_moments *m = maas_moments_new(N, team);
			const double want = mixed ? 254.5 * 254.5 / (MANY + 1) : 0;
			double off = 0;

			if (maas_moments_add_rows(m, white, MAAS_U8, MANY, NULL) < 0 ||
			    (mixed && maas_moments_add(m, half, 0) < 0) || !(cov = maas_moments_finish(m, mean)))
				break;
			for (size_t i = 0; i < N * N; i++)
				off = fmax(off, fabs(cov[i] - want));
			ok(off < 1e-9, "%s: %d white rows%s: off by %.2g", maas_isa_name((enum maas_isa)isa), MANY,
			    mixed ? " and one of halves" : "", off);
			maas_moments_free(m);
		}
	}
	maas_team_free(team);
}

/* Columns enough for one lane and stripes; numbers of 32 bits. */
static void
test_wide(void)
{
	enum { N = 300, MANY = 800 };
	static float f[MANY * N];
	static double cov[2][N * N], mean[2][N];

	for (size_t i = 0; i < MANY * N; i++)
		f[i] = (float)(maas_uniform(8, 1, i) - 0.25);
	for (int k = 0; k < 2; k++) {
		struct maas_team *team = maas_team_new(1 + k);
		struct maas_moments *m = maas_moments_new(N, team);
		double row[N];

		maas_isa_force(k ? maas_isa_best() : MAAS_PORTABLE);
		for (size_t i = 0; i < MANY; i++) {
			for (size_t j = 0; j < N; j++)
				row[j] = f[i * N + j];
			if ((k ? maas_moments_add_rows(m, f + i * N, MAAS_F32, 1, NULL) : maas_moments_add(m, row, 0)) <
			    0)
				break;
		}
		memcpy(cov[k], maas_moments_finish(m, mean[k]), sizeof cov[k]);
		maas_moments_free(m);
		maas_team_free(team);
	}
	ok(!memcmp(cov[0], cov[1], sizeof cov[0]) && !memcmp(mean[0], mean[1], sizeof mean[0]),
	    "numbers of 32 bits, wide");
	ok(fabs(cov[0][7 * N + 7] - 1 / 12.0) < 0.01 && fabs(cov[0][7 * N + 250]) < 0.02, "of known variance");
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

/* Vectors of 32 bits are those of 64 that they widen to, as rows and as columns, of more numbers than are widened at a
 * time. */
static void
test_project_narrow(void)
{
	enum { M = 19, N = 150, R = 6 };
	static float narrow[M * N], turned[N * M];
	static double w[M * N], packed[32 * N], y[R * M], z[R * M];

	for (size_t i = 0; i < M * N; i++) {
		narrow[i] = (float)(maas_uniform(4, 2, i) - 0.3);
		w[i] = (double)narrow[i];
		turned[i % N * M + i / N] = narrow[i];
	}
	maas_project_pack(packed, w, M, N, N, 1);
	maas_isa_force(MAAS_PORTABLE);
	maas_project(y, x, packed, R, M, N);
	for (int isa = MAAS_PORTABLE; isa <= (int)maas_isa_best(); isa++) {
		maas_isa_force((enum maas_isa)isa);
		memset(z, 0xff, sizeof z);
		maas_project_f32(z, x, narrow, R, M, N, N, 1);
		ok(!memcmp(y, z, sizeof y), "%s: 32 bits widened", maas_isa_name((enum maas_isa)isa));
		memset(z, 0xff, sizeof z);
		maas_project_f32(z, x, turned, R, M, N, 1, M);
		ok(!memcmp(y, z, sizeof y), "%s: and turned", maas_isa_name((enum maas_isa)isa));
	}
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
	test_many();
	test_wide();
	test_project();
	test_project_narrow();
	test_choices();
	return done();
}
