/*
 * stretch -- records of delimited text told apart, and split into cells that are tried as numbers: what many threads
 * can do at once, each to its own stretch of the text.
 *
 * A record that is not plain (another number of cells, an empty line, a newline or a doubled quote in quotes, text
 * behind them) is odd: where it ends is all that is found out.
 */
#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "stretch.h"

static const char *
behind_line(const char *p, const char *end)
{
	const char *lf = p < end ? memchr(p, '\n', (size_t)(end - p)) : NULL;

	return lf ? lf + 1 : end;
}

/* The next quote in [p, end) that opens a cell; the text before p is `begin` and what comes behind, all out of
 * quotes. */
static const char *
opening(const struct dialect *d, const char *begin, const char *p, const char *end)
{
	const char *q;

	if (!d->quote)
		return NULL;
	for (; p < end && (q = memchr(p, d->quote, (size_t)(end - p))); p = q + 1)
		if (q == begin || q[-1] == d->delimiter || q[-1] == '\n')
			return q;
	return NULL;
}

/*
 * Behind the quotes that open at p: where the text goes on out of quotes.  That is the line's end where other text
 * follows them, since of such a record, which cannot be read, a line is the end.  NULL: they are not closed.
 */
static const char *
closing(const struct dialect *d, const char *p, const char *end)
{
	const char *lf;

	for (p++; p < end && (p = memchr(p, d->quote, (size_t)(end - p))); p++) {
		if (++p < end && *p == d->quote)
			continue;
		if (p == end || *p == d->delimiter || *p == '\n')
			return p;
		lf = memchr(p, '\n', (size_t)(end - p));
		return lf ? lf : end;
	}
	return NULL;
}

/* The record at p ends behind its newline, or where the text does. */
static const char *
record_end(const struct dialect *d, const char *p, const char *end)
{
	const char *begin = p;

	for (;;) {
		const char *to = behind_line(p, end), *q = opening(d, begin, p, to);

		if (!q)
			return to;
		if (!(p = closing(d, q, end)))
			return end;
	}
}

size_t
stretches_cut(size_t *cut, size_t most, const struct dialect *d, struct maas_span text, size_t each, int whole)
{
	const char *p = text.s, *end = text.s + text.n, *last = text.s, *want = text.s + each;
	size_t n = 0;

	while (p < end && n + 1 < most) {
		const char *q = opening(d, text.s, p, end), *to = q ? q : end, *lf;

		for (; want < to && n + 1 < most; want = last + each) {
			if (!(lf = memchr(want > p ? want : p, '\n', (size_t)(to - (want > p ? want : p)))))
				break;
			last = lf + 1;
			cut[n++] = (size_t)(last - text.s);
		}
		if (to > last && (lf = memrchr(last > p ? last : p, '\n', (size_t)(to - (last > p ? last : p)))))
			last = lf + 1;
		if (!q || !(p = closing(d, q, end)))
			break;
	}
	if (whole && n + 1 < most)
		last = end;
	if (last > text.s + (n ? cut[n - 1] : 0))
		cut[n++] = (size_t)(last - text.s);
	return n;
}

/* Could text that begins so be a finite number? */
static int
may_be_number(struct maas_span s)
{
	return s.n && ((unsigned char)(s.s[0] - '0') < 10 || strchr("+-. \t", s.s[0])) && s.s[0];
}

/* What stands at p, up to the delimiter or `stop`, where the record's text ends: the cell, and where the next begins
 * or, at `stop`, the record ends.  NULL: it is not plain. */
static const char *
read_cell(const struct dialect *d, const char *p, const char *stop, const char *end, struct maas_span *cell, double *x)
{
	const char *q;

	if (d->quote && p < end && *p == d->quote) {
		if (p == stop || !(q = memchr(p + 1, d->quote, (size_t)(stop - p - 1))) ||
		    (q + 1 < stop && q[1] != d->delimiter))
			return NULL;
		*cell = (struct maas_span){ p + 1, (size_t)(q - p - 1) };
		q++;
	} else {
		if (!(q = p < stop ? memchr(p, d->delimiter, (size_t)(stop - p)) : NULL))
			q = stop;
		*cell = (struct maas_span){ p, (size_t)(q - p) };
	}
	if (!may_be_number(*cell) || cell_read(*cell, x) != CELL_NUMBER || !isfinite(*x))
		*x = NAN;
	return q;
}

/*
 * The record at p, of d->width cells.  Where it ends, x and cell set; NULL: it is odd.  *n: its length without its line
 * end.
 */
static const char *
read_record(const struct dialect *d, const char *p, const char *end, double *x, struct maas_span *cell, size_t *n)
{
	const char *begin = p, *stop = NULL, *next = end, *q;
	size_t i;

	for (i = 0; i < d->width; i++) {
		struct maas_span s;
		double v;

		if (p < d->safe && (q = decimal_scan(p, &v)) && q < end &&
		    (*q == d->delimiter || *q == '\n' || (*q == '\r' && q[1] == '\n'))) {
			s = (struct maas_span){ p, (size_t)(q - p) };
			if (!(v - v == 0)) /* too large */
				v = NAN;
			if (*q != d->delimiter) {
				stop = q;
				next = q + 1 + (*q == '\r');
			}
		} else {
			if (!stop) {
				next = behind_line(p, end);
				stop = next - (next > p && next[-1] == '\n');
				stop -= stop > p && stop[-1] == '\r';
			}
			if (stop == begin || !(q = read_cell(d, p, stop, end, &s, &v)))
				return NULL;
		}
		if (cell)
			cell[i] = s;
		if (!d->slot)
			x[i] = v;
		else if (d->slot[i] >= 0 && !((x[d->slot[i]] = v) - v == 0))
			return NULL;
		if (q == stop) {
			*n = (size_t)(stop - begin);
			return i + 1 == d->width ? next : NULL;
		}
		p = q + 1;
	}
	return NULL;
}

void
stretch_read(struct stretch *s, const struct dialect *d)
{
	const char *p = s->text.s, *end = p + s->text.n, *next;
	size_t good = 0, n = 0;

	assert(s->text.n <= UINT32_MAX);
	for (s->rows = 0; p < end; p = next) {
		s->failed = maas_grow(&s->row, s->rows, &s->row_cap, 1, sizeof *s->row) < 0 ||
		    maas_grow(&s->x, good * d->numbers, &s->x_cap, d->numbers, sizeof *s->x) < 0 ||
		    (d->cells && maas_grow(&s->cell, good * d->width, &s->cell_cap, d->width, sizeof *s->cell) < 0);
		if (s->failed)
			return;
		next =
		    read_record(d, p, end, s->x + good * d->numbers, d->cells ? s->cell + good * d->width : NULL, &n);
		s->row[s->rows] = (struct stretch_row){ (uint32_t)(p - s->text.s), (uint32_t)n, !next };
		if (next) {
			good++;
		} else {
			next = record_end(d, p, end);
			s->row[s->rows].n = (uint32_t)(next - p);
		}
		s->rows++;
	}
}

void
stretch_free(struct stretch *s)
{
	free(s->row);
	free(s->x);
	free(s->cell);
}
