/* What /metrics says: families once and together, histograms that add up, labels escaped. */
#include <stdlib.h>

#include "../../lib/serve/meters.h"
#include "../test.h"

static struct model_metrics one, two;
static struct version_metrics first;
static struct route_metrics route, other;
static struct service_metrics service;

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

static _Atomic uint64_t rejected[REJECTED_KINDS];

static void
count_some(struct keymeters *keys)
{
	count_seconds(&one.request, SCALE_REQUEST, 0.0007);
	count_seconds(&one.request, SCALE_REQUEST, 0.3);
	count_seconds(&one.request, SCALE_REQUEST, 1000);
	count_size(&one.batch, 3);
	count_size(&one.batch, 16);
	count_add(&first.running, 5);
	count_subtract(&first.running, 2);
	count_seconds(&one.first_token, SCALE_FIRST, 200);
	count_seconds(&one.inter_token, SCALE_TOKEN, 0.0006);
	count_seconds(&route.duration, SCALE_REQUEST, 0.02);
	count_seconds(&other.duration, SCALE_REQUEST, 0.2);
	service.chain_good = 1;
	keymeters_add(keys, "abcdefgh", 200, 5, 7);
	keymeters_add(keys, "abcdefgh", 429, 0, 0);
	for (int i = 0; i < 300; i++) {
		char id[9];

		snprintf(id, sizeof id, "key%05d", i);
		keymeters_add(keys, id, 200, 1, 0);
	}
	count_code(&route, 200);
	count_code(&route, 404);
	count_code(&route, 404);
	count_code(&route, 7);
	count_add(&rejected[REJECTED_QUOTA], 9);
}

static int
print_some(struct keymeters *keys, struct maas_buf *b)
{
	const struct metrics_model models[] = { { "a", &one }, { "b\"\\\n", &two } };
	const struct metrics_route routes[] = { { "/x/{model}", "GET", &route }, { "/x/{model}", "POST", &other } };
	const struct metrics_version versions[] = { { .model = "a", .number = 3, .m = &first },
		{ .model = "b\"\\\n\xff", .number = 1 } };

	return metrics_print(&(struct metrics_view){ .model = models,
				 .models = 2,
				 .version = versions,
				 .versions = 2,
				 .route = routes,
				 .routes = 2,
				 .rejected = rejected,
				 .service = &service,
				 .keys = keys,
				 .connections = 4,
				 .waiting = 3,
				 .capacity = 256,
				 .started = 1.5e9 },
	    b);
}

int
main(void)
{
	struct keymeters *keys = keymeters_new();
	struct maas_buf b = { 0 };

	count_some(keys);
	ok(print_some(keys, &b) == 0, "printed");
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
	is_str(value_of(b.s, "maas_requests_running{model=\"a\",version=\"3\"}"), "3");
	is_str(value_of(b.s, "maas_records_total{model=\"b\\\"\\\\\\n\"}"), "0");
	is_str(value_of(b.s, "maas_model_state{model=\"a\",version=\"3\",state=\"ready\"}"), "1");
	is_str(
	    value_of(b.s, "maas_model_state{model=\"b\\\"\\\\\\n\xEF\xBF\xBD\",version=\"1\",state=\"failed\"}"), "1");
	is_str(value_of(b.s, "maas_time_to_first_token_seconds_bucket{model=\"a\",le=\"160\"}"), "0");
	is_str(value_of(b.s, "maas_time_to_first_token_seconds_bucket{model=\"a\",le=\"640\"}"), "1");
	is_str(value_of(b.s, "maas_inter_token_seconds_bucket{model=\"a\",le=\"0.0005\"}"), "0");
	is_str(value_of(b.s, "maas_inter_token_seconds_bucket{model=\"a\",le=\"0.001\"}"), "1");
	is_str(value_of(b.s, "maas_http_request_duration_seconds_count{route=\"/x/{model}\"}"), "2");
	is_str(value_of(b.s, "maas_http_request_duration_seconds_sum{route=\"/x/{model}\"}"), "0.22");
	is_str(value_of(b.s, "maas_key_requests_total{key_id=\"abcdefgh\",code=\"429\"}"), "1");
	is_str(value_of(b.s, "maas_key_tokens_total{key_id=\"abcdefgh\",direction=\"out\"}"), "7");
	is_str(value_of(b.s, "maas_key_tokens_total{key_id=\"key00126\",direction=\"in\"}"), "1");
	is_str(value_of(b.s, "maas_key_tokens_total{key_id=\"key00127\",direction=\"in\"}"), "missing");
	is_str(value_of(b.s, "maas_key_tokens_total{key_id=\"other\",direction=\"in\"}"), "173");
	is_str(value_of(b.s, "maas_queue_requests"), "3");
	is_str(value_of(b.s, "maas_audit_chain_intact"), "1");
	is_str(value_of(b.s, "maas_http_requests_total{route=\"/x/{model}\",method=\"GET\",code=\"404\"}"), "2");
	is_str(value_of(b.s, "maas_http_requests_total{route=\"/x/{model}\",method=\"GET\",code=\"200\"}"), "1");
	is_str(value_of(b.s, "maas_http_rejected_total{reason=\"quota\"}"), "9");
	is_str(value_of(b.s, "maas_http_connections"), "4");
	is_str(value_of(b.s, "process_start_time_seconds"), "1500000000");
	ok(strtod(value_of(b.s, "process_resident_memory_bytes"), NULL) > 100000, "resident memory");
	ok(strtod(value_of(b.s, "process_open_fds"), NULL) >= 3, "open files");
	maas_buf_free(&b);
	keymeters_free(keys);
	return done();
}
