/* --init-from: a language model goes on from another, of which it takes over what was not said otherwise. */
#include <stdlib.h>
#include <string.h>

#include "train_text.h"

/* What may be another: weights mean the same with it, or it was asked for because they are to. */
static int
is_free(const char *name)
{
	static const char *const names[] = { "context", "dropout", "rope_theta", "rope_factor", "rope_original",
		"rope_low", "rope_high" };

	for (size_t i = 0; i < MAAS_COUNT(names); i++)
		if (!strcmp(name, names[i]))
			return 1;
	return 0;
}

/* What was said for f, as it comes out in the network of --init-from. */
static int
settled(const struct job *j, const struct maas_field *f, struct maas_buf *is)
{
	const struct maas_kind *kind = j->model->kind;
	void *own = maas_alloc(1, kind->size);
	int rc = own ? 0 : -1;

	if (rc == 0) {
		memcpy(own, j->from->settings, kind->size);
		rc = maas_get(f, j->model->settings, is) < 0 || maas_set(f, own, is->s) < 0 ? -1 : 0;
	}
	if (rc == 0 && kind->decode->settle) {
		is->n = 0;
		kind->decode->settle(own);
		rc = maas_get(f, own, is);
	}
	free(own);
	return rc;
}

static int
adopt(struct job *j, const struct maas_field *f, struct maas_buf *was, struct maas_buf *is)
{
	char name[64];

	was->n = is->n = 0;
	if (maas_get(f, j->from->settings, was))
		return -1;
	if (!given(j->call, f->name))
		return maas_set(f, j->model->settings, was->s) ? -1 : 0;
	if (is_free(f->name))
		return 0;
	if (settled(j, f, is))
		return -1;
	if (!strcmp(was->s, is->s))
		return 0;
	maas_field_name(f, name, sizeof name);
	return maas_fail_as(MAAS_USAGE, "--%s %s: the model of --init-from has %s, and its parameters fit nothing else",
	    name, is->s, was->s);
}

/* Of several tokens that end a text, the one that the tokeniser calls so, else the first. */
int
find_end(struct job *j)
{
	int32_t end[MAAS_ENDS];
	size_t n = 0;

	j->end = maas_token_eos(j->tokenizer);
	if (!j->from)
		return 0;
	if (maas_model_ends(j->from, j->tokenizer, end, &n) || maas_model_end_as(j->model, j->from))
		return -1;
	for (size_t i = 0; i < n; i++)
		if (end[i] == j->end)
			return 0;
	if (n && (size_t)end[0] < maas_tokenizer_size(j->tokenizer))
		j->end = end[0];
	return 0;
}

int
adopt_settings(struct job *j)
{
	struct maas_buf was = { 0 }, is = { 0 };
	int rc = 0;

	for (const struct maas_field *f = j->model->kind->fields; f->type && !rc; f++)
		rc = adopt(j, f, &was, &is);
	maas_buf_free(&was);
	maas_buf_free(&is);
	return rc;
}
