/*
 * made -- --if-changed: is an output made of what it would be made of again?  A digest of all that its bytes follow
 * from, the program's version, the verb, its settings and the contents of what it reads, is kept with it: of a model in
 * its file, as metadata "maas.made_of", with the result that was told of it as "maas.result"; of another file beside
 * it, in FILE.made.
 */
#ifndef MADE_H
#define MADE_H

#include "driver.h"
#include "maas/model.h"

struct made {
	const struct call *call;
	char digest[65];        /* "": cannot be known */
	char why[128];          /* not */
	uint64_t stamp;         /* of the files that were read for it: numbers, sizes, times */
	char *result;           /* what was told of an output that stands, one line of JSON; the heap's; NULL: none */
};

/* The digest of what this call would make something of; without one where it reads a pipe, or what cannot be read. */
void made_look(struct made *, const struct call *);
/* 1: the output, a model, is whole and was made of just that.  Then all is done but to say so, and `result` is set. */
int made_stands(struct made *, const char *output);
/* Note it in a model that is about to be saved, and the result told of it, where the files still are what they were. */
int made_note(const struct made *, struct maas_model *, const char *result) MAAS_USE;
/* The same of any file, once it has its name: FILE.made. */
int made_stands_beside(struct made *, const char *output);
int made_note_beside(const struct made *, const char *output, const char *result) MAAS_USE;
/* With -v: that it is left, or that and why it cannot be known.  touch: it gets the time of now. */
int made_left(const struct made *, const char *output, int touch) MAAS_USE;
void made_unknown(const struct made *);
void made_free(struct made *);

#endif
