/* tokenize_decode -- ids back to text: lines of them, JSON lines, a token file. */
#include <stdlib.h>
#include <string.h>

#include "tokenize.h"

const struct maas_field decode_fields[] = { MAAS_TEXT('m', decode, model, NULL,
						"tokeniser: a file, a directory, or a model that carries one"),
	MAAS_FLAG(0, decode, whole, "join the ids of all lines of all FILEs and add nothing"),
	MAAS_FLAG(0, decode, skip_special, "leave special tokens out"),
	MAAS_TEXT(0, decode, ids, "ids", "in JSON lines, key of the ids"),
	MAAS_FLAG(0, decode, line_buffered, "answer each line before waiting for the next"), MAAS_END };

struct job {
	const struct decode *o;
	const struct maas_tokenizer *t;
	struct maas_ids ids;
	struct maas_buf out;
	int begun; /* of a text whose ids come in parts: something of it is out */
};

static int
add_id(struct job *j, int64_t id, struct maas_span text)
{
	if (id < 0 || (uint64_t)id >= maas_tokenizer_size(j->t))
		return maas_fail("token %zu: no id %.*s: ids are below %zu", j->ids.n + 1,
		    (int)(text.n < 20 ? text.n : 20), text.s, maas_tokenizer_size(j->t));
	if (maas_grow(&j->ids.id, j->ids.n, &j->ids.cap, 1, sizeof *j->ids.id) < 0)
		return -1;
	j->ids.id[j->ids.n++] = (int32_t)id;
	return 0;
}

static int
blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

/* Decimal numbers parted by blanks. */
static int
read_ids(struct job *j, struct maas_span line)
{
	const char *s = line.s, *end = line.s + line.n;

	for (j->ids.n = 0;;) {
		struct maas_span word;
		int64_t id = 0;

		while (s < end && blank(*s))
			s++;
		if (s == end)
			return 0;
		for (word.s = s; s < end && !blank(*s);)
			s++;
		word.n = (size_t)(s - word.s);
		for (size_t i = 0; i < word.n; i++) {
			if (word.s[i] < '0' || word.s[i] > '9')
				return maas_fail("token %zu: not an id: '%.*s'", j->ids.n + 1,
				    (int)(word.n < 20 ? word.n : 20), word.s);
			id = id < (int64_t)1 << 40 ? id * 10 + (word.s[i] - '0') : id;
		}
		if (add_id(j, id, word) < 0)
			return -1;
	}
}

static int
read_json_ids(struct job *j, const struct maas_json *o)
{
	const struct maas_json *list = maas_json_type(o) == MAAS_J_OBJECT ? maas_json_get(o, j->o->ids) : NULL;

	if (!list || maas_json_type(list) != MAAS_J_LIST)
		return maas_fail("expected an object with a list of ids under '%s'", j->o->ids);
	j->ids.n = 0;
	for (size_t i = 0; i < maas_json_size(list); i++) {
		char text[24];
		int64_t id;

		if (maas_json_int(maas_json_at(list, i), &id) < 0)
			return maas_fail("token %zu: not an id", i + 1);
		snprintf(text, sizeof text, "%lld", (long long)id);
		if (add_id(j, id, maas_span(text)) < 0)
			return -1;
	}
	return 0;
}

/* "text":..., and "bytes" where the text is no UTF-8. */
static int
put_members(struct maas_buf *to, struct maas_span text)
{
	if (maas_buf_text(to, "\"text\":") < 0 || maas_json_put_text(to, text) < 0)
		return -1;
	if (maas_utf8_good(text))
		return 0;
	for (size_t i = 0; i < text.n; i++)
		if (maas_buf_printf(to, i ? ",%d" : ",\"bytes\":[%d", (unsigned char)text.s[i]) < 0)
			return -1;
	return maas_buf_text(to, "]");
}

static int
decode_json(struct job *j, struct maas_span line)
{
	struct maas_json *o = maas_json_parse(line);
	struct maas_buf text = { 0 }, members = { 0 };
	int rc = -1;

	if (o && read_json_ids(j, o) == 0 && maas_decode(j->t, j->ids.id, j->ids.n, j->o->skip_special, &text) == 0 &&
	    put_members(&members, (struct maas_span){ text.n ? text.s : "", text.n }) == 0 &&
	    maas_json_merge(&j->out, line, (struct maas_span){ members.s, members.n }) == 0)
		rc = maas_buf_text(&j->out, "\n");
	maas_buf_free(&text);
	maas_buf_free(&members);
	maas_json_free(o);
	return rc;
}

static int
decode_line(struct job *j, struct maas_span line)
{
	size_t was = j->out.n;

	j->begun &= j->o->whole;
	if (read_ids(j, line) < 0 ||
	    maas_decode_next(j->t, &j->begun, j->ids.id, j->ids.n, j->o->skip_special, &j->out) < 0) {
		j->out.n = was;
		return -1;
	}
	return j->o->whole ? 0 : maas_buf_text(&j->out, "\n");
}

/* A token file is one text. */
static int
decode_tokens(struct job *j, struct maas_input *in)
{
	const char *name = maas_input_name(in);
	struct maas_buf all = { 0 };
	struct maas_tokens x;
	int rc = maas_input_all(in, &all);

	j->begun &= j->o->whole;
	if (rc == 0 && (rc = maas_tokens_parse(&x, (struct maas_span){ all.s, all.n })) < 0)
		maas_in("%s", name);
	if (rc == 0 && x.digest && x.digest != maas_tokenizer_digest(j->t))
		rc = maas_fail("%s: another tokeniser than %s made it", name, j->o->model);
	for (size_t i = 0; rc == 0 && i < x.n; i++) {
		int32_t id = maas_tokens_at(&x, i);

		if ((rc = maas_decode_next(j->t, &j->begun, &id, 1, j->o->skip_special, &j->out)) < 0)
			maas_fail("%s: token %zu: no id %u: ids are below %zu", name, i + 1, (uint32_t)id,
			    maas_tokenizer_size(j->t));
		else if (j->out.n > (1u << 20))
			rc = put_out(&j->out, j->o->line_buffered);
	}
	maas_buf_free(&all);
	return rc < 0 ? -1 : put_out(&j->out, j->o->line_buffered);
}

static int
decode_file(struct job *j, const char *path)
{
	struct maas_span head = { "", 0 };
	struct lines l;
	int rc = -1, is_json;

	if (lines_open(&l, path, NULL) < 0 || maas_input_peek(l.in, 1, &head) < 0)
		goto out;
	if (head.n && (*head.s == 'm' || (unsigned char)*head.s == 0x88 || (unsigned char)*head.s == 0xA1) &&
	    maas_input_peek(l.in, 16, &head) == 0 && maas_tokens_is(head)) {
		rc = decode_tokens(j, l.in);
		goto out;
	}
	is_json = head.n && *head.s == '{';
	while ((rc = lines_next(&l)) > 0) {
		for (size_t i = 0; i < l.n; i++)
			if ((is_json ? decode_json(j, l.line[i]) : decode_line(j, l.line[i])) < 0) {
				rc = maas_in("%s:%zu", maas_input_name(l.in), l.first + i);
				goto out;
			} else if (j->out.n > (1u << 20) && put_out(&j->out, j->o->line_buffered) < 0) {
				rc = -1;
				goto out;
			}
		if (put_out(&j->out, j->o->line_buffered) < 0) {
			rc = -1;
			break;
		}
	}
out:
	lines_close(&l);
	return rc;
}

int
decode(struct call *c)
{
	struct job j = { .o = c->part[0] };
	struct maas_tokenizer *t;
	const char *path;
	int status;

	if (!(t = need_tokenizer(c, j.o->model, &status)))
		return status;
	j.t = t;
	for (int i = 0; status == 0 && (path = nth_input(c, i)); i++)
		if (decode_file(&j, path) < 0)
			status = fail(c);
	if (status == 0)
		status = finish(c);
	else if (j.out.n)
		fwrite(j.out.s, 1, j.out.n, stdout); /* the good lines before */
	maas_ids_free(&j.ids);
	maas_buf_free(&j.out);
	maas_tokenizer_free(t);
	return status;
}
