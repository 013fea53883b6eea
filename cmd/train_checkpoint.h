/* train_checkpoint -- checkpoints of a run, as options say them. */
#ifndef TRAIN_CHECKPOINT_H
#define TRAIN_CHECKPOINT_H

#include "train_family.h"

enum { RESUME_AUTO, RESUME_MUST, RESUME_NEVER };
struct checkpoints {
	const char *checkpoint, *checkpoint_every;      /* a folder, NULL: none */
	long keep;
	int resume;
};
extern const struct maas_field checkpoint_fields[];
extern const char *const checkpoint_resumes[];          /* words of enum RESUME_AUTO ..., NULL-terminated */

/* "500" steps or "10m" of time; MAAS_USAGE. */
int checkpoint_every(const char *, long *steps, double *seconds) MAAS_USE;
/* Make the folder; one process at a time has it, until it ends: a descriptor. */
int checkpoint_lock(const char *folder) MAAS_USE;
/*
 * The checkpoint to go on from, the newest that is as it was written: 1 and its step, or 0.  One that is damaged is
 * told, unless there must be one.
 */
int checkpoint_find(const struct call *, const struct checkpoints *, uint64_t *step) MAAS_USE;

#endif
