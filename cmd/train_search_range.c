/* Ranges of --try, "lr=1e-5..1e-1": what is one, and which of its values a trial has. */
#include <math.h>
#include <string.h>

#include "train_search.h"

#define DIGITS 3 /* that a drawn value keeps: more tell nothing, and are read by people */

/* Both ends are what the setting can be. */
static int
check_ends(const struct maas_field *f, const struct try *t, const char *item)
{
	char name[64];

	maas_field_name(f, name, sizeof name);
	if (t->least > t->most)
		return maas_fail_as(
		    MAAS_USAGE, "--try %s: an empty range, %s: %g is above %g", name, item, t->least, t->most);
	if (f->type != MAAS_F_TEXT && (t->least < f->min || t->most > f->max))
		return maas_fail_as(
		    MAAS_USAGE, "--try %s: %s, and it lies between %g and %g", name, item, f->min, f->max);
	if (t->whole && (t->least != floor(t->least) || t->most != floor(t->most)))
		return maas_fail_as(MAAS_USAGE, "--try %s: %s, wanted whole numbers", name, item);
	return 0;
}

int
search_range(const struct maas_field *f, const char *item, struct try *to)
{
	const char *dots = strstr(item, "..");
	struct maas_span least = { item, dots ? (size_t)(dots - item) : 0 };
	int64_t end;

	if (!dots || (f->type != MAAS_F_REAL && f->type != MAAS_F_INT && f->type != MAAS_F_TEXT))
		return 0;
	if (maas_parse_real(least, &to->least) || maas_parse_real(maas_span(dots + 2), &to->most) ||
	    !isfinite(to->least) || !isfinite(to->most)) {
		if (f->type == MAAS_F_TEXT) /* a path, say */
			return 0;
		return maas_fail_as(MAAS_USAGE, "--try: '%s' is no range, wanted LEAST..MOST, as 1e-5..1e-1", item);
	}
	to->whole = f->type == MAAS_F_INT ||
	    (f->type == MAAS_F_TEXT && !maas_parse_int(least, &end) && !maas_parse_int(maas_span(dots + 2), &end));
	return check_ends(f, to, item) < 0 ? -1 : 1;
}

/*
 * Where both ends are above 0 each factor is as likely (Bergstra and Bengio 2012, 4.1: random search on a logarithmic
 * scale), else each difference.  A function of the seed, the name and the trial: more trials begin with the same ones.
 */
const char *
search_draw(struct maas_arena *a, const struct try *t, uint64_t seed, size_t number)
{
	double u = maas_uniform(seed, maas_hash(t->name, strlen(t->name), 0), number), v;
	char text[32];

	if (t->least > 0)
		v = t->least * pow(t->most / t->least, u);
	else
		v = t->least + u * (t->most - t->least);
	if (t->whole) {
		snprintf(text, sizeof text, "%.0f", fmin(fmax(floor(v + 0.5), t->least), t->most));
		return maas_take_text(a, text, strlen(text));
	}
	(void)maas_real_print(text, v, DIGITS);
	if (maas_parse_real(maas_span(text), &v) || v < t->least || v > t->most) /* rounded past an end */
		(void)maas_real_print(text, v < t->least ? t->least : t->most, 17);
	return maas_take_text(a, text, strlen(text));
}
