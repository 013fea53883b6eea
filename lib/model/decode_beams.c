/*
 * decode_beams.c -- the search for the likeliest texts: beams are sequences that advance together, and fork.
 *
 * Each step makes every beam longer by one token.  Of all ways to do so, the best max(2, 1 + tokens that end a text)
 * for each beam are looked at, best first: one that ends is a result, if it stands among as many as there are beams;
 * of the others, as many as there are beams go on.  A text of n tokens whose log-probabilities (after penalties) sum
 * to s counts s / n^length_penalty.  The search ends where there are as many results as beams and none that could
 * come next, were it to end now, beats the worst of them: what transformers does with early_stopping=False.
 *
 * The keys and values of a beam lie in blocks.  Those that are full are shared by all beams that came of the same one,
 * each of which is a user of them; the one that is being filled is its own, and copied when a beam forks.
 */
#include <math.h>
#include <string.h>

#include "decode.h"

#define COPY ((size_t)1 << 18) /* bytes that one member copies at a time */

/* A way to go on. */
struct way {
	double sum;
	float logprob; /* the model's own */
	int32_t id;
	uint32_t beam, node;
};

/* A token of a text, and where the text was before. */
struct node {
	uint32_t before;
	int32_t id;
	float logprob; /* the model's own */
};

/* One of the sequences. */
struct beam {
	struct slot *slot;
	uint32_t node;
	double sum;
	struct way *way;   /* [wide], best first */
	long ways, looked; /* -1: a logit is no number; those among the best of all */
};

struct result {
	uint32_t node;
	size_t said;
	double score;
	enum maas_finish finish;
};

struct beams {
	struct maas_decoder *d;
	double length_penalty;
	size_t n, look, wide; /* beams; ways that are looked at; of one beam at most */
	struct beam *beam;
	struct way *on; /* [n]: those that go on */
	size_t going;
	size_t *heir; /* [n]: of each beam, which of `on` takes its place; n: none */
	struct node *node;
	struct maas_choice *top; /* [nodes][ntop]: what might have followed a node */
	uint32_t nodes;
	struct result *result; /* [n], best first */
	size_t results;
	struct copying {
		unsigned char *to;
		const unsigned char *from;
	} * copy; /* [n] */
	size_t copies;
};

static int
make_room(struct beams *b, struct maas_arena *a, const struct slot *s)
{
	size_t n = b->n, steps = s->end - s->pub.n, nodes = 2 * n * steps + 1;

	if (nodes / n / 2 < steps || nodes > UINT32_MAX)
		return maas_fail("%zu beams of %zu tokens are more than can be kept apart", n, steps);
	b->beam = maas_take(a, n, sizeof *b->beam);
	b->on = maas_take(a, n, sizeof *b->on);
	b->heir = maas_take(a, n, sizeof *b->heir);
	b->node = maas_take(a, nodes, sizeof *b->node);
	b->top = maas_take(a, nodes, (size_t)s->pub.ntop * sizeof *b->top + 1);
	b->result = maas_take(a, n, sizeof *b->result);
	b->copy = maas_take(a, n, sizeof *b->copy);
	if (!b->beam || !b->on || !b->heir || !b->node || !b->top || !b->result || !b->copy)
		return -1;
	for (size_t i = 0; i < n; i++)
		if (!(b->beam[i].way = maas_take(a, b->wide, sizeof *b->beam[i].way)))
			return -1;
	b->nodes = 1;
	return 0;
}

/* Are there places and blocks for the other beams? */
static int
examine(const struct maas_decoder *d, const struct slot *s, const struct maas_request *q)
{
	size_t own = s->blocks - s->pub.n / MAAS_KEYS, others = q->beams - 1, taken = 0;

	if (!maas_sampling_greedy(&q->sampling))
		return maas_fail(
		    "beams look for the likeliest text: nothing is drawn, so temperature, top-k, top-p, min-p "
		    "and typical-p have no meaning there");
	if (s->score || s->embed)
		return maas_fail("beams do not go with the scores of a prompt");
	if (!isfinite(q->length_penalty))
		return maas_fail("a length penalty of %g", q->length_penalty);
	if (q->beams > d->slots)
		return maas_fail("%zu beams are wanted, there are places for %zu", q->beams, d->slots);
	if (s->blocks + others * own > d->net.blocks)
		return maas_fail("%zu beams want %zu tokens of key/value cache, there are %zu in all", q->beams,
		    (s->blocks + others * own) * MAAS_KEYS, d->net.blocks * MAAS_KEYS);
	for (size_t i = 0; i < d->slots; i++)
		taken += d->slot[i].taken != 0;
	if (others > d->slots - taken)
		return maas_fail_as(MAAS_TEMPFAIL, "%zu beams want places, %zu are free", others, d->slots - taken);
	if (others * own > d->blocks.spare)
		return maas_fail_as(MAAS_TEMPFAIL, "%zu tokens of key/value cache are wanted, %zu are free",
		    others * own * MAAS_KEYS, d->blocks.spare * MAAS_KEYS);
	return 0;
}

/* One more beam, which waits until the first has read the prompt. */
static int
add_beam(struct beams *b, struct slot *first, const struct maas_request *q, size_t at)
{
	struct maas_decoder *d = b->d;
	struct slot *s = d->slot;

	while (s->taken)
		s++;
	s->end = first->end;
	if (slot_fill(d, s, q, first->id, first->pub.n) < 0)
		return -1;
	s->sampling = first->sampling;
	s->ignore_eos = first->ignore_eos;
	s->logprobs = first->logprobs;
	s->embed = 0;
	s->rows = s->score = s->share = s->named = 0;
	s->chosen = 0;
	s->fed = first->pub.n;
	s->taken = s->idle = 1;
	s->beams = b;
	s->beam = at;
	for (s->blocks = 0; s->blocks < first->pub.n / MAAS_KEYS; s->blocks++)
		blocks_share(&d->blocks, s->block[s->blocks] = first->block[s->blocks]);
	while (s->blocks < first->blocks)
		s->block[s->blocks++] = blocks_take(&d->blocks);
	d->live[d->nlive++] = s;
	b->beam[at].slot = s;
	return 0;
}

int
beams_join(struct maas_decoder *d, struct slot *s, const struct maas_request *q)
{
	struct beams *b;
	size_t wide = d->ends + 1 > 2 ? d->ends + 1 : 2;

	if (examine(d, s, q) < 0)
		return -1;
	if (!s->searches && !(s->searches = maas_arena_new(1 << 16)))
		return -1;
	if (!(b = maas_take(s->searches, 1, sizeof *b)))
		return -1;
	*b = (struct beams){ .d = d, .length_penalty = q->length_penalty, .n = q->beams, .look = wide * q->beams };
	b->wide = b->look < d->net.w.vocab ? b->look : d->net.w.vocab;
	if (q->beams > SIZE_MAX / wide || make_room(b, s->searches, s) < 0) {
		maas_arena_reset(s->searches);
		return -1;
	}
	s->beams = b;
	s->beam = 0;
	b->beam[0].slot = s;
	for (size_t i = 1; i < b->n; i++)
		if (add_beam(b, s, q, i) < 0) {
			b->n = i;
			beams_leave(d, s);
			return -1;
		}
	return 0;
}

void
beams_leave(struct maas_decoder *d, struct slot *s)
{
	struct beams *b = s->beams;

	for (size_t i = b->n; i-- > 0;) {
		struct slot *t = b->beam[i].slot;

		slot_retire(d, t);
		slot_forget(d, t);
		t->beams = NULL;
		t->taken = 0;
	}
	maas_arena_reset(s->searches);
}

void
beams_weigh(struct maas_decoder *d, struct slot *s, const float *logit, struct sampler *sampler)
{
	struct beams *b = s->beams;
	struct beam *m = &b->beam[s->beam];
	size_t vocab = d->net.w.vocab, ntop = (size_t)s->pub.ntop;
	double norm = maas_logsumexp(logit, vocab);
	struct sample_case c = { &s->sampling, logit, s->id, s->pub.prompt, s->pub.n, 0 };

	m->ways = maas_sample_best(sampler, &c, norm, b->wide);
	for (long i = 0; i < m->ways; i++) {
		const struct sample_item *x = &sampler->item[i];
		double own = logit[x->id] - norm, score = maas_sample_plain(&s->sampling) ? own : (double)x->score;

		m->way[i] = (struct way){ m->sum + score, (float)own, x->id, (uint32_t)s->beam, 0 };
	}
	maas_sample_top(b->top + m->node * ntop, (int)ntop, logit, vocab, norm);
	s->chosen = 1;
}

/* Does the text end in this one, were its last token's bytes `piece`? */
static int
ends_in(const struct slot *s, const struct maas_tokenizer *tok, struct maas_span piece, struct maas_span stop)
{
	size_t left = stop.n, n;

	for (size_t i = s->pub.n;;) {
		n = piece.n < left ? piece.n : left;
		if (n && memcmp(stop.s + left - n, piece.s + piece.n - n, n) != 0)
			return 0;
		if ((left -= n) == 0)
			return 1;
		do
			if (i == s->pub.prompt)
				return 0;
		while (maas_token_special(tok, s->id[--i]));
		piece = maas_token_bytes(tok, s->id[i]);
	}
}

/* Does a stop text end in the last token's bytes? */
static int
stops(const struct slot *s, int32_t id)
{
	const struct maas_tokenizer *tok = s->out.tok;
	struct maas_span piece;

	if (!tok || !s->out.nstop || maas_token_special(tok, id))
		return 0;
	piece = maas_token_bytes(tok, id);
	for (size_t k = 0; k < s->out.nstop; k++)
		for (size_t n = 1; n <= piece.n; n++)
			if (ends_in(s, tok, (struct maas_span){ piece.s, n }, s->out.stop[k]))
				return 1;
	return 0;
}

/* The next best of all ways that were not looked at yet; NULL: none. */
static struct way *
next_way(struct beams *b)
{
	struct beam *best = NULL;

	for (size_t i = 0; i < b->n; i++) {
		struct beam *m = &b->beam[i];

		if (!m->slot->idle && m->looked < m->ways &&
		    (!best || m->way[m->looked].sum > best->way[best->looked].sum))
			best = m;
	}
	return best ? &best->way[best->looked++] : NULL;
}

static uint32_t
add_node(struct beams *b, const struct way *w)
{
	b->node[b->nodes] = (struct node){ b->beam[w->beam].node, w->id, w->logprob };
	return b->nodes++;
}

static double
value(const struct beams *b, double sum, size_t said)
{
	return said ? sum / pow((double)said, b->length_penalty) : sum;
}

static void
add_result(struct beams *b, struct result r)
{
	size_t i;

	if (b->results == b->n && !(r.score > b->result[b->n - 1].score))
		return;
	b->results += b->results < b->n;
	for (i = b->results - 1; i > 0 && r.score > b->result[i - 1].score; i--)
		b->result[i] = b->result[i - 1];
	b->result[i] = r;
}

/* All ways to go on, best first: which end, and which do go on.  said: tokens of a text that is longer by one. */
static void
choose(struct beams *b, size_t said, int last)
{
	b->going = 0;
	for (size_t i = 0; i < b->n; i++)
		b->beam[i].looked = 0;
	for (size_t rank = 0; rank < b->look; rank++) {
		struct way *w = next_way(b);
		const struct slot *s;
		int stop;

		if (!w)
			break;
		s = b->beam[w->beam].slot;
		stop = (!s->ignore_eos && maas_decoder_ends(b->d, w->id)) || stops(s, w->id);
		if (stop || last) {
			if (rank < b->n)
				add_result(b,
				    (struct result){
					add_node(b, w), said, value(b, w->sum, said), stop ? MAAS_STOP : MAAS_LENGTH });
		} else if (b->going < b->n) {
			w->node = add_node(b, w);
			b->on[b->going++] = *w;
		}
	}
}

/* Beam `to` becomes a copy of `from`, but for what both have been made longer by. */
static void
fork_beam(struct beams *b, struct slot *to, const struct slot *from)
{
	struct maas_decoder *d = b->d;
	size_t full = from->fed / MAAS_KEYS;

	for (size_t i = 0; i < full; i++) {
		if (to->block[i] == from->block[i])
			continue;
		blocks_give(&d->blocks, to->block[i]);
		blocks_share(&d->blocks, to->block[i] = from->block[i]);
	}
	if (from->fed % MAAS_KEYS) {
		blocks_touch(&d->blocks, to->block[full]);
		b->copy[b->copies++] = (struct copying){ d->net.cache + to->block[full] * d->net.block_bytes,
			d->net.cache + from->block[full] * d->net.block_bytes };
	}
	memcpy(
	    to->id + from->pub.prompt, from->id + from->pub.prompt, (from->pub.n - from->pub.prompt) * sizeof *to->id);
	to->pub.n = from->pub.n;
	to->fed = from->fed;
}

static void
copy_part(void *arg, size_t begin, size_t end, int member)
{
	struct beams *b = arg;
	size_t bytes = b->d->net.block_bytes, parts = (bytes + COPY - 1) / COPY;

	(void)member;
	for (size_t i = begin; i < end; i++) {
		size_t at = i % parts * COPY;

		memcpy(b->copy[i / parts].to + at, b->copy[i / parts].from + at, bytes - at < COPY ? bytes - at : COPY);
	}
}

/* Each beam makes place for the first way that goes on from it; the others go to beams that nothing goes on from. */
static void
go_on(struct beams *b)
{
	size_t none = b->n, spare = 0;

	b->copies = 0;
	for (size_t i = 0; i < b->n; i++)
		b->heir[i] = none;
	for (size_t k = 0; k < b->going; k++)
		if (b->heir[b->on[k].beam] == none)
			b->heir[b->on[k].beam] = k;
	for (size_t k = 0; k < b->going; k++) {
		size_t from = b->on[k].beam;

		if (b->heir[from] == k)
			continue;
		while (b->heir[spare] != none)
			spare++;
		fork_beam(b, b->beam[spare].slot, b->beam[from].slot);
		b->heir[spare] = k;
	}
	if (b->copies)
		maas_team_run(b->d->net.team, b->copies * ((b->d->net.block_bytes + COPY - 1) / COPY), 1, copy_part, b);
	for (size_t i = 0; i < b->n; i++) {
		struct beam *m = &b->beam[i];
		const struct way *w;

		m->slot->idle = b->heir[i] == none;
		if (m->slot->idle)
			continue;
		w = &b->on[b->heir[i]];
		m->slot->id[m->slot->pub.n++] = w->id;
		m->node = w->node;
		m->sum = w->sum;
	}
}

/* A result becomes the sequence of a beam. */
static void
tell(struct beams *b, struct slot *s, const struct result *r)
{
	size_t n = s->pub.prompt + r->said, ntop = (size_t)s->pub.ntop, at = n;
	int stopped = 0;

	for (uint32_t i = r->node; i != 0; i = b->node[i].before) {
		const struct node *x = &b->node[i];

		s->id[--at] = x->id;
		if (!s->logprobs)
			continue;
		s->logprob[at] = x->logprob;
		if (ntop)
			memcpy(s->top + at * ntop, b->top + x->before * ntop, ntop * sizeof *s->top);
	}
	s->pub.n = n;
	s->pub.score = r->score;
	s->pub.finish = r->finish;
	for (size_t i = s->pub.prompt; s->out.tok && i < n && stopped == 0; i++)
		if (s->ignore_eos || !maas_decoder_ends(b->d, s->id[i]))
			stopped = maas_outflow_add(&s->out, s->id[i]);
	if (stopped < 0)
		s->pub.finish = MAAS_BROKEN;
	maas_outflow_end(&s->out);
	s->pub.text = (struct maas_span){ s->out.raw.s, s->out.shown };
}

/* The results, best first: the caller's sequence, then those of the other beams. */
static void
conclude(struct beams *b)
{
	for (size_t i = 0; i < b->results; i++) {
		struct slot *s = b->beam[i].slot;

		tell(b, s, &b->result[i]);
		s->pub.next = i + 1 < b->results ? &b->beam[i + 1].slot->pub : NULL;
	}
	if (b->results == 0)
		b->beam[0].slot->pub.finish = MAAS_BROKEN;
	for (size_t i = b->n; i-- > 0;)
		slot_retire(b->d, b->beam[i].slot);
}

/* Could none that goes on be a result, were it to end now?  `said`: its tokens. */
static int
settled(const struct beams *b, size_t said)
{
	return b->going == 0 || (b->results == b->n && !(value(b, b->on[0].sum, said) > b->result[b->n - 1].score));
}

void
beams_advance(struct maas_decoder *d, struct slot *first)
{
	struct beams *b = first->beams;
	size_t n = 0;
	int broken = 0;

	for (size_t i = 0; i < b->n; i++) {
		struct slot *s = b->beam[i].slot;

		if (s->idle)
			continue;
		if (!s->chosen)
			return;
		s->chosen = 0;
		n = s->pub.n;
		broken |= b->beam[i].ways < 0;
	}
	d->new_tokens++;
	first->share = 0; /* the prompt can be found by now; what is said is for no other */
	if (!broken)
		choose(b, n + 1 - first->pub.prompt, n + 1 == first->end);
	for (size_t i = 0; !broken && b->going == 0 && b->results == 0 && i < b->n; i++)
		if (!b->beam[i].slot->idle) /* whatever could follow is banned */
			add_result(b,
			    (struct result){ b->beam[i].node, n - first->pub.prompt,
				value(b, b->beam[i].sum, n - first->pub.prompt), MAAS_LENGTH });
	if (broken)
		b->results = 0;
	if (broken || settled(b, n + 1 - first->pub.prompt))
		conclude(b);
	else
		go_on(b);
}
