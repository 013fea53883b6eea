/*
 * work_embed.c -- vectors of texts, as OpenAI's embeddings.  A text is a sequence of the model's
 * decoder that says nothing: the mean over its tokens of what the last norm gives, made one long.
 * The steps are those of work_text.c.
 */
#include <math.h>
#include <string.h>

#include "completions.h"

#define INPUTS 2048 /* of a request: OpenAI's */
#define SHARE  4    /* a request has a part of the decoder's places, so that others find one */

struct vectors {
	struct prompt *input;
	struct maas_sequence **seq; /* [n]; NULL: not begun, or over */
	float *vector;              /* [n][width] */
	size_t n, begun, over, width;
	int base64;
};

/* The vectors: by the scheduler */

static void
embed_stop(struct ask *a)
{
	struct vectors *v = a->vectors;

	for (size_t i = 0; i < v->begun; i++) {
		maas_decoder_leave(a->model->decoder, v->seq[i]);
		v->seq[i] = NULL;
	}
}

static void
break_off(struct ask *a, int status, const char *code, const char *message)
{
	embed_stop(a);
	scheduler_done(a, FINISHED_ERROR);
	reply_error(a, status, code, status == 400 ? "input" : NULL, "%s", message);
}

/* The next text to ids.  0, or -1 and the ask is over. */
static int
encode(struct ask *a, struct prompt *p)
{
	size_t context = maas_decoder_context(a->model->decoder);
	char message[160];

	if (!p->id && prompt_encode(a->model, a->arena, p) < 0) {
		snprintf(message, sizeof message, "%s", maas_error());
		break_off(a, 400, "invalid_value", message);
		return -1;
	}
	if (p->n <= context)
		return 0;
	snprintf(message, sizeof message,
	    "This model's maximum context length is %zu tokens, however you requested %zu tokens in input[%zu].",
	    context, p->n, (size_t)(p - a->vectors->input));
	break_off(a, 400, "context_length_exceeded", message);
	return -1;
}

/* All there is place for.  0; -1: the ask is over. */
static int
join_more(struct ask *a)
{
	struct vectors *v = a->vectors;
	struct maas_decoder *d = a->model->decoder;
	char why[SIZE_WHY];
	size_t most = maas_decoder_load(d).sequences / SHARE;

	for (; v->begun < v->n && v->begun - v->over <= most; v->begun++) {
		struct prompt *p = &v->input[v->begun];

		if (encode(a, p) < 0)
			return -1;
		if (ask_tokens_check(a, a->tokens + p->n, why) < 0) {
			break_off(a, 413, "request_too_large", why);
			return -1;
		}
		v->seq[v->begun] =
		    maas_decoder_join(d, &(struct maas_request){ .prompt = p->id, .n = p->n, .embed = 1 });
		if (!v->seq[v->begun])
			break;
		a->tokens += p->n;
		count_add(&a->model->metrics->prompt_tokens, p->n);
	}
	if (v->begun > v->over || maas_why() == MAAS_TEMPFAIL || v->over == v->n)
		return 0;
	break_off(a, 400, "invalid_value", maas_error());
	return -1;
}

static enum begun
embed_begin(struct ask *a)
{
	if (scheduler_reserve(a, a->waits) < 0 || join_more(a) < 0)
		return BEGUN_OVER;
	if (a->vectors->begun)
		return BEGUN;
	if (maas_decoder_load(a->model->decoder).running)
		return BEGUN_LATER;
	break_off(a, 503, "overloaded", maas_error());
	return BEGUN_OVER;
}

/* The first `width` numbers of the mean, made one long. */
static void
normalise(float *to, const float *mean, size_t width)
{
	double sum = 0;

	for (size_t i = 0; i < width; i++)
		sum += (double)mean[i] * mean[i];
	for (size_t i = 0; i < width; i++)
		to[i] = sum > 0 ? (float)(mean[i] / sqrt(sum)) : 0;
}

/* RFC 4648 of the numbers' bytes, lowest first. */
static int
put_base64(struct maas_buf *to, const float *x, size_t n)
{
	static const char digit[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const unsigned char *p = (const unsigned char *)x;
	int rc = maas_buf_text(to, "\"");

	n *= sizeof *x;
	for (size_t i = 0; i < n && rc == 0; i += 3) {
		size_t left = n - i;
		unsigned v = p[i] << 16 | (left > 1 ? p[i + 1] << 8 : 0) | (left > 2 ? p[i + 2] : 0);
		char four[4] = { digit[v >> 18], digit[v >> 12 & 63], left > 1 ? digit[v >> 6 & 63] : '=',
			left > 2 ? digit[v & 63] : '=' };

		rc = maas_buf_add(to, four, sizeof four);
	}
	return rc < 0 ? -1 : maas_buf_text(to, "\"");
}

static int
put_vector(struct maas_buf *to, const struct vectors *v, size_t i)
{
	const float *x = v->vector + i * v->width;

	if (maas_buf_text(to, i ? "," : "") < 0 ||
	    maas_buf_printf(to, "{\"object\":\"embedding\",\"index\":%zu,\"embedding\":", i) < 0)
		return -1;
	if (v->base64)
		return put_base64(to, x, v->width) < 0 ? -1 : maas_buf_text(to, "}");
	for (size_t k = 0; k < v->width; k++)
		if (maas_buf_text(to, k ? "," : "[") < 0 || maas_json_put_float(to, x[k]) < 0)
			return -1;
	return maas_buf_text(to, "]}");
}

static int
put_reply(struct ask *a)
{
	const struct vectors *v = a->vectors;
	struct maas_buf *to = maas_http_body(a->http);

	if (maas_buf_text(to, "{\"object\":\"list\",\"data\":[") < 0)
		return -1;
	for (size_t i = 0; i < v->n; i++)
		if (put_vector(to, v, i) < 0)
			return -1;
	return maas_buf_printf(to, "],\"model\":\"%s\",\"usage\":{\"prompt_tokens\":%llu,\"total_tokens\":%llu}}",
	    a->model->name, (unsigned long long)a->tokens, (unsigned long long)a->tokens);
}

/* What is finished is kept, and makes place.  0; -1: the ask is over. */
static int
collect(struct ask *a)
{
	struct vectors *v = a->vectors;

	for (size_t i = 0; i < v->begun; i++) {
		struct maas_sequence *s = v->seq[i];

		if (!s || s->finish == MAAS_RUNNING)
			continue;
		if (s->finish == MAAS_BROKEN) {
			break_off(a, 500, "model_broken", "the model's answer is not a number");
			return -1;
		}
		normalise(v->vector + i * v->width, s->mean, v->width);
		maas_decoder_leave(a->model->decoder, s);
		v->seq[i] = NULL;
		v->over++;
	}
	return 0;
}

static void
embed_slice(struct maas_server *server, struct hosted *m)
{
	(void)server;
	for (struct ask *a = m->active, *next; a; a = next) {
		int rc;

		next = a->next;
		if (a->work != &work_embed || collect(a) < 0 || join_more(a) < 0 || a->vectors->over < a->vectors->n)
			continue;
		rc = put_reply(a);
		scheduler_done(a, rc < 0 ? FINISHED_ERROR : FINISHED_STOP);
		reply_json(a, rc);
	}
}

const struct work work_embed = { embed_begin, embed_slice, embed_stop };

/* The body: by an HTTP thread.  Each of these has replied where it is -1. */

static int
read_format(struct ask *a, const struct maas_json *body, struct vectors *v)
{
	const struct maas_json *j = maas_json_get(body, "encoding_format");
	struct maas_span s;

	if (!j || maas_json_type(j) == MAAS_J_NULL)
		return 0;
	if (maas_json_text(j, &s) == 0 && (maas_span_is(s, "float") || maas_span_is(s, "base64"))) {
		v->base64 = maas_span_is(s, "base64");
		return 0;
	}
	reply_error(a, 400, "invalid_value", "encoding_format", "'encoding_format' must be \"float\" or \"base64\"");
	return -1;
}

static int
read_width(struct ask *a, const struct maas_json *body, struct vectors *v)
{
	const struct maas_json *j = maas_json_get(body, "dimensions");
	size_t most = maas_decoder_width(a->model->decoder);
	int64_t n = (int64_t)most;

	if (j && maas_json_type(j) != MAAS_J_NULL && (maas_json_int(j, &n) < 0 || n < 1 || (uint64_t)n > most)) {
		reply_error(
		    a, 400, "invalid_value", "dimensions", "'dimensions' must be a whole number from 1 to %zu", most);
		return -1;
	}
	v->width = (size_t)n;
	return 0;
}

static int
read_vectors(struct ask *a, const struct maas_json *body, struct vectors *v)
{
	static const char *const known[] = { "model", "input", "encoding_format", "dimensions", "user", NULL };

	if (check_members(a, body, known) < 0 || read_format(a, body, v) < 0 || read_width(a, body, v) < 0 ||
	    prompts_read(a, "input", body, INPUTS, &v->input, &v->n) < 0)
		return -1;
	for (size_t i = 0; i < v->n; i++)
		if (!v->input[i].id && !v->input[i].text.n) {
			reply_error(a, 400, "invalid_value", "input", "input[%zu] is an empty text", i);
			return -1;
		}
	v->seq = maas_take(a->arena, v->n, sizeof(struct maas_sequence *));
	v->vector = maas_take(a->arena, v->n * v->width, sizeof *v->vector);
	if (v->seq && v->vector)
		return 0;
	reply_json(a, -1);
	return -1;
}

void
run_embeddings(struct ask *a)
{
	struct maas_json *body = read_object(a);
	int rc = -1;

	if (!body)
		return;
	a->vectors = maas_take(a->arena, 1, sizeof *a->vectors);
	if (!a->vectors)
		reply_json(a, -1);
	else if ((a->model = decoder_of_body(a, body, "give no embeddings of texts")))
		rc = read_vectors(a, body, a->vectors);
	maas_json_free(body);
	if (rc == 0)
		scheduler_queue(a, &work_embed);
}
