/*
 * tiktoken -- files of ranks: a line a token, base64 of its bytes, a blank, its rank, which is its id.
 *
 * The file says neither how texts are parted nor which special tokens there are.  The number of ranks tells the
 * encodings that are known by it; in front of the first dot, dash or underscore the name of a file says which
 * pattern any other has: gpt2.tiktoken, cl100k-mine.bpe.
 */
#include <string.h>

#include "bpe_read.h"

struct special {
	const char *name;
	int64_t id;
};
struct encoding {
	const char *name;
	uint32_t ranks, pattern;
	int bos; /* is added */
	struct special special[8];
};
static const struct encoding known[] = {
	{ "r50k", 50256, MAAS_GPT2, 0, { { "<|endoftext|>", 50256 } } },
	{ "p50k", 50280, MAAS_GPT2, 0, { { "<|endoftext|>", 50256 } } },
	{ "cl100k", 100256, MAAS_CL100K, 0,
	    { { "<|endoftext|>", 100257 }, { "<|fim_prefix|>", 100258 }, { "<|fim_middle|>", 100259 },
		{ "<|fim_suffix|>", 100260 }, { "<|endofprompt|>", 100276 } } },
	{ "o200k", 199998, MAAS_O200K, 0, { { "<|endoftext|>", 199999 }, { "<|endofprompt|>", 200018 } } },
	{ "llama3", 128000, MAAS_LLAMA3, 1,
	    { { "<|begin_of_text|>", 128000 }, { "<|end_of_text|>", 128001 }, { "<|start_header_id|>", 128006 },
		{ "<|end_header_id|>", 128007 }, { "<|eot_id|>", 128009 } } },
};

static int
digit(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '+' ? 62 : c == '/' ? 63 : -1;
}

/* RFC 4648, with its padding. */
static int
base64(struct maas_buf *to, struct maas_span s)
{
	to->n = 0;
	if (!s.n || s.n % 4)
		return maas_fail("a token of %zu characters; expected base64", s.n);
	for (size_t i = 0; i < s.n; i += 4) {
		size_t pad = i + 4 == s.n ? (size_t)(s.s[i + 3] == '=') + (s.s[i + 3] == '=' && s.s[i + 2] == '=') : 0;
		uint32_t v = 0;
		char c[3];

		for (size_t k = 0; k < 4; k++) {
			int d = k < 4 - pad ? digit(s.s[i + k]) : 0;

			if (d < 0)
				return maas_fail("'%.*s': expected base64", (int)(s.n < 40 ? s.n : 40), s.s);
			v = v << 6 | (uint32_t)d;
		}
		c[0] = (char)(v >> 16);
		c[1] = (char)(v >> 8);
		c[2] = (char)v;
		if (maas_buf_add(to, c, 3 - pad) < 0)
			return -1;
	}
	return 0;
}

static int
read_line(struct bpe_read *r, struct maas_span line)
{
	const char *blank = memchr(line.s, ' ', line.n);
	struct maas_span token = line, number = { "", 0 };
	int64_t rank;

	if (blank) {
		token.n = (size_t)(blank - line.s);
		number = (struct maas_span){ blank + 1, line.n - token.n - 1 };
	}
	if (!blank || maas_parse_int(number, &rank) < 0 || rank < 0 || rank >= BPE_LIMIT)
		return maas_fail("expected base64, a blank and a rank from 0 to %u", BPE_LIMIT - 1);
	if (base64(&r->key, token) < 0)
		return -1;
	if (r->added[rank >> 3] >> (rank & 7) & 1)
		return maas_fail("the rank %lld again", (long long)rank);
	if (maas_bpe_read_scored(r, (uint32_t)rank, BPE_NORMAL, (struct maas_span){ r->key.s, r->key.n }, (float)rank) <
	    0)
		return -1;
	r->added[rank >> 3] |= (unsigned char)(1 << (rank & 7));
	return 0;
}

/* The special tokens that stand between those with names, or behind them, in Llama 3. */
static int
add_reserved(struct bpe_read *r)
{
	int64_t id = 128002, n = 0;
	struct maas_buf b = { 0 };
	int rc = 0;

	for (; rc == 0 && id < 128256; id++) {
		if (r->added[id >> 3] >> (id & 7) & 1)
			continue;
		b.n = 0;
		rc = maas_buf_printf(&b, "<|reserved_special_token_%lld|>", (long long)n++);
		if (rc == 0)
			rc = maas_bpe_read_added(r, id, (struct maas_span){ b.s, b.n }, BPE_SPECIAL);
	}
	maas_buf_free(&b);
	return rc;
}

static int
add_special(struct bpe_read *r, const struct encoding *e)
{
	struct bpe_head *h = &r->build.head;

	for (size_t i = 0; i < MAAS_COUNT(e->special) && e->special[i].name; i++)
		if (maas_bpe_read_added(r, e->special[i].id, maas_span(e->special[i].name), BPE_SPECIAL) < 0)
			return -1;
	if (e->pattern == MAAS_LLAMA3 && add_reserved(r) < 0)
		return -1;
	h->bos = e->bos ? (int32_t)e->special[0].id : -1;
	h->eos = (int32_t)e->special[e->bos].id;
	h->flags |= e->bos ? BPE_ADDS_BOS : 0;
	return 0;
}

/* What the number of ranks or the name of the file says. */
static int
choose(struct bpe_read *r, const char *path)
{
	const char *base = strrchr(path, '/') ? strrchr(path, '/') + 1 : path;
	size_t n = strcspn(base, ".-_"), ranks = r->build.ntoken;

	for (size_t i = 0; i < MAAS_COUNT(known); i++)
		if (known[i].ranks == ranks) {
			r->build.head.pattern = known[i].pattern;
			return add_special(r, &known[i]);
		}
	for (uint32_t p = 0; maas_pattern_names[p]; p++)
		if (strlen(maas_pattern_names[p]) == n && !memcmp(base, maas_pattern_names[p], n)) {
			r->build.head.pattern = p;
			return 0;
		}
	return maas_fail(
	    "%zu ranks, which is no encoding that is known by it; expected the name of its pattern in front of the "
	    "file's: gpt2.tiktoken",
	    ranks);
}

int
maas_tiktoken_read(struct bpe_read *r, struct maas_span all, const char *path)
{
	size_t number = 0;

	while (all.n) {
		const char *lf = memchr(all.s, '\n', all.n);
		struct maas_span line = { all.s, lf ? (size_t)(lf - all.s) : all.n };

		number++;
		all.s += line.n + (lf != NULL);
		all.n -= line.n + (lf != NULL);
		if (line.n && line.s[line.n - 1] == '\r')
			line.n--;
		if (line.n && read_line(r, line) < 0)
			return maas_in("%s:%zu", path, number);
	}
	if (choose(r, path) < 0 || maas_bpe_read_pairs(r, 0) < 0)
		return maas_in("%s", path);
	r->build.head.flags |= BPE_IGNORE_MERGES;
	return 0;
}

/* Does a file begin with a line of one? */
int
maas_tiktoken_is(struct maas_span s)
{
	size_t n = 0, at;

	while (n < s.n && n < 4096 && (digit(s.s[n]) >= 0 || s.s[n] == '='))
		n++;
	at = n + 1;
	return n && n % 4 == 0 && at < s.n && s.s[n] == ' ' && s.s[at] >= '0' && s.s[at] <= '9';
}
