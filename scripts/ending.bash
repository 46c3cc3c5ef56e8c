# What scripts/train makes of its launcher's own words and of its exit code; sourced, never run.
# shellcheck shell=bash disable=SC2154

# What ended the job, in mpirun's words; empty where it said nothing of that.
notes=
notes_file=
# The process that writes our standard output where mpirun would not tell that it cannot be written.
output=
is_output_lost=

# What was closed takes and gives nothing, and is no number for the next file that is opened.
reserve_streams() {
  { true <&0; } 2>/dev/null || exec 0>/dev/null
  { true >&1; } 2>/dev/null || exec 1</dev/null
  true >&2 || exec 2</dev/null # what it says of that goes nowhere
}

# mpirun drops what it cannot write, and does not tell. Where standard output is a file or a device,
# which has no reader that may have seen enough, another writes there, and goes on where it cannot.
open_output() {
  [[ ! -t 1 && ! -p /dev/stdout ]] || return 0
  exec > >(trap '' HUP INT TERM USR1 USR2 XCPU && exec tee --output-error=warn-nopipe /dev/null 2>/dev/null)
  output=$!
}

# It has come to its end; or is held up by a process that nobody knows of, and nobody knows what it took.
close_output() {
  local tenth
  [[ -n $output ]] || return 0
  exec >&-
  for ((tenth = 0; tenth < 20; tenth++)); do
    kill -0 "$output" 2>/dev/null || break
    sleep 0.1
  done
  ((tenth < 20)) && wait "$output" || is_output_lost=1
}

# What the launcher and its ranks write on standard error comes on descriptor 7.
open_notes() {
  notes_file=$(mktemp)
  trap 'rm -f "$notes_file"' EXIT
  exec 7> >(sift >"$notes_file")
}

# The reader has come to its end, or is held up by a process that nobody knows of.
read_notes() {
  local tenth
  for ((tenth = 0; tenth < 20; tenth++)); do
    [[ $(tail -n 1 "$notes_file") != end ]] || break
    sleep 0.1
  done
  # Each version breaks lines elsewhere.
  notes=$(tr -s '[:space:]' ' ' <"$notes_file")
}

# Passes on what it reads, also a part of a line, such as a bar, within a tenth of a second. What Open MPI's
# launcher has to say itself stands between two lines of dashes: what it says of every job that does not
# end with 0 is noted.
sift() {
  local LC_ALL=C line part='' text='' inside='' status
  trap '' HUP INT TERM USR1 USR2 XCPU
  while true; do
    status=0
    IFS= read -r -t 0.1 line || status=$?
    part+=$line
    if ((status == 0)) && [[ $part =~ ^(.*[^-])?-{60,}$ ]]; then
      printf '%s' "${BASH_REMATCH[1]}" >&2
      show_or_note "$text"
      text=''
      if [[ -z $inside ]]; then inside=1; else inside=; fi
      part=
    elif [[ -n $inside ]]; then
      ((status != 0)) || { text+=$part$'\n' && part=; }
    elif ((status == 0)); then
      is_noise "$part" || printf '%s\n' "$part" >&2
      part=
    elif [[ $part =~ ^(.*[^-])(-*)$ ]]; then
      printf '%s' "${BASH_REMATCH[1]}" >&2
      part=${BASH_REMATCH[2]}
    fi
    ((status == 0 || status > 128)) || break
  done
  show_or_note "$text$part"
  echo end
}

# What Open MPI 5 writes at times where ranks end with another code than 0, of connections that are closing.
is_noise() {
  [[ $1 == '['*'] PMIX ERROR: PMIX_ERR_UNREACH in file '* || $1 == '[warn] Epoll '*' on fd '*' failed. '* ]]
}

show_or_note() {
  case $1 in
    '' | 'Primary job '* | *' detected that one or more processes exited '*) ;;
    *' exited on'[[:space:]]'signal '* | *'lost communication with a remote daemon'*) printf '%s' "$1" ;;
    *) printf '%s' "$1" >&2 ;;
  esac
}

readonly goes_on="the same command goes on from the last checkpoint, if there is one"

# Else the program's own, which alone has seen what it wrote.
tell_of_lost_output() {
  say "standard output could not be written to; what was told there is lost, and training is done: check where it leads, and the disk's space"
}

# tell_of_end CODE: what a code other than the program's own means.
tell_of_end() {
  local who="a rank, or the launcher,"
  if [[ $notes =~ .*'rank '([0-9]+)' '.*' on node '([^ ]+)' exited on signal '([0-9]+) ]]; then
    who="rank ${BASH_REMATCH[1]} on ${BASH_REMATCH[2]}"
    tell_of_signal "$who" "${BASH_REMATCH[3]}"
  elif (($1 == 205)); then
    tell_of_lost_machine
  elif (($1 > 128 && $1 <= 128 + 64)); then
    tell_of_signal "$who" $(($1 - 128))
  # `lockstep` never ends with these; mpirun does.
  elif (($1 == 1 || $1 == 127 || $1 == 255)) && is_open_mpi; then
    say "mpirun failed; cluster/messages.md says what its messages mean"
  fi
}

# tell_of_signal WHO NUMBER
tell_of_signal() {
  local name why=''
  name=SIG$(kill -l "$2" 2>/dev/null) || name="signal $2"
  case $name in
    SIGKILL) why=", as the system does where memory runs out: see dmesg there" ;;
    SIGBUS) why=", as where shared memory is full: see df /dev/shm there" ;;
    SIGILL) why=": was this built for another processor? See LOCKSTEP_MARCH in scripts/setup --help" ;;
    SIGSEGV | SIGABRT | SIGFPE | SIGTRAP) why=", which is a defect: please report what stands above" ;;
  esac
  say "$1 was ended by $name$why; $goes_on"
}

tell_of_lost_machine() {
  local name="a machine"
  [[ ! $notes =~ 'Remote daemon:'.*' on node '([^ ]+) ]] || name=${BASH_REMATCH[1]}
  say "$name was lost, or the network to it; without it $goes_on"
}
