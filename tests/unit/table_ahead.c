/* Tables read ahead by blocks and stretches: the records that they are one by one, and rows in lots. */
#include <stdlib.h>
#include <unistd.h>

#include "../ahead.h"
#include "../test.h"

static uint32_t
any(uint64_t i, uint32_t below)
{
	uint32_t r[4];

	maas_philox(r, 17, 3, i);
	return r[0] % below;
}

/* Text that is a table for the most part: rows of `width` cells, and all that may go wrong with one, `odd` times of
 * 100. */
static void
hostile(struct maas_buf *b, uint64_t seed, size_t rows, size_t width, uint32_t odd)
{
	static const char *const plain[] = { "1", "-2.5", "0.123456", "-12.345678", "1e5", "3.14159265358979312",
		"123456789", "1.5E-300", "4.9e-324", "12345678901234567890", ".5", "7.", "0", "-0" };
	static const char *const strange[] = { "", "NA", "word", " 1.5 ", "\"2.5\"", "\"a,b\"", "\"line\nline\"",
		"\"\"\"\"", "5\" disk", "\"a\"b", "\"a\"\r", "\r", "1e999", "inf", "nan", "?", "\"", "\"\n\n", "+1",
		"\"x\"\"y\"", "\t", "1;2", "\xef\xbb\xbf", "--1", "1.2.3", "\"\r\n\"", "\"1\"\"\"", "0x10" };
	static const char *const ends[] = { "\n", "\r\n", "\n", "\n", ",\n", "\n\n", "\r\r\n", "\n\r\n", ",", "\"\n" };
	uint64_t at = seed << 32;

	b->n = 0;
	for (size_t r = 0; r < rows; r++) {
		int rare =
		    any(at++, 100) < odd && (r > 100 || rows < 1000); /* by the first hundred rows columns are told */

		for (size_t i = 0; i < width; i++) {
			const char *s = rare && any(at++, 3) == 0 ? strange[any(at, MAAS_COUNT(strange))]
								  : plain[any(at, MAAS_COUNT(plain))];

			at++;
			if ((i && maas_buf_text(b, ",") < 0) || maas_buf_text(b, s) < 0)
				abort();
			if (rare && any(at++, 60) == 0 && maas_buf_add(b, "\0", 1) < 0)
				abort();
		}
		if ((r + 1 < rows || any(at++, 2)) &&
		    maas_buf_text(b, ends[rare ? any(at++, MAAS_COUNT(ends)) : 0]) < 0)
			abort();
	}
}

static int
format(const struct maas_format *f)
{
	int i = 0;

	while (maas_formats[i] != f)
		i++;
	return i + 1;
}

static void
test_hostile(void)
{
	static const char *const delimiters[] = { NULL, ",", ",", ",", ";", "1", ".", "e" };
	struct maas_buf b = { 0 };
	long wrong = 0;

	for (uint64_t i = 0; i < 3000; i++) {
		struct maas_table_options o = { .format = format(i % 5 ? &maas_format_csv : &maas_format_tsv),
			.header = (int)(i % 3),
			.delimiter = delimiters[any(i, MAAS_COUNT(delimiters))] };

		hostile(&b, i, 1 + i % 40, 1 + any(i + 1, 6), i % 4 * 30);
		wrong +=
		    !ahead_same(&o, (struct maas_span){ b.s ? b.s : "", b.n }, 1 + any(i + 2, 600), 1 + any(i + 3, 60));
	}
	ok(!wrong, "3000 tables in small blocks: %ld differ", wrong);
	for (uint64_t i = 0; i < 2; i++) {
		struct maas_table_options o = { .format = format(&maas_format_csv), .header = MAAS_HEADER_NO };

		hostile(&b, 5000 + i, 60000, 5, i ? 2 : 0);
		ok(ahead_same(&o, (struct maas_span){ b.s, b.n }, (size_t)1 << 20, (size_t)1 << 16), "%zu bytes", b.n);
	}
	maas_buf_free(&b);
}

/* The same out of a file, by a team; quotes that are not closed within a block. */
static void
test_file(void)
{
	char path[] = "/tmp/maas-ahead-XXXXXX", *operand[] = { path };
	struct maas_table_options o = { .format = format(&maas_format_csv), .header = MAAS_HEADER_NO };
	struct maas_buf b = { 0 }, one = { 0 }, many = { 0 };
	int fd = mkstemp(path);

	for (int i = 0; i < 3; i++) {
		hostile(&b, 77, 9000, 7, i ? 20 : 0);
		if (i == 2) /* a record of many blocks */
			b.s[b.n / 3] = '\n', b.s[b.n / 3 + 1] = '"';
		if (ftruncate(fd, 0) < 0 || pwrite(fd, b.s, b.n, 0) != (ssize_t)b.n)
			abort();
		for (int threads = 0; threads <= 2; threads++) {
			struct maas_team *team = threads ? maas_team_new(threads) : NULL;
			struct maas_table *t = maas_table_open(&o, NULL, operand, 1, MAAS_AGAIN);

			if (threads && maas_table_team(t, team) < 0)
				abort();
			if (threads)
				ahead_sizes(t, 40000, 3000);
			if (ahead_read(threads ? &many : &one, t))
				abort();
			ok(!threads || (one.n == many.n && !memcmp(one.s, many.s, one.n)), "file %d, %d threads", i,
			    threads);
			maas_table_close(t);
			maas_team_free(team);
		}
	}
	close(fd);
	unlink(path);
	maas_buf_free(&b);
	maas_buf_free(&one);
	maas_buf_free(&many);
}

/* All numbers of a table, by lots where `team`, else by rows alone; bad rows by their reasons' lengths. */
static size_t
numbers(double *to, const struct maas_table_options *o, struct maas_span text, int lots, size_t *by_lots)
{
	struct maas_table *t = maas_table_open_text(o, NULL, "t", text);
	struct maas_columns *c = maas_columns_fit(t, o, MAAS_FIT_NUMERIC | MAAS_FIT_UNLABELLED);
	struct maas_reader *r = maas_reader_new(c, t);
	struct maas_row row;
	struct maas_lot lot = { 0 };
	size_t n = 0;
	int rc = 1;

	if (lots && maas_table_team(t, NULL) == 0)
		ahead_sizes(t, 30000, 1000);
	while (rc > 0 && (rc = maas_reader_next(r, &row)) > 0) {
		if (row.bad)
			to[n++] = (double)strlen(row.bad);
		else
			memcpy(to + n, row.x, c->numbers * sizeof *to), n += c->numbers;
		while (lots && (rc = maas_table_lot(t, c, 57, &lot)) > 0) {
			memcpy(to + n, lot.x, lot.rows * c->numbers * sizeof *to);
			n += lot.rows * c->numbers;
			*by_lots += lot.rows;
		}
		rc = rc < 0 ? -1 : 1;
	}
	to[n++] = (double)row.record.number;
	maas_reader_free(r);
	maas_columns_free(c);
	maas_table_close(t);
	return n;
}

static void
test_lots(void)
{
	static const char *const drop[] = { NULL, "2", NULL, "1,5" }, *const id[] = { NULL, "3", NULL, NULL },
				 *const rows[] = { NULL, NULL, "10-15000", NULL };
	double *one = maas_alloc(200000, sizeof *one), *many = maas_alloc(200000, sizeof *many);
	struct maas_buf b = { 0 };

	for (int i = 0; i < 8; i++) {
		struct maas_table_options o = { .format = format(&maas_format_csv),
			.header = MAAS_HEADER_NO,
			.drop = drop[i % 4],
			.id = id[i % 4],
			.rows = rows[i % 4] };
		size_t n, m, by = 0, none = 0;

		hostile(&b, 900 + (uint64_t)i, 20000, 5, i / 4 ? 3 : 0);
		n = numbers(one, &o, (struct maas_span){ b.s, b.n }, 0, &none);
		m = numbers(many, &o, (struct maas_span){ b.s, b.n }, 1, &by);
		ok(n == m && !memcmp(one, many, n * sizeof *one), "%zu numbers by lots of rows", m);
		ok(by > 5000, "of %zu rows", by);
	}
	free(one);
	free(many);
	maas_buf_free(&b);
}

int
main(void)
{
	test_hostile();
	test_file();
	test_lots();
	return done();
}
