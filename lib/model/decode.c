/* decode.c -- the decoding engine: sequences that join, advance and leave. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "decode.h"

#define BESIDE    128               /* rows of prompts beside texts that speak, which wait for them with each token */
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

/* What others have filled of its beginning is its own, too. */
static void
adopt(struct maas_decoder *d, struct slot *s)
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
	adopt(d, s);
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

/* Give a sequence's next `rows` ids to this pass, and note whose logits are wanted. */
static void
feed(struct maas_decoder *d, struct slot *s, size_t rows, size_t *nrun, size_t *used)
{
	for (size_t b = s->fed / MAAS_KEYS; b * MAAS_KEYS < s->fed + rows; b++)
		blocks_touch(&d->blocks, s->block[b]);
	d->run[(*nrun)++] = (struct net_run){ s->id + s->fed, rows, s->fed, s->block };
	for (size_t i = 0; i < rows; i++) {
		size_t behind = s->fed + i + 1;

		if (behind < s->pub.n ? s->score && behind >= s->score && behind < s->pub.prompt
				      : !s->embed && s->end > s->pub.n) {
			d->row[d->nwanted] = *used + i;
			d->wanted[d->nwanted++] = (struct wanted){ s, behind };
		}
		d->prompt_tokens += behind <= s->pub.prompt;
	}
	s->row = *used;
	s->rows = rows;
	s->fed += rows;
	*used += rows;
}

static size_t
unfed(const struct slot *s)
{
	return s->idle ? 0 : (s->pub.n < s->end ? s->pub.n : s->end - 1) - s->fed;
}

/* Is the next block of sequence i being filled by one that joined before it?  Then it is had for nothing soon. */
static int
waits(const struct maas_decoder *d, size_t i)
{
	const struct slot *s = d->live[i];
	size_t then = s->fed + MAAS_KEYS;

	if (!s->share || s->fed != s->named * MAAS_KEYS || then > s->apart)
		return 0;
	for (size_t k = 0; k < i; k++) {
		const struct slot *t = d->live[k];

		if (t->share == s->share && t->fed >= s->fed && t->fed < then && t->pub.prompt >= then &&
		    !memcmp(t->id, s->id, then * sizeof *s->id))
			return 1;
	}
	return 0;
}

/* Rows for prompts: as many to each; what one does not need is dealt to the others. */
static void
deal(struct maas_decoder *d, size_t room)
{
	size_t open = 0;

	for (size_t i = 0; i < d->nlive; i++) {
		struct slot *s = d->live[i];

		s->grant = 0;
		s->wants = waits(d, i) ? 0 : unfed(s);
		open += s->wants > 0;
	}
	while (room > 0 && open > 0) {
		size_t share = room > open ? room / open : 1;

		for (size_t i = 0; i < d->nlive && room > 0; i++) {
			struct slot *s = d->live[i];
			size_t left = s->wants - s->grant, more = left < share ? left : share;

			more = more < room ? more : room;
			s->grant += more;
			room -= more;
			open -= left > 0 && s->grant == s->wants;
		}
	}
}

/* First those that speak, then a part of the others' prompts. */
static size_t
plan(struct maas_decoder *d)
{
	size_t nrun = 0, used = 0;

	d->nwanted = 0;
	for (size_t i = 0; i < d->nlive; i++) {
		adopt(d, d->live[i]);
		if (unfed(d->live[i]) == 1)
			feed(d, d->live[i], 1, &nrun, &used);
	}
	deal(d, used && d->net.rows - used > BESIDE ? BESIDE : d->net.rows - used);
	for (size_t i = 0; i < d->nlive; i++)
		if (d->live[i]->grant > 0)
			feed(d, d->live[i], d->live[i]->grant, &nrun, &used);
	return nrun;
}

/* What this step has filled can be found; who filled the same as another at the same time has that one's. */
static void
name_blocks(struct maas_decoder *d, struct slot *s)
{
	for (; s->share && (s->named + 1) * MAAS_KEYS <= s->fed; s->named++)
		blocks_name(&d->blocks, s->share, s->block, s->named, s->id);
}

/* What the logits of rows [begin, end) of the slice are for. */
static void
consume(void *arg, size_t begin, size_t end, int member)
{
	struct maas_decoder *d = arg;
	size_t vocab = d->net.w.vocab;

	for (size_t i = begin; i < end; i++) {
		struct slot *s = d->slice[i].slot;
		size_t at = d->slice[i].at;
		const float *logit = d->net.logits + i * vocab;
		double norm = s->logprobs && !s->beams ? maas_logsumexp(logit, vocab) : 0;

		if (s->beams) {
			beams_weigh(d, s, logit, &d->sampler[member]);
			continue;
		}
		if (at == s->pub.n) {
			struct sample_case c = { &s->sampling, logit, s->id, s->pub.prompt, s->pub.n,
				maas_uniform(s->seed, s->stream, s->pub.n - s->pub.prompt) };

			s->next = maas_sample_next(&d->sampler[member], &c);
			s->chosen = 1;
			if (s->next < 0)
				continue;
			s->id[at] = s->next;
			if (s->pub.choosing)
				maas_sample_trace(&d->sampler[member], &c, s->next, &s->choosing[at],
				    s->candidate + at * (size_t)s->pub.candidates, s->pub.candidates);
		}
		if (!s->logprobs)
			continue;
		s->logprob[at] = (float)(logit[s->id[at]] - norm);
		maas_sample_top(s->top + at * (size_t)s->pub.ntop, s->pub.ntop, logit, vocab, norm);
	}
}

static void
end_at(struct maas_decoder *d, struct slot *s, enum maas_finish why)
{
	s->pub.finish = why;
	maas_outflow_end(&s->out);
	slot_retire(d, s);
}

/* What this pass gave of the prompts that become vectors: always one id after the other, wherever a pass began. */
static void
gather(void *arg, size_t begin, size_t end, int member)
{
	struct maas_decoder *d = arg;

	(void)member;
	for (size_t i = begin; i < end; i++) {
		struct slot *s = d->live[i];

		if (s->embed)
			maas_network_gather(&d->net, s->sum, s->row, s->rows);
		s->rows = 0;
	}
}

int
maas_decoder_ends(const struct maas_decoder *d, int32_t id)
{
	for (size_t i = 0; i < d->ends; i++)
		if (d->end[i] == id)
			return 1;
	return 0;
}

/* The token chosen becomes part of the text. */
static void
say(struct maas_decoder *d, struct slot *s)
{
	int stopped;

	s->chosen = 0;
	if (s->next < 0) {
		end_at(d, s, MAAS_BROKEN);
		return;
	}
	s->pub.n++;
	d->new_tokens++;
	if (!s->ignore_eos && maas_decoder_ends(d, s->next))
		end_at(d, s, MAAS_STOP);
	else if ((stopped = d->tok ? maas_outflow_add(&s->out, s->next) : 0) != 0)
		end_at(d, s, stopped < 0 ? MAAS_BROKEN : MAAS_STOP);
	else if (s->pub.n == s->end)
		end_at(d, s, MAAS_LENGTH);
}

/* A text that was to be scored only, and is. */
static void
finish_scored(struct maas_decoder *d, struct slot *s)
{
	enum maas_finish why = MAAS_LENGTH;

	for (size_t i = s->score; s->score && i < s->pub.n; i++)
		if (isnan(s->logprob[i]))
			why = MAAS_BROKEN;
	end_at(d, s, why);
}

static void
finish_embedded(struct maas_decoder *d, struct slot *s)
{
	enum maas_finish why = MAAS_STOP;

	for (size_t i = 0; i < d->net.w.embed; i++) {
		s->mean[i] = (float)(s->sum[i] / (double)s->pub.n);
		if (!isfinite(s->mean[i]))
			why = MAAS_BROKEN;
	}
	s->pub.mean = s->mean;
	end_at(d, s, why);
}

size_t
maas_decoder_step(struct maas_decoder *d)
{
	size_t nrun = plan(d), m;

	if (nrun > 0)
		maas_network_pass(&d->net, d->run, nrun);
	if (nrun > 0)
		maas_team_run(d->net.team, d->nlive, 1, gather, d);
	for (size_t i = 0; i < d->nwanted; i += m) {
		m = d->nwanted - i < d->net.head_rows ? d->nwanted - i : d->net.head_rows;
		d->slice = d->wanted + i;
		maas_network_head(&d->net, d->row + i, m);
		maas_team_run(d->net.team, m, 1, consume, d);
	}
	d->steps += nrun > 0;
	for (size_t i = 0; i < d->nlive; i++)
		name_blocks(d, d->live[i]);
	for (size_t i = d->nlive; i-- > 0;) {
		struct slot *s = d->live[i];

		if (s->beams) {
			if (s->beam == 0)
				beams_advance(d, s);
			continue;
		}
		if (s->chosen)
			say(d, s);
		else if (s->embed && unfed(s) == 0)
			finish_embedded(d, s);
		else if (s->pub.n == s->end && unfed(s) == 0)
			finish_scored(d, s);
		s->pub.text = (struct maas_span){ s->out.raw.s, s->out.shown };
	}
	return d->nlive;
}
