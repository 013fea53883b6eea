#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "maas/base.h"

#define NAME_MAX_LEN 64

static void *
place(const struct maas_field *f, void *to)
{
	return (char *)to + f->at;
}

static void
put_number(const struct maas_field *f, void *to, double v)
{
	void *at = place(f, to);

	switch (f->type) {
	case MAAS_F_FLAG:
	case MAAS_F_ENUM: *(int *)at = (int)v; break;
	case MAAS_F_INT: *(long *)at = (long)v; break;
	case MAAS_F_REAL:
	case MAAS_F_DURATION: *(double *)at = v; break;
	case MAAS_F_SIZE: *(size_t *)at = (size_t)v; break;
	case MAAS_F_TEXT:
	case MAAS_F_LIST:
	case MAAS_F_END: break;
	}
}

void
maas_defaults(const struct maas_field *f, void *to)
{
	for (; f->type; f++) {
		if (f->type == MAAS_F_TEXT)
			*(const char **)place(f, to) = f->text;
		else if (f->type == MAAS_F_LIST)
			*(struct maas_list *)place(f, to) = (struct maas_list){ NULL, 0, 0 };
		else
			put_number(f, to, f->def);
	}
}

void
maas_field_name(const struct maas_field *f, char *to, size_t n)
{
	size_t i;

	for (i = 0; i + 1 < n && f->name[i]; i++)
		to[i] = f->name[i] == '_' ? '-' : f->name[i];
	if (n)
		to[i] = '\0';
}

const char *
maas_field_arg(const struct maas_field *f)
{
	switch (f->type) {
	case MAAS_F_INT: return "N";
	case MAAS_F_REAL: return "X";
	case MAAS_F_TEXT: return "TEXT";
	case MAAS_F_ENUM: return "NAME";
	case MAAS_F_LIST: return f->text ? f->text : "TEXT";
	case MAAS_F_DURATION: return "TIME";
	case MAAS_F_SIZE: return "SIZE";
	case MAAS_F_FLAG:
	case MAAS_F_END: break;
	}
	return "";
}

/* Levenshtein 1966, one row; names here are short. */
static size_t
edits(const char *a, const char *b)
{
	size_t row[NAME_MAX_LEN + 1], n = strlen(a), m = strlen(b);

	if (n > NAME_MAX_LEN || m > NAME_MAX_LEN)
		return NAME_MAX_LEN;
	for (size_t j = 0; j <= m; j++)
		row[j] = j;
	for (size_t i = 1; i <= n; i++) {
		size_t diagonal = row[0];

		row[0] = i;
		for (size_t j = 1; j <= m; j++) {
			size_t best = diagonal + (a[i - 1] != b[j - 1]);

			if (row[j] + 1 < best)
				best = row[j] + 1;
			if (row[j - 1] + 1 < best)
				best = row[j - 1] + 1;
			diagonal = row[j];
			row[j] = best;
		}
	}
	return row[m];
}

const char *
maas_nearest(const char *s, const char *const *names)
{
	size_t least = strlen(s) / 3 + 2;
	const char *best = NULL;

	for (; *names; names++) {
		size_t d = edits(s, *names);

		if (d < least) {
			least = d;
			best = *names;
		}
	}
	return best;
}

static int
begins(const char *name, const char *want, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if ((name[i] == '_' ? '-' : name[i]) != (want[i] == '_' ? '-' : want[i]))
			return 0;
	return 1;
}

/* The reason of a name that is none: with the nearest one there is. */
static void
unknown(const struct maas_field *fields, const char *name)
{
	char text[NAME_MAX_LEN], near[NAME_MAX_LEN] = "";
	size_t least = strlen(name) / 3 + 2;

	for (const struct maas_field *f = fields; f->type; f++) {
		maas_field_name(f, text, sizeof text);
		size_t d = edits(name, text);

		if (d < least) {
			least = d;
			memcpy(near, text, sizeof near);
		}
	}
	if (*near)
		maas_fail_as(MAAS_USAGE, "no such setting: %s (%s?)", name, near);
	else
		maas_fail_as(MAAS_USAGE, "no such setting: %s", name);
}

const struct maas_field *
maas_field(const struct maas_field *fields, const char *name, int prefix)
{
	const struct maas_field *hit = NULL;
	size_t n = strlen(name);
	int hits = 0;

	for (const struct maas_field *f = fields; f->type; f++) {
		size_t len = strlen(f->name);

		if (len < n || !begins(f->name, name, n))
			continue;
		if (len == n)
			return f;
		if (!hits++)
			hit = f;
	}
	if (prefix && n && hits == 1)
		return hit;
	if (prefix && n && hits > 1)
		maas_fail_as(MAAS_USAGE, "%s: could be any of %d settings", name, hits);
	else
		unknown(fields, name);
	return NULL;
}

/* A number with one of the letters in `units` behind it, worth scale[i]; "1h30m" adds up. */
static int
with_unit(const char *s, const char *units, const double *scale, double *sum)
{
	const char *p = s;

	*sum = 0;
	do {
		char *end;
		const char *u;
		double v = strtod(p, &end);

		if (end == p || !(*p >= '0' && *p <= '9'))
			return -1;
		if (*end && !(u = strchr(units, *end)))
			return -1;
		*sum += *end ? v * scale[u - units] : v;
		p = *end ? end + 1 : end;
	} while (*p);
	return 0;
}

static int
wrong(const struct maas_field *f, const char *s, const char *wanted)
{
	char name[NAME_MAX_LEN];

	maas_field_name(f, name, sizeof name);
	return maas_fail_as(MAAS_USAGE, "%s: '%s' is not %s", name, s, wanted);
}

static int
set_enum(const struct maas_field *f, void *to, const char *s)
{
	struct maas_buf all = { NULL, 0, 0 };
	char name[NAME_MAX_LEN];

	for (int i = 0; f->names[i]; i++)
		if (!strcmp(f->names[i], s)) {
			put_number(f, to, i);
			return 0;
		}
	maas_field_name(f, name, sizeof name);
	for (int i = 0; f->names[i]; i++)
		if (maas_buf_printf(&all, "%s%s", i ? ", " : "", f->names[i]) < 0)
			break;
	maas_fail_as(MAAS_USAGE, "%s: '%s' is none of %s", name, s, all.s ? all.s : "");
	maas_buf_free(&all);
	return -1;
}

static int
parse_number(const struct maas_field *f, const char *s, double *v)
{
	static const double seconds[] = { 1, 60, 3600, 86400 };
	static const double bytes[] = { 1024, 1048576, 1073741824, 1099511627776.0, 1024, 1048576, 1073741824,
		1099511627776.0 };

	switch (f->type) {
	case MAAS_F_FLAG:
		if (strcmp(s, "true") && strcmp(s, "false"))
			return wrong(f, s, "true or false");
		*v = s[0] == 't';
		return 0;
	case MAAS_F_DURATION:
		return with_unit(s, "smhd", seconds, v) < 0 ? wrong(f, s, "a duration (90s, 50m, 2h, 90d)") : 0;
	case MAAS_F_SIZE: return with_unit(s, "kMGTKmgt", bytes, v) < 0 ? wrong(f, s, "a size (8k, 4M, 2G)") : 0;
	default:
		if (maas_parse_real(maas_span(s), v) < 0 || !isfinite(*v))
			return wrong(f, s, f->type == MAAS_F_INT ? "a whole number" : "a number");
		if (f->type == MAAS_F_INT && *v != floor(*v))
			return wrong(f, s, "a whole number");
		return 0;
	}
}

int
maas_set(const struct maas_field *f, void *to, const char *s)
{
	char name[NAME_MAX_LEN];
	double v;

	if (f->type == MAAS_F_TEXT) {
		*(const char **)place(f, to) = s;
		return 0;
	}
	if (f->type == MAAS_F_LIST) {
		struct maas_list *l = place(f, to);

		if (maas_grow(&l->item, l->n, &l->cap, 1, sizeof *l->item) < 0)
			return -1;
		l->item[l->n++] = s;
		return 0;
	}
	if (f->type == MAAS_F_ENUM)
		return set_enum(f, to, s);
	if (f->type == MAAS_F_REAL && !strcmp(s, "auto") && (isnan(f->def) || (f->text && strstr(f->text, "auto")))) {
		put_number(f, to, NAN);
		return 0;
	}
	if (parse_number(f, s, &v) < 0)
		return -1;
	if (!(v >= f->min && v <= f->max)) {
		maas_field_name(f, name, sizeof name);
		return maas_fail_as(MAAS_USAGE,
		    f->type == MAAS_F_INT ? "%s: %s is outside [%.0f, %.0f]" : "%s: %s is outside [%g, %g]", name, s,
		    f->min, f->max);
	}
	put_number(f, to, v);
	return 0;
}

void
maas_set_all(const struct maas_field *fields, void *to, const char *text)
{
	char name[NAME_MAX_LEN], value[NAME_MAX_LEN];
	const struct maas_field *f;
	int n;

	for (; sscanf(text, " %63[^= ]=%63s%n", name, value, &n) == 2; text += n)
		if (!(f = maas_field(fields, name, 0)) || f->type == MAAS_F_TEXT || maas_set(f, to, value) < 0)
			continue;
}

/* Shortest of the precisions that reads back as the same double. */
static int
print_real(struct maas_buf *b, double v)
{
	char text[40];

	if (isnan(v))
		return maas_buf_text(b, "auto");
	for (int digits = 6; digits <= 17; digits++) {
		snprintf(text, sizeof text, "%.*g", digits, v);
		if (strtod(text, NULL) == v)
			break;
	}
	return maas_buf_text(b, text);
}

int
maas_get(const struct maas_field *f, const void *from, struct maas_buf *b)
{
	const void *at = (const char *)from + f->at;
	const struct maas_list *l = at;

	switch (f->type) {
	case MAAS_F_FLAG: return maas_buf_text(b, *(const int *)at ? "true" : "false");
	case MAAS_F_INT: return maas_buf_printf(b, "%ld", *(const long *)at);
	case MAAS_F_REAL:
	case MAAS_F_DURATION: return print_real(b, *(const double *)at);
	case MAAS_F_SIZE: return maas_buf_printf(b, "%zu", *(const size_t *)at);
	case MAAS_F_ENUM: return maas_buf_text(b, f->names[*(const int *)at]);
	case MAAS_F_TEXT: return *(const char *const *)at ? maas_buf_text(b, *(const char *const *)at) : 0;
	case MAAS_F_LIST:
		for (size_t i = 0; i < l->n; i++)
			if (maas_buf_printf(b, "%s%s", i ? "," : "", l->item[i]) < 0)
				return -1;
		return 0;
	case MAAS_F_END: break;
	}
	return 0;
}

int
maas_fields_print(const struct maas_field *f, const void *from, struct maas_buf *b)
{
	for (; f->type; f++)
		if (maas_buf_printf(b, "%s=", f->name) < 0 || maas_get(f, from, b) < 0 || maas_buf_text(b, "\n") < 0)
			return -1;
	return 0;
}
