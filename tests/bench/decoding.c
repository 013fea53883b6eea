/* Rates of decoding, tab-separated: tokens a second of a GPT-2 of 124 million weights and of a small one. */
#include <stdlib.h>

#include "../tiny_gpt.h"

#define PROMPT 64
#define SAID   32

static const struct maas_kind plain = { .name = "plain", .size = sizeof(struct maas_gpt), .decode = &maas_decoder_gpt };
static const struct {
	const char *name;
	struct maas_gpt shape;
} models[] = {
	{ "small", { .layers = 6, .heads = 6, .embed = 384, .context = 256, .vocab = 4096 } },
	{ "gpt2", { .layers = 12, .heads = 12, .embed = 768, .context = 1024, .vocab = 50257 } },
};

/* Seconds to the first token of all, and from there to the last. */
static void
once(struct maas_decoder *d, size_t batch, double *prefill, double *decode)
{
	struct maas_sequence *s[16];
	int32_t prompt[PROMPT];
	struct maas_request q = { .prompt = prompt, .n = PROMPT, .max_new = SAID, .ignore_eos = 1 };
	double begin = maas_clock(), first;

	maas_defaults(maas_sampling_fields, &q.sampling);
	for (size_t i = 0; i < batch; i++) {
		for (size_t k = 0; k < PROMPT; k++)
			prompt[k] = (int32_t)((k * 37 + i * 11) % 4000);
		s[i] = maas_decoder_join(d, &q);
	}
	while (maas_decoder_load(d).prompt_tokens % (batch * PROMPT) != 0 || s[0]->n == PROMPT)
		maas_decoder_step(d);
	first = maas_clock();
	while (maas_decoder_step(d) > 0)
		;
	*prefill = first - begin;
	*decode = maas_clock() - first;
	for (size_t i = 0; i < batch; i++)
		maas_decoder_leave(d, s[i]);
}

static int
bench(const struct maas_model *m, const char *name, struct maas_team *team, enum maas_dtype type, size_t batch)
{
	struct maas_decoder *d = maas_decoder_new(m, NULL, team,
	    &(struct maas_decoder_limits){ .precision = type, .sequences = batch, .cache_tokens = batch * 128 });
	double prefill, decode, best_prefill = 1e9, best_decode = 1e9;

	if (!d)
		return -1;
	for (int i = 0; i < 3; i++) {
		once(d, batch, &prefill, &decode);
		best_prefill = prefill < best_prefill ? prefill : best_prefill;
		best_decode = decode < best_decode ? decode : best_decode;
	}
	maas_decoder_free(d);
	printf("decode\t%s\t%s\tbatch %zu\t%d threads\t%.1f tokens/s\tprefill %.1f tokens/s\n", name,
	    maas_dtype_name(type), batch, maas_team_size(team), (double)(batch * (SAID - 1)) / best_decode,
	    (double)(batch * PROMPT) / best_prefill);
	fflush(stdout);
	return 0;
}

int
main(int argc, char **argv)
{
	struct maas_team *team = maas_team_new(argc > 1 ? (int)strtol(argv[1], NULL, 10) : 0);

	for (size_t i = 0; team && i < MAAS_COUNT(models); i++)
		for (int p = 0; p < 2; p++) {
			struct maas_model *m = tiny_gpt(&plain, &models[i].shape, p ? MAAS_BF16 : MAAS_F32);

			if (!m || bench(m, models[i].name, team, p ? MAAS_BF16 : MAAS_F32, 1) < 0 ||
			    bench(m, models[i].name, team, p ? MAAS_BF16 : MAAS_F32, 16) < 0) {
				fprintf(stderr, "%s\n", maas_error());
				return 1;
			}
			maas_model_close(m);
		}
	maas_team_free(team);
	return 0;
}
