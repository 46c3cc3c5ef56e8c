// Compares products of the fp32 kernels, bit by bit, with sums computed by definition, and prints one
// number that stands for the bits of all of them: on any processor it must be the same.
//
//   products-probe
//
// scripts/check-aarch64 builds and runs it, for this processor and for one that is emulated.

#include "../../../Sources/CFMA/shim.h"
#include "CProducts.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#pragma STDC FP_CONTRACT OFF

enum { ROWS = 270, COLUMNS = 420, DEPTH = 1040, FAR = 1030 };

static const struct { ptrdiff_t rows, columns, depth; } sizes[] = {
    {1, 1, 1},    {1, 1, 700},   {1, 50, 1},    {50, 1, 1},     {8, 48, 20},   {9, 49, 3},   {7, 47, 65},
    {6, 16, 784}, {5, 17, 513},  {13, 40, 400}, {17, 100, 1030}, {260, 5, 3},  {66, 33, 12}, {3, 400, 9},
    {2, 20, 128}, {11, 21, 193},
};

static uint64_t state = 1;
static uint64_t random_bits(void) {
  state = state * 6364136223846793005u + 1442695040888963407u;
  return state >> 32;
}

// A number whose size varies over some orders of magnitude, or, with `is_sparse`, a zero four times in five.
static float number(bool is_sparse) {
  const float size = ldexpf((float)(random_bits() % 0x1000000) - 0x800000, (int)(random_bits() % 12) - 30);
  return is_sparse && random_bits() % 5 ? (random_bits() % 2 ? 0.0f : -0.0f) : size;
}

static float *numbers(size_t count, bool is_sparse) {
  float *all = aligned_alloc(64, (count * sizeof *all + 63) / 64 * 64);
  for (size_t i = 0; i < count; i++) all[i] = number(is_sparse);
  return all;
}

static float chain(
    const CProducts_product *p, ptrdiff_t i, ptrdiff_t j, ptrdiff_t from, ptrdiff_t to, float sum) {
  for (ptrdiff_t k = from; k < to; k++) {
    sum = fmaf(p->a.base[i * p->a.row + k * p->a.column], p->b.base[k * p->b.row + j * p->b.column], sum);
  }
  return sum;
}

// The sum over parts `first` … `next - 1`.
static float tree(const CProducts_product *p, ptrdiff_t i, ptrdiff_t j, ptrdiff_t first, ptrdiff_t next) {
  ptrdiff_t half = 1;
  if (next - first <= 1) {
    const ptrdiff_t end = next * CProducts_part < p->depth ? next * CProducts_part : p->depth;
    return chain(p, i, j, first * CProducts_part, end, 0);
  }
  while (half * 2 < next - first) half *= 2;
  return tree(p, i, j, first, first + half) + tree(p, i, j, first + half, next);
}

static float expected(const CProducts_product *p, ptrdiff_t i, ptrdiff_t j) {
  const float start = p->start.base ? p->start.base[i * p->start.row + j] : 0;
  float sum = p->is_tree ? tree(p, i, j, 0, (p->depth + CProducts_part - 1) / CProducts_part)
                         : chain(p, i, j, 0, p->depth, start);
  if (p->rectifies && sum < 0) sum = 0;
  return p->gate.base && !(p->gate.base[i * p->gate.row + j] > 0) ? 0 : sum;
}

static uint32_t bits(float x) {
  uint32_t value;
  memcpy(&value, &x, sizeof value);
  return value;
}

// The subnormal mode that training sets: a product of two small numbers is zero, and not when it is off.
static bool flushes(void) {
  const unsigned long usual = CFMA_floating_point_mode();
  volatile float small = 1e-30f, product, flushed;
  product = small * 1e-10f;
  CFMA_set_floating_point_mode(CFMA_flushing_mode());
  flushed = small * 1e-10f;
  CFMA_set_floating_point_mode(usual);
  return product > 0 && flushed == 0;
}

int main(void) {
  const CProducts_instructions all[] = {CProducts_baseline, CProducts_avx2, CProducts_avx512};
  float *const scratch = numbers(CProducts_scratch, false), *const bias = numbers(COLUMNS, false);
  float *const gate = numbers(ROWS * COLUMNS, false), *const c = numbers(ROWS * COLUMNS, false);
  uint64_t digest = 14695981039346656037u;
  int products = 0;
  for (size_t size = 0; size < sizeof sizes / sizeof *sizes; size++) {
    for (int variant = 0; variant < 24; variant++) {
      const bool is_tree = variant % 3 == 2, is_sparse = variant & 1, is_transposed = variant & 2;
      const ptrdiff_t rows = sizes[size].rows, columns = sizes[size].columns, depth = sizes[size].depth;
      const ptrdiff_t b_row = columns + (variant & 4 ? FAR : 3);
      float *const a = numbers((size_t)(rows * depth), is_sparse);
      float *const b = numbers((size_t)(depth * b_row), false);
      CProducts_product p = {
          .rows = rows, .columns = columns, .depth = depth, .is_tree = is_tree, .is_sparse = is_sparse,
          .a = {a, is_transposed ? 1 : depth, is_transposed ? rows : 1},
          .b = {b, b_row, 1},
          .start = {variant % 3 == 1 ? bias : NULL, 0},
          .rectifies = variant & 8,
          .gate = {variant & 4 ? gate : NULL, columns},
          .c = c, .c_row = columns,
      };
      for (int set = 0; set < 3; set++) {
        if (!CProducts_has(all[set])) continue;
        memset(c, 0xff, sizeof(float) * ROWS * COLUMNS);
        CProducts_multiply(all[set], &p, scratch);
        products++;
        for (ptrdiff_t i = 0; i < rows; i++) {
          for (ptrdiff_t j = 0; j < columns; j++) {
            const uint32_t is = bits(c[i * columns + j]), should = bits(expected(&p, i, j));
            if (is != should) {
              printf("instructions %d, size %zu, variant %d: (%td, %td) is %08x, should be %08x\n", set, size,
                     variant, i, j, is, should);
              return 1;
            }
            if (set == 0) digest = (digest ^ is) * 1099511628211u;
          }
        }
      }
      free(a);
      free(b);
    }
  }
  if (!flushes()) {
    printf("subnormal numbers are treated otherwise than was asked for\n");
    return 1;
  }
  fprintf(stderr, "%d products have the definition's bits\n", products);
  printf("%016llx\n", (unsigned long long)digest);
  return !(CFMA_run_4(1000, 0.5f, 1) > 0);
}
