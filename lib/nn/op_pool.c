/*
 * A sequence becomes one row: its first, the mean of its rows, the largest of each channel, or their sum by weights
 * that softmax makes of scores.  Rows past a sequence's length are not read.
 */
#include <math.h>
#include <string.h>

#include "op.h"

enum { X, LENGTHS, SCORES };

struct attr {
	size_t time;
	enum maas_pooling how;
};

static const struct attr *
attr(const struct maas_node *y)
{
	return y->attr;
}

static int
shape(struct maas_node *y)
{
	struct maas_node *x = y->in[X], *lengths = y->in[LENGTHS], *scores = y->in[SCORES];
	size_t time = attr(y)->time;

	if (op_sequences(x, lengths, time) < 0)
		return -1;
	if (time > INT32_MAX)
		return maas_fail("sequences of %zu, at most %d", time, INT32_MAX);
	if ((attr(y)->how == MAAS_POOL_WEIGHTED) != (scores != NULL))
		return maas_fail("scores are for weights alone");
	if (scores && op_matrix(scores, "scores", lengths->dim[0] * time, 1) < 0)
		return -1;
	y->ndim = 2;
	y->dim[0] = lengths->dim[0];
	y->dim[1] = op_last(x);
	if (attr(y)->how == MAAS_POOL_MAX)
		y->save_bytes = maas_len(y) * sizeof(int32_t); /* which row it was */
	else if (scores)
		y->save_bytes = maas_len(scores) * sizeof(float); /* weights */
	return 0;
}

struct work {
	struct maas_node *y;
	size_t n, time; /* sequences in use */
	const unsigned char *first;
};

static struct work
work(struct maas_node *y, const struct maas_run *run, const unsigned char *first)
{
	size_t time = op_time(run, attr(y)->time);

	return (struct work){ y, maas_rows(y->in[X], run) / time, time, first };
}

static size_t
length_of(const struct work *w, size_t i)
{
	int32_t length = ((const int32_t *)w->y->in[LENGTHS]->val)[i];

	return i >= w->n || length <= 0 ? 0 : (size_t)length < w->time ? (size_t)length : w->time;
}

/* x [length, c]. */
static void
largest(float *to, int32_t *at, const float *x, size_t length, size_t c)
{
	memcpy(to, x, c * sizeof *to);
	memset(at, 0, c * sizeof *at);
	for (size_t s = 1; s < length; s++)
		maas_rise(to, at, x + s * c, c, (int32_t)s);
}

static void
pool(const struct work *w, float *to, size_t i, size_t length)
{
	struct maas_node *y = w->y;
	size_t c = y->dim[1], from = i * w->time;
	const float *x = (const float *)y->in[X]->val + from * c;
	float *weight;

	switch (attr(y)->how) {
	case MAAS_POOL_FIRST: memcpy(to, x, c * sizeof *to); return;
	case MAAS_POOL_MAX: largest(to, (int32_t *)y->save + i * c, x, length, c); return;
	case MAAS_POOL_MEAN:
		memset(to, 0, c * sizeof *to);
		for (size_t s = 0; s < length; s++)
			maas_add_scaled(to, x + s * c, 1 / (float)length, c);
		return;
	case MAAS_POOL_WEIGHTED: break;
	}
	weight = (float *)y->save + from;
	maas_softmax(weight, (const float *)y->in[SCORES]->val + from, length);
	memset(to, 0, c * sizeof *to);
	for (size_t s = 0; s < length; s++)
		maas_add_scaled(to, x + s * c, weight[s], c);
}

static void
rows(void *arg, size_t begin, size_t end, int member)
{
	const struct work *w = arg;
	size_t c = w->y->dim[1];

	(void)member;
	for (size_t i = begin; i < end; i++) {
		float *to = (float *)w->y->val + i * c;

		if (length_of(w, i))
			pool(w, to, i, length_of(w, i));
		else
			memset(to, 0, c * sizeof *to);
	}
}

static void
fwd(struct maas_node *y, const struct maas_run *run)
{
	struct work w = work(y, run, NULL);

	maas_team_run(run->team, y->dim[0], op_grain(y->dim[1] * w.time), rows, &w);
}

static void
back_x(const struct work *w, float *dx, size_t i, size_t length)
{
	struct maas_node *y = w->y;
	size_t c = y->dim[1];
	const float *dy = y->grad + i * c, *weight = (const float *)y->save + i * w->time;
	const int32_t *at = (const int32_t *)y->save + i * c;

	switch (attr(y)->how) {
	case MAAS_POOL_FIRST: maas_add(dx, dy, c); break;
	case MAAS_POOL_MAX:
		for (size_t l = 0; l < c; l++)
			dx[(size_t)at[l] * c + l] += dy[l];
		break;
	case MAAS_POOL_MEAN:
		for (size_t s = 0; s < length; s++)
			maas_add_scaled(dx + s * c, dy, 1 / (float)length, c);
		break;
	case MAAS_POOL_WEIGHTED:
		for (size_t s = 0; s < length; s++)
			maas_add_scaled(dx + s * c, dy, weight[s], c);
		break;
	}
}

/* Of softmax: p (v - sum of p v), v being what dy says of each row. */
static void
back_scores(const struct work *w, float *to, size_t i, size_t length)
{
	struct maas_node *y = w->y;
	size_t c = y->dim[1], from = i * w->time;
	const float *dy = y->grad + i * c, *x = (const float *)y->in[X]->val + from * c,
		    *weight = (const float *)y->save + from;
	double mean = 0;

	for (size_t s = 0; s < length; s++)
		mean += weight[s] * maas_dot(dy, x + s * c, c);
	for (size_t s = 0; s < length; s++)
		to[s] += (float)(weight[s] * (maas_dot(dy, x + s * c, c) - mean));
}

static void
back_rows(void *arg, size_t begin, size_t end, int member)
{
	const struct work *w = arg;
	struct maas_node *x = w->y->in[X], *scores = w->y->in[SCORES];
	size_t each = w->time * w->y->dim[1];

	(void)member;
	for (size_t i = begin; i < end; i++) {
		if (op_wants(x) && w->first[X])
			memset(x->grad + i * each, 0, each * sizeof(float));
		if (op_wants(scores) && w->first[SCORES])
			memset(scores->grad + i * w->time, 0, w->time * sizeof(float));
		if (op_wants(x) && length_of(w, i))
			back_x(w, x->grad + i * each, i, length_of(w, i));
		if (op_wants(scores) && length_of(w, i))
			back_scores(w, scores->grad + i * w->time, i, length_of(w, i));
	}
}

static void
bwd(struct maas_node *y, const struct maas_run *run, const unsigned char *first)
{
	struct work w = work(y, run, first);

	maas_team_run(run->team, w.n, op_grain(w.time * y->dim[1]), back_rows, &w);
}

const struct maas_op maas_op_pool = {
	.name = "pool",
	.shape = shape,
	.fwd = fwd,
	.bwd = bwd,
	.needs = 1u << X | 1u << LENGTHS,
	.optional = 1u << SCORES,
};

struct maas_node *
maas_pool(struct maas_tape *t, struct maas_node *x, struct maas_node *lengths, struct maas_node *scores, size_t time,
    enum maas_pooling how)
{
	struct attr a = { time, how };

	return maas_apply(t, &maas_op_pool, (struct maas_node *[]){ x, lengths, scores }, 3, &a, sizeof a);
}

const float *
maas_pool_weights(const struct maas_node *y)
{
	return y->save;
}
