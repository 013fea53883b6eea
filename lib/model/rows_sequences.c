/* The texts of a table as sequences of ids. */
#include <stdlib.h>
#include <string.h>

#include "rows.h"

struct part { /* a range of the rows */
	struct maas_ids ids;
	size_t *length, cut;
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
	const int32_t *id;
	size_t n;
	int cut;

	if (!(p->length = maas_alloc(end - begin, sizeof *p->length)))
		return -1;
	for (size_t i = begin; i < end; i++) {
		if (maas_speller_text(j->speller[member], j->d->text[j->pick[i]], &id, &n, &cut) < 0)
			return maas_in("text %zu", (size_t)j->pick[i] + 1);
		if (maas_grow(&p->ids.id, p->ids.n, &p->ids.cap, n, sizeof *id) < 0)
			return -1;
		memcpy(p->ids.id + p->ids.n, id, n * sizeof *id);
		p->ids.n += n;
		p->length[i - begin] = n;
		p->cut += cut != 0;
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
	size_t all = 0;

	for (size_t i = 0; i < parts; i++) {
		if (j->part[i].why[0])
			return maas_fail("%s", j->part[i].why);
		all += j->part[i].ids.n;
	}
	if (!(to->start = maas_alloc(n + 1, sizeof *to->start)) || !(to->id = maas_alloc(all, sizeof *to->id)))
		return -1;
	*cut = all = 0;
	for (size_t i = 0; i < n; i++)
		to->start[i + 1] = to->start[i] + j->part[i / j->grain].length[i % j->grain];
	for (size_t i = 0; i < parts; i++) {
		const struct maas_ids *from = &j->part[i].ids;

		if (from->n)
			memcpy(to->id + all, from->id, from->n * sizeof *to->id);
		all += from->n;
		*cut += j->part[i].cut;
	}
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
		maas_ids_free(&j.part[i].ids);
		free(j.part[i].length);
	}
	free(j.speller);
	free(j.part);
	return rc;
}
