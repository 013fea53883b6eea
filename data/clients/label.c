/* label.c -- label the lines of standard input by a model, through libmaas.
 *	cc -o label label.c $(pkg-config --cflags --libs maas) && ./label MODEL <texts */
#include <err.h>
#include <stdlib.h>

#include "maas/model.h"

int
main(int argc, char **argv)
{
	struct maas_model *m = argc == 2 ? maas_model_open(argv[1]) : NULL;
	const struct maas_rows *rows = m ? maas_rows_of(m) : NULL;
	struct maas_rows_call *call = rows && maas_rows_labels(rows) ? maas_rows_call_new(rows) : NULL;
	double *p = call ? calloc(maas_rows_scores(rows), sizeof *p) : NULL;
	struct maas_span label, text = { 0 };
	size_t room = 0, best;

	if (!p)
		errx(1, "label MODEL <texts: a model that labels rows is wanted. %s", maas_error());
	for (char *line = NULL; getline(&line, &room, stdin) > 0;) {
		text = maas_span(line);
		if (maas_rows_record(call, text, p) < 0)
			errx(1, "%s", maas_error());
		best = maas_argmax_f64(p, maas_rows_labels(rows));
		label = maas_rows_label(rows, best);
		printf("%.*s\t%.9g\n", (int)label.n, label.s, (float)p[best]);
	}
	return 0;
}
