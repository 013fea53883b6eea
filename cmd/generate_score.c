/* generate_score.c -- how likely a text is: by the token, or on the whole. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "generate.h"

#define WINDOWS 16 /* at once, at most */

/*
 * A text longer than the context is read in windows of so many ids, `stride` apart; each scores the ids that the one
 * before did not reach, with context - stride ids before them at least.  With a stride of the context the windows meet,
 * and each has one id more: the first of the next is its last, so that every id but the first of all is scored, once.
 */
struct window {
	struct maas_sequence *seq;
	size_t at, from; /* of the text: where it begins, its first scored id */
};

struct score {
	struct job *j;
	struct scored_text *text;
	size_t base;                  /* of the text: what j->ids begin with */
	int ended;                    /* nothing comes behind them */
	size_t longest, stride, next; /* ids of a window; where the next one begins */
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

/* Is there an id that no window reaches yet?  If so, the next window's are in j->ids; those before it are not. */
static int
ready(struct score *s)
{
	struct maas_ids *ids = &s->j->ids;
	size_t gone = s->next - s->base;

	if (gone > ids->n)
		gone = ids->n;
	if (gone > ids->n / 2) {
		memmove(ids->id, ids->id + gone, (ids->n - gone) * sizeof *ids->id);
		ids->n -= gone;
		s->base += gone;
	}
	while (!s->ended && s->base + ids->n < s->next + s->longest) {
		int more = scored_text_more(s->text);

		if (more < 0)
			return -1;
		s->ended = !more;
	}
	return s->base + ids->n > s->reached;
}

static int
join(struct score *s)
{
	struct job *j = s->j;
	size_t left = s->base + j->ids.n - s->next;
	struct maas_request q = { .prompt = j->ids.id + (s->next - s->base),
		.n = left < s->longest ? left : s->longest,
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
	int rc = 0, more = 1;

	while (rc == 0 && (more || s->n > 0)) {
		while ((more = ready(s)) > 0)
			if (join(s) < 0) {
				if (maas_why() == MAAS_TEMPFAIL && s->n > 0)
					break;
				return fail(s->j->call);
			}
		if (more < 0)
			return fail(s->j->call);
		if (s->n > 0)
			generate_step(s->j);
		for (; rc == 0 && s->n && s->window[s->first].seq->finish;
		     s->first = (s->first + 1) % WINDOWS, s->n--) {
			rc = emit(s, &s->window[s->first]);
			maas_decoder_leave(s->j->decoder, s->window[s->first].seq);
		}
	}
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
	size_t context = maas_decoder_context(j->decoder);
	struct score s = { .j = j, .reached = 1 };
	int rc;

	s.stride = j->o->stride ? (size_t)j->o->stride : context;
	s.longest = s.stride == context ? context + 1 : context;
	if (s.stride > context)
		return complain(
		    j->call, MAAS_USAGE, "--stride %zu is above the model's context of %zu", s.stride, context);
	if (!(s.text = scored_text_open(j)))
		return fail(j->call);
	rc = windows(&s);
	if (rc == 0 && j->o->perplexity && s.tokens == 0)
		rc = complain(j->call, MAAS_DATA, "%zu tokens are too few: the first is not scored", s.base + j->ids.n);
	maas_buf_free(&s.out);
	scored_text_close(s.text);
	if (rc)
		return rc;
	return j->o->perplexity ? print_perplexity(&s) : finish(j->call);
}
