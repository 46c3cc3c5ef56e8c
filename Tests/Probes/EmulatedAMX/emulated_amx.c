#include "emulated_amx.h"
#include "flush.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#pragma STDC FP_CONTRACT OFF

struct tile {
  int rows, bytes;
  _Alignas(64) uint8_t lines[16][64];
};

static _Thread_local struct tile tiles[8];
static _Thread_local int is_configured;

static void require(int condition, const char *what) {
  if (condition) return;
  fprintf(stderr, "AMX: %s\n", what);
  abort();
}

static struct tile *tile_of(int number) {
  require(is_configured, "not configured");
  require(number >= 0 && number < 8, "no such tile");
  require(tiles[number].rows > 0, "this tile has no rows");
  return &tiles[number];
}

static void emulated_configure(const void *configuration) {
  const uint8_t *bytes = configuration;
  require(bytes[0] == 1, "palette 1 is the only one");
  for (int i = 1; i < 16; i++) require(bytes[i] == 0, "bytes that must be zero");
  for (int t = 0; t < 16; t++) {
    uint16_t width;
    memcpy(&width, bytes + 16 + 2 * t, 2);
    const uint8_t rows = bytes[48 + t];
    require(width <= 64 && rows <= 16, "tiles are 16 rows of 64 bytes at most");
    require((width == 0) == (rows == 0), "rows or columns only");
    require(t < 8 || rows == 0, "there are eight tiles");
    if (t < 8) tiles[t] = (struct tile){.rows = rows, .bytes = width};
  }
  is_configured = 1;
}

static void emulated_zero(int t) { memset(tile_of(t)->lines, 0, sizeof tiles[t].lines); }

static void emulated_load(int t, const void *base, ptrdiff_t stride) {
  struct tile *tile = tile_of(t);
  memset(tile->lines, 0, sizeof tile->lines);
  for (int i = 0; i < tile->rows; i++) {
    memcpy(tile->lines[i], (const char *)base + i * stride, (size_t)tile->bytes);
  }
}

static void emulated_store(int t, void *base, ptrdiff_t stride) {
  const struct tile *tile = tile_of(t);
  for (int i = 0; i < tile->rows; i++) {
    memcpy((char *)base + i * stride, tile->lines[i], (size_t)tile->bytes);
  }
}

static float number(uint16_t bits) {
  const uint32_t wide = (uint32_t)bits << 16;
  float x;
  memcpy(&x, &wide, 4);
  return flush(x);
}

static void emulated_dot(int c, int a, int b) {
  struct tile *sums = tile_of(c);
  const struct tile *left = tile_of(a), *right = tile_of(b);
  require(c != a && c != b && a != b, "three different tiles");
  require(sums->rows == left->rows, "rows of c and a");
  require(sums->bytes == right->bytes, "columns of c and b");
  require(left->bytes == right->rows * 4, "columns of a and rows of b");
  for (int m = 0; m < sums->rows; m++) {
    for (int n = 0; n < sums->bytes / 4; n++) {
      float t[2] = {0, 0}, sum;
      for (int k = 0; k < right->rows; k++) {
        for (int half = 0; half < 2; half++) {
          uint16_t x, y;
          memcpy(&x, left->lines[m] + 4 * k + 2 * half, 2);
          memcpy(&y, right->lines[k] + 4 * n + 2 * half, 2);
          t[half] = fused(number(x), number(y), t[half]);
        }
      }
      memcpy(&sum, sums->lines[m] + 4 * n, 4);
      sum = flush(flush(sum) + flush(t[0] + t[1]));
      memcpy(sums->lines[m] + 4 * n, &sum, 4);
    }
  }
}

static void emulated_release(void) { is_configured = 0; }

#define TARGET __attribute__((target(VECTOR_FEATURES)))
#define CONFIGURE(configuration) emulated_configure(configuration)
#define ZERO(tile) emulated_zero(tile)
#define LOAD(tile, base, stride) emulated_load(tile, base, stride)
#define STORE(tile, base, stride) emulated_store(tile, base, stride)
#define DOT(sums, a, b) emulated_dot(sums, a, b)
#define RELEASE() emulated_release()
#define ROUND(floats) _mm512_cvtepi32_epi16(_mm512_srli_epi32(rounded(floats), 16))
#include "bf16_amx.h"

void emulated_multiply(const CProducts_bf16_product *product, void *scratch) {
  multiply_tiles(product, scratch);
}

void emulated_gradient(const CProducts_bf16_sum *sum, void *scratch) { gradient_tiles(sum, scratch); }
