/// The parts of a loss, summed over images, in nats.
public struct LossSum: Equatable, Sendable {
  /// The summed cross-entropy of the pixels.
  public var reconstruction = 0.0

  /// The summed Kullback–Leibler divergence; 0 in a plain autoencoder.
  public var divergence = 0.0

  /// What the objective was more than the sum of both: 0 where training raises the evidence lower bound as it
  /// is, without a weight on the divergence.
  public var surplus = 0.0

  /// How many images were summed over.
  public var count = 0

  /// Nothing yet.
  public init() {}

  /// Adds one image.
  public mutating func add(reconstruction: Double, divergence: Double, surplus: Double = 0) {
    self.reconstruction += reconstruction
    self.divergence += divergence
    self.surplus += surplus
    count += 1
  }

  /// Adds another sum.
  public mutating func add(_ other: LossSum) {
    reconstruction += other.reconstruction
    divergence += other.divergence
    surplus += other.surplus
    count += other.count
  }

  /// The sum of all parts.
  var total: Double { reconstruction + divergence + surplus }

  /// Whether all parts are finite.
  var isFinite: Bool { reconstruction.isFinite && divergence.isFinite && surplus.isFinite }

  /// The mean per image; zero without images.
  public var mean: Loss {
    guard count > 0 else { return Loss(reconstruction: 0, divergence: 0) }
    return Loss(
      reconstruction: reconstruction / Double(count), divergence: divergence / Double(count),
      surplus: surplus / Double(count))
  }
}

extension LossSum: Codable {
  private enum Key: String, CodingKey { case reconstruction, divergence, surplus, count }

  /// Reads what ``encode(to:)`` writes; a missing surplus is 0.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: Key.self)
    reconstruction = try values.decode(Double.self, forKey: .reconstruction)
    divergence = try values.decode(Double.self, forKey: .divergence)
    surplus = try values.decodeIfPresent(Double.self, forKey: .surplus) ?? 0
    count = try values.decode(Int.self, forKey: .count)
  }

  /// Writes all parts, but no surplus of 0.
  public func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: Key.self)
    try values.encode(reconstruction, forKey: .reconstruction)
    try values.encode(divergence, forKey: .divergence)
    if surplus != 0 { try values.encode(surplus, forKey: .surplus) }
    try values.encode(count, forKey: .count)
  }
}

/// A loss and its parts, means per image, in nats.
public struct Loss: Equatable, Sendable {
  /// The mean cross-entropy of the pixels.
  public let reconstruction: Double

  /// The mean Kullback–Leibler divergence.
  public let divergence: Double

  /// What the objective is more than the sum of both: see ``LossSum/surplus``.
  public let surplus: Double

  /// A loss of these parts.
  public init(reconstruction: Double, divergence: Double, surplus: Double = 0) {
    (self.reconstruction, self.divergence) = (reconstruction, divergence)
    self.surplus = surplus
  }

  /// The whole: where there is no surplus, the negative evidence lower bound.
  public var total: Double { reconstruction + divergence + surplus }
}
