/*
 * Kinds that learn from text, or with --task from rows: one verb whose options are those of both families.  What is
 * typed is read by all of them together, then once more by the family it is for.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "state.h"
#include "train_family.h"

enum { SETTINGS = 160, CHOICES = 64, CLASHES = 4 };

/* The verbs of one kind. */
struct either {
	struct verb text, rows, both;
	struct maas_field field[SETTINGS];
	const char *choice[CLASHES][CHOICES]; /* of settings that both families have, with other words to choose from */
	size_t fields, clashes;
};
static struct either *made; /* one a kind that learns both ways; NULL .kind ends */

static const struct maas_field *
find(const struct verb *v, const char *name)
{
	const struct maas_field *f = NULL;

	for (int i = 0; i < PARTS && v->part[i].fields && !f; i++)
		f = maas_field(v->part[i].fields, name, 0);
	return f;
}

/* Both lists of words, each word once. */
static const char *const *
choices(struct either *e, const char *const *a, const char *const *b)
{
	const char **to = e->choice[e->clashes++];
	size_t n = 0, own;

	for (; *a && n + 1 < CHOICES; a++)
		to[n++] = *a;
	for (own = n; *b && n + 1 < CHOICES; b++) {
		size_t i = 0;

		while (i < own && strcmp(to[i], *b) != 0)
			i++;
		if (i == own)
			to[n++] = *b;
	}
	to[n] = NULL;
	return to;
}

static void
add(struct either *e, const struct maas_field *f, const struct maas_field *other)
{
	struct maas_field *to = &e->field[e->fields];

	assert(e->fields + 1 < SETTINGS);
	*to = *f;
	to->at = e->fields++ * sizeof(struct maas_list); /* the largest there is */
	if (other && f->names && other->names && other->names != f->names && e->clashes < CLASHES)
		to->names = choices(e, f->names, other->names);
}

/* The settings of both families, each once; those of the kind itself and of the outcome are the same. */
static void
unite(struct either *e)
{
	for (int i = 2; i < PARTS && e->text.part[i].fields; i++)
		for (const struct maas_field *f = e->text.part[i].fields; f->type; f++)
			add(e, f, find(&e->rows, f->name));
	for (int i = 2; i < PARTS && e->rows.part[i].fields; i++)
		for (const struct maas_field *f = e->rows.part[i].fields; f->type; f++)
			if (!find(&e->text, f->name))
				add(e, f, NULL);
	e->field[e->fields] = (struct maas_field)MAAS_END;
	e->both.part[2].fields = e->field;
	e->both.part[2].size = (e->fields + 1) * sizeof(struct maas_list);
}

/* What the other family has no use for. */
static int
check_settings(const struct call *c, const struct verb *v, int rows)
{
	char name[64];

	for (size_t i = 0; i < c->state->nset; i++) {
		const struct assignment *a = &c->state->set[i];

		if (a->table->to == &c->common || find(v, a->field->name) || !strcmp(a->field->name, "task"))
			continue;
		maas_field_name(a->field, name, sizeof name);
		return rows ? misuse(c, "--%s is for text to continue, and --task learns from labelled rows", name)
			    : misuse(c, "--%s is for labelled rows, which --task learns from", name);
	}
	return 0;
}

/* --task, unless it is auto. */
static int
wants_rows(const struct call *c)
{
	const char *task = NULL;

	for (size_t i = 0; i < c->state->nset; i++)
		if (!strcmp(c->state->set[i].field->name, "task"))
			task = c->state->set[i].value;
	return task && strcmp(task, "auto") != 0;
}

static int
run(struct call *c)
{
	const struct either *e = made;
	const struct verb *v;
	struct call *again;
	int rc, rows = wants_rows(c);

	while (e->both.data != c->verb->data)
		e++;
	v = rows ? &e->rows : &e->text;
	if ((rc = check_settings(c, v, rows)))
		return rc;
	if (!(again = call_again(c, v)))
		return maas_why() == MAAS_USAGE ? misuse(c, "%s", maas_error()) : fail(c);
	again->common = c->common;
	rc = v->run(again);
	call_free(again);
	return rc;
}

/* k NULL: of no kind yet, a search finds it. */
static struct verb
verb_of(const struct maas_kind *k, const struct family *f)
{
	static const struct maas_field none[] = { MAAS_END };
	struct verb v = { .name = k ? k->name : "search",
		.operands = f->operands,
		.what = k ? k->what : "compare kinds that learn from rows, and their settings; the best is the model",
		.defaults = k ? k->defaults : NULL,
		.run = f->run,
		.data = k };

	v.part[0].fields = k ? k->fields : none;
	v.part[0].size = k ? k->size : 1;
	v.part[1].fields = outcome_fields;
	v.part[1].size = sizeof(struct outcome);
	for (size_t i = 0; i < MAAS_COUNT(f->part) && f->part[i].fields; i++) {
		v.part[i + 2].fields = k && f->useless && f->useless(k, f->part[i].fields) ? none : f->part[i].fields;
		v.part[i + 2].size = f->part[i].size;
	}
	if (k && f == &family_rows && k->rows->defaults)
		v.defaults = k->rows->defaults;
	return v;
}

struct verb *
train_verbs(size_t *n)
{
	struct verb *verbs;
	size_t kinds = 0, both = 0;

	while (maas_kinds[kinds])
		kinds++;
	if (!(verbs = maas_alloc(kinds + 1, sizeof *verbs)) || !(made = maas_alloc(kinds + 1, sizeof *made))) {
		free(verbs);
		return NULL;
	}
	*n = 0;
	for (size_t i = 0; i < kinds; i++) {
		const struct maas_kind *k = maas_kinds[i];
		struct either *e = &made[both];

		if (!family_text.takes(k) && !family_rows.takes(k))
			continue; /* a PCA is fitted by a command of its own */
		if (!family_text.takes(k) || !family_rows.takes(k)) {
			verbs[(*n)++] = verb_of(k, family_text.takes(k) ? &family_text : &family_rows);
			continue;
		}
		e->text = e->both = verb_of(k, &family_text);
		e->rows = verb_of(k, &family_rows);
		memset(e->both.part + 2, 0, (PARTS - 2) * sizeof *e->both.part);
		e->both.run = run;
		unite(e);
		verbs[(*n)++] = e->both;
		both++;
	}
	verbs[(*n)++] = verb_of(NULL, &family_rows);
	return verbs;
}

void
train_verbs_free(struct verb *verbs)
{
	free(verbs);
	free(made);
	made = NULL;
}

const struct verb *
train_rows_verb(const struct verb *v)
{
	for (const struct either *e = made; v->data && e->both.data; e++)
		if (e->both.data == v->data)
			return &e->rows;
	return v;
}
