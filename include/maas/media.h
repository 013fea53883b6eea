/*
 * media -- pictures and sounds: files in memory to pixels and samples, and those to as many
 * numbers as a model takes.  The doors to libpng, libjpeg, libsndfile and libvorbisfile are here; built
 * without one of them, its files are refused with MAAS_UNAVAILABLE.
 *
 * What a stranger sends is looked at before anything is allocated by its word: sides and
 * pixels of a picture, channels and rates of a sound.  Of a sound no more is decoded than is
 * asked for, and no more of its file is wanted.
 */
#ifndef MAAS_MEDIA_H
#define MAAS_MEDIA_H

#include "maas/base.h"

enum maas_medium { MAAS_NO_MEDIUM, MAAS_PICTURE, MAAS_SOUND };
#define MAAS_MEDIUM_BYTES 12            /* first bytes of a file that are enough to tell */
/* By the first bytes: PNG and JPEG; WAV, FLAC and Ogg. */
enum maas_medium maas_medium(struct maas_span first);
int maas_medium_begins(struct maas_span first);         /* might it, when more of them have come? */

/*
 * Pictures.  A decoded one is turned as its EXIF data say (CIPA DC-008, tag 0x0112), laid on white where it is
 * transparent, and has 8 bits a sample: those of 16 are rounded to v * 255 / 65535.  Samples are as stored, 0 being
 * black; gamma and colour profiles are not applied.
 */
#define MAAS_PIXELS ((size_t)1 << 24)   /* of one picture */
struct maas_picture {
	size_t height, width, channels; /* channels: 1 gray, 3 red, green and blue */
	unsigned char *pixel;           /* [height][width][channels], of the heap */
};
/* What the header says, nothing decoded; the sides as stored, before turning. */
int maas_picture_sides(struct maas_span file, size_t *height, size_t *width) MAAS_USE;
int maas_picture_decode(struct maas_picture *, struct maas_span file) MAAS_USE;
void maas_picture_free(struct maas_picture *);
/*
 * to[channels][height][width]: each number is the mean of the picture under its pixel's share of the area, parts of
 * pixels counting as parts, rounded once; so a picture of this size is itself, a smaller one has no aliases, and a
 * larger one is of blocks.  Where one channel is wanted of three it is (299 R + 587 G + 114 B) / 1000 (ITU-R BT.601);
 * one is repeated where three are wanted.
 */
int maas_picture_scale(unsigned char *to, const struct maas_picture *, size_t channels, size_t height,
    size_t width) MAAS_USE;

/*
 * Sounds.
 */
#define MAAS_RATE_MIN 1000              /* samples a second */
#define MAAS_RATE_MAX 192000
struct maas_sound {
	long rate, channels;            /* of the file */
	size_t n;
	float *sample;                  /* [n], of the heap; full scale is 1; channels are averaged */
	int ended;                      /* the file held fewer than were asked for */
	/* its decoder came to the end of the bytes: more of them may be heard otherwise */
	int dry;
	int cut;                        /* and fewer than it promises: it is not whole */
	size_t found, promised;         /* frames, where it is cut; promised 0: how many is not told */
};
/* At most the first `seconds`. */
int maas_sound_decode(struct maas_sound *, struct maas_span file, double seconds) MAAS_USE;
void maas_sound_free(struct maas_sound *);
/*
 * At another rate, in place: sinc interpolation under a Kaiser window (J. O. Smith, Digital Audio Resampling), 32 zeros
 * to each side, beta 8.6, cut off at 0.91 of the lower of the two rates' halves.  ceil(n * rate / old) samples.
 */
int maas_sound_resample(struct maas_sound *, long rate) MAAS_USE;

/*
 * Played `speed` times as fast: to[i] is the sound at i speed samples, interpolated likewise, by 8 zeros to each side.
 * As many samples as there are, ceil(n / speed), but `room` at most: how many.
 */
struct maas_player;                     /* tables, shared by threads */
struct maas_player *maas_player_new(void) MAAS_USE;
size_t maas_player_run(const struct maas_player *, float *to, size_t room, const float *x, size_t n, double speed);
void maas_player_free(struct maas_player *);

/*
 * Log-mel: a sound as frames x bands numbers.  The sound at `rate`, cut or followed by silence to be
 * window + (frames - 1) * hop samples long; frame t begins at sample t * hop.  With w[i] = 0.5 - 0.5 cos(2 pi i /
 * window), N the least power of two not below window, X the DFT of length N of w times the frame, and P[k] = |X[k]|^2
 * for k = 0 ... N/2:
 *	out[t][b] = log(1e-6 + sum over k of P[k] max(0, min(rises, falls)))
 *	rises = (f - e[b]) / (e[b+1] - e[b]),  falls = (e[b+2] - f) / (e[b+2] - e[b+1])
 * f = k rate / N, and e[0 ... bands+1] from 0 to rate / 2 in equal steps of 2595 log10(1 + f / 700) (HTK's mel;
 * O'Shaughnessy).
 */
struct maas_mel {
	long rate;                      /* 0: no sound */
	long window, hop;               /* samples */
	long frames, bands;
};
/* 25 ms, every 10 ms, as many frames as there are in `seconds`; one at least. */
int maas_mel_set(struct maas_mel *, long rate, double seconds, long bands) MAAS_USE;
int maas_mel_check(const struct maas_mel *) MAAS_USE;   /* are the numbers such as can be worked with? */
double maas_mel_edge(const struct maas_mel *, long i);  /* e[i] above, in Hz; the middle of band i - 1 */
/* How many of the frames x[frames][bands] stand before nothing but silence: 1 at least. */
size_t maas_mel_heard(const struct maas_mel *, const double *x);
struct maas_spectrum;                   /* tables for one struct maas_mel; one thread's */
struct maas_spectrum *maas_spectrum_new(const struct maas_mel *) MAAS_USE;
/* to[frames][bands], of samples x[n] at the rate. */
void maas_spectrum_run(struct maas_spectrum *, double *to, const float *x, size_t n);
/* The samples of a file that it wants: decoded, resampled.  Where the file goes on behind these bytes (rest): 1, and no
 * samples, if more of it is needed. */
int maas_spectrum_hear(const struct maas_spectrum *, struct maas_sound *, struct maas_span file, int rest) MAAS_USE;
/* Bytes that a file of the rate and channels of the sound may take for what is heard of it, without its header. */
size_t maas_spectrum_bytes(const struct maas_spectrum *, const struct maas_sound *);
/* Both. */
int maas_spectrum_file(struct maas_spectrum *, double *to, struct maas_span file) MAAS_USE;
void maas_spectrum_free(struct maas_spectrum *);

/*
 * What a user can say of how files become numbers; maas_media_fields serves as a part of a command's options.
 */
struct maas_media_options {
	const char *size;               /* "HxW"; NULL: of the first picture, its longer side at most 64 */
	int colour;                     /* three channels rather than one */
	long sample_rate;               /* 0: the first sound's, at most 16000 */
	long mels;
	double seconds;                 /* of each sound */
};
extern const struct maas_field maas_media_fields[];
/* "28x28" as height and width. */
int maas_size_parse(const char *, size_t *height, size_t *width) MAAS_USE;

#endif
