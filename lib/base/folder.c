/* folder.c -- what stands in a directory, in an order that is the same everywhere. */
#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include "maas/files.h"

static int
is_shown(const struct dirent *d)
{
	return d->d_name[0] != '.';
}

static int
by_bytes(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

/* The pointers and behind them the texts, in one piece. */
static char **
in_one(struct dirent *const *entry, size_t n)
{
	size_t bytes = (n + 1) * sizeof(char *), size;
	char **name, *to;

	for (size_t i = 0; i < n; i++)
		bytes += strlen(entry[i]->d_name) + 1;
	if (!(name = maas_alloc(bytes, 1)))
		return NULL;
	to = (char *)(name + n + 1);
	for (size_t i = 0; i < n; i++, to += size) {
		size = strlen(entry[i]->d_name) + 1;
		memcpy(to, entry[i]->d_name, size);
		name[i] = to;
	}
	return name;
}

char **
maas_folder_names(const char *path)
{
	struct dirent **entry;
	char **name;
	int n = scandir(path, &entry, is_shown, by_bytes);

	if (n < 0) {
		maas_fail_errno("%s", path);
		return NULL;
	}
	name = in_one(entry, (size_t)n);
	while (n--)
		free(entry[n]);
	free(entry);
	return name;
}
