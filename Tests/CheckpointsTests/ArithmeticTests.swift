@testable import Checkpoints
@testable import Engine
import Foundation
import Kernels
@testable import Platform
@testable import Ranks
import Testing

/// What a checkpoint tells of sums, and what is said of them.
@Suite struct ArithmeticTests {
  @Test("a checkpoint is gone on with alike, or a sentence tells")
  func warning() throws {
    let single = Arithmetic(.fp32, .avx2)
    #expect(single == Arithmetic(.fp32, .generic))
    #expect(single.warning(since: single) == nil)
    let earlier = try JSONDecoder().decode(
      Arithmetic.self, from: Data(#"{"hash": "4d1f", "instructions": "AVX2"}"#.utf8))
    #expect(earlier.isPlausible)
    for former in [nil, earlier] {
      #expect(
        try #require(single.warning(since: former)).contains("an earlier version of lockstep"))
    }
    let half = Arithmetic(.bf16, .avx512BF16)
    #expect(half.warning(since: half) == nil)
    var other = half
    other.instructions = "amx"
    #expect(try #require(half.warning(since: other)).contains("bf16 products of amx, and this job"))
  }

  @Test("sums of a later version are not gone on with")
  func later() throws {
    let later = try JSONDecoder().decode(Arithmetic.self, from: Data(#"{"sums": 2}"#.utf8))
    #expect(!later.isPlausible)
  }

  @Test(
    "those who differ from most, or from the first, are found",
    arguments: [
      ([1], []), ([1, 1, 1], []), ([1, 2], [1]), ([2, 1, 1], [0]), ([1, 1, 2, 2], [2, 3]),
      ([3, 1, 1, 1, 2], [0, 4]), ([1, 2, 3], [1, 2]), ([], []),
    ] as [([Int], [Int])])
  func dissent(values: [Int], places: [Int]) {
    #expect(Dissent.places(in: values) == places)
  }

  @Test("hosts are told in one line, however many")
  func hosts() {
    #expect(
      Wording.hosts((0..<9).map { "host\($0)" }) == "host0, host1, host2, host3 and 5 other hosts")
    #expect(
      ReplicaComparison.sentence(7, ["rank 1 on a"], isKnown: true).contains(
        "step 7: the parameters of rank 1 on a are not"))
  }
}
