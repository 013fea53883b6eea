/* registry.c -- finding models by name: reading what registry_change.c writes.  No locks: what is read was renamed
 * into place, and a version that goes while it is looked at is one that is gone. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "maas/fmt.h"
#include "maas/carried.h"
#include "registry_files.h"

#define TRIES 3    /* of a reader whom a writer overtakes */
#define SMALL 4096 /* bytes of most small files */

int
maas_registry_default(struct maas_buf *to)
{
	const char *said = getenv("MAAS_REGISTRY"), *xdg = getenv("XDG_DATA_HOME"), *home = getenv("HOME");

	if (said && *said)
		return maas_buf_text(to, said);
	if (geteuid() == 0)
		return maas_buf_text(to, "/var/lib/maas/models");
	if (xdg && *xdg == '/')
		return maas_buf_printf(to, "%s/maas/models", xdg);
	if (home && *home == '/')
		return maas_buf_printf(to, "%s/.local/share/maas/models", home);
	return maas_fail_as(MAAS_CONFIG, "no place for models: neither HOME nor MAAS_REGISTRY is set");
}

int
maas_registry_decent(struct maas_span s)
{
	static const char first[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_";

	for (size_t i = 0; i < s.n; i++)
		if (!s.s[i] || (!strchr(first, s.s[i]) && s.s[i] != '.' && s.s[i] != '-'))
			return 0;
	return s.n > 0 && s.n <= MAAS_REGISTRY_NAME && strchr(first, *s.s);
}

static int
ends(const char *s, const char *with)
{
	size_t n = strlen(s), k = strlen(with);

	return n >= k && !strcmp(s + n - k, with);
}

int
maas_registry_check_name(const char *name)
{
	if (!maas_registry_decent(maas_span(name)))
		return maas_fail_as(MAAS_USAGE,
		    "no name of a model: '%.80s' (letters, digits, '.', '_' and '-', 64 at most, the first no '.' or '-')",
		    name);
	if (ends(name, ".maas") || ends(name, ".json"))
		return maas_fail_as(MAAS_USAGE, "no name of a model: '%s' ends as a file does", name);
	return 0;
}

int
maas_registry_check_label(const char *label)
{
	if (!maas_registry_decent(maas_span(label)) || label[strspn(label, "0123456789")] == '\0')
		return maas_fail_as(MAAS_USAGE,
		    "no label: '%.80s' (letters, digits, '.', '_' and '-', 64 at most, the first no '.' or '-', and no number)",
		    label);
	return 0;
}

int
registry_number(const char *s, int64_t *to)
{
	size_t n = strspn(s, "0123456789");

	if (!n || s[n] || n > 15 || *s == '0')
		return -1;
	return maas_parse_int((struct maas_span){ s, n }, to);
}

static int
by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static int
by_number(const void *a, const void *b)
{
	const struct maas_version *x = a, *y = b;

	return (x->number > y->number) - (x->number < y->number);
}

static int
by_label(const void *a, const void *b)
{
	return strcmp(((const struct maas_label *)a)->name, ((const struct maas_label *)b)->name);
}

int
registry_entries(const char *dir, int (*each)(void *ctx, const char *entry), void *ctx)
{
	DIR *d = opendir(dir);
	struct dirent *e;
	int rc = 0;

	if (!d)
		return errno == ENOENT ? 0 : maas_fail_errno("%s", dir);
	while (rc == 0 && (errno = 0, e = readdir(d)))
		rc = each(ctx, e->d_name);
	if (rc == 0 && errno)
		rc = maas_fail_errno("%s", dir);
	closedir(d);
	return rc;
}

struct names {
	const char *dir;
	struct maas_arena *arena;
	const char **name; /* the heap's until all are there */
	size_t n, cap;
};

static int
is_dir(const char *dir, const char *entry)
{
	struct maas_buf path = { 0 };
	struct stat st;
	int is = maas_buf_printf(&path, "%s/%s", dir, entry) == 0 && stat(path.s, &st) == 0 && S_ISDIR(st.st_mode);

	maas_buf_free(&path);
	return is;
}

static int
add_name(void *ctx, const char *entry)
{
	struct names *l = ctx;

	if (maas_registry_check_name(entry) < 0 || !is_dir(l->dir, entry))
		return 0;
	if (maas_grow(&l->name, l->n, &l->cap, 1, sizeof *l->name) < 0 ||
	    !(l->name[l->n] = maas_take_text(l->arena, entry, strlen(entry))))
		return -1;
	l->n++;
	return 0;
}

int
maas_registry_names(const char *dir, struct maas_arena *arena, const char ***names)
{
	struct names l = { .dir = dir, .arena = arena };
	int rc = registry_entries(dir, add_name, &l);

	if (rc == 0 && !(*names = maas_take(arena, l.n + 1, sizeof **names)))
		rc = -1;
	if (rc == 0 && l.n) {
		memcpy(*names, l.name, l.n * sizeof *l.name);
		qsort(*names, l.n, sizeof **names, by_text);
	}
	free(l.name);
	return rc;
}

struct versions {
	const char *dir; /* of the name */
	struct maas_version *v;
	size_t n, cap;
};

static int
add_version(void *ctx, const char *entry)
{
	struct versions *l = ctx;
	int64_t number;

	if (registry_number(entry, &number) < 0)
		return 0;
	if (maas_grow(&l->v, l->n, &l->cap, 1, sizeof *l->v) < 0)
		return -1;
	l->v[l->n++] = (struct maas_version){ .number = number };
	return 0;
}

static void
copy_text(const struct maas_json *j, const char *key, char *to, size_t room)
{
	struct maas_span s;

	if (maas_json_text(maas_json_get(j, key), &s) == 0 && s.n < room)
		memcpy(to, s.s, s.n);
}

static const char *
copy_card(const struct maas_json *card, struct maas_arena *arena)
{
	struct maas_buf b = { 0 };
	const char *text = NULL;

	if (card && maas_json_type(card) == MAAS_J_OBJECT && maas_json_put(&b, card) == 0)
		text = maas_take_text(arena, b.s, b.n);
	maas_buf_free(&b);
	return text;
}

/* A small file, of which there are many: three calls of the system each. */
static int
read_small(const char *path, struct maas_buf *to)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = -1;

	to->n = 0;
	while (fd >= 0 && maas_grow(&to->s, to->n, &to->cap, SMALL, 1) == 0) {
		size_t room = to->cap - to->n;

		if ((n = read(fd, to->s + to->n, room)) <= 0)
			break;
		to->n += (size_t)n;
		if ((size_t)n < room) {
			n = 0;
			break;
		}
	}
	if (fd >= 0)
		close(fd);
	return n == 0 ? 0 : -1;
}

/* A version without is found all the same: what it says is for people. */
static void
read_about(const char *path, struct maas_arena *arena, struct maas_buf *text, struct maas_version *v)
{
	struct maas_json *j = NULL;
	int64_t n;

	if (read_small(path, text) == 0)
		j = maas_json_parse((struct maas_span){ text->s, text->n });
	if (j && maas_json_type(j) == MAAS_J_OBJECT) {
		copy_text(j, "sha256", v->sha256, sizeof v->sha256);
		copy_text(j, "kind", v->kind, sizeof v->kind);
		if (maas_json_int(maas_json_get(j, "bytes"), &n) == 0 && n > 0)
			v->bytes = (uint64_t)n;
		if (maas_json_int(maas_json_get(j, "created"), &n) == 0)
			v->created = n;
		v->card = copy_card(maas_json_get(j, "card"), arena);
	}
	maas_json_free(j);
}

static int
read_abouts(const char *dir, struct maas_arena *arena, struct maas_shelf *s)
{
	struct maas_buf path = { 0 }, text = { 0 };
	int rc = 0;

	for (size_t i = 0; i < s->n && rc == 0; i++) {
		path.n = 0;
		rc =
		    maas_buf_printf(&path, "%s/%s/%lld/" REGISTRY_ABOUT, dir, s->name, (long long)s->version[i].number);
		if (rc == 0)
			read_about(path.s, arena, &text, &s->version[i]);
	}
	maas_buf_free(&path);
	maas_buf_free(&text);
	return rc;
}

/* LABEL TAB VERSION [TAB VERSION]...; a line is changed in place. */
static int
read_label(char *line, struct maas_arena *arena, struct maas_label *l)
{
	char *at = line, *word = strsep(&at, "\t");
	size_t most = 1;
	int64_t *version;

	for (const char *p = at ? at : ""; *p; p++)
		most += *p == '\t';
	version = maas_take(arena, most, sizeof *version);
	if (!version)
		return -1;
	l->name = word;
	l->version = version;
	l->n = 0;
	if (maas_registry_check_label(word) < 0)
		return -1;
	while ((word = strsep(&at, "\t")))
		if (registry_number(word, &version[l->n++]) < 0)
			return maas_fail("no version: '%.40s'", word);
	return l->n ? 0 : maas_fail("a label without a version");
}

static int
parse_labels(char *text, struct maas_arena *arena, struct maas_shelf *s)
{
	size_t lines = 0;
	char *line;

	for (const char *p = text; *p; p++)
		lines += *p == '\n';
	if (!(s->label = maas_take(arena, lines + 1, sizeof *s->label)))
		return -1;
	while ((line = strsep(&text, "\n")) && *line) {
		if (!text)
			return maas_fail("the last line has no end");
		if (read_label(line, arena, &s->label[s->nlabel]) < 0)
			return -1;
		s->nlabel++;
	}
	qsort(s->label, s->nlabel, sizeof *s->label, by_label);
	return 0;
}

static int
read_labels(const char *dir, struct maas_arena *arena, struct maas_shelf *s)
{
	struct maas_buf path = { 0 };
	struct maas_map map = { 0 };
	char *text;
	int rc = -1;

	if (maas_buf_printf(&path, "%s/labels", dir) < 0)
		return -1;
	if (access(path.s, F_OK) < 0 && errno == ENOENT) {
		rc = 0;
	} else if (maas_map_open(&map, path.s) == 0) {
		text = maas_take_text(arena, map.n ? (const char *)map.p : "", map.n);
		if (text && (rc = parse_labels(text, arena, s)) < 0)
			maas_in("%s", path.s);
		maas_map_close(&map);
	}
	maas_buf_free(&path);
	return rc;
}

static int
read_shelf(const char *dir, struct maas_arena *arena, struct maas_shelf *s)
{
	struct versions l = { .dir = dir };
	int rc = -1;

	if (read_labels(dir, arena, s) == 0 && registry_entries(dir, add_version, &l) == 0 &&
	    (s->version = maas_take(arena, l.n + 1, sizeof *s->version))) {
		if (l.n)
			memcpy(s->version, l.v, l.n * sizeof *l.v);
		s->n = l.n;
		qsort(s->version, s->n, sizeof *s->version, by_number);
		rc = 0;
	}
	free(l.v);
	return rc;
}

int
maas_registry_read(const char *dir, const char *name, struct maas_arena *arena, struct maas_shelf *s)
{
	return registry_look(dir, name, arena, s) < 0 ? -1 : read_abouts(dir, arena, s);
}

int
registry_look(const char *dir, const char *name, struct maas_arena *arena, struct maas_shelf *s)
{
	struct maas_buf at = { 0 };
	struct stat st;
	int rc = -1;

	*s = (struct maas_shelf){ 0 };
	if (maas_registry_check_name(name) < 0)
		return -1;
	if (!(s->name = maas_take_text(arena, name, strlen(name))) || maas_buf_printf(&at, "%s/%s", dir, name) < 0)
		rc = -1;
	else if (stat(at.s, &st) < 0 && errno == ENOENT)
		rc = maas_fail_as(MAAS_NOINPUT, "no model '%s' in the registry %s", name, dir);
	else
		rc = read_shelf(at.s, arena, s);
	maas_buf_free(&at);
	return rc;
}

int64_t
maas_shelf_label(const struct maas_shelf *s, const char *label)
{
	for (size_t i = 0; i < s->nlabel; i++)
		if (!strcmp(s->label[i].name, label))
			return s->label[i].version[0];
	return 0;
}

int
maas_shelf_has(const struct maas_shelf *s, int64_t version)
{
	return s->n &&
	    bsearch(&(struct maas_version){ .number = version }, s->version, s->n, sizeof *s->version, by_number);
}

/* What the name alone means: label stable, else the highest version; 0: none. */
static int64_t
latest(const struct maas_shelf *s)
{
	int64_t stable = maas_shelf_label(s, "stable");

	return stable ? stable : s->n ? s->version[s->n - 1].number : 0;
}

int
maas_registry_path(const char *dir, const char *name, int64_t version, struct maas_buf *to)
{
	return maas_buf_printf(to, "%s/%s/%lld/" REGISTRY_MODEL, dir, name, (long long)version);
}

static int
choose(const char *dir, const struct maas_shelf *s, const char *which, int64_t *version)
{
	if (!which) {
		*version = latest(s);
		return *version
		    ? 0
		    : maas_fail_as(MAAS_NOINPUT, "model '%s' has no version in the registry %s", s->name, dir);
	}
	if (registry_number(which, version) == 0) {
		if (maas_shelf_has(s, *version))
			return 0;
		return maas_fail_as(
		    MAAS_NOINPUT, "model '%s' has no version %s in the registry %s", s->name, which, dir);
	}
	*version = maas_shelf_label(s, which);
	return *version
	    ? 0
	    : maas_fail_as(MAAS_NOINPUT, "model '%s' has no label '%.64s' in the registry %s", s->name, which, dir);
}

/* "NAME", "NAME@VERSION", "NAME@LABEL" to the path of its model. */
static int
find_spec(const char *dir, const char *spec, struct maas_buf *path)
{
	const char *at = strchr(spec, '@');
	struct maas_arena *arena = maas_arena_new(8192);
	char *name = arena ? maas_take_text(arena, spec, at ? (size_t)(at - spec) : strlen(spec)) : NULL;
	struct maas_shelf s;
	size_t n = path->n;
	int64_t version;
	int rc = -1;

	/* A version that went while its label was moved is looked for again. */
	for (int i = 0; name && i < TRIES; i++) {
		path->n = n;
		rc = -1;
		if (registry_look(dir, name, arena, &s) < 0 || choose(dir, &s, at ? at + 1 : NULL, &version) < 0 ||
		    (rc = maas_registry_path(dir, name, version, path)) < 0 || access(path->s + n, F_OK) == 0)
			break;
	}
	maas_arena_free(arena);
	return rc;
}

/* Could it be NAME[@VERSION|@LABEL]? */
static int
like_a_name(const char *said)
{
	size_t n = strcspn(said, "@");

	if (!maas_registry_decent((struct maas_span){ said, n }) ||
	    (said[n] && !maas_registry_decent(maas_span(said + n + 1))))
		return 0;
	return !ends(said, ".maas") && !ends(said, ".json");
}

/* *named: it was found by its name, in the default registry. */
static int
find(const char *said, struct maas_buf *path, int *named)
{
	struct maas_buf dir = { 0 };
	struct stat st;
	int rc;

	*named = like_a_name(said) && stat(said, &st) < 0 && (errno == ENOENT || errno == ENOTDIR);
	if (!*named)
		return maas_buf_text(path, said);
	rc = maas_registry_default(&dir);
	if (rc == 0 && (rc = find_spec(dir.s, said, path)) < 0 && maas_why() == MAAS_NOINPUT)
		maas_fail_as(MAAS_NOINPUT, "%s: no such file, and %s", said, maas_error());
	maas_buf_free(&dir);
	return rc;
}

int
maas_model_path(const char *said, struct maas_buf *path)
{
	int named;

	return find(said, path, &named);
}

int
maas_model_find(const char *said, struct maas_buf *path)
{
	size_t n = path->n;
	int named, rc = find(said, path, &named);

	return rc == 0 && named ? maas_registry_check(path->s + n, 0) : rc;
}

struct maas_tensors *
registry_open(const char *said, struct maas_buf *path, int *file)
{
	struct stat st;
	char want[65];
	int named;

	*file = 1;
	if (find(said, path, &named) < 0 || (named && maas_registry_sha256(path->s, want) < 0))
		return NULL;
	if (named && *want)
		return maas_tensors_open_seen(path->s, registry_see, want);
	if (stat(path->s, &st) == 0 && S_ISDIR(st.st_mode))
		*file = 0;
	return *file ? maas_tensors_open(path->s) : NULL;
}

/* Of a version its model's; of all else what lies there, a model or a tokeniser of any form. */
struct maas_tokenizer *
maas_tokenizer_find(const char *said)
{
	struct maas_buf path = { 0 };
	struct maas_tokenizer *t = NULL;
	struct maas_tensors *x;
	int named = 0, file;

	if (find(said, &path, &named) == 0 && !named)
		t = maas_tokenizer_load(path.s);
	path.n = 0;
	if (named && (x = registry_open(said, &path, &file))) {
		t = maas_tokenizer_carried(x, path.s);
		maas_tensors_close(x);
	}
	maas_buf_free(&path);
	return t;
}
