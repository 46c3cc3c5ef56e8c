import Kernels
import Testing
import VAE

/// Values and gradients of whole models against PyTorch's in double precision.
@Suite struct GoldenTests {
  private let tolerance = 1e-5

  @Test(arguments: Golden.names)
  func forward(name: String) throws {
    let golden = try Golden(name)
    let workbench = golden.workbench()
    let (activations, all, latent) = (workbench.activations, 0..<golden.batch, golden.latent)
    workbench.forward(all)
    let moments = activations.moments
    let values = [
      ("mean", moments.columns(0..<latent).doubles, golden.mean),
      ("log variance", moments.columns(latent..<2 * latent).doubles, golden.logvar),
      ("z", activations.latents.doubles, golden.z),
      ("logits", activations.logits.doubles, golden.logits),
    ]
    for (name, value, expected) in values {
      #expect(relativeError(value, expected) <= tolerance, "\(name)")
    }
    workbench.model.evaluate(activations, rows: all, losses: workbench.losses)
    expectLosses(workbench.losses, golden)
  }

  @Test(arguments: Golden.names)
  func gradients(name: String) throws {
    let golden = try Golden(name)
    let workbench = golden.workbench()
    let all = 0..<golden.batch
    workbench.forwardAndBackward(all, scale: 1 / Float(golden.batch))
    expectLosses(workbench.losses, golden)
    workbench.computeGradient(all)
    let gradients = workbench.namedGradient()
    #expect(Set(gradients.keys) == Set(golden.gradients.keys))
    for (name, expected) in golden.gradients {
      let gradient = try #require(gradients[name])
      #expect(relativeError(gradient, expected) <= tolerance, "\(name)")
      // Each element is compared by itself, too, with a tolerance for sums that nearly cancel.
      let size = expected.map(abs).max()!
      for (value, expected) in zip(gradient, expected) {
        #expect(abs(value - expected) <= tolerance * (abs(expected) + 0.1 * size), "\(name)")
      }
    }
  }

  private func expectLosses(_ losses: Matrix, _ golden: Golden) {
    let (reconstruction, kl) = (losses.columns(0..<1).doubles, losses.columns(1..<2).doubles)
    #expect(relativeError(reconstruction, golden.reconstruction) <= tolerance)
    #expect(relativeError(kl, golden.kl) <= tolerance)
    let loss = (reconstruction + kl).reduce(0, +) / Double(golden.batch)
    #expect(abs(loss - golden.loss) <= tolerance * golden.loss)
  }
}
