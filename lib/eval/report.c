/* Reports: text as scikit-learn prints it, TSV, JSON. */
#include <stdlib.h>
#include <string.h>

#include "tally.h"
#include "maas/fmt.h"

#define MATRIX 2000 /* labels of a confusion table at most */

static const char *const average_names[] = { "accuracy", "macro avg", "weighted avg" };

/* Characters of a name. */
size_t
report_length(struct maas_span s)
{
	const char *p = s.s, *end = s.s + s.n;
	size_t n = 0;

	for (; p < end; n++)
		(void)maas_utf8_next(&p, end);
	return n;
}

/* A name to the right of `width` characters, and a space. */
int
report_name(struct maas_buf *b, struct maas_span s, size_t width)
{
	size_t n = report_length(s);

	if (maas_buf_printf(b, "%*s", (int)(width > n ? width - n : 0), "") < 0 || maas_buf_add(b, s.s, s.n) < 0)
		return -1;
	return maas_buf_text(b, " ");
}

static int
row(struct maas_buf *b, struct maas_span label, size_t width, const double v[3], double support)
{
	if (report_name(b, label, width) < 0)
		return -1;
	return maas_buf_printf(b, " %9.2f %9.2f %9.2f %9.0f\n", v[0], v[1], v[2], support);
}

static int
averages(struct maas_buf *b, const struct tally *t, size_t width)
{
	double acc = t->accuracy, n = (double)t->n;

	acc = acc > 0 ? 2 * acc * acc / (acc + acc) : 0;
	if (maas_buf_text(b, "\n") < 0 || report_name(b, maas_span(average_names[0]), width) < 0 ||
	    maas_buf_printf(b, " %9s %9s %9.2f %9.0f\n", "", "", acc, n) < 0)
		return -1;
	for (int w = 0; w < 2; w++) {
		double v[3] = { tally_mean(t, t->precision, w), tally_mean(t, t->recall, w), tally_mean(t, t->f1, w) };

		if (row(b, maas_span(average_names[1 + w]), width, v, n) < 0)
			return -1;
	}
	return 0;
}

static int
report(const struct maas_eval *e, const struct tally *t, struct maas_buf *b)
{
	size_t width = strlen("weighted avg");

	for (size_t i = 0; i < t->k; i++) {
		size_t length = report_length(e->names.name[t->label[i]]);

		width = length > width ? length : width;
	}
	if (maas_buf_printf(
		b, "%*s  %9s %9s %9s %9s\n\n", (int)width, "", "precision", "recall", "f1-score", "support") < 0)
		return -1;
	for (size_t i = 0; i < t->k; i++) {
		double v[3] = { t->precision[i], t->recall[i], t->f1[i] };

		if (row(b, e->names.name[t->label[i]], width, v, t->support[i]) < 0)
			return -1;
	}
	return averages(b, t, width);
}

/* Tabs and line ends of a label as blanks: a cell is a cell. */
static int
cell(struct maas_buf *b, struct maas_span s)
{
	size_t from = b->n;

	if (maas_buf_add(b, s.s, s.n) < 0)
		return -1;
	for (size_t i = from; i < b->n; i++)
		if (b->s[i] == '\t' || b->s[i] == '\n' || b->s[i] == '\r')
			b->s[i] = ' ';
	return 0;
}

int
maas_eval_matrix(struct maas_eval *e, struct maas_confusion *m)
{
	struct tally t;

	*m = (struct maas_confusion){ 0 };
	if (tally_make(&t, e) < 0)
		return -1;
	if (t.k > MATRIX) {
		tally_clear(&t);
		return maas_fail("a table of %zu labels, wanted at most %d", t.k, MATRIX);
	}
	if (!(m->label = maas_alloc(t.k, sizeof *m->label)) || !(m->count = maas_alloc(t.k * t.k, sizeof *m->count))) {
		tally_clear(&t);
		maas_confusion_free(m);
		return -1;
	}
	m->n = t.k;
	for (size_t i = 0; i < t.k; i++)
		m->label[i] = e->names.name[t.label[i]];
	for (size_t i = 0; i < e->n; i++)
		m->count[t.at[e->truth[i]] * t.k + t.at[e->answer[i]]]++;
	tally_clear(&t);
	return 0;
}

void
maas_confusion_free(struct maas_confusion *m)
{
	free(m->label);
	free(m->count);
}

static int
confusion(const struct maas_confusion *m, struct maas_buf *b)
{
	for (size_t j = 0; j < m->n; j++)
		if (maas_buf_text(b, "\t") < 0 || cell(b, m->label[j]) < 0)
			return -1;
	for (size_t i = 0; i < m->n; i++) {
		if (maas_buf_text(b, "\n") < 0 || cell(b, m->label[i]) < 0)
			return -1;
		for (size_t j = 0; j < m->n; j++)
			if (maas_buf_printf(b, "\t%zu", m->count[i * m->n + j]) < 0)
				return -1;
	}
	return maas_buf_text(b, "\n");
}

static int
json_matrix(struct maas_eval *e, size_t k, struct maas_buf *b)
{
	struct maas_confusion m;
	int bad = 0;

	if (k > MATRIX)
		return maas_buf_text(b, ",\"confusion\":null");
	if (maas_eval_matrix(e, &m) < 0)
		return -1;
	bad = maas_buf_text(b, ",\"confusion\":[");
	for (size_t i = 0; i < m.n && !bad; i++)
		for (size_t j = 0; j < m.n && !bad; j++)
			bad = maas_buf_printf(b, "%s%s%zu%s", i && !j ? "," : "", j ? "," : "[", m.count[i * m.n + j],
			    j + 1 == m.n ? "]" : "");
	maas_confusion_free(&m);
	return bad || maas_buf_text(b, "]") ? -1 : 0;
}

static int
json_labels(struct maas_eval *e, const struct tally *t, struct maas_buf *b)
{
	if (maas_buf_text(b, ",\"labels\":[") < 0)
		return -1;
	for (size_t i = 0; i < t->k; i++)
		if (maas_buf_text(b, i ? "," : "") < 0 || maas_json_put_text(b, e->names.name[t->label[i]]) < 0)
			return -1;
	if (maas_buf_text(b, "]") < 0 || json_matrix(e, t->k, b) < 0 || maas_buf_text(b, ",\"per_label\":{") < 0)
		return -1;
	for (size_t i = 0; i < t->k; i++) {
		if (maas_buf_text(b, i ? "," : "") < 0 || maas_json_put_text(b, e->names.name[t->label[i]]) < 0 ||
		    maas_buf_text(b, ":{\"precision\":") < 0 || maas_json_put_real(b, t->precision[i]) < 0 ||
		    maas_buf_text(b, ",\"recall\":") < 0 || maas_json_put_real(b, t->recall[i]) < 0 ||
		    maas_buf_text(b, ",\"f1\":") < 0 || maas_json_put_real(b, t->f1[i]) < 0 ||
		    maas_buf_printf(b, ",\"support\":%.0f}", t->support[i]) < 0)
			return -1;
	}
	return maas_buf_text(b, "}");
}

static int
members(struct maas_eval *e, const struct tally *t, struct maas_buf *b)
{
	if (maas_buf_printf(b, "\"n\":%zu", e->n) < 0)
		return -1;
	for (size_t i = 0; maas_eval_metrics[i]; i++) {
		double v;

		if (maas_eval_metric(e, maas_eval_metrics[i], &v) < 0 ||
		    maas_buf_printf(b, ",\"%s\":", maas_eval_metrics[i]) < 0 || maas_json_put_real(b, v) < 0)
			return -1;
	}
	if (maas_buf_text(b, ",\"baseline\":") < 0 || maas_json_put_real(b, maas_eval_baseline(e)) < 0)
		return -1;
	return json_labels(e, t, b);
}

int
maas_eval_report(struct maas_eval *e, struct maas_buf *b)
{
	struct tally t;
	int rc;

	if (!e->labels)
		return value_report(e, b);
	if (tally_make(&t, e) < 0)
		return -1;
	rc = report(e, &t, b);
	tally_clear(&t);
	return rc;
}

int
maas_eval_confusion(struct maas_eval *e, struct maas_buf *b)
{
	struct maas_confusion m;
	int rc;

	if (maas_eval_matrix(e, &m) < 0)
		return -1;
	rc = confusion(&m, b);
	maas_confusion_free(&m);
	return rc;
}

int
maas_eval_members(struct maas_eval *e, struct maas_buf *b)
{
	struct tally t;
	int rc;

	if (!e->labels)
		return value_members(e, b);
	if (tally_make(&t, e) < 0)
		return -1;
	rc = members(e, &t, b);
	tally_clear(&t);
	return rc;
}
