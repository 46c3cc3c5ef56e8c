@testable import Checkpoints
@testable import Engine
import Foundation
import Platform
@testable import Runs
import Testing

@Suite struct PatienceTests {
  private func patience(
    _ epochs: Int, best: BestEpoch?, epoch: Int, validation: Int = 0
  ) -> Patience? {
    var configuration = RunConfiguration(data: "/d")
    (configuration.patience, configuration.recipe.validation) = (epochs, validation)
    var progress = Progress()
    progress.epoch = epoch
    return Patience(configuration, best, at: progress)
  }

  @Test("a run ends so many epochs after its best one, and not before")
  func end() {
    let best = BestEpoch(epoch: 4, loss: 100)
    #expect(patience(3, best: best, epoch: 6) == nil)
    #expect(patience(0, best: best, epoch: 60) == nil)
    #expect(patience(3, best: nil, epoch: 60) == nil)
    #expect(
      patience(3, best: best, epoch: 7)?.reason.description
        == "the test loss has not become less since epoch 4, for 3 epochs")
    #expect(
      patience(1, best: best, epoch: 5, validation: 9)?.reason.description
        == "the validation loss has not become less since epoch 4, for 1 epoch")
  }
}
