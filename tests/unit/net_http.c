/* The server against raw bytes: framing, limits, deadlines, streams, clients that leave, the end. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "../test.h"
#include "maas/net.h"

static struct {
	_Atomic int handled, finished, refused, gone, turned_away;
	_Atomic int held; /* /wait and /drip threads running */
} app;

static int
admit(void *ctx, struct maas_http_request *r)
{
	(void)ctx;
	if (maas_http_header(r, "X-Small"))
		r->body_max = 10;
	if (!maas_http_header(r, "X-Deny"))
		return 0;
	maas_http_set(r, "WWW-Authenticate", "Bearer");
	maas_http_reply(r, 401, NULL);
	return -1;
}

/* Wait until the client leaves, or ten seconds. */
static void *
wait_for_end(void *arg)
{
	struct maas_http_request *r = arg;

	for (int i = 0; i < 1000 && !maas_http_gone(r); i++)
		usleep(10000);
	app.gone += maas_http_gone(r);
	maas_http_reply(r, 200, NULL);
	app.held--;
	return NULL;
}

static void *
drip(void *arg)
{
	struct maas_http_request *r = arg;
	int good = 1;

	maas_http_begin(r, 200, "text/event-stream");
	for (int i = 0; i < 20 && good; i++) {
		good = maas_http_write(r, "data: x\n\n", 9) == 0;
		usleep(2000);
	}
	app.gone += !good;
	maas_http_end(r, good);
	app.held--;
	return NULL;
}

/* More than any socket holds: the reader does not read. */
static void *
flood(void *arg)
{
	struct maas_http_request *r = arg;
	static char piece[65536];
	int n = 0;

	maas_http_begin(r, 200, "application/octet-stream");
	while (n < 100000 && maas_http_write(r, piece, sizeof piece) == 0) {
		usleep(1000);
		n++;
	}
	app.gone += n < 100000;
	maas_http_end(r, 1);
	app.held--;
	return NULL;
}

static void
spawn(void *(*fn)(void *), struct maas_http_request *r)
{
	pthread_t t;

	app.held++;
	if (pthread_create(&t, NULL, fn, r) != 0)
		abort();
	pthread_detach(t);
}

/* More than a socket holds, at once. */
static void
big(struct maas_http_request *r)
{
	static char piece[65536];

	for (int i = 0; i < 128; i++)
		if (maas_buf_add(maas_http_body(r), piece, sizeof piece) < 0)
			break;
	maas_http_reply(r, 200, "application/octet-stream");
}

static void
handle(void *ctx, struct maas_http_request *r)
{
	struct maas_buf *b = maas_http_body(r);

	(void)ctx;
	app.handled++;
	if (maas_span_is(r->path, "/wait"))
		spawn(wait_for_end, r);
	else if (maas_span_is(r->path, "/drip"))
		spawn(drip, r);
	else if (maas_span_is(r->path, "/flood"))
		spawn(flood, r);
	else if (maas_span_is(r->path, "/big"))
		big(r);
	else if (maas_buf_printf(b, "%s %.*s %zu:", r->method, (int)r->path.n, r->path.s, r->body.n) < 0 ||
	    maas_buf_add(b, r->body.s, r->body.n) < 0)
		maas_http_reply(r, 500, NULL);
	else
		maas_http_reply(r, 200, "text/plain");
}

static void
refuse(void *ctx, struct maas_http_request *r, int status, const char *why)
{
	(void)ctx;
	app.refused++;
	if (maas_buf_text(maas_http_body(r), why) < 0)
		maas_http_body(r)->n = 0;
	maas_http_reply(r, status, "text/plain");
}

static void
finished(void *ctx, struct maas_http_request *r)
{
	(void)ctx, (void)r;
	app.finished++;
}

static void
turned_away(void *ctx)
{
	(void)ctx;
	app.turned_away++;
}

static char path[108];

static struct maas_http *
server(size_t connections, double seconds)
{
	struct maas_http *h = maas_http_open(&(struct maas_http_setup){ .unix_path = path,
	    .body_max = 1000,
	    .replies_max = 20 << 20,
	    .connections = connections,
	    .head_seconds = seconds,
	    .body_seconds = seconds,
	    .write_seconds = seconds,
	    .min_rate = 16 << 20,
	    .admit = admit,
	    .handle = handle,
	    .refuse = refuse,
	    .finished = finished,
	    .busy = "{\"busy\":1}",
	    .turned_away = turned_away });

	ok(h != NULL, "the server starts: %s", h ? "yes" : maas_error());
	return h;
}

static int
dial(void)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	struct timeval limit = { 20, 0 };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	snprintf(at.sun_path, sizeof at.sun_path, "%s", path);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
	if (connect(fd, (struct sockaddr *)&at, sizeof at) < 0)
		abort();
	return fd;
}

static void
say(int fd, const char *text)
{
	if (send(fd, text, strlen(text), MSG_NOSIGNAL) != (ssize_t)strlen(text))
		printf("# short send\n");
}

/* All that comes until the end. */
static const char *
listen_to_end(int fd)
{
	static char all[65536];
	size_t n = 0;
	ssize_t got;

	while (n < sizeof all - 1 && (got = recv(fd, all + n, sizeof all - 1 - n, 0)) > 0)
		n += (size_t)got;
	all[n] = '\0';
	close(fd);
	return all;
}

static const char *
ask(const char *text)
{
	int fd = dial();

	say(fd, text);
	return listen_to_end(fd);
}

static int
count(const char *text, const char *what)
{
	int n = 0;

	for (const char *p = text; (p = strstr(p, what)); p++)
		n++;
	return n;
}

#define END  "Connection: close\r\n\r\n"
#define TAIL "GET /second HTTP/1.1\r\nHost: x\r\n\r\n"

static void
test_replies(void)
{
	const char *a =
	    ask("POST /echo?q=1 HTTP/1.1\r\nHost: x\r\nX-Request-Id: mine-1\r\nContent-Length: 5\r\n" END "hello");

	ok(strstr(a, "200 OK") && strstr(a, "\r\n\r\nPOST /echo 5:hello"), "an echo");
	ok(strstr(a, "X-Request-Id: mine-1\r\n") != NULL, "the client's request id");
	a = ask("GET / HTTP/1.1\r\nHost: x\r\nX-Request-Id: bad id\r\n" END);
	ok(strstr(a, "X-Request-Id: ") && !strstr(a, "bad id"), "a request id of ours");
	a = ask(
	    "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n" END "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n");
	ok(strstr(a, "POST /echo 5:abcde") != NULL, "a chunked body");
	a = ask("GET /one HTTP/1.1\r\nHost: x\r\n\r\nGET /two HTTP/1.1\r\nHost: x\r\n" END);
	ok(count(a, "200 OK") == 2 && strstr(a, "GET /one") && strstr(a, "GET /two"), "two requests on one connection");
	a = ask("GET /drip HTTP/1.1\r\nHost: x\r\n" END);
	ok(count(a, "data: x") == 20 && strstr(a, "\r\n0\r\n"), "a stream, whole");
	a = ask("GET / HTTP/1.1\r\nHost: x\r\nX-Deny: 1\r\n" END);
	ok(strstr(a, "401") && strstr(a, "WWW-Authenticate: Bearer"), "not admitted");
	a = ask("POST /echo HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nX-Deny: 1\r\nContent-Length: 5\r\n\r\n");
	ok(strstr(a, "401") && !strstr(a, "100 Continue"), "not admitted before the body is read");
}

/* Each is one refusal and an end, and what follows is not taken for a request. */
static void
test_framing(void)
{
	static const char *const bad[] = {
		"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\nContent-Length: 34\r\n\r\n" TAIL,
		"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 34\r\nContent-Length: 0\r\n\r\n" TAIL,
		"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" TAIL,
		"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: xchunked\r\n\r\n" TAIL,
		"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked, identity\r\n\r\n" TAIL,
		"POST / HTTP/1.1\r\nHost: x\r\nContent-Length : 34\r\n\r\n" TAIL,
		"GET /a%00b HTTP/1.1\r\nHost: x\r\n\r\n" TAIL,
		"GET / HTTP/1.1\r\n\r\n" TAIL,
		"GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n" TAIL,
		"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n" TAIL,
		"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: +3\r\n\r\n" TAIL,
		"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3, 3\r\n\r\n" TAIL,
		"BREW / HTTP/1.1\r\nHost: x\r\n\r\n" TAIL,
		"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" TAIL,
	};

	for (size_t i = 0; i < MAAS_COUNT(bad); i++) {
		int before = app.handled;
		const char *a = ask(bad[i]);

		ok((!strncmp(a, "HTTP/1.1 4", 10) || !strncmp(a, "HTTP/1.1 5", 10)) && !strstr(a, "HTTP/1.1 2") &&
			app.handled == before,
		    "framing %zu: %.12s", i, a);
	}
}

static void
test_limits(void)
{
	static char big[6000];
	const char *a = ask("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 1001\r\n\r\n");
	int before;

	ok(strstr(a, "413") != NULL, "too large by its length, before a byte is read");
	snprintf(big, sizeof big,
	    "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5dc\r\n%01500d\r\n0\r\n\r\n", 7);
	a = ask(big);
	ok(strstr(a, "413") != NULL, "too large by what came");
	a = ask("POST /echo HTTP/1.1\r\nHost: x\r\nX-Small: 1\r\nTransfer-Encoding: chunked\r\n" END
		"b\r\nhello world\r\n0\r\n\r\n");
	ok(strstr(a, "413") != NULL, "too large for who lets it in");
	a = ask("POST /echo HTTP/1.1\r\nHost: x\r\nX-Small: 1\r\nTransfer-Encoding: chunked\r\n" END
		"a\r\nhello worl\r\n0\r\n\r\n");
	ok(strstr(a, "POST /echo 10:hello worl") != NULL, "no larger than that");
	before = app.handled;
	a = ask("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc");
	ok(!strstr(a, "200") && app.handled == before, "a body that never ends is cut off");
	a = ask("GET /echo HTTP/1.1\r\nHost: x\r\nX: y");
	ok(!strstr(a, "200") && app.handled == before, "so is a head");
}

/* Does the counter get there within a while? */
static int
comes_to(_Atomic int *counter, int want)
{
	for (int i = 0; i < 1000 && *counter != want; i++)
		usleep(10000);
	return *counter == want;
}

/* Until all connections are closed. */
static void
await_none(struct maas_http *h)
{
	for (int i = 0; i < 1000 && maas_http_connections(h); i++)
		usleep(10000);
	usleep(50000);
}

/* Say it, then a byte now and then, which would take 20 seconds; was it cut short, and unanswered? */
static int
is_cut(const char *begin, const char *bytes)
{
	int fd = dial(), n = 0;
	const char *a;

	say(fd, begin);
	while (n < 1000 && send(fd, &bytes[n % (int)strlen(bytes)], 1, MSG_NOSIGNAL) == 1) {
		usleep(20000);
		n++;
	}
	a = listen_to_end(fd);
	return n < 1000 && !strstr(a, "HTTP/1.1 2");
}

/* Deadlines count from the beginning: it does not help to be slow. */
static void
test_slow(struct maas_http *h)
{
	int fd[64], before = app.handled, finished;
	const char *a;

	ok(is_cut("", "GET / HTTP/1.1\r\nHost: x\r\nX: "), "a slow first line");
	ok(is_cut("GET / HTTP/1.1\r\n", "Host: x\r\n"), "slow headers");
	ok(is_cut("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 900\r\n\r\n", "x"), "a slow body");
	ok(is_cut("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n", "1\r\nx\r\n"), "slow chunks");
	for (int i = 0; i < 64; i++) {
		fd[i] = dial();
		say(fd[i], "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 900\r\n\r\n");
	}
	a = ask("GET /among HTTP/1.1\r\nHost: x\r\n" END);
	ok(strstr(a, "GET /among") != NULL, "others are served meanwhile");
	for (int i = 0; i < 64; i++)
		ok(!*listen_to_end(fd[i]), "slow body %d", i);
	ok(app.handled == before + 1, "nobody was handled who did not ask");
	await_none(h);
	finished = app.finished;
	fd[0] = dial();
	say(fd[0], "GET /big HTTP/1.1\r\nHost: x\r\n\r\n");
	ok(comes_to(&app.finished, finished + 1), "a reply that nobody reads ends");
	close(fd[0]);
}

/* Two replies of 8 MiB that nobody reads leave no room for a third, until their readers are gone. */
static void
test_crammed(void)
{
	struct maas_http *h = server(0, 10);
	int fd[2], before = app.handled;

	for (int i = 0; i < 2; i++) {
		fd[i] = dial();
		say(fd[i], "GET /big HTTP/1.1\r\nHost: x\r\n\r\n");
	}
	ok(comes_to(&app.handled, before + 2), "two large replies wait");
	ok(strstr(ask("GET /big HTTP/1.1\r\nHost: x\r\n" END), " 503 ") != NULL, "a third is refused");
	ok(strstr(ask("GET /small HTTP/1.1\r\nHost: x\r\n" END), " 200 ") != NULL, "a small one is not");
	close(fd[0]);
	close(fd[1]);
	await_none(h);
	ok(strstr(ask("GET /big HTTP/1.1\r\nHost: x\r\n" END), " 200 ") != NULL, "with room again, it is given");
	maas_http_close(h);
}

static void
test_leaving(void)
{
	int fd = dial(), before = app.gone;

	say(fd, "GET /wait HTTP/1.1\r\nHost: x\r\n\r\n");
	ok(comes_to(&app.held, 1), "a request waits");
	close(fd);
	ok(comes_to(&app.gone, before + 1), "a client that leaves while it waits is noticed");
	fd = dial();
	say(fd, "GET /drip HTTP/1.1\r\nHost: x\r\n\r\n");
	close(fd);
	ok(comes_to(&app.held, 0), "a stream nobody reads ends");
	before = app.gone;
	fd = dial();
	say(fd, "GET /flood HTTP/1.1\r\nHost: x\r\n\r\n");
	ok(comes_to(&app.gone, before + 1), "a reader that does not read is cut off");
	close(fd);
}

#define SPARE 256 /* of http.c */

/* Those above the limit are answered 503, those far above it at once; who leaves makes room. */
static void
test_crowd(void)
{
	static int fd[4 + SPARE];
	struct maas_http *h = server(4, 10);
	const char *a;

	for (int i = 0; i < 4; i++)
		fd[i] = dial();
	a = ask("GET /one HTTP/1.1\r\nHost: x\r\n\r\n");
	ok(count(a, "HTTP/1.1 503") == 1 && strstr(a, "Retry-After: 1\r\n") && strstr(a, "too many connections"),
	    "one too many");
	for (int i = 4; i < 4 + SPARE; i++)
		fd[i] = dial();
	for (int i = 0; i < 3; i++) {
		a = listen_to_end(dial());
		ok(count(a, "HTTP/1.1 503") == 1 && strstr(a, "Retry-After: 1\r\n") &&
			strstr(a, "\r\n\r\n{\"busy\":1}"),
		    "far too many, %d", i);
	}
	ok(app.turned_away == 3, "they are counted");
	say(fd[0], "GET /two HTTP/1.1\r\nHost: x\r\n" END);
	ok(strstr(listen_to_end(fd[0]), "GET /two") != NULL, "who was in before is answered");
	for (int i = 1; i < 4 + SPARE; i++)
		close(fd[i]);
	await_none(h);
	ok(strstr(ask("GET /three HTTP/1.1\r\nHost: x\r\n" END), "GET /three") != NULL, "there is room again");
	maas_http_close(h);
}

/* Without a descriptor left for a connection, it is still told so. */
static void
test_descriptors(struct maas_http *h)
{
	struct rlimit few, before;
	int at[256], n = 0;
	const char *a;

	await_none(h);
	getrlimit(RLIMIT_NOFILE, &before);
	few = before;
	few.rlim_cur = 100;
	setrlimit(RLIMIT_NOFILE, &few);
	while (n < 256 && (at[n] = dup(0)) >= 0)
		n++;
	close(at[--n]);
	a = listen_to_end(dial());
	ok(strstr(a, "HTTP/1.1 503") && strstr(a, "{\"busy\":1}"), "no descriptor left: %.12s", a);
	while (n > 0)
		close(at[--n]);
	setrlimit(RLIMIT_NOFILE, &before);
	a = ask("GET /four HTTP/1.1\r\nHost: x\r\n" END);
	ok(strstr(a, "GET /four") != NULL, "there are some again");
}

static void
test_end(struct maas_http *h)
{
	int fd[8], before = app.gone;

	for (int i = 0; i < 8; i++) {
		fd[i] = dial();
		say(fd[i], "GET /wait HTTP/1.1\r\nHost: x\r\n\r\n");
	}
	ok(comes_to(&app.held, 8), "eight requests wait");
	maas_http_quiesce(h);
	ok(access(path, F_OK) != 0, "the socket's name is gone");
	ok(maas_http_pending(h) == 8, "they are pending");
	maas_http_close(h);
	ok(app.gone == before + 8, "all are told at the end");
	for (int i = 0; i < 8; i++)
		close(fd[i]);
}

int
main(void)
{
	struct maas_http *h;

	snprintf(path, sizeof path, "/tmp/maas-net-http-%d", (int)getpid());
	test_crowd();
	test_crammed();
	h = server(0, 0.5);
	if (!h)
		return done();
	ok(!maas_http_open(&(struct maas_http_setup){ .unix_path = path }) && maas_why() == MAAS_TEMPFAIL,
	    "a second server is refused the name: %s", maas_error());
	test_replies();
	test_framing();
	test_limits();
	test_slow(h);
	test_leaving();
	test_descriptors(h);
	test_end(h);
	ok(app.finished >= app.handled + app.refused, "every request was finished");
	return done();
}
