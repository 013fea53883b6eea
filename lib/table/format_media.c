/*
 * format_media -- pictures and sounds: a file is a record, whose numbers are the pixels of the
 * picture at one size, or the log-mel spectrum of the sound at one rate and length.  A model's
 * columns say which; where there are none yet, the options and the first file.
 */
#include <stdlib.h>
#include <string.h>

#include "source.h"

#define FILE_MAX ((size_t)256 << 20)
#define SIDE     64    /* of a first picture that says the size */
#define RATE     16000 /* of a first sound that says the rate */

static struct maas_media_options
options_of(const struct maas_table *t)
{
	struct maas_media_options plain;

	maas_defaults(maas_media_fields, &plain);
	return t->options->media ? *t->options->media : plain;
}

int
format_is_medium(const struct maas_format *f)
{
	return f == &maas_format_picture || f == &maas_format_sound;
}

enum maas_medium
maas_columns_medium(const struct maas_columns *c)
{
	if (c->mel.rate)
		return MAAS_SOUND;
	return c->channels ? MAAS_PICTURE : MAAS_NO_MEDIUM;
}

/* What is kept in the model, from the model. */
static void
recall(struct medium *m, const struct maas_columns *c)
{
	m->height = c->height;
	m->width = c->width;
	m->channels = c->channels;
	m->mel = c->mel;
	m->known = 1;
}

static int
open_medium(struct maas_table *t)
{
	struct medium *m = &t->medium;
	enum maas_medium want = t->format == &maas_format_sound ? MAAS_SOUND : MAAS_PICTURE;

	m->taken = 0;
	if (t->columns && maas_columns_medium(t->columns) != want)
		return maas_fail("%s: a %s, which the model does not take", t->source.name,
		    want == MAAS_SOUND ? "sound" : "picture");
	if (t->columns && !m->known)
		recall(m, t->columns);
	if (m->known && !m->mel.rate != (want == MAAS_PICTURE))
		return maas_fail("%s: a %s among %s", t->source.name, want == MAAS_SOUND ? "sound" : "picture",
		    want == MAAS_SOUND ? "pictures" : "sounds");
	return 0;
}

/* Of the first picture: how large all are made. */
static int
learn_size(struct maas_table *t, const struct maas_picture *p)
{
	const struct maas_media_options o = options_of(t);
	struct medium *m = &t->medium;
	size_t longer = p->height > p->width ? p->height : p->width;

	m->channels = o.colour ? 3 : 1;
	m->height = p->height;
	m->width = p->width;
	if (longer > SIDE) {
		m->height = (p->height * SIDE + longer / 2) / longer;
		m->width = (p->width * SIDE + longer / 2) / longer;
	}
	m->height += !m->height;
	m->width += !m->width;
	if (o.size && maas_size_parse(o.size, &m->height, &m->width) < 0)
		return -1;
	m->known = 1;
	return 0;
}

static int
take_picture(struct maas_table *t, struct maas_record *rec, struct maas_span file)
{
	struct medium *m = &t->medium;
	struct maas_picture p;
	int rc;

	if (maas_picture_decode(&p, file) < 0)
		return -1;
	rc = m->known ? 0 : learn_size(t, &p);
	rec->n = m->channels * m->height * m->width;
	m->bytes.n = 0;
	if (rc == 0 && (rc = maas_grow(&m->bytes.s, 0, &m->bytes.cap, rec->n, 1)) == 0)
		rc = maas_picture_scale((unsigned char *)m->bytes.s, &p, m->channels, m->height, m->width);
	maas_picture_free(&p);
	if (rc < 0 || maas_grow(&t->num, 0, &t->num_cap, rec->n, sizeof *t->num) < 0)
		return -1;
	for (size_t i = 0; i < rec->n; i++)
		t->num[i] = (unsigned char)m->bytes.s[i];
	rec->byte = (const unsigned char *)m->bytes.s;
	return 0;
}

/* Of the first sound: at what rate all are heard. */
static int
learn_rate(struct maas_table *t, struct maas_span file)
{
	const struct maas_media_options o = options_of(t);
	struct medium *m = &t->medium;
	struct maas_sound s;
	long rate = o.sample_rate;

	if (!rate) {
		if (maas_sound_decode(&s, file, 0.01) < 0)
			return -1;
		rate = s.rate < RATE ? s.rate : RATE;
		maas_sound_free(&s);
	}
	if (maas_mel_set(&m->mel, rate, o.seconds, o.mels) < 0)
		return -1;
	m->height = (size_t)m->mel.frames;
	m->width = (size_t)m->mel.bands;
	m->known = 1;
	return 0;
}

static int
take_sound(struct maas_table *t, struct maas_record *rec, struct maas_span file)
{
	struct medium *m = &t->medium;

	if ((!m->known && learn_rate(t, file) < 0) || (!m->spectrum && !(m->spectrum = maas_spectrum_new(&m->mel))))
		return -1;
	rec->n = m->height * m->width;
	return maas_grow(&t->num, 0, &t->num_cap, rec->n, sizeof *t->num) < 0
	    ? -1
	    : maas_spectrum_file(m->spectrum, t->num, file);
}

/* The path stands for the record where records are told again, a line each: it may not end one. */
static int
put_path(struct maas_table *t, struct maas_record *rec)
{
	t->text.n = 0;
	if (maas_buf_text(&t->text, rec->name) < 0)
		return -1;
	for (size_t i = 0; i < t->text.n; i++)
		if (strchr("\t\n\r", t->text.s[i]))
			t->text.s[i] = ' ';
	rec->raw = (struct maas_span){ t->text.s, t->text.n };
	return 0;
}

/* The file is the record's fault where it is damaged; else nothing can be read. */
static int
next_medium(struct maas_table *t, struct maas_record *rec)
{
	struct maas_span file;
	int rc;

	if (t->medium.taken)
		return 0;
	t->medium.taken = 1;
	rec->line = 1;
	if (put_path(t, rec) < 0)
		return -1;
	if ((rc = source_all(&t->source, &t->medium.file, FILE_MAX, &file)) == 0)
		rc = t->format == &maas_format_sound ? take_sound(t, rec, file) : take_picture(t, rec, file);
	if (rc == 0) {
		rec->num = t->num;
		return 1;
	}
	if (maas_why() == MAAS_USAGE)
		return -1;
	(void)maas_in("%s", rec->name);
	if (maas_why() != MAAS_DATA)
		return -1;
	snprintf(t->reason, sizeof t->reason, "%s", maas_error());
	rec->bad = t->reason;
	rec->n = 0;
	return 1;
}

static int
is_picture(struct maas_span s)
{
	return maas_medium(s) == MAAS_PICTURE;
}

static int
is_sound(struct maas_span s)
{
	return maas_medium(s) == MAAS_SOUND;
}

const struct maas_format maas_format_picture = {
	.name = "picture",
	.suffix = ".png .jpg .jpeg .PNG .JPG .JPEG",
	.is = is_picture,
	.open = open_medium,
	.next = next_medium,
};

const struct maas_format maas_format_sound = {
	.name = "sound",
	.suffix = ".wav .flac .ogg .oga .WAV .FLAC .OGG .OGA",
	.is = is_sound,
	.open = open_medium,
	.next = next_medium,
};
