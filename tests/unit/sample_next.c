/* sample_next.c -- the choice of a token, held to probabilities that PyTorch computed. */
#include <stdlib.h>

#include "../../lib/model/decode.h"
#include "../test.h"

#define DRAWS 20000

static size_t
numbers(const char *s, size_t n, double *to, size_t max)
{
	size_t have = 0;
	char *end;

	for (const char *at = s; at < s + n && have < max; at = end) {
		to[have++] = strtod(at, &end);
		if (end == at)
			return have - 1;
	}
	return have;
}

/* The greatest difference between the part of DRAWS even draws an id got and its probability. */
static double
distance(const struct maas_sampling *how, const float *logit, const double *want, size_t vocab, const int32_t *id,
    size_t prompt, size_t n)
{
	struct sampler s;
	double worst = 0;
	size_t *got = maas_alloc(vocab, sizeof *got);

	if (!got || maas_sampler_make(&s, vocab) < 0)
		return INFINITY;
	for (int i = 0; i < DRAWS; i++) {
		struct sample_case c = { how, logit, id, prompt, n, (i + 0.5) / DRAWS };
		int32_t next = maas_sample_next(&s, &c);

		if (next >= 0)
			got[next]++;
	}
	for (size_t i = 0; i < vocab; i++) {
		double d = fabs((double)got[i] / DRAWS - want[i]);

		worst = d > worst || (want[i] == 0 && got[i]) ? fmax(d, want[i] == 0 && got[i] ? 1 : 0) : worst;
	}
	maas_sampler_drop(&s);
	free(got);
	return worst;
}

/* The probabilities that a trace tells: those drawn by, and those of the model.  The greatest error, relative. */
static double
told(const struct maas_sampling *how, const float *logit, const double *want, size_t vocab, const int32_t *id,
    size_t prompt, size_t n)
{
	struct maas_candidate c[MAAS_TOP];
	struct maas_choosing by;
	struct sample_case x = { how, logit, id, prompt, n, 0.31 };
	struct sampler s;
	double norm = maas_logsumexp(logit, vocab), worst = 0;
	int32_t next;
	int there = 0;

	if (maas_sampler_make(&s, vocab) < 0)
		return INFINITY;
	next = maas_sample_next(&s, &x);
	for (int again = 0; again < 2; again++) /* it leaves the sampler as it was */
		maas_sample_trace(&s, &x, next, &by, c, MAAS_TOP);
	for (size_t i = 0; i < MAAS_TOP && c[i].id >= 0; i++) {
		double q = want[c[i].id], p = exp(logit[c[i].id] - norm);

		there |= c[i].id == next;
		worst = fmax(worst, q > 0 ? fabs(c[i].q - q) / q : c[i].q > 0 || !c[i].cut ? 1 : 0);
		worst = fmax(worst, fabs(c[i].p - p) / p);
		worst = fmax(worst, q > 0 && c[i].cut ? 1 : 0);
	}
	maas_sampler_drop(&s);
	return there && by.u == 0.31 && by.left[MAAS_KEPT] == vocab ? worst : INFINITY;
}

static void
golden(struct maas_span line)
{
	static double x[512], want[512], ids[64], prompt;
	static float logit[512];
	int32_t id[64];
	struct maas_sampling how;
	struct maas_span f[5];
	char settings[256];
	size_t n = 0, vocab, nid;

	for (const char *at = line.s, *end = line.s + line.n; n < 5; n++) {
		const char *tab = memchr(at, '\t', (size_t)(end - at));

		f[n] = (struct maas_span){ at, (size_t)((tab ? tab : end) - at) };
		at = tab ? tab + 1 : end;
	}
	snprintf(settings, sizeof settings, "%.*s", (int)f[0].n, f[0].s);
	maas_defaults(maas_sampling_fields, &how);
	maas_set_all(maas_sampling_fields, &how, settings);
	numbers(f[1].s, f[1].n, &prompt, 1);
	nid = numbers(f[2].s, f[2].n, ids, 64);
	vocab = numbers(f[3].s, f[3].n, x, 512);
	for (size_t i = 0; i < nid; i++)
		id[i] = (int32_t)ids[i];
	for (size_t i = 0; i < vocab; i++)
		logit[i] = (float)x[i];
	ok(vocab > 5 && numbers(f[4].s, f[4].n, want, 512) == vocab, "%zu ids", vocab);
	/* An even draw is off by one at either border at most. */
	ok(distance(&how, logit, want, vocab, id, (size_t)prompt, nid) < 2.01 / DRAWS, "%s", settings);
	ok(told(&how, logit, want, vocab, id, (size_t)prompt, nid) < 1e-5, "and its trace");
}

static int32_t
one(const char *settings, const float *logit, size_t vocab, const int32_t *id, size_t n, double u)
{
	struct maas_sampling how;
	struct sampler s;
	int32_t next;

	maas_defaults(maas_sampling_fields, &how);
	maas_set_all(maas_sampling_fields, &how, settings);
	if (maas_sampler_make(&s, vocab) < 0)
		return -2;
	next = maas_sample_next(&s, &(struct sample_case){ &how, logit, id, 0, n, u });
	maas_sampler_drop(&s);
	return next;
}

static void
edges(void)
{
	static const float x[] = { 0.25f, 3.5f, -2, 3.5f, 1 }, none[] = { -INFINITY, -INFINITY }, nan[] = { 1, NAN, 2 },
			   inf[] = { 1, INFINITY, 2 }, some[] = { -INFINITY, -3, -INFINITY };
	static const int32_t all[] = { 0, 1, 2, 3, 4, 1 };
	struct maas_choice top[7];

	ok(one("", x, 5, all, 2, 0.99) == 1, "greedy: the first of the likeliest");
	ok(one("temperature=0 top_k=4", x, 5, all, 2, 0.99) == 1, "temperature 0 is greedy");
	ok(one("repetition_penalty=9", x, 5, all, 2, 0.5) == 3, "greedy after penalties");
	ok(one("no_repeat_ngram_size=1", x, 5, all, 6, 0.5) == 1, "all banned: the ban gives way");
	ok(one("no_repeat_ngram_size=1 temperature=1", x, 5, all, 6, 0.5) == 1, "all banned, drawing");
	ok(one("temperature=1", none, 2, all, 1, 0.5) == -1, "no logit above -inf");
	ok(one("temperature=1", nan, 3, all, 1, 0.5) == -1 && one("", nan, 3, all, 1, 0.5) == -1, "NaN is seen");
	ok(one("", inf, 3, all, 1, 0.5) == -1, "infinity is seen");
	ok(one("temperature=1", some, 3, all, 1, 0.999999) == 1, "what cannot be is not drawn");
	ok(one("temperature=1e-300", x, 5, all, 1, 0.9) == 3, "the coldest");
	maas_sample_top(top, 7, x, 5, 4.5);
	ok(top[0].id == 1 && top[1].id == 3 && top[2].id == 4 && top[4].id == 2 && top[5].id == -1, "likeliest first");
	ok(fabs(top[2].logprob + 3.5) < 1e-6, "its log-probability");
	maas_sample_top(top, 2, x, 5, 4.5);
	ok(top[0].id == 1 && top[1].id == 3, "the two likeliest");
	maas_sample_top(top + 1, 0, x, 5, 4.5);
	ok(top[0].id == 1 && top[1].id == 3, "none of them");
}

/* Many scores, with ties: each draw lies in the part of [0, 1) that its token has when all is sorted and summed. */
struct ranked {
	double score;
	size_t id;
};

static int
by_rank(const void *a, const void *b)
{
	const struct ranked *x = a, *y = b;

	return x->score > y->score ? -1 : x->score < y->score ? 1 : x->id < y->id ? -1 : x->id > y->id;
}

static int
by_id(const void *a, const void *b)
{
	const struct ranked *x = a, *y = b;

	return x->id < y->id ? -1 : x->id > y->id;
}

/* Those left of a vocabulary, in the order in which they are drawn. */
static size_t
left_over(struct ranked *r, size_t n, const struct maas_sampling *h)
{
	double sum = 0, held = 0, t = isnan(h->temperature) ? 1 : h->temperature;
	int hot = h->sampler_order == MAAS_ORDER_HF;
	size_t keep = 0;

	for (size_t i = 0; hot && i < n; i++)
		r[i].score /= t;
	qsort(r, n, sizeof *r, by_rank);
	if (h->top_k > 0 && (size_t)h->top_k < n)
		for (keep = (size_t)h->top_k; keep < n && r[keep].score == r[keep - 1].score;)
			keep++;
	n = keep ? keep : n;
	for (size_t i = 0; i < n; i++)
		sum += exp(r[i].score - r[0].score);
	for (keep = 0; keep < n && !(held >= (isnan(h->top_p) ? 2 : h->top_p) * sum); keep++)
		held += exp(r[keep].score - r[0].score);
	n = keep;
	while (!isnan(h->min_p) && r[n - 1].score < r[0].score + log(h->min_p))
		n--;
	for (size_t i = 0; !hot && i < n; i++)
		r[i].score /= t;
	if (isnan(h->top_p))
		qsort(r, n, sizeof *r, by_id);
	return n;
}

static void
many(const char *settings, size_t vocab, double spread)
{
	float *logit = maas_alloc(vocab, sizeof *logit);
	struct ranked *r = maas_alloc(vocab, sizeof *r);
	struct maas_sampling how;
	struct sampler s;
	double sum = 0, most = -INFINITY;
	size_t n, good = 0;

	maas_defaults(maas_sampling_fields, &how);
	maas_set_all(maas_sampling_fields, &how, settings);
	if (!logit || !r || maas_sampler_make(&s, vocab) < 0)
		return;
	for (size_t i = 0; i < vocab; i++) {
		double u = maas_uniform(3, vocab, i), v = maas_uniform(4, vocab, i);

		logit[i] = (float)(round(spread * 64 * sqrt(-2 * log(1 - u)) * cos(6.2831853 * v)) / 64 - 20);
		if (i % 11 == 3)
			logit[i] = -INFINITY;
		r[i] = (struct ranked){ logit[i], i };
	}
	n = left_over(r, vocab, &how);
	for (size_t i = 0; i < n; i++)
		most = fmax(most, r[i].score);
	for (size_t i = 0; i < n; i++)
		sum += exp(r[i].score - most);
	for (int i = 0; i < 300; i++) {
		struct sample_case c = { &how, logit, NULL, 0, 0, (i + 0.37) / 300 };
		int32_t next = maas_sample_next(&s, &c);
		double before = 0;
		size_t k = 0;

		while (k < n && (int32_t)r[k].id != next)
			before += exp(r[k++].score - most) / sum;
		good += k < n && c.u > before - 1e-6 && c.u < before + exp(r[k].score - most) / sum + 1e-6;
	}
	ok(good == 300, "%s of %zu, spread %g: %zu of 300 where they belong, %zu left", settings, vocab, spread, good,
	    n);
	maas_sampler_drop(&s);
	free(logit);
	free(r);
}

static void
wide(void)
{
	static const char *const how[] = { "temperature=1", "temperature=0.7 top_p=0.93", "top_p=0.3", "top_p=1e-9",
		"temperature=1.5 min_p=0.02", "top_p=0.8 min_p=0.3", "temperature=2 top_p=0.6 sampler_order=llamacpp",
		"temperature=0.6 min_p=0.1 sampler_order=llamacpp", "top_p=0.9 min_p=0.05 sampler_order=llamacpp",
		"top_k=1", "temperature=0.9 top_k=40", "top_k=2500", "temperature=1.3 top_k=700 top_p=0.9",
		"temperature=3 top_k=200 top_p=0.7 sampler_order=llamacpp" };
	static const size_t vocab[] = { 9, 255, 4999 };

	for (size_t i = 0; i < MAAS_COUNT(how); i++)
		for (size_t v = 0; v < MAAS_COUNT(vocab); v++)
			for (double spread = 0.02; spread < 30; spread *= 15)
				many(how[i], vocab[v], spread);
}

/* What took each token away. */
static void
traced(void)
{
	static const float x[] = { 3, 2.5f, 2, 1.5f, 1, 0 };
	static const int32_t id[] = { 4, 1, 4 };
	static const enum maas_sift want[] = { MAAS_KEPT, MAAS_BANNED, MAAS_KEPT, MAAS_CUT_MIN_P, MAAS_CUT_TOP_P,
		MAAS_CUT_TOP_K };
	struct maas_candidate c[6];
	struct maas_choosing by;
	struct maas_sampling how;
	struct sampler s;
	int good = 1;

	maas_defaults(maas_sampling_fields, &how);
	maas_set_all(maas_sampling_fields, &how, "no_repeat_ngram_size=2 top_k=4 top_p=0.9 min_p=0.3 temperature=1");
	if (maas_sampler_make(&s, 6) < 0)
		return;
	maas_sample_trace(&s, &(struct sample_case){ &how, x, id, 3, 3, 0.9 }, 2, &by, c, 6);
	for (int i = 0; i < 6; i++)
		good &= c[i].id == i && c[i].cut == want[i];
	ok(good, "each by its cut");
	ok(by.left[MAAS_KEPT] == 6 && by.left[MAAS_BANNED] == 5 && by.left[MAAS_CUT_TOP_K] == 4 &&
		by.left[MAAS_CUT_TOP_P] == 3 && by.left[MAAS_CUT_MIN_P] == 2 && by.left[MAAS_CUT_TYPICAL_P] == 0,
	    "and how many are left");
	maas_defaults(maas_sampling_fields, &how);
	maas_sample_trace(&s, &(struct sample_case){ &how, x, id, 3, 3, 0.9 }, 5, &by, c, 2);
	ok(isnan(by.u) && c[0].id == 0 && c[1].id == 5 && c[1].q == 1 && c[0].q == 0 && !c[0].cut,
	    "the one chosen is there");
	maas_sampler_drop(&s);
}

static void
ranges(void)
{
	struct maas_sampling how;

	maas_defaults(maas_sampling_fields, &how);
	ok(maas_sample_check(&how) == 0, "defaults are in range");
	how.top_p = 1.5;
	ok(maas_sample_check(&how) < 0 && strstr(maas_error(), "top_p"), "%s", maas_error());
	maas_defaults(maas_sampling_fields, &how);
	how.repetition_penalty = NAN;
	ok(maas_sample_check(&how) < 0, "%s", maas_error());
	maas_defaults(maas_sampling_fields, &how);
	how.no_repeat_ngram_size = -3;
	ok(maas_sample_check(&how) < 0, "%s", maas_error());
}

int
main(void)
{
	const char *data = getenv("DATA");
	char path[4096];
	struct maas_input *in;
	struct maas_span line;

	snprintf(path, sizeof path, "%s/sampling.tsv", data ? data : "tests/data");
	if (!(in = maas_input_open(path, NULL))) {
		printf("%s\n", maas_error());
		return 1;
	}
	while (maas_input_line(in, &line, NULL) > 0)
		golden(line);
	ok(maas_input_lines(in) > 50, "%zu golden cases", maas_input_lines(in));
	maas_input_close(in);
	edges();
	wide();
	traced();
	ranges();
	return done();
}
