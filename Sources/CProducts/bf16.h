// What the kernels of bf16 have in common: moving numbers between layouts, by AVX-512.

#ifndef BF16_H
#define BF16_H

#include "CProducts.h"
#include "CProductsBF16.h"

#if defined(__x86_64__)

#include <immintrin.h>
#include <string.h>

#define VECTOR_FEATURES "avx512f,avx512bw,avx512vl"
#define TARGET_VECTOR __attribute__((target(VECTOR_FEATURES)))
// Small functions are inlined into ones that may use more instructions than they.
#define INLINE static inline __attribute__((always_inline))

enum {
  // Floats, or pairs, of a vector.
  LANES = 16,
  // Steps of k, or positions, of a tile.
  TILE_DEPTH = 32,
  // Positions whose factors of a gradient are rearranged at a time, and rows of it: those of x are
  // 128 KiB then, in the second-level cache beside the columns that pass by, and rearranged but once in
  // a batch of this many.
  CHUNK = 1024,
  STRIPE = 64,
  // The sums of parts that wait at a time: of 2^20 parts.
  LEVELS = 20,
};

INLINE ptrdiff_t least(ptrdiff_t a, ptrdiff_t b) { return a < b ? a : b; }

/// Ones for the first `count` lanes; all where there are more, none where it is negative.
INLINE uint32_t first_lanes(ptrdiff_t count) {
  return count >= 32 ? ~0u : count <= 0 ? 0 : (1u << count) - 1;
}

/// The bf16 numbers nearest to floats, each in the upper half of a lane, above what else there is. The
/// instruction that rounds does not keep subnormals.
INLINE TARGET_VECTOR __m512i rounded(__m512 floats) {
  const __m512i bits = _mm512_castps_si512(floats);
  // Half a unit, less one where the last bit that stays is 0, carries into what stays.
  const __m512i is_odd = _mm512_and_si512(_mm512_srli_epi32(bits, 16), _mm512_set1_epi32(1));
  const __m512i nearest =
      _mm512_add_epi32(bits, _mm512_add_epi32(is_odd, _mm512_set1_epi32(0x7fff)));
  const __mmask16 is_nan = _mm512_cmpgt_epi32_mask(
      _mm512_and_si512(bits, _mm512_set1_epi32(0x7fffffff)), _mm512_set1_epi32(0x7f800000));
  return _mm512_mask_or_epi32(nearest, is_nan, bits, _mm512_set1_epi32(0x400000));
}

/// Pairs, from the upper halves of two vectors: those of `even` become the lower ones.
INLINE TARGET_VECTOR __m512i paired(__m512i even, __m512i odd) {
  return _mm512_mask_blend_epi16(0xaaaaaaaa, _mm512_srli_epi32(even, 16), odd);
}

/// Does what a product does to its elements in the end, to some lanes of them, from (i, j) on, and
/// stores them.
INLINE TARGET_VECTOR __m512 finish(
    const CProducts_bf16_product *product, ptrdiff_t i, ptrdiff_t j, __mmask16 lanes, __m512 sums) {
  // Of NaN, and of two zeros, the maximum is the second operand.
  if (product->rectifies) sums = _mm512_max_ps(_mm512_setzero_ps(), sums);
  if (product->gate.base) {
    const uint16_t *const from = product->gate.base + i * product->gate.row + j;
    const __m256i gate = _mm256_maskz_loadu_epi16(lanes, from);
    // From 1 to infinity's bits: without zero, NaN and what has a sign.
    const __mmask16 is_positive = _mm256_cmplt_epu16_mask(
        _mm256_sub_epi16(gate, _mm256_set1_epi16(1)), _mm256_set1_epi16(0x7f80));
    sums = _mm512_maskz_mov_ps(is_positive, sums);
  }
  if (product->c) _mm512_mask_storeu_ps(product->c + i * product->c_row + j, lanes, sums);
  return sums;
}

/// Stores these elements, which are rounded already.
INLINE TARGET_VECTOR void store_rounded(
    const CProducts_bf16_product *product, ptrdiff_t i, ptrdiff_t j, __mmask16 lanes, __m256i numbers) {
  uint16_t *const to = product->rounded + i * product->rounded_row + j;
  _mm256_mask_storeu_epi16(to, lanes, numbers);
}

/// Copies `columns` columns of `positions` rows of a matrix to `pairs` rows of pairs, `width` columns
/// wide, which is a multiple of LANES. The rest is filled with zeros.
INLINE TARGET_VECTOR void interleave(
    CProducts_bf16_matrix matrix, ptrdiff_t positions, ptrdiff_t columns, ptrdiff_t pairs,
    ptrdiff_t width, uint16_t *restrict panel) {
  // Element n of either half: columns of the two rows in turn, the second one's from 32 on.
  const __m512i alternate = _mm512_add_epi16(
      _mm512_set1_epi32(0x200000),
      _mm512_mullo_epi32(
          _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15),
          _mm512_set1_epi32(0x10001)));
  const __m512i later = _mm512_add_epi16(alternate, _mm512_set1_epi16(LANES));
  for (ptrdiff_t pair = 0; pair < pairs; pair++) {
    const uint16_t *const row = matrix.base + 2 * pair * matrix.row;
    uint16_t *const to = panel + 2 * pair * width;
    for (ptrdiff_t j = 0; j < width; j += 2 * LANES) {
      const __mmask32 lanes = first_lanes(columns - j);
      const __mmask32 even_lanes = 2 * pair < positions ? lanes : 0;
      const __mmask32 odd_lanes = 2 * pair + 1 < positions ? lanes : 0;
      const __m512i even = _mm512_maskz_loadu_epi16(even_lanes, row + j);
      const uint16_t *const next = odd_lanes ? row + matrix.row : row;
      const __m512i odd = _mm512_maskz_loadu_epi16(odd_lanes, next + j);
      _mm512_storeu_si512(to + 2 * j, _mm512_permutex2var_epi16(even, alternate, odd));
      if (j + LANES < width) {
        _mm512_storeu_si512(to + 2 * (j + LANES), _mm512_permutex2var_epi16(even, later, odd));
      }
    }
  }
}

/// Transposes 16 rows of 16 lanes: pairs of rows, pairs of pairs, then parts of four lanes.
INLINE TARGET_VECTOR void transpose(__m512i rows[LANES]) {
  __m512i m[LANES];
#pragma clang loop unroll(full)
  for (int i = 0; i < LANES; i += 4) {
    const __m512i low0 = _mm512_unpacklo_epi32(rows[i], rows[i + 1]);
    const __m512i high0 = _mm512_unpackhi_epi32(rows[i], rows[i + 1]);
    const __m512i low1 = _mm512_unpacklo_epi32(rows[i + 2], rows[i + 3]);
    const __m512i high1 = _mm512_unpackhi_epi32(rows[i + 2], rows[i + 3]);
    m[i] = _mm512_unpacklo_epi64(low0, low1);
    m[i + 1] = _mm512_unpackhi_epi64(low0, low1);
    m[i + 2] = _mm512_unpacklo_epi64(high0, high1);
    m[i + 3] = _mm512_unpackhi_epi64(high0, high1);
  }
  // Now part q of m[4 g + n] is column 4 q + n of rows 4 g to 4 g + 3.
#pragma clang loop unroll(full)
  for (int n = 0; n < 4; n++) {
    const __m512i low0 = _mm512_shuffle_i32x4(m[n], m[4 + n], 0x44);
    const __m512i high0 = _mm512_shuffle_i32x4(m[n], m[4 + n], 0xee);
    const __m512i low1 = _mm512_shuffle_i32x4(m[8 + n], m[12 + n], 0x44);
    const __m512i high1 = _mm512_shuffle_i32x4(m[8 + n], m[12 + n], 0xee);
    rows[n] = _mm512_shuffle_i32x4(low0, low1, 0x88);
    rows[4 + n] = _mm512_shuffle_i32x4(low0, low1, 0xdd);
    rows[8 + n] = _mm512_shuffle_i32x4(high0, high1, 0x88);
    rows[12 + n] = _mm512_shuffle_i32x4(high0, high1, 0xdd);
  }
}

/// A block of a gradient: some rows and columns of c, over a chunk of the positions.
struct chunk {
  /// The first position's number, positions that follow, and whether all of them end here.
  ptrdiff_t first, count;
  bool is_end;
  /// The rearranged factors.
  const uint16_t *x, *delta;
  /// Rows and columns of the block.
  ptrdiff_t rows, columns;
  /// The sums of parts that wait.
  float *stack;
  float *c;
  ptrdiff_t c_row;
};

/// How one of the instructions computes gradients.
struct gradient {
  /// Most rows and columns of a block, and of what number of rows the one where it begins is a multiple.
  ptrdiff_t rows, columns, unit;
  /// Rearranges some rows of xᵀ.
  void (*pack)(CProducts_bf16_matrix x, ptrdiff_t positions, ptrdiff_t rows, uint16_t *packed);
  /// Computes a block that begins with row `row` of those.
  void (*compute)(ptrdiff_t row, const struct chunk *chunk);
};

/// How many sums wait before that of a part comes: the sum of a whole subtree waits on a stack for its
/// sibling's, as digits of a binary counter wait for the carry.
INLINE int waiting(ptrdiff_t part) { return __builtin_popcountll((unsigned long long)part); }

/// How many of them are added to it.
INLINE int carries(ptrdiff_t part, bool is_last) {
  return is_last ? waiting(part) : __builtin_ctzll(~(unsigned long long)part);
}

/// Makes sure that there is room for the gradients of blocks of so many rows and columns: some of x and δ,
/// and sums that wait and those of one part more.
#define REQUIRE_ROOM(rows, columns)                                                                  \
  _Static_assert(                                                                                    \
      (STRIPE + (columns)) * CHUNK * sizeof(uint16_t)                                                \
              + (LEVELS + 1) * (rows) * (columns) * sizeof(float) <= CProducts_bf16_scratch,         \
      "the scratch memory is too small")

/// Computes `sum`, stripe by stripe of its rows, and of each panel by panel of its columns.
static inline TARGET_VECTOR void add_up(
    const struct gradient *kernel, const CProducts_bf16_sum *sum, void *scratch) {
  const CProducts_bf16_sum s = *sum;
  uint16_t *const x = scratch, *const delta = x + STRIPE * CHUNK;
  float *const stack = (float *)(delta + kernel->columns * CHUNK);
  // Of several chunks, blocks wait for their sums one after the other.
  const ptrdiff_t stripe = s.positions <= CHUNK ? STRIPE : kernel->rows;
  const ptrdiff_t vectors = (s.columns + LANES - 1) / LANES, most = kernel->columns / LANES;
  const ptrdiff_t panels = (vectors + most - 1) / most;
  for (ptrdiff_t top = 0; top < s.rows; top += stripe) {
    const ptrdiff_t rows = least(stripe, s.rows - top);
    ptrdiff_t packed = -1;
    for (ptrdiff_t panel = 0; panel < panels; panel++) {
      // Panels as even as vectors allow.
      const ptrdiff_t j = vectors * panel / panels * LANES;
      const ptrdiff_t width = vectors * (panel + 1) / panels * LANES - j;
      ptrdiff_t first = 0;
      do {
        const ptrdiff_t count = least(CHUNK, s.positions - first);
        if (packed != first) {
          const CProducts_bf16_matrix from = {s.x.base + first * s.x.row + top, s.x.row};
          kernel->pack(from, count, rows, x);
          packed = first;
        }
        struct chunk chunk = {
            .first = first,
            .count = count,
            .is_end = first + count == s.positions,
            .x = x,
            .delta = delta,
            .columns = least(width, s.columns - j),
            .stack = stack,
            .c_row = s.c_row,
        };
        const CProducts_bf16_matrix from = {s.delta.base + first * s.delta.row + j, s.delta.row};
        const ptrdiff_t tiles = (count + TILE_DEPTH - 1) / TILE_DEPTH;
        interleave(from, count, chunk.columns, tiles * TILE_DEPTH / 2, width, delta);
        const ptrdiff_t units = (rows + kernel->unit - 1) / kernel->unit;
        const ptrdiff_t blocks = (rows + kernel->rows - 1) / kernel->rows;
        for (ptrdiff_t block = 0; block < blocks; block++) {
          const ptrdiff_t i = units * block / blocks * kernel->unit;
          chunk.rows = least(rows, units * (block + 1) / blocks * kernel->unit) - i;
          chunk.c = s.c + (top + i) * s.c_row + j;
          kernel->compute(i, &chunk);
        }
        first += count;
      } while (first < s.positions);
    }
  }
}

void CProducts_multiply_avx512_bf16(const CProducts_bf16_product *product);
void CProducts_gradient_avx512_bf16(const CProducts_bf16_sum *sum, void *scratch);
/// Compute what most of whose first factor's numbers are zero; false where `scratch` is too small.
bool CProducts_multiply_sparse_avx512_bf16(const CProducts_bf16_product *product, void *scratch);
bool CProducts_gradient_sparse_avx512_bf16(const CProducts_bf16_sum *sum, void *scratch);
void CProducts_multiply_amx(const CProducts_bf16_product *product, void *scratch);
void CProducts_gradient_amx(const CProducts_bf16_sum *sum, void *scratch);

#endif

#endif
