/* --augment shift=N: pictures moved by up to N whole pixels each way; what comes in is black. */
#include <math.h>

#include "augment.h"

/* Is it a picture that the features are, and not a spectrum? */
static int
suits(const struct maas_data *d, double amount)
{
	const struct maas_columns *c = d->columns;
	size_t side = d->height < d->width ? d->height : d->width;

	if (!d->height || (c && c->mel.rate) || d->x.dense != d->height * d->width * d->channels)
		return maas_fail_setting("augment", "pictures are moved, and these rows are none");
	if (amount >= (double)side)
		return maas_fail_as(MAAS_USAGE, "pictures of %zu x %zu are moved by less than %zu pixels, not by %g",
		    d->height, d->width, side, amount);
	return 0;
}

/* The number that pixel `from` says, as pixel `to` says it: each has a scale of its own, or all the same. */
static float
said_as(const struct maas_columns *c, float v, size_t from, size_t to)
{
	if (!c || !c->factor || (c->factor[from] == c->factor[to] && c->shift[from] == c->shift[to]))
		return v;
	return (float)(((double)v / c->factor[from] + c->shift[from] - c->shift[to]) * c->factor[to]);
}

static float
black(const struct maas_columns *c, size_t to)
{
	return c && c->factor ? (float)(-c->shift[to] * c->factor[to]) : 0;
}

/* Number i of a walk over n that goes up, or down. */
static size_t
place(size_t i, size_t n, int down)
{
	return down ? n - 1 - i : i;
}

/* Pixels are read before they are written: against the way they move. */
static void
dense(const struct change *c, float *x)
{
	const struct maas_data *d = c->d;
	size_t height = d->height, width = d->width, steps = 2 * (size_t)c->amount + 1;
	long n = (long)c->amount, dy = (long)(change_draw(c, 0) * (double)steps) - n,
	     dx = (long)(change_draw(c, 1) * (double)steps) - n;

	for (size_t p = 0; p < d->channels; p++)
		for (size_t i = 0; i < height; i++)
			for (size_t j = 0; j < width; j++) {
				size_t y = place(i, height, dy > 0), z = place(j, width, dx > 0),
				       to = (p * height + y) * width + z;
				long from_y = (long)y - dy, from_x = (long)z - dx;
				size_t from = (p * height + (size_t)from_y) * width + (size_t)from_x;

				if (from_y < 0 || from_y >= (long)height || from_x < 0 || from_x >= (long)width)
					x[to] = black(d->columns, to);
				else
					x[to] = said_as(d->columns, x[from], from, to);
			}
}

const struct augment augment_shift = {
	.name = "shift",
	.range = "pixels, from 1 to 4096",
	.least = 1,
	.most = 4096,
	.whole = 1,
	.suits = suits,
	.dense = dense,
};
