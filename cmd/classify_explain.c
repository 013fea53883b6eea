/* maas-classify explain: what each feature of a row adds to the score of its label. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "classify_explain.h"

int
explain_show(struct explaining *e, const struct reasons *r)
{
	if ((e->page && page_row(e->page, e, r) < 0) || (e->album && album_add(e->album, e, r) < 0))
		return -1;
	if (e->o->jsonl)
		return explain_json(e, r);
	if (e->colour && r->x.text.s) {
		explain_coloured(e, r);
	} else if (!e->silent) {
		if (!e->headed++)
			explain_head();
		explain_lines(e, r);
	}
	return 0;
}

static int
explain_all(struct explaining *e, size_t *answers)
{
	struct classifying *k = &e->k;
	struct maas_row row;
	const char *why;
	int rc;

	if (!e->o->jsonl && !e->silent && !e->colour && !e->headed++)
		explain_head();
	while ((rc = classify_next(k, &row, &why)) > 0) {
		struct reasons r = { .row = &row, .label = classify_best(k) };

		if (rc == 2) {
			classify_note(k, why);
			continue;
		}
		r.score = k->p[r.label];
		if (maas_rows_explain(k->scores, r.label, e->method, &r.x) < 0)
			return -1;
		for (size_t i = 0; i < r.x.shares; i++)
			r.most = fmax(r.most, fabs(r.x.share[i].contribution));
		if (explain_show(e, &r) < 0)
			return -1;
		++*answers;
		if (k->o->line_buffered && fflush(stdout))
			return maas_fail_errno("writing standard output");
	}
	return rc;
}

static int
explain_rows(struct explaining *e, struct call *c)
{
	size_t answers = 0;
	int rc = classify_open(&e->k, c), tags;

	if (rc)
		return rc;
	tags = maas_rows_tagging(e->k.rows);
	if (maas_rows_method(e->k.rows, &e->method) < 0 ||
	    (e->o->saliency &&
		(spare_input(c, e->o->saliency) < 0 ||
		    !(e->album = album_open(e->o->saliency, maas_rows_columns(e->k.rows))))))
		return fail(c);
	if (e->o->html &&
	    (spare_input(c, e->o->html) < 0 ||
		!(e->page = page_open(e->o->html, e->k.o->model, (size_t)e->o->top, e->method))))
		return fail(c);
	maas_rows_patch(e->k.scores, (size_t)e->o->patch);
	rc = tags ? explain_tags(e, &answers) : explain_all(e, &answers);
	rc = page_close(e->page, answers, rc);
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
