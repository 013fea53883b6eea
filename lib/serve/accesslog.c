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
	int fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);

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

/* One write a line, so that lines of several threads do not mix.  What a full disk loses is lost. */
void
accesslog_add(int fd, const struct ask *a)
{
	const struct maas_http_request *r = a->http;
	struct timespec now;
	struct tm tm;
	char line[1024], at[32];
	int n;

	clock_gettime(CLOCK_REALTIME, &now);
	if (!gmtime_r(&now.tv_sec, &tm) || !strftime(at, sizeof at, "%Y-%m-%dT%H:%M:%S", &tm))
		return;
	n = snprintf(line, sizeof line,
	    "{\"time\":\"%s.%03ldZ\",\"request_id\":\"%s\",\"key\":\"%s\",\"peer\":\"%s\",\"method\":\"%s\",\"route\":\"%s\","
	    "\"model\":\"%s\",\"status\":%d,\"bytes_in\":%zu,\"bytes_out\":%zu,\"prompt_tokens\":%zu,"
	    "\"completion_tokens\":%zu,\"seconds\":%.6f}\n",
	    at, now.tv_nsec / 1000000, r->id, a->key, r->peer, r->method, a->route->path,
	    a->model ? a->model->name : "", r->status, r->body.n, r->sent, a->prompts ? a->prompts->prompt_tokens : a->tokens,
	    a->prompts ? a->prompts->completion_tokens : 0, maas_clock() - r->start);
	if (n > 0 && (size_t)n < sizeof line)
		while (write(fd, line, (size_t)n) < 0 && errno == EINTR)
			;
}
