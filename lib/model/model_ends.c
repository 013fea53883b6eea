/* model_ends.c -- which tokens end a text, and which one begins it. */
#include "model_foreign.h"

/* Of an id, or a list of some, those that can be. */
static size_t
ids_of(const struct maas_json *v, int32_t to[MAAS_ENDS])
{
	int list = v && maas_json_type(v) == MAAS_J_LIST;
	size_t n = 0;
	int64_t id;

	for (size_t i = 0; v && i < (list ? maas_json_size(v) : 1) && n < MAAS_ENDS; i++)
		if (maas_json_int(list ? maas_json_at(v, i) : v, &id) == 0 && id >= 0 && id <= INT32_MAX)
			to[n++] = (int32_t)id;
	return n;
}

/* What generation_config.json has by that key; n: how many ids. */
static int
said_ids(const struct maas_model *m, const char *key, int32_t to[MAAS_ENDS], size_t *n)
{
	const char *said = maas_model_meta(m, FOREIGN_GENERATION);
	struct maas_json *root;

	*n = 0;
	if (!said)
		return 0;
	if (!(root = maas_json_parse(maas_span(said))))
		return maas_in(FOREIGN_GENERATION);
	*n = ids_of(maas_json_get(root, key), to);
	maas_json_free(root);
	return 0;
}

int
maas_model_ends(const struct maas_model *m, const struct maas_tokenizer *tok, int32_t to[MAAS_ENDS], size_t *n)
{
	if (said_ids(m, "eos_token_id", to, n) < 0)
		return -1;
	if (!*n && tok && maas_token_eos(tok) >= 0)
		to[(*n)++] = maas_token_eos(tok);
	return 0;
}

int
maas_model_begins(const struct maas_model *m, const struct maas_tokenizer *tok, int32_t *id)
{
	int32_t bos[MAAS_ENDS];
	size_t n;

	if (said_ids(m, "bos_token_id", bos, &n) < 0)
		return -1;
	*id = n ? bos[0] : tok ? maas_token_bos(tok) : -1;
	if (*id < 0 && tok)
		*id = maas_token_eos(tok);
	return 0;
}

int
maas_model_end_as(struct maas_model *m, const struct maas_model *other)
{
	const char *said = maas_model_meta(other, FOREIGN_GENERATION);

	return said ? maas_model_set_meta(m, FOREIGN_GENERATION, said) : 0;
}
