/* AdamW (Loshchilov & Hutter 2019) as PyTorch computes it, and the norm of all gradients. */
#include <math.h>

#include "maas/nn.h"

enum { PART = 16384, NORM_PARTS = 64 };

struct update {
	const struct maas_params *p;
	float *m, *v;
	struct maas_adamw_rates rates, decayed;
};

/* The elements from begin on that belong to one parameter. */
static size_t
piece(const struct update *u, size_t begin, size_t end, size_t *node)
{
	const struct maas_params *p = u->p;

	while (*node + 1 < p->count && (const float *)p->node[*node + 1]->val <= p->val + begin)
		++*node;
	if (*node + 1 == p->count)
		return end - begin;
	size_t next = (size_t)((const float *)p->node[*node + 1]->val - p->val);

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
		n = piece(u, i, end, &node);
		maas_adamw_kernel(p->val + i, u->m + i, u->v + i, p->half ? p->half + i : NULL, p->grad + i, n,
		    p->node[node]->flags & MAAS_DECAY ? &u->decayed : &u->rates);
	}
}

void
maas_adamw_step(struct maas_team *team, const struct maas_params *p, float *m, float *v, float scale,
    const struct maas_adamw *a, uint64_t step)
{
	double t = (double)step;
	struct maas_adamw_rates r = { .scale = scale, .beta1 = a->beta1, .beta2 = a->beta2, .eps = a->eps, .keep = 1 };
	struct update u;

	r.rate = (float)(a->lr / (1 - pow(a->beta1, t)));
	r.fix = (float)(1 / sqrt(1 - pow(a->beta2, t)));
	u = (struct update){ p, m, v, r, r };
	u.decayed.keep = (float)(1 - (double)a->lr * a->decay);
	maas_team_run(team, p->n, PART, update, &u);
}

struct norm {
	const struct maas_params *p;
	double part[NORM_PARTS];
};

static void
squares(void *arg, size_t begin, size_t end, int member)
{
	struct norm *s = arg;
	size_t each = (s->p->n + NORM_PARTS - 1) / NORM_PARTS;

	(void)member;
	for (size_t i = begin; i < end; i++) {
		size_t from = i * each < s->p->n ? i * each : s->p->n,
		       n = s->p->n - from < each ? s->p->n - from : each;

		s->part[i] = maas_dot(s->p->grad + from, s->p->grad + from, n);
	}
}

double
maas_grad_norm(struct maas_team *team, const struct maas_params *p)
{
	struct norm s = { .p = p };
	double sum = 0;

	maas_team_run(team, NORM_PARTS, 1, squares, &s);
	for (int i = 0; i < NORM_PARTS; i++)
		sum += s.part[i];
	return sqrt(sum);
}
