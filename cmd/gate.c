/* gate.c -- METRIC=X of losses. */
#include <math.h>
#include <string.h>

#include "gate.h"

/* Which of the names it is, and X; -1: neither. */
static int
parse(const char *text, const char *const *names, double *x)
{
	size_t n = strcspn(text, "=");

	if (!text[n] || maas_parse_real(maas_span(text + n + 1), x) < 0 || isnan(*x))
		return -1;
	for (int i = 0; names[i]; i++)
		if (maas_span_is((struct maas_span){ text, n }, names[i]))
			return i;
	return -1;
}

int
gate_check(const struct call *c, const struct maas_list *l, const char *const *names)
{
	struct maas_buf b = { 0 };
	double x;
	int rc = 0;

	for (size_t i = 0; names[i] && !rc; i++)
		rc = maas_buf_printf(&b, "%s%s", !i ? "" : names[i + 1] ? ", " : " or ", names[i]);
	for (size_t i = 0; i < l->n && !rc; i++)
		if (parse(l->item[i], names, &x) < 0)
			rc = misuse(c, "--fail-under: '%s', wanted METRIC=X, and %s for METRIC", l->item[i], b.s);
	maas_buf_free(&b);
	return rc < 0 ? fail(c) : rc;
}

static int
missed(const struct call *c, const struct maas_list *l, const char *const *names, const double *value)
{
	int rc = 0;

	for (size_t i = 0; i < l->n; i++) {
		double x;
		int k = parse(l->item[i], names, &x);

		if (k < 0 || value[k] <= x)
			continue;
		rc = MAAS_NEGATIVE;
		if (c && isnan(value[k]))
			complain(c, MAAS_NEGATIVE, "%s is not known: nothing was measured", names[k]);
		else if (c)
			complain(c, MAAS_NEGATIVE, "%s is %.6g, above %g", names[k], value[k], x);
	}
	return rc;
}

int
gate_missed(const struct call *c, const struct maas_list *l, const char *const *names, const double *value)
{
	return missed(c, l, names, value);
}

int
gate_holds(const struct maas_list *l, const char *const *names, const double *value)
{
	return !missed(NULL, l, names, value);
}
