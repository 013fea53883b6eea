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

int
sequence_put(struct maas_sequences *s, size_t row, const struct maas_spelt_text *t, struct sequence_room *room)
{
	size_t ids = t->bag ? t->bag[t->n] - t->bag[0] : t->n, at, first;

	if (make_room(s, row, t->n + 1, ids + 1, t->bag != NULL, room, &at) < 0)
		return -1;
	first = s->start[row];
	for (size_t i = 0; t->bag && i < t->n; i++)
		s->bag[first + i + 1] = s->bag[first + i] + t->bag[i + 1] - t->bag[i];
	if (ids)
		memcpy(s->id + at, t->id + (t->bag ? t->bag[0] : 0), ids * sizeof *s->id);
	s->start[row + 1] = first + t->n;
	return 0;
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
