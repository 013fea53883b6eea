/*
 * --depfile: a rule for make(1), the model depends on what was read.  What stands in a directory is named file by file,
 * and each of these gets a rule of its own without a recipe, as gcc -MP writes for headers: a file that is gone makes
 * the model again, rather than make give up.  A name that make cannot read is refused before anything is learnt.
 */
#include <stdlib.h>
#include <string.h>

#include "maas/files.h"
#include "maas/registry.h"
#include "sources.h"
#include "train_family.h"

#define DEPTH 16 /* of directories in directories, also where links lead in a circle */

struct rule {
	struct maas_buf head;  /* the model and what it depends on */
	struct maas_buf alone; /* rules without a recipe */
};

/* Names that make(1) has no way to read: what would end the rule, part its words, or, in brackets at the end, be taken
 * for a member of an archive; a backslash means one thing before some letters, and another before the rest. */
static int
can_be_said(const char *s)
{
	size_t n = strlen(s);

	for (const char *p = s; *p; p++)
		if ((unsigned char)*p < ' ' || *p == 0x7f || strchr(";|\\", *p))
			return 0;
	return n && s[n - 1] != ' ' && !(s[n - 1] == ')' && strchr(s, '('));
}

/* A file name as make reads it, on the left of a rule or on its right. */
static int
put_name(struct maas_buf *b, const char *s, int left)
{
	int bad = *s == '~' && maas_buf_text(b, "./");

	if (!can_be_said(s))
		return maas_fail_as(MAAS_USAGE, "--depfile: make reads no such name: '%s'", s);
	for (; *s && !bad; s++)
		if (*s == '=' || (*s == '&' && !s[1]))
			bad = maas_buf_printf(b, "$(or %c)", *s); /* no assignment, and no group of targets */
		else
			bad = ((strchr(" #:*?[", *s) || (left && *s == '%')) && maas_buf_add(b, "\\", 1)) ||
			    (*s == '$' && maas_buf_add(b, "$", 1)) || maas_buf_add(b, s, 1);
	return bad ? -1 : 0;
}

static int put_path(struct rule *, const char *path, int depth);

static int
put_folder(struct rule *r, const char *path, int depth)
{
	char **name = maas_folder_names(path);
	struct maas_buf b = { 0 };
	int bad = !name;

	for (size_t i = 0; !bad && name[i]; i++) {
		b.n = 0;
		bad = maas_buf_printf(&b, "%s/%s", path, name[i]) || put_path(r, b.s, depth + 1);
	}
	free(name);
	maas_buf_free(&b);
	return bad ? -1 : 0;
}

/* A pipe or a device is there once, and no file that make could look at. */
static int
put_path(struct rule *r, const char *path, int depth)
{
	struct stat st;
	int folder = stat(path, &st) == 0 && S_ISDIR(st.st_mode);

	if (depth > DEPTH || (!folder && stat(path, &st) == 0 && !S_ISREG(st.st_mode)))
		return 0;
	if (maas_buf_text(&r->head, " \\\n\t") || put_name(&r->head, path, 0))
		return -1;
	if (depth && (put_name(&r->alone, path, 1) || maas_buf_text(&r->alone, ":\n")))
		return -1;
	return folder ? put_folder(r, path, depth) : 0;
}

static int
put_source(void *rule, const char *setting, const char *said, int model)
{
	struct maas_buf path = { 0 };
	int bad = 0;

	(void)setting;
	if (strcmp(said, "-") != 0)
		bad = (model ? maas_model_path(said, &path) : maas_buf_text(&path, said)) || put_path(rule, path.s, 0);
	maas_buf_free(&path);
	return bad ? -1 : 0;
}

static int
make_rule(struct rule *r, const struct call *c, const struct outcome *o)
{
	return put_name(&r->head, o->output, 1) || maas_buf_text(&r->head, ":") ||
		(c->common.config && put_source(r, NULL, c->common.config, 0)) || sources_walk(c, put_source, r) ||
		maas_buf_text(&r->head, "\n") || (r->alone.n && maas_buf_add(&r->head, r->alone.s, r->alone.n))
	    ? -1
	    : 0;
}

static void
free_rule(struct rule *r)
{
	maas_buf_free(&r->head);
	maas_buf_free(&r->alone);
}

int
check_depfile(const struct call *c, const struct outcome *o)
{
	struct rule r = { 0 };
	int bad = o->depfile && make_rule(&r, c, o) && maas_why() == MAAS_USAGE;

	free_rule(&r);
	return bad ? misuse(c, "%s", maas_error()) : 0;
}

int
write_depfile(const struct call *c, const struct outcome *o)
{
	struct rule r = { 0 };
	struct maas_out *out = NULL;
	int bad;

	if (!o->depfile)
		return 0;
	if (!(bad = make_rule(&r, c, o)) && (out = maas_out_open(o->depfile))) {
		fwrite(r.head.s, 1, r.head.n, maas_out_file(out)); /* commit looks at ferror */
		bad = maas_out_commit(out, 0);
	}
	free_rule(&r);
	return bad || !out ? -1 : 0;
}
