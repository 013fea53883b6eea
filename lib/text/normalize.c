/*
 * normalize -- what a text becomes before it is parted, in this order: a normal form of Unicode, lower
 * case, blanks for U+2581 and none too many, a blank before it.
 */
#include <string.h>

#include "bpe.h"
#include "unicode.h"

/* Each character by itself, as Rust's char::to_lowercase; a byte that is none stays. */
static int
lower(struct maas_buf *to, struct maas_span text)
{
	const char *p = text.s, *end = p + text.n;

	while (p < end) {
		const char *from = p;
		int32_t cp = maas_utf8_next(&p, end);
		char c[4];
		int rc;

		if (cp < 0)
			rc = maas_buf_add(to, from, 1);
		else if (cp == 0x130) /* the only one that grows: i and a dot above */
			rc = maas_buf_text(to, "i\xCC\x87");
		else
			rc = maas_buf_add(to, c, maas_utf8_put(c, (uint32_t)maas_unicode_lower(cp)));
		if (rc < 0)
			return -1;
	}
	return 0;
}

/* U+2581 is a blank; of several blanks the first stays where they are squeezed, at the ends none, and only at the
 * end U+2581 counts for that. */
static int
set_blanks(const struct maas_tokenizer *t, struct maas_span s, int begins, struct maas_buf *to)
{
	int squeeze = (t->head.form & BPE_SQUEEZE) != 0, after = begins;
	char *out;

	if (maas_grow(&to->s, to->n, &to->cap, s.n + 1, 1) < 0)
		return -1;
	out = to->s + to->n;
	for (size_t i = 0; i < s.n; i++) {
		int blank = s.s[i] == ' ', drop = squeeze && blank && after;

		after = blank;
		if (s.n - i >= 3 && !memcmp(s.s + i, BPE_BLANK, 3)) {
			blank = 1;
			i += 2;
		}
		if (!drop)
			*out++ = blank ? ' ' : s.s[i];
	}
	while (squeeze && out > to->s + to->n && out[-1] == ' ')
		out--;
	to->n = (size_t)(out - to->s);
	return 0;
}

static int
cast(const struct maas_tokenizer *t, struct maas_span text, int begins, struct maas_buf *to)
{
	struct maas_buf first = { 0 }, second = { 0 };
	uint32_t form = t->head.form;
	int rc = 0;

	if (form & BPE_NORMAL_FORMS) {
		rc = unicode_normalize(
		    &first, text, (form & (BPE_NFKC | BPE_NFKD)) != 0, (form & (BPE_NFC | BPE_NFKC)) != 0);
		text = (struct maas_span){ first.s, first.n };
	}
	if (rc == 0 && form & BPE_LOWER && (rc = lower(&second, text)) == 0)
		text = (struct maas_span){ second.s, second.n };
	if (rc == 0 && text.n)
		rc = form & BPE_CHARS ? set_blanks(t, text, begins, to) : maas_buf_add(to, text.s, text.n);
	maas_buf_wipe(&first);
	maas_buf_wipe(&second);
	maas_buf_free(&first);
	maas_buf_free(&second);
	return rc;
}

int
maas_bpe_normalizes(const struct maas_tokenizer *t)
{
	return t->head.form & (BPE_CHARS | BPE_NORMAL_FORMS | BPE_LOWER) || t->head.prefix == BPE_PREFIX;
}

int
maas_bpe_normalize(const struct maas_tokenizer *t, struct maas_span text, int begins, struct maas_buf *to)
{
	size_t was = to->n;

	if (!text.n)
		return 0;
	if (begins && t->head.prefix == BPE_PREFIX && maas_buf_text(to, " ") < 0)
		return -1;
	if (cast(t, text, begins, to) < 0)
		return -1;
	if (to->n == was + 1 && t->head.form & BPE_SQUEEZE && t->head.prefix == BPE_PREFIX && begins)
		to->n = was; /* nothing but blanks */
	return 0;
}
