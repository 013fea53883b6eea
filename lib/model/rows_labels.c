/* Labels: found, weighed, split by, kept. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "rows.h"

static int
by_bytes(const void *a, const void *b)
{
	return maas_span_compare(*(const struct maas_span *)a, *(const struct maas_span *)b);
}

size_t
maas_rowset_count(const struct maas_rowset *d, const uint32_t *pick, size_t n)
{
	size_t sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += d->tags ? d->tags[pick[i] + 1] - d->tags[pick[i]] : 1;
	return sum;
}

/* The labels of a row. */
static const uint32_t *
labels_of(const struct maas_rowset *d, size_t row, size_t *n)
{
	*n = d->tags ? d->tags[row + 1] - d->tags[row] : 1;
	return d->tags ? d->tag + d->tags[row] : d->label + row;
}

int
maas_rowset_labels(struct maas_rowset *d, const uint32_t *pick, size_t n, struct maas_span **label, size_t *labels)
{
	unsigned char *has = maas_alloc(d->labels.n, 1);
	const uint32_t *own;
	size_t k = 0, m;

	if (!has || !(*label = maas_take(d->arena, d->labels.n, sizeof **label))) {
		free(has);
		return -1;
	}
	for (size_t i = 0; i < n; i++)
		for (own = labels_of(d, pick[i], &m); m-- > 0; own++)
			if (*own != MAAS_NO_NAME)
				has[*own] = 1;
	for (size_t i = 0; i < d->labels.n; i++)
		if (has[i])
			(*label)[k++] = d->labels.name[i];
	if (k)
		qsort(*label, k, sizeof **label, by_bytes);
	*labels = k;
	free(has);
	return 0;
}

int
maas_rowset_targets(const struct maas_rowset *d, const uint32_t *pick, size_t n, const struct maas_span *label,
    size_t labels, uint32_t *to)
{
	uint32_t *number = maas_alloc(d->labels.n, sizeof *number);
	const uint32_t *own;
	size_t m;

	if (!number)
		return -1;
	for (size_t i = 0; i < d->labels.n; i++)
		number[i] = (uint32_t)maas_label_find(label, labels, d->labels.name[i]);
	for (size_t i = 0; i < n; i++)
		for (own = labels_of(d, pick[i], &m); m-- > 0; own++)
			*to++ = *own == MAAS_NO_NAME ? (uint32_t)labels : number[*own];
	free(number);
	return 0;
}

size_t
maas_label_find(const struct maas_span *label, size_t labels, struct maas_span s)
{
	const struct maas_span *at = s.s && labels ? bsearch(&s, label, labels, sizeof s, by_bytes) : NULL;

	return at ? (size_t)(at - label) : labels;
}

/* The next "LABEL:W", LABEL in double quotes where it holds a comma; *s moves behind it. */
static int
next_weight(const char **s, struct maas_span *label, double *weight)
{
	const char *p = *s, *end, *colon = NULL;

	if (*p == '"') {
		const char *close = strchr(++p, '"');

		if (!close || close[1] != ':')
			return -1;
		*label = (struct maas_span){ p, (size_t)(close - p) };
		colon = close + 1;
		end = colon + strcspn(colon, ",");
	} else {
		end = p + strcspn(p, ",");
		for (const char *q = p; q < end; q++)
			if (*q == ':')
				colon = q;
		if (!colon)
			return -1;
		*label = (struct maas_span){ p, (size_t)(colon - p) };
	}
	*s = *end ? end + 1 : end;
	return maas_parse_real((struct maas_span){ colon + 1, (size_t)(end - colon - 1) }, weight);
}

int
maas_class_weights(const char *text, const struct maas_data *d, double **to)
{
	struct maas_span label;
	double *w, value, all = 0;
	size_t n = maas_design_answers(&d->x, 0, d->n);

	*to = NULL;
	if (!text || !*text)
		return 0;
	if (!d->labels)
		return maas_fail_as(
		    MAAS_USAGE, "class-weight: rows have labels to be weighed by in a classification alone");
	if (!(w = *to = maas_alloc(d->labels, sizeof *w)))
		return -1;
	if (!strcmp(text, "balanced")) {
		for (size_t i = 0; i < n; i++)
			w[d->label[i]]++;
		for (size_t k = 0; k < d->labels; k++)
			w[k] = w[k] > 0 ? (double)n / ((double)d->labels * w[k]) : 1; /* of none: as it is */
		return 0;
	}
	for (size_t k = 0; k < d->labels; k++)
		w[k] = 1;
	while (*text) {
		size_t k;

		if (next_weight(&text, &label, &value) < 0 || !(value >= 0) || !isfinite(value))
			return maas_fail_as(
			    MAAS_USAGE, "class-weight: wanted balanced or LABEL:W,... with numbers from 0 on");
		if ((k = maas_label_find(d->name, d->labels, label)) == d->labels)
			return maas_fail("class-weight: no training row is labelled '%.*s'", (int)label.n, label.s);
		w[k] = value;
	}
	for (size_t k = 0; k < d->labels; k++)
		all += w[k];
	return all > 0 ? 0 : maas_fail_as(MAAS_USAGE, "class-weight: no row weighs anything");
}

struct share { /* of a group: rows set aside, and what rounding took */
	double rest;
	size_t group, rows, aside;
};

static int
by_rest(const void *a, const void *b)
{
	const struct share *x = a, *y = b;

	return x->rest != y->rest ? (x->rest > y->rest ? -1 : 1) : (x->group > y->group) - (x->group < y->group);
}

static int
by_group(const void *a, const void *b)
{
	const struct share *x = a, *y = b;

	return (x->group > y->group) - (x->group < y->group);
}

/* How many of each group are set aside. */
static void
shares(struct share *s, size_t groups, size_t n, double fraction)
{
	size_t want = (size_t)ceil(fraction * (double)n), given = 0;

	for (size_t g = 0; g < groups; g++) {
		double exact = (double)want * (double)s[g].rows / (double)n;

		s[g].aside = (size_t)exact;
		s[g].rest = exact - (double)s[g].aside;
		given += s[g].aside;
	}
	qsort(s, groups, sizeof *s, by_rest);
	for (size_t g = 0; g < groups && given < want; g++)
		if (s[g].aside + 1 < s[g].rows) {
			s[g].aside++;
			given++;
		}
	qsort(s, groups, sizeof *s, by_group);
}

int
maas_split_stratified(
    uint32_t *pick, const uint32_t *group, size_t n, size_t groups, double fraction, uint64_t seed, size_t *stay)
{
	struct share *s = maas_alloc(groups, sizeof *s);
	uint32_t *order = maas_alloc(n, sizeof *order);
	unsigned char *aside = maas_alloc(n, 1);
	size_t kept = 0, k;
	int rc = -1;

	if (!s || !order || !aside)
		goto out;
	for (size_t g = 0; g < groups; g++)
		s[g].group = g;
	for (size_t i = 0; i < n; i++) {
		order[i] = (uint32_t)i;
		s[group[i]].rows++;
	}
	shares(s, groups, n, fraction);
	maas_shuffle(order, n, seed, 0);
	for (size_t i = 0; i < n; i++)
		if (s[group[order[i]]].aside) {
			s[group[order[i]]].aside--;
			aside[order[i]] = 1;
		}
	for (size_t i = 0; i < n; i++)
		if (!aside[i])
			pick[kept++] = (uint32_t)i;
	k = kept;
	for (size_t i = 0; i < n; i++)
		if (aside[i])
			pick[k++] = (uint32_t)i;
	*stay = kept;
	rc = 0;
out:
	free(s);
	free(order);
	free(aside);
	return rc;
}

static int
put32(struct maas_buf *b, size_t v)
{
	unsigned char p[4] = { (unsigned char)v, (unsigned char)(v >> 8), (unsigned char)(v >> 16),
		(unsigned char)(v >> 24) };

	return maas_buf_add(b, p, 4);
}

int
maas_labels_print(struct maas_buf *b, const struct maas_span *label, size_t n)
{
	if (n > UINT32_MAX || put32(b, n) < 0)
		return -1;
	for (size_t i = 0; i < n; i++) {
		if (label[i].n > UINT32_MAX)
			return maas_fail("a label of %zu bytes", label[i].n);
		if (put32(b, label[i].n) < 0 || maas_buf_add(b, label[i].s, label[i].n) < 0)
			return -1;
	}
	return 0;
}

/* The next u32; -1 where there is none. */
static int64_t
take32(struct maas_span *s)
{
	const unsigned char *p = (const unsigned char *)s->s;

	if (s->n < 4)
		return -1;
	s->s += 4;
	s->n -= 4;
	return (int64_t)p[0] | (int64_t)p[1] << 8 | (int64_t)p[2] << 16 | (int64_t)p[3] << 24;
}

int
labels_parse(struct maas_model *m, struct maas_rows *r)
{
	struct maas_span s = maas_model_part(m, "labels");
	int64_t n;

	if (!s.s)
		return 0;
	if ((n = take32(&s)) < 0 || (size_t)n > s.n / 4)
		return maas_fail("the part labels is broken off");
	if (!(r->label = maas_take(m->arena, (size_t)n, sizeof *r->label)))
		return -1;
	for (r->labels = 0; r->labels < (size_t)n; r->labels++) {
		int64_t len = take32(&s);

		if (len < 0 || (size_t)len > s.n)
			return maas_fail("the part labels is broken off in label %zu", r->labels + 1);
		r->label[r->labels] = (struct maas_span){ s.s, (size_t)len };
		s.s += len;
		s.n -= (size_t)len;
	}
	return s.n ? maas_fail("the part labels has %zu bytes too many", s.n) : 0;
}
