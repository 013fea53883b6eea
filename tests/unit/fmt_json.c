#include <stdlib.h>
#include <unistd.h>

#include "maas/fmt.h"
#include "../test.h"

static void
parse(void)
{
	static const char *const bad[] = { "", "{", "{\"a\":1,\"a\":2}", "[1]x", "NaN", "\"\xFF\"", "\"\\ud800\"",
		"{1:2}", "[1,]" };
	struct maas_json *j =
	    maas_json_parse(maas_span("{\"a\":[1,2.5,\"x\\u0000y\",true,null],\"b\":{\"c\":-9223372036854775808}}"));
	const struct maas_json *a = maas_json_get(j, "a"), *v;
	struct maas_span s;
	int64_t i;
	double d;
	int t;

	ok(j && maas_json_size(a) == 5, "parses");
	ok(maas_json_int(maas_json_at(a, 0), &i) == 0 && i == 1 && maas_json_real(maas_json_at(a, 0), &d) == 0 &&
		d == 1,
	    "integer");
	ok(maas_json_real(maas_json_at(a, 1), &d) == 0 && d == 2.5 && maas_json_int(maas_json_at(a, 1), &i) < 0,
	    "real");
	ok(maas_json_text(maas_json_at(a, 2), &s) == 0 && s.n == 3 && !memcmp(s.s, "x\0y", 3), "a NUL is text");
	ok(maas_json_bool(maas_json_at(a, 3), &t) == 0 && t == 1, "bool");
	ok(maas_json_type(maas_json_at(a, 4)) == MAAS_J_NULL && !maas_json_at(a, 5), "null, and none behind it");
	ok(!maas_json_get(maas_json_get(j, "x"), "y"), "get of nothing is nothing");
	ok(maas_json_next(j, NULL, &s, &v) && maas_span_is(s, "a"), "in order");
	maas_json_free(j);
	j = maas_json_parse(maas_span("{\"huge\":1000000000000000019884624838656,\"id\":50256}"));
	ok(maas_json_int(maas_json_get(j, "id"), &i) == 0 && i == 50256, "an integer beside one past 64 bits");
	ok(maas_json_int(maas_json_get(j, "huge"), &i) < 0 && maas_json_real(maas_json_get(j, "huge"), &d) == 0 &&
		d > 9e29,
	    "which is a real");
	maas_json_free(j);
	for (size_t k = 0; k < MAAS_COUNT(bad); k++)
		ok(!maas_json_parse(maas_span(bad[k])), "refused: %s", maas_error());
	j = maas_json_parse(maas_span("{\"much\":1000000000000000019884624838656,\"little\":-7}"));
	ok(maas_json_real(maas_json_get(j, "much"), &d) == 0 && d == 1e30 &&
		maas_json_int(maas_json_get(j, "much"), &i) < 0,
	    "an integer past 64 bits is a real");
	ok(maas_json_int(maas_json_get(j, "little"), &i) == 0 && i == -7, "and the others stay integers");
	maas_json_free(j);
	char deep[2000];

	memset(deep, '[', 1000);
	memset(deep + 1000, ']', 1000);
	ok(!maas_json_parse((struct maas_span){ deep, 2000 }), "too deep: %s", maas_error());
	memset(deep, '"', 1);
	ok(!maas_json_parse((struct maas_span){ deep, 2000 }), "brackets in an open text");
}

static void
print(void)
{
	struct maas_buf b = { NULL, 0, 0 };

	ok(maas_json_put_text(&b, (struct maas_span){ "a\"\\\n\x01\xE4\xBA\xBA\xFF\0", 10 }) == 0, "prints");
	is_str(b.s, "\"a\\\"\\\\\\n\\u0001\xE4\xBA\xBA\xEF\xBF\xBD\\u0000\"");
	b.n = 0;
	ok(maas_json_put_real(&b, 0.1) == 0 && maas_buf_text(&b, " ") == 0 && maas_json_put_real(&b, 0.1 + 0.2) == 0 &&
		maas_buf_text(&b, " ") == 0 && maas_json_put_real(&b, NAN) == 0,
	    "reals");
	is_str(b.s, "0.1 0.30000000000000004 null");
	maas_buf_free(&b);
}

static void
merge(void)
{
	static const struct {
		const char *text, *members, *want;
	} row[] = {
		{ "{}", "\"p\":1", "{\"p\":1}" },
		{ " { \"id\" : 7 , \"x\": [1, {\"p\":2}] } \r", "\"p\":0.50",
		    "{\"id\" : 7,\"x\": [1, {\"p\":2}],\"p\":0.50}" },
		{ "{\"p\":\"a,b}\",\"q\":1.10}", "\"p\":1", "{\"q\":1.10,\"p\":1}" },
		{ "{\"\\u0070\":1,\"q\\\"\":2}", "\"p\":3", "{\"q\\\"\":2,\"p\":3}" },
		{ "{\"a\":1}", "", "{\"a\":1}" },
	};
	struct maas_buf b = { NULL, 0, 0 };

	for (size_t i = 0; i < MAAS_COUNT(row); i++) {
		b.n = 0;
		ok(maas_json_merge(&b, maas_span(row[i].text), maas_span(row[i].members)) == 0, "merges");
		is_str(b.s, row[i].want);
	}
	ok(maas_json_merge(&b, maas_span("[1]"), maas_span("\"p\":1")) < 0, "no object: %s", maas_error());
	maas_buf_free(&b);
}

static int
on(void *ctx, const char *key, const char *value)
{
	if (!strcmp(key, "bad"))
		return maas_fail("no such setting: bad");
	return maas_buf_printf(ctx, "%s=%s;", key, value);
}

static void
yaml(void)
{
	static const struct {
		const char *text, *want;
	} row[] = {
		{ "kind: gpt\nlr: 1e-3\ndata: [a, b]\nquoted: 'x: y'\n",
		    "kind=gpt;lr=1e-3;data=a;data=b;quoted=x: y;" },
		{ "", "" },
		{ "a: 1\nbad: 2\n", "f.yaml:2: no such setting: bad" },
		{ "a: 1\na: 2\n", "f.yaml:2: a stands twice" },
		{ "a: {b: 1}\n", "f.yaml:1: a mapping inside the mapping; settings are flat" },
		{ "a: &x 1\nb: *x\n", "f.yaml:2: an alias, which is not taken here" },
		{ "- a\n- b\n", "f.yaml:1: 'key: value' lines were wanted" },
		{ "a: 1\n---\nb: 2\n", "f.yaml:2: a second document" },
		{ "a: [1, [2]]\n", "f.yaml:1: a list holds plain values only" },
		{ "a: \"\\0\"\n", "f.yaml:1: a NUL in a value" },
	};

	for (size_t i = 0; i < MAAS_COUNT(row); i++) {
		struct maas_buf b = { NULL, 0, 0 };
		struct maas_out *o = maas_out_open("f.yaml");

		fputs(row[i].text, maas_out_file(o));
		if (maas_out_commit(o, 0) < 0)
			return;
		if (maas_yaml_load("f.yaml", on, &b) == 0) {
			is_str(b.s ? b.s : "", row[i].want);
		} else {
			is_str(maas_error(), row[i].want);
			ok(maas_why() == MAAS_CONFIG, "is the configuration's fault");
		}
		maas_buf_free(&b);
	}
	unlink("f.yaml");
}

int
main(void)
{
	char folder[] = "/tmp/maas-test-XXXXXX";

	parse();
	print();
	merge();
	if (!mkdtemp(folder) || chdir(folder) < 0)
		return 1;
	yaml();
	(void)!chdir("/");
	rmdir(folder);
	return done();
}
