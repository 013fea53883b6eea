/* transformer_answer.c -- what a language model says of a text, in one line: its self-test. */
#include <math.h>

#include "transformer.h"

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

int
transformer_answer(struct maas_model *m, struct maas_span input, struct maas_buf *to)
{
	struct maas_tokenizer *tok = m->ready ? NULL : maas_model_tokenizer(m);
	struct maas_encoder *e = tok ? maas_encoder_new(tok, 0) : NULL;
	struct maas_team *team = e ? maas_team_new(1) : NULL;
	struct maas_ids ids = { 0 };
	int rc = m->ready                                                            ? maas_rows_answer(m, input, to)
	    : team && !maas_encode(e, input, &ids) && !judge(m, tok, &ids, team, to) ? 0
										     : -1;

	maas_ids_free(&ids);
	maas_team_free(team);
	maas_encoder_free(e);
	maas_tokenizer_free(tok);
	return rc;
}
