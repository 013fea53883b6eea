/*
 * Checkpoints: all that a run needs to go on.  A safetensors file FOLDER/step-N.ckpt:
 * for each parameter NAME value/NAME, what the optimiser remembers of it (m/NAME, v/NAME; with early stopping
 * best/NAME too), the curves, and as metadata the step and the identity of the run.
 */
#include <dirent.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "maas/train.h"

#define EVAL_COLUMNS 8 /* step, loss, bits per byte, tokens, last, metric, train loss, train metric */
#define FORMAT       "2"

/* The flat blocks of a checkpoint, each cut into one tensor a parameter. */
struct set {
	const char *prefix;
	float *block;
	int all; /* of what is not learnt, too */
};

static size_t
list_sets(const struct maas_checkpoint *c, struct set s[4])
{
	const struct set all[] = { { "value/", c->params->val, 1 }, { "m/", c->moment[0], 0 },
		{ "v/", c->moment[1], 0 }, { "best/", c->best, 0 } };
	size_t n = 0;

	for (size_t i = 0; i < MAAS_COUNT(all); i++)
		if (all[i].block)
			s[n++] = all[i];
	return n;
}

/* The parameters that a set is of. */
static struct maas_node *const *
members(const struct maas_checkpoint *c, const struct set *s, size_t *n)
{
	*n = s->all ? c->params->count : c->params->learnt;
	return s->all ? c->params->node : c->params->learn;
}

static float *
place(const struct maas_checkpoint *c, const struct set *s, const struct maas_node *w)
{
	return s->block + ((const float *)w->val - c->params->val);
}

static int
describe(struct maas_arena *a, const char *prefix, const struct maas_node *w, const float *data, struct maas_tensor *t)
{
	size_t n = strlen(prefix) + strlen(w->name) + 1;
	char *name = maas_take(a, n, 1);

	if (!name)
		return -1;
	snprintf(name, n, "%s%s", prefix, w->name);
	*t = (struct maas_tensor){
		.name = name, .dtype = MAAS_F32, .ndim = w->ndim, .data = data, .bytes = maas_len(w) * sizeof *data
	};
	memcpy(t->dim, w->dim, (size_t)w->ndim * sizeof *t->dim);
	return 0;
}

/* The curves; a tensor with no element is left out. */
static size_t
describe_curves(const struct maas_curves *v, double *evals, struct maas_tensor *t)
{
	size_t n = 0;

	for (size_t i = 0; i < v->evals; i++) {
		const struct maas_evaluation *e = &v->val[i];

		memcpy(evals + i * EVAL_COLUMNS,
		    (double[]){ (double)e->step, e->loss, e->bits_per_byte, e->tokens, e->last, e->metric,
			e->train_loss, e->train_metric },
		    EVAL_COLUMNS * sizeof *evals);
	}
	if (v->steps)
		t[n++] = (struct maas_tensor){ .name = "curve/train",
			.dtype = MAAS_F32,
			.ndim = 1,
			.dim = { v->steps },
			.data = v->train,
			.bytes = v->steps * sizeof *v->train };
	if (v->evals)
		t[n++] = (struct maas_tensor){ .name = "curve/val",
			.dtype = MAAS_F64,
			.ndim = 2,
			.dim = { v->evals, EVAL_COLUMNS },
			.data = evals,
			.bytes = v->evals * EVAL_COLUMNS * sizeof *evals };
	return n;
}

static int
write_file(const struct maas_checkpoint *c, const char *path, struct maas_arena *a)
{
	struct set s[4];
	size_t sets = list_sets(c, s), n = 0, count;
	struct maas_tensor *t = maas_take(a, sets * c->params->count + 3, sizeof *t);
	double *evals = maas_take(a, c->curves->evals * EVAL_COLUMNS + 1, sizeof *evals);
	char step[24], seconds[32];

	if (!t || !evals)
		return -1;
	for (size_t i = 0; i < sets; i++) {
		struct maas_node *const *w = members(c, &s[i], &count);

		for (size_t j = 0; j < count; j++, n++)
			if (describe(a, s[i].prefix, w[j], place(c, &s[i], w[j]), &t[n]))
				return -1;
	}
	n += describe_curves(c->curves, evals, t + n);
	if (c->sums)
		t[n++] = (struct maas_tensor){ .name = "curve/sums",
			.dtype = MAAS_F64,
			.ndim = 1,
			.dim = { MAAS_SUMS },
			.data = c->sums,
			.bytes = MAAS_SUMS * sizeof *c->sums };
	snprintf(step, sizeof step, "%llu", (unsigned long long)c->curves->steps);
	snprintf(seconds, sizeof seconds, "%.17g", c->seconds);
	const struct maas_meta meta[] = {
		{ "maas.checkpoint", FORMAT },
		{ "maas.identity", c->identity },
		{ "maas.step", step },
		{ "maas.seconds", seconds },
	};
	return maas_tensors_save(path, t, n, meta, MAAS_COUNT(meta), MAAS_DURABLE);
}

static int
path_of(struct maas_buf *to, const char *folder, uint64_t step)
{
	return maas_buf_printf(to, "%s/step-%llu.ckpt", folder, (unsigned long long)step);
}

int
maas_checkpoint_save(const struct maas_checkpoint *c, const char *folder)
{
	struct maas_arena *a;
	struct maas_buf path = { 0 };
	int rc = -1;

	if (mkdir(folder, 0777) && errno != EEXIST)
		return maas_fail_as(errno == EACCES ? MAAS_NOPERM : MAAS_CANTCREATE, "%s: %s", folder, strerror(errno));
	if (!(a = maas_arena_new(1 << 16)))
		return -1;
	if (!path_of(&path, folder, c->curves->steps))
		rc = write_file(c, path.s, a);
	maas_buf_free(&path);
	maas_arena_free(a);
	return rc;
}

/* Say what differs: the first line "name=value" that is not in both. */
static int
compare_identity(const char *was, const char *is)
{
	while (*was || *is) {
		size_t n = strcspn(was, "\n"), m = strcspn(is, "\n"), name = strcspn(is, "=\n");

		if (n != m || memcmp(was, is, n)) {
			if (name < n && !memcmp(was, is, name + 1))
				return maas_fail("made with %.*s %.*s, this run has %.*s", (int)name, is,
				    (int)(n - name - 1), was + name + 1, (int)(m - name - 1), is + name + 1);
			return maas_fail(
			    "made by a run with other settings: '%.*s', not '%.*s'", (int)n, was, (int)m, is);
		}
		was += n + (was[n] != 0);
		is += m + (is[m] != 0);
	}
	return 0;
}

static const struct maas_tensor *
need(const struct maas_tensors *file, const char *name, enum maas_dtype type, int ndim, const size_t *dim)
{
	const struct maas_tensor *t = maas_tensors_find(file, name);

	if (!t || t->dtype != type || t->ndim != ndim || memcmp(t->dim, dim, (size_t)ndim * sizeof *dim)) {
		maas_fail("%s is %s", name, t ? "of another type or shape" : "missing");
		return NULL;
	}
	return t;
}

static int
read_sets(struct maas_checkpoint *c, const struct maas_tensors *file, struct maas_arena *a)
{
	struct set s[4];
	size_t sets = list_sets(c, s), count;
	struct maas_tensor want;
	const struct maas_tensor *t;

	for (size_t i = 0; i < sets; i++) {
		struct maas_node *const *w = members(c, &s[i], &count);

		for (size_t j = 0; j < count; j++) {
			float *to = place(c, &s[i], w[j]);

			if (describe(a, s[i].prefix, w[j], to, &want) ||
			    !(t = need(file, want.name, MAAS_F32, want.ndim, want.dim)))
				return -1;
			memcpy(to, t->data, want.bytes);
		}
	}
	return 0;
}

static int
read_curves(struct maas_curves *v, const struct maas_tensors *file, size_t steps)
{
	const struct maas_tensor *t = maas_tensors_find(file, "curve/val");
	size_t evals = t && t->ndim == 2 ? t->dim[0] : 0;

	v->steps = v->evals = 0;
	if (evals &&
	    (!(t = need(file, "curve/val", MAAS_F64, 2, (size_t[]){ evals, EVAL_COLUMNS })) ||
		maas_grow(&v->val, 0, &v->val_cap, evals, sizeof *v->val)))
		return -1;
	for (size_t i = 0; i < evals; i++) {
		double e[EVAL_COLUMNS];

		memcpy(e, (const char *)t->data + i * sizeof e, sizeof e);
		if (!(e[0] >= 0 && e[0] <= 0x1p53) || (e[4] != 0 && e[4] != 1))
			return maas_fail("curve/val: evaluation %zu at step %g makes no sense", i + 1, e[0]);
		v->val[i] = (struct maas_evaluation){ .step = (uint64_t)e[0],
			.loss = e[1],
			.bits_per_byte = e[2],
			.tokens = e[3],
			.last = (int)e[4],
			.metric = e[5],
			.train_loss = e[6],
			.train_metric = e[7] };
	}
	v->evals = evals;
	if (steps &&
	    (!(t = need(file, "curve/train", MAAS_F32, 1, &steps)) ||
		maas_grow(&v->train, 0, &v->train_cap, steps, sizeof *v->train)))
		return -1;
	if (steps)
		memcpy(v->train, t->data, t->bytes);
	v->steps = steps;
	return 0;
}

static int
read_sums(struct maas_checkpoint *c, const struct maas_tensors *file)
{
	const struct maas_tensor *t;

	if (!c->sums)
		return 0;
	if (!(t = need(file, "curve/sums", MAAS_F64, 1, (size_t[]){ MAAS_SUMS })))
		return -1;
	memcpy(c->sums, t->data, MAAS_SUMS * sizeof *c->sums);
	return 0;
}

static int
read_meta(struct maas_checkpoint *c, const struct maas_tensors *file, size_t *steps)
{
	const char *format = maas_tensors_meta(file, "maas.checkpoint"),
		   *identity = maas_tensors_meta(file, "maas.identity");
	const char *step = maas_tensors_meta(file, "maas.step"), *seconds = maas_tensors_meta(file, "maas.seconds");
	int64_t n;

	if (!format || strcmp(format, FORMAT) || !identity || !step || !seconds)
		return maas_fail("not a checkpoint of this version");
	if (compare_identity(identity, c->identity))
		return -1;
	if (maas_parse_int(maas_span(step), &n) || n < 0 || maas_parse_real(maas_span(seconds), &c->seconds) ||
	    !(c->seconds >= 0))
		return maas_fail("step '%s' at %s seconds makes no sense", step, seconds);
	*steps = (size_t)n;
	return 0;
}

/* Its reasons name the file. */
static int
check_sums(const struct maas_tensors *file, const char *path)
{
	/* A file without sums passes maas_tensors_check; a checkpoint has them. */
	if (maas_tensors_meta(file, "maas.checkpoint") && !maas_tensors_meta(file, "crc32c"))
		return maas_fail("%s: altered: its checksums are gone", path);
	return maas_tensors_check(file, NULL);
}

int
maas_checkpoint_sound(const char *folder, uint64_t step)
{
	struct maas_buf path = { 0 };
	struct maas_tensors *file = NULL;
	int rc = -1;

	if (path_of(&path, folder, step) == 0) {
		if ((file = maas_tensors_open(path.s)) && check_sums(file, path.s) == 0)
			rc = 1;
		else
			rc = maas_why() == MAAS_DATA ? 0 : -1;
	}
	maas_tensors_close(file);
	maas_buf_free(&path);
	return rc;
}

int
maas_checkpoint_load(struct maas_checkpoint *c, const char *path)
{
	struct maas_tensors *file = maas_tensors_open(path);
	struct maas_arena *a = NULL;
	size_t steps = 0;
	int rc = -1;

	if (!file)
		return -1;
	if (!check_sums(file, path)) {
		if ((a = maas_arena_new(1 << 16)) && !read_meta(c, file, &steps) &&
		    !read_curves(c->curves, file, steps) && !read_sums(c, file) && !read_sets(c, file, a))
			rc = 0;
		if (rc < 0)
			maas_in("%s", path);
	}
	maas_arena_free(a);
	maas_tensors_close(file);
	return rc;
}

/* 1: step-N.ckpt; 2: what a writer that was killed left of one; 0: anything else. */
static int
parse_name(const char *name, uint64_t *step)
{
	const char *s = name + 5;
	size_t digits;
	int64_t n;

	if (strncmp(name, "step-", 5))
		return 0;
	digits = strspn(s, "0123456789");
	if (!digits || strncmp(s + digits, ".ckpt", 5) || maas_parse_int((struct maas_span){ s, digits }, &n))
		return 0;
	*step = (uint64_t)n;
	s += digits + 5;
	return !*s ? 1 : *s == '.' && strlen(s) == 7 ? 2 : 0;
}

static int
ascending(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

long
maas_checkpoint_list(const char *folder, uint64_t *to, size_t max)
{
	DIR *d = opendir(folder);
	struct dirent *e;
	size_t n = 0;
	uint64_t step;

	if (!d && errno == ENOENT)
		return 0;
	if (!d)
		return maas_fail_errno("%s", folder);
	while ((e = readdir(d))) {
		if (parse_name(e->d_name, &step) != 1)
			continue;
		if (n < max)
			to[n++] = step;
		else if (step > to[0])
			to[0] = step;
		else
			continue;
		qsort(to, n, sizeof *to, ascending);
	}
	closedir(d);
	return (long)n;
}

int
maas_checkpoint_prune(const char *folder, uint64_t upto, long keep)
{
	DIR *d;
	struct dirent *e;
	uint64_t step, kept[256];
	size_t n = 0;
	int what;

	/* The newest `keep` of this run: those past `upto` are of one that was given up. */
	if (!(d = opendir(folder)))
		return maas_fail_errno("%s", folder);
	if (keep > (long)MAAS_COUNT(kept))
		keep = MAAS_COUNT(kept);
	while ((e = readdir(d)))
		if (parse_name(e->d_name, &step) == 1 && step <= upto) {
			if (n == (size_t)keep && step > kept[0])
				kept[0] = step;
			else if (n < (size_t)keep)
				kept[n++] = step;
			qsort(kept, n, sizeof *kept, ascending);
		}
	rewinddir(d);
	while ((e = readdir(d)))
		if ((what = parse_name(e->d_name, &step)) &&
		    (what == 2 || !bsearch(&step, kept, n, sizeof *kept, ascending)))
			(void)!unlinkat(dirfd(d), e->d_name, 0);
	closedir(d);
	return 0;
}
