/* driver.c -- from a command line to a verb: its words, its settings from everywhere, help, and the status at the
 * end. */
#include <ctype.h>
#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "maas/fmt.h"
#include "state.h"

#define SETTINGS 256 /* of all tables, to find the nearest of */

const struct maas_field common_fields[] = { MAAS_TEXT('c', common, config, NULL, "read settings from a YAML file"),
	MAAS_INT('j', common, threads, 0, 1024, 0, "threads; 0: as many as cores"),
	MAAS_INT('s', common, seed, 0, 9007199254740991, 1, "seed of all random numbers"),
	MAAS_TEXT(0, common, key_file, NULL, "key of sealed models"),
	MAAS_FLAG('q', common, quiet, "say nothing but errors"), MAAS_FLAG('v', common, verbose, "say more"),
	MAAS_END };

/* "no such setting: x (y?)" over all tables. */
static void
suggest(const struct call *c, const char *name)
{
	char text[SETTINGS][64];
	const char *names[SETTINGS + 1], *near;
	size_t n = 0;

	for (int i = 0; i < c->state->tables; i++)
		for (const struct maas_field *f = c->state->table[i].fields; f->type && n < MAAS_COUNT(text); f++) {
			maas_field_name(f, text[n], sizeof text[n]);
			names[n] = text[n];
			n++;
		}
	names[n] = NULL;
	if ((near = maas_nearest(name, names)))
		maas_fail_as(MAAS_USAGE, "no such setting: %s (%s?)", name, near);
	else
		maas_fail_as(MAAS_USAGE, "no such setting: %s", name);
}

/* The only field that `name` begins, over all tables: NULL with the reason, which names all that it could be. */
static const struct maas_field *
begun(const struct call *c, const char *name, const struct table **in)
{
	const struct maas_field *hit = NULL;
	struct maas_buf all = { 0 };
	char whole[64];
	int hits = 0;

	for (int i = 0; i < c->state->tables; i++)
		for (const struct maas_field *f = c->state->table[i].fields; f->type; f++) {
			maas_field_name(f, whole, sizeof whole);
			if (strncmp(whole, name, strlen(name)))
				continue;
			if (maas_buf_printf(&all, "%s%s", hits++ ? ", " : "", whole) < 0)
				break;
			*in = &c->state->table[i];
			hit = f;
		}
	if (hits > 1)
		maas_fail_as(MAAS_USAGE, "%s: could be any of %s", name, all.s ? all.s : "");
	else if (!hits)
		suggest(c, name);
	maas_buf_free(&all);
	return hits == 1 ? hit : NULL;
}

/* A field by its long name in all tables: an exact name first, then the only one it begins.
 * NULL with the reason. */
static const struct maas_field *
find(const struct call *c, const char *name, int prefix, const struct table **in)
{
	const struct maas_field *f;

	for (int i = 0; i < c->state->tables; i++)
		if ((f = maas_field(c->state->table[i].fields, name, 0))) {
			*in = &c->state->table[i];
			return f;
		}
	if (prefix && *name)
		return begun(c, name, in);
	suggest(c, name);
	return NULL;
}

static const struct maas_field *
find_letter(const struct call *c, char letter, const struct table **in)
{
	for (int i = 0; i < c->state->tables; i++)
		for (const struct maas_field *f = c->state->table[i].fields; f->type; f++)
			if (f->letter == letter) {
				*in = &c->state->table[i];
				return f;
			}
	return NULL;
}

static int
note(struct call *c, const struct table *t, const struct maas_field *f, const char *value, enum source source)
{
	struct state *s = c->state;

	if (maas_grow(&s->set, s->nset, &s->cap, 1, sizeof *s->set) < 0)
		return -1;
	s->set[s->nset++] = (struct assignment){ t, f, value, source };
	return 0;
}

/* A list given from a stronger source begins anew. */
static int
assign(struct call *c, const struct assignment *a)
{
	struct maas_list *l = (void *)((char *)a->table->to + a->field->at);

	for (const struct assignment *b = c->state->set; b < a && a->field->type == MAAS_F_LIST; b++)
		if (b->field == a->field && b->source < a->source)
			l->n = 0;
	return maas_set(a->field, a->table->to, a->value);
}

/* One configuration is for a command and its verbs: what is for the command without a verb, a verb passes over,
 * and so it does where it calls something else by that name. */
static int
of_fallback(const struct call *c, const char *key, const struct maas_field *own)
{
	const struct verb *v = c->command->fallback;
	const struct maas_field *f;

	if (v && c->verb != v)
		for (int i = 0; i < PARTS && v->part[i].fields; i++)
			if ((f = maas_field(v->part[i].fields, key, 0)))
				return !own || strcmp(maas_field_arg(f), maas_field_arg(own)) != 0;
	return 0;
}

static int
on_key(void *ctx, const char *key, const char *value)
{
	struct call *c = ctx;
	struct state *s = c->state;
	const struct maas_field *f;
	const struct table *t;
	char *copy = maas_take_text(s->arena, value, strlen(value));

	if (!copy)
		return -1;
	if (!strcmp(key, "kind")) {
		s->kind = copy;
		return 0;
	}
	if (!strcmp(key, "data")) {
		if (maas_grow(&s->data.item, s->data.n, &s->data.cap, 1, sizeof *s->data.item) < 0)
			return -1;
		s->data.item[s->data.n++] = copy;
		return 0;
	}
	if (!c->verb)
		return 0; /* looking for the kind alone */
	if (!strcmp(key, "config"))
		return maas_fail("a configuration cannot name another");
	f = find(c, key, 0, &t);
	if (of_fallback(c, key, f))
		return 0;
	if (!f)
		return -1;
	if (note(c, t, f, copy, CONFIGURATION) < 0)
		return -1;
	return assign(c, &s->set[s->nset - 1]);
}

static int
from_environment(struct call *c)
{
	char name[80];

	for (int i = 0; i < c->state->tables; i++)
		for (const struct maas_field *f = c->state->table[i].fields; f->type; f++) {
			size_t n = (size_t)snprintf(name, sizeof name, "MAAS_%s", f->name);
			const char *value;

			for (size_t k = 5; k < n && k < sizeof name; k++)
				name[k] = (char)toupper((unsigned char)name[k]);
			if (!(value = getenv(name)))
				continue;
			if (note(c, &c->state->table[i], f, value, ENVIRONMENT) < 0 ||
			    assign(c, &c->state->set[c->state->nset - 1]) < 0)
				return maas_in("%s in the environment", name);
		}
	return 0;
}

/* The reason of find(), in the words of a command line. */
static int
no_such_option(void)
{
	static const char before[] = "no such setting: ";
	char name[160];

	if (!strncmp(maas_error(), before, sizeof before - 1)) {
		snprintf(name, sizeof name, "%s", maas_error() + sizeof before - 1);
		maas_fail_as(MAAS_USAGE, "no such option: --%s", name);
	}
	return -1;
}

/* --name, --name=value, --no-name.  Returns how many words were taken, or -1. */
static int
long_option(struct call *c, char **word)
{
	const struct maas_field *f;
	const struct table *t;
	char name[64];
	const char *equals = strchr(word[0], '='), *value = equals ? equals + 1 : NULL;
	size_t n = equals ? (size_t)(equals - word[0]) - 2 : strlen(word[0]) - 2;

	if (n >= sizeof name)
		return maas_fail_as(MAAS_USAGE, "no such option: %s", word[0]);
	memcpy(name, word[0] + 2, n);
	name[n] = '\0';
	if (!equals && n >= 3 && (!strcmp(name, "help") || !strcmp(name, "hel")))
		print_help(c->command, c->verb);
	if (!equals && !strcmp(name, "version"))
		print_version(c->command);
	if (!strncmp(name, "no-", 3) && !value && (f = find(c, name + 3, 1, &t)) && f->type == MAAS_F_FLAG)
		return note(c, t, f, "false", FLAG) < 0 ? -1 : 1;
	if (!(f = find(c, name, 1, &t)))
		return no_such_option();
	if (f->type == MAAS_F_FLAG)
		return note(c, t, f, value ? value : "true", FLAG) < 0 ? -1 : 1;
	if (!value && !(value = word[1]))
		return maas_fail_as(MAAS_USAGE, "--%s: needs a value (%s)", name, maas_field_arg(f));
	return note(c, t, f, value, FLAG) < 0 ? -1 : equals ? 1 : 2;
}

/* -x, -xVALUE, -x VALUE; flags may stand together. */
static int
short_options(struct call *c, char **word)
{
	for (const char *p = word[0] + 1; *p; p++) {
		const struct table *t;
		const struct maas_field *f = find_letter(c, *p, &t);

		if (*p == 'h')
			print_help(c->command, c->verb);
		if (*p == 'V')
			print_version(c->command);
		if (!f)
			return maas_fail_as(MAAS_USAGE, "-%c: no such option", *p);
		if (f->type == MAAS_F_FLAG) {
			if (note(c, t, f, "true", FLAG) < 0)
				return -1;
			continue;
		}
		if (!p[1] && !word[1])
			return maas_fail_as(MAAS_USAGE, "-%c: needs a value (%s)", *p, maas_field_arg(f));
		return note(c, t, f, p[1] ? p + 1 : word[1], FLAG) < 0 ? -1 : p[1] ? 1 : 2;
	}
	return 1;
}

/* Notes the flags, collects the operands. */
static int
read_words(struct call *c, char **word)
{
	int options = 1, taken;

	for (; *word; word += taken) {
		taken = 1;
		if (!options || word[0][0] != '-' || !word[0][1]) {
			c->operand[c->n++] = *word;
		} else if (!strcmp(*word, "--")) {
			options = 0;
		} else {
			taken = word[0][1] == '-' ? long_option(c, word) : short_options(c, word);
			if (taken < 0)
				return -1;
		}
	}
	return 0;
}

static const char *
config_of(const struct call *c)
{
	const char *path = getenv("MAAS_CONFIG");

	for (size_t i = 0; i < c->state->nset; i++)
		if (c->state->set[i].table->to == &c->common && !strcmp(c->state->set[i].field->name, "config"))
			path = c->state->set[i].value;
	return path;
}

/* Flags are read first, to find the configuration, and put last, to beat it. */
static int
settle(struct call *c, char **word)
{
	struct state *s = c->state;
	struct assignment *flags;
	const char *config;
	size_t nflags;

	if (read_words(c, word) < 0)
		return -1;
	config = config_of(c);
	flags = s->set;
	nflags = s->nset;
	s->set = NULL;
	s->nset = s->cap = 0;
	int rc = config ? maas_yaml_load(config, on_key, c) : 0;

	if (rc == 0)
		rc = from_environment(c);
	for (size_t i = 0; i < nflags && rc == 0; i++) {
		rc = note(c, flags[i].table, flags[i].field, flags[i].value, FLAG);
		if (rc == 0)
			rc = assign(c, &s->set[s->nset - 1]);
	}
	free(flags);
	if (rc == 0 && !c->n && s->data.n) {
		c->operand = (char **)(uintptr_t)s->data.item;
		c->n = (int)s->data.n;
		rc = maas_grow(&s->data.item, s->data.n, &s->data.cap, 1, sizeof *s->data.item);
		if (rc == 0) {
			s->data.item[s->data.n] = NULL;
			c->operand = (char **)(uintptr_t)s->data.item;
		}
	}
	return rc;
}

static int
set_up(struct call *c, int words)
{
	struct state *s = c->state;
	const struct verb *v = c->verb;

	s->table[0] = (struct table){ common_fields, &c->common };
	s->tables = 1;
	for (int i = 0; i < PARTS && v->part[i].fields; i++) {
		if (!(c->part[i] = maas_take(s->arena, 1, v->part[i].size)))
			return -1;
		s->table[s->tables++] = (struct table){ v->part[i].fields, c->part[i] };
	}
	for (int i = 0; i < s->tables; i++) {
		maas_defaults(s->table[i].fields, s->table[i].to);
		if (v->defaults)
			maas_set_all(s->table[i].fields, s->table[i].to, v->defaults);
	}
	c->operand = maas_take(s->arena, (size_t)words + 1, sizeof *c->operand);
	return c->operand ? 0 : -1;
}

static void
tear_down(struct call *c)
{
	struct state *s = c->state;

	for (int i = 0; i < s->tables; i++)
		for (const struct maas_field *f = s->table[i].fields; f->type; f++)
			if (f->type == MAAS_F_LIST)
				free(((struct maas_list *)(void *)((char *)s->table[i].to + f->at))->item);
	free(s->set);
	free(s->data.item);
	maas_arena_free(s->arena);
}

const struct verb *
verb_find(const struct command *cmd, const char *name)
{
	for (size_t i = 0; i < cmd->nverbs; i++)
		if (!strcmp(cmd->verbs[i].name, name))
			return &cmd->verbs[i];
	return NULL;
}

/* The configuration named by -c among words, before there is a verb to read them by. */
static const char *
early_config(char **word)
{
	for (; *word && strcmp(*word, "--"); word++) {
		if (!strncmp(*word, "--config=", 9))
			return *word + 9;
		if (!strcmp(*word, "-c") || !strcmp(*word, "--config"))
			return word[1];
		if (!strncmp(*word, "-c", 2))
			return *word + 2;
	}
	return getenv("MAAS_CONFIG");
}

/* The reason of a word that is none of the verbs, with the nearest one; `what` is the word called. */
static void
refuse_verb(const struct command *cmd, enum maas_why why, const char *what, const char *word)
{
	const char *near, *names[64];
	size_t n = 0;

	for (; n < cmd->nverbs && n + 1 < MAAS_COUNT(names); n++)
		names[n] = cmd->verbs[n].name;
	names[n] = NULL;
	if ((near = maas_nearest(word, names)))
		maas_fail_as(why, "no such %s: %s (%s?)", what, word, near);
	else
		maas_fail_as(why, "no such %s: %s", what, word);
}

/* The verb: the first word, or the configuration's kind, or the fallback.  NULL: said why. */
static const struct verb *
choose(struct call *c, char **word, int *words)
{
	const struct command *cmd = c->command;
	const char *config;

	*words = 0;
	if (word[0] && word[0][0] != '-' && (c->verb = verb_find(cmd, word[0]))) {
		*words = 1;
		return c->verb;
	}
	if (word[0] && cmd->nverbs && (!strcmp(word[0], "-h") || !strcmp(word[0], "--help")))
		print_help(cmd, NULL);
	if (word[0] && (!strcmp(word[0], "-V") || !strcmp(word[0], "--version")))
		print_version(cmd);
	if (cmd->nverbs && !cmd->fallback && (!word[0] || word[0][0] == '-') && (config = early_config(word))) {
		if (maas_yaml_load(config, on_key, c) < 0)
			return NULL;
		c->state->data.n = 0;
		if (c->state->kind && (c->verb = verb_find(cmd, c->state->kind)))
			return c->verb;
		if (c->state->kind)
			refuse_verb(cmd, MAAS_CONFIG, "kind", c->state->kind);
		else
			maas_fail_as(MAAS_CONFIG, "no kind is said");
		maas_in("%s", config);
		return NULL;
	}
	if (cmd->fallback)
		return c->verb = cmd->fallback;
	if (word[0])
		refuse_verb(cmd, MAAS_USAGE, "verb", word[0]);
	else
		maas_fail_as(MAAS_USAGE, "the first word says what to do");
	return NULL;
}

/* A lesser processor is played where MAAS_ISA says so; a better one cannot be. */
static int
take_processor(const struct call *c)
{
	if (maas_isa_asked() == 0)
		return 0;
	if (maas_why() != MAAS_UNAVAILABLE)
		return -1;
	warn(c, "%s", maas_error());
	return 0;
}

/* The library asks the environment for it where it meets a sealed model. */
static int
take_key(const struct call *c)
{
	const char *file = c->common.key_file;

	if (!file || !*file)
		return 0;
	return setenv("MAAS_KEY_FILE", file, 1) < 0 ? maas_fail_errno("MAAS_KEY_FILE") : 0;
}

int
drive(int argc, char **argv, const struct command *cmd)
{
	struct state s = { .arena = maas_arena_new(1 << 14) };
	struct call c = { .command = cmd, .state = &s };
	int words = 0, rc;

	maas_flush_subnormals();
	signal(SIGXFSZ, SIG_IGN); /* a file that may not grow is a failed write, with a reason */
	if (!s.arena)
		return fail(&c);
	if (argc < 1 || !choose(&c, argv + (argc > 0), &words))
		rc = maas_why() == MAAS_USAGE ? misuse(&c, "%s", maas_error()) : fail(&c);
	else if (set_up(&c, argc) < 0)
		rc = fail(&c);
	else if (settle(&c, argv + 1 + words) < 0 || take_processor(&c) < 0 || take_key(&c) < 0)
		rc = maas_why() == MAAS_USAGE ? misuse(&c, "%s", maas_error()) : fail(&c);
	else if (!*c.verb->operands && c.n)
		rc = misuse(&c, "%s: no operand was wanted", c.operand[0]);
	else
		rc = c.verb->run(&c);
	tear_down(&c);
	return rc;
}

struct call *
call_again(const struct call *c, const struct verb *v)
{
	return call_without(c, v, "");
}

struct call *
call_without(const struct call *c, const struct verb *v, const char *name)
{
	struct call *n = maas_alloc(1, sizeof *n);
	struct state *s = maas_alloc(1, sizeof *s);
	const struct table *t;

	if (!n || !s || !(s->arena = maas_arena_new(4096))) {
		free(n);
		free(s);
		return NULL;
	}
	*n = (struct call){ .command = c->command, .verb = v, .state = s };
	if (set_up(n, 0) < 0)
		goto fail;
	n->operand = c->operand;
	n->n = c->n;
	for (size_t i = 0; i < c->state->nset; i++) {
		const struct assignment *a = &c->state->set[i];
		const struct maas_field *f = find(n, a->field->name, 0, &t);

		if (f && strcmp(f->name, name) != 0 &&
		    (note(n, t, f, a->value, a->source) < 0 || assign(n, &s->set[s->nset - 1]) < 0))
			goto fail;
	}
	return n;
fail:
	call_free(n);
	return NULL;
}

int
call_set(struct call *c, const char *name, const char *value)
{
	const struct table *t;
	const struct maas_field *f = find(c, name, 0, &t);

	if (!f)
		return 0;
	return note(c, t, f, value, FLAG) < 0 || assign(c, &c->state->set[c->state->nset - 1]) < 0 ? -1 : 1;
}

void
call_free(struct call *c)
{
	if (!c)
		return;
	tear_down(c);
	free(c->state);
	free(c);
}

int
given(const struct call *c, const char *name)
{
	for (size_t i = 0; i < c->state->nset; i++)
		if (!strcmp(c->state->set[i].field->name, name))
			return 1;
	return 0;
}

int
typed(const struct call *c, const char *name)
{
	for (size_t i = 0; i < c->state->nset; i++)
		if (c->state->set[i].source >= ENVIRONMENT && !strcmp(c->state->set[i].field->name, name))
			return 1;
	return 0;
}

/* A value as YAML: text in quotes, which are JSON's, a list in brackets. */
static int
print_value(const struct maas_field *x, const void *from, struct maas_buf *b)
{
	const void *at = (const char *)from + x->at;

	if (x->type == MAAS_F_TEXT) {
		const char *s = *(const char *const *)at;

		return s ? maas_json_put_text(b, maas_span(s)) : 0;
	}
	if (x->type == MAAS_F_LIST) {
		const struct maas_list *l = at;

		for (size_t i = 0; i < l->n; i++)
			if (maas_buf_text(b, i ? ", " : "[") || maas_json_put_text(b, maas_span(l->item[i])))
				return -1;
		return l->n ? maas_buf_text(b, "]") : 0;
	}
	return maas_get(x, from, b);
}

int
print_settings(const struct call *c, FILE *f)
{
	struct maas_buf b = { NULL, 0, 0 };
	char name[64];
	int rc = 0;

	if (c->verb->name)
		fprintf(f, "kind: %s\n", c->verb->name);
	for (int i = 0; i < c->n && rc == 0; i++) {
		rc = maas_buf_text(&b, i ? ", " : "data: [") || maas_json_put_text(&b, maas_span(c->operand[i])) ? -1
														 : 0;
		if (rc == 0 && i + 1 == c->n)
			fprintf(f, "%s]\n", b.s);
	}
	for (int i = c->state->tables - 1; i >= 0; i--)
		for (const struct maas_field *x = c->state->table[i].fields; x->type && rc == 0; x++) {
			/* What would make another command of it. */
			if (!strcmp(x->name, "config") || !strcmp(x->name, "dry_run"))
				continue;
			b.n = 0;
			maas_field_name(x, name, sizeof name);
			rc = print_value(x, c->state->table[i].to, &b);
			if (rc == 0 && b.n)
				fprintf(f, "%s: %s\n", name, b.s);
		}
	maas_buf_free(&b);
	return rc;
}

int
fail(const struct call *c)
{
	fflush(stdout);
	fprintf(stderr, "%s: %s\n", c->command->name, maas_error());
	return (int)maas_why();
}

int
complain(const struct call *c, enum maas_why why, const char *fmt, ...)
{
	va_list ap;

	fflush(stdout);
	fprintf(stderr, "%s: ", c->command->name);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	return (int)why;
}

void
warn(const struct call *c, const char *fmt, ...)
{
	va_list ap;

	if (c->common.quiet)
		return;
	fprintf(stderr, "%s: ", c->command->name);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
}

int
wants_input(const struct call *c)
{
	if ((c->n == 0 || !strcmp(c->operand[0], "-")) && isatty(0))
		return misuse(c, "standard input is a terminal; name a file, or pipe data in");
	return 0;
}

int
spare_input(const struct call *c, const char *path)
{
	struct stat to, from;

	if (!path || !strcmp(path, "-") || stat(path, &to) < 0 || !S_ISREG(to.st_mode))
		return 0;
	for (int i = 0; i < c->n || i == 0; i++) {
		const char *s = c->n ? c->operand[i] : "-";

		if ((strcmp(s, "-") ? stat(s, &from) : fstat(0, &from)) == 0 && from.st_dev == to.st_dev &&
		    from.st_ino == to.st_ino)
			return maas_fail_as(MAAS_USAGE, "%s: is read from, and would be written over", path);
	}
	return 0;
}

void
print_when(int64_t t)
{
	time_t at = (time_t)t;
	struct tm tm;
	char text[32] = "-";

	if (t && gmtime_r(&at, &tm))
		strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &tm);
	printf("%s", text);
}

int
finish(const struct call *c)
{
	if (fflush(stdout) == EOF || ferror(stdout))
		return complain(c, MAAS_IO, "writing standard output: %s", strerror(errno));
	return 0;
}
