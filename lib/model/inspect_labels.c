/* Labels that are rare, misspelt, or in the held-out rows alone. */
#include <stdlib.h>
#include <string.h>

#include "inspect.h"

#define FEW      10   /* rows: fewer are rare, where the labels' mean is ten times as many */
#define LONGEST  64   /* characters that are compared */
#define COMPARED 1000 /* labels, each with each */

/* A label without case, blanks and signs, as code points; ASCII only is folded. */
static size_t
fold(struct maas_span s, int32_t to[LONGEST])
{
	const char *p = s.s, *end = p + s.n;
	size_t n = 0;

	while (p < end && n < LONGEST) {
		int32_t c = maas_utf8_next(&p, end);

		if (c >= 'A' && c <= 'Z')
			c += 'a' - 'A';
		if (c > 127 || c < 0 || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))
			to[n++] = c;
	}
	return n;
}

/* Edits that turn a into b (Levenshtein 1966). */
static size_t
edits(const int32_t *a, size_t n, const int32_t *b, size_t m)
{
	size_t row[LONGEST + 1], i, j;

	for (j = 0; j <= m; j++)
		row[j] = j;
	for (i = 1; i <= n; i++) {
		size_t corner = row[0];

		row[0] = i;
		for (j = 1; j <= m; j++) {
			size_t change = corner + (a[i - 1] != b[j - 1]),
			       least = row[j] < row[j - 1] ? row[j] : row[j - 1];

			corner = row[j];
			row[j] = change < least + 1 ? change : least + 1;
		}
	}
	return row[m];
}

static int
has_digit(struct maas_span s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.s[i] >= '0' && s.s[i] <= '9')
			return 1;
	return 0;
}

/* Why a, the rarer, may be b written wrongly; NULL: it is another label. */
static const char *
misspelt(const struct maas_inspection *s, size_t a, size_t b)
{
	struct maas_span x = s->labels.name[a], y = s->labels.name[b];
	int32_t p[LONGEST], q[LONGEST];
	size_t n = fold(x, p), m = fold(y, q), far;
	double v, w;

	if (maas_number(x, &v) == 0 && maas_number(y, &w) == 0)
		return v < w || v > w ? NULL : "the same number";
	if (n && n == m && !memcmp(p, q, n * sizeof *p))
		return "the same but for case, blanks or signs";
	if (s->task == MAAS_TASK_TAG && maas_tag_read(x).place != maas_tag_read(y).place)
		return NULL;
	if (has_digit(x) || has_digit(y) || s->count[0][a] * 10 > s->count[0][b])
		return NULL;
	far = edits(p, n, q, m);
	return far <= (n >= 8) + (size_t)(n >= 4) ? "misspelt?" : NULL;
}

/* Of labels this like each other the one with the most rows; `labels` where there is none. */
static size_t
meant(const struct maas_inspection *s, size_t a, const char **why)
{
	size_t best = s->labels.n;
	const size_t *count = s->count[0];

	for (size_t b = 0; b < s->labels.n; b++) {
		const char *now;

		if (b == a || count[b] < count[a] || (count[b] == count[a] && b > a) ||
		    (best < s->labels.n && count[b] <= count[best]))
			continue;
		if ((now = misspelt(s, a, b))) {
			best = b;
			*why = now;
		}
	}
	return best;
}

static int
tell_label(struct maas_inspection *s, size_t a)
{
	struct maas_span name = s->labels.name[a];
	const char *why = "";
	const char *what = s->task == MAAS_TASK_TAG ? "word" : "row";
	size_t rows = s->count[0][a], all = s->task == MAAS_TASK_TAG ? s->words : s->rows,
	       b = s->labels.n > COMPARED ? s->labels.n : meant(s, a, &why);
	char where[100];

	snprintf(where, sizeof where, "'%.*s'", name.n > 80 ? 80 : (int)name.n, name.s);
	if (b < s->labels.n) {
		name = s->labels.name[b];
		return inspect_tell(s, LABEL, NULL, where, "%zu %ss; '%.*s' has %zu: %s", rows, what,
		    name.n > 80 ? 80 : (int)name.n, name.s, s->count[0][b], why);
	}
	if (!rows)
		return inspect_tell(
		    s, LABEL, NULL, where, "in held-out %ss alone (%zu): it cannot be learnt", what, s->count[1][a]);
	if (rows == 1)
		return inspect_tell(s, LABEL, NULL, where, "rare: 1 %s of %zu", what, all);
	if (rows < FEW && rows * 10 * s->labels.n < all)
		return inspect_tell(s, LABEL, NULL, where, "rare: %zu %ss of %zu", rows, what, all);
	return 0;
}

int
inspect_labels(struct maas_inspection *s)
{
	size_t labels = s->labels.n;

	if (s->task == MAAS_TASK_CLASS &&
	    (!(s->count[0] = maas_alloc(labels, sizeof **s->count)) ||
		!(s->count[1] = maas_alloc(labels, sizeof **s->count))))
		return -1;
	for (size_t i = 0; s->task == MAAS_TASK_CLASS && i < s->n; i++)
		s->count[s->row[i].held_out][s->row[i].label]++;
	for (size_t a = 0; a < labels; a++)
		if (tell_label(s, a) < 0)
			return -1;
	if (labels == 1 &&
	    inspect_tell(s, LABEL, NULL, "", "one label in all %zu rows: nothing to tell apart", s->n) < 0)
		return -1;
	return 0;
}
