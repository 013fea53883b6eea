/*
 * tokenizer_json -- tokenizer.json, as Hugging Face's tokenizers reads and writes it.
 *
 * What would change ids and is not known here is refused by name; what concerns offsets,
 * padding and truncation is let pass.
 */
#include <string.h>

#include "bpe_read.h"

const char *const maas_pattern_regex[] = {
	"'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+",
	/* As tiktoken has it, without the possessive marks, which mean something else to Oniguruma. */
	"'(?i:[sdmt]|ll|ve|re)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s+\\z|\\s*[\\r\\n]|"
	"\\s+(?!\\S)|\\s",
	"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|"
	"\\s+(?!\\S)|\\s+",
};

static int
null(const struct maas_json *v)
{
	return !v || maas_json_type(v) == MAAS_J_NULL;
}

/* The text of a member, "" where there is none. */
static struct maas_span
text(const struct maas_json *o, const char *key)
{
	const struct maas_json *v = o && maas_json_type(o) == MAAS_J_OBJECT ? maas_json_get(o, key) : NULL;
	struct maas_span s = { "", 0 };

	if (v)
		(void)(maas_json_text(v, &s) == 0);
	return s;
}

static int
flag(const struct maas_json *o, const char *key, int def)
{
	const struct maas_json *v = maas_json_get(o, key);

	return v && !null(v) && maas_json_bool(v, &def) < 0 ? 1 : def;
}

static int
type_is(const struct maas_json *o, const char *type)
{
	return maas_span_is(text(o, "type"), type);
}

static int
unknown(const char *where, const struct maas_json *o, const char *want)
{
	struct maas_span s = text(o, "type");

	return maas_fail("%s: '%.60s' is not known; expected %s", where, s.n ? s.s : "(no type)", want);
}

static int
read_byte_level(const struct maas_json *o, int regex)
{
	if (flag(o, "add_prefix_space", 1))
		return maas_fail("pre_tokenizer: ByteLevel: add_prefix_space is true; expected false");
	if (flag(o, "use_regex", 1) != regex)
		return maas_fail("pre_tokenizer: ByteLevel: use_regex is %s; expected %s", regex ? "false" : "true",
		    regex ? "true" : "false behind a Split");
	return 0;
}

static int
read_split(const struct maas_json *o, uint32_t *pattern)
{
	const struct maas_json *p = maas_json_get(o, "pattern");
	struct maas_span re = text(p, "Regex"), how = text(o, "behavior");

	if (!type_is(o, "Split"))
		return unknown("pre_tokenizer", o, "Split");
	if (!maas_span_is(how, "Isolated") || flag(o, "invert", 0))
		return maas_fail("pre_tokenizer: Split: behavior '%.40s' or invert; expected Isolated", how.s);
	for (*pattern = MAAS_GPT2; *pattern <= MAAS_LLAMA3; ++*pattern)
		if (maas_span_is(re, maas_pattern_regex[*pattern]))
			return 0;
	return maas_fail(
	    "pre_tokenizer: Split: the pattern '%.200s' is not known; expected that of gpt2, cl100k or llama3", re.s);
}

static int
read_pre_tokenizer(const struct maas_json *o, uint32_t *pattern)
{
	const struct maas_json *list;

	if (null(o))
		return maas_fail("pre_tokenizer: none; expected ByteLevel, or Split and ByteLevel");
	*pattern = MAAS_GPT2;
	if (type_is(o, "ByteLevel"))
		return read_byte_level(o, 1);
	if (!type_is(o, "Sequence"))
		return unknown("pre_tokenizer", o, "ByteLevel, or Split and ByteLevel");
	list = maas_json_get(o, "pretokenizers");
	if (!list || maas_json_type(list) != MAAS_J_LIST || maas_json_size(list) != 2)
		return maas_fail("pre_tokenizer: Sequence: expected Split and ByteLevel");
	if (!type_is(maas_json_at(list, 1), "ByteLevel"))
		return unknown("pre_tokenizer", maas_json_at(list, 1), "ByteLevel");
	if (read_split(maas_json_at(list, 0), pattern) < 0)
		return -1;
	return read_byte_level(maas_json_at(list, 1), 0);
}

/* One token before the text and one behind it, of the form for single texts. */
static int
read_template(struct bpe_read *r, const struct maas_json *o)
{
	const struct maas_json *list = maas_json_get(o, "single");
	struct bpe_head *h = &r->build.head;
	size_t n = list && maas_json_type(list) == MAAS_J_LIST ? maas_json_size(list) : 0;
	int seen = 0;

	for (size_t i = 0; i < n; i++) {
		const struct maas_json *e = maas_json_at(list, i), *special;
		uint32_t bit = seen ? BPE_ADDS_EOS : BPE_ADDS_BOS;
		int32_t id;

		if (maas_json_type(e) != MAAS_J_OBJECT)
			return maas_fail("post_processor: TemplateProcessing: expected objects in single");
		if (!(special = maas_json_get(e, "SpecialToken"))) {
			seen = 1;
			continue;
		}
		id = maas_bpe_build_find(&r->build, text(special, "id"));
		if (id < 0 || (h->flags & bit))
			return maas_fail(
			    "post_processor: TemplateProcessing: '%.40s' is one token too many, or not an added one",
			    text(special, "id").s);
		h->flags |= bit;
		*(seen ? &h->eos : &h->bos) = id;
	}
	return 0;
}

static int
read_post_processor(struct bpe_read *r, const struct maas_json *o, int inner)
{
	const struct maas_json *list;

	if (null(o) || type_is(o, "ByteLevel"))
		return 0;
	if (type_is(o, "TemplateProcessing"))
		return read_template(r, o);
	if (!type_is(o, "Sequence") || inner)
		return unknown("post_processor", o, "ByteLevel or TemplateProcessing");
	list = maas_json_get(o, "processors");
	for (size_t i = 0; list && maas_json_type(list) == MAAS_J_LIST && i < maas_json_size(list); i++)
		if (read_post_processor(r, maas_json_at(list, i), 1) < 0)
			return -1;
	return 0;
}

static int
read_added(struct bpe_read *r, const struct maas_json *list)
{
	static const char *const refused[] = { "single_word", "lstrip", "rstrip" };

	if (null(list))
		return 0;
	if (maas_json_type(list) != MAAS_J_LIST)
		return maas_fail("added_tokens: expected a list");
	for (size_t i = 0; i < maas_json_size(list); i++) {
		const struct maas_json *o = maas_json_at(list, i), *k;
		struct maas_span content = text(o, "content");
		int64_t id;

		k = maas_json_type(o) == MAAS_J_OBJECT ? maas_json_get(o, "id") : NULL;
		if (!k || maas_json_int(k, &id) < 0)
			return maas_fail("added_tokens: %zu: expected an object with an id", i + 1);
		for (size_t j = 0; j < MAAS_COUNT(refused); j++)
			if (flag(o, refused[j], 0))
				return maas_fail(
				    "added_tokens: '%.40s': %s is true; expected false", content.s, refused[j]);
		if (maas_bpe_read_added(r, id, content, flag(o, "special", 0)) < 0)
			return maas_in("added_tokens");
	}
	return 0;
}

static int
read_merges(struct bpe_read *r, const struct maas_json *list)
{
	if (!list || maas_json_type(list) != MAAS_J_LIST)
		return maas_fail("model: merges: expected a list");
	for (size_t i = 0; i < maas_json_size(list); i++) {
		const struct maas_json *e = maas_json_at(list, i);
		struct maas_span a, b;
		const char *blank;

		if (maas_json_text(e, &a) == 0) {
			blank = memchr(a.s, ' ', a.n);
			b = (struct maas_span){ blank ? blank + 1 : NULL, blank ? a.n - (size_t)(blank + 1 - a.s) : 0 };
			a.n = blank ? (size_t)(blank - a.s) : 0;
			if (!blank || memchr(b.s, ' ', b.n))
				return maas_fail("model: merge %zu: expected two tokens parted by one space", i + 1);
		} else if (maas_json_type(e) != MAAS_J_LIST || maas_json_size(e) != 2 ||
		    maas_json_text(maas_json_at(e, 0), &a) < 0 || maas_json_text(maas_json_at(e, 1), &b) < 0)
			return maas_fail("model: merge %zu: expected two tokens", i + 1);
		if (maas_bpe_read_merge(r, a, b) < 0)
			return maas_in("model");
	}
	return 0;
}

static int
read_model(struct bpe_read *r, const struct maas_json *o)
{
	static const char *const empty[] = { "continuing_subword_prefix", "end_of_word_suffix" };
	const struct maas_json *v;
	struct maas_span unk;
	double drop = 0;

	if (!o || maas_json_type(o) != MAAS_J_OBJECT)
		return maas_fail("model: expected an object");
	if (maas_json_get(o, "type") && !type_is(o, "BPE"))
		return unknown("model", o, "BPE");
	for (size_t i = 0; i < MAAS_COUNT(empty); i++)
		if (text(o, empty[i]).n)
			return maas_fail("model: %s is '%.40s'; expected none", empty[i], text(o, empty[i]).s);
	if ((v = maas_json_get(o, "dropout")) && !null(v) && (maas_json_real(v, &drop) < 0 || drop != 0))
		return maas_fail("model: dropout; expected none: ids would be drawn by lot");
	if (flag(o, "byte_fallback", 0))
		return maas_fail("model: byte_fallback is true; expected byte-level BPE");
	unk = text(o, "unk_token");
	if (unk.n && flag(o, "fuse_unk", 0))
		return maas_fail("model: fuse_unk is true; expected false");
	if (flag(o, "ignore_merges", 0))
		r->build.head.flags |= BPE_IGNORE_MERGES;
	if (!(v = maas_json_get(o, "vocab")))
		return maas_fail("model: no vocab");
	if (maas_bpe_read_vocab(r, v) < 0 || read_merges(r, maas_json_get(o, "merges")) < 0)
		return -1;
	if (unk.n) {
		int64_t id;

		v = memchr(unk.s, '\0', unk.n) ? NULL : maas_json_get(r->vocab, unk.s);
		if (!v || maas_json_int(v, &id) < 0)
			return maas_fail("model: unk_token '%.40s' is not in the vocabulary", unk.s);
		r->build.head.unk = (int32_t)id;
	}
	return 0;
}

static int
read_all(struct bpe_read *r, const struct maas_json *root, const struct maas_json *config)
{
	const struct maas_json *v;

	if (maas_json_type(root) != MAAS_J_OBJECT || !maas_json_get(root, "model"))
		return maas_fail("no tokenizer.json: expected an object with a model");
	if ((v = maas_json_get(root, "normalizer")) && !null(v))
		return unknown("normalizer", v, "none");
	if ((v = maas_json_get(root, "decoder")) && !null(v) && !type_is(v, "ByteLevel"))
		return unknown("decoder", v, "ByteLevel");
	if (read_pre_tokenizer(maas_json_get(root, "pre_tokenizer"), &r->build.head.pattern) < 0 ||
	    read_added(r, maas_json_get(root, "added_tokens")) < 0 ||
	    read_post_processor(r, maas_json_get(root, "post_processor"), 0) < 0)
		return -1;
	if (config && maas_bpe_read_named(r, config) < 0)
		return maas_in("tokenizer_config.json");
	r->build.head.unk = -1; /* the model's own word decides */
	maas_bpe_build_guess(&r->build);
	return read_model(r, maas_json_get(root, "model"));
}

struct maas_tokenizer *
maas_bpe_read_json(const struct maas_json *root, const struct maas_json *config)
{
	struct maas_tokenizer *t = NULL;
	struct bpe_read r;

	if (maas_bpe_read_init(&r) == 0 && read_all(&r, root, config) == 0)
		t = maas_bpe_build_finish(&r.build);
	maas_bpe_read_free(&r);
	return t;
}
