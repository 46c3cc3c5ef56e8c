internal import Platform

/// The names of the files in a run directory.
package enum RunFiles {
  /// All flags of the run, ``RunConfiguration``.
  package static let configuration = "config.yaml"

  /// One JSON object a line for each logged step and each epoch.
  package static let metrics = "metrics.jsonl"

  /// The program, MPI, hosts and data that the run last ran with.
  package static let environment = "environment.json"

  /// The page that shows how the run went.
  package static let report = "report.html"

  /// How the names of event files for TensorBoard begin, before the time they were begun at.
  package static let eventsPrefix = "events.out.tfevents."

  /// How the names of event files end.
  package static let eventsSuffix = ".lockstep"

  /// The name of the picture that is drawn after `epoch`, as in `epoch-001.png`.
  package static func picture(_ epoch: Int) -> String {
    let digits = String(epoch)
    return "epoch-" + String(repeating: "0", count: max(0, 3 - digits.count)) + digits + ".png"
  }

  /// Whether the directory at `path` holds a run, or what is left of one.
  package static func isRun(_ path: String) -> Bool {
    FileSystem.isRegularFile("\(path)/\(configuration)")
      || FileSystem.isRegularFile("\(path)/\(metrics)")
  }
}
