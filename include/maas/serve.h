/*
 * serve -- models over HTTP: keys, routes, one scheduler in front of the team of threads.
 *
 *	struct maas_state *state = maas_state_open(dir);
 *	struct maas_server *s = maas_server_open(&options, state);
 *	while (no signal)
 *		maas_server_tick(s);            every second or so, from one thread
 *	maas_server_drain(s);
 *	while (maas_server_pending(s) && there is time) ...
 *	maas_server_close(s);
 */
#ifndef MAAS_SERVE_H
#define MAAS_SERVE_H

#include "maas/fence.h"

/*
 * The state directory: keys, in a database that several processes may have open.  Made with
 * mode 0700; one that others can enter is refused.
 */
struct maas_state;
struct maas_state *maas_state_open(const char *dir) MAAS_USE;
void maas_state_close(struct maas_state *);
const char *maas_state_dir(const struct maas_state *);
/* $XDG_STATE_HOME/maas, ~/.local/state/maas; as root /var/lib/maas/state. */
int maas_state_default(struct maas_buf *) MAAS_USE;

/*
 * Keys: "maas_" ID "_" SECRET, 43 random letters and digits.  What is kept is a digest of the
 * whole; the key itself is seen once, by who made it.
 */
#define MAAS_KEY_ID   8
#define MAAS_KEY_TEXT 64                /* bytes of a key with its NUL, at most */
#define MAAS_KEY_NAME 100               /* bytes of a name, at most */
enum { MAAS_SCOPE_INFER = 1, MAAS_SCOPE_ADMIN = 2, MAAS_SCOPE_METRICS = 4 };        /* admin reaches all */
struct maas_key {
	char id[MAAS_KEY_ID + 1];
	unsigned char digest[32];
	const char *name;               /* whose it is, for people */
	unsigned scopes;
	const char *models;             /* "a,b": these alone; "": all */
	double rps;                     /* requests a second; 0: as many as it likes */
	int64_t tokens_per_minute;      /* 0: as many as it likes */
	int64_t created, expires;       /* seconds since 1970; expires 0: never */
	int64_t revoked;                /* 0: not */
};
/* Fills in id, digest and created; `text` is the key. */
int maas_key_add(struct maas_state *, struct maas_key *, char text[MAAS_KEY_TEXT]) MAAS_USE;
/* MAAS_NOINPUT where there is no such id; revoking again is fine. */
int maas_key_revoke(struct maas_state *, const char *id) MAAS_USE;
/* Each key, oldest first, until each() returns nonzero; what is handed out is valid inside it. */
int maas_key_each(struct maas_state *, int (*each)(void *ctx, const struct maas_key *), void *ctx) MAAS_USE;
/* UTF-8 without control characters, 1 to MAAS_KEY_NAME bytes, and nothing a spreadsheet takes for a formula. */
int maas_key_name_check(const char *) MAAS_USE;
/* "infer,admin,metrics" to bits and back. */
int maas_scopes_parse(const char *, unsigned *) MAAS_USE;
const char *maas_scopes_print(unsigned);

/*
 * The trail of security events.  Each entry is chained to those before it by hashes; what was
 * erased leaves its hash, so that the chain still holds.
 */
struct maas_audit_entry {
	int64_t seq, at, count;         /* at: seconds since 1970; count: of such events */
	const char *what;               /* "key-added"; NULL: erased */
	const char *key, *peer, *detail;
};
struct maas_audit_check {
	int64_t entries, erased;
	char head[65];                  /* the chain's last hash: "ENTRIES:HEAD" is what to note elsewhere */
};
/* 0: it holds.  -1 and MAAS_NEGATIVE: an entry was changed, is missing, or the end is; the reason says which.
 * head: "SEQ:HASH" noted earlier, which must be part of it; NULL: none. */
int maas_audit_verify(struct maas_state *, const char *head, struct maas_audit_check *) MAAS_USE;
/* Each entry since then, oldest first; since 0: all, erased ones too. */
int maas_audit_each(struct maas_state *, int64_t since, int (*each)(void *ctx, const struct maas_audit_entry *),
    void *ctx) MAAS_USE;
/* One for each kind of event: what, how many, when last. */
int maas_audit_summary(struct maas_state *, int64_t since, int (*each)(void *ctx, const struct maas_audit_entry *),
    void *ctx) MAAS_USE;

/* Usage, by day, key and model.  A price is "NAME=IN[/OUT[/REQUESTS]]": of a million each. */
struct maas_usage {
	int64_t day;                    /* since 1970 */
	const char *key, *name, *model;
	uint64_t requests, tokens_in, tokens_out;
};
/* key NULL: of all. */
int maas_usage_each(struct maas_state *, const char *key, int (*each)(void *ctx, const struct maas_usage *),
    void *ctx) MAAS_USE;
int maas_prices_check(const struct maas_list *) MAAS_USE;       /* MAAS_CONFIG */
double maas_usage_amount(const struct maas_usage *, const struct maas_list *prices);    /* 0 without a price */

/* An invite is a code that makes a key for who has it, `uses` times. */
#define MAAS_INVITE_TEXT 40             /* bytes of a code with its NUL */
struct maas_invite {
	const char *models;             /* as of a key */
	double rps;
	int64_t tokens_per_minute, uses;
	int64_t created, expires;
};
int maas_invite_add(struct maas_state *, struct maas_invite *, char text[MAAS_INVITE_TEXT]) MAAS_USE;
int maas_invite_withdraw(struct maas_state *, const char *text) MAAS_USE;

/* Erasing: keys, lines of usage, entries of the audit trail (which leave their hashes). */
struct maas_erased {
	int64_t keys, usage, entries;
};
/* All that is kept of a key.  MAAS_NOINPUT: nothing is. */
int maas_erase_key(struct maas_state *, const char *id, struct maas_erased *) MAAS_USE;
/* Usage of days before one time, entries and dead invites before another (seconds since 1970). */
int maas_erase_before(struct maas_state *, int64_t usage, int64_t audit, struct maas_erased *) MAAS_USE;

/* What the configuration says about who may do what; see maas-serve(1). */
struct maas_policy {
	struct maas_list infer_route, infer_model, admin_route, admin_model;    /* none: all */
	size_t infer_body_max, admin_body_max;
	long infer_tokens_max, infer_rows_max, admin_tokens_max, admin_rows_max;        /* of a request; 0: any */
	double key_lifetime;
	struct maas_list allow_address, deny_address;
	int behind_proxy;               /* TLS is another's, who says in X-Forwarded-For who the client is */
	struct maas_list proxy_address; /* of that other; none: whoever connects is taken for it */
	const char *terms;
	struct maas_list price;
	/* files of public keys: models signed by one of them alone; none: any */
	struct maas_list require_signature;
	double keep_usage, keep_audit, keep_log;
};
extern const struct maas_field maas_policy_fields[];

struct maas_serve_options {
	struct maas_list model;         /* [NAME=]PATH */
	const char *registry;           /* where there is no model: all of this one; NULL: of the default one */
	const char *host;
	long port;
	const char *unix;
	const char *tls_cert, *tls_key; /* PEM files; NULL: TCP is not encrypted */
	const char *state;
	const char *log;                /* NULL: none */
	long queue, queue_tokens, parallel;
	size_t cache;                   /* bytes of keys and values of each model; 0: parallel texts of full length */
	size_t body_max, table_max;
	long connections;
	int page;                       /* the page for people, at / */
	double timeout, drain_timeout;
	double drift_window;            /* seconds that the gauges of a model look back */
	const struct maas_policy *policy;       /* NULL: none.  Borrowed */
};
extern const struct maas_field maas_serve_fields[];

/* From now on the thread, and those it makes, reach only what a server with these settings reaches: its models, the
 * state, the log.  As maas_fence_paths. */
int maas_server_fence(const struct maas_serve_options *, const struct maas_state *) MAAS_USE;

struct maas_server;
/* Models are opened and checked before anybody is served.  team and state are borrowed; the team belongs to
 * the server until it is closed.  tcp: listen on options->host too where there is options->unix. */
struct maas_server *maas_server_open(const struct maas_serve_options *, int tcp, struct maas_state *,
    struct maas_team *) MAAS_USE;
/* The same models, routes and scheduler for requests of this process's own (maas_batch_run): no listener, no keys, no
 * books.  Of the options: model, registry, parallel, body_max, table_max and queue, how many requests are under way at
 * once. */
struct maas_server *maas_server_open_offline(const struct maas_serve_options *, struct maas_team *) MAAS_USE;
/* Would it open?  Says so without listening, or writing anything. */
int maas_server_check(const struct maas_serve_options *, int tcp, struct maas_state *, struct maas_team *) MAAS_USE;
int maas_server_port(const struct maas_server *);       /* 0: no TCP */
size_t maas_server_keys(const struct maas_server *);    /* that are good now */
/* Digest the models, the first time; write usage and events; erase what is too old; look whether keys have changed.
 * -1: something of it failed; it is tried again next time, the old keys stay good. */
int maas_server_tick(struct maas_server *) MAAS_USE;
/* Look at the models again, soon and beside what runs: what is another, or new, is loaded and tried, and takes the
 * place of the old at once; what fails leaves the old.  -1: the log cannot be opened again. */
int maas_server_reload(struct maas_server *) MAAS_USE;
/* Has that come to an end since this was asked last, or did an admin have it done? */
int maas_server_reloaded(struct maas_server *) MAAS_USE;
/* Read the files of the certificate and the key again.  -1: they are no good, and the old ones stay. */
int maas_server_certify(struct maas_server *) MAAS_USE;
/* Append a line for each language model in memory: how much its keys and values may take. */
int maas_server_tell(struct maas_server *, struct maas_buf *) MAAS_USE;
/* What could not be loaded when the models were looked at last, a line each; "": all could.  Valid until the next
 * maas_server_reloaded. */
const char *maas_server_trouble(const struct maas_server *);
/* Stop taking requests, finish those there are. */
void maas_server_drain(struct maas_server *);
size_t maas_server_pending(const struct maas_server *); /* 0: drained */
/* What is not finished is failed.  -1: the last usage or events could not be written. */
int maas_server_close(struct maas_server *);

/*
 * Requests of a file: lines as OpenAI's batches have them, {"custom_id","method","url","body"}, to lines {"id",
 * "custom_id","response":{"status_code","request_id","body"},"error"}, in the same order.  What a line is answered is
 * a function of the line, its number and the models: what waits and runs beside it, and the time, do not matter.
 */
struct maas_batch_answer {
	struct maas_span text;          /* the line, with its LF */
	int status;                     /* of the reply, 200 ...; 0: the line was no request */
	int more;                       /* the next is ready too */
};
struct maas_batch {
	size_t first;                   /* number of the first line, from 1 */
	uint64_t seed;                  /* of all that is drawn where a request has none */
	/* The next line, valid until the next call: 1, 0 where there is none, -1 where all is to end at once. */
	int (*next)(void *ctx, struct maas_span *line);
	/* By a thread of its own, one after the other.  -1: all is to end. */
	int (*answer)(void *ctx, const struct maas_batch_answer *);
	void *ctx;
};
/* 0; -1 where next or answer said so (the reason is theirs, of their threads), or there is no memory. */
int maas_batch_run(struct maas_server *, const struct maas_batch *) MAAS_USE;
/* Bytes of a line, at most: of more than that, it is enough to hand out one more (maas_input_clip). */
size_t maas_batch_line(const struct maas_serve_options *);
#define MAAS_BATCH_ID 40                /* bytes of an id with its NUL */
/* Of a line: its number, and a hash of it, the number and the seed, as in "batch-17-9f86d081884c7d65". */
void maas_batch_id(char to[MAAS_BATCH_ID], size_t number, struct maas_span line, uint64_t seed);
/* Does the answer begin as that of the line with this id does?  1, with its status as above; else 0. */
int maas_batch_answers(struct maas_span answer, const char *id, int *status);

#endif
