/* One label against the rest at every threshold: precision, recall, F1, what mistakes cost, and the best of each. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tally.h"
#include "maas/fmt.h"

enum { ROUNDS = 19 };

int
maas_costs_parse(const char *s, struct maas_costs *c)
{
	*c = (struct maas_costs){ 1, 1 };
	for (;;) {
		size_t n = strcspn(s, ",");
		double v;

		if (n < 4 || s[2] != '=' || maas_parse_real((struct maas_span){ s + 3, n - 3 }, &v) < 0 || !(v >= 0) ||
		    isinf(v) || (strncmp(s, "fn", 2) && strncmp(s, "fp", 2)))
			return maas_fail_as(MAAS_USAGE, "costs: '%.*s', wanted fn=X,fp=X, X at least 0", (int)n, s);
		*(s[1] == 'n' ? &c->fn : &c->fp) = v;
		if (!s[n])
			return 0;
		s += n + 1;
	}
}

struct scored {
	double p;
	int yes;
};

static int
descending(const void *a, const void *b)
{
	const struct scored *x = a, *y = b;

	return (x->p < y->p) - (x->p > y->p);
}

static void
finish(struct maas_cut *c, const struct maas_costs *costs)
{
	double tp = (double)c->tp, fp = (double)c->fp, fn = (double)c->fn;

	c->precision = tp + fp > 0 ? tp / (tp + fp) : 0;
	c->recall = tp + fn > 0 ? tp / (tp + fn) : 0;
	c->f1 = c->precision + c->recall > 0 ? 2 * c->precision * c->recall / (c->precision + c->recall) : 0;
	c->cost = costs->fn * fn + costs->fp * fp;
}

/* What is positive from probability `at` on, of rows sorted descending. */
static struct maas_cut
cut_at(const struct scored *r, size_t n, double at, const struct maas_costs *costs)
{
	struct maas_cut c = { .at = at };

	for (size_t i = 0; i < n; i++)
		if (r[i].p >= at)
			c.tp += (size_t)r[i].yes, c.fp += !r[i].yes;
		else
			c.fn += (size_t)r[i].yes, c.tn += !r[i].yes;
	finish(&c, costs);
	return c;
}

static void
all_cuts(struct maas_sweep *s, const struct scored *r, size_t n)
{
	struct maas_cut c = cut_at(r, n, INFINITY, &s->costs);

	s->cut[s->n++] = s->best_f1 = s->best_cost = c;
	for (size_t i = 0; i < n;) {
		for (c.at = r[i].p; i < n && r[i].p == c.at; i++)
			if (r[i].yes)
				c.tp++, c.fn--;
			else
				c.fp++, c.tn--;
		finish(&c, &s->costs);
		s->cut[s->n++] = c;
		if (c.f1 > s->best_f1.f1)
			s->best_f1 = c;
		if (c.cost < s->best_cost.cost)
			s->best_cost = c;
	}
}

static int
find_label(const struct maas_eval *e, const char *positive, size_t *k)
{
	if (e->labels < 2)
		return maas_fail_as(MAAS_USAGE, "thresholds are of models of two labels or more");
	if (!positive && e->labels > 2)
		return maas_fail_as(MAAS_USAGE, "%zu labels: which is the positive one?", e->labels);
	for (*k = 1; positive && *k < e->labels && !maas_span_is(e->names.name[*k], positive); ++*k)
		;
	if (positive && maas_span_is(e->names.name[0], positive))
		*k = 0;
	return *k < e->labels ? 0 : maas_fail_as(MAAS_USAGE, "the model has no label '%s'", positive);
}

int
maas_eval_sweep(struct maas_eval *e, const char *positive, const struct maas_costs *costs, struct maas_sweep *s)
{
	struct scored *r = NULL;
	size_t k = 0;

	*s = (struct maas_sweep){ .costs = *costs, .rounds = ROUNDS };
	if (find_label(e, positive, &k) < 0)
		return -1;
	if (e->n && !e->p)
		return maas_fail("%zu rows of %zu labels: too many for thresholds of all", e->n, e->labels);
	s->label = e->names.name[k];
	if (!(r = maas_alloc(e->n, sizeof *r)) || !(s->round = maas_alloc(ROUNDS, sizeof *s->round)) ||
	    !(s->cut = maas_alloc(e->n + 1, sizeof *s->cut))) {
		free(r);
		maas_sweep_free(s);
		return -1;
	}
	for (size_t i = 0; i < e->n; i++)
		r[i] = (struct scored){ e->p[i * e->labels + k], e->truth[i] == k };
	if (e->n)
		qsort(r, e->n, sizeof *r, descending);
	for (size_t i = 0; i < ROUNDS; i++)
		s->round[i] = cut_at(r, e->n, (double)(i + 1) / 20, costs);
	s->half = s->round[ROUNDS / 2];
	all_cuts(s, r, e->n);
	free(r);
	return 0;
}

void
maas_sweep_free(struct maas_sweep *s)
{
	free(s->round);
	free(s->cut);
}

static int
threshold_text(const struct maas_cut *c, struct maas_buf *b)
{
	return isinf(c->at) ? maas_buf_text(b, "no threshold: never say it")
			    : maas_buf_printf(b, "threshold %.9g", c->at);
}

int
maas_sweep_report(const struct maas_sweep *s, struct maas_buf *b)
{
	int priced = !isnan(s->costs.fn), bad = 0;

	if (maas_buf_text(b, "'") || maas_buf_add(b, s->label.s, s->label.n) ||
	    maas_buf_printf(b, "' where its probability is at least the threshold:\n\n%9s %9s %9s %9s%s\n", "threshold",
		"precision", "recall", "f1-score", priced ? "         cost" : ""))
		return -1;
	for (size_t i = 0; i < s->rounds && !bad; i++) {
		const struct maas_cut *c = &s->round[i];

		bad = maas_buf_printf(b, "%9.2f %9.2f %9.2f %9.2f", c->at, c->precision, c->recall, c->f1) ||
		    (priced && maas_buf_printf(b, " %12.6g", c->cost)) || maas_buf_text(b, "\n");
	}
	bad = bad || maas_buf_printf(b, "\nbest f1-score %.4f: ", s->best_f1.f1) || threshold_text(&s->best_f1, b) ||
	    maas_buf_printf(b, " (precision %.4f, recall %.4f)\n", s->best_f1.precision, s->best_f1.recall);
	if (!bad && priced)
		bad = maas_buf_printf(b, "least cost %.9g: ", s->best_cost.cost) || threshold_text(&s->best_cost, b) ||
		    maas_buf_printf(b, " (%zu missed, %zu false alarms; at 0.5 the cost is %.9g)\n", s->best_cost.fn,
			s->best_cost.fp, s->half.cost);
	return bad ? -1 : 0;
}

static int
put_cut(struct maas_buf *b, const struct maas_cut *c, int priced)
{
	struct {
		const char *name;
		double v;
	} m[] = { { "{\"threshold\":", c->at }, { ",\"precision\":", c->precision }, { ",\"recall\":", c->recall },
		{ ",\"f1\":", c->f1 }, { ",\"cost\":", c->cost } };
	int bad = 0;

	for (size_t i = 0; i < MAAS_COUNT(m) - !priced && !bad; i++)
		bad = maas_buf_text(b, m[i].name) || maas_json_put_real(b, m[i].v);
	return bad || maas_buf_printf(b, ",\"tp\":%zu,\"fp\":%zu,\"fn\":%zu,\"tn\":%zu}", c->tp, c->fp, c->fn, c->tn)
	    ? -1
	    : 0;
}

int
maas_sweep_members(const struct maas_sweep *s, struct maas_buf *b)
{
	int priced = !isnan(s->costs.fn),
	    bad = maas_buf_text(b, "\"positive\":") || maas_json_put_text(b, s->label) ||
	    maas_buf_text(b, ",\"thresholds\":[");

	for (size_t i = 0; i < s->rounds && !bad; i++)
		bad = (i && maas_buf_text(b, ",")) || put_cut(b, &s->round[i], priced);
	bad = bad || maas_buf_text(b, "],\"best_f1\":") || put_cut(b, &s->best_f1, priced);
	if (!bad && priced)
		bad = maas_buf_text(b, ",\"cost\":") || maas_json_put_real(b, s->half.cost) ||
		    maas_buf_text(b, ",\"best_cost\":") || put_cut(b, &s->best_cost, priced);
	return bad ? -1 : 0;
}
