/*
 * Tables of which a step reads few rows: what the optimiser owes to the others.  Without a gradient Adam still moves
 * what its moments remember, by an arithmetic that knows nothing but the row and the rates of the steps; so those rates
 * are kept, and a row makes up for them when it is read.  Rows are listed in the order in which they are first named,
 * so what comes out does not depend on the team.
 */
#include <string.h>

#include "late.h"
#include "op.h"

enum { STEPS = 1024 };  /* that a row may be late */
enum { TOGETHER = 16 }; /* rows of a range */

struct debt {
	uint32_t row, from; /* the first step it has not had */
};

struct maas_late {
	size_t rows, wide;
	uint32_t *named;   /* [rows]: n rows that have a gradient */
	unsigned char *is; /* [rows]: one of these */
	size_t n;
	uint32_t *had;      /* [rows]: steps that a row has had, of those that are kept */
	struct debt *debt;  /* [rows] */
	size_t owing, made; /* rows in debt; steps that are kept */
	int moving;         /* these move even what has no moments */
	float *m, *v;
	struct maas_adam_rates rates[STEPS];
};

int
late_begin(struct maas_arena *a, struct maas_node *table)
{
	struct maas_late *l;
	size_t rows = table->dim[0];

	if (rows > UINT32_MAX)
		return 0;
	l = maas_take(a, 1, sizeof *l);
	if (!l || !(l->named = maas_take(a, rows, sizeof *l->named)) || !(l->is = maas_take(a, rows, 1)) ||
	    !(l->had = maas_take(a, rows, sizeof *l->had)) || !(l->debt = maas_take(a, rows, sizeof *l->debt)))
		return -1;
	l->rows = rows;
	l->wide = maas_len(table) / rows;
	table->late = l;
	return 0;
}

static void
owe(struct maas_late *l, size_t row)
{
	if (l->had[row] == l->made)
		return;
	l->debt[l->owing++] = (struct debt){ (uint32_t)row, l->had[row] };
	l->had[row] = (uint32_t)l->made;
}

static int
is_zero(const float *x, size_t n)
{
	uint32_t any = 0, u;

	for (size_t i = 0; i < n; i++) {
		memcpy(&u, x + i, sizeof u);
		any |= u << 1;
	}
	return any == 0;
}

/* A row that was never learnt has nothing to make up for, unless weights decay. */
static void
pay(void *arg, size_t begin, size_t end, int member)
{
	const struct maas_node *table = arg;
	const struct maas_late *l = table->late;
	size_t n = l->wide;

	(void)member;
	for (size_t i = begin; i < end; i++) {
		const struct debt *d = &l->debt[i];
		size_t at = d->row * n;

		if (l->moving || !is_zero(l->m + at, n) || !is_zero(l->v + at, n))
			maas_adam_idle(
			    (float *)table->val + at, l->m + at, l->v + at, n, l->rates + d->from, l->made - d->from);
	}
}

static void
pay_all(struct maas_team *team, struct maas_node *table)
{
	maas_team_run(team, table->late->owing, TOGETHER, pay, table);
	table->late->owing = 0;
}

void
op_rows_read(struct maas_node *table, const int32_t *row, size_t n, const struct maas_run *run)
{
	struct maas_late *l = table->late;

	if (!l || !l->made)
		return;
	for (size_t i = 0; i < n; i++)
		if (row[i] >= 0 && (size_t)row[i] < l->rows)
			owe(l, (size_t)row[i]);
	pay_all(run->team, table);
}

static void
clear(void *arg, size_t begin, size_t end, int member)
{
	const struct maas_node *table = arg;
	const struct maas_late *l = table->late;

	(void)member;
	if (!l)
		memset(table->grad + begin, 0, (end - begin) * sizeof(float));
	for (size_t i = begin; l && i < end; i++) {
		memset(table->grad + l->named[i] * l->wide, 0, l->wide * sizeof(float));
		l->is[l->named[i]] = 0;
	}
}

void
op_rows_learn(struct maas_node *table, const int32_t *row, size_t n, int first, const struct maas_run *run)
{
	struct maas_late *l = table->late;

	if (first)
		maas_team_run(run->team, l ? l->n : maas_len(table), l ? op_grain(l->wide) : 65536, clear, table);
	if (!l)
		return;
	l->n = first ? 0 : l->n;
	for (size_t i = 0; i < n; i++)
		if (row[i] >= 0 && (size_t)row[i] < l->rows && !l->is[row[i]]) {
			l->is[row[i]] = 1;
			l->named[l->n++] = (uint32_t)row[i];
		}
}

struct learning {
	struct maas_node *table;
	const struct maas_adam_rates *rates;
};

static void
learn(void *arg, size_t begin, size_t end, int member)
{
	const struct learning *u = arg;
	const struct maas_late *l = u->table->late;
	size_t n = l->wide;

	(void)member;
	for (size_t i = begin; i < end; i++) {
		size_t at = l->named[i] * n;

		maas_adam_kernel(
		    (float *)u->table->val + at, l->m + at, l->v + at, NULL, u->table->grad + at, n, u->rates);
	}
}

void
late_settle(struct maas_team *team, struct maas_node *table)
{
	struct maas_late *l = table->late;

	for (size_t i = 0; l->made && i < l->rows; i++)
		owe(l, i);
	pay_all(team, table);
	memset(l->had, 0, l->rows * sizeof *l->had);
	l->made = 0;
	l->moving = 0;
}

/* Whoever has a gradient was read, and so has had all steps before this. */
void
late_update(struct maas_team *team, struct maas_node *table, float *m, float *v, const struct maas_adam_rates *rates)
{
	struct maas_late *l = table->late;
	struct learning u = { table, rates };

	if (l->made == STEPS)
		late_settle(team, table);
	l->m = m;
	l->v = v;
	maas_team_run(team, l->n, TOGETHER, learn, &u);
	l->rates[l->made++] = *rates;
	l->moving |=
	    rates->keep != 1 || rates->l1 > 0 || rates->l2 > 0 || !(rates->eps > 0); /* 0 / 0 is NaN, late too */
	for (size_t i = 0; i < l->n; i++)
		l->had[l->named[i]] = (uint32_t)l->made;
}

double
late_squares(const struct maas_node *table, size_t part, size_t parts)
{
	const struct maas_late *l = table->late;
	double sum = 0;

	for (size_t i = part * l->n / parts; i < (part + 1) * l->n / parts; i++) {
		const float *g = table->grad + l->named[i] * l->wide;

		sum += maas_dot(g, g, l->wide);
	}
	return sum;
}
