/*
 * speak -- bytes to a server, and what answers came of them.
 *	speak [-s] [-o FILE] SOCKET|PORT <BYTES
 * Sends all of standard input at once, or (-s) byte by byte, and reads until the server closes.  Prints the status of
 * each answer with a letter for what its body is (j: JSON, -: other or none), then "closed", "reset", or, after 30
 * seconds of silence, "open"; "?" for what is no answer.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "maas/base.h"

#define SILENCE 30 /* seconds */

static int
dial(const char *where)
{
	struct sockaddr_un name = { .sun_family = AF_UNIX };
	struct sockaddr_in port = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct timeval limit = { SILENCE, 0 };
	int tcp = where[strspn(where, "0123456789")] == '\0', yes = 1;
	int fd = socket(tcp ? AF_INET : AF_UNIX, SOCK_STREAM, 0);

	port.sin_port = htons((uint16_t)strtol(where, NULL, 10));
	snprintf(name.sun_path, sizeof name.sun_path, "%s", where);
	if (fd < 0 ||
	    connect(fd, tcp ? (struct sockaddr *)&port : (struct sockaddr *)&name, tcp ? sizeof port : sizeof name) <
		0) {
		perror(where);
		exit(1);
	}
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
	if (tcp)
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
	return fd;
}

static int
read_all(FILE *f, struct maas_buf *to)
{
	char piece[65536];
	size_t n;

	while ((n = fread(piece, 1, sizeof piece, f)) > 0)
		if (maas_buf_add(to, piece, n) < 0)
			return -1;
	return maas_buf_text(to, "");
}

/* The server may have heard enough before the end. */
static void
say(int fd, const struct maas_buf *b, size_t step)
{
	for (size_t at = 0; at < b->n;) {
		ssize_t n = send(fd, b->s + at, b->n - at < step ? b->n - at : step, MSG_NOSIGNAL);

		if (n < 0)
			return;
		at += (size_t)n;
	}
}

static const char *
listen_to(int fd, struct maas_buf *to)
{
	char piece[65536];
	ssize_t n;

	while ((n = recv(fd, piece, sizeof piece, 0)) > 0)
		if (maas_buf_add(to, piece, (size_t)n) < 0)
			exit(1);
	if (maas_buf_text(to, "") < 0)
		exit(1);
	return n == 0 ? "closed" : errno == EAGAIN ? "open" : "reset";
}

/* The value of a header of this head, to the end of its line; "": none. */
static const char *
header(const char *head, const char *end, const char *name)
{
	size_t n = strlen(name);

	for (const char *p = head; p && p < end; p = strstr(p, "\r\n") ? strstr(p, "\r\n") + 2 : NULL)
		if (!strncasecmp(p, name, n) && p[n] == ':')
			return p + n + 1 + strspn(p + n + 1, " ");
	return "";
}

/* Behind a body in chunks. */
static const char *
skip_chunks(const char *p, const char *end)
{
	while (p < end) {
		char *after;
		unsigned long n = strtoul(p, &after, 16);

		if (after == p || strncmp(after, "\r\n", 2) != 0 || n > (size_t)(end - after))
			return NULL;
		p = after + 2 + n + 2;
		if (!n)
			return p;
	}
	return NULL;
}

/* One answer; behind it, or NULL: it is none, or cut off. */
static const char *
tell(const char *p, const char *end)
{
	const char *body = strstr(p, "\r\n\r\n"), *type;
	long n;

	if (strncmp(p, "HTTP/1.1 ", 9) != 0 || !body)
		return NULL;
	body += 4;
	type = header(p, body, "Content-Type");
	printf("%.3s%s ", p + 9, p[9] == '1' ? "" : !strncmp(type, "application/json", 16) ? "j" : "-");
	if (p[9] == '1')
		return body;
	if (!strncmp(header(p, body, "Transfer-Encoding"), "chunked", 7))
		return skip_chunks(body, end);
	n = strtol(header(p, body, "Content-Length"), NULL, 10);
	return n >= 0 && n <= end - body ? body + n : NULL;
}

int
main(int argc, char **argv)
{
	struct maas_buf out = { 0 }, in = { 0 };
	const char *file = NULL, *how;
	size_t step = (size_t)-1;
	int c, fd;

	while ((c = getopt(argc, argv, "so:")) != -1)
		if (c == 's')
			step = 1;
		else if (c == 'o')
			file = optarg;
	if (optind + 1 != argc || read_all(stdin, &out) < 0)
		return 2;
	fd = dial(argv[optind]);
	say(fd, &out, step);
	how = listen_to(fd, &in);
	for (const char *p = in.s, *end = in.s + in.n; p && p < end;)
		if (!(p = tell(p, end)))
			printf("? ");
	printf("%s\n", how);
	if (file) {
		FILE *f = fopen(file, "w");

		if (!f || fwrite(in.s, 1, in.n, f) != in.n || fclose(f) != 0)
			return 1;
	}
	maas_buf_free(&out);
	maas_buf_free(&in);
	close(fd);
	return 0;
}
