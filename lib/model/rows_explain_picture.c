/*
 * Why a picture or a sound got its output, by occlusion: a piece is a patch of its pixels, of all channels, or of
 * frames by bands.  It is left out by setting it to 0 as the model takes numbers: to their mean in training, or the
 * least.
 * By attention, where a network reads it frame by frame: a piece is a frame.
 */
#include <math.h>
#include <string.h>

#include "rows_explain.h"

#define ACROSS 8 /* patches a side, where nothing is said */

void
maas_rows_patch(struct maas_rows_call *c, size_t pixels)
{
	c->patch = pixels;
}

int
telling_picture(const struct maas_rows_call *c)
{
	const struct maas_columns *k = c->r->columns;
	size_t n = k->height * k->width * (k->channels ? k->channels : 1);

	return n && n == c->x.dense && n == c->r->features;
}

/* Pixels of a patch's side. */
static size_t
side(const struct maas_rows_call *c, size_t of)
{
	size_t n = c->patch ? c->patch : (of + ACROSS - 1) / ACROSS;

	return n < of ? n : of;
}

static int
put_range(struct maas_buf *to, const char *what, size_t from, size_t n)
{
	return n == 1 ? maas_buf_printf(to, "%s %zu", what, from + 1)
		      : maas_buf_printf(to, "%ss %zu-%zu", what, from + 1, from + n);
}

/* When in a sound: "0.16-0.26 s"; of a picture its rows, from 1. */
static int
name_frames(const struct maas_columns *k, const struct maas_patch *p, struct maas_buf *name)
{
	double rate = (double)k->mel.rate;

	name->n = 0;
	if (!k->mel.rate)
		return put_range(name, "row", p->top, p->height);
	return maas_buf_printf(name, "%.3g-%.3g s", (double)p->top * (double)k->mel.hop / rate,
	    ((double)(p->top + p->height - 1) * (double)k->mel.hop + (double)k->mel.window) / rate);
}

/* And where in it: "0.16-0.26 s, 312-590 Hz", from the middle of the lowest band to that of the highest; of a picture
 * its columns, too. */
static int
name_patch(const struct maas_columns *k, const struct maas_patch *p, struct maas_buf *name)
{
	if (name_frames(k, p, name) < 0 || maas_buf_text(name, ", ") < 0)
		return -1;
	if (!k->mel.rate)
		return put_range(name, "column", p->left, p->width);
	return maas_buf_printf(name, "%.0f-%.0f Hz", maas_mel_edge(&k->mel, (long)p->left + 1),
	    maas_mel_edge(&k->mel, (long)(p->left + p->width)));
}

/* Go through the pixels of a patch: how many are not 0 as the model takes them, and the mean as read. */
static size_t
look(const struct maas_rows_call *c, const struct maas_patch *p, double *mean)
{
	const struct maas_columns *k = c->r->columns;
	size_t n = 0, some = 0;

	*mean = 0;
	for (size_t plane = 0; plane < c->x.dense; plane += k->height * k->width)
		for (size_t i = p->top; i < p->top + p->height; i++)
			for (size_t j = p->left; j < p->left + p->width; j++, n++) {
				size_t at = plane + i * k->width + j;

				some += c->x.x[at] != 0;
				*mean += c->number[at];
			}
	*mean /= (double)n;
	return some;
}

/* The row without the patch, behind those that are there. */
static void
cover(struct maas_rows_call *c, const struct maas_patch *p)
{
	const struct maas_columns *k = c->r->columns;
	struct maas_design *to = &c->tell.x;
	double *x = to->x + to->rows * c->x.dense;

	memcpy(x, c->x.x, c->x.dense * sizeof *x);
	for (size_t plane = 0; plane < c->x.dense; plane += k->height * k->width)
		for (size_t i = p->top; i < p->top + p->height; i++)
			memset(x + plane + i * k->width + p->left, 0, p->width * sizeof *x);
	to->rows++;
	to->sparse.start[to->rows] = 0;
}

/* A patch becomes a piece, by the name that was made. */
static int
add_patch(struct telling *t, const struct maas_patch *p, double mean, double contribution)
{
	struct maas_piece *piece = &t->piece[t->pieces];

	*piece = (struct maas_piece){ .feature = { maas_take_text(t->arena, t->name.s, t->name.n), t->name.n },
		.index = SIZE_MAX,
		.value = mean,
		.contribution = contribution,
		.patch = *p };
	if (!piece->feature.s)
		return -1;
	t->pieces++;
	return 0;
}

static int
tell_patch(struct maas_rows_call *c, struct aim aim, struct maas_patch p)
{
	struct telling *t = &c->tell;
	double mean;

	if (!look(c, &p, &mean))
		return 0;
	if (name_patch(c->r->columns, &p, &t->name) < 0 || add_patch(t, &p, mean, 0) < 0)
		return -1;
	cover(c, &p);
	if (t->x.rows == MAAS_ROWS)
		telling_flush(c, aim);
	return 0;
}

int
tell_by_patches(struct maas_rows_call *c, struct aim aim)
{
	const struct maas_columns *k = c->r->columns;
	size_t high = side(c, k->height), wide = side(c, k->width);

	if (telling_room(c) < 0)
		return -1;
	for (size_t i = 0; i < k->height; i += high)
		for (size_t j = 0; j < k->width; j += wide) {
			struct maas_patch p = { i, j, k->height - i < high ? k->height - i : high,
				k->width - j < wide ? k->width - j : wide };

			if (tell_patch(c, aim, p) < 0)
				return -1;
		}
	telling_flush(c, aim);
	return 0;
}

int
tell_by_frames(struct maas_rows_call *c)
{
	const struct maas_columns *k = c->r->columns;
	struct telling *t = &c->tell;
	size_t n = c->x.seq.start[1];

	if (maas_grow(&t->slope, 0, &t->slope_cap, n, sizeof *t->slope) < 0 ||
	    c->r->m->kind->rows->attention(c->r->m, &c->x, t->slope) < 0)
		return -1;
	for (size_t i = 0; i < n; i++) {
		struct maas_patch p = { .top = i, .height = 1, .width = k->width };
		double mean;

		(void)look(c, &p, &mean);
		if (name_frames(k, &p, &t->name) < 0 || add_patch(t, &p, mean, t->slope[i]) < 0)
			return -1;
	}
	return 0;
}
