/*
 * bpe_oracle.h -- tokenising and training as slow and as plain as can be: the patterns as the regular
 * expressions they are, run by a backtracking matcher; merges by looking at every pair each time.
 */
#ifndef BPE_ORACLE_H
#define BPE_ORACLE_H
#include <stdlib.h>
#include <string.h>

#include "../lib/text/bpe.h"
#include "../lib/text/unicode.h"

/* As published; cl100k as tiktoken has it, without the marks that only forbid backtracking. */
static const char *const oracle_regex[] = {
	"'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+",
	"'(?i:[sdmt]|ll|ve|re)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s+$|\\s*[\\r\\n]|\\s+(?!\\S)|\\s",
	("(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|"
	 "\\s+(?!\\S)|\\s+"),
	("(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|"
	 "\\s+(?!\\S)|\\s+"),
	("[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]*[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|"
	 "[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]+[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|"
	 "\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+"),
};

struct oracle_set {
	int not, fold, letter, number, space, unspace, capital, small, caseless, mark, n;
	int32_t cp[8];
};
struct oracle_node {
	enum { SET, NOT_NEXT, END, GROUP, JOIN } kind;
	struct oracle_set set;
	long min, max;
	struct oracle_node *next, *alt[16];
	int alts;
};
struct oracle_text {
	int32_t *cp;
	size_t *at, n;                  /* characters, and where they begin; at[n] is the end */
};

static int
oracle_in(const struct oracle_set *s, int32_t cp)
{
	enum maas_class c = maas_unicode_class(cp);
	int in = (s->letter && c == MAAS_C_LETTER) || (s->number && c == MAAS_C_NUMBER) ||
	    (s->space && c == MAAS_C_SPACE) || (s->unspace && c != MAAS_C_SPACE) || (s->mark && c == MAAS_C_MARK) ||
	    (s->capital && unicode_letter(cp) == CAPITAL) || (s->small && unicode_letter(cp) == SMALL) ||
	    (s->caseless && unicode_letter(cp) == CASELESS);

	if (s->fold && cp >= 'A' && cp <= 'Z')
		cp += 32;
	if (s->fold && cp == 0x17F)
		cp = 's';
	for (int i = 0; i < s->n; i++)
		in |= s->cp[i] == cp;
	return in != s->not;
}

/* One member of a set, behind a backslash or plain. */
static const char *
oracle_member(const char *p, struct oracle_set *s)
{
	if (*p != '\\') {
		s->cp[s->n++] = *p;
		return p + 1;
	}
	switch (p[1]) {
	case 's': s->space = 1; return p + 2;
	case 'S': s->unspace = 1; return p + 2;
	case 'r': s->cp[s->n++] = '\r'; return p + 2;
	case 'n': s->cp[s->n++] = '\n'; return p + 2;
	default: break;
	}
	switch (p[3] == 'L' ? p[4] : p[3]) {            /* \p{L}, \p{N}, \p{Lu} ... */
	case '}': s->letter = 1; break;
	case 'N': s->number = 1; break;
	case 'M': s->mark = 1; break;
	case 'u':
	case 't': s->capital = 1; break;
	case 'l': s->small = 1; break;
	default: s->caseless = 1; break;
	}
	return strchr(p, '}') + 1;
}

static struct oracle_node *oracle_parse(const char **p, int fold, struct oracle_node *join);

/* One thing of a sequence with its repetition. */
static struct oracle_node *
oracle_atom(const char **p, int fold)
{
	struct oracle_node *x = calloc(1, sizeof *x);

	x->min = x->max = 1;
	x->set.fold = fold;
	if (!strncmp(*p, "(?i:", 4)) {
		x->kind = GROUP;
		for (*p += 4;; ++*p) {
			struct oracle_node *join = calloc(1, sizeof *join);

			join->kind = JOIN;
			join->next = x;
			x->alt[x->alts++] = oracle_parse(p, 1, join);
			if (**p == ')')
				break;
		}
		++*p;
		if (**p == '?')
			x->min = 0, ++*p;
		return x;
	}
	if (!strncmp(*p, "(?!", 3)) {
		x->kind = NOT_NEXT;
		*p = oracle_member(*p + 3, &x->set) + 1;
		return x;
	}
	if (**p == '$') {
		x->kind = END;
		++*p;
		return x;
	}
	if (**p == '[') {
		x->set.not = (*p)[1] == '^';
		for (*p += 1 + x->set.not; **p != ']';)
			*p = oracle_member(*p, &x->set);
		++*p;
	} else {
		*p = oracle_member(*p, &x->set);
	}
	if (**p == '?')
		x->min = 0, ++*p;
	else if (**p == '+')
		x->max = 1L << 40, ++*p;
	else if (**p == '*')
		x->min = 0, x->max = 1L << 40, ++*p;
	else if (!strncmp(*p, "{1,3}", 5))
		x->max = 3, *p += 5;
	return x;
}

static struct oracle_node *
oracle_parse(const char **p, int fold, struct oracle_node *join)
{
	struct oracle_node *first = NULL, **to = &first;

	while (**p && **p != '|' && **p != ')') {
		*to = oracle_atom(p, fold);
		to = &(*to)->next;
	}
	*to = join;
	return first;
}

/* The end of a match of x and all behind it from character i on; -1. */
static long
oracle_match(const struct oracle_node *x, const struct oracle_text *t, long i)
{
	long k = 0, e = -1, n = (long)t->n;

	if (!x)
		return i;
	switch (x->kind) {
	case JOIN: return oracle_match(x->next->next, t, i);
	case END: return i == n ? oracle_match(x->next, t, i) : -1;
	case NOT_NEXT: return i < n && oracle_in(&x->set, t->cp[i]) ? -1 : oracle_match(x->next, t, i);
	case GROUP:
		for (int a = 0; a < x->alts && e < 0; a++)
			e = oracle_match(x->alt[a], t, i);
		return e < 0 && !x->min ? oracle_match(x->next, t, i) : e;
	case SET: break;
	}
	while (k < x->max && i + k < n && oracle_in(&x->set, t->cp[i + k]))
		k++;
	for (; k >= x->min && e < 0; k--)
		e = oracle_match(x->next, t, i + k);
	return e;
}

static void
oracle_text(struct oracle_text *t, const char *s, size_t n)
{
	const char *p = s, *end = s + n;

	t->cp = calloc(n + 1, sizeof *t->cp);
	t->at = calloc(n + 1, sizeof *t->at);
	for (t->n = 0; p < end; t->n++) {
		t->at[t->n] = (size_t)(p - s);
		t->cp[t->n] = maas_utf8_next(&p, end);
	}
	t->at[t->n] = n;
}

/* The ends of the pieces of s; end has room for n. */
static size_t
oracle_pieces(enum maas_pattern pattern, const char *s, size_t n, size_t *end)
{
	static struct oracle_node *alt[MAAS_PATTERNS][16];
	static int alts[MAAS_PATTERNS];
	const char *p = oracle_regex[pattern];
	struct oracle_text t;
	size_t k = 0;

	for (; !alts[pattern] || p != oracle_regex[pattern];) {         /* parse once */
		alt[pattern][alts[pattern]++] = oracle_parse(&p, 0, NULL);
		if (!*p++)
			break;
	}
	oracle_text(&t, s, n);
	for (long i = 0, e; i < (long)t.n; i = e) {
		e = -1;
		for (int a = 0; a < alts[pattern] && e < 0; a++)
			e = oracle_match(alt[pattern][a], &t, i);
		if (e <= i)
			abort();                /* the patterns match every text */
		end[k++] = t.at[e];
	}
	free(t.cp);
	free(t.at);
	return k;
}

/* The ids of one piece: the lowest rank first, the leftmost of equals. */
static size_t
oracle_merge(const struct maas_tokenizer *t, const char *s, size_t n, int32_t *id)
{
	for (size_t i = 0; i < n; i++)
		id[i] = t->byte[(unsigned char)s[i]] < 0 ? t->head.unk : t->byte[(unsigned char)s[i]];
	for (;;) {
		uint32_t best = BPE_NONE;
		size_t at = 0;

		for (size_t i = 0; i + 1 < n; i++)
			for (uint32_t r = 0; r < t->head.merges && r < best; r++)
				if ((int32_t)t->merge[r].a == id[i] && (int32_t)t->merge[r].b == id[i + 1])
					best = r, at = i;
		if (best == BPE_NONE)
			return n;
		id[at] = (int32_t)t->merge[best].id;
		memmove(id + at + 1, id + at + 2, (n - at - 2) * sizeof *id);
		n--;
	}
}

/* The ids of a text without special tokens; id has room for n. */
__attribute__((unused)) static size_t
oracle_encode(const struct maas_tokenizer *t, const char *s, size_t n, int32_t *id)
{
	size_t *end = calloc(n + 1, sizeof *end), from = 0, k = 0;
	size_t pieces = oracle_pieces((enum maas_pattern)t->head.pattern, s, n, end);

	for (size_t i = 0; i < pieces; from = end[i++])
		k += oracle_merge(t, s + from, end[i] - from, id + k);
	free(end);
	return k;
}

/*
 * Training: all words of all lines, every pair counted anew each time.  m gets the pairs as ids of
 * tokens, tok their bytes (special tokens first, then 256 bytes in the order of their spelling).
 */
struct oracle_token {
	size_t n;
	char s[256];
};
struct oracle_trainer {
	struct oracle_token tok[1024];
	size_t ntok;
	uint32_t a[1024], b[1024], id[1024];
	size_t merges;
	uint32_t *sym;                  /* of all words, UINT32_MAX between them */
	size_t nsym;
};

static void
oracle_words(struct oracle_trainer *o, enum maas_pattern pattern, const char *s, size_t n)
{
	size_t *end = calloc(n + 1, sizeof *end);
	uint32_t byte[256] = { 0 };

	for (uint32_t i = 0; i < o->ntok; i++)
		if (o->tok[i].n == 1)
			byte[(unsigned char)o->tok[i].s[0]] = i;
	o->sym = calloc(2 * n + 2, sizeof *o->sym);
	while (n) {
		const char *lf = memchr(s, '\n', n);
		size_t line = lf ? (size_t)(lf + 1 - s) : n, pieces = oracle_pieces(pattern, s, line, end), at = 0;

		for (size_t i = 0; i < pieces; i++) {
			for (; at < end[i]; at++)
				o->sym[o->nsym++] = byte[(unsigned char)s[at]];
			o->sym[o->nsym++] = UINT32_MAX;
		}
		s += line;
		n -= line;
	}
	free(end);
}

static int
oracle_ascending(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

/* The most frequent pair, of equals the smaller; 0: none is left. */
static size_t
oracle_best(const struct oracle_trainer *o, uint32_t *a, uint32_t *b)
{
	uint64_t *pair = calloc(o->nsym + 1, sizeof *pair);
	size_t n = 0, most = 0;

	for (size_t i = 0; i + 1 < o->nsym; i++)
		if (o->sym[i] != UINT32_MAX && o->sym[i + 1] != UINT32_MAX)
			pair[n++] = (uint64_t)o->sym[i] << 32 | o->sym[i + 1];
	qsort(pair, n, sizeof *pair, oracle_ascending);
	for (size_t i = 0, k; i < n; i = k) {
		for (k = i; k < n && pair[k] == pair[i];)
			k++;
		if (k - i > most) {
			most = k - i;
			*a = (uint32_t)(pair[i] >> 32);
			*b = (uint32_t)pair[i];
		}
	}
	free(pair);
	return most;
}

__attribute__((unused)) static void
oracle_train(struct oracle_trainer *o, enum maas_pattern pattern, const char *s, size_t n, size_t vocab, size_t least,
    const char *special)
{
	uint32_t a = 0, b = 0;
	size_t to;

	memset(o, 0, sizeof *o);
	o->tok[o->ntok].n = strlen(special);
	memcpy(o->tok[o->ntok++].s, special, strlen(special));
	for (int32_t cp = 0; cp < 0x144; cp++)
		if (maas_char_byte(cp) >= 0) {
			o->tok[o->ntok].n = 1;
			o->tok[o->ntok++].s[0] = (char)maas_char_byte(cp);
		}
	oracle_words(o, pattern, s, n);
	while (o->ntok < vocab && o->merges < 1024 && oracle_best(o, &a, &b) >= least) {
		struct oracle_token t = o->tok[a];
		uint32_t id = 0, old = 0;

		memcpy(t.s + t.n, o->tok[b].s, o->tok[b].n);
		t.n += o->tok[b].n;
		while (id < o->ntok && (o->tok[id].n != t.n || memcmp(o->tok[id].s, t.s, t.n)))
			id++;
		if (id == o->ntok)
			o->tok[o->ntok++] = t;
		while (old < o->merges && (o->a[old] != a || o->b[old] != b))
			old++;
		if (old == o->merges) {
			o->a[o->merges] = a;
			o->b[o->merges] = b;
			o->id[o->merges++] = id;
		}
		to = 0;
		for (size_t i = 0; i < o->nsym; to++)
			if (i + 1 < o->nsym && o->sym[i] == a && o->sym[i + 1] == b) {
				o->sym[to] = id;
				i += 2;
			} else {
				o->sym[to] = o->sym[i++];
			}
		o->nsym = to;
	}
	free(o->sym);
}
#endif
