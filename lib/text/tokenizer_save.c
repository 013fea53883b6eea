/* tokenizer_save -- tokenizer.json, or the files that transformers looks for in a directory. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "bpe_read.h"

static const struct maas_tokenizer *
of(const void *p)
{
	return p;
}

static int
by_bytes(const void *a, const void *b, void *t)
{
	int32_t i = *(const int32_t *)a, j = *(const int32_t *)b;
	int x = bpe_kind(of(t), i) == BPE_BYTE, y = bpe_kind(of(t), j) == BPE_BYTE; /* spelt <0x0A> */

	return x != y ? x - y : maas_span_compare(maas_token_bytes(of(t), i), maas_token_bytes(of(t), j));
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
print_merges_txt(const struct maas_tokenizer *t, struct maas_buf *to)
{
	if (maas_buf_text(to, "#version: 0.2\n") < 0)
		return -1;
	for (uint32_t i = 0; i < t->head.merges; i++)
		if (maas_bpe_spell(t, (int32_t)t->merge[i].a, to) < 0 || maas_buf_text(to, " ") < 0 ||
		    maas_bpe_spell(t, (int32_t)t->merge[i].b, to) < 0 || maas_buf_text(to, "\n") < 0)
			return -1;
	return 0;
}

static int
print_vocab_json(const struct maas_tokenizer *t, struct maas_buf *to)
{
	return maas_bpe_put_vocab(t, to) < 0 ? -1 : maas_buf_text(to, "\n");
}

/* Do vocab.json and merges.txt say all there is? */
static int
is_gpt2(const struct maas_tokenizer *t)
{
	return t->head.pattern == MAAS_GPT2 && !(t->head.flags & (BPE_IGNORE_MERGES | BPE_ADDS_EOS)) && !t->head.form &&
	    !t->head.prefix && !t->ties;
}

/* The class of transformers that reads these files as they are meant. */
static const char *
class_of_it(const struct maas_tokenizer *t)
{
	return is_gpt2(t)              ? "GPT2Tokenizer"
	    : t->head.form & BPE_CHARS ? "LlamaTokenizerFast"
				       : "PreTrainedTokenizerFast";
}

static int
print_config(const struct maas_tokenizer *t, struct maas_buf *to)
{
	const struct {
		const char *key;
		int32_t id;
	} named[] = { { "bos_token", t->head.bos }, { "eos_token", t->head.eos }, { "unk_token", t->head.unk } };
	static const char *const on[] = { "false", "true" };
	const char *comma = "\n";

	if (maas_buf_printf(to, "{\"tokenizer_class\":\"%s\",\n", class_of_it(t)) < 0 ||
	    (!(t->head.form & BPE_CHARS) &&
		maas_buf_printf(to, "\"add_prefix_space\":%s,\n", on[t->head.prefix != 0]) < 0) ||
	    maas_buf_printf(to, "\"add_bos_token\":%s", on[maas_tokenizer_adds_bos(t)]) < 0 ||
	    (t->head.form & BPE_CHARS &&
		maas_buf_printf(to, ",\n\"add_eos_token\":%s", on[maas_tokenizer_adds_eos(t)]) < 0))
		return -1;
	for (size_t i = 0; i < MAAS_COUNT(named); i++)
		if (named[i].id >= 0 &&
		    (maas_buf_printf(to, ",\n\"%s\":", named[i].key) < 0 ||
			maas_bpe_put_key(t, (uint32_t)named[i].id, to) < 0))
			return -1;
	if (maas_buf_text(to, ",\n\"added_tokens_decoder\":{") < 0)
		return -1;
	for (uint32_t i = 0; i < t->head.vocab; i++) {
		if (!bpe_is_added(t, (int32_t)i))
			continue;
		if (maas_buf_printf(to, "%s\"%u\":{\"content\":", comma, i) < 0 || maas_bpe_put_key(t, i, to) < 0 ||
		    maas_bpe_put_how(t, i, to) < 0)
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
		int gpt2, other;
	} file[] = { { "vocab.json", print_vocab_json, 1, 0 }, { "merges.txt", print_merges_txt, 1, 0 },
		{ "tokenizer.json", maas_tokenizer_print, 0, 1 }, { "tokenizer_config.json", print_config, 1, 1 } };
	struct maas_buf path = { 0 };
	int rc = 0;

	if (mkdir(dir, 0777) < 0 && errno != EEXIST)
		return maas_fail_errno("%s", dir);
	for (size_t i = 0; i < MAAS_COUNT(file) && rc == 0; i++) {
		if (!(is_gpt2(t) ? file[i].gpt2 : file[i].other))
			continue;
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
	return save(t, path, maas_tokenizer_print, how);
}
