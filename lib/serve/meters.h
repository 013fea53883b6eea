/*
 * meters.h -- what /metrics shows.  Counters are atomics that any thread adds to; reading
 * them waits for nobody.
 */
#ifndef METERS_H
#define METERS_H

#include <stdatomic.h>

#include "maas/base.h"
#include "watch.h"

#define BUCKETS 24                      /* of a histogram, the infinite one included */
#define CODES   24

/* Where a histogram's buckets end: of requests, of first tokens, between tokens; of batches. */
enum scale { SCALE_REQUEST, SCALE_FIRST, SCALE_TOKEN, SCALE_SIZE };
struct histogram {
	_Atomic uint64_t bucket[BUCKETS];
	_Atomic uint64_t sum;           /* seconds: nanoseconds; else the number itself */
};

struct model_metrics {
	_Atomic uint64_t prompt_tokens, cached_tokens, generated_tokens, records;
	_Atomic uint64_t finished[5];           /* by enum finished */
	_Atomic uint64_t resident;              /* bytes */
	struct histogram queue, prefill, decode, request, first_token, first_steps, inter_token, batch, batch_tokens;
};
enum finished { FINISHED_STOP, FINISHED_LENGTH, FINISHED_CANCELLED, FINISHED_TIMEOUT, FINISHED_ERROR };

struct version_metrics {
	_Atomic uint64_t running, queued;       /* requests now */
	_Atomic uint64_t cache_used, cache_capacity;    /* bytes of keys and values */
	_Atomic uint64_t cache_evicted;         /* blocks */
	double load_seconds;
};

struct route_metrics {
	_Atomic uint64_t code[CODES];           /* requests by status, as code_index() */
	struct histogram duration;
};
enum rejected { REJECTED_CONNECTIONS, REJECTED_QUEUE, REJECTED_QUOTA, REJECTED_SIZE, REJECTED_HOST, REJECTED_KINDS };

/* Of the server itself.  Times: seconds since 1970. */
struct service_metrics {
	_Atomic uint64_t loaded, failed;        /* versions */
	_Atomic uint64_t reloaded_at, reload_good;      /* the models, looked at again */
	_Atomic uint64_t chain_good, chain_entries, chain_at;   /* the audit trail, when it was verified last */
	_Atomic uint64_t log_lost;              /* lines of the access log */
	_Atomic uint64_t state_failed;          /* times that the state could not be written */
};

void count_seconds(struct histogram *, enum scale, double seconds);
void count_size(struct histogram *, uint64_t n);
void count_code(struct route_metrics *, int status);
void count_add(_Atomic uint64_t *, uint64_t n);
void count_subtract(_Atomic uint64_t *, uint64_t n);
/* Where this status is counted, below CODES; -1: nowhere.  And back; 0: none. */
int code_index(int status);
int code_of(size_t index);

/* keymeters.c: requests and tokens of the first KEYS keys that came, and of all others together. */
struct keymeters;
struct keymeters *keymeters_new(void) MAAS_USE;
void keymeters_free(struct keymeters *);
void keymeters_add(struct keymeters *, const char *key, int status, uint64_t in, uint64_t out);
int keymeters_print(struct keymeters *, struct maas_buf *) MAAS_USE;

struct metrics_model {
	const char *name;
	const struct model_metrics *m;
};
struct metrics_version {
	const char *model;
	int64_t number;
	const struct version_metrics *m;        /* NULL: it could not be loaded */
	const struct watch *watch;              /* NULL: none */
	struct watch_found found;
};
struct metrics_route {
	const char *path, *method;
	const struct route_metrics *m;
};
struct metrics_view {
	const struct metrics_model *model;
	size_t models;
	const struct metrics_version *version;
	size_t versions;
	const struct metrics_route *route;      /* no path twice with one method */
	size_t routes;
	const _Atomic uint64_t *rejected;       /* [REJECTED_KINDS] */
	const struct service_metrics *service;
	struct keymeters *keys;                 /* NULL: not shown */
	uint64_t connections;
	uint64_t waiting, capacity;             /* of the queue: requests */
	uint64_t waiting_tokens, token_capacity;
	double started, certified;              /* seconds since 1970: the start, the end of the certificate; 0: none */
};
/* Prometheus' text format 0.0.4, appended. */
int metrics_print(const struct metrics_view *, struct maas_buf *) MAAS_USE;
/* Parts of it: meters_versions.c, meters_process.c. */
int metrics_print_versions(const struct metrics_view *, struct maas_buf *) MAAS_USE;
int metrics_print_process(const struct metrics_view *, struct maas_buf *) MAAS_USE;

#endif
