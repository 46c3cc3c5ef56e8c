# Folders made by debootstrap that commands run in, with this machine's Swift; sourced, never run.
# shellcheck shell=bash disable=SC2154
#
# What is mounted there is gone with the last process of the namespace that mounts it.

# Where this machine's Swift is: swift is in its bin.
toolchain() { dirname "$(dirname "$(readlink -f "$(command -v swift)")")"; }

# mirror: where apt reads Debian's packages from on this machine, the same for all suites.
mirror() {
  # shellcheck disable=SC2016 # apt's own variables
  apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Origin: Debian' 'Component: main' |
    sed -n 1p
}

# make_debian SUITE FOLDER: Debian's smallest, which knows this machine's way to packages, be it a mirror, a
# proxy or a password.
make_debian() {
  local from
  from=$(mirror)
  [[ -n $from ]] || fail $EX_UNAVAILABLE "apt on this machine knows no repository of Debian's, or was never updated: apt-get update"
  rm -rf --one-file-system "$2.part" # of one that was ended half way
  if ! timeout --kill-after=10 600 debootstrap --variant=minbase "$1" "$2.part" "$from" >"$work/log" 2>&1; then
    tail -n 20 "$work/log" >&2
    fail $EX_UNAVAILABLE "debootstrap could not make a folder of Debian's $1"
  fi
  apt-config dump Acquire >"$2.part/etc/apt/apt.conf.d/90of-this-machine"
  cp -aL /etc/apt/auth.conf* "$2.part/etc/apt" 2>/dev/null || true
  mv "$2.part" "$2"
}

# quietly COMMAND…: shows what it printed only when it fails.
quietly() {
  "$@" >"$work/log" 2>&1 && return
  tail -n 50 "$work/log" >&2
  fail $EX_SOFTWARE "this failed: $*"
}

# show PATH [AT]: this machine's file or folder, read-only in `folder`, at the same place or at AT.
show() {
  local at=$folder${2:-$1}
  if [[ -d $1 ]]; then
    mkdir -p "$at"
  else
    mkdir -p "${at%/*}"
    [[ -e $at ]] || touch "$at"
  fi
  mount --bind "$1" "$at"
  mount -o remount,bind,ro "$at"
}

# show_system ROOM: what a container engine mounts; ROOM is that of /dev/shm.
show_system() {
  mount -t proc proc "$folder/proc"
  mount --rbind /sys "$folder/sys"
  mount --rbind /dev "$folder/dev"
  mount -t tmpfs -o "size=$1,mode=1777" tmpfs "$folder/dev/shm"
  show /etc/resolv.conf
  show /etc/hosts
}

readonly system_path=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin

# Settings of the environment that lead to packages as on this machine.
settings=()

# set_proxies: these are all that `settings` has before show_packages.
set_proxies() {
  local name
  settings=()
  for name in http_proxy https_proxy no_proxy; do
    [[ -z ${!name:-} ]] || settings+=("$name=${!name}")
  done
}

# show_packages: what Swift's and Python's packages, and MNIST, come from on this machine.
show_packages() {
  local name certificates=${SSL_CERT_FILE:-/etc/ssl/certs/ca-certificates.crt}
  [[ -z ${LOCKSTEP_MNIST_MIRRORS:-} ]] || settings+=("LOCKSTEP_MNIST_MIRRORS=$LOCKSTEP_MNIST_MIRRORS")
  if [[ -r $certificates ]]; then
    show "$certificates" /etc/certificates-of-this-machine.pem
    for name in SSL_CERT_FILE PIP_CERT GIT_SSL_CAINFO; do
      settings+=("$name=/etc/certificates-of-this-machine.pem")
    done
  fi
  show_swift_packages
  show_python_packages
}

# Git's other addresses of what SwiftPM fetches; those that are folders of this machine are shown.
show_swift_packages() {
  local name address
  rm -f "$folder/etc/gitconfig"
  while read -r name address; do
    git config --file "$folder/etc/gitconfig" --add "$name" "$address"
    name=${name#url.} name=${name%.insteadof}
    [[ $name != /* ]] || show "${name%/}"
  done < <(git config --get-regexp '^url\..*\.insteadof$')
  [[ ! -d ${HOME:-}/.swiftpm/configuration ]] || show "$HOME/.swiftpm/configuration" /root/.swiftpm/configuration
}

# Pip's settings, by the variables that say the same.
show_python_packages() {
  local name value
  while IFS='=' read -r name value; do
    name=${name##*.} value=${value#\'} value=${value%\'}
    name=${name//-/_}
    name=${name^^}
    [[ $name == CERT ]] || settings+=("PIP_$name=$value")
    [[ $name != FIND_LINKS || ! -d $value ]] || show "$value"
  done < <(python3 -m pip config list 2>/dev/null)
}
