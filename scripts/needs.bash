# Looks for what the scripts need (packages.bash), and installs what is lacking; sourced, never run.
# shellcheck shell=bash disable=SC2154

# is_seen SIGN: whether it is there.
is_seen() {
  local file
  case $1 in
    *.pc) pkg-config --exists "${1%.pc}" 2>/dev/null ;;
    python:*) python_with "${1#python:}" >/dev/null ;;
    /*)
      for file in ${1//,/ }; do
        [[ ! -e $file ]] || return 0
      done
      return 1
      ;;
    *.so) [[ $("$(command -v clang || command -v cc)" -print-file-name="$1" 2>/dev/null) == */* ]] ;;
    *.so.*) [[ $(PATH=$PATH:/usr/sbin:/sbin ldconfig -p) == *$'\t'"$1 "* ]] ;;
    # Debian has daemons where a user's PATH does not look.
    *) PATH=$PATH:/usr/sbin:/sbin command -v "$1" >/dev/null ;;
  esac
}

# python_with MODULES: prints a Python that has them, the user's own before the system's.
python_with() {
  local python
  for python in python3 /usr/bin/python3; do
    ! "$python" -c "import $1" 2>/dev/null || { echo "$python" && return; }
  done
  return 1
}

# look_for NEED…: sets `lacking` to the needs that are not there, and `unseen` to what of them was not seen.
look_for() {
  local need sign before
  lacking=() unseen=()
  for need in "$@"; do
    before=${#unseen[@]}
    for sign in ${signs[$need]}; do
      is_seen "$sign" || unseen+=("${sign//,/ or }")
    done
    ((${#unseen[@]} == before)) || lacking+=("$need")
  done
}

# need WHAT…: installs what is lacking, or ends in a sentence. It asks no package manager, and nobody's
# password, where all is there.
need() {
  local needs packages
  needs=$(needs_of "$@") || exit
  # shellcheck disable=SC2086 # a list of needs, to be split
  look_for $needs
  ((${#lacking[@]})) || return 0
  know_system
  if [[ $LOCKSTEP_INSTALL == no ]]; then
    say "going on without $(and "${lacking[@]#run-}"); $(what_to_install)"
    return
  fi
  may_install || fail $EX_UNAVAILABLE "there is no $(and "${lacking[@]#run-}"); $(what_to_install); scripts/setup --no-install goes on with what is there"
  packages=$(packages_of "$manager" "${lacking[@]}")
  # shellcheck disable=SC2046 # a list of packages, to be split
  install_packages $(not_installed $packages)
  # shellcheck disable=SC2086
  look_for $needs
  packages=$(packages_of "$manager" "${lacking[@]}")
  ((${#lacking[@]} == 0)) || fail $EX_UNAVAILABLE "installed: ${packages//+epel/}; but there is still no $(and "${unseen[@]}") to be found; $(where_to_look)"
}

# want WHAT…: the same for what a script can do without, where nothing can be installed.
want() {
  know_system
  if may_install; then
    need "$@"
  else
    LOCKSTEP_INSTALL=no need "$@"
  fi
}

may_install() { [[ $LOCKSTEP_INSTALL != no && -n $manager ]] && { ((EUID == 0)) || have sudo; }; }

# and WORD…: one, two and three.
and() {
  local words=$1
  (($# < 3)) || printf -v words ', %s' "${@:1:$#-1}"
  words=${words#, }
  (($# < 2)) || words+=" and ${*: -1}"
  printf '%s' "$words"
}

# What to install for what is lacking, where this script may not.
what_to_install() {
  local packages epel
  if [[ -n $manager ]]; then
    packages=$(packages_of "$manager" "${lacking[@]}")
    printf 'an administrator installs that: %s install %s' "${manager/apt/apt-get}" "${packages//+epel/}"
    # shellcheck disable=SC2086 # a list of packages, to be split
    epel=$(of_epel $packages)
    [[ -z $epel ]] || printf ' (EPEL has %s)' "$epel"
  else
    packages=$(packages_of dnf "${lacking[@]}")
    printf "%s's packages are not known here: install what Debian calls %s, and Fedora %s" "$system_name" \
      "$(packages_of apt "${lacking[@]}")" "${packages//+epel/}"
  fi
  ! is_lacking_mpi || printf '; where an MPI is a module, module load it instead'
}

is_lacking_mpi() { [[ " ${lacking[*]} " == *[\ -]openmpi\ * || " ${lacking[*]} " == *[\ -]mpich\ * ]]; }

# Where packages are installed and yet not seen. Fedora and Red Hat's kin make a module of each MPI.
where_to_look() {
  if is_lacking_mpi; then
    printf 'module load mpi/%s-%s, or another that module avail names, and run this again' \
      "${LOCKSTEP_MPI:-openmpi}" "$(uname -m)"
  else
    printf "another PATH, pkg-config or compiler may stand before the system's"
  fi
}

# of_epel PACKAGE…: those that this system has from EPEL.
of_epel() {
  local item items=()
  for item in "$@"; do
    [[ $item != *+epel || $system == fedora-* ]] || items+=("${item%+epel}")
  done
  printf '%s' "${items[*]}"
}

# not_installed PACKAGE…: those that the system's package manager does not have, on one line.
not_installed() {
  local item items=()
  for item in "$@"; do
    case $manager in
      apt) [[ $(dpkg-query -W -f '${db:Status-Status}' "$item" 2>/dev/null) == installed ]] ;;
      dnf) rpm --quiet --query "${item%+epel}" ;;
    esac || items+=("$item")
  done
  printf '%s' "${items[*]}"
}

# install_packages [PACKAGE…]: with sudo unless root; says so before it asks a password.
install_packages() {
  local epel as_root=(env) how=$manager
  (($#)) || return 0
  epel=$(of_epel "$@")
  [[ $tried == *" $system "* ]] || how+=" (untried on $system_name)"
  if ((EUID != 0)); then
    as_root=(sudo)
    how="sudo and $how"
  fi
  say "installing with $how: ${*%+epel}"
  if [[ -n $epel && -n $(not_installed epel-release) ]]; then
    run_manager epel-release || fail $EX_UNAVAILABLE "dnf could not install epel-release, which tells it of EPEL, where $epel is: see https://docs.fedoraproject.org/en-US/epel/"
  fi
  run_manager "${@%+epel}" ||
    fail $EX_UNAVAILABLE "$manager could not install ${*%+epel}; scripts/setup --no-install goes on with what is there"
}

# run_manager PACKAGE…: what it says is shown only where it fails.
run_manager() {
  local log status=0
  log=$(mktemp)
  case $manager in
    apt)
      "${as_root[@]}" timeout --foreground 300 apt-get -q update &&
        "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
          timeout --foreground 900 apt-get -q -o DPkg::Lock::Timeout=300 \
          install -y --no-install-recommends "$@"
      ;;
    dnf) "${as_root[@]}" timeout --foreground 1200 dnf -y --setopt=install_weak_deps=False install "$@" ;;
  esac </dev/null >"$log" 2>&1 || status=$?
  ((status == 0)) || tail -n 20 "$log" >&2
  rm -f "$log"
  return "$status"
}
