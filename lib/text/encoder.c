/*
 * encoder -- text to ids: pieces by the pattern, and each piece's ids out of a cache or merged anew.
 *
 * Most pieces are words that came before.  The cache maps up to 15 bytes to up to 4 ids; two entries
 * share a line of 64 bytes, and the older of them makes room.  A piece that is not in it is parted
 * where no merge can join two bytes: in the scripts a tokeniser hardly knows that is at every
 * character, and characters repeat though phrases do not.
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

struct maas_encoder {
	const struct maas_tokenizer *t;
	int parse_special;
	struct line *cache;
	uint32_t noted[NOTED];
	size_t kept; /* pieces since nothing was kept */
	size_t end[PIECES];
	struct bpe_scratch scratch;
	int cuts;                     /* are there added tokens to be cut out? */
	unsigned char cut_first[256]; /* what they begin with */
	size_t cut_max;               /* bytes of the longest */
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

	if (n == 1) {
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

/* A piece that the cache does not hold. */
static int
piece(struct maas_encoder *e, const unsigned char *s, size_t n, size_t room, int32_t *to, size_t *nto)
{
	size_t from = 0, got = 0, k, parts = 0;
	int32_t whole;

	if (e->t->whole && (whole = maas_bpe_whole(e->t, (const char *)s, n)) >= 0) {
		to[0] = whole;
		got = 1;
	} else {
		for (size_t i = 1; i <= n; i++) {
			if (i < n && (e->t->incomplete || bpe_joint(e->t, s[i - 1], s[i])))
				continue;
			if (stretch(e, s + from, i - from, room - from, to + got, &k) < 0)
				return -1;
			got += k;
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

/* A text without tokens to be cut out. */
static int
plain(struct maas_encoder *e, const unsigned char *s, size_t n, struct maas_ids *ids)
{
	size_t *end = e->end, from = 0, many;
	struct bpe_pieces p;

	if (e->t->incomplete && e->t->head.unk < 0)
		for (size_t i = 0; i < n; i++)
			if (e->t->byte[s[i]] < 0)
				return maas_fail("the byte 0x%02X is in no token, and there is no unknown token", s[i]);
	maas_pieces_begin(&p, (enum maas_pattern)e->t->head.pattern, s, n);
	while ((many = maas_pieces_next(&p, end)) > 0) {
		if (reserve(ids, end[many - 1] - from) < 0)
			return -1;
		for (size_t i = 0; i < many; from = end[i++])
			if (add(e, s, from, end[i], n, ids) < 0)
				return -1;
	}
	return 0;
}

static int
to_cut(const struct maas_encoder *e, int32_t id)
{
	return e->parse_special || e->t->kind[id] == BPE_ADDED;
}

/* The longest token to be cut out that stands at s[0..n), -1 for none. */
static int32_t
cut_at(const struct maas_encoder *e, const unsigned char *s, size_t n)
{
	if (!e->cut_first[*s])
		return -1;
	for (size_t i = 0; i < e->t->nadded; i++) {
		struct maas_span c = maas_token_bytes(e->t, e->t->added[i]);

		if (c.n <= n && to_cut(e, e->t->added[i]) && !memcmp(c.s, s, c.n))
			return e->t->added[i];
	}
	return -1;
}

int
maas_encode(struct maas_encoder *e, struct maas_span text, struct maas_ids *to)
{
	const unsigned char *s = (const unsigned char *)text.s;
	size_t from = 0, was = to->n;
	int32_t id;

	for (size_t i = 0; e->cuts && i < text.n;) {
		if ((id = cut_at(e, s + i, text.n - i)) < 0) {
			i++;
			continue;
		}
		if ((i > from && plain(e, s + from, i - from, to) < 0) || reserve(to, 1) < 0)
			goto fail;
		to->id[to->n++] = id;
		from = i += maas_token_bytes(e->t, id).n;
	}
	if (from == text.n || plain(e, s + from, text.n - from, to) == 0)
		return 0;
fail:
	to->n = was;
	return -1;
}

/* Does a token to be cut out hold both s[i - 1] and s[i]? */
static int
astride(const struct maas_encoder *e, const unsigned char *s, size_t i, size_t n)
{
	size_t from = i < e->cut_max ? 0 : i + 1 - e->cut_max;
	int32_t id;

	for (size_t k = from; e->cuts && k < i; k++)
		if ((id = cut_at(e, s + k, n - k)) >= 0 && k + maas_token_bytes(e->t, id).n > i)
			return 1;
	return 0;
}

/*
 * In all patterns a piece ends between a letter or a number and an ASCII white space, whatever
 * stands around; in GPT-2's also between a symbol and one.  Tokens to be cut out must be in sight.
 */
size_t
maas_encoder_cut(const struct maas_encoder *e, struct maas_span text)
{
	const unsigned char *s = (const unsigned char *)text.s;
	size_t end = e->cuts ? (text.n > e->cut_max ? text.n - e->cut_max + 1 : 0) : text.n;

	for (size_t i = end; i-- > 1;) {
		enum maas_class c;
		size_t from, len;

		if (s[i] >= 128 || maas_unicode_block[0][s[i]] != MAAS_C_SPACE)
			continue;
		for (from = i - 1; from > 0 && i - from < 4 && s[from] >> 6 == 2;)
			from--;
		c = class_of(decode_at(s + from, text.n - from, &len));
		if (from + len != i) /* a stray byte of no character */
			c = MAAS_C_OTHER;
		if (c == MAAS_C_LETTER || c == MAAS_C_NUMBER || (c != MAAS_C_SPACE && e->t->head.pattern == MAAS_GPT2))
			if (!astride(e, s, i, text.n))
				return i;
	}
	return 0;
}

static void
note_cuts(struct maas_encoder *e)
{
	for (size_t i = 0; i < e->t->nadded; i++) {
		struct maas_span c = maas_token_bytes(e->t, e->t->added[i]);

		if (!to_cut(e, e->t->added[i]))
			continue;
		e->cuts = 1;
		e->cut_first[(unsigned char)c.s[0]] = 1;
		e->cut_max = c.n > e->cut_max ? c.n : e->cut_max;
	}
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
	note_cuts(e);
	return e;
}

void
maas_encoder_free(struct maas_encoder *e)
{
	if (!e)
		return;
	munmap(e->cache, LINES * sizeof *e->cache);
	maas_bpe_scratch_free(&e->scratch);
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
