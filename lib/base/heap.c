#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "maas/base.h"

#define KEEP 65536 /* bytes that a buffer which is wiped keeps, so that wiping stays cheap */

void *
maas_alloc(size_t n, size_t size)
{
	void *p = calloc(n ? n : 1, size ? size : 1);

	if (!p)
		maas_fail_as(MAAS_OS, "no memory for %zu items of %zu bytes", n, size);
	return p;
}

void *
maas_pages_take(size_t n, size_t size)
{
	void *p = MAP_FAILED;

	if (size == 0 || n <= SIZE_MAX / 2 / size)
		p = mmap(NULL, n && size ? n * size : 1, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (p == MAP_FAILED) {
		maas_fail_as(MAAS_OS, "no memory for %zu items of %zu bytes", n, size);
		return NULL;
	}
	(void)!madvise(p, n * size, MADV_HUGEPAGE); /* where there are none, small ones do */
	return p;
}

void
maas_pages_give(void *p, size_t n, size_t size)
{
	if (p)
		munmap(p, n && size ? n * size : 1);
}

int
maas_grow(void *array, size_t have, size_t *cap, size_t n, size_t size)
{
	void *p, *old;
	size_t want = have + n, next = *cap + *cap / 2 + 16;

	if (want <= *cap && want >= have)
		return 0;
	if (next < want)
		next = want;
	if (want < have || next > SIZE_MAX / 2 / size)
		return maas_fail_as(MAAS_OS, "no memory for %zu more items of %zu bytes", n, size);
	memcpy(&old, array, sizeof old);
	if (!(p = realloc(old, next * size)))
		return maas_fail_as(MAAS_OS, "no memory for %zu items of %zu bytes", next, size);
	memcpy(array, &p, sizeof p);
	*cap = next;
	return 0;
}

struct maas_span
maas_span(const char *text)
{
	return (struct maas_span){ text, strlen(text) };
}

int
maas_span_is(struct maas_span a, const char *text)
{
	size_t n = strlen(text);

	return a.n == n && (n == 0 || !memcmp(a.s, text, n));
}

int
maas_span_compare(struct maas_span a, struct maas_span b)
{
	size_t n = a.n < b.n ? a.n : b.n;
	int c = n ? memcmp(a.s, b.s, n) : 0;

	return c ? c : (a.n > b.n) - (a.n < b.n);
}

int
maas_buf_add(struct maas_buf *b, const void *s, size_t n)
{
	if (n >= SIZE_MAX / 2)
		return maas_fail_as(MAAS_OS, "no memory for %zu bytes", n);
	if (maas_grow(&b->s, b->n, &b->cap, n + 1, 1) < 0)
		return -1;
	if (n)
		memcpy(b->s + b->n, s, n);
	b->n += n;
	b->s[b->n] = '\0';
	return 0;
}

int
maas_buf_text(struct maas_buf *b, const char *s)
{
	return maas_buf_add(b, s, strlen(s));
}

int
maas_buf_printf(struct maas_buf *b, const char *fmt, ...)
{
	va_list ap;
	int n;

	if (maas_grow(&b->s, b->n, &b->cap, 64, 1) < 0)
		return -1;
	va_start(ap, fmt);
	n = vsnprintf(b->s + b->n, b->cap - b->n, fmt, ap);
	va_end(ap);
	if (n < 0)
		return maas_fail_as(MAAS_INTERNAL, "a text that cannot be printed");
	if ((size_t)n >= b->cap - b->n) {
		if (maas_grow(&b->s, b->n, &b->cap, (size_t)n + 1, 1) < 0)
			return -1;
		va_start(ap, fmt);
		vsnprintf(b->s + b->n, b->cap - b->n, fmt, ap);
		va_end(ap);
	}
	b->n += (size_t)n;
	return 0;
}

void
maas_buf_free(struct maas_buf *b)
{
	free(b->s);
	*b = (struct maas_buf){ NULL, 0, 0 };
}

void
maas_wipe(void *p, size_t n)
{
	if (n)
		explicit_bzero(p, n);
}

/* All of it: what was emptied in between is behind n. */
void
maas_buf_wipe(struct maas_buf *b)
{
	maas_wipe(b->s, b->cap);
	b->n = 0;
	if (b->cap > KEEP)
		maas_buf_free(b);
}

static const struct {
	const char *name;
	size_t size;
} dtypes[MAAS_DTYPES] = {
	[MAAS_F32] = { "F32", 4 },
	[MAAS_BF16] = { "BF16", 2 },
	[MAAS_I32] = { "I32", 4 },
	[MAAS_F16] = { "F16", 2 },
	[MAAS_F64] = { "F64", 8 },
	[MAAS_I64] = { "I64", 8 },
	[MAAS_I16] = { "I16", 2 },
	[MAAS_I8] = { "I8", 1 },
	[MAAS_U8] = { "U8", 1 },
	[MAAS_U16] = { "U16", 2 },
	[MAAS_U32] = { "U32", 4 },
	[MAAS_U64] = { "U64", 8 },
	[MAAS_BOOL] = { "BOOL", 1 },
};

size_t
maas_dtype_size(enum maas_dtype t)
{
	return dtypes[t].size;
}

const char *
maas_dtype_name(enum maas_dtype t)
{
	return dtypes[t].name;
}
