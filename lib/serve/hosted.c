/* hosted.c -- the models that are served, and what their cards say. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "server.h"

static int
decent_name(struct maas_span s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-", s.s[i]) || !s.s[i])
			return 0;
	return s.n > 0 && s.n <= 64 && *s.s != '.';
}

/* "NAME=PATH"; or a path, called by its last part without .maas. */
static const char *
split_spec(const char *spec, struct maas_span *name)
{
	const char *equals = strchr(spec, '='), *slash = strchr(spec, '/'), *last;

	if (equals && (!slash || equals < slash)) {
		*name = (struct maas_span){ spec, (size_t)(equals - spec) };
		return equals + 1;
	}
	last = strrchr(spec, '/');
	last = last ? last + 1 : spec;
	*name = maas_span(last);
	if (name->n > 5 && !strcmp(last + name->n - 5, ".maas"))
		name->n -= 5;
	return spec;
}

static int
open_rows(struct maas_server *s, struct hosted *m)
{
	m->rows = maas_rows_of(m->model);
	m->slots = m->rows ? rows_slots_new(m->rows, maas_team_size(s->team)) : NULL;
	return m->slots ? 0 : -1;
}

static int
open_decoder(struct maas_server *s, struct hosted *m)
{
	struct maas_decoder_limits limits = { .precision = MAAS_DTYPES, .sequences = (size_t)s->options.parallel };

	m->tokenizer = maas_model_tokenizer(m->model);
	if (!m->tokenizer)
		return -1;
	m->encoder = maas_encoder_new(m->tokenizer, 0);
	m->decoder = m->encoder ? maas_decoder_new(m->model, m->tokenizer, s->team, &limits) : NULL;
	return m->decoder ? 0 : -1;
}

static int
open_model(struct maas_server *s, struct hosted *m, const char *path)
{
	struct stat st;

	m->path = path;
	m->model = maas_model_open(path);
	if (!m->model)
		return -1;
	if (stat(path, &st) == 0) {
		m->created = st.st_mtime;
		m->metrics.resident = (uint64_t)st.st_size;
	}
	if (maas_model_selftest(m->model) < 0)
		return maas_in("%s", path);
	if (!m->model->kind->rows && !m->model->kind->decode && m->model->kind != &maas_kind_pca)
		return maas_fail("%s: %s models are not served", path, m->model->kind->name);
	if (m->model->kind->rows && open_rows(s, m) < 0)
		return maas_in("%s", path);
	if (m->model->kind->decode && open_decoder(s, m) < 0)
		return maas_in("%s", path);
	return 0;
}

int
hosted_open(struct maas_server *s, const char *spec)
{
	struct hosted *m = &s->model[s->nmodel];
	struct maas_span name;
	const char *path = split_spec(spec, &name);

	if (s->nmodel == MODELS)
		return maas_fail_as(MAAS_USAGE, "more than %d models", MODELS);
	if (!decent_name(name))
		return maas_fail_as(MAAS_USAGE,
		    "%s: a model's name has letters, digits, '.', '_' and '-' (NAME=PATH gives it one)", spec);
	if (hosted_find(s, name))
		return maas_fail_as(MAAS_USAGE, "%s: two models of that name", spec);
	m->active_end = &m->active;
	s->nmodel++;
	m->name = strndup(name.s, name.n);
	if (!m->name)
		return maas_fail_as(MAAS_OS, "no memory for models");
	return open_model(s, m, path);
}

void
hosted_close(struct hosted *m)
{
	rows_slots_free(m->slots);
	maas_decoder_free(m->decoder);
	maas_encoder_free(m->encoder);
	maas_tokenizer_free(m->tokenizer);
	maas_ids_free(&m->ids);
	maas_buf_free(&m->scratch);
	maas_model_close(m->model);
	free(m->name);
}

/* A model that is a directory, or is gone by now, has none. */
void
hosted_digest(struct hosted *m)
{
	unsigned char digest[32];
	struct maas_map map;
	int known;

	if (m->sha256[0] || maas_map_open(&map, m->path) < 0)
		return;
	known = maas_sha256(digest, map.p, map.n) == 0;
	maas_map_close(&map);
	for (size_t i = 0; known && i < sizeof digest; i++)
		snprintf(m->sha256 + 2 * i, 3, "%02x", digest[i]);
	atomic_store(&m->digested, known);
}

struct hosted *
hosted_find(struct maas_server *s, struct maas_span name)
{
	for (size_t i = 0; i < s->nmodel; i++)
		if (s->model[i].name && maas_span_is(name, s->model[i].name))
			return &s->model[i];
	return NULL;
}

/* A name that is known, but not to this key, is refused as unknown ones are not: the key's owner is told. */
struct hosted *
hosted_for(struct ask *a, struct maas_span name)
{
	struct hosted *m = hosted_find(a->server, name);

	if (!m)
		reply_error(a, 404, "model_not_found", "model", "there is no model '%.*s'",
		    (int)maas_utf8_whole(name.s, name.n < 64 ? name.n : 64), name.s);
	else if (!ask_allows(a, m->name)) {
		tally_add(a->server->tally, "model-refused", a->key, a->http->peer, m->name);
		reply_error(a, 403, "permission_denied", "model", "this key is not for the model '%s'", m->name);
	} else
		return m;
	return NULL;
}

struct hosted *
hosted_of_path(struct ask *a)
{
	struct maas_buf name = { 0 };
	struct hosted *m = NULL;

	if (maas_http_unescape(a->model_name, &name) < 0)
		reply_error(a, 400, "bad_request", NULL, "%s", maas_error());
	else
		m = hosted_for(a, (struct maas_span){ name.s, name.n });
	maas_buf_free(&name);
	if (m && a->version.n && !maas_span_is(a->version, "1")) {
		reply_error(a, 404, "model_not_found", "version", "the model '%s' has no such version", m->name);
		return NULL;
	}
	return m;
}

int
put_card(struct maas_buf *to, const struct hosted *m)
{
	const struct maas_kind *k = m->model->kind;

	if (maas_buf_text(to, "{\"id\":") < 0 || put_text(to, m->name) < 0 ||
	    maas_buf_printf(to, ",\"object\":\"model\",\"created\":%lld,\"owned_by\":\"maas\",\"kind\":\"%s\"",
		(long long)m->created, k->name) < 0)
		return -1;
	if (maas_buf_text(to, ",\"versions\":[{\"version\":\"1\",\"labels\":[],\"state\":\"ready\",\"sha256\":") < 0 ||
	    (atomic_load(&m->digested) ? put_text(to, m->sha256) : maas_buf_text(to, "null")) < 0 ||
	    maas_buf_text(to, "}],\"card\":{\"task\":") < 0 || put_text(to, k->task) < 0)
		return -1;
	if (m->rows) {
		if (maas_buf_text(to, ",\"classes\":[") < 0)
			return -1;
		for (size_t i = 0; i < maas_rows_labels(m->rows); i++)
			if ((i && maas_buf_text(to, ",") < 0) ||
			    maas_json_put_text(to, maas_rows_label(m->rows, i)) < 0)
				return -1;
		if (maas_buf_text(to, "]") < 0)
			return -1;
	}
	if (m->decoder &&
	    maas_buf_printf(to, ",\"context\":%zu,\"vocabulary\":%zu", maas_decoder_context(m->decoder),
		maas_decoder_vocab(m->decoder)) < 0)
		return -1;
	return maas_buf_text(to, "}}");
}
