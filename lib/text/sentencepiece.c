/*
 * sentencepiece -- tokenizer.model, a ModelProto of SentencePiece, with BPE (Kudo & Richardson 2018).
 *
 * Its BPE joins two neighbours whenever what they make is a piece, the piece of the highest score first, of
 * equal ones the leftmost: so every way to part a piece into two pieces is a merge, and merges of equal
 * scores are of the same rank.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bpe_read.h"
#include "protobuf.h"

enum { NORMAL = 1, UNKNOWN, CONTROL, USER_DEFINED, UNUSED, BYTE };
enum { UNIGRAM = 1, BPE, WORD, CHAR };

struct model {
	struct bpe_read *r;
	int64_t type, bos, eos;
	int fallback, prefix, squeeze, escape, suffix, bytes;
	struct maas_span normalizer;
	size_t charsmap;
	uint32_t n; /* pieces so far */
};

/* A number of two's complement. */
static int64_t
whole(const struct protobuf_field *f)
{
	return f->type ? -1 : (int64_t)f->value;
}

static int
read_trainer(struct model *m, struct maas_span s)
{
	struct protobuf in = { (const unsigned char *)s.s, (const unsigned char *)s.s + s.n };
	struct protobuf_field f;
	int rc;

	while ((rc = protobuf_next(&in, &f)) > 0)
		switch (f.number) {
		case 3: m->type = whole(&f); break;
		case 24: m->suffix = whole(&f) != 0; break;
		case 35: m->fallback = whole(&f) != 0; break;
		case 41: m->bos = whole(&f); break;
		case 42: m->eos = whole(&f); break;
		default: break;
		}
	return rc < 0 ? maas_in("trainer_spec") : 0;
}

static int
read_normalizer(struct model *m, struct maas_span s)
{
	struct protobuf in = { (const unsigned char *)s.s, (const unsigned char *)s.s + s.n };
	struct protobuf_field f;
	int rc;

	while ((rc = protobuf_next(&in, &f)) > 0)
		switch (f.number) {
		case 1: m->normalizer = f.bytes; break;
		case 2: m->charsmap = f.bytes.n; break;
		case 3: m->prefix = whole(&f) != 0; break;
		case 4: m->squeeze = whole(&f) != 0; break;
		case 5: m->escape = whole(&f) != 0; break;
		default: break;
		}
	return rc < 0 ? maas_in("normalizer_spec") : 0;
}

static int
read_denormalizer(struct maas_span s)
{
	struct protobuf in = { (const unsigned char *)s.s, (const unsigned char *)s.s + s.n };
	struct protobuf_field f;
	int rc;

	while ((rc = protobuf_next(&in, &f)) > 0)
		if (f.number == 2 && f.bytes.n)
			return maas_fail("denormalizer_spec: a map of characters; expected none");
	return rc < 0 ? maas_in("denormalizer_spec") : 0;
}

/* What can be asked before the pieces are read. */
static int
read_specs(struct model *m, struct maas_span all)
{
	static const char *const types[] = { "none", "Unigram", "BPE", "word", "char" };
	struct protobuf in = { (const unsigned char *)all.s, (const unsigned char *)all.s + all.n };
	struct protobuf_field f;
	int rc;

	while ((rc = protobuf_next(&in, &f)) > 0)
		if ((f.number == 2 && f.type == 2 && read_trainer(m, f.bytes) < 0) ||
		    (f.number == 3 && f.type == 2 && read_normalizer(m, f.bytes) < 0) ||
		    (f.number == 5 && f.type == 2 && read_denormalizer(f.bytes) < 0))
			return -1;
	if (rc < 0)
		return -1;
	if (m->type != BPE)
		return maas_fail("a model of type %s; expected BPE",
		    m->type >= UNIGRAM && m->type <= CHAR ? types[m->type] : "unknown");
	if (m->charsmap)
		return maas_fail("normalizer_spec: '%.*s', a map of characters; expected identity",
		    (int)(m->normalizer.n < 40 ? m->normalizer.n : 40), m->normalizer.s);
	if (!m->escape)
		return maas_fail("normalizer_spec: escape_whitespaces is false; expected true");
	if (m->suffix)
		return maas_fail("trainer_spec: treat_whitespace_as_suffix is true; expected false");
	return 0;
}

/* The kind of a piece, and what is its text here: to, or s itself. */
static int
kind_of(struct model *m, int64_t type, struct maas_span s, unsigned *kind, struct maas_span *text)
{
	struct maas_buf *b = &m->r->key;

	*text = s;
	*kind = BPE_SPECIAL;
	switch (type) {
	case CONTROL: return 0;
	case UNKNOWN:
		if (m->r->build.head.unk >= 0)
			return maas_fail("a second unknown piece; expected one");
		m->r->build.head.unk = (int32_t)m->n;
		return 0;
	case NORMAL:
	case USER_DEFINED:
	case BYTE: break;
	case UNUSED: return maas_fail("an unused piece; expected none: they would be merged and parted again");
	default: return maas_fail("a piece of type %lld", (long long)type);
	}
	if (maas_bpe_unspell_chars(b, s, type == BYTE ? BPE_FALLBACK : 0, kind) < 0)
		return -1;
	*text = (struct maas_span){ b->s, b->n };
	if (type == BYTE && (*kind != BPE_BYTE || !m->fallback))
		return maas_fail(
		    "a byte piece; expected %s", m->fallback ? "<0x00> to <0xFF>" : "byte_fallback to be true");
	m->bytes += type == BYTE;
	if (type == USER_DEFINED)
		*kind = BPE_ADDED | BPE_NORMALIZED | BPE_BARE;
	return 0;
}

static int
add_piece(struct model *m, struct maas_span bytes)
{
	struct protobuf in = { (const unsigned char *)bytes.s, (const unsigned char *)bytes.s + bytes.n };
	struct maas_span s = { "", 0 }, text = { "", 0 };
	struct protobuf_field f;
	int64_t type = NORMAL;
	uint32_t bits = 0;
	unsigned kind;
	float score;
	int rc;

	while ((rc = protobuf_next(&in, &f)) > 0)
		if (f.number == 1 && f.type == 2)
			s = f.bytes;
		else if (f.number == 2 && f.type == 5)
			bits = (uint32_t)f.value;
		else if (f.number == 3)
			type = whole(&f);
	if (rc < 0)
		return -1;
	memcpy(&score, &bits, sizeof score);
	if (!s.n || !maas_utf8_good(s) || isnan(score))
		return maas_fail("a piece %s",
		    !s.n               ? "without text"
			: isnan(score) ? "with a score of NaN"
				       : "of no UTF-8");
	if (kind_of(m, type, s, &kind, &text) < 0 || maas_bpe_read_scored(m->r, m->n, kind, text, -score) < 0)
		return -1;
	m->n++;
	return 0;
}

static int32_t
control(const struct model *m, int64_t id)
{
	const struct bpe_build *b = &m->r->build;

	for (size_t i = 0; id >= 0 && i < b->ntoken; i++)
		if (b->token[i].id == id && (b->token[i].kind & BPE_KIND) == BPE_SPECIAL)
			return (int32_t)id;
	return -1;
}

int
maas_sentencepiece_read(struct bpe_read *r, struct maas_span all)
{
	struct protobuf in = { (const unsigned char *)all.s, (const unsigned char *)all.s + all.n };
	struct model m = { .r = r, .type = UNIGRAM, .bos = 1, .eos = 2, .prefix = 1, .squeeze = 1, .escape = 1 };
	struct bpe_head *h = &r->build.head;
	struct protobuf_field f;
	int rc;

	if (read_specs(&m, all) < 0)
		return -1;
	while ((rc = protobuf_next(&in, &f)) > 0)
		if (f.number == 1 && f.type == 2 && add_piece(&m, f.bytes) < 0)
			return maas_in("piece %u", m.n);
	if (rc < 0)
		return -1;
	if (m.fallback && m.bytes != 256)
		return maas_fail("%d byte pieces; expected 256 with byte_fallback", m.bytes);
	if (h->unk < 0)
		return maas_fail("no unknown piece; expected one");
	h->pattern = BPE_WHOLE;
	h->prefix = m.prefix ? BPE_PREFIX : BPE_NO_PREFIX;
	h->form = BPE_CHARS | BPE_FUSE | (m.fallback ? BPE_FALLBACK : 0) | (m.squeeze ? BPE_SQUEEZE : 0) |
	    (m.prefix || m.squeeze ? BPE_STRIP : 0);
	h->bos = control(&m, m.bos);
	h->eos = control(&m, m.eos);
	return maas_bpe_read_pairs(r, 1);
}
