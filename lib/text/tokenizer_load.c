/* tokenizer_load -- a tokeniser from a path: a file of some kind, or a directory as published. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "maas/carried.h"
#include "bpe_read.h"

static int
path_in(struct maas_buf *to, const char *dir, const char *name)
{
	to->n = 0;
	return maas_buf_printf(to, "%s/%s", dir, name);
}

/* A link that leads nowhere is there, too: what it stood for is missing, not left out. */
static int
there(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 ? !S_ISDIR(st.st_mode) : lstat(path, &st) == 0;
}

/* A JSON file that may be missing: 0 with *to NULL. */
static int
load_optional(struct maas_json **to, const char *dir, const char *name, struct maas_buf *path)
{
	*to = NULL;
	if (path_in(path, dir, name) < 0)
		return -1;
	if (!there(path->s))
		return 0;
	return (*to = maas_json_load(path->s)) ? 0 : -1;
}

static int
read_merges_line(struct bpe_read *r, struct maas_span line)
{
	const char *blank;
	struct maas_span b;

	if (line.n && line.s[line.n - 1] == '\r')
		line.n--;
	if (!line.n)
		return 0;
	blank = memchr(line.s, ' ', line.n);
	if (!blank)
		return maas_fail("expected two tokens parted by one space");
	b = (struct maas_span){ blank + 1, line.n - (size_t)(blank + 1 - line.s) };
	line.n = (size_t)(blank - line.s);
	return maas_bpe_read_merge(r, line, b);
}

static int
read_merges_txt(struct bpe_read *r, const char *path)
{
	static const char version[] = "#version";
	struct maas_input *in = maas_input_open(path, NULL);
	struct maas_span line;
	int rc = -1;

	if (!in)
		return -1;
	while ((rc = maas_input_line(in, &line, NULL)) > 0) {
		if (maas_input_lines(in) == 1 && line.n >= strlen(version) && !memcmp(line.s, version, strlen(version)))
			continue;
		if (read_merges_line(r, line) < 0) {
			rc = maas_in("%s:%zu", path, maas_input_lines(in));
			break;
		}
	}
	maas_input_close(in);
	return rc;
}

/* transformers keeps them here since 4.34: id, as a text, and what the token is. */
static int
read_added_decoder(struct bpe_read *r, const struct maas_json *list)
{
	const struct maas_json *v, *c;
	struct maas_span key, content;
	void *it = NULL;
	int64_t id;

	if (!list || maas_json_type(list) != MAAS_J_OBJECT)
		return 0;
	while ((it = maas_json_next(list, it, &key, &v))) {
		c = maas_json_type(v) == MAAS_J_OBJECT ? maas_json_get(v, "content") : NULL;
		if (!c || maas_json_text(c, &content) < 0 || maas_parse_int(key, &id) < 0)
			return maas_fail(
			    "added_tokens_decoder: '%.40s': expected an id and an object with content", key.s);
		if (maas_bpe_read_added(r, id, content, maas_bpe_read_how(v)) < 0)
			return maas_in("added_tokens_decoder");
	}
	return 0;
}

static int
read_config(struct bpe_read *r, const struct maas_json *config)
{
	const struct maas_json *v;
	int on = 0;

	if (maas_json_type(config) != MAAS_J_OBJECT)
		return maas_fail("expected an object");
	if ((v = maas_json_get(config, "add_prefix_space")) && maas_json_bool(v, &on) == 0 && on)
		return maas_fail("add_prefix_space is true; expected false");
	if ((v = maas_json_get(config, "add_bos_token")) && maas_json_bool(v, &on) == 0 && on)
		r->build.head.flags |= BPE_ADDS_BOS;
	if (read_added_decoder(r, maas_json_get(config, "added_tokens_decoder")) < 0)
		return -1;
	return maas_bpe_read_named(r, config);
}

/* What the optional files of the directory say of special tokens. */
static int
read_specials(struct bpe_read *r, const char *dir, struct maas_buf *path)
{
	static const char end_of_text[] = "<|endoftext|>";
	const struct maas_json *v = maas_json_get(r->vocab, end_of_text);
	struct maas_json *o;
	int64_t id;
	int rc = 0;

	if (load_optional(&o, dir, "tokenizer_config.json", path) < 0)
		return -1;
	if (o && read_config(r, o) < 0)
		rc = maas_in("%s", path->s);
	maas_json_free(o);
	if (rc < 0 || load_optional(&o, dir, "special_tokens_map.json", path) < 0)
		return -1;
	if (o && maas_bpe_read_named(r, o) < 0)
		rc = maas_in("%s", path->s);
	maas_json_free(o);
	if (rc == 0 && v && maas_json_int(v, &id) == 0)
		rc = maas_bpe_read_added(r, id, maas_span(end_of_text), BPE_SPECIAL);
	maas_bpe_build_guess(&r->build);
	return rc;
}

static struct maas_tokenizer *
load_pair(const char *dir, struct maas_buf *path)
{
	struct maas_tokenizer *t = NULL;
	struct maas_json *vocab;
	struct bpe_read r;

	if (path_in(path, dir, "vocab.json") < 0 || !(vocab = maas_json_load(path->s)))
		return NULL;
	if (maas_bpe_read_init(&r) < 0)
		goto out;
	if (maas_json_type(vocab) != MAAS_J_OBJECT) {
		maas_fail("%s: expected an object of ids", path->s);
		goto out;
	}
	r.vocab = vocab;
	if (read_specials(&r, dir, path) < 0)
		goto out;
	if (maas_bpe_read_vocab(&r, vocab) < 0) {
		maas_in("%s/vocab.json", dir);
		goto out;
	}
	if (path_in(path, dir, "merges.txt") < 0 || read_merges_txt(&r, path->s) < 0)
		goto out;
	if (!(t = maas_bpe_build_finish(&r.build)))
		maas_in("%s", path->s);
out:
	maas_bpe_read_free(&r);
	maas_json_free(vocab);
	return t;
}

/* Tokens that were added behind the vocabulary, by older versions of transformers. */
static int
read_added_json(struct bpe_read *r, const struct maas_json *o)
{
	const struct maas_json *v;
	struct maas_span key;
	void *it = NULL;
	int64_t id;

	if (maas_json_type(o) != MAAS_J_OBJECT)
		return maas_fail("expected an object of ids");
	while ((it = maas_json_next(o, it, &key, &v)))
		if (maas_json_int(v, &id) < 0)
			return maas_fail("'%.40s': expected an id", key.s);
		else if (maas_bpe_read_added(r, id, key, BPE_ADDED) < 0)
			return -1;
	return 0;
}

/* tokenizer_config.json beside a tokenizer.model. */
static int
read_llama_config(struct bpe_read *r, const struct maas_json *o)
{
	const struct maas_json *v;
	int on = 1;

	if (maas_json_type(o) != MAAS_J_OBJECT)
		return maas_fail("expected an object");
	if ((v = maas_json_get(o, "add_bos_token")) && maas_json_bool(v, &on) == 0 && !on)
		r->build.head.flags &= ~(uint32_t)BPE_ADDS_BOS;
	if ((v = maas_json_get(o, "add_eos_token")) && maas_json_bool(v, &on) == 0 && on)
		r->build.head.flags |= BPE_ADDS_EOS;
	return read_added_decoder(r, maas_json_get(o, "added_tokens_decoder"));
}

/* An optional file of the directory, read by what reads it. */
static int
read_beside(struct bpe_read *r, const char *dir, const char *name, struct maas_buf *path,
    int (*read)(struct bpe_read *, const struct maas_json *))
{
	struct maas_json *o;
	int rc = load_optional(&o, dir, name, path);

	if (rc == 0 && o && (rc = read(r, o)) < 0)
		maas_in("%s", path->s);
	maas_json_free(o);
	return rc;
}

/* file is tokenizer.model of the directory, if it is in one; by itself it says that BOS is added. */
static struct maas_tokenizer *
load_sentencepiece(const char *file, struct maas_span all, const char *dir, struct maas_buf *path)
{
	struct maas_tokenizer *t = NULL;
	struct bpe_read r;

	if (maas_bpe_read_init(&r) < 0)
		goto out;
	r.build.head.flags = BPE_ADDS_BOS;
	if (dir &&
	    (read_beside(&r, dir, "tokenizer_config.json", path, read_llama_config) < 0 ||
		read_beside(&r, dir, "added_tokens.json", path, read_added_json) < 0))
		goto out;
	for (size_t i = 0; i < r.build.ntoken; i++)
		r.build.token[i].kind &=
		    ~(unsigned)BPE_NORMALIZED; /* this reader's files are never normalised for them */
	if (maas_sentencepiece_read(&r, all) < 0) {
		maas_in("%s", file);
		goto out;
	}
	if (dir &&
	    (read_beside(&r, dir, "tokenizer_config.json", path, maas_bpe_read_named) < 0 ||
		read_beside(&r, dir, "special_tokens_map.json", path, maas_bpe_read_named) < 0))
		goto out;
	if (!(t = maas_bpe_build_finish(&r.build)))
		maas_in("%s", file);
out:
	maas_bpe_read_free(&r);
	return t;
}

static struct maas_tokenizer *
load_tiktoken(const char *file, struct maas_span all)
{
	struct maas_tokenizer *t = NULL;
	struct bpe_read r;

	if (maas_bpe_read_init(&r) == 0 && maas_tiktoken_read(&r, all, file) == 0 &&
	    !(t = maas_bpe_build_finish(&r.build)))
		maas_in("%s", file);
	maas_bpe_read_free(&r);
	return t;
}

/* tokenizer.model of a directory: Llama 3 calls a file of tiktoken so. */
static struct maas_tokenizer *
load_model_file(const char *file, const char *dir, struct maas_buf *path)
{
	struct maas_tokenizer *t;
	struct maas_span all;
	struct maas_map map;

	if (maas_map_open(&map, file) < 0)
		return NULL;
	all = (struct maas_span){ (const char *)map.p, map.n };
	t = maas_tiktoken_is(all) ? load_tiktoken(file, all) : load_sentencepiece(file, all, dir, path);
	maas_map_close(&map);
	return t;
}

static struct maas_tokenizer *
load_json(const char *file, const char *dir, struct maas_buf *path)
{
	struct maas_json *root = NULL, *config = NULL;
	struct maas_tokenizer *t = NULL;

	if (!(root = maas_json_load(file)))
		return NULL;
	if (!dir || load_optional(&config, dir, "tokenizer_config.json", path) == 0) {
		if (config && maas_json_type(config) != MAAS_J_OBJECT)
			maas_fail("%s: expected an object", path->s);
		else if (!(t = maas_bpe_read_json(root, config)))
			maas_in("%s", file);
	}
	maas_json_free(config);
	maas_json_free(root);
	return t;
}

/* A directory without files that can be read: whose it is, if it says so. */
static void
refuse_dir(const char *dir, struct maas_buf *path)
{
	static const struct {
		const char *file, *key;
	} says[] = { { "tokenizer_config.json", "tokenizer_class" }, { "config.json", "model_type" } };
	static const char none[] = "no tokenizer.json, no vocab.json and merges.txt, no tokenizer.model";
	struct maas_json *o;
	struct maas_span name = { NULL, 0 };

	for (size_t i = 0; i < MAAS_COUNT(says) && !name.s; i++) {
		if (load_optional(&o, dir, says[i].file, path) < 0)
			return;
		if (o && maas_json_type(o) == MAAS_J_OBJECT && maas_json_get(o, says[i].key) &&
		    maas_json_text(maas_json_get(o, says[i].key), &name) == 0)
			maas_fail_as(MAAS_NOINPUT, "%s: %s, which are what can be read; by %s %s is %.*s", dir, none,
			    says[i].file, says[i].key, (int)(name.n < 60 ? name.n : 60), name.s);
		maas_json_free(o);
	}
	if (!name.s)
		maas_fail_as(MAAS_NOINPUT, "%s: %s", dir, none);
}

static struct maas_tokenizer *
load_dir(const char *dir, struct maas_buf *path)
{
	struct maas_buf file = { 0 }, file_model = { 0 };
	struct maas_tokenizer *t = NULL;

	if (path_in(&file, dir, "tokenizer.json") < 0)
		return NULL;
	if (there(file.s)) {
		t = load_json(file.s, dir, path);
	} else if (path_in(path, dir, "vocab.json") == 0 && there(path->s)) {
		t = load_pair(dir, path);
	} else if (path_in(&file_model, dir, "tokenizer.model") == 0 && there(file_model.s)) {
		t = load_model_file(file_model.s, dir, path);
	} else {
		refuse_dir(dir, path);
	}
	maas_buf_free(&file_model);
	maas_buf_free(&file);
	return t;
}

/* What was compiled lies in somebody's file: it is copied. */
static struct maas_tokenizer *
open_copy(struct maas_span data)
{
	struct maas_tokenizer *t;
	char *own = maas_alloc(data.n, 1);

	if (!own)
		return NULL;
	memcpy(own, data.s, data.n);
	if (!(t = maas_tokenizer_open((struct maas_span){ own, data.n }))) {
		free(own);
		return NULL;
	}
	t->own = own;
	return t;
}

struct maas_tokenizer *
maas_tokenizer_carried(const struct maas_tensors *x, const char *path)
{
	const struct maas_tensor *part = maas_tensors_find(x, "maas.tokenizer");
	struct maas_tokenizer *t = NULL;

	if (!part)
		maas_fail("%s: this model carries no tokeniser", path);
	else if (!(t = open_copy((struct maas_span){ part->data, part->bytes })))
		maas_in("%s", path);
	return t;
}

static struct maas_tokenizer *
load_model(const char *path)
{
	struct maas_tensors *x = maas_tensors_open(path);
	struct maas_tokenizer *t = x ? maas_tokenizer_carried(x, path) : NULL;

	maas_tensors_close(x);
	return t;
}

static struct maas_tokenizer *
load_file(const char *path, struct maas_buf *scratch)
{
	struct maas_tokenizer *t = NULL;
	struct maas_map map;
	size_t i = 0;

	if (maas_map_open(&map, path) < 0)
		return NULL;
	while (i < map.n && memchr(" \t\r\n", map.p[i], 4))
		i++;
	if (map.n >= sizeof BPE_MAGIC - 1 && !memcmp(map.p, BPE_MAGIC, sizeof BPE_MAGIC - 1)) {
		if (!(t = open_copy((struct maas_span){ (const char *)map.p, map.n })))
			maas_in("%s", path);
	} else if (i < map.n && map.p[i] == '{') {
		t = load_json(path, NULL, scratch);
	} else if ((map.n > 8 && map.p[8] == '{') || maas_sealed_is((struct maas_span){ (const char *)map.p, map.n })) {
		t = load_model(path);
	} else if (map.n && map.p[0] == 0x0A) { /* the first piece of a ModelProto */
		t = load_sentencepiece(path, (struct maas_span){ (const char *)map.p, map.n }, NULL, scratch);
	} else if (maas_tiktoken_is((struct maas_span){ (const char *)map.p, map.n })) {
		t = load_tiktoken(path, (struct maas_span){ (const char *)map.p, map.n });
	} else {
		maas_fail(
		    "%s: no tokeniser; expected tokenizer.json, tokenizer.model, ranks of tiktoken, a directory of one, or a "
		    "model that carries one",
		    path);
	}
	maas_map_close(&map);
	return t;
}

struct maas_tokenizer *
maas_tokenizer_load(const char *path)
{
	struct maas_buf scratch = { 0 };
	struct maas_tokenizer *t;
	struct stat st;

	t = stat(path, &st) == 0 && S_ISDIR(st.st_mode) ? load_dir(path, &scratch) : load_file(path, &scratch);
	maas_buf_free(&scratch);
	return t;
}
