/* decode_text.c -- the text of a sequence as far as it may be shown. */
#include <string.h>

#include "decode.h"

/* The first place where a stop string stands in s[from, n), n if none. */
static size_t
first_stop(const struct outflow *o, size_t from)
{
	size_t best = o->raw.n;

	for (size_t i = 0; i < o->nstop; i++) {
		const char *hit = memmem(o->raw.s + from, o->raw.n - from, o->stop[i].s, o->stop[i].n);

		if (hit && (size_t)(hit - o->raw.s) < best)
			best = (size_t)(hit - o->raw.s);
	}
	return best;
}

/* Where the longest end of the text that begins a stop string starts. */
static size_t
begun_stop(const struct outflow *o)
{
	size_t said = o->raw.n - o->start, longest = 0;

	for (size_t i = 0; i < o->nstop; i++)
		for (size_t k = o->stop[i].n - 1 < said ? o->stop[i].n - 1 : said; k > longest; k--)
			if (!memcmp(o->raw.s + o->raw.n - k, o->stop[i].s, k))
				longest = k;
	return o->raw.n - longest;
}

void
maas_outflow_pass(struct outflow *o, int32_t id)
{
	o->begun |= maas_token_bytes(o->tok, id).n > 0 && !maas_token_special(o->tok, id);
}

int
maas_outflow_add(struct outflow *o, int32_t id)
{
	size_t was = o->raw.n, longest = 0, from, at;

	if (maas_token_bytes(o->tok, id).n == 0)
		return 0;
	if (maas_decode_next(o->tok, &o->begun, &id, 1, 1, &o->raw) < 0)
		return -1;
	if (o->raw.n == was)
		return 0;
	for (size_t i = 0; i < o->nstop; i++)
		longest = o->stop[i].n > longest ? o->stop[i].n : longest;
	from = was - o->start < longest ? o->start : was - longest;
	if ((at = first_stop(o, from)) < o->raw.n) {
		o->shown = o->raw.n = at;
		return 1;
	}
	at = begun_stop(o);
	if (at > o->shown)
		o->shown += maas_utf8_whole(o->raw.s + o->shown, at - o->shown);
	return 0;
}

void
maas_outflow_end(struct outflow *o)
{
	o->shown = o->raw.n;
}

struct maas_tokenizer *
maas_model_tokenizer(const struct maas_model *m)
{
	struct maas_span data = maas_model_part(m, "tokenizer");

	if (!data.s) {
		maas_fail("%s: this model carries no tokeniser", m->path ? m->path : m->kind->name);
		return NULL;
	}
	return maas_tokenizer_open(data);
}
