/*
 * Descent.  A step with all rows is a pass over the design by the team.  One with fewer is serial, and plain SGD
 * touches only the weights of features its rows have: the shrinking of all weights is one factor kept aside
 * (Bottou 2012, 5.1), and what l1 takes off is owed until a feature is next seen (Langford, Li & Zhang 2009).
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "descent.h"

#define SHUFFLES ((uint64_t)0x64657363) /* streams of random numbers: epochs, and the first weights */
#define FIRST    ((uint64_t)0x696e6974)
#define PATIENCE 10              /* evaluations, of the schedule plateau */
#define SMALLEST 1e-9            /* the factor kept aside, before it is multiplied in */
#define GRAIN    ((size_t)16384) /* numbers of an update at once */
#define SAMPLE   1024            /* rows of the range test */
#define TRIALS   20              /* its steps, where a step takes all rows */

struct state {
	struct descent *d;
	const struct maas_design *x;
	size_t size;            /* numbers of w, intercepts included */
	double *w, *z;          /* z [rows][stride] */
	double *g, *m, *v;      /* [size]; NULL where not needed */
	double factor;          /* features' weights are factor x w */
	double owed, *paid;     /* by every feature so far; [cols], by each; NULL without l1 */
	struct maas_pass *pass; /* where steps take all rows */
	struct descent_rule rule;
	double part_loss[MAAS_PASS_PARTS];
	size_t part_hits[MAAS_PASS_PARTS], hits;
};

static double
shrunk(double w, double by)
{
	return w > by ? w - by : w < -by ? w + by : 0;
}

void
descent_update(const struct descent_rule *r, double *w, const double *g, double *m, double *v, size_t n)
{
	const double eps = 1e-8;
	double t = (double)r->step, fix1 = 1 - pow(r->beta1, t), fix2 = sqrt(1 - pow(r->beta2, t));
	int adam = r->optimizer == MAAS_ADAM || r->optimizer == MAAS_ADAMW;
	/* What a constant gradient has by now been multiplied with. */
	double gain = r->optimizer == MAAS_MOMENTUM ? (1 - pow(r->momentum, t)) / (1 - r->momentum) : 1;

	for (size_t i = 0; i < n; i++) {
		double slope = g[i] + r->l2 * w[i], rate = r->lr;

		if (r->optimizer == MAAS_MOMENTUM) {
			slope = m[i] = r->momentum * m[i] + slope;
		} else if (adam) {
			if (r->optimizer == MAAS_ADAMW)
				w[i] *= 1 - r->lr * r->decay;
			m[i] = r->beta1 * m[i] + (1 - r->beta1) * slope;
			v[i] = r->beta2 * v[i] + (1 - r->beta2) * slope * slope;
			slope = m[i];
			rate = r->lr / fix1 / (sqrt(v[i]) / fix2 + eps);
		}
		w[i] -= rate * slope;
		if (r->l1 > 0)
			w[i] = shrunk(w[i], rate * gain * r->l1);
	}
}

struct updating {
	struct state *s;
	double scale; /* of the gradient */
};

static void
update_range(void *arg, size_t begin, size_t end, int member)
{
	struct updating *u = arg;
	struct state *s = u->s;
	struct descent_rule rule = s->rule;
	size_t features = s->x->cols * s->d->stride, split = end < features ? end : begin > features ? begin : features;

	(void)member;
	for (size_t i = begin; i < end && u->scale != 1; i++)
		s->g[i] *= u->scale;
	descent_update(
	    &rule, s->w + begin, s->g + begin, s->m ? s->m + begin : NULL, s->v ? s->v + begin : NULL, split - begin);
	rule.l1 = rule.l2 = rule.decay = 0;
	if (s->d->intercept)
		descent_update(&rule, s->w + split, s->g + split, s->m ? s->m + split : NULL,
		    s->v ? s->v + split : NULL, end - split);
}

static void
pass_rows(void *ctx, double *z, size_t from, size_t to, size_t part)
{
	struct state *s = ctx;
	double mean = 1 / (double)s->x->rows;
	int hit = 0;

	for (size_t i = from; i < to; i++, z += s->d->stride) {
		s->part_loss[part] += s->d->row(s->d->ctx, s->d->d, z, i, &hit);
		s->part_hits[part] += (size_t)hit;
		for (size_t k = 0; k < s->d->k; k++)
			z[k] *= mean;
	}
}

/* The gradient of all rows' mean loss in s->g. */
static double
all_rows(struct state *s)
{
	const double *b = s->w + s->x->cols * s->d->stride;
	double loss = 0;

	memset(s->part_loss, 0, sizeof s->part_loss);
	memset(s->part_hits, 0, sizeof s->part_hits);
	maas_pass_run(s->pass, s->w, b, pass_rows, s, s->g, s->g + s->x->cols * s->d->stride);
	for (size_t i = 0; i < maas_pass_parts(s->pass); i++) {
		loss += s->part_loss[i];
		s->hits += s->part_hits[i];
	}
	return loss / (double)s->x->rows;
}

/* to[j] += a z for each feature j of row i, a being what the row has of it. */
static void
add_row(const struct state *s, double *to, const double *z, size_t i)
{
	const struct maas_design *x = s->x;
	size_t k = s->d->stride;

	for (size_t j = 0; j < x->dense; j++)
		for (size_t c = 0; c < k; c++)
			to[j * k + c] += x->x[i * x->dense + j] * z[c];
	to += x->dense * k;
	if (x->cols > x->dense)
		for (size_t e = x->sparse.start[i]; e < x->sparse.start[i + 1]; e++) {
			double *at = to + x->sparse.col[e] * k;

			for (size_t c = 0; c < k; c++)
				at[c] += x->sparse.val[e] * z[c];
		}
}

static void
settle(struct state *s, size_t j)
{
	double *w = s->w + j * s->d->stride, by = s->owed - s->paid[j];

	for (size_t c = 0; c < s->d->stride && by > 0; c++)
		w[c] = shrunk(w[c], by);
	s->paid[j] = s->owed;
}

static void
settle_row(struct state *s, size_t i)
{
	const struct maas_design *x = s->x;

	for (size_t j = 0; j < x->dense; j++)
		settle(s, j);
	if (x->cols > x->dense)
		for (size_t e = x->sparse.start[i]; e < x->sparse.start[i + 1]; e++)
			settle(s, x->dense + x->sparse.col[e]);
}

/* Multiply the factor in, and pay what is owed. */
static void
settle_all(struct state *s)
{
	for (size_t j = 0; j < s->x->cols && s->paid; j++)
		settle(s, j);
	for (size_t j = 0; j < s->x->cols * s->d->stride && s->factor != 1; j++)
		s->w[j] *= s->factor;
	if (s->paid)
		memset(s->paid, 0, s->x->cols * sizeof *s->paid);
	s->owed = 0;
	s->factor = 1;
}

/* Errors of a batch of rows in z, by the weights as they are. */
static double
some_rows(struct state *s, const uint32_t *row, size_t n)
{
	const double *b = s->w + s->x->cols * s->d->stride;
	double loss = 0;
	int hit = 0;

	for (size_t r = 0; r < n; r++) {
		double *z = s->z + row[r] * s->d->stride;

		if (s->paid)
			settle_row(s, row[r]);
		maas_design_times(s->z, s->x, s->w, s->d->stride, row[r], row[r] + 1);
		for (size_t k = 0; k < s->d->k; k++)
			z[k] = s->factor * z[k] + b[k];
		loss += s->d->row(s->d->ctx, s->d->d, z, row[r], &hit);
		s->hits += (size_t)hit;
	}
	return loss / (double)n;
}

/* SGD on a few rows whose errors are in z: their gradient is never written down. */
static void
scatter(struct state *s, const uint32_t *row, size_t n, double lr)
{
	double *b = s->w + s->x->cols * s->d->stride, keep = s->factor * (1 - lr * s->d->l2);
	size_t k = s->d->stride;

	for (size_t r = 0; r < n; r++) {
		double *z = s->z + row[r] * k;

		for (size_t c = 0; c < k; c++) {
			double by = -lr / (double)n * z[c];

			if (s->d->intercept)
				b[c] += by;
			z[c] = by / keep;
		}
		add_row(s, s->w, z, row[r]);
	}
	s->factor = keep;
	s->owed += lr * s->d->l1 / keep;
	if (s->factor < SMALLEST)
		settle_all(s);
}

/* The same by way of the whole gradient; its norm. */
static double
gather(struct state *s, const uint32_t *row, size_t n, double clip)
{
	struct updating u = { s, 1 };
	double *b = s->g + s->x->cols * s->d->stride, sum = 0, norm;
	size_t k = s->d->stride;

	for (size_t r = 0; r < n; r++) {
		const double *z = s->z + row[r] * k;

		if (r == 0)
			memset(s->g, 0, s->size * sizeof *s->g);
		add_row(s, s->g, z, row[r]);
		for (size_t c = 0; c < k; c++)
			b[c] += z[c];
	}
	if (n)
		u.scale = 1 / (double)n;
	for (size_t i = 0; i < s->size; i++)
		sum += s->g[i] * s->g[i];
	norm = u.scale * sqrt(sum);
	if (clip > 0 && norm > clip)
		u.scale *= clip / norm;
	maas_team_run(s->d->how->team, s->size, GRAIN, update_range, &u);
	return norm;
}

/* One step on n rows; n 0: on all.  The mean loss before it. */
static double
take(struct state *s, const uint32_t *row, size_t n, double lr)
{
	double loss = n ? some_rows(s, row, n) : all_rows(s);

	s->rule.lr = lr;
	s->rule.step++;
	if (lr * s->d->l2 >= 1)
		return INFINITY;
	if (s->g)
		s->d->how->grad_norm = gather(s, row, n, s->d->how->how->clip);
	else
		scatter(s, row, n, lr);
	return loss;
}

static void
state_free(struct state *s)
{
	maas_pass_free(s->pass);
	free(s->w);
	free(s->z);
	free(s->g);
	free(s->m);
	free(s->v);
	free(s->paid);
}

/* all: steps take all rows. */
static int
state_make(struct state *s, struct descent *d, int all)
{
	const struct maas_training *how = d->how->how;
	int o = how->optimizer == MAAS_GD ? MAAS_SGD : how->optimizer, adam = o == MAAS_ADAM || o == MAAS_ADAMW;
	int whole = all || o != MAAS_SGD || how->clip > 0;

	*s = (struct state){ .d = d, .x = &d->d->x, .size = (d->d->x.cols + 1) * d->stride, .factor = 1 };
	s->rule = (struct descent_rule){ .optimizer = o,
		.momentum = how->momentum,
		.beta1 = how->beta1,
		.beta2 = how->beta2,
		.decay = how->weight_decay,
		.l1 = d->l1,
		.l2 = d->l2 };
	if (!(s->w = maas_alloc(s->size, sizeof *s->w)) ||
	    (!all && !(s->z = maas_alloc(s->x->rows, d->stride * sizeof *s->z))) ||
	    (all && !(s->pass = maas_pass_new(s->x, d->stride, d->how->team))) ||
	    (whole && !(s->g = maas_alloc(s->size, sizeof *s->g))) ||
	    (o != MAAS_SGD && !(s->m = maas_alloc(s->size, sizeof *s->m))) ||
	    (adam && !(s->v = maas_alloc(s->size, sizeof *s->v))) ||
	    (!whole && d->l1 > 0 && !(s->paid = maas_alloc(s->x->cols, sizeof *s->paid))))
		return -1;
	memcpy(s->w, d->w, s->size * sizeof *s->w);
	return 0;
}

/* What is made small, over some rows, after a trial at this rate. */
static double
trial(struct state *s, const uint32_t *row, size_t n, size_t batch, int all, double lr)
{
	struct descent *d = s->d;
	double ones = 0, squares = 0;

	memcpy(s->w, d->w, s->size * sizeof *s->w);
	if (s->m)
		memset(s->m, 0, s->size * sizeof *s->m);
	if (s->v)
		memset(s->v, 0, s->size * sizeof *s->v);
	s->rule.step = 0;
	for (size_t i = 0; all && i < TRIALS; i++)
		take(s, row, n, lr);
	for (size_t at = 0; !all && at < n; at += batch)
		take(s, row + at, n - at < batch ? n - at : batch, lr);
	settle_all(s);
	for (size_t i = 0; i < s->x->cols * d->stride; i++) {
		ones += fabs(s->w[i]);
		squares += s->w[i] * s->w[i];
	}
	return some_rows(s, row, n) + d->l1 * ones + d->l2 / 2 * squares;
}

/*
 * The range test: from one starting point, rates a factor of two apart on the same few rows, up while they do better
 * and else down.  All rows may bend more than the few, so where a step takes all, half of the best is taken.
 */
static int
find_rate(struct descent *d, size_t batch, double *lr)
{
	size_t rows = d->d->x.rows, n = rows < SAMPLE ? rows : SAMPLE;
	int all = batch == rows;
	uint32_t *row = maas_alloc(n, sizeof *row);
	double best, now = INFINITY, least;
	struct state s = { 0 };
	int rc = -1;

	if (!row || state_make(&s, d, 0) < 0)
		goto out;
	for (size_t i = 0; i < n; i++)
		row[i] = (uint32_t)(i * rows / n);
	maas_shuffle(row, n, d->how->seed, FIRST);
	*lr = best = 1;
	least = trial(&s, row, n, batch, all, 1);
	for (double try = 2; try < 1e3 && (now = trial(&s, row, n, batch, all, try)) < least; try *= 2)
		least = now, best = try;
	for (double try = 0.5; best <= 1 && try > 1e-13; try /= 2) {
		now = trial(&s, row, n, batch, all, try);
		if (!(least <= now))
			least = now, best = try;
		else if (isfinite(least) && best > try * 4)
			break;
	}
	*lr = all ? best / 2 : best;
	rc = isfinite(least)
	    ? 0
	    : maas_fail("no learning rate makes the loss smaller: scale the features (--scale standard)");
out:
	free(row);
	state_free(&s);
	return rc;
}

/* The mean loss of held-out rows, and their metric; rows of a label that was not trained on count for the metric
 * alone. */
static int
measure(struct state *s, const struct maas_data *val)
{
	struct descent *d = s->d;
	const double *b = s->w + s->x->cols * d->stride;
	double *z = maas_alloc(val->n, d->stride * sizeof *z), loss = 0;
	size_t hits = 0, counted = 0;

	if (!z)
		return -1;
	maas_design_times(z, &val->x, s->w, d->stride, 0, val->n);
	for (size_t i = 0; i < val->n; i++) {
		int hit = 0;

		if (val->labels && val->label[i] >= val->labels)
			continue;
		for (size_t k = 0; k < d->k; k++)
			z[i * d->stride + k] += b[k];
		loss += d->row(d->ctx, val, z + i * d->stride, i, &hit);
		hits += (size_t)hit;
		counted++;
	}
	free(z);
	d->how->val_loss = counted ? loss / (double)counted : NAN;
	d->how->val_metric = d->metric(d->ctx, val, d->how->val_loss, (double)hits / (double)val->n);
	return 0;
}

struct run {
	struct state s;
	struct maas_training how; /* with the learning rate that was found */
	size_t batch, an_epoch;   /* rows; steps */
	double *best;             /* weights; NULL: those in the end */
	double least, plateau;    /* loss: of the best; of the best before the rate was last lowered */
	long since, flat;         /* evaluations without progress */
	double lowered;
};

static int
report(struct run *r)
{
	struct maas_fitting *f = r->s.d->how;

	return f->on_step ? f->on_step(f) : 0;
}

/* The end of an epoch: 1 to stop, -1. */
static int
evaluate(struct run *r, double loss)
{
	struct descent *d = r->s.d;
	struct maas_fitting *f = d->how;
	double now;

	if ((f->diverged = !isfinite(loss)))
		return maas_fail("the loss is %g after %ld steps at a learning rate of %g: try a smaller --lr", loss,
		    f->step, f->lr);
	settle_all(&r->s);
	f->loss = loss;
	f->train_metric = d->metric(d->ctx, d->d, loss, (double)r->s.hits / (double)d->d->n);
	f->val_loss = f->val_metric = NAN;
	if (f->val && measure(&r->s, f->val) < 0)
		return -1;
	now = f->val ? f->val_loss : loss;
	f->evaluated = 1;
	f->best = now + r->how.min_delta < r->least || isinf(r->least);
	if (f->best) {
		r->least = now;
		r->since = 0;
		f->best_epoch = (long)ceil(f->epoch - 1e-9);
		if (r->best)
			memcpy(r->best, r->s.w, r->s.size * sizeof *r->best);
	} else {
		r->since++;
	}
	if (now < r->plateau) {
		r->plateau = now;
		r->flat = 0;
	} else if (++r->flat >= PATIENCE && r->how.schedule == MAAS_PLATEAU) {
		r->lowered *= 0.1;
		r->flat = 0;
	}
	if (report(r) != 0)
		return 1;
	if (r->how.early_stop > 0 && r->since >= r->how.early_stop) {
		f->stopped_epoch = (long)ceil(f->epoch - 1e-9);
		return 1;
	}
	return 0;
}

/* One epoch, or what is left of the steps: 0, 1 to stop, -1. */
static int
epoch(struct run *r, uint32_t *row, long count)
{
	struct maas_fitting *f = r->s.d->how;
	size_t n = r->s.x->rows;
	double sum = 0, seen = 0, warm = isnan(r->how.warmup) ? 0 : r->how.warmup;

	if (row) {
		for (size_t i = 0; i < n; i++)
			row[i] = (uint32_t)i;
		maas_shuffle(row, n, f->seed, SHUFFLES + (uint64_t)count);
	}
	r->s.hits = 0;
	for (size_t at = 0; at < n && f->step < f->steps; at += r->batch) {
		size_t rows = n - at < r->batch ? n - at : r->batch;
		double done = (double)f->step / (double)f->steps;

		f->lr = r->lowered * maas_learning_rate(&r->how, (double)f->step, warm, done);
		f->loss = take(&r->s, row ? row + at : NULL, row ? rows : 0, f->lr);
		sum += f->loss * (double)rows;
		seen += (double)rows;
		f->step++;
		f->epoch = (double)count + seen / (double)n;
		f->evaluated = 0;
		if (report(r) != 0)
			return 1;
	}
	return evaluate(r, sum / seen);
}

static int
plan(struct run *r)
{
	struct descent *d = r->s.d;
	struct maas_fitting *f = d->how;
	double steps;

	if (maas_batch_size(&r->how, d->d->n, &r->batch) < 0)
		return -1;
	if (r->how.accumulate > 1 && (double)r->how.accumulate * (double)r->batch < (double)d->d->n)
		r->batch *= (size_t)r->how.accumulate;
	else if (r->how.accumulate > 1)
		r->batch = d->d->n;
	r->an_epoch = (d->d->n + r->batch - 1) / r->batch;
	f->epochs = isnan(r->how.epochs) ? 100 : r->how.epochs;
	steps = r->how.steps > 0 ? (double)r->how.steps : ceil(f->epochs * (double)r->an_epoch - 1e-9);
	if (r->how.steps > 0)
		f->epochs = steps / (double)r->an_epoch;
	if (!(steps >= 1 && steps < 1e15))
		return maas_fail_as(MAAS_USAGE, "--epochs %g: wanted more than none", r->how.epochs);
	f->steps = (long)steps;
	if (r->how.early_stop > 0 && !f->val)
		return maas_fail_as(MAAS_USAGE, "--early-stop wants rows that are held out: --val-split or --val");
	if (isnan(r->how.lr) && find_rate(d, r->batch, &r->how.lr) < 0)
		return -1;
	f->rate = r->how.lr;
	return 0;
}

int
descent_run(struct descent *d)
{
	struct run r = { .s = { .d = d }, .how = *d->how->how, .least = INFINITY, .plateau = INFINITY, .lowered = 1 };
	uint32_t *row = NULL;
	int rc = -1, all;

	if (plan(&r) < 0)
		return -1;
	all = r.batch == d->d->n;
	d->how->converged = -1;
	d->how->step = 0;
	if (state_make(&r.s, d, all) == 0 && (all || (row = maas_alloc(d->d->n, sizeof *row))) &&
	    (!r.how.early_stop || (r.best = maas_alloc(r.s.size, sizeof *r.best))))
		rc = 0;
	for (long count = 0; rc == 0 && d->how->step < d->how->steps; count++)
		rc = epoch(&r, row, count);
	if (rc >= 0) {
		settle_all(&r.s);
		memcpy(d->w, r.best && d->how->best_epoch ? r.best : r.s.w, r.s.size * sizeof *d->w);
		rc = 0;
	}
	state_free(&r.s);
	free(row);
	free(r.best);
	return rc;
}

int
descent_init(struct descent *d)
{
	const double in = (double)d->d->x.cols, out = (double)d->k;
	int how = d->how->how->init;
	double most = how == MAAS_INIT_UNIFORM ? 1 / sqrt(in) : how == MAAS_INIT_XAVIER ? sqrt(6 / (in + out)) : 0;
	double sd = how == MAAS_INIT_HE ? sqrt(2 / in) : how == MAAS_INIT_GPT2 ? 0.02 : 0;

	for (size_t i = 0; i < d->d->x.cols * d->k; i++) {
		double *w = d->w + i / d->k * d->stride + i % d->k;
		float normal;

		if (most > 0)
			*w = most * (2 * maas_uniform(d->how->seed, FIRST, i) - 1);
		if (sd > 0) {
			maas_fill_normal(&normal, 1, sd, d->how->seed, FIRST + 1 + i);
			*w = (double)normal;
		}
	}
	return 0;
}

int
training_only(const struct maas_kind *kind, const struct maas_training *how, const char *solver, const char *used)
{
	struct maas_training plain;
	struct maas_buf given = { 0 }, usual = { 0 };
	char name[64], word[80];
	int rc = 0;

	maas_defaults(maas_training_fields, &plain);
	maas_set_all(maas_training_fields, &plain, kind->defaults);
	for (const struct maas_field *f = maas_training_fields; f->type && rc == 0; f++) {
		snprintf(word, sizeof word, " %s ", f->name);
		given.n = usual.n = 0;
		if (maas_get(f, how, &given) < 0 || maas_get(f, &plain, &usual) < 0)
			rc = -1;
		else if (!strstr(used, word) &&
		    (given.n != usual.n || (given.n && memcmp(given.s, usual.s, given.n) != 0))) {
			maas_field_name(f, name, sizeof name);
			rc = maas_fail_setting(f->name, "%s: %s has no use for --%s", kind->name, solver, name);
		}
	}
	maas_buf_free(&given);
	maas_buf_free(&usual);
	return rc;
}
