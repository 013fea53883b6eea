#include <stdlib.h>

#include "maas/base.h"
#include "../test.h"

struct sgd {
	double lr, dropout, span;
	long steps;
	int clip, schedule;
	size_t memory;
	const char *init_from;
	struct maas_list stop;
};

static const char *const schedules[] = { "constant", "cosine", NULL };
static const struct maas_field fields[] = { MAAS_REAL('r', sgd, lr, 0, 10, 1e-3, "learning rate"),
	MAAS_REAL(0, sgd, dropout, 0, 1, NAN, "dropout"), MAAS_DURATION(0, sgd, span, 60, "time"),
	MAAS_INT('n', sgd, steps, 1, 1e12, 1000, "steps to take"), MAAS_FLAG('c', sgd, clip, "clip the gradient"),
	MAAS_ENUM(0, sgd, schedule, schedules, 1, "schedule"), MAAS_SIZE(0, sgd, memory, 0, 1e15, 4096, "memory"),
	MAAS_TEXT('f', sgd, init_from, "-", "read from FILE"), MAAS_LIST(0, sgd, stop, "TEXT", "stop at TEXT"),
	MAAS_END };

static int
set(struct sgd *o, const char *name, const char *value)
{
	const struct maas_field *f = maas_field(fields, name, 0);

	return f ? maas_set(f, o, value) : -1;
}

static void
accepts(struct sgd *o)
{
	ok(o->lr == 1e-3 && isnan(o->dropout) && o->span == 60 && o->steps == 1000 && !o->clip && o->schedule == 1 &&
		o->memory == 4096 && !strcmp(o->init_from, "-") && !o->stop.n,
	    "defaults");
	ok(set(o, "steps", "25") == 0 && o->steps == 25, "integer");
	ok(set(o, "init-from", "x") == 0 && !strcmp(o->init_from, "x"), "text, by its name with a dash");
	ok(set(o, "span", "1h30m") == 0 && o->span == 5400, "duration");
	ok(set(o, "memory", "3M") == 0 && o->memory == 3 << 20, "size");
	ok(set(o, "schedule", "constant") == 0 && o->schedule == 0, "enum");
	ok(set(o, "stop", "a") == 0 && set(o, "stop", "b") == 0 && o->stop.n == 2 && !strcmp(o->stop.item[1], "b"),
	    "list");
	ok(set(o, "dropout", "0.5") == 0 && set(o, "dropout", "auto") == 0 && isnan(o->dropout),
	    "auto where unset is possible");
}

static void
refuses(struct sgd *o)
{
	static const struct {
		const char *name, *value, *why;
	} bad[] = {
		{ "steps", "2.5", "steps: '2.5' is not a whole number" },
		{ "steps", "0", "steps: 0 is outside [1, 1000000000000]" },
		{ "steps", "0x10", "steps: '0x10' is not a whole number" },
		{ "steps", "", "steps: '' is not a whole number" },
		{ "lr", "1e-3x", "lr: '1e-3x' is not a number" },
		{ "lr", "nan", "lr: 'nan' is not a number" },
		{ "lr", " 1", "lr: ' 1' is not a number" },
		{ "clip", "yes", "clip: 'yes' is not true or false" },
		{ "schedule", "cosin", "schedule: 'cosin' is none of constant, cosine" },
		{ "span", "5x", "span: '5x' is not a duration (90s, 50m, 2h, 90d)" },
		{ "span", "-5", "span: '-5' is not a duration (90s, 50m, 2h, 90d)" },
		{ "memory", "8q", "memory: '8q' is not a size (8k, 4M, 2G)" },
		{ "stpes", "1", "no such setting: stpes (steps?)" },
		{ "zzzzzzzz", "1", "no such setting: zzzzzzzz" },
	};

	for (size_t i = 0; i < MAAS_COUNT(bad); i++) {
		struct sgd before = *o;

		ok(set(o, bad[i].name, bad[i].value) < 0 && maas_why() == MAAS_USAGE, "%s=%s is refused", bad[i].name,
		    bad[i].value);
		is_str(maas_error(), bad[i].why);
		ok(!memcmp(&before, o, sizeof before), "and nothing is changed");
	}
	ok(maas_field(fields, "init", 1) != NULL, "a prefix");
	ok(!maas_field(fields, "s", 1) && strstr(maas_error(), "could be any of"), "an ambiguous one");
	ok(!maas_field(fields, "init", 0), "none where prefixes are not taken");
}

/* Every value is printed so that it reads back as itself. */
static void
round_trip(struct sgd *o)
{
	struct maas_buf b = { NULL, 0, 0 };
	struct sgd back;

	o->lr = 0.1 + 0.2;
	maas_defaults(fields, &back);
	for (const struct maas_field *f = fields; f->type && f->type != MAAS_F_LIST; f++) {
		b.n = 0;
		ok(maas_get(f, o, &b) == 0 && maas_set(f, &back, b.s) == 0, "%s: %s", f->name, b.s);
		if (f->type == MAAS_F_TEXT)
			back.init_from = o->init_from;
	}
	ok(back.lr == o->lr && back.span == o->span && back.memory == o->memory && back.schedule == o->schedule &&
		back.steps == o->steps,
	    "reads back");
	maas_buf_free(&b);
}

int
main(void)
{
	struct sgd o;

	memset(&o, 0, sizeof o);
	maas_defaults(fields, &o);
	accepts(&o);
	refuses(&o);
	round_trip(&o);
	free(o.stop.item);
	maas_defaults(fields, &o);
	maas_set_all(fields, &o, "lr=0.5 nothing=1 schedule=constant");
	ok(o.lr == 0.5 && o.schedule == 0, "built-in defaults");
	return done();
}
