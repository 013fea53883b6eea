/* The tokens a language model learns from: text and token files, one behind the other; pairs are in pairs.c. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "corpus.h"

#define CHUNK (4 << 20) /* bytes of text that are tokenised at once */

struct maas_corpus *
maas_corpus_new(const struct maas_tokenizer *tok, int parse_special)
{
	struct maas_corpus *c = maas_alloc(1, sizeof *c);
	size_t vocab = maas_tokenizer_size(tok);

	if (!c)
		return NULL;
	c->tok = tok;
	c->narrow = vocab <= 65536;
	c->bounds = (struct maas_pair_bounds){ .context = SIZE_MAX - 1, .end = maas_token_eos(tok) };
	maas_sha256_begin(&c->files);
	if (!(c->enc = maas_encoder_new(tok, parse_special)) || !(c->length = maas_alloc(vocab + 1, 1))) {
		maas_corpus_free(c);
		return NULL;
	}
	for (size_t i = 0; i < vocab; i++) {
		size_t n = maas_token_bytes(tok, (int32_t)i).n;

		if (!maas_token_special(tok, (int32_t)i)) /* which stands for no text */
			c->length[i] = (unsigned char)(n < 255 ? n : 255);
	}
	return c;
}

void
maas_corpus_free(struct maas_corpus *c)
{
	if (!c)
		return;
	maas_encoder_free(c->enc);
	if (c->is_mapped)
		maas_tokens_close(&c->mapped);
	free(c->half);
	free(c->whole);
	free(c->length);
	free(c->pair);
	free(c);
}

int
corpus_append(struct maas_corpus *c, const int32_t *id, size_t n)
{
	if (c->narrow) {
		if (maas_grow(&c->half, c->n, &c->cap, n, sizeof *c->half))
			return -1;
		for (size_t i = 0; i < n; i++)
			c->half[c->n + i] = (uint16_t)id[i];
	} else {
		if (maas_grow(&c->whole, c->n, &c->cap, n, sizeof *c->whole))
			return -1;
		memcpy(c->whole + c->n, id, n * sizeof *id);
	}
	c->n += n;
	return 0;
}

static int
append_tokens(struct maas_corpus *c, const struct maas_tokens *t)
{
	int32_t id[1024];

	for (size_t i = 0; i < t->n;) {
		size_t n = 0;

		while (n < MAAS_COUNT(id) && i < t->n)
			id[n++] = maas_tokens_at(t, i++);
		if (corpus_append(c, id, n))
			return -1;
	}
	return 0;
}

/* Was it made by our tokeniser, as far as it says, and are its ids all ours? */
static int
check_tokens(const struct maas_corpus *c, const struct maas_tokens *t)
{
	uint64_t ours = maas_tokenizer_digest(c->tok);

	if (t->digest && t->digest != ours)
		return maas_fail("made by another tokeniser (digest %016llx, ours is %016llx; see --tokenizer)",
		    (unsigned long long)t->digest, (unsigned long long)ours);
	return maas_tokens_check(t, maas_tokenizer_size(c->tok));
}

/* The only input stays where it is: what was mapped before is taken in. */
static int
take_mapped_in(struct maas_corpus *c)
{
	if (!c->is_mapped)
		return 0;
	if (append_tokens(c, &c->mapped))
		return -1;
	maas_tokens_close(&c->mapped);
	c->is_mapped = 0;
	return 0;
}

static int
add_token_file(struct maas_corpus *c, const char *path)
{
	struct maas_tokens t;
	int rc = -1;

	if (maas_tokens_open(&t, path))
		return -1;
	if (check_tokens(c, &t)) {
		maas_in("%s", path);
	} else if (!c->n && !c->is_mapped) {
		c->mapped = t;
		c->is_mapped = 1;
		return 0;
	} else {
		rc = append_tokens(c, &t);
	}
	maas_tokens_close(&t);
	return rc;
}

static int
add_token_stream(struct maas_corpus *c, struct maas_input *in)
{
	struct maas_buf all = { 0 };
	struct maas_tokens t;
	int rc = -1;

	if (maas_input_all(in, &all))
		goto end;
	if (maas_tokens_parse(&t, (struct maas_span){ all.s, all.n }) || check_tokens(c, &t))
		maas_in("%s", maas_input_name(in));
	else
		rc = append_tokens(c, &t);
end:
	maas_buf_free(&all);
	return rc;
}

static int
encode(struct maas_corpus *c, struct maas_span text, int rest, struct maas_ids *ids)
{
	ids->n = 0;
	return (rest ? maas_encode_rest : maas_encode)(c->enc, text, ids) || corpus_append(c, ids->id, ids->n) ? -1 : 0;
}

static int
append_special(struct maas_corpus *c, int wanted, int32_t id)
{
	return wanted && id >= 0 ? corpus_append(c, &id, 1) : 0;
}

/* A text of any length: what is tokenised ends where no token can reach over. */
static int
add_text(struct maas_corpus *c, struct maas_input *in)
{
	struct maas_ids ids = { 0 };
	struct maas_buf text = { 0 };
	size_t want = CHUNK, cut;
	long got = 0;
	int rc = -1, rest = 0;

	if (append_special(c, maas_tokenizer_adds_bos(c->tok), maas_token_bos(c->tok)))
		goto end;
	for (;;) {
		while (text.n < want) {
			if (maas_grow(&text.s, text.n, &text.cap, 65537, 1) ||
			    (got = maas_input_read(in, text.s + text.n, 65536)) < 0)
				goto end;
			if (!got)
				break;
			text.n += (size_t)got;
		}
		if (text.n < want)
			break;
		cut = maas_encoder_cut(c->enc, (struct maas_span){ text.s, text.n });
		if (cut) {
			if (encode(c, (struct maas_span){ text.s, cut }, rest, &ids))
				goto end;
			rest = 1;
			memmove(text.s, text.s + cut, text.n - cut);
			text.n -= cut;
		}
		want = text.n + CHUNK;
	}
	if (encode(c, (struct maas_span){ text.n ? text.s : "", text.n }, rest, &ids) ||
	    append_special(c, maas_tokenizer_adds_eos(c->tok), maas_token_eos(c->tok)))
		goto end;
	rc = 0;
end:
	if (rc)
		maas_in("%s", maas_input_name(in));
	maas_ids_free(&ids);
	maas_buf_free(&text);
	return rc;
}

/* Lines of ids parted by blanks. */
static int
add_ids(struct maas_corpus *c, struct maas_input *in)
{
	struct maas_span line;
	int more;

	while ((more = maas_input_line(in, &line, NULL)) > 0)
		for (const char *s = line.s, *end = line.s + line.n; s < end;) {
			size_t n = 0;
			int64_t v;
			int32_t id;

			while (s + n < end && s[n] != ' ' && s[n] != '\r')
				n++;
			if (n &&
			    (maas_parse_int((struct maas_span){ s, n }, &v) || v < 0 ||
				v >= (int64_t)maas_tokenizer_size(c->tok)))
				return maas_fail("%s:%zu: '%.*s' is no token id below %zu", maas_input_name(in),
				    maas_input_lines(in), (int)(n < 40 ? n : 40), s, maas_tokenizer_size(c->tok));
			if (n && (id = (int32_t)v, corpus_append(c, &id, 1)))
				return -1;
			s += n + 1;
		}
	return more;
}

static int
ends_in(const char *s, const char *end)
{
	size_t n = strlen(s), m = strlen(end);

	return n >= m && !strcmp(s + n - m, end);
}

/* By the first bytes; a token file without a head, and what else may begin JSON lines, by its name.  -1 on error. */
static int
recognise(const char *path, struct maas_input *in)
{
	struct maas_span head;

	if (maas_input_peek(in, 1024, &head))
		return -1;
	if (maas_tokens_is(head) || ends_in(path, ".bin"))
		return MAAS_CORPUS_TOKENS;
	if (corpus_unmarked(head).n && corpus_unmarked(head).s[0] == '{')
		return MAAS_CORPUS_PAIRS;
	return ends_in(path, ".jsonl") || ends_in(path, ".jsonl.gz") ? MAAS_CORPUS_PAIRS : MAAS_CORPUS_TEXT;
}

/* What is learnt of pairs and what is learnt of text are not weighed against each other. */
static int
check_mixture(const struct maas_corpus *c, struct maas_input *in, int how)
{
	int is_text = maas_corpus_size(c) > 0 && !c->npair;

	if (how == MAAS_CORPUS_PAIRS ? !is_text : !c->npair)
		return 0;
	return maas_fail("%s: %s, and what came before is %s: one or the other", maas_input_name(in),
	    is_text ? "pairs" : "text", is_text ? "text" : "pairs");
}

int
maas_corpus_add(struct maas_corpus *c, const char *path, enum maas_corpus_format format, const char *encoding)
{
	struct maas_input *in;
	int how = (int)format, rc = -1;

	if (take_mapped_in(c) || !(in = maas_input_open(path, encoding)))
		return -1;
	maas_input_digest(in, &c->files);
	if (how == MAAS_CORPUS_AUTO)
		how = recognise(path, in);
	if (how != MAAS_CORPUS_PAIRS)
		maas_input_digest(in, NULL);
	if (how >= 0 && check_mixture(c, in, how))
		how = -1;
	if (how == MAAS_CORPUS_TOKENS) {
		struct stat st;

		/* What cannot be mapped is read into memory. */
		if (!strcmp(path, "-") || ends_in(path, ".gz") || stat(path, &st) || !S_ISREG(st.st_mode))
			rc = add_token_stream(c, in);
		else
			rc = add_token_file(c, path);
	} else if (how == MAAS_CORPUS_TEXT) {
		rc = add_text(c, in);
	} else if (how == MAAS_CORPUS_IDS) {
		rc = add_ids(c, in);
	} else if (how == MAAS_CORPUS_PAIRS) {
		rc = corpus_add_pairs(c, in);
	}
	maas_input_close(in);
	return rc;
}

size_t
maas_corpus_size(const struct maas_corpus *c)
{
	return c->is_mapped ? c->mapped.n : c->n;
}

int32_t
maas_corpus_at(const struct maas_corpus *c, size_t i)
{
	return c->is_mapped ? maas_tokens_at(&c->mapped, i) : c->narrow ? c->half[i] : c->whole[i];
}

static size_t
bytes_of(const struct maas_corpus *c, size_t i)
{
	int32_t id = maas_corpus_at(c, i);

	return c->length[id] < 255 ? c->length[id] : maas_token_bytes(c->tok, id).n;
}

double
maas_corpus_bytes(const struct maas_corpus *c, size_t begin, size_t end)
{
	double n = 0;

	for (size_t i = begin; i < end; i++)
		n += (double)bytes_of(c, i);
	return n;
}

size_t
maas_corpus_cut(const struct maas_corpus *c, double share)
{
	size_t n = maas_corpus_size(c), i = n;
	double want = share * maas_corpus_bytes(c, 0, n), have = 0;

	while (i && have + (double)bytes_of(c, i - 1) <= want)
		have += (double)bytes_of(c, --i);
	return i;
}

void
maas_corpus_sha256(const struct maas_corpus *c, char hex[65])
{
	size_t n = maas_corpus_size(c), have = 0;
	struct maas_sha256 digest;
	char block[1 << 14];

	if (c->npair) {
		digest = c->files;
		maas_sha256_end(&digest, hex);
		return;
	}
	maas_sha256_begin(&digest);
	for (size_t i = 0; i < n; i++) {
		struct maas_span s = maas_token_bytes(c->tok, maas_corpus_at(c, i));

		if (have + s.n > sizeof block) {
			maas_sha256_add(&digest, block, have);
			have = 0;
		}
		if (s.n > sizeof block) {
			maas_sha256_add(&digest, s.s, s.n);
		} else {
			memcpy(block + have, s.s, s.n);
			have += s.n;
		}
	}
	maas_sha256_add(&digest, block, have);
	maas_sha256_end(&digest, hex);
}

uint64_t
maas_corpus_digest(const struct maas_corpus *c)
{
	uint64_t digest = maas_tokenizer_digest(c->tok);
	size_t n = maas_corpus_size(c);
	int32_t id[4096];

	for (size_t i = 0; i < n;) {
		size_t k = 0;

		while (k < MAAS_COUNT(id) && i < n)
			id[k++] = maas_corpus_at(c, i++);
		digest = maas_hash(id, k * sizeof *id, digest);
	}
	for (size_t i = 0; i < c->npair; i++) {
		uint64_t at[3] = { c->pair[i].begin, c->pair[i].said, c->pair[i].end };

		digest = maas_hash(at, sizeof at, digest);
	}
	return digest;
}
