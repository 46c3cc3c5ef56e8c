import Support

extension Job {
  /// Starts the job, sends SIGUSR1 once the metrics of `run` have a row of `kind` for `step`, and
  /// waits for its end.
  func signalled(after kind: String, _ step: Int, in run: String) throws -> Command.Outcome {
    let script = """
      metrics=$1 row=$2; shift 2
      "$@" & job=$!
      until grep -qs "$row" "$metrics"; do kill -0 $job || exit 99; sleep 0.005; done
      kill -USR1 $job
      wait $job
      """
    // The order of keys in a row is not ours to know.
    let row = #""kind":"\#(kind)".*"step":\#(step)[,}]"#
    let words = ["sh", "-c", script, "sh", "\(run)/metrics.jsonl", row] + command.words
    return try Command(words, environment: command.environment).run()
  }
}
