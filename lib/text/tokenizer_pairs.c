/*
 * tokenizer_pairs -- merges out of a table of tokens with scores, where any two neighbours join whose bytes
 * together are a token: every way to part one into two of them is a merge, the lowest score first.
 */
#include <stdlib.h>
#include <string.h>

#include "bpe_read.h"

#define LONGEST 1024 /* bytes of a token that is looked at in every way to part it */

struct way {
	float score;
	uint32_t a, b, id;
};

int
maas_bpe_read_scored(struct bpe_read *r, uint32_t id, unsigned kind, struct maas_span text, float score)
{
	if (id < BPE_LIMIT && r->added[id >> 3] >> (id & 7) & 1)
		return 0; /* what was added before says more of it */
	if (maas_grow(&r->score, r->build.ntoken, &r->score_cap, 1, sizeof *r->score) < 0)
		return -1;
	r->score[r->build.ntoken] = score;
	return maas_bpe_build_token(&r->build, id, kind, text);
}

static struct maas_span
text_of(const struct bpe_read *r, size_t i)
{
	return (struct maas_span){ r->build.text.s + r->build.token[i].at, r->build.token[i].n };
}

/* Tokens by their bytes: index + 1 in r->build.token. */
static uint32_t *
place(const struct bpe_read *r, uint32_t *slot, size_t mask, struct maas_span s)
{
	size_t k = maas_hash(s.s, s.n, 0) & mask;

	for (; slot[k]; k = (k + 1) & mask) {
		struct maas_span at = text_of(r, slot[k] - 1);

		if (at.n == s.n && !memcmp(at.s, s.s, s.n))
			break;
	}
	return &slot[k];
}

static int
by_score(const void *a, const void *b)
{
	const struct way *x = a, *y = b;

	if (x->score < y->score || x->score > y->score)
		return x->score < y->score ? -1 : 1;
	if (x->id != y->id)
		return x->id < y->id ? -1 : 1;
	return (x->a > y->a) - (x->a < y->a);
}

/* What has no token by itself would have to be merged without one. */
static int
check_characters(const struct bpe_read *r, size_t i, uint32_t *slot, size_t mask)
{
	struct maas_span s = text_of(r, i);

	for (size_t k = 0, n; k < s.n; k += n) {
		for (n = 1; k + n < s.n && (s.s[k + n] & 0xC0) == 0x80;)
			n++;
		if (!*place(r, slot, mask, (struct maas_span){ s.s + k, n }))
			return maas_fail("token %u: it holds '%.*s', which is no token by itself", r->build.token[i].id,
			    (int)n, s.s + k);
	}
	return 0;
}

static int
add_ways(const struct bpe_read *r, size_t i, uint32_t *slot, size_t mask, int chars, struct maas_buf *to)
{
	struct maas_span s = text_of(r, i);

	if (s.n > LONGEST)
		return maas_fail("token %u: %zu bytes; at most %d", r->build.token[i].id, s.n, LONGEST);
	if (chars && check_characters(r, i, slot, mask) < 0)
		return -1;
	for (size_t k = 1; k < s.n; k++) {
		uint32_t a, b;

		if ((chars && (s.s[k] & 0xC0) == 0x80) || !(a = *place(r, slot, mask, (struct maas_span){ s.s, k })) ||
		    !(b = *place(r, slot, mask, (struct maas_span){ s.s + k, s.n - k })))
			continue;
		if (to->n / sizeof(struct way) == BPE_LIMIT)
			return maas_fail("more than %u merges", BPE_LIMIT);
		if (maas_buf_add(to,
			&(struct way){
			    r->score[i], r->build.token[a - 1].id, r->build.token[b - 1].id, r->build.token[i].id },
			sizeof(struct way)) < 0)
			return -1;
	}
	return 0;
}

static int
add_merges(struct bpe_read *r, const struct maas_buf *ways)
{
	struct way *w = (struct way *)(void *)ways->s;
	size_t n = ways->n / sizeof *w;

	if (n)
		qsort(w, n, sizeof *w, by_score);
	for (size_t i = 0; i < n; i++) {
		uint32_t tie = i && !(w[i].score > w[i - 1].score) ? BPE_TIE : 0;

		if (maas_bpe_build_merge(&r->build, w[i].a, w[i].b, w[i].id | tie) < 0)
			return -1;
	}
	return 0;
}

int
maas_bpe_read_pairs(struct bpe_read *r, int chars)
{
	size_t slots = 16, n = r->build.ntoken;
	struct maas_buf ways = { 0 };
	uint32_t *slot, *at;
	int rc = 0;

	while (slots < 2 * n)
		slots *= 2;
	if (!(slot = maas_alloc(slots, sizeof *slot)))
		return -1;
	for (size_t i = 0; rc == 0 && i < n; i++) {
		if (r->build.token[i].kind != BPE_NORMAL)
			continue;
		if (*(at = place(r, slot, slots - 1, text_of(r, i))))
			rc = maas_fail(
			    "tokens %u and %u are the same", r->build.token[*at - 1].id, r->build.token[i].id);
		*at = (uint32_t)i + 1;
	}
	for (size_t i = 0; rc == 0 && i < n; i++)
		if (r->build.token[i].kind == BPE_NORMAL)
			rc = add_ways(r, i, slot, slots - 1, chars, &ways);
	if (rc == 0)
		rc = add_merges(r, &ways);
	maas_buf_free(&ways);
	free(slot);
	return rc;
}
