#include "bf16_sparse.h"

#if defined(__x86_64__)

// Gradients with AVX-512 BF16 whose first factor is mostly zero. Positions are taken in groups of two
// parts. For each group x is rearranged into pairs of positions, the masks of its rows are computed, and
// both are used for every strip of columns of δ, which is rearranged likewise. Each part has its own
// masks of 32 pairs. The rows of δ of two parts fit in the first-level cache together, so sums of single
// parts are never stored.

enum {
  // The number of pairs of positions in a part, and in a group of two parts.
  PART = CProducts_part / 2,
  GROUP = 2 * PART,
  // The number of floats for sums of groups that wait. If they do not suffice for BAND rows, fewer rows
  // are computed at a time: with 400 columns 64 rows up to 1024 positions, 40 rows up to 4096.
  WAITING = 1 << 16,
};

/// The contents of the scratch memory.
struct memory {
  float waiting[WAITING];
  /// The rearranged x, in rows of BAND pairs, and a rearranged strip of δ.
  uint16_t x[GROUP * 2 * BAND], delta[GROUP * 2 * LANES * WIDE];
  /// For each part and row, a mask of the pairs that are not two zeros.
  uint32_t masks[2][BAND];
};

_Static_assert(sizeof(struct memory) <= CProducts_bf16_scratch, "the scratch memory is too small");

/// The sums of some rows, which are `row` floats apart.
struct sums {
  float *base;
  ptrdiff_t row;
};

/// A strip: some rows and columns of a gradient, over a group of positions.
struct strip {
  ptrdiff_t rows;
  struct columns columns;
  const struct memory *memory;
  /// Whether the group has positions of two parts, and whether it is the last one.
  bool is_two_parts, is_end;
  /// Sums of subtrees that are added to the group's sums, the last one first.
  struct sums waiting[LEVELS];
  int waiting_count;
  /// Where the result is stored.
  struct sums to;
  /// Set to true for each row that has an element −0 when `is_end`.
  bool *has_negative_zero;
};

/// Computes the sums of row i over a part.
INLINE TARGET void sum_part(
    int vectors, const struct memory *memory, ptrdiff_t part, ptrdiff_t i, __m512 sums[WIDE]) {
  const ptrdiff_t delta_row = 2 * LANES * vectors;
  EACH(v, vectors, WIDE) sums[v] = _mm512_setzero_ps();
  chain_sparse(
      vectors, memory->masks[part][i], memory->x + part * PART * 2 * BAND + 2 * i, 2 * BAND,
      memory->delta + part * PART * delta_row, delta_row, sums);
}

/// Computes the sums of a strip and adds the sums that wait.
INLINE TARGET void add(int vectors, const struct strip *restrict s) {
  const __mmask16 last = s->columns.last;
  for (ptrdiff_t i = 0; i < s->rows; i++) {
    __m512 sums[WIDE];
    sum_part(vectors, s->memory, 0, i, sums);
    if (s->is_two_parts) {
      __m512 others[WIDE];
      sum_part(vectors, s->memory, 1, i, others);
      EACH(v, vectors, WIDE) sums[v] = _mm512_add_ps(sums[v], others[v]);
    }
    for (int n = s->waiting_count - 1; n >= 0; n--) {
      const float *const from = s->waiting[n].base + i * s->waiting[n].row + s->columns.first;
      EACH(v, vectors, WIDE) {
        const __mmask16 lanes = lanes_of(vectors, last, v);
        sums[v] = _mm512_add_ps(_mm512_maskz_loadu_ps(lanes, from + v * LANES), sums[v]);
      }
    }
    float *const to = s->to.base + i * s->to.row + s->columns.first;
    EACH(v, vectors, WIDE) {
      const __mmask16 lanes = lanes_of(vectors, last, v);
      if (s->is_end && has_negative_zero(lanes, sums[v])) s->has_negative_zero[i] = true;
      _mm512_mask_storeu_ps(to + v * LANES, lanes, sums[v]);
    }
  }
}

static TARGET void add_strip(const struct strip *strip) {
  SWITCH(strip->columns.vectors, add, strip)
}

/// Computes the masks of `rows` rows for `pairs` rearranged pairs of positions: one bit of 16 rows at a
/// time.
static TARGET void find(struct memory *memory, ptrdiff_t rows, ptrdiff_t pairs) {
  for (ptrdiff_t part = 0; part * PART < pairs; part++) {
    for (ptrdiff_t i = 0; i < rows; i += LANES) {
      const uint16_t *x = memory->x + part * PART * 2 * BAND + 2 * i;
      __m512i masks = _mm512_setzero_si512(), bit = _mm512_set1_epi32(1);
      for (ptrdiff_t pair = least(PART, pairs - part * PART); pair > 0; pair--) {
        masks = _mm512_mask_or_epi32(masks, nonzero(_mm512_loadu_si512(x)), masks, bit);
        bit = _mm512_add_epi32(bit, bit);
        x += 2 * BAND;
      }
      _mm512_storeu_si512(memory->masks[part] + i, masks);
    }
  }
}

/// Where sums wait that are number `level` on the stack: in c for level 0, in `memory` for the others.
static struct sums level_of(
    const CProducts_bf16_sum *sum, ptrdiff_t sums_row, struct memory *memory, int level) {
  if (level == 0) return (struct sums){sum->c, sum->c_row};
  return (struct sums){memory->waiting + (level - 1) * sum->rows * sums_row, sums_row};
}

/// Computes all rows of `sum`. The sum of a complete subtree waits until the sum of its sibling is
/// complete, as in a binary counter.
static TARGET void sum_rows(
    const CProducts_bf16_sum *sum, ptrdiff_t sums_row, struct memory *memory, bool *has_negative_zero) {
  struct strip strip = {
      .rows = sum->rows, .memory = memory, .has_negative_zero = has_negative_zero};
  int top = 0;
  for (ptrdiff_t group = 0, k = 0; k < sum->positions; group++, k += 2 * GROUP) {
    const ptrdiff_t count = least(2 * GROUP, sum->positions - k), pairs = (count + 1) / 2;
    const CProducts_bf16_matrix x = {sum->x.base + k * sum->x.row, sum->x.row};
    interleave(x, count, sum->rows, pairs, BAND, memory->x);
    find(memory, sum->rows, pairs);
    strip.is_two_parts = pairs > PART;
    strip.is_end = k + count == sum->positions;
    strip.waiting_count = carries(group, strip.is_end);
    top -= strip.waiting_count;
    for (int n = 0; n < strip.waiting_count; n++) {
      strip.waiting[n] = level_of(sum, sums_row, memory, top + n);
    }
    strip.to = level_of(sum, sums_row, memory, top);
    top++;
    for (ptrdiff_t number = 0; number < strips_of(sum->columns); number++) {
      strip.columns = strip_of(sum->columns, number);
      const ptrdiff_t j = strip.columns.first, width = strip.columns.vectors * LANES;
      const CProducts_bf16_matrix delta = {sum->delta.base + k * sum->delta.row + j, sum->delta.row};
      interleave(delta, count, least(width, sum->columns - j), pairs, width, memory->delta);
      add_strip(&strip);
    }
  }
}

/// The part of `sum` with `count` rows from row `first` on.
static CProducts_bf16_sum rows_of(const CProducts_bf16_sum *sum, ptrdiff_t first, ptrdiff_t count) {
  CProducts_bf16_sum rows = *sum;
  rows.rows = count;
  rows.x.base += first;
  rows.c += first * rows.c_row;
  return rows;
}

bool CProducts_gradient_sparse_avx512_bf16(const CProducts_bf16_sum *sum, void *scratch) {
  if (sum->positions == 0) return false;
  const ptrdiff_t sums_row = (sum->columns + LANES - 1) / LANES * LANES;
  int waiting = -1;  // One of the sums waits in c.
  for (ptrdiff_t n = 2 * GROUP; n < sum->positions; n *= 2) waiting++;
  const ptrdiff_t height = waiting > 0 ? least(BAND, WAITING / (waiting * sums_row)) : BAND;
  if (height == 0) return false;
  for (ptrdiff_t top = 0; top < sum->rows; top += height) {
    const CProducts_bf16_sum rows = rows_of(sum, top, least(height, sum->rows - top));
    bool has_negative_zero[BAND] = {false};
    sum_rows(&rows, sums_row, scratch, has_negative_zero);
    for (ptrdiff_t i = 0; i < rows.rows; i++) {
      if (!has_negative_zero[i]) continue;
      const CProducts_bf16_sum row = rows_of(&rows, i, 1);
      CProducts_gradient_avx512_bf16(&row, scratch);
    }
  }
  return true;
}

#endif
