/* project -- rows onto a few vectors, in double, each row by itself. */
#include "maas/num.h"

#define ROWS ((size_t)4)
#define WIDE ((size_t)16) /* outputs of a panel */

#define TIER_FILE "project.inc"
#include "tier.h"

#define STEPS ((size_t)64) /* of numbers of 32 bits that are widened at a time */

typedef void panel_fn(
    double *y, size_t ldy, const double *x, size_t ldx, const double *w, size_t rows, size_t m, size_t n, int more);

size_t
maas_project_size(size_t m, size_t n)
{
	size_t panels = (m + WIDE - 1) / WIDE;

	return n && panels > SIZE_MAX / 16 / WIDE / n ? 0 : panels * WIDE * n;
}

void
maas_project_pack(double *to, const double *w, size_t m, size_t n, size_t row, size_t col)
{
	for (size_t p = 0; p < m; p += WIDE)
		for (size_t i = 0; i < n; i++)
			for (size_t c = p; c < p + WIDE; c++)
				*to++ = c < m ? w[c * row + i * col] : 0;
}

void
maas_project(double *y, const double *x, const double *packed, size_t rows, size_t m, size_t n)
{
	panel_fn *panel = PICK(panel);

	for (size_t p = 0; p < m; p += WIDE)
		for (size_t r = 0; r < rows; r += ROWS)
			panel(y + r * m + p, m, x + r * n, n, packed + p * n, rows - r < ROWS ? rows - r : ROWS,
			    m - p < WIDE ? m - p : WIDE, n, 0);
}

void
maas_project_f32(double *y, const double *x, const float *w, size_t rows, size_t m, size_t n, size_t row, size_t col)
{
	panel_fn *panel = PICK(panel);
	double packed[STEPS * WIDE];

	for (size_t p = 0; p < m; p += WIDE)
		for (size_t i = 0; i < n; i += STEPS) {
			size_t outputs = m - p < WIDE ? m - p : WIDE, steps = n - i < STEPS ? n - i : STEPS;

			for (size_t s = 0; s < steps; s++)
				for (size_t c = 0; c < WIDE; c++)
					packed[s * WIDE + c] =
					    c < outputs ? (double)w[(p + c) * row + (i + s) * col] : 0;
			for (size_t r = 0; r < rows; r += ROWS)
				panel(y + r * m + p, m, x + r * n + i, n, packed, rows - r < ROWS ? rows - r : ROWS,
				    outputs, steps, i > 0);
		}
}
