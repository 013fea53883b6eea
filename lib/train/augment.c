/*
 * Training rows changed at random, each epoch another way.  Nothing is drawn in turn: what happens to a row is a
 * function of seed, epoch and row, so a run that goes on from a checkpoint, or on other threads, changes it likewise.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "augment.h"
#include "maas/media.h"

#define SEED_AUGMENT 0x6175676d656e7473u

static const struct augment *const entries[] = {
#define AUGMENT(name) &augment_##name,
#include "maas/augments.def"
#undef AUGMENT
};

/* What a member changes sounds with. */
struct listener {
	struct maas_spectrum *spectrum;
	struct augment_clip clip;
	double *to; /* [dense] */
	float *x;   /* [dense] */
};
struct maas_augments {
	const struct maas_data *d;
	struct maas_player *player;
	struct listener *listener; /* [members]; NULL: sounds are not changed */
	int members;
	size_t n;
	struct {
		const struct augment *how;
		double amount;
		uint64_t seed;
	} of[MAAS_COUNT(entries)];
};

double
change_draw(const struct change *c, uint64_t i)
{
	return maas_uniform(c->seed, c->epoch << 32 | c->row, i);
}

static const struct augment *
find(struct maas_span name)
{
	for (size_t i = 0; i < MAAS_COUNT(entries); i++)
		if (maas_span_is(name, entries[i]->name))
			return entries[i];
	return NULL;
}

static int
unknown(struct maas_span name)
{
	char names[160] = "";
	size_t at = 0;

	for (size_t i = 0; i < MAAS_COUNT(entries) && at < sizeof names; i++)
		at += (size_t)snprintf(names + at, sizeof names - at, "%s%s", i ? ", " : "", entries[i]->name);
	return maas_fail_as(
	    MAAS_USAGE, "augment: '%.*s' is none of %s", (int)(name.n < 40 ? name.n : 40), name.s, names);
}

/* "shift=2" becomes the next of the list. */
static int
parse_one(struct maas_augments *a, struct maas_span s)
{
	const char *eq = memchr(s.s, '=', s.n);
	struct maas_span name = { s.s, eq ? (size_t)(eq - s.s) : s.n };
	const struct augment *how = find(name);
	double amount;

	if (!how)
		return unknown(name);
	for (size_t i = 0; i < a->n; i++)
		if (a->of[i].how == how)
			return maas_fail_as(MAAS_USAGE, "augment: %s is there twice", how->name);
	if (!eq || maas_parse_real((struct maas_span){ eq + 1, s.n - name.n - 1 }, &amount) ||
	    !(amount >= how->least && amount <= how->most) || (how->whole && amount != floor(amount)))
		return maas_fail_as(MAAS_USAGE, "augment: '%.*s', wanted %s=X, X %s", (int)(s.n < 60 ? s.n : 60), s.s,
		    how->name, how->range);
	a->of[a->n].how = how;
	a->of[a->n++].amount = amount;
	return 0;
}

static int
parse(struct maas_augments *a, const char *text)
{
	const char *at = text;

	do {
		size_t n = strcspn(at, ",");

		if (parse_one(a, (struct maas_span){ at, n }) < 0)
			return -1;
		at += n + (at[n] == ',');
	} while (*at || at[-1] == ',');
	return 0;
}

int
maas_augments_check(const char *text)
{
	return parse(&(struct maas_augments){ 0 }, text);
}

static int
hears(const struct maas_augments *a)
{
	int some = 0;

	for (size_t i = 0; i < a->n; i++)
		some |= a->of[i].how->sound != NULL;
	return some;
}

int
maas_augments_hear(const char *text)
{
	struct maas_augments a = { 0 };

	return parse(&a, text) == 0 && hears(&a);
}

int
augment_suits_sounds(const struct maas_data *d, double amount)
{
	(void)amount;
	return d->sounds && d->sounds->start && d->columns && d->columns->mel.rate && d->x.dense == d->columns->numbers
	    ? 0
	    : maas_fail_setting("augment", "sounds are changed, and these rows are none");
}

size_t
maas_augments_longest(const struct maas_augments *a, size_t frames)
{
	double n = (double)frames;

	for (size_t i = 0; i < a->n; i++)
		if (a->of[i].how->stretches)
			n = ceil(n / (1 - a->of[i].amount)) + 1;
	return a->listener && n > (double)a->d->columns->mel.frames ? (size_t)a->d->columns->mel.frames : (size_t)n;
}

/* Room for the longest sound, which may grow. */
static int
listen(struct maas_augments *a, int members)
{
	const struct maas_sounds *s = a->d->sounds;
	const struct maas_mel *mel = &a->d->columns->mel;
	size_t room = 0;

	for (size_t i = 0; i < a->d->n; i++) {
		size_t n = s->start[a->d->pick[i] + 1] - s->start[a->d->pick[i]];

		room = n > room ? n : room;
	}
	room = room * 4 + 16;
	if (!(a->player = maas_player_new()) || !(a->listener = maas_alloc((size_t)members, sizeof *a->listener)))
		return -1;
	for (a->members = 0; a->members < members; a->members++) {
		struct listener *l = &a->listener[a->members];

		l->clip = (struct augment_clip){ maas_alloc(room, sizeof(float)), maas_alloc(room, sizeof(float)), 0,
			room, a->player };
		l->to = maas_alloc(a->d->x.dense, sizeof *l->to);
		l->x = maas_alloc(a->d->x.dense, sizeof *l->x);
		if (!(l->spectrum = maas_spectrum_new(mel)) || !l->clip.x || !l->clip.spare || !l->to || !l->x) {
			a->members++;
			return -1;
		}
	}
	return 0;
}

struct maas_augments *
maas_augments_new(const char *text, const struct maas_data *d, int members, uint64_t seed)
{
	struct maas_augments *a = maas_alloc(1, sizeof *a);

	if (!a)
		return NULL;
	a->d = d;
	if (parse(a, text) < 0)
		goto fail;
	for (size_t i = 0; i < a->n; i++) {
		const struct augment *how = a->of[i].how;

		a->of[i].seed = maas_hash(how->name, strlen(how->name), seed ^ SEED_AUGMENT);
		if (how->suits(d, a->of[i].amount) < 0) {
			(void)!maas_in("augment: %s", how->name);
			goto fail;
		}
	}
	if (!hears(a) || listen(a, members) == 0)
		return a;
fail:
	maas_augments_free(a);
	return NULL;
}

void
maas_augments_free(struct maas_augments *a)
{
	if (!a)
		return;
	for (int i = 0; i < a->members; i++) {
		maas_spectrum_free(a->listener[i].spectrum);
		free(a->listener[i].clip.x);
		free(a->listener[i].clip.spare);
		free(a->listener[i].to);
		free(a->listener[i].x);
	}
	maas_player_free(a->player);
	free(a->listener);
	free(a);
}

static struct change
change(const struct maas_augments *a, size_t i, size_t row, uint64_t epoch)
{
	return (struct change){ a->d, a->of[i].amount, a->of[i].seed, row, epoch };
}

void
maas_augments_dense(const struct maas_augments *a, size_t row, uint64_t epoch, float *x)
{
	for (size_t i = 0; i < a->n; i++) {
		struct change c = change(a, i, row, epoch);

		if (a->of[i].how->dense)
			a->of[i].how->dense(&c, x);
	}
}

size_t
maas_augments_ids(const struct maas_augments *a, size_t row, uint64_t epoch, int32_t *id, size_t n)
{
	for (size_t i = 0; i < a->n; i++) {
		struct change c = change(a, i, row, epoch);

		if (a->of[i].how->ids)
			n = a->of[i].how->ids(&c, id, n);
	}
	return n;
}

const float *
maas_augments_sound(const struct maas_augments *a, int member, size_t row, uint64_t epoch, size_t *frames)
{
	const struct maas_columns *c = a->d->columns;
	const struct maas_sounds *s = a->d->sounds;
	struct listener *l = a->listener ? &a->listener[member] : NULL;
	struct augment_clip *clip = l ? &l->clip : NULL;
	size_t at = a->d->pick && s ? s->start[a->d->pick[row]] : 0;

	if (!l)
		return NULL;
	clip->n = s->start[a->d->pick[row] + 1] - at;
	for (size_t i = 0; i < clip->n; i++)
		clip->x[i] = (float)s->sample[at + i] * s->scale[a->d->pick[row]];
	for (size_t i = 0; i < a->n; i++) {
		struct change how = change(a, i, row, epoch);

		if (a->of[i].how->sound)
			a->of[i].how->sound(&how, clip);
	}
	maas_spectrum_run(l->spectrum, l->to, clip->x, clip->n);
	*frames = maas_mel_heard(&c->mel, l->to);
	for (size_t i = 0; i < a->d->x.dense; i++)
		l->x[i] = (float)(c->factor ? (l->to[i] - c->shift[i]) * c->factor[i] : l->to[i]);
	return l->x;
}
