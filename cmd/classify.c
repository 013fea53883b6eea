/* Rows through a model, for every verb of maas-classify. */
#include <stdlib.h>
#include <string.h>

#include "classify.h"
#include "told.h"

#define SAID 5 /* rows without an answer that get a line each */

/* A model that has no answers to rows: who has a use for it. */
static int
other_command(const struct classifying *k, struct call *c)
{
	const struct maas_kind *kind = k->model->kind;
	const char *use = maas_model_decodes(k->model)  ? "maas-generate(1) continues texts with it"
	    : maas_model_part(k->model, "vectorizer").s ? "maas-tokenize(1) makes rows of texts with it"
							: "maas-pca(1) transforms rows with it";

	return complain(c, MAAS_USAGE, "%s: a %s model has no answers to rows: %s", k->o->model, kind->name, use);
}

int
classify_open_with(struct classifying *k, struct call *c, const struct classify *o)
{
	static const unsigned flags[] = { MAAS_AGAIN, 0, MAAS_LIVE };
	const struct maas_columns *columns;
	int told;

	*k = (struct classifying){ .call = c, .o = o, .options = c->part[1] };
	if (!k->o->model)
		return misuse(c, "-m MODEL is missing");
	if (wants_input(c))
		return MAAS_USAGE;
	if (!(k->model = maas_model_open(k->o->model)))
		return fail(c);
	if (!k->model->kind->rows || !k->model->ready)
		return other_command(k, c);
	if (!(k->rows = maas_rows_of(k->model)) || !(k->scores = maas_rows_call_new(k->rows)))
		return fail(c);
	columns = maas_rows_columns(k->rows);
	k->labels = maas_rows_labels(k->rows);
	k->scores_n = maas_rows_scores(k->rows);
	told = told_otherwise(k->options, columns);
	if (told && k->o->line_buffered)
		return misuse(
		    c, "the model knows its columns: naming others wants all rows at once, --line-buffered one by one");
	if (!(k->p = maas_alloc(k->scores_n, sizeof *k->p)) ||
	    !(k->table = maas_table_open(
		  k->options, told ? NULL : columns, c->operand, c->n, flags[told ? 0 : 1 + k->o->line_buffered])))
		return fail(c);
	/* Rows that maas-tokenize vectorize has made, for a model that takes texts. */
	if (maas_table_format(k->table) == &maas_format_libsvm && columns->texts) {
		if (!(k->numbers = maas_columns_sparse(maas_rows_features(k->rows))))
			return fail(c);
		columns = k->numbers;
	}
	if (told && columns != k->numbers) {
		if (!(k->numbers = told_columns(k->table, k->options, columns)))
			return fail(c);
		columns = k->numbers;
	}
	k->columns = columns;
	return maas_table_team(k->table, NULL) == 0 && (k->reader = maas_reader_new(columns, k->table)) ? 0 : fail(c);
}

int
classify_open(struct classifying *k, struct call *c)
{
	return classify_open_with(k, c, c->part[0]);
}

int
classify_whole(const struct classifying *k)
{
	return maas_rows_tagging(k->rows)
	    ? misuse(k->call, "%s tags each word: predict, evaluate and explain are what it is for", k->o->model)
	    : 0;
}

void
classify_close(struct classifying *k)
{
	block_free(k->block);
	if (k->reader)
		told_cuts(k->call, k->reader);
	maas_reader_free(k->reader);
	maas_table_close(k->table);
	maas_columns_free(k->numbers);
	maas_rows_call_free(k->scores);
	maas_model_close(k->model);
	maas_arena_free(k->arena);
	free(k->p);
}

int
classify_origin(struct classifying *k)
{
	const struct maas_span *head;
	struct maas_span *copy;
	size_t n;

	k->format = maas_table_format(k->table);
	k->delimiter = maas_table_delimiter(k->table);
	if (k->arena)
		return 0;
	n = maas_table_head(k->table, &head);
	if (!(k->arena = maas_arena_new(1 << 10)) || !(copy = maas_take(k->arena, n, sizeof *copy)))
		return -1;
	for (size_t i = 0; i < n; i++)
		if (!(copy[i].s = maas_take_text(k->arena, head[i].s, copy[i].n = head[i].n)))
			return -1;
	k->head = copy;
	k->heads = n;
	return 0;
}

int
classify_next(struct classifying *k, struct maas_row *row, const char **why)
{
	int rc;

	if (k->block)
		return block_next(k, row, why);
	rc = maas_reader_next(k->reader, row);
	if (rc <= 0 || classify_origin(k) < 0)
		return rc < 0 ? rc : rc ? -1 : 0;
	k->number++;
	*why = NULL;
	if (row->record.empty)
		return 2;
	*why = row->bad;
	if (row->bad)
		return 2;
	if (maas_rows_row(k->scores, row, k->p) == 0)
		return 1;
	if (maas_why() != MAAS_DATA)
		return -1;
	(void)maas_in("%s:%zu", row->record.name, row->record.line);
	*why = maas_error();
	return 2;
}

size_t
classify_best(const struct classifying *k)
{
	return maas_argmax_f64(k->p, k->labels);
}

void
classify_put(FILE *f, struct maas_span s)
{
	for (size_t i = 0; i < s.n; i++)
		putc(s.s[i] == '\t' || s.s[i] == '\n' || s.s[i] == '\r' ? ' ' : s.s[i], f);
}

void
classify_note(struct classifying *k, const char *why)
{
	if (!why)
		return;
	if (++k->bad <= SAID)
		complain(k->call, MAAS_DATA, "%s", why);
}
