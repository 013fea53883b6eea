/* foreign_config.c -- config.json of GPT-2, Llama and its kin as settings of ours; what ours do in one way only is
 * checked, and what would be done otherwise is refused by name. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model_foreign.h"
#include "transformer.h"

/* A member that is there and not null: what is behind the last point of its key, where that has one. */
static const struct maas_json *
member(const struct maas_json *object, const char *key)
{
	const char *point = strrchr(key, '.');
	const struct maas_json *v = object ? maas_json_get(object, point ? point + 1 : key) : NULL;

	return v && maas_json_type(v) != MAAS_J_NULL ? v : NULL;
}

/* "config.json: KEY is FOUND, WANTED" */
static int
refuse(const char *key, const struct maas_json *found, const char *wanted)
{
	struct maas_buf b = { 0 };
	double x;
	int rc;

	rc = maas_json_type(found) == MAAS_J_REAL && maas_json_real(found, &x) == 0 ? maas_json_put_real(&b, x)
										    : maas_json_put(&b, found);
	if (rc == 0)
		rc = maas_fail("config.json: %s is %.60s%s, %s", key, b.s, b.n > 60 ? "..." : "", wanted);
	maas_buf_free(&b);
	return rc;
}

/* A text; what is not there stays. */
static int
text(const struct maas_json *object, const char *key, struct maas_span *to)
{
	const struct maas_json *v = member(object, key);

	return v && maas_json_text(v, to) < 0 ? refuse(key, v, "a text is wanted") : 0;
}

/* True or false; what is not there stays. */
static int
flag(const struct maas_json *object, const char *key, int *to)
{
	const struct maas_json *v = member(object, key);

	return v && maas_json_bool(v, to) < 0 ? refuse(key, v, "true or false is wanted") : 0;
}

static int
integer(const struct maas_json *object, const char *key, double low, double high, long *to)
{
	const struct maas_json *v = member(object, key);
	char wanted[100];
	int64_t n;

	snprintf(wanted, sizeof wanted, "a whole number from %.0f to %.0f is wanted", low, high);
	if (!v)
		return maas_fail("config.json: %s is missing: %s", key, wanted);
	if (maas_json_int(v, &n) < 0 || (double)n < low || (double)n > high)
		return refuse(key, v, wanted);
	*to = (long)n;
	return 0;
}

static int
real(const struct maas_json *object, const char *key, double low, double high, double *to)
{
	const struct maas_json *v = member(object, key);
	char wanted[100];
	double x;

	snprintf(wanted, sizeof wanted, "a number from %g to %g is wanted", low, high);
	if (!v)
		return maas_fail("config.json: %s is missing: %s", key, wanted);
	if (maas_json_real(v, &x) < 0 || !(x >= low && x <= high))
		return refuse(key, v, wanted);
	*to = x;
	return 0;
}

/* One setting, within the range that the kind's field has; what need not be there stays. */
static int
take(struct maas_model *m, const struct maas_json *object, const struct foreign_key *k)
{
	const struct maas_field *f = maas_field(m->kind->fields, k->field, 0);
	const char *key = !member(object, k->key) && k->other && member(object, k->other) ? k->other : k->key;
	void *to = (char *)m->settings + f->at;

	if (!member(object, key) && !k->must)
		return 0;
	if (f->type == MAAS_F_FLAG)
		return flag(object, key, to);
	if (f->type == MAAS_F_INT)
		return integer(object, key, f->min > 1 ? f->min : 1, f->max, to);
	return real(object, key, f->min, f->max, to);
}

/* What is there must be this. */
static int
only(const struct maas_json *config, const char *key, int want)
{
	int on = want;

	if (flag(config, key, &on) < 0)
		return -1;
	return on == want ? 0 : refuse(key, member(config, key), "which cannot be done");
}

static int
more_gpt2(struct maas_model *m, const struct maas_json *config)
{
	static const struct {
		const char *key;
		int want;
	} flags[] = { { "scale_attn_weights", 1 }, { "scale_attn_by_inverse_layer_idx", 0 },
		{ "tie_word_embeddings", 1 }, { "add_cross_attention", 0 } };
	const struct maas_gpt *g = m->settings;
	struct maas_span act = maas_span("gelu_new");
	double eps = 1e-5;
	long inner = 4 * g->embed;

	if (text(config, "activation_function", &act) < 0)
		return -1;
	if (!maas_span_is(act, "gelu_new") && !maas_span_is(act, "gelu_pytorch_tanh"))
		return refuse(
		    "activation_function", member(config, "activation_function"), "gelu_new is what can be done");
	if (member(config, "n_inner") && integer(config, "n_inner", 1, 1 << 24, &inner) < 0)
		return -1;
	if (inner != 4 * g->embed)
		return refuse("n_inner", member(config, "n_inner"), "4 n_embd is what can be done");
	if (member(config, "layer_norm_epsilon") && real(config, "layer_norm_epsilon", 0, 1, &eps) < 0)
		return -1;
	if (fabs(eps - 1e-5) > 1e-12)
		return refuse("layer_norm_epsilon", member(config, "layer_norm_epsilon"), "1e-05 is what can be done");
	for (size_t i = 0; i < MAAS_COUNT(flags); i++)
		if (only(config, flags[i].key, flags[i].want) < 0)
			return -1;
	return 0;
}

/* How positions turn, where it stands: older files say rope_theta and rope_scaling, newer ones rope_parameters. */
struct rope_keys {
	const char *name, *type, *other, *theta, *factor, *low, *high, *original;
};
#define ROPE_KEYS(of) \
	{ \
		of, of ".rope_type", of ".type", of ".rope_theta", of ".factor", of ".low_freq_factor", \
		    of ".high_freq_factor", of ".original_max_position_embeddings" \
	}
static const struct rope_keys older = ROPE_KEYS("rope_scaling"), newer = ROPE_KEYS("rope_parameters");

/* Llama 3.1's slower turns, or all of them slower: with an original context of 1, none turns once within it. */
static int
slower(struct maas_llama *g, const struct maas_json *s, const struct rope_keys *k, int linear)
{
	const struct maas_field *original = maas_field(maas_kind_llama.fields, "rope_original", 0);

	if (real(s, k->factor, 1, 1e6, &g->rope_factor) < 0)
		return -1;
	if (linear) {
		g->rope_original = 1;
		return 0;
	}
	if (real(s, k->low, 0, 1e6, &g->rope_low) < 0 || real(s, k->high, 0, 1e6, &g->rope_high) < 0 ||
	    integer(s, k->original, original->min, original->max, &g->rope_original) < 0)
		return -1;
	return g->rope_high > g->rope_low
	    ? 0
	    : maas_fail("config.json: %s %g is not above %s %g", k->high, g->rope_high, k->low, g->rope_low);
}

static int
read_rope(struct maas_llama *g, const struct maas_json *config)
{
	const struct rope_keys *k = member(config, newer.name) ? &newer : &older;
	const struct maas_json *s = member(config, k->name);
	const struct maas_field *theta = maas_field(maas_kind_llama.fields, "rope_theta", 0);
	const char *key = "rope_theta";
	struct maas_span type = maas_span("default");

	if (s && maas_json_type(s) != MAAS_J_OBJECT)
		return refuse(k->name, s, "an object is wanted");
	if (k == &newer && member(s, k->theta)) {
		key = k->theta;
		config = s;
	}
	if (member(config, key) && real(config, key, theta->min, theta->max, &g->rope_theta) < 0)
		return -1;
	if (!s)
		return 0;
	key = member(s, k->type) ? k->type : k->other;
	if (text(s, key, &type) < 0)
		return -1;
	if (maas_span_is(type, "default"))
		return 0;
	if (!maas_span_is(type, "llama3") && !maas_span_is(type, "linear"))
		return refuse(key, member(s, key), "default, linear and llama3 are what can be done");
	return slower(g, s, k, maas_span_is(type, "linear"));
}

/* Attention to the last tokens alone: the same as to all, in texts that are no longer. */
static int
read_window(struct maas_model *m, const struct maas_json *config, int slides)
{
	struct maas_llama *g = m->settings;
	long window;
	char note[160];

	if (!slides || !member(config, "sliding_window"))
		return 0;
	if (integer(config, "sliding_window", 1, 1 << 30, &window) < 0)
		return -1;
	if (window >= g->context)
		return 0;
	snprintf(note, sizeof note,
	    "config.json: sliding_window is %ld: texts of up to so many tokens, of max_position_embeddings %ld, can be read",
	    window, g->context);
	g->context = window;
	return (m->note = maas_take_text(m->arena, note, strlen(note))) ? 0 : -1;
}

static int
set_bias(struct maas_model *m, const char *which)
{
	return maas_set(maas_field(m->kind->fields, "bias", 0), m->settings, which);
}

/* What Llama, Mistral and Qwen2 have in common. */
static int
more_common(struct maas_model *m, const struct maas_json *config)
{
	struct maas_llama *g = m->settings;
	struct maas_span act = maas_span("silu");
	double part = 1;
	long hd;

	if (text(config, "hidden_act", &act) < 0)
		return -1;
	if (!maas_span_is(act, "silu") && !maas_span_is(act, "swish"))
		return refuse("hidden_act", member(config, "hidden_act"), "silu is what can be done");
	if (member(config, "head_dim")) {
		if (integer(config, "head_dim", 1, 1 << 20, &hd) < 0)
			return -1;
		if (g->embed % g->heads || hd != g->embed / g->heads)
			return refuse("head_dim", member(config, "head_dim"),
			    "hidden_size / num_attention_heads is what can be done");
	}
	if (member(config, "partial_rotary_factor") && real(config, "partial_rotary_factor", 0, 1, &part) < 0)
		return -1;
	if (part != 1)
		return refuse(
		    "partial_rotary_factor", member(config, "partial_rotary_factor"), "1 is what can be done");
	return read_rope(g, config);
}

static int
more_llama(struct maas_model *m, const struct maas_json *config)
{
	int attention = 0, mlp = 0;

	if (flag(config, "attention_bias", &attention) < 0 || flag(config, "mlp_bias", &mlp) < 0)
		return -1;
	if (mlp && !attention)
		return maas_fail("config.json: mlp_bias is true, attention_bias is not, which cannot be done");
	if (set_bias(m, mlp ? "all" : attention ? "attention" : "none") < 0)
		return -1;
	return more_common(m, config);
}

static int
more_mistral(struct maas_model *m, const struct maas_json *config)
{
	if (set_bias(m, "none") < 0 || more_common(m, config) < 0)
		return -1;
	return read_window(m, config, 1);
}

static int
more_qwen2(struct maas_model *m, const struct maas_json *config)
{
	int slides = 0;

	if (set_bias(m, "qkv") < 0 || more_common(m, config) < 0 || flag(config, "use_sliding_window", &slides) < 0)
		return -1;
	return read_window(m, config, slides);
}

static const struct foreign_key gpt2_keys[] = { { "n_layer", NULL, "layers", 1 }, { "n_head", NULL, "heads", 1 },
	{ "n_embd", NULL, "embed", 1 }, { "n_positions", "n_ctx", "context", 1 }, { "vocab_size", NULL, "vocab", 1 },
	{ NULL, NULL, NULL, 0 } };
static const struct foreign_key llama_keys[] = { { "num_hidden_layers", NULL, "layers", 1 },
	{ "num_attention_heads", NULL, "heads", 1 }, { "num_key_value_heads", "num_attention_heads", "kv_heads", 1 },
	{ "hidden_size", NULL, "embed", 1 }, { "intermediate_size", NULL, "hidden", 1 },
	{ "max_position_embeddings", NULL, "context", 1 }, { "vocab_size", NULL, "vocab", 1 },
	{ "rms_norm_eps", NULL, "eps", 0 }, { "tie_word_embeddings", NULL, "tied", 0 }, { NULL, NULL, NULL, 0 } };

static const struct foreign_family foreign_families[] = {
	{ "gpt2", "GPT2", "gpt", "h.", "transformer.", "classifier", gpt2_keys, more_gpt2 },
	{ "llama", "Llama", "llama", NULL, "model.", "score", llama_keys, more_llama },
	{ "mistral", "Mistral", "llama", NULL, "model.", "score", llama_keys, more_mistral },
	{ "qwen2", "Qwen2", "llama", NULL, "model.", "score", llama_keys, more_qwen2 },
	{ NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL },
};

/* Biases of queries, keys and values alone are Qwen2's; all else is Llama's. */
const struct foreign_family *
foreign_family_of(const struct maas_model *m)
{
	struct transformer s;

	if (m->kind == &maas_kind_gpt)
		return &foreign_families[0];
	if (m->kind != &maas_kind_llama)
		return NULL;
	m->kind->decode->shape(&s, m->settings);
	return &foreign_families[s.bias == BIAS_QKV ? 3 : 1];
}

/* The first of architectures, behind the family's name; s NULL: there is none. */
static struct maas_span
architecture(const struct maas_json *config, const struct foreign_family *f)
{
	const struct maas_json *list = member(config, "architectures");
	size_t n = strlen(f->name);
	struct maas_span s;

	if (!list || maas_json_type(list) != MAAS_J_LIST || maas_json_text(maas_json_at(list, 0), &s) < 0 || s.n < n ||
	    memcmp(s.s, f->name, n))
		return (struct maas_span){ NULL, 0 };
	return (struct maas_span){ s.s + n, s.n - n };
}

enum foreign_head
foreign_head_of(const struct maas_json *config, const struct foreign_family *f)
{
	struct maas_span s = architecture(config, f);

	if (s.s && maas_span_is(s, "ForSequenceClassification"))
		return FOREIGN_ROWS;
	return s.s && maas_span_is(s, "ForTokenClassification") ? FOREIGN_TAGS : FOREIGN_NEXT;
}

/* The network without a head, or with one that says what comes next, or what the text is. */
static int
check_architecture(const struct maas_json *config, const struct foreign_family *f)
{
	static const char *const tails[] = { "Model", "LMHeadModel", "ForCausalLM", "DoubleHeadsModel",
		"ForSequenceClassification", "ForTokenClassification" };
	const struct maas_json *list = member(config, "architectures");
	struct maas_span s = architecture(config, f);

	if (!list || (maas_json_type(list) == MAAS_J_LIST && maas_json_size(list) == 0))
		return 0;
	for (size_t i = 0; s.s && i < MAAS_COUNT(tails); i++)
		if (maas_span_is(s, tails[i]))
			return 0;
	return refuse("architectures", list,
	    strcmp(f->type, "gpt2")
		? "...ForCausalLM, ...ForSequenceClassification and ...ForTokenClassification of its model_type can be read"
		: "GPT2LMHeadModel, GPT2ForSequenceClassification and GPT2ForTokenClassification can be read");
}

/* Heads share channels, and keys heads. */
static int
check_heads(const struct maas_model *m, const struct foreign_family *f)
{
	const char *embed = NULL, *heads = NULL, *keys = NULL;
	struct transformer s;

	for (const struct foreign_key *k = f->keys; k->key; k++) {
		embed = strcmp(k->field, "embed") ? embed : k->key;
		heads = strcmp(k->field, "heads") ? heads : k->key;
		keys = strcmp(k->field, "kv_heads") ? keys : k->key;
	}
	m->kind->decode->shape(&s, m->settings);
	if (s.embed % s.heads)
		return maas_fail("config.json: %s %ld is no multiple of %s %ld", embed, s.embed, heads, s.heads);
	if (s.heads % s.kv_heads)
		return maas_fail("config.json: %s %ld is no multiple of %s %ld", heads, s.heads, keys, s.kv_heads);
	if (s.rope.theta > 0 && s.embed / s.heads % 2)
		return maas_fail(
		    "config.json: %s %ld in %s %ld make heads of %ld channels: positions turn pairs of them", embed,
		    s.embed, heads, s.heads, s.embed / s.heads);
	return 0;
}

static int
read_config(struct maas_model *m, const struct maas_json *config, const struct foreign_family *f)
{
	const struct maas_json *few = member(config, "quantization_config");
	struct maas_span how = maas_span("quantized");

	if (few)
		return text(few, "quant_method", &how) < 0
		    ? -1
		    : maas_fail(
			  "config.json: quantization_config: weights that were made by %.*s cannot be read; those "
			  "they were made of can, and maas-model quantize makes fewer bits of them",
			  (int)(how.n < 60 ? how.n : 60), how.s);
	if (check_architecture(config, f) < 0)
		return -1;
	if (m->kind == &maas_kind_llama) {
		struct maas_llama *g = m->settings;

		g->eps = 1e-6; /* what transformers has where none is said */
		g->tied = 0;
	}
	for (const struct foreign_key *k = f->keys; k->key; k++)
		if (take(m, config, k) < 0)
			return -1;
	return check_heads(m, f) < 0 ? -1 : f->more(m, config);
}

struct maas_model *
foreign_config(const struct maas_json *config, const struct foreign_family **family)
{
	struct maas_span type;
	struct maas_model *m;

	if (maas_json_type(config) != MAAS_J_OBJECT || maas_json_text(maas_json_get(config, "model_type"), &type) < 0) {
		maas_fail("config.json: model_type is missing");
		return NULL;
	}
	for (const struct foreign_family *f = foreign_families; f->type; f++) {
		if (!maas_span_is(type, f->type))
			continue;
		*family = f;
		if (!(m = maas_model_new(maas_kind_find(f->kind))) || read_config(m, config, f) == 0)
			return m;
		maas_model_close(m);
		return NULL;
	}
	maas_fail("config.json: model_type is %.*s, gpt2, llama, mistral and qwen2 are what can be read",
	    (int)(type.n < 60 ? type.n : 60), type.s);
	return NULL;
}

/* An id below `end`, or a list of some; null is none, and so is -1, which older files have. */
static int
check_ids(const char *file, const char *key, const struct maas_json *v, int64_t end)
{
	size_t n = maas_json_type(v) == MAAS_J_LIST ? maas_json_size(v) : 1;
	struct maas_buf b = { 0 };
	int64_t id;
	int good = n <= MAAS_ENDS;

	for (size_t i = 0; good && i < n; i++) {
		const struct maas_json *one = maas_json_type(v) == MAAS_J_LIST ? maas_json_at(v, i) : v;

		good = maas_json_int(one, &id) == 0 && id >= -1 && id < end;
	}
	if (good || maas_json_put(&b, v) < 0)
		return good ? 0 : -1;
	maas_fail("%s: %s is %.60s%s, a token id below %lld or a list of at most %d is wanted", file, key, b.s,
	    b.n > 60 ? "..." : "", (long long)end, MAAS_ENDS);
	maas_buf_free(&b);
	return -1;
}

/*
 * The ids that config.json says and generation_config.json does not.  What ends a text must be among the vocabulary, or
 * none would end; what fills up a batch, which nothing here does, often is the first id behind it.
 */
static int
put_missing(struct maas_buf *b, const struct maas_json *config, const struct maas_json *generation)
{
	static const char *const keys[] = { "bos_token_id", "eos_token_id", "pad_token_id" };
	long vocab = 0;
	int rc = integer(config, "vocab_size", 1, 1 << 24, &vocab);

	for (size_t i = 0; i < MAAS_COUNT(keys) && rc == 0; i++) {
		const struct maas_json *said = member(generation, keys[i]), *v = member(config, keys[i]);
		int64_t end = i == 1 ? vocab : (int64_t)INT32_MAX + 1;

		if (said)
			rc = check_ids("generation_config.json", keys[i], said, end);
		else if (v && (rc = check_ids("config.json", keys[i], v, end)) == 0)
			rc = maas_buf_printf(b, "%s\"%s\":", b->n ? "," : "", keys[i]) < 0 || maas_json_put(b, v) < 0
			    ? -1
			    : 0;
	}
	return rc;
}

/* On one line: line ends, which stand in no text of JSON, and the blanks behind them go. */
static void
flatten(struct maas_buf *b)
{
	size_t n = 0;

	for (size_t i = 0; i < b->n; i++) {
		if (b->s[i] == '\n' || b->s[i] == '\r')
			while (i + 1 < b->n && strchr(" \t\r\n", b->s[i + 1]))
				i++;
		else
			b->s[n++] = b->s[i];
	}
	b->n = n;
	if (b->s)
		b->s[n] = '\0';
}

int
foreign_generation(struct maas_model *m, const struct maas_json *config, struct maas_span said)
{
	struct maas_buf more = { 0 }, all = { 0 };
	struct maas_json *generation = said.n ? maas_json_parse(said) : NULL;
	int rc = said.n && !generation ? maas_in("generation_config.json") : 0;

	if (rc == 0 && generation && maas_json_type(generation) != MAAS_J_OBJECT)
		rc = maas_fail("generation_config.json: an object is wanted");
	if (rc == 0)
		rc = put_missing(&more, config, generation);
	if (rc == 0 && (said.n || more.n)) {
		rc = maas_json_merge(&all, said.n ? said : maas_span("{}"), (struct maas_span){ more.s, more.n });
		flatten(&all);
		if (rc == 0)
			rc = maas_model_set_meta(m, FOREIGN_GENERATION, all.s);
	}
	maas_json_free(generation);
	maas_buf_free(&more);
	maas_buf_free(&all);
	return rc;
}
