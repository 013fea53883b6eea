/*
 * What training rows teach about columns: what stands in for gaps, the values of categories, scales.  And
 * how a row becomes features by it.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "source.h"

static const char *const imputes[] = { "none", "mean", "median", "most_frequent", "drop", NULL };
static const char *const scales[] = { "none", "standard", "minmax", NULL };

const struct maas_field maas_preparation_fields[] = {
	MAAS_ENUM(0, maas_preparation, impute, imputes, 0,
	    "fill gaps in numbers with this of the column; most_frequent: in categories too; drop: leave the row out"),
	MAAS_FLAG(0, maas_preparation, indicator, "with --impute: add a feature that says where a number was a gap"),
	MAAS_ENUM(0, maas_preparation, scale, scales, 0,
	    "numbers to mean 0 and deviation 1, or to the range 0 to 1; categories and texts stay as they are"),
	MAAS_END,
};

/* Of one number over the rows that have it. */
struct summary {
	size_t count;
	double mean, squares, least, most; /* squares: about the mean (Welford 1962) */
};

struct learning {
	struct maas_columns *c;
	const struct maas_preparation *how;
	struct summary *of;      /* [numbers] */
	double *fill;            /* [numbers] */
	size_t rows, from, to;   /* columns whose numbers are gathered for sorting */
	double *sorted;          /* [to - from][rows] */
	size_t *filled;          /* [to - from] */
	struct maas_span **seen; /* [words][VALUES_MAX] sorted values */
	size_t **times;          /* [words][VALUES_MAX] */
	size_t *values;          /* [words] */
	size_t overflow;         /* 1 + the word with too many values */
};

void
columns_place(struct maas_columns *c)
{
	size_t i;

	c->dense = c->sparse ? 0 : c->numbers;
	c->features = c->numbers;
	for (i = 0; c->flag && i < c->numbers; i++)
		if (c->flag[i] != UINT32_MAX)
			c->flag[i] = (uint32_t)c->features++;
	for (i = 0; c->column && i < c->n; i++)
		if (c->column[i].role == MAAS_CATEGORY) {
			c->column[i].at = c->features;
			c->features += c->column[i].width;
		}
}

size_t
column_numbers(const struct maas_column *c)
{
	switch (c->role) {
	case MAAS_NUMERIC: return 1;
	case MAAS_PICTURES: return c->file.height * c->file.width * c->file.channels;
	case MAAS_SOUNDS: return c->file.height * c->file.width;
	default: return 0;
	}
}

/* Where all that there is of a row is one picture or one sound, the row is that. */
void
columns_whole(struct maas_columns *c)
{
	for (size_t i = 0; i < c->n && !c->words && !c->texts; i++) {
		const struct maas_column *one = &c->column[i];

		if (!one->file.height || column_numbers(one) != c->numbers)
			continue;
		c->height = one->file.height;
		c->width = one->file.width;
		c->channels = one->file.channels;
		c->mel = one->file.mel;
	}
}

const struct maas_column *
maas_columns_number(const struct maas_columns *c, size_t i)
{
	for (size_t k = 0; c->column && k < c->n; k++)
		if (i >= c->column[k].from && i - c->column[k].from < column_numbers(&c->column[k]))
			return &c->column[k];
	return NULL;
}

size_t
maas_columns_frame(const struct maas_columns *c)
{
	return c->height && c->channels < 2 && !c->texts && c->height * c->width == c->features ? c->width : 0;
}

size_t
maas_columns_frames(const struct maas_columns *c, const double *x)
{
	return c->mel.rate ? maas_mel_heard(&c->mel, x) : c->height;
}

int
maas_columns_files(const struct maas_columns *c)
{
	for (size_t i = 0; c->column && i < c->n; i++)
		if (c->column[i].file.height)
			return 1;
	return 0;
}

/* The column of a number, or of a word; NULL: they have no columns. */
static const struct maas_column *
column_of(const struct maas_columns *c, enum maas_role role, size_t from)
{
	if (role == MAAS_NUMERIC)
		return maas_columns_number(c, from);
	for (size_t i = 0; c->column && i < c->n; i++)
		if (c->column[i].role == role && c->column[i].from == from)
			return &c->column[i];
	return NULL;
}

/* "'age'", or "3" for i = 2: for a reason. */
static const char *
title(const struct maas_column *col, size_t i, char *to, size_t n)
{
	if (col && col->name)
		snprintf(to, n, "'%.60s'", col->name);
	else
		snprintf(to, n, "%zu", i + 1);
	return to;
}

static const char *
called(const struct maas_columns *c, enum maas_role role, size_t from, char *to, size_t n)
{
	const struct maas_column *col = column_of(c, role, from);

	return title(col, col ? (size_t)(col - c->column) : from, to, n);
}

long
column_value(const struct maas_column *col, struct maas_span s)
{
	size_t lo = 0, hi = col->width;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		int c = maas_span_compare(maas_span(col->value[mid]), s);

		if (!c)
			return (long)mid;
		if (c < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return -1;
}

/* One more time this word. */
static int
see_word(struct learning *l, size_t w, struct maas_span s)
{
	struct maas_span *v = l->seen[w];
	size_t lo = 0, hi = l->values[w];

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		int c = maas_span_compare(v[mid], s);

		if (!c) {
			l->times[w][mid]++;
			return 0;
		}
		if (c < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	if (l->values[w] == VALUES_MAX) {
		l->overflow = w + 1;
		return -1;
	}
	memmove(v + lo + 1, v + lo, (l->values[w] - lo) * sizeof *v);
	memmove(l->times[w] + lo + 1, l->times[w] + lo, (l->values[w] - lo) * sizeof *l->times[w]);
	v[lo] = (struct maas_span){ maas_take_text(l->c->arena, s.n ? s.s : "", s.n), s.n };
	l->times[w][lo] = 1;
	l->values[w]++;
	return v[lo].s ? 0 : -1;
}

static int
see_row(void *to, const double *x, const struct maas_span *word)
{
	struct learning *l = to;

	l->rows++;
	for (size_t i = 0; l->of && i < l->c->numbers; i++) {
		struct summary *s = &l->of[i];
		double d;

		if (isnan(x[i]))
			continue;
		d = x[i] - s->mean;
		s->least = s->count && s->least < x[i] ? s->least : x[i];
		s->most = s->count && s->most > x[i] ? s->most : x[i];
		s->mean += d / (double)++s->count;
		s->squares += d * (x[i] - s->mean);
	}
	for (size_t w = 0; w < l->c->words; w++)
		if (see_word(l, w, word[w]) < 0)
			return -1;
	return 0;
}

static int
gather_row(void *to, const double *x, const struct maas_span *word)
{
	struct learning *l = to;

	(void)word;
	for (size_t i = l->from; i < l->to; i++)
		if (!isnan(x[i]))
			l->sorted[(i - l->from) * l->rows + l->filled[i - l->from]++] = x[i];
	return 0;
}

static int
by_value(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* Of equally frequent numbers the smallest. */
static double
most_frequent(const double *x, size_t n)
{
	size_t best = 0, times = 0;

	for (size_t i = 0, j; i < n; i = j) {
		for (j = i; j < n && x[j] == x[i]; j++)
			;
		if (j - i > times) {
			times = j - i;
			best = i;
		}
	}
	return x[best];
}

/* Medians and most frequent numbers, as many columns a pass as fit into some memory. */
static int
order_statistics(struct learning *l, maas_walk *walk, void *ctx)
{
	const size_t most = (size_t)64 << 20;
	size_t step = most / sizeof(double) / (l->rows ? l->rows : 1), rc = 0;

	step = step < 1 ? 1 : step > l->c->numbers ? l->c->numbers : step;
	l->sorted = maas_alloc(step, (l->rows ? l->rows : 1) * sizeof *l->sorted);
	l->filled = maas_alloc(step, sizeof *l->filled);
	if (!l->sorted || !l->filled)
		return -1;
	for (l->from = 0; l->from < l->c->numbers && !rc; l->from = l->to) {
		l->to = l->from + step < l->c->numbers ? l->from + step : l->c->numbers;
		memset(l->filled, 0, step * sizeof *l->filled);
		rc = walk(ctx, gather_row, l) < 0;
		for (size_t i = l->from; i < l->to && !rc; i++) {
			double *x = l->sorted + (i - l->from) * l->rows;
			size_t n = l->filled[i - l->from];

			if (!n)
				continue;
			qsort(x, n, sizeof *x, by_value);
			l->fill[i] = l->how->impute == MAAS_IMPUTE_MOST_FREQUENT ? most_frequent(x, n)
			    : n % 2                                              ? x[n / 2]
										 : (x[n / 2 - 1] + x[n / 2]) / 2;
		}
	}
	return rc ? -1 : 0;
}

static int
keep_fill(struct learning *l, maas_walk *walk, void *ctx)
{
	struct maas_columns *c = l->c;
	char name[80];

	if (!(l->fill = maas_take(c->arena, c->numbers, sizeof *l->fill)))
		return -1;
	for (size_t i = 0; i < c->numbers; i++) {
		if (!l->of[i].count)
			return maas_fail("column %s has no number at all: nothing to fill its gaps with (see --drop)",
			    called(c, MAAS_NUMERIC, i, name, sizeof name));
		l->fill[i] = l->of[i].mean;
	}
	if (l->how->impute != MAAS_IMPUTE_MEAN && order_statistics(l, walk, ctx) < 0)
		return -1;
	c->fill = l->fill;
	if (!l->how->indicator)
		return 0;
	if (!(c->flag = maas_take(c->arena, c->numbers, sizeof *c->flag)))
		return -1;
	for (size_t i = 0; i < c->numbers; i++)
		c->flag[i] = l->of[i].count < l->rows ? 0 : UINT32_MAX;
	return 0;
}

/* Of both together (Chan, Golub and LeVeque 1979). */
static struct summary
joined(const struct summary *a, const struct summary *b)
{
	double n = (double)(a->count + b->count), d = b->mean - a->mean;

	if (!a->count || !b->count)
		return a->count ? *a : *b;
	return (struct summary){ a->count + b->count, a->mean + d * (double)b->count / n,
		a->squares + b->squares + d * d * (double)b->count * (double)a->count / n, fmin(a->least, b->least),
		fmax(a->most, b->most) };
}

/* Number i with its gaps filled, as it will be. */
static struct summary
filled(const struct learning *l, size_t i)
{
	struct summary s = l->of[i];
	double fill = l->c->fill ? l->c->fill[i] : 0;

	if (!l->c->fill)
		return s;
	return joined(&s, &(struct summary){ l->rows - s.count, fill, 0, fill, fill });
}

static int
keep_scale(struct learning *l)
{
	struct maas_columns *c = l->c;
	double *shift = maas_take(c->arena, c->numbers, sizeof *shift),
	       *factor = maas_take(c->arena, c->numbers, sizeof *factor);
	struct summary all = { 0 };

	if (!shift || !factor)
		return -1;
	for (size_t i = 0; i < c->numbers && l->how->alike; i++) {
		struct summary s = filled(l, i);

		all = joined(&all, &s);
	}
	for (size_t i = 0; i < c->numbers; i++) {
		struct summary s = l->how->alike ? all : filled(l, i);
		double spread =
		    l->how->scale == MAAS_SCALE_MINMAX ? s.most - s.least : sqrt(s.squares / (double)s.count);

		shift[i] = l->how->scale == MAAS_SCALE_MINMAX ? s.least : s.mean;
		/* Rounding makes a constant column's deviation no exact 0. */
		factor[i] = spread > 10 * 2.3e-16 * fabs(s.mean) ? 1 / spread : 1;
	}
	c->shift = shift;
	c->factor = factor;
	return 0;
}

static int
keep_values(struct learning *l, struct maas_column *col)
{
	struct maas_columns *c = l->c;
	size_t w = col->from, n = l->values[w], best = n, gap = n;

	if (!(col->value = maas_take(c->arena, n, sizeof *col->value)))
		return -1;
	for (size_t i = 0; i < n; i++) {
		const char *p = l->seen[w][i].s, *end = p + l->seen[w][i].n;

		while (p < end)
			if (maas_utf8_next(&p, end) <= 0) /* a NUL is refused, too */
				return maas_fail("column %s holds a value that is not UTF-8 text (see --encoding)",
				    called(c, MAAS_CATEGORY, w, (char[80]){ 0 }, 80));
		if (l->seen[w][i].n == 0)
			gap = i;
		else if (best == n || l->times[w][i] > l->times[w][best])
			best = i;
	}
	if (l->how->impute == MAAS_IMPUTE_MOST_FREQUENT && best < n)
		col->fill = l->seen[w][best].s;
	for (size_t i = 0; i < n; i++)
		if (!(col->fill && i == gap))
			col->value[col->width++] = l->seen[w][i].s;
	return 0;
}

static int
make_room(struct learning *l, struct maas_arena *a)
{
	struct maas_columns *c = l->c;
	int numbers = l->how->scale || (l->how->impute && l->how->impute != MAAS_IMPUTE_DROP);

	if (numbers && !(l->of = maas_take(a, c->numbers, sizeof *l->of)))
		return -1;
	if (!(l->seen = maas_take(a, c->words, sizeof *l->seen)) ||
	    !(l->times = maas_take(a, c->words, sizeof *l->times)) ||
	    !(l->values = maas_take(a, c->words, sizeof *l->values)))
		return -1;
	for (size_t w = 0; w < c->words; w++)
		if (!(l->seen[w] = maas_take(a, VALUES_MAX, sizeof **l->seen)) ||
		    !(l->times[w] = maas_take(a, VALUES_MAX, sizeof **l->times)))
			return -1;
	return 0;
}

int
column_too_many(const struct maas_column *col, size_t i)
{
	char name[80];

	title(col, i, name, sizeof name);
	if (col->odd)
		return maas_fail(
		    "%s is no number, as most of column %s are: as words it has over %d values (see --text, --drop)",
		    col->odd, name, VALUES_MAX);
	return maas_fail(
	    "column %s holds words, and over %d different ones: is it text (--text), or to be left out (--drop)?", name,
	    VALUES_MAX);
}

static int
too_many(const struct maas_columns *c, size_t word)
{
	const struct maas_column *col = column_of(c, MAAS_CATEGORY, word);

	return column_too_many(col, (size_t)(col - c->column));
}

static int
learn(struct learning *l, maas_walk *walk, void *ctx)
{
	struct maas_columns *c = l->c;
	int fills = l->how->impute && l->how->impute != MAAS_IMPUTE_DROP;

	if (walk(ctx, see_row, l) < 0)
		return l->overflow ? too_many(c, l->overflow - 1) : -1;
	if (fills && c->numbers && keep_fill(l, walk, ctx) < 0)
		return -1;
	if (l->how->scale && c->numbers && keep_scale(l) < 0)
		return -1;
	for (size_t i = 0; c->column && i < c->n; i++)
		if (c->column[i].role == MAAS_CATEGORY && keep_values(l, &c->column[i]) < 0)
			return -1;
	columns_place(c);
	return c->features < UINT32_MAX / 2 ? 0 : maas_fail("%zu features are too many", c->features);
}

int
maas_columns_learn(struct maas_columns *c, const struct maas_preparation *how, maas_walk *walk, void *ctx)
{
	struct learning l = { .c = c, .how = how };
	struct maas_arena *a;
	int rc;

	if (how->indicator && (!how->impute || how->impute == MAAS_IMPUTE_DROP))
		return maas_fail_as(MAAS_USAGE, "--indicator wants --impute mean, median or most_frequent");
	if (c->sparse && (how->impute || how->scale))
		return maas_fail_as(MAAS_USAGE,
		    how->scale ? "--scale would fill sparse rows with numbers: they are taken as they are"
			       : "--impute: sparse rows have no gaps");
	if (!c->words && !how->scale && (!how->impute || how->impute == MAAS_IMPUTE_DROP))
		return 0;
	if (!(a = maas_arena_new(1 << 14)))
		return -1;
	rc = make_room(&l, a) < 0 ? -1 : learn(&l, walk, ctx);
	free(l.sorted);
	free(l.filled);
	maas_arena_free(a);
	return rc;
}

int
maas_columns_prepare(const struct maas_columns *c, const double *x, const struct maas_span *word, double *dense,
    uint32_t *one, size_t *ones)
{
	char name[80];
	size_t i, n = 0;

	for (i = 0; i < c->dense; i++) {
		double v = x[i];

		if (isnan(v)) {
			if (!c->fill)
				return maas_fail("column %s: a gap, and nothing to fill it with (see --impute)",
				    called(c, MAAS_NUMERIC, i, name, sizeof name));
			v = c->fill[i];
			if (c->flag && c->flag[i] != UINT32_MAX)
				one[n++] = c->flag[i];
		}
		dense[i] = c->factor ? (v - c->shift[i]) * c->factor[i] : v;
	}
	for (i = 0; c->words && i < c->n; i++) {
		const struct maas_column *col = &c->column[i];
		long at;

		if (col->role != MAAS_CATEGORY)
			continue;
		at = column_value(col, word[col->from].n || !col->fill ? word[col->from] : maas_span(col->fill));
		if (at >= 0)
			one[n++] = (uint32_t)(col->at + (size_t)at);
	}
	*ones = n;
	return 0;
}

void
maas_columns_spread(const struct maas_columns *c, const struct maas_row *row, double *x)
{
	size_t i;

	for (i = 0; i < c->numbers; i++)
		x[i] = !row->x ? 0 : isnan(row->x[i]) && c->fill ? c->fill[i] : row->x[i];
	for (i = 0; i < row->nnz; i++)
		x[row->col[i]] = row->val[i];
}

/* Number i of a picture or a sound: x3, x3.red, t3.b4. */
static int
put_pixel(size_t height, size_t width, size_t channels, size_t i, struct maas_buf *to)
{
	static const char *const colour[] = { "red", "green", "blue" };
	size_t n = height * width;

	if (!channels)
		return maas_buf_printf(to, "t%zu.b%zu", i / width + 1, i % width + 1);
	return channels < 2 ? maas_buf_printf(to, "x%zu", i + 1)
			    : maas_buf_printf(to, "x%zu.%s", i % n + 1, colour[i / n % 3]);
}

int
maas_columns_feature(const struct maas_columns *c, size_t i, struct maas_buf *to)
{
	const struct maas_column *col = NULL;
	size_t at = i, j;
	int flag = 0;

	for (j = 0; c->flag && i >= c->numbers && j < c->numbers; j++)
		if (c->flag[j] == i) {
			at = j;
			flag = 1;
		}
	if (c->height && at < c->numbers && !flag)
		return put_pixel(c->height, c->width, c->channels, at, to);
	if (at < c->numbers)
		col = maas_columns_number(c, at);
	for (j = 0; at >= c->numbers && c->column && j < c->n; j++)
		if (c->column[j].role == MAAS_CATEGORY && i >= c->column[j].at &&
		    i - c->column[j].at < c->column[j].width)
			col = &c->column[j];
	if (col && col->name ? maas_buf_text(to, col->name) < 0
			     : maas_buf_printf(to, "x%zu", (col ? (size_t)(col - c->column) : at) + 1) < 0)
		return -1;
	if (flag)
		return maas_buf_text(to, " is a gap");
	if (col && col->file.height)
		return maas_buf_text(to, ".") < 0
		    ? -1
		    : put_pixel(col->file.height, col->file.width, col->file.channels, at - col->from, to);
	return col && col->role == MAAS_CATEGORY ? maas_buf_printf(to, "=%s", col->value[i - col->at]) : 0;
}
