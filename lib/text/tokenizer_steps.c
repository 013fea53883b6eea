/*
 * tokenizer_steps -- what a tokenizer.json does to a text before and behind its model: normalizer,
 * pre_tokenizer, decoder.
 *
 * They come as one step or a Sequence of them.  What two kinds of tokenisers are made of is known here:
 * of bytes (ByteLevel, behind Digits and a Split), and of characters (blanks as U+2581, by Prepend and
 * Replace or by Metaspace).  Any other step, and any other order, is refused by name.
 */
#include <string.h>

#include "bpe_read.h"

#define DEPTH 8 /* of Sequences in Sequences */

const char *const maas_pattern_regex[] = {
	"'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+",
	/* As tiktoken has it, without the possessive marks, which mean something else to Oniguruma. */
	"'(?i:[sdmt]|ll|ve|re)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s+\\z|\\s*[\\r\\n]|"
	"\\s+(?!\\S)|\\s",
	"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|"
	"\\s+(?!\\S)|\\s+",
	"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|"
	"\\s+(?!\\S)|\\s+",
	"[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]*[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|"
	"[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]+[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|"
	"\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
};

int
bpe_json_null(const struct maas_json *v)
{
	return !v || maas_json_type(v) == MAAS_J_NULL;
}

struct maas_span
bpe_json_text(const struct maas_json *o, const char *key)
{
	const struct maas_json *v = o && maas_json_type(o) == MAAS_J_OBJECT ? maas_json_get(o, key) : NULL;
	struct maas_span s = { "", 0 };

	if (v)
		(void)(maas_json_text(v, &s) == 0);
	return s;
}

int
bpe_json_flag(const struct maas_json *o, const char *key, int def)
{
	const struct maas_json *v = maas_json_get(o, key);

	return v && !bpe_json_null(v) && maas_json_bool(v, &def) < 0 ? 1 : def;
}

int
bpe_json_type(const struct maas_json *o, const char *type)
{
	return maas_span_is(bpe_json_text(o, "type"), type);
}

int
bpe_json_unknown(const char *where, const struct maas_json *o, const char *want)
{
	struct maas_span s = bpe_json_text(o, "type");

	return maas_fail("%s: '%.60s' is not known; expected %s", where, s.n ? s.s : "(no type)", want);
}

/* What has been seen so far. */
struct steps {
	struct bpe_head *h;
	int prepend, replace;               /* normalizer */
	int split, level, metaspace;        /* pre_tokenizer */
	int back, bytes, fused, level_back; /* decoder: blanks are back, bytes are, tokens are one text */
};
typedef int step(struct steps *, const struct maas_json *);

/* A step, or each of a Sequence. */
static int
each(struct steps *s, const struct maas_json *o, const char *list_key, step *one, const char *where, int depth)
{
	const struct maas_json *list;

	if (bpe_json_null(o))
		return 0;
	if (maas_json_type(o) != MAAS_J_OBJECT)
		return maas_fail("%s: expected an object", where);
	if (!bpe_json_type(o, "Sequence"))
		return one(s, o);
	list = maas_json_get(o, list_key);
	if (!list || maas_json_type(list) != MAAS_J_LIST || depth == DEPTH)
		return maas_fail("%s: Sequence: expected a list of %s", where, list_key);
	for (size_t i = 0; i < maas_json_size(list); i++)
		if (each(s, maas_json_at(list, i), list_key, one, where, depth + 1) < 0)
			return -1;
	return 0;
}

static int
replaces(const struct maas_json *o, const char *from, const char *to)
{
	return maas_span_is(bpe_json_text(maas_json_get(o, "pattern"), "String"), from) &&
	    maas_span_is(bpe_json_text(o, "content"), to);
}

static int
normalizer(struct steps *s, const struct maas_json *o)
{
	static const struct {
		const char *name;
		uint32_t form;
	} forms[] = { { "NFC", BPE_NFC }, { "NFD", BPE_NFD }, { "NFKC", BPE_NFKC }, { "NFKD", BPE_NFKD } };
	static const char want[] =
	    "NFC, NFD, NFKC, NFKD, Lowercase, Prepend, Replace or a Sequence of them in this order";
	uint32_t done = s->h->form;

	for (size_t i = 0; i < MAAS_COUNT(forms); i++) {
		if (!bpe_json_type(o, forms[i].name))
			continue;
		if (done & (BPE_NORMAL_FORMS | BPE_LOWER) || s->prepend || s->replace)
			return bpe_json_unknown("normalizer", o, "it first, and no other of its kind");
		s->h->form |= forms[i].form;
		return 0;
	}
	if (bpe_json_type(o, "Lowercase")) {
		if (s->prepend || s->replace)
			return bpe_json_unknown("normalizer", o, "it before Prepend and Replace");
		s->h->form |= BPE_LOWER;
		return 0;
	}
	if (bpe_json_type(o, "Prepend")) {
		if (s->prepend++ || !maas_span_is(bpe_json_text(o, "prepend"), BPE_BLANK))
			return maas_fail("normalizer: Prepend: '%.40s'; expected '" BPE_BLANK "', once",
			    bpe_json_text(o, "prepend").s);
		return 0;
	}
	if (bpe_json_type(o, "Replace")) {
		if (s->replace++ || !replaces(o, " ", BPE_BLANK))
			return maas_fail("normalizer: Replace: expected a blank by '" BPE_BLANK "', once");
		return 0;
	}
	return bpe_json_unknown("normalizer", o, want);
}

static int
split(struct steps *s, const struct maas_json *o)
{
	const struct maas_json *p = maas_json_get(o, "pattern");
	struct maas_span re = bpe_json_text(p, "Regex"), how = bpe_json_text(o, "behavior");

	/* The patterns match every text: to part it by them is to throw away what is not of them. */
	if (!maas_span_is(how, bpe_json_flag(o, "invert", 0) ? "Removed" : "Isolated"))
		return maas_fail("pre_tokenizer: Split: behavior '%.40s'%s; expected Isolated", how.s,
		    bpe_json_flag(o, "invert", 0) ? ", inverted" : "");
	if (s->split++ || s->level)
		return maas_fail("pre_tokenizer: Split: expected one, before ByteLevel");
	for (s->h->pattern = 0; s->h->pattern < MAAS_PATTERNS; s->h->pattern++)
		if (maas_span_is(re, maas_pattern_regex[s->h->pattern]))
			return 0;
	return maas_fail(
	    "pre_tokenizer: Split: the pattern '%.200s' is not known; expected that of gpt2, cl100k, llama3, "
	    "qwen2 or o200k",
	    re.n ? re.s : bpe_json_text(p, "String").s);
}

static int
byte_level(struct steps *s, const struct maas_json *o)
{
	int regex = bpe_json_flag(o, "use_regex", 1), prefix = bpe_json_flag(o, "add_prefix_space", 1);

	if (s->level++)
		return maas_fail("pre_tokenizer: ByteLevel: expected one");
	if (regex && s->split)
		return maas_fail("pre_tokenizer: ByteLevel: use_regex is true; expected false behind a Split");
	if (prefix && (s->split || s->h->form & (BPE_DIGITS | BPE_DIGIT_RUNS)))
		return maas_fail(
		    "pre_tokenizer: ByteLevel: add_prefix_space is true; expected false behind Digits or a Split");
	if (!s->split)
		s->h->pattern = regex ? MAAS_GPT2 : BPE_WHOLE;
	if (prefix)
		s->h->prefix = BPE_PREFIX_UNLESS;
	return 0;
}

/* Since some version prepend_scheme says what add_prefix_space said before. */
static int
metaspace(struct steps *s, const struct maas_json *o, const char *where, uint32_t *prefix)
{
	struct maas_span scheme = bpe_json_text(o, "prepend_scheme"), mark = bpe_json_text(o, "replacement");

	(void)s;
	if (!maas_span_is(mark, BPE_BLANK))
		return maas_fail("%s: Metaspace: replacement '%.40s'; expected '" BPE_BLANK "'", where, mark.s);
	if (!scheme.n)
		*prefix = bpe_json_flag(o, "add_prefix_space", 1) ? BPE_PREFIX_UNLESS : BPE_NO_PREFIX;
	else if (maas_span_is(scheme, "always"))
		*prefix = BPE_PREFIX_UNLESS;
	else if (maas_span_is(scheme, "first"))
		*prefix = BPE_PREFIX_FIRST;
	else if (maas_span_is(scheme, "never"))
		*prefix = BPE_NO_PREFIX;
	else
		return maas_fail(
		    "%s: Metaspace: prepend_scheme '%.40s'; expected always, first or never", where, scheme.s);
	return 0;
}

static int
pre_tokenizer(struct steps *s, const struct maas_json *o)
{
	if (bpe_json_type(o, "Split"))
		return split(s, o);
	if (bpe_json_type(o, "ByteLevel"))
		return byte_level(s, o);
	if (bpe_json_type(o, "Digits")) {
		if (s->split || s->level || s->h->form & (BPE_DIGITS | BPE_DIGIT_RUNS))
			return maas_fail("pre_tokenizer: Digits: expected one, before Split and ByteLevel");
		s->h->form |= bpe_json_flag(o, "individual_digits", 0) ? BPE_DIGITS : BPE_DIGIT_RUNS;
		return 0;
	}
	if (bpe_json_type(o, "Metaspace")) {
		if (s->metaspace++)
			return maas_fail("pre_tokenizer: Metaspace: expected one");
		s->h->pattern = bpe_json_flag(o, "split", 1) ? BPE_WORDS : BPE_WHOLE;
		return metaspace(s, o, "pre_tokenizer", &s->h->prefix);
	}
	return bpe_json_unknown("pre_tokenizer", o, "ByteLevel, Split, Digits or Metaspace");
}

static int
decoder(struct steps *s, const struct maas_json *o)
{
	const struct maas_json *v;
	uint32_t prefix;
	int64_t start = 0, stop = 0;

	if (bpe_json_type(o, "ByteLevel")) {
		s->level_back++;
	} else if (bpe_json_type(o, "Replace")) {
		if (s->back++ || s->fused || !replaces(o, BPE_BLANK, " "))
			return maas_fail("decoder: Replace: expected '" BPE_BLANK "' by a blank, once, before Fuse");
	} else if (bpe_json_type(o, "Metaspace")) {
		if (s->back++ || s->fused || s->bytes)
			return maas_fail("decoder: Metaspace: expected one, before all others");
		if (metaspace(s, o, "decoder", &prefix) < 0)
			return -1;
		s->h->form |= prefix == BPE_NO_PREFIX ? 0 : BPE_STRIP_TOKEN;
	} else if (bpe_json_type(o, "ByteFallback")) {
		if (s->bytes++ || s->fused)
			return maas_fail("decoder: ByteFallback: expected one, before Fuse");
	} else if (bpe_json_type(o, "Fuse")) {
		s->fused++;
	} else if (bpe_json_type(o, "Strip")) {
		if ((v = maas_json_get(o, "start")) && maas_json_int(v, &start) < 0)
			start = -1;
		if ((v = maas_json_get(o, "stop")) && maas_json_int(v, &stop) < 0)
			stop = -1;
		if (!s->fused || !maas_span_is(bpe_json_text(o, "content"), " ") || start < 0 || start > 1 || stop ||
		    (start && s->h->form & (BPE_STRIP | BPE_STRIP_TOKEN)))
			return maas_fail(
			    "decoder: Strip: expected one blank at the start, none at the stop, behind Fuse");
		s->h->form |= start ? BPE_STRIP : 0;
	} else {
		return bpe_json_unknown("decoder", o, "ByteLevel, Metaspace, Replace, ByteFallback, Fuse or Strip");
	}
	return 0;
}

static int
check_characters(struct steps *s, int fallback)
{
	if (s->split || s->h->form & (BPE_DIGITS | BPE_DIGIT_RUNS))
		return maas_fail("pre_tokenizer: Split or Digits without ByteLevel; expected it behind them");
	if (!s->replace && !s->metaspace)
		return maas_fail(
		    "pre_tokenizer: none, and no normalizer that replaces blanks; expected ByteLevel or Metaspace");
	if (s->prepend && s->metaspace)
		return maas_fail("pre_tokenizer: Metaspace beside a normalizer that prepends; expected one of them");
	if (s->level_back || !s->back)
		return maas_fail("decoder: nothing gives blanks back; expected Replace or Metaspace");
	if (!fallback != !s->bytes)
		return maas_fail("decoder: %s ByteFallback, but byte_fallback of the model is %s",
		    s->bytes ? "a" : "no", fallback ? "true" : "false");
	if (!s->metaspace) {
		s->h->pattern = BPE_WHOLE;
		s->h->prefix = s->prepend ? BPE_PREFIX : BPE_NO_PREFIX;
	}
	s->h->form |= BPE_CHARS | (fallback ? BPE_FALLBACK : 0);
	return 0;
}

int
maas_bpe_read_steps(struct bpe_head *h, const struct maas_json *root)
{
	const struct maas_json *model = maas_json_get(root, "model");
	struct steps s = { .h = h };
	int fallback = maas_json_type(model) == MAAS_J_OBJECT && bpe_json_flag(model, "byte_fallback", 0);

	if (each(&s, maas_json_get(root, "normalizer"), "normalizers", normalizer, "normalizer", 0) < 0 ||
	    each(&s, maas_json_get(root, "pre_tokenizer"), "pretokenizers", pre_tokenizer, "pre_tokenizer", 0) < 0 ||
	    each(&s, maas_json_get(root, "decoder"), "decoders", decoder, "decoder", 0) < 0)
		return -1;
	if (!s.level)
		return check_characters(&s, fallback);
	if (s.metaspace || s.prepend || s.replace)
		return maas_fail(
		    "pre_tokenizer: ByteLevel beside Metaspace, Prepend or Replace; expected it without them");
	if (fallback)
		return maas_fail("model: byte_fallback is true; expected false beside ByteLevel");
	if (s.back || s.bytes || s.fused)
		return maas_fail("decoder: expected ByteLevel");
	return 0;
}
