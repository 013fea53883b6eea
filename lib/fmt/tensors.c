#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "maas/seen.h"

/* The reference reader's limit on the header. */
#define HEADER_MAX ((uint64_t)100000000)
#define SUM_DIGITS 8
#define ELEMENT    8  /* bytes of the widest */
#define ALIGNED    64 /* where data begin in files of our own */

struct maas_tensors {
	struct maas_map map;
	unsigned char *own; /* what map points into where the file's bytes lay amiss; NULL */
	struct maas_arena *arena;
	char *path;
	struct maas_tensor *tensor; /* by place in the file */
	uint32_t *by_name;          /* places in tensor[], sorted by name */
	size_t n;
	struct maas_meta *meta;
	size_t nmeta;
	struct maas_tensors *joined; /* the files that came to this one, the latest first */
	int sealed;
	char sha256[65]; /* of a copy of a sealed file: as it was sealed */
};

static int
refuse(const struct maas_tensors *t, const char *what)
{
	return maas_fail("%s: not a safetensors file that can be trusted: %s", t->path, what);
}

static int
dtype_of(const struct maas_json *j, enum maas_dtype *to)
{
	struct maas_span s;

	if (maas_json_text(j, &s) < 0)
		return -1;
	for (int i = 0; i < MAAS_DTYPES; i++)
		if (maas_span_is(s, maas_dtype_name((enum maas_dtype)i))) {
			*to = (enum maas_dtype)i;
			return 0;
		}
	return -1;
}

/* Bytes of a tensor by its shape, or -1 where that overflows. */
static int
shape_of(const struct maas_json *j, struct maas_tensor *t)
{
	size_t bytes = maas_dtype_size(t->dtype);

	if (!j || maas_json_type(j) != MAAS_J_LIST || maas_json_size(j) > MAAS_TENSOR_DIMS)
		return -1;
	t->ndim = (int)maas_json_size(j);
	for (int i = 0; i < t->ndim; i++) {
		int64_t d;

		if (maas_json_int(maas_json_at(j, (size_t)i), &d) < 0 || d < 0 ||
		    __builtin_mul_overflow(bytes, (size_t)d, &bytes))
			return -1;
		t->dim[i] = (size_t)d;
	}
	t->bytes = bytes;
	return 0;
}

static int
read_tensor(struct maas_tensors *t, struct maas_span name, const struct maas_json *j, size_t data, size_t size)
{
	struct maas_tensor *x = &t->tensor[t->n];
	const struct maas_json *at = maas_json_get(j, "data_offsets");
	int64_t from, to;

	if (memchr(name.s, '\0', name.n) || !(x->name = maas_take_text(t->arena, name.s, name.n)))
		return refuse(t, "a tensor's name");
	if (maas_json_type(j) != MAAS_J_OBJECT || dtype_of(maas_json_get(j, "dtype"), &x->dtype) < 0)
		return maas_fail("%s: tensor %s: no type that is known", t->path, x->name);
	if (shape_of(maas_json_get(j, "shape"), x) < 0)
		return maas_fail("%s: tensor %s: the shape is wrong", t->path, x->name);
	if (!at || maas_json_type(at) != MAAS_J_LIST || maas_json_size(at) != 2 ||
	    maas_json_int(maas_json_at(at, 0), &from) < 0 || maas_json_int(maas_json_at(at, 1), &to) < 0 || from < 0 ||
	    to < from || (uint64_t)to > size || (uint64_t)(to - from) != x->bytes)
		return maas_fail("%s: tensor %s: its place does not fit its shape or the file", t->path, x->name);
	x->data = t->map.p + data + from;
	t->n++;
	return 0;
}

static int
read_meta(struct maas_tensors *t, const struct maas_json *j)
{
	const struct maas_json *v;
	struct maas_span key, value;
	void *it = NULL;

	if (maas_json_type(j) != MAAS_J_OBJECT)
		return refuse(t, "__metadata__ is no object");
	if (!(t->meta = maas_take(t->arena, maas_json_size(j) + 1, sizeof *t->meta)))
		return -1;
	while ((it = maas_json_next(j, it, &key, &v))) {
		struct maas_meta *m = &t->meta[t->nmeta];

		if (maas_json_text(v, &value) < 0 || memchr(value.s, '\0', value.n) || memchr(key.s, '\0', key.n))
			return refuse(t, "metadata that is no text");
		if (!(m->key = maas_take_text(t->arena, key.s, key.n)) ||
		    !(m->value = maas_take_text(t->arena, value.s, value.n)))
			return -1;
		t->nmeta++;
	}
	return 0;
}

static int
by_place(const void *a, const void *b)
{
	const struct maas_tensor *x = a, *y = b;
	uintptr_t p = (uintptr_t)x->data, q = (uintptr_t)y->data;

	if (p != q)
		return p < q ? -1 : 1;
	return x->bytes < y->bytes ? -1 : x->bytes > y->bytes;
}

static int
by_name(const void *a, const void *b, void *t)
{
	const struct maas_tensor *x = t;

	return strcmp(x[*(const uint32_t *)a].name, x[*(const uint32_t *)b].name);
}

static int
sort_names(struct maas_tensors *t)
{
	if (!(t->by_name = maas_take(t->arena, t->n, sizeof *t->by_name)))
		return -1;
	for (size_t i = 0; i < t->n; i++)
		t->by_name[i] = (uint32_t)i;
	qsort_r(t->by_name, t->n, sizeof *t->by_name, by_name, t->tensor);
	return 0;
}

/* Side by side from the first byte of the data to the end of the file. */
static int
check_places(struct maas_tensors *t, size_t data)
{
	const unsigned char *at = t->map.p + data;

	qsort(t->tensor, t->n, sizeof *t->tensor, by_place);
	for (size_t i = 0; i < t->n; i++) {
		const struct maas_tensor *x = &t->tensor[i];

		if (x->data != at)
			return maas_fail("%s: tensor %s: a hole or an overlap before it", t->path, x->name);
		if (x->bytes && (uintptr_t)at % maas_dtype_size(x->dtype))
			return maas_fail("%s: tensor %s: begins amid an element, behind narrower ones: wide ones are "
					 "wanted first",
			    t->path, x->name);
		at += x->bytes;
	}
	if (at != t->map.p + t->map.n)
		return refuse(t, "bytes behind the last tensor");
	return sort_names(t);
}

/* Not all who write headers pad them: where data begin amid an element, all bytes move to memory where they do not. */
static int
align(struct maas_tensors *t, size_t data)
{
	size_t ahead = (ALIGNED - data % ALIGNED) % ALIGNED, size = ahead + t->map.n;

	if (data % ELEMENT == 0)
		return 0;
	if (!(t->own = aligned_alloc(ALIGNED, (size + ALIGNED - 1) / ALIGNED * ALIGNED)))
		return maas_fail_as(MAAS_OS, "%s: no memory for %zu bytes", t->path, size);
	memcpy(t->own + ahead, t->map.p, t->map.n);
	size = t->map.n;
	maas_map_close(&t->map);
	t->map = (struct maas_map){ t->own + ahead, size };
	return 0;
}

static int
read_header(struct maas_tensors *t)
{
	const struct maas_json *v;
	struct maas_json *root;
	struct maas_span key;
	void *it = NULL;
	uint64_t n;
	int rc = 0;

	if (t->map.n < 8)
		return refuse(t, "shorter than its first number");
	n = 0;
	for (int i = 7; i >= 0; i--)
		n = n << 8 | t->map.p[i];
	if (n > HEADER_MAX || n > t->map.n - 8 || n < 2 || t->map.p[8] != '{')
		return refuse(t, "no header where it should be");
	if (align(t, 8 + (size_t)n) < 0)
		return -1;
	if (!(root = maas_json_parse((struct maas_span){ (const char *)t->map.p + 8, n })))
		return maas_in("%s", t->path);
	if (maas_json_type(root) != MAAS_J_OBJECT)
		rc = refuse(t, "the header is no object");
	else if (!(t->tensor = maas_take(t->arena, maas_json_size(root) + 1, sizeof *t->tensor)))
		rc = -1;
	while (rc == 0 && (it = maas_json_next(root, it, &key, &v)))
		rc = maas_span_is(key, "__metadata__")
		    ? read_meta(t, v)
		    : read_tensor(t, key, v, 8 + (size_t)n, t->map.n - 8 - (size_t)n);
	maas_json_free(root);
	return rc == 0 ? check_places(t, 8 + (size_t)n) : -1;
}

/* What was read, unsealed where that is needed. */
static int
unseal(struct maas_tensors *t, int copied)
{
	t->sealed = maas_sealed_is((struct maas_span){ (const char *)t->map.p, t->map.n });
	if (t->sealed && copied)
		maas_sha256(t->sha256, t->map.p, t->map.n);
	return t->sealed ? maas_map_unseal(&t->map, t->path) : 0;
}

/* How a file is got: mapped or copied, and who looks at it. */
struct getting {
	int copy;
	maas_see_file *see;
	void *ctx;
};

static int
get(struct maas_tensors *t, const struct getting *g, const char *path)
{
	struct stat st;

	if (g->copy)
		return maas_map_read(&t->map, path);
	if (maas_map_open_as(&t->map, path, &st) < 0)
		return -1;
	return g->see ? g->see(g->ctx, path, &st, &t->map) : 0;
}

static struct maas_tensors *
open_by(const struct getting *g, const char *path)
{
	struct maas_arena *arena = maas_arena_new(1 << 14);
	struct maas_tensors *t;

	if (!arena)
		return NULL;
	if (!(t = maas_take(arena, 1, sizeof *t)) || !(t->path = maas_take_text(arena, path, strlen(path)))) {
		maas_arena_free(arena);
		return NULL;
	}
	t->arena = arena;
	if (get(t, g, path) < 0 || unseal(t, g->copy) < 0 || read_header(t) < 0) {
		maas_tensors_close(t);
		return NULL;
	}
	return t;
}

struct maas_tensors *
maas_tensors_open(const char *path)
{
	return open_by(&(struct getting){ 0 }, path);
}

struct maas_tensors *
maas_tensors_open_seen(const char *path, maas_see_file *see, void *ctx)
{
	return open_by(&(struct getting){ .see = see, .ctx = ctx }, path);
}

struct maas_tensors *
maas_tensors_copy(const char *path)
{
	return open_by(&(struct getting){ .copy = 1 }, path);
}

void
maas_tensors_close(struct maas_tensors *t)
{
	while (t) {
		struct maas_tensors *next = t->joined;

		if (t->own)
			free(t->own);
		else
			maas_map_close(&t->map);
		maas_arena_free(t->arena);
		t = next;
	}
}

int
maas_tensors_join(struct maas_tensors *t, struct maas_tensors *more)
{
	struct maas_tensor *all;

	for (size_t i = 0; i < more->n; i++) {
		const struct maas_tensor *other = maas_tensors_find(t, more->tensor[i].name);

		if (other)
			return maas_fail("%s: tensor %s: it is in %s too", more->path, more->tensor[i].name,
			    maas_tensors_path(t, other));
	}
	if (!(all = maas_take(t->arena, t->n + more->n, sizeof *all)))
		return -1;
	memcpy(all, t->tensor, t->n * sizeof *all);
	memcpy(all + t->n, more->tensor, more->n * sizeof *all);
	t->tensor = all;
	t->n += more->n;
	if (sort_names(t) < 0) {
		t->n -= more->n;
		return -1;
	}
	more->joined = t->joined;
	t->joined = more;
	return 0;
}

/* The file whose bytes it lies in. */
static const struct maas_tensors *
home(const struct maas_tensors *t, const struct maas_tensor *x)
{
	const unsigned char *p = x->data;

	for (; t->joined; t = t->joined)
		if (p >= t->map.p && p < t->map.p + t->map.n)
			break;
	return t;
}

const char *
maas_tensors_path(const struct maas_tensors *t, const struct maas_tensor *x)
{
	return home(t, x)->path;
}

size_t
maas_tensors_count(const struct maas_tensors *t)
{
	return t->n;
}

const struct maas_tensor *
maas_tensors_at(const struct maas_tensors *t, size_t i)
{
	return &t->tensor[i];
}

const struct maas_tensor *
maas_tensors_find(const struct maas_tensors *t, const char *name)
{
	size_t lo = 0, hi = t->n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		const struct maas_tensor *x = &t->tensor[t->by_name[mid]];
		int c = strcmp(name, x->name);

		if (c == 0)
			return x;
		if (c < 0)
			hi = mid;
		else
			lo = mid + 1;
	}
	return NULL;
}

const char *
maas_tensors_meta(const struct maas_tensors *t, const char *key)
{
	for (size_t i = 0; i < t->nmeta; i++)
		if (!strcmp(t->meta[i].key, key))
			return t->meta[i].value;
	return NULL;
}

/* Whole pages alone: those at its ends hold others too. */
void
maas_tensors_drop(struct maas_tensors *t, const struct maas_tensor *x)
{
	uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE), at = (uintptr_t)x->data;
	uintptr_t from = (at + page - 1) / page * page, to = (at + x->bytes) / page * page;

	t = (struct maas_tensors *)home(t, x);
	assert((const unsigned char *)x->data >= t->map.p && x->bytes <= t->map.n);
	if (from < to)
		(void)!madvise((void *)from, to - from, MADV_DONTNEED); /* else they stay, which is no harm */
}

int
maas_tensors_sealed(const struct maas_tensors *t)
{
	return t->sealed;
}

void
maas_tensors_sha256(const struct maas_tensors *t, char hex[65])
{
	if (t->sealed)
		memcpy(hex, t->sha256, sizeof t->sha256);
	else
		maas_sha256(hex, t->map.p, t->map.n);
}

size_t
maas_tensors_metas(const struct maas_tensors *t)
{
	return t->nmeta;
}

struct maas_meta
maas_tensors_meta_at(const struct maas_tensors *t, size_t i)
{
	return t->meta[i];
}

/*
 * The sums: metadata "crc32c" is eight hexadecimal digits of the header (read with these
 * digits as zeros, its length in front), then as many of each tensor in the order of the file.
 */
static const char sum_key[] = "crc32c";

static uint32_t
header_sum(const unsigned char *p, size_t n, size_t digits)
{
	static const char zeros[SUM_DIGITS + 1] = "00000000";
	uint32_t crc = maas_crc32c(0, p, digits);

	crc = maas_crc32c(crc, zeros, SUM_DIGITS);
	return maas_crc32c(crc, p + digits + SUM_DIGITS, n - digits - SUM_DIGITS);
}

struct checking {
	const struct maas_tensors *t;
	const char *digits;
	uint32_t *order; /* the largest first, so that no member is left alone with it */
	unsigned char *bad;
};

static int
by_bytes(const void *a, const void *b, void *tensor)
{
	const struct maas_tensor *x = tensor, *p = &x[*(const uint32_t *)a], *q = &x[*(const uint32_t *)b];

	if (p->bytes != q->bytes)
		return p->bytes > q->bytes ? -1 : 1;
	return p < q ? -1 : p > q;
}

static void
check_some(void *arg, size_t begin, size_t end, int member)
{
	const struct checking *c = arg;
	char text[SUM_DIGITS + 1];

	(void)member;
	for (size_t k = begin; k < end; k++) {
		size_t i = c->order[k];
		const struct maas_tensor *x = &c->t->tensor[i];

		snprintf(text, sizeof text, "%08" PRIx32, maas_crc32c(0, x->data, x->bytes));
		c->bad[i] = memcmp(text, c->digits + (i + 1) * SUM_DIGITS, SUM_DIGITS) != 0;
	}
}

static int
check_header(const struct maas_tensors *t, const char *sums)
{
	const unsigned char *data = t->n ? t->tensor[0].data : t->map.p + t->map.n;
	size_t n = (size_t)(data - t->map.p);
	const unsigned char *at = memmem(t->map.p, n, "\"crc32c\":\"", 10);
	char text[SUM_DIGITS + 1];

	if (strlen(sums) != (t->n + 1) * SUM_DIGITS || !at)
		return refuse(t, "its sums are not of this file");
	snprintf(text, sizeof text, "%08" PRIx32, header_sum(t->map.p, n, (size_t)(at - t->map.p) + 10));
	if (memcmp(text, sums, SUM_DIGITS))
		return maas_fail("%s: damaged: the header's sum is %s, %.8s was written", t->path, text, sums);
	return 0;
}

int
maas_tensors_check(const struct maas_tensors *t, struct maas_team *team)
{
	const char *sums = maas_tensors_meta(t, sum_key);
	struct checking c = { t, sums, NULL, NULL };
	int rc = 0;

	if (!sums)
		return 0;
	if (check_header(t, sums) < 0 || !(c.bad = maas_alloc(t->n, 1 + sizeof *c.order)))
		return -1;
	c.order = (uint32_t *)(void *)c.bad;
	c.bad += t->n * sizeof *c.order;
	for (size_t i = 0; i < t->n; i++)
		c.order[i] = (uint32_t)i;
	qsort_r(c.order, t->n, sizeof *c.order, by_bytes, t->tensor);
	if (team)
		maas_team_run(team, t->n, 1, check_some, &c);
	else
		check_some(&c, 0, t->n, 0);
	for (size_t i = 0; i < t->n && rc == 0; i++)
		if (c.bad[i])
			rc = maas_fail("%s: damaged: tensor %s does not have the sum that was written", t->path,
			    t->tensor[i].name);
	free(c.order);
	return rc;
}

static int
by_alignment(const void *a, const void *b)
{
	const struct maas_tensor *x = a, *y = b;
	size_t p = maas_dtype_size(x->dtype), q = maas_dtype_size(y->dtype);

	if (p != q)
		return p > q ? -1 : 1;
	return strcmp(x->name, y->name);
}

static int
put_tensor(struct maas_buf *h, const struct maas_tensor *x, size_t at)
{
	if (maas_buf_text(h, ",") < 0 || maas_json_put_text(h, maas_span(x->name)) < 0 ||
	    maas_buf_printf(h, ":{\"dtype\":\"%s\",\"shape\":[", maas_dtype_name(x->dtype)) < 0)
		return -1;
	for (int i = 0; i < x->ndim; i++)
		if (maas_buf_printf(h, "%s%zu", i ? "," : "", x->dim[i]) < 0)
			return -1;
	return maas_buf_printf(h, "],\"data_offsets\":[%zu,%zu]}", at, at + x->bytes);
}

/* The header with its length in front, sums included.  Tensors are sorted already. */
static int
put_header(struct maas_buf *h, const struct maas_tensor *x, size_t n, const struct maas_meta *m, size_t nmeta)
{
	char zero[8] = { 0 }, text[SUM_DIGITS + 1];
	size_t at = 0, digits;

	if (maas_buf_add(h, zero, 8) < 0 || maas_buf_text(h, "{\"__metadata__\":{\"crc32c\":\"") < 0)
		return -1;
	digits = h->n;
	if (maas_buf_text(h, "00000000") < 0)
		return -1;
	for (size_t i = 0; i < n; i++)
		if (maas_buf_printf(h, "%08" PRIx32, maas_crc32c(0, x[i].data, x[i].bytes)) < 0)
			return -1;
	if (maas_buf_text(h, "\"") < 0)
		return -1;
	for (size_t i = 0; i < nmeta; i++)
		if (maas_buf_text(h, ",") < 0 || maas_json_put_text(h, maas_span(m[i].key)) < 0 ||
		    maas_buf_text(h, ":") < 0 || maas_json_put_text(h, maas_span(m[i].value)) < 0)
			return -1;
	if (maas_buf_text(h, "}") < 0)
		return -1;
	for (size_t i = 0; i < n; at += x[i++].bytes)
		if (put_tensor(h, &x[i], at) < 0)
			return -1;
	if (maas_buf_text(h, "}") < 0)
		return -1;
	while (h->n % 64) /* tensors begin on a cache line */
		if (maas_buf_text(h, " ") < 0)
			return -1;
	for (int i = 0; i < 8; i++)
		h->s[i] = (char)((h->n - 8) >> 8 * i & 255);
	snprintf(text, sizeof text, "%08" PRIx32, header_sum((const unsigned char *)h->s, h->n, digits));
	memcpy(h->s + digits, text, SUM_DIGITS);
	return 0;
}

int
maas_tensors_save(
    const char *path, const struct maas_tensor *tensor, size_t n, const struct maas_meta *m, size_t nmeta, int how)
{
	struct maas_tensor *x = maas_alloc(n, sizeof *x);
	struct maas_buf header = { NULL, 0, 0 };
	struct maas_out *out = NULL;
	int rc = -1;

	if (!x)
		return -1;
	for (size_t i = 0; i < n; i++)
		x[i] = tensor[i];
	qsort(x, n, sizeof *x, by_alignment);
	if (put_header(&header, x, n, m, nmeta) < 0 || !(out = maas_out_open(path)))
		goto done;
	fwrite(header.s, 1, header.n, maas_out_file(out));
	for (size_t i = 0; i < n; i++)
		if (x[i].bytes)
			fwrite(x[i].data, 1, x[i].bytes, maas_out_file(out));
	rc = maas_out_commit(out, how);
done:
	maas_buf_free(&header);
	free(x);
	return rc;
}
