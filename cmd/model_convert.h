/* model_convert.h -- maas-model convert: model files and directories of transformers. */
#ifndef MODEL_CONVERT_H
#define MODEL_CONVERT_H

#include "driver.h"

struct convert_options {
	int precision, json;
	size_t shard_size;
};
extern const struct maas_field convert_fields[];
int model_convert(struct call *);

#endif
