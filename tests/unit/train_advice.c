/* Each rule of advice, and where it begins to speak. */
#include <math.h>
#include <string.h>

#include "maas/advice.h"
#include "../test.h"

/* A training of which nothing is to be said. */
static struct maas_seen
fine(void)
{
	return (struct maas_seen){ .unit = "epochs",
		.length = 10,
		.train_loss = 0.4,
		.val_loss = 0.5,
		.accuracy = 0.9,
		.train_rows = 9000,
		.val_rows = 1000,
		.features = 20,
		.split = 1,
		.converged = -1,
		.spread = NAN,
		.lr = 0.003,
		.C = NAN };
}

static char rules[16][16]; /* those that spoke */

/* Does this rule speak, and advise that?  NULL: none does. */
static int
says(const struct maas_seen *s, const char *rule, const char *try)
{
	struct maas_advice a;
	int spoke = maas_advise(s, &a);

	for (size_t i = 0; spoke && maas_advice_rule(i); i++)
		if (!strcmp(a.rule, maas_advice_rule(i)))
			snprintf(rules[i], sizeof rules[i], "%s", a.rule);
	if (!spoke || !rule)
		return !spoke && !rule && !a.rule && !*a.why && !*a.try;
	if (strcmp(a.rule, rule) || strcmp(a.try, try))
		printf("# %s: %s: try %s\n", a.rule, a.why, a.try);
	return !strcmp(a.rule, rule) && !strcmp(a.try, try) && *a.why;
}

/* The course of a network in epochs: losses of what is learnt from and held out, accuracies; val[i] NAN: none. */
static struct maas_seen
course(struct maas_seen_point *p, size_t n, const double *train, const double *val, const double *metric)
{
	struct maas_seen s = fine();

	for (size_t i = 0; i < n; i++)
		p[i] =
		    (struct maas_seen_point){ (double)i + 1, train[i], val ? val[i] : NAN, metric ? metric[i] : NAN };
	s.point = p;
	s.points = n;
	s.steps = 1;
	s.length = (double)n;
	return s;
}

static void
test_columns(void)
{
	struct maas_seen s = fine();

	s.wide = maas_span("price");
	s.narrow = maas_span("rooms");
	s.spread = 99.9;
	s.steps = 1;
	ok(says(&s, NULL, NULL), "columns that are spread out alike enough");
	s.spread = 100;
	ok(says(&s, "unscaled", "--scale standard"), "columns that are not");
	s.steps = 0;
	s.converged = 1;
	ok(says(&s, NULL, NULL), "do not matter to a solver that has converged");
	s.converged = 0;
	ok(says(&s, "unscaled", "--scale standard"), "but to one that has not");
}

static void
test_solvers(void)
{
	struct maas_seen s = fine();

	s.converged = 0;
	s.iterations = 350;
	s.to_go = 0.02;
	s.tol = 1e-4;
	ok(says(&s, "unfinished", "--max-iter 5000"), "not converged");
	s.cut = 1;
	ok(says(&s, NULL, NULL), "told to stop before");
	s = fine();
	s.C = 0.5;
	s.train_loss = 0.016;
	s.val_loss = 0.47;
	ok(says(&s, NULL, NULL), "held out 29 times the loss");
	s.val_loss = 0.49;
	ok(says(&s, "loose", "--C 0.05"), "and more than 30 times");
	s.counts = 1;
	s.train_loss = 0.09;
	ok(says(&s, "loose", "--tfidf --C 10"), "of counts more than 5 times");
	s.train_loss = 0.099;
	ok(says(&s, NULL, NULL), "and less");
	s.counts = 0;
	s.train_loss = 0.4;
	s.features = 8999;
	ok(says(&s, NULL, NULL), "a loss that is hardly more, of few features");
	s.features = 9000;
	ok(says(&s, "tight", "--C 5"), "of as many features as rows");
	s.val_loss = 0.61;
	ok(says(&s, NULL, NULL), "a loss that is more");
}

static void
test_rates(void)
{
	struct maas_seen_point p[6];
	struct maas_seen s = course(p, 4, (double[]){ 0.9, 0.50, 0.52, 0.549 }, NULL, NULL);

	ok(says(&s, NULL, NULL), "a training loss that rose a little");
	p[3].train = 0.56;
	ok(says(&s, "rising", "--lr 0.0003"), "that rose by more than a tenth");
	s.lr = 0;
	ok(says(&s, NULL, NULL), "without a rate");
	s = course(
	    p, 6, (double[]){ 0.9, 0.8, 0.7, 0.6, 0.5, 0.41 }, (double[]){ 0.5, 0.59, 0.5, 0.5, 0.5, 0.5 }, NULL);
	ok(says(&s, NULL, NULL), "a held-out loss that goes up and down a little");
	p[1].val = 0.61;
	ok(says(&s, "jumping", "--lr 0.0003"), "by more than a fifth");
	p[5].train = 0.4;
	ok(says(&s, NULL, NULL), "while it goes on learning");
	p[5].train = 0.41;
	p[2].val = 0.6;
	ok(!says(&s, "jumping", "--lr 0.0003"), "and does not come down again");
}

static void
test_wild(void)
{
	struct maas_seen_label l[10] = { 0 };
	struct maas_seen_point p[2];
	struct maas_seen s = course(p, 2, (double[]){ 9, 3 }, (double[]){ 4, 2.5 }, NULL);

	s.label = l;
	s.labels = 10;
	s.length = 2;
	s.cut = 1;
	ok(says(&s, NULL, NULL), "a loss that was about as good as guessing");
	p[1].val = 2.6;
	ok(says(&s, "wild", "--lr 0.0003"), "never as good");
	s.labels = 0;
	ok(says(&s, NULL, NULL), "of numbers");
}

static void
test_labels(void)
{
	struct maas_seen_label l[] = { { maas_span("yes"), 900, 100, 99 }, { maas_span("NEAR BAY"), 100, 30, 8 } };
	struct maas_seen s = fine();

	s.label = l;
	s.labels = 2;
	ok(says(&s, NULL, NULL), "a label of which a little is found");
	l[1].right = 7;
	ok(says(&s, "missed", "--class-weight 'NEAR BAY:3'"), "of which a quarter is");
	l[1].name = maas_span("a,b");
	ok(says(&s, NULL, NULL), "a label that does not fit an option");
	l[1].name = maas_span("no");
	s.weighted = 1;
	ok(says(&s, NULL, NULL), "weights are said already");
	s.weighted = 0;
	l[1].val = 29;
	ok(says(&s, NULL, NULL), "too few to tell");
	l[1].val = 60;
	l[1].train = 451;
	ok(says(&s, NULL, NULL), "a label that is not rare");
}

static void
test_overfit(void)
{
	struct maas_seen_point p[4];
	struct maas_seen s = course(p, 4, (double[]){ 0.9, 0.5, 0.2, 0.1 }, (double[]){ 0.6, 0.5, 0.52, 0.549 },
	    (double[]){ 0.7, 0.8, 0.8, 0.8 });

	ok(says(&s, NULL, NULL), "a held-out loss that rose a little");
	p[3].val = 0.56;
	ok(says(&s, "overfit", "--calibrate"), "by more than a tenth, and the answers are as good");
	s.regularise = "--dropout 0.3";
	ok(says(&s, "overfit", "--dropout 0.3 --calibrate"), "of a kind that is regularised");
	p[3].metric = 0.79;
	ok(says(&s, "overfit", "--dropout 0.3"), "and the answers are worse");
	s.regularise = NULL;
	ok(says(&s, "overfit", "--early-stop 2"), "of a kind that is not");
	s.early_stop = 1;
	ok(says(&s, NULL, NULL), "stopped early already");
	s.early_stop = 0;
	s.accuracy = p[1].metric = p[3].metric = NAN;
	ok(says(&s, "overfit", "--early-stop 2"), "without labels");
}

static void
test_falling(void)
{
	struct maas_seen_point p[8];
	struct maas_seen s = course(p, 8, (double[]){ 0.99, 0.98, 0.97, 0.96, 0.8, 0.7, 0.6, 0.5 },
	    (double[]){ 0.9, 0.8, 0.7, 0.6, 0.51, 0.5, 0.49, 0.491 }, NULL);

	ok(says(&s, NULL, NULL), "a held-out loss that has all but ended to fall");
	p[7].val = 0.489;
	ok(says(&s, "falling", "--epochs 16"), "by more than a fiftieth in the last quarter");
	p[7].val = 0.44;
	ok(says(&s, "falling", "--epochs 32"), "by more than a tenth");
	s.unit = "steps";
	s.length = 400;
	ok(says(&s, "falling", "--steps 1600"), "in steps");
	for (size_t i = 0; i < 8; i++)
		p[i].val = NAN;
	ok(says(&s, "falling", "--steps 1600"), "nothing held out: that of what is learnt from");
	s.cut = 1;
	ok(says(&s, NULL, NULL), "out of time");
}

static void
test_few(void)
{
	struct maas_seen s = fine();

	s.val_rows = 130;
	ok(says(&s, "few", "--cv 5"), "130 rows held out, 0.9 of them right");
	s.val_rows = 150;
	ok(says(&s, NULL, NULL), "150");
	s.accuracy = 0.5;
	ok(says(&s, "few", "--cv 5"), "0.5 of them right");
	s.folds = 1;
	ok(says(&s, NULL, NULL), "there are folds");
	s.folds = s.split = 0;
	ok(says(&s, NULL, NULL), "a file of their own");
}

int
main(void)
{
	struct maas_seen s = fine();
	int all = 1;

	ok(says(&s, NULL, NULL), "nothing to say");
	test_columns();
	test_solvers();
	test_rates();
	test_wild();
	test_labels();
	test_overfit();
	test_falling();
	test_few();
	for (size_t i = 0; maas_advice_rule(i); i++)
		all &= !strcmp(rules[i], maas_advice_rule(i));
	ok(all, "each rule has spoken");
	return done();
}
