/*
 * Why a row got the output it got: what each piece of it adds.
 *
 *	contribution  weight x value, where the output is linear in the features: with the intercept they sum to it
 *	gradient      d output / d feature x value (Shrikumar, Greenside et al. 2016): the same where it is linear
 *	occlusion     the output, less the output without the piece: a feature or a patch of a picture at 0, a part of
 *	              the text deleted (Zeiler and Fergus 2014; Li, Monroe and Jurafsky 2016)
 *	attention     how much of the network's attention is on the piece: no contribution, weights that sum to 1
 *
 * Values are those the model takes, numbers scaled; at 0 a scaled number is at its mean, and a category has none of
 * its values.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "rows_explain.h"

#define TERMS 8 /* in the name of a hashed feature */

const char *const maas_method_names[] = { "auto", "contribution", "gradient", "occlusion", "attention", NULL };

struct aim
aim_at(const struct maas_rows *r, size_t label)
{
	if (r->outputs == 1)
		return (struct aim){ 0, r->labels && !label ? -1 : 1, 0 };
	return (struct aim){ label, 1, !r->m->kind->rows->weight };
}

/*
 * The logit of what is aimed at, and (of not NULL) how it follows each output.  Of odds it is ln p / (1 - p), the
 * output less the logarithm of the sum of the others' exponentials: what speaks against another label speaks for this
 * one.
 */
double
logit_of(const struct maas_rows *r, const double *out, struct aim aim, double *of)
{
	double most = -INFINITY, sum = 0;

	for (size_t i = 0; of && i < r->outputs; i++)
		of[i] = i == aim.output ? aim.sign : 0;
	if (!aim.odds)
		return aim.sign * out[aim.output];
	for (size_t i = 0; i < r->outputs; i++)
		most = i == aim.output ? most : fmax(most, out[i]);
	for (size_t i = 0; i < r->outputs; i++)
		sum += i == aim.output ? 0 : exp(out[i] - most);
	for (size_t i = 0; of && i < r->outputs; i++)
		of[i] = i == aim.output ? 1 : -exp(out[i] - most) / sum;
	return out[aim.output] - most - log(sum);
}

void
telling_free(struct telling *t)
{
	maas_arena_free(t->arena);
	maas_buf_free(&t->name);
	maas_buf_free(&t->text);
	maas_design_free(&t->x);
	shares_free(&t->shares);
	free(t->piece);
	free(t->place);
	free(t->slope);
	free(t->of);
	free(t->tag);
	free(t->whole);
	free(t->adds);
	free(t->answers);
	free(t->pairs);
	free(t->out);
	free(t->cover.start);
	free(t->cover.id);
	free(t->cover.bag);
	*t = (struct telling){ 0 };
}

int
maas_rows_method(const struct maas_rows *r, enum maas_method *method)
{
	const struct maas_kind *k = r->m->kind;

	if (*method == MAAS_METHOD_AUTO)
		*method = k->rows->weight                         ? MAAS_CONTRIBUTION
		    : k->rows->gradient && !maas_rows_spelling(r) ? MAAS_GRADIENT
								  : MAAS_OCCLUSION;
	if (*method == MAAS_CONTRIBUTION && !k->rows->weight)
		return maas_fail_as(MAAS_USAGE,
		    "%s models are not linear, so no feature has a contribution of its own: gradient and occlusion come "
		    "near it",
		    k->name);
	if (*method == MAAS_GRADIENT && !k->rows->weight && !k->rows->gradient && !k->rows->saliency)
		return maas_fail_as(MAAS_USAGE, "%s models have no gradient: occlusion wants none", k->name);
	if (*method == MAAS_ATTENTION && !k->rows->attention)
		return maas_fail_as(MAAS_USAGE, "%s models have no attention to show", k->name);
	return *method == MAAS_ATTENTION ? k->rows->attention(r->m, NULL, NULL) : 0;
}

double
rest_of(double whole, const struct maas_piece *piece, size_t n)
{
	double rest = whole, most = fabs(whole);

	for (size_t i = 0; i < n; i++) {
		rest -= piece[i].contribution;
		most = fmax(most, fabs(piece[i].contribution));
	}
	return fabs(rest) < 1e-9 * most ? 0 : rest;
}

int
by_size(const void *a, const void *b)
{
	const struct maas_piece *x = a, *y = b;
	double u = fabs(x->contribution), v = fabs(y->contribution);

	return u != v                ? (u > v ? -1 : 1)
	    : x->value != y->value   ? (x->value > y->value ? -1 : 1)
	    : x->index != y->index   ? (x->index < y->index ? -1 : 1)
	    : x->places && y->places ? (x->place < y->place ? -1 : x->place > y->place)
				     : 0;
}

static int
by_feature(const void *a, const void *b)
{
	const struct maas_place *x = a, *y = b;

	return x->feature != y->feature ? (x->feature < y->feature ? -1 : 1)
					: (x->start > y->start) - (x->start < y->start);
}

/* Where the text's features stand, feature by feature; and the parts they cut the text into. */
static int
find_places(struct maas_rows_call *c)
{
	struct telling *t = &c->tell;
	const struct maas_place *place;
	size_t n = 0;

	if (c->z && c->text.n &&
	    maas_vectorize_places(c->z, (struct maas_span){ c->text.s, c->text.n }, &place, &n) < 0)
		return -1;
	t->places = n;
	if (maas_grow(&t->place, 0, &t->place_cap, n, sizeof *t->place) < 0)
		return -1;
	if (n) {
		memcpy(t->place, place, n * sizeof *place);
		qsort(t->place, n, sizeof *place, by_feature);
	}
	return shares_cut(&t->shares, t->place, n);
}

/* A hashed feature is called by the pieces of the text that fell in it, each once. */
static int
name_by_places(const struct maas_piece *p, struct maas_buf *name)
{
	size_t put = 0;

	for (size_t i = 0; i < p->places; i++) {
		struct maas_span s = p->place[i].term;
		size_t k = 0;

		while (k < i && (p->place[k].term.n != s.n || memcmp(p->place[k].term.s, s.s, s.n)))
			k++;
		if (k < i)
			continue;
		if (put == TERMS)
			return maas_buf_text(name, " | ...");
		if ((put++ && maas_buf_text(name, " | ") < 0) || maas_buf_add(name, s.s, s.n) < 0)
			return -1;
	}
	return 0;
}

static int
name_piece(struct maas_rows_call *c, struct maas_piece *p)
{
	struct telling *t = &c->tell;
	int hashed = p->index >= c->r->before && p->places && maas_vectorizer_hashed(c->r->v);

	t->name.n = 0;
	if ((hashed ? name_by_places(p, &t->name) : maas_rows_feature(c->r, p->index, &t->name)) < 0 ||
	    !(p->feature.s = maas_take_text(t->arena, t->name.n ? t->name.s : "", t->name.n)))
		return -1;
	p->feature.n = t->name.n;
	return 0;
}

/* A piece for a feature that the row has: features ascend, so places are gone through once. */
static int
add_piece(struct maas_rows_call *c, size_t feature, double value, double contribution)
{
	struct telling *t = &c->tell;
	struct maas_piece *p = &t->piece[t->pieces++];

	*p = (struct maas_piece){ .index = feature,
		.value = feature < c->x.dense ? c->number[feature] : value,
		.contribution = contribution };
	while (t->told < t->places && c->r->before + t->place[t->told].feature < feature)
		t->told++;
	p->place = t->place + t->told;
	for (; t->told < t->places && c->r->before + t->place[t->told].feature == feature; t->told++)
		p->places++;
	shares_add(&t->shares, p->place, p->places, contribution);
	return name_piece(c, p);
}

/* d output / d feature: of the dense ones, then of those the row has. */
static int
find_slopes(struct maas_rows_call *c, struct aim aim)
{
	const struct maas_model *m = c->r->m;
	const struct maas_rows_ops *ops = m->kind->rows;
	struct telling *t = &c->tell;

	if (maas_grow(&t->slope, 0, &t->slope_cap, c->x.dense + c->nnz + 1, sizeof *t->slope) < 0)
		return -1;
	if (!ops->weight)
		return ops->gradient(m, &c->x, t->of, t->slope, t->slope + c->x.dense, c->scratch);
	for (size_t i = 0; i < c->x.dense; i++)
		t->slope[i] = aim.sign * ops->weight(m, i, aim.output);
	for (size_t i = 0; i < c->nnz; i++)
		t->slope[c->x.dense + i] = aim.sign * ops->weight(m, c->x.dense + c->x.sparse.col[i], aim.output);
	return 0;
}

static int
tell_by_slopes(struct maas_rows_call *c, struct aim aim)
{
	const double *x = c->x.x, *val = c->x.sparse.val, *slope;
	size_t dense = c->x.dense;

	if (find_slopes(c, aim) < 0)
		return -1;
	slope = c->tell.slope;
	for (size_t i = 0; i < dense; i++)
		if (x[i] != 0 && add_piece(c, i, x[i], x[i] * slope[i]) < 0)
			return -1;
	for (size_t i = 0; i < c->nnz; i++)
		if (val[i] != 0 && add_piece(c, dense + c->x.sparse.col[i], val[i], val[i] * slope[dense + i]) < 0)
			return -1;
	shares_end(&c->tell.shares);
	return 0;
}

/* Occlusion: rows with a piece left out are put together, and answered MAAS_ROWS at a time. */

static int
put(struct telling *t, size_t col, double val)
{
	struct maas_csr *s = &t->x.sparse;
	size_t n = s->start[t->x.rows];

	if (maas_grow(&s->col, n, &t->col_cap, 1, sizeof *s->col) < 0 ||
	    maas_grow(&s->val, n, &t->val_cap, 1, sizeof *s->val) < 0)
		return -1;
	s->col[n] = (uint32_t)col;
	s->val[n] = val;
	s->start[t->x.rows]++;
	return 0;
}

void
telling_flush(struct maas_rows_call *c, struct aim aim)
{
	struct telling *t = &c->tell;

	if (!t->x.rows)
		return;
	for (size_t i = 0; c->r->frame && i < t->x.rows; i++) /* each as long as the row */
		t->x.seq.start[i + 1] = t->x.seq.start[i] + c->x.seq.start[1];
	t->x.sparse.rows = t->x.rows;
	c->r->m->kind->rows->apply(c->r->m, &t->x, t->out, c->scratch);
	for (size_t i = 0; i < t->x.rows; i++)
		t->piece[t->tried++].contribution =
		    logit_of(c->r, c->out, aim, NULL) - logit_of(c->r, t->out + i * c->r->outputs, aim, NULL);
	t->x.rows = 0;
}

/* The row's features but `left_out`, those of the text only where `text`. */
static int
put_others(struct maas_rows_call *c, size_t left_out, int text)
{
	struct telling *t = &c->tell;
	size_t dense = c->x.dense;
	double *x = t->x.x + t->x.rows * dense;

	if (dense)
		memcpy(x, c->x.x, dense * sizeof *x);
	if (left_out < dense)
		x[left_out] = 0;
	t->x.rows++;
	t->x.sparse.start[t->x.rows] = t->x.sparse.start[t->x.rows - 1];
	for (size_t i = 0; i < c->nnz; i++) {
		size_t feature = dense + c->x.sparse.col[i];

		if (feature != left_out && (text || feature < c->r->before) &&
		    put(t, c->x.sparse.col[i], c->x.sparse.val[i]) < 0)
			return -1;
	}
	return 0;
}

static int
without_feature(struct maas_rows_call *c, struct aim aim, size_t feature, double value)
{
	if (add_piece(c, feature, value, 0) < 0 || put_others(c, feature, 1) < 0)
		return -1;
	if (c->tell.x.rows == MAAS_ROWS)
		telling_flush(c, aim);
	return 0;
}

static int
without_part(struct maas_rows_call *c, struct aim aim, size_t start, size_t end)
{
	struct telling *t = &c->tell;
	const uint32_t *col;
	const double *val;
	size_t n;

	t->text.n = 0;
	if (maas_buf_add(&t->text, c->text.s, start) < 0 ||
	    maas_buf_add(&t->text, c->text.s + end, c->text.n - end) < 0 ||
	    maas_vectorize_text(c->z, (struct maas_span){ t->text.s, t->text.n }, &col, &val, &n) < 0 ||
	    put_others(c, SIZE_MAX, 0) < 0)
		return -1;
	for (size_t i = 0; i < n; i++)
		if (put(t, c->r->before - c->x.dense + col[i], val[i]) < 0)
			return -1;
	if (t->x.rows == MAAS_ROWS)
		telling_flush(c, aim);
	return 0;
}

/* The parts of the text as pieces: each called what stands there. */
static int
without_parts(struct maas_rows_call *c, struct aim aim)
{
	struct telling *t = &c->tell;
	size_t first = t->pieces;

	shares_add(&t->shares, t->place, t->places, 0);
	shares_end(&t->shares);
	if (maas_grow(&t->place, 0, &t->place_cap, t->shares.n, sizeof *t->place) < 0 ||
	    maas_grow(&t->piece, t->pieces, &t->piece_cap, t->shares.n, sizeof *t->piece) < 0)
		return -1;
	for (size_t i = 0; i < t->shares.n; i++) {
		const struct maas_share *s = &t->shares.share[i];

		t->place[i] = (struct maas_place){ .start = s->start, .end = s->end };
		t->piece[t->pieces++] = (struct maas_piece){ .feature = { c->text.s + s->start, s->end - s->start },
			.index = SIZE_MAX,
			.value = 1,
			.place = &t->place[i],
			.places = 1 };
		if (without_part(c, aim, s->start, s->end) < 0)
			return -1;
	}
	telling_flush(c, aim);
	for (size_t i = 0; i < t->shares.n; i++)
		t->shares.share[i].contribution = t->piece[first + i].contribution;
	return 0;
}

int
telling_room(struct maas_rows_call *c)
{
	struct telling *t = &c->tell;

	t->x.rows = t->tried = 0;
	if (t->out)
		return 0;
	t->x = (struct maas_design){ .cols = c->x.cols, .dense = c->x.dense, .sparse = { .cols = c->x.sparse.cols } };
	t->x.seq.frame = c->r->frame;
	if (c->r->frame && !(t->x.seq.start = maas_alloc(MAAS_ROWS + 1, sizeof *t->x.seq.start)))
		return -1;
	return (t->x.x = maas_alloc(MAAS_ROWS, (c->x.dense + 1) * sizeof *t->x.x)) &&
		(t->x.sparse.start = maas_alloc(MAAS_ROWS + 1, sizeof *t->x.sparse.start)) &&
		(t->out = maas_alloc(MAAS_ROWS, (c->r->outputs + 1) * sizeof *t->out))
	    ? 0
	    : -1;
}

static int
tell_by_occlusion(struct maas_rows_call *c, struct aim aim)
{
	struct telling *t = &c->tell;
	size_t dense = c->x.dense, places = t->places;

	if (telling_room(c) < 0)
		return -1;
	t->places = 0;
	for (size_t i = 0; i < dense; i++)
		if (c->x.x[i] != 0 && without_feature(c, aim, i, c->x.x[i]) < 0)
			return -1;
	for (size_t i = 0; i < c->nnz; i++)
		if (c->x.sparse.val[i] != 0 && (dense + c->x.sparse.col[i] < c->r->before || !places) &&
		    without_feature(c, aim, dense + c->x.sparse.col[i], c->x.sparse.val[i]) < 0)
			return -1;
	t->places = places;
	return without_parts(c, aim);
}

static int
tell(struct maas_rows_call *c, struct aim aim, enum maas_method method)
{
	if (c->speller)
		return tell_sequence(c, aim, method);
	if (method == MAAS_ATTENTION)
		return tell_by_frames(c);
	if (method != MAAS_OCCLUSION)
		return tell_by_slopes(c, aim);
	return telling_picture(c) ? tell_by_patches(c, aim) : tell_by_occlusion(c, aim);
}

int
maas_rows_explain(struct maas_rows_call *c, size_t label, enum maas_method method, struct maas_explanation *to)
{
	const struct maas_rows *r = c->r;
	struct telling *t = &c->tell;
	struct aim aim = aim_at(r, label);
	double logit;

	if (maas_rows_method(r, &method) < 0)
		return -1;
	if (label >= maas_rows_scores(r))
		return maas_fail("label %zu of %zu", label, r->labels);
	if (!t->arena && !(t->arena = maas_arena_new(1 << 14)))
		return -1;
	maas_arena_reset(t->arena);
	t->pieces = t->told = 0;
	if ((!c->speller && find_places(c) < 0) ||
	    maas_grow(&t->piece, 0, &t->piece_cap, c->x.dense + c->nnz + 1, sizeof *t->piece) < 0 ||
	    maas_grow(&t->of, 0, &t->of_cap, r->outputs, sizeof *t->of) < 0)
		return -1;
	logit = logit_of(r, c->out, aim, t->of);
	if (tell(c, aim, method) < 0)
		return -1;
	*to = (struct maas_explanation){ .method = method,
		.logit = logit,
		.piece = t->piece,
		.n = t->pieces,
		.text = { (c->z || c->speller) && c->text.n ? c->text.s : NULL, c->text.n },
		.share = t->shares.share,
		.shares = t->shares.n };
	to->intercept = method == MAAS_CONTRIBUTION
	    ? aim.sign * r->m->kind->rows->intercept(r->m, aim.output)
	    : rest_of(method == MAAS_ATTENTION ? 1 : logit, t->piece, t->pieces);
	if (t->pieces)
		qsort(t->piece, t->pieces, sizeof *t->piece, by_size);
	return 0;
}
