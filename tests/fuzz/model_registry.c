/* Any bytes as what lies in a registry and beside models: labels, a log, about.json, a stamp, a signature, a key.  Read
 * or refused, never a crash. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "maas/registry.h"
#include "maas/signature.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static const char *const file[] = { "/t/labels", "/t/log", "/t/1/about.json", "/t/1/checked", "/t/1/model.maas.sig",
	"/key" };
static char dir[64];

static void
put(const char *name, const void *p, size_t n)
{
	char path[128];
	FILE *f;

	snprintf(path, sizeof path, "%s%s", dir, name);
	if (!(f = fopen(path, "w")) || fwrite(p, 1, n, f) != n || fclose(f))
		abort();
}

static void
leave(void)
{
	static const char *const made[] = { "/t/1/model.maas", "/t/1", "/t", "" };
	char path[128];

	for (size_t i = 0; i < MAAS_COUNT(file) + MAAS_COUNT(made); i++) {
		snprintf(path, sizeof path, "%s%s", dir, i < MAAS_COUNT(file) ? file[i] : made[i - MAAS_COUNT(file)]);
		(void)!remove(path);
	}
}

static void
begin(void)
{
	char path[128];

	snprintf(dir, sizeof dir, "/tmp/model_registry.XXXXXX");
	if (!mkdtemp(dir) || atexit(leave))
		abort();
	snprintf(path, sizeof path, "%s/t", dir);
	(void)!mkdir(path, 0777);
	snprintf(path, sizeof path, "%s/t/1", dir);
	(void)!mkdir(path, 0777);
	put("/t/1/model.maas", "model", 5);
}

static void
read_all(void)
{
	struct maas_arena *arena = maas_arena_new(4096);
	unsigned char key[1][MAAS_SECRET] = { { 0 } };
	struct maas_buf log = { 0 };
	struct maas_shelf s;
	char path[128];

	if (arena && maas_registry_read(dir, "t", arena, &s) == 0 && s.n != 1)
		abort();
	(void)!maas_registry_log(dir, "t", &log);
	snprintf(path, sizeof path, "%s/t/1/model.maas", dir);
	(void)!maas_registry_check(path, 0);
	(void)!maas_signature_check(path, NULL, (const unsigned char(*)[MAAS_SECRET])key, 1);
	snprintf(path, sizeof path, "%s/key", dir);
	for (int i = MAAS_SECRET_SEAL; i <= MAAS_SECRET_PUBLIC; i++)
		(void)!maas_secret_load(key[0], (enum maas_secret)i, path);
	maas_buf_free(&log);
	maas_arena_free(arena);
}

/* The first byte says as which of them. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	if (!*dir)
		begin();
	for (size_t i = 0; i < MAAS_COUNT(file); i++)
		put(file[i], n && data[0] % MAAS_COUNT(file) == i ? data + 1 : data,
		    n && data[0] % MAAS_COUNT(file) == i ? n - 1 : 0);
	read_all();
	return 0;
}
