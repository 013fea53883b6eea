/* Token files: what is written is read; whatever was altered is refused. */
#include <stdlib.h>
#include <unistd.h>

#include "maas/text.h"
#include "../test.h"

static char path[] = "/tmp/maas-tokens-XXXXXX";

static void
put(const void *p, size_t n)
{
	FILE *f = fopen(path, "wb");

	fwrite(p, 1, n, f);
	fclose(f);
}

static int
opens(void)
{
	struct maas_tokens x;

	if (maas_tokens_open(&x, path) < 0)
		return 0;
	maas_tokens_close(&x);
	return 1;
}

static void
ours(const struct maas_tokenizer *t)
{
	const int32_t id[] = { 5, 299, 0, 17, 17 }, more[] = { 298 };
	struct maas_tokens_out o;
	struct maas_tokens x;
	size_t refused = 0, n;
	char *bytes = NULL;
	FILE *f = open_memstream(&bytes, &n);

	ok(maas_tokens_begin(&o, f, t) == 0 && maas_tokens_put(&o, id, 5) == 0 && maas_tokens_put(&o, more, 1) == 0 &&
		maas_tokens_end(&o) == 0 && fclose(f) == 0,
	    "written: %zu bytes", n);
	put(bytes, n);
	ok(maas_tokens_open(&x, path) == 0 && x.n == 6 && x.width == 2 && x.vocab == 300, "read");
	ok(x.digest == maas_tokenizer_digest(t), "of this tokeniser");
	ok(maas_tokens_at(&x, 1) == 299 && maas_tokens_at(&x, 5) == 298, "ids");
	ok(maas_tokens_check(&x, 300) == 0 && maas_tokens_check(&x, 299) < 0, "refused: %s", maas_error());
	maas_tokens_close(&x);
	ok(maas_tokens_is((struct maas_span){ bytes, n }), "known by its beginning");
	for (size_t k = 16; k < n; k++) {
		put(bytes, k);
		refused += !opens();
	}
	ok(refused == n - 16, "cut anywhere, it is refused: %s", strstr(maas_error(), ": "));
	bytes[32] = (char)0xFF, bytes[33] = (char)0xFF;
	put(bytes, n);
	ok(!opens(), "refused: %s", strstr(maas_error(), ": "));
	bytes[12] = 3;
	put(bytes, n);
	ok(!opens(), "refused: %s", strstr(maas_error(), ": "));
	free(bytes);
}

static void
others(void)
{
	const uint16_t bare[] = { 50256, 198, 1 };
	int32_t shard[256 + 2] = { 20240520, 1, 4 };
	struct maas_tokens x;

	put(bare, sizeof bare);
	ok(maas_tokens_open(&x, path) == 0 && x.n == 3 && x.digest == 0 && x.vocab == 0 &&
		maas_tokens_at(&x, 0) == 50256,
	    "nanoGPT's");
	maas_tokens_close(&x);
	put(bare, 5);
	ok(!opens(), "refused: %s", strstr(maas_error(), ": "));
	put(bare, 0);
	ok(!opens(), "refused: %s", strstr(maas_error(), ": "));
	memcpy(&shard[256], (const uint16_t[]){ 7, 50256, 9, 11 }, 8);
	put(shard, sizeof shard);
	ok(maas_tokens_open(&x, path) == 0 && x.n == 4 && maas_tokens_at(&x, 1) == 50256, "llm.c's");
	maas_tokens_close(&x);
	shard[2] = 5;
	put(shard, sizeof shard);
	ok(!opens(), "refused: %s", strstr(maas_error(), ": "));
	shard[0] = 20240801, shard[1] = 7, shard[2] = 2;
	memcpy(&shard[256], (const uint32_t[]){ 128000, 3 }, 8);
	put(shard, sizeof shard);
	ok(maas_tokens_open(&x, path) == 0 && x.n == 2 && maas_tokens_at(&x, 0) == 128000 && x.width == 4,
	    "llm.c's of Llama 3");
	maas_tokens_close(&x);
}

int
main(void)
{
	static const char *const special[] = { "<|endoftext|>" };
	struct maas_bpe *b = maas_bpe_new(MAAS_GPT2, NULL);
	struct maas_tokenizer *t;
	int fd = mkstemp(path);

	if (fd < 0 || close(fd) < 0 || !b ||
	    maas_bpe_add(b,
		maas_span(
		    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa bbbbbbbbbbbbbbbbbbbb "
		    "cdcdcdcdcdcdcdcdcdcdcdcdcdcdcd efghijklmnopqrstuvwxyzabcdefghijklmnop efghijklmnopqrstuvwxyzabcdefghijklmnop")) <
		0 ||
	    !(t = maas_bpe_train(b, 300, 1, special, 1)))
		return 1;
	ok(maas_tokenizer_size(t) == 300, "a vocabulary of 300");
	ours(t);
	others();
	maas_bpe_free(b);
	maas_tokenizer_free(t);
	unlink(path);
	return done();
}
