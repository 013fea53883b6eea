/*
 * Rates of tokenising and training, one a line: what TAB value TAB unit, the median of some runs on one
 * thread.  Wants $MAAS_TEST_DATA.  Words behind the name choose lines that begin with one of them.
 */
#include <stdlib.h>
#include <string.h>

#include "maas/text.h"

#define RUNS 9

static char **only;
static int nonly;

static int
wanted(const char *what)
{
	for (int i = 0; i < nonly; i++)
		if (!strncmp(what, only[i], strlen(only[i])))
			return 1;
	return nonly == 0;
}

static int
ascending(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double
median(double *x, size_t n)
{
	qsort(x, n, sizeof *x, ascending);
	return x[n / 2];
}

static void
die(void)
{
	fprintf(stderr, "bench: %s\n", maas_error());
	exit(1);
}

/* Seconds of one encoding of a text, by an encoder that has seen it (warm) or a new one. */
static double
encode(const struct maas_tokenizer *t, struct maas_span text, int warm)
{
	struct maas_encoder *e = maas_encoder_new(t, 0);
	struct maas_ids ids = { 0 };
	double took[RUNS];

	for (int i = -2; i < RUNS; i++) {
		double start = maas_clock();

		ids.n = 0;
		if (!warm) {
			maas_encoder_free(e);
			e = maas_encoder_new(t, 0);
		}
		if (!e || maas_encode(e, text, &ids) < 0)
			die();
		if (i >= 0)
			took[i] = maas_clock() - start;
	}
	maas_encoder_free(e);
	maas_ids_free(&ids);
	return median(took, RUNS);
}

static void
rates(const struct maas_tokenizer *t, const char *what, struct maas_span text)
{
	char name[64];

	for (int warm = 1; warm >= 0; warm--) {
		snprintf(name, sizeof name, "%s, %s", what, warm ? "warm" : "cold");
		if (wanted(name))
			printf("%s\t%.1f\tMB/s\n", name, (double)text.n / encode(t, text, warm) / 1e6);
	}
}

static void
decode(const struct maas_tokenizer *t, struct maas_span text)
{
	struct maas_encoder *e = maas_encoder_new(t, 0);
	struct maas_ids ids = { 0 };
	struct maas_buf b = { 0 };
	double took[RUNS];

	if (!wanted("decode"))
		return;
	if (!e || maas_encode(e, text, &ids) < 0)
		die();
	for (int i = -1; i < RUNS; i++) {
		double start = maas_clock();

		b.n = 0;
		if (maas_decode(t, ids.id, ids.n, 0, &b) < 0)
			die();
		if (i >= 0)
			took[i] = maas_clock() - start;
	}
	printf("decode English\t%.1f\tMB/s\n", (double)text.n / median(took, RUNS) / 1e6);
	maas_encoder_free(e);
	maas_ids_free(&ids);
	maas_buf_free(&b);
}

/* A megabyte of one piece. */
static void
hostile(const struct maas_tokenizer *t, const char *what, const char *unit)
{
	struct maas_buf b = { 0 };

	if (!wanted(what))
		return;
	while (b.n < 1000000)
		if (maas_buf_text(&b, unit) < 0)
			die();
	printf("%s\t%.1f\tms\n", what, 1e3 * encode(t, (struct maas_span){ b.s, b.n }, 0));
	maas_buf_free(&b);
}

static void
train(struct maas_span text, size_t vocab)
{
	static const char *const special[] = { "<|endoftext|>" };
	double took[RUNS];

	if (!wanted("train"))
		return;
	for (int i = 0; i < RUNS; i++) {
		double start = maas_clock();
		struct maas_bpe *b = maas_bpe_new(MAAS_GPT2, NULL);
		struct maas_tokenizer *t = NULL;

		if (!b || maas_bpe_add(b, text) < 0 || !(t = maas_bpe_train(b, vocab, 2, special, 1)))
			die();
		took[i] = maas_clock() - start;
		maas_tokenizer_free(t);
		maas_bpe_free(b);
	}
	printf("train tinyshakespeare to %zu\t%.1f\tms\n", vocab, 1e3 * median(took, RUNS));
}

static void
load(const char *path)
{
	struct maas_tokenizer *t = NULL;
	struct maas_buf b = { 0 };
	double json[RUNS], open[RUNS];

	if (!wanted("load"))
		return;
	for (int i = 0; i < RUNS; i++) {
		double start = maas_clock();

		maas_tokenizer_free(t);
		if (!(t = maas_tokenizer_load(path)))
			die();
		json[i] = maas_clock() - start;
	}
	if (maas_tokenizer_compile(t, &b) < 0)
		die();
	for (int i = 0; i < RUNS; i++) {
		double start = maas_clock();

		maas_tokenizer_free(t);
		if (!(t = maas_tokenizer_open((struct maas_span){ b.s, b.n })))
			die();
		open[i] = maas_clock() - start;
	}
	printf("load vocab.json and merges.txt\t%.1f\tms\n", 1e3 * median(json, RUNS));
	printf("load compiled\t%.2f\tms\n", 1e3 * median(open, RUNS));
	maas_tokenizer_free(t);
	maas_buf_free(&b);
}

static struct maas_span
text(const char *data, const char *name)
{
	static struct maas_map map[8];
	static int n;
	char path[4096];

	snprintf(path, sizeof path, "%s/data/%s", data, name);
	if (maas_map_open(&map[n], path) < 0)
		die();
	n++;
	return (struct maas_span){ (const char *)map[n - 1].p, map[n - 1].n };
}

int
main(int argc, char **argv)
{
	const char *data = getenv("MAAS_TEST_DATA");
	struct maas_tokenizer *t;
	char gpt2[4096];

	only = argv + 1;
	nonly = argc - 1;
	if (!data)
		return 77;
	snprintf(gpt2, sizeof gpt2, "%s/models/gpt2-tokenizer", data);
	if (!(t = maas_tokenizer_load(gpt2)))
		die();
	rates(t, "encode English", text(data, "wikitext2-valid.txt"));
	rates(t, "encode plays", text(data, "tinyshakespeare.txt"));
	rates(t, "encode Chinese", text(data, "thucnews-test.tsv"));
	hostile(t, "encode 1 MB of one letter", "a");
	hostile(t, "encode 1 MB of one emoji", "\xF0\x9F\x98\x80");
	decode(t, text(data, "wikitext2-valid.txt"));
	train(text(data, "tinyshakespeare.txt"), 4000);
	load(gpt2);
	maas_tokenizer_free(t);
	snprintf(gpt2, sizeof gpt2, "%s/models/llama2-tokenizer", data);
	if (!(t = maas_tokenizer_load(gpt2)))
		die();
	rates(t, "Llama 2: English", text(data, "wikitext2-valid.txt"));
	rates(t, "Llama 2: Chinese", text(data, "thucnews-test.tsv"));
	hostile(t, "Llama 2: 1 MB of one letter", "a");
	hostile(t, "Llama 2: 1 MB without a blank", "abcdefghijklmnopqrstuvwxyz");
	maas_tokenizer_free(t);
	return 0;
}
