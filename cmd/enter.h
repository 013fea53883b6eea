/* enter.h -- what commands that make models share: the words of the model's card, and entering it into a registry. */
#ifndef ENTER_H
#define ENTER_H

#include "driver.h"
#include "maas/card.h"

/* Members of s: description, license, enter, registry; texts, NULL where not said. */
#define ENTER_FIELDS(s) \
	MAAS_TEXT(0, s, description, NULL, "what the model is for, kept in its card"), \
	MAAS_TEXT(0, s, license, NULL, "the licence it is given under, kept in its card"), \
	{ MAAS_F_TEXT, 0, "register", offsetof(struct s, enter), 0, 0, 0, NULL, NULL, \
	    "register what was written as the next version of NAME[:LABEL]" }, \
	MAAS_TEXT(0, s, registry, NULL, "directory of the registered models")

struct entered {
	const char *output, *description, *license, *enter, *registry;
	int if_changed;
};
#define ENTERED(o) \
	(&(struct entered){ (o)->output, (o)->description, (o)->license, (o)->enter, (o)->registry, (o)->if_changed })

/* What is wrong with them, before anything is read: said, and 64; else 0. */
int enter_check(const struct call *, const struct entered *);
/* Register what was written, where that is asked for; with if_changed, unless the highest version is the same. */
int enter_registry(const struct call *, const struct entered *);
/* A signature that did not come along is told of. */
struct maas_entry;
void enter_signature(const struct call *, const struct maas_entry *);
/* What people said into the card. */
void enter_words(const struct entered *, struct maas_card *);

#endif
