// Definitions that products and gradients with AVX-512 BF16 share if their first factor is mostly zero.
//
// A row of a strip is up to WIDE vectors of chains in registers. They visit only those pairs of the
// first factor that are not two zeros, which are the bits of a mask. What they skip is fma(0, b, fma(0,
// b, sum)). If b is finite, this equals sum, which is never subnormal, unless sum is −0: then it can be
// +0. A later sum that is not zero does not depend on the sign of an earlier zero, and a skipped pair
// never turns +0 into −0. So only sums that end as −0 can be wrong, and their rows are computed again
// with all pairs.
//
// Terms are not listed as in fp32. Processors begin only one or two of these instructions per cycle, so
// there is time to find the next bit of a mask.

#ifndef BF16_SPARSE_H
#define BF16_SPARSE_H

#include "bf16_avx512.h"

#if defined(__x86_64__)

enum {
  // The most vectors of a strip: 400 columns are three strips, of 8, 8 and 9 vectors. At least six
  // chains are needed, since a sum is ready after six cycles. The rows of pairs for a mask of 64 bits, 8
  // vectors wide, are 32 KiB, as much as a first-level cache has. Masks of 32 bits were slower: sums
  // would be stored and loaded twice as often.
  WIDE = 9,
};

/// Advances `sums` by the pairs whose bits are set in `mask`. Pairs are `a_step` numbers apart in a, and
/// `b_step` in b.
INLINE TARGET void chain_sparse(
    int vectors, uint64_t mask, const uint16_t *a, ptrdiff_t a_step, const uint16_t *b,
    ptrdiff_t b_step, __m512 sums[WIDE]) {
  _Pragma("clang loop unroll(disable)") for (; mask; mask &= mask - 1) {
    const ptrdiff_t k = __builtin_ctzll(mask);
    int32_t pair;
    memcpy(&pair, a + k * a_step, sizeof pair);
    const __m512i factor = _mm512_set1_epi32(pair);
    const uint16_t *const row = b + k * b_step;
    EACH(v, vectors, WIDE) sums[v] = dot(sums[v], factor, _mm512_loadu_si512(row + 2 * LANES * v));
  }
}

/// A mask of the pairs that are not two zeros, of either sign.
INLINE TARGET __mmask16 nonzero(__m512i pairs) {
  return _mm512_test_epi32_mask(pairs, _mm512_set1_epi32(0x7fff7fff));
}

/// Whether any of `lanes` holds −0.
INLINE TARGET bool has_negative_zero(__mmask16 lanes, __m512 sums) {
  const __m512i negative_zero = _mm512_set1_epi32(INT32_MIN);
  return _mm512_mask_cmpeq_epi32_mask(lanes, _mm512_castps_si512(sums), negative_zero) != 0;
}

/// The columns of a strip: the first one, the number of vectors, and the lanes of the last vector.
struct columns {
  ptrdiff_t first;
  int vectors;
  __mmask16 last;
};

/// The number of strips of `columns` columns.
INLINE ptrdiff_t strips_of(ptrdiff_t columns) {
  return (columns + WIDE * LANES - 1) / (WIDE * LANES);
}

/// The columns of strip number `number`. Strips are as equal as whole vectors allow.
INLINE struct columns strip_of(ptrdiff_t columns, ptrdiff_t number) {
  const ptrdiff_t vectors = (columns + LANES - 1) / LANES, strips = strips_of(columns);
  const ptrdiff_t first = vectors * number / strips, next = vectors * (number + 1) / strips;
  return (struct columns){
      first * LANES, (int)(next - first), (__mmask16)first_lanes(columns - (next - 1) * LANES)};
}

/// The lanes of vector v of a strip whose last vector has the lanes `last`.
INLINE __mmask16 lanes_of(int vectors, __mmask16 last, int v) {
  return v == vectors - 1 ? last : 0xffff;
}

// Functions are compiled once for each number of vectors, so that this is a constant.
#define VERSION(N, function, strip) \
  case N: function(N, strip); return;
#define SWITCH(vectors, ...)                                                                     \
  switch (vectors) {                                                                             \
    VERSION(1, __VA_ARGS__) VERSION(2, __VA_ARGS__) VERSION(3, __VA_ARGS__)                      \
    VERSION(4, __VA_ARGS__) VERSION(5, __VA_ARGS__) VERSION(6, __VA_ARGS__)                      \
    VERSION(7, __VA_ARGS__) VERSION(8, __VA_ARGS__) VERSION(9, __VA_ARGS__)                      \
  }

#endif

#endif
