/* maas-model tensors, verify, diff: what is in models. */
#include <string.h>

#include "maas/model.h"
#include "maas/registry.h"
#include "maas/signature.h"
#include "model_look.h"

const struct maas_field look_fields[] = { MAAS_FLAG(0, look_options, json, "print one JSON object"), MAAS_END };
const struct maas_field verify_fields[] = {
	MAAS_TEXT(0, verify_options, public, NULL, "good is only what is signed by the key in this file"), MAAS_END
};

static int
put_shape(struct maas_buf *b, const struct maas_tensor *x)
{
	int rc = maas_buf_text(b, "[");

	for (int d = 0; d < x->ndim && rc == 0; d++)
		rc = maas_buf_printf(b, "%s%zu", d ? "," : "", x->dim[d]);
	return rc == 0 ? maas_buf_text(b, "]") : -1;
}

static int
put_tensor(struct maas_buf *b, const struct maas_tensors *t, const struct maas_tensor *x, int json)
{
	if (!json)
		return maas_buf_printf(b, "%s\t%s\t", x->name, maas_dtype_name(x->dtype)) < 0 || put_shape(b, x) < 0 ||
			maas_buf_printf(b, "\t%zu\n", x->bytes) < 0
		    ? -1
		    : 0;
	return maas_buf_text(b, "{\"name\":") < 0 || maas_json_put_text(b, maas_span(x->name)) < 0 ||
		maas_buf_printf(b, ",\"dtype\":\"%s\",\"shape\":", maas_dtype_name(x->dtype)) < 0 ||
		put_shape(b, x) < 0 || maas_buf_printf(b, ",\"bytes\":%zu,\"file\":", x->bytes) < 0 ||
		maas_json_put_text(b, maas_span(maas_tensors_path(t, x))) < 0 || maas_buf_text(b, "}") < 0
	    ? -1
	    : 0;
}

int
model_tensors(struct call *c)
{
	const struct look_options *o = c->part[0];
	struct maas_buf b = { 0 };
	struct maas_tensors *t;
	int rc;

	if (c->n != 1)
		return misuse(c, "one model was wanted");
	if (!(t = maas_model_weights(c->operand[0])))
		return fail(c);
	rc = o->json ? maas_buf_text(&b, "{\"tensors\":[") : 0;
	for (size_t i = 0; i < maas_tensors_count(t) && rc == 0; i++) {
		if (o->json && i)
			rc = maas_buf_text(&b, ",");
		if (rc == 0)
			rc = put_tensor(&b, t, maas_tensors_at(t, i), o->json);
	}
	if (rc == 0 && o->json)
		rc = maas_buf_text(&b, "]}\n");
	if (rc == 0 && b.n)
		fwrite(b.s, 1, b.n, stdout);
	maas_buf_free(&b);
	maas_tensors_close(t);
	return rc < 0 ? fail(c) : finish(c);
}

/* Whose signature it is, with a key; structure and sums, by opening it; numbers; and what it answers. */
static int
good(const char *path, const unsigned char (*key)[MAAS_SECRET], struct maas_team *team)
{
	struct maas_buf at = { 0 };
	struct maas_model *m = NULL;
	int rc = maas_model_path(path, &at) < 0 || maas_registry_check(at.s, 1) < 0 ||
		(key && maas_signature_check(at.s, NULL, key, 1) < 0)
	    ? -1
	    : 0;

	if (rc == 0 && !(m = maas_model_open_by(at.s, team)))
		rc = -1;
	maas_buf_free(&at);

	if (m && (maas_model_selftest(m) < 0 || maas_model_finite(m) < 0))
		rc = maas_in("%s", path);
	maas_model_close(m);
	return rc;
}

/* One more of the list, with the reason where it is not good. */
static int
put_verdict(struct maas_buf *b, const char *path, int is_good)
{
	int rc = maas_buf_text(b, b->n ? ",{\"model\":" : "{\"models\":[{\"model\":") < 0 ||
		maas_json_put_text(b, maas_span(path)) < 0 ||
		maas_buf_printf(b, ",\"good\":%s", is_good ? "true" : "false") < 0
	    ? -1
	    : 0;

	if (rc == 0 && !is_good)
		rc =
		    maas_buf_text(b, ",\"reason\":") < 0 || maas_json_put_text(b, maas_span(maas_error())) < 0 ? -1 : 0;
	return rc == 0 ? maas_buf_text(b, "}") : -1;
}

int
model_verify(struct call *c)
{
	const struct look_options *o = c->part[0];
	const struct verify_options *v = c->part[1];
	unsigned char key[1][MAAS_SECRET];
	struct maas_team *team;
	struct maas_buf b = { 0 };
	int rc = 0, bad = 0;

	if (c->n < 1)
		return misuse(c, "a model was wanted");
	if ((v->public && maas_secret_load(key[0], MAAS_SECRET_PUBLIC, v->public) < 0) ||
	    !(team = maas_team_new((int)c->common.threads)))
		return fail(c);
	for (int i = 0; i < c->n && bad == 0; i++) {
		int is_good = good(c->operand[i], v->public ? key : NULL, team) == 0;

		if (!is_good)
			rc = fail(c);
		if (o->json)
			bad = put_verdict(&b, c->operand[i], is_good);
		else if (is_good && !c->common.quiet)
			printf("%s: good\n", c->operand[i]);
	}
	if (o->json && bad == 0 && (bad = maas_buf_printf(&b, "],\"good\":%s}", rc ? "false" : "true")) == 0)
		puts(b.s);
	maas_buf_free(&b);
	maas_team_free(team);
	if (bad)
		return fail(c);
	return rc ? rc : finish(c);
}

struct differences {
	struct maas_buf b;
	int json;
	size_t n;
};

static int
put_line(struct maas_buf *b, const struct maas_difference *d)
{
	const char *gone = "-";

	if (maas_buf_printf(b, "%s%s%s\t%s\t%s", d->sort, *d->name ? " " : "", d->name, *d->a ? d->a : gone,
		*d->b ? d->b : gone) < 0)
		return -1;
	if (d->of &&
	    (maas_buf_printf(b, "\t%zu of %zu differ, by ", d->differing, d->of) < 0 ||
		maas_json_put_real(b, d->most) < 0))
		return -1;
	return maas_buf_text(b, "\n");
}

static int
put_object(struct maas_buf *b, const struct maas_difference *d)
{
	const struct {
		const char *key, *value;
	} of[] = { { "sort", d->sort }, { "name", d->name }, { "a", d->a }, { "b", d->b } };

	for (size_t i = 0; i < MAAS_COUNT(of); i++) {
		if (maas_buf_printf(b, "%s\"%s\":", i ? "," : "{", of[i].key) < 0)
			return -1;
		if (*of[i].value ? maas_json_put_text(b, maas_span(of[i].value)) < 0 : maas_buf_text(b, "null") < 0)
			return -1;
	}
	if (d->of &&
	    (maas_buf_printf(b, ",\"differing\":%zu,\"of\":%zu,\"most\":", d->differing, d->of) < 0 ||
		maas_json_put_real(b, d->most) < 0))
		return -1;
	return maas_buf_text(b, "}");
}

static int
on_difference(void *ctx, const struct maas_difference *d)
{
	struct differences *all = ctx;

	if (!all->json)
		return all->n++, put_line(&all->b, d);
	return maas_buf_text(&all->b, all->n++ ? "," : "") < 0 ? -1 : put_object(&all->b, d);
}

int
model_diff(struct call *c)
{
	const struct look_options *o = c->part[0];
	struct differences all = { .json = o->json };
	struct maas_team *team;
	struct maas_model *a = NULL, *b = NULL;
	int rc = -1;

	if (c->n != 2)
		return misuse(c, "two models were wanted");
	if ((team = maas_team_new((int)c->common.threads)) && (a = maas_model_open_by(c->operand[0], team)) &&
	    (b = maas_model_open_by(c->operand[1], team)) &&
	    (!o->json || maas_buf_text(&all.b, "{\"differences\":[") == 0))
		rc = maas_model_diff(a, b, on_difference, &all);
	if (rc == 0 && o->json)
		rc = maas_buf_printf(&all.b, "],\"same\":%s}\n", all.n ? "false" : "true");
	if (rc == 0 && all.b.n)
		fwrite(all.b.s, 1, all.b.n, stdout);
	maas_buf_free(&all.b);
	maas_model_close(a);
	maas_model_close(b);
	maas_team_free(team);
	if (rc < 0)
		return fail(c);
	rc = finish(c);
	return rc ? rc : all.n ? MAAS_NEGATIVE : 0;
}
