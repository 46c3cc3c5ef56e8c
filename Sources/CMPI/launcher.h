#ifndef LOCKSTEP_CMPI_LAUNCHER_H
#define LOCKSTEP_CMPI_LAUNCHER_H
#include <mpi.h>

/* What MPICH's launcher has to hear for a job to end well, where no function of MPI says it: in the words
 * of PMI-1, its protocol, lines over the socket whose number is in PMI_FD. Nothing of it is needed with
 * Open MPI. */

#ifdef MPICH_NUMVERSION
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

/* The socket; -1 where there is no such launcher. */
static inline int CMPI_launcher(void) {
  const char *number = getenv("PMI_FD");
  return number ? atoi(number) : -1;
}

/* Says that the job is to end with `code`, and waits for that. Before MPI begins no function of MPI says
 * it, and the launcher takes no notice of a rank that just ends: the others would wait for it. Later
 * MPI_Abort does, but writes words of its own and leaves at once; where cores are busy the launcher of
 * 4.0.2 then returned 1 in place of the code, in 7 of 1444 jobs, and here in none of 1284. The launcher
 * does not read what a rank wrote just before, such as why: it is left the time to. */
static inline void CMPI_abort_at_launcher(int code) {
  struct timespec reading = {.tv_nsec = 100000000}, ending = {.tv_sec = 1};
  char words[32];
  int launcher = CMPI_launcher(), count = snprintf(words, sizeof words, "cmd=abort exitcode=%d\n", code);
  if (launcher < 0) return;
  nanosleep(&reading, 0);
  if (write(launcher, words, (size_t)count) == count) nanosleep(&ending, 0);
}
#else
static inline void CMPI_abort_at_launcher(int code) { (void)code; }
#endif
static inline void CMPI_abort(int code) {
  CMPI_abort_at_launcher(code);
  MPI_Abort(MPI_COMM_WORLD, code);
}

/* Before 4.2 the MPI_Finalize of MPICH over UCX closes its connections and then waits at a barrier of the
 * launcher's, where it answers nobody. But UCX closes a connection over TCP with an answer of the other
 * side, so a rank that others are ahead of may wait for ever: of 100 jobs of six ranks on two cores 6 did.
 *
 * Here a thread stands between the two, and passes on what they say. While MPICH waits at that barrier,
 * another answers in its place: MPI_Test makes progress for any request, such as one that stands for
 * nothing. The standard has no such call; these versions allow it. MPICH's thread and this one are never in
 * MPI at once, as the first waits for words that are passed on when the second is gone. */
#if defined(MPICH_NUMVERSION) && MPICH_NUMVERSION < 40200000
typedef struct {
  int mpich, launcher, is_open;
  MPI_Request nothing;
} CMPI_Mediator;

static inline int CMPI_query_nothing(void *state, MPI_Status *status) {
  (void)state;
  MPI_Status_set_elements(status, MPI_BYTE, 0);
  return MPI_Status_set_cancelled(status, 0);
}
static inline int CMPI_free_nothing(void *state) { return (void)state, MPI_SUCCESS; }
static inline int CMPI_cancel_nothing(void *state, int done) { return (void)state, (void)done, MPI_SUCCESS; }

static inline void CMPI_end_nothing(MPI_Request *nothing) {
  MPI_Grequest_complete(*nothing);
  MPI_Wait(nothing, MPI_STATUS_IGNORE);
}

static inline void *CMPI_answer(void *mediator) {
  CMPI_Mediator *between = (CMPI_Mediator *)mediator;
  struct timespec pause = {.tv_nsec = 1000000};
  for (int done; !__atomic_load_n(&between->is_open, __ATOMIC_ACQUIRE); nanosleep(&pause, 0))
    MPI_Test(&between->nothing, &done, MPI_STATUS_IGNORE);
  CMPI_end_nothing(&between->nothing);
  return 0;
}

/* How many bytes were passed on; 0 at the end. */
static inline size_t CMPI_pass(int from, int to, char *words, size_t room) {
  ssize_t count = read(from, words, room);
  return count > 0 && write(to, words, (size_t)count) == count ? (size_t)count : 0;
}

static inline void *CMPI_mediate(void *mediator) {
  static const char barrier[] = "cmd=barrier_in\n";
  CMPI_Mediator *between = (CMPI_Mediator *)mediator;
  struct pollfd ends[] = {{between->mpich, POLLIN, 0}, {between->launcher, POLLIN, 0}};
  size_t count = 1;
  int waits = 0;
  char words[1024];
  pthread_t answering;
  while (count && poll(ends, 2, -1) >= 0) {
    if (ends[1].revents) {
      __atomic_store_n(&between->is_open, 1, __ATOMIC_RELEASE);
      if (waits) pthread_join(answering, 0);
      waits = 0;
      count = CMPI_pass(between->launcher, between->mpich, words, sizeof words);
    } else {
      count = CMPI_pass(between->mpich, between->launcher, words, sizeof words);
      if (!waits && count == strlen(barrier) && !memcmp(words, barrier, count))
        waits = !pthread_create(&answering, 0, CMPI_answer, between);
    }
  }
  close(between->mpich);
  close(between->launcher);
  return 0;
}

/* Whether a mediator is started: from then on MPICH takes it for the launcher. */
static inline int CMPI_start_mediator(CMPI_Mediator *between, pthread_t *thread) {
  int ends[2], started, launcher = CMPI_launcher();
  sigset_t all, usual;
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends)) return 0;
  between->mpich = ends[0];
  between->launcher = fcntl(launcher, F_DUPFD_CLOEXEC, 0);
  /* Signals are for the program's own threads. */
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &usual);
  started = between->launcher >= 0 && !pthread_create(thread, 0, CMPI_mediate, between);
  pthread_sigmask(SIG_SETMASK, &usual, 0);
  if (started) {
    dup2(ends[1], launcher);
  } else {
    close(between->launcher);
    close(ends[0]);
  }
  close(ends[1]);
  return started;
}

static inline int CMPI_finalize(void) {
  static CMPI_Mediator between;
  struct sigaction ignoring = {.sa_handler = SIG_IGN}, usual;
  char version[MPI_MAX_LIBRARY_VERSION_STRING];
  pthread_t thread;
  int length, done, started, code;
  if (CMPI_launcher() < 0 || MPI_Get_library_version(version, &length) || !strstr(version, "ch4:ucx"))
    return MPI_Finalize();
  MPI_Grequest_start(CMPI_query_nothing, CMPI_free_nothing, CMPI_cancel_nothing, 0, &between.nothing);
  /* At SIGUSR1 MPICH's next progress asks the launcher who has failed, and would take the barrier's answer
   * for that of its question: what came is asked about now, and no more comes. */
  sigaction(SIGUSR1, &ignoring, &usual);
  MPI_Test(&between.nothing, &done, MPI_STATUS_IGNORE);
  started = CMPI_start_mediator(&between, &thread);
  if (!started) CMPI_end_nothing(&between.nothing);
  code = MPI_Finalize();
  /* The mediator ends with MPICH's socket, which a call that failed may have left open. */
  if (started && code == MPI_SUCCESS) pthread_join(thread, 0);
  sigaction(SIGUSR1, &usual, 0);
  return code;
}
#else
static inline int CMPI_finalize(void) { return MPI_Finalize(); }
#endif

#endif
