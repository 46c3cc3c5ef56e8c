#include "bf16_sparse.h"

#if defined(__x86_64__)

// Products with AVX-512 BF16 whose first factor is mostly zero. For each stretch of k the masks of some
// rows of a are computed, and then used for every strip of columns.

enum {
  // The number of steps of k in a stretch: two for each bit of a mask.
  STRETCH = 128,
  // The most rows of a at a time: those of a default batch. A stretch of a strip of b stays in the
  // first-level cache for all of them.
  HEIGHT = 128,
  // The number of floats for sums between stretches: enough for HEIGHT rows of 512 columns.
  SUMS = 1 << 16,
  // Rows of pairs whose distance is a multiple of FAR numbers, 1 KiB, share few sets of the first-level
  // cache. They are copied to adjacent memory first, if a has at least MANY rows that use the copy.
  FAR = 512,
  MANY = 32,
};

/// The contents of the scratch memory.
struct memory {
  float sums[SUMS];
  uint64_t masks[HEIGHT];
  bool has_negative_zero[HEIGHT];
  /// A copy of a strip of b over a stretch of k.
  _Alignas(64) uint16_t packed[STRETCH * LANES * WIDE];
};

_Static_assert(sizeof(struct memory) <= CProducts_bf16_scratch, "the scratch memory is too small");

/// A strip: some rows and columns of a product, over a stretch of k.
struct strip {
  const CProducts_bf16_product *product;
  /// The first row, and the number of rows.
  ptrdiff_t top, rows;
  struct columns columns;
  /// The pairs of b from the first k and the first column on, with rows `b_row` numbers apart.
  const uint16_t *b;
  ptrdiff_t b_row;
  /// The first k.
  ptrdiff_t k;
  /// Whether this is the first or the last stretch.
  bool is_begin, is_end;
  struct memory *memory;
  /// The distance in floats between rows of sums.
  ptrdiff_t sums_row;
};

/// The first sums of a vector of chains: the bias or zeros. The instruction treats a subnormal bias as
/// zero. Since a row can be without any pair, one instruction is run here that does just that: it adds
/// −0 × 0 twice, which is −0 and keeps the sign of zeros.
INLINE TARGET __m512 begin(const CProducts_bf16_product *p, ptrdiff_t j, __mmask16 lanes) {
  if (!p->bias) return _mm512_setzero_ps();
  const __m512i negative_zeros = _mm512_set1_epi32((int)0x80008000);
  return dot(_mm512_maskz_loadu_ps(lanes, p->bias + j), negative_zeros, _mm512_setzero_si512());
}

/// Advances the sums of a strip, and finishes and stores them in the last stretch.
INLINE TARGET void add(int vectors, const struct strip *restrict s) {
  const CProducts_bf16_product *const p = s->product;
  const __mmask16 last = s->columns.last;
  for (ptrdiff_t i = 0; i < s->rows; i++) {
    const uint64_t mask = s->memory->masks[i];
    if (!mask && !s->is_begin && !s->is_end) continue;
    float *const waiting = s->memory->sums + i * s->sums_row + s->columns.first;
    __m512 sums[WIDE];
    EACH(v, vectors, WIDE) {
      const ptrdiff_t j = s->columns.first + v * LANES;
      sums[v] = s->is_begin ? begin(p, j, lanes_of(vectors, last, v))
                            : _mm512_load_ps(waiting + v * LANES);
    }
    const uint16_t *const a = p->a.base + (s->top + i) * p->a.row + s->k;
    chain_sparse(vectors, mask, a, 2, s->b, s->b_row, sums);
    if (!s->is_end) {
      EACH(v, vectors, WIDE) _mm512_store_ps(waiting + v * LANES, sums[v]);
      continue;
    }
    if (p->depth % 2 != 0) {
      // The last pair has only its even k, and no bit in a mask.
      const ptrdiff_t k = p->depth - 1 - s->k;
      const __m512i factor = _mm512_set1_epi32(a[k]);
      EACH(v, vectors, WIDE) {
        sums[v] = dot(sums[v], factor, _mm512_loadu_si512(s->b + k / 2 * s->b_row + 2 * LANES * v));
      }
    }
    EACH(v, vectors, WIDE) {
      const ptrdiff_t j = s->columns.first + v * LANES;
      const __mmask16 lanes = lanes_of(vectors, last, v);
      if (has_negative_zero(lanes, sums[v])) s->memory->has_negative_zero[i] = true;
      const __m512 sum = finish(p, s->top + i, j, lanes, sums[v]);
      if (p->rounded) store_rounded(p, s->top + i, j, lanes, (__m256i)_mm512_cvtneps_pbh(sum));
    }
  }
}

/// Copies `pairs` rows of pairs of the strip to adjacent memory.
static void copy(struct strip *strip, ptrdiff_t pairs) {
  uint16_t *const packed = strip->memory->packed;
  const ptrdiff_t row = 2 * LANES * strip->columns.vectors;
  for (ptrdiff_t pair = 0; pair < pairs; pair++) {
    memcpy(packed + pair * row, strip->b + pair * strip->b_row, (size_t)row * sizeof *packed);
  }
  strip->b = packed;
  strip->b_row = row;
}

static TARGET void add_strip(const struct strip *strip) {
  SWITCH(strip->columns.vectors, add, strip)
}

/// Computes the masks of all rows of the strip for a stretch of `depth` steps.
static TARGET void find(const struct strip *s, ptrdiff_t depth) {
  for (ptrdiff_t i = 0; i < s->rows; i++) {
    const uint16_t *const a = s->product->a.base + (s->top + i) * s->product->a.row + s->k;
    uint64_t mask = 0;
    for (ptrdiff_t k = 0; k < depth; k += 2 * LANES) {
      const __mmask16 lanes = (__mmask16)first_lanes((depth - k) / 2);
      mask |= (uint64_t)nonzero(_mm512_maskz_loadu_epi32(lanes, a + k)) << k / 2;
    }
    s->memory->masks[i] = mask;
  }
}

/// The part of `product` that is row i.
static CProducts_bf16_product row_of(const CProducts_bf16_product *product, ptrdiff_t i) {
  CProducts_bf16_product row = *product;
  row.rows = 1;
  row.a.base += i * row.a.row;
  if (row.gate.base) row.gate.base += i * row.gate.row;
  if (row.c) row.c += i * row.c_row;
  if (row.rounded) row.rounded += i * row.rounded_row;
  return row;
}

bool CProducts_multiply_sparse_avx512_bf16(const CProducts_bf16_product *product, void *scratch) {
  struct memory *const memory = scratch;
  const ptrdiff_t sums_row = (product->columns + LANES - 1) / LANES * LANES;
  // If there is only one stretch, no sums are stored between stretches.
  const ptrdiff_t height = product->depth <= STRETCH ? HEIGHT : least(HEIGHT, SUMS / sums_row);
  if (height == 0) return false;
  for (ptrdiff_t top = 0; top < product->rows; top += height) {
    struct strip strip = {
        .product = product,
        .top = top,
        .rows = least(height, product->rows - top),
        .memory = memory,
        .sums_row = sums_row,
    };
    memset(memory->has_negative_zero, 0, sizeof memory->has_negative_zero);
    for (ptrdiff_t k = 0; k < product->depth; k += STRETCH) {
      strip.k = k;
      strip.is_begin = k == 0;
      strip.is_end = product->depth - k <= STRETCH;
      const ptrdiff_t depth = least(STRETCH, product->depth - k);
      find(&strip, depth);
      for (ptrdiff_t number = 0; number < strips_of(product->columns); number++) {
        strip.columns = strip_of(product->columns, number);
        strip.b = product->b + k / 2 * product->b_row + 2 * strip.columns.first;
        strip.b_row = product->b_row;
        if (strip.b_row % FAR == 0 && strip.rows >= MANY) copy(&strip, (depth + 1) / 2);
        add_strip(&strip);
      }
    }
    for (ptrdiff_t i = 0; i < strip.rows; i++) {
      if (!memory->has_negative_zero[i]) continue;
      const CProducts_bf16_product row = row_of(product, top + i);
      CProducts_multiply_avx512_bf16(&row);
    }
  }
  return true;
}

#endif
