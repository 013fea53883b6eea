/* maas-classify predict: one row in, one line out. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "classify.h"

struct answering {
	struct classifying k;
	const struct predict *o;
	size_t *order; /* [scores], likeliest first */
	size_t most;   /* labels printed; 1 in a regression */
	int json;
	struct maas_buf line, members;
	struct maas_drift *drift; /* NULL: not asked for */
};

/* The `most` likeliest labels, the first of equals first. */
static void
rank(struct answering *a)
{
	const double *p = a->k.p;
	size_t n = 0;

	for (size_t i = 0; i < a->k.scores_n; i++) {
		size_t at = n < a->most ? n++ : a->most;

		for (; at > 0 && p[i] > p[a->order[at - 1]]; at--)
			if (at < a->most)
				a->order[at] = a->order[at - 1];
		if (at < a->most)
			a->order[at] = i;
	}
}

static int
scores(struct answering *a)
{
	struct maas_buf *b = &a->members;
	size_t n = a->o->k ? a->most : a->k.labels;
	int bad = maas_buf_text(b, ",\"scores\":{");

	for (size_t i = 0; i < n && !bad; i++) {
		size_t l = a->o->k ? a->order[i] : i;

		bad = maas_buf_text(b, i ? "," : "") || maas_json_put_text(b, maas_rows_label(a->k.rows, l)) ||
		    maas_buf_text(b, ":") || maas_json_put_float(b, (float)a->k.p[l]);
	}
	return bad || maas_buf_text(b, "}") ? -1 : 0;
}

/* An answer that the row came with is not left standing beside the error. */
static int
error_members(struct answering *a, const char *why)
{
	struct maas_buf *b = &a->members;

	return maas_buf_text(b, a->k.labels ? "\"label\":null,\"probability\":null" : "\"value\":null") ||
		maas_buf_text(b, ",\"error\":") || maas_json_put_text(b, maas_span(why ? why : "an empty line"))
	    ? -1
	    : 0;
}

static int
value_members(struct answering *a)
{
	struct maas_buf *b = &a->members;
	double v = a->k.p[0];

	if (maas_buf_text(b, "\"value\":") < 0)
		return -1;
	return isfinite(v) ? maas_buf_real(b, v, 9) : maas_buf_text(b, "null");
}

/* "label":...,"probability":...,"scores":{...}, or "value":...; or why there is none. */
static int
answer_members(struct answering *a, int scored, const char *why)
{
	struct maas_buf *b = &a->members;
	size_t best = scored ? a->order[0] : 0;
	int bad;

	b->n = 0;
	if (!scored)
		return error_members(a, why);
	if (!a->k.labels)
		return value_members(a);
	bad = maas_buf_text(b, "\"label\":");
	if (!bad && a->k.p[best] < a->o->threshold)
		bad = maas_buf_text(b, "null");
	else if (!bad)
		bad = maas_json_put_text(b, maas_rows_label(a->k.rows, best));
	bad = bad || maas_buf_text(b, ",\"probability\":") || maas_json_put_float(b, (float)a->k.p[best]) || scores(a);
	return bad ? -1 : 0;
}

/* An object keeps all it came with; of other rows, and of what is no JSON, the id, or their number, and with --append
 * the row. */
static int
json_line(struct answering *a, const struct maas_row *row, int scored, const char *why)
{
	struct maas_buf *b = &a->line, *m = &a->members;
	int bad;

	if (answer_members(a, scored, why) < 0)
		return -1;
	if (row->record.key && maas_json_merge(b, row->record.raw, (struct maas_span){ m->s, m->n }) == 0)
		return 0;
	b->n = 0;
	bad = maas_buf_text(b, "{\"id\":");
	if (!bad)
		bad = row->id.s ? maas_json_put_text(b, row->id) : maas_buf_printf(b, "%zu", a->k.number);
	if (!bad && a->o->append && row->record.raw.s)
		bad = maas_buf_text(b, ",\"row\":") || maas_json_put_text(b, row->record.raw);
	for (size_t i = 0; i < row->nkeep && !bad; i++)
		bad = maas_buf_text(b, ",") || maas_json_put_text(b, maas_reader_kept(a->k.reader, i)) ||
		    maas_buf_text(b, ":") ||
		    (row->keep[i].s ? maas_json_put_text(b, row->keep[i]) : maas_buf_text(b, "null"));
	return bad || maas_buf_printf(b, ",%s}", m->s) ? -1 : 0;
}

/* A label as a cell: quoted where the table is CSV and wants it, else without tabs and line ends. */
static int
put_label(struct answering *a, struct maas_span s, char delimiter)
{
	struct maas_buf *b = &a->line;
	size_t from = b->n;
	int quote = delimiter != '\t' && s.n &&
	    (memchr(s.s, delimiter, s.n) || memchr(s.s, '"', s.n) || memchr(s.s, '\n', s.n));

	if (quote) {
		if (maas_buf_text(b, "\"") < 0)
			return -1;
		for (size_t i = 0; i < s.n; i++)
			if ((s.s[i] == '"' && maas_buf_text(b, "\"") < 0) || maas_buf_add(b, s.s + i, 1) < 0)
				return -1;
		return maas_buf_text(b, "\"");
	}
	if (maas_buf_add(b, s.s, s.n) < 0)
		return -1;
	for (size_t i = from; i < b->n; i++)
		if (b->s[i] == '\t' || b->s[i] == '\n' || b->s[i] == '\r')
			b->s[i] = ' ';
	return 0;
}

/* Is there something in front of the answer? */
static int
carries(const struct answering *a)
{
	return a->o->append || a->o->keep;
}

/* No answer: nothing; behind a row as many empty cells as an answer has. */
static int
put_blank(struct answering *a, char d)
{
	size_t n = carries(a) && a->k.labels ? (a->o->proba ? a->k.labels : 2 * a->most) : 1;
	int bad = 0;

	for (size_t i = 1; i < n && !bad; i++)
		bad = maas_buf_add(&a->line, &d, 1);
	return bad ? -1 : 0;
}

static int
put_answer(struct answering *a, char d)
{
	struct maas_buf *b = &a->line;
	int bad = 0;

	if (!a->k.labels)
		return maas_buf_real(b, a->k.p[0], 9);
	if (a->k.p[a->order[0]] < a->o->threshold)
		return put_blank(a, d);
	for (size_t i = 0; a->o->proba && i < a->k.labels && !bad; i++)
		bad = (i && maas_buf_add(b, &d, 1)) || maas_buf_real(b, (float)a->k.p[i], 9);
	for (size_t i = 0; !a->o->proba && i < a->most && !bad; i++)
		bad = (i && maas_buf_add(b, &d, 1)) || put_label(a, maas_rows_label(a->k.rows, a->order[i]), d) ||
		    maas_buf_add(b, &d, 1) || maas_buf_real(b, (float)a->k.p[a->order[i]], 9);
	return bad ? -1 : 0;
}

/* What parts the answer from the row, and its own parts. */
static char
parting(const struct answering *a)
{
	return a->o->append && a->k.format == &maas_format_csv ? a->k.delimiter : '\t';
}

static int
text_line(struct answering *a, const struct maas_row *row, int scored)
{
	char d = parting(a);

	a->line.n = 0;
	if (a->o->append && row->record.raw.s &&
	    (maas_buf_add(&a->line, row->record.raw.s, row->record.raw.n) < 0 || maas_buf_add(&a->line, &d, 1) < 0))
		return -1;
	for (size_t i = 0; i < row->nkeep; i++)
		if (put_label(a, row->keep[i], d) < 0 || maas_buf_add(&a->line, &d, 1) < 0)
			return -1;
	return scored ? put_answer(a, d) : put_blank(a, d);
}

/* The first line: the names of what follows. */
static int
head_line(struct answering *a, const struct maas_row *first)
{
	char d = parting(a), number[24];
	const struct maas_span *head = a->k.head;
	size_t n = carries(a) ? a->k.heads : 0;
	int bad = 0;

	a->line.n = 0;
	if (a->json || (!a->o->proba && !n))
		return 0;
	n = !a->o->append ? 0 : n || !first ? n : first->record.n;
	for (size_t i = 0; i < n && !bad; i++) {
		snprintf(number, sizeof number, "%zu", i + 1);
		bad = put_label(a, head ? head[i] : maas_span(number), d) || maas_buf_add(&a->line, &d, 1);
	}
	for (size_t i = 0; i < maas_reader_keeps(a->k.reader) && !bad; i++)
		bad = put_label(a, maas_reader_kept(a->k.reader, i), d) || maas_buf_add(&a->line, &d, 1);
	for (size_t i = 0; a->o->proba && i < a->k.labels && !bad; i++)
		bad = (i && maas_buf_add(&a->line, &d, 1)) || put_label(a, maas_rows_label(a->k.rows, i), d);
	if (!a->o->proba && !bad)
		bad = maas_buf_text(&a->line, "predicted") ||
		    (a->k.labels && maas_buf_printf(&a->line, "%cprobability", d));
	if (bad || maas_buf_text(&a->line, "\n") < 0)
		return -1;
	return fwrite(a->line.s, 1, a->line.n, stdout) == a->line.n ? 0 : maas_fail_errno("writing standard output");
}

static int
answer_all(struct answering *a)
{
	struct maas_row row;
	const char *why;
	int rc, headed = 0;

	while ((rc = classify_next(&a->k, &row, &why)) > 0) {
		a->json = a->o->jsonl || a->k.format == &maas_format_jsonl;
		if (!headed++ && head_line(a, &row) < 0)
			return -1;
		if (rc == 2)
			classify_note(&a->k, why);
		else
			rank(a);
		if (rc == 1 && a->drift && maas_drift_add(a->drift, &row) < 0)
			return -1;
		a->line.n = 0;
		if ((a->json ? json_line(a, &row, rc == 1, why) : text_line(a, &row, rc == 1)) < 0 ||
		    maas_buf_text(&a->line, "\n") < 0)
			return -1;
		if (fwrite(a->line.s, 1, a->line.n, stdout) != a->line.n || (a->k.o->line_buffered && fflush(stdout)))
			return maas_fail_errno("writing standard output");
	}
	return rc == 0 && !headed ? classify_origin(&a->k) || head_line(a, NULL) ? -1 : 0 : rc;
}

/* How far the rows are from those learnt from: a message a line. */
static int
say_drift(struct answering *a, struct call *c)
{
	struct maas_buf *b = &a->line;
	char *line, *rest;

	b->n = 0;
	if (maas_drift_report(a->drift, b) < 0)
		return -1;
	for (rest = b->s; (line = strsep(&rest, "\n"));)
		warn(c, "drift: %s", line);
	return 0;
}

static int
run(struct answering *a, struct call *c)
{
	static const char *const choices[] = { "k", "proba", "threshold" };
	int rc = classify_open(&a->k, c);

	if (rc)
		return rc;
	if (maas_rows_tagging(a->k.rows))
		return predict_tags(&a->k, a->o);
	for (size_t i = 0; i < MAAS_COUNT(choices) && !a->k.labels; i++)
		if (given(c, choices[i]))
			return misuse(c, "%s answers with a number: %s%s is for labels", a->k.o->model,
			    choices[i][1] ? "--" : "-", choices[i]);
	a->most = a->o->k && !a->o->proba ? (size_t)a->o->k : 1;
	a->most = a->most > a->k.scores_n ? a->k.scores_n : a->most;
	a->json = a->o->jsonl || maas_table_format(a->k.table) == &maas_format_jsonl;
	if (a->o->keep && maas_reader_keep(a->k.reader, a->o->keep) < 0)
		return fail(c);
	if ((rc = classify_by_blocks(&a->k)))
		return rc;
	if (a->o->drift && !(a->drift = maas_drift_new(a->k.model)))
		return fail(c);
	if (!(a->order = maas_alloc(a->k.scores_n, sizeof *a->order)) || answer_all(a) < 0)
		return fail(c);
	if ((rc = finish(c)))
		return rc;
	if (a->drift && say_drift(a, c) < 0)
		return fail(c);
	return a->k.bad ? complain(c, MAAS_DATA, "%zu of %zu rows have no answer", a->k.bad, a->k.number) : 0;
}

int
predict(struct call *c)
{
	struct answering a = { .o = c->part[2] };
	int rc;

	if (given(c, "k") && !a.o->k)
		return misuse(c, "-k 0: one label at least is printed");
	if (a.o->proba && a.o->k)
		return misuse(c, "--proba prints every label: -k has no meaning beside it");
	rc = run(&a, c);
	classify_close(&a.k);
	free(a.order);
	maas_drift_free(a.drift);
	maas_buf_free(&a.line);
	maas_buf_free(&a.members);
	return rc;
}
