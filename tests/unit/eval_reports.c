/* Metrics and reports hold to scikit-learn: blocks that scripts/make-golden-classify made. */
#include <stdlib.h>

#include "maas/eval.h"
#include "maas/fmt.h"
#include "../test.h"

struct block {
	struct maas_eval *e;
	size_t labels;
	struct maas_buf report;
};

static void
begin(struct block *b, char *s)
{
	struct maas_span label[16];
	char *p;

	for (b->labels = 0; (p = strsep(&s, "\t")); b->labels++)
		label[b->labels] = maas_span(p);
	b->e = maas_eval_new(label, b->labels);
	b->report.n = 0;
}

static void
end(struct block *b)
{
	struct maas_buf got = { 0 };

	if (!b->e)
		return;
	ok(maas_eval_report(b->e, &got) == 0 && got.n == b->report.n && !memcmp(got.s, b->report.s, got.n),
	    "the report of %zu labels, to the character", b->labels);
	if (got.n != b->report.n || memcmp(got.s, b->report.s, got.n))
		printf("%s\n", got.s);
	got.n = 0;
	ok(!maas_buf_text(&got, "{") && !maas_eval_members(b->e, &got) && !maas_buf_text(&got, "}"), "as JSON");
	struct maas_json *j = maas_json_parse((struct maas_span){ got.s, got.n });
	ok(j && maas_json_size(maas_json_get(j, "labels")) == maas_json_size(maas_json_get(j, "confusion")),
	    "which parses");
	maas_json_free(j);
	maas_buf_free(&got);
	maas_eval_free(b->e);
	b->e = NULL;
}

static void
row(struct block *b, char *s)
{
	struct maas_span truth = maas_span(strsep(&s, "\t"));
	double p[16];

	for (size_t i = 0; i < b->labels; i++)
		p[i] = strtod(strsep(&s, "\t"), NULL);
	if (maas_eval_add(b->e, truth, p) < 0)
		ok(0, "%s", maas_error());
}

static void
metric(struct block *b, char *s)
{
	const char *name = strsep(&s, "\t");
	double want = strtod(s, NULL), got;

	ok(maas_eval_metric(b->e, name, &got) == 0 && (isnan(want) ? isnan(got) : fabs(got - want) < 1e-12),
	    "%s of %zu labels: %.15g, %.15g", name, b->labels, got, want);
}

static void
unknown_truth(void)
{
	struct maas_span label[] = { maas_span("b"), maas_span("c") };
	struct maas_eval *e = maas_eval_new(label, 2);
	double p[] = { 0.75, 0.25 }, v;
	struct maas_buf b = { 0 };

	ok(maas_eval_add(e, maas_span("b"), p) == 0 && maas_eval_add(e, maas_span("a"), p) == 0,
	    "a truth that no model knows");
	ok(maas_eval_metric(e, "accuracy", &v) == 0 && v == 0.5, "counts as wrong");
	ok(maas_eval_confusion(e, &b) == 0, "confusion");
	is_str(b.s, "\ta\tb\na\t0\t1\nb\t0\t1\n");
	ok(maas_eval_metric(e, "roc_auc", &v) == 0 && isnan(v), "no roc_auc then");
	ok(maas_eval_metric(e, "acuracy", &v) < 0, "%s", maas_error());
	ok(maas_eval_baseline(e) == 0.5, "baseline");
	maas_buf_free(&b);
	maas_eval_free(e);
}

int
main(void)
{
	const char *data = getenv("DATA");
	struct block b = { 0 };
	struct maas_span line;
	struct maas_input *in;
	char path[4096], copy[1024];

	snprintf(path, sizeof path, "%s/reports.tsv", data ? data : "tests/data");
	in = maas_input_open(path, NULL);
	ok(in != NULL, "golden numbers open");
	while (in && maas_input_line(in, &line, NULL) > 0) {
		char *s = copy, *what;

		snprintf(copy, sizeof copy, "%.*s", (int)line.n, line.s);
		what = strsep(&s, "\t");
		if (!strcmp(what, "case")) {
			end(&b);
			begin(&b, s);
		} else if (!strcmp(what, "row")) {
			row(&b, s);
		} else if (!strcmp(what, "metric")) {
			metric(&b, s);
		} else if (maas_buf_printf(&b.report, "%s\n", s) < 0) {
			return 1;
		}
	}
	end(&b);
	maas_input_close(in);
	maas_buf_free(&b.report);
	unknown_truth();
	return done();
}
