#!/usr/bin/env bash
# MPICH 4.0.2, Debian 12's, takes 100 for the larger of 200 and 100.
#
# Expected: MPI_MAX of an unsigned type compares unsigned integers.
# Seen: it compares as if they were signed: of 200 and 100 it takes 100 (MPI_UNSIGNED_CHAR, MPI_UINT8_T), of
#   3,000,000,000 and 1 it takes 1 (MPI_UNSIGNED), without an error. Values in the lower half of the range, which
#   tests tend to use, come out right. MPICH 5.0.2 is right in all three.
# Way round: reduce in a wider signed type, or with an operation of one's own (MPI_Op_create).
#
# Needs Debian's packages mpich and libmpich-dev, 4.0.2-3, and a C compiler.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

version=$(dpkg-query --show --showformat '${Version}' libmpich-dev 2>&1) || true
if [[ $version != 4.0.2-* ]]; then
  echo "this needs Debian 12 and: apt-get install mpich libmpich-dev gcc" >&2
  exit 77
fi
python3 -m venv "$folder/venv" || exit 77
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check mpich==5.0.2 || {
  echo "mpich==5.0.2 cannot be installed here" >&2
  exit 77
}
cat >"$folder/largest.c" <<'C'
#include <mpi.h>
#include <stdio.h>

int main(int count, char **words) {
  int rank;
  MPI_Init(&count, &words);
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  unsigned char own = rank == 0 ? 200 : 100, fixed = 0, plain = 0;
  unsigned word = rank == 0 ? 3000000000 : 1, largest = 0;
  MPI_Allreduce(&own, &fixed, 1, MPI_UINT8_T, MPI_MAX, MPI_COMM_WORLD);
  MPI_Allreduce(&own, &plain, 1, MPI_UNSIGNED_CHAR, MPI_MAX, MPI_COMM_WORLD);
  MPI_Allreduce(&word, &largest, 1, MPI_UNSIGNED, MPI_MAX, MPI_COMM_WORLD);
  if (rank == 0) printf("%d %d %u\n", fixed, plain, largest);
  return MPI_Finalize();
}
C

# largest COMPILER LAUNCHER: the larger of 200 and 100, twice, and of 3,000,000,000 and 1.
largest() { "$1" "$folder/largest.c" -o "$folder/largest" && "$2" -n 2 "$folder/largest"; }

old=$(largest mpicc.mpich mpiexec.hydra)
new=$(largest "$folder/venv/bin/mpicc" "$folder/venv/bin/mpiexec")
echo "the larger of 200 and 100, of the same, of 3000000000 and 1: 4.0.2 says $old, 5.0.2 says $new"
[[ $old == '100 100 1' && $new == '200 200 3000000000' ]]
