#ifndef CPRODUCTS_H
#define CPRODUCTS_H

#include <stdbool.h>
#include <stddef.h>

// Matrix products in single precision whose bits depend on the numbers alone.
//
// An element of c is one chain of fused multiply-adds in the order of k, which begins with `start`:
//
//   c[i][j] = fma(a[i][n-1], b[n-1][j], … fma(a[i][1], b[1][j], fma(a[i][0], b[0][j], start)) …)
//
// A sum over the positions of a batch, such as a gradient, is cut into parts of CProducts_part
// positions. The sum of a part is such a chain, which begins with zero. The sums of the parts are added
// as a binary tree: the sum of n parts, n > 1, is the sum of the first 2^m parts plus the sum of the
// others, where 2^m is the largest power of two below n. A rank that has all positions of a subtree can
// therefore compute the subtree's sum and send that alone.
//
// If the processor's mode treats subnormal numbers as zeros, this applies to factors, sums and results.
// (x86 tests whether a result is subnormal after rounding, ARM before. A result that is less than the
// smallest normal number, but rounds to it, is zero on ARM only.)
//
// This is the definition. Kernels differ in the number of chains that they advance at a time. Vectors
// run over columns, never over k, so the bits depend neither on the width of vectors, nor on the number
// of rows, nor on the division of a matrix into blocks or among threads.

/// The instructions that a kernel is compiled for.
typedef enum {
  /// The instructions that every processor of the architecture has; on aarch64 this includes NEON.
  CProducts_baseline,
  /// AVX2 and FMA.
  CProducts_avx2,
  /// AVX-512 F.
  CProducts_avx512,
} CProducts_instructions;

/// Whether this processor and the operating system support `instructions`.
bool CProducts_has(CProducts_instructions instructions);

enum {
  /// The number of positions of a part, whose sum is one chain.
  CProducts_part = 64,
  /// The number of floats of scratch memory that a product needs. The memory starts on 64 bytes.
  CProducts_scratch = 1 << 17,
};

/// A factor: a matrix of floats whose element (i, j) is base[i * row + j * column].
typedef struct {
  const float *base;
  ptrdiff_t row;
  ptrdiff_t column;
} CProducts_factor;

/// A matrix of floats of c's shape, or none if `base` is null. Element (i, j) is base[i * row + j]; if
/// `row` is 0, all rows are the same one.
typedef struct {
  const float *base;
  ptrdiff_t row;
} CProducts_companion;

/// A product c (rows, columns) of a (rows, depth) and b (depth, columns). The matrices must not overlap,
/// except that `start` can be c.
typedef struct {
  ptrdiff_t rows, columns, depth;
  CProducts_factor a, b;
  /// Whether k runs over the positions of a batch, so that sums are trees. Then `start` must be none and
  /// b.column must be 1.
  bool is_tree;
  /// Whether most numbers of a are zero. The zeros are then skipped. This changes no bit if b is finite
  /// and `start` has no subnormal numbers in a mode that treats them as zeros.
  bool is_sparse;
  /// The numbers that the chains begin with: none for zeros, a bias (row = 0), or c itself.
  CProducts_companion start;
  /// Whether negative elements are replaced by zero before they are stored. NaN stays NaN.
  bool rectifies;
  /// If given, elements of c are replaced by zero where those of `gate` are not greater than zero.
  CProducts_companion gate;
  float *c;
  ptrdiff_t c_row;
} CProducts_product;

/// Computes `product`. `scratch` has CProducts_scratch floats.
void CProducts_multiply(
    CProducts_instructions instructions, const CProducts_product *product, float *scratch);

#endif
