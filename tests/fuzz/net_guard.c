/* Heads of requests: METHOD TARGET VERSION, then Name:value lines.  What the guard lets in must be
 * framed in one way only, by a second and slower look. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "maas/net.h"

#define MAX 80

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static int
count_named(const struct maas_http_field *f, size_t n, const char *name)
{
	int seen = 0;

	for (size_t i = 0; i < n; i++) {
		char copy[64] = "";

		if (f[i].name.n < sizeof copy)
			memcpy(copy, f[i].name.s, f[i].name.n);
		seen += !strcasecmp(copy, name);
	}
	return seen;
}

static void
judge(const char *const word[3], const struct maas_http_field *f, size_t n)
{
	int status = 0;
	const char *why = maas_http_guard(word[0], word[1], word[2], f, n, &status);
	struct maas_buf path = { 0 };

	if (why) {
		if (status < 400 || status > 505)
			abort();
		return;
	}
	if (n > 64 || strlen(word[1]) > 4096 || strchr(word[1], ' '))
		abort();
	if (count_named(f, n, "content-length") + count_named(f, n, "transfer-encoding") > 1)
		abort();
	if (count_named(f, n, "host") != 1 && strcmp(word[2], "HTTP/1.0"))
		abort();
	for (size_t i = 0; i < n; i++)
		if (!f[i].name.n || memchr(f[i].name.s, ' ', f[i].name.n) || memchr(f[i].value.s, '\r', f[i].value.n))
			abort();
	if (maas_http_unescape(maas_span(word[1]), &path) == 0 && path.n && strlen(path.s) != path.n)
		abort();
	maas_buf_free(&path);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct maas_http_field f[MAX];
	char *text = malloc(n + 1), *p, *line;
	const char *word[3] = { "", "", "" };
	size_t m = 0;

	if (!text)
		return 0;
	memcpy(text, data, n);
	text[n] = '\0';
	p = text;
	line = strsep(&p, "\n");
	for (int i = 0; i < 3 && line; i++)
		word[i] = strsep(&line, " ");
	while (p && m < MAX && (line = strsep(&p, "\n"))) {
		size_t colon = strcspn(line, ":");
		const char *value = line + colon + (line[colon] == ':');

		f[m].name = (struct maas_span){ line, colon };
		f[m++].value = maas_span(value);
		maas_http_host_local(value, "own.example");
		maas_http_id_decent(value);
	}
	judge(word, f, m);
	free(text);
	return 0;
}
