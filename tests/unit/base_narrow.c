/* Sizes that wrap around are refused where they have 32 bits. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "../../lib/base/sanitized.h"

/*
 * The same sources as a machine of 32 bits would have them: all their arithmetic is in size_t.  Of a refusal the sort
 * is kept alone, as what the texts print would be of another width.
 */
#undef SIZE_MAX
#define SIZE_MAX          UINT32_MAX
#define size_t            uint32_t
#define maas_alloc        narrow_alloc
#define maas_arena_bytes  narrow_arena_bytes
#define maas_arena_free   narrow_arena_free
#define maas_arena_new    narrow_arena_new
#define maas_arena_reset  narrow_arena_reset
#define maas_buf_add      narrow_buf_add
#define maas_buf_free     narrow_buf_free
#define maas_buf_printf   narrow_buf_printf
#define maas_buf_text     narrow_buf_text
#define maas_buf_wipe     narrow_buf_wipe
#define maas_dtype_name   narrow_dtype_name
#define maas_dtype_size   narrow_dtype_size
#define maas_grow         narrow_grow
#define maas_pages_give   narrow_pages_give
#define maas_pages_take   narrow_pages_take
#define maas_span         narrow_span
#define maas_span_compare narrow_span_compare
#define maas_span_is      narrow_span_is
#define maas_take         narrow_take
#define maas_take_text    narrow_take_text
#define maas_wipe         narrow_wipe
#include "maas/base.h"

static int refusals;

static int
refuse(enum maas_why why)
{
	refusals += why == MAAS_OS;
	return -1;
}
#define maas_fail_as(why, ...) refuse(why)
#include "../../lib/base/arena.c"
#include "../../lib/base/heap.c"
#include "../sizes.h"

int
refused(int rc)
{
	int once = rc < 0 && refusals == 1;

	refusals = 0;
	return once;
}
