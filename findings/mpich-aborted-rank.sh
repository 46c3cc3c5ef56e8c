#!/usr/bin/env bash
# mpiexec of MPICH 4.1.3 ends with 0 at times though a signal has ended ranks of its job, and says nothing.
#
# Expected: a job whose ranks were ended by SIGABRT does not end with 0, and its launcher says which signal it was. MPICH
#   4.2.3, 4.3.2 and 5.0.2 end 30 of 30 such jobs with 6.
# Seen: of jobs of two ranks that call abort() after MPI_Init, some end with 0, and then without the launcher's BAD
#   TERMINATION: 8 of 30 with 4.1.3, 25 of 40 with Debian 13's package of 4.2.1; 0 of 40 with Debian 12's of 4.0.2. It
#   depends on whether the launcher first hears of the closed connection or of the signal. A script that goes on after a job
#   that ended with 0 goes on after a crash.
# Way round: MPICH 4.2.3 or later; or have the program's last act leave something to look for.
#
# Needs gcc.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

command -v gcc >"$folder/gcc" || exit 77
ulimit -c 0
cat >"$folder/abort.c" <<'C'
#include <mpi.h>
#include <stdlib.h>

int main(void) {
  MPI_Init(NULL, NULL);
  abort();
}
C

# zeros VERSION: how many of sixty jobs of two ranks end with 0.
zeros() {
  local job count=0 at=$folder/$1
  python3 -m venv "$at" || exit 77
  "$at/bin/pip" install --quiet --disable-pip-version-check --no-deps "mpich==$1" || exit 77
  gcc -I"$at/include" "$folder/abort.c" -o "$at/abort" -L"$at/lib" -l:libmpi.so.12 -Wl,-rpath,"$at/lib"
  for ((job = 0; job < 60; job++)); do
    ! timeout 20 "$at/bin/mpiexec" -n 2 "$at/abort" >"$folder/words" 2>&1 || count=$((count + 1))
  done
  echo "$count"
}

before=$(zeros 4.1.3) || exit
after=$(zeros 4.2.3) || exit
echo "jobs of 60 that ended with 0 though SIGABRT ended their ranks: MPICH 4.1.3 $before, 4.2.3 $after"
((before > 0 && after == 0))
