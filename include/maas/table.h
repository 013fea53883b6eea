/*
 * table -- rows of data: files of many formats in, records out, and what their columns
 * are to a model.
 *
 * Three things, each on the one before:
 *	table    operands, formats, headers: one record after the other, as it came
 *	columns  what each column is (label, text, number, category, id, dropped): found
 *	         once by a fit, kept in the model as the part "columns"
 *	reader   records of a table, or single ones, as rows: label, text, numbers
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
	const char *labels;             /* file with a label a record: IDX, npy or lines */
	const char *label_from;         /* POSIX extended expression: group 1 in a file's base name labels its rows */
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
	struct maas_span raw;           /* text formats: the record without its line end */
	int empty;                      /* nothing in it (bad is set too) */
	const char *bad;                /* NULL, or why it cannot be read: "x.csv:7: field 2: ..." */
	size_t n;                       /* fields */
	const struct maas_span *cell;   /* formats with cells: unquoted text; s NULL: JSON null */
	const struct maas_span *key;    /* JSON lines: their names */
	const double *num;              /* npy, IDX, libsvm: n numbers */
	const unsigned char *byte;      /* IDX of bytes: the same as they are; else NULL */
	const uint32_t *index;          /* libsvm: of num, from 0, ascending */
	struct maas_span label;         /* libsvm, fasttext, --labels; s NULL: none */
};

enum {
	MAAS_AGAIN = 1,                 /* will be rewound: pipes are spooled to $TMPDIR (files always can be) */
	MAAS_LIVE  = 2                  /* --line-buffered: nothing is looked at before it is needed */
};
struct maas_columns;
/*
 * Open operands (files, "-"; n 0: standard input) as one table.  columns: what the model remembers,
 * NULL when there is none yet.  Options and columns are borrowed.
 */
struct maas_table *maas_table_open(const struct maas_table_options *, const struct maas_columns *,
    char *const *operand, int n, unsigned flags) MAAS_USE;
/* The same of text in memory (borrowed), called `name` in messages. */
struct maas_table *maas_table_open_text(const struct maas_table_options *, const struct maas_columns *,
    const char *name, struct maas_span) MAAS_USE;
/* The next record, header lines left out.  1, 0 at the end, -1 where reading itself fails. */
int maas_table_next(struct maas_table *, struct maas_record *) MAAS_USE;
int maas_table_rewind(struct maas_table *) MAAS_USE;            /* to the first record; wants MAAS_AGAIN */
const struct maas_format *maas_table_format(const struct maas_table *);         /* of the input at hand */
char maas_table_delimiter(const struct maas_table *);
int maas_table_named(const struct maas_table *);                /* its columns have names: a header, or keys */
size_t maas_table_head(const struct maas_table *, const struct maas_span **name);       /* names in its first line; 0: none */
size_t maas_table_records(const struct maas_table *);           /* handed out so far */
void maas_table_close(struct maas_table *);

/* Is a cell a gap: empty, NA, N/A, NaN, null or ? (case does not matter)? */
int maas_is_gap(struct maas_span);
/* A cell as a number, spaces around it allowed, correctly rounded: 0, -1 where it is none. */
int maas_number(struct maas_span, double *) MAAS_USE;
/* "a,\"b,c\",3" as a list of texts in the arena: 0 or -1. */
int maas_list_parse(struct maas_arena *, const char *, struct maas_span **item, size_t *n) MAAS_USE;

/*
 * Columns.  Const once made, shared by threads.
 */
enum maas_role { MAAS_DROPPED, MAAS_NUMERIC, MAAS_CATEGORY, MAAS_TEXTUAL, MAAS_LABEL, MAAS_ID };
struct maas_column {
	const char *name;               /* NULL: known by its number */
	enum maas_role role;
	size_t at;                      /* its first feature in x */
	size_t width;                   /* features: 1, of a category one a value, else 0 */
	const char **value;             /* of a category: sorted by bytes; "" is the gap */
};
struct maas_columns {
	struct maas_arena *arena;
	const struct maas_format *format;
	int header;                     /* columns have names that stand in a first line */
	char delimiter;
	size_t n;
	struct maas_column *column;     /* formats with cells; else NULL, and every number is a feature */
	size_t features;                /* width of x */
	size_t texts;                   /* columns of text */
	int labelled;                   /* a label was there: a column, or the format's own */
	double *fill;                   /* [features] what stands in for a gap; NULL: gaps are refused */
};

enum {
	MAAS_FIT_UNLABELLED = 1,        /* nothing is a label unless --label says so */
	MAAS_FIT_NUMERIC    = 2         /* features are numbers, untried: the table is not read through */
};
/*
 * Find what the columns are, by CLI.md's rules.  Reads the table through and rewinds it (it must be
 * MAAS_AGAIN), but with MAAS_FIT_NUMERIC and cells looks at the first 100 records only.
 */
struct maas_columns *maas_columns_fit(struct maas_table *, const struct maas_table_options *, unsigned how) MAAS_USE;
/* Fill gaps with the mean of a feature's numbers.  Reads the table through and rewinds it. */
int maas_columns_fill_mean(struct maas_columns *, struct maas_table *) MAAS_USE;
/* Columns of numbers alone, called PREFIX1 ... PREFIXn. */
struct maas_columns *maas_columns_numbers(const char *prefix, size_t n) MAAS_USE;
/* As kept in a model (JSON): made, read, freed. */
int maas_columns_write(const struct maas_columns *, struct maas_buf *) MAAS_USE;
struct maas_columns *maas_columns_open(struct maas_span) MAAS_USE;
void maas_columns_free(struct maas_columns *);
/* "age", "type=M", "x3" for feature 2 of columns without names: appended. */
int maas_columns_feature(const struct maas_columns *, size_t i, struct maas_buf *) MAAS_USE;

/*
 * Rows.  A reader is one thread's.  In a later table named columns are found by name; without
 * names by number; the label column may be missing.
 */
struct maas_row {
	struct maas_record record;
	const char *bad;                /* NULL, or why there is no row: file, line, field */
	struct maas_span label, id;     /* s NULL: none */
	struct maas_span text;          /* s NULL: no column of text */
	const double *x;                /* [features]; NULL where sparse or none */
	size_t nnz;                     /* libsvm: col[i], val[i]; indices past the features left out */
	const uint32_t *col;
	const double *val;
	const unsigned char *byte;      /* x as bytes, where the file holds bytes */
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
/* Gaps are NaN in x; without it they make a row bad, or are filled. */
void maas_reader_gaps(struct maas_reader *);
int maas_reader_next(struct maas_reader *, struct maas_row *) MAAS_USE; /* 1, 0 at the end, -1 */
/* A single record: a JSON object, else a line in the columns' own format.  0, or -1 and the reason. */
int maas_reader_parse(struct maas_reader *, struct maas_span, struct maas_row *) MAAS_USE;
/* A single text, taken whole as the column of text.  0, or -1 where the model has no such column alone. */
int maas_reader_text(struct maas_reader *, struct maas_span, struct maas_row *) MAAS_USE;
void maas_reader_free(struct maas_reader *);

#endif
