#ifndef KERNELS_H
#define KERNELS_H

// The interface between the loops over a whole product (products.c, sparse.c) and the innermost loops of
// a set of instructions (block.h, sparse.h).

#include "CProducts.h"

#include <stdint.h>
#include <string.h>

enum {
  // The most steps of k, and so the most terms of a row, that are listed at a time. As many rows of b,
  // 80 columns wide, are 30 KiB and stay in the first-level cache for all rows of a.
  TERMS = 96,
  // The most sums of subtrees that wait at a time. This is enough for 2^24 parts.
  LEVELS = 24,
};

/// A block: some rows of c, some vectors wide, over some steps of k. Its chains are in registers.
struct block {
  ptrdiff_t depth;
  const float *a;
  ptrdiff_t a_row, a_step;
  const float *b;
  ptrdiff_t b_step;
  bool is_tree, rectifies;
  CProducts_companion start, gate;
  float *c;
  ptrdiff_t c_row;
};

/// A number of a that is not zero, and the row of b that it is multiplied with, as an offset in floats.
struct term {
  float factor;
  uint32_t b;
};

/// A strip: many rows of c, some vectors wide, over some steps of k, of which only the listed terms are
/// visited. Row i has `counts[i]` terms, from `terms[i * TERMS]` on.
struct strip {
  ptrdiff_t rows;
  const struct term *terms;
  const int *counts;
  const float *b;
  /// Whether the sums are complete after these steps, so that `rectifies`, `gate` and the test for −0
  /// apply.
  bool is_end;
  bool rectifies;
  CProducts_companion start, gate;
  /// Sums of subtrees that are added to the sums of the terms, the last one first.
  CProducts_companion waiting[LEVELS];
  int waiting_count;
  float *c;
  ptrdiff_t c_row;
  /// Set to true for each row that has an element −0 when `is_end`.
  bool *has_negative_zero;
};

/// The innermost loops of one set of instructions. If their argument `last` is not 0, the last vector of
/// each row has `last` lanes.
struct kernel {
  /// The lanes of a vector, the most rows and vectors of a block, and the most vectors of a strip.
  int lanes, rows, vectors, wide;
  void (*compute)(int rows, int vectors, int last, const struct block *block);
  void (*list_rows)(
      CProducts_factor a, ptrdiff_t rows, ptrdiff_t depth, ptrdiff_t b_row, struct term *lists,
      int *counts);
  void (*list_columns)(
      CProducts_factor a, ptrdiff_t rows, ptrdiff_t depth, ptrdiff_t b_row, struct term *lists,
      int *counts);
  void (*add)(int vectors, int last, const struct strip *strip);
};

static inline ptrdiff_t least(ptrdiff_t a, ptrdiff_t b) { return a < b ? a : b; }

static inline CProducts_companion at(CProducts_companion matrix, ptrdiff_t i, ptrdiff_t j) {
  if (matrix.base) matrix.base += i * matrix.row + j;
  return matrix;
}

const struct kernel *CProducts_kernel_of(CProducts_instructions instructions);

/// Computes `product`, for which zeros can be skipped (products.c), from the terms of a. Returns false,
/// and computes nothing, if the sums that wait do not fit in `scratch`.
bool CProducts_multiply_sparse(
    CProducts_instructions instructions, const CProducts_product *product, float *scratch);

#endif
