/* attend_row.h -- inside attention: rows over a cache whose keys are turned, a block at a time. */
#ifndef MAAS_ATTEND_ROW_H
#define MAAS_ATTEND_ROW_H

#include "attend.h"

/* What a query has of the blocks it met. */
struct attend_sums {
	float y[MAAS_HEAD]; /* of values, in an order of the tier's own */
	float most, sum;    /* largest score; of exp(score - most) */
};

/* A block of one head of keys and values. */
struct attend_block {
	enum maas_dtype type;
	const void *k, *v; /* [hd, MAAS_KEYS] and [MAAS_KEYS, hd] */
	size_t row, hd;    /* elements from a value to the next */
	size_t n, more;    /* keys that the first row sees; how many more each that follows, as far as there are any */
	float scale;
	int first;
	const char *soon; /* where the next block's keys and values lie; what is asked for need not be there */
};

static inline size_t
attend_sees(const struct attend_block *b, size_t row)
{
	return tile_least(b->n + row * b->more, MAAS_KEYS);
}

#if defined(__x86_64__)
/* q [rows, hd]; hd a multiple of 32. */
void attend_block_avx512(struct attend_sums *, const float *q, const struct attend_block *, size_t rows);
void attend_end_avx512(float *y, const struct attend_sums *, const struct attend_block *);
#endif

#endif
