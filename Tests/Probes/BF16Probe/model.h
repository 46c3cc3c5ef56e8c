// Random numbers, the definitions of sums, and memory between guard pages.

#include "flush.h"

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { AVX512, EMULATED, AMX, KINDS };

static uint64_t state = 88172645463325252;
static uint64_t bits(void) {
  state ^= state << 13, state ^= state >> 7, state ^= state << 17;
  return state * 0x2545f4914f6cdd1d;
}
static ptrdiff_t below(ptrdiff_t n) { return (ptrdiff_t)((bits() >> 20) % (uint64_t)n); }

static float as_float(uint32_t b) { float x; memcpy(&x, &b, 4); return x; }
static uint32_t as_bits(float x) { uint32_t b; memcpy(&b, &x, 4); return b; }
static float wide(uint16_t x) { return flush(as_float((uint32_t)x << 16)); }
static uint16_t narrow(float x) {
  const uint32_t b = as_bits(x);
  if (x != x) return (uint16_t)(b >> 16 | 0x40);
  return (uint16_t)((b + 0x7fff + (b >> 16 & 1)) >> 16);
}

// A random number of one of five sorts: 0, near one; 1, with many exponents; 2, zeros and subnormals;
// 3, mostly near one, sometimes any bits; 4, such that products are near the smallest normal number.
static float value(int sort) {
  const uint32_t b = (uint32_t)(bits() >> 16);
  switch (sort) {
    case 0: return as_float((b & 0x807fffff) | (uint32_t)(120 + below(10)) << 23);
    case 1: return as_float((b & 0x807fffff) | (uint32_t)(1 + below(190)) << 23);
    case 2: {
      static const uint32_t few[] = {0, 0x80000000, 1, 0x80010000, 0x7f0000, 0x800000, 0x80800000,
                                     0x3f800000, 0xbf800000, 0x20000000, 0xa0000000, 0x1f810000};
      return as_float(few[below(sizeof few / sizeof *few)]);
    }
    // Sums and products just above and below the smallest normal number.
    case 4: return as_float((b & 0x807f0000) | (uint32_t)(127 - (below(3) ? 75 + below(2) : 63)) << 23);
    default: return below(40) ? value(0) : as_float(b);
  }
}

// The factors of a sum of products: a[k * a_step] and b[k * b_step] for k = 0, 1, and so on.
typedef struct { const uint16_t *a, *b; ptrdiff_t a_step, b_step; } line;
static float number(const line *l, ptrdiff_t k, ptrdiff_t n, int second) {
  if (k >= n) return 0;
  return second ? wide(l->b[k * l->b_step]) : wide(l->a[k * l->a_step]);
}

// The definitions of `n` products' sum: `sum_of` for an element of a product, `tree_of` for one of a
// gradient.
static float sum_of(int kind, float start, line l, ptrdiff_t n) {
  float sum = flush(start);
  if (kind == AVX512) {
    for (ptrdiff_t k = 0; k < n; k += 2) {
      for (int odd = 1; odd >= 0; odd--) {
        sum = fused(number(&l, k + odd, n, 0), number(&l, k + odd, n, 1), sum);
      }
    }
    return sum;
  }
  for (ptrdiff_t k = 0; k < n; k += 32) {
    float t[2] = {0, 0};
    for (int m = 0; m < 32; m++) {
      t[m % 2] = fused(number(&l, k + m, n, 0), number(&l, k + m, n, 1), t[m % 2]);
    }
    sum = flush(sum + flush(t[0] + t[1]));
  }
  return sum;
}
static float tree_of(int kind, line l, ptrdiff_t n) {
  const ptrdiff_t parts = (n + 63) / 64;
  if (parts <= 1) return sum_of(kind, 0, l, n);
  ptrdiff_t half = 1;
  while (2 * half < parts) half *= 2;
  const line rest = {l.a + 64 * half * l.a_step, l.b + 64 * half * l.b_step, l.a_step, l.b_step};
  return tree_of(kind, l, 64 * half) + tree_of(kind, rest, n - 64 * half);
}

// Memory between two pages that cannot be read or written. `place` returns a part of it that touches one
// of the two pages, which catches accesses beyond its ends.
struct region { char *begin; size_t size; };
static struct region region(size_t size) {
  size = (size + 4095) & ~(size_t)4095;
  char *p = mmap(NULL, size + 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (p == MAP_FAILED) abort();
  mprotect(p, 4096, PROT_NONE);
  mprotect(p + 4096 + size, 4096, PROT_NONE);
  return (struct region){p + 4096, size};
}
static void *place(struct region r, size_t bytes, size_t alignment) {
  if (bytes > r.size) abort();
  return below(2) ? r.begin : r.begin + ((r.size - bytes) & ~(alignment - 1));
}
