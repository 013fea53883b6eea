/*
 * format_media -- pictures and sounds: a file is a record, whose numbers are those of medium.h.  A model's columns say
 * of what size; where there are none yet, the options and the first file.
 */
#include <string.h>

#include "source.h"

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

	t->taken = 0;
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

/* The numbers of the file; the first says what all are like. */
static int
take(struct maas_table *t, struct maas_record *rec)
{
	enum maas_medium what = t->format == &maas_format_sound ? MAAS_SOUND : MAAS_PICTURE;
	struct medium *m = &t->medium;

	if (!m->known && medium_learn(m, what, t->options->media) < 0)
		return -1;
	rec->n = medium_numbers(m);
	if (maas_grow(&t->num, 0, &t->num_cap, rec->n, sizeof *t->num) < 0 || medium_take(m, t->num) < 0)
		return -1;
	rec->num = t->num;
	rec->sound = what == MAAS_SOUND ? &m->sound : NULL;
	rec->byte = what == MAAS_PICTURE ? (const unsigned char *)m->bytes.s : NULL;
	return 0;
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
	if (t->taken)
		return 0;
	t->taken = 1;
	rec->line = 1;
	if (put_path(t, rec) < 0)
		return -1;
	if (t->lost) {
		rec->bad = t->reason;
		return 1;
	}
	medium_begin(&t->medium, t->source.input, t->source.memory);
	if (take(t, rec) == 0)
		return 1;
	if (maas_why() == MAAS_USAGE)
		return -1;
	if (maas_why() != MAAS_IO)
		(void)maas_in("%s", rec->name);
	if (maas_why() != MAAS_DATA && !(maas_why() == MAAS_IO && t->found && t->found[t->at - 1]))
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
