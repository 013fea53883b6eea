/*
 * fmt -- formats that are nobody's alone: input streams (gzip, encodings), JSON,
 * YAML, safetensors.  The doors to jansson, libyaml and zlib are here.
 */
#ifndef MAAS_FMT_H
#define MAAS_FMT_H

#include "maas/base.h"

/*
 * An input: a file or "-" (standard input), gunzipped where its first bytes say so,
 * turned to UTF-8 from `encoding` (an iconv name; NULL: bytes as they are).  What
 * has arrived is handed on without waiting for more.
 */
struct maas_input;
struct maas_input *maas_input_open(const char *path, const char *encoding) MAAS_USE;
const char *maas_input_name(const struct maas_input *);         /* the path, or "<stdin>" */
/* Look at what comes next without taking it: waits for n bytes (fewer at the end only) and shows all that
 * has arrived.  A co-process's first line may be all there is for a while: ask for little. */
int maas_input_peek(struct maas_input *, size_t n, struct maas_span *) MAAS_USE;
/* What has arrived, at most n bytes; 0 at the end, -1 on error. */
long maas_input_read(struct maas_input *, void *, size_t n) MAAS_USE;
/* Up to n more bytes behind those in the buffer; less than n only at the end, and then *last. */
int maas_input_block(struct maas_input *, struct maas_buf *, size_t n, int *last) MAAS_USE;
/* The next line without its LF (a CR stays); valid until the next call.  1, 0 at the
 * end, -1.  A last line without LF counts; *no_lf (may be NULL) tells. */
int maas_input_line(struct maas_input *, struct maas_span *, int *no_lf) MAAS_USE;
/* A line of more bytes is an error, and is not waited for; without, all that memory holds. */
void maas_input_limit(struct maas_input *, size_t line);
/* As maas_input_line, but of a line of more than `most` bytes that many and one more are handed out, and the rest is
 * passed over. */
int maas_input_clip(struct maas_input *, size_t most, struct maas_span *) MAAS_USE;
/*
 * Reading while what has come is worked on.  _room: 1, what waits lies at rest until the next call of any other of
 * these but _fetch (by one thread: reads n bytes more, fewer at the end) and _catch_up (by one thread: the digest of
 * what came before); 0: cannot; -1.  _settle: both are over; 0, or -1 where reading failed.  _take: so many bytes that
 * wait, and so many lines, are used.  _ended: no more will come than what waits.
 */
int maas_input_room(struct maas_input *, size_t n) MAAS_USE;
void maas_input_fetch(struct maas_input *);
void maas_input_catch_up(struct maas_input *);
int maas_input_settle(struct maas_input *) MAAS_USE;
void maas_input_take(struct maas_input *, size_t n, size_t lines);
int maas_input_ended(const struct maas_input *);
size_t maas_input_lines(const struct maas_input *);             /* handed out so far */
/* From here on, add what is read to the digest: gunzipped, not yet turned to UTF-8.  Borrowed. */
void maas_input_digest(struct maas_input *, struct maas_sha256 *);
/* Add a whole file, likewise. */
int maas_input_sha256(const char *path, struct maas_sha256 *) MAAS_USE;
/* All that is left, appended. */
int maas_input_all(struct maas_input *, struct maas_buf *) MAAS_USE;
/* Bytes in memory: what gzip data hold, appended; members in a row are one.  0; 1 where that is more than `most` bytes;
 * -1 where it is damaged, cut short or followed by other bytes. */
int maas_gunzip(struct maas_span packed, size_t most, struct maas_buf *) MAAS_USE;
void maas_input_close(struct maas_input *);

/*
 * JSON, strict (RFC 8259): duplicate keys, trailing text, NaN, invalid UTF-8 and nesting
 * past 256 are refused; \u0000 is text.  A node belongs to its root.
 */
enum maas_json_type { MAAS_J_NULL, MAAS_J_BOOL, MAAS_J_INT, MAAS_J_REAL, MAAS_J_TEXT, MAAS_J_LIST, MAAS_J_OBJECT };
struct maas_json;
struct maas_json *maas_json_parse(struct maas_span) MAAS_USE;
struct maas_json *maas_json_load(const char *path) MAAS_USE;
void maas_json_free(struct maas_json *root);
enum maas_json_type maas_json_type(const struct maas_json *);
const struct maas_json *maas_json_get(const struct maas_json *object, const char *key);        /* NULL: none */
size_t maas_json_size(const struct maas_json *);                                /* of a list or an object */
const struct maas_json *maas_json_at(const struct maas_json *list, size_t i);
/* Members in the order of the text.  NULL ends; `it` starts as NULL. */
void *maas_json_next(const struct maas_json *object, void *it, struct maas_span *key, const struct maas_json **value);
/* 0, or -1 where it is not of the type (no reason is left). */
int maas_json_text(const struct maas_json *, struct maas_span *);
int maas_json_real(const struct maas_json *, double *);         /* INT counts */
int maas_json_int(const struct maas_json *, int64_t *);
int maas_json_bool(const struct maas_json *, int *);

/* Writing.  Text is quoted and escaped; a byte that is no UTF-8 becomes U+FFFD.  Reals print as
 * %.17g or %.9g and are null where not finite. */
int maas_json_put_text(struct maas_buf *, struct maas_span) MAAS_USE;
int maas_json_put_real(struct maas_buf *, double) MAAS_USE;
int maas_json_put_float(struct maas_buf *, float) MAAS_USE;
int maas_json_put(struct maas_buf *, const struct maas_json *) MAAS_USE;  /* compact, any node */
/* The object `text` with `members` ("\"label\":\"x\",\"probability\":0.5") put behind its own; its own
 * members of the same keys go.  All else keeps its bytes. */
int maas_json_merge(struct maas_buf *, struct maas_span text, struct maas_span members) MAAS_USE;

/* The text of a member of the object `text`, which is known to be JSON.  0, or -1: none (no reason is left). */
int maas_json_member(struct maas_span text, const char *key, struct maas_span *value);

/*
 * YAML: one flat mapping.  on() gets each pair, once an item for a list; its failure, an
 * alias, a nested mapping or a repeated key is MAAS_CONFIG with file and line.
 */
int maas_yaml_load(const char *path, int (*on)(void *ctx, const char *key, const char *value), void *ctx) MAAS_USE;

/*
 * safetensors.  A file is mapped; tensors point into it.  Opening checks the header, that
 * tensors fill the data part without holes or overlaps, and every size without overflow.
 */
#define MAAS_TENSOR_DIMS 8
struct maas_tensor {
	const char *name;
	enum maas_dtype dtype;
	int ndim;
	size_t dim[MAAS_TENSOR_DIMS];
	const void *data;
	size_t bytes;
};
struct maas_meta {
	const char *key, *value;
};
struct maas_tensors;
/* A sealed file is unsealed into memory (maas_map_unseal). */
struct maas_tensors *maas_tensors_open(const char *path) MAAS_USE;
/* The same of a copy in memory: what is done to the file later does not matter. */
struct maas_tensors *maas_tensors_copy(const char *path) MAAS_USE;
int maas_tensors_sealed(const struct maas_tensors *);           /* was the file sealed? */
/* SHA-256 of the (first) file as it lies on the disk, of a copy. */
void maas_tensors_sha256(const struct maas_tensors *, char hex[65]);
/* The tensors of another file (a shard) are this one's too from now on, and go with it; then it is no longer the
 * caller's.  A name may stand in one file alone. */
int maas_tensors_join(struct maas_tensors *, struct maas_tensors *more) MAAS_USE;
const char *maas_tensors_path(const struct maas_tensors *, const struct maas_tensor *);  /* of the file it is in */
/* Nobody reads this one of its tensors any more: give its memory back. */
void maas_tensors_drop(struct maas_tensors *, const struct maas_tensor *);
void maas_tensors_close(struct maas_tensors *);
size_t maas_tensors_count(const struct maas_tensors *);
const struct maas_tensor *maas_tensors_at(const struct maas_tensors *, size_t i);       /* in file order */
const struct maas_tensor *maas_tensors_find(const struct maas_tensors *, const char *name); /* NULL: none */
const char *maas_tensors_meta(const struct maas_tensors *, const char *key);             /* NULL: none */
size_t maas_tensors_metas(const struct maas_tensors *);
struct maas_meta maas_tensors_meta_at(const struct maas_tensors *, size_t i);            /* in file order */
/* Written as the reference does: sorted by alignment, then name; 8-aligned header.  `checked` adds
 * metadata "crc32c" over every tensor and over the header itself. */
int maas_tensors_save(const char *path, const struct maas_tensor *, size_t n,
    const struct maas_meta *, size_t nmeta, int how) MAAS_USE;
/* Compare with the sums that maas_tensors_save wrote; a file without them is fine.  By the team if given. */
int maas_tensors_check(const struct maas_tensors *, struct maas_team *) MAAS_USE;

/*
 * Sealed files: any bytes, read with a key of 32 bytes alone (maas_secret_load).  Wrong keys, and whatever was altered,
 * moved, cut off or put behind, are MAAS_DATA.  Sealed twice, bytes are not the same.
 */
int maas_sealed_is(struct maas_span);                           /* does it begin as they do? */
/* From a path to a path, "-" being standard input and output, a piece at a time; a file appears when all of it is
 * good. */
int maas_seal_file(const char *from, const char *to, const unsigned char key[32]) MAAS_USE;
int maas_unseal_file(const char *from, const char *to, const unsigned char key[32]) MAAS_USE;
/* From memory to memory of its own, which is not swapped or dumped where that can be had. */
int maas_unseal_bytes(const struct maas_map *, const char *name, const unsigned char key[32],
    struct maas_map *to) MAAS_USE;
/* In place of a sealed file what was sealed, by the key in the file that $MAAS_KEY_FILE names: without, MAAS_NOPERM. */
int maas_map_unseal(struct maas_map *, const char *path) MAAS_USE;

#endif
