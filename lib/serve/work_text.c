/*
 * work_text.c -- completions: sequences join the model's decoder when there is a place, and
 * every slice is one step of all that run.  Everything that can be refused is refused before
 * the first byte.
 */
#include <string.h>

#include "completions.h"

#define MAX_UNSET  16                 /* tokens, where max_tokens is not said: OpenAI's */
#define ANSWER_MAX ((size_t)32 << 20) /* bytes of an answer that is kept until it is whole, about */

/* The end of a request that cannot go on.  Releases what it has. */
static void
break_off(struct ask *a, int status, const char *code, const char *message)
{
	struct maas_buf *event = &a->model->scratch;
	int rc;

	work_text.stop(a);
	scheduler_done(a, FINISHED_ERROR);
	if (!a->started) {
		reply_error(a, status, code, NULL, "%s", message);
		return;
	}
	event->n = 0;
	if (maas_buf_text(event, "data: ") < 0 || put_error(event, status, code, NULL, message) < 0 ||
	    maas_buf_text(event, "\n\n") < 0 || maas_http_write(a->http, event->s, event->n) < 0)
		event->n = 0; /* nobody is there to be told */
	rc = event->n > 0;
	maas_buf_wipe(event);
	maas_http_end(a->http, rc);
}

/* As maas-generate does: the mark that begins a text where the tokeniser says so; nothing at all
 * begins behind that mark, or behind the end of another text. */
int
prompt_encode(struct hosted *m, struct maas_arena *arena, struct prompt *p)
{
	int32_t first = maas_token_bos(m->tokenizer);
	int mark = maas_tokenizer_adds_bos(m->tokenizer) && first >= 0;

	m->ids.n = 0;
	if (maas_encode(m->encoder, p->text, &m->ids) < 0)
		return -1;
	if (!mark && !m->ids.n && maas_model_begins(m->model, m->tokenizer, &first) < 0)
		return -1;
	if (!mark && !m->ids.n && first < 0)
		return maas_fail("an empty prompt, and there is no token that begins or ends a text");
	mark |= !m->ids.n;
	p->n = m->ids.n + (size_t)mark;
	p->id = maas_take(arena, p->n, sizeof *p->id);
	if (!p->id)
		return -1;
	if (mark)
		p->id[0] = first;
	memcpy(p->id + mark, m->ids.id, m->ids.n * sizeof *p->id);
	return 0;
}

/* Does the prompt leave room for what is asked?  -1: no, and the ask is over. */
static int
check_room(struct ask *a, const struct prompt *q)
{
	const struct prompts *p = a->prompts;
	size_t context = maas_decoder_context(a->model->decoder), new = p->max_tokens > 0 ? (size_t)p->max_tokens : 0;
	char message[256];

	if (p->max_tokens < 0)
		new = 1;
	if (q->n <= context && new <= context - q->n)
		return 0;
	snprintf(message, sizeof message,
	    "This model's maximum context length is %zu tokens, however you requested %zu tokens (%zu in your prompt; "
	    "%zu for the completion).",
	    context, q->n + new, q->n, new);
	break_off(a, 400, "context_length_exceeded", message);
	return -1;
}

/* Tokens that may follow the prompt, which leaves room for them. */
static size_t
longest_of(const struct ask *a, const struct prompt *q)
{
	size_t room = maas_decoder_context(a->model->decoder) - q->n;

	return a->prompts->max_tokens >= 0 ? (size_t)a->prompts->max_tokens : room < MAX_UNSET ? room : MAX_UNSET;
}

/* Bytes that the choices of a prompt may become, about: of a token its text, or a number for each that is told of
 * it. */
static size_t
answer_bytes(const struct ask *a, const struct prompt *q)
{
	const struct prompts *p = a->prompts;
	size_t tokens = (p->echo ? q->n : 0) + longest_of(a, q);

	return p->n * tokens * (p->logprobs ? 32 * ((size_t)p->like.top + 2) : 8);
}

static int
check_answer(struct ask *a, size_t bytes)
{
	if (a->prompts->stream || bytes <= ANSWER_MAX)
		return 0;
	count_add(&a->server->rejected[REJECTED_SIZE], 1);
	break_off(a, 413, "request_too_large",
	    "the answer could be larger than 32 MiB: ask for fewer prompts, choices or logprobs, or with 'stream'");
	return -1;
}

static int
encode_all(struct ask *a)
{
	struct prompts *p = a->prompts;
	char why[SIZE_WHY];
	size_t all = 0, bytes = 0;

	for (size_t i = 0; i < p->nprompt; i++) {
		if (!p->prompt[i].id && prompt_encode(a->model, a->arena, &p->prompt[i]) < 0) {
			break_off(a, 400, "invalid_value", maas_error());
			return -1;
		}
		if (check_room(a, &p->prompt[i]) < 0)
			return -1;
		p->prompt_tokens += p->prompt[i].n;
		all += p->prompt[i].n + p->n * longest_of(a, &p->prompt[i]);
		bytes += answer_bytes(a, &p->prompt[i]);
	}
	if (check_answer(a, bytes) < 0)
		return -1;
	if (ask_tokens_check(a, all, why) < 0) {
		break_off(a, 413, "request_too_large", why);
		return -1;
	}
	p->encoded = 1;
	return scheduler_reserve(a, all);
}

/* Keys do not share what they have sent: how soon an answer comes would tell others of it. */
static uint64_t
share_of(const struct ask *a)
{
	uint64_t share = 1;

	if (*a->key)
		memcpy(&share, a->key, sizeof share);
	return share;
}

/* One more of the ask's sequences: 1 joined, 0 no place now, -1 it can never run. */
static int
join(struct ask *a)
{
	struct prompts *p = a->prompts;
	struct choice *c = &p->choice[p->begun];
	struct maas_request q = p->like;

	q.prompt = c->prompt->id;
	q.n = c->prompt->n;
	q.max_new = longest_of(a, c->prompt);
	q.stream = maas_hash(q.prompt, q.n * sizeof *q.prompt, 0) + p->begun; /* as maas-generate draws */
	q.share = share_of(a);
	c->seq = maas_decoder_join(a->model->decoder, &q);
	if (!c->seq)
		return maas_why() == MAAS_TEMPFAIL ? 0 : -1;
	c->seen = c->seq->prompt;
	c->joined = maas_decoder_load(a->model->decoder).steps;
	p->begun++;
	return 1;
}

/* All there is place for. */
static int
join_more(struct ask *a)
{
	struct prompts *p = a->prompts;
	int rc = 1;

	while (p->begun < p->nprompt * p->n && (rc = join(a)) > 0)
		;
	return rc;
}

static enum begun
text_begin(struct ask *a)
{
	struct prompts *p = a->prompts;

	if (!p->encoded && encode_all(a) < 0)
		return BEGUN_OVER;
	if (join_more(a) < 0) {
		break_off(a, 400, "invalid_value", maas_error());
		return BEGUN_OVER;
	}
	if (!p->begun) {
		if (maas_decoder_load(a->model->decoder).running)
			return BEGUN_LATER;
		break_off(a, 503, "overloaded", maas_error());
		return BEGUN_OVER;
	}
	count_add(&a->model->metrics->prompt_tokens, p->prompt_tokens);
	a->tokens = p->prompt_tokens;
	if (p->stream) {
		maas_http_set(a->http, "Cache-Control", "no-cache");
		maas_http_set(a->http, "X-Accel-Buffering", "no");
		maas_http_begin(a->http, 200, "text/event-stream");
		a->started = 1;
	}
	return BEGUN;
}

/* "data: {...choices":[CHOICE]...}": a chunk with what is new.  A client that has left is swept out later. */
static int
send_chunk(struct ask *a, struct choice *c)
{
	struct maas_buf *to = &a->model->scratch;

	to->n = 0;
	if (maas_buf_text(to, "data: ") < 0 || completions_head(a, to) < 0 || (c && completions_choice(a, c, to) < 0) ||
	    maas_buf_text(to, "]") < 0)
		return -1;
	if (a->prompts->usage &&
	    (maas_buf_text(to, ",\"usage\":") < 0 || (c ? maas_buf_text(to, "null") : completions_usage(a, to)) < 0))
		return -1;
	if (maas_buf_text(to, "}\n\n") < 0)
		return -1;
	if (maas_http_write(a->http, to->s, to->n) < 0)
		return 0;
	if (c) {
		c->sent = c->seq->text.n;
		c->told = c->seq->n;
	}
	return 0;
}

/* Keep the finished choice as JSON: its sequence makes place. */
static int
keep(struct ask *a, struct choice *c)
{
	struct maas_buf *to = &a->model->scratch;

	to->n = 0;
	if (completions_choice(a, c, to) < 0)
		return -1;
	c->json = (struct maas_span){ maas_take_text(a->arena, to->s, to->n), to->n };
	return c->json.s ? 0 : -1;
}

static void
count_token(struct ask *a, struct choice *c)
{
	struct model_metrics *m = a->model->metrics;
	size_t fresh = c->seq->n - c->seen;
	double now = maas_clock();

	if (!fresh)
		return;
	if (c->last > 0)
		count_seconds(&m->inter_token, SCALE_TOKEN, now - c->last);
	else {
		count_seconds(&m->first_token, SCALE_FIRST, now - a->http->start);
		count_seconds(&m->prefill, SCALE_REQUEST, now - a->begun);
		count_size(&m->first_steps, maas_decoder_load(a->model->decoder).steps - c->joined);
		c->first = now;
	}
	c->last = now;
	c->seen = c->seq->n;
	a->tokens += fresh;
	a->prompts->completion_tokens += fresh;
	count_add(&m->generated_tokens, fresh);
}

/* What one step has changed for one choice: 0, -1 no memory, 1 the model is broken. */
static int
follow(struct ask *a, struct choice *c)
{
	struct prompts *p = a->prompts;
	enum maas_finish finish = c->seq->finish;
	int rc = 0;

	count_token(a, c);
	if (finish == MAAS_BROKEN)
		return 1;
	if (p->stream && (finish != MAAS_RUNNING || c->seq->text.n > c->sent))
		rc = send_chunk(a, c);
	else if (!p->stream && finish != MAAS_RUNNING)
		rc = keep(a, c);
	if (finish == MAAS_RUNNING || rc < 0)
		return rc;
	if (c->last > 0)
		count_seconds(&a->model->metrics->decode, SCALE_REQUEST, c->last - c->first);
	p->limited |= finish == MAAS_LENGTH;
	if ((size_t)(c - p->choice) % p->n == 0)
		p->cached_tokens += c->seq->cached;
	count_add(&a->model->metrics->cached_tokens, c->seq->cached);
	maas_decoder_leave(a->model->decoder, c->seq);
	c->seq = NULL;
	c->over = 1;
	p->over++;
	return 0;
}

static int
put_reply(struct ask *a)
{
	struct maas_buf *to = maas_http_body(a->http);
	const struct prompts *p = a->prompts;

	if (completions_head(a, to) < 0)
		return -1;
	for (size_t i = 0; i < p->nprompt * p->n; i++)
		if ((i && maas_buf_text(to, ",") < 0) || maas_buf_add(to, p->choice[i].json.s, p->choice[i].json.n) < 0)
			return -1;
	if (maas_buf_text(to, "],\"usage\":") < 0 || completions_usage(a, to) < 0)
		return -1;
	return maas_buf_printf(to, ",\"seed\":%llu}", (unsigned long long)p->like.seed);
}

static void
end(struct ask *a)
{
	static const char done[] = "data: [DONE]\n\n";
	struct prompts *p = a->prompts;
	int rc = 0;

	if (!p->stream) {
		rc = put_reply(a);
		scheduler_done(a, p->limited ? FINISHED_LENGTH : FINISHED_STOP);
		reply_json(a, rc);
		return;
	}
	if (p->usage)
		rc = send_chunk(a, NULL);
	if (rc == 0)
		rc = maas_http_write(a->http, done, sizeof done - 1);
	scheduler_done(a, rc < 0 ? FINISHED_ERROR : p->limited ? FINISHED_LENGTH : FINISHED_STOP);
	maas_http_end(a->http, rc == 0);
}

static void
follow_all(struct ask *a)
{
	struct prompts *p = a->prompts;
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < p->begun; i++)
		if (p->choice[i].seq)
			rc = follow(a, &p->choice[i]);
	if (rc > 0)
		break_off(a, 500, "model_broken", "the model's answer is not a number");
	else if (rc < 0)
		break_off(a, 503, "overloaded", "no memory for the answer");
	else if (p->over == p->nprompt * p->n)
		end(a);
}

static void
step(struct hosted *m)
{
	struct maas_decoder_load before = maas_decoder_load(m->decoder), after;

	maas_decoder_step(m->decoder);
	after = maas_decoder_load(m->decoder);
	count_size(&m->metrics->batch_tokens,
	    after.prompt_tokens - before.prompt_tokens + after.new_tokens - before.new_tokens);
}

/* After sequences have come and gone. */
static void
show_cache(struct hosted *m)
{
	struct maas_decoder_load load = maas_decoder_load(m->decoder);

	atomic_store_explicit(
	    &m->now.cache_used, (load.blocks - load.blocks_free) * load.block_bytes, memory_order_relaxed);
	atomic_store_explicit(&m->now.cache_evicted, load.evicted, memory_order_relaxed);
}

static void
text_slice(struct maas_server *server, struct hosted *m)
{
	size_t running;

	(void)server;
	if (!m->decoder)
		return;
	for (struct ask *a = m->active, *next; a; a = next) {
		next = a->next;
		if (a->work == &work_text && join_more(a) < 0)
			break_off(a, 400, "invalid_value", maas_error());
	}
	running = maas_decoder_load(m->decoder).running;
	if (running) {
		step(m);
		count_size(&m->metrics->batch, running);
	}
	for (struct ask *a = m->active, *next; a; a = next) {
		next = a->next;
		if (a->work == &work_text)
			follow_all(a);
	}
	show_cache(m);
}

static void
text_stop(struct ask *a)
{
	struct prompts *p = a->prompts;

	for (size_t i = 0; i < p->begun; i++)
		if (p->choice[i].seq) {
			maas_decoder_leave(a->model->decoder, p->choice[i].seq);
			p->choice[i].seq = NULL;
		}
	show_cache(a->model);
}

const struct work work_text = { text_begin, text_slice, text_stop };
