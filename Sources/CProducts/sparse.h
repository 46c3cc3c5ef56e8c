// Products of which the first factor is zero for the most part, for one set of instructions: included
// by block.h, whose macros it uses, and
//
//   WIDE              most vectors of a strip
//   NONZERO(vector)   a bit for each lane that is not zero, the first lane's lowest
//   ANY(bits)         whether a vector of integers has a bit set
//
// A row of a strip is WIDE chains in registers over those of k alone where a is not zero; each step
// takes one element of a and as much of a row of b. What is left out, fma(0, b, sum), is the sum again
// where b is finite, unless the sum is −0: then it may be +0. Neither a sum that is no zero depends on
// the sign, nor does +0 become −0; so only sums that end as −0 may be wrong.

/// The bits of `count` numbers, at most 64, that are not zero.
static inline TARGET uint64_t NAME(nonzero)(const float *numbers, ptrdiff_t count) {
  uint64_t bits = 0;
  ptrdiff_t i = 0;
  for (; i + LANES <= count; i += LANES) {
    bits |= (uint64_t)NONZERO(*(const NAME(anywhere) *)(numbers + i)) << i;
  }
  if (i < count) {
    const int rest = (int)(count - i);
    bits |= (uint64_t)NONZERO((NAME(vector))LOAD_FIRST(numbers + i, rest)) << i;
  }
  return bits;
}

/// Lists the terms of rows whose numbers lie side by side.
static TARGET void NAME(list_rows)(
    CProducts_factor a, ptrdiff_t rows, ptrdiff_t depth, ptrdiff_t b_row, struct term *lists,
    int *counts) {
  for (ptrdiff_t i = 0; i < rows; i++) {
    const float *row = a.base + i * a.row;
    struct term *const terms = lists + i * TERMS;
    int count = 0;
    for (ptrdiff_t first = 0; first < depth; first += 64) {
      uint64_t bits = NAME(nonzero)(row + first, least(64, depth - first));
      for (; bits; bits &= bits - 1) {
        const ptrdiff_t k = first + __builtin_ctzll(bits);
        terms[count++] = (struct term){row[k], (uint32_t)(k * b_row)};
      }
    }
    counts[i] = count;
  }
}

/// Lists the terms of rows of which numbers of the same k lie side by side.
static TARGET void NAME(list_columns)(
    CProducts_factor a, ptrdiff_t rows, ptrdiff_t depth, ptrdiff_t b_row, struct term *lists,
    int *counts) {
  for (ptrdiff_t i = 0; i < rows; i++) counts[i] = 0;
  for (ptrdiff_t k = 0; k < depth; k++) {
    const float *column = a.base + k * a.column;
    for (ptrdiff_t first = 0; first < rows; first += 64) {
      uint64_t bits = NAME(nonzero)(column + first, least(64, rows - first));
      for (; bits; bits &= bits - 1) {
        const ptrdiff_t i = first + __builtin_ctzll(bits);
        lists[i * TERMS + counts[i]++] = (struct term){column[i], (uint32_t)(k * b_row)};
      }
    }
  }
}

static inline __attribute__((always_inline)) TARGET void NAME(add_strip)(
    int vectors, int last, const struct strip *strip) {
  const float *const b = strip->b;
  for (ptrdiff_t i = 0; i < strip->rows; i++) {
    NAME(vector) sums[WIDE];
    const float *start = strip->start.base ? strip->start.base + i * strip->start.row : 0;
    EACH(v, vectors, WIDE) sums[v] = start ? LOAD(start, v) : 0.0f;
    const struct term *term = strip->terms + i * TERMS, *const end = term + strip->counts[i];
    _Pragma("clang loop unroll(disable)") for (; term != end; term++) {
      const NAME(vector) factor = term->factor;
      const float *row = b + term->b;
      EACH(v, vectors, WIDE) sums[v] = __builtin_elementwise_fma(factor, LOAD(row, v), sums[v]);
    }
    for (int level = strip->waiting_count - 1; level >= 0; level--) {
      const float *waiting = strip->waiting[level].base + i * strip->waiting[level].row;
      EACH(v, vectors, WIDE) sums[v] = LOAD(waiting, v) + sums[v];
    }
    if (strip->is_end) {
      const NAME(vector) zero = 0.0f;
      NAME(bits) found = 0;
      EACH(v, vectors, WIDE) found |= (NAME(bits))sums[v] == (int)0x80000000;
      if (ANY(found)) strip->has_negative_zero[i] = true;
      EACH(v, vectors, WIDE) {
        if (strip->rectifies) sums[v] = sums[v] < zero ? zero : sums[v];
        if (strip->gate.base) {
          sums[v] = LOAD(strip->gate.base + i * strip->gate.row, v) > zero ? sums[v] : zero;
        }
      }
    }
    float *const c = strip->c + i * strip->c_row;
    EACH(v, vectors, WIDE) {
      if (last && v == vectors - 1) {
        STORE_FIRST(c + v * LANES, last, sums[v]);
      } else {
        *(NAME(anywhere) *)(c + v * LANES) = sums[v];
      }
    }
  }
}

#define STRIP(N)                                                                               \
  case N:                                                                                      \
    if (N <= WIDE) {                                                                           \
      if (last) NAME(add_strip)(N, last, strip); else NAME(add_strip)(N, 0, strip);            \
    }                                                                                          \
    return;

static TARGET void NAME(add)(int vectors, int last, const struct strip *strip) {
  switch (vectors) {
    STRIP(1) STRIP(2) STRIP(3) STRIP(4) STRIP(5) STRIP(6) STRIP(7) STRIP(8) STRIP(9) STRIP(10)
  }
}

#undef STRIP
