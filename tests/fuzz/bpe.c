/*
 * Any bytes as a text: ids and pieces are those of the oracle, on every instruction set; they give the
 * text back; where it is cut changes nothing; and what is learnt from it is what the oracle learns.
 */
#include "../bpe_oracle.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static const char corpus[] =
    "The quick brown fox doesn't jump; the lazy dogs' owner's they'll we've I'M I'd you're 12 345 6789 x2 2x\n"
    "  indented\n\t\ttabs\r\nline  ends   here \n\n\n   \n!!! ??? ... ---- ==== (a) [b] {c} <|d|> 'e' ''f''\n"
    "Führer naïve café Ångström Großstraße ПРИВЕТ мир добро пожаловать 北京天氣很好 camelCaseWORDS ABCdef中A文Bc Ǆungla'S it'S 中文標題測試 かなカナ 한국어 ½²③Ⅷ "
    "\xC2\xA0nbsp\xE3\x80\x80wide \xE2\x80\x83quad \xF0\x9F\xA6\x99\xF0\x9F\xA6\x99 \xF0\x9F\x98\x80 e\xCC\x81 \xFF\xFE \xE2\x80"
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa bbbb abab ababab the the the then there them thesis quick quickly\n";

static void
expect(int right)
{
	if (!right)
		abort();
}

static struct maas_tokenizer *
trained(enum maas_pattern pattern, struct maas_span text, size_t vocab, uint64_t least)
{
	static const char *const special[] = { "<|endoftext|>" };
	struct maas_bpe *b = maas_bpe_new(pattern, NULL);
	struct maas_tokenizer *t;

	expect(b && maas_bpe_add(b, text) == 0);
	t = maas_bpe_train(b, vocab, least, special, 1);
	expect(t != NULL);
	maas_bpe_free(b);
	return t;
}

static void
check_ids(const struct maas_tokenizer *t, struct maas_span text)
{
	int32_t *want = calloc(text.n + 1, sizeof *want);
	size_t n = oracle_encode(t, text.s, text.n, want), cut;

	for (enum maas_isa isa = MAAS_PORTABLE; isa <= maas_isa_best() && isa <= MAAS_AVX512; isa++) {
		struct maas_encoder *e;
		struct maas_ids ids = { 0 };
		struct maas_buf back = { 0 };

		maas_isa_force(isa);
		expect((e = maas_encoder_new(t, 0)) != NULL);
		for (int warm = 0; warm < 2; warm++) {
			ids.n = back.n = 0;
			expect(maas_encode(e, text, &ids) == 0 && ids.n == n);
			expect(n == 0 || !memcmp(ids.id, want, n * sizeof *want));
		}
		expect(maas_decode(t, ids.id, ids.n, 0, &back) == 0 && back.n == text.n);
		expect(text.n == 0 || !memcmp(back.s, text.s, text.n));
		ids.n = 0;
		cut = maas_encoder_cut(e, text);
		expect(maas_encode(e, (struct maas_span){ text.s, cut }, &ids) == 0);
		expect(maas_encode_rest(e, (struct maas_span){ text.s + cut, text.n - cut }, &ids) == 0 && ids.n == n);
		expect(n == 0 || !memcmp(ids.id, want, n * sizeof *want));
		maas_encoder_free(e);
		maas_ids_free(&ids);
		maas_buf_free(&back);
	}
	maas_isa_force(maas_isa_best());
	free(want);
}

static void
check_pieces(enum maas_pattern pattern, struct maas_span text)
{
	size_t *want = calloc(text.n + 1, sizeof *want), n = oracle_pieces(pattern, text.s, text.n, want), at = 0,
	       k = 0;
	const unsigned char *s = (const unsigned char *)text.s;

	for (; at < text.n; k++)
		expect(k < n && (at = maas_piece_ends[pattern](s, at, text.n)) == want[k]);
	expect(k == n);
	for (enum maas_isa isa = MAAS_PORTABLE; isa <= maas_isa_best() && isa <= MAAS_AVX512; isa++) {
		size_t end[PIECES], many, i = 0;
		struct bpe_pieces p;

		maas_isa_force(isa);
		maas_pieces_begin(&p, pattern, s, text.n);
		for (; (many = maas_pieces_next(&p, end)) > 0; i += many)
			expect(i + many <= n && !memcmp(end, want + i, many * sizeof *end));
		expect(i == n);
	}
	maas_isa_force(maas_isa_best());
	free(want);
}

/* Special tokens are cut out, the rest is encoded as by itself. */
static void
check_special(const struct maas_tokenizer *t, struct maas_span text)
{
	struct maas_encoder *plain = maas_encoder_new(t, 0), *special = maas_encoder_new(t, 1);
	struct maas_ids want = { 0 }, got = { 0 }, one = { 0 };
	const char *s = text.s, *end = s + text.n, *at;
	int32_t id = maas_token_find(t, maas_span("<|endoftext|>"));
	size_t cut;

	expect(plain && special && id == 0);
	for (; (at = memmem(s, (size_t)(end - s), "<|endoftext|>", 13)); s = at + 13) {
		expect(maas_encode(plain, (struct maas_span){ s, (size_t)(at - s) }, &want) == 0);
		expect(maas_grow(&want.id, want.n, &want.cap, 1, sizeof id) == 0);
		want.id[want.n++] = id;
	}
	expect(maas_encode(plain, (struct maas_span){ s, (size_t)(end - s) }, &want) == 0);
	expect(maas_encode(special, text, &got) == 0 && got.n == want.n);
	expect(got.n == 0 || !memcmp(got.id, want.id, got.n * sizeof id));
	cut = maas_encoder_cut(special, text);
	expect(maas_encode(special, (struct maas_span){ text.s, cut }, &one) == 0);
	expect(
	    maas_encode_rest(special, (struct maas_span){ text.s + cut, text.n - cut }, &one) == 0 && one.n == want.n);
	expect(one.n == 0 || !memcmp(one.id, want.id, one.n * sizeof id));
	maas_encoder_free(plain);
	maas_encoder_free(special);
	maas_ids_free(&want);
	maas_ids_free(&got);
	maas_ids_free(&one);
}

static void
check_training(enum maas_pattern pattern, struct maas_span text, size_t vocab, size_t least)
{
	struct maas_tokenizer *t = trained(pattern, text, vocab, least);
	struct oracle_trainer *o = malloc(sizeof *o);

	oracle_train(o, pattern, text.s, text.n, vocab, least, "<|endoftext|>");
	expect(t->head.merges == o->merges && t->head.vocab == o->ntok);
	for (size_t i = 0; i < o->merges; i++)
		expect(t->merge[i].a == o->a[i] && t->merge[i].b == o->b[i] && t->merge[i].id == o->id[i]);
	check_ids(t, text);
	free(o);
	maas_tokenizer_free(t);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static struct maas_tokenizer *t[MAAS_PATTERNS];
	int how = n ? data[0] : 0, pattern = how % MAAS_PATTERNS;
	struct maas_span text = { n ? (const char *)data + 1 : "", n ? n - 1 : 0 };

	if (n > 4096)
		return 0;
	if (!t[pattern])
		t[pattern] = trained((enum maas_pattern)pattern, maas_span(corpus), 420, 2);
	check_pieces((enum maas_pattern)pattern, text);
	check_ids(t[pattern], text);
	check_special(t[pattern], text);
	if (text.n <= 600 && how >= 128)
		check_training((enum maas_pattern)pattern, text, 257 + (size_t)(how - 128), 1 + (size_t)how % 4);
	return 0;
}
