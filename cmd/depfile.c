/*
 * --depfile: a rule for make(1), the model depends on what was read.  What stands in a directory is named file by file, and
 * each of these gets a rule of its own without a recipe, as gcc -MP writes for headers: a file that is gone makes the model
 * again, rather than make give up.
 */
#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "maas/registry.h"
#include "train_family.h"

#define DEPTH 16 /* of directories in directories, also where links lead in a circle */

struct rule {
	struct maas_buf head;  /* the model and what it depends on */
	struct maas_buf alone; /* rules without a recipe */
};

/* Line ends and semicolons cannot be quoted: make would run what stands behind them.  The directory of such a file still
 * tells when it comes or goes. */
static int
can_be_said(const char *path)
{
	return !path[strcspn(path, "\n;")];
}

/* A file name as make reads it. */
static int
put_name(struct maas_buf *b, const char *s)
{
	for (; *s; s++) {
		if (strchr(" \t#:\\", *s) && maas_buf_add(b, "\\", 1))
			return -1;
		if (*s == '$' && maas_buf_add(b, "$", 1))
			return -1;
		if (maas_buf_add(b, s, 1))
			return -1;
	}
	return 0;
}

static int
by_bytes(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static int
is_shown(const struct dirent *d)
{
	return d->d_name[0] != '.';
}

static int put_path(struct rule *, const char *path, int depth);

static int
put_folder(struct rule *r, const char *path, int depth)
{
	struct dirent **e = NULL;
	struct maas_buf b = { 0 };
	int n = scandir(path, &e, is_shown, by_bytes), bad = n < 0 ? maas_fail_errno("%s", path) : 0;

	for (int i = 0; i < n; i++) {
		b.n = 0;
		bad = bad || maas_buf_printf(&b, "%s/%s", path, e[i]->d_name) || put_path(r, b.s, depth + 1);
		free(e[i]);
	}
	free(e);
	maas_buf_free(&b);
	return bad ? -1 : 0;
}

/* A pipe or a device is there once, and no file that make could look at. */
static int
put_path(struct rule *r, const char *path, int depth)
{
	struct stat st;
	int folder = stat(path, &st) == 0 && S_ISDIR(st.st_mode);

	if (depth > DEPTH || !can_be_said(path) || (!folder && stat(path, &st) == 0 && !S_ISREG(st.st_mode)))
		return 0;
	if (maas_buf_text(&r->head, " \\\n\t") || put_name(&r->head, path))
		return -1;
	if (depth && (put_name(&r->alone, path) || maas_buf_text(&r->alone, ":\n")))
		return -1;
	return folder ? put_folder(r, path, depth) : 0;
}

static int
put_source(struct rule *r, const char *said)
{
	return !said || !strcmp(said, "-") ? 0 : put_path(r, said, 0);
}

/* What may be a name of the registry. */
static int
put_model(struct rule *r, const char *said)
{
	struct maas_buf path = { 0 };
	int bad = said && (maas_model_find(said, &path) || put_path(r, path.s, 0));

	maas_buf_free(&path);
	return bad ? -1 : 0;
}

static int
make_rule(struct rule *r, const struct call *c, const struct outcome *o, const struct sources *s)
{
	int bad = put_name(&r->head, o->output) || maas_buf_text(&r->head, ":") || put_source(r, c->common.config);

	for (int i = 0; i < c->n && !bad; i++)
		bad = put_source(r, c->operand[i]);
	for (size_t i = 0; i < MAAS_COUNT(s->file) && !bad; i++)
		bad = put_source(r, s->file[i]);
	for (size_t i = 0; i < MAAS_COUNT(s->model) && !bad; i++)
		bad = put_model(r, s->model[i]);
	return bad || maas_buf_text(&r->head, "\n") || maas_buf_add(&r->head, r->alone.s, r->alone.n) ? -1 : 0;
}

int
write_depfile(const struct call *c, const struct outcome *o, const struct sources *s)
{
	struct rule r = { 0 };
	struct maas_out *out = NULL;
	int bad;

	if (!o->depfile)
		return 0;
	if (!(bad = make_rule(&r, c, o, s)) && (out = maas_out_open(o->depfile))) {
		fwrite(r.head.s, 1, r.head.n, maas_out_file(out)); /* commit looks at ferror */
		bad = maas_out_commit(out, 0);
	}
	maas_buf_free(&r.head);
	maas_buf_free(&r.alone);
	return bad || !out ? -1 : 0;
}
