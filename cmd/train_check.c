/* maas-train --check: rows looked over before anything is learnt from them; nothing is trained. */
#include <math.h>
#include <string.h>

#include "told.h"
#include "train_rows.h"

#define ROWS_SHOWN 10 /* that cannot be learnt from */

struct check {
	struct rows_job *job;
	struct maas_inspection *seen;
	struct maas_table *table[2]; /* trained on, held out; open until the end: findings name their files */
	struct maas_table_options val;
	size_t rows[2], bad, found;
	struct maas_buf line;
	char why[600];
};

/* "what TAB where TAB why", or an object with --json. */
static int
tell(void *ctx, const char *what, const char *where, const char *why)
{
	struct check *k = ctx;
	struct maas_buf *b = &k->line;

	b->n = 0;
	if (!k->job->outcome->json) {
		printf("%s\t%s\t%s\n", what, where, why);
		return 0;
	}
	if (maas_buf_printf(b, "{\"finding\":\"%s\",\"where\":", what) || maas_json_put_text(b, maas_span(where)) ||
	    maas_buf_text(b, ",\"why\":") || maas_json_put_text(b, maas_span(why)) || maas_buf_text(b, "}"))
		return -1;
	puts(b->s);
	return 0;
}

/* A row that training would stop at. */
static int
tell_bad(struct check *k, const struct maas_row *row, const char *why)
{
	char where[500];
	size_t n;

	if (k->bad++ >= ROWS_SHOWN)
		return 0;
	n = (size_t)snprintf(where, sizeof where, "%s:%zu", row->record.name, row->record.line);
	if (n < sizeof where && !strncmp(why, where, n) && why[n] == ':')
		why += n + 2;
	return tell(k, "row", where, why);
}

/* NULL, or why the row cannot be learnt from. */
static const char *
fault(const struct check *k, const struct maas_row *row)
{
	double target;

	if (row->bad)
		return row->bad;
	if (k->job->task == MAAS_TASK_TAG)
		return row->tags.s ? NULL : "no tags";
	if (!row->label.s || (!row->label.n && k->job->own->column))
		return "no label";
	if (k->job->task == MAAS_TASK_REGRESS &&
	    (maas_is_gap(row->label) || maas_number(row->label, &target) || !isfinite(target)))
		return "the label is no number";
	return k->job->own->texts && !row->text.s ? "no text" : NULL;
}

static int
look_over(struct check *k, int held_out)
{
	struct maas_reader *r = maas_reader_new(k->job->own, k->table[held_out]);
	struct maas_row row;
	const char *why;
	int rc = -1;

	if (r && k->job->preparation->impute)
		maas_reader_gaps(r);
	while (r && (rc = maas_reader_next(r, &row)) > 0) {
		if (row.record.empty)
			continue;
		if ((why = fault(k, &row))) {
			rc = tell_bad(k, &row, why);
		} else {
			rc = maas_inspection_add(k->seen, &row, held_out);
			k->rows[held_out]++;
		}
		if (rc)
			break;
	}
	if (r)
		told_cuts(k->job->call, r);
	maas_reader_free(r);
	return rc ? -1 : 0;
}

static int
open_all(struct check *k)
{
	struct rows_job *j = k->job;
	char *val[] = { (char *)j->rows->val, NULL };

	if (!(k->table[0] = maas_table_open(j->table, NULL, j->call->operand, j->call->n, MAAS_AGAIN)) ||
	    !(j->own = maas_columns_fit(k->table[0], j->table, MAAS_FIT_WIDE)))
		return -1;
	if ((j->own->format == &maas_format_conll) != (j->task == MAAS_TASK_TAG))
		return maas_fail_as(MAAS_USAGE, "CoNLL is read by --task tag, and by that alone");
	if (!j->own->labelled && j->task == MAAS_TASK_TAG)
		return maas_fail("no tags in the data: a column behind the tokens is wanted");
	if (!j->own->labelled)
		return maas_fail("no labels in the data: name their column with --label, or their file with --labels");
	if (!(k->seen = maas_inspection_new(j->own, j->task, j->training->val_split > 0 || given(j->call, "cv"))))
		return -1;
	k->val = *j->table;
	k->val.rows = k->val.labels = NULL; /* of the operands */
	return !j->rows->val || (k->table[1] = maas_table_open(&k->val, j->own, val, 1, 0)) ? 0 : -1;
}

/* Columns of numbers that words have crept into, and of more words than a category has. */
static int
tell_odd(struct check *k)
{
	const struct maas_columns *c = k->job->own;
	char where[200];

	for (size_t i = 0; c->column && i < c->n; i++) {
		if (!c->column[i].odd && !c->column[i].many)
			continue;
		if (c->column[i].name)
			snprintf(where, sizeof where, "column '%.90s'", c->column[i].name);
		else
			snprintf(where, sizeof where, "column %zu", i + 1);
		k->found++;
		if (c->column[i].odd)
			snprintf(k->why, sizeof k->why, "%s is no number, as most of it are: it is taken as words",
			    c->column[i].odd);
		else
			snprintf(k->why, sizeof k->why,
			    "over 100 different ones: is it text (--text), or to be left out (--drop, --id)?");
		if (tell(k, "words", where, k->why))
			return -1;
	}
	return 0;
}

static int
check_all(struct check *k)
{
	size_t found = 0;
	char more[60];

	if (open_all(k) || tell_odd(k) || look_over(k, 0) || (k->table[1] && look_over(k, 1)))
		return -1;
	snprintf(more, sizeof more, "%zu more of this sort", k->bad - ROWS_SHOWN);
	if ((k->bad > ROWS_SHOWN && tell(k, "row", "", more)) || maas_inspection_end(k->seen, tell, k, &found))
		return -1;
	k->found += found + k->bad;
	fflush(stdout);
	warn(k->job->call, "%zu rows to train on, %zu held out: %zu finding%s", k->rows[0], k->rows[1], k->found,
	    k->found == 1 ? "" : "s");
	return 0;
}

int
rows_check(struct rows_job *j)
{
	struct check k = { .job = j };
	int rc = check_all(&k) ? fail(j->call) : finish(j->call);

	maas_inspection_free(k.seen);
	maas_table_close(k.table[0]);
	maas_table_close(k.table[1]);
	maas_buf_free(&k.line);
	return rc ? rc : k.found ? MAAS_NEGATIVE : 0;
}
