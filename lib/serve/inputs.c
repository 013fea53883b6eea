/* inputs.c -- what a model of rows takes, so that people and programs can offer fields for it. */
#include "records.h"

static const char *
type_of(const struct maas_column *c)
{
	switch (c->role) {
	case MAAS_NUMERIC: return "number";
	case MAAS_CATEGORY: return "category";
	case MAAS_TEXTUAL: return "text";
	case MAAS_PICTURES: return "picture";
	case MAAS_SOUNDS: return "sound";
	default: return NULL;
	}
}

/* The only column of texts goes by "text" where it has no name. */
static int
put_name(struct maas_buf *to, const struct maas_columns *c, const struct maas_column *column)
{
	if (maas_buf_text(to, "{\"name\":") < 0)
		return -1;
	if (column->name)
		return put_text(to, column->name);
	return maas_buf_text(to, column->role == MAAS_TEXTUAL && c->texts == 1 ? "\"text\"" : "null");
}

/* The values of a category that training met, the gap left out. */
static int
put_values(struct maas_buf *to, const struct maas_column *column)
{
	const char *comma = "";

	if (maas_buf_text(to, ",\"values\":[") < 0)
		return -1;
	for (size_t i = 0; i < column->width; i++)
		if (*column->value[i]) {
			if (maas_buf_text(to, comma) < 0 || put_text(to, column->value[i]) < 0)
				return -1;
			comma = ",";
		}
	return maas_buf_text(to, "]");
}

static int
put_column(struct maas_buf *to, const struct maas_columns *c, const struct maas_column *column)
{
	if (put_name(to, c, column) < 0 || maas_buf_printf(to, ",\"type\":\"%s\"", type_of(column)) < 0)
		return -1;
	if (column->role == MAAS_CATEGORY && column->value && put_values(to, column) < 0)
		return -1;
	return maas_buf_text(to, "}");
}

/* Rows without columns: a text; so many numbers, of a table or an array; a picture or a sound that is made such. */
static int
put_whole(struct maas_buf *to, const struct maas_columns *c)
{
	enum maas_medium medium = maas_columns_medium(c);
	const char *type = medium == MAAS_PICTURE ? "picture"
	    : medium == MAAS_SOUND                ? "sound"
	    : c->sparse                           ? "sparse"
						  : "number";

	if (c->texts)
		return maas_buf_text(to, "{\"name\":\"text\",\"type\":\"text\"}");
	if (maas_buf_printf(to, "{\"name\":null,\"type\":\"%s\",\"shape\":[", type) < 0)
		return -1;
	if (!c->height)
		return maas_buf_printf(to, "%zu]}", c->numbers);
	if (maas_buf_printf(to, "%zu,%zu", c->height, c->width) < 0 ||
	    (c->channels && maas_buf_printf(to, ",%zu", c->channels) < 0))
		return -1;
	return maas_buf_text(to, "]}");
}

static int
put_columns(struct maas_buf *to, const struct maas_columns *c)
{
	const char *comma = "";

	if (!c->column)
		return put_whole(to, c);
	for (size_t i = 0; i < c->n; i++)
		if (type_of(&c->column[i])) {
			if (maas_buf_text(to, comma) < 0 || put_column(to, c, &c->column[i]) < 0)
				return -1;
			comma = ",";
		}
	return 0;
}

int
put_card_inputs(struct maas_server *s, struct maas_buf *to, const struct family *f)
{
	const struct maas_columns *c;
	int rc = 0;

	pthread_mutex_lock(&s->lock);
	c = f->latest ? table_columns(f->latest) : NULL;
	if (c)
		rc = maas_buf_text(to, ",\"inputs\":[") < 0 || put_columns(to, c) < 0 ? -1 : maas_buf_text(to, "]");
	pthread_mutex_unlock(&s->lock);
	return rc;
}
