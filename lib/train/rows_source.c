/*
 * Rows of features as samples, each with a label or a target.  Inputs of the network, those it has:
 *
 *	dense    F32 [rows, dense]     start, col, value   sparse rows, as maas_bag takes them
 *	labels   I32 [rows]            targets             F32 [rows, 1]
 *	weights  F32 [rows]
 *	ids      I32 [rows time]       lengths             I32 [rows]
 *	bag      I32 [rows time + 1]   where each place's ids begin, of which there are as many as there are; else it
 *	                               has one
 *	frames   F32 [rows time, frame]  in place of dense and ids, where the places of a sequence are numbers
 *
 * Where some ids of a sequence are asked for, labels and weights are [rows time], -1 and 0 for the others, and a
 * network need not have lengths.
 *
 * Sequences of a batch stand side by side, each padded to the longest of them.  So that the padding is little, batches
 * are of rows of about the same length: in the random order of an epoch, the rows of some batches that follow each
 * other are sorted by length, and then these batches shuffled.
 */
#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "trainer.h"

enum { GRAIN = 16384 }; /* numbers of a range of rows */
enum { ROOM = 8192 };   /* ids through a network at once, or one row */
enum { SORTED = 16 };   /* batches whose rows are sorted by length */

#define SEED_BATCHES 0x6c656e6774687321u

struct turn { /* of a row, in an epoch */
	uint32_t row;
	size_t length, at; /* ids; the order it came in */
};
struct rows {
	struct maas_source is;
	const struct maas_data *d;
	struct maas_rows_order order;
	double mean; /* of the targets as learnt */
	float *dense, *frames, *value, *targets, *weights;
	int32_t *start, *col, *labels, *ids, *bag, *lengths;
	size_t entries, most;  /* there is room for; ids, likewise */
	int32_t *kept;         /* [longest] places of a text that are not left out */
	uint32_t *at;          /* [n] rows of the batch at hand */
	uint64_t *pass;        /* [n] the epoch that each is of */
	size_t n, room, texts; /* of it; places there are, of answers and of sequences */
	size_t time;           /* ids of its longest sequence */
	struct turn *order_of; /* [samples] of sequences, in the epoch below; NULL: rows are no sequences */
	uint64_t epoch;        /* 1 + its number; 0: of none */
	struct words *words;   /* NULL: labels are not tags of words that mark entities */
};

/* Tags of a sequence's words, as they are answered; words: of the longest. */
struct words {
	struct maas_arena *arena;
	struct maas_tag *of;       /* [labels + 1]; the last stands for all that are not known */
	struct maas_tag_rule rule; /* what answers keep to */
	double *log, *sum;         /* [words][labels], [2][labels] */
	uint32_t *from, *answer;   /* [words][labels], [words] */
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
	size_t frame = r->d->x.seq.frame;
	const struct maas_node *dense = input(tape, "dense", r->d->x.dense), *frames = input(tape, "frames", frame),
			       *start = input(tape, "start", 0), *col = input(tape, "col", 0),
			       *value = input(tape, "value", 0), *ids = input(tape, "ids", 0),
			       *bag = input(tape, "bag", 0), *lengths = input(tape, "lengths", 0),
			       *labels = input(tape, "labels", 0), *targets = input(tape, "targets", 1),
			       *weights = input(tape, "weights", 0), *out = r->d->labels ? labels : targets;

	if (!out || !frames != !frame || (r->d->x.dense && !frame && !dense) ||
	    (r->d->x.seq.start && !frame && (!ids || !bag != !r->d->x.seq.bag || (!lengths && !r->d->x.seq.ask))) ||
	    (r->d->x.sparse.cols && (!start || !col || !value)))
		return maas_fail_as(MAAS_INTERNAL, "a loss without the inputs that rows give it");
	r->dense = dense ? dense->val : NULL;
	r->frames = frames ? frames->val : NULL;
	r->start = start ? start->val : NULL;
	r->col = col ? col->val : NULL;
	r->value = value ? value->val : NULL;
	r->labels = labels ? labels->val : NULL;
	r->targets = targets ? targets->val : NULL;
	r->weights = weights ? weights->val : NULL;
	r->ids = ids ? ids->val : NULL;
	r->bag = bag ? bag->val : NULL;
	r->most = ids ? ids->dim[0] : 0;
	r->lengths = lengths ? lengths->val : NULL;
	r->room = out->dim[0];
	r->texts = lengths ? lengths->dim[0] : 0;
	r->entries = col ? col->dim[0] : 0;
	r->at = maas_alloc(r->room, sizeof *r->at);
	r->pass = maas_alloc(r->room, sizeof *r->pass);
	r->kept = maas_alloc(r->bag ? r->order.longest : 0, sizeof *r->kept);
	return r->at && r->pass && r->kept ? 0 : -1;
}

/* Of an answer. */
static double
weight_at(const struct rows *r, size_t at)
{
	const struct maas_data *d = r->d;

	return !d->labels ? 1 : d->label[at] >= d->labels ? 0 : d->weight ? d->weight[d->label[at]] : 1;
}

static double
weight_of(const struct rows *r, size_t row)
{
	const size_t *ask = r->d->x.seq.ask;
	double sum = 0;

	if (!ask)
		return weight_at(r, row);
	for (size_t k = ask[row]; k < ask[row + 1]; k++)
		sum += weight_at(r, k);
	return sum;
}

static size_t
length_of(const struct rows *r, size_t row)
{
	return r->d->x.seq.start[row + 1] - r->d->x.seq.start[row];
}

static int
by_length(const void *a, const void *b)
{
	const struct turn *x = a, *y = b;

	return x->length != y->length ? (x->length < y->length ? -1 : 1) : (x->at > y->at) - (x->at < y->at);
}

/* Whole batches t[0 ... n): their rows sorted, then the batches shuffled; stream: which of these. */
static void
sort_batches(const struct rows *r, struct turn *t, size_t n, uint64_t epoch, uint64_t stream)
{
	size_t batch = r->order.batch;

	qsort(t, n, sizeof *t, by_length);
	for (size_t i = n / batch; i > 1; i--) {
		size_t j = (size_t)(maas_uniform(r->order.seed ^ SEED_BATCHES, epoch << 32 | stream, i) * (double)i);
		struct turn *a = t + (i - 1) * batch, *b = t + j * batch;

		for (size_t e = 0; e < batch && a != b; e++) {
			struct turn was = a[e];

			a[e] = b[e];
			b[e] = was;
		}
	}
}

/* The order of an epoch; what is held out comes by its length. */
static void
arrange(struct rows *r, uint64_t epoch)
{
	size_t n = (size_t)r->is.samples, batch = r->order.batch;

	if (r->epoch == epoch + 1)
		return;
	for (size_t i = 0; i < n; i++) {
		size_t row = r->order.shuffled ? (size_t)order_permute(i, n, r->order.seed, epoch) : i;

		r->order_of[i] = (struct turn){ (uint32_t)row, length_of(r, row), i };
	}
	if (!r->order.shuffled)
		qsort(r->order_of, n, sizeof *r->order_of, by_length);
	for (size_t i = 0; r->order.shuffled && batch && i + batch <= n; i += SORTED * batch) {
		size_t left = (n - i) / batch * batch;

		sort_batches(r, r->order_of + i, left < SORTED * batch ? left : SORTED * batch, epoch, i);
	}
	r->epoch = epoch + 1;
}

static uint64_t
epoch_of(const struct rows *r, uint64_t k)
{
	return r->order.shuffled ? k / r->is.samples : 0;
}

/* The row that is sample k of the run. */
static uint32_t
row_of(struct rows *r, uint64_t k)
{
	uint64_t n = r->is.samples, epoch = epoch_of(r, k), at = k % n;

	if (r->order_of) {
		arrange(r, epoch);
		return r->order_of[at].row;
	}
	return (uint32_t)(r->order.shuffled ? order_permute(at, n, r->order.seed, epoch) : at);
}

static void
gather_ids(const struct rows *r, size_t i, size_t row)
{
	size_t n = length_of(r, row);
	int32_t *to = r->ids + i * r->time;

	memcpy(to, r->d->x.seq.id + r->d->x.seq.start[row], n * sizeof *to);
	if (r->order.augments)
		n = maas_augments_ids(r->order.augments, row, r->pass[i], to, n);
	memset(to + n, 0, (r->time - n) * sizeof *to);
	if (r->lengths)
		r->lengths[i] = (int32_t)n;
}

/* Places with all their ids, one behind the other: those behind a text's end have none. */
static void
gather_bags(struct rows *r)
{
	const struct maas_sequences *s = &r->d->x.seq;
	size_t at = 0;

	r->bag[0] = 0;
	for (size_t i = 0; i < r->n; i++) {
		size_t row = r->at[i], n = length_of(r, row);

		for (size_t t = 0; t < n; t++)
			r->kept[t] = (int32_t)t;
		if (r->order.augments)
			n = maas_augments_ids(r->order.augments, row, r->pass[i], r->kept, n);
		for (size_t t = 0; t < r->time; t++) {
			const size_t *bag = s->bag + s->start[row] + (t < n ? r->kept[t] : 0);

			for (size_t k = bag[0]; t < n && k < bag[1]; k++)
				r->ids[at++] = s->id[k];
			r->bag[i * r->time + t + 1] = (int32_t)at;
		}
		if (r->lengths)
			r->lengths[i] = (int32_t)n;
	}
	assert(at <= r->most);
}

static void
gather_frames(const struct rows *r, size_t i, size_t row, int member)
{
	const struct maas_design *x = &r->d->x;
	size_t frame = x->seq.frame, n = length_of(r, row), wide = r->time * frame;
	const float *changed =
	    r->order.augments ? maas_augments_sound(r->order.augments, member, row, r->pass[i], &n) : NULL;
	float *to = r->frames + i * wide;

	n = n < r->time ? n : r->time;
	if (changed)
		memcpy(to, changed, n * frame * sizeof *to);
	else
		maas_from_f64(to, x->x + row * x->dense, n * frame);
	if (r->order.augments && !changed && n * frame == x->dense) /* a picture: all its rows are frames */
		maas_augments_dense(r->order.augments, row, r->pass[i], to);
	memset(to + n * frame, 0, (wide - n * frame) * sizeof *to);
	r->lengths[i] = (int32_t)n;
}

static void
gather_tags(const struct rows *r, size_t i, size_t row)
{
	const struct maas_sequences *s = &r->d->x.seq;
	size_t from = i * r->time;

	for (size_t t = 0; t < r->time; t++) {
		r->labels[from + t] = -1;
		if (r->weights)
			r->weights[from + t] = 0;
	}
	for (size_t k = s->ask[row]; k < s->ask[row + 1]; k++) {
		uint32_t label = r->d->label[k];

		r->labels[from + s->at[k]] = label < r->d->labels ? (int32_t)label : -1;
		if (r->weights)
			r->weights[from + s->at[k]] = (float)weight_at(r, k);
	}
}

static void
gather_dense(const struct rows *r, size_t i, size_t row, int member)
{
	size_t n = r->d->x.dense, frames;
	const float *changed =
	    r->order.augments ? maas_augments_sound(r->order.augments, member, row, r->pass[i], &frames) : NULL;
	float *to = r->dense + i * n;

	if (changed) {
		memcpy(to, changed, n * sizeof *to);
		return;
	}
	maas_from_f64(to, r->d->x.x + row * n, n);
	if (r->order.augments)
		maas_augments_dense(r->order.augments, row, r->pass[i], to);
}

static void
gather(void *arg, size_t begin, size_t end, int member)
{
	const struct rows *r = arg;
	const struct maas_data *d = r->d;
	const struct maas_csr *x = &d->x.sparse;

	for (size_t i = begin; i < end; i++) {
		size_t row = r->at[i];

		if (r->dense)
			gather_dense(r, i, row, member);
		for (size_t e = x->cols ? x->start[row] : 0, to = r->start ? (size_t)r->start[i] : 0;
		     x->cols && e < x->start[row + 1]; e++, to++) {
			r->col[to] = (int32_t)x->col[e];
			r->value[to] = (float)x->val[e];
		}
		if (r->ids && !r->bag)
			gather_ids(r, i, row);
		if (r->frames)
			gather_frames(r, i, row, member);
		if (d->x.seq.ask) {
			gather_tags(r, i, row);
			continue;
		}
		if (r->labels)
			r->labels[i] = d->label[row] < d->labels ? (int32_t)d->label[row] : -1;
		else
			r->targets[i] = (float)((d->target[row] - r->order.shift) / r->order.unit);
		if (r->weights)
			r->weights[i] = (float)weight_of(r, row);
	}
}

/* Places of sequences that are not there: rows in use are counted in ids, so a loss may look at them. */
static void
clear_others(struct rows *r, size_t n)
{
	for (size_t i = n; i < r->texts; i++) {
		r->lengths[i] = 0;
		if (r->d->x.seq.ask) /* a sequence that is not there has no answers in use */
			continue;
		if (r->labels)
			r->labels[i] = -1;
		else
			r->targets[i] = 0;
		if (r->weights)
			r->weights[i] = 0;
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
	r->time = 0;
	for (size_t i = 0; i < n; i++) {
		r->at[i] = row_of(r, k[i]);
		r->pass[i] = epoch_of(r, k[i]);
		share.weight += weight_of(r, r->at[i]);
		if ((r->ids || r->frames) && length_of(r, r->at[i]) > r->time)
			r->time = length_of(r, r->at[i]);
		if (!r->start)
			continue;
		r->start[i] = (int32_t)entries;
		entries += x->start[r->at[i] + 1] - x->start[r->at[i]];
		r->start[i + 1] = (int32_t)entries;
	}
	assert(entries <= r->entries);
	if (r->frames && r->order.augments)
		r->time = maas_augments_longest(r->order.augments, r->time);
	if (r->bag)
		gather_bags(r);
	if (r->lengths)
		clear_others(r, n);
	wide += r->time;
	share.rows = r->time;
	maas_team_run(team, n, wide < GRAIN ? GRAIN / wide : 1, gather, r);
	return share;
}

/* Entities of one sequence: twice those that were found, and those there are and those that were answered. */
static void
count_entities(const struct rows *r, const uint32_t *truth, size_t n, double sum[2])
{
	const struct words *v = r->words;
	struct maas_tag_walk w[2] = { { .before = maas_tag_outside }, { .before = maas_tag_outside } }, was[2];

	for (size_t i = 0; i <= n; i++) {
		int ends[2];

		for (int k = 0; k < 2; k++) {
			uint32_t label = i == n ? 0 : k ? v->answer[i] : truth[i];

			ends[k] = maas_tag_step(&w[k], i == n ? maas_tag_outside : v->of[label], i, &was[k]);
			sum[1] += ends[k];
		}
		if (ends[0] && ends[1] && was[0].begin == was[1].begin &&
		    !maas_span_compare(was[0].now.type, was[1].now.type))
			sum[0] += 2;
	}
}

/* Words right and words that were asked for; of tags that mark entities, what F1 is made of. */
static void
judge_tags(const struct rows *r, const float *y, size_t width, double sum[2])
{
	const struct maas_sequences *s = &r->d->x.seq;
	struct words *v = r->words;

	for (size_t i = 0; i < r->n; i++) {
		size_t first = s->ask[r->at[i]], n = s->ask[r->at[i] + 1] - first;

		for (size_t k = 0; k < n; k++) {
			size_t at = i * r->time + s->at[first + k];

			sum[0] +=
			    !v && r->labels[at] >= 0 && maas_argmax(y + at * width, width) == (size_t)r->labels[at];
			sum[1] += !v;
			for (size_t e = 0; v && e < width; e++)
				v->log[k * width + e] = (double)y[at * width + e];
		}
		if (v) {
			maas_tag_rule_walk(&v->rule, v->log, n, v->from, v->sum, v->answer);
			count_entities(r, r->d->label + first, n, sum);
		}
	}
}

/* Rows right and rows; or squares of the errors and of the deviations from the mean. */
static void
judge(const struct maas_source *s, const struct maas_node *out, double sum[2])
{
	const struct rows *r = (const struct rows *)s;
	const float *y = out->val;
	size_t width = out->dim[out->ndim - 1];

	if (r->d->x.seq.ask)
		judge_tags(r, y, width, sum);
	for (size_t i = 0; !r->d->x.seq.ask && i < r->n; i++)
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
	if (!(sum[1] > 0)) /* 0 / 0 is 0 where entities are counted, as in conlleval */
		return ((const struct rows *)s)->words ? 0 : NAN;
	return ((const struct rows *)s)->labels ? sum[0] / sum[1] : 1 - sum[0] / sum[1];
}

static void
drop(struct maas_source *s)
{
	if (((struct rows *)s)->words)
		maas_arena_free(((struct rows *)s)->words->arena);
	free(((struct rows *)s)->at);
	free(((struct rows *)s)->pass);
	free(((struct rows *)s)->kept);
	free(((struct rows *)s)->order_of);
	free(s);
}

static const struct maas_source_ops how = {
	.bind = bind, .fill = fill, .judge = judge, .metric = metric, .free = drop
};

/* Where labels are tags of words, and some of them mark entities, what counts those. */
static int
open_words(struct rows *r)
{
	const struct maas_data *d = r->d;
	struct maas_arena *a;
	size_t most = 0, marks = 0;
	struct words *v;

	for (size_t k = 0; d->name && k < d->labels; k++)
		marks += maas_tag_read(d->name[k]).place != 'O';
	if (!d->x.seq.ask || !marks)
		return 0;
	for (size_t i = 0; i < d->n; i++) {
		size_t n = d->x.seq.ask[i + 1] - d->x.seq.ask[i];

		most = n > most ? n : most;
	}
	if (!(a = maas_arena_new(1 << 14)))
		return -1;
	if (!(v = maas_take(a, 1, sizeof *v)) || !(v->of = maas_take(a, d->labels + 1, sizeof *v->of)) ||
	    !(v->log = maas_take(a, most, d->labels * sizeof *v->log)) ||
	    !(v->sum = maas_take(a, 2 * d->labels, sizeof *v->sum)) ||
	    !(v->from = maas_take(a, most, d->labels * sizeof *v->from)) ||
	    !(v->answer = maas_take(a, most, sizeof *v->answer)) ||
	    (d->bio && maas_tag_rule_make(&v->rule, a, d->name, d->labels) < 0)) {
		maas_arena_free(a);
		return -1;
	}
	for (size_t k = 0; k < d->labels; k++)
		v->of[k] = maas_tag_read(d->name[k]);
	v->of[d->labels] = (struct maas_tag){ 'B', { "", 0 } };
	v->rule.labels = d->labels;
	v->arena = a;
	r->words = v;
	r->is.by_metric = 1;
	return 0;
}

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
	if (open_words(r) < 0) {
		drop(&r->is);
		return NULL;
	}
	if (!d->x.seq.start)
		return &r->is;
	r->is.rows = order->longest;
	r->is.length = (double)d->x.seq.start[d->n] / (double)d->n;
	r->is.most = ROOM / order->longest ? ROOM / order->longest : 1;
	if ((r->order_of = maas_alloc(d->n, sizeof *r->order_of)))
		return &r->is;
	drop(&r->is);
	return NULL;
}
