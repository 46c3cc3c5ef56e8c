@testable import Checkpoints
@testable import Engine
import Foundation
import Testing

extension DecidingImages {
  /// The test images with this digest, of a run that holds none out.
  static func test(_ digest: String?) -> DecidingImages {
    DecidingImages(Recipe(), digest.map { fingerprint(train: "x", test: $0) })
  }

  static func fingerprint(train: String, test: String) -> DataFingerprint {
    try! JSONDecoder().decode(
      DataFingerprint.self, from: Data(#"{"train":"\#(train)","test":"\#(test)"}"#.utf8))
  }
}

@Suite struct DecidingImagesTests {
  private func state(validation: Int, train: String = "a", test: String = "b") -> CheckpointState {
    var state = CheckpointState(progress: Progress(), recipe: Recipe(), pixels: 12)
    state.recipe.validation = validation
    state.data = DecidingImages.fingerprint(train: train, test: test)
    (state.testLoss, state.validationLoss) = (2, 3)
    return state
  }

  @Test("validation images decide where there are any, else the test images")
  func losses() {
    let (held, tested) = (state(validation: 5), state(validation: 0))
    #expect(held.decidingImages.loss(in: held) == 3 && held.decidingImages.name == "validation")
    #expect(tested.decidingImages.loss(in: tested) == 2 && tested.decidingImages.name == "test")
    #expect(held.decidingImages.loss(in: tested) == nil)
    #expect(tested.decidingImages.loss(in: held) == nil)
  }

  @Test("losses of other images do not compare, but the images that do not decide may change")
  func others() {
    let held = state(validation: 5).decidingImages
    #expect(held.loss(in: state(validation: 5, train: "other")) == nil)
    #expect(held.loss(in: state(validation: 5, test: "other")) == 3)
    let tested = state(validation: 0).decidingImages
    #expect(tested.loss(in: state(validation: 0, train: "other")) == 2)
    #expect(tested.loss(in: state(validation: 0, test: "other")) == nil)
    #expect(DecidingImages.test(nil).loss(in: state(validation: 0)) == 2)
  }

  @Test("the best epoch is that of the least loss, the first of several")
  func best() {
    var best: BestEpoch?
    var epochs: [Int] = []
    for (index, loss) in [3.0, 2, 2, 2.5, 1, 1].enumerated() {
      best = .better(best, epoch: index + 1, loss: loss)
      epochs.append(best!.epoch)
    }
    #expect(epochs == [1, 2, 2, 2, 5, 5] && best?.loss == 1)
  }
}
