/* What training rows looked like: counted, and written to be kept in the model. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "maas/fmt.h"
#include "maas/text.h"
#include "witness.h"

#define SAMPLE   10000 /* rows looked at */
#define TEXTS    2000  /* of them, whose texts are parted into terms again */
#define COLUMNS  64    /* of numbers, and of categories */
#define VALUES   20    /* of a category */
#define FEATURES 1000
#define UNSURE   0.05  /* an index of labels that is taken for none at all */
#define BUDGET   12000 /* cells of all labels, of columns and of features each: about 20 kB of text */

struct maas_statistics {
	struct maas_arena *arena;
	const struct maas_rowset *set;
	size_t all, n;           /* rows; of the sample */
	uint32_t *row, *at;      /* [n] in the set, and among pick */
	size_t variables, cells; /* of variables */
	struct variable *variable;
	uint32_t *cell; /* [n][variables] */
};

static int
by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* Nine edges that part the sorted numbers into tenths, each once; a constant has one. */
static int
find_edges(struct maas_statistics *s, struct variable *v, const double *sorted, size_t n)
{
	if (!(v->edge = maas_take(s->arena, 9, sizeof *v->edge)))
		return -1;
	for (size_t i = 1; i < 10 && n; i++) {
		double e = sorted[i * (n - 1) / 10];

		if (!v->n || e > v->edge[v->n - 1])
			v->edge[v->n++] = e;
	}
	v->bins = v->n + 2;
	return 0;
}

/* A number of the rows: its edges; or nothing, where it is the same in all. */
static int
add_number(struct maas_statistics *s, size_t from, double *scratch)
{
	struct variable *v = &s->variable[s->variables];
	size_t n = 0;

	for (size_t i = 0; i < s->n; i++) {
		double x = s->set->x[s->row[i] * s->set->columns->numbers + from];

		if (!isnan(x))
			scratch[n++] = x;
	}
	qsort(scratch, n, sizeof *scratch, by_value);
	if (n == s->n && (!n || scratch[0] == scratch[n - 1]))
		return 0;
	*v = (struct variable){ .from = from, .at = s->cells };
	if (find_edges(s, v, scratch, n) < 0)
		return -1;
	s->cells += v->bins;
	s->variables++;
	return 0;
}

/* The commonest values of a category, of `most`; the first seen of equals. */
static int
add_word(struct maas_statistics *s, size_t from)
{
	struct variable *v = &s->variable[s->variables];
	const struct maas_names *names = &s->set->values[from];
	size_t *count = maas_alloc(names->n, sizeof *count);

	*v = (struct variable){ .from = from, .word = 1, .at = s->cells };
	if (!count || !(v->value = maas_take(s->arena, VALUES, sizeof *v->value))) {
		free(count);
		return -1;
	}
	for (size_t i = 0; i < s->n; i++)
		count[s->set->word[s->row[i] * s->set->columns->words + from]]++;
	while (v->n < VALUES) {
		size_t best = 0;

		for (size_t i = 1; i < names->n; i++)
			best = count[i] > count[best] ? i : best;
		if (!names->n || !count[best])
			break;
		count[best] = 0;
		v->value[v->n++] = names->name[best];
	}
	free(count);
	v->bins = v->n + 1;
	s->cells += v->bins;
	s->variables++;
	return 0;
}

/* Columns of the rows, evenly spaced where there are too many. */
static int
find_variables(struct maas_statistics *s)
{
	const struct maas_columns *c = s->set->columns;
	size_t numbers = s->set->x ? c->numbers : 0, words = s->set->word ? c->words : 0;
	double *scratch = maas_alloc(s->n, sizeof *scratch);
	int bad = !scratch || !(s->variable = maas_take(s->arena, 2 * COLUMNS, sizeof *s->variable));

	for (size_t i = 0, take = numbers < COLUMNS ? numbers : COLUMNS; i < take && !bad; i++)
		bad = add_number(s, i * numbers / take, scratch);
	for (size_t i = 0, take = words < COLUMNS ? words : COLUMNS; i < take && !bad; i++)
		bad = add_word(s, i * words / take);
	free(scratch);
	return bad ? -1 : 0;
}

static void
fill_cells(struct maas_statistics *s)
{
	for (size_t v = 0; v < s->variables; v++) {
		const struct variable *a = &s->variable[v];

		for (size_t i = 0; i < s->n; i++) {
			const struct maas_rowset *d = s->set;
			struct maas_span word;
			uint32_t *to = &s->cell[i * s->variables + v];

			if (!a->word) {
				*to = witness_cell(a, d->x + s->row[i] * d->columns->numbers, NULL);
				continue;
			}
			word = d->values[a->from].name[d->word[s->row[i] * d->columns->words + a->from]];
			*to = witness_cell(
			    &(struct variable){ .word = 1, .value = a->value, .n = a->n, .at = a->at }, NULL, &word);
		}
	}
}

struct maas_statistics *
maas_statistics_new(const struct maas_rowset *set, const uint32_t *pick, size_t n)
{
	struct maas_arena *arena = maas_arena_new(1 << 16);
	struct maas_statistics *s = arena ? maas_take(arena, 1, sizeof *s) : NULL;

	if (!s)
		goto fail;
	*s = (struct maas_statistics){ .arena = arena, .set = set, .all = n, .n = n < SAMPLE ? n : SAMPLE };
	if (!(s->row = maas_take(arena, s->n, sizeof *s->row)) || !(s->at = maas_take(arena, s->n, sizeof *s->at)))
		goto fail;
	for (size_t i = 0; i < s->n; i++) {
		s->at[i] = (uint32_t)(i * n / s->n);
		s->row[i] = pick[s->at[i]];
	}
	if (find_variables(s) < 0 || !(s->cell = maas_take(arena, s->n * s->variables, sizeof *s->cell)))
		goto fail;
	fill_cells(s);
	return s;
fail:
	maas_arena_free(arena);
	return NULL;
}

void
maas_statistics_free(struct maas_statistics *s)
{
	if (s)
		maas_arena_free(s->arena);
}

/* Columns for as many labels as there are: those first found stay. */
static void
cut_variables(struct witness *w, const struct maas_statistics *s)
{
	w->variable = s->variable;
	while (w->variables < s->variables) {
		const struct variable *v = &s->variable[w->variables];

		if ((v->at + v->bins) * w->labels > BUDGET && w->variables)
			break;
		w->variables++;
		w->first = v->at + v->bins;
	}
}

/* Are all terms of the training texts features?  1, 0; -1: no memory. */
static int
is_whole(const struct maas_vectorizer *v)
{
	static const char *const uncut[] = { "min-df 1\n", "max-df 1.0\n", "max-features 0\n" };
	struct maas_buf b = { 0 };
	int whole = maas_vectorizer_print(v, &b) < 0 ? -1 : 1;

	for (size_t i = 0; i < MAAS_COUNT(uncut) && whole > 0; i++)
		whole = strstr(b.s, uncut[i]) != NULL;
	maas_buf_free(&b);
	return whole;
}

/* The features of texts, or of sparse numbers, that most rows have.  And the share of terms that leaving out one of
 * their rows would lose: those of one row; where the vocabulary was cut those by a hair in it, in as few rows as the
 * tenth of features that are in the fewest (what it was cut by may be something else, by a little). */
static int
find_features(struct witness *w, const struct maas_data *d, size_t skip, int whole, double *scarce)
{
	const struct maas_csr *x = &d->x.sparse;
	size_t most = BUDGET / w->labels < FEATURES ? BUDGET / w->labels : FEATURES, found = 0, all = 0, lost = 0,
	       few = 0;
	uint32_t *rows = maas_alloc(x->cols, sizeof *rows);
	size_t *having = maas_alloc(d->n + 2, sizeof *having), cut = d->n + 1, above = 0, equal;

	if (!rows || !having || !(w->feature = maas_take(w->arena, most, sizeof *w->feature))) {
		free(rows);
		free(having);
		return -1;
	}
	for (size_t i = 0; x->start && i < x->start[x->rows]; i++)
		rows[x->col[i]] += x->val[i] != 0;
	/* having[n]: features that n rows have. */
	for (size_t i = skip; i < x->cols; i++)
		if (rows[i]) {
			having[rows[i]]++;
			all += rows[i];
			found++;
		}
	/* All features of more than `cut` rows, and the first of those of as many. */
	while (cut > 1 && above + having[cut - 1] <= most)
		above += having[--cut];
	equal = most - above;
	cut--;
	for (size_t i = skip; i < x->cols; i++)
		if (rows[i] > cut || (cut && rows[i] == cut && equal && equal--))
			w->feature[w->features++] = d->x.dense + i;
	for (size_t n = 1; n <= d->n && (n == 1 || (!whole && few <= found / 10)); n++) {
		few += having[n];
		lost += n * having[n];
	}
	*scarce = all ? (double)lost / (double)all : 0;
	free(rows);
	free(having);
	return 0;
}

/* Cells of a row of the sample: those of variables, then of features; *marks of them. */
static size_t
cells_of(const struct maas_statistics *s, const struct witness *w, const struct maas_data *d, size_t i, uint32_t *cell,
    size_t *marks)
{
	const struct maas_csr *x = &d->x.sparse;

	memcpy(cell, s->cell + i * s->variables, w->variables * sizeof *cell);
	*marks = 0;
	if (x->start) {
		size_t from = x->start[s->at[i]], n = x->start[s->at[i] + 1] - from;

		*marks = witness_marks(w, d->x.dense, x->col + from, x->val + from, n, cell + w->variables);
	}
	return w->variables + *marks;
}

static size_t
label_of(const struct witness *w, const struct maas_data *d, size_t at)
{
	return w->labels > 1 ? d->label[at] : 0;
}

/* What chance alone makes of the shares of labels: answers to rows like those of training, drawn and measured. */
static void
find_noise(struct witness *w, size_t n)
{
	enum { DRAWS = 12, ROWS = 1000 };
	double sum[LABELS] = { 0 }, share[LABELS], total = 0;

	for (size_t a = 0; a < w->labels; a++) {
		for (size_t t = 0; t < w->labels; t++)
			sum[a] += w->confusion[a * w->labels + t];
		sum[a] = sum[a] / (double)n + (a ? sum[a - 1] : 0);
	}
	for (uint64_t d = 0; d < DRAWS; d++) {
		double answers[LABELS] = { 0 };

		for (uint64_t i = 0; i < ROWS; i++) {
			double u = maas_uniform(1, d, i);
			size_t a = 0;

			while (a + 1 < w->labels && u >= sum[a])
				a++;
			answers[a]++;
		}
		witness_shares(w, answers, share);
		total += witness_index(w->rows, share, w->labels);
	}
	w->noise = total / DRAWS * ROWS;
}

/* Counts of the sample by label. */
static int
count_sample(const struct maas_statistics *s, struct witness *w, const struct maas_data *d, uint32_t *cell)
{
	size_t marks;

	w->cells = w->first + w->features;
	w->count = maas_take(w->arena, w->labels * w->cells, sizeof *w->count);
	w->rows = maas_take(w->arena, w->labels, sizeof *w->rows);
	w->confusion = maas_take(w->arena, w->labels * w->labels, sizeof *w->confusion);
	if (!w->count || !w->rows || !w->confusion)
		return -1;
	for (size_t i = 0; i < s->n; i++) {
		size_t n = cells_of(s, w, d, i, cell, &marks), k = label_of(w, d, s->at[i]);

		w->rows[k]++;
		for (size_t c = 0; c < n; c++)
			w->count[k * w->cells + cell[c]]++;
	}
	return witness_ready(w);
}

/* What the classifier says of each row left out; and with all of them in, which must not look like other shares of
 * labels, nor may chance in a thousand rows: else it tells labels apart too badly.  1: well enough. */
static int
judge_sample(const struct maas_statistics *s, struct witness *w, const struct maas_data *d, uint32_t *cell)
{
	double answers[LABELS] = { 0 }, share[LABELS];
	size_t marks;

	for (size_t i = 0; i < s->n; i++) {
		size_t n = cells_of(s, w, d, i, cell, &marks), k = label_of(w, d, s->at[i]);

		w->confusion[witness_answer(w, cell, n, marks, k) * w->labels + k]++;
		answers[witness_answer(w, cell, n, marks, NO_CELL)]++;
	}
	find_noise(w, s->n);
	witness_shares(w, answers, share);
	return witness_index(w->rows, share, w->labels) + w->noise / 1000 < UNSURE;
}

/* The share of terms that are no feature, of texts of the sample. */
static int
find_unknown(const struct maas_statistics *s, const struct maas_vectorizer *v, double *share)
{
	size_t n = s->n < TEXTS ? s->n : TEXTS, terms = 0, unknown = 0;
	struct maas_vectorize *z = maas_vectorize_new(v);
	int bad = !z;

	for (size_t i = 0; i < n && !bad; i++) {
		size_t m, have, lack;
		const uint32_t *col;
		const double *val;

		bad = maas_vectorize_text(z, s->set->text[s->row[i * s->n / n]], &col, &val, &m);
		maas_vectorize_seen(z, &have, &lack);
		terms += have;
		unknown += lack;
	}
	maas_vectorize_free(z);
	*share = terms ? (double)unknown / (double)terms : 0;
	return bad ? -1 : 0;
}

static int
put_sizes(struct maas_buf *b, const char *name, const size_t *v, size_t n)
{
	int bad = maas_buf_printf(b, ",\"%s\":[", name);

	for (size_t i = 0; i < n && !bad; i++)
		bad = maas_buf_printf(b, "%s%zu", i ? "," : "", v[i]);
	return bad || maas_buf_text(b, "]") ? -1 : 0;
}

static int
put_reals(struct maas_buf *b, const char *before, const double *v, size_t n)
{
	int bad = maas_buf_text(b, before);

	for (size_t i = 0; i < n && !bad; i++)
		bad = (i && maas_buf_text(b, ",")) || maas_json_put_real(b, v[i]);
	return bad || maas_buf_text(b, "]") ? -1 : 0;
}

static int
put_variable(struct maas_buf *b, const struct variable *v)
{
	int bad = maas_buf_printf(b, "{\"%s\":%zu", v->word ? "word" : "number", v->from);

	if (!v->word)
		return bad || put_reals(b, ",\"edges\":[", v->edge, v->n) || maas_buf_text(b, "}") ? -1 : 0;
	bad = bad || maas_buf_text(b, ",\"values\":[");
	for (size_t i = 0; i < v->n && !bad; i++)
		bad = (i && maas_buf_text(b, ",")) || maas_json_put_text(b, v->value[i]);
	return bad || maas_buf_text(b, "]}") ? -1 : 0;
}

static int
put_witness(struct maas_buf *b, const struct witness *w)
{
	int bad = maas_buf_printf(b, "{\"version\":1,\"labels\":%zu,\"columns\":[", w->labels);

	for (size_t i = 0; i < w->variables && !bad; i++)
		bad = (i && maas_buf_text(b, ",")) || put_variable(b, &w->variable[i]);
	bad = bad || maas_buf_text(b, "]") || put_sizes(b, "features", w->feature, w->features) ||
	    put_reals(b, ",\"rows\":[", w->rows, w->labels) || maas_buf_text(b, ",\"counts\":[");
	for (size_t k = 0; k < w->labels && !bad; k++) {
		bad = maas_buf_text(b, k ? ",[" : "[");
		for (size_t c = 0; c < w->cells && !bad; c++)
			bad = maas_buf_printf(b, "%s%u", c ? "," : "", w->count[k * w->cells + c]);
		bad = bad || maas_buf_text(b, "]");
	}
	bad = bad || put_reals(b, "],\"confusion\":[", w->confusion, w->labels * w->labels) ||
	    maas_buf_text(b, ",\"noise\":") || maas_json_put_real(b, w->noise) || maas_buf_text(b, ",\"unknown\":") ||
	    maas_json_put_real(b, w->unknown);
	return bad || maas_buf_text(b, "}") ? -1 : 0;
}

/* Sparse columns that are no features of texts or of sparse rows: one-hot values, which are counted as columns; all,
 * where features are something else (components). */
static size_t
skipped(const struct maas_data *d, const struct maas_columns *learnt, const struct maas_vectorizer *v)
{
	if (!learnt)
		return 0;
	if (learnt->sparse)
		return 0;
	if (learnt->features + (v ? maas_vectorizer_size(v) : 0) != d->x.cols || learnt->dense != d->x.dense)
		return d->x.sparse.cols;
	return learnt->features - learnt->dense;
}

int
maas_statistics_print(const struct maas_statistics *s, const struct maas_data *d, const struct maas_columns *learnt,
    const struct maas_vectorizer *v, struct maas_buf *b)
{
	struct witness w = { .labels = d->labels > 1 && d->labels <= LABELS ? d->labels : 1, .unknown = NAN };
	double scarce, unknown = 0;
	uint32_t *cell;
	int rc = -1, whole = v ? is_whole(v) : 0;

	if (whole < 0 || !(w.arena = maas_arena_new(1 << 16)))
		return -1;
	cut_variables(&w, s);
	if (find_features(&w, d, skipped(d, learnt, v), whole, &scarce) < 0 ||
	    !(cell = maas_take(w.arena, w.variables + w.features, sizeof *cell)) || count_sample(s, &w, d, cell) < 0)
		goto end;
	if (w.labels > 1 && !judge_sample(s, &w, d, cell)) {
		w.labels = 1;
		if (count_sample(s, &w, d, cell) < 0)
			goto end;
	}
	/* Without the texts, of a vocabulary that was not cut: all their terms are features. */
	if (v && s->set->text && find_unknown(s, v, &unknown) < 0)
		goto end;
	if (v && (s->set->text || whole))
		w.unknown = unknown + (1 - unknown) * scarce;
	rc = put_witness(b, &w);
end:
	maas_arena_free(w.arena);
	return rc;
}
