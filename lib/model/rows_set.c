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
	for (size_t w = 0; d->values && w < d->columns->words; w++)
		maas_names_free(&d->values[w]);
	free(d->values);
	maas_names_free(&d->labels);
	maas_arena_free(d->arena);
	free(d->label);
	free(d->target);
	free(d->tags);
	free(d->tag);
	free(d->x);
	free(d->word);
	free(d->text);
	free(d->sounds.start);
	free(d->sounds.sample);
	free(d->sounds.scale);
	maas_csr_free(&d->sparse);
	free(d);
}

struct load {
	struct maas_rowset *d;
	const struct maas_columns *c;
	enum maas_task task;
	double target; /* of the row at hand */
	char why[300];
};

/* What is wrong with the label of a row, and in which column. */
static const char *
label_fault(struct load *l, const struct maas_row *row, const char *wrong)
{
	const struct maas_columns *c = l->c;
	size_t i = 0, shown = row->label.n < 40 ? row->label.n : 40;
	char column[120] = "";

	while (c->column && i < c->n && c->column[i].role != MAAS_LABEL)
		i++;
	if (c->column && i < c->n && c->column[i].name)
		snprintf(column, sizeof column, " in column '%.60s'", c->column[i].name);
	else if (c->column && i < c->n)
		snprintf(column, sizeof column, " in column %zu", i + 1);
	if (shown)
		snprintf(l->why, sizeof l->why, "label '%.*s'%s %s", (int)shown, row->label.s, column, wrong);
	else
		snprintf(l->why, sizeof l->why, "no label%s", column);
	return l->why;
}

/* NULL, or why the row cannot be learnt from. */
static const char *
fault(struct load *l, const struct maas_row *row)
{
	if (row->bad)
		return row->bad;
	if (l->task == MAAS_TASK_TAG)
		return row->tags.s ? NULL : "no tags: a column behind the tokens is wanted";
	if (l->task && row->tags.s)
		return "a tag a token, where a label for all of them is wanted (see --task)";
	if (l->task && (!row->label.s || (!row->label.n && l->c->column)))
		return label_fault(l, row, "");
	if (l->task == MAAS_TASK_REGRESS &&
	    (maas_is_gap(row->label) || maas_number(row->label, &l->target) < 0 || !isfinite(l->target)))
		return label_fault(l, row, "is not a number, and numbers are what is learnt (see --label, --task)");
	return l->c->texts && !row->text.s ? "no text" : NULL;
}

static int
has_gap(const struct maas_row *row, const struct maas_columns *c)
{
	for (size_t i = 0; row->x && i < c->numbers; i++)
		if (isnan(row->x[i]))
			return 1;
	return 0;
}

/* The first tag that goes on with an entity that is not open is kept with its place. */
static int
note_broken(struct maas_rowset *d, const struct maas_record *rec, size_t word, struct maas_span tag)
{
	struct maas_conll c;
	struct maas_span line;
	char text[512];
	size_t at = rec->line;
	int sort;

	if (d->broken++)
		return 0;
	for (maas_conll_begin(&c, rec->raw); (sort = maas_conll_next(&c, &line)); at++)
		if (sort == 1 && !word--)
			break;
	snprintf(text, sizeof text, "%s:%zu: '%.*s'", rec->name, at, tag.n < 60 ? (int)tag.n : 60, tag.s);
	return (d->broken_at = maas_take_text(d->arena, text, strlen(text))) ? 0 : -1;
}

static int
keep_tags(struct maas_rowset *d, const struct maas_row *row)
{
	const char *p = row->tags.s, *end = p + row->tags.n, *from;
	size_t n = d->n ? d->tags[d->n] : 0, first = n;
	struct maas_tag before = maas_tag_read(maas_span("")), tag;

	if (maas_grow(&d->tags, d->n, &d->tags_cap, 2, sizeof *d->tags) < 0)
		return -1;
	d->tags[0] = 0;
	for (; p < end; p++, n++, before = tag) {
		struct maas_span s;
		int64_t number;

		for (from = p; p < end && *p != ' '; p++)
			;
		s = (struct maas_span){ from, (size_t)(p - from) };
		tag = maas_tag_read(s);
		if ((maas_tag_breaks(before, tag) && note_broken(d, &row->record, n - first, s) < 0) ||
		    maas_grow(&d->tag, n, &d->tag_cap, 1, sizeof *d->tag) < 0 ||
		    (number = maas_names_number(&d->labels, s)) < 0)
			return -1;
		d->tag[n] = (uint32_t)number;
	}
	d->tags[d->n + 1] = n;
	return 0;
}

static int
keep_label(struct load *l, const struct maas_row *row)
{
	struct maas_rowset *d = l->d;
	int64_t number = MAAS_NO_NAME;

	if (l->task == MAAS_TASK_TAG)
		return keep_tags(d, row);
	if (l->task == MAAS_TASK_REGRESS) {
		if (maas_grow(&d->target, d->n, &d->target_cap, 1, sizeof *d->target) < 0)
			return -1;
		d->target[d->n] = l->target;
		return 0;
	}
	if (maas_grow(&d->label, d->n, &d->label_cap, 1, sizeof *d->label) < 0 ||
	    (row->label.s && (number = maas_names_number(&d->labels, row->label)) < 0))
		return -1;
	d->label[d->n] = (uint32_t)number;
	return 0;
}

static int
keep_words(struct maas_rowset *d, const struct maas_row *row, size_t words)
{
	if (maas_grow(&d->word, d->n * words, &d->word_cap, words, sizeof *d->word) < 0)
		return -1;
	for (size_t w = 0; w < words; w++) {
		int64_t number = maas_names_number(&d->values[w], row->word[w]);

		if (number < 0)
			return -1;
		d->word[d->n * words + w] = (uint32_t)number;
	}
	return 0;
}

static int
keep_sparse(struct maas_rowset *d, const struct maas_row *row)
{
	struct maas_csr *s = &d->sparse;
	size_t nnz = d->n ? s->start[d->n] : 0;

	if (maas_grow(&s->start, d->n + 1, &d->start_cap, 1, sizeof *s->start) < 0 ||
	    maas_grow(&s->col, nnz, &d->col_cap, row->nnz + 1, sizeof *s->col) < 0 ||
	    maas_grow(&s->val, nnz, &d->val_cap, row->nnz + 1, sizeof *s->val) < 0)
		return -1;
	if (row->nnz) {
		memcpy(s->col + nnz, row->col, row->nnz * sizeof *s->col);
		memcpy(s->val + nnz, row->val, row->nnz * sizeof *s->val);
	}
	s->start[0] = 0;
	s->start[d->n + 1] = nnz + row->nnz;
	s->rows = d->n + 1;
	return 0;
}

/* In 16 bits: what is louder than full scale is scaled down to it. */
static int
keep_sound(struct maas_rowset *d, const struct maas_sound *sound)
{
	struct maas_sounds *s = &d->sounds;
	size_t at = d->n ? s->start[d->n] : 0;
	float most = 32767.0f / 32768;

	if (maas_grow(&s->start, d->n + 1, &s->start_cap, 1, sizeof *s->start) < 0 ||
	    maas_grow(&s->scale, d->n, &s->scale_cap, 1, sizeof *s->scale) < 0 ||
	    maas_grow(&s->sample, at, &s->sample_cap, sound->n, sizeof *s->sample) < 0)
		return -1;
	for (size_t i = 0; i < sound->n; i++)
		most = fmaxf(most, fabsf(sound->sample[i]));
	s->scale[d->n] = most > 32767.0f / 32768 ? most / 32767 : 1.0f / 32768;
	for (size_t i = 0; i < sound->n; i++)
		s->sample[at + i] = (int16_t)lrintf(sound->sample[i] / s->scale[d->n]);
	s->start[0] = 0;
	s->start[d->n + 1] = at + sound->n;
	return 0;
}

static int
keep(struct load *l, const struct maas_row *row)
{
	struct maas_rowset *d = l->d;
	const struct maas_columns *c = l->c;

	if (keep_label(l, row) < 0 || (c->words && keep_words(d, row, c->words) < 0) ||
	    (c->sparse && keep_sparse(d, row) < 0) || (row->sound && keep_sound(d, row->sound) < 0))
		return -1;
	if (row->x) {
		if (maas_grow(&d->x, d->n * c->numbers, &d->x_cap, c->numbers, sizeof *d->x) < 0)
			return -1;
		memcpy(d->x + d->n * c->numbers, row->x, c->numbers * sizeof *d->x);
	}
	if (c->texts) {
		if (maas_grow(&d->text, d->n, &d->text_cap, 1, sizeof *d->text) < 0 ||
		    !(d->text[d->n].s = maas_take_text(d->arena, row->text.s, row->text.n)))
			return -1;
		d->text[d->n].n = row->text.n;
	}
	return ++d->n < UINT32_MAX ? 0 : maas_fail("more than %zu rows", d->n);
}

int
maas_rowset_numbers(struct maas_rowset *d)
{
	double *value = maas_alloc(d->labels.n, sizeof *value);
	int all = value ? 1 : -1;

	for (size_t i = 0; all > 0 && i < d->labels.n; i++)
		all = !maas_is_gap(d->labels.name[i]) && maas_number(d->labels.name[i], &value[i]) == 0 &&
		    isfinite(value[i]);
	if (all > 0 && maas_grow(&d->target, 0, &d->target_cap, d->n, sizeof *d->target) < 0)
		all = -1;
	for (size_t i = 0; all > 0 && i < d->n; i++)
		d->target[i] = value[d->label[i]];
	free(value);
	return all;
}

struct maas_rowset *
maas_rowset_load(struct maas_reader *r, const struct maas_columns *c, enum maas_task task, int drop,
    int (*on_bad)(void *ctx, const struct maas_row *, const char *why), void *ctx)
{
	struct maas_rowset *d = maas_alloc(1, sizeof *d);
	struct load l = { .d = d, .c = c, .task = task };
	struct maas_row row;
	const char *why;
	int rc = -1;

	if (!d)
		return NULL;
	d->columns = c;
	if (!(d->arena = maas_arena_new(1 << 20)) || !(d->values = maas_alloc(c->words, sizeof *d->values)))
		goto fail;
	while ((rc = maas_reader_next(r, &row)) > 0) {
		if (row.record.empty)
			continue;
		if ((why = fault(&l, &row))) {
			d->bad++;
			if (on_bad(ctx, &row, why) < 0)
				goto fail;
		} else if (drop && has_gap(&row, c)) {
			d->dropped++;
		} else if (keep(&l, &row) < 0) {
			goto fail;
		}
	}
	if (rc < 0)
		goto fail;
	d->sparse.cols = c->sparse ? c->numbers : 0;
	return d;
fail:
	maas_rowset_free(d);
	return NULL;
}

/* Some of the rows, for maas_columns_learn. */
struct some {
	const struct maas_rowset *d;
	const uint32_t *pick;
	size_t n;
};

/* The words of a row, each where `to` has room for it. */
static void
words_of(const struct maas_rowset *d, size_t row, struct maas_span *to)
{
	size_t words = d->columns->words;

	for (size_t w = 0; w < words; w++)
		to[w] = d->values[w].name[d->word[row * words + w]];
}

static int
walk(void *ctx, maas_see *see, void *to)
{
	const struct some *s = ctx;
	const struct maas_columns *c = s->d->columns;
	struct maas_span *word = maas_alloc(c->words, sizeof *word);
	int rc = word ? 0 : -1;

	for (size_t i = 0; i < s->n && !rc; i++) {
		words_of(s->d, s->pick[i], word);
		rc = see(to, s->d->x ? s->d->x + s->pick[i] * c->numbers : NULL, word);
	}
	free(word);
	return rc;
}

int
maas_rowset_learn(const struct maas_rowset *d, const uint32_t *pick, size_t n, const struct maas_preparation *how,
    struct maas_columns *c)
{
	return maas_columns_learn(c, how, walk, &(struct some){ d, pick, n });
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

static int
vectorize(const struct maas_rowset *d, const uint32_t *pick, size_t n, struct maas_team *team,
    const struct maas_vectorizer *v, struct maas_csr *part, size_t grain)
{
	int members = maas_team_size(team), rc = -1, made = 1;
	struct job j = { .d = d, .pick = pick, .grain = grain, .part = part };

	j.z = maas_alloc((size_t)members, sizeof *j.z);
	j.failed = maas_alloc((size_t)members, sizeof *j.failed);
	for (int i = 0; j.z && i < members; i++)
		made &= (j.z[i] = maas_vectorize_new(v)) != NULL;
	if (!j.z || !j.failed || !made)
		goto out;
	maas_team_run(team, n, grain, texts, &j);
	for (int i = 0; i < members; i++)
		if (j.failed[i]) {
			maas_fail_as(MAAS_OS, "no memory for the rows of %zu texts", n);
			goto out;
		}
	rc = 0;
out:
	for (int i = 0; j.z && i < members; i++)
		maas_vectorize_free(j.z[i]);
	free(j.z);
	free(j.failed);
	return rc;
}

/* The texts of rows pick[0..n), on the heap. */
static struct maas_span *
texts_of(const struct maas_rowset *d, const uint32_t *pick, size_t n)
{
	struct maas_span *text = maas_alloc(n, sizeof *text);

	for (size_t i = 0; text && i < n; i++)
		text[i] = d->text[pick[i]];
	return text;
}

struct maas_vectorizer *
maas_rowset_vectorizer(const struct maas_rowset *d, const uint32_t *pick, size_t n, struct maas_team *team,
    const struct maas_vectorizer_options *o)
{
	struct maas_span *text = texts_of(d, pick, n);
	struct maas_vectorizer *v = text ? maas_vectorizer_fit(o, text, n, team, NULL) : NULL;

	free(text);
	return v;
}

struct maas_lexicon *
maas_rowset_lexicon(const struct maas_rowset *d, const uint32_t *pick, size_t n, struct maas_team *team,
    const struct maas_lexicon_options *o)
{
	struct maas_span *text = texts_of(d, pick, n);
	struct maas_lexicon *l = text ? maas_lexicon_fit(o, text, n, team) : NULL;

	free(text);
	return l;
}

/* The rows' numbers on their way into a design, by the team where they do not move. */
struct preparing {
	const struct maas_rowset *d;
	const struct maas_columns *c;
	const uint32_t *pick;
	double *to;
	uint32_t *one; /* [n][most] features that are 1, UINT32_MAX behind the last */
	size_t most, grain;
	struct maas_span *word; /* [members][words] */
	double *row;            /* [members][numbers] */
	char (*why)[256];       /* [parts] "": fine */
};

static void
prepare(void *arg, size_t begin, size_t end, int member)
{
	struct preparing *p = arg;
	const struct maas_columns *c = p->c;
	struct maas_span *word = p->word + (size_t)member * c->words;
	double *row = p->row + (size_t)member * c->numbers;
	size_t ones;

	for (size_t i = begin; i < end; i++) {
		uint32_t *one = p->one + i * p->most;

		words_of(p->d, p->pick[i], word);
		if (c->numbers) /* what is read may be what is written */
			memcpy(row, p->d->x + p->pick[i] * c->numbers, c->numbers * sizeof *row);
		if (maas_columns_prepare(c, row, word, p->to + i * c->dense, one, &ones) < 0) {
			snprintf(p->why[begin / p->grain], sizeof *p->why, "%s", maas_error());
			return;
		}
		if (ones < p->most)
			one[ones] = UINT32_MAX;
	}
}

/* How many features that are 1 a row can have. */
static size_t
most_ones(const struct maas_columns *c)
{
	size_t n = c->words;

	for (size_t i = 0; c->flag && i < c->numbers; i++)
		n += c->flag[i] != UINT32_MAX;
	return n;
}

static int
prepare_all(struct preparing *p, size_t n, struct maas_team *team, int moves)
{
	size_t members = (size_t)maas_team_size(team), parts;
	int rc = -1;

	p->grain = moves ? (n ? n : 1) : (n + 63) / 64 + 64;
	parts = n / p->grain + 1;
	p->most = most_ones(p->c);
	p->word = maas_alloc(members, p->c->words * sizeof *p->word);
	p->row = maas_alloc(members, p->c->numbers * sizeof *p->row);
	p->why = maas_alloc(parts, sizeof *p->why);
	p->one = maas_alloc(n * p->most + p->c->words + p->c->numbers, sizeof *p->one);
	if (p->word && p->row && p->why && p->one) {
		maas_team_run(team, n, p->grain, prepare, p);
		for (rc = 0; parts-- > 0;)
			if (p->why[parts][0])
				rc = maas_fail("%s", p->why[parts]);
	}
	free(p->word);
	free(p->row);
	free(p->why);
	return rc;
}

/* The sparse features of row i: those that are 1, or its sparse numbers; and those of its text. */
static size_t
sparse_row(const struct maas_rowset *d, const struct preparing *p, size_t i, const struct maas_csr *text, size_t at,
    size_t from, uint32_t *col, double *val)
{
	const struct maas_columns *c = p->c;
	size_t n = 0;

	for (size_t e = c->sparse ? d->sparse.start[p->pick[i]] : 0; c->sparse && e < d->sparse.start[p->pick[i] + 1];
	     e++, n++)
		if (col) {
			col[n] = d->sparse.col[e];
			val[n] = d->sparse.val[e];
		}
	for (size_t k = 0; k < p->most && p->one[i * p->most + k] != UINT32_MAX; k++, n++)
		if (col) {
			col[n] = p->one[i * p->most + k] - (uint32_t)c->dense;
			val[n] = 1;
		}
	for (size_t e = text ? text->start[at] : 0; text && e < text->start[at + 1]; e++, n++)
		if (col) {
			col[n] = (uint32_t)(from + text->col[e]);
			val[n] = text->val[e];
		}
	return n;
}

static int
join(const struct maas_rowset *d, const struct preparing *p, size_t n, struct maas_csr *part, size_t grain,
    struct maas_csr *x)
{
	size_t nnz = 0, from = p->c->features - p->c->dense;

	if (!(x->start = maas_alloc(n + 1, sizeof *x->start)))
		return -1;
	for (size_t i = 0; i < n; i++)
		x->start[i + 1] = nnz +=
		    sparse_row(d, p, i, part ? &part[i / grain] : NULL, i % grain, from, NULL, NULL);
	if (!(x->col = maas_alloc(nnz, sizeof *x->col)) || !(x->val = maas_alloc(nnz, sizeof *x->val)))
		return -1;
	for (size_t i = 0; i < n; i++) {
		sparse_row(d, p, i, part ? &part[i / grain] : NULL, i % grain, from, x->col + x->start[i],
		    x->val + x->start[i]);
		if (part && (i + 1) % grain == 0)
			maas_csr_free(&part[i / grain]);
	}
	return 0;
}

int
maas_rowset_design(struct maas_rowset *d, const uint32_t *pick, size_t n, struct maas_team *team,
    const struct maas_columns *c, const struct maas_vectorizer *v, int use_up, struct maas_design *x)
{
	size_t grain = (n + 63) / 64 + 64, parts = (n + grain - 1) / grain;
	struct preparing p = { .d = d, .c = c, .pick = pick };
	struct maas_csr *part = NULL;
	int rc = -1;

	*x = (struct maas_design){ .rows = n, .dense = c->dense };
	x->cols = c->features + (v ? maas_vectorizer_size(v) : 0);
	x->sparse.rows = n;
	x->sparse.cols = x->cols - x->dense;
	if (x->cols >= UINT32_MAX)
		return maas_fail("%zu features are too many", x->cols);
	p.to = use_up ? d->x : maas_alloc(n, c->dense * sizeof *p.to);
	if (!p.to && c->dense)
		return -1;
	if (!c->sparse && prepare_all(&p, n, team, use_up && n < d->n) < 0)
		goto out;
	if (v && (!(part = maas_alloc(parts, sizeof *part)) || vectorize(d, pick, n, team, v, part, grain) < 0))
		goto out;
	rc = join(d, &p, n, part, grain, &x->sparse);
out:
	if (p.to == d->x)
		d->x = NULL;
	x->x = p.to;
	for (size_t i = 0; part && i < parts; i++)
		maas_csr_free(&part[i]);
	free(part);
	free(p.one);
	if (rc < 0)
		maas_design_free(x);
	return rc;
}
