/* Pictures beside what each of their pixels adds to the label's score: for --saliency, and on a page. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "classify_explain.h"
#include "maas/plot.h"

#define PICTURES 16 /* of --saliency */

struct album {
	const char *path;
	int sound;
	struct maas_album a;
	struct maas_arena *arena;
	struct maas_span name[PICTURES];
	double *grey, *tint;
};

/* Pixels that are shown as one, downwards and to the right in the row's own order. */
struct steps {
	size_t down, right;
};

static struct steps
steps_of(const struct maas_columns *c)
{
	return (struct steps){ (c->height + MAAS_ALBUM_SIDE - 1) / MAAS_ALBUM_SIDE,
		(c->width + MAAS_ALBUM_SIDE - 1) / MAAS_ALBUM_SIDE };
}

void
picture_size(const struct maas_columns *c, size_t *rows, size_t *cols)
{
	struct steps s = steps_of(c);
	size_t down = (c->height + s.down - 1) / s.down, right = (c->width + s.right - 1) / s.right;

	*rows = c->mel.rate ? right : down;
	*cols = c->mel.rate ? down : right;
}

/* Where pixel i of a row is shown: of a sound, time runs to the right, low bands are below. */
static size_t
shown_at(const struct maas_columns *c, size_t i)
{
	struct steps s = steps_of(c);
	size_t rows, cols, down = i / c->width % c->height / s.down, right = i % c->width / s.right;

	picture_size(c, &rows, &cols);
	return c->mel.rate ? (rows - 1 - right) * cols + down : down * cols + right;
}

/* To 0 ... 1: of pictures 0 stays black, of sounds the stillest is. */
static void
stretch(const struct maas_columns *c, double *grey, size_t n)
{
	double least = c->mel.rate ? INFINITY : 0, most = c->mel.rate ? -INFINITY : 0;

	for (size_t i = 0; i < n; i++) {
		least = fmin(least, grey[i]);
		most = fmax(most, grey[i]);
	}
	for (size_t i = 0; i < n && most > least; i++)
		grey[i] = (grey[i] - least) / (most - least);
}

void
picture_of(const struct maas_columns *c, const struct maas_row *row, const struct maas_explanation *x, double *grey,
    double *tint)
{
	struct steps s = steps_of(c);
	size_t rows, cols, all = c->height * c->width * (c->channels ? c->channels : 1);
	double strongest = 0;

	picture_size(c, &rows, &cols);
	memset(grey, 0, rows * cols * sizeof *grey);
	memset(tint, 0, rows * cols * sizeof *tint);
	for (size_t i = 0; i < all; i++) { /* of colours, and of what is shown as one, the mean */
		size_t row_at = i / c->width % c->height / s.down * s.down, col_at = i % c->width / s.right * s.right,
		       high = c->height - row_at < s.down ? c->height - row_at : s.down,
		       wide = c->width - col_at < s.right ? c->width - col_at : s.right;

		grey[shown_at(c, i)] += isfinite(row->x[i]) ? row->x[i] / (double)(high * wide) : 0;
	}
	stretch(c, grey, rows * cols);
	for (size_t i = 0; i < x->n; i++) {
		const struct maas_piece *p = &x->piece[i];

		if (p->index < all)
			tint[shown_at(c, p->index)] += p->contribution;
		for (size_t at = 0; at < p->patch.height * p->patch.width; at++)
			tint[shown_at(c,
			    (p->patch.top + at / p->patch.width) * c->width + p->patch.left + at % p->patch.width)] +=
			    p->contribution;
	}
	for (size_t i = 0; i < rows * cols; i++)
		strongest = fmax(strongest, fabs(tint[i]));
	for (size_t i = 0; i < rows * cols && strongest > 0; i++)
		tint[i] /= strongest;
}

struct album *
album_open(const char *path, const struct maas_columns *c)
{
	struct album *a;
	size_t n;

	if (maas_plot_check(path) < 0)
		return NULL;
	if (!c->height || !c->width) {
		maas_fail_as(MAAS_USAGE, "--saliency: the model was trained neither on pictures nor on sounds");
		return NULL;
	}
	if (!(a = maas_alloc(1, sizeof *a)))
		return NULL;
	a->path = path;
	a->sound = c->mel.rate > 0;
	a->a = (struct maas_album){ .name = a->name };
	picture_size(c, &a->a.rows, &a->a.cols);
	n = a->a.rows * a->a.cols;
	if (!(a->arena = maas_arena_new(1 << 12)) || !(a->grey = maas_alloc(PICTURES * n, sizeof *a->grey)) ||
	    !(a->tint = maas_alloc(PICTURES * n, sizeof *a->tint))) {
		album_free(a);
		return NULL;
	}
	return a;
}

void
album_free(struct album *a)
{
	if (!a)
		return;
	maas_arena_free(a->arena);
	free(a->grey);
	free(a->tint);
	free(a);
}

int
album_wants(const struct album *a)
{
	return a->a.n < PICTURES;
}

int
picture_draw(const struct album *a, const struct explaining *e, const struct reasons *r, struct drawn *to)
{
	struct maas_span label = explain_label(e, r->label);
	size_t n = a->a.rows * a->a.cols;

	if (!r->row->x)
		return 0;
	if (!(to->grey = maas_alloc(2 * n, sizeof *to->grey)) || maas_buf_printf(&to->name, "%zu: ", r->number) < 0 ||
	    maas_buf_add(&to->name, label.s, label.n) < 0 ||
	    maas_buf_printf(&to->name, e->k.labels ? " %.3f" : " %.4g", r->score) < 0)
		return -1;
	to->tint = to->grey + n;
	picture_of(maas_rows_columns(e->k.rows), r->row, &r->x, to->grey, to->tint);
	return 0;
}

int
album_add(struct album *a, const struct drawn *d)
{
	size_t i = a->a.n, n = a->a.rows * a->a.cols;

	if (!album_wants(a) || !d->grey)
		return 0;
	a->name[i] = (struct maas_span){ maas_take_text(a->arena, d->name.s, d->name.n), d->name.n };
	if (!a->name[i].s)
		return -1;
	memcpy(a->grey + i * n, d->grey, n * sizeof *a->grey);
	memcpy(a->tint + i * n, d->tint, n * sizeof *a->tint);
	a->a.n++;
	return 0;
}

int
album_save(const struct album *a)
{
	struct maas_album album = a->a;
	const struct maas_plot p = { .title = "What speaks for each answer",
		.x = a->sound
		    ? "red: for it, blue: against it; the strongest in full colour; time runs to the right, low tones are below"
		    : "red: for it, blue: against it; the strongest of each in full colour",
		.album = &album };

	if (!album.n)
		return maas_fail("%s: not written: no picture got an answer", a->path);
	album.grey = a->grey;
	album.tint = a->tint;
	return maas_plot_save(&p, a->path);
}

/* RFC 4648, section 4. */
static void
put_base64(FILE *f, const unsigned char *p, size_t n)
{
	static const char digit[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

	for (size_t i = 0; i < n; i += 3) {
		unsigned v =
		    (unsigned)p[i] << 16 | (i + 1 < n ? (unsigned)p[i + 1] << 8 : 0) | (i + 2 < n ? p[i + 2] : 0);

		putc(digit[v >> 18], f);
		putc(digit[v >> 12 & 63], f);
		putc(i + 1 < n ? digit[v >> 6 & 63] : '=', f);
		putc(i + 2 < n ? digit[v & 63] : '=', f);
	}
}

static void
put32(unsigned char *p, size_t v)
{
	for (int i = 0; i < 4; i++)
		p[i] = (unsigned char)(v >> 8 * i);
}

/* A BMP of 24 bits a pixel, bottom row first, rows of a multiple of four bytes: what every browser shows. */
int
picture_put(FILE *f, const double *v, size_t height, size_t width, unsigned (*colour)(double))
{
	enum { HEAD = 54 };
	size_t line = (3 * width + 3) / 4 * 4, n = HEAD + line * height;
	unsigned char *p = maas_alloc(n, 1);

	if (!p)
		return -1;
	memcpy(p, "BM", 2);
	put32(p + 2, n);
	put32(p + 10, HEAD);
	put32(p + 14, 40);
	put32(p + 18, width);
	put32(p + 22, height);
	p[26] = 1;
	p[28] = 24;
	for (size_t i = 0; i < height; i++)
		for (size_t j = 0; j < width; j++) {
			unsigned char *at = p + HEAD + (height - 1 - i) * line + 3 * j;
			unsigned c = colour(v[i * width + j]);

			at[0] = (unsigned char)c, at[1] = (unsigned char)(c >> 8), at[2] = (unsigned char)(c >> 16);
		}
	fputs("data:image/bmp;base64,", f);
	put_base64(f, p, n);
	free(p);
	return 0;
}
