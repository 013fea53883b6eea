#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "listen.h"
#include "maas/net.h"

#define BACKLOG 1024

static int
begin(int fd)
{
	if (listen(fd, BACKLOG) == 0)
		return fd;
	maas_fail_errno("listen");
	close(fd);
	return -1;
}

static int
bound_port(int fd)
{
	struct sockaddr_storage at = { 0 };
	socklen_t n = sizeof at;

	if (getsockname(fd, (struct sockaddr *)&at, &n) < 0)
		return 0;
	return ntohs(
	    at.ss_family == AF_INET6 ? ((struct sockaddr_in6 *)&at)->sin6_port : ((struct sockaddr_in *)&at)->sin_port);
}

static int
find_address(const char *host, int port, struct addrinfo **at)
{
	struct addrinfo want = { .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE, .ai_socktype = SOCK_STREAM };
	char service[16];
	int rc;

	snprintf(service, sizeof service, "%d", port);
	rc = getaddrinfo(strcmp(host, "localhost") ? host : "127.0.0.1", service, &want, at);
	return rc ? maas_fail_as(MAAS_USAGE, "%s: not a numeric address: %s", host, gai_strerror(rc)) : 0;
}

int
maas_http_host_check(const char *host)
{
	struct addrinfo *at;

	if (find_address(host, 0, &at) < 0)
		return -1;
	freeaddrinfo(at);
	return 0;
}

int
http_listen_tcp(const char *host, int port, int *bound)
{
	struct addrinfo *at;
	int fd, yes = 1;

	if (find_address(host, port, &at) < 0)
		return -1;
	fd = socket(at->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) < 0 ||
	    bind(fd, at->ai_addr, at->ai_addrlen) < 0) {
		if (errno == EADDRINUSE)
			maas_fail_as(MAAS_TEMPFAIL, "%s port %d is in use by another process", host, port);
		else
			maas_fail_errno("%s port %d", host, port);
		if (fd >= 0)
			close(fd);
		freeaddrinfo(at);
		return -1;
	}
	freeaddrinfo(at);
	*bound = bound_port(fd);
	return begin(fd);
}

/* Take the name of a server that is no more; one that answers keeps it. */
static int
clear_name(const struct sockaddr_un *at)
{
	struct stat st;
	int fd, rc, why;

	if (lstat(at->sun_path, &st) < 0)
		return errno == ENOENT ? 0 : maas_fail_errno("%s", at->sun_path);
	if (!S_ISSOCK(st.st_mode))
		return maas_fail_as(MAAS_CANTCREATE, "%s: exists and is no socket", at->sun_path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return maas_fail_errno("socket");
	rc = connect(fd, (const struct sockaddr *)at, sizeof *at);
	why = errno;
	close(fd);
	if (rc < 0 && why != ECONNREFUSED && why != EAGAIN) { /* again: one that listens, and is busy */
		errno = why;
		return maas_fail_errno("%s", at->sun_path);
	}
	if (rc == 0 || why == EAGAIN)
		return maas_fail_as(MAAS_TEMPFAIL, "%s: another server listens there", at->sun_path);
	return unlink(at->sun_path) < 0 ? maas_fail_errno("%s", at->sun_path) : 0;
}

int
http_listen_unix(const char *path)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	int fd;

	if (!*path || strlen(path) >= sizeof at.sun_path)
		return maas_fail_as(MAAS_USAGE, "%s: a socket's path has 1 to %zu bytes", path, sizeof at.sun_path - 1);
	memcpy(at.sun_path, path, strlen(path));
	if (clear_name(&at) < 0)
		return -1;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	/* The mode of the socket becomes the mode of the name: never open to others, not for a moment. */
	if (fd < 0 || fchmod(fd, 0600) < 0 || bind(fd, (struct sockaddr *)&at, sizeof at) < 0) {
		maas_fail_as(errno == EACCES || errno == EROFS ? MAAS_NOPERM : MAAS_CANTCREATE, "%s: cannot create: %s",
		    path, strerror(errno));
		if (fd >= 0)
			close(fd);
		return -1;
	}
	return begin(fd);
}

void
http_peer(int fd, char *to, size_t n)
{
	struct sockaddr_storage at = { 0 };
	socklen_t len = sizeof at;

	if (getpeername(fd, (struct sockaddr *)&at, &len) < 0 || at.ss_family == AF_UNIX ||
	    getnameinfo((struct sockaddr *)&at, len, to, (socklen_t)n, NULL, 0, NI_NUMERICHOST))
		snprintf(to, n, "unix");
}
