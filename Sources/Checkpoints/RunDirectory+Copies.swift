internal import Engine
internal import Logging
internal import Platform
internal import Ranks

extension RunDirectory {
  /// Replaces directories called `latest` and `best`, which `scp -r` and `cp -rL` make of the links, by
  /// the checkpoints that they are copies of.
  ///
  /// A directory is removed if it has, file by file, the same content as the checkpoint of the same step. If
  /// that checkpoint is missing or damaged, the directory takes its name, and a damaged one is moved aside.
  /// Any other directory is moved aside.
  ///
  /// - Returns: for each of these directories, by its old name, the name of the checkpoint that it was a copy
  ///   of or, where the directory was moved aside, its new name.
  package func settleCopies() throws -> [String: String] {
    var names: [String: String] = [:]
    for name in [Self.latestName, Self.bestName]
    where FileSystem.isOwnDirectory("\(path)/\(name)") {
      names[name] = try settleCopy(name)
    }
    return names
  }

  private func settleCopy(_ name: String) throws -> String {
    let copy = "\(path)/\(name)"
    guard let step = Checkpoint.step(ofCopy: copy) else {
      return try moveAside(name, "which is no whole checkpoint")
    }
    let original = Checkpoint.directoryName(step: step)
    let place = "\(path)/\(original)"
    if (try? Checksums.verify(Checkpoint.names, in: place)) == nil {
      if FileSystem.exists(place) { _ = try moveAside(original, "which is damaged") }
      try FileSystem.rename(copy, to: place)
    } else if try Checkpoint.isSame(copy, place) {
      try FileSystem.remove(copy)
    } else {
      return try moveAside(name, "which is another than \(original)")
    }
    return original
  }

  /// Gives the directory `name` a new name, and logs a warning with the `reason`; returns the new name.
  private func moveAside(_ name: String, _ reason: String) throws -> String {
    let target = FileSystem.unusedPath("\(path)/\(name)")
    try FileSystem.rename("\(path)/\(name)", to: target)
    Logger.lockstep.warning(
      """
      \(path)/\(name) was a directory, \(reason): it is \(target) now; remove it when you need it \
      no more
      """)
    return String(target.dropFirst(path.count + 1))
  }
}

extension Checkpoint {
  /// The step of the checkpoint in `directory`, by its state; nil where there is no whole checkpoint.
  static func step(ofCopy directory: String) -> Int? {
    guard (try? Checksums.verify(names, in: directory)) != nil else { return nil }
    return step(toldBy: directory)
  }

  /// The step in the state in `directory`; nil where there is no state.
  static func step(toldBy directory: String) -> Int? {
    let state = try? CheckpointState(decoding: FileSystem.read("\(directory)/\(stateName)"))
    return state?.progress.step
  }

  /// Whether `first` has a checkpoint's files and no others, with the content of those of `second` by their
  /// checksums. Both were verified.
  fileprivate static func isSame(_ first: String, _ second: String) throws -> Bool {
    try hasNothingElse(first)
      && Checksums.lines(in: first) == Checksums.lines(in: second)
  }
}
