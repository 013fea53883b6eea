/* tokenizer_build -- from tokens and merges to the compiled form. */
#include <stdlib.h>
#include <string.h>

#include "bpe.h"

void
maas_bpe_build_init(struct bpe_build *b)
{
	memset(b, 0, sizeof *b);
	b->head.bos = b->head.eos = b->head.unk = -1;
}

int
maas_bpe_build_token(struct bpe_build *b, int64_t id, unsigned kind, struct maas_span bytes)
{
	if (id < 0 || id >= BPE_LIMIT)
		return maas_fail("token '%.40s': id %lld is outside 0 to %u", bytes.s, (long long)id, BPE_LIMIT - 1);
	if (!bytes.n)
		return maas_fail("token %lld is empty", (long long)id);
	if (bytes.n > UINT32_MAX - b->text.n)
		return maas_fail("more than 4 GB of tokens");
	if (maas_grow(&b->token, b->ntoken, &b->token_cap, 1, sizeof *b->token) < 0)
		return -1;
	b->token[b->ntoken++] = (struct bpe_token){ (uint32_t)id, kind, b->text.n, bytes.n };
	return maas_buf_add(&b->text, bytes.s, bytes.n);
}

int
maas_bpe_build_merge(struct bpe_build *to, uint32_t a, uint32_t b, uint32_t id)
{
	if (to->nmerge == BPE_LIMIT)
		return maas_fail("more than %u merges", BPE_LIMIT);
	if (maas_grow(&to->merge, to->nmerge, &to->merge_cap, 1, sizeof *to->merge) < 0)
		return -1;
	to->merge[to->nmerge++] = (struct bpe_merge){ a, b, id };
	return 0;
}

static int
is_added(const struct bpe_token *t)
{
	return (t->kind & BPE_KIND) == BPE_ADDED || (t->kind & BPE_KIND) == BPE_SPECIAL;
}

int32_t
maas_bpe_build_find(const struct bpe_build *b, struct maas_span content)
{
	for (size_t i = 0; i < b->ntoken; i++) {
		const struct bpe_token *t = &b->token[i];

		if (is_added(t) && t->n == content.n && !memcmp(b->text.s + t->at, content.s, content.n))
			return (int32_t)t->id;
	}
	return -1;
}

static int32_t
first_of(const struct bpe_build *b, const char *const *names)
{
	int32_t id = -1;

	for (; *names && id < 0; names++)
		id = maas_bpe_build_find(b, maas_span(*names));
	return id;
}

void
maas_bpe_build_guess(struct bpe_build *b)
{
	static const char *const bos[] = { "<|begin_of_text|>", "<s>", "<bos>", "<|bos|>", "[BOS]", "<|endoftext|>",
		NULL };
	static const char *const eos[] = { "<|end_of_text|>", "</s>", "<eos>", "<|eos|>", "[EOS]", "<|endoftext|>",
		NULL };

	if (b->head.bos < 0)
		b->head.bos = first_of(b, bos);
	if (b->head.eos < 0)
		b->head.eos = first_of(b, eos);
}

static int
by_id(const void *a, const void *b)
{
	const struct bpe_token *x = a, *y = b;

	return (x->id > y->id) - (x->id < y->id);
}

static int
add_tokens(const struct bpe_build *b, struct maas_buf *to)
{
	uint32_t at = 0, next = 0;

	for (size_t i = 0; i < b->ntoken; i++) {
		for (; next <= b->token[i].id; next++) /* ids without a token are empty */
			if (maas_buf_add(to, &at, sizeof at) < 0)
				return -1;
		at += (uint32_t)b->token[i].n;
	}
	return maas_buf_add(to, &at, sizeof at);
}

static int
pad(struct maas_buf *to, size_t n)
{
	return maas_buf_add(to, "\0\0\0", -n & 3);
}

static int
add_kinds(const struct bpe_build *b, struct maas_buf *to)
{
	uint32_t next = 0;

	for (size_t i = 0; i < b->ntoken; i++, next++) {
		uint8_t kind = (uint8_t)b->token[i].kind;

		for (; next < b->token[i].id; next++)
			if (maas_buf_add(to, "", 1) < 0)
				return -1;
		if (maas_buf_add(to, &kind, 1) < 0)
			return -1;
	}
	return pad(to, b->head.vocab);
}

static int
add_bytes(const struct bpe_build *b, struct maas_buf *to)
{
	for (size_t i = 0; i < b->ntoken; i++)
		if (maas_buf_add(to, b->text.s + b->token[i].at, b->token[i].n) < 0)
			return -1;
	return pad(to, b->text.n);
}

/* Where nothing is normalised and all added tokens are found in normalised texts, they may as well be in any. */
static void
settle_added(struct bpe_build *b)
{
	uint32_t changes = BPE_CHARS | BPE_NORMAL_FORMS | BPE_LOWER;
	unsigned all = BPE_NORMALIZED;

	for (size_t i = 0; i < b->ntoken; i++)
		if (is_added(&b->token[i]))
			all &= b->token[i].kind;
	for (size_t i = 0; all && !(b->head.form & changes) && i < b->ntoken; i++)
		if (is_added(&b->token[i]))
			b->token[i].kind &= ~(unsigned)BPE_NORMALIZED;
}

struct maas_tokenizer *
maas_bpe_build_finish(struct bpe_build *b)
{
	struct maas_tokenizer *t;
	struct maas_buf to = { 0 };

	settle_added(b);
	memcpy(b->head.magic, BPE_MAGIC, 8);
	b->head.version = BPE_VERSION;
	b->head.merges = (uint32_t)b->nmerge;
	if (b->ntoken)
		qsort(b->token, b->ntoken, sizeof *b->token, by_id);
	for (size_t i = 1; i < b->ntoken; i++)
		if (b->token[i].id == b->token[i - 1].id) {
			maas_fail("two tokens have the id %u", b->token[i].id);
			return NULL;
		}
	b->head.vocab = b->ntoken ? b->token[b->ntoken - 1].id + 1 : 0;
	if (maas_buf_add(&to, &b->head, sizeof b->head) < 0 || add_tokens(b, &to) < 0 ||
	    (b->nmerge && maas_buf_add(&to, b->merge, b->nmerge * sizeof *b->merge) < 0) || add_kinds(b, &to) < 0 ||
	    add_bytes(b, &to) < 0 || !(t = maas_tokenizer_open((struct maas_span){ to.s, to.n }))) {
		maas_buf_free(&to);
		return NULL;
	}
	t->own = to.s;
	return t;
}

void
maas_bpe_build_free(struct bpe_build *b)
{
	maas_buf_free(&b->text);
	free(b->token);
	free(b->merge);
	maas_bpe_build_init(b);
}
