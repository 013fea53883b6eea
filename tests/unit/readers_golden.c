/*
 * Networks that read texts, held to PyTorch in float64 (scripts/make-golden-readers): logits of texts side by side,
 * padded, and the gradients of all parameters.  A text's answer is the same bytes alone and among others of any length,
 * whatever the padding holds, by any team.
 */
#include <stdlib.h>

#include "maas/model.h"
#include "../../lib/model/reader.h"
#include "../test.h"

enum { VOCAB = 11, EMBED = 8, CONTEXT = 7, LABELS = 3, TEXTS = 6 };
static const int32_t text[TEXTS][CONTEXT] = { { 3, 1, 4, 1, 5, 9, 2 }, { 6 }, { 5, 3, 5 }, { 8, 9, 7, 9 }, { 3, 2 },
	{ 10, 0, 4, 6, 2 } };
static const int32_t length[TEXTS] = { 7, 1, 3, 4, 2, 5 }, target[TEXTS] = { 0, 2, 1, 1, 0, 2 };
static struct maas_team *one, *three;

struct net {
	struct maas_model *m;
	struct maas_arena *arena;
	struct maas_tape *t;
	struct maas_node *loss;
	struct maas_run run;
};

static void
set(struct maas_model *m, enum reader_pool pool, size_t time)
{
	struct maas_reading *s = m->settings;

	s->embed = EMBED;
	s->context = CONTEXT;
	s->vocab = VOCAB;
	s->pool = (int)pool;
	s->head = (struct maas_head){ .outputs = LABELS, .bias = 1, .time = time };
	if (m->kind == &maas_kind_encoder) {
		struct maas_encoder *e = m->settings;

		e->layers = 2;
		e->heads = 2;
		e->hidden = 12;
	}
	if (!strcmp(m->kind->name, "cnn"))
		((struct maas_cnn *)m->settings)->conv = "5x3,4x2,6x5";
}

/* Parameters are formulas of their names. */
static void
fill(const struct maas_params *p)
{
	for (size_t k = 0; k < p->count; k++) {
		const char *name = p->node[k]->name;
		double a = 0, more = strstr(name, "norm") && strstr(name, "weight") ? 1 : 0;

		for (const char *c = name; *c; c++)
			a += (double)*c / 10;
		for (size_t i = 0; i < maas_len(p->node[k]); i++)
			((float *)p->node[k]->val)[i] = (float)(0.4 * sin(a + 0.9 * (double)i) + more);
	}
}

/* n texts, from the first on; rows of padding look up what they may. */
static void
place(struct net *n, size_t first, size_t texts, size_t time, int32_t padding)
{
	int32_t *id = maas_tape_input(n->t, "ids")->val;

	for (size_t i = 0; i < texts; i++) {
		for (size_t s = 0; s < time; s++)
			id[i * time + s] = s < (size_t)length[first + i] ? text[first + i][s] : padding;
		((int32_t *)maas_tape_input(n->t, "lengths")->val)[i] = length[first + i];
		((int32_t *)maas_tape_input(n->t, "labels")->val)[i] = target[first + i];
	}
	n->run.rows = texts * time;
	n->run.time = time;
}

static int
open_net(struct net *n, const struct maas_kind *kind, enum reader_pool pool, struct maas_team *team)
{
	*n = (struct net){ .m = maas_model_new(kind), .arena = maas_arena_new(1 << 20) };
	n->t = maas_tape_new(n->arena);
	set(n->m, pool, CONTEXT);
	if (!(n->loss = kind->loss(n->m, n->t, TEXTS * CONTEXT)))
		return -1;
	n->loss->in[0]->flags |= MAAS_KEEP;
	if (maas_tape_plan(n->t, n->loss, MAAS_TRAIN) < 0)
		return -1;
	n->run = (struct maas_run){ .team = team, .stride = (maas_tape_scratch(n->t) + 63) / 64 * 64 };
	n->run.scratch = maas_take(n->arena, (size_t)maas_team_size(team), n->run.stride + 64);
	fill(maas_tape_params(n->t));
	return 0;
}

static void
close_net(struct net *n)
{
	maas_arena_free(n->arena);
	maas_model_close(n->m);
}

static const float *
logits(const struct net *n)
{
	return n->loss->in[0]->val;
}

/* The largest difference of a line of golden numbers. */
static double
off(const struct net *n, const char *tensor, char *numbers)
{
	const struct maas_params *p = maas_tape_params(n->t);
	const float *got = strcmp(tensor, "logits") ? NULL : logits(n);
	double worst = 0;
	size_t i = 0;

	for (size_t k = 0; k < p->count; k++)
		if (!strcmp(p->node[k]->name, tensor))
			got = p->node[k]->grad;
	for (char *word; got && (word = strsep(&numbers, " \n")) && *word; i++) {
		double want = strtod(word, NULL);

		worst = fmax(worst, fabs(got[i] - want) / (1 + fabs(want)));
	}
	return i ? worst : INFINITY;
}

static int
compare(const struct net *n, const char *name, double *worst)
{
	const char *data = getenv("DATA");
	char line[8192];
	int lines = 0;
	FILE *f;

	*worst = 0;
	snprintf(line, sizeof line, "%s/readers.tsv", data ? data : "tests/data");
	if (!(f = fopen(line, "r")))
		return 0;
	while (fgets(line, sizeof line, f)) {
		char *rest = line, *which = strsep(&rest, "\t"), *tensor = strsep(&rest, "\t");

		if (strcmp(which, name) != 0)
			continue;
		*worst = fmax(*worst, off(n, tensor, rest));
		lines++;
	}
	fclose(f);
	return lines;
}

static void
check_golden(const struct maas_kind *kind, enum reader_pool pool, int gradients)
{
	struct net n;
	char name[40];
	double worst;
	int lines;

	snprintf(name, sizeof name, "%s-%s", kind->name, reader_pools[pool]);
	if (open_net(&n, kind, pool, one) < 0) {
		ok(0, "%s: %s", name, maas_error());
		return;
	}
	place(&n, 0, TEXTS, CONTEXT, 0);
	maas_forward(n.t, &n.run);
	maas_backward(n.t, &n.run, 0);
	lines = compare(&n, name, &worst);
	ok(lines == 1 + (gradients ? (int)maas_tape_params(n.t)->count : 0) && worst < 1e-5,
	    "%s: %d tensors, off by %.2g at most", name, lines, worst);
	close_net(&n);
}

/* Each text by itself, of no padding, gives the bytes it gives among others, by three threads, with padding that is no
 * number: the table's row that padding looks up. */
static void
check_alone(const struct maas_kind *kind, enum reader_pool pool)
{
	struct net all, alone;
	size_t bad = 0;

	if (open_net(&all, kind, pool, three) < 0 || open_net(&alone, kind, pool, one) < 0) {
		ok(0, "%s: %s", kind->name, maas_error());
		return;
	}
	for (size_t k = 0; k < maas_tape_params(all.t)->count; k++) {
		struct maas_node *w = maas_tape_params(all.t)->node[k];

		for (size_t i = 0; !strcmp(w->name, "embedding.weight") && i < EMBED; i++)
			((float *)w->val)[i] = NAN;
	}
	place(&all, 0, TEXTS - 1, CONTEXT, 0); /* the last has the id 0 in it */
	maas_forward(all.t, &all.run);
	for (size_t i = 0; i + 1 < TEXTS; i++) {
		place(&alone, i, 1, (size_t)length[i], 0);
		maas_forward(alone.t, &alone.run);
		bad += memcmp(logits(&alone), logits(&all) + i * LABELS, LABELS * sizeof(float)) != 0;
	}
	ok(!bad, "%s, %s: %zu texts differ alone from among others", kind->name, reader_pools[pool], bad);
	close_net(&all);
	close_net(&alone);
}

int
main(void)
{
	one = maas_team_new(1);
	three = maas_team_new(3);
	check_golden(maas_kind_cnn.texts, READER_MEAN, 1);
	check_golden(maas_kind_cnn.texts, READER_MAX, 0);
	check_alone(maas_kind_cnn.texts, READER_MAX);
	for (enum reader_pool pool = READER_LAST; pool <= READER_ATTENTION; pool++) {
		check_golden(&maas_kind_encoder, pool, pool == READER_ATTENTION);
		check_alone(&maas_kind_encoder, pool);
		check_alone(&maas_kind_lstm, pool);
	}
	maas_team_free(one);
	maas_team_free(three);
	return done();
}
