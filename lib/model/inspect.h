/* inspect -- what the files about looking data over share: rows as they were seen, and how findings are told. */
#ifndef INSPECT_H
#define INSPECT_H

#include "rows.h"

#define NO_ROW   UINT32_MAX
#define SHOWN    10  /* findings of one sort that are told one by one */
#define DISTINCT 100 /* numbers of so few values are looked at value by value */

enum sort { DUPLICATE, CONTRADICTION, LABEL, CONSTANT, LEAK, NUMBERED, INVALID, TAG, SORTS };
enum fault { FINE, NOT_UTF8, REPLACED, NO_TEXT };

struct seen_row {
	uint64_t hash[2];   /* of its features */
	uint64_t folded[2]; /* the same, of texts without case, blanks and signs */
	const char *name; /* of its input, and its line there */
	size_t line;
	uint32_t label;  /* of labels, of tags of `sentences`; MAAS_NO_NAME: none */
	uint32_t broken; /* of tags the first that goes on with nothing; MAAS_NO_NAME */
	uint32_t word;   /* the word that has it, from 1 */
	uint32_t twin;   /* the first row trained on with the same features, or (near) folded ones; NO_ROW */
	uint32_t clash;  /* the first row with the same features and another label; NO_ROW */
	int held_out, near;
	enum fault fault; /* of its texts */
};

struct maas_inspection {
	const struct maas_columns *columns; /* borrowed */
	enum maas_task task;
	int split; /* rows will be parted by chance */
	struct seen_row *row;
	size_t n, row_cap;
	struct maas_names labels;
	size_t *count[2]; /* [labels] rows (of tags words) trained on, and held out */
	/* Of tags: */
	struct maas_names sentences;         /* all tags of each */
	size_t words, counted, count_cap[2]; /* trained on; tags there are counts of */
	/* Of the rows trained on: */
	size_t rows, x_cap, word_cap, target_cap, label_cap;
	uint32_t *label; /* [rows] */
	double *target;  /* [rows] of regression */
	double *x;       /* [rows][numbers] */
	struct maas_names *values;
	uint32_t *word; /* [rows][words] of values */
	int odd_texts;  /* not all texts are the same */
	char *fold;     /* of the row at hand */
	size_t fold_cap;

	maas_on_finding *tell;
	void *ctx;
	size_t found[SORTS];
};

/* Tell of one thing; of each sort the first SHOWN alone.  Where `where` is NULL the row is. */
int inspect_tell(struct maas_inspection *, enum sort, const struct seen_row *, const char *where, const char *fmt, ...)
    MAAS_PRINTF(5, 6) MAAS_USE;

int inspect_labels(struct maas_inspection *) MAAS_USE; /* rare, misspelt, of held-out rows alone */
/* Count the tags of a row, and find the first that is broken; tell of those. */
int inspect_tags(struct maas_inspection *, const struct maas_row *, struct seen_row *) MAAS_USE;
int inspect_broken(struct maas_inspection *) MAAS_USE;
int inspect_columns(struct maas_inspection *) MAAS_USE; /* constant, leaking */

#endif
