#define _GNU_SOURCE /* vfork */

#include "CChild.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

int CChild_adopt_orphans(void) { return prctl(PR_SET_CHILD_SUBREAPER, 1UL); }

/* What the child does in its parent's memory: system calls alone. */
static int become(const char *path, char *const words[], char *const variables[], pid_t parent) {
  sigset_t none;
  signal(SIGUSR1, SIG_IGN);
  signal(SIGUSR2, SIG_IGN);
  signal(SIGPIPE, SIG_DFL);
  signal(SIGXFSZ, SIG_DFL);
  setpgid(0, 0);
  const int input = open("/dev/null", O_RDONLY);
  if (input < 0) return errno;
  dup2(input, STDIN_FILENO);
  if (input != STDIN_FILENO) close(input);
  prctl(PR_SET_PDEATHSIG, (unsigned long)SIGTERM);
  if (getppid() != parent) return ESRCH; /* it has ended already */
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
  execve(path, words, variables);
  return errno;
}

int CChild_start(const char *path, char *const words[], char *const variables[]) {
  const pid_t parent = getpid();
  volatile int error = 0;
  sigset_t all, before;
  sigfillset(&all);
  sigprocmask(SIG_BLOCK, &all, &before); /* no handler of the parent's may run in the child */
  const pid_t child = vfork();
  if (child == 0) {
    error = become(path, words, variables, parent);
    _exit(127);
  }
  if (child < 0) error = errno;
  sigprocmask(SIG_SETMASK, &before, NULL);
  return error != 0 ? -error : (int)child;
}
