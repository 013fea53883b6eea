/*
 * A recurrent layer over whole sequences, in one direction: h of each step from x and the h before.
 *
 * Sequences are sorted by length and taken in lots.  A lot's rows lie packed, step by step, those of one step that
 * have it side by side; so what is past a sequence's length is neither read nor computed, a lot is the same for both
 * directions, and what does not wait for the step before is one product over all steps: x W_ih^T, and, going back, the
 * gradients of both weights and of x.  A lot goes through its steps by itself, on one thread; its weights are packed
 * once for all of them, and stay in that core's cache.  States are f32, whatever the precision of the products.
 */
#include <string.h>

#include "op.h"

enum { X, LENGTHS, W_IH, W_HH, B_IH, B_HH };
enum { LOT = 8 }; /* sequences that go through their steps together */

struct attr {
	size_t time;
	enum maas_cell cell;
	int reverse;
};

/* What lies in y->save, by packed row where it is [N]. */
struct packed {
	uint32_t *order, *length; /* [n]: sequences, longest first; how long number k of these is */
	uint32_t *start;          /* [lots, time + 1]: where a step of a lot begins */
	uint32_t *from;           /* [N]: the row of x and y that it is */
	uint32_t *count;          /* [time + 2] */
	float *x, *gates;         /* [N, in], [N, G H] */
	float *hidden, *cell;     /* GRU: [N, 3 H], what h gives the gates; LSTM: [N, H] */
	float *before;            /* [N, H]: h of the step before */
	float *bias, *packed; /* [G H]: what gates begin with; W_hh as steps read it, or its turned one going back */
};

struct work {
	struct maas_node *y;
	const struct maas_run *run;
	const struct attr *a;
	const unsigned char *first; /* going back */
	struct packed p;
	size_t n, time, lots, rows; /* sequences, steps at most, packed rows, in use */
	size_t in, units, wide;     /* wide: of all gates */
};

static size_t
gates_of(enum maas_cell cell)
{
	static const unsigned char gates[] = { 1, 4, 3 };

	return gates[cell];
}

static size_t
lots_of(size_t n)
{
	return (n + LOT - 1) / LOT;
}

static size_t
larger(size_t a, size_t b)
{
	return a > b ? a : b;
}

static void *
carve(char *mem, size_t *at, size_t n, size_t size)
{
	void *p = mem ? mem + *at : NULL;

	*at += (n * size + 63) / 64 * 64;
	return p;
}

/* Bytes of save; p: their places, where there is memory. */
static size_t
places(struct packed *p, const struct maas_node *y, char *mem)
{
	const struct attr *a = y->attr;
	size_t in = op_last(y->in[X]), units = y->dim[y->ndim - 1], rows = maas_len(y) / units, n = rows / a->time;
	size_t wide = gates_of(a->cell) * units, at = 0;

	p->order = carve(mem, &at, n, sizeof(uint32_t));
	p->length = carve(mem, &at, n, sizeof(uint32_t));
	p->start = carve(mem, &at, lots_of(n) * (a->time + 1), sizeof(uint32_t));
	p->from = carve(mem, &at, rows, sizeof(uint32_t));
	p->count = carve(mem, &at, a->time + 2, sizeof(uint32_t));
	p->x = carve(mem, &at, rows * in, sizeof(float));
	p->gates = carve(mem, &at, rows * wide, sizeof(float));
	p->hidden = carve(mem, &at, a->cell == MAAS_CELL_GRU ? rows * wide : 0, sizeof(float));
	p->cell = carve(mem, &at, a->cell == MAAS_CELL_LSTM ? rows * units : 0, sizeof(float));
	p->before = carve(mem, &at, rows * units, sizeof(float));
	p->bias = carve(mem, &at, wide, sizeof(float));
	p->packed =
	    carve(mem, &at, larger(maas_packed_floats(wide, units), maas_packed_floats(units, wide)), sizeof(float));
	return at;
}

static int
check(const struct maas_node *y)
{
	struct maas_node *x = y->in[X], *lengths = y->in[LENGTHS], *w = y->in[W_HH];
	const struct attr *a = y->attr;
	size_t gates = gates_of(a->cell), units, in;

	if (op_sequences(x, lengths, a->time) < 0)
		return -1;
	in = op_last(x);
	if (w->ndim != 2)
		return maas_fail("a weight of %d dimensions, expected 2", w->ndim);
	units = w->dim[1];
	if (op_matrix(w, "weight_hh", gates * units, units) < 0 ||
	    op_matrix(y->in[W_IH], "weight_ih", gates * units, in) < 0 ||
	    (y->in[B_IH] && op_matrix(y->in[B_IH], "bias_ih", gates * units, 0) < 0) ||
	    (y->in[B_HH] && op_matrix(y->in[B_HH], "bias_hh", gates * units, 0) < 0))
		return -1;
	if (maas_len(x) / in > UINT32_MAX / 2 || gates * units > MAAS_PACKED_K || in > 1 << 30)
		return maas_fail("%zu rows of %zu, %zu units: more than it can do", maas_len(x) / in, in, units);
	return 0;
}

static int
shape(struct maas_node *y)
{
	size_t units;
	struct packed p;

	if (check(y) < 0)
		return -1;
	units = y->in[W_HH]->dim[1];
	y->ndim = 2;
	y->dim[0] = maas_len(y->in[X]) / op_last(y->in[X]);
	y->dim[1] = units;
	y->save_bytes = places(&p, y, NULL);
	y->scratch_bytes = maas_product_scratch() + 2 * LOT * units * sizeof(float);
	return 0;
}

static struct work
work(struct maas_node *y, const struct maas_run *run, const unsigned char *first)
{
	struct work w = { .y = y, .run = run, .a = y->attr, .first = first };

	places(&w.p, y, y->save);
	w.time = op_time(run, w.a->time);
	w.n = maas_rows(y->in[X], run) / w.time;
	w.lots = lots_of(w.n);
	w.in = op_last(y->in[X]);
	w.units = y->dim[1];
	w.wide = gates_of(w.a->cell) * w.units;
	return w;
}

/* Sequences by length, longest first, those of one length as they come. */
static void
sort(const struct work *w)
{
	const int32_t *given = w->y->in[LENGTHS]->val;
	uint32_t *count = w->p.count, at = 0;

	memset(count, 0, (w->time + 1) * sizeof *count);
	for (int pass = 0; pass < 2; pass++) {
		for (size_t r = 0; r < w->n; r++) {
			size_t length = given[r] <= 0 ? 0 : (size_t)given[r] < w->time ? (size_t)given[r] : w->time;

			if (!pass) {
				count[length]++;
				continue;
			}
			w->p.length[count[length]] = (uint32_t)length;
			w->p.order[count[length]++] = (uint32_t)r;
		}
		for (size_t l = w->time + 1; !pass && l-- > 0;) {
			uint32_t many = count[l];

			count[l] = at;
			at += many;
		}
	}
}

/* Where the steps of each lot begin, and which row of x each packed row is. */
static void
lay_out(struct work *w)
{
	const struct packed *p = &w->p;
	uint32_t at = 0;

	sort(w);
	for (size_t g = 0; g < w->lots; g++)
		for (size_t s = 0; s <= w->time; s++) {
			p->start[g * (w->time + 1) + s] = at;
			for (size_t k = g * LOT; k < w->n && k < (g + 1) * LOT && p->length[k] > s; k++)
				p->from[at++] =
				    (uint32_t)(p->order[k] * w->time + (w->a->reverse ? p->length[k] - 1 - s : s));
		}
	w->rows = at;
}

static void
gather(void *arg, size_t begin, size_t end, int member)
{
	const struct work *w = arg;
	const float *x = w->y->in[X]->val;

	(void)member;
	for (size_t i = begin; i < end; i++)
		memcpy(w->p.x + i * w->in, x + w->p.from[i] * w->in, w->in * sizeof *x);
}

/* One packed row's h, to where it belongs; place: in the lot's step, of which `next` have another. */
static void
row_fwd(const struct work *w, const uint32_t *step, size_t place, size_t next, int has_before)
{
	const struct packed *p = &w->p;
	size_t n = w->units, at = step[0] + place;
	float *h = (float *)w->y->val + p->from[at] * n, *gates = p->gates + at * w->wide;
	const float *before = p->before + at * n;

	switch (w->a->cell) {
	case MAAS_CELL_RNN: maas_rnn_fwd(h, gates, n); break;
	case MAAS_CELL_GRU: maas_gru_fwd(h, gates, p->hidden + at * w->wide, before, n); break;
	case MAAS_CELL_LSTM: /* no h before, and no c: both are 0 */
		maas_lstm_fwd(h, p->cell + at * n, gates, has_before ? p->cell + (step[-1] + place) * n : before, n);
		break;
	}
	if (place < next)
		memcpy(p->before + (step[1] + place) * n, h, n * sizeof *h);
}

static void
steps(void *arg, size_t begin, size_t end, int member)
{
	const struct work *w = arg;
	const struct packed *p = &w->p;
	struct maas_node *y = w->y, *bias = y->in[B_HH];
	void *scratch = (char *)w->run->scratch + (size_t)member * w->run->stride;
	int apart = w->a->cell == MAAS_CELL_GRU;

	for (size_t g = begin; g < end; g++) {
		const uint32_t *start = p->start + g * (w->time + 1);

		for (size_t k = g * LOT; k < w->n && k < (g + 1) * LOT; k++)
			memset((float *)y->val + (p->order[k] * w->time + p->length[k]) * w->units, 0,
			    (w->time - p->length[k]) * w->units * sizeof(float));
		memset(p->before + start[0] * w->units, 0, (start[1] - start[0]) * w->units * sizeof(float));
		for (size_t s = 0; s < w->time && start[s + 1] > start[s] && !op_halts(w->run); s++) {
			size_t now = start[s + 1] - start[s], next = s + 1 < w->time ? start[s + 2] - start[s + 1] : 0;

			maas_product_packed((apart ? p->hidden : p->gates) + start[s] * w->wide, w->wide,
			    (struct maas_matrix){ p->before + start[s] * w->units, MAAS_F32, w->units, 1 }, p->packed,
			    now, w->wide, w->units, w->run->precision, apart && bias ? bias->val : NULL, !apart,
			    scratch);
			for (size_t i = 0; i < now; i++)
				row_fwd(w, start + s, i, next, s > 0);
		}
	}
}

/* A GRU's second bias goes with what h gives. */
static void
add_biases(const struct work *w)
{
	const struct maas_node *a = w->y->in[B_IH], *b = w->a->cell == MAAS_CELL_GRU ? NULL : w->y->in[B_HH];

	memset(w->p.bias, 0, w->wide * sizeof(float));
	if (a)
		maas_add(w->p.bias, a->val, w->wide);
	if (b)
		maas_add(w->p.bias, b->val, w->wide);
}

static void
fwd(struct maas_node *y, const struct maas_run *run)
{
	struct work w = work(y, run, NULL);
	struct maas_epilogue e = { .bias = w.p.bias };

	lay_out(&w);
	add_biases(&w);
	maas_packed_fill(w.p.packed, (struct maas_matrix){ y->in[W_HH]->val, MAAS_F32, w.units, 1 }, w.wide, w.units,
	    run->precision);
	maas_team_run(run->team, w.rows, op_grain(w.in), gather, &w);
	if (w.rows)
		maas_product_team(run->team, w.p.gates, w.wide, (struct maas_matrix){ w.p.x, MAAS_F32, w.in, 1 },
		    op_weight(y->in[W_IH], 0, w.in, 1, run->precision), w.rows, w.wide, w.in, run->precision, &e,
		    run->scratch);
	maas_team_run(run->team, w.lots, 1, steps, &w);
}

/* One packed row: dh [units] is what the step behind it says, where fresh nothing; dc the same of c. */
static void
row_bwd(const struct work *w, const uint32_t *step, size_t place, float *dh, float *dc, int fresh, int has_before)
{
	const struct packed *p = &w->p;
	size_t n = w->units, at = step[0] + place;
	const float *dy = w->y->grad + p->from[at] * n, *before = p->before + at * n;
	float *gates = p->gates + at * w->wide;

	if (fresh) {
		memcpy(dh, dy, n * sizeof *dh);
		memset(dc, 0, n * sizeof *dc);
	} else {
		maas_add(dh, dy, n);
	}
	switch (w->a->cell) {
	case MAAS_CELL_RNN: maas_rnn_bwd(gates, dh, n); break;
	case MAAS_CELL_GRU: maas_gru_bwd(gates, p->hidden + at * w->wide, dh, before, n); break;
	case MAAS_CELL_LSTM:
		maas_lstm_bwd(
		    gates, dc, dh, p->cell + at * n, has_before ? p->cell + (step[-1] + place) * n : before, n);
		break;
	}
}

/* Gates become the gradients of their sums. */
static void
back_steps(void *arg, size_t begin, size_t end, int member)
{
	const struct work *w = arg;
	const struct packed *p = &w->p;
	char *scratch = (char *)w->run->scratch + (size_t)member * w->run->stride;
	float *dh = (float *)(scratch + maas_product_scratch()), *dc = dh + LOT * w->units;
	int apart = w->a->cell == MAAS_CELL_GRU;

	for (size_t g = begin; g < end; g++) {
		const uint32_t *start = p->start + g * (w->time + 1);
		size_t behind = 0;

		for (size_t s = w->time; s-- > 0;) {
			size_t now = start[s + 1] - start[s];

			for (size_t i = 0; i < now; i++)
				row_bwd(w, start + s, i, dh + i * w->units, dc + i * w->units, i >= behind, s > 0);
			if (now && s)
				maas_product_packed(dh, w->units,
				    (struct maas_matrix){
					(apart ? p->hidden : p->gates) + start[s] * w->wide, MAAS_F32, w->wide, 1 },
				    p->packed, now, w->units, w->wide, w->run->precision, NULL, apart, scratch);
			behind = now;
		}
	}
}

struct sums {
	const struct work *w;
	const float *gates;
	float *to;
	int add;
};

static void
columns(void *arg, size_t begin, size_t end, int member)
{
	const struct sums *s = arg;

	(void)member;
	maas_column_sums(s->to + begin, s->gates + begin, s->w->rows, s->w->wide, end - begin, s->add);
}

static void
clear(struct maas_node *x, int first)
{
	if (op_wants(x) && first)
		memset(x->grad, 0, maas_len(x) * sizeof(float));
}

/* Of a bias, and of a weight by what it was multiplied with, from the gradients of the gates' sums. */
static void
back_params(const struct work *w, int weight, int bias, const float *gates, const float *by, size_t in)
{
	const struct maas_run *run = w->run;
	struct maas_node *to = w->y->in[weight], *sum = w->y->in[bias];
	struct maas_epilogue e = { .add = !w->first[weight] };
	struct sums s = { w, gates, op_wants(sum) ? sum->grad : NULL, !w->first[bias] };

	if (!w->rows) {
		clear(to, w->first[weight]);
		clear(sum, w->first[bias]);
		return;
	}
	if (op_wants(sum))
		maas_team_run(run->team, w->wide, op_columns(w->rows), columns, &s);
	if (op_wants(to))
		maas_product_team(run->team, to->grad, in, (struct maas_matrix){ gates, MAAS_F32, 1, w->wide },
		    (struct maas_matrix){ by, MAAS_F32, 1, in }, w->wide, in, w->rows, run->precision, &e,
		    run->scratch);
}

/* The gradient of x from packed rows to where they belong; what is past a sequence's length has none. */
static void
scatter(void *arg, size_t begin, size_t end, int member)
{
	const struct work *w = arg;
	const struct packed *p = &w->p;
	float *dx = w->y->in[X]->grad;

	(void)member;
	for (size_t k = begin; k < end; k++) {
		const uint32_t *start = p->start + k / LOT * (w->time + 1);
		size_t length = p->length[k], last = p->order[k] * w->time + length;

		for (size_t s = 0; s < length; s++) {
			size_t at = start[s] + k % LOT;
			float *to = dx + p->from[at] * w->in;

			if (w->first[X])
				memcpy(to, p->x + at * w->in, w->in * sizeof *to);
			else
				maas_add(to, p->x + at * w->in, w->in);
		}
		if (w->first[X])
			memset(dx + last * w->in, 0, (w->time - length) * w->in * sizeof *dx);
	}
}

static void
bwd(struct maas_node *y, const struct maas_run *run, const unsigned char *first)
{
	struct work w = work(y, run, first);
	int apart = w.a->cell == MAAS_CELL_GRU;

	w.rows = w.lots ? w.p.start[w.lots * (w.time + 1) - 1] : 0;
	maas_packed_fill(w.p.packed, (struct maas_matrix){ y->in[W_HH]->val, MAAS_F32, 1, w.units }, w.units, w.wide,
	    run->precision);
	maas_team_run(run->team, w.lots, 1, back_steps, &w);
	back_params(&w, W_HH, B_HH, apart ? w.p.hidden : w.p.gates, w.p.before, w.units);
	back_params(&w, W_IH, B_IH, w.p.gates, w.p.x, w.in);
	if (!op_wants(y->in[X]))
		return;
	if (w.rows) /* x's gradient takes the place of x */
		maas_product_team(run->team, w.p.x, w.in, (struct maas_matrix){ w.p.gates, MAAS_F32, w.wide, 1 },
		    op_weight(y->in[W_IH], 0, 1, w.in, run->precision), w.rows, w.in, w.wide, run->precision, NULL,
		    run->scratch);
	maas_team_run(run->team, w.n, op_grain(w.time * w.in), scatter, &w);
}

static double
multiply_adds(const struct maas_node *y)
{
	return (double)y->dim[0] * ((double)maas_len(y->in[W_IH]) + (double)maas_len(y->in[W_HH]));
}

const struct maas_op maas_op_recurrent = {
	.name = "recurrent",
	.shape = shape,
	.fwd = fwd,
	.bwd = bwd,
	.products = multiply_adds,
	.needs = 1u << W_IH | 1u << W_HH,
	.optional = 1u << B_IH | 1u << B_HH,
};

struct maas_node *
maas_recurrent(struct maas_tape *t, struct maas_node *x, struct maas_node *lengths, const struct maas_cell_params *p,
    size_t time, enum maas_cell cell, int reverse)
{
	struct attr a = { time, cell, reverse };

	return maas_apply(t, &maas_op_recurrent,
	    (struct maas_node *[]){ x, lengths, p->w_ih, p->w_hh, p->b_ih, p->b_hh }, 6, &a, sizeof a);
}
