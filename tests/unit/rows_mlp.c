/*
 * Perceptrons by the trainer of all networks: held to PyTorch in float64 (scripts/make-golden-mlp), the same for any
 * team and any block of rows, sparse features as dense ones, gradients as differences, early stopping.
 */
#include <stdlib.h>

#include "maas/train.h"
#include "../counted.h"
#include "../test.h"

enum { ROWS = 12, FEATURES = 5, LABELS = 3 };

static struct maas_team *one, *three;
static const struct maas_span names[] = { { "a", 1 }, { "b", 1 }, { "c", 1 } };

/* A model in the making. */
struct job {
	struct maas_data d, val;
	struct maas_training how;
	struct maas_fitting f;
	struct maas_model *m;
	size_t evals, bests, stop_at, steps_told, warm;
	double first, last, worst_val, best_val;
	long taken;
};

static double
cell(size_t i, size_t j)
{
	return sin(1 + 1.3 * (double)i + 0.7 * (double)j);
}

/* Rows of the formula, the first `dense` features dense and the others sparse. */
static void
fill(struct maas_data *d, size_t n, size_t dense, int values)
{
	size_t wide = FEATURES - dense, entries = 0;
	uint32_t *label = malloc(n * sizeof *label);
	double *target = malloc(n * sizeof *target);

	*d = (struct maas_data){
		.n = n, .labels = values ? 0 : LABELS, .name = names, .label = label, .target = target
	};
	d->x = (struct maas_design){ .rows = n, .cols = FEATURES, .dense = dense };
	d->x.x = malloc((n * dense + 1) * sizeof(double));
	d->x.sparse = (struct maas_csr){ .rows = n, .cols = wide };
	d->x.sparse.start = calloc(n + 1, sizeof(size_t));
	d->x.sparse.col = malloc((n * wide + 1) * sizeof(uint32_t));
	d->x.sparse.val = malloc((n * wide + 1) * sizeof(double));
	for (size_t i = 0; i < n; i++) {
		label[i] = (uint32_t)(i * 7 % LABELS);
		target[i] = 10 + 3 * sin((double)i) + 2 * sin(1 + 1.3 * (double)i);
		for (size_t j = 0; j < dense; j++)
			d->x.x[i * dense + j] = cell(i, j);
		for (size_t j = 0; j < wide; j++, entries++) {
			d->x.sparse.col[entries] = (uint32_t)j;
			d->x.sparse.val[entries] = cell(i, dense + j);
		}
		d->x.sparse.start[i + 1] = entries;
	}
}

static void
empty(struct maas_data *d)
{
	free((void *)d->label);
	free((void *)d->target);
	free(d->x.x);
	free(d->x.sparse.start);
	free(d->x.sparse.col);
	free(d->x.sparse.val);
}

/* "name=value ..." of the kind or of its training. */
static int
set(struct job *j, const char *settings)
{
	static char kept[256];
	char *s = kept, *word, *eq;

	snprintf(kept, sizeof kept, "%s", settings);
	maas_defaults(maas_training_fields, &j->how);
	maas_set_all(maas_training_fields, &j->how, maas_kind_mlp.defaults);
	maas_set_all(maas_training_fields, &j->how, "schedule=constant");
	while ((word = strsep(&s, " "))) {
		const struct maas_field *f;

		*(eq = strchr(word, '=')) = 0;
		if ((f = maas_field(maas_kind_mlp.fields, word, 0))
			? maas_set(f, j->m->settings, eq + 1)
			: maas_set(maas_field(maas_training_fields, word, 0), &j->how, eq + 1))
			return -1;
	}
	return 0;
}

static int
on_step(struct maas_fitting *f)
{
	struct job *j = f->ctx;

	if (!j->steps_told++)
		j->first = f->loss;
	j->last = f->loss;
	j->evals += (size_t)f->evaluated;
	if (f->evaluated && f->best) {
		j->bests++;
		j->best_val = f->val_loss;
	}
	if (j->warm == j->steps_told)
		j->taken = taken;
	return j->stop_at && j->steps_told >= j->stop_at;
}

/* d is the job's. */
static int
train(struct job *j, const char *settings, struct maas_team *team, const struct maas_model *from)
{
	maas_model_close(j->m);
	j->m = maas_model_new(&maas_kind_mlp);
	if (set(j, settings)) {
		ok(0, "%s", maas_error());
		return -1;
	}
	j->f = (struct maas_fitting){ .how = &j->how,
		.val = j->val.n ? &j->val : NULL,
		.from = from,
		.team = team,
		.seed = 7,
		.on_step = on_step,
		.ctx = j };
	j->evals = j->bests = j->steps_told = 0;
	return maas_rows_train(j->m, &j->d, &j->f);
}

/* A model to begin with: the formula of the golden numbers, the first layer's weight cut in two by `dense`. */
static struct maas_model *
first(size_t dense, size_t outputs)
{
	static float room[4096];
	struct maas_model *m = maas_model_new(&maas_kind_mlp);
	size_t width[] = { FEATURES, 4, 3, outputs }, at = 0;
	char name[40];

	for (size_t k = 0; k < 3; k++) {
		size_t in = width[k], out = width[k + 1], left = k ? in : dense;
		float *w = room + at, *b = w + in * out, *table = b + out;

		at += in * out + out + in * out;
		for (size_t i = 0; i < in * out; i++) {
			float v = (float)(0.5 * sin(0.7 * (double)i + (double)k));

			if (i % in < left)
				w[i / in * left + i % in] = v;
			else
				table[(i % in - left) * out + i / in] = v;
		}
		for (size_t i = 0; i < out; i++)
			b[i] = (float)(0.5 * sin(0.7 * (double)i + (double)k + 3));
		const struct maas_tensor t[] = {
			{ .name = "weight", .ndim = 2, .dim = { out, left }, .data = w, .bytes = out * left * 4 },
			{ .name = "bias", .ndim = 1, .dim = { out }, .data = b, .bytes = out * 4 },
			{ .name = "table",
			    .ndim = 2,
			    .dim = { in - left, out },
			    .data = table,
			    .bytes = (in - left) * out * 4 },
		};

		for (size_t i = 0; i < MAAS_COUNT(t); i++) {
			struct maas_tensor full = t[i];

			snprintf(name, sizeof name, "layers.%zu.%s", k, t[i].name);
			full.name = name;
			if (full.bytes && maas_model_add(m, &full))
				return NULL;
		}
	}
	return m;
}

static void *
room(const struct maas_model *m, size_t rows)
{
	size_t bytes = (maas_kind_mlp.rows->scratch(m, rows) + 63) / 64 * 64;

	return aligned_alloc(64, bytes);
}

static void
answer(const struct maas_model *m, const struct maas_design *x, double *out)
{
	void *scratch = room(m, x->rows);

	maas_kind_mlp.rows->apply(m, x, out, scratch);
	free(scratch);
}

/* Element (o, j) of the first layer's weight, wherever it lies. */
static double
first_weight(const struct maas_model *m, size_t o, size_t j)
{
	const struct maas_tensor *w = maas_model_tensor(m, "layers.0.weight"),
				 *table = maas_model_tensor(m, "layers.0.table");
	size_t dense = w ? w->dim[1] : 0;

	return j < dense ? ((const float *)w->data)[o * dense + j]
			 : ((const float *)table->data)[(j - dense) * table->dim[1] + o];
}

/* The largest difference of a line of golden numbers. */
static double
off(const struct maas_model *m, const double *out, const char *tensor, char *numbers)
{
	const struct maas_tensor *t = strcmp(tensor, "out") ? maas_model_tensor(m, tensor) : NULL;
	int split = !strcmp(tensor, "layers.0.weight");
	double worst = 0;
	size_t i = 0;

	for (char *word; (word = strsep(&numbers, " \n")) && *word; i++) {
		double want = strtod(word, NULL),
		       got = split ? first_weight(m, i / FEATURES, i % FEATURES)
		    : t            ? (double)((const float *)t->data)[i]
				   : out[i];

		worst = fmax(worst, fabs(got - want) / (1 + fabs(want)));
	}
	return i ? worst : INFINITY;
}

static void
check_golden(const char *name, const char *settings, int values, size_t dense, const double *weight)
{
	struct job j = { .m = NULL };
	struct maas_model *from = first(dense, values ? 1 : LABELS);
	double out[ROWS * LABELS], worst = 0;
	char line[4096];
	int lines = 0;
	const char *data = getenv("DATA");
	char path[4096];
	FILE *f;

	snprintf(path, sizeof path, "%s/mlp.tsv", data ? data : "tests/data");
	f = fopen(path, "r");
	fill(&j.d, ROWS, dense, values);
	j.d.weight = weight;
	if (!f || train(&j, settings, one, from)) {
		ok(0, "%s: %s", name, f ? maas_error() : "no golden numbers");
		return;
	}
	answer(j.m, &j.d.x, out);
	while (fgets(line, sizeof line, f)) {
		char *rest = line, *which = strsep(&rest, "\t"), *tensor = strsep(&rest, "\t");

		if (strcmp(which, name) != 0)
			continue;
		worst = fmax(worst, off(j.m, out, tensor, rest));
		lines++;
	}
	ok(lines == 7 && worst < 3e-6, "%s, %zu dense features: off by %.2g at most", name, dense, worst);
	fclose(f);
	maas_model_close(from);
	maas_model_close(j.m);
	empty(&j.d);
}

static uint64_t
digest(const struct maas_model *m)
{
	uint64_t h = 1;

	for (size_t i = 0; i < m->ntensor; i++)
		h = maas_hash(m->tensor[i].data, m->tensor[i].bytes, h);
	return h;
}

#define WIDE "hidden=200,70 epochs=3 batch_size=50 dropout=0.2 activation=gelu"

static void
check_same(void)
{
	struct job j = { .m = NULL };
	double *all = malloc(500 * LABELS * sizeof *all), alone[LABELS];
	uint64_t want;
	int bad = 0;

	fill(&j.d, 500, 3, 0);
	fill(&j.val, 90, 3, 0);
	if (train(&j, WIDE, one, NULL))
		ok(0, "%s", maas_error());
	want = digest(j.m);
	ok(j.steps_told == 30 && j.evals == 3 && j.f.step == 30 && j.f.epoch == 3, "30 steps, told once each");
	ok(!train(&j, WIDE, three, NULL) && digest(j.m) == want, "the same bytes by three threads %s", maas_error());
	answer(j.m, &j.d.x, all);
	for (size_t i = 0; i < 500; i += 7) {
		struct maas_design row = maas_design_part(&j.d.x, i, 1);

		answer(j.m, &row, alone);
		bad += memcmp(alone, all + i * LABELS, sizeof alone) != 0;
	}
	ok(!bad, "a row gets the same bytes alone and among others");
	j.f.seed = 8;
	maas_model_close(j.m);
	j.m = maas_model_new(&maas_kind_mlp);
	ok(!set(&j, WIDE) && !maas_rows_train(j.m, &j.d, &j.f) && digest(j.m) != want, "another seed, another model");
	maas_model_close(j.m);
	empty(&j.d);
	empty(&j.val);
	free(all);
}

/* d output / d feature against differences of the answer. */
static void
check_slope(size_t dense)
{
	struct job j = { .m = NULL };
	double up[LABELS], down[LABELS], slope[FEATURES], worst = 0;
	void *scratch;

	fill(&j.d, 40, dense, 0);
	if (train(&j, "hidden=30,20 epochs=30 activation=tanh lr=0.01", one, NULL)) {
		ok(0, "%s", maas_error());
		return;
	}
	scratch = room(j.m, 1);
	for (size_t row = 0; row < 40; row += 13)
		for (size_t o = 0; o < LABELS; o++) {
			struct maas_design x = maas_design_part(&j.d.x, row, 1);
			double of[LABELS] = { 0 };

			of[o] = 1;
			maas_kind_mlp.rows->gradient(j.m, &x, of, slope, slope + dense, scratch);
			for (size_t k = 0; k < FEATURES; k++) {
				double *at = k < dense ? x.x + k : x.sparse.val + x.sparse.start[0] + k - dense,
				       was = *at;

				*at = was + 1e-2;
				answer(j.m, &x, up);
				*at = was - 1e-2;
				answer(j.m, &x, down);
				*at = was;
				worst = fmax(worst, fabs((up[o] - down[o]) / 2e-2 - slope[k]));
			}
		}
	ok(worst < 2e-3, "%zu dense features: slopes are off by %.2g", dense, worst);
	free(scratch);
	maas_model_close(j.m);
	empty(&j.d);
}

/* The held-out rows are of another world: the loss on them falls at first, and rises. */
static void
check_early(void)
{
	struct job j = { .m = NULL };
	double *out = malloc(60 * sizeof *out), loss = 0;

	fill(&j.d, 60, 5, 1);
	fill(&j.val, 60, 5, 1);
	for (size_t i = 0; i < 60; i++)
		((double *)j.val.target)[i] += 4 * sin(17.0 * (double)i);
	if (train(&j, "hidden=64 epochs=400 lr=0.01 early_stop=5", one, NULL)) {
		ok(0, "%s", maas_error());
		return;
	}
	ok(j.f.stopped_epoch > 0 && j.f.stopped_epoch < 400 && j.f.best_epoch + 5 == j.f.stopped_epoch,
	    "stopped at %ld, five behind the best, %ld", j.f.stopped_epoch, j.f.best_epoch);
	answer(j.m, &j.val.x, out);
	for (size_t i = 0; i < 60; i++)
		loss += pow(out[i] - j.val.target[i], 2) / 60;
	ok(fabs(loss - j.best_val) < 1e-4 * loss && j.bests > 1,
	    "the best weights stay, and losses are in the target's unit: %.6g", loss);
	maas_model_close(j.m);
	j.m = NULL;
	j.stop_at = 7;
	ok(!train(&j, "hidden=64 epochs=400 lr=0.01", one, NULL) && j.f.step == 7 &&
		maas_model_tensor(j.m, "layers.1.bias"),
	    "stopped by who watches: there is a model");
	maas_model_close(j.m);
	empty(&j.d);
	empty(&j.val);
	free(out);
}

/* Parts of a batch weigh what their rows do. */
static void
check_batches(void)
{
	static const double weight[] = { 3, 0.25, 1 };
	struct job j = { .m = NULL };
	double all[ROWS * LABELS], parts[ROWS * LABELS], worst = 0;
	uint64_t want;

	fill(&j.d, 5000, 2, 0);
	j.d.weight = weight;
	if (train(&j, "hidden=8 steps=4 optimizer=sgd lr=0.5 batch_size=5000", one, NULL))
		ok(0, "%s", maas_error());
	struct maas_design few = maas_design_part(&j.d.x, 0, ROWS);

	answer(j.m, &few, all);
	want = digest(j.m);
	if (train(&j, "hidden=8 steps=4 optimizer=sgd lr=0.5 batch_size=100 accumulate=50", one, NULL))
		ok(0, "%s", maas_error());
	answer(j.m, &few, parts);
	for (size_t i = 0; i < MAAS_COUNT(all); i++)
		worst = fmax(worst, fabs(all[i] - parts[i]));
	ok(worst < 1e-4 && digest(j.m) != want, "a batch of 5000 in two parts is one in fifty: off by %.2g", worst);
	ok(!train(&j, "hidden=8 epochs=2 batch_size=300", one, NULL) && j.f.step == 34,
	    "an epoch ends with a short batch");
	if (train(&j, "hidden=8 epochs=1 batch_size=all lr=0", one, NULL) == 0) {
		double whole = j.last;

		ok(!train(&j, "hidden=8 epochs=3 batch_size=300 lr=0", one, NULL) &&
			fabs(j.last - whole) < 1e-6 * whole,
		    "each row once an epoch: a mean loss of %.9g, at once %.9g", j.last, whole);
	}
	j.warm = 5;
	if (!train(&j, "hidden=8 epochs=2 batch_size=300", one, NULL)) {
		long most = taken - j.taken;

		ok(!COUNTED || most < 20, "%ld pieces of memory in 29 warm steps and the model", most);
	}
	maas_model_close(j.m);
	empty(&j.d);
}

/* First weights: their deviation and how far they reach; biases are 0 but by default. */
static void
check_init(void)
{
	static const struct {
		const char *settings;
		double sd, most;
		int biases;
	} want[] = {
		{ "init=auto hidden=400 steps=1 lr=0", 0.4472136 / 1.7320508, 0.4472137, 1 },
		{ "init=uniform hidden=400 steps=1 lr=0", 0.4472136 / 1.7320508, 0.4472137, 1 },
		{ "init=xavier hidden=400 steps=1 lr=0", 0.1217161 / 1.7320508, 0.1217162, 0 },
		{ "init=he hidden=400 steps=1 lr=0", 0.6324555, 3, 0 },
		{ "init=gpt2 hidden=400 steps=1 lr=0", 0.02, 0.1, 0 },
		{ "init=zeros hidden=400 steps=1 lr=0", 0, 1e-30, 0 },
	};
	struct job j = { .m = NULL };

	fill(&j.d, 10, 2, 0);
	for (size_t i = 0; i < MAAS_COUNT(want); i++) {
		double squares = 0, most = 0, bias;

		if (train(&j, want[i].settings, one, NULL)) {
			ok(0, "%s", maas_error());
			return;
		}
		for (size_t k = 0; k < 400 * FEATURES; k++) {
			double w = first_weight(j.m, k / FEATURES, k % FEATURES);

			squares += w * w / (400 * FEATURES);
			most = fmax(most, fabs(w));
		}
		bias = (double)((const float *)maas_model_tensor(j.m, "layers.1.bias")->data)[1];
		ok(fabs(sqrt(squares) - want[i].sd) <= 0.05 * want[i].sd && most < want[i].most &&
			most >= want[i].most * 0.5 * (want[i].sd > 0) && (bias != 0) == want[i].biases &&
			fabs(bias) < 0.0501,
		    "%s: deviation %.4g, at most %.4g", want[i].settings, sqrt(squares), most);
	}
	maas_model_close(j.m);
	empty(&j.d);
}

/* What is frozen stays to the byte, decay or not; the rest learns. */
static void
check_frozen(void)
{
	struct job j = { .m = NULL };
	struct maas_model *from = first(2, LABELS);

	fill(&j.d, 50, 2, 0);
	if (train(&j, "hidden=4,3 optimizer=adamw weight_decay=0.1 l1=0.01 epochs=3 freeze=layers.0.*,*.bias", one,
		from)) {
		ok(0, "%s", maas_error());
		return;
	}
	for (size_t i = 0; i < j.m->ntensor; i++) {
		const struct maas_tensor *t = &j.m->tensor[i], *was = maas_model_tensor(from, t->name);
		int stays = !strncmp(t->name, "layers.0.", 9) || strstr(t->name, "bias");

		ok((memcmp(t->data, was->data, t->bytes) == 0) == stays, "%s %s", t->name, stays ? "stays" : "learns");
	}
	maas_model_close(from);
	maas_model_close(j.m);
	empty(&j.d);
}

/* A schedule that waits, a rate that is found. */
static void
check_rates(void)
{
	struct job j = { .m = NULL };
	double found;

	fill(&j.d, 200, 5, 1);
	ok(!train(&j, "hidden=32 epochs=30 lr=auto", one, NULL) && j.f.lr > 1e-5 && j.f.lr < 1 &&
		j.last < 0.85 * j.first,
	    "a rate is found, %.4g, and learns: %.3g to %.3g", j.f.lr, j.first, j.last);
	found = j.f.lr;
	ok(!train(&j, "hidden=32 epochs=30 lr=auto", three, NULL) && j.f.lr == found, "the same by three threads");
	for (size_t i = 0; i < 200; i++)
		((double *)j.d.target)[i] = sin(100.0 * (double)i);
	ok(!train(&j, "hidden=2 epochs=300 lr=0.1 schedule=plateau optimizer=sgd", one, NULL) && j.f.lr < 0.02 &&
		j.f.lr > 9e-6,
	    "where progress ends the rate falls: %.3g", j.f.lr);
	maas_model_close(j.m);
	empty(&j.d);
}

/* A model of what `first` makes, with five features of which `dense` are numbers; one tensor in another shape, or one
 * more. */
static int
open_bent(size_t dense, const char *bent, int ndim, size_t d0, size_t d1, const char *hidden)
{
	struct maas_model *m = first(dense, LABELS);
	struct maas_columns *c = dense ? maas_columns_numbers("x", FEATURES) : maas_columns_sparse(FEATURES);
	struct maas_buf b = { 0 };
	static const float more[20];
	int rc = -1;

	if (bent && !maas_model_tensor(m, bent) &&
	    maas_model_add(m,
		&(struct maas_tensor){ .name = bent,
		    .dtype = MAAS_F32,
		    .ndim = 1,
		    .dim = { 20, 1, 1 },
		    .bytes = sizeof more,
		    .data = more }) < 0)
		return 0;
	for (size_t i = 0; bent && i < m->ntensor; i++)
		if (!strcmp(m->tensor[i].name, bent)) {
			m->tensor[i].ndim = ndim;
			m->tensor[i].dim[0] = d0;
			m->tensor[i].dim[1] = d1;
		}
	((struct maas_mlp *)m->settings)->hidden = hidden;
	if (c && !maas_columns_write(c, &b) && !maas_model_add_part(m, "columns", (struct maas_span){ b.s, b.n })) {
		b.n = 0;
		if (!maas_labels_print(&b, names, LABELS) &&
		    !maas_model_add_part(m, "labels", (struct maas_span){ b.s, b.n }))
			rc = maas_kind_mlp.ready(m);
	}
	if (!rc)
		maas_rows_close(m);
	maas_buf_free(&b);
	maas_columns_free(c);
	maas_model_close(m);
	return rc;
}

/* Tensors of a stranger's file that do not fit are refused, and never read. */
static void
check_files(void)
{
	ok(!open_bent(5, NULL, 0, 0, 0, "4,3") && !open_bent(0, NULL, 0, 0, 0, "4,3"), "models that fit open");
	ok(open_bent(5, "layers.0.weight", 2, 5, 4, "4,3") < 0, "turned: %s", maas_error());
	ok(open_bent(5, "layers.0.weight", 1, 20, 0, "4,3") < 0, "no matrix: %s", maas_error());
	ok(open_bent(5, "layers.1.weight", 2, 4, 3, "4,3") < 0, "turned: %s", maas_error());
	ok(open_bent(5, "layers.2.bias", 2, 3, 1, "4,3") < 0, "a bias of two dimensions: %s", maas_error());
	ok(open_bent(0, "layers.0.table", 1, 20, 0, "4,3") < 0, "a flat table: %s", maas_error());
	ok(open_bent(0, "layers.0.table", 2, 4, 5, "4,3") < 0, "a table turned: %s", maas_error());
	ok(open_bent(0, "layers.0.weight", 3, 1, 20, "4,3") < 0, "a weight that is no matrix beside it: %s",
	    maas_error());
	ok(open_bent(5, "layers.0.table", 1, 20, 1, "4,3") < 0, "a table that is none beside weights: %s",
	    maas_error());
	ok(open_bent(2, NULL, 0, 0, 0, "4,3") < 0 && strstr(maas_error(), "2 dense features"), "%s", maas_error());
	ok(open_bent(5, NULL, 0, 0, 0, "3") < 0, "other widths: %s", maas_error());
	ok(open_bent(5, NULL, 0, 0, 0, "4,3,3") < 0, "more layers than there are: %s", maas_error());
	ok(open_bent(5, NULL, 0, 0, 0, "") < 0, "none: %s", maas_error());
}

static void
check_refusals(void)
{
	static const struct {
		const char *settings, *said;
		enum maas_why why;
	} bad[] = {
		{ "optimizer=lbfgs", "optimizer: mlp models learn from batches", MAAS_USAGE },
		{ "hidden=", "hidden: ''", MAAS_USAGE },
		{ "hidden=12,", "hidden: '12,'", MAAS_USAGE },
		{ "hidden=3,x", "hidden: '3,x'", MAAS_USAGE },
		{ "hidden=0", "hidden: '0'", MAAS_USAGE },
		{ "hidden=1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1", "at most 15 layers", MAAS_USAGE },
		{ "loss=mse", "loss: mlp models learn labels", MAAS_USAGE },
		{ "freeze=layers.1.*,h.*", "freeze: no parameter is called 'h.*'", MAAS_USAGE },
		{ "freeze=layers.*", "freeze: 'layers.*' leaves nothing to learn", MAAS_USAGE },
		{ "early_stop=3", "early-stop: nothing is held out", MAAS_USAGE },
		{ "optimizer=sgd lr=100 epochs=50", "learning rate 100", MAAS_DATA },
	};
	struct job j = { .m = NULL };
	struct maas_model *from = first(4, LABELS);

	fill(&j.d, 60, 5, 0);
	for (size_t i = 0; i < 60; i++) /* large enough to diverge by */
		j.d.x.x[5 * i] *= 1e6;
	for (size_t i = 0; i < MAAS_COUNT(bad); i++)
		ok(train(&j, bad[i].settings, one, NULL) < 0 && strstr(maas_error(), bad[i].said) &&
			maas_why() == bad[i].why,
		    "%s: %s", bad[i].settings, maas_error());
	ok(train(&j, "hidden=4,3", one, from) < 0 && strstr(maas_error(), "layers.0.weight"),
	    "begun with another shape: %s", maas_error());
	j.d.labels = 1;
	ok(train(&j, "hidden=4", one, NULL) < 0 && strstr(maas_error(), "one label"), "%s", maas_error());
	j.d.labels = 0;
	ok(train(&j, "loss=cross-entropy", one, NULL) < 0 && strstr(maas_error(), "cross-entropy"), "%s", maas_error());
	((double *)j.d.target)[17] = -3e30;
	ok(train(&j, "hidden=4", one, NULL) < 0 && strstr(maas_error(), "row 18 is to be -3e+30"), "%s", maas_error());
	for (size_t i = 0; i < 60; i++)
		((double *)j.d.target)[i] = 4.5;
	ok(!train(&j, "hidden=4 epochs=5 lr=0.001", one, NULL) && isnan(j.f.train_metric),
	    "one number alone can be learnt");
	maas_model_close(from);
	maas_model_close(j.m);
	empty(&j.d);
}

int
main(void)
{
	static const double weight[] = { 2, 0.5, 1.25 };

	one = maas_team_new(1);
	three = maas_team_new(3);
	for (size_t dense = 0; dense <= FEATURES; dense += dense ? 3 : 2) {
		check_golden("classes", "hidden=4,3 activation=tanh optimizer=gd lr=0.3 epochs=6 l1=0.01 l2=0.02", 0,
		    dense, weight);
		check_golden("values",
		    "hidden=4,3 activation=gelu optimizer=momentum momentum=0.8 lr=0.1 weight_decay=0.03 epochs=6 batch_size=all",
		    1, dense, NULL);
	}
	check_golden("clipped",
	    "hidden=4,3 activation=sigmoid optimizer=adam lr=0.05 beta1=0.8 beta2=0.95 clip=0.02 epochs=6 batch_size=all",
	    0, 5, NULL);
	check_golden("decayed",
	    "hidden=4,3 activation=relu optimizer=adamw lr=0.05 weight_decay=0.1 epochs=6 batch_size=all", 0, 5, NULL);
	check_same();
	check_slope(5);
	check_slope(2);
	check_slope(0);
	check_early();
	check_batches();
	check_init();
	check_frozen();
	check_rates();
	check_files();
	check_refusals();
	maas_team_free(one);
	maas_team_free(three);
	return done();
}
