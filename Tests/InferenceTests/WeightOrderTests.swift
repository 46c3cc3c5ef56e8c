@testable import Inference
import Testing

@Suite struct WeightOrderTests {
  /// numpy: np.arange(6).reshape(3, 2).T, whose memory is 0…5 under the shape (2, 3).
  @Test("the other order is the order of a transposed view's memory")
  func order() {
    #expect(WeightOrder.inOtherOrder([0, 1, 2, 3, 4, 5], [2, 3]) == [0, 2, 4, 1, 3, 5])
    #expect(WeightOrder.inOtherOrder([0, 1, 2], [3]) == [0, 1, 2])
  }

  /// Losses on MNIST, computed with NumPy: of models of one and of two epochs, saved in both orders; and
  /// of weights drawn as PyTorch, Glorot and He draw them, the last also times two and four.
  @Test(
    "losses distinguish transposed weights from weights that were drawn",
    arguments: [
      (466.3, 127.3, true), (551.1, 115.1, true), (127.3, 466.3, false), (115.1, 551.1, false),
      (550.5, 551.0, false), (547.9, 547.2, false), (747.3, 760.1, false),
      (4790.9, 4500.0, false), (2.6e10, 1.1e10, false), (543.4, 543.4, false),
    ])
  func judgement(found: Double, turned: Double, isScrambled: Bool) {
    #expect(WeightOrder.isScrambled(found, turned, pixels: 784) == isScrambled)
  }

  /// 784 ln 2 is 543.4.
  @Test(
    "a warning tells of a loss far above that of a model that knows nothing",
    arguments: [
      (466.3, 127.3, "in the other order"), (4790.9, 4500.0, "4790.9 nats, far above the 543.4"),
      (1086.9, 1086.9, "far above"), (1086.7, 1086.7, nil), (747.3, 760.1, nil),
      (106.2, 551.1, nil),
      (.nan, 551.1, "not finite"), (.infinity, .nan, "not finite"),
    ] as [(Double, Double, String?)])
  func warning(found: Double, turned: Double, words: String?) {
    let warning = WeightOrder.warning(found, turned, pixels: 784)
    #expect((warning == nil) == (words == nil))
    if let warning, let words { #expect(warning.contains(words)) }
  }
}
