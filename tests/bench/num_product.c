/* Rates of products by type of weights and tier, as shares of what the processor can do: see roof.h. */
#include "../roof.h"

#define VOCAB    50257
#define BEARABLE 1e8 /* operations that portable C is asked for */

static const struct shape {
	const char *what;
	size_t m, n, k;
	int at, bt; /* operands are read the other way */
} shapes[] = {
	{ "forward", 512, 3072, 768, 0, 0 },
	{ "dx", 512, 768, 3072, 0, 1 },
	{ "dw", 3072, 768, 512, 1, 1 },
	{ "square", 2048, 2048, 2048, 0, 0 },
	{ "row", 1, 3072, 768, 0, 0 },
	{ "rows", 8, 3072, 768, 0, 0 },
	{ "rows", 16, 3072, 768, 0, 0 },
	{ "head", 1, VOCAB, 768, 0, 0 },
	{ "head", 8, VOCAB, 768, 0, 0 },
	{ "head", 16, VOCAB, 768, 0, 0 },
};

enum weights { F32, BF16, Q8, Q4, WEIGHTS };

static const struct {
	const char *name;
	enum roof_unit unit;
	double bytes; /* an element */
} weights[WEIGHTS] = {
	{ "f32", ROOF_F32, 4 },
	{ "bf16", ROOF_BF16, 2 },
	{ "q8", ROOF_INT8, 1 + 2.0 / MAAS_Q8_GROUP },
	{ "q4", ROOF_INT8, 0.5 + 2.0 / MAAS_Q4_GROUP },
};

static struct {
	float *x, *w, *y;
	maas_bf16 *half, *scale;
	int8_t *q8;
	void *scratch;
} at;

static int
make(struct maas_team *team)
{
	size_t space = maas_quant_panels(VOCAB) * MAAS_PANEL * 768, members = (size_t)maas_team_size(team);
	size_t bytes = members * maas_product_scratch();

	for (size_t i = 0; i < MAAS_COUNT(shapes); i++) {
		size_t q8 = maas_product_quant_scratch(shapes[i].m, shapes[i].k, (int)members);

		bytes = q8 > bytes ? q8 : bytes;
	}
	at.x = maas_pages_take((size_t)2048 * 2048, sizeof(float));
	at.w = maas_pages_take(space, sizeof(float));
	at.y = maas_pages_take((size_t)3072 * 3072, sizeof(float));
	at.scale = maas_pages_take(space / MAAS_Q4_GROUP, sizeof(maas_bf16));
	at.half = maas_pages_take(space, sizeof(maas_bf16));
	at.q8 = maas_pages_take(space, 1);
	at.scratch = maas_pages_take(bytes, 1);
	if (!at.x || !at.w || !at.y || !at.scale || !at.half || !at.q8 || !at.scratch)
		return -1;
	maas_fill_normal(at.x, (size_t)2048 * 2048, 1, 1, 1);
	maas_fill_normal(at.w, space, 1, 1, 2);
	maas_to_bf16(at.half, at.w, space);
	maas_to_bf16(at.scale, at.w, space / MAAS_Q4_GROUP);
	for (size_t i = 0; i < space; i++)
		at.q8[i] = (int8_t)(at.w[i] * 30);
	return 0;
}

static void
once(struct maas_team *team, const struct shape *s, enum weights w)
{
	struct maas_matrix a = { at.x, MAAS_F32, s->at ? 1 : s->k, s->at ? s->m : 1 };
	struct maas_matrix b = { w == BF16 ? (void *)at.half : at.w, w == BF16 ? MAAS_BF16 : MAAS_F32, s->bt ? 1 : s->k,
		s->bt ? s->n : 1 };

	if (w >= Q8)
		maas_product_quant_team(team, at.y, s->n, at.x, s->k,
		    (struct maas_quant){ w == Q8 ? MAAS_I8 : MAAS_U8, at.q8, at.scale }, s->m, s->n, s->k, NULL,
		    at.scratch);
	else
		maas_product_team(team, at.y, s->n, a, b, s->m, s->n, s->k, b.type, NULL, at.scratch);
}

static double
seconds(struct maas_team *team, const struct shape *s, enum weights w)
{
	double begin = maas_clock(), best = 1e9;

	for (int i = 0; i < 5 || maas_clock() - begin < 0.1; i++) {
		double start = maas_clock();

		once(team, s, w);
		best = maas_clock() - start < best ? maas_clock() - start : best;
		if (maas_clock() - begin > 1)
			break;
	}
	return best;
}

int
main(int argc, char **argv)
{
	struct roof_args a;
	char what[80];

	if (roof_parse(&a, argc, argv) < 0)
		return 64;
	if (make(a.team) < 0)
		return 71;
	for (int tier = maas_isa(); tier >= MAAS_PORTABLE; tier--) {
		maas_isa_force((enum maas_isa)tier);
		for (size_t i = 0; i < MAAS_COUNT(shapes); i++)
			for (int w = 0; w < WEIGHTS; w++) {
				const struct shape *s = &shapes[i];
				double ops = 2.0 * (double)s->m * (double)s->n * (double)s->k;
				double bytes = weights[w].bytes * (double)s->n * (double)s->k;

				snprintf(what, sizeof what, "product %s %zux%zux%zu %s", s->what, s->m, s->n, s->k,
				    weights[w].name);
				if (!roof_wanted(&a, what, (enum maas_isa)tier) || (w >= Q8 && (s->at || s->bt)) ||
				    (tier == MAAS_PORTABLE && ops > BEARABLE))
					continue;
				roof_tell(a.team, (enum maas_isa)tier, what,
				    (struct roof_work){ .ops = ops, .unit = weights[w].unit, .bytes = bytes },
				    seconds(a.team, s, (enum weights)w));
			}
	}
	maas_team_free(a.team);
	return 0;
}
