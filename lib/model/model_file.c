/* The model file: what is read is checked, what is written appears whole.  See maas-model(5). */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "model_cast.h"
#include "model_foreign.h"
#include "registry_files.h"

#define FORMAT "1"
#define PART   "maas."

#define KIND(name) &maas_kind_##name,
const struct maas_kind *const maas_kinds[] = {
#include "maas/kinds.def"
	NULL
};
#undef KIND

const struct maas_kind *
maas_kind_find(const char *name)
{
	const char *names[MAAS_COUNT(maas_kinds)], *near;
	size_t n = 0;

	for (const struct maas_kind *const *k = maas_kinds; *k; k++) {
		if (!strcmp((*k)->name, name))
			return *k;
		names[n++] = (*k)->name;
	}
	names[n] = NULL;
	near = maas_nearest(name, names);
	maas_fail_as(
	    MAAS_USAGE, "no such kind of model: %s%s%s%s", name, near ? " (" : "", near ? near : "", near ? "?)" : "");
	return NULL;
}

static struct maas_model *
blank(const struct maas_kind *kind)
{
	struct maas_arena *arena = maas_arena_new(1 << 14);
	struct maas_model *m;

	if (!arena)
		return NULL;
	if (!(m = maas_take(arena, 1, sizeof *m)) || !(m->settings = maas_take(arena, 1, kind->size))) {
		maas_arena_free(arena);
		return NULL;
	}
	m->arena = arena;
	m->kind = kind;
	if (kind->fields)
		maas_defaults(kind->fields, m->settings);
	return m;
}

struct maas_model *
maas_model_new(const struct maas_kind *kind)
{
	return blank(kind);
}

void
maas_model_close(struct maas_model *m)
{
	if (!m)
		return;
	if (m->ready && m->kind->done)
		m->kind->done(m);
	maas_tensors_close(m->file);
	maas_tensors_close(m->weights);
	free(m->tensor);
	free(m->meta);
	maas_arena_free(m->arena);
}

const char *
maas_model_task(const struct maas_model *m)
{
	const struct maas_rows *r = m->kind->rows ? m->ready : NULL;

	if (!r)
		return m->kind->task;
	return maas_rows_tagging(r) ? "tag" : maas_rows_labels(r) ? "classify" : "regress";
}

const struct maas_decoder_ops *
maas_model_decodes(const struct maas_model *m)
{
	if (m->kind->decode && !m->ready)
		return m->kind->decode;
	maas_fail(m->kind->decode ? "%s models with a head of rows do not generate" : "%s models do not generate",
	    m->kind->name);
	return NULL;
}

int
maas_model_ready(struct maas_model *m)
{
	return m->ready || !m->kind->ready ? 0 : m->kind->ready(m);
}

int
maas_model_put_settings(const struct maas_model *m, struct maas_buf *b)
{
	struct maas_buf value = { NULL, 0, 0 };
	char name[64];
	int rc = maas_buf_text(b, "{");

	for (const struct maas_field *f = m->kind->fields; f && f->type && rc == 0; f++) {
		value.n = 0;
		maas_field_name(f, name, sizeof name);
		rc = maas_get(f, m->settings, &value);
		if (rc == 0)
			rc = maas_buf_printf(b, "%s\"%s\":", f == m->kind->fields ? "" : ",", name);
		if (rc == 0)
			rc = maas_json_put_text(b, (struct maas_span){ value.s ? value.s : "", value.n });
	}
	maas_buf_free(&value);
	return rc == 0 ? maas_buf_text(b, "}") : -1;
}

static int
set_one(struct maas_model *m, struct maas_span key, struct maas_span value)
{
	char *name = maas_take_text(m->arena, key.s, key.n), *text = maas_take_text(m->arena, value.s, value.n);
	const struct maas_field *f;

	if (!name || !text)
		return -1;
	if (!(f = m->kind->fields ? maas_field(m->kind->fields, name, 0) : NULL))
		return maas_fail("a setting that %s models do not have: %s", m->kind->name, name);
	if (!value.n && (f->type == MAAS_F_LIST || (f->type == MAAS_F_TEXT && !f->text)))
		return 0; /* as it was: not set */
	if (maas_set(f, m->settings, text) < 0)
		return maas_fail("setting %s", maas_error());
	return 0;
}

static int
read_settings(struct maas_model *m, const char *text)
{
	struct maas_json *root = text ? maas_json_parse(maas_span(text)) : NULL;
	const struct maas_json *v;
	struct maas_span key, value;
	void *it = NULL;
	int rc = 0;

	if (!root || maas_json_type(root) != MAAS_J_OBJECT)
		rc = maas_fail("no settings where they should be");
	while (rc == 0 && (it = maas_json_next(root, it, &key, &v)))
		rc = maas_json_text(v, &value) < 0 ? maas_fail("a setting that is no text") : set_one(m, key, value);
	maas_json_free(root);
	return rc;
}

static struct maas_model *
from_file(struct maas_tensors *t, struct maas_team *team)
{
	const char *format = maas_tensors_meta(t, "maas.format"), *kind = maas_tensors_meta(t, "maas.kind");
	const struct maas_kind *k;
	struct maas_model *m;

	if (!format || !kind || !maas_tensors_meta(t, "crc32c")) {
		maas_fail("a safetensors file, but not a model of this toolchain");
		return NULL;
	}
	if (strcmp(format, FORMAT)) {
		maas_fail("model file of format %s, this program reads %s", format, FORMAT);
		return NULL;
	}
	if (maas_tensors_check(t, team) < 0)
		return NULL;
	if (!(k = maas_kind_find(kind))) {
		maas_fail("a model of kind %s, which this program does not know", kind);
		return NULL;
	}
	if (!(m = blank(k)))
		return NULL;
	m->file = t;
	if (read_settings(m, maas_tensors_meta(t, "maas.settings")) < 0 || model_widen(m) < 0 ||
	    maas_model_ready(m) < 0) {
		m->file = NULL; /* still the caller's */
		maas_model_close(m);
		return NULL;
	}
	return m;
}

/* Takes the tensors of the file at the path; t NULL: there is a reason. */
static struct maas_model *
of_file(struct maas_tensors *t, const char *path, struct maas_team *team)
{
	struct maas_model *m = t ? from_file(t, team) : NULL;

	if (!t)
		return NULL;
	if (!m) {
		if (strncmp(maas_error(), path, strlen(path)))
			maas_in("%s", path);
		maas_tensors_close(t);
		return NULL;
	}
	if (!(m->path = maas_take_text(m->arena, path, strlen(path)))) {
		maas_model_close(m);
		return NULL;
	}
	return m;
}

struct maas_model *
maas_model_open(const char *said)
{
	return maas_model_open_by(said, NULL);
}

static struct maas_model *
open_said(const char *said, struct maas_team *team, int to_run)
{
	struct maas_buf path = { 0 };
	int file;
	struct maas_tensors *t = registry_open(said, &path, &file);
	struct maas_model *m =
	    file ? of_file(t, path.s, team) : maas_model_open_foreign(path.s, maas_tensors_open, team, to_run);

	maas_buf_free(&path);
	return m;
}

struct maas_model *
maas_model_open_by(const char *said, struct maas_team *team)
{
	return open_said(said, team, 0);
}

struct maas_model *
maas_model_open_to_run(const char *said, struct maas_team *team)
{
	return open_said(said, team, 1);
}

struct maas_model *
maas_model_copy(const char *path)
{
	struct stat is;

	if (stat(path, &is) == 0 && S_ISDIR(is.st_mode))
		return maas_model_open_foreign(path, maas_tensors_copy, NULL, 0);
	return of_file(maas_tensors_copy(path), path, NULL);
}

static int
append(struct maas_model *m, const struct maas_tensor *t)
{
	struct maas_tensor *to;

	if (maas_grow(&m->tensor, m->ntensor, &m->tensor_cap, 1, sizeof *m->tensor) < 0)
		return -1;
	to = &m->tensor[m->ntensor];
	*to = *t;
	if (!(to->name = maas_take_text(m->arena, t->name, strlen(t->name))))
		return -1;
	to->bytes = maas_dtype_size(t->dtype);
	for (int i = 0; i < t->ndim; i++)
		to->bytes *= t->dim[i];
	m->ntensor++;
	return 0;
}

int
maas_model_add(struct maas_model *m, const struct maas_tensor *t)
{
	if (maas_model_tensor(m, t->name))
		return maas_fail_as(MAAS_INTERNAL, "tensor %s stands twice", t->name);
	return append(m, t);
}

int
model_put(struct maas_model *m, const struct maas_tensor *t)
{
	for (size_t i = 0; i < m->ntensor; i++)
		if (!strcmp(m->tensor[i].name, t->name)) {
			m->tensor[i] = m->tensor[--m->ntensor];
			break;
		}
	return append(m, t);
}

int
maas_model_remove(struct maas_model *m, const char *name)
{
	for (size_t i = 0; i < m->ntensor; i++)
		if (!strcmp(m->tensor[i].name, name)) {
			m->tensor[i] = m->tensor[--m->ntensor];
			return 0;
		}
	return maas_fail_as(MAAS_INTERNAL, "no tensor %s", name);
}

int
maas_model_replace(struct maas_model *m, const struct maas_tensor *t)
{
	if (maas_model_tensor(m, t->name) && maas_model_remove(m, t->name) < 0)
		return -1;
	return maas_model_add(m, t);
}

int
maas_model_add_part(struct maas_model *m, const char *part, struct maas_span s)
{
	char name[64];
	void *copy = maas_take(m->arena, s.n ? s.n : 1, 1);

	if (!copy)
		return -1;
	if (s.n)
		memcpy(copy, s.s, s.n);
	snprintf(name, sizeof name, PART "%s", part);
	return maas_model_add(
	    m, &(struct maas_tensor){ .name = name, .dtype = MAAS_U8, .ndim = 1, .dim = { s.n }, .data = copy });
}

int
maas_model_set_meta(struct maas_model *m, const char *key, const char *value)
{
	struct maas_meta *to = NULL;

	for (size_t i = 0; i < m->nmeta; i++)
		if (!strcmp(m->meta[i].key, key))
			to = &m->meta[i];
	if (!to) {
		if (maas_grow(&m->meta, m->nmeta, &m->meta_cap, 1, sizeof *m->meta) < 0)
			return -1;
		to = &m->meta[m->nmeta];
		if (!(to->key = maas_take_text(m->arena, key, strlen(key))))
			return -1;
		m->nmeta++;
	}
	return (to->value = maas_take_text(m->arena, value, strlen(value))) ? 0 : -1;
}

const struct maas_tensor *
maas_model_tensor(const struct maas_model *m, const char *name)
{
	for (size_t i = 0; i < m->ntensor; i++)
		if (!strcmp(m->tensor[i].name, name))
			return &m->tensor[i];
	return m->file ? maas_tensors_find(m->file, name) : NULL;
}

const struct maas_tensor *
maas_model_next(const struct maas_model *m, size_t *i)
{
	size_t n = m->file ? maas_tensors_count(m->file) : 0;
	const struct maas_tensor *t;

	if (*i < m->ntensor)
		return &m->tensor[(*i)++];
	while (*i - m->ntensor < n) {
		t = maas_tensors_at(m->file, (*i)++ - m->ntensor);
		if (maas_model_tensor(m, t->name) == t)
			return t;
	}
	return NULL;
}

const struct maas_tensor *
maas_model_need(const struct maas_model *m, const char *name, enum maas_dtype type, int ndim, const size_t *dim)
{
	const struct maas_tensor *t = maas_model_tensor(m, name);
	int fits = t && t->dtype == type && (ndim < 0 || t->ndim == ndim);

	for (int i = 0; fits && i < ndim; i++)
		fits = t->dim[i] == dim[i];
	if (fits)
		return t;
	if (!t)
		maas_fail("tensor %s: missing", name);
	else if (maas_is_quant(t->dtype) && !maas_is_quant(type))
		maas_fail("tensor %s: weights of %d bits, where floats are wanted", name, t->dtype == MAAS_I8 ? 8 : 4);
	else
		maas_fail("tensor %s: its type or shape does not fit the settings", name);
	return NULL;
}

const struct maas_tensor *
maas_model_stored(const struct maas_model *m, size_t *i)
{
	if (!m->file)
		return maas_model_next(m, i);
	return *i < maas_tensors_count(m->file) ? maas_tensors_at(m->file, (*i)++) : NULL;
}

struct maas_span
maas_model_part(const struct maas_model *m, const char *part)
{
	const struct maas_tensor *t;
	char name[64];

	snprintf(name, sizeof name, PART "%s", part);
	t = maas_model_tensor(m, name);
	if (!t || t->dtype != MAAS_U8 || t->ndim != 1)
		return (struct maas_span){ NULL, 0 };
	return (struct maas_span){ t->bytes ? t->data : "", t->bytes };
}

const char *
maas_model_meta(const struct maas_model *m, const char *key)
{
	for (size_t i = 0; i < m->nmeta; i++)
		if (!strcmp(m->meta[i].key, key))
			return m->meta[i].value;
	return m->file ? maas_tensors_meta(m->file, key) : NULL;
}

int
maas_model_save(struct maas_model *m, const char *path, int how)
{
	struct maas_meta *meta = maas_alloc(m->nmeta + 4, sizeof *meta);
	struct maas_buf settings = { NULL, 0, 0 };
	size_t n = 0;
	int rc = -1;

	if (!meta)
		return -1;
	if (maas_model_put_settings(m, &settings) == 0) {
		meta[n++] = (struct maas_meta){ "format", "pt" };
		meta[n++] = (struct maas_meta){ "maas.format", FORMAT };
		meta[n++] = (struct maas_meta){ "maas.kind", m->kind->name };
		meta[n++] = (struct maas_meta){ "maas.settings", settings.s };
		for (size_t i = 0; i < m->nmeta; i++)
			meta[n++] = m->meta[i];
		rc = maas_tensors_save(path, m->tensor, m->ntensor, meta, n, how);
	}
	maas_buf_free(&settings);
	free(meta);
	return rc;
}

int
maas_model_add_selftest(struct maas_model *m, const struct maas_span *input, size_t n)
{
	struct maas_buf all = { NULL, 0, 0 }, answer = { NULL, 0, 0 };
	int rc = maas_model_ready(m);

	if (rc == 0)
		rc = maas_buf_text(&all, "[");
	for (size_t i = 0; i < n && i < 4 && rc == 0; i++) {
		answer.n = 0;
		rc = m->kind->answer(m, input[i], &answer);
		if (rc == 0 && maas_buf_text(&all, i ? ",[" : "[") == 0 && maas_json_put_text(&all, input[i]) == 0 &&
		    maas_buf_text(&all, ",") == 0 &&
		    maas_json_put_text(&all, (struct maas_span){ answer.s, answer.n }) == 0)
			rc = maas_buf_text(&all, "]");
	}
	if (rc == 0 && (rc = maas_buf_text(&all, "]")) == 0)
		rc = maas_model_set_meta(m, "maas.selftest", all.s);
	maas_buf_free(&all);
	maas_buf_free(&answer);
	return rc;
}

/* The next piece of text up to a blank. */
static struct maas_span
word(struct maas_span *s)
{
	struct maas_span w = { s->s, 0 };

	while (w.n < s->n && !strchr(" \t\n", s->s[w.n]))
		w.n++;
	s->s += w.n + (w.n < s->n);
	s->n -= w.n + (w.n < s->n);
	return w;
}

/* Word for word; numbers may differ by 1e-5, relative above 1. */
static int
agree(struct maas_span a, struct maas_span b)
{
	while (a.n || b.n) {
		struct maas_span x = word(&a), y = word(&b);
		double p, q;

		if (x.n == y.n && (x.n == 0 || !memcmp(x.s, y.s, x.n)))
			continue;
		if (maas_parse_real(x, &p) < 0 || maas_parse_real(y, &q) < 0 ||
		    !(fabs(p - q) <= 1e-5 * fmax(1, fabs(q))))
			return 0;
	}
	return 1;
}

static int
try_one(struct maas_model *m, const struct maas_json *test, size_t i)
{
	struct maas_buf got = { NULL, 0, 0 };
	struct maas_span input, want;
	int rc;

	if (maas_json_type(test) != MAAS_J_LIST || maas_json_text(maas_json_at(test, 0), &input) < 0 ||
	    maas_json_text(maas_json_at(test, 1), &want) < 0)
		return maas_fail("self-test %zu is no pair of texts", i + 1);
	rc = m->kind->answer(m, input, &got);
	if (rc == 0 && !agree((struct maas_span){ got.s ? got.s : "", got.n }, want))
		rc = maas_fail(
		    "self-test %zu: the answer is '%.80s', '%.80s' was kept", i + 1, got.s ? got.s : "", want.s);
	maas_buf_free(&got);
	return rc;
}

/* A network that decodes has all its tensors, also where it carries no inputs to be tried with. */
static int
check_network(const struct maas_model *m)
{
	struct maas_arena *arena;
	struct maas_network w;
	int rc;

	if (!m->kind->decode)
		return 0;
	if (!(arena = maas_arena_new(1 << 14)))
		return -1;
	rc = m->kind->decode->network(m, arena, &w);
	maas_arena_free(arena);
	return rc;
}

int
maas_model_selftest(struct maas_model *m)
{
	const char *text = maas_model_meta(m, "maas.selftest");
	struct maas_json *root;
	int rc = check_network(m);

	if (rc < 0 || !text || !m->kind->answer)
		return rc;
	if (!(root = maas_json_parse(maas_span(text))))
		return -1;
	for (size_t i = 0; maas_json_type(root) == MAAS_J_LIST && i < maas_json_size(root) && rc == 0; i++)
		rc = try_one(m, maas_json_at(root, i), i);
	maas_json_free(root);
	return rc;
}
