/* Networks with a head of rows against PyTorch in float64: outputs, loss, gradients; and a text alone and among
 * others. */
#include <stdlib.h>

#include "maas/train.h"
#include "../test.h"

enum { TEXTS = 4, TIME = 17, LABELS = 3, VOCAB = 61, PARAMS = 64 };
static const int32_t length[TEXTS] = { 1, 5, 17, 9 }, label[TEXTS] = { 2, 0, 1, 2 };
static const float weight[TEXTS] = { 2, 1.5f, 0.7f, 2 }, target[TEXTS] = { 0.9f, -1.3f, 0.25f, 2 };
static const char shape[] = "layers=2 heads=4 embed=32 context=24 vocab=61";

static int32_t
id_of(int r, int i)
{
	return (7 * i + 13 * r + i * i) % VOCAB;
}

/* The numbers of a line of the golden file. */
static size_t
golden(const char *name, const char *what, double *to, size_t most)
{
	static char line[1 << 14];
	const char *data = getenv("DATA");
	char path[512];
	size_t n = 0;
	FILE *f;

	snprintf(path, sizeof path, "%s/heads.tsv", data ? data : "tests/data");
	if (!(f = fopen(path, "r")))
		return 0;
	while (!n && fgets(line, sizeof line, f)) {
		char *rest = line, *cell = strsep(&rest, "\t");

		if (strcmp(cell, name) != 0 || !rest || strcmp(strsep(&rest, "\t"), what) != 0)
			continue;
		while (rest && n < most)
			to[n++] = strtod(strsep(&rest, "\t"), NULL);
	}
	fclose(f);
	return n;
}

static int
near(double got, double want, double scale)
{
	return fabs(got - want) <= 2e-5 * fmax(scale, fabs(want));
}

static uint32_t
mix(uint32_t h)
{
	h = (h ^ h >> 16) * 0x85ebca6bu;
	h = (h ^ h >> 13) * 0xc2b2ae35u;
	return h ^ h >> 16;
}

/* Parameter number t, as scripts/make-golden-heads has it. */
static void
fill(struct maas_node *w, uint32_t t)
{
	double scale = w->ndim == 2 ? 1.7 / sqrt((double)w->dim[1]) : strstr(w->name, "weight") ? 0.3 : 0.2;
	double shift = w->ndim == 1 && strstr(w->name, "weight") ? 1 : 0;

	for (size_t i = 0; i < maas_len(w); i++)
		((float *)w->val)[i] = (float)((mix(t * 0x9e3779b9u + (uint32_t)i) / 2147483648.0 - 1) * scale + shift);
}

struct net {
	struct maas_model *model;
	struct maas_arena *arena;
	struct maas_tape *tape;
	struct maas_node *loss;
	struct maas_run run;
};

static void
drop(struct net *t)
{
	maas_model_close(t->model);
	maas_arena_free(t->arena);
	maas_team_free(t->run.team);
}

static int
build(struct net *t, const struct maas_kind *kind, int values)
{
	size_t stride;
	struct maas_head *head;

	*t = (struct net){ .model = maas_model_new(kind), .arena = maas_arena_new(1 << 20) };
	t->run =
	    (struct maas_run){ .team = maas_team_new(2), .precision = MAAS_F32, .rows = TEXTS * TIME, .time = TIME };
	if (!t->model || !t->arena || !t->run.team || !(t->tape = maas_tape_new(t->arena)))
		return -1;
	maas_set_all(kind->fields, t->model->settings, shape);
	if (kind == &maas_kind_llama)
		maas_set_all(kind->fields, t->model->settings, "kv-heads=2 hidden=48");
	head = t->model->settings;
	*head = (struct maas_head){ .outputs = values ? 1 : LABELS,
		.bias = values,
		.time = 20, /* more than any text has */
		.values = values,
		.weighted = !values };
	if (!(t->loss = kind->loss(t->model, t->tape, TEXTS * 20)) || maas_tape_plan(t->tape, t->loss, MAAS_TRAIN))
		return -1;
	stride = (maas_tape_scratch(t->tape) + 127) / 64 * 64;
	t->run.stride = stride;
	return (t->run.scratch = maas_take(t->arena, 2, stride)) ? 0 : -1;
}

static void
feed(struct net *t, int values)
{
	int32_t *ids = maas_tape_input(t->tape, "ids")->val;

	for (int r = 0; r < TEXTS; r++)
		for (int i = 0; i < TIME; i++)
			ids[r * TIME + i] = i < length[r] ? id_of(r, i) : 3;
	memcpy(maas_tape_input(t->tape, "lengths")->val, length, sizeof length);
	if (values) {
		memcpy(maas_tape_input(t->tape, "targets")->val, target, sizeof target);
		return;
	}
	memcpy(maas_tape_input(t->tape, "labels")->val, label, sizeof label);
	memcpy(maas_tape_input(t->tape, "weights")->val, weight, sizeof weight);
}

static void
check_gradients(const struct net *t, const char *name)
{
	const struct maas_params *p = maas_tape_params(t->tape);

	for (size_t i = 0; i < p->count; i++) {
		const struct maas_node *w = p->node[i];
		double want[2] = { NAN, NAN }, square = 0, dot = 0;

		for (size_t k = 0; k < maas_len(w); k++) {
			square += (double)w->grad[k] * (double)w->grad[k];
			dot += (double)w->grad[k] * cos(0.7 * (double)k + 0.3);
		}
		golden(name, w->name, want, 2);
		ok(near(sqrt(square), want[0], 1e-3) && near(dot, want[1], want[0]), "%s: gradient of %s: %g %g", name,
		    w->name, sqrt(square), dot);
	}
}

/* The same weights as tensors of the model. */
static int
add_tensors(const struct net *t)
{
	const struct maas_params *p = maas_tape_params(t->tape);

	for (size_t i = 0; i < p->count; i++) {
		const struct maas_node *w = p->node[i];
		struct maas_tensor s = { .name = w->name, .dtype = MAAS_F32, .ndim = w->ndim, .data = w->val };

		memcpy(s.dim, w->dim, (size_t)w->ndim * sizeof *s.dim);
		if (maas_model_add(t->model, &s))
			return -1;
	}
	return 0;
}

/* What kind->rows->apply gives for all texts at once, and for each by itself. */
static void
check_answers(const struct net *t, const char *name, const double *want, int values)
{
	const struct maas_rows_ops *ops = t->model->kind->rows;
	size_t start[TEXTS + 1] = { 0 }, outputs = values ? 1 : LABELS;
	int32_t id[TEXTS * TIME];
	struct maas_design x = { .rows = TEXTS, .seq = { .start = start, .id = id } };
	double out[TEXTS * LABELS], one[LABELS], slope[TIME], told[TIME], of[LABELS] = { 0 };
	struct maas_sequences last;
	void *work;

	for (int r = 0; r < TEXTS; r++) {
		start[r + 1] = start[r] + (size_t)length[r];
		for (int i = 0; i < length[r]; i++)
			id[start[r] + (size_t)i] = id_of(r, i);
	}
	if (add_tensors(t) || !(work = ops->work(t->model))) {
		ok(0, "%s: %s", name, maas_error());
		return;
	}
	ops->apply(t->model, &x, out, work);
	for (size_t i = 0; i < TEXTS * outputs; i++)
		ok(near(out[i], want[i], 1), "%s: answer %zu: %g", name, i, out[i]);
	for (size_t r = 0; r < TEXTS; r++) {
		struct maas_design part = maas_design_part(&x, r, 1);

		ops->apply(t->model, &part, one, work);
		ok(!memcmp(one, out + r * outputs, outputs * sizeof *one), "%s: text %zu alone has the same bytes",
		    name, r);
	}
	ops->end(work);
	of[outputs - 1] = 1;
	last = maas_design_part(&x, 2, 1).seq;
	last.id += last.start[0];
	last.start = (size_t[]){ 0, TIME };
	ok(golden(name, "saliency", told, TIME) == TIME && !ops->saliency(t->model, &last, NULL, of, slope),
	    "%s: gradients of ids", name);
	for (int i = 0; i < TIME; i++)
		ok(near(slope[i], told[i], 0.1), "%s: id %d adds %g", name, i, slope[i]);
}

static void
check(const char *name, const struct maas_kind *kind, int values)
{
	double want[TEXTS * LABELS], loss = NAN;
	size_t outputs = values ? 1 : LABELS;
	const float *y;
	struct net t;

	if (build(&t, kind, values)) {
		ok(0, "%s: %s", name, maas_error());
		return;
	}
	for (size_t i = 0; i < maas_tape_params(t.tape)->count; i++)
		fill(maas_tape_params(t.tape)->node[i], (uint32_t)i);
	feed(&t, values);
	maas_forward(t.tape, &t.run);
	golden(name, "loss", &loss, 1);
	ok(near(*(float *)t.loss->val, loss, 1), "%s: loss %g", name, (double)*(float *)t.loss->val);
	ok(golden(name, "outputs", want, TEXTS * LABELS) == TEXTS * outputs, "%s: as many outputs", name);
	y = t.loss->in[0]->val;
	for (size_t i = 0; i < TEXTS * outputs; i++)
		ok(near((double)y[i], want[i], 1), "%s: output %zu: %g", name, i, (double)y[i]);
	maas_backward(t.tape, &t.run, 0);
	check_gradients(&t, name);
	check_answers(&t, name, want, values);
	drop(&t);
}

/* A text that goes through the engine in several passes answers as the graph does in one; beside another, the same. */
static void
check_long(const struct maas_kind *kind)
{
	enum { LONG = 550 };
	static int32_t id[LONG + 9];
	size_t start[] = { 0, 9, LONG + 9 };
	struct maas_design x = { .rows = 2, .seq = { .start = start, .id = id } }, alone;
	double out[2 * LABELS], one[LABELS];
	struct net t = { .model = maas_model_new(kind), .arena = maas_arena_new(1 << 20) };
	const float *y;
	void *work = NULL;

	t.run = (struct maas_run){ .team = maas_team_new(2), .precision = MAAS_F32, .rows = LONG, .time = LONG };
	maas_set_all(kind->fields, t.model->settings, "layers=2 heads=4 embed=32 context=600 vocab=61");
	*(struct maas_head *)t.model->settings = (struct maas_head){ .outputs = LABELS, .time = LONG };
	t.tape = maas_tape_new(t.arena);
	t.loss = kind->loss(t.model, t.tape, LONG);
	if (!t.loss || maas_tape_plan(t.tape, t.loss, MAAS_TRAIN)) {
		ok(0, "%s: %s", kind->name, maas_error());
		return;
	}
	t.run.stride = (maas_tape_scratch(t.tape) + 127) / 64 * 64;
	t.run.scratch = maas_take(t.arena, 2, t.run.stride);
	for (size_t i = 0; i < maas_tape_params(t.tape)->count; i++)
		fill(maas_tape_params(t.tape)->node[i], (uint32_t)i);
	for (int i = 0; i < LONG + 9; i++)
		id[i] = id_of(i / 61, i);
	memcpy(maas_tape_input(t.tape, "ids")->val, id + 9, LONG * sizeof *id);
	*(int32_t *)maas_tape_input(t.tape, "lengths")->val = LONG;
	*(int32_t *)maas_tape_input(t.tape, "labels")->val = 1;
	maas_forward(t.tape, &t.run);
	y = t.loss->in[0]->val;
	if (add_tensors(&t) || !(work = kind->rows->work(t.model))) {
		ok(0, "%s: %s", kind->name, maas_error());
		return;
	}
	kind->rows->apply(t.model, &x, out, work);
	alone = maas_design_part(&x, 1, 1);
	kind->rows->apply(t.model, &alone, one, work);
	for (size_t k = 0; k < LABELS; k++)
		ok(near(out[LABELS + k], (double)y[k], 1), "%s: %d ids: %g", kind->name, LONG, out[LABELS + k]);
	ok(!memcmp(one, out + LABELS, sizeof one), "%s: alone the same", kind->name);
	kind->rows->end(work);
	drop(&t);
}

int
main(void)
{
	check_long(&maas_kind_gpt);
	check_long(&maas_kind_llama);
	check("gpt", &maas_kind_gpt, 0);
	check("llama", &maas_kind_llama, 0);
	check("gpt-value", &maas_kind_gpt, 1);
	check("llama-value", &maas_kind_llama, 1);
	return done();
}
