#ifndef LOCKSTEP_CLINUX_SHIM_H
#define LOCKSTEP_CLINUX_SHIM_H

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <malloc.h>
#include <sys/auxv.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <sys/vfs.h>
#include <unistd.h>

// Swift's view of the C library hides renameat2, a GNU extension, and cannot call the variadic
// syscall() in its place. Exchanges two names; sets errno as rename() does.
static inline int CLinux_rename_exchange(const char *first, const char *second) {
  return (int)syscall(SYS_renameat2, AT_FDCWD, first, AT_FDCWD, second, RENAME_EXCHANGE);
}

// So it hides process_vm_readv. Copies `size` bytes at `address` of another process; returns 0, or
// the number of the error (EFAULT where fewer were there).
static inline int CLinux_copy_from_process(pid_t process, unsigned long address, void *target,
                                           size_t size) {
  struct iovec local = {target, size}, remote = {(void *)address, size};
  long count = syscall(SYS_process_vm_readv, process, &local, 1UL, &remote, 1UL, 0UL);
  return count == (long)size ? 0 : count < 0 ? errno : EFAULT;
}

// And statfs, whose header its module leaves out. Returns the kind of file system that `path` is
// in, as statfs(2) numbers them; 0 where it does not tell.
static inline unsigned int CLinux_file_system(const char *path) {
  struct statfs status;
  return statfs(path, &status) == 0 ? (unsigned int)status.f_type : 0;
}

// And getauxval, whose header its module leaves out. The name by which this program was started, as
// the kernel took it; NULL where it does not tell.
static inline const char *CLinux_program(void) { return (const char *)getauxval(AT_EXECFN); }

// mallopt's header is left out, too. Lets all threads allocate from one heap: each of their own
// reserves 64 MiB of addresses, which limits on a process count and which are hardly ever used.
static inline void CLinux_share_heap(void) { (void)mallopt(M_ARENA_MAX, 1); }

#endif
