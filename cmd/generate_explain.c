/*
 * generate_explain.c -- what each piece of a prompt did for the completion: how much of its log-probability is lost
 * where the piece is left out.
 *
 * The completion is taken as said, and scored behind the prompt without the piece; prompts that begin alike share
 * what is computed of them.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "colour.h"
#include "generate.h"

/* One piece, scored while it is left out. */
struct probe {
	struct maas_sequence *seq;
	size_t piece;
};

void
generate_explained_free(struct explained *x)
{
	maas_buf_free(&x->text);
	free(x->piece);
	*x = (struct explained){ 0 };
}

int
generate_explained_copy(struct explained *to, const struct explained *from)
{
	to->n = to->text.n = 0;
	if (maas_grow(&to->piece, 0, &to->cap, from->n, sizeof *to->piece) < 0 ||
	    maas_buf_add(&to->text, from->text.s, from->text.n) < 0)
		return -1;
	if (from->n)
		memcpy(to->piece, from->piece, from->n * sizeof *to->piece);
	to->n = from->n;
	to->ids = from->ids;
	return 0;
}

static int
add_piece(struct explained *x, struct maas_spelt at)
{
	if (maas_grow(&x->piece, x->n, &x->cap, 1, sizeof *x->piece) < 0)
		return -1;
	x->piece[x->n++] = (struct explained_piece){ at, NAN };
	return 0;
}

/* Words and characters of the text. */
static int
by_words(struct job *j, struct explained *x)
{
	struct maas_spelling how = { .tokenizer = j->tok, .longest = j->ids.n + 1 };
	struct maas_speller *sp = maas_speller_new(&how);
	struct maas_span text = { x->text.s, x->text.n };
	const struct maas_spelt *piece;
	struct maas_spelt_text spelt;
	size_t pieces;
	int rc = -1;

	if (sp && maas_speller_text(sp, text, &spelt) == 0 && maas_speller_pieces(sp, text, &piece, &pieces) == 0) {
		rc = 0;
		for (size_t i = 0; rc == 0 && i < pieces; i++)
			rc = add_piece(x, piece[i]);
	}
	maas_speller_free(sp);
	return rc;
}

/* Where the prompt came as ids: each by itself. */
static int
by_ids(struct job *j, struct explained *x)
{
	for (size_t i = 0; i < j->ids.n; i++) {
		struct maas_span bytes = j->tok ? maas_token_bytes(j->tok, j->ids.id[i]) : maas_span("");
		size_t start = x->text.n;

		if (maas_buf_add(&x->text, bytes.s, bytes.n) < 0 ||
		    add_piece(x, (struct maas_spelt){ start, start + bytes.n, i, i + 1 }) < 0)
			return -1;
	}
	return 0;
}

int
generate_explained_begin(struct job *j, struct explained *x, const struct maas_span *text)
{
	x->n = x->text.n = 0;
	x->ids = j->ids.n;
	if (!text)
		return by_ids(j, x);
	return maas_buf_add(&x->text, text->s, text->n) < 0 || (text->n && by_words(j, x) < 0) ? -1 : 0;
}

/* The prompt as used without ids [from, to), and the completion: into j->probe.  What is left may be nothing. */
static int
without(struct job *j, const struct maas_sequence *s, size_t from, size_t to)
{
	size_t rest = s->n - to;
	int32_t first;

	j->probe.n = 0;
	if (maas_model_begins(j->model, j->tok, &first) < 0 ||
	    maas_grow(&j->probe.id, 0, &j->probe.cap, s->n + 1, sizeof *j->probe.id) < 0)
		return -1;
	memcpy(j->probe.id, s->id, from * sizeof *s->id);
	j->probe.n = from;
	if (from == 0 && to == s->prompt) {
		if (first < 0)
			return 0;
		j->probe.id[j->probe.n++] = first;
	}
	memcpy(j->probe.id + j->probe.n, s->id + to, rest * sizeof *s->id);
	j->probe.n += rest;
	return 1;
}

/* Ask for a piece; 1: asked, 0: there is nothing to ask, or no place now. */
static int
ask(struct job *j, const struct maas_sequence *s, const struct explained *x, struct probe *p, int *later)
{
	size_t cut = x->ids - s->prompt, from = x->piece[p->piece].at.from, to = x->piece[p->piece].at.to;
	struct maas_request q = { .sampling = *j->sampling, .logprobs = 1, .share = 1 };
	int rc;

	*later = 0;
	if (to <= cut) /* --truncate took it */
		return 0;
	if ((rc = without(j, s, from < cut ? 0 : from - cut, to - cut)) <= 0)
		return rc;
	q.prompt = j->probe.id;
	q.n = j->probe.n;
	q.score = j->probe.n - (s->n - s->prompt);
	if ((p->seq = maas_decoder_join(j->decoder, &q)))
		return 1;
	*later = maas_why() == MAAS_TEMPFAIL;
	return *later ? 0 : -1;
}

/* What the completion has behind a prompt. */
static double
weight(const struct maas_sequence *s, size_t from)
{
	double sum = 0;

	for (size_t i = from; i < s->n; i++)
		sum += s->logprob[i];
	return sum;
}

/* Take what is done: 0, or -1 where the model is broken. */
static int
collect(struct job *j, struct explained *x, size_t said, struct probe *p, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct maas_sequence *s = p[i].seq;

		if (!s || s->finish == MAAS_RUNNING)
			continue;
		if (s->finish == MAAS_BROKEN)
			return maas_fail("the model's answer is not a number");
		x->piece[p[i].piece].lost = x->total - weight(s, s->n - said);
		maas_decoder_leave(j->decoder, s);
		p[i].seq = NULL;
	}
	return 0;
}

int
generate_explained_end(struct job *j, struct explained *x, const struct maas_sequence *s)
{
	struct probe probe[GENERATE_PROBES] = { { NULL, 0 } };
	size_t next = 0, running;
	int rc = 0;

	x->total = weight(s, s->prompt);
	if (s->n == s->prompt || s->finish == MAAS_BROKEN)
		return 0;
	do {
		int later = 0;

		running = 0;
		for (size_t i = 0; rc == 0 && i < GENERATE_PROBES; i++) {
			while (rc == 0 && !probe[i].seq && next < x->n && !later) {
				probe[i].piece = next;
				rc = ask(j, s, x, &probe[i], &later) < 0 ? -1 : 0;
				next += !later;
			}
			running += probe[i].seq != NULL;
		}
		if (rc == 0 && (running || later))
			generate_step(j);
		if (rc == 0)
			rc = collect(j, x, s->n - s->prompt, probe, GENERATE_PROBES);
	} while (rc == 0 && (running || next < x->n));
	for (size_t i = 0; i < GENERATE_PROBES; i++)
		maas_decoder_leave(j->decoder, probe[i].seq);
	return rc;
}

static struct maas_span
words(const struct explained *x, size_t i)
{
	return (struct maas_span){ x->text.s + x->piece[i].at.start, x->piece[i].at.end - x->piece[i].at.start };
}

int
generate_explained_put(const struct explained *x, struct maas_buf *to)
{
	int rc =
	    maas_buf_text(to, ",\"logprob\":") | maas_json_put_real(to, x->total) | maas_buf_text(to, ",\"explain\":[");

	for (size_t i = 0; i < x->n; i++) {
		const struct maas_spelt *at = &x->piece[i].at;

		rc |= maas_buf_text(to, i ? ",{\"piece\":" : "{\"piece\":") | maas_json_put_text(to, words(x, i));
		rc |= maas_buf_printf(to, ",\"start\":%zu,\"end\":%zu,\"lost\":", at->start, at->end);
		rc |= maas_json_put_real(to, x->piece[i].lost) | maas_buf_text(to, "}");
	}
	return rc | maas_buf_text(to, "]") ? -1 : 0;
}

static int
put_field(struct maas_buf *to, struct maas_span s)
{
	int rc = 0;

	for (size_t i = 0; i < s.n; i++)
		switch (s.s[i]) {
		case '\t': rc |= maas_buf_text(to, "\\t"); break;
		case '\n': rc |= maas_buf_text(to, "\\n"); break;
		case '\r': rc |= maas_buf_text(to, "\\r"); break;
		case '\\': rc |= maas_buf_text(to, "\\\\"); break;
		default: rc |= maas_buf_add(to, s.s + i, 1);
		}
	return rc;
}

int
generate_explained_lines(const struct explained *x, struct maas_buf *to, uint64_t record, struct maas_span said)
{
	int rc = 0;

	for (size_t i = 0; i < x->n; i++) {
		const struct explained_piece *p = &x->piece[i];

		rc |= maas_buf_printf(to, "%llu\t", (unsigned long long)record) | put_field(to, said);
		rc |= maas_buf_printf(to, "\t%.9g\t", x->total) | put_field(to, words(x, i));
		rc |= maas_buf_printf(to, "\t%zu\t%zu\t", p->at.start, p->at.end);
		rc |= isnan(p->lost) ? maas_buf_text(to, "NaN\n") : maas_buf_printf(to, "%.9g\n", p->lost);
	}
	if (x->n == 0) { /* a prompt of nothing has a completion, too */
		rc |= maas_buf_printf(to, "%llu\t", (unsigned long long)record) | put_field(to, said);
		rc |= maas_buf_printf(to, "\t%.9g\t\t0\t0\tNaN\n", x->total);
	}
	return rc ? -1 : 0;
}

int
generate_explained_colours(const struct explained *x, struct maas_buf *to, uint64_t record, struct maas_span said)
{
	double most = 0;
	size_t at = 0;
	int rc = maas_buf_printf(to, COLOUR_FAINT "%llu" COLOUR_PLAIN "\t", (unsigned long long)record);

	for (size_t i = 0; i < x->n; i++)
		most = fmax(most, fabs(x->piece[i].lost));
	for (size_t i = 0; i < x->n; i++) {
		double strong = x->piece[i].lost / most;

		rc |= colour_put(to, (struct maas_span){ x->text.s + at, x->piece[i].at.start - at });
		rc |= colour_put_part(to, words(x, i), strong >= -1 && strong <= 1 ? strong : 0);
		at = x->piece[i].at.end;
	}
	if (x->text.n > at)
		rc |= colour_put(to, (struct maas_span){ x->text.s + at, x->text.n - at });
	rc |= maas_buf_text(to, COLOUR_BOLD) | colour_put(to, said) | maas_buf_text(to, COLOUR_PLAIN "\n");
	return rc ? -1 : 0;
}
