import Kernels
import Testing
import VAE

/// Gradients against central differences of a loss in double precision.
@Suite struct FiniteDifferenceTests {
  /// The second has more inputs than one tile has rows.
  @Test(arguments: [
    ModelConfiguration(pixels: 13, hidden: 11, latent: 3),
    ModelConfiguration(pixels: 70, hidden: 6, latent: 1),
  ])
  func everyParameter(_ configuration: ModelConfiguration) {
    let batch = 4
    let workbench = Workbench(configuration, capacity: batch)
    var model = ReferenceModel(
      pixels: configuration.pixels, hidden: configuration.hidden.all[0],
      latent: configuration.latent,
      parameters: randomParameters(workbench.layout))
    let images = pixels(batch * configuration.pixels, seed: 1)
    let noise = normals(batch * configuration.latent, seed: 2)
    workbench.set(model.parameters, pixels: images, noise: noise)
    workbench.forwardAndBackward(0..<batch, scale: 0.5)
    workbench.computeGradient(0..<batch)

    let step = 1e-5
    for (name, gradient) in workbench.namedGradient() {
      let differences = gradient.indices.map { place in
        let value = model.parameters[name]![place]
        model.parameters[name]![place] = value + step
        let above = model.loss(images, noise)
        model.parameters[name]![place] = value - step
        let below = model.loss(images, noise)
        model.parameters[name]![place] = value
        return 0.5 * (above - below) / (2 * step)
      }
      #expect(relativeError(gradient, differences) <= 1e-5, "\(name)")
      #expect(differences.contains { abs($0) > 0.01 }, "\(name) has no gradient to compare")
    }
  }

  /// Normal, of the spread that keeps a layer's outputs as large as its inputs.
  private func randomParameters(_ layout: ParameterLayout) -> [String: [Double]] {
    let pairs = layout.tensors.enumerated().map { number, tensor in
      let (count, inputs) = (tensor.shape.reduce(1, *), tensor.shape.last!)
      let values = normals(count, seed: UInt64(10 + number)).map {
        Double(Float($0 / Double(inputs).squareRoot()))
      }
      return (tensor.name, values)
    }
    return Dictionary(uniqueKeysWithValues: pairs)
  }
}
