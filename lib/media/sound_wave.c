/* sound_wave -- the door to libsndfile: WAV and FLAC out of memory. */
#include <stdlib.h>
#include <string.h>

#include "sound.h"

#ifdef MAAS_HAS_SNDFILE
#include <sndfile.h>

#define BLOCK  4096                  /* frames */
#define FRAMES ((sf_count_t)1 << 36) /* of FLAC, whose count has 36 bits: libsndfile gives more where there is none */

struct stream {
	struct maas_span file;
	sf_count_t at;
	int dry; /* more was wanted than there is */
};

static sf_count_t
length(void *p)
{
	return (sf_count_t)((struct stream *)p)->file.n;
}

static sf_count_t
seek(sf_count_t offset, int whence, void *p)
{
	struct stream *s = p;
	sf_count_t n = (sf_count_t)s->file.n, from = whence == SEEK_SET ? 0 : whence == SEEK_CUR ? s->at : n;

	if (offset < -from || offset > n - from)
		return -1;
	return s->at = from + offset;
}

static sf_count_t
take(void *to, sf_count_t n, void *p)
{
	struct stream *s = p;
	sf_count_t left = (sf_count_t)s->file.n - s->at;

	s->dry |= n > left;
	n = n < 0 ? 0 : n < left ? n : left;
	memcpy(to, s->file.s + s->at, (size_t)n);
	s->at += n;
	return n;
}

static sf_count_t
put(const void *from, sf_count_t n, void *p)
{
	(void)from;
	(void)n;
	(void)p;
	return 0;
}

static sf_count_t
tell(void *p)
{
	return ((struct stream *)p)->at;
}

static unsigned long
little(const char *p, int n)
{
	unsigned long v = 0;

	while (n--)
		v = v << 8 | (unsigned char)p[n];
	return v;
}

/*
 * What the header of a WAV says: its rate, 0 a fault, and how many frames there are, which libsndfile lowers to those
 * that are there.  0 frames where it is not told: by a coding that packs them, or by who wrote to a pipe, and left all
 * bits set, or those of 2 GiB.
 */
static int
read_header(struct maas_span file, size_t *frames)
{
	size_t at = 12, size, frame = 0;

	for (*frames = 0; file.s[0] == 'R' && at < file.n && file.n - at >= 8; at += size + (size & 1)) {
		const char *p = file.s + at;

		size = little(p + 4, 4);
		at += 8;
		if (!memcmp(p, "fmt ", 4) && size >= 16 && file.n - at >= 16) {
			unsigned long coding = little(p + 8, 2);

			if (!little(p + 12, 4))
				return maas_fail("a sound of 0 samples a second, from %d to %d are read", MAAS_RATE_MIN,
				    MAAS_RATE_MAX);
			frame = coding == 1 || coding == 3 || coding == 0xfffe ? little(p + 20, 2) : 0;
		}
		if (!memcmp(p, "data", 4)) {
			*frames = frame && size < 0x7ffff000 ? size / frame : 0;
			break;
		}
	}
	return 0;
}

static int
read_frames(struct maas_sound *s, SNDFILE *f, size_t channels, double seconds)
{
	float *block = maas_alloc(BLOCK * channels, sizeof *block);
	const float *x[SOUND_CHANNELS];
	size_t want, cap = 0;
	sf_count_t got = 1;
	int rc = block ? 0 : -1;

	for (size_t c = 0; c < channels; c++)
		x[c] = block + c;
	while (rc == 0 && got > 0 && (want = sound_wants(s, seconds, BLOCK)) > 0)
		if ((got = sf_readf_float(f, block, (sf_count_t)want)) > 0)
			rc = sound_add(s, &cap, x, channels, (size_t)got, channels);
	free(block);
	return rc;
}

int
wave_decode(struct maas_sound *s, struct maas_span file, double seconds)
{
	SF_VIRTUAL_IO io = { length, seek, take, put, tell };
	struct stream stream = { .file = file };
	SF_INFO info = { 0 };
	SNDFILE *f;
	size_t promised;
	int rc;

	if (read_header(file, &promised) < 0)
		return -1;
	if (!(f = sf_open_virtual(&io, SFM_READ, &info, &stream)))
		return maas_fail("a damaged sound: %.*s", (int)strcspn(sf_strerror(NULL), ".\n"), sf_strerror(NULL));
	rc = sound_begin(s, info.samplerate, info.channels);
	if (rc == 0)
		rc = read_frames(s, f, (size_t)info.channels, seconds);
	if (file.s[0] == 'f' && info.frames > 0 && info.frames < FRAMES)
		promised = (size_t)info.frames;
	if (rc == 0 && sound_wants(s, seconds, 1))
		sound_end(s, promised);
	s->dry |= stream.dry;
	sf_close(f);
	return rc;
}
#else
int
wave_decode(struct maas_sound *s, struct maas_span file, double seconds)
{
	(void)s;
	(void)file;
	(void)seconds;
	return maas_fail_as(MAAS_UNAVAILABLE, "a WAV or FLAC sound: built without libsndfile");
}
#endif
