#ifndef CPRODUCTSBF16_H
#define CPRODUCTSBF16_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Products of matrices of bf16 numbers, summed in single precision, whose bits follow from their
// numbers and from the instruction alone. A number in bf16 is the upper half of a float, in a uint16_t.
//
// Two instructions are used, and each defines its own sums: they differ from one another, but neither
// differs from itself, however many rows a product has, wherever it is cut into blocks, whoever
// computes which. To both, subnormal factors, sums and results are zeros of their sign, and rounding is
// to nearest even, whatever MXCSR says. A result is subnormal if it is so after rounding to 24 bits.
//
// AVX-512 BF16 (vdpbf16ps): an element is one chain of fused multiply-adds that begins with the bias
// or zero. It takes the depth in pairs, in order, and of each pair the *odd* k first:
//
//   c = … fma(a[2], b[2], fma(a[3], b[3], fma(a[0], b[0], fma(a[1], b[1], bias)))) …
//
// The partner that an odd depth lacks is zero times zero.
//
// AMX (tdpbf16ps): an element begins with the bias or zero, to which 32 k at a time, from k = 0 on, are
// added as c + (even + odd): two chains of fused multiply-adds, over the even k of these 32 and over the
// odd ones, that begin with zero. Those that a shorter last block lacks are zero times zero.
//
// A gradient is a sum over the positions of a batch: CProducts_part of them at a time are such a chain
// that begins with zero, and the parts' sums are added as the binary tree that CProducts.h describes.
// These additions obey MXCSR.

/// The instructions that a kernel is compiled for.
typedef enum {
  /// AVX-512 BF16, with AVX-512 F, BW and VL.
  CProducts_avx512_bf16,
  /// AMX of bf16, with all of those.
  CProducts_amx,
} CProducts_bf16_instructions;

/// Whether this processor, and its system, have them. Linux is asked to let this process use AMX, once
/// for all of its threads; what follows is for those alone who were told that they may.
bool CProducts_has_bf16(CProducts_bf16_instructions instructions);

enum {
  /// The bytes of memory that a product needs beside its matrices, on 64 bytes.
  CProducts_bf16_scratch = 320 * 1024,
};

/// A matrix of bf16 numbers: element (i, j) is at base[i * row + j], on any two bytes. Where `base` is
/// null, none.
typedef struct {
  const uint16_t *base;
  ptrdiff_t row;
} CProducts_bf16_matrix;

// The layout of a second factor b (depth, columns) is pairs of k, side by side:
//
//   b[k][j] is at paired[k / 2 * CProducts_paired_row(columns) + 2 * j + k % 2]
//
// Rows of pairs are whole lines of 64 bytes, 16 columns each, and there are 16 for each begun 32 k. What
// is filled in is zero: whoever allocates the memory makes all of it zero once, and the functions that
// write numbers leave the filling so.

/// The bf16 numbers of a row of pairs.
ptrdiff_t CProducts_paired_row(ptrdiff_t columns);

/// The bf16 numbers of all of b.
ptrdiff_t CProducts_paired_count(ptrdiff_t depth, ptrdiff_t columns);

/// Rounds `count` rows of a matrix W, the first of which is number `first` and lies at `w`, `w_row`
/// floats between rows, to the rows of b = W that they are. Rounding is to nearest even, by integer
/// arithmetic, so that subnormals stay; NaN becomes quiet.
///
/// Others may write other rows meanwhile, also the other one of a pair.
void CProducts_pair_rows(
    const float *w, ptrdiff_t w_row, ptrdiff_t first, ptrdiff_t count, ptrdiff_t columns,
    uint16_t *paired);

/// Likewise for b = Wᵀ: W has `inputs` rows and `outputs` columns, as b has columns and rows.
void CProducts_pair_columns(
    const float *w, ptrdiff_t w_row, ptrdiff_t first, ptrdiff_t count, ptrdiff_t inputs,
    ptrdiff_t outputs, uint16_t *paired);

/// A product c (rows, columns) of a (rows, depth) and b (depth, columns). The matrices do not overlap.
/// Nothing is read or written of them but their elements and b's filling.
typedef struct {
  ptrdiff_t rows, columns, depth;
  CProducts_bf16_matrix a;
  /// Pairs of k, in rows `b_row` apart: of all columns of a matrix, or of some that begin at a multiple
  /// of 16 of them.
  const uint16_t *b;
  ptrdiff_t b_row;
  /// Whether most of a's numbers are zero: by AVX-512 BF16 only pairs of others are visited then, which
  /// changes no bit as long as b is finite.
  bool is_sparse;
  /// What chains begin with, for each column; null for zero.
  const float *bias;
  /// Whether negative elements become zero in the end; NaN stays NaN.
  bool rectifies;
  /// Where elements of this, of c's shape, are not greater than zero, those of c become zero in the end.
  /// Subnormals are greater, whatever MXCSR says.
  CProducts_bf16_matrix gate;
  /// The result; or null.
  float *c;
  ptrdiff_t c_row;
  /// The result, rounded as `CProducts_pair_rows` does; or null.
  uint16_t *rounded;
  ptrdiff_t rounded_row;
} CProducts_bf16_product;

/// Computes `product`, whose depth is one or more.
void CProducts_bf16_multiply(
    CProducts_bf16_instructions instructions, const CProducts_bf16_product *product, void *scratch);

/// A product c (rows, columns) of xᵀ and δ, where x is (positions, rows) and δ (positions, columns). The
/// matrices do not overlap. Nothing is read or written of them but their elements.
typedef struct {
  ptrdiff_t rows, columns, positions;
  CProducts_bf16_matrix x, delta;
  /// Whether most of x's numbers are zero, as above; changes no bit as long as δ is finite.
  bool is_sparse;
  float *c;
  ptrdiff_t c_row;
} CProducts_bf16_sum;

/// Computes `sum`, as a tree; of no positions it is zero.
void CProducts_bf16_gradient(
    CProducts_bf16_instructions instructions, const CProducts_bf16_sum *sum, void *scratch);

#endif
