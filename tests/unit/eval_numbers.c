/* Metrics of numbers, thresholds and tests hold to scikit-learn and scipy: scripts/make-golden-classify evaluation. */
#include <stdlib.h>

#include "maas/eval.h"
#include "maas/fmt.h"
#include "../test.h"

static struct maas_eval *values, *labels;
static double truth[512], d[512];
static size_t n, cuts;
static struct maas_sweep sweep;
static struct maas_boot boot;

static int
near(double got, double want, double relative)
{
	return isnan(want) ? isnan(got) : fabs(got - want) <= relative * (fabs(want) + 1e-300);
}

static size_t
numbers(char *s, double *to)
{
	size_t i = 0;

	for (char *p; i < 512 && (p = strsep(&s, "\t"));)
		to[i++] = strtod(p, NULL);
	return i;
}

static void
on_answer(char *s)
{
	double answer[512];

	maas_eval_free(values);
	values = maas_eval_new(NULL, 0);
	ok(values && numbers(s, answer) == n, "%zu numbers", n);
	for (size_t i = 0; i < n; i++)
		if (maas_eval_add_value(values, truth[i], answer[i]) < 0)
			ok(0, "%s", maas_error());
}

static void
on_metric(char *s)
{
	const char *name = strsep(&s, "\t");
	double want = strtod(s, NULL), got = NAN;

	if (!strcmp(name, "baseline"))
		got = maas_eval_baseline(values);
	else if (maas_eval_metric(values, name, &got) < 0)
		ok(0, "%s", maas_error());
	ok(near(got, want, 1e-12), "%s of %zu numbers: %.15g, %.15g", name, n, got, want);
}

static void
on_row(char *s)
{
	const char *t = strsep(&s, "\t");
	double p[2];

	p[1] = strtod(s, NULL);
	p[0] = 1 - p[1];
	if (!labels)
		labels = maas_eval_new((struct maas_span[]){ maas_span("0"), maas_span("1") }, 2);
	if (maas_eval_add(labels, maas_span(t), p) < 0)
		ok(0, "%s", maas_error());
}

/* Golden cuts ascend, ours descend behind "never". */
static void
on_cut(char *s)
{
	double v[3];
	const struct maas_cut *c;

	if (!sweep.cut && maas_eval_sweep(labels, NULL, &(struct maas_costs){ 5.5, 2 }, &sweep) < 0)
		ok(0, "%s", maas_error());
	c = &sweep.cut[sweep.n - ++cuts];
	ok(numbers(s, v) == 3 && c->at == v[0] && near(c->precision, v[1], 1e-14) && near(c->recall, v[2], 1e-14),
	    "precision %.4f and recall %.4f from %.2f on", c->precision, c->recall, c->at);
}

static void
on_best(const char *what, char *s)
{
	double v[2];
	int by_cost = !strcmp(what, "best_cost");
	const struct maas_cut *c = by_cost ? &sweep.best_cost : &sweep.best_f1;

	ok(numbers(s, v) == 2 && c->at == v[0] && near(by_cost ? c->cost : c->f1, v[1], 1e-14), "%s is at %.2f", what,
	    c->at);
	ok(cuts + 1 == sweep.n, "every cut was compared");
}

static void
on_mcnemar(char *s)
{
	double v[3], got;

	numbers(s, v);
	got = maas_mcnemar((size_t)v[0], (size_t)v[1]);
	ok(near(got, v[2], 1e-8), "McNemar of %g and %g: %.10g, %.10g", v[0], v[1], got, v[2]);
}

/* The normal approximation is good to a few percent of 200 rows; another team gives the same bytes. */
static void
on_normal(char *s)
{
	struct maas_team *one = maas_team_new(1), *three = maas_team_new(3);
	struct maas_boot again;
	double v[3];

	numbers(s, v);
	ok(maas_bootstrap(&boot, d, n, 10000, 0.05, 7, one) == 0 &&
		maas_bootstrap(&again, d, n, 10000, 0.05, 7, three) == 0,
	    "bootstrap of %zu rows", n);
	ok(!memcmp(&boot, &again, sizeof boot), "the same by three threads");
	ok(near(boot.mean, v[0], 1e-8), "mean %.9g", boot.mean);
	ok(fabs(boot.low - (v[0] - 1.96 * v[1])) < 0.1 * v[1] && fabs(boot.high - (v[0] + 1.96 * v[1])) < 0.1 * v[1],
	    "interval %.4f %.4f", boot.low, boot.high);
	ok(fabs(boot.p - v[2]) < 0.02 + 0.1 * v[2], "p %.4f, %.4f", boot.p, v[2]);
	maas_team_free(one);
	maas_team_free(three);
}

static void
line_of(char *s)
{
	const char *what = strsep(&s, "\t");

	if (!strcmp(what, "truth"))
		n = numbers(s, truth);
	else if (!strcmp(what, "answer"))
		on_answer(s);
	else if (!strcmp(what, "metric"))
		on_metric(s);
	else if (!strcmp(what, "row"))
		on_row(s);
	else if (!strcmp(what, "cut"))
		on_cut(s);
	else if (!strncmp(what, "best", 4))
		on_best(what, s);
	else if (!strcmp(what, "mcnemar"))
		on_mcnemar(s);
	else if (!strcmp(what, "boot"))
		n = numbers(s, d);
	else if (!strcmp(what, "normal"))
		on_normal(s);
	else
		ok(*what == '#', "%s", what);
}

/* A round threshold is the lowest cut at it or above: probabilities of two digits stand right at some. */
static void
rounds(void)
{
	size_t at = 0, same = 0;

	for (size_t i = 0; i < sweep.rounds; i++) {
		const struct maas_cut *r = &sweep.round[i], *c = sweep.cut;

		for (size_t k = 1; k < sweep.n && sweep.cut[k].at >= r->at; k++)
			c = &sweep.cut[k];
		at += c->at == r->at;
		same += c->tp == r->tp && c->fp == r->fp && c->fn == r->fn && c->tn == r->tn && c->cost == r->cost;
	}
	ok(at > 3 && same == 19, "%zu round thresholds, %zu of them probabilities", same, at);
	ok(sweep.half.at == 0.5 && sweep.half.tp == sweep.round[9].tp, "and 0.5 is one");
}

/* Groups of rows behave as rows do: the deviation of the mean is what it is. */
static void
many_rows(void)
{
	size_t many = 3 * MAAS_BOOT_ROWS + 1;
	double *v = malloc(many * sizeof *v), se = 1 / sqrt(12 * (double)many);
	struct maas_team *t = maas_team_new(2);
	struct maas_boot b;

	for (size_t i = 0; i < many; i++)
		v[i] = maas_uniform(3, 4, i) - 0.5;
	ok(maas_bootstrap(&b, v, many, 400, 0.05, 7, t) == 0 && fabs((b.high - b.low) / (3.92 * se) - 1) < 0.15,
	    "%zu rows: width %.3g, %.3g", many, b.high - b.low, 3.92 * se);
	ok(maas_bootstrap(&b, v, 0, 400, 0.05, 7, t) < 0, "%s", maas_error());
	maas_team_free(t);
	free(v);
}

static void
refused(void)
{
	struct maas_costs c;
	double v;
	struct maas_sweep s;
	struct maas_buf b = { 0 };

	ok(maas_eval_metric(values, "accuracy", &v) < 0 && maas_why() == MAAS_USAGE, "%s", maas_error());
	ok(maas_eval_metric(labels, "r2", &v) < 0, "%s", maas_error());
	ok(maas_eval_metric(values, "rsme", &v) < 0, "%s", maas_error());
	ok(maas_eval_is_loss("mae") && maas_eval_is_loss("brier") && !maas_eval_is_loss("r2"), "losses");
	ok(maas_costs_parse("fn=50", &c) == 0 && c.fn == 50 && c.fp == 1, "a cost not said is 1");
	ok(maas_costs_parse("fp=0.5,fn=2", &c) == 0 && c.fn == 2 && c.fp == 0.5, "in any order");
	ok(maas_costs_parse("fp=0.5,", &c) < 0, "%s", maas_error());
	ok(maas_costs_parse("fp=-1", &c) < 0 && maas_costs_parse("fq=1", &c) < 0 && maas_costs_parse("", &c) < 0 &&
		maas_costs_parse("fn=nan", &c) < 0,
	    "%s", maas_error());
	ok(maas_eval_sweep(labels, "2", &(struct maas_costs){ 1, 1 }, &s) < 0, "%s", maas_error());
	ok(maas_eval_sweep(values, NULL, &(struct maas_costs){ 1, 1 }, &s) < 0, "%s", maas_error());
	ok(maas_eval_sweep(labels, "0", &(struct maas_costs){ 0, 1 }, &s) == 0 && isinf(s.best_cost.at) &&
		s.best_cost.cost == 0,
	    "what costs nothing to miss is never said");
	ok(maas_sweep_report(&s, &b) == 0 && strstr(b.s, "never say it"), "%s", strrchr(b.s, ':'));
	maas_sweep_free(&s);
	maas_buf_free(&b);
}

int
main(void)
{
	static char copy[8192];
	const char *data = getenv("DATA");
	struct maas_span line;
	struct maas_input *in;
	char path[4096];

	snprintf(path, sizeof path, "%s/evaluation.tsv", data ? data : "tests/data");
	in = maas_input_open(path, NULL);
	ok(in != NULL, "golden numbers open");
	while (in && maas_input_line(in, &line, NULL) > 0) {
		snprintf(copy, sizeof copy, "%.*s", (int)line.n, line.s);
		line_of(copy);
	}
	maas_input_close(in);
	rounds();
	refused();
	many_rows();
	maas_sweep_free(&sweep);
	maas_eval_free(values);
	maas_eval_free(labels);
	return done();
}
