/* Listening sockets: a port of one's choosing, names of servers that are no more, and what is refused. */
#include <arpa/inet.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../../lib/net/listen.h"
#include "maas/net.h"
#include "../test.h"

static void
tcp(void)
{
	struct sockaddr_in at = { .sin_family = AF_INET };
	char peer[64] = "";
	int port = 0, again, fd = http_listen_tcp("localhost", 0, &port), six, client;

	ok(fd >= 0 && port > 0, "any port: %d", port);
	ok(http_listen_tcp("127.0.0.1", port, &again) < 0 && maas_why() == MAAS_TEMPFAIL &&
		strstr(maas_error(), "is in use by another process"),
	    "%s", maas_error());
	at.sin_port = htons((uint16_t)port);
	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	client = socket(AF_INET, SOCK_STREAM, 0);
	ok(connect(client, (struct sockaddr *)&at, sizeof at) == 0, "somebody comes");
	http_peer(client, peer, sizeof peer);
	is_str(peer, "127.0.0.1");
	close(client);
	close(fd);
	six = http_listen_tcp("::1", 0, &port);
	ok(six < 0 || port > 0, "IPv6, where there is any");
	if (six >= 0)
		close(six);
	ok(http_listen_tcp("a.host", 80, &port) < 0 && maas_why() == MAAS_USAGE, "%s", maas_error());
	ok(maas_http_host_check("a.host") < 0 && maas_http_host_check("::1") == 0 &&
		maas_http_host_check("localhost") == 0,
	    "numbers alone");
	ok(http_listen_tcp("203.0.113.7", 0, &port) < 0 && strstr(maas_error(), "203.0.113.7 port 0"), "%s",
	    maas_error());
}

static void
named(void)
{
	char folder[] = "/tmp/net_listen.XXXXXX", path[64], peer[64] = "", longer[200];
	struct stat st;
	int fd, next;

	if (!mkdtemp(folder))
		return;
	snprintf(path, sizeof path, "%s/s", folder);
	fd = http_listen_unix(path);
	ok(fd >= 0 && stat(path, &st) == 0 && S_ISSOCK(st.st_mode) && (st.st_mode & 0777) == 0600,
	    "a socket for us alone");
	ok(http_listen_unix(path) < 0 && maas_why() == MAAS_TEMPFAIL, "%s", maas_error());
	http_peer(fd, peer, sizeof peer);
	is_str(peer, "unix");
	close(fd);
	next = http_listen_unix(path);
	ok(next >= 0, "the name of a server that is no more is taken");
	close(next);
	unlink(path);
	ok(mkdir(path, 0700) == 0 && http_listen_unix(path) < 0 && maas_why() == MAAS_CANTCREATE, "%s", maas_error());
	rmdir(path);
	snprintf(path, sizeof path, "%s/none/s", folder);
	ok(http_listen_unix(path) < 0 && maas_why() == MAAS_CANTCREATE, "%s", maas_error());
	memset(longer, 'a', sizeof longer - 1);
	longer[sizeof longer - 1] = '\0';
	ok(http_listen_unix(longer) < 0 && maas_why() == MAAS_USAGE, "a path that is too long");
	ok(http_listen_unix("") < 0 && maas_why() == MAAS_USAGE, "or none");
	rmdir(folder);
}

int
main(void)
{
	tcp();
	named();
	return done();
}
