/* maas-generate -- text from a language model: completions, scores, perplexity. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "colour.h"
#include "generate.h"

static const char *const precisions[] = { "f32", "bf16", "file", NULL };

static const struct maas_field fields[] = {
	MAAS_TEXT(
	    'm', generate, model, NULL, "model: a .maas file, or a directory of transformers with a GPT-2 or Llama"),
	MAAS_TEXT('p', generate, prompt, NULL, "complete this text and show the completion as it comes"),
	MAAS_INT('n', generate, max_new_tokens, 0, 1e9, 128, "tokens to say at most"),
	MAAS_INT(0, generate, max_length, 0, 1e9, 0, "tokens at most, those of the prompt included; 0: no such bound"),
	MAAS_INT(0, generate, num_return_sequences, 1, 1e6, 1, "completions of each prompt"),
	MAAS_INT(0, generate, num_beams, 1, GENERATE_BEAMS, 1,
	    "search for the likeliest text, N at a time; 1: take the likeliest token"),
	MAAS_REAL(0, generate, length_penalty, -50, 50, 1,
	    "with --num-beams: above 0 favours long texts, below 0 short ones"),
	MAAS_LIST(0, generate, stop, "TEXT", "end before this text; may be repeated"),
	MAAS_FLAG(0, generate, ignore_eos, "go on behind the end of a text"),
	MAAS_FLAG(0, generate, echo, "begin each completion with its prompt"),
	MAAS_FLAG(0, generate, truncate, "cut the beginning off a prompt that is too long, instead of refusing it"),
	MAAS_FLAG(0, generate, jsonl, "read {\"id\",\"prompt\"} lines, write JSON lines"),
	MAAS_FLAG(0, generate, prompt_ids, "prompts are token ids parted by blanks"),
	MAAS_FLAG(0, generate, ids, "write token ids parted by one space"),
	MAAS_INT(0, generate, logprobs, 0, MAAS_TOP, 0,
	    "show each token's log-probability and N likeliest tokens (JSON lines)"),
	MAAS_FLAG(0, generate, trace, "show of each token the likeliest candidates, and what became of them"),
	MAAS_FLAG(0, generate, explain, "show what each piece of the prompt did for the completion"),
	MAAS_ENUM(0, generate, color, colour_names, 0,
	    "show explained prompts coloured: auto is on a terminal, if NO_COLOR is not set"),
	MAAS_FLAG(0, generate, score, "say nothing: show the log-probability of each token of the input"),
	MAAS_FLAG(0, generate, perplexity, "say nothing: show how well the model foretells the input"),
	MAAS_INT(0, generate, stride, 0, 1e9, 0, "tokens from one window to the next when scoring; 0: the context"),
	MAAS_ENUM(0, generate, precision, precisions, 2,
	    "of products and of the key/value cache; file: as the weights are stored"),
	MAAS_TEXT(0, generate, encoding, NULL, "encoding of the input; without it bytes are taken as they are"),
	MAAS_FLAG(0, generate, line_buffered, "answer each line before the next is read"),
	MAAS_FLAG(0, generate, timings, "say at the end how long it took"), MAAS_END
};

int
generate_parse_ids(struct maas_span line, struct maas_ids *to)
{
	static const char blanks[] = " \t\r\n";
	int64_t id;

	for (size_t i = 0, k; i < line.n; i = k) {
		for (; i < line.n && memchr(blanks, line.s[i], 4); i++)
			;
		for (k = i; k < line.n && !memchr(blanks, line.s[k], 4); k++)
			;
		if (k == i)
			break;
		if (maas_parse_int((struct maas_span){ line.s + i, k - i }, &id) < 0 || id < 0 || id > INT32_MAX)
			return maas_fail("not a token id: '%.*s'", k - i < 40 ? (int)(k - i) : 40, line.s + i);
		if (maas_grow(&to->id, to->n, &to->cap, 1, sizeof *to->id) < 0)
			return -1;
		to->id[to->n++] = (int32_t)id;
	}
	return 0;
}

int
generate_push(struct maas_ids *to, int32_t id)
{
	if (maas_grow(&to->id, to->n, &to->cap, 1, sizeof *to->id) < 0)
		return -1;
	to->id[to->n++] = id;
	return 0;
}

int
generate_encode(struct job *j, struct maas_span text)
{
	int32_t bos = j->tok ? maas_token_bos(j->tok) : -1, first;

	j->ids.n = 0;
	j->explained.n = 0;
	if (j->o->prompt_ids) {
		if (generate_parse_ids(text, &j->ids) < 0)
			return -1;
	} else if ((maas_tokenizer_adds_bos(j->tok) && bos >= 0 && generate_push(&j->ids, bos) < 0) ||
	    maas_encode(j->enc, text, &j->ids) < 0)
		return -1;
	if (j->o->explain && generate_explained_begin(j, &j->explained, j->o->prompt_ids ? NULL : &text) < 0)
		return -1;
	if (j->ids.n > 0)
		return 0;
	/* From nothing: a text begins behind the mark that begins one, or behind the end of another. */
	if (maas_model_begins(j->model, j->tok, &first) < 0)
		return -1;
	if (first < 0)
		return maas_fail("an empty prompt, and there is no token that begins or ends a text");
	j->explained.ids = 1;
	return generate_push(&j->ids, first);
}

int
generate_request(struct job *j, struct maas_request *q, uint64_t stream)
{
	const struct generate *o = j->o;
	size_t n = j->ids.n, max = (size_t)o->max_length;

	if (max && max <= n)
		return maas_fail("a prompt of %zu tokens is as long as --max-length %zu allows", n, max);
	*q = (struct maas_request){ .prompt = j->ids.id, .n = n };
	q->max_new = (size_t)o->max_new_tokens;
	if (max && (!given(j->call, "max_new_tokens") || max - n < q->max_new))
		q->max_new = max - n;
	q->sampling = *j->sampling;
	q->seed = (uint64_t)j->call->common.seed;
	q->stream = stream;
	q->stop = j->stop;
	q->nstop = o->stop.n;
	q->ignore_eos = o->ignore_eos;
	q->echo = o->echo;
	q->truncate = o->truncate;
	q->beams = (size_t)o->num_beams;
	q->length_penalty = o->length_penalty;
	q->logprobs = given(j->call, "logprobs") || o->explain;
	q->top = (int)o->logprobs;
	q->trace = !o->trace ? 0 : o->logprobs ? (int)o->logprobs : GENERATE_TRACE;
	q->share = 1; /* several completions of a prompt read it once */
	return 0;
}

size_t
generate_step(struct job *j)
{
	size_t left = maas_decoder_step(j->decoder);

	if (!j->first && maas_decoder_load(j->decoder).new_tokens > 0)
		j->first = maas_clock();
	return left;
}

int
generate_piece_named(const struct job *j, struct maas_buf *to, int32_t id)
{
	struct maas_span piece = j->tok ? maas_token_bytes(j->tok, id) : maas_span("");
	int rc = maas_buf_printf(to, "\"id\":%ld", (long)id);

	if (j->tok) {
		rc |= maas_buf_text(to, ",\"piece\":") | maas_json_put_text(to, piece);
		if (!maas_utf8_good(piece)) {
			for (size_t i = 0; i < piece.n; i++)
				rc |= maas_buf_printf(to, "%s%d", i ? "," : ",\"bytes\":[", (unsigned char)piece.s[i]);
			rc |= maas_buf_text(to, "]");
		}
	}
	return rc ? -1 : 0;
}

int
generate_piece(const struct job *j, struct maas_buf *to, int32_t id, float logprob)
{
	return generate_piece_named(j, to, id) | maas_buf_text(to, ",\"logprob\":") | maas_json_put_float(to, logprob)
	    ? -1
	    : 0;
}

int
generate_top(const struct job *j, struct maas_buf *to, const struct maas_choice *top, int n)
{
	int rc = maas_buf_text(to, ",\"top\":[");

	for (int i = 0; i < n && top[i].id >= 0; i++) {
		rc |= maas_buf_text(to, i ? ",{" : "{") | generate_piece(j, to, top[i].id, top[i].logprob);
		rc |= maas_buf_text(to, "}");
	}
	return maas_buf_text(to, "]") | rc ? -1 : 0;
}

/* Windows of a scored text share a pass where the context is short. */
static size_t
places(const struct job *j, size_t context)
{
	const struct generate *o = j->o;

	if (o->score || o->perplexity)
		return context < 128 ? 4 : 2;
	if (o->num_beams > 1) {
		size_t n = (size_t)o->num_beams;

		return o->prompt || o->line_buffered || o->explain || n > 8 ? n : 16 / n * n;
	}
	if (o->prompt || o->line_buffered || o->explain)
		return o->num_return_sequences < 16 ? (size_t)o->num_return_sequences : 16;
	return 16;
}

static int
set_up(struct job *j)
{
	static const enum maas_dtype type[] = { MAAS_F32, MAAS_BF16, MAAS_DTYPES };
	const struct generate *o = j->o;
	struct maas_decoder_limits limits = { .precision = type[o->precision] };
	int ids_only = o->prompt_ids && (o->ids || o->score || o->perplexity) && o->stop.n == 0;

	if (!(j->team = maas_team_new((int)j->call->common.threads)) ||
	    !(j->model = maas_model_open_to_run(o->model, j->team)))
		return -1;
	if (j->model->note)
		warn(j->call, "%s: %s", o->model, j->model->note);
	if (!maas_model_decodes(j->model))
		return maas_in("%s", o->model);
	if (maas_model_part(j->model, "tokenizer").s || !ids_only)
		if (!(j->tok = maas_model_tokenizer(j->model)) || !(j->enc = maas_encoder_new(j->tok, 0)))
			return -1;
	j->places = places(j, 128);
	limits.sequences = j->places + (o->explain ? GENERATE_PROBES : 0);
	if (!(j->decoder = maas_decoder_new(j->model, j->tok, j->team, &limits)))
		return maas_in("%s", o->model);
	if (!(j->stop = maas_alloc(o->stop.n + 1, sizeof *j->stop)))
		return -1;
	for (size_t i = 0; i < o->stop.n; i++)
		j->stop[i] = maas_span(o->stop.item[i]);
	return 0;
}

static void
tear_down(struct job *j)
{
	maas_decoder_free(j->decoder);
	maas_team_free(j->team);
	maas_encoder_free(j->enc);
	maas_tokenizer_free(j->tok);
	maas_model_close(j->model);
	maas_ids_free(&j->ids);
	maas_ids_free(&j->probe);
	generate_explained_free(&j->explained);
	free(j->drawn.prompt);
	free(j->stop);
}

static void
report(const struct job *j)
{
	struct maas_decoder_load l = maas_decoder_load(j->decoder);
	double now = maas_clock(), all = now - j->began, said = j->first ? now - j->first : 0;

	fprintf(stderr, "prompt_tokens\t%llu\ncompletion_tokens\t%llu\nseconds\t%.4f\n",
	    (unsigned long long)l.prompt_tokens, (unsigned long long)l.new_tokens, all);
	if (j->first)
		fprintf(stderr, "seconds_to_first_token\t%.4f\n", j->first - j->began);
	if (said > 0)
		fprintf(stderr, "tokens_per_second\t%.1f\n", (double)l.new_tokens / said);
}

/* Options that do not go together. */
static int
check_modes(struct call *c, const struct generate *o)
{
	int scoring = o->score || o->perplexity;

	if (o->score && o->perplexity)
		return misuse(c, "--score or --perplexity, not both");
	if (scoring && (o->prompt || o->jsonl))
		return misuse(c, "--score and --perplexity take a text, from files or standard input");
	if (scoring && (o->num_beams > 1 || o->trace || o->explain))
		return misuse(
		    c, "--num-beams, --trace and --explain go with completions, not with --score or --perplexity");
	if (given(c, "stride") && !scoring)
		return misuse(c, "--stride goes with --perplexity or --score");
	if (given(c, "logprobs") && !o->jsonl && !o->score && !o->trace)
		return misuse(c, "--logprobs goes with --jsonl, --score or --trace");
	if (o->trace && !o->jsonl && (!o->prompt || o->ids || o->explain || o->num_return_sequences > 1))
		return misuse(c, "--trace shows the one completion of -p; of many, with --jsonl");
	if (o->explain && o->ids && !o->jsonl)
		return misuse(c, "--explain shows text: --ids goes with it in --jsonl");
	if (o->explain && o->jsonl && o->color == COLOR_ALWAYS)
		return misuse(c, "--jsonl has no colours: --color always has no meaning beside it");
	return 0;
}

static int
check_beams(struct call *c, const struct generate *o)
{
	if (given(c, "length_penalty") && o->num_beams == 1)
		return misuse(c, "--length-penalty goes with --num-beams");
	if (o->num_beams == 1)
		return 0;
	if (!maas_sampling_greedy(c->part[1]))
		return misuse(c,
		    "--num-beams looks for the likeliest text and draws nothing: it does not go with a "
		    "temperature, --top-k, --top-p, --min-p or --typical-p");
	if (o->num_return_sequences > o->num_beams)
		return misuse(
		    c, "--num-return-sequences %ld is above --num-beams %ld", o->num_return_sequences, o->num_beams);
	if (o->trace)
		return misuse(c, "--trace shows how one token is chosen, and --num-beams chooses among texts");
	return 0;
}

static int
check(struct call *c, const struct generate *o)
{
	int rc;

	if (!o->model)
		return misuse(c, "which model? -m MODEL");
	if ((rc = check_modes(c, o)) != 0 || (rc = check_beams(c, o)) != 0)
		return rc;
	if (o->prompt && c->n > 0)
		return misuse(c, "a prompt from -p or from %s, not both", c->operand[0]);
	return o->prompt ? 0 : wants_input(c);
}

static int
run(struct call *c)
{
	struct job j = { .call = c, .o = c->part[0], .sampling = c->part[1] };
	const struct generate *o = j.o;
	int rc;

	if ((rc = check(c, o)) != 0)
		return rc;
	if (set_up(&j) < 0) {
		rc = fail(c);
	} else {
		j.began = maas_clock();
		if (o->score || o->perplexity)
			rc = generate_score(&j);
		else if (o->prompt && !o->jsonl && !o->ids && !o->explain && o->num_return_sequences == 1)
			rc = generate_stream(&j);
		else
			rc = generate_lines(&j);
		if (o->timings && !c->common.quiet)
			report(&j);
	}
	tear_down(&j);
	return rc;
}

int
main(int argc, char **argv)
{
	const struct verb verb = { .operands = "[FILE...]",
		.what = "complete prompts, one a line, or the one of -p",
		.run = run,
		.part = {
		    { fields, sizeof(struct generate) }, { maas_sampling_fields, sizeof(struct maas_sampling) } } };

	return drive(argc, argv,
	    &(struct command){ .name = "maas-generate",
		.what = "text from a language model: completions, scores, perplexity",
		.fallback = &verb });
}
