/* decode_share.c -- beginnings that are computed once, and never change a byte; short prompts do not wait for long
 * ones. */
#include <stdlib.h>

#include "../test.h"
#include "../../lib/model/decode.h"
#include "../tiny_gpt.h"

#define CONTEXT 1000
#define PROMPTS 6
#define SAID    12

static const struct maas_kind plain = { .name = "plain", .size = sizeof(struct maas_gpt), .decode = &maas_decoder_gpt };
static const struct maas_gpt shape = { .layers = 2, .heads = 2, .embed = 32, .context = CONTEXT, .vocab = 97 };
static struct maas_team *team;

/* Prompts 0 to 3 begin alike, for 70, 128 and 200 ids; 4 does not, 5 is like 0 from its second block on. */
static const size_t length[PROMPTS] = { 200, 201, 128, 230, 65, 300 };
static const size_t alike[PROMPTS] = { 200, 200, 128, 70, 0, 0 };

struct told {
	int32_t id[CONTEXT];
	float logprob[CONTEXT];
	size_t n;
};

static void
request(struct maas_request *q, int32_t *prompt, size_t which, uint64_t share)
{
	*q = (struct maas_request){
		.prompt = prompt, .n = length[which], .max_new = SAID, .seed = 5, .logprobs = 1, .share = share
	};
	for (size_t k = 0; k < q->n; k++)
		prompt[k] =
		    (int32_t)((k * 13 + k * k +
				  (k < alike[which] || (which == 5 && k >= MAAS_KEYS && k < 200) ? 0 : 7 * which + 1)) %
			97);
	maas_defaults(maas_sampling_fields, &q->sampling);
	q->sampling.temperature = 1;
}

static struct maas_sequence *
join(struct maas_decoder *d, size_t which, uint64_t share)
{
	int32_t prompt[CONTEXT];
	struct maas_request q;

	request(&q, prompt, which, share);
	return maas_decoder_join(d, &q);
}

static struct told
told_of(const struct maas_sequence *s)
{
	struct told t = { .n = s->n };

	memcpy(t.id, s->id, s->n * sizeof *t.id);
	memcpy(t.logprob, s->logprob, s->n * sizeof *t.logprob);
	return t;
}

static struct told
run(struct maas_decoder *d, struct maas_sequence *s, size_t *cached)
{
	struct told t;

	while (s->finish == MAAS_RUNNING)
		(void)maas_decoder_step(d);
	t = told_of(s);
	*cached = s->cached;
	maas_decoder_leave(d, s);
	return t;
}

static struct told want[PROMPTS];

static int
good(const struct told *t, size_t which)
{
	return !memcmp(t, &want[which], sizeof *t);
}

static struct maas_decoder *
decoder(const struct maas_model *m, size_t sequences, size_t cache_tokens, size_t rows)
{
	return maas_decoder_new(m, NULL, team,
	    &(struct maas_decoder_limits){ .precision = MAAS_DTYPES,
		.sequences = sequences,
		.cache_tokens = cache_tokens,
		.rows = rows,
		.keep = 1 });
}

static void
again(const struct maas_model *m)
{
	static const struct {
		size_t which, share, cached;
	} turn[] = { { 0, 1, 0 }, { 0, 1, 192 }, { 0, 2, 0 }, { 0, 2, 192 }, { 0, 0, 0 }, { 1, 1, 192 }, { 2, 1, 64 },
		{ 3, 1, 64 }, { 3, 1, 192 }, { 4, 1, 0 }, { 4, 1, 64 }, { 2, 3, 0 }, { 5, 1, 0 } };
	struct maas_decoder *d = decoder(m, 4, 0, 0);
	size_t cached;

	for (size_t i = 0; i < MAAS_COUNT(turn); i++) {
		struct told t = run(d, join(d, turn[i].which, turn[i].share), &cached);

		ok(good(&t, turn[i].which) && cached == turn[i].cached,
		    "prompt %zu for %zu: %zu ids were there, the same bytes", turn[i].which, turn[i].share, cached);
	}
	ok(maas_decoder_load(d).blocks_free == maas_decoder_load(d).blocks, "every block is back");
	maas_decoder_free(d);
}

/* Three of one prompt at once, and one that ends while others wait for what it computes. */
static void
at_once(const struct maas_model *m)
{
	struct maas_decoder *d = decoder(m, 4, 0, 100);
	struct maas_sequence *s[3];
	size_t cached[3], all = 0;
	int same = 1;

	for (int i = 0; i < 3; i++)
		s[i] = join(d, 5, 9);
	for (int i = 0; i < 3; i++) {
		struct told t = run(d, s[i], &cached[i]);

		same &= good(&t, 5);
		all += cached[i];
	}
	ok(same && all == 2 * 256 && maas_decoder_load(d).prompt_tokens == 300 + 2 * 44,
	    "three of one prompt: %llu ids were computed", (unsigned long long)maas_decoder_load(d).prompt_tokens);
	for (int i = 0; i < 3; i++)
		s[i] = join(d, 0, 10);
	(void)maas_decoder_step(d);
	maas_decoder_leave(d, s[0]);
	same = 1;
	for (int i = 1; i < 3; i++) {
		struct told t = run(d, s[i], &cached[i]);

		same &= good(&t, 0);
	}
	ok(same && cached[1] == 64 && cached[2] == 192, "the first of three leaves: %zu and %zu ids were there",
	    cached[1], cached[2]);
	maas_decoder_free(d);
}

/* Scores of a prompt are of all its tokens: those that are wanted are computed. */
static void
scored(const struct maas_model *m)
{
	struct maas_decoder *d = decoder(m, 2, 0, 0);
	struct maas_sequence *s[2];
	struct maas_request q;
	int32_t prompt[CONTEXT];
	size_t from[] = { 1, 150 }, cached = 0;

	(void)run(d, join(d, 0, 1), &cached);
	for (int i = 0; i < 2; i++) {
		request(&q, prompt, 0, 1);
		q.max_new = 0;
		q.score = from[i];
		s[i] = maas_decoder_join(d, &q);
		while (!s[i]->finish)
			(void)maas_decoder_step(d);
	}
	ok(s[0]->cached == 0 && s[1]->cached == 128 && s[0]->finish == MAAS_LENGTH && s[1]->finish == MAAS_LENGTH &&
		!memcmp(s[0]->logprob + 150, s[1]->logprob + 150, 50 * sizeof(float)),
	    "scores from the first token on, and from the 150th");
	maas_decoder_free(d);
}

/* A cache that is too small for all: what comes and goes, for two who share nothing, is what each is alone. */
static void
crowd(const struct maas_model *m, size_t cache_tokens, size_t rows)
{
	struct maas_decoder *d = decoder(m, 5, cache_tokens, rows);
	struct maas_sequence *s[5] = { NULL };
	size_t which[5], finished = 0, shared = 0;
	uint32_t h = 3;
	int same = 1;

	while (finished < 150) {
		for (size_t i = 0; i < 5; i++) {
			h = h * 1664525 + 1013904223;
			if (!s[i] && h >> 30) {
				which[i] = (h >> 16) % PROMPTS;
				s[i] = join(d, which[i], 1 + (h >> 12) % 2);
			} else if (s[i] && h >> 27 == 0) {
				maas_decoder_leave(d, s[i]);
				s[i] = NULL;
			}
		}
		(void)maas_decoder_step(d);
		for (size_t i = 0; i < 5; i++)
			if (s[i] && s[i]->finish) {
				struct told t = told_of(s[i]);

				same &= good(&t, which[i]);
				shared += s[i]->cached;
				maas_decoder_leave(d, s[i]);
				s[i] = NULL;
				finished++;
			}
	}
	for (size_t i = 0; i < 5; i++)
		maas_decoder_leave(d, s[i]);
	ok(same && shared > 5000, "%zu texts in a cache of %zu tokens, %zu ids not computed again: the same bytes",
	    finished, cache_tokens, shared);
	ok(maas_decoder_load(d).blocks_free == maas_decoder_load(d).blocks, "every block is back");
	maas_decoder_free(d);
}

/* Steps from joining to the first token. */
static size_t
steps_to_speak(struct maas_decoder *d, const struct maas_sequence *s)
{
	uint64_t from = maas_decoder_load(d).steps;

	while (s->n == s->prompt)
		(void)maas_decoder_step(d);
	return (size_t)(maas_decoder_load(d).steps - from);
}

static void
fairness(const struct maas_model *m)
{
	struct maas_decoder *d = decoder(m, 16, 0, 0);
	struct maas_sequence *first, *s;
	int32_t prompt[CONTEXT];
	struct maas_request q = { .prompt = prompt, .n = 900, .max_new = 20 };
	uint64_t most = 0;
	size_t steps;

	maas_defaults(maas_sampling_fields, &q.sampling);
	for (size_t k = 0; k < CONTEXT; k++)
		prompt[k] = (int32_t)(k % 89);
	first = maas_decoder_join(d, &q);
	(void)maas_decoder_step(d);
	q.n = 5;
	s = maas_decoder_join(d, &q);
	steps = steps_to_speak(d, s);
	ok(steps <= 3 && first->n == first->prompt, "five ids behind 900: the first token after %zu steps", steps);
	for (uint64_t had = maas_decoder_load(d).prompt_tokens, now; first->n == first->prompt && !s->finish;
	     had = now) {
		(void)maas_decoder_step(d);
		now = maas_decoder_load(d).prompt_tokens;
		most = now - had > most ? now - had : most;
	}
	ok(most == 128, "beside a text that speaks 900 are read %llu a step", (unsigned long long)most);
	ok(steps_to_speak(d, first) <= 16, "to the end");
	q.n = 900;
	for (int i = 0; i < 13; i++)
		ok(maas_decoder_join(d, &q) != NULL, "another 900");
	(void)maas_decoder_step(d);
	q.n = 5;
	s = maas_decoder_join(d, &q);
	steps = steps_to_speak(d, s);
	ok(steps <= 3, "and behind thirteen of them, after %zu steps", steps);
	maas_decoder_free(d);
}

/* Blocks that were written to come before those that never were, and these before what is remembered. */
static void
order(void)
{
	struct maas_arena *a = maas_arena_new(1 << 12);
	struct blocks b = { 0 };
	unsigned char cache[4][8] = { { 0 } };
	int32_t id[MAAS_KEYS] = { 7 };
	uint32_t x[2], y;

	if (!a || blocks_make(&b, a, cache[0], MAAS_COUNT(cache), sizeof *cache, 1) < 0)
		exit(2);
	x[0] = blocks_take(&b), x[1] = blocks_take(&b), y = blocks_take(&b);
	blocks_touch(&b, x[0]), blocks_touch(&b, x[1]);
	memset(cache, 0x5a, sizeof cache);
	blocks_name(&b, 1, x, 0, id);
	blocks_give(&b, x[1]), blocks_give(&b, x[0]), blocks_give(&b, y);
	ok(cache[x[0]][7] == 0x5a && cache[y][0] == 0x5a && !cache[x[1]][0] && !cache[x[1]][7],
	    "what can be found stays, what was never written to is left alone, the other is wiped");
	ok(b.spare == 4 && blocks_take(&b) == x[1], "one written to");
	ok(blocks_take(&b) == y && blocks_take(&b) != x[0] && b.forgotten == 0, "those never written to");
	ok(blocks_take(&b) == x[0] && b.forgotten == 1 && b.spare == 0, "what is remembered");
	maas_arena_free(a);
}

/* What was turned away for want of cache was copied before: nothing of it stays. */
static void
turned_away(const struct maas_model *m)
{
	struct maas_decoder *d = decoder(m, 2, 5 * MAAS_KEYS, 0);
	struct maas_sequence *s = join(d, 0, 0);
	size_t left = 0;

	ok(s && !join(d, 0, 0) && maas_why() == MAAS_TEMPFAIL, "%s", maas_error());
	for (size_t i = 0; i < d->slot[1].id_cap; i++)
		left += d->slot[1].id[i] != 0;
	ok(d->slot[1].id_cap >= length[0] && !left, "none of its %zu ids is left", length[0]);
	maas_decoder_free(d);
}

/* Where memory ends between two copies, the first is wiped. */
static void
without_memory(const struct maas_model *m)
{
	struct maas_decoder *d = decoder(m, 1, 0, 0);
	struct maas_span stop[2] = { { "a word of theirs", 16 }, { "", SIZE_MAX / 2 } };
	struct slot *s = &d->slot[0];
	struct maas_request q;
	int32_t prompt[CONTEXT];
	size_t left = 0;

	request(&q, prompt, 0, 0);
	q.stop = stop;
	q.nstop = MAAS_COUNT(stop);
	s->end = q.n;
	ok(slot_fill(d, s, &q, prompt, q.n) < 0 && maas_why() == MAAS_OS, "%s", maas_error());
	for (size_t i = 0; i < s->stops.cap; i++)
		left += s->stops.s[i] != 0;
	ok(s->stops.cap > stop[0].n && !left && !s->stops.n, "nothing of its stop strings is left");
	maas_decoder_free(d);
}

/* How many bytes of the cache are not zero. */
static size_t
filled(const struct maas_decoder *d)
{
	size_t n = 0;

	for (size_t i = 0; i < d->net.blocks * d->net.block_bytes; i++)
		n += d->net.cache[i] != 0;
	return n;
}

/* Keys and values go with their sequence; of those that may be found again, the full blocks stay. */
static void
wiped(const struct maas_model *m)
{
	struct maas_decoder *d = decoder(m, 2, 0, 0);
	struct maas_sequence *s[2] = { join(d, 0, 0), join(d, 1, 0) };
	size_t both, one, cached;

	for (int i = 0; i < 3; i++)
		(void)maas_decoder_step(d);
	both = filled(d);
	maas_decoder_leave(d, s[0]);
	one = filled(d);
	maas_decoder_leave(d, s[1]);
	ok(both > one && one > 0 && filled(d) == 0, "%zu bytes of two sequences, %zu of one, %zu of none", both, one,
	    filled(d));
	(void)run(d, join(d, 0, 1), &cached);
	one = filled(d);
	(void)run(d, join(d, 0, 1), &cached);
	ok(one > 0 && one <= 3 * d->net.block_bytes && filled(d) == one && cached == 192,
	    "%zu bytes of 3 blocks stay for who begins alike", one);
	maas_decoder_free(d);
}

int
main(void)
{
	struct maas_model *m = tiny_gpt(&plain, &shape, MAAS_F32);
	struct maas_model *q8 = NULL;
	size_t cached;

	order();
	team = maas_team_new(2);
	for (int i = 0; i < 2; i++) {
		const struct maas_model *of = i ? (q8 = maas_model_quantize(m, MAAS_I8, team)) : m;
		struct maas_decoder *d = decoder(of, 1, 0, 0);

		for (size_t k = 0; k < PROMPTS; k++)
			want[k] = run(d, join(d, k, 0), &cached);
		maas_decoder_free(d);
		again(of);
		at_once(of);
		scored(of);
		crowd(of, 0, 0);
		crowd(of, 900, 60);
		fairness(of);
		turned_away(of);
		without_memory(of);
		wiped(of);
	}
	maas_model_close(q8);
	maas_model_close(m);
	maas_team_free(team);
	return done();
}
