/* maas-classify evaluate: a report, and the rows that were answered wrong. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "classify.h"
#include "maas/eval.h"

struct wrong {
	struct maas_span truth, row;
	size_t answer, number;
	double p;
};

struct limit { /* of --fail-under */
	const char *text;
	char name[32];
	double value;
};

struct evaluating {
	struct classifying k;
	const struct evaluate *o;
	struct maas_eval *e;
	struct maas_arena *arena;
	struct wrong *wrong;
	size_t n, cap;
	struct limit *limit;
};

static int
parse_limits(struct evaluating *v, struct call *c)
{
	const struct maas_list *l = &v->o->fail_under;

	if (!(v->limit = maas_alloc(l->n, sizeof *v->limit)))
		return fail(c);
	for (size_t i = 0; i < l->n; i++) {
		struct limit *x = &v->limit[i];
		const char *eq = strchr(l->item[i], '='), *const *name = maas_eval_metrics;

		x->text = l->item[i];
		if (!eq || (size_t)(eq - x->text) >= sizeof x->name ||
		    maas_parse_real(maas_span(eq + 1), &x->value) < 0 || isnan(x->value))
			return misuse(c, "--fail-under: '%s', wanted METRIC=X", x->text);
		memcpy(x->name, x->text, (size_t)(eq - x->text));
		for (; *name && strcmp(*name, x->name); name++)
			;
		if (!*name)
			return misuse(c,
			    "--fail-under: no metric is called '%s'; there are accuracy, f1_macro, log_loss ...",
			    x->name);
	}
	return 0;
}

static int
keep_wrong(struct evaluating *v, const struct maas_row *row, size_t best)
{
	struct wrong *w;

	if (maas_grow(&v->wrong, v->n, &v->cap, 1, sizeof *v->wrong) < 0)
		return -1;
	w = &v->wrong[v->n++];
	*w = (struct wrong){ row->label, row->record.raw, best, v->k.number, v->k.p[best] };
	if (!(w->truth.s = maas_take_text(v->arena, row->label.s, row->label.n)) ||
	    (w->row.s && !(w->row.s = maas_take_text(v->arena, w->row.s, w->row.n))))
		return -1;
	return 0;
}

static int
measure(struct evaluating *v)
{
	struct maas_row row;
	const char *why;
	int rc;

	while ((rc = classify_next(&v->k, &row, &why)) > 0) {
		struct maas_span answer;
		size_t best;

		if (rc == 2 && !why)
			continue;
		if (rc == 2)
			return maas_fail("%s", why);
		if (!row.label.s || (!row.label.n && row.record.cell))
			return maas_fail(
			    "%s:%zu: no label to measure by (see --label)", row.record.name, row.record.line);
		if (maas_eval_add(v->e, row.label, v->k.p) < 0)
			return -1;
		best = classify_best(&v->k);
		answer = maas_rows_label(v->k.rows, best);
		if (v->o->errors && (answer.n != row.label.n || memcmp(answer.s, row.label.s, answer.n)) &&
		    keep_wrong(v, &row, best) < 0)
			return -1;
	}
	if (rc < 0)
		return -1;
	return maas_eval_count(v->e) ? 0 : maas_fail("no rows to measure on");
}

static int
by_confidence(const void *a, const void *b)
{
	const struct wrong *x = a, *y = b;

	return x->p != y->p ? (x->p > y->p ? -1 : 1) : (x->number > y->number) - (x->number < y->number);
}

static int
write_errors(struct evaluating *v)
{
	struct maas_out *out;
	FILE *f;

	if (!v->o->errors)
		return 0;
	if (!(out = maas_out_open(v->o->errors)))
		return -1;
	f = maas_out_file(out);
	if (v->n)
		qsort(v->wrong, v->n, sizeof *v->wrong, by_confidence);
	fputs("label\tpredicted\tprobability\trow\n", f);
	for (size_t i = 0; i < v->n; i++) {
		const struct wrong *w = &v->wrong[i];

		classify_put(f, w->truth);
		putc('\t', f);
		classify_put(f, maas_rows_label(v->k.rows, w->answer));
		fprintf(f, "\t%.9g\t", (double)(float)w->p);
		if (w->row.s)
			fwrite(w->row.s, 1, w->row.n, f);
		else
			fprintf(f, "%zu", w->number);
		putc('\n', f);
	}
	return maas_out_commit(out, 0);
}

static int
print(struct evaluating *v)
{
	struct maas_buf b = { 0 };
	int bad;

	if (v->o->json)
		bad = maas_eval_json(v->e, &b) || maas_buf_text(&b, "\n");
	else
		bad = maas_eval_report(v->e, &b);
	if (v->o->confusion && !v->o->json && !bad)
		bad = maas_buf_text(&b, "\n") || maas_eval_confusion(v->e, &b);
	if (!bad)
		fwrite(b.s, 1, b.n, stdout); /* finish() looks at the stream */
	maas_buf_free(&b);
	return bad ? -1 : 0;
}

/* 1 where a limit is not met, each said; -1 where one cannot be measured. */
static int
check_limits(struct evaluating *v)
{
	int rc = 0;

	for (size_t i = 0; i < v->o->fail_under.n; i++) {
		const struct limit *x = &v->limit[i];
		int loss = maas_eval_is_loss(x->name);
		double got;

		if (maas_eval_metric(v->e, x->name, &got) < 0)
			return -1;
		if (loss ? got <= x->value : got >= x->value)
			continue;
		complain(v->k.call, MAAS_NEGATIVE, "%s is %.6g, %s %s", x->name, got, loss ? "above" : "below",
		    strchr(x->text, '=') + 1);
		rc = 1;
	}
	return rc;
}

static int
run(struct evaluating *v, struct call *c)
{
	struct maas_span *label;
	int rc = parse_limits(v, c);

	if (rc)
		return rc;
	if (spare_input(c, v->o->errors))
		return fail(c);
	if ((rc = classify_open(&v->k, c)))
		return rc;
	if (!v->k.labels)
		return complain(c, MAAS_USAGE, "%s: a model of numbers has no labels to report on", v->k.o->model);
	if (!(v->arena = maas_arena_new(1 << 16)) || !(label = maas_alloc(v->k.labels, sizeof *label)))
		return fail(c);
	for (size_t i = 0; i < v->k.labels; i++)
		label[i] = maas_rows_label(v->k.rows, i);
	v->e = maas_eval_new(label, v->k.labels);
	free(label);
	if (!v->e || measure(v) < 0 || print(v) < 0 || write_errors(v) < 0)
		return fail(c);
	if ((rc = finish(c)))
		return rc;
	if ((rc = check_limits(v)) < 0)
		return fail(c);
	return rc ? MAAS_NEGATIVE : 0;
}

int
evaluate(struct call *c)
{
	struct evaluating v = { .o = c->part[2] };
	int rc = run(&v, c);

	classify_close(&v.k);
	maas_eval_free(v.e);
	maas_arena_free(v.arena);
	free(v.wrong);
	free(v.limit);
	return rc;
}
