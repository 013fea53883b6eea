/* tokenizer_save -- tokenizer.json, or vocab.json, merges.txt and tokenizer_config.json. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "bpe_read.h"

/* Quoted and escaped, as a key or an item of a JSON file. */
static int
put_spelling(const struct maas_tokenizer *t, uint32_t id, struct maas_buf *to)
{
	struct maas_buf b = { 0 };
	int rc = maas_token_spell(t, (int32_t)id, &b);

	if (rc == 0)
		rc = maas_json_put_text(to, (struct maas_span){ b.s, b.n });
	maas_buf_free(&b);
	return rc;
}

/* Added tokens stand by their content, all others by their spelling. */
static int
put_key(const struct maas_tokenizer *t, uint32_t id, struct maas_buf *to)
{
	struct maas_span s = maas_token_bytes(t, (int32_t)id);

	if (t->kind[id] < BPE_ADDED)
		return put_spelling(t, id, to);
	if (!maas_utf8_good(s))
		return maas_fail("added token %u is no UTF-8: it cannot be written as JSON", id);
	return maas_json_put_text(to, s);
}

static const struct maas_tokenizer *
of(const void *p)
{
	return p;
}

static int
by_bytes(const void *a, const void *b, void *t)
{
	return maas_span_compare(
	    maas_token_bytes(of(t), *(const int32_t *)a), maas_token_bytes(of(t), *(const int32_t *)b));
}

/* A JSON object has each key once. */
static int
check_unique(const struct maas_tokenizer *t)
{
	size_t n = t->head.vocab;
	int32_t *id = maas_alloc(n, sizeof *id);
	int rc = 0;

	if (!id)
		return -1;
	for (size_t i = 0; i < n; i++)
		id[i] = (int32_t)i;
	qsort_r(id, n, sizeof *id, by_bytes, (void *)(uintptr_t)t);
	for (size_t i = 1; i < n && rc == 0; i++)
		if (t->kind[id[i]] && !by_bytes(&id[i - 1], &id[i], (void *)(uintptr_t)t))
			rc = maas_fail(
			    "tokens %d and %d are the same bytes: they cannot be written as JSON", id[i - 1], id[i]);
	free(id);
	return rc;
}

static int
put_vocab(const struct maas_tokenizer *t, struct maas_buf *to)
{
	const char *comma = "{\n";

	for (uint32_t i = 0; i < t->head.vocab; i++) {
		if (!t->kind[i])
			continue;
		if (maas_buf_text(to, comma) < 0 || put_key(t, i, to) < 0 || maas_buf_printf(to, ":%u", i) < 0)
			return -1;
		comma = ",\n";
	}
	return maas_buf_text(to, *comma == '{' ? "{}" : "}");
}

static int
put_added(const struct maas_tokenizer *t, struct maas_buf *to)
{
	const char *comma = "\n";

	for (uint32_t i = 0; i < t->head.vocab; i++) {
		if (t->kind[i] < BPE_ADDED)
			continue;
		if (maas_buf_printf(to, "%s{\"id\":%u,\"content\":", comma, i) < 0 || put_key(t, i, to) < 0 ||
		    maas_buf_printf(to,
			",\"single_word\":false,\"lstrip\":false,\"rstrip\":false,\"normalized\":false,\"special\":%s}",
			t->kind[i] == BPE_SPECIAL ? "true" : "false") < 0)
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
		if (maas_token_spell(t, (int32_t)t->merge[i].a, &b) < 0 || maas_buf_text(&b, " ") < 0 ||
		    maas_token_spell(t, (int32_t)t->merge[i].b, &b) < 0 || maas_buf_text(to, i ? ",\n" : "\n") < 0 ||
		    maas_json_put_text(to, (struct maas_span){ b.s, b.n }) < 0)
			rc = -1;
	}
	maas_buf_free(&b);
	return rc;
}

static int
put_pre_tokenizer(const struct maas_tokenizer *t, struct maas_buf *to)
{
	static const char level[] =
	    "{\"type\":\"ByteLevel\",\"add_prefix_space\":false,\"trim_offsets\":true,\"use_regex\":%s}";
	enum maas_pattern p = maas_tokenizer_pattern(t);

	if (p == MAAS_GPT2)
		return maas_buf_printf(to, level, "true");
	if (maas_buf_text(to, "{\"type\":\"Sequence\",\"pretokenizers\":[{\"type\":\"Split\",\"pattern\":{\"Regex\":") <
		0 ||
	    maas_json_put_text(to, maas_span(maas_pattern_regex[p])) < 0 ||
	    maas_buf_text(to, "},\"behavior\":\"Isolated\",\"invert\":false},\n") < 0 ||
	    maas_buf_printf(to, level, "false") < 0)
		return -1;
	return maas_buf_text(to, "]}");
}

/* {"SpecialToken": ...} of a template, and its entry in the list of special tokens. */
static int
put_template(const struct maas_tokenizer *t, struct maas_buf *to)
{
	struct maas_buf bos = { 0 }, eos = { 0 };
	int has_bos = maas_tokenizer_adds_bos(t) && t->head.bos >= 0,
	    has_eos = maas_tokenizer_adds_eos(t) && t->head.eos >= 0;
	int rc = -1, same = has_bos && has_eos && t->head.bos == t->head.eos;

	if ((has_bos && put_key(t, (uint32_t)t->head.bos, &bos) < 0) ||
	    (has_eos && put_key(t, (uint32_t)t->head.eos, &eos) < 0))
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
print_json(const struct maas_tokenizer *t, struct maas_buf *to)
{
	static const char level[] =
	    "{\"type\":\"ByteLevel\",\"add_prefix_space\":true,\"trim_offsets\":true,\"use_regex\":true}";
	int adds = maas_tokenizer_adds_bos(t) || maas_tokenizer_adds_eos(t);

	if (maas_buf_text(to, "{\"version\":\"1.0\",\n\"truncation\":null,\n\"padding\":null,\n\"added_tokens\":[") <
		0 ||
	    put_added(t, to) < 0 || maas_buf_text(to, "],\n\"normalizer\":null,\n\"pre_tokenizer\":") < 0 ||
	    put_pre_tokenizer(t, to) < 0 || maas_buf_text(to, ",\n\"post_processor\":") < 0 ||
	    (adds ? put_template(t, to) : maas_buf_text(to, level)) < 0 ||
	    maas_buf_printf(
		to, ",\n\"decoder\":%s,\n\"model\":{\"type\":\"BPE\",\"dropout\":null,\"unk_token\":", level) < 0 ||
	    (t->head.unk >= 0 ? put_key(t, (uint32_t)t->head.unk, to) : maas_buf_text(to, "null")) < 0 ||
	    maas_buf_printf(to,
		",\"continuing_subword_prefix\":null,\"end_of_word_suffix\":null,\"fuse_unk\":false,"
		"\"byte_fallback\":false,\"ignore_merges\":%s,\n\"vocab\":",
		t->head.flags & BPE_IGNORE_MERGES ? "true" : "false") < 0 ||
	    put_vocab(t, to) < 0 || maas_buf_text(to, ",\n\"merges\":[") < 0 || put_merges(t, to) < 0)
		return -1;
	return maas_buf_text(to, "]}}\n");
}

static int
print_merges_txt(const struct maas_tokenizer *t, struct maas_buf *to)
{
	if (maas_buf_text(to, "#version: 0.2\n") < 0)
		return -1;
	for (uint32_t i = 0; i < t->head.merges; i++)
		if (maas_token_spell(t, (int32_t)t->merge[i].a, to) < 0 || maas_buf_text(to, " ") < 0 ||
		    maas_token_spell(t, (int32_t)t->merge[i].b, to) < 0 || maas_buf_text(to, "\n") < 0)
			return -1;
	return 0;
}

static int
print_vocab_json(const struct maas_tokenizer *t, struct maas_buf *to)
{
	return put_vocab(t, to) < 0 ? -1 : maas_buf_text(to, "\n");
}

static int
print_config(const struct maas_tokenizer *t, struct maas_buf *to)
{
	const struct {
		const char *key;
		int32_t id;
	} named[] = { { "bos_token", t->head.bos }, { "eos_token", t->head.eos }, { "unk_token", t->head.unk } };
	const char *comma = "\n";

	if (maas_buf_printf(to,
		"{\"tokenizer_class\":\"GPT2Tokenizer\",\n\"add_prefix_space\":false,\n\"add_bos_token\":%s",
		maas_tokenizer_adds_bos(t) ? "true" : "false") < 0)
		return -1;
	for (size_t i = 0; i < MAAS_COUNT(named); i++)
		if (named[i].id >= 0 &&
		    (maas_buf_printf(to, ",\n\"%s\":", named[i].key) < 0 || put_key(t, (uint32_t)named[i].id, to) < 0))
			return -1;
	if (maas_buf_text(to, ",\n\"added_tokens_decoder\":{") < 0)
		return -1;
	for (uint32_t i = 0; i < t->head.vocab; i++) {
		if (t->kind[i] < BPE_ADDED)
			continue;
		if (maas_buf_printf(to, "%s\"%u\":{\"content\":", comma, i) < 0 || put_key(t, i, to) < 0 ||
		    maas_buf_printf(to,
			",\"lstrip\":false,\"normalized\":false,\"rstrip\":false,\"single_word\":false,\"special\":%s}",
			t->kind[i] == BPE_SPECIAL ? "true" : "false") < 0)
			return -1;
		comma = ",\n";
	}
	return maas_buf_text(to, "}}\n");
}

static int
save(const struct maas_tokenizer *t, const char *path, int (*print)(const struct maas_tokenizer *, struct maas_buf *),
    int how)
{
	struct maas_buf b = { 0 };
	struct maas_out *out;
	int rc = -1;

	if (print(t, &b) < 0) {
		maas_in("%s", path);
	} else if ((out = maas_out_open(path))) {
		fwrite(b.s, 1, b.n, maas_out_file(out)); /* _commit sees an error of the stream */
		rc = maas_out_commit(out, how);
	}
	maas_buf_free(&b);
	return rc;
}

static int
save_dir(const struct maas_tokenizer *t, const char *dir, int how)
{
	static const struct {
		const char *name;
		int (*print)(const struct maas_tokenizer *, struct maas_buf *);
	} file[] = { { "vocab.json", print_vocab_json }, { "merges.txt", print_merges_txt },
		{ "tokenizer_config.json", print_config } };
	struct maas_buf path = { 0 };
	int rc = 0;

	if (t->head.pattern != MAAS_GPT2 || t->head.flags & BPE_IGNORE_MERGES)
		return maas_fail(
		    "%s: vocab.json and merges.txt stand for the pattern gpt2; this tokeniser's is %s%s: give the name "
		    "of a file",
		    dir, maas_pattern_names[t->head.pattern],
		    t->head.flags & BPE_IGNORE_MERGES ? ", merges ignored" : "");
	if (mkdir(dir, 0777) < 0 && errno != EEXIST)
		return maas_fail_errno("%s", dir);
	for (size_t i = 0; i < MAAS_COUNT(file) && rc == 0; i++) {
		path.n = 0;
		rc = maas_buf_printf(&path, "%s%s%s", dir, dir[strlen(dir) - 1] == '/' ? "" : "/", file[i].name);
		if (rc == 0)
			rc = save(t, path.s, file[i].print, how);
	}
	maas_buf_free(&path);
	return rc;
}

int
maas_tokenizer_save(const struct maas_tokenizer *t, const char *path, int how)
{
	size_t n = strlen(path);
	struct stat st;

	if (check_unique(t) < 0)
		return maas_in("%s", path);
	if ((n && path[n - 1] == '/') || (stat(path, &st) == 0 && S_ISDIR(st.st_mode)))
		return save_dir(t, path, how);
	return save(t, path, print_json, how);
}
