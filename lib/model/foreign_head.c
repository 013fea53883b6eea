/*
 * foreign_head.c -- networks of transformers that give a text a label or a value, ...ForSequenceClassification, or each
 * token a label, ...ForTokenClassification.
 *
 * The tensor score.weight is ours, but that labels are sorted by bytes here, and its rows with them; a head of tags has
 * a bias, and in GPT-2 another name.  What transformers has no word for, the columns of a table, is a text and the
 * label behind it, or a token and its tag.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "floats.h"
#include "model_foreign.h"
#include "transformer.h"

#define LABELS 65536 /* the most */

static const char columns[] =
    "{\"format\":\"tsv\",\"delimiter\":\"\\t\",\"header\":false,\"labelled\":true,\"numbers\":0,"
    "\"texts\":1,\"columns\":[{\"role\":\"text\"},{\"role\":\"label\"}]}";

static const char sentences[] =
    "{\"format\":\"conll\",\"delimiter\":\"\\t\",\"header\":false,\"labelled\":true,\"numbers\":0,\"texts\":1}";

struct label {
	struct maas_span name;
	size_t id;
};

static const struct maas_json *
member(const struct maas_json *object, const char *key)
{
	const struct maas_json *v = maas_json_get(object, key);

	return v && maas_json_type(v) != MAAS_J_NULL ? v : NULL;
}

/* LABEL_0 ... where nobody named them. */
static int
number_labels(struct maas_model *m, struct label *to, size_t n)
{
	char name[32];

	for (size_t i = 0; i < n; i++) {
		snprintf(name, sizeof name, "LABEL_%zu", i);
		to[i].id = i;
		to[i].name.n = strlen(name);
		if (!(to[i].name.s = maas_take_text(m->arena, name, strlen(name))))
			return -1;
	}
	return 0;
}

static int
read_labels(struct maas_model *m, const struct maas_json *id2label, struct label *to, size_t n)
{
	struct maas_span key, name;
	const struct maas_json *v;
	void *it = NULL;
	int64_t id;

	while ((it = maas_json_next(id2label, it, &key, &v))) {
		if (maas_parse_int(key, &id) < 0 || id < 0 || (uint64_t)id >= n || to[id].name.s)
			return maas_fail("config.json: id2label: %.60s: the numbers 0 to %zu are wanted", key.s, n - 1);
		if (maas_json_text(v, &name) < 0)
			return maas_fail("config.json: id2label: %.60s: a text is wanted", key.s);
		to[id] = (struct label){ { maas_take_text(m->arena, name.s, name.n), name.n }, (size_t)id };
		if (!to[id].name.s)
			return -1;
	}
	return 0;
}

static int
by_name(const void *a, const void *b)
{
	return maas_span_compare(((const struct label *)a)->name, ((const struct label *)b)->name);
}

/* Labels as a part of the model, sorted; order[i]: which of theirs is the i-th. */
static int
keep_labels(struct maas_model *m, struct label *label, size_t n, size_t *order)
{
	struct maas_span *name = maas_take(m->arena, n, sizeof *name);
	struct maas_buf b = { 0 };
	int rc = name ? 0 : -1;

	qsort(label, n, sizeof *label, by_name);
	for (size_t i = 0; i < n && rc == 0; i++) {
		name[i] = label[i].name;
		order[i] = label[i].id;
		if (i && !maas_span_compare(name[i - 1], name[i]))
			rc = maas_fail("config.json: id2label: '%.60s' stands twice", name[i].s);
	}
	if (rc == 0 && (rc = maas_labels_print(&b, name, n)) == 0)
		rc = maas_model_add_part(m, "labels", (struct maas_span){ b.s, b.n });
	maas_buf_free(&b);
	return rc;
}

/* How many outputs there are by config.json. */
static int
count(const struct maas_json *config, const struct maas_json *id2label, size_t *n)
{
	const struct maas_json *number = member(config, "num_labels");
	int64_t labels = 2; /* what transformers takes where nothing is said */

	if (id2label && maas_json_type(id2label) != MAAS_J_OBJECT)
		return maas_fail("config.json: id2label: an object of numbers and names is wanted");
	if (id2label)
		labels = (int64_t)maas_json_size(id2label);
	else if (number && maas_json_int(number, &labels) < 0)
		labels = 0;
	if (labels < 1 || labels > LABELS)
		return maas_fail("config.json: id2label: 1 to %d labels are wanted", LABELS);
	*n = (size_t)labels;
	return 0;
}

/* What is learnt is one label of several or a value; of tags nobody asks. */
static int
check_problem(const struct maas_json *config, enum foreign_head what, size_t n)
{
	const struct maas_json *problem = member(config, "problem_type");
	struct maas_span s = maas_span("");

	if (problem && maas_json_text(problem, &s) < 0)
		return maas_fail("config.json: problem_type: a text is wanted");
	if (what == FOREIGN_TAGS || !s.n || maas_span_is(s, n == 1 ? "regression" : "single_label_classification"))
		return 0;
	return maas_fail("config.json: problem_type is %.*s, of %zu outputs, which cannot be done",
	    (int)(s.n < 60 ? s.n : 60), s.s, n);
}

/* What our own files say of tags that follow each other, others pass over. */
static int
read_rule(struct maas_model *m, const struct maas_json *config)
{
	const struct maas_json *rule = member(config, FOREIGN_RULE);
	struct maas_span s;
	char *text;

	if (!rule)
		return 0;
	if (maas_json_text(rule, &s) < 0)
		return maas_fail("config.json: " FOREIGN_RULE ": a text is wanted");
	return (text = maas_take_text(m->arena, s.s, s.n)) ? maas_model_set_meta(m, MAAS_TAGS_META, text) : -1;
}

int
foreign_read_head(struct maas_model *m, const struct maas_json *config, enum foreign_head what, size_t **order)
{
	const struct maas_json *id2label = member(config, "id2label");
	struct maas_head *head = m->settings;
	struct label *label;
	size_t n = 0;

	*order = NULL;
	if (count(config, id2label, &n) < 0 || check_problem(config, what, n) < 0)
		return -1;
	head->outputs = n;
	head->bias = what == FOREIGN_TAGS;
	if (maas_model_add_part(m, "columns", maas_span(what == FOREIGN_TAGS ? sentences : columns)) < 0)
		return -1;
	if (n == 1 && what == FOREIGN_ROWS)
		return 0;
	if (what == FOREIGN_TAGS && read_rule(m, config) < 0)
		return -1;
	if (!(label = maas_take(m->arena, n, sizeof *label)) || !(*order = maas_take(m->arena, n, sizeof **order)))
		return -1;
	if ((id2label ? read_labels(m, id2label, label, n) : number_labels(m, label, n)) < 0)
		return -1;
	return keep_labels(m, label, n, *order);
}

static int
sort_rows(struct maas_model *m, const char *name, const size_t *order)
{
	const struct maas_tensor *t = maas_model_tensor(m, name);
	struct maas_tensor own = *t;
	size_t row = t->bytes / t->dim[0];
	char *to;

	if (!(to = maas_take(m->arena, t->bytes, 1)))
		return -1;
	for (size_t i = 0; i < t->dim[0]; i++)
		memcpy(to + i * row, (const char *)t->data + order[i] * row, row);
	own.name = name;
	own.data = to;
	return maas_model_replace(m, &own);
}

int
foreign_sort_head(struct maas_model *m, const size_t *order)
{
	const struct maas_head *head = m->settings;

	if (sort_rows(m, TRANSFORMER_SCORE ".weight", order) < 0)
		return -1;
	return head->bias ? sort_rows(m, TRANSFORMER_SCORE ".bias", order) : 0;
}

enum foreign_head
foreign_head_here(const struct maas_model *m)
{
	const struct maas_rows *rows = ((const struct maas_head *)m->settings)->outputs ? maas_rows_of(m) : NULL;

	return !rows ? FOREIGN_NEXT : maas_rows_tagging(rows) ? FOREIGN_TAGS : FOREIGN_ROWS;
}

/* NAME behind `from` and a point is put behind `to`. */
static const char *
rename_head(char room[200], const char *name, const char *from, const char *to)
{
	size_t n = strlen(from);

	if (!strcmp(from, to) || strncmp(name, from, n) || name[n] != '.')
		return name;
	snprintf(room, 200, "%s%s", to, name + n);
	return room;
}

const char *
foreign_name_there(char room[200], const struct foreign_family *f, enum foreign_head head, const char *name)
{
	return rename_head(room, name, TRANSFORMER_SCORE, head == FOREIGN_TAGS ? f->tags : TRANSFORMER_SCORE);
}

const char *
foreign_name_here(char room[200], const struct foreign_family *f, enum foreign_head head, const char *name)
{
	return rename_head(room, name, head == FOREIGN_TAGS ? f->tags : TRANSFORMER_SCORE, TRANSFORMER_SCORE);
}

/* A vector in f32. */
static const float *
wide_of(const struct maas_model *m, struct maas_arena *a, const char *name)
{
	const struct maas_tensor *t = maas_model_tensor(m, name);
	size_t n = t && floats_is(t->dtype) ? t->bytes / maas_dtype_size(t->dtype) : 0;
	float *to = n ? maas_take(a, n, sizeof *to) : NULL;

	if (!n)
		maas_fail("tensor %s: missing, or not of floats", name);
	return to && floats_cast(to, MAAS_F32, t->data, t->dtype, n, NULL) == 0 ? to : NULL;
}

/* w (x + b w / |w|^2) = w x + b: where the norm gives x + bias, that bias takes the rest. */
int
foreign_fold_bias(const struct maas_model *m, struct maas_arena *a, struct maas_tensor *norm)
{
	struct transformer s;
	const float *w, *b, *old;
	char name[96];
	double length = 0;
	float *to;

	m->kind->decode->shape(&s, m->settings);
	if (s.rms)
		return maas_fail("tensor " TRANSFORMER_SCORE
				 ".bias: a head that has learnt values has one, and that of "
				 "%sForSequenceClassification has no place for it",
		    foreign_family_of(m)->name);
	transformer_name(name, sizeof name, &s, -1, s.name->norm, "bias");
	if (!(w = wide_of(m, a, TRANSFORMER_SCORE ".weight")) || !(b = wide_of(m, a, TRANSFORMER_SCORE ".bias")) ||
	    !(old = wide_of(m, a, name)) || !(to = maas_take(a, (size_t)s.embed, sizeof *to)))
		return -1;
	for (long i = 0; i < s.embed; i++)
		length += (double)w[i] * (double)w[i];
	for (long i = 0; i < s.embed; i++) {
		to[i] = (float)((double)old[i] + (double)b[0] * (double)w[i] / length);
		if (!isfinite(to[i]))
			return maas_fail("tensor " TRANSFORMER_SCORE ".bias: there is no place for it there, and "
					 "beside such a " TRANSFORMER_SCORE ".weight none in %s",
			    name);
	}
	*norm = *maas_model_tensor(m, name);
	norm->name = maas_take_text(a, name, strlen(name));
	norm->dtype = MAAS_F32;
	norm->data = to;
	norm->bytes = (size_t)s.embed * sizeof *to;
	return norm->name ? 0 : -1;
}

int
foreign_print_labels(struct maas_buf *ids, struct maas_buf *labels, const struct maas_model *m)
{
	const struct maas_rows *rows = maas_rows_of(m);
	size_t n = rows ? maas_rows_labels(rows) : 0;
	int rc = !rows || maas_buf_text(ids, "{") < 0 || maas_buf_text(labels, "{") < 0 ? -1 : 0;

	if (rc == 0 && !n) /* a value */
		rc = maas_buf_text(ids, "\"0\": \"LABEL_0\"") < 0 || maas_buf_text(labels, "\"LABEL_0\": 0") < 0 ? -1
														 : 0;
	for (size_t i = 0; i < n && rc == 0; i++) {
		rc = maas_buf_printf(ids, "%s\"%zu\": ", i ? ", " : "", i) < 0 ||
			maas_json_put_text(ids, maas_rows_label(rows, i)) < 0 ||
			maas_buf_text(labels, i ? ", " : "") < 0 ||
			maas_json_put_text(labels, maas_rows_label(rows, i)) < 0 ||
			maas_buf_printf(labels, ": %zu", i) < 0
		    ? -1
		    : 0;
	}
	return rc < 0 || maas_buf_text(ids, "}") < 0 || maas_buf_text(labels, "}") < 0 ? -1 : 0;
}
