/* Pictures and sounds against the numbers that scripts/make-golden-media found with another implementation. */
#include <stdlib.h>

#include "maas/fmt.h"
#include "maas/media.h"
#include "../test.h"

#if defined(MAAS_HAS_PNG) && defined(MAAS_HAS_SNDFILE)
enum { HAVE_ALL = 1 };
#else
enum { HAVE_ALL = 0 };
#endif

static char name[64];

static struct maas_span
file_of(struct maas_buf *b)
{
	char path[4096];
	struct maas_input *in;

	snprintf(path, sizeof path, "%s/media/%s", getenv("DATA") ? getenv("DATA") : "tests/data", name);
	b->n = 0;
	if (!(in = maas_input_open(path, NULL)) || maas_input_all(in, b) < 0)
		exit(1);
	maas_input_close(in);
	return (struct maas_span){ b->s, b->n };
}

/* The numbers of a line, at most n; how many there are. */
static size_t
numbers(struct maas_span line, double *to, size_t n)
{
	char *p = strndup(line.s, line.n), *at = p, *end;
	size_t i = 0;

	for (; i < n; at = end) {
		double v = strtod(at, &end);

		if (end == at)
			break;
		to[i++] = v;
	}
	free(p);
	return i;
}

static int
same_bytes(const unsigned char *p, const double *want, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (p[i] != want[i])
			return 0;
	return 1;
}

/* The root of the mean square difference, by that of what is wanted. */
static double
apart(const double *got, const double *want, size_t n)
{
	double d = 0, w = 0;

	for (size_t i = 0; i < n; i++) {
		d += (got[i] - want[i]) * (got[i] - want[i]);
		w += want[i] * want[i];
	}
	return sqrt(d / w);
}

static void
check_picture(const size_t *say, struct maas_span file, const double *want, size_t n, int scale)
{
	struct maas_picture p;
	unsigned char *to = malloc(n + 1);
	size_t h, w;

	if (maas_picture_decode(&p, file) < 0 || maas_picture_sides(file, &h, &w) < 0) {
		ok(0, "%s: %s", name, maas_error());
		free(to);
		return;
	}
	ok(h * w == p.height * p.width, "%s: its sides are known beforehand", name);
	if (scale)
		ok(n == say[0] * say[1] * say[2] && maas_picture_scale(to, &p, say[0], say[1], say[2]) == 0 &&
			same_bytes(to, want, n),
		    "%s as %zu of %zu x %zu", name, say[0], say[1], say[2]);
	else
		ok(p.height == say[0] && p.width == say[1] && p.channels == say[2] && n == say[0] * say[1] * say[2] &&
			same_bytes(p.pixel, want, n),
		    "%s has its pixels", name);
	maas_picture_free(&p);
	free(to);
}

static void
check_resample(size_t rate, struct maas_span file, const double *want, size_t n)
{
	struct maas_sound s;
	double *got = malloc((n + 1) * sizeof *got), far = 1;

	if (maas_sound_decode(&s, file, 10) == 0 && maas_sound_resample(&s, (long)rate) == 0 && s.n == n) {
		for (size_t i = 0; i < n; i++)
			got[i] = s.sample[i];
		far = apart(got, want, n);
	}
	ok(far < 1e-5 && s.rate == (long)rate, "%s at %zu samples a second: %.2g", name, rate, far);
	maas_sound_free(&s);
	free(got);
}

static void
check_mel(const size_t *say, struct maas_span file, const double *want, size_t n)
{
	struct maas_mel m = { (long)say[0], (long)say[1], (long)say[2], (long)say[3], (long)say[4] }, auto_mel;
	struct maas_spectrum *s = maas_spectrum_new(&m);
	double *got = malloc((n + 1) * sizeof *got), far = 1;
	double seconds = (double)(m.window + (m.frames - 1) * m.hop) / (double)m.rate;

	if (s && n == say[3] * say[4] && maas_spectrum_file(s, got, file) == 0)
		far = apart(got, want, n);
	ok(far < 1e-5, "%s as %zu x %zu numbers: %.2g", name, say[3], say[4], far);
	ok(maas_mel_set(&auto_mel, m.rate, seconds + 1e-9, m.bands) == 0 && auto_mel.frames == m.frames &&
		auto_mel.window == m.window && auto_mel.hop == m.hop,
	    "windows of 25 ms, every 10 ms");
	maas_spectrum_free(s);
	free(got);
}

static void
check(struct maas_span head, const double *want, size_t n)
{
	struct maas_buf b = { 0 };
	char what[16];
	size_t say[5] = { 0 };
	struct maas_span file;

	if (sscanf(head.s, "%15s %63s %zu %zu %zu %zu %zu", what, name, &say[0], &say[1], &say[2], &say[3], &say[4]) <
	    3)
		exit(1);
	file = file_of(&b);
	if (!strcmp(what, "decode") || !strcmp(what, "scale"))
		check_picture(say, file, want, n, *what == 's');
	else if (!strcmp(what, "resample"))
		check_resample(say[0], file, want, n);
	else
		check_mel(say, file, want, n);
	maas_buf_free(&b);
}

int
main(void)
{
	static double want[1 << 15];
	struct maas_buf b = { 0 };
	char *line, *rest;

	if (!HAVE_ALL) {
		puts("built without libpng or libsndfile");
		return 77;
	}
	snprintf(name, sizeof name, "golden");
	for (file_of(&b), rest = b.s; (line = strsep(&rest, "\n")) && *line;) {
		char *next = strsep(&rest, "\n");

		check(maas_span(line), want, numbers(maas_span(next), want, MAAS_COUNT(want)));
	}
	maas_buf_free(&b);
	return done();
}
