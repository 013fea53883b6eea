/* hosted.c -- a version of a model in memory: opened, found by name, held while it answers, let go. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "maas/registry.h"
#include "server.h"

static int
open_rows(struct maas_server *s, struct hosted *m)
{
	m->rows = maas_rows_of(m->model);
	m->slots = m->rows ? rows_slots_new(m->rows, maas_team_size(s->team)) : NULL;
	m->found.score = NAN; /* not known yet */
	m->watch = m->slots ? watch_new(m->model, maas_team_size(s->team)) : NULL;
	return m->watch ? 0 : -1;
}

static int
open_decoder(struct maas_server *s, struct hosted *m)
{
	struct maas_decoder_limits limits = { .precision = MAAS_DTYPES,
		.sequences = (size_t)s->options.parallel,
		.cache_bytes = s->options.cache,
		.keep = 1 };
	struct maas_decoder_load load;

	m->tokenizer = maas_model_tokenizer(m->model);
	if (!m->tokenizer)
		return -1;
	m->encoder = maas_encoder_new(m->tokenizer, 0);
	m->decoder = m->encoder ? maas_decoder_new(m->model, m->tokenizer, s->team, &limits) : NULL;
	if (!m->decoder)
		return -1;
	load = maas_decoder_load(m->decoder);
	m->now.cache_capacity = load.blocks * load.block_bytes;
	return 0;
}

/* What tells one file from another of the same name; of a directory, of what it has the weights in, or says where. */
static int
look_at(const char *path, struct stat *st)
{
	struct maas_buf weights = { 0 };
	int rc = stat(path, st);

	if (rc == 0 && S_ISDIR(st->st_mode) && maas_buf_printf(&weights, "%s/model.safetensors", path) == 0 &&
	    (rc = stat(weights.s, st)) < 0 && maas_buf_text(&weights, ".index.json") == 0)
		rc = stat(weights.s, st);
	maas_buf_free(&weights);
	return rc;
}

int
hosted_changed(const struct hosted *m, const char *path)
{
	struct stat st;

	return strcmp(m->path, path) || look_at(path, &st) < 0 || (uint64_t)st.st_dev != m->device ||
	    (uint64_t)st.st_ino != m->inode || (uint64_t)st.st_size != m->bytes ||
	    st.st_mtim.tv_sec != m->modified.tv_sec || st.st_mtim.tv_nsec != m->modified.tv_nsec;
}

/* What was read has a digest; what a registry has is what was registered. */
static int
check_digest(struct hosted *m)
{
	char want[65];

	if (!m->model->file) /* a directory */
		return 0;
	maas_tensors_sha256(m->model->file, m->sha256);
	if (maas_registry_sha256(m->path, want) < 0)
		return -1;
	if (!*want || !strcmp(want, m->sha256))
		return 0;
	return maas_registry_altered(m->path, m->sha256, want);
}

/* The reason of what failed, its file in front: once. */
static int
name_model(const struct hosted *m)
{
	return strncmp(maas_error(), m->path, strlen(m->path)) ? maas_in("%s", m->path) : -1;
}

static int
open_model(struct maas_server *s, struct hosted *m)
{
	struct stat st;

	if (look_at(m->path, &st) == 0) {
		m->created = st.st_mtime;
		m->modified = st.st_mtim;
		m->bytes = (uint64_t)st.st_size;
		m->device = (uint64_t)st.st_dev;
		m->inode = (uint64_t)st.st_ino;
	}
	m->model = maas_model_copy(m->path);
	if (!m->model || check_digest(m) < 0 || policy_check_model(s->policy, m->path, m->sha256) < 0)
		return -1;
	if (maas_model_selftest(m->model) < 0)
		return maas_in("%s", m->path);
	if (!m->model->kind->rows && !m->model->kind->decode && m->model->kind != &maas_kind_pca)
		return maas_fail("%s: %s models are not served", m->path, m->model->kind->name);
	if (maas_model_decodes(m->model))
		return open_decoder(s, m) < 0 ? name_model(m) : 0;
	return m->model->kind->rows && open_rows(s, m) < 0 ? name_model(m) : 0;
}

static int
put_head(struct hosted *m)
{
	if (maas_buf_text(&m->head, "{\"model\":") < 0 || put_text(&m->head, m->name) < 0)
		return -1;
	return maas_buf_printf(&m->head, ",\"version\":\"%lld\",", (long long)m->number);
}

int
maas_server_tell(struct maas_server *s, struct maas_buf *to)
{
	int rc = 0;

	pthread_mutex_lock(&s->lock);
	for (size_t i = 0; i < s->nmodel && rc == 0; i++) {
		const struct hosted *m = s->model[i];
		double bytes = (double)m->now.cache_capacity;

		if (m->decoder)
			rc = maas_buf_printf(to, "%s@%lld: keys and values take up to %.1f MB\n", m->name,
			    (long long)m->number, bytes / 1e6);
	}
	pthread_mutex_unlock(&s->lock);
	return rc;
}

struct hosted *
hosted_new(struct maas_server *s, struct family *f, const char *path, int64_t number)
{
	struct hosted *m = maas_alloc(1, sizeof *m);
	double began = maas_clock();

	if (!m)
		return NULL;
	m->name = f->name;
	m->metrics = &f->metrics;
	m->number = number;
	m->active_end = &m->active;
	m->path = strdup(path);
	if (!m->path)
		maas_fail_as(MAAS_OS, "no memory for models");
	if (!m->path || put_head(m) < 0 || open_model(s, m) < 0) {
		m->bytes = 0; /* not counted yet */
		hosted_close(m);
		return NULL;
	}
	count_add(&m->metrics->resident, m->bytes);
	m->now.load_seconds = maas_clock() - began;
	return m;
}

void
hosted_close(struct hosted *m)
{
	count_subtract(&m->metrics->resident, m->bytes);
	rows_slots_free(m->slots);
	watch_free(m->watch);
	maas_decoder_free(m->decoder);
	maas_encoder_free(m->encoder);
	maas_tokenizer_free(m->tokenizer);
	maas_ids_free(&m->ids);
	maas_buf_free(&m->scratch);
	maas_buf_free(&m->head);
	maas_model_close(m->model);
	free(m->path);
	free(m);
}

/* The scheduler finds who is retired and whom nobody has any more. */
void
hosted_let_go(struct hosted *m, struct maas_server *s)
{
	if (--m->users == 0 && m->retired)
		pthread_cond_signal(&s->work);
}

void
hosted_release(struct ask *a)
{
	struct maas_server *s = a->server;

	if (!a->held)
		return;
	pthread_mutex_lock(&s->lock);
	hosted_let_go(a->held, s);
	pthread_mutex_unlock(&s->lock);
	a->held = NULL;
}

/* What a name stands for now, held; *f: its family, NULL where there is no such name. */
static struct hosted *
hold(struct ask *a, struct maas_span name, struct maas_span edition, struct family **f)
{
	struct maas_server *s = a->server;
	struct hosted *m = NULL;

	hosted_release(a);
	pthread_mutex_lock(&s->lock);
	*f = family_find(s, name);
	if (*f && ask_allows(a, (*f)->name) && (m = family_hosted(*f, edition))) {
		m->users++;
		a->held = m;
	}
	pthread_mutex_unlock(&s->lock);
	return m;
}

/* A name that is known, but not to this key, is refused as unknown ones are not: the key's owner is told. */
static int
check_family(struct ask *a, const struct family *f, struct maas_span name)
{
	if (f && ask_allows(a, f->name))
		return 0;
	if (!f)
		reply_error(a, 404, "model_not_found", "model", "there is no model '%.*s'",
		    (int)maas_utf8_whole(name.s, name.n < 64 ? name.n : 64), name.s);
	else {
		tally_count(a->server->tally, "model-refused", a->key, a->http->peer, f->name);
		reply_error(a, 403, "permission_denied", "model", "this key is not for the model '%s'", f->name);
	}
	return -1;
}

static struct hosted *
find(struct ask *a, struct maas_span name, struct maas_span edition)
{
	struct family *f;
	struct hosted *m = hold(a, name, edition, &f);

	if (m || check_family(a, f, name) < 0)
		return m;
	if (edition.s)
		reply_error(a, 404, "version_not_found", "model",
		    "no version or label '%.*s' of the model '%s' is served",
		    (int)maas_utf8_whole(edition.s, edition.n < 64 ? edition.n : 64), edition.s, f->name);
	else
		reply_error(
		    a, 503, "model_not_ready", "model", "no version of the model '%s' could be loaded", f->name);
	return NULL;
}

struct family *
family_of_path(struct ask *a)
{
	struct maas_server *s = a->server;
	struct maas_buf name = { 0 };
	struct family *f = NULL;

	if (maas_http_unescape(a->model_name, &name) < 0) {
		reply_error(a, 400, "bad_request", NULL, "%s", maas_error());
	} else {
		pthread_mutex_lock(&s->lock);
		f = family_find(s, (struct maas_span){ name.s, name.n });
		pthread_mutex_unlock(&s->lock);
		if (check_family(a, f, (struct maas_span){ name.s, name.n }) < 0)
			f = NULL;
	}
	maas_buf_free(&name);
	return f;
}

struct hosted *
hosted_for(struct ask *a, struct maas_span name)
{
	const char *at = name.n ? memchr(name.s, '@', name.n) : NULL;
	struct maas_span edition = { NULL, 0 };

	if (at) {
		edition = (struct maas_span){ at + 1, (size_t)(name.s + name.n - at - 1) };
		name.n = (size_t)(at - name.s);
	}
	return find(a, name, edition);
}

/* Labels are no numbers: a version does not pass for one, nor one for a version. */
static int
fits_route(const struct ask *a, const struct maas_buf *edition)
{
	int number = edition->s[strspn(edition->s, "0123456789")] == '\0';

	return number == (strstr(a->route->path, "{version}") != NULL);
}

struct hosted *
hosted_of_path(struct ask *a)
{
	struct maas_buf name = { 0 }, edition = { 0 };
	struct hosted *m = NULL;

	if (maas_http_unescape(a->model_name, &name) < 0 ||
	    (a->version.n && maas_http_unescape(a->version, &edition) < 0))
		reply_error(a, 400, "bad_request", NULL, "%s", maas_error());
	else if (a->version.n)
		m = find(a, (struct maas_span){ name.s, name.n },
		    fits_route(a, &edition) ? (struct maas_span){ edition.s, edition.n } : (struct maas_span){ "", 0 });
	else
		m = hosted_for(a, (struct maas_span){ name.s, name.n });
	maas_buf_free(&name);
	maas_buf_free(&edition);
	return m;
}

const char *
hosted_with_tokens(const struct ask *a, int *several)
{
	struct maas_server *s = a->server;
	const char *name = NULL;

	*several = 0;
	pthread_mutex_lock(&s->lock);
	for (size_t i = 0; i < s->nfamily; i++)
		if (s->family[i]->latest && s->family[i]->latest->tokenizer && ask_allows(a, s->family[i]->name)) {
			*several = name != NULL;
			name = s->family[i]->name;
			if (*several)
				break;
		}
	pthread_mutex_unlock(&s->lock);
	return *several ? NULL : name;
}
