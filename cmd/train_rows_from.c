/* --init-from: a training that begins with a model, its columns, words, labels and settings among what it brings. */
#include <stdlib.h>
#include <string.h>

#include "told.h"
#include "train_rows.h"

/* What the model brings cannot be said anew. */
static int
check_given(struct rows_job *j)
{
	static const char *const options[] = { "vectorizer", "pca" };
	const struct maas_field *tables[] = { maas_preparation_fields, maas_vectorizer_fields };
	char name[64];

	for (size_t i = 0; i < MAAS_COUNT(options); i++)
		if (typed(j->call, options[i]))
			return maas_fail_as(MAAS_USAGE, "--%s and --init-from exclude each other", options[i]);
	for (size_t t = 0; t < MAAS_COUNT(tables); t++)
		for (const struct maas_field *f = tables[t]; f->type; f++)
			if (typed(j->call, f->name)) {
				maas_field_name(f, name, sizeof name);
				return maas_fail_as(MAAS_USAGE,
				    "--%s and --init-from exclude each other: the model brings how its rows are prepared",
				    name);
			}
	return 0;
}

int
rows_from_open(struct rows_job *j)
{
	const char *path = j->rows->init_from;
	const struct maas_rows *r;

	if (check_given(j) || !(j->init = maas_model_open(path)))
		return -1;
	if (strcmp(j->init->kind->name, j->kind->name) != 0)
		return maas_fail("%s: a model of kind %s, not %s", path, j->init->kind->name, j->kind->name);
	j->kind = j->init->kind == j->kind->texts ? j->kind->texts : j->kind;
	if (j->kind->rows->head && !j->init->ready) {
		j->body = j->init;
		j->init = NULL;
		return 0;
	}
	if (!(r = maas_rows_of(j->init)))
		return -1;
	if (!maas_rows_labels(r) != (j->task == MAAS_TASK_REGRESS))
		return maas_fail_as(MAAS_USAGE, "%s: a model of %s", path, maas_rows_labels(r) ? "labels" : "numbers");
	if (maas_rows_tagging(r) != (j->task == MAAS_TASK_TAG))
		return maas_fail_as(MAAS_USAGE, "%s: a model that labels %s", path,
		    maas_rows_tagging(r) ? "each word (see --task tag)" : "texts as a whole");
	j->columns = maas_rows_columns(r);
	if (told_otherwise(j->table, j->columns))
		return maas_fail_as(MAAS_USAGE,
		    "%s brings its own columns: --label, --text, --features, --drop and --id cannot say otherwise",
		    path);
	if (j->columns->texts && !j->kind->rows->longest && !(j->given = maas_model_vectorizer(j->init, &j->columns)))
		return -1;
	return j->columns->labelled ? 0 : maas_fail("%s has learnt without a column of labels", path);
}

int
rows_from_labels(struct rows_job *j, struct rows_fold *f)
{
	const struct maas_rows *r = maas_rows_of(j->init);
	size_t n = r ? maas_rows_labels(r) : 0;

	if (!r || !(f->label = maas_take(j->set->arena, n, sizeof *f->label)))
		return -1;
	for (f->labels = 0; f->labels < n; f->labels++)
		f->label[f->labels] = maas_rows_label(r, f->labels);
	return 0;
}

/* Do rows that are trained on have this label? */
static int
has(const struct rows_fold *f, uint32_t label)
{
	const struct maas_rowset *d = f->train.set;

	for (size_t i = 0; i < f->train.n; i++) {
		size_t row = f->train.pick[i];

		for (size_t k = d->tags ? d->tags[row] : row; k < (d->tags ? d->tags[row + 1] : row + 1); k++)
			if ((d->tags ? d->tag : d->label)[k] == label)
				return 1;
	}
	return 0;
}

int
rows_from_check(const struct rows_job *j, const struct rows_fold *f)
{
	const struct maas_names *names = &f->train.set->labels;

	for (size_t i = 0; i < names->n; i++)
		if (maas_label_find(f->label, f->labels, names->name[i]) == f->labels && has(f, (uint32_t)i)) {
			struct maas_span s = names->name[i];

			return maas_fail("label '%.*s' is not among the %zu labels of %s", (int)s.n, s.s, f->labels,
			    j->rows->init_from);
		}
	return 0;
}

size_t
rows_field_size(const struct maas_field *f)
{
	static const size_t size[] = { [MAAS_F_FLAG] = sizeof(int),
		[MAAS_F_ENUM] = sizeof(int),
		[MAAS_F_INT] = sizeof(long),
		[MAAS_F_REAL] = sizeof(double),
		[MAAS_F_DURATION] = sizeof(double),
		[MAAS_F_SIZE] = sizeof(size_t),
		[MAAS_F_TEXT] = sizeof(char *),
		[MAAS_F_LIST] = sizeof(struct maas_list) };

	return size[f->type];
}

void
rows_field_copy(const struct maas_field *f, void *to, const void *from)
{
	memcpy((char *)to + f->at, (const char *)from + f->at, rows_field_size(f));
}

void
rows_from_settings(const struct rows_job *j, struct maas_model *m)
{
	for (const struct maas_field *f = j->kind->fields; f->type; f++)
		if (!given(j->call, f->name))
			rows_field_copy(f, m->settings, rows_begun(j)->settings);
}
