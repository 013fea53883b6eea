/* sources.c -- what a call reads, by the names of its settings. */
#include <string.h>

#include "sources.h"
#include "state.h"

/* Those of all verbs that make something of what they read. */
static const struct {
	const char *name;
	int model;
} settings[] = { { "val", 0 }, { "labels", 0 }, { "embeddings", 0 }, { "vectorizer", 1 }, { "tokenizer", 1 },
	{ "init_from", 1 } };

static int
number_of(const char *name)
{
	for (size_t i = 0; i < MAAS_COUNT(settings); i++)
		if (!strcmp(settings[i].name, name))
			return (int)i;
	return -1;
}

int
source_setting(const char *name)
{
	return number_of(name) >= 0;
}

int
sources_walk(const struct call *c, see_source *see, void *ctx)
{
	int rc = c->n ? 0 : see(ctx, NULL, "-", 0);

	for (int i = 0; i < c->n && rc == 0; i++)
		rc = see(ctx, NULL, c->operand[i], 0);
	for (int i = 0; i < c->state->tables; i++)
		for (const struct maas_field *f = c->state->table[i].fields; f->type && rc == 0; f++) {
			int k = f->type == MAAS_F_TEXT ? number_of(f->name) : -1;
			const char *said =
			    k < 0 ? NULL : *(const char *const *)(const void *)((char *)c->state->table[i].to + f->at);

			if (said)
				rc = see(ctx, f->name, said, settings[k].model);
		}
	return rc;
}
