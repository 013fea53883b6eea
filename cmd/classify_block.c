/* Rows by the block: read one after the other while those before are scored by the team, handed out in order. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "classify.h"

#define BLOCK 2048              /* rows at once */
#define HELD  ((size_t)4 << 20) /* bytes of them, or a little more */

/* Rows in hand. */
struct half {
	struct maas_arena *arena; /* of what they point to */
	struct maas_row *row;     /* [BLOCK] */
	double *p;                /* [BLOCK][scores] */
	signed char *state;       /* [BLOCK]: as classify_next answers */
	struct origin {
		const struct maas_format *format;
		char delimiter;
	} * origin; /* [BLOCK] */
	char **why; /* [BLOCK]; NULL: the row's own reason */
	size_t n;
};

/* While the team scores the rows of one half, a member of it reads those of the other. */
struct block {
	struct maas_team *team;
	struct maas_rows_call **call; /* [members] */
	struct half half[2], *now, *next;
	struct classifying *k;
	size_t at;    /* rows of `now` handed out */
	int ending;   /* 1: more may come */
	char *reason; /* where reading failed */
	enum maas_why sort;
};

/* A row that the model cannot answer: its reason is this thread's. */
static void
refuse(struct half *h, size_t i)
{
	const struct maas_record *r = &h->row[i].record;

	h->state[i] = maas_why() == MAAS_DATA ? 2 : -1;
	if (h->state[i] == 2)
		(void)maas_in("%s:%zu", r->name, r->line);
	if (!(h->why[i] = strdup(maas_error())))
		h->state[i] = -1;
}

static void
score_some(const struct block *b, struct half *h, size_t begin, size_t end, int member)
{
	struct maas_rows_call *call = b->call[member];
	size_t at[MAAS_ROWS], n = 0, scored, scores = b->k->scores_n;
	const double *p;

	for (size_t i = begin; i < end; i++) {
		if (h->state[i] != 1)
			continue;
		if (maas_rows_add(call, &h->row[i]) == 0)
			at[n++] = i;
		else
			refuse(h, i);
	}
	p = maas_rows_run(call, &scored);
	for (size_t i = 0; i < n; i++) {
		memcpy(h->p + at[i] * scores, p + i * scores, scores * sizeof *p);
		if (maas_rows_sound(p + i * scores) < 0)
			refuse(h, at[i]);
	}
}

static void
forget(struct half *h)
{
	for (size_t i = 0; i < h->n; i++) {
		free(h->why[i]);
		h->why[i] = NULL;
	}
	h->n = 0;
	maas_arena_reset(h->arena);
}

/* Read rows until there are enough; how reading ended is for when they are all handed out. */
static void
read_some(struct block *b, struct half *h)
{
	struct classifying *k = b->k;
	size_t held = 0;

	forget(h);
	while (b->ending > 0 && h->n < BLOCK && held < HELD) {
		struct maas_row *row = &h->row[h->n];

		b->ending = maas_reader_next(k->reader, row);
		if (b->ending > 0 && (classify_origin(k) < 0 || maas_row_copy(h->arena, k->columns, row, &held) < 0))
			b->ending = -1;
		if (b->ending <= 0)
			break;
		h->origin[h->n] = (struct origin){ k->format, k->delimiter };
		h->state[h->n++] = row->record.empty || row->bad ? 2 : 1;
	}
	if (b->ending < 0 && !b->reason) {
		b->sort = maas_why();
		b->reason = strdup(maas_error());
	}
}

/* Task 0 reads, the others score: the longest begins first. */
static void
work(void *arg, size_t begin, size_t end, int member)
{
	struct block *b = arg;

	for (size_t i = begin; i < end; i++) {
		size_t from = (i - 1) * MAAS_ROWS, to = i * MAAS_ROWS;

		if (!i)
			read_some(b, b->next);
		else
			score_some(b, b->now, from, to < b->now->n ? to : b->now->n, member);
	}
}

/* The rows read become those handed out, once scored. */
static void
turn(struct block *b)
{
	struct half *scored = b->next;

	b->next = b->now;
	b->now = scored;
	b->at = 0;
	maas_team_run(b->team, 1 + (scored->n + MAAS_ROWS - 1) / MAAS_ROWS, 1, work, b);
}

int
block_next(struct classifying *k, struct maas_row *row, const char **why)
{
	struct block *b = k->block;
	struct half *h;
	size_t i;

	if (b->at == b->now->n && !b->now->n && !b->next->n && b->ending > 0)
		read_some(b, b->next); /* the very first */
	if (b->at == b->now->n && b->next->n)
		turn(b);
	h = b->now;
	if (b->at == h->n)
		return b->ending < 0 ? maas_fail_as(b->sort, "%s", b->reason ? b->reason : "no memory") : 0;
	i = b->at++;
	k->number++;
	*row = h->row[i];
	k->format = h->origin[i].format;
	k->delimiter = h->origin[i].delimiter;
	*why = row->record.empty ? NULL : h->why[i] ? h->why[i] : row->bad;
	memcpy(k->p, h->p + i * k->scores_n, k->scores_n * sizeof *k->p);
	return h->state[i] < 0 ? maas_fail_as(MAAS_OS, "%s", h->why[i] ? h->why[i] : "no memory") : h->state[i];
}

/* To what is typed, or comes in while answers go to a screen. */
int
classify_awaited(const struct classifying *k)
{
	const struct call *c = k->call;
	int piped = !c->n;

	for (int i = 0; i < c->n; i++)
		piped |= !strcmp(c->operand[i], "-");
	return k->o->line_buffered || (piped && (isatty(STDIN_FILENO) || isatty(STDOUT_FILENO)));
}

static int
half_open(struct half *h, size_t scores)
{
	return (h->arena = maas_arena_new(HELD / 4)) && (h->row = maas_alloc(BLOCK, sizeof *h->row)) &&
		(h->why = maas_alloc(BLOCK, sizeof *h->why)) && (h->state = maas_alloc(BLOCK, 1)) &&
		(h->origin = maas_alloc(BLOCK, sizeof *h->origin)) && (h->p = maas_alloc(BLOCK, scores * sizeof *h->p))
	    ? 0
	    : -1;
}

static void
half_close(struct half *h)
{
	for (size_t i = 0; i < h->n; i++)
		free(h->why[i]);
	maas_arena_free(h->arena);
	free(h->row);
	free(h->p);
	free(h->state);
	free(h->origin);
	free(h->why);
}

int
classify_by_blocks(struct classifying *k)
{
	struct block *b;
	size_t members;

	if (classify_awaited(k))
		return 0;
	if (!(b = k->block = maas_alloc(1, sizeof *b)) || !(b->team = maas_team_new((int)k->call->common.threads)))
		return fail(k->call);
	b->k = k;
	b->ending = 1;
	b->now = &b->half[0];
	b->next = &b->half[1];
	members = (size_t)maas_team_size(b->team);
	if (!(b->call = maas_alloc(members, sizeof *b->call)) || half_open(b->now, k->scores_n) < 0 ||
	    half_open(b->next, k->scores_n) < 0)
		return fail(k->call);
	for (size_t i = 0; i < members; i++)
		if (!(b->call[i] = maas_rows_call_new(k->rows)))
			return fail(k->call);
	return 0;
}

void
block_free(struct block *b)
{
	if (!b)
		return;
	for (int i = 0; b->call && i < maas_team_size(b->team); i++)
		maas_rows_call_free(b->call[i]);
	maas_team_free(b->team);
	half_close(&b->half[0]);
	half_close(&b->half[1]);
	free(b->call);
	free(b->reason);
	free(b);
}
