/* Stop words: the built-in English list, a file with a word a line, or a list in the option itself. */
#include <stdlib.h>
#include <string.h>

#include "maas/fmt.h"
#include "vectorize.h"

/* The function words that scikit-learn's ENGLISH_STOP_WORDS has, its spelling included. */
static const char english[] =
    "a,about,above,across,after,afterwards,again,against,all,almost,alone,along,already,also,although,"
    "always,am,among,amongst,amoungst,amount,an,and,another,any,anyhow,anyone,anything,anyway,anywhere,"
    "are,around,as,at,back,be,became,because,become,becomes,becoming,been,before,beforehand,behind,being,"
    "below,beside,besides,between,beyond,bill,both,bottom,but,by,call,can,cannot,cant,co,con,could,"
    "couldnt,cry,de,describe,detail,do,done,down,due,during,each,eg,eight,either,eleven,else,elsewhere,"
    "empty,enough,etc,even,ever,every,everyone,everything,everywhere,except,few,fifteen,fifty,fill,find,"
    "fire,first,five,for,former,formerly,forty,found,four,from,front,full,further,get,give,go,had,has,"
    "hasnt,have,he,hence,her,here,hereafter,hereby,herein,hereupon,hers,herself,him,himself,his,how,"
    "however,hundred,i,ie,if,in,inc,indeed,interest,into,is,it,its,itself,keep,last,latter,latterly,"
    "least,less,ltd,made,many,may,me,meanwhile,might,mill,mine,more,moreover,most,mostly,move,much,must,"
    "my,myself,name,namely,neither,never,nevertheless,next,nine,no,nobody,none,noone,nor,not,nothing,now,"
    "nowhere,of,off,often,on,once,one,only,onto,or,other,others,otherwise,our,ours,ourselves,out,over,"
    "own,part,per,perhaps,please,put,rather,re,same,see,seem,seemed,seeming,seems,serious,several,she,"
    "should,show,side,since,sincere,six,sixty,so,some,somehow,someone,something,sometime,sometimes,"
    "somewhere,still,such,system,take,ten,than,that,the,their,them,themselves,then,thence,there,"
    "thereafter,thereby,therefore,therein,thereupon,these,they,thick,thin,third,this,those,though,three,"
    "through,throughout,thru,thus,to,together,too,top,toward,towards,twelve,twenty,two,un,under,until,up,"
    "upon,us,very,via,was,we,well,were,what,whatever,when,whence,whenever,where,whereafter,whereas,"
    "whereby,wherein,whereupon,wherever,whether,which,while,whither,who,whoever,whole,whom,whose,why,"
    "will,with,within,without,would,yet,you,your,yours,yourself,yourselves";

static int
by_text(const void *a, const void *b)
{
	return maas_span_compare(*(const struct maas_span *)a, *(const struct maas_span *)b);
}

static int
add(struct stops *t, struct maas_span s)
{
	while (s.n && strchr(" \t\r", s.s[s.n - 1]))
		s.n--;
	while (s.n && strchr(" \t", *s.s))
		s.s++, s.n--;
	if (!s.n)
		return 0;
	if (maas_grow(&t->word, t->n, &t->cap, 1, sizeof *t->word) < 0 ||
	    !(t->word[t->n].s = maas_take_text(t->arena, s.s, s.n)))
		return -1;
	t->word[t->n++].n = s.n;
	return 0;
}

static int
add_file(struct stops *t, const char *path)
{
	struct maas_input *in = maas_input_open(path, NULL);
	struct maas_span line;
	int rc;

	if (!in)
		return maas_in("stop-words");
	while ((rc = maas_input_line(in, &line, NULL)) > 0)
		if ((rc = add(t, line)) < 0)
			break;
	maas_input_close(in);
	return rc;
}

static int
add_list(struct stops *t, const char *s)
{
	for (;; s++) {
		size_t n = strcspn(s, ",");

		if (add(t, (struct maas_span){ s, n }) < 0)
			return -1;
		if (!*(s += n))
			return 0;
	}
}

int
stops_read(struct stops *t, const char *s)
{
	size_t k = 0;
	int rc;

	*t = (struct stops){ 0 };
	if (!s || !*s)
		return 0;
	if (!(t->arena = maas_arena_new(1 << 12)))
		return -1;
	if (!strcmp(s, "english"))
		rc = add_list(t, english);
	else
		rc = strchr(s, ',') ? add_list(t, s) : add_file(t, s);
	if (rc < 0)
		return -1;
	if (t->n)
		qsort(t->word, t->n, sizeof *t->word, by_text);
	for (size_t i = 0; i < t->n; i++)
		if (i == 0 || by_text(&t->word[i], &t->word[k - 1]))
			t->word[k++] = t->word[i];
	t->n = k;
	if (table_print(&t->bytes, t->word, k) < 0)
		return -1;
	t->table = (struct table){ .at = (const unsigned char *)t->bytes.s, .n = k, .slots = table_slots(k) };
	t->table.slot = t->table.at + 4 * (k + 1);
	t->table.text = t->table.slot + 8 * t->table.slots;
	t->table.bytes = t->bytes.n - (size_t)(t->table.text - t->table.at);
	return 0;
}

void
stops_free(struct stops *t)
{
	maas_buf_free(&t->bytes);
	free(t->word);
	maas_arena_free(t->arena);
}
