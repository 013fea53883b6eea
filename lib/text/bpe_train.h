/* bpe_train.h -- words with their counts, between counting and merging. */
#ifndef BPE_TRAIN_H
#define BPE_TRAIN_H

#include "bpe.h"

struct bpe_word {
	uint64_t hash, count;
	size_t at;                      /* its bytes in the text of its table */
	size_t n;
};
struct bpe_words {
	struct maas_buf text;
	struct bpe_word *word;
	size_t n, cap;
	uint32_t *slot;                 /* open addressing over hash: index + 1 */
	size_t mask;
	int failed;                     /* no memory */
};
int maas_bpe_words_add(struct bpe_words *, const char *s, size_t n, uint64_t hash, uint64_t count) MAAS_USE;
void maas_bpe_words_free(struct bpe_words *);

/* Learn merges from words: b holds the special tokens and bytes already, all ids below their number. */
int maas_bpe_learn(struct bpe_build *b, const struct bpe_words *, size_t vocab, uint64_t min_frequency) MAAS_USE;

#endif
