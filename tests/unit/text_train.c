/* Training: what Hugging Face's trainer would do, by hand and by the oracle; the same for any team. */
#include "../bpe_oracle.h"
#include "../test.h"

static const char *const end_of_text[] = { "<|endoftext|>" };

static struct maas_tokenizer *
train(struct maas_span text, struct maas_team *team, size_t vocab, uint64_t least)
{
	struct maas_bpe *b = maas_bpe_new(MAAS_GPT2, team);
	struct maas_tokenizer *t = NULL;

	if (b && maas_bpe_add(b, text) == 0)
		t = maas_bpe_train(b, vocab, least, end_of_text, 1);
	maas_bpe_free(b);
	return t;
}

static const char *
merges(const struct maas_tokenizer *t)
{
	static char out[512];
	size_t n = 0;

	out[0] = '\0';
	for (size_t i = 0; i < t->head.merges && n < sizeof out; i++) {
		struct maas_span a = maas_token_bytes(t, (int32_t)t->merge[i].a),
				 b = maas_token_bytes(t, (int32_t)t->merge[i].b);

		n += (size_t)snprintf(
		    out + n, sizeof out - n, "%s%.*s+%.*s", i ? "," : "", (int)a.n, a.s, (int)b.n, b.s);
	}
	return out;
}

static void
by_hand(void)
{
	/* ab 3 times, bc 3, (space a) 2: ab wins by the smaller id of a, then (space, ab). */
	struct maas_tokenizer *t = train(maas_span("abc abc abc"), NULL, 261, 2);

	is_str(merges(t), "a+b,ab+c, +abc");
	ok(maas_tokenizer_size(t) == 260, "a pair must occur twice");
	maas_tokenizer_free(t);
	t = train(maas_span("zy zy xw xw"), NULL, 300, 2);
	is_str(merges(t), "x+w,z+y, +xw");
	maas_tokenizer_free(t);
	/* aaa holds the pair twice, as the trainer counts. */
	t = train(maas_span("aaa bc bc"), NULL, 258, 2);
	is_str(merges(t), "a+a");
	maas_tokenizer_free(t);
	t = train(maas_span(""), NULL, 300, 2);
	ok(t && maas_tokenizer_size(t) == 257 && maas_token_eos(t) == 0, "from nothing: the bytes");
	is_str(maas_token_bytes(t, 1).s[0] == '!' ? "!" : "?", "!");
	ok(maas_token_bytes(t, 189).s[0] == 0 && maas_token_bytes(t, 256).s[0] == (char)173,
	    "bytes in the order of their spelling");
	maas_tokenizer_free(t);
	ok(!train(maas_span("x"), NULL, 256, 2), "refused: %s", maas_error());
	/* Lines count by themselves: white space does not run over their ends. */
	t = train(maas_span("a\n\n\na\n\n\n"), NULL, 300, 1);
	is_str(merges(t), "");
	maas_tokenizer_free(t);
}

static void
special(void)
{
	static const char *const twice[] = { "<a>", "<a>" }, *const byte[] = { "x" }, *const word[] = { "the" },
				 *const two[] = { "<s>", "</s>" };
	struct maas_bpe *b = maas_bpe_new(MAAS_GPT2, NULL);
	struct maas_tokenizer *t;

	ok(maas_bpe_add(b, maas_span("the the the the")) == 0, "counted");
	ok(!maas_bpe_train(b, 300, 2, twice, 2), "refused: %s", maas_error());
	ok(!maas_bpe_train(b, 300, 2, byte, 1), "refused: %s", maas_error());
	ok(!maas_bpe_train(b, 300, 2, word, 1), "refused: %s", maas_error());
	t = maas_bpe_train(b, 300, 2, two, 2);
	ok(t && maas_token_bos(t) == 0 && maas_token_eos(t) == 1 && maas_token_special(t, 1),
	    "two special tokens come first");
	maas_tokenizer_free(t);
	maas_bpe_free(b);
}

static uint64_t
counted(struct maas_span text, struct maas_team *team, size_t part)
{
	struct maas_bpe *b = maas_bpe_new(MAAS_GPT2, team);
	struct maas_tokenizer *t;
	uint64_t digest;

	while (text.n) {
		const char *lf = text.n > part ? memchr(text.s + part, '\n', text.n - part) : NULL;
		size_t n = lf ? (size_t)(lf + 1 - text.s) : text.n;

		if (maas_bpe_add(b, (struct maas_span){ text.s, n }) < 0)
			return 0;
		text.s += n;
		text.n -= n;
	}
	t = maas_bpe_train(b, 700, 2, end_of_text, 1);
	digest = t ? maas_tokenizer_digest(t) : 0;
	maas_tokenizer_free(t);
	maas_bpe_free(b);
	return digest;
}

/* A text of words drawn by Zipf's law, so that ties, rare and repeated words all come up. */
static void
make_text(struct maas_buf *b, size_t words)
{
	for (size_t i = 0; i < words; i++) {
		uint64_t k = (uint64_t)(1 / (maas_uniform(7, 1, i) + 0.002));
		char w[16];
		size_t n = 1 + k % 9;

		for (size_t j = 0; j < n; j++)
			w[j] = (char)('a' + maas_hash(&k, sizeof k, j / 2) % 7);
		w[n] = i % 11 ? ' ' : '\n';
		if (maas_buf_add(b, w, n + 1) < 0)
			return;
	}
}

static void
by_oracle(void)
{
	struct oracle_trainer *o = malloc(sizeof *o);
	struct maas_team *one = maas_team_new(1), *three = maas_team_new(3);
	struct maas_buf b = { 0 };
	struct maas_span text;
	struct maas_tokenizer *t;
	size_t same = 0;

	make_text(&b, 3000);
	text = (struct maas_span){ b.s, b.n };
	oracle_train(o, MAAS_GPT2, text.s, text.n, 400, 3, end_of_text[0]);
	t = train(text, NULL, 400, 3);
	ok(t && t->head.vocab == o->ntok && t->head.merges == o->merges, "%zu merges of the oracle", o->merges);
	for (size_t i = 0; i < o->merges; i++)
		same += t->merge[i].a == o->a[i] && t->merge[i].b == o->b[i] && t->merge[i].id == o->id[i];
	ok(same == o->merges, "are the same");
	maas_tokenizer_free(t);
	make_text(&b, 260000);
	text = (struct maas_span){ b.s, b.n };
	ok(b.n > (1u << 20), "%zu bytes", b.n);
	ok(counted(text, one, SIZE_MAX) == counted(text, three, SIZE_MAX), "the same by three");
	ok(counted(text, one, SIZE_MAX) == counted(text, three, 100000), "the same in parts");
	maas_buf_free(&b);
	maas_team_free(one);
	maas_team_free(three);
	free(o);
}

int
main(void)
{
	by_hand();
	special();
	by_oracle();
	return done();
}
