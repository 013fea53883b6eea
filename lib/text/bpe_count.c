/* bpe_count -- counting the words of a corpus, by the team, and the frame of training. */
#include <stdlib.h>
#include <string.h>

#include "bpe_train.h"

#define CHUNK (256 * 1024) /* bytes a member counts at a time; more where no line ends */

struct chunk {
	const char *s;
	size_t n;
};

struct maas_bpe {
	enum maas_pattern pattern;
	struct maas_team *team;
	int members;
	struct bpe_words *words; /* of each member */
	struct chunk *chunk;
	size_t nchunk, cap;
};

struct maas_bpe *
maas_bpe_new(enum maas_pattern pattern, struct maas_team *team)
{
	struct maas_bpe *b = maas_alloc(1, sizeof *b);

	if (!b)
		return NULL;
	b->pattern = pattern;
	b->team = team;
	b->members = team ? maas_team_size(team) : 1;
	if ((b->words = maas_alloc((size_t)b->members, sizeof *b->words)))
		return b;
	free(b);
	return NULL;
}

void
maas_bpe_free(struct maas_bpe *b)
{
	if (!b)
		return;
	for (int i = 0; i < b->members; i++)
		maas_bpe_words_free(&b->words[i]);
	free(b->words);
	free(b->chunk);
	free(b);
}

void
maas_bpe_words_free(struct bpe_words *w)
{
	maas_buf_free(&w->text);
	free(w->word);
	free(w->slot);
	memset(w, 0, sizeof *w);
}

static int
rehash(struct bpe_words *w)
{
	size_t slots = w->mask ? (w->mask + 1) * 2 : 4096;
	uint32_t *slot;

	if (w->n >= UINT32_MAX / 2)
		return maas_fail("more than %u different words", UINT32_MAX / 2);
	if (!(slot = maas_alloc(slots, sizeof *slot)))
		return -1;
	for (size_t i = 0; i < w->n; i++) {
		size_t k = w->word[i].hash & (slots - 1);

		while (slot[k])
			k = (k + 1) & (slots - 1);
		slot[k] = (uint32_t)i + 1;
	}
	free(w->slot);
	w->slot = slot;
	w->mask = slots - 1;
	return 0;
}

int
maas_bpe_words_add(struct bpe_words *w, const char *s, size_t n, uint64_t hash, uint64_t count)
{
	size_t k;

	if (w->n * 2 >= w->mask && rehash(w) < 0)
		return -1;
	for (k = hash & w->mask; w->slot[k]; k = (k + 1) & w->mask) {
		struct bpe_word *x = &w->word[w->slot[k] - 1];

		if (x->hash == hash && x->n == n && !memcmp(w->text.s + x->at, s, n)) {
			x->count += count;
			return 0;
		}
	}
	if (maas_grow(&w->word, w->n, &w->cap, 1, sizeof *w->word) < 0)
		return -1;
	w->word[w->n] = (struct bpe_word){ hash, count, w->text.n, n };
	if (maas_buf_add(&w->text, s, n) < 0)
		return -1;
	w->slot[k] = (uint32_t)++w->n;
	return 0;
}

static int
count_line(struct bpe_words *w, enum maas_pattern pattern, const char *s, size_t n)
{
	size_t end[PIECES], from = 0, many;
	struct bpe_pieces p;

	maas_pieces_begin(&p, pattern, (const unsigned char *)s, n);
	while ((many = maas_pieces_next(&p, end)) > 0)
		for (size_t i = 0; i < many; from = end[i++])
			if (maas_bpe_words_add(w, s + from, end[i] - from, maas_hash(s + from, end[i] - from, 0), 1) <
			    0)
				return -1;
	return 0;
}

static void
count_chunks(void *arg, size_t begin, size_t end, int member)
{
	struct maas_bpe *b = arg;
	struct bpe_words *w = &b->words[member];

	for (size_t i = begin; i < end && !w->failed; i++) {
		const char *s = b->chunk[i].s, *stop = s + b->chunk[i].n;

		while (s < stop && !w->failed) {
			const char *lf = memchr(s, '\n', (size_t)(stop - s)), *next = lf ? lf + 1 : stop;

			w->failed = count_line(w, b->pattern, s, (size_t)(next - s)) < 0;
			s = next;
		}
	}
}

/* Chunks end behind a line. */
static int
cut(struct maas_bpe *b, struct maas_span text)
{
	const char *s = text.s, *stop = s + text.n;

	for (b->nchunk = 0; s < stop; b->nchunk++) {
		const char *next = stop;

		if (maas_grow(&b->chunk, b->nchunk, &b->cap, 1, sizeof *b->chunk) < 0)
			return -1;
		if (stop - s > CHUNK && (next = memchr(s + CHUNK, '\n', (size_t)(stop - s - CHUNK))))
			next++;
		b->chunk[b->nchunk] = (struct chunk){ s, (size_t)((next ? next : stop) - s) };
		s += b->chunk[b->nchunk].n;
	}
	return 0;
}

int
maas_bpe_add(struct maas_bpe *b, struct maas_span text)
{
	if (cut(b, text) < 0)
		return -1;
	if (b->team)
		maas_team_run(b->team, b->nchunk, 1, count_chunks, b);
	else
		count_chunks(b, 0, b->nchunk, 0);
	for (int i = 0; i < b->members; i++)
		if (b->words[i].failed)
			return maas_fail_as(MAAS_OS, "no memory for %zu different words", b->words[i].n);
	return 0;
}

/* Special tokens, then the bytes in the order of the characters that spell them. */
static int
add_alphabet(struct bpe_build *b, const char *const *special, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		for (size_t j = 0; j < i; j++)
			if (!strcmp(special[i], special[j]))
				return maas_fail("the special token '%.60s' is given twice", special[i]);
		if (strlen(special[i]) < 2)
			return maas_fail("the special token '%.60s' is %s", special[i],
			    *special[i] ? "a byte, which is a token already" : "empty");
		if (maas_bpe_build_token(b, (int64_t)i, BPE_SPECIAL, maas_span(special[i])) < 0)
			return -1;
	}
	for (int32_t cp = 0, id = (int32_t)n; cp < 0x144; cp++) {
		int byte = maas_char_byte(cp);
		char c = (char)byte;

		if (byte >= 0 && maas_bpe_build_token(b, id++, BPE_NORMAL, (struct maas_span){ &c, 1 }) < 0)
			return -1;
	}
	return 0;
}

/* All members' words in the first one's table. */
static int
gather(struct maas_bpe *b)
{
	for (int i = 1; i < b->members; i++) {
		struct bpe_words *w = &b->words[i];

		for (size_t k = 0; k < w->n; k++)
			if (maas_bpe_words_add(&b->words[0], w->text.s + w->word[k].at, w->word[k].n, w->word[k].hash,
				w->word[k].count) < 0)
				return -1;
		maas_bpe_words_free(w);
	}
	return 0;
}

struct maas_tokenizer *
maas_bpe_train(struct maas_bpe *b, size_t vocab, uint64_t min_frequency, const char *const *special, size_t nspecial)
{
	struct maas_tokenizer *t = NULL;
	struct bpe_build build;

	maas_bpe_build_init(&build);
	build.head.pattern = b->pattern;
	if (vocab > BPE_LIMIT)
		maas_fail("a vocabulary of %zu; at most %u", vocab, BPE_LIMIT);
	else if (vocab < nspecial + 256)
		maas_fail("a vocabulary of %zu; special tokens and bytes alone are %zu", vocab, nspecial + 256);
	else if (add_alphabet(&build, special, nspecial) == 0 && gather(b) == 0 &&
	    maas_bpe_learn(&build, &b->words[0], vocab, min_frequency) == 0) {
		maas_bpe_build_guess(&build);
		t = maas_bpe_build_finish(&build);
	}
	maas_bpe_build_free(&build);
	return t;
}
