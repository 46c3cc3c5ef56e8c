public import Kernels
package import Platform
public import VAE

/// All that determines the trained model, beside the data: what a resumed run must not change.
public struct Recipe: Equatable, Sendable {
  /// How many units each hidden layer has.
  public var hidden = 400

  /// How many dimensions the latent space has.
  public var latent = 20

  /// How many images a step has, over all ranks: fewer at an epoch's end, and where the data have fewer.
  public var batchSize = 128

  /// Adam's step length.
  public var learningRate = 1e-3

  /// The seed from which order, noise and initial parameters are drawn.
  public var seed: UInt64 = 1

  /// The number format of the matrix products.
  public var precision = Precision.fp32

  /// The defaults, which are those of the VAE among PyTorch's public examples.
  public init() {}

  /// The model of this recipe for images of `pixels`.
  public func model(pixels: Int) -> ModelConfiguration {
    ModelConfiguration(pixels: pixels, hidden: hidden, latent: latent)
  }
}

extension Recipe {
  private static let largest = 1 << 20

  /// The settings that are written to `state.json`, and at the top of `config.yaml`.
  package static let table = SettingTable<Recipe>([
    Setting(.hidden, \.hidden, absent: .error, check: .within(1...largest), label: .size),
    Setting(.latent, \.latent, absent: .error, check: .within(1...largest), label: .size),
    Setting(
      .batchSize, \.batchSize, absent: .error, check: .within(1...largest),
      label: .words(inLine: "batch", row: "batch, over all ranks")),
    Setting(
      .learningRate, \.learningRate, absent: .error,
      check: .float(.leastNonzeroMagnitude..., asIn: "1e-3"),
      label: .words(
        inLine: "learning rate", row: "optimizer", beforeValue: "Adam, learning rate")),
    Setting("seed", \.seed, absent: .error),
    Setting(
      .precision, \.precision, absent: .error,
      label: .words(inLine: "", row: "products")),
  ])
}

extension Recipe {
  /// What is impossible about the values, in one sentence; nil where nothing is.
  package var problem: Sentence? {
    if let (name, text) = Self.table.problem(in: self) { return "\(setting: name) \(text)" }
    if hidden * latent > 1 << 26 {
      return "\(setting: .hidden) times \(setting: .latent) must be at most \(1 << 26)"
    }
    return nil
  }

  /// The first setting whose value differs from `other`'s, with both values; nil where all agree.
  package func difference(
    from other: Recipe
  ) -> (name: SettingName, mine: String, other: String)? {
    Self.table.settings.first { $0.differs(self, other) }.map {
      ($0.name, $0.value(in: self).shown ?? "", $0.value(in: other).shown ?? "")
    }
  }
}

extension Recipe: Codable {
  /// Reads the keys of the recipe, whatever others there are.
  public init(from decoder: any Decoder) throws {
    self.init()
    try Self.table.decode(&self, from: decoder)
  }

  /// Writes the keys of the recipe.
  public func encode(to encoder: any Encoder) throws {
    try Self.table.encode(self, to: encoder)
  }
}
