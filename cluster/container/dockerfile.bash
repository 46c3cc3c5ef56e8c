# Carries out a Dockerfile's steps in folders of this machine; sourced by `try`, never run.
# shellcheck shell=bash disable=SC2154
#
# It knows what our Dockerfile says and refuses the rest: a step left out would prove nothing.
# Whoever sources it gives `make_base IMAGE`, `in_folder COMMAND…`, `quietly COMMAND…` and the
# array `build_arguments`.

declare -A stages=() arguments=() environment=()
folder='' user=root directory=/ entrypoint=() declared=()

# One instruction a line: without comments, with continued lines joined.
instructions() {
  sed -e '/^[[:space:]]*#/d' -e '/^[[:space:]]*$/d' "$1" |
    sed -e ':again' -e '/\\$/ { N; s/\\\n[[:space:]]*/ /; b again' -e '}'
}

# Puts the values of arguments and environment in place of ${NAME}.
expanded() {
  local text=$1 name
  while [[ $text =~ \$\{([A-Za-z_][A-Za-z_0-9]*)\} ]]; do
    name=${BASH_REMATCH[1]}
    text=${text//"\${$name}"/"${environment[$name]-${arguments[$name]-}}"}
  done
  [[ $text != *\$* ]] || fail $EX_DATAERR "only \${NAME} is understood in the Dockerfile: $1"
  printf '%s\n' "$text"
}

# from IMAGE [AS NAME]
from() {
  local image
  image=$(expanded "$1")
  [[ $# == 1 || ($# == 3 && ${2^^} == AS) ]] || fail $EX_DATAERR "cannot read FROM $*"
  folder=$work/stage-${#stages[@]}
  stages[${3:-${#stages[@]}}]=$folder
  user=root directory=/ environment=() entrypoint=() declared=()
  make_base "$image"
}

# argument NAME[=DEFAULT]: what the user gave goes before the default; without either it is not set.
argument() {
  local name=${1%%=*} given
  declared+=("$name")
  [[ $1 != *=* ]] || arguments[$name]=$(expanded "${1#*=}")
  for given in "${build_arguments[@]}"; do
    [[ ${given%%=*} != "$name" ]] || arguments[$name]=${given#*=}
  done
}

# run LINE: with the arguments that its stage declares.
run() {
  local name setting=()
  for name in "${declared[@]}"; do
    [[ -z ${arguments[$name]+set} ]] || setting+=("$name=${arguments[$name]}")
  done
  quietly in_folder env "${setting[@]}" sh -c "$1"
}

# copy [--from=STAGE] [--chown=USER] SOURCE… TARGET: of a folder it copies what is in it.
copy() {
  local source target from=$root owner=root
  while [[ $1 == --* ]]; do
    case $1 in
      --from=*) from=${stages[${1#*=}]:?no such stage} ;;
      --chown=*) owner=${1#*=} ;;
      *) fail $EX_DATAERR "COPY $1 is not understood" ;;
    esac
    shift
  done
  target=$(expanded "${*: -1}")
  [[ $target == /* ]] || target=${directory%/}/${target#./}
  for source in "${@:1:$#-1}"; do
    source=$from/$(expanded "${source#/}")
    [[ ! -d $source ]] || mkdir -p "$folder$target"
    mkdir -p "$(dirname "$folder${target}x")"
    cp -R --preserve=mode,timestamps "$source$([[ ! -d $source ]] || echo /.)" "$folder$target" ||
      fail $EX_IOERR "COPY $source failed"
  done
  [[ $owner == root ]] || chroot "$folder" chown -R "$owner" "$target"
}

# The words of a list in JSON, of plain strings.
words() { tr -d '[]"' <<<"$1" | tr , ' '; }

# carry_out FILE: afterwards folder, user, directory, environment and entrypoint are the image's.
carry_out() {
  local name rest
  while read -r name rest <&3; do
    say "$name $rest"
    # shellcheck disable=SC2086 # words of a line, to be split
    case $name in
      FROM) from $rest ;;
      ARG) argument "$rest" ;;
      ENV) environment[${rest%%=*}]=$(expanded "${rest#*=}") ;;
      RUN) run "$rest" ;;
      COPY) copy $rest ;;
      USER) user=$rest ;;
      WORKDIR)
        directory=$(expanded "$rest")
        mkdir -p "$folder$directory"
        ;;
      ENTRYPOINT) read -ra entrypoint < <(words "$rest") ;;
      CMD) ;; # what a user's own words replace
      *) fail $EX_DATAERR "the instruction $name is not understood" ;;
    esac
  done 3< <(instructions "$1")
}
