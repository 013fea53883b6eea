/* Records, columns and rows of every format, from memory. */
#include <stdlib.h>

#include "maas/table.h"
#include "../test.h"

static struct maas_span
lit(const char *s, size_t n)
{
	return (struct maas_span){ s, n };
}
#define TEXT(s) lit(s, sizeof(s) - 1)

/* Records as "cell|cell;cell|cell;": a bad one as its reason in <>. */
static const char *
records(const struct maas_table_options *o, struct maas_span data)
{
	static struct maas_buf b;
	struct maas_table *t = maas_table_open_text(o, NULL, "t", data);
	struct maas_record r;
	size_t i;
	int rc = -1, fine = 0;

	b.n = 0;
	fine |= maas_buf_text(&b, "");
	while (t && (rc = maas_table_next(t, &r)) > 0) {
		if (r.bad)
			fine |= maas_buf_printf(&b, "<%s>", r.bad);
		for (i = 0; i < r.n; i++) {
			fine |= i ? maas_buf_text(&b, "|") : 0;
			if (r.num)
				fine |= r.index ? maas_buf_printf(&b, "%u:%g", r.index[i], r.num[i])
						: maas_buf_printf(&b, "%g", r.num[i]);
			else
				fine |= r.cell[i].s ? maas_buf_add(&b, r.cell[i].s, r.cell[i].n)
						    : maas_buf_text(&b, "null");
		}
		if (r.label.s)
			fine |= maas_buf_printf(&b, "=%.*s", (int)r.label.n, r.label.s);
		fine |= maas_buf_text(&b, ";");
	}
	if (rc < 0)
		fine |= maas_buf_printf(&b, "!%s", maas_error());
	maas_table_close(t);
	return fine ? "no memory" : b.s;
}

static struct maas_table_options
as(const char *settings)
{
	struct maas_table_options o = { 0 };

	static char text[512], *p, *value;
	static size_t used;
	const struct maas_field *f;

	maas_defaults(maas_table_fields, &o);
	used = used > 256 ? 0 : used;
	p = text + used;
	used += (size_t)snprintf(p, 256, "%s", settings) + 1;
	while (*p) {
		value = p + strcspn(p, "=");
		*value++ = '\0';
		f = maas_field(maas_table_fields, p, 0);
		p = value + strcspn(value, " ");
		if (*p)
			*p++ = '\0';
		if (!f || maas_set(f, &o, value) < 0)
			printf("not ok - %s\n", maas_error());
	}
	return o;
}

static void
test_delimited(void)
{
	struct maas_table_options csv = as("format=csv header=no"), tsv = as("format=tsv header=no");

	is_str(records(&csv, TEXT("a,b\r\n\"x,\"\"y\"\"\",\"two\nlines\"\n,\n")), "a|b;x,\"y\"|two\nlines;|;");
	is_str(records(&csv, TEXT("a,\"b")), "<t:1: field 2: the quote opened in line 1 is never closed>;");
	is_str(records(&csv, TEXT("\"a\"b,c\nd,e")), "<t:1: field 1: text behind the closing quote>;d|e;");
	is_str(records(&csv, TEXT("5\" pipe,3\n\"\",\"\"\n")), "5\" pipe|3;|;");
	is_str(records(&csv, TEXT("\"a\r\nb\",c\r\n\"d\"\r\n")), "a\r\nb|c;d;");
	is_str(records(&csv,
		   TEXT("\xef\xbb\xbf"
			"1,2\n\n3,4")),
	    "1|2;<t:2: an empty line>;3|4;");
	is_str(records(&tsv, TEXT("\"a\tb\n\t\n")), "\"a|b;|;");
	is_str(records(&tsv, TEXT("")), "");
	csv.delimiter = ";";
	is_str(records(&csv, TEXT("a,b;c\n")), "a,b|c;");
	csv.rows = "2-3";
	is_str(records(&csv, TEXT("1\n2\n3\n4\n")), "2;3;");
	csv.rows = "3-2";
	is_str(records(&csv, TEXT("1\n")), "!--rows: 'A-B' is wanted, 1 <= A <= B, not '3-2'");
}

static void
test_recognition(void)
{
	struct maas_table_options o = as("");

	is_str(records(&o, TEXT("{\"a\":1,\"b\":null,\"c\":\"x\",\"d\":[1,2],\"e\":0.1}\n[1]\n{\n")),
	    "1|null|x|[1,2]|0.1;<t:2: not a JSON object>;<t:3: not JSON: column 1: string or '}' expected near end of file>;");
	is_str(records(&o, TEXT("1 1:0.5 7:-2 # note\n-1\n3 2:1 2:1\n4 qid:3 5:1e3\n5 0:1\n")),
	    "0:0.5|6:-2=1;=-1;<t:3: index 2 behind 2: they must ascend>=3;4:1000=4;<t:5: index 0: they go from 1 to 2147483648>=5;");
	is_str(records(&o, TEXT("x\ty\n1\t2\n")), "1|2;");
	is_str(records(&o, TEXT("1\t2\n3\t4\n")), "1|2;3|4;");
	is_str(records(&o, TEXT("a\tb\nc\td\n")), "a|b;c|d;");
	is_str(records(&o, TEXT("name\tage\nann\tNA\nbob\t41\n")), "ann|NA;bob|41;");
	o = as("label=age");
	is_str(records(&o, TEXT("name\tage\nann\tx\n")), "ann|x;");
	o = as("format=fasttext");
	is_str(records(&o, TEXT("__label__a one two\nthree\n__label__a __label__b x\n")),
	    "one two=a;three;<t:3: a second __label__: one label a line>=a;");
	o = as("format=text");
	is_str(records(&o, TEXT("a\tb \r\n")), "a\tb \r;");
}

static void
test_matrices(void)
{
	struct maas_table_options o = as("");
#define NPY(dict) "\x93NUMPY\x01\x00\x46\x00" dict

	is_str(records(&o, TEXT("\0\0\x08\x03\0\0\0\x02\0\0\0\x01\0\0\0\x02\x01\x02\xfe\xff")), "1|2;254|255;");
	is_str(records(&o, TEXT("\0\0\x0b\x02\0\0\0\x01\0\0\0\x02\xff\xfe\x01\x00")), "-2|256;");
	is_str(records(&o, TEXT("\0\0\x08\x02\0\0\0\x02\0\0\0\x02\x01\x02\x03")),
	    "1|2;!t: ends in row 2, its header says 2 rows");
	is_str(records(&o, TEXT("\0\0\x08\x02\0\0\0\x01\0\0\0\x01\x01\x02")), "1;!t: bytes behind its 1 rows");
	is_str(records(&o, TEXT("\0\0\x08\x03\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff")),
	    "!t: 4294967295 rows of 268435457 columns are too many");
	is_str(
	    records(&o,
		TEXT(NPY(
		    "{'descr': '<i2', 'fortran_order': False, 'shape': (2, 2), }          \n") "\1\0\2\0\3\0\xff\xff")),
	    "1|2;3|-1;");
	is_str(records(&o,
		   TEXT(NPY(
		       "{'descr': '>i2', 'fortran_order': True, 'shape': (2, 2), }           \n") "\0\1\0\2\0\3\0\4")),
	    "1|3;2|4;");
	is_str(
	    records(&o,
		TEXT(NPY(
		    "{'descr': '<f2', 'fortran_order': False, 'shape': (3,), }            \n") "\x00\x3c\x01\x00\x00\xfc")),
	    "1;5.96046e-08;-inf;");
	ok(!strncmp(records(&o, TEXT(NPY("{'descr': '|O', 'fortran_order': False, 'shape': (3,), }             \n"))),
	       "!t: an array of numbers", 23),
	    "npy of objects is refused");
}

/* Rows as "text/label/x x x;". */
static const char *
rows(struct maas_reader *r, const struct maas_columns *c)
{
	static struct maas_buf b;
	struct maas_row row;
	size_t i;
	int rc, fine = 0;

	b.n = 0;
	fine |= maas_buf_text(&b, "");
	while ((rc = maas_reader_next(r, &row)) > 0) {
		if (row.bad)
			fine |= maas_buf_printf(&b, "<%s>", row.bad);
		fine |= maas_buf_printf(&b, "%.*s/%.*s/", (int)row.text.n, row.text.n ? row.text.s : "",
		    (int)row.label.n, row.label.n ? row.label.s : "");
		for (i = 0; row.x && i < c->numbers; i++)
			fine |= maas_buf_printf(&b, "%g ", row.x[i]);
		for (i = 0; row.word && i < c->words; i++)
			fine |= maas_buf_printf(&b, "'%.*s' ", (int)row.word[i].n, row.word[i].s);
		for (i = 0; i < row.nkeep; i++)
			fine |= maas_buf_printf(&b, "+%.*s", (int)row.keep[i].n, row.keep[i].n ? row.keep[i].s : "");
		fine |= maas_buf_text(&b, ";");
	}
	if (rc < 0)
		fine |= maas_buf_printf(&b, "!%s", maas_error());
	return fine ? "no memory" : b.s;
}

/* Columns fitted on data, through bytes and back. */
static struct maas_columns *
fitted(const struct maas_table_options *o, struct maas_span data, unsigned how)
{
	struct maas_table *t = maas_table_open_text(o, NULL, "t", data);
	struct maas_columns *c = t ? maas_columns_fit(t, o, how) : NULL, *again = NULL;
	struct maas_buf b = { 0 };

	if (c && maas_columns_write(c, &b) == 0)
		again = maas_columns_open((struct maas_span){ b.s, b.n });
	maas_buf_free(&b);
	maas_columns_free(c);
	maas_table_close(t);
	return again;
}

static const char *
later(const struct maas_columns *c, const char *settings, const char *keep, struct maas_span data)
{
	struct maas_table_options o = as(settings);
	struct maas_table *t = c ? maas_table_open_text(&o, c, "u", data) : NULL;
	struct maas_reader *r = t ? maas_reader_new(c, t) : NULL;
	const char *s = r && (!keep || maas_reader_keep(r, keep) == 0) ? rows(r, c) : maas_error();

	maas_reader_free(r);
	maas_table_close(t);
	return s;
}

static void
test_text_columns(void)
{
	struct maas_table_options o = as("");
	struct maas_columns *c = fitted(&o, TEXT("good film\tpos\nbad\tneg\n"), 0);
	struct maas_reader *r;
	struct maas_row row;

	ok(c && c->texts == 1 && !c->features && c->n == 2 && c->labelled, "two columns: text and label");
	is_str(later(c, "", NULL, TEXT("x\ty\nz\na\tb\tc\n")), "x/y/;z//;<u:3: 3 fields, expected 2>//;");
	is_str(
	    later(c, "", NULL, TEXT("{\"text\":\"x\",\"label\":\"y\"}\n{\"id\":3}\n")), "x/y/;<u:2: no key 'text'>//;");
	is_str(later(c, "format=text", NULL, TEXT("x\ty\n")), "x\ty//;");
	is_str(later(c, "format=fasttext", NULL, TEXT("__label__b x y\n")), "x y/b/;");
	r = maas_reader_new(c, NULL);
	ok(maas_reader_parse(r, TEXT("{\n \"text\": \"q\\u00e9\"}\n"), &row) == 0 &&
		maas_span_is(row.text, "q\xc3\xa9"),
	    "a JSON object over lines");
	ok(maas_reader_parse(r, TEXT("only text"), &row) == 0 && maas_span_is(row.text, "only text"), "a line");
	ok(maas_reader_parse(r, TEXT("a\nb"), &row) < 0, "%s", maas_error());
	ok(maas_reader_parse(r, TEXT(""), &row) < 0, "%s", maas_error());
	ok(maas_reader_text(r, TEXT("a\tb"), &row) == 0 && row.text.n == 3, "a text whole");
	maas_reader_free(r);
	maas_columns_free(c);
	o = as("text=2,3");
	c = fitted(&o, TEXT("1,a,b\n2,c,d\n"), 0);
	ok(!c, "commas are not TSV: %s", maas_error());
	o = as("text=2,3 format=csv");
	c = fitted(&o, TEXT("1,a,b\n2,c,d\n"), 0);
	is_str(later(c, "", "1", TEXT("1,x,\"y,z\"\nx,y\n")), "x y,z/1/+1;x y//+x;");
	maas_columns_free(c);
}

static void
test_number_columns(void)
{
	struct maas_table_options o = as("format=csv drop=id");
	struct maas_columns *c = fitted(&o, TEXT("id,age,kind,class\nr1,1.5,b,7\nr2,?,a,8\nr3,-3e2,,8\n"), 0);
	struct maas_buf b = { 0 };

	ok(c && c->numbers == 1 && c->words == 1 && c->column[2].role == MAAS_CATEGORY &&
		c->column[3].role == MAAS_LABEL,
	    "number, category with a gap, label");
	ok(maas_columns_feature(c, 0, &b) == 0, "names");
	is_str(b.s, "age");
	maas_buf_free(&b);
	is_str(later(c, "", "id", TEXT("kind,age,id\na,2,k\nb,x,l\nnew,4,m\n")),
	    "//2 'a' +k;<u:3: field 2 (age): not a number: 'x'>//+l;//4 'new' +m;");
	is_str(later(c, "", NULL, TEXT("id,age\n1,2\n")), "u: no column 'kind' in its first line (see --header)");
	is_str(later(c, "", NULL, TEXT("kind,age\na,inf\na,NA\na\n")),
	    "<u:2: field 2 (age): not a finite number: 'inf'>//;<u:3: field 2 (age): not a number: 'NA' (see --impute)>//;"
	    "<u:4: 1 fields, its header has 2>//;");
	is_str(later(c, "format=jsonl", "id", TEXT("{\"age\":2,\"kind\":null,\"id\":5,\"class\":\"q\"}\n")),
	    "/q/2 '' +5;");
	is_str(later(c, "", "nope", TEXT("kind,age\na,1\n")), "u: no column 'nope' to keep");
	maas_columns_free(c);
	o = as("format=csv label=clas");
	ok(!fitted(&o, TEXT("id,age,class\n1,2,3\n"), 0), "%s", maas_error());
	is_str(maas_error(), "no column 'clas' in the data: do you mean 'class'?");
	o = as("format=csv");
	ok(!fitted(&o, TEXT("a,b,c\n1,2,3\n4,5\n"), 0), "%s", maas_error());
	is_str(maas_error(), "t:3: 2 fields, expected 3");
	c = fitted(&o, TEXT("1,2\n3,4\n"), MAAS_FIT_UNLABELLED | MAAS_FIT_NUMERIC);
	ok(c && c->features == 2 && !c->labelled, "no label for who wants none");
	is_str(later(c, "", NULL, TEXT("5,6\n")), "//5 6 ;");
	maas_columns_free(c);
}

static void
test_other_columns(void)
{
	struct maas_table_options o = as("");
	struct maas_columns *c = fitted(&o, TEXT("1 1:2 3:4\n0 2:1\n"), 0);
	struct maas_table *t = maas_table_open_text(&o, c, "u", TEXT("1 1:2 4:9\n"));
	struct maas_reader *r = maas_reader_new(c, t);
	struct maas_row row;

	ok(c && c->features == 3 && c->labelled, "libsvm: as wide as its largest index");
	ok(maas_reader_next(r, &row) == 1 && row.nnz == 1 && row.val[0] == 2 && !row.x,
	    "rows are sparse, unknown indices left out");
	maas_reader_free(r);
	maas_table_close(t);
	maas_columns_free(c);
	o = as("format=libsvm");
	c = fitted(&o, TEXT("0\n1 3:2\n0\n"), 0);
	t = maas_table_open_text(&o, c, "u", TEXT("0\n"));
	r = maas_reader_new(c, t);
	ok(c && c->features == 3 && maas_reader_next(r, &row) == 1 && !row.bad && row.nnz == 0 && row.col,
	    "a row without values is a row");
	maas_reader_free(r);
	maas_table_close(t);
	maas_columns_free(c);
	o = as("");
	c = fitted(&o, TEXT("\0\0\x08\x02\0\0\0\x01\0\0\0\x02\x05\x06"), MAAS_FIT_UNLABELLED);
	is_str(later(c, "", NULL, TEXT("\0\0\x08\x02\0\0\0\x01\0\0\0\x02\x07\x09")), "//7 9 ;");
	is_str(later(c, "format=csv", NULL, TEXT("7,8.5\n")), "//7 8.5 ;");
	maas_columns_free(c);
	ok(!maas_columns_open(TEXT("{\"format\":\"csv\"}")), "%s", maas_error());
}

/* Columns of npy by number; the last is the label where none is named. */
static void
test_matrix_columns(void)
{
	static const struct maas_span data = {
		NPY("{'descr': '|u1', 'fortran_order': False, 'shape': (2, 4), }          \n") "\1\2\3\4\5\6\7\10", 88
	};
	struct maas_table_options o = as("");
	struct maas_columns *c = fitted(&o, data, 0);

	ok(c && c->numbers == 3 && c->labelled && c->column[3].role == MAAS_LABEL, "the last column is the label");
	is_str(later(c, "", NULL, data), "/4/1 2 3 ;/8/5 6 7 ;");
	is_str(later(c, "format=csv", NULL, TEXT("9,8,7\n9,8,7,6\n9,8\n")),
	    "//9 8 7 ;/6/9 8 7 ;<u:3: 2 fields, expected 4>//;");
	maas_columns_free(c);
	o = as("label=1 drop=3 id=2");
	c = fitted(&o, data, 0);
	is_str(later(c, "", NULL, data), "/1/4 ;/5/8 ;");
	is_str(later(c, "format=csv", NULL, TEXT("9\n1,2,3,4\n2,3,4\n1,2\n")),
	    "//9 ;/1/4 ;//4 ;<u:4: 2 fields, expected 4>//;");
	maas_columns_free(c);
	c = fitted(&o, data, MAAS_FIT_UNLABELLED | MAAS_FIT_NUMERIC);
	ok(c && c->numbers == 1, "with the first records alone");
	maas_columns_free(c);
	o = as("");
	c = fitted(&o, data, MAAS_FIT_UNLABELLED);
	ok(c && c->numbers == 4 && !c->column, "all of them where nothing is a label");
	maas_columns_free(c);
	o = as("text=1");
	ok(!fitted(&o, data, 0), "%s", maas_error());
	o = as("label=5");
	ok(!fitted(&o, data, 0), "%s", maas_error());
}

static void
test_numbers(void)
{
	static const char *const text[] = { "0.1", "-1.5e-7", "123456789012345678", "9007199254740993", "1e400",
		" 2.5 ", "0.30000000000000004", "179769313486231570000", "4.35", "-0", ".5", "5." };
	size_t i;
	double v;

	for (i = 0; i < MAAS_COUNT(text); i++)
		ok(maas_number(maas_span(text[i]), &v) == 0 && v == strtod(text[i], NULL), "%s", text[i]);
	ok(maas_number(maas_span("1,5"), &v) < 0 && maas_number(maas_span(""), &v) < 0 &&
		maas_number(maas_span("-"), &v) < 0 && maas_number(maas_span("1.2.3"), &v) < 0 &&
		maas_number(maas_span("0x10"), &v) < 0,
	    "not numbers");
	ok(maas_is_gap(maas_span(" n/a ")) && maas_is_gap(maas_span("?")) && !maas_is_gap(maas_span("none")), "gaps");
}

int
main(void)
{
	test_delimited();
	test_recognition();
	test_matrices();
	test_text_columns();
	test_number_columns();
	test_other_columns();
	test_matrix_columns();
	test_numbers();
	return done();
}
