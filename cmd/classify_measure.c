/* Rows whose labels are known against what a model answers: what evaluate and compare share. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "classify.h"

struct maas_eval *
measure_new(const struct classifying *k)
{
	struct maas_span *label = maas_alloc(k->labels, sizeof *label);
	struct maas_eval *e;

	if (!label)
		return NULL;
	for (size_t i = 0; i < k->labels; i++)
		label[i] = maas_rows_label(k->rows, i);
	e = maas_eval_new(label, k->labels);
	free(label);
	return e;
}

static int
add_value(struct maas_eval *e, const struct maas_row *row, double answer)
{
	double truth;

	if (maas_number(row->label, &truth) < 0 || !isfinite(truth))
		return maas_fail("%s:%zu: the label is no number: '%.*s'", row->record.name, row->record.line,
		    row->label.n < 40 ? (int)row->label.n : 40, row->label.s);
	return maas_eval_add_value(e, truth, answer);
}

/* Said once: rows with a label that was not in the training data can only be missed. */
static void
tell_strange(struct classifying *k, const struct maas_row *row)
{
	size_t lo = 0, hi = k->labels;

	while (lo < hi) { /* labels are sorted by bytes */
		size_t mid = lo + (hi - lo) / 2;
		int c = maas_span_compare(maas_rows_label(k->rows, mid), row->label);

		if (!c)
			return;
		if (c < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	k->strange = 1;
	warn(k->call, "%s:%zu: the model knows no label '%.*s': such rows are always missed", row->record.name,
	    row->record.line, row->label.n < 40 ? (int)row->label.n : 40, row->label.s);
}

int
measure_next(struct classifying *k, struct maas_eval *e, struct maas_row *row)
{
	const char *why;
	int rc;

	while ((rc = classify_next(k, row, &why)) == 2)
		if (why)
			return maas_fail("%s", why);
	if (rc == 0 && !maas_eval_count(e))
		return maas_fail("no rows to measure on");
	if (rc <= 0)
		return rc;
	if (!row->label.s || (!row->label.n && row->record.cell))
		return maas_fail("%s:%zu: no label to measure by (see --label)", row->record.name, row->record.line);
	if (k->labels && !k->strange)
		tell_strange(k, row);
	return (k->labels ? maas_eval_add(e, row->label, k->p) : add_value(e, row, k->p[0])) < 0 ? -1 : 1;
}
