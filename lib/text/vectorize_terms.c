/* A folded text into terms: words, windows of characters, and the runs of scripts that part no words. */
#include <stdlib.h>
#include <string.h>

#include "vectorize.h"

static size_t
length(char lead) /* bytes of a character, the text being whole UTF-8 */
{
	unsigned char c = (unsigned char)lead;

	return c < 0x80 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
}

/* Han, kana, Hangul: scripts that part no words, or part them by phrases. */
static int
is_cjk(int32_t cp)
{
	static const struct {
		int32_t from, to;
	} range[] = {
		{ 0x1100, 0x11ff },
		{ 0x2e80, 0x2fdf },
		{ 0x3005, 0x3007 },
		{ 0x3021, 0x3029 },
		{ 0x3031, 0x3035 },
		{ 0x3038, 0x303c },
		{ 0x3041, 0x3096 },
		{ 0x309d, 0x309f },
		{ 0x30a1, 0x30fa },
		{ 0x30fc, 0x30ff },
		{ 0x3105, 0x312f },
		{ 0x3131, 0x318e },
		{ 0x31f0, 0x31ff },
		{ 0x3400, 0x4dbf },
		{ 0x4e00, 0x9fff },
		{ 0xa960, 0xa97f },
		{ 0xac00, 0xd7fb },
		{ 0xf900, 0xfaff },
		{ 0xff66, 0xffdc },
		{ 0x20000, 0x323af },
	};

	if (cp < 0x1100)
		return 0;
	for (size_t i = 0; i < MAAS_COUNT(range); i++)
		if (cp >= range[i].from && cp <= range[i].to)
			return 1;
	return 0;
}

static int
add_word(struct terms *t, size_t start, size_t end, int alone)
{
	if (t->stops && table_find(t->stops, t->fold.s + start, end - start) >= 0)
		return 0;
	if (maas_grow(&t->word, t->words, &t->word_cap, 1, sizeof *t->word) < 0)
		return -1;
	t->word[t->words++] = (struct word){ start, end, alone };
	return 0;
}

/* The words of t->fold; with cjk, characters of those scripts are no part of one and part those beside them. */
static int
find_words(struct terms *t)
{
	const char *s = t->fold.s, *p = s, *end = s + t->fold.n, *start = NULL;
	size_t chars = 0, least = t->rules.word_chars;
	int cjk = t->rules.analyzer == CJK, alone = 0;

	t->words = 0;
	for (;;) {
		const char *at = p;
		int32_t cp = p < end ? maas_utf8_next(&p, end) : -1;
		int other = cjk && cp >= 0 && is_cjk(cp);
		int in = cp >= 0 && !other && (least ? is_wordy(cp) : !is_blank(cp));

		if (in && !start)
			start = at, chars = 0;
		chars += (size_t)in;
		if (!in && start) {
			size_t had = t->words;

			if (chars >= least && add_word(t, (size_t)(start - s), (size_t)(at - s), alone) < 0)
				return -1;
			alone &= t->words == had;
			start = NULL;
		}
		alone |= other;
		if (at == end)
			return 0;
	}
}

static void
copy(struct terms *t, size_t from, size_t n)
{
	memcpy(t->join.s + t->join.n, t->fold.s + from, n);
	if (t->places)
		memcpy(t->join_at + t->join.n, t->fold_at + from, n * sizeof *t->join_at);
	t->join.n += n;
}

static void
space(struct terms *t, size_t at) /* a space that stands for place `at` of fold */
{
	if (t->places)
		t->join_at[t->join.n] = t->fold_at[at];
	t->join.s[t->join.n++] = ' ';
}

static int
join_room(struct terms *t, size_t n)
{
	if (maas_grow(&t->join.s, t->join.n, &t->join.cap, n, 1) < 0)
		return -1;
	return t->places ? maas_grow(&t->join_at, t->join.n, &t->join_cap, n, sizeof *t->join_at) : 0;
}

/* Words parted by one space in t->join, so that an n-gram is a piece of it. */
static int
join_words(struct terms *t)
{
	size_t last = 0;

	t->join.n = 0;
	if (join_room(t, t->fold.n + t->words + 2) < 0)
		return -1;
	for (size_t i = 0; i < t->words; i++) {
		struct word *w = &t->word[i];
		size_t n = w->end - w->start;

		if (i)
			space(t, last);
		last = w->end;
		w->start = t->join.n;
		copy(t, last - n, n);
		w->end = t->join.n;
	}
	if (t->places)
		t->join_at[t->join.n] = t->words ? t->fold_at[last] : 0;
	t->base = t->join.s;
	t->origin = t->join_at;
	return 0;
}

static int
word_grams(struct terms *t, on_term *on, void *ctx)
{
	const struct rules *r = &t->rules;

	if (r->most > 1 && join_words(t) < 0)
		return -1;
	for (size_t n = r->least; n <= r->most && n <= t->words; n++)
		for (size_t i = 0, joined = 0; i < t->words; i++) {
			const struct word *w = &t->word[i];

			joined = w->alone ? 1 : joined + 1;
			if (joined < n)
				continue;
			w = &t->word[i + 1 - n];
			if (on(ctx, t->base + w->start, t->word[i].end - w->start) < 0)
				return -1;
		}
	return 0;
}

static int
cjk_term(struct terms *t, const char *s, const char *end, on_term *on, void *ctx)
{
	size_t n = (size_t)(end - s);

	return t->stops && table_find(t->stops, s, n) >= 0 ? 0 : on(ctx, s, n);
}

/* Each character of those scripts, and each pair of neighbours. */
static int
cjk_terms(struct terms *t, on_term *on, void *ctx)
{
	const char *p = t->fold.s, *end = p + t->fold.n, *before = NULL;

	t->base = t->fold.s;
	t->origin = t->fold_at;
	while (p < end) {
		const char *at = p;
		int32_t cp = maas_utf8_next(&p, end);

		if (!is_cjk(cp)) {
			before = NULL;
			continue;
		}
		if (cjk_term(t, at, p, on, ctx) < 0 || (before && cjk_term(t, before, p, on, ctx) < 0))
			return -1;
		before = at;
	}
	return 0;
}

/* Windows of n characters of s[0..len): how many there were. */
static long
windows(const char *s, size_t len, size_t n, on_term *on, void *ctx)
{
	size_t a = 0, b = 0;
	long seen = 0;

	for (size_t i = 0; i < n; i++) {
		if (b == len)
			return 0;
		b += length(s[b]);
	}
	for (;;) {
		if (on(ctx, s + a, b - a) < 0)
			return -1;
		seen++;
		if (b == len)
			return seen;
		a += length(s[a]);
		b += length(s[b]);
	}
}

/* fold with each run of two or more white spaces as one space, in join. */
static int
squeeze(struct terms *t)
{
	const char *s = t->fold.s, *p = s, *end = s + t->fold.n;

	t->join.n = 0;
	if (join_room(t, t->fold.n + 2) < 0)
		return -1;
	while (p < end) {
		const char *at = p, *next;

		if (!is_blank(maas_utf8_next(&p, end))) {
			copy(t, (size_t)(at - s), (size_t)(p - at));
			continue;
		}
		for (next = p; next < end && is_blank(maas_utf8_next(&next, end)); p = next)
			;
		if (p == at + length(*at))
			copy(t, (size_t)(at - s), (size_t)(p - at));
		else
			space(t, (size_t)(at - s));
	}
	if (t->places)
		t->join_at[t->join.n] = t->fold_at[t->fold.n];
	t->base = t->join.s;
	t->origin = t->join_at;
	return 0;
}

/* " word word ": what stands between white spaces, each with a space on either side. */
static int
pad_words(struct terms *t)
{
	size_t keep = t->rules.word_chars, last = 0;

	t->rules.word_chars = 0;
	if (find_words(t) < 0)
		return -1;
	t->rules.word_chars = keep;
	t->join.n = 0;
	if (join_room(t, t->fold.n + t->words + 3) < 0)
		return -1;
	for (size_t i = 0; i < t->words; i++) {
		struct word *w = &t->word[i];
		size_t n = w->end - w->start;

		space(t, i ? last : w->start);
		last = w->end;
		w->start = t->join.n - 1;
		copy(t, last - n, n);
		w->end = t->join.n + 1;
	}
	if (t->words)
		space(t, last);
	if (t->places)
		t->join_at[t->join.n] = t->words ? t->fold_at[last] : 0;
	t->base = t->join.s;
	t->origin = t->join_at;
	return 0;
}

static int
char_terms(struct terms *t, on_term *on, void *ctx)
{
	const struct rules *r = &t->rules;

	if (squeeze(t) < 0)
		return -1;
	for (size_t n = r->least; n <= r->most; n++)
		if (windows(t->join.s, t->join.n, n, on, ctx) < 0)
			return -1;
	return 0;
}

static int
char_wb_terms(struct terms *t, on_term *on, void *ctx)
{
	const struct rules *r = &t->rules;

	if (pad_words(t) < 0)
		return -1;
	for (size_t i = 0; i < t->words; i++) {
		const struct word *w = &t->word[i];
		const char *s = t->join.s + w->start;
		size_t len = w->end - w->start;

		for (size_t n = r->least; n <= r->most; n++) {
			long seen = windows(s, len, n, on, ctx);

			if (seen < 0 || (seen == 0 && on(ctx, s, len) < 0))
				return -1;
			if (seen <= 1)
				break; /* a short word counts once */
		}
	}
	return 0;
}

int
terms_of(struct terms *t, struct maas_span text, on_term *on, void *ctx)
{
	if (terms_fold(t, text) < 0)
		return -1;
	if (t->rules.analyzer == CHAR)
		return char_terms(t, on, ctx);
	if (t->rules.analyzer == CHAR_WB)
		return char_wb_terms(t, on, ctx);
	t->base = t->fold.s;
	t->origin = t->fold_at;
	if (find_words(t) < 0 || word_grams(t, on, ctx) < 0)
		return -1;
	return t->rules.analyzer == CJK ? cjk_terms(t, on, ctx) : 0;
}

void
terms_free(struct terms *t)
{
	maas_buf_free(&t->fold);
	maas_buf_free(&t->join);
	free(t->fold_at);
	free(t->join_at);
	free(t->word);
}

double
maas_cjk_share(const struct maas_span *text, size_t n)
{
	size_t all = 0, hits = 0;

	for (size_t i = 0; i < n; i++)
		for (const char *p = text[i].s, *end = p + text[i].n; p < end;) {
			int32_t cp = maas_utf8_next(&p, end);

			all += cp > ' ';
			hits += cp > ' ' && is_cjk(cp);
		}
	return all ? (double)hits / (double)all : 0;
}
