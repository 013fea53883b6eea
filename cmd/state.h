/* state -- what the driver's files share. */
#ifndef STATE_H
#define STATE_H

#include "driver.h"

/* A table with the struct it fills; the first is struct common's. */
struct table {
	const struct maas_field *fields;
	void *to;
};

/* Where a setting came from; a later one beats an earlier one. */
enum source { BUILT_IN, CONFIGURATION, ENVIRONMENT, FLAG };

struct assignment {
	const struct table *table;
	const struct maas_field *field;
	const char *value;
	enum source source;
};

struct state {
	struct maas_arena *arena;       /* configuration's texts, parts, operands */
	struct table table[PARTS + 1];
	int tables;
	struct assignment *set;         /* all that were made, in order */
	size_t nset, cap;
	struct maas_list data;          /* operands of the configuration */
	const char *kind;               /* its `kind` */
};

extern const struct maas_field common_fields[];

_Noreturn void print_help(const struct command *, const struct verb *);
_Noreturn void print_version(const struct command *);

#endif
