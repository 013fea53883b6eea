/* tokenize_count -- how many tokens a text has, and texts cut down to so many. */
#include <stdlib.h>
#include <string.h>

#include "tokenize.h"

const struct maas_field count_fields[] = { MAAS_TEXT('m', count, model, NULL,
					       "tokeniser: a file, a directory, or a model that carries one"),
	MAAS_FLAG(0, count, json, "print one JSON object"),
	MAAS_TEXT(0, count, encoding, "UTF-8", "of the input, as iconv names it"), MAAS_END };
const struct maas_field truncate_fields[] = { MAAS_TEXT('m', truncate, model, NULL,
						  "tokeniser: a file, a directory, or a model that carries one"),
	MAAS_INT('n', truncate, tokens, -1, 1e15, -1, "tokens a text may have"),
	MAAS_FLAG(0, truncate, whole, "each FILE is one text with all its bytes"),
	MAAS_TEXT(0, truncate, encoding, "UTF-8", "of the input, as iconv names it"),
	MAAS_FLAG(0, truncate, line_buffered, "answer each line before waiting for the next"), MAAS_END };

struct tally {
	size_t bytes, characters, tokens;
};

static size_t
characters(const char *s, size_t n)
{
	const char *end = s + n;
	size_t k = 0;

	for (; s < end; k++)
		maas_utf8_next(&s, end);
	return k;
}

static int
count_file(struct maas_encoders *e, const char *path, const char *encoding, struct tally *to)
{
	struct maas_input *in = maas_input_open(path, encoding);
	struct maas_buf text = { 0 };
	struct maas_ids ids = { 0 };
	size_t block = (size_t)4 << 20, used;
	int rc = -1, last = 0;

	if (!in)
		return -1;
	while (!last) {
		if (maas_input_block(in, &text, block, &last) < 0)
			goto out;
		ids.n = 0;
		if (maas_encoders_stream(e, (struct maas_span){ text.s, text.n }, last, &ids, &used) < 0) {
			maas_in("%s", maas_input_name(in));
			goto out;
		}
		to->bytes += used;
		to->characters += characters(text.s, used);
		to->tokens += ids.n;
		memmove(text.s, text.s + used, text.n - used);
		text.n -= used;
		block = used || block > ((size_t)1 << 30) ? block : block * 2;
	}
	rc = 0;
out:
	maas_ids_free(&ids);
	maas_buf_free(&text);
	maas_input_close(in);
	return rc;
}

static int
put_tally(struct maas_buf *b, const struct tally *x, int json)
{
	float ratio = x->tokens ? (float)((double)x->bytes / (double)x->tokens) : 0;

	if (!json)
		return maas_buf_printf(b, "%zu\t%zu\t%zu\t%.9g", x->bytes, x->characters, x->tokens, (double)ratio);
	return maas_buf_printf(b, "\"bytes\":%zu,\"characters\":%zu,\"tokens\":%zu,\"bytes_per_token\":%.9g", x->bytes,
	    x->characters, x->tokens, (double)ratio);
}

static int
put_file(struct maas_buf *b, const struct tally *x, const char *path, int i, int json)
{
	if (json)
		return maas_buf_text(b, i ? ",{\"file\":" : "{\"file\":") < 0 ||
			maas_json_put_text(b, maas_span(path)) < 0 || maas_buf_text(b, ",") < 0 ||
			put_tally(b, x, 1) < 0 || maas_buf_text(b, "}") < 0
		    ? -1
		    : 0;
	return put_tally(b, x, 0) < 0 ? -1 : maas_buf_printf(b, "\t%s\n", path);
}

static int
count_all(const struct call *c, struct maas_encoders *e, struct maas_buf *b)
{
	const struct count *o = c->part[0];
	struct tally total = { 0 };
	const char *path;
	int i;

	if (o->json && maas_buf_text(b, "{\"files\":[") < 0)
		return -1;
	for (i = 0; (path = nth_input(c, i)); i++) {
		struct tally x = { 0 };

		if (count_file(e, path, o->encoding, &x) < 0 || put_file(b, &x, path, i, o->json) < 0)
			return -1;
		total.bytes += x.bytes;
		total.characters += x.characters;
		total.tokens += x.tokens;
	}
	if (o->json)
		return maas_buf_text(b, "],") < 0 || put_tally(b, &total, 1) < 0 || maas_buf_text(b, "}\n") < 0 ? -1
														: 0;
	return i < 2 ? 0 : put_file(b, &total, "total", i, 0);
}

int
count(struct call *c)
{
	const struct count *o = c->part[0];
	struct maas_encoders *e = NULL;
	struct maas_buf b = { 0 };
	struct maas_tokenizer *t;
	struct maas_team *team;
	int status;

	if (!(t = need_tokenizer(c, o->model, &status)))
		return status;
	if (!(team = maas_team_new((int)c->common.threads)) || !(e = maas_encoders_new(t, 0, team)) ||
	    count_all(c, e, &b) < 0)
		status = fail(c);
	if (b.n && !(o->json && status))
		fwrite(b.s, 1, b.n, stdout);
	if (status == 0)
		status = finish(c);
	maas_buf_free(&b);
	maas_encoders_free(e);
	maas_team_free(team);
	maas_tokenizer_free(t);
	return status;
}

/* Bytes of text that a token stands for: one, where it is the unknown token. */
static size_t
length(const struct maas_tokenizer *t, int32_t id)
{
	return id == maas_token_unk(t) ? 1 : maas_token_bytes(t, id).n;
}

static size_t
total(const struct maas_tokenizer *t, const struct maas_ids *ids)
{
	size_t bytes = 0;

	for (size_t i = 0; i < ids->n; i++)
		bytes += length(t, ids->id[i]);
	return bytes;
}

/* Where ids do not tell which bytes of the text they stand for: the most by halving, which finds it where more bytes
 * never are fewer tokens, and else less. */
static int
halve(struct maas_encoder *e, struct maas_span text, size_t n, struct maas_ids *ids, size_t *keep)
{
	size_t good = 0, bad = text.n;

	while (bad - good > 1) {
		size_t at = good + (bad - good) / 2, whole = at;

		while (whole > good && ((unsigned char)text.s[whole] & 0xC0) == 0x80)
			whole--;
		ids->n = 0;
		if (whole > good && maas_encode(e, (struct maas_span){ text.s, whole }, ids) < 0)
			return -1;
		if (whole == good)
			good = at; /* within a character: what is beyond counts */
		else if (ids->n <= n)
			good = whole;
		else
			bad = whole;
	}
	while (good && ((unsigned char)text.s[good] & 0xC0) == 0x80)
		good--;
	*keep = good;
	return 0;
}

/*
 * The most bytes of text that are whole characters and at most n tokens.  A character that is cut
 * off can leave bytes that take more tokens than before: then one token less is tried.
 */
static int
shorten(const struct maas_tokenizer *t, struct maas_encoder *e, struct maas_span text, size_t n, struct maas_ids *ids,
    size_t *keep)
{
	struct maas_ids again = { 0 };
	size_t want = n;
	int rc;

	*keep = text.n;
	ids->n = 0;
	if (maas_encode(e, text, ids) < 0)
		return -1;
	if (ids->n <= n)
		return 0;
	if (total(t, ids) != text.n)
		return halve(e, text, n, ids, keep);
	do {
		size_t at = 0;

		for (size_t i = 0; i < want; i++)
			at += length(t, ids->id[i]);
		*keep = maas_utf8_whole(text.s, at);
		again.n = 0;
		rc = maas_encode(e, (struct maas_span){ text.s, *keep }, &again);
	} while (rc == 0 && again.n > n && want-- > 0);
	maas_ids_free(&again);
	return rc;
}

struct shears {
	const struct truncate *o;
	const struct maas_tokenizer *t;
	struct maas_encoder *e;
	struct maas_ids ids;
};

static int
cut_lines(struct shears *x, const char *path)
{
	struct lines l;
	size_t keep;
	int rc;

	if (lines_open(&l, path, x->o->encoding) < 0)
		return -1;
	while ((rc = lines_next(&l)) > 0) {
		for (size_t i = 0; i < l.n; i++) {
			if (shorten(x->t, x->e, l.line[i], (size_t)x->o->tokens, &x->ids, &keep) < 0) {
				rc = maas_in("%s:%zu", maas_input_name(l.in), l.first + i);
				goto out;
			}
			fwrite(l.line[i].s, 1, keep, stdout);
			putchar('\n');
		}
		if (x->o->line_buffered)
			fflush(stdout);
		if (ferror(stdout)) {
			rc = maas_fail_errno("writing standard output");
			break;
		}
	}
out:
	lines_close(&l);
	return rc;
}

static int
cut_whole(struct shears *x, const char *path)
{
	struct maas_input *in = maas_input_open(path, x->o->encoding);
	struct maas_buf text = { 0 };
	size_t keep;
	int rc = -1;

	if (in && maas_input_all(in, &text) == 0 &&
	    (rc = shorten(x->t, x->e, (struct maas_span){ text.n ? text.s : "", text.n }, (size_t)x->o->tokens, &x->ids,
		 &keep)) == 0 &&
	    keep)
		fwrite(text.s, 1, keep, stdout);
	maas_buf_free(&text);
	maas_input_close(in);
	return rc;
}

int
cut(struct call *c)
{
	struct shears x = { .o = c->part[0] };
	struct maas_tokenizer *t;
	const char *path;
	int status;

	if (x.o->tokens < 0)
		return misuse(c, "a number of tokens was wanted: -n N");
	if (!(t = need_tokenizer(c, x.o->model, &status)))
		return status;
	x.t = t;
	if (!(x.e = maas_encoder_new(t, 0)))
		status = fail(c);
	for (int i = 0; status == 0 && (path = nth_input(c, i)); i++)
		if ((x.o->whole ? cut_whole(&x, path) : cut_lines(&x, path)) < 0)
			status = fail(c);
	if (status == 0)
		status = finish(c);
	maas_ids_free(&x.ids);
	maas_encoder_free(x.e);
	maas_tokenizer_free(t);
	return status;
}
