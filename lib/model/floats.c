/* floats.c -- weights from one type of floats to another: through f32, which has all numbers of the others. */
#include <stdatomic.h>
#include <string.h>

#include "floats.h"

#define PIECE 65536 /* numbers an item */
#define BLOCK 1024  /* numbers at a time */

struct cast {
	char *to;
	const char *from;
	enum maas_dtype type, was;
	size_t n;
	atomic_int lost;
};

int
floats_is(enum maas_dtype t)
{
	return t == MAAS_F32 || t == MAAS_BF16 || t == MAAS_F16;
}

/* Is a number infinite, or none, that was finite?  Halves by the bits of their exponent. */
static int
loses(const uint16_t *half, const float *x, size_t n, uint16_t exponent)
{
	int lost = 0;

	for (size_t i = 0; i < n; i++)
		lost |= (half[i] & exponent) == exponent && x[i] - x[i] == 0;
	return lost;
}

static int
narrow(void *to, enum maas_dtype type, const float *x, size_t n)
{
	if (type == MAAS_BF16) {
		maas_to_bf16(to, x, n);
		return loses(to, x, n, 0x7f80);
	}
	if (type == MAAS_F16) {
		maas_to_f16(to, x, n);
		return loses(to, x, n, 0x7c00);
	}
	memcpy(to, x, n * sizeof *x);
	return 0;
}

static void
cast_pieces(void *arg, size_t begin, size_t end, int member)
{
	struct cast *c = arg;
	size_t in = maas_dtype_size(c->was), out = maas_dtype_size(c->type);
	size_t last = end * PIECE < c->n ? end * PIECE : c->n;
	float wide[BLOCK];

	(void)member;
	for (size_t at = begin * PIECE; at < last; at += BLOCK) {
		size_t n = last - at < BLOCK ? last - at : BLOCK;
		const void *from = c->from + at * in;

		if (c->was == MAAS_BF16)
			maas_from_bf16(wide, from, n);
		else if (c->was == MAAS_F16)
			maas_from_f16(wide, from, n);
		else
			memcpy(wide, from, n * sizeof *wide);
		if (narrow(c->to + at * out, c->type, wide, n))
			atomic_store(&c->lost, 1);
	}
}

int
floats_cast(void *to, enum maas_dtype type, const void *from, enum maas_dtype was, size_t n, struct maas_team *team)
{
	struct cast c = { to, from, type, was, n, 0 };
	size_t pieces = (n + PIECE - 1) / PIECE;

	if (type == was)
		memcpy(to, from, n * maas_dtype_size(type));
	else if (team)
		maas_team_run(team, pieces, 1, cast_pieces, &c);
	else
		cast_pieces(&c, 0, pieces, 0);
	return atomic_load(&c.lost) ? maas_fail("weights too large for %s", maas_dtype_name(type)) : 0;
}

/* All numbers of the type's own size, by their exponents. */
static int
all_finite(const struct maas_tensor *t)
{
	size_t n = t->bytes / maas_dtype_size(t->dtype);
	const uint32_t *word = t->data;
	const uint16_t *half = t->data;
	int bad = 0;

	if (t->dtype == MAAS_F32)
		for (size_t i = 0; i < n; i++)
			bad |= (word[i] & 0x7f800000) == 0x7f800000;
	else
		for (size_t i = 0; i < n; i++)
			bad |= (half[i] & 0x7f80) == 0x7f80;
	return !bad;
}

int
maas_model_finite(const struct maas_model *m)
{
	const struct maas_tensor *t;

	for (size_t i = 0; (t = maas_model_next(m, &i));)
		if ((t->dtype == MAAS_F32 || t->dtype == MAAS_BF16) && !all_finite(t))
			return maas_fail("tensor %s: a number in it is not finite", t->name);
	return 0;
}
