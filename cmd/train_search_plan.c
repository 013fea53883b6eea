/* What a search tries: --try parsed, and a command line made of each choice. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "train_search.h"

#define MOST 1000000 /* choices */

/* Settings that a trial can have of its own, beside those of its kind. */
static int
can_be_tried(const char *name)
{
	static const char *const never[] = { "val_split", "log_every", NULL };
	const struct maas_field *tables[] = { maas_training_fields, maas_preparation_fields, maas_vectorizer_fields };

	for (size_t i = 0; never[i]; i++)
		if (!strcmp(never[i], name))
			return 0;
	for (size_t i = 0; i < MAAS_COUNT(tables); i++)
		if (maas_field(tables[i], name, 0))
			return 1;
	return !strcmp(name, "pca");
}

/* Does a kind have it: 1 as a setting of its own, 2 as one that all have? */
static int
has(const struct verb *v, const char *name)
{
	return maas_field(v->part[0].fields, name, 0) ? 1 : can_be_tried(name) ? 2 : 0;
}

static char *
underscored(struct maas_arena *a, const char *s, size_t n)
{
	char *to = maas_take_text(a, s, n);

	for (char *p = to; p && *p; p++)
		*p = *p == '-' ? '_' : *p;
	return to;
}

/* "NAME=VALUE,...": values with commas in double quotes. */
static int
parse_try(struct search *s, const char *text, struct try *to)
{
	const char *eq = strchr(text, '=');
	struct maas_span *item;

	if (!eq || eq == text)
		return maas_fail_as(MAAS_USAGE, "--try: '%s', wanted NAME=VALUE,...", text);
	if (!(to->name = underscored(s->arena, text, (size_t)(eq - text))) ||
	    maas_list_parse(s->arena, eq + 1, &item, &to->n) ||
	    !(to->value = maas_take(s->arena, to->n, sizeof *to->value)))
		return -1;
	if (!to->n)
		return maas_fail_as(MAAS_USAGE, "--try: '%s' has no value to try", text);
	for (size_t i = 0; i < to->n; i++)
		if (!(to->value[i] = maas_take_text(s->arena, item[i].s, item[i].n)))
			return -1;
	return 0;
}

static int
add_kinds(struct search *s, const struct try *t)
{
	if (s->kinds)
		return maas_fail_as(MAAS_USAGE, "--try kind: said twice");
	if (s->call->verb->data)
		return maas_fail_as(
		    MAAS_USAGE, "--try kind wants maas-train search, not maas-train %s", s->call->verb->name);
	if (!(s->kind = maas_take(s->arena, t->n, sizeof *s->kind)))
		return -1;
	for (size_t i = 0; i < t->n; i++) {
		const struct verb *v = verb_find(s->call->command, t->value[i]);
		const struct maas_kind *k = v ? v->data : NULL;

		if (!k || !k->rows)
			return maas_fail_as(MAAS_USAGE, "--try kind: %s is no kind that learns from rows", t->value[i]);
		s->kind[s->kinds++] = train_rows_verb(v);
	}
	return 0;
}

static int
parse_tries(struct search *s)
{
	const struct maas_list *l = &s->base.rows->try;

	if (!(s->tries = maas_take(s->arena, l->n, sizeof *s->tries)))
		return -1;
	for (size_t i = 0; i < l->n; i++) {
		struct try *t = &s->tries[s->ntries];

		if (parse_try(s, l->item[i], t))
			return -1;
		if (strcmp(t->name, "kind"))
			s->ntries++;
		else if (add_kinds(s, t))
			return -1;
		for (size_t k = 0; k + 1 < s->ntries; k++)
			if (!strcmp(s->tries[k].name, s->tries[s->ntries - 1].name))
				return maas_fail_as(MAAS_USAGE, "--try %s: said twice", s->tries[k].name);
	}
	if (!s->kinds && s->call->verb->data && (s->kind = maas_take(s->arena, 1, sizeof *s->kind)))
		s->kind[s->kinds++] = s->call->verb;
	if (!s->kinds)
		return maas_fail_as(MAAS_USAGE, "which kinds?  --try kind=logistic,mlp says");
	return s->ntries || s->kinds > 1 ? 0 : maas_fail_as(MAAS_USAGE, "--search wants --try NAME=VALUE,...");
}

/* Each setting is known to a kind at least; where others lack it, that is said. */
static int
check_names(const struct search *s)
{
	char name[64];

	for (size_t t = 0; t < s->ntries; t++) {
		size_t known = 0;

		snprintf(name, sizeof name, "%s", s->tries[t].name);
		for (char *p = name; *p; p++)
			*p = *p == '_' ? '-' : *p;
		for (size_t k = 0; k < s->kinds; k++)
			known += has(s->kind[k], s->tries[t].name) != 0;
		if (!known)
			return maas_fail_as(MAAS_USAGE,
			    "--try %s: no setting of %s, of training, of preparation or of text", name,
			    s->kinds > 1 ? "these kinds" : s->kind[0]->name);
		for (size_t k = 0; k < s->kinds; k++)
			if (!has(s->kind[k], s->tries[t].name))
				warn(s->call, "%s models have no --%s: left out for them", s->kind[k]->name, name);
		if (!strcmp(s->tries[t].name, "impute"))
			for (size_t i = 0; i < s->tries[t].n; i++)
				if (!strcmp(s->tries[t].value[i], "drop"))
					return maas_fail_as(
					    MAAS_USAGE, "--try impute=drop: other rows, scores that do not compare");
	}
	return 0;
}

/* How many choices a kind has. */
static double
choices(const struct search *s, const struct verb *kind)
{
	double n = 1;

	for (size_t t = 0; t < s->ntries; t++)
		n *= has(kind, s->tries[t].name) ? (double)s->tries[t].n : 1;
	return n;
}

/* Choice `number` of a kind: the last setting changes fastest. */
static int
make_trial(struct search *s, const struct verb *kind, size_t number, struct trial *to)
{
	struct maas_buf text = { 0 }, json = { 0 };
	const char *value[64];
	int bad = s->ntries > MAAS_COUNT(value) ? maas_fail_as(MAAS_USAGE, "--try: too many settings") : 0;

	if (bad || !(to->call = call_again(s->call, kind)))
		return -1;
	for (size_t t = s->ntries; t-- > 0;) {
		value[t] = NULL;
		if (!has(kind, s->tries[t].name))
			continue;
		value[t] = s->tries[t].value[number % s->tries[t].n];
		number /= s->tries[t].n;
	}
	bad = maas_buf_text(&text, "") || maas_buf_text(&json, "{");
	if (s->kinds > 1)
		bad = bad || maas_buf_printf(&text, "kind=%s", kind->name) ||
		    maas_buf_printf(&json, "\"kind\":\"%s\"", kind->name);
	for (size_t t = 0; t < s->ntries && !bad; t++) {
		const char *name = s->tries[t].name;

		if (!value[t])
			continue;
		if (call_set(to->call, name, value[t]) < 0) {
			bad = -1;
			break;
		}
		bad = maas_buf_printf(&text, "%s%s=%s", text.n ? " " : "", name, value[t]) ||
		    maas_buf_printf(&json, "%s\"%s\":", json.n > 1 ? "," : "", name) ||
		    maas_json_put_text(&json, maas_span(value[t]));
	}
	bad = bad || maas_buf_text(&json, "}") || !(to->text = maas_take_text(s->arena, text.s, text.n)) ||
	    !(to->json = maas_take_text(s->arena, json.s, json.n));
	maas_buf_free(&text);
	maas_buf_free(&json);
	return bad ? -1 : 0;
}

/* All choices of all kinds are numbered through; pick[] are those that are tried. */
static int
make_trials(struct search *s, const uint32_t *pick, size_t n)
{
	if (!(s->trial = maas_take(s->arena, n, sizeof *s->trial)))
		return -1;
	for (s->n = 0; s->n < n;) {
		size_t number = pick[s->n], k = 0;
		struct trial *t = &s->trial[s->n++];

		for (; number >= (size_t)choices(s, s->kind[k]); k++)
			number -= (size_t)choices(s, s->kind[k]);
		t->number = s->n;
		if (make_trial(s, s->kind[k], number, t))
			return -1;
	}
	return 0;
}

static int
by_number(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

/* How many trials there are to be of `all`: what --search and --trials say. */
static int
count_trials(const struct search *s, size_t all, size_t *n)
{
	long trials = s->base.rows->trials;

	*n = all;
	if (trials && s->base.rows->search < SEARCH_RANDOM)
		return maas_fail_as(
		    MAAS_USAGE, "--trials is for --search random and halving: a grid tries all %zu", all);
	if (!trials && s->base.rows->search == SEARCH_RANDOM)
		return maas_fail_as(MAAS_USAGE, "--search random wants --trials N (there are %zu choices)", all);
	if (trials && (size_t)trials < all)
		*n = (size_t)trials;
	return 0;
}

static int
choose_trials(struct search *s)
{
	double all = 0;
	uint32_t *pick;
	size_t n;
	int bad;

	for (size_t k = 0; k < s->kinds; k++)
		all += choices(s, s->kind[k]);
	if (all > MOST)
		return maas_fail_as(MAAS_USAGE, "--try: %.0f choices are too many (%d)", all, MOST);
	if (count_trials(s, (size_t)all, &n))
		return -1;
	if (!(pick = maas_alloc((size_t)all, sizeof *pick)))
		return -1;
	for (size_t i = 0; i < (size_t)all; i++)
		pick[i] = (uint32_t)i;
	if (n < (size_t)all) {
		maas_shuffle(pick, (size_t)all, (uint64_t)s->call->common.seed, 0);
		qsort(pick, n, sizeof *pick, by_number);
	}
	bad = make_trials(s, pick, n);
	free(pick);
	return bad;
}

int
search_plan(struct search *s)
{
	if (!(s->arena = maas_arena_new(1 << 14)))
		return fail(s->call);
	if (parse_tries(s) || check_names(s) || choose_trials(s))
		return maas_why() == MAAS_USAGE ? misuse(s->call, "%s", maas_error()) : fail(s->call);
	return 0;
}

void
search_free(struct search *s)
{
	for (size_t i = 0; i < s->n; i++)
		call_free(s->trial[i].call);
	maas_buf_free(&s->said);
	maas_arena_free(s->arena);
}
