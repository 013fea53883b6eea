/* One record in, scores out: the columns, the vectoriser and the labels of an open model around its kind. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "rows.h"

static void
rows_free(struct maas_rows *r)
{
	if (!r)
		return;
	maas_columns_free(r->columns);
	maas_vectorizer_free(r->v);
	maas_tokenizer_free(r->tokenizer);
	maas_lexicon_free(r->lexicon);
	free(r);
}

static int
read_temperature(const struct maas_model *m, double *to)
{
	const char *text = maas_model_meta(m, "maas.temperature");

	*to = 1;
	if (text && (maas_parse_real(maas_span(text), to) < 0 || !(*to >= 1e-6 && *to <= 1e6)))
		return maas_fail("maas.temperature: '%s', wanted a number above 0", text);
	return 0;
}

/* A kind that reads sequences has a column of text, and what parts it into places. */
static int
open_spelling(struct maas_model *m, struct maas_rows *r)
{
	const struct maas_rows_ops *ops = m->kind->rows;
	struct maas_span lexicon = maas_model_part(m, "lexicon");

	if (!ops || !ops->longest || (ops->reads && (r->frame = maas_columns_frame(r->columns))))
		return 0;
	if (!r->columns->texts || r->v)
		return maas_fail(r->v ? "a vectorizer in a model that reads sequences" : "no column of text");
	if (lexicon.s && !ops->reads)
		return maas_fail("a lexicon, and %s models read tokens", m->kind->name);
	if (lexicon.s ? !(r->lexicon = maas_lexicon_open(lexicon)) : !(r->tokenizer = maas_model_tokenizer(m)))
		return -1;
	if (r->lexicon && maas_lexicon_tagged(r->lexicon) != r->tagging)
		return maas_fail("a lexicon of %s", r->tagging ? "texts in a model that tags words" : "tagged words");
	r->spelling = (struct maas_spelling){
		.tokenizer = r->tokenizer, .lexicon = r->lexicon, .longest = ops->longest(m), .words = r->tagging
	};
	return 0;
}

/* Are texts read in their order? */
static int
reads(const struct maas_rows *r)
{
	return r->tokenizer || r->lexicon;
}

static int
parts(struct maas_model *m, struct maas_rows *r, size_t features, size_t outputs)
{
	struct maas_span columns = maas_model_part(m, "columns"), v = maas_model_part(m, "vectorizer");

	if (!columns.s)
		return maas_fail("the part columns is missing");
	if (!(r->columns = maas_columns_open(columns)) || (v.s && !(r->v = maas_vectorizer_open(v))) ||
	    (maas_model_part(m, "labels").s && labels_parse(m, r) < 0))
		return -1;
	r->tagging = r->columns->format == &maas_format_conll && r->columns->labelled;
	if (read_temperature(m, &r->temperature) < 0 || path_open(m, r) < 0 || open_spelling(m, r) < 0)
		return -1;
	r->before = r->columns->features;
	r->features = r->before + (r->v ? maas_vectorizer_size(r->v) : 0);
	r->outputs = outputs;
	if (!r->columns->texts != !r->v && !reads(r))
		return maas_fail(r->v ? "a vectorizer, but no column of text" : "a column of text, but no vectorizer");
	if (!m->kind->rows) /* a vectoriser alone: no weights */
		return r->v ? 0 : maas_fail("the part vectorizer is missing");
	if (r->features != features && !r->frame) /* weights are those of one frame */
		return maas_fail(
		    "weights for %zu features, the columns and the vectorizer make %zu", features, r->features);
	if (!(m->kind->rows->tasks & (r->tagging ? MAAS_TAGS : r->labels ? MAAS_CLASSES : MAAS_VALUES)))
		return maas_fail(r->labels ? "labels in a model of numbers" : "no labels");
	if (outputs != r->labels && !(!r->tagging && outputs == 1 && (r->labels == 0 || r->labels == 2)))
		return maas_fail("%zu outputs, %zu labels", outputs, r->labels);
	return 0;
}

int
maas_rows_open(struct maas_model *m, size_t features, size_t outputs)
{
	struct maas_rows *r = maas_alloc(1, sizeof *r);

	if (!r)
		return -1;
	r->m = m;
	if (parts(m, r, features, outputs) < 0) {
		rows_free(r);
		return m->path ? maas_in("%s", m->path) : -1;
	}
	m->ready = r;
	return 0;
}

void
maas_rows_close(struct maas_model *m)
{
	rows_free(m->ready);
	m->ready = NULL;
}

const struct maas_rows *
maas_rows_of(const struct maas_model *m)
{
	if (!m->kind->rows || !m->ready) {
		maas_fail_as(
		    MAAS_USAGE, "%s: a %s model does not answer rows", m->path ? m->path : "model", m->kind->name);
		return NULL;
	}
	return m->ready;
}

const struct maas_vectorizer *
maas_model_vectorizer(const struct maas_model *m, const struct maas_columns **columns)
{
	const struct maas_rows *r = m->kind->done == maas_rows_close ? m->ready : NULL;

	if (!r || !r->v) {
		maas_fail("%s: a %s model without a vectorizer", m->path ? m->path : "model", m->kind->name);
		return NULL;
	}
	*columns = r->columns;
	return r->v;
}

int
maas_rows_tagging(const struct maas_rows *r)
{
	return r->tagging;
}

const struct maas_spelling *
maas_rows_spelling(const struct maas_rows *r)
{
	return reads(r) ? &r->spelling : NULL;
}

size_t
maas_rows_labels(const struct maas_rows *r)
{
	return r->labels;
}

size_t
maas_rows_scores(const struct maas_rows *r)
{
	return r->labels ? r->labels : 1;
}

struct maas_span
maas_rows_label(const struct maas_rows *r, size_t i)
{
	return r->label[i];
}

const struct maas_columns *
maas_rows_columns(const struct maas_rows *r)
{
	return r->columns;
}

size_t
maas_rows_features(const struct maas_rows *r)
{
	return r->features;
}

int
rows_work_new(const struct maas_rows *r, void **to)
{
	const struct maas_rows_ops *ops = r->m->kind->rows;
	size_t bytes = ops && ops->scratch ? (ops->scratch(r->m, MAAS_ROWS) + 63) / 64 * 64 : 0;

	*to = NULL;
	if (ops && ops->work)
		return (*to = ops->work(r->m)) ? 0 : -1;
	if (bytes && !(*to = aligned_alloc(64, bytes)))
		return maas_fail_as(MAAS_OS, "no memory for %zu bytes of scratch", bytes);
	return 0;
}

void
rows_work_free(const struct maas_rows *r, void *work)
{
	const struct maas_rows_ops *ops = r->m->kind->rows;

	if (work && ops->end)
		ops->end(work);
	else
		free(work);
}

/* Rooms of fixed size. */
static int
make_room(struct maas_rows_call *c)
{
	const struct maas_rows *r = c->r;

	c->x = (struct maas_design){
		.cols = r->features, .dense = r->columns->dense, .sparse = { .cols = r->features - r->columns->dense }
	};
	if (!(c->x.x = maas_alloc(MAAS_ROWS, c->x.dense * sizeof *c->x.x)) ||
	    !(c->x.sparse.start = maas_alloc(MAAS_ROWS + 1, sizeof *c->x.sparse.start)) ||
	    !(c->one = maas_alloc(r->columns->words + r->columns->numbers, sizeof *c->one)) ||
	    !(c->number = maas_alloc(r->columns->numbers, sizeof *c->number)) ||
	    !(c->out = maas_alloc(MAAS_ROWS, (r->outputs + 1) * sizeof *c->out)) ||
	    !(c->score = maas_alloc(MAAS_ROWS, maas_rows_scores(r) * sizeof *c->score)) ||
	    (r->frame && !(c->x.seq.start = maas_alloc(MAAS_ROWS + 1, sizeof *c->x.seq.start))))
		return -1;
	c->x.seq.frame = r->frame;
	return rows_work_new(r, &c->scratch);
}

struct maas_rows_call *
maas_rows_call_new(const struct maas_rows *r)
{
	struct maas_rows_call *c = maas_alloc(1, sizeof *c);

	if (!c)
		return NULL;
	c->r = r;
	if ((r->v && !(c->z = maas_vectorize_new(r->v))) ||
	    (reads(r) && !(c->speller = maas_speller_new(&r->spelling))) ||
	    !(c->reader = maas_reader_new(r->columns, NULL)) || make_room(c) < 0) {
		maas_rows_call_free(c);
		return NULL;
	}
	return c;
}

void
maas_rows_call_forget(struct maas_rows_call *c)
{
	maas_reader_forget(c->reader);
	maas_vectorize_forget(c->z);
	maas_speller_forget(c->speller);
	sequence_wipe(&c->x.seq, &c->room);
	sequence_wipe(&c->tell.x.seq, &c->tell.room);
	sequence_wipe(&c->words.seq, &c->words_room);
	maas_buf_wipe(&c->text);
	maas_buf_wipe(&c->tell.name);
	maas_buf_wipe(&c->tell.text);
	if (c->tell.arena)
		maas_arena_reset(c->tell.arena);
}

void
maas_rows_call_free(struct maas_rows_call *c)
{
	if (!c)
		return;
	maas_reader_free(c->reader);
	maas_vectorize_free(c->z);
	maas_speller_free(c->speller);
	maas_buf_free(&c->text);
	telling_free(&c->tell);
	maas_design_free(&c->x);
	maas_design_free(&c->words);
	free(c->word_out);
	free(c->word_score);
	free(c->word_tag);
	free(c->word_p);
	free(c->one);
	free(c->number);
	free(c->out);
	free(c->score);
	rows_work_free(c->r, c->scratch);
	free(c);
}

static int
put(struct maas_rows_call *c, size_t col, double val)
{
	struct maas_csr *s = &c->x.sparse;

	if (maas_grow(&s->col, c->nnz, &c->col_cap, 1, sizeof *s->col) < 0 ||
	    maas_grow(&s->val, c->nnz, &c->val_cap, 1, sizeof *s->val) < 0)
		return -1;
	s->col[c->nnz] = (uint32_t)col;
	s->val[c->nnz++] = val;
	return 0;
}

/* Features of the columns: dense ones to their place, the others behind what is there. */
static int
put_columns(struct maas_rows_call *c, const struct maas_row *row)
{
	const struct maas_columns *k = c->r->columns;
	size_t dense = c->x.dense, n = 0, i;

	if (k->sparse) {
		for (i = 0; i < row->nnz; i++)
			if (row->col[i] < k->numbers && put(c, row->col[i], row->val[i]) < 0)
				return -1;
		return 0;
	}
	if (maas_columns_prepare(k, row->x, row->word, c->x.x + c->x.rows * dense, c->one, &n) < 0)
		return -1;
	if (k->numbers)
		memcpy(c->number, row->x, k->numbers * sizeof *c->number);
	for (i = 0; i < n; i++)
		if (put(c, c->one[i] - dense, 1) < 0)
			return -1;
	return 0;
}

static int
put_text(struct maas_rows_call *c, struct maas_span text)
{
	struct maas_csr *s = &c->x.sparse;
	const uint32_t *col;
	const double *val;
	size_t n, from = c->r->before - c->x.dense;

	if (maas_vectorize_text(c->z, text, &col, &val, &n) < 0)
		return -1;
	if (maas_grow(&s->col, c->nnz, &c->col_cap, n, sizeof *s->col) < 0 ||
	    maas_grow(&s->val, c->nnz, &c->val_cap, n, sizeof *s->val) < 0)
		return -1;
	for (size_t i = 0; i < n; i++, c->nnz++) {
		s->col[c->nnz] = (uint32_t)(from + col[i]);
		s->val[c->nnz] = val[i];
	}
	c->text.n = 0;
	return maas_buf_add(&c->text, text.s, text.n);
}

/* The text's ids behind those of the rows before. */
static int
put_sequence(struct maas_rows_call *c, struct maas_span text)
{
	struct maas_spelt_text spelt;

	if (!text.s)
		return maas_fail("no text");
	if (maas_speller_text(c->speller, text, &spelt) < 0 || sequence_put(&c->x.seq, c->x.rows, &spelt, &c->room) < 0)
		return -1;
	c->text.n = 0;
	return maas_buf_add(&c->text, text.s, text.n);
}

/* A row of features that a vectoriser has made already, for a model that takes texts. */
static int
put_ready(struct maas_rows_call *c, const struct maas_row *row)
{
	size_t dense = c->x.dense;
	double *x = c->x.x + c->x.rows * dense;

	memset(x, 0, dense * sizeof *x);
	for (size_t i = 0; i < row->nnz; i++)
		if (row->col[i] < dense)
			x[row->col[i]] = row->val[i];
		else if (row->col[i] < c->r->features && put(c, row->col[i] - dense, row->val[i]) < 0)
			return -1;
	if (dense)
		memcpy(c->number, x, dense * sizeof *x);
	return 0;
}

/* Begin anew. */
static void
clear(struct maas_rows_call *c)
{
	c->x.rows = c->x.sparse.rows = c->nnz = 0;
	c->alone = 0;
}

int
maas_rows_add(struct maas_rows_call *c, const struct maas_row *row)
{
	size_t nnz;
	int bad;

	if (c->alone)
		clear(c);
	nnz = c->nnz;
	if (row->bad)
		return maas_fail("%s", row->bad);
	if (c->r->tagging)
		return maas_fail("the model tags each word of a text, and has no answer for the whole");
	if (c->x.rows == MAAS_ROWS)
		return maas_fail_as(MAAS_INTERNAL, "%d rows are in already", MAAS_ROWS);
	c->text.n = 0;
	if (c->z && !row->text.s)
		bad = row->col ? put_ready(c, row) : maas_fail("no text");
	else
		bad = put_columns(c, row) < 0 || (c->z && put_text(c, row->text) < 0) ||
		    (c->speller && put_sequence(c, row->text) < 0);
	if (c->r->frame && !bad)
		c->x.seq.start[c->x.rows + 1] = c->x.seq.start[c->x.rows] + maas_columns_frames(c->r->columns, row->x);
	if (bad) {
		c->nnz = nnz;
		return -1;
	}
	c->x.sparse.rows = ++c->x.rows;
	c->x.sparse.start[c->x.rows] = c->nnz;
	c->last = row;
	c->last_from = nnz;
	c->last_n = c->nnz - nnz;
	return 0;
}

void
maas_rows_last(const struct maas_rows_call *c, struct maas_rows_last *to)
{
	*to = (struct maas_rows_last){ .row = c->last,
		.first = c->x.dense,
		.n = c->last_n,
		.col = c->last_n ? c->x.sparse.col + c->last_from : NULL,
		.val = c->last_n ? c->x.sparse.val + c->last_from : NULL };
	if (c->z && c->last->text.s)
		maas_vectorize_seen(c->z, &to->terms, &to->unknown);
}

void
maas_rows_scale(double *score, const double *out, size_t n, size_t labels, size_t outputs, double temperature)
{
	for (size_t i = 0; i < n; i++, out += outputs) {
		double *p = score + i * (labels ? labels : 1), most = out[0], sum = 0;

		if (!labels) {
			p[0] = out[0];
			continue;
		}
		if (outputs == 1) {
			double e = exp(-fabs(out[0]) / temperature), big = 1 / (1 + e), small = e / (1 + e);

			p[1] = out[0] >= 0 ? big : small;
			p[0] = out[0] >= 0 ? small : big;
			continue;
		}
		for (size_t k = 1; k < labels; k++)
			most = out[k] > most ? out[k] : most;
		for (size_t k = 0; k < labels; k++)
			sum += p[k] = exp((out[k] - most) / temperature);
		for (size_t k = 0; k < labels; k++)
			p[k] /= sum;
	}
}

const double *
maas_rows_run(struct maas_rows_call *c, size_t *rows)
{
	const struct maas_rows *r = c->r;

	*rows = c->x.rows;
	if (c->x.rows)
		r->m->kind->rows->apply(r->m, &c->x, c->out, c->scratch);
	maas_rows_scale(c->score, c->out, c->x.rows, r->labels, r->outputs, r->temperature);
	clear(c);
	return c->score;
}

/* What the workers of maas_rows_apply share. */
struct applying {
	const struct maas_rows *r;
	const struct maas_design *x;
	double *score, *out; /* [answers][scores]; [members][room][outputs] */
	size_t room;         /* answers that MAAS_ROWS rows want at most */
	void **work;         /* [members] */
};

static void
apply_some(void *arg, size_t begin, size_t end, int member)
{
	const struct applying *a = arg;
	const struct maas_rows *r = a->r;
	struct maas_design part = maas_design_part(a->x, begin, end - begin);
	double *out = a->out + (size_t)member * a->room * r->outputs,
	       *score = a->score + maas_design_answers(a->x, 0, begin) * maas_rows_scores(r);

	r->m->kind->rows->apply(r->m, &part, out, a->work[member]);
	maas_rows_scale(score, out, maas_design_answers(a->x, begin, end), r->labels, r->outputs, r->temperature);
}

int
maas_rows_apply(const struct maas_rows *r, const struct maas_design *x, struct maas_team *team, double *score)
{
	size_t members = (size_t)maas_team_size(team), made = 0;
	struct applying a = { .r = r, .x = x, .score = score };
	int rc = -1;

	for (size_t i = 0; i < x->rows; i += MAAS_ROWS) {
		size_t n = maas_design_answers(x, i, i + MAAS_ROWS < x->rows ? i + MAAS_ROWS : x->rows);

		a.room = n > a.room ? n : a.room;
	}
	a.out = maas_alloc(members, a.room * r->outputs * sizeof *a.out);
	a.work = maas_alloc(members, sizeof *a.work);
	while (a.out && a.work && made < members && rows_work_new(r, &a.work[made]) == 0)
		made++;
	if (made == members) {
		maas_team_run(team, x->rows, MAAS_ROWS, apply_some, &a);
		rc = 0;
	}
	while (made-- > 0)
		rows_work_free(r, a.work[made]);
	free(a.out);
	free(a.work);
	return rc;
}

int
maas_rows_sound(const double *score)
{
	/* Where one of many probabilities is no number, all are. */
	return isfinite(score[0]) ? 0 : maas_fail("the model's answer is not a number: a value is too large for it");
}

const struct maas_design *
maas_rows_design(struct maas_rows_call *c, const struct maas_row *row)
{
	clear(c);
	if (maas_rows_add(c, row) < 0)
		return NULL;
	c->alone = 1;
	return &c->x;
}

int
maas_rows_row(struct maas_rows_call *c, const struct maas_row *row, double *score)
{
	const struct maas_rows *r = c->r;

	if (!maas_rows_design(c, row))
		return -1;
	r->m->kind->rows->apply(r->m, &c->x, c->out, c->scratch);
	maas_rows_scale(c->score, c->out, 1, r->labels, r->outputs, r->temperature);
	if (score)
		memcpy(score, c->score, maas_rows_scores(r) * sizeof *score);
	return maas_rows_sound(c->score);
}

int
maas_rows_text(struct maas_rows_call *c, struct maas_span text, double *score)
{
	if (maas_reader_text(c->reader, text, &c->own) < 0)
		return -1;
	return maas_rows_row(c, &c->own, score);
}

int
maas_rows_record(struct maas_rows_call *c, struct maas_span record, double *score)
{
	if (maas_reader_parse(c->reader, record, &c->own) < 0)
		return -1;
	return maas_rows_row(c, &c->own, score);
}

int
maas_rows_answer(struct maas_model *m, struct maas_span input, struct maas_buf *b)
{
	const struct maas_rows *r = m->ready;
	struct maas_rows_call *c = maas_rows_call_new(r);
	int rc = -1;

	if (c && r->tagging) {
		rc = rows_answer_tags(c, input, b);
	} else if (c && maas_rows_record(c, input, NULL) == 0) {
		size_t best = maas_argmax_f64(c->score, r->labels);

		rc = r->labels ? maas_buf_add(b, r->label[best].s, r->label[best].n) || maas_buf_text(b, "\t") : 0;
		if (rc == 0)
			rc = maas_buf_printf(b, "%.9g", c->score[best]);
	}
	maas_rows_call_free(c);
	return rc ? -1 : 0;
}
