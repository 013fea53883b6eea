/* Rows for maas-train: read, parted, vectorised; and scored when the model stands. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "train_rows.h"

/* A row that cannot be learnt from ends it: which, and why. */
static int
on_bad(void *ctx, const struct maas_row *row, const char *why)
{
	(void)ctx;
	if (why == row->bad)
		return maas_fail("%s", why);
	return maas_fail("%s:%zu: %s", row->record.name, row->record.line, why);
}

static struct maas_rowset *
load(struct rows_job *j, struct maas_table *t, const struct maas_columns *c)
{
	struct maas_reader *r = maas_reader_new(c, t);
	struct maas_rowset *d = r ? maas_rowset_load(r, c, 1, on_bad, j) : NULL;

	maas_reader_free(r);
	return d;
}

static int
own_columns(struct rows_job *j, struct maas_table *t)
{
	if (!(j->own = maas_columns_fit(t, j->table, 0)))
		return -1;
	if (!j->own->labelled)
		return maas_fail("no labels in the data: name their column with --label");
	return j->rows->impute ? maas_columns_fill_mean(j->own, t) : 0;
}

/* Where the vectoriser is given: rows it has made, or texts, in the columns it knows or in those now named. */
static int
given_vectorizer(struct rows_job *j, struct maas_table *t)
{
	if (!(j->from = maas_model_open(j->rows->vectorizer)) || !(j->v = maas_model_vectorizer(j->from, &j->columns)))
		return -1;
	if (maas_table_format(t) == &maas_format_libsvm)
		return (j->own = maas_columns_sparse(j->columns->features + maas_vectorizer_size(j->v))) ? 0 : -1;
	if (given(j->call, "text") || given(j->call, "label") || given(j->call, "features") || given(j->call, "drop")) {
		if (own_columns(j, t))
			return -1;
		j->columns = j->own;
	}
	if (!j->columns->labelled)
		return maas_fail("%s was fitted without labels: name their column with --label", j->rows->vectorizer);
	return j->columns->texts ? 0 : maas_fail("no column of text for the vectoriser: name it with --text");
}

static int
read_rows(struct rows_job *j)
{
	struct maas_table *t = maas_table_open(j->table, NULL, j->call->operand, j->call->n, MAAS_AGAIN);
	int bad = !t;

	if (t && j->rows->vectorizer) {
		bad = given_vectorizer(j, t);
	} else if (t) {
		bad = own_columns(j, t);
		j->columns = j->own;
	}
	if (!bad)
		bad = !(j->set = load(j, t, j->own ? j->own : j->columns));
	maas_table_close(t);
	if (bad)
		return -1;
	return j->set->n ? 0 : maas_fail("no rows to train on");
}

static uint32_t *
count_up(size_t n)
{
	uint32_t *pick = maas_alloc(n, sizeof *pick);

	for (size_t i = 0; pick && i < n; i++)
		pick[i] = (uint32_t)i;
	return pick;
}

static int
read_val(struct rows_job *j)
{
	const struct maas_columns *c = j->own ? j->own : j->columns;
	char *operand[] = { (char *)j->rows->val, NULL };
	struct maas_table *t = maas_table_open(j->table, c, operand, 1, 0);
	int bad = !t || !(j->val_set = load(j, t, c));

	maas_table_close(t);
	if (bad)
		return -1;
	if (!j->val_set->n)
		return maas_fail("%s: no rows to measure on", j->rows->val);
	j->val_rows = j->val_set;
	j->val_n = j->val_set->n;
	return (j->val_pick = count_up(j->val_n)) ? 0 : -1;
}

/* Which rows are held out, and the labels of the others. */
static int
part_rows(struct rows_job *j)
{
	struct maas_span *all;
	size_t groups;
	uint32_t *group;

	j->n = j->set->n;
	if (!(j->pick = count_up(j->n)))
		return -1;
	if (j->rows->val && read_val(j))
		return -1;
	if (j->rows->val_split > 0) {
		if (maas_rowset_labels(j->set, j->pick, j->n, &all, &groups) ||
		    !(group = maas_alloc(j->n, sizeof *group)))
			return -1;
		for (size_t i = 0; i < j->n; i++)
			group[i] = (uint32_t)maas_label_find(all, groups, j->set->label[i]);
		j->n = maas_split_stratified(
		    j->pick, group, j->n, groups, j->rows->val_split, (uint64_t)j->call->common.seed);
		free(group);
		j->val_n = j->set->n - j->n;
		j->val_rows = j->set;
		if (!j->n || !j->val_n)
			return maas_fail(
			    "--val-split %g leaves %zu of %zu rows to train on", j->rows->val_split, j->n, j->set->n);
		if (!(j->val_pick = maas_alloc(j->val_n, sizeof *j->val_pick)))
			return -1;
		memcpy(j->val_pick, j->pick + j->n, j->val_n * sizeof *j->val_pick);
	}
	if (maas_rowset_labels(j->set, j->pick, j->n, &j->label, &j->labels) ||
	    !(j->target = maas_alloc(j->n, sizeof *j->target)))
		return -1;
	for (size_t i = 0; i < j->n; i++)
		j->target[i] = (uint32_t)maas_label_find(j->label, j->labels, j->set->label[j->pick[i]]);
	return 0;
}

/* A text without blanks is one word to the analyzer that is the default: said, since it learns next to nothing. */
static void
hint(const struct rows_job *j)
{
	size_t n = j->set->n < 1000 ? j->set->n : 1000;

	if (j->fitted && !given(j->call, "analyzer") && maas_cjk_share(j->set->text, n) > 0.3)
		warn(j->call, "the text has few blanks between words: --analyzer cjk learns more from it");
}

int
rows_read(struct rows_job *j)
{
	if (read_rows(j) || part_rows(j))
		return -1;
	if (!j->v && j->set->text && !(j->v = j->fitted = maas_rowset_vectorizer(j->set, j->pick, j->n, j->vectorizer)))
		return -1;
	hint(j);
	return maas_rowset_features(j->set, j->pick, j->n, j->team, j->v, &j->x);
}

/* The label that most training rows have. */
static size_t
commonest(const struct rows_job *j)
{
	size_t *count = maas_alloc(j->labels, sizeof *count), best = 0;

	for (size_t i = 0; count && i < j->n; i++)
		count[j->target[i]]++;
	for (size_t k = 1; count && k < j->labels; k++)
		best = count[k] > count[best] ? k : best;
	free(count);
	return best;
}

/* How often always saying it is right: on what was held out, else on what was learnt from. */
static double
baseline(const struct rows_job *j)
{
	size_t best = commonest(j), right = 0;

	for (size_t i = 0; !j->val && i < j->n; i++)
		right += j->target[i] == best;
	for (size_t i = 0; j->val && i < j->val_n; i++)
		right += maas_label_find(j->label, j->labels, j->val_rows->label[j->val_pick[i]]) == best;
	return (double)right / (double)(j->val ? j->val_n : j->n);
}

int
rows_validate(struct rows_job *j)
{
	struct maas_csr x = { 0 };
	double *logit, *p = NULL;
	int bad = 0;

	if (!j->val_n)
		return 0;
	if (!(j->val = maas_eval_new(j->label, j->labels)) || !(logit = maas_alloc(j->labels, sizeof *logit)))
		return -1;
	if (!(p = maas_alloc(j->labels, sizeof *p)) ||
	    maas_rowset_features(j->val_rows, j->val_pick, j->val_n, j->team, j->v, &x))
		bad = 1;
	for (size_t i = 0; i < j->val_n && !bad; i++) {
		size_t at = x.start[i];

		j->kind->rows->apply(j->model, x.col + at, x.val + at, x.start[i + 1] - at, logit, p);
		bad = maas_eval_add(j->val, j->val_rows->label[j->val_pick[i]], p);
	}
	maas_csr_free(&x);
	free(logit);
	free(p);
	return bad ? -1 : 0;
}

static int
json_result(const struct rows_job *j, const double *metric)
{
	static const char *const names[] = { "val_loss", "val_accuracy", "val_f1", "val_f1_weighted" };
	struct maas_buf b = { 0 };
	int bad = maas_buf_printf(&b,
		      "{\"kind\":\"%s\",\"rows\":%zu,\"features\":%zu,\"labels\":%zu,\"steps\":%ld,\"done\":%s,"
		      "\"converged\":%s,\"train_loss\":",
		      j->kind->name, j->n, j->x.cols, j->labels, j->how.step, j->timed_out ? "false" : "true",
		      j->how.converged ? "true" : "false") ||
	    maas_json_put_real(&b, j->how.loss);

	if (j->val && !bad)
		bad = maas_buf_printf(&b, ",\"val_rows\":%zu", j->val_n);
	for (size_t i = 0; j->val && i < MAAS_COUNT(names) && !bad; i++)
		bad = maas_buf_printf(&b, ",\"%s\":", names[i]) || maas_json_put_real(&b, metric[i]);
	bad =
	    bad || maas_buf_text(&b, ",\"baseline\":") || maas_json_put_real(&b, baseline(j)) || maas_buf_text(&b, "}");
	if (!bad)
		puts(b.s);
	maas_buf_free(&b);
	return bad ? -1 : 0;
}

int
rows_report(const struct rows_job *j)
{
	static const char *const names[] = { "log_loss", "accuracy", "f1_macro", "f1_weighted" };
	double metric[MAAS_COUNT(names)] = { 0 };
	char val[160] = "", end[160] = "";

	for (size_t i = 0; j->val && i < MAAS_COUNT(names); i++)
		if (maas_eval_metric(j->val, names[i], &metric[i]))
			return -1;
	if (j->val)
		snprintf(
		    val, sizeof val, ", val_accuracy %.4f, val_f1 %.4f on %zu rows", metric[1], metric[2], j->val_n);
	if (j->timed_out)
		snprintf(end, sizeof end, ", not done: out of time");
	else if (!j->how.converged)
		snprintf(end, sizeof end, ", not converged: %.3g to go (see --max-iter, --tol)", j->how.gradient);
	warn(j->call,
	    "%s: %zu rows, %zu features, %zu labels, %ld steps, train_loss %.6g%s (the commonest label alone: %.4f)%s",
	    j->kind->name, j->n, j->x.cols, j->labels, j->how.step, j->how.loss, val, baseline(j), end);
	return j->outcome->json ? json_result(j, metric) : 0;
}

int
rows_plan(const struct rows_job *j)
{
	if (print_settings(j->call, stdout))
		return -1;
	printf("# rows: %zu to train on, %zu held out\n# features: %zu, %zu values a row\n# labels: %zu\n", j->n,
	    j->val_n, j->x.cols, j->x.start[j->n] / j->n, j->labels);
	printf("# parameters: %zu\n", (j->x.cols + 1) * (j->labels == 2 ? 1 : j->labels));
	return 0;
}

void
rows_free(struct rows_job *j)
{
	maas_eval_free(j->val);
	maas_model_close(j->model);
	maas_csr_free(&j->x);
	maas_vectorizer_free(j->fitted);
	maas_rowset_free(j->set);
	maas_rowset_free(j->val_set);
	maas_columns_free(j->own);
	maas_model_close(j->from);
	maas_team_free(j->team);
	free(j->pick);
	free(j->val_pick);
	free(j->target);
}
