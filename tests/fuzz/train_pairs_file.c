/*
 * Any bytes as a file of pairs: the first says how long a pair may be, and whether longer ones are cut.  Those that are
 * taken lie one behind the other, fit, and have something to be learnt.
 */
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "maas/train.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static struct maas_tokenizer *
bytes(void)
{
	static const char *const special[] = { "<|endoftext|>" };
	static struct maas_tokenizer *t;
	struct maas_bpe *b = t ? NULL : maas_bpe_new(MAAS_GPT2, NULL);

	if (b)
		t = maas_bpe_train(b, 257, 1, special, 1);
	maas_bpe_free(b);
	return t;
}

static void
look(struct maas_corpus *c, size_t context)
{
	size_t at = 0, n = maas_corpus_pairs(c), before;
	char hex[65];

	for (size_t i = 0; i < n; i++) {
		const struct maas_pair *p = maas_corpus_pair(c, i);

		if (p->begin != at || p->said <= p->begin || p->end <= p->said || p->end - p->begin > context + 1)
			abort();
		at = p->end;
	}
	if (at > maas_corpus_size(c) || maas_corpus_notes(c).cut > n || maas_corpus_notes(c).empty > n)
		abort();
	maas_corpus_sha256(c, hex);
	if (maas_corpus_deal(c, 0.5, 3, &before) == 0 && (!before || before >= n))
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct maas_tokenizer *t = bytes();
	struct maas_corpus *c = t && n ? maas_corpus_new(t, 0) : NULL;
	struct maas_pair_bounds b = { .end = -1 };
	int fd = memfd_create("pairs", 0);
	char path[32];

	if (c && fd >= 0 && write(fd, data + 1, n - 1) == (ssize_t)(n - 1)) {
		b.context = 1 + data[0] % 60;
		b.cut = data[0] >= 128;
		if (data[0] % 4)
			b.end = maas_token_eos(t);
		maas_corpus_bound(c, b);
		snprintf(path, sizeof path, "/dev/fd/%d", fd);
		if (maas_corpus_add(c, path, MAAS_CORPUS_PAIRS, NULL) == 0)
			look(c, b.context);
	}
	maas_corpus_free(c);
	if (fd >= 0)
		close(fd);
	return 0;
}
