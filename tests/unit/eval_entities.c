/* Entities hold to conlleval: sentences that scripts/make-golden-entities made, and cases by hand. */
#include <math.h>
#include <stdlib.h>

#include "maas/eval.h"
#include "maas/fmt.h"
#include "../test.h"

#define TAGS 32

static double
json_number(const struct maas_json *j)
{
	double v = NAN;

	return j && maas_json_real(j, &v) == 0 ? v : NAN;
}

static size_t
cut(char *s, struct maas_span *to)
{
	size_t n = 0;

	for (char *p; n < TAGS && (p = strsep(&s, " "));)
		to[n++] = maas_span(p);
	return n;
}

/* Counts of one sentence. */
static struct maas_entity_counts
count(struct maas_entities *all, const char *truth, const char *answer)
{
	struct maas_span t[TAGS], a[TAGS];
	char copy[2][512];
	struct maas_entities *e = all ? all : maas_entities_new();
	struct maas_entity_counts c = { 0 };
	size_t n;

	snprintf(copy[0], sizeof copy[0], "%s", truth);
	snprintf(copy[1], sizeof copy[1], "%s", answer);
	n = cut(copy[0], t);
	if (!e || cut(copy[1], a) != n || maas_entities_add(e, t, a, n) < 0)
		ok(0, "%s", maas_error());
	else
		maas_entities_counts(e, &c);
	if (!all)
		maas_entities_free(e);
	return c;
}

/* Entities of the truth, of the answer, in both; tags that break BIO in either. */
static void
counts_to(const char *truth, const char *answer, size_t t, size_t a, size_t both, size_t broken, size_t broken_answer)
{
	struct maas_entity_counts c = count(NULL, truth, answer);

	ok(c.entities[0] == t && c.entities[1] == a && c.right == both && c.broken[0] == broken &&
		c.broken[1] == broken_answer,
	    "%s | %s: %zu %zu %zu, broken %zu %zu", truth, answer, c.entities[0], c.entities[1], c.right, c.broken[0],
	    c.broken[1]);
}

static void
by_hand(void)
{
	counts_to("B-X I-X O B-Y", "B-X I-X O B-Y", 2, 2, 2, 0, 0);
	counts_to("B-X B-X", "B-X I-X", 2, 1, 0, 0, 0);     /* B behind B: two of a token */
	counts_to("I-X I-X O", "B-X I-X O", 1, 1, 1, 1, 0); /* IOB1 is the same entity */
	counts_to("I-X I-Y", "B-X B-Y", 2, 2, 2, 2, 0);     /* another type begins another */
	counts_to("B-X I-Y I-Y", "B-X B-Y I-Y", 2, 2, 2, 1, 0);
	counts_to("B-X I-X I-X", "B-X I-X O", 1, 1, 0, 0, 0); /* a part is not right */
	counts_to("O O", "I-X O", 0, 1, 0, 0, 1);
	counts_to("B-X E-X S-X", "B-X I-X B-X", 2, 2, 2, 0, 0); /* IOBES */
	counts_to("S-X S-X E-X", "B-X B-X B-X", 3, 3, 3, 1, 0);
	counts_to("B-X E-X I-X", "B-X I-X B-X", 2, 2, 2, 1, 0);
	counts_to("NOUN B- -X b-X", "VERB O O O", 0, 0, 0, 0, 0); /* what marks no entity */
	counts_to("B-A-B I-A-B", "B-A-B I-A", 1, 2, 0, 0, 1);
}

/* Line by line, then the sums of all. */
static void
golden(void)
{
	char line[1024], *p, *s;
	FILE *f = fopen("tests/data/entities.tsv", "r");
	struct maas_entities *e = maas_entities_new();
	struct maas_buf b = { 0 };
	size_t sentences = 0, wrong = 0, types = 0;
	struct maas_json *j = NULL;

	while (f && e && fgets(line, sizeof line, f)) {
		char *field[6];
		int n = 0;

		line[strcspn(line, "\n")] = 0;
		for (s = line; n < 6 && (p = strsep(&s, "\t"));)
			field[n++] = p;
		if (n == 5) {
			struct maas_entity_counts c = count(NULL, field[0], field[1]);

			sentences++;
			wrong += c.entities[0] != strtoul(field[2], NULL, 10) ||
			    c.entities[1] != strtoul(field[3], NULL, 10) || c.right != strtoul(field[4], NULL, 10);
			count(e, field[0], field[1]);
			continue;
		}
		if (!j) {
			ok(sentences == 300 && !wrong, "%zu of %zu sentences are counted otherwise", wrong, sentences);
			ok(!maas_buf_text(&b, "{") && !maas_entities_members(e, &b) && !maas_buf_text(&b, "}") &&
				(j = maas_json_parse((struct maas_span){ b.s, b.n })),
			    "all of them as JSON");
		}
		if (strcmp(field[0], "all")) {
			const struct maas_json *t = maas_json_get(maas_json_get(j, "per_label"), field[0]);
			double both = strtod(field[3], NULL);

			types++;
			ok(fabs(json_number(maas_json_get(t, "precision")) - both / strtod(field[2], NULL)) < 1e-12 &&
				fabs(json_number(maas_json_get(t, "recall")) - both / strtod(field[1], NULL)) < 1e-12 &&
				json_number(maas_json_get(t, "support")) == strtod(field[1], NULL),
			    "type %s", field[0]);
			continue;
		}
		for (int i = 1; i < 4; i++) {
			double v, want = strtod(field[i], NULL);

			ok(!maas_entities_metric(e, maas_entity_metrics[i], &v) && fabs(v - want) < 1e-12, "%s %g, %g",
			    maas_entity_metrics[i], v, want);
		}
	}
	ok(types == 5, "%zu types", types);
	if (f)
		fclose(f);
	maas_json_free(j);
	maas_buf_free(&b);
	maas_entities_free(e);
}

static void
empty(void)
{
	struct maas_entities *e = maas_entities_new();
	struct maas_buf b = { 0 };
	double v;

	ok(e && !maas_entities_metric(e, "entity_f1", &v) && v == 0, "nothing of nothing is 0");
	ok(e && maas_entities_metric(e, "f1_macro", &v) < 0, "%s", maas_error());
	ok(e && !maas_entities_report(e, &b) && strstr(b.s, "all entities"), "a report of nothing");
	maas_buf_free(&b);
	maas_entities_free(e);
}

int
main(void)
{
	by_hand();
	golden();
	empty();
	return done();
}
