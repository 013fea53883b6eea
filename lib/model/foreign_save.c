/*
 * foreign_save.c -- a language model as a directory of transformers: config.json, generation_config.json,
 * model.safetensors or shards with their index, and its tokeniser's files.
 *
 * The directory is written under another name and takes its own when it is whole; what is there already stays.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "floats.h"
#include "model_foreign.h"
#include "transformer.h"

#define SHARDS 99999 /* the most that names have room for */

/* A tensor of the network: ours, and what it is called there. */
struct going {
	const struct maas_tensor *t;
	const char *name;
	size_t bytes;
	size_t shard;
};
struct saving {
	const struct maas_model *m;
	const struct foreign_family *family;
	enum foreign_head head;
	struct maas_tensor norm; /* with the bias of a head of values in it; name NULL: there is none */
	const char *dir;         /* where to, for now */
	enum maas_dtype type;
	uint64_t most; /* bytes a shard */
	struct maas_team *team;
	struct maas_arena *arena;
	struct going *of;
	size_t n, cap, shards;
	uint64_t bytes;
};

int
foreign_put_file(const char *dir, const char *name, const struct maas_buf *b)
{
	struct maas_buf path = { 0 };
	struct maas_out *out;
	int rc = maas_buf_printf(&path, "%s/%s", dir, name);

	if (rc == 0 && (rc = (out = maas_out_open(path.s)) ? 0 : -1) == 0) {
		fwrite(b->s, 1, b->n, maas_out_file(out));
		rc = maas_out_commit(out, MAAS_DURABLE);
	}
	maas_buf_free(&path);
	return rc;
}

/* Whose tensors, and in which shard: as many as fit, in the network's order. */
static int
plan_one(void *ctx, const char *name, size_t rows, size_t cols)
{
	struct saving *s = ctx;
	const char *prefix = s->family->prefix;
	const struct maas_tensor *t = maas_model_tensor(s->m, name);
	int outer = !strncmp(name, "lm_head.", 8) || !strncmp(name, TRANSFORMER_SCORE ".", 6) ||
	    !strncmp(name, prefix, strlen(prefix));
	char full[200], room[200];
	struct going *g;

	(void)rows;
	(void)cols;
	if (s->norm.name && !strcmp(name, TRANSFORMER_SCORE ".bias"))
		return 0;
	if (s->norm.name && !strcmp(name, s->norm.name))
		t = &s->norm;
	if (!t)
		return maas_fail("tensor %s: missing", name);
	if (!floats_is(t->dtype))
		return maas_fail("tensor %s is %s, which has no place there: convert the model that was quantized",
		    name, maas_dtype_name(t->dtype));
	if (maas_grow(&s->of, s->n, &s->cap, 1, sizeof *s->of) < 0)
		return -1;
	snprintf(full, sizeof full, "%s%s", outer ? "" : prefix, foreign_name_there(room, s->family, s->head, name));
	g = &s->of[s->n++];
	*g = (struct going){ .t = t, .bytes = t->bytes / maas_dtype_size(t->dtype) };
	g->bytes *= maas_dtype_size(s->type == MAAS_DTYPES ? t->dtype : s->type);
	return (g->name = maas_take_text(s->arena, full, strlen(full))) ? 0 : -1;
}

static int
plan(struct saving *s)
{
	uint64_t here = 0;
	struct transformer shape;

	s->m->kind->decode->shape(&shape, s->m->settings);
	if (transformer_each(&shape, plan_one, s) < 0)
		return -1;
	s->shards = 1;
	for (size_t i = 0; i < s->n; here += s->of[i++].bytes) {
		if (here && here + s->of[i].bytes > s->most) {
			s->shards++;
			here = 0;
		}
		s->of[i].shard = s->shards;
		s->bytes += s->of[i].bytes;
	}
	return s->shards <= SHARDS ? 0 : maas_fail("%zu shards, %d are the most: see --shard-size", s->shards, SHARDS);
}

/* Its bytes as they are to be in the file. */
static int
prepare(const struct saving *s, struct maas_arena *arena, const struct going *g, struct maas_tensor *to)
{
	const char *mark = s->family->turned;
	int turned = mark && g->t->ndim == 2 && !strncmp(g->t->name, mark, strlen(mark));
	size_t n = g->t->bytes / maas_dtype_size(g->t->dtype), rows = g->t->dim[0], cols = g->t->dim[1];
	void *own;

	*to = *g->t;
	to->name = g->name;
	to->dtype = s->type == MAAS_DTYPES ? g->t->dtype : s->type;
	to->bytes = g->bytes;
	if (to->dtype != g->t->dtype) {
		if (!(own = maas_take(arena, g->bytes, 1)))
			return -1;
		if (floats_cast(own, to->dtype, g->t->data, g->t->dtype, n, s->team) < 0)
			return maas_in("tensor %s", g->t->name);
		to->data = own;
	}
	if (!turned)
		return 0;
	if (!(own = maas_take(arena, g->bytes, 1)))
		return -1;
	maas_turn(own, rows, to->data, cols, rows, cols, maas_dtype_size(to->dtype));
	to->dim[0] = cols;
	to->dim[1] = rows;
	to->data = own;
	return 0;
}

static void
shard_name(char to[64], const struct saving *s, size_t shard)
{
	if (s->shards == 1)
		snprintf(to, 64, "model.safetensors");
	else
		snprintf(to, 64, "model-%05zu-of-%05zu.safetensors", shard, s->shards);
}

static int
save_shard(const struct saving *s, size_t shard)
{
	static const struct maas_meta format = { "format", "pt" };
	struct maas_arena *arena = maas_arena_new(1 << 12);
	struct maas_tensor *x = maas_alloc(s->n, sizeof *x);
	struct maas_buf path = { 0 };
	char name[64];
	size_t n = 0;
	int rc = arena && x ? 0 : -1;

	shard_name(name, s, shard);
	for (size_t i = 0; i < s->n && rc == 0; i++)
		if (s->of[i].shard == shard)
			rc = prepare(s, arena, &s->of[i], &x[n++]);
	if (rc == 0 && (rc = maas_buf_printf(&path, "%s/%s", s->dir, name)) == 0)
		rc = maas_tensors_save(path.s, x, n, &format, 1, MAAS_DURABLE);
	maas_buf_free(&path);
	free(x);
	maas_arena_free(arena);
	return rc;
}

static int
save_index(const struct saving *s)
{
	struct maas_buf b = { 0 };
	char name[64];
	int rc = maas_buf_printf(&b, "{\n  \"metadata\": {\n    \"total_size\": %llu\n  },\n  \"weight_map\": {\n",
	    (unsigned long long)s->bytes);

	for (size_t i = 0; i < s->n && rc == 0; i++) {
		shard_name(name, s, s->of[i].shard);
		rc =
		    maas_buf_printf(&b, "    \"%s\": \"%s\"%s\n", s->of[i].name, name, i + 1 < s->n ? "," : "\n  }\n}");
	}
	if (rc == 0)
		rc = foreign_put_file(s->dir, "model.safetensors.index.json", &b);
	maas_buf_free(&b);
	return rc;
}

/* generation_config.json; the ids of the tokeniser, where nothing was said of them. */
static int
print_generation(struct maas_buf *b, const struct maas_model *m, const struct maas_tokenizer *tok)
{
	const char *said = maas_model_meta(m, FOREIGN_GENERATION), *comma = "";
	const struct {
		const char *key;
		int32_t id;
	} of[] = { { "bos_token_id", tok ? maas_token_bos(tok) : -1 },
		{ "eos_token_id", tok ? maas_token_eos(tok) : -1 } };
	int rc;

	if (said)
		return maas_buf_printf(b, "%s\n", said);
	rc = maas_buf_text(b, "{");
	for (size_t i = 0; i < MAAS_COUNT(of) && rc == 0; i++)
		if (of[i].id >= 0) {
			rc = maas_buf_printf(b, "%s\"%s\":%ld", comma, of[i].key, (long)of[i].id);
			comma = ",";
		}
	return rc == 0 ? maas_buf_text(b, "}\n") : -1;
}

/* What most tensors are. */
static enum maas_dtype
main_type(const struct saving *s)
{
	uint64_t bytes[MAAS_DTYPES] = { 0 };
	enum maas_dtype most = MAAS_F32;

	if (s->type != MAAS_DTYPES)
		return s->type;
	for (size_t i = 0; i < s->n; i++)
		bytes[s->of[i].t->dtype] += s->of[i].bytes;
	for (enum maas_dtype t = MAAS_F32; t < MAAS_DTYPES; t++)
		if (bytes[t] > bytes[most])
			most = t;
	return most;
}

static int
save_texts(const struct saving *s, const struct maas_tokenizer *tok)
{
	struct maas_buf said = { 0 }, config = { 0 };
	struct maas_json *generation = NULL;
	int rc = print_generation(&said, s->m, tok);

	if (rc == 0 && !(generation = maas_json_parse((struct maas_span){ said.s, said.n })))
		rc = maas_in(FOREIGN_GENERATION);
	if (rc == 0 && (rc = foreign_print_config(&config, s->m, main_type(s), generation)) == 0)
		rc = foreign_put_file(s->dir, "config.json", &config);
	if (rc == 0 && maas_json_size(generation))
		rc = foreign_put_file(s->dir, "generation_config.json", &said);
	maas_json_free(generation);
	maas_buf_free(&said);
	maas_buf_free(&config);
	return rc;
}

static int
save_rest(const struct saving *s)
{
	struct maas_tokenizer *tok = NULL;
	int rc;

	if (maas_model_part(s->m, "tokenizer").s && !(tok = maas_model_tokenizer(s->m)))
		return -1;
	rc = save_texts(s, tok);
	if (rc == 0 && tok)
		rc = foreign_save_tokenizer(tok, s->dir);
	maas_tokenizer_free(tok);
	return rc;
}

static int
is_empty(const char *dir)
{
	DIR *d = opendir(dir);
	int n = 0;

	while (d && readdir(d))
		n++;
	if (d)
		closedir(d);
	return n == 2; /* itself, and where it is */
}

/* All that is in a directory of ours, and itself. */
static void
remove_dir(const char *dir)
{
	DIR *d = opendir(dir);
	const struct dirent *e;

	while (d && (e = readdir(d)))
		if (strcmp(e->d_name, ".") && strcmp(e->d_name, ".."))
			(void)!unlinkat(dirfd(d), e->d_name, 0);
	if (d)
		closedir(d);
	rmdir(dir);
}

static int
taken(const char *to)
{
	return maas_fail_as(MAAS_CANTCREATE, "%s: it is there already, and is not an empty directory", to);
}

/* A directory beside the one that is wanted, for now. */
static int
make_beside(struct maas_buf *name, const char *to)
{
	struct stat st;

	if (lstat(to, &st) == 0 && (!S_ISDIR(st.st_mode) || !is_empty(to)))
		return taken(to);
	for (int i = 0; i < 100; i++) {
		name->n = 0;
		if (maas_buf_printf(name, "%s.%ld-%d", to, (long)getpid(), i) < 0)
			return -1;
		if (mkdir(name->s, 0777) == 0)
			return 0;
		if (errno != EEXIST)
			break;
	}
	return maas_fail_as(MAAS_CANTCREATE, "%s: %s", to, strerror(errno));
}

/* On the disk, then under its name.  A directory that is empty gives way. */
static int
settle(const char *from, const char *to)
{
	int fd = open(from, O_RDONLY | O_DIRECTORY | O_CLOEXEC), bad = fd < 0 || fsync(fd) < 0;

	if (bad)
		maas_fail_errno("%s", from);
	if (fd >= 0)
		close(fd);
	if (bad || rename(from, to) == 0)
		return bad ? -1 : maas_folder_sync(to);
	if (errno == ENOTEMPTY || errno == EEXIST || errno == ENOTDIR)
		return taken(to);
	return maas_fail_as(MAAS_CANTCREATE, "%s: %s", to, strerror(errno));
}

static int
save_all(struct saving *s)
{
	if (plan(s) < 0)
		return -1;
	for (size_t i = 1; i <= s->shards; i++)
		if (save_shard(s, i) < 0)
			return -1;
	if (s->shards > 1 && save_index(s) < 0)
		return -1;
	return save_rest(s);
}

int
maas_model_save_foreign(
    const struct maas_model *m, const char *path, enum maas_dtype type, uint64_t shard, struct maas_team *team)
{
	struct saving s = { .m = m, .type = type, .most = shard, .team = team };
	struct maas_buf beside = { 0 }, to = { 0 };
	int rc = -1;

	if (!(s.family = foreign_family_of(m)))
		return maas_fail("%s models have no place in a directory of transformers", m->kind->name);
	s.head = foreign_head_here(m);
	if (type == MAAS_DTYPES && maas_model_meta(m, FOREIGN_STORED))
		s.type = MAAS_F16;
	if (maas_buf_text(&to, path) < 0)
		goto out;
	while (to.n > 1 && to.s[to.n - 1] == '/')
		to.s[--to.n] = '\0';
	if (!(s.arena = maas_arena_new(1 << 14)))
		goto out;
	if (s.head == FOREIGN_ROWS && ((const struct maas_head *)m->settings)->bias &&
	    foreign_fold_bias(m, s.arena, &s.norm) < 0)
		goto out;
	if (make_beside(&beside, to.s) < 0)
		goto out;
	s.dir = beside.s;
	if ((rc = save_all(&s)) == 0)
		rc = settle(beside.s, to.s);
	if (rc < 0)
		remove_dir(beside.s);
out:
	free(s.of);
	maas_arena_free(s.arena);
	maas_buf_free(&beside);
	maas_buf_free(&to);
	return rc;
}
