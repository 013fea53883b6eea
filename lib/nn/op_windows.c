/*
 * Convolution along sequences: each row of the output is a product of the window of rows around it with the weights.
 * Rows that count are laid one sequence behind the other with width - 1 rows of zeros between, so that a window is so
 * many numbers on end, and all windows are one product whose left operand's rows overlap: there are no copies of them.
 * The gradient of the input is the same of the output's gradient with the weights turned round.
 */
#include <string.h>

#include "op.h"

enum { X, LENGTHS, W, BIAS };

struct attr {
	size_t time;
	int relu;
};

/* What an op has, and what it saves. */
struct windows {
	struct maas_node *y;
	const struct maas_run *run;
	size_t n, time, width, before; /* sequences in use, rows of each, of a window, of those before its own */
	size_t in, out;
	size_t *at;   /* [n + 1]: where each sequence begins among the rows laid out */
	float *x, *w; /* [rows, in]; [out, width, in], going back [in, width, out] */
	float *sums;  /* [width - 1 + rows, out]: of zeros first */
	int add;      /* going back, to the input's gradient */
};

/* Rows laid out, at most. */
static size_t
most(const struct maas_node *y)
{
	const struct attr *a = y->attr;

	return y->in[LENGTHS]->dim[0] * (a->time + y->in[W]->dim[2] - 1);
}

static struct windows
windows(struct maas_node *y, const struct maas_run *run)
{
	const struct maas_node *w = y->in[W];
	size_t time = op_time(run, ((const struct attr *)y->attr)->time);
	struct windows s = { .y = y,
		.run = run,
		.n = maas_rows(y, run) / time,
		.time = time,
		.width = w->dim[2],
		.before = (w->dim[2] - 1) / 2,
		.in = w->dim[1],
		.out = w->dim[0],
		.at = y->save };

	s.w = (float *)(s.at + y->in[LENGTHS]->dim[0] + 1);
	s.x = s.w + maas_len(w);
	s.sums = s.x + most(y) * s.in;
	return s;
}

static int
shape(struct maas_node *y)
{
	const struct maas_node *x = y->in[X], *w = y->in[W], *lengths = y->in[LENGTHS];
	size_t rows;

	if (op_sequences(x, lengths, ((const struct attr *)y->attr)->time) < 0)
		return -1;
	if (w->type != MAAS_F32 || w->ndim != 3 || w->dim[1] != op_last(x))
		return maas_fail("weights of %d dimensions for %zu channels, the input has %zu", w->ndim,
		    w->ndim == 3 ? w->dim[1] : 0, op_last(x));
	if (w->dim[2] > UINT16_MAX)
		return maas_fail("windows of %zu rows, at most %d", w->dim[2], UINT16_MAX);
	if (y->in[BIAS] && op_matrix(y->in[BIAS], "the bias", w->dim[0], 0) < 0)
		return -1;
	rows = most(y) + w->dim[2] - 1;
	if ((double)rows * (double)(w->dim[0] + w->dim[1]) > 0x1p48)
		return maas_fail("%zu rows of %zu and %zu channels are too many", rows, w->dim[1], w->dim[0]);
	op_same(y, x);
	y->dim[y->ndim - 1] = w->dim[0];
	y->save_bytes =
	    (lengths->dim[0] + 1) * sizeof(size_t) + (maas_len(w) + rows * (w->dim[0] + w->dim[1])) * sizeof(float);
	y->scratch_bytes = maas_product_scratch();
	return 0;
}

static size_t
length(const struct windows *s, size_t i)
{
	int32_t said = ((const int32_t *)s->y->in[LENGTHS]->val)[i];

	return said <= 0 ? 0 : (size_t)said < s->time ? (size_t)said : s->time;
}

/* Windows there are between the first row laid out and the last, those over two sequences included. */
static size_t
count(const struct windows *s)
{
	return s->n ? s->at[s->n] - (s->width - 1) : 0;
}

/* Rows of a sequence, with the zeros around it. */
static void
lay_out(void *arg, size_t begin, size_t end, int member)
{
	const struct windows *s = arg;
	size_t c = s->in, after = s->width - 1 - s->before;

	(void)member;
	for (size_t i = begin; i < end; i++) {
		size_t n = length(s, i);
		float *to = s->x + s->at[i] * c;

		memset(to, 0, s->before * c * sizeof *to);
		memcpy(to + s->before * c, (const float *)s->y->in[X]->val + i * s->time * c, n * c * sizeof *to);
		memset(to + (s->before + n) * c, 0, after * c * sizeof *to);
	}
}

static void
take(void *arg, size_t begin, size_t end, int member)
{
	const struct windows *s = arg;
	size_t c = s->out;

	(void)member;
	for (size_t i = begin; i < end; i++) {
		size_t n = length(s, i);
		float *to = (float *)s->y->val + i * s->time * c;

		memcpy(to, s->sums + (s->width - 1 + s->at[i]) * c, n * c * sizeof *to);
		memset(to + n * c, 0, (s->time - n) * c * sizeof *to);
	}
}

/* The weights of some channels of the output, in the order of a window. */
static void
pack(void *arg, size_t begin, size_t end, int member)
{
	const struct windows *s = arg;
	const float *w = s->y->in[W]->val;

	(void)member;
	for (size_t o = begin; o < end; o++)
		maas_turn(
		    s->w + o * s->width * s->in, s->in, w + o * s->in * s->width, s->width, s->in, s->width, sizeof *w);
}

static void
fwd(struct maas_node *y, const struct maas_run *run)
{
	struct windows s = windows(y, run);
	const struct maas_node *bias = y->in[BIAS];
	size_t wide = s.width * s.in;
	struct maas_epilogue e = { .bias = bias ? bias->val : NULL,
		.act = ((const struct attr *)y->attr)->relu ? MAAS_ACT_RELU : MAAS_ACT_NONE };

	s.at[0] = 0;
	for (size_t i = 0; i < s.n; i++)
		s.at[i + 1] = s.at[i] + length(&s, i) + s.width - 1;
	maas_team_run(run->team, s.n, op_grain(s.time * s.in), lay_out, &s);
	maas_team_run(run->team, s.out, op_grain(wide), pack, &s);
	if (count(&s))
		maas_product_team(run->team, s.sums + (s.width - 1) * s.out, s.out,
		    (struct maas_matrix){ s.x, MAAS_F32, s.in, 1 }, (struct maas_matrix){ s.w, MAAS_F32, wide, 1 },
		    count(&s), s.out, wide, run->precision, &e, run->scratch);
	maas_team_run(run->team, s.n, op_grain(s.time * s.out), take, &s);
}

/* The output's gradient behind relu, where the sums stood, with zeros behind each sequence. */
static void
lay_out_back(void *arg, size_t begin, size_t end, int member)
{
	const struct windows *s = arg;
	size_t c = s->out;

	(void)member;
	for (size_t i = begin; i < end; i++) {
		size_t n = length(s, i);
		const float *dy = s->y->grad + i * s->time * c, *y = (const float *)s->y->val + i * s->time * c;
		float *to = s->sums + (s->width - 1 + s->at[i]) * c;

		if (((const struct attr *)s->y->attr)->relu)
			for (size_t l = 0; l < n * c; l++)
				to[l] = y[l] <= 0 ? 0 : dy[l];
		else
			memcpy(to, dy, n * c * sizeof *to);
		memset(to + n * c, 0, (s->width - 1) * c * sizeof *to);
	}
}

static void
sum_columns(void *arg, size_t begin, size_t end, int member)
{
	const struct windows *s = arg;

	(void)member;
	maas_column_sums(s->y->in[BIAS]->grad + begin, s->sums + (s->width - 1) * s->out + begin, count(s), s->out,
	    end - begin, s->add);
}

/* Sums of the weights' gradient, from the order of a window. */
static void
unpack(void *arg, size_t begin, size_t end, int member)
{
	const struct windows *s = arg;
	float *dw = s->y->in[W]->grad;

	(void)member;
	for (size_t o = begin; o < end; o++)
		for (size_t c = 0; c < s->in; c++)
			for (size_t u = 0; u < s->width; u++) {
				float sum = s->w[(o * s->width + u) * s->in + c],
				      *to = dw + (o * s->in + c) * s->width + u;

				*to = s->add ? *to + sum : sum;
			}
}

/* The weights of some channels of the input, turned round. */
static void
pack_back(void *arg, size_t begin, size_t end, int member)
{
	const struct windows *s = arg;
	const float *w = s->y->in[W]->val;

	(void)member;
	for (size_t c = begin; c < end; c++)
		for (size_t v = 0; v < s->width; v++)
			for (size_t o = 0; o < s->out; o++)
				s->w[(c * s->width + v) * s->out + o] =
				    w[(o * s->in + c) * s->width + s->width - 1 - v];
}

static void
give(void *arg, size_t begin, size_t end, int member)
{
	const struct windows *s = arg;
	size_t c = s->in;

	(void)member;
	for (size_t i = begin; i < end; i++) {
		size_t n = length(s, i);
		float *dx = s->y->in[X]->grad + i * s->time * c;
		const float *from = s->x + (s->at[i] + s->before) * c;

		if (s->add) {
			maas_add(dx, from, n * c);
			continue;
		}
		memcpy(dx, from, n * c * sizeof *dx);
		memset(dx + n * c, 0, (s->time - n) * c * sizeof *dx);
	}
}

/* The gradient of the weights, in the place of their copy. */
static void
back_weights(struct windows *s, int add)
{
	size_t wide = s->width * s->in;
	const struct maas_matrix dy = { s->sums + (s->width - 1) * s->out, MAAS_F32, 1, s->out };

	if (count(s))
		maas_product_team(s->run->team, s->w, wide, dy, (struct maas_matrix){ s->x, MAAS_F32, 1, s->in },
		    s->out, wide, count(s), s->run->precision, NULL, s->run->scratch);
	else
		memset(s->w, 0, s->out * wide * sizeof *s->w);
	s->add = add;
	maas_team_run(s->run->team, s->out, op_grain(wide), unpack, s);
}

/* The gradient of the input, in the place of its copy. */
static void
back_input(struct windows *s, int add)
{
	size_t wide = s->width * s->out;

	memset(s->sums, 0, (s->width - 1) * s->out * sizeof *s->sums);
	maas_team_run(s->run->team, s->in, op_grain(wide), pack_back, s);
	maas_product_team(s->run->team, s->x, s->in, (struct maas_matrix){ s->sums, MAAS_F32, s->out, 1 },
	    (struct maas_matrix){ s->w, MAAS_F32, wide, 1 }, s->at[s->n], s->in, wide, s->run->precision, NULL,
	    s->run->scratch);
	s->add = add;
	maas_team_run(s->run->team, s->n, op_grain(s->time * s->in), give, s);
}

static void
bwd(struct maas_node *y, const struct maas_run *run, const unsigned char *first)
{
	struct windows s = windows(y, run);

	maas_team_run(run->team, s.n, op_grain(s.time * s.out), lay_out_back, &s);
	s.add = !first[BIAS];
	if (op_wants(y->in[BIAS]))
		maas_team_run(run->team, s.out, OP_COLUMNS, sum_columns, &s);
	if (op_wants(y->in[W]))
		back_weights(&s, !first[W]);
	if (op_wants(y->in[X]))
		back_input(&s, !first[X]);
}

static double
multiply_adds(const struct maas_node *y)
{
	const size_t *w = y->in[W]->dim;

	return (double)maas_len(y) * (double)w[1] * (double)w[2];
}

const struct maas_op maas_op_windows = {
	.name = "windows",
	.shape = shape,
	.fwd = fwd,
	.bwd = bwd,
	.products = multiply_adds,
	.needs = 1u << LENGTHS | 1u << W | MAAS_NEEDS_OUT,
	.optional = 1u << BIAS,
};

struct maas_node *
maas_windows(struct maas_tape *t, struct maas_node *x, struct maas_node *lengths, struct maas_node *w,
    struct maas_node *bias, size_t time, int relu)
{
	struct attr a = { time, relu };

	return maas_apply(t, &maas_op_windows, (struct maas_node *[]){ x, lengths, w, bias }, 4, &a, sizeof a);
}
