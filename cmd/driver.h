/*
 * driver -- what every command's main() is: verbs, each with its field tables; options,
 * environment, configuration file, --help, --version, exit status.
 *
 *	struct predict { const char *model; long k; };
 *	static const struct maas_field predict_fields[] = { ... MAAS_END };
 *	static int predict(struct call *c) { struct predict *o = c->part[0]; ... return finish(c); }
 *	static const struct verb verbs[] = {
 *		{ .name = "predict", .operands = "[DATA...]", .what = "...", .run = predict,
 *		  .part = { { predict_fields, sizeof(struct predict) }, { maas_table_fields, ... } } },
 *	};
 *	int main(int argc, char **argv) { return drive(argc, argv, &(struct command){ ... }); }
 */
#ifndef DRIVER_H
#define DRIVER_H

#include "maas/base.h"

#define PARTS 9

struct call;

/* What all commands take: -c -j -s --key-file -q -v -h -V. */
struct common {
	const char *config, *key_file;
	long threads, seed;
	int quiet, verbose;
};

struct verb {
	const char *name;     /* NULL: a command without verbs */
	const char *operands; /* "[FILE...]"; "" for none */
	const char *what;     /* one phrase, as in "print the label of each row" */
	const char *defaults; /* "name=value ...", before configuration; may be NULL */
	struct {
		const struct maas_field *fields;
		size_t size;
	} part[PARTS];
	int (*run)(struct call *); /* the exit status */
	const void *data;          /* the command's own: of maas-train the kind */
};

struct command {
	const char *name; /* "maas-classify" */
	const char *what;
	const struct verb *verbs;
	size_t nverbs;
	const struct verb *fallback; /* taken where the first word is no verb; NULL: misuse */
	const char *about;           /* one more line for --version; may be NULL */
};

struct call {
	const struct command *command;
	const struct verb *verb;
	struct common common;
	void *part[PARTS]; /* filled: built-in default, then configuration, environment, flags */
	char **operand;    /* NULL-terminated; of the command line, else of the configuration's `data` */
	int n;
	struct state *state; /* the driver's own */
};

int drive(int argc, char **argv, const struct command *);

/* Was this option (or a part's field) given by flag, environment or configuration? */
int given(const struct call *, const char *name);
/* Was it given by a flag or the environment?  A configuration that --dry-run printed holds all settings. */
int typed(const struct call *, const char *name);
/*
 * The same command line over again, for another verb of the command (or the same), whose settings can then be changed
 * as flags would: what it says that the verb does not know is left out.  _set: 1, 0 where the verb has no such setting,
 * -1 where the value will not do.  Operands are borrowed, values too.
 */
struct call *call_again(const struct call *, const struct verb *) MAAS_USE;
struct call *call_without(
    const struct call *, const struct verb *, const char *name) MAAS_USE; /* but for that setting */
int call_set(struct call *, const char *name, const char *value) MAAS_USE;
void call_free(struct call *);
/* The verb of that name; NULL: none. */
const struct verb *verb_find(const struct command *, const char *name);
/* Every setting with its value as YAML, for --dry-run. */
int print_settings(const struct call *, FILE *);

/* "maas-x: reason" (maas_error()) on standard error; returns maas_why(). */
int fail(const struct call *);
/* "maas-x: text"; returns `why`. */
int complain(const struct call *, enum maas_why, const char *fmt, ...) MAAS_PRINTF(3, 4);
/* As complain, but a warning: nothing with -q. */
void warn(const struct call *, const char *fmt, ...) MAAS_PRINTF(2, 3);
/* Usage on standard error: 64.  text may be NULL. */
int misuse(const struct call *, const char *fmt, ...) MAAS_PRINTF(2, 3);
/* 64 with usage where operands are none (or "-") and standard input is a terminal; else 0. */
int wants_input(const struct call *);
/* Would an output of this name replace what is read (an operand, or standard input)?  -1 with the reason; NULL and
 * "-" never do.  Asked before anything is written. */
int spare_input(const struct call *, const char *path);
/* A time in UTC, seconds since 1970, on standard output; 0: "-". */
void print_when(int64_t);
/* Flush standard output and see that all of it was written: 0, or 74 with a message. */
int finish(const struct call *);

#endif
