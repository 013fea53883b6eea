/*
 * moments -- means and covariances of rows that stream by, the same for any team and tier.
 *
 * Rows in double are taken a slab after the other, about the mean of the first one.  A slab's rows are cut into lanes,
 * and each lane's products are summed by themselves; lanes are added in order at the end.  Where columns are many there
 * is one lane, and members take stripes of columns.  Rows of bytes are summed as integers, which is exact however it is
 * cut; those of 32 bits are moved to such of 64 before they could overflow.
 */
#include <stdlib.h>
#include <string.h>

#include "cross.h"

typedef double loose_double __attribute__((aligned(1), may_alias));
typedef float loose_float __attribute__((aligned(1), may_alias));
typedef uint64_t loose_u64 __attribute__((aligned(1), may_alias));
typedef uint32_t loose_u32 __attribute__((aligned(1), may_alias));

#define TIER_FILE "moments.inc"
#include "tier.h"

#define FEW_COLUMNS ((size_t)256) /* up to which there are several lanes */
#define ROW_LANES   ((size_t)8)
#define STRIPE      ((size_t)48)
#define SLAB_BYTES  ((size_t)4 << 20)
#define SLAB_MOST   ((size_t)16384) /* rows */

typedef void center_fn(
    double *to, size_t ld, double *sum, const void *from, const double *origin, size_t rows, size_t n);

/* Sums in double. */
struct doubles {
	size_t wide, lanes; /* wide: columns up to a multiple of CROSS_PANEL */
	double *x;          /* [slab, wide] about the origin */
	double *c;          /* [lanes, wide, wide], the upper triangle */
	double *part;       /* [slab / CROSS_ROWS, n] sums of columns */
};

/* Sums of bytes. */
struct bytes {
	size_t wide;           /* columns up to a multiple of CROSS_LANES */
	unsigned char *packed; /* [slab / CROSS_GROUP, wide, 2 CROSS_GROUP] */
	uint32_t *part;        /* [slab / CROSS_BLOCK, n] sums of columns */
	int32_t *little;       /* [wide, wide], the upper triangle, of the rows `since` */
	int64_t *big;          /* the same of those before */
	int64_t *sum, *whole;  /* [n] sums of columns: of the rows since, of those before */
	size_t since;
};

struct maas_moments {
	struct maas_team *team;
	const struct cross_tier *tier;
	size_t n, slab, rows;
	int exact;            /* bytes so far, summed in b; else in d */
	void *inbox;          /* [slab, n] of bytes or doubles */
	size_t held;          /* rows that wait in it */
	double *origin, *sum; /* [n]; sum of x - origin */
	double *spent;        /* seconds of each member */
	double *cov;          /* [n, n] of bytes */
	struct doubles d;
	struct bytes b;
};

/* What the team does with a slab, or a part of one at the end. */
struct slab {
	struct maas_moments *m;
	const void *x;
	enum maas_dtype type;
	size_t rows, stripes;
	const struct maas_beside *beside;
};

static size_t
up(size_t n, size_t to)
{
	return (n + to - 1) / to * to;
}

static size_t
least(size_t a, size_t b)
{
	return a < b ? a : b;
}

struct maas_moments *
maas_moments_new(size_t n, struct maas_team *team)
{
	struct maas_moments *m = maas_alloc(1, sizeof *m);
	size_t unit;

	if (!m)
		return NULL;
	m->team = team;
	m->tier = cross_now();
	m->n = n;
	m->exact = 1;
	m->d.wide = up(n, CROSS_PANEL);
	m->b.wide = up(n, CROSS_LANES);
	m->d.lanes = n <= FEW_COLUMNS ? ROW_LANES : 1;
	unit = m->d.lanes > 1 ? m->d.lanes * CROSS_ROWS : CROSS_BLOCK;
	m->slab = least(SLAB_BYTES / (m->d.wide * sizeof(double)) / unit * unit, SLAB_MOST);
	if (!m->slab)
		m->slab = unit;
	m->origin = maas_alloc(n, sizeof *m->origin);
	m->sum = maas_alloc(n, sizeof *m->sum);
	m->spent = maas_alloc((size_t)maas_team_size(team), sizeof *m->spent);
	if (m->origin && m->sum && m->spent)
		return m;
	maas_moments_free(m);
	return NULL;
}

static void
end_bytes(struct bytes *b)
{
	free(b->packed);
	free(b->part);
	free(b->little);
	free(b->big);
	free(b->sum);
	free(b->whole);
	b->packed = NULL;
	b->part = NULL;
	b->little = NULL;
	b->big = b->sum = b->whole = NULL;
}

static int
begin_bytes(struct maas_moments *m)
{
	struct bytes *b = &m->b;

	if (m->inbox)
		return 0;
	b->packed = maas_alloc(m->slab, 2 * b->wide);
	b->part = maas_alloc(m->slab / CROSS_BLOCK + 1, m->n * sizeof *b->part);
	b->little = maas_alloc(b->wide, b->wide * sizeof *b->little);
	b->big = maas_alloc(b->wide, b->wide * sizeof *b->big);
	b->sum = maas_alloc(m->n, sizeof *b->sum);
	b->whole = maas_alloc(m->n, sizeof *b->whole);
	m->inbox = maas_alloc(m->slab, m->n);
	return b->packed && b->part && b->little && b->big && b->sum && b->whole && m->inbox ? 0 : -1;
}

/* The 32-bit sums to those of 64 bits. */
static void
settle(struct maas_moments *m)
{
	struct bytes *b = &m->b;

	for (size_t i = 0; i < m->n; i++)
		for (size_t j = i; j < m->n; j++)
			b->big[i * b->wide + j] += b->little[i * b->wide + j] + m->tier->offset * b->sum[j];
	for (size_t j = 0; j < m->n; j++)
		b->whole[j] += b->sum[j];
	memset(b->little, 0, b->wide * b->wide * sizeof *b->little);
	memset(b->sum, 0, m->n * sizeof *b->sum);
	b->since = 0;
}

static center_fn *
centering(enum maas_dtype type)
{
	return type == MAAS_F64 ? PICK(center_f64) : type == MAAS_F32 ? PICK(center_f32) : PICK(center_u8);
}

/* Rows in blocks of CROSS_ROWS about the origin. */
static void
center(void *arg, size_t begin, size_t end, int member)
{
	const struct slab *s = arg;
	struct maas_moments *m = s->m;
	double began = maas_clock();

	for (size_t k = begin; k < end; k++) {
		size_t r = k * CROSS_ROWS, rows = least(s->rows - r, CROSS_ROWS);
		const char *from = (const char *)s->x + r * m->n * maas_dtype_size(s->type);

		centering(s->type)(
		    m->d.x + r * m->d.wide, m->d.wide, m->d.part + k * m->n, from, m->origin, rows, m->n);
	}
	m->spent[member] += maas_clock() - began;
}

/* A lane's rows, or all, by a stripe of columns with those behind. */
static void
stripe_doubles(struct slab *s, size_t item)
{
	struct maas_moments *m = s->m;
	const struct doubles *d = &m->d;
	size_t lane = item / s->stripes, from = item % s->stripes * STRIPE, each = m->slab / d->lanes;
	size_t to = s->stripes > 1 ? least(from + STRIPE, d->wide) : d->wide, end = least((lane + 1) * each, s->rows);
	double *c = d->c + lane * d->wide * d->wide;

	for (size_t r = lane * each; r < end; r += CROSS_ROWS)
		for (size_t i = from; i < to; i += CROSS_PANEL)
			m->tier->doubles(
			    c, d->wide, d->x + r * d->wide, d->wide, least(end - r, CROSS_ROWS), i, i, d->wide);
}

static void
stripe_bytes(struct slab *s, size_t item)
{
	const struct bytes *b = &s->m->b;
	size_t from = item * STRIPE, to = least(from + STRIPE, b->wide);

	for (size_t r = 0; r < s->rows; r += CROSS_BLOCK)
		for (size_t i = from; i < to; i += CROSS_PANEL)
			s->m->tier->bytes(b->little, b->wide, b->packed + r * 2 * b->wide, b->wide,
			    up(least(s->rows - r, CROSS_BLOCK), CROSS_GROUP) / CROSS_GROUP, i,
			    i / CROSS_LANES * CROSS_LANES, b->wide);
}

static void
multiply(void *arg, size_t begin, size_t end, int member)
{
	struct slab *s = arg;
	size_t first = s->beside ? s->beside->n : 0;

	for (size_t i = begin; i < end; i++) {
		double began = maas_clock();

		if (i < first) {
			s->beside->work(s->beside->arg, i, i + 1, member);
			continue;
		}
		if (s->m->exact)
			stripe_bytes(s, i - first);
		else
			stripe_doubles(s, i - first);
		s->m->spent[member] += maas_clock() - began;
	}
}

/* Rows of bytes in blocks of CROSS_BLOCK. */
static void
pack(void *arg, size_t begin, size_t end, int member)
{
	const struct slab *s = arg;
	struct maas_moments *m = s->m;
	double began = maas_clock();

	for (size_t k = begin; k < end; k++) {
		size_t r = k * CROSS_BLOCK, rows = least(s->rows - r, CROSS_BLOCK);
		const unsigned char *from = (const unsigned char *)s->x + r * m->n;
		unsigned char *to = m->b.packed + r * 2 * m->b.wide;

		memset(m->b.part + k * m->n, 0, m->n * sizeof *m->b.part);
		PICK(add_bytes)(m->b.part + k * m->n, from, rows, m->n);
		for (size_t g = 0; g < rows; g += CROSS_GROUP)
			m->tier->pack(
			    to + g * 2 * m->b.wide, m->b.wide, from + g * m->n, least(rows - g, CROSS_GROUP), m->n);
	}
	m->spent[member] += maas_clock() - began;
}

static void
run_bytes(struct slab *s)
{
	struct maas_moments *m = s->m;
	struct bytes *b = &m->b;
	size_t blocks = up(s->rows, CROSS_BLOCK) / CROSS_BLOCK;

	if (b->since + s->rows > CROSS_MOST)
		settle(m);
	maas_team_run(m->team, blocks, 1, pack, s);
	maas_team_run(m->team, up(b->wide, STRIPE) / STRIPE + (s->beside ? s->beside->n : 0), 1, multiply, s);
	for (size_t k = 0; k < blocks; k++)
		for (size_t j = 0; j < m->n; j++)
			b->sum[j] += b->part[k * m->n + j];
	b->since += s->rows;
}

/* Center the rows, and add up their columns. */
static void
run_center(struct slab *s)
{
	struct maas_moments *m = s->m;
	size_t blocks = up(s->rows, CROSS_ROWS) / CROSS_ROWS;

	maas_team_run(m->team, blocks, 1, center, s);
	for (size_t k = 0; k < blocks; k++)
		for (size_t j = 0; j < m->n; j++)
			m->sum[j] += m->d.part[k * m->n + j];
}

static void
run_doubles(struct slab *s, int first)
{
	struct maas_moments *m = s->m;

	run_center(s);
	if (first) {
		for (size_t j = 0; j < m->n; j++) {
			m->origin[j] = m->sum[j] / (double)s->rows;
			m->sum[j] = 0;
		}
		run_center(s);
	}
	s->stripes = m->d.lanes > 1 ? 1 : up(m->d.wide, STRIPE) / STRIPE;
	maas_team_run(m->team, m->d.lanes * s->stripes + (s->beside ? s->beside->n : 0), 1, multiply, s);
}

static void
run(struct maas_moments *m, const void *x, enum maas_dtype type, size_t rows, const struct maas_beside *beside)
{
	struct slab s = { .m = m, .x = x, .type = type, .rows = rows, .beside = beside };

	if (m->exact)
		run_bytes(&s);
	else
		run_doubles(&s, !m->rows);
	m->rows += rows;
}

static void
run_inbox(struct maas_moments *m)
{
	if (m->held)
		run(m, m->inbox, m->exact ? MAAS_U8 : MAAS_F64, m->held, NULL);
	m->held = 0;
}

/* From bytes, if there were any, to doubles: their sums go on about zero. */
static int
begin_doubles(struct maas_moments *m)
{
	struct doubles *d = &m->d;
	struct bytes *b = &m->b;

	run_inbox(m);
	free(m->inbox);
	d->x = maas_alloc(m->slab, d->wide * sizeof *d->x);
	d->c = maas_alloc(d->lanes, d->wide * d->wide * sizeof *d->c);
	d->part = maas_alloc(m->slab / CROSS_ROWS, m->n * sizeof *d->part);
	m->inbox = maas_alloc(m->slab, m->n * sizeof *d->x);
	if (!d->x || !d->c || !d->part || !m->inbox)
		return -1;
	m->exact = 0;
	if (!m->rows)
		return 0;
	settle(m);
	for (size_t i = 0; i < m->n; i++)
		for (size_t j = i; j < m->n; j++)
			d->c[i * d->wide + j] = (double)b->big[i * b->wide + j];
	for (size_t j = 0; j < m->n; j++)
		m->sum[j] = (double)b->whole[j];
	end_bytes(b);
	return 0;
}

/* Rows to the inbox, of its type. */
static void
put(struct maas_moments *m, const void *x, enum maas_dtype type, size_t rows)
{
	static const double zero;
	const char *from = x;
	size_t at = m->held * m->n, count = rows * m->n;

	if (m->exact && type == MAAS_U8)
		memcpy((unsigned char *)m->inbox + at, x, count);
	else if (m->exact)
		for (size_t i = 0; i < count; i++)
			((unsigned char *)m->inbox)[at + i] = (unsigned char)((const loose_double *)x)[i];
	else if (type == MAAS_F64)
		memcpy((double *)m->inbox + at, x, count * sizeof(double));
	else
		for (size_t i = 0; i < count; i++, from += maas_dtype_size(type)) {
			double none;

			centering(type)((double *)m->inbox + at + i, 1, &none, from, &zero, 1, 1);
		}
	m->held += rows;
	if (m->held == m->slab)
		run_inbox(m);
}

int
maas_moments_add(struct maas_moments *m, const double *x, int bytes)
{
	if (m->exact && (bytes ? begin_bytes(m) : begin_doubles(m)) < 0)
		return -1;
	put(m, x, MAAS_F64, 1);
	return 0;
}

int
maas_moments_add_rows(
    struct maas_moments *m, const void *x, enum maas_dtype type, size_t rows, const struct maas_beside *beside)
{
	size_t size = m->n * maas_dtype_size(type);
	const char *from = x;

	if (m->exact && (type == MAAS_U8 ? begin_bytes(m) : begin_doubles(m)) < 0)
		return -1;
	while (rows) {
		size_t now = least(rows, m->slab - m->held);

		if (now == m->slab) {
			run(m, from, type, now, beside);
			beside = NULL;
		} else {
			put(m, from, type, now);
		}
		from += now * size;
		rows -= now;
	}
	if (beside)
		maas_team_run(m->team, beside->n, 1, beside->work, beside->arg);
	return 0;
}

size_t
maas_moments_wants(const struct maas_moments *m)
{
	return m->slab - m->held;
}

int
maas_all_finite(const void *x, enum maas_dtype type, size_t n)
{
	return type == MAAS_F32 ? PICK(finite_f32)(x, n) : PICK(finite_f64)(x, n);
}

size_t
maas_moments_rows(const struct maas_moments *m)
{
	return m->rows + m->held;
}

double
maas_moments_seconds(const struct maas_moments *m)
{
	double sum = 0;

	for (int i = 0; i < maas_team_size(m->team); i++)
		sum += m->spent[i];
	return sum / maas_team_size(m->team);
}

/* One rounding of (n sum xy - sum x sum y) / n (n-1). */
static double
exact_cov(int64_t xy, int64_t x, int64_t y, size_t rows)
{
	__int128 n = (__int128)rows, d = n * (__int128)xy - (__int128)x * (__int128)y;

	return (double)d / ((double)rows * (double)(rows - 1));
}

static double *
finish_bytes(struct maas_moments *m, double *mean)
{
	const struct bytes *b = &m->b;

	settle(m);
	if (!m->cov && !(m->cov = maas_alloc(m->n, m->n * sizeof *m->cov)))
		return NULL;
	for (size_t j = 0; j < m->n; j++)
		mean[j] = (double)b->whole[j] / (double)m->rows;
	for (size_t i = 0; i < m->n; i++)
		for (size_t j = i; j < m->n; j++)
			m->cov[i * m->n + j] = exact_cov(b->big[i * b->wide + j], b->whole[i], b->whole[j], m->rows);
	return m->cov;
}

/* In place: row i moves to where n columns end, and not beyond its own. */
static double *
finish_doubles(struct maas_moments *m, double *mean)
{
	double rows = (double)m->rows, *c = m->d.c;
	size_t wide = m->d.wide;

	for (size_t lane = 1; lane < m->d.lanes; lane++)
		for (size_t i = 0; i < wide * wide; i++)
			c[i] += c[lane * wide * wide + i];
	for (size_t j = 0; j < m->n; j++)
		mean[j] = m->origin[j] + m->sum[j] / rows;
	for (size_t i = 0; i < m->n; i++)
		for (size_t j = i; j < m->n; j++)
			c[i * m->n + j] = (c[i * wide + j] - m->sum[i] * m->sum[j] / rows) / (rows - 1);
	return c;
}

double *
maas_moments_finish(struct maas_moments *m, double *mean)
{
	double *cov;

	run_inbox(m);
	if (!(cov = m->exact ? finish_bytes(m, mean) : finish_doubles(m, mean)))
		return NULL;
	for (size_t i = 0; i < m->n; i++)
		for (size_t j = 0; j < i; j++)
			cov[i * m->n + j] = cov[j * m->n + i];
	return cov;
}

void
maas_moments_free(struct maas_moments *m)
{
	if (!m)
		return;
	end_bytes(&m->b);
	free(m->d.x);
	free(m->d.c);
	free(m->d.part);
	free(m->inbox);
	free(m->origin);
	free(m->sum);
	free(m->spent);
	free(m->cov);
	free(m);
}
