@testable import Engine
import Kernels
import Platform
import Testing

@Suite struct JobShapeTests {
  @Test("bf16 travels with all-reduce alone", arguments: ExchangeMode.allCases, Precision.allCases)
  func wire(mode: ExchangeMode, wire: Precision) {
    var shape = JobShape()
    (shape.exchange, shape.wire) = (mode, wire)
    let isRefused = mode == .allGather && wire == .bf16
    #expect((shape.problem != nil) == isRefused)
    guard let sentence = shape.problem?.description else { return }
    #expect(sentence.hasPrefix("wire bf16 ") && sentence.hasSuffix("exchange all-reduce"))
  }

  @Test("a rank has one thread at least", arguments: [-1, 0, 1, 64])
  func threads(count: Int) {
    var shape = JobShape()
    shape.threadsPerRank = count
    #expect(
      shape.problem?.description
        == (count < 1 ? "threads-per-rank must be at least 1" : nil))
  }
}
