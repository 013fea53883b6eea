/*
 * tiles.h -- the tile instructions in C, for machines that have none: included before a source that says
 * _tile_..., it puts functions in their place that do what Intel's "Architecture Instruction Set Extensions
 * Programming Reference" says, pseudocode by pseudocode.  What a processor answers with a fault ends the program.
 */
#ifndef TILES_H
#define TILES_H

#include <immintrin.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TILES = 8, TILE_HIGH = 16, TILE_WIDE = 64 };

static _Thread_local struct {
	int ready;
	uint16_t bytes[TILES]; /* of a row */
	uint8_t rows[TILES];
	_Alignas(64) uint8_t data[TILES][TILE_HIGH][TILE_WIDE];
} tiles;

static void
tiles_want(int right, const char *fault)
{
	if (right)
		return;
	fprintf(stderr, "tiles: %s\n", fault);
	abort();
}

static void
tiles_want_tile(int t)
{
	tiles_want(tiles.ready, "#UD: no configuration is loaded");
	tiles_want(t >= 0 && t < TILES && tiles.rows[t], "#UD: a tile that is not configured");
}

/* LDTILECFG; palette 1 alone. */
static void
tiles_configure(const void *from)
{
	uint8_t c[64];

	memcpy(c, from, sizeof c);
	memset(&tiles, 0, sizeof tiles);
	tiles_want(c[0] <= 1, "#GP: an unknown palette");
	for (int i = 1; i < 64; i++)
		if (i < 16 || (i >= 16 + 2 * TILES && i < 48) || i >= 48 + TILES)
			tiles_want(!c[i], "#GP: reserved bytes of a configuration are not 0");
	for (int t = 0; t < TILES; t++) {
		tiles.bytes[t] = (uint16_t)(c[16 + 2 * t] | c[17 + 2 * t] << 8);
		tiles.rows[t] = c[48 + t];
		tiles_want(tiles.bytes[t] <= TILE_WIDE && tiles.rows[t] <= TILE_HIGH, "#GP: a tile is too large");
		tiles_want(!tiles.bytes[t] == !tiles.rows[t], "#GP: a tile of rows without bytes, or the reverse");
	}
	tiles.ready = c[0] != 0;
}

/* TILERELEASE */
static void
tiles_release(void)
{
	memset(&tiles, 0, sizeof tiles);
}

/* TILEZERO */
static void
tiles_zero(int t)
{
	tiles_want_tile(t);
	memset(tiles.data[t], 0, sizeof tiles.data[t]);
}

/* TILELOADD, TILELOADDT1: what is behind the last row and byte becomes 0. */
static void
tiles_load(int t, const void *from, size_t stride)
{
	tiles_zero(t);
	for (size_t r = 0; r < tiles.rows[t]; r++)
		memcpy(tiles.data[t][r], (const char *)from + r * stride, tiles.bytes[t]);
}

/* TILESTORED */
static void
tiles_store(int t, void *to, size_t stride)
{
	tiles_want_tile(t);
	for (size_t r = 0; r < tiles.rows[t]; r++)
		memcpy((char *)to + r * stride, tiles.data[t][r], tiles.bytes[t]);
}

/* y += a b: rows of a are those of y, rows of b are a's columns of four bytes, columns of b are y's. */
static void
tiles_fit(int y, int a, int b)
{
	tiles_want_tile(y);
	tiles_want_tile(a);
	tiles_want_tile(b);
	tiles_want(y != a && y != b && a != b, "#UD: the same tile twice");
	tiles_want(tiles.bytes[y] % 4 == 0 && tiles.bytes[a] % 4 == 0, "#UD: a row is no multiple of four bytes");
	tiles_want(
	    tiles.rows[y] == tiles.rows[a] && tiles.bytes[a] / 4 == tiles.rows[b] && tiles.bytes[y] == tiles.bytes[b],
	    "#UD: tiles that do not fit each other");
}

/*
 * TDPBF16PS: chains of fma over the even and over the odd members of k, from zero; their sum is added to y.
 * Subnormal operands are zero and so are subnormal results, rounding is to the nearest, whatever MXCSR says.
 */
__attribute__((target("avx512f"))) static void
tiles_bf16(int y, int a, int b)
{
	const __m512i high = _mm512_set1_epi32((int)0xffff0000);
	unsigned was = _mm_getcsr();

	tiles_fit(y, a, b);
	_mm_setcsr(0x1f80 | 0x8040);
	for (size_t r = 0; r < tiles.rows[y]; r++) {
		__m512 e = _mm512_setzero_ps(), o = e, c = _mm512_load_ps(tiles.data[y][r]);

		for (size_t l = 0; l < tiles.rows[b]; l++) {
			__m512i w = _mm512_load_si512(tiles.data[b][l]);
			int32_t pair;

			memcpy(&pair, tiles.data[a][r] + 4 * l, sizeof pair);
			__m512i x = _mm512_set1_epi32(pair);

			e = _mm512_fmadd_ps(_mm512_castsi512_ps(_mm512_slli_epi32(x, 16)),
			    _mm512_castsi512_ps(_mm512_slli_epi32(w, 16)), e);
			o = _mm512_fmadd_ps(_mm512_castsi512_ps(_mm512_and_si512(x, high)),
			    _mm512_castsi512_ps(_mm512_and_si512(w, high)), o);
		}
		_mm512_store_ps(tiles.data[y][r], _mm512_add_ps(c, _mm512_add_ps(e, o)));
		memset(tiles.data[y][r] + tiles.bytes[y], 0, TILE_WIDE - tiles.bytes[y]);
	}
	_mm_setcsr(was);
}

#undef _tile_loadconfig
#undef _tile_release
#undef _tile_zero
#undef _tile_loadd
#undef _tile_stream_loadd
#undef _tile_stored
#undef _tile_dpbf16ps
#define _tile_loadconfig   tiles_configure
#define _tile_release      tiles_release
#define _tile_zero         tiles_zero
#define _tile_loadd        tiles_load
#define _tile_stream_loadd tiles_load
#define _tile_stored       tiles_store
#define _tile_dpbf16ps     tiles_bf16

#endif
