/* maas-classify compare: is one model better than another on the same rows, beyond what chance does? */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "classify.h"
#include "maas/fmt.h"

#define DRAWS 10000

struct side {
	const char *model;
	size_t labels, n, cap;
	double *off; /* [n] is the answer wrong, 0 or 1; regression: how far it is off */
	struct maas_eval *e;
};

struct comparing {
	const struct compare *o;
	struct call *call;
	struct side side[2];
	size_t alone[2]; /* rows that one alone gets right */
	struct maas_boot boot;
	double p;
	int better;
};

/* The data is read once for each model: what can be read only once is copied first.  Standard input becomes its copy,
 * so that messages still call it so. */
static int
spool_operands(struct call *c)
{
	struct stat st;
	char *name;
	int fd;

	if (!c->n || !strcmp(c->operand[0], "-")) {
		if ((fd = maas_table_spool("-")) < 0)
			return -1;
		if (dup2(fd, STDIN_FILENO) < 0)
			return maas_fail_errno("standard input");
		close(fd);
	}
	for (int i = 0; i < c->n; i++) {
		if (!strcmp(c->operand[i], "-") || stat(c->operand[i], &st) < 0 || S_ISREG(st.st_mode) ||
		    S_ISDIR(st.st_mode))
			continue;
		if ((fd = maas_table_spool(c->operand[i])) < 0 || !(name = maas_alloc(32, 1)))
			return -1;
		snprintf(name, 32, "/dev/fd/%d", fd);
		c->operand[i] = name;
	}
	return 0;
}

static int
add_row(struct side *s, const struct classifying *k, const struct maas_row *row)
{
	const double *truth, *answer;
	struct maas_span said;

	if (maas_grow(&s->off, s->n, &s->cap, 1, sizeof *s->off) < 0)
		return -1;
	if (!k->labels) {
		maas_eval_values(s->e, &truth, &answer);
		s->off[s->n] = fabs(answer[s->n] - truth[s->n]);
	} else {
		said = maas_rows_label(k->rows, classify_best(k));
		s->off[s->n] = said.n != row->label.n || (said.n && memcmp(said.s, row->label.s, said.n));
	}
	s->n++;
	return 0;
}

static int
measure_side(struct side *s, struct call *c)
{
	struct classify o = { .model = s->model };
	struct classifying k;
	struct maas_row row;
	int rc;

	if (lseek(STDIN_FILENO, 0, SEEK_SET) < 0 && !c->n)
		return fail(c);
	if (!(rc = classify_open_with(&k, c, &o)) && !(rc = classify_whole(&k)) && !(rc = classify_by_blocks(&k))) {
		s->labels = k.labels;
		if (!(s->e = measure_new(&k)))
			rc = fail(c);
		while (!rc && (rc = measure_next(&k, s->e, &row)) > 0)
			rc = add_row(s, &k, &row);
		if (rc == -1)
			rc = fail(c);
	}
	classify_close(&k);
	return rc;
}

static int
compare_sides(struct comparing *x)
{
	const struct side *a = &x->side[0], *b = &x->side[1];
	struct maas_team *team;
	double *d;
	int rc;

	if (!a->labels) {
		if (!(d = maas_alloc(a->n, sizeof *d)))
			return -1;
		for (size_t i = 0; i < a->n; i++)
			d[i] = a->off[i] - b->off[i];
		team = maas_team_new((int)x->call->common.threads);
		rc = !team ||
		    maas_bootstrap(&x->boot, d, a->n, DRAWS, x->o->alpha, (uint64_t)x->call->common.seed, team);
		maas_team_free(team);
		free(d);
		x->p = x->boot.p;
		x->better = x->p < x->o->alpha && x->boot.mean > 0;
		return rc ? -1 : 0;
	}
	for (size_t i = 0; i < a->n; i++) {
		x->alone[0] += a->off[i] < b->off[i];
		x->alone[1] += b->off[i] < a->off[i];
	}
	x->p = maas_mcnemar(x->alone[0], x->alone[1]);
	x->better = x->p < x->o->alpha && x->alone[1] > x->alone[0];
	return 0;
}

static const char *const *
metrics_of(const struct comparing *x)
{
	static const char *const labels[] = { "accuracy", "f1_macro", "f1_weighted", "log_loss", NULL };

	return x->side[0].labels ? labels : maas_eval_value_metrics;
}

static int
print_text(const struct comparing *x)
{
	const char *const *name = metrics_of(x);
	double v[2];

	printf("%11s %12s %12s\n\n", "", "A", "B");
	for (; *name; name++) {
		for (int i = 0; i < 2; i++)
			if (maas_eval_metric(x->side[i].e, *name, &v[i]) < 0)
				return -1;
		printf("%11s %12.6g %12.6g\n", *name, v[0], v[1]);
	}
	printf("\n%11s %12zu\n", "rows", x->side[0].n);
	if (x->side[0].labels)
		printf("%11s %12zu %12zu\n\np %.6g (McNemar's exact test, two-sided)\n", "right alone", x->alone[0],
		    x->alone[1], x->p);
	else
		printf("\nmean absolute error of A less that of B: %.6g, %g of draws between %.6g and %.6g\n"
		       "p %.6g (bootstrap of %d draws, two-sided)\n",
		    x->boot.mean, 1 - x->o->alpha, x->boot.low, x->boot.high, x->p, DRAWS);
	printf("B is %sbetter (alpha %g)\n", x->better ? "" : "not shown to be ", x->o->alpha);
	return 0;
}

static int
put_side(const struct comparing *x, int i, struct maas_buf *b)
{
	int bad =
	    maas_buf_printf(b, ",\"%c\":{\"model\":", "ab"[i]) || maas_json_put_text(b, maas_span(x->side[i].model));
	double v;

	for (const char *const *name = metrics_of(x); *name && !bad; name++)
		bad = maas_eval_metric(x->side[i].e, *name, &v) || maas_buf_printf(b, ",\"%s\":", *name) ||
		    maas_json_put_real(b, v);
	return bad || maas_buf_text(b, "}") ? -1 : 0;
}

static int
put_real(struct maas_buf *b, const char *name, double v)
{
	return maas_buf_printf(b, ",\"%s\":", name) || maas_json_put_real(b, v) ? -1 : 0;
}

static int
print_json(const struct comparing *x)
{
	struct maas_buf b = { 0 };
	int bad = maas_buf_printf(&b, "{\"n\":%zu", x->side[0].n) || put_side(x, 0, &b) || put_side(x, 1, &b);

	if (x->side[0].labels)
		bad = bad ||
		    maas_buf_printf(
			&b, ",\"test\":\"mcnemar\",\"a_alone\":%zu,\"b_alone\":%zu", x->alone[0], x->alone[1]);
	else
		bad = bad || maas_buf_printf(&b, ",\"test\":\"bootstrap\",\"draws\":%d", DRAWS) ||
		    put_real(&b, "difference", x->boot.mean) || put_real(&b, "low", x->boot.low) ||
		    put_real(&b, "high", x->boot.high);
	bad = bad || put_real(&b, "p", x->p) || put_real(&b, "alpha", x->o->alpha) ||
	    maas_buf_printf(&b, ",\"better\":%s}", x->better ? "true" : "false");
	if (!bad)
		puts(b.s);
	maas_buf_free(&b);
	return bad ? -1 : 0;
}

static int
run(struct comparing *x)
{
	struct call *c = x->call;
	struct side *a = &x->side[0], *b = &x->side[1];
	int rc;

	if (x->o->model.n != 2)
		return misuse(c, "compare wants two models, -m A -m B; %zu given", x->o->model.n);
	if ((rc = wants_input(c)))
		return rc;
	a->model = x->o->model.item[0];
	b->model = x->o->model.item[1];
	if (spool_operands(c) < 0)
		return fail(c);
	if ((rc = measure_side(a, c)) || (rc = measure_side(b, c)))
		return rc;
	if (!a->labels != !b->labels)
		return complain(c, MAAS_USAGE, "%s answers %s, %s %s", a->model, a->labels ? "labels" : "a number",
		    b->model, b->labels ? "labels" : "a number");
	if (a->n != b->n)
		return complain(c, MAAS_DATA, "%zu rows to %s, %zu to %s", a->n, a->model, b->n, b->model);
	if (compare_sides(x) < 0 || (x->o->json ? print_json(x) : print_text(x)) < 0)
		return fail(c);
	if ((rc = finish(c)))
		return rc;
	return x->better ? 0 : MAAS_NEGATIVE;
}

int
compare(struct call *c)
{
	struct comparing x = { .o = c->part[0], .call = c };
	int rc = run(&x);

	for (int i = 0; i < 2; i++) {
		maas_eval_free(x.side[i].e);
		free(x.side[i].off);
	}
	return rc;
}
