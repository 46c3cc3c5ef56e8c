// The innermost loops of fp32 products whose first factor is mostly zero. block.h includes this file for
// each set of instructions. It uses the macros of block.h and:
//
//   WIDE              the most vectors of a strip
//   NONZERO(vector)   a bit for each lane that is not zero; the first lane has the lowest bit
//   ANY(bits)         whether any bit is set in a vector of integers
//
// A row of a strip is up to WIDE vectors of chains in registers. They visit only those k where a is not
// zero. What they skip is fma(0, b, sum). If b is finite, this equals sum, unless sum is −0: then it can
// be +0. A later sum that is not zero does not depend on the sign of an earlier zero, and a skipped step
// never turns +0 into −0. So only sums that end as −0 can be wrong; the caller computes their rows
// again.

/// A mask of `count` numbers, at most 64: the bits of those that are not zero.
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

/// Lists the terms of a if the numbers of each row are adjacent in memory.
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

/// Lists the terms of a if the numbers of the same k are adjacent in memory.
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

/// Adds the listed terms, and sums that wait, to the sums of a strip.
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
