/* maas-model register, list, log, label, rollback, remove, prune: what is in a registry, and in which version. */
#include <stdlib.h>
#include <string.h>

#include "maas/fmt.h"
#include "maas/registry.h"
#include "enter.h"
#include "model_registry.h"

#define REGISTRY(s) MAAS_TEXT(0, s, registry, NULL, "directory of the models")
const struct maas_field place_fields[] = { REGISTRY(place_options), MAAS_END };
const struct maas_field register_fields[] = { REGISTRY(register_options),
	MAAS_LIST(0, register_options, label, "LABEL", "put this label on the version; may be repeated"), MAAS_END };
const struct maas_field list_fields[] = { REGISTRY(list_options),
	MAAS_FLAG(0, list_options, json, "print one JSON object"), MAAS_END };
const struct maas_field rollback_fields[] = { REGISTRY(rollback_options),
	MAAS_TEXT(0, rollback_options, label, "stable", "the label that goes back"), MAAS_END };
const struct maas_field remove_fields[] = { REGISTRY(remove_options),
	MAAS_FLAG(0, remove_options, purge, "delete its files at once"), MAAS_END };
const struct maas_field prune_fields[] = { REGISTRY(prune_options),
	MAAS_INT(0, prune_options, keep, 0, 1e9, -1, "highest versions of each name to keep"), MAAS_END };

static const char *
registry_dir(const char *said, struct maas_buf *to)
{
	if (said && *said)
		return said;
	return maas_registry_default(to) < 0 ? NULL : to->s;
}

/* A version as people write it: 3. */
static int
parse_version(const char *s, int64_t *to)
{
	if (maas_parse_int(maas_span(s), to) < 0 || *to < 1)
		return maas_fail_as(MAAS_USAGE, "no version: '%.40s' (1, 2, 3 ...)", s);
	return 0;
}

int
model_register(struct call *c)
{
	const struct register_options *o = c->part[0];
	struct maas_buf place = { 0 }, path = { 0 };
	struct maas_entry entry = { .labels = o->label };
	const char *dir;
	int rc = -1;

	if (c->n != 2)
		return misuse(c, "a model and a name were wanted");
	entry.name = c->operand[1];
	if ((dir = registry_dir(o->registry, &place)) && maas_model_find(c->operand[0], &path) == 0) {
		entry.path = path.s;
		rc = maas_registry_register(dir, &entry);
	}
	if (rc == 0)
		enter_signature(c, &entry);
	maas_buf_free(&place);
	maas_buf_free(&path);
	if (rc < 0)
		return fail(c);
	if (!c->common.quiet)
		printf("%s@%lld\n", entry.name, (long long)entry.version);
	return finish(c);
}

/* One field, whatever is in it. */
static void
print_field(struct maas_span s)
{
	for (size_t i = 0; i < s.n; i++)
		putchar((unsigned char)s.s[i] < ' ' ? ' ' : s.s[i]);
}

/* Of a card its first measure, and what the model is for: a tab before each. */
static void
print_card(const char *card)
{
	struct maas_json *j = card ? maas_json_parse(maas_span(card)) : NULL;
	const struct maas_json *quality = j ? maas_json_get(j, "quality") : NULL, *v;
	struct maas_span key, text = { "-", 1 };
	double value;

	if (quality && maas_json_type(quality) == MAAS_J_OBJECT && maas_json_next(quality, NULL, &key, &v) &&
	    maas_json_real(v, &value) == 0) {
		putchar('\t');
		print_field(key);
		printf("=%.4g", value);
	} else {
		printf("\t-");
	}
	if (j)
		(void)!maas_json_text(maas_json_get(j, "description"), &text);
	putchar('\t');
	print_field(text);
	maas_json_free(j);
}

static void
print_text(const struct maas_shelf *s)
{
	for (size_t i = 0; i < s->n; i++) {
		const struct maas_version *v = &s->version[i];
		const char *comma = "";

		printf("%s\t%lld\t", s->name, (long long)v->number);
		for (size_t k = 0; k < s->nlabel; k++)
			if (s->label[k].version[0] == v->number) {
				printf("%s%s", comma, s->label[k].name);
				comma = ",";
			}
		printf("%s\t%s\t%llu\t", *comma ? "" : "-", *v->kind ? v->kind : "-", (unsigned long long)v->bytes);
		print_when(v->created);
		printf("\t%s", *v->sha256 ? v->sha256 : "-");
		print_card(v->card);
		putchar('\n');
	}
}

static int
put_version(struct maas_buf *b, const struct maas_shelf *s, const struct maas_version *v)
{
	const char *comma = "";

	if (maas_buf_printf(b, "{\"version\":%lld,\"labels\":[", (long long)v->number) < 0)
		return -1;
	for (size_t k = 0; k < s->nlabel; k++)
		if (s->label[k].version[0] == v->number) {
			if (maas_buf_printf(b, "%s\"%s\"", comma, s->label[k].name) < 0)
				return -1;
			comma = ",";
		}
	if (maas_buf_text(b, "],\"kind\":") < 0 || maas_json_put_text(b, maas_span(v->kind)) < 0)
		return -1;
	return maas_buf_printf(b, ",\"bytes\":%llu,\"created\":%lld,\"sha256\":", (unsigned long long)v->bytes,
		   (long long)v->created) < 0
	    ? -1
	    : maas_json_put_text(b, maas_span(v->sha256)) < 0            ? -1
	    : v->card && maas_buf_printf(b, ",\"card\":%s", v->card) < 0 ? -1
									 : maas_buf_text(b, "}");
}

static int
put_shelf(struct maas_buf *b, const struct maas_shelf *s)
{
	int rc = maas_buf_printf(b, "{\"name\":\"%s\",\"versions\":[", s->name);

	for (size_t i = 0; rc == 0 && i < s->n; i++) {
		rc = i ? maas_buf_text(b, ",") : 0;
		if (rc == 0)
			rc = put_version(b, s, &s->version[i]);
	}
	return rc < 0 ? -1 : maas_buf_text(b, "]}");
}

/* Those named, or all there are. */
static int
list_all(const struct call *c, const char *dir, struct maas_arena *arena, struct maas_buf *json)
{
	const struct list_options *o = c->part[0];
	const char **names = (const char **)c->operand;

	if (!c->n && maas_registry_names(dir, arena, &names) < 0)
		return -1;
	if (!o->json)
		printf("name\tversion\tlabels\tkind\tbytes\tregistered\tsha256\tquality\tdescription\n");
	for (size_t i = 0; names[i]; i++) {
		struct maas_shelf s;

		if (maas_registry_read(dir, names[i], arena, &s) < 0)
			return -1;
		if (!o->json)
			print_text(&s);
		else if ((i && maas_buf_text(json, ",") < 0) || put_shelf(json, &s) < 0)
			return -1;
	}
	if (o->json)
		printf("{\"models\":[%s]}\n", json->n ? json->s : "");
	return 0;
}

int
model_list(struct call *c)
{
	const struct list_options *o = c->part[0];
	struct maas_buf place = { 0 }, json = { 0 };
	struct maas_arena *arena = maas_arena_new(65536);
	const char *dir = registry_dir(o->registry, &place);
	int rc = arena && dir ? list_all(c, dir, arena, &json) : -1;

	maas_buf_free(&place);
	maas_buf_free(&json);
	maas_arena_free(arena);
	return rc < 0 ? fail(c) : finish(c);
}

int
model_log(struct call *c)
{
	const struct place_options *o = c->part[0];
	struct maas_buf place = { 0 }, log = { 0 };
	const char *dir;
	int rc = -1;

	if (c->n != 1)
		return misuse(c, "one name was wanted");
	if ((dir = registry_dir(o->registry, &place)) && (rc = maas_registry_log(dir, c->operand[0], &log)) == 0)
		fwrite(log.s, 1, log.n, stdout); /* finish looks at ferror */
	maas_buf_free(&place);
	maas_buf_free(&log);
	return rc < 0 ? fail(c) : finish(c);
}

int
model_label(struct call *c)
{
	const struct place_options *o = c->part[0];
	struct maas_buf place = { 0 };
	const char *dir;
	int64_t version;
	int rc = -1;

	if (c->n != 3)
		return misuse(c, "a name, a version and a label were wanted");
	if ((dir = registry_dir(o->registry, &place)) && parse_version(c->operand[1], &version) == 0)
		rc = maas_registry_label(dir, c->operand[0], version, c->operand[2]);
	maas_buf_free(&place);
	return rc < 0 ? fail(c) : finish(c);
}

int
model_rollback(struct call *c)
{
	const struct rollback_options *o = c->part[0];
	struct maas_buf place = { 0 };
	const char *dir;
	int64_t version;
	int rc = -1;

	if (c->n != 1)
		return misuse(c, "one name was wanted");
	if ((dir = registry_dir(o->registry, &place)))
		rc = maas_registry_rollback(dir, c->operand[0], o->label, &version);
	maas_buf_free(&place);
	if (rc < 0)
		return fail(c);
	if (!c->common.quiet)
		printf("%s@%lld\n", c->operand[0], (long long)version);
	return finish(c);
}

int
model_remove(struct call *c)
{
	const struct remove_options *o = c->part[0];
	struct maas_buf place = { 0 };
	const char *dir;
	int64_t version;
	int rc = -1;

	if (c->n != 2)
		return misuse(c, "a name and a version were wanted");
	if ((dir = registry_dir(o->registry, &place)) && parse_version(c->operand[1], &version) == 0)
		rc = maas_registry_remove(dir, c->operand[0], version, o->purge);
	maas_buf_free(&place);
	return rc < 0 ? fail(c) : finish(c);
}

static void
tell_deleted(void *ctx, const char *name, int64_t version)
{
	const struct call *c = ctx;

	if (!c->common.quiet)
		printf("%s@%lld\n", name, (long long)version);
}

int
model_prune(struct call *c)
{
	const struct prune_options *o = c->part[0];
	struct maas_buf place = { 0 };
	const char *dir;
	int rc = -1;

	if (c->n)
		return misuse(c, "no operand was wanted");
	if (!given(c, "keep"))
		return misuse(c, "--keep K is missing: how many versions of each name stay?");
	if ((dir = registry_dir(o->registry, &place)))
		rc = maas_registry_prune(dir, (size_t)o->keep, tell_deleted, c);
	maas_buf_free(&place);
	return rc < 0 ? fail(c) : finish(c);
}
