#include "CProductsBF16.h"

// The kernels of AMX, by tiles in memory and the definition of what is done to them.
void emulated_multiply(const CProducts_bf16_product *product, void *scratch);
void emulated_gradient(const CProducts_bf16_sum *sum, void *scratch);
