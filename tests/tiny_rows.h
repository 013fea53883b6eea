/* tiny_rows.h -- a classifier of a few rows, with the parts that maas-train leaves in a model. */
#ifndef TINY_ROWS_H
#define TINY_ROWS_H
#include <stdlib.h>
#include <string.h>

#include "maas/eval.h"
#include "maas/model.h"

struct trained {
	struct maas_table *t;
	struct maas_columns *c;
	struct maas_reader *r;
	struct maas_rowset *d;
	struct maas_model *m;
};

static int
on_bad(void *ctx, const struct maas_row *row, const char *why)
{
	(void)ctx, (void)row;
	return maas_fail("%s", why);
}

static int
add_part(struct maas_model *m, const char *name, struct maas_buf *b, int bad)
{
	bad = bad || maas_model_add_part(m, name, (struct maas_span){ b->s, b->n });
	maas_buf_free(b);
	return bad;
}

/* Columns, labels and statistics as maas-train leaves them. */
static int
finish(struct trained *z, struct maas_statistics *s, const struct maas_data *data)
{
	struct maas_buf columns = { 0 }, labels = { 0 }, statistics = { 0 };
	int bad = maas_statistics_print(s, data, z->c, NULL, &statistics);

	bad |= add_part(z->m, "statistics", &statistics, bad);
	bad |= add_part(z->m, "columns", &columns, maas_columns_write(z->c, &columns));
	bad |= add_part(z->m, "labels", &labels, maas_labels_print(&labels, data->name, data->labels));
	return bad ? -1 : z->m->kind->ready(z->m);
}

/* A model of kind logistic of a table's rows, in z->m; z->c, its columns, and what it was made of stay.  -1:
 * maas_error(). */
__attribute__((unused)) static int
train(struct trained *z, const char *table)
{
	static struct maas_table_options o;
	struct maas_training how;
	struct maas_team *team = maas_team_new(1);
	struct maas_fitting fitting = { .how = &how, .team = team };
	struct maas_data data = { 0 };
	struct maas_span *label;
	struct maas_statistics *s;
	uint32_t *pick, *target;
	int rc = -1;

	*z = (struct trained){ 0 };
	maas_defaults(maas_table_fields, &o);
	maas_defaults(maas_training_fields, &how);
	maas_set_all(maas_training_fields, &how, maas_kind_logistic.defaults);
	if (!(z->t = maas_table_open_text(&o, NULL, "test", maas_span(table))) ||
	    !(z->c = maas_columns_fit(z->t, &o, 0)) || !(z->r = maas_reader_new(z->c, z->t)) ||
	    !(z->d = maas_rowset_load(z->r, z->c, MAAS_TASK_CLASS, 0, on_bad, NULL)))
		return -1;
	pick = maas_alloc(z->d->n, sizeof *pick);
	target = maas_alloc(z->d->n, sizeof *target);
	for (uint32_t i = 0; i < z->d->n; i++)
		pick[i] = i;
	s = maas_statistics_new(z->d, pick, z->d->n);
	if (s && maas_rowset_labels(z->d, pick, z->d->n, &label, &data.labels) == 0 &&
	    maas_rowset_targets(z->d, pick, z->d->n, label, data.labels, target) == 0 &&
	    maas_rowset_design(z->d, pick, z->d->n, team, z->c, NULL, 0, &data.x) == 0) {
		data.n = z->d->n;
		data.name = label;
		data.label = target;
		z->m = maas_model_new(&maas_kind_logistic);
		rc = z->m && z->m->kind->rows->fit(z->m, &data, &fitting) == 0 ? finish(z, s, &data) : -1;
	}
	maas_statistics_free(s);
	maas_design_free(&data.x);
	maas_team_free(team);
	free(target);
	free(pick);
	return rc;
}

__attribute__((unused)) static void
drop(struct trained *z)
{
	maas_model_close(z->m);
	maas_rowset_free(z->d);
	maas_reader_free(z->r);
	maas_columns_free(z->c);
	maas_table_close(z->t);
}

#endif
