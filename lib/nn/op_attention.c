/*
 * Attention of many heads over whole sequences, of each row to those up to its own, or both ways over those within the
 * sequence's length; the matrix of scores is never in memory.
 */
#include <math.h>
#include <string.h>

#include "op.h"

enum { QKV, LENGTHS };

struct attr {
	size_t time, heads, kv_heads;
	int both;
};

static const struct attr *
attr(const struct maas_node *y)
{
	return y->attr;
}

static size_t
head_size(const struct maas_node *y)
{
	return op_last(y->in[QKV]) / (attr(y)->heads + 2 * attr(y)->kv_heads);
}

static size_t
blocks(const struct maas_node *y)
{
	return (attr(y)->time + MAAS_KEYS - 1) / MAAS_KEYS;
}

/* Numbers kept of each row and head, of whole sequences. */
static size_t
save_rows(const struct maas_node *y)
{
	return (maas_len(y->in[QKV]) / op_last(y->in[QKV]) + attr(y)->time) * attr(y)->heads;
}

static int
shape(struct maas_node *y)
{
	struct maas_node *x = y->in[QKV], *lengths = y->in[LENGTHS];
	const struct attr *a = attr(y);

	if (a->both && !lengths)
		return maas_fail("no lengths");
	if (op_rows(x, "the input") < 0 || (lengths && op_sequences(x, lengths, a->time) < 0))
		return -1;
	if (!a->time || !a->heads || !a->kv_heads || a->heads % a->kv_heads)
		return maas_fail("%zu heads over %zu heads of keys, sequences of %zu", a->heads, a->kv_heads, a->time);
	if (op_last(x) % (a->heads + 2 * a->kv_heads))
		return maas_fail("%zu channels are no queries of %zu heads with keys and values of %zu", op_last(x),
		    a->heads, a->kv_heads);
	if (head_size(y) > MAAS_HEAD)
		return maas_fail("heads of %zu channels, at most %d", head_size(y), MAAS_HEAD);
	op_same(y, x);
	y->dim[y->ndim - 1] = a->heads * head_size(y);
	y->save_bytes = 2 * save_rows(y) * sizeof(float);
	y->scratch_bytes = (maas_attend_scratch() + 2 * blocks(y) * sizeof(void *) + 63) / 64 * 64;
	return 0;
}

struct work {
	struct maas_node *y;
	const struct maas_run *run;
	size_t rows, time;
	int add;
};

static struct work
work(struct maas_node *y, const struct maas_run *run, int add)
{
	return (struct work){ y, run, maas_rows(y, run), op_time(run, attr(y)->time), add };
}

/* lse of a sequence's head: [sequence][head][time]; behind all of them, the same of y dy. */
static float *
sums(const struct work *w, size_t sequence, size_t head)
{
	return (float *)w->y->save + (sequence * attr(w->y)->heads + head) * w->time;
}

/* Rows of a sequence that are there. */
static size_t
present(const struct work *w, size_t sequence)
{
	size_t left = w->rows - sequence * w->time;

	return left < w->time ? left : w->time;
}

/* And those of them that count. */
static size_t
length(const struct work *w, size_t sequence)
{
	const struct maas_node *lengths = w->y->in[LENGTHS];
	size_t n = present(w, sequence);
	int32_t said = lengths ? ((const int32_t *)lengths->val)[sequence] : 0;

	if (!lengths)
		return n;
	return said <= 0 ? 0 : (size_t)said < n ? (size_t)said : n;
}

/* n channels of the rows of a sequence that do not count, x being its first row's: ld apart. */
static void
clear(const struct work *w, size_t sequence, float *x, size_t ld, size_t n)
{
	for (size_t r = length(w, sequence); r < present(w, sequence); r++)
		memset(x + r * ld, 0, n * sizeof *x);
}

/* Element i of the queries, keys and values, which are bf16 where only products read them. */
static const char *
input(const struct maas_node *y, size_t i)
{
	return (const char *)y->in[QKV]->val + i * maas_dtype_size(y->in[QKV]->type);
}

static void
heads(void *arg, size_t begin, size_t end, int member)
{
	const struct work *w = arg;
	struct maas_node *y = w->y;
	const struct attr *a = attr(y);
	size_t hd = head_size(y), ld = op_last(y->in[QKV]), group = a->heads / a->kv_heads, n = blocks(y);
	char *scratch = (char *)w->run->scratch + (size_t)member * w->run->stride;
	const void **at = (void *)(scratch + maas_attend_scratch());
	struct maas_keys keys = { .type = y->in[QKV]->type,
		.queries = y->in[QKV]->type,
		.k = at,
		.v = at + n,
		.row = ld,
		.precision = w->run->precision };
	size_t size = maas_dtype_size(keys.type);

	for (size_t i = begin; i < end; i++) {
		size_t s = i / a->heads, h = i % a->heads;
		const char *x = input(y, s * w->time * ld), *k = x + (a->heads + h / group) * hd * size;
		float *to = (float *)y->val + s * w->time * op_last(y) + h * hd;

		for (size_t b = 0; b < n; b++) {
			at[b] = k + b * MAAS_KEYS * ld * size;
			at[n + b] = k + (b * MAAS_KEYS * ld + a->kv_heads * hd) * size;
		}
		keys.all = a->both ? length(w, s) : 0;
		maas_attend_fwd(
		    to, op_last(y), sums(w, s, h), x + h * hd * size, ld, length(w, s), 0, &keys, hd, scratch);
		clear(w, s, to, op_last(y), hd);
	}
}

static size_t
sequences(const struct work *w)
{
	return (w->rows + w->time - 1) / w->time;
}

static void
fwd(struct maas_node *y, const struct maas_run *run)
{
	struct work w = work(y, run, 0);

	maas_team_run(run->team, sequences(&w) * attr(y)->heads, 1, heads, &w);
}

static void
back_heads(void *arg, size_t begin, size_t end, int member)
{
	const struct work *w = arg;
	struct maas_node *y = w->y;
	const struct attr *a = attr(y);
	size_t hd = head_size(y), ld = op_last(y->in[QKV]), group = a->heads / a->kv_heads;

	for (size_t i = begin; i < end; i++) {
		size_t s = i / a->kv_heads, h = i % a->kv_heads;
		size_t row = s * w->time, q = row * ld + h * group * hd, k = row * ld + (a->heads + h) * hd,
		       v = k + a->kv_heads * hd;
		float *dx = y->in[QKV]->grad;
		size_t out = row * op_last(y) + h * group * hd;
		struct maas_attend one = { input(y, q), input(y, k), input(y, v), (const float *)y->val + out,
			y->grad + out, sums(w, s, h * group), sums(w, s, h * group) + save_rows(y), ld, op_last(y),
			length(w, s), w->time, hd, group, w->add, w->run->precision, y->in[QKV]->type, a->both };

		maas_attend_bwd(
		    dx + q, dx + k, dx + v, &one, (char *)w->run->scratch + (size_t)member * w->run->stride);
		if (w->add)
			continue;
		clear(w, s, dx + q, ld, group * hd);
		clear(w, s, dx + k, ld, hd);
		clear(w, s, dx + v, ld, hd);
	}
}

static void
bwd(struct maas_node *y, const struct maas_run *run, const unsigned char *first)
{
	struct work w = work(y, run, !first[QKV]);

	if (op_wants(y->in[QKV]))
		maas_team_run(run->team, sequences(&w) * attr(y)->kv_heads, 1, back_heads, &w);
}

static double
multiply_adds(const struct maas_node *y)
{
	/* each row with the keys and the values of its sequence, or of the half before it */
	return (double)maas_len(y) * (double)attr(y)->time * (attr(y)->both ? 2 : 1);
}

const struct maas_op maas_op_attention = {
	.name = "attention",
	.shape = shape,
	.fwd = fwd,
	.bwd = bwd,
	.products = multiply_adds,
	.needs = 1u << QKV | 1u << LENGTHS | MAAS_NEEDS_OUT,
	.optional = 1u << LENGTHS,
	.rounds = 1u << QKV,
};

struct maas_node *
maas_attention(struct maas_tape *t, struct maas_node *qkv, size_t time, int nheads, int kv_heads)
{
	struct attr a = { time, nheads > 0 ? (size_t)nheads : 0, kv_heads > 0 ? (size_t)kv_heads : 0, 0 };

	return maas_apply(t, &maas_op_attention, (struct maas_node *[]){ qkv, NULL }, 2, &a, sizeof a);
}

struct maas_node *
maas_attention_both(
    struct maas_tape *t, struct maas_node *qkv, struct maas_node *lengths, size_t time, int nheads, int kv_heads)
{
	struct attr a = { time, nheads > 0 ? (size_t)nheads : 0, kv_heads > 0 ? (size_t)kv_heads : 0, 1 };

	return maas_apply(t, &maas_op_attention, (struct maas_node *[]){ qkv, lengths }, 2, &a, sizeof a);
}

/* to += softmax(q k^T / sqrt(hd)) / heads over n keys that lie ld apart. */
static void
add_weights(const float *q, const float *k, size_t ld, size_t hd, size_t n, size_t heads, double *to)
{
	double most = -INFINITY, sum = 0, scale = 1 / sqrt((double)hd);

	for (size_t j = 0; j < n; j++) {
		double score = maas_dot(q, k + j * ld, hd) * scale, above = fmax(most, score);

		sum = sum * exp(most - above) + exp(score - above);
		most = above;
	}
	for (size_t j = 0; j < n; j++)
		to[j] += exp(maas_dot(q, k + j * ld, hd) * scale - most) / sum / (double)heads;
}

void
maas_attention_weights(const struct maas_node *y, size_t row, size_t n, double *to)
{
	const struct attr *a = attr(y);
	size_t hd = head_size(y), ld = op_last(y->in[QKV]), group = a->heads / a->kv_heads;
	const float *x = y->in[QKV]->val;

	memset(to, 0, n * sizeof *to);
	for (size_t h = 0; h < a->heads; h++)
		add_weights(x + row * ld + h * hd, x + (a->heads + h / group) * hd, ld, hd, a->both ? n : row + 1,
		    a->heads, to);
}
