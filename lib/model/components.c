/* How many principal components are asked for: by the option of maas-pca, and by --pca of maas-train. */
#include <math.h>
#include <string.h>

#include "components.h"

int
components_parse(struct components_want *w, const char *option, int mle, const char *s)
{
	double v;

	*w = (struct components_want){ .how = *s == 'm' ? MLE : ALL };
	if (!strcmp(s, "all") || (mle && !strcmp(s, "mle")))
		return 0;
	if (maas_parse_real(maas_span(s), &v) < 0 || !(v > 0) || (v >= 1 && v != floor(v)) || v > 1e9 ||
	    (strchr(s, '.') && v >= 1))
		return maas_fail_as(MAAS_USAGE,
		    "%s: a number of components, a share between 0 and 1%s is wanted, not '%s'", option,
		    mle ? ", all or mle" : " or all", s);
	w->how = v < 1 ? SHARE : COUNT;
	w->count = (size_t)v;
	w->share = v;
	return 0;
}
