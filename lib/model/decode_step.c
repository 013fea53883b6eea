/* decode_step.c -- a step of all sequences: whose rows go through the network, and what becomes of the logits. */
#include <math.h>
#include <string.h>

#include "decode.h"

#define BESIDE 128 /* rows of prompts beside texts that speak, which wait for them with each token */

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
		slot_adopt(d, d->live[i]);
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
