/* Sentences out of CoNLL files: tokens, tags, what is none of them, and what is wrong. */
#include <stdlib.h>

#include "maas/table.h"
#include "../test.h"

/* "LINE tokens|tags;" a sentence; one without tokens "LINE -;", a bad one its reason in <>. */
static const char *
sentences(struct maas_span data, const struct maas_columns *c)
{
	static struct maas_buf b;
	struct maas_table_options o = { 0 };
	struct maas_table *t;
	struct maas_record r;
	int rc = -1, bad;

	maas_defaults(maas_table_fields, &o);
	while (!c && maas_formats[o.format] != &maas_format_conll)
		o.format++;
	o.format += !c;
	t = maas_table_open_text(&o, c, "t", data);
	b.n = 0;
	bad = maas_buf_text(&b, "");
	while (t && !bad && (rc = maas_table_next(t, &r)) > 0)
		if (r.empty)
			bad = maas_buf_printf(&b, "%zu -;", r.line);
		else if (r.bad)
			bad = maas_buf_printf(&b, "<%s>;", r.bad);
		else
			bad = maas_buf_printf(&b, "%zu %.*s", r.line, (int)r.cell[0].n, r.cell[0].s) ||
			    (r.tags.s && maas_buf_printf(&b, "|%.*s", (int)r.tags.n, r.tags.s)) ||
			    maas_buf_text(&b, ";");
	if (rc < 0)
		bad |= maas_buf_printf(&b, "!%s", maas_error());
	maas_table_close(t);
	return bad ? "no memory" : b.s;
}

static void
gives(const char *data, const char *want)
{
	const char *got = sentences(maas_span(data), NULL);

	ok(!strcmp(got, want), "%s", got);
}

static void
forms(void)
{
	gives("EU B-ORG\nrejects O\n\nPeter B-PER\n", "1 EU rejects|B-ORG O;4 Peter|B-PER;");
	gives("EU\tNNP\tI-ORG\nx\tNN\tO", "1 EU x|I-ORG O;");
	gives("EU  NNP   B-ORG  \n lone X O\n", "1 EU lone|B-ORG O;");
	gives("\xef\xbb\xbf"
	      "a O\r\nb O\r\n\r\nc O\r\n",
	    "1 a b|O O;4 c|O;");
	gives("one\ntwo\n\nthree\n", "1 one two;4 three;");
	gives("", "");
	gives("\n\n", "1 -;2 -;");
	gives("\na O\n\n\nb O\n \t\nc O\n", "1 -;2 a|O;4 -;5 b|O;7 c|O;");
	gives("-DOCSTART- -X- O O\n\na X O\n\n-DOCSTART-\nb X O\n", "1 -;3 a|O;5 b|O;");
	gives("-DOCSTART-s O\n", "1 -DOCSTART-s|O;");
	gives("# sent_id = 1\n# text = a b\n1\ta\tDET\n2\tb\tNOUN\n", "1 1 2|DET NOUN;");
	gives("# O\n1 O\n", "1 # 1|O O;");
	gives("#\tO\n1\tO\n", "1 # 1|O O;");
	gives("{ O\n} O\n", "1 { }|O O;");
}

static void
faults(void)
{
	gives("a O\nb\nc O\n\nd O\n", "<t:2: 1 column, the lines before have 2>;5 d|O;");
	gives("a\tO\nb O\n", "<t:2: 1 column, the lines before have 2>;");
	gives("a X O\n\nb O\n", "1 a|O;3 b|O;");
	gives("x O\n\n\tO\n\nz O\n", "1 x|O;<t:3: an empty token>;5 z|O;");
	gives("x\t\n", "<t:1: an empty tag>;");
	gives("New York\tB-LOC\n", "<t:1: a blank in the token>;");
	gives("x\ty\nYork\tB LOC\n", "<t:2: a blank in the tag>;");
}

/* A model that knows sentences takes them for that, and objects of JSON too. */
static void
known(void)
{
	static const struct maas_columns c = { .format = &maas_format_conll, .texts = 1 };
	const char *got = sentences(maas_span("{ O\n\n1 2:3\n"), &c);

	ok(!strcmp(got, "1 {|O;3 1|2:3;"), "%s", got);
	got = sentences(maas_span("{\"text\":\"a b\"}\n"), &c);
	ok(!strcmp(got, "1 a b;"), "%s", got);
}

static void
large(void)
{
	enum { TOKENS = 100000 };
	struct maas_buf b = { 0 };
	const char *got;
	size_t n = 0;
	int bad = 0;

	for (int i = 0; i < TOKENS && !bad; i++)
		bad = maas_buf_printf(&b, "w%d\tO\n", i);
	got = bad ? "" : sentences((struct maas_span){ b.s, b.n }, NULL);
	for (const char *p = strchr(got, '|'); p && *p; p++)
		n += *p == 'O';
	ok(n == TOKENS, "a sentence of %zu tokens", n);
	for (int i = 0; i < 20 * TOKENS && !bad; i++)
		bad = maas_buf_printf(&b, "an even longer sentence %d\n", i);
	got = bad ? "" : sentences((struct maas_span){ b.s, b.n }, NULL);
	ok(strstr(got, "a sentence of over 33554432 bytes"), "%.80s", got);
	maas_buf_free(&b);
}

/* Lines of the raw form, told apart. */
static void
lines(void)
{
	struct maas_conll c;
	struct maas_span line;
	char got[64] = "";
	size_t n = 0;
	int sort;

	for (maas_conll_begin(&c, maas_span("# one\n1\ta\n2\tb")); (sort = maas_conll_next(&c, &line));)
		n += (size_t)snprintf(got + n, sizeof got - n, "%d %zu;", sort, line.n);
	ok(!strcmp(got, "2 5;1 3;1 3;"), "%s", got);
}

int
main(void)
{
	forms();
	faults();
	known();
	large();
	lines();
	return done();
}
