#include "CProducts.h"

#include <stdint.h>
#include <string.h>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

// A chain is what it is: no other order, no rounding between multiplication and addition.
#pragma STDC FP_CONTRACT OFF

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

/// How one set of instructions computes blocks. Their last vector has `last` lanes, or all with 0.
struct kernel {
  int lanes, rows, vectors;
  void (*compute)(int rows, int vectors, int last, const struct block *block);
};

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
  // The sums of parts that wait at a time: of 2^24 parts.
  LEVELS = 24,
};

static inline ptrdiff_t least(ptrdiff_t a, ptrdiff_t b) { return a < b ? a : b; }

#if defined(__x86_64__)

// 32 registers of 16 floats: 24 chains, a row of b, an element of a.
#define SET avx512
#define TARGET __attribute__((target("avx512f,fma")))
#define LANES 16
#define ROWS 8
#define VECTORS 3
#define LOAD_FIRST(pointer, count) _mm512_maskz_loadu_ps((__mmask16)((1u << (count)) - 1), pointer)
#define STORE_FIRST(pointer, count, vector) \
  _mm512_mask_storeu_ps(pointer, (__mmask16)((1u << (count)) - 1), (__m512)(vector))
#include "block.h"

// Eight ones, from some of which on a mask begins that many lanes before its zeros.
static const int32_t lanes_avx2[16] = {-1, -1, -1, -1, -1, -1, -1, -1};

// 16 registers of 8 floats: with 4 rows of 3 vectors compilers find none for the element of a.
#define SET avx2
#define TARGET __attribute__((target("avx2,fma")))
#define LANES 8
#define ROWS 6
#define VECTORS 2
#define MASK(count) _mm256_loadu_si256((const __m256i *)(lanes_avx2 + 8 - (count)))
#define LOAD_FIRST(pointer, count) _mm256_maskload_ps(pointer, MASK(count))
#define STORE_FIRST(pointer, count, vector) _mm256_maskstore_ps(pointer, MASK(count), (__m256)(vector))
#include "block.h"
#undef MASK

#endif

typedef float vector4 __attribute__((ext_vector_type(4)));

static inline vector4 load_first(const float *pointer, int count) {
  const vector4 vector = {
      pointer[0], count > 1 ? pointer[1] : 0, count > 2 ? pointer[2] : 0, count > 3 ? pointer[3] : 0};
  return vector;
}

static inline void store_first(float *pointer, int count, vector4 vector) {
  for (int lane = 0; lane < count; lane++) pointer[lane] = vector[lane];
}

#define SET baseline
#define TARGET
#define LANES 4
#if defined(__x86_64__)
// Without FMA each multiply-add is a call of fmaf, which computes what the instruction does.
#define ROWS 2
#define VECTORS 1
#else
// 32 registers of 4 floats.
#define ROWS 8
#define VECTORS 3
#endif
#define LOAD_FIRST(pointer, count) load_first(pointer, count)
#define STORE_FIRST(pointer, count, vector) store_first(pointer, count, vector)
#include "block.h"

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

/// Copies `depth` rows of b, `columns` wide, to `panel`, whose rows are `width` wide.
static void pack(
    CProducts_factor b, ptrdiff_t depth, ptrdiff_t columns, ptrdiff_t width, float *restrict panel) {
  for (ptrdiff_t k = 0; k < depth; k++) {
    float *row = panel + k * width;
    if (b.column == 1) {
      memcpy(row, b.base + k * b.row, (size_t)columns * sizeof(float));
    } else {
      for (ptrdiff_t j = 0; j < columns; j++) row[j] = b.base[k * b.row + j * b.column];
    }
  }
}

static CProducts_companion at(CProducts_companion matrix, ptrdiff_t i, ptrdiff_t j) {
  if (matrix.base) matrix.base += i * matrix.row + j;
  return matrix;
}

void CProducts_multiply(
    CProducts_instructions instructions, const CProducts_product *product, float *scratch) {
  const struct kernel *kernel = kernel_of(instructions);
  const CProducts_product p = *product;
  const CProducts_factor a = p.a, b = p.b;
  const CProducts_companion c = {p.c, p.c_row};
  const ptrdiff_t lanes = kernel->lanes, vectors = (p.columns + lanes - 1) / lanes;
  // Panels as even as vectors allow: of 25 the last would else be one alone.
  const ptrdiff_t panels = (vectors + kernel->vectors - 1) / kernel->vectors;
  ptrdiff_t k = 0;
  do {
    const ptrdiff_t steps = p.is_tree ? p.depth : least(DEPTH, p.depth - k);
    const bool is_end = k + steps == p.depth;
    for (ptrdiff_t top = 0; top < p.rows; top += HEIGHT) {
      const ptrdiff_t bottom = least(p.rows, top + HEIGHT);
      const bool packs = b.column != 1 || (b.row >= FAR && bottom - top >= MANY);
      for (ptrdiff_t panel = 0; panel < panels; panel++) {
        const ptrdiff_t first = vectors * panel / panels, next = vectors * (panel + 1) / panels;
        const ptrdiff_t j = first * lanes, width = (next - first) * lanes;
        CProducts_factor part = {b.base + k * b.row + j * b.column, b.row, b.column};
        if (packs && steps <= DEPTH) {
          pack(part, steps, least(width, p.columns - j), width, scratch);
          part = (CProducts_factor){scratch, width, 1};
        }
        const int last = next * lanes > p.columns ? (int)(p.columns % lanes) : 0;
        for (ptrdiff_t i = top; i < bottom; i += kernel->rows) {
          const struct block block = {
              .depth = steps,
              .a = a.base + i * a.row + k * a.column,
              .a_row = a.row,
              .a_step = a.column,
              .b = part.base,
              .b_step = part.row,
              .is_tree = p.is_tree,
              .rectifies = p.rectifies && is_end,
              .start = at(k == 0 ? p.start : c, i, j),
              .gate = at(is_end ? p.gate : (CProducts_companion){0}, i, j),
              .c = p.c + i * p.c_row + j,
              .c_row = p.c_row,
          };
          kernel->compute((int)least(kernel->rows, bottom - i), (int)(next - first), last, &block);
        }
      }
    }
    k += steps;
  } while (k < p.depth);
}
