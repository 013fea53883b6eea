/*
 * families.c -- which models are served: those of -m, or of a registry every version that has a label and the highest.
 * They are opened at the start and looked at again when that is asked for.  One thread at a time does so (loader.c);
 * what it made takes its place under the lock, and requests that run stay with what they began with.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "maas/registry.h"
#include "server.h"

const char *
model_spec_split(const char *spec, struct maas_span *name)
{
	const char *equals = strchr(spec, '='), *slash = strchr(spec, '/'), *last;

	if (equals && (!slash || equals < slash)) {
		*name = (struct maas_span){ spec, (size_t)(equals - spec) };
		return equals + 1;
	}
	last = strrchr(spec, '/');
	last = last ? last + 1 : spec;
	*name = maas_span(last);
	if (!slash)
		name->n = strcspn(last, "@");
	if (name->n > 5 && !strncmp(last + name->n - 5, ".maas", 5))
		name->n -= 5;
	return spec;
}

static struct family *
by_name(struct maas_server *s, struct maas_span name)
{
	for (size_t i = 0; i < s->nfamily; i++)
		if (maas_span_is(name, s->family[i]->name))
			return s->family[i];
	return NULL;
}

struct family *
family_find(struct maas_server *s, struct maas_span name)
{
	struct family *f = by_name(s, name);

	return f && f->n ? f : NULL;
}

struct hosted *
family_hosted(const struct family *f, struct maas_span edition)
{
	int64_t number;

	if (!edition.s)
		return f->latest;
	for (size_t i = 0; i < f->ntag; i++)
		if (maas_span_is(edition, f->tag[i].label))
			return f->tag[i].hosted;
	if (!edition.n || *edition.s == '0' || maas_parse_int(edition, &number) < 0)
		return NULL;
	for (size_t i = 0; i < f->n; i++)
		if (f->edition[i].number == number)
			return f->edition[i].hosted;
	return NULL;
}

static struct family *
add_family(struct maas_server *s, struct maas_span name, const char *said)
{
	struct family *f = maas_alloc(1, sizeof *f);
	int rc;

	if (!f || !(f->name = strndup(name.s, name.n))) {
		free(f);
		maas_fail_as(MAAS_OS, "no memory for models");
		return NULL;
	}
	f->said = said;
	pthread_mutex_lock(&s->lock);
	rc = maas_grow(&s->family, s->nfamily, &s->family_cap, 1, sizeof(struct family *));
	if (rc == 0)
		s->family[s->nfamily++] = f;
	pthread_mutex_unlock(&s->lock);
	if (rc == 0)
		return f;
	free(f->name);
	free(f);
	return NULL;
}

static char *
copy_text(const char *text)
{
	return text ? strdup(text) : NULL;
}

/* Without memory to tell of it, it is not told. */
static void
tell(struct maas_server *s, const char *name, int64_t number, enum looked how, const char *why, const char *path)
{
	struct looks *l = &s->looks;

	if (maas_grow(&l->of, l->n, &l->cap, 1, sizeof *l->of) == 0)
		l->of[l->n++] = (struct look){ name, number, how, copy_text(why), copy_text(path) };
}

static void
forget(struct looks *l)
{
	for (size_t i = 0; i < l->n; i++) {
		free(l->of[i].why);
		free(l->of[i].path);
	}
	l->n = 0;
}

int
looks_trouble(const struct looks *l, struct maas_buf *to)
{
	for (size_t i = 0; i < l->n; i++) {
		const struct look *x = &l->of[i];

		if (x->how == LOOKED_FAILED &&
		    maas_buf_printf(to, "%s@%lld: %s%s%s\n", x->name, (long long)x->number, x->path ? x->path : "",
			x->path ? ": " : "", x->why ? x->why : "no memory") < 0)
			return -1;
	}
	return 0;
}

/* maas_error() for who asks, without the path it begins with, and a mark in the audit trail. */
static void
note(struct maas_server *s, const char *name, int64_t number, const char *path)
{
	const char *why = maas_error();
	size_t n = path ? strlen(path) : 0;
	int begins = n && !strncmp(why, path, n) && !strncmp(why + n, ": ", 2);

	tally_count(s->tally, "model-failed", "", "", name);
	count_add(&s->service.failed, 1);
	tell(s, name, number, LOOKED_FAILED, begins ? why + n + 2 : why, begins ? path : NULL);
}

/* A family as it is to be: made beside, then put in place. */
struct draft {
	struct maas_server *s;
	struct family *f;
	struct edition *edition;
	size_t n;
	struct tag *tag;
	size_t ntag;
	struct hosted *latest;
};

static struct hosted *
loaded(const struct family *f, int64_t number)
{
	for (size_t i = 0; i < f->n; i++)
		if (f->edition[i].number == number)
			return f->edition[i].hosted;
	return NULL;
}

/* Room among those in memory is taken before the load. */
static struct hosted *
load(struct draft *d, const char *path, int64_t number)
{
	struct maas_server *s = d->s;
	struct hosted *m;
	size_t n;

	pthread_mutex_lock(&s->lock);
	n = s->nmodel;
	pthread_mutex_unlock(&s->lock);
	if (n == MODELS) {
		maas_fail_as(MAAS_TEMPFAIL, "%s: %d versions are in memory already", path, MODELS);
		return NULL;
	}
	if (!(m = hosted_new(s, d->f, path, number)))
		return NULL;
	tally_count(s->tally, "model-loaded", "", "", d->f->name);
	count_add(&s->service.loaded, 1);
	pthread_mutex_lock(&s->lock);
	s->model[s->nmodel++] = m;
	pthread_mutex_unlock(&s->lock);
	return m;
}

/* The edition's model: the one there is, or a new one, or with a reason the old one. */
static void
fill_edition(struct draft *d, struct edition *e, const char *path)
{
	struct hosted *old = loaded(d->f, e->number), *m = old;

	if (!old || hosted_changed(old, path))
		m = load(d, path, e->number);
	e->failed = !m;
	e->hosted = m ? m : old;
	if (!m)
		note(d->s, d->f->name, e->number, path);
	else
		tell(d->s, d->f->name, e->number, m == old ? LOOKED_KEPT : LOOKED_LOADED, NULL, NULL);
}

static int
kept(const struct draft *d, const struct hosted *m)
{
	if (m == d->latest)
		return 1;
	for (size_t i = 0; i < d->n; i++)
		if (d->edition[i].hosted == m)
			return 1;
	for (size_t i = 0; i < d->ntag; i++)
		if (d->tag[i].hosted == m)
			return 1;
	return 0;
}

static void
free_lists(struct edition *edition, struct tag *tag, size_t ntag)
{
	for (size_t i = 0; i < ntag; i++)
		free(tag[i].label);
	free(tag);
	free(edition);
}

/* Versions that are in memory no more. */
static void
tell_unloaded(const struct draft *d)
{
	for (size_t i = 0; i < d->f->n; i++) {
		const struct edition *was = &d->f->edition[i];
		int stays = !was->hosted;

		for (size_t k = 0; k < d->n && !stays; k++)
			stays = d->edition[k].hosted && d->edition[k].number == was->number;
		if (!stays)
			tell(d->s, d->f->name, was->number, LOOKED_UNLOADED, NULL, NULL);
	}
}

/* From here on requests get the new; the scheduler closes the old when none has it. */
static void
put_in_place(struct draft *d)
{
	struct maas_server *s = d->s;
	struct family *f = d->f, was = *f;

	tell_unloaded(d);
	pthread_mutex_lock(&s->lock);
	f->edition = d->edition;
	f->n = d->n;
	f->tag = d->tag;
	f->ntag = d->ntag;
	f->latest = d->latest;
	for (size_t i = 0; i < s->nmodel; i++)
		if (s->model[i]->metrics == &f->metrics && !kept(d, s->model[i]))
			s->model[i]->retired = 1;
	pthread_cond_signal(&s->work);
	pthread_mutex_unlock(&s->lock);
	free_lists(was.edition, was.tag, was.ntag);
}

/* The label's version if it is in memory, else what the label stood at until now. */
static int
add_tag(struct draft *d, const struct maas_label *l)
{
	struct hosted *m = NULL;

	for (size_t i = 0; i < d->n; i++)
		if (d->edition[i].number == l->version[0])
			m = d->edition[i].hosted;
	if (!m)
		m = family_hosted(d->f, maas_span(l->name));
	if (!m)
		return 0;
	d->tag[d->ntag] = (struct tag){ strdup(l->name), m };
	if (!d->tag[d->ntag].label)
		return maas_fail_as(MAAS_OS, "no memory for labels");
	d->ntag++;
	return 0;
}

static int
has_label(const struct maas_shelf *shelf, int64_t number)
{
	for (size_t i = 0; i < shelf->nlabel; i++)
		if (shelf->label[i].version[0] == number)
			return 1;
	return 0;
}

static int
draft_shelf(struct draft *d, const struct maas_shelf *shelf, const char *dir)
{
	struct maas_buf path = { 0 };
	int rc = 0;

	d->edition = maas_alloc(shelf->n + 1, sizeof *d->edition);
	d->tag = maas_alloc(shelf->nlabel + 1, sizeof *d->tag);
	if (!d->edition || !d->tag)
		return -1;
	for (size_t i = 0; rc == 0 && i < shelf->n; i++) {
		struct edition *e = &d->edition[d->n++];

		e->number = shelf->version[i].number;
		memcpy(e->sha256, shelf->version[i].sha256, sizeof e->sha256);
		path.n = 0;
		if (i + 1 < shelf->n && !has_label(shelf, e->number))
			continue;
		rc = maas_registry_path(dir, shelf->name, e->number, &path);
		if (rc == 0)
			fill_edition(d, e, path.s);
	}
	for (size_t i = 0; rc == 0 && i < shelf->nlabel; i++)
		rc = add_tag(d, &shelf->label[i]);
	maas_buf_free(&path);
	return rc;
}

/* Label stable, else the highest version; where that failed, what it was. */
static void
choose_latest(struct draft *d, const struct maas_shelf *shelf)
{
	for (size_t i = 0; i < d->ntag; i++)
		if (!strcmp(d->tag[i].label, "stable"))
			d->latest = d->tag[i].hosted;
	if (!d->latest && !maas_shelf_label(shelf, "stable") && d->n)
		d->latest = d->edition[d->n - 1].hosted;
	if (!d->latest && d->n)
		d->latest = d->f->latest;
}

/* An old version that had to stay is in memory, wanted or not. */
static void
show_kept(struct draft *d, struct hosted *m)
{
	for (size_t i = 0; m && i < d->n; i++)
		if (d->edition[i].number == m->number && !d->edition[i].hosted)
			d->edition[i].hosted = m;
}

static int
update_shelf(struct maas_server *s, struct family *f, const struct maas_shelf *shelf, const char *dir)
{
	struct draft d = { .s = s, .f = f };

	if (draft_shelf(&d, shelf, dir) < 0) {
		free_lists(d.edition, d.tag, d.ntag);
		return -1;
	}
	choose_latest(&d, shelf);
	show_kept(&d, d.latest);
	for (size_t i = 0; i < d.ntag; i++)
		show_kept(&d, d.tag[i].hosted);
	put_in_place(&d);
	return 0;
}

/* A model of -m has one version, 1. */
static int
update_said(struct maas_server *s, struct family *f)
{
	struct draft d = { .s = s, .f = f, .edition = maas_alloc(1, sizeof *d.edition), .n = 1 };
	struct maas_buf path = { 0 };
	int rc = -1;

	if (d.edition) {
		d.edition->number = 1;
		rc = maas_model_path(f->said, &path);
		if (rc == 0) {
			fill_edition(&d, d.edition, path.s);
			d.latest = d.edition->hosted;
			rc = d.edition->failed ? -1 : 0;
		} else {
			note(s, f->name, 1, NULL);
		}
	}
	maas_buf_free(&path);
	if (rc < 0)
		free_lists(d.edition, NULL, 0);
	else
		put_in_place(&d);
	return rc;
}

static int
is_listed(const char *const *names, const char *name)
{
	for (; *names; names++)
		if (!strcmp(*names, name))
			return 1;
	return 0;
}

static int
update_registry(struct maas_server *s, struct maas_arena *arena)
{
	const char *dir = s->options.registry, **names;

	if (s->nfamily && access(dir, R_OK | X_OK) < 0)
		return maas_fail_errno("%s", dir);
	if (maas_registry_names(dir, arena, &names) < 0)
		return -1;
	for (size_t i = 0; names[i]; i++) {
		struct family *f = by_name(s, maas_span(names[i]));
		struct maas_shelf shelf;

		if (!f && !(f = add_family(s, maas_span(names[i]), NULL)))
			return -1;
		if (maas_registry_read(dir, names[i], arena, &shelf) < 0 || update_shelf(s, f, &shelf, dir) < 0)
			note(s, names[i], 0, NULL);
	}
	for (size_t i = 0; i < s->nfamily; i++)
		if (!is_listed(names, s->family[i]->name))
			put_in_place(&(struct draft){ .s = s, .f = s->family[i] });
	return 0;
}

static int
reload_registry(struct maas_server *s)
{
	struct maas_arena *arena = maas_arena_new(65536);
	int rc = arena ? update_registry(s, arena) : -1;

	maas_arena_free(arena);
	return rc;
}

int
families_reload(struct maas_server *s)
{
	forget(&s->looks);
	if (s->options.registry)
		return reload_registry(s);
	for (size_t i = 0; i < s->nfamily; i++)
		(void)!update_said(s, s->family[i]); /* s->looks says */
	return 0;
}

static int
open_said(struct maas_server *s, const char *spec)
{
	struct maas_span name;
	const char *said = model_spec_split(spec, &name);
	struct family *f;

	if (!maas_registry_decent(name))
		return maas_fail_as(MAAS_USAGE,
		    "%s: a model's name has letters, digits, '.', '_' and '-' (NAME=PATH gives it one)", spec);
	if (by_name(s, name))
		return maas_fail_as(MAAS_USAGE, "%s: two models of that name", spec);
	f = add_family(s, name, said);
	return f ? update_said(s, f) : -1;
}

int
families_open(struct maas_server *s)
{
	if (s->options.registry)
		return reload_registry(s);
	for (size_t i = 0; i < s->options.model.n; i++)
		if (open_said(s, s->options.model.item[i]) < 0)
			return -1;
	return 0;
}

/* Those that are watched are held meanwhile. */
void
families_watch(struct maas_server *s)
{
	struct hosted *all[MODELS];
	size_t n = 0;

	pthread_mutex_lock(&s->lock);
	for (size_t i = 0; i < s->nmodel; i++)
		if (s->model[i]->watch && !s->model[i]->retired)
			(all[n++] = s->model[i])->users++;
	pthread_mutex_unlock(&s->lock);
	for (size_t i = 0; i < n; i++) {
		struct watch_found found;
		int news = watch_tick(all[i]->watch, maas_clock(), s->options.drift_window, &found);

		pthread_mutex_lock(&s->lock);
		if (news)
			all[i]->found = found;
		hosted_let_go(all[i], s);
		pthread_mutex_unlock(&s->lock);
	}
}

void
families_close(struct maas_server *s)
{
	for (size_t i = 0; i < s->nmodel; i++)
		hosted_close(s->model[i]);
	for (size_t i = 0; i < s->nfamily; i++) {
		free_lists(s->family[i]->edition, s->family[i]->tag, s->family[i]->ntag);
		free(s->family[i]->name);
		free(s->family[i]);
	}
	free(s->family);
	forget(&s->looks);
	free(s->looks.of);
}
