// The innermost loops of fp32 products for one set of instructions. products.c includes this file once
// for each set, after it has defined:
//
//   SET       the suffix of the names of the set's functions
//   TARGET    the attribute with which functions may use the instructions
//   LANES     the number of floats in a vector
//   ROWS      the most rows of a block
//   VECTORS   the most vectors in a row of a block
//   LOAD_FIRST(pointer, count), STORE_FIRST(pointer, count, vector)
//             loads and stores the first `count` lanes of a vector; a load sets the other lanes to zero
//   WIDE, NONZERO(vector), ANY(bits)
//             see sparse.h
//
// A block is some rows of c, some vectors wide. All of its chains stay in registers: ROWS × VECTORS
// registers, VECTORS more for a row of b, and one for an element of a. A step of k takes VECTORS + ROWS
// loads and ROWS × VECTORS multiply-adds. Processors do two loads and one or two multiply-adds per
// cycle, and a sum is ready after four cycles, so at least eight chains are needed to keep them busy.

#define JOIN2(a, b) a##_##b
#define JOIN(a, b) JOIN2(a, b)
#define NAME(name) JOIN(name, SET)

typedef float NAME(vector) __attribute__((ext_vector_type(LANES)));
typedef int NAME(bits) __attribute__((ext_vector_type(LANES)));
typedef NAME(vector) NAME(anywhere) __attribute__((aligned(sizeof(float))));

// Loads vector v of a row of a block. If `last` is not 0, the row's last vector has `last` lanes,
// because c ends there.
#define LOAD(pointer, v)                                                                      \
  (last && (v) == vectors - 1 ? (NAME(vector))LOAD_FIRST((pointer) + (v) * LANES, last)       \
                              : *(const NAME(anywhere) *)((pointer) + (v) * LANES))

// Loops over a block are unrolled, so that the elements of their arrays are registers.
#define EACH(index, count, most)                                                                 \
  _Pragma("clang loop unroll(full)") for (int index = 0; index < (most); index++) if (index < (count))
#define EACH_CHAIN EACH(i, rows, ROWS) EACH(v, vectors, VECTORS)

// Advances the chains in `sums` by `depth` steps of k, the first of which is at `a` and `b`.
static inline __attribute__((always_inline)) TARGET void NAME(chain)(
    int rows, int vectors, int last, const struct block *restrict block, ptrdiff_t depth, const float *a,
    const float *b, NAME(vector) sums[ROWS][VECTORS]) {
  const ptrdiff_t a_step = block->a_step, b_step = block->b_step;
  // One pointer for each row: a single pointer that moved from row to row would make each load wait for
  // the additions before it.
  const float *rows_of_a[ROWS];
  EACH(i, rows, ROWS) rows_of_a[i] = a + i * block->a_row;
  ptrdiff_t at = 0;
  for (ptrdiff_t k = depth; k > 0; k--) {
    NAME(vector) row[VECTORS];
    EACH(v, vectors, VECTORS) row[v] = LOAD(b, v);
    EACH(i, rows, ROWS) {
      const NAME(vector) factor = rows_of_a[i][at];
      EACH(v, vectors, VECTORS) sums[i][v] = __builtin_elementwise_fma(factor, row[v], sums[i][v]);
    }
    at += a_step;
    b += b_step;
  }
}

// Computes `sums` as the binary tree of the sums of all parts. The sum of a complete subtree waits on a
// stack until the sum of its sibling is complete; this is a binary counter, whose digits are the
// subtrees and whose carries are the additions. The last part's sum is added to all sums that wait.
static inline __attribute__((always_inline)) TARGET void NAME(tree)(
    int rows, int vectors, int last, const struct block *restrict block,
    NAME(vector) sums[ROWS][VECTORS]) {
  NAME(vector) stack[LEVELS][ROWS][VECTORS];
  int top = 0;
  ptrdiff_t k = 0;
  for (ptrdiff_t part = 0;; part++) {
    EACH_CHAIN sums[i][v] = 0.0f;
    NAME(chain)(
        rows, vectors, last, block, least(CProducts_part, block->depth - k),
        block->a + k * block->a_step, block->b + k * block->b_step, sums);
    k += CProducts_part;
    if (k >= block->depth) break;
    for (ptrdiff_t carry = part; carry & 1; carry >>= 1) {
      top--;
      EACH_CHAIN sums[i][v] = stack[top][i][v] + sums[i][v];
    }
    EACH_CHAIN stack[top][i][v] = sums[i][v];
    top++;
  }
  while (top-- > 0) EACH_CHAIN sums[i][v] = stack[top][i][v] + sums[i][v];
}

static inline __attribute__((always_inline)) TARGET void NAME(product)(
    int rows, int vectors, int last, const struct block *restrict block) {
  NAME(vector) sums[ROWS][VECTORS];
  if (block->is_tree) {
    NAME(tree)(rows, vectors, last, block, sums);
  } else {
    EACH_CHAIN sums[i][v] = block->start.base ? LOAD(block->start.base + i * block->start.row, v) : 0.0f;
    NAME(chain)(rows, vectors, last, block, block->depth, block->a, block->b, sums);
  }
  EACH_CHAIN {
    const NAME(vector) zero = 0.0f;
    NAME(vector) sum = sums[i][v];
    if (block->rectifies) sum = sum < zero ? zero : sum;
    if (block->gate.base) sum = LOAD(block->gate.base + i * block->gate.row, v) > zero ? sum : zero;
    float *const c = block->c + i * block->c_row + v * LANES;
    if (last && v == vectors - 1) {
      STORE_FIRST(c, last, sum);
    } else {
      *(NAME(anywhere) *)c = sum;
    }
  }
}

// The loops above are compiled once for each number of rows, number of vectors and, of the last vector,
// whether it is whole, so that these are constants.
#define VERSION(R, N)                                                                       \
  case 4 * R + N:                                                                           \
    if (R <= ROWS && N <= VECTORS) {                                                        \
      if (last) NAME(product)(R, N, last, block); else NAME(product)(R, N, 0, block);       \
    }                                                                                       \
    return;
#define VERSIONS(R) VERSION(R, 1) VERSION(R, 2) VERSION(R, 3)

static TARGET void NAME(compute)(int rows, int vectors, int last, const struct block *block) {
  switch (4 * rows + vectors) {
    VERSIONS(1) VERSIONS(2) VERSIONS(3) VERSIONS(4) VERSIONS(5) VERSIONS(6) VERSIONS(7) VERSIONS(8)
  }
}

#include "sparse.h"

static const struct kernel NAME(kernel) = {
    LANES, ROWS, VECTORS, WIDE, NAME(compute), NAME(list_rows), NAME(list_columns), NAME(add)};

#undef VERSIONS
#undef VERSION
#undef EACH_CHAIN
#undef EACH
#undef LOAD
#undef NAME
#undef JOIN
#undef JOIN2
#undef SET
#undef TARGET
#undef LANES
#undef ROWS
#undef VECTORS
#undef LOAD_FIRST
#undef STORE_FIRST
#undef WIDE
#undef NONZERO
#undef ANY
