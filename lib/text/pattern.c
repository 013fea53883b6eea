/*
 * pattern -- where pieces end, by the patterns of GPT-2, cl100k, Llama 3, Qwen 2 and o200k, written out:
 *
 *	gpt2    's|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+
 *	llama3  (?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}
 *	        | ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+
 *	cl100k  as llama3, but white space at the very end of the text is one piece (\s+\z comes
 *	        before \s*[\r\n])
 *	qwen2   as llama3 with one \p{N} a piece
 *	o200k   below
 *
 * A byte that is no UTF-8 is of no class, as a mark or a symbol.
 */
#include <string.h>

#include "bpe.h"
#include "unicode.h"

/* Class and length of the character at s[i].  Marks are like all the rest here. */
static inline enum maas_class
look(const unsigned char *s, size_t i, size_t n, size_t *len)
{
	enum maas_class c;

	if (s[i] < 0x80) {
		*len = 1;
		return (enum maas_class)maas_unicode_block[0][s[i]];
	}
	c = class_of(decode_at(s + i, n - i, len));
	return c == MAAS_C_MARK ? MAAS_C_OTHER : c;
}

/* The end of the characters of class c from s[i] on. */
static inline size_t
run(const unsigned char *s, size_t i, size_t n, enum maas_class c)
{
	size_t len;

	while (i < n && look(s, i, n, &len) == c)
		i += len;
	return i;
}

/* The end of white space from s[i] on, where its last character begins, and what follows its last
 * line end (0: none). */
static size_t
blank(const unsigned char *s, size_t i, size_t n, size_t *last, size_t *line)
{
	size_t len;

	for (*line = 0, *last = i; i < n && look(s, i, n, &len) == MAAS_C_SPACE; i += len) {
		*last = i;
		if (s[i] == '\n' || s[i] == '\r')
			*line = i + 1;
	}
	return i;
}

size_t
maas_contraction(const unsigned char *s, size_t left)
{
	unsigned char a = left > 1 ? s[1] : 0, b = left > 2 ? s[2] : 0;

	if (a == 's' || a == 't' || a == 'm' || a == 'd')
		return 2;
	return (a == 'r' && b == 'e') || (a == 'v' && b == 'e') || (a == 'l' && b == 'l') ? 3 : 0;
}

/* As above for any case; U+017F is an s to those who fold case. */
static size_t
contraction_any(const unsigned char *s, size_t left)
{
	unsigned char low[3] = { '\'', 0, 0 };

	if (left > 2 && s[1] == 0xC5 && s[2] == 0xBF)
		return 3;
	for (size_t i = 1; i < 3 && i < left; i++)
		low[i] = s[i] >= 'A' && s[i] <= 'Z' ? (unsigned char)(s[i] | 0x20) : s[i];
	return maas_contraction(low, left);
}

static size_t
end_gpt2(const unsigned char *s, size_t i, size_t n)
{
	size_t len, next, last, line;
	enum maas_class c = look(s, i, n, &len);

	if (s[i] == '\'' && (next = maas_contraction(s + i, n - i)) > 0)
		return i + next;
	if (c != MAAS_C_SPACE)
		return run(s, i + len, n, c);
	if (s[i] == ' ' && i + 1 < n && (c = look(s, i + 1, n, &len)) != MAAS_C_SPACE)
		return run(s, i + 1 + len, n, c);
	next = blank(s, i, n, &last, &line);
	return next == n || last == i ? next : last;
}

/* What stands alike in all later patterns: up to `digits` numbers, or symbols with what may end them, or white
 * space; `slash`: that may end symbols too; `whole`: white space at the end of the text is one piece. */
static inline size_t
end_other(const unsigned char *s, size_t i, size_t n, int digits, int slash, int whole)
{
	size_t len, l, next, last, line;

	if (look(s, i, n, &len) == MAAS_C_NUMBER) {
		for (int k = 1; k < digits && i + len < n && look(s, i + len, n, &l) == MAAS_C_NUMBER; k++)
			len += l;
		return i + len;
	}
	next = i + (s[i] == ' ');
	if (next < n && look(s, next, n, &l) == MAAS_C_OTHER) {
		next = run(s, next, n, MAAS_C_OTHER);
		while (next < n && (s[next] == '\r' || s[next] == '\n' || (slash && s[next] == '/')))
			next++;
		return next;
	}
	next = blank(s, i, n, &last, &line);
	if (whole && next == n)
		return next;
	if (line)
		return line;
	return next == n || last == i ? next : last;
}

/* cl100k, llama3 and qwen2: a contraction, or letters with one character before, or what end_other finds. */
static inline size_t
end_modern(const unsigned char *s, size_t i, size_t n, int digits, int whole)
{
	size_t len, l, next;
	enum maas_class c = look(s, i, n, &len);

	if (s[i] == '\'' && (next = contraction_any(s + i, n - i)) > 0)
		return i + next;
	if (c == MAAS_C_LETTER)
		return run(s, i + len, n, c);
	if (c != MAAS_C_NUMBER && s[i] != '\r' && s[i] != '\n' && i + len < n &&
	    look(s, i + len, n, &l) == MAAS_C_LETTER)
		return run(s, i + len + l, n, MAAS_C_LETTER);
	return end_other(s, i, n, digits, 0, whole);
}

static size_t
end_llama3(const unsigned char *s, size_t i, size_t n)
{
	return end_modern(s, i, n, 3, 0);
}

static size_t
end_cl100k(const unsigned char *s, size_t i, size_t n)
{
	return end_modern(s, i, n, 3, 1);
}

static size_t
end_qwen2(const unsigned char *s, size_t i, size_t n)
{
	return end_modern(s, i, n, 1, 0);
}

/* A letter or mark of the words of o200k: may it stand in their first part, and in their second? */
enum { FIRST = 1, SECOND = 2 };
static inline int
word_part(const unsigned char *s, size_t i, size_t n, size_t *len)
{
	int32_t cp = decode_at(s + i, n - i, len);

	if (class_of(cp) == MAAS_C_MARK)
		return FIRST | SECOND;
	switch (unicode_letter(cp)) {
	case CAPITAL: return FIRST;
	case SMALL: return SECOND;
	case CASELESS: return FIRST | SECOND;
	default: return 0;
	}
}

/* [first]*[second]+ from s[i] on, as a regular expression finds it: the first part is as long as it can be with
 * something left for the second.  *firsts: the end of the first part if there is no second.  0: no match. */
static size_t
word_o200k(const unsigned char *s, size_t i, size_t n, size_t *firsts)
{
	size_t len, back = 0;
	int part;

	for (; i < n && (part = word_part(s, i, n, &len)) & FIRST; i += len)
		if (part & SECOND)
			back = i + len;
	*firsts = i;
	if (i == n || !(word_part(s, i, n, &len) & SECOND))
		return back;
	while (i < n && word_part(s, i, n, &len) & SECOND)
		i += len;
	return i;
}

/*
 * o200k: words of capital letters then small ones, with one character before and a contraction behind,
 *
 *	[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?
 *	|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?
 *	|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+
 */
static size_t
end_o200k(const unsigned char *s, size_t i, size_t n)
{
	size_t len, end, firsts, plain;
	enum maas_class c = look(s, i, n, &len);
	size_t from = i + (c != MAAS_C_LETTER && c != MAAS_C_NUMBER && s[i] != '\r' && s[i] != '\n' ? len : 0);

	if (!(end = word_o200k(s, from, n, &firsts)) && (from == i || !(end = word_o200k(s, i, n, &plain))))
		end = firsts > from ? firsts : 0;
	if (!end)
		return end_other(s, i, n, 3, 1, 0);
	return end < n && s[end] == '\'' ? end + contraction_any(s + end, n - end) : end;
}

static size_t
end_whole(const unsigned char *s, size_t i, size_t n)
{
	(void)s;
	(void)i;
	return n;
}

static size_t
end_words(const unsigned char *s, size_t i, size_t n)
{
	const unsigned char *blank = memchr(s + i + 1, ' ', n - i - 1);

	return blank ? (size_t)(blank - s) : n;
}

maas_piece_end *const maas_piece_ends[] = { end_gpt2, end_cl100k, end_llama3, end_qwen2,
	end_o200k, [BPE_WHOLE] = end_whole, [BPE_WORDS] = end_words };
