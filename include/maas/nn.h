/*
 * nn -- differentiable functions of tensors, and what trains them.
 *
 * A tape is an array of nodes in the order they were built, which is an order in
 * which they can be computed.  Build once per shape, plan, run many times; a warm
 * step takes no memory.
 *
 *	y = maas_linear(t, maas_layernorm(t, x, g, b, 1e-5f), w, NULL, NULL, MAAS_ACT_NONE);
 *
 * A builder given NULL returns NULL, so a network is one expression and checked once;
 * maas_error() names the first op that failed.
 */
#ifndef MAAS_NN_H
#define MAAS_NN_H

#include <signal.h>

#include "maas/base.h"
#include "maas/num.h"

#define MAAS_DIMS 4
#define MAAS_ARGS 8

/* KEEP: its value stays until the next step, though nobody needs it any more. */
enum { MAAS_WANTS_GRAD = 1, MAAS_PARAM = 2, MAAS_DECAY = 4, MAAS_INPUT = 8, MAAS_KEEP = 32 };

struct maas_node {
	const struct maas_op *op;               /* NULL: a leaf */
	struct maas_node *in[MAAS_ARGS];        /* borrowed; the tape owns all; NULL: argument left out */
	int nin;
	enum maas_dtype type;                   /* of val: F32, BF16 or I32 */
	int ndim;
	size_t dim[MAAS_DIMS];                  /* row-major, the last fastest; dim[0] is the built maximum */
	unsigned flags;
	const char *name;                       /* of a parameter or an input */
	const void *attr;                       /* the op's settings */
	void *val;
	float *grad;                            /* NULL: not wanted */
	maas_bf16 *half;                        /* of a parameter: its bf16 copy; NULL where not kept */
	void *save;                             /* what bwd needs beside values */
	size_t save_bytes, scratch_bytes;       /* set by shape(); scratch is per member */
	struct maas_node *view_of;              /* shares val and grad of that node */
	struct maas_late *late;                 /* of a parameter whose rows are updated late; NULL: at once */
	size_t id;                              /* place on the tape: a random stream of its own */
};

/* What a run brings along. */
struct maas_run {
	struct maas_team *team;
	void *scratch;                          /* stride bytes a member, 64-aligned */
	size_t stride;
	enum maas_dtype precision;              /* of products: F32 or BF16 */
	uint64_t seed, step;                    /* random numbers: seed, step, node, element */
	size_t rows;                            /* leading rows in use; 0: all */
	/* of them each sequence has so many, not more than built; 0: as built */
	size_t time;
	int train;                              /* dropout is on */
	float share;                            /* what the loss's gradient begins with; 0: 1 */
	/* Once this is not 0, a pass ends soon, half done: between ops, and within those that are long.  What it was to
	 * compute is then worth nothing; parameters are as they were.  NULL: passes go to their end. */
	const volatile sig_atomic_t *halt;
};

/* How to compute one function: the whole of what adding an op defines. */
struct maas_op {
	const char *name;
	int (*shape)(struct maas_node *y);      /* check in[], set type, dim, save_bytes, scratch_bytes */
	void (*fwd)(struct maas_node *y, const struct maas_run *);
	/* Gradients of in[] from y->grad: where first[i], overwrite, else add.  in[] in order; y->grad
	 * may be used up. */
	void (*bwd)(struct maas_node *y, const struct maas_run *, const unsigned char *first);
	unsigned needs;                         /* bit i: bwd reads in[i]->val; MAAS_NEEDS_OUT: y->val */
	unsigned optional;                      /* bit i: in[i] may be NULL */
	/* bit i: of in[i]->val only products read, and it may be BF16; MAAS_NEEDS_OUT: so may y->val be. */
	unsigned rounds;
	/* bit i: of in[i] it reads rows by their numbers alone, see op_rows_read */
	unsigned picks;
	double (*products)(const struct maas_node *y);  /* multiply-adds of fwd, all rows in use; NULL: few */
};
#define MAAS_NEEDS_OUT (1u << MAAS_ARGS)

struct maas_tape;
struct maas_tape *maas_tape_new(struct maas_arena *) MAAS_USE;                  /* lives in the arena */
struct maas_node *maas_input(struct maas_tape *, const char *name, enum maas_dtype, int ndim, const size_t *dim);
/* decay: weight decay applies.  Names are the file's. */
struct maas_node *maas_param(struct maas_tape *, const char *name, int ndim, const size_t *dim, int decay);
struct maas_node *maas_apply(struct maas_tape *, const struct maas_op *, struct maas_node *const *in, int nin,
    const void *attr, size_t attr_bytes);
struct maas_node *maas_tape_input(const struct maas_tape *, const char *name);  /* NULL: none of that name */
/* Before parameters are built: those whose names match one of "PATTERN,...", with the wildcards of the shell, are not
 * learnt.  They have no gradient, and nothing goes back below the first that is learnt. */
int maas_tape_freeze(struct maas_tape *, const char *patterns) MAAS_USE;
/* When they are built: has each pattern met one, and is one left to learn?  MAAS_USAGE. */
int maas_tape_frozen(const struct maas_tape *) MAAS_USE;
/* The same value and gradient in another shape. */
struct maas_node *maas_view(struct maas_tape *, struct maas_node *x, int ndim, const size_t *dim);
size_t maas_len(const struct maas_node *);              /* elements */
size_t maas_rows(const struct maas_node *, const struct maas_run *);    /* in use: of all dims but the last */

/*
 * Give every value and gradient its place, by first and last use.  `loss` is a scalar
 * whose gradient is 1; with train 0 nothing is kept for backward.  Parameters, their gradients
 * and (with MAAS_HALF) bf16 copies lie in one block each, in build order, each 64-byte aligned; those that are frozen
 * lie behind the others and have no gradients.
 * MAAS_ROUNDED: runs will be in bf16, so what only products read is kept in it; nothing else comes out.
 * MAAS_LATE: of a table whose rows are only read by their numbers, a step costs the rows that it reads: others have a
 * gradient of 0, and Adam catches up with a row when it is read again; the same bytes come out.  Its bf16 copy is not
 * kept, and whoever looks at its values or moments calls maas_update_settle first.
 */
enum { MAAS_TRAIN = 1, MAAS_HALF = 2, MAAS_ROUNDED = 4, MAAS_LATE = 8 };
int maas_tape_plan(struct maas_tape *, struct maas_node *loss, int train) MAAS_USE;
/* Before: a plan that wants more than `most` bytes for parameters, gradients and values, with `beside` bytes for each
 * number that is learnt, is refused (MAAS_OS, with what it wants) before any of it is taken. */
void maas_tape_bound(struct maas_tape *, double most, double beside);
struct maas_params {
	size_t n;                               /* elements that are learnt, padding included */
	size_t all;                             /* of all, frozen ones included */
	float *val, *grad;                      /* [all], [n] */
	maas_bf16 *half;                        /* [all] */
	size_t count, learnt;                   /* parameters; those that are learnt */
	struct maas_node **node;                /* in build order: [count] */
	struct maas_node **learn;               /* [learnt] */
};
const struct maas_params *maas_tape_params(const struct maas_tape *);
size_t maas_tape_bytes(const struct maas_tape *);       /* activations and gradients planned */
size_t maas_tape_scratch(const struct maas_tape *);     /* bytes a member */
double maas_tape_products(const struct maas_tape *);    /* multiply-adds of a forward pass as built; not of what grows
							 * with the values alone */
void maas_forward(struct maas_tape *, const struct maas_run *);
void maas_backward(struct maas_tape *, const struct maas_run *, int add);       /* add: accumulate into grad */

/* Ops.  n rows, C channels. */
struct maas_node *maas_embed(struct maas_tape *, struct maas_node *ids, struct maas_node *table,
    struct maas_node *positions);
		/* [n] I32 -> [n,C]; positions [T,C] or NULL: row r adds positions[r % T]; no such id: NaN */
struct maas_node *maas_positions(struct maas_tape *, struct maas_node *x, struct maas_node *table, size_t time);
		/* x [n time, C] + table[r % time], of [T,C], T at least `time` */
struct maas_node *maas_layernorm(struct maas_tape *, struct maas_node *x, struct maas_node *gain,
    struct maas_node *bias, float eps);
struct maas_node *maas_rmsnorm(struct maas_tape *, struct maas_node *x, struct maas_node *gain, float eps);
struct maas_node *maas_linear(struct maas_tape *, struct maas_node *x, struct maas_node *w, struct maas_node *bias,
    struct maas_node *residual, enum maas_act);         /* act(x[n,in] w[out,in]^T + bias) + residual */
struct maas_node *maas_rope(struct maas_tape *, struct maas_node *q, struct maas_node *k, struct maas_node *v,
    size_t time, size_t hd, const struct maas_rope *);
		/* q [n, heads hd], k and v [n, kv_heads hd] -> qkv as attention has it, q and k turned; row r at r %
		 * time */
/* silu(gate) x */
struct maas_node *maas_swiglu(struct maas_tape *, struct maas_node *gate, struct maas_node *x);
struct maas_node *maas_attention(struct maas_tape *, struct maas_node *qkv, size_t time, int heads, int kv_heads);
		/* causal; qkv [n, (heads + 2 kv_heads) hd], q then k then v; -> [n, heads hd] */
struct maas_node *maas_attention_both(struct maas_tape *, struct maas_node *qkv, struct maas_node *lengths, size_t time,
    int heads, int kv_heads);
		/* both ways: lengths [n / time] I32; rows past a sequence's length are 0, and not read */
/* After a forward pass in f32 of a tape that is planned to train: how row `row` of the first sequence, whose length is
 * n, attends to each of its rows, the mean of the heads; to[n], together 1. */
void maas_attention_weights(const struct maas_node *, size_t row, size_t n, double *to);
struct maas_node *maas_sum(struct maas_tape *, struct maas_node *a, struct maas_node *b);      /* a + b */
struct maas_node *maas_dropout(struct maas_tape *, struct maas_node *x, struct maas_node *residual, float p);
		/* x / (1 - p) or 0, + residual (NULL: none); p 0 or not training: x + residual */
struct maas_node *maas_head_loss(struct maas_tape *, struct maas_node *x, struct maas_node *w,
    struct maas_node *targets);
		/* mean over rows of -log softmax(x w^T)[target], in chunks of the vocabulary; target < 0: left out */
struct maas_sparse_rows {                       /* of a batch: row r holds entries start[r] ... start[r + 1] */
	struct maas_node *start, *col, *value;  /* I32 [n + 1], I32 [entries], F32 [entries] or NULL: 1 each */
};
struct maas_node *maas_bag(struct maas_tape *, const struct maas_sparse_rows *, struct maas_node *table,
    struct maas_node *x, struct maas_node *bias, enum maas_act);
		/* act(sum of value table[col] + x[n,C] + bias) -> [n,C]; table [columns,C]; x, bias may be NULL */
struct maas_node *maas_last(struct maas_tape *, struct maas_node *x, struct maas_node *lengths, size_t time);
		/* x [n time, C], lengths [n] I32 -> [n,C]: row length - 1 of each sequence; 0 where there is none */
enum maas_pooling { MAAS_POOL_FIRST, MAAS_POOL_MEAN, MAAS_POOL_MAX, MAAS_POOL_WEIGHTED };
struct maas_node *maas_pool(struct maas_tape *, struct maas_node *x, struct maas_node *lengths,
    struct maas_node *scores, size_t time, enum maas_pooling);
/* After a forward pass of a tape that is planned to train: the weights [sequences, time] of MAAS_POOL_WEIGHTED. */
const float *maas_pool_weights(const struct maas_node *);
		/* x [n time, C], lengths [n] I32 -> [n,C], of the first `length` rows of a sequence; 0 where there are
		 * none; WEIGHTED: by softmax of scores [n time, 1], else NULL */
/* [n,A], [n,B] -> [n,A+B] */
struct maas_node *maas_join(struct maas_tape *, struct maas_node *a, struct maas_node *b);
enum maas_cell { MAAS_CELL_RNN, MAAS_CELL_LSTM, MAAS_CELL_GRU };
struct maas_cell_params {                       /* G gates of H units: 1, 4 (i, f, g, o), 3 (r, z, n) */
	struct maas_node *w_ih, *w_hh;          /* [G H, C], [G H, H] */
	struct maas_node *b_ih, *b_hh;          /* [G H]; NULL: none */
};
struct maas_node *maas_recurrent(struct maas_tape *, struct maas_node *x, struct maas_node *lengths,
    const struct maas_cell_params *, size_t time, enum maas_cell, int reverse);
		/* x [n time, C], lengths [n] I32 -> h [n time, H], as PyTorch's cells; reverse: from each sequence's
		 * last row to its first; rows past its length are 0, and whatever x has there is not read */
struct maas_node *maas_windows(struct maas_tape *, struct maas_node *x, struct maas_node *lengths, struct maas_node *w,
    struct maas_node *bias, size_t time, int relu);
		/* x [n time, C], lengths [n] I32, w [out,C,k], bias [out] or NULL -> [n time, out]: as PyTorch's Conv1d
		 * with padding "same" of each sequence alone, zeros around it, then (relu) what is above 0; rows past
		 * its length are 0, and whatever x has there is not read */
struct maas_node *maas_convolve(struct maas_tape *, struct maas_node *x, struct maas_node *w, struct maas_node *bias,
    int same, int relu);
		/* x [n, height, width, in], w [out, in, kh, kw], bias [out] or NULL -> [n, high, wide, out]: see struct
		 * maas_convolution.  Always f32. */
struct maas_node *maas_maxpool(struct maas_tape *, struct maas_node *x, size_t size);
		/* [n, height, width, C] -> [n, height / size, width / size, C], the largest of each square */
struct maas_node *maas_planes(struct maas_tape *, struct maas_node *x);
		/* x [n, a, b] -> [n, b, a]: channels side by side become planes one after the other, and back */
struct maas_node *maas_class_loss(struct maas_tape *, struct maas_node *logits, struct maas_node *targets,
    struct maas_node *weights);
		/* mean over rows of -log softmax(logits[n,C])[target], by weights [n] (NULL: 1); target < 0: left
		 * out */
struct maas_node *maas_square_loss(struct maas_tape *, struct maas_node *x, struct maas_node *targets,
    struct maas_node *weights);
		/* mean of (x - targets)^2, both [n,C], by weights [n] (NULL: 1) */

#define OP(name) extern const struct maas_op maas_op_##name;
#include "maas/ops.def"
#undef OP
extern const struct maas_op *const maas_ops[];          /* all, NULL-terminated */

/*
 * How to learn, whatever learns in steps; a part of a command's options, and of what a checkpoint must agree with.
 * A kind's `defaults` say what suits it.  What a solver has no use for must be refused where it was given.
 */
enum maas_optimizer { MAAS_AUTO, MAAS_GD, MAAS_SGD, MAAS_MOMENTUM, MAAS_ADAM, MAAS_ADAMW, MAAS_LBFGS };
enum maas_schedule { MAAS_CONSTANT, MAAS_LINEAR, MAAS_COSINE, MAAS_STEP, MAAS_PLATEAU, MAAS_WSD };
enum maas_loss { MAAS_LOSS_AUTO, MAAS_LOSS_MSE, MAAS_LOSS_CROSS_ENTROPY };
enum maas_init { MAAS_INIT_AUTO, MAAS_INIT_ZEROS, MAAS_INIT_UNIFORM, MAAS_INIT_XAVIER, MAAS_INIT_HE, MAAS_INIT_GPT2 };
struct maas_training {
	int optimizer, schedule, loss, init, precision; /* precision: 0 f32, 1 bf16 */
	const char *batch_size;                 /* NULL, "32", "all"; see maas_batch_size */
	long accumulate, steps;                 /* steps 0: by epochs, else by the clock, else the kind's choice */
	double epochs;                          /* NAN: by steps */
	/* lr NAN: found by a range test.  warmup in steps; NAN: min(100, steps / 10), lr / 10 */
	double lr, warmup, min_lr;
	double momentum, beta1, beta2;
	/* l1, l2: linear: Lasso's and Ridge's alpha; networks: A|w| and A/2 w^2 on the mean loss */
	double clip, weight_decay, l1, l2;
	const char *freeze;                     /* PATTERN,...: parameters of networks that stay as they are; NULL */
	const char *class_weight;               /* see maas_class_weights */
	double tol;                             /* of solvers that converge */
	long max_iter;
	double val_split, min_delta;
	long eval_every, eval_batches;          /* steps; 0: a tenth of the run, rows: an epoch.  0: all */
	long early_stop;                        /* evaluations without progress; 0: never */
	long log_every;                         /* epochs, or steps where there are none, between lines; 0: none */
};
extern const struct maas_field maas_training_fields[];
const char *maas_optimizer_name(enum maas_optimizer);
/* Samples a batch, of n: 1 ... n.  Where not said, all for gd, else 32. */
int maas_batch_size(const struct maas_training *, size_t n, size_t *to) MAAS_USE;
/* The learning rate of a step that is `done` (0 to 1) of the way: warm-up in a straight line, then the schedule.
 * PLATEAU is constant here: who trains lowers lr (factor 0.1 after 10 evaluations without progress). */
double maas_learning_rate(const struct maas_training *, double step, double warmup, double done);

/*
 * One step of an optimiser, as PyTorch's of the name: one streaming pass over the parameters, what is remembered of
 * earlier gradients, and the bf16 copy.  The gradient is scaled first (clipping).  decay, l1 and l2 are of what was
 * built to decay, matrices: l1 |p| + l2 / 2 p^2 is added to the loss; decay is ADAMW's own (Loshchilov & Hutter
 * 2019: p -= lr decay p), elsewhere the same as l2.
 */
struct maas_update {
	enum maas_optimizer how;                /* GD, SGD, MOMENTUM, ADAM, ADAMW */
	float lr, momentum, beta1, beta2, eps, decay, l1, l2;
};
int maas_optimizer_moments(enum maas_optimizer);        /* arrays [params->n] it remembers, zero at first: 0, 1, 2 */
void maas_update_step(struct maas_team *, const struct maas_params *, float *const moment[2], float scale,
    const struct maas_update *, uint64_t step);         /* step: 1 is the first */
/* what is late is done: see MAAS_LATE */
void maas_update_settle(struct maas_team *, const struct maas_params *);
double maas_grad_norm(struct maas_team *, const struct maas_params *);          /* same for any team */

#endif
