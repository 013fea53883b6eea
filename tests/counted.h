/* counted.h -- every way to memory is counted in `taken`.  A sanitizer brings an allocator of its own: COUNTED is 0. */
#ifndef COUNTED_H
#define COUNTED_H

#include <errno.h>
#include <stdlib.h>

static _Atomic long taken;
#if defined(__GLIBC__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define COUNTED 1
void *__libc_malloc(size_t);
void *__libc_calloc(size_t, size_t);
void *__libc_realloc(void *, size_t);
void *__libc_memalign(size_t, size_t);

void *
malloc(size_t n)
{
	taken++;
	return __libc_malloc(n);
}

void *
calloc(size_t n, size_t size)
{
	taken++;
	return __libc_calloc(n, size);
}

void *
realloc(void *p, size_t n)
{
	taken++;
	return __libc_realloc(p, n);
}

void *
aligned_alloc(size_t align, size_t n)
{
	taken++;
	return __libc_memalign(align, n);
}

int
posix_memalign(void **p, size_t align, size_t n)
{
	taken++;
	*p = __libc_memalign(align, n);
	return *p ? 0 : ENOMEM;
}
#else
#define COUNTED 0
#endif

#endif
