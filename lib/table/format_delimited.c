/*
 * format_delimited -- TSV (no quoting) and CSV (RFC 4180: fields in double quotes may hold
 * delimiters, newlines and doubled quotes).
 */
#include <string.h>

#include "source.h"

/* Where a record stands while its lines come in. */
struct split {
	size_t at;    /* of the next byte to look at */
	int quoted;   /* inside quotes */
	size_t since; /* the line they were opened in */
	size_t from;  /* in table->text: where the open field begins */
};

static int
push(struct maas_table *t, size_t at, size_t n, int moved)
{
	if (t->pieces == FIELDS_MAX)
		return maas_fail("more than %zu fields", FIELDS_MAX);
	if (maas_grow(&t->piece, t->pieces, &t->piece_cap, 1, sizeof *t->piece) < 0)
		return -1;
	t->piece[t->pieces++] = (struct piece){ at, n, moved };
	return 0;
}

/* Pieces to spans, now that nothing moves any more. */
static int
deliver(struct maas_table *t, struct maas_record *rec)
{
	size_t i;

	if (table_room(t, 0, t->pieces, 0) < 0)
		return -1;
	for (i = 0; i < t->pieces; i++) {
		const struct piece *p = &t->piece[i];

		t->cell[i] = (struct maas_span){ (p->moved ? t->text.s : rec->raw.s) + p->at, p->n };
	}
	rec->cell = t->cell;
	rec->n = t->pieces;
	return 1;
}

static int
add_cell(struct maas_table *t, struct maas_record *rec, const char *from, const char *to)
{
	if (rec->n == FIELDS_MAX)
		return maas_fail("more than %zu fields", FIELDS_MAX);
	if (rec->n == t->cell_cap && table_room(t, rec->n, 1, 0) < 0)
		return -1;
	t->cell[rec->n++] = (struct maas_span){ from, (size_t)(to - from) };
	return 0;
}

/* Fields without quotes, up to `end`: delimiters are found eight bytes at a time. */
static int
split(struct maas_table *t, struct maas_record *rec, const char *end)
{
	const uint64_t low = ~(uint64_t)0 / 255 * 127, all = ~(uint64_t)0 / 255 * (unsigned char)t->delimiter;
	const char *p = rec->raw.s, *from = p, *d;
	uint64_t w;

	for (rec->n = 0; end - p >= 8; p += 8) {
		memcpy(&w, p, 8);
		w ^= all;
		for (w = ~(((w & low) + low) | w | low); w; w &= w - 1) { /* the high bit of each byte that was 0 */
			d = p + __builtin_ctzll(w) / 8;
			if (add_cell(t, rec, from, d) < 0)
				return -1;
			from = d + 1;
		}
	}
	for (; p < end; p++)
		if (*p == t->delimiter) {
			if (add_cell(t, rec, from, p) < 0)
				return -1;
			from = p + 1;
		}
	if (add_cell(t, rec, from, end) < 0)
		return -1;
	rec->cell = t->cell;
	return 1;
}

static int
split_line(struct maas_table *t, struct maas_record *rec)
{
	return split(t, rec, rec->raw.s + rec->raw.n) < 0 ? maas_in("%s:%zu", rec->name, rec->line) : 1;
}

static int
next_tsv(struct maas_table *t, struct maas_record *rec)
{
	int rc = table_line(t, rec, 1);

	return rc <= 0 || rec->bad ? rc : split_line(t, rec);
}

/*
 * Go on inside quotes.  1: closed, s->at behind them; 0: the record goes on in the next line; -1.
 */
static int
quotes(struct maas_table *t, struct split *s, struct maas_span r)
{
	for (;;) {
		const char *p = r.s + s->at, *q = memchr(p, '"', r.n - s->at);
		size_t n = q ? (size_t)(q - p) : r.n - s->at;

		if (maas_buf_add(&t->text, p, n) < 0)
			return -1;
		s->at += n + (q != NULL);
		if (!q)
			return 0;
		if (s->at == r.n || r.s[s->at] != '"') {
			s->quoted = 0;
			return push(t, s->from, t->text.n - s->from, 1) < 0 ? -1 : 1;
		}
		if (maas_buf_add(&t->text, "\"", 1) < 0)
			return -1;
		s->at++;
	}
}

/*
 * Fields of the record from s->at on.  1: all of them, 0: quotes are open at its end, -1.  What
 * is wrong goes to rec->bad.  A CR at the end belongs to the line end, but inside quotes to the text.
 */
static int
fields(struct maas_table *t, struct maas_record *rec, struct split *s)
{
	struct maas_span r = rec->raw;
	size_t end = r.n && r.s[r.n - 1] == '\r' ? r.n - 1 : r.n;
	int rc;

	for (;;) {
		if (!s->quoted && s->at < r.n && r.s[s->at] == '"') {
			*s = (struct split){ s->at + 1, 1, t->source.line, t->text.n };
		}
		if (s->quoted) {
			if ((rc = quotes(t, s, r)) <= 0)
				return rc;
			if (s->at < end && r.s[s->at] != t->delimiter)
				return table_bad(t, rec, "field %zu: text behind the closing quote", t->pieces);
		} else {
			const char *d = s->at < end ? memchr(r.s + s->at, t->delimiter, end - s->at) : NULL;
			size_t n = d ? (size_t)(d - r.s) - s->at : end - s->at;

			if (push(t, s->at, n, 0) < 0)
				return -1;
			s->at += n;
		}
		if (s->at >= end)
			return 1;
		s->at++;
	}
}

/* Put the next line behind the record's, which now is in table->joined; quotes were opened in line `since`.
 * 1, 0 at the end, -1. */
static int
join(struct maas_table *t, struct maas_record *rec, size_t since)
{
	struct maas_span line;
	int rc;

	if (rec->raw.s != t->joined.s) {
		t->joined.n = 0;
		if (maas_buf_add(&t->joined, rec->raw.s, rec->raw.n) < 0)
			return -1;
		rec->raw = (struct maas_span){ t->joined.s, t->joined.n }; /* the line goes with the next one */
	}
	rc = source_line(&t->source, &line);
	if (rc <= 0)
		return rc;
	if (t->joined.n + line.n > RECORD_MAX)
		return maas_fail("field %zu: the quote opened in line %zu is not closed within %zu bytes",
		    t->pieces + 1, since, RECORD_MAX);
	if (maas_buf_add(&t->joined, "\n", 1) < 0 || maas_buf_add(&t->joined, line.s, line.n) < 0)
		return -1;
	rec->raw = (struct maas_span){ t->joined.s, t->joined.n };
	return 1;
}

static int
next_csv(struct maas_table *t, struct maas_record *rec)
{
	struct split s = { 0 };
	int rc = table_line(t, rec, 0), more = 1;

	if (rc <= 0 || rec->bad)
		return rc;
	if (!memchr(rec->raw.s, '"', rec->raw.n)) {
		rec->raw.n -= rec->raw.s[rec->raw.n - 1] == '\r';
		return split_line(t, rec);
	}
	t->pieces = t->text.n = 0;
	while ((rc = fields(t, rec, &s)) == 0 && (more = join(t, rec, s.since)) > 0)
		;
	if (rc < 0 || more < 0)
		return maas_in("%s:%zu", rec->name, rec->line);
	if (!rc)
		table_bad(t, rec, "field %zu: the quote opened in line %zu is never closed", t->pieces + 1, s.since);
	if (rec->raw.n && rec->raw.s[rec->raw.n - 1] == '\r')
		rec->raw.n--;
	return rec->bad ? 1 : deliver(t, rec);
}

const struct maas_format maas_format_tsv = {
	.name = "tsv",
	.suffix = ".tsv",
	.text = 1,
	.cells = 1,
	.delimited = 1,
	.next = next_tsv,
};
const struct maas_format maas_format_csv = {
	.name = "csv",
	.suffix = ".csv",
	.text = 1,
	.cells = 1,
	.delimited = 1,
	.quote = '"',
	.next = next_csv,
};
