/* decode_search.c -- beams: what scripts/make-golden-beams found, all texts of a few tokens, alone and beside
 * others. */
#include "../counted.h"
#include "../test.h"
#include "../tiny_gpt.h"

#define CASES 70
#define TOLD  5 /* texts of a search that are compared */

static const struct maas_kind plain = { .name = "plain", .size = sizeof(struct maas_gpt), .decode = &maas_decoder_gpt };
static const struct maas_gpt shape = { .layers = 3, .heads = 3, .embed = 48, .context = 150, .vocab = 97 };

struct search {
	char settings[256], ends[128];
	struct maas_sampling sampling;
	size_t beams, max_new, n, found, said[TOLD];
	double length_penalty, score[TOLD];
	int32_t prompt[150], id[TOLD][96];
};
static struct search search[CASES];
static size_t searches;

static size_t
ids(struct maas_span s, int32_t *to)
{
	size_t n = 0;
	char *end;

	for (const char *at = s.s; at < s.s + s.n; at = end) {
		long id = strtol(at, &end, 10);

		if (end == at)
			break;
		to[n++] = (int32_t)id;
	}
	return n;
}

static struct maas_span
field(struct maas_span *line)
{
	const char *tab = memchr(line->s, '\t', line->n);
	struct maas_span f = { line->s, tab ? (size_t)(tab - line->s) : line->n };

	line->s += f.n + (tab != NULL);
	line->n -= f.n + (tab != NULL);
	return f;
}

static void
read_search(struct maas_span line)
{
	struct search *c = &search[searches++];
	struct maas_span f = field(&line);
	char *end, *rest;

	snprintf(c->settings, sizeof c->settings, "%.*s", (int)f.n, f.s);
	f = field(&line);
	snprintf(c->ends, sizeof c->ends, "%.*s", (int)f.n, f.s);
	c->n = ids(field(&line), c->prompt);
	c->beams = strtoul(strstr(c->settings, "beams=") + 6, &rest, 10);
	c->length_penalty = strtod(strstr(c->settings, "length_penalty=") + 15, NULL);
	rest = strstr(c->settings, "max_new=") + 8;
	c->max_new = strtoul(rest, &rest, 10);
	maas_defaults(maas_sampling_fields, &c->sampling);
	maas_set_all(maas_sampling_fields, &c->sampling, rest);
	while (line.n && c->found < TOLD) {
		f = field(&line);
		c->score[c->found] = strtod(f.s, &end);
		c->said[c->found] = ids((struct maas_span){ end, (size_t)(f.s + f.n - end) }, c->id[c->found]);
		c->found++;
	}
}

static struct maas_request
request(const struct search *c)
{
	return (struct maas_request){ .prompt = c->prompt,
		.n = c->n,
		.max_new = c->max_new,
		.sampling = c->sampling,
		.beams = c->beams,
		.length_penalty = c->length_penalty,
		.logprobs = 1,
		.top = 3,
		.share = 1 };
}

static size_t
wrong(const struct search *c, const struct maas_sequence *s)
{
	size_t bad = 0, i = 0;

	for (; s && i < c->found; s = s->next, i++) {
		bad += s->n != s->prompt + c->said[i] || fabs(s->score - c->score[i]) > 1e-5 * fabs(c->score[i]) ||
		    memcmp(s->id + s->prompt, c->id[i], c->said[i] * sizeof *s->id) != 0;
		bad += s->finish != (s->n - s->prompt < c->max_new ? MAAS_STOP : s->finish);
	}
	return bad + (i != c->found);
}

/* What was kept of each token is what the model says of the text. */
static size_t
unlike(struct maas_decoder *d, const struct maas_sequence *s)
{
	size_t bad = 0;

	for (; s; s = s->next) {
		struct maas_request q = { .prompt = s->id, .n = s->n, .logprobs = 1, .top = 3, .score = s->prompt };
		struct maas_sequence *t;

		maas_defaults(maas_sampling_fields, &q.sampling);
		if (!(t = maas_decoder_join(d, &q)))
			return 99;
		while (t->finish == MAAS_RUNNING)
			(void)maas_decoder_step(d);
		bad += memcmp(t->logprob + s->prompt, s->logprob + s->prompt,
			   (s->n - s->prompt) * sizeof *t->logprob) != 0;
		bad += memcmp(t->top + s->prompt * 3, s->top + s->prompt * 3,
			   (s->n - s->prompt) * 3 * sizeof *t->top) != 0;
		maas_decoder_leave(d, t);
	}
	return bad;
}

static struct maas_model *
ending(const char *ends)
{
	struct maas_model *m = tiny_gpt(&plain, &shape, MAAS_F32);
	char text[256] = "{\"eos_token_id\":[";
	size_t n = strlen(text);

	for (; *ends; ends++)
		text[n++] = *ends == ' ' ? ',' : *ends;
	snprintf(text + n, sizeof text - n, "]}");
	return m && maas_model_set_meta(m, "maas.generation", text) == 0 ? m : NULL;
}

static void
golden(struct maas_team *team, const struct search *c)
{
	struct maas_model *m = ending(c->ends);
	struct maas_decoder *d =
	    maas_decoder_new(m, NULL, team, &(struct maas_decoder_limits){ .sequences = c->beams + 1 });
	struct maas_request q = request(c);
	struct maas_sequence *s = maas_decoder_join(d, &q);
	struct maas_decoder_load load;
	long warm;
	size_t odd = 0;

	ok(s != NULL, "%zu ids, %s: %s", c->n, c->settings, s ? "" : maas_error());
	if (!s)
		return;
	warm = taken;
	while (maas_decoder_step(d) > 0)
		odd += s->next != NULL || s->finish != MAAS_RUNNING;
	ok(taken == warm && odd == 0, "a step takes nothing from the system");
	ok(wrong(c, s) == 0, "%zu texts, the best %.9g", c->found, s->score);
	ok(unlike(d, s) == 0, "with the model's own probabilities");
	maas_decoder_leave(d, s);
	load = maas_decoder_load(d);
	ok(load.blocks_free == load.blocks && load.running == 0, "every block of the cache is back");
	maas_decoder_free(d);
	maas_model_close(m);
}

/* Searches and sequences that come and go beside one another. */
static void
crowd(int threads, size_t rows, size_t cache)
{
	struct maas_team *team = maas_team_new(threads);
	struct maas_model *m = ending(search[15].ends);
	struct maas_decoder *d = maas_decoder_new(
	    m, NULL, team, &(struct maas_decoder_limits){ .sequences = 12, .rows = rows, .cache_tokens = cache });
	struct maas_sequence *live[5] = { NULL }, *other = NULL;
	size_t done_n = 0, bad = 0, waited = 0;
	struct maas_request q;

	for (size_t turn = 0; done_n < 10 && turn < 9999; turn++) {
		struct maas_sequence **s = &live[turn % 5];
		const struct search *c = &search[15 + turn % 5];

		if (!*s && turn % 3 == 0) {
			q = request(c);
			q.user = (void *)(uintptr_t)c;
			if (!(*s = maas_decoder_join(d, &q)))
				waited += maas_why() == MAAS_TEMPFAIL;
		}
		if (!other && turn % 4 == 1) {
			q = request(c);
			q.beams = 0;
			other = maas_decoder_join(d, &q);
		}
		(void)maas_decoder_step(d);
		if (other && (turn % 11 == 10 || other->finish)) { /* cancelled, or done */
			maas_decoder_leave(d, other);
			other = NULL;
		}
		if (*s && turn % 17 == 5) { /* so is a search */
			maas_decoder_leave(d, *s);
			*s = NULL;
		}
		for (size_t i = 0; i < 5; i++)
			if (live[i] && live[i]->finish) {
				bad += wrong(live[i]->user, live[i]);
				maas_decoder_leave(d, live[i]);
				live[i] = NULL;
				done_n++;
			}
	}
	ok(done_n >= 10 && bad == 0 && waited > 0, "%d threads, %zu rows: %zu searches, %zu waits", threads, rows,
	    done_n, waited);
	for (size_t i = 0; i < 5; i++)
		maas_decoder_leave(d, live[i]);
	maas_decoder_leave(d, other);
	ok(maas_decoder_load(d).blocks_free == maas_decoder_load(d).blocks, "every block is back");
	maas_decoder_free(d);
	maas_model_close(m);
	maas_team_free(team);
}

/* With room for every text of a few tokens, the best is found: all of them are scored, one after the other. */
static void
exhaust(struct maas_team *team, double power, int end)
{
	enum { V = 5, DEPTH = 4 };
	static const struct maas_gpt few = { .layers = 2, .heads = 2, .embed = 32, .context = 20, .vocab = V };
	static const int32_t prompt[] = { 3, 0, 4 };
	struct maas_model *m = tiny_gpt(&plain, &few, MAAS_F32);
	struct maas_decoder *d;
	struct maas_request q = { .prompt = prompt, .n = 3, .max_new = DEPTH, .beams = 625, .length_penalty = power };
	struct maas_sequence *s, *t;
	int32_t best[3 + DEPTH] = { 0 }, id[3 + DEPTH] = { 3, 0, 4 };
	double most = -INFINITY;
	size_t best_n = 0, texts = 0;
	char ends[32];

	maas_defaults(maas_sampling_fields, &q.sampling);
	snprintf(ends, sizeof ends, "{\"eos_token_id\":%d}", end);
	if (maas_model_set_meta(m, "maas.generation", ends) < 0 ||
	    !(d = maas_decoder_new(m, NULL, team, &(struct maas_decoder_limits){ .sequences = 625 })))
		return;
	for (int code = 0; code < 625; code++) {
		size_t n = 3;
		double sum = 0;

		for (int rest = code, i = 0; i < DEPTH && (n == 3 || id[n - 1] != end); i++, rest /= V)
			id[n++] = rest % V;
		t = maas_decoder_join(d,
		    &(struct maas_request){ .prompt = id, .n = n, .logprobs = 1, .score = 3, .sampling = q.sampling });
		while (t->finish == MAAS_RUNNING)
			(void)maas_decoder_step(d);
		for (size_t i = 3; i < n; i++)
			sum += t->logprob[i];
		sum /= pow((double)(n - 3), power);
		texts++;
		if (sum > most) {
			most = sum;
			best_n = n;
			memcpy(best, id, sizeof best);
		}
		maas_decoder_leave(d, t);
	}
	if (!(s = maas_decoder_join(d, &q)))
		printf("# %s\n", maas_error());
	while (maas_decoder_step(d) > 0)
		;
	ok(s && s->n == best_n && !memcmp(s->id, best, best_n * sizeof *best) && fabs(s->score - most) < 1e-5,
	    "length penalty %g, ended by %d: the best of %zu texts, of %zu ids, %.6g", power, end, texts, best_n - 3,
	    most);
	maas_decoder_free(d);
	maas_model_close(m);
}

static const char *
refused(struct maas_decoder *d, const struct maas_request *q, enum maas_why why)
{
	return !maas_decoder_join(d, q) && maas_why() == why &&
		maas_decoder_load(d).blocks_free == maas_decoder_load(d).blocks && maas_decoder_load(d).running == 0
	    ? maas_error()
	    : "";
}

static void
refusals(struct maas_team *team)
{
	struct maas_model *m = ending("96 3");
	struct maas_decoder *d = maas_decoder_new(
	    m, NULL, team, &(struct maas_decoder_limits){ .sequences = 4, .cache_tokens = 7 * MAAS_KEYS });
	struct maas_request q = request(&search[5]);
	struct maas_sequence *s;

	ok(maas_decoder_ends(d, 96) && maas_decoder_ends(d, 3) && !maas_decoder_ends(d, 9), "two tokens end a text");
	q.sampling.temperature = 0.7;
	ok(strstr(refused(d, &q, MAAS_DATA), "temperature"), "%s", maas_error());
	q.sampling.temperature = 0;
	q.score = 1;
	ok(strstr(refused(d, &q, MAAS_DATA), "scores"), "%s", maas_error());
	q.score = 0;
	q.length_penalty = NAN;
	ok(strstr(refused(d, &q, MAAS_DATA), "penalty"), "%s", maas_error());
	q.length_penalty = 1;
	q.beams = 5;
	ok(strstr(refused(d, &q, MAAS_DATA), "places for 4"), "%s", maas_error());
	q.beams = 4;
	q.max_new = 140;
	ok(strstr(refused(d, &q, MAAS_DATA), "key/value cache"), "%s", maas_error());
	q.max_new = 0;
	s = maas_decoder_join(d, &q);
	ok(s && maas_decoder_step(d) == 0 && s->finish == MAAS_LENGTH && s->n == s->prompt, "nothing to say");
	maas_decoder_leave(d, s);
	q.max_new = 20;
	q.beams = 2;
	s = maas_decoder_join(d, &q);
	q.beams = 3;
	ok(s && !maas_decoder_join(d, &q) && maas_why() == MAAS_TEMPFAIL, "%s", maas_error());
	while (maas_decoder_step(d) > 0)
		;
	ok(s->finish && maas_decoder_join(d, &q) == NULL, "places are held until it leaves: %s", maas_error());
	maas_decoder_leave(d, s);
	ok((s = maas_decoder_join(d, &q)) != NULL, "then the next");
	maas_decoder_free(d);
	maas_model_close(m);
	m = ending("3");
	((float *)(uintptr_t)maas_model_tensor(m, "ln_f.bias")->data)[3] = NAN;
	d = maas_decoder_new(m, NULL, team, &(struct maas_decoder_limits){ .sequences = 4 });
	s = maas_decoder_join(d, &q);
	ok(s && maas_decoder_step(d) == 0 && s->finish == MAAS_BROKEN && !s->next, "a broken model");
	maas_decoder_free(d);
	maas_model_close(m);
}

int
main(void)
{
	const char *data = getenv("DATA") ? getenv("DATA") : "tests/data";
	struct maas_team *team = maas_team_new(2);
	struct maas_input *in;
	struct maas_span line;
	char path[4096];

	snprintf(path, sizeof path, "%s/beams.tsv", data);
	if (!(in = maas_input_open(path, NULL))) {
		printf("%s\n", maas_error());
		return 1;
	}
	while (searches < CASES && maas_input_line(in, &line, NULL) > 0)
		read_search(line);
	maas_input_close(in);
	ok(searches == 64, "%zu searches", searches);
	for (size_t i = 0; i < searches; i++)
		golden(team, &search[i]);
	crowd(1, 0, 0);
	crowd(3, 13, 24 * MAAS_KEYS);
	for (int end = 0; end < 5; end++)
		for (int power = -2; power < 3; power++)
			exhaust(team, power, end);
	refusals(team);
	maas_team_free(team);
	return done();
}
