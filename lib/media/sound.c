/* sound -- a sound of any format as samples of one channel. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sound.h"

#define LOUDEST 1e6 /* full scale is 1 */

int
sound_begin(struct maas_sound *s, long rate, long channels)
{
	if (rate < MAAS_RATE_MIN || rate > MAAS_RATE_MAX)
		return maas_fail(
		    "a sound of %ld samples a second, from %d to %d are read", rate, MAAS_RATE_MIN, MAAS_RATE_MAX);
	if (channels < 1 || channels > SOUND_CHANNELS)
		return maas_fail("a sound of %ld channels, at most %d are read", channels, SOUND_CHANNELS);
	s->rate = rate;
	s->channels = channels;
	return 0;
}

void
sound_end(struct maas_sound *s, size_t promised)
{
	s->ended = s->dry = 1;
	s->found = s->n;
	s->promised = promised;
	s->cut = s->n < promised;
}

size_t
sound_wants(const struct maas_sound *s, double seconds, size_t most)
{
	double left = ceil(seconds * (double)s->rate) - (double)s->n;

	return left <= 0 ? 0 : left < (double)most ? (size_t)left : most;
}

int
sound_add(struct maas_sound *s, size_t *cap, const float *const *x, size_t step, size_t n, size_t channels)
{
	if (maas_grow(&s->sample, s->n, cap, n, sizeof *s->sample) < 0)
		return -1;
	for (size_t i = 0; i < n; i++) {
		double sum = 0;

		for (size_t c = 0; c < channels; c++)
			sum += x[c][i * step];
		if (!(fabs(sum) <= LOUDEST))
			return maas_fail("a sound whose sample %zu is no number, or far from full scale", s->n + 1);
		s->sample[s->n++] = (float)(sum / (double)channels);
	}
	return 0;
}

int
maas_sound_decode(struct maas_sound *s, struct maas_span file, double seconds)
{
	int rc;

	*s = (struct maas_sound){ 0 };
	if (maas_medium(file) != MAAS_SOUND)
		return maas_fail("no WAV, FLAC or Ogg sound");
	rc = file.s[0] == 'O' ? ogg_decode(s, file, seconds) : wave_decode(s, file, seconds);
	if (rc == 0 && !s->n)
		rc = maas_fail("a sound without samples");
	if (rc < 0)
		maas_sound_free(s);
	return rc;
}

void
maas_sound_free(struct maas_sound *s)
{
	free(s->sample);
	*s = (struct maas_sound){ 0 };
}
