/* foreign_config.c -- config.json of GPT-2 and Llama as settings of ours; what ours do in one way only is checked. */
#include "model_foreign.h"

/* A member that is there and not null. */
static const struct maas_json *
member(const struct maas_json *object, const char *key)
{
	const struct maas_json *v = object ? maas_json_get(object, key) : NULL;

	return v && maas_json_type(v) != MAAS_J_NULL ? v : NULL;
}

static int
number(const struct maas_json *config, const char *key, const char *other, long *to)
{
	const struct maas_json *v = member(config, key);
	int64_t n;

	if (!v && other)
		v = member(config, other);
	if (!v || maas_json_int(v, &n) < 0 || n < 1 || n > 1 << 24)
		return maas_fail("config.json: %s: no number of use", key);
	*to = (long)n;
	return 0;
}

/* A text; what is not there stays. */
static int
text(const struct maas_json *object, const char *key, struct maas_span *to)
{
	const struct maas_json *v = member(object, key);

	return v && maas_json_text(v, to) < 0 ? maas_fail("config.json: %s: no text", key) : 0;
}

/* True or false; what is not there stays. */
static int
flag(const struct maas_json *object, const char *key, int *to)
{
	const struct maas_json *v = member(object, key);

	return v && maas_json_bool(v, to) < 0 ? maas_fail("config.json: %s: neither true nor false", key) : 0;
}

/* What our gpt does in one way only. */
static int
check_ways(const struct maas_json *config, const struct maas_gpt *g)
{
	static const struct {
		const char *key;
		int want;
	} flags[] = { { "scale_attn_weights", 1 }, { "scale_attn_by_inverse_layer_idx", 0 },
		{ "tie_word_embeddings", 1 } };
	struct maas_span act = maas_span("gelu_new");
	const struct maas_json *v;
	double eps = 0;
	long inner;

	if (text(config, "activation_function", &act) < 0)
		return -1;
	if (!maas_span_is(act, "gelu_new") && !maas_span_is(act, "gelu_pytorch_tanh"))
		return maas_fail(
		    "config.json: activation_function is %.*s, gelu_new is what can be done", (int)act.n, act.s);
	if (member(config, "n_inner") && number(config, "n_inner", NULL, &inner) < 0)
		return -1;
	if (member(config, "n_inner") && inner != 4 * g->embed)
		return maas_fail("config.json: n_inner is %ld, 4 n_embd is what can be done", inner);
	if ((v = member(config, "layer_norm_epsilon")) && maas_json_real(v, &eps) < 0)
		return maas_fail("config.json: layer_norm_epsilon: no number");
	if (v && eps != 1e-5)
		return maas_fail("config.json: layer_norm_epsilon is %g, 1e-05 is what can be done", eps);
	for (size_t i = 0; i < MAAS_COUNT(flags); i++) {
		int on = flags[i].want;

		if (flag(config, flags[i].key, &on) < 0)
			return -1;
		if (on != flags[i].want)
			return maas_fail(
			    "config.json: %s is %s, which cannot be done", flags[i].key, on ? "true" : "false");
	}
	return 0;
}

static int
read_gpt2(void *settings, const struct maas_json *config)
{
	struct maas_gpt *g = settings;

	if (number(config, "n_layer", NULL, &g->layers) < 0 || number(config, "n_head", NULL, &g->heads) < 0 ||
	    number(config, "n_embd", NULL, &g->embed) < 0 || number(config, "n_positions", "n_ctx", &g->context) < 0 ||
	    number(config, "vocab_size", NULL, &g->vocab) < 0)
		return -1;
	return check_ways(config, g);
}

/* A real number within the range that the kind's field has; what is not there stays. */
static int
real(const struct maas_json *object, const char *key, const char *field, struct maas_llama *to)
{
	const struct maas_json *v = member(object, key);
	const struct maas_field *f = maas_field(maas_kind_llama.fields, field, 0);
	double x;

	if (!v)
		return 0;
	if (!f || maas_json_real(v, &x) < 0 || !(x >= f->min && x <= f->max))
		return maas_fail("config.json: %s: no number of use", key);
	*(double *)((char *)to + f->at) = x;
	return 0;
}

/* How positions turn: older files say rope_theta and rope_scaling, newer ones rope_parameters. */
static int
read_rope(struct maas_llama *g, const struct maas_json *config)
{
	const struct maas_json *newer = member(config, "rope_parameters"),
			       *s = newer ? newer : member(config, "rope_scaling");
	struct maas_span type = maas_span("default");

	if (real(newer ? newer : config, "rope_theta", "rope_theta", g) < 0)
		return -1;
	if (!s)
		return 0;
	if (maas_json_type(s) != MAAS_J_OBJECT)
		return maas_fail("config.json: rope_scaling: no object");
	if (text(s, member(s, "rope_type") ? "rope_type" : "type", &type) < 0)
		return -1;
	if (maas_span_is(type, "default"))
		return 0;
	if (!maas_span_is(type, "llama3"))
		return maas_fail(
		    "config.json: rope_type is %.*s, default and llama3 are what can be done", (int)type.n, type.s);
	if (real(s, "factor", "rope_factor", g) < 0 || real(s, "low_freq_factor", "rope_low", g) < 0 ||
	    real(s, "high_freq_factor", "rope_high", g) < 0)
		return -1;
	return number(s, "original_max_position_embeddings", NULL, &g->rope_original);
}

static int
read_biases(struct maas_llama *g, const struct maas_json *config)
{
	int attention = 0, mlp = 0;

	if (flag(config, "attention_bias", &attention) < 0 || flag(config, "mlp_bias", &mlp) < 0)
		return -1;
	if (mlp && !attention)
		return maas_fail("config.json: mlp_bias without attention_bias, which cannot be done");
	return maas_set(maas_field(maas_kind_llama.fields, "bias", 0), g,
	    mlp             ? "all"
		: attention ? "attention"
			    : "none");
}

static int
read_llama(void *settings, const struct maas_json *config)
{
	struct maas_llama *g = settings;
	struct maas_span act = maas_span("silu");
	long hd;

	g->eps = 1e-6; /* what transformers has where none is said */
	if (number(config, "num_hidden_layers", NULL, &g->layers) < 0 ||
	    number(config, "num_attention_heads", NULL, &g->heads) < 0 ||
	    number(config, "num_key_value_heads", "num_attention_heads", &g->kv_heads) < 0 ||
	    number(config, "hidden_size", NULL, &g->embed) < 0 ||
	    number(config, "intermediate_size", NULL, &g->hidden) < 0 ||
	    number(config, "max_position_embeddings", NULL, &g->context) < 0 ||
	    number(config, "vocab_size", NULL, &g->vocab) < 0 || real(config, "rms_norm_eps", "eps", g) < 0 ||
	    text(config, "hidden_act", &act) < 0)
		return -1;
	if (!maas_span_is(act, "silu"))
		return maas_fail("config.json: hidden_act is %.*s, silu is what can be done", (int)act.n, act.s);
	if (member(config, "head_dim") && (number(config, "head_dim", NULL, &hd) < 0 || hd != g->embed / g->heads))
		return maas_fail("config.json: head_dim is not hidden_size / num_attention_heads");
	g->tied = 0;
	if (flag(config, "tie_word_embeddings", &g->tied) < 0 || read_biases(g, config) < 0)
		return -1;
	return read_rope(g, config);
}

struct maas_model *
maas_foreign_config(const struct maas_json *config, const char **turned)
{
	static const struct {
		const char *type, *kind, *turned;
		int (*read)(void *settings, const struct maas_json *);
	} known[] = { { "gpt2", "gpt", "h.", read_gpt2 }, { "llama", "llama", NULL, read_llama } };
	struct maas_span type;
	struct maas_model *m;

	if (maas_json_type(config) != MAAS_J_OBJECT || maas_json_text(maas_json_get(config, "model_type"), &type) < 0) {
		maas_fail("config.json: no model_type");
		return NULL;
	}
	for (size_t i = 0; i < MAAS_COUNT(known); i++) {
		if (!maas_span_is(type, known[i].type))
			continue;
		*turned = known[i].turned;
		if (!(m = maas_model_new(maas_kind_find(known[i].kind))) || known[i].read(m->settings, config) == 0)
			return m;
		maas_model_close(m);
		return NULL;
	}
	maas_fail("config.json: model_type is %.*s, gpt2 and llama are what can be read", (int)type.n, type.s);
	return NULL;
}
