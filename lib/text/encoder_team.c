/* encoder_team -- many texts, or a long one in parts, encoded by a team. */
#include <stdlib.h>
#include <string.h>

#include "bpe.h"

#define GRAIN ((size_t)32 << 10)  /* bytes of text a member takes at a time, more or less */
#define PART  ((size_t)128 << 10) /* bytes of a part of a long text, or more */

struct maas_encoders {
	struct maas_team *team;
	struct maas_encoder **encoder; /* of each member */
	int members;
	int stream, begun;            /* the run at hand is a text in parts; parts of it came before */
	const struct maas_span *text; /* of the run at hand */
	size_t n, grain;
	struct maas_ids *range; /* ids of each range of texts */
	size_t nrange, range_cap;
	size_t *end, bad; /* ends within the range */
	struct maas_span *part;
	size_t part_cap, *part_end, part_end_cap;
};

struct maas_encoders *
maas_encoders_new(const struct maas_tokenizer *t, int parse_special, struct maas_team *team)
{
	struct maas_encoders *e = maas_alloc(1, sizeof *e);

	if (!e)
		return NULL;
	e->team = team;
	e->members = team ? maas_team_size(team) : 1;
	if (!(e->encoder = maas_alloc((size_t)e->members, sizeof(struct maas_encoder *))))
		goto fail;
	for (int i = 0; i < e->members; i++)
		if (!(e->encoder[i] = maas_encoder_new(t, parse_special)))
			goto fail;
	return e;
fail:
	maas_encoders_free(e);
	return NULL;
}

void
maas_encoders_free(struct maas_encoders *e)
{
	if (!e)
		return;
	for (int i = 0; e->encoder && i < e->members; i++)
		maas_encoder_free(e->encoder[i]);
	for (size_t i = 0; i < e->range_cap; i++)
		maas_ids_free(&e->range[i]);
	free(e->encoder);
	free(e->range);
	free(e->part);
	free(e->part_end);
	free(e);
}

static int
encode_text(const struct maas_encoders *e, size_t i, int member, struct maas_ids *to)
{
	int rest = e->stream && (e->begun || i > 0);

	return (rest ? maas_encode_rest : maas_encode)(e->encoder[member], e->text[i], to);
}

static void
encode_range(void *arg, size_t begin, size_t end, int member)
{
	struct maas_encoders *e = arg;
	struct maas_ids *to = &e->range[begin / e->grain];

	to->n = 0;
	for (size_t i = begin; i < end; i++) {
		if (encode_text(e, i, member, to) < 0) {
			e->end[i] = SIZE_MAX;
			return;
		}
		e->end[i] = to->n;
	}
}

static int
make_ranges(struct maas_encoders *e)
{
	size_t old = e->range_cap, bytes = 0;

	for (size_t i = 0; i < e->n; i++)
		bytes += e->text[i].n;
	e->grain = bytes < GRAIN ? e->n : 1 + (e->n - 1) / (1 + bytes / GRAIN);
	e->nrange = (e->n + e->grain - 1) / e->grain;
	if (maas_grow(&e->range, 0, &e->range_cap, e->nrange, sizeof *e->range) < 0)
		return -1;
	memset(e->range + old, 0, (e->range_cap - old) * sizeof *e->range);
	return 0;
}

int
maas_encoders_run(
    struct maas_encoders *e, const struct maas_span *text, size_t n, struct maas_ids *to, size_t *end, size_t *bad)
{
	if (n == 0)
		return 0;
	e->text = text;
	e->n = n;
	e->end = end;
	if (make_ranges(e) < 0)
		return -1;
	if (e->team && e->nrange > 1)
		maas_team_run(e->team, n, e->grain, encode_range, e);
	else
		for (size_t i = 0; i < n; i += e->grain)
			encode_range(e, i, i + e->grain < n ? i + e->grain : n, 0);
	for (size_t i = 0; i < n; i++) {
		const struct maas_ids *r = &e->range[i / e->grain];

		if (end[i] == SIZE_MAX) { /* again, for the reason: that is the failing thread's own */
			struct maas_ids none = { 0 };

			if (bad)
				*bad = i;
			if (encode_text(e, i, 0, &none) == 0)
				maas_fail_as(MAAS_OS, "no memory for ids");
			maas_ids_free(&none);
			return -1;
		}
		end[i] += to->n;
		if ((i + 1) % e->grain && i + 1 < n)
			continue;
		if (maas_grow(&to->id, to->n, &to->cap, r->n, sizeof *to->id) < 0)
			return -1;
		if (r->n)
			memcpy(to->id + to->n, r->id, r->n * sizeof *to->id);
		to->n += r->n;
	}
	return 0;
}

/* Cut text into parts of some size; 0 parts without memory. */
static size_t
split(struct maas_encoders *e, struct maas_span text)
{
	size_t n = 0;

	while (text.n) {
		size_t k = text.n, want = PART;

		for (; want < text.n; want *= 2)
			if ((k = maas_encoder_cut(e->encoder[0], (struct maas_span){ text.s, want })) > 0)
				break;
		if (want >= text.n)
			k = text.n;
		if (maas_grow(&e->part, n, &e->part_cap, 1, sizeof *e->part) < 0)
			return 0;
		e->part[n++] = (struct maas_span){ text.s, k };
		text.s += k;
		text.n -= k;
	}
	return n;
}

int
maas_encoders_stream(struct maas_encoders *e, struct maas_span text, int last, struct maas_ids *to, size_t *used)
{
	size_t n;
	int rc = 0;

	*used = 0;
	text.n = last ? text.n : maas_encoder_cut(e->encoder[0], text);
	if (text.n) {
		if (!(n = split(e, text)) || maas_grow(&e->part_end, 0, &e->part_end_cap, n, sizeof *e->part_end) < 0)
			return -1;
		*used = text.n;
		e->stream = 1;
		rc = maas_encoders_run(e, e->part, n, to, e->part_end, NULL);
		e->stream = 0;
		e->begun = 1;
	}
	e->begun &= !last;
	return rc;
}
