#include "bf16.h"

ptrdiff_t CProducts_paired_row(ptrdiff_t columns) { return (columns + 15) / 16 * 32; }

ptrdiff_t CProducts_paired_count(ptrdiff_t depth, ptrdiff_t columns) {
  return (depth + 31) / 32 * 16 * CProducts_paired_row(columns);
}

#if defined(__x86_64__)

/// Writes row k of b, but not the other row of its pair: every other number of a row of pairs.
static TARGET_VECTOR void pair_half(const float *w, ptrdiff_t k, ptrdiff_t columns, uint16_t *row) {
  const __mmask32 half = k % 2 ? 0xaaaaaaaa : 0x55555555;
  for (ptrdiff_t j = 0; j < columns; j += LANES) {
    const __mmask16 lanes = (__mmask16)first_lanes(columns - j);
    const __m512i bits = rounded(_mm512_maskz_loadu_ps(lanes, w + j));
    // A masked store does not touch the other numbers, which another thread can be writing.
    _mm512_mask_storeu_epi16(row + 2 * j, half, paired(bits, bits));
  }
}

TARGET_VECTOR void CProducts_pair_rows(
    const float *w, ptrdiff_t w_row, ptrdiff_t first, ptrdiff_t count, ptrdiff_t columns,
    uint16_t *paired_w) {
  const ptrdiff_t row = CProducts_paired_row(columns), end = first + count;
  for (ptrdiff_t k = first; k < end;) {
    uint16_t *const to = paired_w + k / 2 * row;
    if (k % 2 || k + 1 == end) {
      pair_half(w, k, columns, to);
      w += w_row;
      k += 1;
      continue;
    }
    for (ptrdiff_t j = 0; j < columns; j += LANES) {
      const __mmask16 lanes = (__mmask16)first_lanes(columns - j);
      const __m512i even = rounded(_mm512_maskz_loadu_ps(lanes, w + j));
      const __m512i odd = rounded(_mm512_maskz_loadu_ps(lanes, w + w_row + j));
      _mm512_storeu_si512(to + 2 * j, paired(even, odd));
    }
    w += 2 * w_row;
    k += 2;
  }
}

TARGET_VECTOR void CProducts_pair_columns(
    const float *w, ptrdiff_t w_row, ptrdiff_t first, ptrdiff_t count, ptrdiff_t inputs,
    ptrdiff_t outputs, uint16_t *paired_w) {
  const ptrdiff_t row = CProducts_paired_row(inputs), end = first + count;
  // The indices for the permutation that packs the upper halves of 32 lanes.
  const __m512i upper = _mm512_add_epi16(
      _mm512_mullo_epi32(
          _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15),
          _mm512_set1_epi32(0x40004)),
      _mm512_set1_epi32(0x30001));
  // A row of W is a column of b, and two adjacent numbers of it are a pair already. The 16 rows of W
  // that share a line of b are transposed together, as 16 by 16 pairs.
  for (ptrdiff_t i = first; i < end;) {
    const ptrdiff_t left = i - i % LANES, next = least(end, left + LANES);
    const __mmask16 columns = (__mmask16)(first_lanes(next - left) & ~first_lanes(i - left));
    for (ptrdiff_t k = 0; k < outputs; k += 2 * LANES) {
      const __mmask16 lanes = (__mmask16)first_lanes(outputs - k);
      const __mmask16 later = (__mmask16)first_lanes(outputs - k - LANES);
      __m512i block[LANES];
#pragma clang loop unroll(full)
      for (int n = 0; n < LANES; n++) {
        const bool is_there = columns >> n & 1;
        const float *const from = is_there ? w + (left + n - first) * w_row + k : w;
        const __m512i low = rounded(_mm512_maskz_loadu_ps(is_there ? lanes : 0, from));
        const __m512i high = rounded(_mm512_maskz_loadu_ps(is_there ? later : 0, from + LANES));
        block[n] = _mm512_permutex2var_epi16(low, upper, high);
      }
      transpose(block);
      const ptrdiff_t pairs = (least(outputs - k, 2 * LANES) + 1) / 2;
#pragma clang loop unroll(full)
      for (int n = 0; n < LANES; n++) {
        uint16_t *const to = paired_w + (k / 2 + n) * row + 2 * left;
        if (n < pairs) _mm512_mask_storeu_epi32(to, columns, block[n]);
      }
    }
    i = next;
  }
}

#endif
