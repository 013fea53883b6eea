/* maas-classify evaluate: a report, thresholds and costs, pictures, and the rows that were answered wrong. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "classify.h"
#include "maas/plot.h"

struct wrong {
	struct maas_span truth, row;
	size_t answer, number;
	double value, p; /* regression: the answer, and how far it is off */
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
	struct maas_costs costs;
	int swept;
	struct maas_sweep sweep;
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
		for (name = *name ? name : maas_eval_value_metrics; *name && strcmp(*name, x->name); name++)
			;
		for (name = *name ? name : maas_entity_metrics; *name && strcmp(*name, x->name); name++)
			;
		if (!*name)
			return misuse(c,
			    "--fail-under: no metric is called '%s'; there are accuracy, f1_macro, log_loss, r2 ...",
			    x->name);
	}
	return 0;
}

/* What is said of labels, for a model of numbers; and the other way round. */
static int
check_fit(struct evaluating *v, struct call *c)
{
	const struct evaluate *o = v->o;

	if (!v->k.labels && (o->confusion || o->sweep || o->cost || o->positive))
		return misuse(
		    c, "%s answers a number: --confusion, --sweep, --cost and --positive are of labels", v->k.o->model);
	if ((o->sweep || o->cost) && !o->positive && v->k.labels > 2)
		return misuse(
		    c, "%zu labels: which one are thresholds and costs for? Say it with --positive", v->k.labels);
	for (size_t i = 0; o->positive && !maas_span_is(maas_rows_label(v->k.rows, i), o->positive); i++)
		if (i + 1 == v->k.labels)
			return misuse(c, "--positive: the model has no label '%s'", o->positive);
	for (size_t i = 0; i < o->fail_under.n; i++) {
		const char *const *name = v->k.labels ? maas_eval_metrics : maas_eval_value_metrics;

		for (; *name && strcmp(*name, v->limit[i].name); name++)
			;
		if (!*name)
			return misuse(c, "--fail-under %s: %s answers %s", v->limit[i].text, v->k.o->model,
			    v->k.labels ? "labels" : "a number");
	}
	return 0;
}

static int
keep_wrong(struct evaluating *v, const struct maas_row *row, struct wrong w)
{
	if (maas_grow(&v->wrong, v->n, &v->cap, 1, sizeof *v->wrong) < 0)
		return -1;
	w.truth = row->label;
	w.row = row->record.raw;
	w.number = v->k.number;
	if (!(w.truth.s = maas_take_text(v->arena, row->label.s, row->label.n)) ||
	    (w.row.s && !(w.row.s = maas_take_text(v->arena, w.row.s, w.row.n))))
		return -1;
	v->wrong[v->n++] = w;
	return 0;
}

/* A row that --errors writes: of numbers all, of labels those answered wrong. */
static int
keep(struct evaluating *v, const struct maas_row *row)
{
	size_t best, n = maas_eval_count(v->e);
	const double *truth, *answer;
	struct maas_span said;

	if (!v->o->errors)
		return 0;
	if (!v->k.labels) {
		maas_eval_values(v->e, &truth, &answer);
		return keep_wrong(
		    v, row, (struct wrong){ .value = answer[n - 1], .p = fabs(answer[n - 1] - truth[n - 1]) });
	}
	best = classify_best(&v->k);
	said = maas_rows_label(v->k.rows, best);
	if (said.n == row->label.n && (!said.n || !memcmp(said.s, row->label.s, said.n)))
		return 0;
	return keep_wrong(v, row, (struct wrong){ .answer = best, .p = v->k.p[best] });
}

static int
measure(struct evaluating *v)
{
	struct maas_row row;
	int rc;

	while ((rc = measure_next(&v->k, v->e, &row)) > 0)
		if (keep(v, &row) < 0)
			return -1;
	return rc;
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
	fprintf(f, "label\tpredicted\t%s\trow\n", v->k.labels ? "probability" : "error");
	for (size_t i = 0; i < v->n; i++) {
		const struct wrong *w = &v->wrong[i];

		classify_put(f, w->truth);
		putc('\t', f);
		if (v->k.labels) {
			classify_put(f, maas_rows_label(v->k.rows, w->answer));
			fprintf(f, "\t%.9g\t", (double)(float)w->p);
		} else {
			fprintf(f, "%.9g\t%.9g\t", w->value, w->p);
		}
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

	if (v->o->json) {
		bad = maas_buf_text(&b, "{") || maas_eval_members(v->e, &b);
		if (v->swept)
			bad = bad || maas_buf_text(&b, ",") || maas_sweep_members(&v->sweep, &b);
		bad = bad || maas_buf_text(&b, "}\n");
	} else {
		bad = maas_eval_report(v->e, &b);
		if (v->o->confusion)
			bad = bad || maas_buf_text(&b, "\n") || maas_eval_confusion(v->e, &b);
		if (v->swept)
			bad = bad || maas_buf_text(&b, "\n") || maas_sweep_report(&v->sweep, &b);
	}
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
open_all(struct evaluating *v, struct call *c)
{
	const char *places[] = { v->o->errors, v->o->plot };
	int rc = parse_limits(v, c);

	if (rc)
		return rc;
	v->costs = (struct maas_costs){ NAN, NAN };
	if (v->o->cost && maas_costs_parse(v->o->cost, &v->costs) < 0)
		return misuse(c, "--cost: %s", maas_error());
	if (v->o->plot && maas_plot_check(v->o->plot) < 0)
		return fail(c);
	for (size_t i = 0; i < MAAS_COUNT(places); i++)
		if (spare_input(c, places[i]))
			return fail(c);
	if ((rc = classify_open(&v->k, c)) || maas_rows_tagging(v->k.rows))
		return rc;
	return (rc = classify_by_blocks(&v->k)) ? rc : check_fit(v, c);
}

/* Thresholds where they were asked for, or a picture of two labels wants them. */
static int
sweep(struct evaluating *v)
{
	const struct evaluate *o = v->o;
	int asked = o->sweep || o->cost || o->positive;

	if (!asked && !(o->plot && v->k.labels == 2))
		return 0;
	if (maas_eval_sweep(v->e, o->positive, &v->costs, &v->sweep) < 0)
		return -1;
	v->swept = asked;
	return 0;
}

static int
run(struct evaluating *v, struct call *c)
{
	int rc = open_all(v, c);

	if (rc)
		return rc;
	if (maas_rows_tagging(v->k.rows))
		return evaluate_tags(&v->k, v->o);
	if (!(v->arena = maas_arena_new(1 << 16)) || !(v->e = measure_new(&v->k)) || measure(v) < 0 || sweep(v) < 0 ||
	    print(v) < 0 || write_errors(v) < 0 ||
	    (v->o->plot && classify_picture(v->e, v->sweep.cut ? &v->sweep : NULL, v->o->plot) < 0))
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
	maas_sweep_free(&v.sweep);
	maas_eval_free(v.e);
	maas_arena_free(v.arena);
	free(v.wrong);
	free(v.limit);
	return rc;
}
