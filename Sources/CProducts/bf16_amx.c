#if defined(__x86_64__)

#include "bf16.h"

#define TARGET __attribute__((target(VECTOR_FEATURES ",avx512bf16,amx-tile,amx-bf16")))
#define CONFIGURE(configuration) _tile_loadconfig(configuration)
#define ZERO(tile) _tile_zero(tile)
#define LOAD(tile, base, stride) _tile_loadd(tile, base, (size_t)(stride))
#define STORE(tile, base, stride) _tile_stored(tile, base, (size_t)(stride))
#define DOT(sums, a, b) _tile_dpbf16ps(sums, a, b)
#define RELEASE() _tile_release()
#define ROUND(floats) (__m256i)_mm512_cvtneps_pbh(floats)
#include "bf16_amx.h"

void CProducts_multiply_amx(const CProducts_bf16_product *product, void *scratch) {
  multiply_tiles(product, scratch);
}

void CProducts_gradient_amx(const CProducts_bf16_sum *sum, void *scratch) {
  gradient_tiles(sum, scratch);
}

#endif
