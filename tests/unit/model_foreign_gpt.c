/* model_foreign_gpt.c -- a directory as transformers writes GPT-2 says what the same weights say as a model of ours. */
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../test.h"
#include "../tiny_gpt.h"

static const struct maas_kind plain = { .name = "plain", .size = sizeof(struct maas_gpt), .decode = &maas_decoder_gpt };
static const struct maas_gpt shape = { .layers = 2, .heads = 3, .embed = 48, .context = 40, .vocab = 97 };

/* Write m's tensors as theirs: under a prefix, projections turned. */
static int
write_tensors(struct maas_model *m, const char *path, const char *prefix)
{
	struct maas_tensor all[64];
	static char names[64][80];
	size_t n = 0;

	for (; n < m->ntensor; n++) {
		const struct maas_tensor *t = &m->tensor[n];
		float *to;

		all[n] = *t;
		snprintf(names[n], sizeof names[n], "%s%s", prefix, t->name);
		all[n].name = names[n];
		if (t->name[0] != 'h' || t->ndim != 2)
			continue;
		all[n].dim[0] = t->dim[1];
		all[n].dim[1] = t->dim[0];
		if (!(all[n].data = to = maas_take(m->arena, t->bytes, 1)))
			return -1;
		for (size_t i = 0; i < t->dim[0]; i++)
			for (size_t j = 0; j < t->dim[1]; j++)
				to[j * t->dim[0] + i] = ((const float *)t->data)[i * t->dim[1] + j];
	}
	return maas_tensors_save(path, all, n, NULL, 0, 0);
}

static void
write_config(const char *path, const char *more)
{
	FILE *f = fopen(path, "w");

	fprintf(f,
	    "{\"model_type\":\"gpt2\",\"n_layer\":2,\"n_head\":3,\"n_embd\":48,\"n_positions\":40,\"vocab_size\":97%s}\n",
	    more);
	fclose(f);
}

static int
say(const struct maas_model *m, int32_t *to, float *logprob)
{
	struct maas_team *team = maas_team_new(1);
	struct maas_decoder *d =
	    maas_decoder_new(m, NULL, team, &(struct maas_decoder_limits){ .precision = MAAS_F32 });
	struct maas_request q = {
		.prompt = (const int32_t[]){ 5, 17, 96 }, .n = 3, .max_new = 20, .logprobs = 1, .score = 1
	};
	struct maas_sequence *s;

	maas_defaults(maas_sampling_fields, &q.sampling);
	if (!d || !(s = maas_decoder_join(d, &q)))
		return -1;
	while (maas_decoder_step(d) > 0)
		;
	memcpy(to, s->id, 23 * sizeof *to);
	memcpy(logprob, s->logprob + 1, 22 * sizeof *logprob);
	maas_decoder_free(d);
	maas_team_free(team);
	return 0;
}

static void
good(struct maas_model *ours, const char *prefix, const char *more)
{
	struct maas_model *m;
	int32_t a[23], b[23];
	float p[22], q[22];

	write_config("d/config.json", more);
	ok(write_tensors(ours, "d/model.safetensors", prefix) == 0, "written");
	if (!(m = maas_model_open("d"))) {
		ok(0, "%s", maas_error());
		return;
	}
	ok(say(ours, a, p) == 0 && say(m, b, q) == 0 && !memcmp(a, b, sizeof a) && !memcmp(p, q, sizeof p),
	    "prefix '%s'%s: the same bytes", prefix, more);
	ok(!maas_model_part(m, "tokenizer").s, "no tokeniser");
	ok(maas_model_save(m, "saved.maas", 0) == 0, "saved");
	maas_model_close(m);
	if (!(m = maas_model_open("saved.maas"))) {
		ok(0, "%s", maas_error());
		return;
	}
	memset(b, 0, sizeof b);
	ok(maas_model_selftest(m) == 0 && say(m, b, q) == 0 && !memcmp(a, b, sizeof a) && !memcmp(p, q, sizeof p),
	    "prefix '%s': saved as a model of ours, the same bytes", prefix);
	maas_model_close(m);
	unlink("saved.maas");
}

/* A file of ours with a tensor less: it opens, and is not good. */
static void
torn(void)
{
	struct maas_model *m = maas_model_open("d");

	ok(m && maas_model_remove(m, "ln_f.bias") == 0 && maas_model_save(m, "saved.maas", 0) == 0, "a tensor less");
	maas_model_close(m);
	m = maas_model_open("saved.maas");
	ok(m && maas_model_selftest(m) < 0 && strstr(maas_error(), "ln_f.bias: missing"), "%s", maas_error());
	maas_model_close(m);
	unlink("saved.maas");
}

static void
bad(const char *more, const char *why)
{
	struct maas_model *m;

	write_config("d/config.json", more);
	m = maas_model_open("d");
	ok(!m && strstr(maas_error(), why), "%s", maas_error());
	maas_model_close(m);
}

int
main(void)
{
	char folder[] = "/tmp/maas-foreign-XXXXXX";
	struct maas_model *ours = tiny_gpt(&plain, &shape, MAAS_F32);

	if (!ours || !mkdtemp(folder) || chdir(folder) < 0 || mkdir("d", 0700) < 0)
		return 1;
	ok(!maas_model_open("d") && maas_why() == MAAS_NOINPUT, "%s", maas_error());
	good(ours, "", "");
	good(ours, "transformer.",
	    ",\"n_inner\":null,\"activation_function\":\"gelu_new\",\"layer_norm_epsilon\":1e-05,\"tie_word_embeddings\":true");
	torn();
	bad(",\"n_inner\":100", "n_inner");
	bad(",\"n_inner\":\"100\"", "n_inner is \"100\", a whole number");
	bad(",\"activation_function\":\"relu\"", "relu");
	bad(",\"activation_function\":[\"relu\"]", "activation_function is [\"relu\"], a text");
	bad(",\"scale_attn_weights\":\"false\"", "true or false is wanted");
	bad(",\"layer_norm_epsilon\":\"1e-6\"", "layer_norm_epsilon is \"1e-6\", a number");
	bad(",\"layer_norm_epsilon\":1e-6", "layer_norm_epsilon is 1e-06");
	bad(",\"tie_word_embeddings\":false", "tie_word_embeddings");
	write_config("d/config.json", "");
	ok(truncate("d/config.json", 30) == 0 && !maas_model_open("d"), "%s", maas_error());
	ok(truncate("d/model.safetensors", 5000) == 0, "cut");
	bad("", "model.safetensors");
	unlink("d/model.safetensors");
	bad("", "neither model.safetensors nor model.safetensors.index.json is there");
	ours->ntensor--;
	ok(write_tensors(ours, "d/model.safetensors", "") == 0, "one less");
	bad("", "missing");
	unlink("d/model.safetensors");
	unlink("d/config.json");
	rmdir("d");
	ok(chdir("/") == 0 && rmdir(folder) == 0, "nothing is left behind");
	maas_model_close(ours);
	return done();
}
