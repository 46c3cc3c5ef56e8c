// A library for LD_PRELOAD. It lets one call of a process fail that touches a file below a folder, and it
// writes down all of these calls. Tests compile it (Tests/FaultTests/Shim.swift); it reads these variables:
//
//   FAULT_UNDER   the folder, as an absolute path without links; calls on other files pass untouched
//   FAULT_CALLS   the file to which each call is appended as a line, with tabs between the fields: its
//                 number, its name, what it returned, the inode, the first path, the second one, whether
//                 the file was made by the call, the offset in the file or, of an open, its flags, and the
//                 written bytes in hexadecimal
//   FAULT_AT      the number of the call that fails, from 1 on; 0 for each call once, so that its repetition
//                 passes, and every number from N on for +N
//   FAULT_ERROR   the error number that the call returns; or kill: the process is killed instead; or short:
//                 half of what is written is taken
//   FAULT_CLOCK   a file: once it exists the clock is an hour slow. (Times since the start go on.)
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

// What is known of one call.
struct call {
  const char *name, *first, *second;
  int descriptor, is_made;
  long offset;
  const void *bytes;
  size_t count;
};

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static char is_ours[4096];  // by descriptor
static long number;
static __thread int has_failed;

static int is_under(const char *path) {
  const char *folder = getenv("FAULT_UNDER");
  size_t length = folder ? strlen(folder) : 0;
  return length && path && !strncmp(path, folder, length) && (!path[length] || path[length] == '/');
}

static int is_open(int descriptor) {
  return descriptor >= 0 && descriptor < (int)sizeof is_ours && is_ours[descriptor];
}

// Whether the call that begins, the next in number, is to fail.
static int is_chosen(void) {
  const char *at = getenv("FAULT_AT");
  number++;
  if (!at) return 0;
  if (at[0] == '0') return has_failed = !has_failed;
  return at[0] == '+' ? number >= atol(at + 1) : number == atol(at);
}

static void note(const struct call *call, long result) {
  const char *name = getenv("FAULT_CALLS");
  if (!name) return;
  int error = errno;
  struct stat status = {0};
  const char *place = call->second ? call->second : call->first;
  if (call->descriptor >= 0) fstat(call->descriptor, &status);
  else if (place) lstat(place, &status);
  FILE *log = NEXT(fopen)(name, "a");
  if (!log) abort();
  fprintf(log, "%ld\t%s\t%ld\t%lu\t%s\t%s\t%d\t%ld\t", number, call->name, result < 0 ? -error : result,
          (unsigned long)status.st_ino, call->first ? call->first : "", call->second ? call->second : "",
          call->is_made, call->offset);
  const unsigned char *bytes = call->bytes;
  for (long i = 0; i < result && bytes; i++) fprintf(log, "%02x", bytes[i]);
  fputc('\n', log);
  fclose(log);
  errno = error;
}

// CALL(what is known, what does it): does it under the lock, or lets it fail.
#define CALL(known, action)                                    \
  ({                                                           \
    struct call call = known;                                  \
    long result;                                               \
    pthread_mutex_lock(&mutex);                                \
    int is_failing = is_chosen();                              \
    const char *error = getenv("FAULT_ERROR");                 \
    if (is_failing && !strcmp(error, "kill")) raise(SIGKILL);  \
    if (is_failing && atoi(error)) {                           \
      if (!strcmp(call.name, "close")) (void)(action);         \
      errno = atoi(error);                                     \
      result = -1;                                             \
    } else {                                                   \
      result = (long)(action);                                 \
    }                                                          \
    note(&call, result);                                       \
    pthread_mutex_unlock(&mutex);                              \
    result;                                                    \
  })

#define KNOWN(...) ((struct call){.descriptor = -1, .offset = -1, __VA_ARGS__})

// Calls on one path, and on two.
#define ON_PATH(function, parameters, ...)                                             \
  int function parameters {                                                            \
    if (!is_under(path)) return NEXT(function) __VA_ARGS__;                            \
    return (int)CALL(KNOWN(.name = #function, .first = path), NEXT(function) __VA_ARGS__); \
  }

#define ON_TWO(function, parameters, ...)                                                  \
  int function parameters {                                                                \
    if (!is_under(to)) return NEXT(function) __VA_ARGS__;                                  \
    return (int)CALL(KNOWN(.name = #function, .first = from, .second = to),                \
                     NEXT(function) __VA_ARGS__);                                          \
  }

ON_PATH(mkdir, (const char *path, mode_t mode), (path, mode))
ON_PATH(unlink, (const char *path), (path))
ON_PATH(rmdir, (const char *path), (path))
ON_TWO(rename, (const char *from, const char *to), (from, to))
ON_TWO(symlink, (const char *from, const char *to), (from, to))
ON_TWO(linkat, (int one, const char *from, int other, const char *to, int flags),
       (one, from, other, to, flags))

static int exchanged(const char *from, const char *to, long flags) {
  return (int)CALL(KNOWN(.name = "exchange", .first = from, .second = to),
                   NEXT(syscall)(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, flags));
}

long syscall(long which, ...) {
  va_list list;
  long a[6];
  va_start(list, which);
  for (int i = 0; i < 6; i++) a[i] = va_arg(list, long);
  va_end(list);
  if (which == SYS_renameat2 && is_under((const char *)a[3]))
    return exchanged((const char *)a[1], (const char *)a[3], a[4]);
  return NEXT(syscall)(which, a[0], a[1], a[2], a[3], a[4], a[5]);
}

DIR *opendir(const char *path) {
  if (!is_under(path)) return NEXT(opendir)(path);
  long result = CALL(KNOWN(.name = "opendir", .first = path), ({
                       DIR *directory = NEXT(opendir)(path);
                       directory ? (long)directory : -1;
                     }));
  return result == -1 ? NULL : (DIR *)result;
}

static int opened(const char *path, int flags, mode_t mode) {
  struct stat status;
  int is_made = (flags & O_CREAT) && lstat(path, &status) != 0;
  const char *name = (flags & O_TMPFILE) == O_TMPFILE ? "tmpfile" : "open";
  int result = (int)CALL(KNOWN(.name = name, .first = path, .is_made = is_made, .offset = flags),
                         call.descriptor = NEXT(open)(path, flags, mode));
  if (result >= 0 && result < (int)sizeof is_ours) is_ours[result] = 1;
  return result;
}

#define OPEN(function)                                        \
  int function(const char *path, int flags, ...) {                \
    va_list list;                                             \
    va_start(list, flags);                                    \
    mode_t mode = (mode_t)va_arg(list, int);                  \
    va_end(list);                                             \
    return is_under(path) ? opened(path, flags, mode) : NEXT(function)(path, flags, mode); \
  }

OPEN(open)
OPEN(open64)

ssize_t read(int descriptor, void *bytes, size_t count) {
  if (!is_open(descriptor)) return NEXT(read)(descriptor, bytes, count);
  return CALL(KNOWN(.name = "read", .descriptor = descriptor), NEXT(read)(descriptor, bytes, count));
}

ssize_t write(int descriptor, const void *bytes, size_t count) {
  if (!is_open(descriptor)) return NEXT(write)(descriptor, bytes, count);
  return CALL(KNOWN(.name = "write", .descriptor = descriptor, .bytes = bytes), ({
                size_t taken = is_failing && count > 1 ? count / 2 : count;
                ssize_t written = NEXT(write)(descriptor, bytes, taken);
                call.offset = lseek(descriptor, 0, SEEK_CUR) - written;
                written;
              }));
}

int fsync(int descriptor) {
  if (!is_open(descriptor)) return NEXT(fsync)(descriptor);
  return (int)CALL(KNOWN(.name = "fsync", .descriptor = descriptor), NEXT(fsync)(descriptor));
}

#define TRUNCATE(function)                                                                     \
  int function(int descriptor, off_t size) {                                                     \
    if (!is_open(descriptor)) return NEXT(function)(descriptor, size);                           \
    return (int)CALL(KNOWN(.name = "ftruncate", .descriptor = descriptor, .offset = size),   \
                     NEXT(function)(descriptor, size));                                          \
  }

TRUNCATE(ftruncate)
TRUNCATE(ftruncate64)

int close(int descriptor) {
  if (!is_open(descriptor)) return NEXT(close)(descriptor);
  is_ours[descriptor] = 0;
  return (int)CALL(KNOWN(.name = "close"), NEXT(close)(descriptor));
}

static long lag(void) {
  const char *file = getenv("FAULT_CLOCK");
  return file && access(file, F_OK) == 0 ? 3600 : 0;
}

int clock_gettime(clockid_t clock, struct timespec *time) {
  int result = NEXT(clock_gettime)(clock, time);
  if (clock == CLOCK_REALTIME) time->tv_sec -= lag();
  return result;
}

int gettimeofday(struct timeval *restrict time, void *restrict zone) {
  int result = NEXT(gettimeofday)(time, zone);
  time->tv_sec -= lag();
  return result;
}

time_t time(time_t *place) {
  time_t now = NEXT(time)(NULL) - lag();
  if (place) *place = now;
  return now;
}
