// The memory that a parser takes, counted where all of it comes from: in place of the C library's malloc and
// its kin, which Swift's arrays and zlib call, too. The C library has its functions under these other names.
#define _GNU_SOURCE
#include "CFuzz.h"

#include <errno.h>
#include <malloc.h>
#include <sys/mman.h>

extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);
extern void *__libc_memalign(size_t, size_t);
extern void __libc_free(void *);

#define UNSEEN __attribute__((no_sanitize("coverage")))

// Bytes since CFuzz_begin. Memory of another thread, or of before, that is freed makes `live` negative.
static __thread ptrdiff_t live, peak;

UNSEEN static void see(ptrdiff_t bytes) {
  if (bytes > peak) peak = bytes;
}

// `pointer` is null where the system refused as much as `wanted`.
UNSEEN static void *took(void *pointer, size_t wanted) {
  if (!pointer) {
    see(wanted > PTRDIFF_MAX / 2 ? PTRDIFF_MAX : live + (ptrdiff_t)wanted);
    return pointer;
  }
  live += (ptrdiff_t)malloc_usable_size(pointer);
  see(live);
  return pointer;
}

UNSEEN void *malloc(size_t size) { return took(__libc_malloc(size), size); }

UNSEEN void *calloc(size_t count, size_t size) {
  size_t bytes;
  if (__builtin_mul_overflow(count, size, &bytes)) bytes = SIZE_MAX;
  return took(__libc_calloc(count, size), bytes);
}

UNSEEN void *realloc(void *old, size_t size) {
  size_t former = old ? malloc_usable_size(old) : 0;
  void *pointer = __libc_realloc(old, size);
  // Also with a size of zero, where the old memory is freed and there is no new.
  if (pointer || !size) live -= (ptrdiff_t)former;
  return took(pointer, size);
}

UNSEEN void free(void *pointer) {
  if (pointer) live -= (ptrdiff_t)malloc_usable_size(pointer);
  __libc_free(pointer);
}

UNSEEN void *memalign(size_t alignment, size_t size) {
  return took(__libc_memalign(alignment, size), size);
}

UNSEEN void *aligned_alloc(size_t alignment, size_t size) { return memalign(alignment, size); }

UNSEEN int posix_memalign(void **pointer, size_t alignment, size_t size) {
  void *memory = memalign(alignment, size);
  if (!memory) return ENOMEM;
  *pointer = memory;
  return 0;
}

UNSEEN void CFuzz_begin(void) { live = peak = 0; }

UNSEEN size_t CFuzz_peak(void) { return (size_t)peak; }

UNSEEN int CFuzz_memory_file(void) { return memfd_create("input", MFD_CLOEXEC); }
