#ifndef CFUZZ_H
#define CFUZZ_H

#include <stddef.h>
#include <stdint.h>

// Begins to count the memory that this thread allocates.
void CFuzz_begin(void);

// The most bytes beyond those of the last CFuzz_begin that were allocated at once, also by a call that
// failed.
size_t CFuzz_peak(void);

// A file in memory: `memfd_create`, which Swift does not import.
int CFuzz_memory_file(void);

#endif
