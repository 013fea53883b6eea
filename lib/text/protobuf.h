/* protobuf.h -- fields of a Protocol Buffers message, one after the other. */
#ifndef PROTOBUF_H
#define PROTOBUF_H

#include "maas/base.h"

struct protobuf {
	const unsigned char *p, *end;   /* what is left */
};
struct protobuf_field {
	uint32_t number;
	/* of the wire: 0 a number, 1 eight bytes, 2 bytes with a length, 5 four bytes */
	int type;
	uint64_t value;                 /* of a number, or of 8 or 4 bytes, little-endian */
	struct maas_span bytes;         /* of type 2, in place */
};
/* 1, 0 at the end, -1 where bytes are no field, or go past the end. */
int protobuf_next(struct protobuf *, struct protobuf_field *) MAAS_USE;

#endif
