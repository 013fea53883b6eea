/*
 * crowd -- many connections to a server on a socket.
 *	crowd stay N SOCKET PID
 * N at once, or as many as the system lets one process have; each asks, and stays; prints how many were answered 200
 * and 503, and whether process PID needs less than 64 KiB of memory for one; then one byte, then half a request on
 * each.
 *	crowd come N SOCKET
 * N one after the other, some of which leave before they are answered, or before they ask; prints how many of the
 * others were answered.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "maas/base.h"

#define OWN     64 /* descriptors for other things, here and in the server */
#define SERVERS 400
#define SILENCE 30 /* seconds */
#define EACH    65536

static const char question[] = "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n";

static int
dial(const char *where)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	struct timeval limit = { SILENCE, 0 };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	snprintf(at.sun_path, sizeof at.sun_path, "%s", where);
	if (fd < 0 || connect(fd, (struct sockaddr *)&at, sizeof at) < 0) {
		perror(where);
		exit(1);
	}
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
	return fd;
}

static void
say(int fd, size_t n)
{
	(void)!send(fd, question, n, MSG_NOSIGNAL);
}

/* The status of the answer; 0: none. */
static int
status(int fd)
{
	char answer[4096];
	ssize_t n = recv(fd, answer, sizeof answer - 1, 0);

	if (n < 12 || strncmp(answer, "HTTP/1.1 ", 9) != 0)
		return 0;
	answer[n] = '\0';
	return (int)strtol(answer + 9, NULL, 10);
}

/* Bytes of memory a process has; 0: not known. */
static size_t
memory_of(const char *pid)
{
	char path[64], line[256];
	unsigned long kib = 0;
	FILE *f;

	snprintf(path, sizeof path, "/proc/%s/status", pid);
	f = fopen(path, "r");
	while (f && fgets(line, sizeof line, f))
		if (!strncmp(line, "VmRSS:", 6))
			kib = strtoul(line + 6, NULL, 10);
	if (f)
		fclose(f);
	return (size_t)kib << 10;
}

static size_t
as_many_as_may(size_t n)
{
	struct rlimit r;

	if (getrlimit(RLIMIT_NOFILE, &r) < 0)
		return n;
	r.rlim_cur = r.rlim_max;
	if (setrlimit(RLIMIT_NOFILE, &r) < 0)
		return n;
	return n + OWN + SERVERS < r.rlim_max ? n : (size_t)r.rlim_max - OWN - SERVERS;
}

static int
stay(size_t n, const char *where, const char *pid)
{
	size_t fine = 0, busy = 0, before = memory_of(pid), each;
	int *fd = maas_alloc(n, sizeof *fd);

	if (!fd)
		return 1;
	for (size_t i = 0; i < n; i++) {
		fd[i] = dial(where);
		say(fd[i], sizeof question - 1);
	}
	for (size_t i = 0; i < n; i++) {
		int s = status(fd[i]);

		fine += s == 200;
		busy += s == 503;
	}
	each = (memory_of(pid) - before) / n;
	fprintf(stderr, "%zu connections, %zu bytes each\n", n, each);
	printf("%s answered, %zu told to come again, %s\n", fine + busy == n ? "all" : "not all", busy,
	    each < EACH ? "less than 64 KiB each" : "more than 64 KiB each");
	for (size_t step = 1; step < 20; step += 18)
		for (size_t i = 0; i < n; i++)
			say(fd[i], step);
	for (size_t i = 0; i < n; i++)
		close(fd[i]);
	free(fd);
	return 0;
}

static int
come(size_t n, const char *where)
{
	size_t asked = 0, fine = 0;

	for (size_t i = 0; i < n; i++) {
		int fd = dial(where);

		if (i % 5 == 1) {
			say(fd, 1 + i % (sizeof question - 1));
		} else if (i % 5 == 2) {
			say(fd, sizeof question - 1);
		} else if (i % 5 > 2) {
			say(fd, sizeof question - 1);
			asked++;
			fine += status(fd) == 200;
		}
		close(fd);
	}
	printf("%zu of %zu\n", fine, asked);
	return 0;
}

int
main(int argc, char **argv)
{
	int64_t n = 0;

	if (argc < 4 || maas_parse_int(maas_span(argv[2]), &n) < 0 || n < 1 || n > 1000000)
		return 2;
	if (!strcmp(argv[1], "stay") && argc == 5)
		return stay(as_many_as_may((size_t)n), argv[3], argv[4]);
	return !strcmp(argv[1], "come") ? come((size_t)n, argv[3]) : 2;
}
