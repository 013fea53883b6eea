/*
 * transformer_rows.c -- what a transformer with a head of rows answers: the last id of each text goes through the head,
 * or the last one of each word.
 * The network is the decoding engine's, in the precision of its weights: several texts a pass, one behind the other
 * without padding, a long one in several passes.  What a text gives is the same alone and among others.
 */
#include <stdlib.h>
#include <string.h>

#include "decode.h"
#include "network_weights.h"
#include "transformer.h"

enum { ROWS = 256, RUNS = 32 };  /* ids of a pass; texts */
#define CACHE ((size_t)64 << 20) /* bytes of keys and values, or one whole text */

struct work {
	struct net net;
	struct net_run run[RUNS];
	size_t text[RUNS]; /* which text the run is of */
	int whole[RUNS];   /* it ends with this run */
	uint32_t *block;   /* [blocks] 0, 1 ...: a pass takes them in their order */
	struct maas_affine score;
	double *sum;        /* [embed] */
	float *row, *logit; /* [embed], [outputs] */
	void *scratch;      /* of the head's product */
};

static void
work_end(void *arg)
{
	struct work *w = arg;

	if (!w)
		return;
	maas_network_drop(&w->net);
	maas_team_free(w->net.team);
	maas_arena_free(w->net.arena);
	free(w);
}

static int
open_bias(struct work *w, const struct maas_model *m, size_t n)
{
	const struct maas_tensor *t = maas_model_tensor(m, TRANSFORMER_SCORE ".bias");
	float *wide;

	if (!(t = maas_model_need(
		  m, TRANSFORMER_SCORE ".bias", t && t->dtype == MAAS_BF16 ? MAAS_BF16 : MAAS_F32, 1, &n)))
		return -1;
	w->score.bias = t->data;
	if (t->dtype == MAAS_F32)
		return 0;
	if (!(wide = maas_take(w->net.arena, n, sizeof *wide)))
		return -1;
	maas_from_bf16(wide, t->data, n);
	w->score.bias = wide;
	return 0;
}

/* The head, in f32 whatever the network is in. */
static int
open_score(struct work *w, const struct maas_model *m, const struct maas_head *head)
{
	size_t embed = w->net.w.embed, n = head->outputs;
	const maas_bf16 *none;
	float *wide;

	w->score = (struct maas_affine){ .out = n, .in = embed };
	if (maas_model_matrix(&w->score.w, &none, m, TRANSFORMER_SCORE ".weight", n, embed) < 0)
		return -1;
	if (none)
		return maas_fail("tensor " TRANSFORMER_SCORE ".weight: few bits, wanted floats");
	if (w->score.w.type == MAAS_BF16) {
		if (!(wide = maas_take(w->net.arena, n * embed, sizeof *wide)))
			return -1;
		maas_from_bf16(wide, w->score.w.p, n * embed);
		w->score.w = (struct maas_matrix){ wide, MAAS_F32, embed, 1 };
	}
	return head->bias ? open_bias(w, m, n) : 0;
}

static int
make_room(struct work *w)
{
	struct net *net = &w->net;
	size_t longest = (net->w.context + MAAS_KEYS - 1) / MAAS_KEYS, most = CACHE / net->block_bytes;

	net->rows = ROWS;
	net->head_rows = 1;
	most = most > RUNS ? RUNS : most;
	net->blocks = most > longest ? most : longest;
	if (maas_network_make(net) < 0 || !(w->block = maas_take(net->arena, net->blocks, sizeof *w->block)) ||
	    !(w->sum = maas_take(net->arena, net->w.embed, sizeof *w->sum)) ||
	    !(w->row = maas_take(net->arena, net->w.embed, sizeof *w->row)) ||
	    !(w->logit = maas_take(net->arena, w->score.out, sizeof *w->logit)) ||
	    !(w->scratch = maas_take(net->arena, 1, maas_product_scratch())))
		return -1;
	for (size_t i = 0; i < net->blocks; i++)
		w->block[i] = (uint32_t)i;
	return 0;
}

static void *
work_new(const struct maas_model *m)
{
	struct work *w = maas_alloc(1, sizeof *w);

	if (!w)
		return NULL;
	if ((w->net.arena = maas_arena_new(1 << 16)) && (w->net.team = maas_team_new(1)) &&
	    m->kind->decode->network(m, w->net.arena, &w->net.w) == 0 && open_score(w, m, m->settings) == 0) {
		maas_network_precision(&w->net, MAAS_DTYPES);
		if (make_room(w) == 0)
			return w;
	}
	work_end(w);
	return NULL;
}

/* Where the next pass begins: `id` ids of text `row` have gone through, in blocks the pass takes first. */
struct place {
	size_t row, id;
};

/* The runs of a pass: as many texts as there is room for, or a part of a long one.  How many. */
static size_t
deal(struct work *w, const struct maas_design *x, struct place *at)
{
	const size_t *start = x->seq.start;
	size_t rows = 0, blocks = 0, n = 0;

	for (; at->row < x->rows && n < RUNS; n++) {
		size_t length = start[at->row + 1] - start[at->row], left = length - at->id,
		       need = (length + MAAS_KEYS - 1) / MAAS_KEYS;

		if (n && (rows + left > ROWS || blocks + need > w->net.blocks))
			break;
		left = left > ROWS ? ROWS : left;
		w->run[n] = (struct net_run){ x->seq.id + start[at->row] + at->id, left, at->id, w->block + blocks };
		rows += left;
		blocks += need;
		at->id += left;
		w->text[n] = at->row;
		w->whole[n] = at->id == length;
		if (at->id < length)
			return n + 1;
		at->row++;
		at->id = 0;
	}
	return n;
}

/* The head on row `row` of the pass. */
static void
judge(struct work *w, size_t row, double *out)
{
	const struct maas_epilogue e = { .bias = w->score.bias };
	size_t embed = w->net.w.embed;

	memset(w->sum, 0, embed * sizeof *w->sum);
	maas_network_gather(&w->net, w->sum, row, 1);
	for (size_t c = 0; c < embed; c++)
		w->row[c] = (float)w->sum[c];
	maas_product(w->logit, w->score.out, (struct maas_matrix){ w->row, MAAS_F32, embed, 1 }, w->score.w, 1,
	    w->score.out, embed, MAAS_F32, &e, w->scratch);
	for (size_t k = 0; k < w->score.out; k++)
		out[k] = (double)w->logit[k];
}

/* What is asked for among the ids of run i, which is from `row` of the pass on. */
static void
answer(struct work *w, const struct maas_design *x, size_t i, size_t row, double *out)
{
	const struct maas_sequences *s = &x->seq;
	const struct net_run *run = &w->run[i];
	size_t text = w->text[i], n = w->score.out;

	if (!s->ask && w->whole[i])
		judge(w, row + run->rows - 1, out + text * n);
	for (size_t k = s->ask ? s->ask[text] : 0; s->ask && k < s->ask[text + 1]; k++)
		if (s->at[k] >= run->at && s->at[k] < run->at + run->rows)
			judge(w, row + s->at[k] - run->at, out + (k - s->ask[0]) * n);
}

static void
apply(const struct maas_model *m, const struct maas_design *x, double *out, void *work)
{
	struct work *w = work;
	struct place at = { 0, 0 };

	(void)m;
	while (at.row < x->rows) {
		size_t runs = deal(w, x, &at), row = 0;

		maas_network_pass(&w->net, w->run, runs);
		for (size_t i = 0; i < runs; i++) {
			answer(w, x, i, row, out);
			row += w->run[i].rows;
		}
	}
}

static size_t
longest(const struct maas_model *m)
{
	struct transformer s;

	m->kind->decode->shape(&s, m->settings);
	return (size_t)s.context;
}

static int
shape(struct maas_model *m, const struct maas_data *d, size_t entries)
{
	struct maas_head *head = m->settings;

	*head = (struct maas_head){ .outputs = d->labels ? d->labels : 1,
		.bias = !d->labels || d->x.seq.ask,
		.tags = d->x.seq.ask != NULL,
		.time = entries,
		.values = !d->labels,
		.weighted = !d->labels || d->weight };
	return 0;
}

/* Values: the head is all that has to change. */
static void
rescale(const struct maas_model *m, const struct maas_params *p, double shift, double unit)
{
	(void)m;
	for (size_t i = 0; i < p->count; i++)
		if (!strncmp(p->node[i]->name, TRANSFORMER_SCORE ".", sizeof TRANSFORMER_SCORE))
			network_rescale(p->node[i], shift, unit);
}

static int
cool_tensor(struct maas_model *m, const char *name, double temperature)
{
	const struct maas_tensor *t = maas_model_tensor(m, name);
	size_t n = t->dim[0] * (t->ndim == 2 ? t->dim[1] : 1);
	struct maas_tensor own = *t;
	float *copy = maas_take(m->arena, n, sizeof *copy);

	if (!copy)
		return -1;
	for (size_t i = 0; i < n; i++)
		copy[i] = (float)((double)((const float *)t->data)[i] / temperature);
	own.data = copy;
	return maas_model_replace(m, &own);
}

/* The head of words has a bias, that of labels has none. */
static int
cool(struct maas_model *m, double temperature)
{
	const struct maas_head *head = m->settings;

	if (cool_tensor(m, TRANSFORMER_SCORE ".weight", temperature) < 0)
		return -1;
	return head->bias ? cool_tensor(m, TRANSFORMER_SCORE ".bias", temperature) : 0;
}

const struct maas_rows_ops transformer_rows = {
	.longest = longest,
	.head = TRANSFORMER_SCORE ".",
	.defaults =
	    "optimizer=adamw schedule=linear lr=0.0001 warmup=0 epochs=3 clip=1 weight_decay=0.01 eval_batches=0 "
	    "precision=bf16",
	.tasks = MAAS_CLASSES | MAAS_VALUES | MAAS_TAGS,
	.work = work_new,
	.end = work_end,
	.apply = apply,
	.saliency = transformer_saliency,
	.attention = transformer_attention,
	.shape = shape,
	.costs = "long texts (see --context), --embed and --layers",
	.rescale = rescale,
	.cool = cool,
};
