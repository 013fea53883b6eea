/*
 * merge -- the tokens of one piece: of all pairs side by side the one of the lowest rank is merged,
 * of several the leftmost, until none is in the table (Sennrich et al. 2016, algorithm 1).
 */
#include <stdlib.h>
#include <string.h>

#include "bpe.h"
#include "unicode.h"

static inline uint32_t
first_rank(const struct maas_tokenizer *t, const unsigned char *s, const int32_t *id)
{
	uint32_t made;

	if (!t->slow_first)
		return t->first[s[0] << 8 | s[1]];
	return bpe_rank(t, (uint32_t)id[0], (uint32_t)id[1], &made);
}

static inline int32_t
byte_id(const struct maas_tokenizer *t, unsigned char c)
{
	return t->byte[c] < 0 ? t->head.unk : t->byte[c];
}

/* A character without a token: its bytes, where all of them have one, or the unknown token. */
static size_t
fall_back(const struct maas_tokenizer *t, const unsigned char *s, size_t n, int32_t *id, size_t m)
{
	int all = (t->head.form & BPE_FALLBACK) != 0;

	for (size_t i = 0; i < n; i++)
		all &= t->byte[s[i]] >= 0;
	if (all) {
		for (size_t i = 0; i < n; i++)
			id[m++] = t->byte[s[i]];
		return m;
	}
	if (m && t->head.form & BPE_FUSE && id[m - 1] == t->head.unk)
		return m;
	id[m] = t->head.unk;
	return m + 1;
}

size_t
maas_merge_symbols(const struct maas_tokenizer *t, const unsigned char *s, size_t n, int32_t *id)
{
	size_t m = 0, len;

	if (!(t->head.form & BPE_CHARS)) {
		for (size_t i = 0; i < n; i++)
			id[i] = byte_id(t, s[i]);
		return n;
	}
	for (size_t i = 0; i < n; i += len) {
		int32_t cp = decode_at(s + i, n - i, &len), k = maas_bpe_char(t, cp);

		if (k >= 0)
			id[m++] = k;
		else
			m = fall_back(t, s + i, len, id, m);
	}
	return m;
}

/* What the merge of this rank makes of two tokens. */
static inline int32_t
made_of(const struct maas_tokenizer *t, uint32_t rank, int32_t a, int32_t b)
{
	uint32_t id = 0;

	if (!t->ties)
		return (int32_t)t->merge[rank].id;
	bpe_rank(t, (uint32_t)a, (uint32_t)b, &id);
	return (int32_t)id;
}

/* rank[i] is that of the pair id[i], id[i + 1]: small arrays that move beat any list up to here. */
size_t
maas_merge_short(const struct maas_tokenizer *t, const unsigned char *s, size_t n, int32_t *id)
{
	uint32_t rank[BPE_SHORT + 1], made;

	if (t->head.form & BPE_CHARS)
		n = maas_merge_symbols(t, s, n, id);
	else
		for (size_t i = 0; i < n; i++)
			id[i] = byte_id(t, s[i]);
	for (size_t i = 0; i + 1 < n; i++)
		rank[i] = first_rank(t, s + i, id + i);
	rank[n - 1] = BPE_NONE;
	for (;;) {
		size_t best = 0;

		for (size_t i = 1; i + 1 < n; i++)
			if (rank[i] < rank[best])
				best = i;
		if (rank[best] == BPE_NONE)
			return n;
		id[best] = made_of(t, rank[best], id[best], id[best + 1]);
		n--;
		memmove(id + best + 1, id + best + 2, (n - best - 1) * sizeof *id);
		memmove(rank + best + 1, rank + best + 2, (n - best - 1) * sizeof *rank);
		rank[best] = best + 1 < n ? bpe_rank(t, (uint32_t)id[best], (uint32_t)id[best + 1], &made) : BPE_NONE;
		if (best > 0)
			rank[best - 1] = bpe_rank(t, (uint32_t)id[best - 1], (uint32_t)id[best], &made);
	}
}

/*
 * Long pieces.  Nodes are places in the piece, doubly linked; each rank has the list of the places
 * where its pair stands, and bits tell which ranks have any.  So the next pair is found without a
 * heap, and a piece of n bytes takes some 3n steps.  A place is in one list at most: its pair's.
 *
 * Where a merge brings forth a pair of a lower rank, a list is looked at again.  Tables that do so at
 * every turn would take time in the square of n: then the rest is done with a heap.
 */
struct work {
	const struct maas_tokenizer *t;
	struct bpe_scratch *x;
	uint32_t *id, *prev, *next; /* of nodes; BPE_NONE ends */
	uint32_t *back, *fore;      /* of a rank's list */
	uint32_t lowest;            /* rank listed since it was last set */
	uint32_t first;             /* node */
	size_t looked;              /* places taken from lists */
};

static uint32_t
pair_of(const struct work *w, uint32_t i)
{
	uint32_t made;

	return w->next[i] == BPE_NONE ? BPE_NONE : bpe_rank(w->t, w->id[i], w->id[w->next[i]], &made);
}

static void
enlist(struct work *w, uint32_t i, uint32_t rank)
{
	struct bpe_scratch *x = w->x;

	if (rank == BPE_NONE)
		return;
	w->fore[i] = BPE_NONE;
	if (x->busy[rank >> 6] >> (rank & 63) & 1) {
		w->back[i] = x->tail[rank];
		w->fore[x->tail[rank]] = i;
	} else {
		w->back[i] = BPE_NONE;
		x->head[rank] = i;
		x->busy[rank >> 6] |= 1ull << (rank & 63);
		x->busier[rank >> 12] |= 1ull << (rank >> 6 & 63);
	}
	x->tail[rank] = i;
	if (rank < w->lowest)
		w->lowest = rank;
}

static void
empty(struct bpe_scratch *x, uint32_t rank)
{
	x->busy[rank >> 6] &= ~(1ull << (rank & 63));
	if (!x->busy[rank >> 6])
		x->busier[rank >> 12] &= ~(1ull << (rank >> 6 & 63));
}

static void
delist(struct work *w, uint32_t i, uint32_t rank)
{
	struct bpe_scratch *x = w->x;

	if (rank == BPE_NONE)
		return;
	if (w->back[i] == BPE_NONE)
		x->head[rank] = w->fore[i];
	else
		w->fore[w->back[i]] = w->fore[i];
	if (w->fore[i] == BPE_NONE)
		x->tail[rank] = w->back[i];
	else
		w->back[w->fore[i]] = w->back[i];
	if (x->head[rank] == BPE_NONE)
		empty(x, rank);
}

static uint32_t
lowest(const struct work *w)
{
	for (size_t i = 0; i <= w->t->head.merges >> 12; i++)
		if (w->x->busier[i]) {
			size_t k = i << 6 | (size_t)__builtin_ctzll(w->x->busier[i]);

			return (uint32_t)(k << 6 | (size_t)__builtin_ctzll(w->x->busy[k]));
		}
	return BPE_NONE;
}

/* Node i and the next become token `made`; pairs of it and its neighbours change lists. */
static void
join(struct work *w, uint32_t i, uint32_t made)
{
	uint32_t p = w->prev[i], j = w->next[i], k = w->next[j];

	delist(w, j, pair_of(w, j));
	if (p != BPE_NONE)
		delist(w, p, pair_of(w, p));
	w->id[i] = made;
	w->id[j] = BPE_NONE;
	w->next[i] = k;
	if (k != BPE_NONE)
		w->prev[k] = i;
	enlist(w, i, pair_of(w, i));
	if (p != BPE_NONE)
		enlist(w, p, pair_of(w, p));
}

static int
ascending(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

/* Merge all places of a rank, from left to right, unless one that comes before it turns up on the way. */
static int
merge_rank(struct work *w, uint32_t rank)
{
	struct bpe_scratch *x = w->x;
	const struct bpe_merge *m = &w->t->merge[rank];
	size_t n = 0, k, sorted = 1;
	uint32_t none = rank + (uint32_t)w->t->ties; /* of several pairs of this rank the leftmost comes first */

	for (uint32_t i = x->head[rank]; i != BPE_NONE; i = w->fore[i]) {
		if (maas_grow(&x->sort, n, &x->sort_cap, 1, sizeof *x->sort) < 0)
			return -1;
		sorted &= n == 0 || x->sort[n - 1] < i;
		x->sort[n++] = i;
	}
	/* The order matters where places overlap, and where a merge may bring a lower rank. */
	if (!sorted && (m->a == m->b || w->t->ties || !w->t->ordered))
		qsort(x->sort, n, sizeof *x->sort, ascending);
	w->lowest = none;
	w->looked += n;
	for (k = 0; k < n && w->lowest == none; k++) {
		uint32_t i = x->sort[k], made = bpe_made(m);

		/* An overlapping one may have taken part of it. */
		if (w->id[i] == BPE_NONE || w->next[i] == BPE_NONE)
			continue;
		if (w->t->ties ? bpe_rank(w->t, w->id[i], w->id[w->next[i]], &made) != rank
			       : w->id[i] != m->a || w->id[w->next[i]] != m->b)
			continue;
		delist(w, i, rank);
		join(w, i, made);
	}
	return 0;
}

/* A heap of rank << 32 | place, the smallest first. */
static void
sift_down(uint64_t *heap, size_t n, size_t i)
{
	uint64_t v = heap[i];

	for (size_t k; (k = 2 * i + 1) < n; i = k) {
		k += k + 1 < n && heap[k + 1] < heap[k];
		if (heap[k] >= v)
			break;
		heap[i] = heap[k];
	}
	heap[i] = v;
}

static int
heap_add(struct bpe_scratch *x, size_t *n, uint64_t v)
{
	size_t i = *n;

	if (maas_grow(&x->heap, *n, &x->heap_cap, 1, sizeof *x->heap) < 0)
		return -1;
	for (++*n; i && x->heap[(i - 1) / 2] > v; i = (i - 1) / 2)
		x->heap[i] = x->heap[(i - 1) / 2];
	x->heap[i] = v;
	return 0;
}

static int
heap_pair(struct work *w, size_t *n, uint32_t i)
{
	uint32_t rank = i == BPE_NONE ? BPE_NONE : pair_of(w, i);

	return rank == BPE_NONE ? 0 : heap_add(w->x, n, (uint64_t)rank << 32 | i);
}

/* The rest, whatever order it takes: what a place held once and does no more is passed over. */
static int
merge_rest(struct work *w)
{
	size_t n = 0;

	for (uint32_t i = w->first; i != BPE_NONE; i = w->next[i])
		if (heap_pair(w, &n, i) < 0)
			return -1;
	while (n) {
		uint32_t rank = (uint32_t)(w->x->heap[0] >> 32), i = (uint32_t)w->x->heap[0], j = w->next[i], made = 0;

		w->x->heap[0] = w->x->heap[--n];
		if (n)
			sift_down(w->x->heap, n, 0);
		if (w->id[i] == BPE_NONE || j == BPE_NONE || bpe_rank(w->t, w->id[i], w->id[j], &made) != rank)
			continue;
		w->id[i] = made;
		w->id[j] = BPE_NONE;
		w->next[i] = w->next[j];
		if (w->next[i] != BPE_NONE)
			w->prev[w->next[i]] = i;
		if (heap_pair(w, &n, i) < 0 || heap_pair(w, &n, w->prev[i]) < 0)
			return -1;
	}
	return 0;
}

/* The lists are as they are when no place is in any. */
static void
empty_lists(struct work *w)
{
	uint32_t rank;

	while ((rank = lowest(w)) != BPE_NONE)
		empty(w->x, rank);
}

static int
make_room(const struct maas_tokenizer *t, struct bpe_scratch *x, size_t n)
{
	size_t ranks = (size_t)t->head.merges + 1;

	if (n >= BPE_NONE)
		return maas_fail("a piece of %zu bytes without a place to part it; at most %u", n, BPE_NONE - 1);
	if (!x->head) {
		x->head = maas_alloc(ranks, sizeof *x->head);
		x->tail = maas_alloc(ranks, sizeof *x->tail);
		x->busy = maas_alloc((ranks >> 6) + 1, sizeof *x->busy);
		x->busier = maas_alloc((ranks >> 12) + 1, sizeof *x->busier);
	}
	if (!x->head || !x->tail || !x->busy || !x->busier)
		return -1;
	if (x->cap >= n)
		return 0;
	free(x->node);
	x->cap = 0;
	if (!(x->node = maas_alloc(n, 5 * sizeof *x->node)))
		return -1;
	x->cap = n;
	return 0;
}

int
maas_merge_long(
    const struct maas_tokenizer *t, struct bpe_scratch *x, const unsigned char *s, size_t n, int32_t *to, size_t *nto)
{
	struct work w = { .t = t, .x = x };
	uint32_t rank;
	int rc = 0;

	if (make_room(t, x, n) < 0)
		return -1;
	w.id = x->node;
	w.prev = w.id + n;
	w.next = w.prev + n;
	w.back = w.next + n;
	w.fore = w.back + n;
	n = maas_merge_symbols(t, s, n, to);
	for (uint32_t i = 0; i < n; i++) {
		w.id[i] = (uint32_t)to[i];
		w.prev[i] = i ? i - 1 : BPE_NONE;
		w.next[i] = i + 1 < n ? i + 1 : BPE_NONE;
	}
	for (uint32_t i = 0; i < n; i++)
		enlist(&w, i, pair_of(&w, i));
	while (rc == 0 && w.looked < 16 * n && (rank = lowest(&w)) != BPE_NONE)
		rc = merge_rank(&w, rank);
	if (rc == 0 && lowest(&w) != BPE_NONE) {
		empty_lists(&w);
		rc = merge_rest(&w);
	}
	if (rc < 0) {
		maas_bpe_scratch_free(x); /* its lists are half empty */
		return -1;
	}
	*nto = 0;
	for (uint32_t i = 0; i != BPE_NONE; i = w.next[i])
		to[(*nto)++] = (int32_t)w.id[i];
	return 0;
}

void
maas_bpe_scratch_free(struct bpe_scratch *x)
{
	free(x->node);
	free(x->head);
	free(x->tail);
	free(x->busy);
	free(x->busier);
	free(x->sort);
	free(x->heap);
	memset(x, 0, sizeof *x);
}
