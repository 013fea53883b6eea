/* completions_print.c -- completions as OpenAI's clients read them. */
#include <math.h>
#include <string.h>

#include "completions.h"

int
completions_head(const struct ask *a, struct maas_buf *to)
{
	return maas_buf_printf(to,
	    "{\"id\":\"cmpl-%s\",\"object\":\"text_completion\",\"created\":%lld,\"model\":\"%s\","
	    "\"system_fingerprint\":\"fp_maas_" MAAS_VERSION "\",\"choices\":[",
	    a->http->id, (long long)a->prompts->created, a->model->name);
}

/* What was found in the cache depends on who came before, so it is no part of answers that are to be the same. */
int
completions_usage(const struct ask *a, struct maas_buf *to)
{
	const struct prompts *p = a->prompts;

	if (maas_buf_printf(to, "{\"prompt_tokens\":%zu,\"completion_tokens\":%zu,\"total_tokens\":%zu",
		p->prompt_tokens, p->completion_tokens, p->prompt_tokens + p->completion_tokens) < 0)
		return -1;
	if (!a->server->offline &&
	    maas_buf_printf(to, ",\"prompt_tokens_details\":{\"cached_tokens\":%zu}", p->cached_tokens) < 0)
		return -1;
	return maas_buf_text(to, "}");
}

/* A token as text; one that is part of a character as "bytes:\xe6\x96", so that no two are alike. */
static int
put_token(struct maas_buf *to, const struct maas_tokenizer *t, int32_t id)
{
	struct maas_span s = maas_token_bytes(t, id);

	if (maas_utf8_good(s))
		return maas_json_put_text(to, s);
	if (maas_buf_text(to, "\"bytes:") < 0)
		return -1;
	for (size_t i = 0; i < s.n; i++)
		if (maas_buf_printf(to, "\\\\x%02x", (unsigned char)s.s[i]) < 0)
			return -1;
	return maas_buf_text(to, "\"");
}

static int
put_top(struct maas_buf *to, const struct maas_tokenizer *t, const struct maas_sequence *s, size_t i)
{
	const struct maas_choice *top = s->top + i * (size_t)s->ntop;
	int found = 0, n = 0;

	if (isnan(s->logprob[i]))
		return maas_buf_text(to, "null");
	if (maas_buf_text(to, "{") < 0)
		return -1;
	for (; n < s->ntop && top[n].id >= 0; n++) {
		found |= top[n].id == s->id[i];
		if ((n && maas_buf_text(to, ",") < 0) || put_token(to, t, top[n].id) < 0 ||
		    maas_buf_text(to, ":") < 0 || maas_json_put_float(to, top[n].logprob) < 0)
			return -1;
	}
	if (!found &&
	    ((n && maas_buf_text(to, ",") < 0) || put_token(to, t, s->id[i]) < 0 || maas_buf_text(to, ":") < 0 ||
		maas_json_put_float(to, s->logprob[i]) < 0))
		return -1;
	return maas_buf_text(to, "}");
}

/* Characters that begin in this token. */
static size_t
characters(struct maas_span s)
{
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++)
		n += ((unsigned char)s.s[i] & 0xc0) != 0x80;
	return n;
}

enum column { TOKENS, LOGPROBS, TOP, OFFSETS };

/* One of the parallel lists, for tokens [from, s->n). */
static int
put_column(struct maas_buf *to, const struct maas_tokenizer *t, const struct maas_sequence *s, size_t begin,
    size_t from, enum column what)
{
	size_t offset = 0;
	int rc = maas_buf_text(to, "[");

	for (size_t i = begin; i < from; i++)
		offset += characters(maas_token_bytes(t, s->id[i]));
	for (size_t i = from; rc == 0 && i < s->n; i++) {
		if (i > from)
			rc = maas_buf_text(to, ",");
		if (rc == 0)
			rc = what == TOKENS    ? put_token(to, t, s->id[i])
			    : what == LOGPROBS ? maas_json_put_float(to, s->logprob[i])
			    : what == TOP      ? put_top(to, t, s, i)
					       : maas_buf_printf(to, "%zu", offset);
		offset += characters(maas_token_bytes(t, s->id[i]));
	}
	return rc < 0 ? -1 : maas_buf_text(to, "]");
}

static int
put_logprobs(const struct ask *a, const struct choice *c, struct maas_buf *to)
{
	const struct maas_tokenizer *t = a->model->tokenizer;
	const struct maas_sequence *s = c->seq;
	size_t begin = a->prompts->echo ? 0 : s->prompt, from = c->told > begin ? c->told : begin;

	if (!a->prompts->logprobs || !s->logprob)
		return maas_buf_text(to, "null");
	if (maas_buf_text(to, "{\"tokens\":") < 0 || put_column(to, t, s, begin, from, TOKENS) < 0 ||
	    maas_buf_text(to, ",\"token_logprobs\":") < 0 || put_column(to, t, s, begin, from, LOGPROBS) < 0 ||
	    maas_buf_text(to, ",\"top_logprobs\":") < 0)
		return -1;
	if ((s->ntop ? put_column(to, t, s, begin, from, TOP) : maas_buf_text(to, "null")) < 0 ||
	    maas_buf_text(to, ",\"text_offset\":") < 0 || put_column(to, t, s, begin, from, OFFSETS) < 0)
		return -1;
	return maas_buf_text(to, "}");
}

int
completions_choice(const struct ask *a, const struct choice *c, struct maas_buf *to)
{
	const struct maas_sequence *s = c->seq;
	struct maas_span text = { s->text.s + c->sent, s->text.n - c->sent };

	if (maas_buf_printf(to, "{\"index\":%zu,\"text\":", (size_t)(c - a->prompts->choice)) < 0 ||
	    maas_json_put_text(to, text) < 0 || maas_buf_text(to, ",\"logprobs\":") < 0 || put_logprobs(a, c, to) < 0)
		return -1;
	if (s->finish == MAAS_RUNNING)
		return maas_buf_text(to, ",\"finish_reason\":null}");
	return maas_buf_printf(to, ",\"finish_reason\":\"%s\"}", maas_finish_name(s->finish));
}
