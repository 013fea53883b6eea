/* network_weights -- first values and scales of the parameters of networks. */
#include <math.h>
#include <string.h>

#include "network_weights.h"

void
network_fill(
    const struct maas_node *w, size_t in, size_t out, int how, uint64_t seed, uint64_t stream, struct maas_team *team)
{
	int plain = how == MAAS_INIT_AUTO || how == MAAS_INIT_UNIFORM;
	double reach = how == MAAS_INIT_XAVIER ? sqrt(6.0 / (double)(in + out)) : 1 / sqrt((double)in);
	size_t n = maas_len(w);

	if (how == MAAS_INIT_ZEROS || (w->ndim == 1 && !plain))
		memset(w->val, 0, n * sizeof(float));
	else if (how == MAAS_INIT_HE || how == MAAS_INIT_GPT2)
		maas_fill_normal_team(team, w->val, n, how == MAAS_INIT_HE ? sqrt(2 / (double)in) : 0.02, seed, stream);
	else
		maas_fill_uniform(w->val, n, -reach, reach, seed, stream);
}

void
network_rescale(const struct maas_node *w, double shift, double unit)
{
	float *x = w->val;

	for (size_t i = 0; i < maas_len(w); i++)
		x[i] = (float)((double)x[i] * unit + (w->ndim == 1 ? shift : 0));
}
