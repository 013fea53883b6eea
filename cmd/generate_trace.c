/* generate_trace.c -- how each token was chosen, and what became of those that might have been. */
#include <math.h>
#include <string.h>

#include "colour.h"
#include "generate.h"

/* "1: 50257 tokens, top-k 40, top-p 12" */
static int
say_cuts(struct maas_buf *to, const struct maas_choosing *how, size_t number)
{
	int rc = maas_buf_printf(to, "%zu: %u tokens", number, how->left[MAAS_KEPT]);

	for (int i = MAAS_KEPT + 1; i < MAAS_SIFTS; i++)
		if (how->left[i])
			rc |= maas_buf_printf(to, ", %s %u", maas_sift_names[i], how->left[i]);
	return rc |
	    (isnan(how->u) ? maas_buf_text(to, ", the likeliest is taken\n")
			   : maas_buf_printf(to, ", drawn by %.4f\n", how->u));
}

static int
say_candidate(const struct job *j, struct maas_buf *to, const struct maas_candidate *c, int chosen, int colour)
{
	const char *as = !colour ? "" : chosen ? COLOUR_BOLD : c->cut ? COLOUR_FAINT : "";
	char score[32] = "";
	int rc;

	if (c->score != c->logit)
		snprintf(score, sizeof score, "-> %.3f", (double)c->score);
	rc = maas_buf_printf(to, "%s%c p %.4f  q %.4f  logit %8.3f %-12s %6ld ", as, chosen ? '*' : ' ', (double)c->p,
	    (double)c->q, (double)c->logit, score, (long)c->id);
	if (j->tok)
		rc |= maas_buf_text(to, " \"") | colour_put(to, maas_token_bytes(j->tok, c->id)) |
		    maas_buf_text(to, "\"");
	return rc |
	    maas_buf_printf(to, "%s%s%s\n", c->cut ? "  " : "", maas_sift_names[c->cut], *as ? COLOUR_PLAIN : "");
}

/* A line at once: what ends the program leaves no colour behind. */
static int
say(struct maas_buf *b, int rc)
{
	if (rc == 0)
		fwrite(b->s, 1, b->n, stderr);
	b->n = 0;
	return rc;
}

int
generate_trace_show(const struct job *j, const struct maas_sequence *s, size_t at)
{
	const struct maas_candidate *c = s->candidate + at * (size_t)s->candidates;
	int colour = colour_wanted(j->o->color, stderr), rc;
	struct maas_buf b = { 0 };

	rc = say(&b, say_cuts(&b, &s->choosing[at], at + 1 - s->prompt));
	for (int i = 0; rc == 0 && i < s->candidates && c[i].id >= 0; i++)
		rc = say(&b, say_candidate(j, &b, &c[i], c[i].id == s->id[at], colour));
	maas_buf_free(&b);
	return rc ? -1 : 0;
}

static int
put_candidate(const struct job *j, struct maas_buf *to, const struct maas_candidate *c)
{
	int rc = maas_buf_text(to, "{") | generate_piece_named(j, to, c->id);

	rc |= maas_buf_text(to, ",\"logit\":") | maas_json_put_float(to, c->logit);
	rc |= maas_buf_text(to, ",\"score\":") | maas_json_put_float(to, c->score);
	rc |= maas_buf_text(to, ",\"p\":") | maas_json_put_float(to, c->p);
	rc |= maas_buf_text(to, ",\"q\":") | maas_json_put_float(to, c->q);
	if (c->cut)
		rc |= maas_buf_printf(to, ",\"cut\":\"%s\"", maas_sift_names[c->cut]);
	return rc | maas_buf_text(to, "}");
}

int
generate_trace_put(const struct job *j, struct maas_buf *to, const struct maas_sequence *s)
{
	int rc = maas_buf_text(to, ",\"trace\":[");

	for (size_t at = s->prompt; at < s->n; at++) {
		const struct maas_choosing *how = &s->choosing[at];
		const struct maas_candidate *c = s->candidate + at * (size_t)s->candidates;

		rc |= maas_buf_printf(to, "%s{\"id\":%ld,\"u\":", at > s->prompt ? "," : "", (long)s->id[at]);
		rc |= maas_json_put_real(to, how->u);
		rc |= maas_buf_printf(to, ",\"left\":{\"vocabulary\":%u", how->left[MAAS_KEPT]);
		for (int i = MAAS_KEPT + 1; i < MAAS_SIFTS; i++)
			if (how->left[i])
				rc |= maas_buf_printf(to, ",\"%s\":%u", maas_sift_names[i], how->left[i]);
		rc |= maas_buf_text(to, "},\"candidates\":[");
		for (int i = 0; i < s->candidates && c[i].id >= 0; i++)
			rc |= (i ? maas_buf_text(to, ",") : 0) | put_candidate(j, to, &c[i]);
		rc |= maas_buf_text(to, "]}");
	}
	return rc | maas_buf_text(to, "]") ? -1 : 0;
}
