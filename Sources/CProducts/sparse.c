#include "kernels.h"

// Products in fp32 whose first factor is mostly zero. The terms of some rows of a, its numbers that are
// not zero, are listed for up to TERMS steps of k, and the list is then used for every strip of columns.

enum {
  // The most rows whose terms are listed at a time: as many as a tile of the gradient has.
  HEIGHT = 64,
  // The number of floats for sums of subtrees that wait. If they do not suffice for HEIGHT rows, fewer
  // rows are computed at a time: with 400 columns 64 rows up to 256 positions, 27 rows up to 4096.
  WAITING = 1 << 16,
};

/// The contents of the scratch memory.
struct memory {
  struct term terms[HEIGHT * TERMS];
  int counts[HEIGHT];
  float waiting[WAITING];
  bool has_negative_zero[HEIGHT];
};

_Static_assert(
    sizeof(struct memory) <= sizeof(float) * CProducts_scratch, "the scratch memory is too small");
_Static_assert((int)CProducts_part <= (int)TERMS, "a part can have more terms than fit in a list");

/// Adds the listed terms to all columns, strip by strip.
static void add(const struct kernel *kernel, ptrdiff_t columns, const struct strip *all) {
  const ptrdiff_t lanes = kernel->lanes, vectors = (columns + lanes - 1) / lanes;
  const ptrdiff_t strips = (vectors + kernel->wide - 1) / kernel->wide;
  for (ptrdiff_t number = 0; number < strips; number++) {
    const ptrdiff_t first = vectors * number / strips, next = vectors * (number + 1) / strips;
    const ptrdiff_t j = first * lanes;
    struct strip strip = *all;
    for (int i = 0; i < strip.waiting_count; i++) strip.waiting[i] = at(all->waiting[i], 0, j);
    strip.b += j;
    strip.start = at(all->start, 0, j);
    strip.gate = at(all->gate, 0, j);
    strip.c += j;
    kernel->add((int)(next - first), next * lanes > columns ? (int)(columns % lanes) : 0, &strip);
  }
}

/// Computes a product whose sums are chains. Between two lists of terms the chains are stored in c.
static void multiply(
    const struct kernel *kernel, const CProducts_product *p, struct memory *memory, struct strip strip) {
  strip.start = p->start;
  for (ptrdiff_t k = 0; k < p->depth; k += TERMS) {
    const ptrdiff_t depth = least(TERMS, p->depth - k);
    const CProducts_factor a = {p->a.base + k, p->a.row, 1};
    kernel->list_rows(a, p->rows, depth, p->b.row, memory->terms, memory->counts);
    strip.b = p->b.base + k * p->b.row;
    strip.is_end = k + depth == p->depth;
    add(kernel, p->columns, &strip);
    strip.start = (CProducts_companion){p->c, p->c_row};
  }
}

/// The distance in floats between rows of sums that wait.
static ptrdiff_t waiting_row(const CProducts_product *p) { return (p->columns + 15) / 16 * 16; }

/// Computes a product whose sums are trees. The sum of a complete subtree waits until the sum of its
/// sibling is complete, as in a binary counter. The one that waits longest is stored in c, the others in
/// `memory`.
static void sum(
    const struct kernel *kernel, const CProducts_product *p, struct memory *memory, struct strip strip) {
  const ptrdiff_t row = waiting_row(p);
  CProducts_companion levels[LEVELS];
  int top = 0;
  for (ptrdiff_t part = 0, k = 0; k < p->depth; part++, k += CProducts_part) {
    const ptrdiff_t depth = least(CProducts_part, p->depth - k);
    const CProducts_factor a = {p->a.base + k * p->a.column, 1, p->a.column};
    kernel->list_columns(a, p->rows, depth, p->b.row, memory->terms, memory->counts);
    strip.b = p->b.base + k * p->b.row;
    strip.is_end = k + depth == p->depth;
    strip.waiting_count = strip.is_end ? top : __builtin_ctzll(~(unsigned long long)part);
    top -= strip.waiting_count;
    for (int i = 0; i < strip.waiting_count; i++) strip.waiting[i] = levels[top + i];
    strip.c = top == 0 ? p->c : memory->waiting + (top - 1) * p->rows * row;
    strip.c_row = top == 0 ? p->c_row : row;
    levels[top] = (CProducts_companion){strip.c, strip.c_row};
    add(kernel, p->columns, &strip);
    top++;
  }
}

/// The number of rows whose sums that wait fit in the scratch memory; 0 if not even one row's do.
static ptrdiff_t height(const CProducts_product *p) {
  int waiting = -1;  // One of the sums waits in c.
  for (ptrdiff_t parts = 1; parts < p->depth; parts *= 2) waiting += parts >= CProducts_part;
  return p->is_tree && waiting > 0 ? least(HEIGHT, WAITING / (waiting * waiting_row(p))) : HEIGHT;
}

/// The part of `product` with `count` rows from row `first` on.
static CProducts_product rows_of(const CProducts_product *product, ptrdiff_t first, ptrdiff_t count) {
  CProducts_product rows = *product;
  rows.rows = count;
  rows.a.base += first * rows.a.row;
  rows.start = at(rows.start, first, 0);
  rows.gate = at(rows.gate, first, 0);
  rows.c += first * rows.c_row;
  return rows;
}

bool CProducts_multiply_sparse(
    CProducts_instructions instructions, const CProducts_product *product, float *scratch) {
  const struct kernel *kernel = CProducts_kernel_of(instructions);
  struct memory *memory = (struct memory *)scratch;
  const ptrdiff_t most = height(product);
  if (most == 0) return false;
  for (ptrdiff_t i = 0; i < product->rows; i += most) {
    const CProducts_product rows = rows_of(product, i, least(most, product->rows - i));
    const struct strip strip = {
        .rows = rows.rows,
        .terms = memory->terms,
        .counts = memory->counts,
        .rectifies = rows.rectifies,
        .gate = rows.gate,
        .c = rows.c,
        .c_row = rows.c_row,
        .has_negative_zero = memory->has_negative_zero,
    };
    memset(memory->has_negative_zero, 0, sizeof memory->has_negative_zero);
    (rows.is_tree ? sum : multiply)(kernel, &rows, memory, strip);
    for (ptrdiff_t row = 0; row < rows.rows; row++) {
      if (!memory->has_negative_zero[row]) continue;
      CProducts_product dense = rows_of(&rows, row, 1);
      dense.is_sparse = false;
      CProducts_multiply(instructions, &dense, NULL);
    }
  }
  return true;
}
