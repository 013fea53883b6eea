/* safetensors and the model file on it: what is written is read, and what is altered is refused. */
#include <stdlib.h>
#include <unistd.h>

#include "maas/model.h"
#include "../test.h"

static void
put(const char *path, const void *p, size_t n)
{
	struct maas_out *o = maas_out_open(path);

	fwrite(p, 1, n, maas_out_file(o));
	if (maas_out_commit(o, 0) < 0)
		printf("# %s\n", maas_error());
}

/* A foreign file: length, header, data. */
static int
opens(const char *header, size_t data)
{
	struct maas_buf b = { NULL, 0, 0 };
	struct maas_tensors *t;
	size_t n = strlen(header);
	char zeros[64] = { 0 };

	for (int i = 0; i < 8; i++)
		zeros[i] = (char)(n >> 8 * i & 255);
	if (maas_buf_add(&b, zeros, 8) < 0 || maas_buf_text(&b, header) < 0 || maas_buf_add(&b, zeros + 8, data) < 0)
		return -1;
	put("f", b.s, b.n);
	maas_buf_free(&b);
	if (!(t = maas_tensors_open("f")))
		return 0;
	for (size_t i = 0; i < maas_tensors_count(t); i++) {
		const struct maas_tensor *x = maas_tensors_at(t, i);

		if ((uintptr_t)x->data % maas_dtype_size(x->dtype))
			n = 0;
	}
	maas_tensors_close(t);
	return n ? 1 : -1; /* amid an element */
}

/* Data behind headers of any length begin where elements can. */
static void
unpadded(void)
{
	char header[80];
	int all = 1;

	for (int i = 0; i < 9; i++) {
		snprintf(header, sizeof header, "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}%*s",
		    i, "");
		all &= opens(header, 8) == 1;
	}
	ok(all, "headers that are not padded");
}

static void
foreign(void)
{
	static const char *const bad[] = {
		"{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,4]}}",
		"{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[4,12]}}",
		"{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}",
		"{\"a\":{\"dtype\":\"F99\",\"shape\":[2],\"data_offsets\":[0,8]}}",
		"{\"a\":{\"dtype\":\"F32\",\"shape\":[-2],\"data_offsets\":[0,8]}}",
		"{\"a\":{\"dtype\":\"F32\",\"shape\":[4611686018427387904,2],\"data_offsets\":[0,8]}}",
		"{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},\"b\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}",
		"{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[8,0]}}",
		("{\"a\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[4,8]},\"b\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]},"
		 "\"c\":{\"dtype\":\"BF16\",\"shape\":[1],\"data_offsets\":[1,3]},\"d\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[3,4]}}"),
		"{\"a\":7}",
		"{\"__metadata__\":{\"a\":1}}",
		"[]",
		"{",
		"{}",
	};

	ok(opens("{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}", 8) == 1,
	    "a file of another writer");
	ok(opens("{\"b\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]},\"a\":{\"dtype\":\"F32\",\"shape\":[],"
		 "\"data_offsets\":[0,4]}}   ",
	       4) == 1,
	    "an empty tensor, a scalar, padding");
	for (size_t i = 0; i < MAAS_COUNT(bad); i++)
		ok(opens(bad[i], 8) == 0, "refused: %s", maas_error());
	put("f", "\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF{}", 10);
	ok(!maas_tensors_open("f"), "a length past everything: %s", maas_error());
	put("f", "", 0);
	ok(!maas_tensors_open("f"), "an empty file: %s", maas_error());
}

static void
write_one(void)
{
	float w[6] = { 1, -2, 3.5f, 4, 5, 6 };
	uint8_t text[5] = "hello";
	struct maas_tensor t[] = {
		{ .name = "text", .dtype = MAAS_U8, .ndim = 1, .dim = { 5 }, .data = text, .bytes = 5 },
		{ .name = "w", .dtype = MAAS_F32, .ndim = 2, .dim = { 2, 3 }, .data = w, .bytes = 24 },
		{ .name = "none", .dtype = MAAS_F32, .ndim = 1, .dim = { 0 }, .bytes = 0 },
	};
	struct maas_meta m[] = { { "format", "pt" }, { "odd \"key\"", "a\nb" } };

	ok(maas_tensors_save("f", t, 3, m, 2, MAAS_DURABLE) == 0, "saved");
}

static void
own(void)
{
	struct maas_tensors *t;
	const struct maas_tensor *x;

	write_one();
	t = maas_tensors_open("f");
	x = maas_tensors_find(t, "w");
	ok(x && x->ndim == 2 && x->dim[1] == 3 && !memcmp(x->data, (float[]){ 1, -2, 3.5f, 4, 5, 6 }, 24), "read");
	ok((uintptr_t)maas_tensors_at(t, 0)->data % 64 == 0, "aligned in the file");
	is_str(maas_tensors_meta(t, "odd \"key\""), "a\nb");
	ok(maas_tensors_check(t, NULL) == 0 && !maas_tensors_find(t, "v"), "sums agree");
	maas_tensors_close(t);
}

/* Any byte changed, any length cut: the file does not open, or its sums do not agree. */
static void
altered(void)
{
	struct maas_map map;
	size_t accepted = 0;

	if (maas_map_open(&map, "f") < 0)
		return;
	size_t n = map.n;
	unsigned char *p = malloc(n);

	for (size_t cut = 0; cut < n; cut++) {
		struct maas_tensors *t;

		put("g", map.p, cut);
		t = maas_tensors_open("g");
		accepted += t != NULL;
		maas_tensors_close(t);
	}
	ok(accepted == 0, "cut anywhere: refused");
	for (size_t i = 0; i < n; i++)
		for (int bit = 0; bit < 8; bit += 3) {
			struct maas_tensors *t;

			memcpy(p, map.p, n);
			p[i] ^= (unsigned char)(1 << bit);
			put("g", p, n);
			t = maas_tensors_open("g");
			accepted += t && maas_tensors_meta(t, "crc32c") && maas_tensors_check(t, NULL) == 0;
			maas_tensors_close(t);
		}
	ok(accepted == 0, "a bit flipped anywhere: refused");
	ok(!maas_model_open("f"), "no model: %s", maas_error());
	free(p);
	maas_map_close(&map);
	unlink("g");
}

int
main(void)
{
	char folder[] = "/tmp/maas-test-XXXXXX";

	if (!mkdtemp(folder) || chdir(folder) < 0)
		return 1;
	foreign();
	unpadded();
	own();
	altered();
	unlink("f");
	(void)!chdir("/");
	rmdir(folder);
	return done();
}
