/* cell -- what one field of a table says: a number, a gap, a name in a list of names. */
#include <string.h>
#include <strings.h>

#include "source.h"

static struct maas_span
trim(struct maas_span s)
{
	while (s.n && (s.s[0] == ' ' || s.s[0] == '\t'))
		s.s++, s.n--;
	while (s.n && (s.s[s.n - 1] == ' ' || s.s[s.n - 1] == '\t'))
		s.n--;
	return s;
}

static int
is_gap(struct maas_span s)
{
	static const char *const gaps[] = { "NA", "N/A", "NaN", "null", "?" };
	size_t i;

	if (!s.n || s.n > 4 || !strchr("Nn?", s.s[0]))
		return !s.n;
	for (i = 0; i < MAAS_COUNT(gaps); i++)
		if (s.n == strlen(gaps[i]) && !strncasecmp(s.s, gaps[i], s.n))
			return 1;
	return 0;
}

int
maas_is_gap(struct maas_span s)
{
	return is_gap(trim(s));
}

int
maas_number(struct maas_span s, double *to)
{
	struct maas_span cell = trim(s);

	if (cell.n && decimal_parse(cell, to))
		return 0;
	return maas_fail("not a number: '%.*s'", s.n > 40 ? 40 : (int)s.n, s.n ? s.s : "");
}

enum cell
cell_read(struct maas_span s, double *to)
{
	s = trim(s);
	if (is_gap(s))
		return CELL_GAP;
	return decimal_parse(s, to) ? CELL_NUMBER : CELL_WORD;
}

int
cell_print(struct maas_buf *to, double v)
{
	char text[32];
	double again;
	int digits;

	for (digits = 15; digits <= 17; digits++) {
		maas_real_print(text, v, digits);
		if (maas_parse_real(maas_span(text), &again) == 0 && !(again < v) && !(again > v))
			break;
	}
	return maas_buf_text(to, text);
}

/* One item of a list, up to a comma: its end; the text is put into `to` without quotes. */
static const char *
item(const char *p, char *to, size_t *n)
{
	int quoted = *p == '"';

	*n = 0;
	for (p += quoted; *p; p++) {
		if (quoted && *p == '"') {
			if (p[1] != '"') {
				p++;
				break;
			}
			p++;
		} else if (!quoted && *p == ',') {
			break;
		}
		to[(*n)++] = *p;
	}
	return p;
}

int
maas_list_parse(struct maas_arena *a, const char *list, struct maas_span **to, size_t *n)
{
	size_t max = 1, i;
	const char *p = list;

	*to = NULL;
	*n = 0;
	if (!list || !*list)
		return 0;
	for (i = 0; list[i]; i++)
		max += list[i] == ',';
	if (!(*to = maas_take(a, max, sizeof **to)))
		return -1;
	for (;; p++) {
		char *text = maas_take(a, strlen(p) + 1, 1);
		size_t len;

		if (!text)
			return -1;
		p = item(p, text, &len);
		if (*p && *p != ',')
			return maas_fail_as(
			    MAAS_USAGE, "list of columns: a comma is wanted behind the quotes in '%s'", list);
		if (!len)
			return maas_fail_as(MAAS_USAGE, "list of columns: an empty name in '%s'", list);
		(*to)[(*n)++] = (struct maas_span){ text, len };
		if (!*p)
			return 0;
	}
}

int
column_is_number(struct maas_span col)
{
	size_t i;

	for (i = 0; i < col.n; i++)
		if (col.s[i] < '0' || col.s[i] > '9')
			return 0;
	return col.n > 0 && col.n < 10;
}

long
column_find(const struct maas_span *head, size_t n, struct maas_span col)
{
	size_t i, number = 0;

	for (i = 0; head && i < n; i++)
		if (head[i].s && head[i].n == col.n && !memcmp(head[i].s, col.s, col.n))
			return (long)i;
	if (!column_is_number(col))
		return -1;
	for (i = 0; i < col.n; i++)
		number = number * 10 + (size_t)(col.s[i] - '0');
	return number >= 1 && number <= n ? (long)number - 1 : -1;
}
