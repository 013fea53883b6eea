/*
 * The last product and the loss in one: logits exist for a chunk of the vocabulary at a time
 * (Wijmans et al. 2024, "Cut your losses in large-vocabulary language models").  Forward keeps each row's
 * log-sum-exp; backward makes the chunk's logits again, unless there is only one chunk.
 */
#include <math.h>

#include "op.h"

enum { X, W, TARGETS };
enum { CHUNK = 1024 }; /* of the vocabulary */

static size_t
chunk_of(const struct maas_node *y)
{
	return y->in[W]->dim[0] < CHUNK ? y->in[W]->dim[0] : CHUNK;
}

/* What is kept: per row { maximum, sum } and the target's logit, then the logits of a chunk. */
struct kept {
	double *state;
	float *hit, *logit;
};

static size_t
all_rows(const struct maas_node *y)
{
	return maas_len(y->in[X]) / op_last(y->in[X]);
}

static struct kept
kept(const struct maas_node *y)
{
	double *state = y->save;
	float *hit = (float *)(state + 2 * all_rows(y));

	return (struct kept){ state, hit, hit + (all_rows(y) + 15) / 16 * 16 };
}

static int
shape(struct maas_node *y)
{
	struct maas_node *x = y->in[X], *w = y->in[W], *targets = y->in[TARGETS];

	if (op_rows(x, "the input") < 0)
		return -1;
	if (w->ndim != 2 || w->type != MAAS_F32 || w->dim[1] != op_last(x))
		return maas_fail("the input has %zu channels, the weight %zu", op_last(x), w->ndim ? op_last(w) : 0);
	if (targets->type != MAAS_I32 || maas_len(targets) != maas_len(x) / op_last(x))
		return maas_fail("%zu targets for %zu rows", maas_len(targets), maas_len(x) / op_last(x));
	y->ndim = 1;
	y->dim[0] = 1;
	y->save_bytes = all_rows(y) * (2 * sizeof(double)) +
	    ((all_rows(y) + 15) / 16 * 16 + all_rows(y) * chunk_of(y)) * sizeof(float);
	y->scratch_bytes = maas_product_scratch();
	return 0;
}

struct work {
	struct maas_node *y;
	size_t from, n; /* the chunk */
	float scale;    /* of a row's gradient */
};

static void
logits(struct maas_node *y, const struct maas_run *run, size_t from, size_t n, size_t rows)
{
	struct maas_node *x = y->in[X], *w = y->in[W];
	size_t in = op_last(x);
	int half = run->precision == MAAS_BF16 && w->half;
	struct maas_matrix a = { x->val, MAAS_F32, in, 1 };
	struct maas_matrix b = { half ? (void *)(w->half + from * in) : (void *)((float *)w->val + from * in),
		half ? MAAS_BF16 : MAAS_F32, in, 1 };

	maas_product_team(run->team, kept(y).logit, n, a, b, rows, n, in, run->precision, NULL, run->scratch);
}

static void
sum_rows(void *arg, size_t begin, size_t end, int member)
{
	const struct work *w = arg;
	struct kept k = kept(w->y);
	const int32_t *target = w->y->in[TARGETS]->val;

	(void)member;
	for (size_t r = begin; r < end; r++) {
		const float *row = k.logit + r * w->n;

		if (w->from == 0) {
			k.state[2 * r] = -INFINITY;
			k.state[2 * r + 1] = 0;
			k.hit[r] = NAN; /* a target outside the vocabulary */
		}
		maas_logsumexp_more(k.state + 2 * r, row, w->n);
		if (target[r] >= 0 && (size_t)target[r] >= w->from && (size_t)target[r] < w->from + w->n)
			k.hit[r] = row[(size_t)target[r] - w->from];
	}
}

static size_t
counted(const struct maas_node *y, size_t rows)
{
	const int32_t *target = y->in[TARGETS]->val;
	size_t n = 0;

	for (size_t r = 0; r < rows; r++)
		n += target[r] >= 0;
	return n;
}

static void
fwd(struct maas_node *y, const struct maas_run *run)
{
	size_t rows = maas_rows(y->in[X], run), vocab = y->in[W]->dim[0], n = counted(y, rows);
	const int32_t *target = y->in[TARGETS]->val;
	struct work w = { y, 0, 0, 0 };
	double loss = 0;

	for (; w.from < vocab; w.from += w.n) {
		w.n = vocab - w.from < CHUNK ? vocab - w.from : CHUNK;
		logits(y, run, w.from, w.n, rows);
		maas_team_run(run->team, rows, op_grain(w.n), sum_rows, &w);
	}
	for (size_t r = 0; r < rows; r++)
		if (target[r] >= 0)
			loss += maas_logsumexp_of(kept(y).state + 2 * r) - kept(y).hit[r];
	*(float *)y->val = n ? (float)(loss / (double)n) : 0;
}

/* Logits become the gradient's: (softmax - 1 at the target) / rows counted. */
static void
slope_rows(void *arg, size_t begin, size_t end, int member)
{
	const struct work *w = arg;
	struct kept k = kept(w->y);
	const int32_t *target = w->y->in[TARGETS]->val;

	(void)member;
	for (size_t r = begin; r < end; r++) {
		float *row = k.logit + r * w->n;
		float scale = target[r] < 0 ? 0 : w->scale;

		maas_exp_scaled(row, row, w->n, (float)maas_logsumexp_of(k.state + 2 * r), scale);
		if (target[r] >= 0 && (size_t)target[r] >= w->from && (size_t)target[r] < w->from + w->n)
			row[(size_t)target[r] - w->from] -= scale;
	}
}

/* dx += d w and dw += d^T x of a chunk's d. */
static void
products(const struct work *k, const struct maas_run *run, const unsigned char *first, size_t rows)
{
	struct maas_node *x = k->y->in[X], *w = k->y->in[W];
	size_t in = op_last(x);
	const float *d = kept(k->y).logit;
	struct maas_epilogue e = { .add = !first[X] || k->from };
	int half = run->precision == MAAS_BF16 && w->half;

	if (op_wants(x))
		maas_product_team(run->team, x->grad, in, (struct maas_matrix){ d, MAAS_F32, k->n, 1 },
		    (struct maas_matrix){
			half ? (void *)(w->half + k->from * in) : (void *)((float *)w->val + k->from * in),
			half ? MAAS_BF16 : MAAS_F32, 1, in },
		    rows, in, k->n, run->precision, &e, run->scratch);
	e.add = !first[W];
	if (op_wants(w))
		maas_product_team(run->team, w->grad + k->from * in, in, (struct maas_matrix){ d, MAAS_F32, 1, k->n },
		    (struct maas_matrix){ x->val, MAAS_F32, 1, in }, k->n, in, rows, run->precision, &e, run->scratch);
}

static void
bwd(struct maas_node *y, const struct maas_run *run, const unsigned char *first)
{
	size_t rows = maas_rows(y->in[X], run), vocab = y->in[W]->dim[0], n = counted(y, rows);
	struct work w = { y, 0, 0, n ? y->grad[0] / (float)n : 0 };

	for (; w.from < vocab; w.from += w.n) {
		w.n = vocab - w.from < CHUNK ? vocab - w.from : CHUNK;
		if (vocab > CHUNK)
			logits(y, run, w.from, w.n, rows);
		maas_team_run(run->team, rows, op_grain(w.n), slope_rows, &w);
		products(&w, run, first, rows);
	}
}

const struct maas_op maas_op_head_loss = {
	.name = "head_loss",
	.shape = shape,
	.fwd = fwd,
	.bwd = bwd,
	.needs = 1u << X | 1u << W | 1u << TARGETS,
};

struct maas_node *
maas_head_loss(struct maas_tape *t, struct maas_node *x, struct maas_node *w, struct maas_node *targets)
{
	return maas_apply(t, &maas_op_head_loss, (struct maas_node *[]){ x, w, targets }, 3, NULL, 0);
}
