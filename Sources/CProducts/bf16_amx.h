// Products by AMX, written over a few operations on tiles, which are numbered registers:
//
//   CONFIGURE(configuration)   gives them rows and columns, and makes all numbers zero
//   ZERO(tile), LOAD(tile, base, stride), STORE(tile, base, stride)
//              all of a tile: zero, or from and to memory, rows `stride` bytes apart
//   DOT(sums, a, b)            adds to c's tile the product of a's and b's
//   RELEASE()                  forgets all tiles
//   ROUND(floats)              the nearest bf16 numbers; sums are never subnormal, which may become zero
//   TARGET                     the attribute of functions that allows them
// so that what they do can also be spelled out for processors without them.
// There are eight tiles: four of c, 32 rows and 32 columns, two of a and two of b. A product of tiles
// takes 16 cycles and loading one 8, so that four products and four loads take turns.

#include "bf16.h"

#define C(i, j) (2 * (i) + (j))
#define A(i) (4 + (i))
#define B(j) (6 + (j))

enum {
  // Rows and columns of a tile of c, and of four.
  TILE = 16,
  BLOCK = 2 * TILE,
  // Bytes of a tile's row.
  LINE = 64,
  // Rows of a at a time: at a depth of 1024 they stay in the second-level cache while b passes by.
  HEIGHT = 256,
};

/// What configures tiles: the layout is the processor's.
struct configuration {
  uint8_t palette, start_row, zeros[14];
  uint16_t row_bytes[16];
  uint8_t rows[16];
};

/// Configures the tiles for blocks of `rows` rows.
INLINE TARGET void configure(ptrdiff_t rows) {
  const uint8_t upper = (uint8_t)least(rows, TILE), lower = (uint8_t)(rows - upper);
  const uint8_t heights[8] = {upper, upper, lower, lower, upper, lower, TILE, TILE};
  struct configuration configuration = {.palette = 1};
  for (int tile = 0; tile < 8; tile++) {
    configuration.rows[tile] = heights[tile];
    configuration.row_bytes[tile] = heights[tile] ? LINE : 0;
  }
  CONFIGURE(&configuration);
}

/// Tiles of 32 k of a, or of the positions, and of b.
struct tiles {
  /// Tiles of the upper rows; the lower ones are `a_lower` numbers on, the next k `a_step`.
  const uint16_t *a;
  ptrdiff_t a_lower, a_row, a_step;
  const uint16_t *b;
  ptrdiff_t b_row;
};

/// Adds 32 k to the sums.
INLINE TARGET void advance(bool is_tall, bool is_wide, const struct tiles *t) {
  LOAD(A(0), t->a, t->a_row * 2);
  LOAD(B(0), t->b, t->b_row * 2);
  DOT(C(0, 0), A(0), B(0));
  if (is_wide) LOAD(B(1), t->b + 2 * TILE, t->b_row * 2);
  if (is_wide) DOT(C(0, 1), A(0), B(1));
  if (is_tall) LOAD(A(1), t->a + t->a_lower, t->a_row * 2);
  if (is_tall) DOT(C(1, 0), A(1), B(0));
  if (is_tall && is_wide) DOT(C(1, 1), A(1), B(1));
}

INLINE TARGET void advance_whole(bool is_tall, bool is_wide, ptrdiff_t count, struct tiles *t) {
  for (; count > 0; count--) {
    advance(is_tall, is_wide, t);
    t->a += t->a_step;
    t->b += TILE * t->b_row;
  }
}

/// Begins the sums: each row with the same 32 numbers, or with zeros.
INLINE TARGET void begin(bool is_tall, bool is_wide, const float *row) {
#define BEGIN(i, j) if (row) LOAD(C(i, j), row + (j) * TILE, 0); else ZERO(C(i, j))
  BEGIN(0, 0);
  if (is_wide) { BEGIN(0, 1); }
  if (is_tall) { BEGIN(1, 0); }
  if (is_tall && is_wide) { BEGIN(1, 1); }
}

/// Stores the sums, in rows of 32 numbers.
INLINE TARGET void end(bool is_tall, bool is_wide, float *sums) {
  STORE(C(0, 0), sums, 2 * LINE);
  if (is_wide) STORE(C(0, 1), sums + TILE, 2 * LINE);
  if (is_tall) STORE(C(1, 0), sums + TILE * BLOCK, 2 * LINE);
  if (is_tall && is_wide) STORE(C(1, 1), sums + TILE * BLOCK + TILE, 2 * LINE);
}

// Whether a block has lower rows and right columns are constants of the loops above.
#define SWITCH(is_tall, is_wide, function, ...)                      \
  if ((is_tall) && (is_wide)) function(true, true, __VA_ARGS__);     \
  if ((is_tall) && !(is_wide)) function(true, false, __VA_ARGS__);   \
  if (!(is_tall) && (is_wide)) function(false, true, __VA_ARGS__);   \
  if (!(is_tall) && !(is_wide)) function(false, false, __VA_ARGS__);

/// What products need beside their matrices.
struct multiply_memory {
  /// Sums of a block.
  float sums[BLOCK][BLOCK];
  /// The bias of its columns.
  float bias[BLOCK];
  /// Of some rows of a the last k, filled with zeros.
  uint16_t rest[HEIGHT][TILE_DEPTH];
};

/// The sums of a block that begins with element (i, j); of its rows the last k are at `rest`.
INLINE TARGET void multiply(
    bool is_tall, bool is_wide, const CProducts_bf16_product *restrict p, ptrdiff_t i, ptrdiff_t j,
    const uint16_t *rest, struct multiply_memory *memory) {
  begin(is_tall, is_wide, p->bias ? memory->bias : NULL);
  struct tiles tiles = {
      .a = p->a.base + i * p->a.row,
      .a_lower = TILE * p->a.row,
      .a_row = p->a.row,
      .a_step = TILE_DEPTH,
      .b = p->b + 2 * j,
      .b_row = p->b_row,
  };
  advance_whole(is_tall, is_wide, p->depth / TILE_DEPTH, &tiles);
  if (p->depth % TILE_DEPTH) {
    tiles.a = rest;
    tiles.a_row = TILE_DEPTH;
    tiles.a_lower = TILE * TILE_DEPTH;
    advance(is_tall, is_wide, &tiles);
  }
  end(is_tall, is_wide, memory->sums[0]);
}

/// Stores elements from (i, j) on, whose sums are these.
INLINE TARGET void store(
    const CProducts_bf16_product *p, ptrdiff_t i, ptrdiff_t j, __mmask16 lanes, const float *sums) {
  const __m512 sum = finish(p, i, j, lanes, _mm512_loadu_ps(sums));
  if (p->rounded) store_rounded(p, i, j, lanes, ROUND(sum));
}

/// Computes rows of c from `top` on, whose blocks are `height` high.
static TARGET void multiply_rows(
    const CProducts_bf16_product *p, ptrdiff_t top, ptrdiff_t bottom, ptrdiff_t height,
    struct multiply_memory *memory) {
  const ptrdiff_t last = p->depth % TILE_DEPTH;
  for (ptrdiff_t i = top; last && i < bottom; i++) {
    const uint16_t *const from = p->a.base + i * p->a.row + p->depth - last;
    _mm512_storeu_si512(memory->rest[i - top], _mm512_maskz_loadu_epi16(first_lanes(last), from));
  }
  for (ptrdiff_t j = 0; j < p->columns; j += BLOCK) {
    const bool is_wide = p->columns - j > TILE;
    const __mmask16 left = (__mmask16)first_lanes(p->columns - j);
    const __mmask16 right = (__mmask16)first_lanes(p->columns - j - TILE);
    if (p->bias) {
      _mm512_storeu_ps(memory->bias, _mm512_maskz_loadu_ps(left, p->bias + j));
      _mm512_storeu_ps(memory->bias + TILE, _mm512_maskz_loadu_ps(right, p->bias + j + TILE));
    }
    for (ptrdiff_t i = top; i < bottom; i += height) {
      SWITCH(height > TILE, is_wide, multiply, p, i, j, memory->rest[i - top], memory)
      for (ptrdiff_t n = 0; n < height; n++) {
        store(p, i + n, j, left, memory->sums[n]);
        if (is_wide) store(p, i + n, j + TILE, right, memory->sums[n] + TILE);
      }
    }
  }
}

static TARGET void multiply_tiles(const CProducts_bf16_product *p, void *scratch) {
  const ptrdiff_t whole = p->rows - p->rows % BLOCK;
  if (whole > 0) configure(BLOCK);
  for (ptrdiff_t i = 0; i < whole; i += HEIGHT) {
    multiply_rows(p, i, least(whole, i + HEIGHT), BLOCK, scratch);
  }
  // Rows that are not there are not read: tiles have fewer, once for all of b.
  if (whole < p->rows) {
    configure(p->rows - whole);
    multiply_rows(p, whole, p->rows, p->rows - whole, scratch);
  }
  RELEASE();
}

/// The sum of the part of a block's positions that begins with the chunk's number k.
INLINE TARGET void part(
    bool is_tall, bool is_wide, const struct chunk *chunk, ptrdiff_t row, ptrdiff_t k, float *sums) {
  const ptrdiff_t steps = (chunk->count + TILE_DEPTH - 1) / TILE_DEPTH;
  const ptrdiff_t b_row = is_wide ? 2 * BLOCK : 2 * TILE;
  struct tiles tiles = {
      .a = chunk->x + row * steps * TILE_DEPTH + k * TILE,
      .a_lower = steps * TILE_DEPTH * TILE,
      .a_row = TILE_DEPTH,
      .a_step = TILE_DEPTH * TILE,
      .b = chunk->delta + k / 2 * b_row,
      .b_row = b_row,
  };
  const ptrdiff_t count = least(CProducts_part / TILE_DEPTH, steps - k / TILE_DEPTH);
  begin(is_tall, is_wide, NULL);
  advance_whole(is_tall, is_wide, count, &tiles);
  end(is_tall, is_wide, sums);
}

/// A block of a gradient that begins with row `row` of the packed ones.
static TARGET void gradient_block(ptrdiff_t row, const struct chunk *chunk) {
  enum { SIZE = BLOCK * BLOCK };
  float *const sums = chunk->stack + LEVELS * SIZE;
  const uint32_t both = first_lanes(chunk->columns);
  const __mmask16 lanes[2] = {(__mmask16)both, (__mmask16)(both >> TILE)};
  ptrdiff_t k = 0;
  do {
    const ptrdiff_t number = (chunk->first + k) / CProducts_part;
    const bool is_last = chunk->is_end && k + CProducts_part >= chunk->count;
    const int count = carries(number, is_last);
    float *const top = chunk->stack + waiting(number) * SIZE;
    float *const part_sums = count || is_last ? sums : top;
    SWITCH(chunk->rows > TILE, chunk->columns > TILE, part, chunk, row, k, part_sums)
    k += CProducts_part;
    for (ptrdiff_t i = 0; (count || is_last) && i < chunk->rows; i++) {
      for (int v = 0; v < 2 && lanes[v]; v++) {
        const ptrdiff_t at = i * BLOCK + v * TILE;
        __m512 sum = _mm512_load_ps(sums + at);
        for (int n = 1; n <= count; n++) sum = _mm512_add_ps(_mm512_load_ps(top - n * SIZE + at), sum);
        float *const to = is_last ? chunk->c + i * chunk->c_row + v * TILE : top - count * SIZE + at;
        _mm512_mask_storeu_ps(to, lanes[v], sum);
      }
    }
  } while (k < chunk->count);
}

/// Tiles of 16 rows of xᵀ, one behind the other for all positions.
static TARGET void gradient_pack(
    CProducts_bf16_matrix x, ptrdiff_t positions, ptrdiff_t rows, uint16_t *packed) {
  for (ptrdiff_t i = 0; i < rows; i += TILE) {
    for (ptrdiff_t k = 0; k < positions; k += TILE_DEPTH) {
      const CProducts_bf16_matrix from = {x.base + k * x.row + i, x.row};
      __m512i tile[LANES];
      interleave(from, positions - k, least(TILE, rows - i), LANES, LANES, (uint16_t *)tile);
      transpose(tile);
      for (int n = 0; n < LANES; n++) _mm512_storeu_si512(packed + n * TILE_DEPTH, tile[n]);
      packed += TILE * TILE_DEPTH;
    }
  }
}
REQUIRE_ROOM(BLOCK, BLOCK);

static TARGET void gradient_tiles(const CProducts_bf16_sum *sum, void *scratch) {
  static const struct gradient kernel = {BLOCK, BLOCK, TILE, gradient_pack, gradient_block};
  configure(BLOCK);
  add_up(&kernel, sum, scratch);
  RELEASE();
}
