/*
 * client.c -- ask a model that maas-serve serves, in C, with sockets and nothing else.
 *	cc -o client client.c
 *	MAAS_KEY=maas_... ./client predict  HOST PORT MODEL < texts	label, tab, score of each line
 *	MAAS_KEY=maas_... ./client complete HOST PORT MODEL PROMPT	the text, as it comes
 *
 * HTTP/1.0 keeps it short: the reply ends where the connection does.  What crosses a network
 * wants TLS: put a proxy between, or ask with a library such as libcurl.  A server that is busy
 * is asked once more when it says so.
 */
#define _POSIX_C_SOURCE 200809L
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static const char *host, *port, *key;

static void
die(const char *why)
{
	fprintf(stderr, "client: %s\n", why);
	exit(1);
}

/* A connection to the server, to write to and to read from. */
static FILE *
dial(void)
{
	struct addrinfo want = { .ai_socktype = SOCK_STREAM }, *all, *a;
	int fd = -1;

	if (getaddrinfo(host, port, &want, &all) != 0)
		die("no such host or port");
	for (a = all; a; a = a->ai_next) {
		fd = socket(a->ai_family, a->ai_socktype, a->ai_protocol);
		if (fd >= 0 && connect(fd, a->ai_addr, a->ai_addrlen) == 0)
			break;
		close(fd);
	}
	freeaddrinfo(all);
	if (!a)
		die("the server does not answer");
	return fdopen(fd, "r+");
}

/* Send a request and read the head of the reply: its status, and the seconds of Retry-After. */
static FILE *
post(const char *path, const char *type, const char *accept, const char *body, size_t n, int *status, unsigned *wait)
{
	FILE *f = dial();
	char line[8192];

	fprintf(f, "POST %s HTTP/1.0\r\nHost: localhost\r\nAuthorization: Bearer %s\r\n", path, key);
	fprintf(f, "Content-Type: %s\r\nAccept: %s\r\nContent-Length: %zu\r\n\r\n", type, accept, n);
	fwrite(body, 1, n, f);
	if (fflush(f) == EOF || !fgets(line, sizeof line, f) || sscanf(line, "HTTP/%*s %d", status) != 1)
		die("the server hung up");
	*wait = 1;
	while (fgets(line, sizeof line, f) && strcmp(line, "\r\n"))
		sscanf(line, "Retry-After: %u", wait);
	return f;
}

/* The text of a member: "name":"..." up to its closing quote, with the escapes of JSON undone. */
static void
print_member(const char *json, const char *name, FILE *to)
{
	const char *p = strstr(json, name);
	unsigned c, low;

	for (p = p ? p + strlen(name) : ""; *p && *p != '"'; p++) {
		if (*p != '\\') {
			putc(*p, to);
			continue;
		}
		switch (*++p) {
		case 'n': putc('\n', to); break;
		case 't': putc('\t', to); break;
		case 'r': putc('\r', to); break;
		case 'u': /* UTF-16, to UTF-8 */
			if (sscanf(p + 1, "%4x", &c) != 1)
				return;
			p += 4;
			if (c >> 10 == 0x36 && sscanf(p + 1, "\\u%4x", &low) == 1) {
				c = 0x10000 + ((c & 0x3ff) << 10) + (low & 0x3ff);
				p += 6;
			}
			if (c >= 0x10000)
				fprintf(to, "%c%c%c", 0xf0 | c >> 18, 0x80 | (c >> 12 & 63), 0x80 | (c >> 6 & 63));
			else if (c >= 0x800)
				fprintf(to, "%c%c", 0xe0 | c >> 12, 0x80 | (c >> 6 & 63));
			else if (c >= 0x80)
				putc(0xc0 | c >> 6, to);
			putc(c < 0x80 ? c : 0x80 | (c & 63), to);
			break;
		default: putc(*p, to); /* a quote, a backslash, a slash */
		}
	}
}

/* A reply that is good: asked for again where the server is busy, else told why there is none. */
static FILE *
ask(const char *path, const char *type, const char *accept, const char *body, size_t n)
{
	char line[8192] = "";
	unsigned wait;
	int status;
	FILE *f = post(path, type, accept, body, n, &status, &wait);

	if (status == 429 || status == 503) {
		fclose(f);
		sleep(wait);
		f = post(path, type, accept, body, n, &status, &wait);
	}
	if (status == 200)
		return f;
	if (fgets(line, sizeof line, f))
		print_member(line, "\"message\":\"", stderr);
	putc('\n', stderr);
	exit(1);
}

/* All lines at once: they come back as lines, each with its label and its score. */
static void
predict(const char *model)
{
	char path[512], *text = NULL, line[8192];
	size_t n = 0, room = 0, got;
	FILE *f;

	do {
		if (n == room && !(text = realloc(text, room = 2 * room + 65536)))
			die("no memory");
		n += got = fread(text + n, 1, room - n, stdin);
	} while (got);
	snprintf(path, sizeof path, "/v1/models/%s/predict", model);
	f = ask(path, "text/plain", "text/tab-separated-values", text, n);
	while ((got = fread(line, 1, sizeof line, f)) > 0)
		fwrite(line, 1, got, stdout);
	free(text);
	fclose(f);
}

/* JSON of a text: quotes, backslashes and control characters escaped. */
static void
quote(const char *s, FILE *to)
{
	putc('"', to);
	for (; *s; s++)
		if (*s == '"' || *s == '\\')
			fprintf(to, "\\%c", *s);
		else if ((unsigned char)*s < ' ')
			fprintf(to, "\\u%04x", *s);
		else
			putc(*s, to);
	putc('"', to);
}

/* Lines: data: {"choices":[{"text":"..."}]}, an empty one, ..., data: [DONE] */
static void
complete(const char *model, const char *prompt)
{
	char *body, *line = NULL;
	size_t n, room = 0;
	FILE *f = open_memstream(&body, &n);

	fprintf(f, "{\"model\":\"%s\",\"max_tokens\":100,\"temperature\":0,\"stream\":true,\"prompt\":", model);
	quote(prompt, f);
	fputs("}", f);
	fclose(f);
	f = ask("/v1/completions", "application/json", "text/event-stream", body, n);
	free(body);
	while (getline(&line, &room, f) > 0) {
		if (strncmp(line, "data: {", 7) != 0)
			continue;
		if (!strncmp(line, "data: {\"error\"", 14)) {
			print_member(line, "\"message\":\"", stderr);
			exit(1);
		}
		print_member(line, "\"text\":\"", stdout);
		fflush(stdout);
	}
	puts("");
	free(line);
	fclose(f);
}

int
main(int argc, char **argv)
{
	key = getenv("MAAS_KEY");
	if (argc < 5 || !key || (strcmp(argv[1], "predict") && argc < 6)) {
		fputs("usage: MAAS_KEY=maas_... client predict HOST PORT MODEL < texts\n"
		      "       MAAS_KEY=maas_... client complete HOST PORT MODEL PROMPT\n",
		    stderr);
		return 64;
	}
	host = argv[2];
	port = argv[3];
	if (!strcmp(argv[1], "predict"))
		predict(argv[4]);
	else
		complete(argv[4], argv[5]);
	return 0;
}
