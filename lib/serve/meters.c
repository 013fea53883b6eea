/*
 * meters.c -- Prometheus' text: https://prometheus.io/docs/instrumenting/exposition_formats/
 * A family is a row of one of the tables; all that is printed comes from them.
 */
#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "maas/fmt.h"
#include "meters.h"

static const double seconds_le[] = { .0005, .001, .0025, .005, .01, .025, .05, .075, .1, .15, .25, .5, .75, 1, 2.5, 5,
	10, 30, 60, 300 };
static const double sizes_le[] = { 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000 };
static const int codes[CODES] = { 200, 204, 400, 401, 403, 404, 405, 408, 411, 413, 414, 415, 429, 431, 499, 500, 501,
	503, 504, 505 };
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
count(struct histogram *h, double x, const double *le, size_t n)
{
	size_t i = 0;

	while (i < n && x > le[i])
		i++;
	count_add(&h->bucket[i], 1);
}

void
count_seconds(struct histogram *h, double seconds)
{
	seconds = seconds > 0 ? seconds : 0;
	count(h, seconds, seconds_le, MAAS_COUNT(seconds_le));
	count_add(&h->sum, (uint64_t)(seconds * 1e9));
}

void
count_size(struct histogram *h, uint64_t n)
{
	count(h, (double)n, sizes_le, MAAS_COUNT(sizes_le));
	count_add(&h->sum, n);
}

void
count_code(struct route_metrics *m, int status)
{
	for (size_t i = 0; i < CODES; i++)
		if (codes[i] == status) {
			count_add(&m->code[i], 1);
			return;
		}
}

static int
head(struct maas_buf *to, const char *name, const char *type, const char *help)
{
	return maas_buf_printf(to, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

/* A label's value, quoted: '\', '"' and the line end are escaped. */
static int
label(struct maas_buf *to, const char *name, const char *value)
{
	int rc = maas_buf_printf(to, "%s=\"", name);

	for (const char *p = value; rc == 0 && *p; p++)
		rc = *p == '\n'               ? maas_buf_text(to, "\\n")
		    : *p == '"' || *p == '\\' ? maas_buf_printf(to, "\\%c", *p)
					      : maas_buf_add(to, p, 1);
	return rc < 0 ? -1 : maas_buf_text(to, "\"");
}

/* bucket, sum and count of one histogram; `of` is the label that tells it from its family. */
static int
histogram(
    struct maas_buf *to, const char *name, const char *of, const char *value, const struct histogram *h, int seconds)
{
	const double *le = seconds ? seconds_le : sizes_le;
	size_t n = seconds ? MAAS_COUNT(seconds_le) : MAAS_COUNT(sizes_le);
	uint64_t all = 0;

	for (size_t i = 0; i <= n; i++) {
		all += atomic_load_explicit(&h->bucket[i], memory_order_relaxed);
		if (maas_buf_printf(to, "%s_bucket{", name) < 0 || label(to, of, value) < 0)
			return -1;
		if ((i < n ? maas_buf_printf(to, ",le=\"%g\"} %llu\n", le[i], (unsigned long long)all)
			   : maas_buf_printf(to, ",le=\"+Inf\"} %llu\n", (unsigned long long)all)) < 0)
			return -1;
	}
	if (maas_buf_printf(to, "%s_sum{", name) < 0 || label(to, of, value) < 0 ||
	    maas_buf_printf(to, "} %.9g\n", (double)atomic_load(&h->sum) * (seconds ? 1e-9 : 1)) < 0)
		return -1;
	if (maas_buf_printf(to, "%s_count{", name) < 0 || label(to, of, value) < 0)
		return -1;
	return maas_buf_printf(to, "} %llu\n", (unsigned long long)all);
}

#define AT(m) offsetof(struct model_metrics, m)
static const struct family {
	const char *name, *type, *help;
	size_t at;
	int seconds;
} families[] = {
	{ "maas_requests_running", "gauge", "Requests whose answer is being made.", AT(running), 0 },
	{ "maas_requests_queued", "gauge", "Requests that wait for their turn.", AT(queued), 0 },
	{ "maas_prompt_tokens_total", "counter", "Tokens of prompts.", AT(prompt_tokens), 0 },
	{ "maas_generated_tokens_total", "counter", "Tokens said.", AT(generated_tokens), 0 },
	{ "maas_records_total", "counter", "Texts and rows classified.", AT(records), 0 },
	{ "maas_model_resident_bytes", "gauge", "Size of the model's file.", AT(resident), 0 },
	{ "maas_request_queue_seconds", "histogram", "Time from a request's head to the start of its work.", AT(queue),
	    1 },
	{ "maas_request_seconds", "histogram", "Time from a request's head to the end of its answer.", AT(request), 1 },
	{ "maas_time_to_first_token_seconds", "histogram", "Time from a request's head to its first token.",
	    AT(first_token), 1 },
	{ "maas_inter_token_seconds", "histogram", "Time between two tokens of a sequence.", AT(inter_token), 1 },
	{ "maas_batch_size", "histogram", "Sequences or records that were worked on together.", AT(batch), 0 },
};

static int
model_family(const struct metrics_view *v, const struct family *f, struct maas_buf *to)
{
	if (head(to, f->name, f->type, f->help) < 0)
		return -1;
	for (size_t i = 0; i < v->models; i++) {
		const void *p = (const char *)v->model[i].m + f->at;
		const char *name = v->model[i].name;

		if (!strcmp(f->type, "histogram")) {
			if (histogram(to, f->name, "model", name, p, f->seconds) < 0)
				return -1;
		} else if (maas_buf_printf(to, "%s{", f->name) < 0 || label(to, "model", name) < 0 ||
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
	if (head(to, "maas_request_finished_total", "counter", "Answers by how they ended.") < 0)
		return -1;
	for (size_t i = 0; i < v->models; i++)
		for (size_t k = 0; k < MAAS_COUNT(finished_names); k++)
			if (maas_buf_text(to, "maas_request_finished_total{") < 0 ||
			    label(to, "model", v->model[i].name) < 0 ||
			    maas_buf_printf(to, ",reason=\"%s\"} %llu\n", finished_names[k],
				(unsigned long long)atomic_load(&v->model[i].m->finished[k])) < 0)
				return -1;
	return 0;
}

/* 200 is shown from the start, so that a rate has its zero; other codes once they were seen. */
static int
print_routes(const struct metrics_view *v, struct maas_buf *to)
{
	if (head(to, "maas_http_requests_total", "counter", "Requests by route, method and status.") < 0)
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
	if (head(to, "maas_http_request_duration_seconds", "histogram", "Time from head to the end of the reply.") < 0)
		return -1;
	for (size_t i = 0; i < v->routes; i++)
		if (histogram(to, "maas_http_request_duration_seconds", "route", v->route[i].path,
			&v->route[i].m->duration, 1) < 0)
			return -1;
	return 0;
}

static uint64_t
open_files(void)
{
	DIR *d = opendir("/proc/self/fd");
	uint64_t n = 0;

	if (!d)
		return 0;
	while (readdir(d))
		n++;
	closedir(d);
	return n > 3 ? n - 3 : 0; /* ".", ".." and the directory itself */
}

static uint64_t
resident_bytes(void)
{
	FILE *f = fopen("/proc/self/statm", "r");
	unsigned long all, resident = 0;

	if (f && fscanf(f, "%lu %lu", &all, &resident) != 2)
		resident = 0;
	if (f)
		fclose(f);
	return (uint64_t)resident * (uint64_t)sysconf(_SC_PAGESIZE);
}

static int
single(struct maas_buf *to, const char *name, const char *type, const char *help, double value)
{
	return head(to, name, type, help) < 0 ? -1 : maas_buf_printf(to, "%s %.17g\n", name, value);
}

static int
print_process(const struct metrics_view *v, struct maas_buf *to)
{
	struct rlimit limit = { 0, 0 };
	struct timespec cpu = { 0, 0 };

	getrlimit(RLIMIT_NOFILE, &limit);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &cpu);
	if (head(to, "maas_build_info", "gauge", "The version that runs.") < 0 ||
	    maas_buf_printf(
		to, "maas_build_info{version=\"%s\",isa=\"%s\"} 1\n", MAAS_VERSION, maas_isa_name(maas_isa())) < 0)
		return -1;
	if (single(to, "process_start_time_seconds", "gauge", "Start of the process, in seconds since 1970.",
		v->started) < 0 ||
	    single(to, "process_cpu_seconds_total", "counter", "Processor time spent.",
		(double)cpu.tv_sec + 1e-9 * (double)cpu.tv_nsec) < 0)
		return -1;
	if (single(to, "process_resident_memory_bytes", "gauge", "Memory in use.", (double)resident_bytes()) < 0 ||
	    single(to, "process_open_fds", "gauge", "Open file descriptors.", (double)open_files()) < 0)
		return -1;
	return single(to, "process_max_fds", "gauge", "Most file descriptors.", (double)limit.rlim_cur);
}

int
metrics_print(const struct metrics_view *v, struct maas_buf *to)
{
	if (print_routes(v, to) < 0 || print_models(v, to) < 0)
		return -1;
	if (single(to, "maas_http_connections", "gauge", "Open connections.", (double)v->connections) < 0 ||
	    head(to, "maas_http_rejected_total", "counter", "Requests turned away before any work.") < 0)
		return -1;
	for (size_t i = 0; i < REJECTED_KINDS; i++)
		if (maas_buf_printf(to, "maas_http_rejected_total{reason=\"%s\"} %llu\n", rejected_names[i],
			(unsigned long long)atomic_load(&v->rejected[i])) < 0)
			return -1;
	return print_process(v, to);
}
