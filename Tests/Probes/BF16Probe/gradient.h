// Compares gradients with sums over positions, computed by definition.

static void add_up_gradient(int kind, const CProducts_bf16_sum *sum) {
  memset(scratch, (int)below(256), CProducts_bf16_scratch);
  if (kind == EMULATED) emulated_gradient(sum, scratch);
  else CProducts_bf16_gradient(kind == AMX ? CProducts_amx : CProducts_avx512_bf16, sum, scratch);
}

static void test_gradient(int kind, ptrdiff_t rows, ptrdiff_t positions, ptrdiff_t columns,
                          ptrdiff_t samples) {
  const int sort = (int)below(5);
  const ptrdiff_t x_row = rows + below(3) * below(40), d_row = columns + below(3) * below(40);
  const ptrdiff_t c_row = columns + below(3) * below(40), c_count = (rows - 1) * c_row + columns;
  const ptrdiff_t x_count = positions ? (positions - 1) * x_row + rows : 0;
  const ptrdiff_t d_count = positions ? (positions - 1) * d_row + columns : 0;
  uint16_t *const x = place(regions[0], (size_t)x_count * 2, 2);
  uint16_t *const d = place(regions[1], (size_t)d_count * 2, 2);
  float *const c = place(regions[4], (size_t)c_count * 4, 4);
  for (ptrdiff_t n = 0; n < x_count; n++) x[n] = narrow(value(sort));
  const bool is_sparse = below(2);
  if (is_sparse) thin(x, x_count);
  for (ptrdiff_t n = 0; n < x_count; n++) if (n % x_row >= rows) x[n] = 0x7fc1;
  for (ptrdiff_t n = 0; n < d_count; n++) d[n] = n % d_row < columns ? narrow(value(sort)) : 0x7fc1;
  for (ptrdiff_t n = 0; n < d_count; n++) if (is_sparse && n % d_row < columns) d[n] = made_finite(d[n]);
  memset(c, 0xab, (size_t)c_count * 4);
  const CProducts_bf16_sum s = {
      .rows = rows, .columns = columns, .positions = positions, .x = {x, x_row}, .delta = {d, d_row},
      .is_sparse = is_sparse, .c = c, .c_row = c_row};
  add_up_gradient(kind, &s);
  const CProducts_bf16_product shape = {.rows = rows, .columns = columns, .depth = positions};
  for (ptrdiff_t n = 0; n < (samples ? samples : rows * columns); n++) {
    const ptrdiff_t i = samples ? below(rows) : n / columns, j = samples ? below(columns) : n % columns;
    const float sum = tree_of(kind, (line){x + i, d + j, x_row, d_row}, positions);
    const float is = c[i * c_row + j];
    if (!same(is, sum)) fail(kind, "gradient", &shape, i, j, (difference){is, sum});
  }
  for (ptrdiff_t n = 0; n < c_count; n++) {
    if (n % c_row >= columns && as_bits(c[n]) != 0xabababab) {
      fail(kind, "gradient, between rows", &shape, n / c_row, n % c_row, (difference){c[n], 0});
    }
  }
  if (is_sparse) {
    static float dense_c[1 << 20];
    if (c_count > 1 << 20) abort();
    memset(dense_c, 0xab, sizeof *c * (size_t)c_count);
    CProducts_bf16_sum dense = s;
    dense.is_sparse = false;
    dense.c = dense_c;
    add_up_gradient(kind, &dense);
    for (ptrdiff_t n = 0; n < c_count; n++) {
      if (!same(c[n], dense_c[n])) {
        fail(kind, "gradient, sparse", &shape, n / c_row, n % c_row, (difference){c[n], dense_c[n]});
      }
    }
  }
}
