/* What commands that make models share: the words of the model's card, and entering it into a registry. */
#include <string.h>

#include "enter.h"
#include "maas/registry.h"

/* "NAME", "NAME:LABEL" */
static int
split_entry(const char *said, char name[MAAS_REGISTRY_NAME + 1], const char **label)
{
	size_t n = strcspn(said, ":");

	*label = said[n] ? said + n + 1 : NULL;
	if (n > MAAS_REGISTRY_NAME)
		return maas_registry_check_name(said);
	memcpy(name, said, n);
	name[n] = '\0';
	return maas_registry_check_name(name) < 0 || (*label && maas_registry_check_label(*label) < 0) ? -1 : 0;
}

int
enter_check(const struct call *c, const struct entered *e)
{
	char name[MAAS_REGISTRY_NAME + 1];
	const char *label;
	int file = e->output && strcmp(e->output, "-");

	if (e->enter && (split_entry(e->enter, name, &label) || !file))
		return misuse(c, "--register %s: %s", e->enter, file ? maas_error() : "wants -o FILE");
	if ((e->description && maas_card_check("--description", e->description)) ||
	    (e->license && maas_card_check("--license", e->license)))
		return misuse(c, "%s", maas_error());
	return 0;
}

int
enter_registry(const struct call *c, const struct entered *e)
{
	struct maas_buf place = { 0 };
	char name[MAAS_REGISTRY_NAME + 1];
	const char *label, *dir = e->registry;
	struct maas_entry entry = { .path = e->output, .name = name, .if_changed = e->if_changed };
	int bad;

	if (!e->enter)
		return 0;
	bad = split_entry(e->enter, name, &label) || (!dir && maas_registry_default(&place));
	entry.labels = (struct maas_list){ .item = &label, .n = label != NULL };
	bad = bad || maas_registry_register(dir ? dir : place.s, &entry);
	maas_buf_free(&place);
	if (bad)
		return maas_in("--register %s", e->enter);
	warn(c, entry.there ? "%s@%lld is the same, and stays" : "registered as %s@%lld", name,
	    (long long)entry.version);
	enter_signature(c, &entry);
	return 0;
}

void
enter_signature(const struct call *c, const struct maas_entry *e)
{
	if (e->unsigned_by)
		warn(c, "the signature beside %s is not of %s@%lld, and stays there: maas-model sign %s@%lld", e->path,
		    e->name, (long long)e->version, e->name, (long long)e->version);
}

void
enter_words(const struct entered *e, struct maas_card *c)
{
	c->description = e->description && *e->description ? e->description : NULL;
	c->license = e->license && *e->license ? e->license : NULL;
}
