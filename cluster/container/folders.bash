# Folders that stand in for a registry's images, and commands in them; sourced by `try`, never run.
# shellcheck shell=bash disable=SC2154

# What the Swift image holds beside Swift.
readonly swift_packages=(
  binutils ca-certificates git gnupg libc6-dev libcurl4-openssl-dev libedit2 libgcc-12-dev
  libncurses-dev libpython3-dev libsqlite3-0 libstdc++-12-dev libxml2-dev libz3-dev pkg-config
  tzdata unzip zlib1g-dev
)

# Debian as its images are: no documentation, no packages kept. Made once.
make_image() {
  [[ ! -d $work/debian ]] || return 0
  make_debian bookworm "$work/debian"
  rm -rf "$work/debian"/usr/share/{doc,man,locale,info}/* "$work/debian"/var/lib/apt/lists/* \
    "$work/debian"/var/cache/apt/*
  printf 'path-exclude /usr/share/%s/*\n' doc man locale info \
    >"$work/debian/etc/dpkg/dpkg.cfg.d/image"
  cat >"$work/debian/etc/apt/apt.conf.d/zz-image" <<'CONF'
DPkg::Post-Invoke { "rm -f /var/cache/apt/archives/*.deb || true"; };
Dir::Cache::pkgcache "";
Dir::Cache::srcpkgcache "";
CONF
}

# make_base IMAGE: fills `folder` with what stands in for it.
make_base() {
  local path
  make_image
  cp -a "$work/debian" "$folder"
  show_system 64m # as a container engine has it
  set_proxies
  case $1 in
    debian:bookworm-slim) ;;
    swift:*-bookworm)
      show "$(toolchain)"
      show_packages
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
  local name setting
  setting=("PATH=$system_path:$(toolchain)/bin" "${settings[@]}")
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
