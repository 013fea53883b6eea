/* The door to OpenBLAS and the LAPACK in it: double, row-major, one thread. */
#include <cblas.h>
#include <limits.h>
#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "maas/num.h"

void dsyevr_(const char *jobz, const char *range, const char *uplo, const int *n, double *a, const int *lda,
    const double *vl, const double *vu, const int *il, const int *iu, const double *abstol, int *m, double *w,
    double *z, const int *ldz, int *isuppz, double *work, const int *lwork, int *iwork, const int *liwork, int *info,
    size_t, size_t, size_t);
void dsterf_(const int *n, double *d, double *e, int *info);
void dgesdd_(const char *jobz, const int *m, const int *n, double *a, const int *lda, double *s, double *u,
    const int *ldu, double *vt, const int *ldvt, double *work, const int *lwork, int *iwork, int *info, size_t);

void dtpqrt_(const int *m, const int *n, const int *l, const int *nb, double *a, const int *lda, double *b,
    const int *ldb, double *t, const int *ldt, double *work, int *info);
void dtrcon_(const char *norm, const char *uplo, const char *diag, const int *n, const double *a, const int *lda,
    double *rcond, double *work, int *iwork, int *info, size_t, size_t, size_t);

#define QR_PANEL 32
/* dgesdd counts its room, 4 n^2 + 7 n and panels, in an int: one that is too large comes out small. */
#define SVD_MAX 23000

static void
one_thread(void)
{
	openblas_set_num_threads(1);
}

static void
begin(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, one_thread);
}

#ifndef MAAS_STATIC
/*
 * OpenBLAS asks this as it is loaded, and asks the program before itself: with 1 it makes no threads, which nobody here
 * has a use for, and which wait for ever for memory where a limit leaves them none.  In no header.
 */
int openblas_num_threads_env(void);

int
openblas_num_threads_env(void)
{
	return 1;
}
#endif

/* What a thread of OpenBLAS takes at its first product, and waits for without end. */
#define BUFFER ((128 << 20) + 4096)

int
maas_blas_ready(const struct maas_team *team)
{
	size_t size = (size_t)maas_team_size(team) * BUFFER;
	void *room = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (room == MAP_FAILED)
		return maas_fail_errno(
		    "%zu MB of addresses for the products of %d threads", size >> 20, maas_team_size(team));
	munmap(room, size);
	begin();
	return 0;
}

static int
checked(const double *x, size_t m, size_t n)
{
	if (m > INT_MAX || n > INT_MAX)
		return maas_fail("a matrix of %zu by %zu is too large", m, n);
	for (size_t i = 0; i < m * n; i++)
		if (!isfinite(x[i]))
			return maas_fail(
			    "row %zu, column %zu of a matrix is %g, not a finite number", i / n, i % n, x[i]);
	return 0;
}

/* The rows of the C array are LAPACK's columns: its lower triangle is our upper. */
static int
syevr(double *values, double *vectors, double *a, int n, double *work, int lwork, int *iwork, int liwork, int *support)
{
	int found, info = 0, none = 0;
	double zero = 0;

	dsyevr_("V", "A", "L", &n, a, &n, &zero, &zero, &none, &none, &zero, &found, values, vectors, &n, support, work,
	    &lwork, iwork, &liwork, &info, 1, 1, 1);
	if (lwork != -1 && (info || found != n))
		return maas_fail_as(
		    MAAS_INTERNAL, "the eigenvalues of a matrix of %d rows do not converge (%d)", n, info);
	return 0;
}

int
maas_eigen_sym(double *values, double *vectors, double *a, size_t n)
{
	double size = 0, *work = NULL;
	int isize = 0, *iwork = NULL, *support = NULL, rc = -1;

	if (n == 0)
		return 0;
	if (checked(a, n, n) < 0)
		return -1;
	begin();
	if (syevr(values, vectors, a, (int)n, &size, -1, &isize, -1, &isize) < 0)
		return -1;
	if ((work = maas_alloc((size_t)size, sizeof *work)) && (iwork = maas_alloc((size_t)isize, sizeof *iwork)) &&
	    (support = maas_alloc(2 * n, sizeof *support)))
		rc = syevr(values, vectors, a, (int)n, work, (int)size, iwork, isize, support);
	free(work);
	free(iwork);
	free(support);
	return rc;
}

int
maas_tridiagonal_values(double *d, double *e, size_t n)
{
	int size = (int)n, info = 0;

	if (n > INT_MAX)
		return maas_fail("a matrix of %zu rows is too large", n);
	begin();
	dsterf_(&size, d, e, &info);
	return info
	    ? maas_fail_as(MAAS_INTERNAL, "the eigenvalues of a matrix of %zu rows do not converge (%d)", n, info)
	    : 0;
}

/* x as LAPACK sees it is our x turned, so its left vectors are our right ones. */
static int
gesdd(double *values, double *vt, double *u, double *x, int m, int n, double *work, int lwork, int *iwork)
{
	int least = m < n ? m : n, info = 0;

	dgesdd_("S", &n, &m, x, &n, values, vt, &n, u, &least, work, &lwork, iwork, &info, 1);
	return info ? maas_fail_as(MAAS_INTERNAL, "the singular values of %d by %d do not converge (%d)", m, n, info)
		    : 0;
}

int
maas_svd(double *values, double *vt, double *u, double *x, size_t m, size_t n)
{
	size_t least = m < n ? m : n;
	double size = 0, *work = NULL, *mine = NULL;
	int *iwork, rc = -1;

	if (!least)
		return 0;
	if (least > SVD_MAX)
		return maas_fail("a matrix of %zu by %zu is too large for all of its singular values", m, n);
	if (checked(x, m, n) < 0)
		return -1;
	begin();
	iwork = maas_alloc(8 * least, sizeof *iwork);
	if (!u)
		u = mine = maas_alloc(m * least, sizeof *mine);
	if (iwork && u && gesdd(values, vt, u, x, (int)m, (int)n, &size, -1, iwork) == 0 &&
	    (work = maas_alloc((size_t)size, sizeof *work)))
		rc = gesdd(values, vt, u, x, (int)m, (int)n, work, (int)size, iwork);
	free(iwork);
	free(work);
	free(mine);
	return rc;
}

void
maas_gram(double *c, const double *x, size_t rows, size_t n)
{
	begin();
	cblas_dsyrk(CblasRowMajor, CblasUpper, CblasTrans, (int)n, (int)rows, 1, x, (int)n, 1, c, (int)n);
}

void
maas_product_f64(double *y, const double *a, const double *b, size_t m, size_t n, size_t k, int add)
{
	begin();
	cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasTrans, (int)m, (int)n, (int)k, 1, a, (int)k, b, (int)k,
	    add ? 1 : 0, y, (int)n);
}

size_t
maas_qr_work(size_t n)
{
	return 2 * QR_PANEL * n;
}

int
maas_qr_more(double *r, double *x, size_t ldx, size_t m, size_t n, int triangular, double *work)
{
	int rows = (int)m, cols = (int)n, l = triangular ? (int)n : 0, ld = (int)ldx, info = 0, nb = QR_PANEL;

	if (ldx > INT_MAX || n > INT_MAX / 2)
		return maas_fail("a matrix of %zu by %zu is too large", m, n);
	begin();
	nb = nb < cols ? nb : cols;
	dtpqrt_(&rows, &cols, &l, &nb, r, &cols, x, &ld, work, &nb, work + QR_PANEL * n, &info);
	return info ? maas_fail_as(MAAS_INTERNAL, "the QR of %zu by %zu fails (%d)", m, n, info) : 0;
}

double
maas_qr_rcond(const double *r, size_t ldr, size_t n, double *work)
{
	int cols = (int)n, ld = (int)ldr, info = 0;
	double rcond = 0;

	begin();
	/* The integers it wants stand behind its 3 n numbers. */
	dtrcon_("1", "U", "N", &cols, r, &ld, &rcond, work, (int *)(work + 3 * n), &info, 1, 1, 1);
	return rcond;
}
