/* maas-train for language models: text in, a model that continues text out. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "maas/plot.h"
#include "gate.h"
#include "interrupt.h"
#include "maas/registry.h"
#include "train_text.h"

static const char *const formats[] = { "auto", "text", "tokens", "ids", "pairs", NULL };

static const struct maas_field text_fields[] = {
	MAAS_TEXT(0, text_options, tokenizer, NULL,
	    "tokeniser: a file, a directory or a model; without it each byte is a token"),
	MAAS_FLAG(0, text_options, parse_special, "special tokens in text become their ids"),
	MAAS_ENUM(0, text_options, format, formats, 0, "what the data is, whatever it looks like"),
	MAAS_TEXT(0, text_options, encoding, NULL, "encoding of text, as iconv calls it"),
	MAAS_FLAG(0, text_options, truncate,
	    "cut the beginning off the prompt of a pair that is too long, instead of refusing it"),
	MAAS_TEXT(0, text_options, val, NULL, "held-out data: a file of text, tokens or pairs"),
	MAAS_TEXT(0, text_options, init_from, NULL, "begin with the parameters and the tokeniser of a model"),
	MAAS_LIST(0, text_options, fail_under, "METRIC=X",
	    "exit 1 where loss, perplexity or bits_per_byte of what is held out is above X; may be repeated"),
	MAAS_END
};

static const struct maas_field running_fields[] = {
	MAAS_DURATION(0, running, max_time, 0, "stop after this long, with a checkpoint and the model; 0: never"),
	MAAS_TEXT(0, running, log, NULL, "write a JSON line a step and an evaluation to FILE"),
	MAAS_TEXT(0, running, until, NULL,
	    "METRIC=X: stop when what is held out is as low; loss, bits_per_byte or perplexity; exit 1 if it never is"),
	MAAS_TEXT(0, running, plot, NULL, "draw the curves of the loss to FILE: .svg, .png or .pdf"), MAAS_END
};

static const char *const goals[] = { "loss", "bits_per_byte", "perplexity", NULL };

/* What is wrong with the command line before anything is read; 0, or an exit status. */
static int
check_options(struct job *j)
{
	const struct outcome *o = j->outcome;
	const char *places[] = { o->output, o->depfile, j->running->log, j->running->plot };

	if (check_outcome(j->call, o))
		return MAAS_USAGE;
	if (j->text->val && j->how->val_split > 0)
		return misuse(j->call, "--val and --val-split exclude each other");
	if (j->how->steps && !isnan(j->how->epochs))
		return misuse(j->call, "--steps and --epochs exclude each other");
	if (j->how->early_stop && !j->text->val && !(j->how->val_split > 0))
		return misuse(j->call, "--early-stop wants --val or --val-split");
	if (j->running->until && !j->text->val && !(j->how->val_split > 0))
		return misuse(j->call, "--until wants text that is held out: --val or --val-split");
	if (j->running->until && until_read(j->running->until, goals, &j->goal, &j->goal_value) < 0)
		return misuse(j->call, "%s", maas_error());
	if (j->goal && !given(j->call, "eval_batches")) /* a part of it may be better than all */
		((struct maas_training *)j->call->part[2])->eval_batches = 0;
	if (gate_check(j->call, &j->text->fail_under, report_measures))
		return MAAS_USAGE;
	if (j->text->fail_under.n && !j->text->val && !(j->how->val_split > 0))
		return misuse(j->call, "--fail-under wants text that is held out: --val or --val-split");
	if (j->checkpoints->resume == RESUME_MUST && !j->checkpoints->checkpoint)
		return misuse(j->call, "--resume must wants --checkpoint");
	if (j->running->plot && maas_plot_check(j->running->plot))
		return fail(j->call);
	if (check_places(j->call, places, MAAS_COUNT(places)))
		return fail(j->call);
	if (checkpoint_every(j->checkpoints->checkpoint_every, &j->every_steps, &j->every_seconds))
		return misuse(j->call, "%s", maas_error());
	return 0;
}

/* One process on one checkpoint folder. */
static int
take_locks(struct job *j)
{
	const char *folder = j->checkpoints->checkpoint;

	if (j->outcome->dry_run)
		return 0;
	if (take_lock(j->outcome) == -2)
		return -1;
	return folder && (j->lock = checkpoint_lock(folder)) < 0 ? -1 : 0;
}

/* The kind's settings; the vocabulary is the tokeniser's where it is not said. */
static int
make_model(struct job *j)
{
	const struct maas_kind *k = j->call->verb->data;
	const struct maas_field *vocab = maas_field(k->fields, "vocab", 0);
	long size = (long)maas_tokenizer_size(j->tokenizer), *v;

	if (!(j->model = maas_model_new(k)))
		return -1;
	memcpy(j->model->settings, j->call->part[0], k->size);
	if (j->from && adopt_settings(j))
		return -1;
	if (!vocab)
		return 0;
	v = (long *)(void *)((char *)j->model->settings + vocab->at);
	if (*v && *v < size)
		return maas_fail_as(
		    MAAS_CONFIG, "vocab is %ld, and the tokeniser has %ld ids (see --vocab, --tokenizer)", *v, size);
	if (!*v)
		*v = size;
	return 0;
}

/* What a checkpoint must agree with, a line each. */
static int
make_identity(struct job *j)
{
	const struct maas_kind *k = j->call->verb->data;
	struct maas_buf *b = &j->identity;

	if (maas_buf_printf(b, "kind=%s\ndata=%016llx\n", k->name, (unsigned long long)maas_corpus_digest(j->corpus)))
		return -1;
	if (j->val_corpus && maas_buf_printf(b, "val=%016llx\n", (unsigned long long)maas_corpus_digest(j->val_corpus)))
		return -1;
	if (j->text->init_from && maas_buf_printf(b, "init-from=%s\n", j->text->init_from))
		return -1;
	if (j->goal && maas_buf_printf(b, "until=%s\n", j->running->until))
		return -1;
	return maas_buf_printf(b, "seed=%ld\n", j->call->common.seed) ||
		maas_fields_print(k->fields, j->model->settings, b) ||
		maas_fields_print(maas_training_fields, j->how, b)
	    ? -1
	    : 0;
}

static struct maas_source *
held_source(const struct job *j)
{
	return learns_pairs(j) ? maas_pairs_held(j->model, j->val) : maas_tokens_held(j->model, j->val);
}

static int
make_trainer(struct job *j)
{
	struct maas_run_setup s = {
		.model = j->model,
		.how = j->how,
		.seed = (uint64_t)j->call->common.seed,
		.max_time = j->running->max_time,
		.checkpoint = j->checkpoints->checkpoint,
		.every_steps = j->every_steps,
		.every_seconds = j->every_seconds,
		.keep = j->checkpoints->keep,
		.identity = j->identity.s,
		.halt = interrupt_flag(),
	};

	if (!(j->team = maas_team_new((int)j->call->common.threads)))
		return -1;
	s.team = j->team;
	if (learns_pairs(j))
		s.train = maas_pairs_source(j->model, j->train, s.seed);
	else
		s.train = maas_tokens_source(j->model, j->train, s.seed);
	if (s.train && j->val.corpus && !(s.val = held_source(j))) {
		maas_source_free(s.train);
		return -1;
	}
	if (!(j->trainer = maas_trainer_new(&s)))
		return -1;
	if (j->from && maas_trainer_init_from(j->trainer, j->from))
		return maas_in("%s", j->text->init_from);
	maas_model_close(j->from);
	j->from = NULL;
	return 0;
}

/* From a checkpoint, if there is one and it is wanted. */
static int
resume(struct job *j)
{
	uint64_t step;
	int got = checkpoint_find(j->call, j->checkpoints, &step);

	if (got < 0 || (got && maas_trainer_resume(j->trainer, step) < 0))
		return -1;
	if (got && j->call->common.verbose)
		warn(j->call, "resumed from step %zu", maas_trainer_curves(j->trainer)->steps);
	return 0;
}

/* For --if-changed: what falls short is made again the next time. */
static int
note_made(struct job *j, int ending)
{
	struct maas_buf result = { 0 };
	const struct maas_curves *c = maas_trainer_curves(j->trainer);
	double measured[REPORT_MEASURES];
	int will = j->outcome->if_changed && ending == MAAS_FINISHED, bad;

	will = will && !(j->goal && c->evals && !goal_reached(j, &c->val[c->evals - 1]));

	report_measured(j, measured);
	bad = will && gate_holds(&j->text->fail_under, report_measures, measured) &&
	    (report_json(j, ending, &result) || made_note(&j->made, j->model, result.s));

	maas_buf_free(&result);
	return bad ? -1 : 0;
}

static int
save_model(struct job *j, int ending)
{
	/* What a self-test asks is of no one's data. */
	static const char *const said[] = { "To be, or not to be: that is the question.\n",
		"for (i = 0; i < 10; i++) \xc3\xa9\n" };
	const struct maas_span test[] = { maas_span(said[0]), maas_span(said[1]) };
	struct maas_buf tok = { 0 };
	int rc = -1;

	if (!maas_trainer_give(j->trainer, j->model) && !maas_tokenizer_compile(j->tokenizer, &tok) &&
	    !maas_model_add_part(j->model, "tokenizer", (struct maas_span){ tok.s, tok.n }) &&
	    (!j->model->kind->answer || !maas_model_add_selftest(j->model, test, MAAS_COUNT(test))) &&
	    !report_card(j) && !note_made(j, ending))
		rc = maas_model_save(
		    j->model, j->outcome->output, MAAS_DURABLE | (j->outcome->if_changed ? MAAS_IF_CHANGED : 0));
	maas_buf_free(&tok);
	return rc;
}

static int
prepare(struct job *j)
{
	return open_tokenizer(j) || make_model(j) || find_end(j) || read_data(j) || make_identity(j) || make_trainer(j)
	    ? -1
	    : 0;
}

static int
run_job(struct job *j)
{
	int ending, bad, stands = take_locks(j) ? -1 : outcome_stands(j->call, j->outcome, &j->made);

	if (stands)
		return stands < 0 ? -1 : 0;
	if (prepare(j))
		return -1;
	if (j->outcome->dry_run)
		return report_plan(j);
	if (resume(j))
		return -1;
	if ((ending = watch_run(j)) < 0)
		return -1;
	if (ending == MAAS_STOPPED)
		return 0;
	/* A plot that cannot be drawn costs nobody the model. */
	bad = write_depfile(j->call, j->outcome) || save_model(j, ending) ||
	    enter_registry(j->call, ENTERED(j->outcome)) || report_plot(j);
	return bad || report_result(j, ending) ? -1 : 0;
}

static void
free_job(struct job *j)
{
	maas_trainer_free(j->trainer);
	maas_team_free(j->team);
	maas_model_close(j->model);
	maas_corpus_free(j->corpus);
	maas_corpus_free(j->val_corpus);
	maas_tokenizer_free(j->tokenizer);
	maas_model_close(j->from);
	maas_buf_free(&j->spelling);
	maas_buf_free(&j->identity);
	made_free(&j->made);
}

static int
train_text(struct call *c)
{
	struct job j = { .call = c,
		.outcome = c->part[1],
		.how = c->part[2],
		.text = c->part[3],
		.checkpoints = c->part[4],
		.running = c->part[5],
		.lock = -1 };
	double measured[REPORT_MEASURES];
	int rc = check_options(&j);

	if (rc)
		return rc;
	rc = run_job(&j) ? end_badly(c) : j.signal || j.outcome->dry_run || !j.trainer ? 0 : goal_missed(&j);
	if (!rc && j.trainer && !j.signal && !j.outcome->dry_run) {
		report_measured(&j, measured);
		rc = gate_missed(c, &j.text->fail_under, report_measures, measured);
	}
	free_job(&j);
	interrupt_disarm();
	if (!rc && j.signal)
		end_by_signal(&j);
	return rc ? rc : finish(c);
}

static int
takes(const struct maas_kind *k)
{
	return k->loss && k->decode;
}

const struct family family_text = {
	.takes = takes,
	.operands = "[FILE...]",
	.part = {
		{ maas_training_fields, sizeof(struct maas_training) },
		{ text_fields, sizeof(struct text_options) },
		{ checkpoint_fields, sizeof(struct checkpoints) },
		{ running_fields, sizeof(struct running) },
	},
	.run = train_text,
};
