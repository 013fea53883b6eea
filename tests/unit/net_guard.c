/* The guard, and the small judgements on text beside it. */
#include "../test.h"
#include "maas/net.h"

#define MAX 80

/* The guard's verdict on "Name: value\n..." lines: the status, 0 when let in. */
static int
verdict(const char *method, const char *target, const char *version, const char *lines)
{
	struct maas_http_field f[MAX];
	size_t n = 0;
	int status = 0;

	for (const char *p = lines; *p && n < MAX; n++) {
		size_t len = strcspn(p, "\n"), colon = strcspn(p, ":");

		f[n].name = (struct maas_span){ p, colon };
		f[n].value = (struct maas_span){ p + colon + 2, len - colon - 2 };
		p += len + (p[len] == '\n');
	}
	return maas_http_guard(method, target, version, f, n, &status) ? status : 0;
}

static const struct {
	const char *what, *method, *target, *version, *lines;
	int status;
} heads[] = {
	{ "plain", "GET", "/a?b=%20", "HTTP/1.1", "Host: x\nAccept: */*", 0 },
	{ "1.0 needs no Host", "GET", "/", "HTTP/1.0", "", 0 },
	{ "a body", "POST", "/", "HTTP/1.1", "Host: x\nContent-Length: 12", 0 },
	{ "chunked", "POST", "/", "HTTP/1.1", "Host: x\ntransfer-encoding: Chunked", 0 },
	{ "two lengths", "POST", "/", "HTTP/1.1", "Host: x\nContent-Length: 0\ncontent-length: 34", 400 },
	{ "two equal lengths", "POST", "/", "HTTP/1.1", "Host: x\nContent-Length: 3\nContent-Length: 3", 400 },
	{ "a length of two", "POST", "/", "HTTP/1.1", "Host: x\nContent-Length: 3, 3", 400 },
	{ "a negative length", "POST", "/", "HTTP/1.1", "Host: x\nContent-Length: -1", 400 },
	{ "a huge length", "POST", "/", "HTTP/1.1", "Host: x\nContent-Length: 99999999999999999999", 400 },
	{ "length and chunked", "POST", "/", "HTTP/1.1", "Host: x\nContent-Length: 3\nTransfer-Encoding: chunked",
	    400 },
	{ "xchunked", "POST", "/", "HTTP/1.1", "Host: x\nTransfer-Encoding: xchunked", 501 },
	{ "gzip, chunked", "POST", "/", "HTTP/1.1", "Host: x\nTransfer-Encoding: gzip, chunked", 501 },
	{ "chunked twice", "POST", "/", "HTTP/1.1", "Host: x\nTransfer-Encoding: chunked\nTransfer-Encoding: chunked",
	    400 },
	{ "a space before the colon", "POST", "/", "HTTP/1.1", "Host: x\nContent-Length : 33", 400 },
	{ "an empty name", "GET", "/", "HTTP/1.1", "Host: x\n: y", 400 },
	{ "a bare CR in a value", "GET", "/", "HTTP/1.1", "Host: x\nA: b\rc", 400 },
	{ "no Host", "GET", "/", "HTTP/1.1", "Accept: x", 400 },
	{ "two Hosts", "GET", "/", "HTTP/1.1", "Host: x\nhost: y", 400 },
	{ "a NUL in the target", "GET", "/a%00b", "HTTP/1.1", "Host: x", 400 },
	{ "a raw byte in the target", "GET", "/\xc3\xa9", "HTTP/1.1", "Host: x", 400 },
	{ "an absolute target", "GET", "http://x/", "HTTP/1.1", "Host: x", 400 },
	{ "an unknown method", "BREW", "/", "HTTP/1.1", "Host: x", 501 },
	{ "an unknown version", "GET", "/", "HTTP/2.0", "Host: x", 505 },
};

static void
test_heads(void)
{
	char many[16 * 66] = "Host: x\n", longest[5000];

	for (size_t i = 0; i < MAAS_COUNT(heads); i++)
		ok(verdict(heads[i].method, heads[i].target, heads[i].version, heads[i].lines) == heads[i].status, "%s",
		    heads[i].what);
	for (int i = 0; i < 63; i++)
		memcpy(many + 8 + 5 * i, "A: b\n", 6);
	ok(verdict("GET", "/", "HTTP/1.1", many) == 0, "64 headers");
	memcpy(many + 8 + 5 * 63, "A: b\n", 6);
	ok(verdict("GET", "/", "HTTP/1.1", many) == 431, "65 headers");
	memset(longest, 'a', sizeof longest);
	longest[0] = '/';
	longest[4096] = '\0';
	ok(verdict("GET", longest, "HTTP/1.1", "Host: x") == 0, "a target of 4096 bytes");
	longest[4096] = 'a';
	longest[4097] = '\0';
	ok(verdict("GET", longest, "HTTP/1.1", "Host: x") == 414, "a target of 4097 bytes");
}

static const char *
unescaped(const char *s)
{
	static struct maas_buf b;

	b.n = 0;
	return maas_http_unescape(maas_span(s), &b) < 0 ? "refused" : b.n ? b.s : "";
}

static void
test_text(void)
{
	is_str(unescaped("a%2Fb%40c"), "a/b@c");
	is_str(unescaped("%e6%96%B0"), "\xe6\x96\xb0");
	is_str(unescaped("%"), "refused");
	is_str(unescaped("%4"), "refused");
	is_str(unescaped("%4g"), "refused");
	is_str(unescaped("%00"), "refused");
	is_str(unescaped("%e6%96"), "refused");
	is_str(unescaped(""), "");
	ok(maas_http_host_local("localhost", NULL) && maas_http_host_local("LocalHost:80", NULL), "localhost");
	ok(maas_http_host_local("127.0.0.1:8080", NULL) && maas_http_host_local("127.9.9.9", NULL), "127.0.0.0/8");
	ok(maas_http_host_local("[::1]:8080", NULL) && maas_http_host_local("[::1]", NULL), "[::1]");
	ok(maas_http_host_local("models.example:1", "models.example"), "its own name");
	ok(!maas_http_host_local("evil.example", NULL) && !maas_http_host_local("localhost.evil.example", NULL),
	    "others");
	ok(!maas_http_host_local("", NULL) && !maas_http_host_local("localhost:80x", NULL), "broken ones");
	ok(!maas_http_host_local("[::1", NULL) && !maas_http_host_local("[::1]x", NULL), "broken brackets");
	ok(!maas_http_host_local("127.0.0.1.evil.example", NULL), "an address in front");
	ok(maas_http_loopback("127.0.0.1") && maas_http_loopback("::1"), "loopback");
	ok(!maas_http_loopback("0.0.0.0") && !maas_http_loopback("::") && !maas_http_loopback("10.0.0.1"),
	    "not loopback");
	ok(maas_http_id_decent("a-B.9_") && !maas_http_id_decent("") && !maas_http_id_decent("a b"), "request ids");
	ok(!maas_http_id_decent("a\nb"), "a request id with a line end");
}

int
main(void)
{
	test_heads();
	test_text();
	return done();
}
