/* Linear regression: held to scikit-learn and PyTorch, on dense and on sparse rows, the same for any threads. */
#include <stdlib.h>

#include "maas/fmt.h"
#include "maas/model.h"
#include "../../lib/model/descent.h"
#include "../../lib/model/linear.h"
#include "../test.h"

struct problem {
	struct maas_data d;
	double *x; /* [n][p] */
};

/* "1,2,3;4,5,6": features and a target a row. */
static void
rows_of(struct problem *q, char *text)
{
	size_t n = 1, p = 0;
	char *row, *cell;

	for (char *s = text; *s; s++)
		n += *s == ';';
	for (char *s = text; *s && *s != ';'; s++)
		p += *s == ',';
	q->d = (struct maas_data){ .n = n, .x = { .rows = n, .cols = p, .dense = p } };
	q->x = q->d.x.x = maas_alloc(n * p, sizeof *q->x);
	q->d.target = maas_alloc(n, sizeof(double));
	for (size_t i = 0; (row = strsep(&text, ";")); i++)
		for (size_t j = 0; (cell = strsep(&row, ",")); j++)
			*(j < p ? &q->x[i * p + j] : (double *)&q->d.target[i]) = strtod(cell, NULL);
}

/* The same with all but the first `dense` features sparse. */
static void
thin(struct problem *q, size_t dense)
{
	struct maas_design *x = &q->d.x;
	size_t n = x->rows, p = x->cols, nnz = 0;
	struct maas_csr *s = &x->sparse;

	x->dense = dense;
	*s = (struct maas_csr){ .rows = n, .cols = p - dense };
	s->start = maas_alloc(n + 1, sizeof *s->start);
	s->col = maas_alloc(n * p, sizeof *s->col);
	s->val = maas_alloc(n * p, sizeof *s->val);
	for (size_t i = 0; i < n; i++) {
		for (size_t j = 0; j < p; j++) {
			double v = q->x[i * p + j];

			if (j < dense)
				q->x[i * dense + j] = v;
			else if (v != 0) {
				s->col[nnz] = (uint32_t)(j - dense);
				s->val[nnz++] = v;
			}
		}
		s->start[i + 1] = nnz;
	}
}

static void
forget(struct problem *q)
{
	free((void *)q->d.target);
	maas_design_free(&q->d.x);
}

static void
set(struct maas_model *m, struct maas_training *how, const char *settings)
{
	maas_defaults(maas_training_fields, how);
	maas_set_all(maas_training_fields, how, m->kind->defaults);
	maas_set_all(maas_training_fields, how, settings);
	maas_set_all(m->kind->fields, m->settings, settings);
}

static const char *batch = "all";

/* to [p + 1]; NULL where it fails. */
static double *
fitted(const struct problem *q, const char *settings, int threads, struct maas_fitting *f)
{
	struct maas_model *m = maas_model_new(&maas_kind_linear);
	struct maas_training how;
	struct maas_team *team = maas_team_new(threads);
	double *to = NULL;

	set(m, &how, settings);
	if (how.optimizer != MAAS_AUTO)
		how.batch_size = batch;
	*f = (struct maas_fitting){ .how = &how, .team = team, .seed = 3 };
	if (m->kind->rows->fit(m, &q->d, f) == 0) {
		to = maas_alloc(q->d.x.cols + 1, sizeof *to);
		memcpy(to, maas_model_tensor(m, "coef")->data, q->d.x.cols * sizeof *to);
		to[q->d.x.cols] = *(const double *)maas_model_tensor(m, "intercept")->data;
	}
	maas_model_close(m);
	maas_team_free(team);
	return to;
}

static double
off(const double *got, const double *want, size_t n)
{
	double worst = 0, size = 0;

	for (size_t i = 0; i < n; i++)
		size = fmax(size, fabs(want[i]));
	for (size_t i = 0; got && i < n; i++)
		worst = fmax(worst, fabs(got[i] - want[i]) / fmax(1e-3 * size, fabs(want[i])));
	return got ? worst : INFINITY;
}

/* Dense, half sparse, sparse, and by what more features than LINEAR_EXACT are solved with. */
static void
each_way(struct problem *q, const char *said, const double *want)
{
	size_t p = q->d.x.cols, parts[] = { p, p / 2, 0 };
	struct maas_fitting f;
	double *whole = maas_alloc(q->d.n * p, sizeof *whole), worst = 0;
	int same = 1;

	memcpy(whole, q->x, q->d.n * p * sizeof *whole);
	for (size_t i = 0; i < MAAS_COUNT(parts); i++) {
		double *a, *b;

		memcpy(q->x, whole, q->d.n * p * sizeof *whole);
		if (parts[i] < p)
			thin(q, parts[i]);
		a = fitted(q, said, 1, &f);
		b = fitted(q, said, 2, &f);
		worst = fmax(worst, off(a, want, p + 1));
		same = same && a && b && !memcmp(a, b, (p + 1) * sizeof *a);
		free(a);
		free(b);
		if (parts[i] < p)
			maas_csr_free(&q->d.x.sparse);
		q->d.x.dense = p;
	}
	ok(worst < 1e-8, "%s: off by %.2g", said, worst);
	ok(same, "the same bytes for one thread and two");
	memcpy(q->x, whole, q->d.n * p * sizeof *whole);
	free(whole);
}

/* The ways for many features, given few. */
static void
many_features(struct problem *q, const char *said, const double *want)
{
	struct maas_model *m = maas_model_new(&maas_kind_linear);
	const struct maas_linear *s = m->settings;
	struct maas_training how;
	struct maas_fitting f = { .how = &how, .team = maas_team_new(2) };
	struct linear l = { .d = &q->d, .how = &f, .team = f.team, .n = q->d.n, .p = q->d.x.cols, .tol = 1e-13 };
	size_t p = l.p;
	double worst, *w = l.w = maas_alloc(p + 1, sizeof *w);

	set(m, &how, said);
	l.l1 = how.l1;
	l.l2 = how.l2;
	l.intercept = s->intercept;
	l.mean = maas_alloc(p, sizeof *l.mean);
	ok(linear_means(&l) == 0 && (l.l1 > 0 ? linear_columns(&l) : linear_gradients(&l)) == 0 && f.converged,
	    "%s in %ld steps", f.solver, f.step);
	w[p] = l.y_mean;
	for (size_t j = 0; j < p; j++)
		w[p] -= l.mean[j] * w[j];
	worst = off(w, want, p + 1);
	ok(worst < 1e-8, "%s: off by %.2g", said, worst);
	free(l.mean);
	free(w);
	maas_team_free(f.team);
	maas_model_close(m);
}

static void
golden(void)
{
	const char *data = getenv("DATA");
	char path[4096];
	struct maas_span line;
	struct maas_input *in;

	snprintf(path, sizeof path, "%s/linear.tsv", data ? data : "tests/data");
	in = maas_input_open(path, NULL);
	ok(in != NULL, "golden numbers open");
	while (in && maas_input_line(in, &line, NULL) > 0) {
		char *copy = strndup(line.s, line.n), *s = copy, *said = strsep(&s, "\t"), *rows = strsep(&s, "\t");
		struct problem q;
		double want[64];

		if (*line.s == '#') {
			free(copy);
			continue;
		}
		rows_of(&q, rows);
		for (size_t i = 0; i <= q.d.x.cols; i++)
			want[i] = strtod(strsep(&s, ","), NULL);
		each_way(&q, said, want);
		/* Steps that depend on how columns are measured end elsewhere where these lie far apart. */
		if (!strstr(said, "optimizer") && fabs(q.x[0]) < 1e3 && q.x[2] < 900) {
			many_features(&q, said, want);
			thin(&q, 0);
			many_features(&q, said, want);
		}
		forget(&q);
		free(copy);
	}
	maas_input_close(in);
}

static char six[] = "0,0,1;0,1,2;1,0,2;1,1,3.5;2,1,4;2,2,6";

static double seen[1000];
static int
watch(struct maas_fitting *f)
{
	if (f->evaluated)
		seen[f->step - 1] = f->loss;
	return 0;
}

/* The numbers of the textbook, to the digit. */
static void
textbook(void)
{
	char copy[sizeof six];
	struct problem q;
	struct maas_model *m = maas_model_new(&maas_kind_linear);
	struct maas_training how;
	struct maas_fitting f = { .how = &how, .team = maas_team_new(2), .on_step = watch };
	const double *w;

	memcpy(copy, six, sizeof six);
	rows_of(&q, copy);
	set(m, &how, "optimizer=gd lr=0.01 epochs=1000 init=zeros intercept=false");
	ok(m->kind->rows->fit(m, &q.d, &f) == 0 && f.step == 1000 && f.epochs == 1000, "a thousand epochs");
	w = maas_model_tensor(m, "coef")->data;
	ok(fabs(w[0] - 1.3369903199418365) < 3e-16 && fabs(w[1] - 1.733571592401176) < 3e-16, "theta %.17g %.17g", w[0],
	    w[1]);
	ok(fabs(seen[0] - 12.208333333333334) < 1e-14 && fabs(seen[100] - 0.3378022653291848) < 1e-14 &&
		fabs(seen[900] - 0.3135105925349016) < 1e-14,
	    "losses %.11g %.11g %.11g", seen[0], seen[100], seen[900]);
	maas_team_free(f.team);
	maas_model_close(m);
	forget(&q);
}

/* Mini-batches end near what is the least, with what is owed to l1 and l2 paid. */
static void
mini_batches(void)
{
	static const char *const said[] = { "l1=0", "l2=1", "l1=0.1", "l1=0.05 l2=2" };
	struct problem q = { 0 };
	char text[4096], *at = text;

	for (size_t i = 0; i < 40; i++) {
		double a = i % 3 == 0, b = i % 4 == 1 ? 2 : 0, c = i % 5 == 2, d = i % 7 == 3;

		at += snprintf(at, 64, "%s%g,%g,%g,%g,%.3f", i ? ";" : "", a, b, c, d,
		    0.5 + 2 * a - b + 0.1 * c - 0.3 * d + sin((double)i * 5) / 3);
	}
	rows_of(&q, text);
	thin(&q, 1);
	for (size_t i = 0; i < MAAS_COUNT(said); i++) {
		static const char *const optimizers[] = { "sgd", "momentum", "adam", "gd" };

		for (size_t o = 0; o < MAAS_COUNT(optimizers); o++) {
			struct maas_fitting f;
			char settings[160];
			double *want, *got, *again, worst;

			batch = NULL;
			want = fitted(&q, said[i], 1, &f);
			batch = o == 3 ? "all" : "7";
			snprintf(settings, sizeof settings, "optimizer=%s epochs=%d schedule=%s lr=%s %s",
			    optimizers[o], o == 3 ? 3000 : 1500, o == 3 ? "constant" : "linear", o ? "auto" : "0.05",
			    said[i]);
			got = fitted(&q, settings, 1, &f);
			again = fitted(&q, settings, 2, &f);
			worst = off(got, want, 5);
			ok(worst < (o == 3 ? 1e-6 : 0.05), "%s: off by %.2g, at a rate of %g", settings, worst, f.lr);
			ok(got && again && !memcmp(got, again, 5 * sizeof *got), "the same bytes for any team");
			free(want);
			free(got);
			free(again);
		}
	}
	batch = NULL;
	forget(&q);
}

/* What is paid late of l1 and l2 is what would have been paid at each step: by sparse rows, by full ones, and by steps
 * that walk over all weights. */
static void
paid_late(void)
{
	static const char *const said[] = { "l1=0.05 l2=9", "l1=0.3", "l2=5" };
	struct problem full, sparse;
	char text[4096], copy[4096], *at = text;

	for (size_t i = 0; i < 40; i++)
		at += snprintf(at, 64, "%s%g,%g,%g,%g,%.3f", i ? ";" : "", (double)(i % 3 == 0), i % 4 == 1 ? 2.0 : 0,
		    (double)(i % 5 == 2), i % 7 == 3 ? -0.5 : 0, 0.5 + sin((double)i * 5));
	memcpy(copy, text, sizeof copy);
	rows_of(&full, text);
	rows_of(&sparse, copy);
	thin(&sparse, 0);
	batch = "3";
	for (size_t i = 0; i < MAAS_COUNT(said); i++) {
		struct maas_fitting f;
		char settings[160];
		double *a, *b, *each, worst;

		snprintf(settings, sizeof settings, "optimizer=sgd epochs=4 lr=0.1 %s", said[i]);
		a = fitted(&full, settings, 1, &f);
		b = fitted(&sparse, settings, 1, &f);
		snprintf(settings, sizeof settings, "optimizer=momentum momentum=0 epochs=4 lr=0.1 %s", said[i]);
		each = fitted(&sparse, settings, 1, &f);
		worst = fmax(off(a, each, 5), off(b, each, 5));
		ok(worst < 1e-12, "%s: paid late differs by %.2g", said[i], worst);
		free(a);
		free(b);
		free(each);
	}
	batch = NULL;
	forget(&full);
	forget(&sparse);
}

/* Three steps from [1, -2] with gradients [.5, -.25], [1, .1], [-.2, .3], lr 0.1 (PyTorch 1.13). */
static void
rules(void)
{
	static const double g[3][2] = { { 0.5, -0.25 }, { 1, 0.1 }, { -0.2, 0.3 } };
	static const struct {
		const char *name;
		struct descent_rule rule;
		double want[2];
	} r[] = {
		{ "adam", { .optimizer = MAAS_ADAM, .l2 = 0.01 }, { 0.7404242026107606, -1.8789769158859462 } },
		{ "adamw", { .optimizer = MAAS_ADAMW, .decay = 0.01 }, { 0.7385949961284716, -1.8894053759032825 } },
		{ "momentum", { .optimizer = MAAS_MOMENTUM, .l2 = 0.01 }, { 0.689184749, -1.970124573 } },
	};

	for (size_t i = 0; i < MAAS_COUNT(r); i++) {
		struct descent_rule rule = r[i].rule;
		double w[2] = { 1, -2 }, m[2] = { 0 }, v[2] = { 0 };

		rule.lr = 0.1;
		rule.momentum = rule.beta1 = 0.9;
		rule.beta2 = 0.999;
		for (rule.step = 1; rule.step <= 3; rule.step++)
			descent_update(&rule, w, g[rule.step - 1], m, v, 2);
		ok(fabs(w[0] - r[i].want[0]) < 1e-14 && fabs(w[1] - r[i].want[1]) < 1e-14, "%s: %.17g %.17g", r[i].name,
		    w[0], w[1]);
	}
}

static long told;
static int
stop_later(struct maas_fitting *f)
{
	told++;
	return f->step >= 5;
}

static void
endings(void)
{
	char copy[sizeof six], other[sizeof six];
	struct problem q, val;
	struct maas_model *m = maas_model_new(&maas_kind_linear);
	struct maas_training how;
	struct maas_team *team = maas_team_new(1);
	struct maas_fitting f = { .how = &how, .team = team, .on_step = stop_later };
	double *w;

	memcpy(copy, six, sizeof six);
	memcpy(other, six, sizeof six);
	rows_of(&q, copy);
	rows_of(&val, other);
	set(m, &how, "optimizer=gd lr=0.01 epochs=1000");
	ok(m->kind->rows->fit(m, &q.d, &f) == 0 && f.step == 5 && told >= 5, "stopped after %ld steps", f.step);
	maas_model_close(m);

	/* What is held out wants the opposite: the first epoch is the best. */
	m = maas_model_new(&maas_kind_linear);
	for (size_t i = 0; i < 6; i++)
		((double *)val.d.target)[i] = 1e-3 * (double)i - val.d.target[i];
	set(m, &how, "optimizer=gd lr=0.01 epochs=1000 early_stop=4");
	f = (struct maas_fitting){ .how = &how, .team = team, .val = &val.d };
	ok(m->kind->rows->fit(m, &q.d, &f) == 0 && f.best_epoch == 1 && f.stopped_epoch == 5,
	    "best after epoch %ld, stopped after epoch %ld", f.best_epoch, f.stopped_epoch);
	maas_model_close(m);
	w = fitted(&q, "optimizer=gd lr=0.01 epochs=5 early_stop=2", 1, &f);
	ok(!w, "%s", maas_error());
	w = fitted(&q, "optimizer=gd lr=90", 1, &f);
	ok(!w, "%s", maas_error());
	w = fitted(&q, "optimizer=lbfgs", 1, &f);
	ok(!w && maas_why() == MAAS_USAGE, "%s", maas_error());
	w = fitted(&q, "momentum=0.5", 1, &f);
	ok(!w && maas_why() == MAAS_USAGE, "%s", maas_error());
	q.x[3] = NAN;
	w = fitted(&q, "l2=1", 1, &f);
	ok(!w, "%s", maas_error());
	maas_team_free(team);
	forget(&q);
	forget(&val);
}

int
main(void)
{
	golden();
	textbook();
	mini_batches();
	paid_late();
	rules();
	endings();
	return done();
}
