/* pca_read -- rows of a fit: held, or summed up as they stream. */
#include <stdlib.h>
#include <string.h>

#include "pca_fit.h"

#define COLS_MAX ((size_t)32768) /* of a covariance: 8 GB */

/* Keep the first records as inputs of the self-test. */
static int
keep_test(struct pca_fit *f, const struct maas_row *row)
{
	struct maas_buf *b = &f->test[f->rows];
	size_t i;

	if (f->rows >= PCA_TESTS)
		return 0;
	if (row->record.raw.s && (!row->record.num || row->record.index)) /* not a file's name */
		return maas_buf_add(b, row->record.raw.s, row->record.raw.n);
	for (i = 0; i < f->n; i++)
		if (maas_buf_printf(b, i ? ",%.17g" : "%.17g", row->x[i]) < 0)
			return -1;
	return 0;
}

static const double *
held_row(struct pca_fit *f, size_t i)
{
	if (f->held)
		return f->held + i * f->n;
	sparse_row(&f->sparse, i, f->row);
	return f->row;
}

/* A sketch's first pass: sums about the first row. */
static void
sum_up(struct pca_fit *f, const double *x)
{
	size_t j;

	if (f->rows == 1)
		memcpy(f->origin, x, f->n * sizeof *x);
	for (j = 0; j < f->n; j++) {
		double d = x[j] - f->origin[j];

		f->mean[j] += d;
		f->scale[j] += d * d;
	}
}

/* From here on rows are summed up, and will be read again. */
int
pca_sketch(struct pca_fit *f)
{
	size_t rows = f->rows;

	if (!(f->origin = maas_alloc(f->n, sizeof *f->origin)))
		return -1;
	for (f->rows = 1; f->rows <= rows; f->rows++)
		sum_up(f, held_row(f, f->rows - 1));
	f->rows = rows;
	free(f->held);
	f->held = NULL;
	sparse_free(&f->sparse);
	return 0;
}

/* From here on rows stream. */
int
pca_stream(struct pca_fit *f)
{
	size_t i;

	if (f->n > COLS_MAX && f->want.how == COUNT && !f->o->solver && maas_table_again(f->table)) {
		snprintf(f->spent.why, sizeof f->spent.why, "%zu columns are too many for a covariance", f->n);
		return pca_sketch(f);
	}
	if (f->n > COLS_MAX)
		return maas_fail(
		    "%zu columns: a covariance holds up to %zu; a number of components (-n 20) of a file can be "
		    "found, or all of fewer rows",
		    f->n, COLS_MAX);
	if (!f->o->solver && !*f->spent.why)
		snprintf(
		    f->spent.why, sizeof f->spent.why, "more rows than the %zu that are held, in one pass", f->limit);
	if (!(f->moments = maas_moments_new(f->n, f->team)))
		return -1;
	for (i = 0; i < f->rows; i++)
		if (maas_moments_add(f->moments, held_row(f, i), f->bytes) < 0)
			return -1;
	free(f->held);
	f->held = NULL;
	sparse_free(&f->sparse);
	return 0;
}

static int
take(struct pca_fit *f, const struct maas_row *row)
{
	int sparse = f->columns->sparse && !f->columns->fill && !f->moments && !f->origin;
	double *to = f->row;

	if (sparse) {
		if (sparse_add(&f->sparse, row, f->n) < 0)
			return -1;
	} else if (!f->moments && !f->origin) {
		if (maas_grow(&f->held, f->rows, &f->cap, 1, f->n * sizeof *f->held) < 0)
			return -1;
		to = f->held + f->rows * f->n;
	}
	if (!sparse)
		maas_columns_spread(f->columns, row, to);
	if (keep_test(f, row) < 0)
		return -1;
	f->rows++;
	f->bytes &= row->byte != NULL;
	if (f->origin)
		sum_up(f, to);
	else if (f->moments)
		return maas_moments_add(f->moments, to, f->bytes);
	else if (f->rows > f->limit)
		return pca_stream(f);
	return 0;
}

/* The next row that has something in it: 1, 0, -1. */
int
pca_next(struct pca_fit *f, struct maas_row *row)
{
	int rc;

	do
		rc = maas_reader_next(f->reader, row);
	while (rc > 0 && row->record.empty);
	return rc > 0 && row->bad ? maas_fail("%s", row->bad) : rc;
}

/* As many rows at once as there are: 0, -1. */
static int
take_many(struct pca_fit *f)
{
	struct maas_lot rows;
	int rc;

	while ((rc = maas_table_lot(f->table, f->columns, maas_moments_wants(f->moments), &rows)) > 0) {
		f->rows += rows.rows;
		f->bytes &= rows.type == MAAS_U8;
		if (maas_moments_add_rows(f->moments, rows.x, rows.type, rows.rows, &rows.beside) < 0)
			return -1;
	}
	return rc;
}

int
pca_read(struct pca_fit *f)
{
	struct maas_row row;
	int rc;

	while ((rc = pca_next(f, &row)) > 0)
		if (take(f, &row) < 0 || (f->moments && take_many(f) < 0))
			return -1;
	if (rc < 0)
		return -1;
	if (f->rows < 2)
		return maas_fail("%zu row%s: components want two at least", f->rows, f->rows == 1 ? "" : "s");
	return 0;
}

/* All rows, for their means. */
int
pca_walk(void *ctx, maas_see *see, void *to)
{
	struct pca_fit *f = ctx;
	struct maas_reader *r = maas_reader_new(f->columns, f->table);
	struct maas_row row;
	int rc = r ? 1 : -1;

	if (r)
		maas_reader_gaps(r);
	while (rc > 0 && (rc = maas_reader_next(r, &row)) > 0) {
		if (row.record.empty)
			continue;
		if (row.bad)
			rc = maas_fail("%s", row.bad);
		else if (see(to, row.x, row.word) < 0)
			rc = -1;
	}
	maas_reader_free(r);
	return rc < 0 ? -1 : maas_table_rewind(f->table);
}
