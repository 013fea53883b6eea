/* What every kind of training does with its result. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "train_family.h"

const struct maas_field outcome_fields[] = { MAAS_TEXT('o', outcome, output, NULL, "write the model to FILE"),
	MAAS_FLAG(0, outcome, json, "print the result as JSON on standard output"),
	MAAS_FLAG(0, outcome, if_changed, "do nothing where all that the output is made of is the same"),
	MAAS_FLAG(0, outcome, touch, "with --if-changed: an output that is left has the time of now"),
	MAAS_TEXT(0, outcome, depfile, NULL, "write a make rule of what was read to FILE"),
	MAAS_TEXT(0, outcome, lock, NULL, "hold this file locked; held by another process: exit 75"),
	ENTER_FIELDS(outcome),
	MAAS_FLAG(0, outcome, dry_run, "check everything, print the settings and the cost, and stop"), MAAS_END };

int
check_outcome(const struct call *c, const struct outcome *o)
{
	if (wants_input(c))
		return MAAS_USAGE;
	if (!o->output && !o->dry_run)
		return misuse(c, "-o FILE is missing: where does the model go?");
	if (o->output && !strcmp(o->output, "-") && o->json)
		return misuse(c, "-o - and --json both want standard output");
	if (enter_check(c, ENTERED(o)))
		return MAAS_USAGE;
	if (o->depfile && (!o->output || !strcmp(o->output, "-")))
		return misuse(c, "--depfile wants -o FILE");
	if (o->touch && !o->if_changed)
		return misuse(c, "--touch wants --if-changed");
	if (check_depfile(c, o))
		return MAAS_USAGE;
	if (o->lock && o->output && !strcmp(o->lock, o->output))
		return misuse(c, "--lock %s: the model takes this name, and with it the lock", o->lock);
	return 0;
}

int
outcome_stands(const struct call *c, const struct outcome *o, struct made *m)
{
	if (!o->if_changed || o->dry_run)
		return 0;
	made_look(m, c);
	made_unknown(m);
	if (!made_stands(m, o->output))
		return 0;
	if (made_left(m, o->output, o->touch) || write_depfile(c, o) || enter_registry(c, ENTERED(o)))
		return -1;
	if (o->json)
		puts(m->result);
	return 1;
}

int
take_lock(const struct outcome *o)
{
	int fd;

	if (!o->lock)
		return -1;
	fd = maas_lock_open(o->lock);
	return fd < 0 ? -2 : fd;
}

int
end_badly(const struct call *c)
{
	return c->common.quiet && maas_why() == MAAS_TEMPFAIL ? MAAS_TEMPFAIL : fail(c);
}

/* Its folder is there and may be written, and it is no folder itself. */
static int
check_place(const char *path)
{
	const char *slash = strrchr(path, '/');
	struct stat st;
	char *folder;
	int rc = 0;

	if (!strcmp(path, "-"))
		return 0;
	if (stat(path, &st) == 0 && !S_ISREG(st.st_mode))
		return S_ISDIR(st.st_mode) ? maas_fail_as(MAAS_CANTCREATE, "%s: a directory, a file was wanted", path)
					   : 0;
	folder = !slash ? strdup(".") : slash == path ? strdup("/") : strndup(path, (size_t)(slash - path));
	if (!folder)
		return maas_fail_as(MAAS_OS, "no memory for a path");
	if (!*path || access(folder, W_OK | X_OK) < 0)
		rc = maas_fail_as(errno == EACCES ? MAAS_NOPERM : MAAS_CANTCREATE, "%s: cannot create: %s", path,
		    strerror(*path ? errno : ENOENT));
	free(folder);
	return rc;
}

int
check_places(const struct call *c, const char *const *path, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (path[i] && (check_place(path[i]) || spare_input(c, path[i])))
			return -1;
		for (size_t k = 0; k < i && path[i]; k++)
			if (path[k] && !strcmp(path[i], path[k]))
				return maas_fail_as(MAAS_USAGE, "%s: two outputs of one name", path[i]);
	}
	return 0;
}
