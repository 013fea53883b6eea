/*
 * medium -- files of pictures and sounds as numbers: the pixels of the picture at one size, or the log-mel spectrum of
 * the sound at one rate and length.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "maas/fmt.h"
#include "medium.h"

#define SIDE  64                /* of a first picture that says the size */
#define RATE  16000             /* of a first sound that says the rate */
#define PIECE ((size_t)1 << 20) /* of a file, at first */

size_t
medium_numbers(const struct medium *m)
{
	return m->height * m->width * (m->mel.rate ? 1 : m->channels);
}

/* Twice as much of the file as there is. */
static int
read_more(struct medium *m)
{
	int last;

	if (maas_input_block(m->rest, &m->file, m->file.n ? m->file.n : PIECE, &last) < 0)
		return -1;
	m->have = (struct maas_span){ m->file.s ? m->file.s : "", m->file.n };
	if (last)
		m->rest = NULL;
	return 0;
}

static int
read_all(struct medium *m)
{
	while (m->rest && m->file.n <= MEDIUM_FILE_MAX)
		if (read_more(m) < 0)
			return -1;
	return m->file.n > MEDIUM_FILE_MAX ? maas_fail("a file of more than %zu bytes", MEDIUM_FILE_MAX) : 0;
}

/* Would more of a sound's file be read? */
static int
goes_on(const struct medium *m, size_t most)
{
	return m->rest && m->file.n <= most && (m->have.n < MAAS_MEDIUM_BYTES || maas_medium(m->have) == MAAS_SOUND);
}

/* Of the first picture: how large all are made. */
static int
learn_size(struct medium *m, const struct maas_media_options *o)
{
	struct maas_picture p;
	size_t longer;

	if (read_all(m) < 0 || maas_picture_decode(&p, m->have) < 0)
		return -1;
	longer = p.height > p.width ? p.height : p.width;
	m->channels = o->colour ? 3 : 1;
	m->height = p.height;
	m->width = p.width;
	maas_picture_free(&p);
	if (longer > SIDE) {
		m->height = (m->height * SIDE + longer / 2) / longer;
		m->width = (m->width * SIDE + longer / 2) / longer;
	}
	m->height += !m->height;
	m->width += !m->width;
	return o->size ? maas_size_parse(o->size, &m->height, &m->width) : 0;
}

/* Of the first sound: at what rate all are heard. */
static int
learn_rate(struct medium *m, const struct maas_media_options *o)
{
	struct maas_sound s;
	long rate = o->sample_rate;
	int rc;

	if (!rate) {
		while ((rc = maas_sound_decode(&s, m->have, 0.01)) < 0 && maas_why() == MAAS_DATA &&
		    goes_on(m, MEDIUM_FILE_MAX))
			if (read_more(m) < 0)
				return -1;
		if (rc < 0)
			return -1;
		rate = s.rate < RATE ? s.rate : RATE;
		maas_sound_free(&s);
	}
	if (maas_mel_set(&m->mel, rate, o->seconds, o->mels) < 0)
		return -1;
	m->height = (size_t)m->mel.frames;
	m->width = (size_t)m->mel.bands;
	return 0;
}

int
medium_learn(struct medium *m, enum maas_medium what, const struct maas_media_options *o)
{
	struct maas_media_options plain;

	maas_defaults(maas_media_fields, &plain);
	o = o ? o : &plain;
	if ((what == MAAS_SOUND ? learn_rate(m, o) : learn_size(m, o)) < 0)
		return -1;
	m->known = 1;
	return 0;
}

/* A sound of three hours costs what is heard of it: twice as much is read until that is enough. */
static int
take_sound(struct medium *m, double *to)
{
	size_t most = MEDIUM_FILE_MAX;
	int rc;

	if (!m->spectrum && !(m->spectrum = maas_spectrum_new(&m->mel)))
		return -1;
	do {
		maas_sound_free(&m->sound);
		rc = maas_spectrum_hear(m->spectrum, &m->sound, m->have, goes_on(m, most));
		most = MEDIUM_FILE_MAX + maas_spectrum_bytes(m->spectrum, &m->sound);
	} while (rc > 0 && (rc = read_more(m)) == 0);
	if (rc < 0)
		return -1;
	if (m->sound.dry && m->rest)
		return maas_fail("a sound whose first %zu bytes do not hold what is heard of it", m->file.n);
	maas_spectrum_run(m->spectrum, to, m->sound.sample, m->sound.n);
	return 0;
}

static int
take_picture(struct medium *m, double *to)
{
	size_t n = medium_numbers(m);
	struct maas_picture p;
	int rc;

	if (read_all(m) < 0 || maas_picture_decode(&p, m->have) < 0)
		return -1;
	m->bytes.n = 0;
	if ((rc = maas_grow(&m->bytes.s, 0, &m->bytes.cap, n, 1)) == 0)
		rc = maas_picture_scale((unsigned char *)m->bytes.s, &p, m->channels, m->height, m->width);
	maas_picture_free(&p);
	for (size_t i = 0; rc == 0 && i < n; i++)
		to[i] = (unsigned char)m->bytes.s[i];
	return rc;
}

int
medium_take(struct medium *m, double *to)
{
	return m->mel.rate ? take_sound(m, to) : take_picture(m, to);
}

void
medium_begin(struct medium *m, struct maas_input *in, struct maas_span memory)
{
	maas_input_close(m->opened);
	m->opened = NULL;
	m->rest = in;
	m->file.n = 0;
	m->have = in ? maas_span("") : memory;
}

/* A pipe or a device that a table names is not waited for. */
static int
open_file(struct medium *m, const char *path)
{
	struct maas_input *in;
	struct stat st;

	if (stat(path, &st) < 0)
		return maas_fail_as(MAAS_NOINPUT, "%s: %s", path, strerror(errno));
	if (!S_ISREG(st.st_mode))
		return maas_fail("%s: not a regular file", path);
	if (!(in = maas_input_open(path, NULL)))
		return -1;
	medium_begin(m, in, maas_span(""));
	m->opened = in;
	return 0;
}

int
medium_open(struct medium *m, struct maas_span folder, struct maas_span path)
{
	struct maas_buf b = { 0 };
	int rc = -1;

	if (memchr(path.s, '\0', path.n))
		return maas_fail("a path with a NUL in it");
	if ((*path.s == '/' || !folder.n || maas_buf_add(&b, folder.s, folder.n) == 0) &&
	    maas_buf_printf(&b, "%.*s", (int)path.n, path.s) == 0)
		rc = open_file(m, b.s);
	maas_buf_free(&b);
	return rc;
}

void
medium_free(struct medium *m)
{
	maas_input_close(m->opened);
	maas_buf_free(&m->file);
	maas_buf_free(&m->bytes);
	maas_spectrum_free(m->spectrum);
	maas_sound_free(&m->sound);
	*m = (struct medium){ 0 };
}
