/* What a network that reads texts answers: texts padded to the longest of a lot; and what of them its answer hangs
 * on. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "reader.h"

enum {
	TEXTS = 8, /* that are answered together */
	STEPS = 8  /* of the path that slopes of what attends are told along */
};

/* A graph that answers, or tells slopes: of so many texts. */
struct work {
	struct maas_arena *arena;
	struct maas_tape *t;
	struct maas_run run;
	struct maas_node *y, *embedded, *pooled, *attended; /* see struct reader */
	size_t texts;
	int32_t *id, *bag, *length; /* bag NULL: a place has one id */
	int32_t *asked;             /* of slopes of tags: see struct reader; NULL */
	float *frames;              /* in place of ids; NULL */
};

void
reader_end(void *arg)
{
	struct work *w = arg;

	if (!w)
		return;
	maas_team_free(w->run.team);
	maas_arena_free(w->arena);
	free(w);
}

static int
make(struct work *w, const struct maas_model *m, size_t time, size_t outputs, int train)
{
	/* Settings of a kind begin with these, and what is behind them must be at hand as well. */
	size_t size = m->kind->size;
	struct maas_model own = *m;
	struct reader r = { .m = &own, .time = time, .one = train };
	struct maas_reading *s;

	if (!(w->arena = maas_arena_new(1 << 16)) || !(w->run.team = maas_team_new(1)) ||
	    !(w->t = r.t = maas_tape_new(w->arena)) || !(own.settings = maas_take(w->arena, 1, size)))
		return -1;
	r.s = s = memcpy(own.settings, m->settings, size);
	s->dropout = 0;
	if (train && maas_tape_freeze(w->t, "[!e]*,?[!m]*") < 0) /* all but the table */
		return -1;
	if (!(w->y = reader_scores(&r, w->texts * time, outputs)))
		return -1;
	w->embedded = r.embedded;
	w->pooled = r.pooled;
	w->attended = r.attended;
	w->embedded->flags |= train ? MAAS_KEEP : 0; /* slopes are told by it */
	if (maas_tape_plan(w->t, w->y, train) < 0 || (!train && reader_borrow(w->t, m, NULL) < 0))
		return -1;
	if (s->frame)
		w->frames = maas_tape_input(w->t, "frames")->val;
	else
		w->id = maas_tape_input(w->t, "ids")->val;
	if (!s->frame && reader_most(s) > 1)
		w->bag = maas_tape_input(w->t, "bag")->val;
	w->length = maas_tape_input(w->t, "lengths")->val;
	if (train && s->head.tags)
		w->asked = maas_tape_input(w->t, "asked")->val;
	w->run.stride = (maas_tape_scratch(w->t) + 127) / 64 * 64;
	return (w->run.scratch = maas_take(w->arena, 1, w->run.stride)) ? 0 : -1;
}

void *
reader_work(const struct maas_model *m)
{
	const struct maas_reading *s = m->settings;
	struct work *w = maas_alloc(1, sizeof *w);

	if (!w)
		return NULL;
	w->texts = TEXTS;
	if (make(w, m, (size_t)s->context, s->head.outputs, 0) == 0)
		return w;
	reader_end(w);
	return NULL;
}

/* Places of text i of the lot, whose bags begin at *at. */
static void
place_bags(struct work *w, const struct maas_sequences *x, size_t text, size_t i, size_t time, size_t *at)
{
	const size_t *bag = x->bag + x->start[text];
	size_t n = (size_t)w->length[i];

	memcpy(w->id + *at, x->id + bag[0], (bag[n] - bag[0]) * sizeof *w->id);
	for (size_t t = 0; t < time; t++) {
		*at += t < n ? bag[t + 1] - bag[t] : 0;
		w->bag[i * time + t + 1] = (int32_t)*at;
	}
}

/* The frames of rows first ... first + n - 1. */
static void
place_frames(struct work *w, const struct maas_design *x, size_t first, size_t n)
{
	size_t frame = x->seq.frame, wide = w->run.time * frame;

	for (size_t i = 0; i < n; i++) {
		float *to = w->frames + i * wide;
		size_t have = (size_t)w->length[i] * frame;

		maas_from_f64(to, x->x + (first + i) * x->dense, have);
		memset(to + have, 0, (wide - have) * sizeof *to);
	}
}

/* Texts first ... first + n - 1 of x, padded to the longest. */
static void
place(struct work *w, const struct maas_design *design, size_t first, size_t n)
{
	const struct maas_sequences *x = &design->seq;
	size_t time = 1, at = 0;

	for (size_t i = 0; i < n; i++) {
		w->length[i] = (int32_t)(x->start[first + i + 1] - x->start[first + i]);
		time = (size_t)w->length[i] > time ? (size_t)w->length[i] : time;
	}
	w->run.time = time;
	w->run.rows = n * time;
	if (w->frames) {
		place_frames(w, design, first, n);
		return;
	}
	if (w->bag)
		w->bag[0] = 0;
	else
		memset(w->id, 0, n * time * sizeof *w->id);
	for (size_t i = 0; i < n; i++)
		if (w->bag)
			place_bags(w, x, first + i, i, time, &at);
		else
			memcpy(w->id + i * time, x->id + x->start[first + i], (size_t)w->length[i] * sizeof *w->id);
}

/* What row `at` of the graph's answers says. */
static void
tell(const struct work *w, size_t at, double *out)
{
	size_t k = w->y->dim[1];
	const float *y = (const float *)w->y->val + at * k;

	for (size_t i = 0; i < k; i++)
		out[i] = (double)y[i];
}

void
reader_apply(const struct maas_model *m, const struct maas_design *x, double *out, void *work)
{
	const struct maas_sequences *s = &x->seq;
	struct work *w = work;
	size_t k = w->y->dim[1], n;

	(void)m;
	for (size_t first = 0; first < x->rows; first += n) {
		n = x->rows - first < w->texts ? x->rows - first : w->texts;
		place(w, x, first, n);
		maas_forward(w->t, &w->run);
		for (size_t i = 0; i < n; i++) {
			size_t text = first + i;

			if (!s->ask)
				tell(w, i, out + text * k);
			for (size_t a = s->ask ? s->ask[text] : 0; s->ask && a < s->ask[text + 1]; a++)
				tell(w, i * w->run.time + s->at[a], out + (a - s->ask[0]) * k);
		}
	}
}

/* A graph of the first text, which wants its parameters (reader_borrow) to run; NULL with the reason. */
static struct work *
begin(const struct maas_model *m, const struct maas_design *x)
{
	struct work *w = maas_alloc(1, sizeof *w);

	if (!w)
		return NULL;
	w->texts = 1;
	if (make(w, m, x->seq.start[1] - x->seq.start[0], 1, MAAS_TRAIN) < 0) {
		reader_end(w);
		return NULL;
	}
	place(w, x, 0, 1);
	if (w->asked)
		*w->asked = *w->length;
	return w;
}

/* What comes back is told of answer i of the text, its outputs times `of`. */
static int
aim(struct work *w, const struct maas_model *m, const struct maas_sequences *x, size_t i, const double *of)
{
	if (reader_borrow(w->t, m, of) < 0)
		return -1;
	if (w->asked)
		*w->asked = (int32_t)x->at[i] + 1;
	return 0;
}

/* Answers of the first text. */
static size_t
answers(const struct maas_sequences *x)
{
	return x->ask ? x->ask[1] - x->ask[0] : 1;
}

/*
 * The path that slopes are told along: what entry e of the text was looked up as is row e of a table of its own, on its
 * way from what it would be if nothing were known of the text.
 *
 * Where layers norm what they get, the answer hardly hangs on how long that is; and where one word settles it, the
 * slope is 0: alone it says little.  So it is told as the mean of slopes at the middles of STEPS parts of the way
 * (Sundararajan, Taly and Yan 2017, "Axiomatic Attribution for Deep Networks"), and places add up to what they change.
 * Where the way begins at 0 and nothing attends, it is told at its end.
 */
struct path {
	struct maas_node *table;
	size_t entries;
	float *whole; /* the model's rows of them, less those they begin as */
	float *begin; /* [entries][wide] */
	float *row;   /* as they are now */
	float *place; /* [wide]: what all that a place is looked up as begins as */
	int steps;
};

/* What the first place of x is looked up as, to[wide]. */
static void
look_up(const float *table, size_t wide, const struct maas_sequences *x, float *to)
{
	size_t n = x->bag ? x->bag[1] : 1;

	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < wide; k++)
			to[k] += table[(size_t)x->id[i] * wide + k];
}

/* Where entries begin: those of a place share what it begins as. */
static void
share_out(const struct work *w, struct path *p, size_t wide)
{
	for (size_t i = 0; i < w->run.time; i++) {
		size_t first = w->bag ? (size_t)w->bag[i] : i, last = w->bag ? (size_t)w->bag[i + 1] : i + 1;

		for (size_t e = first; e < last; e++)
			for (size_t k = 0; k < wide; k++)
				p->begin[e * wide + k] = p->place[k] / (float)(last - first);
	}
}

/* from: of one place, as what all places begin; NULL: as 0. */
static int
begin_path(struct work *w, const struct maas_model *m, const struct maas_sequences *from, struct path *p)
{
	const struct maas_params *all = maas_tape_params(w->t);
	size_t entries = w->bag ? (size_t)w->bag[w->run.time] : w->run.time, wide = w->embedded->dim[1];
	const struct maas_tensor *table = maas_model_tensor(m, "embedding.weight");

	*p = (struct path){ .entries = entries, .steps = from || m->kind->rows->reads->attends ? STEPS : 1 };
	if (!(p->whole = maas_take(w->arena, entries, wide * sizeof *p->whole)) ||
	    !(p->begin = maas_take(w->arena, entries, wide * sizeof *p->begin)) ||
	    !(p->row = maas_take(w->arena, entries, wide * sizeof *p->row)) ||
	    !(p->place = maas_take(w->arena, wide, sizeof *p->place)))
		return -1;
	for (size_t i = 0; i < all->count; i++)
		if (!strcmp(all->node[i]->name, "embedding.weight"))
			p->table = all->node[i];
	if (!p->table || !table)
		return maas_fail_as(MAAS_INTERNAL, "embedding.weight: missing");
	if (from) {
		look_up(table->data, wide, from, p->place);
		share_out(w, p, wide);
	}
	for (size_t e = 0; e < entries; e++) {
		const float *row = (const float *)table->data + (size_t)w->id[e] * wide;

		for (size_t k = 0; k < wide; k++)
			p->whole[e * wide + k] = row[k] - p->begin[e * wide + k];
		w->id[e] = (int32_t)e;
	}
	return 0;
}

/* Add what places have at one point of the path: the slope there times all that they come to, of a step. */
static void
step(struct work *w, const struct path *p, double at, size_t n, double *to)
{
	size_t wide = w->embedded->dim[1];

	for (size_t i = 0; i < p->entries * wide; i++)
		p->row[i] = fmaf((float)at, p->whole[i], p->begin[i]);
	p->table->val = p->row;
	maas_forward(w->t, &w->run);
	maas_backward(w->t, &w->run, 0);
	for (size_t i = 0; i < n; i++) {
		const float *row = (const float *)w->embedded->val + i * wide, *slope = w->embedded->grad + i * wide;
		double sum = 0;

		for (size_t k = 0; k < wide; k++)
			sum += ((double)row[k] - (double)p->place[k]) * (double)slope[k];
		to[i] += sum / (at * p->steps);
	}
}

/* Point i of so many on the way. */
static double
point(int i, int steps)
{
	return steps > 1 ? (i + 0.5) / steps : 1;
}

/* What each place of the text adds to its outputs times `of`. */
int
reader_saliency(const struct maas_model *m, const struct maas_sequences *x, const struct maas_sequences *from,
    const double *of, double *to)
{
	struct work *w = begin(m, &(struct maas_design){ .seq = *x });
	size_t n = x->start[1], outputs = ((const struct maas_reading *)m->settings)->head.outputs;
	struct path p;
	int rc = w ? begin_path(w, m, from, &p) : -1;

	for (size_t a = 0; rc == 0 && a < answers(x); a++, to += n) {
		memset(to, 0, n * sizeof *to);
		if ((rc = aim(w, m, x, a, of + a * outputs)) < 0)
			break;
		for (int i = 0; i < p.steps; i++)
			step(w, &p, point(i, p.steps), n, to);
	}
	reader_end(w);
	return rc;
}

/* How rows [from, until) attend to n, in the mean; row: room for one. */
static void
attend(const struct maas_node *y, size_t from, size_t until, size_t n, double *row, double *to)
{
	memset(to, 0, n * sizeof *to);
	for (size_t i = from; i < until; i++) {
		maas_attention_weights(y, i, n, row);
		for (size_t k = 0; k < n; k++)
			to[k] += row[k] / (double)(until - from);
	}
}

/* The weights that places are pooled by. */
static void
tell_pooled(const struct work *w, size_t n, double *to)
{
	const float *weight = maas_pool_weights(w->pooled);
	double sum = 0; /* 1, but for rounding */

	for (size_t i = 0; i < n; i++)
		sum += (double)weight[i];
	for (size_t i = 0; i < n; i++)
		to[i] = (double)weight[i] / sum;
}

/* What an answer comes from attends so: of tags the word's place; else the last, or the mean of all of them. */
static int
tell_attended(struct work *w, const struct maas_reading *s, const struct maas_sequences *x, size_t n, double *to)
{
	double *row = maas_take(w->arena, n, sizeof *row);

	if (!row)
		return -1;
	if (!s->head.tags)
		attend(w->attended, s->pool == READER_LAST ? n - 1 : 0, n, n, row, to);
	for (size_t a = 0; s->head.tags && a < answers(x); a++)
		attend(w->attended, x->at[a], x->at[a] + 1, n, row, to + a * n);
	return 0;
}

/* The weights by which states are pooled; without them, those of the last layer that attends. */
int
reader_attention(const struct maas_model *m, const struct maas_design *x, double *to)
{
	const struct maas_reading *s = m->settings;
	int pooled = s->pool == READER_ATTENTION && !s->head.tags, rc = 0;
	size_t n = x ? x->seq.start[1] - x->seq.start[0] : 0;
	struct work *w;

	if (!pooled && !m->kind->rows->reads->attends)
		return maas_fail_as(MAAS_USAGE,
		    s->head.tags ? "this %s has no attention to show: where words are tagged, no states are pooled"
				 : "this %s has no attention to show: --pool attention of maas-train gives it some",
		    m->kind->name);
	if (!n)
		return 0;
	if (!(w = begin(m, x)) || reader_borrow(w->t, m, NULL) < 0) {
		reader_end(w);
		return -1;
	}
	maas_forward(w->t, &w->run);
	if (pooled)
		tell_pooled(w, n, to);
	else
		rc = tell_attended(w, s, &x->seq, n, to);
	reader_end(w);
	return rc;
}

/* Add the slope by each number of the first text's frames at one point of the way from silence, a steps-th of it: that
 * by what a frame is made, through the layer. */
static void
add_slopes(struct work *w, const struct maas_design *x, double at, int steps, double *to)
{
	size_t frame = x->seq.frame, n = x->seq.start[1] - x->seq.start[0], c = w->embedded->dim[1];
	const float *layer = w->embedded->in[1]->val;

	for (size_t i = 0; i < n * frame; i++)
		w->frames[i] = (float)(at * x->x[i]);
	maas_forward(w->t, &w->run);
	maas_backward(w->t, &w->run, 0);
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < c; k++)
			for (size_t j = 0; j < frame; j++)
				to[i * frame + j] +=
				    (double)layer[k * frame + j] * (double)w->embedded->grad[i * c + k] / steps;
}

/* The gradient of outputs, times `of`, by each number of the one row's frames: where layers attend, its mean along a
 * path as that of texts, from frames of 0. */
int
reader_gradient(const struct maas_model *m, const struct maas_design *x, const double *of, double *dense,
    double *sparse, void *work)
{
	int steps = m->kind->rows->reads->attends ? STEPS : 1;
	struct work *w = begin(m, x);

	(void)sparse;
	(void)work;
	memset(dense, 0, x->dense * sizeof *dense);
	if (!w || aim(w, m, &x->seq, 0, of) < 0) {
		reader_end(w);
		return -1;
	}
	for (int i = 0; i < steps; i++)
		add_slopes(w, x, point(i, steps), steps, dense);
	reader_end(w);
	return 0;
}
