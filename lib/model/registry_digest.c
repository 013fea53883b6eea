/* registry_digest.c -- is a version still what was registered?  Its SHA-256 is compared when it is opened.  A stamp
 * beside it says for which file this was done, so that it is done once; who may not write there does it each time. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "maas/fmt.h"
#include "registry_files.h"

#define STAMP "checked"
#define SHOWN 12 /* digits of a digest in a reason */

/* A file beside the model at `path`; s NULL where that is no model of a registry. */
static int
beside(const char *path, const char *name, struct maas_buf *to)
{
	const char *slash = strrchr(path, '/');

	if (!slash || strcmp(slash + 1, REGISTRY_MODEL))
		return 0;
	return maas_buf_printf(to, "%.*s/%s", (int)(slash - path), path, name);
}

/* The last part of a path, which is cut off it; NULL: there is none. */
static char *
cut(char *path)
{
	char *slash = strrchr(path, '/');

	if (!slash)
		return NULL;
	*slash = '\0';
	return slash + 1;
}

/* 1: the path, which is cut up, is DIR/NAME/VERSION/model.maas. */
static int
take_place(char *path, struct registry_place *p)
{
	char *model = cut(path), *version = model ? cut(path) : NULL, *name = version ? cut(path) : NULL;
	int in = name && !strcmp(model, REGISTRY_MODEL) && registry_number(version, &p->version) == 0 &&
	    maas_registry_decent(maas_span(name)) && strlen(path) < sizeof p->dir;

	if (in) {
		snprintf(p->name, sizeof p->name, "%s", name);
		snprintf(p->dir, sizeof p->dir, "%s", *path ? path : "/");
	}
	return in;
}

int
registry_place(const char *path, struct registry_place *p)
{
	struct maas_buf about = { 0 };
	char *real;
	int in = beside(path, REGISTRY_ABOUT, &about);

	if (in == 0)
		in = about.s && access(about.s, F_OK) == 0;
	maas_buf_free(&about);
	if (in <= 0)
		return in;
	if (!(real = realpath(path, NULL)))
		return maas_fail_errno("%s", path);
	in = take_place(real, p);
	free(real);
	return in;
}

int
registry_place_said(const char *path, struct registry_place *p)
{
	char *copy = strdup(path);
	int in = copy ? take_place(copy, p) : maas_fail_as(MAAS_OS, "no memory for a path");

	free(copy);
	return in;
}

int
maas_registry_sha256(const char *path, char hex[65])
{
	struct maas_buf about = { 0 };
	struct maas_json *j = NULL;
	struct maas_span s;
	int rc = beside(path, REGISTRY_ABOUT, &about);

	memset(hex, 0, 65);
	if (rc == 0 && about.s && (access(about.s, F_OK) == 0 || errno != ENOENT)) {
		if (!(j = maas_json_load(about.s)))
			rc = -1;
		else if (maas_json_type(j) == MAAS_J_OBJECT && maas_json_text(maas_json_get(j, "sha256"), &s) == 0 &&
		    s.n == 64)
			memcpy(hex, s.s, s.n);
	}
	maas_json_free(j);
	maas_buf_free(&about);
	return rc;
}

/* All that changes when somebody writes to the file, or puts another in its place. */
static int
print_stamp(struct maas_buf *to, const struct stat *st, const char *sha256)
{
	return maas_buf_printf(to, "%llu %lld %lld.%09ld %lld.%09ld %s\n", (unsigned long long)st->st_ino,
	    (long long)st->st_size, (long long)st->st_mtim.tv_sec, st->st_mtim.tv_nsec, (long long)st->st_ctim.tv_sec,
	    st->st_ctim.tv_nsec, sha256);
}

static int
is_stamped(const char *path, const struct stat *st, const char *want)
{
	struct maas_buf text = { 0 }, at = { 0 };
	char have[256];
	ssize_t n = -1;
	int fd = -1, is = 0;

	if (beside(path, STAMP, &at) == 0 && at.s && print_stamp(&text, st, want) == 0 &&
	    (fd = open(at.s, O_RDONLY | O_CLOEXEC | O_NONBLOCK)) >= 0)
		n = read(fd, have, sizeof have);
	is = n >= 0 && (size_t)n == text.n && !memcmp(have, text.s, text.n);
	if (fd >= 0)
		close(fd);
	maas_buf_free(&text);
	maas_buf_free(&at);
	return is;
}

/* It is good as a whole or not at all, and who cannot write it lives without. */
static void
write_stamp(const char *path, const struct stat *st, const char *sha256)
{
	struct maas_buf text = { 0 }, at = { 0 };
	int fd = -1;

	/* A name that leads to another's file, by a link of any sort, is taken away, and nothing is written to that
	 * file. */
	if (beside(path, STAMP, &at) == 0 && at.s && print_stamp(&text, st, sha256) == 0 &&
	    (unlink(at.s) == 0 || errno == ENOENT) &&
	    (fd = open(at.s, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666)) >= 0)
		(void)!write(fd, text.s, text.n);
	if (fd >= 0)
		close(fd);
	maas_buf_free(&text);
	maas_buf_free(&at);
}

static int
same_file(const struct stat *a, const struct stat *b)
{
	return a->st_ino == b->st_ino && a->st_size == b->st_size && a->st_mtim.tv_sec == b->st_mtim.tv_sec &&
	    a->st_mtim.tv_nsec == b->st_mtim.tv_nsec && a->st_ctim.tv_sec == b->st_ctim.tv_sec &&
	    a->st_ctim.tv_nsec == b->st_ctim.tv_nsec;
}

/* A file that was changed in this very tick of the clock may be changed again without its times telling. */
static int
is_settled(const struct stat *st)
{
	struct timespec now;

	if (clock_gettime(CLOCK_REALTIME_COARSE, &now) < 0)
		return 0;
	return now.tv_sec > st->st_ctim.tv_sec ||
	    (now.tv_sec == st->st_ctim.tv_sec && now.tv_nsec > st->st_ctim.tv_nsec);
}

void
registry_stamp(const char *path, const char *sha256)
{
	struct stat st;

	if (stat(path, &st) == 0 && is_settled(&st))
		write_stamp(path, &st, sha256);
}

int
maas_registry_altered(const char *path, const char *is, const char *was)
{
	return maas_fail("%s: altered since it was registered: its SHA-256 is %.*s..., %.*s... was registered", path,
	    SHOWN, is, SHOWN, was);
}

/* The file that was opened, whatever lies at its path since. */
static int
compare(const char *path, const struct stat *opened, const struct maas_map *map, const char *want)
{
	int settled = is_settled(opened);
	struct stat after;
	char got[65];

	maas_sha256(got, map->p, map->n);
	if (strcmp(got, want))
		return maas_registry_altered(path, got, want);
	if (settled && stat(path, &after) == 0 && same_file(opened, &after))
		write_stamp(path, opened, want);
	return 0;
}

int
registry_see(void *want, const char *path, const struct stat *opened, const struct maas_map *map)
{
	return is_stamped(path, opened, want) ? 0 : compare(path, opened, map, want);
}

int
maas_registry_check(const char *path, int anew)
{
	char want[65];
	struct maas_map map;
	struct stat st;
	int rc = maas_registry_sha256(path, want);

	if (rc < 0 || !*want || (!anew && stat(path, &st) == 0 && is_stamped(path, &st, want)))
		return rc;
	if (maas_map_open_as(&map, path, &st) < 0)
		return -1;
	rc = compare(path, &st, &map, want);
	maas_map_close(&map);
	return rc;
}
