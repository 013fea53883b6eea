/* foreign -- files that hold no rows, told by their first bytes, so that they are refused rather than read as text. */
#include <string.h>

#include "source.h"

static const struct {
	const char *bytes;
	size_t n;
	const char *what;
} known[] = {
	{ "\x89PNG\r\n\x1a\n", 8, "a PNG picture" },
	{ "\xff\xd8\xff", 3, "a JPEG picture" },
	{ "fLaC\0", 5, "a FLAC sound" },
	{ "OggS\0", 5, "an Ogg sound" },
	{ "maastoks", 8, "a token file, which maas-train gpt reads" },
	{ "PK\3\4", 4, "a zip file (of npz and xlsx, too: take out what it holds)" },
	{ "%PDF-", 5, "a PDF document" },
	{ "PAR1", 4, "a Parquet file (see its own tools for CSV)" },
	{ "SQLite format 3\0", 16, "an SQLite database (sqlite3 -csv prints its tables)" },
	{ "\xfd"
	  "7zXZ\0",
	    6, "packed by xz (xz -dc it into a pipe)" },
	{ "BZh91AY&SY", 10, "packed by bzip2 (bzip2 -dc it into a pipe)" },
	{ "\x28\xb5\x2f\xfd", 4, "packed by zstd (zstd -dc it into a pipe)" },
};

/* A header's length, then JSON. */
static int
is_safetensors(struct maas_span s)
{
	return s.n > 8 && !memcmp(s.s + 4, "\0\0\0", 4) && s.s[8] == '{';
}

/* "RIFF", a length, then what it is: sound or pictures. */
static int
is_riff(struct maas_span s)
{
	return s.n >= 12 && !memcmp(s.s, "RIFF", 4) &&
	    (!memcmp(s.s + 8, "WAVE", 4) || !memcmp(s.s + 8, "WEBP", 4) || !memcmp(s.s + 8, "AVI ", 4));
}

int
foreign_refuse(struct source *s, int text)
{
	struct maas_span head;
	size_t i;

	if (source_peek(s, s->input ? 1 : 512, &head) < 0)
		return -1;
	if (is_riff(head))
		return maas_fail("%s: a RIFF file, of sound or pictures, where rows are wanted", s->name);
	if (is_safetensors(head))
		return maas_fail("%s: a model, where rows are wanted", s->name);
	for (i = 0; i < MAAS_COUNT(known); i++)
		if (head.n >= known[i].n && !memcmp(head.s, known[i].bytes, known[i].n))
			return maas_fail("%s: %s, where rows are wanted", s->name, known[i].what);
	if (!text && memchr(head.s, 0, head.n < 512 ? head.n : 512))
		return maas_fail("%s: holds bytes of 0, where text is wanted (see --format, --encoding)", s->name);
	return 0;
}
