internal import Kernels
internal import MPI
internal import VAE

/// The Euclidean norm of a batch's gradient, whose tiles are spread over the ranks.
///
/// The thread that updates a tile's parameters stores the norm of the tile's gradient; rank zero, or every
/// rank where gradients are clipped, combines the norms in the order of the tiles, so that the bits do not
/// depend on the number of ranks.
struct GradientNorm {
  /// The norm of each tile's gradient, (tiles), in memory that the team's ranks share; for tiles that other
  /// teams update zero or, where the exchange has fetched it, their norm.
  private let norms: Vector

  /// The floats of the team's memory that the norms of a model of `layout` take.
  static func count(_ layout: ParameterLayout) -> Int { layout.tiles.count }

  init(_ memory: Vector) { norms = memory }

  /// Forgets all norms.
  func clear() { norms.fill(0) }

  /// Stores the norm of the `gradient` of `tile`.
  func note(_ tile: GradientTile, _ gradient: Vector) {
    norms[tile.number] = Float(gradient.sumOfSquares.squareRoot())
  }

  /// The norm of the whole gradient; of use on rank zero alone, after all ranks of each team have stored
  /// their tiles' norms. Nil where the norm is not finite, as where a square is too large for a float.
  /// Collective; `lacksTiles` is whether each team has the norms of some of the tiles only.
  func value(_ team: borrowing Team, lacksTiles: Bool) throws -> Double? {
    var all = (0..<norms.count).map { norms[$0] }
    if lacksTiles {
      // Each norm is nonzero on one team only, so the sum over teams is that norm.
      try team.withLane { lane in
        var span = all.mutableSpan
        try lane.allReduce(&span, .sum)
      }
    }
    return Self.combined(all)
  }

  /// What the whole gradient, all of whose tiles' norms are there, is multiplied by to be clipped to `limit`:
  /// at most 1. NaN where the norm is not finite: the step must not be taken then.
  ///
  /// Pascanu, Mikolov and Bengio, "On the difficulty of training recurrent neural networks", 2013, algorithm
  /// 1, as `torch.nn.utils.clip_grad_norm_` computes it.
  func scale(to limit: Double) -> Float {
    var squares = 0.0
    for tile in 0..<norms.count { squares += Double(norms[tile]) * Double(norms[tile]) }
    return squares.isFinite ? Float(min(1, limit / (squares.squareRoot() + 1e-6))) : .nan
  }

  /// The norm of a gradient whose tiles have these `norms`: the root of their squares' sum, in the order of
  /// the tiles. Nil where that is not finite.
  static func combined(_ norms: [Float]) -> Double? {
    let norm = norms.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
    return norm.isFinite ? norm : nil
  }
}
