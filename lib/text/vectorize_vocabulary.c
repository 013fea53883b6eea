/*
 * The vocabulary of a fit: the terms of all tallies, dealt into buckets by their first bytes, each bucket
 * sorted and summed up by itself.  What comes out is sorted by bytes, and tells nothing of who counted what.
 */
#include <stdlib.h>
#include <string.h>

#include "vectorize.h"

#define BUCKET  1024 /* terms in one, about */
#define BUCKETS 4096
#define SAMPLE  8 /* terms looked at for each bound between buckets */
#define CHUNK   4096
#define FEW     12 /* quicksort leaves alone */
#define LEVELS  64 /* of its recursion, before it gives way */

struct item {         /* a term of a tally */
	uint64_t key; /* its eight bytes at the depth that is being sorted, the first highest */
	uint32_t tally, seen;
};
struct sum { /* a term of all: items[from, to) */
	uint64_t tf;
	size_t from, to;
	uint32_t df;
};

struct making {
	struct tally *y;
	size_t tallies;
	const struct limits *limits;
	struct item *item, *dealt;
	size_t n, *first; /* first[tally]: of its items */
	uint64_t *bound;  /* [buckets - 1]: keys below it are in this bucket or one before */
	size_t buckets;
	uint32_t *bucket; /* of each item */
	size_t *start;    /* [buckets + 1] */
	size_t *turn;     /* [chunks][buckets]: where the chunk's next item of the bucket goes */
	struct sum *sum;  /* of bucket b: kept[b] of them from start[b] on */
	size_t *kept, *terms;
	struct vocabulary *to;
};

static struct maas_span
text_of(const struct making *m, const struct item *i)
{
	const struct tally *y = &m->y[i->tally];

	return (struct maas_span){ y->bytes.s + y->seen[i->seen].at, y->seen[i->seen].n };
}

static uint64_t
key_at(struct maas_span s, size_t depth)
{
	return key_of(s.s + depth, s.n - depth);
}

static int
by_key(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

/* Texts that are the same up to `depth`: what they differ by. */
static int
compare(const struct making *m, const struct item *a, const struct item *b, size_t depth)
{
	struct maas_span x, y;
	size_t n;
	int c;

	if (a->key != b->key)
		return a->key < b->key ? -1 : 1;
	x = text_of(m, a);
	y = text_of(m, b);
	n = x.n < y.n ? x.n : y.n;
	c = n > depth ? memcmp(x.s + depth, y.s + depth, n - depth) : 0;
	return c ? c : x.n < y.n ? -1 : x.n > y.n;
}

/* Shellsort: for a few, and for many that quicksort is being made a fool of with. */
static void
shellsort(const struct making *m, struct item *item, size_t n, size_t depth)
{
	size_t gap = 1;

	while (gap < n / 9)
		gap = 3 * gap + 1;
	for (; gap; gap /= 3)
		for (size_t i = gap; i < n; i++) {
			struct item v = item[i];
			size_t k = i;

			for (; k >= gap && compare(m, &item[k - gap], &v, depth) > 0; k -= gap)
				item[k] = item[k - gap];
			item[k] = v;
		}
}

static void
swap(struct item *a, struct item *b)
{
	struct item v = *a;

	*a = *b;
	*b = v;
}

/* Those of equal key: the ones that end inside it by their length first (they may hold NULs), then the others, which
 * get their next key.  How many end. */
static size_t
deepen(const struct making *m, struct item *item, size_t n, size_t depth)
{
	size_t ended = 0;

	for (size_t i = 0; i < n; i++)
		if (text_of(m, &item[i]).n <= depth + 8)
			swap(&item[i], &item[ended++]);
	/* At most nine lengths, of each at most one a tally. */
	for (size_t i = 1; i < ended; i++)
		for (size_t k = i; k > 0 && text_of(m, &item[k - 1]).n > text_of(m, &item[k]).n; k--)
			swap(&item[k - 1], &item[k]);
	for (size_t i = ended; i < n; i++)
		item[i].key = key_at(text_of(m, &item[i]), depth + 8);
	return ended;
}

/* Quicksort in three parts, below, equal, above, the equal ones by their next eight bytes (Bentley and Sedgewick 1997,
 * Fast algorithms for sorting and searching strings). */
static void
sort(const struct making *m, struct item *item, size_t n, size_t depth, int levels)
{
	while (n > FEW && levels > 0) {
		uint64_t draw = maas_hash(&n, sizeof n, item[n / 2].key), pivot = item[draw % n].key;
		size_t low = 0, high = n, i = 0, ended;

		while (i < high)
			if (item[i].key < pivot)
				swap(&item[i++], &item[low++]);
			else if (item[i].key > pivot)
				swap(&item[i], &item[--high]);
			else
				i++;
		sort(m, item, low, depth, levels - 1);
		sort(m, item + high, n - high, depth, levels - 1);
		ended = deepen(m, item + low, high - low, depth);
		item += low + ended;
		n = high - low - ended;
		depth += 8;
	}
	shellsort(m, item, n, depth);
}

/* Bounds that part the terms about evenly, from a sample of their keys. */
static int
choose_bounds(struct making *m)
{
	size_t want = m->n / BUCKET + 1, sampled;
	uint64_t *sample;

	m->buckets = want < BUCKETS ? want : BUCKETS;
	sampled = m->buckets * SAMPLE;
	if (!(m->bound = maas_alloc(m->buckets, sizeof *m->bound)) || !(sample = maas_alloc(sampled, sizeof *sample)))
		return -1;
	for (size_t i = 0; i < sampled; i++)
		sample[i] = m->item[(size_t)((double)i / (double)sampled * (double)m->n)].key;
	qsort(sample, sampled, sizeof *sample, by_key);
	for (size_t i = 1; i < m->buckets; i++)
		m->bound[i - 1] = sample[i * SAMPLE];
	free(sample);
	return 0;
}

/* The bucket of a key: how many bounds are at or below it. */
static uint32_t
bucket_for(const struct making *m, uint64_t key)
{
	size_t low = 0, high = m->buckets - 1;

	while (low < high) {
		size_t mid = (low + high) / 2;

		if (m->bound[mid] <= key)
			low = mid + 1;
		else
			high = mid;
	}
	return (uint32_t)low;
}

static void
assign(void *arg, size_t begin, size_t end, int member)
{
	struct making *m = arg;
	size_t *count = m->turn + begin / CHUNK * m->buckets;

	(void)member;
	for (size_t i = begin; i < end; i++)
		count[m->bucket[i] = bucket_for(m, m->item[i].key)]++;
}

static void
deal(void *arg, size_t begin, size_t end, int member)
{
	struct making *m = arg;
	size_t *turn = m->turn + begin / CHUNK * m->buckets;

	(void)member;
	for (size_t i = begin; i < end; i++)
		m->dealt[turn[m->bucket[i]]++] = m->item[i];
}

/* From counts to places: buckets one behind the other, in each the chunks. */
static void
place(struct making *m)
{
	size_t chunks = (m->n + CHUNK - 1) / CHUNK, sum = 0;

	for (size_t b = 0; b < m->buckets; b++) {
		m->start[b] = sum;
		for (size_t c = 0; c < chunks; c++) {
			size_t n = m->turn[c * m->buckets + b];

			m->turn[c * m->buckets + b] = sum;
			sum += n;
		}
	}
	m->start[m->buckets] = sum;
}

/* Sort a bucket, sum up what is the same, keep what is in enough texts and not in too many. */
static void
sum_up(struct making *m, size_t bucket)
{
	struct item *item = m->dealt;
	size_t end = m->start[bucket + 1], k = m->start[bucket], from, to;

	sort(m, item + k, end - k, 0, LEVELS);
	for (size_t i = k; i < end; i++) /* sorting has put other bytes there */
		item[i].key = m->y[item[i].tally].seen[item[i].seen].key;
	for (from = k; from < end; from = to) {
		struct sum s = { .from = from };

		for (to = from; to < end && (to == from || compare(m, &item[from], &item[to], 0) == 0); to++) {
			const struct tally *y = &m->y[item[to].tally];

			s.df += y->seen[item[to].seen].df;
			s.tf += y->ranked ? y->tf[item[to].seen] : 0;
		}
		s.to = to;
		m->terms[bucket]++;
		if (s.df >= m->limits->low && s.df <= m->limits->high)
			m->sum[k++] = s;
	}
	m->kept[bucket] = k - m->start[bucket];
}

static void
sum_up_some(void *arg, size_t begin, size_t end, int member)
{
	(void)member;
	for (size_t b = begin; b < end; b++)
		sum_up(arg, b);
}

struct ranked {
	uint64_t tf;
	size_t at;
};

static int
by_frequency(const void *a, const void *b)
{
	const struct ranked *x = a, *y = b;

	return x->tf != y->tf ? (x->tf > y->tf ? -1 : 1) : (x->at > y->at) - (x->at < y->at);
}

/* Leave the `most` commonest of the n sums, of equals the first by text. */
static int
cut(struct making *m, size_t *n)
{
	size_t most = m->limits->most, k = 0;
	struct ranked *r;

	if (!most || *n <= most)
		return 0;
	if (!(r = maas_alloc(*n, sizeof *r)))
		return -1;
	for (size_t i = 0; i < *n; i++)
		r[i] = (struct ranked){ m->sum[i].tf, i };
	qsort(r, *n, sizeof *r, by_frequency);
	for (size_t i = most; i < *n; i++)
		m->sum[r[i].at].df = 0;
	free(r);
	for (size_t i = 0; i < *n; i++)
		if (m->sum[i].df)
			m->sum[k++] = m->sum[i];
	*n = k;
	return 0;
}

static void
number(void *arg, size_t begin, size_t end, int member)
{
	struct making *m = arg;

	(void)member;
	for (size_t i = begin; i < end; i++) {
		const struct sum *s = &m->sum[i];

		m->to->feature[i] = text_of(m, &m->dealt[s->from]);
		m->to->df[i] = s->df;
		for (size_t k = s->from; k < s->to; k++)
			m->y[m->dealt[k].tally].rank[m->dealt[k].seen] = (uint32_t)i + 1;
	}
}

static int
finish(struct making *m, struct maas_team *team)
{
	struct vocabulary *to = m->to;
	size_t n = 0;

	for (size_t b = 0; b < m->buckets; b++) {
		memmove(m->sum + n, m->sum + m->start[b], m->kept[b] * sizeof *m->sum);
		n += m->kept[b];
		to->terms += m->terms[b];
	}
	if (cut(m, &n) < 0)
		return -1;
	to->n = n;
	if (!n)
		return 0;
	if (!(to->feature = maas_alloc(n, sizeof *to->feature)) || !(to->df = maas_alloc(n, sizeof *to->df)))
		return -1;
	for (size_t y = 0; y < m->tallies; y++)
		if (!(m->y[y].rank = maas_alloc(m->y[y].n + 1, sizeof *m->y[y].rank)))
			return -1;
	run_by(team, n, CHUNK, number, m);
	return 0;
}

static void
list(void *arg, size_t begin, size_t end, int member)
{
	struct making *m = arg;

	(void)member;
	for (size_t y = begin; y < end; y++)
		for (size_t i = 0; i < m->y[y].n; i++)
			m->item[m->first[y] + i] = (struct item){ m->y[y].seen[i].key, (uint32_t)y, (uint32_t)i };
}

static int
make(struct making *m, struct maas_team *team)
{
	size_t chunks;

	if (!(m->first = maas_alloc(m->tallies, sizeof *m->first)))
		return -1;
	for (size_t y = 0; y < m->tallies; m->n += m->y[y++].n)
		m->first[y] = m->n;
	if (!m->n)
		return 0;
	if (!(m->item = maas_alloc(m->n, sizeof *m->item)) || !(m->dealt = maas_alloc(m->n, sizeof *m->dealt)) ||
	    !(m->bucket = maas_alloc(m->n, sizeof *m->bucket)) || !(m->sum = maas_alloc(m->n, sizeof *m->sum)))
		return -1;
	run_by(team, m->tallies, 1, list, m);
	chunks = (m->n + CHUNK - 1) / CHUNK;
	if (choose_bounds(m) < 0 || !(m->turn = maas_alloc(chunks * m->buckets, sizeof *m->turn)) ||
	    !(m->start = maas_alloc(m->buckets + 1, sizeof *m->start)) ||
	    !(m->kept = maas_alloc(m->buckets, sizeof *m->kept)) ||
	    !(m->terms = maas_alloc(m->buckets, sizeof *m->terms)))
		return -1;
	run_by(team, m->n, CHUNK, assign, m);
	place(m);
	run_by(team, m->n, CHUNK, deal, m);
	run_by(team, m->buckets, 1, sum_up_some, m);
	return finish(m, team);
}

int
vocabulary_make(
    struct vocabulary *to, struct tally *y, size_t tallies, const struct limits *limits, struct maas_team *team)
{
	struct making m = { .y = y, .tallies = tallies, .limits = limits, .to = to };
	int rc;

	*to = (struct vocabulary){ 0 };
	rc = make(&m, team);
	free(m.item);
	free(m.dealt);
	free(m.first);
	free(m.bound);
	free(m.bucket);
	free(m.start);
	free(m.turn);
	free(m.sum);
	free(m.kept);
	free(m.terms);
	return rc;
}

void
vocabulary_free(struct vocabulary *v)
{
	free(v->feature);
	free(v->df);
}
