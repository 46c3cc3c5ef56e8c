// Makes unistd.h declare the function `syscall`.
#define _DEFAULT_SOURCE

#include "bf16.h"

#include <stdlib.h>

#if defined(__x86_64__)

#include <cpuid.h>

#if defined(__linux__)
#include <pthread.h>
#include <sys/syscall.h>
#include <unistd.h>

static bool may_use_tiles;

/// Linux saves and restores tiles of a process's threads, those that exist and those made later, only
/// after the process has asked for the permission to use them. It refuses if the kernel or the processor
/// does not support tiles.
static void ask_for_tiles(void) {
  const long ARCH_REQ_XCOMP_PERM = 0x1023, XFEATURE_XTILEDATA = 18;
  may_use_tiles = syscall(SYS_arch_prctl, ARCH_REQ_XCOMP_PERM, XFEATURE_XTILEDATA) == 0;
}

static bool has_permission(void) {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  pthread_once(&once, ask_for_tiles);
  return may_use_tiles;
}
#else
static bool has_permission(void) { return false; }
#endif

bool CProducts_has_bf16(CProducts_bf16_instructions instructions) {
  if (!__builtin_cpu_supports("avx512f") || !__builtin_cpu_supports("avx512bw") ||
      !__builtin_cpu_supports("avx512vl") || !__builtin_cpu_supports("avx512bf16")) {
    return false;
  }
  if (instructions == CProducts_avx512_bf16) return true;
  // In leaf 7 of cpuid, bit 22 of edx is AMX for bf16 and bit 24 is tiles.
  const unsigned amx = 1u << 22 | 1u << 24;
  unsigned a, b, c, d;
  return __get_cpuid_count(7, 0, &a, &b, &c, &d) && (d & amx) == amx && has_permission();
}

void CProducts_bf16_multiply(
    CProducts_bf16_instructions instructions, const CProducts_bf16_product *product, void *scratch) {
  if (instructions == CProducts_amx) {
    CProducts_multiply_amx(product, scratch);
  } else if (!product->is_sparse || !CProducts_multiply_sparse_avx512_bf16(product, scratch)) {
    CProducts_multiply_avx512_bf16(product);
  }
}

void CProducts_bf16_gradient(
    CProducts_bf16_instructions instructions, const CProducts_bf16_sum *sum, void *scratch) {
  if (instructions == CProducts_amx) {
    CProducts_gradient_amx(sum, scratch);
  } else if (!sum->is_sparse || !CProducts_gradient_sparse_avx512_bf16(sum, scratch)) {
    CProducts_gradient_avx512_bf16(sum, scratch);
  }
}

#else

// Other architectures have neither of the instructions, so the functions below are never called.

bool CProducts_has_bf16(CProducts_bf16_instructions instructions) {
  (void)instructions;
  return false;
}

void CProducts_pair_rows(
    const float *w, ptrdiff_t w_row, ptrdiff_t first, ptrdiff_t count, ptrdiff_t columns,
    uint16_t *paired) {
  (void)w, (void)w_row, (void)first, (void)count, (void)columns, (void)paired;
  abort();
}

void CProducts_pair_columns(
    const float *w, ptrdiff_t w_row, ptrdiff_t first, ptrdiff_t count, ptrdiff_t inputs,
    ptrdiff_t outputs, uint16_t *paired) {
  (void)w, (void)w_row, (void)first, (void)count, (void)inputs, (void)outputs, (void)paired;
  abort();
}

void CProducts_bf16_multiply(
    CProducts_bf16_instructions instructions, const CProducts_bf16_product *product, void *scratch) {
  (void)instructions, (void)product, (void)scratch;
  abort();
}

void CProducts_bf16_gradient(
    CProducts_bf16_instructions instructions, const CProducts_bf16_sum *sum, void *scratch) {
  (void)instructions, (void)sum, (void)scratch;
  abort();
}

#endif
