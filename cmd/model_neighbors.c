/* maas-model neighbors: the words, or pieces, that a network looks up most alike. */
#include <stdlib.h>
#include <string.h>

#include "maas/model.h"
#include "model_neighbors.h"

#define S neighbors_options
const struct maas_field neighbors_fields[] = {
	MAAS_INT('n', S, n, 1, 1000000, 10, "print the N nearest of each word"),
	MAAS_FLAG(0, S, json, "print a JSON object a word"),
	MAAS_END,
};
#undef S

/* On a line of its own, as it stands; what would end the field or the line as \t, \n, \r, \\. */
static int
put_word(struct maas_buf *b, struct maas_span s)
{
	static const char ends[] = "\t\n\r\\", letter[] = "tnr\\";
	int rc = 0;

	for (size_t i = 0; i < s.n && rc == 0; i++) {
		const char *is = s.s[i] ? strchr(ends, s.s[i]) : NULL;

		rc = is ? maas_buf_printf(b, "\\%c", letter[is - ends]) : maas_buf_add(b, s.s + i, 1);
	}
	return rc;
}

static int
put_lines(struct maas_buf *b, const struct maas_words *w, int32_t id, const struct maas_near *near, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (put_word(b, maas_words_text(w, id)) < 0 || maas_buf_text(b, "\t") < 0 ||
		    put_word(b, maas_words_text(w, near[i].id)) < 0 ||
		    maas_buf_printf(b, "\t%.6f\n", near[i].cosine) < 0)
			return -1;
	return 0;
}

static int
put_object(struct maas_buf *b, const struct maas_words *w, int32_t id, const struct maas_near *near, size_t n)
{
	if (maas_buf_text(b, "{\"word\":") < 0 || maas_json_put_text(b, maas_words_text(w, id)) < 0 ||
	    maas_buf_text(b, ",\"neighbors\":[") < 0)
		return -1;
	for (size_t i = 0; i < n; i++)
		if (maas_buf_text(b, i ? ",{\"word\":" : "{\"word\":") < 0 ||
		    maas_json_put_text(b, maas_words_text(w, near[i].id)) < 0 || maas_buf_text(b, ",\"cosine\":") < 0 ||
		    maas_json_put_real(b, near[i].cosine) < 0 || maas_buf_text(b, "}") < 0)
			return -1;
	return maas_buf_text(b, "]}\n");
}

/* Every word is looked for before anything is printed. */
static int
print(const struct call *c, const struct maas_words *w, struct maas_buf *b)
{
	const struct neighbors_options *o = c->part[0];
	size_t most = (size_t)o->n < maas_words_count(w) ? (size_t)o->n : maas_words_count(w), n;
	struct maas_near *near = maas_alloc(most, sizeof *near);
	int rc = near ? 0 : -1;

	for (int i = 1; i < c->n && rc == 0; i++) {
		int32_t id = maas_words_find(w, maas_span(c->operand[i]));

		if (id < 0) {
			rc = id < -1 ? -1
				     : maas_fail("%s: '%s' is not among the %zu words it knows", c->operand[0],
					   c->operand[i], maas_words_count(w));
			break;
		}
		n = maas_words_near(w, id, near, most);
		rc = (o->json ? put_object : put_lines)(b, w, id, near, n);
	}
	free(near);
	return rc;
}

int
model_neighbors(struct call *c)
{
	struct maas_buf b = { 0 };
	struct maas_model *m;
	struct maas_words *w = NULL;
	int rc = -1;

	if (c->n < 2)
		return misuse(c, "a model and a word were wanted");
	if (!(m = maas_model_open(c->operand[0])))
		return fail(c);
	if ((w = maas_words_open(m)))
		rc = print(c, w, &b);
	else
		maas_in("%s", c->operand[0]);
	if (rc == 0 && b.n)
		fwrite(b.s, 1, b.n, stdout);
	maas_buf_free(&b);
	maas_words_free(w);
	maas_model_close(m);
	return rc < 0 ? fail(c) : finish(c);
}
