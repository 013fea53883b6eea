/* Fitting: the team counts the terms of the texts, the vocabulary is made of the counts and weighed. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "maas/num.h"
#include "vectorize.h"

struct place { /* where the items of a text are */
	uint32_t tally, n;
	size_t at;
};

struct fit {
	const struct maas_vectorizer_options *o;
	const struct maas_span *text;
	size_t texts;
	struct maas_team *team;
	struct rules rules;
	struct stops stops;
	struct tally *tally; /* one a member */
	size_t tallies;
	struct place *place; /* [texts]; NULL: no rows are wanted */
	struct vocabulary vocabulary;
	size_t features;
	double *idf;
	const struct weighing *weighing;
	struct maas_csr *x;
	uint64_t **scratch; /* a member's, for the longest text's items */
	size_t longest;
};

void
run_by(struct maas_team *team, size_t n, size_t grain, maas_work *work, void *arg)
{
	if (team)
		maas_team_run(team, n, grain, work, arg);
	else if (n)
		work(arg, 0, n, 0);
}

int
limit_parse(const char *name, const char *s, size_t n, double *to)
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

static void
count(void *arg, size_t begin, size_t end, int member)
{
	struct fit *f = arg;
	struct tally *y = &f->tally[member];

	for (size_t i = begin; i < end && !y->why; i++) {
		if (tally_add(y, f->text[i]) < 0) {
			y->why = maas_why();
			snprintf(y->reason, sizeof y->reason, "%s", maas_error());
		} else if (f->place)
			f->place[i] = (struct place){ (uint32_t)member, (uint32_t)(y->items - y->first), y->first };
	}
}

static int
count_all(struct fit *f)
{
	f->tallies = f->team ? (size_t)maas_team_size(f->team) : 1;
	if (f->texts >= UINT32_MAX)
		return maas_fail("%zu texts, at most %u can be fitted to", f->texts, UINT32_MAX - 1);
	if (!(f->tally = maas_alloc(f->tallies, sizeof *f->tally)))
		return -1;
	for (size_t i = 0; i < f->tallies; i++) {
		f->tally[i].keep = f->place != NULL;
		f->tally[i].ranked = f->o->max_features ? f->o->binary ? 2 : 1 : 0;
		if (tally_open(&f->tally[i], &f->rules, f->stops.n ? &f->stops.table : NULL) < 0)
			return -1;
	}
	run_by(f->team, f->texts, 64, count, f);
	for (size_t i = 0; i < f->tallies; i++)
		if (f->tally[i].why)
			return maas_fail_as(f->tally[i].why, "%s", f->tally[i].reason);
	return 0;
}

/* A bucket that no text fell into counts as rare as can be. */
static void
hashed_df(struct fit *f)
{
	uint32_t *df = f->tally[0].df;

	for (size_t k = 1; k < f->tallies; k++)
		for (size_t i = 0; i < f->features; i++)
			df[i] += f->tally[k].df[i];
	for (size_t i = 0; i < f->features && !f->o->smooth_idf; i++)
		df[i] += df[i] == 0;
}

static int
weigh(struct fit *f)
{
	size_t one = f->o->smooth_idf ? 1 : 0;
	const uint32_t *df = f->vocabulary.df;

	if (!f->o->tfidf)
		return 0;
	if (f->rules.hash) {
		hashed_df(f);
		df = f->tally[0].df;
	}
	if (!(f->idf = maas_alloc(f->features, sizeof *f->idf)))
		return -1;
	for (size_t i = 0; i < f->features; i++)
		f->idf[i] = log((double)(f->texts + one) / (double)(df[i] + one)) + 1;
	return 0;
}

static int
choose_features(struct fit *f)
{
	struct limits l = { .most = (size_t)f->o->max_features };
	struct vocabulary *v = &f->vocabulary;

	if (f->rules.hash) {
		f->features = (size_t)1 << f->rules.hash;
		return 0;
	}
	if (limit_parse("min-df", f->o->min_df, f->texts, &l.low) < 0 ||
	    limit_parse("max-df", f->o->max_df, f->texts, &l.high) < 0)
		return -1;
	if (l.high < l.low)
		return maas_fail("max-df %s is fewer texts than min-df %s", f->o->max_df, f->o->min_df);
	if (vocabulary_make(v, f->tally, f->tallies, &l, f->team) < 0)
		return -1;
	if (!v->terms)
		return maas_fail("empty vocabulary: %zu text%s hold%s no word%s", f->texts, f->texts == 1 ? "" : "s",
		    f->texts == 1 ? "s" : "", f->stops.n ? " but stop words" : "");
	if (!v->n)
		return maas_fail("no feature is left of %zu: try a lower --min-df or a higher --max-df", v->terms);
	f->features = v->n;
	return 0;
}

/* How many features each text has kept. */
static void
measure(void *arg, size_t begin, size_t end, int member)
{
	struct fit *f = arg;

	(void)member;
	for (size_t i = begin; i < end; i++) {
		const struct place *p = &f->place[i];
		const struct tally *y = &f->tally[p->tally];
		size_t n = 0;

		for (size_t k = 0; k < p->n; k++)
			n += !y->rank || y->rank[y->item[p->at + k] >> 32];
		f->x->start[i + 1] = n;
	}
}

/* The texts' rows: what a tally has seen becomes features, those left out go, columns are sorted. */
static void
fill(void *arg, size_t begin, size_t end, int member)
{
	struct fit *f = arg;
	uint64_t *item = f->scratch[member];

	for (size_t i = begin; i < end; i++) {
		const struct place *p = &f->place[i];
		const struct tally *y = &f->tally[p->tally];
		size_t n = 0, at = f->x->start[i];

		for (size_t k = 0; k < p->n; k++) {
			uint64_t v = y->item[p->at + k], rank = y->rank ? y->rank[v >> 32] : (v >> 32) + 1;

			if (rank)
				item[n++] = (rank - 1) << 32 | (uint32_t)v;
		}
		n = items_sort(item, item + f->longest, n);
		weighing_apply(f->weighing, item, n, f->x->col + at, f->x->val + at);
	}
}

static int
rows(struct fit *f)
{
	struct maas_csr *x = f->x;
	size_t n = f->texts;

	*x = (struct maas_csr){ .rows = n, .cols = f->features };
	for (size_t i = 0; i < n; i++)
		f->longest = f->place[i].n > f->longest ? f->place[i].n : f->longest;
	if (!(x->start = maas_alloc(n + 1, sizeof *x->start)) ||
	    !(f->scratch = maas_alloc(f->tallies, sizeof *f->scratch)))
		return -1;
	for (size_t i = 0; i < f->tallies; i++)
		if (!(f->scratch[i] = maas_alloc(2 * f->longest + 1, sizeof **f->scratch)))
			return -1;
	run_by(f->team, n, 256, measure, f);
	for (size_t i = 0; i < n; i++)
		x->start[i + 1] += x->start[i];
	if (!(x->col = maas_alloc(x->start[n] + 1, sizeof *x->col)) ||
	    !(x->val = maas_alloc(x->start[n] + 1, sizeof *x->val)))
		return -1;
	run_by(f->team, n, 64, fill, f);
	return 0;
}

static void
fit_free(struct fit *f)
{
	for (size_t i = 0; f->tally && i < f->tallies; i++)
		tally_close(&f->tally[i]);
	for (size_t i = 0; f->scratch && i < f->tallies; i++)
		free(f->scratch[i]);
	stops_free(&f->stops);
	vocabulary_free(&f->vocabulary);
	free(f->tally);
	free(f->scratch);
	free(f->place);
	free(f->idf);
}

static int
fit(struct fit *f)
{
	if (rules_of(f->o, &f->rules) < 0 || stops_read(&f->stops, f->o->stop_words) < 0)
		return -1;
	if (f->x && !(f->place = maas_alloc(f->texts + 1, sizeof *f->place)))
		return -1;
	if (f->rules.hash && !f->x && !f->o->tfidf) { /* nothing is learnt */
		f->features = (size_t)1 << f->rules.hash;
		return 0;
	}
	return count_all(f) < 0 || choose_features(f) < 0 || weigh(f) < 0 ? -1 : 0;
}

struct maas_vectorizer *
maas_vectorizer_fit(const struct maas_vectorizer_options *o, const struct maas_span *text, size_t n,
    struct maas_team *team, struct maas_csr *x)
{
	struct fit f = { .o = o, .text = text, .texts = n, .team = team, .x = x };
	struct maas_buf b = { 0 };
	struct maas_vectorizer *v = NULL;

	if (x)
		*x = (struct maas_csr){ 0 };
	if (fit(&f) < 0 || vectorizer_print(&b, o, f.idf, f.vocabulary.feature, f.features, &f.stops) < 0 ||
	    !(v = maas_vectorizer_open((struct maas_span){ b.s, b.n })))
		goto out;
	v->own = b;
	b = (struct maas_buf){ 0 };
	f.weighing = &v->weighing;
	if (x && rows(&f) < 0) {
		maas_csr_free(x);
		maas_vectorizer_free(v);
		v = NULL;
	}
out:
	maas_buf_free(&b);
	fit_free(&f);
	return v;
}
