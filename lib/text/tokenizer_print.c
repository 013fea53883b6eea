/* tokenizer_print -- tokenizer.json, as Hugging Face's tokenizers reads it. */
#include "bpe_read.h"

static const char byte_level[] =
    "{\"type\":\"ByteLevel\",\"add_prefix_space\":true,\"trim_offsets\":true,\"use_regex\":true}";

/* Does Metaspace set the blanks, not a normalizer? */
static int
metaspace(const struct maas_tokenizer *t)
{
	return t->head.form & BPE_CHARS &&
	    (t->head.pattern == BPE_WORDS || t->head.prefix == BPE_PREFIX_UNLESS || t->head.prefix == BPE_PREFIX_FIRST);
}

/* Quoted and escaped, as a key or an item of a JSON file. */
static int
put_spelling(const struct maas_tokenizer *t, uint32_t id, struct maas_buf *to)
{
	struct maas_buf b = { 0 };
	int rc = maas_bpe_spell(t, (int32_t)id, &b);

	if (rc == 0)
		rc = maas_json_put_text(to, (struct maas_span){ b.s, b.n });
	maas_buf_free(&b);
	return rc;
}

/* Added tokens stand by their content, all others by their spelling. */
int
maas_bpe_put_key(const struct maas_tokenizer *t, uint32_t id, struct maas_buf *to)
{
	struct maas_span s = maas_token_bytes(t, (int32_t)id);

	if (!bpe_is_added(t, (int32_t)id))
		return put_spelling(t, id, to);
	if (!maas_utf8_good(s))
		return maas_fail("added token %u is no UTF-8: it cannot be written as JSON", id);
	return maas_json_put_text(to, s);
}

int
maas_bpe_put_vocab(const struct maas_tokenizer *t, struct maas_buf *to)
{
	const char *comma = "{\n";

	for (uint32_t i = 0; i < t->head.vocab; i++) {
		if (!t->kind[i])
			continue;
		if (maas_buf_text(to, comma) < 0 || maas_bpe_put_key(t, i, to) < 0 || maas_buf_printf(to, ":%u", i) < 0)
			return -1;
		comma = ",\n";
	}
	return maas_buf_text(to, *comma == '{' ? "{}" : "}");
}

/* How an added token is found, behind its content. */
int
maas_bpe_put_how(const struct maas_tokenizer *t, uint32_t id, struct maas_buf *to)
{
	static const struct {
		const char *key;
		unsigned bit;
	} how[] = { { "single_word", BPE_SINGLE_WORD }, { "lstrip", BPE_LSTRIP }, { "rstrip", BPE_RSTRIP },
		{ "normalized", BPE_NORMALIZED } };

	for (size_t i = 0; i < MAAS_COUNT(how); i++)
		if (maas_buf_printf(to, ",\"%s\":%s", how[i].key, t->kind[id] & how[i].bit ? "true" : "false") < 0)
			return -1;
	return maas_buf_printf(to, ",\"special\":%s}", bpe_kind(t, (int32_t)id) == BPE_SPECIAL ? "true" : "false");
}

static int
put_added(const struct maas_tokenizer *t, struct maas_buf *to)
{
	const char *comma = "\n";

	for (uint32_t i = 0; i < t->head.vocab; i++) {
		if (!bpe_is_added(t, (int32_t)i))
			continue;
		if (t->kind[i] & BPE_BARE)
			return maas_fail(
			    "token %u is a piece that its model's user defined: tokenizer.json has none", i);
		if (maas_buf_printf(to, "%s{\"id\":%u,\"content\":", comma, i) < 0 || maas_bpe_put_key(t, i, to) < 0 ||
		    maas_bpe_put_how(t, i, to) < 0)
			return -1;
		comma = ",\n";
	}
	return 0;
}

static int
put_merges(const struct maas_tokenizer *t, struct maas_buf *to)
{
	struct maas_buf b = { 0 };
	int rc = 0;

	for (uint32_t i = 0; i < t->head.merges && rc == 0; i++) {
		b.n = 0;
		if (maas_bpe_spell(t, (int32_t)t->merge[i].a, &b) < 0 || maas_buf_text(&b, " ") < 0 ||
		    maas_bpe_spell(t, (int32_t)t->merge[i].b, &b) < 0 || maas_buf_text(to, i ? ",\n" : "\n") < 0 ||
		    maas_json_put_text(to, (struct maas_span){ b.s, b.n }) < 0)
			rc = -1;
	}
	maas_buf_free(&b);
	return rc;
}

/* A step behind those before it in a list. */
static int
put_step(struct maas_buf *to, size_t *n, const char *step)
{
	return maas_buf_printf(to, "%s%s", (*n)++ ? ",\n" : "", step);
}

/* Steps as they stand: none as null, several as a Sequence. */
static int
put_steps(struct maas_buf *to, const struct maas_buf *steps, size_t n, const char *key)
{
	if (n < 2)
		return maas_buf_text(to, n ? steps->s : "null");
	return maas_buf_printf(to, "{\"type\":\"Sequence\",\"%s\":[%s]}", key, steps->s);
}

static int
put_normalizer(const struct maas_tokenizer *t, struct maas_buf *to)
{
	static const struct {
		uint32_t form;
		const char *step;
	} forms[] = { { BPE_NFC, "{\"type\":\"NFC\"}" }, { BPE_NFD, "{\"type\":\"NFD\"}" },
		{ BPE_NFKC, "{\"type\":\"NFKC\"}" }, { BPE_NFKD, "{\"type\":\"NFKD\"}" },
		{ BPE_LOWER, "{\"type\":\"Lowercase\"}" } };
	struct maas_buf b = { 0 };
	size_t n = 0;
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < MAAS_COUNT(forms); i++)
		if (t->head.form & forms[i].form)
			rc = put_step(&b, &n, forms[i].step);
	if (rc == 0 && t->head.prefix == BPE_PREFIX)
		rc = put_step(&b, &n, "{\"type\":\"Prepend\",\"prepend\":\"" BPE_BLANK "\"}");
	if (rc == 0 && t->head.form & BPE_CHARS && !metaspace(t))
		rc = put_step(
		    &b, &n, "{\"type\":\"Replace\",\"pattern\":{\"String\":\" \"},\"content\":\"" BPE_BLANK "\"}");
	if (rc == 0)
		rc = put_steps(to, &b, n, "normalizers");
	maas_buf_free(&b);
	return rc;
}

static int
put_metaspace(const struct maas_tokenizer *t, struct maas_buf *to)
{
	return maas_buf_printf(to,
	    "{\"type\":\"Metaspace\",\"replacement\":\"" BPE_BLANK "\",\"prepend_scheme\":\"%s\",\"split\":%s}",
	    t->head.prefix == BPE_PREFIX_UNLESS      ? "always"
		: t->head.prefix == BPE_PREFIX_FIRST ? "first"
						     : "never",
	    t->head.pattern == BPE_WORDS ? "true" : "false");
}

static int
put_pre_tokenizer(const struct maas_tokenizer *t, struct maas_buf *to)
{
	struct maas_buf b = { 0 };
	uint32_t p = t->head.pattern;
	int rc = 0, split = p < MAAS_PATTERNS && p != MAAS_GPT2;
	size_t n = 0;

	if (t->head.form & BPE_CHARS)
		return metaspace(t) ? put_metaspace(t, to) : maas_buf_text(to, "null");
	if (t->head.form & (BPE_DIGITS | BPE_DIGIT_RUNS))
		rc = put_step(&b, &n,
		    t->head.form & BPE_DIGITS ? "{\"type\":\"Digits\",\"individual_digits\":true}"
					      : "{\"type\":\"Digits\",\"individual_digits\":false}");
	if (rc == 0 && split &&
	    (put_step(&b, &n, "{\"type\":\"Split\",\"pattern\":{\"Regex\":") < 0 ||
		maas_json_put_text(&b, maas_span(maas_pattern_regex[p])) < 0 ||
		maas_buf_text(&b, "},\"behavior\":\"Isolated\",\"invert\":false}") < 0))
		rc = -1;
	if (rc == 0 && (rc = put_step(&b, &n, "")) == 0)
		rc = maas_buf_printf(&b,
		    "{\"type\":\"ByteLevel\",\"add_prefix_space\":%s,\"trim_offsets\":true,\"use_regex\":%s}",
		    t->head.prefix ? "true" : "false", p == MAAS_GPT2 ? "true" : "false");
	if (rc == 0)
		rc = put_steps(to, &b, n, "pretokenizers");
	maas_buf_free(&b);
	return rc;
}

static int
put_decoder(const struct maas_tokenizer *t, struct maas_buf *to)
{
	struct maas_buf b = { 0 };
	size_t n = 0;
	int rc;

	if (!(t->head.form & BPE_CHARS))
		return maas_buf_text(to, byte_level);
	if (t->head.form & BPE_STRIP_TOKEN)
		rc = put_step(&b, &n,
		    "{\"type\":\"Metaspace\",\"replacement\":\"" BPE_BLANK
		    "\",\"prepend_scheme\":\"always\",\"split\":true}");
	else
		rc = put_step(
		    &b, &n, "{\"type\":\"Replace\",\"pattern\":{\"String\":\"" BPE_BLANK "\"},\"content\":\" \"}");
	if (rc == 0 && t->head.form & BPE_FALLBACK)
		rc = put_step(&b, &n, "{\"type\":\"ByteFallback\"}");
	if (rc == 0)
		rc = put_step(&b, &n, "{\"type\":\"Fuse\"}");
	if (rc == 0 && t->head.form & BPE_STRIP)
		rc = put_step(&b, &n, "{\"type\":\"Strip\",\"content\":\" \",\"start\":1,\"stop\":0}");
	if (rc == 0)
		rc = put_steps(to, &b, n, "decoders");
	maas_buf_free(&b);
	return rc;
}

/* {"SpecialToken": ...} of a template, and its entry in the list of special tokens. */
static int
put_template(const struct maas_tokenizer *t, struct maas_buf *to)
{
	struct maas_buf bos = { 0 }, eos = { 0 };
	int has_bos = maas_tokenizer_adds_bos(t) && t->head.bos >= 0,
	    has_eos = maas_tokenizer_adds_eos(t) && t->head.eos >= 0;
	int rc = -1, same = has_bos && has_eos && t->head.bos == t->head.eos;

	if ((has_bos && maas_bpe_put_key(t, (uint32_t)t->head.bos, &bos) < 0) ||
	    (has_eos && maas_bpe_put_key(t, (uint32_t)t->head.eos, &eos) < 0))
		goto out;
	rc = maas_buf_text(to, "{\"type\":\"TemplateProcessing\",\"single\":[");
	if (rc == 0 && has_bos)
		rc = maas_buf_printf(to, "{\"SpecialToken\":{\"id\":%s,\"type_id\":0}},", bos.s);
	if (rc == 0)
		rc = maas_buf_text(to, "{\"Sequence\":{\"id\":\"A\",\"type_id\":0}}");
	if (rc == 0 && has_eos)
		rc = maas_buf_printf(to, ",{\"SpecialToken\":{\"id\":%s,\"type_id\":0}}", eos.s);
	if (rc == 0)
		rc = maas_buf_text(to, "],\"pair\":[],\"special_tokens\":{");
	if (rc == 0 && has_bos)
		rc = maas_buf_printf(
		    to, "%s:{\"id\":%s,\"ids\":[%d],\"tokens\":[%s]}", bos.s, bos.s, t->head.bos, bos.s);
	if (rc == 0 && has_eos && !same)
		rc = maas_buf_printf(to, "%s%s:{\"id\":%s,\"ids\":[%d],\"tokens\":[%s]}", has_bos ? "," : "", eos.s,
		    eos.s, t->head.eos, eos.s);
	if (rc == 0)
		rc = maas_buf_text(to, "}}");
out:
	maas_buf_free(&bos);
	maas_buf_free(&eos);
	return rc;
}

static int
put_model(const struct maas_tokenizer *t, struct maas_buf *to)
{
	uint32_t form = t->head.form;

	if (maas_buf_text(to, "{\"type\":\"BPE\",\"dropout\":null,\"unk_token\":") < 0 ||
	    (t->head.unk >= 0 ? maas_bpe_put_key(t, (uint32_t)t->head.unk, to) : maas_buf_text(to, "null")) < 0 ||
	    maas_buf_printf(to,
		",\"continuing_subword_prefix\":null,\"end_of_word_suffix\":null,\"fuse_unk\":%s,"
		"\"byte_fallback\":%s,\"ignore_merges\":%s,\n\"vocab\":",
		form & BPE_FUSE ? "true" : "false", form & BPE_FALLBACK ? "true" : "false",
		t->head.flags & BPE_IGNORE_MERGES ? "true" : "false") < 0 ||
	    maas_bpe_put_vocab(t, to) < 0 || maas_buf_text(to, ",\n\"merges\":[") < 0 || put_merges(t, to) < 0)
		return -1;
	return maas_buf_text(to, "]}");
}

int
maas_tokenizer_print(const struct maas_tokenizer *t, struct maas_buf *to)
{
	int adds = maas_tokenizer_adds_bos(t) || maas_tokenizer_adds_eos(t);

	if (t->head.form & BPE_SQUEEZE)
		return maas_fail("this tokeniser squeezes blanks: tokenizer.json cannot say so");
	if (maas_buf_text(to, "{\"version\":\"1.0\",\n\"truncation\":null,\n\"padding\":null,\n\"added_tokens\":[") <
		0 ||
	    put_added(t, to) < 0 || maas_buf_text(to, "],\n\"normalizer\":") < 0 || put_normalizer(t, to) < 0 ||
	    maas_buf_text(to, ",\n\"pre_tokenizer\":") < 0 || put_pre_tokenizer(t, to) < 0 ||
	    maas_buf_text(to, ",\n\"post_processor\":") < 0 ||
	    (adds                              ? put_template(t, to)
		    : t->head.form & BPE_CHARS ? maas_buf_text(to, "null")
					       : maas_buf_text(to, byte_level)) < 0 ||
	    maas_buf_text(to, ",\n\"decoder\":") < 0 || put_decoder(t, to) < 0 ||
	    maas_buf_text(to, ",\n\"model\":") < 0 || put_model(t, to) < 0)
		return -1;
	return maas_buf_text(to, "}\n");
}
