/*
 * merge -- the tokens of one piece: of all pairs side by side the one of the lowest rank is merged,
 * of several the leftmost, until none is in the table (Sennrich et al. 2016, algorithm 1).
 */
#include <stdlib.h>
#include <string.h>

#include "bpe.h"

static inline uint32_t
first_rank(const struct maas_tokenizer *t, const unsigned char *s, const int32_t *id)
{
	uint32_t made;

	if (!t->incomplete)
		return t->first[s[0] << 8 | s[1]];
	return bpe_rank(t, (uint32_t)id[0], (uint32_t)id[1], &made);
}

static inline int32_t
byte_id(const struct maas_tokenizer *t, unsigned char c)
{
	return t->byte[c] < 0 ? t->head.unk : t->byte[c];
}

/* rank[i] is that of the pair id[i], id[i + 1]: small arrays that move beat any list up to here. */
size_t
maas_merge_short(const struct maas_tokenizer *t, const unsigned char *s, size_t n, int32_t *id)
{
	uint32_t rank[BPE_SHORT + 1], made;

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
		id[best] = (int32_t)t->merge[rank[best]].id;
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
 */
struct work {
	const struct maas_tokenizer *t;
	struct bpe_scratch *x;
	uint32_t *id, *prev, *next; /* of nodes; BPE_NONE ends */
	uint32_t *back, *fore;      /* of a rank's list */
	uint32_t lowest;            /* rank listed since it was last set */
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

/* Merge all places of a rank, from left to right, unless a lower one turns up on the way. */
static int
merge_rank(struct work *w, uint32_t rank)
{
	struct bpe_scratch *x = w->x;
	const struct bpe_merge *m = &w->t->merge[rank];
	size_t n = 0, k, sorted = 1;

	for (uint32_t i = x->head[rank]; i != BPE_NONE; i = w->fore[i]) {
		if (maas_grow(&x->sort, n, &x->sort_cap, 1, sizeof *x->sort) < 0)
			return -1;
		sorted &= n == 0 || x->sort[n - 1] < i;
		x->sort[n++] = i;
	}
	/* The order matters where places overlap, and where a merge may bring a lower rank. */
	if (!sorted && (m->a == m->b || !w->t->ordered))
		qsort(x->sort, n, sizeof *x->sort, ascending);
	w->lowest = rank;
	for (k = 0; k < n && w->lowest == rank; k++) {
		uint32_t i = x->sort[k];

		if (w->id[i] != m->a || w->next[i] == BPE_NONE || w->id[w->next[i]] != m->b)
			continue; /* an overlapping one took part of it */
		delist(w, i, rank);
		join(w, i, m->id);
	}
	return 0;
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

	if (make_room(t, x, n) < 0)
		return -1;
	w.id = x->node;
	w.prev = w.id + n;
	w.next = w.prev + n;
	w.back = w.next + n;
	w.fore = w.back + n;
	for (uint32_t i = 0; i < n; i++) {
		w.id[i] = (uint32_t)byte_id(t, s[i]);
		w.prev[i] = i ? i - 1 : BPE_NONE;
		w.next[i] = i + 1 < n ? i + 1 : BPE_NONE;
	}
	for (uint32_t i = 0; i < n; i++)
		enlist(&w, i, pair_of(&w, i));
	while ((rank = lowest(&w)) != BPE_NONE)
		if (merge_rank(&w, rank) < 0) {
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
	memset(x, 0, sizeof *x);
}
