/*
 * GPT-2 of Radford et al. 2019: token and position embeddings, blocks of attention and a
 * perceptron with layer norm before each, a last layer norm, and a head tied to the token
 * embedding.  GELU is the tanh form, norms have eps 1e-5, every weight is [out, in].
 */
#include <math.h>
#include <string.h>

#include "maas/model.h"

#define EPS  1e-5f
#define DEEP 100000 /* layers, heads: more is a mistake */

static const struct maas_field fields[] = { MAAS_INT(
						0, maas_gpt, layers, 1, DEEP, 6, "blocks of attention and perceptron"),
	MAAS_INT(0, maas_gpt, heads, 1, DEEP, 6, "heads of attention a block; divides --embed"),
	MAAS_INT(0, maas_gpt, embed, 1, 1 << 20, 384, "channels"),
	MAAS_INT(0, maas_gpt, context, 1, 1 << 24, 256, "tokens seen at once"),
	MAAS_INT(0, maas_gpt, vocab, 0, 1 << 24, 0, "token ids there is room for; 0: as many as the tokeniser has"),
	MAAS_REAL(0, maas_gpt, dropout, 0, 0.99, 0, "share of activations left out in training"), MAAS_END };

struct builder {
	struct maas_tape *tape;
	const struct maas_gpt *s;
	long layer;
};

static int
check(const struct maas_gpt *s)
{
	if (s->embed % s->heads)
		return maas_fail("embed %ld is no multiple of heads %ld", s->embed, s->heads);
	if (s->vocab < 1)
		return maas_fail("vocab is %ld: a model needs token ids", s->vocab);
	return 0;
}

/* A parameter of the block being built.  cols 0: a vector. */
static struct maas_node *
param(const struct builder *b, const char *name, size_t rows, size_t cols)
{
	char full[64];
	const size_t dim[] = { rows, cols };

	snprintf(full, sizeof full, "h.%ld.%s", b->layer, name);
	return maas_param(b->tape, full, cols ? 2 : 1, dim, cols > 0);
}

static struct maas_node *
norm(const struct builder *b, struct maas_node *x, const char *weight, const char *bias)
{
	size_t c = (size_t)b->s->embed;
	struct maas_node *gain = param(b, weight, c, 0);

	return maas_layernorm(b->tape, x, gain, param(b, bias, c, 0), EPS);
}

/* x + dropout(y w^T + bias), in one op where nothing is dropped. */
static struct maas_node *
project(
    const struct builder *b, struct maas_node *y, const char *weight, const char *bias, size_t in, struct maas_node *x)
{
	size_t c = (size_t)b->s->embed;
	struct maas_node *w = param(b, weight, c, in), *add = param(b, bias, c, 0);

	if (b->s->dropout > 0)
		return maas_dropout(
		    b->tape, maas_linear(b->tape, y, w, add, NULL, MAAS_ACT_NONE), x, (float)b->s->dropout);
	return maas_linear(b->tape, y, w, add, x, MAAS_ACT_NONE);
}

static struct maas_node *
block(const struct builder *b, struct maas_node *x)
{
	size_t c = (size_t)b->s->embed;
	int heads = (int)b->s->heads;
	struct maas_node *h, *w;

	h = norm(b, x, "ln_1.weight", "ln_1.bias");
	w = param(b, "attn.c_attn.weight", 3 * c, c);
	h = maas_linear(b->tape, h, w, param(b, "attn.c_attn.bias", 3 * c, 0), NULL, MAAS_ACT_NONE);
	h = maas_attention(b->tape, h, (size_t)b->s->context, heads, heads);
	x = project(b, h, "attn.c_proj.weight", "attn.c_proj.bias", c, x);

	h = norm(b, x, "ln_2.weight", "ln_2.bias");
	w = param(b, "mlp.c_fc.weight", 4 * c, c);
	h = maas_linear(b->tape, h, w, param(b, "mlp.c_fc.bias", 4 * c, 0), NULL, MAAS_ACT_GELU_TANH);
	return project(b, h, "mlp.c_proj.weight", "mlp.c_proj.bias", 4 * c, x);
}

/* Inputs "ids" and "targets", [rows] each: whole sequences of `context` ids, one behind the other. */
static struct maas_node *
loss(const struct maas_model *m, struct maas_tape *t, size_t rows)
{
	const struct maas_gpt *s = m->settings;
	struct builder b = { t, s, 0 };
	size_t c = (size_t)s->embed;
	struct maas_node *ids, *targets, *x, *tokens, *positions, *gain, *bias;

	if (check(s))
		return NULL;
	ids = maas_input(t, "ids", MAAS_I32, 1, &rows);
	targets = maas_input(t, "targets", MAAS_I32, 1, &rows);
	tokens = maas_param(t, "wte.weight", 2, (size_t[]){ (size_t)s->vocab, c }, 1);
	positions = maas_param(t, "wpe.weight", 2, (size_t[]){ (size_t)s->context, c }, 1);
	x = maas_embed(t, ids, tokens, positions);
	if (s->dropout > 0)
		x = maas_dropout(t, x, NULL, (float)s->dropout);
	for (; b.layer < s->layers; b.layer++)
		x = block(&b, x);
	gain = maas_param(t, "ln_f.weight", 1, &c, 0);
	bias = maas_param(t, "ln_f.bias", 1, &c, 0);
	return maas_head_loss(t, maas_layernorm(t, x, gain, bias, EPS), tokens, targets);
}

/* Matrices N(0, 0.02), those that add to the residual narrower by sqrt(2 layers); gains 1, biases 0. */
static int
init(const struct maas_model *m, const struct maas_params *p, int how, uint64_t seed)
{
	const struct maas_gpt *s = m->settings;

	if (how != MAAS_INIT_AUTO && how != MAAS_INIT_GPT2)
		return maas_fail_as(MAAS_USAGE, "init: a gpt begins as gpt2 does");

	for (size_t i = 0; i < p->count; i++) {
		const struct maas_node *w = p->node[i];
		float *x = w->val;
		double sd = strstr(w->name, "c_proj") ? 0.02 / sqrt(2.0 * (double)s->layers) : 0.02;
		int gain = strstr(w->name, "ln_") && strstr(w->name, "weight");

		if (w->ndim == 2)
			maas_fill_normal(x, maas_len(w), sd, seed, i);
		else
			for (size_t j = 0; j < maas_len(w); j++)
				x[j] = (float)gain;
	}
	return 0;
}

static int
ready(struct maas_model *m)
{
	return check(m->settings);
}

/* How many ids of a text are judged, and the mean of their log-probabilities. */
static int
judge(const struct maas_model *m, const struct maas_tokenizer *tok, const struct maas_ids *ids, struct maas_team *team,
    struct maas_buf *to)
{
	struct maas_request q = { .prompt = ids->id, .logprobs = 1, .score = 1 };
	struct maas_decoder *d;
	struct maas_sequence *s;
	size_t n = ids->n;
	double sum = 0;
	int rc = -1;

	if (n < 2)
		return maas_buf_text(to, "0 0");
	if (!(d = maas_decoder_new(
		  m, tok, team, &(struct maas_decoder_limits){ .precision = MAAS_DTYPES, .sequences = 1 })))
		return -1;
	if (n > maas_decoder_context(d) + 1)
		n = maas_decoder_context(d) + 1;
	maas_defaults(maas_sampling_fields, &q.sampling);
	q.n = n;
	s = maas_decoder_join(d, &q);
	if (s) {
		while (!s->finish)
			(void)maas_decoder_step(d);
		for (size_t i = 1; i < n; i++)
			sum += s->logprob[i];
		rc = s->finish == MAAS_BROKEN ? maas_fail("the model's answer is not a number")
					      : maas_buf_printf(to, "%zu %.9g", n - 1, sum / (double)(n - 1));
		maas_decoder_leave(d, s);
	}
	maas_decoder_free(d);
	return rc;
}

static int
answer(struct maas_model *m, struct maas_span input, struct maas_buf *to)
{
	struct maas_tokenizer *tok = maas_model_tokenizer(m);
	struct maas_encoder *e = tok ? maas_encoder_new(tok, 0) : NULL;
	struct maas_team *team = e ? maas_team_new(1) : NULL;
	struct maas_ids ids = { 0 };
	int rc = team && !maas_encode(e, input, &ids) && !judge(m, tok, &ids, team, to) ? 0 : -1;

	maas_ids_free(&ids);
	maas_team_free(team);
	maas_encoder_free(e);
	maas_tokenizer_free(tok);
	return rc;
}

const struct maas_kind maas_kind_gpt = {
	.name = "gpt",
	.what = "GPT-2: a language model, from text",
	.fields = fields,
	.size = sizeof(struct maas_gpt),
	.defaults = "optimizer=adamw schedule=cosine clip=1 weight_decay=0.1 beta1=0.9 beta2=0.95",
	.task = "generate",
	.ready = ready,
	.answer = answer,
	.loss = loss,
	.init = init,
	.decode = &maas_decoder_gpt,
};
