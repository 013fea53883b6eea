/* inspect -- data looked over before it is learnt from: rows gathered, rows that are there twice, findings told. */
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "inspect.h"

#define FEW_CLASHES 10 /* rows, or one in so many */

static const char *const names[] = { "duplicate", "contradiction", "label", "constant", "leak", "id", "text", "tag" };

struct maas_inspection *
maas_inspection_new(const struct maas_columns *c, enum maas_task task, int split)
{
	struct maas_inspection *s = maas_alloc(1, sizeof *s);

	if (!s)
		return NULL;
	s->columns = c;
	s->task = task;
	s->split = split;
	if ((s->values = maas_alloc(c->words, sizeof *s->values)))
		return s;
	maas_inspection_free(s);
	return NULL;
}

void
maas_inspection_free(struct maas_inspection *s)
{
	if (!s)
		return;
	for (size_t w = 0; s->values && w < s->columns->words; w++)
		maas_names_free(&s->values[w]);
	maas_names_free(&s->labels);
	maas_names_free(&s->sentences);
	free(s->values);
	free(s->row);
	free(s->count[0]);
	free(s->count[1]);
	free(s->label);
	free(s->target);
	free(s->x);
	free(s->word);
	free(s->fold);
	free(s);
}

int
inspect_tell(
    struct maas_inspection *s, enum sort sort, const struct seen_row *r, const char *where, const char *fmt, ...)
{
	char place[400], what[600];
	va_list ap;

	if (s->found[sort]++ >= SHOWN)
		return 0;
	if (r)
		snprintf(place, sizeof place, "%s:%zu", r->name, r->line);
	va_start(ap, fmt);
	vsnprintf(what, sizeof what, fmt, ap);
	va_end(ap);
	return s->tell(s->ctx, names[sort], r ? place : where, what);
}

/* How many there are of each sort that were not told one by one. */
static int
tell_rest(struct maas_inspection *s, size_t *found)
{
	char what[60];

	for (size_t i = 0; i < SORTS; i++) {
		*found += s->found[i];
		snprintf(what, sizeof what, "%zu more of this sort", s->found[i] - SHOWN);
		if (s->found[i] > SHOWN && s->tell(s->ctx, names[i], "", what) < 0)
			return -1;
	}
	return 0;
}

/* Text is hashed behind its length, so that what is parted differently differs. */
static void
hash_text(uint64_t h[2], struct maas_span t)
{
	for (int k = 0; k < 2; k++)
		h[k] = maas_hash(t.n ? t.s : "", t.n, maas_hash(&t.n, sizeof t.n, h[k]));
}

static void
hash_numbers(uint64_t h[2], const double *x, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		double v = isnan(x[i]) ? NAN : x[i] + 0.0; /* one gap, one zero */

		for (int k = 0; k < 2; k++)
			h[k] = maas_hash(&v, sizeof v, h[k]);
	}
}

/* Text is hashed without case, blanks and signs of ASCII; one that is nothing else, as it is. */
static int
hash_folded(struct maas_inspection *s, uint64_t h[2], struct maas_span t)
{
	size_t n = 0;

	if (maas_grow(&s->fold, 0, &s->fold_cap, t.n, 1) < 0)
		return -1;
	for (size_t i = 0; i < t.n; i++) {
		unsigned char c = (unsigned char)t.s[i];

		if (c >= 'A' && c <= 'Z')
			c = (unsigned char)(c + 'a' - 'A');
		if (c > 127 || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))
			s->fold[n++] = (char)c;
	}
	hash_text(h, n ? (struct maas_span){ s->fold, n } : t);
	return 0;
}

/* All but the text, which comes last. */
static void
hash_row(uint64_t h[2], const struct maas_columns *c, const struct maas_row *row)
{
	h[0] = 1;
	h[1] = 2;
	if (row->x)
		hash_numbers(h, row->x, c->numbers);
	for (size_t w = 0; row->word && w < c->words; w++)
		hash_text(h, row->word[w]);
	for (size_t i = 0; c->sparse && i < row->nnz; i++)
		for (int k = 0; k < 2; k++)
			h[k] =
			    maas_hash(&row->val[i], sizeof *row->val, maas_hash(&row->col[i], sizeof *row->col, h[k]));
}

static int
hash_both(struct maas_inspection *s, struct seen_row *r, const struct maas_row *row)
{
	hash_row(r->hash, s->columns, row);
	memcpy(r->folded, r->hash, sizeof r->hash);
	if (!s->columns->texts)
		return 0;
	hash_text(r->hash, row->text);
	return hash_folded(s, r->folded, row->text);
}

/* What is wrong with a text; U+FFFD stands where something was lost in turning an encoding. */
static enum fault
text_fault(struct maas_span t)
{
	const char *p = t.s, *end = p + t.n;
	enum fault f = FINE;

	while (p < end) {
		int32_t c = maas_utf8_next(&p, end);

		if (c < 0)
			return NOT_UTF8;
		if (c == 0xfffd)
			f = REPLACED;
	}
	return f;
}

static enum fault
row_fault(const struct maas_columns *c, const struct maas_row *row)
{
	enum fault f = text_fault(row->label);

	for (size_t w = 0; row->word && w < c->words && f == FINE; w++)
		f = text_fault(row->word[w]);
	if (f == FINE && c->texts)
		f = row->text.n ? text_fault(row->text) : NO_TEXT;
	return f;
}

static int
keep_columns(struct maas_inspection *s, const struct maas_row *row, uint32_t label)
{
	const struct maas_columns *c = s->columns;

	if (maas_grow(&s->label, s->rows, &s->label_cap, 1, sizeof *s->label) < 0 ||
	    maas_grow(&s->target, s->rows, &s->target_cap, 1, sizeof *s->target) < 0 ||
	    maas_grow(&s->word, s->rows * c->words, &s->word_cap, c->words + 1, sizeof *s->word) < 0)
		return -1;
	s->label[s->rows] = label;
	if (s->task == MAAS_TASK_REGRESS && maas_number(row->label, &s->target[s->rows]) < 0)
		return -1;
	if (row->x) {
		if (maas_grow(&s->x, s->rows * c->numbers, &s->x_cap, c->numbers, sizeof *s->x) < 0)
			return -1;
		memcpy(s->x + s->rows * c->numbers, row->x, c->numbers * sizeof *s->x);
	}
	for (size_t w = 0; w < c->words; w++) {
		int64_t number = maas_names_number(&s->values[w], row->word[w]);

		if (number < 0)
			return -1;
		s->word[s->rows * c->words + w] = (uint32_t)number;
	}
	s->rows++;
	return 0;
}

int
maas_inspection_add(struct maas_inspection *s, const struct maas_row *row, int held_out)
{
	struct seen_row *r;
	int64_t label = MAAS_NO_NAME;

	if (s->n == NO_ROW)
		return maas_fail("more than %zu rows", s->n);
	if (maas_grow(&s->row, s->n, &s->row_cap, 1, sizeof *s->row) < 0 ||
	    (s->task == MAAS_TASK_CLASS && (label = maas_names_number(&s->labels, row->label)) < 0))
		return -1;
	r = &s->row[s->n];
	*r = (struct seen_row){ .name = row->record.name,
		.line = row->record.line,
		.label = (uint32_t)label,
		.broken = MAAS_NO_NAME,
		.twin = NO_ROW,
		.clash = NO_ROW,
		.held_out = held_out,
		.fault = row_fault(s->columns, row) };
	if (s->task == MAAS_TASK_TAG && inspect_tags(s, row, r) < 0)
		return -1;
	if (hash_both(s, r, row) < 0)
		return -1;
	s->odd_texts |= memcmp(r->hash, s->row[0].hash, sizeof r->hash) != 0;
	if (!held_out && keep_columns(s, row, r->label) < 0)
		return -1;
	s->n++;
	return 0;
}

struct order {
	uint64_t hash[2];
	uint32_t row;
};

static int
by_hash(const void *a, const void *b)
{
	const struct order *x = a, *y = b;

	for (int k = 0; k < 2; k++)
		if (x->hash[k] != y->hash[k])
			return x->hash[k] < y->hash[k] ? -1 : 1;
	return (x->row > y->row) - (x->row < y->row);
}

/* Rows o[0..n) have the same features (near: but for how they are written): who of them stands for whom. */
static void
mark_same(struct maas_inspection *s, const struct order *o, size_t n, int near)
{
	uint32_t first = NO_ROW;
	size_t i;

	for (i = 0; i < n && first == NO_ROW; i++)
		if (!s->row[o[i].row].held_out)
			first = o[i].row;
	for (i = 0; i < n; i++) {
		struct seen_row *r = &s->row[o[i].row];

		if (first != o[i].row && (r->held_out || s->split) && r->twin == NO_ROW) {
			r->twin = first;
			r->near = near;
		}
		if (!near && r->label != s->row[o[0].row].label)
			r->clash = o[0].row;
	}
}

static void
mark_all(struct maas_inspection *s, struct order *o, int near)
{
	size_t i, j;

	for (i = 0; i < s->n; i++) {
		const uint64_t *h = near ? s->row[i].folded : s->row[i].hash;

		o[i] = (struct order){ { h[0], h[1] }, (uint32_t)i };
	}
	qsort(o, s->n, sizeof *o, by_hash);
	for (i = 0; i < s->n; i = j) {
		for (j = i + 1; j < s->n && !memcmp(o[i].hash, o[j].hash, sizeof o->hash); j++)
			;
		mark_same(s, o + i, j - i, near);
	}
}

static int
mark_twins(struct maas_inspection *s)
{
	struct order *o = maas_alloc(s->n, sizeof *o);

	if (!o)
		return -1;
	mark_all(s, o, 0);
	if (s->columns->texts)
		mark_all(s, o, 1);
	free(o);
	return 0;
}

static int
tell_twins(struct maas_inspection *s)
{
	for (size_t i = 0; i < s->n; i++) {
		const struct seen_row *r = &s->row[i], *t = r->twin == NO_ROW ? NULL : &s->row[r->twin];

		if (!t)
			continue;
		if (inspect_tell(s, DUPLICATE, r, NULL,
			r->held_out ? "held out, and trained on as %s:%zu%s"
				    : "the same row as %s:%zu%s, which a split may part",
			t->name, t->line, r->near ? " but for case, blanks or signs" : "") < 0)
			return -1;
	}
	return 0;
}

/* Rows with the same features and another label.  Many of them are no slips: the columns do not decide the label. */
static int
tell_clashes(struct maas_inspection *s)
{
	size_t clashes = 0;

	for (size_t i = 0; i < s->n; i++)
		clashes += s->task != MAAS_TASK_REGRESS && s->row[i].clash != NO_ROW;
	if (clashes > FEW_CLASHES && clashes > s->n / FEW_CLASHES)
		return inspect_tell(s, CONTRADICTION, NULL, "",
		    s->task == MAAS_TASK_TAG ? "%zu of %zu sentences are the same as one with other tags"
					     : "%zu of %zu rows are the same as one with another label",
		    clashes, s->n);
	for (size_t i = 0; s->task != MAAS_TASK_REGRESS && i < s->n; i++) {
		const struct seen_row *r = &s->row[i], *t = r->clash == NO_ROW ? NULL : &s->row[r->clash];

		if (!t)
			continue;
		if (s->task == MAAS_TASK_TAG) {
			if (inspect_tell(s, CONTRADICTION, r, NULL, "the same sentence as %s:%zu, with other tags",
				t->name, t->line) < 0)
				return -1;
			continue;
		}
		const struct maas_span a = s->labels.name[r->label], b = s->labels.name[t->label];

		if (inspect_tell(s, CONTRADICTION, r, NULL,
			"labelled '%.*s'; the same row at %s:%zu is labelled '%.*s'", a.n > 60 ? 60 : (int)a.n, a.s,
			t->name, t->line, b.n > 60 ? 60 : (int)b.n, b.s) < 0)
			return -1;
	}
	return 0;
}

static int
tell_texts(struct maas_inspection *s)
{
	static const char *const what[] = { [NOT_UTF8] = "not UTF-8 (see --encoding)",
		[REPLACED] = "holds U+FFFD, which stands where another encoding was misread",
		[NO_TEXT] = "no text in it" };

	for (size_t i = 0; i < s->n; i++)
		if (s->row[i].fault != FINE &&
		    inspect_tell(s, INVALID, &s->row[i], NULL, "%s", what[s->row[i].fault]) < 0)
			return -1;
	return 0;
}

/* Is a column left out that was not told to be?  Then rows may differ where they look alike. */
static int
is_partial(const struct maas_columns *c)
{
	for (size_t i = 0; c->column && i < c->n; i++)
		if (c->column[i].many)
			return 1;
	return 0;
}

int
maas_inspection_end(struct maas_inspection *s, maas_on_finding *tell, void *ctx, size_t *found)
{
	int bad;

	s->tell = tell;
	s->ctx = ctx;
	*found = 0;
	bad = (!is_partial(s->columns) && (mark_twins(s) || tell_twins(s) || tell_clashes(s))) ||
	    (s->task != MAAS_TASK_REGRESS && inspect_labels(s)) || inspect_broken(s) || inspect_columns(s) ||
	    tell_texts(s) || tell_rest(s, found);
	return bad ? -1 : 0;
}
