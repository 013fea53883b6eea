/* Texts that a network reads as sequences: its tokeniser, its settings, its features beside them. */
#include <stdlib.h>
#include <string.h>

#include "maas/registry.h"
#include "train_rows.h"

const struct maas_model *
rows_begun(const struct rows_job *j)
{
	return j->init ? j->init : j->body;
}

/* Ids that mean other pieces of text than those the parameters have learnt. */
static int
check_tokenizer(const struct rows_job *j, const struct maas_tokenizer *t)
{
	struct maas_tokenizer *learnt = maas_model_tokenizer(rows_begun(j));
	int same = !learnt || maas_tokenizer_digest(learnt) == maas_tokenizer_digest(t);

	maas_tokenizer_free(learnt);
	return same
	    ? 0
	    : maas_fail("%s: has learnt with another tokeniser than %s (leave --tokenizer out to go on with its own)",
		  j->rows->init_from, j->rows->tokenizer);
}

static struct maas_tokenizer *
open_tokenizer(const struct rows_job *j)
{
	struct maas_tokenizer *t;

	if (!j->rows->tokenizer)
		return rows_begun(j) ? maas_model_tokenizer(rows_begun(j)) : maas_tokenizer_bytes();
	if ((t = maas_tokenizer_find(j->rows->tokenizer)) && rows_begun(j) && check_tokenizer(j, t) < 0) {
		maas_tokenizer_free(t);
		t = NULL;
	}
	return t;
}

int
rows_settings(const struct rows_job *j, const struct rows_fold *f, struct maas_model *m)
{
	const struct maas_field *vocab = maas_field(j->kind->fields, "vocab", 0);
	long size = f->tokenizer ? (long)maas_tokenizer_size(f->tokenizer) : 0, *v;

	memcpy(m->settings, j->call->part[0], j->kind->size);
	if (rows_begun(j))
		rows_from_settings(j, m);
	if (!vocab || !size)
		return 0;
	v = (long *)(void *)((char *)m->settings + vocab->at);
	if (*v && *v < size)
		return maas_fail_as(
		    MAAS_CONFIG, "vocab is %ld, and the tokeniser has %ld ids (see --vocab, --tokenizer)", *v, size);
	*v = *v ? *v : size;
	return 0;
}

/* A text is all that it reads. */
static int
check_columns(const struct rows_job *j, const struct maas_columns *c)
{
	const char *kind = j->kind->name;

	if (!c->texts)
		return maas_fail("a %s reads a text: which column is it? (see --text)", kind);
	for (size_t i = 0; c->column && i < c->n; i++)
		if (c->column[i].role == MAAS_NUMERIC || c->column[i].role == MAAS_CATEGORY) {
			char number[24];

			snprintf(number, sizeof number, "%zu", i + 1);
			return maas_fail(
			    "a %s reads a text alone, and column '%s' is %s: name the text with --text, or leave "
			    "the column out with --drop",
			    kind, c->column[i].name ? c->column[i].name : number,
			    c->column[i].role == MAAS_NUMERIC ? "a number" : "a category");
		}
	return 0;
}

int
rows_spell(struct rows_job *j, struct rows_fold *f, const struct maas_columns *c)
{
	struct maas_model *m;

	if (check_columns(j, c) || !(f->tokenizer = open_tokenizer(j)) || !(m = maas_model_new(j->kind)))
		return -1;
	if (rows_settings(j, f, m) < 0) {
		maas_model_close(m);
		return -1;
	}
	f->spelling = (struct maas_spelling){ f->tokenizer, j->kind->rows->longest(m), j->task == MAAS_TASK_TAG };
	maas_model_close(m);
	return 0;
}

int
rows_design(const struct rows_job *j, const struct rows_fold *f, const struct rows_part *p,
    const struct maas_columns *c, int use_up, struct maas_design *x)
{
	size_t cut = 0;

	if (maas_rowset_design(p->set, p->pick, p->n, j->team, c, f->v, use_up, x))
		return -1;
	if (f->spelling.words)
		return maas_rowset_words(p->set, p->pick, p->n, &f->spelling, x);
	if (f->tokenizer && maas_rowset_sequences(p->set, p->pick, p->n, j->team, &f->spelling, x, &cut))
		return -1;
	if (cut && use_up)
		warn(j->call, "%zu of %zu texts are longer than the %zu tokens that are read: their ends are left out",
		    cut, p->n, f->spelling.longest);
	return 0;
}

size_t
rows_inputs(const struct rows_fold *f)
{
	return f->tokenizer ? f->data.x.seq.start[f->data.n] : f->data.x.cols;
}
