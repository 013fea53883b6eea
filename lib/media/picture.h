/* picture.h -- what the decoders of pictures share. */
#ifndef PICTURE_H
#define PICTURE_H

#include "maas/media.h"

/* Each fails for what is none of its own, or damaged; `to` has pixels only where it succeeds. */
int png_sides(struct maas_span file, size_t *height, size_t *width) MAAS_USE;
int png_decode(struct maas_picture *to, struct maas_span file) MAAS_USE;
int jpeg_sides(struct maas_span file, size_t *height, size_t *width) MAAS_USE;
int jpeg_decode(struct maas_picture *to, struct maas_span file) MAAS_USE;

int magic_is_png(struct maas_span file);
int magic_is_jpeg(struct maas_span file);

/* Room for a picture of these sides: 0, or -1 where it is empty, or has more than MAAS_PIXELS. */
int picture_room(struct maas_picture *, size_t height, size_t width, size_t channels) MAAS_USE;
int picture_fits(size_t height, size_t width) MAAS_USE;

/* The tag Orientation of a TIFF header and what follows it: 1 to 8; 1 where it is not there, or nothing can be read. */
unsigned exif_orientation(const unsigned char *, size_t n);
int picture_turn(struct maas_picture *, unsigned orientation) MAAS_USE;

#endif
