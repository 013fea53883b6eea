/* keymeters.c -- requests and tokens by key, for /metrics: as many keys as a scrape can bear. */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "exposition.h"
#include "maas/serve.h"
#include "meters.h"

#define KEYS  128
#define SLOTS 512 /* a power of two */

struct metered {
	char key[MAAS_KEY_ID + 1];
	uint64_t code[CODES], in, out;
};

struct keymeters {
	pthread_mutex_t lock;
	struct metered key[KEYS + 1]; /* the last: all others */
	size_t n;
	unsigned char slot[SLOTS]; /* number + 1, by hash */
};

struct keymeters *
keymeters_new(void)
{
	struct keymeters *k = maas_alloc(1, sizeof *k);

	if (!k)
		return NULL;
	pthread_mutex_init(&k->lock, NULL);
	snprintf(k->key[KEYS].key, sizeof k->key[KEYS].key, "other");
	return k;
}

void
keymeters_free(struct keymeters *k)
{
	if (!k)
		return;
	pthread_mutex_destroy(&k->lock);
	free(k);
}

static struct metered *
find(struct keymeters *k, const char *key)
{
	size_t i = (size_t)maas_hash(key, strlen(key), 0) & (SLOTS - 1);

	for (; k->slot[i]; i = (i + 1) & (SLOTS - 1))
		if (!strcmp(k->key[k->slot[i] - 1].key, key))
			return &k->key[k->slot[i] - 1];
	if (k->n == KEYS)
		return &k->key[KEYS];
	k->slot[i] = (unsigned char)++k->n;
	snprintf(k->key[k->n - 1].key, sizeof k->key[k->n - 1].key, "%s", key);
	return &k->key[k->n - 1];
}

void
keymeters_add(struct keymeters *k, const char *key, int status, uint64_t in, uint64_t out)
{
	int code = code_index(status);
	struct metered *m;

	pthread_mutex_lock(&k->lock);
	m = find(k, key);
	if (code >= 0)
		m->code[code]++;
	m->in += in;
	m->out += out;
	pthread_mutex_unlock(&k->lock);
}

static int
put_requests(const struct metered *m, struct maas_buf *to)
{
	for (size_t c = 0; c < CODES; c++)
		if (m->code[c] &&
		    maas_buf_printf(to, "maas_key_requests_total{key_id=\"%s\",code=\"%d\"} %llu\n", m->key, code_of(c),
			(unsigned long long)m->code[c]) < 0)
			return -1;
	return 0;
}

/* Copied first: a scrape that is slow to print holds nobody up. */
int
keymeters_print(struct keymeters *k, struct maas_buf *to)
{
	struct metered *copy = maas_alloc(KEYS + 1, sizeof *copy);
	int rc;

	if (!copy)
		return -1;
	pthread_mutex_lock(&k->lock);
	memcpy(copy, k->key, sizeof k->key);
	pthread_mutex_unlock(&k->lock);
	rc = put_family(to, "maas_key_requests_total", "counter", "Requests by id of the key and status.");
	for (size_t i = 0; rc == 0 && i <= KEYS; i++)
		if (*copy[i].key)
			rc = put_requests(&copy[i], to);
	if (rc == 0)
		rc = put_family(to, "maas_key_tokens_total", "counter", "Tokens read and written, by id of the key.");
	for (size_t i = 0; rc == 0 && i <= KEYS; i++)
		if (*copy[i].key)
			rc = maas_buf_printf(to,
			    "maas_key_tokens_total{key_id=\"%s\",direction=\"in\"} %llu\n"
			    "maas_key_tokens_total{key_id=\"%s\",direction=\"out\"} %llu\n",
			    copy[i].key, (unsigned long long)copy[i].in, copy[i].key, (unsigned long long)copy[i].out);
	free(copy);
	return rc;
}
