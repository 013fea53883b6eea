/* What a language model learns from: a tokeniser, and text, tokens or pairs by it. */
#include "maas/registry.h"
#include "train_text.h"

/* The tokeniser of the model begun with, in memory of its own: that model's is given back before learning begins. */
static struct maas_tokenizer *
copy_tokenizer(struct job *j)
{
	struct maas_tokenizer *t = maas_model_tokenizer(j->from), *own = NULL;

	if (t && !maas_tokenizer_compile(t, &j->spelling))
		own = maas_tokenizer_open((struct maas_span){ j->spelling.s, j->spelling.n });
	maas_tokenizer_free(t);
	return own;
}

int
open_tokenizer(struct job *j)
{
	if (j->text->init_from && !(j->from = maas_model_open(j->text->init_from)))
		return -1;
	if (j->from && j->from->kind != j->call->verb->data)
		return maas_fail(
		    "%s: a model of kind %s, not %s", j->text->init_from, j->from->kind->name, j->call->verb->name);
	if (j->text->tokenizer)
		j->tokenizer = maas_tokenizer_find(j->text->tokenizer);
	else
		j->tokenizer = j->from ? copy_tokenizer(j) : maas_tokenizer_bytes();
	if (!j->tokenizer)
		return -1;
	return j->from && j->text->tokenizer
	    ? check_learnt(j->from, j->text->init_from, j->tokenizer, j->text->tokenizer)
	    : 0;
}

int
learns_pairs(const struct job *j)
{
	return maas_corpus_pairs(j->corpus) > 0;
}

/* How much there is of what samples are made of: tokens, or pairs. */
static size_t
extent(const struct maas_corpus *c)
{
	size_t pairs = maas_corpus_pairs(c);

	return pairs ? pairs : maas_corpus_size(c);
}

static struct maas_corpus *
corpus(const struct job *j)
{
	const struct maas_field *f = maas_field(j->model->kind->fields, "context", 0);
	struct maas_corpus *c = maas_corpus_new(j->tokenizer, j->text->parse_special);
	struct maas_pair_bounds b = { .cut = j->text->truncate, .end = j->end };

	b.context = f ? (size_t) * (const long *)((const char *)j->model->settings + f->at) : 0;
	if (c && f)
		maas_corpus_bound(c, b);
	return c;
}

static int
split(struct job *j)
{
	size_t n = extent(j->corpus), cut;

	if (learns_pairs(j)) {
		if (maas_corpus_deal(j->corpus, j->how->val_split, (uint64_t)j->call->common.seed, &cut))
			return maas_in("--val-split");
		j->val = (struct maas_stretch){ j->corpus, cut, n };
	} else {
		cut = maas_corpus_cut(j->corpus, j->how->val_split);
		if (cut < 1 || cut == n)
			return maas_fail(
			    "--val-split %g leaves %zu of %zu tokens to train on", j->how->val_split, cut, n);
		j->val = (struct maas_stretch){ j->corpus, cut - 1, n }; /* the first is predicted too */
	}
	j->train.end = cut;
	return 0;
}

static int
read_held(struct job *j)
{
	enum maas_corpus_format f = (enum maas_corpus_format)j->text->format;

	if (!(j->val_corpus = corpus(j)) || maas_corpus_add(j->val_corpus, j->text->val, f, j->text->encoding))
		return -1;
	j->val = (struct maas_stretch){ j->val_corpus, 0, extent(j->val_corpus) };
	if (j->val.end && learns_pairs(j) != (maas_corpus_pairs(j->val_corpus) > 0))
		return maas_fail("%s: %s, and what is learnt from is %s", j->text->val,
		    learns_pairs(j) ? "text" : "pairs", learns_pairs(j) ? "pairs" : "text");
	if (learns_pairs(j))
		return j->val.end ? 0 : maas_fail("%s: no pairs", j->text->val);
	return j->val.end >= 2 ? 0 : maas_fail("%s: %zu tokens held out, two are the least", j->text->val, j->val.end);
}

/* What is not as one might think. */
static void
note_pairs(const struct job *j, const struct maas_corpus *c)
{
	struct maas_pair_notes n = maas_corpus_notes(c);

	if (n.cut)
		warn(j->call, "%zu of %zu pairs are longer than the context and were cut", n.cut, maas_corpus_pairs(c));
	if (n.empty)
		warn(j->call, "%zu of %zu completions are empty: to end at once is learnt", n.empty,
		    maas_corpus_pairs(c));
}

int
read_data(struct job *j)
{
	const struct call *c = j->call;
	enum maas_corpus_format f = (enum maas_corpus_format)j->text->format;

	if (!(j->corpus = corpus(j)))
		return -1;
	if (!c->n && maas_corpus_add(j->corpus, "-", f, j->text->encoding))
		return -1;
	for (int i = 0; i < c->n; i++)
		if (maas_corpus_add(j->corpus, c->operand[i], f, j->text->encoding))
			return -1;
	j->train = (struct maas_stretch){ j->corpus, 0, extent(j->corpus) };
	if (!j->train.end)
		return maas_fail("no text to train on: the input is empty");
	if (learns_pairs(j) && j->end < 0)
		warn(c, "no token ends a text: where completions end is not learnt");
	if (j->how->val_split > 0 && split(j))
		return -1;
	if (j->text->val && read_held(j))
		return -1;
	note_pairs(j, j->corpus);
	if (j->val_corpus)
		note_pairs(j, j->val_corpus);
	return 0;
}
