/* card.c -- what is told of a model: its versions, and what the one that its name means can do. */
#include "maas/card.h"
#include "server.h"

static int
put_version(struct maas_buf *to, const struct family *f, const struct edition *e)
{
	const struct hosted *m = e->hosted;
	const char *sha256 = m && *m->sha256 ? m->sha256 : e->sha256, *comma = "";

	if (maas_buf_printf(to, "{\"version\":\"%lld\",\"labels\":[", (long long)e->number) < 0)
		return -1;
	for (size_t i = 0; i < f->ntag; i++)
		if (f->tag[i].hosted->number == e->number) {
			if (maas_buf_text(to, comma) < 0 || put_text(to, f->tag[i].label) < 0)
				return -1;
			comma = ",";
		}
	if (maas_buf_printf(to, "],\"state\":\"%s\",\"sha256\":", m ? "ready" : e->failed ? "failed" : "unloaded") < 0)
		return -1;
	return (*sha256 ? put_text(to, sha256) : maas_buf_text(to, "null")) < 0 ? -1 : maas_buf_text(to, "}");
}

static int
put_classes(struct maas_buf *to, const struct maas_rows *rows)
{
	if (maas_buf_text(to, ",\"classes\":[") < 0)
		return -1;
	for (size_t i = 0; i < maas_rows_labels(rows); i++)
		if ((i && maas_buf_text(to, ",") < 0) || maas_json_put_text(to, maas_rows_label(rows, i)) < 0)
			return -1;
	return maas_buf_text(to, "]");
}

/* What the model says of itself, behind what there is. */
static int
put_words(struct maas_buf *to, const struct maas_model *m)
{
	size_t n = to->n;

	if (maas_buf_text(to, ",") < 0 || maas_card_print_of(to, m) < 0)
		return -1;
	if (to->n == n + 1)
		to->n = n;
	return 0;
}

/* Of a model in memory; without, the card is empty. */
static int
put_model(struct maas_buf *to, const struct hosted *m)
{
	if (maas_buf_text(to, ",\"card\":{\"task\":") < 0 || put_text(to, maas_model_task(m->model)) < 0 ||
	    (m->rows && put_classes(to, m->rows) < 0))
		return -1;
	if (m->decoder &&
	    maas_buf_printf(to, ",\"context\":%zu,\"vocabulary\":%zu", maas_decoder_context(m->decoder),
		maas_decoder_vocab(m->decoder)) < 0)
		return -1;
	return put_words(to, m->model) < 0 ? -1 : maas_buf_text(to, "}");
}

static int
put_all(struct maas_buf *to, const struct family *f)
{
	const struct hosted *m = f->latest;

	if (maas_buf_text(to, "{\"id\":") < 0 || put_text(to, f->name) < 0 ||
	    maas_buf_printf(to, ",\"object\":\"model\",\"created\":%lld,\"owned_by\":\"maas\"",
		m ? (long long)m->created : 0) < 0 ||
	    maas_buf_printf(to, ",\"kind\":\"%s\",\"versions\":[", m ? m->model->kind->name : "") < 0)
		return -1;
	for (size_t i = 0; i < f->n; i++)
		if ((i && maas_buf_text(to, ",") < 0) || put_version(to, f, &f->edition[i]) < 0)
			return -1;
	return maas_buf_text(to, "]") < 0 || (m ? put_model(to, m) : maas_buf_text(to, ",\"card\":{}")) < 0
	    ? -1
	    : maas_buf_text(to, "}");
}

int
put_card(struct maas_server *s, struct maas_buf *to, struct family *f)
{
	int rc;

	pthread_mutex_lock(&s->lock);
	rc = put_all(to, f);
	pthread_mutex_unlock(&s->lock);
	return rc;
}
