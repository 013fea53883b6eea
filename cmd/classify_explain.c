/* maas-classify explain: what each feature of a row adds to the score of its label. */
#include <stdlib.h>
#include <string.h>

#include "classify.h"

/* A feature on one line: tab, line ends and the backslash as \t \n \r \\. */
static void
put_feature(struct maas_span s)
{
	for (size_t i = 0; i < s.n; i++)
		switch (s.s[i]) {
		case '\t': fputs("\\t", stdout); break;
		case '\n': fputs("\\n", stdout); break;
		case '\r': fputs("\\r", stdout); break;
		case '\\': fputs("\\\\", stdout); break;
		default: putchar(s.s[i]);
		}
}

static void
put_line(const struct classifying *k, size_t label, double logit, struct maas_span feature, double value, double add)
{
	printf("%zu\t", k->number);
	classify_put(stdout, maas_rows_label(k->rows, label));
	printf("\t%.9g\t", logit);
	put_feature(feature);
	printf("\t%.9g\t%.9g\n", value, add);
}

static void
text(const struct classifying *k, size_t label, const struct maas_explanation *x, size_t n)
{
	put_line(k, label, x->logit, maas_span("(intercept)"), 1, x->intercept);
	for (size_t i = 0; i < n; i++)
		put_line(k, label, x->logit, x->piece[i].feature, x->piece[i].value, x->piece[i].contribution);
}

static int
places(struct maas_buf *b, const struct maas_piece *p)
{
	int bad = maas_buf_text(b, ",\"places\":[");

	for (size_t i = 0; i < p->places && !bad; i++)
		bad = maas_buf_printf(b, "%s[%zu,%zu]", i ? "," : "", p->place[i].start, p->place[i].end);
	return bad || maas_buf_text(b, "]") ? -1 : 0;
}

static int
json(const struct classifying *k, size_t label, const struct maas_explanation *x, size_t n)
{
	struct maas_buf b = { 0 };
	int bad = maas_buf_printf(&b, "{\"row\":%zu,\"label\":", k->number) ||
	    maas_json_put_text(&b, maas_rows_label(k->rows, label)) || maas_buf_text(&b, ",\"logit\":") ||
	    maas_json_put_real(&b, x->logit) || maas_buf_text(&b, ",\"intercept\":") ||
	    maas_json_put_real(&b, x->intercept) || maas_buf_text(&b, ",\"contributions\":[");

	for (size_t i = 0; i < n && !bad; i++) {
		const struct maas_piece *p = &x->piece[i];

		bad = maas_buf_text(&b, i ? ",{\"feature\":" : "{\"feature\":") || maas_json_put_text(&b, p->feature) ||
		    maas_buf_text(&b, ",\"value\":") || maas_json_put_real(&b, p->value) ||
		    maas_buf_text(&b, ",\"contribution\":") || maas_json_put_real(&b, p->contribution);
		if (!bad && p->places)
			bad = places(&b, p);
		bad = bad || maas_buf_text(&b, "}");
	}
	bad = bad || maas_buf_text(&b, "]}\n");
	if (!bad)
		fwrite(b.s, 1, b.n, stdout);
	maas_buf_free(&b);
	return bad ? -1 : 0;
}

static int
explain_all(struct classifying *k, const struct explain *o)
{
	struct maas_explanation x;
	struct maas_row row;
	const char *why;
	int rc;

	if (!o->jsonl)
		puts("row\tlabel\tlogit\tfeature\tvalue\tcontribution");
	while ((rc = classify_next(k, &row, &why)) > 0) {
		size_t best = classify_best(k), n;

		if (rc == 2) {
			classify_note(k, why);
			continue;
		}
		if (maas_rows_explain(k->scores, best, &x) < 0)
			return -1;
		n = o->top && (size_t)o->top < x.n ? (size_t)o->top : x.n;
		if (!o->jsonl)
			text(k, best, &x, n);
		else if (json(k, best, &x, n) < 0)
			return -1;
		if (k->o->line_buffered && fflush(stdout))
			return maas_fail_errno("writing standard output");
	}
	return rc;
}

int
explain(struct call *c)
{
	struct classifying k;
	int rc = classify_open(&k, c);

	if (!rc)
		rc = explain_all(&k, c->part[2]) < 0 ? fail(c) : finish(c);
	if (!rc && k.bad)
		rc = complain(c, MAAS_DATA, "%zu of %zu rows have no answer", k.bad, k.number);
	classify_close(&k);
	return rc;
}
