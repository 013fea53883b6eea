/* The solver that the shape of the data asks for. */
#include "../../lib/model/pca_choose.h"
#include "../test.h"

static const char *const names[] = { "auto", "full", "covariance", "gram", "randomized" };

static void
chooses(enum maas_pca_solver want, struct pca_case c)
{
	char why[MAAS_PCA_WHY];
	enum maas_pca_solver got = pca_choose(&c, names, why);

	ok(got == want, "%zu x %zu, %zu%s: %s: %s", c.rows, c.columns, c.count, c.all ? " all" : "", names[got], why);
}

int
main(void)
{
	/* Small: exact, whatever is asked for */
	chooses(MAAS_PCA_FULL, (struct pca_case){ 500, 500, 3, 0, 1 });
	chooses(MAAS_PCA_FULL, (struct pca_case){ 2, 3, 0, 1, 1 });
	/* Few rows: by their products, but for all directions */
	chooses(MAAS_PCA_GRAM, (struct pca_case){ 600, 100000, 3, 0, 1 });
	chooses(MAAS_PCA_GRAM, (struct pca_case){ 6080, 21853, 0, 0, 1 });
	chooses(MAAS_PCA_FULL, (struct pca_case){ 600, 100000, 0, 1, 1 });
	/* Square */
	chooses(MAAS_PCA_COVARIANCE, (struct pca_case){ 5000, 5000, 0, 1, 1 });
	/* Too many rows and columns for an exact one in good time, and a pipe, which cannot be read again */
	chooses(MAAS_PCA_RANDOMIZED, (struct pca_case){ 20000, 50000, 5, 0, 1 });
	chooses(MAAS_PCA_GRAM, (struct pca_case){ 20000, 50000, 5, 0, 0 });
	chooses(MAAS_PCA_GRAM, (struct pca_case){ 20000, 50000, 0, 0, 1 });
	ok(pca_hold(3) == 500 && pca_hold(784) == 784, "rows are held up to the number of columns, or 500");
	ok(pca_hold(1 << 20) == 1024, "of very many columns, as many as take 8 GB");
	return done();
}
