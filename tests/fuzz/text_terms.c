/* Any bytes as two texts, by every analyzer: the rows of the fit are the rows made later, and places lie in the
 * text. */
#include <stdlib.h>
#include <string.h>

#include "maas/num.h"
#include "maas/text.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t n);

static void
expect(int right)
{
	if (!right)
		abort();
}

static void
later(const struct maas_vectorizer *v, const struct maas_span *text, const struct maas_csr *x)
{
	struct maas_vectorize *z = maas_vectorize_new(v);
	const struct maas_place *place;
	const uint32_t *col;
	const double *val;
	size_t n, m;

	expect(z != NULL);
	for (size_t i = 0; i < 2; i++) {
		size_t at = x->start[i], want = x->start[i + 1] - at;

		expect(maas_vectorize_text(z, text[i], &col, &val, &n) == 0 && n == want);
		expect(
		    !n || (!memcmp(col, x->col + at, n * sizeof *col) && !memcmp(val, x->val + at, n * sizeof *val)));
		expect(maas_vectorize_places(z, text[i], &place, &m) == 0 && m >= n);
		for (size_t k = 0; k < m; k++)
			expect(place[k].start <= place[k].end && place[k].end <= text[i].n);
	}
	maas_vectorize_free(z);
}

int
LLVMFuzzerTestOneInput(const unsigned char *data, size_t n)
{
	static const char *const ngrams[] = { "1", "1-2", "2-3", "5" };
	static const char *const patterns[] = { "\\b\\w+\\b", "\\S+", "\\b[\\w-]{2,3}\\b", "[^\\W\\d_]+", "\\b\\S+\\b",
		"\\S\\w{2,}\\b", "[a-z\\u4e00-\\u9fa5]{1,2}", "\\b\\W\\d*" };
	struct maas_vectorizer_options o;
	struct maas_span text[2];
	struct maas_csr x;
	struct maas_vectorizer *v;

	if (n < 2 || n > 4096)
		return 0;
	maas_defaults(maas_vectorizer_fields, &o);
	o.analyzer = data[0] & 3;
	o.ngrams = ngrams[data[0] >> 2 & 3];
	o.lowercase = data[0] >> 4 & 1;
	o.strip_accents = data[0] >> 5 & 1 ? data[1] % 3 : 0;
	o.tfidf = data[0] >> 6 & 1;
	o.token_pattern = patterns[(data[0] >> 7) + (data[1] >> 2 & 3) * 2];
	o.hash = data[1] >> 4 & 3;
	text[0] = (struct maas_span){ (const char *)data + 2, (n - 2) / 2 };
	text[1] = (struct maas_span){ text[0].s + text[0].n, n - 2 - text[0].n };
	if (!(v = maas_vectorizer_fit(&o, text, 2, NULL, &x)))
		return 0;
	expect(x.rows == 2 && x.cols == maas_vectorizer_size(v));
	later(v, text, &x);
	maas_csr_free(&x);
	maas_vectorizer_free(v);
	return 0;
}
