/*
 * bpe_learn -- merges out of words and their counts (Sennrich et al. 2016), as Hugging Face's
 * BpeTrainer orders them: the most frequent pair, of several the one with the smaller ids.
 *
 * Each pair knows the words it was seen in; a heap that is corrected when its top turns out old
 * names the next pair; a merge looks at those words only, sums by neighbour what changed, and
 * then touches each changed pair once.
 */
#include <stdlib.h>
#include <string.h>

#include "bpe_train.h"

struct pair {
	uint64_t key; /* left id << 32 | right id */
	int64_t count;
	uint32_t list; /* of words it was seen in; 0 ends */
	int merged;    /* it has a rank already */
};
/* What a visit to a word needs, side by side. */
struct place {
	size_t at; /* of its symbols */
	int64_t count;
	uint32_t len; /* symbols left */
};
#define LINK 6
struct link {
	uint32_t next, n, word[LINK]; /* several words, since each link is far from the last */
};
struct top {
	int64_t count;
	uint64_t key;
	uint32_t pair;
};
/* What a merge changes beside one neighbour. */
struct side {
	int64_t count;
	uint32_t list, last; /* its end */
};
struct learn {
	struct bpe_build *b;
	const struct bpe_words *words;
	uint32_t *sym;       /* symbols of all words */
	struct place *place; /* of each word */
	uint32_t *visit;     /* words of the merge at hand */
	size_t visit_cap;
	struct pair *pair;
	size_t npair, pair_cap;
	uint32_t *slot; /* of pairs, by key: index + 1 */
	size_t mask;
	struct link *link; /* [0] is none */
	size_t nlink, link_cap;
	uint32_t spare; /* links that are free */
	struct top *heap;
	size_t nheap, heap_cap;
	struct side *left, *right; /* by neighbour's id */
	uint32_t *touched;         /* neighbours of this merge: id << 1 | right */
	size_t ntouched;
	uint32_t *token; /* open addressing over tokens' bytes: index in b->token, + 1 */
	size_t token_mask;
	size_t ids; /* so far */
	int64_t least;
};

static size_t
mix(uint64_t key)
{
	return (size_t)((key * 0x9E3779B97F4A7C15u) >> 20);
}

static int
rehash(struct learn *l)
{
	size_t slots = l->mask ? (l->mask + 1) * 2 : 1 << 16;
	uint32_t *slot = maas_alloc(slots, sizeof *slot);

	if (!slot)
		return -1;
	for (size_t i = 0; i < l->npair; i++) {
		size_t k = mix(l->pair[i].key) & (slots - 1);

		while (slot[k])
			k = (k + 1) & (slots - 1);
		slot[k] = (uint32_t)i + 1;
	}
	free(l->slot);
	l->slot = slot;
	l->mask = slots - 1;
	return 0;
}

/* The place of a pair in l->pair, made where it is new; -1 without memory. */
static int64_t
pair_of(struct learn *l, uint32_t a, uint32_t b)
{
	uint64_t key = (uint64_t)a << 32 | b;
	size_t k;

	if (l->npair * 2 >= l->mask && rehash(l) < 0)
		return -1;
	for (k = mix(key) & l->mask; l->slot[k]; k = (k + 1) & l->mask)
		if (l->pair[l->slot[k] - 1].key == key)
			return l->slot[k] - 1;
	if (maas_grow(&l->pair, l->npair, &l->pair_cap, 1, sizeof *l->pair) < 0)
		return -1;
	l->pair[l->npair] = (struct pair){ .key = key };
	l->slot[k] = (uint32_t)++l->npair;
	return (int64_t)l->npair - 1;
}

static int
note(struct learn *l, uint32_t *list, uint32_t word)
{
	struct link *x = &l->link[*list];
	uint32_t k = l->spare;

	if (*list && x->word[x->n - 1] == word)
		return 0;
	if (*list && x->n < LINK) {
		x->word[x->n++] = word;
		return 0;
	}
	if (k) {
		l->spare = l->link[k].next;
	} else {
		if (l->nlink >= UINT32_MAX || maas_grow(&l->link, l->nlink, &l->link_cap, 1, sizeof *l->link) < 0)
			return maas_fail_as(MAAS_OS, "no memory for where %zu pairs stand", l->nlink);
		k = (uint32_t)l->nlink++;
	}
	l->link[k] = (struct link){ .next = *list, .n = 1, .word = { word } };
	*list = k;
	return 0;
}

static int
above(const struct top *x, const struct top *y)
{
	return x->count != y->count ? x->count > y->count : x->key < y->key;
}

static void
sink(struct learn *l, size_t i)
{
	struct top x = l->heap[i];

	for (size_t c; (c = 2 * i + 1) < l->nheap; i = c) {
		c += c + 1 < l->nheap && above(&l->heap[c + 1], &l->heap[c]);
		if (!above(&l->heap[c], &x))
			break;
		l->heap[i] = l->heap[c];
	}
	l->heap[i] = x;
}

static int
push(struct learn *l, uint32_t pair)
{
	struct top x = { l->pair[pair].count, l->pair[pair].key, pair };
	size_t i = l->nheap;

	if (x.count < l->least)
		return 0;
	if (maas_grow(&l->heap, l->nheap, &l->heap_cap, 1, sizeof *l->heap) < 0)
		return -1;
	for (l->nheap++; i > 0 && above(&x, &l->heap[(i - 1) / 2]); i = (i - 1) / 2)
		l->heap[i] = l->heap[(i - 1) / 2];
	l->heap[i] = x;
	return 0;
}

/* The pair to merge next; -1: none occurs often enough. */
static int64_t
pop(struct learn *l)
{
	while (l->nheap) {
		struct top x = l->heap[0];
		int64_t now = l->pair[x.pair].count;

		if (x.count == now) {
			l->heap[0] = l->heap[--l->nheap];
			sink(l, 0);
			return x.pair;
		}
		if (now >= l->least)
			l->heap[0].count = now;
		else
			l->heap[0] = l->heap[--l->nheap];
		if (l->nheap)
			sink(l, 0);
	}
	return -1;
}

static uint32_t *
find_token(const struct learn *l, const char *s, size_t n)
{
	size_t k = maas_hash(s, n, 0) & l->token_mask;

	for (; l->token[k]; k = (k + 1) & l->token_mask) {
		const struct bpe_token *t = &l->b->token[l->token[k] - 1];

		if (t->n == n && !memcmp(l->b->text.s + t->at, s, n))
			break;
	}
	return &l->token[k];
}

/* The id of a and b together: a token that is there already by other merges, or a new one. */
static int64_t
join(struct learn *l, uint32_t a, uint32_t b, int fresh)
{
	const struct bpe_token x = l->b->token[a], y = l->b->token[b];
	struct maas_buf s = { 0 };
	uint32_t *slot;
	int64_t id = -1;

	if (maas_buf_add(&s, l->b->text.s + x.at, x.n) < 0 || maas_buf_add(&s, l->b->text.s + y.at, y.n) < 0)
		goto out;
	slot = find_token(l, s.s, s.n);
	if (!*slot) {
		if (maas_bpe_build_token(l->b, (int64_t)l->ids, BPE_NORMAL, (struct maas_span){ s.s, s.n }) < 0)
			goto out;
		*slot = (uint32_t)++l->ids;
	} else if (l->b->token[*slot - 1].kind != BPE_NORMAL) {
		maas_fail("the special token '%.60s' is a word of the corpus: plain text would become it", s.s);
		goto out;
	}
	if (!fresh || maas_bpe_build_merge(l->b, a, b, *slot - 1) == 0)
		id = (int64_t)*slot - 1;
out:
	maas_buf_free(&s);
	return id;
}

static int
beside(struct learn *l, uint32_t id, int right, int64_t count, uint32_t word)
{
	struct side *s = right ? &l->right[id] : &l->left[id];
	int fresh = !s->list;

	s->count += count;
	if (note(l, &s->list, word) < 0)
		return -1;
	if (fresh) {
		l->touched[l->ntouched++] = id << 1 | (uint32_t)right;
		s->last = s->list;
	}
	return 0;
}

/* Merge a, b in one word from left to right. */
static int
merge_word(struct learn *l, uint32_t w, uint32_t a, uint32_t b, uint32_t id)
{
	struct place *p = &l->place[w];
	uint32_t *s = l->sym + p->at, n = p->len, to = 0;
	int64_t count = p->count;

	for (uint32_t i = 0; i < n; to++) {
		if (s[i] != a || i + 1 == n || s[i + 1] != b) {
			s[to] = s[i++];
			continue;
		}
		if (to > 0 && beside(l, s[to - 1], 0, count, w) < 0)
			return -1;
		if (i + 2 < n && beside(l, s[i + 2], 1, count, w) < 0)
			return -1;
		s[to] = id;
		i += 2;
	}
	p->len = to;
	return 0;
}

/* Of each neighbour: the pairs it made with a or b are fewer now, those with id are more. */
static int
settle(struct learn *l, uint32_t a, uint32_t b, uint32_t id)
{
	for (size_t i = 0; i < l->ntouched; i++) {
		uint32_t x = l->touched[i] >> 1, right = l->touched[i] & 1;
		struct side *s = right ? &l->right[x] : &l->left[x];
		int64_t old = right ? pair_of(l, b, x) : pair_of(l, x, a),
			new = right ? pair_of(l, id, x) : pair_of(l, x, id);

		if (old < 0 || new < 0)
			return -1;
		l->pair[old].count -= s->count;
		l->pair[new].count += s->count;
		l->link[s->last].next = l->pair[new].list;
		l->pair[new].list = s->list;
		*s = (struct side){ 0, 0, 0 };
	}
	/* A pair may have been lessened by one neighbour after it grew by another: pushed when all is done. */
	for (size_t i = 0; i < l->ntouched; i++) {
		uint32_t x = l->touched[i] >> 1;
		int64_t new = l->touched[i] & 1 ? pair_of(l, id, x) : pair_of(l, x, id);

		if (new < 0 || push(l, (uint32_t) new) < 0)
			return -1;
	}
	l->ntouched = 0;
	return 0;
}

/* Memory that visits far away would wait for is asked for ahead of them. */
static int
merge_words(struct learn *l, size_t n, uint32_t a, uint32_t b, uint32_t id)
{
	for (size_t i = 0; i < n; i++) {
		if (i + 16 < n)
			__builtin_prefetch(&l->place[l->visit[i + 16]]);
		if (i + 8 < n)
			__builtin_prefetch(&l->sym[l->place[l->visit[i + 8]].at]);
		if (merge_word(l, l->visit[i], a, b, id) < 0)
			return -1;
	}
	return 0;
}

/* A pair that comes up again, by a token that is made in two ways, is merged without a second rank. */
static int
merge(struct learn *l, uint32_t p)
{
	uint32_t a = (uint32_t)(l->pair[p].key >> 32), b = (uint32_t)l->pair[p].key, k, next;
	int64_t id = join(l, a, b, !l->pair[p].merged);
	size_t n = 0;

	if (id < 0)
		return -1;
	for (k = l->pair[p].list, l->pair[p].list = 0; k; k = next) {
		next = l->link[k].next;
		if (maas_grow(&l->visit, n, &l->visit_cap, LINK, sizeof *l->visit) < 0)
			return -1;
		memcpy(l->visit + n, l->link[k].word, sizeof l->link[k].word);
		n += l->link[k].n;
		l->link[k].next = l->spare;
		l->spare = k;
	}
	if (merge_words(l, n, a, b, (uint32_t)id) < 0)
		return -1;
	l->pair[p].merged = 1;
	if (settle(l, a, b, (uint32_t)id) < 0)
		return -1;
	l->pair[p].count = 0;
	return 0;
}

static int
make_room(struct learn *l, size_t vocab)
{
	size_t slots = 1024;

	while (slots < 2 * vocab)
		slots *= 2;
	l->sym = maas_alloc(l->words->text.n, sizeof *l->sym);
	l->place = maas_alloc(l->words->n, sizeof *l->place);
	l->left = maas_alloc(vocab, sizeof *l->left);
	l->right = maas_alloc(vocab, sizeof *l->right);
	l->touched = maas_alloc(vocab, 2 * sizeof *l->touched);
	l->token = maas_alloc(slots, sizeof *l->token);
	l->token_mask = slots - 1;
	l->nlink = 1;
	return l->sym && l->place && l->left && l->right && l->touched && l->token &&
		maas_grow(&l->link, 0, &l->link_cap, 1, sizeof *l->link) == 0
	    ? 0
	    : -1;
}

/* Words as ids of bytes, and the pairs in them. */
static int
begin(struct learn *l)
{
	uint32_t byte[256] = { 0 };

	for (l->ids = 0; l->ids < l->b->ntoken; l->ids++) {
		const struct bpe_token *t = &l->b->token[l->ids];

		*find_token(l, l->b->text.s + t->at, t->n) = (uint32_t)l->ids + 1;
		if (t->kind == BPE_NORMAL)
			byte[(unsigned char)l->b->text.s[t->at]] = t->id;
	}
	for (uint32_t w = 0; w < l->words->n; w++) {
		const struct bpe_word *x = &l->words->word[w];
		uint32_t *s = l->sym + x->at;

		if (x->n > UINT32_MAX)
			return maas_fail("a word of %zu bytes; at most %u", x->n, UINT32_MAX);
		l->place[w] = (struct place){ x->at, (int64_t)x->count, (uint32_t)x->n };
		for (size_t i = 0; i < x->n; i++) {
			int64_t p;

			s[i] = byte[(unsigned char)l->words->text.s[x->at + i]];
			if (i == 0)
				continue;
			if ((p = pair_of(l, s[i - 1], s[i])) < 0 || note(l, &l->pair[p].list, w) < 0)
				return -1;
			l->pair[p].count += (int64_t)x->count;
		}
	}
	for (size_t i = 0; i < l->npair; i++)
		if (push(l, (uint32_t)i) < 0)
			return -1;
	return 0;
}

int
maas_bpe_learn(struct bpe_build *b, const struct bpe_words *words, size_t vocab, uint64_t min_frequency)
{
	struct learn l = { .b = b, .words = words };
	int64_t p = -1;
	int rc = -1;

	l.least = min_frequency > INT64_MAX ? INT64_MAX : min_frequency < 1 ? 1 : (int64_t)min_frequency;
	if (make_room(&l, vocab) < 0 || begin(&l) < 0)
		goto out;
	while (l.ids < vocab && (p = pop(&l)) >= 0)
		if (merge(&l, (uint32_t)p) < 0)
			goto out;
	rc = 0;
out:
	free(l.sym);
	free(l.place);
	free(l.visit);
	free(l.pair);
	free(l.slot);
	free(l.link);
	free(l.heap);
	free(l.left);
	free(l.right);
	free(l.touched);
	free(l.token);
	return rc;
}
