/*
 * Convolutions of one picture.  Channels lie side by side at each pixel, so the pixels under a row of the kernel are
 * one run of numbers, and neighbours' runs overlap: sums over windows (maas_slide) read them where they are, and no
 * matrix of windows is made.  What is beside the picture are zeros around a copy of it.
 *
 * The gradient of x is a convolution too, of dy with the kernel turned by half a circle; that of w is a product of
 * shifted x and dy along the pixels.
 */
#include <string.h>

#include "maas/num.h"

#define LANES 16

/* Channels, up to whole registers. */
static size_t
whole(size_t n)
{
	return (n + LANES - 1) / LANES * LANES;
}

/* Rows and columns of zeros before the picture; PyTorch's padding="same" puts the odd one behind. */
static size_t
before(size_t k, int same)
{
	return same ? (k - 1) / 2 : 0;
}

size_t
maas_convolve_high(const struct maas_convolution *c)
{
	return c->same ? c->height : c->height - c->kh + 1;
}

size_t
maas_convolve_wide(const struct maas_convolution *c)
{
	return c->same ? c->width : c->width - c->kw + 1;
}

static size_t
taps(const struct maas_convolution *c)
{
	return c->kh * c->kw;
}

size_t
maas_convolve_weights(const struct maas_convolution *c)
{
	return taps(c) * c->in * whole(c->out);
}

size_t
maas_convolve_turned(const struct maas_convolution *c)
{
	return taps(c) * whole(c->out) * whole(c->in);
}

/* Copies with zeros around: of x, and of dy, whose frame is as wide as the kernel reaches. */
static size_t
x_room(const struct maas_convolution *c)
{
	return c->same ? whole((c->height + c->kh - 1) * (c->width + c->kw - 1) * c->in) : 0;
}

static size_t
dy_room(const struct maas_convolution *c)
{
	return (c->height + c->kh - 1) * (c->width + c->kw - 1) * whole(c->out);
}

static size_t
line_room(const struct maas_convolution *c)
{
	return c->width * (whole(c->in) > whole(c->out) ? whole(c->in) : whole(c->out));
}

size_t
maas_convolve_scratch(const struct maas_convolution *c)
{
	return (x_room(c) + dy_room(c) + line_room(c)) * sizeof(float);
}

void
maas_convolve_pack(float *to, const float *w, const struct maas_convolution *c)
{
	size_t n = taps(c), wide = whole(c->out);

	memset(to, 0, maas_convolve_weights(c) * sizeof *to);
	for (size_t o = 0; o < c->out; o++)
		for (size_t i = 0; i < c->in; i++)
			for (size_t t = 0; t < n; t++)
				to[(t * c->in + i) * wide + o] = w[(o * c->in + i) * n + t];
}

void
maas_convolve_turn(float *to, const float *w, const struct maas_convolution *c)
{
	size_t n = taps(c), high = whole(c->out), wide = whole(c->in);

	memset(to, 0, maas_convolve_turned(c) * sizeof *to);
	for (size_t o = 0; o < c->out; o++)
		for (size_t i = 0; i < c->in; i++)
			for (size_t t = 0; t < n; t++)
				to[((n - 1 - t) * high + o) * wide + i] = w[(o * c->in + i) * n + t];
}

/* Picture x amid zeros, or itself where none are wanted. */
static const float *
framed(float *to, const float *x, const struct maas_convolution *c)
{
	size_t line = (c->width + c->kw - 1) * c->in, row = c->width * c->in, at;

	if (!c->same)
		return x;
	memset(to, 0, (c->height + c->kh - 1) * line * sizeof *to);
	at = before(c->kh, 1) * line + before(c->kw, 1) * c->in;
	for (size_t i = 0; i < c->height; i++)
		memcpy(to + at + i * line, x + i * row, row * sizeof *to);
	return to;
}

/* Elements from a row of framed x to the next. */
static size_t
x_line(const struct maas_convolution *c)
{
	return (c->same ? c->width + c->kw - 1 : c->width) * c->in;
}

void
maas_convolve_fwd(
    float *y, const float *x, const float *packed, const float *bias, const struct maas_convolution *c, float *scratch)
{
	size_t wide = whole(c->out), cols = maas_convolve_wide(c), line = x_line(c);
	const float *from = framed(scratch, x, c);
	float *row = scratch + x_room(c);
	struct maas_slide s = { .outer = c->kh,
		.inner = c->kw * c->in,
		.a_row = c->in,
		.a_outer = line,
		.a_inner = 1,
		.b_outer = c->kw * c->in * wide,
		.b_inner = wide,
		.relu = c->relu,
		.start = bias };

	for (size_t i = 0; i < maas_convolve_high(c); i++, y += cols * c->out) {
		float *to = wide == c->out ? y : row;

		maas_slide(to, wide, from + i * line, packed, cols, wide, &s);
		for (size_t j = 0; j < cols && to == row; j++)
			memcpy(y + j * c->out, row + j * wide, c->out * sizeof *y);
	}
}

/* Of what relu let through: the gradient of the value before it, amid zeros. */
static const float *
framed_slope(float *to, const float *dy, const float *y, const struct maas_convolution *c)
{
	size_t wide = whole(c->out), line = (c->width + c->kw - 1) * wide, cols = maas_convolve_wide(c);
	float *at = to + (c->kh - 1 - before(c->kh, c->same)) * line + (c->kw - 1 - before(c->kw, c->same)) * wide;

	memset(to, 0, dy_room(c) * sizeof *to);
	for (size_t i = 0; i < maas_convolve_high(c); i++)
		for (size_t j = 0; j < cols; j++, dy += c->out, y += c->out) {
			float *d = at + i * line + j * wide;

			if (c->relu)
				maas_act_bwd(d, dy, y, c->out, MAAS_ACT_RELU);
			else
				memcpy(d, dy, c->out * sizeof *d);
		}
	return at;
}

static void
back_to_x(float *dx, const float *slope, const float *turned, const struct maas_convolution *c, int add, float *row)
{
	size_t wide = whole(c->in), in = whole(c->out), line = (c->width + c->kw - 1) * in;
	struct maas_slide s = { .outer = c->kh,
		.inner = c->kw * in,
		.a_row = in,
		.a_outer = line,
		.a_inner = 1,
		.b_outer = c->kw * in * wide,
		.b_inner = wide };

	for (size_t i = 0; i < c->height; i++, dx += c->width * c->in) {
		s.add = add && wide == c->in;
		maas_slide(wide == c->in ? dx : row, wide, slope + i * line, turned, c->width, wide, &s);
		for (size_t j = 0; j < c->width && wide != c->in; j++)
			if (add)
				maas_add(dx + j * c->in, row + j * wide, c->in);
			else
				memcpy(dx + j * c->in, row + j * wide, c->in * sizeof *dx);
	}
}

static void
back_to_weights(float *dw, const float *x, const float *slope, const struct maas_convolution *c)
{
	size_t wide = whole(c->out), line = x_line(c);
	struct maas_slide s = { .outer = maas_convolve_high(c),
		.inner = maas_convolve_wide(c),
		.a_row = 1,
		.a_outer = line,
		.a_inner = c->in,
		.b_outer = (c->width + c->kw - 1) * wide,
		.b_inner = wide,
		.add = 1 };

	for (size_t t = 0; t < c->kh; t++)
		maas_slide(dw + t * c->kw * c->in * wide, wide, x + t * line, slope, c->kw * c->in, wide, &s);
}

void
maas_convolve_bwd(const struct maas_convolve_back *b, const struct maas_convolution *c, float *scratch)
{
	size_t wide = whole(c->out), line = (c->width + c->kw - 1) * wide;
	float *frame = scratch + x_room(c), *row = frame + dy_room(c);
	const float *slope = framed_slope(frame, b->dy, b->y, c);

	if (b->dx)
		back_to_x(b->dx, frame, b->turned, c, b->add, row);
	if (b->dw)
		back_to_weights(b->dw, framed(scratch, b->x, c), slope, c);
	for (size_t i = 0; i < maas_convolve_high(c) && b->dbias; i++)
		for (size_t j = 0; j < maas_convolve_wide(c); j++)
			maas_add(b->dbias, slope + i * line + j * wide, wide);
}

void
maas_convolve_gather(float *dw, const float *sums, const struct maas_convolution *c, int add)
{
	size_t n = taps(c), wide = whole(c->out);

	for (size_t o = 0; o < c->out; o++)
		for (size_t i = 0; i < c->in; i++)
			for (size_t t = 0; t < n; t++) {
				float v = sums[(t * c->in + i) * wide + o], *to = dw + (o * c->in + i) * n + t;

				*to = add ? *to + v : v;
			}
}
