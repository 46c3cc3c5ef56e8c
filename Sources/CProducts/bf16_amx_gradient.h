// Gradients with AMX. bf16_amx.h, whose functions are used here, includes this file.

/// Computes the sums of one part, for the block whose first row is `row`. The part begins at the chunk's
/// position k.
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

/// Computes a block of a gradient whose first row is number `row` of the rearranged rows.
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

/// Rearranges xᵀ into tiles of 16 rows: first all positions of the first 16 rows, then those of the
/// next.
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
