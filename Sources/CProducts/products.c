#include "CProducts.h"

#include <string.h>

// A chain is what it is: no other order, no rounding between multiplication and addition.
#pragma STDC FP_CONTRACT OFF

/// Some rows of c, some vectors wide, over some of the depth.
struct block {
  ptrdiff_t depth;
  const float *a;
  ptrdiff_t a_row, a_step;
  const float *b;
  ptrdiff_t b_step;
  const float *start;
  ptrdiff_t start_row;
  float *c;
  ptrdiff_t c_row;
  bool rectifies;
};

/// How one set of instructions computes blocks.
struct kernel {
  ptrdiff_t lanes, rows, vectors;
  void (*compute)(ptrdiff_t rows, ptrdiff_t vectors, const struct block *block);
};

#if defined(__x86_64__)

// 32 registers of 16 floats: 24 chains, a row of b, an element of a.
#define SET avx512
#define TARGET __attribute__((target("avx512f,fma")))
#define LANES 16
#define ROWS 8
#define VECTORS 3
#include "block.h"

// 16 registers of 8 floats: with 4 rows of 3 vectors compilers find none for the element of a.
#define SET avx2
#define TARGET __attribute__((target("avx2,fma")))
#define LANES 8
#define ROWS 6
#define VECTORS 2
#include "block.h"

// Without FMA each multiply-add is a call of fmaf, which computes what the instruction does.
#define SET baseline
#define TARGET
#define LANES 4
#define ROWS 2
#define VECTORS 1
#include "block.h"

#else

// 32 registers of 4 floats.
#define SET baseline
#define TARGET
#define LANES 4
#define ROWS 8
#define VECTORS 3
#include "block.h"

#endif

bool CProducts_has(CProducts_instructions instructions) {
  switch (instructions) {
#if defined(__x86_64__)
    case CProducts_avx512: return __builtin_cpu_supports("avx512f");
    case CProducts_avx2: return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
#endif
    case CProducts_baseline: return true;
    default: return false;
  }
}

static const struct kernel *kernel_of(CProducts_instructions instructions) {
  switch (instructions) {
#if defined(__x86_64__)
    case CProducts_avx512: return &kernel_avx512;
    case CProducts_avx2: return &kernel_avx2;
#endif
    default: return &kernel_baseline;
  }
}

enum {
  // Steps of k at a time, between which chains are in memory: 512 rows of b of three vectors are 96 KiB,
  // which all of a's rows find in the second-level cache.
  DEPTH = 512,
  // Rows of a at a time: their 512 KiB at that depth stay in that cache, too, while all of b passes by.
  HEIGHT = 256,
  // Rows of b that lie as far apart as pages fall into few sets of the caches, and each costs an entry
  // of the page table's; they are copied side by side, where enough rows of a make up for it.
  FAR = 1024,
  MANY = 64,
  MOST_ROWS = 8,
  MOST_LANES = 16,
};

static ptrdiff_t least(ptrdiff_t a, ptrdiff_t b) { return a < b ? a : b; }

/// Copies `depth` rows of b, `columns` wide, to `panel`, whose rows are `width` wide and end in zeros.
static void pack(
    CProducts_factor b, ptrdiff_t depth, ptrdiff_t columns, ptrdiff_t width, float *restrict panel) {
  for (ptrdiff_t k = 0; k < depth; k++) {
    float *row = panel + k * width;
    if (b.column == 1) {
      memcpy(row, b.base + k * b.row, (size_t)columns * sizeof(float));
    } else {
      for (ptrdiff_t j = 0; j < columns; j++) row[j] = b.base[k * b.row + j * b.column];
    }
    for (ptrdiff_t j = columns; j < width; j++) row[j] = 0;
  }
}

/// The last columns, which do not fill a vector: computed beside c, with zeros in the lanes behind them.
static void compute_edge(
    const struct kernel *kernel, ptrdiff_t rows, ptrdiff_t columns, struct block block) {
  float start[MOST_ROWS * MOST_LANES], c[MOST_ROWS * MOST_LANES];
  const ptrdiff_t width = kernel->lanes;
  const size_t bytes = (size_t)columns * sizeof(float);
  float *target = block.c;
  const ptrdiff_t target_row = block.c_row;
  if (block.start) {
    memset(start, 0, sizeof(start));
    for (ptrdiff_t i = 0; i < rows; i++) {
      memcpy(start + i * width, block.start + i * block.start_row, bytes);
    }
    block.start = start;
    block.start_row = width;
  }
  block.c = c;
  block.c_row = width;
  kernel->compute(rows, 1, &block);
  for (ptrdiff_t i = 0; i < rows; i++) memcpy(target + i * target_row, c + i * width, bytes);
}

void CProducts_multiply(
    CProducts_instructions instructions, ptrdiff_t rows, ptrdiff_t columns, ptrdiff_t depth,
    CProducts_factor a, CProducts_factor b, CProducts_start start, float *c, ptrdiff_t c_row,
    bool rectifies, float *scratch) {
  const struct kernel *kernel = kernel_of(instructions);
  const ptrdiff_t vectors = columns / kernel->lanes, rest = columns % kernel->lanes;
  // Panels as even as vectors allow: of 25 the last would else be one alone.
  const ptrdiff_t panels = (vectors + kernel->vectors - 1) / kernel->vectors;
  ptrdiff_t k = 0;
  do {
    const ptrdiff_t steps = least(DEPTH, depth - k);
    const CProducts_start from = k == 0 ? start : (CProducts_start){c, c_row};
    for (ptrdiff_t top = 0; top < rows; top += HEIGHT) {
      const ptrdiff_t bottom = least(rows, top + HEIGHT);
      const bool packs = b.column != 1 || (b.row >= FAR && bottom - top >= MANY);
      for (ptrdiff_t panel = 0; panel < panels + (rest > 0); panel++) {
        const bool is_edge = panel == panels;
        const ptrdiff_t first = is_edge ? vectors : vectors * panel / panels;
        const ptrdiff_t width = is_edge ? 1 : vectors * (panel + 1) / panels - first;
        const ptrdiff_t j = first * kernel->lanes;
        CProducts_factor part = {b.base + k * b.row + j * b.column, b.row, b.column};
        if (packs || is_edge) {
          pack(part, steps, is_edge ? rest : width * kernel->lanes, width * kernel->lanes, scratch);
          part = (CProducts_factor){scratch, width * kernel->lanes, 1};
        }
        for (ptrdiff_t i = top; i < bottom; i += kernel->rows) {
          const ptrdiff_t height = least(kernel->rows, bottom - i);
          const struct block block = {
              .depth = steps,
              .a = a.base + i * a.row + k * a.column,
              .a_row = a.row,
              .a_step = a.column,
              .b = part.base,
              .b_step = part.row,
              .start = from.base ? from.base + i * from.row + j : NULL,
              .start_row = from.row,
              .c = c + i * c_row + j,
              .c_row = c_row,
              .rectifies = rectifies && k + steps == depth,
          };
          if (is_edge) {
            compute_edge(kernel, height, rest, block);
          } else {
            kernel->compute(height, width, &block);
          }
        }
      }
    }
    k += steps;
  } while (k < depth);
}
