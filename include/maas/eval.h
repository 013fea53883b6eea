/*
 * eval -- how good a classifier is: reports and metrics of labels and probabilities.
 */
#ifndef MAAS_EVAL_H
#define MAAS_EVAL_H

#include "maas/base.h"

/*
 * Truth and answers gathered one record at a time.  Labels are numbered as in the model; a truth
 * that the model has no label for gets a number behind them.  Meanings: scikit-learn's.
 */
struct maas_eval;
struct maas_eval *maas_eval_new(const struct maas_span *label, size_t labels) MAAS_USE; /* copied */
void maas_eval_free(struct maas_eval *);
/* probability[labels]; the answer is the largest, the first of equals. */
int maas_eval_add(struct maas_eval *, struct maas_span truth, const double *probability) MAAS_USE;
size_t maas_eval_count(const struct maas_eval *);

/* A metric by name: accuracy, f1_macro, f1_weighted, precision_macro, precision_weighted, recall_macro,
 * recall_weighted, log_loss, roc_auc, ece, brier.  NAN: undefined here (roc_auc of one class). */
extern const char *const maas_eval_metrics[];           /* NULL-terminated */
int maas_eval_metric(struct maas_eval *, const char *name, double *) MAAS_USE;
int maas_eval_is_loss(const char *name);                /* smaller is better */
double maas_eval_baseline(struct maas_eval *);          /* accuracy of the commonest truth */

/* scikit-learn's classification_report, to the character. */
int maas_eval_report(struct maas_eval *, struct maas_buf *) MAAS_USE;
/* Rows are truths, columns answers: TSV with a header. */
int maas_eval_confusion(struct maas_eval *, struct maas_buf *) MAAS_USE;
/* One object with every metric, labels, confusion and per_label. */
int maas_eval_json(struct maas_eval *, struct maas_buf *) MAAS_USE;

#endif
