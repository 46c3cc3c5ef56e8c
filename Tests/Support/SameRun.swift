internal import Foundation
package import Testing

extension RunContents {
  /// Expects the same files with the same bytes in both: every checkpoint, sheet and row, but for
  /// the configuration, what tells of the machine, and the times, and the number of ranks, that
  /// rows tell.
  package func expectSame(
    as other: RunContents, _ comment: String = "", sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let names = try files()
    #expect(try names == other.files(), "\(comment)", sourceLocation: sourceLocation)
    #expect(try latest() == other.latest(), "\(comment)", sourceLocation: sourceLocation)
    for name in names where !["config.yaml", "metrics.jsonl"].contains(name) {
      #expect(
        try bytes(name) == other.bytes(name), "\(name) \(comment)", sourceLocation: sourceLocation)
    }
    #expect(
      try timelessRows() == other.timelessRows(), "\(comment)", sourceLocation: sourceLocation)
  }

  /// The paths of all files below the run directory, sorted, without those that tell of the job and
  /// those whose name begins with a dot.
  private func files() throws -> [String] {
    try FileManager.default.subpathsOfDirectory(atPath: path).sorted().filter { name in
      let type = try FileManager.default.attributesOfItem(atPath: "\(path)/\(name)")[.type]
      return type as? FileAttributeType == .typeRegular && !name.hasPrefix(".")
        && !["environment.json", "report.html"].contains(name)
        && !name.hasPrefix("events.out.tfevents.")
    }
  }

  /// The bytes of all rows, without times and ranks.
  private func timelessRows() throws -> String {
    try text("metrics.jsonl").replacing(
      /"(images_per_second|seconds|ranks|waiting_seconds)":(\[[^\]]*\]|[^,}]*),?/, with: "")
  }
}
