@testable import Formats
import Testing

/// Where the numbers of an axis stand.
@Suite struct AxisTests {
  @Test(
    arguments: [
      ([0, 1], [0, 0.2, 0.4, 0.6, 0.8, 1], 1), ([105.4, 165.2], [100, 120, 140, 160, 180], 0),
      ([-3.9, 3.9], [-4, -2, 0, 2, 4], 0), ([0, 67_429], [0, 20_000, 40_000, 60_000, 80_000], 0),
      ([0.0012, 0.0031], [0.001, 0.0015, 0.002, 0.0025, 0.003, 0.0035], 4),
    ] as [([Double], [Double], Int)])
  func round(values: [Double], ticks: [Double], places: Int) {
    let axis = Axis(values)
    #expect(axis.ticks.count == ticks.count)
    for (one, other) in zip(axis.ticks, ticks) { #expect(abs(one - other) < 1e-9) }
    #expect(axis.range.contains(values[0]) && axis.range.contains(values[1]))
    #expect(axis.places == places)
  }

  @Test("whole numbers, whatever there is to show", arguments: 1...400)
  func whole(count: Int) {
    let axis = Axis([1, Double(count)], isRound: false, isWhole: true, most: 6)
    #expect((1...7).contains(axis.ticks.count))
    for tick in axis.ticks {
      #expect(tick == tick.rounded() && axis.range.contains(tick))
    }
  }

  @Test(
    "values that are nearly the same, none, too large, or no numbers",
    arguments: [
      [5], [0, 0], [], [.nan], [0, .leastNonzeroMagnitude],
      [105.38, 105.38.nextUp], [1e308, -1e308], [1.7e308],
      [1e299, -1e299], [1e18],
    ])
  func degenerate(values: [Double]) {
    let axis = Axis(values)
    #expect(axis.range.lowerBound < axis.range.upperBound)
    #expect(axis.ticks.count >= 2 && axis.ticks.allSatisfy { $0.isFinite })
    let whole = Axis(values, isRound: false, isWhole: true)
    #expect(whole.range.lowerBound < whole.range.upperBound)
  }
}
