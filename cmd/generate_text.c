/* generate_text.c -- the ids of a text of any length, as they are wanted: files one behind the other, of which little
 * is in memory. */
#include <stdlib.h>
#include <string.h>

#include "generate.h"

#define BLOCK ((size_t)1 << 20) /* bytes of text at a time */

struct scored_text {
	struct job *j;
	char **path, *standard[2];
	struct maas_input *in; /* the one being read; NULL: the next is to be opened */
	struct maas_buf text;  /* what no ids were made of yet; of a token file that cannot be mapped, all of it */
	size_t block;
	struct maas_encoders *encoders;
	struct maas_tokens file; /* n 0: none */
	int mapped, begun;
	size_t at; /* ids of the file that were handed out */
};

struct scored_text *
scored_text_open(struct job *j)
{
	static char dash[] = "-";
	struct scored_text *t = maas_alloc(1, sizeof *t);

	if (!t)
		return NULL;
	t->j = j;
	t->block = BLOCK;
	t->standard[0] = dash;
	t->path = j->call->n ? j->call->operand : t->standard;
	if (j->tok && !(t->encoders = maas_encoders_new(j->tok, 0, j->team))) {
		scored_text_close(t);
		return NULL;
	}
	return t;
}

void
scored_text_close(struct scored_text *t)
{
	if (!t)
		return;
	maas_input_close(t->in);
	maas_encoders_free(t->encoders);
	maas_buf_free(&t->text);
	if (t->mapped)
		maas_tokens_close(&t->file);
	free(t);
}

/* Is it a token file as it lies on the disk? */
static int
lies_bare(const char *path)
{
	char head[16];
	FILE *f = strcmp(path, "-") ? fopen(path, "rb") : NULL;
	size_t n = f ? fread(head, 1, sizeof head, f) : 0;

	if (f)
		fclose(f);
	return n == sizeof head && maas_tokens_is((struct maas_span){ head, n });
}

static int
open_tokens(struct scored_text *t)
{
	struct job *j = t->j;

	if (t->path[1])
		return maas_fail("a token file is scored by itself, not with %s", t->path[1]);
	if (lies_bare(t->path[0]))
		t->mapped = maas_tokens_open(&t->file, t->path[0]) == 0;
	else if (maas_input_all(t->in, &t->text) < 0 ||
	    maas_tokens_parse(&t->file, (struct maas_span){ t->text.s, t->text.n }) < 0)
		return -1;
	else
		t->mapped = 0;
	if (!t->file.id)
		return -1;
	if (j->tok && t->file.digest && t->file.digest != maas_tokenizer_digest(j->tok))
		return maas_fail("these tokens were made by another tokeniser than the model's");
	return 0;
}

/* The first file says what all are. */
static int
begin(struct scored_text *t)
{
	struct maas_span head;
	int32_t bos = t->j->tok ? maas_token_bos(t->j->tok) : -1;

	t->begun = 1;
	if (!(t->in = maas_input_open(t->path[0], t->j->o->encoding)) || maas_input_peek(t->in, 16, &head) < 0)
		return -1;
	if (head.n >= 16 && maas_tokens_is(head))
		return open_tokens(t);
	if (!t->j->o->prompt_ids && maas_tokenizer_adds_bos(t->j->tok) && bos >= 0)
		return generate_push(&t->j->ids, bos);
	return 0;
}

static int
more_tokens(struct scored_text *t)
{
	struct maas_ids *to = &t->j->ids;
	size_t n = t->file.n - t->at < BLOCK ? t->file.n - t->at : BLOCK;

	if (maas_grow(&to->id, to->n, &to->cap, n, sizeof *to->id) < 0)
		return -1;
	for (size_t i = 0; i < n; i++)
		to->id[to->n++] = maas_tokens_at(&t->file, t->at++);
	return t->at < t->file.n;
}

/* Bytes behind those in the buffer; *last where there are no more in any file. */
static int
read_block(struct scored_text *t, int *last)
{
	int end = 0;

	if (!t->in && !(t->in = maas_input_open(*t->path, t->j->o->encoding)))
		return -1;
	if (maas_input_block(t->in, &t->text, t->block, &end) < 0)
		return -1;
	*last = end && !t->path[1];
	if (end && t->path[1]) {
		maas_input_close(t->in);
		t->in = NULL;
		t->path++;
	}
	return 0;
}

/* Of lines of ids, those that are whole. */
static size_t
whole_ids(struct maas_span text, int last)
{
	size_t n = text.n;

	while (!last && n > 0 && !memchr(" \t\r\n", text.s[n - 1], 4))
		n--;
	return n;
}

int
scored_text_more(struct scored_text *t)
{
	struct job *j = t->j;
	struct maas_span text;
	size_t used = 0, had = j->ids.n;
	int last = 0;

	if (!t->begun && begin(t) < 0)
		return -1;
	if (t->file.id)
		return more_tokens(t);
	if (read_block(t, &last) < 0)
		return -1;
	text = (struct maas_span){ t->text.s ? t->text.s : "", t->text.n };
	if (j->o->prompt_ids) {
		used = whole_ids(text, last);
		if (generate_parse_ids((struct maas_span){ text.s, used }, &j->ids) < 0)
			return -1;
	} else if (maas_encoders_stream(t->encoders, text, last, &j->ids, &used) < 0)
		return -1;
	if (used)
		memmove(t->text.s, t->text.s + used, t->text.n - used);
	t->text.n -= used;
	if (j->ids.n == had && t->block <= (size_t)1 << 30)
		t->block *= 2; /* nowhere to cut: look at more */
	return !last;
}
