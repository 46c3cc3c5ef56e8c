import Foundation
@testable import Kernels
import Testing

@Suite struct RaisedCosineTests {
  /// In closed form: cos(π/3), cos(π/4), cos(π/6), cos(π/5) are roots.
  @Test(
    "known values, to a few units in the last place",
    arguments: [
      (0, 7, 1), (7, 7, 0), (1, 2, 0.5), (1, 3, 0.75), (2, 3, 0.25),
      (1, 4, (2 + 2.0.squareRoot()) / 4), (3, 4, (2 - 2.0.squareRoot()) / 4),
      (1, 6, (2 + 3.0.squareRoot()) / 4), (1, 5, (5 + 5.0.squareRoot()) / 8),
      (3, 5, (5 - 5.0.squareRoot()) / 8),
    ] as [(Int, Int, Double)])
  func known(part: Int, whole: Int, value: Double) {
    #expect(abs(raisedCosine(part, of: whole) - value) <= 1e-15 * value)
  }

  /// cos² of half the angle, or sin² of what half the angle lacks of a quarter turn, by the C library.
  @Test("every part of a schedule, to 1e-15", arguments: [1, 2, 3, 10, 469, 4690])
  func library(whole: Int) {
    var largest = 0.0
    for part in 0...whole {
      let (p, q) = (Double(part), Double(whole))
      let expected =
        2 * part <= whole
        ? pow(cos(.pi * p / (2 * q)), 2) : pow(sin(.pi * (q - p) / (2 * q)), 2)
      largest = max(largest, abs(raisedCosine(part, of: whole) - expected) / max(expected, 1e-300))
    }
    #expect(largest <= 1e-15, "\(largest)")
  }

  @Test("it falls all the way, far down a long one, too")
  func falls() {
    let values = (0...5000).map { raisedCosine($0, of: 5000) }
    #expect(zip(values, values.dropFirst()).allSatisfy { $0 > $1 })
    let last = raisedCosine(999_999_999, of: 1_000_000_000)
    #expect(abs(last / pow(.pi / 2e9, 2) - 1) < 1e-15)
  }
}
