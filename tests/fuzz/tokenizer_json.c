/*
 * Any bytes as tokenizer.json or as a compiled tokeniser: refused with a reason, or a tokeniser that
 * encodes and decodes any text and comes through its compiled form unchanged.
 */
#include <stdlib.h>
#include <string.h>

#include "../../lib/text/bpe_read.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static const char sample[] =
    "ab abc <|endoftext|> don't 12345  \n\n x\xFF\xC3\xA9\xE4\xBD\xA0 aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaabababababababab";

static void
expect(int right)
{
	if (!right)
		abort();
}

static void
use(const struct maas_tokenizer *t, struct maas_span text, int special)
{
	struct maas_encoder *e = maas_encoder_new(t, special);
	struct maas_ids ids = { 0 };
	struct maas_buf back = { 0 };
	int whole = !t->head.form && !t->head.prefix;

	expect(e != NULL);
	for (size_t i = 0; i < 256; i++)
		whole &= t->byte[i] >= 0;
	if (maas_encode(e, text, &ids) == 0) {
		expect(maas_decode(t, ids.id, ids.n, 0, &back) == 0);
		expect(!whole || (back.n == text.n && (!text.n || !memcmp(back.s, text.s, text.n))));
		for (size_t i = 0; i < ids.n; i++)
			expect(maas_token_spell(t, ids.id[i], &back) == 0);
	} else {
		expect(!whole && *maas_error());
	}
	expect(maas_encoder_cut(e, text) <= text.n);
	maas_buf_free(&back);
	maas_ids_free(&ids);
	maas_encoder_free(e);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct maas_span text = { (const char *)data, n };
	struct maas_json *root = n && data[0] == '{' ? maas_json_parse(text) : NULL;
	struct maas_tokenizer *t = root ? maas_bpe_read_json(root, NULL) : maas_tokenizer_open(text), *again;
	struct maas_buf b = { 0 };

	if (t) {
		use(t, maas_span(sample), 0);
		use(t, maas_span(sample), 1);
		use(t, text, 0);
		expect(maas_tokenizer_compile(t, &b) == 0);
		expect((again = maas_tokenizer_open((struct maas_span){ b.s, b.n })) != NULL);
		expect(maas_tokenizer_digest(again) == maas_tokenizer_digest(t));
		maas_tokenizer_free(again);
		maas_buf_free(&b);
	} else {
		expect(*maas_error() != '\0');
	}
	maas_tokenizer_free(t);
	maas_json_free(root);
	return 0;
}
