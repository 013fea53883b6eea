/*
 * make_media DIR: the files of tests/data/media that Python cannot write by itself: JPEG pictures, FLAC and Ogg
 * sounds.  tests/unit/media_files.c knows what is in them.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#if defined(MAAS_HAS_JPEG) && defined(MAAS_HAS_SNDFILE)
#include <jpeglib.h>
#include <sndfile.h>

#define HEIGHT 16
#define WIDTH  24

/* Sample c of pixel (y, x). */
static unsigned char
ramp(unsigned y, unsigned x, unsigned c)
{
	return (unsigned char)(c == 0 ? 10 * x : c == 1 ? 15 * y : 120);
}

static void
jpeg(const char *dir, const char *name, J_COLOR_SPACE colours, int progressive, unsigned orientation)
{
	unsigned char exif[] = "Exif\0\0II*\0\10\0\0\0\1\0\x12\1\3\0\1\0\0\0\0\0\0\0\0\0\0\0", line[4 * WIDTH];
	struct jpeg_compress_struct j;
	struct jpeg_error_mgr errors;
	char path[4096];
	FILE *f;

	snprintf(path, sizeof path, "%s/%s", dir, name);
	if (!(f = fopen(path, "wb")))
		exit(1);
	j.err = jpeg_std_error(&errors);
	jpeg_create_compress(&j);
	jpeg_stdio_dest(&j, f);
	j.image_height = HEIGHT;
	j.image_width = WIDTH;
	j.input_components = colours == JCS_GRAYSCALE ? 1 : colours == JCS_CMYK ? 4 : 3;
	j.in_color_space = colours;
	jpeg_set_defaults(&j);
	jpeg_set_quality(&j, 95, TRUE);
	if (progressive)
		jpeg_simple_progression(&j);
	jpeg_start_compress(&j, TRUE);
	exif[24] = (unsigned char)orientation;
	if (orientation)
		jpeg_write_marker(&j, JPEG_APP0 + 1, exif, sizeof exif - 1);
	for (unsigned y = 0; y < HEIGHT; y++) {
		JSAMPROW row = line;

		for (unsigned i = 0; i < WIDTH * (unsigned)j.input_components; i++)
			line[i] = ramp(y, i / (unsigned)j.input_components, i % (unsigned)j.input_components);
		jpeg_write_scanlines(&j, &row, 1);
	}
	jpeg_finish_compress(&j);
	jpeg_destroy_compress(&j);
	fclose(f);
}

static void
sound(const char *dir, const char *name, int format)
{
	enum { N = 1600 };
	SF_INFO info = { .samplerate = 8000, .channels = 1, .format = format };
	char path[4096];
	float x[N];
	SNDFILE *f;

	snprintf(path, sizeof path, "%s/%s", dir, name);
	if (!(f = sf_open(path, SFM_WRITE, &info)))
		exit(1);
	for (int i = 0; i < N; i++)
		x[i] = (float)(0.5 * sin(i * 0.3));
	sf_writef_float(f, x, N);
	sf_close(f);
}

int
main(int argc, char **argv)
{
	const char *dir = argc > 1 ? argv[1] : "tests/data/media";

	jpeg(dir, "ramp.jpg", JCS_RGB, 0, 0);
	jpeg(dir, "turned.jpg", JCS_RGB, 1, 6);
	jpeg(dir, "gray.jpg", JCS_GRAYSCALE, 1, 0);
	jpeg(dir, "print.jpg", JCS_CMYK, 0, 0);
	sound(dir, "tone.flac", SF_FORMAT_FLAC | SF_FORMAT_PCM_16);
	sound(dir, "tone.ogg", SF_FORMAT_OGG | SF_FORMAT_VORBIS);
	return 0;
}
#else
int
main(void)
{
	fputs("make_media: built without libjpeg or libsndfile\n", stderr);
	return 69;
}
#endif
