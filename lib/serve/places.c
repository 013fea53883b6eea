/* places.c -- the paths that a running server reaches: for a fence around the others. */
#include <stdlib.h>
#include <string.h>

#include "maas/registry.h"
#include "server.h"

struct places {
	struct maas_arena *arena;
	struct maas_fence_path *path;
	size_t n, cap;
};

static int
add(struct places *p, const char *path, size_t n, unsigned may)
{
	char *text = maas_take_text(p->arena, n ? path : ".", n ? n : 1);

	if (!text || maas_grow(&p->path, p->n, &p->cap, 1, sizeof *p->path) < 0)
		return -1;
	p->path[p->n++] = (struct maas_fence_path){ text, may };
	return 0;
}

static size_t
folder_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return !slash ? 0 : slash == path ? 1 : (size_t)(slash - path);
}

/* What is replaced by a rename is found by its folder; a link's end, in a folder of its own. */
static int
add_file(struct places *p, const char *path, unsigned may)
{
	char *real = realpath(path, NULL);
	int rc = add(p, path, folder_of(path), may);

	if (rc == 0 && real)
		rc = add(p, real, folder_of(real), may);
	free(real);
	return rc;
}

static int
add_models(struct places *p, const struct maas_serve_options *o)
{
	struct maas_buf place = { 0 };
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < o->model.n; i++) {
		struct maas_span name;
		const char *path = model_spec_split(o->model.item[i], &name);

		if ((rc = add_file(p, path, MAAS_PATH_READ)) == 0) /* a model may be a folder */
			rc = add(p, path, strlen(path), MAAS_PATH_READ);
	}
	if (rc == 0 && o->registry)
		rc = add(p, o->registry, strlen(o->registry), MAAS_PATH_READ);
	if (rc == 0 && maas_registry_default(&place) == 0)
		rc = add(p, place.s, place.n, MAAS_PATH_READ);
	maas_buf_free(&place);
	return rc;
}

/* Keys: of sealed models, which may have to be unsealed again, and of who signs. */
static int
add_keys(struct places *p, const struct maas_policy *policy)
{
	const char *key = getenv("MAAS_KEY_FILE");
	int rc = key && *key ? add_file(p, key, MAAS_PATH_READ) : 0;

	for (size_t i = 0; policy && i < policy->require_signature.n && rc == 0; i++)
		rc = add_file(p, policy->require_signature.item[i], MAAS_PATH_READ);
	return rc;
}

/* The log is opened again when it was moved away; a device takes lines, and has no folder of ours. */
static int
add_log(struct places *p, const char *path)
{
	if (!path)
		return 0;
	if (!strncmp(path, "/dev/", 5) || !strncmp(path, "/proc/", 6))
		return add(p, path, strlen(path), MAAS_PATH_WRITE);
	return add_file(p, path, MAAS_PATH_WRITE);
}

/* Libraries, what the machine is, and what this process is. */
static int
add_system(struct places *p)
{
	static const char *const read[] = { "/usr", "/lib", "/lib64", "/proc", "/sys", "/dev/urandom", "/dev/random",
		"/dev/null" };

	for (size_t i = 0; i < MAAS_COUNT(read); i++)
		if (add(p, read[i], strlen(read[i]), MAAS_PATH_READ) < 0)
			return -1;
	return 0;
}

int
maas_server_fence(const struct maas_serve_options *o, const struct maas_state *state)
{
	struct places p = { .arena = maas_arena_new(4096) };
	const char *dir = maas_state_dir(state);
	int rc = -1;

	if (p.arena && add_system(&p) == 0 && add(&p, dir, strlen(dir), MAAS_PATH_WRITE) == 0 &&
	    add_models(&p, o) == 0 && add_log(&p, o->log) == 0 && add_keys(&p, o->policy) == 0 &&
	    (!o->unix || add(&p, o->unix, folder_of(o->unix), MAAS_PATH_SOCKET) == 0) &&
	    (!o->tls_cert || add_file(&p, o->tls_cert, MAAS_PATH_READ) == 0) &&
	    (!o->tls_key || add_file(&p, o->tls_key, MAAS_PATH_READ) == 0) &&
	    (!o->policy || !o->policy->terms || add_file(&p, o->policy->terms, MAAS_PATH_READ) == 0))
		rc = maas_fence_paths(p.path, p.n);
	free(p.path);
	maas_arena_free(p.arena);
	return rc;
}
