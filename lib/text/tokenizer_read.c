/* tokenizer_read -- vocabulary, added tokens and merges, by whatever file they come. */
#include <stdlib.h>
#include <string.h>

#include "bpe_read.h"

int
maas_bpe_read_init(struct bpe_read *r)
{
	memset(r, 0, sizeof *r);
	maas_bpe_build_init(&r->build);
	return (r->added = maas_alloc(BPE_LIMIT / 8, 1)) ? 0 : -1;
}

void
maas_bpe_read_free(struct bpe_read *r)
{
	maas_bpe_build_free(&r->build);
	maas_buf_free(&r->key);
	free(r->added);
	free(r->slot);
	free(r->score);
}

int
maas_bpe_read_added(struct bpe_read *r, int64_t id, struct maas_span content, unsigned kind)
{
	if (id >= 0 && id < BPE_LIMIT && r->added[id >> 3] >> (id & 7) & 1)
		return 0;
	if (maas_bpe_build_token(&r->build, id, kind, content) < 0)
		return -1;
	r->added[id >> 3] |= (unsigned char)(1 << (id & 7));
	return 0;
}

/* The bytes that a spelling stands for; a text with characters that spell no byte is itself. */
static int
unspell(struct maas_buf *to, struct maas_span s)
{
	const char *p = s.s, *end = s.s + s.n;

	to->n = 0;
	while (p < end) {
		int b = maas_char_byte(maas_utf8_next(&p, end));
		char c = (char)b;

		if (b < 0) {
			to->n = 0;
			return maas_buf_add(to, s.s, s.n);
		}
		if (maas_buf_add(to, &c, 1) < 0)
			return -1;
	}
	return 0;
}

/* The same of a token of characters: a blank for U+2581, a byte for <0x0A>. */
int
maas_bpe_unspell_chars(struct maas_buf *to, struct maas_span s, uint32_t form, unsigned *kind)
{
	static const char hex[] = "0123456789ABCDEF";
	const char *a, *b;

	to->n = 0;
	*kind = BPE_NORMAL;
	if (form & BPE_FALLBACK && s.n == 6 && !memcmp(s.s, "<0x", 3) && s.s[5] == '>' && (a = strchr(hex, s.s[3])) &&
	    (b = strchr(hex, s.s[4])) && *a && *b) {
		char c = (char)((a - hex) << 4 | (b - hex));

		*kind = BPE_BYTE;
		return maas_buf_add(to, &c, 1);
	}
	for (size_t i = 0; i < s.n; i++) {
		int blank = s.n - i >= 3 && !memcmp(s.s + i, BPE_BLANK, 3);

		if (s.s[i] == ' ')
			return maas_fail("'%.40s': a blank; expected " BPE_BLANK " for it", s.s);
		if (maas_buf_add(to, blank ? " " : s.s + i, 1) < 0)
			return -1;
		i += blank ? 2 : 0;
	}
	return 0;
}

static struct bpe_spelling *
find(const struct bpe_read *r, struct maas_span s)
{
	size_t k = maas_hash(s.s, s.n, 0) & r->mask;

	while (r->slot[k].s.s && (r->slot[k].s.n != s.n || memcmp(r->slot[k].s.s, s.s, s.n)))
		k = (k + 1) & r->mask;
	return &r->slot[k];
}

static int
make_slots(struct bpe_read *r, size_t n)
{
	size_t slots = 16;

	while (slots < 2 * n)
		slots *= 2;
	r->mask = slots - 1;
	return (r->slot = maas_alloc(slots, sizeof *r->slot)) ? 0 : -1;
}

int
maas_bpe_read_vocab(struct bpe_read *r, const struct maas_json *vocab)
{
	const struct maas_json *v;
	struct maas_span key;
	uint32_t form = r->build.head.form;
	unsigned kind = BPE_NORMAL;
	void *it = NULL;
	int64_t id;

	if (maas_json_type(vocab) != MAAS_J_OBJECT)
		return maas_fail("vocab: expected an object of ids");
	r->vocab = vocab;
	if (make_slots(r, maas_json_size(vocab)) < 0)
		return -1;
	while ((it = maas_json_next(vocab, it, &key, &v))) {
		if (maas_json_int(v, &id) < 0)
			return maas_fail("vocab: '%.40s': expected an id", key.s);
		if (id >= 0 && id < BPE_LIMIT)
			*find(r, key) = (struct bpe_spelling){ key, (uint32_t)id };
		if (id >= 0 && id < BPE_LIMIT && r->added[id >> 3] >> (id & 7) & 1)
			continue;
		if ((form & BPE_CHARS ? maas_bpe_unspell_chars(&r->key, key, form, &kind) : unspell(&r->key, key)) <
			0 ||
		    maas_bpe_build_token(&r->build, id, kind, (struct maas_span){ r->key.s, r->key.n }) < 0)
			return maas_in("vocab");
	}
	return 0;
}

static int
id_of(struct bpe_read *r, struct maas_span s, uint32_t *id)
{
	const struct bpe_spelling *x = find(r, s);

	if (!x->s.s)
		return maas_fail(
		    "merge %zu: '%.*s' is not in the vocabulary", r->build.nmerge + 1, (int)(s.n < 40 ? s.n : 40), s.s);
	*id = x->id;
	return 0;
}

int
maas_bpe_read_merge(struct bpe_read *r, struct maas_span a, struct maas_span b)
{
	uint32_t x = 0, y = 0, id = 0;

	r->key.n = 0;
	if (maas_buf_add(&r->key, a.s, a.n) < 0 || maas_buf_add(&r->key, b.s, b.n) < 0)
		return -1;
	if (id_of(r, a, &x) < 0 || id_of(r, b, &y) < 0 || id_of(r, (struct maas_span){ r->key.s, r->key.n }, &id) < 0)
		return -1;
	return maas_bpe_build_merge(&r->build, x, y, id);
}

/* A token is named by its content, or by an object that has it. */
static int
named(struct bpe_read *r, const struct maas_json *config, const char *key, int32_t *id)
{
	const struct maas_json *v = maas_json_get(config, key);
	struct maas_span s;
	int64_t k;

	if (v && maas_json_type(v) == MAAS_J_OBJECT)
		v = maas_json_get(v, "content");
	if (!v || maas_json_type(v) == MAAS_J_NULL)
		return 0;
	if (maas_json_text(v, &s) < 0)
		return maas_fail("%s: expected a token's text", key);
	if ((*id = maas_bpe_build_find(&r->build, s)) >= 0)
		return 0;
	/* Beside vocab.json nothing else says that this token is special. */
	v = r->vocab && !memchr(s.s, '\0', s.n) ? maas_json_get(r->vocab, s.s) : NULL;
	if (!v || maas_json_int(v, &k) < 0)
		return 0;
	if (maas_bpe_read_added(r, k, s, BPE_SPECIAL) < 0)
		return maas_in("%s", key);
	*id = (int32_t)k;
	return 0;
}

int
maas_bpe_read_named(struct bpe_read *r, const struct maas_json *config)
{
	struct bpe_head *h = &r->build.head;

	if (maas_json_type(config) != MAAS_J_OBJECT)
		return maas_fail("expected an object");
	return named(r, config, "bos_token", &h->bos) < 0 || named(r, config, "eos_token", &h->eos) < 0 ||
		named(r, config, "unk_token", &h->unk) < 0
	    ? -1
	    : 0;
}
