/* meters_process.c -- what /metrics shows of the server as a whole, and of its process. */
#include <dirent.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "exposition.h"
#include "meters.h"

static double
open_files(void)
{
	DIR *d = opendir("/proc/self/fd");
	double n = 0;

	if (!d)
		return 0;
	while (readdir(d))
		n++;
	closedir(d);
	return n > 3 ? n - 3 : 0; /* ".", ".." and the directory itself */
}

static double
resident_bytes(void)
{
	FILE *f = fopen("/proc/self/statm", "r");
	unsigned long all, resident = 0;

	if (f && fscanf(f, "%lu %lu", &all, &resident) != 2)
		resident = 0;
	if (f)
		fclose(f);
	return (double)resident * (double)sysconf(_SC_PAGESIZE);
}

/* Prometheus has names for these. */
static int
print_process(const struct metrics_view *v, struct maas_buf *to)
{
	struct rlimit limit = { 0, 0 };
	struct timespec cpu = { 0, 0 };

	getrlimit(RLIMIT_NOFILE, &limit);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &cpu);
	if (put_family(to, "maas_build_info", "gauge", "The version that runs.") < 0 ||
	    maas_buf_printf(
		to, "maas_build_info{version=\"%s\",isa=\"%s\"} 1\n", MAAS_VERSION, maas_isa_name(maas_isa())) < 0)
		return -1;
	if (put_single(to, "process_start_time_seconds", "gauge", "Start of the process, in seconds since 1970.",
		v->started) < 0 ||
	    put_single(to, "process_cpu_seconds_total", "counter", "Processor time spent.",
		(double)cpu.tv_sec + 1e-9 * (double)cpu.tv_nsec) < 0)
		return -1;
	if (put_single(to, "process_resident_memory_bytes", "gauge", "Memory in use.", resident_bytes()) < 0 ||
	    put_single(to, "process_open_fds", "gauge", "Open file descriptors.", open_files()) < 0)
		return -1;
	return put_single(to, "process_max_fds", "gauge", "Most file descriptors.", (double)limit.rlim_cur);
}

static const struct family {
	const char *name, *type, *help;
	size_t at;
} families[] = {
#define AT(m) offsetof(struct service_metrics, m)
	{ "maas_reload_success_timestamp_seconds", "gauge", "When all models were last loaded without a failure.",
	    AT(reloaded_at) },
	{ "maas_reload_successful", "gauge", "Whether the last look at the models had no failure.", AT(reload_good) },
	{ "maas_audit_chain_intact", "gauge", "Whether the audit trail held when it was last verified.",
	    AT(chain_good) },
	{ "maas_audit_chain_entries", "gauge", "Entries of the audit trail when it was last verified.",
	    AT(chain_entries) },
	{ "maas_audit_chain_verified_timestamp_seconds", "gauge", "When the audit trail was last verified.",
	    AT(chain_at) },
	{ "maas_access_log_lost_total", "counter", "Lines that could not be written to the access log.", AT(log_lost) },
	{ "maas_state_failures_total", "counter", "Times that usage, events or keys could not be written or read.",
	    AT(state_failed) },
};

static int
print_service(const struct metrics_view *v, struct maas_buf *to)
{
	const struct service_metrics *m = v->service;

	if (put_family(to, "maas_model_swaps_total", "counter", "Versions that were to be loaded, by result.") < 0 ||
	    maas_buf_printf(to,
		"maas_model_swaps_total{result=\"loaded\"} %llu\nmaas_model_swaps_total{result=\"failed\"} %llu\n",
		(unsigned long long)atomic_load(&m->loaded), (unsigned long long)atomic_load(&m->failed)) < 0)
		return -1;
	for (size_t i = 0; i < MAAS_COUNT(families); i++) {
		const void *p = (const char *)m + families[i].at;

		if (put_single(to, families[i].name, families[i].type, families[i].help,
			(double)atomic_load((const _Atomic uint64_t *)p)) < 0)
			return -1;
	}
	return 0;
}

int
metrics_print_process(const struct metrics_view *v, struct maas_buf *to)
{
	if (put_single(to, "maas_http_connections", "gauge", "Open connections.", (double)v->connections) < 0 ||
	    put_single(to, "maas_queue_requests", "gauge", "Requests that wait for their turn, of all models.",
		(double)v->waiting) < 0 ||
	    put_single(to, "maas_queue_capacity", "gauge", "Requests that may wait; more are turned away.",
		(double)v->capacity) < 0 ||
	    put_single(to, "maas_queue_tokens", "gauge", "Tokens of prompts that wait, of all models.",
		(double)v->waiting_tokens) < 0 ||
	    put_single(to, "maas_queue_tokens_capacity", "gauge", "Tokens that may wait.", (double)v->token_capacity) <
		0)
		return -1;
	if (put_single(to, "maas_tls_certificate_end_timestamp_seconds", "gauge",
		"When the certificate expires, in seconds since 1970; 0: no TLS.", v->certified) < 0)
		return -1;
	return print_service(v, to) < 0 ? -1 : print_process(v, to);
}
