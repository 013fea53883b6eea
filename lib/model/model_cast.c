/* model_cast.c -- a model with its weights in another form. */
#include <string.h>

#include "floats.h"
#include "maas/card.h"
#include "model_cast.h"

/* Scores are others now: the inputs that were kept are answered anew. */
static int
try_again(struct maas_model *to, const struct maas_model *from)
{
	const char *text = maas_model_meta(from, "maas.selftest");
	struct maas_json *root = text ? maas_json_parse(maas_span(text)) : NULL;
	struct maas_span input[4];
	size_t n = 0;
	int rc = 0;

	for (size_t i = 0; root && i < maas_json_size(root) && n < MAAS_COUNT(input); i++)
		if (maas_json_text(maas_json_at(maas_json_at(root, i), 0), &input[n]) == 0)
			n++;
	if (n)
		rc = maas_model_add_selftest(to, input, n);
	maas_json_free(root);
	return rc;
}

/* What people said, and the data; how good it is with other weights nobody has measured. */
static int
keep_card(struct maas_model *to, const struct maas_model *from)
{
	struct maas_card c;

	if (maas_card_read(from, to->arena, &c) < 0)
		return -1;
	c.quality.n = c.baseline.n = 0;
	return maas_card_write(to, &c);
}

/* How answers are made of scores. */
static int
keep_manners(struct maas_model *to, const struct maas_model *from)
{
	static const char *const keys[] = { "maas.temperature", MAAS_TAGS_META };

	for (size_t i = 0; i < MAAS_COUNT(keys); i++) {
		const char *said = maas_model_meta(from, keys[i]);

		if (said && maas_model_set_meta(to, keys[i], said) < 0)
			return -1;
	}
	return 0;
}

int
model_carry_over(struct maas_model *to, const struct maas_model *from)
{
	if (maas_model_end_as(to, from) < 0 || keep_manners(to, from) < 0 || try_again(to, from) < 0)
		return -1;
	return keep_card(to, from);
}

static int
add_cast(struct maas_model *to, const struct maas_tensor *t, enum maas_dtype type, struct maas_team *team)
{
	struct maas_tensor own = *t;
	size_t n = t->bytes / maas_dtype_size(t->dtype);
	void *data;

	if (!floats_is(t->dtype) || t->dtype == type || !strncmp(t->name, "maas.", 5))
		return maas_model_add(to, t);
	own.dtype = type;
	if (!(own.data = data = maas_take(to->arena, n, maas_dtype_size(type))))
		return -1;
	if (floats_cast(data, type, t->data, t->dtype, n, team) < 0)
		return maas_in("tensor %s", t->name);
	return maas_model_add(to, &own);
}

struct maas_model *
maas_model_cast(const struct maas_model *from, enum maas_dtype type, struct maas_team *team)
{
	const struct maas_tensor *t;
	struct maas_model *to;
	int rc = 0;

	if (!from->kind->decode) {
		maas_fail("%s models have numbers of one precision: models of text have others", from->kind->name);
		return NULL;
	}
	if (!(to = maas_model_new(from->kind)))
		return NULL;
	memcpy(to->settings, from->settings, from->kind->size);
	for (size_t i = 0; rc == 0 && (t = maas_model_next(from, &i));)
		rc = maas_is_quant(t->dtype) && strncmp(t->name, "maas.", 5)
		    ? maas_fail(
			  "tensor %s: few bits, of which no floats can be made: convert the model that was quantized",
			  t->name)
		    : add_cast(to, t, type, team);
	if (rc == 0 && model_carry_over(to, from) == 0)
		return to;
	maas_model_close(to);
	return NULL;
}
