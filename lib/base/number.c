#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "maas/base.h"

/* strtod() wants a NUL; no number that means anything is longer than this. */
#define LONGEST 1100

int
maas_parse_real(struct maas_span s, double *to)
{
	char text[LONGEST + 1], *end;
	double v;

	if (!s.n || s.n > LONGEST || memchr(s.s, '\0', s.n))
		return maas_fail("not a number: '%.*s'", s.n > 40 ? 40 : (int)s.n, s.n ? s.s : "");
	memcpy(text, s.s, s.n);
	text[s.n] = '\0';
	v = strtod(text, &end);
	if (*end || text[0] == ' ' || (text[0] >= '\t' && text[0] <= '\r') || strpbrk(text, "xX(pP"))
		return maas_fail("not a number: '%.40s'", text);
	*to = v;
	return 0;
}

int
maas_parse_int(struct maas_span s, int64_t *to)
{
	char text[24], *end;
	long long v;

	if (!s.n || s.n >= sizeof text || memchr(s.s, '\0', s.n))
		return maas_fail("not a whole number: '%.*s'", s.n > 40 ? 40 : (int)s.n, s.n ? s.s : "");
	memcpy(text, s.s, s.n);
	text[s.n] = '\0';
	errno = 0;
	v = strtoll(text, &end, 10);
	if (*end || errno || !(text[0] == '-' || text[0] == '+' || (text[0] >= '0' && text[0] <= '9')))
		return maas_fail("not a whole number: '%s'", text);
	*to = v;
	return 0;
}

double
maas_clock(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}
