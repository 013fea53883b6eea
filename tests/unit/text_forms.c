/* The forms of tokenizer.json beyond GPT-2's, and files of tiktoken: what each part does to a text and back. */
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../../lib/text/bpe.h"
#include "../test.h"

static char dir[] = "/tmp/maas-forms-XXXXXX", path[256];

static void
put(const char *name, const char *text)
{
	FILE *f;

	snprintf(path, sizeof path, "%s/%s", dir, name);
	f = fopen(path, "w");
	fputs(text, f);
	fclose(f);
}

static struct maas_tokenizer *
load(const char *added, const char *normalizer, const char *pre, const char *decoder, const char *model)
{
	struct maas_buf b = { 0 };
	struct maas_tokenizer *t = NULL;

	if (maas_buf_printf(&b,
		"{\"added_tokens\":[%s],\"normalizer\":%s,\"pre_tokenizer\":%s,\"post_processor\":null,\"decoder\":%s,"
		"\"model\":{\"type\":\"BPE\",%s}}",
		added, normalizer, pre, decoder, model) == 0) {
		put("tokenizer.json", b.s);
		t = maas_tokenizer_load(path);
	}
	maas_buf_free(&b);
	return t;
}

static const char *
ids_of(const struct maas_tokenizer *t, const char *text, int special)
{
	static char out[512];
	struct maas_encoder *e = t ? maas_encoder_new(t, special) : NULL;
	struct maas_ids ids = { 0 };
	size_t n = 0;

	out[0] = '\0';
	if (!e || maas_encode(e, maas_span(text), &ids) < 0)
		snprintf(out, sizeof out, "%s", maas_error());
	for (size_t i = 0; i < ids.n; i++)
		n += (size_t)snprintf(out + n, sizeof out - n, i ? " %d" : "%d", ids.id[i]);
	maas_ids_free(&ids);
	maas_encoder_free(e);
	return out;
}

static const char *
text_of(const struct maas_tokenizer *t, const int32_t *id, size_t n)
{
	static char out[256];
	struct maas_buf b = { 0 };

	if (!t || maas_decode(t, id, n, 1, &b) < 0)
		return maas_error();
	snprintf(out, sizeof out, "%.*s", (int)b.n, b.n ? b.s : "");
	maas_buf_free(&b);
	return out;
}

/* The same once written and read again. */
static void
again(const struct maas_tokenizer *t, const char *what)
{
	struct maas_tokenizer *u;

	snprintf(path, sizeof path, "%s/again.json", dir);
	u = t && maas_tokenizer_save(t, path, 0) == 0 ? maas_tokenizer_load(path) : NULL;
	ok(u && maas_tokenizer_digest(u) == maas_tokenizer_digest(t) &&
		!memcmp(&u->head.form, &t->head.form, 2 * sizeof t->head.form),
	    "%s: written and read again%s%s", what, u ? "" : ": ", u ? "" : maas_error());
	maas_tokenizer_free(u);
}

#define B       "\xE2\x96\x81"
#define PREPEND "{\"type\":\"Sequence\",\"normalizers\":[{\"type\":\"Prepend\",\"prepend\":\"" B "\"}," REPLACE "]}"
#define REPLACE "{\"type\":\"Replace\",\"pattern\":{\"String\":\" \"},\"content\":\"" B "\"}"
#define META(how, split) \
	"{\"type\":\"Metaspace\",\"replacement\":\"" B "\",\"prepend_scheme\":\"" how "\",\"split\":" split "}"
#define BACK    "{\"type\":\"Replace\",\"pattern\":{\"String\":\"" B "\"},\"content\":\" \"}"
#define BYTES   "{\"type\":\"ByteFallback\"},{\"type\":\"Fuse\"}"
#define STRIP   "{\"type\":\"Strip\",\"content\":\" \",\"start\":1,\"stop\":0}"
#define DECODE  "{\"type\":\"Sequence\",\"decoders\":[" BACK "," BYTES "," STRIP "]}"
#define NOSTRIP "{\"type\":\"Sequence\",\"decoders\":[" BACK "," BYTES "]}"
#define S       "{\"id\":10,\"content\":\"<s>\",\"special\":true,\"normalized\":false}"
#define VOCAB \
	"\"vocab\":{\"<unk>\":0,\"" B "\":1,\"a\":2,\"b\":3,\"ab\":4,\"" B "a\":5,\"" B \
	"ab\":6,\"<0xC3>\":7,\"<0xA9>\":8,\"" B B "\":9,\"<s>\":10}"
#define MERGES "\"merges\":[[\"" B "\",\"" B "\"],[\"a\",\"b\"],[\"" B "\",\"ab\"],[\"" B "\",\"a\"]]"
#define MODEL  "\"unk_token\":\"<unk>\",\"fuse_unk\":true,\"byte_fallback\":true," VOCAB "," MERGES

static void
llama(void)
{
	static const int32_t two[] = { 6, 6 }, wide[] = { 9, 4 }, bytes[] = { 10, 1, 7, 8 }, half[] = { 7 };
	struct maas_tokenizer *t = load(S, PREPEND, "null", DECODE, MODEL);

	is_str(ids_of(t, "ab ab", 0), "6 6");
	is_str(ids_of(t, " ab" B "ab", 0), "9 4 6");
	is_str(ids_of(t, "", 0), "");
	is_str(ids_of(t, "\xC3\xA9", 0), "1 7 8");
	is_str(ids_of(t,
		   "\xC3"
		   "a\xFF\xFE",
		   0),
	    "1 7 2 0");
	is_str(ids_of(t,
		   "xx\xE4\xBD\xA0"
		   "ab",
		   0),
	    "1 0 4");
	is_str(ids_of(t, "ab<s>ab", 0), "6 0 4");
	is_str(ids_of(t, "ab<s>ab<s>", 1), "6 10 6 10");
	is_str(text_of(t, two, 2), "ab ab");
	is_str(text_of(t, wide, 2), " ab");
	is_str(text_of(t, bytes, 4), "\xC3\xA9");
	is_str(text_of(t, half, 1), "\xC3");
	ok(maas_tokenizer_characters(t) && !strcmp(maas_tokenizer_pattern(t), "none"), "of characters");
	again(t, "prepended");
	maas_tokenizer_free(t);
	t = load(S, "null", META("first", "false"), DECODE, MODEL);
	is_str(ids_of(t, "ab<s>ab", 1), "6 10 4");
	is_str(ids_of(t, " ab", 0), "6");
	again(t, "before the first");
	maas_tokenizer_free(t);
	t = load(S, "null", META("always", "false"),
	    "{\"type\":\"Sequence\",\"decoders\":[" META("always", "true") "," BYTES "]}", MODEL);
	is_str(ids_of(t, "ab<s>ab<s> ab", 1), "6 10 6 10 6");
	is_str(ids_of(t, "ab  ab", 0), "6 9 4");
	is_str(text_of(t, wide, 2), "ab");
	again(t, "before each");
	maas_tokenizer_free(t);
	t = load(S, "null", META("never", "true"), NOSTRIP, MODEL);
	is_str(ids_of(t, "ab<s>ab  ab", 1), "4 10 4 1 6");
	is_str(text_of(t, two, 2), " ab ab");
	ok(t && !strcmp(maas_tokenizer_pattern(t), "words"), "in words");
	again(t, "in words");
	maas_tokenizer_free(t);
	t = load(S, REPLACE, "null", NOSTRIP, MODEL);
	is_str(ids_of(t, "ab ab", 0), "4 6");
	again(t, "nothing before");
	maas_tokenizer_free(t);
	t = load(S, REPLACE, "null", NOSTRIP, "\"byte_fallback\":true," VOCAB "," MERGES);
	is_str(ids_of(t, "abx", 0), "the byte 0x78 is in no token, and there is no unknown token");
	is_str(ids_of(t, "ab\xE4\xBD\xA0", 0), "the character U+4F60 is in no token, and there is no unknown token");
	maas_tokenizer_free(t);
}

#define LEVEL    "{\"type\":\"ByteLevel\",\"add_prefix_space\":false,\"use_regex\":true}"
#define LEVEL_ON "{\"type\":\"ByteLevel\"}"
#define DIGITS(one) \
	"{\"type\":\"Sequence\",\"pretokenizers\":[{\"type\":\"Digits\",\"individual_digits\":" one "}," LEVEL "]}"
#define LETTERS \
	"\"vocab\":{\"a\":0,\"b\":1,\"\\u0120\":2,\"1\":3,\"2\":4,\"12\":5,\"\\u01201\":6,\"\\u00C3\":7,\"\\u00A9\":8,\"\\u00C3\\u00A9\":9," \
	"\"e\":10,\"\\u0120a\":11,\"<s>\":12,\"[x]\":13,\"ab\":14,\"[\":15,\"x\":16,\"]\":17},\"merges\":[\"1 2\",\"\\u0120 1\",\"\\u00C3 \\u00A9\"," \
	"\"\\u0120 a\",\"a b\"]"

static void
levels(void)
{
	static const int32_t first[] = { 11, 1 };
	struct maas_tokenizer *t = load("", "null", LEVEL, LEVEL_ON, LETTERS);

	is_str(ids_of(t, "12 12", 0), "5 2 5");
	maas_tokenizer_free(t);
	t = load("", "null", DIGITS("true"), LEVEL_ON, LETTERS);
	is_str(ids_of(t, "12 12a", 0), "3 4 2 3 4 0");
	ok(t && !strcmp(maas_tokenizer_pattern(t), "digits, gpt2"), "digits first");
	again(t, "each digit");
	maas_tokenizer_free(t);
	t = load("", "null", DIGITS("false"), LEVEL_ON, LETTERS);
	is_str(ids_of(t, "12 12a", 0), "5 2 5 0");
	again(t, "runs of digits");
	maas_tokenizer_free(t);
	t = load("", "null", LEVEL_ON, LEVEL_ON, LETTERS);
	is_str(ids_of(t, "ab ab", 0), "11 1 11 1");
	is_str(ids_of(t, " a", 0), "11");
	is_str(text_of(t, first, 2), " ab");
	again(t, "a blank before");
	maas_tokenizer_free(t);
	t = load("", "{\"type\":\"Lowercase\"}", LEVEL, LEVEL_ON, LETTERS);
	is_str(ids_of(t, "AB a\xC3\x89", 0), "14 11 9");
	again(t, "lower case");
	maas_tokenizer_free(t);
	t = load("", "{\"type\":\"NFC\"}", LEVEL, LEVEL_ON, LETTERS);
	is_str(ids_of(t, "ae\xCC\x81 a", 0), "0 9 11");
	again(t, "NFC");
	maas_tokenizer_free(t);
	t = load("", "{\"type\":\"Sequence\",\"normalizers\":[{\"type\":\"NFD\"},{\"type\":\"Lowercase\"}]}", LEVEL,
	    LEVEL_ON, "\"unk_token\":\"x\"," LETTERS);
	is_str(ids_of(t, "\xC3\x89", 0), "10 16 16");
	maas_tokenizer_free(t);
	t = load("", "null",
	    "{\"type\":\"Sequence\",\"pretokenizers\":[{\"type\":\"Split\",\"pattern\":{\"Regex\":\"'s|'t|'re|'ve|'m|'ll|'d| ?\\\\p{L}+| "
	    "?\\\\p{N}+| ?[^\\\\s\\\\p{L}\\\\p{N}]+|\\\\s+(?!\\\\S)|\\\\s+\"},\"behavior\":\"Removed\",\"invert\":true},{\"type\":\"ByteLevel\","
	    "\"add_prefix_space\":false,\"use_regex\":false}]}",
	    LEVEL_ON, LETTERS);
	is_str(ids_of(t, "12 12", 0), "5 2 5");
	maas_tokenizer_free(t);
	t = load(
	    "", "null", "{\"type\":\"ByteLevel\",\"add_prefix_space\":false,\"use_regex\":false}", LEVEL_ON, LETTERS);
	is_str(ids_of(t, "a 1b", 0), "0 6 1");
	again(t, "in no way parted");
	maas_tokenizer_free(t);
}

#define ADDED(how) "{\"id\":13,\"content\":\"[x]\",\"special\":false" how "}"

static void
added(void)
{
	struct maas_tokenizer *t = load(ADDED(",\"lstrip\":true"), "null", LEVEL, LEVEL_ON, LETTERS);

	is_str(ids_of(t, "a  [x] a", 0), "0 13 11");
	again(t, "blanks before it");
	maas_tokenizer_free(t);
	t = load(ADDED(",\"rstrip\":true"), "null", LEVEL, LEVEL_ON, LETTERS);
	is_str(ids_of(t,
		   "a [x]  \xE2\x80\x83"
		   "a",
		   0),
	    "0 2 13 0");
	again(t, "blanks behind it");
	maas_tokenizer_free(t);
	t = load("{\"id\":14,\"content\":\"ab\",\"single_word\":true}", "null", LEVEL, LEVEL_ON, LETTERS);
	is_str(ids_of(t, "ab ab1 ]ab[", 0), "14 11 1 3 2 17 14 15");
	again(t, "a single word");
	maas_tokenizer_free(t);
	t = load(ADDED(",\"normalized\":true"), "{\"type\":\"Lowercase\"}", LEVEL, LEVEL_ON, LETTERS);
	is_str(ids_of(t, "A[X]a", 0), "0 13 0");
	again(t, "in lower case");
	maas_tokenizer_free(t);
	t = load(ADDED(",\"normalized\":false"), "{\"type\":\"Lowercase\"}", LEVEL, LEVEL_ON, LETTERS);
	is_str(ids_of(t, "A[X]a[x]", 0), "0 15 16 17 0 13");
	again(t, "as it stands");
	maas_tokenizer_free(t);
}

static void
refused(void)
{
	static const struct {
		const char *normalizer, *pre, *decoder, *model, *why;
	} bad[] = {
		{ "{\"type\":\"Nmt\"}", LEVEL, LEVEL_ON, LETTERS, "'Nmt'" },
		{ "{\"type\":\"Precompiled\"}", LEVEL, LEVEL_ON, LETTERS, "'Precompiled'" },
		{ "[]", LEVEL, LEVEL_ON, LETTERS, "normalizer: expected an object" },
		{ "{\"type\":\"Sequence\"}", LEVEL, LEVEL_ON, LETTERS, "list of normalizers" },
		{ "{\"type\":\"Sequence\",\"normalizers\":[{\"type\":\"NFC\"},{\"type\":\"NFKC\"}]}", LEVEL, LEVEL_ON,
		    LETTERS, "'NFKC'" },
		{ "{\"type\":\"Sequence\",\"normalizers\":[" REPLACE ",{\"type\":\"Lowercase\"}]}", "null", NOSTRIP,
		    MODEL, "'Lowercase'" },
		{ "{\"type\":\"Prepend\",\"prepend\":\"_\"}", "null", NOSTRIP, MODEL, "Prepend: '_'" },
		{ "{\"type\":\"Replace\",\"pattern\":{\"Regex\":\" \"},\"content\":\"" B "\"}", "null", NOSTRIP, MODEL,
		    "Replace" },
		{ PREPEND, LEVEL, LEVEL_ON, LETTERS, "ByteLevel beside" },
		{ PREPEND, META("always", "true"), DECODE, MODEL, "Metaspace beside" },
		{ PREPEND, "{\"type\":\"Split\",\"pattern\":{\"String\":\" \"},\"behavior\":\"MergedWithPrevious\"}",
		    DECODE, MODEL, "MergedWithPrevious" },
		{ PREPEND, "{\"type\":\"Digits\"}", DECODE, MODEL, "Digits without ByteLevel" },
		{ PREPEND, "null", "null", MODEL, "blanks back" },
		{ PREPEND, "null", LEVEL_ON, MODEL, "blanks back" },
		{ PREPEND, "null", "{\"type\":\"Sequence\",\"decoders\":[" BACK "," STRIP "]}", MODEL, "Strip" },
		{ PREPEND, "null", "{\"type\":\"Sequence\",\"decoders\":[" BACK ",{\"type\":\"Fuse\"}]}", MODEL,
		    "ByteFallback" },
		{ PREPEND, "null", "{\"type\":\"WordPiece\"}", MODEL, "'WordPiece'" },
		{ PREPEND, "null", DECODE, "\"byte_fallback\":true,\"vocab\":{\"a b\":0},\"merges\":[]", "a blank" },
		{ "null", META("somewhere", "true"), DECODE, MODEL, "somewhere" },
		{ "null", "{\"type\":\"Metaspace\",\"replacement\":\"_\"}", DECODE, MODEL, "replacement '_'" },
		{ "null", LEVEL, DECODE, LETTERS, "decoder" },
		{ "null", LEVEL, LEVEL_ON, "\"byte_fallback\":true," LETTERS, "byte_fallback" },
		{ "null", "{\"type\":\"Sequence\",\"pretokenizers\":[{\"type\":\"Digits\"}," LEVEL_ON "]}", LEVEL_ON,
		    LETTERS, "add_prefix_space" },
		{ "null", "{\"type\":\"Sequence\",\"pretokenizers\":[" LEVEL ",{\"type\":\"Digits\"}]}", LEVEL_ON,
		    LETTERS, "Digits" },
	};

	for (size_t i = 0; i < MAAS_COUNT(bad); i++) {
		struct maas_tokenizer *t = load("", bad[i].normalizer, bad[i].pre, bad[i].decoder, bad[i].model);

		ok(!t && maas_why() == MAAS_DATA && strstr(maas_error(), bad[i].why), "refused: %s",
		    t ? bad[i].why : maas_error() + strlen(dir));
		maas_tokenizer_free(t);
	}
}

/* Any two neighbours that are a token together, the lowest rank first, the leftmost of equals; a whole piece first. */
static size_t
naive(const struct maas_tokenizer *t, const char *s, size_t n, int32_t *id)
{
	size_t at[256];

	for (size_t i = 0; i < maas_tokenizer_size(t); i++) {
		struct maas_span x = maas_token_bytes(t, (int32_t)i);

		if (x.n == n && !memcmp(x.s, s, n)) {
			id[0] = (int32_t)i;
			return 1;
		}
	}
	for (size_t i = 0; i < n; i++) {
		id[i] = (unsigned char)s[i]; /* the file's first 256 */
		at[i] = i;
	}
	for (;;) {
		int32_t best = INT32_MAX;
		size_t where = 0;

		for (size_t i = 0; i + 1 < n; i++) {
			struct maas_span x = maas_token_bytes(t, id[i]), y = maas_token_bytes(t, id[i + 1]), z;

			for (int32_t k = 256; k < (int32_t)maas_tokenizer_size(t) && k < best; k++)
				if ((z = maas_token_bytes(t, k)).n == x.n + y.n && !memcmp(z.s, s + at[i], z.n))
					best = k, where = i;
		}
		if (best == INT32_MAX)
			return n;
		id[where] = best;
		memmove(id + where + 1, id + where + 2, (n - where - 2) * sizeof *id);
		memmove(at + where + 1, at + where + 2, (n - where - 2) * sizeof *at);
		n--;
	}
}

static void
add_rank(struct maas_buf *to, const char *s, size_t n, int rank)
{
	static const char set[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

	for (size_t i = 0; i < n; i += 3) {
		uint32_t v = (uint32_t)(unsigned char)s[i] << 16 |
		    (uint32_t)(unsigned char)(i + 1 < n ? s[i + 1] : 0) << 8 |
		    (uint32_t)(unsigned char)(i + 2 < n ? s[i + 2] : 0);
		char c[5] = { set[v >> 18], set[v >> 12 & 63], i + 1 < n ? set[v >> 6 & 63] : '=',
			i + 2 < n ? set[v & 63] : '=', 0 };

		if (maas_buf_text(to, c) < 0)
			return;
	}
	if (maas_buf_printf(to, " %d\n", rank) < 0)
		return;
}

static void
tiktoken(void)
{
	static const char *const words[] = { "ab", "bc", "abc", "ca", "aa", "aaa", "bca", "abcab", "cab", "aaaa", " a",
		"b ", "bcb" };
	static const struct {
		const char *lines, *why;
	} bad[] = {
		{ "YQ== 0\nYg== 0\n", ":2: the rank 0 again" },
		{ "YQ== 0\nYQ== 1\n", "tokens 0 and 1 are the same" },
		{ "YQ== 0\nY 1\n", ":2: a token of 1" },
		{ "YQ== 0\nY=Q= 1\n", ":2: 'Y=Q='" },
		{ "YQ== 0\nYQ==\n", ":2: expected base64" },
		{ "YQ== 0\nYg== 99999999999999999999\n", ":2: expected base64" },
		{ "YQ== 0\nYg== -1\n", ":2: expected base64" },
	};
	struct maas_buf b = { 0 };
	struct maas_tokenizer *t;
	size_t right = 0, total = 0;

	for (int i = 0; i < 256; i++)
		add_rank(&b, (char[]){ (char)i }, 1, i);
	for (size_t i = 0; i < MAAS_COUNT(words); i++)
		add_rank(&b, words[i], strlen(words[i]), 256 + (int)i);
	put("none.tiktoken", b.s);
	ok(!maas_tokenizer_load(path), "refused: %s", strstr(maas_error(), "269"));
	put("cl100k-small.tiktoken", b.s);
	t = maas_tokenizer_load(path);
	ok(t && maas_tokenizer_size(t) == 269 && !strcmp(maas_tokenizer_pattern(t), "cl100k"),
	    "its name says its pattern");
	for (uint32_t seed = 1; t && seed <= 400; seed++, total++) {
		char s[130], got[512] = "";
		int32_t id[130];
		size_t n = 1 + seed % 128, m;
		uint32_t x = seed * 2654435761u;

		for (size_t i = 0; i < n; i++, x = x * 1664525u + 1013904223u)
			s[i] = "abc"[(x >> 20) % 3];
		s[n] = '\0';
		m = naive(t, s, n, id);
		for (size_t i = 0, at = 0; i < m; i++)
			at += (size_t)snprintf(got + at, sizeof got - at, i ? " %d" : "%d", id[i]);
		right += !strcmp(got, ids_of(t, s, 0));
	}
	ok(right == total && total == 400, "%zu of %zu as looking at each pair each time", right, total);
	maas_tokenizer_free(t);
	for (size_t i = 0; i < MAAS_COUNT(bad); i++) {
		put("gpt2.tiktoken", bad[i].lines);
		t = maas_tokenizer_load(path);
		ok(!t && strstr(maas_error(), bad[i].why), "refused: %s", t ? bad[i].why : maas_error() + strlen(dir));
		maas_tokenizer_free(t);
	}
	maas_buf_free(&b);
}

int
main(void)
{
	static const char *const made[] = { "tokenizer.json", "again.json", "none.tiktoken", "cl100k-small.tiktoken",
		"gpt2.tiktoken" };

	if (!mkdtemp(dir))
		return 1;
	llama();
	levels();
	added();
	refused();
	tiktoken();
	for (size_t i = 0; i < MAAS_COUNT(made); i++) {
		snprintf(path, sizeof path, "%s/%s", dir, made[i]);
		unlink(path);
	}
	rmdir(dir);
	return done();
}
