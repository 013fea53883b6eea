/* decode_flow.c -- text is shown when it is whole, and never a part of a stop string. */
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../../lib/model/decode.h"
#include "../test.h"
#include "../tiny_gpt.h"

#define EOT 257

static const struct maas_kind plain = { .name = "plain", .size = sizeof(struct maas_gpt), .decode = &maas_decoder_gpt };

/* A tokeniser whose ids are the bytes; 256 is "th", 257 ends a text. */
static struct maas_tokenizer *
bytes(void)
{
	char folder[] = "/tmp/maas-flow-XXXXXX", path[64], c[4];
	struct maas_tokenizer *t;
	int next = 256;
	FILE *f;

	if (!mkdtemp(folder))
		return NULL;
	snprintf(path, sizeof path, "%s/vocab.json", folder);
	f = fopen(path, "w");
	fprintf(f, "{\"th\":256,\"<|endoftext|>\":%d", EOT);
	for (int b = 0; b < 256; b++) {
		int plain_byte = (b >= 33 && b <= 126) || (b >= 161 && b <= 172) || b >= 174;

		if (b == '"' || b == '\\')
			fprintf(f, ",\"\\%c\":%d", b, b);
		else
			fprintf(f, ",\"%.*s\":%d", (int)maas_utf8_put(c, (uint32_t)(plain_byte ? b : next)), c, b);
		next += !plain_byte;
	}
	fprintf(f, "}");
	fclose(f);
	snprintf(path, sizeof path, "%s/merges.txt", folder);
	f = fopen(path, "w");
	fprintf(f, "#version: 0.2\nt h\n");
	fclose(f);
	if (!(t = maas_tokenizer_load(folder)))
		printf("# %s\n", maas_error());
	unlink(path);
	snprintf(path, sizeof path, "%s/vocab.json", folder);
	unlink(path);
	rmdir(folder);
	return t;
}

/* Say the bytes of text, an upper-case T standing for the token "th"; what is shown after each, parted by |. */
static int
flow(const struct maas_tokenizer *tok, const char *text, size_t n, const struct maas_span *stop, size_t nstop,
    const char *want)
{
	struct outflow o = { .tok = tok, .stop = stop, .nstop = nstop };
	struct maas_buf got = { NULL, 0, 0 };
	size_t sent = 0;
	int stopped = 0, same;

	for (size_t i = 0; i < n && !stopped; i++) {
		stopped = maas_outflow_add(&o, text[i] == 'T' ? 256 : (unsigned char)text[i]);
		if (maas_buf_add(&got, o.raw.s + sent, o.shown - sent) < 0 || maas_buf_text(&got, "|") < 0)
			return 0;
		sent = o.shown;
	}
	maas_outflow_end(&o);
	if (maas_buf_add(&got, o.raw.s + sent, o.shown - sent) < 0 || maas_buf_text(&got, stopped ? "." : ";") < 0)
		return 0;
	same = !strcmp(got.s, want);
	if (!same)
		printf("# got %s\n# not %s\n", got.s, want);
	maas_buf_free(&got);
	maas_buf_free(&o.raw);
	return same;
}

static void
flows(const struct maas_tokenizer *tok)
{
	const struct maas_span stop[] = { maas_span("END"), maas_span("\n\n"), maas_span("hat") },
			       aab = maas_span("aab"), word = maas_span("é.");

	ok(flow(tok, "abc", 3, NULL, 0, "a|b|c|;"), "plain");
	ok(flow(tok, "a\xc3\xa9z", 4, NULL, 0, "a||é|z|;"), "two bytes of a character come together");
	ok(flow(tok, "\xf0\x9f\x98\x80!", 5, NULL, 0, "|||\xf0\x9f\x98\x80|!|;"), "four bytes, not early and not late");
	ok(flow(tok, "a\xf0\x9f", 3, NULL, 0, "a|||\xf0\x9f;"), "what never became whole comes at the end");
	ok(flow(tok, "\x80\xffz", 3, NULL, 0, "\x80|\xff|z|;"), "what can never become whole comes at once");
	ok(flow(tok, "xENDy", 5, stop, 3, "x||||."), "a stop string ends it, unshown");
	ok(flow(tok, "xENEND", 6, stop, 3, "x|||EN|||."), "begun twice");
	ok(flow(tok, "a\n\nb", 4, stop, 3, "a|||."), "the end of a paragraph");
	ok(flow(tok, "xEN", 3, stop, 3, "x|||EN;"), "begun and never finished");
	ok(flow(tok, "Ta", 2, stop, 3, "t||ha;"), "a token that ends in the beginning of one");
	ok(flow(tok, "Tat", 3, stop, 3, "t|||."), "held back from the middle of a token");
	ok(flow(tok, "aaab", 4, &aab, 1, "||a||."), "the beginning of one in itself");
	ok(flow(tok, "x\xc3\xa9.", 4, &word, 1, "x||||."), "one of several bytes");
	ok(flow(tok, "x\xc3\xa9!", 4, &word, 1, "x|||é!|;"), "and nearly that");
}

/* Through the engine: the same text, wherever it is stopped; the end of text; echo. */
static void
engine(const struct maas_tokenizer *tok)
{
	const struct maas_gpt shape = { .layers = 1, .heads = 2, .embed = 32, .context = 80, .vocab = 258 };
	struct maas_model *m = tiny_gpt(&plain, &shape, MAAS_F32);
	struct maas_team *team = maas_team_new(1);
	struct maas_decoder *d = maas_decoder_new(m, tok, team, &(struct maas_decoder_limits){ .precision = MAAS_F32 });
	static const int32_t prompt[] = { 'a', 256, 'c' };
	struct maas_request q = { .prompt = prompt, .n = 3, .max_new = 30, .seed = 5 };
	struct maas_sequence *s, *t;
	struct maas_span stop;

	maas_defaults(maas_sampling_fields, &q.sampling);
	q.sampling.temperature = 2;
	s = maas_decoder_join(d, &q);
	while (maas_decoder_step(d) > 0)
		;
	ok(s->finish == MAAS_LENGTH && s->n == 33 && s->text.n >= 29, "thirty tokens, %zu bytes", s->text.n);
	stop = (struct maas_span){ s->text.s + 11, 3 };
	q.stop = &stop;
	q.nstop = 1;
	q.echo = 1;
	t = maas_decoder_join(d, &q);
	while (maas_decoder_step(d) > 0)
		;
	ok(t->finish == MAAS_STOP && t->text.n == 4 + 11 && !memcmp(t->text.s, "athc", 4) &&
		!memcmp(t->text.s + 4, s->text.s, 11),
	    "echoed, and stopped where it was told");
	maas_decoder_leave(d, t);
	q = (struct maas_request){
		.prompt = prompt, .n = 3, .max_new = 30, .sampling = q.sampling, .seed = 5, .stop = &stop, .nstop = 1
	};
	stop.n = 0;
	ok(!maas_decoder_join(d, &q), "%s", maas_error());
	maas_decoder_free(d);
	/* The head is tied: a token whose embedding is long is likely, or very unlikely. */
	for (int sign = 0; sign < 2; sign++) {
		float *row = (float *)(uintptr_t)maas_model_tensor(m, "wte.weight")->data + EOT * 32;

		for (int i = 0; i < 32; i++)
			row[i] = sign ? -row[i] : row[i] * 60;
		d = maas_decoder_new(m, tok, team, &(struct maas_decoder_limits){ .precision = MAAS_F32 });
		q.nstop = 0;
		q.sampling.temperature = 0;
		q.ignore_eos = 0;
		s = maas_decoder_join(d, &q);
		q.ignore_eos = 1;
		t = maas_decoder_join(d, &q);
		while (maas_decoder_step(d) > 0)
			;
		if (s->id[3] == EOT)
			break;
		maas_decoder_free(d);
		d = NULL;
	}
	ok(d && s->finish == MAAS_STOP && s->n == 4 && s->text.n == 0, "the end of the text");
	ok(d && t->id[3] == EOT && t->n == 33 && t->finish == MAAS_LENGTH, "is passed where that is asked");
	maas_decoder_free(d);
	maas_team_free(team);
	maas_model_close(m);
}

/* The bytes of ids [from, to) of a sequence, none of them special. */
static struct maas_span
raw(const struct maas_tokenizer *tok, const struct maas_sequence *s, size_t to, char *room)
{
	size_t n = 0;

	for (size_t i = s->prompt; i < to; i++) {
		struct maas_span piece = maas_token_bytes(tok, s->id[i]);

		memcpy(room + n, piece.s, piece.n);
		n += piece.n;
	}
	return (struct maas_span){ room, n };
}

static int
holds(struct maas_span text, struct maas_span what)
{
	return memmem(text.s, text.n, what.s, what.n) != NULL;
}

/* Beams: those with a stop string end with the token that completes it, and it is left out of their text. */
static void
searched(const struct maas_tokenizer *tok)
{
	const struct maas_gpt shape = { .layers = 1, .heads = 2, .embed = 32, .context = 80, .vocab = 258 };
	struct maas_model *m = tiny_gpt(&plain, &shape, MAAS_F32);
	struct maas_team *team = maas_team_new(1);
	struct maas_decoder *d = maas_decoder_new(m, tok, team, &(struct maas_decoder_limits){ .sequences = 5 });
	static const int32_t prompt[] = { 'a', 256, 'c' };
	struct maas_request q = { .prompt = prompt, .n = 3, .max_new = 12, .beams = 5, .length_penalty = 1 };
	struct maas_sequence *s;
	char whole[64], room[64];
	struct maas_span stop[2];
	size_t stopped = 0, ran = 0, bad = 0;

	maas_defaults(maas_sampling_fields, &q.sampling);
	q.sampling.no_repeat_ngram_size = 1;
	s = maas_decoder_join(d, &q);
	while (maas_decoder_step(d) > 0)
		;
	ok(s && s->finish == MAAS_LENGTH && raw(tok, s, s->n, whole).n >= 12 && s->text.n >= 12, "twelve tokens");
	maas_decoder_leave(d, s);
	stop[0] = maas_span("never said");
	stop[1] = (struct maas_span){ whole + 4, 3 };
	q.stop = stop;
	q.nstop = 2;
	q.echo = 1;
	s = maas_decoder_join(d, &q);
	while (maas_decoder_step(d) > 0)
		;
	for (const struct maas_sequence *t = s; t; t = t->next) {
		struct maas_span all = raw(tok, t, t->n, room);

		ran++;
		stopped += t->finish == MAAS_STOP;
		bad += holds(t->text, stop[1]) || memcmp(t->text.s, "athc", 4) != 0;
		bad += (t->finish == MAAS_STOP) != holds(all, stop[1]);
		bad += t->text.n - 4 != (t->finish == MAAS_STOP ? all.n - 3 : all.n);
		bad += holds(raw(tok, t, t->n - 1, room), stop[1]);
	}
	ok(ran == 5 && stopped > 0 && bad == 0, "%zu of %zu texts stopped", stopped, ran);
	maas_decoder_free(d);
	maas_team_free(team);
	maas_model_close(m);
}

int
main(void)
{
	struct maas_tokenizer *tok = bytes();

	ok(tok && maas_tokenizer_size(tok) == 258 && maas_token_eos(tok) == EOT, "a tokeniser of bytes");
	if (tok) {
		flows(tok);
		engine(tok);
		searched(tok);
	}
	maas_tokenizer_free(tok);
	return done();
}
