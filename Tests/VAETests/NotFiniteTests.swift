import Kernels
import Testing
import VAE

/// The trainer tests only the losses for NaN and infinity, so any parameter that is not finite must
/// make a loss that is not finite.
@Suite struct NotFiniteTests {
  static let tensors = ["fc1", "fc21", "fc22", "fc3", "fc4"].flatMap { name in
    ["\(name).weight", "\(name).bias"]
  }

  @Test(arguments: tensors, [Float.nan, .infinity])
  func parameter(name: String, value: Float) throws {
    let golden = try Golden("small")
    let workbench = golden.workbench()
    let tensor = try #require(workbench.layout.tensors.first { $0.name == name })
    let view = tensor.view(of: workbench.parameters)
    view[view.rows - 1, view.columns - 1] = value
    workbench.forwardAndBackward(0..<golden.batch, scale: 1)
    // A rectifier turns −∞ into 0. Then only deltas are not finite, and `backpropagate` marks the
    // loss.
    let isFinite = workbench.losses.elements.allSatisfy { $0.isFinite }
    #expect(!isFinite)
  }
}
