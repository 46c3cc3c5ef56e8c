# How scripts/train runs its launcher: what signals do, and what is told of its end; sourced, never run.
# shellcheck shell=bash disable=SC2154

# The launcher, which leads a process group; and what came while it was being started.
job=
launching=
pending=()
# When SIGINT, SIGTERM or SIGHUP first came, in seconds since the beginning.
interrupted=
# The process that asks the ranks to stop, since when it does, and the one that then ends what is left.
asking=
asked=
ending=
# Whether ranks were seen on this machine: the launcher outlives them by seconds.
ranks_are_here=
# Whether `lockstep launch` runs the job, which then does all this itself.
supervised=
# The exit code of a job that was ended without waiting for a checkpoint.
forced=

is_open_mpi() { [[ ${launcher_facts[kind]:-} == open-mpi-* ]]; }

# How long SIGTERM lets a job save, in seconds. Ranks would take the variable for a flag's.
stop_within=${LOCKSTEP_STOP_WITHIN:-60}
unset LOCKSTEP_STOP_WITHIN

# Before the launcher runs nothing is lost by ending at once; later ranks save first.
heed_signals_of_job() {
  local signal
  [[ $stop_within =~ ^[0-9]{1,6}$ ]] ||
    fail $EX_USAGE "LOCKSTEP_STOP_WITHIN must be a number of seconds, not '$stop_within'"
  stop_within=$((10#$stop_within)) # 08 would be octal
  [[ -z $restarts ]] || export LOCKSTEP_STOP_WITHIN=$stop_within
  trap 'heed HUP 129' HUP
  trap 'heed INT 130' INT
  trap 'heed TERM 143' TERM
  # Batch systems' warnings that time, or processor time, is nearly up.
  for signal in USR1 USR2 XCPU; do
    # shellcheck disable=SC2064 # the signal of now
    trap "heed $signal 75" "$signal"
  done
  trap give_up ALRM
}

# heed SIGNAL CODE
heed() {
  # The terminal has written ^C where the cursor was.
  [[ $1 != INT || ! -t 2 ]] || printf '\n' >&2
  if [[ -z $launching ]]; then
    [[ $2 != 75 ]] || say "stopped before training began; the same command starts again"
    end_early "$2"
  elif [[ -z $job ]]; then
    pending=("$@")
  elif [[ -n $supervised ]]; then
    kill -"$1" "$job" 2>/dev/null || true
  elif [[ $2 == 75 ]]; then
    [[ -n $asking ]] || say "asked the ranks to stop after this step, with a checkpoint"
    ask_to_stop
  elif [[ -z $interrupted ]]; then
    interrupted=$SECONDS
    say_what_follows "$1"
    ask_to_stop
    [[ $1 == INT ]] || force_later
  # One signal may reach us twice: from the terminal or the group, and from a parent that passes it on.
  elif ((SECONDS - interrupted > 1)); then
    end_now "$2" "ending at once, without waiting for a checkpoint"
  fi
}

say_what_follows() {
  local again="Ctrl-C again ends at once, without waiting for one"
  [[ $1 == INT ]] || again="after $stop_within s, or at a second SIG$1, it ends without waiting for one"
  say "asked the ranks to stop after this step, with a checkpoint; $again"
}

# has_signal PROCESS SET: whether SIGUSR1 is in that set of the process: SigBlk, blocked, or SigCgt, caught.
has_signal() {
  local mask
  mask=$(awk -v name="$2:" '$1 == name { print $2 }' "/proc/$1/status")
  ((0x$mask & 1 << 9))
}

children_of() { cat "/proc/$1/task/$1/children"; }

# Ranks on this machine, which are children of mpirun, and of MPICH's launcher's own child.
local_ranks() {
  local child name
  for child in $(children_of "$1"); do
    name=$(<"/proc/$child/comm")
    case $name in
      lockstep*) printf '%s\n' "$child" ;;
      hydra*) local_ranks "$child" ;;
    esac
  done
}

# One rank that is asked is enough, once it listens: it then blocks SIGUSR1. The launcher would say
# that it forwards a signal, and MPICH's may then return 0 (4.0.2): it is asked where no rank has come
# up here for two seconds.
ask() {
  local rank ranks
  ranks=$(local_ranks "$job")
  for rank in $ranks; do
    ranks_are_here=1
    ! has_signal "$rank" SigBlk || { kill -USR1 "$rank" && return; }
  done
  [[ -n $ranks_are_here ]] || ((SECONDS - asked < 2)) || ! has_signal "$job" SigCgt ||
    kill -USR1 "$job"
}

# aside COMMAND…: in a process that no signal to our group ends before the job has ended.
aside() {
  {
    trap '' HUP INT TERM USR1 USR2 XCPU ALRM
    "$@"
  } </dev/null >/dev/null 2>&1 &
}

# The ranks agree on the step to stop after. Before they are up the launcher swallows SIGUSR1: so it
# is sent every second until the job ends.
ask_to_stop() {
  [[ -z $asking ]] || return 0
  aside ask_again
  asking=$!
}

ask_again() {
  asked=$SECONDS
  while kill -0 "$job"; do
    ask || true
    sleep 1
  done
}

# A rank that is stopped, by a debugger or SIGSTOP, or a machine that sleeps, answers nobody.
force_later() { aside call_back; }

call_back() {
  local second
  for ((second = 0; second < stop_within; second++)); do
    kill -0 "$job" || return 0
    sleep 1
  done
  kill -ALRM $$
}

# SIGALRM that others send means nothing.
give_up() {
  [[ -n $interrupted ]] && ((SECONDS - interrupted >= stop_within)) || return 0
  end_now 143 "no checkpoint after $stop_within s, since a rank or a machine does not answer; ending without waiting for one: the same command goes on from the last"
}

# end_now CODE SENTENCE: mpirun has a second for ranks that listen to SIGTERM, and kills the others;
# MPICH's launcher would wait for ranks that save, and without it they end.
end_now() {
  [[ -z $forced ]] || return 0
  forced=$1
  say "$2"
  mapfile -t members < <(family "$job")
  kill -"${launcher_facts[end]}" "$job" 2>/dev/null || true
  aside kill_what_is_left
  ending=$!
}

# SIGKILL ends a stopped process, too.
kill_what_is_left() {
  local tenth
  for ((tenth = 0; tenth < 50; tenth++)); do
    kill -0 "${members[@]}" || return 0
    sleep 0.1
  done
  kill -KILL "${members[@]}"
}

# launch COMMAND…: runs it to its end and returns its exit code. Its standard error goes through `sift`.
launch() {
  local guard=() status=0
  open_output
  # Should this script be killed outright, mpirun is told to end too.
  ! setpriv --pdeathsig TERM true 2>/dev/null || guard=(setpriv --pdeathsig TERM)
  open_notes
  launching=1
  # Job control gives mpirun a process group of its own, out of reach of the terminal's Ctrl-C,
  # which would otherwise kill the ranks before we could ask them to save.
  set -m
  # Where mpirun does not listen to these, as at its beginning and end, it must not end by them.
  ({ [[ -n $supervised ]] || trap '' USR1 USR2; } && exec "${guard[@]}" "$@") </dev/null 2>&7 &
  job=$!
  set +m
  exec 7>&-
  ((${#pending[@]} == 0)) || heed "${pending[@]}"
  # A trap interrupts `wait`; only once the job is gone does it return the job's own code.
  while kill -0 "$job" 2>/dev/null; do
    wait "$job" 2>/dev/null || true
  done
  wait "$job" || status=$?
  [[ -z $ending ]] || wait "$ending" || true
  read_notes
  close_output
  return "$status"
}
