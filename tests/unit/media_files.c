/* Pictures and sounds as they come: JPEG, FLAC and Ogg; damaged ones, cut ones, ones that are too large. */
#include <stdlib.h>

#include "maas/fmt.h"
#include "maas/media.h"
#include "../test.h"

#if defined(MAAS_HAS_PNG) && defined(MAAS_HAS_JPEG) && defined(MAAS_HAS_SNDFILE) && defined(MAAS_HAS_VORBIS)
enum { HAVE_ALL = 1 };
#else
enum { HAVE_ALL = 0 };
#endif

static struct maas_span
load(struct maas_buf *b, const char *file)
{
	char path[4096];
	struct maas_input *in;

	snprintf(path, sizeof path, "%s/media/%s", getenv("DATA") ? getenv("DATA") : "tests/data", file);
	b->n = 0;
	if (!(in = maas_input_open(path, NULL)) || maas_input_all(in, b) < 0)
		exit(1);
	maas_input_close(in);
	return (struct maas_span){ b->s, b->n };
}

/* How far the samples are from the ramp of make_media at most; -1: other sides. */
static int
from_ramp(const struct maas_picture *p, size_t channels, int turned)
{
	int worst = 0;

	if (p->channels != channels || p->height != (turned ? 24 : 16) || p->width != (turned ? 16 : 24))
		return -1;
	for (size_t y = 0; y < p->height; y++)
		for (size_t x = 0; x < p->width; x++)
			for (size_t c = 0; c < channels; c++) {
				size_t row = turned ? 15 - x : y, col = turned ? y : x;
				int want = (int)(c == 0 ? 10 * col : c == 1 ? 15 * row : 120);
				int d = abs(want - p->pixel[(y * p->width + x) * channels + c]);

				worst = d > worst ? d : worst;
			}
	return worst;
}

static void
test_jpeg(void)
{
	static const struct {
		const char *file;
		size_t channels;
		int turned;
	} cases[] = { { "ramp.jpg", 3, 0 }, { "turned.jpg", 3, 1 }, { "gray.jpg", 1, 0 } };
	struct maas_buf b = { 0 };
	struct maas_picture p;
	size_t h, w;

	for (size_t i = 0; i < MAAS_COUNT(cases); i++) {
		int far = -1, rc = maas_picture_decode(&p, load(&b, cases[i].file));

		if (rc == 0)
			far = from_ramp(&p, cases[i].channels, cases[i].turned);
		ok(far >= 0 && far <= 14, "%s: %d from what went in", cases[i].file, far);
		maas_picture_free(&p);
		ok(maas_picture_sides((struct maas_span){ b.s, b.n }, &h, &w) == 0 && h == 16 && w == 24, "its sides");
	}
	ok(maas_picture_decode(&p, load(&b, "print.jpg")) < 0 && strstr(maas_error(), "CMYK"), "%s", maas_error());
	maas_buf_free(&b);
}

/* Every beginning of a file, and the file with a byte turned at each place: an answer or a reason, and no leak. */
static void
mangle(const char *file, size_t step)
{
	struct maas_buf b = { 0 };
	struct maas_span s = load(&b, file);
	struct maas_mel m;
	double to[40 * 20];
	size_t cut = 0, strange = 0;

	if (maas_mel_set(&m, 8000, 0.1, 20) < 0)
		exit(1);
	for (size_t i = 0; i < 2 * s.n; i += step) {
		struct maas_picture p = { 0 };
		struct maas_spectrum *mel = maas_spectrum_new(&m);
		/* Memory of its own size: a byte read behind its end is seen. */
		struct maas_buf one = { 0 };
		int rc;

		if (maas_buf_add(&one, s.s, i < s.n ? i : s.n) < 0)
			exit(1);
		if (i >= s.n)
			one.s[i - s.n] ^= 0x55;
		rc = maas_medium(s) == MAAS_PICTURE ? maas_picture_decode(&p, (struct maas_span){ one.s, one.n })
						    : maas_spectrum_file(mel, to, (struct maas_span){ one.s, one.n });
		strange += rc < 0 && !*maas_error();
		cut += i < s.n / 2 && rc < 0;
		maas_picture_free(&p);
		maas_spectrum_free(mel);
		maas_buf_free(&one);
	}
	ok(!strange && (maas_medium(s) == MAAS_SOUND || cut == (s.n / 2 + step - 1) / step),
	    "%s, cut and turned: %zu refused", file, cut);
	maas_buf_free(&b);
}

/* CRC-32 of PNG, chunk by chunk, for a header of ours. */
static void
put_crc(unsigned char *chunk, size_t n)
{
	uint32_t c = 0xffffffffu;

	for (size_t i = 0; i < n; i++) {
		c ^= chunk[i];
		for (int k = 0; k < 8; k++)
			c = c & 1 ? 0xedb88320u ^ c >> 1 : c >> 1;
	}
	for (int i = 0; i < 4; i++)
		chunk[n + (size_t)i] = (unsigned char)(~c >> (24 - 8 * i));
}

static void
test_bombs(void)
{
	struct maas_buf b = { 0 };
	struct maas_picture p;
	size_t h, w;

	load(&b, "gray.png");
	memcpy(b.s + 16, "\x7f\xff\xff\xff\0\0\x10\0", 8);
	put_crc((unsigned char *)b.s + 12, 17);
	ok(maas_picture_sides((struct maas_span){ b.s, b.n }, &h, &w) == 0 && w == 0x7fffffff && h == 4096,
	    "the sides of a bomb");
	ok(maas_picture_decode(&p, (struct maas_span){ b.s, b.n }) < 0 && strstr(maas_error(), "at most 16777216"),
	    "%s", maas_error());
	load(&b, "ramp.jpg");
	for (size_t i = 0; i + 9 < b.n; i++)
		if (!memcmp(b.s + i, "\xff\xc0", 2))
			memcpy(b.s + i + 5, "\xff\xdc\xff\xdc", 4);
	ok(maas_picture_decode(&p, (struct maas_span){ b.s, b.n }) < 0 && strstr(maas_error(), "at most 16777216"),
	    "%s", maas_error());
	ok(maas_picture_decode(&p, maas_span("GIF89a")) < 0 && maas_picture_sides(maas_span(""), &h, &w) < 0, "%s",
	    maas_error());
	maas_buf_free(&b);
}

static void
test_sounds(void)
{
	static const char *const files[] = { "tone.flac", "tone.ogg" };
	struct maas_buf b = { 0 };
	struct maas_sound s;

	for (size_t i = 0; i < 2; i++) {
		double far = 0;

		if (maas_sound_decode(&s, load(&b, files[i]), 10) < 0)
			exit(1);
		for (size_t k = 0; k < s.n; k++)
			far = fmax(far, fabs(s.sample[k] - 0.5 * sin((double)k * 0.3)));
		ok(s.n == 1600 && s.rate == 8000 && far < (i ? 0.1 : 1e-4), "%s: %g from what went in", files[i], far);
		maas_sound_free(&s);
	}
	ok(maas_sound_decode(&s, load(&b, "tone.flac"), 0.05) == 0 && s.n == 400,
	    "no more is decoded than is asked for");
	maas_sound_free(&s);
	load(&b, "stereo.wav");
	memcpy(b.s + 24, "\xe7\x03\0\0", 4);
	ok(maas_sound_decode(&s, (struct maas_span){ b.s, b.n }, 1) < 0 && strstr(maas_error(), "999 samples"), "%s",
	    maas_error());
	load(&b, "float.wav");
	memcpy(b.s + 48, "\0\0\xc0\x7f", 4);
	ok(maas_sound_decode(&s, (struct maas_span){ b.s, b.n }, 1) < 0 && strstr(maas_error(), "no number"), "%s",
	    maas_error());
	load(&b, "eight.wav");
	ok(maas_sound_decode(&s, (struct maas_span){ b.s, 44 }, 1) < 0, "%s", maas_error());
	memset(b.s + 24, 0, 4);
	ok(maas_sound_decode(&s, (struct maas_span){ b.s, b.n }, 1) < 0 && strstr(maas_error(), " 0 samples a second"),
	    "%s", maas_error());
	ok(maas_sound_decode(&s, maas_span("ID3"), 1) < 0, "%s", maas_error());
	maas_buf_free(&b);
}

/* What ends before it should is a sound still, and says so; not where as much was there as was asked for. */
static void
test_cut(void)
{
	static const struct {
		const char *file;
		size_t bytes, found, promised;
		double seconds;
		int ended, cut;
	} sound[] = {
		{ "eight.wav", 844, 0, 0, 10, 1, 0 },
		{ "eight.wav", 500, 456, 800, 10, 1, 1 },
		{ "eight.wav", 500, 0, 0, 0.01, 0, 0 },
		{ "tone.flac", 1265, 0, 0, 10, 1, 0 },
		{ "tone.ogg", 2883, 0, 0, 10, 1, 0 },
	};
	struct maas_buf b = { 0 };
	struct maas_sound s;

	for (size_t i = 0; i < MAAS_COUNT(sound); i++) {
		(void)load(&b, sound[i].file);
		if (maas_sound_decode(&s, (struct maas_span){ b.s, sound[i].bytes }, sound[i].seconds) < 0)
			exit(1);
		ok(s.ended == sound[i].ended && s.cut == sound[i].cut &&
			(!s.cut || (s.found == sound[i].found && s.promised == sound[i].promised)),
		    "%zu bytes of %s: %zu of %zu", sound[i].bytes, sound[i].file, s.found, s.promised);
		maas_sound_free(&s);
	}
	maas_buf_free(&b);
}

/* A tone is as high as it is played fast; what is asked for of room is all that is filled. */
static void
test_player(void)
{
	struct maas_player *p = maas_player_new();
	static const double speeds[] = { 1, 0.9, 1.1 };
	float x[1000], to[1200];

	for (size_t i = 0; i < 1000; i++)
		x[i] = (float)sin((double)i * 0.3);
	for (size_t k = 0; p && k < MAAS_COUNT(speeds); k++) {
		size_t n = maas_player_run(p, to, 1200, x, 1000, speeds[k]);
		double far = 0;

		for (size_t i = 50; i + 50 < n; i++)
			far = fmax(far, fabs(to[i] - sin((double)i * speeds[k] * 0.3)));
		ok(n == (size_t)ceil(1000 / speeds[k]) && far < 2e-3, "at %g: %zu samples, %g off", speeds[k], n, far);
	}
	ok(p && maas_player_run(p, to, 7, x, 1000, 1.1) == 7, "no more than there is room for");
	maas_player_free(p);
}

static void
test_settings(void)
{
	struct maas_mel m;

	ok(maas_mel_set(&m, 8000, 0, 20) == 0 && m.frames == 1, "one frame at least");
	ok(maas_mel_set(&m, 8000, 1, 40) == 0 && m.frames == 98 && m.window == 200 && m.hop == 80,
	    "98 frames a second");
	ok(maas_mel_set(&m, 999, 1, 20) < 0 && maas_mel_set(&m, 8000, 1, 513) < 0 &&
		maas_mel_set(&m, 8000, 1e300, 1) < 0,
	    "%s", maas_error());
	m = (struct maas_mel){ 8000, 200, 80, 10, 300 };
	ok(!maas_spectrum_new(&m) && strstr(maas_error(), "too narrow"), "%s", maas_error());
}

/* Of a beginning of a file that goes on, as much is heard as of all of it, or more is wanted. */
static void
test_beginnings(void)
{
	static const char *const files[] = { "eight.wav", "stereo.wav", "tone.flac", "tone.ogg" };
	struct maas_buf b = { 0 };
	struct maas_mel m;
	struct maas_spectrum *mel;
	struct maas_sound all, s;

	if (maas_mel_set(&m, 8000, 0.03, 4) < 0 || !(mel = maas_spectrum_new(&m)))
		exit(1);
	for (size_t i = 0; i < MAAS_COUNT(files); i++) {
		struct maas_span file = load(&b, files[i]);
		size_t enough = 0, wrong = 0;

		if (maas_spectrum_hear(mel, &all, file, 0) < 0)
			exit(1);
		for (size_t n = 0; n <= file.n; n++) {
			int rc = maas_spectrum_hear(mel, &s, (struct maas_span){ file.s, n }, 1);

			enough += rc == 0;
			wrong += rc < 0 || (rc > 0 && s.sample) ||
			    (rc == 0 && (s.n != all.n || memcmp(s.sample, all.sample, s.n * sizeof *s.sample) != 0));
			maas_sound_free(&s);
		}
		ok(!wrong && (enough > 0) == (i < 2), "%s: %zu of its beginnings are enough", files[i], enough);
		maas_sound_free(&all);
	}
	ok(maas_sound_decode(&s, load(&b, "stereo.wav"), 0.01) == 0 && s.channels == 2 &&
		maas_spectrum_bytes(mel, &s) / 16 - (size_t)(0.075 * (double)s.rate) <= 1,
	    "a file takes eight bytes a sample of each channel");
	maas_sound_free(&s);
	maas_spectrum_free(mel);
	maas_buf_free(&b);
}

int
main(void)
{
	if (!HAVE_ALL) {
		puts("built without libpng, libjpeg, libsndfile or libvorbisfile");
		return 77;
	}
	test_jpeg();
	test_bombs();
	test_sounds();
	test_cut();
	test_beginnings();
	test_player();
	test_settings();
	mangle("palette.png", 1);
	mangle("colour.png", 3);
	mangle("gray.jpg", 1);
	mangle("turned.jpg", 3);
	mangle("eight.wav", 5);
	mangle("tone.flac", 11);
	mangle("tone.ogg", 11);
	return done();
}
