/* tokenize.h -- what the verbs of maas-tokenize share. */
#ifndef TOKENIZE_H
#define TOKENIZE_H

#include "driver.h"
#include "maas/fmt.h"
#include "maas/text.h"

/* Lines of an input, as many at a time as have arrived. */
struct lines {
	struct maas_input *in;
	struct maas_buf buf;
	size_t used;                    /* bytes of buf handed out */
	int end;
	struct maas_span *line;
	size_t n, cap;                  /* of them, now */
	size_t first;                   /* number of line[0], from 1 */
};
int lines_open(struct lines *, const char *path, const char *encoding) MAAS_USE;
int lines_next(struct lines *) MAAS_USE;        /* 1, 0 at the end, -1 */
void lines_close(struct lines *);
/* Print what the buffer holds and empty it; `now`: without waiting for more. */
int put_out(struct maas_buf *, int now);

/* The tokeniser of -m, which is needed; NULL with the message given and *status set. */
struct maas_tokenizer *need_tokenizer(const struct call *, const char *path, int *status);
/* The operands one by one, standard input where there are none: NULL ends. */
const char *nth_input(const struct call *, int i);

struct encode {
	const char *model, *encoding, *bin, *text;
	int format, whole, pieces, jsonl, parse_special, add_bos, add_eos, line_buffered;
};
struct decode {
	const char *model, *ids;
	int whole, skip_special, line_buffered;
};
struct count {
	const char *model, *encoding;
	int json;
};
struct truncate {
	const char *model, *encoding;
	long tokens;
	int whole, line_buffered;
};
extern const struct maas_field encode_fields[], decode_fields[], count_fields[], truncate_fields[];
int encode(struct call *);
int decode(struct call *);
int count(struct call *);
int cut(struct call *);

#endif
