/*
 * Rows of features as samples, each with a label or a target.  Inputs of the network, those it has:
 *
 *	dense    F32 [rows, dense]     start, col, value   sparse rows, as maas_bag takes them
 *	labels   I32 [rows]            targets             F32 [rows, 1]
 *	weights  F32 [rows]
 */
#include <assert.h>
#include <math.h>
#include <stdlib.h>

#include "trainer.h"

enum { GRAIN = 16384 }; /* numbers of a range of rows */

struct rows {
	struct maas_source is;
	const struct maas_data *d;
	struct maas_rows_order order;
	double mean; /* of the targets as learnt */
	float *dense, *value, *targets, *weights;
	int32_t *start, *col, *labels;
	size_t entries; /* there is room for */
	uint32_t *at;   /* [n] rows of the batch at hand */
	size_t n;
};

static const struct maas_node *
input(const struct maas_tape *tape, const char *name, size_t last)
{
	const struct maas_node *x = maas_tape_input(tape, name);

	assert(!x || !last || x->dim[x->ndim - 1] == last);
	return x;
}

static int
bind(struct maas_source *s, const struct maas_tape *tape)
{
	struct rows *r = (struct rows *)s;
	const struct maas_node *dense = input(tape, "dense", r->d->x.dense), *start = input(tape, "start", 0),
			       *col = input(tape, "col", 0), *value = input(tape, "value", 0),
			       *labels = input(tape, "labels", 0), *targets = input(tape, "targets", 1),
			       *weights = input(tape, "weights", 0), *out = r->d->labels ? labels : targets;

	if (!out || (r->d->x.dense && !dense) || (r->d->x.sparse.cols && (!start || !col || !value)))
		return maas_fail_as(MAAS_INTERNAL, "a loss without the inputs that rows give it");
	r->dense = dense ? dense->val : NULL;
	r->start = start ? start->val : NULL;
	r->col = col ? col->val : NULL;
	r->value = value ? value->val : NULL;
	r->labels = labels ? labels->val : NULL;
	r->targets = targets ? targets->val : NULL;
	r->weights = weights ? weights->val : NULL;
	r->entries = col ? col->dim[0] : 0;
	r->at = maas_alloc(out->dim[0], sizeof *r->at);
	return r->at ? 0 : -1;
}

static double
weight_of(const struct rows *r, uint32_t label)
{
	return label >= r->d->labels ? 0 : r->d->weight ? r->d->weight[label] : 1;
}

static void
gather(void *arg, size_t begin, size_t end, int member)
{
	const struct rows *r = arg;
	const struct maas_data *d = r->d;
	const struct maas_csr *x = &d->x.sparse;

	(void)member;
	for (size_t i = begin; i < end; i++) {
		size_t row = r->at[i];

		if (r->dense)
			maas_from_f64(r->dense + i * d->x.dense, d->x.x + row * d->x.dense, d->x.dense);
		for (size_t e = x->cols ? x->start[row] : 0, to = r->start ? (size_t)r->start[i] : 0;
		     x->cols && e < x->start[row + 1]; e++, to++) {
			r->col[to] = (int32_t)x->col[e];
			r->value[to] = (float)x->val[e];
		}
		if (r->labels)
			r->labels[i] = d->label[row] < d->labels ? (int32_t)d->label[row] : -1;
		else
			r->targets[i] = (float)((d->target[row] - r->order.shift) / r->order.unit);
		if (r->weights)
			r->weights[i] = (float)weight_of(r, d->label[row]);
	}
}

static struct maas_counted
fill(struct maas_source *s, const uint64_t *k, size_t n, struct maas_team *team)
{
	struct rows *r = (struct rows *)s;
	const struct maas_csr *x = &r->d->x.sparse;
	size_t entries = 0, wide = r->d->x.dense + r->entries / n + 1;
	struct maas_counted share = { 0 };

	r->n = n;
	for (size_t i = 0; i < n; i++) {
		uint64_t epoch = k[i] / s->samples, at = k[i] % s->samples;

		r->at[i] = (uint32_t)(r->order.shuffled ? order_permute(at, s->samples, r->order.seed, epoch) : at);
		share.weight += r->d->labels ? weight_of(r, r->d->label[r->at[i]]) : 1;
		if (!r->start)
			continue;
		r->start[i] = (int32_t)entries;
		entries += x->start[r->at[i] + 1] - x->start[r->at[i]];
		r->start[i + 1] = (int32_t)entries;
	}
	assert(entries <= r->entries);
	maas_team_run(team, n, wide < GRAIN ? GRAIN / wide : 1, gather, r);
	return share;
}

/* Rows right and rows; or squares of the errors and of the deviations from the mean. */
static void
judge(const struct maas_source *s, const struct maas_node *out, double sum[2])
{
	const struct rows *r = (const struct rows *)s;
	const float *y = out->val;
	size_t width = out->dim[out->ndim - 1];

	for (size_t i = 0; i < r->n; i++)
		if (r->labels) {
			sum[0] += r->labels[i] >= 0 && maas_argmax(y + i * width, width) == (size_t)r->labels[i];
			sum[1] += 1;
		} else {
			double t = (double)r->targets[i];

			sum[0] += ((double)y[i] - t) * ((double)y[i] - t);
			sum[1] += (t - r->mean) * (t - r->mean);
		}
}

static double
metric(const struct maas_source *s, const double sum[2])
{
	if (!(sum[1] > 0))
		return NAN;
	return ((const struct rows *)s)->labels ? sum[0] / sum[1] : 1 - sum[0] / sum[1];
}

static void
drop(struct maas_source *s)
{
	free(((struct rows *)s)->at);
	free(s);
}

static const struct maas_source_ops how = {
	.bind = bind, .fill = fill, .judge = judge, .metric = metric, .free = drop
};

struct maas_source *
maas_rows_source(const struct maas_data *d, const struct maas_rows_order *order)
{
	struct rows *r = maas_alloc(1, sizeof *r);
	double sum = 0;

	if (!r)
		return NULL;
	for (size_t i = 0; !d->labels && i < d->n; i++)
		sum += d->target[i];
	r->is = (struct maas_source){ .how = &how,
		.samples = d->n,
		.rows = 1,
		.length = 1,
		.whole = 1,
		.uneven = 1,
		.unit = d->labels ? 1 : order->unit * order->unit };
	r->d = d;
	r->order = *order;
	r->mean = d->labels ? 0 : (sum / (double)d->n - order->shift) / order->unit;
	return &r->is;
}
