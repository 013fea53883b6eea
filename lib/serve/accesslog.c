/*
 * accesslog.c -- a line of JSON for each request: who, what, how long, never what was said.
 * Nothing in it needs escaping: ids, names and addresses have plain characters only.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "completions.h"

int
accesslog_open(const char *path)
{
	int fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_NONBLOCK | O_CLOEXEC, 0600); /* a pipe holds up nobody */

	if (fd >= 0)
		return fd;
	return maas_fail_as(
	    errno == EACCES ? MAAS_NOPERM : MAAS_CANTCREATE, "%s: cannot create: %s", path, strerror(errno));
}

/* The descriptor stays what it is, for those that write just now. */
int
accesslog_reopen(int fd, const char *path)
{
	int other = accesslog_open(path), rc;

	if (other < 0)
		return -1;
	rc = dup3(other, fd, O_CLOEXEC) < 0 ? maas_fail_errno("%s", path) : 0;
	close(other);
	return rc;
}

static const char *const finishes[] = { "", "stop", "length", "cancelled", "timeout", "error" };

/* The line of the ask; 0: it has no room. */
static size_t
put_line(const struct ask *a, char *line, size_t room)
{
	const struct maas_http_request *r = a->http;
	const struct prompts *p = a->prompts;
	struct timespec now;
	struct tm tm;
	char at[32];
	int n;

	clock_gettime(CLOCK_REALTIME, &now);
	if (!gmtime_r(&now.tv_sec, &tm) || !strftime(at, sizeof at, "%Y-%m-%dT%H:%M:%S", &tm))
		return 0;
	n = snprintf(line, room,
	    "{\"time\":\"%s.%03ldZ\",\"request_id\":\"%s\",\"key\":\"%s\",\"peer\":\"%s\",\"method\":\"%s\",\"route\":\"%s\","
	    "\"model\":\"%s\",\"version\":\"%.0lld\",\"status\":%d,\"finish\":\"%s\",\"bytes_in\":%zu,\"bytes_out\":%zu,"
	    "\"prompt_tokens\":%zu,\"cached_tokens\":%zu,\"completion_tokens\":%zu,\"queue_seconds\":%.6f,"
	    "\"first_token_seconds\":%.6f,\"seconds\":%.6f}\n",
	    at, now.tv_nsec / 1000000, r->id, a->key, r->peer, r->method, a->route->path,
	    a->model ? a->model->name : "", a->model ? (long long)a->model->number : 0, r->status, finishes[a->finish],
	    r->body.n, r->sent, p ? p->prompt_tokens : a->tokens, p ? p->cached_tokens : 0,
	    p ? p->completion_tokens : 0, a->begun > 0 ? a->begun - r->start : 0,
	    p && p->begun && p->choice[0].first > 0 ? p->choice[0].first - r->start : 0, maas_clock() - r->start);
	return n > 0 && (size_t)n < room ? (size_t)n : 0;
}

/* One write a line, so that lines of several threads do not mix.  A line that a full disk has cut is ended by the next
 * one that finds room. */
int
accesslog_add(struct accesslog *log, const struct ask *a)
{
	char line[1536] = "\n";
	size_t n = put_line(a, line + 1, sizeof line - 1);
	int torn = atomic_exchange(&log->torn, 0);
	const char *from = line + !torn;
	ssize_t put;

	n += (size_t)torn;
	while ((put = write(log->fd, from, n)) < 0 && errno == EINTR)
		;
	if (put == (ssize_t)n) {
		if (atomic_load(&log->full))
			atomic_store(&log->full, 0);
		return 0;
	}
	atomic_store(&log->full, 1);
	if (torn || put > 0)
		atomic_store(&log->torn, 1);
	return -1;
}
