/*
 * --lr auto: a range test (Smith 2017, "Cyclical learning rates for training neural networks", 3.3).  The rate grows
 * from step to step until the loss blows up; a tenth of where the smoothed loss was least is a rate that learns.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "trainer.h"

enum { STEPS = 100 };
#define LOWEST  1e-6
#define HIGHEST 10.0
#define SMOOTH  0.9 /* of the loss, a running mean */
#define BLOWN   4.0 /* times the least */

static double
rate(int i)
{
	return LOWEST * pow(HIGHEST / LOWEST, i / (double)(STEPS - 1));
}

static double
search(struct maas_trainer *t)
{
	double mean = 0, least = INFINITY, best = rate(STEPS / 2);

	for (int i = 0; i < STEPS; i++) {
		double weight, loss = trainer_learn(t, (uint64_t)i, &weight), smooth;

		if (trainer_halts(t))
			break;
		mean = SMOOTH * mean + (1 - SMOOTH) * loss;
		smooth = mean / (1 - pow(SMOOTH, i + 1));
		if (!isfinite(loss) || (i && smooth > BLOWN * least))
			break;
		if (smooth < least) {
			least = smooth;
			best = rate(i) / 10;
		}
		trainer_update(t, rate(i), weight > 0 ? (float)(1 / weight) : 0, (uint64_t)i + 1);
	}
	return best;
}

int
trainer_find_rate(struct maas_trainer *t)
{
	size_t bytes = t->params->n * sizeof *t->params->val;
	float *was = maas_alloc(t->params->n, sizeof *was);

	if (!was)
		return -1;
	memcpy(was, t->params->val, bytes);
	t->how.lr = search(t);
	maas_update_settle(t->setup.team, t->params);
	memcpy(t->params->val, was, bytes);
	for (int i = 0; i < 2; i++)
		if (t->moment[i])
			memset(t->moment[i], 0, bytes);
	memset(t->sums, 0, sizeof t->sums);
	trainer_refresh(t);
	free(was);
	return trainer_halts(t);
}
