/* The corpus: what comes in by any door is the same tokens; batches: each block once an epoch. */
#include <stdlib.h>
#include <unistd.h>

#include "maas/train.h"
#include "../test.h"

static struct maas_tokenizer *tok;
static char folder[] = "/tmp/train_corpus.XXXXXX";

static const char *
put(const char *name, const void *p, size_t n)
{
	static char path[4][64];
	static int at;
	char *to = path[at++ % 4];
	FILE *f;

	snprintf(to, 64, "%s/%s", folder, name);
	if ((f = fopen(to, "w"))) {
		fwrite(p, 1, n, f);
		fclose(f);
	}
	return to;
}

static const char *
put_tokens(const char *name, const struct maas_corpus *from, const struct maas_tokenizer *by)
{
	const char *path = put(name, "", 0);
	struct maas_tokens_out out;
	FILE *f = fopen(path, "w");
	int bad = !f || maas_tokens_begin(&out, f, by);

	for (size_t i = 0; !bad && i < maas_corpus_size(from); i++) {
		int32_t id = maas_corpus_at(from, i);

		bad = maas_tokens_put(&out, &id, 1);
	}
	if (bad || maas_tokens_end(&out) || fclose(f))
		printf("# cannot write %s\n", path);
	return path;
}

static struct maas_corpus *
corpus_of(const char *path, enum maas_corpus_format f)
{
	struct maas_corpus *c = maas_corpus_new(tok, 0);

	if (c && maas_corpus_add(c, path, f, NULL) == 0)
		return c;
	maas_corpus_free(c);
	return NULL;
}

static void
reads_all_forms(void)
{
	const char text[] = "one\r\ntwo\0three \xff\n";
	struct maas_corpus *c = corpus_of(put("a.txt", text, sizeof text - 1), MAAS_CORPUS_AUTO), *d;
	const char *bin;

	ok(c && maas_corpus_size(c) == sizeof text - 1, "bytes are tokens");
	ok(c && maas_corpus_bytes(c, 0, maas_corpus_size(c)) == sizeof text - 1, "and are counted");
	bin = put_tokens("a.bin", c, tok);
	d = corpus_of(bin, MAAS_CORPUS_AUTO);
	ok(d && maas_corpus_digest(c) == maas_corpus_digest(d), "a token file holds the same%s%s", d ? "" : ": ",
	    d ? "" : maas_error());
	ok(d && maas_corpus_add(d, bin, MAAS_CORPUS_AUTO, NULL) == 0 && maas_corpus_size(d) == 2 * (sizeof text - 1) &&
		maas_corpus_at(d, sizeof text) == maas_corpus_at(c, 1),
	    "a second one stands behind it");
	maas_corpus_free(d);
	d = corpus_of(put("a.ids", "3 4\n\n5 256\r\n", 12), MAAS_CORPUS_IDS);
	ok(d && maas_corpus_size(d) == 4 && maas_corpus_at(d, 3) == 256, "lines of ids");
	maas_corpus_free(d);
	maas_corpus_free(c);
}

static void
refuses(void)
{
	static const char *const special[] = { "<|endoftext|>", "<|x|>" };
	struct maas_bpe *b = maas_bpe_new(MAAS_GPT2, NULL);
	struct maas_tokenizer *other = b ? maas_bpe_train(b, 258, 1, special, 2) : NULL;
	struct maas_corpus *c = corpus_of(put("b.txt", "abc", 3), MAAS_CORPUS_AUTO);

	ok(other && !corpus_of(put_tokens("b.bin", c, other), MAAS_CORPUS_AUTO), "another tokeniser: %s", maas_error());
	ok(strstr(maas_error(), "another tokeniser") != NULL, "says so");
	ok(!corpus_of(put("c.bin", "\x01\x01\xff\x01", 4), MAAS_CORPUS_AUTO), "an id out of range: %s", maas_error());
	ok(!corpus_of(put("c.ids", "1 257\n", 6), MAAS_CORPUS_IDS), "%s", maas_error());
	ok(!corpus_of(put("d.ids", "1 -1\n", 5), MAAS_CORPUS_IDS), "%s", maas_error());
	ok(!corpus_of(put("e.jsonl", "{\"prompt\":1}\n", 13), MAAS_CORPUS_AUTO), "%s", maas_error());
	ok(!corpus_of(folder, MAAS_CORPUS_AUTO) && maas_why() == MAAS_NOINPUT, "%s", maas_error());
	ok(!corpus_of("/tmp/no/such", MAAS_CORPUS_AUTO) && maas_why() == MAAS_NOINPUT, "%s", maas_error());
	maas_corpus_free(c);
	maas_tokenizer_free(other);
	maas_bpe_free(b);
}

/* A text longer than what is tokenised at once gives the ids of the whole. */
static void
joins_pieces(void)
{
	size_t n = 9 << 20, i = 0;
	char *text = malloc(n);
	static const char *const special[] = { "<|endoftext|>" };
	struct maas_bpe *b = maas_bpe_new(MAAS_GPT2, NULL);
	struct maas_tokenizer *t = NULL;
	struct maas_encoder *e = NULL;
	struct maas_corpus *c = NULL;
	struct maas_ids ids = { 0 };
	int same;

	for (uint64_t k = 0; i < n; k++)
		i += (size_t)snprintf(
		    text + i, n - i, "%s%llu", k % 7 ? " word" : "  \n", (unsigned long long)(k * k % 1009));
	if (!b || maas_bpe_add(b, (struct maas_span){ text, 50000 }) || !(t = maas_bpe_train(b, 400, 2, special, 1)) ||
	    !(e = maas_encoder_new(t, 0)) || maas_encode(e, (struct maas_span){ text, n }, &ids) ||
	    !(c = maas_corpus_new(t, 0)) || maas_corpus_add(c, put("long.txt", text, n), MAAS_CORPUS_AUTO, NULL))
		ok(0, "%s", maas_error());
	same = c && maas_corpus_size(c) == ids.n;
	for (size_t k = 0; same && k < ids.n; k++)
		same = maas_corpus_at(c, k) == ids.id[k];
	ok(same, "%zu bytes in pieces are the %zu tokens of the whole", n, ids.n);
	maas_corpus_free(c);
	maas_ids_free(&ids);
	maas_encoder_free(e);
	maas_tokenizer_free(t);
	maas_bpe_free(b);
	free(text);
}

static void
cuts_the_tail(void)
{
	struct maas_corpus *c = corpus_of(put("t.txt", "0123456789", 10), MAAS_CORPUS_AUTO);

	ok(maas_corpus_cut(c, 0.2) == 8 && maas_corpus_cut(c, 0.19) == 9 && maas_corpus_cut(c, 0.01) == 10,
	    "the tail, by bytes");
	maas_corpus_free(c);
}

/* Text of up to 256 bytes, each another: the first id of a sequence tells where it stands. */
static size_t
where(const struct maas_corpus *c, int32_t id)
{
	size_t at = 0;

	while (at < maas_corpus_size(c) && maas_corpus_at(c, at) != id)
		at++;
	return at;
}

/* Is sample k what stands at `at`, and its targets what follows? */
static int
continues(const struct maas_corpus *c, size_t at, const int32_t *ids, const int32_t *targets, size_t time)
{
	for (size_t k = 0; k < time; k++)
		if (ids[k] != maas_corpus_at(c, at + k) || targets[k] != maas_corpus_at(c, at + k + 1))
			return 0;
	return 1;
}

static void
takes_each_block_once(size_t n, size_t time)
{
	char text[256];
	unsigned char seen[256];
	struct maas_corpus *c;
	struct maas_batches b;
	int32_t ids[16], targets[16];
	size_t first[2] = { 0, 0 };
	int right = 1;

	for (size_t i = 0; i < n; i++)
		text[i] = (char)(i * 7);
	c = corpus_of(put("blocks.txt", text, n), MAAS_CORPUS_TEXT);
	if (!c || maas_batches_init(&b, (struct maas_stretch){ c, 0, n }, time, 5)) {
		ok(0, "%s", maas_error());
		return;
	}
	for (uint64_t epoch = 0; epoch < 2; epoch++) {
		memset(seen, 0, sizeof seen);
		for (uint64_t i = 0; i < b.blocks; i++) {
			size_t at;

			maas_batches_take(&b, epoch * b.blocks + i, ids, targets);
			at = where(c, ids[0]);
			right &= at + time < n && continues(c, at, ids, targets, time);
			for (size_t k = 0; right && k < time; k++)
				right &= !seen[at + k]++;
			if (!i)
				first[epoch] = at;
		}
	}
	ok(right, "%zu tokens by %zu: %zu blocks, none twice an epoch", n, time, b.blocks);
	ok(b.blocks < 3 || first[0] != first[1], "in another order the next time");
	maas_corpus_free(c);
}

int
main(void)
{
	static const char *const special[] = { "<|endoftext|>" };
	struct maas_bpe *b = maas_bpe_new(MAAS_GPT2, NULL);
	struct maas_batches batches;
	char clean[80];

	if (!b || !(tok = maas_bpe_train(b, 257, 1, special, 1)) || !mkdtemp(folder)) {
		ok(0, "%s", maas_error());
		return done();
	}
	maas_bpe_free(b);
	reads_all_forms();
	refuses();
	joins_pieces();
	cuts_the_tail();
	takes_each_block_once(256, 8);
	takes_each_block_once(9, 8);
	takes_each_block_once(17, 8);
	takes_each_block_once(200, 3);
	ok(maas_batches_init(&batches, (struct maas_stretch){ NULL, 0, 8 }, 8, 1) < 0, "%s", maas_error());
	maas_tokenizer_free(tok);
	snprintf(clean, sizeof clean, "rm -r %s", folder);
	return system(clean) ? 1 : done();
}
