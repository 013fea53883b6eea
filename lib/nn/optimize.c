/*
 * Optimisers as PyTorch computes them: gradient descent, with momentum (Polyak 1964), Adam (Kingma & Ba 2015), AdamW
 * (Loshchilov & Hutter 2019); and the norm of all gradients.
 */
#include <math.h>

#include "late.h"

enum { PART = 16384, NORM_PARTS = 64 };

struct update {
	const struct maas_params *p;
	float *m, *v;                   /* as many as the optimiser remembers, else NULL */
	struct maas_adam_rates adam[2]; /* of what does not decay, and what does */
	struct maas_sgd_rates sgd[2];
};

/* The elements from begin on that belong to one parameter. */
static size_t
piece(const struct update *u, size_t begin, size_t end, size_t *node)
{
	const struct maas_params *p = u->p;

	while (*node + 1 < p->learnt && (const float *)p->learn[*node + 1]->val <= p->val + begin)
		++*node;
	if (*node + 1 == p->learnt)
		return end - begin;
	size_t next = (size_t)((const float *)p->learn[*node + 1]->val - p->val);

	return (next < end ? next : end) - begin;
}

static void
update(void *arg, size_t begin, size_t end, int member)
{
	const struct update *u = arg;
	const struct maas_params *p = u->p;
	size_t node = 0, n;

	(void)member;
	for (size_t i = begin; i < end; i += n) {
		maas_bf16 *half = p->half ? p->half + i : NULL;
		int which;

		n = piece(u, i, end, &node);
		which = (p->learn[node]->flags & MAAS_DECAY) != 0;
		if (u->v && p->learn[node]->late)
			continue;
		if (u->v)
			maas_adam_kernel(p->val + i, u->m + i, u->v + i, half, p->grad + i, n, &u->adam[which]);
		else
			maas_sgd_kernel(p->val + i, u->m ? u->m + i : NULL, half, p->grad + i, n, &u->sgd[which]);
	}
}

int
maas_optimizer_moments(enum maas_optimizer how)
{
	return how == MAAS_ADAM || how == MAAS_ADAMW ? 2 : how == MAAS_MOMENTUM ? 1 : 0;
}

void
maas_update_step(struct maas_team *team, const struct maas_params *p, float *const moment[2], float scale,
    const struct maas_update *a, uint64_t step)
{
	int moments = maas_optimizer_moments(a->how), apart = a->how == MAAS_ADAMW;
	double t = (double)step;
	float l2 = a->l2 + (apart ? 0 : a->decay);
	struct maas_adam_rates adam = {
		.scale = scale, .beta1 = a->beta1, .beta2 = a->beta2, .eps = a->eps, .keep = 1
	};
	struct maas_sgd_rates sgd = { .scale = scale, .rate = a->lr, .momentum = a->momentum };
	struct update u;

	adam.rate = (float)(a->lr / (1 - pow(a->beta1, t)));
	adam.fix = (float)(1 / sqrt(1 - pow(a->beta2, t)));
	u = (struct update){ p, moments > 0 ? moment[0] : NULL, moments > 1 ? moment[1] : NULL, { adam, adam },
		{ sgd, sgd } };
	if (apart)
		u.adam[1].keep = (float)(1 - (double)a->lr * a->decay);
	u.adam[1].l1 = u.sgd[1].l1 = a->l1;
	u.adam[1].l2 = u.sgd[1].l2 = l2;
	maas_team_run(team, p->n, PART, update, &u);
	for (size_t i = 0; i < p->learnt && u.v; i++) {
		struct maas_node *w = p->learn[i];
		size_t at = (size_t)((const float *)w->val - p->val);

		if (w->late)
			late_update(team, w, u.m + at, u.v + at, &u.adam[(w->flags & MAAS_DECAY) != 0]);
	}
}

void
maas_update_settle(struct maas_team *team, const struct maas_params *p)
{
	for (size_t i = 0; i < p->learnt; i++)
		if (p->learn[i]->late)
			late_settle(team, p->learn[i]);
}

struct norm {
	const struct maas_params *p;
	double part[NORM_PARTS];
};

/* Of the gradients from `from` on, but those of tables of which few rows have one. */
static double
dense_squares(const struct maas_params *p, size_t from, size_t end)
{
	double sum = 0;

	for (size_t i = 0; i < p->learnt && from < end; i++) {
		const struct maas_node *w = p->learn[i];
		size_t at = (size_t)((const float *)w->val - p->val), len = maas_len(w);

		if (!w->late || at + len <= from || at >= end)
			continue;
		if (at > from)
			sum += maas_dot(p->grad + from, p->grad + from, at - from);
		from = at + len;
	}
	return from < end ? sum + maas_dot(p->grad + from, p->grad + from, end - from) : sum;
}

static void
squares(void *arg, size_t begin, size_t end, int member)
{
	struct norm *s = arg;
	size_t n = s->p->n, each = (n + NORM_PARTS - 1) / NORM_PARTS;

	(void)member;
	for (size_t i = begin; i < end; i++) {
		s->part[i] = dense_squares(s->p, i * each, (i + 1) * each < n ? (i + 1) * each : n);
		for (size_t k = 0; k < s->p->learnt; k++)
			if (s->p->learn[k]->late)
				s->part[i] += late_squares(s->p->learn[k], i, NORM_PARTS);
	}
}

double
maas_grad_norm(struct maas_team *team, const struct maas_params *p)
{
	struct norm s = { .p = p };
	size_t each = (p->n + NORM_PARTS - 1) / NORM_PARTS;
	double sum = 0;

	maas_team_run(team, NORM_PARTS, each < PART ? PART / each : 1, squares, &s);
	for (int i = 0; i < NORM_PARTS; i++)
		sum += s.part[i];
	return sqrt(sum);
}
