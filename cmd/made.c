/* made.c -- what an output is made of, as a digest, and whether it is again. */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "made.h"
#include "maas/files.h"
#include "maas/seen.h"
#include "maas/registry.h"
#include "sources.h"
#include "state.h"

#define MADE_OF "maas.made_of"
#define RESULT  "maas.result"
#define BESIDE  ".made"
#define BLOCK   ((size_t)1 << 18)
#define DEPTH   16 /* of directories in directories */

/* What an output's bytes do not follow from: where it goes, and what is told or kept beside it. */
static const char *const aside[] = { "config", "threads", "key_file", "quiet", "verbose", "output", "json",
	"if_changed", "touch", "depfile", "lock", "register", "registry", "dry_run", "log", "log_every", "plot",
	"table", "checkpoint", "checkpoint_every", "keep", "resume", NULL };
/* Files that are there when it is done. */
static const char *const others[] = { "log", "plot", "table", NULL };

struct looking {
	struct made *made;
	struct maas_sha256 sum;
	uint64_t stamp;
	int stamps_alone; /* what is in the files was read before */
	char *block;
};

static int
is_in(const char *const *list, const char *name)
{
	while (*list && strcmp(*list, name) != 0)
		list++;
	return *list != NULL;
}

MAAS_PRINTF(2, 3) static int unknown(struct made *m, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(m->why, sizeof m->why, fmt, ap);
	va_end(ap);
	return -1;
}

static void
add_number(struct looking *l, uint64_t n)
{
	unsigned char b[8];

	for (int i = 0; i < 8; i++)
		b[i] = (unsigned char)(n >> 8 * i);
	maas_sha256_add(&l->sum, b, sizeof b);
}

/* With its length, so that no two texts beside each other are two others. */
static void
add(struct looking *l, const void *p, size_t n)
{
	add_number(l, n);
	maas_sha256_add(&l->sum, p, n);
}

static void
add_text(struct looking *l, const char *s)
{
	add(l, s, strlen(s));
}

static void
add_stamp(struct looking *l, const struct stat *st)
{
	const int64_t is[] = { (int64_t)st->st_dev, (int64_t)st->st_ino, (int64_t)st->st_size, st->st_mtim.tv_sec,
		st->st_mtim.tv_nsec, st->st_ctim.tv_sec, st->st_ctim.tv_nsec };

	l->stamp = maas_hash(is, sizeof is, l->stamp);
}

static int
add_bytes(struct looking *l, int fd, const char *path, const struct stat *st)
{
	off_t size = 0;
	ssize_t n;

	add_number(l, (uint64_t)st->st_size);
	while ((n = read(fd, l->block, BLOCK)) > 0) {
		maas_sha256_add(&l->sum, l->block, (size_t)n);
		size += n;
	}
	return n == 0 && size == st->st_size
	    ? 0
	    : unknown(l->made, "%.80s: %s", path, n < 0 ? strerror(errno) : "it was changed while it was read");
}

/* As it lies there, not unpacked: that costs less than reading it to learn from it.  A pipe is not even opened: who
 * writes to it would take the one who closes it for its reader. */
static int
add_file(struct looking *l, const char *path)
{
	int fd = -1, rc;
	struct stat st;

	if (stat(path, &st) == 0 && !S_ISREG(st.st_mode))
		return unknown(l->made, "%.80s: no file, and not known before it is read", path);
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0 || fstat(fd, &st) < 0) {
		rc = unknown(l->made, "%.80s: %s", path, strerror(errno));
	} else {
		add_stamp(l, &st);
		rc = l->stamps_alone ? 0 : add_bytes(l, fd, path, &st);
	}
	if (fd >= 0)
		close(fd);
	return rc;
}

static int add_path(struct looking *, const char *path, const char *name, int depth);

static int
add_folder(struct looking *l, const char *path, int depth)
{
	char **name = maas_folder_names(path);
	struct maas_buf b = { 0 };
	int bad = !name && unknown(l->made, "%.120s", maas_error());

	for (size_t i = 0; !bad && name[i]; i++) {
		b.n = 0;
		bad = maas_buf_printf(&b, "%s/%s", path, name[i]) || add_path(l, b.s, name[i], depth + 1);
	}
	free(name);
	maas_buf_free(&b);
	add_text(l, "/");
	return bad ? -1 : 0;
}

/* Names say what a file is, and what is in it may be labelled by them; where it lies is nothing to it. */
static int
add_path(struct looking *l, const char *path, const char *name, int depth)
{
	struct stat st;

	if (depth > DEPTH)
		return unknown(l->made, "%.80s: more than %d directories deep", path, DEPTH);
	if (stat(path, &st) == 0 && S_ISDIR(st.st_mode)) {
		add_text(l, depth ? name : "");
		return add_folder(l, path, depth);
	}
	add_text(l, name);
	return add_file(l, path);
}

static int
add_source(void *looking, const char *setting, const char *said, int model)
{
	struct looking *l = looking;
	struct maas_buf path = { 0 };
	const char *slash;
	int bad;

	if (!setting && !strcmp(said, "-"))
		return unknown(l->made, "standard input is not known before it is read");
	add_text(l, setting ? setting : "");
	if ((bad = model ? maas_model_path(said, &path) : maas_buf_text(&path, said)))
		bad = unknown(l->made, "%.120s", maas_error());
	slash = bad ? NULL : strrchr(path.s, '/');
	if (!bad)
		bad = add_path(l, path.s, slash ? slash + 1 : path.s, 0);
	maas_buf_free(&path);
	return bad ? -1 : 0;
}

/* Settings that a search tries are files as much as those that are said. */
static int
add_list(struct looking *l, const struct maas_list *list)
{
	char name[64];

	for (size_t i = 0; i < list->n; i++) {
		snprintf(name, sizeof name, "%.*s", (int)strcspn(list->item[i], "="), list->item[i]);
		for (char *p = name; *p; p++)
			*p = *p == '-' ? '_' : *p;
		if (source_setting(name))
			return unknown(l->made, "files are among what is tried");
		add_text(l, list->item[i]);
	}
	return 0;
}

static int
add_setting(struct looking *l, const struct maas_field *f, const void *from, struct maas_buf *b)
{
	const void *at = (const char *)from + f->at;

	if (is_in(aside, f->name) || (f->type == MAAS_F_TEXT && source_setting(f->name)))
		return 0;
	add_text(l, f->name);
	if (f->type == MAAS_F_LIST)
		return add_list(l, at);
	if (f->type == MAAS_F_TEXT) {
		const char *s = *(const char *const *)at;

		add_text(l, s ? "text" : "none");
		add_text(l, s ? s : "");
		return 0;
	}
	b->n = 0;
	if (maas_get(f, from, b) < 0)
		return unknown(l->made, "%.120s", maas_error());
	add(l, b->s ? b->s : "", b->n);
	return 0;
}

static int
add_settings(struct looking *l, const struct call *c)
{
	struct maas_buf b = { 0 };
	int bad = 0;

	add_text(l, c->command->name);
	add_text(l, MAAS_VERSION);
	add_text(l, c->verb->name);
	for (int i = 0; i < c->state->tables; i++)
		for (const struct maas_field *f = c->state->table[i].fields; f->type && !bad; f++)
			bad = add_setting(l, f, c->state->table[i].to, &b);
	maas_buf_free(&b);
	return bad ? -1 : 0;
}

static int
look(struct looking *l, const struct call *c)
{
	int bad;

	maas_sha256_begin(&l->sum);
	if (!(l->block = maas_alloc(BLOCK, 1)))
		return unknown(l->made, "%.120s", maas_error());
	bad = add_settings(l, c) || sources_walk(c, add_source, l);
	free(l->block);
	return bad ? -1 : 0;
}

void
made_look(struct made *m, const struct call *c)
{
	struct looking l = { .made = m };

	*m = (struct made){ .call = c };
	if (look(&l, c) == 0)
		maas_sha256_end(&l.sum, m->digest);
	m->stamp = l.stamp;
}

/* Is what was looked at still there, untouched? */
static int
is_still(const struct made *m)
{
	struct made now = { .call = m->call };
	struct looking l = { .made = &now, .stamps_alone = 1 };

	return look(&l, m->call) == 0 && l.stamp == m->stamp;
}

/* What is said of it besides is there, too. */
static int
has_others(const struct call *c)
{
	for (int i = 0; i < c->state->tables; i++)
		for (const struct maas_field *f = c->state->table[i].fields; f->type; f++) {
			const char *s = f->type == MAAS_F_TEXT && is_in(others, f->name)
			    ? *(const char *const *)(const void *)((char *)c->state->table[i].to + f->at)
			    : NULL;

			if (s && access(s, F_OK) < 0)
				return 0;
		}
	return 1;
}

static int
keep_result(struct made *m, struct maas_span s)
{
	free(m->result);
	return (m->result = strndup(s.s, s.n)) ? 1 : 0;
}

int
made_stands(struct made *m, const char *output)
{
	struct maas_tensors *t;
	const char *was, *result;
	int is = 0;

	if (!*m->digest || access(output, F_OK) < 0 || !has_others(m->call) || !(t = maas_tensors_open(output)))
		return 0;
	was = maas_tensors_meta(t, MADE_OF);
	result = maas_tensors_meta(t, RESULT);
	if (was && result && !strcmp(was, m->digest) && maas_tensors_check(t, NULL) == 0)
		is = keep_result(m, maas_span(result));
	maas_tensors_close(t);
	return is;
}

int
made_note(const struct made *m, struct maas_model *model, const char *result)
{
	if (!*m->digest || !is_still(m))
		return 0;
	return maas_model_set_meta(model, MADE_OF, m->digest) || maas_model_set_meta(model, RESULT, result) ? -1 : 0;
}

/* FILE.made: the digest of what it is made of, its own, and the result, a line each. */
static int
print_beside(const struct made *m, const char *output, const char *result, struct maas_buf *b)
{
	struct maas_map map;
	char own[65];

	if (maas_map_open(&map, output) < 0)
		return -1;
	maas_sha256(own, map.p, map.n);
	maas_map_close(&map);
	return maas_buf_printf(b, "%s\n%s\n%s\n", m->digest, own, result);
}

static char *
path_beside(const char *output)
{
	size_t n = strlen(output) + sizeof BESIDE;
	char *path = maas_alloc(n, 1);

	if (path)
		snprintf(path, n, "%s" BESIDE, output);
	return path;
}

int
made_stands_beside(struct made *m, const char *output)
{
	char *path = path_beside(output);
	struct maas_buf want = { 0 };
	struct maas_map map = { 0 };
	struct stat st;
	int is = 0;

	if (path && *m->digest && stat(output, &st) == 0 && S_ISREG(st.st_mode) && has_others(m->call) &&
	    maas_map_open(&map, path) == 0) {
		const char *p = (const char *)map.p, *lf = map.n > 130 ? memchr(p + 130, '\n', map.n - 130) : NULL;

		if (lf && keep_result(m, (struct maas_span){ p + 130, (size_t)(lf - p) - 130 }))
			is = print_beside(m, output, m->result, &want) == 0 && want.n == map.n &&
			    !memcmp(want.s, map.p, map.n);
	}
	maas_map_close(&map);
	maas_buf_free(&want);
	free(path);
	return is;
}

int
made_note_beside(const struct made *m, const char *output, const char *result)
{
	char *path = path_beside(output);
	struct maas_buf text = { 0 };
	struct maas_out *out;
	int rc = path ? 0 : -1;

	if (rc == 0 && *m->digest && is_still(m)) {
		rc = -1;
		if (print_beside(m, output, result, &text) == 0 && (out = maas_out_open(path))) {
			fwrite(text.s, 1, text.n, maas_out_file(out)); /* commit looks at ferror */
			rc = maas_out_commit(out, 0);
		}
	}
	maas_buf_free(&text);
	free(path);
	return rc;
}

int
made_left(const struct made *m, const char *output, int touch)
{
	if (m->call->common.verbose)
		warn(m->call, "%s: made of what it would be made of again, and left%s", output,
		    touch ? "; its time is now" : "");
	if (touch && utimensat(AT_FDCWD, output, NULL, 0) < 0)
		return maas_fail_as(errno == EACCES || errno == EPERM ? MAAS_NOPERM : MAAS_CANTCREATE, "%s: %s", output,
		    strerror(errno));
	return 0;
}

void
made_unknown(const struct made *m)
{
	if (m->call->common.verbose && !*m->digest)
		warn(m->call, "--if-changed: all is made anew, and compared then: %s", m->why);
}

void
made_free(struct made *m)
{
	free(m->result);
	m->result = NULL;
}
