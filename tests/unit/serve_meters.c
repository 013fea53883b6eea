/* What /metrics says: families once and together, histograms that add up, labels escaped. */
#include <stdlib.h>

#include "../../lib/serve/meters.h"
#include "../test.h"

static struct model_metrics one, two;
static struct route_metrics route;

static const char *
value_of(const char *text, const char *sample)
{
	static char value[64];
	char line[300];
	const char *p;

	snprintf(line, sizeof line, "\n%s ", sample);
	p = strstr(text, line);
	snprintf(value, sizeof value, "%.*s", p ? (int)strcspn(p + strlen(line), "\n") : 7,
	    p ? p + strlen(line) : "missing");
	return value;
}

/* Every family has its HELP and TYPE once, before its samples, and its samples in one run. */
static int
families_in_order(const char *text)
{
	char family[100] = "", line[400];
	int good = 1;

	for (const char *p = text; *p; p += strcspn(p, "\n") + 1) {
		snprintf(line, sizeof line, "%.*s", (int)strcspn(p, "\n"), p);
		if (!strncmp(line, "# HELP ", 7)) {
			snprintf(family, sizeof family, "%.*s", (int)strcspn(line + 7, " "), line + 7);
			snprintf(line, sizeof line, "# HELP %s ", family);
			good &= strstr(p + 1, line) == NULL;
		} else if (strncmp(line, "# TYPE ", 7)) {
			good &= !strncmp(line, family, strlen(family));
		}
	}
	return good;
}

int
main(void)
{
	const struct metrics_model models[] = { { "a", &one }, { "b\"\\\n", &two } };
	const struct metrics_route routes[] = { { "/x/{model}", "GET", &route } };
	_Atomic uint64_t rejected[REJECTED_KINDS] = { 0 };
	struct maas_buf b = { 0 };

	count_seconds(&one.request, 0.0007);
	count_seconds(&one.request, 0.3);
	count_seconds(&one.request, 1000);
	count_size(&one.batch, 3);
	count_size(&one.batch, 16);
	count_add(&one.running, 5);
	count_subtract(&one.running, 2);
	count_code(&route, 200);
	count_code(&route, 404);
	count_code(&route, 404);
	count_code(&route, 7);
	count_add(&rejected[REJECTED_QUOTA], 9);
	ok(metrics_print(&(struct metrics_view){ models, 2, routes, 1, rejected, 4, 1.5e9 }, &b) == 0, "printed");
	ok(families_in_order(b.s), "families stand together, each once");
	is_str(value_of(b.s, "maas_request_seconds_bucket{model=\"a\",le=\"0.0005\"}"), "0");
	is_str(value_of(b.s, "maas_request_seconds_bucket{model=\"a\",le=\"0.001\"}"), "1");
	is_str(value_of(b.s, "maas_request_seconds_bucket{model=\"a\",le=\"0.5\"}"), "2");
	is_str(value_of(b.s, "maas_request_seconds_bucket{model=\"a\",le=\"300\"}"), "2");
	is_str(value_of(b.s, "maas_request_seconds_bucket{model=\"a\",le=\"+Inf\"}"), "3");
	is_str(value_of(b.s, "maas_request_seconds_count{model=\"a\"}"), "3");
	is_str(value_of(b.s, "maas_request_seconds_sum{model=\"a\"}"), "1000.3007");
	is_str(value_of(b.s, "maas_batch_size_bucket{model=\"a\",le=\"5\"}"), "1");
	is_str(value_of(b.s, "maas_batch_size_sum{model=\"a\"}"), "19");
	is_str(value_of(b.s, "maas_requests_running{model=\"a\"}"), "3");
	is_str(value_of(b.s, "maas_requests_running{model=\"b\\\"\\\\\\n\"}"), "0");
	is_str(value_of(b.s, "maas_http_requests_total{route=\"/x/{model}\",method=\"GET\",code=\"404\"}"), "2");
	is_str(value_of(b.s, "maas_http_requests_total{route=\"/x/{model}\",method=\"GET\",code=\"200\"}"), "1");
	is_str(value_of(b.s, "maas_http_rejected_total{reason=\"quota\"}"), "9");
	is_str(value_of(b.s, "maas_http_connections"), "4");
	is_str(value_of(b.s, "process_start_time_seconds"), "1500000000");
	ok(strtod(value_of(b.s, "process_resident_memory_bytes"), NULL) > 100000, "resident memory");
	ok(strtod(value_of(b.s, "process_open_fds"), NULL) >= 3, "open files");
	maas_buf_free(&b);
	return done();
}
