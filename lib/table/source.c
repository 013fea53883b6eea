/* source -- lines and bytes of one input, with a way back to a mark. */
#include <string.h>

#include "source.h"

int
source_peek(struct source *s, size_t n, struct maas_span *to)
{
	if (s->input)
		return maas_input_peek(s->input, n, to);
	to->s = s->memory.s;
	to->n = n < s->memory.n ? n : s->memory.n;
	return 0;
}

static int
memory_line(struct source *s, struct maas_span *to)
{
	const char *lf;

	if (!s->memory.n)
		return 0;
	lf = s->whole ? NULL : memchr(s->memory.s, '\n', s->memory.n);
	to->s = s->memory.s;
	to->n = lf ? (size_t)(lf - s->memory.s) : s->memory.n;
	s->memory.s += to->n + (lf != NULL);
	s->memory.n -= to->n + (lf != NULL);
	return 1;
}

/* A line that was kept since the mark. */
static int
kept_line(struct source *s, struct maas_span *to)
{
	const char *lf = memchr(s->kept.s + s->at, '\n', s->kept.n - s->at);

	to->s = s->kept.s + s->at;
	to->n = (size_t)(lf - to->s);
	s->at += to->n + 1;
	s->line++;
	return 1;
}

int
source_line(struct source *s, struct maas_span *to)
{
	int rc;

	if (s->at < s->kept.n)
		return kept_line(s, to);
	if (!s->marked)
		s->at = s->kept.n = 0;
	rc = s->input ? maas_input_line(s->input, to, NULL) : memory_line(s, to);
	if (rc <= 0)
		return rc;
	if (!s->line++ && to->n >= 3 && !memcmp(to->s, "\xef\xbb\xbf", 3)) {
		to->s += 3;
		to->n -= 3;
	}
	if (!s->marked)
		return 1;
	if (maas_buf_add(&s->kept, to->s, to->n) < 0 || maas_buf_add(&s->kept, "\n", 1) < 0)
		return -1;
	s->at = s->kept.n;
	return 1;
}

long
source_bytes(struct source *s, struct maas_buf *to, size_t n)
{
	char block[1 << 16];
	size_t have = 0;
	long got;

	while (have < n) {
		size_t want = n - have < sizeof block ? n - have : sizeof block;

		if (s->input) {
			got = maas_input_read(s->input, block, want);
		} else {
			got = (long)(want < s->memory.n ? want : s->memory.n);
			memcpy(block, s->memory.s, (size_t)got);
			s->memory.s += got;
			s->memory.n -= (size_t)got;
		}
		if (got < 0 || maas_buf_add(to, block, (size_t)got) < 0)
			return -1;
		if (!got)
			break;
		have += (size_t)got;
	}
	return (long)have;
}

void
source_mark(struct source *s)
{
	if (s->at)
		memmove(s->kept.s, s->kept.s + s->at, s->kept.n - s->at);
	s->kept.n -= s->at;
	s->at = 0;
	s->marked = 1;
}

void
source_back(struct source *s)
{
	size_t i;

	for (i = 0; i < s->at; i++)
		s->line -= s->kept.s[i] == '\n';
	s->marked = 0;
	s->at = 0;
}

void
source_close(struct source *s)
{
	maas_input_close(s->input);
	maas_buf_free(&s->kept);
	*s = (struct source){ 0 };
}
