internal import Platform

/// Hosts that a script makes of this machine (`cluster/local`), each with a network of its own.
struct PretendedHosts {
  /// The script's path.
  private let script: String

  /// Hosts that the script at the path `script` makes.
  ///
  /// - Throws: `Failure` where it cannot make any, and why: for one, only root can. `Interruption` where this
  ///   process is asked to end.
  init(_ script: String, _ job: MPIJob) throws {
    self.script = script
    _ = try job.run(words([1, 1], for: ["true"]), limit: 60)
  }

  /// The words that make one host for each of `slots`, and run `command` on the first of them.
  func words(_ slots: [Int], for command: [String]) -> [String] {
    [script, "run", "--slots", slots.map(String.init).joined(separator: ","), "--"] + command
  }
}
