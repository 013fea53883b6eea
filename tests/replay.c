/* replay.c -- main() of a fuzz target outside a fuzzer: each file below the operands once. */
#include <dirent.h>
#include <stdio.h>
#include <string.h>

#include "maas/base.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static int
replay(const char *path)
{
	struct maas_map map;

	if (maas_map_open(&map, path) < 0)
		return -1;
	LLVMFuzzerTestOneInput(map.n ? map.p : (const uint8_t *)"", map.n);
	maas_map_close(&map);
	return 0;
}

int
main(int argc, char **argv)
{
	int files = 0;

	for (int i = 1; i < argc; i++) {
		DIR *d = opendir(argv[i]);
		struct dirent *e;
		char path[4096];

		if (!d) {
			files += replay(argv[i]) == 0;
			continue;
		}
		while ((e = readdir(d)))
			if (e->d_name[0] != '.') {
				snprintf(path, sizeof path, "%s/%s", argv[i], e->d_name);
				files += replay(path) == 0;
			}
		closedir(d);
	}
	printf("%d files\n", files);
	return files == 0;
}
