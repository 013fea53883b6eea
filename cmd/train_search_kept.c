/*
 * What a search has measured is kept in the folder of --checkpoint: FOLDER/trials.jsonl, an object a measurement, known
 * by a digest of all that it depends on (data, settings, seed, rows or epochs of its round).  So a search that was
 * killed goes on where it was, one with more trials measures those alone, and what was measured on other data is not
 * used.
 */
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "maas/fmt.h"
#include "train_search.h"

#define NAME "trials.jsonl"

static const char *const states[] = { "open", "measured", "diverged", "refused", "too large" };

/* A file that a setting names counts by its bytes, where it is one. */
static int
put_file(struct maas_buf *b, const char *name, const char *path)
{
	struct maas_map map;
	char hex[65];

	if (!path)
		return 0;
	if (maas_map_open(&map, path) < 0)
		return maas_buf_printf(b, "%s=%s\n", name, path);
	maas_sha256(hex, map.p, map.n);
	maas_map_close(&map);
	return maas_buf_printf(b, "%s=%s\n", name, hex);
}

static int
put_options(struct maas_buf *b, const struct rows_options *o)
{
	return maas_buf_printf(b, "task=%d cv=%ld shuffle=%d\npca=%s\naugment=%s\n", o->task, o->cv, o->shuffle,
		   o->pca ? o->pca : "", o->augment ? o->augment : "") ||
		put_file(b, "vectorizer", o->vectorizer) || put_file(b, "tokenizer", o->tokenizer) ||
		put_file(b, "embeddings", o->embeddings)
	    ? -1
	    : 0;
}

int
kept_key(const struct search *s, const struct trial *t, const struct round *r, char key[65])
{
	static const int parts[] = { 0, 3, 4, 5, 6, 7 };
	const struct verb *v = t->call->verb;
	struct maas_buf b = { 0 };
	int bad;

	if (s->kept.file < 0)
		return 0;
	bad = maas_buf_printf(&b, "maas %s %s\nkind=%s data=%s val=%s seed=%ld rows=%zu\n", MAAS_VERSION,
		  maas_isa_name(maas_isa()), v->name, s->kept.data, s->kept.val, t->call->common.seed, r->rows) ||
	    put_options(&b, t->call->part[2]);
	for (size_t i = 0; i < MAAS_COUNT(parts) && !bad; i++)
		bad = v->part[parts[i]].fields &&
		    maas_fields_print(v->part[parts[i]].fields, t->call->part[parts[i]], &b);
	if (!bad)
		maas_sha256(key, b.s, b.n);
	maas_buf_free(&b);
	return bad ? -1 : 0;
}

static uint64_t
add(uint64_t h, const void *p, size_t n)
{
	return p && n ? maas_hash(p, n, h) : h;
}

/* Of rows whose files have no digest, a directory's: of what was read. */
static void
digest(const struct maas_rowset *d, const char *known, char *to, size_t n)
{
	const struct maas_columns *c;
	uint64_t h;

	snprintf(to, n, "%s", known);
	if (*known || !d)
		return;
	c = d->columns;
	h = add(d->n, d->label, d->label ? d->n * sizeof *d->label : 0);
	h = add(h, d->target, d->target ? d->n * sizeof *d->target : 0);
	h = add(h, d->x, d->n * c->numbers * sizeof *d->x);
	h = add(h, d->word, d->n * c->words * sizeof *d->word);
	for (size_t i = 0; i < d->labels.n; i++)
		h = add(h, d->labels.name[i].s, d->labels.name[i].n);
	for (size_t i = 0; d->text && i < d->n; i++)
		h = add(h, d->text[i].s, d->text[i].n);
	if (d->sounds.start)
		h = add(h, d->sounds.sample, d->sounds.start[d->n] * sizeof *d->sounds.sample);
	snprintf(to, n, "%016llx", (unsigned long long)h);
}

/* Lines that are no measurement, such as the last of a process that was killed, are passed over. */
static int
take_lines(struct kept_trials *k)
{
	const char *p = k->text.s, *end = p + k->text.n, *stop;

	for (; p < end && (stop = memchr(p, '\n', (size_t)(end - p))); p = stop + 1) {
		struct maas_span line = { p, (size_t)(stop - p) }, key;
		struct maas_json *j = maas_json_parse(line);
		int64_t at = -2;

		if (j && !maas_json_text(maas_json_get(j, "key"), &key))
			at = maas_names_number(&k->key, key);
		maas_json_free(j);
		if (at == -1 || (at >= 0 && maas_grow(&k->line, (size_t)at, &k->cap, 1, sizeof *k->line)))
			return -1;
		if (at >= 0)
			k->line[at] = line;
	}
	return 0;
}

static int
read_all(struct search *s, const char *path)
{
	struct kept_trials *k = &s->kept;
	char piece[1 << 14];
	ssize_t n;

	while ((n = read(k->file, piece, sizeof piece)) > 0)
		if (maas_buf_add(&k->text, piece, (size_t)n))
			return -1;
	if (n < 0)
		return maas_fail_errno("%s", path);
	if (take_lines(k) < 0)
		return -1;
	/* A line that was cut short ends here, lest the next becomes part of it. */
	if (k->text.n && k->text.s[k->text.n - 1] != '\n' && write(k->file, "\n", 1) != 1)
		return maas_fail_errno("%s", path);
	return 0;
}

int
kept_open(struct search *s)
{
	const struct checkpoints *o = s->base.checkpoints;
	struct kept_trials *k = &s->kept;
	struct maas_buf path = { 0 };
	int bad;

	if (!o->checkpoint)
		return 0;
	digest(s->base.set, s->base.sha256, k->data, sizeof k->data);
	digest(s->base.val_set, s->base.val_sha256, k->val, sizeof k->val);
	if ((k->lock = checkpoint_lock(o->checkpoint)) < 0 || maas_buf_printf(&path, "%s/" NAME, o->checkpoint))
		return -1;
	k->file = open(path.s,
	    O_RDWR | O_APPEND | O_CLOEXEC | (o->resume == RESUME_MUST ? 0 : O_CREAT) |
		(o->resume == RESUME_NEVER ? O_TRUNC : 0),
	    0666);
	if (k->file < 0 && errno == ENOENT && o->resume == RESUME_MUST)
		bad = maas_fail_as(MAAS_NOINPUT, "%s: no trials to go on from", o->checkpoint);
	else
		bad = k->file < 0 ? maas_fail_errno("%s", path.s) : read_all(s, path.s);
	maas_buf_free(&path);
	return bad;
}

void
kept_close(struct search *s)
{
	struct kept_trials *k = &s->kept;

	if (k->file >= 0)
		close(k->file);
	if (k->lock >= 0)
		close(k->lock);
	maas_names_free(&k->key);
	free(k->line);
	maas_buf_free(&k->text);
}

/* The number of a text, without a text of its own being made of it; -1: none. */
static long
find(const struct kept_trials *k, const char *key)
{
	for (size_t i = 0; i < k->key.n; i++)
		if (maas_span_is(k->key.name[i], key))
			return (long)i;
	return -1;
}

static double
real(const struct maas_json *j, const char *name)
{
	double v;

	return maas_json_real(maas_json_get(j, name), &v) ? NAN : v;
}

static int
restore(struct search *s, struct trial *t, const struct maas_json *j)
{
	const struct maas_json *left = maas_json_get(j, "left_out");
	struct maas_span state, text;
	int64_t folds = 0;

	if (maas_json_text(maas_json_get(j, "state"), &state))
		return 0;
	t->state = TRIAL_OPEN;
	for (int i = TRIAL_MEASURED; i < TRIAL_TOO_LARGE; i++)
		t->state = maas_span_is(state, states[i]) ? (enum trial_state)i : t->state;
	t->score = real(j, "score");
	if (t->state == TRIAL_OPEN || (t->state == TRIAL_MEASURED && !isfinite(t->score)))
		return 0;
	(void)maas_json_int(maas_json_get(j, "folds"), &folds);
	t->cv = (struct rows_cv){ (long)folds, t->score, real(j, "deviation"), real(j, "baseline") };
	t->why = NULL;
	t->sort = MAAS_DATA;
	if (t->state != TRIAL_MEASURED &&
	    (maas_json_text(maas_json_get(j, "why"), &text) || !(t->why = maas_take_text(t->arena, text.s, text.n))))
		return 0;
	for (size_t i = 0; i < maas_json_size(left); i++) {
		char name[64];

		if (maas_json_text(maas_json_at(left, i), &text))
			return 0;
		snprintf(name, sizeof name, "%.*s", (int)text.n, text.s);
		if (trial_leave_out(s, t, name) < 0)
			return -1;
	}
	t->kept = 1;
	return 1;
}

int
kept_find(struct search *s, struct trial *t, const char *key)
{
	long at = s->kept.file < 0 ? -1 : find(&s->kept, key);
	struct maas_json *j;
	int rc;

	t->kept = 0;
	if (at < 0)
		return 0;
	if (!(j = maas_json_parse(s->kept.line[at])))
		return -1;
	rc = restore(s, t, j);
	maas_json_free(j);
	return rc;
}

static int
print(const struct trial *t, const char *key, struct maas_buf *b)
{
	int bad =
	    maas_buf_printf(b, "{\"key\":\"%s\",\"settings\":%s,\"state\":\"%s\"", key, t->json, states[t->state]);

	if (t->state == TRIAL_MEASURED)
		bad = bad || maas_buf_text(b, ",\"score\":") || maas_json_put_real(b, t->score);
	else
		bad = bad || maas_buf_text(b, ",\"why\":") || maas_json_put_text(b, maas_span(t->why));
	if (t->cv.folds && t->state == TRIAL_MEASURED)
		bad = bad || maas_buf_printf(b, ",\"folds\":%ld,\"deviation\":", t->cv.folds) ||
		    maas_json_put_real(b, t->cv.deviation) || maas_buf_text(b, ",\"baseline\":") ||
		    maas_json_put_real(b, t->cv.baseline);
	for (size_t i = 0; i < t->left_out.n && !bad; i++)
		bad = maas_buf_text(b, i ? "," : ",\"left_out\":[") ||
		    maas_json_put_text(b, maas_span(t->left_out.item[i])) ||
		    (i + 1 == t->left_out.n && maas_buf_text(b, "]"));
	return bad || maas_buf_text(b, "}\n") ? -1 : 0;
}

/* Written at once, so that who is killed leaves whole lines; what was too large for this machine may fit the next. */
int
kept_add(struct search *s, const struct trial *t, const char *key)
{
	struct maas_buf b = { 0 };
	int bad;

	if (s->kept.file < 0 || t->state == TRIAL_TOO_LARGE)
		return 0;
	bad = print(t, key, &b);
	if (!bad && write(s->kept.file, b.s, b.n) != (ssize_t)b.n)
		bad = maas_fail_as(MAAS_IO, "%s/" NAME ": cannot be written", s->base.checkpoints->checkpoint);
	maas_buf_free(&b);
	return bad ? -1 : 0;
}
