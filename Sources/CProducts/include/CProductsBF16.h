#ifndef CPRODUCTSBF16_H
#define CPRODUCTSBF16_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Products of matrices of bf16 numbers, summed in single precision, whose bits depend on the numbers and
// on the instruction alone. A number in bf16 is the upper half of a float and is stored in a uint16_t.
//
// There are two instructions. Each defines its own order of additions, so the two give different bits.
// The bits of one instruction depend neither on the number of rows, nor on the division of a matrix into
// blocks or among threads. Both instructions treat subnormal factors, sums and results as zeros of the
// same sign and round to nearest even; the register MXCSR has no influence on this. Whether a result is
// subnormal is decided after rounding to 24 bits.
//
// AVX-512 BF16 (vdpbf16ps): an element is one chain of fused multiply-adds that begins with the bias or
// zero. The chain takes k in pairs, in order, and of each pair the *odd* k first:
//
//   c = … fma(a[2], b[2], fma(a[3], b[3], fma(a[0], b[0], fma(a[1], b[1], bias)))) …
//
// If the depth is odd, the missing last number counts as zero times zero.
//
// AMX (tdpbf16ps): an element begins with the bias or zero. Groups of 32 k, from k = 0 on, are added to
// it as c + (even + odd), where `even` and `odd` are the chains of fused multiply-adds over the group's
// even and odd k, which begin with zero. If the last group is shorter, the missing numbers count as zero
// times zero.
//
// A gradient is a sum over the positions of a batch. It is cut into parts of CProducts_part positions;
// the sum of a part is computed as above, from zero, and the sums of the parts are added as the binary
// tree that CProducts.h defines. The additions of the tree follow the mode in MXCSR.

/// The instructions that a kernel is compiled for.
typedef enum {
  /// AVX-512 BF16, with AVX-512 F, BW and VL.
  CProducts_avx512_bf16,
  /// AMX for bf16, with all instructions of the above.
  CProducts_amx,
} CProducts_bf16_instructions;

/// Whether this processor and the operating system support `instructions`. The first question about AMX
/// asks Linux for the permission to use it, which then holds for all threads of the process. The
/// functions below may be called only with instructions for which the answer was yes.
bool CProducts_has_bf16(CProducts_bf16_instructions instructions);

enum {
  /// The number of bytes of scratch memory that a product needs. The memory starts on 64 bytes.
  CProducts_bf16_scratch = 320 * 1024,
};

/// A matrix of bf16 numbers whose element (i, j) is base[i * row + j], or none if `base` is null.
typedef struct {
  const uint16_t *base;
  ptrdiff_t row;
} CProducts_bf16_matrix;

// A second factor b (depth, columns) is stored in rows of pairs: row k / 2 has the numbers of rows k and
// k + 1 of b, k even, in turn:
//
//   b[k][j] is paired[k / 2 * CProducts_paired_row(columns) + 2 * j + k % 2]
//
// A row of pairs is a whole number of lines of 64 bytes, each of 16 columns. The number of rows of pairs
// is a multiple of 16. All numbers beyond b's own are zero: the memory must be zero before the first
// numbers are written, and the functions below write nothing else.

/// The number of bf16 numbers in a row of pairs, including the zeros.
ptrdiff_t CProducts_paired_row(ptrdiff_t columns);

/// The number of bf16 numbers in all of b, including the zeros.
ptrdiff_t CProducts_paired_count(ptrdiff_t depth, ptrdiff_t columns);

/// Writes rows `first` … `first + count - 1` of b = W, rounded. `w` points to row `first` of W, whose
/// rows are `w_row` floats apart. Rounding is to nearest even, in integer arithmetic, so that subnormal
/// numbers are kept; NaN becomes quiet.
///
/// Other threads can write other rows at the same time, even the other row of a pair.
void CProducts_pair_rows(
    const float *w, ptrdiff_t w_row, ptrdiff_t first, ptrdiff_t count, ptrdiff_t columns,
    uint16_t *paired);

/// Writes columns `first` … `first + count - 1` of b = Wᵀ, rounded likewise. W is (inputs, outputs), b
/// is (outputs, inputs), and `w` points to row `first` of W.
void CProducts_pair_columns(
    const float *w, ptrdiff_t w_row, ptrdiff_t first, ptrdiff_t count, ptrdiff_t inputs,
    ptrdiff_t outputs, uint16_t *paired);

/// A product c (rows, columns) of a (rows, depth) and b (depth, columns). The matrices must not overlap.
/// Apart from the zeros of b, nothing but their elements is read or written.
typedef struct {
  ptrdiff_t rows, columns, depth;
  CProducts_bf16_matrix a;
  /// The rows of pairs of b, `b_row` numbers apart. They can be a part of a wider matrix that starts at
  /// a column whose number is a multiple of 16.
  const uint16_t *b;
  ptrdiff_t b_row;
  /// Whether most numbers of a are zero. AVX-512 BF16 then skips pairs of zeros, which changes no bit if
  /// b is finite.
  bool is_sparse;
  /// The bias of each column; null for zeros.
  const float *bias;
  /// Whether negative elements are replaced by zero before they are stored. NaN stays NaN.
  bool rectifies;
  /// If given, elements of c are replaced by zero where those of `gate`, which has c's shape, are not
  /// greater than zero. Subnormal numbers are greater than zero in every mode.
  CProducts_bf16_matrix gate;
  /// Where to store the result; can be null.
  float *c;
  ptrdiff_t c_row;
  /// Where to store the result rounded to bf16, to nearest even; can be null.
  uint16_t *rounded;
  ptrdiff_t rounded_row;
} CProducts_bf16_product;

/// Computes `product`, whose depth must be at least one. `scratch` has CProducts_bf16_scratch bytes.
void CProducts_bf16_multiply(
    CProducts_bf16_instructions instructions, const CProducts_bf16_product *product, void *scratch);

/// A gradient: the product c (rows, columns) of xᵀ and δ, where x is (positions, rows) and δ is
/// (positions, columns). The matrices must not overlap. Nothing but their elements is read or written.
typedef struct {
  ptrdiff_t rows, columns, positions;
  CProducts_bf16_matrix x, delta;
  /// Whether most numbers of x are zero. AVX-512 BF16 then skips pairs of zeros, which changes no bit if
  /// δ is finite.
  bool is_sparse;
  float *c;
  ptrdiff_t c_row;
} CProducts_bf16_sum;

/// Computes `sum`. Without positions c is zero. `scratch` has CProducts_bf16_scratch bytes.
void CProducts_bf16_gradient(
    CProducts_bf16_instructions instructions, const CProducts_bf16_sum *sum, void *scratch);

#endif
