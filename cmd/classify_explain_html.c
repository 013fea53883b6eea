/*
 * A page of HTML that shows why rows have their labels: one file, nothing fetched, no script.
 *
 * Whatever comes from the data or the model is a stranger's: every character goes through put_char, which leaves no
 * markup and nothing that steers; and should something slip through, the page's own policy lets no script run and
 * nothing load.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "classify_explain.h"
#include "maas/plot.h"

#define ROWS  1000           /* on a page: a browser shows them in a second */
#define TOP   10             /* pieces of a row, where --top says nothing */
#define BLANK "\342\220\243" /* U+2423 OPEN BOX */

struct page {
	struct maas_out *out;
	FILE *f;
	const char *path;
	size_t top, rows, all; /* rows: of all */
};

static const char style[] =
    ":root{color-scheme:light dark}"
    "body{font:16px/1.6 system-ui,sans-serif;max-width:56em;margin:2em auto;padding:0 1em}"
    "h1{font-size:1.4em}h2{font-size:1.1em;margin:2em 0 .3em}"
    "h2 small,.n{font-weight:normal;opacity:.65}.n{margin-right:.6em}"
    ".t{white-space:pre-wrap;overflow-wrap:anywhere;unicode-bidi:isolate;margin:.3em 0}"
    ".t span,.k{border-radius:.2em;padding:.1em 0}.k{padding:.1em .4em}"
    "table{border-collapse:collapse;font-size:.85em}"
    "th,td{text-align:left;padding:.1em .8em .1em 0;unicode-bidi:isolate;overflow-wrap:anywhere}"
    ".v{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}"
    ".b{width:14em;padding:0}.b i{display:block;height:.8em;border-radius:.1em}"
    "img{width:9em;image-rendering:pixelated;border:1px solid #888;margin:.3em .5em .3em 0}"
    ".more{opacity:.65;font-size:.85em;margin:.2em 0}";

/* One character as text of an element or of an attribute in double quotes. */
static void
put_char(FILE *f, uint32_t cp)
{
	char c[4];

	switch (cp) {
	case '<': fputs("&lt;", f); break;
	case '>': fputs("&gt;", f); break;
	case '&': fputs("&amp;", f); break;
	case '"': fputs("&quot;", f); break;
	case '\'': fputs("&#39;", f); break;
	default: fwrite(c, 1, maas_utf8_put(c, cp), f);
	}
}

static void
put(FILE *f, const char *s, size_t n)
{
	const char *end = s + n;

	while (s < end) {
		if (*s == '\n') {
			putc(*s++, f);
			continue;
		}
		put_char(f, harmless(&s, end));
	}
}

static void
put_span(FILE *f, struct maas_span s)
{
	put(f, s.s, s.n);
}

/* A name, the blanks at its ends made visible. */
static void
put_name(FILE *f, struct maas_span s)
{
	size_t from = 0, to = s.n;

	while (from < to && s.s[from] == ' ')
		from++;
	while (to > from && s.s[to - 1] == ' ')
		to--;
	for (size_t i = 0; i < from; i++)
		fputs(BLANK, f);
	put(f, s.s + from, to - from);
	for (size_t i = to; i < s.n; i++)
		fputs(BLANK, f);
}

/* Red for, blue against; `strong` is -1 ... 1. */
static void
put_colour(FILE *f, double strong)
{
	fprintf(f, "background:rgba(%s,%.2f)", strong > 0 ? "215,48,39" : "49,110,190", 0.75 * fabs(strong));
}

/* What the colours mean: behind "<p>". */
static void
put_legend(FILE *f, enum maas_method method)
{
	if (method == MAAS_ATTENTION) {
		fputs("The stronger the colour, the more of the network's attention is there: where it looks, not what "
		      "speaks for the label.</p>\n",
		    f);
		return;
	}
	fputs("What is <span class=\"k\" style=\"", f);
	put_colour(f, 1);
	fputs("\">red</span> speaks for the label, or raises the value; what is <span class=\"k\" style=\"", f);
	put_colour(f, -1);
	fputs(
	    "\">blue</span> speaks against the label, or lowers the value; more so where the colour is stronger.</p>\n",
	    f);
}

struct page *
page_open(const char *path, const char *model, size_t top, enum maas_method method)
{
	struct page *p = maas_alloc(1, sizeof *p);
	const char *slash = strrchr(model, '/'), *name = slash && slash[1] ? slash + 1 : model;

	if (!p)
		return NULL;
	*p = (struct page){ .path = path, .top = top ? top : TOP };
	if (!(p->out = maas_out_open(path))) {
		free(p);
		return NULL;
	}
	p->f = maas_out_file(p->out);
	fputs("<!DOCTYPE html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n"
	      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; "
	      "img-src data:\">\n<meta name=\"viewport\" content=\"width=device-width\">\n<title>Answers of ",
	    p->f);
	put_span(p->f, maas_span(name));
	fprintf(p->f, "</title>\n<style>%s</style>\n<h1>Answers of ", style);
	put_span(p->f, maas_span(name));
	fputs("</h1>\n<p>", p->f);
	put_legend(p->f, method);
	return p;
}

static void
put_text(FILE *f, const struct reasons *r)
{
	const struct maas_explanation *x = &r->x;
	size_t at = 0;

	fputs("<p class=\"t\" dir=\"auto\">", f);
	for (size_t i = 0; i < x->shares; i++) {
		const struct maas_share *s = &x->share[i];

		put(f, x->text.s + at, s->start - at);
		fputs("<span style=\"", f);
		put_colour(f, strength(r, s->contribution));
		fprintf(f, "\" title=\"%+.4g\">", s->contribution);
		put(f, x->text.s + s->start, s->end - s->start);
		fputs("</span>", f);
		at = s->end;
	}
	put(f, x->text.s + at, x->text.n - at);
	fputs("</p>\n", f);
}

static void
put_piece(FILE *f, const struct maas_piece *p, double most)
{
	double part = most > 0 ? p->contribution / most : 0, wide = 50 * fmin(fabs(part), 1);

	fputs("<tr><td dir=\"auto\">", f);
	put_name(f, p->feature);
	if (isnan(p->value))
		fputs("<td class=\"v\">gap", f);
	else
		fprintf(f, "<td class=\"v\">%.6g", p->value);
	fprintf(f, "<td class=\"v\">%+.6g<td class=\"b\"><i style=\"width:%.1f%%;margin-left:%.1f%%;", p->contribution,
	    wide, part < 0 ? 50 - wide : 50.0);
	put_colour(f, part < 0 ? -1 : 1);
	fputs("\"></i>\n", f);
}

static void
put_pieces(FILE *f, const struct page *p, const struct maas_explanation *x)
{
	size_t n = x->n < p->top ? x->n : p->top;
	const struct maas_piece rest = {
		.feature = maas_span(explain_rest(x)), .value = 1, .contribution = x->intercept
	};

	fputs("<table><tr><th>feature<th class=\"v\">value<th class=\"v\">contribution<th>\n", f);
	for (size_t i = 0; i < n; i++)
		put_piece(f, &x->piece[i], fabs(x->piece[0].contribution));
	put_piece(f, &rest, n ? fabs(x->piece[0].contribution) : fabs(x->intercept));
	fputs("</table>\n", f);
	if (n < x->n)
		fprintf(f, "<p class=\"more\">and %zu more</p>\n", x->n - n);
}

/* The row as a picture, and what its pixels add. */
static int
put_picture(FILE *f, const struct maas_columns *c, const struct reasons *r)
{
	size_t rows, cols;
	double *grey;
	int bad;

	picture_size(c, &rows, &cols);
	grey = maas_alloc(2 * rows * cols, sizeof *grey);
	bad = !grey;
	for (int i = 0; i < 2 && !bad; i++) {
		if (!i)
			picture_of(c, r->row, &r->x, grey, grey + rows * cols);
		fprintf(f, "<img alt=\"%s\" src=\"", i ? "what its pixels add" : "the picture");
		bad = picture_put(f, grey + (size_t)i * rows * cols, rows, cols, i ? maas_plot_tint : maas_plot_grey);
		fputs("\">\n", f);
	}
	free(grey);
	return bad ? -1 : 0;
}

int
page_row(FILE *f, const struct page *p, const struct explaining *e, const struct reasons *r)
{
	fputs("<h2><span class=\"n\">", f);
	explain_number(f, r);
	fputs("</span>", f);
	if (r->word) {
		put_span(f, r->token);
		putc(' ', f);
	}
	put_span(f, explain_label(e, r->label));
	fprintf(f, " <small>%.*g</small></h2>\n", e->k.labels ? 4 : 9, r->score);
	if (r->x.text.s)
		put_text(f, r);
	if (maas_rows_columns(e->k.rows)->height && r->row->x && put_picture(f, maas_rows_columns(e->k.rows), r) < 0)
		return -1;
	put_pieces(f, p, &r->x);
	return 0;
}

int
page_wants(const struct page *p)
{
	return p->rows < ROWS;
}

void
page_add(struct page *p, struct maas_span html, size_t rows)
{
	p->all += rows;
	if (!page_wants(p))
		return;
	fwrite(html.s, 1, html.n, p->f);
	p->rows += rows;
}

int
page_close(struct page *p, int rc)
{
	if (!p)
		return rc;
	if (rc < 0) {
		maas_out_abort(p->out);
	} else {
		if (p->all > p->rows)
			fprintf(p->f,
			    "<p class=\"more\">%zu of %zu answers are shown: a page holds no more. "
			    "The option --rows says which rows to take.</p>\n",
			    p->rows, p->all);
		rc = maas_out_commit(p->out, 0);
	}
	free(p);
	return rc;
}
