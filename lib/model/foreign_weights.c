/*
 * foreign_weights.c -- the tensors of a directory of transformers, as the network wants them.
 *
 * They are used where they lie, mapped, but for two sorts.  GPT-2's projections lie as [in, out], ours are [out, in]:
 * they are turned, but for f32 where only the engine reads them, as it can those.  F16 becomes f32, exactly: products
 * read f32 and bf16.  Both happen once, on opening, by the team, and the file's pages are given back as it goes on, so
 * that there is one copy of each weight in memory.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "model_foreign.h"
#include "transformer.h"

#define INDEX "model.safetensors.index.json"
#define BAND  128   /* rows turned at a time */
#define PIECE 65536 /* numbers widened at a time */

/* A file's name, in the same directory. */
static int
plain_name(struct maas_span s)
{
	return s.n && s.n < 200 && !memchr(s.s, '/', s.n) && !memchr(s.s, '\0', s.n) && s.s[0] != '.';
}

/* The shard of that name, if it is not open already. */
static int
open_shard(struct maas_tensors **all, struct maas_buf *seen, const char *dir, struct maas_span name,
    struct maas_tensors *(*open)(const char *))
{
	struct maas_buf path = { 0 }, line = { 0 };
	struct maas_tensors *t = NULL;
	int rc = -1;

	if (maas_buf_printf(&line, "\n%.*s\n", (int)name.n, name.s) < 0)
		goto out;
	if (seen->s && strstr(seen->s, line.s)) {
		rc = 0;
		goto out;
	}
	if (maas_buf_text(seen, line.s) < 0 || maas_buf_printf(&path, "%s/%.*s", dir, (int)name.n, name.s) < 0)
		goto out;
	if (access(path.s, F_OK) < 0 && errno == ENOENT)
		maas_fail_as(MAAS_NOINPUT, "%s: missing: " INDEX " names it", path.s);
	else if ((t = open(path.s)) && !*all)
		rc = 0, *all = t;
	else if (t && (rc = maas_tensors_join(*all, t)) < 0)
		maas_tensors_close(t);
out:
	maas_buf_free(&path);
	maas_buf_free(&line);
	return rc;
}

static int
open_shards(
    struct maas_tensors **all, const char *dir, const struct maas_json *map, struct maas_tensors *(*open)(const char *))
{
	struct maas_buf seen = { 0 };
	struct maas_span name, file;
	const struct maas_json *v;
	void *it = NULL;
	int rc = 0;

	while (rc == 0 && (it = maas_json_next(map, it, &name, &v))) {
		if (maas_json_text(v, &file) < 0 || !plain_name(file))
			rc = maas_fail(INDEX ": weight_map: %.100s: a name of a file is wanted", name.s);
		else
			rc = open_shard(all, &seen, dir, file, open);
	}
	maas_buf_free(&seen);
	return rc;
}

/* Each name lies where the index has it. */
static int
check_map(const struct maas_tensors *all, const char *dir, const struct maas_json *map)
{
	size_t n = strlen(dir) + 1;
	struct maas_span name, file;
	const struct maas_tensor *t;
	const struct maas_json *v;
	void *it = NULL;

	while ((it = maas_json_next(map, it, &name, &v))) {
		if (maas_json_text(v, &file) < 0)
			return -1; /* it was one before */
		if (!(t = maas_tensors_find(all, name.s)) || !maas_span_is(file, maas_tensors_path(all, t) + n))
			return maas_fail(INDEX ": weight_map: %.100s: it is not in %.*s", name.s, (int)file.n, file.s);
	}
	return 0;
}

static struct maas_tensors *
sharded(const char *dir, const char *path, struct maas_tensors *(*open)(const char *))
{
	struct maas_json *root = maas_json_load(path);
	const struct maas_json *map = root ? maas_json_get(root, "weight_map") : NULL;
	struct maas_tensors *all = NULL;
	int rc = root ? 0 : -1;

	if (root && (!map || maas_json_type(map) != MAAS_J_OBJECT || !maas_json_size(map)))
		rc = maas_fail(INDEX ": weight_map is missing: names of tensors and their files are wanted");
	if (rc == 0 && (rc = open_shards(&all, dir, map, open)) == 0)
		rc = check_map(all, dir, map);
	maas_json_free(root);
	if (rc == 0)
		return all;
	maas_tensors_close(all);
	return NULL;
}

struct maas_tensors *
foreign_weights(const char *dir, struct maas_tensors *(*open)(const char *))
{
	static const char *const names[] = { "model.safetensors", INDEX, "pytorch_model.bin" };
	struct maas_buf path = { 0 };
	struct maas_tensors *t = NULL;
	size_t i;

	for (i = 0; i < MAAS_COUNT(names); i++) {
		path.n = 0;
		if (maas_buf_printf(&path, "%s/%s", dir, names[i]) < 0)
			goto out;
		if (foreign_there(path.s))
			break;
	}
	if (i == 0)
		t = open(path.s);
	else if (i == 1)
		t = sharded(dir, path.s, open);
	else if (i == 2)
		maas_fail("pytorch_model.bin holds programs, and is not read: save the model as model.safetensors");
	else
		maas_fail_as(MAAS_NOINPUT, "neither model.safetensors nor " INDEX " is there");
out:
	maas_buf_free(&path);
	return t;
}

/* A tensor on its way to memory of ours. */
struct moving {
	const struct maas_tensor *from;
	size_t own; /* of the model's tensors, which one it becomes */
	void *to;
	size_t rows, cols; /* as ours; of a vector one column */
	int turned;
};
struct source {
	struct maas_model *m;
	const struct foreign_family *family;
	enum foreign_head head;
	struct moving *moving;
	size_t n, cap, used; /* used: tensors of the file that the network has */
};

/* By our name, by theirs with the prefix, or by theirs without. */
static const struct maas_tensor *
find(const struct source *s, const char *name)
{
	const char *prefix = s->family->prefix;
	const struct maas_tensor *t;
	char full[200];

	name = foreign_name_there(full, s->family, s->head, name);
	t = maas_tensors_find(s->m->weights, name);
	if (t || name == full)
		return t;
	if (!strncmp(name, prefix, strlen(prefix)))
		return maas_tensors_find(s->m->weights, name + strlen(prefix));
	snprintf(full, sizeof full, "%s%s", prefix, name);
	return maas_tensors_find(s->m->weights, full);
}

/* A band of F16, a tile at a time: widened, then turned. */
static void
turn_halves(const struct moving *w, size_t j, size_t n)
{
	float tile[BAND * BAND];

	for (size_t i = 0; i < w->cols; i += BAND) {
		size_t m = w->cols - i < BAND ? w->cols - i : BAND;

		for (size_t k = 0; k < m; k++)
			maas_from_f16(tile + k * BAND, (const uint16_t *)w->from->data + (i + k) * w->rows + j, n);
		maas_turn((float *)w->to + j * w->cols + i, w->cols, tile, BAND, m, n, sizeof *tile);
	}
}

/* Items are bands of our rows: columns of theirs. */
static void
turn_bands(void *arg, size_t begin, size_t end, int member)
{
	const struct moving *w = arg;
	size_t size = maas_dtype_size(w->from->dtype);

	(void)member;
	for (size_t b = begin; b < end; b++) {
		size_t j = b * BAND, n = w->rows - j < BAND ? w->rows - j : BAND;

		if (w->from->dtype == MAAS_F16)
			turn_halves(w, j, n);
		else
			maas_turn((char *)w->to + j * w->cols * size, w->cols, (const char *)w->from->data + j * size,
			    w->rows, w->cols, n, size);
	}
}

/* Items are pieces of PIECE numbers. */
static void
widen_pieces(void *arg, size_t begin, size_t end, int member)
{
	const struct moving *w = arg;
	size_t n = w->rows * w->cols;

	(void)member;
	for (size_t p = begin; p < end; p++) {
		size_t at = p * PIECE, left = n - at < PIECE ? n - at : PIECE;

		maas_from_f16((float *)w->to + at, (const uint16_t *)w->from->data + at, left);
	}
}

static size_t
moved_bytes(const struct moving *w)
{
	size_t size = w->from->dtype == MAAS_F16 ? sizeof(float) : maas_dtype_size(w->from->dtype);

	return (w->rows * w->cols * size + 63) / 64 * 64;
}

/* All into one block, since each of its own would end in the middle of a page. */
static int
move_all(const struct source *s, struct maas_team *team)
{
	unsigned char *at;
	size_t bytes = 0;

	for (size_t i = 0; i < s->n; i++)
		bytes += moved_bytes(&s->moving[i]);
	if (!(at = maas_take(s->m->arena, bytes, 1)))
		return -1;
	for (size_t i = 0; i < s->n; at += moved_bytes(&s->moving[i++])) {
		struct moving *w = &s->moving[i];
		struct maas_tensor *own = &s->m->tensor[w->own];
		size_t n = w->turned ? (w->rows + BAND - 1) / BAND : (w->rows * w->cols + PIECE - 1) / PIECE;

		w->to = at;
		if (team)
			maas_team_run(team, n, 1, w->turned ? turn_bands : widen_pieces, w);
		else
			(w->turned ? turn_bands : widen_pieces)(w, 0, n, 0);
		maas_tensors_drop(s->m->weights, w->from);
		own->dtype = own->dtype == MAAS_F16 ? MAAS_F32 : own->dtype;
		own->data = at;
		own->bytes = w->rows * w->cols * maas_dtype_size(own->dtype);
	}
	return 0;
}

static int
check_shape(const struct source *s, const struct maas_tensor *t, int ndim, const size_t dim[2])
{
	const char *path = maas_tensors_path(s->m->weights, t);
	struct maas_buf b = { 0 };
	int fits = t->ndim == ndim, rc;

	if (t->dtype != MAAS_F32 && t->dtype != MAAS_BF16 && t->dtype != MAAS_F16)
		return maas_fail(
		    "%s: tensor %s is %s: F32, F16 and BF16 can be read", path, t->name, maas_dtype_name(t->dtype));
	for (int i = 0; fits && i < ndim; i++)
		fits = t->dim[i] == dim[i];
	if (fits)
		return 0;
	rc = maas_buf_text(&b, "[");
	for (int i = 0; i < t->ndim && rc == 0; i++)
		rc = maas_buf_printf(&b, "%s%zu", i ? "," : "", t->dim[i]);
	if (rc == 0 && ndim == 2)
		rc = maas_fail(
		    "%s: tensor %s is %s], by config.json it would be [%zu,%zu]", path, t->name, b.s, dim[0], dim[1]);
	else if (rc == 0)
		rc = maas_fail("%s: tensor %s is %s], by config.json it would be [%zu]", path, t->name, b.s, dim[0]);
	maas_buf_free(&b);
	return rc;
}

/* The one file there is, or what names them. */
static const char *
source_name(const struct maas_tensors *t)
{
	const char *first = maas_tensors_path(t, maas_tensors_at(t, 0));

	return strcmp(first, maas_tensors_path(t, maas_tensors_at(t, maas_tensors_count(t) - 1)))
	    ? "all shards of " INDEX
	    : first;
}

/* Tensor `name` as [rows, cols] (cols 0: a vector) of ours. */
static int
adopt(void *ctx, const char *name, size_t rows, size_t cols)
{
	struct source *s = ctx;
	const char *mark = s->family->turned;
	int turned = cols && mark && !strncmp(name, mark, strlen(mark));
	const struct maas_tensor *t = find(s, name);
	struct maas_tensor own = { .name = name, .ndim = cols ? 2 : 1, .dim = { rows, cols } };
	char full[200];

	if (!t)
		return maas_fail("tensor %s is missing in %s", foreign_name_there(full, s->family, s->head, name),
		    source_name(s->m->weights));
	if (check_shape(s, t, own.ndim, turned ? (size_t[]){ cols, rows } : own.dim) < 0)
		return -1;
	own.dtype = t->dtype;
	own.data = t->data;
	turned = turned && !(s->m->lies && t->dtype != MAAS_BF16);
	if (turned || t->dtype == MAAS_F16) {
		if (maas_grow(&s->moving, s->n, &s->cap, 1, sizeof *s->moving) < 0)
			return -1;
		s->moving[s->n++] = (struct moving){ t, s->m->ntensor, NULL, rows, cols ? cols : 1, turned };
	}
	s->used++;
	return maas_model_add(s->m, &own);
}

/* What no network of this family needs: masks, tables that can be computed, a head that is not asked for. */
static int
spare(const char *name)
{
	static const char *const tails[] = { ".attn.bias", ".attn.masked_bias", ".rotary_emb.inv_freq" };
	static const char *const heads[] = { "lm_head.weight", "multiple_choice_head." };
	size_t n = strlen(name);

	for (size_t i = 0; i < MAAS_COUNT(tails); i++)
		if (n > strlen(tails[i]) && !strcmp(name + n - strlen(tails[i]), tails[i]))
			return 1;
	for (size_t i = 0; i < MAAS_COUNT(heads); i++)
		if (!strncmp(name, heads[i], strlen(heads[i])))
			return 1;
	return 0;
}

/* A tensor that config.json knows nothing of would change what the network says. */
static int
check_others(const struct source *s)
{
	const struct maas_tensors *all = s->m->weights;
	size_t n = strlen(s->family->prefix);
	char full[200], room[200];

	if (s->used == maas_tensors_count(all))
		return 0;
	for (size_t i = 0; i < maas_tensors_count(all); i++) {
		const char *name = maas_tensors_at(all, i)->name;
		const char *bare = strncmp(name, s->family->prefix, n) ? name : name + n;

		bare = foreign_name_here(room, s->family, s->head, bare);
		snprintf(full, sizeof full, "%s%s", s->family->prefix, bare);
		if (!spare(name) && !maas_model_tensor(s->m, bare) && !maas_model_tensor(s->m, full))
			return maas_fail("%s: tensor %s: by config.json there is no such thing in this network",
			    maas_tensors_path(all, maas_tensors_at(all, i)), name);
	}
	return 0;
}

int
foreign_adopt(struct maas_model *m, const struct foreign_family *f, enum foreign_head head, struct maas_team *team)
{
	struct source s = { .m = m, .family = f, .head = head };
	struct transformer shape;
	int rc;

	m->kind->decode->shape(&shape, m->settings);
	if (!maas_tensors_count(m->weights))
		return maas_fail("no tensors where weights should be");
	rc = transformer_each(&shape, adopt, &s) < 0 || check_others(&s) < 0 ? -1 : 0;
	for (size_t i = 0; i < s.n && rc == 0 && !maas_model_meta(m, FOREIGN_STORED); i++)
		if (s.moving[i].from->dtype == MAAS_F16)
			rc = maas_model_set_meta(m, FOREIGN_STORED, "F16");
	if (rc == 0 && s.n)
		rc = move_all(&s, team);
	free(s.moving);
	return rc;
}
