import Foundation
import Support

/// A folder with scripts/train, a set-up that does nothing, and programs of a test's own, which are
/// found before all others.
struct ScriptFolder {
  private let folder: TemporaryFolder

  var url: URL { folder.url }

  init() throws {
    folder = try TemporaryFolder()
    let scripts = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("../../scripts").standardizedFileURL
    try FileManager.default.createDirectory(
      at: url.appendingPathComponent("scripts"), withIntermediateDirectories: true)
    for name in [
      "train", "common.bash", "mpi.bash", "launchers.tsv", "packages.bash", "needs.bash",
      "job.bash",
      "ending.bash",
    ] {
      try FileManager.default.copyItem(
        at: scripts.appendingPathComponent(name), to: url.appendingPathComponent("scripts/\(name)"))
    }
    try write("scripts/setup", "#!/bin/sh\n")
  }

  /// Writes a program.
  func write(_ name: String, _ text: String) throws {
    let file = url.appendingPathComponent(name)
    try Data(text.utf8).write(to: file)
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: file.path)
  }

  /// The script, below the words of `shell` where there are any.
  func command(
    _ words: [String] = [], through shell: [String] = [], environment: [String: String] = [:]
  ) -> Command {
    let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
    return Command(
      shell + [url.appendingPathComponent("scripts/train").path] + words,
      environment: ["PATH": "\(url.path):\(path)", "LOCKSTEP_MPI": "openmpi"]
        .merging(environment) { $1 })
  }
}
