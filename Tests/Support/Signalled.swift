extension Job {
  /// Starts the job, sends SIGUSR1 once the metrics of `run` have a row of `kind` for `step`, and
  /// waits for its end.
  package func signalled(after kind: String, _ step: Int, in run: String) throws -> Command.Outcome
  {
    // MPICH 4.0.2's launcher may return 0 for ranks to which it has passed a signal on, whatever
    // they return. One rank that is asked is enough.
    let target =
      Library.isOpenMPI || !command.words.contains(Library.launcher) ? "$job" : "$(ranks $job)"
    let script = """
      \(Library.ranksFunction)
      metrics=$1 row=$2; shift 2
      "$@" & job=$!
      until grep -qs "$row" "$metrics"; do kill -0 $job || exit 99; sleep 0.005; done
      set -- \(target)
      kill -USR1 $1
      wait $job
      """
    // The order of keys in a row is not ours to know.
    let row = #""kind":"\#(kind)".*"step":\#(step)[,}]"#
    let words = ["sh", "-c", script, "sh", "\(run)/metrics.jsonl", row] + command.words
    return try Command(words, environment: command.environment).run()
  }

  /// Starts the job, sends it `signal` once three processes have command lines that match `pattern`,
  /// and waits for its end; the status is 98 if such processes are left then. The pattern must not
  /// match itself, which stands in the shell's own words: `tr[a]in`.
  package func interrupted(by signal: String, onceThreeMatch pattern: String) throws
    -> Command.Outcome
  {
    let script = """
      signal=$1 pattern=$2; shift 2
      "$@" & job=$!
      until [ "$(pgrep -fc "$pattern")" -ge 3 ]; do kill -0 $job || exit 99; sleep 0.02; done
      kill -s "$signal" $job
      wait $job; status=$?
      pgrep -fl "$pattern" && exit 98
      exit $status
      """
    // A shell without job control lets its children ignore SIGINT; env undoes that.
    let words = ["env", "--default-signal=INT"] + command.words
    return try Command(
      ["sh", "-c", script, "sh", signal, pattern] + words, environment: command.environment
    ).run()
  }
}
