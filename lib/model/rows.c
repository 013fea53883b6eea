/* One record in, scores out: the columns, the vectoriser and the labels of an open model around its kind. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "rows.h"

struct maas_rows_call {
	const struct maas_rows *r;
	struct maas_reader *reader; /* of single records */
	struct maas_vectorize *z;   /* NULL: no text */
	uint32_t *col;              /* the last record's features */
	double *val;
	size_t n, col_cap, val_cap;
	struct maas_buf text; /* the last record's text, for places */
	double *logit, *probability;
	struct maas_piece *piece;
	struct maas_place *place; /* by feature, then by place */
	size_t piece_cap, place_cap;
	struct maas_buf name; /* of features of columns */
};

static void
rows_free(struct maas_rows *r)
{
	if (!r)
		return;
	maas_columns_free(r->columns);
	maas_vectorizer_free(r->v);
	free(r);
}

static int
parts(struct maas_model *m, struct maas_rows *r, size_t features, size_t labels)
{
	struct maas_span columns = maas_model_part(m, "columns"), v = maas_model_part(m, "vectorizer");

	if (!columns.s)
		return maas_fail("the part columns is missing");
	if (!(r->columns = maas_columns_open(columns)) || (v.s && !(r->v = maas_vectorizer_open(v))) ||
	    labels_parse(m, r) < 0)
		return -1;
	r->numbers = r->columns->features;
	r->features = r->numbers + (r->v ? maas_vectorizer_size(r->v) : 0);
	if (!r->columns->texts != !r->v)
		return maas_fail(r->v ? "a vectorizer, but no column of text" : "a column of text, but no vectorizer");
	if (!m->kind->rows) /* a vectoriser alone: no weights */
		return r->v ? 0 : maas_fail("the part vectorizer is missing");
	if (r->features != features)
		return maas_fail(
		    "weights for %zu features, the columns and the vectorizer make %zu", features, r->features);
	if (r->labels != labels)
		return maas_fail("weights for %zu labels, %zu labels", labels, r->labels);
	return 0;
}

int
maas_rows_open(struct maas_model *m, size_t features, size_t labels)
{
	struct maas_rows *r = maas_alloc(1, sizeof *r);

	if (!r)
		return -1;
	r->m = m;
	if (parts(m, r, features, labels) < 0) {
		rows_free(r);
		return m->path ? maas_in("%s", m->path) : -1;
	}
	m->ready = r;
	return 0;
}

void
maas_rows_close(struct maas_model *m)
{
	rows_free(m->ready);
	m->ready = NULL;
}

const struct maas_rows *
maas_rows_of(const struct maas_model *m)
{
	if (!m->kind->rows || !m->ready) {
		maas_fail_as(
		    MAAS_USAGE, "%s: a %s model does not classify rows", m->path ? m->path : "model", m->kind->name);
		return NULL;
	}
	return m->ready;
}

const struct maas_vectorizer *
maas_model_vectorizer(const struct maas_model *m, const struct maas_columns **columns)
{
	const struct maas_rows *r = m->kind->done == maas_rows_close ? m->ready : NULL;

	if (!r || !r->v) {
		maas_fail("%s: a %s model without a vectorizer", m->path ? m->path : "model", m->kind->name);
		return NULL;
	}
	*columns = r->columns;
	return r->v;
}

size_t
maas_rows_labels(const struct maas_rows *r)
{
	return r->labels;
}

struct maas_span
maas_rows_label(const struct maas_rows *r, size_t i)
{
	return r->label[i];
}

const struct maas_columns *
maas_rows_columns(const struct maas_rows *r)
{
	return r->columns;
}

struct maas_columns *
maas_columns_sparse(size_t features)
{
	struct maas_arena *a = maas_arena_new(1 << 12);
	struct maas_columns *c = a ? maas_take(a, 1, sizeof *c) : NULL;

	if (!c) {
		maas_arena_free(a);
		return NULL;
	}
	*c = (struct maas_columns){
		.arena = a, .format = &maas_format_libsvm, .delimiter = ' ', .features = features, .labelled = 1
	};
	return c;
}

size_t
maas_rows_features(const struct maas_rows *r)
{
	return r->features;
}

struct maas_rows_call *
maas_rows_call_new(const struct maas_rows *r)
{
	struct maas_rows_call *c = maas_alloc(1, sizeof *c);
	size_t labels = r->labels ? r->labels : 1;

	if (!c)
		return NULL;
	c->r = r;
	if ((r->v && !(c->z = maas_vectorize_new(r->v))) || !(c->reader = maas_reader_new(r->columns, NULL)) ||
	    !(c->logit = maas_alloc(labels, sizeof *c->logit)) ||
	    !(c->probability = maas_alloc(labels, sizeof *c->probability))) {
		maas_rows_call_free(c);
		return NULL;
	}
	return c;
}

void
maas_rows_call_free(struct maas_rows_call *c)
{
	if (!c)
		return;
	maas_reader_free(c->reader);
	maas_vectorize_free(c->z);
	maas_buf_free(&c->text);
	maas_buf_free(&c->name);
	free(c->col);
	free(c->val);
	free(c->logit);
	free(c->probability);
	free(c->piece);
	free(c->place);
	free(c);
}

static int
add(struct maas_rows_call *c, size_t col, double val)
{
	if (maas_grow(&c->col, c->n, &c->col_cap, 1, sizeof *c->col) < 0 ||
	    maas_grow(&c->val, c->n, &c->val_cap, 1, sizeof *c->val) < 0)
		return -1;
	c->col[c->n] = (uint32_t)col;
	c->val[c->n++] = val;
	return 0;
}

/* Features of the columns: `most` of them, zeros left out. */
static int
add_numbers(struct maas_rows_call *c, const struct maas_row *row, size_t most)
{
	for (size_t i = 0; row->x && i < most; i++) {
		if (!isfinite(row->x[i]))
			return maas_fail(
			    "feature %zu is a gap or not finite, and the model was trained without any", i + 1);
		if (row->x[i] != 0 && add(c, i, row->x[i]) < 0)
			return -1;
	}
	for (size_t i = 0; !row->x && i < row->nnz; i++)
		if (row->col[i] < most && add(c, row->col[i], row->val[i]) < 0)
			return -1;
	return 0;
}

static int
add_text(struct maas_rows_call *c, struct maas_span text)
{
	const uint32_t *col;
	const double *val;
	size_t n;

	if (maas_vectorize_text(c->z, text, &col, &val, &n) < 0)
		return -1;
	for (size_t i = 0; i < n; i++)
		if (add(c, c->r->numbers + col[i], val[i]) < 0)
			return -1;
	return 0;
}

/* Keep the features in hand, and the text where there is one. */
static int
take(struct maas_rows_call *c, const struct maas_row *row)
{
	const struct maas_rows *r = c->r;

	c->n = c->text.n = 0;
	if (!row->text.s || !c->z)
		return add_numbers(c, row, r->features);
	if (add_numbers(c, row, r->numbers) < 0 || add_text(c, row->text) < 0)
		return -1;
	return maas_buf_add(&c->text, row->text.s, row->text.n);
}

int
maas_rows_features_of(
    struct maas_rows_call *c, const struct maas_row *row, const uint32_t **col, const double **val, size_t *n)
{
	if (row->bad)
		return maas_fail("%s", row->bad);
	if (take(c, row) < 0)
		return -1;
	*col = c->col;
	*val = c->val;
	*n = c->n;
	return 0;
}

static int
score(struct maas_rows_call *c, const struct maas_row *row, double *probability)
{
	const struct maas_rows *r = c->r;

	if (take(c, row) < 0)
		return -1;
	r->m->kind->rows->apply(r->m, c->col, c->val, c->n, c->logit, c->probability);
	if (probability)
		memcpy(probability, c->probability, r->labels * sizeof *probability);
	return 0;
}

int
maas_rows_row(struct maas_rows_call *c, const struct maas_row *row, double *probability)
{
	return row->bad ? maas_fail("%s", row->bad) : score(c, row, probability);
}

int
maas_rows_text(struct maas_rows_call *c, struct maas_span text, double *probability)
{
	struct maas_row row;

	if (maas_reader_text(c->reader, text, &row) < 0)
		return -1;
	return maas_rows_row(c, &row, probability);
}

int
maas_rows_record(struct maas_rows_call *c, struct maas_span record, double *probability)
{
	struct maas_row row;

	if (maas_reader_parse(c->reader, record, &row) < 0)
		return -1;
	return maas_rows_row(c, &row, probability);
}

int
maas_rows_answer(struct maas_model *m, struct maas_span input, struct maas_buf *b)
{
	const struct maas_rows *r = m->ready;
	struct maas_rows_call *c = maas_rows_call_new(r);
	size_t best = 0;
	int rc = -1;

	if (c && maas_rows_record(c, input, NULL) == 0) {
		for (size_t i = 1; i < r->labels; i++)
			if (c->probability[i] > c->probability[best])
				best = i;
		rc = maas_buf_add(b, r->label[best].s, r->label[best].n);
		if (rc == 0)
			rc = maas_buf_printf(b, "\t%.9g", c->probability[best]);
	}
	maas_rows_call_free(c);
	return rc;
}

static int
by_size(const void *a, const void *b)
{
	const struct maas_piece *x = a, *y = b;
	double u = fabs(x->contribution), v = fabs(y->contribution);

	return u != v              ? (u > v ? -1 : 1)
	    : x->value != y->value ? (x->value > y->value ? -1 : 1)
				   : (x->feature.s > y->feature.s) - (x->feature.s < y->feature.s);
}

static int
by_feature(const void *a, const void *b)
{
	const struct maas_place *x = a, *y = b;

	return x->feature != y->feature ? (x->feature < y->feature ? -1 : 1)
					: (x->start > y->start) - (x->start < y->start);
}

/* Where the text's features stand, feature by feature. */
static int
places(struct maas_rows_call *c, size_t *n)
{
	const struct maas_place *place;

	*n = 0;
	if (!c->z || !c->text.n)
		return 0;
	if (maas_vectorize_places(c->z, (struct maas_span){ c->text.s, c->text.n }, &place, n) < 0 ||
	    maas_grow(&c->place, 0, &c->place_cap, *n, sizeof *c->place) < 0)
		return -1;
	if (*n) {
		memcpy(c->place, place, *n * sizeof *place);
		qsort(c->place, *n, sizeof *place, by_feature);
	}
	return 0;
}

/* Names of features of columns lie in c->name, one behind the other, NUL-ended; offsets first, then pointers. */
static int
name_of(struct maas_rows_call *c, size_t feature, struct maas_span *to)
{
	const struct maas_rows *r = c->r;
	size_t at = c->name.n;

	if (feature >= r->numbers) {
		*to = maas_vectorizer_feature(r->v, feature - r->numbers);
		return 0;
	}
	if (maas_columns_feature(r->columns, feature, &c->name) < 0 || maas_buf_add(&c->name, "", 1) < 0)
		return -1;
	*to = (struct maas_span){ NULL, at };
	return 0;
}

int
maas_rows_explain(struct maas_rows_call *c, size_t label, struct maas_explanation *to)
{
	const struct maas_rows *r = c->r;
	const struct maas_rows_ops *ops = r->m->kind->rows;
	size_t n, k = 0;

	if (!ops->weight)
		return maas_fail_as(MAAS_USAGE, "%s models cannot tell what a feature adds", r->m->kind->name);
	if (label >= r->labels)
		return maas_fail("label %zu of %zu", label, r->labels);
	c->name.n = 0;
	if (places(c, &n) < 0 || maas_grow(&c->piece, 0, &c->piece_cap, c->n, sizeof *c->piece) < 0)
		return -1;
	for (size_t i = 0; i < c->n; i++) {
		struct maas_piece *p = &c->piece[i];

		*p = (struct maas_piece){ .value = c->val[i] };
		p->contribution = c->val[i] * ops->weight(r->m, c->col[i], label);
		if (name_of(c, c->col[i], &p->feature) < 0)
			return -1;
		while (k < n && r->numbers + c->place[k].feature < c->col[i])
			k++;
		p->place = c->place + k;
		for (; k < n && r->numbers + c->place[k].feature == c->col[i]; k++)
			p->places++;
	}
	for (size_t i = 0; i < c->n; i++)
		if (!c->piece[i].feature.s)
			c->piece[i].feature = maas_span(c->name.s + c->piece[i].feature.n);
	if (c->n)
		qsort(c->piece, c->n, sizeof *c->piece, by_size);
	*to = (struct maas_explanation){ c->logit[label], ops->intercept(r->m, label), c->piece, c->n };
	return 0;
}
