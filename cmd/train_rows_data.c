/* Rows for maas-train: read, parted, vectorised; and scored when the model stands. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "told.h"
#include "maas/train.h"
#include "train_rows.h"

#define MANY 100 /* labels: more than a person counts through */

/* A row that cannot be learnt from ends it: which, and why. */
static int
on_bad(void *ctx, const struct maas_row *row, const char *why)
{
	(void)ctx;
	if (why == row->bad)
		return maas_fail("%s", why);
	return maas_fail("%s:%zu: %s", row->record.name, row->record.line, why);
}

static struct maas_rowset *
load(struct rows_job *j, struct maas_table *t, const struct maas_columns *c)
{
	struct maas_reader *r = maas_reader_new(c, t);
	int drop = j->preparation->impute == MAAS_IMPUTE_DROP;
	struct maas_rowset *d;

	if (r && (j->preparation->impute || j->gaps))
		maas_reader_gaps(r);
	if (r && (j->hears || (j->rows->augment && maas_augments_hear(j->rows->augment))))
		maas_reader_sounds(r);
	d = r ? maas_rowset_load(r, c, j->task, drop, on_bad, j) : NULL;
	if (r)
		told_cuts(j->call, r);
	maas_reader_free(r);
	if (d)
		rows_tell_tags(j, d);
	if (d && d->dropped)
		warn(j->call, "%zu of %zu rows have gaps and are left out", d->dropped, d->dropped + d->n);
	return d;
}

/* What a kind of network that reads one thing of a row has been told to read; NULL: it sees for itself. */
static const char *
reads_one(const struct rows_job *j)
{
	if (!j->kind || !rows_reads_texts(j->kind))
		return NULL;
	if (j->table->text || !(j->kind->rows->reads || j->kind->texts))
		return j->table->text ? "text" : NULL;
	return j->table->picture ? "picture" : j->table->sound ? "sound" : NULL;
}

static struct maas_columns *
fit_columns(const struct rows_job *j, struct maas_table *t)
{
	struct maas_table_options o = *j->table;

	if (reads_one(j)) {
		o.features = "";
		o.picture = o.text ? NULL : o.picture;
		o.sound = o.text || o.picture ? NULL : o.sound;
	}
	return maas_columns_fit(t, &o, 0);
}

/* Is a column among those of --drop, by its name or its number? */
static int
in_list(const struct maas_span *list, size_t n, const char *name, const char *number)
{
	for (size_t i = 0; i < n; i++)
		if (maas_span_is(list[i], number) || (name && maas_span_is(list[i], name)))
			return 1;
	return 0;
}

/* Columns that nobody told to leave out are named. */
static int
tell_left_out(const struct rows_job *j)
{
	struct maas_arena *a = maas_arena_new(1 << 10);
	const struct maas_columns *c = j->own;
	struct maas_span *drop = NULL;
	struct maas_buf b = { 0 };
	size_t dropped = 0, n = 0;
	int bad = !a || (j->table->drop && maas_list_parse(a, j->table->drop, &drop, &dropped));

	for (size_t i = 0; c->column && i < c->n && !bad; i++) {
		const char *name = c->column[i].name;
		char number[24];

		snprintf(number, sizeof number, "%zu", i + 1);
		if (c->column[i].role == MAAS_DROPPED && !in_list(drop, dropped, name, number))
			bad = maas_buf_printf(&b, "%s'%s'", n++ ? ", " : "", name ? name : number);
	}
	if (n && !bad)
		warn(j->call, "column%s %s %s left out: %s models read a %s", n > 1 ? "s" : "", b.s,
		    n > 1 ? "are" : "is", j->kind->name, reads_one(j));
	maas_arena_free(a);
	maas_buf_free(&b);
	return bad ? -1 : 0;
}

static int
own_columns(struct rows_job *j, struct maas_table *t)
{
	if (!(j->own = fit_columns(j, t)) || (reads_one(j) && tell_left_out(j)))
		return -1;
	for (size_t i = 0; j->own->column && i < j->own->n; i++)
		if (j->own->column[i].odd)
			warn(j->call, "%s is no number, as most of its column are: they are all taken as words",
			    j->own->column[i].odd);
	if (j->own->heading)
		warn(j->call,
		    "%s stands in the first row, which is taken for data: does it name a column (--header yes)?",
		    j->own->heading);
	if ((j->own->format == &maas_format_conll) != (j->task == MAAS_TASK_TAG))
		return maas_fail_as(MAAS_USAGE,
		    j->task == MAAS_TASK_TAG
			? "--task tag reads CoNLL: a token a line and its tag behind it (see --format)"
			: "CoNLL has a tag a token, not a label a row: see --task tag");
	if (j->own->labelled)
		return 0;
	if (j->task == MAAS_TASK_TAG)
		return maas_fail("no tags in the data: a column behind the tokens is wanted");
	return maas_columns_medium(j->own) && !j->own->labelled && maas_table_format(t) != &maas_format_idx
	    ? maas_fail(
		  "no labels: take them from the files' names with --label-from, name a file that holds them with "
		  "--labels, or put the files of each label in a directory of its own")
	    : maas_fail("no labels in the data: name their column with --label, or their file with --labels");
}

/* Rows that the given vectoriser has made already are numbers. */
static int
ready_made(struct rows_job *j, struct maas_table *t)
{
	if (!j->given || maas_table_format(t) != &maas_format_libsvm)
		return 0;
	return (j->own = maas_columns_sparse(j->columns->features + maas_vectorizer_size(j->given))) ? 0 : -1;
}

/* Where the vectoriser is given: rows it has made, or texts, in the columns it knows or in those now named. */
static int
given_vectorizer(struct rows_job *j, struct maas_table *t)
{
	if (told_text(j->call, "--vectorizer") || !(j->from = maas_model_open(j->rows->vectorizer)) ||
	    !(j->given = maas_model_vectorizer(j->from, &j->columns)))
		return -1;
	if (ready_made(j, t))
		return -1;
	if (j->own)
		return 0;
	if (given(j->call, "text") || given(j->call, "label") || given(j->call, "features") || given(j->call, "drop")) {
		if (own_columns(j, t))
			return -1;
		j->columns = NULL;
		return j->own->texts ? 0 : maas_fail("no column of text for the vectoriser: name it with --text");
	}
	if (!j->columns->labelled)
		return maas_fail("%s was fitted without labels: name their column with --label", j->rows->vectorizer);
	return j->columns->texts ? 0 : maas_fail("no column of text for the vectoriser: name it with --text");
}

void
rows_suit_kind(struct rows_job *j)
{
	const struct maas_columns *c = j->own ? j->own : j->columns;

	if (c && j->kind && j->kind->texts && c->texts && !c->height)
		j->kind = j->kind->texts;
}

/* Very many numbers are no classes, for a kind that learns both. */
static int
look_at_labels(struct rows_job *j)
{
	const unsigned both = MAAS_CLASSES | MAAS_VALUES;
	int rc;

	if (j->rows->task || j->init || (j->kind->rows->tasks & both) != both || j->set->labels.n <= MANY)
		return 0;
	if ((rc = maas_rowset_numbers(j->set)) <= 0)
		return rc;
	j->task = MAAS_TASK_REGRESS;
	warn(j->call, "%zu different numbers are labels: learnt as numbers (see --task)", j->set->labels.n);
	return 0;
}

/* --until is of what is measured as it is learnt: of tags, the labels say what that is. */
static int
check_goal(const struct rows_job *j)
{
	const struct rows_goal *g = &j->goal;

	if (!g->name || g->loss || !strcmp(g->name, rows_metric(j)))
		return 0;
	return maas_fail_as(
	    MAAS_USAGE, "--until: what is held out is measured by %s here, not by %s", rows_metric(j), g->name);
}

static int
read_rows(struct rows_job *j)
{
	struct maas_table *t;
	int bad;

	if (j->rows->init_from && rows_from_open(j))
		return -1;
	t = maas_table_open(j->table, j->columns, j->call->operand, j->call->n, MAAS_AGAIN);
	bad = !t || maas_table_team(t, j->team) ||
	    (j->init                      ? ready_made(j, t)
		    : j->rows->vectorizer ? given_vectorizer(j, t)
					  : own_columns(j, t));
	bad = bad || !(j->set = load(j, t, j->own ? j->own : j->columns)) ||
	    (!j->outcome->dry_run && maas_table_sha256(t, j->sha256));
	maas_table_close(t);
	if (bad)
		return -1;
	rows_suit_kind(j);
	if (look_at_labels(j) || check_goal(j))
		return -1;
	return j->set->n ? 0 : maas_fail("no rows to train on");
}

static uint32_t *
count_up(size_t n)
{
	uint32_t *pick = maas_alloc(n, sizeof *pick);

	for (size_t i = 0; pick && i < n; i++)
		pick[i] = (uint32_t)i;
	return pick;
}

static int
read_val(struct rows_job *j, struct rows_part *to)
{
	const struct maas_columns *c = j->own ? j->own : j->columns;
	char *operand[] = { (char *)j->rows->val, NULL };
	struct maas_table_options o = *j->table;
	struct maas_table *t;
	int bad;

	o.rows = o.labels = NULL; /* of the operands */
	t = maas_table_open(&o, c, operand, 1, MAAS_DIGEST);
	bad = !t || maas_table_team(t, j->team) || !(j->val_set = load(j, t, c)) || maas_table_sha256(t, j->val_sha256);
	maas_table_close(t);
	if (bad)
		return -1;
	*to = (struct rows_part){ j->val_set, NULL, j->val_set->n };
	if (!to->n)
		return maas_fail("%s: no rows to measure on", j->rows->val);
	return (to->pick = count_up(to->n)) ? 0 : -1;
}

/* Set a share of each label's rows aside; of numbers a share of all. */
static int
split(struct rows_job *j, struct rows_fold *f)
{
	size_t n = f->train.n, labels = 1, stay;
	double share = j->training->val_split;
	struct maas_span *label;
	uint32_t *group = maas_alloc(n, sizeof *group);
	int bad;

	if (!group)
		return -1;
	bad = j->task == MAAS_TASK_CLASS &&
	    (maas_rowset_labels(j->set, f->train.pick, n, &label, &labels) ||
		maas_rowset_targets(j->set, f->train.pick, n, label, labels, group));
	bad =
	    bad || maas_split_stratified(f->train.pick, group, n, labels, share, (uint64_t)j->call->common.seed, &stay);
	free(group);
	if (bad)
		return -1;
	if (!stay || stay == n)
		return maas_fail("--val-split %g leaves %zu of %zu rows to train on", share, stay, n);
	f->val = (struct rows_part){ j->set, maas_alloc(n - stay, sizeof *f->val.pick), n - stay };
	if (!f->val.pick)
		return -1;
	memcpy(f->val.pick, f->train.pick + stay, f->val.n * sizeof *f->val.pick);
	f->train.n = stay;
	return 0;
}

int
rows_read(struct rows_job *j)
{
	struct rows_fold *f = &j->fold;
	int fills;

	if (read_rows(j))
		return -1;
	f->train = (struct rows_part){ j->set, count_up(j->set->n), j->set->n };
	if (!f->train.pick || (j->rows->val && read_val(j, &f->val)))
		return -1;
	if (!(j->training->val_split > 0))
		return 0;
	fills = j->preparation->impute && j->preparation->impute != MAAS_IMPUTE_DROP;
	return split(j, f) || (j->own && maas_rowset_recast(j->set, j->own, f->train.pick, f->train.n, fills)) ? -1 : 0;
}

/* Labels that are many are often numbers, or another column than was meant. */
static void
hint_labels(const struct rows_job *j, const struct rows_fold *f)
{
	size_t numbers = 0;
	double v;

	if (j->rows->task || j->at_fold || j->at_trial || j->init || f->labels <= MANY)
		return;
	for (size_t k = 0; k < f->labels; k++)
		numbers += maas_number(f->label[k], &v) == 0;
	if (numbers == f->labels)
		warn(j->call, "%zu labels, all of them numbers: as quantities they are learnt by maas-train linear",
		    f->labels);
	else if (f->labels > f->train.n / 2)
		warn(j->call, "%zu labels in %zu rows: is --label right?", f->labels, f->train.n);
}

static int
take_targets(struct rows_job *j, struct rows_fold *f)
{
	const struct rows_part *part[] = { &f->train, &f->val };
	uint32_t **target[] = { &f->target, &f->val_target };
	double **value[] = { &f->value, &f->val_value };

	if (j->task != MAAS_TASK_REGRESS &&
	    (j->init ? rows_from_labels(j, f)
		     : maas_rowset_labels(j->set, f->train.pick, f->train.n, &f->label, &f->labels)))
		return -1;
	for (size_t k = 0; k < 2; k++) {
		size_t n = part[k]->n;

		if (j->task != MAAS_TASK_REGRESS) {
			size_t labels = n ? maas_rowset_count(part[k]->set, part[k]->pick, n) : 0;

			if (!(*target[k] = maas_alloc(labels, sizeof **target[k])) ||
			    (n && maas_rowset_targets(part[k]->set, part[k]->pick, n, f->label, f->labels, *target[k])))
				return -1;
			continue;
		}
		if (!(*value[k] = maas_alloc(n, sizeof **value[k])))
			return -1;
		for (size_t i = 0; i < n; i++)
			(*value[k])[i] = part[k]->set->target[part[k]->pick[i]];
	}
	hint_labels(j, f);
	return j->init && f->labels ? rows_from_check(j, f) : 0;
}

/* A text without blanks is one word to the analyzer that is the default: said, since it learns next to nothing. */
static void
hint(const struct rows_job *j)
{
	size_t n = j->set->n < 1000 ? j->set->n : 1000;

	if (!j->at_fold && !j->at_trial && !j->given && j->set->text && !given(j->call, "analyzer") &&
	    maas_cjk_share(j->set->text, n) > 0.3)
		warn(j->call, "the text has few blanks between words: --analyzer cjk learns more from it");
}

/* Features and targets of the rows trained on and held out; and what the first look like, which is found before their
 * numbers are used up. */
static int
make_designs(struct rows_job *j, struct rows_fold *f, const struct maas_columns *c, int use_up)
{
	struct maas_data *d = &f->data, *h = &f->held;
	struct maas_statistics *s = NULL;
	int bad;

	*d = (struct maas_data){ .n = f->train.n };
	*h = (struct maas_data){ .n = f->val.n };
	if (take_targets(j, f) ||
	    (use_up && j->task != MAAS_TASK_TAG && !(s = maas_statistics_new(f->train.set, f->train.pick, f->train.n))))
		return -1;
	bad = (f->val.n && rows_design(j, f, &f->val, c, 0, &h->x)) || rows_design(j, f, &f->train, c, use_up, &d->x);
	if (j->task == MAAS_TASK_TAG) { /* a long text makes several */
		d->n = d->x.rows;
		h->n = h->x.rows;
	}
	d->labels = h->labels = f->labels;
	d->name = h->name = f->label;
	d->height = h->height = c->height;
	d->width = h->width = c->width;
	d->channels = h->channels = c->height && !c->channels ? 1 : c->channels;
	d->columns = h->columns = c;
	d->bio = h->bio = j->task == MAAS_TASK_TAG && !j->set->broken;
	d->sounds = f->train.set->sounds.start ? &f->train.set->sounds : NULL;
	d->pick = f->train.pick;
	d->label = f->target;
	h->label = f->val_target;
	d->target = f->value;
	h->target = f->val_value;
	bad = bad || (s && maas_statistics_print(s, d, c, j->given ? j->given : f->v, &f->statistics));
	maas_statistics_free(s);
	return bad ? -1 : 0;
}

int
rows_prepare(struct rows_job *j, struct rows_fold *f, int use_up)
{
	struct maas_preparation how = *j->preparation;
	const struct maas_columns *c = j->columns;
	struct maas_data *d = &f->data, *h = &f->held;

	how.alike = j->kind->rows->alike;
	if (j->own) {
		if (!(f->learnt = maas_columns_copy(j->own)) ||
		    maas_rowset_learn(j->set, f->train.pick, f->train.n, &how, f->learnt))
			return -1;
		c = f->learnt;
	}
	if (rows_spell(j, f, c))
		return -1;
	if (!j->kind->rows->longest && j->set->text) {
		hint(j);
		f->v = j->given
		    ? j->given
		    : (f->fitted = maas_rowset_vectorizer(j->set, f->train.pick, f->train.n, j->team, j->vectorizer));
		if (!f->v)
			return -1;
	}
	if (make_designs(j, f, c, use_up))
		return -1;
	if (maas_class_weights(j->training->class_weight, d, &f->weight))
		return -1;
	d->weight = h->weight = f->weight;
	return 0;
}

int
rows_project(struct rows_job *j, struct rows_fold *f)
{
	const char *n = j->rows->pca;
	double bytes;

	if (!n)
		return 0;
	if (!j->kind->rows->fold)
		return maas_fail_setting("pca", "--pca: %s models do not learn from components", j->kind->name);
	if (maas_projection_bytes(n, f->data.n, f->data.x.cols, &bytes))
		return -1;
	if (bytes > 1e8 && !j->at_fold && !j->at_trial)
		warn(j->call, "pca of %zu rows of %zu features: %.1f GB of memory", f->data.n, f->data.x.cols,
		    bytes / 1e9);
	f->components = f->data;
	f->held_components = f->held;
	f->components.x = f->held_components.x = (struct maas_design){ 0 };
	if (!(f->projection = maas_projection_fit(n, &f->data.x, j->team, (uint64_t)j->call->common.seed)) ||
	    maas_projection_apply(f->projection, &f->data.x, j->team, &f->components.x) ||
	    (f->val.n && maas_projection_apply(f->projection, &f->held.x, j->team, &f->held_components.x)))
		return -1;
	if (!j->at_fold && !j->at_trial)
		warn(j->call, "pca: %zu components, %.6f of the variance", maas_projection_size(f->projection),
		    maas_projection_share(f->projection));
	return 0;
}

/* The label that most training rows have. */
static struct maas_span
commonest(const struct maas_data *d)
{
	size_t *count = maas_alloc(d->labels, sizeof *count), best = 0, n = maas_design_answers(&d->x, 0, d->n);

	for (size_t i = 0; count && i < n; i++)
		count[d->label[i]]++;
	for (size_t k = 1; count && k < d->labels; k++)
		best = count[k] > count[best] ? k : best;
	free(count);
	return d->name[best];
}

/* The label of row i of a part. */
static struct maas_span
label_of(const struct rows_part *p, size_t i)
{
	return p->set->labels.name[p->set->label[p->pick[i]]];
}

void
rows_tell_tags(const struct rows_job *j, const struct maas_rowset *d)
{
	size_t words = d->tags && d->n ? d->tags[d->n] : 0;

	if (d->broken)
		warn(j->call,
		    "%zu of %zu tags go on with an entity that is not open, the first is %s: they are taken to begin one",
		    d->broken, words, d->broken_at);
}

/* The share of words with the commonest tag. */
static double
tags_baseline(const struct rows_fold *f, const struct rows_part *on)
{
	const struct maas_rowset *d = on->set;
	struct maas_span best = commonest(&f->data);
	size_t right = 0, all = 0;

	for (size_t i = 0; i < on->n; i++)
		for (size_t k = d->tags[on->pick[i]]; k < d->tags[on->pick[i] + 1]; k++, all++)
			right += !maas_span_compare(d->labels.name[d->tag[k]], best);
	return all ? (double)right / (double)all : 0;
}

double
rows_baseline(const struct rows_job *j, const struct rows_fold *f, const struct rows_part *on)
{
	const struct maas_data *d = &f->data;
	double mean = 0, own = 0, lost = 0, all = 0;
	size_t right = 0;

	if (j->task == MAAS_TASK_TAG)
		return tags_baseline(f, on);
	if (j->task == MAAS_TASK_CLASS) {
		struct maas_span best = commonest(d);

		for (size_t i = 0; i < on->n; i++) {
			struct maas_span s = label_of(on, i);

			right += s.n == best.n && !memcmp(s.s, best.s, s.n);
		}
		return (double)right / (double)on->n;
	}
	for (size_t i = 0; i < d->n; i++)
		mean += d->target[i] / (double)d->n;
	for (size_t i = 0; i < on->n; i++)
		own += on->set->target[on->pick[i]] / (double)on->n;
	for (size_t i = 0; i < on->n; i++) {
		double y = on->set->target[on->pick[i]];

		lost += (y - mean) * (y - mean);
		all += (y - own) * (y - own);
	}
	return all > 0 ? 1 - lost / all : 0;
}

/* The words of a part, of which score says what the model makes. */
static int
judge_tags(const struct rows_fold *f, const struct rows_part *p, const double *score, struct maas_eval *e,
    struct maas_entities *to)
{
	const struct maas_rows *r = maas_rows_of(f->model);
	const struct maas_rowset *d = p->set;
	struct maas_span *tag = NULL;
	uint32_t *number = NULL;
	size_t cap = 0, room = 0;
	int bad = 0;

	for (size_t i = 0; i < p->n && !bad; i++) {
		const uint32_t *own = d->tag + d->tags[p->pick[i]];
		size_t n = d->tags[p->pick[i] + 1] - d->tags[p->pick[i]];

		bad = maas_grow(&tag, 0, &cap, 2 * n, sizeof *tag) || maas_grow(&number, 0, &room, n, sizeof *number) ||
		    maas_rows_path(r, score, n, number);
		for (size_t k = 0; k < n && !bad; k++, score += f->labels) {
			tag[k] = d->labels.name[own[k]];
			tag[n + k] = f->label[number[k]];
			bad = maas_eval_add(e, tag[k], score);
		}
		bad = bad || (to && maas_entities_add(to, tag, tag + n, n));
	}
	free(tag);
	free(number);
	return bad ? -1 : 0;
}

struct maas_eval *
rows_judge(const struct rows_job *j, const struct rows_fold *f, const struct rows_part *p, const struct maas_design *x,
    struct maas_entities *to)
{
	const struct maas_rows *r = maas_rows_of(f->model);
	size_t scores = r ? maas_rows_scores(r) : 0, answers = maas_design_answers(x, 0, x->rows);
	struct maas_eval *e = r ? maas_eval_new(f->label, f->labels) : NULL;
	double *score = e ? maas_alloc(answers, scores * sizeof *score) : NULL;
	int bad = !score || maas_rows_apply(r, x, j->team, score);

	if (j->task == MAAS_TASK_TAG)
		bad = bad || judge_tags(f, p, score, e, to);
	for (size_t i = 0; j->task != MAAS_TASK_TAG && i < p->n && !bad; i++)
		bad = j->task == MAAS_TASK_CLASS ? maas_eval_add(e, label_of(p, i), score + i * scores)
						 : maas_eval_add_value(e, p->set->target[p->pick[i]], score[i]);
	free(score);
	if (!bad)
		return e;
	maas_eval_free(e);
	return NULL;
}

/* Are the labels tags, of which some mark entities? */
static int
marks_entities(const struct rows_job *j)
{
	const struct maas_names *names = &j->set->labels;

	for (size_t i = 0; j->task == MAAS_TASK_TAG && i < names->n; i++)
		if (maas_tag_read(names->name[i]).place != 'O')
			return 1;
	return 0;
}

const char *
rows_metric(const struct rows_job *j)
{
	return j->task == MAAS_TASK_REGRESS ? "r2" : marks_entities(j) ? "f1" : "accuracy";
}

const char *
rows_grade_name(const struct rows_job *j)
{
	return marks_entities(j) ? "entity_f1" : rows_metric(j);
}

int
rows_grade(const struct rows_job *j, const struct rows_fold *f, const struct rows_part *p, const struct maas_design *x,
    double *grade)
{
	const char *name = rows_grade_name(j);
	struct maas_entities *entities = j->task == MAAS_TASK_TAG ? maas_entities_new() : NULL;
	struct maas_eval *e = j->task != MAAS_TASK_TAG || entities ? rows_judge(j, f, p, x, entities) : NULL;
	int bad = !e || (entities ? maas_entities_metric(entities, name, grade) : maas_eval_metric(e, name, grade));

	maas_eval_free(e);
	maas_entities_free(entities);
	return bad ? -1 : 0;
}

int
rows_grade_baseline(const struct rows_job *j, const struct rows_fold *f, const struct rows_part *p, double *grade)
{
	const struct maas_rowset *d = p->set;
	struct maas_entities *e;
	struct maas_span *tag = NULL, best;
	size_t cap = 0;
	int bad;

	*grade = j->task == MAAS_TASK_TAG ? 0 : rows_baseline(j, f, p);
	if (j->task != MAAS_TASK_TAG)
		return 0;
	best = commonest(&f->data);
	bad = !(e = maas_entities_new());
	for (size_t i = 0; i < p->n && !bad; i++) {
		size_t first = d->tags[p->pick[i]], n = d->tags[p->pick[i] + 1] - first;

		bad = maas_grow(&tag, 0, &cap, 2 * n, sizeof *tag);
		for (size_t k = 0; k < n && !bad; k++) {
			tag[k] = d->labels.name[d->tag[first + k]];
			tag[n + k] = best;
		}
		bad = bad || maas_entities_add(e, tag, tag + n, n);
	}
	bad = bad || maas_entities_metric(e, rows_grade_name(j), grade);
	maas_entities_free(e);
	free(tag);
	return bad ? -1 : 0;
}

void
rows_fold_free(struct rows_fold *f)
{
	maas_model_close(f->model);
	maas_design_free(&f->components.x);
	maas_design_free(&f->held_components.x);
	maas_projection_free(f->projection);
	maas_design_free(&f->data.x);
	maas_design_free(&f->held.x);
	maas_tokenizer_free(f->tokenizer);
	maas_lexicon_free(f->lexicon);
	maas_vectors_free(f->vectors);
	maas_vectorizer_free(f->fitted);
	maas_columns_free(f->learnt);
	free(f->train.pick);
	free(f->val.pick);
	free(f->target);
	free(f->val_target);
	free(f->value);
	free(f->val_value);
	free(f->weight);
	maas_buf_free(&f->statistics);
	*f = (struct rows_fold){ 0 };
}

void
rows_free(struct rows_job *j)
{
	maas_eval_free(j->val);
	maas_entities_free(j->entities);
	maas_buf_free(&j->search);
	(void)!rows_watch_close(j);
	free(j->watch.point);
	rows_fold_free(&j->fold);
	maas_rowset_free(j->set);
	maas_rowset_free(j->val_set);
	maas_columns_free(j->own);
	maas_model_close(j->from);
	maas_model_close(j->init);
	maas_model_close(j->body);
	maas_team_free(j->team);
	free(j->identity);
	made_free(&j->made);
	if (j->lock >= 0)
		close(j->lock);
}
