/*
 * sound_ogg -- the door to libvorbisfile: Vorbis in Ogg, out of memory.  libsndfile reads it
 * too, but keeps 6 kB of each file whose headers are damaged, which no server can bear.
 */
#include <string.h>

#include "sound.h"

#ifdef MAAS_HAS_VORBIS
#define OV_EXCLUDE_STATIC_CALLBACKS
#include <vorbis/vorbisfile.h>

#define BLOCK 4096 /* frames */

struct bytes {
	struct maas_span left;
	int dry; /* more was wanted than there is */
};

static size_t
take(void *to, size_t size, size_t n, void *p)
{
	struct bytes *x = p;
	struct maas_span *left = &x->left;

	x->dry |= size && n > left->n / size;
	n = size && n > left->n / size ? left->n / size : n;
	memcpy(to, left->s, size * n);
	left->s += size * n;
	left->n -= size * n;
	return n;
}

static int
read_frames(struct maas_sound *s, OggVorbis_File *f, double seconds)
{
	int channels = ov_info(f, -1)->channels, link = 0;
	float **x;
	size_t want, cap = 0;
	long got = 1;

	while (got > 0 && (want = sound_wants(s, seconds, BLOCK)) > 0) {
		const vorbis_info *now;

		got = ov_read_float(f, &x, (int)want, &link);
		if (got == OV_HOLE) { /* a page is missing: what follows is good */
			got = 1;
			continue;
		}
		if (got < 0)
			return maas_fail("a damaged Ogg sound");
		now = ov_info(f, -1);
		if (now->channels != channels || now->rate != s->rate)
			return maas_fail("an Ogg sound that goes on with other channels, or at another rate");
		if (sound_add(s, &cap, (const float *const *)x, 1, (size_t)got, (size_t)channels) < 0)
			return -1;
	}
	return 0;
}

/* Does the file hold, whole, the page that says that it is the last (RFC 3533, part 6)? */
static int
has_last_page(struct maas_span file)
{
	const size_t head = 27;
	size_t at = 0, n;
	int last = 0;

	while (file.n - at >= head) {
		const unsigned char *p = (const unsigned char *)file.s + at;

		n = head + p[26];
		if (memcmp(p, "OggS", 4)) {
			at++;
			continue;
		}
		for (size_t i = 0; i < p[26] && file.n - at >= head + p[26]; i++)
			n += p[head + i];
		last = n <= file.n - at && (p[5] & 4);
		at += n < file.n - at ? n : file.n - at;
	}
	return last;
}

int
ogg_decode(struct maas_sound *s, struct maas_span file, double seconds)
{
	ov_callbacks io = { take, NULL, NULL, NULL };
	struct bytes bytes = { .left = file };
	OggVorbis_File f;
	int rc = ov_open_callbacks(&bytes, &f, NULL, 0, io);

	if (rc < 0)
		return maas_fail(rc == OV_ENOTVORBIS ? "an Ogg file that holds no Vorbis sound, or is damaged"
						     : "a damaged Ogg sound");
	rc = sound_begin(s, ov_info(&f, -1)->rate, ov_info(&f, -1)->channels);
	if (rc == 0)
		rc = read_frames(s, &f, seconds);
	if (rc == 0 && sound_wants(s, seconds, 1)) {
		sound_end(s, 0);
		s->cut = !has_last_page(file);
	}
	s->dry |= bytes.dry;
	ov_clear(&f);
	return rc;
}
#else
int
ogg_decode(struct maas_sound *s, struct maas_span file, double seconds)
{
	(void)s;
	(void)file;
	(void)seconds;
	return maas_fail_as(MAAS_UNAVAILABLE, "an Ogg sound: built without libvorbisfile");
}
#endif
