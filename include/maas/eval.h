/*
 * eval -- how good a model is: reports and metrics of labels and probabilities or of numbers,
 * thresholds, and the comparison of two models.  Meanings: scikit-learn's.
 */
#ifndef MAAS_EVAL_H
#define MAAS_EVAL_H

#include "maas/base.h"

/*
 * Truth and answers gathered one record at a time.  Labels are numbered as in the model; a truth
 * that the model has no label for gets a number behind them.  Without labels: of a regression.
 */
struct maas_eval;
struct maas_eval *maas_eval_new(const struct maas_span *label, size_t labels) MAAS_USE; /* copied; 0: regression */
void maas_eval_free(struct maas_eval *);
/* probability[labels]; the answer is the largest, the first of equals. */
int maas_eval_add(struct maas_eval *, struct maas_span truth, const double *probability) MAAS_USE;
int maas_eval_add_value(struct maas_eval *, double truth, double answer) MAAS_USE;      /* regression; both finite */
size_t maas_eval_count(const struct maas_eval *);
size_t maas_eval_labels(const struct maas_eval *);              /* of the model; 0: regression */

/* A metric by name.  Of labels: accuracy, f1_macro, f1_weighted, precision_macro, precision_weighted,
 * recall_macro, recall_weighted, log_loss, roc_auc, ece, brier.  Of a regression: mse, rmse, mae, r2.  NAN:
 * undefined here (roc_auc of one class, with a label the model has not, or of more than 2^27 probabilities; r2 of one
 * row).  MAAS_USAGE where there is none of that name here. */
extern const char *const maas_eval_metrics[];           /* of labels; NULL-terminated */
extern const char *const maas_eval_value_metrics[];     /* of a regression */
int maas_eval_metric(struct maas_eval *, const char *name, double *) MAAS_USE;
int maas_eval_is_loss(const char *name);                /* smaller is better */
/* What one learns from nothing reaches: accuracy of the commonest truth; regression: rmse of the mean truth. */
double maas_eval_baseline(struct maas_eval *);

/* scikit-learn's classification_report, to the character; regression: the metrics beside those of the mean. */
int maas_eval_report(struct maas_eval *, struct maas_buf *) MAAS_USE;
/* One object with every metric, and of labels: labels, confusion and per_label, its members alone, without braces. */
int maas_eval_members(struct maas_eval *, struct maas_buf *) MAAS_USE;

/* Rows are truths, columns answers, of the labels that occur, sorted by bytes. */
struct maas_confusion {
	size_t n;
	struct maas_span *label;        /* [n]; borrowed */
	size_t *count;                  /* [n][n] */
};
int maas_eval_matrix(struct maas_eval *, struct maas_confusion *) MAAS_USE;
void maas_confusion_free(struct maas_confusion *);
int maas_eval_confusion(struct maas_eval *, struct maas_buf *) MAAS_USE;        /* as TSV with a header */

/* Truths and answers of a regression, [n] each. */
void maas_eval_values(const struct maas_eval *, const double **truth, const double **answer);

/*
 * Thresholds: one label against the rest.  A cut says "positive" where the label's probability is at least `at`.
 */
struct maas_costs {
	double fn, fp;                  /* of a row that is missed; of a false alarm.  NAN: not asked */
};
struct maas_cut {
	double at;                      /* INFINITY: never */
	size_t tp, fp, fn, tn;
	double precision, recall, f1, cost;     /* 0 / 0 is 0; cost: of all rows, NAN where not asked */
};
struct maas_sweep {
	struct maas_span label;         /* borrowed */
	struct maas_costs costs;
	size_t rounds, n;
	struct maas_cut *round;         /* [rounds] 0.05, 0.1 ... 0.95 */
	struct maas_cut *cut;           /* [n] every probability that occurs, descending, "never" before them */
	struct maas_cut half, best_f1, best_cost;       /* at 0.5; the best of all, the highest of equals */
};
/* "fn=50,fp=1"; what is not said costs 1. */
int maas_costs_parse(const char *, struct maas_costs *) MAAS_USE;
/* positive NULL: the second of two labels.  MAAS_USAGE where the model has no such label, or more and none was
 * named. */
int maas_eval_sweep(struct maas_eval *, const char *positive, const struct maas_costs *, struct maas_sweep *) MAAS_USE;
int maas_sweep_report(const struct maas_sweep *, struct maas_buf *) MAAS_USE;
/* "positive", "thresholds", "best_f1" and with costs "best_cost", "cost" at 0.5: members without braces. */
int maas_sweep_members(const struct maas_sweep *, struct maas_buf *) MAAS_USE;
void maas_sweep_free(struct maas_sweep *);

/*
 * Entities that tags of tokens mark, in the truth and in the answers, as conlleval counts them (Tjong Kim Sang &
 * Buchholz 2000); see maas_tag_begins (maas/table.h).
 */
struct maas_entities;
struct maas_entities *maas_entities_new(void) MAAS_USE;
void maas_entities_free(struct maas_entities *);
/* A sentence of n tokens. */
int maas_entities_add(struct maas_entities *, const struct maas_span *truth, const struct maas_span *answer,
    size_t n) MAAS_USE;
struct maas_entity_counts {
	size_t sentences, tokens, right_tokens;
	size_t entities[2], right;      /* of the truth, of the answers; in both */
	size_t broken[2];               /* tags that go on with an entity that is not open: maas_tag_breaks */
};
void maas_entities_counts(const struct maas_entities *, struct maas_entity_counts *);
/* accuracy (of tokens), entity_precision, entity_recall, entity_f1; 0 / 0 is 0.  MAAS_USAGE where there is no such. */
extern const char *const maas_entity_metrics[];         /* NULL-terminated */
int maas_entities_metric(const struct maas_entities *, const char *name, double *) MAAS_USE;
/* A table of the types and of all; all numbers as members of an object, without its braces. */
int maas_entities_report(const struct maas_entities *, struct maas_buf *) MAAS_USE;
int maas_entities_members(const struct maas_entities *, struct maas_buf *) MAAS_USE;

/*
 * Is B better than A?  Both were asked the same rows.
 */
/* Labels: p of McNemar's exact test (McNemar 1947): rows that one alone gets right fall to either with probability
 * 1/2; two-sided, twice the smaller tail, at most 1. */
double maas_mcnemar(size_t a_alone, size_t b_alone);
/* Regression: bootstrap of the mean of d[n], the absolute error of A less that of B, by `draws` resamples of the rows
 * (Efron & Tibshirani 1993, percentiles).  Above MAAS_BOOT_ROWS rows those are dealt in turn into as many groups,
 * and groups are drawn.  A function of the seed; the same for any team. */
#define MAAS_BOOT_ROWS 20000
struct maas_boot {
	double mean, low, high;         /* of d; the interval that holds 1 - alpha */
	/* two-sided: twice the smaller share of draws on either side of 0, each with one more */
	double p;
};
int maas_bootstrap(struct maas_boot *, const double *d, size_t n, size_t draws, double alpha, uint64_t seed,
    struct maas_team *) MAAS_USE;

/*
 * Drift: are new rows like those a model learnt from?  Statistics of the training rows stay in the model, as the part
 * "statistics": the bins of each number (ten of equal shares, and gaps), the values of each category, how often the
 * commonest features of texts occur, all by label; and how often a term of a text was seen in one row alone.
 *
 * Measured by the population stability index, the sum over bins of (new - old) ln(new / old), shares below 0.001
 * taken as 0.001; under 0.1 nothing moved, above 0.2 it did.  Shares of labels are not counted from the model's
 * answers, which are surer on rows it learnt from: a naive Bayes classifier of these statistics answers each row, and
 * the shares are those that make its answers likeliest, given how it errs on training rows left out one by one
 * (Lipton et al. 2018, "Detecting and Correcting for Label Shift with Black Box Predictors"; here by expectation
 * maximisation).
 */
struct maas_rowset;
struct maas_columns;
struct maas_data;
struct maas_vectorizer;
struct maas_model;
struct maas_row;
struct maas_statistics;
/* Looks at rows pick[0..n) of a rowset as read: before maas_rowset_design uses its numbers up.  At most 10,000 of
 * them, evenly spaced.  The rowset must outlive it where it has texts. */
struct maas_statistics *maas_statistics_new(const struct maas_rowset *, const uint32_t *pick, size_t n) MAAS_USE;
/* With the features of the same rows: what the model keeps, appended.  v: what made features of texts, here or before;
 * NULL: nothing did.  learnt: the features of columns, behind which those of the text stand; NULL: rows are features
 * already. */
int maas_statistics_print(const struct maas_statistics *, const struct maas_data *, const struct maas_columns *learnt,
    const struct maas_vectorizer *v, struct maas_buf *) MAAS_USE;
void maas_statistics_free(struct maas_statistics *);

struct maas_drift;
struct maas_drift *maas_drift_new(const struct maas_model *) MAAS_USE;  /* MAAS_USAGE where it keeps no statistics */
/* A row as a reader of the model's columns gives it, or of features already. */
int maas_drift_add(struct maas_drift *, const struct maas_row *) MAAS_USE;
/* Lines of text: the index, which is the largest of all columns', of features' and of the labels', beside what rows
 * like those of training give by chance; the columns that moved most; the share of terms that are no feature, and what
 * was to be expected; where they moved, the labels. */
int maas_drift_report(struct maas_drift *, struct maas_buf *) MAAS_USE;
void maas_drift_free(struct maas_drift *);
/*
 * Rows that are answered at the same time are counted beside that, from the features made for the answer: by a counter
 * for each thread that answers, which another may read meanwhile.  Counts are one array of maas_drift_counts numbers
 * that only grow, so that those of a time are a difference of two.
 */
struct maas_rows_call;
struct maas_drift_counter;
struct maas_drift_counter *maas_drift_counter_new(const struct maas_drift *) MAAS_USE;  /* the drift must outlive it */
void maas_drift_counter_free(struct maas_drift_counter *);
void maas_drift_count(struct maas_drift_counter *, const struct maas_rows_call *);      /* the row added to it last */
size_t maas_drift_counts(const struct maas_drift *);
void maas_drift_counter_sum(const struct maas_drift_counter *, uint64_t *to);           /* added to what is there */
struct maas_drift_found {
	uint64_t rows;
	double index, chance;           /* the largest, and what like rows give by chance */
	/* the largest of columns; of features or texts; of labels.  NAN: not measured */
	double columns, features, labels;
	double unknown, expected;       /* shares of terms that are no feature.  NAN: not known */
};
/* Of counts, as maas_drift_report says it of the rows added. */
int maas_drift_measure(struct maas_drift *, const uint64_t *count, struct maas_drift_found *) MAAS_USE;

#endif
