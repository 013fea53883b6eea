/* ledger.c -- usage that is counted and not yet written. */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "ledger.h"
#include "store.h"

struct line {
	int64_t day;
	char key[MAAS_KEY_ID + 1], model[80];
	uint64_t requests, in, out;
};

struct ledger {
	struct maas_state *state;
	pthread_mutex_t lock;    /* of the three below */
	struct line *slot;       /* open addressing; requests 0: free */
	size_t n, cap;           /* cap: a power of two, or 0 */
	pthread_mutex_t writing; /* while lines are in neither place */
};

struct ledger *
ledger_new(struct maas_state *state)
{
	struct ledger *l = maas_alloc(1, sizeof *l);

	if (!l)
		return NULL;
	l->state = state;
	pthread_mutex_init(&l->lock, NULL);
	pthread_mutex_init(&l->writing, NULL);
	return l;
}

void
ledger_free(struct ledger *l)
{
	if (!l)
		return;
	pthread_mutex_destroy(&l->writing);
	pthread_mutex_destroy(&l->lock);
	free(l->slot);
	free(l);
}

static struct line *
place(struct line *slot, size_t cap, const struct line *x)
{
	size_t i = (size_t)maas_hash(x->key, strlen(x->key), maas_hash(x->model, strlen(x->model), (uint64_t)x->day));

	for (i &= cap - 1; slot[i].requests; i = (i + 1) & (cap - 1))
		if (slot[i].day == x->day && !strcmp(slot[i].key, x->key) && !strcmp(slot[i].model, x->model))
			break;
	return &slot[i];
}

/* A quarter stays free at least. */
static int
make_room(struct ledger *l)
{
	size_t cap = l->cap ? 2 * l->cap : 64;
	struct line *slot;

	if (4 * (l->n + 1) <= 3 * l->cap)
		return 0;
	if (!(slot = maas_alloc(cap, sizeof *slot)))
		return -1;
	for (size_t i = 0; i < l->cap; i++)
		if (l->slot[i].requests)
			*place(slot, cap, &l->slot[i]) = l->slot[i];
	free(l->slot);
	l->slot = slot;
	l->cap = cap;
	return 0;
}

static int
add(struct ledger *l, const struct line *x)
{
	struct line *to;

	if (make_room(l) < 0)
		return -1;
	to = place(l->slot, l->cap, x);
	if (to->requests) {
		to->requests += x->requests;
		to->in += x->in;
		to->out += x->out;
	} else {
		*to = *x;
		l->n++;
	}
	return 0;
}

int
ledger_add(struct ledger *l, int64_t now, const char *key, const char *model, uint64_t in, uint64_t out)
{
	struct line x = { .day = now / 86400, .requests = 1, .in = in, .out = out };
	int rc;

	memcpy(x.key, key, strnlen(key, sizeof x.key - 1));
	memcpy(x.model, model, strnlen(model, sizeof x.model - 1));
	pthread_mutex_lock(&l->lock);
	rc = add(l, &x);
	pthread_mutex_unlock(&l->lock);
	return rc;
}

/* A key that was erased meanwhile comes not back. */
static int
write_lines(struct maas_state *s, const struct line *slot, size_t cap)
{
	static const char sql[] = "INSERT INTO usage SELECT ?,?,?,?,?,? WHERE EXISTS(SELECT 1 FROM keys WHERE id = ?2)"
				  " ON CONFLICT(key, day, model) DO UPDATE SET requests = requests + excluded.requests,"
				  " tokens_in = tokens_in + excluded.tokens_in,"
				  " tokens_out = tokens_out + excluded.tokens_out";
	int rc = 0;

	if (store_begin(s) < 0)
		return -1;
	for (size_t i = 0; rc == 0 && i < cap; i++)
		if (slot[i].requests &&
		    store_do(s, sql, "ittiii", slot[i].day, slot[i].key, slot[i].model, (int64_t)slot[i].requests,
			(int64_t)slot[i].in, (int64_t)slot[i].out) < 0)
			rc = -1;
	return store_close(s, rc);
}

/* Back to what was counted meanwhile; where there is no memory to merge, the larger table was given up last. */
static int
put_back(struct ledger *l, struct line *slot, size_t n, size_t cap)
{
	int rc = 0;

	if (!l->n) {
		free(l->slot);
		l->slot = slot;
		l->n = n;
		l->cap = cap;
		return 0;
	}
	for (size_t i = 0; rc == 0 && i < cap; i++)
		if (slot[i].requests)
			rc = add(l, &slot[i]);
	free(slot);
	return rc;
}

int
ledger_write(struct ledger *l)
{
	struct line *slot;
	size_t n, cap;
	int rc = 0;

	pthread_mutex_lock(&l->writing);
	pthread_mutex_lock(&l->lock);
	slot = l->slot;
	n = l->n;
	cap = l->cap;
	if (n) {
		l->slot = NULL;
		l->n = l->cap = 0;
	}
	pthread_mutex_unlock(&l->lock);
	if (n && (rc = write_lines(l->state, slot, cap)) < 0) {
		pthread_mutex_lock(&l->lock);
		if (put_back(l, slot, n, cap) < 0)
			rc = -1;
		pthread_mutex_unlock(&l->lock);
	} else if (n) {
		free(slot);
	}
	pthread_mutex_unlock(&l->writing);
	return rc;
}

struct lines {
	struct line *line;
	size_t n, cap;
};

static int
merge(struct lines *to, const struct line *x)
{
	for (size_t i = 0; i < to->n; i++)
		if (to->line[i].day == x->day && !strcmp(to->line[i].model, x->model)) {
			to->line[i].requests += x->requests;
			to->line[i].in += x->in;
			to->line[i].out += x->out;
			return 0;
		}
	if (maas_grow(&to->line, to->n, &to->cap, 1, sizeof *to->line) < 0)
		return -1;
	to->line[to->n++] = *x;
	return 0;
}

static int
take_written(void *ctx, const struct maas_usage *u)
{
	struct line x = { .day = u->day, .requests = u->requests, .in = u->tokens_in, .out = u->tokens_out };

	snprintf(x.model, sizeof x.model, "%s", u->model);
	return merge(ctx, &x);
}

static int
take_counted(struct ledger *l, const char *key, struct lines *to)
{
	int rc = 0;

	pthread_mutex_lock(&l->lock);
	for (size_t i = 0; rc == 0 && i < l->cap; i++)
		if (l->slot[i].requests && !strcmp(l->slot[i].key, key))
			rc = merge(to, &l->slot[i]);
	pthread_mutex_unlock(&l->lock);
	return rc;
}

static int
by_day(const void *a, const void *b)
{
	const struct line *x = a, *y = b;

	return x->day != y->day ? (x->day > y->day) - (x->day < y->day) : strcmp(x->model, y->model);
}

int
ledger_each(struct ledger *l, const char *key, int (*each)(void *, const struct maas_usage *), void *ctx)
{
	struct lines all = { 0 };
	int rc;

	pthread_mutex_lock(&l->writing);
	rc = maas_usage_each(l->state, key, take_written, &all);
	if (rc == 0)
		rc = take_counted(l, key, &all);
	pthread_mutex_unlock(&l->writing);
	if (rc == 0 && all.n)
		qsort(all.line, all.n, sizeof *all.line, by_day);
	for (size_t i = 0; rc == 0 && i < all.n; i++)
		rc = each(ctx,
		    &(struct maas_usage){ .day = all.line[i].day,
			.key = key,
			.name = "",
			.model = all.line[i].model,
			.requests = all.line[i].requests,
			.tokens_in = all.line[i].in,
			.tokens_out = all.line[i].out });
	free(all.line);
	return rc;
}
