/*
 * source -- what the files of this folder share: lines out of a file or out of memory,
 * with a way back to a mark, and the inside of a table.
 */
#ifndef SOURCE_H
#define SOURCE_H

#include "maas/table.h"
#include "medium.h"

/* Rows that are looked at to tell a header; a record's bytes at most, so that a quote that is never closed, or a file
 * without lines, is found out before it fills the memory. */
#define SAMPLE     100
#define RECORD_MAX ((size_t)32 << 20)
#define DIMS_MAX   32
#define FIELDS_MAX ((size_t)1 << 20)
#define VALUES_MAX 100 /* of a category */

/* Lines or bytes of one input. */
struct source {
	struct maas_input *input; /* NULL: memory */
	struct maas_span memory;  /* what is left of it */
	const char *name;         /* for messages */
	size_t line;              /* lines handed out */
	int whole;                /* memory: all that is left is one line */
	int marked;
	struct maas_buf kept; /* lines since the mark, each with its LF */
	size_t at;            /* of the next line in it */
};
int source_peek(struct source *, size_t n, struct maas_span *) MAAS_USE;
/* The next line without its LF and without a mark of UTF-8 in front of the first.  Valid until the
 * next call of any of these.  1, 0 at the end, -1. */
int source_line(struct source *, struct maas_span *) MAAS_USE;
/* n bytes, fewer at the end only; never after source_line.  Their number, -1. */
long source_bytes(struct source *, struct maas_buf *to, size_t n) MAAS_USE;
void source_mark(struct source *); /* keep the lines from here on ... */
void source_back(struct source *); /* ... and hand them out once more */
void source_close(struct source *);

/* A matrix that is read row by row: npy and IDX. */
struct matrix {
	enum maas_dtype type;
	int swap;                   /* the file's bytes are in the other order */
	int fortran;                /* column-major: held whole in `all` */
	size_t rows, cols, row;     /* row: read so far */
	size_t dim[DIMS_MAX], dims; /* behind the rows; cols is their product */
	struct maas_buf all;
	struct maas_buf bytes; /* of one row */
	double *num;
	size_t cap;
};
int matrix_open(struct maas_table *, struct matrix *) MAAS_USE; /* rows, cols and type are set: check them */
int matrix_next(struct maas_table *, struct matrix *, struct maas_record *) MAAS_USE;

/* A field while its record's bytes may still move. */
struct piece {
	size_t at, n;
	int moved; /* in table->text, not in raw */
};

/* Rows that maas_table_lot handed out, and what goes on beside their use. */
struct bulk {
	int at_work;
	const void *x;
	enum maas_dtype type;
	size_t rows;
	int odd; /* one of them is not finite */
	char did[3];
};

struct ahead;

struct maas_table {
	const struct maas_table_options *options;
	const struct maas_columns *columns;
	unsigned flags;
	char **operand;           /* copied, directories as their files; "-" is standard input */
	size_t operands, at;      /* at: of the next to open */
	struct maas_span *folder; /* of an operand: its directory below the one that was given; s NULL: none */
	char *found;              /* of an operand: it was found in a directory, nobody named it */
	int lost;                 /* the one at hand was, and cannot be opened: `reason` says why */
	struct maas_arena *names; /* of files in directories; NULL */
	const char **spool;       /* an operand's spooled stand-in, NULL: none */
	int *spooled;             /* its descriptor */
	int once;                 /* a pipe was opened that is not spooled */
	int passing;              /* what is read goes into the digest: some of it comes but once */
	struct maas_sha256 digest;
	const char *memory_name; /* a table of memory: no operands */
	struct maas_span memory;
	size_t first, last; /* of --rows: [first, last) */
	size_t number;      /* records read */
	size_t blank;       /* lines with nothing in them */

	int open;                /* there is an input at hand */
	size_t opened;           /* inputs opened so far: a binding to columns is good for one */
	size_t seen;             /* of them, the one that `beside` is of */
	struct maas_span beside; /* see table_folder */
	struct source source;
	const struct maas_format *format;
	char delimiter;
	int header;   /* -1: not yet decided, else the first input's way */
	size_t heads; /* names of the columns of the input at hand, 0: none */
	struct maas_span *head;
	struct maas_buf head_text;

	struct maas_buf joined, text; /* of one record */
	struct piece *piece;
	struct maas_span *cell, *key;
	size_t pieces, piece_cap, cell_cap, key_cap;
	struct maas_json *json;
	struct maas_buf known; /* keys of a record of JSON lines, none there twice: each length, then bytes */
	struct matrix matrix;
	struct bulk bulk;
	struct ahead *ahead;  /* NULL: records are read one by one */
	struct medium medium; /* pictures, sounds: a file is a record */
	int taken;            /* of the input at hand: its record */
	double *num;          /* libsvm, pictures, sounds */
	uint32_t *index;
	size_t num_cap, index_cap;
	struct maas_table *labels;
	struct maas_buf label;
	struct label_from *from;    /* --label-from; NULL */
	struct maas_span from_name; /* the label it gives the input at hand */
	char reason[1024];
};

/* The next record of the input at hand, as the format's next() gives it, and rows as maas_table_lot() does. */
int ahead_next(struct maas_table *, struct maas_record *) MAAS_USE;
int ahead_lot(struct maas_table *, const struct maas_columns *, size_t most, struct maas_lot *) MAAS_USE;
void ahead_sizes(struct maas_table *, size_t block, size_t each); /* for tests: bytes read at a time, split at a time */
void ahead_reset(struct ahead *);                                /* another input comes */
void ahead_free(struct ahead *);

/* The name of the input at hand, else of the first: for messages. */
const char *table_name(const struct maas_table *);
/* Where paths in the input at hand are seen from: its folder with a slash, "" for where the command runs.  Bytes that
 * somebody sent name no files: -1 with that. */
int table_folder(struct maas_table *, struct maas_span *) MAAS_USE;
/* The next line of a text format as rec->raw, its number as rec->line; a CR at its end is cut where `cr`.
 * 1, 0, -1. */
int table_line(struct maas_table *, struct maas_record *, int cr) MAAS_USE;
/* The record is not to be used, and why; the place is put in front.  Returns 1, as next() does. */
int table_bad(struct maas_table *, struct maas_record *, const char *fmt, ...) MAAS_PRINTF(3, 4);
/* Room for n more cells (keys as well where `keys`) behind have. */
int table_room(struct maas_table *, size_t have, size_t n, int keys) MAAS_USE;

/* Does the path end, but for .gz, in one of these, parted by blanks? */
int path_has_suffix(const char *path, const char *list);
/* Operands as files: t->operand, t->operands, t->folder. */
int operands_expand(struct maas_table *, char *const *operand, size_t n) MAAS_USE;

/* PNG, JPEG; WAV, FLAC, Ogg. */
int format_is_medium(const struct maas_format *);

/* Text that is not empty, as strtod() reads it (but no hexadecimal): 1, or 0 where it is no number. */
int decimal_parse(struct maas_span, double *to);
/* The number at p, and where it ends; NULL: decimal_parse is to be asked, of as much as is the number's.  DECIMAL_AHEAD
 * bytes from p on can be read, whatever they are. */
#define DECIMAL_AHEAD 64
const char *decimal_scan(const char *p, double *to);
/* m 10^e, correctly rounded. */
double decimal_scale(uint64_t m, long e);

/* What a cell holds, spaces around it left out; *to gets the number. */
enum cell { CELL_GAP, CELL_NUMBER, CELL_WORD };
enum cell cell_read(struct maas_span, double *to);

/* --label-from: a POSIX extended expression whose group 1 is the label, out of the base name of a file. */
struct label_from;
struct label_from *label_from_new(const char *ere) MAAS_USE;
int label_from_path(const struct label_from *, const char *path, struct maas_span *) MAAS_USE; /* a part of path */
void label_from_free(struct label_from *);

/* A number as a cell that reads back as it, in few digits; appended. */
int cell_print(struct maas_buf *, double) MAAS_USE;

/* rec->raw, a record of JSON lines, as cells where it is plain: 1; 0 where the parser is to be asked; -1. */
int json_flat(struct maas_table *, struct maas_record *) MAAS_USE;
/* The path to open for operand i: the operand, or what it was spooled to.  NULL on failure. */
const char *spool_path(struct maas_table *, size_t i) MAAS_USE;
/* The input at hand, of which a line was looked at: where it is a pipe that must be read twice, it goes on in a
 * copy. */
int spool_rest(struct maas_table *) MAAS_USE;
/* The table's n keys are different, and may come again. */
int json_flat_learn(struct maas_table *, size_t n) MAAS_USE;

/* Is it a file of something else, by what has arrived of it?  Then -1 with its name; else 0.  text: known to be text,
 * whatever bytes are in it. */
int foreign_refuse(struct source *, int text) MAAS_USE;

/* Which of heads[0..n) this COL is: a name, else a number from 1.  -1: none. */
long column_find(const struct maas_span *head, size_t n, struct maas_span col);
int column_is_number(struct maas_span col);
/* Does one of these lists name a column by something that is no number? */
int options_name_columns(const struct maas_table_options *);

/* Nothing is left of the record read last. */
void table_forget(struct maas_table *);

/* Category i of the columns has more than VALUES_MAX values: fails with that. */
int column_too_many(const struct maas_column *, size_t i);

/* Nothing but LABEL INDEX:VALUE ..., ascending: what libsvm holds whatever else could be meant. */
int libsvm_surely(struct maas_span line);

/* The numbers that a column makes of a row: 1, those of a picture or a sound, 0. */
size_t column_numbers(const struct maas_column *);
/* Sets height, width, channels and mel where a row is a picture or a sound of one column. */
void columns_whole(struct maas_columns *);
/* Where the features are, by what was learnt so far: sets at, dense, features. */
void columns_place(struct maas_columns *);
/* The value of a category: its index, -1 for one never seen. */
long column_value(const struct maas_column *, struct maas_span);

#endif
