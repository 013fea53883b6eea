/* Statistics as a model keeps them: read, everything compared with everything. */
#include <math.h>
#include <stdlib.h>

#include "maas/fmt.h"
#include "witness.h"

#define CELLS  100000 /* of all labels, at most */
#define COUNTS 1e6    /* rows, and rows of a cell, at most */

static int
damaged(const char *what)
{
	return maas_fail("the part statistics: %s", what);
}

/* A list of n numbers of at least lo and at most hi; the caller's memory. */
static int
numbers(const struct maas_json *list, double *to, size_t n, double lo, double hi)
{
	if (!list || maas_json_size(list) != n)
		return damaged("a list of another length");
	for (size_t i = 0; i < n; i++)
		if (maas_json_real(maas_json_at(list, i), &to[i]) || !(to[i] >= lo && to[i] <= hi))
			return damaged("a number out of range");
	return 0;
}

static size_t
list_size(const struct maas_json *j)
{
	return j && maas_json_type(j) == MAAS_J_LIST ? maas_json_size(j) : 0;
}

static int
read_edges(struct witness *w, struct variable *v, const struct maas_json *list)
{
	v->n = list_size(list);
	v->bins = v->n + 2;
	if (!(v->edge = maas_take(w->arena, v->n, sizeof *v->edge)) ||
	    numbers(list, v->edge, v->n, -INFINITY, INFINITY) < 0)
		return -1;
	for (size_t i = 1; i < v->n; i++)
		if (!(v->edge[i] > v->edge[i - 1]))
			return damaged("edges that do not ascend");
	return 0;
}

static int
read_values(struct witness *w, struct variable *v, const struct maas_json *list)
{
	v->n = list_size(list);
	v->bins = v->n + 1;
	if (!(v->value = maas_take(w->arena, v->n, sizeof *v->value)))
		return -1;
	for (size_t i = 0; i < v->n; i++) {
		struct maas_span s;

		if (maas_json_text(maas_json_at(list, i), &s))
			return damaged("a value that is no text");
		if (!(v->value[i].s = maas_take_text(w->arena, s.s, s.n)))
			return -1;
		v->value[i].n = s.n;
	}
	return 0;
}

static int
read_variable(struct witness *w, struct variable *v, const struct maas_json *j)
{
	const struct maas_json *word = maas_json_get(j, "word"), *number = maas_json_get(j, "number");
	int64_t from;

	if (!word == !number || maas_json_int(word ? word : number, &from) || from < 0)
		return damaged("a column that is neither number nor word");
	*v = (struct variable){ .from = (size_t)from, .word = word != NULL, .at = w->first };
	if (word ? read_values(w, v, maas_json_get(j, "values")) : read_edges(w, v, maas_json_get(j, "edges")))
		return -1;
	w->first += v->bins;
	return 0;
}

static int
read_cells(struct witness *w, const struct maas_json *j, size_t features)
{
	const struct maas_json *list = maas_json_get(j, "columns");
	size_t n = list_size(list);

	if (!(w->variable = maas_take(w->arena, n, sizeof *w->variable)))
		return -1;
	for (; w->variables < n; w->variables++)
		if (read_variable(w, &w->variable[w->variables], maas_json_at(list, w->variables)) < 0)
			return -1;
	list = maas_json_get(j, "features");
	w->features = list_size(list);
	if (!(w->feature = maas_take(w->arena, w->features, sizeof *w->feature)))
		return -1;
	for (size_t i = 0; i < w->features; i++) {
		int64_t f;

		if (maas_json_int(maas_json_at(list, i), &f) || f < 0 || (uint64_t)f >= features ||
		    (i && (size_t)f <= w->feature[i - 1]))
			return damaged("features that do not ascend, or are not the model's");
		w->feature[i] = (size_t)f;
	}
	w->cells = w->first + w->features;
	return w->cells * w->labels <= CELLS ? 0 : damaged("too many counts");
}

/* Some rows; of each label as many answers as rows. */
static int
check_sums(const struct witness *w)
{
	double all = 0;

	for (size_t t = 0; t < w->labels; t++) {
		double answers = 0;

		for (size_t a = 0; a < w->labels; a++)
			answers += w->confusion[a * w->labels + t];
		if (w->labels > 1 && answers != w->rows[t])
			return damaged("answers that are not as many as rows");
		all += w->rows[t];
	}
	return all > 0 ? 0 : damaged("no rows");
}

static int
read_counts(struct witness *w, const struct maas_json *j)
{
	const struct maas_json *list = maas_json_get(j, "counts");
	double *row = maas_alloc(w->cells, sizeof *row);
	int bad = !row || list_size(list) != w->labels;

	if (row && bad)
		damaged("counts of other labels");
	w->count = maas_take(w->arena, w->labels * w->cells, sizeof *w->count);
	w->rows = maas_take(w->arena, w->labels, sizeof *w->rows);
	w->confusion = maas_take(w->arena, w->labels * w->labels, sizeof *w->confusion);
	bad = bad || !w->count || !w->rows || !w->confusion ||
	    numbers(maas_json_get(j, "rows"), w->rows, w->labels, 0, COUNTS) ||
	    numbers(maas_json_get(j, "confusion"), w->confusion, w->labels * w->labels, 0, COUNTS);
	for (size_t k = 0; k < w->labels && !bad; k++) {
		bad = numbers(maas_json_at(list, k), row, w->cells, 0, COUNTS);
		for (size_t c = 0; c < w->cells && !bad; c++)
			w->count[k * w->cells + c] = (uint32_t)row[c];
	}
	free(row);
	return bad ? -1 : 0;
}

static int
read_all(struct witness *w, const struct maas_json *j, size_t features)
{
	const struct maas_json *unknown = maas_json_get(j, "unknown"), *noise = maas_json_get(j, "noise");
	int64_t version, labels;

	if (maas_json_int(maas_json_get(j, "version"), &version) || version != 1)
		return damaged("another version");
	if (maas_json_int(maas_json_get(j, "labels"), &labels) || labels < 1 || labels > LABELS)
		return damaged("no number of labels");
	w->labels = (size_t)labels;
	w->unknown = NAN;
	if (unknown)
		maas_json_real(unknown, &w->unknown);
	if (!noise || maas_json_real(noise, &w->noise) || !(w->noise >= 0))
		w->noise = 0;
	return read_cells(w, j, features) < 0 || read_counts(w, j) < 0 || check_sums(w) < 0 ? -1 : witness_ready(w);
}

int
witness_parse(struct witness *w, struct maas_span part, size_t features)
{
	struct maas_json *j = maas_json_parse(part);
	int rc;

	*w = (struct witness){ 0 };
	if (!j)
		return maas_in("the part statistics");
	rc = (w->arena = maas_arena_new(1 << 16)) ? read_all(w, j, features) : -1;
	maas_json_free(j);
	return rc;
}
