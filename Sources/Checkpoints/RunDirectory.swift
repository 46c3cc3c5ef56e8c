internal import Formats
internal import Glibc
internal import Platform
internal import Synchronization

/// The directory of one run, locked against other jobs while this value lives. Rank zero's alone.
///
/// What was made for a run that does not begin after all goes with this value: see ``keep()``.
package final class RunDirectory: Sendable {
  package let path: String
  private let lock: CInt
  /// Whether there was no file `.lock` before.
  private let hasMadeLock: Bool
  /// The directories that were not there before, the outermost first.
  private let made: [String]
  private let isKept = Atomic(false)

  /// Makes the directory where it is missing and locks it: `flock` on the file `.lock`.
  ///
  /// - Throws: `Failure` where it is a checkpoint's, cannot be written to or another job uses it.
  package init(locking path: String) throws {
    try Self.requireNoCheckpoint(at: path)
    (lock, hasMadeLock, made) = try Self.lock(path)
    self.path = path
    for name in try FileSystem.names(in: path) where name.hasPrefix(Checkpoint.temporaryPrefix) {
      try FileSystem.remove("\(path)/\(name)")
    }
  }

  deinit {
    // While it is locked: who opens the file from now on makes another, and who had opened it
    // before finds that it is gone.
    if !isKept.load(ordering: .relaxed) {
      // Another may have made it and failed to lock it, and where it is alone nobody needs it.
      let isAlone = (try? FileSystem.names(in: path)) == [".lock"]
      if hasMadeLock || isAlone { unlink("\(path)/.lock") }
      FileSystem.removeEmpty(made)
    }
    close(lock)
  }

  /// Lets what was made stay: a run begins here.
  package func keep() { isKept.store(true, ordering: .relaxed) }

  /// Makes sure that the directory which was locked is still at its path: in another, another job
  /// could be at work.
  ///
  /// - Throws: `Failure` with `inputOutput` where it was removed or moved.
  package func requirePlace() throws {
    guard FileSystem.isAt("\(path)/.lock", lock) else {
      throw Failure(
        .inputOutput,
        "\(path): the run directory was removed or moved while this job used it, so nothing more is "
          + "saved; start again from where it is now")
    }
  }

  /// Lets `latest` lead to the checkpoint `name`.
  package func setLatest(_ name: String) throws {
    try FileSystem.link("\(path)/\(Self.latestName)", to: name)
    try OutputFile.synchronizeDirectory(of: "\(path)/\(Self.latestName)")
  }

  /// The name under which this directory has the checkpoint at `path`; nil for one from elsewhere.
  package func name(ofCheckpoint path: String) -> String? {
    Self.name(ofCheckpoint: path, in: self.path)
  }

  package static func name(ofCheckpoint path: String, in directory: String) -> String? {
    let real = FileSystem.resolved(path)
    guard FileSystem.parent(of: real) == FileSystem.resolved(directory) else { return nil }
    return real.lastIndex(of: "/").map { String(real[real.index(after: $0)...]) }
  }

  /// Moves all that a former run left into `previous-1`, or the next number that is free.
  ///
  /// - Returns: the path of what it is in now; nil where there was nothing.
  package func moveAside() throws -> String? {
    guard let (names, previous) = try Self.formerRun(in: path) else { return nil }
    try FileSystem.makeDirectory(previous)
    for name in names { try FileSystem.rename("\(path)/\(name)", to: "\(previous)/\(name)") }
    return previous
  }

  /// The names that a former run left in the directory at `path`, and where they can be moved; nil
  /// where there are none.
  ///
  /// What no run has made is not among them: the directory may be someone's home.
  package static func formerRun(in path: String) throws -> (names: [String], previous: String)? {
    let made = [
      RunFiles.configuration, RunFiles.metrics, latestName, bestName, "samples", "reconstructions",
      RunFiles.environment, RunFiles.report,
    ]
    let names = try FileSystem.names(in: path)
      .filter {
        made.contains($0) || Checkpoint.step(ofDirectory: $0) != nil
          || $0.hasPrefix(RunFiles.eventsPrefix) && $0.hasSuffix(RunFiles.eventsSuffix)
      }
    guard !names.isEmpty else { return nil }
    return (names, FileSystem.unusedPath("\(path)\(path.hasSuffix("/") ? "" : "/")previous"))
  }
}
