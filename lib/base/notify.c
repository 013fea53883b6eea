/* notify.c -- signs of life to the service manager: sd_notify(3), datagrams to a socket that the environment names. */
#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "maas/fence.h"

static int manager = -1;

/* Connected now: later there is a fence around connecting. */
int
maas_notify_open(void)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	const char *name = getenv("NOTIFY_SOCKET");
	size_t n = name ? strlen(name) : 0;
	int fd;

	if (!n)
		return 0;
	if ((*name != '/' && *name != '@') || n >= sizeof at.sun_path)
		return maas_fail_as(MAAS_CONFIG, "NOTIFY_SOCKET=%s: no name of a socket", name);
	memcpy(at.sun_path, name, n);
	if (*name == '@') /* no file, but a name of the kernel's (unix(7)) */
		at.sun_path[0] = '\0';
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0 ||
	    connect(fd, (struct sockaddr *)&at, (socklen_t)(offsetof(struct sockaddr_un, sun_path) + n)) < 0) {
		maas_fail_errno("NOTIFY_SOCKET=%s", name);
		if (fd >= 0)
			close(fd);
		return -1;
	}
	manager = fd;
	return 0;
}

/* What does not arrive is not sent again: the next sign of life is not far. */
void
maas_notify(const char *fmt, ...)
{
	char text[1024];
	va_list ap;
	int n;

	if (manager < 0)
		return;
	va_start(ap, fmt);
	n = vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	if (n > 0)
		(void)!send(manager, text, (size_t)n < sizeof text ? (size_t)n : sizeof text - 1, MSG_NOSIGNAL);
}
