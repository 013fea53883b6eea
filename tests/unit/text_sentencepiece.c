/* Models of SentencePiece: the ids and texts it makes itself (scripts/make-golden-sentencepiece), the same through
 * every form a tokeniser is kept in, and bytes that are no model. */
#include <stdlib.h>
#include <unistd.h>

#include "maas/fmt.h"
#include "maas/text.h"
#include "../test.h"

static const char *
data(const char *name, const char *suffix)
{
	static char path[4096];

	snprintf(path, sizeof path, "%s/%s%s", getenv("DATA") ? getenv("DATA") : "tests/data", name, suffix);
	return path;
}

static int
same_ids(const struct maas_ids *ids, const struct maas_json *want)
{
	int64_t id;

	if (ids->n != maas_json_size(want))
		return 0;
	for (size_t i = 0; i < ids->n; i++)
		if (maas_json_int(maas_json_at(want, i), &id) < 0 || id != ids->id[i])
			return 0;
	return 1;
}

/* A text whole, and in two parts. */
static int
encodes(struct maas_encoder *e, struct maas_span text, const struct maas_json *want)
{
	struct maas_ids ids = { 0 };
	size_t cut = maas_encoder_cut(e, text);
	int right = maas_encode(e, text, &ids) == 0 && same_ids(&ids, want);

	ids.n = 0;
	if (cut)
		right &= maas_encode(e, (struct maas_span){ text.s, cut }, &ids) == 0 &&
		    maas_encode_rest(e, (struct maas_span){ text.s + cut, text.n - cut }, &ids) == 0 &&
		    same_ids(&ids, want);
	maas_ids_free(&ids);
	return right;
}

/* All ids at once, and one after the other. */
static int
decodes(const struct maas_tokenizer *t, const struct maas_json *list, struct maas_span want)
{
	struct maas_buf all = { 0 }, each = { 0 };
	struct maas_ids ids = { 0 };
	int begun = 0, right = 1;

	for (size_t i = 0; i < maas_json_size(list); i++) {
		int64_t v = -1;
		int32_t id;

		right &= maas_json_int(maas_json_at(list, i), &v) == 0 &&
		    maas_grow(&ids.id, ids.n, &ids.cap, 1, sizeof *ids.id) == 0;
		ids.id[ids.n++] = id = (int32_t)v;
		right &= maas_decode_next(t, &begun, &id, 1, 1, &each) == 0;
	}
	right &= maas_decode(t, ids.id, ids.n, 1, &all) == 0 && all.n == want.n && each.n == want.n &&
	    (!want.n || (!memcmp(all.s, want.s, want.n) && !memcmp(each.s, want.s, want.n)));
	maas_buf_free(&all);
	maas_buf_free(&each);
	maas_ids_free(&ids);
	return right;
}

static void
compare(const struct maas_tokenizer *t, const char *name, const char *how)
{
	struct maas_input *in = maas_input_open(data(name, ".jsonl"), NULL);
	struct maas_encoder *e = t ? maas_encoder_new(t, 0) : NULL;
	size_t n = 0, encoded = 0, decoded = 0;
	struct maas_span line, text, back;

	if (!in || !e) {
		ok(0, "%s: %s", name, maas_error());
		return;
	}
	while (maas_input_line(in, &line, NULL) > 0) {
		struct maas_json *o = maas_json_parse(line);
		const struct maas_json *v = o ? maas_json_get(o, "ids") : NULL;

		n++;
		if (!v || maas_json_text(maas_json_get(o, "text"), &text) < 0)
			break;
		encoded += (size_t)encodes(e, text, v);
		if (!maas_json_get(o, "back"))
			decoded++;
		else if (maas_json_text(maas_json_get(o, "back"), &back) == 0)
			decoded += (size_t)decodes(t, v, back);
		maas_json_free(o);
	}
	ok(n == 101 && encoded == n, "%s%s: %zu of %zu encoded", name, how, encoded, n);
	ok(decoded == n, "%s%s: %zu of %zu decoded", name, how, decoded, n);
	maas_encoder_free(e);
	maas_input_close(in);
}

static void
model(const char *name, int writes)
{
	struct maas_tokenizer *t = maas_tokenizer_load(data(name, ".model")), *u = NULL;
	struct maas_buf b = { 0 };
	char path[] = "/tmp/maas-spm-XXXXXX";
	int fd = mkstemp(path);

	compare(t, name, "");
	ok(t && maas_tokenizer_compile(t, &b) == 0 && (u = maas_tokenizer_open((struct maas_span){ b.s, b.n })) &&
		maas_tokenizer_digest(u) == maas_tokenizer_digest(t),
	    "%s: compiled", name);
	compare(u, name, ", compiled");
	maas_tokenizer_free(u);
	if (writes) {
		u = maas_tokenizer_save(t, path, 0) == 0 ? maas_tokenizer_load(path) : NULL;
		compare(u, name, ", as tokenizer.json");
		ok(u && maas_token_unk(u) == 0 && maas_token_bos(u) == 1 && maas_token_eos(u) == 2 &&
			maas_tokenizer_adds_bos(u),
		    "%s: its tokens", name);
		maas_tokenizer_free(u);
	} else {
		ok(maas_tokenizer_save(t, path, 0) < 0, "%s: refused: %s", name, strstr(maas_error(), "this"));
	}
	close(fd);
	unlink(path);
	maas_buf_free(&b);
	maas_tokenizer_free(t);
}

/* What is no UTF-8 is kept where bytes have tokens; a run without a blank takes no time in its square. */
static void
rough(void)
{
	struct maas_tokenizer *t = maas_tokenizer_load(data("spm-bytes", ".model"));
	struct maas_encoder *e = t ? maas_encoder_new(t, 0) : NULL;
	static const char bytes[] = "the \xFF\xFE bell\xE4\xBD \xED\xA0\x80\0end\xC3";
	struct maas_ids ids = { 0 };
	struct maas_buf back = { 0 }, big = { 0 };

	ok(e && maas_encode(e, (struct maas_span){ bytes, sizeof bytes - 1 }, &ids) == 0, "encodes bytes");
	ok(maas_decode(t, ids.id, ids.n, 0, &back) == 0 && back.n == sizeof bytes - 1 && !memcmp(back.s, bytes, back.n),
	    "and gives them back");
	for (size_t i = 0; i < 1 << 20; i++)
		if (maas_buf_add(&big, &"thebel"[i * i % 5], 1) < 0)
			break;
	ids.n = back.n = 0;
	ok(maas_encode(e, (struct maas_span){ big.s, big.n }, &ids) == 0 && ids.n > 1 << 18 &&
		maas_decode(t, ids.id, ids.n, 0, &back) == 0 && back.n == big.n && !memcmp(back.s, big.s, big.n),
	    "a line of a million letters: %zu ids", ids.n);
	maas_buf_free(&back);
	maas_buf_free(&big);
	maas_ids_free(&ids);
	maas_encoder_free(e);
	maas_tokenizer_free(t);
}

static int
opens(const char *path, const struct maas_buf *b, size_t n)
{
	struct maas_tokenizer *t;
	FILE *f = fopen(path, "w");
	int rc;

	fwrite(b->s, 1, n, f);
	fclose(f);
	t = maas_tokenizer_load(path);
	rc = t ? 1 : *maas_error() ? 0 : -1;
	maas_tokenizer_free(t);
	return rc;
}

static void
hostile(void)
{
	struct maas_input *in = maas_input_open(data("spm-bare", ".model"), NULL);
	char path[] = "/tmp/maas-spm-XXXXXX";
	struct maas_buf b = { 0 };
	size_t silent = 0, opened = 0;
	int fd = mkstemp(path);

	ok(in && maas_input_all(in, &b) == 0 && b.n > 1000, "%zu bytes", b.n);
	for (size_t n = 0; n < b.n - 400; n += 7)
		opened += opens(path, &b, n) != 0;
	ok(opened == 0, "cut before its specification, it is refused");
	for (size_t i = 0; i < b.n; i++) {
		b.s[i] ^= 0x41;
		silent += opens(path, &b, b.n) < 0;
		b.s[i] ^= 0x41;
	}
	ok(silent == 0, "any byte changed: refused, or a tokeniser");
	close(fd);
	unlink(path);
	maas_buf_free(&b);
	maas_input_close(in);
}

int
main(void)
{
	model("spm-bytes", 1);
	model("spm-bare", 1);
	model("spm-plain", 0);
	model("spm-words", 0);
	rough();
	hostile();
	return done();
}
