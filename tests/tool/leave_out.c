/*
 * leave_out -- do explanations name what matters?
 *	leave_out MODEL METHOD ROWS DATA
 * Of the first ROWS rows, their texts or numbers: the share of those whose label becomes less likely by leaving out
 * the three pieces that speak for it most than by leaving out three of its pieces at random.  A piece of a text is
 * deleted wherever it stands, with the blanks before it; a number, or each of a patch, is set to what the model takes
 * for 0.
 */
#include <stdlib.h>
#include <string.h>

#include "maas/explain.h"

#define OUT 3

struct asking {
	const struct maas_rows *rows;
	const struct maas_columns *columns;
	struct maas_rows_call *call;
	double *score, *x;                  /* [scores], [numbers] */
	struct maas_buf text[2], number[2]; /* bytes and numbers kept: 0 without the strongest, 1 without others */
	struct maas_piece *piece;
	size_t piece_cap;
	uint32_t *pick;
	size_t pick_cap;
};

static int
tell(void)
{
	fprintf(stderr, "leave_out: %s\n", maas_error());
	return maas_why();
}

static size_t
best_of(const struct asking *a)
{
	size_t best = 0;

	for (size_t i = 1; i < maas_rows_labels(a->rows); i++)
		if (a->score[i] > a->score[best])
			best = i;
	return best;
}

static int
for_it_most(const void *a, const void *b)
{
	const struct maas_piece *x = a, *y = b;

	return x->contribution < y->contribution ? 1 : x->contribution > y->contribution ? -1 : 0;
}

/* Mark what is left out: a byte each of the row's text and numbers. */
static int
mark(struct asking *a, int which, const struct maas_row *row, const struct maas_piece *p)
{
	for (size_t i = 0; i < p->places; i++) {
		size_t start = p->place[i].start;

		while (start > 0 && row->text.s[start - 1] == ' ')
			start--;
		memset(a->text[which].s + start, 1, p->place[i].end - start);
	}
	if (!p->places && row->x && p->index < a->columns->numbers)
		a->number[which].s[p->index] = 1;
	for (size_t i = 0; i < p->patch.height * p->patch.width; i++)
		for (size_t plane = 0; plane < a->columns->numbers; plane += a->columns->height * a->columns->width)
			a->number[which].s[plane + (p->patch.top + i / p->patch.width) * a->columns->width +
			    p->patch.left + i % p->patch.width] = 1;
	return 0;
}

static int
choose(struct asking *a, const struct maas_row *row, const struct maas_explanation *x, uint64_t seed)
{
	size_t n = x->n;

	if (maas_grow(&a->piece, 0, &a->piece_cap, n + 1, sizeof *a->piece) < 0 ||
	    maas_grow(&a->pick, 0, &a->pick_cap, n + 1, sizeof *a->pick) < 0)
		return -1;
	memcpy(a->piece, x->piece, n * sizeof *x->piece);
	qsort(a->piece, n, sizeof *a->piece, for_it_most);
	for (size_t i = 0; i < n; i++)
		a->pick[i] = (uint32_t)i;
	maas_shuffle(a->pick, n, 1, seed);
	for (int which = 0; which < 2; which++) {
		a->text[which].n = a->number[which].n = 0;
		for (size_t i = 0; i < row->text.n; i++)
			if (maas_buf_add(&a->text[which], "", 1) < 0)
				return -1;
		for (size_t i = 0; i < a->columns->numbers; i++)
			if (maas_buf_add(&a->number[which], "", 1) < 0)
				return -1;
		for (size_t i = 0; i < OUT && i < n; i++)
			mark(a, which, row, &a->piece[which ? a->pick[i] : i]);
	}
	return 0;
}

static int
score_without(struct asking *a, int which, const struct maas_row *row)
{
	struct maas_row less = *row;
	size_t n = 0;

	for (size_t i = 0; i < row->text.n; i++)
		if (!a->text[which].s[i])
			a->text[which].s[n++] = row->text.s[i];
	if (row->text.s)
		less.text = (struct maas_span){ a->text[which].s ? a->text[which].s : "", n };
	for (size_t i = 0; row->x && i < a->columns->numbers; i++)
		a->x[i] = !a->number[which].s[i] ? row->x[i] : a->columns->shift ? a->columns->shift[i] : 0;
	less.x = row->x ? a->x : NULL;
	return maas_rows_row(a->call, &less, a->score);
}

/* 1: leaving out the strongest lowers the probability more, 0: not, -1. */
static int
ask(struct asking *a, const struct maas_row *row, enum maas_method method, uint64_t seed)
{
	struct maas_explanation x;
	size_t best;
	double p[2];

	if (maas_rows_row(a->call, row, a->score) < 0)
		return -1;
	best = best_of(a);
	if (maas_rows_explain(a->call, best, method, &x) < 0 || choose(a, row, &x, seed) < 0)
		return -1;
	for (int which = 0; which < 2; which++) {
		if (score_without(a, which, row) < 0)
			return -1;
		p[which] = a->score[best];
	}
	return p[0] < p[1];
}

static int
run(struct asking *a, struct maas_table *t, enum maas_method method, size_t most)
{
	struct maas_reader *r = maas_reader_new(a->columns, t);
	struct maas_row row;
	size_t n = 0, good = 0;
	int rc = -1;

	while (r && n < most && (rc = maas_reader_next(r, &row)) > 0) {
		rc = row.bad ? maas_fail("%s", row.bad) : ask(a, &row, method, n);
		if (rc < 0)
			break;
		good += (size_t)rc;
		n++;
	}
	maas_reader_free(r);
	if (!r || rc < 0)
		return tell();
	printf("%zu of %zu\t%.3f\n", good, n, (double)good / (double)(n ? n : 1));
	return 0;
}

static void
drop(struct asking *a, struct maas_table *t, struct maas_model *m)
{
	for (int i = 0; i < 2; i++) {
		maas_buf_free(&a->text[i]);
		maas_buf_free(&a->number[i]);
	}
	free(a->score);
	free(a->x);
	free(a->piece);
	free(a->pick);
	maas_table_close(t);
	maas_rows_call_free(a->call);
	maas_model_close(m);
}

int
main(int argc, char **argv)
{
	struct asking a = { 0 };
	struct maas_table_options options;
	enum maas_method method = MAAS_METHOD_AUTO;
	struct maas_model *m;
	struct maas_table *t;
	int64_t most;
	int rc;

	if (argc != 5 || maas_parse_int(maas_span(argv[3]), &most) < 0)
		return 64;
	while (maas_method_names[method] && strcmp(maas_method_names[method], argv[2]) != 0)
		method++;
	maas_defaults(maas_table_fields, &options);
	if (!(m = maas_model_open(argv[1])) || !(a.rows = maas_rows_of(m)) || !(a.call = maas_rows_call_new(a.rows)))
		return tell();
	a.columns = maas_rows_columns(a.rows);
	if (!(a.score = maas_alloc(maas_rows_scores(a.rows), sizeof *a.score)) ||
	    !(a.x = maas_alloc(a.columns->numbers + 1, sizeof *a.x)) ||
	    !(t = maas_table_open(&options, a.columns, argv + 4, 1, 0)))
		return tell();
	rc = run(&a, t, method, (size_t)most);
	drop(&a, t, m);
	return rc;
}
