/*
 * Any bytes as a file of requests to a classifier and a language model, a line each: every line is answered, in order,
 * by JSON that tells its id; and as answers that were told before, which --resume reads.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "maas/serve.h"
#include "../tiny_gpt.h"
#include "../tiny_rows.h"

#define LINES 16

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static const char table[] = "label\tx\tword\n"
			    "up\t1.5\ta\nup\t2.5\tb\ndown\t-1.25\tc\ndown\t-2\ta\nup\t3\tb\ndown\t-3\tc\n";

struct run {
	struct maas_span rest;
	size_t asked, told;
};

static void
expect(int right)
{
	if (!right)
		abort();
}

/* Both models lie in a folder while the server opens them: it reads them into memory. */
static struct maas_server *
start(void)
{
	static const char *const special[] = { "<|endoftext|>" };
	static const struct maas_gpt shape = { .layers = 1, .heads = 2, .embed = 16, .context = 24, .vocab = 257 };
	static struct maas_serve_options o;
	static char dir[] = "/tmp/net_batch.XXXXXX", rows[64], text[64];
	static const char *model[] = { rows, text };
	struct maas_bpe *b = maas_bpe_new(MAAS_GPT2, NULL);
	struct maas_tokenizer *tok = b ? maas_bpe_train(b, 257, 1, special, 1) : NULL;
	struct maas_model *m = tiny_gpt(&maas_kind_gpt, &shape, MAAS_F32);
	struct maas_buf compiled = { 0 };
	struct maas_server *s;
	struct trained z;

	expect(m && tok && maas_tokenizer_compile(tok, &compiled) == 0 && train(&z, table) == 0 && mkdtemp(dir));
	expect(maas_model_add_part(m, "tokenizer", (struct maas_span){ compiled.s, compiled.n }) == 0);
	snprintf(rows, sizeof rows, "%s/rows.maas", dir);
	snprintf(text, sizeof text, "%s/text.maas", dir);
	expect(maas_model_save(z.m, rows, 0) == 0 && maas_model_save(m, text, 0) == 0);
	drop(&z);
	maas_model_close(m);
	maas_tokenizer_free(tok);
	maas_buf_free(&compiled);
	maas_bpe_free(b);
	maas_defaults(maas_serve_fields, &o);
	o.model = (struct maas_list){ model, 2, 2 };
	o.queue = 8;
	o.parallel = 2;
	o.body_max = o.table_max = 1 << 16;
	s = maas_server_open_offline(&o, maas_team_new(1));
	expect(!unlink(rows) && !unlink(text) && !rmdir(dir));
	return s;
}

static int
next(void *ctx, struct maas_span *line)
{
	struct run *r = ctx;
	const char *lf;

	if (!r->rest.n || r->asked == LINES)
		return 0;
	lf = memchr(r->rest.s, '\n', r->rest.n);
	*line = (struct maas_span){ r->rest.s, lf ? (size_t)(lf - r->rest.s) : r->rest.n };
	r->rest.s += line->n + (lf != NULL);
	r->rest.n -= line->n + (lf != NULL);
	r->asked++;
	return 1;
}

static int
answer(void *ctx, const struct maas_batch_answer *a)
{
	struct run *r = ctx;
	struct maas_json *j = maas_json_parse(a->text);
	struct maas_span id;
	char want[32];
	int status;

	expect(j && maas_json_text(maas_json_get(j, "id"), &id) == 0 && a->text.s[a->text.n - 1] == '\n');
	snprintf(want, sizeof want, "batch-%zu-", ++r->told);
	expect(id.n > strlen(want) && !memcmp(id.s, want, strlen(want)));
	expect(maas_batch_answers(a->text, maas_json_text(maas_json_get(j, "id"), &id) ? "" : id.s, &status) == 1);
	expect(status == a->status);
	maas_json_free(j);
	return 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static struct maas_server *server;
	struct run r = { .rest = { (const char *)data, n } };
	struct maas_batch b = { .first = 1, .seed = 7, .next = next, .answer = answer, .ctx = &r };
	int status;

	if (!server)
		expect((server = start()) != NULL);
	if (n > 1 << 14)
		return 0;
	expect(maas_batch_run(server, &b) == 0 && r.told == r.asked);
	(void)!maas_batch_answers(r.rest.n ? r.rest : (struct maas_span){ (const char *)data, n }, "x", &status);
	return 0;
}
