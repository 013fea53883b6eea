/* Pairs of a prompt and its completion, a JSON object a line. */
#include <stdlib.h>
#include <string.h>

#include "corpus.h"
#include "trainer.h"

#define LINE         ((size_t)32 << 20) /* bytes, at most: as records of tables */
#define SEED_HELD    0x70616972686c6421u
#define KEYS_IN_NOTE 4

/* What is made of a line. */
struct reading {
	struct maas_corpus *to;
	struct maas_ids prompt, all, alone; /* ids of the prompt, of both as one text, of the completion alone */
	struct maas_buf text;
};

void
maas_corpus_bound(struct maas_corpus *c, struct maas_pair_bounds bounds)
{
	c->bounds = bounds;
}

size_t
maas_corpus_pairs(const struct maas_corpus *c)
{
	return c->npair;
}

const struct maas_pair *
maas_corpus_pair(const struct maas_corpus *c, size_t i)
{
	return &c->pair[i];
}

struct maas_pair_notes
maas_corpus_notes(const struct maas_corpus *c)
{
	return c->notes;
}

int
maas_stretch_learnt(const struct maas_stretch *s, size_t i, size_t *begin, size_t *end)
{
	int pairs = maas_corpus_pairs(s->corpus) > 0;

	if (i >= (pairs ? s->end - s->begin : 1))
		return 0;
	*begin = pairs ? s->corpus->pair[s->begin + i].said : s->begin + 1;
	*end = pairs ? s->corpus->pair[s->begin + i].end : s->end;
	return 1;
}

/* Which keys there are, for who wanted others. */
static int
fail_key(const struct maas_json *line, const char *key)
{
	const struct maas_json *v;
	struct maas_span name;
	struct maas_buf has = { 0 };
	void *it = NULL;
	int n = 0;

	while ((it = maas_json_next(line, it, &name, &v)) && n++ < KEYS_IN_NOTE)
		if (maas_buf_printf(&has, "%s%.*s", n > 1 ? ", " : "", (int)(name.n < 40 ? name.n : 40), name.s))
			break;
	maas_fail("no key %s; there %s %s%s (%s)", key, n == 1 ? "is" : "are", n ? has.s : "none", it ? " ..." : "",
	    maas_json_get(line, "label") ? "labelled rows are learnt from with --task class"
					 : "a text that begins with { is read with --format text");
	maas_buf_free(&has);
	return -1;
}

static int
member(const struct maas_json *line, const char *key, struct maas_span *to)
{
	const struct maas_json *v = maas_json_get(line, key);

	if (!v)
		return fail_key(line, key);
	return maas_json_text(v, to) ? maas_fail("%s: not a text", key) : 0;
}

static int
encode(struct reading *r, struct maas_span text, struct maas_ids *to)
{
	to->n = 0;
	return maas_encode(r->to->enc, text, to);
}

/* The ids of the completion behind those of the prompt. */
static int
continuation(struct reading *r, struct maas_span prompt, struct maas_span completion, const int32_t **id, size_t *n)
{
	struct maas_buf *b = &r->text;

	b->n = 0;
	if (encode(r, prompt, &r->prompt) || maas_buf_add(b, prompt.s, prompt.n) ||
	    maas_buf_add(b, completion.s, completion.n) || encode(r, (struct maas_span){ b->s, b->n }, &r->all))
		return -1;
	if (!r->prompt.n) {
		*id = r->all.id;
		*n = r->all.n;
		return 0;
	}
	if (r->all.n >= r->prompt.n && !memcmp(r->all.id, r->prompt.id, r->prompt.n * sizeof *r->all.id)) {
		*id = r->all.id + r->prompt.n;
		*n = r->all.n - r->prompt.n;
		return 0;
	}
	r->alone.n = 0;
	if ((prompt.n ? maas_encode_rest : maas_encode)(r->to->enc, completion, &r->alone))
		return -1;
	*id = r->alone.id;
	*n = r->alone.n;
	return 0;
}

/* How a pair lies in the corpus: ids before the prompt and behind the completion are one or none. */
struct layout {
	int32_t head, tail; /* -1: none */
	const int32_t *prompt, *said;
	size_t nprompt, nsaid;
};

/* What does not fit goes: the prompt's beginning, and where that is not enough the completion's end. */
static int
fit(struct maas_corpus *c, struct layout *l)
{
	size_t least = l->head < 0, n = (size_t)(l->head >= 0) + l->nprompt + l->nsaid + (size_t)(l->tail >= 0), over,
	       cut;

	if (n <= c->bounds.context + 1)
		return 0;
	if (!c->bounds.cut)
		return maas_fail("a pair of %zu tokens, a context of %zu takes %zu (see --context, --truncate)", n,
		    c->bounds.context, c->bounds.context + 1);
	over = n - (c->bounds.context + 1);
	cut = l->nprompt - least < over ? l->nprompt - least : over;
	if (cut) /* ids of an empty prompt are nowhere */
		l->prompt += cut;
	l->nprompt -= cut;
	over -= cut;
	if (over) { /* the end is not where it was said to be */
		over -= l->tail >= 0;
		l->tail = -1;
		l->nsaid -= over;
	}
	c->notes.cut++;
	return 0;
}

static int
append_layout(struct maas_corpus *c, const struct layout *l)
{
	struct maas_pair p = { .begin = c->n };

	if (maas_grow(&c->pair, c->npair, &c->pair_cap, 1, sizeof *c->pair) ||
	    (l->head >= 0 && corpus_append(c, &l->head, 1)) || corpus_append(c, l->prompt, l->nprompt))
		return -1;
	p.said = c->n;
	if (corpus_append(c, l->said, l->nsaid) || (l->tail >= 0 && corpus_append(c, &l->tail, 1)))
		return -1;
	p.end = c->n;
	c->pair[c->npair++] = p;
	return 0;
}

static int
add_pair(struct reading *r, struct maas_span prompt, struct maas_span completion)
{
	struct maas_corpus *c = r->to;
	int32_t bos = maas_token_bos(c->tok), eos = maas_token_eos(c->tok);
	struct layout l = { .head = maas_tokenizer_adds_bos(c->tok) ? bos : -1, .tail = c->bounds.end };

	if (continuation(r, prompt, completion, &l.said, &l.nsaid))
		return -1;
	l.prompt = r->prompt.id;
	l.nprompt = r->prompt.n;
	if (l.head < 0 && !l.nprompt) /* as maas-generate begins from nothing */
		l.head = bos >= 0 ? bos : eos;
	if (l.head < 0 && !l.nprompt)
		return maas_fail("prompt: empty, and the tokeniser has no token that begins or ends a text");
	if (l.nsaid && l.said[l.nsaid - 1] == l.tail)
		l.nsaid--;
	if (!l.nsaid && l.tail < 0)
		return maas_fail(
		    "completion: empty, and the tokeniser has no token that ends a text: nothing to learn");
	c->notes.empty += !completion.n;
	return fit(c, &l) || append_layout(c, &l) ? -1 : 0;
}

static int
add_line(struct reading *r, struct maas_span line)
{
	struct maas_span prompt, completion;
	struct maas_json *json = line.n ? maas_json_parse(line) : NULL;
	int rc = -1;

	if (!line.n)
		return maas_fail("an empty line, where {\"prompt\",\"completion\"} was expected");
	if (!json)
		return -1;
	if (maas_json_type(json) != MAAS_J_OBJECT)
		maas_fail("not a JSON object {\"prompt\",\"completion\"}");
	else if (!member(json, "prompt", &prompt) && !member(json, "completion", &completion))
		rc = add_pair(r, prompt, completion);
	maas_json_free(json);
	return rc;
}

struct maas_span
corpus_unmarked(struct maas_span s)
{
	size_t n = s.n >= 3 && !memcmp(s.s, "\xef\xbb\xbf", 3) ? 3 : 0;

	return (struct maas_span){ s.s + n, s.n - n };
}

int
corpus_add_pairs(struct maas_corpus *c, struct maas_input *in)
{
	struct reading r = { .to = c };
	struct maas_span line;
	int more;

	maas_input_limit(in, LINE);
	while ((more = maas_input_line(in, &line, NULL)) > 0)
		if (add_line(&r, maas_input_lines(in) == 1 ? corpus_unmarked(line) : line)) {
			more = maas_in("%s:%zu", maas_input_name(in), maas_input_lines(in));
			break;
		}
	maas_ids_free(&r.prompt);
	maas_ids_free(&r.all);
	maas_ids_free(&r.alone);
	maas_buf_free(&r.text);
	return more;
}

int
maas_corpus_deal(struct maas_corpus *c, double share, uint64_t seed, size_t *before)
{
	size_t n = c->npair, held = (size_t)(share * (double)n + 0.5), at[2] = { 0, n - held };
	struct maas_pair *all;

	*before = n - held;
	if (!held || held == n)
		return maas_fail("a share of %g holds out %zu of %zu pairs", share, held, n);
	if (!(all = maas_alloc(n, sizeof *all)))
		return -1;
	for (size_t i = 0; i < n; i++)
		all[at[order_permute(i, n, seed ^ SEED_HELD, 0) < held]++] = c->pair[i];
	memcpy(c->pair, all, n * sizeof *all);
	free(all);
	return 0;
}
