/* A version's file is compared as it was opened: what takes its name meanwhile is neither compared nor read. */
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../../lib/model/registry_files.h"
#include "../test.h"

#define PATH "reg/t/1/model.maas"

static void
put(const char *path, float value)
{
	const struct maas_tensor x = {
		.name = "x", .dtype = MAAS_F32, .ndim = 1, .dim = { 1 }, .data = &value, .bytes = sizeof value
	};

	ok(maas_tensors_save(path, &x, 1, NULL, 0, 0) == 0, "%s is written", path);
}

static void
put_about(const char *sha256)
{
	FILE *f = fopen("reg/t/1/about.json", "w");

	ok(f != NULL, "about.json");
	if (f) {
		fprintf(f, "{\"sha256\":\"%s\"}\n", sha256);
		fclose(f);
	}
}

struct looking {
	char want[65];
	const char *other; /* takes the path's place as soon as that is open; NULL: nothing does */
};

static int
see(void *ctx, const char *path, const struct stat *st, const struct maas_map *map)
{
	struct looking *l = ctx;

	if (l->other && rename(l->other, path) < 0)
		return -1;
	return registry_see(l->want, path, st, map);
}

static float
value(const struct maas_tensors *t)
{
	return *(const float *)maas_tensors_at(t, 0)->data;
}

static void
look(struct looking *l, float want, const char *what)
{
	struct maas_tensors *t = maas_tensors_open_seen(PATH, see, l);

	ok((t != NULL) == (want != 0), "%s: %s", what, t ? "read" : maas_error());
	ok(!t || value(t) == want, "it is what was compared");
	ok(t || maas_why() == MAAS_DATA, "and altered is bad data");
	maas_tensors_close(t);
}

int
main(void)
{
	char dir[] = "/tmp/model_seen.XXXXXX";
	struct looking l = { "", NULL };
	struct maas_map map;

	if (!mkdtemp(dir) || chdir(dir) < 0 || mkdir("reg", 0777) < 0 || mkdir("reg/t", 0777) < 0 ||
	    mkdir("reg/t/1", 0777) < 0)
		return 1;
	put(PATH, 3.25f);
	ok(maas_map_open(&map, PATH) == 0, "mapped");
	maas_sha256(l.want, map.p, map.n);
	maas_map_close(&map);
	put_about(l.want);

	put("bad", -7.5f);
	l.other = "bad";
	look(&l, 3.25f, "another takes its place");
	ok(access("reg/t/1/checked", F_OK) < 0, "which is not stamped as what was compared");
	put("good", 3.25f);
	l.other = "good";
	look(&l, 0, "an altered one is opened, and the good one comes back");
	ok(access("reg/t/1/checked", F_OK) < 0, "no stamp");
	l.other = NULL;
	usleep(20000); /* a tick of the file system's clock, so that the stamp can be trusted */
	look(&l, 3.25f, "nothing happens");
	ok(access("reg/t/1/checked", F_OK) == 0, "a stamp");
	put("late", -7.5f);
	l.other = "late";
	look(&l, 3.25f, "stamped, and another takes its place");
	l.other = NULL;
	look(&l, 0, "the stamp is of another file");

	(void)!system("rm -rf reg");
	if (chdir("/") == 0)
		rmdir(dir);
	return done();
}
