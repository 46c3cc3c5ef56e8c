// Arithmetic of bf16 instructions, which have no subnormals.

#ifndef FLUSH_H
#define FLUSH_H

#include <math.h>

static inline float flush(float x) { return fabsf(x) < 0x1p-126f ? copysignf(0, x) : x; }

/// x * y + z, rounded once. Whether it is subnormal is asked of a result with 24 bits: numbers that round
/// to the least normal one only since subnormals lie twice as wide apart are zero. A double holds all
/// bits that matter there.
static inline float fused(float x, float y, float z) {
  const float sum = fmaf(x, y, z);
  if (fabsf(sum) == 0x1p-126f && fabs(fma(x, y, z)) < 0x1p-126 - 0x1p-151) return copysignf(0, sum);
  return flush(sum);
}

#endif
