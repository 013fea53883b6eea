/* generate_again.c -- the random stream of a prompt: its own wherever it stands, another one each time it comes
 * again. */
#include <stdlib.h>

#include "generate.h"

static struct drawn_prompt *
find(struct drawn_prompt *in, size_t cap, uint64_t key)
{
	size_t at = (size_t)key & (cap - 1);

	while (in[at].times && in[at].key != key)
		at = (at + 1) & (cap - 1);
	return &in[at];
}

/* Room for one more in a table that is half empty at least; cap is a power of two. */
static int
widen(struct drawn *d)
{
	size_t cap = d->cap ? 2 * d->cap : 64;
	struct drawn_prompt *to;

	if (2 * (d->n + 1) <= d->cap)
		return 0;
	if (!(to = calloc(cap, sizeof *to)))
		return maas_fail_errno("%zu prompts to remember", cap / 2);
	for (size_t i = 0; i < d->cap; i++)
		if (d->prompt[i].times)
			*find(to, cap, d->prompt[i].key) = d->prompt[i];
	free(d->prompt);
	d->prompt = to;
	d->cap = cap;
	return 0;
}

int
generate_drawn(struct job *j, uint64_t *stream)
{
	struct drawn *d = &j->drawn;
	struct drawn_prompt *p;

	*stream = generate_stream_of(&j->ids);
	if (maas_sampling_greedy(j->sampling)) /* nothing is drawn, nothing to remember */
		return 0;
	if (widen(d) < 0)
		return -1;
	p = find(d->prompt, d->cap, *stream);
	d->n += !p->times;
	p->key = *stream;
	*stream += p->times++ * (uint64_t)j->o->num_return_sequences;
	return 0;
}

uint64_t
generate_stream_of(const struct maas_ids *ids)
{
	return maas_hash(ids->id, ids->n * sizeof *ids->id, 0);
}
