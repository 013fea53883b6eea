/* decode_net.c -- a pre-norm transformer over the rows of a batch, keys and values cached. */
#include <stdlib.h>
#include <string.h>

#include "decode.h"

#define TOGETHER 8  /* runs of a row each that ask the cache together, at most */
#define SOON     8  /* rows between one that is kept and one that is asked for */
#define STACK    8  /* rows that are rounded at once */
#define BAND     64 /* rows that are turned at once */

/* Rows of f32 as they are asked for, n of them from i on: where they lie, or turned into `to` [BAND, cols]. */
static const float *
rows_of(float *to, const struct maas_matrix *w, size_t i, size_t n, size_t cols)
{
	const float *from = (const float *)w->p + i * w->row;

	if (w->col == 1)
		return from;
	maas_turn(to, cols, from, w->col, cols, n, sizeof *to);
	return to;
}

/* A copy in bf16, made once: decoding reads every weight for every token. */
static int
halve(struct net *net, struct maas_matrix *w, size_t rows, size_t cols)
{
	maas_bf16 *p;
	float *band;

	if (w->type != MAAS_F32)
		return 0;
	if (!(p = maas_take(net->arena, rows * cols, sizeof *p)) || !(band = maas_alloc(BAND * cols, sizeof *band)))
		return -1;
	for (size_t i = 0, n; i < rows; i += n) {
		const float *x;

		n = rows - i < BAND ? rows - i : BAND;
		x = rows_of(band, w, i, n, cols);
		for (size_t k = 0; k < n; k++)
			maas_to_bf16(p + (i + k) * cols, x + k * (w->col == 1 ? w->row : cols), cols);
	}
	free(band);
	*w = (struct maas_matrix){ p, MAAS_BF16, cols, 1 };
	return 0;
}

size_t
maas_layer_affines(struct maas_affine *to[MAAS_LAYER_AFFINES], struct maas_layer *l)
{
	struct maas_affine *all[MAAS_LAYER_AFFINES] = { &l->qkv[0], &l->qkv[1], &l->qkv[2], &l->proj, &l->gate, &l->up,
		&l->down };
	size_t n = 0;

	for (size_t i = 0; i < MAAS_LAYER_AFFINES; i++)
		if (all[i]->out)
			to[n++] = all[i];
	return n;
}

static int
halve_all(struct net *net)
{
	struct maas_network *w = &net->w;

	for (size_t l = 0; l < w->layers; l++) {
		struct maas_affine *a[MAAS_LAYER_AFFINES];
		size_t n = maas_layer_affines(a, &w->layer[l]);

		for (size_t i = 0; i < n; i++)
			if (halve(net, &a[i]->w, a[i]->out, a[i]->in) < 0)
				return -1;
	}
	return halve(net, &w->head.w, w->head.out, w->head.in); /* rows that are looked up stay as they are */
}

static size_t
aligned(size_t n)
{
	return (n + 63) / 64 * 64;
}

/* For the products of either sort, the widest of them. */
static size_t
product_scratch(const struct net *net, size_t members)
{
	const struct maas_network *w = &net->w;
	size_t plain = members * aligned(maas_product_scratch()),
	       most = w->embed > w->layer[0].down.in ? w->embed : w->layer[0].down.in;
	size_t quant = maas_product_quant_scratch(net->rows, most, (int)members);

	return aligned(plain > quant ? plain : quant);
}

void
maas_network_precision(struct net *net, enum maas_dtype precision)
{
	const struct maas_network *w = &net->w;

	net->precision = precision == MAAS_DTYPES ? w->head.w.type : precision;
	net->kept = net->precision;
	if (maas_is_quant(net->precision)) {
		net->precision = MAAS_BF16;
		net->kept = MAAS_I8;
	}
	net->hd = w->embed / w->heads;
	net->width = (w->heads + 2 * w->kv_heads) * net->hd;
	net->hidden = w->layer[0].up.out;
	net->block_bytes = w->layers * 2 * w->kv_heads * maas_keys_bytes(net->kept, net->hd);
}

int
maas_network_make(struct net *net)
{
	const struct maas_network *w = &net->w;
	size_t members = (size_t)maas_team_size(net->team);
	size_t blocks = (w->context + MAAS_KEYS - 1) / MAAS_KEYS;

	if (net->hd > MAAS_HEAD)
		return maas_fail("heads of %zu channels: %d at most", net->hd, MAAS_HEAD);
	if (net->precision == MAAS_BF16 && halve_all(net) < 0)
		return -1;
	net->attend_bytes = aligned(maas_attend_scratch());
	if (net->attend_bytes < aligned(maas_attend_cached_scratch(TOGETHER * w->heads)))
		net->attend_bytes = aligned(maas_attend_cached_scratch(TOGETHER * w->heads));
	net->keys_stride = net->attend_bytes + aligned(TOGETHER * blocks * sizeof(void *));
	if (!(net->x = maas_take(net->arena, net->rows * w->embed, sizeof(float))) ||
	    !(net->h = maas_take(net->arena, net->rows * w->embed, sizeof(float))) ||
	    !(net->mix = maas_take(net->arena, net->rows * w->embed, sizeof(float))) ||
	    !(net->qkv = maas_take(net->arena, net->rows * net->width, sizeof(float))) ||
	    !(net->up = maas_take(net->arena, net->rows * net->hidden, sizeof(float))) ||
	    (w->speed && !(net->turn = maas_take(net->arena, net->rows * net->hd, sizeof(float)))) ||
	    !(net->logits = maas_take(net->arena, net->head_rows * w->vocab, sizeof(float))) ||
	    !(net->scratch = maas_take(net->arena, 1, product_scratch(net, members))) ||
	    !(net->cluster = maas_take(net->arena, net->rows + 1, sizeof *net->cluster)) ||
	    !(net->keys = maas_take(net->arena, members, net->keys_stride)))
		return -1;
	net->cache = maas_pages_take(net->blocks, net->block_bytes);
	return net->cache ? 0 : maas_in("a key/value cache of %zu blocks", net->blocks);
}

void
maas_network_drop(struct net *net)
{
	maas_pages_give(net->cache, net->blocks, net->block_bytes);
	net->cache = NULL;
}

/* The run that holds a row, and which of its rows that is. */
static const struct net_run *
run_of(const struct net *net, size_t row, size_t *within)
{
	const struct net_run *r = net->run;

	while (row >= r->rows)
		row -= r++->rows;
	*within = row;
	return r;
}

/* y [n] = row i of a table of any type. */
static void
lookup(float *y, const struct maas_matrix *m, const maas_bf16 *scale, size_t i, size_t n)
{
	if (maas_is_quant(m->type))
		maas_quant_row(y, (struct maas_quant){ m->type, m->p, scale }, i, n);
	else if (m->type == MAAS_BF16)
		maas_from_bf16(y, (const maas_bf16 *)m->p + i * m->row, n);
	else
		memcpy(y, (const float *)m->p + i * m->row, n * sizeof *y);
}

static void
embed(void *arg, size_t begin, size_t end, int member)
{
	struct net *net = arg;
	const struct maas_network *w = &net->w;

	(void)member;
	for (size_t i = begin, k; i < end; i++) {
		const struct net_run *r = run_of(net, i, &k);
		float *x = net->x + i * w->embed, *place = net->h + i * w->embed;

		lookup(x, &w->tokens, w->token_scale, (size_t)r->id[k], w->embed);
		if (w->speed) {
			maas_rope_turns(net->turn + i * net->hd, w->speed, net->hd, r->at + k);
			continue;
		}
		lookup(place, &w->positions, NULL, r->at + k, w->embed);
		maas_add(x, place, w->embed);
	}
}

/* y = norm of x [rows, embed] */
static void
normalise(const struct net *net, float *y, const float *x, const float *gain, const float *bias, size_t rows)
{
	if (net->w.rms)
		maas_rmsnorm_fwd(y, NULL, x, gain, rows, net->w.embed, net->w.eps);
	else
		maas_layernorm_fwd(y, NULL, x, gain, bias, rows, net->w.embed, net->w.eps);
}

/* Weights of the present half that meet its norm first. */
static const struct maas_affine *
meets(const struct net *net)
{
	const struct maas_layer *l = &net->w.layer[net->half / 2];

	return net->half % 2 == 0 ? &l->qkv[0] : l->gate.out ? &l->gate : &l->up;
}

/* Rows of h, which are rounded while they are near. */
static void
norm(void *arg, size_t begin, size_t end, int member)
{
	struct net *net = arg;
	const struct maas_network *w = &net->w;
	const struct maas_layer *l = &w->layer[net->half / 2];
	const float *gain = net->half % 2 ? l->norm2_gain : l->norm1_gain;
	const float *bias = net->half % 2 ? l->norm2_bias : l->norm1_bias;
	enum maas_dtype type = meets(net)->w.type;

	(void)member;
	for (size_t i = begin, n; i < end; i += n) {
		float *h = net->h + i * w->embed;

		n = end - i < STACK ? end - i : STACK;
		normalise(net, h, net->x + i * w->embed, gain, bias, n);
		if (maas_is_quant(type))
			maas_product_quant_round(net->scratch, type, h, w->embed, i, n, net->pass_rows, w->embed);
	}
}

static void
norm_all(struct net *net)
{
	maas_team_run(net->team, net->pass_rows, STACK, norm, net);
	net->ready = meets(net)->w.type;
}

/* Queries and keys of rows, by their positions. */
static void
turn(void *arg, size_t begin, size_t end, int member)
{
	struct net *net = arg;
	size_t heads = net->w.heads + net->w.kv_heads;

	(void)member;
	for (size_t i = begin; i < end; i++) {
		float *x = net->qkv + i * net->width;

		maas_rope_fwd(x, x, net->turn + i * net->hd, heads, net->hd);
	}
}

/* Of a run, layer, keys or values and head: the block's part. */
static unsigned char *
part(const struct net *net, const struct net_run *r, size_t block, size_t values, size_t head)
{
	size_t bytes = maas_keys_bytes(net->kept, net->hd);

	return net->cache + r->block[block] * net->block_bytes +
	    ((net->half / 2 * net->w.kv_heads + head) * 2 + values) * bytes;
}

/* Keys, turned, and values of a run's rows, x of one head: a few lines of each row, asked for before they are read. */
static void
keep(const struct net *net, const struct net_run *r, const float *x, size_t head)
{
	const float *v = x + net->w.kv_heads * net->hd;
	size_t soon = SOON * net->width;

	for (size_t i = 0; i < r->rows; i++, x += net->width, v += net->width) {
		size_t at = r->at + i;

		for (size_t c = 0; c < net->hd && i + SOON < r->rows; c += 16) {
			__builtin_prefetch(x + soon + c);
			__builtin_prefetch(v + soon + c);
		}
		maas_key_keep(part(net, r, at / MAAS_KEYS, 0, head), net->kept, x, net->hd, at % MAAS_KEYS);
		maas_value_keep(part(net, r, at / MAAS_KEYS, 1, head), net->kept, v, net->hd, at % MAAS_KEYS);
	}
}

/* Rows of one run and one head of keys and values: the heads that ask it. */
static void
attend_rows(struct net *net, const struct net_run *r, const float *in, float *out, size_t head, unsigned char *scratch)
{
	size_t hd = net->hd, group = net->w.heads / net->w.kv_heads,
	       blocks = (r->at + r->rows + MAAS_KEYS - 1) / MAAS_KEYS;
	const void **k = (const void **)(scratch + net->attend_bytes);
	struct maas_keys keys = { .type = net->kept, .k = k, .v = k + blocks, .row = hd, .turned = 1 };

	for (size_t b = 0; b < blocks; b++) {
		k[b] = part(net, r, b, 0, head);
		k[blocks + b] = part(net, r, b, 1, head);
	}
	for (size_t h = head * group; h < (head + 1) * group; h++)
		maas_attend_fwd(
		    out + h * hd, net->w.embed, NULL, in + h * hd, net->width, r->rows, r->at, &keys, hd, scratch);
}

/* The one row of each of n runs: several heads of keys and values, which lie side by side. */
static void
attend_row(struct net *net, const struct net_run *r, size_t n, const float *in, float *out, size_t head,
    unsigned char *scratch)
{
	size_t hd = net->hd, group = net->w.heads / net->w.kv_heads, at = head * group * hd;
	const void **block = (const void **)(scratch + net->attend_bytes);
	struct maas_cache cache = { net->kept, net->heads_item, group };
	struct maas_asking of[TOGETHER];

	for (size_t i = 0; i < n; i++, block += r[i - 1].at / MAAS_KEYS + 1) {
		for (size_t b = 0; b <= r[i].at / MAAS_KEYS; b++)
			block[b] = part(net, &r[i], b, 0, head);
		of[i] = (struct maas_asking){ out + i * net->w.embed + at, in + i * net->width + at, r[i].at, block };
	}
	maas_attend_cached(of, n, &cache, hd, scratch);
}

/* Item i: of runs that ask together, some heads of keys and values, and the heads that ask them. */
static void
attend(void *arg, size_t begin, size_t end, int member)
{
	struct net *net = arg;
	const struct maas_network *w = &net->w;
	size_t hd = net->hd, items = w->kv_heads / net->heads_item;
	unsigned char *scratch = net->keys + (size_t)member * net->keys_stride;

	for (size_t i = begin; i < end; i++) {
		const struct net_run *r = &net->run[net->cluster[i / items]];
		size_t n = net->cluster[i / items + 1] - net->cluster[i / items];
		size_t head = i % items * net->heads_item, row = 0;
		const float *in;

		for (const struct net_run *q = net->run; q < r; q++)
			row += q->rows;
		in = net->qkv + row * net->width;
		for (size_t k = 0; k < n; k++)
			for (size_t h = head; h < head + net->heads_item; h++)
				keep(net, r + k, in + k * net->width + (w->heads + h) * hd, h);
		if (r->rows == 1) {
			attend_row(net, r, n, in, net->mix + row * w->embed, head, scratch);
			continue;
		}
		for (size_t h = head; h < head + net->heads_item; h++)
			attend_rows(net, r, in, net->mix + row * w->embed, h, scratch);
	}
}

/* y, rows ldy apart, of x [rows, in]. */
static void
affine(struct net *net, float *y, size_t ldy, const float *x, const struct maas_affine *a, size_t rows,
    struct maas_epilogue e)
{
	e.bias = a->bias;
	if (maas_is_quant(a->w.type)) {
		int ready = x == net->h && net->ready == a->w.type;

		net->ready = x == net->h ? a->w.type : MAAS_DTYPES;
		maas_product_quant_team(net->team, y, ldy, ready ? NULL : x, a->in,
		    (struct maas_quant){ a->w.type, a->w.p, a->scale }, rows, a->out, a->in, &e, net->scratch);
		return;
	}
	net->ready = MAAS_DTYPES; /* the scratch is the same */
	maas_product_team(net->team, y, ldy, (struct maas_matrix){ x, MAAS_F32, a->in, 1 }, a->w, rows, a->out, a->in,
	    net->precision, &e, net->scratch);
}

/* Queries, keys and values of the rows in h, a row of them side by side. */
static void
ask(struct net *net, const struct maas_layer *l, size_t rows)
{
	size_t at = 0;

	for (size_t i = 0; i < MAAS_COUNT(l->qkv) && l->qkv[i].out; at += l->qkv[i++].out)
		affine(net, net->qkv + at, net->width, net->h, &l->qkv[i], rows, (struct maas_epilogue){ 0 });
	if (net->w.speed)
		maas_team_run(net->team, rows, 16, turn, net);
}

/* x += of the rows in h, what the perceptron makes of them. */
static void
think(struct net *net, const struct maas_layer *l, size_t rows)
{
	struct maas_epilogue e = { .act = net->w.act };

	if (l->gate.out) {
		affine(net, net->up, net->hidden, net->h, &l->gate, rows, (struct maas_epilogue){ 0 });
		e = (struct maas_epilogue){ .gate = net->up };
	}
	affine(net, net->up, net->hidden, net->h, &l->up, rows, e);
	affine(net, net->x, net->w.embed, net->up, &l->down, rows, (struct maas_epilogue){ .add = 1 });
}

/* May a run ask the cache beside the one before it?  Both have a row, and the first block, which is full, in common. */
static int
alike(const struct net_run *r, const struct net_run *before)
{
	return r->rows == 1 && before->rows == 1 && r->at >= MAAS_KEYS && before->at >= MAAS_KEYS &&
	    r->block[0] == before->block[0];
}

/* Runs that ask the cache together: how many such there are. */
static size_t
cluster(struct net *net, size_t nrun)
{
	size_t n = 0;

	for (size_t i = 0; i < nrun; i++)
		if (!i || i - net->cluster[n - 1] == TOGETHER || !alike(&net->run[i], &net->run[i - 1]))
			net->cluster[n++] = i;
	net->cluster[n] = nrun;
	return n;
}

/* Heads of keys and values that are an item: where there are many clusters of runs of a row each, a quarter of them, or
 * half, since they lie side by side in a block and memory is read best as it lies. */
static size_t
heads_of_item(const struct net *net, size_t rows, size_t nrun, size_t clusters)
{
	size_t heads = net->w.kv_heads,
	       n = rows == nrun && clusters >= 4 && heads >= 8 ? heads / (clusters < 8 ? 4 : 2) : 1;

	while (heads % n)
		n--;
	return n;
}

/* Items of attention worth a thread's while. */
static size_t
attend_grain(const struct net *net, const struct net_run *run, size_t nrun, size_t clusters)
{
	size_t work = 0;

	for (size_t i = 0; i < nrun; i++)
		work += run[i].rows * (run[i].at + run[i].rows) * net->hd * (net->w.heads / net->w.kv_heads);
	return 1 + 16384 * clusters / (work * net->heads_item + 1);
}

void
maas_network_pass(struct net *net, const struct net_run *run, size_t nrun)
{
	const struct maas_network *w = &net->w;
	size_t rows = 0, grain, clusters;

	for (size_t i = 0; i < nrun; i++)
		rows += run[i].rows;
	net->run = run;
	net->pass_rows = rows;
	clusters = cluster(net, nrun);
	net->heads_item = heads_of_item(net, rows, nrun, clusters);
	grain = attend_grain(net, run, nrun, clusters);
	maas_team_run(net->team, rows, 16, embed, net);
	for (size_t i = 0; i < w->layers; i++) {
		const struct maas_layer *l = &w->layer[i];

		net->half = 2 * i;
		norm_all(net);
		ask(net, l, rows);
		maas_team_run(net->team, clusters * (w->kv_heads / net->heads_item), grain, attend, net);
		affine(net, net->x, w->embed, net->mix, &l->proj, rows, (struct maas_epilogue){ .add = 1 });
		net->half = 2 * i + 1;
		norm_all(net);
		think(net, l, rows);
	}
}

void
maas_network_head(struct net *net, const size_t *row, size_t n)
{
	const struct maas_network *w = &net->w;

	for (size_t i = 0; i < n; i++)
		normalise(net, net->h + i * w->embed, net->x + row[i] * w->embed, w->norm_gain, w->norm_bias, 1);
	net->ready = MAAS_DTYPES;
	affine(net, net->logits, w->vocab, net->h, &w->head, n, (struct maas_epilogue){ 0 });
}

void
maas_network_gather(struct net *net, double *sum, size_t row, size_t rows)
{
	const struct maas_network *w = &net->w;
	float *h = net->h + row * w->embed;

	for (size_t i = 0; i < rows; i++, h += w->embed) {
		normalise(net, h, net->x + (row + i) * w->embed, w->norm_gain, w->norm_bias, 1);
		for (size_t k = 0; k < w->embed; k++)
			sum[k] += h[k];
	}
}
