/* The bytes of a kept vectoriser are a stranger's: opened, asked, and never believed. */
#include <stdlib.h>

#include "maas/text.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t n);

int
LLVMFuzzerTestOneInput(const unsigned char *data, size_t n)
{
	static const char text[] = "The cat sat ON the m\xc3\xa4t, \xe5\x8c\x97\xe4\xba\xac \xff a dog barked";
	struct maas_vectorizer *v = maas_vectorizer_open((struct maas_span){ (const char *)data, n });
	struct maas_vectorize *z = v ? maas_vectorize_new(v) : NULL;
	const struct maas_place *place;
	struct maas_buf b = { 0 };
	const uint32_t *col;
	const double *val;
	size_t k;

	if (!z) {
		maas_vectorizer_free(v);
		return 0;
	}
	if (maas_vectorize_text(z, (struct maas_span){ text, sizeof text - 1 }, &col, &val, &k) == 0)
		for (size_t i = 0; i < k; i++)
			if (col[i] >= maas_vectorizer_size(v))
				abort();
	if (maas_vectorize_places(z, (struct maas_span){ text, sizeof text - 1 }, &place, &k) == 0)
		for (size_t i = 0; i < k; i++)
			if (place[i].start > place[i].end || place[i].end > sizeof text - 1)
				abort();
	for (size_t i = 0; i < maas_vectorizer_size(v) && i < 100; i++)
		if (maas_vectorizer_find(v, maas_vectorizer_feature(v, i)) >= (int64_t)maas_vectorizer_size(v))
			abort();
	if (maas_vectorizer_print(v, &b) < 0)
		abort();
	maas_buf_free(&b);
	maas_vectorize_free(z);
	maas_vectorizer_free(v);
	return 0;
}
