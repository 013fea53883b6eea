/* maas-serve batch: requests of a file in place of a listener. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "interrupt.h"
#include "maas/fmt.h"
#include "progress.h"
#include "serve_accounts.h"

#define QUEUE 256 /* requests under way at once */

struct batch_options {
	const char *output;
	int resume;
};

static const struct maas_field batch_fields[] = { MAAS_TEXT(
						      'o', batch_options, output, NULL, "write answers to this file"),
	MAAS_FLAG(0, batch_options, resume, "go on behind the answers that the file holds; it grows as they come"),
	MAAS_END };

/* Of maas_serve_fields: what a server without a listener knows. */
static const struct maas_field model_fields[] = { MAAS_LIST('m', maas_serve_options, model, "[NAME=]PATH",
						      "ask this model; may be repeated"),
	MAAS_TEXT(0, maas_serve_options, registry, NULL, "ask the models of this registry"),
	MAAS_INT(0, maas_serve_options, parallel, 1, 1024, 16, "texts that a model generates at once"),
	MAAS_SIZE(0, maas_serve_options, body_max, 1024, 1 << 30, 8 << 20, "largest body of a request"), MAAS_END };

struct batch {
	struct call *call;
	const struct batch_options *o;
	struct maas_serve_options *serve;
	struct maas_input *in;
	struct maas_out *out; /* NULL: with --resume */
	FILE *f;
	int lock;     /* with --resume: the file, held */
	size_t first; /* line that is asked first, from 1 */
	size_t good, refused, bad;
	double bytes; /* of the input; NAN: nobody knows */
	double read;
	enum maas_why why; /* of the answering thread's failure; 0: none */
	char reason[512];
	struct progress bar;
};

static void
count(struct batch *b, int status)
{
	b->good += status == 200;
	b->refused += status && status != 200;
	b->bad += !status;
}

static int
next_line(struct batch *b, struct maas_span *line)
{
	int rc = maas_input_clip(b->in, maas_batch_line(b->serve), line);

	b->read += rc > 0 ? (double)line->n + 1 : 0;
	return rc;
}

/* The bar is drawn by who reads: answers follow closely. */
static int
next(void *ctx, struct maas_span *line)
{
	struct batch *b = ctx;
	size_t lines = maas_input_lines(b->in);

	progress_show(&b->bar, b->read / b->bytes, "%zu requests", lines);
	return interrupt_pending() ? maas_fail("interrupted") : next_line(b, line);
}

static int
answer(void *ctx, const struct maas_batch_answer *a)
{
	struct batch *b = ctx;

	count(b, a->status);
	if (fwrite(a->text.s, 1, a->text.n, b->f) == a->text.n && (a->more || fflush(b->f) == 0))
		return 0;
	b->why = MAAS_IO;
	snprintf(b->reason, sizeof b->reason, "%s: %s", b->o->output ? b->o->output : "writing standard output",
	    strerror(errno));
	return -1;
}

/* Where to go on */

/* Is line `number` of the answers that of the next request? */
static int
match(struct batch *b, size_t number, struct maas_span told)
{
	char id[MAAS_BATCH_ID];
	struct maas_span line;
	int rc = next_line(b, &line), status;

	if (rc < 0)
		return -1;
	if (rc == 0)
		return maas_fail(
		    "%s:%zu: an answer, but %s has no such line", b->o->output, number, maas_input_name(b->in));
	maas_batch_id(id, number, line, (uint64_t)b->call->common.seed);
	if (!maas_batch_answers(told, id, &status))
		return maas_fail(
		    "%s:%zu: not the answer to line %zu of %s: it answers another input, or by another --seed",
		    b->o->output, number, number, maas_input_name(b->in));
	count(b, status);
	return 0;
}

/* The answers there are, held against the requests; *bytes of whole lines. */
static int
match_all(struct batch *b, struct maas_input *told, off_t *bytes)
{
	struct maas_span line;
	int rc, torn;

	while ((rc = maas_input_line(told, &line, &torn)) > 0 && !torn) {
		if (match(b, b->first, line) < 0)
			return -1;
		*bytes += (off_t)line.n + 1;
		b->first++;
	}
	return rc < 0 ? -1 : 0;
}

/* A last line that was torn is cut off. */
static int
open_grown(struct batch *b)
{
	const char *path = b->o->output;
	struct maas_input *told;
	struct stat st;
	off_t bytes = 0;
	int rc;

	if ((b->lock = maas_lock_open(path)) < 0)
		return -1;
	if (fstat(b->lock, &st) < 0 || !S_ISREG(st.st_mode))
		return maas_fail_as(MAAS_CANTCREATE, "%s: not a regular file, which --resume wants", path);
	if (!(told = maas_input_open(path, NULL)))
		return -1;
	rc = match_all(b, told, &bytes);
	maas_input_close(told);
	if (rc < 0)
		return -1;
	if (ftruncate(b->lock, bytes) < 0 || lseek(b->lock, bytes, SEEK_SET) < 0 || !(b->f = fdopen(dup(b->lock), "w")))
		return maas_fail_errno("%s", path);
	return 0;
}

static int
open_output(struct batch *b)
{
	if (b->o->resume)
		return open_grown(b);
	b->out = maas_out_open(b->o->output ? b->o->output : "-");
	b->f = b->out ? maas_out_file(b->out) : NULL;
	return b->f ? 0 : -1;
}

static int
close_output(struct batch *b, int rc)
{
	FILE *f = b->f;

	b->f = NULL;
	if (b->out && rc < 0)
		maas_out_abort(b->out);
	else if (b->out)
		rc = maas_out_commit(b->out, MAAS_DURABLE);
	else if (f && (fflush(f) == EOF || fsync(fileno(f)) < 0) && rc == 0)
		rc = maas_fail_as(MAAS_IO, "%s: %s", b->o->output, strerror(errno));
	if (f && !b->out && fclose(f) == EOF && rc == 0)
		rc = maas_fail_as(MAAS_IO, "%s: %s", b->o->output, strerror(errno));
	maas_lock_close(b->lock);
	return rc;
}

static int
open_input(struct batch *b)
{
	const char *path = b->call->n ? b->call->operand[0] : "-";
	size_t n = strlen(path);
	struct stat st;
	int known = !strcmp(path, "-") ? fstat(0, &st) == 0 : stat(path, &st) == 0;

	b->bytes = known && S_ISREG(st.st_mode) && (n < 3 || strcmp(path + n - 3, ".gz")) ? (double)st.st_size : NAN;
	b->in = maas_input_open(path, NULL);
	return b->in ? 0 : -1;
}

static int
run(struct batch *b, struct maas_server *server)
{
	struct maas_batch set = {
		.first = b->first, .seed = (uint64_t)b->call->common.seed, .next = next, .answer = answer, .ctx = b
	};
	int rc;

	progress_begin(&b->bar, b->call);
	rc = maas_batch_run(server, &set);
	progress_clear(&b->bar);
	return rc < 0 && b->why ? maas_fail_as(b->why, "%s", b->reason) : rc;
}

static int
ask_all(struct batch *b, struct maas_team *team)
{
	struct maas_server *server;
	int rc;

	if (open_input(b) < 0 || open_output(b) < 0 || !(server = maas_server_open_offline(b->serve, team)))
		return -1;
	tell_trouble(b->call, server);
	rc = run(b, server);
	if (maas_server_close(server) < 0)
		rc = -1;
	return rc;
}

/* One line, whatever happened before: what the whole of the answers holds. */
static int
sum_up(const struct batch *b)
{
	size_t all = b->good + b->refused + b->bad;

	if (!b->call->common.quiet)
		fprintf(stderr, "%zu requests: %zu answered, %zu refused, %zu no requests\n", all, b->good, b->refused,
		    b->bad);
	return b->refused + b->bad ? MAAS_DATA : 0;
}

static int
check(struct batch *b)
{
	const struct call *c = b->call;
	int rc = c->n > 1 ? misuse(c, "at most one FILE of requests") : wants_input(c);

	if (rc)
		return rc;
	if (b->o->resume && (!b->o->output || !strcmp(b->o->output, "-")))
		return misuse(c, "--resume goes with -o FILE");
	if (b->serve->model.n && b->serve->registry) /* where names are looked for */
		setenv("MAAS_REGISTRY", b->serve->registry, 1);
	return spare_input(c, b->o->output) < 0 ? fail(c) : 0;
}

static int
batch(struct call *c)
{
	struct batch b = { .call = c, .serve = c->part[0], .o = c->part[1], .lock = -1, .first = 1 };
	struct maas_team *team;
	int rc = check(&b);

	if (rc)
		return rc;
	b.serve->queue = QUEUE;
	b.serve->table_max = b.serve->body_max;
	interrupt_arm();
	team = maas_team_new((int)c->common.threads);
	rc = team ? ask_all(&b, team) : -1;
	rc = close_output(&b, rc);
	maas_input_close(b.in);
	maas_team_free(team);
	if (rc < 0 && interrupt_pending())
		interrupt_end();
	return rc < 0 ? fail(c) : sum_up(&b);
}

const struct verb batch_verb = {
	.name = "batch",
	.operands = "[FILE]",
	.what = "answer the requests of a file",
	.run = batch,
	.part = { { model_fields, sizeof(struct maas_serve_options) }, { batch_fields, sizeof(struct batch_options) } },
};
