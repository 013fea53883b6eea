/*
 * Any bytes as a directory of transformers: opened or refused, never a crash; what was opened is written, and what was
 * written opens again.  An input is files, each behind a line "@@ NAME".
 */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "maas/model.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static const char *const names[] = { "config.json", "generation_config.json", "model.safetensors",
	"model.safetensors.index.json", "model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors" };

static void
put(const char *dir, const char *name, const char *s, size_t n)
{
	char path[300];
	FILE *f;

	snprintf(path, sizeof path, "%s/%s", dir, name);
	if ((f = fopen(path, "wb"))) {
		fwrite(s, 1, n, f);
		fclose(f);
	}
}

static void
spread(const char *dir, const char *s, size_t n)
{
	const char *end = s + n, *mark;

	while (s < end && (mark = memmem(s, (size_t)(end - s), "@@ ", 3))) {
		const char *line = memchr(mark, '\n', (size_t)(end - mark)), *next;

		if (!line)
			return;
		line++;
		next = memmem(line, (size_t)(end - line), "\n@@ ", 4);
		for (size_t i = 0; i < MAAS_COUNT(names); i++)
			if (strlen(names[i]) == (size_t)(line - mark) - 4 &&
			    !memcmp(mark + 3, names[i], strlen(names[i])))
				put(dir, names[i], line, (size_t)((next ? next : end) - line));
		s = next ? next + 1 : end;
	}
}

static void
clear(const char *dir)
{
	char path[300];

	for (size_t i = 0; i < MAAS_COUNT(names); i++) {
		snprintf(path, sizeof path, "%s/%s", dir, names[i]);
		unlink(path);
	}
	rmdir(dir);
}

static int
quiet(void *ctx, const struct maas_difference *d)
{
	(void)ctx;
	(void)d;
	return 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	char dir[] = "/tmp/maas-fuzz-XXXXXX", again[64];
	struct maas_model *m, *same = NULL;
	int32_t end[MAAS_ENDS];
	size_t ends;

	if (!mkdtemp(dir))
		return 0;
	snprintf(again, sizeof again, "%s/again", dir);
	spread(dir, (const char *)data, n);
	if ((m = maas_model_open(dir))) {
		(void)!maas_model_ends(m, NULL, end, &ends);
		(void)!maas_model_finite(m);
		if (maas_model_save_foreign(m, again, MAAS_DTYPES, 200, NULL) == 0) {
			if (!(same = maas_model_open(again)) || maas_model_diff(m, same, quiet, NULL) < 0)
				abort();
			clear(again);
		}
		maas_model_close(same);
		maas_model_close(m);
	}
	clear(again);
	clear(dir);
	return 0;
}
