/* A row that outlives the next. */
#include <string.h>

#include "maas/table.h"

/* A piece of memory being dealt out: arrays first, bytes behind them. */
struct packing {
	unsigned char *at;
	struct maas_span from; /* the record's text as it was */
	char *raw;             /* and as it is kept */
};

static size_t
up(size_t n)
{
	return (n + 7) & ~(size_t)7;
}

static int
within(struct maas_span whole, struct maas_span s)
{
	return s.s >= whole.s && s.n <= whole.n && s.s <= whole.s + (whole.n - s.n);
}

static size_t
span_bytes(const struct packing *p, struct maas_span s)
{
	return !s.s || (p->from.s && within(p->from, s)) ? 0 : s.n;
}

static size_t
spans_bytes(const struct packing *p, const struct maas_span *s, size_t n)
{
	size_t bytes = 0;

	for (size_t i = 0; s && i < n; i++)
		bytes += sizeof *s + span_bytes(p, s[i]);
	return bytes;
}

static struct maas_span
pack_span(struct packing *p, struct maas_span s)
{
	if (!s.s)
		return s;
	if (p->from.s && within(p->from, s))
		return (struct maas_span){ p->raw + (s.s - p->from.s), s.n };
	if (s.n)
		memcpy(p->at, s.s, s.n);
	p->at += s.n;
	return (struct maas_span){ (const char *)p->at - s.n, s.n };
}

static const void *
pack_array(struct packing *p, const void *from, size_t bytes)
{
	unsigned char *to = p->at;

	if (!from)
		return NULL;
	if (bytes)
		memcpy(to, from, bytes);
	p->at += up(bytes);
	return to;
}

/* The texts of spans that pack_array has put there. */
static void
pack_spans(struct packing *p, const struct maas_span *to, size_t n)
{
	struct maas_span *s = (struct maas_span *)to; /* memory of this copy's own */

	for (size_t i = 0; s && i < n; i++)
		s[i] = pack_span(p, s[i]);
}

static size_t
row_bytes(const struct packing *p, const struct maas_columns *c, const struct maas_row *row)
{
	const struct maas_record *r = &row->record;
	size_t bytes = r->raw.n + spans_bytes(p, r->cell, r->n) + spans_bytes(p, r->key, r->n) +
	    spans_bytes(p, row->word, c->words) + spans_bytes(p, row->keep, row->nkeep);

	bytes += span_bytes(p, r->label) + span_bytes(p, row->label) + span_bytes(p, row->id) +
	    span_bytes(p, row->text) + span_bytes(p, row->tags);
	bytes += row->bad ? strlen(row->bad) + 1 : 0;
	bytes += row->x ? c->numbers * (sizeof *row->x + (row->byte != NULL)) : 0;
	bytes += row->col ? row->nnz * (sizeof *row->col + sizeof *row->val) : 0;
	return bytes + 16 * 8;
}

int
maas_row_copy(struct maas_arena *a, const struct maas_columns *c, struct maas_row *row, size_t *held)
{
	struct maas_record *r = &row->record;
	struct packing p = { .from = r->raw };
	size_t bytes = row_bytes(&p, c, row);

	if (!(p.at = maas_take(a, bytes, 1)))
		return -1;
	*held += bytes;
	r->cell = pack_array(&p, r->cell, r->n * sizeof *r->cell);
	r->key = pack_array(&p, r->key, r->n * sizeof *r->key);
	row->word = pack_array(&p, row->word, c->words * sizeof *row->word);
	row->keep = pack_array(&p, row->keep, row->nkeep * sizeof *row->keep);
	row->byte = row->x ? pack_array(&p, row->byte, c->numbers) : NULL;
	row->x = pack_array(&p, row->x, c->numbers * sizeof *row->x);
	row->val = row->col ? pack_array(&p, row->val, row->nnz * sizeof *row->val) : NULL;
	row->col = pack_array(&p, row->col, row->nnz * sizeof *row->col);
	r->num = NULL;
	r->byte = NULL;
	r->index = NULL;
	r->sound = row->sound = NULL;
	p.raw = (char *)p.at;
	if (r->raw.s) {
		if (r->raw.n)
			memcpy(p.raw, r->raw.s, r->raw.n);
		p.at += r->raw.n;
		r->raw.s = p.raw;
	}
	if (row->bad)
		row->bad = memcpy(p.at, row->bad, strlen(row->bad) + 1);
	p.at += row->bad ? strlen(row->bad) + 1 : 0;
	r->bad = r->bad ? row->bad : NULL;
	pack_spans(&p, r->cell, r->n);
	pack_spans(&p, r->key, r->n);
	pack_spans(&p, row->word, c->words);
	pack_spans(&p, row->keep, row->nkeep);
	r->label = pack_span(&p, r->label);
	row->label = pack_span(&p, row->label);
	row->id = pack_span(&p, row->id);
	row->text = pack_span(&p, row->text);
	row->tags = r->tags = pack_span(&p, row->tags);
	return 0;
}
