// Definitions that all kernels of AVX-512 BF16 share.

#ifndef BF16_AVX512_H
#define BF16_AVX512_H

#include "bf16_gradient.h"

#if defined(__x86_64__)

#define TARGET __attribute__((target(VECTOR_FEATURES ",avx512bf16")))

// Loops over a block are unrolled, so that the elements of their arrays are registers.
#define EACH(index, count, most)                                                                 \
  _Pragma("clang loop unroll(full)") for (int index = 0; index < (most); index++) if (index < (count))

/// Adds the products of the pairs in `a` and `b` to `sum`, lane by lane.
INLINE TARGET __m512 dot(__m512 sum, __m512i a, __m512i b) {
  return _mm512_dpbf16_ps(sum, (__m512bh)a, (__m512bh)b);
}

#endif

#endif
