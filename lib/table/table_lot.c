/*
 * table_lot -- rows of numbers many at a time, while the next ones are read and the digest of the last is made: npy and
 * IDX as they lie in the file, delimited text as it was read ahead.
 */
#include <math.h>
#include <string.h>

#include "maas/num.h"
#include "source.h"

enum { DIGEST, FETCH, CHECK, ITEMS };

static void
beside(void *arg, size_t begin, size_t end, int member)
{
	struct maas_table *t = arg;
	struct bulk *b = &t->bulk;

	(void)member;
	for (size_t i = begin; i < end; i++) {
		if (i == DIGEST)
			maas_input_catch_up(t->source.input);
		else if (i == FETCH)
			maas_input_fetch(t->source.input);
		else
			b->odd = !maas_all_finite(b->x, b->type, b->rows * t->matrix.cols);
		b->did[i] = 1;
	}
}

static double
number(const void *p, enum maas_dtype type)
{
	double wide;
	float narrow;

	if (type == MAAS_F64)
		return memcpy(&wide, p, sizeof wide), wide;
	return (double)(memcpy(&narrow, p, sizeof narrow), narrow);
}

/* Which of the rows at hand is not finite. */
static int
refuse(const struct maas_table *t)
{
	const struct bulk *b = &t->bulk;
	size_t cols = t->matrix.cols, i = 0, size = maas_dtype_size(b->type);
	double v;

	while (isfinite(v = number((const char *)b->x + i * size, b->type)))
		i++;
	return maas_fail("%s:%zu: column %zu: not a finite number%s", t->source.name, t->matrix.row + i / cols + 1,
	    i % cols + 1, isnan(v) ? " (see --impute)" : "");
}

/* The rows at hand were used. */
static int
leave(struct maas_table *t)
{
	struct bulk *b = &t->bulk;

	if (!b->at_work)
		return 0;
	b->at_work = 0;
	for (size_t i = 0; i < ITEMS; i++)
		if (!b->did[i])
			beside(t, i, i + 1, 0);
	if (b->odd)
		return refuse(t);
	maas_input_take(t->source.input, b->rows * t->matrix.cols * maas_dtype_size(b->type), 0);
	t->matrix.row += b->rows;
	t->number += b->rows;
	return maas_input_settle(t->source.input);
}

/* Is there a row that is wanted, with nothing beside it that comes from elsewhere? */
static int
at_hand(const struct maas_table *t)
{
	return t->open && !t->labels && !t->from && t->number >= t->first && t->number < t->last;
}

/* Are the rows what the columns say? */
static int
fits(const struct maas_table *t, const struct maas_columns *c)
{
	const struct matrix *m = &t->matrix;

	return t->source.input && (t->format == &maas_format_npy || t->format == &maas_format_idx) && !m->fortran &&
	    (!m->swap || m->type == MAAS_U8) && (m->type == MAAS_U8 || m->type == MAAS_F32 || m->type == MAAS_F64) &&
	    m->row < m->rows && m->cols == c->numbers && !c->words && !c->texts && !c->sparse && !c->fill &&
	    (!c->column || c->n == c->numbers);
}

static size_t
least(size_t a, size_t b)
{
	return a < b ? a : b;
}

int
maas_table_lot(struct maas_table *t, const struct maas_columns *c, size_t most, struct maas_lot *to)
{
	struct bulk *b = &t->bulk;
	struct maas_span waiting;
	size_t size, rows;
	int rc;

	*to = (struct maas_lot){ 0 };
	if (leave(t) < 0)
		return -1;
	if (!at_hand(t))
		return 0;
	if (t->format->text)
		return ahead_lot(t, c, least(most, t->last - t->number), to);
	if (!fits(t, c))
		return 0;
	size = t->matrix.cols * maas_dtype_size(t->matrix.type);
	rows = least(most, least(t->matrix.rows - t->matrix.row, t->last - t->number));
	if (maas_input_peek(t->source.input, 0, &waiting) < 0)
		return -1;
	if (waiting.n / size < rows && maas_input_ended(t->source.input))
		return 0;
	if ((rc = maas_input_room(t->source.input, most * size)) <= 0 ||
	    maas_input_peek(t->source.input, 0, &waiting) < 0)
		return rc;
	*b = (struct bulk){ .at_work = 1, .x = waiting.s, .type = t->matrix.type };
	b->rows = waiting.n / size < rows ? 0 : rows;
	b->did[CHECK] = !b->rows || b->type == MAAS_U8;
	*to = (struct maas_lot){ b->x, b->type, b->rows, { beside, t, b->did[CHECK] ? CHECK : ITEMS } };
	return 1;
}
