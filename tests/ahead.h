/* The same text read record by record, and read ahead in blocks and stretches: for a test and a fuzzer. */
#ifndef TESTS_AHEAD_H
#define TESTS_AHEAD_H

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "../lib/table/source.h"

/* All there is to tell of a record, and what differs between `value` and the cells.  0 where memory ends. */
static inline int
ahead_tell(struct maas_buf *to, const struct maas_record *r)
{
	int rc = maas_buf_printf(to, "%zu %zu %d %s\n", r->line, r->number, r->empty, r->bad ? r->bad : "");

	rc |= maas_buf_add(to, r->raw.s, r->raw.n) | maas_buf_text(to, "\n");
	for (size_t i = 0; !r->bad && i < r->n; i++) {
		double v = 0;
		int finite = r->cell[i].s && maas_number(r->cell[i], &v) == 0 && isfinite(v);

		rc |= maas_buf_printf(to, "%zu:", r->cell[i].n) | maas_buf_add(to, r->cell[i].s, r->cell[i].n);
		if (r->value && (finite ? memcmp(&v, &r->value[i], sizeof v) != 0 : !isnan(r->value[i])))
			rc |= maas_buf_printf(to, "(%.17g)", r->value[i]);
	}
	return rc;
}

/* A table's records, and the reason why there are no more. */
static inline int
ahead_read(struct maas_buf *to, struct maas_table *t)
{
	struct maas_record r;
	int rc, wrong = 0;

	to->n = 0;
	while ((rc = maas_table_next(t, &r)) > 0)
		wrong |= ahead_tell(to, &r);
	if (rc < 0)
		wrong |= maas_buf_text(to, maas_error());
	return wrong;
}

/* Are these bytes the same table read in either way?  block: bytes read at a time; each: bytes of a stretch. */
static inline int
ahead_same(const struct maas_table_options *o, struct maas_span text, size_t block, size_t each)
{
	struct maas_buf one = { 0 }, many = { 0 };
	struct maas_table *t = maas_table_open_text(o, NULL, "t", text);
	struct maas_table *a = maas_table_open_text(o, NULL, "t", text);
	int same = !t == !a;

	if (t && a) {
		same = maas_table_team(a, NULL) == 0;
		ahead_sizes(a, block, each);
		same = same && !ahead_read(&one, t) && !ahead_read(&many, a);
		same = same && one.n == many.n && (!one.n || !memcmp(one.s, many.s, one.n));
	}
	if (!same)
		printf("# blocks of %zu, %zu each: %.*s\n#\tis not %.*s\n", block, each, (int)many.n,
		    many.s ? many.s : "", (int)one.n, one.s ? one.s : "");
	maas_table_close(t);
	maas_table_close(a);
	maas_buf_free(&one);
	maas_buf_free(&many);
	return same;
}

#endif
