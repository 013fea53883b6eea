/* A table in memory, and its features. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "rows.h"

void
maas_rowset_free(struct maas_rowset *d)
{
	if (!d)
		return;
	maas_arena_free(d->arena);
	free(d->label);
	free(d->text);
	maas_csr_free(&d->numbers);
	free(d);
}

static int
number(struct maas_rowset *d, size_t *nnz, size_t col, double val)
{
	struct maas_csr *x = &d->numbers;

	if (maas_grow(&x->col, *nnz, &d->col_cap, 1, sizeof *x->col) < 0 ||
	    maas_grow(&x->val, *nnz, &d->val_cap, 1, sizeof *x->val) < 0)
		return -1;
	x->col[*nnz] = (uint32_t)col;
	x->val[(*nnz)++] = val;
	return 0;
}

/* NULL, or why the row cannot be learnt from. */
static const char *
fault(const struct maas_row *row, const struct maas_columns *c, int labels)
{
	if (row->bad)
		return row->bad;
	if (labels && (!row->label.s || (!row->label.n && c->column)))
		return "no label";
	if (c->texts && !row->text.s)
		return "no text";
	for (size_t i = 0; row->x && i < c->features; i++)
		if (!isfinite(row->x[i]))
			return "a gap among the features";
	return NULL;
}

static int
keep(struct maas_rowset *d, const struct maas_row *row, const struct maas_columns *c)
{
	struct maas_csr *x = &d->numbers;
	size_t nnz = d->n ? x->start[d->n] : 0;

	if (maas_grow(&d->label, d->n, &d->cap, 1, sizeof *d->label) < 0 ||
	    maas_grow(&x->start, d->n + 1, &d->start_cap, 1, sizeof *x->start) < 0)
		return -1;
	d->label[d->n] = row->label;
	if (row->label.s && !(d->label[d->n].s = maas_take_text(d->arena, row->label.s, row->label.n)))
		return -1;
	if (c->texts) {
		if (maas_grow(&d->text, d->n, &d->text_cap, 1, sizeof *d->text) < 0 ||
		    !(d->text[d->n].s = maas_take_text(d->arena, row->text.s, row->text.n)))
			return -1;
		d->text[d->n].n = row->text.n;
	}
	for (size_t i = 0; row->x && i < c->features; i++)
		if (row->x[i] != 0 && number(d, &nnz, i, row->x[i]) < 0)
			return -1;
	for (size_t i = 0; !row->x && i < row->nnz; i++)
		if (number(d, &nnz, row->col[i], row->val[i]) < 0)
			return -1;
	x->start[0] = 0;
	x->start[++d->n] = nnz;
	x->rows = d->n;
	return d->n < UINT32_MAX ? 0 : maas_fail("more than %zu rows", d->n);
}

struct maas_rowset *
maas_rowset_load(struct maas_reader *r, const struct maas_columns *c, int labels,
    int (*on_bad)(void *ctx, const struct maas_row *, const char *why), void *ctx)
{
	struct maas_rowset *d = maas_alloc(1, sizeof *d);
	struct maas_row row;
	const char *why;
	int rc = -1;

	if (!d || !(d->arena = maas_arena_new(1 << 20)))
		goto fail;
	while ((rc = maas_reader_next(r, &row)) > 0) {
		if (row.record.empty)
			continue;
		why = fault(&row, c, labels);
		d->bad += why != NULL;
		if (why ? on_bad(ctx, &row, why) < 0 : keep(d, &row, c) < 0)
			goto fail;
	}
	if (rc < 0)
		goto fail;
	d->numbers.cols = c->features;
	return d;
fail:
	maas_rowset_free(d);
	return NULL;
}

struct job {
	const struct maas_rowset *d;
	const uint32_t *pick;
	struct maas_vectorize **z; /* a member's */
	struct maas_csr *part;     /* [parts], rows of the texts */
	size_t grain;
	int *failed;
};

/* The rows of the texts of one range. */
static int
range(struct job *j, size_t begin, size_t end, int member, struct maas_csr *x)
{
	size_t col_cap = 0, val_cap = 0, nnz = 0, n;
	const uint32_t *col;
	const double *val;

	if (!(x->start = maas_alloc(end - begin + 1, sizeof *x->start)))
		return -1;
	for (size_t i = begin; i < end; i++) {
		if (maas_vectorize_text(j->z[member], j->d->text[j->pick[i]], &col, &val, &n) < 0 ||
		    maas_grow(&x->col, nnz, &col_cap, n + 1, sizeof *col) < 0 ||
		    maas_grow(&x->val, nnz, &val_cap, n + 1, sizeof *val) < 0)
			return -1;
		if (n) {
			memcpy(x->col + nnz, col, n * sizeof *col);
			memcpy(x->val + nnz, val, n * sizeof *val);
		}
		x->start[i - begin + 1] = nnz += n;
	}
	x->rows = end - begin;
	return 0;
}

static void
texts(void *arg, size_t begin, size_t end, int member)
{
	struct job *j = arg;

	if (range(j, begin, end, member, &j->part[begin / j->grain]) < 0)
		j->failed[member] = 1;
}

/* Numbers of the rows picked, and behind them those of their texts. */
static int
join(const struct maas_rowset *d, const uint32_t *pick, size_t n, const struct maas_csr *part, size_t grain,
    size_t features, struct maas_csr *x)
{
	const struct maas_csr *a = &d->numbers;
	size_t nnz = 0;

	for (size_t i = 0; i < n; i++)
		nnz += a->start[pick[i] + 1] - a->start[pick[i]];
	for (size_t i = 0; part && i * grain < n; i++)
		nnz += part[i].start[part[i].rows];
	*x = (struct maas_csr){ .rows = n, .cols = a->cols + features };
	if (!(x->start = maas_alloc(n + 1, sizeof *x->start)) || !(x->col = maas_alloc(nnz, sizeof *x->col)) ||
	    !(x->val = maas_alloc(nnz, sizeof *x->val)))
		return -1;
	nnz = 0;
	for (size_t i = 0; i < n; i++) {
		for (size_t e = a->start[pick[i]]; e < a->start[pick[i] + 1]; e++, nnz++) {
			x->col[nnz] = a->col[e];
			x->val[nnz] = a->val[e];
		}
		if (part) {
			const struct maas_csr *b = &part[i / grain];

			for (size_t e = b->start[i % grain]; e < b->start[i % grain + 1]; e++, nnz++) {
				x->col[nnz] = (uint32_t)(a->cols + b->col[e]);
				x->val[nnz] = b->val[e];
			}
		}
		x->start[i + 1] = nnz;
	}
	return 0;
}

static int
transform(const struct maas_rowset *d, const uint32_t *pick, size_t n, struct maas_team *team,
    const struct maas_vectorizer *v, struct maas_csr *x)
{
	size_t grain = (n + 63) / 64 + 64, parts = (n + grain - 1) / grain;
	int members = maas_team_size(team), rc = -1, made = 1;
	struct job j = { .d = d, .pick = pick, .grain = grain };

	j.z = maas_alloc((size_t)members, sizeof *j.z);
	j.failed = maas_alloc((size_t)members, sizeof *j.failed);
	j.part = maas_alloc(parts, sizeof *j.part);
	for (int i = 0; j.z && i < members; i++)
		made &= (j.z[i] = maas_vectorize_new(v)) != NULL;
	if (!j.z || !j.failed || !j.part || !made)
		goto out;
	maas_team_run(team, n, grain, texts, &j);
	for (int i = 0; i < members; i++)
		if (j.failed[i]) {
			maas_fail_as(MAAS_OS, "no memory for the rows of %zu texts", n);
			goto out;
		}
	rc = join(d, pick, n, j.part, grain, maas_vectorizer_size(v), x);
out:
	for (int i = 0; j.z && i < members; i++)
		maas_vectorize_free(j.z[i]);
	for (size_t i = 0; j.part && i < parts; i++)
		maas_csr_free(&j.part[i]);
	free(j.z);
	free(j.part);
	free(j.failed);
	return rc;
}

struct maas_vectorizer *
maas_rowset_vectorizer(
    const struct maas_rowset *d, const uint32_t *pick, size_t n, const struct maas_vectorizer_options *o)
{
	struct maas_span *text = maas_alloc(n, sizeof *text);
	struct maas_vectorizer *v;

	if (!text)
		return NULL;
	for (size_t i = 0; i < n; i++)
		text[i] = d->text[pick[i]];
	v = maas_vectorizer_fit(o, text, n, NULL);
	free(text);
	return v;
}

int
maas_rowset_features(const struct maas_rowset *d, const uint32_t *pick, size_t n, struct maas_team *team,
    const struct maas_vectorizer *v, struct maas_csr *x)
{
	*x = (struct maas_csr){ 0 };
	return d->text && v ? transform(d, pick, n, team, v, x) : join(d, pick, n, NULL, 1, 0, x);
}
