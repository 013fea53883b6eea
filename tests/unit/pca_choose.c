/* The solver that the shape of the data asks for. */
#include "../../lib/model/pca_choose.h"
#include "../test.h"

static const char *const names[] = { "auto", "full", "covariance", "gram", "randomized" };

static void
chooses(enum maas_pca_solver want, size_t rows, size_t columns, size_t count, int all, int again, double pairs)
{
	struct pca_case c = { rows, columns, count, all, again, pairs > 0, pairs };
	char why[MAAS_PCA_WHY];
	enum maas_pca_solver got = pca_choose(&c, names, why);

	ok(got == want, "%zu x %zu, %zu%s: %s: %s", c.rows, c.columns, c.count, c.all ? " all" : "", names[got], why);
}

int
main(void)
{
	/* Small: exact, whatever is asked for */
	chooses(MAAS_PCA_FULL, 500, 500, 3, 0, 1, 0);
	chooses(MAAS_PCA_FULL, 2, 3, 0, 1, 1, 0);
	/* Few rows: by their products, but for all directions */
	chooses(MAAS_PCA_GRAM, 600, 100000, 3, 0, 1, 0);
	chooses(MAAS_PCA_GRAM, 6080, 21853, 0, 0, 1, 0);
	chooses(MAAS_PCA_FULL, 600, 100000, 0, 1, 1, 0);
	/* Sparse ones, too, whose products are quick: a hundred numbers a row */
	chooses(MAAS_PCA_GRAM, 20000, 50000, 5, 0, 1, 1e9);
	/* Square */
	chooses(MAAS_PCA_COVARIANCE, 5000, 5000, 0, 1, 1, 0);
	/* Too many rows and columns for an exact one in good time, and a pipe, which cannot be read again */
	chooses(MAAS_PCA_RANDOMIZED, 200000, 300000, 5, 0, 1, 0);
	chooses(MAAS_PCA_GRAM, 200000, 300000, 5, 0, 0, 0);
	chooses(MAAS_PCA_GRAM, 20000, 50000, 0, 0, 1, 0);
	ok(pca_hold(3) == 500 && pca_hold(784) == 784, "rows are held up to the number of columns, or 500");
	ok(pca_hold(1 << 20) == 1024, "of very many columns, as many as take 8 GB");
	return done();
}
