/*
 * Where values, saved numbers and gradients live.  Time runs from 0 to 2n - 1: node i is computed
 * at i, and its backward turn is at 2n - 1 - i.  Each piece of memory is needed from one time to
 * another; pieces are placed largest first, each at the lowest place free for its time
 * (Pisarchyk & Lee 2020, "Efficient memory management for deep neural net inference").
 */
#include <stdlib.h>
#include <string.h>

#include "late.h"
#include "tape.h"

#define ALIGN 64

struct piece {
	size_t bytes, begin, end, at, order;
	struct maas_node *node;
	enum { VALUE, SAVE, GRAD } what;
};

struct plan {
	struct maas_tape *t;
	size_t *last, *last_back; /* by node: its last use forward; the earliest writer of its gradient */
	struct piece *piece;
	size_t n;
	int train;
};

static size_t
padded(size_t bytes)
{
	return (bytes + ALIGN - 1) / ALIGN * ALIGN;
}

static size_t
back(const struct plan *p, size_t i)
{
	return 2 * p->t->n - 1 - i;
}

static void
later(size_t *a, size_t b)
{
	*a = b > *a ? b : *a;
}

/* Which nodes the loss depends on, and who writes a gradient first. */
static void
mark(struct plan *p, unsigned char *written)
{
	struct maas_tape *t = p->t;

	t->turn[tape_root(t->loss)->id].reached = 1;
	for (size_t i = t->n; i-- > 0;) {
		struct maas_node *y = t->node[i];
		struct maas_turn *turn = &t->turn[i];

		if (!turn->reached || !y->op || !(y->flags & MAAS_WANTS_GRAD)) {
			turn->reached = 0;
			continue;
		}
		for (int k = 0; k < y->nin; k++) {
			struct maas_node *x = y->in[k] ? tape_root(y->in[k]) : NULL;

			if (!x || !(x->flags & MAAS_WANTS_GRAD))
				continue;
			if (x->op)
				t->turn[x->id].reached = 1;
			turn->first[k] = turn->first_add[k] = !written[x->id];
			if (x->flags & MAAS_PARAM)
				turn->first_add[k] = 0;
			if (!written[x->id])
				p->last_back[x->id] = i;
			written[x->id] = 1;
		}
	}
}

/* Values that products would round, and nobody else reads, become bf16 as they are made. */
static int
narrow(struct plan *p)
{
	struct maas_tape *t = p->t;
	unsigned char *wide = maas_take(t->arena, t->n, 1);

	if (!wide)
		return -1;
	for (size_t i = 0; i < t->n; i++) {
		const struct maas_node *y = t->node[i];

		wide[tape_root(t->node[i])->id] |= y->view_of != NULL;
		for (int k = 0; k < y->nin; k++)
			if (y->in[k] && !(y->op->rounds >> k & 1))
				wide[tape_root(y->in[k])->id] = 1;
	}
	for (size_t i = 0; i < t->n; i++) {
		struct maas_node *y = t->node[i];

		if (y->op && y->op->rounds & MAAS_NEEDS_OUT && !wide[i] && !(y->flags & MAAS_KEEP) && y != t->loss)
			y->type = MAAS_BF16;
	}
	return 0;
}

/* The last time each value is read. */
static void
uses(struct plan *p)
{
	struct maas_tape *t = p->t;

	for (size_t i = 0; i < t->n; i++) {
		struct maas_node *y = t->node[i];
		int turn = p->train && t->turn[i].reached;

		later(&p->last[i], i);
		for (int k = 0; k < y->nin; k++) {
			if (!y->in[k])
				continue;
			size_t *end = &p->last[tape_root(y->in[k])->id];

			later(end, i);
			if (turn && y->op->needs >> k & 1)
				later(end, back(p, i));
		}
		if (turn && y->op->needs & MAAS_NEEDS_OUT)
			later(&p->last[i], back(p, i));
		if (y->flags & (MAAS_KEEP | MAAS_INPUT) || y == t->loss)
			later(&p->last[tape_root(y)->id], 2 * t->n);
	}
}

static void
piece(struct plan *p, struct maas_node *y, int what, size_t bytes, size_t begin, size_t end)
{
	if (!bytes)
		return;
	p->piece[p->n] = (struct piece){ padded(bytes), begin, end, 0, p->n, y, what };
	p->n++;
}

static void
pieces(struct plan *p)
{
	struct maas_tape *t = p->t;

	for (size_t i = 0; i < t->n; i++) {
		struct maas_node *y = t->node[i];
		int turn = p->train && t->turn[i].reached;

		if (y->view_of || y->flags & MAAS_PARAM)
			continue;
		piece(p, y, VALUE, maas_len(y) * maas_dtype_size(y->type), y->op ? i : 0, p->last[i]);
		piece(p, y, SAVE, y->save_bytes, i, turn ? back(p, i) : i);
		if (turn)
			piece(p, y, GRAD, maas_len(y) * sizeof(float),
			    y == tape_root(t->loss) ? t->n : back(p, p->last_back[i]), back(p, i));
	}
}

static int
larger(const void *a, const void *b)
{
	const struct piece *x = a, *y = b;

	return x->bytes != y->bytes ? x->bytes < y->bytes ? 1 : -1 : x->order < y->order ? -1 : 1;
}

/* The lowest place free from begin to end, among the n pieces sorted by place. */
static size_t
lowest(struct piece *const *placed, size_t n, const struct piece *x)
{
	size_t at = 0;

	for (size_t i = 0; i < n; i++) {
		const struct piece *o = placed[i];

		if (o->end < x->begin || o->begin > x->end)
			continue;
		if (o->at >= at + x->bytes)
			break;
		later(&at, o->at + o->bytes);
	}
	return at;
}

static int
place(struct plan *p)
{
	struct piece **placed = maas_take(p->t->arena, p->n + 1, sizeof *placed);

	if (!placed)
		return -1;
	qsort(p->piece, p->n, sizeof *p->piece, larger);
	for (size_t i = 0; i < p->n; i++) {
		struct piece *x = &p->piece[i];
		size_t j = i;

		x->at = lowest(placed, i, x);
		later(&p->t->bytes, x->at + x->bytes);
		for (; j > 0 && placed[j - 1]->at > x->at; j--)
			placed[j] = placed[j - 1];
		placed[j] = x;
	}
	return 0;
}

static int
hand_out(struct plan *p)
{
	struct maas_tape *t = p->t;
	char *mem = maas_take(t->arena, t->bytes, 1);

	if (!mem)
		return -1;
	for (size_t i = 0; i < p->n; i++) {
		struct piece *x = &p->piece[i];
		void *to = mem + x->at;

		if (x->what == VALUE)
			x->node->val = to;
		else if (x->what == SAVE)
			x->node->save = to;
		else
			x->node->grad = to;
	}
	for (size_t i = 0; i < t->n; i++) {
		struct maas_node *y = t->node[i], *root = tape_root(y);

		y->val = root->val;
		y->grad = root->grad;
		y->half = root->half;
		later(&t->scratch, y->scratch_bytes);
	}
	return 0;
}

/* Refused before any of it is taken. */
static int
bounded(const struct plan *p, int half)
{
	const struct maas_tape *t = p->t;
	const struct maas_params *all = &t->params;
	double weights = (double)all->all * (sizeof *all->val + (half ? sizeof *all->half : 0)),
	       values = (double)t->bytes;

	weights += (double)all->n * ((p->train ? sizeof *all->grad : 0) + t->beside);
	if (t->most <= 0 || weights + values <= t->most)
		return 0;
	return maas_fail_as(MAAS_OS,
	    "wants %.3g GB of memory, %.3g GB for %zu parameters and %.3g GB for what is between them, and %.3g GB are free",
	    (weights + values) / 1e9, weights / 1e9, all->all, values / 1e9, t->most / 1e9);
}

void
maas_tape_bound(struct maas_tape *t, double most, double beside)
{
	t->most = most;
	t->beside = beside;
}

/* Elements that a parameter takes: a bf16 copy, too, begins on a line of the cache. */
static size_t
room(const struct maas_node *y)
{
	return padded(maas_len(y) * sizeof(maas_bf16)) / sizeof(maas_bf16);
}

/* The parameters that are learnt, then those that are not. */
static size_t
list_params(struct plan *p, size_t at, int learnt)
{
	struct maas_params *all = &p->t->params;

	for (size_t i = 0; i < all->count; i++) {
		struct maas_node *y = all->node[i];

		if (((y->flags & MAAS_WANTS_GRAD) != 0) != learnt)
			continue;
		y->val = all->val + at;
		y->half = all->half ? all->half + at : NULL;
		if (learnt) {
			y->grad = all->grad ? all->grad + at : NULL;
			all->learn[all->learnt++] = y;
		}
		at += room(y);
	}
	return at;
}

static int
count_params(struct plan *p)
{
	struct maas_tape *t = p->t;
	struct maas_params *all = &t->params;

	if (!(all->node = maas_take(t->arena, 2 * t->n, sizeof(struct maas_node *))))
		return -1;
	all->learn = all->node + t->n;
	for (size_t i = 0; i < t->n; i++)
		if (t->node[i]->flags & MAAS_PARAM) {
			all->node[all->count++] = t->node[i];
			all->all += room(t->node[i]);
			all->n += t->node[i]->flags & MAAS_WANTS_GRAD ? room(t->node[i]) : 0;
		}
	return 0;
}

static int
take_params(struct plan *p, int half)
{
	struct maas_tape *t = p->t;
	struct maas_params *all = &t->params;

	if (!(all->val = maas_take(t->arena, all->all, sizeof *all->val)) ||
	    (p->train && !(all->grad = maas_take(t->arena, all->n, sizeof *all->grad))) ||
	    (half && !(all->half = maas_take(t->arena, all->all, sizeof *all->half))))
		return -1;
	list_params(p, list_params(p, 0, 1), 0);
	return 0;
}

/* Tables that are learnt, and of which everybody reads rows by their numbers. */
static int
find_late(struct maas_tape *t)
{
	unsigned char *whole = maas_take(t->arena, t->n, 1);

	if (!whole)
		return -1;
	for (size_t i = 0; i < t->n; i++) {
		const struct maas_node *y = t->node[i];

		whole[tape_root(t->node[i])->id] |= y->view_of != NULL;
		for (int k = 0; k < y->nin; k++)
			if (y->in[k] && !(y->op->picks >> k & 1))
				whole[tape_root(y->in[k])->id] = 1;
	}
	for (size_t i = 0; i < t->params.learnt; i++)
		if (!whole[t->params.learn[i]->id] && late_begin(t->arena, t->params.learn[i]) < 0)
			return -1;
	return 0;
}

int
maas_tape_plan(struct maas_tape *t, struct maas_node *loss, int train)
{
	struct plan p = { .t = t, .train = train & MAAS_TRAIN };
	unsigned char *written;

	if (t->failed || !loss)
		return -1;
	if (train & MAAS_TRAIN && (maas_len(loss) != 1 || !(loss->flags & MAAS_WANTS_GRAD)))
		return maas_fail("a loss of %zu numbers%s is not to be trained", maas_len(loss),
		    loss->flags & MAAS_WANTS_GRAD ? "" : " without parameters");
	t->loss = loss;
	p.last = maas_take(t->arena, t->n, sizeof *p.last);
	p.last_back = maas_take(t->arena, t->n, sizeof *p.last_back);
	p.piece = maas_take(t->arena, 3 * t->n, sizeof *p.piece);
	written = maas_take(t->arena, t->n, 1);
	if (!p.last || !p.last_back || !p.piece || !written)
		return -1;
	if (p.train && !(t->turn = maas_take(t->arena, t->n, sizeof *t->turn)))
		return -1;
	if (p.train)
		mark(&p, written);
	if (train & MAAS_ROUNDED && narrow(&p) < 0)
		return -1;
	uses(&p);
	pieces(&p);
	if (count_params(&p) < 0 || place(&p) < 0 || bounded(&p, (train & MAAS_HALF) != 0) < 0 ||
	    take_params(&p, (train & MAAS_HALF) != 0) < 0)
		return -1;
	if (train & MAAS_LATE && find_late(t) < 0)
		return -1;
	return hand_out(&p);
}
