/*
 * soak -- many requests to a server on a UNIX socket, from processes of which one after the other is killed.
 *	soak SOCKET PID REQUESTS CLIENTS CONNECTIONS KILL_SECONDS HEAD BODY ANSWER...
 * HEAD is a file that begins every request (no length, no empty line at its end), BODY what it carries.  Each of
 * CLIENTS processes keeps CONNECTIONS connections, sends on all of them, reads an answer from each, and begins again.
 * Every KILL_SECONDS one of them, drawn at random, gets SIGKILL by its process id and another takes its place.  An
 * answer that is not status 200 with one of the ANSWER files as its body has failed, and so has a connection that ends.
 *  It goes on until there was each of the answers.
 *
 * Prints names and numbers: requests, failed, clients killed, answers like each file, seconds, and the server's (PID)
 * resident kilobytes when a tenth was done, at the end, and at most.  Exits with 1 where anything failed.
 */
#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "maas/fmt.h"

#define ANSWERS     8
#define CLIENTS     64
#define CONNECTIONS 64
#define TOLD        5 /* failures that are told of */

struct counts { /* of a client and those who took its place; all processes see it */
	_Atomic uint64_t done, failed, right[ANSWERS];
};

static struct {
	const char *socket;
	struct maas_buf request, answer[ANSWERS];
	size_t answers;
	int connections;
} set;

static _Noreturn void
die(const char *what)
{
	fprintf(stderr, "soak: %s: %s\n", what, errno ? strerror(errno) : maas_error());
	exit(70);
}

static long
number(const char *text, long most)
{
	int64_t n;

	if (maas_parse_int(maas_span(text), &n) < 0 || n < 1 || n > most)
		die(text);
	return (long)n;
}

static void
load(const char *path, struct maas_buf *to)
{
	struct maas_input *in = maas_input_open(path, NULL);

	if (!in || maas_input_all(in, to) < 0)
		die(path);
	maas_input_close(in);
}

static int
dial(void)
{
	struct sockaddr_un name = { .sun_family = AF_UNIX };
	struct timeval limit = { 60, 0 };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	snprintf(name.sun_path, sizeof name.sun_path, "%s", set.socket);
	if (fd < 0 || connect(fd, (struct sockaddr *)&name, sizeof name) < 0)
		return -1;
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
	return fd;
}

static int
say(int fd)
{
	size_t at = 0;

	while (at < set.request.n) {
		ssize_t n = send(fd, set.request.s + at, set.request.n - at, MSG_NOSIGNAL);

		if (n <= 0)
			return -1;
		at += (size_t)n;
	}
	return 0;
}

/* The whole answer as text[0..*n): its body's place, NULL where none came. */
static const char *
hear(int fd, char *text, size_t room, size_t *n)
{
	const char *end = NULL, *length;
	size_t want = SIZE_MAX;

	for (*n = 0; *n < want;) {
		ssize_t k = *n + 1 < room ? recv(fd, text + *n, room - 1 - *n, 0) : 0;

		if (k <= 0)
			return NULL;
		*n += (size_t)k;
		text[*n] = '\0';
		if (end || !(end = strstr(text, "\r\n\r\n")))
			continue;
		end += 4;
		if (!(length = strcasestr(text, "\r\nContent-Length:")) || length > end)
			return NULL;
		want = (size_t)(end - text) + strtoul(length + 17, NULL, 10);
	}
	return end;
}

/* Which of the answers it is; -1: none. */
static int
which(const char *text, const char *body, size_t n)
{
	if (!body || strncmp(text, "HTTP/1.1 200 ", 13) != 0)
		return -1;
	n -= (size_t)(body - text);
	for (size_t i = 0; i < set.answers; i++)
		if (set.answer[i].n == n && !memcmp(set.answer[i].s, body, n))
			return (int)i;
	return -1;
}

static void
one_answer(int *fd, struct counts *c)
{
	char text[16384] = "";
	size_t n = 0;
	const char *body = *fd < 0 ? NULL : hear(*fd, text, sizeof text, &n);
	int i = which(text, body, n);

	if (i >= 0) {
		c->right[i]++;
	} else {
		if (c->failed++ < TOLD)
			fprintf(
			    stderr, "soak: failed: %s: %.*s\n", n ? "another answer" : strerror(errno), (int)n, text);
		if (*fd >= 0)
			close(*fd);
		*fd = dial();
	}
	c->done++;
}

static _Noreturn void
be_client(struct counts *c)
{
	int fd[CONNECTIONS];

	for (int i = 0; i < set.connections; i++)
		if ((fd[i] = dial()) < 0)
			die(set.socket);
	for (;;) {
		for (int i = 0; i < set.connections; i++)
			if (fd[i] >= 0 && say(fd[i]) < 0) {
				close(fd[i]);
				fd[i] = -1;
			}
		for (int i = 0; i < set.connections; i++)
			one_answer(&fd[i], c);
	}
}

static pid_t
start(struct counts *c)
{
	pid_t pid = fork();

	if (pid < 0)
		die("fork");
	if (pid == 0)
		be_client(c);
	return pid;
}

static void
end(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

static long
resident(const char *pid)
{
	char path[64], line[256];
	long kb = 0;
	FILE *f;

	snprintf(path, sizeof path, "/proc/%s/status", pid);
	if (!(f = fopen(path, "re")))
		return 0;
	while (fgets(line, sizeof line, f))
		if (!strncmp(line, "VmRSS:", 6))
			kb = strtol(line + 6, NULL, 10);
	fclose(f);
	return kb;
}

static uint64_t
sum(const struct counts *c, long clients, size_t at)
{
	uint64_t n = 0;

	for (long i = 0; i < clients; i++)
		n += at == 0 ? c[i].done : at == 1 ? c[i].failed : c[i].right[at - 2];
	return n;
}

struct memory {
	long tenth, last, most;
};

static void
look(struct memory *m, const char *pid, int tenth)
{
	m->last = resident(pid);
	m->most = m->last > m->most ? m->last : m->most;
	if (!m->tenth && tenth)
		m->tenth = m->last;
}

/* As many as wanted, and each of the answers among them, if that comes within two minutes; or all goes wrong. */
static int
enough(const struct counts *c, long clients, uint64_t requests, double began)
{
	int all = 1;

	for (size_t i = 0; i < set.answers; i++)
		all &= sum(c, clients, 2 + i) > 0;
	return (sum(c, clients, 0) >= requests && (all || maas_clock() > began + 120)) || sum(c, clients, 1) >= 1000;
}

/* How many clients were killed. */
static long
run(struct counts *c, long clients, uint64_t requests, double pause, const char *server, struct memory *m)
{
	const struct timespec tick = { 0, 10000000 };
	double began = maas_clock(), next = began + pause;
	pid_t pid[CLIENTS];
	long killed = 0;

	for (long i = 0; i < clients; i++)
		pid[i] = start(&c[i]);
	while (!enough(c, clients, requests, began)) {
		nanosleep(&tick, NULL);
		look(m, server, sum(c, clients, 0) >= requests / 10);
		if (maas_clock() < next)
			continue;
		long i = (long)(maas_uniform(7, 1, (uint64_t)killed++) * (double)clients);

		end(pid[i]);
		pid[i] = start(&c[i]);
		next = maas_clock() + pause;
	}
	for (long i = 0; i < clients; i++)
		end(pid[i]);
	return killed;
}

int
main(int argc, char **argv)
{
	struct memory m = { 0 };
	struct maas_buf body = { 0 };
	struct counts *c;
	long clients, killed;
	double pause, began = maas_clock();

	if (argc < 10 || argc > 9 + ANSWERS || maas_parse_real(maas_span(argv[6]), &pause) < 0) {
		fprintf(
		    stderr, "usage: soak SOCKET PID REQUESTS CLIENTS CONNECTIONS KILL_SECONDS HEAD BODY ANSWER...\n");
		return 64;
	}
	clients = number(argv[4], CLIENTS);
	set.socket = argv[1];
	set.connections = (int)number(argv[5], CONNECTIONS);
	set.answers = (size_t)argc - 9;
	load(argv[7], &set.request);
	load(argv[8], &body);
	if (maas_buf_printf(&set.request, "Content-Length: %zu\r\n\r\n", body.n) < 0 ||
	    maas_buf_add(&set.request, body.s, body.n) < 0)
		die("request");
	for (size_t i = 0; i < set.answers; i++)
		load(argv[9 + i], &set.answer[i]);
	c = mmap(NULL, CLIENTS * sizeof *c, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (c == MAP_FAILED)
		die("memory");
	killed = run(c, clients, (uint64_t)number(argv[3], 2000000000), pause, argv[2], &m);
	printf("requests\t%llu\nfailed\t%llu\nclients killed\t%ld\n", (unsigned long long)sum(c, clients, 0),
	    (unsigned long long)sum(c, clients, 1), killed);
	for (size_t i = 0; i < set.answers; i++)
		printf("answers %s\t%llu\n", argv[9 + i], (unsigned long long)sum(c, clients, 2 + i));
	printf("seconds\t%.1f\nrss kB at a tenth\t%ld\nrss kB at the end\t%ld\nrss kB at most\t%ld\n",
	    maas_clock() - began, m.tenth, m.last, m.most);
	return sum(c, clients, 1) != 0;
}
