internal import Checkpoints
internal import Engine
internal import FoundationEssentials
internal import Platform

/// The files of a run directory, as a report shows them. Used on rank zero alone.
///
/// Files, rows and pictures that cannot be read are left out: the report shows the others.
package struct RunRecord {
  /// The run directory.
  let path: String
  /// The names and values of the run's flags; none where there is no configuration.
  let configuration: [(name: String, value: String)]
  /// The run's recipe; nil where the configuration does not tell it.
  let recipe: Recipe?
  /// All rows about epochs.
  let epochs: [EpochRow]
  /// All rows about steps, if there are fewer than two epochs. Otherwise none, since a report then
  /// shows epochs.
  let steps: [StepRow]
  /// All rows about batches that were passed over, and about goings back.
  let troubles: [TroubleRow]
  /// The environment of the run's last job; nil where there is none.
  let environment: RunEnvironment?

  /// The last importance-weighted bound of a checkpoint; nil where there is none.
  let likelihood: LikelihoodRecord?

  /// The directory's name.
  var name: String {
    let real = FileSystem.resolved(path)
    return real.lastIndex(of: "/").map { String(real[real.index(after: $0)...]) } ?? real
  }

  /// Reads the run directory at `path`.
  package init(_ path: String) {
    self.path = path
    configuration = Self.pairs(of: "\(path)/\(RunFiles.configuration)")
    recipe = Recipe(inConfiguration: "\(path)/\(RunFiles.configuration)")
    let rows = Self.lines(of: "\(path)/\(RunFiles.metrics)")
    epochs = Self.decode(rows, kind: "epoch")
    steps = epochs.count > 1 ? [] : Self.decode(rows, kind: "step")
    troubles =
      Self.decode(rows, kind: TroubleRow.Kind.skip.rawValue)
      + Self.decode(rows, kind: TroubleRow.Kind.rollback.rawValue)
    environment = RunEnvironment(inRun: path)
    likelihood = LikelihoodRecord(inRun: path)
  }

  /// Whether there is a picture that was drawn after `epoch`.
  func hasPicture(of epoch: Int) -> Bool {
    ["samples", "reconstructions"].contains {
      FileSystem.isRegularFile("\(path)/\($0)/\(RunFiles.picture(epoch))")
    }
  }

  /// The bytes of the picture in `folder` that was drawn after `epoch`; nil where there is none.
  func picture(_ folder: String, epoch: Int) -> [UInt8]? {
    let path = "\(path)/\(folder)/\(RunFiles.picture(epoch))"
    guard FileSystem.isRegularFile(path) else { return nil }
    return try? FileSystem.readBytes(path)
  }

  private static func lines(of path: String) -> [Substring] {
    text(of: path).split(separator: "\n")
  }

  /// The names and values of a YAML file, without quotes and escapes; none where the file is missing
  /// or no YAML mapping.
  private static func pairs(of path: String) -> [(name: String, value: String)] {
    guard FileSystem.isRegularFile(path), let file = try? SettingsFile(path) else { return [] }
    return file.entries.compactMap { entry in entry.value.map { (entry.name, $0) } }
  }

  private static func text(of path: String) -> String {
    guard FileSystem.isRegularFile(path), let text = try? FileSystem.read(path) else { return "" }
    return text
  }

  /// The rows of one kind. No others are decoded, since there may be many.
  private static func decode<Row: Decodable>(_ lines: [Substring], kind: String) -> [Row] {
    let mark = "\"kind\":\"\(kind)\""
    return lines.filter { $0.contains(mark) }.compactMap {
      try? JSONDecoder().decode(Row.self, from: Data($0.utf8))
    }
  }
}
