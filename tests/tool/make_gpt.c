/*
 * make_gpt -- write a small gpt model whose weights are a formula (tests/tiny_gpt.h).
 *	make_gpt OUT TOKENIZER|- [SETTING=VALUE ...]
 * `type=bf16` stores matrices so; `selftest=TEXT` keeps that; vocab is the tokeniser's unless said.
 */
#include <stdlib.h>

#include "../tiny_gpt.h"

static int
tell(void)
{
	fprintf(stderr, "make_gpt: %s\n", maas_error());
	return maas_why();
}

int
main(int argc, char **argv)
{
	const struct maas_kind *kind = maas_kind_find("gpt");
	struct maas_tokenizer *tok = NULL;
	struct maas_buf compiled = { NULL, 0, 0 };
	enum maas_dtype type = MAAS_F32;
	struct maas_model *m;
	struct maas_gpt *g;

	if (argc < 3 || !kind || !(m = maas_model_new(kind)))
		return tell();
	if (strcmp(argv[2], "-") != 0 &&
	    (!(tok = maas_tokenizer_load(argv[2])) || maas_tokenizer_compile(tok, &compiled) < 0 ||
		maas_model_add_part(m, "tokenizer", (struct maas_span){ compiled.s, compiled.n }) < 0))
		return tell();
	g = m->settings;
	*g = (struct maas_gpt){ .layers = 2, .heads = 2, .embed = 32, .context = 64 };
	g->vocab = tok ? (long)maas_tokenizer_size(tok) : 97;
	for (int i = 3; i < argc; i++)
		if (!strncmp(argv[i], "type=", 5))
			type = strcmp(argv[i] + 5, "bf16") ? MAAS_F32 : MAAS_BF16;
		else if (!strncmp(argv[i], "selftest=", 9)) {
			if (maas_model_set_meta(m, "maas.selftest", argv[i] + 9) < 0)
				return tell();
		} else
			maas_set_all(kind->fields, g, argv[i]);
	if (tiny_fill(m, type) < 0 || maas_model_save(m, argv[1], 0) < 0)
		return tell();
	maas_model_close(m);
	maas_buf_free(&compiled);
	maas_tokenizer_free(tok);
	return 0;
}
