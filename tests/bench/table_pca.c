/* Rates of tables and components, tab-separated: megabytes a second read as rows, rows a second into a covariance. */
#include <math.h>
#include <stdlib.h>

#include "maas/pca.h"

#define ROWS  40000
#define COLS  20
#define WIDE  784
#define TRIES 3

/* ROWS lines of numbers as CSV or JSON lines, from memory. */
static int
make(struct maas_buf *b, int json)
{
	for (size_t i = 0; i < ROWS; i++)
		for (size_t j = 0; j < COLS; j++) {
			double v = 1000 * maas_uniform(1, j, i) - 500;
			const char *end = j + 1 < COLS ? "," : json ? "}\n" : "\n";
			int bad = json ? maas_buf_printf(b, "%s\"c%zu\":%.6f%s", j ? "" : "{", j, v, end)
				       : maas_buf_printf(b, "%.6f%s", v, end);

			if (bad)
				return -1;
		}
	return 0;
}

static int
bench_rows(const char *what, const struct maas_table_options *o, const struct maas_buf *b)
{
	struct maas_span text = { b->s, b->n };
	double best = INFINITY, begin;
	struct maas_columns *c;
	struct maas_reader *r;
	struct maas_table *t;
	struct maas_row row;
	size_t n = 0;

	for (int i = 0; i < TRIES; i++) {
		begin = maas_clock();
		t = maas_table_open_text(o, NULL, what, text);
		c = t ? maas_columns_fit(t, o, MAAS_FIT_NUMERIC | MAAS_FIT_UNLABELLED) : NULL;
		r = c ? maas_reader_new(c, t) : NULL;
		if (!r)
			return -1;
		for (n = 0; maas_reader_next(r, &row) > 0; n++)
			if (row.bad)
				return maas_fail("%s", row.bad);
		maas_reader_free(r);
		maas_columns_free(c);
		maas_table_close(t);
		best = fmin(best, maas_clock() - begin);
	}
	printf("table rows %s\t%.1f\tMB/s\t%zu rows of %d numbers\n", what, (double)b->n / best / 1e6, n, COLS);
	return 0;
}

static int
bench_covariance(int bytes)
{
	struct maas_team *team = maas_team_new(0);
	struct maas_moments *m = team ? maas_moments_new(WIDE, team) : NULL;
	double *x = maas_alloc(256, WIDE * sizeof *x), begin;

	if (!m || !x)
		return -1;
	for (size_t i = 0; i < 256 * WIDE; i++)
		x[i] = (double)(maas_hash(&i, sizeof i, 3) & 255);
	begin = maas_clock();
	for (size_t i = 0; i < ROWS / 4; i++)
		if (maas_moments_add(m, x + i % 256 * WIDE, bytes) < 0)
			break;
	printf("covariance of %s\t%.0f\trows/s\t%d columns\t%d threads\n", bytes ? "bytes" : "doubles",
	    ROWS / 4 / (maas_clock() - begin), WIDE, maas_team_size(team));
	maas_moments_free(m);
	maas_team_free(team);
	free(x);
	return 0;
}

int
main(void)
{
	struct maas_table_options csv = { 0 }, jsonl = { 0 };
	struct maas_buf b = { NULL, 0, 0 };
	int bad;

	maas_set_all(maas_table_fields, &csv, "format=csv");
	maas_set_all(maas_table_fields, &jsonl, "format=jsonl");
	bad = make(&b, 0) || bench_rows("csv", &csv, &b);
	b.n = 0;
	bad = bad || make(&b, 1) || bench_rows("jsonl", &jsonl, &b) || bench_covariance(0) || bench_covariance(1);
	if (bad)
		fprintf(stderr, "table_pca: %s\n", maas_error());
	maas_buf_free(&b);
	return bad ? 1 : 0;
}
