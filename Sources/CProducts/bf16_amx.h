// Products with AMX, in terms of a few operations on tiles, which are numbered registers. The file that
// includes this one defines the operations: bf16_amx.c by the instructions, a test by plain loops.
//
//   CONFIGURE(configuration)   sets the rows and columns of all tiles, and their numbers to zero
//   ZERO(tile)                 sets a tile to zero
//   LOAD(tile, base, stride)   loads a tile from memory, with rows `stride` bytes apart
//   STORE(tile, base, stride)  stores a tile to memory, with rows `stride` bytes apart
//   DOT(sums, a, b)            adds the product of tiles a and b to tile `sums`
//   RELEASE()                  ends the use of tiles
//   ROUND(floats)              rounds sums to bf16; they are never subnormal
//   TARGET                     the attribute with which functions may use the instructions
//
// There are eight tiles. Four hold a block of c, 32 rows by 32 columns; two hold a's factors and two
// hold b's. The product of two tiles takes 16 cycles and a load takes 8, so four products and four loads
// overlap.

#include "bf16_gradient.h"

#define C(i, j) (2 * (i) + (j))
#define A(i) (4 + (i))
#define B(j) (6 + (j))

enum {
  // The number of rows and of columns of a tile of c, and of a block of four tiles.
  TILE = 16,
  BLOCK = 2 * TILE,
  // The number of bytes in a row of a tile.
  LINE = 64,
  // The most rows of a at a time. With a depth of 1024 they stay in the second-level cache for all of b.
  HEIGHT = 256,
};

/// The configuration of tiles, in the layout that the processor defines.
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

/// Where the tiles of a and b lie in memory for 32 steps of k, or 32 positions.
struct tiles {
  /// The tile of a's upper 16 rows. The tile of the lower 16 rows is `a_lower` numbers further on, and
  /// the tile of the next 32 steps `a_step` numbers.
  const uint16_t *a;
  ptrdiff_t a_lower, a_row, a_step;
  const uint16_t *b;
  ptrdiff_t b_row;
};

/// Advances the sums by 32 steps. A block is tall if it has more than 16 rows, and wide if it has more
/// than 16 columns.
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

/// Advances the sums by `count` times 32 steps.
INLINE TARGET void advance_whole(bool is_tall, bool is_wide, ptrdiff_t count, struct tiles *t) {
  for (; count > 0; count--) {
    advance(is_tall, is_wide, t);
    t->a += t->a_step;
    t->b += TILE * t->b_row;
  }
}

/// Sets each row of the sums to the 32 numbers of `row`, or to zeros if it is null.
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

// The functions are compiled once for each combination of `is_tall` and `is_wide`, as constants.
#define SWITCH(is_tall, is_wide, function, ...)                      \
  if ((is_tall) && (is_wide)) function(true, true, __VA_ARGS__);     \
  if ((is_tall) && !(is_wide)) function(true, false, __VA_ARGS__);   \
  if (!(is_tall) && (is_wide)) function(false, true, __VA_ARGS__);   \
  if (!(is_tall) && !(is_wide)) function(false, false, __VA_ARGS__);

/// The contents of the scratch memory during a product.
struct multiply_memory {
  /// The sums of a block.
  float sums[BLOCK][BLOCK];
  /// The bias of the block's columns.
  float bias[BLOCK];
  /// For some rows of a, the last `depth` % 32 numbers, followed by zeros.
  uint16_t rest[HEIGHT][TILE_DEPTH];
};

/// Computes the sums of the block whose first element is (i, j). `rest` has the last numbers of its
/// rows.
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

/// Finishes and stores the elements from (i, j) on, in `lanes`, whose sums are at `sums`.
INLINE TARGET void store(
    const CProducts_bf16_product *p, ptrdiff_t i, ptrdiff_t j, __mmask16 lanes, const float *sums) {
  const __m512 sum = finish(p, i, j, lanes, _mm512_loadu_ps(sums));
  if (p->rounded) store_rounded(p, i, j, lanes, ROUND(sum));
}

/// Computes rows `top`..<`bottom` of c in blocks of `height` rows, which divides their number.
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
  // The remaining rows are one block. Its tiles have fewer rows, so that nothing beyond a is read.
  if (whole < p->rows) {
    configure(p->rows - whole);
    multiply_rows(p, whole, p->rows, p->rows - whole, scratch);
  }
  RELEASE();
}

#include "bf16_amx_gradient.h"
