internal import Engine
internal import Logging
internal import Platform

extension RunDirectory {
  /// Makes links of `latest` and `best` again where a copy of the run has directories in their
  /// place, as `scp -r` and `cp -rL` make them.
  ///
  /// Only a directory that is, file by file, a checkpoint which is there under its own name is
  /// removed; one whose checkpoint is missing or damaged takes that name; any other is moved aside.
  ///
  /// - Returns: the new names of what has another now, by the old ones.
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

  /// Gives `name` a name that is free, and says so.
  private func moveAside(_ name: String, _ reason: String) throws -> String {
    let target = FileSystem.unusedPath("\(path)/\(name)")
    try FileSystem.rename("\(path)/\(name)", to: target)
    Logger(label: "lockstep").warning(
      """
      \(path)/\(name) was a directory, \(reason): it is \(target) now; remove it when you need it \
      no more
      """)
    return String(target.dropFirst(path.count + 1))
  }
}

extension Checkpoint {
  /// The step of a whole checkpoint in a directory that does not have its name; nil of any other.
  static func step(ofCopy directory: String) -> Int? {
    guard (try? Checksums.verify(names, in: directory)) != nil else { return nil }
    return step(toldBy: directory)
  }

  /// The step that the state in `directory` tells; nil where there is none.
  static func step(toldBy directory: String) -> Int? {
    let state = try? CheckpointState(decoding: FileSystem.read("\(directory)/\(stateName)"))
    return state?.progress.step
  }

  /// Whether two whole checkpoints have the same files and no others.
  fileprivate static func isSame(_ first: String, _ second: String) throws -> Bool {
    try hasNothingElse(first)
      && Checksums.lines(in: first) == Checksums.lines(in: second)
  }
}
