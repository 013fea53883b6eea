/* v2_tensors.h -- tensors of the Open Inference Protocol: read from JSON or bytes, written as either. */
#ifndef TENSORS_H
#define TENSORS_H

#include "records.h"

#define CLASSES_MAX 100 /* of the classification extension, a row */

struct tensor_type {
	const char *name;
	size_t size;                    /* of an element in bytes; 0: BYTES, a length and so many bytes each */
	double (*number)(const unsigned char *);        /* an element's; NULL: BYTES */
};

struct input {
	struct maas_span name;
	const struct tensor_type *type;
	size_t rows, width;
	const struct maas_json **leaf;  /* [rows][width]; NULL: it came as bytes */
	struct maas_span bytes;         /* then: numbers, or */
	struct maas_span *text;         /* [rows][width] of BYTES */
	size_t n;                       /* leaves that are gathered */
};

struct wanted {                         /* what the reply has */
	struct maas_span id;
	int label, number;
	int label_bytes, number_bytes;  /* as bytes behind the JSON */
	size_t classes;                 /* "value:index:label" of so many, in place of the scores; 0: the scores */
	size_t head;                    /* bytes of JSON, where bytes follow; else 0 */
};

const struct tensor_type *tensor_type(struct maas_span name);   /* NULL: there is none */
/* The input's elements out of its bytes.  0, or -1 with the reason. */
int tensor_split(struct maas_arena *, struct input *) MAAS_USE;
/* Element i of an input of numbers. */
double tensor_number(const struct input *, size_t i);
/* Element i of any, as JSON. */
int tensor_put(const struct input *, size_t i, struct maas_buf *) MAAS_USE;
/* The name of a model's tensor of numbers, and how many a row there are; 0: one, and no second dimension. */
const char *tensor_of_numbers(const struct hosted *, size_t *width);

#endif
