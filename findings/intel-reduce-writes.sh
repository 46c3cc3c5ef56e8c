#!/usr/bin/env bash
# MPI_Reduce of Intel MPI 2021.19 writes into the receive buffers of ranks that are not the root.
#
# Expected: the receive buffer counts at the root alone (MPI 3.1, 5.9.1): other ranks may pass any pointer there, and
#   what it points to stays. MPICH 5.0.2, from which Intel MPI stems, leaves it.
# Seen: of three ranks on two hosts, with rank 1 as the root, rank 2, alone on its host, finds the sum of the first host's
#   ranks in its receive buffer. A program that passes a buffer in use there loses what it held; one that passes a
#   buffer of no room, or a null pointer, ends by a signal.
# Way round: pass room for the whole result on all ranks.
#
# The two hosts are this machine under two names, with a false ssh. Needs gcc.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

command -v gcc >"$folder/gcc" || exit 77
cat >"$folder/reduce.c" <<'C'
#include <mpi.h>
#include <stdio.h>

int main(void) {
  int rank, value, result = 99;
  MPI_Init(NULL, NULL);
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  value = rank + 1;
  MPI_Reduce(&value, &result, 1, MPI_INT, MPI_SUM, 1, MPI_COMM_WORLD);
  if (rank == 2) printf("the buffer of a rank that is not the root held 99 and holds %d\n", result);
  MPI_Finalize();
  return 0;
}
C
cat >"$folder/ssh" <<'SH'
#!/bin/sh
while [ "${1#-}" != "$1" ]; do shift; done
shift
exec sh -c "$*"
SH
chmod +x "$folder/ssh"

# run NAME WHEEL...: what rank 2 finds.
run() {
  local at=$folder/$1
  python3 -m venv "$at" || exit 77
  "$at/bin/pip" install --quiet --disable-pip-version-check --no-deps "${@:2}" || exit 77
  gcc -I"$at/include" "$folder/reduce.c" -o "$at/reduce" -L"$at/lib" -l:libmpi.so.12 -Wl,-rpath,"$at/lib"
  I_MPI_ROOT=$at I_MPI_PIN=0 FI_PROVIDER=tcp timeout 60 "$at/bin/mpiexec.hydra" -bootstrap ssh \
    -bootstrap-exec "$folder/ssh" -hosts 127.0.0.1,127.0.0.2 -ppn 2 -n 3 "$at/reduce" 2>"$folder/words"
}

intel=$(run intel impi-rt==2021.19.0 impi-devel==2021.19.0) || exit
mpich=$(run mpich mpich==5.0.2) || exit
echo "Intel MPI 2021.19: $intel"
echo "MPICH 5.0.2: $mpich"
[[ $intel == *'holds 3' && $mpich == *'holds 99' ]]
