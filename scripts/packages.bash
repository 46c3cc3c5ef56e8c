# What the scripts need of a system, by what it is for, and how it gets there; sourced, never run.
# shellcheck shell=bash disable=SC2154

# A need a line: its name; how it is seen to be there, whoever brought it; its packages where there is apt,
# and where there is dnf. It is seen by a command, by NAME.pc that pkg-config finds, by a library that
# programs find (NAME.so.1) or that the linker finds (NAME.so), by a file (/NAME, or one of several, with
# commas between them), by Python's modules (python:NAME,NAME). PACKAGE+epel is in Fedora, and for Red
# Hat's kin in EPEL.
readonly package_table='
openmpi      | mpirun ompi-c.pc          | openmpi-bin libopenmpi-dev | openmpi-devel
mpich        | mpiexec.hydra mpich.pc    | mpich libmpich-dev         | mpich-devel
spng         | spng.pc                   | libspng-dev                | libspng-devel+epel
openssl      | libcrypto.pc              | libssl-dev                 | openssl-devel
zlib         | zlib.pc                   | zlib1g-dev                 | zlib-devel
pkg-config   | pkg-config                | pkg-config                 | pkgconf-pkg-config
git          | git                       | git                        | git-core
certificates | /etc/ssl/certs/ca-certificates.crt,/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem | ca-certificates | ca-certificates
compiler     | ld libstdc++.so           | g++                        | gcc-c++

libncurses   | libncurses.so.6           | libncurses6                | ncurses-libs
libsqlite3   | libsqlite3.so.0           | libsqlite3-0               | sqlite-libs
libxml2      | libxml2.so.2              | libxml2                    | libxml2
libcurl      | libcurl.so.4              | libcurl4                   | libcurl
libuuid      | libuuid.so.1              | libuuid1                   | libuuid
libstdc++    | libstdc++.so.6            | libstdc++6                 | libstdc++
libz         | libz.so.1                 | zlib1g                     | zlib

run-openmpi  | mpirun                    | openmpi-bin                | openmpi
run-mpich    | mpiexec.hydra             | mpich                      | mpich
libspng      | libspng.so.0              | libspng0                   | libspng+epel
libcrypto    | libcrypto.so.3            | libssl3                    | openssl-libs
ssh          | ssh /usr/sbin/sshd        | openssh-client openssh-server | openssh-clients openssh-server
download     | curl                      | curl                       | curl

python-venv  | python:ensurepip,venv     | python3 python3-venv       | python3
python-pip   | python:pip                | python3 python3-pip        | python3-pip
shellcheck   | shellcheck                | shellcheck                 | ShellCheck+epel
processes    | pgrep                     | procps                     | procps-ng
network      | ip                        | iproute2                   | iproute
nftables     | nft                       | nftables                   | nftables
strace       | strace                    | strace                     | strace
slurm        | slurmctld slurmd srun munged | slurmctld slurmd slurm-client munge | slurm+epel slurm-slurmctld+epel slurm-slurmd+epel munge
browser      | chromium                  | chromium                   | chromium+epel
manual       | man groff                 | man-db groff-base          | man-db groff-base
zsh          | zsh                       | zsh                        | zsh
aarch64      | qemu-aarch64-static /usr/aarch64-linux-gnu/include/stdio.h,/usr/aarch64-linux-gnu/sys-root/usr/include/stdio.h | qemu-user-static gcc-aarch64-linux-gnu libc6-dev-arm64-cross | qemu-user-static gcc-aarch64-linux-gnu
debootstrap  | debootstrap               | debootstrap                | debootstrap+epel
'

# Several needs by one name. Those of `swift` are looked at where Swift does not start, since it may have
# brought some itself.
declare -rA groups=(
  [build]='mpi spng openssl zlib pkg-config git certificates compiler'
  [swift]='libncurses libsqlite3 libxml2 libcurl libuuid libstdc++ libz'
  [run]='run-mpi libspng libcrypto libstdc++ libz'
)

# Where README's commands were seen to pass.
readonly tried=' debian-12 debian-13 '

os_release=/etc/os-release

declare -A signs apt_packages dnf_packages
while IFS='|' read -r need seen apt dnf; do
  need=${need// /}
  [[ -z $need ]] || signs[$need]=$seen apt_packages[$need]=$apt dnf_packages[$need]=$dnf
done <<<"$package_table"

# know_system: sets `system`, as debian-13, its name for people, and `manager`, which installs its packages:
# apt, dnf, or nothing where that is not known.
know_system() {
  local id='' like='' word
  # A subshell: os-release is a list of assignments and would set NAME and its kin here.
  # shellcheck source=/dev/null
  IFS=$'\t' read -r system id like system_name < <(
    [[ ! -r $os_release ]] || . "$os_release"
    printf '%s\t%s\t%s\t%s\n' "${ID:-linux}-${VERSION_ID:-unnumbered}" "${ID:-linux}" \
      "${ID_LIKE:--}" "${PRETTY_NAME:-this system}"
  )
  manager=
  for word in $id $like; do
    choose_manager "$word"
    [[ -z $manager ]] || break
  done
  # A system may have neither, as where all of it is one image.
  [[ -z $manager ]] || have "${manager/apt/apt-get}" || manager=
}

# name_system SYSTEM: sets the same for one that is named, as rocky-9.
name_system() {
  system=$1 system_name=$1
  choose_manager "${1%%-*}"
  [[ $1 == *-* && -n $manager ]] ||
    fail $EX_USAGE "no packages are known of the system '$1': it may be here, or such as debian-13, ubuntu-24.04, rocky-9 and fedora-42"
}

choose_manager() {
  case $1 in
    debian | ubuntu) manager=apt ;;
    fedora | rhel | centos | rocky | almalinux) manager=dnf ;;
    *) manager= ;;
  esac
}

# needs_of WHAT…: the needs of groups, and of the MPI that was chosen, one a line.
needs_of() {
  local what
  for what in "$@"; do
    case $what in
      mpi | run-mpi)
        # What no system has in a package was found on PATH, or choose_mpi has ended.
        [[ ${LOCKSTEP_MPI:-} == intel || ${LOCKSTEP_MPI:-} == abi ]] ||
          printf '%s\n' "${what%mpi}${LOCKSTEP_MPI:-openmpi}"
        ;;
      *)
        if [[ -n $what && -n ${groups[$what]:-} ]]; then
          # shellcheck disable=SC2086 # a list of needs, to be split
          needs_of ${groups[$what]}
        elif [[ -n $what && -n ${signs[$what]:-} ]]; then
          printf '%s\n' "$what"
        else
          fail $EX_USAGE "no need is called '$what'; see scripts/setup --help"
        fi
        ;;
    esac
  done
}

# packages_of MANAGER NEED…: as the table has them, on one line.
packages_of() {
  local -n column=$1_packages
  local need item items=()
  for need in "${@:2}"; do
    for item in ${column[$need]}; do
      [[ " ${items[*]} " == *" $item "* ]] || items+=("$item")
    done
  done
  printf '%s' "${items[*]}"
}
