/*
 * divergence -- how far the answers of one language model are from those of another on a text: both read it in windows
 * of their context, and what each says of every token behind the first of a window is compared.
 *	divergence MODEL OTHER FILE
 * One of few bits answers as it does by default, another one in f32.
 * Lines: name TAB value: tokens, the perplexity of either, the mean of KL(MODEL || OTHER) in nats, and the share of
 * tokens of which both think another is likeliest.
 */
#include <math.h>
#include <stdlib.h>

#include "../../lib/model/decode.h"
#include "maas/fmt.h"

struct side {
	struct maas_model *m;
	struct net net;
	double nll;
};

struct sums {
	double kl;
	size_t tokens, other;
};

static int
tell(void)
{
	fprintf(stderr, "divergence: %s\n", maas_error());
	return maas_why();
}

static int
open_side(struct side *s, const char *path, struct maas_team *team)
{
	if (!(s->m = maas_model_open(path)))
		return -1;
	if (!s->m->kind->decode)
		return maas_fail("%s: no language model", path);
	s->net.team = team;
	s->net.arena = s->m->arena;
	if (s->m->kind->decode->network(s->m, s->m->arena, &s->net.w) < 0)
		return -1;
	maas_network_precision(&s->net, maas_is_quant(s->net.w.head.w.type) ? MAAS_DTYPES : MAAS_F32);
	s->net.rows = s->net.w.context;
	s->net.head_rows = 1;
	s->net.blocks = (s->net.w.context + MAAS_KEYS - 1) / MAAS_KEYS;
	return maas_network_make(&s->net);
}

static void
pass(struct side *s, const int32_t *id, size_t n, const uint32_t *block)
{
	struct net_run run = { .id = id, .rows = n, .at = 0, .block = block };

	maas_network_pass(&s->net, &run, 1);
}

/* Logits of a row, as log-probabilities. */
static void
say(struct side *s, size_t row, int32_t next)
{
	float *x = s->net.logits;
	double norm;

	maas_network_head(&s->net, &row, 1);
	norm = maas_logsumexp(x, s->net.w.vocab);
	for (size_t i = 0; i < s->net.w.vocab; i++)
		x[i] = (float)(x[i] - norm);
	s->nll -= x[next];
}

static void
compare(struct side s[2], const int32_t *id, size_t n, const uint32_t *block, struct sums *to)
{
	size_t vocab = s[0].net.w.vocab;

	for (int k = 0; k < 2; k++)
		pass(&s[k], id, n, block);
	for (size_t row = 0; row + 1 < n; row++) {
		const float *p = s[0].net.logits, *q = s[1].net.logits;

		for (int k = 0; k < 2; k++)
			say(&s[k], row, id[row + 1]);
		for (size_t i = 0; i < vocab; i++)
			to->kl += p[i] > -80 ? exp(p[i]) * ((double)p[i] - q[i]) : 0;
		to->other += maas_argmax(p, vocab) != maas_argmax(q, vocab);
		to->tokens++;
	}
}

static int
read_ids(const struct maas_model *m, const char *path, int32_t **id, size_t *n)
{
	struct maas_tokenizer *tok = maas_model_tokenizer(m);
	struct maas_encoder *e = tok ? maas_encoder_new(tok, 0) : NULL;
	struct maas_input *in = maas_input_open(path, NULL);
	struct maas_buf text = { NULL, 0, 0 };
	struct maas_ids ids = { NULL, 0, 0 };

	if (!e || !in || maas_input_all(in, &text) < 0 ||
	    maas_encode(e, (struct maas_span){ text.s, text.n }, &ids) < 0)
		return -1;
	*id = ids.id;
	*n = ids.n;
	maas_input_close(in);
	maas_buf_free(&text);
	maas_encoder_free(e);
	maas_tokenizer_free(tok);
	return 0;
}

int
main(int argc, char **argv)
{
	struct maas_team *team = maas_team_new(0);
	struct side s[2] = { 0 };
	struct sums sums = { 0 };
	size_t n, context;
	uint32_t *block;
	int32_t *id;

	if (argc != 4) {
		fputs("usage: divergence MODEL OTHER FILE\n", stderr);
		return 64;
	}
	if (!team || open_side(&s[0], argv[1], team) < 0 || open_side(&s[1], argv[2], team) < 0 ||
	    read_ids(s[0].m, argv[3], &id, &n) < 0 || !(block = maas_alloc(s[0].net.blocks, sizeof *block)))
		return tell();
	context = s[0].net.w.context;
	if (s[1].net.w.context != context || s[1].net.w.vocab != s[0].net.w.vocab)
		return maas_fail("models of other shapes"), tell();
	for (size_t i = 0; i < s[0].net.blocks; i++)
		block[i] = (uint32_t)i;
	for (size_t i = 0; i + 1 < n; i += context)
		compare(s, id + i, n - i < context ? n - i : context, block, &sums);
	printf("tokens\t%zu\nperplexity\t%.6g\nperplexity of the other\t%.6g\n", sums.tokens,
	    exp(s[0].nll / (double)sums.tokens), exp(s[1].nll / (double)sums.tokens));
	printf("rise, %%\t%.4f\n", 100 * (exp((s[1].nll - s[0].nll) / (double)sums.tokens) - 1));
	printf("divergence, nats\t%.6g\nanother is likeliest, %%\t%.3f\n", sums.kl / (double)sums.tokens,
	    100 * (double)sums.other / (double)sums.tokens);
	for (int k = 0; k < 2; k++) {
		maas_network_drop(&s[k].net);
		maas_model_close(s[k].m);
	}
	free(id);
	free(block);
	maas_team_free(team);
	return 0;
}
