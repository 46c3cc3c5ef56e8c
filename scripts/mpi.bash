# Which MPI is built for, and what starts its ranks; sourced by common.bash, never run.
# shellcheck shell=bash disable=SC2034,SC2154

# The tests of what another MPI could break: its calls, also between hosts, how jobs start and end, and that
# ranks keep the bits.
readonly mpi_suites='MPITests|LockstepTests\.(DisagreementTests/(badFlags|program|resume)|HostTests/uneven|ResumeTests|SampleTests|StopTests|TrainTests/(files|rows|seed))'

# Of an MPI in a folder of its own, as `module load` puts it on PATH: its bin; empty where mpicc is the
# system's, or there is none.
own_bin() {
  local bin=mpicc real
  [[ ${LOCKSTEP_MPI:-} != abi ]] || ! type -P mpicc_abi >/dev/null || bin=mpicc_abi
  bin=$(type -P "$bin") || return 0
  # A link to it, in a folder of the user's own say, has no launcher and no library beside it.
  real=$(readlink -f "$bin")
  [[ ! -x ${real%/*}/mpicc ]] || bin=$real
  bin=$(cd "${bin%/*}" && pwd -P)
  [[ $bin == /usr/bin || $bin == /bin ]] || printf '%s\n' "$bin"
}

# own_folder BIN -I|-L NAME: the folder of a header or library of that MPI: beside its bin, or where its
# compiler wrapper says.
own_folder() {
  local folder word beside=(include)
  [[ $2 == -I ]] || beside=(lib lib64 lib/release)
  for folder in "${beside[@]}"; do
    folder=${1%/*}/$folder
    [[ ! -e $folder/$3 ]] || break
  done
  if [[ ! -e $folder/$3 ]]; then
    folder=
    for word in $("$1/mpicc" -show 2>/dev/null); do
      [[ $word != "$2"* || ! -e ${word#"$2"}/$3 ]] || folder=${word#"$2"}
    done
  fi
  [[ -n $folder ]] || fail $EX_UNAVAILABLE "the MPI whose mpicc is in $1 has no $3 that can be found: is it whole, with what programs are built with? In the place of a wrapper of one's own, the MPI's own folder has to be first on PATH"
  printf '%s\n' "$folder"
}

# kind_of BIN: the name that LOCKSTEP_MPI has for that MPI.
kind_of() {
  local header
  header=$(own_folder "$1" -I mpi.h) || exit
  case $(grep -oE -m 1 '\<(OMPI_MAJOR_VERSION|I_MPI_VERSION|MPICH_VERSION)\>' "$header/mpi.h") in
    OMPI*) echo openmpi ;;
    I_MPI*) echo intel ;;
    MPICH*) echo mpich ;;
    *) fail $EX_UNAVAILABLE "the MPI whose mpicc is in $1 is neither Open MPI nor MPICH, nor Intel's; LOCKSTEP_MPI=abi builds for any of MPI 5.0" ;;
  esac
}

# Sets mpi_pc, that MPI's pkg-config name; launcher, what starts its ranks; scratch, the folder of its build,
# which it shares with no other (LOCKSTEP_BUILD names another); and program. Where LOCKSTEP_MPI does not name
# the MPI, it is the one whose mpicc comes first on PATH, or else the system's Open MPI.
choose_mpi() {
  local bin other=
  bin=$(own_bin)
  if [[ -z ${LOCKSTEP_MPI:-} ]]; then
    LOCKSTEP_MPI=openmpi
    [[ -z $bin ]] || LOCKSTEP_MPI=$(kind_of "$bin") || exit
  elif [[ -n $bin && $LOCKSTEP_MPI != abi && $LOCKSTEP_MPI != "$(kind_of "$bin" 2>/dev/null)" ]]; then
    other=$bin bin= # the one that is asked for is another
  fi
  case $LOCKSTEP_MPI in
    openmpi) mpi_pc=ompi-c launcher=mpirun scratch=.build ;;
    mpich) mpi_pc=mpich launcher=mpiexec.hydra scratch=.build-mpich ;;
    intel) mpi_pc=impi launcher=mpiexec.hydra scratch=.build-intel ;;
    abi) mpi_pc=mpi_abi launcher=mpiexec scratch=.build-abi ;;
    *) fail $EX_USAGE "LOCKSTEP_MPI is '$LOCKSTEP_MPI': it may be openmpi (the default), mpich, intel or abi" ;;
  esac
  export LOCKSTEP_MPI
  scratch=${LOCKSTEP_BUILD:-$root/$scratch}
  [[ $scratch == /* ]] || scratch=$PWD/$scratch
  program=$scratch/release/lockstep
  [[ -n $bin || $LOCKSTEP_MPI != abi && $LOCKSTEP_MPI != intel ]] ||
    fail $EX_UNAVAILABLE "LOCKSTEP_MPI is $LOCKSTEP_MPI and no such MPI is on PATH: load its module, or let scripts/try-mpi make one"
  [[ -z $other ]] || launcher=$(launcher_outside "$other")
  [[ -n $bin ]] || return 0
  [[ ! -x $bin/$launcher ]] || launcher=$bin/$launcher
  name_own "$bin"
}

# launcher_outside BIN: the first on PATH that is not that MPI's.
launcher_outside() {
  local file
  while read -r file; do
    [[ $(cd "${file%/*}" && pwd -P) == "$1" ]] || { printf '%s\n' "$file" && return; }
  done < <(type -aP "$launcher")
  printf '%s\n' "$launcher"
}

# name_own BIN: tells SwiftPM of the MPI in a folder of its own. The library is named with its version,
# since the linker looks for it in the folders of other packages first, where another MPI may be.
name_own() {
  local headers library folder pc=$scratch/pkgconfig
  case $LOCKSTEP_MPI in
    openmpi) library=libmpi.so.40 ;;
    abi) library=libmpi_abi.so.1 ;;
    *) library=libmpi.so.12 ;;
  esac
  folder=$(own_folder "$1" -L "$library") || exit
  if [[ $LOCKSTEP_MPI == abi ]]; then
    headers=$(own_folder "$1" -I mpi_abi.h) || exit
    # The same folder may hold an mpi.h of the MPI's own.
    keep "$pc/include/mpi.h" "#include \"$headers/mpi_abi.h\""
    headers=$pc/include
  else
    headers=$(own_folder "$1" -I mpi.h) || exit
  fi
  keep "$pc/$mpi_pc.pc" "Name: MPI" "Description: what scripts/setup has found in ${1%/*}" "Version: 1" \
    "Cflags: -I${headers// /\\ }" "Libs: -L${folder// /\\ } -l:$library"
  export PKG_CONFIG_PATH=$pc${PKG_CONFIG_PATH:+:$PKG_CONFIG_PATH} LOCKSTEP_MPI_RPATH=$folder
}

# keep FILE LINE…: what is written anew has everything built again.
keep() {
  local text
  printf -v text '%s\n' "${@:2}"
  [[ "$(cat "$1" 2>/dev/null)"$'\n' != "$text" ]] || return 0
  if ! mkdir -p "${1%/*}" 2>/dev/null || ! printf '%s' "$text" 2>/dev/null >"$1"; then cannot_build; fi
}

cannot_build() { fail $EX_IOERR "cannot write to $scratch; make room there, or name another folder to build in by LOCKSTEP_BUILD"; }

# What scripts/launchers.tsv tells of the launcher in use, by the names of its rows.
declare -A launcher_facts=()

# The column of launchers.tsv: that of the version which the launcher tells.
launcher_kind() {
  case $("$launcher" --version 2>/dev/null) in
    *'(Open MPI) '[1-4].*) echo open-mpi-4 ;;
    *'(Open MPI) '*) echo open-mpi-5 ;;
    *'Intel(R) MPI'*) echo intel ;;
    *HYDRA*) echo mpich ;;
    *) case $LOCKSTEP_MPI in
      openmpi) echo open-mpi-4 ;;
      intel) echo intel ;;
      *) echo mpich ;;
    esac ;;
  esac
}

read_launcher() {
  local kind row number column=0
  kind=$(launcher_kind)
  while IFS=$'\t' read -ra row; do
    [[ ${row[0]} != \#* ]] || continue
    if ((column == 0)); then
      for number in "${!row[@]}"; do
        [[ ${row[number]} != "$kind" ]] || column=$number
      done
    fi
    [[ ${row[column]} == - ]] || launcher_facts[${row[0]}]=${row[column]}
  done <"$root/scripts/launchers.tsv"
}

# told ROW [VALUE]: the words of that row, one a line, in which VALUE takes the place of {}; none where
# the launcher has none.
told() {
  local words
  read -ra words <<<"${launcher_facts[$1]:-}"
  ((${#words[@]} == 0)) || printf '%s\n' "${words[@]//\{\}/"${2:-}"}"
}
