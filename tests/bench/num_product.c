/* Rates of products: tab-separated, best of five. */
#include <stdio.h>
#include <stdlib.h>

#include "maas/base.h"
#include "maas/num.h"

static const struct {
	const char *what;
	size_t m, n, k;
	int at, bt;
} rows[] = {
	{ "forward", 2048, 1536, 384, 0, 0 },
	{ "dx", 2048, 384, 1536, 0, 1 },
	{ "dw", 1536, 384, 2048, 1, 1 },
	{ "square", 1024, 1024, 1024, 0, 0 },
	{ "row", 1, 3072, 768, 0, 0 },
	{ "head-row", 1, 50257, 768, 0, 0 },
	{ "rows-8", 8, 3072, 768, 0, 0 },
	{ "head-rows-16", 16, 50257, 768, 0, 0 },
};

/* The same with 8-bit weights. */
static double
seconds_q8(struct maas_team *team, float *y, const float *x, struct maas_q8 b, size_t i, void *scratch)
{
	double best = 1e9;
	int turns = (int)(2e8 / ((double)rows[i].m * (double)rows[i].n * (double)rows[i].k)) + 1;

	for (int t = 0; t < 5; t++) {
		double start = maas_clock();

		for (int r = 0; r < turns; r++)
			maas_product_q8_team(
			    team, y, rows[i].n, x, rows[i].k, b, rows[i].m, rows[i].n, rows[i].k, NULL, scratch);
		double took = (maas_clock() - start) / turns;

		best = took < best ? took : best;
	}
	return best;
}

static void
tell(size_t i, const char *type, double bytes, double s, int threads)
{
	double all = (double)rows[i].n * (double)rows[i].k;

	printf("product, %s, %s\t%.1f\tGFLOP/s\t%.1f GB/s of weights\t%d threads\n", rows[i].what, type,
	    2e-9 * (double)rows[i].m * all / s, 1e-9 * all * bytes / s, threads);
}

static double
seconds(struct maas_team *team, float *y, struct maas_matrix a, struct maas_matrix b, size_t i,
    enum maas_dtype precision, void *scratch)
{
	double best = 1e9;
	int turns = (int)(2e8 / ((double)rows[i].m * (double)rows[i].n * (double)rows[i].k)) + 1;

	for (int t = 0; t < 5; t++) {
		double start = maas_clock();

		for (int r = 0; r < turns; r++)
			maas_product_team(
			    team, y, rows[i].n, a, b, rows[i].m, rows[i].n, rows[i].k, precision, NULL, scratch);
		double took = (maas_clock() - start) / turns;

		best = took < best ? took : best;
	}
	return best;
}

int
main(int argc, char **argv)
{
	int threads = argc > 1 ? (int)strtol(argv[1], NULL, 10) : 0;
	struct maas_team *team = maas_team_new(threads);
	size_t space = (size_t)50257 * 768;
	float *x = aligned_alloc(64, space * 4), *w = aligned_alloc(64, space * 4), *y = aligned_alloc(64, space * 4);
	maas_bf16 *half = aligned_alloc(64, space * 2);
	int8_t *eight = aligned_alloc(64, space);
	void *q8 = team ? aligned_alloc(64, maas_product_q8_scratch(2048, 1536, maas_team_size(team))) : NULL;
	void *scratch = team ? aligned_alloc(64, (size_t)maas_team_size(team) * maas_product_scratch()) : NULL;

	if (!scratch || !x || !w || !y || !half || !eight || !q8)
		return 2;
	maas_fill_normal(x, 4 << 20, 1, 1, 1);
	maas_fill_normal(w, space, 1, 1, 2);
	maas_to_bf16(half, w, space);
	for (size_t i = 0; i < space; i++)
		eight[i] = (int8_t)(w[i] * 40);
	for (size_t i = 0; i < MAAS_COUNT(rows); i++)
		for (int p = 0; p < 2; p++) {
			size_t m = rows[i].m, n = rows[i].n, k = rows[i].k;
			struct maas_matrix a = { x, MAAS_F32, rows[i].at ? 1 : k, rows[i].at ? m : 1 };
			struct maas_matrix b = { p ? (void *)half : (void *)w, p ? MAAS_BF16 : MAAS_F32,
				rows[i].bt ? 1 : k, rows[i].bt ? n : 1 };
			double s = seconds(team, y, a, b, i, p ? MAAS_BF16 : MAAS_F32, scratch);

			tell(i, p ? "bf16" : "f32", p ? 2 : 4, s, maas_team_size(team));
			if (p && !rows[i].at && !rows[i].bt)
				tell(i, "q8", 1, seconds_q8(team, y, x, (struct maas_q8){ eight, w }, i, q8),
				    maas_team_size(team));
		}
	maas_team_free(team);
	free(x);
	free(w);
	free(y);
	free(half);
	free(eight);
	free(q8);
	free(scratch);
	return 0;
}
