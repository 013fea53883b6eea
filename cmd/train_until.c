/* --until METRIC=X. */
#include <math.h>
#include <string.h>

#include "train_family.h"

int
until_read(const char *text, const char *const *names, const char **name, double *value)
{
	const char *eq = strchr(text, '=');
	struct maas_span said = { text, eq ? (size_t)(eq - text) : 0 };
	struct maas_buf all = { 0 };

	*name = NULL;
	if (said.n > 4 && !memcmp(said.s, "val_", 4))
		said = (struct maas_span){ said.s + 4, said.n - 4 };
	for (size_t i = 0; names[i]; i++) {
		if (maas_span_is(said, names[i]))
			*name = names[i];
		if (maas_buf_printf(&all, "%s%s", !i ? "" : names[i + 1] ? ", " : " or ", names[i]) < 0)
			break;
	}
	if (*name && !maas_parse_real(maas_span(eq + 1), value) && isfinite(*value)) {
		maas_buf_free(&all);
		return 0;
	}
	maas_fail_as(MAAS_USAGE, "--until: '%s', wanted METRIC=X, and %s for METRIC", text, all.s ? all.s : "");
	maas_buf_free(&all);
	return -1;
}
