/* medium.h -- a picture or a sound as the numbers of a row: what a file and the cell of a table share. */
#ifndef MEDIUM_H
#define MEDIUM_H

#include "maas/media.h"

/* Bytes of a picture's file, or that may stand before what is heard of a sound. */
#define MEDIUM_FILE_MAX ((size_t)256 << 20)

/* How all of a column, or of an operand's files, become numbers; zero-initialised is not yet known. */
struct medium {
	int known;                      /* what follows is: from a model, or since the first file */
	size_t height, width, channels; /* of a picture; of a sound frames and bands, and 0 */
	struct maas_mel mel;            /* rate 0: no sound */
	struct maas_spectrum *spectrum;
	/* The file at hand: what was read of it, and where the rest is (NULL: nowhere); opened by us, by its path. */
	struct maas_span have;
	struct maas_input *rest, *opened;
	struct maas_buf file, bytes; /* behind `have`; the pixels of a picture */
	struct maas_sound sound;       /* as its spectrum hears it */
};

/* How many numbers one is. */
size_t medium_numbers(const struct medium *);
/* The file at hand is what the input (borrowed; NULL: the memory) holds. */
void medium_begin(struct medium *, struct maas_input *, struct maas_span memory);
/*
 * The file at hand is the one that a path in a table names, seen from the folder ("": from where the command runs).  A
 * regular file alone is read.
 */
int medium_open(struct medium *, struct maas_span folder, struct maas_span path) MAAS_USE;
/* By what the options say (NULL: nothing), and where they leave it to the first file, by that at hand. */
int medium_learn(struct medium *, enum maas_medium, const struct maas_media_options *) MAAS_USE;
/* to[medium_numbers]: the pixels of the picture at hand, or the spectrum of the sound.  A sound is read until what is
 * heard of it is there. */
int medium_take(struct medium *, double *to) MAAS_USE;
void medium_free(struct medium *);

#endif
