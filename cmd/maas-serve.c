/* maas-serve -- models over HTTP, with keys. */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "serve_accounts.h"

/* Keys */

struct key_options {
	const char *state, *scope;
	struct maas_list model;
	double rps, expires;
	long tokens_per_minute;
};

static const struct maas_field key_fields[] = { MAAS_TEXT(0, key_options, state, NULL, "directory of the keys"),
	MAAS_TEXT(0, key_options, scope, "infer", "what the key is for: infer, admin, or both parted by a comma"),
	MAAS_LIST(0, key_options, model, "NAME", "for this model only; may be repeated"),
	MAAS_REAL(0, key_options, rps, 0, 1e6, 0, "requests a second; 0: as many as it likes"),
	MAAS_INT(0, key_options, tokens_per_minute, 0, 1e12, 0, "tokens a minute; 0: as many as it likes"),
	MAAS_DURATION(0, key_options, expires, 0, "time until the key is no good any more; 0: never"), MAAS_END };

static int
key_add(struct call *c, struct maas_state *state, const struct key_options *o)
{
	struct maas_key k = { .name = c->operand[1], .rps = o->rps, .tokens_per_minute = o->tokens_per_minute };
	struct maas_buf models = { 0 };
	char text[MAAS_KEY_TEXT];
	int rc = -1;

	if (o->expires > 0)
		k.expires = (int64_t)time(NULL) + (int64_t)o->expires;
	if (join_models(&o->model, &models) == 0 && maas_scopes_parse(o->scope, &k.scopes) == 0) {
		k.models = models.n ? models.s : "";
		rc = maas_key_add(state, &k, text);
	}
	maas_buf_free(&models);
	if (rc < 0)
		return fail(c);
	printf("%s\n", text);
	rc = finish(c);
	if (rc && maas_key_revoke(state, k.id) < 0) /* nobody has seen it: nobody shall have it */
		warn(c, "key %s: %s", k.id, maas_error());
	return rc;
}

static int
print_key(void *ctx, const struct maas_key *k)
{
	int64_t now = time(NULL);

	(void)ctx;
	printf("%s\t%s\t%s\t%s\t%s\t%.9g\t%lld", k->id, k->name,
	    k->revoked                            ? "revoked"
		: k->expires && now >= k->expires ? "expired"
						  : "good",
	    maas_scopes_print(k->scopes), *k->models ? k->models : "*", k->rps, (long long)k->tokens_per_minute);
	print_time(k->created);
	print_time(k->expires);
	printf("\n");
	return 0;
}

static int
key_list(struct call *c, struct maas_state *state)
{
	printf("id\tname\tstate\tscope\tmodels\trps\ttokens_per_minute\tcreated\texpires\n");
	return maas_key_each(state, print_key, NULL) < 0 ? fail(c) : finish(c);
}

static int
check_key_words(struct call *c)
{
	const char *word = c->n ? c->operand[0] : "";

	if (!strcmp(word, "list"))
		return c->n == 1 ? 0 : misuse(c, "key list takes no operand");
	if (!strcmp(word, "add"))
		return c->n != 2 || !*c->operand[1]          ? misuse(c, "key add takes one NAME")
		    : maas_key_name_check(c->operand[1]) < 0 ? misuse(c, "key add: %s", maas_error())
							     : 0;
	if (!strcmp(word, "revoke"))
		return c->n == 2 ? 0 : misuse(c, "key revoke takes one ID");
	return misuse(c, "key add NAME, key list or key revoke ID");
}

static int
key(struct call *c)
{
	const struct key_options *o = c->part[0];
	struct maas_state *state = NULL;
	int rc = check_key_words(c);

	if (rc)
		return rc;
	if (!(state = open_state(o->state)))
		rc = fail(c);
	else if (!strcmp(c->operand[0], "add"))
		rc = key_add(c, state, o);
	else if (!strcmp(c->operand[0], "list"))
		rc = key_list(c, state);
	else
		rc = maas_key_revoke(state, c->operand[1]) < 0 ? fail(c) : 0;
	maas_state_close(state);
	return rc;
}

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

/* A descriptor a connection, and some of our own. */
static void
raise_files(long connections)
{
	struct rlimit r;
	rlim_t want = (rlim_t)connections + 256;

	if (getrlimit(RLIMIT_NOFILE, &r) < 0 || r.rlim_cur >= want)
		return;
	r.rlim_cur = want < r.rlim_max ? want : r.rlim_max;
	setrlimit(RLIMIT_NOFILE, &r);
}

static void
announce(const struct call *c, const struct maas_serve_options *o, const struct maas_server *s, int tcp)
{
	int v6 = strchr(o->host, ':') != NULL;

	if (!maas_server_keys(s))
		warn(c, "there is no key yet, and every route wants one: maas-serve key add NAME");
	if (c->common.quiet)
		return;
	if (o->unix)
		fprintf(stderr, "%s: listening on %s\n", c->command->name, o->unix);
	if (tcp)
		fprintf(stderr, "%s: listening on http://%s%s%s:%d\n", c->command->name, v6 ? "[" : "", o->host,
		    v6 ? "]" : "", maas_server_port(s));
}

/* What could not be loaded, a line each. */
static void
tell_trouble(const struct call *c, const struct maas_server *s)
{
	for (const char *p = maas_server_trouble(s), *end; *p; p = end + 1) {
		end = strchr(p, '\n');
		complain(c, MAAS_DATA, "%.*s", (int)(end - p), p);
	}
}

/* Until told to stop: look at the keys once a second, at once on SIGHUP, and then at the models too. */
static void
attend(struct call *c, struct maas_server *s, const sigset_t *signals)
{
	const struct timespec second = { 1, 0 };
	int failed = 0;

	for (;;) {
		int sig = sigtimedwait(signals, NULL, &second);

		if (sig == SIGTERM || sig == SIGINT)
			return;
		if (sig == SIGHUP) {
			if (maas_server_reload(s) < 0)
				complain(c, maas_why(), "models are not looked at again: %s", maas_error());
			tell_trouble(c, s);
		}
		if (maas_server_tick(s) == 0)
			failed = 0;
		else if (!failed++)
			warn(c, "the state: %s", maas_error());
	}
}

/* Let what runs come to its end; a second signal cuts it short. */
static void
drain(struct call *c, struct maas_server *s, const sigset_t *signals, double seconds)
{
	const struct timespec tick = { 0, 20000000 };
	double end = maas_clock() + seconds;

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
run_server(struct call *c, struct maas_state *state, struct maas_team *team, int tcp)
{
	const struct maas_serve_options *o = c->part[0];
	struct maas_server *s;
	sigset_t signals;

	block_signals(&signals);
	raise_files(o->connections);
	s = maas_server_open(o, tcp, state, team);
	if (!s)
		return fail(c);
	tell_trouble(c, s);
	announce(c, o, s, tcp);
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
	struct maas_state *state = NULL;
	struct maas_team *team = NULL;
	int tcp = !o->unix || given(c, "host") || given(c, "port"), rc;

	if (c->n)
		return misuse(c, "no such verb: '%s'", c->operand[0]);
	if (o->model.n && o->registry) /* where names are looked for */
		setenv("MAAS_REGISTRY", o->registry, 1);
	o->policy = c->part[1];
	if (!(state = open_state(o->state)) || !(team = maas_team_new((int)c->common.threads)))
		rc = fail(c);
	else
		rc = only->check_config ? check(c, state, team, tcp) : run_server(c, state, team, tcp);
	maas_team_free(team);
	maas_state_close(state);
	return rc;
}

static const struct verb server = {
	.operands = "",
	.what = "serve models over HTTP",
	.run = serve,
	.part = { { maas_serve_fields, sizeof(struct maas_serve_options) },
	    { maas_policy_fields, sizeof(struct maas_policy) }, { check_fields, sizeof(struct check_options) } },
};

static const struct verb key_verb = {
	.name = "key",
	.operands = "add NAME | list | revoke ID",
	.what = "make, list and revoke keys",
	.run = key,
	.part = { { key_fields, sizeof(struct key_options) } },
};

int
main(int argc, char **argv)
{
	const struct verb verbs[] = { key_verb, invite_verb, usage_verb, audit_verb, erase_verb };

	return drive(argc, argv,
	    &(struct command){ .name = "maas-serve",
		.what = "serve models over HTTP, with keys",
		.verbs = verbs,
		.nverbs = MAAS_COUNT(verbs),
		.fallback = &server,
		.about = "libmicrohttpd, libsodium, SQLite" });
}
