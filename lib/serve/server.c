#include <math.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "maas/registry.h"
#include "server.h"
#include "store.h"

#define BODIES_MAX  ((size_t)256 << 20) /* bytes of request bodies in memory; four of the largest at least */
#define HOUR        3600.0
#define DAY         86400.0
#define ENTRIES     2000 /* of the audit trail verified a second: it is nobody else's for 10 ms */
#define FLUSH_TICKS 100  /* of 5 ms: for the last replies */

const struct maas_field maas_serve_fields[] = { MAAS_LIST('m', maas_serve_options, model, "[NAME=]PATH",
						    "serve this model; may be repeated"),
	MAAS_TEXT(0, maas_serve_options, registry, NULL, "serve the models of this registry"),
	MAAS_TEXT(0, maas_serve_options, host, "127.0.0.1", "numeric address to listen on"),
	MAAS_INT(0, maas_serve_options, port, 0, 65535, 8080, "port to listen on; 0: any free one"),
	MAAS_TEXT(0, maas_serve_options, unix, NULL,
	    "listen on this UNIX socket; on TCP only if --host or --port is given too"),
	MAAS_TEXT(0, maas_serve_options, tls_cert, NULL, "PEM file of the certificate: TCP speaks TLS"),
	MAAS_TEXT(0, maas_serve_options, tls_key, NULL, "PEM file of the certificate's key"),
	MAAS_TEXT(0, maas_serve_options, state, NULL, "directory of the keys"),
	MAAS_TEXT(0, maas_serve_options, log, NULL, "append a line of JSON for each request to this file"),
	MAAS_INT(0, maas_serve_options, queue, 1, 100000, 256, "requests that may wait; more are told to come again"),
	MAAS_INT(0, maas_serve_options, queue_tokens, 1, 1e12, 1 << 20,
	    "tokens of prompts that may wait, a text counting one for four bytes"),
	MAAS_INT(0, maas_serve_options, parallel, 1, 1024, 16, "texts that a model generates at once"),
	MAAS_SIZE(0, maas_serve_options, cache, 0, 1ull << 50, 0,
	    "memory for what the texts of a model have read; 0: enough for all that it generates at once"),
	MAAS_SIZE(0, maas_serve_options, body_max, 1024, 1 << 30, 8 << 20, "largest request body"),
	MAAS_SIZE(0, maas_serve_options, table_max, 1024, 1 << 30, 64 << 20, "largest body that is a table of rows"),
	MAAS_INT(
	    0, maas_serve_options, connections, 1, 100000, 1000, "connections at once; more are told to come again"),
	MAAS_FLAG_ON(0, maas_serve_options, page, "serve the page for people at /"),
	MAAS_DURATION(0, maas_serve_options, timeout, 300, "an answer that takes longer is given up"),
	MAAS_DURATION(0, maas_serve_options, drain_timeout, 30, "time for running requests after SIGTERM"),
	MAAS_DURATION(0, maas_serve_options, drift_window, 3600,
	    "/metrics compares the rows of this last time with those "
	    "a model learnt from"),
	MAAS_END };

void
note_reload(struct maas_server *s, int good)
{
	atomic_store(&s->service.reload_good, good);
	if (good)
		atomic_store(&s->service.reloaded_at, (uint64_t)time(NULL));
}

/* Those of -m, else all of a registry. */
static int
open_models(struct maas_server *s)
{
	if (s->options.model.n)
		s->options.registry = NULL;
	else if (!s->options.registry)
		s->options.registry = maas_registry_default(&s->place) < 0 ? NULL : s->place.s;
	if (!s->options.model.n && !s->options.registry)
		return -1;
	if (families_open(s) < 0)
		return -1;
	if (looks_trouble(&s->looks, &s->trouble) < 0)
		return -1;
	note_reload(s, !s->trouble.n);
	return s->nfamily
	    ? 0
	    : maas_fail_as(MAAS_NOINPUT, "no model to serve: none is registered in %s, and there is no -m [NAME=]PATH",
		  s->options.registry);
}

static int
check_tls(const struct maas_serve_options *o, int tcp)
{
	if (!o->tls_cert != !o->tls_key)
		return maas_fail_as(MAAS_CONFIG, "--tls-cert and --tls-key go together: %s is missing",
		    o->tls_cert ? "--tls-key" : "--tls-cert");
	if (o->tls_cert && !tcp)
		return maas_fail_as(MAAS_CONFIG, "--tls-cert is for TCP: say --host or --port beside --unix");
	return o->tls_cert ? maas_http_tls_check(o->tls_cert, o->tls_key) : 0;
}

/* Whom others can reach has keys, and keys are not said in the clear. */
static int
check_reach(struct maas_server *s, int tcp)
{
	const struct maas_serve_options *o = &s->options;
	int local = !tcp || maas_http_loopback(o->host) || !strcmp(o->host, "localhost");
	int proxy = o->policy && o->policy->behind_proxy;

	s->check_host = tcp && local && !proxy;
	if ((tcp && maas_http_host_check(o->host) < 0) || check_tls(o, tcp) < 0)
		return -1;
	if (local)
		return 0;
	if (!maas_server_keys(s))
		return maas_fail_as(MAAS_CONFIG,
		    "--host %s: others would reach this server, and there is no key yet: "
		    "maas-serve key add NAME",
		    o->host);
	if (!o->tls_cert && !proxy)
		return maas_fail_as(MAAS_CONFIG,
		    "--host %s: others would reach this server, and their keys would travel unencrypted: give --tls-cert "
		    "and --tls-key, or --behind-proxy where a proxy in front speaks TLS",
		    o->host);
	return 0;
}

static int
open_log(struct maas_server *s)
{
	if (!s->options.log)
		return 0;
	if ((s->log.fd = accesslog_open(s->options.log)) < 0)
		return -1;
	return s->options.policy ? accesslog_turn(&s->log, s->options.log, s->options.policy->keep_log, time(NULL)) : 0;
}

static void
count_turned_away(void *ctx)
{
	struct maas_server *s = ctx;

	count_add(&s->rejected[REJECTED_CONNECTIONS], 1);
}

static int
listen_on(struct maas_server *s, int tcp)
{
	size_t largest = s->options.body_max > s->options.table_max ? s->options.body_max : s->options.table_max;
	struct maas_http_setup set = {
		.host = tcp ? s->options.host : NULL,
		.port = (int)s->options.port,
		.unix_path = s->options.unix,
		.tls_cert = tcp ? s->options.tls_cert : NULL,
		.tls_key = s->options.tls_key,
		.body_max = largest,
		.bodies_max = largest > BODIES_MAX / 4 ? 4 * largest : BODIES_MAX,
		.connections = (size_t)s->options.connections,
		.threads = maas_cores() < 4 ? 1
		    : maas_cores() < 32     ? 2
					    : 4,
		.admit = admit_request,
		.handle = admit_handle,
		.refuse = admit_refuse,
		.finished = admit_finished,
		.turned_away = count_turned_away,
		.app_size = sizeof(struct ask),
		.app_free = admit_free,
		.ctx = s,
	};

	if (put_error(&s->busy, 503, "overloaded", NULL, "too many connections") < 0)
		return -1;
	set.busy = s->busy.s;
	s->http = maas_http_open(&set);
	return s->http ? 0 : -1;
}

static int
open_books(struct maas_server *s)
{
	if (!(s->policy = policy_new(s->options.policy)) || !(s->wrongs = wrongs_new()) ||
	    !(s->ledger = ledger_new(s->state)) || !(s->tally = tally_new()) || !(s->ring = ring_new(s->state)) ||
	    !(s->keymeters = keymeters_new()))
		return -1;
	ring_limit(s->ring, s->options.policy ? s->options.policy->key_lifetime : 0);
	return 0;
}

static struct maas_server *
new_server(const struct maas_serve_options *o, struct maas_state *state, struct maas_team *team)
{
	struct maas_server *s = maas_alloc(1, sizeof *s);

	if (!s)
		return NULL;
	s->options = *o;
	s->log.fd = -1;
	s->state = state;
	s->team = team;
	s->started = (double)time(NULL);
	pthread_mutex_init(&s->lock, NULL);
	pthread_cond_init(&s->work, NULL);
	return s;
}

struct maas_server *
maas_server_open(const struct maas_serve_options *o, int tcp, struct maas_state *state, struct maas_team *team)
{
	struct maas_server *s = new_server(o, state, team);

	if (!s)
		return NULL;
	s->route_metrics = maas_alloc(serve_nroutes, sizeof *s->route_metrics);
	if (!s->route_metrics || open_books(s) < 0 || check_reach(s, tcp) < 0 || open_models(s) < 0 ||
	    open_log(s) < 0 || !(s->loader = loader_start(s)) || !(s->unpacker = unpack_start(s)) ||
	    scheduler_start(s) < 0 || listen_on(s, tcp) < 0) {
		maas_server_close(s);
		return NULL;
	}
	store_hurry(state, 1); /* one thread may hold up all: what cannot be written now is, a second later */
	return s;
}

/* Without a listener; what is counted is counted for nobody. */
struct maas_server *
maas_server_open_offline(const struct maas_serve_options *o, struct maas_team *team)
{
	struct maas_server *s = new_server(o, NULL, team);

	if (!s)
		return NULL;
	s->offline = 1;
	s->options.unix = s->options.log = NULL;
	s->options.timeout = INFINITY;
	s->route_metrics = maas_alloc(serve_nroutes, sizeof *s->route_metrics);
	if (s->route_metrics && (s->policy = policy_new(NULL)) && (s->tally = tally_new()) && open_models(s) == 0 &&
	    scheduler_start(s) == 0 && listen_on(s, 0) == 0)
		return s;
	maas_server_close(s);
	return NULL;
}

/* Could a file of this name be written, or a socket made?  NULL: none is wanted. */
static int
check_place(const char *path, int socket)
{
	const char *slash = path ? strrchr(path, '/') : NULL;
	struct maas_buf folder = { 0 };
	struct stat st;
	int rc;

	if (!path)
		return 0;
	if (stat(path, &st) == 0) {
		if (socket ? !S_ISSOCK(st.st_mode) : S_ISDIR(st.st_mode))
			return maas_fail_as(
			    MAAS_CANTCREATE, "%s: %s", path, socket ? "exists and is no socket" : "is a directory");
		return socket || access(path, W_OK) == 0 ? 0 : maas_fail_errno("%s", path);
	}
	rc = slash == path ? maas_buf_text(&folder, "/")
	    : slash        ? maas_buf_add(&folder, path, (size_t)(slash - path))
			   : maas_buf_text(&folder, ".");
	if (rc == 0 && access(folder.s, W_OK | X_OK) < 0)
		rc = maas_fail_as(errno == EACCES || errno == EROFS ? MAAS_NOPERM : MAAS_CANTCREATE,
		    "%s: cannot create: %s", path, strerror(errno));
	maas_buf_free(&folder);
	return rc;
}

/* Nothing is written: what was counted is dropped before the end. */
int
maas_server_check(const struct maas_serve_options *o, int tcp, struct maas_state *state, struct maas_team *team)
{
	struct maas_server *s = new_server(o, state, team);
	int rc;

	if (!s)
		return -1;
	rc = open_books(s) < 0 || check_reach(s, tcp) < 0 || check_place(o->log, 0) < 0 ||
		check_place(o->unix, 1) < 0 || open_models(s) < 0
	    ? -1
	    : 0;
	if (rc == 0 && s->trouble.n)
		rc = maas_fail("%.*s", (int)strcspn(s->trouble.s, "\n"), s->trouble.s);
	tally_free(s->tally);
	s->tally = NULL;
	return maas_server_close(s) < 0 ? -1 : rc;
}

int
maas_server_port(const struct maas_server *s)
{
	return maas_http_port(s->http);
}

size_t
maas_server_keys(const struct maas_server *s)
{
	return ring_good(s->ring, time(NULL));
}

/* What is kept for a time only goes after it, once an hour; logs, by the day. */
static int
sweep(struct maas_server *s)
{
	const struct maas_policy *p = s->options.policy;
	struct maas_erased n;
	int64_t now = time(NULL);

	if (p && s->log.fd >= 0 && accesslog_turn(&s->log, s->options.log, p->keep_log, now) < 0)
		return -1;
	if (!p || (p->keep_usage <= 0 && p->keep_audit <= 0) || (s->swept > 0 && maas_clock() - s->swept < HOUR))
		return 0;
	if (maas_erase_before(s->state, p->keep_usage > 0 ? now - (int64_t)p->keep_usage : 0,
		p->keep_audit > 0 ? now - (int64_t)p->keep_audit : 0, &n) < 0)
		return -1;
	s->swept = maas_clock();
	return 0;
}

/* Each is tried, whatever becomes of the others. */
static int
write_books(struct maas_server *s, int last)
{
	int rc = 0;

	if (s->ledger && ledger_write(s->ledger) < 0)
		rc = -1;
	if (s->tally && tally_write(s->tally, s->state, maas_clock(), last) < 0)
		rc = -1;
	if (!last && (sweep(s) < 0 || ring_refresh(s->ring) < 0))
		rc = -1;
	return rc < 0 ? maas_in("the state") : 0;
}

/* -1, once: lines do not get into the log. */
static int
check_log(struct maas_server *s)
{
	int full = atomic_load(&s->log.full), told = s->log.told;

	s->log.told = full;
	return full && !told ? maas_fail_as(MAAS_IO, "%s: lines cannot be written", s->options.log) : 0;
}

static void
show_chain(struct maas_server *s, int good)
{
	s->verified = maas_clock();
	atomic_store(&s->service.chain_good, good);
	atomic_store(&s->service.chain_entries, (uint64_t)audit_check_found(s->checking)->entries);
	atomic_store(&s->service.chain_at, (uint64_t)time(NULL));
	audit_check_free(s->checking);
	s->checking = NULL;
}

/* The gauges of the audit trail: at the start, and once a day; some of it at a time. */
static void
verify(struct maas_server *s)
{
	int rc;

	if (!s->checking && s->verified > 0 && maas_clock() - s->verified < DAY)
		return;
	if (!s->checking && !(s->checking = audit_check_new()))
		return;
	rc = audit_check_on(s->checking, s->state, ENTRIES);
	if (rc == 0 || (rc < 0 && maas_why() == MAAS_NEGATIVE))
		show_chain(s, rc == 0);
	else if (rc < 0) {
		audit_check_free(s->checking); /* not known: it is tried again */
		s->checking = NULL;
	}
}

int
maas_server_tick(struct maas_server *s)
{
	int rc;

	families_watch(s);
	rc = write_books(s, 0);
	if (rc < 0)
		count_add(&s->service.state_failed, 1);
	else
		verify(s);
	return rc < 0 ? -1 : check_log(s);
}

int
maas_server_reload(struct maas_server *s)
{
	int rc = s->log.fd >= 0 ? accesslog_reopen(s->log.fd, s->options.log) : 0;

	(void)!loader_look(s->loader, NULL); /* it stops when this server is closed */
	return rc;
}

int
maas_server_reloaded(struct maas_server *s)
{
	return loader_result(s->loader, &s->trouble);
}

int
maas_server_certify(struct maas_server *s)
{
	return maas_http_tls_reload(s->http);
}

const char *
maas_server_trouble(const struct maas_server *s)
{
	return s->trouble.n ? s->trouble.s : "";
}

void
maas_server_drain(struct maas_server *s)
{
	atomic_store(&s->draining, 1);
	maas_http_quiesce(s->http);
}

size_t
maas_server_pending(const struct maas_server *s)
{
	return maas_http_pending(s->http);
}

/* What has been said is still sent, where that takes no time. */
static void
flush(struct maas_server *s)
{
	const struct timespec tick = { 0, 5000000 };

	for (int i = 0; i < FLUSH_TICKS && maas_http_pending(s->http); i++)
		nanosleep(&tick, NULL);
}

/* The scheduler first: it fails what it still has, so that every request gets its reply. */
int
maas_server_close(struct maas_server *s)
{
	int rc;

	if (!s)
		return 0;
	if (s->http)
		maas_server_drain(s);
	unpack_stop(s->unpacker);
	scheduler_stop(s);
	loader_stop(s->loader);
	if (s->http)
		flush(s);
	maas_http_close(s->http);
	loader_free(s->loader);
	unpack_free(s->unpacker);
	families_close(s);
	maas_buf_free(&s->place);
	maas_buf_free(&s->trouble);
	maas_buf_free(&s->busy);
	if (s->state)
		store_hurry(s->state, 0);
	rc = s->offline ? 0 : write_books(s, 1);
	ring_free(s->ring);
	keymeters_free(s->keymeters);
	audit_check_free(s->checking);
	ledger_free(s->ledger);
	tally_free(s->tally);
	wrongs_free(s->wrongs);
	policy_free(s->policy);
	if (s->log.fd >= 0)
		close(s->log.fd);
	free(s->route_metrics);
	pthread_cond_destroy(&s->work);
	pthread_mutex_destroy(&s->lock);
	free(s);
	return rc;
}
