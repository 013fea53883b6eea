/*
 * What to try next.  A rule looks at what was seen; where it has something to say it writes the evidence and the
 * options to try, and no other is asked.  They are asked in the order of the table below: first what keeps a training
 * from learning at all, then what it learnt too well or not well enough, last how well that is known.
 *
 * A new rule is a function, a line in that table, a row in tests/unit/train_advice.c and a line in
 * scripts/compare-advice, which shows on real data whether following it helps.  One that does not help goes.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "maas/advice.h"

#define SPREAD  100.0 /* between columns: one rate cannot suit both */
#define RISEN   0.1   /* of a loss, above where it was least: more than chance does */
#define JUMP    0.2   /* of a loss, up from one measure to the next and down again: steps that miss */
#define FALLING 0.02  /* of a loss, in the last quarter: more would come ... */
#define STEEP   0.1   /* ... and more than that: much more */
#define HELD    0.005 /* of an accuracy: not worse */
#define FEW     30    /* rows of a label, held out: enough to tell ... */
#define FOUND   0.25  /* ... that no more than this share of them is found */
#define UNSURE  0.05  /* of an accuracy, to both sides, at 95 % */
#define LOOSE   30.0  /* times the loss of what is learnt from: it is learnt by heart */
#define LEARNT  5.0   /* times, of counts */
#define TIGHT   1.5   /* times: it could learn more */

/* Round to a number that a person would type: 1, 2 or 5 times a power of ten. */
static double
plain(double x)
{
	double power = pow(10, floor(log10(x))), lead = x / power;

	return (lead < 1.5 ? 1 : lead < 3.5 ? 2 : lead < 7.5 ? 5 : 10) * power;
}

/* A name in a line for people. */
static int
length(struct maas_span s)
{
	return s.n > 40 ? 40 : (int)s.n;
}

/* The evaluation with the least held-out loss; NULL: none was measured. */
static const struct maas_seen_point *
best(const struct maas_seen *s)
{
	const struct maas_seen_point *b = NULL;

	for (size_t i = 0; i < s->points; i++)
		if (!isnan(s->point[i].val) && (!b || s->point[i].val < b->val))
			b = &s->point[i];
	return b;
}

static const struct maas_seen_point *
last(const struct maas_seen *s)
{
	return s->points ? &s->point[s->points - 1] : NULL;
}

/* Of columns that are spread out so differently steps go astray; solvers that do converge see to it themselves. */
static int
unscaled(const struct maas_seen *s, struct maas_advice *a)
{
	if (!(s->spread >= SPREAD) || (!s->steps && s->converged != 0))
		return 0;
	snprintf(a->why, sizeof a->why, "'%.*s' is spread out %.0f times as far as '%.*s'", length(s->wide), s->wide.s,
	    s->spread, length(s->narrow), s->narrow.s);
	snprintf(a->try, sizeof a->try, "--scale standard");
	return 1;
}

static int
unfinished(const struct maas_seen *s, struct maas_advice *a)
{
	if (s->converged != 0 || s->cut)
		return 0;
	snprintf(a->why, sizeof a->why, "after %.0f step%s it has %.2g to go, where %.2g is wanted", s->iterations,
	    s->iterations == 1 ? "" : "s", s->to_go, s->tol);
	snprintf(a->try, sizeof a->try, "--max-iter %.0f", plain(10 * s->iterations));
	return 1;
}

static int
slower(const struct maas_seen *s, struct maas_advice *a)
{
	if (!(s->lr > 0))
		return 0;
	snprintf(a->try, sizeof a->try, "--lr %.2g", s->lr / 10);
	return 1;
}

/* The loss of what is learnt from grew: steps are too large. */
static int
rising(const struct maas_seen *s, struct maas_advice *a)
{
	const struct maas_seen_point *least = NULL, *end = last(s);

	for (size_t i = 0; i < s->points; i++)
		if (!isnan(s->point[i].train) && (!least || s->point[i].train < least->train))
			least = &s->point[i];
	if (!s->steps || !least || isnan(end->train) || s->train_rows < FEW ||
	    !(end->train - least->train > RISEN * fabs(least->train)))
		return 0;
	snprintf(a->why, sizeof a->why, "the training loss rose from %.4g after %.3g %s to %.4g", least->train,
	    least->at, s->unit, end->train);
	return slower(s, a);
}

/* Never better than saying of each row how likely each label is by itself: what steps have made is too large. */
static int
wild(const struct maas_seen *s, struct maas_advice *a)
{
	const struct maas_seen_point *b = best(s);

	if (!s->steps || !b || s->labels < 2 || !(b->val > (1 + RISEN) * log((double)s->labels)))
		return 0;
	snprintf(a->why, sizeof a->why, "the held-out loss was never below %.4g, and that of guessing is %.4g", b->val,
	    log((double)s->labels));
	return slower(s, a);
}

/* What is held out goes up and down again, and what is learnt from gets no further: steps are too large to settle. */
static int
jumping(const struct maas_seen *s, struct maas_advice *a)
{
	const struct maas_seen_point *most = NULL;
	double jump = JUMP;

	for (size_t i = 1; s->steps && i + 1 < s->points; i++) {
		const struct maas_seen_point *p = &s->point[i];

		if (p->val - p[-1].val > jump * fabs(p[-1].val) && p->val - p[1].val > JUMP / 2 * fabs(p[1].val)) {
			jump = (p->val - p[-1].val) / fabs(p[-1].val);
			most = p;
		}
	}
	if (!most || !(last(s)->train > most->train / 2))
		return 0;
	snprintf(a->why, sizeof a->why, "the held-out loss jumped from %.4g to %.4g after %.3g %s", most[-1].val,
	    most->val, most->at, s->unit);
	return slower(s, a);
}

/* May it stand in --class-weight LABEL:W, between quotes of the shell? */
static int
is_plain(struct maas_span s)
{
	for (size_t i = 0; i < s.n; i++)
		if (strchr("',\":", s.s[i]) || (unsigned char)s.s[i] < ' ')
			return 0;
	return s.n > 0;
}

/*
 * A label that is missed.  Weights that make all labels count the same find it at the cost of all others; the root of
 * that finds more of it and loses little.
 */
static int
missed(const struct maas_seen *s, struct maas_advice *a)
{
	const struct maas_seen_label *l = NULL;
	size_t rows = 0, most = 0;

	for (size_t k = 0; k < s->labels; k++) {
		const struct maas_seen_label *own = &s->label[k];

		rows += own->train;
		most = own->train > most ? own->train : most;
		if (own->val >= FEW && (double)own->right <= FOUND * (double)own->val && is_plain(own->name) &&
		    (!l || own->right * l->val < l->right * own->val))
			l = own;
	}
	if (!l || s->weighted || l->train * 2 > most || !l->train || l->name.n > 40)
		return 0;
	snprintf(a->why, sizeof a->why,
	    "%zu of the %zu held out as '%.*s' are found, %.2g %% of what is learnt from are such", l->right, l->val,
	    length(l->name), l->name.s, 100 * (double)l->train / (double)rows);
	snprintf(a->try, sizeof a->try, "--class-weight '%.*s:%.2g'", length(l->name), l->name.s,
	    sqrt((double)most / (double)l->train));
	return 1;
}

/* The held-out loss has been less.  Where the answers are none the worse, they are but too sure of themselves. */
static int
overfit(const struct maas_seen *s, struct maas_advice *a)
{
	const struct maas_seen_point *b = best(s), *end = last(s);
	const char *more = s->regularise ? s->regularise : "";
	int sure;

	if (!s->steps || !b || isnan(end->val) || s->early_stop || !(end->val - b->val > RISEN * fabs(b->val)))
		return 0;
	sure = !isnan(s->accuracy) && !s->calibrated && end->metric >= b->metric - HELD;
	snprintf(a->why, sizeof a->why, "the held-out loss was least after %.3g %s, %.4g, and rose to %.4g%s", b->at,
	    s->unit, b->val, end->val, sure ? ", though as many answers are right: they are too sure" : "");
	if (sure)
		snprintf(a->try, sizeof a->try, "%s%s--calibrate", more, *more ? " " : "");
	else
		snprintf(a->try, sizeof a->try, "%s", *more ? more : "--early-stop 2");
	return 1;
}

/* A solver has no course: that what is held out is so much worse than what is learnt from is all that is seen. */
static int
loose(const struct maas_seen *s, struct maas_advice *a)
{
	int tfidf = s->counts && s->val_loss > LEARNT * s->train_loss;

	if (s->steps || isnan(s->C) || isnan(s->val_loss) || !(tfidf || s->val_loss > LOOSE * s->train_loss))
		return 0;
	snprintf(a->why, sizeof a->why, "the loss is %.3g of what is learnt from and %.3g of what is held out",
	    s->train_loss, s->val_loss);
	if (tfidf)
		snprintf(a->try, sizeof a->try, "--tfidf --C 10");
	else
		snprintf(a->try, sizeof a->try, "--C %.2g", s->C / 10);
	return 1;
}

/* As many features as rows, and hardly worse on those held out: the penalty holds it back. */
static int
tight(const struct maas_seen *s, struct maas_advice *a)
{
	if (s->steps || isnan(s->C) || isnan(s->val_loss) || s->features < s->train_rows || s->cut ||
	    !(s->val_loss < TIGHT * s->train_loss))
		return 0;
	snprintf(a->why, sizeof a->why,
	    "the loss is %.3g of what is learnt from, and no more than %.3g of what is held out", s->train_loss,
	    s->val_loss);
	snprintf(a->try, sizeof a->try, "--C %.2g", s->C * 10);
	return 1;
}

/* The last quarter of the way still brought something. */
static int
falling(const struct maas_seen *s, struct maas_advice *a)
{
	const struct maas_seen_point *end = last(s), *before = NULL;
	int val = end && !isnan(end->val);
	double now, then, fell;

	for (size_t i = 0; end && i < s->points && s->point[i].at <= 0.75 * end->at; i++)
		before = &s->point[i];
	if (!s->steps || !before || s->cut)
		return 0;
	now = val ? end->val : end->train;
	then = val ? before->val : before->train;
	fell = (then - now) / fabs(then);
	if (!(fell > FALLING))
		return 0;
	snprintf(a->why, sizeof a->why, "the %s loss still fell, from %.4g after %.3g %s to %.4g in the end",
	    val ? "held-out" : "training", then, before->at, s->unit, now);
	snprintf(a->try, sizeof a->try, "--%s %g", s->unit, (fell > STEEP ? 4 : 2) * s->length);
	return 1;
}

/* An accuracy of few rows (the normal approximation of a binomial share). */
static int
few(const struct maas_seen *s, struct maas_advice *a)
{
	double p = s->accuracy, n = (double)s->val_rows, off;

	if (!s->split || s->folds || !n || isnan(p))
		return 0;
	p = (p * n + 2) / (n + 4); /* Agresti & Coull 1998, so that 1 is not taken for sure */
	off = 1.96 * sqrt(p * (1 - p) / (n + 4));
	if (off < UNSURE)
		return 0;
	snprintf(a->why, sizeof a->why, "%.0f rows held out say an accuracy within %.2f, no nearer", n, off);
	snprintf(a->try, sizeof a->try, "--cv 5");
	return 1;
}

static const struct {
	const char *name;
	int (*look)(const struct maas_seen *, struct maas_advice *);
} rules[] = {
	{ "unscaled", unscaled },
	{ "unfinished", unfinished },
	{ "rising", rising },
	{ "wild", wild },
	{ "jumping", jumping },
	{ "missed", missed },
	{ "overfit", overfit },
	{ "loose", loose },
	{ "tight", tight },
	{ "falling", falling },
	{ "few", few },
};

int
maas_advise(const struct maas_seen *s, struct maas_advice *a)
{
	for (size_t i = 0; i < MAAS_COUNT(rules); i++) {
		*a = (struct maas_advice){ .rule = rules[i].name };
		if (rules[i].look(s, a))
			return 1;
	}
	*a = (struct maas_advice){ 0 };
	return 0;
}

const char *
maas_advice_rule(size_t i)
{
	return i < MAAS_COUNT(rules) ? rules[i].name : NULL;
}
