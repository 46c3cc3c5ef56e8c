#include "CProductsBF16.h"

// The AMX kernels, with tiles in ordinary memory and each instruction replaced by its definition, for
// processors without AMX.
void emulated_multiply(const CProducts_bf16_product *product, void *scratch);
void emulated_gradient(const CProducts_bf16_sum *sum, void *scratch);
