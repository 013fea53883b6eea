#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "state.h"

#ifdef __clang__
#define COMPILER __VERSION__
#else
#define COMPILER "gcc " __VERSION__
#endif

static void
usage(FILE *f, const struct command *c, const struct verb *v)
{
	if (v)
		fprintf(f, "usage: %s%s%s [options]%s%s\n", c->name, v->name ? " " : "", v->name ? v->name : "",
		    *v->operands ? " " : "", v->operands);
	else if (c->fallback)
		fprintf(f, "usage: %s [options]%s%s\n       %s VERB [options] ...\n", c->name,
		    *c->fallback->operands ? " " : "", c->fallback->operands, c->name);
	else
		fprintf(f, "usage: %s VERB [options] [FILE...]\n", c->name);
}

/* What the setting is where nobody says otherwise: the table's default, or the verb's own. */
static void
default_of(const struct maas_field *f, const char *own)
{
	struct maas_buf b = { NULL, 0, 0 };
	union {
		double real;
		long integer;
		size_t size;
		int flag;
		const char *text;
	} v;
	struct maas_field table[] = { *f, MAAS_END };

	table->at = 0;
	if (f->type == MAAS_F_LIST || (f->type == MAAS_F_TEXT && !f->text) || (f->type == MAAS_F_FLAG && !f->def))
		return;
	maas_defaults(table, &v);
	if (own)
		maas_set_all(table, &v, own);
	if (maas_get(table, &v, &b) == 0)
		printf(" [%s]", b.s ? b.s : "");
	maas_buf_free(&b);
}

static void
choices(const struct maas_field *f)
{
	for (int i = 0; f->names && f->names[i]; i++)
		printf("%s%s", i ? "|" : ": ", f->names[i]);
}

static void
options(const struct maas_field *f, const char *own)
{
	char name[64], left[96];

	for (; f->type; f++) {
		maas_field_name(f, name, sizeof name);
		snprintf(left, sizeof left, "%c%c%s--%s %s", f->letter ? '-' : ' ', f->letter ? f->letter : ' ',
		    f->letter ? ", " : "  ", name, maas_field_arg(f));
		printf("  %-30s %s", left, f->help);
		choices(f);
		default_of(f, own);
		putchar('\n');
	}
}

static _Noreturn void
end(const struct command *c)
{
	if (fflush(stdout) == EOF || ferror(stdout)) {
		fprintf(stderr, "%s: writing standard output: %s\n", c->name, strerror(errno));
		exit(MAAS_IO);
	}
	exit(0);
}

void
print_help(const struct command *c, const struct verb *v)
{
	const struct verb *with = v ? v : c->fallback; /* whose options are shown */

	usage(stdout, c, v);
	printf("\n%s\n", v ? v->what : c->what);
	for (size_t i = 0; !v && i < c->nverbs; i++)
		printf("%s  %-12s %s\n", i ? "" : "\nVerbs (VERB --help tells more):\n", c->verbs[i].name,
		    c->verbs[i].what);
	printf("\n");
	for (int i = 0; with && i < PARTS && with->part[i].fields; i++)
		options(with->part[i].fields, with->defaults);
	options(common_fields, NULL);
	printf("  %-30s %s\n  %-30s %s\n", "-h, --help ", "print this and exit", "-V, --version ",
	    "print version, compiler, BLAS and instruction set, and exit");
	end(c);
}

void
print_version(const struct command *c)
{
	printf("%s %s\ncompiler %s\nblas %s\nisa %s (of %s)\n", c->name, MAAS_VERSION, COMPILER, MAAS_BLAS,
	    maas_isa_name(maas_isa()), maas_isa_name(maas_isa_best()));
	if (c->about)
		printf("%s\n", c->about);
	end(c);
}

int
misuse(const struct call *c, const char *fmt, ...)
{
	va_list ap;

	fprintf(stderr, "%s: ", c->command->name);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	usage(stderr, c->command, c->verb);
	return MAAS_USAGE;
}
