/*
 * Convolution, bias and relu of pictures whose channels lie side by side at each pixel: windows are read where they lie
 * (maas_slide), which wants a pixel's channels together.  A picture is one range of work; the gradients of weights are
 * summed in a fixed number of parts, which are added in their order.
 */
#include <string.h>

#include "op.h"

enum { X, W, BIAS };
enum { PARTS = 16 }; /* of the pictures, whose gradients of weights are summed apart */

struct attr {
	int same, relu;
};

static struct maas_convolution
convolution(const struct maas_node *y)
{
	const struct maas_node *x = y->in[X], *w = y->in[W];
	const struct attr *a = y->attr;

	return (struct maas_convolution){ x->dim[1], x->dim[2], x->dim[3], w->dim[0], w->dim[2], w->dim[3], a->same,
		a->relu };
}

/* What is saved: packed weights, turned weights, the bias, and parts of their gradients, whole registers all. */
struct saved {
	float *packed, *turned, *bias, *part;
	size_t wide, each; /* channels of the output, floats of a part: weights, then bias */
};

static struct saved
saved(const struct maas_node *y, const struct maas_convolution *c)
{
	struct saved s = { .wide = (c->out + 15) / 16 * 16 };

	s.packed = y->save;
	s.turned = s.packed + maas_convolve_weights(c);
	s.bias = s.turned + maas_convolve_turned(c);
	s.part = s.bias + s.wide;
	s.each = maas_convolve_weights(c) + s.wide;
	return s;
}

static int
shape(struct maas_node *y)
{
	struct maas_node *x = y->in[X], *w = y->in[W];
	struct maas_convolution c;
	struct saved s;

	if (x->type != MAAS_F32 || x->ndim != 4 || w->type != MAAS_F32 || w->ndim != 4)
		return maas_fail("pictures of %d dimensions and weights of %d, expected F32 of four", x->ndim, w->ndim);
	if (w->dim[1] != x->dim[3])
		return maas_fail("pictures of %zu channels, weights for %zu", x->dim[3], w->dim[1]);
	if (y->in[BIAS] && op_matrix(y->in[BIAS], "the bias", w->dim[0], 0) < 0)
		return -1;
	c = convolution(y);
	if (!c.kh || !c.kw || !c.out || !c.in || c.kh > c.height || c.kw > c.width)
		return maas_fail("a kernel of %zu x %zu over pictures of %zu x %zu", c.kh, c.kw, c.height, c.width);
	if (c.kh * c.kw > (size_t)INT32_MAX / (c.in + 16) / (c.out + 16))
		return maas_fail("%zu x %zu x %zu x %zu weights are too many", c.out, c.in, c.kh, c.kw);
	if ((c.height + c.kh) * (c.width + c.kw) > (size_t)INT32_MAX / (c.in + c.out + 32))
		return maas_fail("pictures of %zu x %zu x %zu are too large", c.height, c.width, c.in);
	y->ndim = 4;
	y->dim[0] = x->dim[0];
	y->dim[1] = maas_convolve_high(&c);
	y->dim[2] = maas_convolve_wide(&c);
	y->dim[3] = c.out;
	y->scratch_bytes = maas_convolve_scratch(&c);
	s = saved(y, &c);
	y->save_bytes =
	    (maas_convolve_weights(&c) + maas_convolve_turned(&c) + s.wide + PARTS * s.each) * sizeof(float);
	return 0;
}

struct work {
	struct maas_node *y;
	const struct maas_run *run;
	struct maas_convolution c;
	struct saved s;
	size_t n, x, out; /* pictures; floats of one, and of one of y */
	int add;
};

static struct work
work(struct maas_node *y, const struct maas_run *run)
{
	struct work w = { .y = y, .run = run, .c = convolution(y) };

	w.s = saved(y, &w.c);
	w.n = op_in_use(y, run);
	w.x = w.c.height * w.c.width * w.c.in;
	w.out = y->dim[1] * y->dim[2] * y->dim[3];
	return w;
}

static float *
scratch(const struct work *w, int member)
{
	return (float *)((char *)w->run->scratch + (size_t)member * w->run->stride);
}

static void
pictures(void *arg, size_t begin, size_t end, int member)
{
	const struct work *w = arg;

	for (size_t i = begin; i < end && !op_halts(w->run); i++)
		maas_convolve_fwd((float *)w->y->val + i * w->out, (const float *)w->y->in[X]->val + i * w->x,
		    w->s.packed, w->y->in[BIAS] ? w->s.bias : NULL, &w->c, scratch(w, member));
}

static void
fwd(struct maas_node *y, const struct maas_run *run)
{
	struct work w = work(y, run);

	maas_convolve_pack(w.s.packed, y->in[W]->val, &w.c);
	memset(w.s.bias, 0, w.s.wide * sizeof(float));
	if (y->in[BIAS])
		memcpy(w.s.bias, y->in[BIAS]->val, w.c.out * sizeof(float));
	maas_team_run(run->team, w.n, op_grain(w.out), pictures, &w);
}

static void
part(void *arg, size_t begin, size_t end, int member)
{
	const struct work *w = arg;
	struct maas_node *y = w->y, *x = y->in[X];
	int weights = op_wants(y->in[W]) || op_wants(y->in[BIAS]);

	for (size_t p = begin; p < end; p++) {
		float *sum = w->s.part + p * w->s.each;

		if (weights)
			memset(sum, 0, w->s.each * sizeof *sum);
		for (size_t i = p * w->n / PARTS; i < (p + 1) * w->n / PARTS && !op_halts(w->run); i++) {
			struct maas_convolve_back b = { .dy = y->grad + i * w->out,
				.y = (const float *)y->val + i * w->out,
				.x = (const float *)x->val + i * w->x,
				.turned = w->s.turned,
				.dx = op_wants(x) ? x->grad + i * w->x : NULL,
				.dw = op_wants(y->in[W]) ? sum : NULL,
				.dbias = op_wants(y->in[BIAS]) ? sum + w->s.each - w->s.wide : NULL,
				.add = w->add };

			maas_convolve_bwd(&b, &w->c, scratch(w, member));
		}
	}
}

/* Columns of the parts, added in order to the first. */
static void
total(void *arg, size_t begin, size_t end, int member)
{
	const struct work *w = arg;
	size_t at = begin * OP_COLUMNS, last = end * OP_COLUMNS < w->s.each ? end * OP_COLUMNS : w->s.each;

	(void)member;
	for (size_t p = 1; p < PARTS; p++)
		maas_add(w->s.part + at, w->s.part + p * w->s.each + at, last - at);
}

static void
bwd(struct maas_node *y, const struct maas_run *run, const unsigned char *first)
{
	struct maas_node *weight = y->in[W], *bias = y->in[BIAS];
	struct work w = work(y, run);

	w.add = !first[X];
	if (op_wants(y->in[X]))
		maas_convolve_turn(w.s.turned, weight->val, &w.c);
	maas_team_run(run->team, PARTS, 1, part, &w);
	if (!op_wants(weight) && !op_wants(bias))
		return;
	maas_team_run(run->team, (w.s.each + OP_COLUMNS - 1) / OP_COLUMNS, 16, total, &w);
	if (op_wants(weight))
		maas_convolve_gather(weight->grad, w.s.part, &w.c, !first[W]);
	if (op_wants(bias) && first[BIAS])
		memcpy(bias->grad, w.s.part + w.s.each - w.s.wide, w.c.out * sizeof(float));
	else if (op_wants(bias))
		maas_add(bias->grad, w.s.part + w.s.each - w.s.wide, w.c.out);
}

static double
multiply_adds(const struct maas_node *y)
{
	const size_t *w = y->in[W]->dim;

	return (double)maas_len(y) * (double)w[1] * (double)w[2] * (double)w[3];
}

const struct maas_op maas_op_convolve = {
	.name = "convolve",
	.shape = shape,
	.fwd = fwd,
	.bwd = bwd,
	.products = multiply_adds,
	.needs = 1u << X | 1u << W | MAAS_NEEDS_OUT,
	.optional = 1u << BIAS,
};

struct maas_node *
maas_convolve(struct maas_tape *t, struct maas_node *x, struct maas_node *w, struct maas_node *bias, int same, int relu)
{
	struct attr a = { same, relu };

	return maas_apply(t, &maas_op_convolve, (struct maas_node *[]){ x, w, bias }, 3, &a, sizeof a);
}
