/*
 * Attention of whole sequences, forward and backward, f32 and bf16: against double arithmetic, and the same bytes in
 * every tier the machine has.  Odd lengths, heads of 32 to 256 channels, shared keys, and a long context; both ways,
 * too.
 */
#include <stdlib.h>

#include "maas/base.h"
#include "maas/num.h"
#include "../test.h"

enum { LONG = 8192, PARTS = 4 };

static const struct form {
	size_t time, heads, kv, hd;
	int both;
} forms[] = { { 1, 1, 1, 64, 0 }, { 37, 2, 1, 32, 0 }, { 65, 1, 1, 80, 0 }, { 300, 4, 2, 64, 0 }, { 530, 1, 1, 96, 0 },
	{ 131, 3, 1, 128, 0 }, { 200, 2, 2, 256, 0 }, { 257, 1, 1, 40, 0 }, { LONG, 2, 1, 32, 0 }, { 23, 2, 1, 32, 1 },
	{ 300, 4, 2, 64, 1 }, { 530, 1, 1, 96, 1 }, { 129, 1, 1, 256, 1 } };

/* What goes in and what comes out: x and dx [time, q k v of all heads], y and dy [time, heads]. */
struct set {
	const struct form *f;
	size_t ld, ldy;
	float *x, *y, *dx, *dy, *lse, *inner;
	void *scratch;
};

static int
set_new(struct set *s, const struct form *f)
{
	*s = (struct set){ .f = f, .ld = (f->heads + 2 * f->kv) * f->hd, .ldy = f->heads * f->hd };
	s->x = malloc(f->time * s->ld * sizeof *s->x);
	s->dx = malloc(f->time * s->ld * sizeof *s->dx);
	s->y = malloc(f->time * s->ldy * sizeof *s->y);
	s->dy = malloc(f->time * s->ldy * sizeof *s->dy);
	s->lse = malloc(2 * f->time * f->heads * sizeof *s->lse);
	s->scratch = aligned_alloc(64, maas_attend_scratch());
	if (!s->x || !s->dx || !s->y || !s->dy || !s->lse || !s->scratch)
		return -1;
	s->inner = s->lse + f->time * f->heads;
	maas_fill_normal(s->x, f->time * s->ld, 1, 7, f->hd);
	maas_fill_normal(s->dy, f->time * s->ldy, 1, 8, f->hd);
	return 0;
}

static void
set_free(struct set *s)
{
	free(s->x);
	free(s->dx);
	free(s->y);
	free(s->dy);
	free(s->lse);
	free(s->scratch);
}

static void
run(struct set *s, enum maas_dtype precision, int add)
{
	const struct form *f = s->f;
	const void *block[2][LONG / MAAS_KEYS];
	struct maas_keys keys = {
		.k = block[0], .v = block[1], .row = s->ld, .precision = precision, .all = f->both ? f->time : 0
	};

	for (size_t h = 0; h < f->heads; h++) {
		const float *k = s->x + (f->heads + h / (f->heads / f->kv)) * f->hd;

		for (size_t b = 0; b * MAAS_KEYS < f->time; b++) {
			block[0][b] = k + b * MAAS_KEYS * s->ld;
			block[1][b] = k + b * MAAS_KEYS * s->ld + f->kv * f->hd;
		}
		maas_attend_fwd(s->y + h * f->hd, s->ldy, s->lse + h * f->time, s->x + h * f->hd, s->ld, f->time, 0,
		    &keys, f->hd, s->scratch);
	}
	for (size_t h = 0; h < f->kv; h++) {
		size_t q = h * (f->heads / f->kv) * f->hd, k = (f->heads + h) * f->hd, v = k + f->kv * f->hd,
		       row = h * (f->heads / f->kv) * f->time;
		struct maas_attend a = { s->x + q, s->x + k, s->x + v, s->y + q, s->dy + q, s->lse + row,
			s->inner + row, s->ld, s->ldy, f->time, f->time, f->hd, f->heads / f->kv, add, precision,
			MAAS_F32, f->both };

		maas_attend_bwd(s->dx + q, s->dx + k, s->dx + v, &a, s->scratch);
	}
}

static double
dot(const float *a, const float *b, size_t n)
{
	double s = 0;

	for (size_t i = 0; i < n; i++)
		s += (double)a[i] * b[i];
	return s;
}

struct error {
	double off, all;
};

static void
compare(struct error *e, const double *want, const float *got, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		e->off += (want[i] - got[i]) * (want[i] - got[i]);
		e->all += want[i] * want[i];
	}
}

/* A query's answer, and its gradient; *sum: of exp(score); *mean: of dp by p. */
static void
query(const struct set *s, size_t h, size_t i, double *y, double *dq, double *sum, double *mean)
{
	const struct form *f = s->f;
	const float *q = s->x + i * s->ld + h * f->hd, *dy = s->dy + i * s->ldy + h * f->hd;
	const float *k = s->x + (f->heads + h / (f->heads / f->kv)) * f->hd, *v = k + f->kv * f->hd;
	double by[MAAS_HEAD] = { 0 };

	memset(y, 0, MAAS_HEAD * sizeof *y);
	memset(dq, 0, MAAS_HEAD * sizeof *dq);
	*sum = *mean = 0;
	for (size_t j = 0; j < (f->both ? f->time : i + 1); j++) {
		double p = exp(dot(q, k + j * s->ld, f->hd) / sqrt((double)f->hd)), dp = dot(dy, v + j * s->ld, f->hd);

		*sum += p;
		*mean += p * dp;
		for (size_t c = 0; c < f->hd; c++) {
			y[c] += p * v[j * s->ld + c];
			dq[c] += p * dp * k[j * s->ld + c];
			by[c] += p * k[j * s->ld + c];
		}
	}
	*mean /= *sum;
	for (size_t c = 0; c < f->hd; c++) {
		y[c] /= *sum;
		dq[c] = (dq[c] - *mean * by[c]) / *sum / sqrt((double)f->hd);
	}
}

/* Gradients of key j of head h of keys; sum and mean [heads][time] are those of its queries. */
static void
key(const struct set *s, size_t h, size_t j, const double *sum, const double *mean, double *dk, double *dv)
{
	const struct form *f = s->f;
	size_t group = f->heads / f->kv;
	const float *k = s->x + j * s->ld + (f->heads + h) * f->hd, *v = k + f->kv * f->hd;

	memset(dk, 0, MAAS_HEAD * sizeof *dk);
	memset(dv, 0, MAAS_HEAD * sizeof *dv);
	for (size_t g = h * group; g < (h + 1) * group; g++)
		for (size_t i = f->both ? 0 : j; i < f->time; i++) {
			const float *q = s->x + i * s->ld + g * f->hd, *dy = s->dy + i * s->ldy + g * f->hd;
			double p = exp(dot(q, k, f->hd) / sqrt((double)f->hd)) / sum[g * f->time + i];
			double ds = p * (dot(dy, v, f->hd) - mean[g * f->time + i]) / sqrt((double)f->hd);

			for (size_t c = 0; c < f->hd; c++) {
				dk[c] += ds * q[c];
				dv[c] += p * dy[c];
			}
		}
}

/* y, dq, dk, dv against double; of the long one a few rows, by the sums that the forward pass kept. */
static void
check_numbers(struct set *s, enum maas_dtype precision, double limit)
{
	const struct form *f = s->f;
	size_t step = f->time == LONG ? 711 : 1;
	double *sum = malloc(2 * f->heads * f->time * sizeof *sum), *mean = sum + f->heads * f->time;
	double want[2][MAAS_HEAD], a, b, worst = 0;
	struct error e[PARTS] = { { 0, 1e-30 }, { 0, 1e-30 }, { 0, 1e-30 }, { 0, 1e-30 } };

	run(s, precision, 0);
	for (size_t i = 0; i < f->heads * f->time; i++) {
		sum[i] = exp((double)s->lse[i]);
		mean[i] = s->inner[i];
	}
	for (size_t h = 0; h < f->heads; h++)
		for (size_t i = f->time - 1; i < f->time; i -= step) {
			query(s, h, i, want[0], want[1], &a, &b);
			compare(&e[0], want[0], s->y + i * s->ldy + h * f->hd, f->hd);
			compare(&e[1], want[1], s->dx + i * s->ld + h * f->hd, f->hd);
			worst = fmax(worst, fabs(log(a) - s->lse[h * f->time + i]) / (1 + fabs(log(a))));
			sum[h * f->time + i] = a;
			mean[h * f->time + i] = b;
		}
	for (size_t h = 0; h < f->kv; h++)
		for (size_t j = f->time - 1; j < f->time; j -= step) {
			key(s, h, j, sum, mean, want[0], want[1]);
			compare(&e[2], want[0], s->dx + j * s->ld + (f->heads + h) * f->hd, f->hd);
			compare(&e[3], want[1], s->dx + j * s->ld + (f->heads + f->kv + h) * f->hd, f->hd);
		}
	for (int i = 0; i < PARTS; i++)
		worst = fmax(worst, f->time == 1 && i && i < 3 ? 0 : sqrt(e[i].off / e[i].all));
	ok(worst < limit, "%s, %zu positions%s, %zu heads over %zu of %zu: off by %.2g", maas_dtype_name(precision),
	    f->time, f->both ? " both ways" : "", f->heads, f->kv, f->hd, worst);
	free(sum);
}

/* In every tier; and a second pass adds to the gradients of the first. */
static void
check_tiers(struct set *s, enum maas_dtype precision)
{
	size_t n = s->f->time * s->ld, ny = s->f->time * s->ldy;
	float *y = malloc(ny * sizeof *y), *dx = malloc(n * sizeof *dx);
	double off = 0, all = 1e-30;
	int bad = 0;

	maas_isa_force(MAAS_PORTABLE);
	run(s, precision, 0);
	memcpy(y, s->y, ny * sizeof *y);
	memcpy(dx, s->dx, n * sizeof *dx);
	for (int i = 1; i <= (int)maas_isa_best(); i++) {
		maas_isa_force((enum maas_isa)i);
		run(s, precision, 0);
		bad += memcmp(y, s->y, ny * sizeof *y) != 0 || memcmp(dx, s->dx, n * sizeof *dx) != 0;
	}
	ok(!bad, "%s, %zu positions, heads of %zu: the same in every tier", maas_dtype_name(precision), s->f->time,
	    s->f->hd);
	run(s, precision, 1);
	for (size_t i = 0; i < n; i++) {
		off += pow(2.0 * dx[i] - s->dx[i], 2);
		all += pow(2.0 * dx[i], 2);
	}
	ok(sqrt(off / all) < 1e-6, "and a second pass adds, off by %.2g", sqrt(off / all));
	free(y);
	free(dx);
}

/* What is not a number is seen by those who may see it. */
static void
check_nan(enum maas_dtype precision)
{
	static const struct form form[] = { { 200, 1, 1, 64, 0 }, { 200, 1, 1, 64, 1 } };

	for (size_t k = 0; k < MAAS_COUNT(form); k++) {
		const struct form *f = &form[k];
		struct set s;
		size_t bad = 0;

		if (set_new(&s, f) < 0)
			return;
		s.x[150 * s.ld + f->hd] = NAN; /* of a key */
		run(&s, precision, 0);
		for (size_t i = 0; i < f->time; i++)
			for (size_t c = 0; c < f->hd; c++)
				bad += !isnan(s.y[i * s.ldy + c]) != (i < 150 && !f->both);
		ok(!bad, "%s%s: a key that is no number spoils the queries that see it, and no other",
		    maas_dtype_name(precision), f->both ? ", both ways" : "");
		set_free(&s);
	}
}

int
main(void)
{
	for (size_t i = 0; i < MAAS_COUNT(forms); i++)
		for (int half = 0; half < 2; half++) {
			enum maas_dtype precision = half ? MAAS_BF16 : MAAS_F32;
			struct set s;

			if (set_new(&s, &forms[i]) < 0)
				return 2;
			maas_isa_force(maas_isa_best());
			check_numbers(&s, precision, half ? 1e-2 : 2e-6);
			if (forms[i].time < LONG)
				check_tiers(&s, precision);
			set_free(&s);
		}
	check_nan(MAAS_F32);
	check_nan(MAAS_BF16);
	return done();
}
