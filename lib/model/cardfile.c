/* cardfile.c -- what a model says of itself, as metadata of its file. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "maas/card.h"
#include "registry_files.h"

#define KEY     "maas.card"
#define MEASURE 40 /* bytes of a measure's name, at most */

int
maas_card_check(const char *name, const char *text)
{
	const char *p = text, *end = text + strlen(text);

	if (end - p > MAAS_CARD_TEXT)
		return maas_fail_as(MAAS_USAGE, "%s: %zu bytes, %d are the most", name, strlen(text), MAAS_CARD_TEXT);
	while (p < end) {
		int32_t c = maas_utf8_next(&p, end);

		if (c < 0 || (c < ' ' && c != '\n' && c != '\t') || (c >= 0x7f && c < 0xa0))
			return maas_fail_as(
			    MAAS_USAGE, "%s: text in UTF-8 is wanted, without control characters", name);
	}
	return 0;
}

void
maas_measure_add(struct maas_measures *m, const char *name, double value)
{
	if (isfinite(value) && m->n < MAAS_MEASURES)
		m->of[m->n++] = (struct maas_measure){ name, value };
}

double
maas_measure_get(const struct maas_measures *m, const char *name)
{
	for (size_t i = 0; i < m->n; i++)
		if (!strcmp(m->of[i].name, name))
			return m->of[i].value;
	return NAN;
}

static const char *
comma(const struct maas_buf *b, size_t from)
{
	return b->n > from ? "," : "";
}

static int
put_member(struct maas_buf *b, size_t from, const char *name, const char *text)
{
	if (!text)
		return 0;
	return maas_buf_printf(b, "%s\"%s\":", comma(b, from), name) < 0 ? -1 : maas_json_put_text(b, maas_span(text));
}

static int
put_data(struct maas_buf *b, size_t from, const struct maas_card *c)
{
	size_t inside;

	if (!c->sha256 && !c->rows && !c->tokens)
		return 0;
	if (maas_buf_printf(b, "%s\"data\":[{", comma(b, from)) < 0)
		return -1;
	inside = b->n;
	if (put_member(b, inside, "sha256", c->sha256) < 0 ||
	    (c->rows && maas_buf_printf(b, "%s\"rows\":%llu", comma(b, inside), (unsigned long long)c->rows) < 0) ||
	    (c->tokens && maas_buf_printf(b, "%s\"tokens\":%llu", comma(b, inside), (unsigned long long)c->tokens) < 0))
		return -1;
	return maas_buf_text(b, "}]");
}

static int
put_measures(struct maas_buf *b, size_t from, const char *name, const struct maas_measures *m)
{
	if (!m->n)
		return 0;
	if (maas_buf_printf(b, "%s\"%s\":{", comma(b, from), name) < 0)
		return -1;
	for (size_t i = 0; i < m->n; i++)
		if (maas_buf_printf(b, "%s\"%s\":", i ? "," : "", m->of[i].name) < 0 ||
		    maas_json_put_real(b, m->of[i].value) < 0)
			return -1;
	return maas_buf_text(b, "}");
}

static int
put_card(struct maas_buf *b, const struct maas_card *c)
{
	size_t from = b->n;

	return put_member(b, from, "description", c->description) < 0 ||
		put_member(b, from, "license", c->license) < 0 || put_data(b, from, c) < 0 ||
		put_measures(b, from, "quality", &c->quality) < 0 || put_measures(b, from, "baseline", &c->baseline) < 0
	    ? -1
	    : 0;
}

/* As the metadata's value; n 0: there is nothing to say. */
static int
print_object(struct maas_buf *b, const struct maas_card *c)
{
	if (maas_buf_text(b, "{") < 0 || put_card(b, c) < 0)
		return -1;
	if (b->n == 1) {
		b->n = 0;
		return 0;
	}
	return maas_buf_text(b, "}");
}

int
maas_card_write(struct maas_model *m, const struct maas_card *c)
{
	struct maas_buf b = { 0 };
	int rc = print_object(&b, c);

	if (rc == 0 && b.n)
		rc = maas_model_set_meta(m, KEY, b.s);
	maas_buf_free(&b);
	return rc;
}

/* NULL where it is not there, is no text, or no text that we would have taken. */
static const char *
read_text(const struct maas_json *object, const char *name, struct maas_arena *arena)
{
	struct maas_span s;
	char *text;

	if (maas_json_text(maas_json_get(object, name), &s) < 0 || memchr(s.s, '\0', s.n) ||
	    !(text = maas_take_text(arena, s.s, s.n)) || maas_card_check(name, text) < 0)
		return NULL;
	return text;
}

static void
read_data(const struct maas_json *list, struct maas_arena *arena, struct maas_card *c)
{
	const struct maas_json *o;
	const char *hex;
	int64_t n;

	if (!list || maas_json_type(list) != MAAS_J_LIST || !maas_json_size(list) ||
	    maas_json_type(o = maas_json_at(list, 0)) != MAAS_J_OBJECT)
		return;
	hex = read_text(o, "sha256", arena);
	if (hex && strlen(hex) == 64 && strspn(hex, "0123456789abcdef") == 64)
		c->sha256 = hex;
	if (maas_json_int(maas_json_get(o, "rows"), &n) == 0 && n > 0)
		c->rows = (uint64_t)n;
	if (maas_json_int(maas_json_get(o, "tokens"), &n) == 0 && n > 0)
		c->tokens = (uint64_t)n;
}

static int
read_measures(const struct maas_json *o, struct maas_arena *arena, struct maas_measures *m)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789_";
	const struct maas_json *v;
	struct maas_span key;
	void *it = NULL;
	double value;
	char *name;

	if (!o || maas_json_type(o) != MAAS_J_OBJECT)
		return 0;
	while ((it = maas_json_next(o, it, &key, &v))) {
		if (!key.n || key.n > MEASURE || maas_json_real(v, &value) < 0)
			continue;
		if (!(name = maas_take_text(arena, key.s, key.n)))
			return -1;
		if (strspn(name, letters) == key.n)
			maas_measure_add(m, name, value);
	}
	return 0;
}

int
maas_card_read(const struct maas_model *m, struct maas_arena *arena, struct maas_card *c)
{
	const char *text = maas_model_meta(m, KEY);
	struct maas_json *root = text ? maas_json_parse(maas_span(text)) : NULL;
	int rc = 0;

	*c = (struct maas_card){ 0 };
	if (root && maas_json_type(root) == MAAS_J_OBJECT) {
		c->description = read_text(root, "description", arena);
		c->license = read_text(root, "license", arena);
		read_data(maas_json_get(root, "data"), arena, c);
		rc = read_measures(maas_json_get(root, "quality"), arena, &c->quality) < 0
		    ? -1
		    : read_measures(maas_json_get(root, "baseline"), arena, &c->baseline);
	}
	maas_json_free(root);
	return rc;
}

int
maas_card_print_of(struct maas_buf *b, const struct maas_model *m)
{
	struct maas_arena *arena = maas_arena_new(8192);
	struct maas_card c;
	int rc = arena && maas_card_read(m, arena, &c) == 0 ? put_card(b, &c) : -1;

	maas_arena_free(arena);
	return rc;
}

/* "NAME=TEXT" */
static int
set_one(struct maas_card *c, const char *said)
{
	const char *eq = strchr(said, '='), **to = NULL;
	struct maas_span name = { said, eq ? (size_t)(eq - said) : 0 };

	if (maas_span_is(name, "description"))
		to = &c->description;
	else if (maas_span_is(name, "license"))
		to = &c->license;
	if (!to)
		return maas_fail_as(MAAS_USAGE,
		    "--set '%.80s': description=TEXT or license=TEXT is wanted; all else in a card was measured", said);
	if (maas_card_check(to == &c->license ? "license" : "description", eq + 1) < 0)
		return -1;
	*to = eq[1] ? eq + 1 : NULL;
	return 0;
}

/* The file once more, its card another. */
static int
save_with(const struct maas_tensors *t, const char *path, const struct maas_buf *card)
{
	size_t n = maas_tensors_count(t), metas = maas_tensors_metas(t), k = 0;
	struct maas_tensor *x = maas_alloc(n, sizeof *x);
	struct maas_meta *meta = maas_alloc(metas + 1, sizeof *meta);
	int found = 0, rc = -1;

	for (size_t i = 0; x && i < n; i++)
		x[i] = *maas_tensors_at(t, i);
	for (size_t i = 0; meta && i < metas; i++) {
		struct maas_meta one = maas_tensors_meta_at(t, i);

		if (!strcmp(one.key, "crc32c") || !strcmp(one.key, "maas.made_of") || !strcmp(one.key, "maas.result"))
			continue; /* made anew; nobody's settings make these bytes */
		if (!strcmp(one.key, KEY)) {
			found = 1;
			one.value = card->s;
			if (!card->n)
				continue;
		}
		meta[k++] = one;
	}
	if (x && meta) {
		if (!found && card->n)
			meta[k++] = (struct maas_meta){ KEY, card->s };
		rc = maas_tensors_save(path, x, n, meta, k, MAAS_DURABLE | MAAS_IF_CHANGED);
	}
	free(x);
	free(meta);
	return rc;
}

static int
change(struct maas_model *m, const char *path, const struct maas_list *set)
{
	struct maas_buf card = { 0 };
	struct maas_card c;
	int rc = maas_card_read(m, m->arena, &c);

	for (size_t i = 0; set && rc == 0 && i < set->n; i++)
		rc = set_one(&c, set->item[i]);
	if (rc == 0 && set)
		rc = print_object(&card, &c);
	if (rc == 0)
		rc = save_with(m->file, path, &card);
	maas_buf_free(&card);
	return rc;
}

int
maas_card_change(const char *said, const struct maas_list *set)
{
	struct maas_buf path = { 0 };
	struct maas_model *m = NULL;
	struct registry_place place;
	struct stat st;
	int in, rc = -1;

	if (maas_model_find(said, &path) < 0 || (in = registry_place(path.s, &place)) < 0)
		goto out;
	if (in) {
		maas_fail_as(MAAS_USAGE,
		    "%s: a registered version does not change; change the card of the file, and register that", said);
		goto out;
	}
	if (stat(path.s, &st) == 0 && S_ISDIR(st.st_mode)) {
		maas_fail_as(MAAS_USAGE, "%s: a directory has no card; a model file was wanted", said);
		goto out;
	}
	if ((m = maas_model_open(path.s)) && m->file && maas_tensors_sealed(m->file))
		maas_fail_as(MAAS_USAGE, "%s: a sealed model does not change: open it first", said);
	else if (m)
		rc = change(m, path.s, set);
out:
	maas_model_close(m);
	maas_buf_free(&path);
	return rc;
}
