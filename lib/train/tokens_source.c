/* Sequences of tokens as samples: the next token of each is predicted. */
#include <stdlib.h>

#include "trainer.h"

/* Streams of random numbers of its own: initialisation and dropout have others by their seeds. */
#define SEED_BATCHES 0x6261746368657321u

struct tokens {
	struct maas_source is;
	struct maas_batches batches; /* to learn from */
	struct maas_stretch held;    /* or held out: one sequence behind the other */
	int32_t *ids, *targets;
};

static int
bind(struct maas_source *s, const struct maas_tape *tape)
{
	struct tokens *t = (struct tokens *)s;
	struct maas_node *ids = maas_tape_input(tape, "ids"), *targets = maas_tape_input(tape, "targets");

	if (!ids || !targets)
		return maas_fail_as(MAAS_INTERNAL, "a loss without inputs ids and targets cannot learn from text");
	t->ids = ids->val;
	t->targets = targets->val;
	return 0;
}

static struct maas_counted
draw(struct maas_source *s, const uint64_t *k, size_t n, struct maas_team *team)
{
	struct tokens *t = (struct tokens *)s;

	(void)team;
	for (size_t i = 0; i < n; i++)
		maas_batches_take(&t->batches, k[i], t->ids + i * s->rows, t->targets + i * s->rows);
	return (struct maas_counted){ .weight = (double)(n * s->rows) };
}

/* Sequence number w of the held-out text, padded with targets that do not count. */
static struct maas_counted
fill_window(struct tokens *t, uint64_t w, size_t place)
{
	const struct maas_stretch *v = &t->held;
	size_t time = t->is.rows, at = v->begin + (size_t)w * time, n = v->end - 1 - at;
	int32_t *ids = t->ids + place * time, *targets = t->targets + place * time;

	if (n > time)
		n = time;
	for (size_t i = 0; i < time; i++) {
		ids[i] = i < n ? maas_corpus_at(v->corpus, at + i) : 0;
		targets[i] = i < n ? maas_corpus_at(v->corpus, at + i + 1) : -1;
	}
	return (struct maas_counted){ .weight = (double)n, .bytes = maas_corpus_bytes(v->corpus, at + 1, at + 1 + n) };
}

static struct maas_counted
hold(struct maas_source *s, const uint64_t *k, size_t n, struct maas_team *team)
{
	struct maas_counted all = { 0 };

	(void)team;
	for (size_t i = 0; i < n; i++) {
		struct maas_counted one = fill_window((struct tokens *)s, k[i], i);

		all.weight += one.weight;
		all.bytes += one.bytes;
	}
	return all;
}

static void
drop(struct maas_source *s)
{
	free(s);
}

static const struct maas_source_ops to_learn = { .bind = bind, .fill = draw, .free = drop },
				    to_hold = { .bind = bind, .fill = hold, .free = drop };

static struct tokens *
make(const struct maas_model *m, const struct maas_source_ops *how, const struct maas_stretch *from)
{
	const struct maas_field *f = maas_field(m->kind->fields, "context", 0);
	struct tokens *t;

	if (!f || !m->kind->loss) {
		maas_fail("%s models do not learn from text", m->kind->name);
		return NULL;
	}
	if (!(t = maas_alloc(1, sizeof *t)))
		return NULL;
	t->is = (struct maas_source){
		.how = how,
		.rows = (size_t) * (const long *)((const char *)m->settings + f->at),
		.unit = 1,
		.memory = 2.0 * (double)from->end,
	};
	t->is.length = (double)t->is.rows;
	return t;
}

struct maas_source *
maas_tokens_source(const struct maas_model *m, struct maas_stretch from, uint64_t seed)
{
	struct tokens *t = make(m, &to_learn, &from);

	if (!t || maas_batches_init(&t->batches, from, t->is.rows, seed ^ SEED_BATCHES)) {
		free(t);
		return NULL;
	}
	t->is.samples = t->batches.blocks;
	return &t->is;
}

struct maas_source *
maas_tokens_held(const struct maas_model *m, struct maas_stretch held)
{
	struct tokens *t = make(m, &to_hold, &held);

	if (!t)
		return NULL;
	t->held = held;
	t->is.samples = (held.end - 1 - held.begin + t->is.rows - 1) / t->is.rows;
	return &t->is;
}

void
maas_source_free(struct maas_source *s)
{
	if (s)
		s->how->free(s);
}
