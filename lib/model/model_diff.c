/* model_diff.c -- in what two models differ. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "floats.h"
#include "model_foreign.h"

#define BLOCK 1024 /* numbers at a time */

struct comparing {
	const struct maas_model *a, *b;
	maas_on_difference *on;
	void *ctx;
};

static int
is_part(const struct maas_tensor *t)
{
	return !strncmp(t->name, "maas.", 5);
}

/* "F32 [3,4]", or of a part "12 bytes"; "" where there is none. */
static int
describe(struct maas_buf *to, const struct maas_tensor *t)
{
	int rc;

	to->n = 0;
	if (!t)
		return maas_buf_text(to, "");
	if (is_part(t))
		return maas_buf_printf(to, "%zu bytes", t->bytes);
	rc = maas_buf_printf(to, "%s [", maas_dtype_name(t->dtype));
	for (int i = 0; i < t->ndim && rc == 0; i++)
		rc = maas_buf_printf(to, "%s%zu", i ? "," : "", t->dim[i]);
	return rc == 0 ? maas_buf_text(to, "]") : -1;
}

static int
tell(const struct comparing *c, struct maas_difference *d, const char *a, const char *b)
{
	d->a = a;
	d->b = b;
	return c->on(c->ctx, d);
}

static void
widen(float *to, const struct maas_tensor *t, size_t at, size_t n)
{
	if (t->dtype == MAAS_BF16)
		maas_from_bf16(to, (const maas_bf16 *)t->data + at, n);
	else
		memcpy(to, (const float *)t->data + at, n * sizeof *to);
}

/* How many numbers differ, and by how much at most; NaN from NaN does not. */
static void
measure(struct maas_difference *d, const struct maas_tensor *a, const struct maas_tensor *b)
{
	float x[BLOCK], y[BLOCK];

	d->of = a->bytes / maas_dtype_size(a->dtype);
	for (size_t at = 0; at < d->of; at += BLOCK) {
		size_t n = d->of - at < BLOCK ? d->of - at : BLOCK;

		widen(x, a, at, n);
		widen(y, b, at, n);
		for (size_t i = 0; i < n; i++) {
			double by = fabs((double)x[i] - (double)y[i]);

			d->differing += x[i] != y[i] && !(isnan(x[i]) && isnan(y[i]));
			d->most = by > d->most ? by : d->most;
		}
	}
}

static int
compare_tensor(const struct comparing *c, const struct maas_tensor *a, const struct maas_tensor *b)
{
	const struct maas_tensor *some = a ? a : b;
	struct maas_difference d = { .sort = is_part(some) ? "part" : "tensor",
		.name = is_part(some) ? some->name + 5 : some->name };
	struct maas_buf x = { 0 }, y = { 0 };
	int alike = a && b && a->ndim == b->ndim && !memcmp(a->dim, b->dim, (size_t)a->ndim * sizeof *a->dim), rc;

	if (alike && a->dtype == b->dtype && (!a->bytes || !memcmp(a->data, b->data, a->bytes)))
		return 0;
	if (alike && (a->dtype == MAAS_F32 || a->dtype == MAAS_BF16) && (b->dtype == MAAS_F32 || b->dtype == MAAS_BF16))
		measure(&d, a, b);
	rc = describe(&x, a) < 0 || describe(&y, b) < 0 ? -1 : tell(c, &d, x.s, y.s);
	maas_buf_free(&x);
	maas_buf_free(&y);
	return rc;
}

static int
compare_settings(const struct comparing *c)
{
	struct maas_buf x = { 0 }, y = { 0 };
	char name[64];
	int rc = 0;

	for (const struct maas_field *f = c->a->kind->fields; f && f->type && rc == 0; f++) {
		x.n = y.n = 0;
		maas_field_name(f, name, sizeof name);
		rc = maas_get(f, c->a->settings, &x) < 0 || maas_get(f, c->b->settings, &y) < 0 ||
			maas_buf_text(&x, "") < 0 || maas_buf_text(&y, "") < 0
		    ? -1
		    : 0;
		if (rc == 0 && strcmp(x.s, y.s))
			rc = tell(c, &(struct maas_difference){ .sort = "setting", .name = name }, x.s, y.s);
	}
	maas_buf_free(&x);
	maas_buf_free(&y);
	return rc;
}

/* Those of a, then those that b alone has. */
static int
compare_tensors(const struct comparing *c, int parts)
{
	const struct maas_tensor *t;
	int rc = 0;

	for (size_t i = 0; rc == 0 && (t = maas_model_next(c->a, &i));)
		if (is_part(t) == parts)
			rc = compare_tensor(c, t, maas_model_tensor(c->b, t->name));
	for (size_t i = 0; rc == 0 && (t = maas_model_next(c->b, &i));)
		if (is_part(t) == parts && !maas_model_tensor(c->a, t->name))
			rc = compare_tensor(c, NULL, t);
	return rc;
}

/* The ids that end a text, parted by commas. */
static int
print_ends(struct maas_buf *to, const struct maas_model *m)
{
	struct maas_tokenizer *tok = NULL;
	int32_t end[MAAS_ENDS];
	size_t n;
	int rc;

	if (maas_model_part(m, "tokenizer").s && !(tok = maas_model_tokenizer(m)))
		return -1;
	rc = maas_model_ends(m, tok, end, &n);
	maas_tokenizer_free(tok);
	if (rc == 0)
		rc = maas_buf_text(to, "");
	for (size_t i = 0; rc == 0 && i < n; i++)
		rc = maas_buf_printf(to, "%s%ld", i ? "," : "", (long)end[i]);
	return rc;
}

/* What generation is told: all of it where both were told, else what ends a text, which a tokeniser says too. */
static int
compare_generation(const struct comparing *c)
{
	const char *x = maas_model_meta(c->a, FOREIGN_GENERATION), *y = maas_model_meta(c->b, FOREIGN_GENERATION);
	struct maas_buf p = { 0 }, q = { 0 };
	int rc = 0;

	if (x && y) {
		if (strcmp(x, y))
			rc = tell(c, &(struct maas_difference){ .sort = "generation", .name = "" }, x, y);
	} else if (x || y) {
		rc = print_ends(&p, c->a) < 0 || print_ends(&q, c->b) < 0 ? -1 : 0;
		if (rc == 0 && strcmp(p.s, q.s))
			rc = tell(c, &(struct maas_difference){ .sort = "ends", .name = "" }, p.s, q.s);
	}
	maas_buf_free(&p);
	maas_buf_free(&q);
	return rc;
}

int
maas_model_diff(const struct maas_model *a, const struct maas_model *b, maas_on_difference *on, void *ctx)
{
	const struct comparing c = { a, b, on, ctx };
	int rc = 0;

	if (a->kind != b->kind)
		rc = tell(&c, &(struct maas_difference){ .sort = "kind", .name = "" }, a->kind->name, b->kind->name);
	else
		rc = compare_settings(&c);
	if (rc == 0)
		rc = compare_generation(&c);
	if (rc == 0)
		rc = compare_tensors(&c, 0);
	return rc == 0 ? compare_tensors(&c, 1) : rc;
}
