/*
 * Models that tag each word: sentences are read a block at a time, tagged by the team, and handed out in order.
 * predict prints tokens with their tags, evaluate counts the entities that tags mark.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "classify.h"

#define BLOCK 512               /* sentences at once */
#define HELD  ((size_t)4 << 20) /* bytes of them, or a little more */

struct sentence {
	struct maas_row row;
	const struct maas_format *format;
	int state;     /* as classify_next answers */
	char *why;     /* of 2 and -1; NULL: the row's own reason, or none */
	uint32_t *tag; /* [words] */
	float *p;      /* [words] how sure */
	float *score;  /* [words][labels], where they are wanted */
	size_t words, tag_cap, p_cap, score_cap;
};
struct tagging {
	struct classifying *k;
	struct maas_team *team;
	struct maas_rows_call **call; /* [members] */
	struct maas_arena *arena;     /* of the rows in hand */
	struct sentence *s;           /* [BLOCK] */
	size_t n, at, most;
	uint32_t *order; /* [shown] labels of a word, the likeliest first */
	size_t shown;    /* labels of a word with their probabilities; 0: its tag alone */
	int headed;      /* the first line is out */
	int all;         /* --proba: the probabilities of all, by their names in the first line */
	struct maas_buf line;
};

static void
refuse(struct sentence *s)
{
	s->state = maas_why() == MAAS_DATA ? 2 : -1;
	if (s->state == 2)
		(void)maas_in("%s:%zu", s->row.record.name, s->row.record.line);
	if (!(s->why = strdup(maas_error())))
		s->state = -1;
}

static void
tag_one(struct tagging *t, struct sentence *s, int member)
{
	struct maas_tagged found;

	if (maas_rows_tag(t->call[member], &s->row, &found) < 0 ||
	    maas_grow(&s->tag, 0, &s->tag_cap, found.words, sizeof *s->tag) < 0 ||
	    maas_grow(&s->p, 0, &s->p_cap, found.words, sizeof *s->p) < 0) {
		refuse(s);
		return;
	}
	s->words = found.words;
	if (t->shown && maas_grow(&s->score, 0, &s->score_cap, s->words * t->k->labels, sizeof *s->score) < 0) {
		s->words = 0;
		refuse(s);
		return;
	}
	if (t->shown)
		maas_from_f64(s->score, found.score, s->words * t->k->labels);
	for (size_t i = 0; i < s->words; i++) {
		s->tag[i] = found.tag[i];
		s->p[i] = found.p[i];
	}
}

static void
tag_some(void *arg, size_t begin, size_t end, int member)
{
	struct tagging *t = arg;

	for (size_t i = begin; i < end; i++)
		if (t->s[i].state == 1)
			tag_one(t, &t->s[i], member);
}

/* A line of blanks is as one without: it has no token. */
static int
has_no_word(struct maas_span text)
{
	return !maas_word_next(&text).n;
}

/* The next block; 0, or -1 where reading fails. */
static int
read_block(struct tagging *t)
{
	struct classifying *k = t->k;
	size_t held = 0;
	int rc = 1;

	for (size_t i = 0; i < t->n; i++) {
		free(t->s[i].why);
		t->s[i].why = NULL;
		t->s[i].words = 0;
	}
	maas_arena_reset(t->arena);
	t->n = t->at = 0;
	while (t->n < t->most && held < HELD && rc > 0) {
		struct sentence *s = &t->s[t->n];

		if ((rc = maas_reader_next(k->reader, &s->row)) <= 0)
			break;
		if (classify_origin(k) < 0 || maas_row_copy(t->arena, k->columns, &s->row, &held) < 0)
			return -1;
		s->format = k->format;
		if (s->format != &maas_format_jsonl && !s->row.bad && has_no_word(s->row.text))
			s->row.record.empty = 1;
		s->state = s->row.record.empty || s->row.bad ? 2 : 1;
		t->n++;
	}
	maas_team_run(t->team, t->n, 4, tag_some, t);
	return rc < 0 && !t->n ? -1 : 0;
}

/* The next sentence; NULL at the end, or with *rc -1. */
static struct sentence *
next(struct tagging *t, int *rc)
{
	*rc = 0;
	if (t->at == t->n && (*rc = read_block(t)) < 0)
		return NULL;
	if (t->at == t->n)
		return NULL;
	t->k->number++;
	if (t->s[t->at].state < 0) {
		*rc = maas_fail_as(MAAS_OS, "%s", t->s[t->at].why ? t->s[t->at].why : "no memory");
		return NULL;
	}
	return &t->s[t->at++];
}

static int
tagging_open(struct tagging *t, struct classifying *k)
{
	size_t members;

	*t = (struct tagging){ .k = k, .most = classify_awaited(k) ? 1 : BLOCK };
	if (!(t->team = maas_team_new((int)k->call->common.threads)) || !(t->arena = maas_arena_new(HELD / 4)) ||
	    !(t->s = maas_alloc(t->most, sizeof *t->s)))
		return -1;
	members = (size_t)maas_team_size(t->team);
	if (!(t->call = maas_alloc(members, sizeof *t->call)))
		return -1;
	for (size_t i = 0; i < members; i++)
		if (!(t->call[i] = maas_rows_call_new(k->rows)))
			return -1;
	return 0;
}

static void
tagging_close(struct tagging *t)
{
	for (int i = 0; t->call && i < maas_team_size(t->team); i++)
		maas_rows_call_free(t->call[i]);
	for (size_t i = 0; t->s && i < t->most; i++) {
		free(t->s[i].why);
		free(t->s[i].tag);
		free(t->s[i].p);
		free(t->s[i].score);
	}
	free(t->call);
	free(t->order);
	free(t->s);
	maas_team_free(t->team);
	maas_arena_free(t->arena);
	maas_buf_free(&t->line);
}

static struct maas_span
label(const struct tagging *t, const struct sentence *s, size_t i)
{
	return maas_rows_label(t->k->rows, s->tag[i]);
}

/* A word and a tag. */
static int
put_pair(struct maas_buf *b, struct maas_span w, char d, struct maas_span tag)
{
	return maas_buf_add(b, w.s, w.n) || maas_buf_add(b, &d, 1) || maas_buf_add(b, tag.s, tag.n) ||
		maas_buf_text(b, "\n")
	    ? -1
	    : 0;
}

/* Lines as they came, the tag behind those of tokens; of a sentence that is bad or empty, as they came. */
static int
put_lines(struct tagging *t, const struct sentence *s)
{
	struct maas_conll c;
	struct maas_span line;
	size_t i = 0;
	int sort, bad = 0;

	maas_conll_begin(&c, s->row.record.raw);
	while (!bad && (sort = maas_conll_next(&c, &line))) {
		if (sort == 1 && i < s->words)
			bad = put_pair(&t->line, line, c.tabs ? '\t' : ' ', label(t, s, i++));
		else
			bad = maas_buf_add(&t->line, line.s, line.n) || maas_buf_text(&t->line, "\n");
	}
	return bad ? -1 : 0;
}

/* Of a word the labels that are shown, the likeliest first, of equals the first; for --proba all in their own order. */
static const float *
rank(struct tagging *t, const struct sentence *s, size_t word)
{
	size_t labels = t->k->labels, n = 0;
	const float *p = s->score + word * labels;

	for (size_t i = 0; i < labels; i++) {
		size_t at = t->all ? i : n < t->shown ? n++ : t->shown;

		for (; !t->all && at > 0 && p[i] > p[t->order[at - 1]]; at--)
			if (at < t->shown)
				t->order[at] = t->order[at - 1];
		if (at < t->shown)
			t->order[at] = (uint32_t)i;
	}
	return p;
}

/* A word with its likeliest labels and their probabilities; with all of them the probabilities alone. */
static int
put_ranked(struct tagging *t, const struct sentence *s, size_t i, struct maas_span w)
{
	const float *p = rank(t, s, i);
	struct maas_buf *b = &t->line;
	int bad = maas_buf_add(b, w.s, w.n);

	for (size_t k = 0; k < t->shown && !bad; k++) {
		struct maas_span tag = maas_rows_label(t->k->rows, t->order[k]);

		bad = maas_buf_text(b, "\t") ||
		    (!t->all && (maas_buf_add(b, tag.s, tag.n) || maas_buf_text(b, "\t"))) ||
		    maas_buf_real(b, (double)p[t->order[k]], 9);
	}
	return bad || maas_buf_text(b, "\n") ? -1 : 0;
}

/* "token", and the names of all labels: before the first word. */
static int
head_line(struct tagging *t)
{
	struct maas_buf *b = &t->line;
	int bad = maas_buf_text(b, "token");

	for (size_t i = 0; i < t->k->labels && !bad; i++) {
		struct maas_span tag = maas_rows_label(t->k->rows, i);

		bad = maas_buf_text(b, "\t") || maas_buf_add(b, tag.s, tag.n);
	}
	t->headed = 1;
	return bad || maas_buf_text(b, "\n") ? -1 : 0;
}

static int
put_words(struct tagging *t, const struct sentence *s)
{
	struct maas_span rest = s->row.text;

	if (t->all && !t->headed && head_line(t) < 0)
		return -1;
	for (size_t i = 0; i < s->words; i++) {
		struct maas_span w = maas_word_next(&rest);

		if ((t->shown ? put_ranked(t, s, i, w) : put_pair(&t->line, w, '\t', label(t, s, i))) < 0)
			return -1;
	}
	return 0;
}

/* ,"scores":[{...},...] */
static int
score_members(struct tagging *t, const struct sentence *s, struct maas_buf *b)
{
	int bad = maas_buf_text(b, ",\"scores\":[");

	for (size_t i = 0; i < s->words && !bad; i++) {
		const float *p = rank(t, s, i);

		bad = maas_buf_text(b, i ? ",{" : "{");
		for (size_t k = 0; k < t->shown && !bad; k++)
			bad = maas_buf_text(b, k ? "," : "") ||
			    maas_json_put_text(b, maas_rows_label(t->k->rows, t->order[k])) || maas_buf_text(b, ":") ||
			    maas_json_put_float(b, p[t->order[k]]);
		bad = bad || maas_buf_text(b, "}");
	}
	return bad || maas_buf_text(b, "]") ? -1 : 0;
}

/* "tokens":[...],"tags":[...],"probabilities":[...], or why there are none. */
static int
members(struct tagging *t, const struct sentence *s, const char *why, struct maas_buf *b)
{
	if (s->state == 2)
		return maas_buf_text(b, "\"tags\":null,\"error\":") ||
			maas_json_put_text(b, maas_span(why ? why : "no token"))
		    ? -1
		    : 0;
	if (maas_rows_put_tagged(t->k->rows, &(struct maas_tagged){ s->row.text, s->words, s->tag, s->p, NULL }, b) < 0)
		return -1;
	return t->shown ? score_members(t, s, b) : 0;
}

static int
put_object(struct tagging *t, const struct sentence *s, const char *why)
{
	struct maas_buf m = { 0 }, *b = &t->line;
	int rc = members(t, s, why, &m);

	if (rc == 0 &&
	    (!s->row.record.key || maas_json_merge(b, s->row.record.raw, (struct maas_span){ m.s, m.n }) < 0)) {
		b->n = 0;
		rc = maas_buf_printf(b, "{\"id\":%zu,", t->k->number) || maas_buf_add(b, m.s, m.n) ||
			maas_buf_text(b, "}")
		    ? -1
		    : 0;
	}
	maas_buf_free(&m);
	return rc;
}

static int
answer(struct tagging *t, const struct predict *o, const struct sentence *s)
{
	const char *why = s->row.record.empty ? NULL : s->why ? s->why : s->row.bad;
	int bad;

	if (s->state == 2)
		classify_note(t->k, why);
	t->line.n = 0;
	if (o->jsonl || s->format == &maas_format_jsonl)
		bad = put_object(t, s, why);
	else if (o->append && s->format == &maas_format_conll)
		bad = put_lines(t, s);
	else
		bad = put_words(t, s);
	if (bad || maas_buf_text(&t->line, "\n") < 0)
		return -1;
	if (fwrite(t->line.s, 1, t->line.n, stdout) != t->line.n || (t->most == 1 && fflush(stdout)))
		return maas_fail_errno("writing standard output");
	return 0;
}

int
predict_tags(struct classifying *k, const struct predict *o)
{
	static const char *const of_rows[] = { "threshold", "keep", "drift" };
	struct tagging t = { 0 };
	const struct sentence *s = NULL;
	int rc;

	for (size_t i = 0; i < MAAS_COUNT(of_rows); i++)
		if (given(k->call, of_rows[i]))
			return misuse(
			    k->call, "%s tags each word: --%s is for one label a row", k->o->model, of_rows[i]);
	if (o->append && (o->k || o->proba))
		return misuse(k->call, "--append puts one tag behind each line: -k and --proba have more to say");
	rc = tagging_open(&t, k);
	t.all = o->proba;
	t.shown = o->proba ? k->labels : (size_t)o->k < k->labels ? (size_t)o->k : k->labels;
	if (rc == 0 && !(t.order = maas_alloc(t.shown, sizeof *t.order)))
		rc = -1;
	while (rc == 0 && (s = next(&t, &rc)))
		rc = answer(&t, o, s);
	tagging_close(&t);
	if (rc < 0)
		return fail(k->call);
	if ((rc = finish(k->call)))
		return rc;
	return k->bad ? complain(k->call, MAAS_DATA, "%zu of %zu sentences have no answer", k->bad, k->number) : 0;
}

/* --errors: a sentence with a wrong tag, each token with the tag of the truth and that of the answer. */
static int
write_wrong(struct maas_out *out, const struct sentence *s, const struct maas_span *truth, const struct maas_span *said)
{
	FILE *f = out ? maas_out_file(out) : NULL;
	struct maas_span rest = s->row.text;
	size_t i = 0;

	while (f && i < s->words && !maas_span_compare(truth[i], said[i]))
		i++;
	if (!f || i == s->words)
		return 0;
	for (i = 0; i < s->words; i++) {
		struct maas_span w = maas_word_next(&rest);

		fprintf(f, "%.*s\t%.*s\t%.*s\n", (int)w.n, w.s, (int)truth[i].n, truth[i].s, (int)said[i].n, said[i].s);
	}
	fputc('\n', f);
	return 0;
}

static int
measure(struct tagging *t, struct maas_entities *e, struct maas_out *wrong)
{
	struct maas_span *tag = NULL;
	const struct sentence *s;
	size_t cap = 0, all = 0;
	int rc = 0;

	while (rc == 0 && (s = next(t, &rc))) {
		struct maas_span rest = s->row.tags;

		if (s->state == 2 && s->row.record.empty)
			continue;
		if (s->state == 2)
			rc = maas_fail("%s", s->why ? s->why : s->row.bad);
		else if (!s->row.tags.s)
			rc = maas_fail("%s:%zu: no tags to measure by", s->row.record.name, s->row.record.line);
		if (rc || (rc = maas_grow(&tag, 0, &cap, 2 * s->words, sizeof *tag)))
			break;
		for (size_t i = 0; i < s->words; i++) {
			tag[i] = maas_word_next(&rest);
			tag[s->words + i] = label(t, s, i);
		}
		all++;
		rc = maas_entities_add(e, tag, tag + s->words, s->words) || write_wrong(wrong, s, tag, tag + s->words)
		    ? -1
		    : 0;
	}
	free(tag);
	return rc < 0 || all ? rc : maas_fail("no sentences to measure on");
}

/* Tags of the truth that go on with an entity that is not open are said: they may be IOB1's, or mistakes. */
static void
tell_broken(struct classifying *k, const struct maas_entities *e)
{
	struct maas_entity_counts n;

	maas_entities_counts(e, &n);
	if (n.broken[0])
		warn(k->call, "%zu of %zu tags go on with an entity that is not open: they are taken to begin one",
		    n.broken[0], n.tokens);
}

static int
print(const struct maas_entities *e, int json)
{
	struct maas_buf b = { 0 };
	int bad;

	if (json)
		bad = maas_buf_text(&b, "{") || maas_entities_members(e, &b) || maas_buf_text(&b, "}\n");
	else
		bad = maas_entities_report(e, &b);
	if (!bad)
		fwrite(b.s, 1, b.n, stdout); /* finish() looks at the stream */
	maas_buf_free(&b);
	return bad ? -1 : 0;
}

/* METRIC=X: 1 where it is not met, and said; -1 where tags have no such metric. */
static int
check_limit(struct classifying *k, const struct maas_entities *e, const char *text)
{
	const char *eq = strchr(text, '=');
	char name[32];
	double got, want;

	snprintf(name, sizeof name, "%.*s", (int)(eq - text), text);
	if (maas_parse_real(maas_span(eq + 1), &want) < 0 || maas_entities_metric(e, name, &got) < 0)
		return -1;
	if (got >= want)
		return 0;
	complain(k->call, MAAS_NEGATIVE, "%s is %.6g, below %s", name, got, eq + 1);
	return 1;
}

static int
check_options(struct classifying *k, const struct evaluate *o)
{
	if (o->confusion || o->sweep || o->cost || o->positive || o->plot)
		return misuse(k->call,
		    "%s tags each word: --confusion, --sweep, --cost, --positive and --plot are for one label a row",
		    k->o->model);
	for (size_t i = 0; i < o->fail_under.n; i++) {
		const char *text = o->fail_under.item[i];
		size_t n = strcspn(text, "="), m = 0;

		while (maas_entity_metrics[m] &&
		    (strlen(maas_entity_metrics[m]) != n || strncmp(maas_entity_metrics[m], text, n)))
			m++;
		if (!maas_entity_metrics[m])
			return misuse(k->call,
			    "--fail-under %s: of tags there are accuracy, entity_precision, entity_recall, entity_f1",
			    text);
	}
	return 0;
}

int
evaluate_tags(struct classifying *k, const struct evaluate *o)
{
	struct tagging t = { 0 };
	struct maas_entities *e = NULL;
	struct maas_out *wrong = NULL;
	int rc = check_options(k, o), missed = 0;

	if (rc)
		return rc;
	rc = tagging_open(&t, k) || !(e = maas_entities_new()) || (o->errors && !(wrong = maas_out_open(o->errors))) ||
		measure(&t, e, wrong) || print(e, o->json)
	    ? -1
	    : 0;
	if (rc == 0) {
		tell_broken(k, e);
		rc = wrong ? maas_out_commit(wrong, 0) : 0;
	} else {
		maas_out_abort(wrong);
	}
	rc = rc < 0 ? fail(k->call) : finish(k->call);
	for (size_t i = 0; i < o->fail_under.n && !rc && missed >= 0; i++) {
		int one = check_limit(k, e, o->fail_under.item[i]);

		missed = one < 0 ? -1 : missed | one;
	}
	tagging_close(&t);
	maas_entities_free(e);
	return rc ? rc : missed < 0 ? fail(k->call) : missed ? MAAS_NEGATIVE : 0;
}
