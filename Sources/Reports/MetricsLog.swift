internal import Checkpoints
internal import Formats
internal import FoundationEssentials
internal import Platform
internal import Synchronization

/// The file `metrics.jsonl`, with one JSON object a line. Used on rank zero alone.
package final class MetricsLog: RunLog {
  private let file: AppendedFile

  private let encoder = JSONEncoder([.sortedKeys, .withoutEscapingSlashes])

  /// Lines that are still to be written, since the system refused them; they come before any later one.
  private let refused: Mutex<[String]>

  /// Opens the log of a run that goes on after `step` steps, 0 for a new run. Rows of later steps are
  /// dropped, since the run will write them again, and so are lines that are no rows. The lines in
  /// `refused`, which a former job could not write, are written.
  ///
  /// - Throws: `FileError` where the system refuses.
  package init(in directory: String, after step: Int, refused: [String] = []) throws {
    let path = "\(directory)/\(RunFiles.metrics)"
    var refused = refused
    if FileSystem.isRegularFile(path) {
      let old = try FileSystem.read(path)
      let rows = old.split(separator: "\n")
      let kept = rows.filter { Self.step(ofRow: $0).map { $0 <= step } ?? false }
      // The former job may have written these lines after it had saved them in a checkpoint as refused.
      refused.removeAll { line in kept.contains { "\($0)\n" == line } }
      // The last row may lack its end, or only its line's end, where the disk was full. The next row must
      // not be appended to such a row.
      if kept.count < rows.count || !(old.isEmpty || old.hasSuffix("\n")) {
        let text = kept.map { "\($0)\n" }.joined()
        try OutputFile.replace(path) { try $0.write([UInt8](text.utf8)) }
      }
    }
    self.refused = Mutex(refused)
    file = try AppendedFile(path)
    try self.refused.withLock { try write(&$0) }
  }

  /// The lines that are still to be written, since the system refused them; a checkpoint keeps them.
  package var refusedLines: [String] { refused.withLock { $0 } }

  package var isRefused: Bool { refused.withLock { !$0.isEmpty } }

  /// Appends one row, completely or not at all, after all rows that were refused before.
  ///
  /// - Throws: `FileError` where the system refuses; the row is then kept to be written later.
  package func append(_ row: some Encodable) throws {
    let line = String(decoding: try encoder.encode(row), as: UTF8.self) + "\n"
    try refused.withLock { lines in
      lines.append(line)
      try write(&lines)
    }
  }

  /// Brings all rows to the disk, refused ones among them: `fsync`. May be called on any thread.
  ///
  /// - Throws: `FileError` where the system refuses.
  package func synchronize() throws {
    try refused.withLock { try write(&$0) }
    try file.synchronize()
  }

  /// Writes `lines`, each completely or not at all, and removes each line that is written.
  private func write(_ lines: inout [String]) throws {
    while let line = lines.first {
      try file.append(line.utf8)
      lines.removeFirst()
    }
  }

  private static func step(ofRow row: Substring) -> Int? {
    struct Row: Decodable { let step: Int }
    return (try? JSONDecoder().decode(Row.self, from: Data(row.utf8)))?.step
  }
}
