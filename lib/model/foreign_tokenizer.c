/* foreign_tokenizer.c -- a model's tokeniser as files of a directory of transformers. */
#include "model_foreign.h"

static const struct {
	const char *key;
	int32_t (*of)(const struct maas_tokenizer *);
} named[] = { { "bos_token", maas_token_bos }, { "eos_token", maas_token_eos }, { "unk_token", maas_token_unk } };

/* The tokens that have a part to play, as members. */
static int
put_named(struct maas_buf *b, const struct maas_tokenizer *t, const char *comma)
{
	for (size_t i = 0; i < MAAS_COUNT(named); i++) {
		int32_t id = named[i].of(t);

		if (id < 0)
			continue;
		if (maas_buf_printf(b, "%s\n  \"%s\": ", comma, named[i].key) < 0 ||
		    maas_json_put_text(b, maas_token_bytes(t, id)) < 0)
			return -1;
		comma = ",";
	}
	return maas_buf_text(b, "\n}\n");
}

int
foreign_save_tokenizer(const struct maas_tokenizer *t, const char *dir)
{
	struct maas_buf path = { 0 }, b = { 0 };
	int rc = maas_buf_printf(&path, "%s/tokenizer.json", dir);

	if (rc == 0)
		rc = maas_tokenizer_save(t, path.s, MAAS_DURABLE);
	if (rc == 0)
		rc = maas_buf_printf(&b,
		    "{\n  \"tokenizer_class\": \"PreTrainedTokenizerFast\",\n  \"add_bos_token\": %s,\n"
		    "  \"add_eos_token\": %s,\n  \"clean_up_tokenization_spaces\": false",
		    maas_tokenizer_adds_bos(t) ? "true" : "false", maas_tokenizer_adds_eos(t) ? "true" : "false");
	if (rc == 0 && (rc = put_named(&b, t, ",")) == 0)
		rc = foreign_put_file(dir, "tokenizer_config.json", &b);
	b.n = 0;
	if (rc == 0 && (rc = maas_buf_text(&b, "{")) == 0 && (rc = put_named(&b, t, "")) == 0)
		rc = foreign_put_file(dir, "special_tokens_map.json", &b);
	maas_buf_free(&b);
	maas_buf_free(&path);
	return rc;
}
