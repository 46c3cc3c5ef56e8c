// The loops over a gradient that the kernels of both bf16 instructions share.

#ifndef BF16_GRADIENT_H
#define BF16_GRADIENT_H

#include "bf16.h"

#if defined(__x86_64__)

enum {
  // The most positions of a gradient, and the most rows, whose factors are rearranged at a time. Those
  // of x are then 128 KiB, which stay in the second-level cache together with a strip of δ. In a batch
  // of at most CHUNK positions x is rearranged only once.
  CHUNK = 1024,
  BAND = 64,
  // The most sums of subtrees that wait at a time. This is enough for 2^20 parts.
  LEVELS = 20,
};

/// A block of a gradient, some rows and columns of c, over a chunk of the positions.
struct chunk {
  /// The first position of the chunk, and the number of positions.
  ptrdiff_t first, count;
  /// Whether this is the last chunk of the batch.
  bool is_end;
  /// The rearranged factors.
  const uint16_t *x, *delta;
  /// The number of rows and of columns of the block.
  ptrdiff_t rows, columns;
  /// The sums of subtrees that wait, between chunks as well.
  float *stack;
  float *c;
  ptrdiff_t c_row;
};

/// The functions of one of the instructions for gradients.
struct gradient {
  /// The most rows and columns of a block.
  ptrdiff_t rows, columns;
  /// The number of rows that the first row of a block must be a multiple of.
  ptrdiff_t unit;
  /// Rearranges `rows` rows of xᵀ over `positions` positions, for `compute`.
  void (*pack)(CProducts_bf16_matrix x, ptrdiff_t positions, ptrdiff_t rows, uint16_t *packed);
  /// Computes a block. Its first row is number `row` of the rearranged rows.
  void (*compute)(ptrdiff_t row, const struct chunk *chunk);
};

/// The number of sums that wait when part number `part` begins. The sum of a complete subtree waits on a
/// stack until its sibling's is complete. This is a binary counter: there is a sum for each bit of
/// `part`.
INLINE int waiting(ptrdiff_t part) { return __builtin_popcountll((unsigned long long)part); }

/// The number of sums that wait and are added to the sum of part number `part`: a carry for each
/// trailing one bit, or all of them if the part is the last one.
INLINE int carries(ptrdiff_t part, bool is_last) {
  return is_last ? waiting(part) : __builtin_ctzll(~(unsigned long long)part);
}

/// Asserts that the scratch memory has room for the gradient's rearranged x and δ, the sums that wait,
/// and the sums of one more part, if blocks have at most `rows` rows and `columns` columns.
#define REQUIRE_ROOM(rows, columns)                                                                  \
  _Static_assert(                                                                                    \
      (BAND + (columns)) * CHUNK * sizeof(uint16_t)                                                  \
              + (LEVELS + 1) * (rows) * (columns) * sizeof(float) <= CProducts_bf16_scratch,         \
      "the scratch memory is too small")

/// Computes a gradient: band by band of its rows, in each band strip by strip of its columns, in each
/// strip chunk by chunk of the positions, and in each chunk block by block.
static inline TARGET_VECTOR void add_up(
    const struct gradient *kernel, const CProducts_bf16_sum *sum, void *scratch) {
  const CProducts_bf16_sum s = *sum;
  uint16_t *const x = scratch, *const delta = x + BAND * CHUNK;
  float *const stack = (float *)(delta + kernel->columns * CHUNK);
  // The stack has room for the sums of one block. If there are several chunks, a band is one block.
  const ptrdiff_t band = s.positions <= CHUNK ? BAND : kernel->rows;
  const ptrdiff_t vectors = (s.columns + LANES - 1) / LANES, most = kernel->columns / LANES;
  const ptrdiff_t strips = (vectors + most - 1) / most;
  for (ptrdiff_t top = 0; top < s.rows; top += band) {
    const ptrdiff_t rows = least(band, s.rows - top);
    ptrdiff_t packed = -1;
    for (ptrdiff_t strip = 0; strip < strips; strip++) {
      // Strips are as equal as whole vectors allow.
      const ptrdiff_t j = vectors * strip / strips * LANES;
      const ptrdiff_t width = vectors * (strip + 1) / strips * LANES - j;
      ptrdiff_t first = 0;
      do {
        const ptrdiff_t count = least(CHUNK, s.positions - first);
        if (packed != first) {
          const CProducts_bf16_matrix from = {s.x.base + first * s.x.row + top, s.x.row};
          kernel->pack(from, count, rows, x);
          packed = first;
        }
        struct chunk chunk = {
            .first = first,
            .count = count,
            .is_end = first + count == s.positions,
            .x = x,
            .delta = delta,
            .columns = least(width, s.columns - j),
            .stack = stack,
            .c_row = s.c_row,
        };
        const CProducts_bf16_matrix from = {s.delta.base + first * s.delta.row + j, s.delta.row};
        const ptrdiff_t tiles = (count + TILE_DEPTH - 1) / TILE_DEPTH;
        interleave(from, count, chunk.columns, tiles * TILE_DEPTH / 2, width, delta);
        const ptrdiff_t units = (rows + kernel->unit - 1) / kernel->unit;
        const ptrdiff_t blocks = (rows + kernel->rows - 1) / kernel->rows;
        for (ptrdiff_t block = 0; block < blocks; block++) {
          const ptrdiff_t i = units * block / blocks * kernel->unit;
          chunk.rows = least(rows, units * (block + 1) / blocks * kernel->unit) - i;
          chunk.c = s.c + (top + i) * s.c_row + j;
          kernel->compute(i, &chunk);
        }
        first += count;
      } while (first < s.positions);
    }
  }
}

#endif

#endif
