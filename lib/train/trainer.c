/* A network, its data and its optimiser put together; one step; one evaluation. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "trainer.h"

#define SEED_DROPOUT 0x64726f706f757421u

/* Steps of an epoch that ends with a batch. */
static uint64_t
epoch_steps(const struct maas_trainer *t)
{
	uint64_t each = t->batch * (uint64_t)t->how.accumulate;

	return (t->setup.train->samples + each - 1) / each;
}

static void
plan_steps(struct maas_trainer *t)
{
	const struct maas_training *how = &t->how;
	int whole = t->setup.train->whole;
	double samples = (double)t->batch * (double)how->accumulate,
	       epoch = whole ? (double)epoch_steps(t) : (double)t->setup.train->samples / samples;

	if (how->steps)
		t->steps = (uint64_t)how->steps;
	else if (!isnan(how->epochs))
		t->steps = (uint64_t)fmax(1, ceil(how->epochs * epoch - 1e-9));
	else
		t->steps = t->setup.max_time > 0 ? 0 : 1000;
	t->warmup = !isnan(how->warmup) ? floor(how->warmup) : t->steps ? fmin(100, floor((double)t->steps / 10)) : 100;
	t->eval_every = how->eval_every ? (uint64_t)how->eval_every
	    : whole                     ? epoch_steps(t)
	    : t->steps                  ? (t->steps + 9) / 10
					: 100;
}

static int
plan_batch(struct maas_trainer *t)
{
	const struct maas_source *s = t->setup.train;
	struct maas_training *how = &t->how;

	if (maas_batch_size(how, s->whole ? (size_t)s->samples : SIZE_MAX, &t->batch))
		return -1;
	if (!s->whole && t->batch > 1 << 24)
		return maas_fail_as(MAAS_USAGE, "batch-size: a batch of all the text: a number is wanted");
	if (how->optimizer == MAAS_AUTO)
		how->optimizer = MAAS_ADAMW;
	if (how->optimizer == MAAS_LBFGS)
		return maas_fail_as(MAAS_USAGE,
		    "optimizer: %s models learn from batches, and lbfgs wants all samples in each step: "
		    "gd, sgd, momentum, adam or adamw",
		    t->setup.model->kind->name);
	if (how->early_stop && !t->setup.val)
		return maas_fail_as(
		    MAAS_USAGE, "early-stop: nothing is held out to be watched (see --val, --val-split)");
	if (how->schedule == MAAS_PLATEAU && !s->whole && !t->setup.val)
		return maas_fail_as(
		    MAAS_USAGE, "schedule: a plateau is one of the held-out loss (see --val, --val-split)");
	t->part = s->whole && t->batch > ROWS_AT_ONCE ? ROWS_AT_ONCE : t->batch;
	if (s->most && t->part > s->most)
		t->part = s->most;
	return 0;
}

double
maas_trainer_products(const struct maas_trainer *t)
{
	return maas_tape_products(t->tape) / (double)t->part;
}

/* A smaller batch does not help against one sample that is too much. */
static int
check_products(const struct maas_trainer *t)
{
	const struct maas_kind *k = t->setup.model->kind;
	double products = maas_trainer_products(t), most = t->setup.most;

	if (most <= 0 || products <= most)
		return 0;
	return maas_fail_as(MAAS_USAGE,
	    "a row is %.3g multiply-adds on its way through the network, at most %g: %s make it, and no --batch-size "
	    "makes it less",
	    products, most, k->rows && k->rows->costs ? k->rows->costs : "the widths of its layers");
}

/* Parameters and values by the network's plan, and beside each number that is learnt the optimiser's moments and the
 * best. */
static void
bound(struct maas_trainer *t)
{
	int copies = maas_optimizer_moments((enum maas_optimizer)t->how.optimizer) + (t->how.early_stop > 0);

	maas_tape_bound(
	    t->tape, t->setup.memory > 0 ? t->setup.memory : maas_memory_free(), copies * (double)sizeof(float));
}

static int
build(struct maas_trainer *t)
{
	const struct maas_run_setup *s = &t->setup;
	size_t rows = s->val && s->val->rows > s->train->rows ? s->val->rows : s->train->rows;

	if (!(t->arena = maas_arena_new(1 << 20)) || !(t->tape = maas_tape_new(t->arena)) ||
	    (t->how.freeze && maas_tape_freeze(t->tape, t->how.freeze)))
		return -1;
	bound(t);
	if (!(t->loss = s->model->kind->loss(s->model, t->tape, t->part * rows)) || maas_tape_frozen(t->tape) ||
	    check_products(t) ||
	    maas_tape_plan(
		t->tape, t->loss, MAAS_TRAIN | MAAS_LATE | (t->how.precision ? MAAS_HALF | MAAS_ROUNDED : 0)) ||
	    s->train->how->bind(s->train, t->tape) || (s->val && s->val->how->bind(s->val, t->tape)))
		return -1;
	t->params = maas_tape_params(t->tape);
	return 0;
}

static int
take_memory(struct maas_trainer *t)
{
	size_t stride = (maas_tape_scratch(t->tape) + 63) / 64 * 64;

	for (int i = 0; i < maas_optimizer_moments((enum maas_optimizer)t->how.optimizer); i++)
		if (!(t->moment[i] = maas_take(t->arena, t->params->n, sizeof *t->moment[i])))
			return -1;
	if (t->how.early_stop && !(t->best = maas_take(t->arena, t->params->n, sizeof *t->best)))
		return -1;
	t->run.scratch = maas_take(t->arena, (size_t)maas_team_size(t->setup.team), stride ? stride : 64);
	if (!t->run.scratch || !(t->pick = maas_take(t->arena, t->part, sizeof *t->pick)))
		return -1;
	t->run.stride = stride;
	t->run.team = t->setup.team;
	t->run.precision = t->how.precision ? MAAS_BF16 : MAAS_F32;
	t->run.seed = t->setup.seed ^ SEED_DROPOUT;
	return trainer_room(t);
}

struct maas_trainer *
maas_trainer_new(const struct maas_run_setup *setup)
{
	struct maas_trainer *t = setup->train ? maas_alloc(1, sizeof *t) : NULL;
	const struct maas_kind *kind = setup->model->kind;

	if (!t) {
		maas_source_free(setup->train);
		maas_source_free(setup->val);
		return NULL;
	}
	t->setup = *setup;
	t->how = *setup->how;
	t->best_loss = INFINITY;
	t->fall = 1;
	if (!kind->loss || !kind->init) {
		maas_fail("%s models are not trained in steps", kind->name);
		goto fail;
	}
	if (!t->how.steps && t->how.epochs <= 0) {
		maas_fail_as(MAAS_USAGE, "--epochs %g: wanted more than none", t->how.epochs);
		goto fail;
	}
	if (plan_batch(t))
		goto fail;
	plan_steps(t);
	if (build(t) || take_memory(t) || kind->init(setup->model, t->params, t->how.init, setup->seed, setup->team))
		goto fail;
	trainer_refresh(t);
	return t;
fail:
	maas_trainer_free(t);
	return NULL;
}

void
maas_trainer_free(struct maas_trainer *t)
{
	if (!t)
		return;
	maas_source_free(t->setup.train);
	maas_source_free(t->setup.val);
	free(t->curves.train);
	free(t->curves.val);
	maas_arena_free(t->arena);
	free(t);
}

void
trainer_refresh(struct maas_trainer *t)
{
	if (t->params->half)
		maas_to_bf16(t->params->half, t->params->val, t->params->all);
}

/* At first for the whole run, up to a size that does not matter: a step takes no memory. */
int
trainer_room(struct maas_trainer *t)
{
	const size_t much = 1 << 16;
	struct maas_curves *c = &t->curves;
	size_t steps = c->train_cap ? 1 : t->steps && t->steps < much ? (size_t)t->steps + 1 : much;
	size_t evals = c->val_cap ? 1 : steps / (size_t)t->eval_every + 2;

	return maas_grow(&c->train, c->steps, &c->train_cap, steps, sizeof *c->train) ||
		maas_grow(&c->val, c->evals, &c->val_cap, evals, sizeof *c->val)
	    ? -1
	    : 0;
}

static const struct maas_tensor *
stored(const struct maas_model *m, const char *name)
{
	const struct maas_tensor *t;

	for (size_t i = 0; (t = maas_model_stored(m, &i));)
		if (!strcmp(t->name, name))
			return t;
	return NULL;
}

/* The tensor that a parameter begins with: floats; of positions, as many at least. */
static const struct maas_tensor *
origin(const struct maas_model *from, const struct maas_node *w)
{
	const struct maas_tensor *t = maas_model_tensor(from, w->name), *few = stored(from, w->name);
	const size_t *dim = w->dim;

	if (few && maas_is_quant(few->dtype)) {
		maas_fail("tensor %s: weights of %d bits are not learnt: begin with the model that was quantized",
		    w->name, few->dtype == MAAS_I8 ? 8 : 4);
		return NULL;
	}
	if (t && t->ndim == 2 && t->dim[1] == dim[1] && maas_model_is_positions(from, w->name)) {
		if (t->dim[0] < dim[0]) {
			maas_fail("tensor %s: %zu positions, a context of %zu wants more (see --context)", w->name,
			    t->dim[0], dim[0]);
			return NULL;
		}
		dim = t->dim;
	}
	return maas_model_need(from, w->name, t && t->dtype == MAAS_BF16 ? MAAS_BF16 : MAAS_F32, w->ndim, dim);
}

int
maas_trainer_init_from(struct maas_trainer *t, const struct maas_model *from)
{
	const char *head = from->kind->rows ? from->kind->rows->head : NULL;

	for (size_t i = 0; i < t->params->count; i++) {
		const struct maas_node *w = t->params->node[i];
		const struct maas_tensor *s;

		if (head && !strncmp(w->name, head, strlen(head)) && !maas_model_tensor(from, w->name))
			continue;
		if (!(s = origin(from, w)))
			return -1;
		if (s->dtype == MAAS_BF16)
			maas_from_bf16(w->val, s->data, maas_len(w));
		else
			memcpy(w->val, s->data, maas_len(w) * sizeof(float));
	}
	trainer_refresh(t);
	return 0;
}

int
maas_trainer_give(const struct maas_trainer *t, struct maas_model *m)
{
	maas_update_settle(t->setup.team, t->params);
	for (size_t i = 0; i < t->params->count; i++) {
		const struct maas_node *w = t->params->node[i];
		struct maas_tensor s = { .name = w->name,
			.dtype = MAAS_F32,
			.ndim = w->ndim,
			.data = w->val,
			.bytes = maas_len(w) * sizeof(float) };

		memcpy(s.dim, w->dim, (size_t)w->ndim * sizeof *s.dim);
		if (maas_model_add(m, &s))
			return -1;
	}
	return 0;
}

const struct maas_curves *
maas_trainer_curves(const struct maas_trainer *t)
{
	return &t->curves;
}

double
maas_trainer_steps(const struct maas_trainer *t)
{
	return t->steps ? (double)t->steps : NAN;
}

double
trainer_epoch_of(const struct maas_trainer *t, uint64_t steps)
{
	double each = (double)t->batch * (double)t->how.accumulate;

	if (t->setup.train->whole)
		return (double)steps / (double)epoch_steps(t);
	return (double)steps * each / (double)t->setup.train->samples;
}

double
maas_trainer_epochs(const struct maas_trainer *t)
{
	return trainer_epoch_of(t, t->curves.steps);
}

double
maas_trainer_rate(const struct maas_trainer *t)
{
	return t->how.lr;
}

/* Samples of a step: from number *first on. */
static uint64_t
step_samples(const struct maas_trainer *t, uint64_t step, uint64_t *first)
{
	uint64_t each = t->batch * (uint64_t)t->how.accumulate, all = t->setup.train->samples, at;

	if (!t->setup.train->whole) {
		*first = step * each;
		return each;
	}
	at = step % epoch_steps(t) * each;
	*first = step / epoch_steps(t) * all + at;
	return all - at < each ? all - at : each;
}

/* The n samples that are picked become the network's inputs. */
static struct maas_counted
feed(struct maas_trainer *t, struct maas_source *s, size_t n)
{
	struct maas_counted c = s->how->fill(s, t->pick, n, t->setup.team);

	t->run.time = c.rows ? c.rows : s->rows;
	t->run.rows = n * t->run.time;
	return c;
}

/* Forward and backward over n samples from number k on; their loss.  weight: what they weigh. */
static double
learn(struct maas_trainer *t, uint64_t k, size_t n, int alone, int add, double *weight)
{
	struct maas_source *s = t->setup.train;
	double loss;

	for (size_t i = 0; i < n; i++)
		t->pick[i] = k + i;
	*weight = feed(t, s, n).weight;
	t->run.train = 1;
	t->run.halt = t->setup.halt;
	t->run.share = !s->uneven || alone ? 1 : (float)*weight;
	maas_forward(t->tape, &t->run);
	if (trainer_halts(t))
		return 0;
	loss = (double)*(const float *)t->loss->val;
	t->sums[0] += *weight * loss;
	t->sums[1] += *weight;
	if (s->how->judge)
		s->how->judge(s, t->loss->in[0], t->sums + 2);
	if (!s->uneven)
		*weight = 1;
	maas_backward(t->tape, &t->run, add);
	return loss;
}

int
trainer_halts(const struct maas_trainer *t)
{
	return t->setup.halt && *t->setup.halt;
}

double
trainer_learn(struct maas_trainer *t, uint64_t step, double *weight)
{
	uint64_t first, n = step_samples(t, step, &first), each = t->batch * (uint64_t)t->how.accumulate;
	uint64_t parts = (each + t->part - 1) / t->part, i = 0;
	double loss = 0, mean, one, each_part = t->setup.train->uneven ? 1 : (double)parts;

	*weight = 0;
	for (uint64_t at = 0; at < n && !trainer_halts(t); at += t->part, i++) {
		size_t m = n - at < t->part ? (size_t)(n - at) : t->part;

		t->run.step = step * parts + i;
		mean = learn(t, first + at, m, n <= t->part, at > 0, &one);
		loss += mean * one / each_part;
		*weight += one;
	}
	if (t->setup.train->uneven && *weight > 0)
		loss /= *weight;
	if (n <= t->part)
		*weight = 1;
	return loss;
}

void
trainer_update(struct maas_trainer *t, double lr, float scale, uint64_t step)
{
	const struct maas_training *how = &t->how;
	const struct maas_update u = {
		.how = (enum maas_optimizer)how->optimizer,
		.lr = (float)lr,
		.momentum = (float)how->momentum,
		.beta1 = (float)how->beta1,
		.beta2 = (float)how->beta2,
		.eps = 1e-8f,
		.decay = (float)how->weight_decay,
		.l1 = (float)how->l1,
		.l2 = (float)how->l2,
	};

	maas_update_step(t->setup.team, t->params, t->moment, scale, &u, step);
}

static double
rate_of(const struct maas_trainer *t, uint64_t step, double clock)
{
	double done, at = (double)step, low = isnan(t->how.min_lr) ? t->how.lr * 1e-4 : t->how.min_lr;

	if (t->steps) {
		done = (at - t->warmup) / fmax(1, (double)t->steps - t->warmup);
	} else {
		done = clock / t->setup.max_time;
		if (isnan(t->how.warmup)) /* a tenth of the time, if that ends earlier */
			at = fmax(at, done / 0.1 * t->warmup);
	}
	if (t->how.schedule == MAAS_PLATEAU)
		return fmax(low, maas_learning_rate(&t->how, at, t->warmup, done) * t->fall);
	return maas_learning_rate(&t->how, at, t->warmup, done);
}

int
trainer_step(struct maas_trainer *t, double clock, struct maas_step *s)
{
	const struct maas_training *how = &t->how;
	uint64_t step = t->curves.steps;
	double began = maas_clock(), samples, took, weight;
	float scale;
	double sums[MAAS_SUMS];

	memcpy(sums, t->sums, sizeof sums);
	*s = (struct maas_step){ .step = step + 1, .lr = rate_of(t, step, clock) };
	s->loss = trainer_learn(t, step, &weight);
	if (trainer_halts(t)) {
		memcpy(t->sums, sums, sizeof sums);
		return 1;
	}
	scale = weight > 0 ? (float)(1.0 / weight) : 0;
	s->grad_norm = weight > 0 ? maas_grad_norm(t->setup.team, t->params) / weight : 0;
	t->diverged = !isfinite(s->loss) || !isfinite(s->grad_norm);
	if (t->diverged)
		return maas_fail(
		    "step %llu: the loss is %g and the gradient's norm %g, at learning rate %g (see --lr, --clip)",
		    (unsigned long long)s->step, fabs(s->loss), fabs(s->grad_norm), s->lr);
	if (how->clip > 0 && s->grad_norm > how->clip)
		scale *= (float)(how->clip / s->grad_norm);
	trainer_update(t, s->lr, scale, s->step);
	s->loss *= t->setup.train->unit;
	t->curves.train[t->curves.steps++] = (float)s->loss;
	samples = (double)t->batch * (double)how->accumulate * t->setup.train->length;
	took = maas_clock() - began;
	t->trained += took;
	s->seconds = t->trained;
	s->epoch = maas_trainer_epochs(t);
	s->tokens = floor(samples * (double)s->step + 0.5);
	s->tokens_per_second = samples / took;
	return 0;
}

/* Held-out loss and metric of `taken` samples spread evenly over all. */
static void
measure(struct maas_trainer *t, uint64_t taken, struct maas_evaluation *e)
{
	struct maas_source *v = t->setup.val;
	double nats = 0, bytes = 0, sums[2] = { 0, 0 };

	t->run.train = 0;
	t->run.halt = NULL;
	for (uint64_t i = 0; i < taken;) {
		struct maas_counted share;
		size_t n = 0;

		for (; n < t->part && i < taken; n++, i++)
			t->pick[n] = (uint64_t)((double)i / (double)taken * (double)v->samples + 1e-6);
		share = feed(t, v, n);
		maas_forward(t->tape, &t->run);
		nats += (double)*(const float *)t->loss->val * share.weight;
		e->tokens += share.weight;
		bytes += share.bytes;
		if (v->how->judge)
			v->how->judge(v, t->loss->in[0], sums);
	}
	e->loss = nats / e->tokens * v->unit;
	e->bits_per_byte = bytes > 0 ? nats / log(2) / bytes : NAN;
	if (v->how->metric)
		e->metric = v->how->metric(v, sums);
}

void
trainer_eval(struct maas_trainer *t, size_t batches, struct maas_evaluation *e)
{
	const struct maas_source *s = t->setup.train, *v = t->setup.val;

	*e = (struct maas_evaluation){ .step = t->curves.steps,
		.loss = NAN,
		.bits_per_byte = NAN,
		.metric = NAN,
		.train_loss = t->sums[1] > 0 ? t->sums[0] / t->sums[1] * s->unit : NAN,
		.train_metric = s->how->metric ? s->how->metric(s, t->sums + 2) : NAN };
	memset(t->sums, 0, sizeof t->sums);
	if (v)
		measure(t, batches && batches * t->batch < v->samples ? batches * t->batch : v->samples, e);
}

struct maas_cost
maas_trainer_cost(struct maas_trainer *t)
{
	const struct maas_training *how = &t->how;
	double state = (double)t->params->n * sizeof(float), whole = (double)t->params->all * sizeof(float), began,
	       weight;
	struct maas_cost c = { .tokens_per_step = (double)t->batch * t->setup.train->length * (double)how->accumulate };

	for (size_t i = 0; i < t->params->count; i++)
		c.parameters += (double)maas_len(t->params->node[i]);
	c.memory = (double)maas_arena_bytes(t->arena) + t->setup.train->memory;
	if (t->setup.checkpoint) /* the new one is whole before an old one goes */
		c.disk = (whole + state * ((t->moment[0] != NULL) + (t->moment[1] != NULL) + (t->best != NULL))) *
		    (double)(t->setup.keep + 1);
	c.disk += whole;
	c.steps = maas_trainer_steps(t);
	learn(t, 0, t->part, 1, 0, &weight); /* touches all memory */
	began = maas_clock();
	learn(t, 0, t->part, 1, 0, &weight);
	c.seconds_per_step =
	    (maas_clock() - began) * ceil((double)t->batch * (double)how->accumulate / (double)t->part);
	return c;
}
