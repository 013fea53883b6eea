/* medium.h -- a picture or a sound as the numbers of a row: what a file and the cell of a table share. */
#ifndef MEDIUM_H
#define MEDIUM_H

#include "maas/media.h"

#define MEDIUM_FILE_MAX ((size_t)256 << 20)

/* How all of a column, or of an operand's files, become numbers; zero-initialised is not yet known. */
struct medium {
	int known;                      /* what follows is: from a model, or since the first file */
	size_t height, width, channels; /* of a picture; of a sound frames and bands, and 0 */
	struct maas_mel mel;            /* rate 0: no sound */
	struct maas_spectrum *spectrum;
	struct maas_buf file, bytes; /* bytes: the pixels of the picture at hand */
	struct maas_sound sound;       /* at hand, as its spectrum hears it */
};

/* How many numbers one is. */
size_t medium_numbers(const struct medium *);
/* By what the options say (NULL: nothing), and where they leave it to the first file, by that file. */
int medium_learn(struct medium *, enum maas_medium, const struct maas_media_options *, struct maas_span file) MAAS_USE;
/* to[medium_numbers]: the pixels of the file's picture, or the spectrum of its sound. */
int medium_take(struct medium *, double *to, struct maas_span file) MAAS_USE;
/*
 * The file that a path in a table names, seen from the folder ("": from where the command runs), as bytes that are valid
 * until the next.  A regular file alone is read.
 */
int medium_open(struct medium *, struct maas_span folder, struct maas_span path, struct maas_span *file) MAAS_USE;
void medium_free(struct medium *);

#endif
