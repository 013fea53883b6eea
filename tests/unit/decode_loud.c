/* decode_loud.c -- one weight that is no number, wherever it stands, and the engine says so instead of going on. */
#include <stdlib.h>

#include "../test.h"
#include "../tiny_llama.h"

extern const struct maas_kind maas_kind_gpt;
static const struct maas_gpt gpt = { .layers = 2, .heads = 2, .embed = 32, .context = 80, .vocab = 97 };
static const struct maas_llama llama = TINY_LLAMA;

/* Of a prompt of some ones and others, and three tokens more. */
static enum maas_finish
decode(const struct maas_model *m, struct maas_team *team, enum maas_dtype precision)
{
	struct maas_decoder *d =
	    maas_decoder_new(m, NULL, team, &(struct maas_decoder_limits){ .precision = precision, .sequences = 1 });
	const int32_t id[] = { 3, 1, 7, 1 };
	struct maas_request q = { .prompt = id, .n = MAAS_COUNT(id), .max_new = 3 };
	struct maas_sequence *s;
	enum maas_finish how = MAAS_RUNNING;

	maas_defaults(maas_sampling_fields, &q.sampling);
	if (d && (s = maas_decoder_join(d, &q))) {
		while (maas_decoder_step(d) > 0)
			;
		how = s->finish;
	}
	maas_decoder_free(d);
	return how;
}

/* x at the middle of row 1 of a matrix, of a vector; -1: it was not noticed. */
static int
spoil(struct maas_model *m, struct maas_tensor *t, float x, struct maas_team *team, enum maas_dtype precision)
{
	size_t at = t->ndim == 2 ? t->dim[1] + t->dim[1] / 2 : t->dim[0] / 2, size = maas_dtype_size(t->dtype);
	char *place = (char *)(uintptr_t)t->data + at * size, was[4];
	maas_bf16 half;
	int noticed;

	maas_to_bf16(&half, &x, 1);
	memcpy(was, place, size);
	memcpy(place, t->dtype == MAAS_F32 ? (void *)&x : &half, size);
	noticed = decode(m, team, precision) == MAAS_BROKEN;
	memcpy(place, was, size);
	if (!noticed)
		printf("# %g in %s was not noticed\n", (double)x, t->name);
	return noticed ? 0 : -1;
}

static void
all_tensors(struct maas_model *m, struct maas_team *team, enum maas_dtype precision)
{
	int bad = 0;

	if (!m) {
		ok(0, "%s", maas_error());
		return;
	}
	ok(decode(m, team, precision) == MAAS_LENGTH, "%s answers", m->kind->name);
	for (size_t i = 0; i < m->ntensor; i++) {
		bad += spoil(m, &m->tensor[i], NAN, team, precision) < 0;
		/* A logit of minus infinity is an answer: never. */
		if (strcmp(m->tensor[i].name, "lm_head.weight"))
			bad += spoil(m, &m->tensor[i], INFINITY, team, precision) < 0;
	}
	ok(!bad, "%s in %s: a NaN or an infinity in any of %zu tensors is reported", m->kind->name,
	    maas_dtype_name(precision), m->ntensor);
}

int
main(void)
{
	struct maas_team *team = maas_team_new(2);

	if (!team)
		return 1;
	for (int p = 0; p < 2; p++) {
		enum maas_dtype precision = p ? MAAS_BF16 : MAAS_F32;
		struct maas_model *m = tiny_gpt(&maas_kind_gpt, &gpt, precision);

		all_tensors(m, team, precision);
		maas_model_close(m);
		m = tiny_llama(&llama, precision);
		all_tensors(m, team, precision);
		maas_model_close(m);
	}
	maas_team_free(team);
	return done();
}
