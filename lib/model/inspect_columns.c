/*
 * Columns that say nothing, and columns that say too much: one that tells the label alone was mostly filled in
 * after the label was known.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "inspect.h"

#define SURE       0.999             /* of the rows are right, or of all pairs in order: a column tells the label */
#define COUNTS_MAX ((size_t)1 << 24) /* values of a category times labels */
#define ROWS_MIN   40                /* rows that say anything about the next */
#define FAR_BELOW  10                /* and the commonest label alone is wrong that much more often */
#define VALUE_MIN  20                /* rows of a value, at least, that all have one label ... */
#define VALUE_PURE 0.995
#define VALUE_RARE 4 /* ... which no more than a part in so many of all rows has */

/* One value of a column: its rows, and the label that most of them have. */
struct tally {
	struct maas_span value;
	size_t rows, best;
	uint32_t label;
};

struct column_work {
	struct maas_inspection *s;
	size_t labels, commonest; /* commonest: rows that have the commonest label */
	const size_t *all;        /* [labels] rows trained on */
	char where[120];          /* "column 'age'" */
	size_t *count;            /* [values][labels] */
	struct sorted {
		double x;
		uint32_t row;
	} * sorted;
};

static const char *
title(struct column_work *w, enum maas_role role, size_t from)
{
	const struct maas_columns *c = w->s->columns;
	size_t i;

	for (i = 0; c->column && i < c->n; i++)
		if (c->column[i].role == role && (role == MAAS_TEXTUAL || c->column[i].from == from))
			break;
	if (c->column && i < c->n && c->column[i].name)
		snprintf(w->where, sizeof w->where, "column '%.90s'", c->column[i].name);
	else
		snprintf(w->where, sizeof w->where, "column %zu", (c->column ? i : from) + 1);
	return w->where;
}

static int
tell_leak(struct column_work *w, double right)
{
	struct maas_inspection *s = w->s;

	return inspect_tell(s, LEAK, NULL, w->where,
	    "tells the label in %.2f %% of the rows by itself (the commonest label alone: %.2f %%): is it known before "
	    "the label is?",
	    100 * right, 100 * (double)w->commonest / (double)s->rows);
}

static int
sure(const struct column_work *w, double right)
{
	double wrong = 1 - right, base = 1 - (double)w->commonest / (double)w->s->rows;

	return w->s->rows >= ROWS_MIN && right >= SURE && wrong * FAR_BELOW <= base && base > 0;
}

/* By the values of a column alone.  1: told, 0: nothing to tell, -1. */
static int
judge_values(struct column_work *w, const struct tally *t, size_t n)
{
	struct maas_inspection *s = w->s;
	const struct tally *most = NULL;
	struct maas_span label;
	size_t right = 0, i;

	for (i = 0; i < n; i++) {
		right += t[i].rows > 1 ? t[i].best : 0; /* a value that is there once teaches nothing of the next */
		if (t[i].rows >= VALUE_MIN && (double)t[i].best >= VALUE_PURE * (double)t[i].rows &&
		    w->all[t[i].label] * VALUE_RARE <= s->rows && (!most || t[i].rows > most->rows))
			most = &t[i];
	}
	if (sure(w, (double)right / (double)s->rows))
		return tell_leak(w, (double)right / (double)s->rows) < 0 ? -1 : 1;
	if (!most)
		return 0;
	label = s->labels.name[most->label];
	return inspect_tell(s, LEAK, NULL, w->where,
		   "where it is '%.*s', the label is '%.*s' in %zu of %zu rows, and in %.2f %% of all: is it known before "
		   "the label is?",
		   most->value.n > 40 ? 40 : (int)most->value.n, most->value.s, label.n > 40 ? 40 : (int)label.n,
		   label.s, most->best, most->rows, 100 * (double)w->all[most->label] / (double)s->rows) < 0
	    ? -1
	    : 1;
}

static void
tally(struct tally *t, const size_t *count, size_t labels)
{
	t->rows = t->best = 0;
	for (size_t k = 0; k < labels; k++) {
		t->rows += count[k];
		if (count[k] > t->best) {
			t->best = count[k];
			t->label = (uint32_t)k;
		}
	}
}

static int
judge_words(struct column_work *w, size_t column)
{
	struct maas_inspection *s = w->s;
	const struct maas_names *v = &s->values[column];
	struct tally *t = NULL;
	size_t *count;
	int rc;

	title(w, MAAS_CATEGORY, column);
	if (v->n == 1)
		return inspect_tell(s, CONSTANT, NULL, w->where, "the same value in all %zu rows", s->rows);
	if (s->task != MAAS_TASK_CLASS || w->labels < 2 || v->n > COUNTS_MAX / w->labels)
		return 0;
	count = maas_alloc(v->n, w->labels * sizeof *count);
	t = maas_alloc(v->n, sizeof *t);
	rc = count && t ? 0 : -1;
	for (size_t i = 0; i < s->rows && !rc; i++)
		count[s->word[i * s->columns->words + column] * w->labels + s->label[i]]++;
	for (size_t i = 0; i < v->n && !rc; i++) {
		tally(&t[i], count + i * w->labels, w->labels);
		t[i].value = v->name[i].n ? v->name[i] : maas_span("a gap");
	}
	if (!rc)
		rc = judge_values(w, t, v->n);
	free(count);
	free(t);
	return rc < 0 ? -1 : 0;
}

static int
by_x(const void *a, const void *b)
{
	const struct sorted *p = a, *q = b;

	return p->x != q->x ? (p->x < q->x ? -1 : 1) : (p->row > q->row) - (p->row < q->row);
}

/* The values of numbers, where they are few, and gaps.  Their number; 0: too many. */
static size_t
number_tallies(struct column_work *w, size_t n, struct tally t[DISTINCT + 1], char text[DISTINCT + 1][32])
{
	struct maas_inspection *s = w->s;
	size_t values = 0, i, j;

	for (i = 0; i < s->rows; i = j) { /* gaps are sorted behind all others */
		if (values == DISTINCT + 1)
			return 0;
		memset(w->count, 0, w->labels * sizeof *w->count);
		for (j = i; j < s->rows && (i < n ? j < n && w->sorted[j].x == w->sorted[i].x : 1); j++)
			w->count[s->label[w->sorted[j].row]]++;
		tally(&t[values], w->count, w->labels);
		snprintf(text[values], sizeof text[values], i < n ? "%.15g" : "a gap", w->sorted[i].x);
		t[values].value = maas_span(text[values]);
		values++;
	}
	return values;
}

/* The two values of a column: a number, or a gap. */
static size_t
presence(struct column_work *w, size_t n, struct tally t[2])
{
	for (size_t k = 0; k < 2; k++) {
		memset(w->count, 0, w->labels * sizeof *w->count);
		for (size_t i = k ? n : 0; i < (k ? w->s->rows : n); i++)
			w->count[w->s->label[w->sorted[i].row]]++;
		tally(&t[k], w->count, w->labels);
		t[k].value = maas_span(k ? "a gap" : "a number");
	}
	return 2;
}

/* The best of all single splits of numbers sorted[0..n), gaps being wrong: rows that are right.  Two labels. */
static double
best_split(const struct column_work *w, size_t n, double *auc)
{
	const struct maas_inspection *s = w->s;
	size_t ones = 0, below[2] = { 0, 0 }, best = 0, i, j;
	double pairs = 0;

	for (i = 0; i < n; i++)
		ones += s->label[w->sorted[i].row];
	for (i = 0; i < n; i = j) {
		size_t here[2] = { 0, 0 }, a, b;

		for (j = i; j < n && w->sorted[j].x == w->sorted[i].x; j++)
			here[s->label[w->sorted[j].row]]++;
		pairs += (double)here[1] * ((double)below[0] + (double)here[0] / 2);
		below[0] += here[0];
		below[1] += here[1];
		a = below[0] + ones - below[1];
		b = n - a;
		best = a > best ? a : best;
		best = b > best ? b : best;
	}
	*auc = ones && ones < n ? pairs / ((double)ones * (double)(n - ones)) : 0.5;
	return (double)best / (double)s->rows;
}

/* Does each label have a range of its own among the sorted numbers? */
static int
ranges(const struct column_work *w, size_t n)
{
	const struct maas_inspection *s = w->s;
	size_t runs = 1;

	for (size_t i = 1; i < n; i++) {
		int other = s->label[w->sorted[i].row] != s->label[w->sorted[i - 1].row];

		if (other && !(w->sorted[i].x > w->sorted[i - 1].x))
			return 0;
		if ((runs += (size_t)other) > w->labels)
			return 0;
	}
	return n == s->rows && runs == w->labels && s->rows >= VALUE_MIN * w->labels && s->rows >= ROWS_MIN;
}

/* Numbers sorted[0..n) of one column, gaps behind them. */
static int
judge_labels(struct column_work *w, size_t n)
{
	struct tally t[DISTINCT + 1];
	char text[DISTINCT + 1][32];
	size_t values;
	double right, auc;
	int rc = n < w->s->rows ? judge_values(w, t, presence(w, n, t)) : 0;

	if (!rc && (values = number_tallies(w, n, t, text)))
		rc = judge_values(w, t, values);
	if (rc)
		return rc < 0 ? -1 : 0;
	if (w->labels == 2) {
		right = best_split(w, n, &auc);
		auc = auc > 0.5 ? auc : 1 - auc;
		if (sure(w, right))
			return tell_leak(w, right);
		if (n == w->s->rows && n >= ROWS_MIN && auc >= SURE)
			return inspect_tell(w->s, LEAK, NULL, w->where,
			    "puts %.2f %% of all pairs of rows with different labels in order: is it known before the label "
			    "is?",
			    100 * auc);
	} else if (ranges(w, n)) {
		return tell_leak(w, 1);
	}
	return 0;
}

/* Pearson's correlation with what is to be said, over the rows without a gap. */
static int
judge_target(struct column_work *w, size_t n)
{
	const struct maas_inspection *s = w->s;
	double mx = 0, my = 0, xx = 0, yy = 0, xy = 0, r;

	for (size_t i = 0; i < n; i++) {
		double x = w->sorted[i].x, y = s->target[w->sorted[i].row], dx = x - mx, dy = y - my;

		mx += dx / (double)(i + 1);
		my += dy / (double)(i + 1);
		xx += dx * (x - mx);
		yy += dy * (y - my);
		xy += dx * (y - my);
	}
	r = xx > 0 && yy > 0 ? xy / sqrt(xx * yy) : 0;
	if (n < VALUE_MIN || r * r < SURE)
		return 0;
	return inspect_tell(w->s, LEAK, NULL, w->where,
	    "has a correlation of %.6f with the label: is it known before the label is?", r);
}

/* Whole numbers that follow each other, each there once: they number the rows, in whatever order. */
static int
numbers_rows(const struct column_work *w, size_t n)
{
	if (n != w->s->rows || n < ROWS_MIN || w->sorted[0].x != floor(w->sorted[0].x))
		return 0;
	for (size_t i = 1; i < n; i++)
		if (w->sorted[i].x != w->sorted[i - 1].x + 1)
			return 0;
	return 1;
}

static int
judge_numbers(struct column_work *w, size_t column)
{
	struct maas_inspection *s = w->s;
	size_t numbers = s->columns->numbers, n = 0, gaps = s->rows;

	for (size_t i = 0; i < s->rows; i++) {
		double x = s->x[i * numbers + column];
		struct sorted *to = isnan(x) ? &w->sorted[--gaps] : &w->sorted[n++];

		*to = (struct sorted){ x, (uint32_t)i };
	}
	qsort(w->sorted, n, sizeof *w->sorted, by_x);
	title(w, MAAS_NUMERIC, column);
	if (!n)
		return inspect_tell(s, CONSTANT, NULL, w->where, "a gap in all %zu rows", s->rows);
	if (n == s->rows && !(w->sorted[n - 1].x > w->sorted[0].x))
		return inspect_tell(s, CONSTANT, NULL, w->where, "%.15g in all %zu rows", w->sorted[0].x, s->rows);
	if (numbers_rows(w, n) &&
	    inspect_tell(s, NUMBERED, NULL, w->where,
		"numbers the rows, from %.15g to %.15g: leave it out (--drop, --id)", w->sorted[0].x,
		w->sorted[n - 1].x) < 0)
		return -1;
	if (s->task == MAAS_TASK_CLASS)
		return w->labels > 1 ? judge_labels(w, n) : 0;
	return s->task == MAAS_TASK_REGRESS ? judge_target(w, n) : 0;
}

int
inspect_columns(struct maas_inspection *s)
{
	struct column_work w = { .s = s, .labels = s->labels.n, .all = s->count[0] };
	int rc = 0;

	if (!s->rows)
		return 0;
	for (size_t k = 0; k < w.labels; k++)
		w.commonest = w.all[k] > w.commonest ? w.all[k] : w.commonest;
	w.count = maas_alloc(w.labels, sizeof *w.count);
	w.sorted = maas_alloc(s->x ? s->rows : 0, sizeof *w.sorted);
	if (!w.count || !w.sorted)
		rc = -1;
	/* The points of a picture are no columns: those at its edge may well be all the same. */
	for (size_t i = 0; s->x && !s->columns->height && i < s->columns->numbers && !rc; i++) {
		const struct maas_column *of = maas_columns_number(s->columns, i);

		rc = of && of->file.height ? 0 : judge_numbers(&w, i);
	}
	for (size_t i = 0; i < s->columns->words && !rc; i++)
		rc = judge_words(&w, i);
	if (!rc && s->columns->texts && !s->columns->words && !s->columns->numbers && !s->odd_texts && s->n > 1)
		rc = inspect_tell(s, CONSTANT, NULL, title(&w, MAAS_TEXTUAL, 0), "the same text in all %zu rows", s->n);
	free(w.count);
	free(w.sorted);
	return rc ? -1 : 0;
}
