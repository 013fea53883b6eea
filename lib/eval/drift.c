/* New rows against the statistics of those a model learnt from. */
#include <math.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "maas/text.h"
#include "witness.h"

#define TOP   100 /* features whose shares are compared */
#define SHOWN 5   /* of columns in a report, and of labels */

struct maas_drift {
	const struct maas_rows *rows;
	const struct maas_columns *columns;
	struct witness w;
	struct maas_vectorize *z;       /* NULL: no text */
	size_t base;                    /* of the features of texts */
	struct maas_drift_counter *own; /* of maas_drift_add */
	uint64_t *count;                /* [counts_of] as measured last */
	double *now, *before;           /* [cells] rows */
	double *answers, *shares;       /* [labels] */
	size_t *top, tops;              /* cells of the commonest features */
	double n, terms, unknown;
};

/* What is counted is one array: rows of each cell, answers of each label, and behind them these. */
enum { ROWS, TERMS, UNKNOWN, FIGURES };

struct maas_drift_counter {
	const struct maas_drift *d;
	uint32_t *cell; /* of a row */
	_Atomic uint64_t *count;
};

size_t
maas_drift_counts(const struct maas_drift *d)
{
	return d->w.cells + d->w.labels + FIGURES;
}

/* One thread adds, so that no addition has to be one step; others may read. */
static void
add(struct maas_drift_counter *c, size_t i, uint64_t n)
{
	atomic_store_explicit(
	    &c->count[i], atomic_load_explicit(&c->count[i], memory_order_relaxed) + n, memory_order_relaxed);
}

struct maas_drift_counter *
maas_drift_counter_new(const struct maas_drift *d)
{
	struct maas_drift_counter *c = maas_alloc(1, sizeof *c);

	if (!c)
		return NULL;
	c->d = d;
	c->cell = maas_alloc(d->w.variables + d->w.features + 1, sizeof *c->cell);
	c->count = maas_alloc(maas_drift_counts(d), sizeof *c->count);
	if (c->cell && c->count)
		return c;
	maas_drift_counter_free(c);
	return NULL;
}

void
maas_drift_counter_free(struct maas_drift_counter *c)
{
	if (!c)
		return;
	free(c->cell);
	free(c->count);
	free(c);
}

void
maas_drift_counter_sum(const struct maas_drift_counter *c, uint64_t *to)
{
	for (size_t i = 0; i < maas_drift_counts(c->d); i++)
		to[i] += atomic_load_explicit(&c->count[i], memory_order_relaxed);
}

static int
by_count(const void *a, const void *b, void *ctx)
{
	const double *before = ctx;
	size_t x = *(const size_t *)a, y = *(const size_t *)b;

	return before[x] != before[y] ? (before[x] < before[y] ? 1 : -1) : (x > y) - (x < y);
}

static int
prepare(struct maas_drift *d)
{
	struct witness *w = &d->w;

	d->count = maas_take(w->arena, maas_drift_counts(d), sizeof *d->count);
	d->now = maas_take(w->arena, w->cells, sizeof *d->now);
	d->before = maas_take(w->arena, w->cells, sizeof *d->before);
	d->answers = maas_take(w->arena, w->labels, sizeof *d->answers);
	d->shares = maas_take(w->arena, w->labels, sizeof *d->shares);
	d->top = maas_take(w->arena, w->features, sizeof *d->top);
	if (!d->count || !d->now || !d->before || !d->answers || !d->shares || !d->top)
		return -1;
	for (size_t k = 0; k < w->labels; k++)
		for (size_t c = 0; c < w->cells; c++)
			d->before[c] += w->count[k * w->cells + c];
	for (size_t i = 0; i < w->features; i++)
		d->top[i] = w->first + i;
	if (w->features)
		qsort_r(d->top, w->features, sizeof *d->top, by_count, d->before);
	d->tops = w->features < TOP ? w->features : TOP;
	return 0;
}

/* Are the columns of the statistics the model's? */
static int
check(const struct maas_drift *d)
{
	for (size_t i = 0; i < d->w.variables; i++) {
		const struct variable *v = &d->w.variable[i];

		if (v->from >= (v->word ? d->columns->words : d->columns->numbers))
			return maas_fail("the part statistics: a column that the model has not");
	}
	if (d->w.labels > 1 && d->w.labels != maas_rows_labels(d->rows))
		return maas_fail("the part statistics: labels of another model");
	return 0;
}

struct maas_drift *
maas_drift_new(const struct maas_model *m)
{
	struct maas_span part = maas_model_part(m, "statistics");
	const struct maas_rows *rows = maas_rows_of(m);
	struct maas_drift *d;

	if (!rows)
		return NULL;
	if (!part.s) {
		maas_fail_as(MAAS_USAGE, "%s keeps no statistics of its training rows to compare with",
		    m->path ? m->path : "the model");
		return NULL;
	}
	if (!(d = maas_alloc(1, sizeof *d)))
		return NULL;
	d->rows = rows;
	d->columns = maas_rows_columns(rows);
	d->base = d->columns->features;
	if (witness_parse(&d->w, part, maas_rows_features(rows)) < 0 || check(d) < 0 || prepare(d) < 0 ||
	    !(d->own = maas_drift_counter_new(d)))
		goto fail;
	if (d->columns->texts && !maas_rows_spelling(rows)) {
		const struct maas_columns *columns;
		const struct maas_vectorizer *v = maas_model_vectorizer(m, &columns);

		if (!v || !(d->z = maas_vectorize_new(v)))
			goto fail;
	}
	return d;
fail:
	maas_drift_free(d);
	return NULL;
}

void
maas_drift_free(struct maas_drift *d)
{
	if (!d)
		return;
	maas_drift_counter_free(d->own);
	maas_vectorize_free(d->z);
	maas_arena_free(d->w.arena);
	free(d);
}

/* A row, and its features that col and val hold: the first of them is `first` among all. */
static void
count_row(struct maas_drift_counter *c, const struct maas_row *row, size_t first, const uint32_t *col,
    const double *val, size_t nnz)
{
	const struct witness *w = &c->d->w;
	size_t n = 0, marks;

	for (size_t i = 0; i < w->variables; i++) {
		uint32_t cell = witness_cell(&w->variable[i], row->x, row->word);

		if (cell != NO_CELL)
			c->cell[n++] = cell;
	}
	marks = witness_marks(w, first, col, val, nnz, c->cell + n);
	for (size_t i = 0; i < n + marks; i++)
		add(c, c->cell[i], 1);
	if (w->labels > 1)
		add(c, w->cells + witness_answer(w, c->cell, n + marks, marks, NO_CELL), 1);
	add(c, w->cells + w->labels + ROWS, 1);
}

static void
count_terms(struct maas_drift_counter *c, size_t terms, size_t unknown)
{
	size_t at = c->d->w.cells + c->d->w.labels;

	add(c, at + TERMS, terms);
	add(c, at + UNKNOWN, unknown);
}

/* The features of a row that are counted are those of its text, or those it consists of. */
int
maas_drift_add(struct maas_drift *d, const struct maas_row *row)
{
	const uint32_t *col = row->col;
	const double *val = row->val;
	size_t n = col ? row->nnz : 0, first = 0, terms, unknown;

	if (d->z && row->text.s) {
		if (maas_vectorize_text(d->z, row->text, &col, &val, &n) < 0)
			return -1;
		maas_vectorize_seen(d->z, &terms, &unknown);
		count_terms(d->own, terms, unknown);
		first = d->base;
	}
	count_row(d->own, row, first, col, val, n);
	return 0;
}

void
maas_drift_count(struct maas_drift_counter *c, const struct maas_rows_call *call)
{
	struct maas_rows_last last;

	maas_rows_last(call, &last);
	count_row(c, last.row, last.first, last.col, last.val, last.n);
	if (last.terms)
		count_terms(c, last.terms, last.unknown);
}

struct moved {
	size_t variable; /* an index; or LABELS_MOVED, FEATURES_MOVED */
	double psi, chance;
};
enum { LABELS_MOVED = 1 << 30, FEATURES_MOVED };

static double
sum(const double *v, size_t n)
{
	double s = 0;

	for (size_t i = 0; i < n; i++)
		s += v[i];
	return s;
}

/* What n rows from the same source give on average, of `bins` that hold some: chi-squared with bins - 1 degrees. */
static double
chance_of(const double *before, const double *now, size_t bins)
{
	double b = sum(before, bins), n = sum(now, bins);
	size_t held = 0;

	for (size_t i = 0; i < bins; i++)
		held += before[i] > 0;
	return b > 0 && n > 0 && held ? (double)(held - 1) * (1 / n + 1 / b) : 0;
}

static struct moved
moved_features(struct maas_drift *d)
{
	double before[TOP], now[TOP];

	for (size_t i = 0; i < d->tops; i++) {
		before[i] = d->before[d->top[i]];
		now[i] = d->now[d->top[i]];
	}
	return (struct moved){ FEATURES_MOVED, witness_index(before, now, d->tops), chance_of(before, now, d->tops) };
}

static int
by_psi(const void *a, const void *b)
{
	const struct moved *x = a, *y = b;

	return x->psi != y->psi ? (x->psi < y->psi ? 1 : -1)
				: (x->variable > y->variable) - (x->variable < y->variable);
}

static void
take_counts(struct maas_drift *d)
{
	const struct witness *w = &d->w;
	const uint64_t *figure = d->count + w->cells + w->labels;

	for (size_t i = 0; i < w->cells; i++)
		d->now[i] = (double)d->count[i];
	for (size_t k = 0; k < w->labels; k++)
		d->answers[k] = (double)d->count[w->cells + k];
	d->n = (double)figure[ROWS];
	d->terms = (double)figure[TERMS];
	d->unknown = (double)figure[UNKNOWN];
}

/* Everything measured, the most moved first; room for variables + 2. */
static size_t
measure(struct maas_drift *d, struct moved *to)
{
	const struct witness *w = &d->w;
	size_t n = 0;

	take_counts(d);
	for (size_t i = 0; i < w->variables; i++) {
		const struct variable *v = &w->variable[i];
		const double *before = d->before + v->at, *now = d->now + v->at;

		to[n++] = (struct moved){ i, witness_index(before, now, v->bins), chance_of(before, now, v->bins) };
	}
	if (d->tops)
		to[n++] = moved_features(d);
	if (w->labels > 1) {
		witness_shares(w, d->answers, d->shares);
		to[n++] = (struct moved){ LABELS_MOVED, d->n ? witness_index(w->rows, d->shares, w->labels) : 0,
			d->n ? w->noise * (1 / (double)d->n + 1 / sum(w->rows, w->labels)) : 0 };
	}
	if (n)
		qsort(to, n, sizeof *to, by_psi);
	return n;
}

int
maas_drift_measure(struct maas_drift *d, const uint64_t *count, struct maas_drift_found *found)
{
	struct moved *m = maas_alloc(d->w.variables + 2, sizeof *m);
	size_t n;

	if (!m)
		return -1;
	memcpy(d->count, count, maas_drift_counts(d) * sizeof *count);
	n = measure(d, m);
	*found = (struct maas_drift_found){ .rows = count[d->w.cells + d->w.labels + ROWS],
		.columns = NAN,
		.features = NAN,
		.labels = NAN,
		.unknown = d->terms > 0 ? d->unknown / d->terms : NAN,
		.expected = d->w.unknown };
	for (size_t i = n; i-- > 0;)
		*(m[i].variable == LABELS_MOVED           ? &found->labels
			: m[i].variable == FEATURES_MOVED ? &found->features
							  : &found->columns) = m[i].psi;
	found->index = n ? m[0].psi : 0;
	found->chance = n ? m[0].chance : 0;
	free(m);
	return 0;
}

/* A name on one line. */
static int
put_text(struct maas_buf *b, struct maas_span s)
{
	size_t from = b->n;

	if (maas_buf_add(b, s.s, s.n) < 0)
		return -1;
	for (size_t i = from; i < b->n; i++)
		b->s[i] = (unsigned char)b->s[i] < 0x20 || b->s[i] == 0x7F ? ' ' : b->s[i];
	return 0;
}

static int
put_name(const struct maas_drift *d, const struct moved *m, struct maas_buf *b)
{
	const struct variable *v;

	if (m->variable == LABELS_MOVED)
		return maas_buf_text(b, "labels");
	if (m->variable == FEATURES_MOVED)
		return maas_buf_text(b, d->z ? "text" : "features");
	v = &d->w.variable[m->variable];
	for (size_t i = 0; i < d->columns->n; i++) {
		const struct maas_column *c = &d->columns->column[i];

		if (c->from == v->from && c->role == (v->word ? MAAS_CATEGORY : MAAS_NUMERIC))
			return c->name ? put_text(b, maas_span(c->name)) : maas_buf_printf(b, "column %zu", i + 1);
	}
	return maas_buf_printf(b, "number %zu", v->from + 1);
}

/* The labels whose shares moved most: "sports 0.1 to 0.0021". */
static int
put_labels(struct maas_drift *d, struct maas_buf *b)
{
	const struct witness *w = &d->w;
	double all = sum(w->rows, w->labels), last = INFINITY;
	int bad = maas_buf_text(b, "\nlabels:");

	for (size_t shown = 0; shown < SHOWN && !bad; shown++) {
		double most = -1;
		size_t best = 0;
		struct maas_span name;

		for (size_t k = 0; k < w->labels; k++) {
			double x = fmax(w->rows[k] / all, FLOOR), y = fmax(d->shares[k], FLOOR),
			       part = (y - x) * log(y / x);

			if (part > most && part < last)
				most = part, best = k;
		}
		if (most < 0.01 && shown)
			break;
		last = most;
		name = maas_rows_label(d->rows, best);
		bad = maas_buf_text(b, shown ? ", " : " ") || put_text(b, name) ||
		    maas_buf_printf(b, " %.4f to %.4f", w->rows[best] / all, d->shares[best]);
	}
	return bad ? -1 : 0;
}

int
maas_drift_report(struct maas_drift *d, struct maas_buf *b)
{
	struct moved *m = maas_alloc(d->w.variables + 2, sizeof *m);
	double labels = NAN;
	size_t n;
	int bad;

	if (!m)
		return -1;
	memset(d->count, 0, maas_drift_counts(d) * sizeof *d->count);
	maas_drift_counter_sum(d->own, d->count);
	n = measure(d, m);
	bad = maas_buf_printf(b, "%.0f rows, population stability index %.4f", d->n, n ? m[0].psi : 0);
	if (!bad && n)
		bad = maas_buf_printf(b, " (by chance %.4f): ", m[0].chance);
	for (size_t i = 0; i < n; i++)
		labels = m[i].variable == LABELS_MOVED ? m[i].psi : labels;
	for (size_t i = 0; i < n && i < SHOWN && !bad; i++)
		bad = (i && maas_buf_text(b, ", ")) || put_name(d, &m[i], b) || maas_buf_printf(b, " %.4f", m[i].psi);
	if (!bad && d->terms > 0 && !isnan(d->w.unknown))
		bad = maas_buf_printf(
		    b, "; out of vocabulary %.4f of terms (expected %.4f)", d->unknown / d->terms, d->w.unknown);
	if (!bad && labels >= 0.1)
		bad = put_labels(d, b);
	free(m);
	return bad ? -1 : 0;
}
