/* tokenize_lines -- input of maas-tokenize: blocks of whole lines, and the tokeniser. */
#include <stdlib.h>
#include <string.h>

#include "maas/registry.h"
#include "tokenize.h"

#define BLOCK ((size_t)1 << 20)

int
lines_open(struct lines *l, const char *path, const char *encoding)
{
	*l = (struct lines){ .first = 1 };
	return (l->in = maas_input_open(path, encoding)) ? 0 : -1;
}

/* Lines that end in buf[from..), the last one at the end of all. */
static int
part(struct lines *l, size_t from)
{
	char *s = l->buf.s + l->used, *end = l->buf.s + l->buf.n, *lf, *look = l->buf.s + from;

	for (; (lf = look < end ? memchr(look, '\n', (size_t)(end - look)) : NULL); s = look = lf + 1) {
		if (maas_grow(&l->line, l->n, &l->cap, 1, sizeof *l->line) < 0)
			return -1;
		l->line[l->n++] = (struct maas_span){ s, (size_t)(lf - s) };
	}
	if (l->end && s < end) {
		if (maas_grow(&l->line, l->n, &l->cap, 1, sizeof *l->line) < 0)
			return -1;
		l->line[l->n++] = (struct maas_span){ s, (size_t)(end - s) };
		s = end;
	}
	l->used = (size_t)(s - l->buf.s);
	return 0;
}

int
lines_next(struct lines *l)
{
	l->first += l->n;
	l->n = 0;
	if (l->used)
		memmove(l->buf.s, l->buf.s + l->used, l->buf.n - l->used);
	l->buf.n -= l->used;
	l->used = 0;
	while (l->n == 0 && !l->end) {
		size_t from = l->buf.n;
		long got;

		if (maas_grow(&l->buf.s, l->buf.n, &l->buf.cap, BLOCK, 1) < 0)
			return -1;
		if ((got = maas_input_read(l->in, l->buf.s + l->buf.n, BLOCK)) < 0)
			return -1;
		l->buf.n += (size_t)got;
		l->end = got == 0;
		if (part(l, from) < 0)
			return -1;
	}
	return l->n > 0;
}

void
lines_close(struct lines *l)
{
	maas_input_close(l->in);
	maas_buf_free(&l->buf);
	free(l->line);
}

int
put_out(struct maas_buf *b, int now)
{
	if (b->n)
		fwrite(b->s, 1, b->n, stdout);
	b->n = 0;
	if (now)
		fflush(stdout);
	return ferror(stdout) ? maas_fail_errno("writing standard output") : 0;
}

struct maas_tokenizer *
need_tokenizer(const struct call *c, const char *path, int *status)
{
	struct maas_tokenizer *t = NULL;

	if (!path)
		*status = misuse(c, "a tokeniser was wanted: -m TOK");
	else if ((*status = wants_input(c)) == 0 && !(t = maas_tokenizer_find(path)))
		*status = fail(c);
	else if (*status == 0)
		return t;
	return NULL;
}

const char *
nth_input(const struct call *c, int i)
{
	return c->n ? (i < c->n ? c->operand[i] : NULL) : i ? NULL : "-";
}
