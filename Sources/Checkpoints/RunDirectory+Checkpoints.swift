internal import Formats
internal import Platform
internal import Ranks

extension RunDirectory {
  /// The link to the newest checkpoint.
  package static let latestName = "latest"

  /// The link to the checkpoint with the least loss of the images that decide.
  static let bestName = "best"

  /// Lets `best` lead to the checkpoint of at most `step` steps with the least loss of `images`;
  /// a job that was killed may have written that checkpoint, but not the link. Where no checkpoint tells a
  /// loss, nothing changes.
  package func settleBest(upTo step: Int, by images: DecidingImages) throws {
    if let least = try least(upTo: step, by: images) { try setBest(least.name) }
  }

  /// Lets `best` lead to the checkpoint `name`, written at an epoch's end after `step` steps, if no
  /// earlier one has a loss of `images` that is `loss` or less.
  package func updateBest(
    _ name: String, step: Int, loss: Double, by images: DecidingImages
  ) throws {
    if let best = try best(upTo: step, by: images), best.name != name, best.loss <= loss {
      return try setBest(best.name)
    }
    try setBest(name)
  }

  private func setBest(_ name: String) throws {
    let link = "\(path)/\(Self.bestName)"
    guard FileSystem.destination(ofLink: link) != name else { return }
    try FileSystem.link(link, to: name)
    try OutputFile.synchronizeDirectory(of: link)
  }

  /// The best checkpoint of at most `step` steps: the one that `best` leads to; or, where the link leads to a
  /// checkpoint of more steps, to one without a loss of these images or to none, the one with the least loss.
  private func best(upTo step: Int, by images: DecidingImages) throws -> (
    name: String, loss: Double
  )? {
    if let name = FileSystem.destination(ofLink: "\(path)/\(Self.bestName)"),
      Checkpoint.step(ofDirectory: name).map({ $0 <= step }) ?? false,
      let loss = Checkpoint.loss("\(path)/\(name)", of: images)
    {
      return (name, loss)
    }
    return try least(upTo: step, by: images)
  }

  /// Of the checkpoints of at most `step` steps, the one with the least loss of `images`; of
  /// several with that loss, the one of fewest steps. Nil where none tells a loss.
  private func least(
    upTo step: Int, by images: DecidingImages
  ) throws -> (name: String, loss: Double)? {
    try checkpoints(upTo: step)
      .compactMap { name in
        Checkpoint.loss("\(path)/\(name)", of: images).map { (name, $0) }
      }
      .min { $0.1 < $1.1 }
  }

  /// The names of the checkpoints of at most `step` steps, the fewest steps first.
  private func checkpoints(upTo step: Int) throws -> [String] {
    try FileSystem.names(in: path).compactMap(Checkpoint.step(ofDirectory:))
      .filter { $0 <= step }.sorted().map(Checkpoint.directoryName)
  }

  /// Removes the checkpoints that `retention` does not keep, once the checkpoint after `step` steps is
  /// written and `latest` leads to it.
  ///
  /// Those that `latest` and `best` lead to stay. Checkpoints of more steps stay: a run that was resumed from
  /// an earlier checkpoint has left them, and nothing else could bring them back. A directory with other
  /// files than a checkpoint's stays, too.
  package func removeCheckpoints(
    beside retention: Retention, upTo step: Int, by images: DecidingImages
  ) throws {
    guard case .newest(let count) = retention else { return }
    let spared = [
      FileSystem.destination(ofLink: "\(path)/\(Self.latestName)"),
      FileSystem.destination(ofLink: "\(path)/\(Self.bestName)"),
      try best(upTo: step, by: images)?.name,
    ]
    for name in try checkpoints(upTo: step).dropLast(count) where !spared.contains(name) {
      guard Checkpoint.hasNothingElse("\(path)/\(name)") else { continue }
      // A directory that is removed in part must not have a checkpoint's name. The next job removes what is
      // left, so a failure to remove does not end this job.
      let doomed = "\(path)/\(Checkpoint.temporaryPrefix)\(name)"
      if FileSystem.exists(doomed) { try? FileSystem.remove(doomed) }
      try FileSystem.rename("\(path)/\(name)", to: doomed)
      try? FileSystem.remove(doomed)
    }
  }
}

extension Checkpoint {
  /// The loss of `images` in the state of the checkpoint `directory`; nil where the state has none, or the
  /// loss of other images, which does not compare.
  fileprivate static func loss(_ directory: String, of images: DecidingImages) -> Double? {
    let text = try? FileSystem.read("\(directory)/\(stateName)")
    return text.flatMap { try? CheckpointState(decoding: $0) }.flatMap(images.loss)
  }

  /// Whether `directory` is a directory, not a link, and has a checkpoint's files and no others.
  static func hasNothingElse(_ directory: String) -> Bool {
    guard FileSystem.destination(ofLink: directory) == nil, FileSystem.isDirectory(directory),
      let found = try? FileSystem.names(in: directory)
    else { return false }
    return found == (names + [Checksums.name]).sorted()
  }
}
