/*
 * text -- tokenisers and vectorisers.
 */
#ifndef MAAS_TEXT_H
#define MAAS_TEXT_H

#include "maas/base.h"

/* Unicode classes, from the committed tables of scripts/make-unicode. */
enum maas_class { MAAS_C_OTHER, MAAS_C_LETTER, MAAS_C_NUMBER, MAAS_C_SPACE, MAAS_C_MARK };
enum maas_class maas_unicode_class(int32_t cp);         /* a negative one (a bad byte) is OTHER */
int maas_unicode_cjk(int32_t cp);                       /* Han, kana or Hangul: scripts that part no words by blanks? */
int32_t maas_unicode_lower(int32_t cp);                 /* simple mapping */
extern const char maas_unicode_version[];

/*
 * A tokeniser: bytes to ids and back, for every byte string: BPE of bytes (Sennrich et al. 2016, Radford
 * et al. 2019), or of characters with bytes for what no token has (Kudo & Richardson 2018).  Const once
 * made, shared by threads; an encoder is one thread's cache and scratch.
 */
enum maas_pattern { MAAS_GPT2, MAAS_CL100K, MAAS_LLAMA3, MAAS_QWEN2, MAAS_O200K, MAAS_PATTERNS };
extern const char *const maas_pattern_names[];          /* NULL-terminated, as --pattern takes them */
struct maas_tokenizer;
struct maas_encoder;
/* tokenizer.json; a directory with it, with vocab.json + merges.txt or with tokenizer.model; a model file
 * that carries its tokeniser; what _compile wrote. */
struct maas_tokenizer *maas_tokenizer_load(const char *path) MAAS_USE;
/* As kept in a model: what _compile wrote, used in place.  data must outlive it.  Every byte string
 * is either a tokeniser or refused. */
struct maas_tokenizer *maas_tokenizer_open(struct maas_span data) MAAS_USE;
int maas_tokenizer_compile(const struct maas_tokenizer *, struct maas_buf *) MAAS_USE;
/* tokenizer.json; where path is a directory or ends in '/', what transformers reads there: vocab.json and
 * merges.txt where they can stand for it, else tokenizer.json, and tokenizer_config.json. */
int maas_tokenizer_save(const struct maas_tokenizer *, const char *path, int how) MAAS_USE;
/* Append tokenizer.json. */
int maas_tokenizer_print(const struct maas_tokenizer *, struct maas_buf *) MAAS_USE;
/* Each byte a token, after <|endoftext|>. */
struct maas_tokenizer *maas_tokenizer_bytes(void) MAAS_USE;
void maas_tokenizer_free(struct maas_tokenizer *);
size_t maas_tokenizer_size(const struct maas_tokenizer *);      /* ids are below it */
size_t maas_tokenizer_merges(const struct maas_tokenizer *);
/* How a text is parted: a name of maas_pattern_names, "none" or "words", with "digits" where those are parted
 * before. */
const char *maas_tokenizer_pattern(const struct maas_tokenizer *);
int maas_tokenizer_characters(const struct maas_tokenizer *);   /* symbols are characters, not bytes */
uint64_t maas_tokenizer_digest(const struct maas_tokenizer *);  /* equal for equal tokenisers, however stored */
/* What the file says is put around a text by those who feed models (encode never does). */
int maas_tokenizer_adds_bos(const struct maas_tokenizer *);
int maas_tokenizer_adds_eos(const struct maas_tokenizer *);
struct maas_span maas_token_bytes(const struct maas_tokenizer *, int32_t id);   /* n 0: no such id */
int maas_token_special(const struct maas_tokenizer *, int32_t id);
int32_t maas_token_find(const struct maas_tokenizer *, struct maas_span text);  /* a special token's id; -1 */
int32_t maas_token_eos(const struct maas_tokenizer *);          /* -1: none */
int32_t maas_token_bos(const struct maas_tokenizer *);
int32_t maas_token_unk(const struct maas_tokenizer *);
/* Append the token as its file spells it: a printable character for each byte, no blanks. */
int maas_token_spell(const struct maas_tokenizer *, int32_t id, struct maas_buf *) MAAS_USE;

/* With parse_special, special tokens in text become their ids; without, they are text like any other. */
struct maas_encoder *maas_encoder_new(const struct maas_tokenizer *, int parse_special) MAAS_USE;
void maas_encoder_free(struct maas_encoder *);
void maas_encoder_forget(struct maas_encoder *);        /* nothing is left of the texts it saw; the next is slower */
struct maas_ids {
	int32_t *id;
	size_t n, cap;
};
/* Append the ids of text.  Fails without memory, and where a byte is in no token and there is no
 * unknown token. */
int maas_encode(struct maas_encoder *, struct maas_span text, struct maas_ids *to) MAAS_USE;
/* The greatest n such that the ids of text[0..n) and, by _encode_rest, of what follows it are the ids of
 * the whole, whatever follows text; 0 where there is none. */
size_t maas_encoder_cut(const struct maas_encoder *, struct maas_span text);
int maas_encode_rest(struct maas_encoder *, struct maas_span text, struct maas_ids *to) MAAS_USE;
/* Append the bytes of ids.  An id that does not exist fails, naming it and its place (from 1). */
int maas_decode(const struct maas_tokenizer *, const int32_t *id, size_t n, int skip_special,
    struct maas_buf *to) MAAS_USE;
/* As that for a text whose ids come in parts: *begun is 0 before the first, and the caller keeps it. */
int maas_decode_next(const struct maas_tokenizer *, int *begun, const int32_t *id, size_t n, int skip_special,
    struct maas_buf *to) MAAS_USE;
void maas_ids_free(struct maas_ids *);
void maas_ids_wipe(struct maas_ids *);                  /* empties it, and leaves nothing of what it ever held */

/* Encoders of a team, for many texts or a long one: the same ids for any team. */
struct maas_encoders;
struct maas_encoders *maas_encoders_new(const struct maas_tokenizer *, int parse_special, struct maas_team *) MAAS_USE;
void maas_encoders_free(struct maas_encoders *);
/* Append the ids of each of n texts; those of text i end at to->id[end[i]].  Where one fails, *bad (may
 * be NULL) is the first that does. */
int maas_encoders_run(struct maas_encoders *, const struct maas_span *text, size_t n, struct maas_ids *to, size_t *end,
    size_t *bad) MAAS_USE;
/* A text that comes in parts: append the ids of as much of it as can be cut off, *used bytes; of all
 * of it where this is the last part. */
int maas_encoders_stream(struct maas_encoders *, struct maas_span text, int last, struct maas_ids *to,
    size_t *used) MAAS_USE;

/*
 * A lexicon: what the places of a text are made of, and the ids of that, learnt from texts.
 *
 *	word    runs of letters, digits and marks (an apostrophe between two of them is one), and each other character
 *	        that is no white space by itself
 *	char    characters, a run of white space as one blank
 *	cjk     as word, but that each character of Han, kana and Hangul is a place of its own: it and, where another
 *	        one follows, the pair of both.  Full-width forms are folded.
 *
 * Of texts whose words are tagged, a place is what stands between blanks and tabs.  A place has one id, or (cjk, tags)
 * all ids of what it is made of, at most maas_lexicon_most.  Id 0 is what is unknown; a pair that is, is left out.  Ids
 * from 1 on are terms in the order of their bytes.  A byte that is no UTF-8 counts as U+FFFD.  Const once made, shared
 * by threads.
 */
enum maas_analysis { MAAS_BY_AUTO, MAAS_BY_TOKEN, MAAS_BY_WORD, MAAS_BY_CHAR, MAAS_BY_CJK };
extern const char *const maas_analysis_names[];         /* NULL-terminated */
struct maas_lexicon_options {
	int analyzer;                   /* enum maas_analysis; no tokeniser's */
	int tagged;                     /* words are, see above */
	int lowercase;
	const char *min_df;             /* as of a vectoriser; of tags, sentences */
	long max_features;              /* 0: all */
};
struct maas_lexicon;
/* From texts, by the team (NULL: alone); the same for any.  AUTO: cjk where such characters are many, else word.  Fails
 * where no term is left. */
struct maas_lexicon *maas_lexicon_fit(const struct maas_lexicon_options *, const struct maas_span *text, size_t n,
    struct maas_team *) MAAS_USE;
/* As kept in a model: what _compile wrote.  data must outlive it.  Every byte string is a lexicon or refused. */
struct maas_lexicon *maas_lexicon_open(struct maas_span data) MAAS_USE;
int maas_lexicon_compile(const struct maas_lexicon *, struct maas_buf *) MAAS_USE;
void maas_lexicon_free(struct maas_lexicon *);
size_t maas_lexicon_size(const struct maas_lexicon *);          /* ids, that of the unknown included */
struct maas_span maas_lexicon_term(const struct maas_lexicon *, int32_t id);    /* n 0: there is none */
/* folded as texts are; 0: unknown; -1: no memory */
int32_t maas_lexicon_find(const struct maas_lexicon *, struct maas_span term);
int32_t maas_lexicon_is(const struct maas_lexicon *, struct maas_span term);    /* as it stands */
enum maas_analysis maas_lexicon_analyzer(const struct maas_lexicon *);
int maas_lexicon_tagged(const struct maas_lexicon *);
/* How many ids a place has at most, by such an analysis; 1: each has one, and there are no bags. */
size_t maas_lexicon_most(enum maas_analysis, int tagged);

/*
 * Word vectors of a file (gunzipped), those of a lexicon's terms: a line each, word and numbers parted by blanks, as
 * word2vec, fastText and GloVe write them; "N DIM" may be the first line.  A word counts as it is folded, but as it
 * stands before others that are folded to it; of several the first.  What is not asked for takes no memory.  A line of
 * another width, or with a number that is none, is refused by file and line.
 */
struct maas_vectors {
	size_t n, wide, lines;          /* terms found; numbers of each; vectors in the file */
	int32_t *id;                    /* [n] */
	float *row;                     /* [n][wide] */
};
struct maas_vectors *maas_vectors_load(const char *path, const struct maas_lexicon *) MAAS_USE;
void maas_vectors_free(struct maas_vectors *);

/*
 * Texts as sequences, for networks that read them in their order: a tokeniser's ids, with what its file puts around a
 * text; or the places of a lexicon.  Of a text that is longer than `longest` places the beginning is kept, with what is
 * put behind it.  A text without any is the end of text alone, or what is unknown.  A speller is one thread's.
 */
struct maas_spelling {
	const struct maas_tokenizer *tokenizer;         /* borrowed; NULL: by the lexicon */
	const struct maas_lexicon *lexicon;             /* borrowed */
	size_t longest;                 /* places; at least 1 */
	int words;                      /* texts are words, each of which is asked for: maas_speller_begin, _next */
};
struct maas_speller;
struct maas_speller *maas_speller_new(const struct maas_spelling *) MAAS_USE;
void maas_speller_free(struct maas_speller *);
void maas_speller_forget(struct maas_speller *);        /* nothing is left of the texts it saw */
struct maas_spelt_text {
	size_t n;                       /* places, one at least */
	const int32_t *id;
	/* [n + 1] place p is id[bag[p]] ... id[bag[p + 1]], from 0 on; NULL: is id[p] */
	const size_t *bag;
	int cut;                        /* they are the text's beginning alone */
};
/* A text, valid until the next call. */
int maas_speller_text(struct maas_speller *, struct maas_span, struct maas_spelt_text *) MAAS_USE;
/* What people would call the pieces of the text that was given last: words, where a script parts them, else ids: bytes
 * [start, end) of it, which places [from, to) stand for, with the blanks before them. */
struct maas_spelt {
	size_t start, end, from, to;
};
/*
 * Where each word of a text is asked for, words being what blanks and tabs part: sequences of `longest` places at most,
 * which share the words out among them.  All but the first begin with words that were shared out before, about half of
 * their places, for those behind to be seen beside.  By a lexicon a word is a place.  By a tokeniser it is encoded as
 * it would be within a text, has an id at least, and of one that is too long for a sequence the first ids; it is asked
 * for at its last, which has seen all of it.  What a tokeniser's file puts in front of a text is in front of each
 * sequence, nothing behind it.
 */
struct maas_spelt_words {
	struct maas_spelt_text text;
	const uint32_t *at;             /* [words] among its places */
	size_t words;
	/* [text.n] which word of the whole text, from 0, each place is of; UINT32_MAX: none */
	const uint32_t *whose;
};
int maas_speller_begin(struct maas_speller *, struct maas_span) MAAS_USE;
int maas_speller_next(struct maas_speller *, struct maas_spelt_words *) MAAS_USE;       /* 1, 0 behind the last, -1 */
int maas_speller_pieces(struct maas_speller *, struct maas_span, const struct maas_spelt **, size_t *n) MAAS_USE;

/*
 * Training by Hugging Face's BpeTrainer's rules: words are counted over texts; ids are the special
 * tokens in the order given, the 256 bytes in the order of the characters that spell them, then
 * merges, always of the most frequent pair, of several the one with the smaller (left, right) ids.
 * The result is the same for any team.
 */
struct maas_bpe;
struct maas_bpe *maas_bpe_new(enum maas_pattern, struct maas_team *) MAAS_USE;
/* Count the words of a text.  A text is cut behind each LF, and each piece counts by itself. */
int maas_bpe_add(struct maas_bpe *, struct maas_span text) MAAS_USE;
/* Merge until there are `vocab` ids or no pair is left that occurs min_frequency times (at least
 * once): maas_tokenizer_size tells which. */
struct maas_tokenizer *maas_bpe_train(struct maas_bpe *, size_t vocab, uint64_t min_frequency,
    const char *const *special, size_t nspecial) MAAS_USE;
void maas_bpe_free(struct maas_bpe *);

/*
 * A token file (maas-tokens(5)): ids with the digest and size of the tokeniser that made them.
 * Readers take nanoGPT's headless u16 and llm.c's shards too (digest 0: unknown).
 */
struct maas_tokens {
	struct maas_map map;
	const void *id;                 /* u16 or u32, little-endian */
	int width;                      /* 2 or 4 */
	size_t n;
	uint64_t digest;
	size_t vocab;                   /* 0: unknown */
};
int maas_tokens_open(struct maas_tokens *, const char *path) MAAS_USE;
/* Of bytes in memory that begin as a token file does; they must outlive it.  No _close. */
int maas_tokens_parse(struct maas_tokens *, struct maas_span) MAAS_USE;
int maas_tokens_is(struct maas_span head);      /* do these bytes (16 or more) begin a token file of ours or llm.c's? */
void maas_tokens_close(struct maas_tokens *);
int32_t maas_tokens_at(const struct maas_tokens *, size_t i);
/* Every id below vocab, or a reason that names the first that is not. */
int maas_tokens_check(const struct maas_tokens *, size_t vocab) MAAS_USE;

/* Writing one as a stream: the size goes behind the ids, so that a pipe gets the bytes a file gets. */
struct maas_tokens_out {
	FILE *to;
	int width;
	uint64_t n;
};
int maas_tokens_begin(struct maas_tokens_out *, FILE *to, const struct maas_tokenizer *) MAAS_USE;
int maas_tokens_put(struct maas_tokens_out *, const int32_t *id, size_t n) MAAS_USE;
int maas_tokens_end(struct maas_tokens_out *) MAAS_USE;

/*
 * A vectoriser: texts to sparse rows of features, meaning what scikit-learn's CountVectorizer and
 * TfidfVectorizer mean.  Feature i is the i-th of the vocabulary in the order of code points; with
 * `hash` there is no vocabulary, and a term is counted for the feature that the highest bits of its
 * maas_hash (seed 0) number, without a sign.  A byte that is no UTF-8 counts as U+FFFD.  Const once
 * made, shared by threads; a maas_vectorize is one thread's scratch.
 */
struct maas_vectorizer_options {
	int analyzer;                   /* word, char, char_wb, cjk */
	const char *ngrams;             /* "1", "1-2" */
	const char *min_df, *max_df;    /* "2" rows, "0.5" of the rows: a point makes it a fraction */
	long max_features;              /* 0: all */
	const char *stop_words;         /* "english", a file of words, or words parted by commas; NULL: none */
	const char *token_pattern;
	long hash;                      /* bits: 2^bits features without a vocabulary; 0: with one */
	int lowercase, strip_accents, binary, tfidf, sublinear_tf, smooth_idf, norm;
};
extern const struct maas_field maas_vectorizer_fields[];        /* a part for a driver */
struct maas_vectorizer;
struct maas_csr;
/* From texts, by the team (NULL: alone); the same for any.  x, where given, is filled with their rows
 * (maas_csr_free).  Fails where no feature is left. */
struct maas_vectorizer *maas_vectorizer_fit(const struct maas_vectorizer_options *, const struct maas_span *text,
    size_t n, struct maas_team *, struct maas_csr *x) MAAS_USE;
/* As kept in a model: what _compile wrote.  data must outlive it.  Nothing is parsed: what is looked up is checked. */
struct maas_vectorizer *maas_vectorizer_open(struct maas_span data) MAAS_USE;
int maas_vectorizer_compile(const struct maas_vectorizer *, struct maas_buf *) MAAS_USE;
void maas_vectorizer_free(struct maas_vectorizer *);
size_t maas_vectorizer_size(const struct maas_vectorizer *);                    /* features */
struct maas_span maas_vectorizer_feature(const struct maas_vectorizer *, size_t i);     /* n 0: hashed */
/* appended; hashed: "#7" */
int maas_vectorizer_name(const struct maas_vectorizer *, size_t i, struct maas_buf *) MAAS_USE;
int maas_vectorizer_hashed(const struct maas_vectorizer *);
int64_t maas_vectorizer_find(const struct maas_vectorizer *, struct maas_span feature);        /* -1: none */
double maas_vectorizer_idf(const struct maas_vectorizer *, size_t i);           /* 1 where there is none */
/* Its settings as options would say them: "analyzer word\nngrams 1-2\n...". */
int maas_vectorizer_print(const struct maas_vectorizer *, struct maas_buf *) MAAS_USE;

/* The share of Han, kana and Hangul among the characters of n texts: what the analyzer word cannot part. */
double maas_cjk_share(const struct maas_span *text, size_t n);

struct maas_vectorize;
struct maas_vectorize *maas_vectorize_new(const struct maas_vectorizer *) MAAS_USE;
void maas_vectorize_free(struct maas_vectorize *);
void maas_vectorize_forget(struct maas_vectorize *);    /* nothing is left of the texts it saw */
/* The row of a text, its columns ascending: n of them at col and val, valid until the next call. */
int maas_vectorize_text(struct maas_vectorize *, struct maas_span text, const uint32_t **col, const double **val,
    size_t *n) MAAS_USE;
/* How many terms the last text had, and how many of them are no feature (hashed, every one is). */
void maas_vectorize_seen(const struct maas_vectorize *, size_t *terms, size_t *unknown);
/* Where features stand in a text, in the order of the text: bytes [start,end) of it, and what was made of them. */
struct maas_place {
	uint32_t feature;
	size_t start, end;
	struct maas_span term;          /* valid until the next call */
};
int maas_vectorize_places(struct maas_vectorize *, struct maas_span text, const struct maas_place **,
    size_t *n) MAAS_USE;

#endif
