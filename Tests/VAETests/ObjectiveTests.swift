import Foundation
import Kernels
import Testing
import VAE

/// Losses and gradients of every kind of model and objective against PyTorch's in double precision; see
/// `scripts/golden-objectives.py`.
@Suite struct ObjectiveTests {
  private struct Case: Decodable {
    let kind: ModelKind
    let activation: Activation
    let `in`: Int
    let hidden: [Int]
    let latent: Int, labels: Int, batch: Int, draws: Int
    let bound: Objective.Bound
    let beta: Float, free: Float
    let parameters: [String: [Double]]
    let x: [Double]
    let label: [Int]
    let eps: [Double]
    let reconstruction: [Double], kl: [Double], objective: [Double]
    let gradients: [String: [Double]]

    init(_ name: String) throws {
      let file = Bundle.module.url(
        forResource: name, withExtension: "json", subdirectory: "Objectives")!
      self = try JSONDecoder().decode(Self.self, from: Data(contentsOf: file))
    }

    var model: ModelConfiguration {
      ModelConfiguration(
        kind, pixels: `in`, hidden: LayerWidths(hidden), latent: latent, activation: activation,
        labels: labels)
    }

    func workbench(_ precision: Precision = .fp32, capacity: Int? = nil) -> Workbench {
      let workbench = Workbench(
        model, capacity: capacity ?? batch, precision: precision,
        objective: Objective(bound, draws: draws, freeNats: free))
      workbench.set(parameters, pixels: x, noise: eps)
      workbench.activations.fillLabels(0..<batch) { label[$0] }
      return workbench
    }
  }

  static let names = [
    "autoencoder", "autoencoder-deep", "conditional", "conditional-draws", "deep", "tanh", "beta",
    "free", "beta-free", "draws", "iwae", "iwae-tanh", "dreg", "dreg-conditional",
  ]

  @Test("losses and gradients are PyTorch's", arguments: names)
  func golden(name: String) throws {
    let golden = try Case(name)
    let workbench = golden.workbench()
    let all = 0..<golden.batch
    workbench.forwardAndBackward(all, scale: 1 / Float(golden.batch), divergence: golden.beta)
    workbench.computeGradient(all)
    let parts = (0..<3).map { workbench.parts.columns($0..<$0 + 1).doubles }
    #expect(relativeError(parts[0], golden.reconstruction) <= 1e-5)
    #expect(zip(parts[1], golden.kl).allSatisfy { abs($0 - $1) <= 1e-5 * (1 + abs($1)) })
    let objective = all.map { parts[0][$0] + parts[1][$0] + parts[2][$0] }
    #expect(relativeError(objective, golden.objective) <= 1e-5)
    let gradients = workbench.namedGradient()
    #expect(Set(gradients.keys) == Set(golden.gradients.keys))
    for (name, expected) in golden.gradients {
      #expect(relativeError(try #require(gradients[name]), expected) <= 1e-5, "\(name)")
    }
  }

  /// Threads and ranks share a batch: what one computes of a part must be what it computes of all.
  @Test("the bits do not depend on how a batch is cut", arguments: names)
  func parts(name: String) throws {
    let golden = try Case(name)
    let whole = golden.workbench()
    let cut = golden.workbench()
    whole.forwardAndBackward(0..<golden.batch, scale: 0.25, divergence: golden.beta)
    for rows in [3..<golden.batch, 0..<1, 1..<3] {
      cut.forwardAndBackward(rows, scale: 0.25, divergence: golden.beta)
    }
    #expect(whole.parts.elements == cut.parts.elements)
    for (one, other) in zip(
      whole.activations.inputs + whole.activations.deltas,
      cut.activations.inputs + cut.activations.deltas)
    {
      #expect(one.elements == other.elements)
    }
  }

  /// Rounding to 8 bits in every product and layer moves a gradient by some percent.
  @Test(
    "products in bf16 give nearly the same gradients", .enabled(if: Precision.bf16.isAvailable),
    arguments: names)
  func bf16(name: String) throws {
    let golden = try Case(name)
    let workbench = golden.workbench(.bf16)
    let all = 0..<golden.batch
    workbench.forwardAndBackward(all, scale: 1 / Float(golden.batch), divergence: golden.beta)
    workbench.computeGradient(all)
    for (name, gradient) in workbench.namedGradient() {
      let expected = try #require(golden.gradients[name])
      let (size, distance) = zip(gradient, expected).reduce((0.0, 0.0)) {
        ($0.0 + $1.1 * $1.1, $0.1 + ($1.0 - $1.1) * ($1.0 - $1.1))
      }
      #expect(distance <= 0.2 * 0.2 * size, "\(name): \((distance / size).squareRoot())")
    }
  }
}
