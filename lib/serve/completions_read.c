/*
 * completions_read.c -- the body of POST /v1/completions, as OpenAI's clients send it.  The
 * settings of the choice of tokens are maas_sampling_fields, as on the command line.
 */
#include <math.h>
#include <string.h>
#include <time.h>

#include "completions.h"

#define PROMPTS  64
#define CHOICES  16
#define STOPS    16
#define STOP_MAX 256 /* bytes */
#define TOP_MAX  20

static const char *const members[] = { "model", "prompt", "max_tokens", "n", "stream", "stream_options", "logprobs",
	"echo", "stop", "seed", "user", "best_of", "suffix", "logit_bias", "ignore_eos" };

/* NULL where it is missing or null. */
static const struct maas_json *
get(const struct maas_json *body, const char *name)
{
	const struct maas_json *j = maas_json_get(body, name);

	return j && maas_json_type(j) != MAAS_J_NULL ? j : NULL;
}

static int
bad_value(struct ask *a, const char *name, const char *want)
{
	reply_error(a, 400, "invalid_value", name, "'%s' must be %s", name, want);
	return -1;
}

static int
no_memory(struct ask *a)
{
	reply_error(a, 503, "overloaded", NULL, "no memory for the request");
	return -1;
}

static int
read_int(struct ask *a, const struct maas_json *body, const char *name, int64_t lo, int64_t hi, int64_t *to)
{
	const struct maas_json *j = get(body, name);
	char want[80];

	if (!j || (maas_json_int(j, to) == 0 && *to >= lo && *to <= hi))
		return 0;
	snprintf(want, sizeof want, "a whole number from %lld to %lld", (long long)lo, (long long)hi);
	return bad_value(a, name, want);
}

static int
read_flag(struct ask *a, const struct maas_json *body, const char *name, int *to)
{
	const struct maas_json *j = get(body, name);

	return !j || maas_json_bool(j, to) == 0 ? 0 : bad_value(a, name, "true or false");
}

/* One of maas_sampling_fields, by its own type and range. */
static int
read_sampling(struct ask *a, const struct maas_json *body, const struct maas_field *f, struct maas_sampling *to)
{
	const struct maas_json *j = get(body, f->name);
	struct maas_span text;
	double x;
	char want[80], word[32];

	if (!j)
		return 0;
	if (f->type == MAAS_F_ENUM) {
		if (maas_json_text(j, &text) == 0 && text.n < sizeof word) {
			snprintf(word, sizeof word, "%.*s", (int)text.n, text.s);
			if (maas_set(f, to, word) == 0)
				return 0;
		}
		return bad_value(a, f->name, "one of its names");
	}
	snprintf(want, sizeof want, "a number from %g to %g", f->min, f->max);
	if (maas_json_real(j, &x) < 0 || !(x >= f->min && x <= f->max) || (f->type == MAAS_F_INT && x != floor(x)))
		return bad_value(a, f->name, want);
	if (f->type == MAAS_F_INT)
		*(long *)((char *)to + f->at) = (long)x;
	else
		*(double *)((char *)to + f->at) = x;
	return 0;
}

static int
known_members(struct ask *a, const struct maas_json *body)
{
	const char *known[64];
	size_t n = 0;

	for (size_t i = 0; i < MAAS_COUNT(members); i++)
		known[n++] = members[i];
	for (const struct maas_field *f = maas_sampling_fields; f->type && n < MAAS_COUNT(known) - 1; f++)
		known[n++] = f->name;
	known[n] = NULL;
	return check_members(a, body, known);
}

/* What OpenAI's clients may send and no model here can do: refused where it would matter. */
static int
refuse_others(struct ask *a, const struct maas_json *body, int64_t n)
{
	const struct maas_json *bias = get(body, "logit_bias");
	int64_t best = n;
	const char *name = NULL;

	if (get(body, "suffix"))
		name = "suffix";
	if (bias && (maas_json_type(bias) != MAAS_J_OBJECT || maas_json_size(bias)))
		name = "logit_bias";
	if (read_int(a, body, "best_of", 1, CHOICES, &best) < 0)
		return -1;
	if (best != n)
		name = "best_of";
	if (!name)
		return 0;
	reply_error(a, 400, "unsupported_parameter", name, "'%s' is not supported", name);
	return -1;
}

static int
read_stop(struct ask *a, const struct maas_json *body, struct prompts *p)
{
	const struct maas_json *j = get(body, "stop");
	int list = j && maas_json_type(j) == MAAS_J_LIST;
	size_t n = !j ? 0 : list ? maas_json_size(j) : 1;
	struct maas_span *stop = maas_take(a->arena, n + 1, sizeof *stop);

	if (!stop)
		return no_memory(a);
	if (n > STOPS)
		return bad_value(a, "stop", "a text, or a list of at most 16");
	for (size_t i = 0; i < n; i++) {
		if (maas_json_text(list ? maas_json_at(j, i) : j, &stop[i]) < 0 || !stop[i].n || stop[i].n > STOP_MAX)
			return bad_value(a, "stop", "a text of 1 to 256 bytes, or a list of such");
		stop[i].s = maas_take_text(a->arena, stop[i].s, stop[i].n);
		if (!stop[i].s)
			return no_memory(a);
	}
	p->like.stop = stop;
	p->like.nstop = n;
	return 0;
}

static int
read_ids(struct ask *a, const char *name, const struct maas_json *list, struct prompt *to)
{
	size_t vocab = maas_decoder_vocab(a->model->decoder);
	int64_t id;

	to->n = maas_json_size(list);
	a->waits += to->n;
	to->id = maas_take(a->arena, to->n + 1, sizeof *to->id);
	if (!to->id)
		return no_memory(a);
	for (size_t i = 0; i < to->n; i++) {
		if (maas_json_int(maas_json_at(list, i), &id) < 0 || id < 0 || (uint64_t)id >= vocab)
			return bad_value(a, name, "made of ids that the model has");
		to->id[i] = (int32_t)id;
	}
	return to->n ? 0 : bad_value(a, name, "made of at least one id");
}

static int
read_one_prompt(struct ask *a, const char *name, const struct maas_json *j, struct prompt *to)
{
	if (maas_json_type(j) == MAAS_J_LIST)
		return read_ids(a, name, j, to);
	if (maas_json_text(j, &to->text) < 0)
		return bad_value(a, name, "a text, a list of texts, a list of ids or a list of lists of ids");
	a->waits += to->text.n / 4 + 1;
	to->text.s = maas_take_text(a->arena, to->text.s, to->text.n);
	return to->text.s ? 0 : no_memory(a);
}

int
prompts_read(struct ask *a, const char *name, const struct maas_json *body, size_t most, struct prompt **to, size_t *n)
{
	const struct maas_json *j = get(body, name);
	int list = j && maas_json_type(j) == MAAS_J_LIST && maas_json_size(j) &&
	    maas_json_type(maas_json_at(j, 0)) != MAAS_J_INT;

	if (!j) {
		reply_error(a, 400, "missing_parameter", name, "there is no '%s'", name);
		return -1;
	}
	*n = list ? maas_json_size(j) : 1;
	if (*n > most) {
		reply_error(a, 400, "invalid_value", name, "'%s' has %zu texts, at most %zu", name, *n, most);
		return -1;
	}
	if (!(*to = maas_take(a->arena, *n, sizeof **to)))
		return no_memory(a);
	for (size_t i = 0; i < *n; i++)
		if (read_one_prompt(a, name, list ? maas_json_at(j, i) : j, &(*to)[i]) < 0)
			return -1;
	return 0;
}

static int
read_prompts(struct ask *a, const struct maas_json *body, struct prompts *p)
{
	if (prompts_read(a, "prompt", body, PROMPTS, &p->prompt, &p->nprompt) < 0)
		return -1;
	p->choice = maas_take(a->arena, p->nprompt * p->n, sizeof *p->choice);
	if (!p->choice)
		return no_memory(a);
	for (size_t i = 0; i < p->nprompt * p->n; i++)
		p->choice[i].prompt = &p->prompt[i / p->n];
	return 0;
}

static int
read_stream(struct ask *a, const struct maas_json *body, struct prompts *p)
{
	static const char *const known[] = { "include_usage", NULL };
	const struct maas_json *options = get(body, "stream_options");

	if (read_flag(a, body, "stream", &p->stream) < 0)
		return -1;
	if (p->stream && a->server->offline)
		return bad_value(a, "stream", "false: there is nobody to stream to");
	if (!options)
		return 0;
	if (!p->stream || maas_json_type(options) != MAAS_J_OBJECT)
		return bad_value(a, "stream_options", "an object, and goes with 'stream'");
	return check_members(a, options, known) < 0 ? -1 : read_flag(a, options, "include_usage", &p->usage);
}

/* A seed of ours, of 48 bits, where none is sent: two requests without one differ, and each is told its seed. */
static int
read_seed(struct ask *a, const struct maas_json *body, struct prompts *p)
{
	int64_t seed = 0;
	unsigned char raw[6] = { 0 };

	if (read_int(a, body, "seed", 0, INT64_MAX, &seed) < 0)
		return -1;
	if (!get(body, "seed") && a->server->offline) { /* the same line, the same answer */
		seed = (int64_t)(maas_hash(a->http->id, strlen(a->http->id), 0) >> 16);
	} else if (!get(body, "seed")) {
		if (maas_random(raw, sizeof raw) < 0)
			return no_memory(a);
		for (size_t i = 0; i < sizeof raw; i++)
			seed = seed * 256 + raw[i];
	}
	p->like.seed = (uint64_t)seed;
	return 0;
}

int
completions_read(struct ask *a, const struct maas_json *body, struct prompts *p)
{
	int64_t n = 1, top = -1;

	p->max_tokens = -1;
	p->created = a->server->offline ? 0 : time(NULL);
	maas_defaults(maas_sampling_fields, &p->like.sampling);
	p->like.sampling.temperature = 1;
	if (known_members(a, body) < 0 || read_int(a, body, "n", 1, CHOICES, &n) < 0 || refuse_others(a, body, n) < 0)
		return -1;
	p->n = (size_t)n;
	if (read_int(a, body, "max_tokens", 0, 1 << 30, &p->max_tokens) < 0 ||
	    read_int(a, body, "logprobs", 0, TOP_MAX, &top) < 0)
		return -1;
	for (const struct maas_field *f = maas_sampling_fields; f->type; f++)
		if (read_sampling(a, body, f, &p->like.sampling) < 0)
			return -1;
	if (read_flag(a, body, "echo", &p->echo) < 0 || read_flag(a, body, "ignore_eos", &p->like.ignore_eos) < 0 ||
	    read_stream(a, body, p) < 0 || read_seed(a, body, p) < 0 || read_stop(a, body, p) < 0)
		return -1;
	p->like.echo = p->echo;
	p->logprobs = p->like.logprobs = top >= 0;
	p->like.top = top > 0 ? (int)top : 0;
	p->like.score = p->echo && p->logprobs;
	return read_prompts(a, body, p);
}

struct hosted *
decoder_of_body(struct ask *a, const struct maas_json *body, const char *what)
{
	const struct maas_json *j = get(body, "model");
	struct maas_span name;
	struct hosted *m;

	if (!j || maas_json_text(j, &name) < 0) {
		reply_error(a, 400, "missing_parameter", "model", "there is no 'model', or it is no text");
		return NULL;
	}
	m = hosted_for(a, name);
	if (m && !m->decoder) {
		reply_error(a, 501, "not_supported", "model", "%s models %s", m->model->kind->name, what);
		return NULL;
	}
	return m;
}

void
run_completions(struct ask *a)
{
	struct maas_json *body = read_object(a);
	int rc = -1;

	if (!body)
		return;
	a->prompts = maas_take(a->arena, 1, sizeof *a->prompts);
	if (!a->prompts)
		no_memory(a);
	else if ((a->model = decoder_of_body(a, body, "do not generate")))
		rc = completions_read(a, body, a->prompts);
	maas_json_free(body);
	if (rc == 0)
		scheduler_queue(a, &work_text);
}
