/*
 * table -- rows of data: files of many formats in, records out, and what their columns
 * are to a model.
 *
 * Three things, each on the one before:
 *	table    operands, formats, headers: one record after the other, as it came
 *	columns  what each column is (label, text, number, category, id, dropped), and how its cells
 *	         become features: found once, kept in the model as the part "columns"
 *	reader   records of a table, or single ones, as rows: label, text, numbers, words
 *
 * Training:
 *	t = maas_table_open(&options, NULL, operand, n, MAAS_AGAIN);
 *	c = maas_columns_fit(t, &options, 0);
 *	r = maas_reader_new(c, t);
 *	while ((rc = maas_reader_next(r, &row)) > 0)
 *		if (row.bad) ... else use row.label, row.text, row.x
 *
 * Later: c = maas_columns_open(maas_model_part(m, "columns")); then the same, with c given
 * to maas_table_open, so that the model's format, header and delimiter are the defaults.
 */
#ifndef MAAS_TABLE_H
#define MAAS_TABLE_H

#include "maas/base.h"
#include "maas/fmt.h"
#include "maas/media.h"

/*
 * What a user can say about data; maas_table_fields serves as a part of a command's
 * options.  COL is a name, or a number from 1; lists of COL are parted by commas (a name that
 * holds one is put in double quotes).  NULL: not said.
 */
enum maas_header { MAAS_HEADER_AUTO, MAAS_HEADER_YES, MAAS_HEADER_NO };
struct maas_table_options {
	int format;                     /* 0: by first bytes and suffix, else 1 + index in maas_formats */
	int header;                     /* enum maas_header */
	const char *delimiter;          /* one byte, or "tab" */
	const char *encoding;           /* iconv's name */
	const char *rows;               /* "A-B", from 1, either end open, over all operands */
	const char *label;              /* COL; "" for none */
	const char *text;               /* COL,...: joined by a space */
	const char *features, *drop;    /* COL,...; features: all others are dropped */
	const char *id;                 /* COL, handed through */
	/* COL,... of paths to files, seen from the folder that the table's file is in */
	const char *picture, *sound;
	const char *labels;             /* file with a label a record: IDX, npy or lines */
	const char *label_from;         /* POSIX extended expression: group 1 in a file's base name labels its rows */
	const struct maas_media_options *media; /* of pictures and sounds, where no model knows it; NULL: by default */
};
extern const struct maas_field maas_table_fields[];

/*
 * Format: an entry of formats.def.  Text formats are lines (records of CSV may hold quoted
 * newlines); the others are rows of numbers.
 */
struct maas_table;
struct maas_record;
struct maas_format {
	const char *name;               /* as --format knows it */
	const char *suffix;             /* ".svm .libsvm"; without .gz */
	int (*is)(struct maas_span first);      /* do the first bytes say so?  NULL: cannot be told */
	int text;                       /* a record is text, and has a raw form */
	int cells;                      /* a record is cells under columns (delimited text, JSON) */
	int delimited;                  /* a delimiter parts the cells of a line, which may be names in the first */
	char quote;                     /* in two of which such a cell may hold delimiters and newlines; 0: none */
	/* Binary formats: read the header; 0 or -1. */
	int (*open)(struct maas_table *);
	/* The next record of the input at hand: 1, 0 at its end, -1; what is wrong with one record alone
	 * goes to record->bad. */
	int (*next)(struct maas_table *, struct maas_record *);
};
#define FORMAT(name) extern const struct maas_format maas_format_##name;
#include "maas/formats.def"
#undef FORMAT
extern const struct maas_format *const maas_formats[];          /* NULL-terminated */

/* One record as it came; all of it valid until the next is asked for. */
struct maas_record {
	const char *name;               /* of its input: the path, or "<stdin>" */
	size_t line;                    /* its first line there, from 1; npy and IDX: its row, from 1 */
	size_t number;                  /* among the records of all inputs, from 0 */
	/* text formats: the record without its line end; a picture or sound: its path, on one line */
	struct maas_span raw;
	int empty;                      /* nothing in it (bad is set too) */
	const char *bad;                /* NULL, or why it cannot be read: "x.csv:7: field 2: ..." */
	size_t n;                       /* fields */
	const struct maas_span *cell;   /* formats with cells: unquoted text; s NULL: JSON null */
	const struct maas_span *key;    /* JSON lines: their names */
	/* [n] the number that a cell is; NaN: none that is finite; NULL: not looked at */
	const double *value;
	const double *num;              /* npy, IDX, libsvm, pictures, sounds: n numbers */
	const unsigned char *byte;      /* IDX of bytes, pictures: the same as they are; else NULL */
	const uint32_t *index;          /* libsvm: of num, from 0, ascending */
	const struct maas_sound *sound; /* sounds: what num was heard of */
	struct maas_span label;         /* libsvm, fasttext, --labels; s NULL: none */
	struct maas_span tags;          /* CoNLL: a tag a token, parted by blanks, as the tokens are; s NULL: none */
};

enum {
	MAAS_AGAIN = 1,                 /* will be rewound: pipes are spooled to $TMPDIR (files always can be) */
	MAAS_LIVE  = 2,                 /* --line-buffered: nothing is looked at before it is needed */
	MAAS_DIGEST = 4,                /* maas_table_sha256 will be asked for */
	MAAS_WIDTH = 8                  /* will be rewound where it is libsvm, whose width the last row may tell */
};
struct maas_columns;
/*
 * Open operands (files, "-"; n 0: standard input) as one table.  A directory stands for the pictures and sounds in it
 * and below, in the order of their names' bytes; those below one of its directories have its name for a label.
 * columns: what the model remembers, NULL when there is none yet.  Options and columns are borrowed.
 */
struct maas_table *maas_table_open(const struct maas_table_options *, const struct maas_columns *,
    char *const *operand, int n, unsigned flags) MAAS_USE;
/* The same of text in memory (borrowed), called `name` in messages. */
struct maas_table *maas_table_open_text(const struct maas_table_options *, const struct maas_columns *,
    const char *name, struct maas_span) MAAS_USE;
/*
 * From here on the team (borrowed; NULL: the caller alone) reads ahead of who asks for records, where it can: CSV and
 * TSV, but for MAAS_LIVE.  Nobody in one of the team's tasks may then ask for any.
 */
int maas_table_team(struct maas_table *, struct maas_team *) MAAS_USE;
/* The next record, header lines left out.  1, 0 at the end, -1 where reading itself fails. */
int maas_table_next(struct maas_table *, struct maas_record *) MAAS_USE;
/*
 * Rows of numbers many at a time, for who adds them up, instead of a reader's rows one by one: 1, `most` of them, fewer
 * at an end, none while they are waited for; 0: the next row is to be asked of the reader; -1.  Whoever gets them does
 * what is `beside`, or leaves it to the next call of this, while they are used: until that call they stand.
 */
struct maas_lot {
	const void *x;                  /* [rows, columns->numbers], finite, at any address */
	enum maas_dtype type;           /* F64, F32 or U8 */
	size_t rows;
	struct maas_beside beside;
};
int maas_table_lot(struct maas_table *, const struct maas_columns *, size_t most, struct maas_lot *) MAAS_USE;
/* A copy of standard input ("-") or a pipe that can be read again: a descriptor of a file in $TMPDIR, deleted at
 * once. */
int maas_table_spool(const char *path) MAAS_USE;
int maas_table_rewind(struct maas_table *) MAAS_USE;            /* to the first record; wants MAAS_AGAIN */
int maas_table_again(const struct maas_table *);                /* can it be rewound?  Files always can be */
/*
 * When all was read: the SHA-256 of the operands' bytes, gunzipped, one after the other, then of those of --labels; of
 * a pipe as they went by.  "": there is none, of a directory say.
 */
int maas_table_sha256(struct maas_table *, char hex[65]) MAAS_USE;
const struct maas_format *maas_table_format(const struct maas_table *);         /* of the input at hand */
/* Of what a model with these columns takes a file for a row. */
enum maas_medium maas_columns_medium(const struct maas_columns *);
char maas_table_delimiter(const struct maas_table *);
int maas_table_named(const struct maas_table *);                /* its columns have names: a header, or keys */
/* names in its first line; 0: none */
size_t maas_table_head(const struct maas_table *, const struct maas_span **name);
void maas_table_close(struct maas_table *);

/* Is a cell a gap: empty, NA, N/A, NaN, null or ? (case does not matter)? */
int maas_is_gap(struct maas_span);
/* A cell as a number, spaces around it allowed, correctly rounded: 0, -1 where it is none. */
int maas_number(struct maas_span, double *) MAAS_USE;
/* "a,\"b,c\",3" as a list of texts in the arena: 0 or -1. */
int maas_list_parse(struct maas_arena *, const char *, struct maas_span **item, size_t *n) MAAS_USE;

/*
 * Columns: what each is, found by a fit; and what the training rows taught about them (gaps, values of
 * categories, scales), by maas_columns_learn.  Const from then on, shared by threads.
 *
 * A row as read has `numbers` numbers (a gap is NaN) and `words` words (of categories; "" is the gap).  A
 * prepared one has `features`: the first `dense` in full (numbers, gaps filled, scaled), behind them those
 * that are 1 or absent: a flag for each number that had gaps, where asked for, then a category's values.
 */
enum maas_role {
	MAAS_DROPPED, MAAS_NUMERIC, MAAS_CATEGORY, MAAS_TEXTUAL, MAAS_LABEL, MAAS_ID,
	MAAS_PICTURES, MAAS_SOUNDS      /* paths; the numbers of a row are those of the file */
};
enum maas_impute {
	MAAS_IMPUTE_NONE, MAAS_IMPUTE_MEAN, MAAS_IMPUTE_MEDIAN, MAAS_IMPUTE_MOST_FREQUENT, MAAS_IMPUTE_DROP
};
enum maas_scale { MAAS_SCALE_NONE, MAAS_SCALE_STANDARD, MAAS_SCALE_MINMAX };
struct maas_preparation {               /* a part of a command's options; enums of the same order */
	int impute, scale, indicator;   /* indicator: a feature that says where a number was a gap */
	/* not an option: all numbers are of one sort, as pixels are, and get one scale */
	int alike;
};
extern const struct maas_field maas_preparation_fields[];

/* The numbers of a picture, a channel after the other, row by row; of a sound, channels being 0, its frames of
 * bands. */
struct maas_planes {
	size_t height, width, channels;
	struct maas_mel mel;
};
struct maas_column {
	const char *name;               /* NULL: known by its number */
	enum maas_role role;
	/* its place among a row's numbers (PICTURES, SOUNDS: of the first); CATEGORY: among its words */
	size_t from;
	struct maas_planes file;        /* PICTURES, SOUNDS: what each is made; else 0 */
	/* CATEGORY of mostly numbers, after a fit: its first word, "f.csv:7: 'four'"; else NULL */
	const char *odd;
	/* DROPPED, after a fit with MAAS_FIT_WIDE: words of so many values are no category */
	int many;
	/* Learnt, of a category: */
	size_t at, width;               /* its first feature, and one a value */
	const char **value;             /* sorted by bytes; "" is the gap */
	const char *fill;               /* the value a gap is taken for; NULL: "" */
};
struct maas_columns {
	struct maas_arena *arena;
	const struct maas_format *format;
	int header;                     /* columns have names that stand in a first line */
	char delimiter;
	size_t n;
	struct maas_column *column;     /* formats with cells; else NULL, and every number is a feature */
	size_t numbers, words, texts;   /* columns of each */
	int sparse;                     /* numbers are sparse (libsvm): none is dense */
	int labelled;                   /* a label was there: a column, or the format's own */
	/* all numbers of a row are a picture, row by row (arrays of three dimensions, PNG, JPEG), or a sound's frames
	 * of bands; 0: neither */
	size_t height, width;
	size_t channels;                /* of a picture, one after the other; else 0 */
	struct maas_mel mel;            /* of a sound; rate 0: it is none */
	/* Learnt; where there is nothing to learn, as they are from the beginning: */
	size_t dense, features;
	double *fill;                   /* [numbers] what stands in for a gap; NULL: gaps are refused */
	double *shift, *factor;         /* [numbers] dense[i] = (number - shift) * factor; NULL: as it is */
	/* [numbers] the feature that says it was a gap, UINT32_MAX none; NULL: none at all */
	uint32_t *flag;
	/* After a fit that found no header, where the first row has a cell such as "label": "f.csv:1: 'label'"; else
	 * NULL. */
	const char *heading;
};

enum {
	MAAS_FIT_UNLABELLED = 1,        /* nothing is a label unless --label says so */
	MAAS_FIT_NUMERIC    = 2,        /* features are numbers, untried: the table is not read through */
	MAAS_FIT_WIDE       = 4         /* a column of too many words for a category is left out, not refused */
};
/*
 * Find what the columns are, by CLI.md's rules.  Reads the table through and rewinds it (it must be
 * MAAS_AGAIN), but with MAAS_FIT_NUMERIC and cells looks at the first 100 records only.
 */
struct maas_columns *maas_columns_fit(struct maas_table *, const struct maas_table_options *, unsigned how) MAAS_USE;
/* Column i, a category, is numbers after all; nothing may be learnt yet. */
void maas_columns_recast(struct maas_columns *, size_t i);
/* The same columns, nothing learnt. */
struct maas_columns *maas_columns_copy(const struct maas_columns *) MAAS_USE;
/* Columns of numbers alone, called PREFIX1 ... PREFIXn. */
struct maas_columns *maas_columns_numbers(const char *prefix, size_t n) MAAS_USE;
/* Rows that are sparse numbers already (libsvm), n wide. */
struct maas_columns *maas_columns_sparse(size_t n) MAAS_USE;

/* Goes through the rows that may be learnt from: calls see(to, x, word) for each; 0, or -1 where see or reading
 * fails. */
typedef int maas_see(void *to, const double *x, const struct maas_span *word);
typedef int maas_walk(void *ctx, maas_see *see, void *to);
/*
 * Learn what the options ask for, and the values of categories, from the rows that `walk` goes through (as often as
 * needed; never where there is nothing to learn).  Refuses a gap where nothing fills it (IMPUTE_NONE), naming its
 * column; a column without any number; a category of over 100 values.  Means are sums in order; the deviation is the
 * population's; a constant column's scale is 1 (scikit-learn's StandardScaler, MinMaxScaler, SimpleImputer).
 */
int maas_columns_learn(struct maas_columns *, const struct maas_preparation *, maas_walk *, void *ctx) MAAS_USE;
/*
 * The features of a row as read: dense[c->dense], and one[0 ... *ones) those of the others that are 1, ascending
 * (room for c->words + c->numbers).  -1 with the column's name where there is a gap that nothing fills.  A word never
 * seen in training is none of its column's values.
 */
int maas_columns_prepare(const struct maas_columns *, const double *x, const struct maas_span *word, double *dense,
    uint32_t *one, size_t *ones) MAAS_USE;

struct maas_row;
/* x[numbers]: the row's numbers in full, sparse ones spread out, gaps filled, nothing scaled. */
void maas_columns_spread(const struct maas_columns *, const struct maas_row *, double *x);

/* The column that number i of a row comes from; NULL: there are no columns. */
const struct maas_column *maas_columns_number(const struct maas_columns *, size_t i);

/* May a network read a row in its order, so many numbers at a time?  The frames of a sound, the rows of a picture of
 * one channel; 0: no. */
size_t maas_columns_frame(const struct maas_columns *);
/* How many frames a row x[numbers] as read has: of a sound, those before the silence that makes it long enough. */
size_t maas_columns_frames(const struct maas_columns *, const double *x);

/* Do its rows name files?  Such a row is not whole without them. */
int maas_columns_files(const struct maas_columns *);

/* As kept in a model (JSON): made, read, freed. */
int maas_columns_write(const struct maas_columns *, struct maas_buf *) MAAS_USE;
struct maas_columns *maas_columns_open(struct maas_span) MAAS_USE;
void maas_columns_free(struct maas_columns *);
/* "age", "age is a gap", "type=M", "x3" for the third number of columns without names, "x3.red" of a picture in
 * colours, "t3.b4" for band 4 of a sound's frame 3, "photo.x3" where the picture is one column of several: appended. */
int maas_columns_feature(const struct maas_columns *, size_t i, struct maas_buf *) MAAS_USE;

/*
 * Rows.  A reader is one thread's.  In a later table named columns are found by name; without
 * names by number; the label column may be missing.
 */
struct maas_row {
	struct maas_record record;
	const char *bad;                /* NULL, or why there is no row: file, line, field */
	struct maas_span label, id;     /* s NULL: none */
	struct maas_span tags;          /* of the text's tokens; s NULL: none */
	struct maas_span text;          /* s NULL: no column of text */
	const double *x;                /* [numbers], a gap NaN; NULL where sparse or none */
	const struct maas_span *word;   /* [words], a gap ""; NULL: no categories */
	size_t nnz;                     /* libsvm: col[i], val[i]; indices past the columns left out */
	const uint32_t *col;
	const double *val;
	const unsigned char *byte;      /* x as bytes, where the file holds bytes */
	const struct maas_sound *sound; /* see maas_reader_sounds; NULL: none */
	size_t nkeep;
	const struct maas_span *keep;   /* see maas_reader_keep; s NULL: JSON null or missing */
};
struct maas_reader;
/* table is borrowed; NULL: only _parse and _text are used. */
struct maas_reader *maas_reader_new(const struct maas_columns *, struct maas_table *) MAAS_USE;
/* Hand through these columns, COL,...: row->keep, in this order. */
int maas_reader_keep(struct maas_reader *, const char *cols) MAAS_USE;
size_t maas_reader_keeps(const struct maas_reader *);
struct maas_span maas_reader_kept(const struct maas_reader *, size_t i);        /* its name as given */
/* Gaps are NaN in x, whatever the columns say; without it a gap that nothing learnt fills makes a row bad. */
void maas_reader_gaps(struct maas_reader *);
/* Rows that are sounds have their samples, too. */
void maas_reader_sounds(struct maas_reader *);
int maas_reader_next(struct maas_reader *, struct maas_row *) MAAS_USE; /* 1, 0 at the end, -1 */
/*
 * Sounds that end before their header says: each stays a row, its end silence.  How many files so far; said[] tells of
 * the first MAAS_CUTS of them, "t.csv:7: field 2 (voice): a.wav: cut short: ...", and lives as long as the reader.
 */
#define MAAS_CUTS 5
size_t maas_reader_cuts(const struct maas_reader *, const char *const **said);
/* A single record: a JSON object, else a line in the columns' own format.  0, or -1 and the reason. */
int maas_reader_parse(struct maas_reader *, struct maas_span, struct maas_row *) MAAS_USE;
/* A single text, taken whole as the column of text.  0, or -1 where the model has no such column alone. */
int maas_reader_text(struct maas_reader *, struct maas_span, struct maas_row *) MAAS_USE;
void maas_reader_free(struct maas_reader *);
void maas_reader_forget(struct maas_reader *);  /* nothing is left of the records that maas_reader_parse read */
/* What a row points to goes to the arena, so that the row outlives the next; columns are the reader's.  The numbers of
 * its record (num, byte, index) are given up.  Adds the bytes taken to *held. */
int maas_row_copy(struct maas_arena *, const struct maas_columns *, struct maas_row *, size_t *held) MAAS_USE;

/*
 * Sentences of tokens.  The raw form of a record of CoNLL is its lines, of which not all are tokens': begin with it,
 * then take a line after the other: 1 a token's, 2 another, 0 where none is left.
 */
struct maas_conll {
	struct maas_span rest;
	int tabs;                       /* part its columns; else blanks do */
};
void maas_conll_begin(struct maas_conll *, struct maas_span raw);
int maas_conll_next(struct maas_conll *, struct maas_span *line);

/* The next word of what is left of a text, which blanks and tabs part; n 0 behind the last. */
struct maas_span maas_word_next(struct maas_span *rest);

/* A tag: where in an entity of a type the token stands, B I E S, or O: outside of any, as is what has another form. */
struct maas_tag {
	char place;
	struct maas_span type;          /* a part of what was read */
};
struct maas_tag maas_tag_read(struct maas_span);
/* Does an entity begin with this tag behind that one (the first of a sentence: behind O)?  One ends before each tag
 * that begins another, and before each O. */
int maas_tag_begins(struct maas_tag before, struct maas_tag);
/* Does the tag go on with an entity where none of its type is open? */
int maas_tag_breaks(struct maas_tag before, struct maas_tag);
extern const struct maas_tag maas_tag_outside;
/* A walk through the tags of a sentence, from { .before = maas_tag_outside } on. */
struct maas_tag_walk {
	struct maas_tag before, now;    /* the last tag; where an entity is open, the one that began it */
	size_t begin;                   /* its first token */
	int open;
};
/* Goes on to the tag of token `at`, behind the last one to maas_tag_outside: does an entity end before it?  *was: the
 * walk as it stood, with that entity. */
int maas_tag_step(struct maas_tag_walk *, struct maas_tag, size_t at, struct maas_tag_walk *was);

#endif
