/*
 * tokenizer_json -- tokenizer.json, as Hugging Face's tokenizers reads and writes it.
 *
 * What would change ids and is not known here is refused by name; what concerns offsets,
 * padding and truncation is let pass.
 */
#include <string.h>

#include "bpe_read.h"

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
		id = maas_bpe_build_find(&r->build, bpe_json_text(special, "id"));
		if (id < 0 || (h->flags & bit))
			return maas_fail(
			    "post_processor: TemplateProcessing: '%.40s' is one token too many, or not an added one",
			    bpe_json_text(special, "id").s);
		h->flags |= bit;
		*(seen ? &h->eos : &h->bos) = id;
	}
	return 0;
}

static int
read_post_processor(struct bpe_read *r, const struct maas_json *o, int inner)
{
	const struct maas_json *list;

	if (bpe_json_null(o) || bpe_json_type(o, "ByteLevel"))
		return 0;
	if (bpe_json_type(o, "TemplateProcessing"))
		return read_template(r, o);
	if (!bpe_json_type(o, "Sequence") || inner)
		return bpe_json_unknown("post_processor", o, "ByteLevel or TemplateProcessing");
	list = maas_json_get(o, "processors");
	for (size_t i = 0; list && maas_json_type(list) == MAAS_J_LIST && i < maas_json_size(list); i++)
		if (read_post_processor(r, maas_json_at(list, i), 1) < 0)
			return -1;
	return 0;
}

unsigned
maas_bpe_read_how(const struct maas_json *o)
{
	static const struct {
		const char *key;
		unsigned bit;
	} how[] = { { "single_word", BPE_SINGLE_WORD }, { "lstrip", BPE_LSTRIP }, { "rstrip", BPE_RSTRIP } };
	int special = bpe_json_flag(o, "special", 0);
	unsigned kind = special ? BPE_SPECIAL : BPE_ADDED;

	for (size_t i = 0; i < MAAS_COUNT(how); i++)
		kind |= bpe_json_flag(o, how[i].key, 0) ? how[i].bit : 0;
	return bpe_json_flag(o, "normalized", !special) ? kind | BPE_NORMALIZED : kind;
}

static int
read_added(struct bpe_read *r, const struct maas_json *list)
{
	if (bpe_json_null(list))
		return 0;
	if (maas_json_type(list) != MAAS_J_LIST)
		return maas_fail("added_tokens: expected a list");
	for (size_t i = 0; i < maas_json_size(list); i++) {
		const struct maas_json *o = maas_json_at(list, i), *k;
		int64_t id;

		k = maas_json_type(o) == MAAS_J_OBJECT ? maas_json_get(o, "id") : NULL;
		if (!k || maas_json_int(k, &id) < 0)
			return maas_fail("added_tokens: %zu: expected an object with an id", i + 1);
		if (maas_bpe_read_added(r, id, bpe_json_text(o, "content"), maas_bpe_read_how(o)) < 0)
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

	for (size_t i = 0; i < MAAS_COUNT(empty); i++)
		if (bpe_json_text(o, empty[i]).n)
			return maas_fail("model: %s is '%.40s'; expected none", empty[i], bpe_json_text(o, empty[i]).s);
	if ((v = maas_json_get(o, "dropout")) && !bpe_json_null(v) && (maas_json_real(v, &drop) < 0 || drop != 0))
		return maas_fail("model: dropout; expected none: ids would be drawn by lot");
	unk = bpe_json_text(o, "unk_token");
	if (unk.n && bpe_json_flag(o, "fuse_unk", 0)) {
		if (!(r->build.head.form & BPE_CHARS))
			return maas_fail("model: fuse_unk is true; expected false beside ByteLevel");
		r->build.head.form |= BPE_FUSE;
	}
	if (bpe_json_flag(o, "ignore_merges", 0))
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

/* What is around a model of another type is of no interest. */
static int
check_model(const struct maas_json *root)
{
	const struct maas_json *model = maas_json_type(root) == MAAS_J_OBJECT ? maas_json_get(root, "model") : NULL;

	if (!model)
		return maas_fail("no tokenizer.json: expected an object with a model");
	if (maas_json_type(model) != MAAS_J_OBJECT)
		return maas_fail("model: expected an object");
	return maas_json_get(model, "type") && !bpe_json_type(model, "BPE") ? bpe_json_unknown("model", model, "BPE")
									    : 0;
}

static int
read_all(struct bpe_read *r, const struct maas_json *root, const struct maas_json *config)
{
	if (check_model(root) < 0)
		return -1;
	if (maas_bpe_read_steps(&r->build.head, root) < 0 || read_added(r, maas_json_get(root, "added_tokens")) < 0 ||
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
