/* npy and IDX: every type, byte order, order of dimensions and version, and what is refused. */
#include "maas/table.h"
#include "../test.h"

static struct maas_buf b;
static int broken;

static void
add(const void *p, size_t n)
{
	broken |= maas_buf_add(&b, p, n) != 0;
}

/* A header of version 1, 2 or 3 around the dictionary. */
static void
npy_head(int version, const char *descr, const char *order, const char *shape)
{
	char dict[200];
	size_t n = (size_t)snprintf(
	    dict, sizeof dict, "{'descr': '%s', 'fortran_order': %s, 'shape': %s, }\n", descr, order, shape);
	unsigned char size[4] = { (unsigned char)n, (unsigned char)(n >> 8), 0, 0 };
	char v[2] = { (char)version, 0 };

	b.n = 0;
	add("\x93NUMPY", 6);
	add(v, 2);
	add(size, version == 1 ? 2 : 4);
	add(dict, n);
}

static void
put(const void *p, size_t n, int swapped)
{
	const char *s = p;
	size_t i;

	for (i = 0; i < n; i++)
		add(s + (swapped ? n - 1 - i : i), 1);
}

#define AS(code, t) \
	if (!strcmp(type, code)) { \
		t x = (t)v; \
		put(&x, sizeof x, swapped); \
	}
/* A number as one of numpy's types. */
static void
put_as(const char *type, double v, int swapped)
{
	AS("f4", float);
	AS("f8", double);
	AS("i1", int8_t);
	AS("i2", int16_t);
	AS("i4", int32_t);
	AS("i8", int64_t);
	AS("u1", uint8_t);
	AS("u2", uint16_t);
	AS("u4", uint32_t);
	AS("u8", uint64_t);
	AS("b1", uint8_t);
	if (!strcmp(type, "f2")) { /* of 3, 2, -5 and 100 */
		uint16_t h = v == 3 ? 0x4200 : v == 2 ? 0x4000 : v == -5 ? 0xc500 : 0x5640;

		put(&h, 2, swapped);
	}
}

/* All numbers, rows parted by semicolons; or the reason. */
static const char *
numbers(void)
{
	static char text[2000];
	struct maas_table_options o;
	struct maas_table *t;
	struct maas_record r;
	size_t n = 0, i;
	int rc;

	maas_defaults(maas_table_fields, &o);
	if (broken || !(t = maas_table_open_text(&o, NULL, "t", (struct maas_span){ b.s, b.n })))
		return maas_error();
	text[0] = '\0';
	while ((rc = maas_table_next(t, &r)) > 0) {
		for (i = 0; r.num && i < r.n; i++)
			n += (size_t)snprintf(text + n, sizeof text - n, "%s%g", i ? " " : "", r.num[i]);
		n += (size_t)snprintf(text + n, sizeof text - n, ";");
	}
	maas_table_close(t);
	return rc < 0 ? maas_error() : text;
}

static void
test_npy_types(void)
{
	static const char *const types[] = { "f2", "f4", "f8", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "b1" };
	static const double value[] = { 3, 2, -5, 100 };
	char descr[8];
	size_t i, j;
	int big, version;

	for (i = 0; i < MAAS_COUNT(types); i++)
		for (big = 0; big < 2; big++)
			for (version = 1; version <= 3; version++) {
				double minus = types[i][0] == 'u' || types[i][0] == 'b' ? 100 : -5;

				snprintf(descr, sizeof descr, "%c%s",
				    big                      ? '>'
					: types[i][1] == '1' ? '|'
							     : '<',
				    types[i]);
				npy_head(version, descr, version == 2 ? "True" : "False", "(2, 2)");
				for (j = 0; j < 4; j++)
					put_as(types[i], value[j] < 0 ? minus : value[j], big);
				is_str(numbers(),
				    version == 2    ? (minus < 0 ? "3 -5;2 100;" : "3 100;2 100;")
					: minus < 0 ? "3 2;-5 100;"
						    : "3 2;100 100;");
			}
}

/* What numpy's reshape(rows, -1) gives, for either order. */
static void
test_npy_shapes(void)
{
	unsigned char u, j;

	npy_head(1, "|u1", "False", "(2, 3, 2)");
	for (u = 0; u < 12; u++)
		add(&u, 1);
	is_str(numbers(), "0 1 2 3 4 5;6 7 8 9 10 11;");
	npy_head(1, "|u1", "True", "(2, 3, 2)");
	for (j = 0; j < 12; j++) { /* place j of a column-major array holds the number a row-major one would give */
		u = (unsigned char)(j % 2 * 6 + j / 2 % 3 * 2 + j / 6);
		add(&u, 1);
	}
	is_str(numbers(), "0 1 2 3 4 5;6 7 8 9 10 11;");
	npy_head(1, "|u1", "False", "(3,)");
	add("\7\10\11", 3);
	is_str(numbers(), "7;8;9;");
	npy_head(1, "|u1", "False", "(0, 3)");
	is_str(numbers(), "");
	npy_head(1, "|u1", "True", "(2, 0)");
	is_str(numbers(), "t: 2 rows of no columns");
	npy_head(1, "|u1", "False", "()");
	is_str(numbers(),
	    "t: an array of numbers with rows is wanted, its header says {'descr': '|u1', 'fortran_order': "
	    "False, 'shape': (), }");
	npy_head(1, "<c8", "False", "(1, 1)");
	is_str(numbers(),
	    "t: an array of numbers with rows is wanted, its header says {'descr': '<c8', 'fortran_order': "
	    "False, 'shape': (1, 1), }");
	npy_head(1, "<f8", "True", "(2, 99999999, 99999999)");
	is_str(numbers(), "t: 2 rows of 9999999800000001 columns are too many");
	npy_head(1, "<f8", "True", "(2, 2)");
	add("0123456789", 10);
	is_str(numbers(), "t: 10 bytes of data, its header says 32");
}

static void
test_idx_types(void)
{
	static const struct {
		char code;
		const char *type;
	} types[] = { { 8, "u1" }, { 9, "i1" }, { 11, "i2" }, { 12, "i4" }, { 13, "f4" }, { 14, "f8" } };
	size_t i;

	for (i = 0; i < MAAS_COUNT(types); i++) {
		b.n = 0;
		add("\0\0", 2);
		add(&types[i].code, 1);
		add("\2\0\0\0\2\0\0\0\1", 9);
		put_as(types[i].type, 3, 1);
		put_as(types[i].type, types[i].code == 8 ? 100 : -5, 1);
		is_str(numbers(), types[i].code == 8 ? "3;100;" : "3;-5;");
	}
	b.n = 0;
	add("\0\0\12\1\0\0\0\1\0\0", 10);
	is_str(numbers(), ";;"); /* two lines of text */
}

static void
test_foreign(void)
{
	b.n = 0;
	add("PK\3\4 1234", 9);
	is_str(numbers(), "t: a zip file (of npz and xlsx, too: take out what it holds), where rows are wanted");
	b.n = 0;
	add("\x88\1\0\0\0\0\0\0{\"__metadata__\"", 23);
	is_str(numbers(), "t: a model, where rows are wanted");
}

int
main(void)
{
	test_npy_types();
	test_npy_shapes();
	test_idx_types();
	test_foreign();
	maas_buf_free(&b);
	return done();
}
