@testable import Checkpoints
import Foundation
import Kernels
import Testing

/// How a checkpoint was computed, and the warning where a resumed run computes otherwise.
@Suite struct ArithmeticTests {
  @Test("a sentence tells where a resumed run does not compute as its checkpoint")
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

  @Test("a checkpoint with sums of a later version is refused")
  func later() throws {
    let later = try JSONDecoder().decode(Arithmetic.self, from: Data(#"{"sums": 2}"#.utf8))
    #expect(!later.isPlausible)
  }
}
