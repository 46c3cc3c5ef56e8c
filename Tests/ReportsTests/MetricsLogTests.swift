@testable import Engine
import Foundation
@testable import Reports
import Support
import Testing

@Suite struct MetricsLogTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func write(_ text: String) throws {
    try Data(text.utf8).write(to: folder.url.appendingPathComponent("metrics.jsonl"))
  }

  private func text() throws -> String {
    try String(contentsOf: folder.url.appendingPathComponent("metrics.jsonl"), encoding: .utf8)
  }

  private func row(_ step: Int) -> StepRow {
    StepRow(
      epoch: 1, step: step, loss: Loss(reconstruction: 2, divergence: 1), gradientNorm: 4)
  }

  private let third = """
    {"epoch":1,"gradient_norm":4,"kind":"step","kl":1,"loss":3,"reconstruction":2,"step":3}

    """

  @Test("rows are appended, one object a line")
  func append() throws {
    let log = try MetricsLog(in: folder.url.path, after: 0)
    try log.append(row(3))
    try log.append(row(3))
    #expect(try text() == third + third)
  }

  /// The second row was written later than the checkpoint in which it is refused.
  @Test("a resumed run logs rows that were refused, once, even if it logs no others")
  func refused() throws {
    try write("{\"step\":1}\n{\"step\":2}\n")
    for _ in 0..<2 {
      _ = try MetricsLog(
        in: folder.url.path, after: 3, refused: ["{\"step\":2}\n", "{\"step\":3}\n"])
      #expect(try text() == "{\"step\":1}\n{\"step\":2}\n{\"step\":3}\n")
    }
  }

  /// The text before, the step after which a run is resumed, and the text that is left.
  static let cases = [
    ("", 0, ""),
    ("{\"step\":1}\n{\"step\":2}\n", 2, "{\"step\":1}\n{\"step\":2}\n"),
    ("{\"step\":1}\n{\"step\":2}\n", 1, "{\"step\":1}\n"),
    ("{\"step\":1}\n{\"step\":2}\n", 0, ""),
    // Keys of later versions stay.
    ("{\"step\":1,\"new\":[]}\n{\"step\":9}\n", 1, "{\"step\":1,\"new\":[]}\n"),
    // A full disk cut the last row short: in its middle, or just before its line's end.
    ("{\"step\":1}\n{\"ste", 5, "{\"step\":1}\n"),
    ("{\"step\":1}\n{\"step\":2}", 5, "{\"step\":1}\n{\"step\":2}\n"),
    ("no JSON\n{\"step\":1}\n[]\n", 5, "{\"step\":1}\n"),
  ]

  @Test("rows of later steps and parts of rows are dropped", arguments: cases)
  func dropping(before: String, step: Int, left: String) throws {
    try write(before)
    let log = try MetricsLog(in: folder.url.path, after: step)
    #expect(try text() == left)
    try log.append(row(3))
    #expect(try text() == left + third)
  }
}
