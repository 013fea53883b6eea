/*
 * The tags of a text's words together: the likeliest of those that break nothing, where the tags that were learnt from
 * broke nothing (Viterbi 1967; probabilities of words are taken for independent, but for what must not follow what).
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "rows.h"

#define NONE UINT32_MAX
#define BIO  "bio"

/* Number of the label that begins, or goes on with, an entity of a type. */
static uint32_t
find(const struct maas_span *label, size_t labels, char place, struct maas_span type)
{
	for (size_t i = 0; i < labels; i++) {
		struct maas_tag t = maas_tag_read(label[i]);

		if (t.place == place && !maas_span_compare(t.type, type))
			return (uint32_t)i;
	}
	return NONE;
}

int
maas_tag_rule_make(struct maas_tag_rule *r, struct maas_arena *a, const struct maas_span *label, size_t labels)
{
	size_t first = 0;

	r->labels = labels;
	if (!(r->after = maas_take(a, labels, sizeof *r->after)))
		return -1;
	for (size_t i = 0; i < labels; i++) {
		struct maas_tag t = maas_tag_read(label[i]);
		int goes_on = t.place == 'I' || t.place == 'E';

		r->after[i].free = !goes_on;
		first += !goes_on;
		r->after[i].of[0] = goes_on ? find(label, labels, 'B', t.type) : NONE;
		r->after[i].of[1] = goes_on ? find(label, labels, 'I', t.type) : NONE;
	}
	return first ? 0 : maas_fail("no tag that a text may begin with");
}

int
path_open(const struct maas_model *m, struct maas_rows *r)
{
	const char *how = maas_model_meta(m, MAAS_TAGS_META);

	if (!r->tagging || !how)
		return 0;
	if (strcmp(how, BIO))
		return maas_fail(MAAS_TAGS_META ": '%s', wanted " BIO, how);
	return maas_tag_rule_make(&r->rule, m->arena, r->label, r->labels) ? maas_in(MAAS_TAGS_META ": " BIO) : 0;
}

int
maas_rows_set_path(struct maas_model *m)
{
	return maas_model_set_meta(m, MAAS_TAGS_META, BIO);
}

/* sum[labels]: of the likeliest ways to each tag of the word before; the same of this word, and from[labels]: by
 * which. */
static void
step(const struct maas_tag_rule *r, const double *log, const double *sum, double *to, uint32_t *from)
{
	size_t best = maas_argmax_f64(sum, r->labels);

	for (size_t i = 0; i < r->labels; i++) {
		const struct maas_tag_after *a = &r->after[i];

		from[i] = a->free ? (uint32_t)best : NONE;
		for (int k = 0; k < 2; k++)
			if (a->of[k] != NONE && (from[i] == NONE || sum[a->of[k]] > sum[from[i]]))
				from[i] = a->of[k];
		to[i] = from[i] == NONE ? -INFINITY : sum[from[i]] + log[i];
	}
}

void
maas_tag_rule_walk(
    const struct maas_tag_rule *r, const double *log, size_t n, uint32_t *from, double *sum, uint32_t *tag)
{
	size_t labels = r->labels;
	double *now = sum, *next = sum + labels;

	for (size_t i = 0; i < n && !r->after; i++)
		tag[i] = (uint32_t)maas_argmax_f64(log + i * labels, labels);
	if (!r->after || !n)
		return;
	for (size_t i = 0; i < labels; i++) /* nothing is open before a text */
		now[i] = r->after[i].free ? log[i] : -INFINITY;
	for (size_t i = 1; i < n; i++) {
		double *was = now;

		step(r, log + i * labels, now, next, from + i * labels);
		now = next;
		next = was;
	}
	tag[n - 1] = (uint32_t)maas_argmax_f64(now, labels);
	for (size_t i = n - 1; i > 0; i--)
		tag[i - 1] = from[i * labels + tag[i]];
}

int
maas_rows_path(const struct maas_rows *r, const double *score, size_t n, uint32_t *tag)
{
	size_t labels = r->labels;
	uint32_t *from;
	double *sum;
	int bad;

	if (!r->rule.after || !n) {
		for (size_t i = 0; i < n; i++)
			tag[i] = (uint32_t)maas_argmax_f64(score + i * labels, labels);
		return 0;
	}
	from = maas_alloc(n, labels * sizeof *from);
	sum = maas_alloc(n + 2, labels * sizeof *sum);
	bad = !from || !sum;
	for (size_t i = 0; i < n * labels && !bad; i++)
		sum[2 * labels + i] = log(fmax(score[i], 1e-300));
	if (!bad)
		maas_tag_rule_walk(&r->rule, sum + 2 * labels, n, from, sum, tag);
	free(from);
	free(sum);
	return bad ? -1 : 0;
}
