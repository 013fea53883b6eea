/* foreign_print.c -- settings of ours as config.json of transformers. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model_foreign.h"
#include "transformer.h"

/* Members, to be put in the order of their names. */
struct members {
	struct maas_arena *arena;
	struct member {
		const char *key, *value;
	} * of;
	size_t n, cap;
	int bad;
};

static void
put(struct members *o, const char *key, const char *value)
{
	if (o->bad || maas_grow(&o->of, o->n, &o->cap, 1, sizeof *o->of) < 0 ||
	    !(value = maas_take_text(o->arena, value, strlen(value))))
		o->bad = 1;
	else
		o->of[o->n++] = (struct member){ key, value };
}

static void
put_int(struct members *o, const char *key, long v)
{
	char text[32];

	snprintf(text, sizeof text, "%ld", v);
	put(o, key, text);
}

static void
put_flag(struct members *o, const char *key, int v)
{
	put(o, key, v ? "true" : "false");
}

/* As Python prints it: with a point, where there is no exponent. */
static int
real_text(struct maas_buf *b, double v)
{
	size_t from = b->n;

	if (maas_json_put_real(b, v) < 0)
		return -1;
	return strpbrk(b->s + from, ".e") ? 0 : maas_buf_text(b, ".0");
}

static void
put_real(struct members *o, const char *key, double v)
{
	struct maas_buf b = { 0 };

	if (real_text(&b, v) < 0)
		o->bad = 1;
	else
		put(o, key, b.s);
	maas_buf_free(&b);
}

static void
put_gpt2(struct members *o, const struct transformer *s)
{
	put_int(o, "n_layer", s->layers);
	put_int(o, "n_head", s->heads);
	put_int(o, "n_embd", s->embed);
	put_int(o, "n_positions", s->context);
	put_int(o, "n_ctx", s->context);
	put(o, "n_inner", "null");
	put(o, "activation_function", "\"gelu_new\"");
	put_real(o, "layer_norm_epsilon", s->eps);
	put_real(o, "resid_pdrop", s->dropout);
	put_real(o, "embd_pdrop", s->dropout);
	put_real(o, "attn_pdrop", 0);
	put_flag(o, "scale_attn_weights", 1);
	put_flag(o, "scale_attn_by_inverse_layer_idx", 0);
	put_flag(o, "reorder_and_upcast_attn", 0);
}

/* Turns are all slow where none is above `low` within the original context: then they are divided, and that is all. */
static void
put_scaling(struct members *o, const struct maas_rope *r)
{
	const struct {
		const char *key;
		double value;
	} of[] = { { "factor", r->factor }, { "low_freq_factor", r->low }, { "high_freq_factor", r->high } };
	int linear = r->original < 2 * 3.14159265358979323846 * r->low;
	struct maas_buf b = { 0 };
	int rc = maas_buf_printf(&b, "{\"rope_type\":\"%s\"", linear ? "linear" : "llama3");

	for (size_t i = 0; i < (linear ? 1 : MAAS_COUNT(of)) && rc == 0; i++)
		rc = maas_buf_printf(&b, ",\"%s\":", of[i].key) < 0 || real_text(&b, of[i].value) < 0 ? -1 : 0;
	if (rc == 0 && !linear)
		rc = maas_buf_printf(&b, ",\"original_max_position_embeddings\":%.0f", r->original);
	if (rc == 0)
		rc = maas_buf_text(&b, "}");
	put(o, "rope_scaling", rc == 0 && r->factor > 1 ? b.s : "null");
	o->bad |= rc < 0;
	maas_buf_free(&b);
}

static void
put_llama(struct members *o, const struct transformer *s)
{
	put_int(o, "num_hidden_layers", s->layers);
	put_int(o, "num_attention_heads", s->heads);
	put_int(o, "num_key_value_heads", s->kv_heads);
	put_int(o, "head_dim", s->embed / s->heads);
	put_int(o, "hidden_size", s->embed);
	put_int(o, "intermediate_size", s->hidden);
	put_int(o, "max_position_embeddings", s->context);
	put(o, "hidden_act", "\"silu\"");
	put_real(o, "rms_norm_eps", s->eps);
	put_real(o, "rope_theta", s->rope.theta);
	put_scaling(o, &s->rope);
	put_real(o, "attention_dropout", 0);
	if (s->bias == BIAS_QKV) { /* qwen2 */
		put_flag(o, "use_sliding_window", 0);
		return;
	}
	put_flag(o, "attention_bias", s->bias >= BIAS_ATTENTION);
	put_flag(o, "mlp_bias", s->bias == BIAS_ALL);
}

/* What an architecture's name ends in. */
static const char *
tail_of(enum foreign_head head, const struct foreign_family *f)
{
	if (head != FOREIGN_NEXT)
		return head == FOREIGN_TAGS ? "ForTokenClassification" : "ForSequenceClassification";
	return strcmp(f->type, "gpt2") ? "ForCausalLM" : "LMHeadModel";
}

static void
put_head(struct members *o, const struct maas_model *m, enum foreign_head head)
{
	struct maas_buf ids = { 0 }, labels = { 0 };

	if (foreign_print_labels(&ids, &labels, m) < 0) {
		o->bad = 1;
	} else {
		put(o, "id2label", ids.s);
		put(o, "label2id", labels.s);
		if (head == FOREIGN_TAGS && maas_model_meta(m, MAAS_TAGS_META))
			put(o, FOREIGN_RULE, "\"bio\""); /* the only rule there is */
		if (head == FOREIGN_ROWS)
			put(o, "problem_type",
			    maas_model_part(m, "labels").s ? "\"single_label_classification\"" : "\"regression\"");
	}
	maas_buf_free(&ids);
	maas_buf_free(&labels);
}

/* The ids of generation_config.json stand here too.  What labels texts wants one that pads them. */
static void
put_ids(struct members *o, const struct maas_json *generation, int pads)
{
	static const char *const keys[] = { "bos_token_id", "eos_token_id", "pad_token_id" };
	struct maas_buf b = { 0 };

	for (size_t i = 0; i < MAAS_COUNT(keys); i++) {
		const struct maas_json *v = maas_json_get(generation, keys[i]), *end;

		if (i == 2 && pads && (!v || maas_json_type(v) == MAAS_J_NULL) &&
		    (end = maas_json_get(generation, "eos_token_id")))
			v = maas_json_type(end) == MAAS_J_LIST ? maas_json_at(end, 0) : end;
		b.n = 0;
		if ((v ? maas_json_put(&b, v) : maas_buf_text(&b, "null")) < 0)
			o->bad = 1;
		else
			put(o, keys[i], b.s);
	}
	maas_buf_free(&b);
}

static int
by_key(const void *a, const void *b)
{
	return strcmp(((const struct member *)a)->key, ((const struct member *)b)->key);
}

int
foreign_print_config(
    struct maas_buf *to, const struct maas_model *m, enum maas_dtype type, const struct maas_json *generation)
{
	const struct foreign_family *f = foreign_family_of(m);
	enum foreign_head head = foreign_head_here(m);
	struct members o = { .arena = maas_arena_new(1 << 12) };
	struct transformer s;
	char name[80];
	int rc;

	m->kind->decode->shape(&s, m->settings);
	o.bad = !o.arena;
	snprintf(name, sizeof name, "[\"%s%s\"]", f->name, tail_of(head, f));
	put(&o, "architectures", name);
	if (head != FOREIGN_NEXT)
		put_head(&o, m, head);
	snprintf(name, sizeof name, "\"%s\"", f->type);
	put(&o, "model_type", name);
	put(&o, "torch_dtype", type == MAAS_F32 ? "\"float32\"" : type == MAAS_BF16 ? "\"bfloat16\"" : "\"float16\"");
	put_int(&o, "vocab_size", s.vocab);
	put_flag(&o, "tie_word_embeddings", s.tied);
	put_flag(&o, "use_cache", 1);
	put_real(&o, "initializer_range", 0.02);
	put_ids(&o, generation, head == FOREIGN_ROWS);
	if (strcmp(f->type, "gpt2"))
		put_llama(&o, &s);
	else
		put_gpt2(&o, &s);
	if (!o.bad)
		qsort(o.of, o.n, sizeof *o.of, by_key);
	rc = o.bad ? -1 : maas_buf_text(to, "{\n");
	for (size_t i = 0; i < o.n && rc == 0; i++)
		rc = maas_buf_printf(to, "  \"%s\": %s%s\n", o.of[i].key, o.of[i].value, i + 1 < o.n ? "," : "");
	if (rc == 0)
		rc = maas_buf_text(to, "}\n");
	free(o.of);
	maas_arena_free(o.arena);
	return rc;
}
