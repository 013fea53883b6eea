/* decode.c -- the decoding engine: sequences that join and leave; how they advance is in decode_step.c. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "decode.h"

#define HEAD_ROWS 32                /* logits at a time: the vocabulary is wide */
#define CACHE     ((size_t)4 << 30) /* bytes, where nobody says and one context takes no more */

const char *
maas_finish_name(enum maas_finish f)
{
	static const char *const name[] = { "running", "stop", "length", "error" };

	return name[f];
}

static int
make_room(struct maas_decoder *d, struct maas_arena *a, int keep)
{
	size_t members = (size_t)maas_team_size(d->net.team);

	d->slot = maas_take(a, d->slots, sizeof *d->slot);
	d->live = maas_take(a, d->slots, sizeof *d->live);
	d->run = maas_take(a, d->slots, sizeof *d->run);
	d->wanted = maas_take(a, d->net.rows, sizeof *d->wanted);
	d->row = maas_take(a, d->net.rows, sizeof *d->row);
	d->sampler = maas_take(a, members, sizeof *d->sampler);
	if (!d->slot || !d->live || !d->run || !d->wanted || !d->row || !d->sampler)
		return -1;
	for (size_t i = 0; i < members; i++)
		if (maas_sampler_make(&d->sampler[i], d->net.w.vocab) < 0)
			return -1;
	for (size_t i = 0; i < d->slots; i++)
		if (!(d->slot[i].block = maas_take(a, d->net.w.context / MAAS_KEYS + 1, sizeof *d->slot[i].block)))
			return -1;
	return blocks_make(&d->blocks, a, d->net.cache, d->net.blocks, d->net.block_bytes, keep);
}

/* As many as all sequences may want, within reason: they wait for one another where contexts are long. */
static size_t
blocks_by_default(const struct maas_decoder *d, size_t a_sequence)
{
	size_t most = CACHE / d->net.block_bytes > a_sequence ? CACHE / d->net.block_bytes : a_sequence;

	return d->slots < most / a_sequence ? d->slots * a_sequence : most;
}

static int
set_up(struct maas_decoder *d, const struct maas_model *m, const struct maas_decoder_limits *l)
{
	size_t a_sequence;

	if (!maas_model_decodes(m) || m->kind->decode->network(m, d->net.arena, &d->net.w) < 0)
		return -1;
	a_sequence = (d->net.w.context + MAAS_KEYS - 1) / MAAS_KEYS;
	d->slots = l->sequences ? l->sequences : 16;
	d->net.rows = l->rows ? l->rows : 256;
	if (d->net.rows < d->slots)
		d->net.rows = d->slots;
	d->net.head_rows = d->net.rows < HEAD_ROWS ? d->net.rows : HEAD_ROWS;
	maas_network_precision(&d->net, l->precision);
	d->net.blocks = l->cache_bytes ? l->cache_bytes / d->net.block_bytes
	    : l->cache_tokens          ? l->cache_tokens / MAAS_KEYS
				       : blocks_by_default(d, a_sequence);
	if (l->cache_bytes && d->net.blocks < a_sequence)
		return maas_fail("a key/value cache of %zu bytes: a text of %zu tokens takes %zu", l->cache_bytes,
		    d->net.w.context, a_sequence * d->net.block_bytes);
	if (d->net.blocks == 0 || d->net.blocks > UINT32_MAX)
		return maas_fail("a key/value cache of %zu tokens: it wants at least %d", l->cache_tokens, MAAS_KEYS);
	if (maas_network_make(&d->net) < 0)
		return -1;
	return make_room(d, d->net.arena, l->keep);
}

struct maas_decoder *
maas_decoder_new(const struct maas_model *m, const struct maas_tokenizer *tok, struct maas_team *team,
    const struct maas_decoder_limits *limits)
{
	struct maas_decoder *d = maas_alloc(1, sizeof *d);

	if (!d)
		return NULL;
	d->tok = tok;
	d->net.team = team;
	if (!(d->net.arena = maas_arena_new(1 << 20)) || maas_model_ends(m, tok, d->end, &d->ends) < 0 ||
	    set_up(d, m, limits) < 0) {
		maas_decoder_free(d);
		return NULL;
	}
	return d;
}

void
maas_decoder_free(struct maas_decoder *d)
{
	if (!d)
		return;
	for (size_t i = 0; d->slot && i < d->slots; i++) {
		struct slot *s = &d->slot[i];

		free(s->id);
		free(s->logprob);
		free(s->top);
		free(s->choosing);
		free(s->candidate);
		free(s->sum);
		free(s->mean);
		free(s->stop);
		maas_arena_free(s->searches);
		maas_buf_free(&s->stops);
		maas_buf_free(&s->out.raw);
	}
	for (int i = 0; d->sampler && i < maas_team_size(d->net.team); i++)
		maas_sampler_drop(&d->sampler[i]);
	maas_network_drop(&d->net);
	maas_arena_free(d->net.arena);
	free(d);
}

size_t
maas_decoder_context(const struct maas_decoder *d)
{
	return d->net.w.context;
}

size_t
maas_decoder_vocab(const struct maas_decoder *d)
{
	return d->net.w.vocab;
}

size_t
maas_decoder_width(const struct maas_decoder *d)
{
	return d->net.w.embed;
}

struct maas_decoder_load
maas_decoder_load(const struct maas_decoder *d)
{
	return (struct maas_decoder_load){ .running = d->nlive,
		.sequences = d->slots,
		.blocks = d->net.blocks,
		.blocks_free = d->blocks.spare,
		.block_bytes = d->net.block_bytes,
		.evicted = d->blocks.forgotten,
		.steps = d->steps,
		.prompt_tokens = d->prompt_tokens,
		.new_tokens = d->new_tokens };
}

int
maas_decoder_ends(const struct maas_decoder *d, int32_t id)
{
	for (size_t i = 0; i < d->ends; i++)
		if (d->end[i] == id)
			return 1;
	return 0;
}

/* Does the request make sense?  *skip: how many ids of the prompt's beginning are to go. */
static int
examine(const struct maas_decoder *d, const struct maas_request *q, size_t *skip)
{
	size_t context = d->net.w.context, keep;

	*skip = 0;
	if (q->n == 0)
		return maas_fail("an empty prompt: there is nothing to go on");
	for (size_t i = 0; i < q->n; i++)
		if (q->prompt[i] < 0 || (size_t)q->prompt[i] >= d->net.w.vocab)
			return maas_fail("token %zu of the prompt is id %ld, the model has ids 0 to %zu", i + 1,
			    (long)q->prompt[i], d->net.w.vocab - 1);
	if (q->top < 0 || q->top > MAAS_TOP || q->trace < 0 || q->trace > MAAS_TOP)
		return maas_fail(
		    "%d likeliest tokens are wanted, at most %d can be had", q->trace ? q->trace : q->top, MAAS_TOP);
	if (q->trace && (q->beams > 1 || q->embed))
		return maas_fail("a trace tells how a token is chosen: beams choose among texts");
	for (size_t i = 0; i < q->nstop; i++)
		if (!d->tok || q->stop[i].n == 0)
			return maas_fail(d->tok ? "a stop string is empty" : "stop strings want a tokeniser");
	if (!q->embed && maas_sample_check(&q->sampling) < 0)
		return -1;
	if (q->n <= (q->embed ? context : q->max_new ? context - 1 : context + 1))
		return 0;
	if (!q->truncate)
		return maas_fail(q->max_new ? "a prompt of %zu tokens leaves no room in the model's context of %zu"
					    : "a text of %zu tokens does not fit the model's context of %zu",
		    q->n, context);
	keep = q->embed                ? context
	    : q->max_new == 0          ? context + 1
	    : q->max_new < context / 2 ? context - q->max_new
				       : (context + 1) / 2;
	if (keep == context && !q->embed)
		return maas_fail("a context of %zu has no room for a prompt and an answer", context);
	*skip = q->n - keep;
	return 0;
}

static struct slot *
place(struct maas_decoder *d, size_t blocks)
{
	if (blocks > d->net.blocks) {
		maas_fail("%zu tokens of key/value cache are wanted, there are %zu in all", blocks * MAAS_KEYS,
		    d->net.blocks * MAAS_KEYS);
		return NULL;
	}
	for (size_t i = 0; i < d->slots; i++)
		if (!d->slot[i].taken)
			return &d->slot[i];
	maas_fail_as(MAAS_TEMPFAIL, "all %zu places for sequences are taken", d->slots);
	return NULL;
}

void
slot_adopt(struct maas_decoder *d, struct slot *s)
{
	uint32_t found;

	while (s->share && s->fed == s->named * MAAS_KEYS && s->fed + MAAS_KEYS <= s->apart &&
	    blocks_find(&d->blocks, s->share, s->block, s->named, s->id, &found)) {
		if (s->named < s->blocks)
			blocks_give(&d->blocks, s->block[s->named]);
		s->block[s->named++] = found;
		s->fed += MAAS_KEYS;
		s->pub.cached += MAAS_KEYS;
	}
}

static void
release(struct maas_decoder *d, struct slot *s)
{
	while (s->blocks > 0)
		blocks_give(&d->blocks, s->block[--s->blocks]);
}

/* So many blocks: those that are filled already, and others. */
static int
reserve(struct maas_decoder *d, struct slot *s, size_t blocks)
{
	size_t spare;

	s->fed = s->named = s->blocks = 0;
	slot_adopt(d, s);
	s->blocks = s->named;
	spare = d->blocks.spare;
	if (blocks - s->blocks > spare) {
		size_t wanted = blocks - s->blocks;

		release(d, s);
		return maas_fail_as(MAAS_TEMPFAIL, "%zu tokens of key/value cache are wanted, %zu are free",
		    wanted * MAAS_KEYS, spare * MAAS_KEYS);
	}
	while (s->blocks < blocks)
		s->block[s->blocks++] = blocks_take(&d->blocks);
	return 0;
}

static int
copy_stops(struct slot *s, const struct maas_request *q)
{
	size_t at = 0;

	s->stops.n = 0;
	if (maas_grow(&s->stop, 0, &s->stop_cap, q->nstop, sizeof *s->stop) < 0)
		return -1;
	for (size_t i = 0; i < q->nstop; i++)
		if (maas_buf_add(&s->stops, q->stop[i].s, q->stop[i].n) < 0)
			return -1;
	for (size_t i = 0; i < q->nstop; at += q->stop[i++].n)
		s->stop[i] = (struct maas_span){ s->stops.s + at, q->stop[i].n };
	return 0;
}

/* Copies of all that the request holds; arrays long enough for all that may be said. */
static int
copy_request(struct maas_decoder *d, struct slot *s, const struct maas_request *q, const int32_t *prompt, size_t n)
{
	struct maas_buf raw = s->out.raw;

	if (maas_grow(&s->id, 0, &s->id_cap, s->end, sizeof *s->id) < 0 || copy_stops(s, q) < 0)
		return -1;
	if (q->logprobs &&
	    (maas_grow(&s->logprob, 0, &s->logprob_cap, s->end, sizeof *s->logprob) < 0 ||
		maas_grow(&s->top, 0, &s->top_cap, s->end * (size_t)q->top, sizeof *s->top) < 0))
		return -1;
	if (q->trace &&
	    (maas_grow(&s->choosing, 0, &s->choosing_cap, s->end, sizeof *s->choosing) < 0 ||
		maas_grow(&s->candidate, 0, &s->candidate_cap, s->end * (size_t)q->trace, sizeof *s->candidate) < 0))
		return -1;
	if (q->embed &&
	    (maas_grow(&s->sum, 0, &s->sum_cap, d->net.w.embed, sizeof *s->sum) < 0 ||
		maas_grow(&s->mean, 0, &s->mean_cap, d->net.w.embed, sizeof *s->mean) < 0))
		return -1;
	if (q->embed)
		memset(s->sum, 0, d->net.w.embed * sizeof *s->sum);
	memcpy(s->id, prompt, n * sizeof *s->id);
	for (size_t i = 0; q->logprobs && i < s->end; i++) {
		s->logprob[i] = NAN;
		for (int k = 0; k < q->top; k++)
			s->top[i * (size_t)q->top + (size_t)k] = (struct maas_choice){ -1, NAN };
	}
	raw.n = 0;
	s->out = (struct outflow){ .tok = d->tok, .raw = raw };
	for (size_t i = 0; d->tok && i < n; i++)
		if (!q->echo)
			maas_outflow_pass(&s->out, s->id[i]);
		else if (maas_outflow_add(&s->out, s->id[i]) < 0)
			return -1;
	maas_outflow_end(&s->out);
	s->out.start = s->out.raw.n;
	s->out.stop = s->stop;
	s->out.nstop = q->nstop;
	s->pub = (struct maas_sequence){ .user = q->user,
		.id = s->id,
		.prompt = n,
		.n = n,
		.text = { s->out.raw.s, s->out.shown },
		.logprob = q->logprobs ? s->logprob : NULL,
		.top = q->logprobs && q->top ? s->top : NULL,
		.ntop = q->logprobs ? q->top : 0,
		.choosing = q->trace ? s->choosing : NULL,
		.candidate = q->trace ? s->candidate : NULL,
		.candidates = q->trace };
	return 0;
}

int
slot_fill(struct maas_decoder *d, struct slot *s, const struct maas_request *q, const int32_t *prompt, size_t n)
{
	if (copy_request(d, s, q, prompt, n) == 0)
		return 0;
	maas_wipe(s->id, s->id_cap * sizeof *s->id);
	maas_buf_wipe(&s->out.raw);
	maas_buf_wipe(&s->stops);
	return -1;
}

struct maas_sequence *
maas_decoder_join(struct maas_decoder *d, const struct maas_request *q)
{
	size_t context = d->net.w.context, skip, n, end, blocks;
	struct slot *s;

	if (examine(d, q, &skip) < 0)
		return NULL;
	n = q->n - skip;
	end = q->embed ? n + 1 : q->max_new == 0 ? n : q->max_new < context - n ? n + q->max_new : context;
	blocks = (end - 1 + MAAS_KEYS - 1) / MAAS_KEYS;
	if (!(s = place(d, blocks)))
		return NULL;
	s->end = end;
	if (slot_fill(d, s, q, q->prompt + skip, n) < 0)
		return NULL;
	s->sampling = q->sampling;
	s->seed = q->seed;
	s->stream = q->stream;
	s->ignore_eos = q->ignore_eos;
	s->logprobs = q->logprobs;
	s->embed = q->embed;
	s->rows = 0;
	s->score = q->logprobs && !q->embed ? q->score : 0;
	s->share = q->share;
	s->idle = 0;
	s->apart = q->embed ? 0 : s->score && s->score < n ? s->score - 1 : n - 1;
	if (reserve(d, s, blocks) < 0) {
		slot_forget(d, s);
		return NULL;
	}
	s->taken = 1;
	d->live[d->nlive++] = s;
	if (q->beams > 1 && q->max_new > 0 && beams_join(d, s, q) < 0) {
		slot_retire(d, s);
		slot_forget(d, s);
		s->taken = 0;
		return NULL;
	}
	return &s->pub;
}

void
slot_retire(struct maas_decoder *d, struct slot *s)
{
	size_t i = 0;

	release(d, s);
	while (i < d->nlive && d->live[i] != s)
		i++;
	if (i == d->nlive)
		return;
	memmove(d->live + i, d->live + i + 1, (d->nlive - i - 1) * sizeof *d->live);
	d->nlive--;
}

void
slot_forget(const struct maas_decoder *d, struct slot *s)
{
	maas_wipe(s->id, s->end * sizeof *s->id);
	if (s->logprobs) {
		maas_wipe(s->logprob, s->end * sizeof *s->logprob);
		maas_wipe(s->top, s->end * (size_t)s->pub.ntop * sizeof *s->top);
	}
	if (s->pub.choosing) {
		maas_wipe(s->choosing, s->end * sizeof *s->choosing);
		maas_wipe(s->candidate, s->end * (size_t)s->pub.candidates * sizeof *s->candidate);
	}
	if (s->embed) {
		maas_wipe(s->sum, d->net.w.embed * sizeof *s->sum);
		maas_wipe(s->mean, d->net.w.embed * sizeof *s->mean);
	}
	maas_buf_wipe(&s->out.raw);
	maas_buf_wipe(&s->stops);
}

void
maas_decoder_leave(struct maas_decoder *d, struct maas_sequence *pub)
{
	struct slot *s = (struct slot *)pub;

	if (!s)
		return;
	if (s->beams) {
		beams_leave(d, s);
		return;
	}
	slot_retire(d, s);
	slot_forget(d, s);
	s->taken = 0;
}
