#ifndef LOCKSTEP_CFILES_SHIM_H
#define LOCKSTEP_CFILES_SHIM_H

#include <linux/fs.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

// Swift's view of the C library hides sync_file_range, a GNU extension, and cannot call the variadic
// syscall() in its place. Begins to write `size` bytes of a file from `offset` on to the disk, and
// does not wait for them; what cannot be begun now is written later.
static inline void CFiles_begin_writing(int descriptor, off_t offset, off_t size) {
  (void)syscall(SYS_sync_file_range, descriptor, offset, size, SYNC_FILE_RANGE_WRITE);
}

#endif
