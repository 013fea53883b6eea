/* What a row's label came from, as lines: tab-separated, or JSON. */
#include <math.h>

#include "classify_explain.h"

/* A feature on one line: tab, line ends and the backslash as \t \n \r \\. */
void
explain_feature(FILE *f, struct maas_span s)
{
	for (size_t i = 0; i < s.n; i++)
		switch (s.s[i]) {
		case '\t': fputs("\\t", f); break;
		case '\n': fputs("\\n", f); break;
		case '\r': fputs("\\r", f); break;
		case '\\': fputs("\\\\", f); break;
		default: putc(s.s[i], f);
		}
}

static void
put_line(FILE *f, const struct explaining *e, const struct reasons *r, struct maas_span feature, double value,
    double contribution)
{
	explain_number(f, r);
	putc('\t', f);
	classify_put(f, explain_label(e, r->label));
	fprintf(f, "\t%.9g\t", r->x.logit);
	explain_feature(f, feature);
	if (isnan(value))
		fputs("\tNaN", f);
	else
		fprintf(f, "\t%.9g", value);
	fprintf(f, "\t%.9g\n", contribution);
}

void
explain_number(FILE *f, const struct reasons *r)
{
	fprintf(f, "%zu", r->number);
	if (r->word)
		fprintf(f, ":%zu", r->word);
}

struct maas_span
explain_label(const struct explaining *e, size_t label)
{
	const struct maas_columns *c = maas_rows_columns(e->k.rows);

	if (e->k.labels)
		return maas_rows_label(e->k.rows, label);
	for (size_t i = 0; c->column && i < c->n; i++)
		if (c->column[i].role == MAAS_LABEL && c->column[i].name)
			return maas_span(c->column[i].name);
	return maas_span("value");
}

const char *
explain_rest(const struct maas_explanation *x)
{
	return x->method == MAAS_CONTRIBUTION ? "(intercept)" : "(rest)";
}

void
explain_head(void)
{
	puts("row\tlabel\tlogit\tfeature\tvalue\tcontribution");
}

void
explain_lines(FILE *f, const struct explaining *e, const struct reasons *r)
{
	put_line(f, e, r, maas_span(explain_rest(&r->x)), 1, r->x.intercept);
	for (size_t i = 0; i < r->x.n && i < e->top; i++)
		put_line(f, e, r, r->x.piece[i].feature, r->x.piece[i].value, r->x.piece[i].contribution);
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
piece(struct maas_buf *b, const struct maas_piece *p)
{
	int bad = maas_buf_text(b, "{\"feature\":") || maas_json_put_text(b, p->feature) ||
	    maas_buf_text(b, ",\"value\":") || maas_json_put_real(b, p->value) ||
	    maas_buf_text(b, ",\"contribution\":") || maas_json_put_real(b, p->contribution);

	if (!bad && p->places)
		bad = places(b, p);
	return bad || maas_buf_text(b, "}") ? -1 : 0;
}

/* What each part of the text adds: what is shown as its colour. */
static int
parts(struct maas_buf *b, const struct maas_explanation *x)
{
	int bad = maas_buf_text(b, ",\"parts\":[");

	for (size_t i = 0; i < x->shares && !bad; i++)
		bad = maas_buf_printf(b, "%s[%zu,%zu,", i ? "," : "", x->share[i].start, x->share[i].end) ||
		    maas_json_put_real(b, x->share[i].contribution) || maas_buf_text(b, "]");
	return bad || maas_buf_text(b, "]") ? -1 : 0;
}

int
explain_json(FILE *f, const struct explaining *e, const struct reasons *r)
{
	struct maas_buf b = { 0 };
	int bad = maas_buf_printf(&b, "{\"row\":%zu,", r->number) ||
	    (r->word &&
		(maas_buf_printf(&b, "\"word\":%zu,\"token\":", r->word) || maas_json_put_text(&b, r->token) ||
		    maas_buf_text(&b, ","))) ||
	    maas_buf_text(&b, "\"label\":") || maas_json_put_text(&b, explain_label(e, r->label)) ||
	    maas_buf_text(&b, ",\"logit\":") || maas_json_put_real(&b, r->x.logit) ||
	    maas_buf_printf(&b, ",\"%s\":", r->x.method == MAAS_CONTRIBUTION ? "intercept" : "rest") ||
	    maas_json_put_real(&b, r->x.intercept) || maas_buf_text(&b, ",\"contributions\":[");

	for (size_t i = 0; i < r->x.n && i < e->top && !bad; i++)
		bad = maas_buf_text(&b, i ? "," : "") || piece(&b, &r->x.piece[i]);
	bad = bad || maas_buf_text(&b, "]") || (r->x.text.s && parts(&b, &r->x)) || maas_buf_text(&b, "}\n");
	if (!bad)
		fwrite(b.s, 1, b.n, f);
	maas_buf_free(&b);
	return bad ? -1 : 0;
}
