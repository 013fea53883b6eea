/* maas-model card: what a model says of itself. */
#include <stdlib.h>
#include <string.h>

#include "maas/card.h"
#include "model_card.h"

const struct maas_field card_fields[] = { MAAS_LIST(0, card_options, set, "NAME=TEXT",
					      "change description or license in the file; may be repeated"),
	MAAS_FLAG(0, card_options, remove, "take the card out of the file"),
	MAAS_FLAG(0, card_options, json, "print one JSON object"), MAAS_END };

/* One line, whatever is in it. */
static void
print_text(const char *name, const char *text)
{
	if (!text)
		return;
	printf("%s\t", name);
	for (; *text; text++)
		if (*text == '\n' || *text == '\t' || *text == '\\')
			printf("\\%c", *text == '\n' ? 'n' : *text == '\t' ? 't' : '\\');
		else
			putchar(*text);
	putchar('\n');
}

static int
print_measures(const char *name, const struct maas_measures *m)
{
	struct maas_buf b = { 0 };
	int rc = 0;

	for (size_t i = 0; i < m->n && rc == 0; i++) {
		b.n = 0;
		rc = maas_json_put_real(&b, m->of[i].value);
		if (rc == 0)
			printf("%s %s\t%s\n", name, m->of[i].name, b.s);
	}
	maas_buf_free(&b);
	return rc;
}

int
model_card_print(const struct maas_model *m)
{
	struct maas_arena *arena = maas_arena_new(8192);
	struct maas_card c;
	int rc = arena ? maas_card_read(m, arena, &c) : -1;

	if (rc == 0) {
		print_text("description", c.description);
		print_text("license", c.license);
		print_text("data sha256", c.sha256);
		if (c.rows)
			printf("data rows\t%llu\n", (unsigned long long)c.rows);
		if (c.tokens)
			printf("data tokens\t%llu\n", (unsigned long long)c.tokens);
		rc = print_measures("quality", &c.quality) < 0 ? -1 : print_measures("baseline", &c.baseline);
	}
	maas_arena_free(arena);
	return rc;
}

static int
print_json(const struct maas_model *m)
{
	struct maas_buf b = { 0 };
	int rc = maas_buf_text(&b, "{") < 0 || maas_card_print_of(&b, m) < 0 || maas_buf_text(&b, "}") < 0 ? -1 : 0;

	if (rc == 0)
		puts(b.s);
	maas_buf_free(&b);
	return rc;
}

int
model_card(struct call *c)
{
	const struct card_options *o = c->part[0];
	struct maas_model *m;
	int rc;

	if (c->n != 1)
		return misuse(c, "one model was wanted");
	if (o->remove && o->set.n)
		return misuse(c, "--remove or --set, not both");
	if ((o->remove || o->set.n) && maas_card_change(c->operand[0], o->remove ? NULL : &o->set) < 0)
		return fail(c);
	if ((o->remove || o->set.n) && !o->json)
		return 0;
	if (!(m = maas_model_open(c->operand[0])))
		return fail(c);
	rc = o->json ? print_json(m) : model_card_print(m);
	maas_model_close(m);
	return rc < 0 ? fail(c) : finish(c);
}
