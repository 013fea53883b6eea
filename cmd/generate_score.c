/* generate_score.c -- how likely a text is: by the token, or on the whole. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "generate.h"

#define WINDOWS 16 /* at once, at most */

/*
 * A text longer than the context is read in windows of context + 1 ids, `stride` apart; each
 * scores the ids that the one before did not reach.  Every id but the first is scored once,
 * with context - stride + 1 ids before it at least, as far as there are so many.
 */
struct window {
	struct maas_sequence *seq;
	size_t at, from; /* of the text: where it begins, its first scored id */
};

struct score {
	struct job *j;
	size_t context, stride, next; /* where the next window begins */
	size_t reached;               /* ids below it are scored or on their way */
	struct window window[WINDOWS];
	size_t first, n;
	struct maas_buf out;
	double nll;
	uint64_t tokens, bytes;
};

static int
emit(struct score *s, const struct window *w)
{
	struct job *j = s->j;
	const struct maas_sequence *q = w->seq;

	if (q->finish == MAAS_BROKEN)
		return complain(j->call, MAAS_DATA, "%s: the model's answer is not a number", j->o->model);
	s->out.n = 0;
	for (size_t i = w->from - w->at; i < q->n; i++) {
		int rc = 0;

		s->nll -= q->logprob[i];
		s->tokens++;
		if (j->tok && !maas_token_special(j->tok, q->id[i]))
			s->bytes += maas_token_bytes(j->tok, q->id[i]).n;
		if (!j->o->score)
			continue;
		rc |= maas_buf_text(&s->out, "{") | generate_piece(j, &s->out, q->id[i], q->logprob[i]);
		if (q->ntop)
			rc |= generate_top(j, &s->out, q->top + i * (size_t)q->ntop, q->ntop);
		if (rc | maas_buf_text(&s->out, "}\n"))
			return fail(j->call);
	}
	if (s->out.n && fwrite(s->out.s, 1, s->out.n, stdout) != s->out.n)
		return finish(j->call);
	if (s->out.n && j->o->line_buffered && fflush(stdout) == EOF)
		return finish(j->call);
	return 0;
}

static int
join(struct score *s)
{
	struct job *j = s->j;
	size_t left = j->ids.n - s->next;
	struct maas_request q = { .prompt = j->ids.id + s->next,
		.n = left < s->context + 1 ? left : s->context + 1,
		.sampling = *j->sampling,
		.logprobs = 1,
		.top = (int)j->o->logprobs,
		.score = s->reached - s->next };
	struct window *w = &s->window[(s->first + s->n) % WINDOWS];

	if (s->n == WINDOWS)
		return maas_fail_as(MAAS_TEMPFAIL, "%d windows at once", WINDOWS);
	if (!(w->seq = maas_decoder_join(j->decoder, &q)))
		return -1;
	w->at = s->next;
	w->from = s->reached;
	s->n++;
	s->reached = w->at + q.n;
	s->next += s->stride;
	return 0;
}

static int
windows(struct score *s)
{
	int rc = 0;

	while (rc == 0 && (s->reached < s->j->ids.n || s->n > 0)) {
		while (s->reached < s->j->ids.n)
			if (join(s) < 0) {
				if (maas_why() == MAAS_TEMPFAIL && s->n > 0)
					break;
				return fail(s->j->call);
			}
		generate_step(s->j);
		for (; rc == 0 && s->n && s->window[s->first].seq->finish;
		     s->first = (s->first + 1) % WINDOWS, s->n--) {
			rc = emit(s, &s->window[s->first]);
			maas_decoder_leave(s->j->decoder, s->window[s->first].seq);
		}
	}
	return rc;
}

/* The text of all inputs into j->ids: a token file, lines of ids, or text. */
static int
read_ids(struct job *j)
{
	char dash[] = "-", *standard[] = { dash, NULL }, **path = j->call->n ? j->call->operand : standard;
	struct maas_buf all = { 0 };
	struct maas_tokens file;
	int rc = 0;

	for (; rc == 0 && *path; path++) {
		struct maas_input *in = maas_input_open(*path, j->o->encoding);

		rc = in ? maas_input_all(in, &all) : -1;
		maas_input_close(in);
	}
	if (rc == 0 && maas_tokens_is((struct maas_span){ all.s, all.n })) {
		if ((rc = maas_tokens_parse(&file, (struct maas_span){ all.s, all.n })) == 0 && j->tok && file.digest &&
		    file.digest != maas_tokenizer_digest(j->tok))
			rc = maas_fail("these tokens were made by another tokeniser than the model's");
		j->ids.n = 0;
		if (rc == 0 && (rc = maas_grow(&j->ids.id, 0, &j->ids.cap, file.n, sizeof *j->ids.id)) == 0)
			for (; j->ids.n < file.n; j->ids.n++)
				j->ids.id[j->ids.n] = maas_tokens_at(&file, j->ids.n);
	} else if (rc == 0) {
		rc = generate_encode(j, (struct maas_span){ all.s ? all.s : "", all.n });
	}
	maas_buf_free(&all);
	return rc;
}

static int
print_perplexity(const struct score *s)
{
	double mean = s->nll / (double)s->tokens;

	printf("tokens\t%llu\nnll_per_token\t%.9g\nperplexity\t%.9g\n", (unsigned long long)s->tokens, mean, exp(mean));
	if (s->bytes)
		printf("bits_per_byte\t%.9g\n", s->nll / log(2) / (double)s->bytes);
	return finish(s->j->call);
}

int
generate_score(struct job *j)
{
	struct score s = { .j = j, .context = maas_decoder_context(j->decoder), .reached = 1 };
	int rc;

	s.stride = j->o->stride ? (size_t)j->o->stride : s.context;
	if (s.stride > s.context)
		return complain(
		    j->call, MAAS_USAGE, "--stride %zu is above the model's context of %zu", s.stride, s.context);
	if (read_ids(j) < 0)
		return fail(j->call);
	if (j->o->perplexity && j->ids.n < 2)
		return complain(j->call, MAAS_DATA, "%zu tokens are too few: the first is not scored", j->ids.n);
	rc = windows(&s);
	maas_buf_free(&s.out);
	if (rc)
		return rc;
	return j->o->perplexity ? print_perplexity(&s) : finish(j->call);
}
