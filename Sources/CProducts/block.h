// The innermost loop, for one set of instructions: included once for each, with
//
//   SET       the end of its functions' names
//   TARGET    the attribute that allows the instructions
//   LANES     floats of a vector
//   ROWS      most rows of a block
//   VECTORS   most vectors of a block's row
//
// A block's chains are in registers from beginning to end: ROWS × VECTORS of them, beside VECTORS for a
// row of b and one for an element of a. A step loads VECTORS + ROWS times for ROWS × VECTORS
// multiply-adds; processors load twice in a cycle and multiply-add once or twice, four cycles before
// the sum is there, so that eight chains or more are needed to have one ready in each.

#define JOIN2(a, b) a##_##b
#define JOIN(a, b) JOIN2(a, b)
#define NAME(name) JOIN(name, SET)

typedef float NAME(vector) __attribute__((ext_vector_type(LANES)));
typedef NAME(vector) NAME(anywhere) __attribute__((aligned(sizeof(float))));

#define LOAD(pointer) (*(const NAME(anywhere) *)(pointer))
#define STORE(pointer, value) (*(NAME(anywhere) *)(pointer) = (value))

// Loops over a block are unrolled, so that their variables are registers.
#define EACH(index, count, most)                                                                 \
  _Pragma("clang loop unroll(full)") for (int index = 0; index < (most); index++) if (index < (count))

static inline __attribute__((always_inline)) TARGET void NAME(chain)(
    int rows, int vectors, const struct block *restrict block) {
  NAME(vector) sums[ROWS][VECTORS];
  const float *a = block->a, *b = block->b;
  const ptrdiff_t a_row = block->a_row, a_step = block->a_step, b_step = block->b_step;
  EACH(i, rows, ROWS)
    EACH(v, vectors, VECTORS)
      sums[i][v] = block->start ? LOAD(block->start + i * block->start_row + v * LANES) : 0.0f;
  for (ptrdiff_t k = block->depth; k > 0; k--) {
    NAME(vector) row[VECTORS];
    EACH(v, vectors, VECTORS) row[v] = LOAD(b + v * LANES);
    EACH(i, rows, ROWS) {
      const NAME(vector) factor = a[i * a_row];
      EACH(v, vectors, VECTORS) sums[i][v] = __builtin_elementwise_fma(factor, row[v], sums[i][v]);
    }
    a += a_step;
    b += b_step;
  }
  EACH(i, rows, ROWS)
    EACH(v, vectors, VECTORS) {
      const NAME(vector) zero = 0.0f, sum = sums[i][v];
      STORE(block->c + i * block->c_row + v * LANES, block->rectifies ? (sum < zero ? zero : sum) : sum);
    }
}

// The number of rows and of vectors are constants of the loops above: one version for each pair.
#define VERSION(R, N) case 4 * R + N: if (R <= ROWS && N <= VECTORS) NAME(chain)(R, N, block); return;
#define VERSIONS(R) VERSION(R, 1) VERSION(R, 2) VERSION(R, 3)

static TARGET void NAME(compute)(ptrdiff_t rows, ptrdiff_t vectors, const struct block *block) {
  switch (4 * rows + vectors) {
    VERSIONS(1) VERSIONS(2) VERSIONS(3) VERSIONS(4) VERSIONS(5) VERSIONS(6) VERSIONS(7) VERSIONS(8)
  }
}

static const struct kernel NAME(kernel) = {LANES, ROWS, VECTORS, NAME(compute)};

#undef VERSIONS
#undef VERSION
#undef EACH
#undef STORE
#undef LOAD
#undef NAME
#undef JOIN
#undef JOIN2
#undef SET
#undef TARGET
#undef LANES
#undef ROWS
#undef VECTORS
