// Compares products and gradients of the bf16 kernels, bit by bit, with sums computed by definition.
//
//   bf16-probe [COUNT]
//
// COUNT is the number of random products for each kind of kernel, 60 by default. With 1000 or more, large
// products are tested, too.

#include "emulated_amx.h"
#include "model.h"

#include <immintrin.h>
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#pragma STDC FP_CONTRACT OFF

static const char *const names[KINDS] = {"AVX-512 BF16", "AMX, emulated", "AMX"};
static int failures;

static struct region regions[8];
static void *scratch;

#include "pairing.h"

static bool same(float x, float y) { return (x != x && y != y) || as_bits(x) == as_bits(y); }

typedef struct { float is, should; } difference;

// Prints that element (i, j) of a product or gradient differs, and ends the program after 20 such.
static void fail(int kind, const char *what, const CProducts_bf16_product *p, ptrdiff_t i, ptrdiff_t j,
                 difference of) {
  if (failures++ > 20) exit(1);
  printf("%s, %s: %td x %td x %td, (%td, %td): %a (%08x), should be %a (%08x)\n", names[kind], what,
         p->rows, p->depth, p->columns, i, j, of.is, as_bits(of.is), of.should, as_bits(of.should));
}

static void multiply(int kind, const CProducts_bf16_product *p) {
  memset(scratch, (int)below(256), CProducts_bf16_scratch);
  if (kind == EMULATED) emulated_multiply(p, scratch);
  else CProducts_bf16_multiply(kind == AMX ? CProducts_amx : CProducts_avx512_bf16, p, scratch);
}

// Makes most numbers 0 or -0. Those that are left stand in short runs, as the pixels of strokes do.
static void thin(uint16_t *numbers, ptrdiff_t count) {
  const ptrdiff_t density = below(6) ? below(4) ? below(60) : below(101) : 0;
  const uint16_t zero = below(3) ? 0 : 0x8000;
  for (ptrdiff_t n = 0; n < count;) {
    const ptrdiff_t end = n + 1 + below(8);
    const bool is_zero = below(100) >= density;
    for (; n < end && n < count; n++) {
      if (is_zero) numbers[n] = below(2) ? zero : 0;
    }
  }
}

// `x`, or a zero if `x` is infinite or a NaN. A product with a zero would be a NaN, but sparse kernels skip
// zeros.
static uint16_t made_finite(uint16_t x) { return (x & 0x7f80) == 0x7f80 ? x & 0x8000 : x; }

static void test_product(int kind, ptrdiff_t rows, ptrdiff_t depth, ptrdiff_t columns,
                         ptrdiff_t samples) {
  const int sort = (int)below(5);
  const ptrdiff_t a_row = depth + below(3) * below(40), gate_row = columns + below(3) * below(40);
  const ptrdiff_t c_row = columns + below(3) * below(40), rounded_row = columns + below(3) * below(40);
  const ptrdiff_t a_count = (rows - 1) * a_row + depth, gate_count = (rows - 1) * gate_row + columns;
  const ptrdiff_t c_count = (rows - 1) * c_row + columns;
  const ptrdiff_t rounded_count = (rows - 1) * rounded_row + columns;
  // In a third of the products, b is the right columns of a wider matrix.
  const ptrdiff_t left = below(3) ? 0 : 16 * below(4), b_row = CProducts_paired_row(left + columns);
  const ptrdiff_t b_count = CProducts_paired_count(depth, left + columns);
  uint16_t *const a = place(regions[0], (size_t)a_count * 2, 2);
  uint16_t *const b = place(regions[1], (size_t)b_count * 2, 64);
  float *const bias = place(regions[2], (size_t)columns * 4, 4);
  uint16_t *const gate = place(regions[3], (size_t)gate_count * 2, 2);
  float *const c = place(regions[4], (size_t)c_count * 4, 4);
  uint16_t *const rounded = place(regions[5], (size_t)rounded_count * 2, 2);
  const bool is_sparse = below(2);
  for (ptrdiff_t n = 0; n < a_count; n++) a[n] = narrow(value(sort));
  if (is_sparse) thin(a, a_count);
  // Numbers between rows must not change the result.
  for (ptrdiff_t i = 0; i + 1 < rows; i++) {
    for (ptrdiff_t n = depth; n < a_row; n++) a[i * a_row + n] = below(2) ? 0x7fc1 : 0xff80;
  }
  memset(b, 0, (size_t)b_count * 2);
  for (ptrdiff_t k = 0; k < depth; k++) {
    for (ptrdiff_t j = 0; j < left + columns; j++) {
      const uint16_t number = narrow(value(sort));
      b[k / 2 * b_row + 2 * j + k % 2] = is_sparse ? made_finite(number) : number;
    }
  }
  for (ptrdiff_t j = 0; j < columns; j++) {
    bias[j] = sort == 4 ? as_float(0x800000 + (uint32_t)below(4)) : value(sort);
  }
  if (is_sparse && !below(3)) {
    for (ptrdiff_t j = 0; j < columns; j++) bias[j] = -0.0f;
  }
  for (ptrdiff_t n = 0; n < gate_count; n++) gate[n] = narrow(value(below(2) ? 2 : 3));
  memset(c, 0xab, (size_t)c_count * 4);
  memset(rounded, 0xab, (size_t)rounded_count * 2);
  const int outputs = 1 + (int)below(3);
  const CProducts_bf16_product p = {
      .rows = rows, .columns = columns, .depth = depth, .a = {a, a_row}, .b = b + 2 * left,
      .b_row = b_row, .is_sparse = is_sparse, .bias = below(2) ? bias : NULL, .rectifies = below(2),
      .gate = {below(2) ? gate : NULL, gate_row}, .c = outputs & 1 ? c : NULL, .c_row = c_row,
      .rounded = outputs & 2 ? rounded : NULL, .rounded_row = rounded_row};
  multiply(kind, &p);
  for (ptrdiff_t n = 0; n < (samples ? samples : rows * columns); n++) {
    const ptrdiff_t i = samples ? below(rows) : n / columns, j = samples ? below(columns) : n % columns;
    // The definition reads the column of b from an array of its own.
    static uint16_t column[20000];
    for (ptrdiff_t k = 0; k < depth; k++) column[k] = b[k / 2 * b_row + 2 * (left + j) + k % 2];
    float sum = sum_of(kind, p.bias ? bias[j] : 0, (line){a + i * a_row, column, 1, 1}, depth);
    if (p.rectifies && sum < 0) sum = 0;
    // Subnormal numbers count as greater than zero, whatever MXCSR says. So the gate is open for all
    // bits from 1 to those of infinity.
    if (p.gate.base && (uint16_t)(gate[i * gate_row + j] - 1) >= 0x7f80) sum = 0;
    if (p.c && !same(c[i * c_row + j], sum)) fail(kind, "c", &p, i, j, (difference){c[i * c_row + j], sum});
    if (p.rounded) {
      const float is = as_float((uint32_t)rounded[i * rounded_row + j] << 16);
      const float should = as_float((uint32_t)narrow(sum) << 16);
      if (!same(is, should)) fail(kind, "rounded", &p, i, j, (difference){is, should});
    }
  }
  for (ptrdiff_t n = 0; n < c_count; n++) {
    if ((!p.c || n % c_row >= columns) && as_bits(c[n]) != 0xabababab) {
      fail(kind, "written between rows of c", &p, n / c_row, n % c_row, (difference){c[n], 0});
    }
  }
  for (ptrdiff_t n = 0; n < rounded_count; n++) {
    if ((!p.rounded || n % rounded_row >= columns) && rounded[n] != 0xabab) {
      fail(kind, "written between rounded rows", &p, n / rounded_row, n % rounded_row, (difference){0, 0});
    }
  }
  if (is_sparse) {
    // The bits of the dense product, except that a NaN may be another NaN: which of two NaNs a sum
    // becomes depends on the compiler.
    static float dense_c[1 << 20];
    static uint16_t dense_rounded[1 << 20];
    if (c_count > 1 << 20 || rounded_count > 1 << 20) abort();
    memset(dense_c, 0xab, sizeof *c * (size_t)c_count);
    memset(dense_rounded, 0xab, sizeof *rounded * (size_t)rounded_count);
    CProducts_bf16_product dense = p;
    dense.is_sparse = false;
    if (p.c) dense.c = dense_c;
    if (p.rounded) dense.rounded = dense_rounded;
    multiply(kind, &dense);
    for (ptrdiff_t n = 0; n < c_count; n++) {
      if (!same(c[n], dense_c[n])) {
        fail(kind, "sparse", &p, n / c_row, n % c_row, (difference){c[n], dense_c[n]});
      }
    }
    for (ptrdiff_t n = 0; n < rounded_count; n++) {
      const float is = as_float((uint32_t)rounded[n] << 16);
      const float should = as_float((uint32_t)dense_rounded[n] << 16);
      if (same(is, should)) continue;
      fail(kind, "sparse, rounded", &p, n / rounded_row, n % rounded_row, (difference){is, should});
    }
  }
  // The product of a single row is the same as that row of the whole product.
  const ptrdiff_t i = below(rows);
  static float alone[70000];
  CProducts_bf16_product row = p;
  row.rows = 1;
  row.a.base += i * a_row;
  if (p.gate.base) row.gate.base += i * gate_row;
  row.rounded = NULL;
  row.c = alone;
  multiply(kind, &row);
  for (ptrdiff_t j = 0; p.c && j < columns; j++) {
    const float should = c[i * c_row + j];
    if (!same(alone[j], should)) fail(kind, "alone", &p, i, j, (difference){alone[j], should});
  }
}

#include "gradient.h"

int main(int argc, char **argv) {
  setvbuf(stdout, NULL, _IOLBF, 0);
  const int count = argc > 1 ? atoi(argv[1]) : 60;
  if (!__builtin_cpu_supports("avx512bw") || !__builtin_cpu_supports("avx512vl")) {
    printf("this processor has no AVX-512, which all kernels of bf16 use\n");
    return 0;
  }
  for (int n = 0; n < 8; n++) regions[n] = region(32 << 20);
  scratch = place(region(CProducts_bf16_scratch), CProducts_bf16_scratch, 64);
  printf("AVX-512 BF16 %d, AMX %d\n", CProducts_has_bf16(CProducts_avx512_bf16),
         CProducts_has_bf16(CProducts_amx));
  for (int n = 0; n < count; n++) {
    test_pairing(1 + below(n % 3 ? 40 : 150), 1 + below(n % 3 ? 40 : 150), n % 10 == 0);
  }
  for (int n = 0; n < 200; n++) test_pairing(401, 783, true);
  printf("pairing: %d failures\n", failures);
  for (int kind = 0; kind < KINDS; kind++) {
    if (kind == AMX && !CProducts_has_bf16(CProducts_amx)) continue;
    if (kind == AVX512 && !CProducts_has_bf16(CProducts_avx512_bf16)) continue;
    // With and without subnormal numbers (FTZ and DAZ in MXCSR), which only changes the additions in
    // `tree_of`.
    for (int mode = 0; mode < 2; mode++) {
      _mm_setcsr((_mm_getcsr() & ~0x8040u) | (mode ? 0x8040u : 0));
      for (int n = 0; n < count; n++) {
        const int most = n % 4 ? 40 : 120;
        test_product(kind, 1 + below(n % 4 ? 20 : 80), 1 + below(n % 4 ? 70 : 140), 1 + below(most), 0);
        test_gradient(kind, 1 + below(n % 4 ? 20 : 140), below(n % 4 ? 70 : 300), 1 + below(most), 0);
        if (n % 100 == 0) test_gradient(kind, 1 + below(70), 1000 + below(3000), 1 + below(60), 100);
        if (n % 20) continue;
        const int more = n % 40 ? 200 : 700;
        test_product(kind, 1 + below(300), 1 + below(900), 1 + below(more), 100);
        test_product(kind, 30 + below(40), 1 + below(400), 240 + below(17), 300);
        test_gradient(kind, 1 + below(90), below(1200), 1 + below(more), 100);
      }
      static const ptrdiff_t layers[][2] = {{784, 400}, {400, 40}, {20, 400}, {400, 784}, {40, 400}};
      for (int n = 0; n < 5; n++) {
        test_product(kind, 64 + 2 * below(40), layers[n][0], layers[n][1], 3000);
        test_gradient(kind, 40 + below(25), 128, layers[n][1], 3000);
        test_gradient(kind, 40 + below(25), 1024, layers[n][1], 1000);
      }
      if (count < 1000) continue;
      for (int n = 0; n < 4; n++) {
        // More columns than fit the kernels' scratch memory at once.
        test_product(kind, 2, 131 + below(40), 66000 + below(40), 300);
        test_gradient(kind, 3, 257 + below(20), 58000 + below(40), 300);
        test_gradient(kind, 30, 2000 + below(3000), 1500 + below(40), 300);
      }
      test_product(kind, 1000, 1030, 777, 3000);
      test_product(kind, 300, 5000, 77, 1000);
      test_gradient(kind, 1000, 1030, 777, 3000);
      test_gradient(kind, 13, 65537, 20, 50);
    }
    _mm_setcsr(_mm_getcsr() & ~0x8040u);
    printf("%s: %d failures\n", names[kind], failures);
  }
  return failures != 0;
}
