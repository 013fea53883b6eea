/* format_libsvm -- LABEL INDEX:VALUE ... (indices from 1, ascending), "qid:N" and "# comment" left out. */
#include <math.h>
#include <string.h>

#include "source.h"

#define INDEX_MAX ((int64_t)1 << 31)

/* The next word of s; s moves behind it. */
static struct maas_span
word(struct maas_span *s)
{
	struct maas_span w;

	while (s->n && (*s->s == ' ' || *s->s == '\t'))
		s->s++, s->n--;
	w.s = s->s;
	while (s->n && *s->s != ' ' && *s->s != '\t')
		s->s++, s->n--;
	w.n = (size_t)(s->s - w.s);
	return w;
}

/* INDEX:VALUE.  0, or -1 with the reason. */
static int
pair(struct maas_span w, int64_t *index, double *v)
{
	size_t n = 0;

	for (*index = 0; n < w.n && n < 10 && (unsigned char)(w.s[n] - '0') < 10; n++)
		*index = *index * 10 + (w.s[n] - '0');
	if (!n || n + 1 >= w.n || w.s[n] != ':' || !decimal_parse((struct maas_span){ w.s + n + 1, w.n - n - 1 }, v))
		return maas_fail("not INDEX:VALUE: '%.*s'", w.n > 40 ? 40 : (int)w.n, w.s);
	if (*index < 1 || *index > INDEX_MAX)
		return maas_fail("index %lld: they go from 1 to %lld", (long long)*index, (long long)INDEX_MAX);
	return 0;
}

/* "qid:7", of which query a row is: for those who rank. */
static int
is_query(struct maas_span w)
{
	return w.n > 4 && !memcmp(w.s, "qid:", 4);
}

static int
pairs(struct maas_table *t, struct maas_record *rec, struct maas_span s)
{
	struct maas_span w;
	int64_t index, before = 0;
	double v;

	if (maas_grow(&t->num, 0, &t->num_cap, 1, sizeof *t->num) < 0 ||
	    maas_grow(&t->index, 0, &t->index_cap, 1, sizeof *t->index) < 0)
		return -1;
	rec->num = t->num; /* of a row without values, too */
	rec->index = t->index;
	for (rec->n = 0; (w = word(&s)).n; rec->n++) {
		if (!rec->n && is_query(w)) {
			rec->n--;
			continue;
		}
		if (pair(w, &index, &v) < 0)
			return table_bad(t, rec, "%s", maas_error());
		if (index <= before)
			return table_bad(
			    t, rec, "index %lld behind %lld: they must ascend", (long long)index, (long long)before);
		before = index;
		if (maas_grow(&t->num, rec->n, &t->num_cap, 1, sizeof *t->num) < 0 ||
		    maas_grow(&t->index, rec->n, &t->index_cap, 1, sizeof *t->index) < 0)
			return -1;
		t->num[rec->n] = v;
		t->index[rec->n] = (uint32_t)(index - 1);
	}
	rec->num = t->num;
	rec->index = t->index;
	return 1;
}

static struct maas_span
before_comment(struct maas_span s)
{
	const char *hash = memchr(s.s, '#', s.n);

	return (struct maas_span){ s.s, hash ? (size_t)(hash - s.s) : s.n };
}

static int
next_libsvm(struct maas_table *t, struct maas_record *rec)
{
	struct maas_span s, label;
	int rc = table_line(t, rec, 1);

	if (rc <= 0 || rec->bad)
		return rc;
	s = before_comment(rec->raw);
	struct maas_span rest = s;
	label = word(&rest);
	if (!label.n) {
		rec->empty = 1;
		return table_bad(t, rec, "no label and no values");
	}
	if (!memchr(label.s, ':', label.n)) {
		rec->label = label;
		s = rest;
	}
	return pairs(t, rec, s);
}

int
libsvm_surely(struct maas_span line)
{
	struct maas_span rest = before_comment(line), label = word(&rest), w;
	int64_t index, before = 0;
	size_t n = 0;
	double v;

	if (!label.n || memchr(label.s, ':', label.n) || memchr(line.s, '\t', line.n))
		return 0;
	for (; (w = word(&rest)).n; n++, before = index)
		if (!n && is_query(w))
			index = 0;
		else if (pair(w, &index, &v) < 0 || index <= before)
			return 0;
	return before > 0;
}

/* A number and INDEX:VALUE? */
static int
is_libsvm(struct maas_span line)
{
	struct maas_span whole = line, label = word(&line), w = word(&line);
	int64_t index;
	double v;

	if (is_query(w))
		w = word(&line);
	return libsvm_surely(whole) || (label.n && !maas_number(label, &v) && w.n && !pair(w, &index, &v));
}

const struct maas_format maas_format_libsvm = {
	.name = "libsvm",
	.suffix = ".svm .libsvm",
	.text = 1,
	.is = is_libsvm,
	.next = next_libsvm,
};
