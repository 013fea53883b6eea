/* The texts of a table as sequences of ids. */
#include <stdlib.h>
#include <string.h>

#include "rows.h"

/* Room for n more places of `row`, of so many ids, which begin at *at. */
static int
make_room(struct maas_sequences *s, size_t row, size_t n, size_t ids, int bags, struct sequence_room *room, size_t *at)
{
	size_t places = row ? s->start[row] : 0;

	if (maas_grow(&s->start, row, &room->start, 2, sizeof *s->start) < 0 ||
	    (bags && maas_grow(&s->bag, places, &room->bag, n + 1, sizeof *s->bag) < 0))
		return -1;
	s->start[0] = 0;
	if (bags)
		s->bag[0] = 0;
	*at = bags ? s->bag[places] : places;
	return maas_grow(&s->id, *at, &room->id, ids, sizeof *s->id);
}

static void
put_places(struct maas_sequences *s, size_t row, const struct maas_spelt_text *t, size_t from, size_t to)
{
	size_t at = s->start[row + 1], n = to - from;

	if (t->bag)
		for (size_t i = 0; i < n; i++)
			s->bag[at + i + 1] = s->bag[at + i] + t->bag[from + i + 1] - t->bag[from + i];
	if (n)
		memcpy(s->id + (t->bag ? s->bag[at] : at), t->id + (t->bag ? t->bag[from] : from),
		    (t->bag ? t->bag[to] - t->bag[from] : n) * sizeof *s->id);
	s->start[row + 1] = at + n;
}

int
sequence_put_others(struct maas_sequences *s, size_t row, const struct maas_spelt_text *t, size_t from, size_t to,
    int32_t nothing, struct sequence_room *room)
{
	size_t at;

	if (make_room(s, row, t->n + 1, (t->bag ? t->bag[t->n] - t->bag[0] : t->n) + 1, t->bag != NULL, room, &at) < 0)
		return -1;
	s->start[row + 1] = s->start[row];
	put_places(s, row, t, 0, from);
	put_places(s, row, t, to, t->n);
	if (s->start[row + 1] > s->start[row])
		return 0;
	s->id[at] = nothing;
	if (t->bag)
		s->bag[s->start[row] + 1] = at + 1;
	s->start[row + 1]++;
	return 0;
}

int
sequence_put(struct maas_sequences *s, size_t row, const struct maas_spelt_text *t, struct sequence_room *room)
{
	return sequence_put_others(s, row, t, t->n, t->n, 0, room);
}

struct maas_spelt_text
sequence_first(const struct maas_sequences *s)
{
	return (struct maas_spelt_text){ .n = s->start[1], .id = s->id, .bag = s->bag };
}

void
sequence_wipe(struct maas_sequences *s, const struct sequence_room *room)
{
	maas_wipe(s->id, room->id * sizeof *s->id);
}

struct part { /* a range of the rows */
	struct maas_sequences seq;
	struct sequence_room room;
	size_t cut;
	char why[256]; /* "": fine */
};
struct job {
	const struct maas_rowset *d;
	const uint32_t *pick;
	struct maas_speller **speller; /* [members] */
	struct part *part;
	size_t grain;
};

static int
spell(struct job *j, size_t begin, size_t end, int member, struct part *p)
{
	struct maas_spelt_text t;

	for (size_t i = begin; i < end; i++) {
		if (maas_speller_text(j->speller[member], j->d->text[j->pick[i]], &t) < 0)
			return maas_in("text %zu", (size_t)j->pick[i] + 1);
		if (sequence_put(&p->seq, i - begin, &t, &p->room) < 0)
			return -1;
		p->cut += t.cut != 0;
	}
	return 0;
}

static void
range(void *arg, size_t begin, size_t end, int member)
{
	struct job *j = arg;
	struct part *p = &j->part[begin / j->grain];

	if (spell(j, begin, end, member, p) < 0)
		snprintf(p->why, sizeof p->why, "%s", maas_error());
}

/* The parts, one behind the other. */
static int
join(const struct job *j, size_t n, size_t parts, struct maas_sequences *to, size_t *cut)
{
	struct sequence_room room = { 0 };

	*cut = 0;
	for (size_t i = 0; i < parts; i++)
		if (j->part[i].why[0])
			return maas_fail("%s", j->part[i].why);
	for (size_t i = 0; i < n; i++) {
		const struct maas_sequences *s = &j->part[i / j->grain].seq;
		size_t k = i % j->grain, at = s->start[k];
		struct maas_spelt_text t = { .n = s->start[k + 1] - at, .id = s->id + (s->bag ? 0 : at) };

		/* A bag's places count from the part's first id. */
		if (s->bag) {
			t.bag = s->bag + at;
			t.id = s->id;
		}
		if (sequence_put(to, i, &t, &room) < 0)
			return -1;
		*cut += k ? 0 : j->part[i / j->grain].cut;
	}
	return n ? 0 : maas_grow(&to->start, 0, &room.start, 1, sizeof *to->start);
}

int
maas_rowset_frames(const struct maas_rowset *d, const uint32_t *pick, size_t n, struct maas_sequences *to)
{
	const struct maas_columns *c = d->columns;

	if (!(to->start = maas_alloc(n + 1, sizeof *to->start)))
		return -1;
	for (size_t i = 0; i < n; i++)
		to->start[i + 1] = to->start[i] + maas_columns_frames(c, d->x + pick[i] * c->numbers);
	to->frame = maas_columns_frame(c);
	return 0;
}

int
maas_rowset_sequences(const struct maas_rowset *d, const uint32_t *pick, size_t n, struct maas_team *team,
    const struct maas_spelling *how, struct maas_design *x, size_t *cut)
{
	size_t members = (size_t)maas_team_size(team), made = 0, parts;
	struct job j = { .d = d, .pick = pick, .grain = (n + 63) / 64 + 16 };
	int rc = -1;

	parts = (n + j.grain - 1) / j.grain;
	j.speller = maas_alloc(members, sizeof *j.speller);
	j.part = maas_alloc(parts, sizeof *j.part);
	while (j.speller && made < members && (j.speller[made] = maas_speller_new(how)))
		made++;
	if (j.part && made == members) {
		maas_team_run(team, n, j.grain, range, &j);
		rc = join(&j, n, parts, &x->seq, cut);
	}
	while (made-- > 0)
		maas_speller_free(j.speller[made]);
	for (size_t i = 0; j.part && i < parts; i++) {
		free(j.part[i].seq.start);
		free(j.part[i].seq.id);
		free(j.part[i].seq.bag);
	}
	free(j.speller);
	free(j.part);
	return rc;
}
