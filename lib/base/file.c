#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "maas/files.h"
#include "sanitized.h"

/* What lies behind the bytes in their last page is nobody's: closed, and open again before the page goes back. */
static void
guard_rest(const struct maas_map *m, int closed)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE), rest = (page - m->n % page) % page;

	if (m->p && closed)
		GUARD(m->p + m->n, rest);
	else if (m->p)
		UNGUARD(m->p + m->n, rest);
}

int
maas_map_open(struct maas_map *m, const char *path)
{
	struct stat st;

	return maas_map_open_as(m, path, &st);
}

int
maas_map_open_as(struct maas_map *m, const char *path, struct stat *is)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* a named pipe is refused, not waited for */
	void *p = NULL;

	*m = (struct maas_map){ NULL, 0 };
	if (fd < 0 || fstat(fd, is) < 0) {
		maas_fail_errno("%s", path);
		goto out;
	}
	if (!S_ISREG(is->st_mode)) {
		errno = S_ISDIR(is->st_mode) ? EISDIR : EINVAL;
		if (S_ISDIR(is->st_mode))
			maas_fail_errno("%s", path);
		else
			maas_fail_as(MAAS_NOINPUT, "%s: not a regular file, which this must be", path);
		goto out;
	}
	if (is->st_size && (p = mmap(NULL, (size_t)is->st_size, PROT_READ, MAP_PRIVATE, fd, 0)) == MAP_FAILED) {
		maas_fail_errno("%s: cannot map", path);
		goto out;
	}
	close(fd);
	*m = (struct maas_map){ p, (size_t)is->st_size };
	guard_rest(m, 1);
	return 0;
out:
	if (fd >= 0)
		close(fd);
	return -1;
}

/* All bytes there are, into p; a file that others write to meanwhile has more or fewer than it had. */
static int
fill(int fd, unsigned char *p, size_t n, const char *path)
{
	size_t have = 0;
	unsigned char more;
	ssize_t got = 1;

	while (have < n && got > 0)
		if ((got = read(fd, p + have, n - have)) > 0)
			have += (size_t)got;
	if (have == n && got >= 0)
		got = read(fd, &more, 1);
	if (got < 0)
		return maas_fail_errno("%s: reading", path);
	return have == n && !got ? 0 : maas_fail_as(MAAS_TEMPFAIL, "%s: it was changed while it was read", path);
}

int
maas_map_read(struct maas_map *m, const char *path)
{
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK), rc = -1;
	void *p = NULL;

	*m = (struct maas_map){ NULL, 0 };
	if (fd < 0 || fstat(fd, &st) < 0) {
		maas_fail_errno("%s", path);
	} else if (!S_ISREG(st.st_mode)) {
		maas_fail_as(MAAS_NOINPUT, "%s: not a regular file, which this must be", path);
	} else if (st.st_size &&
	    (p = mmap(NULL, (size_t)st.st_size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)) ==
		MAP_FAILED) {
		maas_fail_as(MAAS_OS, "%s: no memory for %lld bytes", path, (long long)st.st_size);
	} else {
		*m = (struct maas_map){ p, (size_t)st.st_size };
		guard_rest(m, 1);
		if (p)
			(void)!madvise(p, m->n, MADV_HUGEPAGE); /* where there are none, small ones do */
		if ((rc = fill(fd, p, m->n, path)) == 0 && p)
			(void)!mprotect(p, m->n, PROT_READ);
	}
	if (fd >= 0)
		close(fd);
	if (rc < 0)
		maas_map_close(m);
	return rc;
}

void
maas_map_close(struct maas_map *m)
{
	guard_rest(m, 0);
	if (m->p)
		munmap((void *)(uintptr_t)m->p, m->n);
	*m = (struct maas_map){ NULL, 0 };
}

/* Outputs that are being written, for a signal handler to remove. */
#define OPEN_AT_ONCE 16
static const char *volatile unfinished[OPEN_AT_ONCE];

struct maas_out {
	FILE *f;
	char *path, *temporary; /* NULL: standard output */
	int slot;
};

static void
out_free(struct maas_out *o)
{
	if (o->slot >= 0)
		unfinished[o->slot] = NULL;
	free(o->path);
	free(o->temporary);
	free(o);
}

void
maas_out_cleanup(void)
{
	for (int i = 0; i < OPEN_AT_ONCE; i++)
		if (unfinished[i])
			unlink(unfinished[i]);
}

/* mkstemp gives 0600; a file of the user's has what his umask leaves, or what it had. */
static void
set_mode(int fd, const char *path)
{
	struct stat st;
	mode_t mask;

	if (stat(path, &st) == 0 && S_ISREG(st.st_mode)) {
		(void)!fchmod(fd, st.st_mode & 0777);
		return;
	}
	mask = umask(077);
	umask(mask);
	(void)!fchmod(fd, 0666 & ~mask);
}

/* A device or a pipe has no content to protect, and must not be renamed over. */
static int
special(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && !S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode);
}

static int
open_temporary(struct maas_out *o, const char *path)
{
	size_t n = strlen(path) + sizeof ".XXXXXX";
	struct stat st;
	int fd;

	if (stat(path, &st) == 0 && S_ISDIR(st.st_mode)) {
		errno = EISDIR;
		maas_fail_errno("%s", path);
		return maas_fail_as(MAAS_CANTCREATE, "%s: a directory, a file was wanted", path);
	}
	if (!(o->path = strdup(path)) || !(o->temporary = malloc(n)))
		return maas_fail_as(MAAS_OS, "no memory for a path");
	snprintf(o->temporary, n, "%s.XXXXXX", path);
	if ((fd = mkostemp(o->temporary, O_CLOEXEC)) < 0) {
		free(o->temporary);
		o->temporary = NULL;
		return maas_fail_as(errno == EACCES || errno == EPERM ? MAAS_NOPERM : MAAS_CANTCREATE,
		    "%s: cannot create: %s", path, strerror(errno));
	}
	for (int i = 0; i < OPEN_AT_ONCE && o->slot < 0; i++)
		if (!unfinished[i]) {
			unfinished[i] = o->temporary;
			o->slot = i;
		}
	set_mode(fd, path);
	if (!(o->f = fdopen(fd, "w"))) {
		close(fd);
		return maas_fail_errno("%s", path);
	}
	return 0;
}

struct maas_out *
maas_out_open(const char *path)
{
	struct maas_out *o = maas_alloc(1, sizeof *o);

	if (!o)
		return NULL;
	o->slot = -1;
	if (!strcmp(path, "-")) {
		o->f = stdout;
		return o;
	}
	if (special(path)) {
		if (!(o->path = strdup(path)) || !(o->f = fopen(path, "we"))) {
			maas_fail_as(MAAS_CANTCREATE, "%s: %s", path, strerror(errno));
			maas_out_abort(o);
			return NULL;
		}
		return o;
	}
	if (open_temporary(o, path) < 0) {
		maas_out_abort(o);
		return NULL;
	}
	return o;
}

FILE *
maas_out_file(struct maas_out *o)
{
	return o->f;
}

static int
same_bytes(const char *a, const char *b)
{
	struct maas_map x, y;
	int same = 0;

	if (maas_map_open(&x, a) < 0)
		return 0;
	if (maas_map_open(&y, b) == 0) {
		same = x.n == y.n && (x.n == 0 || !memcmp(x.p, y.p, x.n));
		maas_map_close(&y);
	}
	maas_map_close(&x);
	return same;
}

int
maas_folder_sync(const char *path)
{
	const char *slash = strrchr(path, '/');
	char *folder = !slash ? strdup(".") : slash == path ? strdup("/") : strndup(path, (size_t)(slash - path));
	int fd, rc = -1;

	if (!folder)
		return maas_fail_as(MAAS_OS, "no memory for a path");
	if ((fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) >= 0) {
		rc = fsync(fd) == 0 || errno == EINVAL ? 0 : -1;
		close(fd);
	}
	if (rc < 0)
		maas_fail_errno("%s", folder);
	free(folder);
	return rc;
}

int
maas_out_commit(struct maas_out *o, int how)
{
	const char *name = o->path ? o->path : "writing standard output";

	if (fflush(o->f) == EOF || ferror(o->f) || ((how & MAAS_DURABLE) && o->temporary && fsync(fileno(o->f)) < 0)) {
		maas_fail_as(MAAS_IO, "%s: %s", name, strerror(errno ? errno : EIO));
		goto fail;
	}
	if (o->f != stdout) {
		int rc = fclose(o->f);

		o->f = NULL;
		if (rc == EOF) {
			maas_fail_as(MAAS_IO, "%s: %s", name, strerror(errno));
			goto fail;
		}
	}
	if (o->temporary) {
		if ((how & MAAS_IF_CHANGED) && same_bytes(o->temporary, o->path)) {
			unlink(o->temporary);
		} else if (rename(o->temporary, o->path) < 0) {
			maas_fail_as(MAAS_CANTCREATE, "%s: %s", name, strerror(errno));
			goto fail;
		} else if ((how & MAAS_DURABLE) && maas_folder_sync(o->path) < 0) {
			out_free(o);
			return -1;
		}
	}
	out_free(o);
	return 0;
fail:
	maas_out_abort(o);
	return -1;
}

void
maas_out_abort(struct maas_out *o)
{
	if (!o)
		return;
	if (o->f && o->f != stdout)
		fclose(o->f);
	if (o->temporary)
		unlink(o->temporary);
	out_free(o);
}

int
maas_lock_open(const char *path)
{
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);

	if (fd < 0)
		return maas_fail_as(errno == EACCES ? MAAS_NOPERM : MAAS_CANTCREATE, "%s: %s", path, strerror(errno));
	if (flock(fd, LOCK_EX | LOCK_NB) < 0) {
		if (errno == EWOULDBLOCK)
			maas_fail_as(MAAS_TEMPFAIL, "%s: locked by another process", path);
		else
			maas_fail_errno("%s: cannot lock", path);
		close(fd);
		return -1;
	}
	return fd;
}

void
maas_lock_close(int lock)
{
	if (lock >= 0)
		close(lock);
}
