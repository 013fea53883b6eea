/*
 * Networks of convolutions by the trainer of all networks: held to PyTorch in float64 (scripts/make-golden-cnn), slopes
 * of their answers too; the same for any team, alone and among others; sizes that pictures have no room for are
 * refused.
 */
#include <stdlib.h>

#include "maas/train.h"
#include "../test.h"

enum { ROWS = 12, CHANNELS = 2, HEIGHT = 7, WIDTH = 9, PIXELS = CHANNELS * HEIGHT * WIDTH, LABELS = 3 };

static struct maas_team *one, *three;
static const struct maas_span names[] = { { "a", 1 }, { "b", 1 }, { "c", 1 } };

/* A model in the making. */
struct job {
	struct maas_data d;
	struct maas_training how;
	struct maas_fitting f;
	struct maas_model *m;
};

static void
fill(struct maas_data *d, size_t n, int values)
{
	uint32_t *label = malloc(n * sizeof *label);
	double *target = malloc(n * sizeof *target), *x = malloc(n * PIXELS * sizeof *x);

	for (size_t i = 0; i < n; i++) {
		label[i] = (uint32_t)(i * 7 % LABELS);
		target[i] = 10 + 3 * sin((double)i) + 2 * sin(1 + 1.3 * (double)i);
		for (size_t j = 0; j < PIXELS; j++)
			x[i * PIXELS + j] = sin(1 + 1.3 * (double)i + 0.7 * (double)j + 0.01 * (double)(i * j));
	}
	*d = (struct maas_data){ .n = n,
		.labels = values ? 0 : LABELS,
		.name = names,
		.label = label,
		.target = target,
		.height = HEIGHT,
		.width = WIDTH,
		.channels = CHANNELS,
		.x = { .rows = n, .cols = PIXELS, .dense = PIXELS, .x = x } };
}

static void
empty(struct maas_data *d)
{
	free((void *)d->label);
	free((void *)d->target);
	free(d->x.x);
}

/* "name=value ..." of the kind or of its training. */
static int
set(struct job *j, const char *settings)
{
	static char kept[256];
	char *s = kept, *word, *eq;

	snprintf(kept, sizeof kept, "%s", settings);
	maas_defaults(maas_training_fields, &j->how);
	maas_set_all(maas_training_fields, &j->how, maas_kind_cnn.defaults);
	maas_set_all(maas_training_fields, &j->how, "schedule=constant");
	while ((word = strsep(&s, " "))) {
		const struct maas_field *f;

		*(eq = strchr(word, '=')) = 0;
		if ((f = maas_field(maas_kind_cnn.fields, word, 0))
			? maas_set(f, j->m->settings, eq + 1)
			: maas_set(maas_field(maas_training_fields, word, 0), &j->how, eq + 1))
			return -1;
	}
	return 0;
}

static int
train(struct job *j, const char *settings, struct maas_team *team, const struct maas_model *from)
{
	maas_model_close(j->m);
	j->m = maas_model_new(&maas_kind_cnn);
	if (set(j, settings))
		return -1;
	j->f = (struct maas_fitting){ .how = &j->how, .from = from, .team = team, .seed = 7 };
	return maas_rows_train(j->m, &j->d, &j->f);
}

/* A model to begin with: the formula of the golden numbers. */
static struct maas_model *
first(size_t outputs)
{
	static float room[4096];
	const size_t shape[][4] = { { 5, CHANNELS, 3, 3 }, { 4, 5, 2, 2 }, { 6, 8, 1, 1 }, { outputs, 6, 1, 1 } };
	static const char *const name[] = { "conv1", "conv2", "fc1", "fc2" };
	struct maas_model *m = maas_model_new(&maas_kind_cnn);
	float *to = room;

	for (size_t k = 0; k < 4; k++)
		for (size_t bias = 0; bias < 2; bias++) {
			const size_t *s = shape[k];
			size_t n = bias ? s[0] : s[0] * s[1] * s[2] * s[3];
			struct maas_tensor t = { .ndim = bias ? 1
				    : k < 2                   ? 4
							      : 2,
				.data = to,
				.bytes = n * sizeof *to };
			char full[40];

			snprintf(full, sizeof full, "%s.%s", name[k], bias ? "bias" : "weight");
			t.name = full;
			memcpy(t.dim, s, (size_t)t.ndim * sizeof *s);
			for (size_t i = 0; i < n; i++)
				*to++ = (float)(0.4 * sin(0.7 * (double)i + (double)k + 3 * (double)bias));
			if (maas_model_add(m, &t))
				return NULL;
		}
	return m;
}

static void
answer(const struct maas_model *m, const struct maas_design *x, double *out)
{
	void *work = maas_kind_cnn.rows->work(m);

	for (size_t i = 0; i < x->rows; i += MAAS_ROWS) {
		struct maas_design part = maas_design_part(x, i, x->rows - i < MAAS_ROWS ? x->rows - i : MAAS_ROWS);

		maas_kind_cnn.rows->apply(m, &part, out + i * (maas_model_tensor(m, "fc2.bias")->dim[0]), work);
	}
	maas_kind_cnn.rows->end(work);
}

/* Of the first picture, by each pixel. */
static void
slopes(const struct maas_model *m, const struct maas_design *x, size_t outputs, double *to)
{
	struct maas_design row = maas_design_part(x, 0, 1);
	void *work = maas_kind_cnn.rows->work(m);

	for (size_t o = 0; o < outputs; o++) {
		double of[8] = { 0 };

		of[o] = 1;
		maas_kind_cnn.rows->gradient(m, &row, of, to + o * PIXELS, NULL, work);
	}
	maas_kind_cnn.rows->end(work);
}

/* The largest difference of a line of golden numbers. */
static double
off(const struct maas_model *m, const double *out, const double *slope, const char *tensor, char *numbers)
{
	const struct maas_tensor *t = maas_model_tensor(m, tensor);
	double worst = 0;
	size_t i = 0;

	for (char *word; (word = strsep(&numbers, " \n")) && *word; i++) {
		double want = strtod(word, NULL),
		       got = t               ? (double)((const float *)t->data)[i]
		    : !strcmp(tensor, "out") ? out[i]
					     : slope[i];

		worst = fmax(worst, fabs(got - want) / (1 + fabs(want)));
	}
	return i ? worst : INFINITY;
}

static void
check_golden(const char *name, const char *settings, int values, const double *weight)
{
	struct job j = { .m = NULL };
	struct maas_model *from = first(values ? 1 : LABELS);
	double out[ROWS * LABELS], slope[LABELS * PIXELS], worst = 0;
	static char line[16384];
	const char *data = getenv("DATA");
	char path[4096];
	int lines = 0;
	FILE *f;

	snprintf(path, sizeof path, "%s/cnn.tsv", data ? data : "tests/data");
	f = fopen(path, "r");
	fill(&j.d, ROWS, values);
	j.d.weight = weight;
	snprintf(line, sizeof line, "conv=5x3,4x2 hidden=6 %s", settings);
	if (!f || train(&j, line, one, from)) {
		ok(0, "%s: %s", name, f ? maas_error() : "no golden numbers");
		return;
	}
	answer(j.m, &j.d.x, out);
	slopes(j.m, &j.d.x, values ? 1 : LABELS, slope);
	while (fgets(line, sizeof line, f)) {
		char *rest = line, *which = strsep(&rest, "\t"), *tensor = strsep(&rest, "\t");

		if (strcmp(which, name) != 0)
			continue;
		worst = fmax(worst, off(j.m, out, slope, tensor, rest));
		lines++;
	}
	ok(lines == 10 && worst < 5e-6, "%s: off by %.2g at most", name, worst);
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

static void
check_same(void)
{
	static const char how[] = "conv=19x3,7x3 hidden=20,10 dropout=0.2 epochs=2 batch_size=50";
	struct job j = { .m = NULL };
	static double all[150 * LABELS], alone[LABELS];
	uint64_t want;
	int bad = 0;

	fill(&j.d, 150, 0);
	ok(!train(&j, how, one, NULL) && j.f.step == 6, "six steps %s", maas_error());
	want = digest(j.m);
	ok(!train(&j, how, three, NULL) && digest(j.m) == want, "the same bytes by three threads");
	/* Its last layer is the third. */
	for (size_t i = 0; i < 150; i += 50) {
		struct maas_design part = maas_design_part(&j.d.x, i, 50);
		void *work = maas_kind_cnn.rows->work(j.m);

		maas_kind_cnn.rows->apply(j.m, &part, all + i * LABELS, work);
		part = maas_design_part(&j.d.x, i + 7, 1);
		maas_kind_cnn.rows->apply(j.m, &part, alone, work);
		bad += memcmp(alone, all + (i + 7) * LABELS, sizeof alone) != 0;
		maas_kind_cnn.rows->end(work);
	}
	ok(!bad, "a picture gets the same bytes alone and among others");
	maas_model_close(j.m);
	empty(&j.d);
}

static void
check_refused(void)
{
	struct job j = { .m = NULL };

	fill(&j.d, ROWS, 0);
	ok(train(&j, "conv=4x3,4x3,4x3", one, NULL) && maas_why() == MAAS_USAGE, "%s", maas_error());
	ok(train(&j, "conv=4x8", one, NULL) && maas_why() == MAAS_USAGE, "%s", maas_error());
	ok(train(&j, "conv=4x3,", one, NULL) && maas_why() == MAAS_USAGE, "%s", maas_error());
	ok(train(&j, "conv=0x3", one, NULL) && maas_why() == MAAS_USAGE, "%s", maas_error());
	ok(train(&j, "conv=4x3,4x1,4x1,4x1,4x1,4x1,4x1,4x1,4x1", one, NULL), "%s", maas_error());
	j.d.height = 0;
	ok(train(&j, "conv=4x3", one, NULL) && strstr(maas_error(), "pictures and sounds"), "%s", maas_error());
	maas_model_close(j.m);
	empty(&j.d);
}

int
main(void)
{
	static const double weight[] = { 2, 0.5, 1.25 };

	one = maas_team_new(1);
	three = maas_team_new(3);
	check_golden("classes", "optimizer=sgd lr=0.3 steps=6 l1=0.01 l2=0.02", 0, weight);
	check_golden("values", "optimizer=momentum momentum=0.8 lr=0.01 steps=6", 1, NULL);
	check_golden("adam", "optimizer=adam beta1=0.8 beta2=0.95 lr=0.01 steps=6", 0, NULL);
	check_same();
	check_refused();
	maas_team_free(one);
	maas_team_free(three);
	return done();
}
