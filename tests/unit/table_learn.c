/* What training rows teach about columns: against scikit-learn 1.2.1's SimpleImputer, StandardScaler, MinMaxScaler. */
#include <math.h>
#include <stdlib.h>

#include "maas/table.h"
#include "../test.h"

/* Numbers a, b and a category c; the last two rows are not for learning. */
static const double number[][2] = { { 1, 10 }, { NAN, 20 }, { 3, 20 }, { 4, NAN }, { 8, 5 }, { 1e9, NAN }, { NAN, 7 } };
static const char *const word[] = { "red", "blue", "", "blue", "red", "green", "" };
#define LEARNT 5

static int
walk(void *ctx, maas_see *see, void *to)
{
	size_t *walks = ctx;

	++*walks;
	for (size_t i = 0; i < LEARNT; i++)
		if (see(to, number[i], &(struct maas_span){ word[i], strlen(word[i]) }) < 0)
			return -1;
	return 0;
}

static struct maas_columns *
columns(void)
{
	static const char text[] = "a,b,c,label\n1,10,red,x\n?,20,blue,y\n";
	struct maas_table_options o = { .format = 2 };
	struct maas_table *t = maas_table_open_text(&o, NULL, "t", maas_span(text));
	struct maas_columns *c;

	o.delimiter = ",";
	maas_table_close(t);
	t = maas_table_open_text(&o, NULL, "t", maas_span(text));
	c = t ? maas_columns_fit(t, &o, 0) : NULL;
	maas_table_close(t);
	return c;
}

/* Row i, by columns that went through their file: "a b : features that are 1". */
static const char *
prepared(const struct maas_columns *c, size_t i)
{
	static char text[200];
	double dense[2] = { 0 };
	uint32_t one[3];
	size_t n = 0, at;

	if (maas_columns_prepare(c, number[i], &(struct maas_span){ word[i], strlen(word[i]) }, dense, one, &n) < 0)
		return maas_error();
	at = (size_t)snprintf(text, sizeof text, "%.9g %.9g :", dense[0], dense[1]);
	for (size_t k = 0; k < n; k++)
		at += (size_t)snprintf(text + at, sizeof text - at, " %u", one[k]);
	return text;
}

static struct maas_columns *
learnt_by(struct maas_preparation how)
{
	struct maas_columns *c = columns(), *again = NULL;
	struct maas_buf b = { 0 };
	size_t walks = 0;

	if (!c)
		return NULL;
	if (maas_columns_learn(c, &how, walk, &walks) == 0 && maas_columns_write(c, &b) == 0)
		again = maas_columns_open((struct maas_span){ b.s, b.n });
	maas_columns_free(c);
	maas_buf_free(&b);
	return again;
}

static struct maas_columns *
learnt(int impute, int scale, int indicator)
{
	return learnt_by((struct maas_preparation){ impute, scale, indicator, 0 });
}

static void
imputed(void)
{
	struct maas_columns *c = learnt(MAAS_IMPUTE_MEAN, 0, 0);

	ok(c && c->dense == 2 && c->features == 5, "two numbers, three values");
	is_str(prepared(c, 0), "1 10 : 4");
	is_str(prepared(c, 1), "4 20 : 3");
	is_str(prepared(c, 3), "4 13.75 : 3");
	is_str(prepared(c, 5), "1e+09 13.75 :");
	is_str(prepared(c, 6), "4 7 : 2");
	maas_columns_free(c);
	c = learnt(MAAS_IMPUTE_MEDIAN, 0, 0);
	is_str(prepared(c, 1), "3.5 20 : 3");
	is_str(prepared(c, 3), "4 15 : 3");
	maas_columns_free(c);
	c = learnt(MAAS_IMPUTE_MOST_FREQUENT, 0, 0);
	ok(c && c->features == 4, "a gap is no value of its own then");
	is_str(prepared(c, 1), "1 20 : 2"); /* all numbers once: the smallest */
	is_str(prepared(c, 6), "1 7 : 2");  /* blue and red twice: the first */
	is_str(prepared(c, 5), "1e+09 20 :");
	maas_columns_free(c);
	c = learnt(MAAS_IMPUTE_NONE, 0, 0);
	is_str(prepared(c, 1), "column 'a': a gap, and nothing to fill it with (see --impute)");
	maas_columns_free(c);
}

static void
scaled(void)
{
	struct maas_columns *c = learnt(MAAS_IMPUTE_MEAN, MAAS_SCALE_STANDARD, 1);
	struct maas_buf b = { 0 };

	ok(c && c->features == 7, "flags of two numbers, too");
	is_str(prepared(c, 0), "-1.31558703 -0.645497224 : 6");
	is_str(prepared(c, 1), "0 1.07582871 : 2 5");
	ok(maas_columns_feature(c, 2, &b) == 0 && maas_columns_feature(c, 6, &b) == 0, "names");
	is_str(b.s, "a is a gapc=red");
	maas_buf_free(&b);
	maas_columns_free(c);
	c = learnt(MAAS_IMPUTE_MEAN, MAAS_SCALE_MINMAX, 0);
	is_str(prepared(c, 1), "0.428571429 1 : 3");
	maas_columns_free(c);
	c = learnt_by((struct maas_preparation){ MAAS_IMPUTE_MEAN, MAAS_SCALE_STANDARD, 0, 1 });
	is_str(prepared(c, 1), "-0.741359127 1.69181955 : 3"); /* as if all numbers were of one column */
	maas_columns_free(c);
	c = learnt_by((struct maas_preparation){ MAAS_IMPUTE_MEAN, MAAS_SCALE_MINMAX, 0, 1 });
	is_str(prepared(c, 1), "0.157894737 1 : 3");
	maas_columns_free(c);
	ok(!learnt(MAAS_IMPUTE_NONE, 0, 1), "%s", maas_error());
}

int
main(void)
{
	imputed();
	scaled();
	return done();
}
