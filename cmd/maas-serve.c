/* maas-serve -- models over HTTP, with keys. */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "serve_accounts.h"
#include "serve_start.h"

#ifdef MAAS_HAS_SECCOMP
#define SECCOMP ", libseccomp"
#else
#define SECCOMP "; without libseccomp"
#endif

/* The server */

static pthread_t attendant; /* the thread that takes signals */

static void
pass_on(int sig)
{
	pthread_kill(attendant, sig);
}

/*
 * Blocked in this thread and in those that it makes, taken by sigtimedwait in this one.  A library may have made
 * threads before main, which do not block them: one that gets a signal passes it on.
 */
static void
block_signals(sigset_t *set)
{
	static const int taken[] = { SIGTERM, SIGINT, SIGHUP };
	struct sigaction a = { .sa_handler = pass_on, .sa_flags = SA_RESTART };

	attendant = pthread_self();
	sigemptyset(set);
	for (size_t i = 0; i < MAAS_COUNT(taken); i++)
		sigaddset(set, taken[i]);
	pthread_sigmask(SIG_BLOCK, set, NULL);
	for (size_t i = 0; i < MAAS_COUNT(taken); i++)
		sigaction(taken[i], &a, NULL);
	signal(SIGPIPE, SIG_IGN);
}

static void
announce(const struct call *c, const struct maas_serve_options *o, struct maas_server *s, int tcp)
{
	int v6 = strchr(o->host, ':') != NULL;
	struct maas_buf told = { 0 };

	if (!maas_server_keys(s))
		warn(c, "there is no key yet, and every route wants one: maas-serve key add NAME");
	if (c->common.quiet)
		return;
	if (c->common.verbose && maas_server_tell(s, &told) == 0 && told.n)
		fprintf(stderr, "%s", told.s);
	maas_buf_free(&told);
	if (o->unix)
		fprintf(stderr, "%s: listening on %s\n", c->command->name, o->unix);
	if (tcp)
		fprintf(stderr, "%s: listening on http%s://%s%s%s:%d\n", c->command->name, o->tls_cert ? "s" : "",
		    v6 ? "[" : "", o->host, v6 ? "]" : "", maas_server_port(s));
}

void
tell_trouble(const struct call *c, const struct maas_server *s)
{
	for (const char *p = maas_server_trouble(s), *end; *p; p = end + 1) {
		end = strchr(p, '\n');
		complain(c, MAAS_DATA, "%.*s", (int)(end - p), p);
	}
}

static void
tell_ready(const struct maas_server *s)
{
	size_t bad = 0;

	for (const char *p = maas_server_trouble(s); (p = strchr(p, '\n')); p++)
		bad++;
	maas_notify("READY=1\nSTATUS=serving%s", bad ? "; what could not be loaded is in the log" : "");
}

static void
reload(struct call *c, struct maas_server *s)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	maas_notify("RELOADING=1\nMONOTONIC_USEC=%lld\nSTATUS=looking at the models again",
	    (long long)now.tv_sec * 1000000 + now.tv_nsec / 1000);
	if (maas_server_reload(s) < 0)
		complain(c, maas_why(), "%s", maas_error());
	if (maas_server_certify(s) < 0)
		complain(c, maas_why(), "the old certificate stays: %s", maas_error());
}

/* Until told to stop: look at the keys once a second, at once on SIGHUP, and then at the models too, and while that
 * goes on ask often whether it is done. */
static void
attend(struct call *c, struct maas_server *s, const sigset_t *signals)
{
	const struct timespec second = { 1, 0 }, soon = { 0, 50000000 };
	char said[512] = ""; /* the trouble that goes on */
	int looking = 0;
	double ticked = 0;

	for (;;) {
		int sig = sigtimedwait(signals, NULL, looking ? &soon : &second);

		if (sig == SIGTERM || sig == SIGINT)
			return;
		if (sig == SIGHUP) {
			reload(c, s);
			looking = 1;
			ticked = 0;
		}
		if (maas_server_reloaded(s)) {
			looking = 0;
			tell_trouble(c, s);
			tell_ready(s);
		}
		if (looking && maas_clock() - ticked < 1)
			continue;
		ticked = maas_clock();
		maas_notify("WATCHDOG=1");
		if (maas_server_tick(s) == 0) {
			*said = '\0';
		} else if (strncmp(said, maas_error(), sizeof said - 1)) {
			snprintf(said, sizeof said, "%s", maas_error());
			complain(c, maas_why(), "%s", said);
		}
	}
}

/* Let what runs come to its end; a second signal cuts it short. */
static void
drain(struct call *c, struct maas_server *s, const sigset_t *signals, double seconds)
{
	const struct timespec tick = { 0, 20000000 };
	double end = maas_clock() + seconds;

	maas_notify("STOPPING=1\nSTATUS=finishing %zu requests", maas_server_pending(s));
	maas_server_drain(s);
	while (maas_server_pending(s) && maas_clock() < end) {
		int sig = sigtimedwait(signals, NULL, &tick);

		if (sig == SIGTERM || sig == SIGINT)
			break;
	}
	if (maas_server_pending(s))
		warn(c, "%zu requests were cut short", maas_server_pending(s));
}

static int
run_server(struct call *c, struct start *start, struct maas_state *state, struct maas_team *team, int tcp)
{
	const struct maas_serve_options *o = c->part[0];
	struct maas_server *s;
	sigset_t signals;
	int rc;

	block_signals(&signals);
	s = maas_server_open(o, tcp, state, team);
	if (!s)
		return fail(c);
	if ((rc = start_done(start, c))) {
		(void)!maas_server_close(s);
		return rc;
	}
	tell_trouble(c, s);
	announce(c, o, s, tcp);
	tell_ready(s);
	attend(c, s, &signals);
	drain(c, s, &signals, o->drain_timeout);
	return maas_server_close(s) < 0 ? fail(c) : 0;
}

struct check_options {
	int check_config;
};

static const struct maas_field check_fields[] = { MAAS_FLAG(0, check_options, check_config,
						      "see whether a server would start with these settings, and end"),
	MAAS_END };

static int
check(struct call *c, struct maas_state *state, struct maas_team *team, int tcp)
{
	if (maas_server_check(c->part[0], tcp, state, team) < 0)
		return fail(c);
	if (!c->common.quiet)
		printf("the configuration is good\n");
	return finish(c);
}

static int
serve(struct call *c)
{
	struct maas_serve_options *o = c->part[0];
	const struct check_options *only = c->part[2];
	struct start start = { .said = c->part[3] };
	struct maas_state *state = NULL;
	struct maas_team *team = NULL;
	int tcp = !o->unix || given(c, "host") || given(c, "port"), rc;

	if (c->n)
		return misuse(c, "no such verb: '%s'", c->operand[0]);
	if (o->model.n && o->registry) /* where names are looked for */
		setenv("MAAS_REGISTRY", o->registry, 1);
	o->policy = c->part[1];
	if ((rc = start_begin(&start, c, o)))
		return rc;
	if (!(state = open_state(o->state)))
		rc = fail(c);
	else if ((rc = start_threads(&start, c, o, state)))
		;
	else if (!(team = maas_team_new((int)c->common.threads)))
		rc = fail(c);
	else
		rc = only->check_config ? check(c, state, team, tcp) : run_server(c, &start, state, team, tcp);
	maas_team_free(team);
	maas_state_close(state);
	return rc;
}

static const struct verb server = {
	.operands = "",
	.what = "serve models over HTTP",
	.run = serve,
	.part = { { maas_serve_fields, sizeof(struct maas_serve_options) },
	    { maas_policy_fields, sizeof(struct maas_policy) }, { check_fields, sizeof(struct check_options) },
	    { start_fields, sizeof(struct start_options) } },
};

int
main(int argc, char **argv)
{
	const struct verb verbs[] = { key_verb, invite_verb, usage_verb, audit_verb, erase_verb, batch_verb };

	return drive(argc, argv,
	    &(struct command){ .name = "maas-serve",
		.what = "serve models over HTTP, with keys",
		.verbs = verbs,
		.nverbs = MAAS_COUNT(verbs),
		.fallback = &server,
		.about = "libmicrohttpd, GnuTLS, libsodium, SQLite" SECCOMP });
}
