/* Arenas: blocks of memory of which pieces are taken, and that go together. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "maas/base.h"
#include "sanitized.h"

#define ALIGN     64
#define HUGE_PAGE ((size_t)2 << 20)

struct block {
	struct block *next;
	size_t used, size;
	size_t known; /* bytes from the first on that are zeros where they are not used */
	unsigned char *mem;
};

struct maas_arena {
	struct block *first, *at;
	size_t block, bytes;
};

struct maas_arena *
maas_arena_new(size_t block)
{
	struct maas_arena *a = maas_alloc(1, sizeof *a);

	if (a)
		a->block = block < 4096 ? 4096 : block;
	return a;
}

/* Of the system itself, zeros that are there from the first touch on; on huge pages, which is to be advised before.
 * What lies in front of the first whole page goes back. */
static void *
map(size_t size)
{
	char *p = mmap(NULL, size + HUGE_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), *mem;
	size_t front;

	if (p == MAP_FAILED)
		return NULL;
	front = (HUGE_PAGE - (uintptr_t)p % HUGE_PAGE) % HUGE_PAGE;
	mem = p + front;
	if (front)
		munmap(p, front);
	munmap(mem + size, HUGE_PAGE - front);
	madvise(mem, size, MADV_HUGEPAGE);
	return mem;
}

static struct block *
block_new(size_t size)
{
	struct block *b = malloc(sizeof *b);
	void *mem = NULL;
	int large = size >= HUGE_PAGE;

	if (b && large)
		mem = map(size);
	else if (b && posix_memalign(&mem, ALIGN, size) != 0)
		mem = NULL;
	if (!mem) {
		free(b);
		maas_fail_as(MAAS_OS, "no memory for %zu bytes", size);
		return NULL;
	}
	GUARD(mem, size);
	*b = (struct block){ NULL, 0, size, large ? size : 0, mem };
	return b;
}

/* The block that has room for n bytes, kept ones first. */
static struct block *
room(struct maas_arena *a, size_t n)
{
	struct block *b;

	for (b = a->at; b; b = b->next) {
		if (n <= b->size - b->used)
			return a->at = b;
		if (!b->next)
			break;
	}
	size_t size = n > a->block ? n : a->block;
	size_t unit = size >= HUGE_PAGE ? HUGE_PAGE : ALIGN;
	struct block *fresh = block_new((size + unit - 1) / unit * unit);

	if (!fresh)
		return NULL;
	a->bytes += fresh->size;
	if (b)
		b->next = fresh;
	else
		a->first = fresh;
	return a->at = fresh;
}

void *
maas_take(struct maas_arena *a, size_t n, size_t size)
{
	struct block *b;
	unsigned char *p;
	size_t exact = n * size;

	if (size && n > (SIZE_MAX / 4) / size) {
		maas_fail_as(MAAS_OS, "no memory for %zu items of %zu bytes", n, size);
		return NULL;
	}
	n = (exact + ALIGN - 1) / ALIGN * ALIGN + GUARD_GAP;
	if (!n)
		n = ALIGN;
	if (!(b = room(a, n)))
		return NULL;
	p = b->mem + b->used;
	UNGUARD(p, n);
	b->used += n;
	if (b->used > b->known) {
		size_t zeros = b->known > b->used - n ? b->known - (b->used - n) : 0;

		memset(p + zeros, 0, n - zeros);
		b->known = b->used;
	}
	GUARD(p + exact, n - exact);
	return p;
}

char *
maas_take_text(struct maas_arena *a, const char *s, size_t n)
{
	char *p = n < SIZE_MAX ? maas_take(a, n + 1, 1) : NULL;

	if (p && n)
		memcpy(p, s, n);
	return p;
}

size_t
maas_arena_bytes(const struct maas_arena *a)
{
	return a->bytes;
}

void
maas_arena_reset(struct maas_arena *a)
{
	for (struct block *b = a->first; b; b = b->next) {
		UNGUARD(b->mem, b->used);
		memset(b->mem, 0, b->used);
		GUARD(b->mem, b->used);
		b->used = 0;
	}
	a->at = a->first;
}

void
maas_arena_free(struct maas_arena *a)
{
	struct block *next;

	if (!a)
		return;
	for (struct block *b = a->first; b; b = next) {
		next = b->next;
		UNGUARD(b->mem, b->size);
		if (b->size >= HUGE_PAGE)
			munmap(b->mem, b->size);
		else
			free(b->mem);
		free(b);
	}
	free(a);
}
