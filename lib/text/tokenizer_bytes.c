/* The tokeniser of who names none. */
#include "maas/text.h"

struct maas_tokenizer *
maas_tokenizer_bytes(void)
{
	static const char *const special[] = { "<|endoftext|>" };
	struct maas_bpe *b = maas_bpe_new(MAAS_GPT2, NULL);
	struct maas_tokenizer *t = b ? maas_bpe_train(b, 257, 1, special, 1) : NULL;

	maas_bpe_free(b);
	return t;
}
