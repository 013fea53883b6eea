/* A lexicon learnt from texts: the team counts terms as for a vectoriser, and those that are in texts enough are
 * kept. */
#include <stdlib.h>
#include <string.h>

#include "lexicon.h"

#define MANY 0.3 /* of the characters: where more than this are Han, kana or Hangul, a text is read by them */

/* What the members of a team count. */
struct counting {
	const struct maas_span *text;
	struct tally *tally;
};

static void
count(void *arg, size_t begin, size_t end, int member)
{
	struct counting *c = arg;
	struct tally *y = &c->tally[member];

	for (size_t i = begin; i < end && !y->why; i++)
		if (tally_add(y, c->text[i]) < 0) {
			y->why = maas_why();
			snprintf(y->reason, sizeof y->reason, "%s", maas_error());
		}
}

static int
vocabulary_of(const struct maas_lexicon_options *o, const struct rules *rules, const struct maas_span *text, size_t n,
    struct maas_team *team, struct tally *tally, size_t tallies, struct vocabulary *to)
{
	struct counting c = { text, tally };
	struct limits l = { .high = (double)n, .most = (size_t)o->max_features };

	if (n >= UINT32_MAX)
		return maas_fail("%zu texts, at most %u can be learnt from", n, UINT32_MAX - 1);
	if (limit_parse("min-df", o->min_df, n, &l.low) < 0)
		return -1;
	for (size_t i = 0; i < tallies; i++) {
		tally[i].ranked = o->max_features > 0;
		if (tally_open(&tally[i], rules, NULL) < 0)
			return -1;
	}
	run_by(team, n, 64, count, &c);
	for (size_t i = 0; i < tallies; i++)
		if (tally[i].why)
			return maas_fail_as(tally[i].why, "%s", tally[i].reason);
	if (vocabulary_make(to, tally, tallies, &l, team) < 0)
		return -1;
	if (!to->n)
		return maas_fail("no term of %zu is in as many texts as --min-df %s wants", to->terms, o->min_df);
	return to->n < LEXICON_MOST ? 0 : maas_fail("%zu terms are too many: see --min-df, --max-features", to->n);
}

struct maas_lexicon *
maas_lexicon_fit(const struct maas_lexicon_options *o, const struct maas_span *text, size_t n, struct maas_team *team)
{
	enum maas_analysis how = (enum maas_analysis)o->analyzer;
	size_t tallies = team ? (size_t)maas_team_size(team) : 1, bytes = 0;
	struct tally *tally = maas_alloc(tallies, sizeof *tally);
	struct vocabulary v = { 0 };
	struct maas_buf b = { 0 };
	struct maas_lexicon *l = NULL;
	struct rules rules;

	if (how == MAAS_BY_AUTO)
		how = maas_cjk_share(text, n) > MANY && !o->tagged ? MAAS_BY_CJK : MAAS_BY_WORD;
	rules = lexicon_rules(how, o->tagged, o->lowercase);
	if (!tally || vocabulary_of(o, &rules, text, n, team, tally, tallies, &v) < 0)
		goto out;
	for (size_t i = 0; i < v.n; i++)
		bytes += v.feature[i].n;
	if (maas_buf_text(&b, LEXICON_MAGIC) < 0 || table_put64(&b, how) < 0 ||
	    table_put64(&b, (o->lowercase ? 1 : 0) | (o->tagged ? 2 : 0)) < 0 || table_put64(&b, v.n) < 0 ||
	    table_put64(&b, bytes) < 0 || table_print(&b, v.feature, v.n) < 0 ||
	    !(l = maas_lexicon_open((struct maas_span){ b.s, b.n })))
		goto out;
	l->own = b;
	b = (struct maas_buf){ 0 };
out:
	maas_buf_free(&b);
	vocabulary_free(&v);
	for (size_t i = 0; tally && i < tallies; i++)
		tally_close(&tally[i]);
	free(tally);
	return l;
}
