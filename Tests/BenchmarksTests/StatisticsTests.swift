@testable import Benchmarks
import Testing

@Suite struct StatisticsTests {
  @Test(
    "the median is the middle value, or the mean of the two",
    arguments: [
      ([3], 3), ([5, 1, 3], 3), ([4, 1, 3, 2], 2.5), ([1, 1, 100], 1), ([2, 4], 3),
    ] as [([Double], Double)])
  func median(values: [Double], expected: Double) throws {
    let summary = try #require(MedianAndRange(values))
    #expect(summary.median == expected)
    #expect(summary.values == values)
  }

  @Test("the spread is half of the range over the median")
  func spread() throws {
    let summary = try #require(MedianAndRange([90, 100, 130]))
    #expect((summary.smallest, summary.largest) == (90, 130))
    #expect(summary.spread == 0.2)
    #expect(MedianAndRange([0, 0])?.spread == 0)
    #expect(try #require(MedianAndRange([4])).spread == nil)
    #expect(MedianAndRange([]) == nil)
  }

  /// Two cores of 100 must reach 180 together, before and after.
  @Test(
    "full speed is nine tenths of the cores' single peaks",
    arguments: [
      (181, 200, 2, true), (200, 179, 2, false), (179, 200, 2, false), (100, 95, 1, true),
      (89, 100, 1, false), (359, 400, 4, false),
    ] as [(Double, Double, Int, Bool)])
  func fullSpeed(before: Double, after: Double, ranks: Int, isReached: Bool) {
    #expect(
      FullSpeed.isReached(before: before, after: after, ranks: ranks, single: 100) == isReached)
  }

  @Test(
    "rounds at full speed count where they are half of all",
    arguments: [
      ([true, true, true], [0, 1, 2]), ([true, false, true], [0, 2]), ([false, true], [1]),
      ([false, false, true], [0, 1, 2]), ([false], [0]), ([], []),
    ] as [([Bool], [Int])])
  func counted(isReached: [Bool], expected: [Int]) {
    #expect(FullSpeed.counted(isReached) == expected)
  }
}
