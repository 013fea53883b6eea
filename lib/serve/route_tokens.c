/*
 * route_tokens.c -- texts to token ids and back, as llama-server's routes do it.  The
 * scheduler does the work, with the encoder it has for prompts.
 */
#include <string.h>

#include "server.h"

#define CONTENT_MAX ((size_t)1 << 20)  /* bytes: nobody else is served meanwhile */
#define BACK_MAX    (CONTENT_MAX << 1) /* of what ids say, special ones too */

struct pieces {
	int back; /* ids to text */
	int add_special, parse_special, with_pieces;
	struct maas_span content;
	int32_t *id;
	size_t n;
};

/* A text; where the bytes are none by themselves, their list. */
static int
put_piece(struct maas_buf *to, struct maas_span s)
{
	if (maas_utf8_good(s))
		return maas_json_put_text(to, s);
	for (size_t i = 0; i < s.n; i++)
		if (maas_buf_printf(to, i ? ",%u" : "[%u", (unsigned char)s.s[i]) < 0)
			return -1;
	return maas_buf_text(to, "]");
}

static int
put_tokens(const struct ask *a, const int32_t *id, size_t n, struct maas_buf *to)
{
	const struct pieces *p = a->pieces;

	if (maas_buf_text(to, "{\"tokens\":[") < 0)
		return -1;
	for (size_t i = 0; i < n; i++) {
		if (i && maas_buf_text(to, ",") < 0)
			return -1;
		if (!p->with_pieces && maas_buf_printf(to, "%d", id[i]) < 0)
			return -1;
		if (p->with_pieces &&
		    (maas_buf_printf(to, "{\"id\":%d,\"piece\":", id[i]) < 0 ||
			put_piece(to, maas_token_bytes(a->model->tokenizer, id[i])) < 0 || maas_buf_text(to, "}") < 0))
			return -1;
	}
	return maas_buf_text(to, "]}");
}

/* 0; -1 where there is no such answer, 1 no memory to say it. */
static int
encode(struct ask *a, struct maas_buf *to)
{
	const struct pieces *p = a->pieces;
	struct hosted *m = a->model;
	int32_t bos = maas_token_bos(m->tokenizer), eos = maas_token_eos(m->tokenizer);
	struct maas_encoder *own = p->parse_special ? maas_encoder_new(m->tokenizer, 1) : NULL;
	int begins = p->add_special && bos >= 0 && maas_tokenizer_adds_bos(m->tokenizer);
	int ends = p->add_special && eos >= 0 && maas_tokenizer_adds_eos(m->tokenizer), rc = -1;

	m->ids.n = 0;
	if (p->parse_special && !own)
		return 1;
	if (maas_grow(&m->ids.id, 0, &m->ids.cap, 1, sizeof *m->ids.id) == 0) {
		if (begins)
			m->ids.id[m->ids.n++] = bos;
		rc = maas_encode(own ? own : m->encoder, p->content, &m->ids);
	}
	maas_encoder_free(own);
	if (rc < 0)
		return -1;
	if (ends && maas_grow(&m->ids.id, m->ids.n, &m->ids.cap, 1, sizeof *m->ids.id) < 0)
		return 1;
	if (ends)
		m->ids.id[m->ids.n++] = eos;
	return put_tokens(a, m->ids.id, m->ids.n, to) < 0;
}

static int
decode(struct ask *a, struct maas_buf *to)
{
	const struct pieces *p = a->pieces;
	struct maas_buf *text = &a->model->scratch;

	text->n = 0;
	if (maas_decode(a->model->tokenizer, p->id, p->n, 0, text) < 0)
		return -1;
	return maas_buf_text(to, "{\"content\":") < 0 ||
	    maas_json_put_text(to, (struct maas_span){ text->s, text->n }) < 0 || maas_buf_text(to, "}") < 0;
}

static enum begun
tokens_begin(struct ask *a)
{
	struct maas_buf *to = maas_http_body(a->http);
	int rc = a->pieces->back ? decode(a, to) : encode(a, to);

	scheduler_done(a, rc ? FINISHED_ERROR : FINISHED_STOP);
	if (rc < 0 && maas_why() != MAAS_OS)
		reply_error(a, 400, "invalid_value", a->pieces->back ? "tokens" : "content", "%s", maas_error());
	else
		reply_json(a, rc ? -1 : 0);
	return BEGUN_OVER;
}

/* All is done in begin. */
static void
tokens_stop(struct ask *a)
{
	(void)a;
}

static const struct work work_tokens = { tokens_begin, NULL, tokens_stop };

/* The body: by an HTTP thread */

/* The model that the path, or the body, names; else the only one there is that has tokens. */
static struct hosted *
find_model(struct ask *a, const struct maas_json *body)
{
	const struct maas_json *j = maas_json_get(body, "model");
	const char *only = NULL;
	struct maas_span name;
	int several;

	if (a->model_name.n)
		return hosted_of_path(a);
	if (j && maas_json_text(j, &name) < 0) {
		reply_error(a, 400, "invalid_type", "model", "'model' is no text");
		return NULL;
	}
	if (!j && !(only = hosted_with_tokens(a, &several))) {
		if (several)
			reply_error(
			    a, 400, "missing_parameter", "model", "there are several models: 'model' says which");
		else
			reply_error(a, 501, "not_supported", NULL, "no model of this key has tokens");
		return NULL;
	}
	return hosted_for(a, j ? name : maas_span(only));
}

static int
read_flag(struct ask *a, const struct maas_json *body, const char *name, int *to)
{
	const struct maas_json *j = maas_json_get(body, name);

	*to = 0;
	if (!j || maas_json_bool(j, to) == 0)
		return 0;
	reply_error(a, 400, "invalid_type", name, "'%s' is neither true nor false", name);
	return -1;
}

static int
read_content(struct ask *a, const struct maas_json *body)
{
	struct pieces *p = a->pieces;
	const struct maas_json *j = maas_json_get(body, "content");
	struct maas_span s;

	if (!j || maas_json_text(j, &s) < 0) {
		reply_error(a, 400, j ? "invalid_type" : "missing_parameter", "content", "'content' is no text");
		return -1;
	}
	if (s.n > CONTENT_MAX) {
		reply_error(a, 413, "request_too_large", "content", "%zu bytes, at most %zu", s.n, CONTENT_MAX);
		return -1;
	}
	p->content.s = maas_take_text(a->arena, s.s, s.n);
	p->content.n = s.n;
	if (p->content.s)
		return 0;
	reply_json(a, -1);
	return -1;
}

static int
read_ids(struct ask *a, const struct maas_json *body)
{
	struct pieces *p = a->pieces;
	const struct maas_json *j = maas_json_get(body, "tokens");
	size_t bytes = 0;
	int64_t id;

	if (!j || maas_json_type(j) != MAAS_J_LIST) {
		reply_error(a, 400, j ? "invalid_type" : "missing_parameter", "tokens", "'tokens' is no list of ids");
		return -1;
	}
	p->n = maas_json_size(j);
	p->id = maas_take(a->arena, p->n + 1, sizeof *p->id);
	if (!p->id) {
		reply_json(a, -1);
		return -1;
	}
	for (size_t i = 0; i < p->n; i++) {
		if (maas_json_int(maas_json_at(j, i), &id) < 0 || id < 0 || id > INT32_MAX) {
			reply_error(a, 400, "invalid_type", "tokens", "tokens[%zu] is no id", i);
			return -1;
		}
		p->id[i] = (int32_t)id;
		bytes += maas_token_bytes(a->model->tokenizer, p->id[i]).n;
	}
	if (bytes <= BACK_MAX)
		return 0;
	reply_error(a, 413, "request_too_large", "tokens", "%zu bytes, at most %zu", bytes, BACK_MAX);
	return -1;
}

static int
read_request(struct ask *a, const struct maas_json *body)
{
	static const char *const there[] = { "model", "content", "add_special", "parse_special", "with_pieces", NULL };
	static const char *const back[] = { "model", "tokens", NULL };
	struct pieces *p = a->pieces;

	if (check_members(a, body, p->back ? back : there) < 0 || !(a->model = find_model(a, body)))
		return -1;
	if (!a->model->tokenizer) {
		reply_error(a, 501, "not_supported", "model", "%s models have no tokens", a->model->model->kind->name);
		return -1;
	}
	if (p->back)
		return read_ids(a, body);
	return read_flag(a, body, "add_special", &p->add_special) < 0 ||
		read_flag(a, body, "parse_special", &p->parse_special) < 0 ||
		read_flag(a, body, "with_pieces", &p->with_pieces) < 0 || read_content(a, body) < 0
	    ? -1
	    : 0;
}

static void
run_tokens(struct ask *a, int back)
{
	struct maas_json *body = read_object(a);
	int rc;

	if (!body)
		return;
	a->pieces = maas_take(a->arena, 1, sizeof *a->pieces);
	if (a->pieces) {
		a->pieces->back = back;
		rc = read_request(a, body);
		maas_json_free(body);
		if (rc == 0)
			scheduler_queue(a, &work_tokens);
		return;
	}
	maas_json_free(body);
	reply_json(a, -1);
}

void
run_tokenize(struct ask *a)
{
	run_tokens(a, 0);
}

void
run_detokenize(struct ask *a)
{
	run_tokens(a, 1);
}
