/*
 * Word vectors of a file: those of a lexicon's terms.  The format is word2vec's of text, which fastText writes too,
 * with "N DIM" in its first line, or GloVe's, without: a word, then its numbers, parted by blanks.
 */
#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lexicon.h"
#include "maas/fmt.h"

#define LINE ((size_t)16 << 20) /* bytes: more is no line of a vector */
#define WIDE ((size_t)1 << 16)

enum { NONE, FOLDED, EXACT }; /* how a term was found */

struct loading {
	const struct maas_lexicon *l;
	struct maas_input *in;
	struct maas_vectors *to;
	struct terms terms;   /* to fold by */
	unsigned char *found; /* [ids] */
	uint32_t *at;         /* [ids] which row of `to` */
	size_t id_cap, row_cap;
	float *number; /* [wide] */
};

void
maas_vectors_free(struct maas_vectors *v)
{
	if (!v)
		return;
	free(v->id);
	free(v->row);
	free(v);
}

static int
wrong(const struct loading *g, const char *what)
{
	return maas_fail("%s:%zu: %s", maas_input_name(g->in), maas_input_lines(g->in), what);
}

/* Blanks, tabs and a CR at the end are no part of a line. */
static struct maas_span
trim(struct maas_span s)
{
	while (s.n && (s.s[s.n - 1] == ' ' || s.s[s.n - 1] == '\t' || s.s[s.n - 1] == '\r'))
		s.n--;
	return s;
}

/* Take the last field off; n 0: there is none before which another stands. */
static struct maas_span
last_field(struct maas_span *s)
{
	size_t end = s->n, at = end;

	while (at && s->s[at - 1] != ' ' && s->s[at - 1] != '\t')
		at--;
	if (!at)
		return (struct maas_span){ s->s, 0 };
	s->n = at - 1;
	return (struct maas_span){ s->s + at, end - at };
}

/* Are these bytes those of a number?  Of vectors that nobody asks for that has to do. */
static int
looks_right(struct maas_span s)
{
	int digits = 0;

	for (size_t i = 0; i < s.n; i++)
		if (isdigit((unsigned char)s.s[i]))
			digits = 1;
		else if (!s.s[i] || !strchr("+-.eE", s.s[i]))
			return 0;
	return digits;
}

static size_t
fields(struct maas_span s)
{
	size_t n = s.n != 0;

	for (size_t i = 0; i < s.n; i++)
		n += s.s[i] == ' ' || s.s[i] == '\t';
	return n;
}

/* Which term a word is, and how: as it stands, or as texts are folded. */
static int32_t
find(struct loading *g, struct maas_span word, int *how)
{
	int32_t id;

	if (terms_fold(&g->terms, word) < 0)
		return -1;
	id = maas_lexicon_is(g->l, (struct maas_span){ g->terms.fold.s, g->terms.fold.n });
	*how = g->terms.fold.n == word.n && !memcmp(g->terms.fold.s, word.s, word.n) ? EXACT : FOLDED;
	return id;
}

/* Numbers of a term are its row: the first that comes, but that one as it stands goes before one folded. */
static int
keep(struct loading *g, int32_t id, int how)
{
	struct maas_vectors *v = g->to;

	if (!g->found[id]) {
		if (maas_grow(&v->id, v->n, &g->id_cap, 1, sizeof *v->id) < 0 ||
		    maas_grow(&v->row, v->n * v->wide, &g->row_cap, v->wide, sizeof *v->row) < 0)
			return -1;
		g->at[id] = (uint32_t)v->n;
		v->id[v->n++] = id;
	}
	g->found[id] = (unsigned char)how;
	memcpy(v->row + g->at[id] * v->wide, g->number, v->wide * sizeof *v->row);
	return 0;
}

static int
refuse(struct loading *g, struct maas_span line, size_t numbers, struct maas_span field)
{
	char why[128];

	if (field.n)
		snprintf(why, sizeof why, "'%.*s', wanted a number", field.n < 40 ? (int)field.n : 40, field.s);
	else
		snprintf(why, sizeof why, "%zu fields, wanted a word and %zu numbers", fields(line), numbers);
	return wrong(g, why);
}

static int
add(struct loading *g, struct maas_span line)
{
	struct maas_span rest = line, field;
	size_t wide = g->to->wide;
	int how = NONE, wanted;
	int32_t id;

	for (size_t i = wide; i-- > 0;) {
		if (!(field = last_field(&rest)).n)
			return refuse(g, line, wide, field);
		if (!looks_right(field))
			return refuse(g, line, wide, field);
	}
	/* A word may hold blanks, but a number at its end is one too many. */
	field = rest;
	if ((field = last_field(&field)).n && looks_right(field))
		return refuse(g, line, wide, (struct maas_span){ "", 0 });
	if ((id = find(g, rest, &how)) < 0)
		return -1;
	wanted = id > 0 && g->found[id] < how;
	for (size_t i = 0, at = rest.n + 1; wanted && i < wide; i++) {
		size_t from = at;
		double v;

		while (at < line.n && line.s[at] != ' ' && line.s[at] != '\t')
			at++;
		field = (struct maas_span){ line.s + from, at++ - from };
		if (maas_parse_real(field, &v) < 0 || !isfinite((double)(float)v))
			return refuse(g, line, wide, field);
		g->number[i] = (float)v;
	}
	return wanted ? keep(g, id, how) : 0;
}

/* The first line says how wide vectors are, or is one.  1: it was a head. */
static int
first(struct loading *g, struct maas_span line)
{
	struct maas_span rest = line, wide = last_field(&rest);
	int64_t n, w;
	int head = fields(line) == 2 && maas_parse_int(rest, &n) == 0 && maas_parse_int(wide, &w) == 0;

	if (!head)
		w = (int64_t)fields(line) - 1;
	if (w < 1 || w > (int64_t)WIDE)
		return wrong(g, head ? "vectors of 1 to 65536 numbers are wanted" : "wanted a word and its numbers");
	g->to->wide = (size_t)w;
	return (g->number = maas_alloc((size_t)w, sizeof *g->number)) ? head : -1;
}

static int
load(struct loading *g)
{
	struct maas_span line;
	int rc, head;

	maas_input_limit(g->in, LINE);
	while ((rc = maas_input_line(g->in, &line, NULL)) > 0) {
		line = trim(line);
		if (!line.n)
			continue;
		if (!g->number) {
			if ((head = first(g, line)) < 0)
				return -1;
			if (head)
				continue;
		}
		if (add(g, line) < 0)
			return -1;
		g->to->lines++;
	}
	if (rc == 0 && !g->to->lines)
		return maas_fail("%s: no vectors", maas_input_name(g->in));
	return rc;
}

struct maas_vectors *
maas_vectors_load(const char *path, const struct maas_lexicon *l)
{
	struct loading g = { .l = l, .terms = { .rules = lexicon_rules_of(l) } };
	size_t ids = maas_lexicon_size(l);
	int bad = !(g.to = maas_alloc(1, sizeof *g.to)) || !(g.found = maas_alloc(ids, sizeof *g.found)) ||
	    !(g.at = maas_alloc(ids, sizeof *g.at)) || !(g.in = maas_input_open(path, NULL)) || load(&g) < 0;

	maas_input_close(g.in);
	terms_free(&g.terms);
	free(g.found);
	free(g.at);
	free(g.number);
	if (!bad)
		return g.to;
	maas_vectors_free(g.to);
	return NULL;
}
