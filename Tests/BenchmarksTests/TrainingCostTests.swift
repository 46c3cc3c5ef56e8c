@testable import Benchmarks
import Testing
import VAE

@Suite struct TrainingCostTests {
  /// 313,600 + 16,000 + 8,000 + 313,600 weights; the first layer's inputs have no gradient.
  @Test("the default model costs 3.28 million operations an image")
  func standard() {
    let cost = TrainingCost(ModelConfiguration())
    #expect(cost.forward == 1_302_400)
    #expect(cost.gradients == cost.forward)
    #expect(cost.backward == 1_302_400 - 627_200)
    #expect(cost.total == 3_280_000)
  }
}
