/* Logistic regression from a table to answers: held to scikit-learn's optimum, explained, the same for any threads. */
#include <stdlib.h>

#include "maas/fmt.h"
#include "maas/explain.h"
#include "../../lib/model/logistic.h"
#include "../test.h"

struct trained {
	struct maas_table *t;
	struct maas_columns *c;
	struct maas_reader *r;
	struct maas_rowset *d;
	struct maas_model *m;
	struct maas_fitting how;
	struct maas_vectorizer *v;
};

static int
on_bad(void *ctx, const struct maas_row *row, const char *why)
{
	(void)ctx, (void)row;
	return maas_fail("%s", why);
}

static int
keep_parts(struct trained *z, const struct maas_span *label, size_t labels)
{
	struct maas_buf b = { 0 };
	int bad = maas_columns_write(z->c, &b) || maas_model_add_part(z->m, "columns", (struct maas_span){ b.s, b.n });

	b.n = 0;
	bad = bad || maas_labels_print(&b, label, labels) ||
	    maas_model_add_part(z->m, "labels", (struct maas_span){ b.s, b.n });
	b.n = 0;
	if (z->v)
		bad = bad || maas_vectorizer_compile(z->v, &b) ||
		    maas_model_add_part(z->m, "vectorizer", (struct maas_span){ b.s, b.n });
	maas_buf_free(&b);
	return bad ? -1 : z->m->kind->ready(z->m);
}

/* "name=value ..." of the kind or of its training; texts stay in `kept`. */
static int
set(struct maas_model *m, struct maas_training *how, const char *settings)
{
	static char kept[256];
	char *s = kept, *word, *eq;

	snprintf(kept, sizeof kept, "%s", settings);
	while ((word = strsep(&s, " "))) {
		const struct maas_field *f;

		*(eq = strchr(word, '=')) = 0;
		if ((f = maas_field(m->kind->fields, word, 0))) {
			if (maas_set(f, m->settings, eq + 1) < 0)
				return -1;
		} else if (!(f = maas_field(maas_training_fields, word, 0)) || maas_set(f, how, eq + 1) < 0) {
			return -1;
		}
	}
	return 0;
}

static int
train(struct trained *z, const char *table, const char *settings, int threads)
{
	static struct maas_table_options o;
	struct maas_vectorizer_options vo;
	struct maas_training how;
	struct maas_team *team = maas_team_new(threads);
	struct maas_span *label;
	struct maas_data data = { 0 };
	uint32_t *pick = NULL, *target = NULL;
	double *weight = NULL;
	size_t labels;
	int rc = -1;

	*z = (struct trained){ 0 };
	maas_defaults(maas_table_fields, &o);
	maas_defaults(maas_vectorizer_fields, &vo);
	maas_defaults(maas_training_fields, &how);
	maas_set_all(maas_training_fields, &how, maas_kind_logistic.defaults);
	if (!(z->t = maas_table_open_text(&o, NULL, "test", maas_span(table))) ||
	    !(z->c = maas_columns_fit(z->t, &o, 0)) || !(z->r = maas_reader_new(z->c, z->t)) ||
	    !(z->d = maas_rowset_load(z->r, z->c, MAAS_TASK_CLASS, 0, on_bad, NULL)))
		goto out;
	pick = maas_alloc(z->d->n, sizeof *pick);
	target = maas_alloc(z->d->n, sizeof *target);
	for (uint32_t i = 0; i < z->d->n; i++)
		pick[i] = i;
	if (maas_rowset_labels(z->d, pick, z->d->n, &label, &labels) < 0 ||
	    (z->d->text && !(z->v = maas_rowset_vectorizer(z->d, pick, z->d->n, team, &vo))) ||
	    maas_rowset_targets(z->d, pick, z->d->n, label, labels, target) < 0 ||
	    maas_rowset_design(z->d, pick, z->d->n, team, z->c, z->v, 1, &data.x) < 0)
		goto out;
	data.n = z->d->n;
	data.labels = labels;
	data.name = label;
	data.label = target;
	if (!(z->m = maas_model_new(&maas_kind_logistic)) || set(z->m, &how, settings) < 0 ||
	    maas_class_weights(how.class_weight, &data, &weight) < 0)
		goto out;
	data.weight = weight;
	z->how = (struct maas_fitting){ .how = &how, .team = team };
	rc = z->m->kind->rows->fit(z->m, &data, &z->how);
	if (rc == 0)
		rc = keep_parts(z, label, labels);
out:
	maas_design_free(&data.x);
	free(weight);
	free(pick);
	free(target);
	maas_team_free(team);
	return rc;
}

static void
drop(struct trained *z)
{
	maas_model_close(z->m);
	maas_vectorizer_free(z->v);
	maas_rowset_free(z->d);
	maas_reader_free(z->r);
	maas_columns_free(z->c);
	maas_table_close(z->t);
}

/* Weights and intercept of each output, against the optimum. */
static double
off(const struct maas_model *m, char *best)
{
	const struct maas_tensor *w = maas_model_tensor(m, "coef"), *b = maas_model_tensor(m, "intercept");
	const float *coef = w->data, *bias = b->data;
	double worst = 0;

	for (size_t k = 0; k < w->dim[1]; k++)
		for (size_t j = 0; j <= w->dim[0]; j++) {
			double want = strtod(strsep(&best, ","), NULL),
			       got = j < w->dim[0] ? coef[j * w->dim[1] + k] : bias[k];

			worst = fmax(worst, fabs(got - want) / fmax(1, fabs(want)));
		}
	return best ? INFINITY : worst;
}

static void
golden(void)
{
	const char *data = getenv("DATA");
	char path[4096], copy[8192], settings[256];
	struct maas_span line;
	struct maas_input *in;

	snprintf(path, sizeof path, "%s/logistic.tsv", data ? data : "tests/data");
	in = maas_input_open(path, NULL);
	ok(in != NULL, "golden numbers open");
	while (in && maas_input_line(in, &line, NULL) > 0) {
		struct trained z;
		char *s = copy, *rows, *said;
		double worst;

		if (*line.s == '#')
			continue;
		snprintf(copy, sizeof copy, "%.*s", (int)line.n, line.s);
		said = strsep(&s, "\t");
		rows = strsep(&s, "\t");
		for (char *p = rows; *p; p++)
			*p = *p == ';' ? '\n' : *p == ',' ? '\t' : *p;
		snprintf(settings, sizeof settings, "%s tol=1e-10", said);
		ok(train(&z, rows, settings, 2) == 0, "%s: %ld steps", said, z.how.step);
		worst = z.m ? off(z.m, s) : INFINITY;
		ok(z.how.converged && worst < 1e-6, "%s: off by %.2g of the optimum", said, worst);
		drop(&z);
	}
	maas_input_close(in);
}

static const char pets[] =
    "the cat sat\tpets\nthe cat sat on the mat\tpets\na dog barked!\tguards\nthe dog bit the cat\tguards\n"
    "a mat\tthings\n";

/* What is said of a text: probabilities sum to 1, contributions sum to the logit, places are where the word is. */
static void
explained(void)
{
	static const char text[] = "Does THE cat bite the dog?";
	struct maas_explanation x;
	const struct maas_rows *rows;
	struct maas_rows_call *call;
	struct trained z;
	double p[3], q[3], sum = 0;

	ok(train(&z, pets, "C=10", 1) == 0, "texts");
	rows = maas_rows_of(z.m);
	ok(rows && maas_rows_labels(rows) == 3 && maas_span_is(maas_rows_label(rows, 0), "guards"),
	    "labels are sorted");
	call = maas_rows_call_new(rows);
	ok(maas_rows_text(call, maas_span(text), p) == 0 && fabs(p[0] + p[1] + p[2] - 1) < 1e-12, "probabilities");
	ok(maas_rows_record(call, maas_span("{\"text\":\"Does THE cat bite the dog?\",\"id\":1}"), q) == 0 &&
		!memcmp(p, q, sizeof p),
	    "a record gives what its text gives");
	ok(maas_rows_explain(call, 0, MAAS_METHOD_AUTO, &x) == 0 && x.n == 3, "three words are known");
	sum = x.intercept;
	for (size_t i = 0; i < x.n; i++) {
		const struct maas_piece *e = &x.piece[i];

		sum += e->contribution;
		ok(i == 0 || fabs(e->contribution) <= fabs(e[-1].contribution), "sorted by size");
		if (maas_span_is(e->feature, "the"))
			ok(e->places == 2 && e->place[0].start == 5 && e->place[0].end == 8 &&
				e->place[1].start == 18 && e->value == 2,
			    "'the' stands at 5 and at 18");
	}
	ok(fabs(sum - x.logit) < 1e-12, "the intercept and %zu contributions sum to the logit %.9g", x.n, x.logit);
	ok(maas_rows_explain(call, 3, MAAS_METHOD_AUTO, &x) < 0, "%s", maas_error());
	ok(maas_rows_record(call, maas_span("{\"x\":1}"), p) < 0, "%s", maas_error());
	maas_rows_call_free(call);
	drop(&z);
}

/* Rows one by one and rows together, by turns: who was answered alone is not answered again. */
static void
by_turns(void)
{
	struct maas_row row = { .text = maas_span("a mat") };
	struct maas_rows_call *call;
	struct trained z;
	const double *together;
	double alone[3], other[3];
	size_t n;

	ok(train(&z, pets, "C=10", 1) == 0, "texts");
	call = maas_rows_call_new(maas_rows_of(z.m));
	ok(maas_rows_text(call, row.text, alone) == 0 && maas_rows_text(call, maas_span("the cat"), other) == 0,
	    "one by one");
	ok(maas_rows_add(call, &row) == 0, "added behind one that was answered");
	together = maas_rows_run(call, &n);
	ok(n == 1 && !memcmp(together, alone, sizeof alone), "%zu row, and the answer is its own", n);
	maas_rows_call_free(call);
	drop(&z);
}

static void
same_bits(void)
{
	struct trained a, b;
	const struct maas_tensor *x, *y;

	ok(train(&a, pets, "C=3", 1) == 0 && train(&b, pets, "C=3", 3) == 0, "trained by one thread and by three");
	x = maas_model_tensor(a.m, "coef");
	y = maas_model_tensor(b.m, "coef");
	ok(x->bytes == y->bytes && !memcmp(x->data, y->data, x->bytes), "the same bits");
	drop(&a);
	drop(&b);
}

static void
refused(void)
{
	struct trained z;

	ok(train(&z, "1\ta\n2\ta\n", "C=1", 1) < 0, "%s", maas_error());
	drop(&z);
	ok(train(&z, "1\ta\n2\tb\n", "l2=0.5", 1) < 0 && maas_why() == MAAS_USAGE, "%s", maas_error());
	drop(&z);
	ok(train(&z, "1\ta\n2\tb\n", "momentum=0.5", 1) < 0 && maas_why() == MAAS_USAGE, "%s", maas_error());
	drop(&z);
	ok(train(&z, "1\ta\n2\tb\n", "class-weight=c:2", 1) < 0, "%s", maas_error());
	drop(&z);
	ok(train(&z, "1\ta\n2\tb\n", "class-weight=a", 1) < 0, "%s", maas_error());
	drop(&z);
	ok(train(&z, "0\ta\n1\tb\n3\ta\n", "max-iter=1 tol=1e-9", 1) == 0 && !z.how.converged && z.how.step == 1,
	    "not converged is known");
	drop(&z);
}

/* Features that are the same, found in sparse rows, get the weights that they get in full rows. */
static void
folded(void)
{
	enum { ROWS = 12, COLS = 6 };
	static const double full[ROWS][COLS] = { { 2, 2, 0, 1 }, { 0, 0, 3, 0, 3, 3 }, { 2, 2, 0, 1 }, { 1, 1 },
		{ 0, 0, 1, 0, 1, 1 }, { 1, 1, 0, 0.5 }, { 0, 0, 2, 0, 2, 2 }, { 0, 0, 0, 4 }, { 3, 3 }, { 0 },
		{ 1, 1, 1, 0, 1, 1 }, { 0, 0, 2, 1, 2, 2 } };
	static const uint32_t label[ROWS] = { 0, 1, 0, 1, 1, 0, 2, 2, 0, 2, 1, 2 };
	static const double ratios[] = { 0, 1, 0.5 };
	size_t start[ROWS + 1] = { 0 }, nnz = 0;
	uint32_t col[ROWS * COLS];
	double val[ROWS * COLS];

	for (size_t i = 0; i < ROWS; i++) {
		for (uint32_t j = 0; j < COLS; j++)
			if (full[i][j] != 0) {
				col[nnz] = j;
				val[nnz++] = full[i][j];
			}
		start[i + 1] = nnz;
	}
	for (size_t r = 0; r < MAAS_COUNT(ratios); r++) {
		struct maas_training how;
		struct maas_logistic set = { .C = 1.3, .l1_ratio = ratios[r], .intercept = 1 };
		struct maas_fitting a = { .how = &how, .team = maas_team_new(2) }, b = a;
		struct maas_data sparse = { .n = ROWS,
			.labels = 3,
			.label = label,
			.x = { .rows = ROWS, .cols = COLS, .sparse = { ROWS, COLS, start, col, val } } };
		struct maas_data dense = { .n = ROWS,
			.labels = 3,
			.label = label,
			.x = { .rows = ROWS, .cols = COLS, .dense = COLS, .x = (double *)full } };
		double w[COLS + 1][4] = { { 0 } }, v[COLS + 1][4] = { { 0 } }, worst = 0;
		struct logistic one = { .set = &set, .d = &sparse, .how = &a, .k = 3, .stride = 4, .w = w[0] };
		struct logistic two = { .set = &set, .d = &dense, .how = &b, .k = 3, .stride = 4, .w = v[0] };

		maas_defaults(maas_training_fields, &how);
		how.tol = 1e-10;
		ok(logistic_solve(&one) == 0 && logistic_solve(&two) == 0, "C 1.3, l1-ratio %g", ratios[r]);
		ok(fabs(a.objective - b.objective) < 1e-12 * b.objective, "objectives %.15g and %.15g", a.objective,
		    b.objective);
		for (size_t j = 0; j <= COLS; j++)
			for (size_t k = 0; k < 3; k++)
				worst = fmax(worst, fabs(w[j][k] - v[j][k]));
		ok(worst < 1e-6, "weights differ by %.2g", worst);
		ok(w[0][0] == w[1][0] && w[2][1] == w[4][1] && w[2][1] == w[5][1], "those of the same features do not");
		maas_team_free(a.team);
	}
}

static void
split(void)
{
	uint32_t group[100], pick[100], seen[100] = { 0 };
	size_t kept, held[3] = { 0 };

	for (size_t i = 0; i < 100; i++)
		group[i] = i < 60 ? 0 : i < 99 ? 1 : 2;
	ok(maas_split_stratified(pick, group, 100, 3, 0.1, 7, &kept) == 0 && kept == 90, "%zu of 100 stay", kept);
	for (size_t i = 0; i < 100; i++) {
		seen[pick[i]]++;
		held[group[pick[i]]] += i >= kept;
	}
	ok(held[0] == 6 && held[1] == 4 && held[2] == 0, "of each group its share: %zu %zu %zu", held[0], held[1],
	    held[2]);
	for (size_t i = 1; i < 100; i++)
		if (seen[i] != 1 || (i != kept && pick[i] < pick[i - 1]))
			ok(0, "row %zu", i);
}

int
main(void)
{
	golden();
	explained();
	by_turns();
	same_bits();
	refused();
	folded();
	split();
	return done();
}
