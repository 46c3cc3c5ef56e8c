@testable import Engine
import Testing

@Suite struct LossSumTests {
  @Test("means are of all images, however they were added up")
  func mean() {
    #expect(LossSum().mean == Loss(reconstruction: 0, divergence: 0))
    var (first, second) = (LossSum(), LossSum())
    first.add(reconstruction: 1, divergence: 2)
    first.add(reconstruction: 3, divergence: 4)
    second.add(reconstruction: 8, divergence: 0)
    first.add(second)
    #expect(first.count == 3)
    #expect(first.mean == Loss(reconstruction: 4, divergence: 2))
    #expect(first.mean.total == 6)
  }
}
