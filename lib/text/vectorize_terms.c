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

static int
flush(struct terms *t)
{
	size_t n = t->held;

	t->held = 0;
	return n ? t->on(t->ctx, t->batch, n) : 0;
}

static inline int
emit(struct terms *t, const char *s, size_t n)
{
	t->batch[t->held++] = (struct maas_span){ s, n };
	return t->held == BATCH ? flush(t) : 0;
}

int
terms_flush(struct terms *t)
{
	return flush(t);
}

int
terms_put(struct terms *t, const char *s, size_t n, int begins)
{
	t->begins[t->held] = (unsigned char)begins;
	return emit(t, s, n);
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

static void
tabulate(struct terms *t, int wordy)
{
	memset(t->in, 2, sizeof t->in);
	for (int i = 0; i < 128; i++)
		t->in[i] = (unsigned char)(wordy ? is_wordy(i) : !is_blank(i));
	t->tabulated = 1;
}

/* Words that are runs of \w, or of what is no white space, `least` long or longer; with cjk, characters of those
 * scripts are no part of one and part those beside them. */
static int
plain_words(struct terms *t, int wordy, size_t least)
{
	const char *s = t->fold.s, *p = s, *end = s + t->fold.n, *start = NULL;
	int cjk = t->rules.analyzer == CJK, alone = 0;
	size_t chars = 0;

	if (!t->tabulated)
		tabulate(t, wordy);
	for (;;) {
		const char *at = p;
		int other = 0, in = 0;

		if (p < end && (in = t->in[(unsigned char)*p]) == 2) {
			int32_t cp = maas_utf8_next(&p, end);

			other = cjk && maas_unicode_cjk(cp);
			in = !other && (wordy ? is_wordy(cp) : !is_blank(cp));
			chars += start != NULL && in;
		} else if (in) { /* a run of ASCII in one go */
			while (p < end && t->in[(unsigned char)*p] == 1)
				p++;
			chars += start ? (size_t)(p - at) : 0;
		} else
			p += p < end;
		if (in && !start) {
			start = at;
			chars = at < p && t->in[(unsigned char)*at] == 1 ? (size_t)(p - at) : 1;
		}
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

struct matching {
	struct terms *t;
	int alone;
};

static int
match(void *ctx, size_t from, size_t to)
{
	struct matching *m = ctx;
	size_t had = m->t->words;

	if (add_word(m->t, m->t->letter_at[from], m->t->letter_at[to], m->alone) < 0)
		return -1;
	m->alone &= m->t->words == had;
	return 0;
}

static int
add_letter(struct terms *t, int32_t cp, size_t at)
{
	struct letters *l = &t->letters;

	if (maas_grow(&l->cp, l->n, &t->letter_cap, 1, sizeof *l->cp) < 0 ||
	    maas_grow(&t->letter_at, l->n, &t->letter_at_cap, 2, sizeof *t->letter_at) < 0)
		return -1;
	t->letter_at[l->n] = at;
	l->cp[l->n++] = cp;
	return 0;
}

/* Words by any other pattern; cjk as above. */
static int
pattern_words(struct terms *t)
{
	const char *s = t->fold.s, *p = s, *end = s + t->fold.n;
	int cjk = t->rules.analyzer == CJK;
	struct matching m = { t, 0 };

	t->letters.n = 0;
	for (;;) {
		size_t at = (size_t)(p - s);
		int32_t cp = p < end ? maas_utf8_next(&p, end) : 0;
		int other = cjk && maas_unicode_cjk(cp);

		if (at < t->fold.n && !other) {
			if (add_letter(t, cp, at) < 0)
				return -1;
			continue;
		}
		if (t->letters.n) {
			t->letter_at[t->letters.n] = at;
			if (pattern_find(&t->rules.word, &t->letters, match, &m) < 0)
				return -1;
			t->letters.n = 0;
		}
		if (at == t->fold.n)
			return 0;
		m.alone = 1;
	}
}

static int
find_words(struct terms *t)
{
	const struct pattern *p = &t->rules.word;

	t->words = 0;
	return p->plain ? plain_words(t, p->plain == PLAIN_WORD, p->least) : pattern_words(t);
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
word_grams(struct terms *t)
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
			if (emit(t, t->base + w->start, t->word[i].end - w->start) < 0)
				return -1;
		}
	return 0;
}

static int
cjk_term(struct terms *t, const char *s, const char *end)
{
	size_t n = (size_t)(end - s);

	return t->stops && table_find(t->stops, s, n) >= 0 ? 0 : emit(t, s, n);
}

/* Each character of those scripts, and each pair of neighbours. */
static int
cjk_terms(struct terms *t)
{
	const char *p = t->fold.s, *end = p + t->fold.n, *before = NULL;

	t->base = t->fold.s;
	t->origin = t->fold_at;
	while (p < end) {
		const char *at = p;
		int32_t cp = maas_utf8_next(&p, end);

		if (!maas_unicode_cjk(cp)) {
			before = NULL;
			continue;
		}
		if (cjk_term(t, at, p) < 0 || (before && cjk_term(t, before, p) < 0))
			return -1;
		before = at;
	}
	return 0;
}

/* Windows of n characters of s[0..len): how many there were. */
static long
windows(struct terms *t, const char *s, size_t len, size_t n)
{
	size_t a = 0, b = 0;
	long seen = 0;

	for (size_t i = 0; i < n; i++) {
		if (b == len)
			return 0;
		b += length(s[b]);
	}
	for (;;) {
		if (emit(t, s + a, b - a) < 0)
			return -1;
		seen++;
		if (b == len)
			return seen;
		a += length(s[a]);
		b += length(s[b]);
	}
}

/* Bytes of the white space at p; 0: none.  In UTF-8 it begins with one of four bytes beyond ASCII. */
static inline size_t
blank_at(const char *p, const char *end)
{
	unsigned char c = (unsigned char)*p;

	if (c > 0x20 && c != 0xc2 && (c < 0xe1 || c > 0xe3))
		return 0;
	return is_blank(maas_utf8_next(&p, end)) ? length((char)c) : 0;
}

/* The first run of two or more white spaces at or behind p; end: none. */
static const char *
next_run(const char *p, const char *end)
{
	for (size_t n; p < end; p += n ? n : 1)
		if ((n = blank_at(p, end)) && p + n < end && blank_at(p + n, end))
			return p;
	return end;
}

/* fold with each run of two or more white spaces as one space, in join; fold itself where there is none. */
static int
squeeze(struct terms *t, size_t *len)
{
	const char *s = t->fold.s, *p = s, *end = s + t->fold.n, *run = next_run(s, end);

	t->base = t->fold.s;
	t->origin = t->fold_at;
	*len = t->fold.n;
	if (run == end)
		return 0;
	t->join.n = 0;
	if (join_room(t, t->fold.n + 2) < 0)
		return -1;
	for (; run < end; run = next_run(p, end)) {
		copy(t, (size_t)(p - s), (size_t)(run - p));
		space(t, (size_t)(run - s));
		for (size_t n; run < end && (n = blank_at(run, end)); run += n)
			;
		p = run;
	}
	copy(t, (size_t)(p - s), (size_t)(end - p));
	if (t->places)
		t->join_at[t->join.n] = t->fold_at[t->fold.n];
	t->base = t->join.s;
	t->origin = t->join_at;
	*len = t->join.n;
	return 0;
}

/* " word word ": what stands between white spaces, each with a space on either side. */
static int
pad_words(struct terms *t)
{
	size_t last = 0;

	t->words = 0;
	if (plain_words(t, 0, 1) < 0)
		return -1;
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
char_terms(struct terms *t)
{
	const struct rules *r = &t->rules;
	size_t len;

	if (squeeze(t, &len) < 0)
		return -1;
	for (size_t n = r->least; n <= r->most; n++)
		if (windows(t, t->base, len, n) < 0)
			return -1;
	return 0;
}

static int
char_wb_terms(struct terms *t)
{
	const struct rules *r = &t->rules;

	if (pad_words(t) < 0)
		return -1;
	for (size_t i = 0; i < t->words; i++) {
		const struct word *w = &t->word[i];
		const char *s = t->join.s + w->start;
		size_t len = w->end - w->start;

		for (size_t n = r->least; n <= r->most; n++) {
			long seen = windows(t, s, len, n);

			if (seen < 0 || (seen == 0 && emit(t, s, len) < 0))
				return -1;
			if (seen <= 1)
				break; /* a short word counts once */
		}
	}
	return 0;
}

static int
word_terms(struct terms *t)
{
	t->base = t->fold.s;
	t->origin = t->fold_at;
	if (find_words(t) < 0 || word_grams(t) < 0)
		return -1;
	if (t->rules.analyzer != CJK)
		return 0;
	/* What comes next lies elsewhere than n-grams do: t->base is of one batch. */
	return flush(t) < 0 ? -1 : cjk_terms(t);
}

int
terms_of(struct terms *t, struct maas_span text, on_terms *on, void *ctx)
{
	int rc;

	t->on = on;
	t->ctx = ctx;
	t->held = 0;
	if (terms_fold(t, text) < 0)
		return -1;
	switch (t->rules.analyzer) {
	case CHAR: rc = char_terms(t); break;
	case CHAR_WB: rc = char_wb_terms(t); break;
	case READ_WORD:
	case READ_CHAR:
	case READ_CJK:
	case READ_TOLD: rc = terms_read(t); break;
	default: rc = word_terms(t); break;
	}
	return rc < 0 ? -1 : flush(t);
}

void
terms_free(struct terms *t)
{
	maas_buf_free(&t->fold);
	maas_buf_free(&t->join);
	free(t->fold_at);
	free(t->join_at);
	free(t->word);
	free(t->letters.cp);
	free(t->letter_at);
}

double
maas_cjk_share(const struct maas_span *text, size_t n)
{
	size_t all = 0, hits = 0;

	for (size_t i = 0; i < n; i++)
		for (const char *p = text[i].s, *end = p + text[i].n; p < end;) {
			int32_t cp = maas_utf8_next(&p, end);

			all += cp > ' ';
			hits += cp > ' ' && maas_unicode_cjk(cp);
		}
	return all ? (double)hits / (double)all : 0;
}
