/* columns_json -- columns as kept in a model: one JSON object. */
#include <math.h>
#include <string.h>

#include "source.h"

static const char *const roles[] = { "dropped", "number", "category", "text", "label", "id", "picture", "sound" };

static int
put_text(struct maas_buf *b, const char *key, const char *value)
{
	return maas_buf_printf(b, "\"%s\":", key) < 0 || maas_json_put_text(b, maas_span(value)) < 0 ? -1 : 0;
}

/* Of pictures, or of a sound's frames of bands. */
static int
put_sides(struct maas_buf *b, size_t height, size_t width, const struct maas_mel *mel)
{
	if (maas_buf_printf(b, ",\"height\":%zu,\"width\":%zu", height, width) < 0)
		return -1;
	return mel->rate
	    ? maas_buf_printf(b, ",\"rate\":%ld,\"window\":%ld,\"hop\":%ld", mel->rate, mel->window, mel->hop)
	    : 0;
}

static int
put_column(struct maas_buf *b, const struct maas_column *c)
{
	size_t i;

	if (maas_buf_text(b, "{") < 0 || put_text(b, "role", roles[c->role]) < 0)
		return -1;
	if (c->name && (maas_buf_text(b, ",") < 0 || put_text(b, "name", c->name) < 0))
		return -1;
	for (i = 0; i < (c->role == MAAS_CATEGORY ? c->width : 0); i++)
		if (maas_buf_text(b, i ? "," : ",\"values\":[") < 0 ||
		    maas_json_put_text(b, maas_span(c->value[i])) < 0)
			return -1;
	if (i && maas_buf_text(b, "]") < 0)
		return -1;
	if (c->fill && (maas_buf_text(b, ",") < 0 || put_text(b, "fill", c->fill) < 0))
		return -1;
	if (c->file.height &&
	    (put_sides(b, c->file.height, c->file.width, &c->file.mel) < 0 ||
		maas_buf_printf(b, ",\"channels\":%zu", c->file.channels) < 0))
		return -1;
	return maas_buf_text(b, "}");
}

static int
put_numbers(struct maas_buf *b, const char *key, const double *v, size_t n)
{
	size_t i;

	for (i = 0; v && i < n; i++)
		if (maas_buf_printf(b, i ? "," : ",\"%s\":[", key) < 0 || maas_json_put_real(b, v[i]) < 0)
			return -1;
	return i ? maas_buf_text(b, "]") : 0;
}

int
maas_columns_write(const struct maas_columns *c, struct maas_buf *b)
{
	char delimiter[2] = { c->delimiter, '\0' };
	size_t i;

	if (maas_buf_text(b, "{") < 0 || put_text(b, "format", c->format->name) < 0 || maas_buf_text(b, ",") < 0 ||
	    put_text(b, "delimiter", delimiter) < 0 ||
	    maas_buf_printf(b, ",\"header\":%s,\"labelled\":%s,\"numbers\":%zu,\"texts\":%zu",
		c->header ? "true" : "false", c->labelled ? "true" : "false", c->numbers, c->texts) < 0)
		return -1;
	if (c->height && put_sides(b, c->height, c->width, &c->mel) < 0)
		return -1;
	for (i = 0; i < c->n; i++)
		if (maas_buf_text(b, i ? "," : ",\"columns\":[") < 0 || put_column(b, &c->column[i]) < 0)
			return -1;
	if (c->n && maas_buf_text(b, "]") < 0)
		return -1;
	if (put_numbers(b, "fill", c->fill, c->numbers) < 0 || put_numbers(b, "shift", c->shift, c->numbers) < 0 ||
	    put_numbers(b, "factor", c->factor, c->numbers) < 0)
		return -1;
	for (i = 0; c->flag && i < c->numbers; i++)
		if (maas_buf_printf(b, "%s%s", i ? "," : ",\"flag\":[", c->flag[i] == UINT32_MAX ? "false" : "true") <
		    0)
			return -1;
	return maas_buf_text(b, c->flag && i ? "]}" : "}");
}

/* Text of a member, in the arena and without NULs; NULL: missing or of another type. */
static const char *
text(struct maas_arena *a, const struct maas_json *v)
{
	struct maas_span s;

	if (!v || maas_json_text(v, &s) < 0 || memchr(s.n ? s.s : "x", '\0', s.n))
		return NULL;
	return maas_take_text(a, s.n ? s.s : "", s.n);
}

static int
size(const struct maas_json *object, const char *key, size_t *to)
{
	const struct maas_json *v = maas_json_get(object, key);
	int64_t n;

	if (!v || maas_json_int(v, &n) < 0 || n < 0 || n > INT64_C(1) << 40)
		return -1;
	*to = (size_t)n;
	return 0;
}

static int
flag(const struct maas_json *object, const char *key, int *to)
{
	const struct maas_json *v = maas_json_get(object, key);

	return v ? maas_json_bool(v, to) : -1;
}

static int
read_values(struct maas_columns *c, struct maas_column *to, const struct maas_json *list)
{
	size_t i;

	if (!list) /* nothing was learnt yet */
		return 0;
	if (maas_json_type(list) != MAAS_J_LIST || !(to->width = maas_json_size(list)) ||
	    !(to->value = maas_take(c->arena, to->width, sizeof *to->value)))
		return -1;
	for (i = 0; i < to->width; i++) {
		to->value[i] = text(c->arena, maas_json_at(list, i));
		if (!to->value[i] || (i && strcmp(to->value[i - 1], to->value[i]) >= 0))
			return -1;
	}
	return 0;
}

static int
read_mel(struct maas_mel *to, const struct maas_json *j, size_t frames, size_t bands)
{
	size_t rate, window, hop;

	if (size(j, "rate", &rate) < 0 || size(j, "window", &window) < 0 || size(j, "hop", &hop) < 0)
		return -1;
	*to = (struct maas_mel){ (long)rate, (long)window, (long)hop, (long)frames, (long)bands };
	return maas_mel_check(to);
}

/* What the files of a column are made. */
static int
read_sides(struct maas_planes *to, const struct maas_json *v, int sound)
{
	if (size(v, "height", &to->height) < 0 || size(v, "width", &to->width) < 0 ||
	    size(v, "channels", &to->channels) < 0 || !to->height || !to->width)
		return -1;
	if (sound)
		return to->channels ? -1 : read_mel(&to->mel, v, to->height, to->width);
	return to->height <= 4096 && to->width <= 4096 && (to->channels == 1 || to->channels == 3) ? 0 : -1;
}

static int
read_column(struct maas_columns *c, struct maas_column *to, const struct maas_json *v)
{
	const char *role = v && maas_json_type(v) == MAAS_J_OBJECT ? text(c->arena, maas_json_get(v, "role")) : NULL;
	const struct maas_json *name = v ? maas_json_get(v, "name") : NULL;
	size_t i;

	for (i = 0; role && i < MAAS_COUNT(roles) && strcmp(role, roles[i]); i++)
		;
	if (!role || i == MAAS_COUNT(roles) || (name && !(to->name = text(c->arena, name))) || !name != !c->header)
		return -1;
	to->role = (enum maas_role)i;
	if ((to->role == MAAS_PICTURES || to->role == MAAS_SOUNDS) &&
	    read_sides(&to->file, v, to->role == MAAS_SOUNDS) < 0)
		return -1;
	to->from = column_numbers(to) ? c->numbers : c->words;
	if (to->role == MAAS_CATEGORY && read_values(c, to, maas_json_get(v, "values")) < 0)
		return -1;
	if (maas_json_get(v, "fill") && !(to->fill = text(c->arena, maas_json_get(v, "fill"))))
		return -1;
	c->numbers += column_numbers(to);
	c->words += to->role == MAAS_CATEGORY;
	c->texts += to->role == MAAS_TEXTUAL;
	return 0;
}

static int
read_numbers(struct maas_columns *c, const struct maas_json *j, const char *key, double **to)
{
	const struct maas_json *list = maas_json_get(j, key);
	size_t i;

	if (!list)
		return 0;
	if (maas_json_type(list) != MAAS_J_LIST || maas_json_size(list) != c->numbers ||
	    !(*to = maas_take(c->arena, c->numbers, sizeof **to)))
		return -1;
	for (i = 0; i < c->numbers; i++)
		if (maas_json_real(maas_json_at(list, i), &(*to)[i]) < 0 || !isfinite((*to)[i]))
			return -1;
	return 0;
}

static int
read_flags(struct maas_columns *c, const struct maas_json *list)
{
	size_t i;
	int on;

	if (!list)
		return 0;
	if (!c->fill || maas_json_type(list) != MAAS_J_LIST || maas_json_size(list) != c->numbers ||
	    !(c->flag = maas_take(c->arena, c->numbers, sizeof *c->flag)))
		return -1;
	for (i = 0; i < c->numbers; i++) {
		if (maas_json_bool(maas_json_at(list, i), &on) < 0)
			return -1;
		c->flag[i] = on ? 0 : UINT32_MAX;
	}
	return 0;
}

/* What was learnt, the number of columns being known. */
static int
read_learnt(struct maas_columns *c, const struct maas_json *j)
{
	if (read_numbers(c, j, "fill", &c->fill) < 0 || read_numbers(c, j, "shift", &c->shift) < 0 ||
	    read_numbers(c, j, "factor", &c->factor) < 0 || !c->shift != !c->factor ||
	    read_flags(c, maas_json_get(j, "flag")) < 0 || (c->sparse && (c->fill || c->factor)))
		return -1;
	columns_place(c);
	return c->features < UINT32_MAX / 2 ? 0 : -1;
}

/* Sounds of these settings, frame after frame. */
static int
read_sound(struct maas_columns *c, const struct maas_json *j)
{
	if (c->channels != 1 || read_mel(&c->mel, j, c->height, c->width) < 0)
		return -1;
	c->channels = 0;
	return 0;
}

/* A picture has as many pixels as there are numbers, once or for each of three colours. */
static int
read_picture(struct maas_columns *c, const struct maas_json *j)
{
	if (!maas_json_get(j, "height"))
		return format_is_medium(c->format) ? -1 : 0;
	if (size(j, "height", &c->height) < 0 || size(j, "width", &c->width) < 0 || !c->height || !c->width ||
	    c->height > c->numbers / c->width || c->numbers % (c->height * c->width))
		return -1;
	c->channels = c->numbers / (c->height * c->width);
	if (maas_json_get(j, "rate"))
		return read_sound(c, j);
	return (c->channels == 1 || c->channels == 3) && c->format != &maas_format_sound ? 0 : -1;
}

static int
read_columns(struct maas_columns *c, const struct maas_json *j)
{
	const char *format = text(c->arena, maas_json_get(j, "format")),
		   *d = text(c->arena, maas_json_get(j, "delimiter"));
	const struct maas_json *list = maas_json_get(j, "columns");
	size_t numbers, texts, i;

	for (i = 0; format && maas_formats[i] && strcmp(format, maas_formats[i]->name); i++)
		;
	if (!format || !maas_formats[i] || !d || strlen(d) != 1 || flag(j, "header", &c->header) < 0 ||
	    flag(j, "labelled", &c->labelled) < 0 || size(j, "numbers", &numbers) < 0 || size(j, "texts", &texts) < 0)
		return -1;
	c->format = maas_formats[i];
	c->delimiter = d[0];
	c->sparse = c->format == &maas_format_libsvm;
	if (!list) {
		c->numbers = numbers;
		c->texts = texts;
		if (c->format->cells || texts != (c->format->text && !c->sparse) || (texts && numbers) ||
		    read_picture(c, j) < 0)
			return -1;
		return read_learnt(c, j);
	}
	if (maas_json_type(list) != MAAS_J_LIST || !(c->n = maas_json_size(list)) ||
	    !(c->column = maas_take(c->arena, c->n, sizeof *c->column)))
		return -1;
	for (i = 0; i < c->n; i++)
		if (read_column(c, &c->column[i], maas_json_at(list, i)) < 0)
			return -1;
	if (c->numbers != numbers || c->texts != texts || c->sparse)
		return -1;
	columns_whole(c);
	return read_learnt(c, j);
}

struct maas_columns *
maas_columns_open(struct maas_span s)
{
	struct maas_arena *a;
	struct maas_columns *c = NULL;
	struct maas_json *j;

	if (!s.s) {
		maas_fail("the model says nothing about columns");
		return NULL;
	}
	if (!(j = maas_json_parse(s))) {
		maas_in("columns of the model");
		return NULL;
	}
	if ((a = maas_arena_new(1 << 12)) && (c = maas_take(a, 1, sizeof *c))) {
		c->arena = a;
		if (maas_json_type(j) != MAAS_J_OBJECT || read_columns(c, j) < 0) {
			maas_fail("the columns of the model are damaged");
			c = NULL;
		}
	}
	maas_json_free(j);
	if (!c)
		maas_arena_free(a);
	return c;
}
