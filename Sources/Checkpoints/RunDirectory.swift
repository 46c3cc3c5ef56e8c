internal import Formats
internal import Glibc
internal import Platform
internal import Synchronization

/// The directory of one run, locked against other jobs while this object lives. Rank zero's alone.
///
/// If the run does not begin after all, this object removes, at the end of its life, the directories that it
/// has made; ``keep()`` prevents that.
package final class RunDirectory: Sendable {
  package let path: String
  let lock: CInt
  /// Whether this object has made the file `.lock`.
  private let hasMadeLock: Bool
  /// The directories that this object has made, the outermost first.
  private let made: [String]
  private let isKept = Atomic(false)

  /// Makes the directory where it is missing, locks it by `flock` on the file `.lock`, removes what is left
  /// of checkpoints, links and files that were never finished, and finishes ``moveAside()`` where a job was
  /// killed in it.
  ///
  /// - Throws: `Failure` where the path is that of a checkpoint or lies in one, the directory cannot be
  ///   written to, or another job uses it.
  package init(locking path: String) throws {
    try Self.requireNoCheckpoint(at: path)
    (lock, hasMadeLock, made) = try Self.lock(path)
    self.path = path
    for name in try FileSystem.names(in: path) where Self.isUnfinished(name, in: path) {
      try FileSystem.remove("\(path)/\(name)")
    }
    try Self.removePartialFiles(in: path)
    if FileSystem.exists("\(path)/\(Self.movingName)") { _ = try moveAside() }
  }

  /// Whether `name` is that of a checkpoint that was never finished, or of a link that was to replace
  /// another.
  private static func isUnfinished(_ name: String, in path: String) -> Bool {
    name.hasPrefix(Checkpoint.temporaryPrefix)
      || [latestName, bestName].map(FileSystem.nameOfLinkToBe).contains(name)
        && FileSystem.destination(ofLink: "\(path)/\(name)") != nil
  }

  /// Removes the files that were to replace others and never did, of those that only a job that has the lock
  /// writes, and reports, which other commands write, too, that nobody has written to for a minute.
  private static func removePartialFiles(in path: String) throws {
    let locked = [RunFiles.configuration, RunFiles.environment, RunFiles.metrics]
    let others = [RunFiles.report, RunFiles.likelihood]
    for folder in [path] + RunFiles.pictureFolders.map({ "\(path)/\($0)" })
    where FileSystem.isDirectory(folder) {
      for name in try FileSystem.names(in: folder) {
        guard let target = OutputFile.target(ofPartial: name) else { continue }
        let isOld = FileSystem.age(of: "\(folder)/\(name)") ?? 0 > 60
        let isDead =
          folder == path
          ? locked.contains(target) || isOld && others.contains(target)
          : target.hasPrefix("epoch-")
        if isDead { try FileSystem.remove("\(folder)/\(name)") }
      }
    }
  }

  deinit {
    // The file is removed while it is locked: a job that opens it afterwards makes a new one, and a job
    // that has opened it before sees that it is gone.
    if !isKept.load(ordering: .relaxed) {
      // Another job may have made the file and failed to lock it. If the directory has nothing else, the
      // file is of no use.
      let isAlone = (try? FileSystem.names(in: path)) == [".lock"]
      if hasMadeLock || isAlone { unlink("\(path)/.lock") }
      FileSystem.removeEmpty(made)
    }
    close(lock)
  }

  /// Keeps the directory beyond this object's life; to be called when the run begins.
  package func keep() { isKept.store(true, ordering: .relaxed) }

  /// Makes sure that the locked directory is still at its path: another directory there could be in use by
  /// another job.
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

  /// Lets the link `latest` lead to the checkpoint `name`, and brings the link to the disk.
  package func setLatest(_ name: String) throws {
    try FileSystem.link("\(path)/\(Self.latestName)", to: name)
    try OutputFile.synchronizeDirectory(of: "\(path)/\(Self.latestName)")
  }

  /// The name under which this directory has the checkpoint at `path`; nil for one from elsewhere.
  package func name(ofCheckpoint path: String) -> String? {
    Self.name(ofCheckpoint: path, in: self.path)
  }

  /// The name under which the run directory at `directory` has the checkpoint at `path`; nil for one from
  /// elsewhere.
  package static func name(ofCheckpoint path: String, in directory: String) -> String? {
    let real = FileSystem.resolved(path)
    guard FileSystem.parent(of: real) == FileSystem.resolved(directory) else { return nil }
    return real.lastIndex(of: "/").map { String(real[real.index(after: $0)...]) }
  }

  /// Moves the files of a former run into the directory `previous-1`, or one with the next number that is
  /// free.
  ///
  /// They go by way of another directory, which has the name only when all are there: a job that is killed
  /// meanwhile leaves that one, and the next job moves the others.
  ///
  /// - Returns: the path of that directory; nil where there were no files to move.
  package func moveAside() throws -> String? {
    let moving = "\(path)/\(Self.movingName)"
    let former = try Self.formerRun(in: path)
    guard former != nil || FileSystem.exists(moving) else { return nil }
    if !FileSystem.exists(moving) {
      try FileSystem.makeDirectory(moving)
      // Before anything is in it, since a loss of power must not take its name and leave it full.
      try OutputFile.synchronizeDirectory(of: moving)
    }
    for name in former?.names ?? [] {
      try FileSystem.rename("\(path)/\(name)", to: "\(moving)/\(name)")
    }
    // A loss of power must not leave the name and some files elsewhere.
    try OutputFile.synchronizeDirectory(of: "\(moving)/")
    let previous = former?.previous ?? Self.previous(in: path)
    try FileSystem.rename(moving, to: previous)
    return previous
  }

  /// The directory into which a former run's files are being moved.
  private static let movingName = ".moving-aside"

  /// A path that is free for a former run's files.
  private static func previous(in path: String) -> String {
    FileSystem.unusedPath("\(path)\(path.hasSuffix("/") ? "" : "/")previous")
  }

  /// Whether the directory at `path` has a checkpoint or links to one, whole or not, or files that are being
  /// moved.
  package static func hasCheckpoints(in path: String) throws -> Bool {
    try FileSystem.names(in: path).contains { name in
      Checkpoint.step(ofDirectory: name) != nil
        || [latestName, bestName, movingName].contains(name)
    }
  }

  /// The names of a former run's files in the directory at `path`, and the path to which they can be
  /// moved; nil where there are none.
  ///
  /// Files that no run makes are not among them: the directory may be someone's home.
  package static func formerRun(in path: String) throws -> (names: [String], previous: String)? {
    let made =
      [
        RunFiles.configuration, RunFiles.metrics, latestName, bestName,
        RunFiles.environment, RunFiles.report, RunFiles.likelihood,
      ] + RunFiles.pictureFolders
    let names = try FileSystem.names(in: path)
      .filter {
        made.contains($0) || Checkpoint.step(ofDirectory: $0) != nil
          || $0.hasPrefix(RunFiles.eventsPrefix) && $0.hasSuffix(RunFiles.eventsSuffix)
      }
    guard !names.isEmpty else { return nil }
    return (names, previous(in: path))
  }
}

extension RunDirectory {
  /// Makes sure that no run begins in a checkpoint's directory: the path would then mean both.
  ///
  /// - Throws: `Failure` with `usage`, naming the run if there is one, where `path` is a checkpoint's
  ///   directory or lies in one.
  package static func requireNoCheckpoint(at path: String) throws {
    // The path may have `.` or links, which do not show a checkpoint's name.
    var place = FileSystem.absolute(FileSystem.resolved(FileSystem.withoutTrailingSlashes(path)))
    let whole = place
    while true {
      if let failure = failure(of: path, in: place, isWhole: place == whole) { throw failure }
      let above = FileSystem.parent(of: place)
      // A path with `..` does not lie in the directories that it names.
      if above == place || place.hasSuffix("..") { return }
      place = above
    }
  }

  private static func failure(of path: String, in place: String, isWhole: Bool) -> Failure? {
    let run = FileSystem.parent(of: place)
    let isIn = RunFiles.isRun(run)
    let name = place.split(separator: "/").last.map(String.init) ?? ""
    let isNamed =
      Checkpoint.step(ofDirectory: name) != nil || [latestName, bestName].contains(name)
    guard isIn && isNamed || Checkpoint.isLikely(place) else { return nil }
    let what = isWhole ? "is" : "lies in"
    return Failure(
      .usage,
      isIn
        ? "\(setting: .run, path) \(what) a checkpoint of the run \(run): go on with it by \(setting: .run, run), or from "
          + "that checkpoint in a new run by \(setting: .resume, place) \(setting: .run, "NEW")"
        : "\(setting: .run, path) \(what) a checkpoint, which is no place for a run: go on from it in a new "
          + "one by \(setting: .resume, place) \(setting: .run, "NEW")")
  }
}

extension Checkpoint {
  /// Whether the directory at `path` has the files by which a checkpoint is recognised.
  static func isLikely(_ path: String) -> Bool {
    [stateName, Checksums.name].allSatisfy { FileSystem.exists("\(path)/\($0)") }
  }
}
