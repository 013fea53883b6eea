/* maas-classify explain: what each feature of a row adds to the score of its label. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "classify_explain.h"

int
explain_show(const struct explaining *e, struct shown *to, struct reasons *r)
{
	for (size_t i = 0; i < r->x.shares; i++)
		r->most = fmax(r->most, fabs(r->x.share[i].contribution));
	to->items++;
	if ((to->page && page_row(to->page, e->page, e, r) < 0) ||
	    (e->album && album_wants(e->album) && picture_draw(e->album, e, r, &to->drawn) < 0))
		return -1;
	if (!to->lines)
		return 0;
	if (e->o->jsonl)
		return explain_json(to->lines, e, r);
	if (e->colour && r->x.text.s) {
		explain_coloured(to->lines, e, r);
	} else {
		to->plain = 1;
		explain_lines(to->lines, e, r);
	}
	return 0;
}

static int
explain_one(const struct explaining *e, struct maas_rows_call *call, double *p, const struct maas_row *row,
    size_t number, struct shown *to)
{
	struct reasons r = { .row = row, .number = number };

	if (maas_rows_row(call, row, p) < 0)
		return -1;
	r.label = maas_argmax_f64(p, e->k.labels);
	r.score = p[r.label];
	return maas_rows_explain(call, r.label, e->method, &r.x) < 0 ? -1 : explain_show(e, to, &r);
}

static int
explain_rows(struct explaining *e, struct call *c)
{
	int rc = classify_open(&e->k, c);

	if (rc)
		return rc;
	if (maas_rows_method(e->k.rows, &e->method) < 0 ||
	    (e->o->saliency &&
		(spare_input(c, e->o->saliency) < 0 ||
		    !(e->album = album_open(e->o->saliency, maas_rows_columns(e->k.rows))))))
		return fail(c);
	if (e->o->html &&
	    (spare_input(c, e->o->html) < 0 ||
		!(e->page = page_open(e->o->html, e->k.o->model, (size_t)e->o->top, e->method))))
		return fail(c);
	rc = page_close(e->page, explain_deal(e, maas_rows_tagging(e->k.rows) ? explain_sentence : explain_one));
	if (rc < 0 || (e->album && album_save(e->album) < 0))
		return fail(c);
	if ((rc = finish(c)))
		return rc;
	return e->k.bad ? complain(c, MAAS_DATA, "%zu of %zu rows have no answer", e->k.bad, e->k.number) : 0;
}

int
explain(struct call *c)
{
	struct explaining e = { .o = c->part[2] };
	int rc;

	if (e.o->jsonl && e.o->color == COLOR_ALWAYS)
		return misuse(c, "--jsonl has no colours: --color always has no meaning beside it");
	if (e.o->global) {
		if (e.o->html || e.o->jsonl || e.o->saliency)
			return misuse(c, "--global prints lines alone: no --html, --jsonl or --saliency");
		return explain_global(c);
	}
	e.top = e.o->top ? (size_t)e.o->top : SIZE_MAX;
	e.silent = e.o->html && !strcmp(e.o->html, "-");
	if (e.silent && (e.o->jsonl || e.o->color == COLOR_ALWAYS))
		return misuse(c, "--html - wants standard output for itself");
	e.colour = !e.silent && colour_wanted(e.o->color, stdout);
	e.method = (enum maas_method)e.o->method;
	rc = explain_rows(&e, c);
	album_free(e.album);
	classify_close(&e.k);
	return rc;
}
