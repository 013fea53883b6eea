/*
 * train_family -- what maas-train's two families share: language models learn from text
 * (train_text.c), all others from rows (train_rows.c).  maas-train.c makes a verb of
 * every kind there is: the kind's own settings, what is done with the result, and the
 * family's options.
 */
#ifndef TRAIN_FAMILY_H
#define TRAIN_FAMILY_H

#include "maas/model.h"
#include "driver.h"
#include "enter.h"
#include "made.h"

/* Every kind has these, as part[1]; part[0] is the kind's settings, filled in by kind->fields. */
struct outcome {
	const char *output, *depfile, *lock;    /* NULL: none */
	const char *enter, *registry;           /* --register NAME[:LABEL]; where, NULL: by default */
	const char *description, *license;      /* of the card */
	int if_changed, touch, json, dry_run;
};
extern const struct maas_field outcome_fields[];

struct family {
	int (*takes)(const struct maas_kind *);
	const char *operands;           /* "[DATA...]" */
	struct {                        /* as part[2], part[3] ... of the call */
		const struct maas_field *fields;
		size_t size;
	} part[PARTS - 2];
	/* Are these fields without use for a kind?  NULL: none are. */
	int (*useless)(const struct maas_kind *, const struct maas_field *);
	int (*run)(struct call *);      /* call->verb->data is the kind */
};
extern const struct family family_text; /* kinds that decode; one line each in maas-train.c */
extern const struct family family_rows; /* kinds that take rows */

/* A verb of every kind there is, and one that compares kinds; a kind of both families has one for both. */
struct verb *train_verbs(size_t *n) MAAS_USE;
void train_verbs_free(struct verb *);
/* The verb by which that verb's kind learns from rows. */
const struct verb *train_rows_verb(const struct verb *);

/* What is wrong with the command line about input and outcome, before anything is read: said, and 64; else 0. */
int check_outcome(const struct call *, const struct outcome *);
/* --if-changed: 1 where the output is made of what it would be made of again.  Then all is done that training it would
 * have done, but to write it: the rule, the registry, the result.  0: learn; -1. */
int outcome_stands(const struct call *, const struct outcome *, struct made *);
/* Take --lock: a descriptor, -1 where none is asked for, -2 with a reason (held: MAAS_TEMPFAIL). */
int take_lock(const struct outcome *);
/* As fail(); but that another process holds a lock is said, with -q, by the status alone: cron mails what is said. */
int end_badly(const struct call *);
/* Fails where ids of the tokeniser called `named` mean other pieces of text than those that the model of the file
 * `from` has learnt. */
int check_learnt(const struct maas_model *, const char *from, const struct maas_tokenizer *,
    const char *named) MAAS_USE;
/* Can these be written, and are they none of the inputs?  Asked before long work; NULLs are left out. */
int check_places(const struct call *, const char *const *path, size_t n);
/* --until METRIC=X (val_METRIC as well): which of the names, and X. */
int until_read(const char *text, const char *const *names, const char **name, double *value) MAAS_USE;
/* What to try next, if there is something: said, and appended as a member of the result. */
struct maas_seen;
int tell_advice(const struct call *, const struct maas_seen *, struct maas_buf *json) MAAS_USE;
/* A setting of a kind that is a number; NAN: it has none of that name. */
double setting_of(const struct maas_kind *, const void *settings, const char *name);
/* Write --depfile, a make rule: the output depends on the configuration, the operands, and what settings name; standard
 * input and pipes are left out.  Before the output takes its name: who is killed between the two leaves no output that
 * depends on nothing.  0 where none is asked for. */
int write_depfile(const struct call *, const struct outcome *);
/* A name that make cannot read is misuse: said, and 64; else 0. */
int check_depfile(const struct call *, const struct outcome *);

#endif
