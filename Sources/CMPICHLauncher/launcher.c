#include "CMPICHLauncher.h"

#include <mpi.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* The file descriptor of the socket to the launcher; -1 if no such launcher started this process.
 *
 * Where another program or launcher stands between, PMI_FD is left over, and its number is closed, or that of
 * a file that is opened later. So it is looked at once, before anything is opened. */
static int launcher_socket = -1;

__attribute__((constructor)) static void find_launcher(void) {
  const char *number = getenv("PMI_FD");
  struct stat status;
  if (number && !fstat(atoi(number), &status) && S_ISSOCK(status.st_mode)) launcher_socket = atoi(number);
}

int CMPICHLauncher_is_present(void) { return launcher_socket >= 0; }

/* Why not leave this to MPICH:
 *
 * - Before MPI_Init there is no MPI_Abort to call, and the launcher takes no notice of a process that merely
 *   exits: the other ranks would wait for it for ever.
 * - MPI_Abort sends the same line but exits at once. On busy cores the launcher of 4.0.2 then returned 1
 *   instead of the code, in 7 of 1444 jobs. When the process waited for the launcher to end it, that
 *   happened in none of 1284.
 *
 * Output that this process wrote just before, such as the reason for the failure, is lost if the launcher
 * ends the job before it has read that output: hence the first pause. */
void CMPICHLauncher_abort(int code) {
  const struct timespec until_output_is_read = {.tv_nsec = 100000000}, until_job_ends = {.tv_sec = 1};
  char line[32];
  int count = snprintf(line, sizeof line, "cmd=abort exitcode=%d\n", code);
  if (launcher_socket < 0) return;
  nanosleep(&until_output_is_read, 0);
  if (write(launcher_socket, line, (size_t)count) == count) nanosleep(&until_job_ends, 0);
}

/* MPI_Finalize of MPICH before 4.2, over UCX, does two things:
 *
 * 1. It closes the connections to other ranks. Over TCP, UCX closes a connection only after the other side
 *    has answered.
 * 2. It waits at a barrier of the launcher's until all ranks have come there. While it waits, it answers
 *    nobody.
 *
 * So a rank that is still closing its connections waits for ever for an answer of a rank that already waits
 * at the barrier. Of 100 jobs of six ranks on two cores, 6 hung in this way.
 *
 * The remedy is a mediator: a thread that stands between MPICH and the launcher and passes on their lines.
 * It notices when MPICH enters the barrier, and then has a second thread, the answering one, call MPI_Test
 * over and over. MPI_Test makes progress on all connections whichever request it is given; here the request
 * is one that stands for no operation (a generalized request). The standard does not allow MPI_Test after
 * MPI_Finalize has been called, but these versions of MPICH do. MPICH's thread and the answering thread are
 * never inside MPICH at the same time: MPICH's thread waits for the launcher's answer, which the mediator
 * passes on only after the answering thread has ended. */
#if defined(MPICH_NUMVERSION) && MPICH_NUMVERSION < 40200000
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>

typedef struct {
  int mpich;           /* our end of the socket that MPICH takes for the launcher's */
  int launcher;        /* the socket to the launcher */
  int is_barrier_over; /* not zero once the launcher has spoken; read and written atomically */
  MPI_Request nothing; /* a generalized request that stands for no operation */
} mediator;

/* The three callbacks of a generalized request, of which MPI requires the first to fill in a status. */
static int query_nothing(void *state, MPI_Status *status) {
  (void)state;
  MPI_Status_set_elements(status, MPI_BYTE, 0);
  return MPI_Status_set_cancelled(status, 0);
}
static int free_nothing(void *state) {
  (void)state;
  return MPI_SUCCESS;
}
static int cancel_nothing(void *state, int done) {
  (void)state;
  (void)done;
  return MPI_SUCCESS;
}

static void end_nothing(MPI_Request *nothing) {
  MPI_Grequest_complete(*nothing);
  MPI_Wait(nothing, MPI_STATUS_IGNORE);
}

/* The answering thread: lets MPICH make progress every millisecond until the barrier is over. */
static void *answer(void *argument) {
  mediator *between = argument;
  const struct timespec pause = {.tv_nsec = 1000000};
  for (int done; !__atomic_load_n(&between->is_barrier_over, __ATOMIC_ACQUIRE); nanosleep(&pause, 0))
    MPI_Test(&between->nothing, &done, MPI_STATUS_IGNORE);
  end_nothing(&between->nothing);
  return 0;
}

/* Passes on what can be read `from` one socket `to` the other, and leaves it in `line`. Returns the number
 * of bytes, zero at the end of the stream or after an error. */
static size_t pass(int from, int to, char *line, size_t capacity) {
  ssize_t count = read(from, line, capacity);
  return count > 0 && write(to, line, (size_t)count) == count ? (size_t)count : 0;
}

/* The mediator's thread: passes lines on, in both directions, until either side closes its socket. */
static void *mediate(void *argument) {
  static const char enters_barrier[] = "cmd=barrier_in\n";
  mediator *between = argument;
  struct pollfd ends[] = {{between->mpich, POLLIN, 0}, {between->launcher, POLLIN, 0}};
  size_t count = 1;
  int is_answering = 0;
  char line[1024];
  pthread_t answering;
  while (count && poll(ends, 2, -1) >= 0) {
    if (ends[1].revents) {
      __atomic_store_n(&between->is_barrier_over, 1, __ATOMIC_RELEASE);
      if (is_answering) pthread_join(answering, 0);
      is_answering = 0;
      count = pass(between->launcher, between->mpich, line, sizeof line);
    } else {
      count = pass(between->mpich, between->launcher, line, sizeof line);
      if (!is_answering && count == strlen(enters_barrier) && !memcmp(line, enters_barrier, count))
        is_answering = !pthread_create(&answering, 0, answer, between);
    }
  }
  close(between->mpich);
  close(between->launcher);
  return 0;
}

/* Starts the mediator's thread and puts its socket where MPICH expects the launcher's. Returns 1; or 0 if
 * that failed, and MPICH still speaks to the launcher itself. */
static int start_mediator(mediator *between, pthread_t *thread) {
  int ends[2], is_started;
  sigset_t all, usual;
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends)) return 0;
  between->mpich = ends[0];
  between->launcher = fcntl(launcher_socket, F_DUPFD_CLOEXEC, 0);
  /* The new threads block all signals, which are for the program's own threads. */
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &usual);
  is_started = between->launcher >= 0 && !pthread_create(thread, 0, mediate, between);
  pthread_sigmask(SIG_SETMASK, &usual, 0);
  if (is_started) {
    dup2(ends[1], launcher_socket);
  } else {
    close(between->launcher);
    close(ends[0]);
  }
  close(ends[1]);
  return is_started;
}

int CMPICHLauncher_finalize(void) {
  /* Static, since after a failure the mediator's thread may outlive this call. MPI is finalized once, so
   * nobody else uses it. */
  static mediator between;
  const struct sigaction ignoring = {.sa_handler = SIG_IGN};
  struct sigaction usual;
  char version[MPI_MAX_LIBRARY_VERSION_STRING];
  pthread_t thread;
  int length, done, is_started, code;
  if (launcher_socket < 0 || MPI_Get_library_version(version, &length) || !strstr(version, "ch4:ucx"))
    return MPI_Finalize();
  MPI_Grequest_start(query_nothing, free_nothing, cancel_nothing, 0, &between.nothing);
  /* When MPICH next makes progress after a SIGUSR1, it asks the launcher which processes have failed. During
   * the barrier it would take the barrier's answer for the answer to that question. So later SIGUSR1s are
   * ignored, and this MPI_Test lets MPICH deal with an earlier one. */
  sigaction(SIGUSR1, &ignoring, &usual);
  MPI_Test(&between.nothing, &done, MPI_STATUS_IGNORE);
  is_started = start_mediator(&between, &thread);
  if (!is_started) end_nothing(&between.nothing);
  code = MPI_Finalize();
  /* The mediator ends when MPICH closes its socket, which a failed MPI_Finalize may not have done. */
  if (is_started && code == MPI_SUCCESS) pthread_join(thread, 0);
  sigaction(SIGUSR1, &usual, 0);
  return code;
}
#else
int CMPICHLauncher_finalize(void) { return MPI_Finalize(); }
#endif
