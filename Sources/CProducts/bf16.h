// Functions that all bf16 kernels share: they round numbers and convert them between layouts, with
// AVX-512.

#ifndef BF16_H
#define BF16_H

#include "CProducts.h"
#include "CProductsBF16.h"

#if defined(__x86_64__)

#include <immintrin.h>
#include <string.h>

#define VECTOR_FEATURES "avx512f,avx512bw,avx512vl"
#define TARGET_VECTOR __attribute__((target(VECTOR_FEATURES)))
// Small functions are inlined, since their callers are compiled for more instructions than they are.
#define INLINE static inline __attribute__((always_inline))

enum {
  // The number of floats, or of pairs, in a vector.
  LANES = 16,
  // The number of steps of k, or of positions, in a tile.
  TILE_DEPTH = 32,
};

INLINE ptrdiff_t least(ptrdiff_t a, ptrdiff_t b) { return a < b ? a : b; }

/// A mask of the first `count` of 32 lanes: all of them if `count` is larger, none if it is negative.
INLINE uint32_t first_lanes(ptrdiff_t count) {
  return count >= 32 ? ~0u : count <= 0 ? 0 : (1u << count) - 1;
}

/// Rounds floats to bf16. Each result is the upper half of a lane; the lower half is undefined. The
/// rounding instruction of AVX-512 BF16 is not used because it turns subnormal numbers into zeros.
INLINE TARGET_VECTOR __m512i rounded(__m512 floats) {
  const __m512i bits = _mm512_castps_si512(floats);
  // Adding half a unit carries into the upper half if the lower half is larger. At exactly half, the
  // last bit of the upper half decides.
  const __m512i is_odd = _mm512_and_si512(_mm512_srli_epi32(bits, 16), _mm512_set1_epi32(1));
  const __m512i nearest =
      _mm512_add_epi32(bits, _mm512_add_epi32(is_odd, _mm512_set1_epi32(0x7fff)));
  const __mmask16 is_nan = _mm512_cmpgt_epi32_mask(
      _mm512_and_si512(bits, _mm512_set1_epi32(0x7fffffff)), _mm512_set1_epi32(0x7f800000));
  return _mm512_mask_or_epi32(nearest, is_nan, bits, _mm512_set1_epi32(0x400000));
}

/// Makes pairs of the upper halves of two vectors. Those of `even` become the lower halves of the pairs.
INLINE TARGET_VECTOR __m512i paired(__m512i even, __m512i odd) {
  return _mm512_mask_blend_epi16(0xaaaaaaaa, _mm512_srli_epi32(even, 16), odd);
}

/// Applies `rectifies` and `gate` to the sums of the elements from (i, j) on, in `lanes`, stores them in
/// c if it is given, and returns them.
INLINE TARGET_VECTOR __m512 finish(
    const CProducts_bf16_product *product, ptrdiff_t i, ptrdiff_t j, __mmask16 lanes, __m512 sums) {
  // If one operand is NaN, or both are zeros, the instruction returns the second operand.
  if (product->rectifies) sums = _mm512_max_ps(_mm512_setzero_ps(), sums);
  if (product->gate.base) {
    const uint16_t *const from = product->gate.base + i * product->gate.row + j;
    const __m256i gate = _mm256_maskz_loadu_epi16(lanes, from);
    // Bit patterns from 1 to infinity's: neither zero nor NaN, and no sign.
    const __mmask16 is_positive = _mm256_cmplt_epu16_mask(
        _mm256_sub_epi16(gate, _mm256_set1_epi16(1)), _mm256_set1_epi16(0x7f80));
    sums = _mm512_maskz_mov_ps(is_positive, sums);
  }
  if (product->c) _mm512_mask_storeu_ps(product->c + i * product->c_row + j, lanes, sums);
  return sums;
}

/// Stores elements from (i, j) on, in `lanes`, that are rounded already.
INLINE TARGET_VECTOR void store_rounded(
    const CProducts_bf16_product *product, ptrdiff_t i, ptrdiff_t j, __mmask16 lanes, __m256i numbers) {
  uint16_t *const to = product->rounded + i * product->rounded_row + j;
  _mm256_mask_storeu_epi16(to, lanes, numbers);
}

/// Copies `columns` columns and `positions` rows of a matrix to `pairs` rows of pairs in `packed`. These
/// are `width` columns wide, a multiple of LANES. Pairs beyond the matrix are zero.
INLINE TARGET_VECTOR void interleave(
    CProducts_bf16_matrix matrix, ptrdiff_t positions, ptrdiff_t columns, ptrdiff_t pairs,
    ptrdiff_t width, uint16_t *restrict packed) {
  // The indices for the permutation: columns of the first and the second row in turn. Indices of the
  // second row begin at 32.
  const __m512i alternate = _mm512_add_epi16(
      _mm512_set1_epi32(0x200000),
      _mm512_mullo_epi32(
          _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15),
          _mm512_set1_epi32(0x10001)));
  const __m512i later = _mm512_add_epi16(alternate, _mm512_set1_epi16(LANES));
  for (ptrdiff_t pair = 0; pair < pairs; pair++) {
    const uint16_t *const row = matrix.base + 2 * pair * matrix.row;
    uint16_t *const to = packed + 2 * pair * width;
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

/// Transposes 16 rows of 16 lanes, in place.
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
  // Now quarter q of m[4 g + n] is column 4 q + n of rows 4 g to 4 g + 3.
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

void CProducts_multiply_avx512_bf16(const CProducts_bf16_product *product);
void CProducts_gradient_avx512_bf16(const CProducts_bf16_sum *sum, void *scratch);
/// The same if most numbers of the first factor are zero. These return false, and compute nothing, if
/// the sums that wait do not fit in `scratch`.
bool CProducts_multiply_sparse_avx512_bf16(const CProducts_bf16_product *product, void *scratch);
bool CProducts_gradient_sparse_avx512_bf16(const CProducts_bf16_sum *sum, void *scratch);
void CProducts_multiply_amx(const CProducts_bf16_product *product, void *scratch);
void CProducts_gradient_amx(const CProducts_bf16_sum *sum, void *scratch);

#endif

#endif
