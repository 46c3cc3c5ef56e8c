@testable import Platform
import Testing

@Suite struct UsableCoresTests {
  /// Four cores of two hardware threads each; 0 and 4 are the first.
  private func processor(quota: Double?) -> Processor {
    var processor = Processor(root: "/nowhere")
    processor.online = CPUList(0..<8)
    processor.allowed = CPUList(0..<8)
    processor.cores = (0..<4).map { CPUList([$0, $0 + 4]) }
    processor.quota = quota
    return processor
  }

  @Test(
    "cores, not hardware threads, as far as affinity and quota allow",
    arguments: [
      (nil, 0..<8, 4, false), (nil, 0..<4, 4, true), (nil, 2..<4, 2, true), (2.5, 0..<8, 2, false),
      (0.5, 0..<8, 1, false), (16, 0..<8, 4, false),
    ] as [(Double?, Range<Int>, Int, Bool)])
  func count(quota: Double?, affinity: Range<Int>, count: Int, isConfined: Bool) {
    let cores = UsableCores(processor(quota: quota), affinity: CPUList(affinity))
    #expect(cores.count == count)
    #expect(cores.isConfined == isConfined)
  }
}
