/* A card: printed and read as it was; of what others put in its place, what is no card is passed over. */
#include <stdlib.h>

#include "../test.h"
#include "maas/card.h"

/* The members of a card that somebody wrote; "" for none. */
static const char *
read_back(const char *text)
{
	static struct maas_buf b;
	struct maas_model *m = maas_model_new(maas_kind_find("logistic"));

	b.n = 0;
	if (!m || (text && maas_model_set_meta(m, "maas.card", text) < 0) || maas_card_print_of(&b, m) < 0)
		return "failed";
	maas_model_close(m);
	return b.n ? b.s : "";
}

static void
whole(void)
{
	struct maas_card c = { .description = "a \"b\"\n\xc3\xa9", .license = "MIT", .rows = 12 }, got;
	struct maas_model *m = maas_model_new(maas_kind_find("logistic"));

	c.sha256 = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
	maas_measure_add(&c.quality, "accuracy", 0.9);
	maas_measure_add(&c.quality, "log_loss", NAN);
	maas_measure_add(&c.quality, "f1_macro", 1. / 3);
	maas_measure_add(&c.baseline, "accuracy", 0.25);
	ok(m && maas_card_write(m, &c) == 0, "written");
	is_str(maas_model_meta(m, "maas.card"),
	    "{\"description\":\"a \\\"b\\\"\\n\xc3\xa9\",\"license\":\"MIT\",\"data\":[{\"sha256\":"
	    "\"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad\",\"rows\":12}],"
	    "\"quality\":{\"accuracy\":0.9,\"f1_macro\":0.3333333333333333},\"baseline\":{\"accuracy\":0.25}}");
	ok(maas_card_read(m, m->arena, &got) == 0 && !strcmp(got.description, c.description) && got.rows == 12 &&
		!strcmp(got.sha256, c.sha256),
	    "and read");
	ok(maas_measure_get(&got.quality, "f1_macro") == 1. / 3 && isnan(maas_measure_get(&got.quality, "rows")),
	    "to the last digit");
	maas_model_close(m);
	m = maas_model_new(maas_kind_find("logistic"));
	ok(m && maas_card_write(m, &(struct maas_card){ 0 }) == 0 && !maas_model_meta(m, "maas.card"),
	    "nothing to say, nothing said");
	maas_model_close(m);
}

static void
foreign(void)
{
	char many[4096] = "{\"quality\":{";
	size_t n = strlen(many), shown = 0;

	is_str(read_back(NULL), "");
	is_str(read_back("no JSON"), "");
	is_str(read_back("[1]"), "");
	is_str(read_back("{\"description\":1,\"license\":null,\"data\":{},\"quality\":[1],\"baseline\":\"x\"}"), "");
	is_str(read_back("{\"data\":[]}"), "");
	is_str(read_back("{\"data\":[7]}"), "");
	is_str(read_back("{\"data\":[{\"sha256\":\"short\",\"rows\":-3,\"tokens\":1.5}]}"), "");
	is_str(read_back("{\"data\":[{\"rows\":5,\"path\":\"/home/me\"}],\"more\":{}}"), "\"data\":[{\"rows\":5}]");
	is_str(read_back("{\"description\":\"a\\u0000b\"}"), "");
	is_str(read_back("{\"description\":\"\\u001b[31m\"}"), "");
	is_str(read_back("{\"quality\":{\"\":1,\"A\":2,\"a\\\"\":3,\"ok_1\":4,\"b\":\"5\",\"c\":null}}"),
	    "\"quality\":{\"ok_1\":4}");
	for (int i = 0; i < 100; i++)
		n += (size_t)snprintf(many + n, sizeof many - n, "%s\"m%d\":%d", i ? "," : "", i, i + 3);
	snprintf(many + n, sizeof many - n, "}}");
	for (const char *p = read_back(many); (p = strchr(p, 'm')); p++)
		shown++;
	ok(shown == MAAS_MEASURES, "%zu of many measures", shown);
}

static void
words(void)
{
	char *longest = malloc(MAAS_CARD_TEXT + 2);

	ok(longest != NULL, "room");
	if (!longest)
		return;
	memset(longest, 'x', MAAS_CARD_TEXT + 1);
	longest[MAAS_CARD_TEXT + 1] = '\0';
	ok(maas_card_check("it", longest) < 0 && maas_why() == MAAS_USAGE, "%s", maas_error());
	longest[MAAS_CARD_TEXT] = '\0';
	ok(maas_card_check("it", longest) == 0 && maas_card_check("it", "") == 0, "the longest, and none");
	ok(maas_card_check("it", "a\nb\tc \xe4\xba\xba") == 0, "lines, tabs, any script");
	ok(maas_card_check("it", "a\rb") < 0 && maas_card_check("it", "\xff") < 0 &&
		maas_card_check("it", "\x7f") < 0 && maas_card_check("it", "\xc2\x85") < 0,
	    "%s", maas_error());
	free(longest);
}

int
main(void)
{
	whole();
	foreign();
	words();
	return done();
}
