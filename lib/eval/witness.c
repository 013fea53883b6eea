/* A naive Bayes classifier over cells, and the shares of labels behind its answers. */
#include <math.h>
#include <string.h>

#include "witness.h"

enum { ROUNDS = 500 }; /* of expectation maximisation */

uint32_t
witness_cell(const struct variable *v, const double *x, const struct maas_span *word)
{
	size_t i = 0;

	if (v->word ? !word : !x)
		return NO_CELL;
	if (v->word) {
		const struct maas_span *w = &word[v->from];

		while (i < v->n && (v->value[i].n != w->n || (w->n && memcmp(v->value[i].s, w->s, w->n))))
			i++;
	} else if (isnan(x[v->from])) {
		i = v->n + 1;
	} else {
		while (i < v->n && x[v->from] > v->edge[i])
			i++;
	}
	return (uint32_t)(v->at + i);
}

size_t
witness_marks(const struct witness *w, size_t first, const uint32_t *col, const double *val, size_t n, uint32_t *cell)
{
	size_t found = 0, f = 0;

	for (size_t i = 0; i < n && f < w->features; i++) {
		size_t feature = first + col[i], lo = f, hi = w->features;

		while (lo < hi) {
			size_t mid = lo + (hi - lo) / 2;

			if (w->feature[mid] < feature)
				lo = mid + 1;
			else
				hi = mid;
		}
		f = lo;
		if (f < w->features && w->feature[f] == feature && (!val || val[i] != 0))
			cell[found++] = (uint32_t)(w->first + f);
	}
	return found;
}

/* How many cells there are beside this one: of its variable, or of features. */
static void
make_sizes(const struct witness *w, double *size)
{
	for (size_t i = 0; i < w->variables; i++)
		for (size_t c = 0; c < w->variable[i].bins; c++)
			size[w->variable[i].at + c] = (double)w->variable[i].bins;
	for (size_t c = w->first; c < w->cells; c++)
		size[c] = (double)w->features;
}

int
witness_ready(struct witness *w)
{
	double *size = maas_take(w->arena, w->cells, sizeof *size);

	w->marks = maas_take(w->arena, w->labels, sizeof *w->marks);
	w->logp = maas_take(w->arena, w->labels * w->cells, sizeof *w->logp);
	if (!size || !w->marks || !w->logp)
		return -1;
	make_sizes(w, size);
	for (size_t k = 0; k < w->labels; k++) {
		const uint32_t *count = w->count + k * w->cells;

		for (size_t c = w->first; c < w->cells; c++)
			w->marks[k] += count[c];
		/* One more in each cell (Laplace). */
		for (size_t c = 0; c < w->cells; c++)
			w->logp[k * w->cells + c] =
			    log((count[c] + 1.0) / ((c < w->first ? w->rows[k] : w->marks[k]) + size[c]));
	}
	return 0;
}

/* The score of label k for a row that is not among those counted. */
static double
score_of(const struct witness *w, size_t k, const uint32_t *cell, size_t n)
{
	double sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += w->logp[k * w->cells + cell[i]];
	return sum;
}

/* The same for a row that is, and counts as if it were not. */
static double
score_without(const struct witness *w, size_t k, const uint32_t *cell, size_t n, size_t marks)
{
	double sum = 0;
	size_t v = 0;

	for (size_t i = 0; i < n; i++) {
		double count = w->count[k * w->cells + cell[i]];

		if (cell[i] >= w->first) {
			sum += log(count / (w->marks[k] - (double)marks + (double)w->features));
			continue;
		}
		while (cell[i] >= w->variable[v].at + w->variable[v].bins)
			v++;
		sum += log(count / (w->rows[k] - 1 + (double)w->variable[v].bins));
	}
	return sum;
}

size_t
witness_answer(const struct witness *w, const uint32_t *cell, size_t n, size_t marks, size_t own)
{
	double most = -INFINITY;
	size_t best = 0;

	for (size_t k = 0; k < w->labels; k++) {
		double s = k == own ? score_without(w, k, cell, n, marks) : score_of(w, k, cell, n);

		if (s > most) {
			most = s;
			best = k;
		}
	}
	return best;
}

void
witness_shares(const struct witness *w, const double *answers, double *share)
{
	size_t k = w->labels;
	double all = 0, n = 0;

	for (size_t i = 0; i < k; i++) {
		all += w->rows[i];
		n += answers[i];
	}
	for (size_t i = 0; i < k; i++)
		share[i] = w->rows[i] / all;
	if (!(n > 0))
		return;
	for (int round = 0; round < ROUNDS; round++) {
		double gain[LABELS] = { 0 };

		for (size_t a = 0; a < k; a++) {
			double q = 0;

			/* P(answer a) = sum over t of P(a | t) share(t) */
			for (size_t t = 0; t < k; t++)
				q += w->rows[t] > 0 ? w->confusion[a * k + t] / w->rows[t] * share[t] : 0;
			for (size_t t = 0; t < k && q > 0; t++)
				gain[t] +=
				    w->rows[t] > 0 ? answers[a] / n * w->confusion[a * k + t] / w->rows[t] / q : 0;
		}
		for (size_t t = 0; t < k; t++)
			share[t] *= gain[t];
	}
}

double
witness_index(const double *before, const double *now, size_t n)
{
	double b = 0, a = 0, sum = 0;

	for (size_t i = 0; i < n; i++) {
		b += before[i];
		a += now[i];
	}
	for (size_t i = 0; i < n && a > 0 && b > 0; i++) {
		double x = fmax(before[i] / b, FLOOR), y = fmax(now[i] / a, FLOOR);

		sum += (y - x) * log(y / x);
	}
	return sum;
}
