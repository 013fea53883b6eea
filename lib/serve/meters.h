/*
 * meters.h -- what /metrics shows.  Counters are atomics that any thread adds to; reading
 * them waits for nobody.
 */
#ifndef METERS_H
#define METERS_H

#include <stdatomic.h>

#include "maas/base.h"

#define BUCKETS 22                      /* of a histogram, the infinite one included */
#define CODES   24

struct histogram {
	_Atomic uint64_t bucket[BUCKETS];
	_Atomic uint64_t sum;           /* seconds: nanoseconds; else the number itself */
};

struct model_metrics {
	_Atomic uint64_t running, queued;       /* requests now */
	_Atomic uint64_t prompt_tokens, generated_tokens, records;
	_Atomic uint64_t finished[5];           /* by enum finished */
	_Atomic uint64_t resident;              /* bytes */
	struct histogram queue, request, first_token, inter_token, batch;
};
enum finished { FINISHED_STOP, FINISHED_LENGTH, FINISHED_CANCELLED, FINISHED_TIMEOUT, FINISHED_ERROR };

struct route_metrics {
	_Atomic uint64_t code[CODES];           /* requests by status, as code_index() */
	struct histogram duration;
};
enum rejected { REJECTED_CONNECTIONS, REJECTED_QUEUE, REJECTED_QUOTA, REJECTED_SIZE, REJECTED_HOST, REJECTED_KINDS };

void count_seconds(struct histogram *, double seconds);
void count_size(struct histogram *, uint64_t n);
void count_code(struct route_metrics *, int status);
void count_add(_Atomic uint64_t *, uint64_t n);
void count_subtract(_Atomic uint64_t *, uint64_t n);

struct metrics_model {
	const char *name;
	const struct model_metrics *m;
};
struct metrics_route {
	const char *path, *method;
	const struct route_metrics *m;
};
struct metrics_view {
	const struct metrics_model *model;
	size_t models;
	const struct metrics_route *route;
	size_t routes;
	const _Atomic uint64_t *rejected;       /* [REJECTED_KINDS] */
	uint64_t connections;
	double started;                         /* seconds since 1970 */
};
/* Prometheus' text format 0.0.4, appended. */
int metrics_print(const struct metrics_view *, struct maas_buf *) MAAS_USE;

#endif
