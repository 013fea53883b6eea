/* Any bytes as a sound, of an odd number heard to the end: its samples are finite, no more than asked for, and its
 * spectrum is finite. */
#include <math.h>
#include <stdlib.h>

#include "maas/media.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static struct maas_spectrum *spectrum;
	static struct maas_mel mel;
	struct maas_span file = { (const char *)data, n };
	double to[20 * 20], seconds = n % 2 ? 20 : 0.1;
	struct maas_sound s;

	if (!spectrum &&
	    (maas_mel_set(&mel, 8000, 0.1, 20) < 0 || mel.frames > 20 || !(spectrum = maas_spectrum_new(&mel))))
		abort();
	if (maas_sound_decode(&s, file, seconds) < 0)
		return 0;
	if ((double)s.n > ceil(seconds * (double)s.rate))
		abort();
	for (size_t i = 0; i < s.n; i++)
		if (!isfinite(s.sample[i]))
			abort();
	maas_sound_free(&s);
	if (maas_spectrum_file(spectrum, to, file) < 0)
		return 0;
	for (size_t i = 0; i < (size_t)(mel.frames * mel.bands); i++)
		if (!isfinite(to[i]))
			abort();
	return 0;
}
