/* The graph of kind gpt against PyTorch in float64: loss, gradients, six steps of AdamW. */
#include <stdlib.h>

#include "maas/train.h"
#include "../test.h"

static struct maas_tensors *golden;
static struct maas_team *team;

struct net {
	struct maas_model *model;
	struct maas_arena *arena;
	struct maas_tape *tape;
	struct maas_node *loss;
	const struct maas_params *params;
	struct maas_run run;
};

static const void *
of(const char *prefix, const char *name, size_t *n)
{
	char full[80];
	const struct maas_tensor *t;

	snprintf(full, sizeof full, "%s%s", prefix, name);
	if (!(t = maas_tensors_find(golden, full))) {
		*n = 0;
		return NULL;
	}
	*n = t->bytes / maas_dtype_size(t->dtype);
	return t->data;
}

static double
golden_real(const char *name, size_t i)
{
	size_t n;
	const char *p = of("", name, &n);
	double v = NAN;

	if (p && i < n)
		memcpy(&v, p + i * sizeof v, sizeof v);
	return v;
}

static int
build(struct net *t, const char *settings, size_t rows)
{
	size_t stride;

	if (!(t->model = maas_model_new(&maas_kind_gpt)))
		return -1;
	maas_set_all(maas_kind_gpt.fields, t->model->settings, settings);
	if (!(t->arena = maas_arena_new(1 << 20)) || !(t->tape = maas_tape_new(t->arena)) ||
	    !(t->loss = maas_kind_gpt.loss(t->model, t->tape, rows)) ||
	    maas_tape_plan(t->tape, t->loss, MAAS_TRAIN | MAAS_HALF))
		return -1;
	t->params = maas_tape_params(t->tape);
	stride = (maas_tape_scratch(t->tape) + 63) / 64 * 64;
	t->run = (struct maas_run){ .team = team, .stride = stride, .precision = MAAS_F32, .seed = 1 };
	t->run.scratch = maas_take(t->arena, (size_t)maas_team_size(team), stride + 64);
	return t->run.scratch ? 0 : -1;
}

static void
drop(struct net *t)
{
	maas_model_close(t->model);
	maas_arena_free(t->arena);
}

/* Parameters, ids and targets of the file. */
static int
load(struct net *t)
{
	size_t n;
	const void *p;

	for (size_t i = 0; i < t->params->count; i++) {
		struct maas_node *w = t->params->node[i];

		if (!(p = of("", w->name, &n)) || n != maas_len(w)) {
			printf("# %s is not in the file as it is in the graph\n", w->name);
			return -1;
		}
		memcpy(w->val, p, n * sizeof(float));
	}
	if (t->params->half)
		maas_to_bf16(t->params->half, t->params->val, t->params->n);
	memcpy(maas_tape_input(t->tape, "ids")->val, of("", "ids", &n), 21 * sizeof(int32_t));
	memcpy(maas_tape_input(t->tape, "targets")->val, of("", "targets", &n), 21 * sizeof(int32_t));
	return 0;
}

/* |a - b| / |b| over each parameter; the worst.  The bias of the keys moves all scores of a query alike
 * and so does nothing: its gradient is rounding, and what AdamW makes of that is left out. */
static double
worst(const struct net *t, const char *prefix, int grad)
{
	double most = 0;

	for (size_t i = 0; i < t->params->count; i++) {
		const struct maas_node *w = t->params->node[i];
		const float *a = grad ? w->grad : w->val, *b;
		int keys = strstr(w->name, "c_attn.bias") != NULL;
		double off = 0, size = 0;
		size_t n;

		if (!(b = of(prefix, w->name, &n)) || n != maas_len(w))
			return INFINITY;
		for (size_t j = 0; j < n; j++) {
			if (keys && j >= n / 3 && j < 2 * n / 3)
				continue;
			off += ((double)a[j] - b[j]) * ((double)a[j] - b[j]);
			size += (double)b[j] * b[j];
		}
		most = fmax(most, sqrt(off / size));
	}
	return most;
}

#define SMALL "layers=2 heads=2 embed=8 context=7 vocab=19"

static void
agrees(enum maas_dtype precision, double loss_off, double grad_off)
{
	struct net t = { 0 };
	double loss, want = golden_real("loss", 0), off;

	if (build(&t, SMALL, 21) || load(&t)) {
		ok(0, "%s", maas_error());
		drop(&t);
		return;
	}
	t.run.precision = precision;
	maas_forward(t.tape, &t.run);
	maas_backward(t.tape, &t.run, 0);
	loss = *(float *)t.loss->val;
	ok(fabs(loss - want) <= loss_off * want, "%s: loss %.9g, PyTorch has %.9g", maas_dtype_name(precision), loss,
	    want);
	off = worst(&t, "grad/", 1);
	ok(off <= grad_off, "%s: gradients are off by %.2g at most", maas_dtype_name(precision), off);
	t.run.rows = 7;
	maas_forward(t.tape, &t.run);
	want = 0;
	for (size_t i = 0; i < 7; i++)
		want -= golden_real("logprob", i) / 7;
	loss = *(float *)t.loss->val;
	ok(fabs(loss - want) <= loss_off * want, "%s: of the first sequence alone: %.9g, %.9g",
	    maas_dtype_name(precision), loss, want);
	drop(&t);
}

static void
learns_the_same(void)
{
	struct maas_training how;
	struct net t = { 0 };
	float *m, *v;
	double off = 0;

	maas_defaults(maas_training_fields, &how);
	maas_set_all(maas_training_fields, &how, "lr=0.01 schedule=cosine");
	if (build(&t, SMALL, 21) || load(&t) || !(m = maas_take(t.arena, t.params->n, sizeof *m)) ||
	    !(v = maas_take(t.arena, t.params->n, sizeof *v))) {
		ok(0, "%s", maas_error());
		drop(&t);
		return;
	}
	for (unsigned step = 0; step < 6; step++) {
		struct maas_update a = { .how = MAAS_ADAMW,
			.lr = (float)maas_learning_rate(&how, step, 2, (step - 2.0) / 4),
			.beta1 = 0.9f,
			.beta2 = 0.95f,
			.eps = 1e-8f,
			.decay = 0.1f };
		double norm;

		maas_forward(t.tape, &t.run);
		maas_backward(t.tape, &t.run, 0);
		norm = maas_grad_norm(team, t.params);
		off = fmax(off, fabs(*(float *)t.loss->val - golden_real("step/loss", step)));
		off = fmax(off, fabs(norm - golden_real("step/norm", step)));
		maas_update_step(team, t.params, (float *[]){ m, v }, (float)(norm > 1 ? 1 / norm : 1), &a, step + 1);
	}
	ok(off <= 1e-4, "six steps: losses and norms are off by %.2g at most", off);
	off = worst(&t, "after/", 0);
	ok(off <= 1e-4, "and parameters by %.2g", off);
	drop(&t);
}

static double
deviation(const struct maas_node *w)
{
	const float *x = w->val;
	double sum = 0;

	for (size_t i = 0; i < maas_len(w); i++)
		sum += (double)x[i] * x[i];
	return sqrt(sum / (double)maas_len(w));
}

static void
begins_well(void)
{
	struct net t = { 0 };
	int right = 1;

	if (build(&t, "layers=3 heads=2 embed=64 context=16 vocab=300", 16) ||
	    maas_kind_gpt.init(t.model, t.params, MAAS_INIT_AUTO, 3, team)) {
		ok(0, "%s", maas_error());
		drop(&t);
		return;
	}
	for (size_t i = 0; i < t.params->count; i++) {
		const struct maas_node *w = t.params->node[i];
		double want = w->ndim == 2      ? strstr(w->name, "c_proj") ? 0.02 / sqrt(6) : 0.02
		    : strstr(w->name, "weight") ? 1
						: 0;

		if (fabs(deviation(w) - want) > 0.1 * want) {
			printf("# %s: %g, wanted %g\n", w->name, deviation(w), want);
			right = 0;
		}
	}
	ok(right, "first values have the spread they should");
	drop(&t);
}

static void
refuses(void)
{
	struct net t = { 0 };

	ok(build(&t, "layers=1 heads=3 embed=8 context=4 vocab=9", 4) < 0, "%s", maas_error());
	drop(&t);
	t = (struct net){ 0 };
	ok(build(&t, "layers=1 heads=2 embed=8 context=4", 4) < 0, "%s", maas_error());
	drop(&t);
}

int
main(void)
{
	char path[256];

	snprintf(path, sizeof path, "%s/gpt-golden.safetensors", getenv("DATA") ? getenv("DATA") : "tests/data");
	if (!(golden = maas_tensors_open(path)) || !(team = maas_team_new(2))) {
		ok(0, "%s", maas_error());
		return done();
	}
	agrees(MAAS_F32, 1e-6, 1e-5);
	agrees(MAAS_BF16, 1e-2, 5e-2);
	learns_the_same();
	begins_well();
	refuses();
	maas_team_free(team);
	maas_tensors_close(golden);
	return done();
}
