/*
 * bpe.h -- what the files of BPE share: the compiled form, the pair table, scanners.
 *
 * A tokeniser is its compiled form (little-endian, every part 4-aligned) and tables made from it:
 *
 *	struct bpe_head
 *	uint32_t at[vocab + 1]          where each token's bytes begin
 *	struct bpe_merge merge[merges]  in the order of rank
 *	uint8_t kind[vocab]             enum bpe_kind and how an added token is found, zeros up to 4
 *	char bytes[at[vocab]]           zeros up to 4
 *
 * Symbols are bytes (byte-level BPE), or characters, as in models of SentencePiece: then tokens stand
 * here as the text they mean, with blanks where their spelling has U+2581, and a byte's token (<0x0A>)
 * is that byte.
 */
#ifndef BPE_H
#define BPE_H

#include "maas/text.h"

#define BPE_MAGIC    "maas.bpe"
#define BPE_VERSION  1
#define BPE_LIMIT    (1u << 22)         /* of ids and of merges */
#define BPE_NONE     UINT32_MAX
#define BPE_BLANK    "\xE2\x96\x81"    /* how models of characters spell a blank: U+2581 */

enum bpe_kind { BPE_HOLE, BPE_NORMAL, BPE_ADDED, BPE_SPECIAL, BPE_BYTE };
#define BPE_KIND 7
/* How an added or special token is found: white space on its left and right goes with it; not within a
 * word; in the text as normalised, by its content as normalised, or (bare) as it stands. */
enum { BPE_LSTRIP = 8, BPE_RSTRIP = 16, BPE_SINGLE_WORD = 32, BPE_NORMALIZED = 64, BPE_BARE = 128 };
enum { BPE_IGNORE_MERGES = 1, BPE_ADDS_BOS = 2, BPE_ADDS_EOS = 4, BPE_FLAGS = 7 };
enum bpe_form {
	BPE_CHARS = 1,                  /* symbols are characters; U+2581 in a text is a blank */
	BPE_FALLBACK = 2,               /* a character without a token becomes the tokens of its bytes */
	BPE_FUSE = 4,                   /* unknown characters side by side are one unknown token */
	BPE_DIGITS = 8,                 /* each digit is a piece, */
	BPE_DIGIT_RUNS = 16,            /* or each run of them, before the pattern sees the rest */
	BPE_SQUEEZE = 32,               /* no blanks at the ends of a text, one between words */
	BPE_STRIP = 64,                 /* decoding: without a blank at the beginning of a text (with
	                                 * BPE_SQUEEZE, of each token up to the first that is more than one), */
	BPE_STRIP_TOKEN = 128,          /* or without all blanks of its first token */
	BPE_NFC = 256, BPE_NFD = 512, BPE_NFKC = 1024, BPE_NFKD = 2048,
	BPE_LOWER = 4096,
	BPE_FORMS = 8191
};
#define BPE_NORMAL_FORMS (BPE_NFC | BPE_NFD | BPE_NFKC | BPE_NFKD)
/* A blank before the text and before what stands between added tokens; before each of these that does not
 * begin with one; before the text, if that does not. */
enum bpe_prefix { BPE_NO_PREFIX, BPE_PREFIX, BPE_PREFIX_UNLESS, BPE_PREFIX_FIRST, BPE_PREFIXES };
/* Patterns beyond those a user names, far from theirs, which files keep: the whole text is a piece; a piece begins at
 * each blank. */
enum { BPE_WHOLE = 32, BPE_WORDS };

struct bpe_head {
	char magic[8];
	uint32_t version, pattern, flags, vocab, merges;
	int32_t bos, eos, unk;
	uint32_t form, prefix;
	uint32_t zero[4];
};

struct bpe_merge {
	uint32_t a, b;
	uint32_t id;                    /* and BPE_TIE: of the same rank as the merge before */
};
#define BPE_TIE 0x80000000u

struct bpe_pair {
	uint32_t a, b, rank, id;        /* a BPE_NONE: an empty slot */
};

struct maas_tokenizer {
	void *own;                      /* the compiled form where it is ours; else NULL */
	struct maas_span data;
	struct bpe_head head;
	const uint32_t *at;
	const struct bpe_merge *merge;
	const uint8_t *kind;
	const char *bytes;
	struct bpe_pair *pair;          /* open addressing over (a, b) */
	int pair_shift;                 /* 64 - log2 of its size */
	uint32_t *first;                /* [65536] rank of the pair of two bytes */
	uint64_t joint[256][4];         /* can a merge bring these two bytes together? */
	int32_t byte[256];              /* id of a byte; -1: none */
	int incomplete;                 /* symbols are bytes, and some byte has none */
	int slow_first;                 /* symbols of a piece are not just its bytes' tokens: first does not count */
	int ordered;                    /* no merge makes a part of an earlier one: ranks only rise */
	int ties;                       /* some merges are of the same rank */
	int blank_parts;                /* nothing reaches from another character over to a blank */
	int32_t ascii[128];             /* symbols that are characters: id of each, -1: none */
	struct bpe_char *chars;         /* the others: open addressing */
	size_t chars_mask;
	uint32_t *whole;                /* open addressing over bytes, with ignore_merges; id + 1 */
	size_t whole_mask;
	int32_t *added;                 /* ids of added and special tokens, longest first */
	size_t nadded;
	struct maas_span *normal;       /* of these, as they stand in a normalised text; s NULL: found in any */
	struct maas_buf normal_text;
	uint64_t digest;
};
struct bpe_char {
	int32_t cp, id;                 /* id 0 with cp 0: an empty slot */
};

static inline enum bpe_kind
bpe_kind(const struct maas_tokenizer *t, int32_t id)
{
	return (enum bpe_kind)(t->kind[id] & BPE_KIND);
}

static inline int
bpe_is_added(const struct maas_tokenizer *t, int32_t id)
{
	return bpe_kind(t, id) == BPE_ADDED || bpe_kind(t, id) == BPE_SPECIAL;
}

static inline uint32_t
bpe_made(const struct bpe_merge *m)
{
	return m->id & ~BPE_TIE;
}

/* The token of a character; -1. */
int32_t maas_bpe_char(const struct maas_tokenizer *, int32_t cp);
/* What a text becomes before it is parted; `begins`: it is no continuation.  Appended. */
int maas_bpe_normalize(const struct maas_tokenizer *, struct maas_span text, int begins, struct maas_buf *) MAAS_USE;
/* Does a text change there at all? */
int maas_bpe_normalizes(const struct maas_tokenizer *);

/* The rank of the merge of a and b, and what it makes; BPE_NONE: there is none. */
static inline uint32_t
bpe_rank(const struct maas_tokenizer *t, uint32_t a, uint32_t b, uint32_t *id)
{
	uint64_t key = (uint64_t)a << 32 | b;
	size_t mask = ((size_t)1 << (64 - t->pair_shift)) - 1;
	size_t i = (size_t)((key * 0x9E3779B97F4A7C15u) >> t->pair_shift);

	for (;; i = (i + 1) & mask) {
		const struct bpe_pair *p = &t->pair[i];

		if (p->a == a && p->b == b) {
			*id = p->id;
			return p->rank;
		}
		if (p->a == BPE_NONE)
			return BPE_NONE;
	}
}

static inline int
bpe_joint(const struct maas_tokenizer *t, unsigned char x, unsigned char y)
{
	return t->joint[x][y >> 6] >> (y & 63) & 1;
}

/* The token that is this text whole, of those merges can make or the vocabulary holds; -1. */
int32_t maas_bpe_whole(const struct maas_tokenizer *, const char *s, size_t n);

/*
 * Building: tokens and merges in any order, then the compiled form, opened.
 */
struct bpe_token {
	uint32_t id;
	unsigned kind;                  /* and how it is found */
	size_t at, n;                   /* its bytes in the builder's text */
};
struct bpe_build {
	struct bpe_head head;           /* pattern, flags, bos, eos, unk are the caller's to set */
	struct maas_buf text;
	struct bpe_token *token;
	size_t ntoken, token_cap;
	struct bpe_merge *merge;
	size_t nmerge, merge_cap;
};
void maas_bpe_build_init(struct bpe_build *);
int maas_bpe_build_token(struct bpe_build *, int64_t id, unsigned kind, struct maas_span bytes) MAAS_USE;
int maas_bpe_build_merge(struct bpe_build *, uint32_t a, uint32_t b, uint32_t id) MAAS_USE;
/* The id of an added token by its content; -1. */
int32_t maas_bpe_build_find(const struct bpe_build *, struct maas_span content);
/* bos and eos by the names in use, where nothing has named them. */
void maas_bpe_build_guess(struct bpe_build *);
/* A tokeniser that owns its compiled form. */
struct maas_tokenizer *maas_bpe_build_finish(struct bpe_build *) MAAS_USE;
void maas_bpe_build_free(struct bpe_build *);

/* The character that spells a byte in vocab.json (Radford et al. 2019), and back: -1 for none. */
uint32_t maas_byte_char(unsigned char);
int maas_char_byte(int32_t cp);
/* As maas_token_spell, with every character as its file has it. */
int maas_bpe_spell(const struct maas_tokenizer *, int32_t id, struct maas_buf *) MAAS_USE;

/* Where the piece that begins at s[i] ends; s[0..n) is a whole text, i < n. */
typedef size_t maas_piece_end(const unsigned char *s, size_t i, size_t n);
extern maas_piece_end *const maas_piece_ends[];         /* by pattern */
size_t maas_contraction(const unsigned char *s, size_t left);   /* length of one in lower case; 0: none */

/*
 * Piece beginnings of GPT-2's pattern, 56 places at a time.  A window is 64 bytes of text; bit k of
 * its mask, 4 <= k < 60, says that a piece begins at s[k].  Windows follow each other by 56 bytes.
 */
#define WINDOW      64
#define WINDOW_STEP 56
#define WINDOW_EDGE 4
#define WINDOW_MASK 0x0FFFFFFFFFFFFFF0u
struct window {
	uint64_t letter, number, space;         /* classes; what is in none is other */
	uint64_t blank, quote, high;            /* ' ', an apostrophe, 128 and up */
};
struct starts {
	void (*look)(struct window *, const unsigned char *s);
	/* Masks of up to n windows; how many were done: it stops before one that holds a byte of 128 or more. */
	size_t (*run)(uint64_t *mask, const unsigned char *s, size_t n);
};
const struct starts *maas_starts_of(enum maas_isa);
/* The mask of any window of a text, s[at..at + 64), at may be negative and reach past n: 0, or -1 where
 * it holds white space that is not ASCII, which maas_piece_ends must sort out. */
int maas_starts_wide(const struct starts *, uint64_t *mask, const unsigned char *s, ptrdiff_t at, size_t n);

/* The pieces of a text, one after the other; several at a time, by windows where the pattern has them. */
#define WINDOWS 16                      /* looked at in one go */
#define PIECES  (WINDOWS * WINDOW_STEP + WINDOW)
struct bpe_pieces {
	const unsigned char *s;
	size_t n;
	size_t at;                      /* where the next piece begins */
	ptrdiff_t w;                    /* where the next window begins */
	const struct starts *starts;    /* NULL: not for this pattern */
	maas_piece_end *end;
};
void maas_pieces_begin(struct bpe_pieces *, unsigned pattern, const unsigned char *s, size_t n);
/* The ends of the next pieces, at most PIECES; 0 at the end. */
size_t maas_pieces_next(struct bpe_pieces *, size_t *end);

/* Merging one piece; scratch of it. */
struct bpe_scratch {
	uint32_t *node;                 /* 5 arrays of cap places: id, prev, next, and a list of a rank's places */
	size_t cap;
	uint32_t *head, *tail;          /* of the list of each rank */
	uint64_t *busy, *busier;        /* bits: rank has places; word of busy is not 0 */
	uint32_t *sort;
	size_t sort_cap;
	uint64_t *heap;
	size_t heap_cap;
};
/* The ids of a piece before any merge; to has n places.  Returns how many. */
size_t maas_merge_symbols(const struct maas_tokenizer *, const unsigned char *s, size_t n, int32_t *to);
/* The ids of a piece of 1 to BPE_SHORT bytes; to has n places.  Returns how many. */
#define BPE_SHORT 96
size_t maas_merge_short(const struct maas_tokenizer *, const unsigned char *s, size_t n, int32_t *to);
/* Of a longer one. */
int maas_merge_long(const struct maas_tokenizer *, struct bpe_scratch *, const unsigned char *s, size_t n, int32_t *to,
    size_t *nto) MAAS_USE;
void maas_bpe_scratch_free(struct bpe_scratch *);

#endif
