/* exposition.c -- the pieces of Prometheus' text. */
#include <math.h>

#include "exposition.h"

int
put_family(struct maas_buf *to, const char *name, const char *type, const char *help)
{
	return maas_buf_printf(to, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

int
put_label(struct maas_buf *to, const char *name, struct maas_span value)
{
	const char *p = value.s,
		   *end = value.s + maas_utf8_whole(value.s, value.n < PUT_LABEL_MAX ? value.n : PUT_LABEL_MAX);
	int rc = maas_buf_printf(to, "%s=\"", name);

	while (rc == 0 && p < end) {
		const char *from = p;
		int32_t c = maas_utf8_next(&p, end);

		rc = c < 0                  ? maas_buf_text(to, "\xEF\xBF\xBD")
		    : c == '\n'             ? maas_buf_text(to, "\\n")
		    : c == '"' || c == '\\' ? maas_buf_printf(to, "\\%c", (char)c)
					    : maas_buf_add(to, from, (size_t)(p - from));
	}
	return rc < 0 ? -1 : maas_buf_text(to, "\"");
}

int
put_value(struct maas_buf *to, double x)
{
	return isnan(x) ? maas_buf_text(to, "NaN\n")
	    : isinf(x)  ? maas_buf_text(to, x > 0 ? "+Inf\n" : "-Inf\n")
			: maas_buf_printf(to, "%.17g\n", x);
}

int
put_single(struct maas_buf *to, const char *name, const char *type, const char *help, double value)
{
	return put_family(to, name, type, help) < 0 || maas_buf_printf(to, "%s ", name) < 0 ? -1 : put_value(to, value);
}
