#ifndef KERNELS_H
#define KERNELS_H

// What the innermost loops of one set of instructions compute.

#include "CProducts.h"

#include <stdint.h>
#include <string.h>

enum {
  // The most terms of a row at a time: with 80 columns as many rows of b are 30 KiB, which stay in the
  // first-level cache while rows of a pass by.
  TERMS = 96,
  // Sums of parts that wait at a time: of 2^24 parts.
  LEVELS = 24,
};

/// Some rows of c, some vectors wide, over some of the depth.
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

/// A number of a that is not zero, and how many floats behind the first the row of b lies that it is
/// multiplied with.
struct term {
  float factor;
  uint32_t b;
};

/// Some rows of c, some vectors wide, over some of the depth, whose terms are listed: those of row i
/// are `counts[i]` from `terms[i * TERMS]` on.
struct strip {
  ptrdiff_t rows;
  const struct term *terms;
  const int *counts;
  const float *b;
  /// Whether sums end here, so that they are to be looked at and go through the epilogue.
  bool is_end;
  bool rectifies;
  CProducts_companion start, gate;
  /// Sums that the terms' are added to, the last first.
  CProducts_companion waiting[LEVELS];
  int waiting_count;
  float *c;
  ptrdiff_t c_row;
  /// Set, at the end, for rows that hold −0.
  bool *has_negative_zero;
};

/// How one set of instructions computes. The last vector of blocks and strips has `last` lanes, or all
/// with 0.
struct kernel {
  /// The lanes of a vector; the most rows and vectors of a block; the most vectors of a strip.
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

/// Computes `product`, whose a's numbers and b's rows lie side by side, by its terms; false where its
/// sums are of too many positions for `scratch`.
bool CProducts_multiply_sparse(
    CProducts_instructions instructions, const CProducts_product *product, float *scratch);

#endif
