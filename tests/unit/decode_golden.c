/* decode_golden.c -- the decoding engine held to PyTorch's numbers (scripts/make-golden-gpt, make-golden-llama). */
#include <stdlib.h>

#include "../test.h"
#include "../tiny_llama.h"

static const struct maas_kind plain = { .name = "plain", .size = sizeof(struct maas_gpt), .decode = &maas_decoder_gpt };
static const struct maas_gpt shape = { .layers = 3, .heads = 3, .embed = 48, .context = 150, .vocab = 97 };

static size_t
numbers(struct maas_span s, double *to, size_t max)
{
	size_t have = 0;
	char *end;

	for (const char *at = s.s; at < s.s + s.n && have < max; at = end) {
		to[have++] = strtod(at, &end);
		if (end == at)
			return have - 1;
	}
	return have;
}

/* |got - want| / |want| */
static double
residual(const float *got, const double *want, size_t n)
{
	double off = 0, all = 0;

	for (size_t i = 0; i < n; i++) {
		off += (got[i] - want[i]) * (got[i] - want[i]);
		all += want[i] * want[i];
	}
	return all > 0 ? sqrt(off / all) : 0;
}

static void
scored(struct maas_decoder *d, const int32_t *id, size_t n, const double *logp, double limit)
{
	struct maas_request q = { .prompt = id, .n = n, .logprobs = 1, .score = 1 };
	struct maas_sequence *s;

	maas_defaults(maas_sampling_fields, &q.sampling);
	if (!(s = maas_decoder_join(d, &q))) {
		ok(0, "%s", maas_error());
		return;
	}
	while (maas_decoder_step(d) > 0)
		;
	ok(s->finish == MAAS_LENGTH && s->n == n && isnan(s->logprob[0]), "%zu ids scored", n);
	ok(residual(s->logprob + 1, logp, n - 1) < limit, "off by %.2g", residual(s->logprob + 1, logp, n - 1));
	maas_decoder_leave(d, s);
}

/* The likeliest tokens behind a text, from all logits. */
static void
foretold(struct maas_decoder *d, const int32_t *id, size_t n, const double *logit, double limit)
{
	struct maas_request q = { .prompt = id, .n = n, .max_new = 1, .logprobs = 1, .top = 8 };
	struct maas_sequence *s;
	double all = 0, want[8];
	float got[8];
	int right = 1;

	maas_defaults(maas_sampling_fields, &q.sampling);
	if (!(s = maas_decoder_join(d, &q))) {
		ok(0, "%s", maas_error());
		return;
	}
	while (maas_decoder_step(d) > 0)
		;
	for (size_t i = 0; i < 97; i++)
		all += exp(logit[i]);
	for (int k = 0; k < 8; k++) {
		const struct maas_choice *c = &s->top[n * 8 + (size_t)k];
		size_t above = 0;

		for (size_t i = 0; i < 97; i++)
			above += logit[i] > logit[c->id];
		right &= above == (size_t)k || limit > 1e-3;
		want[k] = logit[c->id] - log(all);
		got[k] = c->logprob;
	}
	ok(right && s->n == n + 1 && s->id[n] == s->top[n * 8].id, "the likeliest behind %zu ids", n);
	ok(residual(got, want, 8) < limit, "off by %.2g", residual(got, want, 8));
	maas_decoder_leave(d, s);
}

static void
golden(const char *path, struct maas_team *team, struct maas_model *m, enum maas_dtype precision, double limit)
{
	struct maas_decoder *d =
	    maas_decoder_new(m, NULL, team, &(struct maas_decoder_limits){ .precision = precision });
	struct maas_input *in = maas_input_open(path, NULL);
	struct maas_span line, f[3];
	double ids[200], logp[200], logit[200];
	int32_t id[200];

	if (!m || !d || !in) {
		ok(0, "%s", maas_error());
		return;
	}
	while (maas_input_line(in, &line, NULL) > 0) {
		const char *a = memchr(line.s, '\t', line.n),
			   *b = memchr(a + 1, '\t', line.n - (size_t)(a + 1 - line.s));
		size_t n;

		f[0] = (struct maas_span){ line.s, (size_t)(a - line.s) };
		f[1] = (struct maas_span){ a + 1, (size_t)(b - a - 1) };
		f[2] = (struct maas_span){ b + 1, (size_t)(line.s + line.n - b - 1) };
		n = numbers(f[0], ids, 200);
		for (size_t i = 0; i < n; i++)
			id[i] = (int32_t)ids[i];
		ok(numbers(f[1], logp, 200) == n - 1 && numbers(f[2], logit, 200) == 97, "%zu ids", n);
		scored(d, id, n, logp, limit);
		if (n < 150)
			foretold(d, id, n, logit, limit);
	}
	ok(maas_input_lines(in) == 8, "eight texts");
	maas_input_close(in);
	maas_decoder_free(d);
	maas_model_close(m);
}

static void
golden_gpt(const char *path, struct maas_team *team, enum maas_dtype stored, enum maas_dtype precision, double limit)
{
	golden(path, team, tiny_gpt(&plain, &shape, stored), precision, limit);
}

static void
golden_llama(const char *data, struct maas_team *team, enum maas_dtype stored, enum maas_dtype precision, double limit)
{
	static const struct maas_llama all = TINY_LLAMA, tied = TINY_LLAMA_TIED;
	char path[4096];

	snprintf(path, sizeof path, "%s/llama.tsv", data);
	golden(path, team, tiny_llama(&all, stored), precision, limit);
	snprintf(path, sizeof path, "%s/llama-tied.tsv", data);
	golden(path, team, tiny_llama(&tied, stored), precision, limit);
}

/* Sequences of a long context share what is set aside for all of them, and wait for it. */
static void
long_context(void)
{
	struct maas_llama far = TINY_LLAMA;
	struct maas_decoder_limits limits = { .sequences = 16 };
	struct maas_request q = { .prompt = (int32_t[]){ 1, 2 }, .n = 2, .max_new = 1 << 20 };
	struct maas_sequence *s, *last = NULL;
	struct maas_team *team = maas_team_new(1);
	struct maas_model *m;
	struct maas_decoder *d = NULL;
	struct maas_decoder_load load;
	size_t n = 0;

	far.context = 1 << 20;
	m = tiny_llama(&far, MAAS_F32);
	maas_defaults(maas_sampling_fields, &q.sampling);
	ok(m && team && (d = maas_decoder_new(m, NULL, team, &limits)), "16 sequences of %ld: %s", far.context,
	    d ? "" : maas_error());
	if (!d)
		return;
	load = maas_decoder_load(d);
	ok(load.blocks * load.block_bytes <= (size_t)4 << 30, "%zu blocks of %zu bytes", load.blocks, load.block_bytes);
	while ((s = maas_decoder_join(d, &q)))
		last = s, n++;
	ok(n > 1 && n < 16 && maas_why() == MAAS_TEMPFAIL, "%zu go at once: %s", n, maas_error());
	maas_decoder_leave(d, last);
	ok(maas_decoder_join(d, &q) != NULL, "then the next");
	maas_decoder_free(d);
	maas_team_free(team);
	maas_model_close(m);
}

int
main(void)
{
	const char *data = getenv("DATA") ? getenv("DATA") : "tests/data";
	struct maas_team *team = maas_team_new(2);
	char path[4096];

	snprintf(path, sizeof path, "%s/gpt.tsv", data);
	golden_gpt(path, team, MAAS_F32, MAAS_F32, 1e-6);
	golden_gpt(path, team, MAAS_F32, MAAS_DTYPES, 1e-6);
	/* bf16 has 8 bits: some hundredths after three layers. */
	golden_gpt(path, team, MAAS_F32, MAAS_BF16, 0.05);
	golden_gpt(path, team, MAAS_BF16, MAAS_DTYPES, 0.05);
	golden_gpt(path, team, MAAS_BF16, MAAS_F32, 0.05);
	golden_llama(data, team, MAAS_F32, MAAS_F32, 1e-6);
	golden_llama(data, team, MAAS_F32, MAAS_BF16, 0.05);
	golden_llama(data, team, MAAS_BF16, MAAS_DTYPES, 0.05);
	maas_team_free(team);
	long_context();
	return done();
}
