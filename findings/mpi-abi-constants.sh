#!/usr/bin/env bash
# Two libraries of one standard ABI disagree on what MPI_ERRORS_RETURN is.
#
# Expected: a program that is compiled with mpi_abi.h and linked with libmpi_abi.so.1 runs with any library of that name:
#   that is what the ABI of MPI 5.0 (chapter 20) is for, and both headers say MPI_ABI_VERSION 1.0.
# Seen: MPICH 5.0.2 has MPI_ERRORS_ABORT 0x142 and MPI_ERRORS_RETURN 0x143, Intel MPI 2021.19 the other way round. A
#   program of one that asks for errors to be returned is aborted by the other at its first error. MPI_SEEK_*,
#   MPI_APPNUM, MPI_UNIVERSE_SIZE and MPI_LASTUSEDCODE differ, too; all else that the headers share is equal.
# Way round: ask the library: the handler of MPI_FILE_NULL is MPI_ERRORS_RETURN, unless it was changed (MPI 5.0, 14.7).
#
# Needs gcc.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

command -v gcc >"$folder/gcc" || exit 77
python3 -m venv "$folder/mpich" && python3 -m venv "$folder/intel" || exit 77
"$folder/mpich/bin/pip" install --quiet --disable-pip-version-check mpich==5.0.2 || exit 77
"$folder/intel/bin/pip" install --quiet --disable-pip-version-check --no-deps \
  impi-rt==2021.19.0 impi-devel==2021.19.0 || exit 77

cat >"$folder/constant.c" <<'C'
#include <mpi_abi.h>
#include <stdint.h>
#include <stdio.h>

int main(void) {
  MPI_Errhandler handler;
  MPI_Init(NULL, NULL);
  MPI_File_get_errhandler(MPI_FILE_NULL, &handler);
  printf("header %#jx, library %#jx\n", (uintmax_t)(uintptr_t)MPI_ERRORS_RETURN, (uintmax_t)(uintptr_t)handler);
  MPI_Finalize();
  return 0;
}
C

# run HEADER LIBRARY: the constant of one's header, and of the other's library.
run() {
  gcc -I"$folder/$1/include" "$folder/constant.c" -o "$folder/$1-constant" -L"$folder/$1/lib" -l:libmpi_abi.so.1
  LD_LIBRARY_PATH=$folder/$2/lib I_MPI_ROOT=$folder/$2 "$folder/$1-constant" 2>"$folder/words"
}

pairs=()
for header in mpich intel; do
  for library in mpich intel; do
    pairs+=("$(run "$header" "$library")")
    echo "MPI_ERRORS_RETURN, compiled with $header, run with $library: ${pairs[-1]}"
  done
done
[[ ${pairs[*]} == "header 0x143, library 0x143 header 0x143, library 0x142 header 0x142, library 0x143 header 0x142, library 0x142" ]]
