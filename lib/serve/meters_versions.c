/* meters_versions.c -- what /metrics shows of each version of a model: its state, its load, what it says and is
 * asked. */
#include <math.h>

#include "exposition.h"
#include "meters.h"

static int
put_version(struct maas_buf *to, const char *name, const struct metrics_version *x)
{
	return maas_buf_printf(to, "%s{", name) < 0 || put_label(to, "model", maas_span(x->model)) < 0
	    ? -1
	    : maas_buf_printf(to, ",version=\"%lld\"", (long long)x->number);
}

static int
put_number(struct maas_buf *to, const char *name, const struct metrics_version *x, double value)
{
	return put_version(to, name, x) < 0 || maas_buf_text(to, "} ") < 0 ? -1 : put_value(to, value);
}

static int
print_states(const struct metrics_view *v, struct maas_buf *to)
{
	static const char name[] = "maas_model_state";

	if (put_family(to, name, "gauge", "1: the version is in this state.") < 0)
		return -1;
	for (size_t i = 0; i < v->versions; i++) {
		int ready = v->version[i].m != NULL;

		if (put_version(to, name, &v->version[i]) < 0 ||
		    maas_buf_printf(to, ",state=\"ready\"} %d\n", ready) < 0 ||
		    put_version(to, name, &v->version[i]) < 0 ||
		    maas_buf_printf(to, ",state=\"failed\"} %d\n", !ready) < 0)
			return -1;
	}
	return 0;
}

static const struct {
	const char *name, *type, *help;
	size_t at;
} gauges[] = {
#define AT(m) offsetof(struct version_metrics, m)
	{ "maas_requests_running", "gauge", "Requests whose answer is being made.", AT(running) },
	{ "maas_requests_queued", "gauge", "Requests that wait for their turn.", AT(queued) },
	{ "maas_kv_cache_used_bytes", "gauge", "Keys and values in use.", AT(cache_used) },
	{ "maas_kv_cache_capacity_bytes", "gauge", "Keys and values that there is room for.", AT(cache_capacity) },
	{ "maas_kv_cache_evictions_total", "counter", "Blocks of keys and values that were kept and made room.",
	    AT(cache_evicted) },
};

static int
print_gauges(const struct metrics_view *v, struct maas_buf *to)
{
	for (size_t g = 0; g < MAAS_COUNT(gauges); g++) {
		if (put_family(to, gauges[g].name, gauges[g].type, gauges[g].help) < 0)
			return -1;
		for (size_t i = 0; i < v->versions; i++) {
			const void *p = (const char *)v->version[i].m + gauges[g].at;

			if (v->version[i].m &&
			    put_number(to, gauges[g].name, &v->version[i],
				(double)atomic_load((const _Atomic uint64_t *)p)) < 0)
				return -1;
		}
	}
	if (put_family(to, "maas_model_load_seconds", "gauge", "Time it took to load the version and to test it.") < 0)
		return -1;
	for (size_t i = 0; i < v->versions; i++)
		if (v->version[i].m &&
		    put_number(to, "maas_model_load_seconds", &v->version[i], v->version[i].m->load_seconds) < 0)
			return -1;
	return 0;
}

/* Is it shown as it is, so that no other label is shown alike? */
static int
is_plain(struct maas_span s)
{
	return s.n <= PUT_LABEL_MAX && maas_utf8_good(s);
}

static int
put_answers(const struct metrics_version *x, size_t label, struct maas_buf *to)
{
	const struct maas_span *text = watch_label(x->watch, label);
	char number[32];

	snprintf(number, sizeof number, "label %zu", label + 1);
	if (put_version(to, "maas_predictions_total", x) < 0 || maas_buf_text(to, ",") < 0 ||
	    put_label(to, "label",
		!text                 ? maas_span("other labels")
		    : is_plain(*text) ? *text
				      : maas_span(number)) < 0)
		return -1;
	return maas_buf_printf(to, "} %llu\n", (unsigned long long)watch_answers(x->watch, label));
}

static int
print_answers(const struct metrics_view *v, struct maas_buf *to)
{
	if (put_family(to, "maas_predictions_total", "counter", "Texts and rows by the label that was answered.") < 0)
		return -1;
	for (size_t i = 0; i < v->versions; i++)
		for (size_t k = 0; v->version[i].watch && k < watch_labels(v->version[i].watch); k++)
			if (put_answers(&v->version[i], k, to) < 0)
				return -1;
	return 0;
}

/* What the window holds.  A number that is not known is not shown. */
static const struct measured {
	const char *name, *help;
	const char *of; /* a label: of what.  NULL: none; the next row's family is this one's where the name is */
	size_t at;
} measured[] = {
#undef AT
#define AT(m) offsetof(struct watch_found, m)
	{ "maas_model_mean_score_ratio", "Mean probability of the label that was answered.", NULL, AT(score) },
	{ "maas_model_drift_index", "Population stability index of the rows against those trained on.", "all",
	    AT(drift.index) },
	{ "maas_model_drift_index", NULL, "columns", AT(drift.columns) },
	{ "maas_model_drift_index", NULL, "text", AT(drift.features) },
	{ "maas_model_drift_index", NULL, "labels", AT(drift.labels) },
	{ "maas_model_drift_chance_index", "The index that as many rows like those trained on give by chance.", NULL,
	    AT(drift.chance) },
	{ "maas_model_unknown_terms_ratio", "Share of the terms of texts that are no feature.", NULL,
	    AT(drift.unknown) },
	{ "maas_model_expected_unknown_terms_ratio", "The same of texts like those trained on.", NULL,
	    AT(drift.expected) },
};

static int
put_measured(const struct metrics_version *x, const struct measured *m, struct maas_buf *to)
{
	double value = *(const double *)(const void *)((const char *)&x->found + m->at);

	if (!x->watch || isnan(value) || (m->at != AT(score) && !x->found.drifts))
		return 0;
	if (put_version(to, m->name, x) < 0 || (m->of && maas_buf_printf(to, ",of=\"%s\"", m->of) < 0) ||
	    maas_buf_text(to, "} ") < 0)
		return -1;
	return put_value(to, value);
}

static int
print_measured(const struct metrics_view *v, struct maas_buf *to)
{
	for (size_t k = 0; k < MAAS_COUNT(measured); k++) {
		if (measured[k].help && put_family(to, measured[k].name, "gauge", measured[k].help) < 0)
			return -1;
		for (size_t i = 0; i < v->versions; i++)
			if (put_measured(&v->version[i], &measured[k], to) < 0)
				return -1;
	}
	if (put_family(to, "maas_model_drift_rows", "gauge", "Rows that were compared with those trained on.") < 0)
		return -1;
	for (size_t i = 0; i < v->versions; i++)
		if (v->version[i].watch && v->version[i].found.drifts &&
		    put_number(to, "maas_model_drift_rows", &v->version[i], (double)v->version[i].found.drift.rows) < 0)
			return -1;
	return 0;
}

int
metrics_print_versions(const struct metrics_view *v, struct maas_buf *to)
{
	return print_states(v, to) < 0 || print_gauges(v, to) < 0 || print_answers(v, to) < 0 ||
		print_measured(v, to) < 0
	    ? -1
	    : 0;
}
