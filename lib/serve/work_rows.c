/*
 * work_rows.c -- predict and explain: texts and rows to labels.  What waits when the
 * scheduler comes round is worked on together, a record a time by each member of the team,
 * and at most SLICE records before others get their turn.
 */
#include <stdlib.h>
#include <string.h>

#include "records.h"

#define SLICE     256 /* records */
#define EXPLAINED 256 /* words of a text that are explained: others wait for it */

struct ranked {
	double p;
	size_t label;
};

struct slot {
	struct ask *ask;
	size_t i;            /* of its records */
	struct maas_buf out; /* the record's answer, or why there is none */
	int bad;
};

struct characters { /* of a text: those in front of each of its bytes, and of its end */
	uint32_t *at;
	size_t n, cap;
};

struct rows_slots {
	const struct maas_rows *rows;
	int members;
	struct maas_rows_call **call;  /* [members], as what follows */
	double *score;                 /* [members][scores] */
	struct characters *characters; /* [members] */
	struct ranked *ranked;         /* [members][labels] */
	struct slot slot[SLICE];
	size_t n;
};

struct rows_slots *
rows_slots_new(const struct maas_rows *rows, int members)
{
	struct rows_slots *s = maas_alloc(1, sizeof *s);
	size_t labels = maas_rows_labels(rows);

	if (!s)
		return NULL;
	s->rows = rows;
	s->members = members;
	s->call = maas_alloc((size_t)members, sizeof *s->call);
	s->score = maas_alloc((size_t)members * maas_rows_scores(rows), sizeof *s->score);
	s->characters = maas_alloc((size_t)members, sizeof *s->characters);
	s->ranked = maas_alloc((size_t)members * labels, sizeof *s->ranked);
	if (!s->call || !s->score || !s->characters || !s->ranked)
		goto fail;
	for (int i = 0; i < members; i++)
		if (!(s->call[i] = maas_rows_call_new(rows)))
			goto fail;
	return s;
fail:
	rows_slots_free(s);
	return NULL;
}

void
rows_slots_free(struct rows_slots *s)
{
	if (!s)
		return;
	for (int i = 0; s->call && i < s->members; i++)
		maas_rows_call_free(s->call[i]);
	for (int i = 0; s->characters && i < s->members; i++)
		free(s->characters[i].at);
	for (size_t i = 0; i < SLICE; i++)
		maas_buf_free(&s->slot[i].out);
	free(s->call);
	free(s->score);
	free(s->characters);
	free(s->ranked);
	free(s);
}

/* One record: by a member of the team */

static int
likelier(const void *a, const void *b)
{
	const struct ranked *x = a, *y = b;

	return x->p != y->p ? (x->p < y->p ? 1 : -1) : x->label < y->label ? -1 : x->label > y->label;
}

static int
put_scores(struct maas_buf *to, const struct maas_rows *rows, const struct ranked *r, size_t n)
{
	if (maas_buf_text(to, "\"label\":") < 0 || maas_json_put_text(to, maas_rows_label(rows, r[0].label)) < 0 ||
	    maas_buf_text(to, ",\"score\":") < 0 || maas_json_put_float(to, (float)r[0].p) < 0 ||
	    maas_buf_text(to, ",\"scores\":[") < 0)
		return -1;
	for (size_t i = 0; i < n; i++)
		if (maas_buf_text(to, i ? ",{\"label\":" : "{\"label\":") < 0 ||
		    maas_json_put_text(to, maas_rows_label(rows, r[i].label)) < 0 ||
		    maas_buf_text(to, ",\"score\":") < 0 || maas_json_put_float(to, (float)r[i].p) < 0 ||
		    maas_buf_text(to, "}") < 0)
			return -1;
	return maas_buf_text(to, "]");
}

static int
count_characters(struct characters *c, struct maas_span s)
{
	const char *p = s.s, *end = s.s + s.n;

	c->n = 0;
	if (maas_grow(&c->at, 0, &c->cap, s.n + 1, sizeof *c->at) < 0)
		return -1;
	for (uint32_t n = 0; p < end; n++) {
		const char *first = p;

		maas_utf8_next(&p, end);
		while (first++ < p)
			c->at[c->n++] = n;
		c->at[c->n] = n + 1;
	}
	if (!s.n)
		c->at[0] = 0;
	return 0;
}

/* Where a piece stands first, in characters from the text's beginning; and where else.  c NULL: nowhere. */
static int
put_places(struct maas_buf *to, const struct maas_piece *p, const struct characters *c)
{
	if (!p->places || !c)
		return maas_buf_text(to, ",\"start\":null,\"end\":null");
	if (maas_buf_printf(to, ",\"start\":%u,\"end\":%u", c->at[p->place[0].start], c->at[p->place[0].end]) < 0)
		return -1;
	for (size_t i = 1; i < p->places; i++)
		if (maas_buf_printf(to, "%s[%u,%u]", i == 1 ? ",\"also\":[" : ",", c->at[p->place[i].start],
			c->at[p->place[i].end]) < 0)
			return -1;
	return p->places > 1 ? maas_buf_text(to, "]") : 0;
}

static int
put_pieces(struct maas_buf *to, const struct maas_explanation *e, size_t top, const struct characters *c)
{
	const char *rest = e->method == MAAS_CONTRIBUTION ? "intercept" : "rest";

	if (maas_buf_printf(to, ",\"method\":\"%s\",\"logit\":", maas_method_names[e->method]) < 0 ||
	    maas_json_put_real(to, e->logit) < 0 || maas_buf_printf(to, ",\"%s\":", rest) < 0 ||
	    maas_json_put_real(to, e->intercept) < 0 || maas_buf_text(to, ",\"contributions\":[") < 0)
		return -1;
	for (size_t i = 0; i < e->n && i < top; i++) {
		const struct maas_piece *p = &e->piece[i];

		if (maas_buf_text(to, i ? ",{\"piece\":" : "{\"piece\":") < 0 ||
		    maas_json_put_text(to, p->feature) < 0 || put_places(to, p, c) < 0)
			return -1;
		if (maas_buf_text(to, ",\"value\":") < 0 || maas_json_put_real(to, p->value) < 0 ||
		    maas_buf_text(to, ",\"contribution\":") < 0 || maas_json_put_real(to, p->contribution) < 0 ||
		    maas_buf_text(to, "}") < 0)
			return -1;
	}
	return maas_buf_text(to, "]");
}

struct maas_rows_call *
rows_call(struct rows_slots *s, int member)
{
	return s->call[member];
}

int
rows_put(struct rows_slots *s, int member, const struct records *r, const double *p, struct maas_span text,
    struct maas_buf *to)
{
	size_t labels = maas_rows_labels(s->rows);
	struct ranked *ranked = s->ranked + (size_t)member * labels;
	struct characters *places = text.s ? &s->characters[member] : NULL;
	struct maas_explanation why;

	for (size_t i = 0; i < labels; i++)
		ranked[i] = (struct ranked){ p[i], i };
	if (labels)
		qsort(ranked, labels, sizeof *ranked, likelier);
	if (!labels && (maas_buf_text(to, "\"value\":") < 0 || maas_json_put_real(to, p[0]) < 0))
		return -1;
	if (labels && put_scores(to, s->rows, ranked, r->top_k < labels ? r->top_k : labels) < 0)
		return -1;
	if (!r->explain)
		return 0;
	if (maas_rows_explain(s->call[member], labels ? ranked[0].label : 0, r->method, &why) < 0)
		return -1;
	if (places && count_characters(places, text) < 0)
		return -1;
	return put_pieces(to, &why, r->top, places);
}

/* Why a word has its tag. */
static int
put_word(struct rows_slots *s, int member, const struct records *r, size_t word, struct maas_span token, size_t tag,
    struct maas_buf *to)
{
	struct maas_explanation why;

	if (maas_rows_explain_word(s->call[member], word, &why) < 0 ||
	    maas_buf_printf(to, "{\"word\":%zu,\"token\":", word + 1) < 0 || maas_json_put_text(to, token) < 0 ||
	    maas_buf_text(to, ",\"label\":") < 0 || maas_json_put_text(to, maas_rows_label(s->rows, tag)) < 0 ||
	    put_pieces(to, &why, r->top, &s->characters[member]) < 0)
		return -1;
	return maas_buf_text(to, "}");
}

/* Of each word whose tag tells something. */
static int
put_words(struct rows_slots *s, int member, const struct records *r, const struct maas_tagged *t, struct maas_buf *to)
{
	struct maas_span rest = t->text;
	size_t some = 0;

	if (t->words > EXPLAINED)
		return maas_fail("%zu words: at most %d are explained", t->words, EXPLAINED);
	if (maas_rows_explain_words(s->call[member], t, r->method) < 0 ||
	    count_characters(&s->characters[member], t->text) < 0 || maas_buf_text(to, ",\"explanations\":[") < 0)
		return -1;
	for (size_t i = 0; i < t->words; i++) {
		struct maas_span token = maas_word_next(&rest);

		if (!maas_rows_tells(s->rows, t->tag[i]))
			continue;
		if ((some++ && maas_buf_text(to, ",") < 0) || put_word(s, member, r, i, token, t->tag[i], to) < 0)
			return -1;
	}
	return maas_buf_text(to, "]");
}

int
rows_put_tags(struct rows_slots *s, int member, const struct ask *a, const struct maas_tagged *t, struct maas_buf *to)
{
	for (size_t i = 0; i < t->words; i++)
		watch_said(a->model->watch, member, t->tag[i], (double)t->p[i]);
	if (maas_rows_put_tagged(s->rows, t, to) < 0)
		return -1;
	return a->records->explain ? put_words(s, member, a->records, t, to) : 0;
}

static int
answer_words(struct rows_slots *s, struct slot *slot, int member)
{
	const struct records *r = slot->ask->records;
	struct maas_span item = r->item[slot->i];
	struct maas_tagged t;

	if ((r->text ? maas_rows_tag_text : maas_rows_tag_record)(s->call[member], item, &t) < 0)
		return -1;
	return rows_put_tags(s, member, slot->ask, &t, &slot->out);
}

static int
answer(struct rows_slots *s, struct slot *slot, int member)
{
	const struct records *r = slot->ask->records;
	struct maas_span item = r->item[slot->i];
	double *p = s->score + (size_t)member * maas_rows_scores(s->rows);
	struct watch *watch = slot->ask->model->watch;

	if ((r->text ? maas_rows_text(s->call[member], item, p) : maas_rows_record(s->call[member], item, p)) < 0)
		return -1;
	if (watch_wants(slot->i, r->many))
		watch_row(watch, member, s->call[member]);
	watch_answer(watch, member, p);
	return rows_put(s, member, r, p, r->text ? item : (struct maas_span){ 0 }, &slot->out);
}

static void
answer_some(void *arg, size_t begin, size_t end, int member)
{
	struct rows_slots *s = arg;

	for (size_t i = begin; i < end; i++) {
		struct slot *slot = &s->slot[i];

		slot->out.n = 0;
		slot->bad = (maas_rows_tagging(s->rows) ? answer_words : answer)(s, slot, member) < 0;
		if (slot->bad) {
			slot->out.n = 0;
			if (maas_buf_text(&slot->out, maas_error()) < 0)
				slot->out.n = 0;
		}
	}
	maas_rows_call_forget(s->call[member]);
	maas_thread_forget();
}

/* A slice: by the scheduler */

int
rows_put_head(struct ask *a)
{
	struct maas_buf *to = maas_http_body(a->http);

	if (maas_buf_add(to, a->model->head.s, a->model->head.n) < 0)
		return -1;
	return a->records->list ? maas_buf_text(to, "\"predictions\":[") : 0;
}

int
rows_put_tail(struct ask *a)
{
	struct maas_buf *to = maas_http_body(a->http);

	if (maas_buf_text(to, a->records->list ? "],\"request_id\":\"" : ",\"request_id\":\"") < 0 ||
	    maas_buf_text(to, a->http->id) < 0)
		return -1;
	return maas_buf_text(to, "\"}");
}

static enum begun
rows_begin(struct ask *a)
{
	if (rows_put_head(a) == 0)
		return BEGUN;
	scheduler_done(a, FINISHED_ERROR);
	reply_json(a, -1);
	return BEGUN_OVER;
}

static void
finish(struct ask *a)
{
	int rc = rows_put_tail(a);

	scheduler_done(a, rc < 0 ? FINISHED_ERROR : FINISHED_STOP);
	reply_json(a, rc);
}

/* A record that cannot be read fails its request: the answers of the others are in the way of seeing that. */
static void
refuse(struct ask *a, const struct slot *slot)
{
	int large = maas_http_body(a->http)->n > ANSWER_MAX;
	char param[64];

	if (a->records->list)
		snprintf(param, sizeof param, "%s[%zu]", a->records->text ? "text" : "rows", slot->i);
	else
		snprintf(param, sizeof param, "%s", a->records->text ? "text" : "row");
	scheduler_done(a, FINISHED_ERROR);
	if (large)
		reply_error(a, 413, "request_too_large", param,
		    "%s: the answers are larger than 256 MiB: send fewer at once", param);
	else
		reply_error(a, 400, "invalid_record", param, "%s: %s", param, slot->out.n ? slot->out.s : "no memory");
}

static void
deliver(struct slot *slot)
{
	struct ask *a = slot->ask;
	struct records *r = a->records;
	struct maas_buf *to = maas_http_body(a->http);

	if (r->list &&
	    (maas_buf_text(to, slot->i ? ",{" : "{") < 0 || maas_buf_add(to, slot->out.s, slot->out.n) < 0 ||
		maas_buf_text(to, "}") < 0))
		slot->bad = 1;
	else if (!r->list && maas_buf_add(to, slot->out.s, slot->out.n) < 0)
		slot->bad = 1;
	slot->bad |= to->n > ANSWER_MAX;
	r->done++;
}

/* Records for the slots up to `most`, of asks in their order, those of an ask side by side. */
static void
fill_slots(struct rows_slots *s, const struct hosted *m, int fresh, size_t most)
{
	for (struct ask *a = m->active; a && s->n < most; a = a->next) {
		struct records *r = a->records;

		if (a->work != &work_rows || r->taken > r->done || (fresh && r->taken))
			continue;
		size_t some = r->explain && maas_rows_tagging(s->rows) ? TOLD : most;

		for (; r->taken < r->n && s->n < most && some; s->n++, some--) {
			s->slot[s->n].ask = a;
			s->slot[s->n].i = r->taken++;
		}
	}
}

/* Half of it is for those that have had nothing yet: a few records do not wait for thousands. */
static void
rows_slice(struct maas_server *server, struct hosted *m)
{
	struct rows_slots *s = m->slots;

	if (!s)
		return;
	s->n = 0;
	fill_slots(s, m, 1, SLICE / 2);
	fill_slots(s, m, 0, SLICE);
	if (!s->n)
		return;
	maas_team_run(server->team, s->n, 4, answer_some, s);
	count_size(&m->metrics->batch, s->n);
	count_add(&m->metrics->records, s->n);
	for (size_t i = 0; i < s->n; i++) {
		struct slot *slot = &s->slot[i];
		struct ask *a = slot->ask;
		int last = i + 1 == s->n || s->slot[i + 1].ask != a;

		if (!slot->bad)
			deliver(slot);
		if (slot->bad) { /* what else it has here goes with it */
			while (i + 1 < s->n && s->slot[i + 1].ask == a)
				i++;
			refuse(a, slot);
		} else if (last && a->records->done == a->records->n) {
			finish(a);
		}
	}
	for (size_t i = 0; i < s->n; i++)
		maas_buf_wipe(&s->slot[i].out);
}

static void
rows_stop(struct ask *a)
{
	maas_http_body(a->http)->n = 0;
}

const struct work work_rows = { rows_begin, rows_slice, rows_stop };

/* The body: by an HTTP thread */

static int
copy_item(struct ask *a, const struct maas_json *j, struct maas_span *to)
{
	struct maas_buf b = { 0 };
	struct maas_span s;
	int rc = 0;

	if (maas_json_text(j, &s) == 0) {
		to->s = maas_take_text(a->arena, s.s, s.n);
		to->n = s.n;
		return to->s ? 0 : -1;
	}
	rc = maas_json_put(&b, j);
	if (rc == 0) {
		to->s = maas_take_text(a->arena, b.s, b.n);
		to->n = b.n;
	}
	maas_buf_free(&b);
	return rc < 0 || !to->s ? -1 : 0;
}

static int
bad_item(struct ask *a, const struct records *r, size_t i, const char *name, enum maas_json_type want)
{
	char which[64];

	snprintf(which, sizeof which, r->list ? "%s[%zu]" : "%s", name, i);
	reply_error(a, 400, "invalid_type", which, "'%s' is %s", which,
	    want != MAAS_J_TEXT ? "no object"
		: r->list       ? "no text"
				: "neither a text nor a list of texts");
	return -1;
}

static int
read_items(struct ask *a, struct records *r, const struct maas_json *j, const char *name, enum maas_json_type want)
{
	char why[SIZE_WHY];

	if (r->n > RECORDS) {
		reply_error(a, 413, "request_too_large", name, "%zu records, at most %d", r->n, RECORDS);
		return -1;
	}
	if (ask_rows_check(a, r->n, why) < 0) {
		reply_error(a, 413, "request_too_large", name, "%s", why);
		return -1;
	}
	r->item = maas_take(a->arena, r->n + 1, sizeof *r->item);
	for (size_t i = 0; r->item && i < r->n; i++) {
		const struct maas_json *one = r->list ? maas_json_at(j, i) : j;

		if (maas_json_type(one) != want)
			return bad_item(a, r, i, name, want);
		if (copy_item(a, one, &r->item[i]) < 0)
			r->item = NULL;
	}
	if (r->item)
		return 0;
	reply_json(a, -1);
	return -1;
}

/* Exactly one of text, row, rows. */
static int
read_records(struct ask *a, struct records *r, const struct maas_json *body)
{
	const struct maas_json *text = maas_json_get(body, "text"), *row = maas_json_get(body, "row");
	const struct maas_json *rows = maas_json_get(body, "rows"), *j = text ? text : row ? row : rows;

	if (!text + !row + !rows != 2) {
		reply_error(a, 400, "missing_parameter", NULL, "want one of 'text', 'row' and 'rows'");
		return -1;
	}
	r->text = text != NULL;
	r->list = rows || (text && maas_json_type(text) == MAAS_J_LIST);
	if (rows && maas_json_type(rows) != MAAS_J_LIST) {
		reply_error(a, 400, "invalid_type", "rows", "'rows' is no list of objects");
		return -1;
	}
	r->n = r->list ? maas_json_size(j) : 1;
	return read_items(a, r, j, text ? "text" : row ? "row" : "rows", text ? MAAS_J_TEXT : MAAS_J_OBJECT);
}

static int
read_limit(struct ask *a, const struct maas_json *body, const char *name, size_t *to)
{
	const struct maas_json *j = maas_json_get(body, name);
	int64_t n;

	*to = SIZE_MAX;
	if (!j)
		return 0;
	if (maas_json_int(j, &n) < 0 || n < 1) {
		reply_error(a, 400, "invalid_value", name, "'%s' is no number above 0", name);
		return -1;
	}
	*to = (size_t)n;
	return 0;
}

/* The items as a table of JSON lines, for models that read nothing else. */
static int
as_table(struct ask *a, struct records *r)
{
	size_t n = 0;
	char *p;

	for (size_t i = 0; i < r->n; i++)
		n += r->item[i].n + 1;
	if (!(p = maas_take(a->arena, n, 1)))
		return -1;
	r->table = (struct maas_span){ p, n };
	r->strict = 1;
	for (size_t i = 0; i < r->n; i++) {
		memcpy(p, r->item[i].s, r->item[i].n);
		p += r->item[i].n;
		*p++ = '\n';
	}
	return table_type("application/x-ndjson", r) - 1;
}

/* One of maas_method_names that the model has. */
static int
read_method(struct ask *a, const struct maas_json *body, struct records *r)
{
	const struct maas_json *j = maas_json_get(body, "method");
	enum maas_method method = MAAS_METHOD_AUTO;
	struct maas_span s;

	if (!j)
		return 0;
	if (maas_json_text(j, &s) < 0) {
		reply_error(a, 400, "invalid_type", "method", "'method' is no text");
		return -1;
	}
	while (maas_method_names[method] && !maas_span_is(s, maas_method_names[method]))
		method++;
	r->method = method;
	if (!maas_method_names[method])
		reply_error(a, 400, "invalid_value", "method",
		    "'method' is none of auto, contribution, gradient, occlusion, attention");
	else if (maas_rows_method(a->model->rows, &method) < 0)
		reply_error(a, 400, "invalid_value", "method", "%s", maas_error());
	else
		return 0;
	return -1;
}

static int
read_body(struct ask *a, struct records *r)
{
	static const char *const known[] = { "text", "row", "rows", "top_k", "top", "method", NULL };
	static const char *const known_of_predict[] = { "text", "row", "rows", "top_k", "top", NULL };
	struct maas_json *body;
	int rc;

	if (!(body = read_object(a)))
		return -1;
	rc = check_members(a, body, r->explain ? known : known_of_predict) < 0 ||
	    read_limit(a, body, "top_k", &r->top_k) < 0 || read_limit(a, body, "top", &r->top) < 0 ||
	    read_method(a, body, r) < 0 || read_records(a, r, body) < 0;
	maas_json_free(body);
	return rc ? -1 : 0;
}

/* Items of a JSON body, by text or by row. */
static void
run_items(struct ask *a, struct records *r)
{
	if (read_body(a, r) < 0)
		return;
	r->many = r->n > MANY_ROWS;
	if (!r->n)
		reply_json(a, rows_put_head(a) < 0 ? -1 : rows_put_tail(a));
	else if (a->model->rows)
		scheduler_queue(a, &work_rows);
	else if (r->text)
		reply_error(a, 400, "invalid_value", "text", "the model takes rows of numbers: 'row' or 'rows'");
	else if (as_table(a, r) < 0)
		reply_json(a, -1);
	else
		scheduler_queue(a, &work_table);
}

/* curl calls everything a form: what does not begin as JSON is taken for a table. */
static int
untyped_table(const struct ask *a, const char *type, struct records *r)
{
	const char *p = a->http->body.s, *end = p + a->http->body.n;

	if (type && !type_is(type, "application/x-www-form-urlencoded"))
		return 0;
	while (p < end && strchr(" \t\r\n", *p) && *p)
		p++;
	return p < end && !strchr("{[\"", *p) && table_type("text/plain", r);
}

/* A picture or a sound: one record. */
static void
run_medium(struct ask *a, struct records *r, enum maas_medium sent)
{
	static const char *const names[] = { "rows", "pictures", "sounds" };
	const struct maas_columns *c = table_columns(a->model);
	enum maas_medium wanted = maas_columns_medium(c);

	if (sent != wanted) {
		reply_error(a, 415, "unsupported_media_type", NULL, "the model takes %s, no %s",
		    c->texts && !c->numbers && !c->words ? "texts" : names[wanted], names[sent]);
		return;
	}
	r->strict = 1;
	r->read.format = table_format(sent == MAAS_PICTURE ? &maas_format_picture : &maas_format_sound);
	if (!a->server->unpacker) {
		reply_error(
		    a, 415, "unsupported_media_type", NULL, "no %s are read from a file of requests", names[sent]);
		return;
	}
	unpack_queue(a->server->unpacker, a, unpack_record);
}

static void
run_rows(struct ask *a, int explain)
{
	struct records *r;
	enum maas_medium medium;
	int lines;

	a->model = hosted_of_path(a);
	if (!a->model)
		return;
	if (!table_columns(a->model) || (explain && !a->model->rows)) {
		reply_error(a, 501, "not_supported", NULL, "%s models do not %s", a->model->model->kind->name,
		    explain ? "explain" : "classify");
		return;
	}
	r = a->records = maas_take(a->arena, 1, sizeof *r);
	if (!r) {
		reply_json(a, -1);
		return;
	}
	r->explain = explain;
	r->top_k = r->top = SIZE_MAX;
	medium = unpack_medium(a, a->type);
	if (!medium && !table_type(a->type, r) && !untyped_table(a, a->type, r)) {
		run_items(a, r);
		return;
	}
	r->table = a->http->body;
	r->list = !medium;
	lines = r->read.format && maas_formats[r->read.format - 1] == &maas_format_jsonl;
	r->form = table_form(a, lines ? FORM_LINES : FORM_JSON);
	if ((explain || (a->model->rows && maas_rows_tagging(a->model->rows))) && r->form != FORM_LINES)
		r->form = FORM_JSON;
	if (medium)
		run_medium(a, r, medium);
	else
		scheduler_queue(a, &work_table);
}

void
run_predict(struct ask *a)
{
	run_rows(a, 0);
}

void
run_explain(struct ask *a)
{
	run_rows(a, 1);
}
