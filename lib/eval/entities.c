/*
 * Entities that tags mark, counted as conlleval of the CoNLL-2000 task counts them: an answer is right where an entity
 * of the same type begins and ends with the same tokens.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "maas/table.h"
#include "tally.h"

enum { TRUTHS, ANSWERS };

struct type {
	struct maas_span name;
	size_t entities[2], right; /* of the truth, of the answer; in both */
};
struct maas_entities {
	struct maas_names names; /* of the types */
	struct type *type;       /* [names.n] */
	size_t cap;
	struct maas_entity_counts n;
};

const char *const maas_entity_metrics[] = { "accuracy", "entity_precision", "entity_recall", "entity_f1", NULL };

struct maas_entities *
maas_entities_new(void)
{
	return maas_alloc(1, sizeof(struct maas_entities));
}

void
maas_entities_free(struct maas_entities *e)
{
	if (!e)
		return;
	maas_names_free(&e->names);
	free(e->type);
	free(e);
}

/* What is counted of a type; NULL without memory. */
static struct type *
type_of(struct maas_entities *e, struct maas_span s)
{
	size_t had = e->names.n;
	int64_t number;

	if (maas_grow(&e->type, had, &e->cap, 1, sizeof *e->type) < 0 || (number = maas_names_number(&e->names, s)) < 0)
		return NULL;
	if (e->names.n > had)
		e->type[had] = (struct type){ .name = e->names.name[had] };
	return &e->type[number];
}

int
maas_entities_add(struct maas_entities *e, const struct maas_span *truth, const struct maas_span *answer, size_t n)
{
	struct maas_tag_walk w[2] = { { .before = maas_tag_outside }, { .before = maas_tag_outside } }, was[2];

	for (size_t i = 0; i <= n; i++) {
		struct type *type;
		int ends[2];

		for (int k = 0; k < 2; k++) {
			struct maas_tag t =
			    i < n ? maas_tag_read(k == TRUTHS ? truth[i] : answer[i]) : maas_tag_outside;

			e->n.broken[k] += maas_tag_breaks(w[k].before, t) != 0;
			if (!(ends[k] = maas_tag_step(&w[k], t, i, &was[k])))
				continue;
			if (!(type = type_of(e, was[k].now.type)))
				return -1;
			type->entities[k]++;
			e->n.entities[k]++;
		}
		if (ends[TRUTHS] && ends[ANSWERS] && was[TRUTHS].begin == was[ANSWERS].begin &&
		    !maas_span_compare(was[TRUTHS].now.type, was[ANSWERS].now.type)) {
			if (!(type = type_of(e, was[TRUTHS].now.type)))
				return -1;
			type->right++;
			e->n.right++;
		}
		if (i < n)
			e->n.right_tokens += !maas_span_compare(truth[i], answer[i]);
	}
	e->n.tokens += n;
	e->n.sentences++;
	return 0;
}

void
maas_entities_counts(const struct maas_entities *e, struct maas_entity_counts *to)
{
	*to = e->n;
}

/* 0 / 0 is 0, as in conlleval. */
static double
ratio(double a, double b)
{
	return b > 0 ? a / b : 0;
}

static void
rates(size_t right, const size_t entities[2], double to[3])
{
	double r = (double)right;

	to[0] = ratio(r, (double)entities[ANSWERS]);
	to[1] = ratio(r, (double)entities[TRUTHS]);
	to[2] = ratio(2 * to[0] * to[1], to[0] + to[1]);
}

int
maas_entities_metric(const struct maas_entities *e, const char *name, double *to)
{
	double rate[3];

	rates(e->n.right, e->n.entities, rate);
	if (!strcmp(name, maas_entity_metrics[0])) {
		*to = ratio((double)e->n.right_tokens, (double)e->n.tokens);
		return 0;
	}
	for (int i = 0; i < 3; i++)
		if (!strcmp(name, maas_entity_metrics[i + 1])) {
			*to = rate[i];
			return 0;
		}
	return maas_fail_as(MAAS_USAGE, "no metric of tags is called '%s'", name);
}

static int
by_name(const void *a, const void *b)
{
	return maas_span_compare(((const struct type *)a)->name, ((const struct type *)b)->name);
}

/* The types, by their bytes; a copy. */
static struct type *
sorted(const struct maas_entities *e)
{
	struct type *t = maas_alloc(e->names.n, sizeof *t);

	if (t && e->names.n) {
		memcpy(t, e->type, e->names.n * sizeof *t);
		qsort(t, e->names.n, sizeof *t, by_name);
	}
	return t;
}

static int
report_line(struct maas_buf *b, struct maas_span name, size_t width, size_t right, const size_t entities[2])
{
	double r[3];

	rates(right, entities, r);
	if (report_name(b, name, width) < 0)
		return -1;
	return maas_buf_printf(b, " %9.4f %9.4f %9.4f %9zu\n", r[0], r[1], r[2], entities[TRUTHS]);
}

int
maas_entities_report(const struct maas_entities *e, struct maas_buf *b)
{
	const struct maas_span all = maas_span("all entities"), tokens = maas_span("token accuracy");
	struct type *t = sorted(e);
	size_t width = tokens.n;
	double accuracy;
	int bad = !t;

	for (size_t i = 0; !bad && i < e->names.n; i++)
		width = report_length(t[i].name) > width ? report_length(t[i].name) : width;
	bad = bad ||
	    maas_buf_printf(
		b, "%*s  %9s %9s %9s %9s\n\n", (int)width, "", "precision", "recall", "f1-score", "support");
	for (size_t i = 0; !bad && i < e->names.n; i++)
		bad = report_line(b, t[i].name, width, t[i].right, t[i].entities);
	free(t);
	if (bad || maas_buf_text(b, e->names.n ? "\n" : "") || report_line(b, all, width, e->n.right, e->n.entities) ||
	    report_name(b, tokens, width) || maas_entities_metric(e, "accuracy", &accuracy))
		return -1;
	return maas_buf_printf(b, " %9s %9s %9.4f %9zu\n", "", "", accuracy, e->n.tokens);
}

static int
members(struct maas_buf *b, size_t right, const size_t entities[2])
{
	static const char *const names[] = { "precision", "recall", "f1" };
	double r[3];
	int bad = 0;

	rates(right, entities, r);
	for (int i = 0; i < 3 && !bad; i++)
		bad = maas_buf_printf(b, "%s\"%s\":", i ? "," : "{", names[i]) || maas_json_put_real(b, r[i]);
	return bad || maas_buf_printf(b, ",\"support\":%zu}", entities[TRUTHS]) ? -1 : 0;
}

int
maas_entities_members(const struct maas_entities *e, struct maas_buf *b)
{
	struct type *t = sorted(e);
	int bad = !t ||
	    maas_buf_printf(b, "\"n\":%zu,\"sentences\":%zu,\"entities\":%zu,\"found\":%zu,\"correct\":%zu",
		e->n.tokens, e->n.sentences, e->n.entities[TRUTHS], e->n.entities[ANSWERS], e->n.right) ||
	    maas_buf_printf(b, ",\"broken\":%zu,\"broken_answers\":%zu", e->n.broken[TRUTHS], e->n.broken[ANSWERS]);

	for (const char *const *name = maas_entity_metrics; *name && !bad; name++) {
		double v;

		bad = maas_entities_metric(e, *name, &v) || maas_buf_printf(b, ",\"%s\":", *name) ||
		    maas_json_put_real(b, v);
	}
	bad = bad || maas_buf_text(b, ",\"per_label\":{");
	for (size_t i = 0; !bad && i < e->names.n; i++)
		bad = maas_buf_text(b, i ? "," : "") || maas_json_put_text(b, t[i].name) || maas_buf_text(b, ":") ||
		    members(b, t[i].right, t[i].entities);
	free(t);
	return bad || maas_buf_text(b, "}") ? -1 : 0;
}
