/*
 * meters.c -- Prometheus' text: https://prometheus.io/docs/instrumenting/exposition_formats/
 * A family is a row of one of the tables; all that is printed comes from them.
 */
#include <string.h>

#include "exposition.h"
#include "meters.h"

static const double request_le[] = { .0001, .00025, .0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5,
	10, 30, 60, 300 };
static const double first_le[] = { .001, .005, .01, .02, .04, .06, .08, .1, .25, .5, .75, 1, 2.5, 5, 7.5, 10, 20, 40,
	80, 160, 640, 2560 };
static const double token_le[] = { .0005, .001, .0025, .005, .01, .025, .05, .075, .1, .15, .2, .3, .4, .5, .75, 1, 2.5,
	5, 7.5, 10, 20, 40, 80 };
static const double size_le[] = { 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000 };
static const struct {
	const double *le;
	size_t n;
	double unit; /* of a sum */
} scales[] = {
	[SCALE_REQUEST] = { request_le, MAAS_COUNT(request_le), 1e-9 },
	[SCALE_FIRST] = { first_le, MAAS_COUNT(first_le), 1e-9 },
	[SCALE_TOKEN] = { token_le, MAAS_COUNT(token_le), 1e-9 },
	[SCALE_SIZE] = { size_le, MAAS_COUNT(size_le), 1 },
};

static const int codes[CODES] = { 200, 204, 304, 400, 401, 403, 404, 405, 408, 411, 413, 414, 415, 429, 431, 499, 500,
	501, 503, 504, 505 };
static const char *const finished_names[] = { "stop", "length", "cancelled", "timeout", "error" };
static const char *const rejected_names[] = { "conn_limit", "queue_full", "quota", "too_large", "bad_host" };

void
count_add(_Atomic uint64_t *to, uint64_t n)
{
	atomic_fetch_add_explicit(to, n, memory_order_relaxed);
}

void
count_subtract(_Atomic uint64_t *to, uint64_t n)
{
	atomic_fetch_sub_explicit(to, n, memory_order_relaxed);
}

static void
count(struct histogram *h, enum scale scale, double x)
{
	size_t i = 0;

	while (i < scales[scale].n && x > scales[scale].le[i])
		i++;
	count_add(&h->bucket[i], 1);
}

void
count_seconds(struct histogram *h, enum scale scale, double seconds)
{
	seconds = seconds > 0 ? seconds : 0;
	count(h, scale, seconds);
	count_add(&h->sum, (uint64_t)(seconds * 1e9));
}

void
count_size(struct histogram *h, uint64_t n)
{
	count(h, SCALE_SIZE, (double)n);
	count_add(&h->sum, n);
}

int
code_index(int status)
{
	for (int i = 0; i < CODES && codes[i]; i++)
		if (codes[i] == status)
			return i;
	return -1;
}

int
code_of(size_t index)
{
	return codes[index];
}

void
count_code(struct route_metrics *m, int status)
{
	int i = code_index(status);

	if (i >= 0)
		count_add(&m->code[i], 1);
}

/* The counts of several histograms of one scale as one: bucket, sum and count; `of` is the label that tells it from its
 * family. */
static int
put_histogram(struct maas_buf *to, const char *name, const char *of, const char *value, enum scale scale,
    const struct histogram *const *h, size_t several)
{
	uint64_t all = 0, sum = 0;
	struct maas_buf labels = { 0 };
	int rc = put_label(&labels, of, maas_span(value));

	for (size_t i = 0; i <= scales[scale].n && rc == 0; i++) {
		for (size_t k = 0; k < several; k++)
			all += atomic_load_explicit(&h[k]->bucket[i], memory_order_relaxed);
		rc = i < scales[scale].n
		    ? maas_buf_printf(to, "%s_bucket{%s,le=\"%g\"} %llu\n", name, labels.s, scales[scale].le[i],
			  (unsigned long long)all)
		    : maas_buf_printf(to, "%s_bucket{%s,le=\"+Inf\"} %llu\n", name, labels.s, (unsigned long long)all);
	}
	for (size_t k = 0; k < several; k++)
		sum += atomic_load_explicit(&h[k]->sum, memory_order_relaxed);
	if (rc == 0)
		rc = maas_buf_printf(to, "%s_sum{%s} %.9g\n%s_count{%s} %llu\n", name, labels.s,
		    (double)sum * scales[scale].unit, name, labels.s, (unsigned long long)all);
	maas_buf_free(&labels);
	return rc;
}

#define AT(m) offsetof(struct model_metrics, m)
static const struct family {
	const char *name, *type, *help;
	size_t at;
	enum scale scale;
} families[] = {
	{ "maas_prompt_tokens_total", "counter", "Tokens of prompts.", AT(prompt_tokens), 0 },
	{ "maas_cached_prompt_tokens_total", "counter", "Tokens of prompts that were in the cache already.",
	    AT(cached_tokens), 0 },
	{ "maas_generated_tokens_total", "counter", "Tokens said.", AT(generated_tokens), 0 },
	{ "maas_records_total", "counter", "Texts and rows classified.", AT(records), 0 },
	{ "maas_model_resident_bytes", "gauge", "Size of the files of a model's versions in memory.", AT(resident), 0 },
	{ "maas_request_queue_seconds", "histogram", "Time from a request's head to the start of its work.", AT(queue),
	    SCALE_REQUEST },
	{ "maas_prefill_seconds", "histogram", "Time from the start of a request's work to its first token.",
	    AT(prefill), SCALE_REQUEST },
	{ "maas_decode_seconds", "histogram", "Time from the first token of a sequence to its last.", AT(decode),
	    SCALE_REQUEST },
	{ "maas_request_seconds", "histogram", "Time from a request's head to the end of its answer.", AT(request),
	    SCALE_REQUEST },
	{ "maas_time_to_first_token_seconds", "histogram", "Time from a request's head to its first token.",
	    AT(first_token), SCALE_FIRST },
	{ "maas_first_token_steps", "histogram", "Steps from a sequence's start to its first token.", AT(first_steps),
	    SCALE_SIZE },
	{ "maas_inter_token_seconds", "histogram", "Time between two tokens of a sequence.", AT(inter_token),
	    SCALE_TOKEN },
	{ "maas_batch_size", "histogram", "Sequences or records that were worked on together.", AT(batch), SCALE_SIZE },
	{ "maas_batch_tokens", "histogram", "Tokens of a step, of prompts and new ones.", AT(batch_tokens),
	    SCALE_SIZE },
};

static int
model_family(const struct metrics_view *v, const struct family *f, struct maas_buf *to)
{
	if (put_family(to, f->name, f->type, f->help) < 0)
		return -1;
	for (size_t i = 0; i < v->models; i++) {
		const void *p = (const char *)v->model[i].m + f->at;
		const struct histogram *h = p;

		if (!strcmp(f->type, "histogram")) {
			if (put_histogram(to, f->name, "model", v->model[i].name, f->scale, &h, 1) < 0)
				return -1;
		} else if (maas_buf_printf(to, "%s{", f->name) < 0 ||
		    put_label(to, "model", maas_span(v->model[i].name)) < 0 ||
		    maas_buf_printf(to, "} %llu\n", (unsigned long long)atomic_load((const _Atomic uint64_t *)p)) < 0) {
			return -1;
		}
	}
	return 0;
}

static int
print_models(const struct metrics_view *v, struct maas_buf *to)
{
	for (size_t i = 0; i < MAAS_COUNT(families); i++)
		if (model_family(v, &families[i], to) < 0)
			return -1;
	if (put_family(to, "maas_request_finished_total", "counter", "Answers by how they ended.") < 0)
		return -1;
	for (size_t i = 0; i < v->models; i++)
		for (size_t k = 0; k < MAAS_COUNT(finished_names); k++)
			if (maas_buf_text(to, "maas_request_finished_total{") < 0 ||
			    put_label(to, "model", maas_span(v->model[i].name)) < 0 ||
			    maas_buf_printf(to, ",reason=\"%s\"} %llu\n", finished_names[k],
				(unsigned long long)atomic_load(&v->model[i].m->finished[k])) < 0)
				return -1;
	return 0;
}

/* A path that several methods have is one series. */
static int
print_durations(const struct metrics_view *v, struct maas_buf *to)
{
	if (put_family(
		to, "maas_http_request_duration_seconds", "histogram", "Time from head to the end of the reply.") < 0)
		return -1;
	for (size_t i = 0; i < v->routes; i++) {
		const struct histogram *same[8];
		size_t n = 0, first = 0;

		while (strcmp(v->route[first].path, v->route[i].path) != 0)
			first++;
		for (size_t k = i; k < v->routes && n < MAAS_COUNT(same); k++)
			if (!strcmp(v->route[k].path, v->route[i].path))
				same[n++] = &v->route[k].m->duration;
		if (first == i &&
		    put_histogram(to, "maas_http_request_duration_seconds", "route", v->route[i].path, SCALE_REQUEST,
			same, n) < 0)
			return -1;
	}
	return 0;
}

/* 200 is shown from the start, so that a rate has its zero; other codes once they were seen. */
static int
print_routes(const struct metrics_view *v, struct maas_buf *to)
{
	if (put_family(to, "maas_http_requests_total", "counter", "Requests by route, method and status.") < 0)
		return -1;
	for (size_t i = 0; i < v->routes; i++)
		for (size_t c = 0; c < CODES && codes[c]; c++) {
			const struct metrics_route *r = &v->route[i];
			uint64_t n = atomic_load(&r->m->code[c]);

			if ((n || !c) &&
			    maas_buf_printf(to,
				"maas_http_requests_total{route=\"%s\",method=\"%s\",code=\"%d\"} %llu\n", r->path,
				r->method, codes[c], (unsigned long long)n) < 0)
				return -1;
		}
	return print_durations(v, to);
}

static int
print_rejected(const struct metrics_view *v, struct maas_buf *to)
{
	if (put_family(to, "maas_http_rejected_total", "counter", "Requests turned away before any work.") < 0)
		return -1;
	for (size_t i = 0; i < REJECTED_KINDS; i++)
		if (maas_buf_printf(to, "maas_http_rejected_total{reason=\"%s\"} %llu\n", rejected_names[i],
			(unsigned long long)atomic_load(&v->rejected[i])) < 0)
			return -1;
	return 0;
}

int
metrics_print(const struct metrics_view *v, struct maas_buf *to)
{
	if (print_routes(v, to) < 0 || print_rejected(v, to) < 0 || print_models(v, to) < 0 ||
	    metrics_print_versions(v, to) < 0 || (v->keys && keymeters_print(v->keys, to) < 0))
		return -1;
	return metrics_print_process(v, to);
}
