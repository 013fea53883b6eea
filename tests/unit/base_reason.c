#include <errno.h>
#include <stdlib.h>

#include "maas/base.h"
#include "../test.h"

static void
reasons(void)
{
	ok(maas_fail("row %d: %s", 3, "short") == -1, "maas_fail returns -1");
	is_str(maas_error(), "row 3: short");
	ok(maas_why() == MAAS_DATA, "and is about the data");
	maas_in("reading %s", "a.csv");
	is_str(maas_error(), "reading a.csv: row 3: short");
	maas_fail_as(MAAS_TEMPFAIL, "held");
	maas_in("lock");
	ok(maas_why() == MAAS_TEMPFAIL, "maas_in keeps the sort");
	is_str(maas_error_setting(), "");
	maas_fail_setting("l1_ratio", "%s has no use for it", "pca");
	maas_in("m.maas");
	is_str(maas_error_setting(), "l1_ratio");
	ok(maas_why() == MAAS_USAGE, "a setting that means nothing is misuse");
	maas_fail_as(MAAS_TEMPFAIL, "lock: held");
	is_str(maas_error_setting(), "");
	maas_fail("again: %s", maas_error());
	is_str(maas_error(), "again: lock: held");
	maas_fail("x\ny\t%.3s %.2s %s", "\303\251\303\251", "\377z", "\302\251");
	is_str(maas_error(), "x?y?\303\251? ?z \302\251");
	errno = ENOENT;
	maas_fail_errno("x.tsv");
	is_str(maas_error(), "x.tsv: No such file or directory");
	ok(maas_why() == MAAS_NOINPUT, "no such file");
	errno = ENOSPC;
	maas_fail_errno("x");
	ok(maas_why() == MAAS_IO, "a full disk");
}

static void
arenas(void)
{
	struct maas_arena *a = maas_arena_new(4096);
	char *first = maas_take(a, 100, 1), *big;
	size_t held;

	memset(first, 7, 100);
	ok((uintptr_t)first % 64 == 0, "aligned");
	big = maas_take(a, 100000, 1);
	ok(big && big[99999] == 0, "grows, zeroed");
	ok(!maas_take(a, (size_t)-1, 8), "an overflowing size is refused");
	held = maas_arena_bytes(a);
	maas_arena_reset(a);
	ok(maas_take(a, 100, 1) == first && first[5] == 0, "a reset gives the same memory, zeroed");
	big = maas_take(a, 100000, 1);
	ok(big && maas_arena_bytes(a) == held, "and takes nothing new");
	is_str(maas_take_text(a, "abcdef", 3), "abc");
	maas_arena_free(a);
	maas_arena_free(NULL);
}

static void
buffers(void)
{
	struct maas_buf b = { NULL, 0, 0 };
	int rc = 0;

	for (int i = 0; i < 1000; i++)
		rc |= maas_buf_printf(&b, "%d,", i);
	ok(rc == 0 && b.n == 3890 && b.s[b.n] == '\0', "a thousand numbers");
	ok(!strncmp(b.s + b.n - 8, "998,999,", 8), "the last of them");
	b.n = 0;
	ok(maas_buf_printf(&b, "%5000s|", "x") == 0 && b.n == 5001 && b.s[5000] == '|',
	    "a text longer than the buffer");
	maas_buf_free(&b);
	ok(!b.s && !b.n, "free empties");
}

int
main(void)
{
	reasons();
	arenas();
	buffers();
	return done();
}
