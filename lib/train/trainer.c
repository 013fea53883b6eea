/* A network, its data and its optimiser put together; one step; one evaluation. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "trainer.h"

/* Seeds of what must not repeat each other's numbers. */
#define SEED_BATCHES 0x6261746368657321u
#define SEED_DROPOUT 0x64726f706f757421u

static size_t
context_of(const struct maas_model *m)
{
	const struct maas_field *f = maas_field(m->kind->fields, "context", 0);

	return f ? (size_t) * (const long *)((const char *)m->settings + f->at) : 0;
}

static void
plan_steps(struct maas_trainer *t)
{
	const struct maas_training *how = t->setup.how;
	double samples = (double)t->sequences * (double)how->accumulate;

	if (how->steps)
		t->steps = (uint64_t)how->steps;
	else if (!isnan(how->epochs))
		t->steps = (uint64_t)fmax(1, ceil(how->epochs * (double)t->batches.blocks / samples - 1e-9));
	else
		t->steps = t->setup.max_time > 0 ? 0 : 1000;
	t->warmup = !isnan(how->warmup) ? floor(how->warmup) : t->steps ? fmin(100, floor((double)t->steps / 10)) : 100;
	t->eval_every = how->eval_every ? (uint64_t)how->eval_every : t->steps ? (t->steps + 9) / 10 : 100;
}

static int
build(struct maas_trainer *t)
{
	const struct maas_model *m = t->setup.model;

	if (!(t->arena = maas_arena_new(1 << 20)) || !(t->tape = maas_tape_new(t->arena)))
		return -1;
	if (!(t->loss = m->kind->loss(m, t->tape, t->sequences * t->time)) ||
	    maas_tape_plan(t->tape, t->loss, t->setup.how->precision ? MAAS_TRAIN | MAAS_HALF : MAAS_TRAIN))
		return -1;
	t->ids = maas_tape_input(t->tape, "ids");
	t->targets = maas_tape_input(t->tape, "targets");
	if (!t->ids || !t->targets)
		return maas_fail_as(MAAS_INTERNAL, "%s: its loss has no inputs ids and targets", m->kind->name);
	t->params = maas_tape_params(t->tape);
	return 0;
}

static int
take_memory(struct maas_trainer *t)
{
	size_t stride = (maas_tape_scratch(t->tape) + 63) / 64 * 64;

	for (int i = 0; i < 2; i++)
		if (!(t->moment[i] = maas_take(t->arena, t->params->n, sizeof *t->moment[i])))
			return -1;
	if (t->setup.how->early_stop && !(t->best = maas_take(t->arena, t->params->n, sizeof *t->best)))
		return -1;
	t->run.scratch = maas_take(t->arena, (size_t)maas_team_size(t->setup.team), stride ? stride : 64);
	if (!t->run.scratch)
		return -1;
	t->run.stride = stride;
	t->run.team = t->setup.team;
	t->run.precision = t->setup.how->precision ? MAAS_BF16 : MAAS_F32;
	t->run.seed = t->setup.seed ^ SEED_DROPOUT;
	return trainer_room(t);
}

struct maas_trainer *
maas_trainer_new(const struct maas_run_setup *setup)
{
	struct maas_trainer *t = maas_alloc(1, sizeof *t);

	if (!t)
		return NULL;
	t->setup = *setup;
	t->time = context_of(setup->model);
	t->best_loss = INFINITY;
	if (!setup->model->kind->loss || !setup->model->kind->init || !t->time) {
		maas_fail("%s models are not trained in steps", setup->model->kind->name);
		goto fail;
	}
	if (setup->how->optimizer != MAAS_AUTO && setup->how->optimizer != MAAS_ADAMW) {
		maas_fail_as(MAAS_USAGE, "optimizer: %s models are trained by adamw", setup->model->kind->name);
		goto fail;
	}
	if (maas_batches_init(&t->batches, setup->train, t->time, setup->seed ^ SEED_BATCHES) ||
	    maas_batch_size(setup->how, SIZE_MAX, &t->sequences))
		goto fail;
	plan_steps(t);
	if (build(t) || take_memory(t) || setup->model->kind->init(setup->model, t->params, setup->seed))
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
	free(t->curves.train);
	free(t->curves.val);
	maas_arena_free(t->arena);
	free(t);
}

void
trainer_refresh(struct maas_trainer *t)
{
	if (t->params->half)
		maas_to_bf16(t->params->half, t->params->val, t->params->n);
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

int
maas_trainer_init_from(struct maas_trainer *t, const struct maas_model *from)
{
	for (size_t i = 0; i < t->params->count; i++) {
		const struct maas_node *w = t->params->node[i];
		const struct maas_tensor *s = maas_model_need(from, w->name, MAAS_F32, w->ndim, w->dim);

		if (!s)
			return -1;
		memcpy(w->val, s->data, s->bytes);
	}
	trainer_refresh(t);
	return 0;
}

int
maas_trainer_give(const struct maas_trainer *t, struct maas_model *m)
{
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
maas_trainer_epochs(const struct maas_trainer *t)
{
	const struct maas_training *how = t->setup.how;

	return (double)t->curves.steps * (double)t->sequences * (double)how->accumulate / (double)t->batches.blocks;
}

/* Forward and backward over batch number `batch` of the run; its loss. */
static double
learn(struct maas_trainer *t, uint64_t batch, int add)
{
	int32_t *ids = t->ids->val, *targets = t->targets->val;

	for (size_t b = 0; b < t->sequences; b++)
		maas_batches_take(&t->batches, batch * t->sequences + b, ids + b * t->time, targets + b * t->time);
	t->run.step = batch;
	t->run.rows = 0;
	t->run.train = 1;
	maas_forward(t->tape, &t->run);
	maas_backward(t->tape, &t->run, add);
	return *(const float *)t->loss->val;
}

static double
rate_of(const struct maas_trainer *t, uint64_t step, double clock)
{
	double done, at = (double)step;

	if (t->steps) {
		done = (at - t->warmup) / fmax(1, (double)t->steps - t->warmup);
	} else {
		done = clock / t->setup.max_time;
		if (isnan(t->setup.how->warmup)) /* a tenth of the time, if that ends earlier */
			at = fmax(at, done / 0.1 * t->warmup);
	}
	return maas_learning_rate(t->setup.how, at, t->warmup, done);
}

int
trainer_step(struct maas_trainer *t, double clock, struct maas_step *s)
{
	const struct maas_training *how = t->setup.how;
	uint64_t step = t->curves.steps, parts = (uint64_t)how->accumulate;
	double began = maas_clock(), samples, took;
	float scale = (float)(1.0 / (double)parts);

	*s = (struct maas_step){ .step = step + 1, .lr = rate_of(t, step, clock) };
	for (uint64_t i = 0; i < parts; i++)
		s->loss += learn(t, step * parts + i, i > 0) / (double)parts;
	s->grad_norm = maas_grad_norm(t->setup.team, t->params) / (double)parts;
	if (!isfinite(s->loss) || !isfinite(s->grad_norm))
		return maas_fail(
		    "step %llu: the loss is %g and the gradient's norm %g, at learning rate %g (see --lr, --clip)",
		    (unsigned long long)s->step, fabs(s->loss), fabs(s->grad_norm), s->lr);
	if (how->clip > 0 && s->grad_norm > how->clip)
		scale *= (float)(how->clip / s->grad_norm);
	maas_adamw_step(t->setup.team, t->params, t->moment[0], t->moment[1], scale,
	    &(struct maas_adamw){ (float)s->lr, (float)how->beta1, (float)how->beta2, 1e-8f, (float)how->weight_decay },
	    s->step);
	t->curves.train[t->curves.steps++] = (float)s->loss;
	samples = (double)(t->sequences * parts);
	took = maas_clock() - began;
	t->trained += took;
	s->seconds = t->trained;
	s->epoch = maas_trainer_epochs(t);
	s->tokens = samples * (double)t->time * (double)s->step;
	s->tokens_per_second = samples * (double)t->time / took;
	return 0;
}

/* Sequence number w of the held-out text, padded with targets that do not count; how many do. */
static size_t
fill_window(struct maas_trainer *t, size_t w, size_t row)
{
	const struct maas_stretch *v = &t->setup.val;
	size_t at = v->begin + w * t->time, n = v->end - 1 - at;
	int32_t *ids = (int32_t *)t->ids->val + row * t->time, *targets = (int32_t *)t->targets->val + row * t->time;

	if (n > t->time)
		n = t->time;
	for (size_t i = 0; i < t->time; i++) {
		ids[i] = i < n ? maas_corpus_at(v->corpus, at + i) : 0;
		targets[i] = i < n ? maas_corpus_at(v->corpus, at + i + 1) : -1;
	}
	return n;
}

void
trainer_eval(struct maas_trainer *t, size_t batches, struct maas_evaluation *e)
{
	const struct maas_stretch *v = &t->setup.val;
	size_t windows = (v->end - 1 - v->begin + t->time - 1) / t->time, taken = windows;
	double nats = 0, bytes = 0, tokens = 0;

	if (batches && batches * t->sequences < windows)
		taken = batches * t->sequences;
	t->run.train = 0;
	for (size_t i = 0; i < taken;) {
		size_t rows = 0, count = 0;

		for (; rows < t->sequences && i < taken; rows++, i++) {
			size_t w = (size_t)((double)i / (double)taken * (double)windows + 1e-6);
			size_t at = v->begin + w * t->time, n = fill_window(t, w, rows);

			count += n;
			bytes += maas_corpus_bytes(v->corpus, at + 1, at + 1 + n);
		}
		t->run.rows = rows * t->time;
		maas_forward(t->tape, &t->run);
		nats += (double)*(const float *)t->loss->val * (double)count;
		tokens += (double)count;
	}
	*e = (struct maas_evaluation){
		.step = t->curves.steps, .loss = nats / tokens, .bits_per_byte = nats / log(2) / bytes, .tokens = tokens
	};
}

struct maas_cost
maas_trainer_cost(struct maas_trainer *t)
{
	const struct maas_training *how = t->setup.how;
	double state = (double)t->params->n * sizeof(float) * (t->best ? 4 : 3), began;
	struct maas_cost c = { .tokens_per_step = (double)t->sequences * (double)t->time * (double)how->accumulate };

	for (size_t i = 0; i < t->params->count; i++)
		c.parameters += (double)maas_len(t->params->node[i]);
	c.memory = (double)maas_arena_bytes(t->arena) + 2.0 * (double)t->setup.train.end;
	if (t->setup.checkpoint)
		c.disk = state * (double)(t->setup.keep + 1); /* the new one is whole before an old one goes */
	c.disk += (double)t->params->n * sizeof(float);
	c.steps = maas_trainer_steps(t);
	learn(t, 0, 0); /* touches all memory */
	began = maas_clock();
	learn(t, 0, 0);
	c.seconds_per_step = (maas_clock() - began) * (double)how->accumulate;
	return c;
}
