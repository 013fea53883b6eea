/*
 * ahead -- records read a block of text at a time: the team splits stretches of it while one of them reads the next and
 * one adds the last to the digest.
 *
 * A record that is not plain is given to the format, alone; so is the text that has no end of a record in a whole
 * block, and whatever comes where none can be read ahead.  What is handed out is thus the same, with the same words
 * about what is wrong, wherever blocks and stretches end.
 */
#include <stdlib.h>
#include <string.h>

#include "stretch.h"

enum { DIGEST, FETCH, FIRST };

#define STRETCHES ((size_t)64) /* at most, of a block */

struct ahead {
	struct maas_team *team; /* borrowed; NULL: whoever reads does it all */
	size_t block, each;     /* bytes read at a time, bytes of a stretch */
	size_t width;           /* cells of the last record that could be read; 0: none yet */
	int late;               /* reading failed, behind the text that waits */

	/* The block at hand: */
	struct dialect dialect;
	struct stretch *stretch; /* [STRETCHES] */
	size_t n;                /* of them in it */
	size_t at, row, plain;   /* what comes next: stretch, its record, plain ones before that one */
	size_t bytes, line;      /* it is so long, and lies behind so many lines */
	int bulk;                /* it is for maas_table_lot, and has no cells */

	/* What that is good for: */
	const struct maas_columns *columns;
	long *slot; /* see struct dialect */
	size_t slots;
};

int
maas_table_team(struct maas_table *t, struct maas_team *team)
{
	struct ahead *a = t->ahead ? t->ahead : maas_alloc(1, sizeof *a);

	if (!a)
		return -1;
	t->ahead = a;
	a->team = team;
	a->block = (size_t)1 << 20;
	a->each = (size_t)1 << 16;
	return a->stretch || (a->stretch = maas_alloc(STRETCHES, sizeof *a->stretch)) ? 0 : -1;
}

void
ahead_sizes(struct maas_table *t, size_t block, size_t each)
{
	t->ahead->block = block;
	t->ahead->each = each;
}

void
ahead_reset(struct ahead *a)
{
	if (a)
		a->n = a->at = a->bytes = a->width = 0;
	if (a)
		a->late = 0;
}

void
ahead_free(struct ahead *a)
{
	if (!a)
		return;
	for (size_t i = 0; a->stretch && i < STRETCHES; i++)
		stretch_free(&a->stretch[i]);
	free(a->stretch);
	free(a->slot);
	free(a);
}

/* May what comes next be read ahead?  Not what was looked at already.  (Nor the first line, which may have a mark of
 * UTF-8:
 * the format reads it, to tell a record's width.) */
static int
can(const struct maas_table *t)
{
	const struct source *s = &t->source;

	return t->ahead && !(t->flags & MAAS_LIVE) && t->format->delimited && !s->marked && s->at == s->kept.n;
}

static void
work(void *arg, size_t begin, size_t end, int member)
{
	struct maas_table *t = arg;
	struct ahead *a = t->ahead;

	(void)member;
	for (size_t i = begin; i < end; i++) {
		if (i >= FIRST)
			stretch_read(&a->stretch[i - FIRST], &a->dialect);
		else if (t->source.input && i == DIGEST)
			maas_input_catch_up(t->source.input);
		else if (t->source.input)
			maas_input_fetch(t->source.input);
	}
}

/* The block at hand was handed out. */
static void
leave(struct ahead *a, struct source *s)
{
	if (a->bytes && s->input) {
		maas_input_take(s->input, a->bytes, s->line - a->line);
	} else if (a->bytes) {
		s->memory.s += a->bytes;
		s->memory.n -= a->bytes;
	}
	a->n = a->at = a->row = a->plain = a->bytes = 0;
	a->line = s->line;
}

static void
speak(struct ahead *a, const struct maas_table *t, struct maas_span text)
{
	int scans = !strchr("0123456789+-.eE", t->delimiter) && text.n > DECIMAL_AHEAD;

	a->dialect = (struct dialect){ .delimiter = t->delimiter,
		.quote = t->format->quote,
		.cells = !a->bulk,
		.width = a->width,
		.numbers = a->bulk ? a->columns->numbers : a->width,
		.slot = a->bulk ? a->slot : NULL,
		.safe = scans ? text.s + text.n - DECIMAL_AHEAD : text.s };
}

/* A new block, of the text that waits: 1, where a record ends in it, 0, -1. */
static int
cut(struct maas_table *t)
{
	struct ahead *a = t->ahead;
	struct source *s = &t->source;
	struct maas_span text;
	size_t ends[STRETCHES];
	int whole;

	if (source_peek(s, s->input ? 0 : SIZE_MAX, &text) < 0)
		return -1;
	whole = !s->input || (maas_input_ended(s->input) && !a->late);
	if (text.n > 2 * a->block) {
		text.n = 2 * a->block;
		whole = 0;
	}
	speak(a, t, text);
	a->n = stretches_cut(ends, STRETCHES, &a->dialect, text, a->each, whole);
	for (size_t i = 0; i < a->n; i++) {
		a->stretch[i].text = (struct maas_span){ text.s + a->bytes, ends[i] - a->bytes };
		a->bytes = ends[i];
	}
	return a->n || whole || a->late || text.n >= a->block;
}

/* The next block, split: 1, 0 where the next record is to be asked of the format, -1. */
static int
step(struct maas_table *t)
{
	struct ahead *a = t->ahead;
	struct source *s = &t->source;
	int rc, enough;

	leave(a, s);
	do {
		if (s->input && (rc = maas_input_room(s->input, a->block)) <= 0)
			return rc;
		if ((enough = cut(t)) < 0)
			return -1;
		if (enough && !a->n)
			return a->late ? maas_input_settle(s->input) : 0;
		if (a->team)
			maas_team_run(a->team, FIRST + a->n, 1, work, t);
		else
			work(t, 0, FIRST + a->n, 0);
		if (s->input && !a->late)
			a->late = maas_input_settle(s->input) < 0;
	} while (!enough);
	for (size_t i = 0; i < a->n; i++)
		if (a->stretch[i].failed)
			return maas_fail_as(MAAS_OS, "%s: no memory for %zu bytes of records", s->name, a->bytes);
	return 1;
}

/* n records of the stretch at hand are used. */
static void
go_on(struct ahead *a, size_t n)
{
	struct stretch *s = &a->stretch[a->at];

	a->row += n;
	if (a->row == s->rows) {
		a->at++;
		a->row = a->plain = 0;
	}
}

/* The format reads a record out of the block. */
static int
ask(struct maas_table *t, struct maas_span text, struct maas_record *rec)
{
	struct source *s = &t->source, was = *s;
	int rc;

	s->input = NULL;
	s->memory = text;
	rc = t->format->next(t, rec);
	s->input = was.input;
	s->memory = was.memory;
	return rc;
}

static int
give(struct maas_table *t, struct maas_record *rec)
{
	struct ahead *a = t->ahead;
	const struct stretch *s = &a->stretch[a->at];
	const struct stretch_row *row = &s->row[a->row];
	struct maas_span text = { s->text.s + row->at, row->n };
	int rc = 1;

	if (row->odd || a->bulk) {
		rc = ask(t, text, rec);
	} else {
		rec->line = ++t->source.line;
		rec->raw = text;
		rec->cell = s->cell + a->plain * a->dialect.width;
		rec->value = s->x + a->plain * a->dialect.width;
		rec->n = a->dialect.width;
	}
	a->plain += !row->odd;
	go_on(a, 1);
	return rc;
}

int
ahead_next(struct maas_table *t, struct maas_record *rec)
{
	struct ahead *a = t->ahead;
	int rc = can(t);

	if (rc && a->at == a->n) {
		a->bulk = 0;
		rc = a->width ? step(t) : 0;
	}
	if (rc >= 0)
		rc = rc ? give(t, rec) : t->format->next(t, rec);
	if (a && rc > 0 && !rec->bad)
		a->width = t->heads ? t->heads : rec->n;
	return rc;
}

/* Are rows what columns say, a number a cell but for those that nobody learns from, and by their places? */
static int
suits(struct maas_table *t, const struct maas_columns *c)
{
	struct ahead *a = t->ahead;

	if (!c->column || c->words || c->texts || c->fill || c->n != a->width || (t->heads && t->heads != c->n))
		return 0;
	if (maas_grow(&a->slot, 0, &a->slots, c->n, sizeof *a->slot) < 0)
		return -1;
	for (size_t i = 0; i < c->n; i++) {
		const struct maas_column *col = &c->column[i];

		if (col->role == MAAS_PICTURES || col->role == MAAS_SOUNDS ||
		    (t->heads && c->header && !maas_span_is(t->head[i], col->name)))
			return 0;
		a->slot[i] = col->role == MAAS_NUMERIC ? (long)col->from : -1;
	}
	a->columns = c;
	a->bulk = 1;
	return 1;
}

int
ahead_lot(struct maas_table *t, const struct maas_columns *c, size_t most, struct maas_lot *to)
{
	struct ahead *a = t->ahead;
	const struct stretch *s;
	size_t n = 0;
	int rc;

	if (!can(t) || !a->width)
		return 0;
	if (a->at == a->n && ((rc = suits(t, c)) <= 0 || (rc = step(t)) <= 0))
		return rc;
	if (!a->bulk || a->columns != c)
		return 0;
	s = &a->stretch[a->at];
	while (n < most && a->row + n < s->rows && !s->row[a->row + n].odd)
		n++;
	if (!n)
		return 0;
	*to = (struct maas_lot){ .x = s->x + a->plain * c->numbers, .type = MAAS_F64, .rows = n };
	t->source.line += n;
	t->number += n;
	a->plain += n;
	go_on(a, n);
	return 1;
}
