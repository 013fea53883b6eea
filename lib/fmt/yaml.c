#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <yaml.h>

#include "maas/fmt.h"

/* Where in a flat mapping the parser stands. */
struct reader {
	const char *path;
	yaml_parser_t parser;
	struct maas_list seen; /* keys, owned */
	int (*on)(void *, const char *, const char *);
	void *ctx;
};

static int
wrong(struct reader *r, size_t line, const char *text)
{
	return maas_fail_as(MAAS_CONFIG, "%s:%zu: %s", r->path, line + 1, text);
}

static int
next(struct reader *r, yaml_event_t *e)
{
	if (yaml_parser_parse(&r->parser, e))
		return 0;
	return wrong(r, r->parser.problem_mark.line, r->parser.problem ? r->parser.problem : "not YAML");
}

static int
tell(struct reader *r, const char *key, yaml_event_t *e)
{
	char why[512];

	if (memchr(e->data.scalar.value, '\0', e->data.scalar.length))
		return wrong(r, e->start_mark.line, "a NUL in a value");
	if (r->on(r->ctx, key, (const char *)e->data.scalar.value) == 0)
		return 0;
	snprintf(why, sizeof why, "%s", maas_error());
	return wrong(r, e->start_mark.line, why);
}

static int
list(struct reader *r, const char *key)
{
	yaml_event_t e;
	int rc = 0, last = 0;

	while (rc == 0 && !last) {
		if (next(r, &e) < 0)
			return -1;
		if (e.type == YAML_SCALAR_EVENT)
			rc = tell(r, key, &e);
		else if (e.type == YAML_SEQUENCE_END_EVENT)
			last = 1;
		else
			rc = wrong(r, e.start_mark.line, "a list holds plain values only");
		yaml_event_delete(&e);
	}
	return rc;
}

static int
value(struct reader *r, const char *key)
{
	yaml_event_t e;
	int rc;

	if (next(r, &e) < 0)
		return -1;
	if (e.type == YAML_SCALAR_EVENT)
		rc = tell(r, key, &e);
	else if (e.type == YAML_SEQUENCE_START_EVENT)
		rc = list(r, key);
	else if (e.type == YAML_ALIAS_EVENT)
		rc = wrong(r, e.start_mark.line, "an alias, which is not taken here");
	else
		rc = wrong(r, e.start_mark.line, "a mapping inside the mapping; settings are flat");
	yaml_event_delete(&e);
	return rc;
}

static int
remember(struct reader *r, const char *key, size_t line)
{
	char *copy;

	for (size_t i = 0; i < r->seen.n; i++)
		if (!strcmp(r->seen.item[i], key))
			return maas_fail_as(MAAS_CONFIG, "%s:%zu: %s stands twice", r->path, line + 1, key);
	if (maas_grow(&r->seen.item, r->seen.n, &r->seen.cap, 1, sizeof *r->seen.item) < 0 || !(copy = strdup(key)))
		return maas_fail_as(MAAS_OS, "no memory for a key");
	r->seen.item[r->seen.n++] = copy;
	return 0;
}

/* Everything between the start and the end of the one mapping. */
static int
mapping(struct reader *r)
{
	yaml_event_t e;
	int rc = 0, last = 0;

	while (rc == 0 && !last) {
		if (next(r, &e) < 0)
			return -1;
		if (e.type == YAML_MAPPING_END_EVENT)
			last = 1;
		else if (e.type != YAML_SCALAR_EVENT)
			rc = wrong(r, e.start_mark.line, "a key must be plain text");
		else if ((rc = remember(r, (const char *)e.data.scalar.value, e.start_mark.line)) == 0)
			rc = value(r, r->seen.item[r->seen.n - 1]);
		yaml_event_delete(&e);
	}
	return rc;
}

static int
stream(struct reader *r)
{
	int rc = 0, documents = 0, last = 0;
	yaml_event_t e;

	while (rc == 0 && !last) {
		if (next(r, &e) < 0)
			return -1;
		if (e.type == YAML_STREAM_END_EVENT)
			last = 1;
		else if (e.type == YAML_DOCUMENT_START_EVENT && documents++)
			rc = wrong(r, e.start_mark.line, "a second document");
		else if (e.type == YAML_MAPPING_START_EVENT)
			rc = mapping(r);
		else if (e.type == YAML_SEQUENCE_START_EVENT || e.type == YAML_ALIAS_EVENT ||
		    (e.type == YAML_SCALAR_EVENT && e.data.scalar.length))
			rc = wrong(r, e.start_mark.line, "'key: value' lines were wanted");
		yaml_event_delete(&e);
	}
	return rc;
}

int
maas_yaml_load(const char *path, int (*on)(void *ctx, const char *key, const char *value), void *ctx)
{
	struct reader r = { .path = path, .on = on, .ctx = ctx };
	struct maas_map map;
	int rc;

	if (maas_map_open(&map, path) < 0)
		return -1;
	if (!yaml_parser_initialize(&r.parser)) {
		maas_map_close(&map);
		return maas_fail_as(MAAS_OS, "no memory for YAML");
	}
	yaml_parser_set_input_string(&r.parser, map.n ? map.p : (const unsigned char *)"", map.n);
	rc = stream(&r);
	yaml_parser_delete(&r.parser);
	for (size_t i = 0; i < r.seen.n; i++)
		free((void *)(uintptr_t)r.seen.item[i]);
	free(r.seen.item);
	maas_map_close(&map);
	return rc;
}
