/* Pairs as samples: the completion is predicted, after the prompt and after what was said of itself. */
#include <stdlib.h>

#include "trainer.h"

#define SEED_PAIRS 0x7061697273736571u

enum { STEP = 16 }; /* sequences are so many ids long, or twice, three times ... as many */

struct pairs {
	struct maas_source is;
	struct maas_stretch from;
	int shuffled;
	uint64_t seed;
	int32_t *ids, *targets;
	const struct maas_pair **pick; /* [most] of the samples at hand */
	size_t context, most;
};

static int
bind(struct maas_source *s, const struct maas_tape *tape)
{
	struct pairs *p = (struct pairs *)s;
	struct maas_node *ids = maas_tape_input(tape, "ids"), *targets = maas_tape_input(tape, "targets");

	if (!ids || !targets)
		return maas_fail_as(MAAS_INTERNAL, "a loss without inputs ids and targets cannot learn from pairs");
	p->ids = ids->val;
	p->targets = targets->val;
	p->most = maas_len(ids) / s->rows;
	return (p->pick = maas_alloc(p->most, sizeof *p->pick)) ? 0 : -1;
}

/* The ids of a pair that are read: what the last one is followed by is only predicted. */
static size_t
length(const struct maas_pair *p)
{
	return p->end - p->begin - 1;
}

static size_t
padded(const struct pairs *p, size_t n)
{
	n = (n + STEP - 1) / STEP * STEP;
	return n < p->context ? n : p->context;
}

/* Behind its end, ids that nothing looks at and targets that do not count. */
static struct maas_counted
put(struct pairs *p, const struct maas_pair *a, size_t place, size_t time)
{
	const struct maas_corpus *c = p->from.corpus;
	int32_t *ids = p->ids + place * time, *targets = p->targets + place * time;
	size_t n = length(a);

	for (size_t i = 0; i < time; i++) {
		size_t next = a->begin + i + 1;

		ids[i] = i < n ? maas_corpus_at(c, a->begin + i) : 0;
		targets[i] = i < n && next >= a->said ? maas_corpus_at(c, next) : -1;
	}
	return (struct maas_counted){ .weight = (double)(a->end - a->said),
		.bytes = maas_corpus_bytes(c, a->said, a->end) };
}

static struct maas_counted
fill(struct maas_source *s, const uint64_t *k, size_t n, struct maas_team *team)
{
	struct pairs *p = (struct pairs *)s;
	struct maas_counted all = { 0 };
	size_t longest = 1;

	(void)team;
	for (size_t i = 0; i < n; i++) {
		uint64_t epoch = k[i] / s->samples, at = k[i] % s->samples;

		if (p->shuffled)
			at = order_permute(at, s->samples, p->seed, epoch);
		p->pick[i] = maas_corpus_pair(p->from.corpus, p->from.begin + (size_t)at);
		if (length(p->pick[i]) > longest)
			longest = length(p->pick[i]);
	}
	all.rows = padded(p, longest);
	for (size_t i = 0; i < n; i++) {
		struct maas_counted one = put(p, p->pick[i], i, all.rows);

		all.weight += one.weight;
		all.bytes += one.bytes;
	}
	return all;
}

static void
drop(struct maas_source *s)
{
	free(((struct pairs *)s)->pick);
	free(s);
}

static const struct maas_source_ops pairs_ops = { .bind = bind, .fill = fill, .free = drop };

static struct pairs *
make(const struct maas_model *m, struct maas_stretch from)
{
	const struct maas_field *f = maas_field(m->kind->fields, "context", 0);
	size_t longest = 1;
	double sum = 0;
	struct pairs *p;

	if (!f || !m->kind->loss) {
		maas_fail("%s models do not learn from pairs", m->kind->name);
		return NULL;
	}
	if (!(p = maas_alloc(1, sizeof *p)))
		return NULL;
	p->from = from;
	p->context = (size_t) * (const long *)((const char *)m->settings + f->at);
	for (size_t i = from.begin; i < from.end; i++) {
		size_t n = length(maas_corpus_pair(from.corpus, i));

		longest = n > longest ? n : longest;
		sum += (double)n;
	}
	p->is = (struct maas_source){ .how = &pairs_ops,
		.samples = from.end - from.begin,
		.rows = padded(p, longest),
		.length = sum / (double)(from.end - from.begin),
		.uneven = 1,
		.unit = 1,
		.memory = 4.0 * (double)maas_corpus_size(from.corpus) };
	return p;
}

struct maas_source *
maas_pairs_source(const struct maas_model *m, struct maas_stretch from, uint64_t seed)
{
	struct pairs *p = make(m, from);

	if (!p)
		return NULL;
	p->shuffled = 1;
	p->seed = seed ^ SEED_PAIRS;
	return &p->is;
}

struct maas_source *
maas_pairs_held(const struct maas_model *m, struct maas_stretch held)
{
	struct pairs *p = make(m, held);

	return p ? &p->is : NULL;
}
