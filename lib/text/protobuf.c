/* protobuf -- the wire format (protobuf.dev, Encoding), without groups. */
#include <string.h>

#include "protobuf.h"

static int
varint(struct protobuf *m, uint64_t *v)
{
	*v = 0;
	for (int shift = 0; shift < 70; shift += 7) {
		uint64_t c;

		if (m->p == m->end)
			return maas_fail("a number goes past the end");
		c = *m->p++;
		if (shift == 63 && c > 1)
			break;
		*v |= (c & 0x7F) << shift;
		if (c < 0x80)
			return 0;
	}
	return maas_fail("a number of more than 64 bits");
}

static int
fixed(struct protobuf *m, size_t n, uint64_t *v)
{
	if ((size_t)(m->end - m->p) < n)
		return maas_fail("a number goes past the end");
	for (size_t i = 0; i < n; i++)
		*v |= (uint64_t)*m->p++ << (8 * i);
	return 0;
}

int
protobuf_next(struct protobuf *m, struct protobuf_field *f)
{
	uint64_t key;

	if (m->p == m->end)
		return 0;
	if (varint(m, &key) < 0)
		return -1;
	*f = (struct protobuf_field){ .number = (uint32_t)(key >> 3), .type = (int)(key & 7) };
	if (key >> 32 || !f->number)
		return maas_fail("a field of number %llu", (unsigned long long)(key >> 3));
	switch (f->type) {
	case 0: return varint(m, &f->value) < 0 ? -1 : 1;
	case 1: return fixed(m, 8, &f->value) < 0 ? -1 : 1;
	case 5: return fixed(m, 4, &f->value) < 0 ? -1 : 1;
	case 2: break;
	default: return maas_fail("field %u: wire type %d; expected 0, 1, 2 or 5", f->number, f->type);
	}
	if (varint(m, &f->value) < 0)
		return -1;
	if (f->value > (uint64_t)(m->end - m->p))
		return maas_fail("field %u: %llu bytes, but %zu are left", f->number, (unsigned long long)f->value,
		    (size_t)(m->end - m->p));
	f->bytes = (struct maas_span){ (const char *)m->p, (size_t)f->value };
	m->p += f->value;
	return 1;
}
