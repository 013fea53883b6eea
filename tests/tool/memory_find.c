/*
 * memory_find PID IDS TEXT...: how often the memory of a process holds one of the texts, and the token ids, parted by
 * blanks, one after the other as 32-bit numbers: what a core image of it would hold.  "text N", "ids N"; where, on
 * standard error.
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PIECE (1 << 17)
#define PAGE  4096

struct pattern {
	const char *name;
	unsigned char bytes[4096];
	size_t n, found;
};

/* What of it lies about a hit, as far as it can be printed. */
static void
show(const struct pattern *p, const unsigned char *at, const unsigned char *begin, const unsigned char *end,
    unsigned long address, const char *where)
{
	fprintf(stderr, "%s at %lx in %s: ", p->name, address, where);
	for (const unsigned char *c = at - begin > 48 ? at - 48 : begin; c < end && c < at + 64; c++)
		fputc(*c >= ' ' && *c < 127 ? *c : '.', stderr);
	fputc('\n', stderr);
}

static void
search(struct pattern *p, const unsigned char *m, size_t n, unsigned long address, const char *where)
{
	const unsigned char *at = m;

	while (p->n && p->n <= n - (size_t)(at - m) && (at = memmem(at, n - (size_t)(at - m), p->bytes, p->n))) {
		p->found++;
		show(p, at, m, m + n, address + (unsigned long)(at - m), where);
		at++;
	}
}

/* Has any page of it ever been touched?  /proc/PID/pagemap, proc_pid_pagemap(5): bit 63 is here, bit 62 swapped out. */
static int
touched(int pages, unsigned long at, size_t n)
{
	uint64_t page[PIECE / PAGE + 2];
	size_t first = at / PAGE, count = (at + n - 1) / PAGE - first + 1;
	ssize_t got = pread(pages, page, count * sizeof *page, (off_t)(first * sizeof *page));

	for (size_t i = 0; got > 0 && i < (size_t)got / sizeof *page; i++)
		if (page[i] >> 62)
			return 1;
	return got <= 0;
}

/* Pieces overlap by one byte less than the longest pattern; a hit that begins in the overlap is the next piece's. */
static void
search_region(const int *fd, struct pattern *p, size_t n, unsigned char *piece, unsigned long from, unsigned long to,
    const char *where)
{
	size_t longest = 1;

	for (size_t i = 0; i < n; i++)
		longest = p[i].n > longest ? p[i].n : longest;
	for (unsigned long at = from; at < to;) {
		size_t want = to - at < PIECE ? to - at : PIECE;
		int last = at + want == to, there = touched(fd[1], at, want);
		ssize_t got = there ? pread(fd[0], piece, want, (off_t)at) : 0;

		for (size_t i = 0; got > 0 && i < n; i++) {
			size_t have = (size_t)got, spare = longest - p[i].n;

			if (!last && have > spare)
				have -= spare;
			search(&p[i], piece, have, at, where);
		}
		if ((there && got < (ssize_t)want) || last)
			return;
		at += want - (longest - 1);
	}
}

/* One after the other in one read of the memory: all there are. */
#define TEXTS 8

static void
search_all(const int *fd, FILE *maps, struct pattern *p, size_t n, unsigned char *piece)
{
	char line[4096];

	while (fgets(line, sizeof line, maps)) {
		unsigned long from, to;
		char may[8];

		line[strcspn(line, "\n")] = '\0';
		if (sscanf(line, "%lx-%lx %7s", &from, &to, may) == 3 && *may == 'r' && may[1] == 'w')
			search_region(fd, p, n, piece, from, to, line);
	}
}

int
main(int argc, char **argv)
{
	static struct pattern p[TEXTS + 1] = { { .name = "ids" } };
	unsigned char *piece = malloc(PIECE);
	size_t n = 1, texts = 0;
	char path[64], *at;
	FILE *maps;
	int fd[2]; /* memory, pages */

	if (argc < 4 || argc > TEXTS + 3 || !piece)
		return 64;
	for (at = argv[2]; p->n + 4 <= sizeof p->bytes && *at; p->n += 4)
		memcpy(p->bytes + p->n, &(int32_t){ (int32_t)strtol(at, &at, 10) }, 4);
	for (; n + 2 < (size_t)argc; n++) {
		p[n].name = "text";
		p[n].n = strlen(argv[n + 2]) < sizeof p->bytes ? strlen(argv[n + 2]) : 0;
		memcpy(p[n].bytes, argv[n + 2], p[n].n);
	}
	snprintf(path, sizeof path, "/proc/%s/mem", argv[1]);
	fd[0] = open(path, O_RDONLY);
	snprintf(path, sizeof path, "/proc/%s/pagemap", argv[1]);
	fd[1] = open(path, O_RDONLY);
	snprintf(path, sizeof path, "/proc/%s/maps", argv[1]);
	maps = fopen(path, "r");
	if (fd[0] < 0 || !maps) {
		perror(path);
		return 77;
	}
	search_all(fd, maps, p, n, piece);
	for (size_t i = 1; i < n; i++)
		texts += p[i].found;
	printf("text %zu\nids %zu\n", texts, p->found);
	return 0;
}
