/* exposition.h -- Prometheus' text: https://prometheus.io/docs/instrumenting/exposition_formats/ */
#ifndef EXPOSITION_H
#define EXPOSITION_H

#include "maas/base.h"

#define PUT_LABEL_MAX 128               /* bytes of a label's value; the end of a longer one goes */

/* HELP and TYPE of a family: once, before its samples. */
int put_family(struct maas_buf *, const char *name, const char *type, const char *help) MAAS_USE;
/* NAME="VALUE": '\', '"' and the line end are escaped, what is no UTF-8 becomes U+FFFD. */
int put_label(struct maas_buf *, const char *name, struct maas_span value) MAAS_USE;
/* A family of one sample without labels. */
int put_single(struct maas_buf *, const char *name, const char *type, const char *help, double value) MAAS_USE;
/* A value as it is read: NaN, +Inf. */
int put_value(struct maas_buf *, double) MAAS_USE;

#endif
