#include "kernels.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

// The compiler must not contract a multiplication and an addition that are written as two operations.
#pragma STDC FP_CONTRACT OFF

enum {
  // The most steps of k at a time. Between two passes the chains are stored in c. 512 rows of b, three
  // vectors wide, are 96 KiB and stay in the second-level cache for all rows of a.
  DEPTH = 512,
  // The most rows of a at a time. Over 512 steps they are 512 KiB and stay in the second-level cache,
  // too, for all strips of b.
  HEIGHT = 256,
  // Rows of b that are at least FAR floats, one page, apart share few sets of the caches, and each needs
  // an entry of the translation lookaside buffer. A strip of b is therefore copied to adjacent memory
  // first, if a has at least MANY rows that use the copy.
  FAR = 1024,
  MANY = 64,
};

#if defined(__x86_64__)

// 32 registers of 16 floats: 24 for the chains, 3 for a row of b, 1 for an element of a.
#define SET avx512
#define TARGET __attribute__((target("avx512f,fma")))
#define LANES 16
#define ROWS 8
#define VECTORS 3
#define LOAD_FIRST(pointer, count) _mm512_maskz_loadu_ps((__mmask16)((1u << (count)) - 1), pointer)
#define STORE_FIRST(pointer, count, vector) \
  _mm512_mask_storeu_ps(pointer, (__mmask16)((1u << (count)) - 1), (__m512)(vector))
#define WIDE 5
#define NONZERO(v) _mm512_cmp_ps_mask((__m512)(v), _mm512_setzero_ps(), _CMP_NEQ_UQ)
#define ANY(v) (_mm512_test_epi32_mask((__m512i)(v), (__m512i)(v)) != 0)
#include "block.h"

// Eight lanes of ones, then eight of zeros. A mask of `count` lanes starts `count` lanes before the
// zeros.
static const int32_t lanes_avx2[16] = {-1, -1, -1, -1, -1, -1, -1, -1};

// 16 registers of 8 floats: 12 for the chains, 2 for a row of b, 1 for an element of a. With 4 rows of 3
// vectors compilers would not find a register for the element of a.
#define SET avx2
#define TARGET __attribute__((target("avx2,fma")))
#define LANES 8
#define ROWS 6
#define VECTORS 2
#define MASK(count) _mm256_loadu_si256((const __m256i *)(lanes_avx2 + 8 - (count)))
#define LOAD_FIRST(pointer, count) _mm256_maskload_ps(pointer, MASK(count))
#define STORE_FIRST(pointer, count, vector) _mm256_maskstore_ps(pointer, MASK(count), (__m256)(vector))
#define WIDE 10
#define NONZERO(v) \
  (unsigned)_mm256_movemask_ps(_mm256_cmp_ps((__m256)(v), _mm256_setzero_ps(), _CMP_NEQ_UQ))
#define ANY(v) (!_mm256_testz_si256((__m256i)(v), (__m256i)(v)))
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

static inline unsigned nonzero_lanes(vector4 v) {
  return (unsigned)((v[0] != 0) | (v[1] != 0) << 1 | (v[2] != 0) << 2 | (v[3] != 0) << 3);
}

#define SET baseline
#define TARGET
#define LANES 4
#if defined(__x86_64__)
// Without FMA each multiply-add is a call of fmaf, which gives the same bits as the instruction.
#define ROWS 2
#define VECTORS 1
#else
// 32 registers of 4 floats.
#define ROWS 8
#define VECTORS 3
#endif
#define LOAD_FIRST(pointer, count) load_first(pointer, count)
#define STORE_FIRST(pointer, count, vector) store_first(pointer, count, vector)
#define WIDE VECTORS * 3
#define NONZERO(v) nonzero_lanes(v)
#define ANY(v) ((v)[0] | (v)[1] | (v)[2] | (v)[3])
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

const struct kernel *CProducts_kernel_of(CProducts_instructions instructions) {
  switch (instructions) {
#if defined(__x86_64__)
    case CProducts_avx512: return &kernel_avx512;
    case CProducts_avx2: return &kernel_avx2;
#endif
    default: return &kernel_baseline;
  }
}

/// Copies `depth` rows of b, `columns` wide, to `packed`, whose rows are `width` wide.
static void pack(
    CProducts_factor b, ptrdiff_t depth, ptrdiff_t columns, ptrdiff_t width, float *restrict packed) {
  for (ptrdiff_t k = 0; k < depth; k++) {
    float *row = packed + k * width;
    if (b.column == 1) {
      memcpy(row, b.base + k * b.row, (size_t)columns * sizeof(float));
    } else {
      for (ptrdiff_t j = 0; j < columns; j++) row[j] = b.base[k * b.row + j * b.column];
    }
  }
}

/// Whether the zeros of a can be skipped: the numbers of a that are listed together are adjacent in
/// memory, as are those of a row of b, whose offsets fit in a term, and `start` is not overwritten.
static bool can_skip_zeros(const CProducts_product *p) {
  return p->depth > 0 && (p->is_tree ? p->a.row : p->a.column) == 1 && p->b.column == 1
      && p->b.row < UINT32_MAX / TERMS && p->start.base != p->c;
}

void CProducts_multiply(
    CProducts_instructions instructions, const CProducts_product *product, float *scratch) {
  if (product->is_sparse && can_skip_zeros(product)
      && CProducts_multiply_sparse(instructions, product, scratch)) {
    return;
  }
  const struct kernel *kernel = CProducts_kernel_of(instructions);
  const CProducts_product p = *product;
  const CProducts_factor a = p.a, b = p.b;
  const CProducts_companion c = {p.c, p.c_row};
  const ptrdiff_t lanes = kernel->lanes, vectors = (p.columns + lanes - 1) / lanes;
  // Strips are as equal as whole vectors allow. Otherwise 25 vectors would leave a last strip of one.
  const ptrdiff_t strips = (vectors + kernel->vectors - 1) / kernel->vectors;
  ptrdiff_t k = 0;
  do {
    const ptrdiff_t steps = p.is_tree ? p.depth : least(DEPTH, p.depth - k);
    const bool is_end = k + steps == p.depth;
    for (ptrdiff_t top = 0; top < p.rows; top += HEIGHT) {
      const ptrdiff_t bottom = least(p.rows, top + HEIGHT);
      // Blocks are as equal as possible, too: one of a single row would have too few chains.
      const ptrdiff_t blocks = (bottom - top + kernel->rows - 1) / kernel->rows;
      const bool packs = b.column != 1 || (b.row >= FAR && bottom - top >= MANY);
      for (ptrdiff_t strip = 0; strip < strips; strip++) {
        const ptrdiff_t first = vectors * strip / strips, next = vectors * (strip + 1) / strips;
        const ptrdiff_t j = first * lanes, width = (next - first) * lanes;
        CProducts_factor part = {b.base + k * b.row + j * b.column, b.row, b.column};
        if (packs && steps <= DEPTH) {
          pack(part, steps, least(width, p.columns - j), width, scratch);
          part = (CProducts_factor){scratch, width, 1};
        }
        const int last = next * lanes > p.columns ? (int)(p.columns % lanes) : 0;
        struct block block = {
            .depth = steps,
            .a_row = a.row,
            .a_step = a.column,
            .b = part.base,
            .b_step = part.row,
            .is_tree = p.is_tree,
            .rectifies = p.rectifies && is_end,
            .start = k == 0 ? p.start : c,
            .gate = is_end ? p.gate : (CProducts_companion){0},
            .c_row = p.c_row,
        };
        const CProducts_companion start = block.start, gate = block.gate;
        for (ptrdiff_t number = 0, i = top; number < blocks; number++) {
          const ptrdiff_t end = top + (bottom - top) * (number + 1) / blocks;
          block.a = a.base + i * a.row + k * a.column;
          block.start = at(start, i, j);
          block.gate = at(gate, i, j);
          block.c = p.c + i * p.c_row + j;
          kernel->compute((int)(end - i), (int)(next - first), last, &block);
          i = end;
        }
      }
    }
    k += steps;
  } while (k < p.depth);
}
