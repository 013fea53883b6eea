/* Rows that are explained, dealt to the team: a block is read, each row told by some thread, and all put out in
 * order. */
#include <stdlib.h>
#include <string.h>

#include "classify_explain.h"

#define BLOCK 256                /* rows at once, at most */
#define ROOM  ((size_t)32 << 20) /* bytes that they may be shown as, about */
#define HELD  ((size_t)4 << 20)  /* bytes of them, or a little more */
#define LINE  64                 /* bytes a feature is shown as, about */

/* A row. */
struct told {
	struct maas_row row;
	int state; /* 1: told; 2: without an answer; -1: nothing goes on */
	char *why; /* of 2 and -1; NULL: the row's own reason, or none */
	enum maas_why sort;
	struct shown shown;
	char *lines, *page; /* what became of shown's streams */
	size_t lines_n, page_n;
};
struct dealing {
	struct explaining *e;
	explain_row *tell;
	struct maas_team *team;
	struct maas_rows_call **call; /* [members] */
	double *p;                    /* [members][scores] */
	struct maas_arena *arena;     /* of the rows in hand */
	struct told *told;            /* [most] */
	size_t n, most;
	int ending; /* 1: more may come */
};

static int
dealing_open(struct dealing *d, struct explaining *e, explain_row *tell)
{
	const struct classifying *k = &e->k;
	size_t members, each = LINE * (maas_rows_columns(k->rows)->dense + LINE);

	*d = (struct dealing){ .e = e, .tell = tell, .ending = 1 };
	if (!(d->team = maas_team_new((int)k->call->common.threads)) || !(d->arena = maas_arena_new(HELD / 4)))
		return -1;
	members = (size_t)maas_team_size(d->team);
	d->most = ROOM / each < BLOCK ? ROOM / each : BLOCK;
	d->most = d->most < 2 * members ? 2 * members : d->most;
	if (classify_awaited(k))
		d->most = 1;
	if (!(d->told = maas_alloc(d->most, sizeof *d->told)) || !(d->call = maas_alloc(members, sizeof *d->call)) ||
	    !(d->p = maas_alloc(members * k->scores_n, sizeof *d->p)))
		return -1;
	for (size_t i = 0; i < members; i++) {
		if (!(d->call[i] = maas_rows_call_new(k->rows)))
			return -1;
		maas_rows_patch(d->call[i], (size_t)e->o->patch);
	}
	return 0;
}

static void
forget(struct told *t)
{
	if (t->shown.lines)
		fclose(t->shown.lines);
	if (t->shown.page)
		fclose(t->shown.page);
	free(t->lines);
	free(t->page);
	free(t->why);
	free(t->shown.drawn.grey);
	maas_buf_free(&t->shown.drawn.name);
	maas_tally_free(t->shown.tally);
	*t = (struct told){ 0 };
}

static void
dealing_close(struct dealing *d)
{
	for (int i = 0; d->call && i < maas_team_size(d->team); i++)
		maas_rows_call_free(d->call[i]);
	for (size_t i = 0; d->told && i < d->n; i++)
		forget(&d->told[i]);
	free(d->told);
	free(d->call);
	free(d->p);
	maas_arena_free(d->arena);
	maas_team_free(d->team);
}

/* What the row is to be shown as. */
static int
open_shown(const struct explaining *e, struct told *t)
{
	if (e->tally)
		return (t->shown.tally = maas_tally_new(e->k.scores_n)) ? 0 : -1;
	if (!e->silent && !(t->shown.lines = open_memstream(&t->lines, &t->lines_n)))
		return maas_fail_errno("memory for lines");
	if (e->page && page_wants(e->page) && !(t->shown.page = open_memstream(&t->page, &t->page_n)))
		return maas_fail_errno("memory for a page");
	return 0;
}

static int
close_stream(FILE **f)
{
	FILE *was = *f;

	*f = NULL;
	return was && fclose(was) ? maas_fail_errno("memory for lines") : 0;
}

static void
tell_one(const struct dealing *d, struct told *t, size_t number, int member)
{
	const struct explaining *e = d->e;

	if (open_shown(e, t) == 0 &&
	    d->tell(e, d->call[member], d->p + (size_t)member * e->k.scores_n, &t->row, number, &t->shown) == 0 &&
	    close_stream(&t->shown.lines) == 0 && close_stream(&t->shown.page) == 0)
		return;
	t->sort = maas_why();
	t->state = t->sort == MAAS_DATA ? 2 : -1;
	if (t->state == 2)
		(void)maas_in("%s:%zu", t->row.record.name, t->row.record.line);
	t->why = strdup(maas_error());
}

static void
tell_some(void *arg, size_t begin, size_t end, int member)
{
	const struct dealing *d = arg;

	for (size_t i = begin; i < end; i++)
		if (d->told[i].state == 1)
			tell_one(d, &d->told[i], d->e->k.number + i + 1, member);
}

/* The next block; how reading ended is its last row's. */
static int
read_block(struct dealing *d)
{
	struct classifying *k = &d->e->k;
	size_t held = 0;

	for (size_t i = 0; i < d->n; i++)
		forget(&d->told[i]);
	maas_arena_reset(d->arena);
	for (d->n = 0; d->n < d->most && held < HELD && d->ending > 0;) {
		struct told *t = &d->told[d->n];

		d->ending = maas_reader_next(k->reader, &t->row);
		if (d->ending > 0 &&
		    (classify_origin(k) < 0 || maas_row_copy(d->arena, k->columns, &t->row, &held) < 0))
			d->ending = -1;
		if (!d->ending)
			break;
		d->n++;
		t->state = d->ending < 0 ? -1 : t->row.record.empty || t->row.bad ? 2 : 1;
		if (d->ending < 0) {
			t->sort = maas_why();
			t->why = strdup(maas_error());
		}
	}
	maas_team_run(d->team, d->n, 1, tell_some, d);
	return d->n > 0;
}

/* A row in its turn. */
static int
put(struct explaining *e, struct told *t)
{
	if (t->state < 0)
		return maas_fail_as(t->why ? t->sort : MAAS_OS, "%s", t->why ? t->why : "no memory");
	e->k.number++;
	if (t->state == 2) {
		classify_note(&e->k, t->row.record.empty ? NULL : t->why ? t->why : t->row.bad);
		return 0;
	}
	if (e->tally)
		return maas_tally_join(e->tally, t->shown.tally);
	if (t->shown.plain && !e->headed++)
		explain_head();
	if (t->lines_n)
		fwrite(t->lines, 1, t->lines_n, stdout);
	if (e->page)
		page_add(e->page, (struct maas_span){ t->page, t->page_n }, t->shown.items);
	if (e->album && album_add(e->album, &t->shown.drawn) < 0)
		return -1;
	return e->k.o->line_buffered && fflush(stdout) ? maas_fail_errno("writing standard output") : 0;
}

int
explain_deal(struct explaining *e, explain_row *tell)
{
	struct dealing d;
	int rc = dealing_open(&d, e, tell);

	if (!e->tally && !e->o->jsonl && !e->silent && !e->colour && !e->headed++)
		explain_head();
	while (rc == 0 && read_block(&d))
		for (size_t i = 0; i < d.n && rc == 0; i++)
			rc = put(e, &d.told[i]);
	dealing_close(&d);
	return rc;
}
