/* lbfgs.h -- the state of an L-BFGS run, and its two walks over all numbers, one file a tier. */
#ifndef MAAS_LBFGS_H
#define MAAS_LBFGS_H

#include "maas/num.h"

#define PARTS 64 /* of a vector at most */
#define PAIRS 16 /* at most */

struct point {          /* on the line: x + a p */
	double a, f, d; /* step, objective, slope */
};

struct sums {                                   /* of one part, then of all; D is the scale */
	double most;                            /* largest D |g| */
	double gdg;                             /* g D g */
	double sg[PAIRS], ydg[PAIRS];           /* s g, y D g */
	double sy[PAIRS], ys[PAIRS], yy[PAIRS]; /* with the new pair: s_i y, y_i s, y_i D y */
};

struct maas_lbfgs {
	size_t n, grain, memory, kept, newest;
	struct maas_lbfgs_options o;
	struct maas_team *team;
	const double *scale;
	double *x0, *g0, *p;             /* [n] where the line begins; its direction */
	float *s, *y;                    /* [memory][n] */
	double sy[PAIRS][PAIRS];         /* s_i y_j */
	double yy[PAIRS][PAIRS];         /* y_i D y_j */
	double cs[PAIRS], cy[PAIRS], cg; /* p = sum of cs s + D (sum of cy y + cg g) */
	struct sums part[PARTS], sum;
	double slope[PARTS];
	double gamma, best;
	long steps;
	int started, tries, bracketed;
	size_t fresh; /* where the new pair goes; memory: none is made */
	double *x;    /* the caller's, while a walk is on */
	const double *g;
	struct point from, lo, hi, at;
};

#if defined(__x86_64__)
maas_work lbfgs_take_avx2, lbfgs_aim_avx2;
#endif

#endif
