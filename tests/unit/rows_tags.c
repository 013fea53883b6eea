/*
 * What each word of a sentence adds to the tag of another, by gradient: the difference that scaling all that a word is
 * looked up as makes, for networks that read; of places with several ids; none behind what a network has not seen.  How
 * they attend: weights of the place that is asked.
 */
#include <stdlib.h>

#include "../test.h"
#include "maas/train.h"

enum { ROWS = 12, LONGEST = 7, IDS = 3, LABELS = 3, VOCAB = 1 + LONGEST * IDS };

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

/* What word k of the first sentence is looked up as becomes so many times itself. */
static void
scale(const struct maas_model *m, size_t k, float by)
{
	const struct maas_tensor *own = maas_model_tensor(m, "embedding.weight"),
				 *gpt = maas_model_tensor(m, "wte.weight"),
				 *t = own ? own
	    : gpt                         ? gpt
					  : maas_model_tensor(m, "model.embed_tokens.weight");
	float *row = (void *)(uintptr_t)t->data;

	for (size_t i = bag[k]; i < bag[k + 1]; i++)
		for (size_t j = 0; j < t->dim[1]; j++)
			row[(size_t)id[i] * t->dim[1] + j] *= by;
}

static void
test_slopes(const struct maas_kind *kind, const char *settings, const struct maas_data *d, struct maas_team *team)
{
	const size_t asked[] = { 0, 2, 6 };
	struct maas_model *m = learn(kind, settings, d, team);
	struct maas_design x = { .rows = 1,
		.seq = { .start = start,
		    .id = id,
		    .bag = d->x.seq.bag,
		    .ask = (size_t[]){ 0, MAAS_COUNT(asked) },
		    .at = (uint32_t[]){ 0, 2, 6 } } };
	double of[MAAS_COUNT(asked) * LABELS], told[MAAS_COUNT(asked) * LONGEST], worst = 0, most = 0;
	double less[MAAS_COUNT(asked) * LABELS], more[MAAS_COUNT(asked) * LABELS];
	const float step = 0.0078125f;

	for (size_t i = 0; i < MAAS_COUNT(of); i++)
		of[i] = cos(1.3 * (double)i + 0.4);
	ok(!m->kind->rows->saliency(m, &x.seq, of, told), "%s: %zu words are asked for", kind->name, MAAS_COUNT(asked));
	for (size_t k = 0; k < LONGEST; k++) {
		scale(m, k, 1 - step);
		answer(m, &x, less);
		scale(m, k, (1 + step) / (1 - step));
		answer(m, &x, more);
		scale(m, k, 1 / (1 + step));
		for (size_t a = 0; a < MAAS_COUNT(asked); a++) {
			double sum = 0;

			for (size_t l = 0; l < LABELS; l++)
				sum += of[a * LABELS + l] * (more[a * LABELS + l] - less[a * LABELS + l]) /
				    (2 * (double)step);
			worst = fmax(worst, fabs(sum - told[a * LONGEST + k]));
			most = fmax(most, fabs(sum));
		}
	}
	ok(most > 0.01 && worst < 2e-3 * most, "%s: what words add, by differences: %g off of %g", kind->name, worst,
	    most);
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

	ok(!m->kind->rows->saliency(m, &x, (double[]){ 1, -1, 0.5 }, told) && told[3] != 0 && told[0] != 0 &&
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

	test_slopes(&maas_kind_lstm, "hidden=6 bidirectional=true analyzer=word", &d, team);
	test_slopes(&maas_kind_rnn, "hidden=6 layers=2 analyzer=word", &d, team);
	test_slopes(&maas_kind_encoder, "heads=2 layers=2 analyzer=word", &d, team);
	test_slopes(maas_kind_cnn.texts, "conv=6x3 analyzer=word", &d, team);
	test_one_way(&d, team);
	test_attention(&d, team);
	d = data(0); /* an id a word */
	test_slopes(&maas_kind_gpt, "heads=2 layers=2", &d, team);
	test_slopes(&maas_kind_llama, "heads=2 kv_heads=1 layers=1", &d, team);
	maas_team_free(team);
	return done();
}
