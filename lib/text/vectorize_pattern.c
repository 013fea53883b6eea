/*
 * Token patterns: what a word is.  Regular expressions of one shape, as Python's re.findall takes them,
 *
 *	\b  HEAD  BODY{least,most}  \b
 *
 * with classes of characters for HEAD and BODY, and \b and HEAD optional.  Most who write a pattern write
 * one of these, and they are found in time linear in the text, whatever stands in it.
 */
#include <stdlib.h>
#include <string.h>

#include "vectorize.h"

#define MOST_TIMES 1000

struct parsing {
	const char *whole, *p, *end;
};

static int
refuse(const struct parsing *g, const char *why)
{
	return maas_fail_as(MAAS_USAGE,
	    "token-pattern: '%s': %s; a pattern is a class of characters with +, {N}, {N,} or {N,M}, such as \\w\\w+, "
	    "[a-zA-Z]+ or \\S{2,}, perhaps behind one of another class, perhaps between \\b and \\b",
	    g->whole, why);
}

static int
is_digit(int32_t cp) /* Python's \d: general category Nd, in tens from each zero */
{
	static const int32_t zero[] = { 0x30, 0x660, 0x6f0, 0x7c0, 0x966, 0x9e6, 0xa66, 0xae6, 0xb66, 0xbe6, 0xc66,
		0xce6, 0xd66, 0xde6, 0xe50, 0xed0, 0xf20, 0x1040, 0x1090, 0x17e0, 0x1810, 0x1946, 0x19d0, 0x1a80,
		0x1a90, 0x1b50, 0x1bb0, 0x1c40, 0x1c50, 0xa620, 0xa8d0, 0xa900, 0xa9d0, 0xa9f0, 0xaa50, 0xabf0, 0xff10,
		0x104a0, 0x10d30, 0x11066, 0x110f0, 0x11136, 0x111d0, 0x112f0, 0x11450, 0x114d0, 0x11650, 0x116c0,
		0x11730, 0x118e0, 0x11950, 0x11c50, 0x11d50, 0x11da0, 0x11f50, 0x16a60, 0x16ac0, 0x16b50, 0x1d7ce,
		0x1d7d8, 0x1d7e2, 0x1d7ec, 0x1d7f6, 0x1e140, 0x1e2f0, 0x1e4f0, 0x1e950, 0x1fbf0 };

	for (size_t i = 0; i < MAAS_COUNT(zero) && cp >= zero[i]; i++)
		if (cp < zero[i] + 10)
			return 1;
	return 0;
}

static int
of_kind(unsigned kinds, int32_t cp)
{
	return (kinds & OF_WORD && is_wordy(cp)) || (kinds & OF_BLANK && is_blank(cp)) ||
	    (kinds & OF_DIGIT && is_digit(cp)) || (kinds & NO_WORD && !is_wordy(cp)) ||
	    (kinds & NO_BLANK && !is_blank(cp)) || (kinds & NO_DIGIT && !is_digit(cp));
}

static int
beyond_ascii(const struct charset *c, int32_t cp)
{
	int in = of_kind(c->kinds, cp);

	for (size_t i = 0; i < c->ranges && !in; i++)
		in = cp >= c->range[i].from && cp <= c->range[i].to;
	return in ^ c->negated;
}

static inline int
in_set(const struct charset *c, int32_t cp)
{
	return cp < 128 ? (int)(c->ascii[cp >> 6] >> (cp & 63) & 1) : beyond_ascii(c, cp);
}

static unsigned
kind_of(char letter)
{
	switch (letter) {
	case 'w': return OF_WORD;
	case 's': return OF_BLANK;
	case 'd': return OF_DIGIT;
	case 'W': return NO_WORD;
	case 'S': return NO_BLANK;
	case 'D': return NO_DIGIT;
	default: return 0;
	}
}

static int
hex4(struct parsing *g, int32_t *cp)
{
	*cp = 0;
	for (int i = 0; i < 4; i++, g->p++) {
		char c = g->p < g->end ? *g->p : 0;

		if (c >= '0' && c <= '9')
			*cp = *cp << 4 | (c - '0');
		else if ((c | 32) >= 'a' && (c | 32) <= 'f')
			*cp = *cp << 4 | ((c | 32) - 'a' + 10);
		else
			return refuse(g, "\\u wants four hexadecimal digits");
	}
	return 0;
}

/* A character, or a kind of them (*kind not 0): what stands behind a backslash, or by itself. */
static int
character(struct parsing *g, int32_t *cp, unsigned *kind)
{
	*kind = 0;
	if (*g->p != '\\') {
		*cp = maas_utf8_next(&g->p, g->end);
		return *cp < 0 ? refuse(g, "not UTF-8") : 0;
	}
	if (++g->p == g->end)
		return refuse(g, "a backslash at the end");
	if ((*kind = kind_of(*g->p))) {
		g->p++;
		return 0;
	}
	if (*g->p == 'u') {
		g->p++;
		return hex4(g, cp);
	}
	if (*g->p == 't' || *g->p == 'n') {
		*cp = *g->p++ == 't' ? '\t' : '\n';
		return 0;
	}
	if (is_wordy((unsigned char)*g->p))
		return refuse(g, "this escape is not known");
	*cp = maas_utf8_next(&g->p, g->end);
	return *cp < 0 ? refuse(g, "not UTF-8") : 0;
}

static int
add_range(struct parsing *g, struct charset *c, int32_t from, int32_t to)
{
	if (to < from)
		return refuse(g, "a range that ends before it begins");
	for (int32_t cp = from; cp <= to && cp < 128; cp++)
		c->ascii[cp >> 6] |= (uint64_t)1 << (cp & 63);
	if (to < 128)
		return 0;
	if (c->ranges == MAAS_COUNT(c->range))
		return refuse(g, "too many characters in a class");
	c->range[c->ranges].from = from;
	c->range[c->ranges++].to = to;
	return 0;
}

static void
add_kind(struct charset *c, unsigned kind)
{
	c->kinds |= kind;
	for (int32_t cp = 0; cp < 128; cp++)
		if (of_kind(kind, cp))
			c->ascii[cp >> 6] |= (uint64_t)1 << (cp & 63);
}

/* What stands between brackets; the first is read already. */
static int
brackets(struct parsing *g, struct charset *c)
{
	int negated = g->p < g->end && *g->p == '^';
	int32_t from, to;
	unsigned kind;

	g->p += negated;
	for (int first = 1;; first = 0) {
		if (g->p == g->end)
			return refuse(g, "a [ without a ]");
		if (*g->p == ']' && !first)
			break;
		if (character(g, &from, &kind) < 0)
			return -1;
		if (kind) {
			if (g->end - g->p >= 2 && g->p[0] == '-' && g->p[1] != ']')
				return refuse(g, "a range that begins with a class");
			add_kind(c, kind);
			continue;
		}
		to = from;
		if (g->end - g->p >= 2 && g->p[0] == '-' && g->p[1] != ']') {
			g->p++;
			if (character(g, &to, &kind) < 0)
				return -1;
			if (kind)
				return refuse(g, "a range that ends in a class");
		}
		if (add_range(g, c, from, to) < 0)
			return -1;
	}
	g->p++;
	if (negated) {
		c->negated = 1;
		c->ascii[0] = ~c->ascii[0];
		c->ascii[1] = ~c->ascii[1];
	}
	return 0;
}

static int class(struct parsing *g, struct charset *c)
{
	int32_t cp;
	unsigned kind;

	*c = (struct charset){ 0 };
	if (*g->p == '[') {
		g->p++;
		return brackets(g, c);
	}
	if (strchr("()|^$.*+?{}", *g->p))
		return refuse(g, "no class of characters where one is wanted");
	if (character(g, &cp, &kind) < 0)
		return -1;
	if (!kind)
		return add_range(g, c, cp, cp);
	add_kind(c, kind);
	return 0;
}

static int
times(struct parsing *g, size_t *n)
{
	const char *from = g->p;

	for (*n = 0; g->p < g->end && *g->p >= '0' && *g->p <= '9' && *n <= MOST_TIMES; g->p++)
		*n = 10 * *n + (size_t)(*g->p - '0');
	return g->p > from && *n <= MOST_TIMES ? 0 : refuse(g, "a number of times between 0 and 1000 is wanted");
}

/* How often: once where nothing is said. */
static int
quantity(struct parsing *g, size_t *least, size_t *most)
{
	char c = g->p < g->end ? *g->p : 0;

	*least = *most = 1;
	if (!c || !strchr("+*?{", c))
		return 0;
	g->p++;
	*least = c == '+';
	*most = c == '?' ? 1 : SIZE_MAX;
	if (c == '{') {
		if (times(g, least) < 0)
			return -1;
		*most = *least;
		if (g->p < g->end && *g->p == ',') {
			g->p++;
			*most = SIZE_MAX;
			if (g->p < g->end && *g->p != '}' && times(g, most) < 0)
				return -1;
		}
		if (g->p == g->end || *g->p++ != '}' || *most < *least)
			return refuse(g, "a { that is no {N}, {N,} or {N,M}");
	}
	if (g->p < g->end && strchr("+*?{", *g->p))
		return refuse(g, "a count of a count");
	return 0;
}

static int
same_set(const struct charset *a, const struct charset *b)
{
	return a->ascii[0] == b->ascii[0] && a->ascii[1] == b->ascii[1] && a->kinds == b->kinds &&
	    a->negated == b->negated && a->ranges == b->ranges &&
	    !memcmp(a->range, b->range, a->ranges * sizeof *a->range);
}

/* Classes with their counts: the same one again adds to the count, one alone may stand before all others. */
static int
classes(struct parsing *g, struct pattern *to)
{
	struct charset c;
	size_t least, most;

	for (size_t i = 0; g->p < g->end; i++) {
		if (class(g, &c) < 0 || quantity(g, &least, &most) < 0)
			return -1;
		if (i == 0) {
			to->body = c;
			to->least = least;
			to->most = most;
		} else if (same_set(&c, &to->body)) {
			to->least += least;
			to->most = most == SIZE_MAX || to->most == SIZE_MAX ? SIZE_MAX : to->most + most;
		} else if (!to->headed && to->least == 1 && to->most == 1) {
			to->headed = 1;
			to->head = to->body;
			to->body = c;
			to->least = least;
			to->most = most;
		} else
			return refuse(g, "classes of more than two sorts");
		if (to->least > MOST_TIMES || (to->most > MOST_TIMES && to->most != SIZE_MAX))
			return refuse(g, "more than 1000 times");
	}
	return to->least || to->headed ? 0 : refuse(g, "it is there in nothing at all");
}

int
pattern_parse(const char *text, struct pattern *to)
{
	struct parsing g = { text, text, text + strlen(text) };
	struct charset wordy = { 0 }, ink = { 0 };

	*to = (struct pattern){ 0 };
	if (!strncmp(g.p, "(?u)", 4))
		g.p += 4;
	if (!strncmp(g.p, "\\b", 2)) {
		g.p += 2;
		to->edge_before = 1;
	}
	/* "\\b" closes unless its backslash is escaped itself. */
	if (g.end - g.p > 2 && g.end[-2] == '\\' && g.end[-1] == 'b' && g.end[-3] != '\\') {
		g.end -= 2;
		to->edge_behind = 1;
	}
	if (classes(&g, to) < 0)
		return -1;
	if (to->headed || to->most != SIZE_MAX)
		return 0;
	add_kind(&wordy, OF_WORD);
	add_kind(&ink, NO_BLANK);
	/* A run of \w that is as long as can be stands between edges anyway. */
	if (same_set(&to->body, &wordy))
		to->plain = PLAIN_WORD;
	else if (same_set(&to->body, &ink) && !to->edge_before && !to->edge_behind)
		to->plain = PLAIN_INK;
	return 0;
}

static int
edge(const struct letters *t, size_t at) /* Python's \b */
{
	int before = at > 0 && is_wordy(t->cp[at - 1]), behind = at < t->n && is_wordy(t->cp[at]);

	return before != behind;
}

/* The end of the longest match of a body from `from` in a run that ends at `stop`, `last` being the run's last
 * edge; SIZE_MAX: none. */
static size_t
longest(const struct pattern *p, const struct letters *t, size_t from, size_t stop, size_t last)
{
	size_t end = stop;

	if (p->most <= stop - from)
		end = from + p->most;
	else if (p->edge_behind)
		end = last;
	while (p->edge_behind && end > from + p->least && !edge(t, end))
		end--;
	if (end < from + p->least || (p->edge_behind && !edge(t, end)))
		return SIZE_MAX;
	return end;
}

int
pattern_find(const struct pattern *p, const struct letters *t, on_match *on, void *ctx)
{
	size_t stop = 0, last = 0; /* the run of the body at hand ends at `stop`; its last edge */

	for (size_t i = 0, end; i < t->n; i = end) {
		size_t from = i + (size_t)p->headed;

		end = i + 1;
		if ((p->edge_before && !edge(t, i)) || (p->headed && !in_set(&p->head, t->cp[i])))
			continue;
		if (from >= stop) {
			for (stop = from; stop < t->n && in_set(&p->body, t->cp[stop]); stop++)
				;
			for (last = stop; p->edge_behind && last > from && !edge(t, last); last--)
				;
		}
		if (stop - from < p->least)
			continue;
		size_t best = longest(p, t, from, stop, last);

		if (best == SIZE_MAX || best == i)
			continue;
		if (on(ctx, i, best) < 0)
			return -1;
		end = best;
	}
	return 0;
}
