/* Rows by the block: read one after the other, scored by the team, handed out in order. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "classify.h"

#define BLOCK 2048              /* rows at once */
#define HELD  ((size_t)4 << 20) /* bytes of them, or a little more */

struct block {
	struct maas_team *team;
	struct maas_rows_call **call; /* [members] */
	struct maas_arena *arena;     /* of the rows in hand */
	struct maas_row *row;         /* [BLOCK] */
	double *p;                    /* [BLOCK][scores] */
	char *state;                  /* [BLOCK]: as classify_next answers */
	struct origin {
		const struct maas_format *format;
		char delimiter;
	} * origin; /* [BLOCK] */
	char **why; /* [BLOCK]; NULL: the row's own reason */
	const struct classifying *k;
	size_t n, at; /* rows; those handed out */
	int ending;   /* 1: more may come */
	char *reason; /* where reading failed */
	enum maas_why sort;
};

/* A row that the model cannot answer: its reason is this thread's. */
static void
refuse(struct block *b, size_t i)
{
	const struct maas_record *r = &b->row[i].record;

	b->state[i] = maas_why() == MAAS_DATA ? 2 : -1;
	if (b->state[i] == 2)
		(void)maas_in("%s:%zu", r->name, r->line);
	if (!(b->why[i] = strdup(maas_error())))
		b->state[i] = -1;
}

static void
score_some(void *arg, size_t begin, size_t end, int member)
{
	struct block *b = arg;
	struct maas_rows_call *call = b->call[member];
	size_t at[MAAS_ROWS], n = 0, scored, scores = b->k->scores_n;
	const double *p;

	for (size_t i = begin; i < end; i++) {
		if (b->state[i] != 1)
			continue;
		if (maas_rows_add(call, &b->row[i]) == 0)
			at[n++] = i;
		else
			refuse(b, i);
	}
	p = maas_rows_run(call, &scored);
	for (size_t i = 0; i < n; i++) {
		memcpy(b->p + at[i] * scores, p + i * scores, scores * sizeof *p);
		if (maas_rows_sound(p + i * scores) < 0)
			refuse(b, at[i]);
	}
}

static void
forget(struct block *b)
{
	for (size_t i = 0; i < b->n; i++) {
		free(b->why[i]);
		b->why[i] = NULL;
	}
	b->n = b->at = 0;
	maas_arena_reset(b->arena);
}

/* Read rows until there are enough; how reading ended is for when they are all handed out. */
static void
read_some(struct classifying *k, struct block *b)
{
	size_t held = 0;

	forget(b);
	while (b->ending > 0 && b->n < BLOCK && held < HELD) {
		struct maas_row *row = &b->row[b->n];

		b->ending = maas_reader_next(k->reader, row);
		if (b->ending > 0 && (classify_origin(k) < 0 || maas_row_copy(b->arena, k->columns, row, &held) < 0))
			b->ending = -1;
		if (b->ending <= 0)
			break;
		b->origin[b->n] = (struct origin){ k->format, k->delimiter };
		b->state[b->n++] = row->record.empty || row->bad ? 2 : 1;
	}
	if (b->ending < 0) {
		b->sort = maas_why();
		b->reason = strdup(maas_error());
	}
	maas_team_run(b->team, b->n, MAAS_ROWS, score_some, b);
}

int
block_next(struct classifying *k, struct maas_row *row, const char **why)
{
	struct block *b = k->block;
	size_t i;

	if (b->at == b->n && b->ending > 0)
		read_some(k, b);
	if (b->at == b->n)
		return b->ending < 0 ? maas_fail_as(b->sort, "%s", b->reason ? b->reason : "no memory") : 0;
	i = b->at++;
	k->number++;
	*row = b->row[i];
	k->format = b->origin[i].format;
	k->delimiter = b->origin[i].delimiter;
	*why = row->record.empty ? NULL : b->why[i] ? b->why[i] : row->bad;
	memcpy(k->p, b->p + i * k->scores_n, k->scores_n * sizeof *k->p);
	return b->state[i] < 0 ? maas_fail_as(MAAS_OS, "%s", b->why[i] ? b->why[i] : "no memory") : b->state[i];
}

/* Does somebody wait for each answer: to what is typed, or comes in while answers go to a screen? */
static int
awaited(const struct classifying *k)
{
	const struct call *c = k->call;
	int piped = !c->n;

	for (int i = 0; i < c->n; i++)
		piped |= !strcmp(c->operand[i], "-");
	return k->o->line_buffered || (piped && (isatty(STDIN_FILENO) || isatty(STDOUT_FILENO)));
}

int
classify_by_blocks(struct classifying *k)
{
	struct block *b;
	size_t members;

	if (awaited(k))
		return 0;
	if (!(b = k->block = maas_alloc(1, sizeof *b)) || !(b->team = maas_team_new((int)k->call->common.threads)))
		return fail(k->call);
	b->k = k;
	b->ending = 1;
	members = (size_t)maas_team_size(b->team);
	if (!(b->call = maas_alloc(members, sizeof *b->call)) || !(b->arena = maas_arena_new(HELD / 4)) ||
	    !(b->row = maas_alloc(BLOCK, sizeof *b->row)) || !(b->why = maas_alloc(BLOCK, sizeof *b->why)) ||
	    !(b->state = maas_alloc(BLOCK, 1)) || !(b->origin = maas_alloc(BLOCK, sizeof *b->origin)) ||
	    !(b->p = maas_alloc(BLOCK, k->scores_n * sizeof *b->p)))
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
	if (b->why)
		for (size_t i = 0; i < b->n; i++)
			free(b->why[i]);
	for (int i = 0; b->call && i < maas_team_size(b->team); i++)
		maas_rows_call_free(b->call[i]);
	maas_team_free(b->team);
	maas_arena_free(b->arena);
	free(b->call);
	free(b->row);
	free(b->p);
	free(b->state);
	free(b->origin);
	free(b->why);
	free(b->reason);
	free(b);
}
