/* A run: learns, is the same bytes for any team and after any stop, takes no memory once warm. */
#include <stdlib.h>
#include <unistd.h>

#include "maas/train.h"
#include "../counted.h"
#include "../test.h"

static char folder[] = "/tmp/train_run.XXXXXX";
static struct maas_tokenizer *tok;
static struct maas_corpus *corpus;

struct seen {
	size_t steps, evals, stop_at, warm;
	long taken;
	double first, last, val, norm;
};

static int
on_step(void *ctx, const struct maas_step *s)
{
	struct seen *x = ctx;

	if (!x->steps++)
		x->first = s->loss;
	x->last = s->loss;
	x->norm = s->grad_norm;
	if (s->step == x->warm)
		x->taken = taken;
	return 0;
}

static int
on_eval(void *ctx, const struct maas_evaluation *e)
{
	struct seen *x = ctx;

	x->evals++;
	x->val = e->loss;
	return 0;
}

static int
on_stop(void *ctx)
{
	struct seen *x = ctx;

	return x->stop_at && x->steps >= x->stop_at ? MAAS_STOPPED : 0;
}

struct job {
	struct maas_training how;
	char batch[8];
	struct maas_model *model;
	struct maas_team *team;
	struct maas_trainer *trainer;
};

static int
begin(struct job *j, const char *shape, const char *how, int threads, const char *checkpoints, int val)
{
	struct maas_run_setup s = { .how = &j->how,
		.seed = 11,
		.checkpoint = checkpoints,
		.every_steps = 7,
		.keep = 2,
		.identity = "test=1\n" };
	size_t n = maas_corpus_size(corpus), cut = val ? n - 100 : n;

	*j = (struct job){ .model = maas_model_new(&maas_kind_gpt), .team = maas_team_new(threads) };
	maas_defaults(maas_training_fields, &j->how);
	maas_set_all(maas_training_fields, &j->how, how);
	if (sscanf(how, "%*[^b]batch_size=%7s", j->batch) == 1)
		j->how.batch_size = j->batch;
	maas_set_all(maas_kind_gpt.fields, j->model->settings, shape);
	s.model = j->model;
	s.team = j->team;
	s.train = maas_tokens_source(j->model, (struct maas_stretch){ corpus, 0, cut }, s.seed);
	if (val)
		s.val = maas_tokens_held(j->model, (struct maas_stretch){ corpus, cut - 1, n });
	if (!(j->trainer = maas_trainer_new(&s))) {
		ok(0, "%s", maas_error());
		return -1;
	}
	return 0;
}

static void
end(struct job *j)
{
	maas_trainer_free(j->trainer);
	maas_model_close(j->model);
	maas_team_free(j->team);
}

static int
train(struct job *j, struct seen *s)
{
	return maas_trainer_run(j->trainer, &(struct maas_watch){ s, on_step, on_eval, on_stop });
}

/* A sum over all parameters, in the order of the graph. */
static uint64_t
digest(struct job *j)
{
	struct maas_model *m = maas_model_new(&maas_kind_gpt);
	uint64_t h = 0;

	if (m && maas_trainer_give(j->trainer, m) == 0)
		for (size_t i = 0; i < m->ntensor; i++)
			h = maas_hash(m->tensor[i].data, m->tensor[i].bytes, h);
	maas_model_close(m);
	return h;
}

#define TINY "layers=2 heads=2 embed=32 context=16 vocab=257"

static void
learns_by_heart(void)
{
	struct seen s = { .warm = 3 };
	struct job j;
	long after;
	int ending;

	if (begin(&j, TINY, "steps=150 batch_size=8 lr=0.01 warmup=5 schedule=cosine beta2=0.95", 1, NULL, 1))
		return;
	ending = train(&j, &s);
	after = taken; /* printing takes memory */
	ok(ending == MAAS_FINISHED && s.steps == 150, "150 steps");
	ok(s.first > 5 && s.first < 6.5, "the first loss is that of a guess: %.3f", s.first);
	ok(s.last < 0.3, "a text that repeats itself is known by heart: %.3f", s.last);
	ok(s.evals == 10 && s.val < 0.3, "%zu evaluations, the last %.3f", s.evals, s.val);
	ok(!COUNTED || after == s.taken, "%ld pieces of memory in 147 warm steps and 10 evaluations", after - s.taken);
	end(&j);
}

#define RUN "steps=20 batch_size=4 accumulate=2 lr=0.005 eval_every=6"

static void
is_the_same(const char *shape, const char *how, const char *what)
{
	struct seen whole = { 0 }, other = { 0 }, part = { .stop_at = 9 };
	struct job j;
	uint64_t want, got;

	if (begin(&j, shape, how, 1, NULL, 1))
		return;
	ok(train(&j, &whole) == MAAS_FINISHED, "%s: done %s", what, maas_error());
	want = digest(&j);
	end(&j);

	if (begin(&j, shape, how, 2, NULL, 1))
		return;
	ok(train(&j, &other) == MAAS_FINISHED, "two threads %s", maas_error());
	got = digest(&j);
	ok(got == want && whole.val == other.val, "%s: the same bytes with two threads", what);
	end(&j);

	if (begin(&j, shape, how, 1, folder, 1))
		return;
	ok(train(&j, &part) == MAAS_STOPPED && part.steps == 9, "stopped at 9");
	ok(digest(&j) != want, "which is not the end");
	end(&j);
	if (begin(&j, shape, how, 2, folder, 1))
		return;
	other = (struct seen){ 0 };
	ok(maas_trainer_resume(j.trainer, 9) == 0 && maas_trainer_curves(j.trainer)->steps == 9, "resumed at 9 %s",
	    maas_error());
	ok(train(&j, &other) == MAAS_FINISHED && other.steps == 11, "11 more");
	ok(digest(&j) == want && other.val == whole.val, "%s: the same bytes as if never stopped", what);
	end(&j);
	if (begin(&j, shape, how, 2, folder, 1))
		return;
	other = (struct seen){ 0 };
	ok(maas_trainer_resume(j.trainer, 20) == 0 && train(&j, &other) == MAAS_FINISHED && !other.steps &&
		digest(&j) == want,
	    "a finished run has nothing to do and gives the same");
	end(&j);
	ok(maas_checkpoint_prune(folder, 0, 1) == 0, "swept");
}

/* Two batches of four a step are one of eight. */
static void
adds_batches_up(void)
{
	struct seen one = { 0 }, two = { 0 };
	struct job j;

	if (begin(&j, TINY, "steps=6 batch_size=8 lr=0.005", 1, NULL, 1))
		return;
	ok(train(&j, &one) == MAAS_FINISHED, "a batch of eight");
	end(&j);
	if (begin(&j, TINY, "steps=6 batch_size=4 accumulate=2 lr=0.005", 1, NULL, 1))
		return;
	ok(train(&j, &two) == MAAS_FINISHED, "two of four");
	ok(fabs(one.last - two.last) < 1e-4 && fabs(one.val - two.val) < 1e-4 &&
		fabs(one.norm - two.norm) < 1e-3 * one.norm,
	    "the same loss, %.6f, and gradient, %.6f", two.last, two.norm);
	end(&j);
}

static void
stops_early(void)
{
	struct seen s = { 0 };
	struct job j;
	const struct maas_curves *c;
	double best = INFINITY;

	/* A rate that is far too high: the held-out loss goes up soon. */
	if (begin(&j, TINY,
		"steps=200 batch_size=4 lr=0.3 clip=0 schedule=constant warmup=20 eval_every=5 early_stop=3", 1, NULL,
		1))
		return;
	ok(train(&j, &s) == MAAS_FINISHED && s.steps < 200, "stopped after %zu steps", s.steps);
	c = maas_trainer_curves(j.trainer);
	for (size_t i = 0; i + 1 < c->evals; i++)
		best = fmin(best, c->val[i].loss);
	ok(c->val[c->evals - 1].last && fabs(c->val[c->evals - 1].loss - best) < 1e-12,
	    "the best parameters stay: %.4f", best);
	end(&j);
}

static void
notices_divergence(void)
{
	struct seen s = { 0 };
	struct job j;

	if (begin(&j, TINY, "steps=200 batch_size=4 lr=1e2 clip=0 warmup=0 weight_decay=100 schedule=constant", 1, NULL,
		0))
		return;
	ok(train(&j, &s) < 0 && strstr(maas_error(), "learning rate 100"), "%s", maas_error());
	end(&j);
}

int
main(void)
{
	static const char *const special[] = { "<|endoftext|>" };
	struct maas_bpe *b = maas_bpe_new(MAAS_GPT2, NULL);
	char path[64], clean[80];
	FILE *f;

	if (!b || !(tok = maas_bpe_train(b, 257, 1, special, 1)) || !mkdtemp(folder) ||
	    !(corpus = maas_corpus_new(tok, 0)))
		return 1;
	maas_bpe_free(b);
	snprintf(path, sizeof path, "%s/text.txt", folder);
	if (!(f = fopen(path, "w")))
		return 1;
	for (int i = 0; i < 20; i++)
		fputs("Peter Piper picked a peck of pickled peppers.\n", f);
	fclose(f);
	if (maas_corpus_add(corpus, path, MAAS_CORPUS_AUTO, NULL)) {
		ok(0, "%s", maas_error());
		return done();
	}
	learns_by_heart();
	is_the_same(TINY, RUN, "f32");
	is_the_same(TINY " dropout=0.1", RUN " precision=bf16", "bf16 with dropout");
	is_the_same(TINY, RUN " optimizer=momentum lr=0.1 l2=0.01", "momentum");
	is_the_same(TINY, RUN " optimizer=sgd lr=auto", "sgd at a rate that is found");
	is_the_same(TINY, "steps=20 batch_size=4 lr=0.5 schedule=plateau eval_every=1", "a plateau");
	adds_batches_up();
	stops_early();
	notices_divergence();
	maas_corpus_free(corpus);
	maas_tokenizer_free(tok);
	snprintf(clean, sizeof clean, "rm -r %s", folder);
	return system(clean) ? 1 : done();
}
