/* Going on from a model: its weights in F32 or BF16, a shorter context, and what is frozen. */
#include <stdlib.h>

#include "maas/train.h"
#include "../test.h"

static struct maas_tokenizer *tok;
static struct maas_team *team;
static struct maas_corpus *corpus;

#define GPT   "layers=3 heads=2 embed=16 context=24 vocab=257"
#define LLAMA "layers=3 heads=4 kv_heads=2 embed=16 hidden=24 context=24 vocab=257"

struct told {
	double loss[8], norm;
	int n;
};

static int
on_step(void *ctx, const struct maas_step *s)
{
	struct told *t = ctx;

	t->norm = s->grad_norm;
	if (t->n < 8)
		t->loss[t->n++] = s->loss;
	return 0;
}

static int
on_stop(void *ctx)
{
	(void)ctx;
	return 0;
}

static const char *precision = "precision=f32";

/* One training. */
struct taught {
	struct maas_training how;
	struct maas_model *model;
	struct maas_trainer *trainer;
	struct told told;
};

/* how: NULL where nothing is to be learnt but the first weights wanted. */
static int
teach(struct taught *t, const struct maas_kind *k, const char *shape, const char *freeze, long steps,
    const struct maas_model *from)
{
	const struct maas_watch w = { &t->told, on_step, NULL, on_stop };
	struct maas_run_setup s = { .how = &t->how, .team = team, .seed = 7 };

	*t = (struct taught){ .model = maas_model_new(k) };
	if (!t->model)
		return -1;
	maas_set_all(k->fields, t->model->settings, shape);
	maas_defaults(maas_training_fields, &t->how);
	maas_set_all(maas_training_fields, &t->how, "optimizer=sgd lr=0.5 clip=0 weight_decay=0 schedule=constant");
	maas_set_all(maas_training_fields, &t->how, precision);
	t->how.batch_size = "3";
	t->how.steps = steps ? steps : 1;
	t->how.freeze = freeze;
	s.model = t->model;
	s.train = maas_tokens_source(t->model, (struct maas_stretch){ corpus, 0, maas_corpus_size(corpus) }, s.seed);
	if (!(t->trainer = maas_trainer_new(&s)) || (from && maas_trainer_init_from(t->trainer, from)))
		return -1;
	return (steps && maas_trainer_run(t->trainer, &w) < 0) || maas_trainer_give(t->trainer, t->model) ? -1 : 0;
}

static void
drop(struct taught *t)
{
	maas_model_close(t->model);
	maas_trainer_free(t->trainer);
}

/* A copy whose tensors are BF16. */
static struct maas_model *
halved(const struct maas_model *m)
{
	struct maas_model *to = maas_model_new(m->kind);

	for (size_t i = 0; to && i < m->ntensor; i++) {
		struct maas_tensor t = m->tensor[i];
		size_t n = t.bytes / sizeof(float);
		maas_bf16 *half = maas_take(to->arena, n, sizeof *half);

		if (!half)
			break;
		maas_to_bf16(half, t.data, n);
		t.dtype = MAAS_BF16;
		t.data = half;
		t.bytes = n * sizeof *half;
		if (maas_model_add(to, &t))
			break;
	}
	return to;
}

static const struct maas_tensor *
same_name(const struct maas_model *m, const struct maas_tensor *t)
{
	return maas_model_tensor(m, t->name);
}

static void
takes_weights(const struct maas_kind *k, const char *shape, const char *shorter)
{
	struct taught first, f32, bf16, cut;
	struct maas_model *half;
	int same = 1, rounded = 1, leading = 1;

	if (teach(&first, k, shape, NULL, 6, NULL) || teach(&f32, k, shape, NULL, 0, first.model) ||
	    !(half = halved(first.model)) || teach(&bf16, k, shape, NULL, 0, half) ||
	    teach(&cut, k, shorter, NULL, 0, first.model)) {
		ok(0, "%s: %s", k->name, maas_error());
		return;
	}
	for (size_t i = 0; i < first.model->ntensor; i++) {
		const struct maas_tensor *t = &first.model->tensor[i], *a = same_name(f32.model, t),
					 *b = same_name(bf16.model, t), *c = same_name(cut.model, t);
		const maas_bf16 *h = same_name(half, t)->data;

		same &= !memcmp(a->data, t->data, t->bytes);
		leading &= c->bytes <= t->bytes && !memcmp(c->data, t->data, c->bytes);
		for (size_t n = 0; n < t->bytes / sizeof(float); n++) {
			float wide;

			maas_from_bf16(&wide, h + n, 1);
			rounded &= ((const float *)b->data)[n] == wide;
		}
	}
	ok(same, "%s: begins with the same bytes", k->name);
	ok(rounded, "%s: BF16 is widened", k->name);
	ok(leading, "%s: a shorter context has the first positions", k->name);
	maas_model_close(half);
	drop(&first);
	drop(&f32);
	drop(&bf16);
	drop(&cut);
}

static void
refuses(void)
{
	struct taught first, t;

	if (teach(&first, &maas_kind_gpt, GPT, NULL, 0, NULL)) {
		ok(0, "%s", maas_error());
		return;
	}
	ok(teach(&t, &maas_kind_gpt, "layers=3 heads=2 embed=16 context=25 vocab=257", NULL, 0, first.model) < 0, "%s",
	    maas_error());
	drop(&t);
	ok(teach(&t, &maas_kind_gpt, "layers=3 heads=2 embed=12 context=24 vocab=257", NULL, 0, first.model) < 0, "%s",
	    maas_error());
	drop(&t);
	ok(teach(&t, &maas_kind_gpt, "layers=3 heads=2 embed=16 context=24 vocab=200", NULL, 0, first.model) < 0, "%s",
	    maas_error());
	drop(&t);
	ok(teach(&t, &maas_kind_gpt, GPT, "h.[0-2].*,w?e.*,h.7.*", 0, first.model) < 0 && maas_why() == MAAS_USAGE,
	    "%s", maas_error());
	drop(&t);
	ok(teach(&t, &maas_kind_gpt, GPT, "*", 0, first.model) < 0 && maas_why() == MAAS_USAGE, "%s", maas_error());
	drop(&t);
	drop(&first);
}

static int
has_prefix(const char *name, const char *prefix)
{
	return !strncmp(name, prefix, strlen(prefix));
}

/* below: what lies below `block` and what it reads from; step by step the others learn as if nothing was frozen. */
static void
freezes(const struct maas_kind *k, const char *shape, const char *freeze, const char *const *frozen)
{
	struct taught first, all, some;
	int kept = 1, learnt = 1;
	size_t count = 0;

	if (teach(&first, k, shape, NULL, 0, NULL) || teach(&all, k, shape, NULL, 1, first.model) ||
	    teach(&some, k, shape, freeze, 1, first.model)) {
		ok(0, "%s: %s", k->name, maas_error());
		return;
	}
	for (size_t i = 0; i < first.model->ntensor; i++) {
		const struct maas_tensor *t = &first.model->tensor[i];
		const void *was = t->data, *whole = same_name(all.model, t)->data, *is = same_name(some.model, t)->data;
		int meant = 0;

		for (const char *const *f = frozen; *f; f++)
			meant |= has_prefix(t->name, *f);
		count += (size_t)meant;
		kept &= !meant || (!memcmp(was, is, t->bytes) && memcmp(was, whole, t->bytes));
		learnt &= meant || (!memcmp(whole, is, t->bytes) && memcmp(was, is, t->bytes));
	}
	ok(count && kept, "%s: %zu frozen tensors keep their bytes", k->name, count);
	ok(learnt, "%s: the others learn what they learn without it", k->name);
	ok(all.told.loss[0] == some.told.loss[0] && some.told.norm < all.told.norm,
	    "%s: the same loss %.9g, a shorter gradient", k->name, some.told.loss[0]);
	drop(&first);
	drop(&all);
	drop(&some);
}

/* Is there nothing to go back to below the first parameter that is learnt? */
static void
ends_early(const struct maas_kind *k, const char *shape, const char *freeze, const char *first)
{
	struct maas_model *m = maas_model_new(k);
	struct maas_arena *a = maas_arena_new(1 << 20);
	struct maas_tape *t = a ? maas_tape_new(a) : NULL;
	const struct maas_params *p;
	struct maas_node *x;
	int below = 0, above = 0, reached = 0;

	maas_set_all(k->fields, m->settings, shape);
	if (!t || maas_tape_freeze(t, freeze) || !(x = k->loss(m, t, 24)) || maas_tape_frozen(t) ||
	    maas_tape_plan(t, x, MAAS_TRAIN)) {
		ok(0, "%s", maas_error());
		return;
	}
	/* From the loss down the first input: norm, blocks, embedding. */
	for (; x && x->op; x = x->in[0]) {
		for (int i = 1; i < x->nin; i++)
			reached |= x->in[i] && x->in[i]->name && !strcmp(x->in[i]->name, first);
		above += !reached && x->grad;
		below += reached && x->in[0]->grad;
	}
	ok(above > 3 && reached && !below, "%s: %d gradients go back, none below %s", k->name, above, first);
	p = maas_tape_params(t);
	ok(p->n < p->all && p->learn[0]->val == (void *)p->val, "%s: of %zu numbers %zu are learnt, in front", k->name,
	    p->all, p->n);
	maas_arena_free(a);
	maas_model_close(m);
}

int
main(void)
{
	static const char *const special[] = { "<|endoftext|>" };
	static const char *const gpt[] = { "wte.", "wpe.", "h.0.", "h.1.", NULL };
	static const char *const llama[] = { "model.embed_tokens.", "model.layers.0.", "model.layers.1.mlp.", NULL };
	struct maas_bpe *b = maas_bpe_new(MAAS_GPT2, NULL);
	char path[] = "/tmp/train_from.XXXXXX";
	int fd = mkstemp(path);
	FILE *f = fd < 0 ? NULL : fdopen(fd, "w");

	for (int i = 0; f && i < 600; i++)
		fputc("the quick brown fox\n"[i * i % 20], f);
	if (!f || fclose(f) || !b || !(tok = maas_bpe_train(b, 257, 1, special, 1)) || !(team = maas_team_new(2)) ||
	    !(corpus = maas_corpus_new(tok, 0)) || maas_corpus_add(corpus, path, MAAS_CORPUS_TEXT, NULL)) {
		ok(0, "%s", maas_error());
		return done();
	}
	remove(path);
	takes_weights(&maas_kind_gpt, GPT, "layers=3 heads=2 embed=16 context=10 vocab=257");
	takes_weights(&maas_kind_llama, LLAMA, "layers=3 heads=4 kv_heads=2 embed=16 hidden=24 context=40 vocab=257");
	refuses();
	for (int half = 0; half < 2; half++) {
		precision = half ? "precision=bf16" : "precision=f32";
		freezes(&maas_kind_gpt, GPT, "w?e.*,h.[0-1].*", gpt);
		freezes(&maas_kind_llama, LLAMA, "*.embed_tokens.weight,model.layers.0.*,model.layers.1.mlp.*", llama);
	}
	ends_early(&maas_kind_gpt, GPT, "w?e.*,h.[0-1].*", "h.2.ln_1.weight");
	ends_early(&maas_kind_llama, LLAMA, "*.embed_tokens.weight,model.layers.[01].*",
	    "model.layers.2.input_layernorm.weight");
	maas_corpus_free(corpus);
	maas_team_free(team);
	maas_tokenizer_free(tok);
	maas_bpe_free(b);
	return done();
}
