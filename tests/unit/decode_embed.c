/* decode_embed.c -- prompts as vectors: PyTorch's numbers (scripts/make-golden-gpt), whoever is beside them. */
#include <stdlib.h>

#include "../test.h"
#include "../tiny_gpt.h"

#define TEXTS 8
#define WIDTH 48

static const struct maas_kind plain = { .name = "plain", .size = sizeof(struct maas_gpt), .decode = &maas_decoder_gpt };
static const struct maas_gpt shape = { .layers = 3, .heads = 3, .embed = WIDTH, .context = 150, .vocab = 97 };

static struct {
	int32_t id[200];
	size_t n;
	double want[WIDTH];
	float mean[WIDTH];
} text[TEXTS];

static void
read_texts(void)
{
	const char *data = getenv("DATA");
	struct maas_span line;
	struct maas_input *in;
	char path[4096];
	size_t n = 0;

	snprintf(path, sizeof path, "%s/gpt-embed.tsv", data ? data : "tests/data");
	in = maas_input_open(path, NULL);
	for (; in && n < TEXTS && maas_input_line(in, &line, NULL) > 0; n++) {
		char *at = (char *)(uintptr_t)line.s;

		while (*at != '\t')
			text[n].id[text[n].n++] = (int32_t)strtol(at, &at, 10);
		for (size_t i = 0; i < WIDTH; i++)
			text[n].want[i] = strtod(at, &at);
	}
	ok(n == TEXTS && text[TEXTS - 1].n == 150, "eight texts, the last as long as the context");
	maas_input_close(in);
}

static struct maas_sequence *
join(struct maas_decoder *d, size_t i)
{
	struct maas_sequence *s =
	    maas_decoder_join(d, &(struct maas_request){ .prompt = text[i].id, .n = text[i].n, .embed = 1 });

	ok(s != NULL, "joins: %s", s ? "" : maas_error());
	return s;
}

static void
alone(struct maas_decoder *d, size_t i)
{
	struct maas_sequence *s = join(d, i);
	double off = 0, all = 0;

	while (maas_decoder_step(d) > 0)
		;
	ok(s->finish == MAAS_STOP && s->n == text[i].n && s->mean, "it ends, and nothing is said");
	memcpy(text[i].mean, s->mean, sizeof text[i].mean);
	for (size_t k = 0; k < WIDTH; k++) {
		off += (s->mean[k] - text[i].want[k]) * (s->mean[k] - text[i].want[k]);
		all += text[i].want[k] * text[i].want[k];
	}
	ok(sqrt(off / all) < 1e-6, "%zu ids: off by %.2g", text[i].n, sqrt(off / all));
	maas_decoder_leave(d, s);
}

/* All at once, in passes of few rows, beside one that speaks: the same bytes. */
static void
together(struct maas_decoder *d)
{
	struct maas_request speaks = { .prompt = text[3].id, .n = text[3].n, .max_new = 30 };
	struct maas_sequence *s[TEXTS], *other;

	maas_defaults(maas_sampling_fields, &speaks.sampling);
	other = maas_decoder_join(d, &speaks);
	for (size_t i = 0; i < TEXTS; i++)
		s[i] = join(d, i);
	while (maas_decoder_step(d) > 0)
		;
	for (size_t i = 0; i < TEXTS; i++) {
		ok(s[i]->mean && !memcmp(s[i]->mean, text[i].mean, sizeof text[i].mean), "%zu ids: the same bytes",
		    text[i].n);
		maas_decoder_leave(d, s[i]);
	}
	ok(other && other->n == text[3].n + 30 && !other->mean, "the other has spoken");
	maas_decoder_leave(d, other);
	ok(maas_decoder_load(d).blocks_free == maas_decoder_load(d).blocks, "the cache is free again");
}

int
main(void)
{
	struct maas_team *team = maas_team_new(2), *one = maas_team_new(1);
	struct maas_model *m = tiny_gpt(&plain, &shape, MAAS_F32);
	struct maas_decoder *d = maas_decoder_new(m, NULL, one, &(struct maas_decoder_limits){ 0 });
	int32_t long_text[151] = { 0 };

	read_texts();
	ok(d && maas_decoder_width(d) == WIDTH, "%s", d ? "a decoder" : maas_error());
	for (size_t i = 0; i < TEXTS; i++)
		alone(d, i);
	ok(!maas_decoder_join(d, &(struct maas_request){ .prompt = long_text, .n = 151, .embed = 1 }), "%s",
	    maas_error());
	maas_decoder_free(d);
	d = maas_decoder_new(m, NULL, team, &(struct maas_decoder_limits){ .rows = 17, .sequences = 9 });
	together(d);
	maas_decoder_free(d);
	maas_model_close(m);
	maas_team_free(team);
	maas_team_free(one);
	return done();
}
