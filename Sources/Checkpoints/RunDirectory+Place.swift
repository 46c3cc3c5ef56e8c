internal import Platform

extension RunDirectory {
  /// Makes sure that no run begins inside a checkpoint: its path would then mean both.
  ///
  /// - Throws: `Failure` with `usage`, which names the run, where `path` is a checkpoint's directory
  ///   or lies in one.
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
