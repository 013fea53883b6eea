/* A network learns from rows: its shape from the data, a run, and its tensors into the model. */
#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "trainer.h"

/* Seeds of what must not repeat each other's numbers. */
#define SEED_ROWS 0x726f7773726f7773u

#define MOST_PRODUCTS \
	1e12         /* of a row, forward: with the way back a minute of a core that makes 1e11 operations a second */
#define LARGEST 1e30 /* of a target: the model answers in floats */

struct session {
	struct maas_fitting *f;
	struct maas_trainer *t;
	int stop;
};

static int
descending(const void *a, const void *b)
{
	size_t x = *(const size_t *)a, y = *(const size_t *)b;

	return (x < y) - (x > y);
}

/* The most entries that `rows` sparse rows hold together. */
static int
count_entries(const struct maas_data *d, size_t rows, size_t *most)
{
	const struct maas_csr *x = &d->x.sparse;
	size_t *each, sum = 0;

	if (!x->cols)
		return 0;
	if (!(each = maas_alloc(d->n, sizeof *each)))
		return -1;
	for (size_t i = 0; i < d->n; i++)
		each[i] = x->start[i + 1] - x->start[i];
	qsort(each, d->n, sizeof *each, descending);
	for (size_t i = 0; i < rows && i < d->n; i++)
		sum += each[i];
	free(each);
	if (sum > INT32_MAX)
		return maas_fail(
		    "batches of %zu rows hold %zu features: too many at once (see --batch-size)", rows, sum);
	*most = sum > *most ? sum : *most;
	return 0;
}

/* Ids of the longest sequence. */
static size_t
longest(const struct maas_data *d, const struct maas_data *val)
{
	const struct maas_data *both[] = { d, val };
	size_t most = 1;

	for (size_t k = 0; k < 2; k++)
		for (size_t i = 0; both[k] && i < both[k]->n; i++) {
			const size_t *start = both[k]->x.seq.start + i;

			most = start[1] - start[0] > most ? start[1] - start[0] : most;
		}
	return most;
}

static int
check(const struct maas_kind *kind, const struct maas_data *d, const struct maas_training *how)
{
	if (how->loss == MAAS_LOSS_MSE && d->labels)
		return maas_fail_as(MAAS_USAGE,
		    "loss: %s models learn labels by cross-entropy; a number is learnt with --task regress",
		    kind->name);
	if (how->loss == MAAS_LOSS_CROSS_ENTROPY && !d->labels)
		return maas_fail_as(
		    MAAS_USAGE, "loss: a number is learnt by mse; cross-entropy is for labels (see --task)");
	if (d->labels == 1)
		return maas_fail("one label in the training rows, a classifier wants two at least: is --label right?");
	if (d->n > UINT32_MAX)
		return maas_fail("%zu rows: at most %u", d->n, UINT32_MAX);
	for (size_t i = 0; !d->labels && i < d->n; i++)
		if (!(fabs(d->target[i]) < LARGEST))
			return maas_fail(
			    "row %zu is to be %g: numbers that are learnt stay below %g", i + 1, d->target[i], LARGEST);
	return d->n ? 0 : maas_fail("no row to learn from");
}

static int
tell(struct session *s)
{
	s->stop = s->f->on_step && s->f->on_step(s->f);
	return 0;
}

/* Where an evaluation follows, it tells of both. */
static int
on_step(void *ctx, const struct maas_step *step)
{
	struct session *s = ctx;
	struct maas_fitting *f = s->f;

	f->step = (long)step->step;
	f->epoch = step->epoch;
	f->loss = f->objective = step->loss;
	f->lr = step->lr;
	f->grad_norm = f->gradient = step->grad_norm;
	f->evaluated = f->best = 0;
	return trainer_eval_due(s->t) ? 0 : tell(s);
}

static int
on_eval(void *ctx, const struct maas_evaluation *e)
{
	struct session *s = ctx;
	struct maas_fitting *f = s->f;

	f->evaluated = 1;
	f->loss = f->objective = e->train_loss;
	f->train_metric = e->train_metric;
	f->val_loss = e->loss;
	f->val_metric = e->metric;
	f->best = s->t->best_step == e->step;
	return tell(s);
}

static int
on_stop(void *ctx)
{
	return ((struct session *)ctx)->stop ? MAAS_STOPPED : 0;
}

/* Mean and deviation of the targets: a network learns numbers about 0 and about as large as 1. */
static struct maas_rows_order
standardise(const struct maas_data *d, uint64_t seed)
{
	struct maas_rows_order o = { .shuffled = 1, .seed = seed ^ SEED_ROWS, .unit = 1 };
	double sum = 0, squares = 0;

	if (d->labels)
		return o;
	for (size_t i = 0; i < d->n; i++)
		sum += d->target[i];
	o.shift = sum / (double)d->n;
	for (size_t i = 0; i < d->n; i++)
		squares += (d->target[i] - o.shift) * (d->target[i] - o.shift);
	if (squares > 0)
		o.unit = sqrt(squares / (double)d->n);
	return o;
}

/* The table begins with what words are elsewhere, where that is known. */
static void
begin_table(struct maas_trainer *t, const struct maas_vectors *v)
{
	const struct maas_node *table = NULL;

	for (size_t i = 0; i < t->params->count; i++)
		if (!strcmp(t->params->node[i]->name, "embedding.weight"))
			table = t->params->node[i];
	assert(table && table->dim[1] == v->wide);
	for (size_t i = 0; i < v->n; i++)
		memcpy(
		    (float *)table->val + (size_t)v->id[i] * v->wide, v->row + i * v->wide, v->wide * sizeof *v->row);
	trainer_refresh(t);
}

static struct maas_trainer *
make_trainer(struct maas_model *m, const struct maas_data *d, const struct maas_fitting *f,
    const struct maas_rows_order *order, const char *identity)
{
	struct maas_rows_order held = { .longest = order->longest, .shift = order->shift, .unit = order->unit };
	struct maas_run_setup s = { .model = m,
		.how = f->how,
		.team = f->team,
		.seed = f->seed,
		.identity = identity,
		.halt = f->halt,
		.memory = f->memory,
		.most = MOST_PRODUCTS };
	const struct maas_keeping *k = f->keeping;
	struct maas_trainer *t;

	if (k) {
		s.checkpoint = k->folder;
		s.every_steps = k->every_steps;
		s.every_seconds = k->every_seconds;
		s.keep = k->keep;
	}
	s.train = maas_rows_source(d, order);
	if (s.train && f->val && f->val->n && !(s.val = maas_rows_source(f->val, &held))) {
		maas_source_free(s.train);
		return NULL;
	}
	if (!(t = maas_trainer_new(&s)))
		return NULL;
	if (f->vectors)
		begin_table(t, f->vectors);
	if (!f->from)
		return t;
	if (strcmp(f->from->kind->name, m->kind->name) != 0) {
		maas_fail("a %s model begins as one, not as %s", m->kind->name, f->from->kind->name);
	} else if (!maas_trainer_init_from(t, f->from)) {
		if (!d->labels && (!m->kind->rows->head || f->from->ready))
			m->kind->rows->rescale(m, t->params, -order->shift / order->unit, 1 / order->unit);
		trainer_refresh(t);
		return t;
	}
	maas_in("%s", f->from->path ? f->from->path : "init-from");
	maas_trainer_free(t);
	return NULL;
}

/* The parameters go with the trainer: the model gets copies. */
static int
give(const struct maas_trainer *t, struct maas_model *m)
{
	for (size_t i = 0; i < t->params->count; i++) {
		const struct maas_node *w = t->params->node[i];
		struct maas_tensor s = {
			.name = w->name, .dtype = MAAS_F32, .ndim = w->ndim, .bytes = maas_len(w) * sizeof(float)
		};
		float *copy = maas_take(m->arena, maas_len(w), sizeof *copy);

		if (!copy)
			return -1;
		s.data = memcpy(copy, w->val, s.bytes);
		memcpy(s.dim, w->dim, sizeof s.dim < sizeof w->dim ? sizeof s.dim : sizeof w->dim);
		if (maas_model_add(m, &s))
			return -1;
	}
	return 0;
}

static void
describe(struct maas_fitting *f, const struct maas_trainer *t, const struct maas_data *d)
{
	const struct maas_training *how = &t->how;

	f->steps = (long)t->steps;
	f->epochs = trainer_epoch_of(t, t->steps);
	f->products = maas_trainer_products(t);
	f->bytes = (double)maas_arena_bytes(t->arena);
	f->parameters = 0;
	for (size_t i = 0; i < t->params->count; i++)
		f->parameters += (double)maas_len(t->params->node[i]);
	f->converged = -1;
	f->solver = maas_optimizer_name((enum maas_optimizer)how->optimizer);
	if (how->l1 > 0 || how->l2 > 0)
		f->objective_text = d->labels ? "mean of weight x -ln p + l1 |w| + l2 / 2 w^2"
					      : "mean squared error + l1 |w| + l2 / 2 w^2";
	else
		f->objective_text = d->labels ? "mean of weight x -ln p" : "mean squared error";
}

/* From a checkpoint, if that is wanted: what was told before it is told again. */
static int
go_on(struct session *s)
{
	struct maas_fitting *f = s->f;
	const struct maas_keeping *k = f->keeping;

	if (!k || !k->resumes)
		return 0;
	if (maas_trainer_resume(s->t, k->from) < 0)
		return -1;
	f->replayed = 1;
	for (size_t i = 0; i < s->t->curves.evals; i++) {
		const struct maas_evaluation *e = &s->t->curves.val[i];

		f->step = (long)e->step;
		f->epoch = trainer_epoch_of(s->t, e->step);
		(void)on_eval(s, e);
	}
	f->replayed = f->evaluated = 0;
	f->step = (long)s->t->curves.steps;
	f->epoch = maas_trainer_epochs(s->t);
	return 0;
}

static int
run(struct maas_model *m, const struct maas_data *d, struct maas_fitting *f, struct maas_trainer *t,
    const struct maas_rows_order *order)
{
	struct session s = { f, t, 0 };
	const struct maas_watch w = { &s, on_step, on_eval, on_stop };

	describe(f, t, d);
	if (f->on_begin)
		f->on_begin(f);
	if (go_on(&s) < 0 || maas_trainer_run(t, &w) < 0) {
		f->diverged = t->diverged;
		return -1;
	}
	f->rate = maas_trainer_rate(t);
	trainer_settle(t);
	if (t->best) {
		f->best_epoch = (long)ceil(trainer_epoch_of(t, t->best_step) - 1e-9);
		if (t->waits >= t->how.early_stop)
			f->stopped_epoch = (long)ceil(trainer_epoch_of(t, t->curves.steps) - 1e-9);
	}
	if (!d->labels)
		m->kind->rows->rescale(m, t->params, order->shift, order->unit);
	return give(t, m);
}

/* Of all that is learnt from: features, labels, what they weigh. */
static uint64_t
digest(const struct maas_data *d)
{
	const struct maas_design *x = &d->x;
	const size_t *entry = x->sparse.cols ? x->sparse.start : NULL, *id = x->seq.start;
	uint64_t h = maas_hash((size_t[]){ d->n, x->cols, x->dense, d->labels }, 4 * sizeof(size_t), 0);

	if (x->dense)
		h = maas_hash(x->x, d->n * x->dense * sizeof *x->x, h);
	if (entry) {
		h = maas_hash(entry, (d->n + 1) * sizeof *entry, h);
		h = maas_hash(x->sparse.col, entry[d->n] * sizeof *x->sparse.col, h);
		h = maas_hash(x->sparse.val, entry[d->n] * sizeof *x->sparse.val, h);
	}
	if (id) {
		h = maas_hash(id, (d->n + 1) * sizeof *id, h);
		if (x->seq.id)
			h = maas_hash(x->seq.id, (x->seq.bag ? x->seq.bag[id[d->n]] : id[d->n]) * sizeof *x->seq.id, h);
		if (x->seq.ask)
			h = maas_hash(x->seq.at, x->seq.ask[d->n] * sizeof *x->seq.at, h);
	}
	for (size_t k = 0; k < d->labels; k++)
		h = maas_hash(d->name[k].s, d->name[k].n, h);
	return d->labels ? maas_hash(d->label, maas_design_answers(x, 0, d->n) * sizeof *d->label, h)
			 : maas_hash(d->target, d->n * sizeof *d->target, h);
}

/* What a checkpoint must agree with, a line each. */
static int
make_identity(const struct maas_model *m, const struct maas_data *d, const struct maas_fitting *f, struct maas_buf *b)
{
	const struct maas_vectors *v = f->vectors;

	if (maas_buf_printf(b, "kind=%s\ndata=%016llx\n", m->kind->name, (unsigned long long)digest(d)))
		return -1;
	if (v &&
	    maas_buf_printf(b, "embeddings=%016llx\n",
		(unsigned long long)maas_hash(v->row, v->n * v->wide * sizeof *v->row, v->n)))
		return -1;
	if (f->val && f->val->n && maas_buf_printf(b, "val=%016llx\n", (unsigned long long)digest(f->val)))
		return -1;
	if (f->augment && maas_buf_printf(b, "augment=%s\n", f->augment))
		return -1;
	return maas_buf_printf(
		   b, "seed=%llu\n%s", (unsigned long long)f->seed, f->keeping->identity ? f->keeping->identity : "") ||
		maas_fields_print(m->kind->fields, m->settings, b) || maas_fields_print(maas_training_fields, f->how, b)
	    ? -1
	    : 0;
}

int
maas_rows_train(struct maas_model *m, const struct maas_data *d, struct maas_fitting *f)
{
	const struct maas_rows_ops *ops = m->kind->rows;
	struct maas_rows_order order;
	struct maas_trainer *t;
	struct maas_augments *augments = NULL;
	struct maas_buf identity = { 0 };
	size_t batch, entries = 0;
	int rc = -1;

	if (!m->kind->loss || !ops || !ops->shape || !ops->rescale)
		return maas_fail_as(MAAS_INTERNAL, "%s models are no networks of rows", m->kind->name);
	if (check(m->kind, d, f->how) || maas_batch_size(f->how, d->n, &batch))
		return -1;
	batch = batch < ROWS_AT_ONCE ? batch : ROWS_AT_ONCE;
	if (f->augment && !(augments = maas_augments_new(f->augment, d, maas_team_size(f->team), f->seed)))
		return -1;
	if (ops->longest)
		entries = augments ? maas_augments_longest(augments, longest(d, f->val)) : longest(d, f->val);
	else if (count_entries(d, batch, &entries) || (f->val && count_entries(f->val, batch, &entries)))
		goto out;
	if (ops->shape(m, d, entries))
		goto out;
	order = standardise(d, f->seed);
	order.longest = entries;
	order.batch = batch;
	if (f->keeping && make_identity(m, d, f, &identity) < 0)
		goto out;
	order.augments = augments;
	if ((t = make_trainer(m, d, f, &order, identity.s)))
		rc = run(m, d, f, t, &order);
	maas_trainer_free(t);
out:
	maas_augments_free(augments);
	maas_buf_free(&identity);
	return rc;
}
