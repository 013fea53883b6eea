/*
 * pattern_starts -- where pieces begin, by GPT-2's pattern, for 56 places at once.
 *
 * Whether a piece begins at a place depends on four bytes before it and one behind it alone, so
 * that classes become bit masks and the pattern becomes shifts of them.
 */
#include <string.h>

#include "pattern_starts.h"
#include "unicode.h"

static void
look_portable(struct window *w, const unsigned char *s)
{
	memset(w, 0, sizeof *w);
	for (int i = 0; i < WINDOW; i++) {
		unsigned c = s[i], k = maas_unicode_block[0][c & 127];
		uint64_t low = c < 128;

		w->letter |= (low & (k == MAAS_C_LETTER)) << i;
		w->number |= (low & (k == MAAS_C_NUMBER)) << i;
		w->space |= (low & (k == MAAS_C_SPACE)) << i;
		w->blank |= (uint64_t)(c == ' ') << i;
		w->quote |= (uint64_t)(c == '\'') << i;
		w->high |= (uint64_t)(c >> 7) << i;
	}
}

static size_t
run_portable(uint64_t *mask, const unsigned char *s, size_t n)
{
	struct window w;
	size_t i;

	for (i = 0; i < n; i++, s += WINDOW_STEP) {
		look_portable(&w, s);
		if (w.high)
			break;
		mask[i] = begins(&w, s);
	}
	return i;
}

static const struct starts portable = { look_portable, run_portable };

#if defined(__x86_64__)
#define STARTS(isa) ((isa) >= MAAS_AVX512 ? &starts_avx512 : (isa) >= MAAS_AVX2 ? &starts_avx2 : &portable)
#else
#define STARTS(isa) ((void)(isa), &portable)
#endif

const struct starts *
maas_starts_of(enum maas_isa isa)
{
	return STARTS(isa);
}

/* Where the character begins that holds s[i], or i: UTF-8 finds its feet within three bytes. */
static size_t
character(const unsigned char *s, size_t i, size_t n)
{
	for (size_t back = 1; back <= 3 && back <= i && s[i] >> 6 == 2; back++)
		if (s[i - back] >> 6 != 2) {
			size_t len;

			decode_at(s + i - back, n - (i - back), &len);
			return len > back ? i - back : i;
		}
	return i;
}

/* Give each byte of the characters beyond ASCII its character's class. */
static int
paint(struct window *w, const unsigned char *s, ptrdiff_t at, size_t n)
{
	uint64_t left = w->high;

	while (left) {
		int k = __builtin_ctzll(left);
		size_t i = (size_t)(at + k), from = k == 0 ? character(s, i, n) : i, len;
		enum maas_class c = class_of(decode_at(s + from, n - from, &len));
		uint64_t bits = (((uint64_t)1 << (from + len - i)) - 1) << k;

		if (c == MAAS_C_SPACE)
			return -1;
		if (c == MAAS_C_LETTER)
			w->letter |= bits;
		else if (c == MAAS_C_NUMBER)
			w->number |= bits;
		left &= ~bits;
	}
	return 0;
}

int
maas_starts_wide(const struct starts *k, uint64_t *mask, const unsigned char *s, ptrdiff_t at, size_t n)
{
	unsigned char edge[WINDOW];
	const unsigned char *p = edge;
	struct window w;

	if (at >= 0 && (size_t)at + WINDOW <= n)
		p = s + at;
	else { /* outside the text is white space that is no blank */
		size_t skip = at < 0 ? (size_t)-at : 0, have = n - (size_t)(at + (ptrdiff_t)skip);

		memset(edge, '\n', sizeof edge);
		memcpy(edge + skip, s + at + skip, have < WINDOW - skip ? have : WINDOW - skip);
	}
	k->look(&w, p);
	if (w.high && paint(&w, s, at, n) < 0)
		return -1;
	*mask = begins(&w, p);
	return 0;
}

void
maas_pieces_begin(struct bpe_pieces *p, unsigned pattern, const unsigned char *s, size_t n)
{
	*p = (struct bpe_pieces){ .s = s, .n = n, .w = 1 - WINDOW_EDGE, .end = maas_piece_ends[pattern] };
	if (pattern == MAAS_GPT2)
		p->starts = maas_starts_of(maas_isa());
}

/* One by one, while they begin before `until`. */
static size_t
step(struct bpe_pieces *p, size_t until, size_t *end, size_t room)
{
	size_t k = 0;

	while (k < room && p->at < until && p->at < p->n)
		end[k++] = p->at = p->end(p->s, p->at, p->n);
	return k;
}

size_t
maas_pieces_next(struct bpe_pieces *p, size_t *end)
{
	ptrdiff_t n = (ptrdiff_t)p->n;
	uint64_t mask[WINDOWS];
	size_t k = 0, many;

	if (!p->starts)
		return step(p, p->n, end, PIECES);
	while (k == 0 && p->w + WINDOW_EDGE < n) {
		many = 0;
		if (p->w >= 0 && p->w + WINDOW <= n) {
			size_t fit = (size_t)(n - p->w - WINDOW) / WINDOW_STEP + 1;

			many = p->starts->run(mask, p->s + p->w, fit < WINDOWS ? fit : WINDOWS);
		}
		if (!many && maas_starts_wide(p->starts, mask, p->s, p->w, p->n) == 0)
			many = 1;
		if (!many) { /* the piece at hand may be long; behind it they are of this window */
			k = step(p, (size_t)(p->w + WINDOW_EDGE + WINDOW_STEP), end, PIECES);
			p->w = (ptrdiff_t)p->at + 1 - WINDOW_EDGE;
		}
		for (size_t i = 0; i < many; i++, p->w += WINDOW_STEP)
			for (uint64_t m = mask[i]; m; m &= m - 1)
				end[k++] = (size_t)(p->w + __builtin_ctzll(m));
	}
	while (k && end[k - 1] > p->n) /* what stands behind the text is no part of it */
		k--;
	if (k)
		p->at = end[k - 1];
	else if (p->at < p->n)
		end[k++] = p->at = p->n;
	return k;
}
