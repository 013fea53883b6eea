/*
 * Training rows changed at random, each epoch another way.  Nothing is drawn in turn: what happens to a row is a function
 * of seed, epoch and row, so a run that goes on from a checkpoint, or on other threads, changes it likewise.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "augment.h"

#define SEED_AUGMENT 0x6175676d656e7473u

static const struct augment *const entries[] = {
#define AUGMENT(name) &augment_##name,
#include "maas/augments.def"
#undef AUGMENT
};

struct maas_augments {
	const struct maas_data *d;
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

struct maas_augments *
maas_augments_new(const char *text, const struct maas_data *d, uint64_t seed)
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
	return a;
fail:
	free(a);
	return NULL;
}

void
maas_augments_free(struct maas_augments *a)
{
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
