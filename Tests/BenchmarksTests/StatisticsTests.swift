@testable import Benchmarks
import Testing

@Suite struct StatisticsTests {
  @Test(
    "the median is the middle value, or the mean of the two",
    arguments: [
      ([3], 3), ([5, 1, 3], 3), ([4, 1, 3, 2], 2.5), ([1, 1, 100], 1), ([2, 4], 3),
    ] as [([Double], Double)])
  func median(values: [Double], expected: Double) throws {
    let summary = try #require(Summary(values))
    #expect(summary.median == expected)
    #expect(summary.values == values)
  }

  @Test("the spread is half of the range over the median")
  func spread() throws {
    let summary = try #require(Summary([90, 100, 130]))
    #expect((summary.smallest, summary.largest) == (90, 130))
    #expect(summary.spread == 0.2)
    #expect(Summary([0, 0])?.spread == 0)
    #expect(try #require(Summary([4])).spread == nil)
    #expect(Summary([]) == nil)
  }

  /// Two cores of 100 must reach 180 together, before and after.
  @Test(
    "a machine is whole at nine tenths of its cores",
    arguments: [
      (181, 200, 2, true), (200, 179, 2, false), (179, 200, 2, false), (100, 95, 1, true),
      (89, 100, 1, false), (359, 400, 4, false),
    ] as [(Double, Double, Int, Bool)])
  func wholeness(before: Double, after: Double, ranks: Int, isWhole: Bool) {
    #expect(
      Wholeness.isWhole(before: before, after: after, ranks: ranks, single: 100) == isWhole)
  }

  @Test(
    "whole rounds count where they are half of all",
    arguments: [
      ([true, true, true], [0, 1, 2]), ([true, false, true], [0, 2]), ([false, true], [1]),
      ([false, false, true], [0, 1, 2]), ([false], [0]), ([], []),
    ] as [([Bool], [Int])])
  func counted(isWhole: [Bool], expected: [Int]) {
    #expect(Wholeness.counted(isWhole) == expected)
  }
}
