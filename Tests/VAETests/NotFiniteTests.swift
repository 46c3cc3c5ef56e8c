import Kernels
import Testing
import VAE

/// Whether training has gone astray is judged from the losses: they must tell of any broken
/// parameter.
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
    // A rectifier rightly stops −∞, and then only the deltas tell; the loss is marked for them.
    let isFinite = workbench.losses.elements.allSatisfy { $0.isFinite }
    #expect(!isFinite)
  }
}
