#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "maas/fmt.h"

#define DEEPEST 256

/* A node is jansson's; struct maas_json is never defined, so that no other file sees which library it is. */
static json_t *
node(const struct maas_json *j)
{
	return (json_t *)(uintptr_t)j;
}

/* Length of the string literal that starts (with its quote) at s.s[i]. */
static size_t
literal(struct maas_span s, size_t i)
{
	size_t at = i + 1;

	while (at < s.n && s.s[at] != '"')
		at += s.s[at] == '\\' ? 2 : 1;
	return (at < s.n ? at + 1 : s.n) - i;
}

/* jansson's own limit is 2048 levels: more than a server's stack should be asked for. */
static int
too_deep(struct maas_span s)
{
	size_t depth = 0;

	for (size_t i = 0; i < s.n; i++) {
		char c = s.s[i];

		if (c == '"')
			i += literal(s, i) - 1;
		else if ((c == '{' || c == '[') && ++depth > DEEPEST)
			return 1;
		else if ((c == '}' || c == ']') && depth)
			depth--;
	}
	return 0;
}

struct maas_json *
maas_json_parse(struct maas_span s)
{
	const size_t how = JSON_REJECT_DUPLICATES | JSON_DECODE_ANY | JSON_ALLOW_NUL;
	const char *text = s.n ? s.s : "";
	json_error_t e;
	json_t *root;

	if (too_deep(s)) {
		maas_fail("JSON nested deeper than %d levels", DEEPEST);
		return NULL;
	}
	root = json_loadb(text, s.n, how, &e);
	/* An integer past 64 bits, such as transformers writes for "no limit": then all numbers are reals. */
	if (!root && json_error_code(&e) == json_error_numeric_overflow)
		root = json_loadb(text, s.n, how | JSON_DECODE_INT_AS_REAL, &e);
	if (!root && e.line <= 1) /* a record of many knows its line itself */
		maas_fail("not JSON: column %d: %s", e.column, e.text);
	else if (!root)
		maas_fail("not JSON: line %d, column %d: %s", e.line, e.column, e.text);
	return (struct maas_json *)root;
}

struct maas_json *
maas_json_load(const char *path)
{
	struct maas_json *root;
	struct maas_map map;

	if (maas_map_open(&map, path) < 0)
		return NULL;
	root = maas_json_parse((struct maas_span){ (const char *)map.p, map.n });
	maas_map_close(&map);
	if (!root)
		maas_in("%s", path);
	return root;
}

void
maas_json_free(struct maas_json *j)
{
	json_decref(node(j));
}

enum maas_json_type
maas_json_type(const struct maas_json *j)
{
	switch (json_typeof(node(j))) {
	case JSON_OBJECT: return MAAS_J_OBJECT;
	case JSON_ARRAY: return MAAS_J_LIST;
	case JSON_STRING: return MAAS_J_TEXT;
	case JSON_INTEGER: return MAAS_J_INT;
	case JSON_REAL: return MAAS_J_REAL;
	case JSON_TRUE:
	case JSON_FALSE: return MAAS_J_BOOL;
	case JSON_NULL: break;
	}
	return MAAS_J_NULL;
}

const struct maas_json *
maas_json_get(const struct maas_json *j, const char *key)
{
	return j ? (const struct maas_json *)json_object_get(node(j), key) : NULL;
}

size_t
maas_json_size(const struct maas_json *j)
{
	return json_is_array(node(j)) ? json_array_size(node(j)) : json_object_size(node(j));
}

const struct maas_json *
maas_json_at(const struct maas_json *j, size_t i)
{
	return (const struct maas_json *)json_array_get(node(j), i);
}

void *
maas_json_next(const struct maas_json *j, void *it, struct maas_span *key, const struct maas_json **value)
{
	it = it ? json_object_iter_next(node(j), it) : json_object_iter(node(j));
	if (it) {
		*key = (struct maas_span){ json_object_iter_key(it), json_object_iter_key_len(it) };
		*value = (const struct maas_json *)json_object_iter_value(it);
	}
	return it;
}

int
maas_json_text(const struct maas_json *j, struct maas_span *s)
{
	if (!j || !json_is_string(node(j)))
		return -1;
	*s = (struct maas_span){ json_string_value(node(j)), json_string_length(node(j)) };
	return 0;
}

int
maas_json_real(const struct maas_json *j, double *v)
{
	if (!j || !json_is_number(node(j)))
		return -1;
	*v = json_number_value(node(j));
	return 0;
}

int
maas_json_int(const struct maas_json *j, int64_t *v)
{
	double x;

	if (!j || !json_is_number(node(j)))
		return -1;
	if (json_is_integer(node(j))) {
		*v = json_integer_value(node(j));
		return 0;
	}
	x = json_real_value(node(j));
	if (x != floor(x) || fabs(x) > 9007199254740992.0) /* 2^53: a whole number, exactly */
		return -1;
	*v = (int64_t)x;
	return 0;
}

int
maas_json_bool(const struct maas_json *j, int *v)
{
	if (!j || !json_is_boolean(node(j)))
		return -1;
	*v = json_is_true(node(j));
	return 0;
}

static int
put_escaped(struct maas_buf *b, int32_t cp)
{
	switch (cp) {
	case '"': return maas_buf_text(b, "\\\"");
	case '\\': return maas_buf_text(b, "\\\\");
	case '\n': return maas_buf_text(b, "\\n");
	case '\r': return maas_buf_text(b, "\\r");
	case '\t': return maas_buf_text(b, "\\t");
	}
	if (cp < 0)
		return maas_buf_text(b, "\xEF\xBF\xBD");
	return maas_buf_printf(b, "\\u%04x", (unsigned)cp);
}

/* Where what must be escaped begins: at p or behind it. */
static const char *
plain_end(const char *p, const char *end)
{
	while (p < end) {
		const char *from = p;

		if ((unsigned char)*p >= 0x80) {
			if (maas_utf8_next(&p, end) < 0)
				return from;
		} else if ((unsigned char)*p < 0x20 || *p == 0x7F || *p == '"' || *p == '\\')
			return p;
		else
			p++;
	}
	return end;
}

int
maas_json_put_text(struct maas_buf *b, struct maas_span s)
{
	const char *p = s.s, *end = s.n ? s.s + s.n : s.s;

	if (maas_buf_add(b, "\"", 1) < 0)
		return -1;
	while (p < end) {
		const char *run = p;

		p = plain_end(p, end);
		if (p > run && maas_buf_add(b, run, (size_t)(p - run)) < 0)
			return -1;
		if (p < end && put_escaped(b, maas_utf8_next(&p, end)) < 0)
			return -1;
	}
	return maas_buf_add(b, "\"", 1);
}

int
maas_json_put_real(struct maas_buf *b, double v)
{
	char text[32];

	if (!isfinite(v))
		return maas_buf_text(b, "null");
	for (int digits = 15; digits <= 17; digits++) {
		maas_real_print(text, v, digits);
		if ((v == floor(v) && fabs(v) < 1e15) || strtod(text, NULL) == v)
			break;
	}
	return maas_buf_text(b, text);
}

int
maas_json_put_float(struct maas_buf *b, float v)
{
	return isfinite(v) ? maas_buf_real(b, (double)v, 9) : maas_buf_text(b, "null");
}

static int
dumped(const char *s, size_t n, void *b)
{
	return maas_buf_add(b, s, n);
}

int
maas_json_put(struct maas_buf *b, const struct maas_json *j)
{
	if (json_dump_callback(node(j), dumped, b, JSON_COMPACT | JSON_ENCODE_ANY) < 0)
		return maas_fail_as(MAAS_OS, "cannot print JSON");
	return 0;
}

/* Where the member that starts at s.s[i] ends: at a comma or at the closing brace. */
static size_t
member_end(struct maas_span s, size_t i)
{
	size_t depth = 0;

	for (; i < s.n; i++) {
		char c = s.s[i];

		if (c == '"')
			i += literal(s, i) - 1;
		else if (c == '{' || c == '[')
			depth++;
		else if ((c == '}' || c == ']') && !depth--)
			return i;
		else if (c == ',' && !depth)
			return i;
	}
	return s.n;
}

static struct maas_span
trim(const char *s, size_t n)
{
	while (n && strchr(" \t\r\n", *s))
		s++, n--;
	while (n && strchr(" \t\r\n", s[n - 1]))
		n--;
	return (struct maas_span){ s, n };
}

/* The members of an object's inside, one after the other: 1, and *at moves behind it; 0 at the end. */
static int
next_member(struct maas_span s, size_t *at, struct maas_span *member)
{
	while (*at < s.n) {
		size_t end = member_end(s, *at);

		*member = trim(s.s + *at, end - *at);
		*at = end + 1;
		if (member->n)
			return 1;
	}
	return 0;
}

static json_t *
key_node(struct maas_span member)
{
	return json_loadb(member.s, literal(member, 0), JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
}

/* Have two members the same key?  As it is written, or, where one is escaped, as it is meant. */
static int
same_key(struct maas_span a, struct maas_span b)
{
	size_t n = literal(a, 0), m = literal(b, 0);
	json_t *x, *y;
	int same;

	if (!memchr(a.s, '\\', n) && !memchr(b.s, '\\', m))
		return n == m && !memcmp(a.s, b.s, n);
	x = key_node(a);
	y = key_node(b);
	same = x && y && json_equal(x, y);
	json_decref(x);
	json_decref(y);
	return same;
}

int
maas_json_member(struct maas_span text, const char *key, struct maas_span *value)
{
	struct maas_span m, k;
	int found = 0;

	text = trim(text.s, text.n);
	for (size_t at = 1; !found && next_member(text, &at, &m);) {
		size_t n = literal(m, 0);
		json_t *name = key_node(m);

		found = maas_json_text((struct maas_json *)name, &k) == 0 && maas_span_is(k, key);
		json_decref(name);
		*value = trim(m.s + n, m.n - n); /* ": VALUE" */
		if (value->n)
			*value = trim(value->s + 1, value->n - 1);
	}
	return found ? 0 : -1;
}

int
maas_json_merge(struct maas_buf *b, struct maas_span text, struct maas_span members)
{
	struct maas_span *own = NULL, m;
	size_t n = 0, cap = 0, i;
	const char *comma = "";
	int bad = 0;

	text = trim(text.s, text.n);
	if (!text.n || *text.s != '{')
		return maas_fail("not a JSON object");
	for (size_t at = 0; !bad && next_member(members, &at, &m);)
		if (!(bad = maas_grow(&own, n, &cap, 1, sizeof *own)))
			own[n++] = m;
	bad = bad || maas_buf_add(b, "{", 1);
	for (size_t at = 1; !bad && next_member(text, &at, &m);) {
		for (i = 0; i < n && !same_key(m, own[i]); i++)
			;
		if (i < n)
			continue;
		bad = maas_buf_text(b, comma) || maas_buf_add(b, m.s, m.n);
		comma = ",";
	}
	if (!bad && members.n)
		bad = maas_buf_text(b, comma) || maas_buf_add(b, members.s, members.n);
	free(own);
	return bad || maas_buf_add(b, "}", 1) ? -1 : 0;
}
