public import Kernels
public import VAE

/// The parameters that a team trains and the optimizer's two moments, in memory that the team's ranks
/// share; all three have the same layout.
public struct Replica {
  /// Which floats of each vector are which tensor.
  public let layout: ParameterLayout

  /// The parameters.
  public let parameters: Vector

  /// The running mean of the gradient in Adam and AdamW, the momentum buffer in SGD.
  public let firstMoment: Vector

  /// The running mean of the squared gradient in Adam and AdamW; zero in SGD.
  public let secondMoment: Vector

  /// Copies of the weights in the order in which products read them.
  private let copies: WeightCopies

  /// The parameters as the model reads them.
  var modelParameters: Parameters { Parameters(parameters, copies: copies) }

  /// The floats that a replica of `layout` needs.
  package static func count(_ layout: ParameterLayout, precision: Precision = .fp32) -> Int {
    3 * layout.count + WeightCopies.count(layout, precision: precision)
  }

  /// The replica of `layout` in `memory`, which the caller must keep alive.
  package init(_ layout: ParameterLayout, _ memory: Vector, precision: Precision = .fp32) {
    self.layout = layout
    parameters = memory[0..<layout.count]
    firstMoment = memory[layout.count..<2 * layout.count]
    secondMoment = memory[2 * layout.count..<3 * layout.count]
    copies = WeightCopies(
      layout, memory[3 * layout.count..<memory.count], precision: precision)
  }

  /// Copies the changed parameters of `tile` to where products read them.
  func updateCopies(_ tile: GradientTile) { copies.update(tile, from: parameters) }

  /// For each team's `ranges` of parameters, the ranges of both moments in a memory where a replica of
  /// `layout` occupies `region`.
  static func moments(
    _ ranges: [[Range<Int>]], _ layout: ParameterLayout, in region: Range<Int>
  ) -> [[Range<Int>]] {
    ranges.map { ranges in
      (1...2).flatMap { moment in
        ranges.map { $0.shifted(by: region.lowerBound + moment * layout.count) }
      }
    }
  }
}
