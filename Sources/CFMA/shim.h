#ifndef LOCKSTEP_CFMA_SHIM_H
#define LOCKSTEP_CFMA_SHIM_H

// Measures the limit that all figures are held against, so it must be as wide as the processor goes,
// whatever the rest is compiled for. Swift can neither compile one function for another processor
// than its module's nor ask which one it runs on; clang can do both.
//
// Each function makes `turns` passes over independent accumulators in registers, x <- x * a + b:
// enough of them to hide the latency of two (AVX) or four (NEON) units, few enough to stay in
// registers. Different beginnings keep the compiler from merging them; the sum is returned so that
// it cannot leave them out.

#define CFMA_ACCUMULATE(COUNT, ZERO, UPDATE)                  \
  __typeof__(ZERO) x[COUNT];                                  \
  _Pragma("clang loop unroll(full)")                          \
  for (int i = 0; i < COUNT; i++) x[i] = ZERO + (float)i;     \
  for (long turn = 0; turn < turns; turn++) {                 \
    _Pragma("clang loop unroll(full)")                        \
    for (int i = 0; i < COUNT; i++) x[i] = UPDATE;            \
  }                                                           \
  float sum = 0;                                              \
  _Pragma("clang loop unroll(full)")                          \
  for (int i = 0; i < COUNT; i++) sum += x[i][0];             \
  return sum;

typedef float CFMA_4 __attribute__((vector_size(16)));
typedef float CFMA_8 __attribute__((vector_size(32)));
typedef float CFMA_16 __attribute__((vector_size(64)));

// Operations of one turn: accumulators x lanes x 2.
enum {
  CFMA_OPERATIONS_4 = 24 * 4 * 2,
  CFMA_OPERATIONS_8 = 12 * 8 * 2,
  CFMA_OPERATIONS_16 = 24 * 16 * 2,
  CFMA_OPERATIONS_BF16 = 24 * 16 * 2 * 2,
  // Accumulators x rows x columns x products of each element x 2.
  CFMA_OPERATIONS_AMX = 6 * 16 * 16 * 32 * 2,
};

#if defined(__x86_64__)

#include <immintrin.h>

__attribute__((target("avx2,fma"))) static inline float CFMA_run_8(long turns, float a, float b) {
  CFMA_8 zero = {0}, factor = zero + a, term = zero + b;
  CFMA_ACCUMULATE(12, zero, __builtin_elementwise_fma(x[i], factor, term))
}

__attribute__((target("avx512f"))) static inline float CFMA_run_16(long turns, float a, float b) {
  CFMA_16 zero = {0}, factor = zero + a, term = zero + b;
  CFMA_ACCUMULATE(24, zero, __builtin_elementwise_fma(x[i], factor, term))
}

// Pairs of products of bf16, summed in single precision.
__attribute__((target("avx512f,avx512bf16"))) static inline float CFMA_run_bf16(
    long turns, float a, float b) {
  __m512bh factor = _mm512_cvtne2ps_pbh(_mm512_set1_ps(a), _mm512_set1_ps(a));
  __m512bh term = _mm512_cvtne2ps_pbh(_mm512_set1_ps(b), _mm512_set1_ps(b));
  __m512 zero = _mm512_setzero_ps();
  CFMA_ACCUMULATE(24, zero, _mm512_dpbf16_ps(x[i], factor, term))
}

// Tiles of 16 x 32 and 32 x 16 numbers in bf16, six independent ones of 16 x 16 sums. Whoever calls this
// has the system's permission to use tiles.
__attribute__((target("amx-tile,amx-bf16"))) static inline float CFMA_run_amx(
    long turns, float a, float b) {
  struct {
    unsigned char palette, start, zeros[14];
    unsigned short bytes[16];
    unsigned char rows[16];
  } tiles = {.palette = 1};
  for (int i = 0; i < 8; i++) {
    tiles.bytes[i] = 64;
    tiles.rows[i] = 16;
  }
  unsigned short numbers[2][16][32];
  const float factors[2] = {a, b};
  for (int i = 0; i < 2 * 16 * 32; i++) {
    unsigned bits;
    __builtin_memcpy(&bits, &factors[i / 512], sizeof bits);
    (&numbers[0][0][0])[i] = (unsigned short)(bits >> 16);
  }
  float sums[16][16];
  _tile_loadconfig(&tiles);
  _tile_loadd(6, numbers[0], 64);
  _tile_loadd(7, numbers[1], 64);
  _tile_zero(0);
  _tile_zero(1);
  _tile_zero(2);
  _tile_zero(3);
  _tile_zero(4);
  _tile_zero(5);
  for (long turn = 0; turn < turns; turn++) {
    _tile_dpbf16ps(0, 6, 7);
    _tile_dpbf16ps(1, 6, 7);
    _tile_dpbf16ps(2, 6, 7);
    _tile_dpbf16ps(3, 6, 7);
    _tile_dpbf16ps(4, 6, 7);
    _tile_dpbf16ps(5, 6, 7);
  }
  _tile_stored(0, sums, 64);
  _tile_release();
  return sums[0][0];
}

#else

static inline float CFMA_run_8(long turns, float a, float b) { return 0; }
static inline float CFMA_run_16(long turns, float a, float b) { return 0; }
static inline float CFMA_run_bf16(long turns, float a, float b) { return 0; }
static inline float CFMA_run_amx(long turns, float a, float b) { return 0; }

#endif

// Every other processor, in vectors of four as NEON has them.
static inline float CFMA_run_4(long turns, float a, float b) {
  CFMA_4 zero = {0}, factor = zero + a, term = zero + b;
#if defined(__aarch64__)
  CFMA_ACCUMULATE(24, zero, __builtin_elementwise_fma(x[i], factor, term))
#else
  // Without FMA units: a product and a sum, two operations as well.
  CFMA_ACCUMULATE(24, zero, x[i] * factor + term)
#endif
}

// How the calling thread treats subnormal numbers is a register that Swift cannot reach.
#if defined(__x86_64__)
#include <xmmintrin.h>
static inline unsigned long CFMA_floating_point_mode(void) { return _mm_getcsr(); }
static inline void CFMA_set_floating_point_mode(unsigned long mode) {
  _mm_setcsr((unsigned int)mode);
}
// Flush to zero, bit 15, and denormals are zeros, bit 6: Intel's manual, volume 1, 10.2.3.
static inline unsigned long CFMA_flushing_mode(void) { return _mm_getcsr() | 0x8040; }
#elif defined(__aarch64__)
static inline unsigned long CFMA_floating_point_mode(void) {
  unsigned long mode;
  __asm__ volatile("mrs %0, fpcr" : "=r"(mode));
  return mode;
}
static inline void CFMA_set_floating_point_mode(unsigned long mode) {
  __asm__ volatile("msr fpcr, %0" : : "r"(mode));
}
// FZ, bit 24: Arm's architecture reference manual, FPCR.
static inline unsigned long CFMA_flushing_mode(void) {
  return CFMA_floating_point_mode() | 1ul << 24;
}
#else
static inline unsigned long CFMA_floating_point_mode(void) { return 0; }
static inline void CFMA_set_floating_point_mode(unsigned long mode) { (void)mode; }
static inline unsigned long CFMA_flushing_mode(void) { return 0; }
#endif

#endif
