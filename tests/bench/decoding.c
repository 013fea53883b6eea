/*
 * Rates of decoding, tab-separated: tokens a second of a GPT-2 of 124 million weights and of a small one, one text at a
 * time and sixteen whose prompts have 5 to 400 tokens; and what a token costs where four beams look for it, beside one
 * sequence.  The best step counts: others may use the machine.
 */
#include <stdlib.h>

#include "../tiny_gpt.h"

#define SAID 32  /* measured */
#define LONG 128 /* said at most: some speak while the others' prompts are read */

static const struct maas_kind plain = { .name = "plain", .size = sizeof(struct maas_gpt), .decode = &maas_decoder_gpt };
static const struct {
	const char *name;
	struct maas_gpt shape;
} models[] = {
	{ "small", { .layers = 6, .heads = 6, .embed = 384, .context = 256, .vocab = 4096 } },
	{ "gpt2", { .layers = 12, .heads = 12, .embed = 768, .context = 1024, .vocab = 50257 } },
};

/* Seconds of the whole prefill, and of the quickest step behind it. */
static void
once(struct maas_decoder *d, size_t batch, size_t most, double *prefill, double *step)
{
	struct maas_sequence *s[16];
	int32_t prompt[400];
	struct maas_request q = { .prompt = prompt, .max_new = LONG, .ignore_eos = 1 };
	double begin = maas_clock();
	size_t read = 0;

	maas_defaults(maas_sampling_fields, &q.sampling);
	for (size_t i = 0; i < batch; i++) {
		q.n = batch == 1 ? most / 2 : 5 + i * (most - 5) / (batch - 1);
		for (size_t k = 0; k < q.n; k++)
			prompt[k] = (int32_t)((k * 37 + i * 11) % 4000);
		s[i] = maas_decoder_join(d, &q);
		read += q.n;
	}
	for (uint64_t had = maas_decoder_load(d).prompt_tokens; maas_decoder_load(d).prompt_tokens - had < read;)
		(void)maas_decoder_step(d);
	*prefill = (maas_clock() - begin) / (double)read;
	*step = 1e9;
	for (int i = 0; i < SAID && maas_decoder_load(d).running == batch; i++) {
		begin = maas_clock();
		(void)maas_decoder_step(d);
		*step = maas_clock() - begin < *step ? maas_clock() - begin : *step;
	}
	for (size_t i = 0; i < batch; i++)
		maas_decoder_leave(d, s[i]);
}

static double
bench(const struct maas_model *m, const char *name, const char *type, struct maas_team *team, size_t batch, size_t most)
{
	struct maas_decoder *d = maas_decoder_new(
	    m, NULL, team, &(struct maas_decoder_limits){ .precision = MAAS_DTYPES, .sequences = batch });
	double prefill, step, best_prefill = 1e9, best_step = 1e9;

	if (!d) {
		fprintf(stderr, "%s\n", maas_error());
		exit(1);
	}
	for (int i = 0; i < 3; i++) {
		once(d, batch, most, &prefill, &step);
		best_prefill = prefill < best_prefill ? prefill : best_prefill;
		best_step = step < best_step ? step : best_step;
	}
	maas_decoder_free(d);
	printf("decode\t%s\t%s\tbatch %zu\t%d threads\t%.1f tokens/s\tprefill %.1f tokens/s\n", name, type, batch,
	    maas_team_size(team), (double)batch / best_step, 1 / best_prefill);
	fflush(stdout);
	return (double)batch / best_step;
}

/* Seconds of the quickest step behind a prompt of n tokens. */
static double
search_step(struct maas_decoder *d, size_t beams, size_t n)
{
	int32_t prompt[960];
	struct maas_request q = {
		.prompt = prompt, .n = n, .max_new = SAID, .ignore_eos = 1, .beams = beams, .length_penalty = 1
	};
	struct maas_sequence *s;
	double best = 1e9, begin;

	maas_defaults(maas_sampling_fields, &q.sampling);
	for (size_t k = 0; k < q.n; k++)
		prompt[k] = (int32_t)(k * 37 % 4000);
	if (!(s = maas_decoder_join(d, &q)))
		return NAN;
	for (uint64_t said = maas_decoder_load(d).new_tokens; s->finish == MAAS_RUNNING;) {
		begin = maas_clock();
		(void)maas_decoder_step(d);
		if (maas_decoder_load(d).new_tokens > said + 1)
			best = fmin(best, maas_clock() - begin);
	}
	maas_decoder_leave(d, s);
	return best;
}

static void
search(const struct maas_model *m, const char *name, const char *type, struct maas_team *team, size_t n)
{
	struct maas_decoder *d =
	    maas_decoder_new(m, NULL, team, &(struct maas_decoder_limits){ .precision = MAAS_DTYPES, .sequences = 4 });
	double one = 1e9, four = 1e9;

	for (int i = 0; d && i < 3; i++) {
		one = fmin(one, search_step(d, 1, n));
		four = fmin(four, search_step(d, 4, n));
	}
	maas_decoder_free(d);
	printf("decode\t%s\t%s\tfour beams to one behind %zu tokens\t%.2f x the time a token\n", name, type, n,
	    four / one);
}

/* decoding [THREADS [MODEL [TYPE]]] */
int
main(int argc, char **argv)
{
	static const char *const types[] = { "f32", "bf16", "q8", "q4" };
	struct maas_team *team = maas_team_new(argc > 1 ? (int)strtol(argv[1], NULL, 10) : 0);

	for (size_t i = 0; team && i < MAAS_COUNT(models); i++)
		for (int p = 0; p < 4 && (argc < 3 || !strcmp(argv[2], models[i].name)); p++) {
			if (argc > 3 && strcmp(argv[3], types[p]) != 0)
				continue;
			struct maas_model *m = tiny_gpt(&plain, &models[i].shape, p == 1 ? MAAS_BF16 : MAAS_F32);
			struct maas_model *quant =
			    p >= 2 && m ? maas_model_quantize(m, p == 2 ? MAAS_I8 : MAAS_U8, team) : NULL;
			size_t most = (size_t)models[i].shape.context < 400 ? 200 : 400;
			double one, all;

			if (!m || (p >= 2 && !quant)) {
				fprintf(stderr, "%s\n", maas_error());
				return 1;
			}
			one = bench(quant ? quant : m, models[i].name, types[p], team, 1, most);
			all = bench(quant ? quant : m, models[i].name, types[p], team, 16, most);
			printf("decode\t%s\t%s\tsixteen to one\t%.2f x\n", models[i].name, types[p], all / one);
			search(quant ? quant : m, models[i].name, types[p], team, 200);
			if (models[i].shape.context > 1000)
				search(quant ? quant : m, models[i].name, types[p], team, 960);
			maas_model_close(quant);
			maas_model_close(m);
		}
	maas_team_free(team);
	return 0;
}
