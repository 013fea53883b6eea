#include <errno.h>
#include <stdlib.h>
#include <sys/resource.h>

#include "maas/registry.h"
#include "serve_start.h"

#define OWN_FILES 256 /* descriptors beside those of connections */

const struct maas_field start_fields[] = { MAAS_TEXT(0, start_options, user, NULL,
					       "started as root: become this user, once ports and files are open"),
	MAAS_FLAG_ON(0, start_options, fence,
	    "give up all system calls and paths that are not needed; --no-fence: for a debugger"),
	MAAS_END };

/* A descriptor a connection, and some of our own; root may raise what others may not. */
static void
raise_files(const struct call *c, long connections)
{
	rlim_t want = (rlim_t)connections + OWN_FILES;
	struct rlimit r, more;

	if (getrlimit(RLIMIT_NOFILE, &r) < 0 || r.rlim_cur >= want)
		return;
	more = (struct rlimit){ want, want > r.rlim_max ? want : r.rlim_max };
	if (setrlimit(RLIMIT_NOFILE, &more) == 0)
		return;
	more = (struct rlimit){ r.rlim_max, r.rlim_max };
	if (setrlimit(RLIMIT_NOFILE, &more) < 0 || r.rlim_max < want)
		warn(c, "--connections %ld: the system lets this process open %ld files only (ulimit -n)", connections,
		    (long)r.rlim_max);
}

int
start_begin(struct start *s, const struct call *c, struct maas_serve_options *o)
{
	static struct maas_buf state, models;

	maas_heap_forgets();
	raise_files(c, o->connections);
	if (s->said->fence)
		maas_fence_hide();
	if (maas_notify_open() < 0)
		warn(c, "%s", maas_error());
	if (!s->said->user)
		return 0;
	/* Where root has them: the user has no home here. */
	if (!o->state && (maas_state_default(&state) < 0 || !(o->state = state.s)))
		return fail(c);
	if (maas_registry_default(&models) < 0 || setenv("MAAS_REGISTRY", models.s, 1) < 0)
		return fail(c);
	return maas_user_find(&s->user, s->said->user) < 0 || maas_user_wear(&s->user) < 0 ? fail(c) : 0;
}

/* Less than was asked for is said, and goes on; a fence that should stand and does not is the end. */
static int
fenced(const struct call *c, int rc)
{
	if (rc == 0 && maas_why() == MAAS_UNAVAILABLE)
		warn(c, "%s", maas_error());
	return rc < 0 ? fail(c) : 0;
}

int
start_threads(struct start *s, const struct call *c, const struct maas_serve_options *o, const struct maas_state *state)
{
	if (!s->said->fence)
		return 0;
	return fenced(c, maas_server_fence(o, state));
}

int
start_done(struct start *s, const struct call *c)
{
	if (s->said->user && maas_user_settle(&s->user) < 0)
		return fail(c);
	return s->said->fence ? fenced(c, maas_fence_calls()) : 0;
}
