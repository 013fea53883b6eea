/* net_tensors.c -- tensors as bytes: a type, a shape, and what a stranger says they are. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../../lib/serve/v2_tensors.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static const char *const types[] = { "BYTES", "FP64", "FP32", "FP16", "BF16", "BOOL", "UINT8", "UINT16",
		"UINT32", "UINT64", "INT8", "INT16", "INT32", "INT64" };
	struct maas_arena *arena = maas_arena_new(4096);
	struct maas_buf out = { 0 };
	struct input in = { .width = 1 };
	char *bytes;

	if (arena && n >= 3 && (bytes = malloc(n - 3 + 1))) {
		memcpy(bytes, data + 3, n - 3); /* ends where the heap does */
		in.type = tensor_type(maas_span(types[data[0] % MAAS_COUNT(types)]));
		in.rows = data[1] == 255 ? INT32_MAX : data[1];
		in.width = (size_t)data[2] + 1;
		in.bytes = (struct maas_span){ bytes, n - 3 };
		if (tensor_split(arena, &in) == 0)
			for (size_t i = 0; i < in.rows * in.width; i++)
				if (tensor_put(&in, i, &out) < 0 || (!in.text && isinf(tensor_number(&in, i))))
					abort();
		free(bytes);
	}
	maas_buf_free(&out);
	maas_arena_free(arena);
	return 0;
}
