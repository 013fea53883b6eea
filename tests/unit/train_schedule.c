#include "maas/train.h"
#include "../test.h"

static struct maas_training
how(const char *settings)
{
	struct maas_training h;

	maas_defaults(maas_training_fields, &h);
	maas_set_all(maas_training_fields, &h, settings);
	return h;
}

static int
near(double a, double b)
{
	return fabs(a - b) <= 1e-12 * fabs(b);
}

int
main(void)
{
	struct maas_training c = how("lr=0.006 schedule=cosine"), l = how("lr=0.006 min_lr=0 schedule=linear");
	struct maas_training w = how("lr=0.006 min_lr=0.001 schedule=wsd"), k = how("lr=0.006 schedule=constant");
	struct maas_training s = how("lr=0.006 min_lr=0 schedule=step");

	ok(near(maas_learning_rate(&c, 0, 4, 0), 0.0015) && near(maas_learning_rate(&c, 2, 4, 0), 0.0045) &&
		near(maas_learning_rate(&c, 3, 4, 0), 0.006),
	    "warm-up rises in a straight line");
	ok(near(maas_learning_rate(&c, 4, 4, 0), 0.006), "and reaches the rate");
	ok(near(maas_learning_rate(&c, 9, 4, 0.5), (0.006 + 0.0006) / 2), "cosine: half way, half way down to a tenth");
	ok(near(maas_learning_rate(&c, 9, 4, 0.25), 0.0006 + 0.0054 * (1 + sqrt(0.5)) / 2), "cosine: a quarter");
	ok(near(maas_learning_rate(&c, 9, 4, 1), 0.0006) && near(maas_learning_rate(&c, 9, 4, 7), 0.0006),
	    "cosine: ends and stays");
	ok(near(maas_learning_rate(&l, 9, 0, 0.75), 0.0015), "linear");
	ok(near(maas_learning_rate(&w, 9, 0, 0.79), 0.006), "wsd: stable");
	ok(near(maas_learning_rate(&w, 9, 0, 0.85), 0.001 + 0.005 * 0.5), "wsd: a quarter into the decay, 1 - sqrt");
	ok(near(maas_learning_rate(&w, 9, 0, 1), 0.001), "wsd: the end");
	ok(near(maas_learning_rate(&k, 9, 0, 0.9), 0.006), "constant");
	ok(near(maas_learning_rate(&s, 9, 0, 0.3), 0.006) && near(maas_learning_rate(&s, 9, 0, 0.5), 0.0006) &&
		near(maas_learning_rate(&s, 9, 0, 0.9), 0.00006),
	    "step: to a tenth after each third");
	ok(near(maas_learning_rate(&k, 0, 0, 0), 0.006), "no warm-up");
	return done();
}
