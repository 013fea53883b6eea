/* decode_batch.c -- what a sequence says depends on its request alone; steps take no memory. */
#include <stdlib.h>

#include "../counted.h"
#include "../test.h"
#include "../tiny_gpt.h"

#define CASES 9
#define SAID  40

static const struct maas_kind plain = { .name = "plain", .size = sizeof(struct maas_gpt), .decode = &maas_decoder_gpt };
static const struct maas_gpt shape = { .layers = 2, .heads = 3, .embed = 48, .context = 150, .vocab = 97 };

/* Case i: a prompt of some length, a way to choose. */
static void
request(int i, struct maas_request *q, int32_t *prompt)
{
	static const char *const how[] = { "", "temperature=0.8", "top_k=7", "top_p=0.9 repetition_penalty=1.3",
		"temperature=1.5 min_p=0.05", "typical_p=0.8 frequency_penalty=0.3", "no_repeat_ngram_size=2",
		"temperature=1 sampler_order=llamacpp top_p=0.7", "presence_penalty=1.5" };
	static const size_t length[] = { 1, 5, 64, 100, 17, 65, 2, 33, 109 };

	*q = (struct maas_request){ .prompt = prompt,
		.n = length[i],
		.max_new = SAID,
		.seed = 5,
		.stream = (uint64_t)i,
		.logprobs = 1,
		.top = i % 3,
		.score = i % 2 ? 1 : 0 };
	for (size_t k = 0; k < q->n; k++)
		prompt[k] = (int32_t)((k * 31 + (size_t)i * 17 + k * k) % 97);
	maas_defaults(maas_sampling_fields, &q->sampling);
	maas_set_all(maas_sampling_fields, &q->sampling, how[i]);
}

struct told {
	int32_t id[150];
	float logprob[150];
	size_t n;
};

static void
copy(struct told *t, const struct maas_sequence *s)
{
	memset(t, 0, sizeof *t);
	t->n = s->n;
	memcpy(t->id, s->id, s->n * sizeof *t->id);
	memcpy(t->logprob, s->logprob, s->n * sizeof *t->logprob);
}

static struct maas_sequence *
join(struct maas_decoder *d, int i)
{
	int32_t prompt[150];
	struct maas_request q;
	struct maas_sequence *s;

	request(i, &q, prompt);
	if (!(s = maas_decoder_join(d, &q)))
		printf("# case %d: %s\n", i, maas_error());
	return s;
}

static struct maas_decoder *
decoder(const struct maas_model *m, struct maas_team *team, enum maas_dtype type, size_t sequences, size_t rows)
{
	struct maas_decoder *d = maas_decoder_new(
	    m, NULL, team, &(struct maas_decoder_limits){ .precision = type, .sequences = sequences, .rows = rows });

	if (!d)
		printf("# %s\n", maas_error());
	return d;
}

static int
alone(const struct maas_model *m, enum maas_dtype type, struct told *t)
{
	struct maas_team *team = maas_team_new(1);
	struct maas_decoder *d = decoder(m, team, type, 1, 0);

	for (int i = 0; d && i < CASES; i++) {
		struct maas_sequence *s = join(d, i);

		if (!s)
			return -1;
		while (maas_decoder_step(d) > 0)
			;
		copy(&t[i], s);
		maas_decoder_leave(d, s);
	}
	maas_decoder_free(d);
	maas_team_free(team);
	return d ? 0 : -1;
}

/* All cases by one decoder: case i joins before step `pace` * i; the last is cancelled and asked again. */
static void
together(
    const struct maas_model *m, enum maas_dtype type, const struct told *want, int threads, size_t rows, size_t pace)
{
	struct maas_team *team = maas_team_new(threads);
	struct maas_decoder *d = decoder(m, team, type, 5, rows);
	struct maas_sequence *s[CASES] = { NULL };
	struct told got;
	int next = 0, done_n = 0, same = 1, cancelled = 0;

	for (size_t step = 0; d && done_n < CASES && step < 10000; step++) {
		while (next < CASES && step >= pace * (size_t)next && maas_decoder_load(d).running < 5)
			if (!(s[next] = join(d, next)))
				return;
			else
				next++;
		maas_decoder_step(d);
		if (s[CASES - 1] && !cancelled && s[CASES - 1]->n > s[CASES - 1]->prompt + 3) {
			maas_decoder_leave(d, s[CASES - 1]);
			s[--next] = NULL;
			cancelled = 1;
		}
		for (int i = 0; i < CASES; i++)
			if (s[i] && s[i]->finish) {
				copy(&got, s[i]);
				same &= !memcmp(&got, &want[i], sizeof got);
				maas_decoder_leave(d, s[i]);
				s[i] = NULL;
				done_n++;
			}
	}
	ok(done_n == CASES && same && cancelled, "%d threads, %zu rows a step, one more each %zu steps: the same bytes",
	    threads, rows, pace);
	ok(d && maas_decoder_load(d).blocks_free == maas_decoder_load(d).blocks && maas_decoder_load(d).running == 0,
	    "every block of the cache is back");
	maas_decoder_free(d);
	maas_team_free(team);
}

/* stored MAAS_I8, MAAS_U8: weights of 8 and of 4 bits. */
static void
invariance(enum maas_dtype stored, enum maas_dtype type)
{
	static struct told want[CASES];
	struct maas_team *team = maas_team_new(1);
	struct maas_model *floats = tiny_gpt(&plain, &shape, maas_is_quant(stored) ? MAAS_F32 : stored);
	struct maas_model *m = maas_is_quant(stored) ? maas_model_quantize(floats, stored, team) : floats;
	int differ = 0;

	ok(m && alone(m, type, want) == 0, "each alone");
	for (int i = 1; i < CASES; i++)
		differ += memcmp(want[i].id + want[i].n - 9, want[i - 1].id + want[i - 1].n - 9, 36) != 0;
	ok(differ >= CASES - 3, "%d cases say something else than the one before", differ);
	together(m, type, want, 1, 0, 0);
	together(m, type, want, 3, 0, 3);
	together(m, type, want, 2, 5, 1);
	together(m, type, want, 2, 48, 7);
	if (m != floats)
		maas_model_close(m);
	maas_model_close(floats);
	maas_team_free(team);
}

static void
refusals(void)
{
	struct maas_model *m = tiny_gpt(&plain, &shape, MAAS_F32);
	struct maas_team *team = maas_team_new(1);
	struct maas_decoder *d = maas_decoder_new(m, NULL, team,
	    &(struct maas_decoder_limits){ .precision = MAAS_F32, .sequences = 3, .cache_tokens = 4 * MAAS_KEYS });
	struct maas_request q;
	struct maas_sequence *s, *other;
	int32_t prompt[300];

	request(8, &q, prompt);
	for (int i = 0; i < 300; i++)
		prompt[i] = i % 97;
	q.n = 150;
	ok(!maas_decoder_join(d, &q) && maas_why() == MAAS_DATA && strstr(maas_error(), "150"), "%s", maas_error());
	q.truncate = 1;
	q.n = 300;
	s = maas_decoder_join(d, &q);
	ok(s && s->prompt == 150 - SAID && s->id[0] == (300 - 150 + SAID) % 97, "cut to %zu ids", s ? s->prompt : 0);
	ok(maas_decoder_load(d).blocks_free == 1, "its cache is set aside");
	ok(!(other = maas_decoder_join(d, &q)) && maas_why() == MAAS_TEMPFAIL, "%s", maas_error());
	maas_decoder_leave(d, s);
	ok((other = maas_decoder_join(d, &q)) != NULL, "and free when it is cancelled");
	maas_decoder_leave(d, other);
	q.truncate = 0;
	q.n = 152;
	q.max_new = 0;
	ok(!maas_decoder_join(d, &q), "%s", maas_error());
	q.n = 0;
	ok(!maas_decoder_join(d, &q), "%s", maas_error());
	q.n = 3;
	prompt[1] = 97;
	ok(!maas_decoder_join(d, &q) && strstr(maas_error(), "token 2"), "%s", maas_error());
	prompt[1] = -1;
	ok(!maas_decoder_join(d, &q), "%s", maas_error());
	prompt[1] = 1;
	q.sampling.temperature = -1;
	ok(!maas_decoder_join(d, &q), "%s", maas_error());
	maas_decoder_free(d);
	d = maas_decoder_new(m, NULL, team, &(struct maas_decoder_limits){ .sequences = 1, .cache_tokens = MAAS_KEYS });
	request(3, &q, prompt);
	ok(d && !maas_decoder_join(d, &q) && maas_why() == MAAS_DATA, "%s", maas_error());
	maas_decoder_free(d);
	maas_team_free(team);
	maas_model_close(m);
}

/* One id has nothing to be scored by; a model that answers NaN says so. */
static void
oddities(void)
{
	struct maas_model *m = tiny_gpt(&plain, &shape, MAAS_F32);
	struct maas_team *team = maas_team_new(1);
	struct maas_decoder *d =
	    maas_decoder_new(m, NULL, team, &(struct maas_decoder_limits){ .precision = MAAS_F32 });
	struct maas_request q;
	struct maas_sequence *s, *t;
	int32_t prompt[150];

	request(1, &q, prompt);
	q.n = 1;
	q.max_new = 0;
	s = maas_decoder_join(d, &q);
	ok(s && maas_decoder_step(d) == 0 && s->finish == MAAS_LENGTH && s->n == 1, "one id alone");
	maas_decoder_leave(d, s);
	((float *)(uintptr_t)maas_model_tensor(m, "ln_f.bias")->data)[3] = NAN;
	request(1, &q, prompt);
	s = maas_decoder_join(d, &q);
	q.max_new = 0;
	q.score = 1;
	t = maas_decoder_join(d, &q);
	ok(s && t && maas_decoder_step(d) == 0 && s->finish == MAAS_BROKEN && t->finish == MAAS_BROKEN,
	    "a broken model");
	is_str(maas_finish_name(s->finish), "error");
	maas_decoder_free(d);
	maas_team_free(team);
	maas_model_close(m);
}

/* Weights of few bits whose scales are not there, are others, or are no numbers; that lie in rows; that are others. */
static void
scales(enum maas_dtype type)
{
	static const char name[] = "h.1.mlp.c_proj.weight.scale";
	struct maas_team *team = maas_team_new(1);
	struct maas_model *m = tiny_gpt(&plain, &shape, MAAS_F32), *quant = maas_model_quantize(m, type, team);
	static maas_bf16 none[3 * 6 * MAAS_PANEL];
	static int8_t rows[48 * 192];
	size_t groups = maas_quant_groups(type, 192);
	struct maas_tensor t = { name, MAAS_BF16, 3, { 3, groups, MAAS_PANEL - 1 }, none, 0 };
	struct maas_tensor w = { "h.1.mlp.c_proj.weight", type, 2, { 48, 192 }, rows, 0 };
	struct maas_decoder *d;
	struct maas_sequence *s;

	ok(!maas_model_quantize(quant, MAAS_U8, team), "%s", maas_error());
	ok(maas_model_remove(quant, name) == 0 && !decoder(quant, team, MAAS_DTYPES, 1, 0) &&
		strstr(maas_error(), name),
	    "%s", maas_error());
	ok(maas_model_add(quant, &t) == 0 && !decoder(quant, team, MAAS_DTYPES, 1, 0) && strstr(maas_error(), name),
	    "%s", maas_error());
	for (size_t i = 0; i < MAAS_COUNT(none); i++)
		none[i] = 0x7fc0;
	t.dim[2] = MAAS_PANEL;
	d = maas_model_replace(quant, &t) == 0 ? decoder(quant, team, MAAS_DTYPES, 1, 0) : NULL;
	s = d ? join(d, 1) : NULL;
	ok(s && maas_decoder_step(d) == 0 && s->finish == MAAS_BROKEN, "scales that are no numbers");
	maas_decoder_free(d);
	ok(maas_model_replace(quant, &w) == 0 && !decoder(quant, team, MAAS_DTYPES, 1, 0) &&
		strstr(maas_error(), w.name),
	    "%s", maas_error());
	w.ndim = 5;
	ok(maas_model_replace(quant, &w) == 0 && !decoder(quant, team, MAAS_DTYPES, 1, 0) &&
		strstr(maas_error(), w.name),
	    "%s", maas_error());
	((float *)(uintptr_t)maas_model_tensor(m, "h.0.mlp.c_fc.weight")->data)[5] = INFINITY;
	ok(!maas_model_quantize(m, type, team) && strstr(maas_error(), "h.0.mlp.c_fc.weight"), "%s", maas_error());
	maas_model_close(quant);
	maas_model_close(m);
	maas_team_free(team);
}

static void
memory(void)
{
	struct maas_model *m = tiny_gpt(&plain, &shape, MAAS_F32);
	struct maas_team *team = maas_team_new(2);
	struct maas_decoder *d = decoder(m, team, MAAS_F32, CASES, 0);
	struct maas_sequence *s[CASES];
	size_t before = 0, steps = 0;

	for (int round = 0; d && round < 2; round++) {
		for (int i = 0; i < CASES; i++)
			s[i] = join(d, i);
		before = taken;
		while (maas_decoder_step(d) > 0)
			steps++;
		before = taken - before;
		for (int i = 0; i < CASES; i++)
			maas_decoder_leave(d, s[i]);
	}
	ok(before == 0 && steps > 2 * SAID - 3, "%zu steps, once warm, took %zu pieces of memory", steps, before);
	maas_decoder_free(d);
	maas_team_free(team);
	maas_model_close(m);
}

int
main(void)
{
	invariance(MAAS_F32, MAAS_F32);
	invariance(MAAS_F32, MAAS_BF16);
	invariance(MAAS_BF16, MAAS_F32);
	invariance(MAAS_I8, MAAS_DTYPES);
	invariance(MAAS_I8, MAAS_F32);
	invariance(MAAS_U8, MAAS_DTYPES);
	refusals();
	oddities();
	scales(MAAS_I8);
	scales(MAAS_U8);
	memory();
	return done();
}
