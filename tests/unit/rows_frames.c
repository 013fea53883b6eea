/*
 * Rows read as frames of numbers by networks that read: as long as each is, whatever stands behind its end; the same
 * for any team, alone and among others; slopes by differences.  And how long a sound is heard.
 */
#include <stdlib.h>

#include "maas/train.h"
#include "../test.h"

enum { ROWS = 11, TIME = 9, FRAME = 5, WIDE = TIME * FRAME, LABELS = 3 };

static const struct maas_span names[] = { { "a", 1 }, { "b", 1 }, { "c", 1 } };
static uint32_t label[ROWS];
static double x[ROWS * WIDE];
static size_t start[ROWS + 1];

static struct maas_data
data(double behind)
{
	for (size_t i = 0; i < ROWS; i++) {
		size_t n = 1 + i * 5 % TIME;

		label[i] = (uint32_t)(i % LABELS);
		start[i + 1] = start[i] + n;
		for (size_t j = 0; j < WIDE; j++)
			x[i * WIDE + j] = j < n * FRAME ? sin((double)(1 + i) * (double)(j + 2) * 0.37) : behind;
	}
	return (struct maas_data){ .n = ROWS,
		.labels = LABELS,
		.name = names,
		.label = label,
		.x = { .rows = ROWS, .cols = WIDE, .dense = WIDE, .x = x, .seq = { .start = start, .frame = FRAME } } };
}

static struct maas_model *
learn(const struct maas_kind *kind, const struct maas_data *d, struct maas_team *team)
{
	struct maas_model *m = maas_model_new(kind);
	struct maas_training how;
	struct maas_fitting f = { .how = &how, .team = team, .seed = 3 };

	maas_defaults(maas_training_fields, &how);
	maas_set_all(maas_training_fields, &how, "optimizer=adam lr=0.01 epochs=4 batch_size=4");
	maas_set_all(kind->fields, m->settings, "embed=6 hidden=7 pool=mean");
	((struct maas_recurrence *)m->settings)->bidirectional = 1;
	if (maas_rows_train(m, d, &f) < 0) {
		printf("# %s\n", maas_error());
		exit(1);
	}
	return m;
}

static void
answer(const struct maas_model *m, const struct maas_design *design, size_t from, size_t n, double *out)
{
	struct maas_design part = maas_design_part(design, from, n);
	void *work = m->kind->rows->work(m);

	m->kind->rows->apply(m, &part, out, work);
	m->kind->rows->end(work);
}

static void
test_lengths(const struct maas_kind *kind, struct maas_team *one, struct maas_team *three)
{
	struct maas_data d = data(0);
	struct maas_model *m = learn(kind, &d, one), *other = learn(kind, &d, three), *junk;
	double all[ROWS * LABELS], alone[ROWS * LABELS], behind[ROWS * LABELS];
	const struct maas_tensor *a = maas_model_tensor(m, "embedding.weight"),
				 *b = maas_model_tensor(other, "embedding.weight"), *c;

	ok(a->ndim == 2 && a->dim[0] == 6 && a->dim[1] == FRAME && maas_model_tensor(m, "embedding.bias"),
	    "%s: one layer in place of the table", kind->name);
	ok(!memcmp(a->data, b->data, a->bytes), "the same for any team");
	answer(m, &d.x, 0, ROWS, all);
	for (size_t i = 0; i < ROWS; i++)
		answer(m, &d.x, i, 1, alone + i * LABELS);
	ok(!memcmp(all, alone, sizeof all), "a row is answered alone as among others");
	d = data(1e9);
	answer(m, &d.x, 0, ROWS, behind);
	junk = learn(kind, &d, one);
	c = maas_model_tensor(junk, "embedding.weight");
	ok(!memcmp(all, behind, sizeof all) && !memcmp(a->data, c->data, a->bytes),
	    "what stands behind its end is not seen");
	maas_model_close(m);
	maas_model_close(other);
	maas_model_close(junk);
}

static void
test_slopes(const struct maas_kind *kind, struct maas_team *team)
{
	struct maas_data d = data(0);
	struct maas_model *m = learn(kind, &d, team);
	double slope[WIDE], least[LABELS], most[LABELS], worst = 0, behind = 0;
	const double step = 1e-2, of[LABELS] = { 0.5, -1, 2 };

	for (size_t row = 2; row < 5; row++) {
		struct maas_design part = maas_design_part(&d.x, row, 1);
		size_t n = (start[row + 1] - start[row]) * FRAME;

		if (m->kind->rows->gradient(m, &part, of, slope, NULL, NULL) < 0)
			worst = INFINITY;
		for (size_t j = 0; j < WIDE; j++) {
			double was = x[row * WIDE + j], sum = 0;

			x[row * WIDE + j] = was - step;
			answer(m, &d.x, row, 1, least);
			x[row * WIDE + j] = was + step;
			answer(m, &d.x, row, 1, most);
			x[row * WIDE + j] = was;
			for (size_t k = 0; k < LABELS; k++)
				sum += of[k] * (most[k] - least[k]) / (2 * step);
			worst = fmax(worst, fabs(slope[j] - sum));
			behind = j < n ? behind : fmax(behind, fabs(slope[j]));
		}
	}
	ok(worst < 1e-4 && behind == 0, "%s: slopes by differences: %g off", kind->name, worst);
	if (maas_model_remove(m, "score.bias") < 0)
		exit(1);
	ok(m->kind->rows->gradient(
	       m, &(struct maas_design){ .rows = 1, .dense = WIDE, .x = x, .seq = d.x.seq }, of, slope, NULL, NULL) < 0,
	    "where there can be none, the reason is told: %s", maas_error());
	maas_model_close(m);
}

static void
test_heard(void)
{
	struct maas_mel mel;
	struct maas_spectrum *s;
	float sound[2000] = { 0 };
	double to[24 * 10];

	if (maas_mel_set(&mel, 8000, 0.25, 10) < 0 || mel.frames != 23 || !(s = maas_spectrum_new(&mel)))
		exit(1);
	for (size_t i = 0; i < 1000; i++)
		sound[i] = (float)(0.1 * sin((double)i));
	maas_spectrum_run(s, to, sound, 1000);
	ok(maas_mel_heard(&mel, to) == 13, "1000 samples end in the frame that begins at 960: %zu heard",
	    maas_mel_heard(&mel, to));
	maas_spectrum_run(s, to, sound, 2000);
	ok(maas_mel_heard(&mel, to) == 13, "silence that the sound itself ends with is silence");
	maas_spectrum_run(s, to, sound + 1000, 1000);
	ok(maas_mel_heard(&mel, to) == 1, "a frame of silence is left");
	maas_spectrum_free(s);
}

int
main(void)
{
	struct maas_team *one = maas_team_new(1), *three = maas_team_new(3);

	test_lengths(&maas_kind_lstm, one, three);
	test_slopes(&maas_kind_lstm, one);
	test_slopes(&maas_kind_gru, three);
	test_heard();
	maas_team_free(one);
	maas_team_free(three);
	return done();
}
