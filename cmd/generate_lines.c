/* generate_lines.c -- many prompts, batched; completions in the order of the prompts. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "colour.h"
#include "generate.h"

#define QUEUE GENERATE_BEAMS /* answers asked for and not yet written */

/* One completion of one record. */
struct answer {
	struct maas_sequence *seq; /* NULL: not running */
	size_t texts;              /* of seq: how many of its texts this and the following answers are */
	int done;                  /* out is whole */
	size_t number;             /* of the completion among its record's */
	uint64_t record;
	struct maas_buf line; /* the record, where it is JSON */
	struct maas_buf out;  /* what will be written */
	struct maas_buf from; /* the record's file and line; empty: it has none */
	struct explained explained;
};

struct lines {
	struct job *j;
	struct answer answer[QUEUE];
	size_t first, n; /* a ring */
	size_t running;  /* sequences */
	int colour;      /* explained prompts are */
	int bad;         /* a record was refused */
};

/* Text on one line: LF, CR and the backslash as \n, \r and \\. */
static int
put_line(struct maas_buf *to, struct maas_span text)
{
	size_t from = 0;
	int rc = 0;

	for (size_t i = 0; i < text.n; i++) {
		char c = text.s[i];

		if (c != '\n' && c != '\r' && c != '\\')
			continue;
		rc |= maas_buf_add(to, text.s + from, i - from);
		rc |= maas_buf_text(to, c == '\n' ? "\\n" : c == '\r' ? "\\r" : "\\\\");
		from = i + 1;
	}
	return rc | maas_buf_add(to, text.s + from, text.n - from);
}

/* The mark that ended a text is not part of what was said. */
static size_t
said(const struct job *j, const struct maas_sequence *s)
{
	int32_t last = s->id[s->n - 1];

	return s->n - (s->finish == MAAS_STOP && s->n > s->prompt && maas_decoder_ends(j->decoder, last));
}

static int
put_ids(struct job *j, struct maas_buf *to, const struct maas_sequence *s, const char *between)
{
	size_t begin = j->o->echo ? 0 : s->prompt, end = said(j, s);
	int rc = 0;

	for (size_t i = begin; i < end; i++)
		rc |= maas_buf_printf(to, "%s%ld", i > begin ? between : "", (long)s->id[i]);
	return rc;
}

static int
put_logprobs(struct job *j, struct maas_buf *to, const struct maas_sequence *s)
{
	int rc = maas_buf_text(to, ",\"logprobs\":[");

	for (size_t i = s->prompt; i < s->n; i++) {
		rc |= maas_buf_text(to, i > s->prompt ? ",{" : "{") | generate_piece(j, to, s->id[i], s->logprob[i]);
		if (s->ntop)
			rc |= generate_top(j, to, s->top + i * (size_t)s->ntop, s->ntop);
		rc |= maas_buf_text(to, "}");
	}
	return rc | maas_buf_text(to, "]");
}

/* Members in front: an id of our own where the record has none, which of its completions this is. */
static int
put_head(struct lines *l, struct answer *a, struct maas_buf *to)
{
	struct maas_json *o = a->line.n ? maas_json_parse((struct maas_span){ a->line.s, a->line.n }) : NULL;
	int rc = 0;

	if (!o || !maas_json_get(o, "id"))
		rc |= maas_buf_printf(to, "\"id\":%llu,", (unsigned long long)a->record);
	if (l->j->o->num_return_sequences > 1)
		rc |= maas_buf_printf(to, "\"index\":%zu,", a->number);
	maas_json_free(o);
	return rc;
}

static int
put_json(struct lines *l, struct answer *a, const struct maas_sequence *s, struct maas_buf *members)
{
	struct maas_span line = a->line.n ? (struct maas_span){ a->line.s, a->line.n } : maas_span("{}");
	int rc = put_head(l, a, members);

	if (s) {
		if (l->j->tok)
			rc |= maas_buf_text(members, "\"text\":") | maas_json_put_text(members, s->text) |
			    maas_buf_text(members, ",");
		rc |=
		    maas_buf_printf(members, "\"finish_reason\":\"%s\",\"prompt_tokens\":%zu,\"completion_tokens\":%zu",
			maas_finish_name(s->finish), s->prompt, s->n - s->prompt);
		if (l->j->o->num_beams > 1)
			rc |= maas_buf_text(members, ",\"score\":") | maas_json_put_real(members, s->score);
		if (l->j->o->ids)
			rc |= maas_buf_text(members, ",\"ids\":[") | put_ids(l->j, members, s, ",") |
			    maas_buf_text(members, "]");
		if (given(l->j->call, "logprobs"))
			rc |= put_logprobs(l->j, members, s);
		if (s->choosing)
			rc |= generate_trace_put(l->j, members, s);
		if (l->j->o->explain)
			rc |= generate_explained_put(&a->explained, members);
	} else {
		rc |= maas_buf_text(members, "\"error\":") | maas_json_put_text(members, maas_span(maas_error()));
	}
	if (rc || maas_json_merge(&a->out, line, (struct maas_span){ members->s, members->n }) < 0)
		return -1;
	return maas_buf_text(&a->out, "\n");
}

/* What will be written for an answer that is done, or refused (no sequence; the reason is maas_error()). */
static int
print(struct lines *l, struct answer *a, const struct maas_sequence *s)
{
	struct maas_buf members = { 0 };
	int rc;

	a->done = 1;
	if (l->j->o->jsonl) {
		rc = put_json(l, a, s, &members);
		maas_buf_free(&members);
		return rc;
	}
	if (l->j->o->explain)
		return !s       ? 0
		    : l->colour ? generate_explained_colours(&a->explained, &a->out, a->record, s->text)
				: generate_explained_lines(&a->explained, &a->out, a->record, s->text);
	if (s && l->j->o->ids)
		rc = put_ids(l->j, &a->out, s, " ");
	else if (s)
		rc = put_line(&a->out, s->text);
	else
		rc = 0;
	return rc | maas_buf_text(&a->out, "\n");
}

/* Write the answers that are next in order and done. */
static int
flush(struct lines *l)
{
	for (; l->n && l->answer[l->first].done; l->first = (l->first + 1) % QUEUE, l->n--) {
		struct answer *a = &l->answer[l->first];

		if (a->out.n)
			fwrite(a->out.s, 1, a->out.n, stdout);
		if (l->j->o->line_buffered)
			fflush(stdout);
		if (ferror(stdout))
			return finish(l->j->call);
	}
	return 0;
}

/* The answers from number i on that a sequence, which is over, gives: a search may find fewer than were wanted. */
static int
answered(struct lines *l, size_t i)
{
	struct answer *first = &l->answer[(l->first + i) % QUEUE];
	const struct maas_sequence *s = first->seq;

	if (s->finish == MAAS_BROKEN) {
		complain(l->j->call, MAAS_DATA, "%s: the model's answer is not a number",
		    first->from.n ? first->from.s : l->j->o->model);
		l->bad = 1;
	}
	for (size_t k = 0; k < first->texts; k++, s = s ? s->next : NULL) {
		struct answer *a = &l->answer[(l->first + i + k) % QUEUE];

		if (!s) {
			maas_fail("%s%sthere are %zu texts, not %zu", first->from.n ? first->from.s : "",
			    first->from.n ? ": " : "", k, first->texts);
			fail(l->j->call);
			l->bad = 1;
		}
		if (s && l->j->o->explain && generate_explained_end(l->j, &a->explained, s) < 0)
			return fail(l->j->call);
		if (print(l, a, s) < 0)
			return fail(l->j->call);
	}
	l->running--;
	maas_decoder_leave(l->j->decoder, first->seq);
	first->seq = NULL;
	return 0;
}

/* One step of all that run. */
static int
advance(struct lines *l)
{
	int rc = 0;

	generate_step(l->j);
	for (size_t i = 0; rc == 0 && i < l->n; i++) {
		const struct answer *a = &l->answer[(l->first + i) % QUEUE];

		if (a->seq && a->seq->finish != MAAS_RUNNING)
			rc = answered(l, i);
	}
	return rc ? rc : flush(l);
}

/* A place in the queue for one more answer; *rc where writing failed meanwhile. */
static struct answer *
place(struct lines *l, int *rc)
{
	struct answer *a;

	while (l->n == QUEUE)
		if ((*rc = advance(l)) != 0)
			return NULL;
	a = &l->answer[(l->first + l->n++) % QUEUE];
	a->seq = NULL;
	a->done = 0;
	a->line.n = a->out.n = a->from.n = 0;
	return a;
}

/* None of these answers can be had. */
static int
refuse(struct lines *l, struct answer **a, size_t texts, const char *name, size_t line)
{
	l->bad = 1;
	for (size_t k = 0; k < texts; k++)
		if (print(l, a[k], NULL) < 0)
			return fail(l->j->call);
	if (name)
		maas_in("%s:%zu", name, line);
	fail(l->j->call);
	return 0;
}

/* The prompt of a JSON line, into j->ids. */
static int
json_prompt(struct job *j, struct maas_span line, int *object)
{
	struct maas_json *o = maas_json_parse(line);
	const struct maas_json *p, *item;
	struct maas_span text;
	int64_t id;
	int rc = -1;

	if (!o)
		return -1;
	j->ids.n = 0;
	*object = maas_json_type(o) == MAAS_J_OBJECT;
	if (!*object || !(p = maas_json_get(o, "prompt"))) {
		maas_fail("no \"prompt\"");
	} else if (maas_json_text(p, &text) == 0) {
		rc = generate_encode(j, text);
	} else if (maas_json_type(p) == MAAS_J_LIST) {
		rc = 0;
		for (size_t i = 0; rc == 0 && i < maas_json_size(p); i++) {
			item = maas_json_at(p, i);
			if (maas_json_int(item, &id) < 0 || id < 0 || id > INT32_MAX)
				rc = maas_fail("\"prompt\": item %zu is not a token id", i + 1);
			else if ((rc = maas_grow(&j->ids.id, j->ids.n, &j->ids.cap, 1, sizeof *j->ids.id)) == 0)
				j->ids.id[j->ids.n++] = (int32_t)id;
		}
		if (rc == 0 && j->ids.n == 0)
			rc = generate_encode(j, maas_span(""));
		else if (rc == 0 && j->o->explain)
			rc = generate_explained_begin(j, &j->explained, NULL);
	} else {
		maas_fail("\"prompt\" is neither text nor a list of token ids");
	}
	maas_json_free(o);
	return rc;
}

/* Ask for `texts` completions by one request: these answers, from the first on. */
static int
ask(struct lines *l, struct answer **a, size_t texts, uint64_t stream, const char *name, size_t number)
{
	struct job *j = l->j;
	struct maas_request q;
	int rc = 0, good = generate_request(j, &q, stream) == 0;
	size_t width = j->o->num_beams > 1 ? (size_t)j->o->num_beams : 1;

	for (size_t k = 0; good && j->o->explain && k < texts; k++)
		if (generate_explained_copy(&a[k]->explained, &j->explained) < 0)
			return fail(j->call);
	while (rc == 0 && l->running > 0 && (l->running + 1) * width > j->places) /* the others are for --explain */
		rc = advance(l);
	while (good && rc == 0 && !(a[0]->seq = maas_decoder_join(j->decoder, &q)) && maas_why() == MAAS_TEMPFAIL)
		rc = advance(l);
	a[0]->texts = texts;
	l->running += a[0]->seq != NULL;
	return rc || a[0]->seq ? rc : refuse(l, a, texts, name, number);
}

/* Ask for the completions of one record. */
static int
record(struct lines *l, struct maas_span line, const char *name, size_t number)
{
	struct job *j = l->j;
	size_t n = (size_t)j->o->num_return_sequences, texts = j->o->num_beams > 1 ? n : 1;
	int json = j->o->jsonl && !j->o->prompt, object = 0, rc = 0;
	int good = (json ? json_prompt(j, line, &object) : generate_encode(j, line)) == 0;
	uint64_t stream = 0;
	struct answer *a[QUEUE];

	j->records++;
	if (good && generate_drawn(j, &stream) < 0)
		return fail(j->call);
	for (size_t k = 0; rc == 0 && k < n; k++) {
		struct answer *one = a[k % texts] = place(l, &rc);

		if (!one)
			return rc;
		one->record = j->records;
		one->number = k;
		if ((object && maas_buf_add(&one->line, line.s, line.n) < 0) ||
		    (name && maas_buf_printf(&one->from, "%s:%zu", name, number) < 0))
			return fail(j->call);
		if ((k + 1) % texts)
			continue;
		if (!good)
			rc = refuse(l, a, texts, name, number);
		else
			rc = ask(l, a, texts, stream + k / texts, name, number);
	}
	while (rc == 0 && j->o->line_buffered && l->n > 0)
		rc = advance(l);
	return rc;
}

static int
records_of(struct lines *l, const char *path)
{
	struct maas_input *in = maas_input_open(path, l->j->o->encoding);
	struct maas_span line;
	int got, rc = 0;

	if (!in)
		return fail(l->j->call);
	while (rc == 0 && (got = maas_input_line(in, &line, NULL)) > 0) {
		/* A byte-order mark is no part of JSON; of a text it is bytes as all others. */
		if (l->j->o->jsonl && maas_input_lines(in) == 1 && line.n >= 3 && !memcmp(line.s, "\xef\xbb\xbf", 3))
			line = (struct maas_span){ line.s + 3, line.n - 3 };
		rc = record(l, line, maas_input_name(in), maas_input_lines(in));
	}
	if (rc == 0 && got < 0)
		rc = fail(l->j->call);
	maas_input_close(in);
	return rc;
}

int
generate_lines(struct job *j)
{
	struct lines *l = maas_alloc(1, sizeof *l);
	char dash[] = "-", *standard[] = { dash, NULL }, **path = j->call->n ? j->call->operand : standard;
	int rc = 0;

	if (!l)
		return fail(j->call);
	l->j = j;
	l->colour = colour_wanted(j->o->color, stdout);
	if (j->o->explain && !j->o->jsonl && !l->colour)
		puts("record\ttext\tlogprob\tpiece\tstart\tend\tlost");
	if (j->o->prompt)
		rc = record(l, maas_span(j->o->prompt), NULL, 0);
	else
		for (; rc == 0 && *path; path++)
			rc = records_of(l, *path);
	while (rc == 0 && l->n > 0)
		rc = advance(l);
	for (size_t i = 0; i < QUEUE; i++) {
		maas_buf_free(&l->answer[i].line);
		maas_buf_free(&l->answer[i].out);
		maas_buf_free(&l->answer[i].from);
		generate_explained_free(&l->answer[i].explained);
	}
	if (rc == 0)
		rc = finish(j->call);
	if (rc == 0 && l->bad)
		rc = MAAS_DATA;
	free(l);
	return rc;
}

/* A terminal is not steered by what a model says: control characters, but for the line feed and the tab, are shown as
 * U+FFFD. */
static int
show(struct maas_span text, int terminal)
{
	struct maas_buf b = { 0 };
	int rc = 0;

	if (!terminal) {
		fwrite(text.s, 1, text.n, stdout);
		return fflush(stdout);
	}
	for (size_t i = 0, n; i < text.n; i += n) {
		n = 0;
		while (i + n < text.n && text.s[i + n] != '\n' && text.s[i + n] != '\t')
			n++;
		rc |= colour_put(&b, (struct maas_span){ text.s + i, n });
		if (i + n < text.n)
			rc |= maas_buf_add(&b, text.s + i + n++, 1);
	}
	if (rc == 0)
		fwrite(b.s, 1, b.n, stdout);
	maas_buf_free(&b);
	return rc ? -1 : fflush(stdout);
}

/* One step; with --trace, how it came about. */
static int
step(struct job *j, const struct maas_sequence *s)
{
	size_t was = s->n;
	int rc = 0;

	generate_step(j);
	for (; s->choosing && rc == 0 && was < s->n; was++)
		rc = generate_trace_show(j, s, was);
	return rc;
}

int
generate_stream(struct job *j)
{
	struct maas_request q;
	struct maas_sequence *s;
	size_t sent = 0;
	int terminal = isatty(STDOUT_FILENO);
	char last = 0;

	if (generate_encode(j, maas_span(j->o->prompt)) < 0 ||
	    generate_request(j, &q, generate_stream_of(&j->ids)) < 0 || !(s = maas_decoder_join(j->decoder, &q)))
		return fail(j->call);
	do {
		if (step(j, s) < 0)
			return fail(j->call);
		if (s->text.n == sent ||
		    (s->choosing && s->finish == MAAS_RUNNING)) /* with a trace, behind all of it */
			continue;
		last = s->text.s[s->text.n - 1];
		if (show((struct maas_span){ s->text.s + sent, s->text.n - sent }, terminal) != 0)
			return finish(j->call);
		sent = s->text.n;
	} while (s->finish == MAAS_RUNNING);
	if (last != '\n')
		putchar('\n');
	if (s->finish == MAAS_BROKEN)
		return complain(j->call, MAAS_DATA, "%s: the model's answer is not a number", j->o->model);
	return finish(j->call);
}
