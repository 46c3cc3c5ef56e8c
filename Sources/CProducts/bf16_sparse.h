// What products of AVX-512 BF16 have in common whose first factor is zero for the most part.
//
// A row of a strip is WIDE chains in registers over those pairs alone that are not both zero, which a
// mask tells; each step takes a pair of the first factor and as much of a row of pairs of the second.
// What is left out, fma(0, b, fma(0, b, sum)), is the sum again where b is finite, no sum being
// subnormal, unless the sum is −0: then it may be +0. Neither does a sum that is no zero depend on the
// sign, nor does what is left out make +0 to −0; so only sums that end as −0 may be wrong, and rows that
// hold one are computed anew with all of their pairs.
//
// Terms are not listed, as those of single precision are: processors begin but one or two instructions
// of vectors in a cycle, beside which finding the mask's next bit costs no time.

#ifndef BF16_SPARSE_H
#define BF16_SPARSE_H

#include "bf16_avx512.h"

#if defined(__x86_64__)

enum {
  // The most vectors of a strip: 400 columns are three strips, of 8, 8 and 9. Six are needed to have a
  // sum ready in each cycle. As many rows of b or δ as a mask of 64 bits tells of are 32 KiB at 8
  // vectors, all of a first-level cache; half as many would do for it, but are slower, since sums wait
  // in memory twice as often.
  WIDE = 9,
};

/// Advances `sums` over the pairs of `mask`, which lie `a_step` and `b_step` numbers apart.
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

/// The lanes whose pairs are not both zero, of either sign.
INLINE TARGET __mmask16 nonzero(__m512i pairs) {
  return _mm512_test_epi32_mask(pairs, _mm512_set1_epi32(0x7fff7fff));
}

/// Whether one of these lanes holds −0.
INLINE TARGET bool has_negative_zero(__mmask16 lanes, __m512 sums) {
  const __m512i negative_zero = _mm512_set1_epi32(INT32_MIN);
  return _mm512_mask_cmpeq_epi32_mask(lanes, _mm512_castps_si512(sums), negative_zero) != 0;
}

/// Columns of a strip: the first one, the number of vectors, and the lanes of the last of these.
struct columns {
  ptrdiff_t first;
  int vectors;
  __mmask16 last;
};

/// The number of strips of `columns` columns.
INLINE ptrdiff_t strips_of(ptrdiff_t columns) {
  return (columns + WIDE * LANES - 1) / (WIDE * LANES);
}

/// Strip `number` of them, which are as even as vectors allow.
INLINE struct columns strip_of(ptrdiff_t columns, ptrdiff_t number) {
  const ptrdiff_t vectors = (columns + LANES - 1) / LANES, strips = strips_of(columns);
  const ptrdiff_t first = vectors * number / strips, next = vectors * (number + 1) / strips;
  return (struct columns){
      first * LANES, (int)(next - first), (__mmask16)first_lanes(columns - (next - 1) * LANES)};
}

/// The lanes of vector v of a strip.
INLINE __mmask16 lanes_of(int vectors, __mmask16 last, int v) {
  return v == vectors - 1 ? last : 0xffff;
}

// The number of vectors is a constant of the loops above: one version for each.
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
