/* mel -- sounds as log-mel spectra; the formula is in maas/media.h. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "maas/media.h"

#define PI         3.14159265358979323846
#define FLOOR      1e-6
#define WINDOW_S   0.025
#define HOP_S      0.010
#define WINDOW_MAX 16384
#define BANDS_MAX  512
#define FRAMES_MAX ((long)1 << 20)

struct maas_spectrum {
	struct maas_mel mel;
	size_t n;              /* N: points of the DFT */
	double *window;        /* [mel.window] */
	double *cosine, *sine; /* [n / 2] of 2 pi k / n */
	double *re, *im;       /* [n / 2] of a frame: its even and its odd samples, then their DFT */
	double *power;         /* [n / 2 + 1] */
	size_t *first;         /* [bands] of the bins of a band */
	size_t *count;
	double *weight; /* of all bands, one after the other */
};

int
maas_mel_check(const struct maas_mel *m)
{
	return m->rate < MAAS_RATE_MIN || m->rate > MAAS_RATE_MAX || m->window < 8 || m->window > WINDOW_MAX ||
		m->hop < 1 || m->hop > WINDOW_MAX || m->frames < 1 || m->frames > FRAMES_MAX || m->bands < 1 ||
		m->bands > BANDS_MAX
	    ? maas_fail("a spectrum of %ld frames and %ld bands, of %ld samples every %ld at %ld a second", m->frames,
		  m->bands, m->window, m->hop, m->rate)
	    : 0;
}

int
maas_mel_set(struct maas_mel *m, long rate, double seconds, long bands)
{
	double more;

	*m = (struct maas_mel){ .rate = rate, .bands = bands };
	m->window = lround(WINDOW_S * (double)rate);
	m->hop = lround(HOP_S * (double)rate);
	more = floor((seconds * (double)rate - (double)m->window) / (double)m->hop);
	m->frames = more > 0 ? 1 + (long)fmin(more, (double)FRAMES_MAX) : 1;
	return maas_mel_check(m);
}

size_t
maas_mel_heard(const struct maas_mel *m, const double *x)
{
	size_t bands = (size_t)m->bands, n = (size_t)m->frames * bands;
	double silence = log(FLOOR);

	while (n > bands && x[n - 1] == silence)
		n--;
	return (n + bands - 1) / bands;
}

static double
mel_of(double f)
{
	return 2595 * log10(1 + f / 700);
}

/* e[i] of the header. */
double
maas_mel_edge(const struct maas_mel *m, long i)
{
	double top = mel_of((double)m->rate / 2);

	return 700 * (pow(10, top * (double)i / (double)(m->bands + 1) / 2595) - 1);
}

static double
triangle(double f, double low, double middle, double high)
{
	return fmax(0, fmin((f - low) / (middle - low), (high - f) / (high - middle)));
}

/* The bins of each band and their weights: at most two bands have a bin. */
static int
fill_bands(struct maas_spectrum *s)
{
	const struct maas_mel *m = &s->mel;
	size_t used = 0, bin = 0;

	for (long b = 0; b < m->bands; b++) {
		double low = maas_mel_edge(m, b), middle = maas_mel_edge(m, b + 1), high = maas_mel_edge(m, b + 2);

		for (bin = b ? s->first[b - 1] : 0; (double)bin * (double)m->rate / (double)s->n <= low; bin++)
			;
		s->first[b] = bin;
		for (; bin <= s->n / 2 && (double)bin * (double)m->rate / (double)s->n < high; bin++)
			s->weight[used++] = triangle((double)bin * (double)m->rate / (double)s->n, low, middle, high);
		s->count[b] = bin - s->first[b];
		if (!s->count[b])
			return maas_fail_as(MAAS_USAGE,
			    "%ld mel bands at %ld samples a second: band %ld is too narrow to have any frequency",
			    m->bands, m->rate, b + 1);
	}
	return 0;
}

struct maas_spectrum *
maas_spectrum_new(const struct maas_mel *m)
{
	struct maas_spectrum *s;
	size_t n = 8;

	if (maas_mel_check(m) < 0 || !(s = maas_alloc(1, sizeof *s)))
		return NULL;
	while (n < (size_t)m->window)
		n *= 2;
	s->mel = *m;
	s->n = n;
	s->window = maas_alloc((size_t)m->window, sizeof *s->window);
	s->cosine = maas_alloc(2 * n, sizeof *s->cosine);
	s->power = maas_alloc(n / 2 + 1, sizeof *s->power);
	s->first = maas_alloc(2 * (size_t)m->bands, sizeof *s->first);
	s->weight = maas_alloc(n + 2, sizeof *s->weight);
	if (!s->window || !s->cosine || !s->power || !s->first || !s->weight)
		goto fail;
	s->count = s->first + m->bands;
	s->sine = s->cosine + n / 2;
	s->re = s->sine + n / 2;
	s->im = s->re + n / 2;
	for (size_t i = 0; i < (size_t)m->window; i++)
		s->window[i] = 0.5 - 0.5 * cos(2 * PI * (double)i / (double)m->window);
	for (size_t k = 0; k < n / 2; k++) {
		s->cosine[k] = cos(2 * PI * (double)k / (double)n);
		s->sine[k] = sin(2 * PI * (double)k / (double)n);
	}
	if (fill_bands(s) == 0)
		return s;
fail:
	maas_spectrum_free(s);
	return NULL;
}

void
maas_spectrum_free(struct maas_spectrum *s)
{
	if (!s)
		return;
	free(s->window);
	free(s->cosine);
	free(s->power);
	free(s->first);
	free(s->weight);
	free(s);
}

/* The DFT of n = s->n / 2 complex numbers, in place: decimation in time, radix 2 (Cooley and Tukey 1965). */
static void
transform(struct maas_spectrum *s)
{
	size_t n = s->n / 2;

	for (size_t i = 1, j = 0; i < n; i++) {
		size_t bit = n >> 1;

		for (; j & bit; bit >>= 1)
			j ^= bit;
		j ^= bit;
		if (i < j) {
			double re = s->re[i], im = s->im[i];

			s->re[i] = s->re[j], s->im[i] = s->im[j];
			s->re[j] = re, s->im[j] = im;
		}
	}
	for (size_t half = 1; half < n; half *= 2)
		for (size_t k = 0; k < half; k++) {
			double c = s->cosine[k * (n / half)], w = -s->sine[k * (n / half)];

			for (size_t i = k; i < n; i += 2 * half) {
				double re = c * s->re[i + half] - w * s->im[i + half];
				double im = c * s->im[i + half] + w * s->re[i + half];

				s->re[i + half] = s->re[i] - re, s->im[i + half] = s->im[i] - im;
				s->re[i] += re, s->im[i] += im;
			}
		}
}

/* power[0 ... n/2]: the even samples are the real parts, the odd ones the imaginary parts, of one DFT of half the
 * size. */
static void
find_power(struct maas_spectrum *s, const float *x, size_t have)
{
	size_t half = s->n / 2, n = have < (size_t)s->mel.window ? have : (size_t)s->mel.window;

	memset(s->re, 0, half * sizeof *s->re);
	memset(s->im, 0, half * sizeof *s->im);
	for (size_t i = 0; i < n; i++)
		(i & 1 ? s->im : s->re)[i / 2] = x[i] * s->window[i];
	transform(s);
	for (size_t k = 0; k <= half; k++) {
		size_t a = k % half, b = (half - k) % half;
		double er = (s->re[a] + s->re[b]) / 2, ei = (s->im[a] - s->im[b]) / 2;
		double or = (s->im[a] + s->im[b]) / 2, oi = (s->re[b] - s->re[a]) / 2;
		double c = k < half ? s->cosine[k] : -1, w = k < half ? -s->sine[k] : 0;
		double re = er + c * or -w * oi, im = ei + c * oi + w * or ;

		s->power[k] = re * re + im * im;
	}
}

void
maas_spectrum_run(struct maas_spectrum *s, double *to, const float *x, size_t n)
{
	const struct maas_mel *m = &s->mel;

	for (size_t t = 0; t < (size_t)m->frames; t++) {
		size_t at = t * (size_t)m->hop;
		const double *weight = s->weight;

		find_power(s, at < n ? x + at : x, at < n ? n - at : 0);
		for (long b = 0; b < m->bands; b++) {
			double sum = FLOOR;

			for (size_t k = 0; k < s->count[b]; k++)
				sum += *weight++ * s->power[s->first[b] + k];
			*to++ = log(sum);
		}
	}
}

/* Of a file: a little more than is heard, which resampling reaches over to, 36 periods of the lower rate. */
static double
seconds(const struct maas_mel *m)
{
	return (double)(m->window + (m->frames - 1) * m->hop) / (double)m->rate + 0.05;
}

size_t
maas_spectrum_bytes(const struct maas_spectrum *s, const struct maas_sound *sound)
{
	return (size_t)(seconds(&s->mel) * (double)sound->rate + 1) * (size_t)sound->channels * sizeof(double);
}

int
maas_spectrum_hear(const struct maas_spectrum *s, struct maas_sound *sound, struct maas_span file, int rest)
{
	int rc = maas_sound_decode(sound, file, seconds(&s->mel));

	if (rest && (rc < 0 ? maas_why() == MAAS_DATA : sound->dry)) {
		free(sound->sample);
		sound->sample = NULL;
		sound->n = 0;
		return 1;
	}
	if (rc == 0 && (rc = maas_sound_resample(sound, s->mel.rate)) < 0)
		maas_sound_free(sound);
	return rc;
}

int
maas_spectrum_file(struct maas_spectrum *s, double *to, struct maas_span file)
{
	struct maas_sound sound;

	if (maas_spectrum_hear(s, &sound, file, 0) < 0)
		return -1;
	maas_spectrum_run(s, to, sound.sample, sound.n);
	maas_sound_free(&sound);
	return 0;
}
