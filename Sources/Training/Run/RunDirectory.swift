internal import Artifacts
internal import Glibc

/// The directory of one run, locked against other jobs while this value lives. Rank zero's alone.
final class RunDirectory: Sendable {
  let path: String
  private let lock: CInt

  /// Makes the directory where it is missing and locks it: `flock` on the file `.lock`.
  ///
  /// - Throws: `Failure` where it cannot be written to or another job uses it.
  init(locking path: String) throws {
    try FileSystem.makeDirectory(path)
    lock = open("\(path)/.lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o666)
    self.path = path
    guard lock >= 0 else {
      throw Failure(
        .inputOutput,
        "\(path): the run directory cannot be written to: \(String(cString: strerror(errno))); "
          + "choose another --run or change its permissions")
    }
    guard flock(lock, LOCK_EX | LOCK_NB) == 0 else {
      throw Failure(
        .inputOutput,
        "\(path): the run directory is in use by another job; wait for it or choose another --run")
    }
    for name in try FileSystem.names(in: path) where name.hasPrefix(Checkpoint.temporaryPrefix) {
      try FileSystem.remove("\(path)/\(name)")
    }
  }

  deinit { close(lock) }

  /// Makes sure that the directory which was locked is still at its path: in another, another job
  /// could be at work.
  ///
  /// - Throws: `Failure` with `inputOutput` where it was removed or moved.
  func requirePlace() throws {
    guard FileSystem.isAt("\(path)/.lock", lock) else {
      throw Failure(
        .inputOutput,
        "\(path): the run directory was removed or moved while this job used it, so nothing more is "
          + "saved; start again from where it is now")
    }
  }

  /// Lets `latest` lead to the checkpoint `name`.
  func setLatest(_ name: String) throws {
    try FileSystem.link("\(path)/latest", to: name)
    try OutputFile.synchronizeDirectory(of: "\(path)/latest")
  }

  /// The name under which this directory has the checkpoint at `path`; nil for one from elsewhere.
  func name(ofCheckpoint path: String) -> String? {
    Self.name(ofCheckpoint: path, in: self.path)
  }

  static func name(ofCheckpoint path: String, in directory: String) -> String? {
    let real = FileSystem.resolved(path)
    guard FileSystem.parent(of: real) == FileSystem.resolved(directory) else { return nil }
    return real.lastIndex(of: "/").map { String(real[real.index(after: $0)...]) }
  }

  /// Moves all that a former run left into `previous-1`, or the next number that is free.
  ///
  /// - Returns: the path of what it is in now; nil where there was nothing.
  func moveAside() throws -> String? {
    guard let (names, previous) = try Self.formerRun(in: path) else { return nil }
    try FileSystem.makeDirectory(previous)
    for name in names { try FileSystem.rename("\(path)/\(name)", to: "\(previous)/\(name)") }
    return previous
  }

  /// The names that a former run left in the directory at `path`, and where they can be moved; nil
  /// where there are none.
  ///
  /// What no run has made is not among them: the directory may be someone's home.
  static func formerRun(in path: String) throws -> (names: [String], previous: String)? {
    let made = [
      RunPlan.name, MetricsLog.name, "latest", bestName, "samples", "reconstructions",
      RunEnvironment.name, RunReport.name,
    ]
    let names = try FileSystem.names(in: path)
      .filter {
        made.contains($0) || Checkpoint.step(ofDirectory: $0) != nil
          || $0.hasPrefix(EventLog.prefix) && $0.hasSuffix(EventLog.suffix)
      }
    guard !names.isEmpty else { return nil }
    var number = 1
    while FileSystem.exists("\(path)/previous-\(number)") { number += 1 }
    return (names, "\(path)\(path.hasSuffix("/") ? "" : "/")previous-\(number)")
  }
}
