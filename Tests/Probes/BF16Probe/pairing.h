// Compares the layouts of weights with a loop over their elements.

// A thread that writes `count` rows of W, from row `first`, in both layouts.
struct writer {
  const float *w;
  ptrdiff_t w_row, first, count, inputs, outputs;
  uint16_t *by_rows, *by_columns;
};
static void *write_paired(void *argument) {
  const struct writer *w = argument;
  const float *from = w->w + w->first * w->w_row;
  CProducts_pair_rows(from, w->w_row, w->first, w->count, w->outputs, w->by_rows);
  CProducts_pair_columns(from, w->w_row, w->first, w->count, w->inputs, w->outputs, w->by_columns);
  return NULL;
}

static void test_pairing(ptrdiff_t inputs, ptrdiff_t outputs, bool threads) {
  const int sort = 1 + (int)below(3);
  const ptrdiff_t w_row = outputs + below(3) * below(40), w_count = (inputs - 1) * w_row + outputs;
  const ptrdiff_t rows_count = CProducts_paired_count(inputs, outputs);
  const ptrdiff_t columns_count = CProducts_paired_count(outputs, inputs);
  float *const w = place(regions[4], (size_t)w_count * 4, 4);
  uint16_t *const by_rows = place(regions[0], (size_t)rows_count * 2, 64);
  uint16_t *const by_columns = place(regions[1], (size_t)columns_count * 2, 64);
  for (ptrdiff_t n = 0; n < w_count; n++) w[n] = value(sort);
  for (ptrdiff_t n = 0; n < w_count; n += 7) w[n] = as_float((uint32_t)(bits() >> 16));
  // Numbers that no writer writes are zero.
  memset(by_rows, 0, (size_t)rows_count * 2);
  memset(by_columns, 0, (size_t)columns_count * 2);
  const ptrdiff_t cut = below(inputs + 1);
  struct writer writers[2] = {{w, w_row, 0, cut, inputs, outputs, by_rows, by_columns},
                              {w, w_row, cut, inputs - cut, inputs, outputs, by_rows, by_columns}};
  if (threads) {
    pthread_t other;
    pthread_create(&other, NULL, write_paired, &writers[1]);
    write_paired(&writers[0]);
    pthread_join(other, NULL);
  } else {
    for (int n = 0, first = (int)below(2); n < 2; n++) write_paired(&writers[n ^ first]);
  }
  for (int transposed = 0; transposed < 2; transposed++) {
    const uint16_t *const b = transposed ? by_columns : by_rows;
    const ptrdiff_t depth = transposed ? outputs : inputs, columns = transposed ? inputs : outputs;
    const ptrdiff_t row = CProducts_paired_row(columns), count = CProducts_paired_count(depth, columns);
    for (ptrdiff_t n = 0; n < count; n++) {
      const ptrdiff_t k = n / row * 2 + n % 2, j = n % row / 2;
      const uint16_t should = k >= depth || j >= columns ? 0
          : narrow(transposed ? w[j * w_row + k] : w[k * w_row + j]);
      if (b[n] != should) {
        printf("paired, %td x %td, transposed %d, cut %td: (%td, %td) is %04x, should be %04x\n", depth,
               columns, transposed, cut, k, j, b[n], should);
        if (failures++ > 20) exit(1);
      }
    }
  }
}
