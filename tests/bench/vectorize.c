/*
 * Rates of vectorisers, one a line: what TAB value TAB unit, the median of some runs, on one thread and on the
 * team.  Wants $MAAS_TEST_DATA.
 */
#include <stdlib.h>
#include <string.h>

#include "maas/num.h"
#include "maas/table.h"
#include "maas/text.h"

#define RUNS 7

struct texts {
	struct maas_arena *arena;
	struct maas_span *text;
	size_t n, cap;
};

static int
ascending(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void
die(void)
{
	fprintf(stderr, "bench: %s\n", maas_error());
	exit(1);
}

static struct texts
load(const char *path, const char *column, const char *others)
{
	struct maas_table_options o = { .text = column, .header = MAAS_HEADER_NO, .label = "", .drop = others };
	char *operand[] = { (char *)path };
	struct texts t = { .arena = maas_arena_new(1 << 16) };
	struct maas_table *table = maas_table_open(&o, NULL, operand, 1, MAAS_AGAIN);
	struct maas_columns *c = table ? maas_columns_fit(table, &o, MAAS_FIT_UNLABELLED) : NULL;
	struct maas_reader *r = c ? maas_reader_new(c, table) : NULL;
	struct maas_row row;

	while (r && maas_reader_next(r, &row) > 0) {
		if (maas_grow(&t.text, t.n, &t.cap, 1, sizeof *t.text) < 0 ||
		    !(t.text[t.n].s = maas_take_text(t.arena, row.text.s, row.text.n)))
			die();
		t.text[t.n++].n = row.text.n;
	}
	if (!t.n)
		die();
	maas_reader_free(r);
	maas_columns_free(c);
	maas_table_close(table);
	return t;
}

static void
say(const char *what, const char *how, int threads, double *took, double amount, const char *unit)
{
	qsort(took, RUNS, sizeof *took, ascending);
	printf("%s_%s_j%d\t%.4g\t%s\n", what, how, threads, amount / took[RUNS / 2], unit);
	fflush(stdout);
}

static void
transform(const char *what, const struct texts *t, const struct maas_vectorizer *v)
{
	struct maas_vectorize *z = maas_vectorize_new(v);
	double took[RUNS];
	const uint32_t *col;
	const double *val;
	size_t n;

	for (int run = 0; z && run < RUNS; run++) {
		double start = maas_clock();

		for (size_t i = 0; i < t->n; i++)
			if (maas_vectorize_text(z, t->text[i], &col, &val, &n) < 0)
				die();
		took[run] = maas_clock() - start;
	}
	say(what, "transform", 1, took, (double)t->n, "texts/s");
	maas_vectorize_free(z);
}

static void
fit(const char *what, const struct texts *t, const struct maas_vectorizer_options *o, int threads)
{
	struct maas_team *team = maas_team_new(threads);
	double learn[RUNS], both[RUNS];
	struct maas_vectorizer *v = NULL;
	struct maas_csr x;

	for (int run = 0; run < RUNS; run++) {
		double start = maas_clock();

		maas_vectorizer_free(v);
		if (!(v = maas_vectorizer_fit(o, t->text, t->n, team, NULL)))
			die();
		learn[run] = maas_clock() - start;
		maas_vectorizer_free(v);
		start = maas_clock();
		if (!(v = maas_vectorizer_fit(o, t->text, t->n, team, &x)))
			die();
		both[run] = maas_clock() - start;
		maas_csr_free(&x);
	}
	qsort(learn, RUNS, sizeof *learn, ascending);
	qsort(both, RUNS, sizeof *both, ascending);
	printf("%s_fit_j%d\t%.4g\tms\n", what, maas_team_size(team), 1000 * learn[RUNS / 2]);
	printf("%s_fit_transform_j%d\t%.4g\tms\n", what, maas_team_size(team), 1000 * both[RUNS / 2]);
	if (threads == 1)
		transform(what, t, v);
	maas_vectorizer_free(v);
	maas_team_free(team);
}

int
main(void)
{
	const char *data = getenv("MAAS_TEST_DATA");
	struct maas_vectorizer_options o;
	char path[4096];
	struct texts t;

	if (!data)
		return 77;
	for (int threads = 1; threads >= 0; threads--) {
		maas_defaults(maas_vectorizer_fields, &o);
		snprintf(path, sizeof path, "%s/data/thucnews-train.tsv", data);
		t = load(path, "1", "2");
		o.analyzer = 1;
		o.ngrams = "1-2";
		fit("char12_thucnews", &t, &o, threads);
		o.hash = 18;
		fit("char12_hash_thucnews", &t, &o, threads);
		maas_arena_free(t.arena);
		free(t.text);

		maas_defaults(maas_vectorizer_fields, &o);
		snprintf(path, sizeof path, "%s/data/agnews.csv", data);
		t = load(path, "3", "1,2");
		o.ngrams = "1-2";
		fit("word12_agnews", &t, &o, threads);
		maas_arena_free(t.arena);
		free(t.text);
	}
	return 0;
}
