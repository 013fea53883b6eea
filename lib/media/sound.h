/* sound.h -- what the decoders of sounds share. */
#ifndef SOUND_H
#define SOUND_H

#include "maas/media.h"

#define SOUND_CHANNELS 64

/* WAV and FLAC; Ogg.  Into an empty sound, at most its first seconds; what it holds is freed by the caller in any
 * case. */
int wave_decode(struct maas_sound *, struct maas_span file, double seconds) MAAS_USE;
int ogg_decode(struct maas_sound *, struct maas_span file, double seconds) MAAS_USE;

/* Sets the rate; -1 where it or the number of channels is out of bounds. */
int sound_begin(struct maas_sound *, long rate, long channels) MAAS_USE;
/* Fewer frames were there than were wanted; the header promises so many, 0: it does not say. */
void sound_end(struct maas_sound *, size_t promised);
/* Samples still wanted of `seconds`, at most `most`. */
size_t sound_wants(const struct maas_sound *, double seconds, size_t most);
/* n more samples, each the mean of x[c][i * step] over the channels c. */
int sound_add(struct maas_sound *, size_t *cap, const float *const *x, size_t step, size_t n, size_t channels) MAAS_USE;

#endif
