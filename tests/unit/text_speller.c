/* Texts as sequences: what is kept of them, what stands around them, and what people would call their pieces. */
#include <stdlib.h>
#include <unistd.h>

#include "maas/text.h"
#include "../test.h"

static struct maas_span
span(const char *s)
{
	return maas_span(s);
}

/* The pieces of a text, parted by bars; each must be followed by the next, and hold all ids. */
static const char *
pieces(struct maas_speller *s, struct maas_span text)
{
	static char line[400];
	const struct maas_spelt *p;
	struct maas_spelt_text t;
	size_t n, at = 0, to = 0;

	line[0] = '\0';
	if (maas_speller_text(s, text, &t) || maas_speller_pieces(s, text, &p, &n))
		return maas_error();
	for (size_t i = 0; i < n; i++) {
		if (p[i].start < to || p[i].from != (i ? p[i - 1].to : p[0].from) || p[i].to <= p[i].from)
			return "pieces that overlap";
		to = p[i].end;
		at += (size_t)snprintf(line + at, sizeof line - at, "%s%.*s", i ? "|" : "",
		    (int)(p[i].end - p[i].start), text.s + p[i].start);
	}
	return n && p[n - 1].to != t.n ? "ids without a piece" : line;
}

/* A long text costs what is kept of it, and gives the ids of the whole. */
static void
check_length(const struct maas_tokenizer *t)
{
	const struct maas_spelling few = { .tokenizer = t, .longest = 7 };
	struct maas_speller *s = maas_speller_new(&few);
	struct maas_encoder *e = maas_encoder_new(t, 0);
	struct maas_ids whole = { 0 };
	struct maas_buf b = { 0 };
	struct maas_spelt_text x = { 0 };
	int bad = 0;

	for (int i = 0; i < 3000 && !bad; i++)
		bad = maas_buf_text(&b, i % 7 ? "word " : "other\n");
	ok(!bad && !maas_encode(e, (struct maas_span){ b.s, b.n }, &whole) &&
		!maas_speller_text(s, (struct maas_span){ b.s, b.n }, &x) && x.n == 7 && x.cut,
	    "%zu of %zu ids", x.n, whole.n);
	ok(!memcmp(x.id, whole.id, 7 * sizeof *x.id), "they are the first");
	ok(!maas_speller_text(s, span("abc"), &x) && x.n == 3 && !x.cut, "%zu ids of a short one", x.n);
	ok(!maas_speller_text(s, span("abcdefg"), &x) && x.n == 7 && !x.cut, "as many as are kept");
	ok(!maas_speller_text(s, span("abcdefgh"), &x) && x.n == 7 && x.cut, "and one more");
	ok(!maas_speller_text(s, span(""), &x) && x.n == 1 && x.id[0] == maas_token_eos(t) && !x.cut,
	    "nothing is the end of text: %d", (int)x.id[0]);
	maas_speller_forget(s);
	ok(!maas_speller_text(s, span("abc"), &x) && x.n == 3, "after it forgot, too");
	maas_buf_free(&b);
	maas_ids_free(&whole);
	maas_encoder_free(e);
	maas_speller_free(s);
}

/* Blanks before a text's first word alone, and tokens so long that it is looked at in several goes. */
static struct maas_tokenizer *
blank_first(void)
{
	static const char json[] =
	    "{\"normalizer\":{\"type\":\"Sequence\",\"normalizers\":[{\"type\":\"Prepend\",\"prepend\":\"\xe2\x96\x81\"},"
	    "{\"type\":\"Replace\",\"pattern\":{\"String\":\" \"},\"content\":\"\xe2\x96\x81\"}]},"
	    "\"decoder\":{\"type\":\"Replace\",\"pattern\":{\"String\":\"\xe2\x96\x81\"},\"content\":\" \"},"
	    "\"model\":{\"type\":\"BPE\",\"unk_token\":null,\"vocab\":{\"\xe2\x96\x81\":0,\"a\":1,\"aa\":2,\"aaaa\":3,"
	    "\"aaaaaaaa\":4,\"aaaaaaaaaaaaaaaa\":5,\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\":6},"
	    "\"merges\":[\"a a\",\"aa aa\",\"aaaa aaaa\",\"aaaaaaaa aaaaaaaa\",\"aaaaaaaaaaaaaaaa aaaaaaaaaaaaaaaa\"]}}";
	char path[] = "/tmp/maas-speller-XXXXXX";
	int fd = mkstemp(path);
	struct maas_tokenizer *t = NULL;

	if (fd >= 0 && write(fd, json, sizeof json - 1) == (ssize_t)sizeof json - 1)
		t = maas_tokenizer_load(path);
	close(fd);
	unlink(path);
	return t;
}

static void
check_goes(void)
{
	struct maas_tokenizer *t = blank_first();
	struct maas_speller *s = t ? maas_speller_new(&(struct maas_spelling){ .tokenizer = t, .longest = 20 }) : NULL;
	struct maas_encoder *e = t ? maas_encoder_new(t, 0) : NULL;
	struct maas_ids whole = { 0 };
	struct maas_buf b = { 0 };
	struct maas_spelt_text x = { 0 };
	int bad = 0;

	for (int i = 0; i < 40 && !bad; i++)
		bad = maas_buf_printf(&b, "%s%064d", i ? " " : "", 0);
	for (size_t i = 0; i < b.n; i++)
		b.s[i] = b.s[i] == '0' ? 'a' : b.s[i];
	bad = bad || !s || !e || maas_encode(e, (struct maas_span){ b.s, b.n }, &whole) ||
	    maas_speller_text(s, (struct maas_span){ b.s, b.n }, &x);
	ok(!bad && x.n == 20 && x.cut && !memcmp(x.id, whole.id, x.n * sizeof *x.id),
	    "words of 64 bytes: the first of %zu ids, one blank before each word%s", whole.n, bad ? maas_error() : "");
	maas_buf_free(&b);
	maas_ids_free(&whole);
	maas_encoder_free(e);
	maas_speller_free(s);
	maas_tokenizer_free(t);
}

/* The windows of a text's words: each word is asked for once, at its last id (of one too long at the last that is
 * kept), in windows of `longest` ids at most, with about half a window of what was before it. */
static void
check_windows(const struct maas_tokenizer *t, size_t longest, const char *word, size_t words)
{
	const struct maas_spelling how = { .tokenizer = t, .longest = longest, .words = 1 };
	struct maas_speller *s = maas_speller_new(&how);
	struct maas_spelt_words w;
	struct maas_buf b = { 0 };
	size_t asked = 0, windows = 0, ids = 0, least = SIZE_MAX, each = strlen(word) + 1, wrong = 0;
	int bad = !s, rc = 0;

	for (size_t i = 0; i < words && !bad; i++)
		bad = maas_buf_printf(&b, "%s%s", i % 3 ? " " : " \t ", word);
	bad = bad || maas_speller_begin(s, (struct maas_span){ b.s, b.n });
	while (!bad && (rc = maas_speller_next(s, &w)) > 0) {
		wrong += w.text.n > longest || !w.words || !w.text.n;
		for (size_t i = 0; i < w.words; i++) {
			wrong += w.at[i] >= w.text.n || (i && w.at[i] <= w.at[i - 1]);
			wrong += w.whose[w.at[i]] != asked + i || (i && w.whose[w.at[i - 1] + 1] != asked + i);
			if (each <= longest) /* a whole word: its last byte */
				wrong += w.text.id[w.at[i]] != w.text.id[w.text.n - 1];
		}
		for (size_t i = 1; i < w.text.n; i++)
			wrong += w.whose[i] - w.whose[i - 1] > 1;
		if (asked && each * 4 <= longest && w.at[0] < least)
			least = w.at[0];
		asked += w.words;
		ids += w.text.n;
		windows++;
	}
	ok(!bad && rc == 0 && !wrong && asked == words, "%zu words of %zu ids in %zu windows of %zu%s", words, each,
	    windows, longest, bad || rc ? maas_error() : "");
	ok(maas_speller_next(s, &w) == 0, "and none behind them");
	ok(least == SIZE_MAX || (least + 1 >= longest / 2 - each && least < longest / 2 + 2 * each),
	    "what is asked first has %zu ids before it", least == SIZE_MAX ? 0 : least);
	ok(!words || ids <= 4 * (each < longest ? each : longest) * words, "%zu ids are read in all", ids);
	maas_buf_free(&b);
	maas_speller_free(s);
}

int
main(void)
{
	struct maas_tokenizer *t = maas_tokenizer_bytes();
	const struct maas_spelling how = { .tokenizer = t, .longest = 300 };
	struct maas_speller *s = t ? maas_speller_new(&how) : NULL;

	if (!s)
		return 1;
	check_length(t);
	check_goes();
	check_windows(t, 64, "abc", 0);
	check_windows(t, 64, "abc", 1);
	check_windows(t, 64, "abc", 16);
	check_windows(t, 64, "abc", 17);
	check_windows(t, 64, "abc", 100000);
	check_windows(t, 63, "abcdef", 1000);
	check_windows(t, 2, "a", 1000);
	check_windows(t, 1, "abc", 50);
	check_windows(t, 5, "abcdefghi", 50);
	is_str(pieces(s, span("The price, of 3 caf\xc3\xa9s!")), "The|price|,|of|3|caf\xc3\xa9s|!");
	is_str(pieces(s, span("\xe4\xb8\xad\xe5\x9b\xbd ok")), "\xe4\xb8\xad|\xe5\x9b\xbd|ok");
	is_str(pieces(s, span("  two  blanks  ")), "two|blanks|  ");
	is_str(pieces(s, span("\xff\xfe bad\x80x")), "\xff|\xfe|bad\x80|x");
	is_str(pieces(s, span("")), "");
	maas_speller_free(s);
	maas_tokenizer_free(t);
	return done();
}
