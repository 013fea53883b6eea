/* Texts that a network reads as sequences: its tokeniser or its lexicon, its settings, its features beside them. */
#include <stdlib.h>
#include <string.h>

#include "maas/registry.h"
#include "train_rows.h"

const struct maas_model *
rows_begun(const struct rows_job *j)
{
	return j->init ? j->init : j->body;
}

/* The tokeniser that is said, or begun with; else bytes. */
static int
open_tokenizer(const struct rows_job *j, struct rows_fold *f)
{
	const struct maas_model *begun = rows_begun(j);

	if (!j->rows->tokenizer)
		f->tokenizer = begun ? maas_model_tokenizer(begun) : maas_tokenizer_bytes();
	else if ((f->tokenizer = maas_tokenizer_find(j->rows->tokenizer)) && begun &&
	    check_learnt(begun, j->rows->init_from, f->tokenizer, j->rows->tokenizer) < 0)
		return -1;
	return f->tokenizer ? 0 : -1;
}

/* What chooses words is for who knows words. */
static int
check_words(const struct rows_job *j)
{
	static const char *const of_words[] = { "min_df", "max_features", "lowercase" };

	for (size_t i = 0; j->kind->rows->reads && i < MAAS_COUNT(of_words); i++)
		if (typed(j->call, of_words[i])) {
			char name[64];

			maas_field_name(maas_field(j->kind->fields, of_words[i], 0), name, sizeof name);
			return maas_fail_setting(of_words[i],
			    "--%s is for --analyzer word, char and cjk, and texts are read by a tokeniser", name);
		}
	return 0;
}

/* A lexicon goes on as it is. */
static int
begin_lexicon(const struct rows_job *j, struct rows_fold *f)
{
	if (j->rows->tokenizer)
		return maas_fail_as(
		    MAAS_USAGE, "%s reads by words of its own: --tokenizer cannot say otherwise", j->rows->init_from);
	return (f->lexicon = maas_lexicon_open(maas_model_part(rows_begun(j), "lexicon"))) ? 0 : -1;
}

/* By words, of which those of the training rows are known; or by a tokeniser. */
static int
open_reading(struct rows_job *j, struct rows_fold *f)
{
	const struct maas_model *begun = rows_begun(j);
	const struct maas_reading *s = j->call->part[0];
	struct maas_lexicon_options how;

	if (begun && maas_model_part(begun, "lexicon").s)
		return begin_lexicon(j, f);
	if (!j->kind->rows->reads || begun || s->analyzer == MAAS_BY_TOKEN ||
	    (s->analyzer == MAAS_BY_AUTO && j->rows->tokenizer))
		return check_words(j) ? -1 : open_tokenizer(j, f);
	if (j->rows->tokenizer)
		return maas_fail_as(
		    MAAS_USAGE, "--tokenizer and --analyzer %s exclude each other", maas_analysis_names[s->analyzer]);
	how = (struct maas_lexicon_options){ .analyzer = s->analyzer,
		.tagged = j->task == MAAS_TASK_TAG,
		.lowercase = s->lowercase,
		.min_df = s->min_df,
		.max_features = s->max_features };
	f->lexicon = maas_rowset_lexicon(j->set, f->train.pick, f->train.n, j->team, &how);
	return f->lexicon ? 0 : -1;
}

int
rows_suit_tags(const struct rows_job *j)
{
	struct maas_reading *s = j->call->part[0];

	if (j->task != MAAS_TASK_TAG || !j->kind->rows->reads || !j->call->verb->data)
		return 0;
	if (typed(j->call, "pool"))
		return maas_fail_setting("pool", "--pool: each word is tagged by its own state");
	if (typed(j->call, "lowercase") && s->lowercase)
		return maas_fail_setting("lowercase", "--lowercase: words that are tagged keep their case");
	s->lowercase = 0;
	if (!given(j->call, "dropout"))
		s->dropout = j->kind->rows->tags_dropout;
	return 0;
}

/* Vectors of a file are as wide as the network is to be, or it becomes as wide. */
static int
open_vectors(const struct rows_job *j, struct rows_fold *f)
{
	const char *path = j->rows->embeddings;
	const struct maas_reading *s = j->call->part[0];

	if (!path)
		return 0;
	if (!j->kind->rows->reads)
		return maas_fail_setting("embeddings", "--embeddings: %s models look up no words", j->kind->name);
	if (rows_begun(j))
		return maas_fail_as(
		    MAAS_USAGE, "--embeddings and --init-from exclude each other: the model brings its own");
	if (!f->lexicon)
		return maas_fail_setting("embeddings",
		    "--embeddings is for --analyzer word, char and cjk: vectors are of words, not of tokens");
	if (!(f->vectors = maas_vectors_load(path, f->lexicon)))
		return -1;
	if (given(j->call, "embed") && (size_t)s->embed != f->vectors->wide)
		return maas_fail("%s: vectors of %zu numbers, and --embed is %ld", path, f->vectors->wide, s->embed);
	if (!j->at_fold && !j->at_trial)
		warn(j->call, "embeddings: %zu of %zu words are among the %zu of %s", f->vectors->n,
		    maas_lexicon_size(f->lexicon) - 1, f->vectors->lines, path);
	return 0;
}

int
rows_reads(const struct rows_fold *f)
{
	return f->tokenizer || f->lexicon;
}

int
rows_settings(const struct rows_job *j, const struct rows_fold *f, struct maas_model *m)
{
	const struct maas_field *vocab = maas_field(j->kind->fields, "vocab", 0);
	long size = f->tokenizer ? (long)maas_tokenizer_size(f->tokenizer)
	    : f->lexicon         ? (long)maas_lexicon_size(f->lexicon)
				 : 0,
	     *v;

	memcpy(m->settings, j->call->part[0], j->kind->size);
	if (rows_begun(j))
		rows_from_settings(j, m);
	if (j->kind->rows->reads && size)
		((struct maas_reading *)m->settings)->analyzer =
		    f->lexicon ? (int)maas_lexicon_analyzer(f->lexicon) : MAAS_BY_TOKEN;
	if (f->vectors)
		((struct maas_reading *)m->settings)->embed = (long)f->vectors->wide;
	if (!vocab || !size)
		return 0;
	v = (long *)(void *)((char *)m->settings + vocab->at);
	if (*v && *v < size)
		return maas_fail_as(MAAS_CONFIG, "vocab is %ld, and the %s has %ld ids (see --vocab, %s)", *v,
		    f->lexicon ? "lexicon" : "tokeniser", size, f->lexicon ? "--max-features" : "--tokenizer");
	*v = *v ? *v : size;
	return 0;
}

/* Of several kinds one may have no use for what is said for another. */
static int
refuse_words(const struct rows_job *j)
{
	if (j->rows->tokenizer)
		return maas_fail_setting("tokenizer", "--tokenizer: %s models take words, not tokens", j->kind->name);
	if (j->rows->embeddings)
		return maas_fail_setting("embeddings", "--embeddings: %s models look up no words", j->kind->name);
	return 0;
}

/* What is said of texts would be lost; what a configuration says, which may be of several kinds, is passed over. */
static int
refuse_texts(const struct rows_job *j)
{
	static const char *const name[] = { "analyzer", "context", "vocab", "min_df", "max_features", "lowercase" };
	const char *said = j->rows->embeddings ? "embeddings" : j->rows->tokenizer ? "tokenizer" : NULL, *field = said;
	const struct maas_field *f;
	char option[64];

	for (size_t i = 0; i < MAAS_COUNT(name) && !said; i++)
		if (typed(j->call, name[i]) && (f = maas_field(j->kind->fields, name[i], 0))) {
			maas_field_name(f, option, sizeof option);
			field = name[i];
			said = option;
		}
	return said ? maas_fail_setting(field, "--%s is for texts, and these are pictures or sounds", said) : 0;
}

int
rows_spell(struct rows_job *j, struct rows_fold *f, const struct maas_columns *c)
{
	struct maas_model *m;

	f->frames = j->kind->rows->reads && maas_columns_frame(c);
	if (f->frames || !j->kind->rows->longest)
		return j->kind->rows->longest || j->kind->texts ? refuse_texts(j) : refuse_words(j);
	if (j->kind->rows->reads && c->height)
		return maas_fail("a %s reads pictures of one channel, row by row (see --colour)", j->kind->name);
	if (!c->texts)
		return maas_fail("%s models read a text: which column is it? (see --text)", j->kind->name);
	if (open_reading(j, f) || open_vectors(j, f) || !(m = maas_model_new(j->kind)))
		return -1;
	if (rows_settings(j, f, m) < 0) {
		maas_model_close(m);
		return -1;
	}
	f->spelling = (struct maas_spelling){ .tokenizer = f->tokenizer,
		.lexicon = f->lexicon,
		.longest = j->kind->rows->longest(m),
		.words = j->task == MAAS_TASK_TAG };
	maas_model_close(m);
	return 0;
}

int
rows_design(const struct rows_job *j, const struct rows_fold *f, const struct rows_part *p,
    const struct maas_columns *c, int use_up, struct maas_design *x)
{
	struct maas_sequences frames = { 0 };
	size_t cut = 0;

	if (f->frames && maas_rowset_frames(p->set, p->pick, p->n, &frames))
		return -1;
	if (maas_rowset_design(p->set, p->pick, p->n, j->team, c, f->v, use_up, x)) {
		free(frames.start);
		return -1;
	}
	x->seq = frames;
	if (f->spelling.words)
		return maas_rowset_words(p->set, p->pick, p->n, &f->spelling, x);
	if (rows_reads(f) && maas_rowset_sequences(p->set, p->pick, p->n, j->team, &f->spelling, x, &cut))
		return -1;
	if (cut && use_up)
		warn(j->call, "%zu of %zu texts are longer than the %zu tokens that are read: their ends are left out",
		    cut, p->n, f->spelling.longest);
	return 0;
}

size_t
rows_inputs(const struct rows_fold *f)
{
	return rows_reads(f) ? f->data.x.seq.start[f->data.n] : f->data.x.cols;
}
