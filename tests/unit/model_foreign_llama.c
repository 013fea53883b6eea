/* model_foreign_llama.c -- a directory as transformers writes Llama says what the same weights say as a model of
 * ours. */
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../test.h"
#include "../tiny_llama.h"

#define SHAPE \
	"\"model_type\":\"llama\",\"num_hidden_layers\":3,\"num_attention_heads\":%d,\"hidden_size\":48," \
	"\"intermediate_size\":%d,\"max_position_embeddings\":150,\"vocab_size\":97,\"rms_norm_eps\":1e-05"

static void
write_config(int heads, int hidden, const char *more)
{
	FILE *f = fopen("d/config.json", "w");

	fprintf(f, "{" SHAPE "%s}\n", heads, hidden, more);
	fclose(f);
}

static int
say(const struct maas_model *m, float *logprob)
{
	struct maas_team *team = maas_team_new(1);
	struct maas_decoder *d =
	    maas_decoder_new(m, NULL, team, &(struct maas_decoder_limits){ .precision = MAAS_F32 });
	struct maas_request q = {
		.prompt = (const int32_t[]){ 5, 17, 96 }, .n = 3, .max_new = 40, .logprobs = 1, .score = 1
	};
	struct maas_sequence *s;

	maas_defaults(maas_sampling_fields, &q.sampling);
	if (!d || !(s = maas_decoder_join(d, &q)))
		return -1;
	while (maas_decoder_step(d) > 0)
		;
	memcpy(logprob, s->logprob + 1, 42 * sizeof *logprob);
	maas_decoder_free(d);
	maas_team_free(team);
	return 0;
}

static void
good(struct maas_model *ours, const char *more)
{
	const struct maas_llama *g = ours->settings;
	struct maas_model *m;
	float p[42], q[42];

	write_config((int)g->heads, (int)g->hidden, more);
	ok(maas_tensors_save("d/model.safetensors", ours->tensor, ours->ntensor, NULL, 0, 0) == 0, "written");
	if (!(m = maas_model_open("d"))) {
		ok(0, "%s", maas_error());
		return;
	}
	ok(say(ours, p) == 0 && say(m, q) == 0 && !memcmp(p, q, sizeof p), "%s: the same bytes", more);
	ok(maas_model_save(m, "saved.maas", 0) == 0, "saved");
	maas_model_close(m);
	m = maas_model_open("saved.maas");
	memset(q, 0, sizeof q);
	ok(m && say(m, q) == 0 && !memcmp(p, q, sizeof p), "a model of ours, the same bytes");
	maas_model_close(m);
	unlink("saved.maas");
}

static void
bad(const char *more, const char *why)
{
	struct maas_model *m;

	write_config(4, 80, more);
	m = maas_model_open("d");
	ok(!m && strstr(maas_error(), why), "%s", m ? "it opens" : maas_error());
	maas_model_close(m);
}

int
main(void)
{
	static const char stretched[] = "\"rope_type\":\"llama3\",\"factor\":4,\"low_freq_factor\":1,"
					"\"high_freq_factor\":4,\"original_max_position_embeddings\":64}";
	struct maas_llama all = TINY_LLAMA, tied = TINY_LLAMA_TIED;
	struct maas_model *a, *b;
	char folder[] = "/tmp/maas-foreign-XXXXXX", more[400];

	all.bias = 0;
	a = tiny_llama(&all, MAAS_F32);
	b = tiny_llama(&tied, MAAS_BF16);
	if (!a || !b || !mkdtemp(folder) || chdir(folder) < 0 || mkdir("d", 0700) < 0)
		return 1;
	good(b, ",\"tie_word_embeddings\":true,\"rope_scaling\":null,\"hidden_act\":\"silu\",\"head_dim\":16");
	snprintf(more, sizeof more, ",\"num_key_value_heads\":2,\"rope_theta\":100.0,\"rope_scaling\":{%s", stretched);
	good(a, more);
	snprintf(more, sizeof more, ",\"num_key_value_heads\":2,\"rope_parameters\":{\"rope_theta\":100,%s", stretched);
	good(a, more);
	bad("", "is [24,48], by config.json it would be [48,48]"); /* as many heads of keys as of queries */
	bad(",\"num_key_value_heads\":3", "num_attention_heads 4 is no multiple of num_key_value_heads 3");
	bad(",\"num_key_value_heads\":0", "num_key_value_heads is 0, a whole number from 1");
	bad(",\"num_key_value_heads\":2,\"hidden_act\":\"gelu\"", "gelu");
	bad(",\"num_key_value_heads\":2,\"head_dim\":64", "head_dim");
	bad(",\"num_key_value_heads\":2,\"rope_theta\":-5", "rope_theta is -5, a number from 1");
	bad(",\"num_key_value_heads\":2,\"rope_scaling\":{\"type\":\"yarn\",\"factor\":2}", "yarn");
	bad(",\"num_key_value_heads\":2,\"rope_scaling\":7", "rope_scaling is 7, an object is wanted");
	bad(",\"num_key_value_heads\":2,\"mlp_bias\":true", "mlp_bias");
	bad(",\"num_key_value_heads\":2,\"mlp_bias\":\"x\"", "mlp_bias is \"x\", true or false");
	bad(",\"num_key_value_heads\":2,\"attention_bias\":1", "attention_bias is 1, true or false");
	bad(",\"num_key_value_heads\":2,\"tie_word_embeddings\":\"false\"", "true or false is wanted");
	bad(",\"num_key_value_heads\":2,\"hidden_act\":1", "hidden_act is 1, a text is wanted");
	bad(",\"num_key_value_heads\":2,\"rope_scaling\":{\"rope_type\":5}", "rope_type is 5, a text");
	bad(",\"num_key_value_heads\":2,\"rope_scaling\":{\"type\":[\"yarn\"]}", "type is [\"yarn\"], a text");
	bad(",\"num_key_value_heads\":2,\"attention_bias\":true", "q_proj.bias is missing");
	bad(",\"num_key_value_heads\":2,\"rope_scaling\":{\"type\":\"llama3\",\"factor\":2,\"low_freq_factor\":1,"
	    "\"high_freq_factor\":4}",
	    "original_max_position_embeddings");
	a->ntensor--;
	ok(maas_tensors_save("d/model.safetensors", a->tensor, a->ntensor, NULL, 0, 0) == 0, "one less");
	bad(",\"num_key_value_heads\":2", "lm_head.weight is missing");
	unlink("d/model.safetensors");
	unlink("d/config.json");
	rmdir("d");
	ok(chdir("/") == 0 && rmdir(folder) == 0, "nothing is left behind");
	maas_model_close(a);
	maas_model_close(b);
	return done();
}
