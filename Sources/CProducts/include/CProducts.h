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
// A sum over the positions of a batch, as gradients are, is cut into parts of CProducts_part
// positions: each is such a chain, which begins with zero, and the parts' sums are added as a binary
// tree. A range of n parts, n > 1, is the sum of its first 2^m and of the others, 2^m being the largest
// power of two below n. So whoever has the positions of a whole subtree need tell its sum only.
//
// Where the processor's mode makes subnormal numbers zero, they are: factors, sums and results. (x86 asks
// whether a result is subnormal after rounding it, ARM before: one that rounds to the least normal
// number, and is less by half of a last bit at most, is zero on ARM alone.)
//
// That is the definition. Kernels differ in how many chains they advance at a time: vectors run over
// columns, never over k, so that neither their width, nor rows, nor the cut of a matrix into blocks,
// nor who computes which, changes a bit.

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

enum {
  /// Positions of a batch whose contributions to a gradient are one chain.
  CProducts_part = 64,
  /// The floats of memory that a product needs beside its matrices, on 64 bytes.
  CProducts_scratch = 1 << 17,
};

/// A matrix of floats: element (i, j) is at base[i * row + j * column].
typedef struct {
  const float *base;
  ptrdiff_t row;
  ptrdiff_t column;
} CProducts_factor;

/// A matrix of floats of c's shape, whose rows lie `row` floats apart, or all in one place with 0; or,
/// where `base` is null, none.
typedef struct {
  const float *base;
  ptrdiff_t row;
} CProducts_companion;

/// A product c (rows, columns) of a (rows, depth) and b (depth, columns). The matrices do not overlap,
/// but c and `start`.
typedef struct {
  ptrdiff_t rows, columns, depth;
  CProducts_factor a, b;
  /// Whether the sums are over positions of a batch, as trees: they begin with zero, and b.column is 1.
  bool is_tree;
  /// Whether most of a's numbers are zero: only the others are visited then, which changes no bit as
  /// long as b is finite, and `start` has no subnormal numbers in a mode that makes them zero.
  bool is_sparse;
  /// What chains begin with: nothing for zero, a bias, or c itself.
  CProducts_companion start;
  /// Whether negative elements become zero in the end; NaN stays NaN.
  bool rectifies;
  /// Where elements of this are not greater than zero, those of c become zero in the end.
  CProducts_companion gate;
  float *c;
  ptrdiff_t c_row;
} CProducts_product;

/// Computes `product`.
void CProducts_multiply(
    CProducts_instructions instructions, const CProducts_product *product, float *scratch);

#endif
