/* Fitting: one pass over the texts counts every term, then the vocabulary is pruned, sorted and weighed. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "maas/fmt.h"
#include "maas/num.h"
#include "vectorize.h"

struct seen {         /* a term of the texts */
	size_t at, n; /* in the bytes of all */
	uint64_t df, tf;
};

struct fit {
	const struct maas_vectorizer_options *o;
	struct maas_arena *arena;
	struct terms terms;
	struct counts counts;
	struct maas_span *stop; /* sorted */
	size_t stops, stop_cap;
	struct maas_buf stop_bytes;
	struct table stop_table;
	struct maas_buf bytes; /* of all terms, one behind the other */
	struct seen *seen;
	size_t n, cap;
	uint64_t *slot; /* id + 1, low half; hash >> 32, high half */
	size_t slots;
	uint32_t *id, *count; /* terms of the texts, text by text */
	size_t nnz, id_cap, count_cap;
	size_t *start;  /* [texts + 1] */
	uint32_t *rank; /* of a term: feature + 1; 0: left out */
	struct maas_span *feature;
	size_t features;
	double *idf;
};

static int
by_text(const void *a, const void *b)
{
	const struct maas_span *x = a, *y = b;
	int c = memcmp(x->s, y->s, x->n < y->n ? x->n : y->n);

	return c ? c : x->n < y->n ? -1 : x->n > y->n;
}

static int
add_stop(struct fit *f, struct maas_span s)
{
	while (s.n && strchr(" \t\r", s.s[s.n - 1]))
		s.n--;
	while (s.n && strchr(" \t", *s.s))
		s.s++, s.n--;
	if (!s.n)
		return 0;
	if (maas_grow(&f->stop, f->stops, &f->stop_cap, 1, sizeof *f->stop) < 0)
		return -1;
	if (!(f->stop[f->stops].s = maas_take_text(f->arena, s.s, s.n)))
		return -1;
	f->stop[f->stops++].n = s.n;
	return 0;
}

static int
stop_file(struct fit *f, const char *path)
{
	struct maas_input *in;
	struct maas_span line;
	int rc;

	if (!strcmp(path, "english"))
		return maas_fail_as(MAAS_USAGE, "stop-words: no list is built in; name a file with a word a line");
	if (!(in = maas_input_open(path, NULL)))
		return maas_in("stop-words");
	while ((rc = maas_input_line(in, &line, NULL)) > 0)
		if ((rc = add_stop(f, line)) < 0)
			break;
	maas_input_close(in);
	return rc;
}

static int
stop_list(struct fit *f, const char *s)
{
	for (;; s++) {
		size_t n = strcspn(s, ",");

		if (add_stop(f, (struct maas_span){ s, n }) < 0)
			return -1;
		if (!*(s += n))
			return 0;
	}
}

static int
stops_of(struct fit *f)
{
	const char *s = f->o->stop_words;
	size_t k = 0;

	if (!s || !*s)
		return 0;
	if ((strchr(s, ',') ? stop_list(f, s) : stop_file(f, s)) < 0)
		return -1;
	if (f->stops)
		qsort(f->stop, f->stops, sizeof *f->stop, by_text);
	for (size_t i = 0; i < f->stops; i++)
		if (i == 0 || by_text(&f->stop[i], &f->stop[k - 1]))
			f->stop[k++] = f->stop[i];
	f->stops = k;
	if (table_print(&f->stop_bytes, f->stop, k) < 0)
		return -1;
	f->stop_table = (struct table){ .at = (const unsigned char *)f->stop_bytes.s, .n = k, .slots = table_slots(k) };
	f->stop_table.slot = f->stop_table.at + 4 * (k + 1);
	f->stop_table.text = f->stop_table.slot + 8 * f->stop_table.slots;
	f->stop_table.bytes = f->stop_bytes.n - (size_t)(f->stop_table.text - f->stop_table.at);
	f->terms.stops = k ? &f->stop_table : NULL;
	return 0;
}

/* Twice the slots, the hashes' low bits being read again from the texts. */
static int
widen(struct fit *f)
{
	size_t slots = f->slots ? f->slots * 2 : 1 << 12;
	uint64_t *slot = maas_alloc(slots, sizeof *slot);

	if (!slot)
		return -1;
	for (size_t i = 0; i < f->n; i++) {
		uint64_t hash = maas_hash(f->bytes.s + f->seen[i].at, f->seen[i].n, 0);
		size_t k = hash & (slots - 1);

		while (slot[k])
			k = (k + 1) & (slots - 1);
		slot[k] = hash >> 32 << 32 | (i + 1);
	}
	free(f->slot);
	f->slot = slot;
	f->slots = slots;
	return 0;
}

static int
add_term(void *ctx, const char *s, size_t n)
{
	struct fit *f = ctx;
	uint64_t hash = maas_hash(s, n, 0), v;
	size_t k;

	if (2 * f->n >= f->slots && widen(f) < 0)
		return -1;
	for (k = hash & (f->slots - 1); (v = f->slot[k]); k = (k + 1) & (f->slots - 1)) {
		const struct seen *t = &f->seen[(uint32_t)v - 1];

		if (v >> 32 == hash >> 32 && t->n == n && !memcmp(f->bytes.s + t->at, s, n))
			return counts_add(&f->counts, (uint32_t)v - 1);
	}
	if (f->n >= UINT32_MAX / 4)
		return maas_fail("more than %zu different features: see --min-df, --ngrams", f->n);
	if (maas_grow(&f->seen, f->n, &f->cap, 1, sizeof *f->seen) < 0)
		return -1;
	f->seen[f->n] = (struct seen){ .at = f->bytes.n, .n = n };
	if (maas_buf_add(&f->bytes, s, n) < 0)
		return -1;
	f->slot[k] = hash >> 32 << 32 | ++f->n;
	return counts_add(&f->counts, (uint32_t)f->n - 1);
}

static int
add_text(struct fit *f, struct maas_span text)
{
	struct counts *c = &f->counts;

	counts_clear(c);
	if (terms_of(&f->terms, text, add_term, f) < 0 ||
	    maas_grow(&f->id, f->nnz, &f->id_cap, c->n, sizeof *f->id) < 0 ||
	    maas_grow(&f->count, f->nnz, &f->count_cap, c->n, sizeof *f->count) < 0)
		return -1;
	for (size_t i = 0; i < c->n; i++) {
		uint32_t id = c->id[i], times = f->o->binary ? 1 : c->count[id];

		f->seen[id].df++;
		f->seen[id].tf += times;
		f->id[f->nnz] = id;
		f->count[f->nnz++] = times;
	}
	return 0;
}

/* "2" texts, or "0.5" of n texts. */
static int
threshold(const char *name, const char *s, size_t n, double *to)
{
	struct maas_span text = maas_span(s);
	int64_t whole;

	if (maas_parse_int(text, &whole) == 0 && whole >= 0) {
		*to = (double)whole;
		return 0;
	}
	if (strpbrk(s, ".eE") && maas_parse_real(text, to) == 0 && *to >= 0 && *to <= 1) {
		*to *= (double)n;
		return 0;
	}
	return maas_fail_as(
	    MAAS_USAGE, "%s: '%s', wanted a whole number of texts, or a part of them such as 0.5", name, s);
}

struct ranked {
	struct maas_span text;
	uint64_t tf;
	uint32_t id;
};

static int
by_ranked_text(const void *a, const void *b)
{
	return by_text(&((const struct ranked *)a)->text, &((const struct ranked *)b)->text);
}

static int
by_frequency(const void *a, const void *b)
{
	const struct ranked *x = a, *y = b;

	return x->tf != y->tf ? (x->tf > y->tf ? -1 : 1) : by_text(&x->text, &y->text);
}

/* Which terms are features, sorted; f->rank says which is which. */
static int
prune(struct fit *f, size_t texts, struct ranked *r)
{
	double low, high;
	size_t k = 0, most = (size_t)f->o->max_features;

	if (threshold("min-df", f->o->min_df, texts, &low) < 0 || threshold("max-df", f->o->max_df, texts, &high) < 0)
		return -1;
	if (high < low)
		return maas_fail("max-df %s is fewer texts than min-df %s", f->o->max_df, f->o->min_df);
	for (size_t i = 0; i < f->n; i++)
		if ((double)f->seen[i].df >= low && (double)f->seen[i].df <= high)
			r[k++] =
			    (struct ranked){ { f->bytes.s + f->seen[i].at, f->seen[i].n }, f->seen[i].tf, (uint32_t)i };
	if (!k)
		return maas_fail("no feature is left of %zu: try a lower --min-df or a higher --max-df", f->n);
	if (most && k > most) {
		qsort(r, k, sizeof *r, by_frequency);
		k = most;
	}
	qsort(r, k, sizeof *r, by_ranked_text);
	if (!(f->feature = maas_alloc(k, sizeof *f->feature)) || !(f->rank = maas_alloc(f->n, sizeof *f->rank)))
		return -1;
	for (size_t i = 0; i < k; i++) {
		f->feature[i] = r[i].text;
		f->rank[r[i].id] = (uint32_t)i + 1;
	}
	f->features = k;
	return 0;
}

static int
weights(struct fit *f, size_t texts)
{
	size_t one = f->o->smooth_idf ? 1 : 0;

	if (!f->o->tfidf)
		return 0;
	if (!(f->idf = maas_alloc(f->features, sizeof *f->idf)))
		return -1;
	for (size_t i = 0; i < f->n; i++)
		if (f->rank[i])
			f->idf[f->rank[i] - 1] = log((double)(texts + one) / (double)(f->seen[i].df + one)) + 1;
	return 0;
}

static int
finish(struct fit *f, size_t texts)
{
	struct ranked *r;
	int rc;

	if (!f->n)
		return maas_fail("empty vocabulary: %zu text%s hold%s no word%s", texts, texts == 1 ? "" : "s",
		    texts == 1 ? "s" : "", f->stops ? " but stop words" : "");
	if (!(r = maas_alloc(f->n, sizeof *r)))
		return -1;
	rc = prune(f, texts, r);
	free(r);
	return rc < 0 ? -1 : weights(f, texts);
}

/* The texts' rows: raw ids become features, those left out go, columns are sorted. */
static int
rows(struct fit *f, size_t texts, const struct weighing *w, struct maas_csr *x)
{
	struct counts *c = &f->counts;
	size_t k = 0;

	*x = (struct maas_csr){ .rows = texts, .cols = f->features };
	if (!(x->start = maas_alloc(texts + 1, sizeof *x->start)) || !(x->col = maas_alloc(f->nnz, sizeof *x->col)) ||
	    !(x->val = maas_alloc(f->nnz, sizeof *x->val)))
		return -1;
	for (size_t i = 0; i < texts; i++) {
		counts_clear(c);
		for (size_t j = f->start[i]; j < f->start[i + 1]; j++) {
			uint32_t rank = f->rank[f->id[j]];

			if (rank && counts_add(c, rank - 1) < 0)
				return -1;
			if (rank)
				c->count[rank - 1] = f->count[j];
		}
		counts_sort(c);
		for (size_t j = 0; j < c->n; j++) {
			x->col[k + j] = c->id[j];
			x->val[k + j] = c->count[c->id[j]];
		}
		weighing_apply(w, x->val + k, x->col + k, c->n);
		x->start[i + 1] = k += c->n;
	}
	return 0;
}

static void
fit_free(struct fit *f)
{
	terms_free(&f->terms);
	counts_free(&f->counts);
	maas_buf_free(&f->stop_bytes);
	maas_buf_free(&f->bytes);
	free(f->stop);
	free(f->seen);
	free(f->slot);
	free(f->id);
	free(f->count);
	free(f->start);
	free(f->rank);
	free(f->feature);
	free(f->idf);
	maas_arena_free(f->arena);
}

static int
fit(struct fit *f, const struct maas_span *text, size_t n)
{
	if (rules_of(f->o, &f->terms.rules) < 0 || !(f->arena = maas_arena_new(1 << 12)) || stops_of(f) < 0 ||
	    !(f->start = maas_alloc(n + 1, sizeof *f->start)))
		return -1;
	for (size_t i = 0; i < n; i++) {
		if (add_text(f, text[i]) < 0)
			return -1;
		f->start[i + 1] = f->nnz;
	}
	return finish(f, n);
}

struct maas_vectorizer *
maas_vectorizer_fit(const struct maas_vectorizer_options *o, const struct maas_span *text, size_t n, struct maas_csr *x)
{
	struct fit f = { .o = o };
	struct maas_buf b = { 0 };
	struct maas_vectorizer *v = NULL;

	if (x)
		*x = (struct maas_csr){ 0 };
	if (fit(&f, text, n) < 0 || vectorizer_print(&b, o, f.idf, f.feature, f.features, f.stop, f.stops) < 0 ||
	    !(v = maas_vectorizer_open((struct maas_span){ b.s, b.n })))
		goto out;
	v->own = b;
	b = (struct maas_buf){ 0 };
	if (x && rows(&f, n, &v->weighing, x) < 0) {
		maas_csr_free(x);
		maas_vectorizer_free(v);
		v = NULL;
	}
out:
	maas_buf_free(&b);
	fit_free(&f);
	return v;
}
