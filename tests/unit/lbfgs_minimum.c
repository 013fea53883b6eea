/* L-BFGS finds known minima, says how it ended, and gives the same bits in every tier and for any number of threads. */
#include <stdlib.h>

#include "maas/num.h"
#include "../test.h"

#define N 20000

/* Sum of (1 - x)^2 + 100 (y - x^2)^2 over pairs: Rosenbrock's valley. */
static double
valley(const double *x, double *g, size_t n)
{
	double f = 0;

	for (size_t i = 0; i < n; i += 2) {
		double u = 1 - x[i], v = x[i + 1] - x[i] * x[i];

		f += u * u + 100 * v * v;
		g[i] = -2 * u - 400 * v * x[i];
		g[i + 1] = 200 * v;
	}
	return f;
}

/* Axes whose curvatures span six powers of ten. */
static double
bowl(const double *x, double *g, size_t n)
{
	double f = 0;

	for (size_t i = 0; i < n; i++) {
		double c = pow(10, 6.0 * (double)i / (double)n), d = x[i] - sin((double)i);

		f += c / 2 * d * d;
		g[i] = c * d;
	}
	return f;
}

static enum maas_lbfgs_state
minimise(double (*f)(const double *, double *, size_t), double *x, size_t n, const double *scale, double tol, long most,
    int threads, long *steps)
{
	struct maas_team *team = maas_team_new(threads);
	struct maas_lbfgs_options o = { tol, most, 6 };
	struct maas_lbfgs *l = maas_lbfgs_new(n, scale, &o, team);
	double *g = calloc(n, sizeof *g);
	enum maas_lbfgs_state state;

	while ((state = maas_lbfgs_step(l, x, f(x, g, n), g)) == MAAS_LBFGS_MORE)
		;
	*steps = maas_lbfgs_steps(l);
	maas_lbfgs_free(l);
	maas_team_free(team);
	free(g);
	return state;
}

/* Stopped while a line is searched, x is the last point taken. */
static void
check_stop(void)
{
	double x[8], g[8];
	struct maas_team *team = maas_team_new(1);
	struct maas_lbfgs *l =
	    maas_lbfgs_new(8, NULL, &(struct maas_lbfgs_options){ .tol = 1e-8, .max_iter = 99 }, team);

	for (size_t i = 0; i < 8; i++)
		x[i] = i % 2 ? 1 : -1.2;
	while (maas_lbfgs_steps(l) < 3)
		(void)!maas_lbfgs_step(l, x, valley(x, g, 8), g);
	ok(valley(x, g, 8) != maas_lbfgs_best(l), "x is on its way");
	maas_lbfgs_stop(l);
	ok(valley(x, g, 8) == maas_lbfgs_best(l), "stopped: back where it was best");
	maas_lbfgs_free(l);
	maas_team_free(team);
}

int
main(void)
{
	static double x[N], y[N], scale[N];
	double worst = 0;
	long steps, again;

	for (size_t i = 0; i < 8; i++)
		x[i] = i % 2 ? 1 : -1.2;
	ok(minimise(valley, x, 8, NULL, 1e-8, 1000, 1, &steps) == MAAS_LBFGS_DONE, "Rosenbrock's valley in %ld steps",
	    steps);
	for (size_t i = 0; i < 8; i++)
		worst = fmax(worst, fabs(x[i] - 1));
	ok(worst < 1e-7, "its floor: off by %g", worst);

	for (size_t i = 0; i < 8; i++)
		x[i] = i % 2 ? 1 : -1.2;
	ok(minimise(valley, x, 8, NULL, 1e-8, 3, 1, &steps) == MAAS_LBFGS_LIMIT && steps == 3,
	    "three steps and no more");

	memset(x, 0, sizeof x);
	for (size_t i = 0; i < N; i++)
		scale[i] = pow(10, -6.0 * (double)i / N);
	ok(minimise(bowl, x, N, scale, 1e-6, 1000, 1, &steps) == MAAS_LBFGS_DONE && steps < 5,
	    "a known curvature: %ld steps", steps);
	worst = 0;
	for (size_t i = 0; i < N; i++)
		worst = fmax(worst, fabs(x[i] - sin((double)i)));
	ok(worst < 1e-6, "the bowl's ground: off by %g", worst);

	memset(x, 0, sizeof x);
	memset(y, 0, sizeof y);
	minimise(bowl, x, N, NULL, 1e-3, 60, 1, &steps);
	minimise(bowl, y, N, NULL, 1e-3, 60, 3, &again);
	ok(steps == again && !memcmp(x, y, sizeof x), "the same bits by one thread and by three");
	for (int isa = MAAS_PORTABLE; isa <= (int)maas_isa_best(); isa++) {
		maas_isa_force((enum maas_isa)isa);
		memset(y, 0, sizeof y);
		minimise(bowl, y, N - 3, NULL, 1e-3, 20, 1, &again);
		if (isa == MAAS_PORTABLE)
			memcpy(x, y, sizeof x);
		ok(again == 20 && !memcmp(x, y, sizeof x), "the same bits in tier %s",
		    maas_isa_name((enum maas_isa)isa));
	}
	check_stop();
	return done();
}
