/* corpus.h -- what the files of a corpus share. */
#ifndef CORPUS_H
#define CORPUS_H

#include "maas/fmt.h"
#include "maas/train.h"

struct maas_corpus {
	const struct maas_tokenizer *tok;
	struct maas_encoder *enc;
	struct maas_tokens mapped;              /* the only input, a token file: used in place */
	int is_mapped;
	uint16_t *half;                         /* else one of these is ours: where ids fit in 16 bits */
	int32_t *whole;
	size_t n, cap;
	int narrow;
	unsigned char *length;                  /* bytes of each token, 255: ask */
	struct maas_pair *pair;                 /* NULL: text */
	size_t npair, pair_cap;
	struct maas_pair_bounds bounds;
	struct maas_pair_notes notes;
	struct maas_sha256 files;               /* of pairs */
};

int corpus_append(struct maas_corpus *, const int32_t *id, size_t n) MAAS_USE;
/* Without a byte-order mark. */
struct maas_span corpus_unmarked(struct maas_span);
int corpus_add_pairs(struct maas_corpus *, struct maas_input *) MAAS_USE;

#endif
