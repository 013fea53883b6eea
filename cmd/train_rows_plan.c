/* --dry-run of a training on rows: the settings, and what it will cost, from two steps that are thrown away. */
#include <math.h>
#include <string.h>
#include <sys/resource.h>

#include "train_rows.h"

int
rows_plan_step(struct rows_job *j, const struct maas_fitting *how)
{
	struct rows_watch *w = &j->watch;

	(void)how;
	if (w->first > 0) {
		w->second = maas_clock();
		return 1;
	}
	w->first = maas_clock();
	return 0;
}

/* The bytes of a model, and how many numbers it has learnt. */
static void
measure(const struct maas_model *m, double *bytes, double *parameters)
{
	*bytes = *parameters = 0;
	for (size_t i = 0; i < m->ntensor; i++) {
		const struct maas_tensor *t = &m->tensor[i];

		*bytes += (double)t->bytes;
		if (strncmp(t->name, "maas.", 5))
			*parameters += (double)t->bytes / (double)maas_dtype_size(t->dtype);
	}
}

static void
print_time(const struct rows_job *j, double until_first)
{
	const struct maas_fitting *how = &j->fold.how;
	const struct rows_watch *w = &j->watch;
	double step = w->second > 0 ? w->second - w->first : 0, all = until_first;
	long folds = j->rows->cv ? j->rows->cv : 0;
	char time[32], limit[32];

	if (w->second > 0 && how->steps > 1)
		all += step * (double)(how->steps - 1);
	/* Each fold learns from all but one part of the rows. */
	all *= 1 + (folds ? (double)(folds - 1) : 0);
	progress_time(time, sizeof time, all);
	if (how->steps > 1 && how->epochs > 0)
		printf("# steps: %ld in %.4g epochs\n", how->steps, how->epochs);
	else if (how->steps > 1)
		printf("# steps: at most %ld\n", how->steps);
	if (j->rows->max_time > 0 && all > j->rows->max_time) {
		progress_time(limit, sizeof limit, j->rows->max_time);
		printf("# expected time: %s, of which --max-time allows %s\n", time, limit);
	} else {
		printf("# expected time: %s%s\n", how->steps > 1 && how->epochs <= 0 ? "at most " : "", time);
	}
}

int
rows_plan(struct rows_job *j)
{
	struct rows_fold *f = &j->fold;
	const struct maas_design *x = &f->data.x;
	double began = maas_clock(), bytes, parameters;
	char memory[32], disk[32];
	struct rusage used;

	j->watch.trial = 1;
	if (rows_learn(j, f) || print_settings(j->call, stdout))
		return -1;
	measure(f->model, &bytes, &parameters);
	getrusage(RUSAGE_SELF, &used);
	progress_size(memory, sizeof memory, 1024.0 * (double)used.ru_maxrss);
	progress_size(disk, sizeof disk, bytes);
	printf("# rows: %zu to train on, %zu held out\n", f->data.n, f->val.n);
	if (rows_reads(f))
		printf("# tokens: %zu, %zu a row\n", rows_inputs(f), rows_inputs(f) / x->rows);
	else
		printf("# features: %zu, %zu values a row\n", x->cols, x->dense + x->sparse.start[x->rows] / x->rows);
	if (f->labels)
		printf("# labels: %zu\n", f->labels);
	printf("# parameters: %.0f\n# memory: %sB\n# disk: %sB\n", parameters, memory, disk);
	print_time(j, (j->watch.first > 0 ? j->watch.first : maas_clock()) - began);
	return 0;
}
