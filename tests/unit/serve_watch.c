/* What a version is asked beside what it learnt from: a window that rolls, rows left out where there are many, labels
 * beyond those told apart. */
#include <math.h>
#include <stdlib.h>

#include "../../lib/serve/watch.h"
#include "../test.h"
#include "../tiny_rows.h"

/* n rows, of the value given, by this member. */
static void
ask(struct watch *w, struct maas_rows_call *call, int member, double x, size_t n)
{
	struct maas_row row = { .x = &x };
	double p[200];

	for (size_t i = 0; i < n; i++)
		if (maas_rows_row(call, &row, p) == 0) {
			watch_row(w, member, call);
			watch_answer(w, member, p);
		}
}

static void
rolled(struct maas_model *m)
{
	struct maas_rows_call *call = maas_rows_call_new(maas_rows_of(m));
	struct watch *w = watch_new(m, 2);
	struct watch_found f;
	double far;

	ok(w && call, "a watch");
	ok(watch_tick(w, 100, 60, &f) == 1 && f.drifts && f.drift.rows == 0 && isnan(f.score), "nothing yet");
	ok(watch_tick(w, 101, 60, &f) == 0, "nothing new");
	ask(w, call, 0, 7.5, 300);
	ask(w, call, 1, 7.5, 100);
	ok(watch_tick(w, 102, 60, &f) == 1 && f.drift.rows == 400 && f.answers == 400, "%g rows of two members",
	    (double)f.drift.rows);
	ok(f.drift.index > 0.2 && f.drift.columns == f.drift.index && isnan(f.drift.unknown), "one value alone: %g",
	    f.drift.index);
	ok(f.score > 0.5 && f.score <= 1, "as sure as %g", f.score);
	ok(watch_answers(w, 0) + watch_answers(w, 1) == 400 && watch_labels(w) == 2, "answers by label");
	far = f.drift.index;
	watch_tick(w, 106, 60, &f);
	for (double x = 0.05; x < 10; x += 0.1)
		ask(w, call, 0, x, 8);
	for (int i = 0; i < 5; i++)
		watch_tick(w, 110 + 10 * i, 60, &f);
	watch_tick(w, 158, 60, &f);
	ok(f.drift.rows == 1200 && f.drift.index < far, "diluted: %g", f.drift.index);
	watch_tick(w, 161, 60, &f);
	ok(f.drift.rows == 800, "the oldest are forgotten: %g are left", (double)f.drift.rows);
	ask(w, call, 0, 7.5, 1);
	ok(watch_tick(w, 100000, 60, &f) == 1 && f.drift.rows == 0 && f.answers == 0, "and all, after a long sleep");
	watch_free(w);
	maas_rows_call_free(call);
}

static void
thinned(struct maas_model *m)
{
	struct maas_rows_call *call = maas_rows_call_new(maas_rows_of(m));
	struct watch *w = watch_new(m, 1);
	struct watch_found f;

	watch_tick(w, 100, 60, &f);
	ask(w, call, 0, 1, 1000 + 3200);
	watch_tick(w, 101, 60, &f);
	ok(f.drift.rows == 1100 && f.answers == 4200, "a thousand of a second, and one of 32: %g of %g",
	    (double)f.drift.rows, (double)f.answers);
	ask(w, call, 0, 1, 500);
	watch_tick(w, 102, 60, &f);
	ok(f.drift.rows == 1600, "the next second begins anew");
	ok(watch_wants(5, 0) && watch_wants(32, 1) && !watch_wants(5, 1), "of many each sixteenth");
	watch_free(w);
	maas_rows_call_free(call);
}

static void
many_labels(void)
{
	struct maas_buf table = { 0 };
	struct maas_rows_call *call;
	struct trained z;
	struct watch *w;
	uint64_t sum = 0;
	int rc = 0;

	for (int i = 0; i < 150 && rc == 0; i++)
		rc = maas_buf_printf(&table, "%d\tl%03d\n", i, i);
	ok(rc == 0 && train(&z, table.s) == 0, "150 labels");
	call = maas_rows_call_new(maas_rows_of(z.m));
	w = watch_new(z.m, 1);
	ok(w && watch_labels(w) == WATCH_LABELS + 1 && !watch_label(w, WATCH_LABELS) &&
		maas_span_is(*watch_label(w, 7), "l007"),
	    "a hundred are told apart");
	ask(w, call, 0, 1e6, 5);
	ask(w, call, 0, -1e6, 3);
	for (size_t i = 0; i <= WATCH_LABELS; i++)
		sum += watch_answers(w, i);
	ok(sum == 8 && watch_answers(w, WATCH_LABELS) == 5, "the others are one");
	watch_free(w);
	maas_rows_call_free(call);
	maas_buf_free(&table);
	drop(&z);
}

int
main(void)
{
	struct maas_buf table = { 0 };
	struct trained z;
	int rc = 0;

	for (int i = 0; i < 400 && rc == 0; i++)
		rc = maas_buf_printf(&table, "%g\t%s\n", i * 7 % 100 / 10.0, i * 7 % 100 < 40 ? "low" : "high");
	ok(rc == 0 && train(&z, table.s) == 0, "a model of one number");
	rolled(z.m);
	thinned(z.m);
	many_labels();
	drop(&z);
	maas_buf_free(&table);
	return done();
}
