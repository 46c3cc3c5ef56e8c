#ifndef CPRODUCTS_H
#define CPRODUCTS_H

#include <stdbool.h>
#include <stddef.h>

// Matrix products in single precision whose bits follow from their numbers alone.
//
// An element of c is one chain of fused multiply-adds in order of k, which begins with what `start`
// says:
//
//   c[i][j] = fma(a[i][n-1], b[n-1][j], … fma(a[i][1], b[1][j], fma(a[i][0], b[0][j], start)) …)
//
// That is the definition. Kernels differ in how many such chains they advance at a time: vectors run
// over columns, never over k, so that neither their width, nor rows, nor the cut of a matrix into
// blocks, nor who computes which, changes a bit.

/// The instructions that a kernel is compiled for.
typedef enum {
  /// Those that every processor of the architecture has; on aarch64 NEON.
  CProducts_baseline,
  /// AVX2 and FMA.
  CProducts_avx2,
  /// AVX-512 F.
  CProducts_avx512,
} CProducts_instructions;

/// Whether this processor, and its system, have them.
bool CProducts_has(CProducts_instructions instructions);

/// A matrix of floats: element (i, j) is at base[i * row + j * column].
typedef struct {
  const float *base;
  ptrdiff_t row;
  ptrdiff_t column;
} CProducts_factor;

/// What chains begin with: zero, where `base` is null; else a matrix of c's shape, whose rows lie `row`
/// floats apart: c itself, or a bias, whose rows are one, with 0.
typedef struct {
  const float *base;
  ptrdiff_t row;
} CProducts_start;

/// The floats of memory that a product needs beside its matrices, on 64 bytes.
enum { CProducts_scratch = 512 * 48 };

/// Computes c (rows, columns), whose rows lie `c_row` floats apart, from a (rows, depth) and b (depth,
/// columns); negative elements become zero where it `rectifies`, and NaN stays NaN. The matrices do
/// not overlap, but c and `start`.
void CProducts_multiply(
    CProducts_instructions instructions, ptrdiff_t rows, ptrdiff_t columns, ptrdiff_t depth,
    CProducts_factor a, CProducts_factor b, CProducts_start start, float *c, ptrdiff_t c_row,
    bool rectifies, float *scratch);

#endif
