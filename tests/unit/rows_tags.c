/*
 * What each word of a sentence adds to the tag of another, by gradient: the difference that scaling all that a word is
 * looked up as makes, for networks that read (of an encoder along a path, where words add up); of places with several
 * ids; none behind what a network has not seen.  How they attend: weights of the place that is asked.
 */
#include <stdlib.h>

#include "../test.h"
#include "maas/train.h"

enum { ROWS = 12, LONGEST = 7, IDS = 3, LABELS = 3, VOCAB = 1 + LONGEST * IDS };
enum { STEPS = 8 }; /* of the path of an encoder: see reader_work.c */

static const struct maas_span names[] = { { "B-X", 3 }, { "I-X", 3 }, { "O", 1 } };
static uint32_t label[ROWS * LONGEST], at[ROWS * LONGEST];
static int32_t id[ROWS * LONGEST * IDS];
static size_t start[ROWS + 1], bag[ROWS * LONGEST + 1], ask[ROWS + 1];

/* Sentences of 1 ... LONGEST words, each asked for, of 1 ... IDS ids; none has an id twice. */
static struct maas_data
data(int bags)
{
	size_t n = 0;

	for (size_t i = 0; i < ROWS; i++) {
		size_t words = i ? 1 + i * 5 % LONGEST : LONGEST;

		for (size_t k = 0; k < words; k++, n++) {
			size_t ids = bags ? 1 + (i + k) % IDS : 1;

			label[n] = (uint32_t)((i * 3 + k * k) % LABELS);
			at[n] = (uint32_t)k;
			bag[n + 1] = bag[n] + ids;
			for (size_t j = 0; j < ids; j++)
				id[bag[n] + j] = (int32_t)(1 + ((k + i) % LONGEST * IDS + j));
		}
		start[i + 1] = ask[i + 1] = n;
	}
	return (struct maas_data){ .n = ROWS,
		.labels = LABELS,
		.name = names,
		.label = label,
		.x = { .rows = ROWS,
		    .seq = { .start = start, .id = id, .bag = bags ? bag : NULL, .ask = ask, .at = at } } };
}

static struct maas_model *
learn(const struct maas_kind *kind, const char *settings, const struct maas_data *d, struct maas_team *team)
{
	struct maas_model *m = maas_model_new(kind);
	struct maas_training how;
	struct maas_fitting f = { .how = &how, .team = team, .seed = 3 };

	maas_defaults(maas_training_fields, &how);
	maas_set_all(maas_training_fields, &how, "optimizer=adam lr=0.01 epochs=8 batch_size=4");
	maas_set_all(kind->fields, m->settings, "embed=8 vocab=22 context=7");
	maas_set_all(kind->fields, m->settings, settings);
	if (maas_rows_train(m, d, &f) < 0) {
		printf("# %s\n", maas_error());
		exit(1);
	}
	return m;
}

static void
answer(const struct maas_model *m, const struct maas_design *x, double *out)
{
	void *work = m->kind->rows->work(m);

	m->kind->rows->apply(m, x, out, work);
	m->kind->rows->end(work);
}

/* The table that words are looked up in. */
static float *
table(const struct maas_model *m, size_t *wide)
{
	const struct maas_tensor *own = maas_model_tensor(m, "embedding.weight"),
				 *gpt = maas_model_tensor(m, "wte.weight"),
				 *t = own ? own
	    : gpt                         ? gpt
					  : maas_model_tensor(m, "model.embed_tokens.weight");

	*wide = t->dim[1];
	return (void *)(uintptr_t)t->data;
}

/* What word k of the first sentence is looked up as becomes so many times itself. */
static void
scale(const struct maas_model *m, size_t k, float by)
{
	size_t wide;
	float *row = table(m, &wide);

	for (size_t i = bag[k]; i < bag[k + 1]; i++)
		for (size_t j = 0; j < wide; j++)
			row[(size_t)id[i] * wide + j] *= by;
}

enum { ASKED = 3 };

static double
dot(const double *of, const double *out)
{
	double sum = 0;

	for (size_t l = 0; l < LABELS; l++)
		sum += of[l] * out[l];
	return sum;
}

/* Add to by[ASKED][LONGEST] what words add at a point of the path to all that they are, by differences: a step-th
 * part. */
static void
differ(const struct maas_model *m, const struct maas_design *x, const double *of, double point, int steps, double *by)
{
	double less[ASKED * LABELS], more[ASKED * LABELS];
	const float step = 0.0078125f;

	for (size_t k = 0; k < LONGEST; k++)
		scale(m, k, (float)point);
	for (size_t k = 0; k < LONGEST; k++) {
		scale(m, k, 1 - step);
		answer(m, x, less);
		scale(m, k, (1 + step) / (1 - step));
		answer(m, x, more);
		scale(m, k, 1 / (1 + step));
		for (size_t a = 0; a < ASKED; a++)
			by[a * LONGEST + k] +=
			    (dot(of + a * LABELS, more + a * LABELS) - dot(of + a * LABELS, less + a * LABELS)) /
			    (2 * (double)step * point * steps);
	}
	for (size_t k = 0; k < LONGEST; k++)
		scale(m, k, (float)(1 / point));
}

/* Along a path of so many steps words add up to what the sentence makes of one of which nothing is known; 1: there is
 * none. */
static void
test_sums(const struct maas_model *m, const struct maas_design *x, const double *of, const double *told)
{
	double all[ASKED * LABELS], none[ASKED * LABELS], worst = 0;

	answer(m, x, all);
	for (size_t k = 0; k < LONGEST; k++)
		scale(m, k, 0);
	answer(m, x, none);
	for (size_t a = 0; a < ASKED; a++) {
		double rest = dot(of + a * LABELS, all + a * LABELS) - dot(of + a * LABELS, none + a * LABELS);

		for (size_t k = 0; k < LONGEST; k++)
			rest -= told[a * LONGEST + k];
		worst = fmax(worst, fabs(rest));
	}
	ok(worst < 1e-3, "%s: words add up, but for %g", m->kind->name, worst);
}

/* On the way from a sentence of one word again and again, words add up to what they change of that. */
static void
test_from(const struct maas_model *m, const struct maas_design *x, const double *of)
{
	const size_t from = 4, ids = bag[from + 1] - bag[from];
	double all[ASKED * LABELS], none[ASKED * LABELS], told[ASKED * LONGEST], worst = 0, most = 0;
	size_t one_start[2] = { 0, 1 }, one_bag[2] = { 0, ids }, bags[LONGEST + 1] = { 0 };
	struct maas_sequences one = { .start = one_start, .id = id + bag[from], .bag = x->seq.bag ? one_bag : NULL };
	struct maas_design y = *x;
	int32_t again[LONGEST * IDS];

	for (size_t i = 0; i < LONGEST; i++) {
		memcpy(again + i * ids, id + bag[from], ids * sizeof *again);
		bags[i + 1] = (i + 1) * ids;
	}
	y.seq.id = again;
	y.seq.bag = x->seq.bag ? bags : NULL;
	answer(m, x, all);
	answer(m, &y, none);
	ok(!m->kind->rows->saliency(m, &x->seq, &one, of, told), "%s: from another sentence", m->kind->name);
	for (size_t a = 0; a < ASKED; a++) {
		double change = dot(of + a * LABELS, all + a * LABELS) - dot(of + a * LABELS, none + a * LABELS);
		double rest = change;

		for (size_t k = 0; k < LONGEST; k++)
			rest -= told[a * LONGEST + k];
		worst = fmax(worst, fabs(rest));
		most = fmax(most, fabs(change));
	}
	ok(worst < 0.02 * most, "%s: words add up to %g, but for %g", m->kind->name, most, worst);
}

static void
test_slopes(
    const struct maas_kind *kind, const char *settings, const struct maas_data *d, int steps, struct maas_team *team)
{
	struct maas_model *m = learn(kind, settings, d, team);
	struct maas_design x = { .rows = 1,
		.seq = { .start = start,
		    .id = id,
		    .bag = d->x.seq.bag,
		    .ask = (size_t[]){ 0, ASKED },
		    .at = (uint32_t[]){ 0, 2, 6 } } };
	double of[ASKED * LABELS], told[ASKED * LONGEST], by[ASKED * LONGEST] = { 0 }, worst = 0, most = 0;

	for (size_t i = 0; i < MAAS_COUNT(of); i++)
		of[i] = cos(1.3 * (double)i + 0.4);
	ok(!m->kind->rows->saliency(m, &x.seq, NULL, of, told), "%s: %d words are asked for", kind->name, ASKED);
	for (int s = 0; s < steps; s++)
		differ(m, &x, of, steps > 1 ? (s + 0.5) / steps : 1, steps, by);
	for (size_t i = 0; i < MAAS_COUNT(by); i++) {
		worst = fmax(worst, fabs(by[i] - told[i]));
		most = fmax(most, fabs(by[i]));
	}
	ok(most > 0.01 && worst < 2e-3 * most, "%s: what words add, by differences: %g off of %g", kind->name, worst,
	    most);
	if (m->kind->rows->reads)
		test_from(m, &x, of);
	if (steps > 1)
		test_sums(m, &x, of, told);
	maas_model_close(m);
}

/* One way alone, a word has seen none behind it. */
static void
test_one_way(const struct maas_data *d, struct maas_team *team)
{
	struct maas_model *m = learn(&maas_kind_gru, "hidden=6 bidirectional=false analyzer=word", d, team);
	struct maas_sequences x = {
		.start = start, .id = id, .bag = bag, .ask = (size_t[]){ 0, 1 }, .at = (uint32_t[]){ 3 }
	};
	double told[LONGEST];

	ok(!m->kind->rows->saliency(m, &x, NULL, (double[]){ 1, -1, 0.5 }, told) && told[3] != 0 && told[0] != 0 &&
		told[4] == 0 && told[5] == 0 && told[6] == 0,
	    "read one way, words behind add nothing: %g %g %g", told[2], told[3], told[4]);
	ok(m->kind->rows->attention(m, NULL, NULL) < 0, "none of it attends: %s", maas_error());
	maas_model_close(m);
}

/* Two words that are asked for attend in ways of their own; each alone is told the same. */
static void
test_attention(const struct maas_data *d, struct maas_team *team)
{
	struct maas_model *m = learn(&maas_kind_encoder, "heads=2 layers=2 analyzer=word", d, team);
	struct maas_design x = { .rows = 1,
		.seq = {
		    .start = start, .id = id, .bag = bag, .ask = (size_t[]){ 0, 2 }, .at = (uint32_t[]){ 1, 5 } } };
	double both[2 * LONGEST], one[LONGEST], sum[2] = { 0 }, apart = 0;

	ok(!m->kind->rows->attention(m, &x, both), "an encoder's attention");
	for (size_t i = 0; i < 2 * LONGEST; i++)
		sum[i / LONGEST] += both[i];
	for (size_t i = 0; i < LONGEST; i++)
		apart = fmax(apart, fabs(both[i] - both[LONGEST + i]));
	ok(fabs(sum[0] - 1) < 1e-12 && fabs(sum[1] - 1) < 1e-12 && apart > 1e-4, "each sums to 1: %g %g, apart %g",
	    sum[0], sum[1], apart);
	x.seq.ask[1] = 1;
	x.seq.at[0] = 5;
	ok(!m->kind->rows->attention(m, &x, one) && !memcmp(one, both + LONGEST, sizeof one), "alone the same");
	maas_model_close(m);
}

int
main(void)
{
	struct maas_team *team = maas_team_new(1);
	struct maas_data d = data(1);

	test_slopes(&maas_kind_lstm, "hidden=6 bidirectional=true analyzer=word", &d, 1, team);
	test_slopes(&maas_kind_rnn, "hidden=6 layers=2 analyzer=word", &d, 1, team);
	test_slopes(&maas_kind_encoder, "heads=2 layers=2 analyzer=word", &d, STEPS, team);
	test_slopes(maas_kind_cnn.texts, "conv=6x3 analyzer=word", &d, 1, team);
	test_one_way(&d, team);
	test_attention(&d, team);
	d = data(0); /* an id a word */
	test_slopes(&maas_kind_gpt, "heads=2 layers=2", &d, 1, team);
	test_slopes(&maas_kind_llama, "heads=2 kv_heads=1 layers=1", &d, 1, team);
	maas_team_free(team);
	return done();
}
