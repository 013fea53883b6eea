/* label_from -- the label of all rows of a file, out of its name: --label-from. */
#include <regex.h>
#include <stdlib.h>
#include <string.h>

#include "source.h"

struct label_from {
	regex_t re;
	const char *ere;
};

struct label_from *
label_from_new(const char *ere)
{
	struct label_from *f = maas_alloc(1, sizeof *f);
	char why[200];
	int rc;

	if (!f)
		return NULL;
	f->ere = ere;
	if ((rc = regcomp(&f->re, ere, REG_EXTENDED)) != 0) {
		regerror(rc, &f->re, why, sizeof why);
		free(f);
		maas_fail_as(MAAS_USAGE, "--label-from '%s': %s", ere, why);
		return NULL;
	}
	if (!f->re.re_nsub) {
		label_from_free(f);
		maas_fail_as(MAAS_USAGE, "--label-from '%s': the label is what stands in its first ( )", ere);
		return NULL;
	}
	return f;
}

int
label_from_path(const struct label_from *f, const char *path, struct maas_span *label)
{
	const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
	regmatch_t m[2];

	if (!strcmp(path, "-"))
		return maas_fail_as(MAAS_USAGE, "--label-from: standard input has no name");
	if (regexec(&f->re, name, 2, m, 0) != 0 || m[1].rm_so < 0 || m[1].rm_so == m[1].rm_eo)
		return maas_fail("%s: --label-from '%s' finds no label in its name", path, f->ere);
	*label = (struct maas_span){ name + m[1].rm_so, (size_t)(m[1].rm_eo - m[1].rm_so) };
	return 0;
}

void
label_from_free(struct label_from *f)
{
	if (!f)
		return;
	regfree(&f->re);
	free(f);
}
