/* What a search tries: --try parsed, and a command line made of each choice. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "maas/train.h"
#include "train_search.h"

#define MOST 1000000 /* choices */

static int
is_among(const char *name, const char *const *names, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!strcmp(names[i], name))
			return 1;
	return 0;
}

/* Has a kind a setting that a trial can have of its own?  One of the kind, of learning, of preparation, of words.  The
 * field; NULL: it has none. */
static const struct maas_field *
find(const struct verb *v, const char *name)
{
	static const char *const never[] = { "val_split", "log_every" }, *const texts[] = { "tokenizer", "embeddings" };
	static const int parts[] = { 0, 4, 5, 6 }; /* those that mean nothing to the kind are empty */
	const struct maas_kind *k = v->data;
	const struct maas_field *f = NULL;

	if (is_among(name, never, MAAS_COUNT(never)))
		return NULL;
	for (size_t i = 0; i < MAAS_COUNT(parts) && !f; i++)
		f = maas_field(v->part[parts[i]].fields, name, 0);
	if (f)
		return f;
	if ((!strcmp(name, "augment") && !k->rows->fit) || (!strcmp(name, "pca") && k->rows->fold) ||
	    (rows_reads_texts(k) && is_among(name, texts, MAAS_COUNT(texts))))
		return maas_field(v->part[2].fields, name, 0);
	return NULL;
}

static int
has(const struct verb *v, const char *name)
{
	return find(v, name) != NULL;
}

static char *
underscored(struct maas_arena *a, const char *s, size_t n)
{
	char *to = maas_take_text(a, s, n);

	for (char *p = to; p && *p; p++)
		*p = *p == '-' ? '_' : *p;
	return to;
}

void
search_option(char *to, size_t n, const char *name)
{
	snprintf(to, n, "%s", name);
	for (char *p = to; *p; p++)
		*p = *p == '_' ? '-' : *p;
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

/* Values that no table says to be wrong. */
static int
check_values(const struct try *t)
{
	for (size_t i = 0; i < t->n; i++) {
		if (!strcmp(t->name, "impute") && !strcmp(t->value[i], "drop"))
			return maas_fail_as(MAAS_USAGE, "--try impute=drop: other rows, scores that do not compare");
		if (!strcmp(t->name, "augment") && strcmp(t->value[i], "none") != 0 &&
		    maas_augments_check(t->value[i]) < 0)
			return maas_in("--try");
	}
	return 0;
}

/* "LEAST..MOST" of a setting that is a number is a range: alone, and within what the setting can be. */
static int
take_range(const struct search *s, struct try *t)
{
	const struct maas_field *f = NULL;

	for (size_t k = 0; k < s->kinds && !f; k++)
		f = find(s->kind[k], t->name);
	for (size_t i = 0; i < t->n; i++) {
		int rc = search_range(f, t->value[i], t);

		if (rc < 0)
			return -1;
		if (rc && t->n > 1)
			return maas_fail_as(
			    MAAS_USAGE, "--try %s: a range stands alone, without other values", t->name);
		if (rc)
			t->n = 0;
	}
	return 0;
}

/* What is read of files is read once, for all trials. */
static int
refuse(const struct search *s, const char *name)
{
	const struct verb *v = s->kind[0];
	char option[64];

	search_option(option, sizeof option, name);
	if (maas_field(v->part[3].fields, name, 0) || maas_field(v->part[7].fields, name, 0))
		return maas_fail_as(MAAS_USAGE, "--try %s: rows are read once, for all trials", option);
	return maas_fail_as(MAAS_USAGE, "--try %s: no setting of %s, of training, of preparation or of text", option,
	    s->kinds > 1 ? "these kinds" : v->name);
}

/* Each setting is known to a kind at least; where others lack it, that is said. */
static int
check_names(struct search *s)
{
	char name[64];

	for (size_t t = 0; t < s->ntries; t++) {
		size_t known = 0;

		search_option(name, sizeof name, s->tries[t].name);
		for (size_t k = 0; k < s->kinds; k++)
			known += has(s->kind[k], s->tries[t].name) != 0;
		if (!known)
			return refuse(s, s->tries[t].name);
		for (size_t k = 0; k < s->kinds; k++)
			if (!has(s->kind[k], s->tries[t].name))
				warn(s->call, "%s models have no --%s: left out for them", s->kind[k]->name, name);
		if (check_values(&s->tries[t]) < 0 || take_range(s, &s->tries[t]) < 0)
			return -1;
	}
	return 0;
}

/* How many choices a kind has, whatever values ranges have. */
static double
choices(const struct search *s, const struct verb *kind)
{
	double n = 1;

	for (size_t t = 0; t < s->ntries; t++)
		n *= has(kind, s->tries[t].name) && s->tries[t].n ? (double)s->tries[t].n : 1;
	return n;
}

int
search_name(struct search *s, struct trial *t)
{
	const char *kind = t->call->verb->name;
	struct maas_buf text = { 0 }, json = { 0 };
	int bad = maas_buf_text(&text, "") || maas_buf_text(&json, "{");

	if (s->kinds > 1)
		bad = bad || maas_buf_printf(&text, "kind=%s", kind) || maas_buf_printf(&json, "\"kind\":\"%s\"", kind);
	for (size_t i = 0; i < s->ntries && !bad; i++)
		if (t->value[i])
			bad = maas_buf_printf(&text, "%s%s=%s", text.n ? " " : "", s->tries[i].name, t->value[i]) ||
			    maas_buf_printf(&json, "%s\"%s\":", json.n > 1 ? "," : "", s->tries[i].name) ||
			    maas_json_put_text(&json, maas_span(t->value[i]));
	bad = bad || maas_buf_text(&json, "}") || !(t->text = maas_take_text(t->arena, text.s, text.n)) ||
	    !(t->json = maas_take_text(t->arena, json.s, json.n));
	maas_buf_free(&text);
	maas_buf_free(&json);
	return bad ? -1 : 0;
}

/* Choice `number` of a kind: the last setting changes fastest. */
static int
make_trial(struct search *s, const struct verb *kind, size_t number, struct trial *to)
{
	uint64_t seed = (uint64_t)s->call->common.seed;

	if (!(to->arena = maas_arena_new(1 << 12)) || !(to->call = call_again(s->call, kind)) ||
	    !(to->value = maas_take(to->arena, s->ntries, sizeof *to->value)))
		return -1;
	to->call->common = s->call->common;
	to->score = NAN;
	for (size_t t = s->ntries; t-- > 0;) {
		if (!has(kind, s->tries[t].name))
			continue;
		if (!s->tries[t].n) {
			if (!(to->value[t] = search_draw(to->arena, &s->tries[t], seed, to->number)))
				return -1;
			continue;
		}
		to->value[t] = s->tries[t].value[number % s->tries[t].n];
		number /= s->tries[t].n;
	}
	for (size_t t = 0; t < s->ntries; t++)
		if (to->value[t] && call_set(to->call, s->tries[t].name, to->value[t]) < 0)
			return -1;
	return search_name(s, to);
}

/* The kind of a choice, all choices of all kinds being numbered through; which of the kind's own it is. */
static const struct verb *
kind_of(const struct search *s, size_t choice, size_t *own)
{
	size_t k = 0;

	for (; choice >= (size_t)choices(s, s->kind[k]); k++)
		choice -= (size_t)choices(s, s->kind[k]);
	*own = choice;
	return s->kind[k];
}

/* pick[n]: choices that are tried. */
static int
make_trials(struct search *s, const uint32_t *pick, size_t n)
{
	if (!(s->trial = maas_take(s->arena, n, sizeof *s->trial)))
		return -1;
	for (s->n = 0; s->n < n;) {
		size_t own;
		const struct verb *kind = kind_of(s, pick[s->n], &own);
		struct trial *t = &s->trial[s->n++];

		t->number = s->n;
		if (make_trial(s, kind, own, t))
			return -1;
	}
	return 0;
}

/* Are there ranges to be drawn from; of a kind, if one is named? */
static int
draws(const struct search *s, const struct verb *kind)
{
	for (size_t t = 0; t < s->ntries; t++)
		if (!s->tries[t].n && (!kind || has(kind, s->tries[t].name)))
			return 1;
	return 0;
}

/* How many trials there are to be, of `all` choices and what ranges make of them: what --search and --trials say. */
static int
count_trials(struct search *s, size_t all, size_t *n)
{
	long trials = s->base.rows->trials;
	int ranged = draws(s, NULL);

	s->how = s->base.rows->search ? s->base.rows->search : trials || ranged ? SEARCH_RANDOM : SEARCH_GRID;
	*n = all;
	if (s->how == SEARCH_GRID && ranged)
		return maas_fail_as(MAAS_USAGE,
		    "--search grid takes values one by one, and a range has no end of them: "
		    "--search random --trials N draws from it");
	if (trials && s->how == SEARCH_GRID)
		return maas_fail_as(
		    MAAS_USAGE, "--trials is for --search random and halving: a grid tries all %zu", all);
	if (!trials && ranged)
		return maas_fail_as(MAAS_USAGE, "--try with a range wants --trials N");
	if (!trials && s->how == SEARCH_RANDOM)
		return maas_fail_as(MAAS_USAGE, "--search random wants --trials N (there are %zu choices)", all);
	if (trials && (ranged || (size_t)trials < all))
		*n = (size_t)trials;
	return 0;
}

/*
 * A grid has its own order; else the seed's, of which more trials are more of the same: a search that was cut short saw
 * a sample of everything.  Choices that draw from a range come round again: pick[] of `most`, how many there are.
 */
static size_t
pick_choices(const struct search *s, uint32_t *pick, size_t all, size_t most)
{
	size_t n = all, own;

	for (size_t i = 0; i < all; i++)
		pick[i] = (uint32_t)i;
	if (most < all || draws(s, NULL))
		maas_shuffle(pick, all, (uint64_t)s->call->common.seed, 0);
	for (size_t i = 0; n < most && i < n; i++) /* of those that are picked, too, which do so for ever */
		if (draws(s, kind_of(s, pick[i], &own)))
			pick[n++] = pick[i];
	return n < most ? n : most;
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
	if (!(pick = maas_alloc((size_t)all > n ? (size_t)all : n, sizeof *pick)))
		return -1;
	bad = make_trials(s, pick, pick_choices(s, pick, (size_t)all, n));
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
	for (size_t i = 0; i < s->n; i++) {
		call_free(s->trial[i].call);
		free(s->trial[i].left_out.item);
		maas_buf_free(&s->trial[i].log);
		maas_arena_free(s->trial[i].arena);
	}
	kept_close(s);
	maas_buf_free(&s->said);
	maas_arena_free(s->arena);
}
