/*
 * num -- arithmetic on plain arrays.
 *
 * A kernel takes pointers and sizes and does nothing but arithmetic: it does not
 * allocate, fail, print or keep state.  Order of arguments: what is written, what is
 * read, sizes, settings.  Shapes stand in the comment.  Where a faster version exists
 * it is chosen once, by maas_isa(), behind the same name.
 */
#ifndef MAAS_NUM_H
#define MAAS_NUM_H

#include "maas/base.h"

typedef uint16_t maas_bf16;

/* Nearest even; subnormals to zero of their sign; NaN stays NaN, infinity infinity.  y may be the front half of x. */
void maas_to_bf16(maas_bf16 *y, const float *x, size_t n);
void maas_from_bf16(float *y, const maas_bf16 *x, size_t n);
void maas_from_f64(float *y, const double *x, size_t n);
/* IEEE 754's half precision.  From it exactly; to it nearest even, subnormals too, what is too large becomes
 * infinity. */
void maas_from_f16(float *y, const uint16_t *x, size_t n);
void maas_to_f16(uint16_t *y, const float *x, size_t n);
/* y[j ldy + i] = x[i ldx + j] for i below rows, j below cols, of elements of 2 or 4 bytes. */
void maas_turn(void *y, size_t ldy, const void *x, size_t ldx, size_t rows, size_t cols, size_t size);

/*
 * Products.  y[m,n] = a[m,k] b[n,k]^T, an element of a or b being at p[i*row + l*col],
 * so that a transposed operand is the same array with row and col exchanged.
 *
 * MAAS_BF16: operands rounded to bf16; along k in steps of 32, e and o are chains of
 * fma over the even and the odd members from zero, then acc += e + o (what AMX does).
 * MAAS_F32: one chain of fma an output along k, from zero in blocks of 256 that are
 * added in order.  Either way a result depends on its own row of a and row of b and on
 * nothing else: not on m, n, the tier, the tile or the thread.
 *
 * f32 differs from the exact value by at most 2^-24 (256 + k/256) times the norms of the two rows (Higham 2002,
 * "Accuracy and stability of numerical algorithms", section 3.1), and in practice, which a test holds it to, a whole
 * product by less than 1e-6 of the norms of a and b.  bf16 does by 2^-24 (17 + k/32) once its operands are rounded.
 *
 * A bf16 product takes subnormal operands as zero and makes no subnormal result; an f32 product, as all
 * else here, has all of IEEE 754's, but in a thread that called maas_flush_subnormals(), as those of commands
 * do.  NaN and infinity go where the arithmetic takes them.
 */
struct maas_matrix {
	const void *p;
	enum maas_dtype type;           /* MAAS_F32 or MAAS_BF16 */
	size_t row, col;                /* strides in elements */
};

enum maas_act {
	MAAS_ACT_NONE, MAAS_ACT_GELU, MAAS_ACT_GELU_TANH, MAAS_ACT_RELU, MAAS_ACT_TANH, MAAS_ACT_SIGMOID, MAAS_ACT_SILU
};

struct maas_epilogue {                  /* y = act(y + bias) + residual, then += old y where add */
	const float *bias;              /* [n] or NULL */
	enum maas_act act;
	float *before;                  /* [m,n], row stride ldy: the value before act; NULL: not kept */
	const float *residual;          /* [m,n], row stride ldy; NULL */
	int add;                        /* y += instead of y = */
	const float *gate;              /* [m,n], row stride ldy: times silu(gate), behind act; NULL; may be y */
	maas_bf16 *half;                /* [m,n], row stride ldy: takes the result in y's place, rounded; NULL */
	/* y is not read soon and passes the caches by; add aside, nothing else is set */
	int later;
};

/* Serial.  scratch: maas_product_scratch() bytes, 64-aligned.  epilogue NULL: plain. */
size_t maas_product_scratch(void);
void maas_product(float *y, size_t ldy, struct maas_matrix a, struct maas_matrix b,
    size_t m, size_t n, size_t k, enum maas_dtype precision, const struct maas_epilogue *, void *scratch);
/* The same by the team, cut by shape alone.  scratch: maas_product_scratch() bytes a member. */
void maas_product_team(struct maas_team *, float *y, size_t ldy, struct maas_matrix a, struct maas_matrix b,
    size_t m, size_t n, size_t k, enum maas_dtype precision, const struct maas_epilogue *, void *scratch);

/*
 * The same of few rows with weights b [n,k] that are packed once, into maas_packed_floats(n, k) floats, 64-aligned, for
 * one precision; serial.  y = or += (add) the sums + bias [n] (NULL: none).  0 < k <= MAAS_PACKED_K; scratch as above.
 */
#define MAAS_PACKED_K (512 * 256)
size_t maas_packed_floats(size_t n, size_t k);
void maas_packed_fill(float *packed, struct maas_matrix b, size_t n, size_t k, enum maas_dtype precision);
void maas_product_packed(float *y, size_t ldy, struct maas_matrix a, const float *packed, size_t m, size_t n, size_t k,
    enum maas_dtype precision, const float *bias, int add, void *scratch);

/*
 * Products with weights of 8 or 4 bits, read where they are.  Weights b [n,k] lie in panels of MAAS_PANEL rows, and a
 * row in groups along k, the last filled up: of MAAS_Q8_GROUP bytes, or of MAAS_Q4_GROUP halves of bytes.  A weight is
 * its byte, or the level its 4 bits are the number of (q8_pack.c), times the scale of its group.  A row of a is rounded
 * to integers in groups of that size first: the scale is largest |x| / 127, and x / scale goes to the nearest, ties to
 * even; where a group is not finite its scale is NaN, where all of it is below 1e-30 it is 0.  The sum of a group's
 * products of integers is exact; then, over the groups in order, from zero,
 *
 *	acc = fma((float)sum * scale of a, scale of b, acc)
 *
 * so a result depends on its own row of a and row of b and on nothing else, on every tier.
 */
#define MAAS_PANEL    16
#define MAAS_Q8_GROUP 64
#define MAAS_Q4_GROUP 32
struct maas_quant {
	enum maas_dtype type;           /* MAAS_I8; MAAS_U8: two weights of 4 bits in each */
	const void *p;                  /* [panels, groups, group / 4, MAAS_PANEL, 4]; of 4 bits half as many: the low
	                                 * ones are steps 0 to 15 of the group, the high ones steps 16 to 31 */
	const maas_bf16 *scale;         /* [panels, groups, MAAS_PANEL] */
};
int maas_is_quant(enum maas_dtype);     /* one of those two? */
size_t maas_quant_group(enum maas_dtype);
size_t maas_quant_groups(enum maas_dtype, size_t k);
size_t maas_quant_panels(size_t n);
size_t maas_quant_panel_bytes(enum maas_dtype, size_t k);
/* One panel of n <= MAAS_PANEL rows x, ldx apart: maas_quant_panel_bytes bytes and [groups, MAAS_PANEL] scales.  A
 * group that is not finite gets a scale that is none.  4-bit: of some scales the one with the least squared error. */
void maas_quant_pack(void *p, maas_bf16 *scale, enum maas_dtype, const float *x, size_t ldx, size_t n, size_t k);
/* Row j of b as numbers, y [k]. */
void maas_quant_row(float *y, struct maas_quant b, size_t j, size_t k);
/* y [m,n] of a [m,k], rows lda apart.  scratch: maas_product_quant_scratch(m, k, members) bytes, 64-aligned. */
size_t maas_product_quant_scratch(size_t m, size_t k, int members);
void maas_product_quant_team(struct maas_team *, float *y, size_t ldy, const float *a, size_t lda, struct maas_quant b,
    size_t m, size_t n, size_t k, const struct maas_epilogue *, void *scratch);
/* The rounding of a by itself, for who has rows near, or several weights for them: rows i ... i + n of m, x [n, k],
 * rows ldx apart; i is a multiple of 8, and so is n but at the end.  When all rows are, products of that m and k with
 * weights of that type take a NULL, as often as is wanted. */
void maas_product_quant_round(void *scratch, enum maas_dtype type, const float *x, size_t ldx, size_t i, size_t n,
    size_t m, size_t k);

/*
 * Functions of elements and rows.  One source compiled for every tier: the same bytes on
 * all.  NaN stays NaN.  y may be x.  Against double, in units of the last place: exp 1.1, tanh 2, sigmoid and SiLU 3;
 * GELU is within 3e-7 |x| and so is its tanh form; slopes are within 3e-6; a share of softmax within 2e-7 (2 + max - x)
 * of itself; a normalised row within 1e-6 of |gain| (1 + |y|) + |bias|.
 */
void maas_exp(float *y, const float *x, size_t n);
void maas_act_fwd(float *y, const float *x, size_t n, enum maas_act);
void maas_act_bwd(float *dx, const float *dy, const float *x, size_t n, enum maas_act); /* dx = dy act'(x); may be dy */
void maas_add(float *y, const float *x, size_t n);                                      /* y += x */
void maas_add_scaled(float *y, const float *x, float by, size_t n);                     /* y = fma(by, x, y) */
size_t maas_argmax(const float *x, size_t n);           /* the first of the largest; 0 where n is 0 */
size_t maas_argmax_f64(const double *x, size_t n);
void maas_softmax(float *y, const float *x, size_t n);                                  /* one row */
double maas_logsumexp(const float *x, size_t n);
double maas_dot(const float *a, const float *b, size_t n);                              /* sums of doubles */
/* y = (x - mean) / sqrt(var + eps) * gain + bias, a row of n at a time; gain, bias may be NULL.
 * stat [rows, 2]: mean and 1 / sqrt(var + eps); NULL: not kept. */
void maas_layernorm_fwd(float *y, float *stat, const float *x, const float *gain, const float *bias,
    size_t rows, size_t n, float eps);
/* dx = or += (add). */
void maas_layernorm_dx(float *dx, const float *dy, const float *x, const float *stat, const float *gain, size_t rows,
    size_t n, int add);
/* Of n columns (row stride ld): dgain, dbias = or += (add), sums over the rows; NULL: not wanted. */
void maas_layernorm_dparams(float *dgain, float *dbias, const float *dy, const float *x, const float *stat, size_t rows,
    size_t ld, size_t n, int add);
/* y = x / sqrt(mean of x^2 + eps) * gain; stat as of a layernorm of mean 0, so that dgain is maas_layernorm_dparams'.
 * Against double: within n / 16 + 8 units of the last place, a few in practice. */
void maas_rmsnorm_fwd(float *y, float *stat, const float *x, const float *gain, size_t rows, size_t n, float eps);
void maas_rmsnorm_dx(float *dx, const float *dy, const float *x, const float *stat, const float *gain, size_t rows,
    size_t n, int add);
/*
 * Rotary positions: members i and i + hd/2 of a head of hd channels are a pair, turned by speed[i] a position.
 * speed [hd/2] = theta^(-2i/hd); with factor > 1 slow ones are stretched as Llama 3.1 does for contexts longer than the
 * original: those that turn less than `low` times within it are factor times slower, those that turn more than `high`
 * times stay.  turn [hd]: hd/2 cosines, then the sines, of a position; made in double and rounded.  hd is even.
 * A turned member is within 2 units of the last place of its pair's length.
 */
struct maas_rope {
	double theta, factor, low, high, original;      /* original: context in positions */
};
void maas_rope_speeds(double *speed, size_t hd, const struct maas_rope *);
void maas_rope_turns(float *turn, const double *speed, size_t hd, size_t at);
void maas_rope_fwd(float *y, const float *x, const float *turn, size_t heads, size_t hd);      /* y may be x */
void maas_rope_bwd(float *dx, const float *dy, const float *turn, size_t heads, size_t hd, int add);
/* y = silu(gate) x; y may be either.  Within 4 units of the last place, as is dx; dgate within 8 of |dy x|. */
void maas_swiglu_fwd(float *y, const float *gate, const float *x, size_t n);
void maas_swiglu_dx(float *dx, const float *dy, const float *gate, size_t n, int add);
void maas_swiglu_dgate(float *dgate, const float *dy, const float *gate, const float *x, size_t n, int add);
/*
 * A step of a recurrent cell of n units, one row.  gates come as sums of products, x W_ih^T + b_ih + h W_hh^T + b_hh,
 * and stay as what they have become, for the way back, which makes them their sums' gradients.  Gates as PyTorch orders
 * them.
 *
 *	LSTM (Hochreiter & Schmidhuber 1997; Gers et al. 2000)  i, f, g, o:  c = f before + i tanh(g),  h = o tanh(c)
 *	GRU (Cho et al. 2014)  r, z, n:  n = tanh(gates + r hidden),  h = (1 - z) n + z before
 *	RNN (Elman 1990):  h = tanh(gates)
 *
 * Of a GRU, hidden [3 n] is h W_hh^T + b_hh, apart from gates; on the way back it becomes the gradient of itself, and
 * dh what of it goes straight to `before`.  dc comes as the gradient from the step behind, and leaves for the one
 * before.
 * Gates are within 3 units of the last place of their sums' (tanh 2), c and h within 8 of |before| + 1.
 */
void maas_lstm_fwd(float *h, float *c, float *gates, const float *before, size_t n);
void maas_lstm_bwd(float *gates, float *dc, const float *dh, const float *c, const float *before, size_t n);
void maas_gru_fwd(float *h, float *gates, const float *hidden, const float *before, size_t n);
void maas_gru_bwd(float *gates, float *hidden, float *dh, const float *before, size_t n);
void maas_rnn_fwd(float *h, float *gates, size_t n);
void maas_rnn_bwd(float *gates, const float *dh, size_t n);
/* Where x is above top, or the first NaN, top = x and at = number. */
void maas_rise(float *top, int32_t *at, const float *x, size_t n, int32_t number);
/* y [n] = or += (add) the sums of the columns of x [rows, n], row stride ld; in parts of 256 rows. */
void maas_column_sums(float *y, const float *x, size_t rows, size_t ld, size_t n, int add);
/* One pass over a row that comes in pieces: state { maximum, sum } starts { -INFINITY, 0 }. */
void maas_logsumexp_more(double state[2], const float *x, size_t n);
double maas_logsumexp_of(const double state[2]);
void maas_exp_scaled(float *y, const float *x, size_t n, float shift, float scale);    /* exp(x - shift) scale */
/* y = 0 with probability p, else x / (1 - p).  Element i draws word (at + i) % 4 of block (at + i) / 4
 * of maas_philox(seed, stream); at is a multiple of 4. */
void maas_drop(float *y, const float *x, size_t n, float p, uint64_t seed, uint64_t stream, uint64_t at);
/* One step of an optimiser on n elements; half NULL: no bf16 copy.  The slope of l1 |p| + l2 / 2 p^2 is added to the
 * scaled gradient.  See maas_update_step in nn.h. */
struct maas_adam_rates {
	float scale, beta1, beta2, eps; /* scale: of the gradient */
	float keep, rate, fix;          /* 1 - lr decay; lr / (1 - beta1^t); 1 / sqrt(1 - beta2^t) */
	float l1, l2;
};
void maas_adam_kernel(float *p, float *m, float *v, maas_bf16 *half, const float *g, size_t n,
    const struct maas_adam_rates *);
/* `steps` steps, by the rates of each, of elements whose gradient is 0: the bytes that maas_adam_kernel gives. */
void maas_adam_idle(float *p, float *m, float *v, size_t n, const struct maas_adam_rates *, size_t steps);
struct maas_sgd_rates {
	float scale, rate, momentum, l1, l2;
};
/* m = momentum m + g, p -= rate m; m NULL: p -= rate g. */
void maas_sgd_kernel(float *p, float *m, maas_bf16 *half, const float *g, size_t n, const struct maas_sgd_rates *);

/*
 * Passes over many scores x [n] of which few will be chosen, in chunks of MAAS_CHUNK.  peak [maas_chunks(n),
 * MAAS_LANES]: lane l of a chunk is the largest of its elements l, l + 16, ...; a pass leaves out chunks whose peaks
 * show that nothing in them counts.  Sums are of doubles: 16 a chunk, then the chunks in order.
 */
#define MAAS_CHUNK 256
#define MAAS_LANES 16
#define maas_chunks(n) (((n) + MAAS_CHUNK - 1) / MAAS_CHUNK)
size_t maas_peaks(float *peak, const float *x, size_t n, float most);   /* how many are above `most`, or no numbers */
size_t maas_count_from(const float *x, size_t n, float least);          /* that are `least` or more */
/* Where least <= x < below, in order, as far as there is room. */
size_t maas_gather_between(uint32_t *to, size_t room, const float *x, const float *peak, size_t n, float least,
    float below);
struct maas_stay {                      /* which stay: x >= from and x / heat >= least */
	float heat, shift, from, least;
};
/* w = exp(x / heat - shift) of those that stay, 0 of others; sum [maas_chunks(n)] of each chunk. */
void maas_weigh(float *w, double *sum, const float *x, size_t n, const struct maas_stay *);
/* The sum of w where x >= least; *count of them. */
double maas_mass_from(size_t *count, const float *w, const float *x, const float *peak, size_t n, float least);

/*
 * Attention of one head.  Row r of q [rows, hd] stands at position at + r and sees the keys 0 ... at + r, or where it
 * goes both ways all there are; scores are scaled by 1 / sqrt(hd).  Keys and values lie in blocks of MAAS_KEYS
 * positions (a cache's, or parts of one array), and softmax goes in steps of one block (online softmax,
 * Milakov & Gimelshein 2018).
 *
 * Products are those of maas_product: a score is one along hd, a sum of values one along the keys of a block, and
 * blocks are added in order.  MAAS_F32: keys and values of a cache in bf16 are widened, nothing is rounded further.
 * MAAS_BF16, for training: q, k, v and p, the weights a block's softmax gives, are rounded to bf16; sums, maxima and
 * the sum of p are f32.  A row's result depends on q, its position and what it sees: a row asked for alone gets the
 * bytes it gets among others, in f32 by another way.  Decoding is f32 over whatever its cache holds, for one row and
 * for many.
 *
 * A cache of MAAS_I8 has a key's and a value's channels of a head as integers of at most 127, and a scale for all of
 * them, largest |x| / 127: x / scale to the nearest, ties to even; where the head is not finite the scale is NaN, where
 * all of it is below 1e-30 it is 0.  Queries are not rounded: a score is the sum along hd of q times the integers,
 * times the key's scale; what softmax gives is multiplied with the values' scales before it meets their integers.
 */
#define MAAS_KEYS 64
#define MAAS_HEAD 256                   /* hd at most */
struct maas_keys {
	enum maas_dtype type;           /* MAAS_F32 or MAAS_BF16; of a cache MAAS_I8 too */
	const void *const *k, *const *v;        /* block b holds positions 64 b ...; [MAAS_KEYS, hd] */
	size_t row;                     /* elements from a position to the next */
	int turned;                     /* a block of k is [hd, MAAS_KEYS]: all positions of a channel side by side */
	enum maas_dtype precision;      /* of the products */
	enum maas_dtype queries;        /* type of q */
	size_t all;                     /* each row sees the keys 0 ... all - 1; 0: those up to its own */
};
/*
 * A block of keys of a cache, [hd, MAAS_KEYS], or of values, [MAAS_KEYS, hd], 64-aligned; of MAAS_I8 the scales
 * [MAAS_KEYS] lie behind it, in f32.  How many bytes it has in all, and how x [hd] becomes number i of it.
 */
size_t maas_keys_bytes(enum maas_dtype, size_t hd);
void maas_key_keep(void *keys, enum maas_dtype, const float *x, size_t hd, size_t i);
void maas_value_keep(void *values, enum maas_dtype, const float *x, size_t hd, size_t i);
size_t maas_attend_scratch(void);               /* bytes, 64-aligned; as much for the backward pass */
/* lse [rows]: log of the sum of exp(score), for the backward pass; NULL: not kept. */
void maas_attend_fwd(float *y, size_t ldy, float *lse, const void *q, size_t ldq, size_t rows, size_t at,
    const struct maas_keys *, size_t hd, void *scratch);

/*
 * The same of one row of each of n sequences, of the queries of several heads of keys beside each other: y and q [heads
 * * group, hd].  A block of the cache holds for each head its keys, turned, then its values; blocks are gone through
 * once, all heads of each, as they lie in memory, and one that sequences beside each other share, once for all of them.
 * scratch: maas_attend_cached_scratch(n * heads * group) bytes, 64-aligned.
 */
struct maas_cache {
	enum maas_dtype type;           /* MAAS_F32, MAAS_BF16 or MAAS_I8 */
	size_t heads, group;
};
struct maas_asking {
	float *y;
	const float *q;
	size_t at;                      /* the row's place */
	const void *const *block;       /* where the first of the heads lies in block b */
};
size_t maas_attend_cached_scratch(size_t queries);
void maas_attend_cached(const struct maas_asking *, size_t n, const struct maas_cache *, size_t hd, void *scratch);

/* The backward pass of one sequence and one head of keys, which `group` heads of queries share.  Scores are made
 * anew; MAAS_BF16: besides q, k, v and p, dy and the scores' gradient are rounded to bf16, sums are f32. */
struct maas_attend {
	const void *q, *k, *v;          /* [time, ...], row stride ld; head g of q is g hd elements on */
	const float *y, *dy;            /* [time, ...], row stride ldy */
	const float *lse;               /* [group, ldlse] */
	float *inner;                   /* room for y dy of a row, [group, ldlse] */
	size_t ld, ldy, time, ldlse, hd, group;
	int add;                        /* gradients += instead of = */
	enum maas_dtype precision;      /* of the products */
	enum maas_dtype type;           /* of q, k and v */
	int both;                       /* each row sees the keys of all `time` of them; else those up to its own */
};
void maas_attend_bwd(float *dq, float *dk, float *dv, const struct maas_attend *, void *scratch);   /* row stride ld */

/*
 * Sums over windows.  y[i ldy + j] = relu(start[j] + the sum of a[i a_row + u a_outer + v a_inner] b[u b_outer + v
 * b_inner + j]) for i below m, j below n: one chain of fma an output, u from 0 to outer and within it v from 0 to
 * inner, the same bits in every tier.  n is a multiple of 16; a_row or a_inner is 1.
 */
struct maas_slide {
	size_t outer, inner;            /* steps */
	size_t a_row, a_outer, a_inner, b_outer, b_inner;       /* elements from one to the next */
	int add, relu;                  /* y += that; without relu: no relu */
	const float *start;             /* [n], NULL: 0 */
};
void maas_slide(float *y, size_t ldy, const float *a, const float *b, size_t m, size_t n, const struct maas_slide *);

/*
 * A convolution of one picture x [height, width, in], as PyTorch's Conv2d of stride 1 has it: y [high, wide, out],
 *	y[i, j, o] = relu(bias[o] + sum of w[o, c, u, v] x[i + u - top, j + v - left, c]), w [out, in, kh, kw].
 * same: as large as the picture, zeros around it, (k - 1) / 2 rows and columns of them before it, the others behind;
 * else only where the kernel lies within.  Texts and sounds are pictures of height 1.  All in f32.
 */
struct maas_convolution {
	size_t height, width, in, out, kh, kw;  /* not same: kh <= height, kw <= width */
	int same, relu;
};
size_t maas_convolve_high(const struct maas_convolution *);
size_t maas_convolve_wide(const struct maas_convolution *);
size_t maas_convolve_scratch(const struct maas_convolution *);  /* bytes */
/* Floats of w as the forward pass wants it, and (turned) the backward pass to x; and w made so. */
size_t maas_convolve_weights(const struct maas_convolution *);
size_t maas_convolve_turned(const struct maas_convolution *);
void maas_convolve_pack(float *to, const float *w, const struct maas_convolution *);
void maas_convolve_turn(float *to, const float *w, const struct maas_convolution *);
/* bias: [out up to a multiple of 16], or NULL. */
void maas_convolve_fwd(float *y, const float *x, const float *packed, const float *bias,
    const struct maas_convolution *, float *scratch);
struct maas_convolve_back {
	const float *dy, *y, *x, *turned;       /* y: of relu */
	float *dx;                      /* = or (add) +=; NULL: not wanted */
	float *dw, *dbias;              /* +=; as packed, and [out up to a multiple of 16]; NULL: not wanted */
	int add;
};
void maas_convolve_bwd(const struct maas_convolve_back *, const struct maas_convolution *, float *scratch);
/* dw [out, in, kh, kw] = or += sums as packed. */
void maas_convolve_gather(float *dw, const float *sums, const struct maas_convolution *, int add);
/*
 * The largest of each square of size x size pixels of x [height, width, channels] -> y [height / size, width / size,
 * channels]; rows and columns that fill no square are left out.  A NaN is the largest.  dx = (add: +=) dy where the
 * first of the largest stood, 0 elsewhere.
 */
void maas_maxpool_fwd(float *y, const float *x, size_t height, size_t width, size_t channels, size_t size);
void maas_maxpool_bwd(float *dx, const float *dy, const float *y, const float *x, size_t height, size_t width,
    size_t channels, size_t size, int add);

/*
 * LAPACK and BLAS in double, by OpenBLAS on one thread.  Row-major.
 */
/* Before the first of these: -1 where a thread of the team would find no memory (OpenBLAS asks for it for ever). */
int maas_blas_ready(const struct maas_team *) MAAS_USE;
/* Eigenvalues ascending, vectors [n, n] a row each, of the symmetric a [n, n] (upper triangle read;
 * destroyed).  -1: no memory, or it does not converge. */
int maas_eigen_sym(double *values, double *vectors, double *a, size_t n) MAAS_USE;
/* d [n] becomes the eigenvalues, ascending, of the tridiagonal matrix with that diagonal and e [n - 1] beside it, which
 * is destroyed. */
int maas_tridiagonal_values(double *d, double *e, size_t n) MAAS_USE;
/* c [n, n] += x^T x, x [rows, n]: the upper triangle only. */
void maas_gram(double *c, const double *x, size_t rows, size_t n);
/* y [m, n] = or += (add) a [m, k] b^T, b [n, k]. */
void maas_product_f64(double *y, const double *a, const double *b, size_t m, size_t n, size_t k, int add);
/*
 * y [m, n] = a [m, k] b [n, k]^T in double by the team, an element of a or b being at p[i row + l col] (type is not
 * asked):
 * one chain of fma an output along k, from zero in blocks of 256 that are added in order.  So the same bytes in every
 * tier and for any team.  scratch: maas_product_double_scratch(n, members) bytes, 64-aligned.  k > 0.
 */
enum maas_into {
	MAAS_SET, MAAS_ADD,
	/* += where the column is the row or behind it; before it y may be written, too */
	MAAS_ADD_UPPER
};
size_t maas_product_double_scratch(size_t n, int members);
void maas_product_double(struct maas_team *, double *y, size_t ldy, struct maas_matrix a, struct maas_matrix b,
    size_t m, size_t n, size_t k, enum maas_into, void *scratch);
/* r [n, n] becomes the R of the QR of r over x [m, n]: both by columns, r upper triangular, x's columns ldx numbers
 * apart and destroyed.  x upper triangular too (m = n): said, and quicker.  work: maas_qr_work(n) doubles. */
size_t maas_qr_work(size_t n);
int maas_qr_more(double *r, double *x, size_t ldx, size_t m, size_t n, int triangular, double *work) MAAS_USE;
/* An estimate of 1 / (|r| |r^-1|) of the upper triangular r [n, n] by columns, ldr apart.  work: 4 n doubles. */
double maas_qr_rcond(const double *r, size_t ldr, size_t n, double *work);
/* Singular values descending, right vectors vt [min(m,n), n] a row each, of x [m, n] (destroyed);
 * u [m, min(m,n)] or NULL.  -1 as above. */
int maas_svd(double *values, double *vt, double *u, double *x, size_t m, size_t n) MAAS_USE;

/*
 * Eigenvalues of a symmetric matrix, and then the vectors of as many of the largest as are wanted: reduced to a band,
 * all values found there, vectors by inverse iteration, and turned back.  By the team; the same bytes for any, and in
 * every tier.
 *
 * a [n, n] is of MAAS_F64 or MAAS_F32; its upper triangle is read, and destroyed; it is borrowed until the end, and
 * quicker where it is 64-aligned.  Values are off by a few units of the type's last place of the largest value,
 * whatever their own size; vectors of values that lie nearer to each other than that are some basis of what they span.
 * Vectors are orthonormal to 1e-10 in double and about 1e-6 in float, in which the work is half as long, or less where
 * a does not lie in a cache.
 */
struct maas_eigen;
/* NULL: no memory, or a number that is not finite. */
struct maas_eigen *maas_eigen_new(void *a, enum maas_dtype, size_t n, struct maas_team *) MAAS_USE;
const double *maas_eigen_values(const struct maas_eigen *);     /* [n], descending; the eigen's own */
double maas_eigen_noise(const struct maas_eigen *);             /* a value no larger than this may be 0 */
/* The first k <= n of them, vectors [k, n] a row each, of length 1.  Once. */
int maas_eigen_vectors(struct maas_eigen *, double *vectors, size_t k) MAAS_USE;
double maas_eigen_bytes(size_t n, size_t k, enum maas_dtype, int members);      /* at most, beside a and vectors */
void maas_eigen_free(struct maas_eigen *);

/*
 * Principal components (Pearson 1901; Hotelling 1933), in double.
 *
 * Moments: sums over rows of n columns for their mean and covariance, in memory that does not grow with rows.  Rows in
 * double are taken about the mean of the first ones; where every row is of bytes, sums are whole numbers, and a
 * covariance is rounded once.  The result depends on the rows and their order alone: not on the team, the tier, or how
 * many are handed over at a time.
 */
struct maas_moments;
struct maas_moments *maas_moments_new(size_t n, struct maas_team *) MAAS_USE;   /* NULL: no memory */
/* x [n], finite; 0 to 255 where bytes */
int maas_moments_add(struct maas_moments *, const double *x, int bytes) MAAS_USE;
/* Rows x [rows, n] of F64, F32 or U8, at any address, best maas_moments_wants() at a time.  Work beside it (NULL: none)
 * is done when this returns, unless it fails. */
int maas_moments_add_rows(struct maas_moments *, const void *x, enum maas_dtype type, size_t rows,
    const struct maas_beside *) MAAS_USE;
size_t maas_moments_wants(const struct maas_moments *);
/* Are all n numbers of F64 or F32 finite, at any address? */
int maas_all_finite(const void *x, enum maas_dtype type, size_t n);
size_t maas_moments_rows(const struct maas_moments *);
double maas_moments_seconds(const struct maas_moments *);       /* of the members' time on average */
/* mean [n]; the covariance [n, n] with divisor rows - 1, both triangles, which is the moments' and may be changed; none
 * is added afterwards.  rows > 1.  NULL: no memory. */
double *maas_moments_finish(struct maas_moments *, double *mean) MAAS_USE;
void maas_moments_free(struct maas_moments *);

/* The values of an eigen of n rows, those below 0 as 0. */
void maas_principal_values(double *values, const struct maas_eigen *, size_t n);
/* All values, descending, and vectors [n, n] a row each, of a symmetric a [n, n] (destroyed); values below 0 become
 * 0. */
int maas_principal_cov(double *values, double *vectors, double *a, size_t n, struct maas_team *) MAAS_USE;
/*
 * Of few centred rows x [rows, n] by their products (rows < n): the upper triangle of pages g [rows, rows]; its
 * values and then its vectors u, as of any eigen; and from vectors [k, rows] those of the columns, [k, n], of length 1,
 * with better values: their squared lengths before.  More than MAAS_PRINCIPAL_DOUBLE rows are solved in float, in
 * place.
 */
#define MAAS_PRINCIPAL_DOUBLE 4096
double *maas_principal_products(const double *x, size_t rows, size_t n, struct maas_team *) MAAS_USE;
struct maas_eigen *maas_principal_solve(double *g, size_t rows, struct maas_team *) MAAS_USE;
int maas_principal_turn(double *vectors, double *values, const double *u, const double *x, size_t k, size_t rows,
    size_t n, struct maas_team *) MAAS_USE;
/* Values and vectors by singular values: min(rows, n) of both.  x is destroyed. */
int maas_principal_svd(double *values, double *vectors, double *x, size_t rows, size_t n) MAAS_USE;
/* Each vector's largest entry by absolute value, the first of equals, becomes positive. */
void maas_principal_sign(double *vectors, size_t k, size_t n);
/* The fewest values whose share of the sum is above f. */
size_t maas_principal_share(const double *values, size_t n, double f);
/* The dimension that is likeliest (Minka 2000, eq. 30): 1 ... n - 1; n > 1, values descending. */
size_t maas_principal_mle(const double *values, size_t n, size_t rows);

/*
 * The leading components of rows that are read several times, by subspace iteration from a
 * random start (Halko, Martinsson & Tropp 2011, algorithm 4.4): memory is a few vectors, neither
 * rows nor a covariance.  Same bytes for any team.
 */
struct maas_sketch;
/* k vectors [n] */
struct maas_sketch *maas_sketch_new(size_t n, size_t k, uint64_t seed, struct maas_team *) MAAS_USE;
void maas_sketch_add(struct maas_sketch *, const double *x);            /* a centred row [n]; once each in a pass */
/* After a pass: values [k] (sums of squares along the vectors) and vectors [k, n], as good as they are by
 * now; another pass makes them better.  -1: no memory, or no convergence within LAPACK. */
int maas_sketch_turn(struct maas_sketch *, double *values, double *vectors) MAAS_USE;
void maas_sketch_free(struct maas_sketch *);

/*
 * y[rows, m] = x[rows, n] w[m, n]^T in double: one chain of products and sums an output along n,
 * so a row's answer does not depend on the others.  w is packed once: pack reads
 * w[o, i] at o*row + i*col.
 */
size_t maas_project_size(size_t m, size_t n);                           /* doubles of the packed w; 0: too many */
void maas_project_pack(double *to, const double *w, size_t m, size_t n, size_t row, size_t col);
void maas_project(double *y, const double *x, const double *packed, size_t rows, size_t m, size_t n);
/* The same with w [m, n] of numbers of 32 bits where they lie, element (c, i) at w[c row + i col]. */
void maas_project_f32(double *y, const double *x, const float *w, size_t rows, size_t m, size_t n, size_t row,
    size_t col);

/* Sparse rows: row i holds col[j], val[j] for start[i] <= j < start[i+1]; columns ascend. */
struct maas_csr {
	size_t rows, cols;
	size_t *start;                  /* rows + 1 */
	uint32_t *col;
	double *val;
};
void maas_csr_free(struct maas_csr *);  /* its arrays, where they are the heap's */
/* to = x^T, rows of it in ascending order of x's rows; maas_csr_free(to). */
int maas_csr_transpose(struct maas_csr *to, const struct maas_csr *x) MAAS_USE;
/* y[i,k] = sum over j of x[i,j] w[j,k] for rows i in [from,to): columns in their order, a product and a sum
 * rounded each, the same bits in every tier.  k is 1 or a multiple of 4; y is [rows,k], w [cols,k]. */
void maas_csr_times(double *y, const struct maas_csr *x, const double *w, size_t k, size_t from, size_t to);

/*
 * A design: rows of features, the first `dense` of a row standing in full, the others sparse.  Its columns are
 * numbered through: sparse column j is feature dense + j.
 */
struct maas_design {
	size_t rows, cols, dense;       /* cols = dense + sparse.cols */
	double *x;                      /* [rows, dense] */
	struct maas_csr sparse;         /* its col from 0 */
	/* What a network reads in its order, beside the features: row i is at places start[i] ... start[i + 1]. */
	struct maas_sequences {
		size_t *start;          /* [rows + 1]; NULL: none */
		int32_t *id;
		/* not 0: there are no ids, but place t of a row is features [t frame, (t + 1) frame) */
		size_t frame;
		/* [places + 1] place p is all of id[bag[p]] ... id[bag[p + 1]]; NULL: is id[p] */
		size_t *bag;
		/* Where each of some places is asked for: at[ask[i]] ... at[ask[i + 1]) of row i are such, from its
		 * first on, ascending; NULL: the row as a whole is. */
		size_t *ask;            /* [rows + 1] */
		uint32_t *at;
	} seq;
};
void maas_design_free(struct maas_design *);    /* its arrays */
/* out[rows,k] = b[k] + the sums of x[i,j] w[j,k], w [cols,k]: products and sums in double, each rounded, in the order
 * of the features.  The same bits in every tier, for a row alone and among others. */
void maas_design_score(double *out, const struct maas_design *x, const float *w, const float *b, size_t k);
/* z[i,k] = sum over the features of x[i,j] w[j,k], rows i of [from,to); k is 1 or a multiple of 4; z is
 * [rows,k], w [cols,k].  The same bits in every tier, for a row alone and among others. */
void maas_design_times(double *z, const struct maas_design *x, const double *w, size_t k, size_t from, size_t to);
/*
 * Passes over a design by the team: the scores of all rows, z = X w + b, are made errors e in place by `rows`, and
 * g = X^T e [cols,k], gb = sums of e [k].  b NULL: 0.  The dense part is read once a pass, and beside it there is no
 * second one.  Cut by shape alone: rows gets z[to - from][k] of the rows [from,to), in order within a part.
 */
struct maas_pass;
typedef void maas_pass_rows(void *ctx, double *z, size_t from, size_t to, size_t part);
struct maas_pass *maas_pass_new(const struct maas_design *, size_t k, struct maas_team *) MAAS_USE;     /* borrowed */
void maas_pass_run(struct maas_pass *, const double *w, const double *b, maas_pass_rows *, void *ctx, double *g,
    double *gb);
size_t maas_pass_parts(const struct maas_pass *);               /* at most MAAS_PASS_PARTS */
#define MAAS_PASS_PARTS 64
const struct maas_csr *maas_pass_turned(const struct maas_pass *);      /* the sparse part's transpose; empty: none */
void maas_pass_free(struct maas_pass *);
/* Rows [from, from + n) of it, borrowed: sparse.start[0] is not 0 then. */
/* How many answers rows [from, to) want: one each, or those asked for. */
size_t maas_design_answers(const struct maas_design *, size_t from, size_t to);
struct maas_design maas_design_part(const struct maas_design *, size_t from, size_t n);
/* The features of row i that are not 0, ascending: how many (room for dense and the row's sparse ones). */
size_t maas_design_row(const struct maas_design *, size_t i, uint32_t *col, double *val);

/*
 * L-BFGS (Nocedal and Wright 2006, algorithms 7.4 and 7.5; strong Wolfe conditions by 3.5 and 3.6, near the
 * optimum the approximate ones of Hager and Zhang 2005).  The caller evaluates:
 *
 *	l = maas_lbfgs_new(n, NULL, &options, team);
 *	do
 *		f = objective(x, g);
 *	while ((state = maas_lbfgs_step(l, x, f, g)) == MAAS_LBFGS_MORE);
 *
 * and in the end x is the best point.  The same bits for any number of threads.  Curvature is kept in float.
 */
struct maas_lbfgs_options {
	double tol;                     /* done when no |g[i]|, times scale[i] where given, is above */
	long max_iter;
	size_t memory;                  /* pairs kept, below 16; 0: 10 */
};
enum maas_lbfgs_state {
	MAAS_LBFGS_MORE,                /* x has moved: evaluate there */
	MAAS_LBFGS_DONE,
	MAAS_LBFGS_LIMIT,               /* max_iter steps were made */
	MAAS_LBFGS_STUCK                /* the objective cannot be made smaller: its rounding, or no descent */
};
struct maas_lbfgs;
/* scale[n]: a guess of the inverse Hessian's diagonal, borrowed; NULL: none. */
struct maas_lbfgs *maas_lbfgs_new(size_t n, const double *scale, const struct maas_lbfgs_options *,
    struct maas_team *) MAAS_USE;
enum maas_lbfgs_state maas_lbfgs_step(struct maas_lbfgs *, double *x, double f, const double *g);
long maas_lbfgs_steps(const struct maas_lbfgs *);               /* made so far */
double maas_lbfgs_gradient(const struct maas_lbfgs *);          /* what tol is held against, at the last point taken */
double maas_lbfgs_best(const struct maas_lbfgs *);              /* objective there */
/* x of the last step becomes that point: to end early */
void maas_lbfgs_stop(struct maas_lbfgs *);
void maas_lbfgs_free(struct maas_lbfgs *);

#endif
