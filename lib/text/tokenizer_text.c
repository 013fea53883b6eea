/* tokenizer_text -- what tokens say: their spelling in files, and the text of ids. */
#include <string.h>

#include "bpe.h"

uint32_t
maas_byte_char(unsigned char b)
{
	if ((b >= 33 && b <= 126) || (b >= 161 && b <= 172) || b >= 174)
		return b;
	return b <= 32 ? 0x100u + b : b <= 160 ? 0x121u + (b - 127u) : 0x143u;
}

int
maas_char_byte(int32_t cp)
{
	if ((cp >= 33 && cp <= 126) || (cp >= 161 && cp <= 172) || (cp >= 174 && cp <= 255))
		return cp;
	if (cp >= 0x100 && cp <= 0x120)
		return cp - 0x100;
	if (cp >= 0x121 && cp <= 0x142)
		return cp - 0x121 + 127;
	return cp == 0x143 ? 173 : -1;
}

/* A byte as <0x0A>; a character as itself, a blank as U+2581; on a line a control character as a byte. */
static int
spell_chars(struct maas_span s, int byte, int line, struct maas_buf *to)
{
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.s[i];
		int rc = byte || (line && c < ' ') ? maas_buf_printf(to, "<0x%02X>", c)
		    : c == ' '                     ? maas_buf_text(to, BPE_BLANK)
						   : maas_buf_add(to, s.s + i, 1);

		if (rc < 0)
			return -1;
	}
	return 0;
}

static int
spell(const struct maas_tokenizer *t, int32_t id, int line, struct maas_buf *to)
{
	struct maas_span s = maas_token_bytes(t, id);
	int plain = s.n > 0 && bpe_is_added(t, id);

	for (size_t i = 0; i < s.n; i++)
		plain &= (unsigned char)s.s[i] > ' ';
	if (plain)
		return maas_buf_add(to, s.s, s.n);
	if (s.n && t->head.form & BPE_CHARS)
		return spell_chars(s, bpe_kind(t, id) == BPE_BYTE, line, to);
	for (size_t i = 0; i < s.n; i++) {
		char c[4];

		if (maas_buf_add(to, c, maas_utf8_put(c, maas_byte_char((unsigned char)s.s[i]))) < 0)
			return -1;
	}
	return 0;
}

int
maas_token_spell(const struct maas_tokenizer *t, int32_t id, struct maas_buf *to)
{
	return spell(t, id, 1, to);
}

int
maas_bpe_spell(const struct maas_tokenizer *t, int32_t id, struct maas_buf *to)
{
	return spell(t, id, 0, to);
}

int
maas_decode_next(
    const struct maas_tokenizer *t, int *begun, const int32_t *id, size_t n, int skip_special, struct maas_buf *to)
{
	for (size_t i = 0; i < n; i++) {
		struct maas_span s = maas_token_bytes(t, id[i]);

		if (!s.n)
			return maas_fail("token %zu: no id %d: ids are below %u", i + 1, id[i], t->head.vocab);
		if (skip_special && bpe_kind(t, id[i]) == BPE_SPECIAL)
			continue;
		if (!*begun && t->head.form & BPE_STRIP && *s.s == ' ') {
			s.s++;
			s.n--;
		}
		for (size_t k = 0; !*begun && t->head.form & BPE_STRIP_TOKEN && k < s.n; k++)
			if (s.s[k] != ' ' && maas_buf_add(to, s.s + k, 1) < 0)
				return -1;
		if ((*begun || !(t->head.form & BPE_STRIP_TOKEN)) && maas_buf_add(to, s.s, s.n) < 0)
			return -1;
		*begun = s.n > 0 || !(t->head.form & BPE_SQUEEZE);
	}
	return 0;
}

int
maas_decode(const struct maas_tokenizer *t, const int32_t *id, size_t n, int skip_special, struct maas_buf *to)
{
	int begun = 0;

	return maas_decode_next(t, &begun, id, n, skip_special, to);
}
