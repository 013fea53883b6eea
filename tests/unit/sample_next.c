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
	ranges();
	return done();
}
