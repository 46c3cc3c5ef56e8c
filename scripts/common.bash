# Shared by the scripts of this folder; sourced, never run.
# shellcheck shell=bash disable=SC2034

me=${0##*/}
# With it `cd` may lead elsewhere, and print where.
unset CDPATH
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

# sysexits.h, as the program itself uses them.
readonly EX_USAGE=64 EX_DATAERR=65 EX_UNAVAILABLE=69 EX_SOFTWARE=70 EX_IOERR=74 EX_TEMPFAIL=75

# Where standard error is gone, as with its terminal, there is nobody to tell.
# A sentence has no full stop, as those of the program: it may end in what is to be typed.
say() { printf '%s: %s\n' "$me" "$*" >&2 || true; }

# fail CODE SENTENCE
fail() {
  local code=$1
  shift
  say "$*"
  exit "$code"
}

have() { command -v "$1" >/dev/null 2>&1; }

# family PID: it and all that it has started, one a line. What installs packages is left out, since
# it must not be ended half way.
family() {
  local name child
  { read -r name <"/proc/$1/comm"; } 2>/dev/null || return 0
  [[ $name != sudo && $name != apt-get && $name != dnf ]] || return 0
  printf '%s\n' "$1"
  for child in $(cat "/proc/$1"/task/*/children 2>/dev/null); do
    family "$child"
  done
}

# A shell hears a signal only when its command has ended. `attended COMMAND…` runs one that may take
# long, with this shell's input, so that its traps are run meanwhile.
attended() {
  local status=0
  # Asynchronous commands are born deaf to SIGINT.
  (trap - INT && exec "$@") <&0 &
  wait "$!" || status=$?
  return "$status"
}

# Signals end what is attended, and this script.
heed_signals() {
  trap 'end_early 129' HUP
  trap 'end_early 130' INT
  trap 'end_early 143' TERM
}

# end_early CODE: ends what was started in the background, then this script.
end_early() {
  local job
  trap '' HUP INT TERM USR1 USR2 XCPU
  for job in $(jobs -p); do
    # shellcheck disable=SC2046 # a list of processes, to be split
    kill -TERM $(family "$job") 2>/dev/null || true
    wait "$job" 2>/dev/null || true
  done
  exit "$1"
}

# The program's own default, too: `lockstep` looks for MNIST below this folder.
cache_folder() {
  local base=${XDG_CACHE_HOME:-}
  [[ $base == /* ]] || base= # the specification tells to ignore a relative one
  [[ -n $base || -n ${HOME:-} ]] || fail $EX_USAGE "set HOME or XDG_CACHE_HOME: one of them says where downloads are kept"
  printf '%s/lockstep\n' "${base:-$HOME/.cache}"
}

# shellcheck source=scripts/mpi.bash
. "$root/scripts/mpi.bash"

# The hot loops are compiled for x86-64-v3 (AVX2) unless told otherwise; older processors are told.
choose_march() {
  local flag
  [[ $(uname -m) == x86_64 && -z ${LOCKSTEP_MARCH:-} ]] || return 0
  for flag in avx2 bmi1 bmi2 f16c fma abm movbe; do
    if ! grep -qw -m 1 "$flag" /proc/cpuinfo; then
      say "this processor has no $flag; building for plain x86-64"
      export LOCKSTEP_MARCH=x86-64
      return
    fi
  done
}

# Whether packages may be installed: no, or anything else for yes.
LOCKSTEP_INSTALL=${LOCKSTEP_INSTALL:-yes}
# shellcheck source=scripts/packages.bash
. "$root/scripts/packages.bash"
# shellcheck source=scripts/needs.bash
. "$root/scripts/needs.bash"

# python_environment NAME IMPORTS REQUIREMENT…: prints the Python of a virtual environment, kept in
# the cache folder, in which IMPORTS succeed. What an earlier kill left half made is made anew.
python_environment() {
  local folder python base
  folder=$(cache_folder)/$1
  python=$folder/bin/python
  if ! "$python" -c "import $2" 2>/dev/null; then
    say "making a Python environment with ${*:3}"
    mkdir -p "${folder%/*}"
    need python-venv
    base=$(python_with ensurepip,venv) || fail $EX_UNAVAILABLE "there is no Python with venv and ensurepip"
    if ! {
      "$base" -m venv --clear "$folder" &&
        timeout --foreground 1800 "$python" -m pip --disable-pip-version-check --quiet \
          install "${@:3}" &&
        "$python" -c "import $2"
    }; then
      fail $EX_UNAVAILABLE "could not make a Python environment in $folder"
    fi
  fi >&2
  echo "$python"
}
