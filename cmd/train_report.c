/* What is seen of a training: progress and log on the way, the result at the end, the plan of a dry run. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "maas/fmt.h"
#include "maas/plot.h"
#include "interrupt.h"
#include "progress.h"
#include "steplog.h"
#include "train_text.h"

struct observer {
	struct job *job;
	struct steplog log;
	struct progress bar;
	double steps, began;         /* steps in all; NAN: by the clock */
	struct maas_evaluation last; /* step 0: none yet */
	double smooth, rate;         /* of the loss and of tokens a second, for the eye */
};

static int
on_step(void *ctx, const struct maas_step *s)
{
	struct observer *o = ctx;
	double max = o->job->running->max_time, share = (double)s->step / o->steps;
	char val[40] = "";

	o->smooth = o->smooth > 0 ? 0.95 * o->smooth + 0.05 * s->loss : s->loss;
	o->rate = o->rate > 0 ? 0.9 * o->rate + 0.1 * s->tokens_per_second : s->tokens_per_second;
	if (max > 0)
		share = fmax(isnan(share) ? 0 : share, (maas_clock() - o->began) / max);
	if (o->last.step)
		snprintf(val, sizeof val, " val %.4f", o->last.loss);
	progress_show(&o->bar, share, "step %llu  loss %.4f%s  %.0f tokens/s", (unsigned long long)s->step, o->smooth,
	    val, o->rate);
	return steplog_step(&o->log, s);
}

static int
on_eval(void *ctx, const struct maas_evaluation *e)
{
	struct observer *o = ctx;

	o->last = *e;
	if (o->job->call->common.verbose && !e->last) {
		progress_clear(&o->bar);
		warn(o->job->call, "step %llu: val_loss %.6g, %.4f bits per byte", (unsigned long long)e->step, e->loss,
		    e->bits_per_byte);
	}
	return steplog_eval(&o->log, e);
}

static double
measured(const struct job *j, const struct maas_evaluation *e)
{
	return *j->goal == 'b' ? e->bits_per_byte : *j->goal == 'p' ? exp(e->loss) : e->loss;
}

int
goal_reached(const struct job *j, const struct maas_evaluation *e)
{
	return j->goal && measured(j, e) <= j->goal_value;
}

int
goal_missed(const struct job *j)
{
	const struct maas_curves *c = j->goal ? maas_trainer_curves(j->trainer) : NULL;

	if (!c || !c->evals || goal_reached(j, &c->val[c->evals - 1]))
		return 0;
	return complain(j->call, MAAS_NEGATIVE, "val_%s is %.6g, --until wanted %g", j->goal,
	    measured(j, &c->val[c->evals - 1]), j->goal_value);
}

static int
on_stop(void *ctx)
{
	const struct observer *o = ctx;
	const struct maas_curves *c = maas_trainer_curves(o->job->trainer);

	if (interrupt_pending())
		return MAAS_STOPPED;
	return c->evals && goal_reached(o->job, &c->val[c->evals - 1]) ? MAAS_FINISHED : 0;
}

int
watch_run(struct job *j)
{
	struct observer o = { .job = j, .began = maas_clock() };
	struct maas_watch w = { &o, on_step, on_eval, on_stop };
	int ending;

	if (steplog_open(&o.log, j->running->log, maas_trainer_curves(j->trainer)->steps))
		return -1;
	o.steps = maas_trainer_steps(j->trainer);
	progress_begin(&o.bar, j->call);
	interrupt_arm();
	ending = maas_trainer_run(j->trainer, &w);
	j->signal = ending == MAAS_STOPPED ? interrupt_pending() : 0;
	j->kept = j->checkpoints->checkpoint && maas_trainer_curves(j->trainer)->steps;
	progress_clear(&o.bar);
	if (steplog_close(&o.log) && ending > 0)
		return -1;
	return ending;
}

void
end_by_signal(const struct job *j)
{
	if (j->kept)
		warn(j->call, "stopped at a checkpoint; the same command goes on from there");
	interrupt_end();
}

double
mean_loss(const struct maas_curves *c, size_t from, size_t to)
{
	double sum = 0;

	for (size_t i = from; i < to; i++)
		sum += c->train[i];
	return sum / (double)(to - from);
}

/* The mean of the last losses: one alone says little. */
static double
last_loss(const struct maas_curves *c)
{
	return mean_loss(c, c->steps < 100 ? 0 : c->steps - 100, c->steps);
}

/* Tokens that a stretch is learnt from or measured on. */
static size_t
tokens_of(const struct maas_stretch *s)
{
	size_t begin, end, n = 0;

	for (size_t i = 0; maas_stretch_learnt(s, i, &begin, &end); i++)
		n += end - begin;
	return n;
}

/* Held-out nats a token of guessing by how often each token is in what is learnt (plus one). */
static double
guess(const struct job *j)
{
	size_t vocab = maas_tokenizer_size(j->tokenizer), n = tokens_of(&j->train), begin, end;
	double *count = maas_alloc(vocab, sizeof *count), nats = 0;

	if (!count)
		return NAN;
	for (size_t i = 0; maas_stretch_learnt(&j->train, i, &begin, &end); i++)
		for (size_t at = begin; at < end; at++)
			count[maas_corpus_at(j->train.corpus, at)]++;
	for (size_t i = 0; i < vocab; i++)
		count[i] = -log((count[i] + 1) / (double)(n + vocab));
	for (size_t i = 0; maas_stretch_learnt(&j->val, i, &begin, &end); i++)
		for (size_t at = begin; at < end; at++)
			nats += count[maas_corpus_at(j->val.corpus, at)];
	free(count);
	return nats / (double)tokens_of(&j->val);
}

static int
member(struct maas_buf *b, const char *name, double v)
{
	return maas_buf_printf(b, ",\"%s\":", name) || maas_json_put_real(b, v) ? -1 : 0;
}

/* A text is told by all its tokens, pairs by those of completions. */
static size_t
given_tokens(const struct job *j)
{
	return learns_pairs(j) ? tokens_of(&j->train) : j->train.end - j->train.begin;
}

int
report_json(struct job *j, int ending, struct maas_buf *b)
{
	const struct maas_curves *c = maas_trainer_curves(j->trainer);
	const struct maas_evaluation *e = c->evals ? &c->val[c->evals - 1] : NULL;
	int bad = maas_buf_printf(b, "{\"kind\":\"%s\"", j->model->kind->name);

	if (learns_pairs(j))
		bad = bad || maas_buf_printf(b, ",\"pairs\":%zu", j->train.end - j->train.begin);
	bad = bad || maas_buf_printf(b, ",\"tokens\":%zu,\"steps\":%zu", given_tokens(j), c->steps) ||
	    member(b, "epochs", maas_trainer_epochs(j->trainer)) ||
	    maas_buf_printf(b, ",\"done\":%s", ending == MAAS_FINISHED ? "true" : "false") ||
	    member(b, "lr", maas_trainer_rate(j->trainer)) || member(b, "train_loss", last_loss(c));
	if (e && !bad)
		bad = member(b, "val_loss", e->loss) || member(b, "val_bits_per_byte", e->bits_per_byte) ||
		    member(b, "val_tokens", e->tokens) || member(b, "baseline", guess(j));
	return bad || text_advise(j, ending, 0, b) || maas_buf_text(b, "}") ? -1 : 0;
}

static int
print_json(struct job *j, int ending)
{
	struct maas_buf b = { 0 };
	int bad = report_json(j, ending, &b);

	if (!bad)
		puts(b.s);
	maas_buf_free(&b);
	return bad;
}

int
report_card(struct job *j)
{
	const struct maas_curves *c = maas_trainer_curves(j->trainer);
	const struct maas_evaluation *e = c->evals ? &c->val[c->evals - 1] : NULL;
	struct maas_card card = { .rows = maas_corpus_pairs(j->corpus) };
	char sha256[65];

	if (!learns_pairs(j))
		card.tokens = maas_corpus_size(j->corpus);
	maas_corpus_sha256(j->corpus, sha256);
	card.sha256 = sha256;
	enter_words(ENTERED(j->outcome), &card);
	if (e) {
		maas_measure_add(&card.quality, "loss", e->loss);
		maas_measure_add(&card.quality, "bits_per_byte", e->bits_per_byte);
		maas_measure_add(&card.quality, "tokens", (double)e->tokens);
		maas_measure_add(&card.baseline, "loss", guess(j));
	}
	return maas_card_write(j->model, &card);
}

int
report_result(struct job *j, int ending)
{
	const struct maas_curves *c = maas_trainer_curves(j->trainer);
	const struct maas_evaluation *e = c->evals ? &c->val[c->evals - 1] : NULL;
	double epochs = maas_trainer_epochs(j->trainer);
	char val[96] = "", rate[40] = "";
	struct maas_buf advice = { 0 };
	int bad;

	if (isnan(j->how->lr))
		snprintf(rate, sizeof rate, " at a rate of %.3g", maas_trainer_rate(j->trainer));
	if (e)
		snprintf(val, sizeof val, ", val_loss %.6g, val_bits_per_byte %.4f", e->loss, e->bits_per_byte);
	warn(j->call, "%s: %zu steps, %.3g epochs%s, train_loss %.6g%s%s", j->model->kind->name, c->steps, epochs, rate,
	    last_loss(c), val, ending == MAAS_FINISHED ? "" : ", not done: out of time");
	bad = text_advise(j, ending, 1, &advice) || (j->outcome->json && print_json(j, ending));
	maas_buf_free(&advice);
	return bad ? -1 : 0;
}

const char *const report_measures[] = { "loss", "perplexity", "bits_per_byte", NULL };

void
report_measured(const struct job *j, double to[REPORT_MEASURES])
{
	const struct maas_curves *c = maas_trainer_curves(j->trainer);
	const struct maas_evaluation *e = c->evals ? &c->val[c->evals - 1] : NULL;

	to[0] = e ? e->loss : NAN;
	to[1] = e ? exp(e->loss) : NAN;
	to[2] = e ? e->bits_per_byte : NAN;
}

int
report_plan(struct job *j)
{
	struct maas_cost c = maas_trainer_cost(j->trainer);
	char parameters[32], memory[32], disk[32], time[32];

	if (print_settings(j->call, stdout))
		return -1;
	progress_size(parameters, sizeof parameters, c.parameters);
	progress_size(memory, sizeof memory, c.memory);
	progress_size(disk, sizeof disk, c.disk);
	progress_time(time, sizeof time, isnan(c.steps) ? j->running->max_time : c.steps * c.seconds_per_step);
	if (learns_pairs(j))
		printf("# pairs: %zu to train on, %zu held out\n", j->train.end - j->train.begin,
		    j->val.end - j->val.begin);
	printf("# tokens: %zu to train on, %zu held out\n", given_tokens(j), j->val.corpus ? tokens_of(&j->val) : 0);
	printf("# parameters: %s\n# memory: %sB\n# disk: %sB\n", parameters, memory, disk);
	if (isnan(c.steps))
		printf("# steps: as many as --max-time allows, of %.0f tokens\n", c.tokens_per_step);
	else
		printf("# steps: %.0f of %.0f tokens\n", c.steps, c.tokens_per_step);
	printf("# expected time: %s at %.0f tokens/s\n", time, c.tokens_per_step / c.seconds_per_step);
	return 0;
}

int
report_plot(struct job *j)
{
	const struct maas_curves *c = maas_trainer_curves(j->trainer);
	double *x, *y;
	int rc;

	if (!j->running->plot)
		return 0;
	if (!(x = maas_alloc(2 * (c->steps + c->evals), sizeof *x)))
		return -1;
	y = x + c->steps + c->evals;
	for (size_t i = 0; i < c->steps; i++) {
		x[i] = (double)(i + 1);
		y[i] = c->train[i];
	}
	for (size_t i = 0; i < c->evals; i++) {
		x[c->steps + i] = (double)c->val[i].step;
		y[c->steps + i] = c->val[i].loss;
	}
	const struct maas_curve curve[] = { { .name = "training", .x = x, .y = y, .n = c->steps },
		{ .name = "held out", .x = x + c->steps, .y = y + c->steps, .n = c->evals } };
	rc = maas_plot_save(
	    &(struct maas_plot){
		.title = "Loss", .x = "step", .y = "nats a token", .curve = curve, .n = c->evals ? 2 : 1 },
	    j->running->plot);
	free(x);
	return rc;
}
