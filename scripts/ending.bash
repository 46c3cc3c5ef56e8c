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

# Ranks' output comes through mpirun as it is. What mpirun has to say itself comes on descriptor 7, which
# Open MPI 4 takes from this variable; for ranks, which do not have that, it is their standard error.
open_notes() {
  notes_file=$(mktemp)
  trap 'rm -f "$notes_file"' EXIT
  exec 7> >(sift >"$notes_file")
  export OPAL_OUTPUT_STDERR_FD=7
}

# own_words: the launcher's options that go with it. Open MPI 5 knows no such variable: its last words
# are hidden, with all that they tell.
own_words() {
  is_open_mpi || return 0
  printf '%s\n' -x OPAL_OUTPUT_STDERR_FD=2
  [[ $("$launcher" --version 2>/dev/null) != *'(Open MPI) '[5-9]* ]] || echo --quiet
}

# The reader has come to its end, or is held up by a process that nobody knows of.
read_notes() {
  local tenth
  for ((tenth = 0; tenth < 20; tenth++)); do
    [[ $(tail -n 1 "$notes_file") != end ]] || break
    sleep 0.1
  done
  notes=$(<"$notes_file")
}

# Shows what mpirun says, at once, and notes what it says of every job that does not end with 0. Each
# of its texts stands between two lines of dashes.
sift() {
  local line text='' inside=
  trap '' HUP INT TERM USR1 USR2 XCPU
  while IFS= read -r line; do
    if [[ $line =~ ^-{60,}$ ]]; then
      show_or_note "$text"
      text=''
      if [[ -z $inside ]]; then inside=1; else inside=; fi
    elif [[ -n $inside ]]; then
      text+=$line$'\n'
    else
      printf '%s\n' "$line" >&2
    fi
  done
  show_or_note "$text"
  echo end
}

show_or_note() {
  case $1 in
    '' | 'Primary job '* | 'mpirun detected that one or more processes exited '*) ;;
    *' exited on signal '* | *'lost communication with a remote daemon'*) printf '%s' "$1" ;;
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
  if [[ $notes =~ 'rank '([0-9]+)' '.*' on node '([^ ]+)' exited on signal '([0-9]+) ]]; then
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
  [[ ! $notes =~ 'Remote daemon:'.*' on node '([^ $'\n']+) ]] || name=${BASH_REMATCH[1]}
  say "$name was lost, or the network to it; without it $goes_on"
}
