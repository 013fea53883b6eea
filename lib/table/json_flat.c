/*
 * json_flat -- the usual record of JSON lines, quickly: a flat object of plain strings, numbers, true, false and null
 * (RFC 8259).  Cells are as format_jsonl makes them of the parsed object, to the byte.  Whatever is not plain, or not
 * right, is left to the parser, which knows what to say of it.
 */
#include <math.h>
#include <string.h>

#include "source.h"

#define KEYS_COMPARED 64 /* each with each; of more, the order is a known one or the parser's business */

struct scan {
	const char *p, *end;
};

static void
blanks(struct scan *s)
{
	while (s->p < s->end && (*s->p == ' ' || *s->p == '\t' || *s->p == '\r' || *s->p == '\n'))
		s->p++;
}

static int
take(struct scan *s, char c)
{
	blanks(s);
	if (s->p == s->end || *s->p != c)
		return 0;
	s->p++;
	return 1;
}

static int
is_utf8(const char *p, const char *end)
{
	while (p < end)
		if (maas_utf8_next(&p, end) < 0)
			return 0;
	return 1;
}

/* Behind an opening quote: text without escapes.  0: not plain. */
static int
plain_text(struct scan *s, struct maas_span *to)
{
	const uint64_t ones = ~(uint64_t)0 / 255, high = ones << 7;
	const char *from = s->p;
	uint64_t w, all = 0, stop;
	unsigned char c;

	for (; s->end - s->p >= 8; s->p += 8) { /* until a quote, a backslash or a control character is among eight */
		memcpy(&w, s->p, 8);
		stop = ((w ^ ones * '"') - ones) | ((w ^ ones * '\\') - ones) | (w - ones * 32);
		if (stop & ~w & high)
			break;
		all |= w;
	}
	for (; s->p < s->end && (c = (unsigned char)*s->p) != '"'; s->p++) {
		if (c < 32 || c == '\\')
			return 0;
		all |= c;
	}
	*to = (struct maas_span){ from, (size_t)(s->p - from) };
	if (s->p++ == s->end)
		return 0;
	return !(all & high) || is_utf8(to->s, to->s + to->n);
}

static size_t
run_of_digits(struct scan *s)
{
	const char *from = s->p;

	while (s->p < s->end && (unsigned char)(*s->p - '0') < 10)
		s->p++;
	return (size_t)(s->p - from);
}

/* A number.  The cell is the text where printing would give the same, else what is printed.  0: not plain; -1. */
static int
number(struct maas_table *t, struct scan *s, struct piece *piece, struct maas_span *to)
{
	const char *from = s->p, *first;
	size_t whole, behind = 0, zeros = 0;
	int exponent;
	double v;

	s->p += *s->p == '-';
	first = s->p;
	whole = run_of_digits(s);
	if (!whole || (whole > 1 && *first == '0'))
		return 0;
	if (s->p < s->end && *s->p == '.') {
		s->p++;
		while (s->p + zeros < s->end && s->p[zeros] == '0')
			zeros++;
		if (!(behind = run_of_digits(s)))
			return 0;
	}
	exponent = s->p < s->end && (*s->p == 'e' || *s->p == 'E');
	if (exponent) {
		s->p++;
		s->p += s->p < s->end && (*s->p == '-' || *s->p == '+');
		if (!run_of_digits(s))
			return 0;
	}
	*to = (struct maas_span){ from, (size_t)(s->p - from) };
	if (!behind && !exponent)
		return whole < 19 && !(*from == '-' && *first == '0');
	if (!exponent && whole + behind <= 15 && s->p[-1] != '0' && (*first != '0' || zeros < 4))
		return 1;
	if (!decimal_parse(*to, &v) || !isfinite(v))
		return 0;
	*piece = (struct piece){ t->text.n, 0, 1 };
	if (maas_json_put_real(&t->text, v) < 0)
		return -1;
	piece->n = t->text.n - piece->at;
	return 1;
}

static int
word(struct scan *s, const char *text)
{
	size_t n = strlen(text);

	if ((size_t)(s->end - s->p) < n || memcmp(s->p, text, n))
		return 0;
	s->p += n;
	return 1;
}

static int
value(struct maas_table *t, struct scan *s, struct piece *piece, struct maas_span *to)
{
	const char *from = s->p;

	*piece = (struct piece){ 0, 0, 0 };
	if (s->p == s->end)
		return 0;
	switch (*s->p) {
	case '"': s->p++; return plain_text(s, to);
	case 'n': *to = (struct maas_span){ NULL, 0 }; return word(s, "null");
	case 't':
	case 'f':
		*to = (struct maas_span){ from, *from == 't' ? 4 : 5 };
		return word(s, *from == 't' ? "true" : "false");
	default: return number(t, s, piece, to);
	}
}

/* Are the keys those of the last record, in its order? */
static int
known_keys(const struct maas_table *t, size_t n)
{
	const struct maas_buf *k = &t->known;
	size_t i, at = 0, len;

	for (i = 0; i < n; i++, at += len) {
		len = t->key[i].n;
		if (k->n - at < sizeof len + len || memcmp(k->s + at, &len, sizeof len) ||
		    memcmp(k->s + at + sizeof len, t->key[i].s, len))
			return 0;
		at += sizeof len;
	}
	return at == k->n;
}

int
json_flat_learn(struct maas_table *t, size_t n)
{
	t->known.n = 0;
	for (size_t i = 0; i < n; i++)
		if (maas_buf_add(&t->known, &t->key[i].n, sizeof t->key[i].n) < 0 ||
		    maas_buf_add(&t->known, t->key[i].s, t->key[i].n) < 0)
			return -1;
	return 0;
}

/* 1: no key is there twice; 0: one is, or there are too many to tell; -1. */
static int
different_keys(struct maas_table *t, size_t n)
{
	size_t i, j;

	if (n && known_keys(t, n))
		return 1;
	if (n > KEYS_COMPARED)
		return 0;
	for (i = 1; i < n; i++)
		for (j = 0; j < i; j++)
			if (t->key[i].n == t->key[j].n && !memcmp(t->key[i].s, t->key[j].s, t->key[i].n))
				return 0;
	return json_flat_learn(t, n) < 0 ? -1 : 1;
}

int
json_flat(struct maas_table *t, struct maas_record *rec)
{
	struct scan s = { rec->raw.s, rec->raw.s + rec->raw.n };
	size_t n = 0, i;
	int rc;

	t->text.n = 0;
	if (!take(&s, '{'))
		return 0;
	do {
		if (table_room(t, n, 1, 1) < 0 || maas_grow(&t->piece, n, &t->piece_cap, 1, sizeof *t->piece) < 0)
			return -1;
		if (!take(&s, '"') || !plain_text(&s, &t->key[n]) || !take(&s, ':'))
			return 0;
		blanks(&s);
		if ((rc = value(t, &s, &t->piece[n], &t->cell[n])) <= 0)
			return rc;
		n++;
	} while (take(&s, ','));
	if (!take(&s, '}'))
		return 0;
	blanks(&s);
	if (s.p != s.end || (rc = different_keys(t, n)) <= 0)
		return s.p != s.end ? 0 : rc;
	for (i = 0; i < n; i++)
		if (t->piece[i].moved)
			t->cell[i] = (struct maas_span){ t->text.s + t->piece[i].at, t->piece[i].n };
	rec->n = n;
	rec->cell = t->cell;
	rec->key = t->key;
	return 1;
}
