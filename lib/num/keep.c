/* keep.c -- keys and values of one position on their way into a cache: rounded to what it holds, keys turned. */
#include <math.h>
#include <string.h>

#include "attend.h"

#define TIER_FILE "keep.inc"
#include "tier.h"

size_t
maas_keys_bytes(enum maas_dtype type, size_t hd)
{
	return MAAS_KEYS * hd * maas_dtype_size(type) + (type == MAAS_I8 ? MAAS_KEYS * sizeof(float) : 0);
}

static float *
scales(void *block, size_t hd)
{
	return (float *)((char *)block + MAAS_KEYS * hd);
}

void
maas_value_keep(void *values, enum maas_dtype type, const float *x, size_t hd, size_t i)
{
	unsigned char *to = (unsigned char *)values + i * hd * maas_dtype_size(type);

	if (type == MAAS_I8)
		scales(values, hd)[i] = PICK(round_head)((int8_t *)to, x, hd);
	else if (type == MAAS_BF16)
		maas_to_bf16((maas_bf16 *)to, x, hd);
	else
		memcpy(to, x, hd * sizeof *x);
}

void
maas_key_keep(void *keys, enum maas_dtype type, const float *x, size_t hd, size_t i)
{
	maas_bf16 half[MAAS_HEAD];
	int8_t byte[MAAS_HEAD];

	if (type == MAAS_I8) {
		scales(keys, hd)[i] = PICK(round_head)(byte, x, hd);
		for (size_t c = 0; c < hd; c++)
			((int8_t *)keys)[c * MAAS_KEYS + i] = byte[c];
	} else if (type == MAAS_BF16) {
		maas_to_bf16(half, x, hd);
		for (size_t c = 0; c < hd; c++)
			((maas_bf16 *)keys)[c * MAAS_KEYS + i] = half[c];
	} else {
		for (size_t c = 0; c < hd; c++)
			((float *)keys)[c * MAAS_KEYS + i] = x[c];
	}
}
