/* Checkpoints of a run: how often, and one process on one folder. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "maas/train.h"
#include "train_checkpoint.h"

const char *const checkpoint_resumes[] = { "auto", "must", "never", NULL };
const struct maas_field checkpoint_fields[] = {
	MAAS_TEXT(0, checkpoints, checkpoint, NULL, "keep checkpoints in this folder, and go on from them"),
	MAAS_TEXT(0, checkpoints, checkpoint_every, "10m", "steps (N) or time (90s, 10m, 2h) between checkpoints"),
	MAAS_INT(0, checkpoints, keep, 1, 256, 2, "checkpoints to keep"),
	MAAS_ENUM(0, checkpoints, resume, checkpoint_resumes, 0, "go on from the newest checkpoint"),
	MAAS_END,
};

/* A time, as a field has it. */
struct span {
	double seconds;
};

int
checkpoint_every(const char *s, long *steps, double *seconds)
{
	static const struct maas_field time[] = { MAAS_DURATION(0, span, seconds, 0, ""), MAAS_END };
	struct span r = { 0 };
	int64_t n;

	*steps = 0;
	*seconds = 0;
	if (maas_parse_int(maas_span(s), &n) == 0) {
		if (n < 1)
			return maas_fail_as(MAAS_USAGE, "--checkpoint-every %s: at least one step", s);
		*steps = (long)n;
		return 0;
	}
	if (maas_set(time, &r, s) || !(r.seconds > 0))
		return maas_fail_as(MAAS_USAGE, "--checkpoint-every: '%s' is neither steps (500) nor a time (10m)", s);
	*seconds = r.seconds;
	return 0;
}

int
checkpoint_lock(const char *folder)
{
	size_t n = strlen(folder) + sizeof "/lock";
	char *path;
	int lock;

	if (mkdir(folder, 0777) && errno != EEXIST)
		return maas_fail_as(errno == EACCES ? MAAS_NOPERM : MAAS_CANTCREATE, "%s: %s", folder, strerror(errno));
	if (!(path = maas_alloc(n, 1)))
		return -1;
	snprintf(path, n, "%s/lock", folder);
	lock = maas_lock_open(path);
	free(path);
	return lock;
}

int
checkpoint_find(const struct call *c, const struct checkpoints *o, uint64_t *step)
{
	uint64_t at[256];
	long n = 0;
	int whole;

	if (!o->checkpoint || o->resume == RESUME_NEVER)
		return 0;
	if ((n = maas_checkpoint_list(o->checkpoint, at, MAAS_COUNT(at))) < 0)
		return -1;
	if (!n && o->resume == RESUME_MUST)
		return maas_fail_as(MAAS_NOINPUT, "%s: no checkpoint to resume from", o->checkpoint);
	while (n--) {
		*step = at[n];
		if ((whole = maas_checkpoint_sound(o->checkpoint, at[n])) != 0)
			return whole;
		if (!n || o->resume == RESUME_MUST)
			return -1;
		complain(c, 0, "%s: this run goes on from an older one", maas_error());
	}
	return 0;
}
