/* tokenizer -- opening the compiled form: every number in it is checked before it is used. */
#include <stdlib.h>
#include <string.h>

#include "bpe.h"
#include "unicode.h"

const char *const maas_pattern_names[] = { "gpt2", "cl100k", "llama3", "qwen2", "o200k", NULL };

static size_t
padded(size_t n)
{
	return (n + 3) & ~(size_t)3;
}

static const char *
token(const struct maas_tokenizer *t, uint32_t id, size_t *n)
{
	*n = t->at[id + 1] - t->at[id];
	return t->bytes + t->at[id];
}

static int
form_is_possible(const struct bpe_head *h)
{
	uint32_t chars = BPE_FALLBACK | BPE_FUSE | BPE_SQUEEZE | BPE_STRIP | BPE_STRIP_TOKEN;
	uint32_t bytes = BPE_DIGITS | BPE_DIGIT_RUNS, nf = h->form & BPE_NORMAL_FORMS;

	if (h->form > BPE_FORMS || h->prefix >= BPE_PREFIXES || (nf & (nf - 1)))
		return 0;
	if (h->form & BPE_CHARS)
		return !(h->form & bytes) && h->pattern >= BPE_WHOLE;
	return !(h->form & chars) && h->pattern != BPE_WORDS;
}

/* Find the parts; sizes must fill the data exactly. */
static int
lay_out(struct maas_tokenizer *t)
{
	const struct bpe_head *h = &t->head;
	size_t need = sizeof *h, bytes;

	if (t->data.n < sizeof *h || memcmp(t->data.s, BPE_MAGIC, 8) != 0)
		return maas_fail("no compiled tokeniser: it does not begin with %s", BPE_MAGIC);
	memcpy(&t->head, t->data.s, sizeof *h);
	if (h->version != BPE_VERSION)
		return maas_fail("compiled tokeniser of version %u, expected %d", h->version, BPE_VERSION);
	if ((h->pattern >= MAAS_PATTERNS && h->pattern != BPE_WHOLE && h->pattern != BPE_WORDS) ||
	    h->flags > BPE_FLAGS || h->vocab > BPE_LIMIT || h->merges > BPE_LIMIT || !form_is_possible(h))
		return maas_fail("compiled tokeniser: header out of range");
	for (size_t i = 0; i < MAAS_COUNT(h->zero); i++)
		if (h->zero[i])
			return maas_fail("compiled tokeniser: header out of range");
	t->at = (const uint32_t *)(const void *)(t->data.s + need);
	need += ((size_t)h->vocab + 1) * sizeof *t->at;
	t->merge = (const struct bpe_merge *)(const void *)(t->data.s + need);
	need += (size_t)h->merges * sizeof *t->merge;
	t->kind = (const uint8_t *)t->data.s + need;
	need += padded(h->vocab);
	t->bytes = t->data.s + need;
	if (need > t->data.n)
		return maas_fail("compiled tokeniser: %zu bytes, expected %zu or more", t->data.n, need);
	bytes = t->at[h->vocab];
	if (t->data.n != need + padded(bytes))
		return maas_fail("compiled tokeniser: %zu bytes, expected %zu", t->data.n, need + padded(bytes));
	for (size_t i = bytes; i < padded(bytes); i++)
		if (t->bytes[i])
			return maas_fail("compiled tokeniser: padding is not zero");
	for (size_t i = h->vocab; i < padded(h->vocab); i++)
		if (t->kind[i])
			return maas_fail("compiled tokeniser: padding is not zero");
	return 0;
}

static int
kind_is_possible(const struct maas_tokenizer *t, uint32_t id)
{
	uint32_t n = t->at[id + 1] - t->at[id];

	switch (t->kind[id] & BPE_KIND) {
	case BPE_HOLE: return n == 0 && t->kind[id] == BPE_HOLE;
	case BPE_NORMAL: return n > 0 && t->kind[id] == BPE_NORMAL;
	case BPE_BYTE: return n == 1 && t->kind[id] == BPE_BYTE && t->head.form & BPE_FALLBACK;
	case BPE_ADDED:
	case BPE_SPECIAL: return n > 0;
	default: return 0;
	}
}

static int
check_tokens(const struct maas_tokenizer *t)
{
	const int32_t named[] = { t->head.bos, t->head.eos, t->head.unk };
	uint32_t vocab = t->head.vocab;

	if (t->at[0] != 0)
		return maas_fail("compiled tokeniser: tokens do not begin at 0");
	for (uint32_t i = 0; i < vocab; i++)
		if (t->at[i + 1] < t->at[i])
			return maas_fail("compiled tokeniser: token %u ends before it begins", i);
		else if (!kind_is_possible(t, i))
			return maas_fail("compiled tokeniser: token %u of kind %u and %u bytes", i, t->kind[i],
			    t->at[i + 1] - t->at[i]);
	for (size_t i = 0; i < MAAS_COUNT(named); i++)
		if (named[i] < -1 || (named[i] >= 0 && ((uint32_t)named[i] >= vocab || !t->kind[named[i]])))
			return maas_fail("compiled tokeniser: no token %d, named in the header", named[i]);
	return 0;
}

static int
insert_pair(struct maas_tokenizer *t, const struct bpe_merge *m, uint32_t rank)
{
	uint64_t key = (uint64_t)m->a << 32 | m->b;
	size_t mask = ((size_t)1 << (64 - t->pair_shift)) - 1;
	size_t i = (size_t)((key * 0x9E3779B97F4A7C15u) >> t->pair_shift);

	while (t->pair[i].a != BPE_NONE) {
		if (t->pair[i].a == m->a && t->pair[i].b == m->b)
			return maas_fail("merge %u: the pair %u %u again", rank + 1, m->a, m->b);
		i = (i + 1) & mask;
	}
	t->pair[i] = (struct bpe_pair){ m->a, m->b, rank, bpe_made(m) };
	return 0;
}

static int
check_merge(const struct maas_tokenizer *t, const struct bpe_merge *m, uint32_t rank)
{
	size_t na, nb, nc;
	const char *a, *b, *c;

	if (m->a >= t->head.vocab || m->b >= t->head.vocab || bpe_made(m) >= t->head.vocab)
		return maas_fail("merge %u: an id of %u or more", rank + 1, t->head.vocab);
	a = token(t, m->a, &na);
	b = token(t, m->b, &nb);
	c = token(t, bpe_made(m), &nc);
	if (!na || !nb || nc != na + nb || memcmp(a, c, na) != 0 || memcmp(b, c + na, nb) != 0)
		return maas_fail("merge %u: token %u is not token %u and token %u", rank + 1, bpe_made(m), m->a, m->b);
	return 0;
}

/* The merges as a table, and what follows from them for two bytes side by side. */
static int
index_merges(struct maas_tokenizer *t)
{
	size_t slots = 4;

	for (t->pair_shift = 62; slots < 2 * (size_t)t->head.merges; slots *= 2)
		t->pair_shift--;
	t->pair = maas_alloc(slots, sizeof *t->pair);
	t->first = maas_alloc(65536, sizeof *t->first);
	if (!t->pair || !t->first)
		return -1;
	memset(t->pair, 0xFF, slots * sizeof *t->pair);
	memset(t->first, 0xFF, 65536 * sizeof *t->first);
	for (uint32_t i = 0, r = 0; i < t->head.merges; i++) {
		const struct bpe_merge *m = &t->merge[i];
		const unsigned char *c;
		unsigned char x, y;
		size_t n;

		r = m->id & BPE_TIE ? r : i;
		t->ties |= r != i;
		if (check_merge(t, m, i) < 0 || insert_pair(t, m, r) < 0)
			return -1;
		c = (const unsigned char *)token(t, m->a, &n);
		x = c[n - 1];
		y = *(const unsigned char *)token(t, m->b, &n);
		t->joint[x][y >> 6] |= 1ull << (y & 63);
		if (t->byte[x] == (int32_t)m->a && t->byte[y] == (int32_t)m->b)
			t->first[x << 8 | y] = r;
	}
	t->blank_parts = t->head.form & BPE_CHARS ? t->ascii[' '] >= 0 : t->byte[' '] >= 0;
	for (int x = 0; x < 256; x++)
		t->blank_parts &= x == ' ' || !bpe_joint(t, (unsigned char)x, ' ');
	return 0;
}

/* A trained table merges only what it has made before; others are legal too, but slower. */
static int
index_order(struct maas_tokenizer *t)
{
	uint32_t *last = maas_alloc((size_t)t->head.vocab + 1, sizeof *last);

	if (!last)
		return -1;
	for (uint32_t i = 0, r = 0; i < t->head.merges; i++) {
		r = t->merge[i].id & BPE_TIE ? r : i;
		last[bpe_made(&t->merge[i])] = r + 1;
	}
	t->ordered = 1;
	for (uint32_t i = 0, r = 0; i < t->head.merges; i++) {
		r = t->merge[i].id & BPE_TIE ? r : i;
		t->ordered &= last[t->merge[i].a] <= r && last[t->merge[i].b] <= r;
	}
	free(last);
	return 0;
}

static void
index_bytes(struct maas_tokenizer *t)
{
	enum bpe_kind kind = t->head.form & BPE_CHARS ? BPE_BYTE : BPE_NORMAL;

	memset(t->byte, 0xFF, sizeof t->byte);
	for (uint32_t i = 0; i < t->head.vocab; i++) {
		size_t n;
		const unsigned char *s = (const unsigned char *)token(t, i, &n);

		if (n == 1 && t->kind[i] == kind && t->byte[*s] < 0)
			t->byte[*s] = (int32_t)i;
	}
	for (size_t i = 0; i < 256 && kind == BPE_NORMAL; i++)
		t->incomplete |= t->byte[i] < 0;
	t->slow_first = t->incomplete || kind == BPE_BYTE;
}

/* Tokens of one character: two arrays, by number. */
static int
index_chars(struct maas_tokenizer *t)
{
	size_t slots = 16, k, n;

	memset(t->ascii, 0xFF, sizeof t->ascii);
	if (!(t->head.form & BPE_CHARS))
		return 0;
	while (slots < 2 * (size_t)t->head.vocab)
		slots *= 2;
	if (!(t->chars = maas_alloc(slots, sizeof *t->chars)))
		return -1;
	t->chars_mask = slots - 1;
	for (uint32_t i = 0; i < t->head.vocab; i++) {
		const char *s = token(t, i, &n), *p = s;
		int32_t cp;

		if (t->kind[i] != BPE_NORMAL || (cp = maas_utf8_next(&p, s + n)) < 0 || p != s + n)
			continue;
		if (cp < 128) {
			t->ascii[cp] = t->ascii[cp] < 0 ? (int32_t)i : t->ascii[cp];
			continue;
		}
		for (k = ((uint32_t)cp * 0x9E3779B1u) & t->chars_mask; t->chars[k].cp && t->chars[k].cp != cp;)
			k = (k + 1) & t->chars_mask;
		if (!t->chars[k].cp)
			t->chars[k] = (struct bpe_char){ cp, (int32_t)i };
	}
	return 0;
}

int32_t
maas_bpe_char(const struct maas_tokenizer *t, int32_t cp)
{
	if (cp < 128)
		return cp < 0 ? -1 : t->ascii[cp];
	for (size_t k = ((uint32_t)cp * 0x9E3779B1u) & t->chars_mask; t->chars[k].cp; k = (k + 1) & t->chars_mask)
		if (t->chars[k].cp == cp)
			return t->chars[k].id;
	return -1;
}

static int
by_length(const void *a, const void *b, void *of)
{
	const struct maas_tokenizer *t = of;
	int32_t i = *(const int32_t *)a, j = *(const int32_t *)b;
	size_t n, m;

	token(t, (uint32_t)i, &n);
	token(t, (uint32_t)j, &m);
	return n != m ? (n < m ? 1 : -1) : (i > j) - (i < j);
}

/* What added tokens are in a normalised text, where they are looked for there. */
static int
index_normal(struct maas_tokenizer *t)
{
	struct maas_buf *b = &t->normal_text;
	size_t *end = maas_alloc(t->nadded + 1, sizeof *end);
	int rc = end ? 0 : -1;

	for (size_t i = 0; rc == 0 && i < t->nadded; i++) {
		struct maas_span s = maas_token_bytes(t, t->added[i]);
		unsigned how = t->kind[t->added[i]];

		if (how & BPE_NORMALIZED)
			rc = how & BPE_BARE ? maas_buf_add(b, s.s, s.n) : maas_bpe_normalize(t, s, 1, b);
		end[i] = b->n;
	}
	for (size_t i = 0, from = 0; rc == 0 && i < t->nadded; from = end[i++])
		if (end[i] > from)
			t->normal[i] = (struct maas_span){ b->s + from, end[i] - from };
	free(end);
	return rc;
}

static int
index_added(struct maas_tokenizer *t)
{
	for (uint32_t i = 0; i < t->head.vocab; i++)
		t->nadded += (size_t)bpe_is_added(t, (int32_t)i);
	if (!(t->added = maas_alloc(t->nadded + 1, sizeof *t->added)) ||
	    !(t->normal = maas_alloc(t->nadded + 1, sizeof *t->normal)))
		return -1;
	for (uint32_t i = 0, n = 0; i < t->head.vocab; i++)
		if (bpe_is_added(t, (int32_t)i))
			t->added[n++] = (int32_t)i;
	qsort_r(t->added, t->nadded, sizeof *t->added, by_length, t);
	return index_normal(t);
}

static int
index_whole(struct maas_tokenizer *t)
{
	size_t slots = 16;

	if (!(t->head.flags & BPE_IGNORE_MERGES))
		return 0;
	while (slots < 2 * (size_t)t->head.vocab)
		slots *= 2;
	if (!(t->whole = maas_alloc(slots, sizeof *t->whole)))
		return -1;
	t->whole_mask = slots - 1;
	for (uint32_t i = 0; i < t->head.vocab; i++) {
		size_t n, k;
		const char *s = token(t, i, &n);

		if (t->kind[i] != BPE_NORMAL || maas_bpe_whole(t, s, n) >= 0)
			continue;
		for (k = maas_hash(s, n, 0) & t->whole_mask; t->whole[k];)
			k = (k + 1) & t->whole_mask;
		t->whole[k] = i + 1;
	}
	return 0;
}

int32_t
maas_bpe_whole(const struct maas_tokenizer *t, const char *s, size_t n)
{
	for (size_t k = maas_hash(s, n, 0) & t->whole_mask; t->whole[k]; k = (k + 1) & t->whole_mask) {
		size_t m;
		const char *c = token(t, t->whole[k] - 1, &m);

		if (m == n && !memcmp(c, s, n))
			return (int32_t)t->whole[k] - 1;
	}
	return -1;
}

/* Who reads the special tokens' names must not change what a text is: only what encoding uses counts. */
static uint64_t
digest(const struct maas_tokenizer *t)
{
	const uint32_t by[] = { t->head.pattern, t->head.flags & BPE_IGNORE_MERGES, t->head.vocab, t->head.merges };

	const uint32_t also[] = { t->head.form & ~(uint32_t)(BPE_STRIP | BPE_STRIP_TOKEN), t->head.prefix };
	uint64_t seed = maas_hash(by, sizeof by, 0);

	if (also[0] || also[1])
		seed = maas_hash(also, sizeof also, seed);
	return maas_hash(t->data.s + sizeof t->head, t->data.n - sizeof t->head, seed);
}

struct maas_tokenizer *
maas_tokenizer_open(struct maas_span data)
{
	struct maas_tokenizer *t = maas_alloc(1, sizeof *t);

	if (!t)
		return NULL;
	t->data = data;
	if ((uintptr_t)data.s % sizeof(uint32_t)) { /* where it lies it cannot be used */
		if (!(t->own = maas_alloc(data.n + 1, 1)))
			goto fail;
		t->data.s = memcpy(t->own, data.s, data.n);
	}
	if (lay_out(t) < 0 || check_tokens(t) < 0)
		goto fail;
	if (t->head.form & BPE_NORMAL_FORMS && !unicode_can_decompose()) {
		maas_fail_as(MAAS_UNAVAILABLE, "this tokeniser normalises text: built without libutf8proc");
		goto fail;
	}
	index_bytes(t);
	if (index_chars(t) < 0 || index_merges(t) < 0 || index_order(t) < 0 || index_added(t) < 0 || index_whole(t) < 0)
		goto fail;
	t->digest = digest(t);
	return t;
fail:
	maas_tokenizer_free(t);
	return NULL;
}

void
maas_tokenizer_free(struct maas_tokenizer *t)
{
	if (!t)
		return;
	free(t->own);
	free(t->pair);
	free(t->first);
	free(t->whole);
	free(t->chars);
	free(t->added);
	free(t->normal);
	maas_buf_free(&t->normal_text);
	free(t);
}

int
maas_tokenizer_compile(const struct maas_tokenizer *t, struct maas_buf *to)
{
	return maas_buf_add(to, t->data.s, t->data.n);
}

size_t
maas_tokenizer_size(const struct maas_tokenizer *t)
{
	return t->head.vocab;
}

size_t
maas_tokenizer_merges(const struct maas_tokenizer *t)
{
	return t->head.merges;
}

const char *
maas_tokenizer_pattern(const struct maas_tokenizer *t)
{
	static const char *const names[][2] = { { "gpt2", "digits, gpt2" }, { "cl100k", "digits, cl100k" },
		{ "llama3", "digits, llama3" }, { "qwen2", "digits, qwen2" }, { "o200k", "digits, o200k" } };
	int digits = (t->head.form & (BPE_DIGITS | BPE_DIGIT_RUNS)) != 0;

	if (t->head.pattern == BPE_WORDS)
		return "words";
	return t->head.pattern == BPE_WHOLE ? (digits ? "digits" : "none") : names[t->head.pattern][digits];
}

int
maas_tokenizer_characters(const struct maas_tokenizer *t)
{
	return (t->head.form & BPE_CHARS) != 0;
}

uint64_t
maas_tokenizer_digest(const struct maas_tokenizer *t)
{
	return t->digest;
}

int
maas_tokenizer_adds_bos(const struct maas_tokenizer *t)
{
	return (t->head.flags & BPE_ADDS_BOS) != 0;
}

int
maas_tokenizer_adds_eos(const struct maas_tokenizer *t)
{
	return (t->head.flags & BPE_ADDS_EOS) != 0;
}

struct maas_span
maas_token_bytes(const struct maas_tokenizer *t, int32_t id)
{
	struct maas_span s = { "", 0 };

	if (id >= 0 && (uint32_t)id < t->head.vocab)
		s.s = token(t, (uint32_t)id, &s.n);
	return s;
}

int
maas_token_special(const struct maas_tokenizer *t, int32_t id)
{
	return id >= 0 && (uint32_t)id < t->head.vocab && bpe_kind(t, id) == BPE_SPECIAL;
}

int32_t
maas_token_find(const struct maas_tokenizer *t, struct maas_span text)
{
	for (size_t i = 0; i < t->nadded; i++) {
		struct maas_span s = maas_token_bytes(t, t->added[i]);

		if (bpe_kind(t, t->added[i]) == BPE_SPECIAL && s.n == text.n && !memcmp(s.s, text.s, s.n))
			return t->added[i];
	}
	return -1;
}

int32_t
maas_token_bos(const struct maas_tokenizer *t)
{
	return t->head.bos;
}

int32_t
maas_token_eos(const struct maas_tokenizer *t)
{
	return t->head.eos;
}

int32_t
maas_token_unk(const struct maas_tokenizer *t)
{
	return t->head.unk;
}
