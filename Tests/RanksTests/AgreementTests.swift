@testable import Platform
@testable import Ranks
import Testing

/// How ranks that differ from the others are found and named.
@Suite struct AgreementTests {
  @Test(
    "the places that differ from the majority or, without one, from the first are found",
    arguments: [
      ([1], []), ([1, 1, 1], []), ([1, 2], [1]), ([2, 1, 1], [0]), ([1, 1, 2, 2], [2, 3]),
      ([3, 1, 1, 1, 2], [0, 4]), ([1, 2, 3], [1, 2]), ([], []),
    ] as [([Int], [Int])])
  func dissent(values: [Int], places: [Int]) {
    #expect(Dissent.indices(in: values) == places)
  }

  @Test("any number of hosts is told in one line")
  func hosts() {
    #expect(
      Wording.hosts((0..<9).map { "host\($0)" }) == "host0, host1, host2, host3 and 5 other hosts")
  }
}
