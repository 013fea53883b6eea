/*
 * operands -- what a table is read from: files as they are given, and for a directory the
 * pictures and sounds in it and below, in the order of their names' bytes, whatever the
 * locale.  Names that begin with a dot are passed over, as the shell does.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "maas/files.h"
#include "source.h"

#define DEPTH 16 /* of directories in directories: also where links lead in a circle */

struct walk {
	struct maas_table *t;
	size_t cap, folder_cap, found_cap;
};

int
path_has_suffix(const char *path, const char *list)
{
	size_t n = strlen(path);
	const char *p, *end;

	if (n > 3 && !strcmp(path + n - 3, ".gz"))
		n -= 3;
	for (p = list; *p; p = *end ? end + 1 : end) {
		end = p + strcspn(p, " ");
		if (n > (size_t)(end - p) && !memcmp(path + n - (size_t)(end - p), p, (size_t)(end - p)))
			return 1;
	}
	return 0;
}

static int
add(struct walk *w, char *path, struct maas_span folder, int found)
{
	struct maas_table *t = w->t;

	if (maas_grow(&t->operand, t->operands, &w->cap, 1, sizeof *t->operand) < 0 ||
	    maas_grow(&t->folder, t->operands, &w->folder_cap, 1, sizeof *t->folder) < 0 ||
	    maas_grow(&t->found, t->operands, &w->found_cap, 1, 1) < 0)
		return -1;
	t->operand[t->operands] = path;
	t->found[t->operands] = (char)found;
	t->folder[t->operands++] = folder;
	return 0;
}

static int walk(struct walk *, const char *dir, struct maas_span folder, int depth);

/* What is called so in the directory. */
static int
visit(struct walk *w, const char *dir, const char *name, struct maas_span folder, int depth)
{
	struct maas_buf b = { 0 };
	struct stat st;
	char *path = NULL;

	if (maas_buf_printf(&b, "%s%s%s", dir, dir[strlen(dir) - 1] == '/' ? "" : "/", name) == 0)
		path = maas_take_text(w->t->names, b.s, b.n);
	maas_buf_free(&b);
	if (!path)
		return -1;
	if (stat(path, &st) < 0) /* a link to nowhere, say: a file that will not open, if it is called as one of ours */
		st.st_mode = S_IFREG;
	if (S_ISDIR(st.st_mode))
		return walk(w, path, depth ? folder : maas_span(path + strlen(path) - strlen(name)), depth + 1);
	return S_ISREG(st.st_mode) &&
		(path_has_suffix(name, maas_format_picture.suffix) || path_has_suffix(name, maas_format_sound.suffix))
	    ? add(w, path, folder, 1)
	    : 0;
}

static int
walk(struct walk *w, const char *dir, struct maas_span folder, int depth)
{
	char **name;
	int rc = 0;

	if (depth > DEPTH)
		return maas_fail("%s: more than %d directories deep", dir, DEPTH);
	if (!(name = maas_folder_names(dir)))
		return -1;
	for (size_t i = 0; name[i] && rc == 0; i++)
		rc = visit(w, dir, name[i], folder, depth);
	free(name);
	return rc;
}

int
operands_expand(struct maas_table *t, char *const *operand, size_t n)
{
	struct walk w = { .t = t };
	struct stat st;

	for (size_t i = 0; i < n; i++) {
		size_t before = t->operands;

		if (!strcmp(operand[i], "-") || stat(operand[i], &st) < 0 || !S_ISDIR(st.st_mode)) {
			if (add(&w, operand[i], (struct maas_span){ NULL, 0 }, 0) < 0)
				return -1;
			continue;
		}
		if (!t->names && !(t->names = maas_arena_new(1 << 16)))
			return -1;
		if (walk(&w, operand[i], (struct maas_span){ NULL, 0 }, 0) < 0)
			return -1;
		if (t->operands == before)
			return maas_fail_as(MAAS_NOINPUT,
			    "%s: a directory with no pictures or sounds (.png .jpg .jpeg .wav .flac .ogg .oga)",
			    operand[i]);
	}
	return 0;
}
