#ifndef LOCKSTEP_CMPICHLAUNCHER_H
#define LOCKSTEP_CMPICHLAUNCHER_H

/* How a process ends under MPICH's launcher, where MPICH's own MPI_Abort and MPI_Finalize do not do it well.
 * With other MPIs it does nothing of its own, unless a launcher of MPICH's kind has started the process.
 *
 * The launcher and its processes exchange lines of text, by a protocol named PMI-1, over a socket. The
 * environment variable PMI_FD holds the socket's file descriptor; a process that begins without such an open
 * socket was not started by such a launcher. */

/* Whether a launcher of MPICH's kind has started this very process: MPICH's, Intel's, or Slurm's srun with PMI. */
int CMPICHLauncher_is_present(void);

/* Asks the launcher to end the job with the exit status `code`, and gives it about a second to do so. Returns
 * only if the launcher has not ended this process by then; at once if there is no launcher. May be called at
 * any time, also before MPI_Init and after MPI_Finalize. */
void CMPICHLauncher_abort(int code);

/* Calls MPI_Finalize and returns what it returns. With MPICH before 4.2 over UCX, this process goes on
 * answering other ranks' messages until all ranks have called it. */
int CMPICHLauncher_finalize(void);

#endif
