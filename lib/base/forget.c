/*
 * forget.c -- memory that is given back holds nothing any more.
 *
 * A server answers texts that are nobody else's business; no core image shall show them later.  What our code keeps
 * from request to request it wipes itself (maas_buf_wipe, maas_arena_reset).  What libraries free, of JSON, TLS or
 * pictures, is wiped here, in the C library's place: all that a program is made of takes the program's own free()
 * ("Replacing malloc", manual of glibc).  The makefile links this file into maas-serve alone.
 */
#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#include "maas/base.h"
#include "sanitized.h"

#if defined(__GLIBC__) && !defined(SANITIZED)

#define OWN_PAGES ((size_t)1 << 20) /* what is as large has pages of its own, and they go with it */

void __libc_free(void *);
void *__libc_realloc(void *, size_t);

static int forgets;

int
maas_heap_forgets(void)
{
	forgets = mallopt(M_MMAP_THRESHOLD, OWN_PAGES) == 1;
	return forgets;
}

void
free(void *p)
{
	size_t n = p && forgets ? malloc_usable_size(p) : 0;

	if (n && n < OWN_PAGES)
		explicit_bzero(p, n);
	__libc_free(p);
}

/* Never grown in place by copying: the old place would be freed where nobody wipes it. */
void *
realloc(void *p, size_t n)
{
	size_t have = p && forgets ? malloc_usable_size(p) : 0;
	void *fresh;

	if (!have || !n || have >= OWN_PAGES)
		return __libc_realloc(p, n);
	if (n <= have && n >= have / 2)
		return p;
	if (!(fresh = malloc(n)))
		return NULL;
	memcpy(fresh, p, n < have ? n : have);
	free(p);
	return fresh;
}

#else

int
maas_heap_forgets(void)
{
	return 0;
}

#endif
