import Foundation
import VAE

/// A small model that PyTorch evaluated and differentiated in double precision; see
/// `scripts/golden-gradients.py`.
struct Golden: Decodable {
  let `in`: Int, hidden: Int, latent: Int, batch: Int
  let parameters: [String: [Double]]
  let x: [Double], eps: [Double]
  let mean: [Double], logvar: [Double], z: [Double], logits: [Double]
  let reconstruction: [Double], kl: [Double]
  let loss: Double
  let gradients: [String: [Double]]

  static let names = ["small", "odd", "extreme"]

  init(_ name: String) throws {
    let file = Bundle.module.url(
      forResource: name, withExtension: "json", subdirectory: "Golden")!
    self = try JSONDecoder().decode(Golden.self, from: Data(contentsOf: file))
  }

  /// The same model here, with its parameters and batch.
  func workbench() -> Workbench {
    let workbench = Workbench(
      ModelConfiguration(pixels: `in`, hidden: [hidden], latent: latent), capacity: batch)
    workbench.set(parameters, pixels: x, noise: eps)
    return workbench
  }
}
