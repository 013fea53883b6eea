/*
 * format_matrix -- npy (numpy.lib.format, versions 1 to 3) and IDX (the MNIST files): rows of
 * numbers, the first dimension the rows, all others one after the other.
 */
#include <string.h>

#include "source.h"

#define COLS_MAX ((size_t)1 << 28)

int
matrix_open(struct maas_table *t, struct matrix *m)
{
	long got;

	m->row = 0;
	m->all.n = 0;
	if (m->cols > COLS_MAX || m->rows > SIZE_MAX / 16 / (m->cols + 1))
		return maas_fail("%s: %zu rows of %zu columns are too many", t->source.name, m->rows, m->cols);
	if (m->rows && !m->cols)
		return maas_fail("%s: %zu rows of no columns", t->source.name, m->rows);
	if (!m->fortran)
		return 0;
	size_t want = m->rows * m->cols * maas_dtype_size(m->type);

	got = source_bytes(&t->source, &m->all, want);
	if (got < 0)
		return -1;
	if ((size_t)got < want)
		return maas_fail("%s: %zu bytes of data, its header says %zu", t->source.name, (size_t)got, want);
	return 0;
}

static void
swap(unsigned char *p, size_t n, size_t size)
{
	size_t i, j;

	for (i = 0; i < n; i++, p += size)
		for (j = 0; j < size / 2; j++) {
			unsigned char c = p[j];

			p[j] = p[size - 1 - j];
			p[size - 1 - j] = c;
		}
}

static double
half(uint16_t h)
{
	uint32_t sign = (uint32_t)(h & 0x8000) << 16, e = h >> 10 & 31, m = h & 1023, bits;
	float f;

	if (!e)
		return (h & 0x8000 ? -1.0 : 1.0) * (double)m * 0x1p-24;
	bits = sign | (e == 31 ? 0xffu : e + 112) << 23 | m << 13;
	memcpy(&f, &bits, 4);
	return f;
}

#define WIDEN(type) \
	for (i = 0; i < n; i++) { \
		type v; \
		memcpy(&v, p + i * sizeof v, sizeof v); \
		to[i] = (double)v; \
	} \
	break
static void
widen(double *to, const unsigned char *p, size_t n, enum maas_dtype type)
{
	size_t i;

	switch (type) {
	case MAAS_F32: WIDEN(float);
	case MAAS_F64: WIDEN(double);
	case MAAS_I8: WIDEN(int8_t);
	case MAAS_I16: WIDEN(int16_t);
	case MAAS_I32: WIDEN(int32_t);
	case MAAS_I64: WIDEN(int64_t);
	case MAAS_U16: WIDEN(uint16_t);
	case MAAS_U32: WIDEN(uint32_t);
	case MAAS_U64: WIDEN(uint64_t);
	case MAAS_F16:
		for (i = 0; i < n; i++) {
			uint16_t h;

			memcpy(&h, p + 2 * i, 2);
			to[i] = half(h);
		}
		break;
	default: /* U8, BOOL */
		for (i = 0; i < n; i++)
			to[i] = p[i];
	}
}

/* Where column j of a row lies in a column-major array, counted from its row: the last dimension goes fastest in j,
 * and slowest in the array. */
static size_t
fortran_place(const struct matrix *m, size_t j)
{
	size_t at = 0, stride = m->rows * m->cols, d;

	for (d = m->dims; d-- > 0; j /= m->dim[d]) {
		stride /= m->dim[d];
		at += j % m->dim[d] * stride;
	}
	return at;
}

/* The bytes of the next row into m->bytes: 0, or -1. */
static int
row_bytes(struct maas_table *t, struct matrix *m)
{
	size_t size = maas_dtype_size(m->type), want = m->cols * size, j;
	long got;

	m->bytes.n = 0;
	if (m->fortran) {
		for (j = 0; j < m->cols; j++)
			if (maas_buf_add(&m->bytes, m->all.s + (fortran_place(m, j) + m->row) * size, size) < 0)
				return -1;
		return 0;
	}
	if ((got = source_bytes(&t->source, &m->bytes, want)) < 0)
		return -1;
	if ((size_t)got < want)
		return maas_fail("%s: ends in row %zu, its header says %zu rows", t->source.name, m->row + 1, m->rows);
	return 0;
}

int
matrix_next(struct maas_table *t, struct matrix *m, struct maas_record *rec)
{
	unsigned char *p;

	if (m->row == m->rows) {
		struct maas_buf rest = { 0 };
		long more = source_bytes(&t->source, &rest, 1);

		maas_buf_free(&rest);
		if (more < 0)
			return -1;
		return more ? maas_fail("%s: bytes behind its %zu rows", t->source.name, m->rows) : 0;
	}
	if (row_bytes(t, m) < 0 || maas_grow(&m->num, 0, &m->cap, m->cols + 1, sizeof *m->num) < 0)
		return -1;
	p = (unsigned char *)m->bytes.s;
	if (m->swap)
		swap(p, m->cols, maas_dtype_size(m->type));
	if (m->cols)
		widen(m->num, p, m->cols, m->type);
	rec->line = ++m->row;
	rec->n = m->cols;
	rec->num = m->num;
	rec->byte = m->type == MAAS_U8 ? p : NULL;
	return 1;
}

/* IDX: 00 00 type dims, then a big-endian u32 a dimension, then the data, big-endian. */
static int
open_idx(struct maas_table *t)
{
	static const struct {
		unsigned char code;
		enum maas_dtype type;
	} types[] = {
		{ 8, MAAS_U8 },
		{ 9, MAAS_I8 },
		{ 11, MAAS_I16 },
		{ 12, MAAS_I32 },
		{ 13, MAAS_F32 },
		{ 14, MAAS_F64 },
	};
	struct matrix *m = &t->matrix;
	struct maas_buf h = { 0 };
	const unsigned char *p;
	size_t i, dims = 0;
	int rc = -1;

	if (source_bytes(&t->source, &h, 4) == 4)
		dims = (unsigned char)h.s[3];
	if (!dims || h.s[0] || h.s[1] || source_bytes(&t->source, &h, 4 * dims) != (long)(4 * dims)) {
		maas_fail("%s: not an IDX file, or cut in its header", t->source.name);
		goto out;
	}
	p = (const unsigned char *)h.s;
	for (i = 0; i < MAAS_COUNT(types) && types[i].code != p[2]; i++)
		;
	if (i == MAAS_COUNT(types)) {
		maas_fail("%s: IDX type 0x%02x is unknown", t->source.name, p[2]);
		goto out;
	}
	m->type = types[i].type;
	m->swap = 1;
	m->fortran = 0;
	m->cols = 1;
	m->dims = 0;
	for (i = 0; i < dims; i++) {
		size_t d =
		    (size_t)p[4 + 4 * i] << 24 | (size_t)p[5 + 4 * i] << 16 | (size_t)p[6 + 4 * i] << 8 | p[7 + 4 * i];

		if (!i)
			m->rows = d;
		else
			m->cols = d > COLS_MAX || m->cols > COLS_MAX ? COLS_MAX + 1 : m->cols * d;
		if (i && m->dims < DIMS_MAX)
			m->dim[m->dims++] = d;
	}
	rc = matrix_open(t, m);
out:
	maas_buf_free(&h);
	return rc;
}

static int
next_matrix(struct maas_table *t, struct maas_record *rec)
{
	return matrix_next(t, &t->matrix, rec);
}

static int
is_idx(struct maas_span s)
{
	return s.n >= 4 && !s.s[0] && !s.s[1] && s.s[2] >= 8 && s.s[2] <= 14 && s.s[2] != 10 && s.s[3] > 0 &&
	    s.s[3] <= 8;
}

const struct maas_format maas_format_idx = {
	.name = "idx",
	.suffix = "",
	.is = is_idx,
	.open = open_idx,
	.next = next_matrix,
};

/* What stands behind 'key': in the dictionary of an npy header; NULL if it is not there. */
static const char *
entry(const char *dict, const char *key)
{
	const char *p = strstr(dict, key);

	if (!p || !(p = strchr(p + strlen(key), ':')))
		return NULL;
	for (p++; *p == ' '; p++)
		;
	return p;
}

static int
npy_type(const char *p, struct matrix *m)
{
	static const struct {
		const char *code;
		enum maas_dtype type;
	} types[] = {
		{ "f2", MAAS_F16 },
		{ "f4", MAAS_F32 },
		{ "f8", MAAS_F64 },
		{ "i1", MAAS_I8 },
		{ "i2", MAAS_I16 },
		{ "i4", MAAS_I32 },
		{ "i8", MAAS_I64 },
		{ "u1", MAAS_U8 },
		{ "u2", MAAS_U16 },
		{ "u4", MAAS_U32 },
		{ "u8", MAAS_U64 },
		{ "b1", MAAS_BOOL },
	};
	size_t i;

	if (!p || (*p != '\'' && *p != '"') || !memchr("<>|=", p[1], 4))
		return -1;
	for (i = 0; i < MAAS_COUNT(types); i++)
		if (!strncmp(p + 2, types[i].code, 2) && p[4] == p[0]) {
			m->type = types[i].type;
			m->swap = p[1] == '>' && maas_dtype_size(m->type) > 1;
			return 0;
		}
	return -1;
}

/* "(2, 3, 4)" */
static int
npy_shape(const char *p, struct matrix *m)
{
	size_t dims = 0, d;

	if (!p || *p++ != '(')
		return -1;
	m->dims = 0;
	m->cols = m->rows = 1;
	for (;;) {
		while (*p == ' ' || *p == ',')
			p++;
		if (*p == ')')
			return dims ? 0 : -1;
		if (*p < '0' || *p > '9')
			return -1;
		for (d = 0; *p >= '0' && *p <= '9'; p++) {
			if (d > SIZE_MAX / 32)
				return -1;
			d = d * 10 + (size_t)(*p - '0');
		}
		if (!dims++) {
			m->rows = d;
			continue;
		}
		if (m->dims == DIMS_MAX)
			return -1;
		m->dim[m->dims++] = d;
		m->cols = d > COLS_MAX || m->cols > COLS_MAX ? COLS_MAX + 1 : m->cols * d;
	}
}

static int
open_npy(struct maas_table *t)
{
	struct matrix *m = &t->matrix;
	struct maas_buf h = { 0 };
	const unsigned char *p;
	const char *dict, *order;
	size_t n = 0, two;
	int rc = -1;

	if (source_bytes(&t->source, &h, 10) == 10 && (h.s[6] == 1 || source_bytes(&t->source, &h, 2) == 2)) {
		p = (const unsigned char *)h.s;
		n = (size_t)p[8] | (size_t)p[9] << 8;
		if (h.n == 12)
			n |= (size_t)p[10] << 16 | (size_t)p[11] << 24;
	}
	two = h.n;
	if (!n || n > 1 << 20 || memcmp(h.s, "\x93NUMPY", 6) || source_bytes(&t->source, &h, n) != (long)n) {
		maas_fail("%s: not an npy file, or cut in its header", t->source.name);
		goto out;
	}
	dict = h.s + two;
	order = entry(dict, "'fortran_order'");
	m->fortran = order && *order == 'T';
	if (npy_type(entry(dict, "'descr'"), m) < 0 || !order || npy_shape(entry(dict, "'shape'"), m) < 0)
		maas_fail("%s: an array of numbers with rows is wanted, its header says %.*s", t->source.name,
		    (int)strcspn(dict, "}\n") + 1, dict);
	else
		rc = matrix_open(t, m);
out:
	maas_buf_free(&h);
	return rc;
}

static int
is_npy(struct maas_span s)
{
	return s.n >= 6 && !memcmp(s.s, "\x93NUMPY", 6);
}

const struct maas_format maas_format_npy = {
	.name = "npy",
	.suffix = ".npy",
	.is = is_npy,
	.open = open_npy,
	.next = next_matrix,
};
