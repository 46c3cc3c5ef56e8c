@testable import Benchmarks
import Testing

/// Which rows of metrics count as the same.
@Suite struct ComparedMetricsTests {
  private let rows = [
    #"{"kind":"step","step":1,"loss":3.25}"#, #"{"kind":"step","step":2,"loss":3}"#,
    #"{"kind":"epoch","step":2,"test_loss":2,"seconds":1,"ranks":1,"images_per_second":9.5,"#
      + #""waiting_seconds":[0.1]}"#,
  ]

  private func metrics(_ rows: [String]) throws -> ComparedMetrics {
    try #require(ComparedMetrics(rows.joined(separator: "\n") + "\n"))
  }

  @Test("times, rates and ranks may differ, and the order of keys")
  func same() throws {
    var others = rows
    others[2] =
      #"{"step":2,"kind":"epoch","test_loss":2,"seconds":7,"ranks":4,"images_per_second":1,"#
      + #""waiting_seconds":[0.1,0.2,0,0.5]}"#
    #expect(try metrics(rows).firstDifference(from: metrics(others)) == nil)
  }

  @Test("the first row that differs, is missing or is there twice")
  func different() throws {
    let one = try metrics(rows)
    var others = rows
    others[1] = #"{"kind":"step","step":2,"loss":3.0000000000000004}"#
    #expect(try one.firstDifference(from: metrics(others)) == 2)
    #expect(try one.firstDifference(from: metrics([rows[0], rows[0]] + rows[1...])) == 2)
    #expect(try one.firstDifference(from: metrics(Array(rows[..<1]))) == 2)
    #expect(try metrics(Array(rows[..<2])).firstDifference(from: one) == 2)
    #expect(try one.firstDifference(from: metrics(Array(rows[1...]))) == 1)
  }

  @Test("a step that no run has is none", arguments: ["1e300", "-1e19", "1.5", "\"1\""])
  func impossible(step: String) throws {
    let other = try metrics(["{\"kind\":\"step\",\"step\":\(step)}"])
    #expect(try other.firstDifference(from: metrics(rows)) == 0)
  }

  @Test("what is no row is not read", arguments: ["", "{\"kind\"", "[1]"])
  func broken(text: String) { #expect(ComparedMetrics(text) == nil) }
}
