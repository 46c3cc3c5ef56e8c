internal import Platform

/// What a benchmark found: lines for a person, and members for a JSON file.
package protocol BenchResult: Encodable {
  /// All lines, as a person reads them.
  var lines: [String] { get }
}

extension BenchResult {
  /// Writes the JSON file at `path`; one that is there is replaced.
  package func write(to path: String) throws {
    try OutputFile.replace(path) { try $0.write(Array(JSONText.pretty(self).utf8)) }
  }
}
