/*
 * server.h -- what the files of the service share.
 *
 * The life of a request: an HTTP thread finds the route, checks the key (admit.c), parses the
 * body (the route's run), and either replies or puts it in the queue.  One thread, the
 * scheduler, owns the team and the decoders: between any two steps it takes what has come,
 * drops what nobody waits for any more, and lets each kind of work do a slice.
 */
#ifndef SERVER_H
#define SERVER_H

#include <pthread.h>

#include "maas/fmt.h"
#include "maas/model.h"
#include "maas/net.h"
#include "maas/serve.h"
#include "audit.h"
#include "ledger.h"
#include "meters.h"
#include "policy.h"
#include "ring.h"
#include "watch.h"

#define MODELS 256                      /* versions in memory at once */

struct family;
struct ask;
struct maas_server;

/*
 * A version of a model, in memory.  What computes belongs to the scheduler's thread.  Who has it from hosted_for keeps
 * it until the request is over: one that is swapped for another ends when the last of those does.
 */
struct hosted {
	const char *name;               /* the family's */
	struct model_metrics *metrics;  /* likewise */
	struct version_metrics now;
	int64_t number;                 /* of the version */
	struct maas_model *model;
	char *path;
	struct timespec modified;       /* of its file, with its size: when it is another */
	uint64_t bytes, device, inode;
	int64_t created;                /* of its file, seconds since 1970 */
	char sha256[65];                /* of its file as it was read; "": a directory */
	const struct maas_rows *rows;   /* NULL: does not classify */
	struct rows_slots *slots;       /* work_rows.c: what a slice of rows needs */
	struct watch *watch;            /* NULL where there are no rows */
	struct watch_found found;       /* by it; under the server's lock */
	struct maas_tokenizer *tokenizer;       /* NULL: does not generate */
	struct maas_encoder *encoder;
	struct maas_decoder *decoder;
	struct maas_ids ids;            /* scratch */
	struct maas_buf scratch;
	struct maas_buf head;           /* what every answer about rows begins with */
	struct ask *active, **active_end;       /* in the order they were started */
	int full;                       /* the scheduler's: nobody else finds a place in this round */
	size_t users;                   /* asks that have it; under the server's lock, as this: */
	int retired;                    /* nobody finds it any more */
	struct hosted *next;            /* the loader's, when it is to be closed */
};

/* All that a name stands for.  A family stays until the server is closed; what it has changes under the lock, by the
 * thread that opens the server, then by the loader's alone. */
struct edition {                        /* a version there is */
	int64_t number;
	char sha256[65];                /* "": not known before it is in memory */
	int failed;
	struct hosted *hosted;          /* NULL: not in memory */
};
struct tag {
	char *label;
	struct hosted *hosted;          /* never NULL */
};
struct family {
	char *name;
	const char *said;               /* -m; NULL: of the registry */
	struct model_metrics metrics;
	struct edition *edition;        /* ascending */
	size_t n;
	struct tag *tag;
	size_t ntag;
	struct hosted *latest;          /* what the name alone means; NULL: none is in memory */
};

/* What came of a look at the models, a version each. */
enum looked { LOOKED_LOADED, LOOKED_KEPT, LOOKED_UNLOADED, LOOKED_FAILED };
struct look {
	const char *name;               /* the family's */
	int64_t number;                 /* 0: of the name as a whole */
	enum looked how;
	char *why;                      /* it failed; NULL */
	char *path;                     /* NULL: none */
};
struct looks {
	struct look *of;
	size_t n, cap;
};

/* A kind of work: how the scheduler begins an ask, and does a slice of all that a model has begun. */
enum begun { BEGUN, BEGUN_LATER, BEGUN_OVER };          /* LATER: no place now; OVER: it is replied already */
struct work {
	enum begun (*begin)(struct ask *);
	void (*slice)(struct maas_server *, struct hosted *);   /* of the asks in m->active that are its own */
	void (*stop)(struct ask *);             /* release what begin took: the client left, or time is up */
};

struct route {
	const char *name, *method, *path;       /* "/v1/models/{model}/predict" */
	unsigned scope;                 /* what a key must have; 0: any key */
	int open;                       /* needs no key */
	void (*run)(struct ask *);      /* replies, or queues */
};
extern const struct route serve_routes[];
extern const size_t serve_nroutes;      /* the last is none of the others: unknown paths */

struct records;                         /* work_rows.c */
struct rows_slots;
struct prompts;                         /* work_text.c */
struct pieces;                          /* route_tokens.c */
struct vectors;                         /* work_embed.c */

/* A request as the service sees it. */
struct ask {
	struct maas_server *server;
	struct maas_http_request *http;
	const struct route *route;
	struct maas_arena *arena;       /* stays from request to request, and is reset between them */
	char key[MAAS_KEY_ID + 1];
	unsigned scopes;                /* of the key */
	int64_t expires;                /* the key does; 0: never */
	struct ring_quota quota[2];     /* requests and tokens, when it came in */
	struct maas_span model_name;    /* of the path */
	struct maas_span version;       /* of the path, or a label; n 0: not said */
	struct hosted *model;
	struct hosted *held;            /* by hosted_for, until the request is over */
	const struct work *work;
	double begun, until;            /* maas_clock(): its work began; it fails then */
	int started;                    /* a stream has begun */
	int finish;                     /* enum finished + 1; 0: no model had it */
	struct records *records;
	struct prompts *prompts;
	struct pieces *pieces;
	struct vectors *vectors;
	const char *type, *accept, *head_bytes;  /* headers, from admit_handle on; NULL: not sent */
	int packed;                     /* the body is */
	void (*unpack)(struct ask *);   /* what the unpacker does with it */
	struct maas_buf plain;          /* the body, where it came packed */
	uint64_t tokens;                /* spent, for the key's quota */
	uint64_t reserved;              /* of it, while the work goes on */
	size_t waits;                   /* tokens it counts while it waits */
	struct ask *next;
};

/* Of --log. */
struct accesslog {
	int fd;                         /* -1: none */
	int64_t day;                    /* since 1970, of what it holds; 0: not known yet */
	_Atomic int torn;               /* the last line has no end */
	_Atomic int full;               /* the last line did not get in */
	int told;                       /* somebody was told so */
};

struct maas_server {
	struct maas_serve_options options;
	int check_host;
	/* who asks is this process itself: no keys, no books, no clock in answers */
	int offline;
	struct maas_http *http;
	struct maas_buf busy;                   /* the error that is said without a request */
	struct maas_state *state;       /* borrowed */
	struct ring *ring;
	struct policy *policy;
	struct wrongs *wrongs;
	struct ledger *ledger;
	struct tally *tally;
	double swept;                   /* maas_clock(): when what is too old was erased last */
	struct maas_team *team;
	struct hosted *seen[MODELS];            /* the scheduler's: those there were when it looked last */
	size_t nseen;
	struct maas_buf place;                  /* of the registry by default */
	/* lines: what could not be loaded; of the thread that opened the server */
	struct maas_buf trouble;
	struct looks looks;                     /* the latest; of the thread that loads */
	struct loader *loader;
	struct unpacker *unpacker;              /* NULL: offline */
	struct accesslog log;
	struct route_metrics *route_metrics;    /* [serve_nroutes] */
	_Atomic uint64_t rejected[REJECTED_KINDS];
	struct service_metrics service;
	struct keymeters *keymeters;
	struct audit_check *checking;           /* the audit trail, in the middle of it */
	double verified;                        /* maas_clock(): when it was, last; 0: not yet */
	double started;                         /* seconds since 1970 */
	_Atomic int draining;
	_Atomic size_t unpacked;                /* bytes of bodies that came packed */
	pthread_t scheduler;
	int scheduling;                         /* the thread runs */
	pthread_mutex_t lock;                   /* of all below */
	pthread_cond_t work;
	struct family **family;
	size_t nfamily, family_cap;
	struct hosted *model[MODELS];           /* in memory, retired ones too */
	size_t nmodel;
	struct ask *incoming, **incoming_end;
	size_t waiting, waiting_tokens;         /* asks that are not begun; what they count */
	double pace;                            /* seconds an ask takes, by late experience */
	int stopping;
	double registers, registered_at;        /* attempts not long ago; maas_clock() */
};

/* admit.c: the functions of struct maas_http_setup, ctx being the server */
int admit_request(void *ctx, struct maas_http_request *);
void admit_handle(void *ctx, struct maas_http_request *);
void admit_refuse(void *ctx, struct maas_http_request *, int status, const char *why);
void admit_finished(void *ctx, struct maas_http_request *);
void admit_free(void *app);

#define SIZE_WHY 160
/* 429, with when to come again. */
void reply_wait(struct ask *, double seconds, const char *why);
/* May a request of this key have so many?  -1: no; what to reply (413) is in `why`, and the audit trail knows. */
int ask_tokens_check(const struct ask *, size_t n, char why[SIZE_WHY]) MAAS_USE;
int ask_rows_check(const struct ask *, size_t n, char why[SIZE_WHY]) MAAS_USE;
/* May the ask's key use the model, by what it says and by the policy? */
int ask_allows(const struct ask *, const char *model);

/* body.c */
/* Is the body packed?  -1: in a way that is not known, replied. */
int body_coding(struct ask *) MAAS_USE;
/* Unpack it, to `most` bytes at most.  -1: replied. */
int body_unpack(struct ask *, size_t most) MAAS_USE;
void body_free(struct ask *);

/* reply.c */
/* {"error":{"message","type","param","code"}}; param may be NULL. */
void reply_error(struct ask *, int status, const char *code, const char *param, const char *fmt, ...) MAAS_PRINTF(5, 6);
/* The body is complete (rc 0) or there was no memory for it (-1). */
void reply_json(struct ask *, int rc);
int put_error(struct maas_buf *, int status, const char *code, const char *param, const char *message) MAAS_USE;
int put_text(struct maas_buf *, const char *) MAAS_USE;        /* quoted, of a C string */
void reply_too_large(struct ask *);
/* The body as a JSON object, or NULL and the reply has gone. */
struct maas_json *read_object(struct ask *);
struct maas_json *read_object_in(struct ask *, struct maas_span text);
/* The first member whose name is none of `known` (NULL-terminated) is refused: -1, replied. */
int check_members(struct ask *, const struct maas_json *, const char *const *known);

/* hosted.c */
/* Opened and tried; version `number` of the family.  Nobody finds it yet. */
struct hosted *hosted_new(struct maas_server *, struct family *, const char *path, int64_t number) MAAS_USE;
void hosted_close(struct hosted *);
int hosted_changed(const struct hosted *, const char *path);    /* is there another file by now? */
/* The model by this name (NAME, NAME@VERSION, NAME@LABEL) if the ask's key may use it, else NULL and the reply has
 * gone.  Held until the request is over, or another is asked for. */
struct hosted *hosted_for(struct ask *, struct maas_span name);
struct hosted *hosted_of_path(struct ask *);    /* the one its path names */
struct family *family_of_path(struct ask *);    /* likewise, whether it is in memory or not */
void hosted_release(struct ask *);
void hosted_let_go(struct hosted *, struct maas_server *);      /* under the lock: one user less */
/* The only name that the ask's key may use and whose model has a tokeniser; NULL: none, or (*several) more than one. */
const char *hosted_with_tokens(const struct ask *, int *several);

/* families.c */
/* "NAME=PATH"; or a path, called by its last part without .maas, or a name of the registry.  The path. */
const char *model_spec_split(const char *spec, struct maas_span *name);
/* All of -m, or of the registry: what is new is loaded and tried, then takes the place of the old at once; what fails
 * leaves the old in its place.  All of it is told in s->looks.  -1: nothing could be looked at. */
int families_open(struct maas_server *);
int families_reload(struct maas_server *);
void families_watch(struct maas_server *);      /* what models are asked and say, measured */
void families_close(struct maas_server *);
/* What failed, a line each, appended. */
int looks_trouble(const struct looks *, struct maas_buf *) MAAS_USE;
/* Under the lock: NULL where there is none of that name with a version. */
struct family *family_find(struct maas_server *, struct maas_span name);
/* Under the lock: of a version or a label (s NULL: the name alone); NULL: none, or not in memory. */
struct hosted *family_hosted(const struct family *, struct maas_span edition);
/* Of GET /v1/models/NAME.  The lock is taken. */
int put_card(struct maas_server *, struct maas_buf *, struct family *) MAAS_USE;

/* server.c */
void note_reload(struct maas_server *, int good);       /* for the counters */

/* unpack.c */
struct unpacker;
struct unpacker *unpack_start(struct maas_server *) MAAS_USE;
/* unpack() gets it, on a thread where it may take long; or 503. */
void unpack_queue(struct unpacker *, struct ask *, void (*unpack)(struct ask *));
void unpack_stop(struct unpacker *);    /* what waits is failed; later ones are refused */
void unpack_free(struct unpacker *);

/* loader.c */
struct loader;
struct loader *loader_start(struct maas_server *) MAAS_USE;
void loader_stop(struct loader *);
void loader_free(struct loader *);
void loader_close(struct loader *, struct hosted *);    /* nobody has it: soon */
/* families_reload, soon; the ask (NULL: none) is told what came of it.  -1: it is stopping. */
int loader_look(struct loader *, struct ask *) MAAS_USE;
/* Has a look ended since this was asked last?  Then *trouble is what it could not load. */
int loader_result(struct loader *, struct maas_buf *trouble) MAAS_USE;

/* inputs.c */
/* Of the same: a comma, and the columns that a row of the model's has; nothing where there are no rows. */
int put_card_inputs(struct maas_server *, struct maas_buf *, const struct family *) MAAS_USE;

/* route_info.c */
/* Families with a version, in the order they came, in the ask's arena; a family stays.  NULL: no memory. */
struct family **families_of(struct ask *, size_t *n);

/* accesslog.c */
int accesslog_open(const char *path) MAAS_USE;  /* a descriptor */
int accesslog_reopen(int fd, const char *path) MAAS_USE;        /* the file of this name now */
/* Another day: the log of the last one is renamed to "PATH.2026-11-22", and those older than `keep` seconds are
 * removed; 0: never.  Once a second or so. */
int accesslog_turn(struct accesslog *, const char *path, double keep, int64_t now) MAAS_USE;
int accesslog_add(struct accesslog *, const struct ask *);      /* -1: the line is lost */

/* scheduler.c */
int scheduler_start(struct maas_server *);
void scheduler_stop(struct maas_server *);
void scheduler_queue(struct ask *, const struct work *);        /* or 503 */
/* Take the ask out of m->active: it has been replied.  how: for the counters. */
void scheduler_done(struct ask *, enum finished how);
/* From begin(), before anything is computed: sets aside what the ask may take of its key's tokens, so that many at once
 * have no more than one after the other.  -1: nothing is left, and the ask is over. */
int scheduler_reserve(struct ask *, uint64_t tokens) MAAS_USE;

/* routes */
void run_page(struct ask *);
void run_page_style(struct ask *);
void run_page_script(struct ask *);
void run_page_icon(struct ask *);
int route_served(const struct maas_server *, const struct route *);     /* is it there, by the options? */
void run_health(struct ask *);
void run_ready(struct ask *);
void run_metrics(struct ask *);
void run_models(struct ask *);
void run_model(struct ask *);
void run_predict(struct ask *);
void run_explain(struct ask *);
void run_completions(struct ask *);
void run_tokenize(struct ask *);
void run_detokenize(struct ask *);
void run_embeddings(struct ask *);
void run_openapi(struct ask *);
void run_v2(struct ask *);
void run_v2_live(struct ask *);
void run_v2_ready(struct ask *);
void run_v2_model(struct ask *);
void run_v2_model_ready(struct ask *);
void run_v2_infer(struct ask *);
void run_v2_index(struct ask *);
void run_register(struct ask *);
void run_usage(struct ask *);
void run_terms(struct ask *);
void run_reload(struct ask *);
void run_nothing(struct ask *);
extern const struct work work_rows, work_text, work_embed;
struct rows_slots *rows_slots_new(const struct maas_rows *, int members) MAAS_USE;
void rows_slots_free(struct rows_slots *);

#endif
