/* cnn -- what the files of kind cnn share: its layers, and what it answers. */
#ifndef CNN_H
#define CNN_H

#include "mlp.h"
#include "reader.h"

enum { CNN_LAYERS = 8, CNN_POOL = 2 };

/* The layers that settings ask for; -1: they are no such lists, or more than the pictures have room for. */
struct cnn_shape {
	int convs, linears; /* the last linear layer's width is the outputs' */
	struct maas_convolution conv[CNN_LAYERS];
	size_t width[MLP_LAYERS], flat; /* of linear layers; floats of a picture behind the last pool */
};
/* One of "32x3,64x3", all of them, at *at, which goes behind it: how many channels, and how wide. */
int cnn_parse_conv(const char *all, const char **at, size_t *out, size_t *kernel) MAAS_USE;
int cnn_shape_of(const struct maas_cnn *, struct cnn_shape *) MAAS_USE;

/* What answering wants beside a model: weights as convolutions take them, and room.  One thread's. */
void *cnn_work_new(const struct maas_model *) MAAS_USE;
void cnn_work_free(void *);
void cnn_apply(const struct maas_model *, const struct maas_design *, double *out, void *work);
int cnn_gradient(const struct maas_model *, const struct maas_design *, const double *of, double *dense, double *sparse,
    void *work);

extern const struct maas_field cnn_text_fields[];
/* The kind where its rows are texts. */
extern const struct maas_kind cnn_texts;

#endif
