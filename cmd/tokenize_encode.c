/* tokenize_encode -- text to ids: lines of them, pieces, JSON lines, a token file. */
#include <stdlib.h>
#include <string.h>

#include "tokenize.h"

static const char *const formats[] = { "auto", "text", "jsonl", NULL };
enum { AUTO, TEXT, JSONL };

const struct maas_field encode_fields[] = { MAAS_TEXT('m', encode, model, NULL,
						"tokeniser: a file, a directory, or a model that carries one"),
	MAAS_FLAG(0, encode, whole, "each FILE is one text with all its bytes, and one line of ids"),
	MAAS_FLAG(0, encode, pieces, "print tokens as vocab.json spells them instead of ids"),
	MAAS_FLAG(0, encode, jsonl, "print a JSON object with ids a line; JSON lines in keep their keys"),
	MAAS_TEXT(0, encode, bin, NULL, "write a token file with the ids of all texts; - for standard output"),
	MAAS_FLAG(0, encode, parse_special, "special tokens in the text become their ids"),
	MAAS_FLAG(0, encode, add_bos, "begin each text with the token for that"),
	MAAS_FLAG(0, encode, add_eos, "end each text with the token for that"),
	MAAS_ENUM(0, encode, format, formats, AUTO, "with --jsonl, input; auto: JSON lines where it begins with {"),
	MAAS_TEXT(0, encode, text, "text", "with --jsonl, key of the text in JSON lines"),
	MAAS_TEXT(0, encode, encoding, "UTF-8", "of the input, as iconv names it"),
	MAAS_FLAG(0, encode, line_buffered, "answer each line before waiting for the next"), MAAS_END };

struct job {
	struct call *c;
	const struct encode *o;
	const struct maas_tokenizer *t;
	struct maas_encoders *e;
	struct maas_tokens_out *bin; /* NULL: text on standard output */
	struct maas_ids ids;
	size_t *end, end_cap;
	struct maas_buf out;
	size_t unknown;   /* characters that became the unknown token */
	int32_t bos, eos; /* to be added; -1: no */
};

/* Append numbers, each behind `part` but the first of a list. */
static int
put_numbers(struct maas_buf *b, const int32_t *id, size_t n, char part, int first)
{
	char *p;

	if (maas_grow(&b->s, b->n, &b->cap, n * 12 + 1, 1) < 0)
		return -1;
	p = b->s + b->n;
	for (size_t i = 0; i < n; i++) {
		char digit[12];
		size_t k = sizeof digit;
		uint32_t v = (uint32_t)id[i];

		if (i > 0 || !first)
			*p++ = part;
		do
			digit[--k] = (char)('0' + v % 10);
		while (v /= 10);
		memcpy(p, digit + k, sizeof digit - k);
		p += sizeof digit - k;
	}
	b->n = (size_t)(p - b->s);
	return 0;
}

static int
put_some(struct job *j, const int32_t *id, size_t n, char part, int first)
{
	if (!j->o->pieces)
		return put_numbers(&j->out, id, n, part, first);
	for (size_t i = 0; i < n; i++)
		if ((!(first && i == 0) && maas_buf_add(&j->out, &part, 1) < 0) ||
		    maas_token_spell(j->t, id[i], &j->out) < 0)
			return -1;
	return 0;
}

/* Ids parted by `part`, with those to be added. */
static int
put_ids(struct job *j, const int32_t *id, size_t n, char part)
{
	int first = j->bos < 0;

	if (!first && put_some(j, &j->bos, 1, part, 1) < 0)
		return -1;
	if (put_some(j, id, n, part, first) < 0)
		return -1;
	return j->eos < 0 ? 0 : put_some(j, &j->eos, 1, part, first && n == 0);
}

static void
count_unknown(struct job *j, const int32_t *id, size_t n)
{
	int32_t unk = maas_token_unk(j->t);

	for (size_t i = 0; unk >= 0 && i < n; i++)
		j->unknown += id[i] == unk;
}

static int
put_bin(struct job *j, const int32_t *id, size_t n)
{
	if (j->bos >= 0 && maas_tokens_put(j->bin, &j->bos, 1) < 0)
		return -1;
	if (maas_tokens_put(j->bin, id, n) < 0)
		return -1;
	return j->eos >= 0 ? maas_tokens_put(j->bin, &j->eos, 1) : 0;
}

/* {"ids":[...]}, or the line's own object with it. */
static int
put_object(struct job *j, struct maas_span line, int is_json, const int32_t *id, size_t n)
{
	struct maas_buf merged = { 0 };
	size_t from = j->out.n;
	int rc;

	if (maas_buf_text(&j->out, is_json ? "\"ids\":[" : "{\"ids\":[") < 0 || put_ids(j, id, n, ',') < 0 ||
	    maas_buf_text(&j->out, is_json ? "]" : "]}") < 0)
		return -1;
	if (is_json) {
		rc = maas_json_merge(&merged, line, (struct maas_span){ j->out.s + from, j->out.n - from });
		j->out.n = from;
		if (rc == 0)
			rc = maas_buf_add(&j->out, merged.s, merged.n);
		maas_buf_free(&merged);
		if (rc < 0)
			return -1;
	}
	return maas_buf_text(&j->out, "\n");
}

static int
put_line(struct job *j, struct maas_span line, int is_json, const int32_t *id, size_t n)
{
	if (j->bin)
		return put_bin(j, id, n);
	if (j->o->jsonl)
		return put_object(j, line, is_json, id, n);
	return put_ids(j, id, n, ' ') < 0 ? -1 : maas_buf_text(&j->out, "\n");
}

/* The texts under a key of the objects in lines, which live in tree[]: how many are right, before one that is not. */
static size_t
texts(struct job *j, const struct lines *l, struct maas_json **tree, struct maas_span *text)
{
	for (size_t i = 0; i < l->n; i++) {
		const struct maas_json *v;

		if (!(tree[i] = maas_json_parse(l->line[i]))) {
			maas_in("%s:%zu", maas_input_name(l->in), l->first + i);
			return i;
		}
		if (maas_json_type(tree[i]) != MAAS_J_OBJECT || !(v = maas_json_get(tree[i], j->o->text)) ||
		    maas_json_text(v, &text[i]) < 0) {
			maas_fail("%s:%zu: expected an object with a text under '%s'", maas_input_name(l->in),
			    l->first + i, j->o->text);
			return i;
		}
	}
	return l->n;
}

/* n lines; those before one that fails are answered. */
static int
encode_block(struct job *j, const struct lines *l, const struct maas_span *text, size_t n, int is_json)
{
	size_t from = 0, bad = SIZE_MAX;

	j->ids.n = 0;
	if (maas_grow(&j->end, 0, &j->end_cap, n, sizeof *j->end) < 0)
		return -1;
	if (maas_encoders_run(j->e, text, n, &j->ids, j->end, &bad) < 0) {
		if (bad == SIZE_MAX || (bad > 0 && encode_block(j, l, text, bad, is_json) < 0))
			return -1;
		return maas_in("%s:%zu", maas_input_name(l->in), l->first + bad);
	}
	count_unknown(j, j->ids.id, j->ids.n);
	for (size_t i = 0; i < n; from = j->end[i++]) {
		if (put_line(j, l->line[i], is_json, j->ids.id + from, j->end[i] - from) < 0)
			return -1;
		if (j->out.n > (1u << 20) && put_out(&j->out, j->o->line_buffered) < 0)
			return -1;
	}
	return put_out(&j->out, j->o->line_buffered);
}

static int
encode_json_block(struct job *j, const struct lines *l)
{
	struct maas_json **tree = maas_alloc(l->n, sizeof(struct maas_json *));
	struct maas_span *text = maas_alloc(l->n, sizeof *text);
	int rc = -1;

	if (tree && text) {
		size_t n = texts(j, l, tree, text);

		rc = encode_block(j, l, text, n, 1) < 0 || n < l->n ? -1 : 0;
	}
	for (size_t i = 0; tree && i < l->n; i++)
		maas_json_free(tree[i]);
	free(tree);
	free(text);
	return rc;
}

static int
encode_lines(struct job *j, const char *path)
{
	struct maas_span head = { "", 0 };
	struct lines l;
	int rc = -1, is_json = j->o->jsonl && j->o->format == JSONL;

	if (lines_open(&l, path, j->o->encoding) < 0)
		return -1;
	if (j->o->jsonl && j->o->format == AUTO) {
		if (maas_input_peek(l.in, 1, &head) < 0)
			goto out;
		is_json = head.n > 0 && *head.s == '{';
	}
	while ((rc = lines_next(&l)) > 0)
		if ((is_json ? encode_json_block(j, &l) : encode_block(j, &l, l.line, l.n, 0)) < 0) {
			rc = -1;
			break;
		}
out:
	lines_close(&l);
	return rc;
}

/* A part of the text of a whole file; `first` until something of its line is out. */
static int
put_part(struct job *j, int *first, int last)
{
	int32_t bos = j->bos, eos = j->eos;
	int rc = 0;

	j->bos = *first ? bos : -1;
	j->eos = last ? eos : -1;
	if (j->bin) {
		rc = put_bin(j, j->ids.id, j->ids.n);
	} else if (j->ids.n || j->bos >= 0 || j->eos >= 0) {
		if (!*first)
			rc = maas_buf_text(&j->out, j->o->jsonl ? "," : " ");
		if (rc == 0)
			rc = put_ids(j, j->ids.id, j->ids.n, j->o->jsonl ? ',' : ' ');
	}
	*first &= !j->ids.n && j->bos < 0;
	j->bos = bos;
	j->eos = eos;
	return rc < 0 ? -1 : put_out(&j->out, j->o->line_buffered);
}

static int
encode_whole(struct job *j, const char *path)
{
	struct maas_input *in = maas_input_open(path, j->o->encoding);
	struct maas_buf text = { 0 };
	size_t block = (size_t)4 << 20, used;
	int rc = -1, last = 0, first = 1;

	if (!in)
		return -1;
	if (j->o->jsonl && maas_buf_text(&j->out, "{\"ids\":[") < 0)
		goto out;
	while (!last) {
		if (maas_input_block(in, &text, block, &last) < 0)
			goto out;
		j->ids.n = 0;
		if (maas_encoders_stream(j->e, (struct maas_span){ text.s, text.n }, last, &j->ids, &used) < 0) {
			maas_in("%s", maas_input_name(in));
			goto out;
		}
		count_unknown(j, j->ids.id, j->ids.n);
		if (put_part(j, &first, last) < 0)
			goto out;
		memmove(text.s, text.s + used, text.n - used);
		text.n -= used;
		block = used || block > ((size_t)1 << 30) ? block : block * 2; /* nowhere to cut: look at more */
	}
	rc = j->bin ? 0 : maas_buf_text(&j->out, j->o->jsonl ? "]}\n" : "\n");
	if (rc == 0)
		rc = put_out(&j->out, j->o->line_buffered);
out:
	maas_buf_free(&text);
	maas_input_close(in);
	return rc;
}

static int
encode_all(struct job *j)
{
	const char *path;

	for (int i = 0; (path = nth_input(j->c, i)); i++)
		if ((j->o->whole ? encode_whole(j, path) : encode_lines(j, path)) < 0)
			return -1;
	return 0;
}

static int
encode_bin(struct job *j)
{
	struct maas_out *out = spare_input(j->c, j->o->bin) < 0 ? NULL : maas_out_open(j->o->bin);
	struct maas_tokens_out bin;
	int rc;

	if (!out)
		return -1;
	j->bin = &bin;
	rc = maas_tokens_begin(&bin, maas_out_file(out), j->t) < 0 || encode_all(j) < 0 || maas_tokens_end(&bin) < 0;
	j->bin = NULL;
	if (rc) {
		if (maas_why() == MAAS_IO && strncmp(maas_error(), "token file:", 11) == 0)
			maas_in("%s", j->o->bin);
		maas_out_abort(out);
		return -1;
	}
	return maas_out_commit(out, 0);
}

static int
check(const struct call *c, const struct encode *o, const struct maas_tokenizer *t)
{
	if (o->pieces + o->jsonl + (o->bin != NULL) > 1)
		return misuse(c, "--pieces, --jsonl and --bin do not go together");
	if (o->whole && o->jsonl && o->format == JSONL)
		return misuse(c, "--whole takes no JSON lines");
	if (o->add_bos && maas_token_bos(t) < 0)
		return complain(c, MAAS_DATA, "%s: --add-bos: this tokeniser has no token for the beginning", o->model);
	if (o->add_eos && maas_token_eos(t) < 0)
		return complain(c, MAAS_DATA, "%s: --add-eos: this tokeniser has no token for the end", o->model);
	return 0;
}

int
encode(struct call *c)
{
	const struct encode *o = c->part[0];
	struct job j = { .c = c, .o = o, .bos = -1, .eos = -1 };
	struct maas_tokenizer *t;
	struct maas_team *team = NULL;
	int status;

	if (!(t = need_tokenizer(c, o->model, &status)))
		return status;
	j.t = t;
	if ((status = check(c, o, t)) != 0)
		goto out;
	j.bos = o->add_bos ? maas_token_bos(t) : -1;
	j.eos = o->add_eos ? maas_token_eos(t) : -1;
	if (!(team = maas_team_new((int)c->common.threads)) || !(j.e = maas_encoders_new(t, o->parse_special, team)) ||
	    (o->bin ? encode_bin(&j) : encode_all(&j)) < 0)
		status = fail(c);
	if (j.unknown)
		warn(c, "%zu unknown characters became the token %d", j.unknown, maas_token_unk(t));
	if (status == 0)
		status = finish(c);
	free(j.end);
	maas_ids_free(&j.ids);
	maas_buf_free(&j.out);
	maas_encoders_free(j.e);
	maas_team_free(team);
out:
	maas_tokenizer_free(t);
	return status;
}
