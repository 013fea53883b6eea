/* test.h -- the whole test framework.  TAP on standard output; exit 1 if anything failed. */
#ifndef TEST_H
#define TEST_H
#include <math.h>
#include <stdio.h>
#include <string.h>

static int t_run, t_bad;

#define ok(cond, ...) do { \
	int t_c = !!(cond); \
	t_bad += !t_c; \
	printf("%sok %d - ", t_c ? "" : "not ", ++t_run); \
	printf(__VA_ARGS__); \
	if (t_c) \
		printf("\n"); \
	else \
		printf("  # %s:%d: %s\n", __FILE__, __LINE__, #cond); \
} while (0)
#define is_str(got, want) do { \
	const char *t_g = (got); \
	ok(!strcmp(t_g, want), "\"%s\"", t_g); \
} while (0)
#define done() (printf("1..%d\n", t_run), t_bad != 0)
#endif
