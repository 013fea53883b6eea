/*
 * Any bytes as a model of SentencePiece, or behind a first byte of 'T' as ranks of tiktoken: refused with a reason,
 * or a tokeniser that encodes and decodes any text, whole and in two parts, and comes unchanged through its compiled
 * form, and through tokenizer.json where that can say it.
 */
#include <stdlib.h>
#include <string.h>

#include "../../lib/text/bpe_read.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static const char sample[] =
    "ab the  bell \xE2\x96\x81 12345\n\n x\xFF\xC3\xA9\xE4\xBD\xA0 aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaababababababababab <s>";

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
	struct maas_ids ids = { 0 }, parts = { 0 };
	struct maas_buf all = { 0 }, each = { 0 };
	int begun = 0;

	expect(e != NULL);
	if (maas_encode(e, text, &ids) == 0) {
		size_t cut = maas_encoder_cut(e, text);

		expect(cut <= text.n);
		expect(!cut || maas_encode(e, (struct maas_span){ text.s, cut }, &parts) == 0);
		expect((cut ? maas_encode_rest : maas_encode)(
			   e, (struct maas_span){ text.s + cut, text.n - cut }, &parts) == 0);
		expect(parts.n == ids.n && (!ids.n || !memcmp(parts.id, ids.id, ids.n * sizeof *ids.id)));
		expect(maas_decode(t, ids.id, ids.n, 0, &all) == 0);
		for (size_t i = 0; i < ids.n; i++)
			expect(maas_decode_next(t, &begun, ids.id + i, 1, 0, &each) == 0);
		expect(all.n == each.n && (!all.n || !memcmp(all.s, each.s, all.n)));
	} else {
		expect(t->head.unk < 0 && *maas_error());
	}
	maas_buf_free(&all);
	maas_buf_free(&each);
	maas_ids_free(&ids);
	maas_ids_free(&parts);
	maas_encoder_free(e);
}

static struct maas_tokenizer *
read_any(struct maas_span text)
{
	struct maas_tokenizer *t = NULL;
	struct bpe_read r;
	int ranks = text.n && *text.s == 'T';

	expect(maas_bpe_read_init(&r) == 0);
	if ((ranks ? maas_tiktoken_read(&r, (struct maas_span){ text.s + 1, text.n - 1 }, "gpt2.tiktoken")
		   : maas_sentencepiece_read(&r, text)) == 0)
		t = maas_bpe_build_finish(&r.build);
	maas_bpe_read_free(&r);
	return t;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct maas_span text = { (const char *)data, n };
	struct maas_tokenizer *t = read_any(text), *again;
	struct maas_buf b = { 0 };
	struct maas_json *root;

	if (!t) {
		expect(*maas_error() != '\0');
		return 0;
	}
	use(t, maas_span(sample), 0);
	use(t, maas_span(sample), 1);
	use(t, (struct maas_span){ text.s, n < 4096 ? n : 4096 }, 1);
	expect(maas_tokenizer_compile(t, &b) == 0);
	expect((again = maas_tokenizer_open((struct maas_span){ b.s, b.n })) != NULL);
	expect(maas_tokenizer_digest(again) == maas_tokenizer_digest(t));
	maas_tokenizer_free(again);
	b.n = 0;
	if (maas_tokenizer_print(t, &b) == 0) {
		root = maas_json_parse((struct maas_span){ b.s, b.n });
		again = root ? maas_bpe_read_json(root, NULL) : NULL;
		expect(again || *maas_error());
		maas_tokenizer_free(again);
		maas_json_free(root);
	}
	maas_buf_free(&b);
	maas_tokenizer_free(t);
	return 0;
}
