internal import Platform

/// The names of the files in a run directory.
package enum RunFiles {
  /// The flags of the run: ``RunConfiguration``.
  package static let configuration = "config.yaml"

  /// One JSON object a line for each logged step and each epoch.
  package static let metrics = "metrics.jsonl"

  /// The program, MPI, hosts and data of the run's last job.
  package static let environment = "environment.json"

  /// The page that shows how the run went.
  package static let report = "report.html"

  /// The last importance-weighted bound of one of the run's checkpoints.
  package static let likelihood = "likelihood.json"

  /// The beginning of the names of event files for TensorBoard; the time of their creation follows.
  package static let eventsPrefix = "events.out.tfevents."

  /// The end of the names of event files.
  package static let eventsSuffix = ".lockstep"

  /// The folders with a picture for each epoch.
  static let pictureFolders = ["samples", "reconstructions"]

  /// The name of the pictures of `epoch`, in `samples` and in `reconstructions`: `epoch-001.png`.
  package static func picture(_ epoch: Int) -> String {
    let digits = String(epoch)
    return "epoch-" + String(repeating: "0", count: max(0, 3 - digits.count)) + digits + ".png"
  }

  /// Whether the directory at `path` has a run, or a part of one.
  package static func isRun(_ path: String) -> Bool {
    FileSystem.isRegularFile("\(path)/\(configuration)")
      || FileSystem.isRegularFile("\(path)/\(metrics)")
  }
}
