# Folders that stand in for a registry's images, and commands in them; sourced by `try`, never run.
# shellcheck shell=bash disable=SC2154

# What the Swift image holds beside Swift.
readonly swift_packages=(
  binutils ca-certificates git gnupg libc6-dev libcurl4-openssl-dev libedit2 libgcc-12-dev
  libncurses-dev libpython3-dev libsqlite3-0 libstdc++-12-dev libxml2-dev libz3-dev pkg-config
  tzdata unzip zlib1g-dev
)

# Where this machine's Swift is: swift is in its bin.
toolchain() { dirname "$(dirname "$(readlink -f "$(command -v swift)")")"; }

# Where apt reads Debian's packages from on this machine, its bookworm repository.
mirror() {
  # shellcheck disable=SC2016 # apt's own variables
  apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Codename: bookworm' |
    sed -n 1p
}

# show PATH [AT]: this machine's file or folder, read-only in `folder`, at the same place or at AT.
show() {
  local at=$folder${2:-$1}
  if [[ -d $1 ]]; then
    mkdir -p "$at"
  else
    mkdir -p "${at%/*}"
    touch "$at"
  fi
  mount --bind "$1" "$at"
  mount -o remount,bind,ro "$at"
}

# What a container engine mounts, a /dev/shm of 64 MiB among it.
show_system() {
  mount -t proc proc "$folder/proc"
  mount --rbind /sys "$folder/sys"
  mount --rbind /dev "$folder/dev"
  mount -t tmpfs -o size=64m,mode=1777 tmpfs "$folder/dev/shm"
  show /etc/resolv.conf
  show /etc/hosts
}

# Debian's smallest as its images are: no documentation, no packages kept. Made once.
make_debian() {
  [[ ! -d $work/debian ]] || return 0
  quietly timeout --kill-after=10 600 debootstrap --variant=minbase bookworm \
    "$work/debian" "$(mirror)"
  rm -rf "$work/debian"/usr/share/{doc,man,locale,info}/* "$work/debian"/var/lib/apt/lists/* \
    "$work/debian"/var/cache/apt/*
  printf 'path-exclude /usr/share/%s/*\n' doc man locale info \
    >"$work/debian/etc/dpkg/dpkg.cfg.d/image"
  # This machine's way to Debian's packages, be it a mirror, a proxy or a password.
  cp -aL /etc/apt "$work/apt"
  cat >"$work/apt/apt.conf.d/zz-image" <<'CONF'
APT::Keep-Downloaded-Packages "false";
Dir::Cache::pkgcache "";
Dir::Cache::srcpkgcache "";
CONF
}

# make_base IMAGE: fills `folder` with what stands in for it.
make_base() {
  local path
  make_debian
  cp -a "$work/debian" "$folder"
  show_system
  show "$work/apt" /etc/apt
  case $1 in
    debian:bookworm-slim) ;;
    swift:*-bookworm)
      show "$(toolchain)"
      for path in "${binds[@]}"; do
        show "$path"
      done
      quietly in_folder sh -c "apt-get -q update && DEBIAN_FRONTEND=noninteractive \
        apt-get -q install -y --no-install-recommends ${swift_packages[*]}"
      ;;
    *) fail $EX_DATAERR "nothing here stands in for the image $1" ;;
  esac
}

# in_folder COMMAND…: in `folder`, as the image's user, in its environment and folder; it ends
# after `limit` seconds.
in_folder() {
  local name setting path=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
  setting=("PATH=$path:$(toolchain)/bin")
  for name in http_proxy https_proxy no_proxy; do
    [[ -z ${!name:-} ]] || setting+=("$name=${!name}")
  done
  for name in "${!environment[@]}"; do
    setting+=("$name=${environment[$name]}")
  done
  # shellcheck disable=SC2016 # the inner shell's words
  timeout --kill-after=10 "$limit" chroot --userspec="$user" "$folder" \
    env -i "${setting[@]}" sh -c '
    HOME=$(getent passwd "$(id -u)" | cut -d: -f6)
    export HOME
    cd "$0" && exec "$@"' "$directory" "$@" </dev/null
}
