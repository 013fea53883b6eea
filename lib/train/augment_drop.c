/* --augment drop=P: each token of a text left out with this probability; one stays. */
#include "augment.h"

static int
suits(const struct maas_data *d, double amount)
{
	(void)amount;
	if (!d->x.seq.start || d->x.seq.frame)
		return maas_fail_setting("augment", "tokens are left out of texts that are read in their order, and %s",
		    d->height ? "these rows are pictures or sounds" : "these rows are features (see --dropout)");
	if (d->x.seq.ask)
		return maas_fail_setting("augment", "a word that is left out could not be tagged");
	return 0;
}

static size_t
ids(const struct change *c, int32_t *id, size_t n)
{
	size_t one = (size_t)(change_draw(c, n) * (double)n), left = 0;
	int32_t stays = n ? id[one] : 0;

	for (size_t i = 0; i < n; i++)
		if (change_draw(c, i) >= c->amount)
			id[left++] = id[i];
	if (!left && n)
		id[left++] = stays;
	return left;
}

const struct augment augment_drop = {
	.name = "drop",
	.range = "a probability, above 0 and at most 0.9",
	.least = 1e-6,
	.most = 0.9,
	.suits = suits,
	.ids = ids,
};
