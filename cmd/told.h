/* told -- columns as the command line says they are, where the model remembers them otherwise. */
#ifndef TOLD_H
#define TOLD_H

#include "driver.h"
#include "maas/table.h"

/* Does the command line say of columns what the model does not know yet? */
int told_otherwise(const struct maas_table_options *, const struct maas_columns *);
/* Columns found in the table (MAAS_AGAIN) by the options, which must make the model's features; free them. */
struct maas_columns *told_columns(
    struct maas_table *, const struct maas_table_options *, const struct maas_columns *) MAAS_USE;

/* Warns of sounds that are not whole: the first few are named, the others counted. */
void told_cuts(const struct call *, const struct maas_reader *);

/* MAAS_USAGE where the command line says how texts are taken apart, which the vectoriser of `option` knows. */
int told_text(const struct call *, const char *option) MAAS_USE;

#endif
