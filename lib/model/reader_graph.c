/* Networks that read texts in their order: their graph, how they begin, and what an opened one must have. */
#include <math.h>
#include <string.h>

#include "network_weights.h"
#include "reader.h"

/* Of the table's numbers at first: small, so that what was never or seldom learnt says little.  With 1, as PyTorch's
 * Embedding has it, networks of words and of characters with their pairs were several points worse on held-out
 * texts. */
#define SPREAD 0.01

const char *const reader_pools[] = { "last", "mean", "max", "attention", NULL };

static const struct maas_reader_ops *
ops_of(const struct maas_model *m)
{
	return m->kind->rows->reads;
}

/* What the head sees: a row a text. */
static struct maas_node *
pooled(const struct reader *r, const struct reader_states *x, struct maas_node *both)
{
	struct maas_node *scores = NULL, *ahead;
	enum maas_pooling how = r->s->pool == READER_MEAN ? MAAS_POOL_MEAN : MAAS_POOL_MAX;

	if (r->s->pool == READER_LAST) {
		ahead = maas_last(r->t, x->ahead, r->lengths, r->time);
		if (!x->back)
			return ahead;
		return maas_join(r->t, ahead, maas_pool(r->t, x->back, r->lengths, NULL, r->time, MAAS_POOL_FIRST));
	}
	if (r->s->pool == READER_ATTENTION && both) {
		struct maas_node *w = maas_param(r->t, "attention.weight", 2, (size_t[]){ 1, both->dim[1] }, 1);

		scores = maas_linear(r->t, both, w, NULL, NULL, MAAS_ACT_NONE);
		how = MAAS_POOL_WEIGHTED;
	}
	return maas_pool(r->t, both, r->lengths, scores, r->time, how);
}

/* What each place is looked up as: its id's row of the table, or the sum of those of all its ids. */
static struct maas_node *
looked_up(struct reader *r, size_t rows)
{
	size_t n = rows / r->time, most = reader_most(r->s), places = rows + 1, entries = rows * most;
	struct maas_sparse_rows bags = { 0 };
	struct maas_node *ids, *w;

	if (entries > INT32_MAX) {
		maas_fail_as(MAAS_USAGE,
		    "%zu texts of up to %zu places are too many at once (see --batch-size, --context)", n, r->time);
		return NULL;
	}
	ids = maas_input(r->t, "ids", MAAS_I32, 1, &entries);
	r->lengths = maas_input(r->t, "lengths", MAAS_I32, 1, &n);
	if (most > 1)
		bags = (struct maas_sparse_rows){ maas_input(r->t, "bag", MAAS_I32, 1, &places), ids, NULL };
	w = maas_param(r->t, "embedding.weight", 2, (size_t[]){ (size_t)r->s->vocab, (size_t)r->s->embed }, 1);
	return most > 1 ? maas_bag(r->t, &bags, w, NULL, NULL, MAAS_ACT_NONE) : maas_embed(r->t, ids, w, NULL);
}

/* What each frame is made by a linear layer. */
static struct maas_node *
looked_at(struct reader *r, size_t rows)
{
	size_t n = rows / r->time, frame = r->s->frame, embed = (size_t)r->s->embed;
	struct maas_node *x = maas_input(r->t, "frames", MAAS_F32, 2, (size_t[]){ rows, frame }), *w;

	r->lengths = maas_input(r->t, "lengths", MAAS_I32, 1, &n);
	w = maas_param(r->t, "embedding.weight", 2, (size_t[]){ embed, frame }, 1);
	return maas_linear(r->t, x, w, maas_param(r->t, "embedding.bias", 1, &embed, 0), NULL, MAAS_ACT_NONE);
}

struct maas_node *
reader_scores(struct reader *r, size_t rows, size_t outputs)
{
	struct reader_states states;
	struct maas_node *x, *w;

	if (!(r->embedded = r->s->frame ? looked_at(r, rows) : looked_up(r, rows)))
		return NULL;
	if (r->s->dropout > 0 && r->s->head.tags)
		r->embedded = maas_dropout(r->t, r->embedded, NULL, (float)r->s->dropout);
	states = ops_of(r->m)->states(r);
	if (!(x = states.ahead))
		return NULL;
	if (states.back && (r->s->pool != READER_LAST || r->s->head.tags))
		x = maas_join(r->t, states.ahead, states.back);
	r->attended = states.attended;
	if (!r->s->head.tags)
		x = r->pooled = pooled(r, &states, x);
	else if (r->one)
		x = maas_last(r->t, x, maas_input(r->t, "asked", MAAS_I32, 1, &(size_t){ rows / r->time }), r->time);
	if (r->s->dropout > 0)
		x = maas_dropout(r->t, x, NULL, (float)r->s->dropout);
	if (!x)
		return NULL;
	w = maas_param(r->t, READER_SCORE "weight", 2, (size_t[]){ outputs, x->dim[1] }, 1);
	return maas_linear(r->t, x, w, maas_param(r->t, READER_SCORE "bias", 1, &outputs, 0), NULL, MAAS_ACT_NONE);
}

struct maas_node *
reader_loss(const struct maas_model *m, struct maas_tape *t, size_t rows)
{
	const struct maas_reading *s = m->settings;
	struct reader r = { .m = m, .s = s, .t = t, .time = s->head.time };
	size_t n = s->head.tags ? rows : rows / r.time;
	struct maas_node *x = reader_scores(&r, rows, s->head.outputs), *weights = NULL;

	if (!x)
		return NULL;
	if (s->head.weighted)
		weights = maas_input(t, "weights", MAAS_F32, 1, &n);
	if (s->head.values)
		return maas_square_loss(t, x, maas_input(t, "targets", MAAS_F32, 2, (size_t[]){ n, 1 }), weights);
	return maas_class_loss(t, x, maas_input(t, "labels", MAAS_I32, 1, &n), weights);
}

/* How a parameter begins where --init does not say: what is linear as PyTorch's Linear. */
static enum reader_begins
begins(const struct maas_model *m, const struct maas_node *w, size_t width, double *reach)
{
	int head = !strncmp(w->name, READER_SCORE, sizeof READER_SCORE - 1) || !strcmp(w->name, "attention.weight");
	const struct maas_reading *s = m->settings;

	*reach = 1 / sqrt((double)(head ? width : w->ndim > 1 ? maas_len(w) / w->dim[0] : w->dim[0]));
	if (!strncmp(w->name, "embedding.", 10) && s->frame) {
		*reach = 1 / sqrt((double)s->frame);
		return READER_UNIFORM;
	}
	if (!strcmp(w->name, "embedding.weight")) {
		*reach = ops_of(m)->table > 0      ? ops_of(m)->table
		    : reader_most(m->settings) > 2 ? 0.25 /* of a word and its parts some 16 rows are added */
						   : SPREAD;
		return READER_NORMAL;
	}
	return head ? READER_UNIFORM : ops_of(m)->begins(m, w, reach);
}

/* The width of states, by the head's weight. */
static size_t
width_of(const struct maas_params *p)
{
	for (size_t i = 0; i < p->count; i++)
		if (!strcmp(p->node[i]->name, READER_SCORE "weight"))
			return p->node[i]->dim[1];
	return 1;
}

int
reader_init(const struct maas_model *m, const struct maas_params *p, int how, uint64_t seed, struct maas_team *team)
{
	int plain = how == MAAS_INIT_AUTO || how == MAAS_INIT_UNIFORM;
	size_t width = width_of(p);

	for (size_t i = 0; i < p->count; i++) {
		const struct maas_node *w = p->node[i];
		size_t n = maas_len(w), out = w->dim[0], in = w->ndim > 1 ? n / out : 1;
		double reach;
		enum reader_begins as = begins(m, w, width, &reach);
		float *x = w->val;

		if (as == READER_ONES || as == READER_ZEROS || how == MAAS_INIT_ZEROS || (w->ndim == 1 && !plain)) {
			for (size_t k = 0; k < n; k++)
				x[k] = as == READER_ONES ? 1 : 0;
			continue;
		}
		if (how == MAAS_INIT_HE || how == MAAS_INIT_GPT2) {
			as = READER_NORMAL;
			reach = how == MAAS_INIT_HE ? sqrt(2 / (double)in) : 0.02;
		} else if (how == MAAS_INIT_XAVIER) {
			as = READER_UNIFORM;
			reach = sqrt(6.0 / (double)(in + out));
		}
		if (as == READER_NORMAL)
			maas_fill_normal_team(team, x, n, reach, seed, i);
		else
			maas_fill_uniform(x, n, -reach, reach, seed, i);
	}
	return 0;
}

int
reader_shape(struct maas_model *m, const struct maas_data *d, size_t entries)
{
	struct maas_reading *s = m->settings;

	s->head = (struct maas_head){ .outputs = d->labels ? d->labels : 1,
		.bias = 1,
		.tags = d->x.seq.ask != NULL,
		.time = entries,
		.values = !d->labels,
		.weighted = d->weight != NULL };
	s->frame = d->x.seq.frame;
	if (s->frame) /* all that a row has */
		s->context = (long)(d->x.dense / s->frame);
	return ops_of(m)->settle ? ops_of(m)->settle(m) : 0;
}

void
reader_rescale(const struct maas_model *m, const struct maas_params *p, double shift, double unit)
{
	(void)m;
	for (size_t i = 0; i < p->count; i++)
		if (!strncmp(p->node[i]->name, READER_SCORE, sizeof READER_SCORE - 1))
			network_rescale(p->node[i], shift, unit);
}

size_t
reader_longest(const struct maas_model *m)
{
	return (size_t)((const struct maas_reading *)m->settings)->context;
}

int
reader_borrow(const struct maas_tape *t, const struct maas_model *m, const double *of)
{
	const struct maas_reading *s = m->settings;
	const struct maas_params *p = maas_tape_params(t);

	for (size_t i = 0; i < p->count; i++) {
		struct maas_node *w = p->node[i];
		int head = !strncmp(w->name, READER_SCORE, sizeof READER_SCORE - 1);
		size_t dim[MAAS_DIMS], n = maas_len(w);
		const struct maas_tensor *has;

		memcpy(dim, w->dim, sizeof dim);
		if (head)
			dim[0] = s->head.outputs;
		if (!(has = maas_model_need(m, w->name, MAAS_F32, w->ndim, dim)))
			return -1;
		if (!head || !of) {
			w->val = (void *)(uintptr_t)has->data;
			continue;
		}
		memset(w->val, 0, n * sizeof(float));
		for (size_t o = 0; o < dim[0]; o++)
			maas_add_scaled(w->val, (const float *)has->data + o * n, (float)of[o], n);
	}
	return 0;
}

/* All tensors that a graph would have are there. */
static int
check(struct maas_model *m)
{
	struct maas_reading *s = m->settings;
	struct reader r = { .m = m, .s = s, .time = (size_t)s->context };
	struct maas_arena *a = maas_arena_new(1 << 14);
	int bad = !a || !(r.t = maas_tape_new(a)) || !reader_scores(&r, r.time, s->head.outputs) ||
	    reader_borrow(r.t, m, NULL) < 0;

	maas_arena_free(a);
	return bad ? -1 : 0;
}

/* The settings and the part that texts are read by say the same. */
static int
check_analyzer(const struct maas_model *m, struct maas_reading *s)
{
	const struct maas_lexicon *l = s->frame ? NULL : maas_rows_spelling(m->ready)->lexicon;
	int is = l ? (int)maas_lexicon_analyzer(l) : MAAS_BY_TOKEN;

	if (s->frame)
		return 0;
	if (s->analyzer == MAAS_BY_AUTO)
		s->analyzer = is;
	if (s->analyzer != is)
		return maas_fail(
		    "analyzer %s, and texts are read by %s", maas_analysis_names[s->analyzer], maas_analysis_names[is]);
	if (l && (size_t)s->vocab < maas_lexicon_size(l))
		return maas_fail("vocab %ld, and the lexicon has %zu ids", s->vocab, maas_lexicon_size(l));
	return 0;
}

int
reader_ready(struct maas_model *m)
{
	struct maas_reading *s = m->settings;
	const struct maas_tensor *score = maas_model_need(m, READER_SCORE "weight", MAAS_F32, -1, NULL);

	if (!score)
		return -1;
	s->head.outputs = score->ndim == 2 ? score->dim[0] : 0;
	s->head.bias = 1;
	if (maas_rows_open(m, 0, s->head.outputs) < 0)
		return -1;
	s->frame = maas_columns_frame(maas_rows_columns(m->ready));
	if (s->frame)
		s->context = (long)maas_rows_columns(m->ready)->height;
	if ((!s->vocab && !s->frame) || !s->head.outputs) {
		maas_rows_close(m);
		return maas_fail(s->head.outputs ? "no ids: vocab is 0" : "no outputs");
	}
	s->head.tags = maas_rows_tagging(m->ready);
	if (check_analyzer(m, s) == 0 && check(m) == 0)
		return 0;
	maas_rows_close(m);
	return -1;
}
