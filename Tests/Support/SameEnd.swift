internal import Foundation
package import Testing

/// Expects two finished runs of two epochs or more to have left the same: the newest checkpoint,
/// the rows but for times and, where `ranks` may differ, their number, and the sheets.
package func expectSameRun(
  _ one: String, _ other: String, epochs: Int = 2, anyRanks: Bool = false, _ comment: String = "",
  sourceLocation: SourceLocation = #_sourceLocation
) throws {
  let (one, other) = (RunContents(one), RunContents(other))
  let sheets = (1...epochs).flatMap {
    ["samples/epoch-00\($0).png", "reconstructions/epoch-00\($0).png"]
  }
  let files = ["model.safetensors", "optimizer.safetensors", "state.json", "SHA256SUMS"]
  for name in files.map({ "latest/\($0)" }) + sheets {
    #expect(
      try one.bytes(name) == other.bytes(name), "\(name) \(comment)",
      sourceLocation: sourceLocation)
  }
  let rows = try [one, other].map {
    try $0.rows().map { row in
      var row = row
      (row.seconds, row.imagesPerSecond, row.waitingSeconds) = (nil, nil, nil)
      if anyRanks { row.ranks = nil }
      return row
    }
  }
  #expect(rows[0] == rows[1], "\(comment)", sourceLocation: sourceLocation)
}
