/* maas-tokenize: texts to tokens and back; tokenisers from texts. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "made.h"
#include "maas/registry.h"
#include "tokenize.h"
#include "tokenize_vectorize.h"

struct train {
	long vocab, min_frequency;
	int pattern, json, if_changed, touch;
	struct maas_list special;
	const char *output, *encoding;
};
static const struct maas_field train_fields[] = {
	MAAS_INT('n', train, vocab, 0, 4194304, 0, "tokens of the vocabulary, special ones and the 256 bytes included"),
	MAAS_ENUM(0, train, pattern, maas_pattern_names, MAAS_GPT2, "how texts are parted into words"),
	MAAS_INT(0, train, min_frequency, 1, 1e15, 2, "merge pairs that occur this often or more"),
	MAAS_LIST(0, train, special, "TOKEN", "a special token; may be given again; <|endoftext|> if none is"),
	MAAS_TEXT('o', train, output, NULL, "write tokenizer.json; with a / at the end, what transformers reads there"),
	MAAS_TEXT(0, train, encoding, "UTF-8", "of the input, as iconv names it"),
	MAAS_FLAG(0, train, if_changed, "do nothing where all that the output is made of is the same"),
	MAAS_FLAG(0, train, touch, "with --if-changed: an output that is left has the time of now"),
	MAAS_FLAG(0, train, json, "print the result as a JSON object"), MAAS_END
};
struct info {
	const char *model;
	int json;
};
static const struct maas_field info_fields[] = { MAAS_TEXT('m', info, model, NULL,
						     "tokeniser: a file, a directory, or a model that carries one"),
	MAAS_FLAG(0, info, json, "print one JSON object"), MAAS_END };
struct convert {
	const char *model, *output;
};
static const struct maas_field convert_fields[] = { MAAS_TEXT('m', convert, model, NULL,
							"tokeniser: a file, a directory, or a model that carries one"),
	MAAS_TEXT(
	    'o', convert, output, NULL, "write tokenizer.json; with a / at the end, what transformers reads there"),
	MAAS_END };

/* Whole lines at a time; a line longer than a block is waited for. */
static int
add_file(struct maas_bpe *b, const char *path, const char *encoding, size_t *bytes)
{
	struct maas_input *in = maas_input_open(path, encoding);
	struct maas_buf text = { 0 };
	size_t block = (size_t)8 << 20, whole;
	int rc = -1, last = 0;

	if (!in)
		return -1;
	while (!last) {
		const char *lf;

		if (maas_input_block(in, &text, block, &last) < 0)
			goto out;
		lf = text.n ? memrchr(text.s, '\n', text.n) : NULL;
		whole = last ? text.n : lf ? (size_t)(lf + 1 - text.s) : 0;
		if (maas_bpe_add(b, (struct maas_span){ text.s, whole }) < 0)
			goto out;
		*bytes += whole;
		memmove(text.s, text.s + whole, text.n - whole);
		text.n -= whole;
		block = whole || block > ((size_t)1 << 30) ? block : block * 2;
	}
	rc = 0;
out:
	maas_buf_free(&text);
	maas_input_close(in);
	return rc;
}

/* With --if-changed, what it was made of is kept beside a file; a directory of several has none. */
static int
report(const struct call *c, const struct made *made, const struct maas_tokenizer *t, size_t bytes)
{
	const struct train *o = c->part[0];
	size_t n = maas_tokenizer_size(t), merges = maas_tokenizer_merges(t);
	char result[128];

	snprintf(result, sizeof result, "{\"bytes\":%zu,\"vocab\":%zu,\"merges\":%zu}", bytes, n, merges);
	if (n < (size_t)o->vocab)
		warn(c, "%zu tokens instead of %ld: no other pair occurs %ld times", n, o->vocab, o->min_frequency);
	if (o->json)
		puts(result);
	else if (!c->common.quiet)
		fprintf(stderr, "%zu bytes, %zu tokens, %zu merges\n", bytes, n, merges);
	return *made->digest && made_note_beside(made, o->output, result) ? fail(c) : finish(c);
}

/* --if-changed: 1 where the tokeniser is left; 0: learn; -1. */
static int
stands(struct call *c, const struct train *o, struct made *made)
{
	size_t n = strlen(o->output);

	if (!o->if_changed || !strcmp(o->output, "-") || !n || o->output[n - 1] == '/')
		return 0;
	made_look(made, c);
	made_unknown(made);
	if (!made_stands_beside(made, o->output))
		return 0;
	if (made_left(made, o->output, o->touch))
		return -1;
	if (o->json)
		puts(made->result);
	return 1;
}

static int
learn(struct call *c, const struct made *made)
{
	static const char *end_of_text[] = { "<|endoftext|>" };
	const struct train *o = c->part[0];
	const char *const *special = o->special.n ? o->special.item : end_of_text;
	struct maas_tokenizer *t = NULL;
	struct maas_team *team;
	struct maas_bpe *b = NULL;
	const char *path;
	size_t bytes = 0;
	int status = 0;

	if (!(team = maas_team_new((int)c->common.threads)) || !(b = maas_bpe_new((enum maas_pattern)o->pattern, team)))
		status = fail(c);
	for (int i = 0; status == 0 && (path = nth_input(c, i)); i++)
		if (add_file(b, path, o->encoding, &bytes) < 0)
			status = fail(c);
	if (status == 0 &&
	    (!(t = maas_bpe_train(
		   b, (size_t)o->vocab, (uint64_t)o->min_frequency, special, o->special.n ? o->special.n : 1)) ||
		maas_tokenizer_save(t, o->output, o->if_changed ? MAAS_IF_CHANGED : 0) < 0))
		status = fail(c);
	if (status == 0)
		status = report(c, made, t, bytes);
	maas_tokenizer_free(t);
	maas_bpe_free(b);
	maas_team_free(team);
	return status;
}

static int
train(struct call *c)
{
	const struct train *o = c->part[0];
	struct made made = { 0 };
	int status = wants_input(c), is;

	if (status)
		return status;
	if (!o->output || !o->vocab)
		return misuse(c,
		    o->vocab ? "a place for the result was wanted: -o FILE"
			     : "a number of tokens was wanted: -n VOCAB");
	if (o->touch && !o->if_changed)
		return misuse(c, "--touch wants --if-changed");
	if (spare_input(c, o->output) < 0)
		return fail(c);
	is = stands(c, o, &made);
	status = is < 0 ? fail(c) : is ? finish(c) : learn(c, &made);
	made_free(&made);
	return status;
}

static int
put_token(struct maas_buf *b, const struct maas_tokenizer *t, int32_t id, int json)
{
	struct maas_span s = maas_token_bytes(t, id);

	if (id < 0)
		return maas_buf_text(b, json ? "null" : "none");
	return json ? maas_buf_printf(b, "%d", id) : maas_buf_printf(b, "%d %.*s", id, (int)s.n, s.s);
}

static int
put_info(struct maas_buf *b, const struct maas_tokenizer *t, int json)
{
	static const char *const text[] = {
		"pattern\t%s\nunicode\t%s\nvocab\t%zu\nmerges\t%zu\nspecial\t%zu\nlongest\t%zu bytes\n"
		"digest\t%016" PRIx64 "\n",
		"{\"pattern\":\"%s\",\"unicode\":\"%s\",\"vocab\":%zu,\"merges\":%zu,\"special\":%zu,\"longest\":%zu,"
		"\"digest\":\"%016" PRIx64 "\""
	};
	const struct {
		const char *name;
		int32_t id;
	} named[] = { { "bos", maas_token_bos(t) }, { "eos", maas_token_eos(t) }, { "unk", maas_token_unk(t) } };
	const char *adds[] = { maas_tokenizer_adds_bos(t) ? "true" : "false",
		maas_tokenizer_adds_eos(t) ? "true" : "false" };
	size_t longest = 0, special = 0, vocab = maas_tokenizer_size(t);

	for (size_t i = 0; i < vocab; i++) {
		size_t n = maas_token_bytes(t, (int32_t)i).n;

		longest = n > longest ? n : longest;
		special += (size_t)maas_token_special(t, (int32_t)i);
	}
	if (maas_buf_printf(b, text[json], maas_tokenizer_pattern(t), maas_unicode_version, vocab,
		maas_tokenizer_merges(t), special, longest, maas_tokenizer_digest(t)) < 0)
		return -1;
	for (size_t i = 0; i < MAAS_COUNT(named); i++)
		if (maas_buf_printf(b, json ? ",\"%s\":" : "%s\t", named[i].name) < 0 ||
		    put_token(b, t, named[i].id, json) < 0 || maas_buf_text(b, json ? "" : "\n") < 0)
			return -1;
	return maas_buf_printf(
	    b, json ? ",\"adds_bos\":%s,\"adds_eos\":%s}\n" : "adds bos\t%s\nadds eos\t%s\n", adds[0], adds[1]);
}

static int
info(struct call *c)
{
	const struct info *o = c->part[0];
	const char *path = o->model ? o->model : c->n == 1 ? c->operand[0] : NULL;
	struct maas_tokenizer *t;
	struct maas_buf b = { 0 };
	int status = 0;

	if (!path || (o->model && c->n))
		return misuse(c, "one tokeniser was wanted: -m TOK");
	if (!(t = maas_tokenizer_find(path)) || put_info(&b, t, o->json) < 0)
		status = fail(c);
	else
		fwrite(b.s, 1, b.n, stdout);
	maas_buf_free(&b);
	maas_tokenizer_free(t);
	return status ? status : finish(c);
}

static int
convert(struct call *c)
{
	const struct convert *o = c->part[0];
	struct maas_tokenizer *t;
	int status = 0;

	if (!o->model || !o->output || c->n)
		return misuse(c, "a tokeniser and a place for it were wanted: -m TOK -o OUT");
	if (!(t = maas_tokenizer_find(o->model)) || maas_tokenizer_save(t, o->output, 0) < 0)
		status = fail(c);
	maas_tokenizer_free(t);
	return status ? status : finish(c);
}

static const struct verb verbs[] = {
	{ .name = "train",
	    .operands = "[FILE...]",
	    .what = "learn a tokeniser from texts",
	    .run = train,
	    .part = { { train_fields, sizeof(struct train) } } },
	{ .name = "encode",
	    .operands = "[FILE...]",
	    .what = "turn text into token ids",
	    .run = encode,
	    .part = { { encode_fields, sizeof(struct encode) } } },
	{ .name = "decode",
	    .operands = "[FILE...]",
	    .what = "turn token ids into text",
	    .run = decode,
	    .part = { { decode_fields, sizeof(struct decode) } } },
	{ .name = "count",
	    .operands = "[FILE...]",
	    .what = "count bytes, characters and tokens",
	    .run = count,
	    .part = { { count_fields, sizeof(struct count) } } },
	{ .name = "truncate",
	    .operands = "[FILE...]",
	    .what = "cut texts down to a number of tokens",
	    .run = cut,
	    .part = { { truncate_fields, sizeof(struct truncate) } } },
	{ .name = "info",
	    .operands = "",
	    .what = "print what a tokeniser is",
	    .run = info,
	    .part = { { info_fields, sizeof(struct info) } } },
	{ .name = "convert",
	    .operands = "",
	    .what = "write a tokeniser in another form",
	    .run = convert,
	    .part = { { convert_fields, sizeof(struct convert) } } },
	{ .name = "vectorize",
	    .operands = "[DATA...]",
	    .what = "turn texts into rows of features",
	    .run = vectorize,
	    .part = { { vectorize_fields, sizeof(struct vectorize) },
		{ maas_table_fields, sizeof(struct maas_table_options) },
		{ maas_vectorizer_fields, sizeof(struct maas_vectorizer_options) } } },
};

int
main(int argc, char **argv)
{
	char unicode[32];

	snprintf(unicode, sizeof unicode, "unicode %s", maas_unicode_version);
	return drive(argc, argv,
	    &(struct command){ .name = "maas-tokenize",
		.what = "turn texts into tokens and back",
		.verbs = verbs,
		.nverbs = MAAS_COUNT(verbs),
		.about = unicode });
}
