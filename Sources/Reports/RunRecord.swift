internal import Checkpoints
internal import FoundationEssentials
internal import Platform
internal import Yams

/// What a run directory tells of its run, for those who read it: rank zero's alone.
///
/// Rows and pictures that make no sense are passed over. A record is no reason to fail.
package struct RunRecord {
  /// The run's directory.
  let path: String
  /// Its configuration, a flag a pair.
  let configuration: [(name: String, value: String)]
  /// All rows about epochs.
  let epochs: [EpochRow]
  /// All rows about steps; none where two epochs or more tell the same better.
  let steps: [StepRow]
  /// What it last ran on.
  let environment: RunEnvironment?

  /// The directory's name.
  var name: String {
    let real = FileSystem.resolved(path)
    return real.lastIndex(of: "/").map { String(real[real.index(after: $0)...]) } ?? real
  }

  /// Reads the run directory at `path`.
  package init(_ path: String) {
    self.path = path
    configuration = Self.pairs(of: "\(path)/\(RunFiles.configuration)")
    let rows = Self.lines(of: "\(path)/\(RunFiles.metrics)")
    epochs = Self.decode(rows, kind: "epoch")
    steps = epochs.count > 1 ? [] : Self.decode(rows, kind: "step")
    environment = RunEnvironment(inRun: path)
  }

  /// Whether anything was drawn after an epoch.
  func hasPicture(of epoch: Int) -> Bool {
    ["samples", "reconstructions"].contains {
      FileSystem.isRegularFile("\(path)/\($0)/\(RunFiles.picture(epoch))")
    }
  }

  /// The picture of an epoch in `folder`, as its file's bytes.
  func picture(_ folder: String, epoch: Int) -> [UInt8]? {
    let path = "\(path)/\(folder)/\(RunFiles.picture(epoch))"
    guard FileSystem.isRegularFile(path) else { return nil }
    return try? FileSystem.readBytes(path)
  }

  private static func lines(of path: String) -> [Substring] {
    text(of: path).split(separator: "\n")
  }

  /// The names and values of a YAML file, without quotes and escapes; none where it is no such
  /// file.
  private static func pairs(of path: String) -> [(name: String, value: String)] {
    guard let node = try? Yams.compose(yaml: text(of: path)), let entries = node.mapping else {
      return []
    }
    return entries.compactMap { key, value in
      guard let name = key.string, let value = value.string else { return nil }
      return (name, value)
    }
  }

  private static func text(of path: String) -> String {
    guard FileSystem.isRegularFile(path), let text = try? FileSystem.read(path) else { return "" }
    return text
  }

  /// The rows of a kind. There may be many of the other, which need not be decoded.
  private static func decode<Row: Decodable>(_ lines: [Substring], kind: String) -> [Row] {
    let mark = "\"kind\":\"\(kind)\""
    return lines.filter { $0.contains(mark) }.compactMap {
      try? JSONDecoder().decode(Row.self, from: Data($0.utf8))
    }
  }
}
