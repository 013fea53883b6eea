/*
 * A network of rows in few bits: opened again its matrices are floats of their shapes, within half a step of what they
 * were; shapes that do not fit what the file holds are refused.
 */
#include <stdlib.h>
#include <unistd.h>

#include "maas/model.h"
#include "../test.h"

enum { SIXTY = 64, OUTS = 40, LABELS = 3 };

static char path[4096];
static float weight[2][OUTS * SIXTY], bias[OUTS];

/* layers 64 -> 40 -> 3, the last too small for few bits. */
static struct maas_model *
network(void)
{
	struct maas_model *m = maas_model_new(&maas_kind_mlp);
	const struct maas_tensor t[] = {
		{ .name = "layers.0.weight", .ndim = 2, .dim = { OUTS, SIXTY }, .data = weight[0] },
		{ .name = "layers.0.bias", .ndim = 1, .dim = { OUTS }, .data = bias },
		{ .name = "layers.1.weight", .ndim = 2, .dim = { LABELS, OUTS }, .data = weight[1] },
		{ .name = "layers.1.bias", .ndim = 1, .dim = { LABELS }, .data = bias },
	};
	struct maas_columns *c = maas_columns_numbers("x", SIXTY);
	struct maas_buf b = { 0 };
	const struct maas_span label[LABELS] = { { "a", 1 }, { "b", 1 }, { "c", 1 } };
	int bad = !m || !c || maas_columns_write(c, &b) ||
	    maas_model_add_part(m, "columns", (struct maas_span){ b.s, b.n }) ||
	    maas_set(maas_field(maas_kind_mlp.fields, "hidden", 0), m->settings, "40");

	b.n = 0;
	bad = bad || maas_labels_print(&b, label, LABELS) ||
	    maas_model_add_part(m, "labels", (struct maas_span){ b.s, b.n });
	for (size_t i = 0; i < MAAS_COUNT(t) && !bad; i++)
		bad = maas_model_add(m, &t[i]) < 0;
	maas_buf_free(&b);
	maas_columns_free(c);
	if (!bad && maas_model_ready(m) == 0)
		return m;
	ok(0, "%s", maas_error());
	exit(1);
}

/* The largest difference of a weight, in steps of its group's scale, of `levels` to each side. */
static double
off(const struct maas_model *m, double levels, size_t group)
{
	const struct maas_tensor *t = maas_model_need(m, "layers.0.weight", MAAS_F32, 2, (size_t[]){ OUTS, SIXTY });
	const float *x = t ? t->data : NULL;
	double worst = 0;

	for (size_t i = 0; x && i < OUTS; i++)
		for (size_t g = 0; g < SIXTY; g += group) {
			double most = 0;

			for (size_t j = g; j < g + group; j++)
				most = fmax(most, fabs((double)weight[0][i * SIXTY + j]));
			for (size_t j = g; j < g + group; j++)
				worst = fmax(worst,
				    fabs((double)x[i * SIXTY + j] - (double)weight[0][i * SIXTY + j]) * levels / most);
		}
	return x ? worst : INFINITY;
}

static void
check(const struct maas_model *m, struct maas_team *team, enum maas_dtype type, double levels)
{
	struct maas_model *few = maas_model_quantize(m, type, team), *back;
	const struct maas_tensor *t;
	uint64_t n = 0, was = 0;
	int stored = 0;

	if (!few || maas_model_save(few, path, 0) || !(back = maas_model_open(path))) {
		ok(0, "%s", maas_error());
		return;
	}
	ok(off(back, levels, type == MAAS_I8 ? MAAS_Q8_GROUP : MAAS_Q4_GROUP) < 1.1, "weights within a step: %.3g",
	    off(back, levels, type == MAAS_I8 ? MAAS_Q8_GROUP : MAAS_Q4_GROUP));
	t = maas_model_tensor(back, "layers.1.weight");
	ok(t && t->dtype == MAAS_F32 && !memcmp(t->data, weight[1], t->bytes), "a small matrix stays as it is");
	ok(maas_model_parameters(m, &was) == 0 && maas_model_parameters(back, &n) == 0 && n == was,
	    "as many parameters, %zu", (size_t)n);
	for (size_t i = 0; (t = maas_model_stored(back, &i));)
		stored += maas_is_quant(t->dtype) && strncmp(t->name, "maas.", 5);
	ok(stored == 1, "one is stored in few bits");
	ok(!maas_model_quantize(back, type, team), "%s", maas_error());
	maas_model_close(back);
	maas_model_close(few);
}

static void
check_bad(const struct maas_model *m, struct maas_team *team)
{
	static const char *const shapes[] = { "", "[]", "7", "{\"layers.0.weight\":[40,64]", "{\"layers.0.weight\":7}",
		"{\"layers.0.weight\":[]}", "{\"layers.0.weight\":[2560]}", "{\"layers.0.weight\":[40,-64]}",
		"{\"layers.0.weight\":[40,0]}", "{\"layers.0.weight\":[40,65]}", "{\"layers.0.weight\":[400,64]}",
		"{\"layers.0.weight\":[2147483647,2147483647,2147483647]}", "{\"layers.0.weight\":[40,1e3]}",
		"{\"layers.0.weight\":[99999999999,64]}", "{\"layers.0.weight\":[4,4,4,4,4,4,4,4,4]}",
		"{\"layers.0.weight\":[64,40]}", "{\"layers.0.weight\":[41,64]}", "{\"layers.1.weight\":[3,40]}",
		"{\"layers.0.bias\":[40,1]}", "{\"nothing\":[40,64]}", "{\"layers.0.weight.scale\":[3,16]}",
		"{\"maas.labels\":[3,3]}", "{}" };

	for (size_t i = 0; i < MAAS_COUNT(shapes); i++) {
		struct maas_model *few = maas_model_quantize(m, MAAS_I8, team), *back = NULL;

		if (few && maas_model_set_meta(few, "maas.quantized", shapes[i]) == 0 &&
		    maas_model_save(few, path, 0) == 0)
			back = maas_model_open(path);
		else
			ok(0, "a file to be opened: %s", maas_error());
		ok(!back, "%s: %s", shapes[i],
		    strstr(maas_error(), "maas: ") ? strstr(maas_error(), "maas: ") : maas_error());
		maas_model_close(back);
		maas_model_close(few);
	}
}

int
main(void)
{
	const char *tmp = getenv("TMPDIR");
	struct maas_team *team = maas_team_new(2);
	struct maas_model *m;

	snprintf(path, sizeof path, "%s/quantized-%ld.maas", tmp ? tmp : "/tmp", (long)getpid());
	for (size_t i = 0; i < OUTS * SIXTY; i++) {
		weight[0][i] = (float)(sin(0.37 * (double)i) * (1 + (double)(i / SIXTY)));
		weight[1][i] = (float)cos(0.71 * (double)i);
	}
	for (size_t i = 0; i < OUTS; i++)
		bias[i] = (float)sin((double)i);
	m = network();
	check(m, team, MAAS_I8, 127);
	check(m, team, MAAS_U8, 7);
	check_bad(m, team);
	maas_model_close(m);
	maas_team_free(team);
	unlink(path);
	return done();
}
