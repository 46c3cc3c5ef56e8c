#include "bf16_avx512.h"

#if defined(__x86_64__)

// 32 registers of 16 floats: 24 for the chains, 3 for a row of pairs of b, 1 for a pair of a. A step
// takes 11 loads and 24 instructions. Processors begin one instruction per cycle, or two in three
// cycles, and a sum is ready after six cycles.
#define ROWS 8
#define VECTORS 3

enum {
  // The most rows of a at a time. With a depth of 1024 they stay in the second-level cache for all of b.
  HEIGHT = 256,
};

#define EACH_CHAIN EACH(i, rows, ROWS) EACH(v, vectors, VECTORS)

/// The pairs of some rows of a, and of some columns of b, that chains advance over.
struct pairs {
  ptrdiff_t count;
  const uint16_t *a;
  ptrdiff_t a_row, a_step;
  const uint16_t *b;
  ptrdiff_t b_step;
  /// Whether `count` whole pairs are followed by one that has only its even k.
  bool is_odd;
};

/// Advances `sums` over `pairs`.
INLINE TARGET void chain(int rows, int vectors, struct pairs pairs, __m512 sums[ROWS][VECTORS]) {
  const uint16_t *a = pairs.a, *b = pairs.b;
  for (ptrdiff_t k = pairs.count; k > 0; k--) {
    __m512i row[VECTORS];
    EACH(v, vectors, VECTORS) row[v] = _mm512_loadu_si512(b + 2 * LANES * v);
    EACH(i, rows, ROWS) {
      int32_t pair;
      memcpy(&pair, a + i * pairs.a_row, sizeof pair);
      EACH(v, vectors, VECTORS) sums[i][v] = dot(sums[i][v], _mm512_set1_epi32(pair), row[v]);
    }
    a += pairs.a_step;
    b += pairs.b_step;
  }
  if (pairs.is_odd) {
    EACH_CHAIN {
      const __m512i row = _mm512_loadu_si512(b + 2 * LANES * v);
      sums[i][v] = dot(sums[i][v], _mm512_set1_epi32(a[i * pairs.a_row]), row);
    }
  }
}

/// Computes a block of `p` whose first element is (top, left).
INLINE TARGET void multiply(
    int rows, int vectors, const CProducts_bf16_product *restrict p, ptrdiff_t top, ptrdiff_t left) {
  __mmask16 lanes[VECTORS];
  EACH(v, vectors, VECTORS) lanes[v] = (__mmask16)first_lanes(p->columns - left - v * LANES);
  __m512 sums[ROWS][VECTORS];
  EACH_CHAIN {
    sums[i][v] = p->bias ? _mm512_maskz_loadu_ps(lanes[v], p->bias + left + v * LANES)
                         : _mm512_setzero_ps();
  }
  const struct pairs pairs = {
      .count = p->depth / 2,
      .a = p->a.base + top * p->a.row,
      .a_row = p->a.row,
      .a_step = 2,
      .b = p->b + 2 * left,
      .b_step = p->b_row,
      .is_odd = p->depth % 2 != 0,
  };
  chain(rows, vectors, pairs, sums);
  EACH_CHAIN {
    const ptrdiff_t j = left + v * LANES;
    const __m512 sum = finish(p, top + i, j, lanes[v], sums[i][v]);
    if (p->rounded) store_rounded(p, top + i, j, lanes[v], (__m256i)_mm512_cvtneps_pbh(sum));
  }
}

/// Computes a block of a gradient whose first row is number `row` of the rearranged rows.
INLINE TARGET void gradient(int rows, int vectors, const struct chunk *restrict chunk, ptrdiff_t row) {
  __m512 sums[ROWS][VECTORS];
  ptrdiff_t k = 0;
  do {
    EACH_CHAIN sums[i][v] = _mm512_setzero_ps();
    const struct pairs pairs = {
        .count = (least(CProducts_part, chunk->count - k) + 1) / 2,
        .a = chunk->x + k * BAND + 2 * row,
        .a_row = 2,
        .a_step = 2 * BAND,
        .b = chunk->delta + k * LANES * vectors,
        .b_step = 2 * LANES * vectors,
    };
    chain(rows, vectors, pairs, sums);
    const ptrdiff_t part = (chunk->first + k) / CProducts_part;
    k += CProducts_part;
    const bool is_last = chunk->is_end && k >= chunk->count;
    float *stack = chunk->stack + waiting(part) * ROWS * VECTORS * LANES;
    for (int count = carries(part, is_last); count > 0; count--) {
      stack -= ROWS * VECTORS * LANES;
      EACH_CHAIN {
        sums[i][v] = _mm512_add_ps(_mm512_load_ps(stack + (i * VECTORS + v) * LANES), sums[i][v]);
      }
    }
    if (!is_last) EACH_CHAIN _mm512_store_ps(stack + (i * VECTORS + v) * LANES, sums[i][v]);
  } while (k < chunk->count);
  if (!chunk->is_end) return;
  EACH_CHAIN {
    const __mmask16 lanes = (__mmask16)first_lanes(chunk->columns - v * LANES);
    _mm512_mask_storeu_ps(chunk->c + i * chunk->c_row + v * LANES, lanes, sums[i][v]);
  }
}

// The functions above are compiled once for each number of rows and of vectors, so that these are
// constants.
#define VERSION(R, N, function, ...) \
  case 4 * R + N: function(R, N, __VA_ARGS__); return;
#define VERSIONS(R, ...) VERSION(R, 1, __VA_ARGS__) VERSION(R, 2, __VA_ARGS__) VERSION(R, 3, __VA_ARGS__)
#define SWITCH(rows, vectors, ...)                                                                  \
  switch (4 * (rows) + (vectors)) {                                                                 \
    VERSIONS(1, __VA_ARGS__) VERSIONS(2, __VA_ARGS__) VERSIONS(3, __VA_ARGS__)                      \
    VERSIONS(4, __VA_ARGS__) VERSIONS(5, __VA_ARGS__) VERSIONS(6, __VA_ARGS__)                      \
    VERSIONS(7, __VA_ARGS__) VERSIONS(8, __VA_ARGS__)                                               \
  }

static TARGET void multiply_block(
    ptrdiff_t rows, ptrdiff_t vectors, const CProducts_bf16_product *product, ptrdiff_t i, ptrdiff_t j) {
  SWITCH(rows, vectors, multiply, product, i, j)
}

static TARGET void gradient_block(ptrdiff_t row, const struct chunk *chunk) {
  SWITCH(chunk->rows, (chunk->columns + LANES - 1) / LANES, gradient, chunk, row)
}

/// Rearranges x into rows of pairs of positions, BAND pairs each.
static TARGET void gradient_pack(
    CProducts_bf16_matrix x, ptrdiff_t positions, ptrdiff_t rows, uint16_t *packed) {
  interleave(x, positions, rows, (positions + 1) / 2, BAND, packed);
}

void CProducts_multiply_avx512_bf16(const CProducts_bf16_product *product) {
  const ptrdiff_t vectors = (product->columns + LANES - 1) / LANES;
  // Strips and blocks are as equal as possible. Otherwise 25 vectors, or 65 rows, would leave a last one
  // of 1.
  const ptrdiff_t strips = (vectors + VECTORS - 1) / VECTORS;
  for (ptrdiff_t top = 0; top < product->rows; top += HEIGHT) {
    const ptrdiff_t rows = least(HEIGHT, product->rows - top);
    const ptrdiff_t blocks = (rows + ROWS - 1) / ROWS;
    for (ptrdiff_t strip = 0; strip < strips; strip++) {
      const ptrdiff_t first = vectors * strip / strips, next = vectors * (strip + 1) / strips;
      for (ptrdiff_t block = 0; block < blocks; block++) {
        const ptrdiff_t i = rows * block / blocks, end = rows * (block + 1) / blocks;
        multiply_block(end - i, next - first, product, top + i, first * LANES);
      }
    }
  }
}

REQUIRE_ROOM(ROWS, VECTORS * LANES);

void CProducts_gradient_avx512_bf16(const CProducts_bf16_sum *sum, void *scratch) {
  static const struct gradient kernel = {
      ROWS, VECTORS * LANES, 1, gradient_pack, gradient_block};
  add_up(&kernel, sum, scratch);
}

#endif
