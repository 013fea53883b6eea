/* registry_change.c -- one writer at a time, under the lock: what is new is written under a name that readers pass
 * over, brought to the disk, and renamed. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "maas/card.h"
#include "registry_files.h"

#define PATIENCE 60     /* seconds for the lock */
#define NEW      ".new" /* what a writer that was killed leaves */
#define REMOVED  ".removed-"
#define EARLIER  32 /* versions that a label remembers */
#define COPY     ((size_t)1 << 20)

/* A change that is being made to a name. */
struct change {
	const char *dir;
	struct maas_arena *arena;
	struct maas_shelf shelf;
	struct maas_buf at; /* the name's directory */
	int lock;
};

static int
sync_dir(const char *path)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC), rc;

	if (fd < 0)
		return maas_fail_errno("%s", path);
	rc = fsync(fd) == 0 || errno == EINVAL ? 0 : maas_fail_errno("%s", path);
	close(fd);
	return rc;
}

static int
cannot_create(const char *path)
{
	return maas_fail_as(errno == EACCES || errno == EPERM        ? MAAS_NOPERM
		: errno == ENOSPC || errno == EDQUOT || errno == EIO ? MAAS_IO
								     : MAAS_CANTCREATE,
	    "%s: cannot create: %s", path, strerror(errno));
}

/* And the directories above it. */
static int
make_dirs(const char *path)
{
	char *copy = strdup(path);
	int rc = 0;

	if (!copy)
		return maas_fail_as(MAAS_OS, "no memory for a path");
	for (char *p = copy + 1; rc == 0 && *p; p++)
		if (*p == '/') {
			*p = '\0';
			if (mkdir(copy, 0777) < 0 && errno != EEXIST)
				rc = cannot_create(copy);
			*p = '/';
		}
	if (rc == 0 && mkdir(copy, 0777) < 0 && errno != EEXIST)
		rc = cannot_create(path);
	free(copy);
	return rc;
}

static int
take_lock(const char *dir)
{
	const struct timespec tick = { 0, 10000000 };
	double end = maas_clock() + PATIENCE;
	struct maas_buf path = { 0 };
	int fd = maas_buf_printf(&path, "%s/.lock", dir);

	if (fd == 0)
		while ((fd = maas_lock_open(path.s)) < 0 && maas_why() == MAAS_TEMPFAIL && maas_clock() < end)
			nanosleep(&tick, NULL);
	maas_buf_free(&path);
	return fd;
}

static int
delete_entry(void *ctx, const char *entry)
{
	struct maas_buf path = { 0 };
	const char *dir = ctx;
	int rc = 0;

	if (!strcmp(entry, ".") || !strcmp(entry, ".."))
		return 0;
	if (maas_buf_printf(&path, "%s/%s", dir, entry) < 0)
		return -1;
	if (unlink(path.s) < 0 && errno != ENOENT)
		rc = maas_fail_errno("%s", path.s);
	maas_buf_free(&path);
	return rc;
}

/* A directory of files. */
static int
delete_dir(const char *path)
{
	if (registry_entries(path, delete_entry, (void *)(uintptr_t)path) < 0)
		return -1;
	return rmdir(path) == 0 || errno == ENOENT ? 0 : maas_fail_errno("%s", path);
}

static int
delete_in(const struct change *c, const char *entry)
{
	struct maas_buf path = { 0 };
	int rc = maas_buf_printf(&path, "%s/%s", c->at.s, entry);

	if (rc == 0)
		rc = delete_dir(path.s);
	maas_buf_free(&path);
	return rc;
}

static int
sweep_entry(void *ctx, const char *entry)
{
	struct change *c = ctx;
	struct maas_buf path = { 0 };
	int rc = 0;

	if (!strcmp(entry, NEW))
		return delete_in(c, entry);
	/* maas_out's temporary names: of who was killed */
	if (!strncmp(entry, "labels.", 7) && (rc = maas_buf_printf(&path, "%s/%s", c->at.s, entry)) == 0)
		(void)!unlink(path.s);
	maas_buf_free(&path);
	return rc;
}

static void
close_change(struct change *c)
{
	maas_lock_close(c->lock);
	maas_arena_free(c->arena);
	maas_buf_free(&c->at);
}

/* Under the lock, with all of the name read; `make`: the name may be new. */
static int
open_change(struct change *c, const char *dir, const char *name, int make)
{
	*c = (struct change){ .dir = dir, .lock = -1 };
	if (maas_registry_check_name(name) < 0 || maas_buf_printf(&c->at, "%s/%s", dir, name) < 0)
		return -1;
	if (!(c->arena = maas_arena_new(8192)))
		return -1;
	if (!make && registry_look(dir, name, c->arena, &c->shelf) < 0)
		return -1;
	if ((make && make_dirs(dir) < 0) || (c->lock = take_lock(dir)) < 0 ||
	    (make && (make_dirs(c->at.s) < 0 || sync_dir(dir) < 0)))
		return -1;
	return registry_entries(c->at.s, sweep_entry, c) < 0 ? -1 : registry_look(dir, name, c->arena, &c->shelf);
}

/* The log */

/* A line behind those there are; the half of one that a full disk left is ended first. */
static int
add_log(const struct change *c, const char *what, int64_t version, const char *label, const char *more)
{
	struct maas_buf path = { 0 }, line = { 0 };
	char when[32], last = '\n';
	time_t now = time(NULL);
	struct tm tm;
	int fd = -1, rc = -1;
	struct stat st;

	strftime(when, sizeof when, "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&now, &tm));
	if (maas_buf_printf(&path, "%s/log", c->at.s) < 0)
		goto out;
	if ((fd = open(path.s, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, 0666)) < 0) {
		cannot_create(path.s);
		goto out;
	}
	if (fstat(fd, &st) == 0 && st.st_size > 0)
		(void)!pread(fd, &last, 1, st.st_size - 1);
	if (maas_buf_printf(&line, "%s%s\t%s\t%lld\t%s\t%s\n", last == '\n' ? "" : "\n", when, what, (long long)version,
		label, more) < 0)
		goto out;
	if (write(fd, line.s, line.n) != (ssize_t)line.n || fsync(fd) < 0)
		maas_fail_as(MAAS_IO, "%s: %s", path.s, strerror(errno ? errno : EIO));
	else
		rc = 0;
out:
	if (fd >= 0)
		close(fd);
	maas_buf_free(&path);
	maas_buf_free(&line);
	return rc;
}

int
maas_registry_log(const char *dir, const char *name, struct maas_buf *to)
{
	struct maas_arena *arena = maas_arena_new(8192);
	struct maas_buf path = { 0 };
	struct maas_map map = { 0 };
	struct maas_shelf s;
	int rc = -1;

	if (arena && registry_look(dir, name, arena, &s) == 0 && maas_buf_printf(&path, "%s/%s/log", dir, name) == 0) {
		if (access(path.s, F_OK) < 0 && errno == ENOENT)
			rc = 0;
		else if (maas_map_open(&map, path.s) == 0)
			rc = map.n ? maas_buf_add(to, map.p, map.n) : 0;
		while (rc == 0 && to->n && to->s[to->n - 1] != '\n')
			to->n--;
	}
	maas_map_close(&map);
	maas_buf_free(&path);
	maas_arena_free(arena);
	return rc;
}

/* Labels */

/* A label's line: `first` (0: none), then its versions but for the `skip` latest, without those that are gone. */
static int
print_label(const struct change *c, const struct maas_label *l, int64_t first, size_t skip, struct maas_buf *to)
{
	size_t n = 0, start = to->n;
	int64_t was = first;

	if (maas_buf_text(to, l->name) < 0 || (first && maas_buf_printf(to, "\t%lld", (long long)first) < 0))
		return -1;
	for (size_t i = skip; i < l->n && n < EARLIER; i++) {
		if (l->version[i] == was || !maas_shelf_has(&c->shelf, l->version[i]))
			continue;
		was = l->version[i];
		n++;
		if (maas_buf_printf(to, "\t%lld", (long long)was) < 0)
			return -1;
	}
	if (!first && !n) { /* none of its versions is there: nor is it */
		to->n = start;
		return 0;
	}
	return maas_buf_text(to, "\n");
}

static int
write_labels(const struct change *c, const struct maas_buf *text)
{
	struct maas_buf path = { 0 };
	struct maas_out *out = NULL;
	int rc = -1;

	if (maas_buf_printf(&path, "%s/labels", c->at.s) == 0 && (out = maas_out_open(path.s))) {
		fwrite(text->s, 1, text->n, maas_out_file(out)); /* commit looks at ferror */
		rc = maas_out_commit(out, MAAS_DURABLE);
	}
	maas_buf_free(&path);
	return rc;
}

/* All labels, this one at `first`, or (0) at what is left of its versions without the `skip` latest. */
static int
set_label(const struct change *c, const char *name, int64_t first, size_t skip)
{
	struct maas_buf text = { 0 };
	int rc = 0, found = 0;

	for (size_t i = 0; i < c->shelf.nlabel && rc == 0; i++) {
		const struct maas_label *l = &c->shelf.label[i];
		int this = !strcmp(l->name, name);

		found |= this;
		rc = print_label(c, l, this ? first : 0, this ? skip : 0, &text);
	}
	if (rc == 0 && !found)
		rc = maas_buf_printf(&text, "%s\t%lld\n", name, (long long)first);
	if (rc == 0)
		rc = write_labels(c, &text);
	maas_buf_free(&text);
	return rc;
}

static int
move_label(struct change *c, int64_t version, const char *label)
{
	if (maas_shelf_label(&c->shelf, label) == version)
		return 0;
	return set_label(c, label, version, 0) < 0 ? -1 : add_log(c, "label", version, label, "");
}

int
maas_registry_label(const char *dir, const char *name, int64_t version, const char *label)
{
	struct change c = { .lock = -1 };
	int rc = maas_registry_check_label(label);

	if (rc == 0 && (rc = open_change(&c, dir, name, 0)) == 0)
		rc = maas_shelf_has(&c.shelf, version)
		    ? move_label(&c, version, label)
		    : maas_fail_as(MAAS_NOINPUT, "model '%s' has no version %lld in the registry %s", name,
			  (long long)version, dir);
	close_change(&c);
	return rc;
}

int
maas_registry_rollback(const char *dir, const char *name, const char *label, int64_t *version)
{
	struct change c;
	const struct maas_label *l = NULL;
	size_t back = 1;
	int rc = open_change(&c, dir, name, 0);

	for (size_t i = 0; rc == 0 && i < c.shelf.nlabel; i++)
		if (!strcmp(c.shelf.label[i].name, label))
			l = &c.shelf.label[i];
	while (l && back < l->n && !maas_shelf_has(&c.shelf, l->version[back]))
		back++;
	if (rc == 0 && !l)
		rc = maas_fail_as(MAAS_NOINPUT, "model '%s' has no label '%.64s'", name, label);
	else if (rc == 0 && back == l->n)
		rc = maas_fail_as(MAAS_NOINPUT,
		    "model '%s': label '%s' stood at no version before %lld that is still there", name, label,
		    (long long)l->version[0]);
	if (rc == 0 && (rc = set_label(&c, label, 0, back)) == 0) {
		*version = l->version[back];
		rc = add_log(&c, "rollback", *version, label, "");
	}
	close_change(&c);
	return rc;
}

/* Registering */

static int
copy_bytes(int from, int to, const char *path, const char *target)
{
	char *block = maas_alloc(COPY, 1);
	ssize_t n = 0, k;
	int rc = block ? 0 : -1;

	while (rc == 0 && (n = read(from, block, COPY)) > 0)
		for (ssize_t i = 0; rc == 0 && i < n; i += k)
			if ((k = write(to, block + i, (size_t)(n - i))) < 0)
				rc = maas_fail_as(MAAS_IO, "%s: %s", target, strerror(errno));
	if (rc == 0 && n < 0)
		rc = maas_fail_errno("%s", path);
	if (rc == 0 && fsync(to) < 0)
		rc = maas_fail_as(MAAS_IO, "%s: %s", target, strerror(errno));
	free(block);
	return rc;
}

static int
copy_file(const char *path, const char *target)
{
	int from = open(path, O_RDONLY | O_CLOEXEC), to, rc;

	if (from < 0)
		return maas_fail_errno("%s", path);
	to = open(target, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
	rc = to < 0 ? cannot_create(target) : copy_bytes(from, to, path, target);
	close(from);
	if (to >= 0)
		close(to);
	return rc;
}

/* What anybody would make of the path, as a file of ours. */
static int
bring(const char *path, const char *target)
{
	struct maas_model *m;
	struct stat st;
	int rc;

	if (stat(path, &st) < 0)
		return maas_fail_errno("%s", path);
	if (S_ISREG(st.st_mode))
		return copy_file(path, target);
	if (!(m = maas_model_open(path)))
		return -1;
	rc = maas_model_save(m, target, MAAS_DURABLE);
	maas_model_close(m);
	return rc;
}

/* A signature that is beside it, as this version, comes along. */
static int
bring_signature(const struct change *c, const char *path, const char *target, int64_t version)
{
	struct maas_buf from = { 0 }, to = { 0 };
	int rc = 0;

	if (signature_names(path, c->shelf.name, version) &&
	    (rc = maas_buf_printf(&from, "%s" SIGNATURE_END, path) < 0 ||
			maas_buf_printf(&to, "%s" SIGNATURE_END, target) < 0
		    ? -1
		    : 0) == 0)
		rc = copy_file(from.s, to.s);
	maas_buf_free(&from);
	maas_buf_free(&to);
	return rc;
}

/* Is the copy a model that answers as it did?  Reasons name the path that the user gave. */
static int
try_copy(const char *path, const char *target, struct maas_version *v, struct maas_buf *card)
{
	struct maas_model *m = maas_model_open(target);
	size_t n = strlen(target);
	int rc = m && maas_model_selftest(m) == 0 ? maas_card_print_of(card, m) : -1;

	if (m)
		snprintf(v->kind, sizeof v->kind, "%s", m->kind->name);
	maas_model_close(m);
	if (rc == 0)
		return 0;
	if (!strncmp(maas_error(), target, n) && maas_error()[n] == ':')
		maas_fail_as(maas_why(), "%s", maas_error() + n + 2);
	return maas_in("%s", path);
}

static int
write_about(const char *dir, const char *target, struct maas_version *v, const struct maas_buf *card)
{
	struct maas_buf path = { 0 };
	struct maas_out *out = NULL;
	struct maas_map map = { 0 };
	int rc = -1;

	v->created = time(NULL);
	if (maas_map_open(&map, target) == 0 && maas_buf_printf(&path, "%s/" REGISTRY_ABOUT, dir) == 0 &&
	    (out = maas_out_open(path.s))) {
		v->bytes = map.n;
		maas_sha256(v->sha256, map.p, map.n);
		fprintf(maas_out_file(out), "{\"kind\":\"%s\",\"bytes\":%zu,\"sha256\":\"%s\",\"created\":%lld",
		    v->kind, map.n, v->sha256, (long long)v->created);
		if (card->n)
			fprintf(maas_out_file(out), ",\"card\":{%s}", card->s);
		fputs("}\n", maas_out_file(out)); /* commit looks at ferror */
		rc = maas_out_commit(out, MAAS_DURABLE);
	}
	maas_map_close(&map);
	maas_buf_free(&path);
	return rc;
}

static int
higher(void *ctx, const char *entry)
{
	int64_t *most = ctx, n;

	if (!strncmp(entry, REMOVED, sizeof REMOVED - 1))
		entry += sizeof REMOVED - 1;
	if (registry_number(entry, &n) == 0 && n > *most)
		*most = n;
	return 0;
}

/* One more than there ever was: the log knows of those that are deleted. */
static int
next_version(const struct change *c, int64_t *version)
{
	struct maas_buf log = { 0 };
	char *line, *at, *word;
	int rc = registry_entries(c->at.s, higher, version);

	if (rc == 0)
		rc = maas_registry_log(c->dir, c->shelf.name, &log);
	if (rc == 0 && log.n)
		for (at = log.s; (line = strsep(&at, "\n"));) {
			strsep(&line, "\t");
			strsep(&line, "\t");
			if (line && (word = strsep(&line, "\t")))
				higher(version, word);
		}
	++*version;
	maas_buf_free(&log);
	return rc;
}

/* In NAME/.new, which then takes the version's name. */
static int
make_version(struct change *c, const char *path, struct maas_version *v)
{
	struct maas_buf dir = { 0 }, model = { 0 }, at = { 0 }, card = { 0 };
	int rc = -1;

	if (maas_buf_printf(&dir, "%s/" NEW, c->at.s) < 0 || maas_buf_printf(&model, "%s/" REGISTRY_MODEL, dir.s) < 0 ||
	    maas_buf_printf(&at, "%s/%lld", c->at.s, (long long)v->number) < 0)
		goto out;
	if (mkdir(dir.s, 0777) < 0) {
		cannot_create(dir.s);
		goto out;
	}
	if (bring(path, model.s) == 0 && try_copy(path, model.s, v, &card) == 0 &&
	    bring_signature(c, path, model.s, v->number) == 0 && write_about(dir.s, model.s, v, &card) == 0) {
		registry_stamp(model.s, v->sha256);
		rc = sync_dir(dir.s);
	}
	if (rc == 0)
		rc = rename(dir.s, at.s) == 0 ? sync_dir(c->at.s) : cannot_create(at.s);
	if (rc < 0) {
		struct maas_buf why = { 0 };
		enum maas_why sort = maas_why();

		if (maas_buf_text(&why, maas_error()) == 0 && delete_dir(dir.s) <= 0)
			maas_fail_as(sort, "%s", why.s);
		maas_buf_free(&why);
	}
out:
	maas_buf_free(&dir);
	maas_buf_free(&model);
	maas_buf_free(&at);
	maas_buf_free(&card);
	return rc;
}

/* A name that was made for a version which then was refused goes again. */
static void
forget_empty(const struct change *c)
{
	if (c->lock >= 0 && c->shelf.name && !c->shelf.n && !c->shelf.nlabel)
		(void)!rmdir(c->at.s);
}

/* Is the highest version this very file? */
static int
is_there(const struct change *c, const struct maas_entry *e, int *there)
{
	struct maas_buf last = { 0 };
	struct maas_map map;
	char want[65], got[65];
	int rc = 0;

	*there = 0;
	if (!e->if_changed || !c->shelf.n)
		return 0;
	if (maas_registry_path(c->dir, e->name, c->shelf.version[c->shelf.n - 1].number, &last) < 0 ||
	    maas_registry_sha256(last.s, want) < 0 || maas_map_open(&map, e->path) < 0) {
		rc = -1;
	} else {
		maas_sha256(got, map.p, map.n);
		*there = !strcmp(got, want);
		maas_map_close(&map);
	}
	maas_buf_free(&last);
	return rc;
}

static int
add_version(struct change *c, struct maas_entry *e)
{
	struct maas_version v = { 0 };

	if (is_there(c, e, &e->there) < 0)
		return -1;
	if (e->there) {
		e->version = c->shelf.version[c->shelf.n - 1].number;
		return 0;
	}
	if (next_version(c, &v.number) < 0 || make_version(c, e->path, &v) < 0)
		return -1;
	e->version = v.number;
	e->unsigned_by = signature_there(e->path) && !signature_names(e->path, e->name, v.number);
	return add_log(c, "register", v.number, "", v.sha256);
}

int
maas_registry_register(const char *dir, struct maas_entry *e)
{
	struct stat st;
	struct change c;
	int rc = 0;

	for (size_t i = 0; i < e->labels.n; i++)
		if (maas_registry_check_label(e->labels.item[i]) < 0)
			return -1;
	if (stat(e->path, &st) < 0)
		return maas_fail_errno("%s", e->path);
	rc = open_change(&c, dir, e->name, 1);
	if (rc == 0)
		rc = add_version(&c, e);
	if (rc < 0)
		forget_empty(&c);
	for (size_t i = 0; rc == 0 && i < e->labels.n; i++)
		if ((rc = registry_look(dir, e->name, c.arena, &c.shelf)) == 0)
			rc = move_label(&c, e->version, e->labels.item[i]);
	close_change(&c);
	return rc;
}

/* Temporary names of who was killed while signing. */
static int
sweep_signature(void *ctx, const char *entry)
{
	static const char begins[] = REGISTRY_MODEL SIGNATURE_END ".";

	return strncmp(entry, begins, sizeof begins - 1) ? 0 : delete_entry(ctx, entry);
}

static int
sweep_version(const struct change *c, int64_t version)
{
	struct maas_buf dir = { 0 };
	int rc = maas_buf_printf(&dir, "%s/%lld", c->at.s, (long long)version);

	if (rc == 0)
		rc = registry_entries(dir.s, sweep_signature, dir.s);
	maas_buf_free(&dir);
	return rc;
}

static int
put_signature(const struct change *c, int64_t version, const struct maas_buf *text)
{
	struct maas_buf path = { 0 };
	struct maas_out *out = NULL;
	int rc = -1;

	if (!maas_shelf_has(&c->shelf, version))
		return maas_fail_as(MAAS_NOINPUT, "model '%s' has no version %lld in the registry %s", c->shelf.name,
		    (long long)version, c->dir);
	if (sweep_version(c, version) == 0 && maas_registry_path(c->dir, c->shelf.name, version, &path) == 0 &&
	    maas_buf_text(&path, SIGNATURE_END) == 0 && (out = maas_out_open(path.s))) {
		fwrite(text->s, 1, text->n, maas_out_file(out)); /* commit looks at ferror */
		rc = maas_out_commit(out, MAAS_DURABLE);
	}
	maas_buf_free(&path);
	return rc < 0 ? -1 : add_log(c, "sign", version, "", "");
}

int
registry_sign(const struct registry_place *p, const struct maas_buf *text)
{
	struct change c;
	int rc = open_change(&c, p->dir, p->name, 0);

	if (rc == 0)
		rc = put_signature(&c, p->version, text);
	close_change(&c);
	return rc;
}

/* Removing */

static int
withdraw(const struct change *c, int64_t version)
{
	struct maas_buf from = { 0 }, to = { 0 };
	int rc = -1;

	if (maas_buf_printf(&from, "%s/%lld", c->at.s, (long long)version) == 0 &&
	    maas_buf_printf(&to, "%s/" REMOVED "%lld", c->at.s, (long long)version) == 0)
		rc = rename(from.s, to.s) == 0 ? sync_dir(c->at.s) : maas_fail_errno("%s", from.s);
	maas_buf_free(&from);
	maas_buf_free(&to);
	return rc;
}

static int
delete_removed(const struct change *c, int64_t version)
{
	char entry[sizeof REMOVED + 24];

	snprintf(entry, sizeof entry, REMOVED "%lld", (long long)version);
	return delete_in(c, entry) < 0 ? -1 : sync_dir(c->at.s);
}

static const char *
label_at(const struct maas_shelf *s, int64_t version)
{
	for (size_t i = 0; i < s->nlabel; i++)
		if (s->label[i].version[0] == version)
			return s->label[i].name;
	return NULL;
}

/* Is it withdrawn already? */
static int
is_removed(const struct change *c, int64_t version)
{
	struct maas_buf path = { 0 };
	int rc =
	    maas_buf_printf(&path, "%s/" REMOVED "%lld", c->at.s, (long long)version) == 0 && access(path.s, F_OK) == 0;

	maas_buf_free(&path);
	return rc;
}

static int
remove_version(const struct change *c, int64_t version, int purge)
{
	const char *label = label_at(&c->shelf, version);
	int there = maas_shelf_has(&c->shelf, version);

	if (there && label)
		return maas_fail_as(MAAS_USAGE, "model '%s': label '%s' stands at version %lld; move it first",
		    c->shelf.name, label, (long long)version);
	if (!there && !(purge && is_removed(c, version)))
		return maas_fail_as(MAAS_NOINPUT, "model '%s' has no version %lld in the registry %s", c->shelf.name,
		    (long long)version, c->dir);
	if (there && withdraw(c, version) < 0)
		return -1;
	if (purge && delete_removed(c, version) < 0)
		return -1;
	return add_log(c, purge ? "purge" : "remove", version, "", "");
}

int
maas_registry_remove(const char *dir, const char *name, int64_t version, int purge)
{
	struct change c;
	int rc = open_change(&c, dir, name, 0);

	if (rc == 0)
		rc = remove_version(&c, version, purge);
	close_change(&c);
	return rc;
}

struct pruning {
	struct change *c;
	void (*tell)(void *ctx, const char *name, int64_t version);
	void *ctx;
};

static int
prune_removed(void *ctx, const char *entry)
{
	struct pruning *p = ctx;
	int64_t version;

	if (strncmp(entry, REMOVED, sizeof REMOVED - 1) || registry_number(entry + sizeof REMOVED - 1, &version) < 0)
		return 0;
	if (delete_in(p->c, entry) < 0 || add_log(p->c, "purge", version, "", "") < 0)
		return -1;
	p->tell(p->ctx, p->c->shelf.name, version);
	return 0;
}

static int
prune_name(struct pruning *p, size_t keep)
{
	const struct maas_shelf *s = &p->c->shelf;

	for (size_t i = 0; i + keep < s->n; i++)
		if (!label_at(s, s->version[i].number) && withdraw(p->c, s->version[i].number) < 0)
			return -1;
	return registry_entries(p->c->at.s, prune_removed, p) < 0 ? -1 : sync_dir(p->c->at.s);
}

int
maas_registry_prune(const char *dir, size_t keep, void (*tell)(void *ctx, const char *name, int64_t version), void *ctx)
{
	struct maas_arena *arena = maas_arena_new(8192);
	const char **names;
	int rc = arena ? maas_registry_names(dir, arena, &names) : -1;

	for (size_t i = 0; rc == 0 && names[i]; i++) {
		struct change c;

		rc = open_change(&c, dir, names[i], 0);
		if (rc == 0)
			rc = prune_name(&(struct pruning){ &c, tell, ctx }, keep);
		close_change(&c);
	}
	maas_arena_free(arena);
	return rc;
}
