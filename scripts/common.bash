# Shared by the scripts of this folder; sourced, never run.
# shellcheck shell=bash disable=SC2034

me=${0##*/}
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
  [[ $name != sudo && $name != apt-get ]] || return 0
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

is_debian_12() {
  [[ -r /etc/os-release ]] || return 1
  # A subshell: os-release is a list of assignments and would set NAME and its kin here.
  (
    # shellcheck source=/dev/null
    . /etc/os-release
    [[ ${ID:-} == debian && ${VERSION_ID:-} == 12 ]]
  )
}

# missing_packages NAME…: those that dpkg does not know as installed, on one line.
missing_packages() {
  local name missing=()
  for name in "$@"; do
    [[ $(dpkg-query -W -f '${db:Status-Status}' "$name" 2>/dev/null) == installed ]] ||
      missing+=("$name")
  done
  printf '%s' "${missing[*]}"
}

# install_packages NAME…: through apt, with sudo unless root; says so before it asks a password.
install_packages() {
  local log as_root=(env)
  if ((EUID != 0)); then
    have sudo || fail $EX_UNAVAILABLE "these packages are missing and there is no sudo to install them: $*"
    as_root=(sudo)
    say "installing with sudo and apt: $*"
  else
    say "installing with apt: $*"
  fi
  log=$(mktemp)
  if ! {
    "${as_root[@]}" timeout --foreground 300 apt-get -q update &&
      "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
        timeout --foreground 900 apt-get -q -o DPkg::Lock::Timeout=300 \
        install -y --no-install-recommends "$@"
  } </dev/null >"$log" 2>&1; then
    tail -n 20 "$log" >&2
    rm -f "$log"
    fail $EX_UNAVAILABLE "apt could not install $*"
  fi
  rm -f "$log"
}

# ensure_packages NAME…: no call of apt at all when everything is there.
ensure_packages() {
  local missing
  missing=$(missing_packages "$@")
  # shellcheck disable=SC2086 # a list of package names, to be split
  [[ -z $missing ]] || install_packages $missing
}

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

# A python3 that can make virtual environments, installed when there is none.
python_with_venv() {
  if python3 -c 'import ensurepip, venv' 2>/dev/null; then
    echo python3
  elif is_debian_12; then
    ensure_packages python3 python3-venv
    echo /usr/bin/python3
  else
    fail $EX_UNAVAILABLE "python3 with its venv module is needed; installing it is only known for Debian 12"
  fi
}

# python_environment NAME IMPORTS REQUIREMENT…: prints the Python of a virtual environment, kept in
# the cache folder, in which IMPORTS succeed. What an earlier kill left half made is made anew.
python_environment() {
  local folder python base
  folder=$(cache_folder)/$1
  python=$folder/bin/python
  if ! "$python" -c "import $2" 2>/dev/null; then
    say "making a Python environment with ${*:3}"
    mkdir -p "${folder%/*}"
    base=$(python_with_venv) || exit
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
