/* colour.h -- text in a terminal, its parts coloured, and nothing in it that steers the terminal. */
#ifndef COLOUR_H
#define COLOUR_H

#include <stdio.h>

#include "maas/base.h"

#define COLOUR_PLAIN "\033[0m"
#define COLOUR_FAINT "\033[2m"
#define COLOUR_BOLD "\033[1m"

/* The option --color. */
enum { COLOR_AUTO, COLOR_ALWAYS, COLOR_NEVER };
extern const char *const colour_names[];
int colour_wanted(int color, FILE *); /* are they wanted, and can they be shown? */

/* The next character, made harmless for a terminal or a page: what steers either, and what is no UTF-8, is U+FFFD. */
uint32_t harmless(const char **p, const char *end);
void colour_text(FILE *, struct maas_span);
int colour_put(struct maas_buf *, struct maas_span) MAAS_USE;
/* The same on red, where strong is above 0, or blue: the more so, the nearer to 1 or -1. */
void colour_part(FILE *, struct maas_span, double strong);
int colour_put_part(struct maas_buf *, struct maas_span, double strong) MAAS_USE;

#endif
