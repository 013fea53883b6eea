/*
 * encoder -- text to ids: pieces by the pattern, and each piece's ids out of a cache or merged anew.
 *
 * Most pieces are words that came before.  The cache maps up to 15 bytes to up to 4 ids; two entries
 * share a line of 64 bytes, and the older of them makes room.  A piece that is not in it is parted
 * where no merge can join two bytes: in the scripts a tokeniser hardly knows that is at every
 * character, and characters repeat though phrases do not.  Where symbols are characters that is what
 * makes words out of a text that nothing else parts: no token reaches over to a blank.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "bpe.h"
#include "unicode.h"

#define CACHE_BITS 16
#define LINES      ((size_t)1 << CACHE_BITS)
#define KEY        15 /* bytes of a piece that is cached */
#define VALUE      4  /* ids of one */
#define BATCH      32 /* windows looked at in one go */
#define COUNT      ((uint64_t)0xF0 << 56)
#define KEEP       16384 /* ids that an array which is wiped keeps */
#define NOTED      1024  /* lines of the cache that are known to hold something; of more, any may */

/* The bytes of a piece, zeros, and in the last byte how many: low nibble bytes, high nibble ids. */
struct entry {
	uint64_t lo, hi;
	int32_t id[VALUE];
};
struct line {
	struct entry e[2];
};

struct cuts {
	int any;
	unsigned char first[256]; /* what they begin with */
	size_t max;               /* bytes of the longest */
};
/* Of a text: what follows a cut, its beginning, what follows an added token. */
enum where { REST, START, BEHIND };

struct maas_encoder {
	const struct maas_tokenizer *t;
	int parse_special;
	struct line *cache;
	uint32_t noted[NOTED];
	size_t kept; /* pieces since nothing was kept */
	size_t end[PIECES];
	struct bpe_scratch scratch;
	struct maas_buf norm, prefixed; /* a text as normalised; a part of it behind a blank */
	struct cuts raw, normal;        /* added tokens to be cut out of a text, and of it as normalised */
	int whole;                      /* a text must not be parted: one of them may reach over any blank */
	int gaps;                       /* what has no token is no text */
};

struct key {
	uint64_t lo, hi;
};

static const uint64_t ones[9] = { 0, 0xFF, 0xFFFF, 0xFFFFFF, 0xFFFFFFFF, 0xFFFFFFFFFF, 0xFFFFFFFFFFFF, 0xFFFFFFFFFFFFFF,
	UINT64_MAX };

/* The key of n bytes, 1 to KEY, at s; `room` of them can be read. */
static inline struct key
key_of(const unsigned char *s, size_t n, size_t room)
{
	struct key k = { 0, 0 };

	if (room >= 16) {
		memcpy(&k.lo, s, 8);
		memcpy(&k.hi, s + 8, 8);
		k.lo &= ones[n < 8 ? n : 8];
		k.hi &= ones[n < 8 ? 0 : n - 8];
	} else {
		unsigned char b[16] = { 0 };

		memcpy(b, s, n);
		memcpy(&k.lo, b, 8);
		memcpy(&k.hi, b + 8, 8);
	}
	k.hi |= (uint64_t)n << 56;
	return k;
}

static inline struct line *
line_of(const struct maas_encoder *e, struct key k)
{
	return &e->cache[((k.lo * 0x9E3779B97F4A7C15u) ^ (k.hi * 0xD1B54A32D192ED03u)) >> (64 - CACHE_BITS)];
}

static inline int
holds(const struct entry *e, struct key k)
{
	return ((e->lo ^ k.lo) | ((e->hi ^ k.hi) & ~COUNT)) == 0;
}

/* Four ids are written, though fewer may count. */
static inline const struct entry *
find(const struct maas_encoder *e, struct key k, int32_t *to)
{
	const struct line *l = line_of(e, k);
	const struct entry *x = holds(&l->e[0], k) ? &l->e[0] : holds(&l->e[1], k) ? &l->e[1] : NULL;

	if (x)
		memcpy(to, x->id, sizeof x->id);
	return x;
}

static inline size_t
count_of(const struct entry *x)
{
	return (size_t)(x->hi >> 60);
}

static void
keep(struct maas_encoder *e, struct key k, const int32_t *id, size_t n)
{
	struct line *l = line_of(e, k);

	if (n > VALUE)
		return;
	if (e->kept < NOTED)
		e->noted[e->kept] = (uint32_t)(l - e->cache);
	e->kept++;
	l->e[1] = l->e[0];
	l->e[0].lo = k.lo;
	l->e[0].hi = k.hi | (uint64_t)n << 60;
	memcpy(l->e[0].id, id, n * sizeof *id);
}

/* A stretch within which any two bytes may be joined.  to has room for n ids and VALUE more. */
static int
stretch(struct maas_encoder *e, const unsigned char *s, size_t n, size_t room, int32_t *to, size_t *nto)
{
	const struct entry *x;
	struct key k;

	if (n == 1 && !(e->t->head.form & BPE_CHARS)) {
		to[0] = e->t->byte[*s] < 0 ? e->t->head.unk : e->t->byte[*s];
		*nto = 1;
		return 0;
	}
	if (n > BPE_SHORT)
		return maas_merge_long(e->t, &e->scratch, s, n, to, nto);
	if (n > KEY) {
		*nto = maas_merge_short(e->t, s, n, to);
		return 0;
	}
	k = key_of(s, n, room);
	if ((x = find(e, k, to))) {
		*nto = count_of(x);
		return 0;
	}
	*nto = maas_merge_short(e->t, s, n, to);
	keep(e, k, to, *nto);
	return 0;
}

/* Unknown tokens side by side are one, where they were met apart: n ids behind to[0]. */
static size_t
fuse(const struct maas_encoder *e, int32_t *to, size_t n)
{
	if (to[0] != e->t->head.unk || to[1] != e->t->head.unk)
		return n;
	memmove(to + 1, to + 2, (n - 1) * sizeof *to);
	return n - 1;
}

/* A piece that the cache does not hold. */
static int
piece(struct maas_encoder *e, const unsigned char *s, size_t n, size_t room, int32_t *to, size_t *nto)
{
	const struct maas_tokenizer *t = e->t;
	size_t from = 0, got = 0, k, parts = 0;
	int whole = t->incomplete, chars = (t->head.form & BPE_CHARS) != 0, fuses = (t->head.form & BPE_FUSE) != 0;
	int32_t id;

	if (t->whole && (id = maas_bpe_whole(t, (const char *)s, n)) >= 0) {
		to[0] = id;
		got = 1;
	} else {
		for (size_t i = 1; i <= n; i++) {
			/* Can a token hold both s[i - 1] and s[i]? */
			if (i < n && (whole || bpe_joint(t, s[i - 1], s[i]) || (chars && s[i] >> 6 == 2)))
				continue;
			if (stretch(e, s + from, i - from, room - from, to + got, &k) < 0)
				return -1;
			got += fuses && got ? fuse(e, to + got - 1, k) : k;
			from = i;
			parts++;
		}
	}
	if (n <= KEY && parts != 1)
		keep(e, key_of(s, n, room), to, got);
	*nto = got;
	return 0;
}

/* Append the ids of the piece s[from..to) of a text of n bytes.  There is room for them and VALUE more. */
static inline int
add(struct maas_encoder *e, const unsigned char *s, size_t from, size_t to, size_t n, struct maas_ids *ids)
{
	size_t len = to - from, got;

	if (__builtin_expect(len <= KEY, 1)) {
		const struct entry *x = find(e, key_of(s + from, len, n - from), ids->id + ids->n);

		if (__builtin_expect(x != NULL, 1)) {
			ids->n += count_of(x);
			return 0;
		}
	}
	if (piece(e, s + from, len, n - from, ids->id + ids->n, &got) < 0)
		return -1;
	ids->n += got;
	return 0;
}

/* Room for the ids of n bytes. */
static int
reserve(struct maas_ids *ids, size_t n)
{
	return ids->cap - ids->n >= n + VALUE ? 0 : maas_grow(&ids->id, ids->n, &ids->cap, n + VALUE, sizeof *ids->id);
}

/* Is there anything without a token, where that is no text? */
static int
check_gaps(const struct maas_tokenizer *t, const unsigned char *s, size_t n)
{
	size_t len = 1, m;
	int32_t id[4], cp;

	for (size_t i = 0; i < n; i += len) {
		cp = t->head.form & BPE_CHARS ? decode_at(s + i, n - i, &len) : s[i];
		m = maas_merge_symbols(t, s + i, len, id);
		for (size_t k = 0; k < m; k++)
			if (id[k] < 0)
				return cp >= 128 && len > 1
				    ? maas_fail(
					  "the character U+%04X is in no token, and there is no unknown token", cp)
				    : maas_fail("the byte 0x%02X is in no token, and there is no unknown token", s[i]);
	}
	return 0;
}

/* What the pattern parts. */
static int
plain(struct maas_encoder *e, const unsigned char *s, size_t n, struct maas_ids *ids)
{
	size_t *end = e->end, from = 0, many;
	struct bpe_pieces p;

	if (e->gaps && check_gaps(e->t, s, n) < 0)
		return -1;
	maas_pieces_begin(&p, e->t->head.pattern, s, n);
	while ((many = maas_pieces_next(&p, end)) > 0) {
		if (reserve(ids, end[many - 1] - from) < 0)
			return -1;
		for (size_t i = 0; i < many; from = end[i++])
			if (add(e, s, from, end[i], n, ids) < 0)
				return -1;
	}
	return 0;
}

/* Digits, or runs of them, are parted before the pattern sees the rest. */
static int
digits(struct maas_encoder *e, const unsigned char *s, size_t n, struct maas_ids *ids)
{
	size_t from = 0, i = 0, len = 1;

	while (i < n) {
		size_t start = i;

		while (i < n && class_of(decode_at(s + i, n - i, &len)) == MAAS_C_NUMBER) {
			i += len;
			if (e->t->head.form & BPE_DIGITS)
				break;
		}
		if (i == start) {
			i += len;
			continue;
		}
		if ((start > from && plain(e, s + from, start - from, ids) < 0) ||
		    plain(e, s + start, i - start, ids) < 0)
			return -1;
		from = i;
	}
	return from < n ? plain(e, s + from, n - from, ids) : 0;
}

/* A part of a normalised text without tokens to be cut out. */
static int
part(struct maas_encoder *e, const unsigned char *s, size_t n, enum where where, struct maas_ids *ids)
{
	uint32_t prefix = e->t->head.prefix;

	if (*s != ' ' && where != REST &&
	    (prefix == BPE_PREFIX_UNLESS || (prefix == BPE_PREFIX_FIRST && where == START))) {
		e->prefixed.n = 0;
		if (maas_buf_add(&e->prefixed, " ", 1) < 0 || maas_buf_add(&e->prefixed, s, n) < 0)
			return -1;
		s = (const unsigned char *)e->prefixed.s;
		n = e->prefixed.n;
	}
	if (e->t->head.form & (BPE_DIGITS | BPE_DIGIT_RUNS))
		return digits(e, s, n, ids);
	return plain(e, s, n, ids);
}

static int
to_cut(const struct maas_encoder *e, int32_t id)
{
	return e->parse_special || bpe_kind(e->t, id) == BPE_ADDED;
}

/* What an added token is in the text at hand; n 0: it is not looked for there. */
static struct maas_span
content(const struct maas_encoder *e, const struct cuts *c, size_t i)
{
	struct maas_span s = e->t->normal[i];

	if (!to_cut(e, e->t->added[i]) || (c == &e->normal) != (s.s != NULL))
		return (struct maas_span){ "", 0 };
	return s.s ? s : maas_token_bytes(e->t, e->t->added[i]);
}

static int
word_at(const unsigned char *s, size_t n)
{
	size_t len = 0;
	enum maas_class c = n ? class_of(decode_at(s, n, &len)) : MAAS_C_SPACE;

	return c == MAAS_C_LETTER || c == MAAS_C_NUMBER || c == MAAS_C_MARK || (n && *s == '_');
}

/* Where the character begins that ends at s[i]. */
static size_t
before(const unsigned char *s, size_t i)
{
	size_t from = i - 1, len;

	while (from > 0 && i - from < 4 && s[from] >> 6 == 2)
		from--;
	decode_at(s + from, i - from, &len);
	return from + len == i ? from : i - 1;
}

/* Is it the number-th added token that stands at s[i]?  Single words stand apart. */
static int
stands(const struct maas_encoder *e, struct maas_span c, size_t number, const unsigned char *s, size_t i, size_t n)
{
	if (c.n == 0 || c.n > n - i || memcmp(c.s, s + i, c.n) != 0)
		return 0;
	if (!(e->t->kind[e->t->added[number]] & BPE_SINGLE_WORD))
		return 1;
	return !(i && word_at(s + before(s, i), n)) && !word_at(s + i + c.n, n - i - c.n);
}

/* The longest token to be cut out that stands at s[i], its number among the added; SIZE_MAX for none. */
static size_t
cut_at(const struct maas_encoder *e, const struct cuts *c, const unsigned char *s, size_t i, size_t n)
{
	if (!c->first[s[i]])
		return SIZE_MAX;
	for (size_t k = 0; k < e->t->nadded; k++)
		if (stands(e, content(e, c, k), k, s, i, n))
			return k;
	return SIZE_MAX;
}

static int
is_space(const unsigned char *s, size_t n, size_t *len)
{
	return class_of(decode_at(s, n, len)) == MAAS_C_SPACE;
}

/* Cut tokens out, and do to the parts between them what is next. */
static int
cut_out(struct maas_encoder *e, const struct cuts *c, struct maas_span text, enum where where,
    int (*next)(struct maas_encoder *, const unsigned char *, size_t, enum where, struct maas_ids *),
    struct maas_ids *to)
{
	const unsigned char *s = (const unsigned char *)text.s;
	size_t from = 0, k, len;

	for (size_t i = 0; c->any && i < text.n;) {
		size_t start = i;
		unsigned how;

		if ((k = cut_at(e, c, s, i, text.n)) == SIZE_MAX) {
			i++;
			continue;
		}
		how = e->t->kind[e->t->added[k]];
		while (how & BPE_LSTRIP && start > from && is_space(s + before(s, start), text.n, &len))
			start = before(s, start);
		if ((start > from && next(e, s + from, start - from, from ? BEHIND : where, to) < 0) ||
		    reserve(to, 1) < 0)
			return -1;
		to->id[to->n++] = e->t->added[k];
		i += content(e, c, k).n;
		while (how & BPE_RSTRIP && i < text.n && is_space(s + i, text.n - i, &len))
			i += len;
		from = i;
	}
	return from < text.n ? next(e, s + from, text.n - from, from ? BEHIND : where, to) : 0;
}

/* Between tokens that are cut out of the text as it came. */
static int
segment(struct maas_encoder *e, const unsigned char *s, size_t n, enum where where, struct maas_ids *to)
{
	struct maas_span text = { (const char *)s, n };

	if (maas_bpe_normalizes(e->t)) {
		e->norm.n = 0;
		if (maas_bpe_normalize(e->t, text, where != REST, &e->norm) < 0)
			return -1;
		text = (struct maas_span){ e->norm.n ? e->norm.s : "", e->norm.n };
	}
	return cut_out(e, &e->normal, text, where, part, to);
}

static int
encode(struct maas_encoder *e, struct maas_span text, enum where where, struct maas_ids *to)
{
	size_t was = to->n;

	if (cut_out(e, &e->raw, text, where, segment, to) == 0)
		return 0;
	to->n = was;
	return -1;
}

int
maas_encode(struct maas_encoder *e, struct maas_span text, struct maas_ids *to)
{
	return encode(e, text, START, to);
}

int
maas_encode_rest(struct maas_encoder *e, struct maas_span text, struct maas_ids *to)
{
	return encode(e, text, REST, to);
}

/* Does a token to be cut out hold s[i - 1], and s[i] or what is done to white space behind it? */
static int
astride(const struct maas_encoder *e, const struct cuts *c, const unsigned char *s, size_t i, size_t n)
{
	size_t from = i < c->max ? 0 : i - c->max, k;

	for (size_t at = from; c->any && at < i; at++)
		if ((k = cut_at(e, c, s, at, n)) != SIZE_MAX && at + content(e, c, k).n >= i)
			return 1;
	return 0;
}

/*
 * In all patterns a piece ends between a letter or a number and an ASCII white space, whatever stands
 * around; in GPT-2's also between a symbol and one; and before a blank behind what is none, whatever
 * normalising makes of the text there.
 */
static int
parted(const struct maas_encoder *e, const unsigned char *s, size_t i, size_t n)
{
	const struct maas_tokenizer *t = e->t;
	size_t from = before(s, i), len;
	int32_t cp = decode_at(s + from, n - from, &len);
	enum maas_class c = from + len == i ? class_of(cp) : MAAS_C_OTHER; /* a stray byte of no character */

	if (s[i] >= 128 || maas_unicode_block[0][s[i]] != MAAS_C_SPACE || c == MAAS_C_SPACE || cp == 0x2581)
		return 0;
	if (t->head.pattern == BPE_WHOLE)
		return s[i] == ' ' && t->blank_parts && !t->whole;
	if (s[i] == ' ' || t->head.pattern == BPE_WORDS)
		return s[i] == ' ';
	return !maas_bpe_normalizes(t) && (c == MAAS_C_LETTER || c == MAAS_C_NUMBER || t->head.pattern == MAAS_GPT2);
}

/* Tokens to be cut out must be in sight. */
size_t
maas_encoder_cut(const struct maas_encoder *e, struct maas_span text)
{
	const unsigned char *s = (const unsigned char *)text.s;
	size_t longest = e->raw.max > e->normal.max ? e->raw.max : e->normal.max;
	size_t end = longest ? (text.n > longest ? text.n - longest + 1 : 0) : text.n;

	for (size_t i = end; !e->whole && i-- > 1;)
		if (parted(e, s, i, text.n) && !astride(e, &e->raw, s, i, text.n) &&
		    !astride(e, &e->normal, s, i, text.n))
			return i;
	return 0;
}

static void
note_cuts(struct maas_encoder *e, struct cuts *c)
{
	for (size_t i = 0; i < e->t->nadded; i++) {
		struct maas_span s = content(e, c, i);

		if (!s.n)
			continue;
		c->any = 1;
		c->first[(unsigned char)s.s[0]] = 1;
		c->max = s.n > c->max ? s.n : c->max;
		for (size_t k = 1; k < s.n && c == &e->normal && maas_bpe_normalizes(e->t); k++)
			e->whole |= (unsigned char)s.s[k] <= ' ';
	}
}

/* Has any text ids? */
static int
has_gaps(const struct maas_tokenizer *t)
{
	int gaps = t->incomplete;

	if (t->head.unk >= 0)
		return 0;
	for (int i = 0; t->head.form & BPE_CHARS && i < 256; i++)
		gaps |= t->byte[i] < 0;
	return gaps;
}

void
maas_encoder_forget(struct maas_encoder *e)
{
	for (size_t i = 0; i < e->kept && e->kept <= NOTED; i++)
		maas_wipe(&e->cache[e->noted[i]], sizeof *e->cache);
	if (e->kept > NOTED)
		maas_wipe(e->cache, LINES * sizeof *e->cache);
	e->kept = 0;
	maas_bpe_scratch_free(&e->scratch);
	maas_buf_wipe(&e->norm);
	maas_buf_wipe(&e->prefixed);
}

struct maas_encoder *
maas_encoder_new(const struct maas_tokenizer *t, int parse_special)
{
	struct maas_encoder *e = maas_alloc(1, sizeof *e);
	void *p;

	if (!e)
		return NULL;
	/* Mapped, so that a short run touches a few pages of it only, and a long one gets huge ones. */
	p = mmap(NULL, LINES * sizeof *e->cache, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (p == MAP_FAILED) {
		maas_fail_errno("a cache of %zu bytes", LINES * sizeof *e->cache);
		free(e);
		return NULL;
	}
	e->cache = p;
	e->t = t;
	e->parse_special = parse_special;
	e->gaps = has_gaps(t);
	note_cuts(e, &e->raw);
	note_cuts(e, &e->normal);
	return e;
}

void
maas_encoder_free(struct maas_encoder *e)
{
	if (!e)
		return;
	munmap(e->cache, LINES * sizeof *e->cache);
	maas_bpe_scratch_free(&e->scratch);
	maas_buf_free(&e->norm);
	maas_buf_free(&e->prefixed);
	free(e);
}

void
maas_ids_wipe(struct maas_ids *ids)
{
	maas_wipe(ids->id, ids->cap * sizeof *ids->id);
	ids->n = 0;
	if (ids->cap > KEEP)
		maas_ids_free(ids);
}

void
maas_ids_free(struct maas_ids *ids)
{
	free(ids->id);
	*ids = (struct maas_ids){ 0 };
}
