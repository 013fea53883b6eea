/*
 * The last product and the loss in one: logits exist for a chunk of the vocabulary at a time
 * (Wijmans et al. 2024, "Cut your losses in large-vocabulary language models").  Forward keeps each row's
 * log-sum-exp, and the logits of the first chunks, as far as KEEP bytes go; backward makes those of the others
 * again.  A chunk's gradient is in the caches while both products read it, in bf16 where they would round it.
 */
#include <math.h>

#include "op.h"

enum { X, W, TARGETS };
enum { CHUNK = 1024 }; /* of the vocabulary */
#define KEEP ((size_t)1 << 30)

/* What is kept: per row { maximum, sum }, the target's logit and the log-sum-exp; a chunk of logits and one of their
 * gradient; then chunks of logits. */
struct kept {
	double *state;
	float *hit, *lse, *logit, *slope, *chunk;
	size_t chunks, ld; /* of chunk; from a row of a chunk to the next */
};

static size_t
all_rows(const struct maas_node *y)
{
	return maas_len(y->in[X]) / op_last(y->in[X]);
}

/* An odd number of lines of the cache: rows of a power of two would share a set of it. */
static size_t
row_size(const struct maas_node *y)
{
	size_t vocab = y->in[W]->dim[0];

	return (((vocab < CHUNK ? vocab : CHUNK) + 15) / 16 | 1) * 16;
}

static size_t
chunk_size(const struct maas_node *y)
{
	return all_rows(y) * row_size(y);
}

static size_t
chunks_kept(const struct maas_node *y)
{
	size_t all = (y->in[W]->dim[0] + CHUNK - 1) / CHUNK;
	size_t most = ((const struct op_head *)y->attr)->keep / sizeof(float) / chunk_size(y);

	return all < most ? all : most;
}

static struct kept
kept(const struct maas_node *y)
{
	size_t rows = all_rows(y), column = (rows + 15) / 16 * 16;
	struct kept k = { .state = y->save, .chunks = chunks_kept(y), .ld = row_size(y) };

	k.hit = (float *)(k.state + 2 * column);
	k.lse = k.hit + column;
	k.logit = k.lse + column;
	k.slope = k.logit + chunk_size(y);
	k.chunk = k.slope + chunk_size(y);
	return k;
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
	if (all_rows(y) > SIZE_MAX / 64 / CHUNK)
		return maas_fail("%zu rows are too many", all_rows(y));
	y->ndim = 1;
	y->dim[0] = 1;
	y->save_bytes = (all_rows(y) + 15) / 16 * 16 * (2 * sizeof(double) + 2 * sizeof(float)) +
	    (2 + chunks_kept(y)) * chunk_size(y) * sizeof(float);
	y->scratch_bytes = maas_product_scratch();
	return 0;
}

struct work {
	struct maas_node *y;
	const struct maas_run *run;
	struct kept kept;
	size_t rows, from, n; /* the chunk: columns from `from` */
	float *logit;
	float scale; /* of a row's gradient */
};

static struct work
work(struct maas_node *y, const struct maas_run *run)
{
	return (struct work){ .y = y, .run = run, .kept = kept(y), .rows = maas_rows(y->in[X], run) };
}

/* The chunk from column `from` on; 0: there is none. */
static int
turn_to(struct work *w, size_t from)
{
	size_t vocab = w->y->in[W]->dim[0], i = from / CHUNK;

	w->from = from;
	w->n = vocab - from < CHUNK ? vocab - from : CHUNK;
	w->logit = i < w->kept.chunks ? w->kept.chunk + i * chunk_size(w->y) : w->kept.logit;
	return from < vocab;
}

/* The chunk's rows of the weight. */
static struct maas_matrix
weight(const struct work *k, size_t row, size_t col)
{
	return op_weight(k->y->in[W], k->from, row, col, k->run->precision);
}

static void
logits(const struct work *k)
{
	struct maas_node *x = k->y->in[X];
	size_t in = op_last(x);

	maas_product_team(k->run->team, k->logit, k->kept.ld, (struct maas_matrix){ x->val, x->type, in, 1 },
	    weight(k, in, 1), k->rows, k->n, in, k->run->precision, NULL, k->run->scratch);
}

static int
has_target(const struct work *w, size_t r, size_t *at)
{
	const int32_t *target = w->y->in[TARGETS]->val;

	*at = (size_t)target[r] - w->from;
	return target[r] >= 0 && (size_t)target[r] >= w->from && *at < w->n;
}

static void
sum_rows(void *arg, size_t begin, size_t end, int member)
{
	const struct work *w = arg;
	const struct kept *k = &w->kept;
	size_t at;

	(void)member;
	for (size_t r = begin; r < end; r++) {
		const float *row = w->logit + r * k->ld;

		if (w->from == 0) {
			k->state[2 * r] = -INFINITY;
			k->state[2 * r + 1] = 0;
			k->hit[r] = NAN; /* a target outside the vocabulary */
		}
		maas_logsumexp_more(k->state + 2 * r, row, w->n);
		if (has_target(w, r, &at))
			k->hit[r] = row[at];
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
	struct work w = work(y, run);
	size_t n = counted(y, w.rows);
	const int32_t *target = y->in[TARGETS]->val;
	double loss = 0;

	for (size_t at = 0; turn_to(&w, at); at += CHUNK) {
		logits(&w);
		maas_team_run(run->team, w.rows, op_grain(w.n), sum_rows, &w);
	}
	for (size_t r = 0; r < w.rows; r++) {
		double lse = maas_logsumexp_of(w.kept.state + 2 * r);

		w.kept.lse[r] = (float)lse;
		if (target[r] >= 0)
			loss += lse - w.kept.hit[r];
	}
	*(float *)y->val = n ? (float)(loss / (double)n) : 0;
}

/* From logits their gradient: (softmax - 1 at the target) / rows counted. */
static void
slope_rows(void *arg, size_t begin, size_t end, int member)
{
	const struct work *w = arg;
	const int32_t *target = w->y->in[TARGETS]->val;
	float row[CHUNK], *to = row;
	size_t at;

	(void)member;
	for (size_t r = begin; r < end; r++) {
		float scale = target[r] < 0 ? 0 : w->scale;

		if (w->run->precision != MAAS_BF16)
			to = w->kept.slope + r * w->kept.ld;
		maas_exp_scaled(to, w->logit + r * w->kept.ld, w->n, w->kept.lse[r], scale);
		if (has_target(w, r, &at))
			to[at] -= scale;
		if (w->run->precision == MAAS_BF16)
			maas_to_bf16((maas_bf16 *)w->kept.slope + r * w->kept.ld, row, w->n);
	}
}

/* dx += d w and dw += d^T x of a chunk's d. */
static void
products(const struct work *k, const unsigned char *first)
{
	const struct maas_run *run = k->run;
	struct maas_node *x = k->y->in[X], *w = k->y->in[W];
	size_t in = op_last(x);
	struct maas_epilogue e = { .add = !first[X] || k->from };

	if (op_wants(x))
		maas_product_team(run->team, x->grad, in,
		    (struct maas_matrix){ k->kept.slope, run->precision, k->kept.ld, 1 }, weight(k, 1, in), k->rows, in,
		    k->n, run->precision, &e, run->scratch);
	e = (struct maas_epilogue){ .add = !first[W], .later = 1 };
	if (op_wants(w))
		maas_product_team(run->team, w->grad + k->from * in, in,
		    (struct maas_matrix){ k->kept.slope, run->precision, 1, k->kept.ld },
		    (struct maas_matrix){ x->val, x->type, 1, in }, k->n, in, k->rows, run->precision, &e,
		    run->scratch);
}

static void
bwd(struct maas_node *y, const struct maas_run *run, const unsigned char *first)
{
	struct work w = work(y, run);
	size_t n = counted(y, w.rows);

	w.scale = n ? y->grad[0] / (float)n : 0;
	for (size_t at = 0; turn_to(&w, at); at += CHUNK) {
		if (at / CHUNK >= w.kept.chunks)
			logits(&w);
		maas_team_run(run->team, w.rows, op_grain(w.n), slope_rows, &w);
		products(&w, first);
	}
}

static double
multiply_adds(const struct maas_node *y)
{
	return (double)all_rows(y) * (double)maas_len(y->in[W]);
}

const struct maas_op maas_op_head_loss = {
	.name = "head_loss",
	.shape = shape,
	.fwd = fwd,
	.bwd = bwd,
	.products = multiply_adds,
	.needs = 1u << X | 1u << W | 1u << TARGETS,
	.rounds = 1u << X,
};

struct maas_node *
maas_head_loss(struct maas_tape *t, struct maas_node *x, struct maas_node *w, struct maas_node *targets)
{
	const struct op_head how = { KEEP };

	return maas_apply(t, &maas_op_head_loss, (struct maas_node *[]){ x, w, targets }, 3, &how, sizeof how);
}
