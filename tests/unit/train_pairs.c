/* Pairs: how they lie in a corpus, what is refused, what a batch of them is, and what it teaches. */
#include <stdlib.h>
#include <unistd.h>

#include "maas/train.h"
#include "../test.h"

static struct maas_tokenizer *tok;
static struct maas_team *team;
static char folder[] = "/tmp/train_pairs.XXXXXX";

static const char *
put(const char *text)
{
	static char path[64];
	FILE *f;

	snprintf(path, sizeof path, "%s/pairs.jsonl", folder);
	if ((f = fopen(path, "w"))) {
		fputs(text, f);
		fclose(f);
	}
	return path;
}

static struct maas_corpus *
read_pairs(const char *text, struct maas_pair_bounds bounds)
{
	struct maas_corpus *c = maas_corpus_new(tok, 0);

	if (c)
		maas_corpus_bound(c, bounds);
	if (c && maas_corpus_add(c, put(text), MAAS_CORPUS_PAIRS, NULL) == 0)
		return c;
	maas_corpus_free(c);
	return NULL;
}

/* Pair i as text: '|' is the end of text, '>' stands where it begins to be learnt. */
static const char *
shown(const struct maas_corpus *c, size_t i)
{
	const struct maas_pair *p = maas_corpus_pair(c, i);
	static char to[256];
	size_t n = 0;

	for (size_t k = p->begin; k < p->end && n < sizeof to - 3; k++) {
		int32_t id = maas_corpus_at(c, k);

		if (k == p->said)
			to[n++] = '>';
		to[n++] = id == maas_token_eos(tok) ? '|' : maas_token_bytes(tok, id).s[0];
	}
	to[n] = 0;
	return to;
}

static struct maas_pair_bounds wide = { .context = 1000 };

static void
lays_out(void)
{
	struct maas_corpus *c = read_pairs("{\"prompt\":\"ab\",\"completion\":\" cd\",\"id\":7}\n"
					   "{\"completion\":\"x\",\"prompt\":\"\"}\n"
					   "{\"prompt\":\"no\",\"completion\":\"\"}",
	    wide);

	if (!c) {
		ok(0, "%s", maas_error());
		return;
	}
	ok(maas_corpus_pairs(c) == 3, "three pairs");
	is_str(shown(c, 0), "ab> cd|");
	is_str(shown(c, 1), "|>x|");
	is_str(shown(c, 2), "no>|");
	ok(maas_corpus_notes(c).empty == 1 && maas_corpus_notes(c).cut == 0, "an empty completion is counted");
	maas_corpus_free(c);
	/* Without an end. */
	if ((c = read_pairs("{\"prompt\":\"a\",\"completion\":\"b\"}\n", (struct maas_pair_bounds){ 9, 0, -1 })))
		is_str(shown(c, 0), "a>b");
	else
		ok(0, "%s", maas_error());
	maas_corpus_free(c);
	ok(!read_pairs("{\"prompt\":\"a\",\"completion\":\"\"}\n", (struct maas_pair_bounds){ 9, 0, -1 }), "%s",
	    maas_error() + strlen(folder));
}

static void
cuts(void)
{
	static const char two[] = "{\"prompt\":\"abcdef\",\"completion\":\"xy\"}\n"
				  "{\"prompt\":\"ab\",\"completion\":\"uvwxyz\"}\n";
	struct maas_pair_bounds b = { .context = 4, .end = maas_token_eos(tok) };
	struct maas_corpus *c = read_pairs(two, b);

	ok(!c && maas_why() == MAAS_DATA, "%s", maas_error() + strlen(folder));
	b.cut = 1;
	if (!(c = read_pairs(two, b))) {
		ok(0, "%s", maas_error());
		return;
	}
	is_str(shown(c, 0), "ef>xy|");
	is_str(shown(c, 1), "b>uvwx");
	ok(maas_corpus_notes(c).cut == 2, "both are counted");
	maas_corpus_free(c);
}

static void
refuses(void)
{
	static const char *const bad[] = { "{\"prompt\":\"a\"}\n", "{\"text\":\"a\",\"label\":\"b\"}\n", "{}\n",
		"{\"prompt\":\"a\",\"completion\":7}\n", "{\"prompt\":null,\"completion\":\"a\"}\n", "[1]\n",
		"{\"prompt\"\n", "{\"prompt\":\"a\",\"completion\":\"b\"}\n\n",
		"{\"prompt\":\"a\",\"prompt\":\"b\",\"completion\":\"c\"}\n",
		"{\"prompt\":\"\xff\",\"completion\":\"c\"}\n" };

	for (size_t i = 0; i < MAAS_COUNT(bad); i++)
		ok(!read_pairs(bad[i], wide) && maas_why() == MAAS_DATA, "%s", maas_error() + strlen(folder));
}

/* A hundred pairs "N" and as many letters as N says, at most 40. */
static struct maas_corpus *
many(void)
{
	static char text[100 * 96];
	size_t n = 0;

	for (int i = 0; i < 100; i++)
		n += (size_t)snprintf(text + n, sizeof text - n, "{\"prompt\":\"%d\",\"completion\":\"%.*s\"}\n", i,
		    i % 40, "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz");
	return read_pairs(text, wide);
}

static int
number_of(const struct maas_corpus *c, size_t i)
{
	return (int)strtol(shown(c, i), NULL, 10);
}

static void
deals(void)
{
	struct maas_corpus *c = many(), *d = many(), *e = many();
	size_t cut[3], differs = 0;
	int seen[100] = { 0 }, once = 1, sorted = 1;

	if (!c || !d || !e || maas_corpus_deal(c, 0.2, 5, &cut[0]) || maas_corpus_deal(d, 0.2, 5, &cut[1]) ||
	    maas_corpus_deal(e, 0.2, 6, &cut[2])) {
		ok(0, "%s", maas_error());
		return;
	}
	ok(cut[0] == 80 && cut[1] == 80, "a fifth of 100 is held out");
	ok(maas_corpus_digest(c) == maas_corpus_digest(d), "the same for the same seed");
	for (size_t i = 0; i < 100; i++) {
		int k = number_of(c, i);

		once &= k >= 0 && k < 100 && !seen[k]++;
		sorted &= i == 0 || i == 80 || k > number_of(c, i - 1);
		differs += k != number_of(e, i);
	}
	ok(once && sorted, "all are there, in order before and behind the cut");
	ok(differs > 50, "others for another seed");
	ok(maas_corpus_deal(d, 0.001, 5, cut) < 0, "%s", maas_error());
	maas_corpus_free(c);
	maas_corpus_free(d);
	maas_corpus_free(e);
}

static struct maas_model *
model(const struct maas_kind *k, const char *settings)
{
	struct maas_model *m = maas_model_new(k);

	if (m)
		maas_set_all(k->fields, m->settings, settings);
	return m;
}

struct net {
	struct maas_arena *arena;
	struct maas_tape *tape;
	struct maas_node *loss;
	const struct maas_params *params;
	struct maas_run run;
};

static int
build(struct net *n, const struct maas_model *m, size_t rows)
{
	size_t stride;

	if (!(n->arena = maas_arena_new(1 << 20)) || !(n->tape = maas_tape_new(n->arena)) ||
	    !(n->loss = m->kind->loss(m, n->tape, rows)) ||
	    maas_tape_plan(n->tape, n->loss, MAAS_TRAIN | MAAS_HALF | MAAS_ROUNDED))
		return -1;
	n->params = maas_tape_params(n->tape);
	stride = (maas_tape_scratch(n->tape) + 63) / 64 * 64;
	n->run = (struct maas_run){ .team = team, .stride = stride, .precision = MAAS_BF16, .seed = 1 };
	n->run.scratch = maas_take(n->arena, (size_t)maas_team_size(team), stride + 64);
	return n->run.scratch ? 0 : -1;
}

/* Parameters that are the same in the leading elements, whatever the shape: a table of positions is cut. */
static void
begin_alike(struct net *n)
{
	for (size_t i = 0; i < n->params->count; i++)
		maas_fill_normal(n->params->node[i]->val, maas_len(n->params->node[i]), 0.3, 11, i);
	maas_to_bf16(n->params->half, n->params->val, n->params->n);
}

/* Short sequences in a graph for long ones are what they are in a graph of their own, to the byte. */
static void
runs_short(const struct maas_kind *k, const char *large, const char *small)
{
	enum { TIME = 7, ROWS = 3 * TIME };
	struct maas_model *m[2] = { model(k, large), model(k, small) };
	struct net n[2] = { { 0 }, { 0 } };
	int same = 1;

	if (!m[0] || !m[1] || build(&n[0], m[0], 64) || build(&n[1], m[1], ROWS)) {
		ok(0, "%s", maas_error());
		return;
	}
	n[0].run.rows = ROWS;
	n[0].run.time = TIME;
	for (int i = 0; i < 2; i++) {
		int32_t *ids = maas_tape_input(n[i].tape, "ids")->val,
			*targets = maas_tape_input(n[i].tape, "targets")->val;

		begin_alike(&n[i]);
		for (int r = 0; r < ROWS; r++) {
			ids[r] = r * 5 % 19;
			targets[r] = r % 4 ? r * 7 % 19 : -1;
		}
		maas_forward(n[i].tape, &n[i].run);
		maas_backward(n[i].tape, &n[i].run, 0);
	}
	same &= !memcmp(n[0].loss->val, n[1].loss->val, sizeof(float));
	for (size_t i = 0; i < n[1].params->count; i++) {
		const struct maas_node *a = n[0].params->node[i], *b = n[1].params->node[i];

		same &= !memcmp(a->grad, b->grad, maas_len(b) * sizeof(float));
		for (size_t j = maas_len(b); j < maas_len(a); j++)
			same &= a->grad[j] == 0;
	}
	ok(same, "%s: sequences of %d in a graph for 32: loss %.9g", k->name, TIME, *(float *)n[0].loss->val);
	for (int i = 0; i < 2; i++) {
		maas_arena_free(n[i].arena);
		maas_model_close(m[i]);
	}
}

static void
fills(void)
{
	struct maas_model *m = model(&maas_kind_gpt, "layers=1 heads=1 embed=8 context=40 vocab=257");
	struct maas_corpus *c = read_pairs("{\"prompt\":\"abc\",\"completion\":\"xyz\"}\n"
					   "{\"prompt\":\"0123456789\",\"completion\":\"0123456789\"}\n",
	    wide);
	struct maas_source *s = m && c ? maas_pairs_held(m, (struct maas_stretch){ c, 0, 2 }) : NULL;
	const uint64_t k[] = { 0, 1 };
	struct maas_counted got;
	struct net n = { 0 };
	const int32_t *targets;
	size_t learnt = 0;

	if (!s || build(&n, m, 2 * s->rows) || s->how->bind(s, n.tape)) {
		ok(0, "%s", maas_error());
		return;
	}
	ok(s->rows == 32 && s->length == (6 + 20) / 2.0, "21 ids want 20 places, made 32");
	got = s->how->fill(s, k, 1, team);
	targets = maas_tape_input(n.tape, "targets")->val;
	for (size_t i = 0; i < 16; i++)
		learnt += targets[i] >= 0;
	ok(got.rows == 16 && got.weight == 4 && got.bytes == 3 && learnt == 4, "the short one alone takes 16");
	ok(targets[1] < 0 && targets[2] == maas_corpus_at(c, 3) && targets[5] == maas_token_eos(tok) && targets[6] < 0,
	    "the completion and its end are predicted, nothing else");
	got = s->how->fill(s, k, 2, team);
	ok(got.rows == 32 && got.weight == 15 && targets[32 + 8] < 0 && targets[32 + 9] == maas_corpus_at(c, 7 + 10),
	    "two are as long as the longer");
	maas_source_free(s);
	maas_corpus_free(c);
	maas_model_close(m);
	maas_arena_free(n.arena);
}

struct losses {
	double loss[3], norm[3];
	int n;
};

static int
on_step(void *ctx, const struct maas_step *s)
{
	struct losses *l = ctx;

	l->loss[l->n] = s->loss;
	l->norm[l->n++] = s->grad_norm;
	return 0;
}

static int
on_stop(void *ctx)
{
	return ((struct losses *)ctx)->n == 3 ? MAAS_STOPPED : 0;
}

static void
learn(struct losses *l, const char *batch, long accumulate)
{
	struct maas_model *m = model(&maas_kind_llama, "layers=1 heads=2 embed=16 context=64 vocab=257");
	struct maas_corpus *c = many();
	struct maas_training how;
	const struct maas_watch w = { l, on_step, NULL, on_stop };
	struct maas_trainer *t = NULL;

	maas_defaults(maas_training_fields, &how);
	maas_set_all(maas_training_fields, &how, "steps=3 clip=0");
	how.batch_size = batch;
	how.accumulate = accumulate;
	if (m && c) {
		const struct maas_run_setup s = { .model = m,
			.how = &how,
			.train = maas_pairs_source(m, (struct maas_stretch){ c, 0, 100 }, 3),
			.team = team,
			.seed = 3 };

		t = maas_trainer_new(&s);
	}
	if (!t || maas_trainer_run(t, &w) < 0)
		ok(0, "%s", maas_error());
	maas_trainer_free(t);
	maas_corpus_free(c);
	maas_model_close(m);
}

/* Each token counts the same, in whatever batch of the step its pair is. */
static void
weighs_tokens(void)
{
	struct losses one = { .n = 0 }, four = { .n = 0 };
	double off = 0;

	learn(&one, "12", 1);
	learn(&four, "3", 4);
	for (int i = 0; i < 3; i++) {
		off = fmax(off, fabs(one.loss[i] / four.loss[i] - 1));
		off = fmax(off, fabs(one.norm[i] / four.norm[i] - 1));
	}
	ok(off < 1e-4 && one.loss[0] != one.loss[1], "a batch of 12 is four of 3: off by %.2g", off);
}

int
main(void)
{
	static const char *const special[] = { "<|endoftext|>" };
	struct maas_bpe *b = maas_bpe_new(MAAS_GPT2, NULL);
	char clean[80];

	if (!b || !(tok = maas_bpe_train(b, 257, 1, special, 1)) || !(team = maas_team_new(2)) || !mkdtemp(folder)) {
		ok(0, "%s", maas_error());
		return done();
	}
	maas_bpe_free(b);
	wide.end = maas_token_eos(tok);
	lays_out();
	cuts();
	refuses();
	deals();
	fills();
	runs_short(&maas_kind_gpt, "layers=2 heads=2 embed=8 context=32 vocab=19",
	    "layers=2 heads=2 embed=8 context=7 vocab=19");
	runs_short(&maas_kind_llama, "layers=2 heads=2 kv_heads=1 embed=8 hidden=16 context=32 vocab=19",
	    "layers=2 heads=2 kv_heads=1 embed=8 hidden=16 context=7 vocab=19");
	weighs_tokens();
	maas_team_free(team);
	maas_tokenizer_free(tok);
	snprintf(clean, sizeof clean, "rm -r %s", folder);
	return system(clean) ? 1 : done();
}
