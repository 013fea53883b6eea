/* The likeliest way through the tags of a sentence that breaks nothing, held to all ways tried one by one. */
#include <math.h>
#include <string.h>

#include "../../lib/model/rows.h"
#include "../test.h"

enum { WORDS = 5, MOST = 7 };

static uint64_t state = 7;

static double
chance(void)
{
	state = state * 6364136223846793005u + 1442695040888963407u;
	return (double)(state >> 40) / 0x1p24;
}

static int
breaks(const struct maas_rows *r, const uint32_t *tag, size_t n)
{
	struct maas_tag before = maas_tag_read(maas_span("")), t;
	int bad = 0;

	for (size_t i = 0; i < n; i++, before = t) {
		t = maas_tag_read(r->label[tag[i]]);
		bad |= maas_tag_breaks(before, t);
	}
	return bad;
}

static double
sum(const struct maas_rows *r, const double *score, const uint32_t *tag, size_t n)
{
	double s = 0;

	for (size_t i = 0; i < n; i++)
		s += log(fmax(score[i * r->labels + tag[i]], 1e-300));
	return s;
}

/* Of all ways that break nothing the best sum. */
static double
best(const struct maas_rows *r, const double *score, size_t n)
{
	uint32_t tag[WORDS] = { 0 };
	double most = -INFINITY;

	for (;;) {
		size_t i = 0;

		if (!breaks(r, tag, n))
			most = fmax(most, sum(r, score, tag, n));
		while (i < n && ++tag[i] == r->labels)
			tag[i++] = 0;
		if (i == n)
			return most;
	}
}

static void
check(const char *what, const char *const *name, size_t labels)
{
	struct maas_model *m = maas_model_new(&maas_kind_lstm);
	struct maas_span label[MOST];
	struct maas_rows r = { .m = m, .label = label, .labels = labels, .tagging = 1 };
	double score[WORDS * MOST], worst = 0;
	uint32_t tag[WORDS];
	size_t broken = 0, changed = 0;

	for (size_t i = 0; i < labels; i++)
		label[i] = maas_span(name[i]);
	if (!m || maas_rows_set_path(m) < 0 || path_open(m, &r) < 0) {
		ok(0, "%s: %s", what, maas_error());
		maas_model_close(m);
		return;
	}
	for (int turn = 0; turn < 200; turn++) {
		size_t n = 1 + (size_t)turn % WORDS;

		for (size_t i = 0; i < n * labels; i++)
			score[i] = turn % 7 ? chance() : turn % 2 ? 0 : (double)(chance() > 0.8);
		if (maas_rows_path(&r, score, n, tag) < 0)
			break;
		broken += breaks(&r, tag, n) != 0;
		worst = fmax(worst, fabs(sum(&r, score, tag, n) - best(&r, score, n)));
		for (size_t i = 0; i < n; i++)
			changed += tag[i] != maas_argmax_f64(score + i * labels, labels);
	}
	ok(!broken && worst < 1e-9 && changed > 0, "%s: %zu of 200 broken, %g from the best, %zu tags changed", what,
	    broken, worst, changed);
	maas_model_close(m);
}

static void
check_refused(void)
{
	struct maas_model *m = maas_model_new(&maas_kind_lstm);
	struct maas_span inside = maas_span("I-X");
	struct maas_rows r = { .m = m, .label = &inside, .labels = 1, .tagging = 1 };
	const double score[] = { 0.5, 0.25 };
	uint32_t tag[2] = { 9, 9 };

	ok(maas_rows_path(&r, score, 2, tag) == 0 && !tag[0] && !tag[1], "without a rule each tag by itself");
	ok(maas_rows_set_path(m) == 0 && path_open(m, &r) < 0, "no tag to begin with: %s", maas_error());
	ok(maas_model_set_meta(m, MAAS_TAGS_META, "x") == 0 && path_open(m, &r) < 0, "an unknown rule: %s",
	    maas_error());
	maas_model_close(m);
}

int
main(void)
{
	check("BIO", (const char *const[]){ "B-PER", "I-LOC", "O", "I-PER", "B-LOC" }, 5);
	check("IOBES", (const char *const[]){ "B-X", "I-X", "E-X", "S-X", "O" }, 5);
	check("types that nothing begins", (const char *const[]){ "I-A", "O", "B-B", "E-C" }, 4);
	check_refused();
	return done();
}
