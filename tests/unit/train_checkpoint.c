/* A checkpoint comes back as it was, or not at all. */
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "maas/train.h"
#include "../test.h"

#define N 32

static char folder[] = "/tmp/train_checkpoint.XXXXXX";

/* Two parameters in blocks of N floats: [3,5] at 0, [7] at 16. */
struct state {
	float val[N], m[N], v[N], best[N];
	struct maas_node w[2], *node[2];
	struct maas_params params;
	struct maas_curves curves;
	struct maas_checkpoint c;
};

static void
set_up(struct state *s, const char *identity)
{
	memset(s, 0, sizeof *s);
	s->w[0] = (struct maas_node){ .name = "a.weight", .type = MAAS_F32, .ndim = 2, .dim = { 3, 5 }, .val = s->val };
	s->w[1] = (struct maas_node){ .name = "b.bias", .type = MAAS_F32, .ndim = 1, .dim = { 7 }, .val = s->val + 16 };
	s->node[0] = &s->w[0];
	s->node[1] = &s->w[1];
	s->params = (struct maas_params){
		.n = N, .all = N, .val = s->val, .count = 2, .node = s->node, .learnt = 2, .learn = s->node
	};
	s->c = (struct maas_checkpoint){ .params = &s->params,
		.moment = { s->m, s->v },
		.best = s->best,
		.curves = &s->curves,
		.identity = identity };
}

static void
fill(struct state *s)
{
	maas_fill_normal(s->val, N, 1, 1, 1);
	maas_fill_normal(s->m, N, 1, 1, 2);
	maas_fill_normal(s->v, N, 1, 1, 3);
	maas_fill_normal(s->best, N, 1, 1, 4);
	s->c.seconds = 12.375;
	s->curves.steps = 4;
	s->curves.train = calloc(4, sizeof *s->curves.train);
	maas_fill_normal(s->curves.train, 4, 1, 1, 5);
	s->curves.evals = 1;
	s->curves.val = calloc(1, sizeof *s->curves.val);
	s->curves.val[0] = (struct maas_evaluation){ .step = 3, .loss = 1.25, .bits_per_byte = 2.5, .tokens = 100 };
}

static int
same_block(const float *a, const float *b)
{
	return !memcmp(a, b, 15 * sizeof *a) && !memcmp(a + 16, b + 16, 7 * sizeof *a);
}

static void
drop(struct state *s)
{
	free(s->curves.train);
	free(s->curves.val);
}

static const char *
name_of(unsigned step)
{
	static char path[80];

	snprintf(path, sizeof path, "%s/step-%u.ckpt", folder, step);
	return path;
}

static void
comes_back(void)
{
	struct state a, b;

	set_up(&a, "lr=0.1\nseed=1\n");
	fill(&a);
	set_up(&b, "lr=0.1\nseed=1\n");
	ok(maas_checkpoint_save(&a.c, folder) == 0, "saved %s", maas_error());
	ok(maas_checkpoint_load(&b.c, name_of(4)) == 0, "loaded %s", maas_error());
	ok(same_block(a.val, b.val) && same_block(a.m, b.m) && same_block(a.v, b.v) && same_block(a.best, b.best),
	    "parameters and moments");
	ok(b.curves.steps == 4 && !memcmp(a.curves.train, b.curves.train, 4 * sizeof(float)) && b.c.seconds == 12.375,
	    "step, curve, time");
	ok(b.curves.evals == 1 && b.curves.val[0].step == 3 && b.curves.val[0].loss == 1.25 &&
		b.curves.val[0].tokens == 100,
	    "evaluations");
	drop(&b);
	set_up(&b, "lr=0.2\nseed=1\n");
	ok(maas_checkpoint_load(&b.c, name_of(4)) < 0 && maas_why() == MAAS_DATA &&
		strstr(maas_error(), "made with lr 0.1, this run has 0.2"),
	    "%s", maas_error());
	set_up(&b, "lr=0.1\nseed=1\nmore=1\n");
	ok(maas_checkpoint_load(&b.c, name_of(4)) < 0, "%s", maas_error());
	set_up(&b, "lr=0.1\nseed=1\n");
	b.w[1].dim[0] = 6;
	ok(maas_checkpoint_load(&b.c, name_of(4)) < 0 && strstr(maas_error(), "value/b.bias"), "%s", maas_error());
	drop(&b);
	drop(&a);
}

static int
loads(const unsigned char *p, size_t n)
{
	const char *path = name_of(9);
	FILE *f = fopen(path, "w");
	struct state s;
	int rc;

	if (!f || fwrite(p, 1, n, f) != n || fclose(f))
		return 0;
	set_up(&s, "lr=0.1\nseed=1\n");
	rc = maas_checkpoint_load(&s.c, path) == 0;
	drop(&s);
	return rc;
}

static void
refuses_what_was_altered(void)
{
	struct maas_map m;
	unsigned char *copy;
	size_t passed = 0, n;

	if (maas_map_open(&m, name_of(4))) {
		ok(0, "%s", maas_error());
		return;
	}
	copy = malloc(m.n);
	memcpy(copy, m.p, m.n);
	ok(loads(copy, m.n), "a copy loads");
	for (size_t i = 0; i < m.n; i++) {
		copy[i] ^= (unsigned char)(1 << i % 8);
		passed += (size_t)loads(copy, m.n);
		copy[i] ^= (unsigned char)(1 << i % 8);
	}
	ok(!passed, "%zu of %zu flipped bytes pass", passed, m.n);
	for (n = 0, passed = 0; n < m.n; n += 17)
		passed += (size_t)loads(copy, n);
	ok(!passed, "none passes that was cut short");
	free(copy);
	maas_map_close(&m);
	unlink(name_of(9));
}

static void
keeps_the_newest(void)
{
	struct state s;
	uint64_t step[8];
	char path[80];

	set_up(&s, "");
	fill(&s);
	for (size_t i = 1; i <= 4; i++) {
		s.curves.steps = i;
		ok(maas_checkpoint_save(&s.c, folder) == 0, "step %zu", i);
	}
	snprintf(path, sizeof path, "%s/step-3.ckpt.x1Y2z3", folder);
	fclose(fopen(path, "w"));
	ok(maas_checkpoint_prune(folder, 3, 2) == 0 && access(path, F_OK), "what a killed writer left goes");
	ok(maas_checkpoint_list(folder, step, 8) == 2 && step[0] == 2 && step[1] == 3,
	    "the two newest up to 3 stay, what is past goes");
	ok(maas_checkpoint_list(folder, step, 1) == 1 && step[0] == 3, "the newest");
	ok(maas_checkpoint_list("/tmp/no/such/folder", step, 8) == 0, "no folder, no checkpoint");
	ok(maas_checkpoint_save(&s.c, "/dev/null") < 0, "%s", maas_error());
	drop(&s);
}

int
main(void)
{
	char clean[80];

	if (!mkdtemp(folder))
		return 1;
	comes_back();
	refuses_what_was_altered();
	keeps_the_newest();
	snprintf(clean, sizeof clean, "rm -r %s", folder);
	return system(clean) ? 1 : done();
}
