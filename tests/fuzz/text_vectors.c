/* Files of word vectors are strangers': read or refused, and what comes out is of the lexicon's words. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "maas/text.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t n);

static void
check(const struct maas_lexicon *l, const struct maas_vectors *v)
{
	if (!v->wide || v->n > v->lines || v->n >= maas_lexicon_size(l))
		abort();
	for (size_t i = 0; i < v->n; i++)
		if (v->id[i] <= 0 || (size_t)v->id[i] >= maas_lexicon_size(l))
			abort();
	for (size_t i = 0; i < v->n * v->wide; i++)
		if (!isfinite(v->row[i]))
			abort();
}

int
LLVMFuzzerTestOneInput(const unsigned char *data, size_t n)
{
	static struct maas_lexicon *l;
	const struct maas_lexicon_options how = {
		.analyzer = MAAS_BY_WORD, .lowercase = 1, .min_df = "1", .max_features = 0
	};
	const struct maas_span text = maas_span("The cat sat on the m\xc3\xa4t of 3 cats");
	struct maas_vectors *v;
	char path[40];
	int file = memfd_create("vectors", 0);

	if (!l && !(l = maas_lexicon_fit(&how, &text, 1, NULL)))
		abort();
	if (file < 0 || (n && write(file, data, n) != (ssize_t)n))
		abort();
	snprintf(path, sizeof path, "/proc/self/fd/%d", file);
	if ((v = maas_vectors_load(path, l)))
		check(l, v);
	maas_vectors_free(v);
	close(file);
	return 0;
}
