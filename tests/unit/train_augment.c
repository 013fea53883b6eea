/*
 * Rows changed at random: each entry of augments.def has a row here.  Held to changes made by hand, a function of seed,
 * epoch and row, and what data they are refused for.
 */
#include <stdlib.h>

#include "maas/train.h"
#include "../test.h"

enum { HEIGHT = 5, WIDTH = 7, CHANNELS = 2, PIXELS = HEIGHT * WIDTH * CHANNELS, LENGTH = 40 };

static double pixels[PIXELS], scale_shift[PIXELS], scale_factor[PIXELS];

static struct maas_data
pictures(const struct maas_columns *c)
{
	for (size_t i = 0; i < PIXELS; i++)
		pixels[i] = 10 + (double)i;
	return (struct maas_data){ .n = 1,
		.labels = 2,
		.height = HEIGHT,
		.width = WIDTH,
		.channels = CHANNELS,
		.columns = c,
		.x = { .rows = 1, .cols = PIXELS, .dense = PIXELS, .x = pixels } };
}

/* Is x the picture moved by (dy, dx), each pixel by its own scale, what comes in black? */
static int
is_moved(const float *x, int dy, int dx, const struct maas_columns *c)
{
	for (int p = 0; p < CHANNELS; p++)
		for (int y = 0; y < HEIGHT; y++)
			for (int z = 0; z < WIDTH; z++) {
				int to = (p * HEIGHT + y) * WIDTH + z, from = (p * HEIGHT + y - dy) * WIDTH + z - dx,
				    inside = y - dy >= 0 && y - dy < HEIGHT && z - dx >= 0 && z - dx < WIDTH;
				double raw = inside ? pixels[from] : 0,
				       want = c ? (raw - c->shift[to]) * c->factor[to] : raw;

				if (fabs((double)x[to] - want) > 1e-5 * (1 + fabs(want)))
					return 0;
			}
	return 1;
}

static void
as_read(const struct maas_columns *c, float *x)
{
	for (size_t i = 0; i < PIXELS; i++)
		x[i] = (float)(c ? (pixels[i] - c->shift[i]) * c->factor[i] : pixels[i]);
}

static void
check_moves(const struct maas_columns *c, const char *what)
{
	struct maas_data d = pictures(c);
	struct maas_augments *a = maas_augments_new("shift=2", &d, 1, 5),
			     *other = maas_augments_new("shift=2", &d, 1, 6);
	int times[5][5] = { { 0 } }, bad = 0, least = 1000, all = 0;
	size_t differ = 0;
	float x[PIXELS], again[PIXELS];

	for (size_t row = 0; row < 50; row++)
		for (size_t epoch = 0; epoch < 20; epoch++) {
			int found = 0;

			as_read(c, x);
			maas_augments_dense(a, row, epoch, x);
			for (int i = 0; i < 25; i++)
				if (is_moved(x, i / 5 - 2, i % 5 - 2, c)) {
					times[i / 5][i % 5]++;
					found++;
				}
			bad += found != 1;
			as_read(c, again);
			maas_augments_dense(a, row, epoch, again);
			bad += memcmp(x, again, sizeof x) != 0;
			as_read(c, again);
			maas_augments_dense(other, row, epoch, again);
			differ += memcmp(x, again, sizeof x) != 0;
		}
	for (int i = 0; i < 25; i++) {
		least = times[i / 5][i % 5] < least ? times[i / 5][i % 5] : least;
		all += times[i / 5][i % 5];
	}
	ok(!bad && all == 1000, "%s: moved by two at most, each time likewise", what);
	ok(least > 20, "by all of 25 about equally: %d times at least, of 40", least);
	ok(differ > 900, "another seed moves otherwise");
	maas_augments_free(a);
	maas_augments_free(other);
}

static void
check_shift(void)
{
	struct maas_columns c = { .shift = scale_shift, .factor = scale_factor };
	struct maas_columns sound = { .mel.rate = 8000 };
	struct maas_data d = pictures(NULL);

	check_moves(NULL, "as read");
	for (size_t i = 0; i < PIXELS; i++) {
		scale_shift[i] = 3;
		scale_factor[i] = 0.25;
	}
	check_moves(&c, "one scale");
	for (size_t i = 0; i < PIXELS; i++) {
		scale_shift[i] = sin((double)i);
		scale_factor[i] = 1 + 0.5 * cos((double)i);
	}
	check_moves(&c, "a scale each");
	ok(!maas_augments_new("shift=5", &d, 1, 1) && maas_why() == MAAS_USAGE, "%s", maas_error());
	d.columns = &sound;
	ok(!maas_augments_new("shift=1", &d, 1, 1) && maas_why() == MAAS_USAGE, "%s", maas_error());
	d.height = 0;
	ok(!maas_augments_new("shift=1", &d, 1, 1) && maas_why() == MAAS_USAGE, "%s", maas_error());
}

static void
check_drop(void)
{
	size_t start[] = { 0, LENGTH }, ask[] = { 0, 1 };
	int32_t all[LENGTH], id[LENGTH], again[LENGTH];
	uint32_t at[] = { 3 };
	struct maas_data d = { .n = 1, .labels = 2, .x = { .rows = 1, .seq = { .start = start, .id = all } } };
	struct maas_augments *a = maas_augments_new("drop=0.25", &d, 1, 9);
	size_t left = 0, bad = 0, first = 0;

	for (int i = 0; i < LENGTH; i++)
		all[i] = 100 + i;
	for (size_t row = 0; row < 100; row++)
		for (size_t epoch = 0; epoch < 10; epoch++) {
			size_t n;

			memcpy(id, all, sizeof id);
			memcpy(again, all, sizeof again);
			n = maas_augments_ids(a, row, epoch, id, LENGTH);
			left += n;
			first += n && id[0] == 100;
			for (size_t i = 1; i < n; i++)
				bad += id[i] <= id[i - 1];
			bad += maas_augments_ids(a, row, epoch, again, LENGTH) != n ||
			    memcmp(id, again, n * sizeof *id) != 0;
		}
	ok(!bad && fabs((double)left / 1000 / LENGTH - 0.75) < 0.01, "three of four stay, in order: %.4f",
	    (double)left / 1000 / LENGTH);
	ok(fabs((double)first / 1000 - 0.75) < 0.05, "the first like any: %zu of 1000 times", first);
	maas_augments_free(a);
	a = maas_augments_new("drop=0.9", &d, 1, 9);
	for (size_t row = 0, least = LENGTH, seen[3] = { 0 }; row < 2000; row++) {
		size_t n;

		memcpy(id, all, sizeof id);
		n = maas_augments_ids(a, row, 0, id, 3);
		least = n < least ? n : least;
		seen[id[0] - 100]++;
		if (row == 1999)
			ok(least == 1 && seen[0] > 400 && seen[1] > 400 && seen[2] > 400,
			    "one stays at least, any of them");
	}
	memcpy(id, all, sizeof id);
	ok(maas_augments_ids(a, 3, 0, id, 0) == 0, "of nothing, nothing");
	maas_augments_free(a);
	d.x.seq.ask = ask;
	d.x.seq.at = at;
	ok(!maas_augments_new("drop=0.1", &d, 1, 1) && maas_why() == MAAS_USAGE, "%s", maas_error());
	d.x.seq.start = NULL;
	ok(!maas_augments_new("drop=0.1", &d, 1, 1) && maas_why() == MAAS_USAGE, "%s", maas_error());
}

enum { BANDS = 10, SAMPLES = 3000 };

/* A tone of SAMPLES samples, of 0.5 s that are heard. */
static struct maas_data
sounds(struct maas_columns *c, struct maas_sounds *s)
{
	static int16_t sample[SAMPLES];
	static size_t start[] = { 0, SAMPLES };
	static float scale[] = { 1.0f / 32768 };
	static const uint32_t pick[] = { 0 };

	for (size_t i = 0; i < SAMPLES; i++)
		sample[i] = (int16_t)(3000 * sin((double)i * 0.4));
	*c = (struct maas_columns){ 0 };
	if (maas_mel_set(&c->mel, 8000, 0.5, BANDS) < 0)
		exit(1);
	c->height = (size_t)c->mel.frames;
	c->width = BANDS;
	c->numbers = c->dense = c->height * BANDS;
	*s = (struct maas_sounds){ .start = start, .sample = sample, .scale = scale };
	return (struct maas_data){ .n = 1,
		.labels = 2,
		.columns = c,
		.sounds = s,
		.pick = pick,
		.x = { .rows = 1, .cols = c->numbers, .dense = c->numbers } };
}

/* The same by seed, row and epoch, whoever asks; frames heard at least and at most of some epochs. */
static void
check_sound(const char *text, size_t *least, size_t *most)
{
	struct maas_columns c;
	struct maas_sounds s;
	struct maas_data d = sounds(&c, &s);
	struct maas_augments *a = maas_augments_new(text, &d, 2, 5);
	float first[49 * BANDS];
	size_t n, again, same = 0, others = 0;

	*least = 1000;
	*most = 0;
	for (uint64_t epoch = 0; a && epoch < 200; epoch++) {
		memcpy(first, maas_augments_sound(a, 0, 0, epoch, &n), c.dense * sizeof *first);
		same +=
		    !memcmp(first, maas_augments_sound(a, 1, 0, epoch, &again), c.dense * sizeof *first) && n == again;
		others += memcmp(first, maas_augments_sound(a, 0, 0, epoch + 1, &again), c.dense * sizeof *first) != 0;
		*least = n < *least ? n : *least;
		*most = n > *most ? n : *most;
	}
	ok(a && same == 200 && others == 200, "%s: by seed, row and epoch alone", text);
	ok(a && *most <= maas_augments_longest(a, 38) && maas_augments_longest(a, 1000) == 48,
	    "no longer than is said");
	maas_augments_free(a);
	d.sounds = NULL;
	ok(!maas_augments_new(text, &d, 1, 5) && maas_why() == MAAS_USAGE, "%s", maas_error());
	ok(maas_augments_hear(text) && !maas_augments_hear("shift=1"), "it wants samples");
}

/* 3000 samples make 38 frames of 80; 10 % faster 35, slower 42. */
static void
check_speed(void)
{
	size_t least, most;

	check_sound("speed=0.1", &least, &most);
	ok(least >= 34 && least <= 35 && most >= 41 && most <= 42, "from %zu to %zu frames", least, most);
}

/* Noise of up to a hundredth of full scale where the tone's own level is 0.0647 of it, so of a third of its power on
 * average; of a quieter tone as much less. */
static void
check_noise(void)
{
	static float scales[] = { 1.0f / 32768, 1.0f / 262144, 0 };
	size_t least, most;

	for (size_t k = 0; k < MAAS_COUNT(scales); k++) {
		struct maas_columns c;
		struct maas_sounds s;
		struct maas_data d = sounds(&c, &s);
		struct maas_augments *a = maas_augments_new("noise=0.1545", &d, 1, 5);
		double power = 0, low = INFINITY, high = 0, unit = (double)(scales[k] * scales[k]) * 1073741824.0;

		s.scale = &scales[k];
		/* The highest band holds nothing of the tone: 0.0001 x the window's power x its width, and 1e-6 at
		 * least. */
		for (uint64_t epoch = 0; epoch < 100; epoch++) {
			const float *x = maas_augments_sound(a, 0, 0, epoch, &least);
			double one = 0;

			for (size_t t = 5; t < 30; t++)
				one += exp((double)x[t * BANDS + BANDS - 1]) / 25;
			power += one / 100;
			low = one < low ? one : low;
			high = one > high ? one : high;
		}
		ok(power > 0.0018 * 25 * unit && power < 0.0018 * 45 * unit + 2e-6,
		    "noise of a share of the sound's level: %g in the highest band", power);
		ok(low < 0.1 * power + 1e-6 && high < 5 * power, "from next to none, %g, to %g", low, high);
		maas_augments_free(a);
	}
	check_sound("noise=0.15", &least, &most);
	ok(least == 38 && most == 38, "as long as before");
}

static void
check_text(void)
{
	static const char *const good[] = { "shift=2", "drop=0.1", "shift=2,drop=0.5" },
				 *const bad[] = { "", "shift", "shift=", "shift=0", "shift=1.5", "shift=-1",
					 "shift=1e9", "drop=0", "drop=1", "drop=nan", "shift=1,", ",shift=1",
					 "shift=1,shift=2", "turn=3", "shift=2;drop=1" };

	for (size_t i = 0; i < MAAS_COUNT(good); i++)
		ok(maas_augments_check(good[i]) == 0, "%s", good[i]);
	for (size_t i = 0; i < MAAS_COUNT(bad); i++)
		ok(maas_augments_check(bad[i]) < 0 && maas_why() == MAAS_USAGE, "%s", maas_error());
}

/* What tests each entry. */
static const struct {
	const char *name;
	void (*check)(void);
} tests[] = {
	{ "shift", check_shift },
	{ "speed", check_speed },
	{ "noise", check_noise },
	{ "drop", check_drop },
};

static const char *const names[] = {
#define AUGMENT(name) #name,
#include "maas/augments.def"
#undef AUGMENT
};

int
main(void)
{
	check_text();
	for (size_t i = 0; i < MAAS_COUNT(names); i++) {
		size_t k = 0;

		while (k < MAAS_COUNT(tests) && strcmp(tests[k].name, names[i]))
			k++;
		ok(k < MAAS_COUNT(tests), "%s has a test", names[i]);
		if (k < MAAS_COUNT(tests))
			tests[k].check();
	}
	return done();
}
