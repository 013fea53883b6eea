/* The part "statistics" of a stranger's model: read, then asked about rows. */
#include <math.h>
#include <stdlib.h>

#include "../../lib/eval/witness.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const double x[3] = { -1.5, NAN, 1e300 };
	static const uint32_t col[4] = { 0, 3, 7, 99 };
	const struct maas_span word[3] = { maas_span(""), maas_span("red"), maas_span("b") };
	struct witness w;
	double share[LABELS], answers[LABELS] = { 0 };

	if (witness_parse(&w, (struct maas_span){ (const char *)data, size }, 100) == 0) {
		uint32_t *cell = calloc(w.variables + w.features + 1, sizeof *cell);
		size_t n = 0, marks;

		for (size_t i = 0; cell && i < w.variables; i++)
			if (w.variable[i].from < 3)
				cell[n++] = witness_cell(&w.variable[i], x, word);
		if (cell) {
			marks = witness_marks(&w, 0, col, NULL, 4, cell + n);
			answers[witness_answer(&w, cell, n + marks, marks, NO_CELL)] = 5;
			if (w.labels > 1) {
				witness_shares(&w, answers, share);
				if (!(witness_index(w.rows, share, w.labels) >= 0))
					abort();
			}
		}
		free(cell);
	}
	maas_arena_free(w.arena);
	return 0;
}
