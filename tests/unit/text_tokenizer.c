/* Files of tokenisers read and written, the compiled form, ids of GPT-2. */
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "maas/text.h"
#include "../test.h"

static char dir[] = "/tmp/maas-text-XXXXXX", path[256];

static const char *
at(const char *name)
{
	snprintf(path, sizeof path, "%s/%s", dir, name);
	return path;
}

static void
put(const char *name, const char *text)
{
	FILE *f = fopen(at(name), "w");

	fputs(text, f);
	fclose(f);
}

static const char *
ids_of(const struct maas_tokenizer *t, const char *text, int special)
{
	static char out[256];
	struct maas_encoder *e = maas_encoder_new(t, special);
	struct maas_ids ids = { 0 };
	size_t n = 0;

	out[0] = '\0';
	if (maas_encode(e, maas_span(text), &ids) < 0)
		snprintf(out, sizeof out, "%s", maas_error());
	for (size_t i = 0; i < ids.n; i++)
		n += (size_t)snprintf(out + n, sizeof out - n, i ? " %d" : "%d", ids.id[i]);
	maas_ids_free(&ids);
	maas_encoder_free(e);
	return out;
}

/* {"version":...} around parts that a case changes. */
static struct maas_tokenizer *
load(const char *added, const char *pre, const char *post, const char *model)
{
	struct maas_buf b = { 0 };
	struct maas_tokenizer *t = NULL;

	if (maas_buf_printf(&b,
		"{\"version\":\"1.0\",\"truncation\":null,\"padding\":null,\"added_tokens\":[%s],\"normalizer\":null,"
		"\"pre_tokenizer\":%s,\"post_processor\":%s,\"decoder\":{\"type\":\"ByteLevel\"},\"model\":%s}",
		added, pre, post, model) == 0) {
		put("tokenizer.json", b.s);
		t = maas_tokenizer_load(at("tokenizer.json"));
	}
	maas_buf_free(&b);
	return t;
}

#define PRE   "{\"type\":\"ByteLevel\",\"add_prefix_space\":false,\"trim_offsets\":true,\"use_regex\":true}"
#define EOT   "{\"id\":5,\"content\":\"<e>\",\"special\":true}"
#define VOCAB "\"vocab\":{\"a\":0,\"b\":1,\"\\u0120\":2,\"ab\":3,\"\\u0120ab\":4,\"<e>\":5,\"aab\":9}"
#define MODEL "{\"type\":\"BPE\"," VOCAB ",\"merges\":[\"a b\",\"\\u0120 ab\",\"a ab\"]}"
#define LLAMA3 \
	"{\"type\":\"Sequence\",\"pretokenizers\":[{\"type\":\"Split\",\"pattern\":{\"Regex\":\"(?i:'s|'t|'re|'ve|'m|'ll|'d)|" \
	"[^\\\\r\\\\n\\\\p{L}\\\\p{N}]?\\\\p{L}+|\\\\p{N}{1,3}| ?[^\\\\s\\\\p{L}\\\\p{N}]+[\\\\r\\\\n]*|\\\\s*[\\\\r\\\\n]+|\\\\s+(?!\\\\S)|\\\\s+\"}," \
	"\"behavior\":\"Isolated\",\"invert\":false},{\"type\":\"ByteLevel\",\"add_prefix_space\":false,\"use_regex\":false}]}"

static void
json(void)
{
	struct maas_tokenizer *t = load(EOT, PRE, "null", MODEL), *u = NULL;
	uint64_t digest;

	ok(t && maas_tokenizer_size(t) == 10 && maas_tokenizer_merges(t) == 3, "reads");
	is_str(ids_of(t, "ab aab ab", 0), "3 2 9 4");
	is_str(ids_of(t, "ab<e>ab", 0), "the byte 0x3C is in no token, and there is no unknown token");
	is_str(ids_of(t, "ab<e>ab", 1), "3 5 3");
	ok(maas_token_bytes(t, 6).n == 0 && maas_token_bytes(t, 10).n == 0 && maas_token_bytes(t, -1).n == 0,
	    "no such ids");
	ok(maas_token_special(t, 5) && !maas_token_special(t, 3) && maas_token_find(t, maas_span("<e>")) == 5,
	    "special");
	ok(maas_token_find(t, maas_span("ab")) == -1, "a word is not special");
	digest = maas_tokenizer_digest(t);
	maas_tokenizer_free(t);
	t = load(EOT, PRE, "null", "{" VOCAB ",\"merges\":[[\"a\",\"b\"],[\"\\u0120\",\"ab\"],[\"a\",\"ab\"]]}");
	ok(t && maas_tokenizer_digest(t) == digest, "merges as pairs");
	ok(maas_tokenizer_save(t, at("again.json"), 0) == 0 && (u = maas_tokenizer_load(path)) &&
		maas_tokenizer_digest(u) == digest,
	    "saved and read");
	maas_tokenizer_free(u);
	ok(maas_tokenizer_save(t, at("pair/"), 0) == 0 && (u = maas_tokenizer_load(path)) &&
		maas_tokenizer_digest(u) == digest,
	    "saved as vocab.json and merges.txt, and read");
	maas_tokenizer_free(u);
	maas_tokenizer_free(t);
	t = load(EOT ",{\"id\":7,\"content\":\"b a\",\"special\":false}", PRE, "null", MODEL);
	is_str(ids_of(t, "ab ab", 0), "0 7 1");
	maas_tokenizer_free(t);
	t = load(EOT, PRE, "null", "{" VOCAB ",\"unk_token\":\"<e>\",\"merges\":[\"a b\"]}");
	is_str(ids_of(t, "abxab", 0), "3 5 3");
	ok(maas_token_unk(t) == 5, "unknown token");
	maas_tokenizer_free(t);
	t = load(EOT, LLAMA3, "null", "{" VOCAB ",\"ignore_merges\":true,\"merges\":[\"a b\"]}");
	ok(t && !strcmp(maas_tokenizer_pattern(t), "llama3"), "pattern of Llama 3");
	is_str(ids_of(t, "aab aab", 0), "9 2 0 3");
	ok(maas_tokenizer_save(t, at("again.json"), 0) == 0 && (u = maas_tokenizer_load(path)) &&
		maas_tokenizer_digest(u) == maas_tokenizer_digest(t),
	    "saved and read");
	maas_tokenizer_free(u);
	ok(maas_tokenizer_save(t, at("other/"), 0) == 0 && (u = maas_tokenizer_load(path)) &&
		maas_tokenizer_digest(u) == maas_tokenizer_digest(t),
	    "a directory with tokenizer.json, where merges.txt cannot say it, and read");
	maas_tokenizer_free(u);
	maas_tokenizer_free(t);
	t = load(EOT ",{\"id\":6,\"content\":\"<s>\",\"special\":true}", PRE,
	    "{\"type\":\"TemplateProcessing\",\"single\":[{\"SpecialToken\":{\"id\":\"<s>\",\"type_id\":0}},{\"Sequence\":{\"id\":\"A\","
	    "\"type_id\":0}}],\"pair\":[],\"special_tokens\":{}}",
	    MODEL);
	ok(t && maas_tokenizer_adds_bos(t) && !maas_tokenizer_adds_eos(t) && maas_token_bos(t) == 6,
	    "a template with one before");
	maas_tokenizer_free(t);
}

static void
refused(void)
{
	static const struct {
		const char *added, *pre, *post, *model;
	} bad[] = {
		{ EOT, "{\"type\":\"Metaspace\"}", "null", MODEL },
		{ EOT, "null", "null", MODEL },
		{ EOT, "{\"type\":\"Whitespace\"}", "null", MODEL },
		{ EOT, PRE, "{\"type\":\"BertProcessing\"}", MODEL },
		{ EOT, PRE, "null", "{\"type\":\"Unigram\"," VOCAB "}" },
		{ EOT, PRE, "null", "{" VOCAB ",\"merges\":[\"a c\"]}" },
		{ EOT, PRE, "null", "{" VOCAB ",\"merges\":[\"b a\"]}" },
		{ EOT, PRE, "null", "{" VOCAB ",\"merges\":[\"a b\",\"a b\"]}" },
		{ EOT, PRE, "null", "{" VOCAB ",\"merges\":[\"ab\"]}" },
		{ EOT, PRE, "null", "{" VOCAB ",\"merges\":[[\"a\"]]}" },
		{ EOT, PRE, "null", "{" VOCAB ",\"byte_fallback\":true,\"merges\":[]}" },
		{ EOT, PRE, "null", "{" VOCAB ",\"dropout\":0.1,\"merges\":[]}" },
		{ EOT, PRE, "null", "{" VOCAB ",\"end_of_word_suffix\":\"</w>\",\"merges\":[]}" },
		{ EOT, PRE, "null", "{\"vocab\":{\"a\":0,\"b\":0},\"merges\":[]}" },
		{ EOT, PRE, "null", "{\"vocab\":{\"a\":99999999},\"merges\":[]}" },
		{ EOT, PRE, "null", "{\"vocab\":{\"a\":\"x\"},\"merges\":[]}" },
		{ "{\"content\":\"<e>\"}", PRE, "null", MODEL },
		{ EOT,
		    "{\"type\":\"Sequence\",\"pretokenizers\":[{\"type\":\"Split\",\"pattern\":{\"Regex\":\"\\\\d\"},\"behavior\":\"Isolated\"},"
		    "{\"type\":\"ByteLevel\",\"add_prefix_space\":false,\"use_regex\":false}]}",
		    "null", MODEL },
	};

	for (size_t i = 0; i < MAAS_COUNT(bad); i++) {
		struct maas_tokenizer *t = load(bad[i].added, bad[i].pre, bad[i].post, bad[i].model);

		ok(!t, "refused: %s", t ? "" : maas_error() + strlen(dir));
		maas_tokenizer_free(t);
	}
	ok(!maas_tokenizer_load(at("none.json")) && maas_why() == MAAS_NOINPUT, "missing");
	ok(!maas_tokenizer_load(dir) && maas_why() == MAAS_DATA, "a directory that holds a bad one");
	put("text", "plain text\n");
	ok(!maas_tokenizer_load(at("text")) && maas_why() == MAAS_DATA, "text is no tokeniser");
	mkdir(at("void"), 0777);
	ok(!maas_tokenizer_load(path) && maas_why() == MAAS_NOINPUT, "an empty directory");
}

/* Each byte changed, each length: a tokeniser that works, or a reason. */
static void
compiled(void)
{
	struct maas_tokenizer *t = load(EOT, PRE, "null", MODEL), *u;
	struct maas_buf b = { 0 };
	size_t opened = 0, right = 0;
	char *copy, *odd;

	ok(maas_tokenizer_compile(t, &b) == 0, "%zu bytes", b.n);
	odd = malloc(b.n + 1);
	memcpy(odd + 1, b.s, b.n);
	u = maas_tokenizer_open((struct maas_span){ odd + 1, b.n });
	ok(u && maas_tokenizer_digest(u) == maas_tokenizer_digest(t), "opens at an odd address");
	is_str(ids_of(u, "ab aab ab", 0), "3 2 9 4");
	maas_tokenizer_free(u);
	free(odd);
	for (size_t n = 0; n < b.n; n++) {
		copy = malloc(n + 1);
		memcpy(copy, b.s, n);
		u = maas_tokenizer_open((struct maas_span){ copy, n });
		opened += u != NULL;
		maas_tokenizer_free(u);
		free(copy);
	}
	ok(opened == 0, "cut anywhere, it is refused");
	for (size_t i = 0; i < b.n; i++) {
		b.s[i] ^= 0x41;
		u = maas_tokenizer_open((struct maas_span){ b.s, b.n });
		right += u ? *ids_of(u, "ab aab<e> ab", 1) != '\0' : *maas_error() != '\0';
		maas_tokenizer_free(u);
		b.s[i] ^= 0x41;
	}
	ok(right == b.n, "any byte changed: refused, or a tokeniser");
	maas_buf_free(&b);
	maas_tokenizer_free(t);
}

/* vocab.json and merges.txt beside what transformers writes with them. */
static void
pair(void)
{
	struct maas_tokenizer *t;

	mkdir(at("p"), 0777);
	put("p/vocab.json",
	    "{"
	    "\"a\":0,\"b\":1,\"\\u0120\":2,\"ab\":3,\"\\u0120ab\":4,\"<|endoftext|>\":5,\"<unk>\":6}");
	put("p/merges.txt", "#version: 0.2\r\na b\r\n\xC4\xA0 ab\n\n");
	t = maas_tokenizer_load(at("p"));
	ok(t && maas_tokenizer_merges(t) == 2 && maas_token_eos(t) == 5 && maas_token_special(t, 5),
	    "end of text by its name");
	is_str(ids_of(t, "ab ab", 0), "3 4");
	maas_tokenizer_free(t);
	put("p/tokenizer_config.json",
	    "{\"model_max_length\":1000000000000000019884624838656,\"unk_token\":\"<unk>\","
	    "\"bos_token\":{\"content\":\"<|endoftext|>\"},\"add_bos_token\":true,\"added_tokens_decoder\":{\"7\":{\"content\":\"<p>\","
	    "\"special\":true}}}");
	t = maas_tokenizer_load(at("p"));
	ok(t && maas_token_unk(t) == 6 && maas_token_bos(t) == 5 && maas_tokenizer_adds_bos(t), "named tokens");
	is_str(ids_of(t, "abx<p>", 1), "3 6 7");
	maas_tokenizer_free(t);
	put("p/merges.txt", "a b\na z\n");
	ok(!maas_tokenizer_load(at("p")) && strstr(maas_error(), "merges.txt:2: merge 2: 'z'"), "refused: %s",
	    maas_error() + strlen(dir));
}

static void
spelling(void)
{
	struct maas_tokenizer *t = load(EOT, PRE, "null", MODEL);
	struct maas_buf b = { 0 };
	const int32_t good[] = { 4, 5, 3 }, bad[] = { 4, 6 };

	ok(maas_token_spell(t, 4, &b) == 0, "spelt");
	is_str(b.s,
	    "\xC4\xA0"
	    "ab");
	b.n = 0;
	ok(maas_decode(t, good, 3, 0, &b) == 0, "decoded");
	is_str(b.s, " ab<e>ab");
	b.n = 0;
	ok(maas_decode(t, good, 3, 1, &b) == 0, "decoded");
	is_str(b.s, " abab");
	ok(maas_decode(t, bad, 2, 0, &b) < 0, "refused");
	is_str(maas_error(), "token 2: no id 6: ids are below 10");
	maas_buf_free(&b);
	maas_tokenizer_free(t);
}

static struct maas_map cases;

static void
gpt2(const char *data)
{
	static const char part[] = "\n__ggml_vocab_test__\n";
	struct maas_tokenizer *t;
	const char *s, *end, *q;
	char out[4096], *line = NULL;
	size_t cap = 0, n = 0, right = 0;
	FILE *f;

	snprintf(path, sizeof path, "%s/models/gpt2-tokenizer", data);
	t = maas_tokenizer_load(path);
	snprintf(path, sizeof path, "%s/models/gpt2-tokenizer/cases.out", data);
	f = fopen(path, "r");
	snprintf(path, sizeof path, "%s/models/gpt2-tokenizer/cases.inp", data);
	if (!t || !f || maas_map_open(&cases, path) < 0) {
		ok(0, "%s", maas_error());
		return;
	}
	s = (const char *)cases.p, end = s + cases.n;
	struct maas_encoder *e = maas_encoder_new(t, 0);
	struct maas_ids ids = { 0 };
	for (; s <= end && (q = memmem(s, (size_t)(end - s), part, strlen(part))); s = q + strlen(part), n++) {
		size_t k = 0;

		ids.n = 0;
		out[0] = '\0';
		if (maas_encode(e, (struct maas_span){ s, (size_t)(q - s) }, &ids) < 0 || getline(&line, &cap, f) < 0)
			break;
		for (size_t i = 0; i < ids.n && k < sizeof out; i++)
			k += (size_t)snprintf(out + k, sizeof out - k, " %d", ids.id[i]);
		line[strcspn(line, "\n")] = '\0';
		right += !strcmp(out, line);
	}
	ok(n == 46 && right == n, "GPT-2: %zu of %zu cases", right, n);
	ok(maas_tokenizer_size(t) == 50257 && maas_tokenizer_merges(t) == 50000 && maas_token_eos(t) == 50256,
	    "GPT-2's size");
	fclose(f);
	free(line);
	maas_ids_free(&ids);
	maas_encoder_free(e);
	maas_map_close(&cases);
	maas_tokenizer_free(t);
}

int
main(void)
{
	char clean[300];

	if (!mkdtemp(dir))
		return 1;
	json();
	refused();
	compiled();
	pair();
	spelling();
	if (getenv("MAAS_TEST_DATA"))
		gpt2(getenv("MAAS_TEST_DATA"));
	snprintf(clean, sizeof clean, "rm -rf %s", dir);
	return system(clean) != 0 || done();
}
