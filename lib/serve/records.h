/* records.h -- what is asked of a model of rows, and how an answer is put. */
#ifndef RECORDS_H
#define RECORDS_H

#include "maas/explain.h"
#include "maas/table.h"
#include "server.h"

#define RECORDS    10000    /* of one request in JSON */
#define TABLE_ROWS 1000000  /* of one table */
#define ANSWER_MAX ((size_t)256 << 20) /* bytes of all answers to one request, or a little more */
#define TOLD       4                   /* texts of a slice whose words are explained: each may take megabytes to say */
/* Requests above these are compared with the training rows in part: see watch_wants. */
#define MANY_ROWS  1000
#define MANY_BYTES 65536

/* How answers are put: as JSON, one or a list; a JSON object a line; a line of cells; tensors of V2. */
enum form { FORM_JSON, FORM_LINES, FORM_TSV, FORM_CSV, FORM_TENSORS };

struct records {
	int explain, text, list;
	enum maas_method method; /* of explanations */
	size_t top_k, top;       /* scores; pieces */
	struct maas_span *item;
	size_t n, taken, done;
	int many; /* rows: not each is compared with those of training */
	/* Of a table (work_table.c): */
	struct maas_table_options read;
	struct maas_span table; /* its bytes, in memory that stays */
	enum form form;
	int strict; /* a row without an answer fails them all */
	const double *ready; /* the one row's numbers, unpacked from `table`; NULL: the table is to be read */
	struct sheet *sheet;
	struct wanted *wanted; /* of tensors (v2_tensors.h) */
};

/* work_rows.c */
struct maas_rows_call *rows_call(struct rows_slots *, int member);
/* The members of an answer, without braces, of the row that rows_call(member) has answered last with these scores. */
int rows_put(struct rows_slots *, int member, const struct records *, const double *score, struct maas_span text,
    struct maas_buf *) MAAS_USE;
/* The same of a text whose words have tags. */
int rows_put_tags(struct rows_slots *, int member, const struct ask *, const struct maas_tagged *,
    struct maas_buf *) MAAS_USE;
/* What stands in front of the answers, and behind them. */
int rows_put_head(struct ask *) MAAS_USE;
int rows_put_tail(struct ask *) MAAS_USE;

/* work_table.c */
/* Is it this media type, whatever its case and parameters?  NULL: it is none. */
int type_is(const char *type, const char *want);
/* Does the request's body hold a table, by its type?  Then the options to read it with are in r. */
int table_type(const char *type, struct records *r);
int table_format(const struct maas_format *); /* as struct maas_table_options has it */
/* How answers are wanted: of the header Accept; `otherwise` where it does not say. */
enum form table_form(struct ask *, enum form otherwise);
/* The columns of a model that reads tables; NULL: it does not. */
const struct maas_columns *table_columns(const struct hosted *);
extern const struct work work_table;

/* unpack.c */
/* What a body of this type is; -1 with a reason where it is a picture or a sound that is not read. */
int unpack_type(const char *type, enum maas_medium *);
/* What the body is, by its type, or where that says nothing (NULL, too) by its first bytes. */
enum maas_medium unpack_medium(const struct ask *, const char *type);
void unpack_record(struct ask *);               /* the unpacker's: the table is taken apart, and answered */

/* v2_tensors.c */
/* What a row says, of n scores or components, behind what others have said. */
int tensors_row(const struct ask *, const double *p, size_t n, struct maas_buf *label,
    struct maas_buf *number) MAAS_USE;
/* The reply to tensors, from what the rows said; and it goes, rc 0: it is complete. */
int tensors_put(struct ask *, size_t rows, struct maas_span label, struct maas_span number, struct maas_buf *) MAAS_USE;
void tensors_reply(struct ask *, int rc);

#endif
